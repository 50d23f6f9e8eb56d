-- What holds for every object of the extension, fresh after CREATE EXTENSION: asked of the system
-- catalogues, so that an object added later is judged too.  Each test shows the objects that offend.
\set ON_ERROR_STOP on
\pset format unaligned
\pset tuples_only on
\pset pager off

begin;

select no_plan();

create temp view member as
  select d.classid, d.objid, pg_describe_object(d.classid, d.objid, 0) as name
    from pg_depend d
    join pg_extension e on e.oid = d.refobjid and e.extname = 'isms'
   where d.refclassid = 'pg_extension'::regclass and d.deptype = 'e';

create temp view relation as
  select c.*, c.oid::regclass as name
    from pg_class c
    join member m on m.classid = 'pg_class'::regclass and m.objid = c.oid;

create temp view routine as
  select p.*, p.oid::regprocedure as name, l.lanname
    from pg_proc p
    join member m on m.classid = 'pg_proc'::regclass and m.objid = p.oid
    join pg_language l on l.oid = p.prolang;

select isnt_empty('select from routine', 'the extension has functions');

-- Where things are.

select is_empty($$
  select m.name
    from member m, pg_identify_object(m.classid, m.objid, 0) i
   where i.schema <> 'isms' and m.classid <> 'pg_operator'::regclass $$, 'every object is in schema isms');

select is_empty($$
  select m.name
    from member m
    join pg_operator o on m.classid = 'pg_operator'::regclass and o.oid = m.objid
    join pg_type l on l.oid = o.oprleft
    join pg_type r on r.oid = o.oprright
   where o.oprnamespace <> 'pg_catalog'::regnamespace or 'isms'::regnamespace not in (l.typnamespace, r.typnamespace) $$,
  'every operator is in pg_catalog, found under every search_path, and takes a type of ours');

select is_empty($$
  select r.name, a.attname
    from relation r
    join pg_attribute a on a.attrelid = r.oid and a.attnum > 0 and not a.attisdropped
    join pg_type t on t.oid = a.atttypid
   where r.relkind in ('r', 'p') and t.typnamespace = 'pg_catalog'::regnamespace and t.typname ~ '^_?(reg|oid)' $$,
  'no table stores object identifiers: they mean nothing in a restored database');

select is_empty($$
  select r.name, a.attname, a.atttypid::regtype
    from relation r
    join pg_attribute a on a.attrelid = r.oid and a.attnum > 0
    join pg_type t on t.oid = a.atttypid
   where r.relkind = 'v' and t.typnamespace = 'isms'::regnamespace and r.name::text <> 'isms.risk_method_spec' $$,
  'views have built-in types only, which every reporting tool knows, but the one that compiles methods');

-- Comments.

select is_empty($$
  select m.name
    from member m
    left join pg_class c on m.classid = 'pg_class'::regclass and c.oid = m.objid
    left join pg_type t on m.classid = 'pg_type'::regclass and t.oid = m.objid
    left join pg_class composite on composite.oid = t.typrelid
   where m.classid in ('pg_namespace'::regclass, 'pg_proc'::regclass, 'pg_class'::regclass, 'pg_type'::regclass,
                       'pg_opclass'::regclass, 'pg_event_trigger'::regclass)
     and (c.oid is null or c.relkind in ('r', 'p', 'v', 'm', 'f'))
     and (t.oid is null or t.typtype in ('b', 'd', 'e', 'r') and t.typelem = 0 or composite.relkind = 'c')
     and not exists (select from pg_depend d where d.classid = m.classid and d.objid = m.objid and d.deptype = 'i')
     and obj_description(m.objid, m.classid::regclass::name) is null
   order by 1 $$, 'every table, view, function, type, operator class and event trigger has a comment');

select is_empty($$
  select m.name
    from member m
    join pg_operator o on m.classid = 'pg_operator'::regclass and o.oid = m.objid
   where obj_description(o.oid, 'pg_operator') is null $$, 'every operator has a comment');

select is_empty($$
  select r.name, a.attname
    from relation r
    join pg_attribute a on a.attrelid = r.oid and a.attnum > 0 and not a.attisdropped
   where r.relkind in ('r', 'p', 'v', 'm', 'c') and col_description(r.oid, a.attnum) is null
   order by r.name::text, a.attnum $$, 'every column has a comment');

