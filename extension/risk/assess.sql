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
  internallength = 168,
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

-- For formulas on quantities: losses, rates.
create function isms.effect_left(isms.effect, state text, side text, dependence text default 'independent') returns double precision
  language c immutable strict parallel safe
  as 'MODULE_PATHNAME', 'isms_effect_left';

comment on function isms.effect_left(isms.effect, text, text, text) is 'What the controls together leave of a side (likelihood or consequence) in a state (inherent, current, target, verified), 0 to 1: the product of what each leaves if they are independent, what the best one leaves if they are dependent or that is unknown; null where nothing acts. Errors: 22023 unknown state, side or dependence';

-- The implementations of a query, gathered once and looked up in.
create type isms.implementation_set;

create function isms.implementation_set_in(cstring) returns isms.implementation_set
  language c immutable strict parallel safe
  as 'MODULE_PATHNAME', 'isms_implementation_set_in';

comment on function isms.implementation_set_in(cstring) is 'Refuses: the aggregate isms.implementation_set makes the values';

create function isms.implementation_set_out(isms.implementation_set) returns cstring
  language c immutable strict parallel safe
  as 'MODULE_PATHNAME', 'isms_implementation_set_out';

comment on function isms.implementation_set_out(isms.implementation_set) is 'How many there are';

create type isms.implementation_set (
  input = isms.implementation_set_in,
  output = isms.implementation_set_out,
  internallength = variable,
  alignment = double,
  storage = plain
);

comment on type isms.implementation_set is 'Implementations with what each states and where it counts, to look up in; lives in queries only';

create function isms.implementation_set_add(internal, scope text, implementation text, effectiveness numeric, counts_in integer) returns internal
  language c immutable parallel safe
  as 'MODULE_PATHNAME', 'isms_implementation_set_add';

comment on function isms.implementation_set_add(internal, text, text, numeric, integer) is 'Transition of isms.implementation_set';

create function isms.implementation_set_make(internal) returns isms.implementation_set
  language c immutable parallel safe
  as 'MODULE_PATHNAME', 'isms_implementation_set_make';

comment on function isms.implementation_set_make(internal) is 'End of isms.implementation_set';

create aggregate isms.implementation_set(scope text, implementation text, effectiveness numeric, counts_in integer) (
  sfunc = isms.implementation_set_add,
  stype = internal,
  finalfunc = isms.implementation_set_make,
  parallel = safe
);

comment on aggregate isms.implementation_set(text, text, numeric, integer) is 'The rows of isms.implementation_count as a value, for isms.control_effect';

create function isms.effect_add(isms.effect, implementations isms.implementation_set, scope text, implementation text, effect_on text, effectiveness numeric, reduction integer) returns isms.effect
  language c immutable parallel safe
  as 'MODULE_PATHNAME', 'isms_effect_add_link';

comment on function isms.effect_add(isms.effect, isms.implementation_set, text, text, text, numeric, integer) is 'Transition of isms.control_effect';

create aggregate isms.control_effect(implementations isms.implementation_set, scope text, implementation text, effect_on text, effectiveness numeric, reduction integer) (
  sfunc = isms.effect_add,
  stype = isms.effect,
  combinefunc = isms.effect_combine,
  parallel = safe
);

comment on aggregate isms.control_effect(isms.implementation_set, text, text, text, numeric, integer) is 'The same for links to implementations: where one counts, and its effectiveness where the link states none, come from the set; what the set does not have adds nothing';

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
         isms.counts_in(case when r.status in ('treated', 'monitored', 'closed') or t.stops_on <= d.today then 'implemented' else 'planned' end, 'verified') as counts_in,
         case when r.status in ('treated', 'monitored', 'closed') or t.stops_on <= d.today then 'in effect' else 'planned' end as standing
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

-- A risk in all its states.
create type isms.assessment;

create function isms.assessment_in(cstring) returns isms.assessment
  language c immutable strict parallel safe
  as 'MODULE_PATHNAME', 'isms_assessment_in';

comment on function isms.assessment_in(cstring) is 'Refuses: isms.assess makes the values';

create function isms.assessment_out(isms.assessment) returns cstring
  language c immutable strict parallel safe
  as 'MODULE_PATHNAME', 'isms_assessment_out';

comment on function isms.assessment_out(isms.assessment) is 'The level in each state';

create type isms.assessment (
  input = isms.assessment_in,
  output = isms.assessment_out,
  internallength = variable,
  alignment = double,
  storage = plain
);

