-- A.5.10, A.5.13: what a class demands of the tables that carry it, where they miss it, and what mends it.

create table isms.handling_kind (
  code text constraint handling_kind_pkey primary key,
  position integer not null,
  title text not null,
  control isms.reference not null,
  builtin boolean not null default false
);

comment on table isms.handling_kind is 'Rules for handling that a class may demand';
comment on column isms.handling_kind.code is 'Key';
comment on column isms.handling_kind.position is 'Order in which violations are mended: audit, for one, refuses unlogged tables';
comment on column isms.handling_kind.title is 'What it demands';
comment on column isms.handling_kind.control is 'Control of Annex A that it serves';
comment on column isms.handling_kind.builtin is 'Shipped with the extension';

insert into isms.handling_kind (code, position, title, control, builtin) values
  ('no_public', 1, 'Nothing is granted to PUBLIC', 'A.8.3', true),
  ('named_roles', 2, 'Only the owner and the roles that the rule names have rights', 'A.5.15', true),
  ('row_security', 3, 'Rows are told apart: row security is on; a view reads with the rights of who asks', 'A.8.3', true),
  ('logged', 4, 'The table is logged: it survives a crash, and standbys and backups have it', 'A.8.13', true),
  ('audit', 5, 'Every change is recorded: audit is on', 'A.8.15', true),
  ('views', 6, 'Views that read it carry a class as high', 'A.5.13', true),
  ('owner', 7, 'The owner is no superuser who logs in', 'A.8.2', true),
  ('encryption', 8, 'How it is encrypted at rest is noted', 'A.8.24', true);

create table isms.handling_rule (
  class text not null constraint handling_rule_class_fkey references isms.classification on update cascade on delete cascade,
  rule text not null constraint handling_rule_rule_fkey references isms.handling_kind,
  mode text not null default 'report' constraint handling_rule_mode_known check (mode in ('report', 'refuse')),
  roles text[] not null default '{}' constraint handling_rule_roles_named check (array_position(roles, null) is null and (roles = '{}' or rule = 'named_roles')),
  constraint handling_rule_pkey primary key (class, rule)
);

comment on table isms.handling_rule is 'Which class demands what';
comment on column isms.handling_rule.class is 'Class';
comment on column isms.handling_rule.rule is 'What it demands';
comment on column isms.handling_rule.mode is 'report: shown in isms.handling_violation; refuse: commands that would bring about such a violation are refused too (IS051)';
comment on column isms.handling_rule.roles is 'For named_roles: roles that may have rights';

create index handling_rule_rule_idx on isms.handling_rule (rule);

create table isms.handling_note (
  schema_name text,
  relation_name text,
  rule text not null constraint handling_note_rule_fkey references isms.handling_kind,
  note text not null constraint handling_note_note_given check (note ~ '\S'),
  valid_until date,
  created_by text default isms.actor(),
  constraint handling_note_pkey primary key (schema_name, relation_name, rule)
);

comment on table isms.handling_note is 'How a table meets a rule that the catalogues can''t show, or why it needs not: what a note is about is no violation';
comment on column isms.handling_note.schema_name is 'Schema';
comment on column isms.handling_note.relation_name is 'Table or view';
comment on column isms.handling_note.rule is 'Rule';
comment on column isms.handling_note.note is 'How, or why not';
comment on column isms.handling_note.valid_until is 'Last day it counts, in UTC; null: no end';
comment on column isms.handling_note.created_by is 'Person who recorded it';

create index handling_note_rule_idx on isms.handling_note (rule);

alter table isms.handling_rule enable row level security;

create policy read on isms.handling_rule for select using (true);

create policy manage on isms.handling_rule using ((select isms.manages_all_scopes()));

alter table isms.handling_note enable row level security;

create policy read on isms.handling_note for select using (true);

create policy manage on isms.handling_note using ((select isms.manages_all_scopes()));

insert into isms.open_table (name, builtin) values ('handling_rule', true), ('handling_note', true);

insert into isms.closed_table (name, readable, builtin) values ('handling_kind', true, true);

create function isms.setup_classification(scope text default null) returns void
  language sql set search_path = pg_catalog, pg_temp
begin atomic
  with class as (
    insert into isms.classification (code, rank, title, description)
    select s.code, s.rank, s.title, s.description
      from isms.shipped_class s
     where not exists (select from isms.classification)
    returning code)
  insert into isms.handling_rule (class, rule)
  select c.code, r.rule from class c join isms.shipped_class s on s.code = c.code cross join unnest(s.rules) r(rule);
end;

comment on function isms.setup_classification(text) is 'Step of isms.setup: takes the shipped classes and their rules over into a scheme that has none';

insert into isms.setup_step (step, position, procedure, builtin) values ('classification', 20, 'isms.setup_classification', true);