-- Functions.

select is_empty($$
  select r.name
    from routine r
   where r.lanname in ('sql', 'plpgsql')
     and not coalesce('search_path=pg_catalog, pg_temp' = any (r.proconfig), false)
     and (r.prosqlbody is null or r.prosecdef) $$,
  'every function pins its search_path, or has a parsed body and its caller''s rights');

select is_empty($$
  select r.name::text
    from routine r
   where r.lanname in ('sql', 'plpgsql') and r.prosqlbody is null and regexp_replace(r.prosrc, 'E''[^'']*''', '', 'g') ~ E'\\\\'
     and not coalesce('standard_conforming_strings=on' = any (r.proconfig), false)
   union all
  select 'due_source ' || s.name from isms.due_source s where s.query ~ E'\\\\'
   union all
  select 'document_kind ' || k.code from isms.document_kind k where k.kept_where ~ E'\\\\' $$,
  'no function, and no SQL kept as text that one runs, reads a backslash as the session has it');

select is_empty($$
  select r.name
    from routine r, aclexplode(coalesce(r.proacl, acldefault('f', r.proowner))) a
   where a.grantee <> r.proowner and r.name::text not in ('isms.capture()', 'isms.judges_row(oid,text,text)') $$,
  'no function may be executed by anybody but the owner, except the capture trigger''s, which a partition''s owner must be able to attach, and what a trigger''s condition asks');

select is_empty($$
  select r.name
    from routine r
   where r.prosecdef and r.prosrc !~* 'definer' and r.prosqlbody is null and r.lanname <> 'c' $$,
  'every SECURITY DEFINER function says why');

-- CREATE EXTENSION looks at no function body; here each is created again with checking on.
create temp table body_error (name regprocedure, error text);

do $$
declare
  r record;
begin
  perform set_config('check_function_bodies', 'on', true);
  perform set_config('search_path', 'pg_catalog, pg_temp', true);
  for r in select f.oid, f.name from pg_temp.routine f where f.lanname in ('sql', 'plpgsql') loop
    begin
      execute pg_get_functiondef(r.oid);
    exception when others then
      insert into pg_temp.body_error values (r.name, sqlerrm);
    end;
  end loop;
  perform set_config('search_path', 'public', true);
end
$$;

select is_empty('select name, error from body_error', 'every function body compiles');

select exists (select from pg_available_extensions where name = 'plpgsql_check') as plpgsql_check \gset
\if :plpgsql_check
create extension plpgsql_check;

-- Trigger functions are checked against each table that they serve.
create temp view to_check as
  select r.oid, r.name, coalesce(t.tgrelid, 0) as relation, t.tgoldtable, t.tgnewtable
    from routine r
    left join pg_trigger t on t.tgfoid = r.oid
   where r.lanname = 'plpgsql' and (r.prorettype <> 'trigger'::regtype or t.oid is not null);

select is_empty($$
  select distinct c.name, nullif(c.relation, 0)::regclass, p.lineno, p.sqlstate, p.message
    from to_check c,
         plpgsql_check_function_tb(c.oid, c.relation, fatal_errors => false, extra_warnings => false,
                                   performance_warnings => false, other_warnings => false,
                                   oldtable => c.tgoldtable, newtable => c.tgnewtable) p
   where p.level = 'error' $$, 'every statement of every plpgsql function compiles');
\else
select skip('plpgsql_check is not installed', 1);
\endif

select is_empty($$
  select distinct r.name, code[1]
    from routine r, regexp_matches(r.prosrc, '''(IS\d\d\d)''', 'g') code
   where code[1] not in (select e.code from isms.error_code e) $$, 'every error code that is raised is listed in isms.error_code');

-- A check that is null passes: what a rule needs in prose must be there.
select is_empty($$
  select c.conrelid::regclass, c.conname, pg_get_constraintdef(c.oid)
    from pg_constraint c
    join relation r on r.oid = c.conrelid
   where c.contype = 'c' and pg_get_constraintdef(c.oid) ~ ' (OR|AND) .*~ ''\\S' and pg_get_constraintdef(c.oid) !~ 'COALESCE' $$,
  'no rule that asks for prose under a condition is content with null');