comment on type isms.assessment is 'Steps, score and level of a risk in each state; lives in queries only';

create function isms.assessed_likelihood(isms.assessment, text) returns integer
  language c immutable strict parallel safe
  as 'MODULE_PATHNAME', 'isms_assessed_likelihood';

comment on function isms.assessed_likelihood(isms.assessment, text) is 'Step of likelihood in a state: inherent, current, target, verified or residual; current_best, target_best or residual_best, if dependence is unknown and controls are independent';

create function isms.assessed_consequence(isms.assessment, text) returns integer
  language c immutable strict parallel safe
  as 'MODULE_PATHNAME', 'isms_assessed_consequence';

comment on function isms.assessed_consequence(isms.assessment, text) is 'Step of consequence in a state: inherent, current, target, verified or residual; current_best, target_best or residual_best, if dependence is unknown and controls are independent';

create function isms.assessed_score(isms.assessment, text) returns numeric
  language c immutable strict parallel safe
  as 'MODULE_PATHNAME', 'isms_assessed_score';

comment on function isms.assessed_score(isms.assessment, text) is 'Score in a state: inherent, current, target, verified or residual; current_best, target_best or residual_best, if dependence is unknown and controls are independent';

create function isms.assessed_rank(isms.assessment, text) returns integer
  language c immutable strict parallel safe
  as 'MODULE_PATHNAME', 'isms_assessed_rank';

comment on function isms.assessed_rank(isms.assessment, text) is 'Rank of the level in a state: inherent, current, target, verified or residual; current_best, target_best or residual_best, if dependence is unknown and controls are independent';

create function isms.assessed_level(isms.assessment, text) returns text
  language c immutable strict parallel safe
  as 'MODULE_PATHNAME', 'isms_assessed_level';

comment on function isms.assessed_level(isms.assessment, text) is 'Level in a state: inherent, current, target, verified or residual; current_best, target_best or residual_best, if dependence is unknown and controls are independent';

create function isms.assessed_disposition(isms.assessment, text) returns text
  language c immutable strict parallel safe
  as 'MODULE_PATHNAME', 'isms_assessed_disposition';

comment on function isms.assessed_disposition(isms.assessment, text) is 'Disposition of the level in a state: inherent, current, target, verified or residual; current_best, target_best or residual_best, if dependence is unknown and controls are independent';

create function isms.assessed_colour(isms.assessment, text) returns text
  language c immutable strict parallel safe
  as 'MODULE_PATHNAME', 'isms_assessed_colour';

comment on function isms.assessed_colour(isms.assessment, text) is 'Colour of the level in a state: inherent, current, target, verified or residual; current_best, target_best or residual_best, if dependence is unknown and controls are independent';

create function isms.assessed_controls(isms.assessment, text) returns integer
  language c immutable strict parallel safe
  as 'MODULE_PATHNAME', 'isms_assessed_controls';

comment on function isms.assessed_controls(isms.assessment, text) is 'How many controls there are: all, current (those that count today), unrated (those that state nothing the method could use)';

create function isms.assessed_override(isms.assessment) returns text
  language c immutable strict parallel safe
  as 'MODULE_PATHNAME', 'isms_assessed_override';

comment on function isms.assessed_override(isms.assessment) is 'States whose value an expert entered: current, target, or both; null if none';

-- The overrides of a query, gathered once and looked up in.
create type isms.override_set;

create function isms.override_set_in(cstring) returns isms.override_set
  language c immutable strict parallel safe
  as 'MODULE_PATHNAME', 'isms_override_set_in';

comment on function isms.override_set_in(cstring) is 'Refuses: the aggregate isms.override_set makes the values';

create function isms.override_set_out(isms.override_set) returns cstring
  language c immutable strict parallel safe
  as 'MODULE_PATHNAME', 'isms_override_set_out';

comment on function isms.override_set_out(isms.override_set) is 'How many risks it speaks of';

create type isms.override_set (
  input = isms.override_set_in,
  output = isms.override_set_out,
  internallength = variable,
  alignment = double,
  storage = plain
);

comment on type isms.override_set is 'Values that experts entered in place of computed ones, to look up in; lives in queries only';

create function isms.override_set_add(internal, scope text, risk text, state text, likelihood integer, consequence integer, score numeric) returns internal
  language c immutable parallel safe
  as 'MODULE_PATHNAME', 'isms_override_set_add';

