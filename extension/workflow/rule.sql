-- Ready rules for tables of applications, each by one call of the table's owner or isms_admin and ended by another.
create table isms.table_rule (
  schema_name text not null,
  table_name text not null,
  name text not null,
  rule text not null constraint table_rule_known check (rule in ('require_owner', 'require_approval', 'freeze_when')),
  arguments jsonb not null constraint table_rule_arguments_object check (jsonb_typeof(arguments) = 'object'),
  made_by text not null,
  made_at timestamptz not null default clock_timestamp(),
  constraint table_rule_pkey primary key (schema_name, table_name, name)
);

comment on table isms.table_rule is 'Ready rules on tables of applications';
comment on column isms.table_rule.schema_name is 'Schema';
comment on column isms.table_rule.table_name is 'Table';
comment on column isms.table_rule.name is 'Name of the rule''s trigger, or of the workflow it made';
comment on column isms.table_rule.rule is 'Function that made it';
comment on column isms.table_rule.arguments is 'What it was told';
comment on column isms.table_rule.made_by is 'Person, or login where it is nobody''s';
comment on column isms.table_rule.made_at is 'When';

insert into isms.closed_table (name, readable, builtin) values ('table_rule', true, true);

create function isms.rule_owner() returns trigger
  language c as 'MODULE_PATHNAME', 'isms_rule_owner';

comment on function isms.rule_owner() is 'AFTER ROW trigger (column, scope): the column names a person who is active today. Errors: IS005';

create function isms.rule_freeze() returns trigger
  language c as 'MODULE_PATHNAME', 'isms_rule_freeze';

comment on function isms.rule_freeze() is 'AFTER ROW trigger (column, value, frozen columns): while the column has the value, the frozen ones, or all others, do not change, and the row stays. Errors: IS006, IS007';

create function isms.make_rule("table" regclass, name text, rule text, "function" text, arguments jsonb, words text[], events text[]) returns void
  language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
  event text;
begin
  foreach event in array events loop
    execute format('create trigger %I %s %s on %s for each %s execute function isms.%s(%s)',
                   make_rule.name || case event when 'truncate' then '_truncate' else '' end,
                   case event when 'truncate' then 'before' else 'after' end, event, make_rule."table",
                   case event when 'truncate' then 'statement' else 'row' end, make_rule."function",
                   (select string_agg(format('%L', w), ', ' order by i) from unnest(words) with ordinality u(w, i)));
    execute format('alter table %s enable always trigger %I', make_rule."table", make_rule.name || case event when 'truncate' then '_truncate' else '' end);
  end loop;
  insert into isms.table_rule (schema_name, table_name, name, rule, arguments, made_by)
  select n.nspname, c.relname, make_rule.name, make_rule.rule, make_rule.arguments, coalesce(isms.actor(), session_user)
    from pg_class c
    join pg_namespace n on n.oid = c.relnamespace
   where c.oid = make_rule."table";
end
$$;

comment on function isms.make_rule(regclass, text, text, text, jsonb, text[], text[]) is 'Makes the triggers of a ready rule and records it';

create function isms.end_rule("table" regclass, name text) returns void
  language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
  g record;
begin
  delete from isms.table_rule r
   using pg_class c
    join pg_namespace n on n.oid = c.relnamespace
   where c.oid = end_rule."table" and r.schema_name = n.nspname and r.table_name = c.relname and r.name = end_rule.name;
  if not found then
    raise exception using
      errcode = 'undefined_object',
      message = format('table %s has no such rule', end_rule."table"),
      hint = 'isms.table_rule lists them.';
  end if;
  for g in
    select t.tgname
      from pg_trigger t
     where t.tgrelid = end_rule."table" and t.tgname in (end_rule.name, end_rule.name || '_truncate')
       and t.tgfoid in ('isms.rule_owner'::regproc, 'isms.rule_freeze'::regproc)
  loop
    execute format('drop trigger %I on %s', g.tgname, end_rule."table");
  end loop;
end
$$;

comment on function isms.end_rule(regclass, text) is 'Drops the triggers of a ready rule, and its record. Errors: 42704';

create function isms.require_columns("table" regclass, columns text[], types regtype[] default null) returns void
  language plpgsql stable set search_path = pg_catalog, pg_temp as $$
declare
  wrong text;
begin
  select string_agg(format('"%s"', c), ', ') into wrong
    from unnest(columns) c
   where not exists (select
                       from pg_attribute a
                       join pg_type t on t.oid = a.atttypid
                      where a.attrelid = require_columns."table" and a.attname = c and a.attnum > 0 and not a.attisdropped
                        and (types is null or coalesce(nullif(t.typbasetype, 0), t.oid) = any (types)));
  if wrong is not null then
    raise exception using
      errcode = 'undefined_column',
      message = format('table %s has no column %s%s', require_columns."table", wrong, case when types is not null then ' of type ' || array_to_string(types, ' or ') end);
  end if;
end
$$;

comment on function isms.require_columns(regclass, text[], regtype[]) is 'Refuses columns the table has not. Errors: 42703';

create function isms.require_owner("table" regclass, "column" text, in_scope text default null) returns text
  language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
  -- definer: table_rule is closed; who may is asked first
