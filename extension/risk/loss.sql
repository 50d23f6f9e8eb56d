-- Losses of a year in money, computed exactly but for a stated error.

-- What losses are made of.
create type isms.loss_model;

create function isms.loss_model_in(cstring) returns isms.loss_model
  language c immutable strict parallel safe
  as 'MODULE_PATHNAME', 'isms_loss_model_in';

comment on function isms.loss_model_in(cstring) is 'Refuses: the aggregate isms.loss_model makes the values';

create function isms.loss_model_out(isms.loss_model) returns cstring
  language c immutable strict parallel safe
  as 'MODULE_PATHNAME', 'isms_loss_model_out';

comment on function isms.loss_model_out(isms.loss_model) is 'How many components it has';

create type isms.loss_model (
  input = isms.loss_model_in,
  output = isms.loss_model_out,
  internallength = variable,
  alignment = double,
  storage = plain
);

comment on type isms.loss_model is 'What losses of a year are made of: rates and severities, independent of each other; lives in queries only';

create function isms.loss_model_add(internal, rate isms.estimate, severity isms.estimate) returns internal
  language c immutable parallel safe
  as 'MODULE_PATHNAME', 'isms_loss_model_add';

comment on function isms.loss_model_add(internal, isms.estimate, isms.estimate) is 'Transition of isms.loss_model';

create function isms.loss_model_add(
  internal,
  rate isms.estimate,
  severity isms.estimate,
  frequency text,
  secondary_probability double precision,
  secondary_severity isms.estimate,
  common_cause text,
  variation double precision
) returns internal
  language c immutable parallel safe
  as 'MODULE_PATHNAME', 'isms_loss_model_add';

comment on function isms.loss_model_add(internal, isms.estimate, isms.estimate, text, double precision, isms.estimate, text, double precision) is 'Transition of isms.loss_model';

create function isms.loss_model_make(internal) returns isms.loss_model
  language c immutable parallel safe
  as 'MODULE_PATHNAME', 'isms_loss_model_make';

comment on function isms.loss_model_make(internal) is 'End of isms.loss_model';

create aggregate isms.loss_model(rate isms.estimate, severity isms.estimate) (
  sfunc = isms.loss_model_add,
  stype = internal,
  finalfunc = isms.loss_model_make,
  parallel = safe
);

comment on aggregate isms.loss_model(isms.estimate, isms.estimate) is 'Independent risks whose events come at a rate (Poisson) and cost a severity each. A null rate or severity is not estimated and not part of it; null without any';

create aggregate isms.loss_model(
  rate isms.estimate,
  severity isms.estimate,
  frequency text,
  secondary_probability double precision,
  secondary_severity isms.estimate,
  common_cause text,
  variation double precision
) (
  sfunc = isms.loss_model_add,
  stype = internal,
  finalfunc = isms.loss_model_make,
  parallel = safe
);

comment on aggregate isms.loss_model(isms.estimate, isms.estimate, text, double precision, isms.estimate, text, double precision) is 'The same with frequency poisson or bernoulli, a secondary loss, and a common cause with the variation of its factor; each may be null. Errors: 22003 out of range, 22023 what does not fit together, 0A000 an uncertain rate with a common cause';

create function isms.expected_loss(isms.loss_model) returns double precision
  language c immutable strict parallel safe
  as 'MODULE_PATHNAME', 'isms_loss_model_expected';

comment on function isms.expected_loss(isms.loss_model) is 'Mean loss of a year';

create function isms.random_sum(count isms.estimate, severity isms.estimate, out mean double precision, out sd double precision)
  language c immutable strict parallel safe
  as 'MODULE_PATHNAME', 'isms_random_sum';

comment on function isms.random_sum(isms.estimate, isms.estimate) is 'Mean and standard deviation of the sum of as many losses as an estimated number says';

-- Their distribution.
create type isms.loss_curve;

create function isms.loss_curve_in(cstring) returns isms.loss_curve
  language c immutable strict parallel safe
  as 'MODULE_PATHNAME', 'isms_loss_curve_in';

comment on function isms.loss_curve_in(cstring) is 'Refuses: isms.loss_curve(isms.loss_model) makes the values';

