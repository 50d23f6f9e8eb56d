-- Is capture really on?  The triggers that should be there against those that are, and what was found in between.

-- What was found, as rows of an audited table: so it stands in the trail, like any change.
create table isms.coverage_event (
  id bigint generated always as identity constraint coverage_event_pkey primary key,
  at timestamptz not null default clock_timestamp(),
  table_name text not null,
  trigger_name text,
  what text not null,
  stands boolean
);

comment on table isms.coverage_event is 'Gaps in the recording of changes, as isms.check_coverage found them begin and end';
comment on column isms.coverage_event.id is 'Number';
comment on column isms.coverage_event.at is 'When it was found';
comment on column isms.coverage_event.table_name is 'Table, with its schema';
comment on column isms.coverage_event.trigger_name is 'Trigger that should record or guard; null: the table itself, or the function';
comment on column isms.coverage_event.what is 'As in isms.coverage()';
comment on column isms.coverage_event.stands is 'True: it is so from now on; false: it no longer is; null: it happened between two looks';

-- A trigger switched off and on again is another row of pg_trigger than before, though it looks the same.
create table isms.coverage_seen (
  incarnation uuid,
  table_name text,
  trigger_name text,
  trigger_xmin text not null,
  seen_at timestamptz not null default clock_timestamp(),
  constraint coverage_seen_pkey primary key (incarnation, table_name, trigger_name)
);

comment on table isms.coverage_seen is 'Triggers as isms.check_coverage last saw them';
comment on column isms.coverage_seen.incarnation is 'Installation, see isms.incarnation(): its transaction ids';
comment on column isms.coverage_seen.table_name is 'Table, with its schema';
comment on column isms.coverage_seen.trigger_name is 'Trigger';
comment on column isms.coverage_seen.trigger_xmin is 'Transaction that last wrote its row of pg_trigger';
comment on column isms.coverage_seen.seen_at is 'When it was first seen so';

-- One row for each trigger that should be there: what pg_trigger should say of it (tgtype: 29 after each row, 32 after
-- truncate, 62 before each statement, 31 before each row), and what is there.
create function isms.coverage_triggers(out table_name text, out trigger_name text, out since timestamptz, out trigger_xmin text, out what text)
  returns setof record
  language sql stable parallel safe rows 200 set search_path = pg_catalog, pg_temp set jit = off
begin atomic
  with active as (
    select isms.is_active() as yes
  ), capture (trigger_name, tgtype) as (
    values ('isms_capture', 29), ('isms_capture_truncate', 32)
  ), expected as (
    select o.oid, c.trigger_name, c.tgtype, 'isms.capture()'::regprocedure::oid as tgfoid, '\x'::bytea as tgargs, null::timestamptz as since
      from active
      join pg_class o on o.relkind = 'r' and not o.relispartition and o.relname <> 'activation'
      join isms.own_tables() t on t = o.oid
     cross join capture c
     where active.yes and exists (select from pg_index i where i.indrelid = o.oid and i.indisprimary)
    union all
    select p.relid, c.trigger_name, c.tgtype, 'isms.capture()'::regprocedure,
           (select coalesce(string_agg(convert_to(x.name::text, getdatabaseencoding()) || '\x00'::bytea, '\x'::bytea order by x.n), '\x')
              from unnest(a.exclude) with ordinality x (name, n)),
           a.since
      from isms.audited_table a
     cross join lateral (select to_regclass(format('%I.%I', a.schema_name, a.table_name))
                         union
                         select r.relid from pg_partition_tree(to_regclass(format('%I.%I', a.schema_name, a.table_name))) r) p (relid)
     cross join capture c
     where p.relid is not null
    union all
    select i.inhrelid, g.trigger_name, g.tgtype, 'isms.trail_guard()'::regprocedure, '\x', null
      from pg_inherits i
     cross join (values ('guard', 62), ('guard_row', 31)) g (trigger_name, tgtype)
     where i.inhparent = 'isms.trail_entry'::regclass
    union all
    select t.oid, 'guard', 62, 'isms.trail_guard()'::regprocedure, '\x', null
      from active
     cross join unnest(array['isms.trail_entry', 'isms.trail_identity', 'isms.trail_table_version', 'isms.checkpoint', 'isms.trail_tile', 'isms.trail_tail', 'isms.trail_key']::regclass[]) t (oid)
     where active.yes
  )
  select format('%I.%I', n.nspname, c.relname) as table_name,
         e.trigger_name,
         e.since,
         g.xmin::text as trigger_xmin,
         case
           when g.oid is null then 'missing'
           when g.tgfoid <> e.tgfoid or g.tgtype <> e.tgtype or g.tgargs <> e.tgargs or g.tgqual is not null or g.tgattr::text <> '' then 'altered'
           when g.tgenabled = 'D' then 'disabled'
           when g.tgenabled <> 'A' then 'not enabled always'
         end as what
    from expected e
    join pg_class c on c.oid = e.oid
    join pg_namespace n on n.oid = c.relnamespace
    left join pg_trigger g on g.tgrelid = e.oid and g.tgname = e.trigger_name
  union all
  select 'event trigger', w.trigger_name, null, g.xmin::text,
         case
           when g.oid is null then 'missing'
           when g.evtevent <> w.event or p.oid is null or (g.evttags is null) <> (w.event = 'table_rewrite') then 'altered'
           when g.evtenabled = 'D' then 'disabled'
           when g.evtenabled <> 'A' then 'not enabled always'
         end
    from active
   cross join (values ('isms_ddl_start', 'ddl_command_start'), ('isms_ddl_end', 'ddl_command_end'),
                      ('isms_ddl_drop', 'sql_drop'), ('isms_ddl_rewrite', 'table_rewrite')) w (trigger_name, event)
    left join pg_event_trigger g on g.evtname = w.trigger_name
    left join pg_proc p on p.oid = g.evtfoid and (p.pronamespace, p.proname, p.prosrc) = ('isms'::regnamespace, 'watch_ddl', 'isms_watch_ddl')
   where active.yes;
