-- 6.1.2 d-e: the risk matrix.  Few risks are shown one by one, many as numbers; either way with arrows from before controls to today, and
-- on to what is planned.

-- An arrow between two boxes, each given by its middle and half its sides: bent a little, so that there and back are told apart.
create function isms.chart_arrow(x1 double precision, y1 double precision, w1 double precision, h1 double precision,
                                 x2 double precision, y2 double precision, w2 double precision, h2 double precision,
                                 width double precision, dashed boolean) returns text
  language plpgsql immutable strict parallel safe set search_path = pg_catalog, pg_temp as $$
declare
  length double precision := sqrt((x2 - x1) ^ 2 + (y2 - y1) ^ 2);
  mx double precision := (x1 + x2) / 2 - (y2 - y1) * 0.1;
  my double precision := (y1 + y2) / 2 + (x2 - x1) * 0.1;
  size double precision := 5 + width;
  sx double precision; sy double precision; ex double precision; ey double precision;
  dx double precision; dy double precision; t double precision;
  path text;
begin
  if length < 1 then
    return '';
  end if;
  -- from the border of the first box ...
  dx := mx - x1; dy := my - y1;
  t := least(1, w1 / nullif(abs(dx), 0), h1 / nullif(abs(dy), 0));
  sx := x1 + dx * t; sy := y1 + dy * t;
  -- ... to that of the second
  dx := mx - x2; dy := my - y2;
  t := least(1, (w2 + 1) / nullif(abs(dx), 0), (h2 + 1) / nullif(abs(dy), 0));
  ex := x2 + dx * t; ey := y2 + dy * t;
  t := sqrt(dx ^ 2 + dy ^ 2);
  dx := dx / t; dy := dy / t;
  path := format('M%s,%sQ%s,%s %s,%s', isms.chart_number(sx), isms.chart_number(sy), isms.chart_number(mx), isms.chart_number(my),
                 isms.chart_number(ex + dx * size * 0.8), isms.chart_number(ey + dy * size * 0.8));
  return format('<path d="%s" fill="none" stroke="#ffffff" stroke-opacity="0.75" stroke-width="%s"/>', path, isms.chart_number(width + 2))
         || format('<path d="%s" fill="none" stroke="#1a1a1a" stroke-width="%s"%s/>', path, isms.chart_number(width), case when dashed then ' stroke-dasharray="5 3"' else '' end)
         || format('<path d="M%s,%sL%s,%sL%s,%sZ" fill="#1a1a1a" stroke="#ffffff" stroke-opacity="0.75" stroke-width="0.8"/>', isms.chart_number(ex), isms.chart_number(ey),
                   isms.chart_number(ex + dx * size - dy * size * 0.5), isms.chart_number(ey + dy * size + dx * size * 0.5),
                   isms.chart_number(ex + dx * size + dy * size * 0.5), isms.chart_number(ey + dy * size - dx * size * 0.5)) || E'\n';
end
$$;

comment on function isms.chart_arrow(double precision, double precision, double precision, double precision, double precision, double precision, double precision, double precision, double precision, boolean) is 'An arrow of a chart from one box to another, each given by its middle and half its sides';

-- The sign of a state: a circle before controls, a diamond for what is planned.
create function isms.chart_sign(state text, x double precision, y double precision) returns text
  language sql immutable strict parallel safe set search_path = pg_catalog, pg_temp
  return case state
    when 'inherent' then format('<circle cx="%s" cy="%s" r="4.5" fill="#ffffff" stroke="#1a1a1a" stroke-width="1.5"/>', isms.chart_number(x), isms.chart_number(y))
    when 'target' then format('<path d="M%s,%sl5.5,5.5l-5.5,5.5l-5.5,-5.5Z" fill="#ffffff" stroke="#1a1a1a" stroke-width="1.5"/>', isms.chart_number(x), isms.chart_number(y - 5.5))
    else isms.chart_rect(x - 5, y - 5, 10, 10, 'rx="2" fill="#ffffff" stroke="#1a1a1a" stroke-width="1.5"')
  end || E'\n';

comment on function isms.chart_sign(text, double precision, double precision) is 'The sign of a state of risk in a chart: inherent a circle, current a square, target a diamond';

