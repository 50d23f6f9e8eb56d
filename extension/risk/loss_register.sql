-- What losses of a risk are estimated at, and what a year costs: with and without controls.

-- What several risks have in common makes their events come together.
create table isms.common_cause (
  scope text not null default isms.default_scope() constraint common_cause_scope_fkey references isms.scope on update cascade,
  code text not null constraint common_cause_code_form check (code ~ '^[^[:space:]]+( [^[:space:]]+)*$'),
  title text not null constraint common_cause_title_given check (title ~ '\S'),
  variation numeric not null default 1 constraint common_cause_variation_range check (variation > 0 and variation <= 10),
  description text,
  created_by text default isms.actor(),
  constraint common_cause_pkey primary key (scope, code)
);

comment on table isms.common_cause is 'What makes events of several risks come in the same years: a factor that multiplies all their rates';
comment on column isms.common_cause.scope is 'Scope';
comment on column isms.common_cause.code is 'Key in the scope';
comment on column isms.common_cause.title is 'Title';
comment on column isms.common_cause.variation is 'How much the year''s factor varies: its standard deviation, its mean being 1 (gamma distributed)';
comment on column isms.common_cause.description is 'What it is';
comment on column isms.common_cause.created_by is 'Person who recorded it';

create sequence isms.common_cause_code;

comment on sequence isms.common_cause_code is 'Numbers for codes of common causes';

create trigger fill_code before insert on isms.common_cause
  for each row when (new.code is null) execute function isms.fill_code('CC');

create table isms.risk_loss (
  scope text not null default isms.default_scope(),
  risk text not null,
  frequency text not null default 'poisson' constraint risk_loss_frequency_known check (frequency in ('poisson', 'bernoulli')),
  rate isms.estimate not null,
  severity isms.estimate not null,
  secondary_probability numeric constraint risk_loss_secondary_probability_fraction check (secondary_probability between 0 and 1),
  secondary_severity isms.estimate,
  common_cause text,
  source text,
  created_by text default isms.actor(),
  constraint risk_loss_pkey primary key (scope, risk),
  constraint risk_loss_risk_fkey foreign key (scope, risk) references isms.risk on update cascade on delete cascade,
  constraint risk_loss_common_cause_fkey foreign key (scope, common_cause) references isms.common_cause on update cascade,
  constraint risk_loss_rate_of_bernoulli check (frequency <> 'bernoulli' or isms.quantile(rate, 1) <= 1),
  constraint risk_loss_secondary_whole check ((secondary_probability is null) = (secondary_severity is null)),
  constraint risk_loss_rate_with_cause check (common_cause is null or frequency = 'poisson' and isms.variance(rate) = 0)
);

comment on table isms.risk_loss is 'What a risk costs before controls, in the scope''s currency: how often, and how much (6.1.2 d)';
comment on column isms.risk_loss.scope is 'Scope';
comment on column isms.risk_loss.risk is 'Risk';
comment on column isms.risk_loss.frequency is 'poisson: events come at a rate; bernoulli: one a year at most';
comment on column isms.risk_loss.rate is 'Events a year; with bernoulli the probability of the one';
comment on column isms.risk_loss.severity is 'What an event costs';
comment on column isms.risk_loss.secondary_probability is 'Probability that an event has a secondary loss (fines, claims, customers lost)';
comment on column isms.risk_loss.secondary_severity is 'What that costs on top';
comment on column isms.risk_loss.common_cause is 'Common cause; the rate is then a constant, the cause''s factor being what is uncertain';
comment on column isms.risk_loss.source is 'Where the figures are from';
comment on column isms.risk_loss.created_by is 'Person who recorded it';

create index risk_loss_common_cause_idx on isms.risk_loss (scope, common_cause);