comment on function isms.override_set_add(internal, text, text, text, integer, integer, numeric) is 'Transition of isms.override_set';

create function isms.override_set_make(internal) returns isms.override_set
  language c immutable parallel safe
  as 'MODULE_PATHNAME', 'isms_override_set_make';

comment on function isms.override_set_make(internal) is 'End of isms.override_set';

create aggregate isms.override_set(scope text, risk text, state text, likelihood integer, consequence integer, score numeric) (
  sfunc = isms.override_set_add,
  stype = internal,
  finalfunc = isms.override_set_make,
  parallel = safe
);

comment on aggregate isms.override_set(text, text, text, integer, integer, numeric) is 'The rows of isms.override_in_force as a value, for isms.assess; null if there are none';

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
  treated boolean,
  overrides isms.override_set default null,
  scope text default null,
  risk text default null
) returns isms.assessment
  language c immutable parallel safe
  as 'MODULE_PATHNAME', 'isms_assess_sql';

comment on function isms.assess(isms.method_spec, integer, integer, integer, integer, isms.rating, text, integer, integer, integer, integer, isms.effect, isms.effect, boolean, isms.override_set, text, text) is 'Scores and levels in every state, the residual being the current one once treated and the target until then; with overrides, what is entered for the scope and risk; null where a factor is not rated or not on its scale';

