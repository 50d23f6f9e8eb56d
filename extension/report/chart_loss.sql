-- 6.1.2 d: what a year may cost.  The tolerance is what the matrix says in money of the highest level within the scope's appetite: for each
-- consequence step the upper bound of the most frequent likelihood step that is still of that level, as a probability a year (Poisson).
-- It is a criterion for one risk: a portfolio below it has no risk above it, one above it may be many small ones.
create function isms.loss_tolerance(scope text default isms.default_scope(), out appetite text, out level text, out low numeric, out high numeric, out probability double precision) returns setof record
  language sql stable parallel restricted rows 5 set search_path = pg_catalog, pg_temp
begin atomic
  with held as materialized (
    select m.method, isms.appetite_for(isms.appetite_map(), loss_tolerance.scope, m.method, null, null) as appetite
      from isms.default_method(loss_tolerance.scope) m(method))
  select d.appetite ->> 0,
         d.appetite ->> 1,
         c.low,
         c.high,
         case
           when bool_or(l.high is null) filter (where h.rank <= (d.appetite ->> 2)::integer) then 1
           else 1 - exp(-coalesce(max(l.high) filter (where h.rank <= (d.appetite ->> 2)::integer), 0)::double precision)
         end
    from held d
    join isms.heat_map h on h.scope = loss_tolerance.scope and h.method = d.method and h.state = 'inherent'
    join isms.risk_scale_step l on l.scope = h.scope and l.method = h.method and l.scale = 'likelihood' and l.step = h.likelihood
    join isms.risk_scale_step c on c.scope = h.scope and c.method = h.method and c.scale = 'consequence' and c.step = h.consequence
   where (d.appetite ->> 2) is not null
     and not exists (
       select
         from isms.risk_scale_step x
        where x.scope = loss_tolerance.scope and x.method = d.method and x.scale in ('likelihood', 'consequence') and x.low is null)
   group by d.appetite, c.step, c.low, c.high
   order by c.low;
end;

comment on function isms.loss_tolerance(text) is 'What the appetite for a scope as a whole allows one risk, in money: from which loss to which, and the greatest probability of such a loss in a year; no row where no appetite holds today, or where the method''s steps have no bands';

create function isms.loss_exceedance_svg(scope text default null) returns text
  language plpgsql stable parallel restricted set search_path = pg_catalog, pg_temp as $$
declare
  wanted text := coalesce(loss_exceedance_svg.scope, isms.default_scope());
  title text := isms.chart_title('Loss exceedance', wanted);
  today date := (select d.today from isms.scope_day d where d.scope = wanted);
  currency text := (select s.currency from isms.scope s where s.code = wanted);
  left_x constant double precision := 64;
  right_x constant double precision := 700;
  top constant double precision := 96;
  bottom constant double precision := 376;
  curves isms.loss_curve[] := '{}';
  figures jsonb := '[]';
  body text := '';
  said text := '';
  tolerance text;
  tolerated text;
  first_loss double precision; last_loss double precision; first_power double precision; last_power double precision; most double precision; step double precision; y double precision;
  quantified bigint; not_quantified bigint;
  model isms.loss_model;
  curve isms.loss_curve;
  s record;
  t record;