-- Controls leave of rate and severity what they leave of likelihood and consequence.  What acts on a risk is looked up risk by risk, along
-- indexes: no plan runs through all of it again and again, whatever the planner knows of the tables.
create view isms.risk_loss_effect with (security_invoker = true) as
  select l.scope,
         l.risk,
         s.state,
         coalesce(isms.effect_left(b.effect, s.basis, 'likelihood', m.dependence), 1) as rate_left,
         coalesce(isms.effect_left(b.effect, s.basis, 'consequence', m.dependence), 1) as severity_left,
         m.dependence,
         l.frequency,
         l.common_cause,
         isms.mean(l.rate) as gross_rate,
         isms.mean(l.severity) as gross_severity,
         l.secondary_probability::double precision as secondary_probability,
         isms.mean(l.secondary_severity) as gross_secondary_severity,
         isms.mean(l.rate) * (isms.mean(l.severity) + coalesce(l.secondary_probability::double precision * isms.mean(l.secondary_severity), 0)) as gross_loss
    from isms.risk_loss l
    join isms.risk r on r.scope = l.scope and r.code = l.risk and r.status <> 'closed'
    join isms.risk_method m on m.scope = r.scope and m.code = r.method
   cross join lateral (
      select isms.control_effect((select isms.implementation_set(i.scope, i.implementation, i.effectiveness, i.counts_in) from isms.implementation_count i),
                                 k.scope, k.implementation, k.effect_on, k.effectiveness, k.reduction order by k.implementation, k.effect_on) as effect
        from isms.risk_control k
       where k.scope = l.scope and k.risk = l.risk) c
   cross join lateral (
      select isms.control_effect(p.effect_on, p.effectiveness, p.reduction, p.counts_in order by p.name) as effect
        from isms.option_contribution p
       where p.scope = l.scope and p.risk = l.risk) o
   cross join lateral (select coalesce(isms.effect_combine(c.effect, o.effect), c.effect, o.effect) as effect) b
   cross join lateral (
      values ('inherent', 'inherent'), ('current', 'current'), ('target', 'target'), ('verified', 'verified'),
             ('residual', case when r.status in ('treated', 'monitored') then 'current' else 'target' end)) s(state, basis);

comment on view isms.risk_loss_effect is 'What controls and options leave of the rate and of the severity of each risk with estimates, in each state';
comment on column isms.risk_loss_effect.scope is 'Scope';
comment on column isms.risk_loss_effect.risk is 'Risk';
comment on column isms.risk_loss_effect.state is 'inherent, current, target, verified or residual';
comment on column isms.risk_loss_effect.rate_left is 'Fraction of events left by what acts on likelihood';
comment on column isms.risk_loss_effect.severity_left is 'Fraction of what an event costs left by what acts on consequence';
comment on column isms.risk_loss_effect.dependence is 'How the method says controls depend on each other';
comment on column isms.risk_loss_effect.frequency is 'poisson or bernoulli';
comment on column isms.risk_loss_effect.common_cause is 'Common cause';
comment on column isms.risk_loss_effect.gross_rate is 'Mean events a year before controls';
comment on column isms.risk_loss_effect.gross_severity is 'Mean cost of an event before controls';
comment on column isms.risk_loss_effect.secondary_probability is 'Probability that an event has a secondary loss';
comment on column isms.risk_loss_effect.gross_secondary_severity is 'Mean cost of that on top before controls';
comment on column isms.risk_loss_effect.gross_loss is 'Mean loss a year before controls';

create view isms.risk_loss_summary with (security_invoker = true) as
  select r.scope,
         r.code,
         r.title,
         e.state,
         e.risk is not null as quantified,
         e.frequency,
         e.common_cause,
         e.gross_rate * e.rate_left as rate,
         e.gross_severity * e.severity_left as severity,
         e.secondary_probability,
         e.gross_secondary_severity * e.severity_left as secondary_severity,
         e.gross_loss * e.rate_left * e.severity_left as expected_loss,
         c.currency
    from isms.risk r
    join isms.scope c on c.code = r.scope
    left join isms.risk_loss_effect e on e.scope = r.scope and e.risk = r.code
   where r.status <> 'closed';

comment on view isms.risk_loss_summary is 'Each open risk''s expected loss a year in each state; one row with nulls for a risk that nobody estimated, which is not a loss of 0';
comment on column isms.risk_loss_summary.scope is 'Scope';
comment on column isms.risk_loss_summary.code is 'Risk';
comment on column isms.risk_loss_summary.title is 'Title';
comment on column isms.risk_loss_summary.state is 'inherent, current, target, verified or residual; null: not quantified';
comment on column isms.risk_loss_summary.quantified is 'Are there estimates?';
comment on column isms.risk_loss_summary.frequency is 'poisson or bernoulli';
comment on column isms.risk_loss_summary.common_cause is 'Common cause';
comment on column isms.risk_loss_summary.rate is 'Mean events a year';
comment on column isms.risk_loss_summary.severity is 'Mean cost of an event';
comment on column isms.risk_loss_summary.secondary_probability is 'Probability that an event has a secondary loss';
comment on column isms.risk_loss_summary.secondary_severity is 'Mean cost of that on top';
comment on column isms.risk_loss_summary.expected_loss is 'Mean loss a year';
comment on column isms.risk_loss_summary.currency is 'Currency of the amounts';