-- Rights.

select is_empty($$
  select r.name, a.privilege_type, a.grantee::regrole
    from relation r, aclexplode(r.relacl) a
   where a.grantee <> r.relowner
   union all
  select r.name, a.privilege_type, a.grantee::regrole
    from relation r
    join pg_attribute t on t.attrelid = r.oid, aclexplode(t.attacl) a $$,
  'tables, views and sequences are granted to nobody');

select is_empty($$
  select r.name
    from relation r
   where r.relkind = 'v' and not coalesce('security_invoker=true' = any (r.reloptions), false) $$,
  'every view reads with the rights of its caller');

select is_empty($$
  select r.name
    from relation r
   where r.relkind in ('r', 'p')
     and exists (select from pg_attribute a where a.attrelid = r.oid and a.attname = 'scope' and not a.attisdropped)
     and not (r.relrowsecurity and exists (select from pg_policy p where p.polrelid = r.oid)) $$,
  'every table with a column scope has row security');

-- Dumps.

create temp view dumped as
  select u.relation::regclass as name, u.relation, e.extcondition[u.position] as condition
    from pg_extension e, unnest(e.extconfig) with ordinality u(relation, position)
   where e.extname = 'isms';

select is_empty($$
  select r.name
    from relation r
   where r.relkind in ('r', 'p', 'S') and r.oid not in (select d.relation from dumped d)
     and r.name::text <> all ('{isms.activation}') $$, 'every table and sequence goes into dumps, the activation alone does not');

select is_empty($$
  select r.name
    from relation r
    join pg_attribute a on a.attrelid = r.oid and a.attname = 'builtin'
    join dumped d on d.relation = r.oid
   where d.condition !~* '^where .*not builtin' $$, 'shipped rows stay out of dumps');

-- pg_dump orders tables by their foreign keys; a circle has no order.
select is_empty($$
  with recursive refers(first, last, path) as (
    select c.conrelid, c.confrelid, array[c.conrelid]
      from pg_constraint c
      join relation r on r.oid = c.conrelid
     where c.contype = 'f' and c.conrelid <> c.confrelid
     union
    select f.first, c.confrelid, f.path || c.conrelid
      from refers f
      join pg_constraint c on c.conrelid = f.last and c.contype = 'f' and c.confrelid <> c.conrelid
     where c.conrelid <> all (f.path)
  )
  select distinct f.path::regclass[] from refers f where f.last = f.first and f.first = (select min(p) from unnest(f.path) p) $$,
  'no foreign keys go round in a circle');

select is_empty($$
  select r.name
    from relation r
   where r.relkind = 'r' and r.name::text !~ '^isms\.(checkpoint|trail_tile|trail_tail|trail_key|trail_identity|trail_table_version|import_(?!kind$|column$|alias$|issue$))'
     and not exists (select from pg_index i where i.indrelid = r.oid and i.indisprimary) $$, 'every table has a primary key, but those of the trail and the ready tables of imports');

select is_empty($$
  select c.conrelid::regclass, c.conname
    from pg_constraint c
    join relation r on r.oid = c.conrelid
   where c.contype = 'f' and c.confupdtype <> 'c'
     and not exists (select from pg_attribute a where a.attrelid = c.confrelid and a.attnum = any (c.confkey) and a.attidentity <> '')
     and not exists (select from pg_attribute a where a.attrelid = c.confrelid and a.attname = 'builtin') $$,
  'a changed code is carried along by every foreign key, except to shipped lists and numbered rows');

-- Inactive until isms.activate().

select is_empty($$
  select t.tgrelid::regclass, t.tgname
    from pg_trigger t
    join relation r on r.oid = t.tgrelid
   where not t.tgisinternal and t.tgenabled <> 'D' $$, 'every trigger is off until isms.activate()');

select is_empty($$
  select m.name
    from member m
    join pg_event_trigger t on m.classid = 'pg_event_trigger'::regclass and t.oid = m.objid
   where t.evtenabled <> 'D' and t.evtname <> 'isms_ddl_label' $$, 'every event trigger is off until isms.activate(), but for the one that only loads the library for a restore of labels');

select * from finish();

rollback;