begin
  if currency is not null then
    for s in select * from (values (1, 'current', '#0072b2', 3, ''), (2, 'target', '#b34700', 2.4, '7 4')) v(n, state, colour, width, dash) loop
      model := isms.scope_loss_model(wanted, s.state);
      continue when model is null;
      curve := isms.loss_curve(model);
      curves := curves || curve;
      figures := figures || (
        select jsonb_build_object('n', s.n, 'state', s.state, 'colour', s.colour, 'width', s.width, 'dash', s.dash,
                                  'first', (select min(e.loss)::numeric from isms.loss_exceedance(curve) e where e.loss > 0),
                                  'last', (select max(e.loss)::numeric from isms.loss_exceedance(curve) e where e.probability > 0.00099),
                                  'expected', f.expected_loss::numeric, 'any', (1 - f.no_loss)::numeric, 'var_95', f.var_95::numeric, 'var_99', f.var_99::numeric)
          from isms.loss_statistics(curve) f);
    end loop;
  end if;
  if figures = '[]' then
    return isms.chart_empty('loss-exceedance', title, 'no open risk with estimates of its losses that you may see');
  end if;
  select min(f.first), max(f.last), max(f."any") into first_loss, last_loss, most from jsonb_to_recordset(figures) f(first double precision, last double precision, "any" double precision);
  if coalesce(first_loss, 0) = 0 or coalesce(last_loss, 0) = 0 then
    return isms.chart_empty('loss-exceedance', title, 'controls take off all that the risks with estimates would cost');
  end if;
  -- Whole powers of ten, five at most.
  last_power := ceil(log(last_loss::numeric) + 0.001);
  first_power := greatest(least(floor(log(first_loss::numeric)), last_power - 2), last_power - 5);
  select count(l.risk), count(*) - count(l.risk)
    into quantified, not_quantified
    from isms.risk r
    left join isms.risk_loss l on l.scope = r.scope and l.risk = r.code
   where r.scope = wanted and r.status <> 'closed';

  step := isms.chart_step(most, 5);
  most := ceil(most / step - 0.000001) * step;
  for i in 0 .. round(most / step)::integer loop
    y := bottom - (bottom - top) * i * step / most;
    body := body || isms.chart_line(left_x, y, right_x, y, case i when 0 then 'stroke="#4d4d4d"' else 'stroke="#d9d9d9"' end)
                 || isms.chart_text(left_x - 8, y + 4, trim_scale(round((100 * i * step)::numeric, 4)) || ' %', 'text-anchor="end" font-size="11"');
  end loop;
  for t in
    select e.exponent, f.factor, left_x + (right_x - left_x) * (e.exponent + log(f.factor) - first_power) / (last_power - first_power) as x
      from generate_series(first_power::integer, last_power::integer) e(exponent)
     cross join (values (1::numeric), (2), (5)) f(factor)
     where e.exponent + log(f.factor) <= last_power
     order by e.exponent, f.factor
  loop
    body := body || isms.chart_line(t.x, top, t.x, bottom, case t.factor when 1 then 'stroke="#bfbfbf"' else 'stroke="#ececec"' end);
    if t.factor = 1 or last_power - first_power <= 3 then
      body := body || isms.chart_text(t.x, bottom + 17, isms.chart_money(t.factor::double precision * power(10::double precision, t.exponent)),
                                      format('text-anchor="%s" font-size="11"', case when t.x > right_x - 10 then 'end' else 'middle' end));
    end if;
  end loop;
  body := body || isms.chart_text((left_x + right_x) / 2, bottom + 38, 'Loss in a year, ' || isms.xml_escape(currency) || ' &#8594;', 'font-weight="bold" text-anchor="middle"')
               || isms.chart_text(0, 0, 'Probability of more &#8594;', format('font-weight="bold" text-anchor="middle" transform="translate(16 %s) rotate(-90)"', isms.chart_number((top + bottom) / 2)));

  -- Steps of what is tolerated, cut to what is drawn.
  select string_agg(format('%s,%s %s,%s', isms.chart_number(v.x1), isms.chart_number(v.y), isms.chart_number(v.x2), isms.chart_number(v.y)), ' ' order by v.x1),
         max(v.level)
    into tolerance, tolerated
    from (
      select left_x + (right_x - left_x) * (case when l.low > 0 then least(greatest(log(l.low), first_power), last_power) else first_power end - first_power) / (last_power - first_power) as x1,
             left_x + (right_x - left_x) * (least(greatest(coalesce(log(l.high), last_power), first_power), last_power) - first_power) / (last_power - first_power) as x2,
             bottom - (bottom - top) * l.probability / most as y,
             l.level
        from isms.loss_tolerance(wanted) l
       where l.probability <= most and coalesce(log(l.high), last_power) > first_power and (l.low = 0 or log(l.low) < last_power)) v;
  if tolerance is null then
    body := body || coalesce((select isms.chart_text(404, 76, isms.chart_label(format('tolerated of one risk (%s): beyond this range', max(l.level)), 12, 296), 'fill="#4d4d4d"')
                                from isms.loss_tolerance(wanted) l
                              having count(*) > 0), '');
  else
    body := body || '<polyline points="' || tolerance || E'" fill="none" stroke="#1a1a1a" stroke-width="1.6" stroke-dasharray="1.5 3" class="tolerance"/>\n'
                 || isms.chart_line(404, 72, 436, 72, 'stroke="#1a1a1a" stroke-width="1.6" stroke-dasharray="1.5 3"')
                 || isms.chart_text(442, 76, isms.chart_label(format('tolerated of one risk (%s)', tolerated), 12, 258));
  end if;
  for s in select f.* from jsonb_to_recordset(figures) f(n integer, last double precision, colour text, width numeric, dash text, expected double precision, "any" double precision, var_95 double precision, var_99 double precision) order by f.n loop
    body := body || coalesce((
      select '<polyline points="' || string_agg(isms.chart_number(left_x + (right_x - left_x) * (p.power - first_power) / (last_power - first_power)) || ','
                                                || isms.chart_number(bottom - (bottom - top) * isms.probability_of_loss(curves[s.n], power(10::double precision, p.power)) / most), ' ' order by p.power)
             || format('" fill="none" stroke="%s" stroke-width="%s" stroke-dasharray="%s" stroke-linejoin="round" class="curve"/>', s.colour, s.width, coalesce(nullif(s.dash, ''), 'none')) || E'\n'
        from (select first_power + (log(s.last::numeric) - first_power) * i / 100 as power from generate_series(0, 100) i) p
       where s.last > power(10::double precision, first_power)), '')
      || isms.chart_line(64 + (s.n - 1) * 170, 72, 96 + (s.n - 1) * 170, 72, format('stroke="%s" stroke-width="%s" stroke-dasharray="%s"', s.colour, s.width, coalesce(nullif(s.dash, ''), 'none')))
      || isms.chart_text(102 + (s.n - 1) * 170, 76, case s.n when 1 then 'current controls' else 'controls as planned' end);
    y := bottom + 66 + s.n * 20;
    body := body || isms.chart_text(64, y, case s.n when 1 then 'current controls' else 'controls as planned' end)
                 || isms.chart_text(300, y, round((100 * s."any")::numeric, case when s."any" < 0.1 then 1 else 0 end) || ' %', 'text-anchor="end"')
                 || isms.chart_text(420, y, isms.chart_money(s.expected), 'text-anchor="end"')
                 || isms.chart_text(560, y, isms.chart_money(s.var_95), 'text-anchor="end"')
                 || isms.chart_text(700, y, isms.chart_money(s.var_99), 'text-anchor="end"');
    said := said || format('With %s a year costs %s %s on average, more than %s in one year of 20 and more than %s in one of 100. ',
                           case s.n when 1 then 'current controls' else 'controls as planned' end, isms.chart_money(s.expected), currency, isms.chart_money(s.var_95), isms.chart_money(s.var_99));
  end loop;
  y := bottom + 66;
  body := body || isms.chart_text(300, y, 'any loss', 'text-anchor="end" font-weight="bold"')
               || isms.chart_text(420, y, 'mean of a year', 'text-anchor="end" font-weight="bold"')
               || isms.chart_text(560, y, '1 year in 20 above', 'text-anchor="end" font-weight="bold"')
               || isms.chart_text(700, y, '1 year in 100 above', 'text-anchor="end" font-weight="bold"')
               || isms.chart_line(64, y + 6, 700, y + 6, 'stroke="#bfbfbf"');
  return isms.chart_svg('loss-exceedance', title,
    concat_ws(', ', isms.counted(quantified, 'risk', 'risks') || ' with estimates', case when not_quantified > 0 then not_quantified || ' without, which are not in it' end, to_char(today, 'YYYY-MM-DD')),
    said || case when tolerance is not null then format('A dotted line shows what level %s allows one risk.', tolerated) else '' end, 720, bottom + 126, body);
end
$$;

comment on function isms.loss_exceedance_svg(text) is 'The loss exceedance curves of a scope as SVG: the probability that a year costs more, with current controls and with all that is planned, and what the appetite allows one risk. Errors: IS021 where no scope is named and none is the default';
