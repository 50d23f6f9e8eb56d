-- A.5.12, A.5.13: classes, and which table, view or column carries which.  What a class demands is in handling.sql.
--
-- One scheme a database: a label says the same to everybody who reads the table, whatever scopes there are.

create table isms.classification (
  code text constraint classification_pkey primary key constraint classification_code_form check (code ~ '^[^[:space:]]+( [^[:space:]]+)*$' and char_length(code) <= 63),
  rank integer not null constraint classification_rank_unique unique,
  title text not null constraint classification_title_given check (title ~ '\S'),
  description text
);

comment on table isms.classification is 'The organisation''s classification scheme (A.5.12); isms.setup takes the shipped classes over, which may then be changed or replaced';
comment on column isms.classification.code is 'Class, as it stands in a label';
comment on column isms.classification.rank is 'Order: the higher, the more to be protected';
comment on column isms.classification.title is 'Title';
comment on column isms.classification.description is 'What belongs to the class';

create table isms.shipped_class (
  code text constraint shipped_class_pkey primary key,
  rank integer not null,
  title text not null,
  description text not null,
  rules text[] not null,
  builtin boolean not null default false
);

comment on table isms.shipped_class is 'Classes that isms.setup puts into an empty scheme';
comment on column isms.shipped_class.code is 'Class';
comment on column isms.shipped_class.rank is 'Order';
comment on column isms.shipped_class.title is 'Title';
comment on column isms.shipped_class.description is 'What belongs to the class';
comment on column isms.shipped_class.rules is 'Rules for handling, of isms.handling_kind, which then report';
comment on column isms.shipped_class.builtin is 'Shipped with the extension';

insert into isms.shipped_class (code, rank, title, description, rules, builtin) values
  ('public', 0, 'Public', 'Meant for everybody', '{}', true),
  ('internal', 10, 'Internal', 'For the organisation''s own people', '{no_public}', true),
  ('confidential', 20, 'Confidential', 'For those who need it: personal data, customers'' data, contracts', '{no_public,audit,row_security,logged,views}', true),
  ('secret', 30, 'Secret', 'For named people only: keys, passwords, what would do grave harm', '{no_public,audit,row_security,logged,views,named_roles,owner,encryption}', true);

-- Labels of an extension's tables are in no dump.
create table isms.kept_class (
  schema_name text,
  relation_name text,
  column_name text not null default '',
  class text not null constraint kept_class_class_fkey references isms.classification on update cascade,
  constraint kept_class_pkey primary key (schema_name, relation_name, column_name)
);

comment on table isms.kept_class is 'Classes of tables and views that belong to an extension, those of isms too; names as text, since a dump must survive them';
comment on column isms.kept_class.schema_name is 'Schema';
comment on column isms.kept_class.relation_name is 'Table or view';
comment on column isms.kept_class.column_name is 'Column; empty: the whole';
comment on column isms.kept_class.class is 'Class';

create index kept_class_class_idx on isms.kept_class (class);

create table isms.classification_event (
  id bigint generated always as identity constraint classification_event_pkey primary key,
  at timestamptz not null default clock_timestamp(),
  schema_name text not null,
  relation_name text,
  column_name text,
  former_class text,
  class text,
  reason text,
  person text default isms.actor(),
  role_name text not null
);

comment on table isms.classification_event is 'Changes of classes, by isms.classify or SECURITY LABEL, while isms was active';
comment on column isms.classification_event.id is 'Number';
comment on column isms.classification_event.at is 'When';
comment on column isms.classification_event.schema_name is 'Schema';
comment on column isms.classification_event.relation_name is 'Table or view; null: the schema';
comment on column isms.classification_event.column_name is 'Column; null: the whole';
comment on column isms.classification_event.former_class is 'Class before; null: none';
comment on column isms.classification_event.class is 'Class since; null: none';
comment on column isms.classification_event.reason is 'Why: the argument of isms.classify, else the setting isms.comment';
comment on column isms.classification_event.person is 'Person acting';
comment on column isms.classification_event.role_name is 'Role in effect';

create function isms.manages_all_scopes() returns boolean
  language plpgsql stable parallel restricted security definer set search_path = pg_catalog, pg_temp as $$
  -- definer: scopes the caller does not see count
declare
  me text := isms.actor();
begin
  return isms.has_database_role('isms_admin')
      or coalesce((select bool_and(coalesce(isms.holds_role(me, 'isms_manager', s.code), false))
                     from isms.scope s
                    where coalesce(s.closed_on, 'infinity') > isms.today(s.code)), false);
