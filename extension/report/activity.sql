-- 9.1: who changed how much, when.  Counted from the trail at each question, a day at a time: what a day can hold lies between
-- the numbers that entries had drawn at the checkpoints around it, so that a question about one month reads that month alone.
create function isms.trail_span(out first_at timestamptz, out last_at timestamptz) returns record
  language sql stable parallel safe security definer set search_path = pg_catalog, pg_temp
  -- definer: to find the ends a reader of one scope would have to read all between them
begin atomic
  select (select e.at from isms.trail_entry e order by e.seq limit 1),
         (select e.at from isms.trail_entry e order by e.seq desc limit 1);
end;

comment on function isms.trail_span() is 'When the first and the last entry of the trail were recorded; nulls if there is none';

-- A clock that was set back by up to an hour leaves nothing out.
create view isms.trail_activity with (security_invoker = true) as
  select e.scope,
         d.day,
         isms.recorded_table(e.table_version) as table_name,
         case e.operation
           when 'I' then 'insert' when 'U' then 'update' when 'D' then 'delete'
           when 'T' then 'truncate' when 'B' then 'baseline' when 'R' then 'recorded anew' else e.operation::text
         end as operation,
         w.who,
         p.name as who_name,
         sum(e.changes)::bigint as changes,
         min(e.first_at) as first_at,
         max(e.last_at) as last_at
    from (select s.time_zone from isms.scope s union select 'UTC') z
    cross join isms.trail_span() t
    cross join lateral (
      select g.day,
             g.day::timestamp at time zone z.time_zone as from_time,
             (g.day + 1)::timestamp at time zone z.time_zone as to_time
        from generate_series(0, ((t.last_at at time zone z.time_zone)::date - (t.first_at at time zone z.time_zone)::date)) n
        cross join lateral (select (t.first_at at time zone z.time_zone)::date + n as day) g) d
    cross join lateral (
      -- no coalesce: the server takes it for something that might tell of rows, and then asks row security of every entry first
      select (select f.frontier
                from ((select c.frontier, c.sealed_at from isms.checkpoint c where c.sealed_at < d.from_time - interval '1 hour' order by c.sealed_at desc limit 1)
                      union all
                      select 0, '-infinity') f
               order by f.sealed_at desc limit 1) as low,
             (select f.frontier
                from ((select c.frontier, c.sealed_at from isms.checkpoint c where c.sealed_at > d.to_time + interval '1 hour' order by c.sealed_at limit 1)
                      union all
                      select 9223372036854775807, 'infinity') f
               order by f.sealed_at limit 1) as high) b
    cross join lateral (
      select case when x.table_version in (select isms.own_table_versions()) then isms.entry_scope(x.operation, x.payload) end as scope, x.table_version, x.identity, x.operation,
             count(*) as changes, min(x.at) as first_at, max(x.at) as last_at
        from isms.trail_entry x
       where x.seq > b.low and x.seq <= b.high and x.at >= d.from_time and x.at < d.to_time
       group by 1, 2, 3, 4) e
    left join isms.scope o on o.code = e.scope
    cross join lateral (select isms.trail_identity_content(e.identity)::jsonb as identity) i
    cross join lateral (select coalesce(i.identity ->> 'actor', isms.trail_person(i.identity ->> 'session_user'), i.identity ->> 'session_user') as who) w
    left join isms.person p on p.code = w.who
   where coalesce(o.time_zone, 'UTC') = z.time_zone
   group by e.scope, d.day, e.table_version, e.operation, w.who, p.name;

comment on view isms.trail_activity is 'How many changes were recorded, by day, table, operation and person; what was archived aside';
comment on column isms.trail_activity.scope is 'Scope of the rows; null: rows without one, and tables that are not of isms';
comment on column isms.trail_activity.day is 'Day, in the scope''s time zone; without a scope in UTC';
comment on column isms.trail_activity.table_name is 'Table, with its schema; of a partition the table it is part of';
comment on column isms.trail_activity.operation is 'insert, update, delete, truncate, baseline or recorded anew, as in isms.audit_trail';
comment on column isms.trail_activity.who is 'Person: the one an application acted for, else the one whose login it was; else the session user';
comment on column isms.trail_activity.who_name is 'Name of the person; null: none, or one you may not see';
comment on column isms.trail_activity.changes is 'How many changes';
comment on column isms.trail_activity.first_at is 'When the first of them was recorded';
comment on column isms.trail_activity.last_at is 'When the last of them was recorded';
