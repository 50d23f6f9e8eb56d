-- A disc is done, a diamond planned, a circle open, a triangle overdue.
create function isms.chart_mark(status text, x double precision, y double precision) returns text
  language sql immutable strict parallel safe set search_path = pg_catalog, pg_temp
  return case status
    when 'done' then format('<circle cx="%s" cy="%s" r="5.5" fill="#1a1a1a"/>', isms.chart_number(x), isms.chart_number(y))
    when 'planned' then format('<path d="M%s,%sl6,6l-6,6l-6,-6Z" fill="#ffffff" stroke="#1a1a1a" stroke-width="1.8"/>', isms.chart_number(x), isms.chart_number(y - 6))
    when 'overdue' then format('<path d="M%s,%sl7,12h-14Z" fill="#b34700" stroke="#1a1a1a"/>', isms.chart_number(x), isms.chart_number(y - 7))
    else format('<circle cx="%s" cy="%s" r="5" fill="#ffffff" stroke="#1a1a1a" stroke-width="1.8"/>', isms.chart_number(x), isms.chart_number(y))
  end || E'\n';

comment on function isms.chart_mark(text, double precision, double precision) is 'The sign of an event in a chart: done a disc, planned a diamond, overdue a triangle, open a circle';

-- ISO/IEC 17021-1 9: the calendar of the certification cycles, a line for each event.
create function isms.certification_timeline_svg(scope text default null) returns text
  language plpgsql stable parallel restricted set search_path = pg_catalog, pg_temp as $$
declare
  wanted text := coalesce(certification_timeline_svg.scope, isms.default_scope());
  title text := isms.chart_title('Certification', wanted);
  today date := (select d.today from isms.scope_day d where d.scope = wanted);
  lines_at_most constant integer := 60;
  left_x constant double precision := 212;
  right_x constant double precision := 574;
  top constant double precision := 78;
  first_day date; last_day date;
  events bigint; overdue bigint;
  bottom double precision; y double precision; x double precision;
  body text := '';
  marks text := '';
  cycle text;
  said text;
  b record;
begin
  select count(*), count(*) filter (where c.status = 'overdue'),
         least(min(c.earliest), min(c.latest), min(c.planned_on), min(c.done_on), today), greatest(max(c.latest), max(c.planned_on), max(c.done_on), today),
         string_agg(format('%s %s: %s%s', c.certification, replace(c.what, '_', ' '), c.status, coalesce(', ' || to_char(case c.status when 'done' then c.done_on when 'planned' then c.planned_on else c.latest end, 'YYYY-MM-DD'), '')),
                    '; ' order by c.certification collate "C", coalesce(c.latest, c.planned_on), c.what collate "C") filter (where c.status <> 'done')
    into events, overdue, first_day, last_day, said
    from isms.certification_calendar c
   where c.scope = wanted;
  if events = 0 then
    return isms.chart_empty('certification', title, 'no certification cycle with dates that you may see');
  end if;
  if last_day - first_day < 60 then
    first_day := first_day - 30;
    last_day := last_day + 30;
  end if;
  y := top;
  for b in
    select c.certification, k.title, c.what, c.earliest, c.latest, c.act_on, c.planned_on, c.done_on, c.status,
           row_number() over (order by c.certification collate "C", coalesce(c.latest, c.planned_on, c.done_on), c.what collate "C", c.audit collate "C") as n
      from isms.certification_calendar c
      left join isms.certification k on k.scope = c.scope and k.code = c.certification
     where c.scope = wanted
     order by n
     limit lines_at_most
  loop
    if b.certification is distinct from cycle then
      cycle := b.certification;
      marks := marks || isms.chart_rect(16, y + 4, 688, 20, 'fill="#ececec"')
                     || isms.chart_text(22, y + 18, isms.chart_label(concat_ws(' ', b.certification, b.title), 13.5, 670), 'font-weight="bold"');
      y := y + 28;
    end if;
    marks := marks || isms.chart_text(22, y + 14, isms.chart_label(replace(b.what, '_', ' '), 12, left_x - 32))
                   || isms.chart_line(left_x, y + 10, right_x, y + 10, 'stroke="#ececec"');
    if b.latest is not null then
      x := left_x + (right_x - left_x) * (least(b.earliest, b.latest) - first_day) / (last_day - first_day);
      marks := marks || isms.chart_rect(x, y + 6, greatest(3, left_x + (right_x - left_x) * (b.latest - first_day) / (last_day - first_day) - x), 8,
                          case when b.status = 'overdue' then 'fill="#f2b8a0" stroke="#b34700"' else 'fill="#cfe3f1" stroke="#0072b2"' end || ' stroke-width="0.8" rx="2"');
    end if;
    x := left_x + (right_x - left_x) * (case b.status when 'done' then b.done_on when 'planned' then b.planned_on else b.latest end - first_day) / (last_day - first_day);
    marks := marks || coalesce(isms.chart_mark(b.status, x, y + 10), '')
                   || isms.chart_text(right_x + 14, y + 14, b.status || coalesce(' ' || to_char(case b.status when 'done' then b.done_on when 'planned' then b.planned_on else b.latest end, 'YYYY-MM-DD'), ''),
                        'font-size="11"' || case b.status when 'overdue' then ' font-weight="bold"' else '' end || ' class="event"');
    y := y + 22;
  end loop;
  bottom := y + 4;
  for b in select t.day, t.label from isms.chart_days(first_day, last_day, 5) t order by t.day loop
    x := left_x + (right_x - left_x) * (b.day - first_day) / (last_day - first_day);
    body := body || isms.chart_line(x, top, x, bottom, 'stroke="#d9d9d9"') || isms.chart_text(x, bottom + 16, b.label, 'text-anchor="middle" font-size="11"');
  end loop;
  x := left_x + (right_x - left_x) * (today - first_day) / (last_day - first_day);
  body := body || marks || isms.chart_line(x, top, x, bottom, 'stroke="#1a1a1a" stroke-dasharray="2 3"') || isms.chart_text(x, top - 6, 'today', 'text-anchor="middle" font-size="11" font-weight="bold"');
  y := bottom + 40;
  for b in select * from (values (0, 'done', 'done'), (1, 'planned', 'planned'), (2, 'open', 'open: last day'), (3, 'overdue', 'overdue: last day')) v(n, status, label) loop
    body := body || isms.chart_mark(b.status, 28 + b.n * 130, y) || isms.chart_text(42 + b.n * 130, y + 4, b.label);
  end loop;
  body := body || isms.chart_rect(560, y - 4, 26, 8, 'fill="#cfe3f1" stroke="#0072b2" stroke-width="0.8" rx="2"') || isms.chart_text(594, y + 4, 'time allowed');
  return isms.chart_svg('certification', title,
    concat_ws(', ', isms.counted(events, 'event', 'events'), overdue || ' overdue', to_char(today, 'YYYY-MM-DD'), case when events > lines_at_most then format('the first %s shown', lines_at_most) end),
    coalesce('Still to come or late: ' || left(said, 2000) || '.', 'All is done.'), 720, y + 20, body);
end
$$;

comment on function isms.certification_timeline_svg(text) is 'The certification calendar of a scope as SVG: for each event the time allowed, and when it was done, is planned, or is to happen at the latest. Errors: IS021 where no scope is named and none is the default';