-- One row a risk and method: what the risk comes to under each method of its scope, its own among them.  Read it for one method.
-- What belongs to a risk is read in the order of the risks, along indexes, so that many risks and what is theirs meet side by side:
-- hash tables as large as the register, met at random, would cost more than assessing.  For the same reason a link looks its
-- implementation up, where a join would lose the order.  Few options have an effect, so that is gathered beside them; what experts
-- entered is as in isms.override_in_force, met with the risk here.  The result is one row by its HAVING, which fences it too:
-- it is worked out once, however many columns are read from it, and left out with all it needs where none is.
create view isms.risk_assessment_by_method with (security_invoker = true) as
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
         isms.assessed_likelihood(a.result, 'inherent') as inherent_likelihood,
         isms.assessed_consequence(a.result, 'inherent') as inherent_consequence,
         isms.assessed_score(a.result, 'inherent') as inherent_score,
         isms.assessed_rank(a.result, 'inherent') as inherent_rank,
         isms.assessed_level(a.result, 'inherent') as inherent_level,
         isms.assessed_disposition(a.result, 'inherent') as inherent_disposition,
         isms.assessed_colour(a.result, 'inherent') as inherent_colour,
         isms.assessed_likelihood(a.result, 'current') as current_likelihood,
         isms.assessed_consequence(a.result, 'current') as current_consequence,
         isms.assessed_score(a.result, 'current') as current_score,
         isms.assessed_rank(a.result, 'current') as current_rank,
         isms.assessed_level(a.result, 'current') as current_level,
         isms.assessed_disposition(a.result, 'current') as current_disposition,
         isms.assessed_colour(a.result, 'current') as current_colour,
         isms.assessed_likelihood(a.result, 'target') as target_likelihood,
         isms.assessed_consequence(a.result, 'target') as target_consequence,
         isms.assessed_score(a.result, 'target') as target_score,
         isms.assessed_rank(a.result, 'target') as target_rank,
         isms.assessed_level(a.result, 'target') as target_level,
         isms.assessed_disposition(a.result, 'target') as target_disposition,
         isms.assessed_colour(a.result, 'target') as target_colour,
         isms.assessed_likelihood(a.result, 'verified') as verified_likelihood,
         isms.assessed_consequence(a.result, 'verified') as verified_consequence,
         isms.assessed_score(a.result, 'verified') as verified_score,
         isms.assessed_rank(a.result, 'verified') as verified_rank,
         isms.assessed_level(a.result, 'verified') as verified_level,
         isms.assessed_disposition(a.result, 'verified') as verified_disposition,
         isms.assessed_colour(a.result, 'verified') as verified_colour,
         isms.assessed_likelihood(a.result, 'residual') as residual_likelihood,
         isms.assessed_consequence(a.result, 'residual') as residual_consequence,
         isms.assessed_score(a.result, 'residual') as residual_score,
         isms.assessed_rank(a.result, 'residual') as residual_rank,
         isms.assessed_level(a.result, 'residual') as residual_level,
         isms.assessed_disposition(a.result, 'residual') as residual_disposition,
         isms.assessed_colour(a.result, 'residual') as residual_colour,
         isms.assessed_controls(a.result, 'all') as controls,
         isms.assessed_controls(a.result, 'current') as controls_current,
         isms.assessed_controls(a.result, 'unrated') as controls_unrated,
         case when r.status in ('treated', 'monitored', 'closed') then 'current' else 'target' end as residual_basis,
         o.options,
         coalesce(n.open_actions, 0) as open_actions,
         n.next_due,
         coalesce(n.started, false) as started,
         isms.assessed_rank(a.result, 'current_best') as current_best_rank,
         isms.assessed_level(a.result, 'current_best') as current_best_level,
         isms.assessed_rank(a.result, 'target_best') as target_best_rank,
         isms.assessed_level(a.result, 'target_best') as target_best_level,
         isms.assessed_rank(a.result, 'residual_best') as residual_best_rank,
         isms.assessed_level(a.result, 'residual_best') as residual_best_level,
         isms.assessed_override(a.result) as overridden,
         m.method as by_method
    from isms.risk r
    join isms.risk_method_spec m on m.scope = r.scope
    left join isms.asset t on t.scope = r.scope and t.code = r.asset
    left join (
      select c.scope, c.risk,
             isms.control_effect((select isms.implementation_set(i.scope, i.implementation, i.effectiveness, i.counts_in) from isms.implementation_count i),
                                 c.scope, c.implementation, c.effect_on, c.effectiveness, c.reduction) as effect
        from (
          select l.scope, l.risk, l.implementation, l.effect_on, l.effectiveness, l.reduction
            from isms.risk_control l
           order by l.scope, l.risk) c
       group by c.scope, c.risk) e on e.scope = r.scope and e.risk = r.code
    left join (
      select o.scope, o.risk, bit_or(o.option) as options
        from (
          select t.scope, t.risk,
                 case
                   when t.withdrawn_on is not null then 0
                   when t.option = 'modification' then 1
                   when t.option = 'retention' then 2
                   when t.option = 'sharing' then 4
                   else 8
                 end as option
            from isms.treatment t
           order by t.scope, t.risk) o
       group by o.scope, o.risk) o on o.scope = r.scope and o.risk = r.code
    left join (
      select t.scope, t.risk,
             isms.control_effect(t.effect_on, t.effectiveness, t.reduction, case when t.stops_on <= isms.today(t.scope) then 7 else 2 end) as effect
        from isms.treatment t
       where t.effect_on is not null
         and t.withdrawn_on is null
       group by t.scope, t.risk) p on p.scope = r.scope and p.risk = r.code
    left join (
      select n.scope, n.serves,
             count(*) filter (where n.status in ('planned', 'in_progress', 'done'))::integer as open_actions,
             min(n.due_on) filter (where n.status in ('planned', 'in_progress')) as next_due,
             bool_or(n.status in ('in_progress', 'done', 'verified')) as started
        from (
          select a.scope, a.serves, a.status, a.due_on
            from isms.action a
           where a.serves_kind = 'risk'
           order by a.scope, a.serves) n
       group by n.scope, n.serves) n on n.scope = r.scope and n.serves = r.code
    left join (
      select i.scope, i.risk, i.method, isms.override_set(i.scope, i.risk, i.state, i.likelihood, i.consequence, coalesce(i.score, l.minimum)) as overrides
        from isms.risk_override i
        join isms.scope_day d on d.scope = i.scope
        left join isms.risk_level l on l.scope = i.scope and l.method = i.method and l.label = i.level
       where i.status = 'approved'
         and elem_contained_by_range(d.today, i.validity)
       group by i.scope, i.risk, i.method) v on v.scope = r.scope and v.risk = r.code and v.method = r.method
    left join lateral (
      select isms.assess(m.spec, r.likelihood, r.consequence, r.threat_rate, r.vulnerability_rate, isms.greatest(t.rating, t.inherited_rating), r.hits,
                         r.current_likelihood, r.current_consequence, r.target_likelihood, r.target_consequence, e.effect, p.effect,
                         r.status in ('treated', 'monitored', 'closed'),
                         case when m.method = r.method then v.overrides end, r.scope, r.code) as result
      having true) a on true;

comment on view isms.risk_assessment_by_method is 'The same as isms.risk_assessment under every method of the scope: what each risk would come to under another';

