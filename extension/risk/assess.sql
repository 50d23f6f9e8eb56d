-- 6.1.2 d, 6.1.3: scores and levels, computed by one path from factors, method and controls, never stored.

-- A method in the form that assessing reads.
create type isms.method_spec;

create function isms.method_spec_in(cstring) returns isms.method_spec
  language c immutable strict parallel safe
  as 'MODULE_PATHNAME', 'isms_method_spec_in';

comment on function isms.method_spec_in(cstring) is 'Refuses: isms.compile_method makes the values';

create function isms.method_spec_out(isms.method_spec) returns cstring
  language c immutable strict parallel safe
  as 'MODULE_PATHNAME', 'isms_method_spec_out';

comment on function isms.method_spec_out(isms.method_spec) is 'Rules and size of a compiled method';

create type isms.method_spec (
  input = isms.method_spec_in,
  output = isms.method_spec_out,
  internallength = variable,
  alignment = double,
  storage = plain
);

comment on type isms.method_spec is 'A risk method compiled for assessing; lives in queries only';

create function isms.compile_method(isms.risk_method, isms.risk_scale_step[], isms.risk_level[]) returns isms.method_spec
  language c immutable parallel safe
  as 'MODULE_PATHNAME', 'isms_compile_method';

comment on function isms.compile_method(isms.risk_method, isms.risk_scale_step[], isms.risk_level[]) is 'A method with its steps and levels, compiled for isms.assess; takes incomplete ones, see isms.check_method';

-- Fenced by offset: once a method, not once a risk.
create view isms.risk_method_spec with (security_invoker = true) as
  select m.scope,
         m.code as method,
         c.spec
    from isms.risk_method m
    cross join lateral (
      select isms.compile_method(m,
               array(select s from isms.risk_scale_step s where s.scope = m.scope and s.method = m.code),
               array(select l from isms.risk_level l where l.scope = m.scope and l.method = m.code)) as spec
      offset 0) c;

comment on view isms.risk_method_spec is 'Each method compiled for assessing';
comment on column isms.risk_method_spec.scope is 'Scope';
comment on column isms.risk_method_spec.method is 'Method';
comment on column isms.risk_method_spec.spec is 'The compiled method';

-- What the controls of a risk do together.
create type isms.effect;

create function isms.effect_in(cstring) returns isms.effect
  language c immutable strict parallel safe
  as 'MODULE_PATHNAME', 'isms_effect_in';

comment on function isms.effect_in(cstring) is 'Refuses: isms.control_effect makes the values';

create function isms.effect_out(isms.effect) returns cstring
  language c immutable strict parallel safe
  as 'MODULE_PATHNAME', 'isms_effect_out';

comment on function isms.effect_out(isms.effect) is 'For each state: how many controls, the fraction and the steps they take off each side, the greatest fraction';

create type isms.effect (
  input = isms.effect_in,
  output = isms.effect_out,
  internallength = 120,
  alignment = double
);

comment on type isms.effect is 'What the controls of a risk do together in each state; lives in queries only';

create function isms.effect_add(isms.effect, effect_on text, effectiveness numeric, reduction integer, counts_in integer) returns isms.effect
  language c immutable parallel safe
  as 'MODULE_PATHNAME', 'isms_effect_add_sql';

comment on function isms.effect_add(isms.effect, text, numeric, integer, integer) is 'Transition of isms.control_effect';

create function isms.effect_combine(isms.effect, isms.effect) returns isms.effect
  language c immutable strict parallel safe
  as 'MODULE_PATHNAME', 'isms_effect_combine';

comment on function isms.effect_combine(isms.effect, isms.effect) is 'Combination of partial results of isms.control_effect';

create aggregate isms.control_effect(effect_on text, effectiveness numeric, reduction integer, counts_in integer) (
  sfunc = isms.effect_add,
  stype = isms.effect,
  combinefunc = isms.effect_combine,
  parallel = safe
);

comment on aggregate isms.control_effect(text, numeric, integer, integer) is 'What controls do together: products of what each leaves, greatest effectiveness and sums of reductions, for each state that counts_in names (1 current, 2 target, 4 verified). Errors: 22003 effectiveness or reduction out of range, 22023 effect_on';

-- What acts on a risk: implementations, and options of sharing or avoidance with an effect of their own.
-- An outer join, so that a plan over many risks never runs through the links of one implementation after another.
create view isms.control_contribution with (security_invoker = true) as
  select c.scope,
         c.risk,
         c.implementation as name,
         c.effect_on,
         coalesce(c.effectiveness, a.effectiveness) as effectiveness,
         c.reduction,
         a.counts_in,
         a.standing
    from isms.risk_control c
    left join isms.implementation_assurance a on a.scope = c.scope and a.implementation = c.implementation;