end
$$;

comment on function isms.manages_all_scopes() is 'May the caller rule for the whole database? An ISMS manager of every scope in use and isms_admin may';

alter table isms.classification enable row level security;

create policy read on isms.classification for select using (true);

create policy manage on isms.classification using ((select isms.manages_all_scopes()));

insert into isms.open_table (name, builtin) values ('classification', true);

insert into isms.closed_table (name, readable, builtin) values
  ('shipped_class', true, true), ('kept_class', true, true), ('classification_event', true, true);

-- A class that something carries stays.
create function isms.class_in_use() returns trigger
  language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
  carriers bigint;
begin
  select count(*) into carriers from pg_seclabel l where l.provider = 'isms' and l.label = old.code;
  if carriers > 0 then
    raise exception using
      errcode = 'foreign_key_violation',
      message = format('class %s is in use', old.code),
      detail = format('classification: %s labels name it', carriers),
      hint = 'Give what carries it another class first; isms.database_inventory and isms.column_inventory show what does.',
      schema = 'isms', table = 'classification', column = 'code', constraint = tg_name;
  end if;
  return null;
end
$$;

comment on function isms.class_in_use() is 'AFTER trigger: a class that a label names is neither renamed nor deleted. Errors: 23503';

create trigger in_use_update after update of code on isms.classification
  for each row when (old.code <> new.code) execute function isms.class_in_use();

create trigger in_use_delete after delete on isms.classification
  for each row execute function isms.class_in_use();

create function isms.classify(object regclass, class text, "column" name default null, reason text default null) returns text
  language c set search_path = pg_catalog, pg_temp as 'MODULE_PATHNAME', 'isms_classify';

comment on function isms.classify(regclass, text, name, text) is
  'Gives a table, view or column its class, null: none; returns the class before. For its owner and isms_admin. Errors: IS050 no such class, or nothing that carries one, IS020, 42501, 42703';

create function isms.classify_schema(schema name, class text, reason text default null) returns text
  language c set search_path = pg_catalog, pg_temp as 'MODULE_PATHNAME', 'isms_classify_schema';

comment on function isms.classify_schema(name, text, text) is
  'Gives a schema its class, null: none, which tables and views in it have that carry none of their own; returns the class before. For its owner and isms_admin. Errors: as isms.classify';

create function isms.class_labels(out relid oid, out attnum integer, out class text, out rank integer) returns setof record
  language sql stable parallel safe rows 100 set search_path = pg_catalog, pg_temp set jit = off
begin atomic
  select l.objoid, l.objsubid, l.label, c.rank
    from pg_seclabel l
    left join isms.classification c on c.code = l.label
   where l.provider = 'isms' and l.classoid = 'pg_class'::regclass
  union all
  select r.oid, coalesce(a.attnum, 0), k.class, c.rank
    from isms.kept_class k
    join pg_namespace n on n.nspname = k.schema_name
    join pg_class r on r.relnamespace = n.oid and r.relname = k.relation_name
    join isms.classification c on c.code = k.class
    left join pg_attribute a on a.attrelid = r.oid and a.attname = k.column_name and a.attnum > 0 and not a.attisdropped
   where k.column_name = '' or a.attnum is not null;
end;

comment on function isms.class_labels() is 'Every class that a table, view (attnum 0) or column carries itself; rank null: a label that is no class of the scheme';

-- Columns of a partition are those of the table it is part of, by name.
create function isms.column_classes(out relid oid, out attnum integer, out rank integer) returns setof record
  language sql stable parallel safe rows 100 set search_path = pg_catalog, pg_temp set jit = off
begin atomic
  select u.relid, u.attnum, max(u.rank)
    from (select l.relid, l.attnum, l.rank from isms.class_labels() l where l.attnum > 0
          union all
          select t.relid, b.attnum, l.rank
            from isms.class_labels() l
            join pg_class p on p.oid = l.relid and p.relkind = 'p'
            join pg_attribute a on a.attrelid = l.relid and a.attnum = l.attnum
           cross join lateral pg_partition_tree(l.relid::regclass) t
            join pg_attribute b on b.attrelid = t.relid and b.attname = a.attname
           where l.attnum > 0 and t.relid <> l.relid) u
   where u.rank is not null
   group by u.relid, u.attnum;
end;

comment on function isms.column_classes() is 'Rank of each column that carries a class, in partitions that of the table they are part of too';