-- One row a risk, by its own method: the base of every view that shows levels.  Read it for one risk by scope and code: the filter reaches the tables.
create view isms.risk_assessment with (security_invoker = true) as
  select b.*
    from isms.risk_assessment_by_method b
   where b.by_method = b.method;

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
comment on column isms.risk_assessment.options is 'Treatment options chosen and not given up, as bits: 1 modification, 2 retention, 4 sharing, 8 avoidance; null without a treatment';
comment on column isms.risk_assessment.open_actions is 'How many actions for it are planned, in progress, or done and not verified';
comment on column isms.risk_assessment.next_due is 'Next due date of an action that is not done';
comment on column isms.risk_assessment.started is 'Was an action begun?';
comment on column isms.risk_assessment.current_best_rank is 'Rank of the current level if the controls were independent, where the method says their dependence is unknown; else the current one';
comment on column isms.risk_assessment.current_best_level is 'Label of that level';
comment on column isms.risk_assessment.target_best_rank is 'Rank of the target level if the controls were independent, where the method says their dependence is unknown; else the target one';
comment on column isms.risk_assessment.target_best_level is 'Label of that level';
comment on column isms.risk_assessment.residual_best_rank is 'The same for the state that residual_basis names';
comment on column isms.risk_assessment.residual_best_level is 'Label of that level';
comment on column isms.risk_assessment.overridden is 'States whose value an expert entered: current, target, or both; null if none (isms.override_in_force)';
comment on column isms.risk_assessment.by_method is 'Method the levels are by: the risk''s own';

do $$
declare
  c record;
begin
  for c in
    select a.attname, case a.attname when 'by_method' then 'Method the levels are by' else col_description(a.attrelid, a.attnum) end as said
      from pg_attribute a
     where a.attrelid = 'isms.risk_assessment'::regclass and a.attnum > 0
  loop
    execute format('comment on column isms.risk_assessment_by_method.%I is %L', c.attname, c.said);
  end loop;
end
$$;

-- 6.1.3 f, 8.2: worse than the ceiling, or no longer the risk that was accepted, or no longer its owner's acceptance.  Better is never stale.
create function isms.acceptance_stale(frozen jsonb, ceiling_rank integer, present_rank integer, asset text, hits text, method text, accepted_by text, owner text) returns boolean
  language sql immutable parallel safe
  return coalesce(present_rank > ceiling_rank, true)
      or not coalesce(frozen @> jsonb_build_object('asset', asset, 'hits', hits, 'method', method), false)
      or coalesce(accepted_by <> owner, false);

comment on function isms.acceptance_stale(jsonb, integer, integer, text, text, text, text, text) is 'Is an acceptance no longer about what stands? True where the value of its basis is not known';

-- A control as the explanation names it.
create type isms.stated_effect as (
  name text,
  effect_on text,
  effectiveness numeric,
  reduction integer,
  counts_in integer,
  standing text,
  remark text
);

comment on type isms.stated_effect is 'What one control states: side, fraction, steps, the states it counts in (bits), its standing in words and what there is to say about it';

-- An override as the explanation tells of it.
create type isms.stated_override as (
  state text,
  likelihood integer,
  consequence integer,
  score numeric,
  said text
);

comment on type isms.stated_override is 'What an expert entered for a state: both steps or a score, and who, until when and why in words';

create function isms.assess_steps(
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
  controls isms.stated_effect[],
  overrides isms.stated_override[] default null,
  out state text,
  out step integer,
  out input text,
  out rule text,
  out before text,
  out after text
) returns setof record
  language c immutable parallel safe rows 20
  as 'MODULE_PATHNAME', 'isms_assess_steps';

comment on function isms.assess_steps(isms.method_spec, integer, integer, integer, integer, isms.rating, text, integer, integer, integer, integer, isms.stated_effect[], isms.stated_override[]) is 'How isms.assess comes to its result, a row a step';

create function isms.stated_controls(scope text, risk text) returns isms.stated_effect[]
  language plpgsql stable parallel safe set search_path = pg_catalog, pg_temp as $$
begin
  return array(
    select row(c.name, c.effect_on, c.effectiveness, c.reduction, c.counts_in, c.standing, x.said)::isms.stated_effect
      from isms.control_contribution c
      left join isms.control_type_conflict x on x.scope = c.scope and x.risk = c.risk and x.implementation = c.name and x.effect_on = c.effect_on
     where c.scope = stated_controls.scope and c.risk = stated_controls.risk
     order by c.name, c.effect_on)
    || array(
    select row(o.name, o.effect_on, o.effectiveness, o.reduction, o.counts_in, o.standing, null)::isms.stated_effect
      from isms.option_contribution o
     where o.scope = stated_controls.scope and o.risk = stated_controls.risk
     order by o.name);
