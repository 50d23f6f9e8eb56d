-- 9.1, 9.3.2 d-e: how risk developed: the newest closed rounds, and today.
create function isms.risk_trend_svg(scope text default null) returns text
  language plpgsql stable parallel restricted set search_path = pg_catalog, pg_temp as $$
declare
  wanted text := coalesce(risk_trend_svg.scope, isms.default_scope());
  title text := isms.chart_title('Risk trend', wanted);
  today date := (select d.today from isms.scope_day d where d.scope = wanted);
  rounds_at_most constant integer := 9;
  left_x constant double precision := 52;
  right_x constant double precision := 536;
  top constant double precision := 84;
  bottom constant double precision := 344;
  bars jsonb; parts jsonb;
  body text := '';
  said text;
  bar_count integer; left_out bigint; most bigint; step double precision; slot double precision; width double precision; y double precision; height double precision;
  b record;
begin
  -- A bar a round, and one of the register as it stands.
  with round as (
    select t.code, t.closed_on, max(t.all_risks) as risks, max(t.not_rated) as not_rated, max(t.above_criteria) as above,
           row_number() over (order by t.closed_on desc, t.code desc) as age
      from isms.risk_trend t
     where t.scope = wanted and t.state = 'current'
     group by t.code, t.closed_on),
  register as materialized (
    select a.current_rank as rank, a.current_level as level, a.current_colour as colour, count(*) as risks,
           count(*) filter (where isms.is_above_criteria(l) or not coalesce(isms.is_within_appetite((select isms.appetite_map()), a.scope, r.method, r.asset, r.category, a.current_rank), true)) as above
      from isms.risk_assessment a
      join isms.risk r on r.scope = a.scope and r.code = a.code
      left join isms.risk_level l on l.scope = a.scope and l.method = a.method and l.rank = a.current_rank
     where a.scope = wanted and a.status <> 'closed'
     group by a.current_rank, a.current_level, a.current_colour),
  bar as (
    select r.code as label, to_char(r.closed_on, 'YYYY-MM') as month, r.risks, r.not_rated, r.above, - r.age as place from round r where r.age <= rounds_at_most
     union all
    select 'today', to_char(today, 'YYYY-MM'), sum(g.risks), coalesce(sum(g.risks) filter (where g.rank is null), 0), sum(g.above), 0 from register g having count(*) > 0)
  select (select count(*) from round r where r.age > rounds_at_most),
         (select jsonb_agg(to_jsonb(x) order by x.n) from (select a.*, row_number() over (order by a.place) as n from bar a) x),
         (select jsonb_agg(to_jsonb(p))
            from (
              select - r.age as place, t.rank, t.level, t.colour, t.risks
                from round r
                join isms.risk_trend t on t.scope = wanted and t.state = 'current' and t.code = r.code and t.closed_on = r.closed_on
               where r.age <= rounds_at_most and t.risks > 0
               union all
              select 0, g.rank, g.level, g.colour, g.risks from register g where g.rank is not null
               union all
              select a.place, 0, 'not rated', '#ffffff', a.not_rated from bar a where a.not_rated > 0) p)
    into left_out, bars, parts;
  if bars is null then
    return isms.chart_empty('risk-trend', title, 'neither a closed round of assessment nor an open risk that you may see');
  end if;
  select count(*), max(j.risks) into bar_count, most from jsonb_to_recordset(bars) j(risks bigint);
  step := greatest(1, isms.chart_step(most, 5));
  most := ceil(most / step) * step;
  slot := least((right_x - left_x) / bar_count, 110);
  width := least(slot * 0.7, 64);
  body := isms.chart_patterns();
  for i in 0 .. round(most / step)::integer loop
    y := bottom - (bottom - top) * i * step / most;
    body := body || isms.chart_line(left_x, y, right_x, y, case i when 0 then 'stroke="#4d4d4d"' else 'stroke="#d9d9d9"' end)
                 || isms.chart_text(left_x - 8, y + 4, isms.chart_number(i * step), 'text-anchor="end" font-size="11"');
  end loop;
  body := body || isms.chart_text(left_x - 36, top - 16, 'Risks', 'font-weight="bold"');
  for b in
    select a.n, left_x + (a.n - 0.5) * slot as x, p.rank, p.colour, p.risks,
           bottom - (bottom - top) * sum(p.risks) over (partition by a.n order by p.rank, p.level) / most as y
      from jsonb_to_recordset(bars) a(n integer, place integer)
      join jsonb_to_recordset(parts) p(place integer, rank integer, level text, colour text, risks bigint) on p.place = a.place
     order by a.n, p.rank, p.level
  loop
    height := (bottom - top) * b.risks / most;
    body := body || isms.chart_area(b.x - width / 2, b.y, width, height, b.colour, b.rank % 7)
                 || isms.chart_rect(b.x - width / 2, b.y, width, height, 'fill="none" stroke="#4d4d4d" stroke-width="0.7"');
    if height >= 15 and width >= isms.chart_width(b.risks::text, 11) + 2 then
      body := body || isms.chart_text(b.x, b.y + height / 2 + 4, b.risks::text,
                        format('font-size="11" font-weight="bold" text-anchor="middle" fill="%s" stroke="%s" stroke-width="4" stroke-linejoin="round" paint-order="stroke" class="part"', isms.chart_ink(b.colour), b.colour));
    end if;
  end loop;
  for b in
    select a.n, a.label, a.month, a.risks, a.above, left_x + (a.n - 0.5) * slot as x
      from jsonb_to_recordset(bars) a(n integer, label text, month text, risks bigint, above bigint)
     order by a.n
  loop
    body := body || isms.chart_text(b.x, bottom - (bottom - top) * b.risks / most - 5, b.risks::text, 'font-size="11" text-anchor="middle" class="total"')
                 || isms.chart_text(b.x, bottom + 18, isms.chart_label(b.label, 11, slot - 4), 'font-size="11" text-anchor="middle"' || case b.label when 'today' then ' font-weight="bold"' else '' end)
                 || isms.chart_text(b.x, bottom + 33, b.month, 'font-size="10" text-anchor="middle" fill="#4d4d4d"')
                 || isms.chart_text(b.x, bottom + 56, coalesce(b.above::text, '-'), 'font-size="12" font-weight="bold" text-anchor="middle"');
  end loop;
  body := body || isms.chart_line(left_x, bottom + 41, 704, bottom + 41, 'stroke="#d9d9d9"')
               || isms.chart_text(552, bottom + 56, 'above criteria', 'font-weight="bold"')
               || isms.chart_text(552, bottom + 18, 'round', 'fill="#4d4d4d" font-size="11"');
  -- Levels in the order in which they are stacked, with the number of today, for which there may be no room in the bar.
  body := body || isms.chart_text(704, top - 6, 'today', 'text-anchor="end" font-size="11" fill="#4d4d4d"');
  y := top + 4;
  for b in
    select p.rank, p.level, p.colour, sum(p.risks) filter (where p.place = 0) as risks
      from jsonb_to_recordset(parts) p(place integer, rank integer, level text, colour text, risks bigint)
     group by p.rank, p.level, p.colour
     order by p.rank desc, p.level
     limit 11
  loop
    body := body || isms.chart_area(552, y, 18, 14, b.colour, b.rank % 7) || isms.chart_rect(552, y, 18, 14, 'fill="none" stroke="#4d4d4d" stroke-width="0.7"')
                 || isms.chart_text(578, y + 11, isms.chart_label(b.level, 12, 84))
                 || isms.chart_text(704, y + 11, coalesce(b.risks, 0)::text, 'text-anchor="end" class="level"');
    y := y + 22;
  end loop;
  select string_agg(format('%s%s: %s, %s above criteria', a.label, case a.label when 'today' then '' else ' (' || a.month || ')' end, isms.counted(a.risks, 'risk', 'risks'), coalesce(a.above, 0)), '; ' order by a.n)
    into said
    from jsonb_to_recordset(bars) a(n integer, label text, month text, risks bigint, above bigint);
  return isms.chart_svg('risk-trend', title,
    concat_ws(', ', 'Open risks by current level, ' || to_char(today, 'YYYY-MM-DD'), case when left_out > 0 then isms.counted(left_out, 'earlier round', 'earlier rounds') || ' not shown' end),
    said || '.', 720, bottom + 76, body);
end
$$;

comment on function isms.risk_trend_svg(text) is 'How the risks of a scope developed as SVG: levels of the newest closed rounds and of today, and how many were above criteria. Errors: IS021 where no scope is named and none is the default';