create function isms.loss_curve_out(isms.loss_curve) returns cstring
  language c immutable strict parallel safe
  as 'MODULE_PATHNAME', 'isms_loss_curve_out';

comment on function isms.loss_curve_out(isms.loss_curve) is 'Mean, and probability of a loss';

create type isms.loss_curve (
  input = isms.loss_curve_in,
  output = isms.loss_curve_out,
  internallength = variable,
  alignment = double,
  storage = plain
);

comment on type isms.loss_curve is 'Distribution of a year''s loss; lives in queries only';

create function isms.loss_curve(isms.loss_model, relative_error double precision default 0.0005) returns isms.loss_curve
  language c immutable strict parallel safe cost 1000000
  as 'MODULE_PATHNAME', 'isms_loss_curve_make';

comment on function isms.loss_curve(isms.loss_model, double precision) is 'The distribution of a year''s loss, losses read from it having this relative error or, where work_mem does not allow it, the one that isms.loss_statistics states. Errors: 22003 losses or rates too large';

create function isms.expected_loss(isms.loss_curve) returns double precision
  language c immutable strict parallel safe
  as 'MODULE_PATHNAME', 'isms_loss_curve_expected';

comment on function isms.expected_loss(isms.loss_curve) is 'Mean loss of a year';

create function isms.value_at_risk(isms.loss_curve, probability double precision) returns double precision
  language c immutable strict parallel safe
  as 'MODULE_PATHNAME', 'isms_loss_curve_value_at_risk';

comment on function isms.value_at_risk(isms.loss_curve, double precision) is 'The loss that a year does not exceed with this probability. Errors: 22003 not a probability, or beyond the curve';

create function isms.tail_value_at_risk(isms.loss_curve, probability double precision) returns double precision
  language c immutable strict parallel safe
  as 'MODULE_PATHNAME', 'isms_loss_curve_tail_value_at_risk';

comment on function isms.tail_value_at_risk(isms.loss_curve, double precision) is 'Mean loss of the years that are worse than this fraction of all years (expected shortfall). Errors: as value_at_risk';

create function isms.probability_of_loss(isms.loss_curve, above double precision) returns double precision
  language c immutable strict parallel safe
  as 'MODULE_PATHNAME', 'isms_loss_curve_probability';

comment on function isms.probability_of_loss(isms.loss_curve, double precision) is 'Probability that a year''s loss is greater than this';

create function isms.loss_statistics(
  isms.loss_curve,
  out components integer,
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
  language c immutable strict parallel safe
  as 'MODULE_PATHNAME', 'isms_loss_curve_statistics';

comment on function isms.loss_statistics(isms.loss_curve) is 'What a loss curve says: mean, standard deviation, skewness, probability of no loss (closed forms), value at risk and its tail''s mean, and the relative error of what is read from the curve';

create function isms.loss_exceedance(isms.loss_curve, out loss double precision, out probability double precision) returns setof record
  language c immutable strict parallel safe rows 19
  as 'MODULE_PATHNAME', 'isms_loss_curve_exceedance';

comment on function isms.loss_exceedance(isms.loss_curve) is 'The loss exceedance curve: losses and the probability that a year exceeds them, from any loss at all to one year in ten thousand';

-- The cross-check.
create function isms.simulated_loss(isms.loss_model, year bigint, seed bigint) returns double precision
  language c immutable strict parallel safe cost 100
  as 'MODULE_PATHNAME', 'isms_simulated_loss';

comment on function isms.simulated_loss(isms.loss_model, bigint, bigint) is 'The loss of one simulated year: the same for the same model, year and seed, whoever computes it';

create function isms.simulate_losses(
  isms.loss_model,
  years bigint,
  seed bigint,
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
  language c immutable strict parallel safe cost 1000000
  as 'MODULE_PATHNAME', 'isms_simulate_losses';

comment on function isms.simulate_losses(isms.loss_model, bigint, bigint) is 'What so many simulated years say: mean with its standard error, standard deviation, part of the years without a loss, value at risk and its tail''s mean. A long run tells every five seconds how far it is. Errors: 22003 years';
