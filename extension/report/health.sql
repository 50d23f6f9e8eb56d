-- What monitoring asks: one row a metric, a number each, with its limits and what they make of it.
create table isms.health_metric (
  name text constraint health_metric_pkey primary key,
  position integer not null,
  title text not null,
  unit text not null,
  warning numeric,
  critical numeric,
  falling boolean not null default false,
  absent text not null default 'ok' constraint health_metric_absent_known check (absent in ('ok', 'warning', 'critical')),
  builtin boolean not null default false
);

comment on table isms.health_metric is 'Metrics of isms.health and their limits';
comment on column isms.health_metric.name is 'Metric';
comment on column isms.health_metric.position is 'Order for display';
comment on column isms.health_metric.title is 'What is measured';
comment on column isms.health_metric.unit is 'seconds, or what is counted; flag: 1 or 0';
comment on column isms.health_metric.warning is 'From this value on it is a warning; null: never';
comment on column isms.health_metric.critical is 'From this value on it is critical; null: never';
comment on column isms.health_metric.falling is 'The limits are the least values that are still well';
comment on column isms.health_metric.absent is 'State where there is nothing to measure';
comment on column isms.health_metric.builtin is 'Shipped with the extension';

create table isms.health_limit (
  metric text constraint health_limit_pkey primary key constraint health_limit_metric_fkey references isms.health_metric on update cascade,
  warning numeric,
  critical numeric
);

comment on table isms.health_limit is 'Limits of one''s own, in place of those of isms.health_metric';
comment on column isms.health_limit.metric is 'Metric';
comment on column isms.health_limit.warning is 'From this value on it is a warning; null: never';
comment on column isms.health_limit.critical is 'From this value on it is critical; null: never';

insert into isms.health_metric (name, position, title, unit, warning, critical, falling, absent, builtin) values
  ('active', 1, 'Rules and trail are on', 'flag', null, 1, true, 'critical', true),
  ('capture_gaps', 2, 'Gaps in the recording of changes, see isms.coverage()', 'gaps', null, 1, false, 'ok', true),
  ('unsealed_entries', 3, 'Entries that wait for a seal', 'entries', null, null, false, 'ok', true),
  ('unsealed_age', 4, 'How long the oldest of them waits', 'seconds', 3600, 86400, false, 'ok', true),
  ('checkpoint_age', 5, 'Age of the newest checkpoint', 'seconds', 7200, 86400, false, 'critical', true),
  ('trail_size', 6, 'Entries the newest checkpoint covers', 'entries', null, null, false, 'ok', true),
  ('leaves_ahead', 7, 'Empty leaves of the trail ahead', 'leaves', 2, 1, true, 'critical', true),
  ('verification_age', 8, 'Time since the whole trail was verified and it was recorded, see isms.verify_and_record', 'seconds', 691200, 2764800, false, 'warning', true),
  ('verification_problems', 9, 'Problems the latest recorded verification found', 'problems', null, 1, false, 'ok', true),
  ('overdue', 10, 'Things in isms.overdue', 'records', 1, null, false, 'ok', true),
  ('overdue_by_kind', 11, 'Those of one kind', 'records', null, null, false, 'ok', true),
  ('acceptances', 12, 'Acceptances of live risks that lapsed or are stale, with none in their place', 'records', 1, null, false, 'ok', true),
  ('open_break_glass', 13, 'Rows written with the glass broken that nobody has reviewed', 'rows', 1, null, false, 'ok', true),
  ('carried_over', 14, 'Rows loaded at cut-over that are to be approved anew', 'rows', null, null, false, 'ok', true),
  ('database_check_age', 15, 'Time since database checks were last run', 'seconds', 691200, null, false, 'warning', true),
  ('database_checks_failing', 16, 'Checks whose latest result is a failure that is not waived', 'checks', 1, null, false, 'ok', true);

create function isms.sees_health(scope text) returns boolean
  language sql stable parallel restricted security definer set search_path = pg_catalog, pg_temp
  -- definer: it is asked below isms.measure_health
begin atomic
  select isms.has_database_role('isms_admin') or isms.has_database_role('pg_monitor') or scope = any (isms.visible_scopes());
end;

comment on function isms.sees_health(text) is 'May the session user see how many things are overdue and open in the scope? Who sees the scope does, and logins of monitoring: members of pg_monitor';

