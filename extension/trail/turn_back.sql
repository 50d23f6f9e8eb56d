-- Tables as they were, in place of themselves: what the library puts into queries while the setting isms.as_of holds.
create type isms.lookback;

create function isms.lookback_in(cstring) returns isms.lookback
  language c immutable strict parallel safe
  as 'MODULE_PATHNAME', 'isms_lookback_in';

comment on function isms.lookback_in(cstring) is 'Refuses: the setting isms.as_of makes the values';

create function isms.lookback_out(isms.lookback) returns cstring
  language c stable strict parallel safe
  as 'MODULE_PATHNAME', 'isms_lookback_out';

comment on function isms.lookback_out(isms.lookback) is 'The time, as in plans';

create type isms.lookback (
  input = isms.lookback_in,
  output = isms.lookback_out,
  internallength = 16,
  alignment = double
);

comment on type isms.lookback is 'A time that the setting isms.as_of turns back to; lives in plans only';

create function isms.lookback_rows(internal) returns internal
  language c immutable strict parallel safe as 'MODULE_PATHNAME', 'isms_lookback_rows';

comment on function isms.lookback_rows(internal) is 'Planner support function of isms.rows_as_of: as many rows as the table has now';

-- Row security is the query's, which keeps the table's policies; nobody but the library has a value of the second argument.
create function isms.rows_as_of(anyelement, isms.lookback) returns setof anyelement
  language c stable parallel unsafe rows 1000 set search_path = pg_catalog, pg_temp support isms.lookback_rows
  as 'MODULE_PATHNAME', 'isms_rows_as_of';

comment on function isms.rows_as_of(anyelement, isms.lookback) is
  'Stands in plans for a table while the setting isms.as_of holds. Errors: as isms.as_of, and 0A000 when called by hand';

insert into isms.closed_table (name, readable, builtin) values ('lookback_exception', true, true);