comment on view isms.control_contribution is 'Implementations that act on a risk, and in which states they count';
comment on column isms.control_contribution.scope is 'Scope';
comment on column isms.control_contribution.risk is 'Risk';
comment on column isms.control_contribution.name is 'Implementation';
comment on column isms.control_contribution.effect_on is 'likelihood or consequence';
comment on column isms.control_contribution.effectiveness is 'Fraction taken off; null: not stated';
comment on column isms.control_contribution.reduction is 'Steps taken off; null: not stated';
comment on column isms.control_contribution.counts_in is 'States in which it counts, as bits: 1 current, 2 target, 4 verified';
comment on column isms.control_contribution.standing is 'Status, and what tests show';

-- An option's effect is planned until the risk is treated or the activity has stopped.
create view isms.option_contribution with (security_invoker = true) as
  select t.scope,
         t.risk,
         t.option as name,
         t.effect_on,
         t.effectiveness,
         t.reduction,
         isms.counts_in(case when r.status in ('treated', 'monitored') or t.stops_on <= d.today then 'implemented' else 'planned' end, 'verified') as counts_in,
         case when r.status in ('treated', 'monitored') or t.stops_on <= d.today then 'in effect' else 'planned' end as standing
    from isms.treatment t
    join isms.risk r on r.scope = t.scope and r.code = t.risk
    join isms.scope_day d on d.scope = t.scope
   where t.effect_on is not null
     and t.withdrawn_on is null;

comment on view isms.option_contribution is 'Sharing and avoidance with an effect of their own, and in which states they count';
comment on column isms.option_contribution.scope is 'Scope';
comment on column isms.option_contribution.risk is 'Risk';
comment on column isms.option_contribution.name is 'Option';
comment on column isms.option_contribution.effect_on is 'likelihood or consequence';
comment on column isms.option_contribution.effectiveness is 'Fraction taken off; null: not stated';
comment on column isms.option_contribution.reduction is 'Steps taken off; null: not stated';
comment on column isms.option_contribution.counts_in is 'States in which it counts, as bits: 1 current, 2 target, 4 verified';
comment on column isms.option_contribution.standing is 'Status, and what tests show';

create type isms.assessment as (
  inherent_rank integer,
  current_rank integer,
  target_rank integer,
  verified_rank integer,
  residual_rank integer,
  inherent_likelihood integer,
  current_likelihood integer,
  target_likelihood integer,
  verified_likelihood integer,
  residual_likelihood integer,
  inherent_consequence integer,
  current_consequence integer,
  target_consequence integer,
  verified_consequence integer,
  residual_consequence integer,
  controls integer,
  controls_current integer,
  controls_unrated integer,
  inherent_score numeric,
  current_score numeric,
  target_score numeric,
  verified_score numeric,
  residual_score numeric,
  inherent_level text,
  current_level text,
  target_level text,
  verified_level text,
  residual_level text,
  inherent_colour text,
  current_colour text,
  target_colour text,
  verified_colour text,
  residual_colour text,
  inherent_disposition text,
  current_disposition text,
  target_disposition text,
  verified_disposition text,
  residual_disposition text
);

comment on type isms.assessment is 'Steps, score and level of a risk in each state and of what is its residual; how many controls it has, how many count today, how many state nothing the method could use';

create function isms.assess(
  spec isms.method_spec,
  likelihood integer,
  consequence integer,
  threat_rate integer,
  vulnerability_rate integer,
  rating isms.rating,
  hits text,
  current_likelihood integer,
  current_consequence integer,
  target_likelihood integer,
  target_consequence integer,
  controls isms.effect,
  options isms.effect,
  treated boolean
) returns isms.assessment
  language c immutable parallel safe
  as 'MODULE_PATHNAME', 'isms_assess_sql';

comment on function isms.assess(isms.method_spec, integer, integer, integer, integer, isms.rating, text, integer, integer, integer, integer, isms.effect, isms.effect, boolean) is 'Scores and levels in every state, the residual being the current one once treated and the target until then; null where a factor is not rated or not on its scale';

