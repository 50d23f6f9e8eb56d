-- isms.estimate: a quantity somebody estimated: an interval, a PERT, or a constant.

create type isms.estimate;

create function isms.estimate_in(cstring) returns isms.estimate
  language c immutable strict parallel safe
  as 'MODULE_PATHNAME', 'isms_estimate_in';

comment on function isms.estimate_in(cstring) is 'Estimate from text';

create function isms.estimate_out(isms.estimate) returns cstring
  language c immutable strict parallel safe
  as 'MODULE_PATHNAME', 'isms_estimate_out';

comment on function isms.estimate_out(isms.estimate) is 'Estimate as text, read back as the same';

create function isms.estimate_recv(internal) returns isms.estimate
  language c immutable strict parallel safe
  as 'MODULE_PATHNAME', 'isms_estimate_recv';

comment on function isms.estimate_recv(internal) is 'Estimate from its binary form';

create function isms.estimate_send(isms.estimate) returns bytea
  language c immutable strict parallel safe
  as 'MODULE_PATHNAME', 'isms_estimate_send';

comment on function isms.estimate_send(isms.estimate) is 'Binary form of an estimate';

create type isms.estimate (
  input = isms.estimate_in,
  output = isms.estimate_out,
  receive = isms.estimate_recv,
  send = isms.estimate_send,
  internallength = 40,
  alignment = double
);

comment on type isms.estimate is 'A quantity somebody estimated: 10k..1.5M (lognormal, from its 5 % to its 95 % quantile), pert(1,4,12), or a constant';

-- So that a text column or array can be inserted; comparing still asks for the type.
create cast (text as isms.estimate) with inout as assignment;

comment on cast (text as isms.estimate) is 'A text where an estimate is stored';

create function isms.constant_estimate(value double precision) returns isms.estimate
  language c immutable strict parallel safe
  as 'MODULE_PATHNAME', 'isms_estimate_constant';

comment on function isms.constant_estimate(double precision) is 'The estimate that is this number. Errors: 22003 out of range';

create function isms.lognormal_estimate(low double precision, high double precision) returns isms.estimate
  language c immutable strict parallel safe
  as 'MODULE_PATHNAME', 'isms_estimate_lognormal';

comment on function isms.lognormal_estimate(double precision, double precision) is 'The lognormal estimate with these 5 % and 95 % quantiles. Errors: 22003 out of range, 22023 reversed';

create function isms.pert_estimate(minimum double precision, mode double precision, maximum double precision, lambda double precision default 4) returns isms.estimate
  language c immutable strict parallel safe
  as 'MODULE_PATHNAME', 'isms_estimate_pert';

comment on function isms.pert_estimate(double precision, double precision, double precision, double precision) is 'The modified PERT estimate with these, lambda saying how much the mode counts. Errors: 22003 out of range, 22023 out of order';

create function isms.estimate_eq(isms.estimate, isms.estimate) returns boolean
  language c immutable strict parallel safe
  as 'MODULE_PATHNAME', 'isms_estimate_eq';

comment on function isms.estimate_eq(isms.estimate, isms.estimate) is 'Is the first estimate equal to the second?';

create function isms.estimate_ne(isms.estimate, isms.estimate) returns boolean
  language c immutable strict parallel safe
  as 'MODULE_PATHNAME', 'isms_estimate_ne';

comment on function isms.estimate_ne(isms.estimate, isms.estimate) is 'Is the first estimate different from the second?';

create function isms.estimate_lt(isms.estimate, isms.estimate) returns boolean
  language c immutable strict parallel safe
  as 'MODULE_PATHNAME', 'isms_estimate_lt';

comment on function isms.estimate_lt(isms.estimate, isms.estimate) is 'Is the first estimate before the second?';

create function isms.estimate_le(isms.estimate, isms.estimate) returns boolean
  language c immutable strict parallel safe
  as 'MODULE_PATHNAME', 'isms_estimate_le';

comment on function isms.estimate_le(isms.estimate, isms.estimate) is 'Is the first estimate before or equal to the second?';

