-- What the assessment does with controls and levels, for any query.  Unknown stays unknown: never zero, never the lowest.

create function isms.combine_add(internal, effectiveness numeric) returns internal
  language c immutable parallel safe
  as 'MODULE_PATHNAME', 'isms_combine_add';

comment on function isms.combine_add(internal, numeric) is 'Transition of isms.combine_effectiveness';

create function isms.combine_add(internal, effectiveness numeric, dependence text) returns internal
  language c immutable parallel safe
  as 'MODULE_PATHNAME', 'isms_combine_add';

comment on function isms.combine_add(internal, numeric, text) is 'Transition of isms.combine_effectiveness';

create function isms.combine_merge(internal, internal) returns internal
  language c immutable parallel safe
  as 'MODULE_PATHNAME', 'isms_combine_merge';

comment on function isms.combine_merge(internal, internal) is 'Combination of partial results of isms.combine_effectiveness';

create function isms.combine_serialize(internal) returns bytea
  language c immutable strict parallel safe
  as 'MODULE_PATHNAME', 'isms_combine_serialize';

comment on function isms.combine_serialize(internal) is 'A partial result of isms.combine_effectiveness on its way between workers';

create function isms.combine_deserialize(bytea, internal) returns internal
  language c immutable strict parallel safe
  as 'MODULE_PATHNAME', 'isms_combine_deserialize';

comment on function isms.combine_deserialize(bytea, internal) is 'The same at its end';

create function isms.combine_result(internal) returns numeric
  language c immutable parallel safe
  as 'MODULE_PATHNAME', 'isms_combine_result';

comment on function isms.combine_result(internal) is 'End of isms.combine_effectiveness';

create function isms.combine_range(internal) returns numrange
  language c immutable parallel safe
  as 'MODULE_PATHNAME', 'isms_combine_range';

comment on function isms.combine_range(internal) is 'End of isms.effectiveness_range';

create aggregate isms.combine_effectiveness(effectiveness numeric) (
  sfunc = isms.combine_add,
  stype = internal,
  finalfunc = isms.combine_result,
  combinefunc = isms.combine_merge,
  serialfunc = isms.combine_serialize,
  deserialfunc = isms.combine_deserialize,
  parallel = safe
);

comment on aggregate isms.combine_effectiveness(numeric) is 'What independent controls take off together: 1 - product of (1 - e), to 12 decimals. Null if one is unknown, unless another takes off all; null of none. Errors: 22003 not between 0 and 1';

create aggregate isms.combine_effectiveness(effectiveness numeric, dependence text) (
  sfunc = isms.combine_add,
  stype = internal,
  finalfunc = isms.combine_result,
  combinefunc = isms.combine_merge,
  serialfunc = isms.combine_serialize,
  deserialfunc = isms.combine_deserialize,
  parallel = safe
);

comment on aggregate isms.combine_effectiveness(numeric, text) is 'The same for controls that are independent, dependent (the best one counts), unknown (what is certain: the best one) or most_favourable (their sum, at most 1). Errors: 22003 not between 0 and 1, 22023 unknown dependence, or not one and the same';

create aggregate isms.effectiveness_range(effectiveness numeric) (
  sfunc = isms.combine_add,
  stype = internal,
  finalfunc = isms.combine_range,
  combinefunc = isms.combine_merge,
  serialfunc = isms.combine_serialize,
  deserialfunc = isms.combine_deserialize,
  parallel = safe
);

comment on aggregate isms.effectiveness_range(numeric) is 'What controls take off together where it is not known how they depend on each other: from what the best one does to what independent ones would. Null if one is unknown, unless another takes off all; null of none. Errors: 22003 not between 0 and 1';

create function isms.worst_add(internal, level text, rank integer) returns internal
  language c immutable parallel safe
  as 'MODULE_PATHNAME', 'isms_worst_add';

comment on function isms.worst_add(internal, text, integer) is 'Transition of isms.worst_level';

create function isms.worst_merge(internal, internal) returns internal
  language c immutable parallel safe
  as 'MODULE_PATHNAME', 'isms_worst_merge';

comment on function isms.worst_merge(internal, internal) is 'Combination of partial results of isms.worst_level';

create function isms.worst_serialize(internal) returns bytea
  language c immutable strict parallel safe
  as 'MODULE_PATHNAME', 'isms_worst_serialize';

comment on function isms.worst_serialize(internal) is 'A partial result of isms.worst_level on its way between workers';

create function isms.worst_deserialize(bytea, internal) returns internal
  language c immutable strict parallel safe
  as 'MODULE_PATHNAME', 'isms_worst_deserialize';

comment on function isms.worst_deserialize(bytea, internal) is 'The same at its end';

create function isms.worst_result(internal) returns text
  language c immutable parallel safe
  as 'MODULE_PATHNAME', 'isms_worst_result';

comment on function isms.worst_result(internal) is 'End of isms.worst_level';

create aggregate isms.worst_level(level text, rank integer) (
  sfunc = isms.worst_add,
  stype = internal,
  finalfunc = isms.worst_result,
  combinefunc = isms.worst_merge,
  serialfunc = isms.worst_serialize,
  deserialfunc = isms.worst_deserialize,
  parallel = safe
);

comment on aggregate isms.worst_level(text, integer) is 'Label of the highest rank, of several the first by bytes. Null if a level or rank is unknown, which could be the worst: filter (where rank is not null) asks for the worst that is known';
