-- 6.1.3 d: the state of the necessary controls by theme: bars that add up, and the shares in force as a radar beside them.
create function isms.radar_svg(scope text default null) returns text
  language plpgsql stable parallel restricted set search_path = pg_catalog, pg_temp as $$
declare
  wanted text := coalesce(radar_svg.scope, isms.default_scope());
  title text := isms.chart_title('Controls', wanted);
  today date := (select d.today from isms.scope_day d where d.scope = wanted);
  radius constant double precision := 92;
  cx constant double precision := 140;
  cy constant double precision := 186;
  themes jsonb; states jsonb;
  theme_count integer; controls bigint; necessary bigint; done bigint; shown bigint;
  body text := isms.chart_patterns();
  said text;
  bars_x double precision := 288; bars_width double precision; y double precision; x double precision; width double precision;
  b record;
begin
  with line as (
    select coalesce(nullif(s.theme, ''), s.catalogue) as theme, s.sort_key,
           case
             when s.necessary is null then 7
             when not s.necessary then 8
             when s.implementation_status = 'implemented' and s.assurance = 'verified' then 1
             when s.implementation_status = 'implemented' and s.assurance in ('failed', 'expired') then 3
             when s.implementation_status = 'implemented' then 2
             when s.implementation_status = 'partial' then 4
             when s.implementation_status = 'planned' then 5
             else 6
           end as state
      from isms.statement_of_applicability s
     where s.scope = wanted)
  select (select jsonb_agg(to_jsonb(t) order by t.n)
            from (select l.theme, row_number() over (order by min(l.sort_key), l.theme) as n, count(*) as controls, count(*) filter (where l.state <= 6) as necessary,
                         count(*) filter (where l.state <= 3) as implemented, count(*) filter (where l.state = 1) as verified
                    from line l
                   group by l.theme) t),
         (select jsonb_agg(to_jsonb(u)) from (select l.theme, l.state, count(*) as controls from line l group by l.theme, l.state) u),
         (select count(*) from line), (select count(*) from line l where l.state <= 6), (select count(*) from line l where l.state <= 3), (select count(*) from line l where l.state <> 7)
    into themes, states, controls, necessary, done, shown;
  if coalesce(shown, 0) = 0 then
    return isms.chart_empty('controls', title, 'no decision on a control that you may see');
  end if;
  theme_count := jsonb_array_length(themes);
  -- A radar needs three axes and stays readable up to some twenty.
  if theme_count between 3 and 20 then
    for b in select * from (values (0.5, '50 %'), (1, '100 %')) v(share, label) loop
      body := body || (
        select '<polygon points="' || string_agg(isms.chart_number(cx + radius * b.share * sin(2 * pi() * (i - 1) / theme_count)) || ',' || isms.chart_number(cy - radius * b.share * cos(2 * pi() * (i - 1) / theme_count)), ' ' order by i)
               || E'" fill="none" stroke="#bfbfbf"/>\n'
          from generate_series(1, theme_count) i);
    end loop;
    for b in select t.n, sin(2 * pi() * (t.n - 1) / theme_count) as dx, - cos(2 * pi() * (t.n - 1) / theme_count) as dy from jsonb_to_recordset(themes) t(n integer) order by t.n loop
      body := body || isms.chart_line(cx, cy, cx + radius * b.dx, cy + radius * b.dy, 'stroke="#bfbfbf"')
                   || isms.chart_text(cx + (radius + 13) * b.dx, cy + (radius + 13) * b.dy + 4, b.n::text, 'font-size="12" font-weight="bold" text-anchor="middle"');
    end loop;
    for b in select * from (values ('implemented', 'fill="#0072b2" fill-opacity="0.18" stroke="#0072b2" stroke-width="2.5"'), ('verified', 'fill="#b34700" fill-opacity="0.25" stroke="#b34700" stroke-width="2" stroke-dasharray="5 3"')) v(what, look) loop
      body := body || (
        select '<polygon points="' || string_agg(isms.chart_number(cx + p.r * sin(2 * pi() * (p.n - 1) / theme_count)) || ',' || isms.chart_number(cy - p.r * cos(2 * pi() * (p.n - 1) / theme_count)), ' ' order by p.n)
               || '" ' || b.look || ' class="' || b.what || E'"/>\n'
          from (select t.n, radius * coalesce(case b.what when 'verified' then t.verified else t.implemented end / nullif(t.necessary, 0)::double precision, 0) as r
                  from jsonb_to_recordset(themes) t(n integer, necessary bigint, implemented bigint, verified bigint)) p);
    end loop;
    body := body || isms.chart_text(cx + 4, cy - radius / 2 + 12, '50 %', 'font-size="10" fill="#4d4d4d" stroke="#ffffff" stroke-width="3" paint-order="stroke"')
                 || isms.chart_text(cx + 4, cy - radius + 13, '100 %', 'font-size="10" fill="#4d4d4d" stroke="#ffffff" stroke-width="3" paint-order="stroke"')
                 || isms.chart_line(40, cy + radius + 34, 70, cy + radius + 34, 'stroke="#0072b2" stroke-width="2.5"') || isms.chart_text(78, cy + radius + 38, 'implemented, of the necessary')
                 || isms.chart_line(40, cy + radius + 54, 70, cy + radius + 54, 'stroke="#b34700" stroke-width="2" stroke-dasharray="5 3"') || isms.chart_text(78, cy + radius + 58, 'and shown to work');
  else
    bars_x := 16;
  end if;
  bars_width := 704 - bars_x;
  y := 72;
  for b in
    select t.n, t.theme, t.controls, t.necessary, t.implemented,
           coalesce(round(100.0 * t.implemented / nullif(t.necessary, 0)) || ' % of ' || t.necessary, 'none necessary') as share
      from jsonb_to_recordset(themes) t(n integer, theme text, controls bigint, necessary bigint, implemented bigint)
     order by t.n
  loop
    body := body || isms.chart_text(bars_x, y + 12, b.n || ' ' || isms.chart_label(b.theme, 13.5, bars_width - 140), 'font-weight="bold"')
                 || isms.chart_text(704, y + 12, b.share, 'text-anchor="end" fill="#4d4d4d"');
    x := bars_x;
    declare
      p record;
    begin
      for p in
        select s.state, s.controls, v.colour, v.pattern
          from jsonb_to_recordset(states) s(theme text, state integer, controls bigint)
          join (values (1, '#0072b2', 0), (2, '#56b4e9', 1), (3, '#cc79a7', 5), (4, '#f0e442', 2), (5, '#e69f00', 3), (6, '#d55e00', 4), (7, '#ffffff', 6), (8, '#d9d9d9', 0)) v(state, colour, pattern) on v.state = s.state
         where s.theme = b.theme
         order by s.state
      loop
        width := bars_width * p.controls / b.controls;
        body := body || isms.chart_area(x, y + 18, width, 20, p.colour, p.pattern) || isms.chart_rect(x, y + 18, width, 20, 'fill="none" stroke="#4d4d4d" stroke-width="0.7"');
        if width >= isms.chart_width(p.controls::text, 12) + 4 then
          body := body || isms.chart_text(x + width / 2, y + 32, p.controls::text,
                            format('font-size="11" font-weight="bold" text-anchor="middle" fill="%s" stroke="%s" stroke-width="4" stroke-linejoin="round" paint-order="stroke" class="part"', isms.chart_ink(p.colour), p.colour));
        end if;
        x := x + width;
      end loop;
    end;
    y := y + 52;
  end loop;
  if bars_x > 100 then
    y := greatest(y, cy + radius + 74);
  end if;
  y := y + 6;
  for b in
    select v.colour, v.pattern, v.label || ': ' || (select sum(s.controls) from jsonb_to_recordset(states) s(state integer, controls bigint) where s.state = v.state) as label, row_number() over (order by v.state) - 1 as n
      from (values (1, '#0072b2', 0, 'implemented, shown to work'), (2, '#56b4e9', 1, 'implemented, not shown to work'), (3, '#cc79a7', 5, 'implemented, failed or expired'), (4, '#f0e442', 2, 'partly implemented'),
                   (5, '#e69f00', 3, 'planned'), (6, '#d55e00', 4, 'not started, or not known'), (7, '#ffffff', 6, 'not decided'), (8, '#d9d9d9', 0, 'not necessary')) v(state, colour, pattern, label)
     where exists (select from jsonb_to_recordset(states) s(state integer) where s.state = v.state)
     order by v.state
  loop
    x := 16 + b.n % 2 * 344;
    body := body || isms.chart_area(x, y + b.n / 2 * 22, 18, 14, b.colour, b.pattern) || isms.chart_rect(x, y + b.n / 2 * 22, 18, 14, 'fill="none" stroke="#4d4d4d" stroke-width="0.7"')
                 || isms.chart_text(x + 25, y + b.n / 2 * 22 + 11, b.label);
    width := y + b.n / 2 * 22 + 34;
  end loop;
  select string_agg(format('%s: %s of %s', t.theme, t.implemented, t.necessary), '; ' order by t.n)
    into said
    from jsonb_to_recordset(themes) t(n integer, theme text, necessary bigint, implemented bigint);
  return isms.chart_svg('controls', title,
    concat_ws(', ', format('%s of %s implemented', done, isms.counted(necessary, 'necessary control', 'necessary controls')), case when controls > shown then controls - shown || ' not decided' end, to_char(today, 'YYYY-MM-DD')),
    'Implemented of the necessary controls by theme. ' || said || '.', 720, width, body);
end
$$;

comment on function isms.radar_svg(text) is 'The state of the controls of a scope by theme as SVG: bars of what is implemented, planned, undecided, and a radar of the shares. Errors: IS021 where no scope is named and none is the default';