create function isms.estimate_ge(isms.estimate, isms.estimate) returns boolean
  language c immutable strict parallel safe
  as 'MODULE_PATHNAME', 'isms_estimate_ge';

comment on function isms.estimate_ge(isms.estimate, isms.estimate) is 'Is the first estimate after or equal to the second?';

create function isms.estimate_gt(isms.estimate, isms.estimate) returns boolean
  language c immutable strict parallel safe
  as 'MODULE_PATHNAME', 'isms_estimate_gt';

comment on function isms.estimate_gt(isms.estimate, isms.estimate) is 'Is the first estimate after the second?';

create function isms.estimate_cmp(isms.estimate, isms.estimate) returns integer
  language c immutable strict parallel safe
  as 'MODULE_PATHNAME', 'isms_estimate_cmp';

comment on function isms.estimate_cmp(isms.estimate, isms.estimate) is 'Order of two estimates: below zero, zero or above zero';

create function isms.estimate_hash(isms.estimate) returns integer
  language c immutable strict parallel safe
  as 'MODULE_PATHNAME', 'isms_estimate_hash';

comment on function isms.estimate_hash(isms.estimate) is 'Hash value of an estimate';

create function isms.estimate_hash_extended(isms.estimate, bigint) returns bigint
  language c immutable strict parallel safe
  as 'MODULE_PATHNAME', 'isms_estimate_hash_extended';

comment on function isms.estimate_hash_extended(isms.estimate, bigint) is 'Hash value of an estimate, with a seed';

-- The operators are in pg_catalog: the only place where every session, whatever its search_path, and
-- every function of this extension finds them by their plain names.

create operator pg_catalog.= (
  function = isms.estimate_eq,
  leftarg = isms.estimate,
  rightarg = isms.estimate,
  commutator = operator(pg_catalog.=),
  negator = operator(pg_catalog.<>),
  restrict = eqsel,
  join = eqjoinsel,
  hashes,
  merges
);

comment on operator pg_catalog.= (isms.estimate, isms.estimate) is 'Equal';

create operator pg_catalog.<> (
  function = isms.estimate_ne,
  leftarg = isms.estimate,
  rightarg = isms.estimate,
  commutator = operator(pg_catalog.<>),
  negator = operator(pg_catalog.=),
  restrict = neqsel,
  join = neqjoinsel
);

comment on operator pg_catalog.<> (isms.estimate, isms.estimate) is 'Not equal';

create operator pg_catalog.< (
  function = isms.estimate_lt,
  leftarg = isms.estimate,
  rightarg = isms.estimate,
  commutator = operator(pg_catalog.>),
  negator = operator(pg_catalog.>=),
  restrict = scalarltsel,
  join = scalarltjoinsel
);

comment on operator pg_catalog.< (isms.estimate, isms.estimate) is 'Of a lower mean';

create operator pg_catalog.<= (
  function = isms.estimate_le,
  leftarg = isms.estimate,
  rightarg = isms.estimate,
  commutator = operator(pg_catalog.>=),
  negator = operator(pg_catalog.>),
  restrict = scalarlesel,
  join = scalarlejoinsel
);

comment on operator pg_catalog.<= (isms.estimate, isms.estimate) is 'Of a lower mean, or equal';

create operator pg_catalog.>= (
  function = isms.estimate_ge,
  leftarg = isms.estimate,
  rightarg = isms.estimate,
  commutator = operator(pg_catalog.<=),
  negator = operator(pg_catalog.<),
  restrict = scalargesel,
  join = scalargejoinsel
);

comment on operator pg_catalog.>= (isms.estimate, isms.estimate) is 'Of a higher mean, or equal';

create operator pg_catalog.> (
  function = isms.estimate_gt,
  leftarg = isms.estimate,
  rightarg = isms.estimate,
  commutator = operator(pg_catalog.<),
  negator = operator(pg_catalog.<=),
  restrict = scalargtsel,
  join = scalargtjoinsel
);

comment on operator pg_catalog.> (isms.estimate, isms.estimate) is 'Of a higher mean';