end;

comment on function isms.coverage_triggers() is
  'Triggers that should record changes or guard the trail, and how they are: the transaction that last wrote the row of pg_trigger, and what is wrong, null: nothing';

create function isms.coverage(out table_name text, out trigger_name text, out what text) returns setof record
  language sql stable parallel safe rows 10 set search_path = pg_catalog, pg_temp set jit = off
begin atomic
  select t.table_name,
         t.trigger_name,
         coalesce(t.what, 'switched since the last look')
    from isms.coverage_triggers() t
    left join isms.coverage_seen s
      on s.incarnation = isms.incarnation() and s.table_name = t.table_name and s.trigger_name = t.trigger_name
   where t.what is not null
      -- isms.enable_audit makes its triggers anew, and stands in the trail itself
      or s.trigger_xmin <> t.trigger_xmin and (t.since is null or t.since < s.seen_at)
  union all
  select format('%I.%I', a.schema_name, a.table_name), null, 'table missing'
    from isms.audited_table a
   where to_regclass(format('%I.%I', a.schema_name, a.table_name)) is null
  union all
  select u.name::text, null, 'not audited, though its schema is'
    from isms.tables_to_take_in() u (name)
  union all
  select p.oid::regprocedure::text, null, 'function altered'
    from pg_proc p
    join pg_language l on l.oid = p.prolang
   where (p.oid = 'isms.capture()'::regprocedure and (l.lanname, p.prosrc) <> ('c', 'isms_capture'))
      or (p.oid = 'isms.trail_guard()'::regprocedure and (l.lanname, p.prosrc) <> ('c', 'isms_trail_guard'))
   order by 1, 2, 3;
end;

comment on function isms.coverage() is
  'Gaps in the recording of changes: triggers missing, altered, disabled, not enabled always, or switched since isms.check_coverage last looked; audited tables that are gone or renamed, tables a rule takes in that are not audited. No row: all is covered';

create function isms.check_coverage() returns integer
  language plpgsql security definer set search_path = pg_catalog, pg_temp set jit = off as $$
  -- definer: who seals has what is found recorded, but may write no findings of their own
declare
  recorded integer;
begin
  if not isms.is_active() then
    return 0;
  end if;
  lock table isms.coverage_event in share update exclusive mode;

  with found as materialized (
    select c.table_name, c.trigger_name, c.what from isms.coverage() c
  ), standing as materialized (
    select l.table_name, l.trigger_name, l.what
      from (select distinct on (e.table_name, e.trigger_name, e.what) e.table_name, e.trigger_name, e.what, e.stands
              from isms.coverage_event e
             where e.stands is not null
             order by e.table_name, e.trigger_name, e.what, e.id desc) l
     where l.stands
  )
  insert into isms.coverage_event (table_name, trigger_name, what, stands)
  (select f.table_name, f.trigger_name, f.what, case when f.what <> 'switched since the last look' then true end
     from found f
    where not exists (select from standing s where (s.table_name, s.what) = (f.table_name, f.what) and s.trigger_name is not distinct from f.trigger_name)
    order by 1, 2, 3)
  union all
  (select s.table_name, s.trigger_name, s.what, false
     from standing s
    where not exists (select from found f where (s.table_name, s.what) = (f.table_name, f.what) and s.trigger_name is not distinct from f.trigger_name)
    order by 1, 2, 3);
  get diagnostics recorded = row_count;

  with now as materialized (
    select t.table_name, t.trigger_name, t.trigger_xmin from isms.coverage_triggers() t where t.trigger_xmin is not null
  ), gone as (
    delete from isms.coverage_seen s
     where s.incarnation = isms.incarnation()
       and not exists (select from now n where (n.table_name, n.trigger_name) = (s.table_name, s.trigger_name))
  )
  insert into isms.coverage_seen (incarnation, table_name, trigger_name, trigger_xmin)
  select isms.incarnation(), n.table_name, n.trigger_name, n.trigger_xmin
    from now n
    left join isms.coverage_seen s on (s.incarnation, s.table_name, s.trigger_name) = (isms.incarnation(), n.table_name, n.trigger_name)
   where s.trigger_xmin is distinct from n.trigger_xmin
      on conflict (incarnation, table_name, trigger_name) do update
     set trigger_xmin = excluded.trigger_xmin, seen_at = excluded.seen_at;
  return recorded;
end
$$;

comment on function isms.check_coverage() is
  'Looks at isms.coverage() and records in isms.coverage_event what began, ended or happened since the last look; returns how much. Each seal calls it; writes nothing while nothing changed';

insert into isms.closed_table (name, readable, builtin) values
  ('coverage_event', true, true), ('coverage_seen', true, true);

insert into isms.admin_function (name, builtin) values
  ('check_coverage', true);

insert into isms.activation_step (step, position, procedure, builtin) values
  ('what capture missed', -50, 'isms.check_coverage', true),
  ('first look at coverage', 50, 'isms.check_coverage', true);
