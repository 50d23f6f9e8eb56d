-- What a method would change if it replaced the one in use, by the register's own view; nothing stored.
create function isms.preview_method(code text, instead_of text default null)
  returns table (risk text, title text, method text, state text, state_order integer,
                 score_before numeric, rank_before integer, level_before text, disposition_before text,
                 score_after numeric, rank_after integer, level_after text, disposition_after text,
                 change text, missing text, stale_acceptances text)
  language plpgsql stable parallel restricted set search_path = pg_catalog, pg_temp as $$
#variable_conflict use_column
declare
  in_scope text := isms.default_scope();
  m isms.risk_method;
  rated text[];
begin
  select x.* into m from isms.risk_method x where x.scope = in_scope and x.code = preview_method.code;
  if not found then
    raise exception using
      errcode = 'no_data_found',
      message = format('there is no method %s in scope %s', preview_method.code, in_scope),
      hint = 'See isms.risk_method; another scope is named by isms.scope.',
      schema = 'isms', table = 'risk_method';
  end if;
  -- the factors its rules read
  rated := case when m.score_rule = 'impact_threat_vulnerability' then '{threat_rate,vulnerability_rate}'::text[] else '{likelihood,consequence}' end
    || case when m.residual_rule = 'entered' then '{current_likelihood,current_consequence,target_likelihood,target_consequence}'::text[] else '{}' end;
  return query
  with scale as materialized (
    select s.scale, array_agg(s.step) as steps from isms.risk_scale_step s where s.scope = in_scope and s.method = m.code group by s.scale),
  before as materialized (
    select a.code, a.title, a.method, a.asset, a.hits, a.owner,
           a.inherent_score, a.inherent_rank, a.inherent_level, a.inherent_disposition, a.current_score, a.current_rank, a.current_level, a.current_disposition,
           a.target_score, a.target_rank, a.target_level, a.target_disposition, a.residual_rank
      from isms.risk_assessment a
     where a.scope = in_scope and a.status <> 'closed' and a.method <> m.code and a.method = coalesce(instead_of, a.method)),
  after as materialized (
    select a.code,
           a.inherent_score, a.inherent_rank, a.inherent_level, a.inherent_disposition, a.current_score, a.current_rank, a.current_level, a.current_disposition,
           a.target_score, a.target_rank, a.target_level, a.target_disposition, a.residual_rank
      from isms.risk_assessment_by_method a
     where a.scope = in_scope and a.by_method = m.code),
  missed as (
    select r.code as risk, string_agg(case when f.step is null then f.name || ' is not rated' else format('%s %s is not on the scale', f.name, f.step) end, ', ' order by f.place) as missing
      from isms.risk r
     cross join lateral (
       values (1, 'likelihood', 'likelihood', r.likelihood), (2, 'consequence', 'consequence', r.consequence),
              (3, 'threat_rate', 'threat', r.threat_rate), (4, 'vulnerability_rate', 'vulnerability', r.vulnerability_rate),
              (5, 'current_likelihood', 'likelihood', r.current_likelihood), (6, 'current_consequence', 'consequence', r.current_consequence),
              (7, 'target_likelihood', 'likelihood', r.target_likelihood), (8, 'target_consequence', 'consequence', r.target_consequence)) f(place, name, scale, step)
      left join scale s on s.scale = f.scale
     where r.scope = in_scope and f.name = any (rated) and not coalesce(f.step = any (s.steps), false)
     group by r.code),
  stale as (
    select c.risk, string_agg(c.code, ', ' order by c.code) as codes
      from isms.acceptance c
      join isms.scope_day d on d.scope = c.scope
      join before b on b.code = c.risk
      join after a on a.code = c.risk
      left join isms.risk_level o on o.scope = c.scope and o.method = b.method and o.label = c.ceiling
      left join isms.risk_level n on n.scope = c.scope and n.method = m.code and n.label = c.ceiling
     where c.scope = in_scope and c.status = 'accepted' and upper(c.validity) > d.today
       and not isms.acceptance_stale(c.frozen, o.rank, case c.basis when 'interim' then b.current_rank when 'target' then b.target_rank else b.residual_rank end,
                                     b.asset, b.hits, b.method, c.accepted_by, b.owner)
       and isms.acceptance_stale(c.frozen, n.rank, case c.basis when 'interim' then a.current_rank when 'target' then a.target_rank else a.residual_rank end,
                                 b.asset, b.hits, m.code, c.accepted_by, b.owner)
     group by c.risk)
  select b.code, b.title, b.method, s.state, s.state_order,
         s.score, s.rank, s.level, s.disposition,
         n.score, n.rank, n.level, n.disposition,
         case
           when s.rank is null and n.rank is null then 'not rated'
           when n.rank is null then 'no longer rated'
           when s.rank is null then 'now rated'
           when array_position(x.dispositions, n.disposition) > array_position(x.dispositions, s.disposition) then 'stricter'
           when array_position(x.dispositions, n.disposition) < array_position(x.dispositions, s.disposition) then 'milder'
           when n.level <> s.level then 'another level'
           else 'same'
         end,
         f.missing, l.codes
    from before b
    join after a on a.code = b.code
    left join missed f on f.risk = b.code
    left join stale l on l.risk = b.code
    cross join lateral (
      values ('inherent', 1, b.inherent_score, b.inherent_rank, b.inherent_level, b.inherent_disposition),
             ('current', 2, b.current_score, b.current_rank, b.current_level, b.current_disposition),
             ('target', 3, b.target_score, b.target_rank, b.target_level, b.target_disposition)) s(state, state_order, score, rank, level, disposition)
    join lateral (
      values ('inherent', a.inherent_score, a.inherent_rank, a.inherent_level, a.inherent_disposition),
             ('current', a.current_score, a.current_rank, a.current_level, a.current_disposition),
             ('target', a.target_score, a.target_rank, a.target_level, a.target_disposition)) n(state, score, rank, level, disposition) on n.state = s.state
    cross join (select '{acceptable,tolerable,unacceptable,never}'::text[] as dispositions) x
   order by b.code, s.state_order;
