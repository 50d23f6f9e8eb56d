-- 6.1.3 e, 8.3: actions of the treatment plan still to be done, as planned and in fact.  An action counts from the beginning of the chart, since
-- nothing says when it was thought of; cancelled ones are left out.
create function isms.treatment_burn_down_svg(scope text default null) returns text
  language plpgsql stable parallel restricted set search_path = pg_catalog, pg_temp as $$
declare
  wanted text := coalesce(treatment_burn_down_svg.scope, isms.default_scope());
  title text := isms.chart_title('Treatment burn-down', wanted);
  today date := (select d.today from isms.scope_day d where d.scope = wanted);
  left_x constant double precision := 52;
  right_x constant double precision := 700;
  top constant double precision := 100;
  bottom constant double precision := 360;
  actions jsonb;
  action_count bigint; open_count bigint; overdue bigint; undated bigint; unverified bigint; due_by_now bigint;
  first_day date; last_day date;
  most double precision; step double precision; y double precision; x double precision;
  body text := '';
  b record;
begin
  -- a day beyond all reckoning is none
  select jsonb_agg(jsonb_build_object('due', d.due, 'done', case when p.status in ('done', 'verified') then coalesce(d.done, today) end)),
         count(*), count(*) filter (where p.status in ('planned', 'in_progress')), count(*) filter (where p.overdue), count(*) filter (where d.due is null),
         count(*) filter (where p.status = 'done'), count(*) filter (where p.due < today),
         least(min(d.due), min(d.started), min(d.done), today), greatest(max(d.due), max(d.done), today)
    into actions, action_count, open_count, overdue, undated, unverified, due_by_now, first_day, last_day
    from isms.risk_treatment_plan p
    join isms.action n on n.scope = p.scope and n.code = p.item
   cross join lateral (
     select case when p.due between '1900-01-01' and '2999-12-31' then p.due end as due,
            case when n.started_on between '1900-01-01' and '2999-12-31' then n.started_on end as started,
            case when n.done_on between '1900-01-01' and '2999-12-31' then n.done_on end as done) d
   where p.scope = wanted and p.kind = 'action' and p.status <> 'cancelled';
  if action_count = 0 then
    return isms.chart_empty('treatment-burn-down', title, 'no action of a treatment plan that you may see');
  end if;
  if last_day - first_day < 28 then
    last_day := first_day + 28;
  end if;
  step := greatest(1, isms.chart_step(action_count, 5));
  most := ceil(action_count / step) * step;
  for i in 0 .. round(most / step)::integer loop
    y := bottom - (bottom - top) * i * step / most;
    body := body || isms.chart_line(left_x, y, right_x, y, case i when 0 then 'stroke="#4d4d4d"' else 'stroke="#d9d9d9"' end)
                 || isms.chart_text(left_x - 8, y + 4, isms.chart_number(i * step), 'text-anchor="end" font-size="11"');
  end loop;
  for b in select t.day, t.label from isms.chart_days(first_day, last_day, 8) t order by t.day loop
    x := left_x + (right_x - left_x) * (b.day - first_day) / (last_day - first_day);
    body := body || isms.chart_line(x, bottom, x, bottom + 5, 'stroke="#4d4d4d"')
                 || isms.chart_text(least(x, right_x - isms.chart_width(b.label, 11) / 2 + 16), bottom + 19, b.label, 'text-anchor="middle" font-size="11"');
  end loop;
  x := left_x + (right_x - left_x) * (today - first_day) / (last_day - first_day);
  body := body || isms.chart_line(x, top - 6, x, bottom, 'stroke="#1a1a1a" stroke-dasharray="2 3"')
               || isms.chart_text(least(greatest(x, left_x + 20), right_x - 20), top - 10, 'today', 'text-anchor="middle" font-size="11" font-weight="bold"');
  for b in select * from (values ('planned', 'due', last_day, 'stroke="#b34700" stroke-width="2" stroke-dasharray="7 4"'), ('actual', 'done', today, 'stroke="#0072b2" stroke-width="3"')) v(what, field, until, look) loop
    body := body || (
      select format('<polyline points="%s" fill="none" stroke-linejoin="round" %s class="%s"/>',
                    string_agg(format('%s,%s %s,%s', isms.chart_number(d.x), isms.chart_number(bottom - (bottom - top) * (d.open + d.gone) / most),
                                                     isms.chart_number(d.x), isms.chart_number(bottom - (bottom - top) * d.open / most)), ' ' order by d.day), b.look, b.what) || E'\n'
        from (
          select e.day, left_x + (right_x - left_x) * (e.day - first_day) / (last_day - first_day) as x, e.gone, action_count - sum(e.gone) over (order by e.day) as open
            from (select g.day, sum(g.gone) as gone
                    from (select (j ->> b.field)::date as day, 1 as gone from jsonb_array_elements(actions) a(j) where (j ->> b.field)::date <= b.until
                           union all
                          select unnest(array[first_day, b.until]), 0) g
                   group by g.day) e) d);
  end loop;
  body := body || isms.chart_line(left_x, 68, left_x + 32, 68, 'stroke="#0072b2" stroke-width="3"') || isms.chart_text(left_x + 40, 72, 'to be done, in fact')
               || isms.chart_line(left_x + 190, 68, left_x + 222, 68, 'stroke="#b34700" stroke-width="2" stroke-dasharray="7 4"') || isms.chart_text(left_x + 230, 72, 'as due dates have it')
               || isms.chart_text(left_x, bottom + 48, format('Today %s to be done; by due dates it would be %s.', open_count, action_count - due_by_now), 'font-weight="bold"')
               || isms.chart_text(left_x, bottom + 68, concat_ws(', ', overdue || ' overdue', case when unverified > 0 then unverified || ' done and not verified' end, case when undated > 0 then undated || ' without a due date' end));
  return isms.chart_svg('treatment-burn-down', title, concat_ws(', ', isms.counted(action_count, 'action', 'actions') || ' of treatment plans', to_char(today, 'YYYY-MM-DD')),
    format('Of %s %s are still to be done on %s, %s of them overdue; by due dates it would be %s. The last one is due by %s.', isms.counted(action_count, 'action', 'actions'), open_count, to_char(today, 'YYYY-MM-DD'), overdue, action_count - due_by_now, to_char(last_day, 'YYYY-MM-DD')),
    720, bottom + 86, body);
end
$$;

comment on function isms.treatment_burn_down_svg(text) is 'Actions of the treatment plan of a scope that are still to be done, over time, as SVG: in fact and as due dates have it. Errors: IS021 where no scope is named and none is the default';