create function isms.measure_health(out metric text, out scope text, out kind text, out value numeric, out message text) returns setof record
  language plpgsql stable parallel restricted security definer rows 40 set search_path = pg_catalog, pg_temp set jit = off as $$
  -- definer: monitoring sees numbers, never the records that are counted
declare
  trail record;
  checked record;
  seen text[];
begin
  select s.* into trail from isms.trail_status() s;
  metric := 'active';
  value := trail.active::integer;
  message := case when trail.active then 'rules and trail are on'
                  else 'isms IS NOT ACTIVE: no rule holds and no change of its tables is recorded; the owner of the extension calls isms.activate()' end;
  return next;

  metric := 'capture_gaps';
  for kind, value, message in
    select k.kind, count(distinct (g.table_name, g.trigger_name)) filter (where g.what is not null), string_agg(distinct concat_ws(' ', g.table_name, g.trigger_name, g.what), '; ')
      from unnest('{isms table,audited table,event trigger,function}'::text[]) with ordinality k(kind, n)
      left join (
        select c.table_name, c.trigger_name, c.what,
               case when c.table_name = 'event trigger' then c.table_name
                    when c.what = 'function altered' then 'function'
                    when starts_with(c.table_name, 'isms.') then 'isms table'
                    else 'audited table' end as kind
          from isms.coverage() c
        union all
        -- while inactive, coverage has nothing to say of them
        select format('%I.%I', t.schema_name, t.table_name), null, 'not recorded', 'isms table'
          from isms.trail_table t
         where not trail.active and t.own and not t.complete) g on g.kind = k.kind
     group by k.kind, k.n
     order by k.n
  loop
    message := case when value = 0 then 'none' when length(message) > 300 then left(message, 300) || ' ...' else message end;
    return next;
  end loop;
  kind := null;

  metric := 'unsealed_entries';
  value := trail.unsealed;
  message := format('%s entries wait for a seal', trail.unsealed);
  return next;

  metric := 'unsealed_age';
  value := coalesce(extract(epoch from trail.oldest_age), 0);
  message := case when trail.unsealed = 0 then 'none waits' else format('since %s UTC', to_char(trail.oldest_unsealed at time zone 'UTC', 'YYYY-MM-DD HH24:MI')) end;
  return next;

  metric := 'checkpoint_age';
  value := extract(epoch from now() - trail.sealed_at);
  message := case when trail.checkpoint is null then 'nothing has ever been sealed: let something call isms.seal()' else format('checkpoint %s', trail.checkpoint) end;
  return next;

  metric := 'trail_size';
  value := coalesce(trail.size, 0);
  message := format('%s entries are sealed', coalesce(trail.size, 0));
  return next;

  metric := 'leaves_ahead';
  select count(*) into value
    from isms.trail_leaves() l
    cross join isms.trail_seq s
   where l.from_seq > s.last_value;
  message := case when value < 2 then 'isms.activate() makes more; when the last is full, writes to audited tables fail' else format('%s are ahead', value) end;
  return next;

  select v.ended_at, v.problems into checked from isms.trail_verification v where v.first = 0 and v.leaves is null order by v.id desc limit 1;
  metric := 'verification_age';
  value := extract(epoch from now() - checked.ended_at);
  message := case when checked.ended_at is null then 'no verification is recorded: let a job call isms.verify_and_record()'
                  else format('at %s UTC', to_char(checked.ended_at at time zone 'UTC', 'YYYY-MM-DD HH24:MI')) end;
  return next;

  select v.problems into checked.problems from isms.trail_verification v order by v.id desc limit 1;
  metric := 'verification_problems';
  value := checked.problems;
  message := case when value > 0 then 'isms.verify_trail() lists them' when value = 0 then 'the trail was whole' else 'no verification is recorded' end;
  return next;

  seen := array(select s.code from isms.scope s where isms.sees_health(s.code) order by s.code);
  for metric, scope, kind, value, message in
    with late as materialized (
      select o.scope, o.kind, count(*) as n, max(o.days) as days from isms.overdue o where o.scope = any (seen) group by o.scope, o.kind)
    select m.metric, m.scope, m.kind, m.value, m.message
      from (
        select 'overdue' as metric, s.scope, null as kind, coalesce(sum(l.n), 0) as value,
               coalesce('the oldest for ' || case max(l.days) when 1 then 'a day' else max(l.days) || ' days' end, 'none') as message
          from unnest(seen) s(scope)
          left join late l on l.scope = s.scope
         group by s.scope
        union all
        select 'overdue_by_kind', l.scope, l.kind, l.n, 'the oldest for ' || case l.days when 1 then 'a day' else l.days || ' days' end from late l
        union all
        -- 6.1.3 f
        select 'acceptances', s.scope, k.state, count(a.code),
               case when count(a.code) = 0 then 'none' else 'isms.acceptance_status lists them' end
          from unnest(seen) s(scope)
          cross join unnest('{lapsed,stale}'::text[]) k(state)
          left join (
            select c.scope, c.code, c.state
              from isms.acceptance_status c
              join isms.risk r on r.scope = c.scope and r.code = c.risk and r.status <> 'closed'
             where c.state in ('lapsed', 'stale')
               and not exists (
                 select
                   from isms.acceptance l
                  where l.scope = c.scope and l.risk = c.risk and l.basis = c.basis and l.status in ('requested', 'accepted') and upper(l.validity) - 1 > c.until)) a
            on a.scope = s.scope and a.state = k.state
         group by s.scope, k.state
        union all
        select 'open_break_glass', s.scope, null, count(u.id),
               coalesce('the oldest since ' || to_char(min(u.used_at) at time zone 'UTC', 'YYYY-MM-DD HH24:MI') || ' UTC; isms.open_break_glass lists them', 'none')
          from unnest(seen) s(scope)
          left join isms.break_glass_use u on u.scope = s.scope and u.reviewed_at is null
         group by s.scope
        union all
        select 'carried_over', s.scope, null, count(c.id), case when count(c.id) = 0 then 'none' else 'isms.carried_over lists them' end
          from unnest(seen) s(scope)
          left join isms.carried_over c on c.scope = s.scope and c.renewed_at is null
         group by s.scope
        union all
        select 'database_check_age', s.scope, null, extract(epoch from now() - r.ended_at),
               coalesce('at ' || to_char(r.ended_at at time zone 'UTC', 'YYYY-MM-DD HH24:MI') || ' UTC', 'never run: isms.run_database_checks')
          from unnest(seen) s(scope)
          left join lateral (select x.ended_at from isms.database_check_run x where x.scope = s.scope order by x.id desc limit 1) r on true
        union all
        select 'database_checks_failing', s.scope, null, count(c.code), coalesce(string_agg(c.code, ', ' order by c.code), 'none')
          from unnest(seen) s(scope)
          left join isms.database_check_status c on c.scope = s.scope and c.standing = 'fail'
         group by s.scope) m
  loop
    return next;
  end loop;