end
$$;

comment on function isms.stated_controls(text, text) is 'What acts on a risk, controls first, then sharing and avoidance, for isms.assess_steps';

-- What is computed, whatever an expert entered.
create function isms.computed_rank(scope text, risk text, state text) returns integer
  language plpgsql stable parallel safe set search_path = pg_catalog, pg_temp as $$
begin
  return (
    select isms.assessed_rank(
             isms.assess(m.spec, r.likelihood, r.consequence, r.threat_rate, r.vulnerability_rate, isms.greatest(t.rating, t.inherited_rating), r.hits,
                         r.current_likelihood, r.current_consequence, r.target_likelihood, r.target_consequence,
                         (select isms.control_effect(c.effect_on, c.effectiveness, c.reduction, c.counts_in)
                            from isms.control_contribution c where c.scope = r.scope and c.risk = r.code),
                         (select isms.control_effect(o.effect_on, o.effectiveness, o.reduction, o.counts_in)
                            from isms.option_contribution o where o.scope = r.scope and o.risk = r.code),
                         r.status in ('treated', 'monitored', 'closed')),
             computed_rank.state)
      from isms.risk r
      join isms.risk_method_spec m on m.scope = r.scope and m.method = r.method
      left join isms.asset t on t.scope = r.scope and t.code = r.asset
     where r.scope = computed_rank.scope and r.code = computed_rank.risk);
end
$$;

comment on function isms.computed_rank(text, text, text) is 'Rank of the level of a risk today in a state (inherent, current, target, verified, residual) as computed, without what an expert entered; null while not known';

create function isms.explain_risk(code text) returns table (state text, step integer, input text, rule text, before text, after text)
  language plpgsql stable parallel restricted set search_path = pg_catalog, pg_temp as $$
#variable_conflict use_column
declare
  in_scope text := isms.default_scope();
begin
  return query
  select s.state, s.step, s.input, s.rule, s.before, s.after
    from isms.risk r
    join isms.risk_method_spec m on m.scope = r.scope and m.method = r.method
    left join isms.asset t on t.scope = r.scope and t.code = r.asset
    cross join lateral isms.assess_steps(
      m.spec, r.likelihood, r.consequence, r.threat_rate, r.vulnerability_rate, isms.greatest(t.rating, t.inherited_rating), r.hits,
      r.current_likelihood, r.current_consequence, r.target_likelihood, r.target_consequence,
      isms.stated_controls(r.scope, r.code),
      array(select row(i.state, i.likelihood, i.consequence, i.score, i.said)::isms.stated_override
              from isms.override_in_force i
             where i.scope = r.scope and i.risk = r.code)) s
   where r.scope = in_scope and r.code = explain_risk.code;
  if not found then
    raise exception using
      errcode = 'no_data_found',
      message = format('there is no risk %s in scope %s', explain_risk.code, in_scope),
      hint = 'See isms.risk_register; another scope is named by isms.scope.';
  end if;
end
$$;

comment on function isms.explain_risk(text) is 'How the levels of a risk come about: in each state every factor, control and rule with what it was before and after. Errors: P0002 no such risk';

-- 6.1.2 a-b: what keeps a method from being used.
create function isms.method_problems(scope text, code text) returns table (about text, problem text)
  language sql stable parallel safe set search_path = pg_catalog, pg_temp