create function isms.scope_loss_model(scope text default isms.default_scope(), state text default 'current', risk text default null) returns isms.loss_model
  language plpgsql stable parallel restricted set search_path = pg_catalog, pg_temp as $$
#variable_conflict use_column
begin
  if scope_loss_model.state not in ('inherent', 'current', 'target', 'verified', 'residual') then
    raise exception using
      errcode = 'invalid_parameter_value',
      message = format('unknown state "%s"', scope_loss_model.state),
      hint = 'States are inherent, current, target, verified and residual.';
  end if;
  perform isms.visible_scope(scope_loss_model.scope);
  return (
    with e as materialized (
      select x.risk, x.rate_left, x.severity_left
        from isms.risk_loss_effect x
       where x.scope = scope_loss_model.scope and x.state = scope_loss_model.state and x.risk = coalesce(scope_loss_model.risk, x.risk))
    select isms.loss_model(isms.scale(l.rate, e.rate_left), isms.scale(l.severity, e.severity_left), l.frequency,
                           l.secondary_probability::double precision, isms.scale(l.secondary_severity, e.severity_left),
                           l.common_cause, c.variation::double precision)
      from e
      join isms.risk_loss l on l.scope = scope_loss_model.scope and l.risk = e.risk
      left join isms.common_cause c on c.scope = l.scope and c.code = l.common_cause);
end
$$;

comment on function isms.scope_loss_model(text, text, text) is 'What the losses of a scope, or of one of its risks, are made of in a state: inherent, current, target, verified or residual; closed risks and those without estimates are not in it, null where none is. Errors: 22023 unknown state, IS021 scope';

create function isms.expected_loss(scope text default isms.default_scope(), state text default 'current') returns double precision
  language sql stable parallel restricted
begin atomic
  select isms.expected_loss(isms.scope_loss_model(expected_loss.scope, expected_loss.state));
end;

comment on function isms.expected_loss(text, text) is 'Mean loss of a year of a scope''s quantified risks in a state; null if none is quantified. Errors: as scope_loss_model';

create function isms.value_at_risk(scope text, probability double precision, state text default 'current') returns double precision
  language sql stable parallel restricted
begin atomic
  select isms.value_at_risk(isms.loss_curve(isms.scope_loss_model(value_at_risk.scope, value_at_risk.state)), value_at_risk.probability);
end;

comment on function isms.value_at_risk(text, double precision, text) is 'The loss that a year of a scope''s quantified risks does not exceed with this probability. Errors: as scope_loss_model and value_at_risk of a curve';

create function isms.loss_exceedance(scope text default isms.default_scope(), state text default 'current', out loss double precision, out probability double precision) returns setof record
  language sql stable parallel restricted rows 19
begin atomic
  select e.loss, e.probability
    from isms.loss_exceedance(isms.loss_curve(isms.scope_loss_model(loss_exceedance.scope, loss_exceedance.state))) e;
end;

comment on function isms.loss_exceedance(text, text) is 'The loss exceedance curve of a scope in a state: losses and the probability that a year exceeds them. Errors: as scope_loss_model';

create function isms.loss_statistics(
  scope text default isms.default_scope(),
  state text default 'current',
  out risks bigint,
  out not_quantified bigint,
  out expected_loss double precision,
  out sd double precision,
  out skewness double precision,
  out no_loss double precision,
  out var_95 double precision,
  out var_99 double precision,
  out var_999 double precision,
  out tvar_95 double precision,
  out tvar_99 double precision,
  out relative_error double precision
)
  language sql stable parallel restricted
begin atomic
  select n.risks, n.not_quantified, s.expected_loss, s.sd, s.skewness, s.no_loss, s.var_95, s.var_99, s.var_999, s.tvar_95, s.tvar_99, s.relative_error
    from (
      select count(l.risk) as risks, count(*) - count(l.risk) as not_quantified
        from isms.risk r
        left join isms.risk_loss l on l.scope = r.scope and l.risk = r.code
       where r.scope = loss_statistics.scope and r.status <> 'closed') n
    left join lateral isms.loss_statistics(isms.loss_curve(isms.scope_loss_model(loss_statistics.scope, loss_statistics.state))) s on true;
end;