end
$$;

comment on function isms.measure_health() is 'What isms.health shows, without limits';

create view isms.health with (security_invoker = true) as
  select h.metric,
         h.scope,
         h.kind,
         h.value,
         m.unit,
         l.warning,
         l.critical,
         case
           when h.value is null then m.absent
           when m.falling and h.value < l.critical or not m.falling and h.value >= l.critical then 'critical'
           when m.falling and h.value < l.warning or not m.falling and h.value >= l.warning then 'warning'
           else 'ok'
         end as state,
         m.title,
         h.message
    from isms.measure_health() h
    join isms.health_metric m on m.name = h.metric
    left join isms.health_limit o on o.metric = m.name
    cross join lateral (
      select case when o.metric is null then m.warning else o.warning end as warning,
             case when o.metric is null then m.critical else o.critical end as critical) l
   order by m.position, h.scope, h.kind;

comment on view isms.health is 'How isms does: the trail, its sealing and verification, capture, and for each scope what is overdue, lapsed or not reviewed; a row a metric, for monitoring';
comment on column isms.health.metric is 'Metric, see isms.health_metric';
comment on column isms.health.scope is 'Scope; null: the whole database';
comment on column isms.health.kind is 'Part of the metric, such as a kind of record; null: it has none';
comment on column isms.health.value is 'Value; null: there is nothing to measure';
comment on column isms.health.unit is 'seconds, or what is counted; flag: 1 or 0';
comment on column isms.health.warning is 'From this value on it is a warning; of active and leaves_ahead below it; null: never';
comment on column isms.health.critical is 'The same for critical';
comment on column isms.health.state is 'ok, warning or critical';
comment on column isms.health.title is 'What is measured';
comment on column isms.health.message is 'What stands behind the value';

-- How the installation is doing is asked of the present, whatever isms.as_of says.
insert into isms.lookback_exception (kind, name, builtin) values
  ('view', 'health', true), ('function', 'measure_health', true), ('function', 'sees_health', true);