-- The left join makes the planner work out a result once, however many columns are read from it.
-- One row a risk, the base of every view that shows levels.  Read it for one risk by scope and code: the filter reaches the tables.
create view isms.risk_assessment with (security_invoker = true) as
  select r.scope,
         r.code,
         r.title,
         r.description,
         r.category,
         r.method,
         r.status,
         r.asset,
         r.threat,
         r.vulnerability,
         r.scenario,
         r.hits,
         r.likelihood,
         r.consequence,
         r.threat_rate,
         r.vulnerability_rate,
         r.owner,
         r.assessor,
         r.assessed_on,
         r.next_review,
         t.title as asset_title,
         (a.result).inherent_likelihood,
         (a.result).inherent_consequence,
         (a.result).inherent_score,
         (a.result).inherent_rank,
         (a.result).inherent_level,
         (a.result).inherent_disposition,
         (a.result).inherent_colour,
         (a.result).current_likelihood,
         (a.result).current_consequence,
         (a.result).current_score,
         (a.result).current_rank,
         (a.result).current_level,
         (a.result).current_disposition,
         (a.result).current_colour,
         (a.result).target_likelihood,
         (a.result).target_consequence,
         (a.result).target_score,
         (a.result).target_rank,
         (a.result).target_level,
         (a.result).target_disposition,
         (a.result).target_colour,
         (a.result).verified_likelihood,
         (a.result).verified_consequence,
         (a.result).verified_score,
         (a.result).verified_rank,
         (a.result).verified_level,
         (a.result).verified_disposition,
         (a.result).verified_colour,
         (a.result).residual_likelihood,
         (a.result).residual_consequence,
         (a.result).residual_score,
         (a.result).residual_rank,
         (a.result).residual_level,
         (a.result).residual_disposition,
         (a.result).residual_colour,
         (a.result).controls,
         (a.result).controls_current,
         (a.result).controls_unrated,
         case when r.status in ('treated', 'monitored', 'closed') then 'current' else 'target' end as residual_basis
    from isms.risk r
    join isms.risk_method_spec m on m.scope = r.scope and m.method = r.method
    left join isms.asset t on t.scope = r.scope and t.code = r.asset
    left join (
      select c.scope, c.risk, isms.control_effect(c.effect_on, c.effectiveness, c.reduction, c.counts_in) as effect
        from isms.control_contribution c
       group by c.scope, c.risk) e on e.scope = r.scope and e.risk = r.code
    left join (
      select c.scope, c.risk, isms.control_effect(c.effect_on, c.effectiveness, c.reduction, c.counts_in) as effect
        from isms.option_contribution c
       group by c.scope, c.risk) x on x.scope = r.scope and x.risk = r.code
    left join lateral (
      select isms.assess(m.spec, r.likelihood, r.consequence, r.threat_rate, r.vulnerability_rate, t.rating, r.hits,
                         r.current_likelihood, r.current_consequence, r.target_likelihood, r.target_consequence, e.effect, x.effect,
                         r.status in ('treated', 'monitored', 'closed')) as result) a on true;