end
$$;

comment on function isms.preview_method(text, text) is 'What would change if a method, a draft say, replaced those of all live risks, or the one named: each risk in each state before and after, factors the method misses, acceptances that would go stale. Errors: P0002 no such method';

create function isms.preview_method_summary(code text, instead_of text default null)
  returns table (state text, state_order integer, stage text, method text, rank integer, level text, disposition text, colour text, risks bigint)
  language plpgsql stable parallel restricted set search_path = pg_catalog, pg_temp as $$
#variable_conflict use_column
declare
  in_scope text := isms.default_scope();
begin
  return query
  with counted as (
    select p.state, p.state_order, g.stage, g.method, g.rank, count(*) as risks
      from isms.preview_method(preview_method_summary.code, preview_method_summary.instead_of) p
     cross join lateral (values ('before', p.method, p.rank_before), ('after', preview_method_summary.code, p.rank_after)) g(stage, method, rank)
     group by p.state, p.state_order, g.stage, g.method, g.rank),
  place as (
    select distinct c.state, c.state_order, c.stage, c.method from counted c)
  select p.state, p.state_order, p.stage, p.method, l.rank, l.label, l.disposition, l.colour,
         coalesce((select c.risks from counted c where c.state = p.state and c.stage = p.stage and c.method = p.method and c.rank = l.rank), 0)
    from place p
    join isms.risk_level l on l.scope = in_scope and l.method = p.method
   union all
  select c.state, c.state_order, c.stage, c.method, null, null, null, null, c.risks
    from counted c
   where c.rank is null
   order by 2, 3 desc, 4, 5 nulls last;
end
$$;

comment on function isms.preview_method_summary(text, text) is 'How the summary would look: for each state, before and after, how many risks have each level of their method; a row without a level counts those not rated. Errors: P0002 no such method';
