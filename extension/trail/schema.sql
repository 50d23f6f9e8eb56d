-- Audit by pattern: all tables of a schema, and those that will come.

create table isms.audited_schema (
  schema_name text,
  tables text,
  exclude name[] not null default '{}',
  since timestamptz not null default clock_timestamp(),
  constraint audited_schema_pkey primary key (schema_name, tables)
);

comment on table isms.audited_schema is 'Rules of isms.enable_audit_schema: tables that come to a schema are put under audit';
comment on column isms.audited_schema.schema_name is 'Schema';
comment on column isms.audited_schema.tables is 'Pattern of LIKE for the names of its tables';
comment on column isms.audited_schema.exclude is 'Columns recorded as changed, never with their value, in tables that have them';
comment on column isms.audited_schema.since is 'When the rule was made, or made anew';

create function isms.audit_rule(schema name, tables text, exclude name[], keep boolean) returns boolean
  language c strict set search_path = pg_catalog, pg_temp as 'MODULE_PATHNAME', 'isms_audit_rule';

comment on function isms.audit_rule(name, text, name[], boolean) is
  'Makes a rule of isms.audited_schema or, with keep false, ends it; for the owner of the schema and isms_admin. False if there was none to end';

-- Tables inside a database and for good: what a temporary table or another extension's holds is nobody's record.
create function isms.tables_to_take_in() returns setof regclass
  language sql stable parallel safe
begin atomic
  select c.oid::regclass
    from pg_class c
    join pg_namespace n on n.oid = c.relnamespace
   where c.relkind in ('r', 'p') and c.relpersistence <> 't'
     and exists (select from isms.audited_schema s where s.schema_name = n.nspname and c.relname::text like s.tables)
     and not exists (select from pg_trigger g where g.tgrelid = c.oid and g.tgfoid = 'isms.capture()'::regprocedure)
     and not exists (select from pg_depend d where d.classid = 'pg_class'::regclass and d.objid = c.oid and d.deptype = 'e')
     -- partitions come with the table they are of
     and not exists (select
                       from pg_partition_ancestors(c.oid) p
                       join pg_class w on w.oid = p.relid and w.oid <> c.oid
                       join isms.audited_schema s on to_regnamespace(quote_ident(s.schema_name)) = w.relnamespace and w.relname::text like s.tables
                      where c.relispartition);
end;

comment on function isms.tables_to_take_in() is 'Tables a rule of isms.audited_schema is about that are not audited';

-- Where a rule can't be followed the command that brought the table goes on; isms.coverage() tells of the gap.
create function isms.take_in("table" regclass) returns bigint
  language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
  excluded name[];
  said text;
  reason text;
begin
  select coalesce(array_agg(distinct x.name), '{}')
    into excluded
    from pg_class c
    join pg_namespace n on n.oid = c.relnamespace
    join isms.audited_schema s on s.schema_name = n.nspname and c.relname::text like s.tables
   cross join unnest(s.exclude) x (name)
    join pg_attribute a on a.attrelid = c.oid and a.attname = x.name and a.attnum > 0 and not a.attisdropped
   where c.oid = take_in."table";
  return isms.enable_audit(take_in."table", excluded);
exception
  when sqlstate 'IS011' then
    get stacked diagnostics said = message_text, reason = pg_exception_detail;
    raise warning using message = said, detail = reason, hint = 'isms.coverage() shows it while it is so.';
    return null;
end
$$;

comment on function isms.take_in(regclass) is 'Puts a table under audit as the rules of isms.audited_schema say; a warning where that cannot be';

create function isms.take_in_tables() returns bigint
  language sql set search_path = pg_catalog, pg_temp
begin atomic
  select count(isms.take_in(u.name)) from (select t.name from isms.tables_to_take_in() t (name) order by t.name::text) u;
end;

comment on function isms.take_in_tables() is 'Puts under audit what the rules of isms.audited_schema are about and came while isms was not active; part of activation';

create function isms.enable_audit_schema(schema name, tables text default '%', exclude name[] default '{}', later boolean default false,
    out table_name text, out baseline bigint, out reason text) returns setof record
  language plpgsql rows 100 set search_path = pg_catalog, pg_temp as $$
declare
  t record;