comment on view isms.risk_assessment is 'Steps, score and level of each risk in each state, computed when asked for';
comment on column isms.risk_assessment.scope is 'Scope';
comment on column isms.risk_assessment.code is 'Risk';
comment on column isms.risk_assessment.title is 'Title';
comment on column isms.risk_assessment.description is 'Description';
comment on column isms.risk_assessment.category is 'Category';
comment on column isms.risk_assessment.method is 'Method';
comment on column isms.risk_assessment.status is 'State in workflow risk';
comment on column isms.risk_assessment.asset is 'Asset';
comment on column isms.risk_assessment.threat is 'Threat';
comment on column isms.risk_assessment.vulnerability is 'Vulnerability';
comment on column isms.risk_assessment.scenario is 'Event scenario';
comment on column isms.risk_assessment.hits is 'Dimensions the threat hits';
comment on column isms.risk_assessment.likelihood is 'Likelihood as rated';
comment on column isms.risk_assessment.consequence is 'Consequence as rated';
comment on column isms.risk_assessment.threat_rate is 'Threat as rated';
comment on column isms.risk_assessment.vulnerability_rate is 'Vulnerability as rated';
comment on column isms.risk_assessment.owner is 'Risk owner';
comment on column isms.risk_assessment.assessor is 'Person who assessed';
comment on column isms.risk_assessment.assessed_on is 'Date of the assessment';
comment on column isms.risk_assessment.next_review is 'Next review';
comment on column isms.risk_assessment.asset_title is 'Title of the asset';
comment on column isms.risk_assessment.inherent_likelihood is 'Step of likelihood before controls';
comment on column isms.risk_assessment.inherent_consequence is 'Step of consequence before controls';
comment on column isms.risk_assessment.inherent_score is 'Score before controls';
comment on column isms.risk_assessment.inherent_rank is 'Rank of the level, before controls';
comment on column isms.risk_assessment.inherent_level is 'Label of the level, before controls';
comment on column isms.risk_assessment.inherent_disposition is 'Disposition of the level, before controls';
comment on column isms.risk_assessment.inherent_colour is 'Colour of the level, before controls';
comment on column isms.risk_assessment.current_likelihood is 'Step of likelihood with the controls that are implemented and did not fail their latest test';
comment on column isms.risk_assessment.current_consequence is 'Step of consequence with the controls that are implemented and did not fail their latest test';
comment on column isms.risk_assessment.current_score is 'Score with the controls that are implemented and did not fail their latest test';
comment on column isms.risk_assessment.current_rank is 'Rank of the level, with the controls that are implemented and did not fail their latest test';
comment on column isms.risk_assessment.current_level is 'Label of the level, with the controls that are implemented and did not fail their latest test';
comment on column isms.risk_assessment.current_disposition is 'Disposition of the level, with the controls that are implemented and did not fail their latest test';
comment on column isms.risk_assessment.current_colour is 'Colour of the level, with the controls that are implemented and did not fail their latest test';
comment on column isms.risk_assessment.target_likelihood is 'Step of likelihood with everything planned too';
comment on column isms.risk_assessment.target_consequence is 'Step of consequence with everything planned too';
comment on column isms.risk_assessment.target_score is 'Score with everything planned too';
comment on column isms.risk_assessment.target_rank is 'Rank of the level, with everything planned too';
comment on column isms.risk_assessment.target_level is 'Label of the level, with everything planned too';
comment on column isms.risk_assessment.target_disposition is 'Disposition of the level, with everything planned too';
comment on column isms.risk_assessment.target_colour is 'Colour of the level, with everything planned too';
comment on column isms.risk_assessment.verified_likelihood is 'Step of likelihood with the controls alone that tests or evidence show to work';
comment on column isms.risk_assessment.verified_consequence is 'Step of consequence with the controls alone that tests or evidence show to work';
comment on column isms.risk_assessment.verified_score is 'Score with the controls alone that tests or evidence show to work';
comment on column isms.risk_assessment.verified_rank is 'Rank of the level, with the controls alone that tests or evidence show to work';
comment on column isms.risk_assessment.verified_level is 'Label of the level, with the controls alone that tests or evidence show to work';
comment on column isms.risk_assessment.verified_disposition is 'Disposition of the level, with the controls alone that tests or evidence show to work';
comment on column isms.risk_assessment.verified_colour is 'Colour of the level, with the controls alone that tests or evidence show to work';
comment on column isms.risk_assessment.residual_likelihood is 'Step of likelihood of the state that residual_basis names';
comment on column isms.risk_assessment.residual_consequence is 'Step of consequence of the state that residual_basis names';
comment on column isms.risk_assessment.residual_score is 'Score of the state that residual_basis names';
comment on column isms.risk_assessment.residual_rank is 'Rank of the level of the state that residual_basis names';
comment on column isms.risk_assessment.residual_level is 'Label of the level of the state that residual_basis names';
comment on column isms.risk_assessment.residual_disposition is 'Disposition of the level of the state that residual_basis names';
comment on column isms.risk_assessment.residual_colour is 'Colour of the level of the state that residual_basis names';
comment on column isms.risk_assessment.controls is 'How many controls and other effects count in the target';
comment on column isms.risk_assessment.controls_current is 'How many of them count today';
comment on column isms.risk_assessment.controls_unrated is 'How many of them state nothing the residual rule could use, and so take nothing off';
comment on column isms.risk_assessment.residual_basis is 'Which state the residual risk is read from: target until treatment is complete, then current';

-- 6.1.3 f, 8.2: worse than the ceiling, or no longer the risk that was accepted, or no longer its owner's acceptance.  Better is never stale.
create function isms.acceptance_stale(frozen jsonb, ceiling_rank integer, present_rank integer, asset text, hits text, method text, accepted_by text, owner text) returns boolean
  language sql immutable parallel safe
  return coalesce(present_rank > ceiling_rank, true)
      or not coalesce(frozen @> jsonb_build_object('asset', asset, 'hits', hits, 'method', method), false)
      or coalesce(accepted_by <> owner, false);

comment on function isms.acceptance_stale(jsonb, integer, integer, text, text, text, text, text) is 'Is an acceptance no longer about what stands? True where the value of its basis is not known';