begin atomic
  with method as (
    select m.*, m.score_rule <> 'impact_threat_vulnerability' as two_sided
      from isms.risk_method m
     where m.scope = method_problems.scope and m.code = method_problems.code),
  step as (
    select s.*,
           lead(s.step) over w as next_step,
           lead(s.low) over w as next_low,
           bool_or(coalesce(s.low, s.high, s.value) is not null) over (partition by s.scale) as banded,
           row_number() over w as place
      from isms.risk_scale_step s
     where s.scope = method_problems.scope and s.method = method_problems.code
    window w as (partition by s.scale order by s.step)),
  scale as (
    select n.scale, count(s.step) as steps, min(s.step) as lowest
      from method m
      cross join unnest(case when m.two_sided then '{likelihood,consequence}'::text[] else '{threat,vulnerability}' end) n(scale)
      left join step s on s.scale = n.scale
     group by n.scale),
  cell as (
    select (u.place - 1) / array_length(m.matrix, 2) + 1 as likelihood, (u.place - 1) % array_length(m.matrix, 2) + 1 as consequence, u.score
      from method m
      cross join unnest(m.matrix) with ordinality u(score, place)
     where m.score_rule = 'matrix'),
  level as (
    select l.*,
           lag(l.minimum) over w as minimum_below,
           lag(l.label) over w as label_below,
           array_position('{acceptable,tolerable,unacceptable,never}'::text[], l.disposition)
             < lag(array_position('{acceptable,tolerable,unacceptable,never}'::text[], l.disposition)) over w as milder
      from isms.risk_level l
     where l.scope = method_problems.scope and l.method = method_problems.code
    window w as (order by l.rank)),
  problem (place, said) as (
    select 0, format('there is no method %s in scope %s', method_problems.code, method_problems.scope)
     where not exists (select from method)
     union all
    select 1, case
                when m.residual_rule = 'vulnerability_reduction' then format('residual rule vulnerability_reduction does not go with score rule %s', m.score_rule)
                else format('residual rule %s does not go with score rule impact_threat_vulnerability', m.residual_rule)
              end
      from method m
     where m.residual_rule = 'vulnerability_reduction' and m.two_sided
        or m.residual_rule in ('entered', 'bands', 'steps') and not m.two_sided
     union all
    select 2, format('scale %s has %s', c.scale, case c.steps when 0 then 'no steps' else 'a single step' end)
      from scale c
     where c.steps < 2
     union all
    select 3, format('scale %s: step %s is missing', s.scale, s.step + 1)
      from step s
     where s.next_step > s.step + 1
     union all
    -- Bands are what residual rule bands lowers; of any other method they are documentation, but not to be contradictory.
    select 4, case
                when s.low is null then format('scale %s, step %s: no lower bound of its band', s.scale, s.step)
                when not (s.low < 'infinity') or not (coalesce(s.high, 1) < 'infinity') or not (coalesce(s.value, 1) < 'infinity') then format('scale %s, step %s: bounds and value must be numbers', s.scale, s.step)
                when s.next_step is not null and s.high is null then format('scale %s, step %s: no upper bound of its band', s.scale, s.step)
                when s.high <> s.next_low then format('scale %s: the bands of steps %s and %s %s', s.scale, s.step, s.next_step, case when s.high > s.next_low then 'overlap' else 'leave a gap' end)
                else format('scale %s, step %s: no value, and none can be taken from the bounds', s.scale, s.step)
              end
      from method m
      join step s on s.scale in ('likelihood', 'consequence')
     where (m.residual_rule = 'bands' or s.banded)
       and (s.low is null or not (s.low < 'infinity') or not (coalesce(s.high, 1) < 'infinity') or not (coalesce(s.value, 1) < 'infinity')
            or s.next_step is not null and (s.high is null or s.next_low is not null and s.high <> s.next_low)
            or m.residual_rule = 'bands' and s.value is null and (coalesce(s.low, 0) = 0 or s.high is null))
     union all
    select 5, format('the matrix is %s by %s, the scales have %s and %s steps', array_length(m.matrix, 1), array_length(m.matrix, 2), l.steps, c.steps)
      from method m
      join scale l on l.scale = 'likelihood'
      join scale c on c.scale = 'consequence'
     where m.score_rule = 'matrix' and (array_length(m.matrix, 1) <> l.steps or array_length(m.matrix, 2) <> c.steps)
     union all
    select 6, format('matrix, row %s, column %s: no score', c.likelihood, c.consequence)
      from cell c
     where c.score is null
     union all
    select 7, format('the matrix falls from %s to %s between row %s, column %s and row %s, column %s', c.score, d.score, c.likelihood, c.consequence, d.likelihood, d.consequence)
      from cell c
      join cell d on d.likelihood = c.likelihood and d.consequence = c.consequence + 1 or d.likelihood = c.likelihood + 1 and d.consequence = c.consequence
     where d.score < c.score
     union all
    select 8, 'there are no levels'
      from method
     where not exists (select from level)
     union all
    select 9, format('level %s begins at %s, which is not above level %s', l.label, l.minimum, l.label_below)
      from level l
     where not (l.minimum > l.minimum_below)
     union all
    select 10, format('level %s is %s, milder than level %s below it', l.label, l.disposition, l.label_below)
      from level l
     where l.milder
     union all
    select 11, format('the lowest level begins at %s, above the lowest score %s', l.minimum, w.score)
      from method m
      cross join lateral (
        select case m.score_rule
                 when 'matrix' then (select min(c.score) from cell c)
                 when 'product' then (select a.lowest * b.lowest from scale a, scale b where a.scale = 'likelihood' and b.scale = 'consequence')
                 when 'sum' then (select a.lowest + b.lowest from scale a, scale b where a.scale = 'likelihood' and b.scale = 'consequence')
                 else 0
               end) o(score)
      -- a control may take off everything under the percent rules
      cross join lateral (select case when m.residual_rule in ('percent_max', 'percent_product') then least(o.score, 0) else o.score end) w(score)
      join level l on l.minimum_below is null and l.minimum > w.score
     where l.rank = (select min(x.rank) from level x)
     union all
    select 12, format('level %s: %s is not a time ahead', l.label, i.name)
      from level l
      cross join lateral (values ('longest_acceptance', l.longest_acceptance), ('treat_within', l.treat_within), ('review_every', l.review_every)) i(name, span)
     where not (timestamp '2000-01-01' + i.span > timestamp '2000-01-01')
     union all
    select 13, 'the risk acceptance criteria are not stated (6.1.2 a1)'
      from method m
     where m.acceptance_criteria is null or m.acceptance_criteria !~ '\S'
     union all
    select 14, 'the criteria for performing assessments are not stated (6.1.2 a2)'
      from method m
     where m.when_to_assess is null or m.when_to_assess !~ '\S')
  select case
           when p.place = 0 then 'method'
           when p.place = 1 then 'rule'
           when p.place <= 4 then 'scale'
           when p.place <= 6 then 'matrix'
           when p.place in (7, 9, 10) then 'order'
           when p.place <= 12 then 'level'
           else 'criteria'
         end,
         p.said
    from problem p
   order by p.place, p.said;
