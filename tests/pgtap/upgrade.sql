-- pg_upgrade makes functions before operator classes, and before them every view that a function with a parsed body needs.
-- So neither may need an operator class of a type of isms: such a function has its body as text.  Each is made here without them.
\set ON_ERROR_STOP on
\pset format unaligned
\pset tuples_only on
\pset pager off

begin;

select no_plan();

set local allow_system_table_mods = on;

-- Spelled while all is there, as pg_dump does.
create temp table definition as
  with recursive body as (
    select p.oid, p.oid::regprocedure::text as name
      from pg_proc p
     where p.pronamespace = 'isms'::regnamespace and p.prosqlbody is not null),
  beneath as (
    select d.refobjid as oid
      from body b
      join pg_depend d on d.classid = 'pg_proc'::regclass and d.objid = b.oid and d.refclassid = 'pg_class'::regclass
      join pg_class c on c.oid = d.refobjid and c.relkind = 'v' and c.relnamespace = 'isms'::regnamespace
     union
    select d.refobjid
      from beneath n
      join pg_rewrite w on w.ev_class = n.oid
      join pg_depend d on d.classid = 'pg_rewrite'::regclass and d.objid = w.oid and d.refclassid = 'pg_class'::regclass
      join pg_class c on c.oid = d.refobjid and c.relkind = 'v' and c.relnamespace = 'isms'::regnamespace)
  select b.name, pg_get_functiondef(b.oid) as statement from body b
   union all
  select n.oid::regclass::text, format('create or replace view %s as %s', n.oid::regclass, pg_get_viewdef(n.oid)) from beneath n;

create function pg_temp.refused(out what text, out why text) returns setof record language plpgsql as $$
declare
  d record;
begin
  for d in select * from definition order by name loop
    begin
      execute d.statement;
    exception when others then
      what := d.name;
      why := sqlerrm;
      return next;
    end;
  end loop;
end
$$;

select is_empty('select * from pg_temp.refused()', 'every function and view beneath one can be made again');

delete from pg_opclass where opcintype in (select t.oid from pg_type t where t.typnamespace = 'isms'::regnamespace);

select throws_ok($$select distinct r from unnest('{A.5.1}'::isms.reference[]) r$$, '42883', null, 'operator classes are missed');

select is_empty('select * from pg_temp.refused()', 'also before there are operator classes');

select * from finish();

rollback;