create operator class isms.estimate_ops default for type isms.estimate using btree as
  operator 1 pg_catalog.<,
  operator 2 pg_catalog.<=,
  operator 3 pg_catalog.=,
  operator 4 pg_catalog.>=,
  operator 5 pg_catalog.>,
  function 1 isms.estimate_cmp(isms.estimate, isms.estimate),
  function 4 (isms.estimate, isms.estimate) pg_catalog.btequalimage(oid);

comment on operator class isms.estimate_ops using btree is 'By mean, then kind and parameters';

comment on operator family isms.estimate_ops using btree is 'By mean, then kind and parameters';

create operator class isms.estimate_ops default for type isms.estimate using hash as
  operator 1 pg_catalog.=,
  function 1 isms.estimate_hash(isms.estimate),
  function 2 isms.estimate_hash_extended(isms.estimate, bigint);

comment on operator class isms.estimate_ops using hash is 'Equality of estimates';

comment on operator family isms.estimate_ops using hash is 'Equality of estimates';

create function isms.mean(isms.estimate) returns double precision
  language c immutable strict parallel safe
  as 'MODULE_PATHNAME', 'isms_estimate_mean';

comment on function isms.mean(isms.estimate) is 'Mean of an estimate';

create function isms.variance(isms.estimate) returns double precision
  language c immutable strict parallel safe
  as 'MODULE_PATHNAME', 'isms_estimate_variance';

comment on function isms.variance(isms.estimate) is 'Variance of an estimate';

create function isms.quantile(isms.estimate, probability double precision) returns double precision
  language c immutable strict parallel safe
  as 'MODULE_PATHNAME', 'isms_estimate_quantile';

comment on function isms.quantile(isms.estimate, double precision) is 'What an estimated quantity does not exceed with this probability. Errors: 22003 no probability';

create function isms.cumulative(isms.estimate, quantity double precision) returns double precision
  language c immutable strict parallel safe
  as 'MODULE_PATHNAME', 'isms_estimate_cumulative';

comment on function isms.cumulative(isms.estimate, double precision) is 'Distribution function: the probability that an estimated quantity does not exceed this one';

create function isms.scale(isms.estimate, factor double precision) returns isms.estimate
  language c immutable strict parallel safe
  as 'MODULE_PATHNAME', 'isms_estimate_scale';

comment on function isms.scale(isms.estimate, double precision) is 'Estimate of factor times the quantity. Errors: 22003 a negative or infinite factor';

create function isms.probability_greater(isms.estimate, isms.estimate) returns double precision
  language c immutable strict parallel safe
  as 'MODULE_PATHNAME', 'isms_estimate_probability_greater';

comment on function isms.probability_greater(isms.estimate, isms.estimate) is 'Probability that the first quantity is greater than the second, the two being independent: the vulnerability of FAIR, capability over difficulty';

create function isms.estimate_sum_add(double precision[], isms.estimate) returns double precision[]
  language c immutable parallel safe
  as 'MODULE_PATHNAME', 'isms_estimate_sum_add';

comment on function isms.estimate_sum_add(double precision[], isms.estimate) is 'Transition of isms.sum_estimate';

create function isms.estimate_sum_combine(double precision[], double precision[]) returns double precision[]
  language c immutable strict parallel safe
  as 'MODULE_PATHNAME', 'isms_estimate_sum_combine';

comment on function isms.estimate_sum_combine(double precision[], double precision[]) is 'Combination of partial results of isms.sum_estimate';

create function isms.estimate_sum_end(double precision[]) returns isms.estimate
  language c immutable strict parallel safe
  as 'MODULE_PATHNAME', 'isms_estimate_sum_end';

comment on function isms.estimate_sum_end(double precision[]) is 'End of isms.sum_estimate';

create aggregate isms.sum_estimate(isms.estimate) (
  sfunc = isms.estimate_sum_add,
  stype = double precision[],
  finalfunc = isms.estimate_sum_end,
  combinefunc = isms.estimate_sum_combine,
  parallel = safe
);

comment on aggregate isms.sum_estimate(isms.estimate) is 'The lognormal with the mean and the variance of the sum of independent quantities (an approximation: the sum has no such form); constants give a constant, no rows null';