insert into isms.admin_function (name, builtin) values ('setup_classification', true);

-- Which views read which classified columns, through views that carry no class themselves; a class on a view is a decision about it.
create function isms.view_readings(out relid oid, out rank integer) returns setof record
  language sql stable parallel safe rows 100 set search_path = pg_catalog, pg_temp set jit = off
begin atomic
  with recursive class as materialized (
    select r.relid, r.base_rank, r.rank from isms.relation_classes() r
  ), col as materialized (
    select k.relid, k.attnum, k.rank from isms.column_classes() k
  ), direct as materialized (
    select distinct w.ev_class as view, d.refobjid as relid, d.refobjsubid as attnum
      from pg_depend d
      join pg_rewrite w on w.oid = d.objid
      join pg_class v on v.oid = w.ev_class and v.relkind in ('v', 'm')
     where d.classid = 'pg_rewrite'::regclass and d.refclassid = 'pg_class'::regclass and d.refobjid <> w.ev_class
  ), reads (view, rank) as (
    select d.view, case when d.attnum = 0 then c.rank else coalesce(k.rank, c.base_rank) end
      from direct d
      join class c on c.relid = d.relid
      left join col k on k.relid = d.relid and k.attnum = d.attnum
    union
    select d.view, r.rank
      from reads r
      join direct d on d.relid = r.view
     where r.rank is not null and not exists (select from class c where c.relid = r.view and c.base_rank is not null)
  )
  select r.view, max(r.rank) from reads r where r.rank is not null group by r.view;
end;

comment on function isms.view_readings() is 'The highest rank of what each view reads that reads anything classified';

-- One select a rule.  Names are quoted where they become part of a statement.
create function isms.handling_findings(out ids text[], out relid oid, out schema_name text, out relation_name text, out relation text, out column_name text,
    out rank integer, out class text, out rule text, out mode text, out problem text, out mend text) returns setof record
  language sql stable parallel safe rows 100 set search_path = pg_catalog, pg_temp set quote_all_identifiers = off set jit = off