-- One method's map, drawn from y down.
create function isms.heat_map_panel(scope text, method text, y double precision, out body text, out height double precision, out width double precision, out unrated bigint, out said text)
  language plpgsql stable parallel restricted set search_path = pg_catalog, pg_temp as $$
declare
  few_at_most constant integer := 24;
  cells jsonb; moves jsonb; marks jsonb; drawn jsonb;
  levels text; rows_title text; columns_title text; map_rows text; mapped boolean;
  n_rows integer; n_columns integer; risks bigint; placed bigint; shown bigint; moved bigint; flows bigint; lines integer;
  x0 double precision; y0 double precision; cw double precision; ch double precision := 74; pill double precision; pills_a_row integer; signs_a_row integer;
  few boolean; narrow boolean; labels text := '';
  c record; l text; k integer;
begin
  select m.map_rows,
         case when m.score_rule = 'impact_threat_vulnerability' then 'Threat x vulnerability' else 'Likelihood' end,
         case when m.score_rule = 'impact_threat_vulnerability' then 'Impact' else 'Consequence' end
    into map_rows, rows_title, columns_title
    from isms.risk_method m
   where m.scope = heat_map_panel.scope and m.code = heat_map_panel.method;
  if map_rows = 'consequence' then
    l := rows_title; rows_title := columns_title; columns_title := l;
  end if;
  select jsonb_agg(to_jsonb(h) order by h.map_row, h.map_column), max(h.map_row), max(h.map_column)
    into cells, n_rows, n_columns
    from (select h.map_row, h.map_column, h.likelihood, h.consequence, h.level, h.rank, h.colour,
                 case map_rows when 'likelihood' then h.likelihood_label else h.consequence_label end as row_label,
                 case map_rows when 'likelihood' then h.consequence_label else h.likelihood_label end as column_label
            from isms.heat_map h
           where h.scope = heat_map_panel.scope and h.method = heat_map_panel.method and h.state = 'inherent') h;
  select m.residual_rule not in ('percent_max', 'percent_product')
    into mapped
    from isms.risk_method m
   where m.scope = heat_map_panel.scope and m.code = heat_map_panel.method;
  -- Where each risk is in the three states, in rows and columns of the drawing; what is carried today is what a risk is shown at.
  with cell as (
    select j.map_row, j.map_column, j.likelihood, j.consequence
      from jsonb_to_recordset(cells) j(map_row integer, map_column integer, likelihood integer, consequence integer)),
  risk as (
    select a.code, i.map_row as ir, i.map_column as ic, coalesce(u.map_row, i.map_row) as cr, coalesce(u.map_column, i.map_column) as cc, t.map_row as tr, t.map_column as tc
      from isms.risk_assessment a
      left join cell i on i.likelihood = a.inherent_likelihood and i.consequence = a.inherent_consequence
      left join cell u on mapped and u.likelihood = a.current_likelihood and u.consequence = a.current_consequence
      left join cell t on mapped and t.likelihood = a.target_likelihood and t.consequence = a.target_consequence
     where a.scope = heat_map_panel.scope and a.method = heat_map_panel.method and a.status <> 'closed')
  select sum(f.risks), sum(f.risks) filter (where f.cr is not null), coalesce(jsonb_agg(to_jsonb(f)) filter (where f.cr is not null), '[]')
    into risks, placed, moves
    from (
      select r.ir, r.ic, r.cr, r.cc, r.tr, r.tc, count(*) as risks, (array_agg(r.code order by r.code))[1:few_at_most] as codes
        from risk r
       group by r.ir, r.ic, r.cr, r.cc, r.tr, r.tc) f;
  placed := coalesce(placed, 0);
  unrated := risks - placed;
  if cells is null then
    body := isms.chart_text(16, heat_map_panel.y + 20, 'The method has no scales to draw.');
    height := 40;
    width := 720;
    said := isms.counted(risks, 'risk', 'risks') || ' by a method without scales.';
    return;
  end if;

  x0 := 152;
  cw := greatest(46, floor(552.0 / n_columns));
  narrow := cw < 78;
  width := x0 + cw * n_columns + 16;
  -- What stands in cells: of few risks a mark each, with the code at what is carried today; of many a number for each state.
  select coalesce(jsonb_agg(to_jsonb(m) order by m.code, m.state), '[]'), max(isms.chart_width(m.code, 11)) + 8
    into marks, pill
    from (
      select v.state, v.map_row, v.map_column, u.code
        from jsonb_to_recordset(moves) f(ir integer, ic integer, cr integer, cc integer, tr integer, tc integer, codes text[])
       cross join lateral unnest(f.codes) u(code)
       cross join lateral (
         values ('current', f.cr, f.cc),
                ('inherent', case when (f.ir, f.ic) is distinct from (f.cr, f.cc) then f.ir end, f.ic),
                ('target', case when (f.tr, f.tc) is distinct from (f.cr, f.cc) then f.tr end, f.tc)) v(state, map_row, map_column)
       where placed <= few_at_most and v.map_row is not null) m;
  few := placed between 1 and few_at_most and not narrow and pill <= cw - 10;
  if few then
    pills_a_row := floor((cw - 6) / (pill + 4));
    signs_a_row := floor((cw - 8) / 15);
    select max(22 + 20 * ceil(m.codes / pills_a_row::double precision) + 16 * ceil(m.signs / signs_a_row::double precision))
      into ch
      from (select count(*) filter (where j.state = 'current') as codes, count(*) filter (where j.state <> 'current') as signs
              from jsonb_to_recordset(marks) j(state text, map_row integer, map_column integer)
             group by j.map_row, j.map_column) m;
    ch := greatest(ch, 74);
    few := ch <= 170;
  end if;
  if not few then
    ch := case when narrow then 86 else 74 end;
    -- the current number in the middle, before controls below to the left, planned below to the right
    select coalesce(jsonb_agg(to_jsonb(m)), '[]')
      into marks
      from (
        select v.state, v.map_row, v.map_column, sum(f.risks) as number
          from jsonb_to_recordset(moves) f(ir integer, ic integer, cr integer, cc integer, tr integer, tc integer, risks bigint)
         cross join lateral (values ('inherent', f.ir, f.ic), ('current', f.cr, f.cc), ('target', f.tr, f.tc)) v(state, map_row, map_column)
         where v.map_row is not null and (mapped or v.state = 'current')
         group by v.state, v.map_row, v.map_column) m;
  end if;

  -- Axes.
  y0 := heat_map_panel.y + 8;
  body := '';
  for c in
    select distinct on (j.map_row) j.map_row as n, j.row_label as label from jsonb_to_recordset(cells) j(map_row integer, row_label text) order by j.map_row
  loop
    lines := 0;
    foreach l in array isms.chart_lines(c.label, 11, 104, 4) loop
      body := body || isms.chart_text(x0 - 10, y0 + (c.n - 0.5) * ch + 4 + 13 * (lines - (cardinality(isms.chart_lines(c.label, 11, 104, 4)) - 1) / 2.0), l, 'font-size="11" text-anchor="end"');
      lines := lines + 1;
    end loop;
  end loop;
  k := 1;
  for c in
    select distinct on (j.map_column) j.map_column as n, j.column_label as label from jsonb_to_recordset(cells) j(map_column integer, column_label text) order by j.map_column
  loop
    lines := 0;
    foreach l in array isms.chart_lines(c.label, 11, cw - 8, 4) loop
      lines := lines + 1;
      body := body || isms.chart_text(x0 + (c.n - 0.5) * cw, y0 + n_rows * ch + 4 + 13 * lines, l, 'font-size="11" text-anchor="middle"');
    end loop;
    k := greatest(k, lines);
  end loop;
  height := n_rows * ch + 8 + 13 * k + 22;
  body := body || isms.chart_text(x0 + n_columns * cw / 2, y0 + height - 8, isms.xml_escape(columns_title) || ' &#8594;', 'font-weight="bold" text-anchor="middle"')
               || isms.chart_text(0, 0, isms.xml_escape(rows_title) || ' &#8594;',
                    format('font-weight="bold" text-anchor="middle" transform="translate(27 %s) rotate(-90)"', isms.chart_number(y0 + n_rows * ch / 2)));
  -- Cells.
  for c in
    select x0 + (j.map_column - 1) * cw as x, y0 + (j.map_row - 1) * ch as y, j.level, j.rank, j.colour
      from jsonb_to_recordset(cells) j(map_row integer, map_column integer, level text, rank integer, colour text)
     order by j.map_row, j.map_column
  loop
    body := body || isms.chart_rect(c.x, c.y, cw, ch, 'fill="' || coalesce(c.colour, '#d9d9d9') || '" stroke="#ffffff" stroke-width="2"');
    labels := labels || coalesce(isms.chart_text(c.x + 6, c.y + 15, isms.chart_label(case when narrow then c.rank::text else c.level end, 11, cw - 12),
                                   format('font-size="11" fill="%s" stroke="%s" stroke-width="3" stroke-linejoin="round" paint-order="stroke"', isms.chart_ink(c.colour), c.colour)), '');
  end loop;

  if few then
    -- Every mark gets a place of its own in its cell.
    select jsonb_agg(jsonb_build_object('code', m.code, 'state', m.state,
             'x', round((x0 + (m.map_column - 1) * cw + case m.state when 'current' then 5 + (m.n - 1) % pills_a_row * (pill + 4) + pill / 2 else 12 + (m.n - 1) % signs_a_row * 15 end)::numeric, 2),
             'y', round((y0 + (m.map_row - 1) * ch + case m.state when 'current' then 32 + (m.n - 1) / pills_a_row * 20 else ch - 11 - (m.n - 1) / signs_a_row * 16 end)::numeric, 2)))
      into drawn
      from (select j.code, j.state, j.map_row, j.map_column,
                   row_number() over (partition by j.map_row, j.map_column, j.state = 'current' order by j.state, j.code)::integer as n
              from jsonb_to_recordset(marks) j(code text, state text, map_row integer, map_column integer)) m;
    for c in
      select isms.chart_arrow(a.x, a.y, case a.state when 'current' then pill / 2 else 5 end, case a.state when 'current' then 8 else 5 end,
                              b.x, b.y, case b.state when 'current' then pill / 2 else 5.5 end, case b.state when 'current' then 8 else 5.5 end, 1.3, b.state = 'target') as arrow
        from jsonb_to_recordset(drawn) a(code text, state text, x double precision, y double precision)
        join jsonb_to_recordset(drawn) b(code text, state text, x double precision, y double precision)
          on b.code = a.code and ((a.state, b.state) = ('inherent', 'current') or (a.state, b.state) = ('current', 'target'))
       order by a.code, a.state
    loop
      body := body || c.arrow;
    end loop;
    body := body || labels;
    for c in select d.code, d.state, d.x, d.y from jsonb_to_recordset(drawn) d(code text, state text, x double precision, y double precision) order by d.code, d.state loop
      body := body || case c.state
        when 'current' then isms.chart_rect(c.x - pill / 2, c.y - 8, pill, 16, 'rx="4" fill="#ffffff" stroke="#1a1a1a" stroke-width="1.5"')
                            || isms.chart_text(c.x, c.y + 4, isms.chart_label(c.code, 11, pill), 'font-size="11" font-weight="bold" text-anchor="middle" class="risk"')
        else isms.chart_sign(c.state, c.x, c.y)
      end;
    end loop;
  else
    select jsonb_agg(jsonb_build_object('state', m.state, 'number', m.number, 'row', m.map_row, 'column', m.map_column,
             'x', round((x0 + (m.map_column - 1) * cw + case when narrow then cw / 2 else case m.state when 'inherent' then cw * 0.25 when 'target' then cw * 0.75 else cw / 2 end end)::numeric, 2),
             'y', round((y0 + (m.map_row - 1) * ch + case when narrow then case m.state when 'current' then 32 when 'inherent' then 54 else 73 end else case m.state when 'current' then 34 else ch - 13 end end)::numeric, 2),
             'w', round((case m.state when 'current' then isms.chart_width(m.number::text, 15) / 2 + 7 else isms.chart_width(m.number::text, 10) / 2 + 10 end)::numeric, 2),
             'h', case m.state when 'current' then 11 else 8 end))
      into drawn
      from jsonb_to_recordset(marks) m(state text, map_row integer, map_column integer, number bigint);
    -- Of the ways between cells the most used ones: all of them would hide the map.
    with way as (
      select v.from_state, v.from_row, v.from_column, v.to_state, v.to_row, v.to_column, sum(f.risks)::bigint as risks
        from jsonb_to_recordset(moves) f(ir integer, ic integer, cr integer, cc integer, tr integer, tc integer, risks bigint)
       cross join lateral (values ('inherent', f.ir, f.ic, 'current', f.cr, f.cc), ('current', f.cr, f.cc, 'target', f.tr, f.tc)) v(from_state, from_row, from_column, to_state, to_row, to_column)
       where mapped and (v.from_row, v.from_column) <> (v.to_row, v.to_column)
       group by v.from_state, v.from_row, v.from_column, v.to_state, v.to_row, v.to_column),
    ordered as (
      select w.*, row_number() over (partition by w.to_state order by w.risks desc, w.from_row, w.from_column, w.to_row, w.to_column) as n, max(w.risks) over () as most
        from way w)
    select sum(o.risks), sum(o.risks) filter (where o.n <= 7), count(*),
           string_agg(isms.chart_arrow(a.x, a.y, a.w, a.h, b.x, b.y, b.w, b.h, 1 + 3 * sqrt(o.risks / o.most::double precision), o.to_state = 'target'), '' order by o.to_state desc, o.n desc) filter (where o.n <= 7)
      into moved, shown, flows, l
      from ordered o
      join jsonb_to_recordset(drawn) a(state text, "row" integer, "column" integer, x double precision, y double precision, w double precision, h double precision)
        on (a.state, a."row", a."column") = (o.from_state, o.from_row, o.from_column)
      join jsonb_to_recordset(drawn) b(state text, "row" integer, "column" integer, x double precision, y double precision, w double precision, h double precision)
        on (b.state, b."row", b."column") = (o.to_state, o.to_row, o.to_column);
    body := body || coalesce(l, '') || labels;
    for c in
      select d.state, d.number, d.x, d.y, d.w, d.h
        from jsonb_to_recordset(drawn) d(state text, number bigint, x double precision, y double precision, w double precision, h double precision, "row" integer, "column" integer)
       order by d."row", d."column", d.state
    loop
      body := body || case c.state
        when 'current' then isms.chart_rect(c.x - c.w, c.y - c.h, 2 * c.w, 2 * c.h, 'rx="5" fill="#ffffff" stroke="#1a1a1a" stroke-width="1.5"')
                            || isms.chart_text(c.x, c.y + 5, c.number::text, 'font-size="14" font-weight="bold" text-anchor="middle" class="current"')
        else isms.chart_rect(c.x - c.w, c.y - c.h, 2 * c.w, 2 * c.h, 'rx="8" fill="#ffffff"') || isms.chart_sign(c.state, c.x - c.w + 8, c.y)
             || isms.chart_text(c.x + 6, c.y + 4, c.number::text, format('font-size="10" text-anchor="middle" class="%s"', c.state))
      end;
    end loop;
  end if;

  -- What the signs say.
  y0 := heat_map_panel.y + 8 + height + 12;
  body := body || case when few then isms.chart_rect(22, y0 - 8, 42, 16, 'rx="4" fill="#ffffff" stroke="#1a1a1a" stroke-width="1.5"') || isms.chart_text(43, y0 + 4, 'code', 'font-size="11" font-weight="bold" text-anchor="middle"')
                       else isms.chart_rect(22, y0 - 9, 42, 18, 'rx="5" fill="#ffffff" stroke="#1a1a1a" stroke-width="1.5"') || isms.chart_text(43, y0 + 4, 'n', 'font-size="12" font-weight="bold" text-anchor="middle"') end
               || isms.chart_text(70, y0 + 4, case when mapped then 'current risk' else 'risk before controls' end);
  if mapped then
    body := body || isms.chart_sign('inherent', 168, y0) || isms.chart_text(180, y0 + 4, 'before controls')
                 || isms.chart_sign('target', 298, y0) || isms.chart_text(312, y0 + 4, 'as planned')
                 || isms.chart_arrow(404, y0, 0, 0, 448, y0, 0, 0, 1.3, false) || isms.chart_text(456, y0 + 4, 'achieved')
                 || isms.chart_arrow(530, y0, 0, 0, 574, y0, 0, 0, 1.3, true) || isms.chart_text(582, y0 + 4, 'still planned');
  end if;
  height := height + 36;
  if not few and flows > 0 then
    body := body || isms.chart_text(22, y0 + 24, case when shown < moved then format('Arrows: the most frequent moves, %s of %s; the wider, the more risks.', shown, moved) else 'Arrows: the wider, the more risks.' end, 'fill="#4d4d4d"');
    height := height + 20;
  end if;
  if narrow then
    select string_agg(v.rank || ' ' || v.level, ', ' order by v.rank)
      into levels
      from (select distinct j.rank, j.level from jsonb_to_recordset(cells) j(rank integer, level text)) v;
    body := body || isms.chart_text(22, heat_map_panel.y + 8 + height, isms.chart_label('Levels: ' || levels, 12, width - 40), 'fill="#4d4d4d"');
    height := height + 20;
  end if;
  height := height + 8;
  select concat_ws('', string_agg(format('%s %s', v.risks, v.level), ', ' order by v.rank desc))
    into said
    from (select j.level, j.rank, sum(f.risks) as risks
            from jsonb_to_recordset(moves) f(cr integer, cc integer, risks bigint)
            join jsonb_to_recordset(cells) j(map_row integer, map_column integer, level text, rank integer) on (j.map_row, j.map_column) = (f.cr, f.cc)
           group by j.level, j.rank) v;
  said := format('%s by method %s, %s: %s.', isms.counted(risks, 'risk', 'risks'), heat_map_panel.method,
                 case when unrated > 0 then unrated || ' of them not rated' else 'all rated' end, coalesce(nullif(said, ''), 'nothing on the map'));