comment on function isms.loss_statistics(text, text) is 'The same of a scope''s quantified risks in a state, with how many risks nobody estimated: the figures do not speak for them. Errors: as scope_loss_model';

create function isms.simulate_losses(
  scope text default isms.default_scope(),
  state text default 'current',
  years bigint default 100000,
  seed bigint default 1,
  out simulated bigint,
  out expected_loss double precision,
  out standard_error double precision,
  out sd double precision,
  out no_loss double precision,
  out var_95 double precision,
  out var_99 double precision,
  out var_999 double precision,
  out tvar_95 double precision,
  out tvar_99 double precision
)
  language sql stable parallel restricted
begin atomic
  select s.simulated, s.expected_loss, s.standard_error, s.sd, s.no_loss, s.var_95, s.var_99, s.var_999, s.tvar_95, s.tvar_99
    from isms.simulate_losses(isms.scope_loss_model(simulate_losses.scope, simulate_losses.state), simulate_losses.years, simulate_losses.seed) s;
end;

comment on function isms.simulate_losses(text, text, bigint, bigint) is 'The same for a scope''s quantified risks in a state. Errors: as scope_loss_model';

-- What an implementation is worth: the loss there would be without it.
create function isms.control_return(scope text default isms.default_scope()) returns table (
  implementation text,
  title text,
  status text,
  state text,
  risks bigint,
  loss_without double precision,
  loss_with double precision,
  saved double precision,
  cost_once numeric,
  cost_yearly numeric,
  net double precision,
  return_ratio double precision,
  currency text
)
  language sql stable parallel restricted
begin atomic
  with link as materialized (
    select distinct k.risk, k.implementation, case when a.counts_in & 1 = 1 then 'current' else 'target' end as state
      from isms.risk_control k
      join isms.implementation_assurance a on a.scope = k.scope and a.implementation = k.implementation
     where k.scope = control_return.scope and a.counts_in <> 0),
  loss as materialized (
    select e.risk, e.state, e.dependence, e.gross_loss, e.rate_left, e.severity_left
      from isms.risk_loss_effect e
     where e.scope = control_return.scope and e.state in ('current', 'target')),
  -- what is left of the others' effect, looked up link by link
  judged as materialized (
    select k.implementation, k.state, l.gross_loss, l.rate_left, l.severity_left,
           coalesce(isms.effect_left(b.effect, k.state, 'likelihood', l.dependence) * isms.effect_left(b.effect, k.state, 'consequence', l.dependence), 1) as left_without
      from link k
      join loss l on l.risk = k.risk and l.state = k.state
     cross join lateral (
        select isms.control_effect((select isms.implementation_set(y.scope, y.implementation, y.effectiveness, y.counts_in) from isms.implementation_count y),
                                   z.scope, z.implementation, z.effect_on, z.effectiveness, z.reduction order by z.implementation, z.effect_on) as effect
          from isms.risk_control z
         where z.scope = control_return.scope and z.risk = k.risk and z.implementation <> k.implementation) w
     cross join lateral (
        select isms.control_effect(p.effect_on, p.effectiveness, p.reduction, p.counts_in order by p.name) as effect
          from isms.option_contribution p
         where p.scope = control_return.scope and p.risk = k.risk) o
     cross join lateral (select coalesce(isms.effect_combine(w.effect, o.effect), w.effect, o.effect) as effect) b)
  select i.code,
         i.title,
         i.status,
         x.state,
         x.risks,
         x.loss_without,
         x.loss_with,
         x.loss_without - x.loss_with,
         i.cost_once,
         i.cost_yearly,
         x.loss_without - x.loss_with - i.cost_yearly::double precision,
         (x.loss_without - x.loss_with - i.cost_yearly::double precision) / nullif(i.cost_yearly::double precision, 0),
         c.currency
    from (
      select j.implementation, j.state, count(*) as risks, sum(j.gross_loss * j.left_without) as loss_without, sum(j.gross_loss * j.rate_left * j.severity_left) as loss_with
        from judged j
       group by j.implementation, j.state) x
    join isms.implementation i on i.scope = control_return.scope and i.code = x.implementation
    join isms.scope c on c.code = i.scope
   order by x.loss_without - x.loss_with desc, i.code;
end;

comment on function isms.control_return(text) is 'What each implementation that acts on quantified risks saves a year, everything else as it is: expected loss without and with it, among today''s controls if it counts today, else among the planned ones; against its yearly cost, net and as a ratio to it';
