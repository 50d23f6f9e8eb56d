-- A scope is one ISMS (4.3). Every register row belongs to one.
create table isms.scope (
  code text constraint scope_pkey primary key constraint scope_code_form check (code ~ '^[A-Za-z0-9][A-Za-z0-9_.-]{0,39}$'),
  name text not null constraint scope_name_given check (name ~ '\S'),
  time_zone text not null default 'UTC' constraint scope_time_zone_known check (timezone(time_zone, timestamptz 'epoch') is not null),
  currency text not null default 'EUR' constraint scope_currency_form check (currency ~ '^[A-Z]{3}$'),
  parent text constraint scope_parent_other check (parent <> code),
  closed_on date,
  custom jsonb not null default '{}' constraint scope_custom_object check (jsonb_typeof(custom) = 'object')
);

comment on table isms.scope is 'An ISMS and its boundary (4.3); codes of registers are unique in it';
comment on column isms.scope.code is 'Key';
comment on column isms.scope.name is 'Name of the organisation or unit';
comment on column isms.scope.time_zone is 'Time zone that decides what today is';
comment on column isms.scope.currency is 'ISO 4217 code of the currency money is stated in';
comment on column isms.scope.parent is 'Scope this one is part of';
comment on column isms.scope.closed_on is 'First day on which the scope is no longer in use';
comment on column isms.scope.custom is 'Fields of the organisation''s own';

create function isms.today(scope text) returns date
  language c stable strict parallel safe as 'MODULE_PATHNAME', 'isms_today_sql';

comment on function isms.today(text) is 'The date in the scope''s own time zone, whatever the session''s; null for an unknown scope. While isms.as_of holds, the date then';