end
$$;

comment on function isms.heat_map_panel(text, text, double precision) is 'Part of isms.heat_map_svg: the map of one method, its size, and what it says in words';

create function isms.heat_map_svg(scope text default null) returns text
  language plpgsql stable parallel restricted set search_path = pg_catalog, pg_temp as $$
declare
  wanted text := coalesce(heat_map_svg.scope, isms.default_scope());
  title text := isms.chart_title('Risk matrix', wanted);
  today date := (select d.today from isms.scope_day d where d.scope = wanted);
  body text := '';
  said text := '';
  width double precision := 720;
  y double precision := 56;
  methods text[];
  risks bigint;
  unrated bigint := 0;
  p record;
begin
  select array_agg(m.method order by m.risks desc, m.method), sum(m.risks)
    into methods, risks
    from (select r.method, count(*) as risks
            from isms.risk r
           where r.scope = wanted and r.status <> 'closed'
           group by r.method) m;
  if methods is null then
    return isms.chart_empty('heat-map', title, 'no open risk that you may see');
  end if;
  for i in 1 .. cardinality(methods) loop
    if cardinality(methods) > 1 then
      body := body || isms.chart_text(16, y + 14, isms.chart_label('Method ' || methods[i], 13, 680), 'font-weight="bold"');
      y := y + 24;
    end if;
    p := isms.heat_map_panel(wanted, methods[i], y);
    body := body || p.body;
    y := y + p.height;
    width := greatest(width, p.width);
    unrated := unrated + p.unrated;
    said := said || case said when '' then '' else ' ' end || p.said;
  end loop;
  return isms.chart_svg('heat-map', title, concat_ws(', ', isms.counted(risks, 'open risk', 'open risks'), case when unrated > 0 then unrated || ' not rated and so not on the map' end, to_char(today, 'YYYY-MM-DD')), said, width, y, body);
end
$$;

comment on function isms.heat_map_svg(text) is 'The risk matrix of a scope as SVG: cells in the colours of the method''s levels, risks before controls, today and as planned, and arrows between. Errors: IS021 where no scope is named and none is the default';