begin
  perform isms.require_governed(require_owner."table");
  perform isms.require_columns(require_owner."table", array[require_owner."column"], '{text,varchar}');
  perform isms.make_rule(require_owner."table", 'isms_owner_' || left(require_owner."column", 40), 'require_owner', 'rule_owner',
    jsonb_build_object('column', require_owner."column"), array[require_owner."column", coalesce(in_scope, isms.default_scope())], '{insert or update}');
  return format('%s of every row written to %s from now on names an active person', require_owner."column", require_owner."table");
end
$$;

comment on function isms.require_owner(regclass, text, text) is 'The column names a person active today in every row inserted, and whenever it changes; rows there already are not looked at. By the table''s owner or isms_admin. in_scope: whose day counts. Errors: 42501, 42703, 42710, 42809, IS020, IS021';

create function isms.disable_require_owner("table" regclass, "column" text) returns void
  language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
  -- definer: table_rule is closed; who may is asked first
begin
  perform isms.require_governed(disable_require_owner."table");
  perform isms.end_rule(disable_require_owner."table", 'isms_owner_' || left(disable_require_owner."column", 40));
end
$$;

comment on function isms.disable_require_owner(regclass, text) is 'Ends what isms.require_owner began. Errors: 42501, 42704, 42809, IS020';

create function isms.freeze_when("table" regclass, "column" text, value text, columns text[] default '{}') returns text
  language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
  -- definer: table_rule is closed; who may is asked first
begin
  perform isms.require_governed(freeze_when."table");
  perform isms.require_columns(freeze_when."table", array[freeze_when."column"], '{text,varchar,bool,int2,int4,int8}');
  perform isms.require_columns(freeze_when."table", freeze_when.columns);
  perform isms.make_rule(freeze_when."table", 'isms_freeze_' || left(freeze_when."column", 40), 'freeze_when', 'rule_freeze',
    jsonb_build_object('column', freeze_when."column", 'value', freeze_when.value, 'columns', freeze_when.columns),
    array[freeze_when."column", freeze_when.value] || freeze_when.columns, '{update or delete,truncate}');
  return format('%s of %s may not change while %s is %s', coalesce(nullif(array_to_string(freeze_when.columns, ', '), ''), 'the other columns'),
                freeze_when."table", freeze_when."column", freeze_when.value);
end
$$;

comment on function isms.freeze_when(regclass, text, text, text[]) is 'While the column of a row has the value, spelled as the server prints it (t for true), these columns, or all others, do not change and the row is not deleted; the column itself may change. By the table''s owner or isms_admin. Errors: 42501, 42703, 42710, 42809, IS020';

create function isms.disable_freeze_when("table" regclass, "column" text) returns void
  language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
  -- definer: table_rule is closed; who may is asked first
begin
  perform isms.require_governed(disable_freeze_when."table");
  perform isms.end_rule(disable_freeze_when."table", 'isms_freeze_' || left(disable_freeze_when."column", 40));
end
$$;

comment on function isms.disable_freeze_when(regclass, text) is 'Ends what isms.freeze_when began. Errors: 42501, 42704, 42809, IS020';

create function isms.require_approval("table" regclass, "column" text, before text, after text, covers text[] default '{}', ignore text[] default '{}',
                                      existing text default 'accept', in_scope text default null) returns text
  language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
  -- definer: table_rule is closed; isms.enforce_workflow asks who may
begin
  perform isms.enforce_workflow(require_approval."table", require_approval."column", 'two_eyes',
    jsonb_build_object(before, 'draft', after, 'approved'), covers, ignore, existing, in_scope);
  delete from isms.table_rule r
   using pg_class c
    join pg_namespace n on n.oid = c.relnamespace
   where c.oid = require_approval."table" and r.schema_name = n.nspname and r.table_name = c.relname and r.rule = 'require_approval';
  insert into isms.table_rule (schema_name, table_name, name, rule, arguments, made_by)
  select w.schema_name, w.table_name, w.workflow, 'require_approval', jsonb_build_object('column', require_approval."column", 'before', before, 'after', after), coalesce(isms.actor(), session_user)
    from isms.enforced_workflow w
    join pg_class c on c.relname = w.table_name
    join pg_namespace n on n.oid = c.relnamespace and n.nspname = w.schema_name
   where c.oid = require_approval."table";
  return format('%s of %s becomes %s by the approval of a second person alone', require_approval."column", require_approval."table", after);
end
$$;

comment on function isms.require_approval(regclass, text, text, text, text[], text[], text, text) is 'The column goes from one word to the other by the approval of a second person alone, and the row is frozen from then on: isms.enforce_workflow with two_eyes. Errors: as isms.enforce_workflow';

create function isms.disable_require_approval("table" regclass) returns void
  language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
  -- definer: as isms.disable_workflow, which asks who may
begin
  perform isms.disable_workflow(disable_require_approval."table");
end
$$;

comment on function isms.disable_require_approval(regclass) is 'Ends what isms.require_approval began. Errors: as isms.disable_workflow';

insert into isms.admin_function (name, builtin) values ('make_rule', true), ('end_rule', true);