begin
  if num_nulls(enable_audit_schema.schema, enable_audit_schema.tables, enable_audit_schema.exclude, enable_audit_schema.later) > 0 then
    raise exception using errcode = 'null_value_not_allowed', message = 'schema, tables, exclude and later must not be null';
  end if;
  if to_regnamespace(quote_ident(enable_audit_schema.schema)) is null then
    raise exception using errcode = 'invalid_schema_name', message = format('schema "%s" does not exist', enable_audit_schema.schema);
  end if;
  if enable_audit_schema.schema in ('isms', 'pg_catalog', 'information_schema') or enable_audit_schema.schema ~ '^pg_(toast|temp)' then
    raise exception using
      errcode = 'IS011',
      message = format('schema %I cannot be audited', enable_audit_schema.schema),
      detail = case enable_audit_schema.schema when 'isms' then 'audit: The tables of isms are audited from activation on.'
                                               else 'audit: It holds system catalogs or temporary tables.' end;
  end if;
  if enable_audit_schema.later then
    perform isms.audit_rule(enable_audit_schema.schema, enable_audit_schema.tables, enable_audit_schema.exclude, true);
  end if;

  for t in
    select c.oid::regclass as name,
           (select count(*) = 2 from pg_trigger g where g.tgrelid = c.oid and g.tgfoid = 'isms.capture()'::regprocedure) as audited,
           array(select x.name from unnest(enable_audit_schema.exclude) x (name)
                   join pg_attribute a on a.attrelid = c.oid and a.attname = x.name and a.attnum > 0 and not a.attisdropped) as exclude
      from pg_class c
      join pg_namespace n on n.oid = c.relnamespace and n.nspname = enable_audit_schema.schema
     where c.relkind in ('r', 'p', 'f', 'v', 'm') and c.relname::text like enable_audit_schema.tables
       -- partitions come with the table they are of
       and not exists (select
                         from pg_partition_ancestors(c.oid) p
                         join pg_class w on w.oid = p.relid and w.oid <> c.oid
                        where c.relispartition and w.relnamespace = n.oid and w.relname::text like enable_audit_schema.tables)
     order by c.relname
  loop
    enable_audit_schema.table_name := t.name::text;
    enable_audit_schema.baseline := null;
    enable_audit_schema.reason := null;
    if t.audited then
      enable_audit_schema.reason := 'It is audited already.';
    else
      begin
        enable_audit_schema.baseline := isms.enable_audit(t.name, t.exclude);
      exception
        when sqlstate 'IS011' then
          get stacked diagnostics reason = pg_exception_detail;
          enable_audit_schema.reason := regexp_replace(enable_audit_schema.reason, '^audit: ', '');
        when insufficient_privilege then
          get stacked diagnostics reason = message_text;
      end;
    end if;
    return next;
  end loop;
end
$$;

comment on function isms.enable_audit_schema(name, text, name[], boolean) is
  'isms.enable_audit for the tables of a schema whose names are like the pattern: one row a table, with the number of rows recorded as they are, or the reason why it is not audited by this call. '
  'Of the columns to exclude those that a table has. With later also for tables that will be created in or moved into the schema. Errors: IS011, 3F000, 22004, 42501 for a rule on somebody else''s schema';

create function isms.disable_audit_schema(schema name, tables text default '%', later_only boolean default false,
    out table_name text, out reason text) returns setof record
  language plpgsql rows 100 set search_path = pg_catalog, pg_temp as $$
declare
  t record;
begin
  if num_nulls(disable_audit_schema.schema, disable_audit_schema.tables, disable_audit_schema.later_only) > 0 then
    raise exception using errcode = 'null_value_not_allowed', message = 'schema, tables and later_only must not be null';
  end if;
  if exists (select from isms.audited_schema s
              where s.schema_name = disable_audit_schema.schema and disable_audit_schema.tables in ('%', s.tables)) then
    perform isms.audit_rule(disable_audit_schema.schema, disable_audit_schema.tables, '{}', false);
  end if;
  if disable_audit_schema.later_only then
    return;
  end if;

  for t in
    select to_regclass(format('%I.%I', a.schema_name, a.table_name)) as name
      from isms.audited_table a
     where a.schema_name = disable_audit_schema.schema and a.table_name like disable_audit_schema.tables
       and to_regclass(format('%I.%I', a.schema_name, a.table_name)) is not null
     order by a.table_name
  loop
    disable_audit_schema.table_name := t.name::text;
    disable_audit_schema.reason := null;
    begin
      perform isms.disable_audit(t.name);
    exception
      when sqlstate 'IS011' or insufficient_privilege then
        get stacked diagnostics reason = message_text;
    end;
    return next;
  end loop;
end
$$;

comment on function isms.disable_audit_schema(name, text, boolean) is
  'Ends the rules that take tables of a schema in, those with that pattern, of % all, and the audit of the tables that are like it, or with later_only the rules alone; one row a table, '
  'with the reason where its audit goes on. Errors: 22004, 42501 for a rule on somebody else''s schema';

insert into isms.closed_table (name, readable, builtin) values
  ('audited_schema', true, true);

insert into isms.admin_function (name, builtin) values
  ('take_in', true), ('take_in_tables', true);

insert into isms.activation_step (step, position, procedure, builtin) values
  ('tables of audited schemas', 30, 'isms.take_in_tables', true);
