-- A row for every cell of the map, empty ones too, in each state.  Positions come from where scores come from.
-- Sorting the codes takes longer than assessing: it is done where they are asked for.
create view isms.heat_map with (security_invoker = true) as
  with cell as (
    select m.scope,
           m.code as method,
           l.step as likelihood,
           l.label as likelihood_label,
           c.step as consequence,
           c.label as consequence_label,
           isms.assess(s.spec, l.step, c.step, null, null, null, null, null, null, null, null, null, null, false) as result
      from isms.risk_method m
      join isms.risk_method_spec s on s.scope = m.scope and s.method = m.code
      join isms.risk_scale_step l on l.scope = m.scope and l.method = m.code and l.scale = 'likelihood'
      join isms.risk_scale_step c on c.scope = m.scope and c.method = m.code and c.scale = 'consequence'
     where m.score_rule <> 'impact_threat_vulnerability'
     union all
    select m.scope,
           m.code,
           t.product,
           t.product::text,
           i.impact,
           coalesce(c.label, i.impact::text),
           isms.assess(s.spec, null, null, t.threat, t.vulnerability, ('C' || i.impact)::isms.rating, 'C', null, null, null, null, null, null, false)
      from isms.risk_method m
      join isms.risk_method_spec s on s.scope = m.scope and s.method = m.code
      cross join lateral (
        select distinct on (x.step * y.step) x.step * y.step as product, x.step as threat, y.step as vulnerability
          from isms.risk_scale_step x
          join isms.risk_scale_step y on y.scope = x.scope and y.method = x.method and y.scale = 'vulnerability'
         where x.scope = m.scope and x.method = m.code and x.scale = 'threat'
         order by x.step * y.step) t
      cross join generate_series(0, 9) i(impact)
      left join isms.risk_scale_step c on c.scope = m.scope and c.method = m.code and c.scale = 'consequence' and c.step = i.impact
     where m.score_rule = 'impact_threat_vulnerability'
       and (c.step is not null or not exists (select from isms.risk_scale_step z where z.scope = m.scope and z.method = m.code and z.scale = 'consequence'))),
  rated as materialized (
    select a.scope, a.method, a.code, a.inherent_likelihood, a.inherent_consequence, a.current_likelihood, a.current_consequence, a.target_likelihood, a.target_consequence
      from isms.risk_assessment a
     where a.status <> 'closed'),
  placed as materialized (
    select r.scope, r.method, p.state, p.likelihood, p.consequence, count(*) as risks
      from rated r
      cross join lateral (
        values ('inherent', r.inherent_likelihood, r.inherent_consequence),
               ('current', r.current_likelihood, r.current_consequence),
               ('target', r.target_likelihood, r.target_consequence)) p(state, likelihood, consequence)
     group by r.scope, r.method, p.state, p.likelihood, p.consequence),
  named as materialized (
    select r.scope, r.method, p.state, p.likelihood, p.consequence, string_agg(r.code, ', ' order by r.code) as codes
      from rated r
      cross join lateral (
        values ('inherent', r.inherent_likelihood, r.inherent_consequence),
               ('current', r.current_likelihood, r.current_consequence),
               ('target', r.target_likelihood, r.target_consequence)) p(state, likelihood, consequence)
     group by r.scope, r.method, p.state, p.likelihood, p.consequence)
  select c.scope,
         c.method,
         s.state,
         s.state_order,
         c.likelihood,
         c.likelihood_label,
         c.consequence,
         c.consequence_label,
         isms.assessed_score(c.result, 'inherent') as score,
         isms.assessed_rank(c.result, 'inherent') as rank,
         isms.assessed_level(c.result, 'inherent') as level,
         isms.assessed_disposition(c.result, 'inherent') as disposition,
         isms.assessed_colour(c.result, 'inherent') as colour,
         coalesce(p.risks, 0) as risks,
         (select n.codes
            from named n
           where n.scope = c.scope and n.method = c.method and n.state = s.state and n.likelihood = c.likelihood and n.consequence = c.consequence) as codes,
         (case m.map_rows
            when 'likelihood' then dense_rank() over (partition by c.scope, c.method, s.state order by c.likelihood desc)
            else dense_rank() over (partition by c.scope, c.method, s.state order by c.consequence desc)
          end)::integer as map_row,
         (case m.map_rows
            when 'likelihood' then dense_rank() over (partition by c.scope, c.method, s.state order by c.consequence)
            else dense_rank() over (partition by c.scope, c.method, s.state order by c.likelihood)
          end)::integer as map_column
    from cell c
    join isms.risk_method m on m.scope = c.scope and m.code = c.method
    cross join (values ('inherent', 1), ('current', 2), ('target', 3)) s(state, state_order)
    left join placed p on p.scope = c.scope and p.method = c.method and p.state = s.state and p.likelihood = c.likelihood and p.consequence = c.consequence
   where s.state = 'inherent'
      or m.residual_rule not in ('percent_max', 'percent_product');

comment on view isms.heat_map is 'Live risks by likelihood and consequence, a row a cell and state, empty cells too; under the percent rules, which lower the score alone, only the inherent state has a map';
comment on column isms.heat_map.scope is 'Scope';
comment on column isms.heat_map.method is 'Method';
comment on column isms.heat_map.state is 'inherent, current or target';
comment on column isms.heat_map.state_order is 'Order of the states';
comment on column isms.heat_map.likelihood is 'Step of likelihood; under impact_threat_vulnerability threat x vulnerability';
comment on column isms.heat_map.likelihood_label is 'Its label';
comment on column isms.heat_map.consequence is 'Step of consequence; under impact_threat_vulnerability the impact';
comment on column isms.heat_map.consequence_label is 'Its label';
comment on column isms.heat_map.score is 'Score of the cell';
comment on column isms.heat_map.rank is 'Rank of its level';
comment on column isms.heat_map.level is 'Level of the cell';
comment on column isms.heat_map.disposition is 'Disposition of the level';
comment on column isms.heat_map.colour is 'Colour of the level';
comment on column isms.heat_map.risks is 'How many live risks are in the cell';
comment on column isms.heat_map.codes is 'Their keys; null if none';
comment on column isms.heat_map.map_row is 'Row of the cell in the drawing, 1 at the top: the highest step of the side that the method''s map_rows names';
comment on column isms.heat_map.map_column is 'Column of the cell in the drawing, 1 at the left: the lowest step of the other side';