create function isms.relation_classes(out relid oid, out base_rank integer, out rank integer, out basis text) returns setof record
  language sql stable parallel safe rows 100 set search_path = pg_catalog, pg_temp set jit = off
begin atomic
  with held as (
    select u.relid, max(u.rank) filter (where u.how = 'label') as own, max(u.rank) filter (where u.how = 'partition') as above,
           max(u.rank) filter (where u.how = 'columns') as columns
      from (select l.relid, l.rank, 'label' as how from isms.class_labels() l where l.attnum = 0
            union all
            select t.relid::oid, l.rank, 'partition'
              from isms.class_labels() l
              join pg_class p on p.oid = l.relid and p.relkind = 'p'
             cross join lateral pg_partition_tree(l.relid::regclass) t
             where l.attnum = 0 and t.relid <> l.relid
            union all
            select c.relid, c.rank, 'columns' from isms.column_classes() c) u
     where u.rank is not null
     group by u.relid
  ), by_schema as (
    select r.oid as relid, c.rank
      from pg_seclabel l
      join isms.classification c on c.code = l.label
      join pg_class r on r.relnamespace = l.objoid and r.relkind in ('r', 'p', 'v', 'm', 'f')
     where l.provider = 'isms' and l.classoid = 'pg_namespace'::regclass and l.objsubid = 0
  )
  select v.relid, v.base_rank, greatest(v.base_rank, v.columns),
         case
           when v.columns > coalesce(v.base_rank, v.columns - 1) then 'columns'
           when v.own = v.base_rank then 'label'
           when v.above = v.base_rank then 'partition'
           else 'schema'
         end
    from (select relid, coalesce(greatest(h.own, h.above), s.rank) as base_rank, h.own, h.above, h.columns
            from held h full join by_schema s using (relid)) v;
end;

comment on function isms.relation_classes() is
  'Ranks of classified tables and views: base_rank of what carries no class of its own in it, rank of the whole, the highest; basis says which: its own label, its columns'', that of the table it is a partition of, the schema''s';

create function isms.classification_of(object regclass, "column" name default null) returns text
  language plpgsql stable parallel safe set search_path = pg_catalog, pg_temp as $$
declare
  number integer;
begin
  if classification_of."column" is null then
    return (select c.code from isms.relation_classes() r join isms.classification c on c.rank = r.rank where r.relid = classification_of.object);
  end if;
  select a.attnum
    into number
    from pg_attribute a
   where a.attrelid = classification_of.object and a.attname = classification_of."column" and a.attnum > 0 and not a.attisdropped;
  if number is null and classification_of.object is not null then
    raise exception using
      errcode = 'undefined_column',
      message = format('column %I of %s does not exist', classification_of."column", classification_of.object);
  end if;
  return (
    select c.code
      from isms.classification c
     where c.rank = coalesce((select k.rank from isms.column_classes() k where k.relid = classification_of.object and k.attnum = number),
                             (select r.base_rank from isms.relation_classes() r where r.relid = classification_of.object)));
end
$$;

comment on function isms.classification_of(regclass, name) is
  'Class in effect, null: none. Of a table or view the highest of its own, its columns'' and, of a partition, that of the table it is part of; of the schema where it carries none. '
  'Of a column its own, else the table''s without its columns. Errors: 42703';

create function isms.sees_all_relations() returns boolean
  language plpgsql stable parallel restricted set search_path = pg_catalog, pg_temp as $$
declare
  me text := isms.actor();
begin
  return isms.has_database_role('isms_trail_reader')
      or exists (select
                   from isms.role_assignment a
                  where a.person = me and a.role in ('isms_manager', 'internal_auditor') and isms.holds_role(me, a.role, a.scope));
end
$$;

comment on function isms.sees_all_relations() is
  'Does the caller see every table by name in the inventory and what the rules find? Members of isms_trail_reader, ISMS managers and internal auditors do; others those they own or have a right on';

create function isms.sees_relation(relation oid) returns boolean
  language sql stable strict parallel restricted set search_path = pg_catalog, pg_temp
begin atomic
  select pg_has_role(c.relowner, 'usage')
         or has_table_privilege(c.oid, 'select, insert, update, delete, truncate, references, trigger')
         or has_any_column_privilege(c.oid, 'select, insert, update, references')
    from pg_class c
   where c.oid = sees_relation.relation;
end;

comment on function isms.sees_relation(oid) is 'Does the current user own the table or view, or have a right on it or on a column?';
