-- The setting isms.as_of: what is turned back by it, and what is not.

create function isms.now() returns timestamptz
  language c stable parallel safe as 'MODULE_PATHNAME', 'isms_now';

comment on function isms.now() is
  'What now is to a view: the time of the transaction, or the one the setting isms.as_of turns back to. Errors: 22023 when that is yet to come';

-- A session may have the setting before it has the library, which must be there before a query is planned.
create function isms.lookback_loads(internal) returns internal
  language c immutable strict parallel safe as 'MODULE_PATHNAME', 'isms_lookback_loads';

comment on function isms.lookback_loads(internal) is 'Planner support function of functions that read: brings the library in, nothing else';

create function isms.table_handler(internal) returns table_am_handler
  language c volatile strict parallel safe as 'MODULE_PATHNAME', 'isms_table_handler';

comment on function isms.table_handler(internal) is 'Handler of access method isms: the server''s own of heap tables';

create access method isms type table handler isms.table_handler;

comment on access method isms is 'Heap tables that bring the library in when a query names them';

create table isms.lookback_exception (
  kind text constraint lookback_exception_kind_known check (kind in ('view', 'function', 'table')),
  name text,
  time_column text constraint lookback_exception_time_column_of_table check (time_column is null or kind = 'table'),
  builtin boolean not null default false,
  constraint lookback_exception_pkey primary key (kind, name)
) using isms;

comment on table isms.lookback_exception is 'What the setting isms.as_of does not turn back: views and functions of schema isms that show the present whatever it says, and tables';
comment on column isms.lookback_exception.kind is 'view, function or table';
comment on column isms.lookback_exception.name is 'Name in schema isms';
comment on column isms.lookback_exception.time_column is 'Of a table whose rows are only added: the column that says since when one is there; null: shown as it is';
comment on column isms.lookback_exception.builtin is 'Shipped with the extension';