end;

comment on function isms.method_problems(text, text) is 'What keeps a risk method from being approved, a row each; about is method (there is none), rule, scale, matrix, level, order (what should rise falls: scores in the matrix, minimum or disposition of levels) or criteria';

create function isms.check_method(scope text, code text) returns setof text
  language sql stable parallel safe set search_path = pg_catalog, pg_temp
begin atomic
  select p.problem from isms.method_problems(check_method.scope, check_method.code) p;
end;

comment on function isms.check_method(text, text) is 'What keeps a risk method from being approved, a sentence a row; no rows: nothing';

-- A step that the method's scale does not have is refused where it is written.
create function isms.risk_factors() returns trigger
  language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
  off record;
begin
  select f.factor, f.scale, f.step, s.steps
    into off
    from (values ('likelihood', 'likelihood', new.likelihood), ('consequence', 'consequence', new.consequence),
                 ('threat_rate', 'threat', new.threat_rate), ('vulnerability_rate', 'vulnerability', new.vulnerability_rate),
                 ('current_likelihood', 'likelihood', new.current_likelihood), ('current_consequence', 'consequence', new.current_consequence),
                 ('target_likelihood', 'likelihood', new.target_likelihood), ('target_consequence', 'consequence', new.target_consequence)) f(factor, scale, step)
    cross join lateral (
      select array_agg(x.step order by x.step) as steps
        from isms.risk_scale_step x
       where x.scope = new.scope and x.method = new.method and x.scale = f.scale) s
   where f.step is not null
     and f.step <> all (coalesce(s.steps, '{}'))
   limit 1;
  if found then
    raise exception using
      errcode = 'check_violation',
      message = format('%s %s of risk %s is not on the scale of method %s', off.factor, off.step, new.code, new.method),
      detail = case when off.steps is null then format('Method %s has no scale %s.', new.method, off.scale)
               else format('Steps of scale %s: %s.', off.scale, array_to_string(off.steps, ', ')) end,
      hint = 'See isms.risk_scale_step.',
      schema = 'isms', table = 'risk', column = off.factor, constraint = 'risk_factors_on_scale';
  end if;
  return null;
end
$$;

comment on function isms.risk_factors() is 'AFTER trigger: factors of a risk are steps of its method''s scales';

create trigger risk_factors after insert or update of scope, method, likelihood, consequence, threat_rate, vulnerability_rate, current_likelihood, current_consequence, target_likelihood, target_consequence on isms.risk
  for each row execute function isms.risk_factors();