begin atomic
  with classified as materialized (
    select r.relid, r.base_rank, r.rank from isms.relation_classes() r
  ), item as materialized (
    select c.oid as relid, n.nspname::text as schema_name, c.relname::text as relation_name, format('%I.%I', n.nspname, c.relname) as name,
           c.relkind, c.relpersistence, c.relowner, c.relacl, c.relrowsecurity, r.base_rank, r.rank,
           coalesce((select bool_or(o.option_value::boolean) from pg_options_to_table(c.reloptions) o where o.option_name = 'security_invoker'), false) as invoker,
           case c.relkind when 'v' then 'view' when 'm' then 'materialized view' when 'f' then 'foreign table' else 'table' end as word,
           c.relispartition and exists (select from pg_partition_ancestors(c.oid) p join classified t on t.relid = p.relid where p.relid <> c.oid) as with_parent
      from classified r
      join pg_class c on c.oid = r.relid
      join pg_namespace n on n.oid = c.relnamespace
     where c.relpersistence <> 't'
  ), demand as materialized (
    select k.rank, k.code as class, h.rule, h.mode, h.roles
      from isms.handling_rule h
      join isms.classification k on k.code = h.class
  ), col as materialized (
    select k.relid, k.attnum, k.rank from isms.column_classes() k
  ), claim as materialized (
    -- what each class in a table demands of the whole
    select u.relid, d.*
      from (select i.relid, i.base_rank as rank from item i union select k.relid, k.rank from col k) u
      join demand d on d.rank = u.rank
  ), rights as materialized (
    select i.relid, 0 as attnum, e.grantee, array_agg(distinct lower(e.privilege_type) order by lower(e.privilege_type)) as may,
           bool_or(e.privilege_type in ('SELECT', 'INSERT', 'UPDATE', 'REFERENCES')) as reaches_columns
      from item i
     cross join lateral aclexplode(i.relacl) e
     where e.grantee <> i.relowner
     group by i.relid, e.grantee
    union all
    select i.relid, a.attnum, e.grantee, array_agg(distinct lower(e.privilege_type) order by lower(e.privilege_type)), true
      from item i
      join pg_attribute a on a.attrelid = i.relid and a.attacl is not null and not a.attisdropped
     cross join lateral aclexplode(a.attacl) e
     where e.grantee <> i.relowner
     group by i.relid, a.attnum, e.grantee
  ), found as (
    select i.relid, 0 as attnum, d.class, d.rank, d.rule, d.mode,
           case when i.word <> 'table' then 'its changes can''t be recorded' else 'its changes are not recorded' end as problem,
           case i.word when 'table' then format('select isms.enable_audit(%L)', i.name) end as mend,
           '{""}'::text[] as parts
      from item i
      join claim d on d.relid = i.relid and d.rule = 'audit'
     where i.relkind in ('r', 'p', 'f') and not i.with_parent
       and (select count(*) from pg_trigger g where g.tgrelid = i.relid and g.tgfoid = 'isms.capture()'::regprocedure and g.tgenabled = 'A') < 2
    union all
    select i.relid, 0, d.class, d.rank, d.rule, d.mode,
           case i.word when 'table' then 'row security is off' when 'view' then 'it reads with its owner''s rights' else format('a %s has no row security', i.word) end,
           case i.word when 'table' then format('alter table %s enable row level security', i.name)
                       when 'view' then format('alter view %s set (security_invoker = true)', i.name) end,
           '{""}'
      from item i
      join claim d on d.relid = i.relid and d.rule = 'row_security'
     where case i.word when 'table' then not i.relrowsecurity when 'view' then not i.invoker else true end
    union all
    select d.relid, d.attnum, d.class, d.rank, d.rule, d.mode,
           case d.grantee when 0 then 'PUBLIC' else coalesce(quote_ident(g.rolname), d.grantee::text) end || ' may ' || array_to_string(d.may, ', '),
           format('revoke all %son %s from %s', case when d.attnum > 0 then format('(%I) ', a.attname) else '' end, i.name,
                  case d.grantee when 0 then 'public' else quote_ident(g.rolname) end),
           array(select d.grantee::text || ' ' || m.privilege from unnest(d.may) m(privilege))
      from (-- what a grant reaches: the whole what carries no class of its own in it and each column, one on a column that column
            select r.relid, r.attnum, r.grantee, r.may, e.class, e.rank, e.rule, e.mode
              from (select t.relid, t.attnum, t.grantee, t.may, coalesce(k.rank, n.base_rank) as rank
                      from rights t
                      join item n on n.relid = t.relid
                      left join col k on k.relid = t.relid and k.attnum = t.attnum
                    union all
                    select t.relid, t.attnum, t.grantee, t.may, k.rank
                      from rights t
                      join col k on k.relid = t.relid
                     where t.attnum = 0 and t.reaches_columns) r
              join demand e on e.rank = r.rank
              left join pg_roles o on o.oid = r.grantee
             where e.rule = 'no_public' and r.grantee = 0
                or e.rule = 'named_roles' and r.grantee <> 0 and coalesce(o.rolname, '') <> all (e.roles)) d
      join item i on i.relid = d.relid
      left join pg_roles g on g.oid = d.grantee
      left join pg_attribute a on a.attrelid = d.relid and a.attnum = d.attnum and d.attnum > 0
    union all
    select i.relid, 0, d.class, d.rank, d.rule, d.mode, 'it is unlogged: a crash empties it, and standbys have nothing of it', format('alter table %s set logged', i.name), '{""}'
      from item i
      join claim d on d.relid = i.relid and d.rule = 'logged'
     where i.relkind = 'r' and i.relpersistence = 'u'
    union all
    select i.relid, 0, d.class, d.rank, d.rule, d.mode, format('its owner %I is a superuser who logs in', o.rolname), null, '{""}'
      from item i
      join claim d on d.relid = i.relid and d.rule = 'owner'
      join pg_roles o on o.oid = i.relowner and o.rolsuper and o.rolcanlogin
    union all
    select i.relid, 0, d.class, d.rank, d.rule, d.mode, 'how it is encrypted at rest is not noted',
           format('insert into isms.handling_note (schema_name, relation_name, rule, note) values (%L, %L, ''encryption'', ''...'')', i.schema_name, i.relation_name),
           '{""}'
      from item i
      join claim d on d.relid = i.relid and d.rule = 'encryption'
     where i.relkind in ('r', 'p', 'm') and not i.with_parent
    union all
    select v.relid, 0, d.class, d.rank, d.rule, d.mode, format('it reads what is %s', d.class),
           case when exists (select from pg_depend e where e.classid = 'pg_class'::regclass and e.objid = v.relid and e.deptype = 'e')
                then format('select isms.classify(%L, %L)', format('%I.%I', n.nspname, c.relname), d.class)
                else format('security label for isms on %s %I.%I is %L', case c.relkind when 'v' then 'view' else 'materialized view' end, n.nspname, c.relname, d.class) end,
           '{""}'
      from isms.view_readings() v
      join demand d on d.rank = v.rank and d.rule = 'views'
      join pg_class c on c.oid = v.relid and c.relpersistence <> 't'
      join pg_namespace n on n.oid = c.relnamespace and n.nspname <> 'isms'
      left join item i on i.relid = v.relid
     where coalesce(i.rank, v.rank - 1) < v.rank
    union all
    select l.relid, l.attnum, l.class, null, 'known_class', 'report', format('%s is no class of the scheme', l.class), null, '{""}'
      from isms.class_labels() l
     where l.rank is null
  )
  select array(select f.relid::text || ' ' || f.attnum::text || ' ' || f.rule || ' ' || p.part from unnest(f.parts) p(part)),
         f.relid, n.nspname::text, c.relname::text, format('%I.%I', n.nspname, c.relname), a.attname::text, f.rank, f.class, f.rule, f.mode, f.problem, f.mend
    -- told once, for a class that refuses before one that reports, and then for the highest
    from (select distinct on (g.relid, g.attnum, g.rule, g.parts) g.* from found g order by g.relid, g.attnum, g.rule, g.parts, g.mode = 'refuse' desc, g.rank desc) f
    join pg_class c on c.oid = f.relid
    join pg_namespace n on n.oid = c.relnamespace
    left join pg_attribute a on a.attrelid = f.relid and a.attnum = f.attnum and f.attnum > 0
   where not exists (select
                       from isms.handling_note h
                      where h.schema_name = n.nspname and h.relation_name = c.relname and h.rule = f.rule
                        and coalesce(h.valid_until, 'infinity') >= (statement_timestamp() at time zone 'UTC')::date)
  union all
  select array['schema ' || n.oid::text], null, n.nspname::text, null, quote_ident(n.nspname), null, null, l.label, 'known_class', 'report', format('%s is no class of the scheme', l.label), null
    from pg_seclabel l
    join pg_namespace n on n.oid = l.objoid
   where l.provider = 'isms' and l.classoid = 'pg_namespace'::regclass
     and not exists (select from isms.classification k where k.code = l.label);
end;

comment on function isms.handling_findings() is 'Where tables and views miss what their class demands, whoever may see them; ids tell findings apart, of grants each right';

create view isms.handling_violation with (security_invoker) as
  select f.relation, f.column_name, f.class, f.rule, f.problem, f.mend, f.mode, k.control::text as control, f.schema_name, f.relation_name
    from isms.handling_findings() f
    left join isms.handling_kind k on k.code = f.rule
   where (select isms.sees_all_relations()) or isms.sees_relation(f.relid)
   order by f.rank desc nulls first, f.relation, k.position, f.column_name, f.problem;

comment on view isms.handling_violation is 'Where tables and views miss what their class demands, and the statement that mends it; those the caller may see';
comment on column isms.handling_violation.relation is 'Table or view, with its schema, as in SQL';
comment on column isms.handling_violation.column_name is 'Column; null: the whole';
comment on column isms.handling_violation.class is 'Class that demands it';
comment on column isms.handling_violation.rule is 'Rule; known_class: the label is no class of the scheme';
comment on column isms.handling_violation.problem is 'What is wrong';
comment on column isms.handling_violation.mend is 'Statement that mends it; null where somebody has to decide how';
comment on column isms.handling_violation.mode is 'report, or refuse: commands that would bring it about are refused';
comment on column isms.handling_violation.control is 'Control of Annex A';
comment on column isms.handling_violation.schema_name is 'Schema, plain';
comment on column isms.handling_violation.relation_name is 'Table or view, plain; null: the label is the schema''s';

create function isms.watch_handling() returns event_trigger
  -- names in a command are to be read with the caller's search_path; the function sets its own for what it asks itself
  language c as 'MODULE_PATHNAME', 'isms_watch_handling';

comment on function isms.watch_handling() is
  'Event trigger: refuses commands after which a refusing rule finds what it did not find before (IS051); for SECURITY LABEL it loads the library, whose provider judges the label';

-- On from the beginning: it refuses nothing, and a restore into a database that has the extension needs it.
create event trigger isms_ddl_label on ddl_command_start
  when tag in ('SECURITY LABEL')
  execute function isms.watch_handling();

comment on event trigger isms_ddl_label is 'Loads the library in sessions that begin with SECURITY LABEL';

alter event trigger isms_ddl_label enable always;

create event trigger isms_ddl_handling_start on ddl_command_start
  when tag in ('ALTER FOREIGN TABLE', 'ALTER MATERIALIZED VIEW', 'ALTER TABLE', 'ALTER TRIGGER', 'ALTER VIEW', 'CREATE VIEW', 'DROP TRIGGER', 'GRANT')
  execute function isms.watch_handling();

comment on event trigger isms_ddl_handling_start is 'Notes what refusing rules find before a command';

alter event trigger isms_ddl_handling_start disable;

create event trigger isms_ddl_handling_end on ddl_command_end
  when tag in ('ALTER FOREIGN TABLE', 'ALTER MATERIALIZED VIEW', 'ALTER TABLE', 'ALTER TRIGGER', 'ALTER VIEW', 'CREATE VIEW', 'DROP TRIGGER', 'GRANT')
  execute function isms.watch_handling();

comment on event trigger isms_ddl_handling_end is 'Refuses a command after which a refusing rule finds more';

alter event trigger isms_ddl_handling_end disable;
