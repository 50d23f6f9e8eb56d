-- What the organisation really runs; n:m to the controls of catalogues and to assets.
create table isms.implementation (
  scope text not null default isms.default_scope() constraint implementation_scope_fkey references isms.scope on update cascade,
  code text not null constraint implementation_code_form check (code ~ '^[^[:space:]]+( [^[:space:]]+)*$'),
  title text not null constraint implementation_title_given check (title ~ '\S'),
  status text not null default 'planned' constraint implementation_status_known check (status in ('planned', 'partial', 'implemented', 'retired')),
  kind text not null default 'technical' constraint implementation_kind_known check (kind in ('technical', 'process', 'policy', 'people', 'physical', 'legal')),
  owner text constraint implementation_owner_fkey references isms.person on update cascade,
  operator text not null default 'own' constraint implementation_operator_known check (operator in ('own', 'provider', 'scope')),
  operated_by text constraint implementation_operated_by_named check (operator = 'own' or coalesce(operated_by, '') ~ '\S'),
  operator_implementation text,
  offered text not null default 'no' constraint implementation_offered_known check (offered in ('no', 'below', 'all')),
  site text,
  cost_once numeric constraint implementation_cost_once_positive check (cost_once >= 0),
  cost_yearly numeric constraint implementation_cost_yearly_positive check (cost_yearly >= 0),
  in_use_from date,
  effectiveness numeric constraint implementation_effectiveness_fraction check (effectiveness between 0 and 1),
  controls isms.reference[] not null default '{}',
  description text,
  custom jsonb not null default '{}' constraint implementation_custom_object check (jsonb_typeof(custom) = 'object'),
  created_by text default isms.actor(),
  constraint implementation_pkey primary key (scope, code),
  constraint implementation_operated_by_other check (operator <> 'scope' or operated_by <> scope),
  constraint implementation_operator_of_scope check (operator_implementation is null or operator = 'scope')
);

comment on table isms.implementation is 'What the organisation runs to modify risk: measures as implemented or planned (6.1.3 b, 8.3)';
comment on column isms.implementation.scope is 'Scope';
comment on column isms.implementation.code is 'Key in the scope';
comment on column isms.implementation.title is 'Title';
comment on column isms.implementation.status is 'planned, partial, implemented or retired; only implemented ones count today. Of one that another scope runs only retired is looked at';
comment on column isms.implementation.kind is 'technical, process, policy, people, physical or legal';
comment on column isms.implementation.owner is 'Control owner';
comment on column isms.implementation.operator is 'Who runs it: own, provider or another scope';
comment on column isms.implementation.operated_by is 'Name of the provider, or code of the scope, that runs it';
comment on column isms.implementation.operator_implementation is 'Implementation of the scope operated_by that this one is: status, assurance and dates are taken from it, live; null: as stated here';
comment on column isms.implementation.offered is 'Which other scopes may take status, assurance and dates from it: no (none), below (those that are part of this one) or all';
comment on column isms.implementation.site is 'Where';
comment on column isms.implementation.cost_once is 'Cost once, in the scope''s currency';
comment on column isms.implementation.cost_yearly is 'Cost a year, in the scope''s currency';
comment on column isms.implementation.in_use_from is 'First day in use';
comment on column isms.implementation.effectiveness is 'Fraction of events or of loss it prevents, 0 to 1, where a link to a risk states none';
comment on column isms.implementation.controls is 'Controls of the base catalogue it implements; kept equal to implementation_control';
comment on column isms.implementation.description is 'How it is done';
comment on column isms.implementation.custom is 'Fields of the organisation''s own';
comment on column isms.implementation.created_by is 'Person who recorded it';

create index implementation_owner_idx on isms.implementation (owner);

create index implementation_operator_idx on isms.implementation (operated_by, operator_implementation) where operator_implementation is not null;

create sequence isms.implementation_code;

comment on sequence isms.implementation_code is 'Numbers for codes of implementations';

create trigger fill_code before insert on isms.implementation
  for each row when (new.code is null) execute function isms.fill_code('IM');

create table isms.implementation_control (
  scope text not null default isms.default_scope(),
  implementation text not null,
  catalogue text not null default isms.base_catalogue(),
  reference isms.reference not null,
  constraint implementation_control_pkey primary key (scope, implementation, catalogue, reference),
  constraint implementation_control_implementation_fkey foreign key (scope, implementation) references isms.implementation on update cascade on delete cascade,
  constraint implementation_control_control_fkey foreign key (catalogue, reference) references isms.control on update cascade
);

comment on table isms.implementation_control is 'Which implementation serves which control of which catalogue';
comment on column isms.implementation_control.scope is 'Scope';
comment on column isms.implementation_control.implementation is 'Implementation';
comment on column isms.implementation_control.catalogue is 'Catalogue';
comment on column isms.implementation_control.reference is 'Control';

create index implementation_control_control_idx on isms.implementation_control (catalogue, reference, scope);

create function isms.implementation_controls() returns trigger
  language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
  delete from isms.implementation_control c
   where c.scope = new.scope and c.implementation = new.code and c.catalogue = isms.base_catalogue()
     and c.reference <> all (new.controls);
  insert into isms.implementation_control (scope, implementation, catalogue, reference)
  select new.scope, new.code, isms.base_catalogue(), r from unnest(new.controls) u(r)
  on conflict do nothing;
  return null;
end
$$;

comment on function isms.implementation_controls() is 'Keeps implementation_control equal to the array controls, for the base catalogue; an unknown reference is a foreign-key error';

create trigger implementation_controls after insert or update of controls on isms.implementation
  for each row execute function isms.implementation_controls();

create function isms.implementation_control_listed() returns trigger
  language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
  if tg_op = 'INSERT' then
    update isms.implementation i
       set controls = i.controls || new.reference
     where i.scope = new.scope and i.code = new.implementation and new.reference <> all (i.controls);
  else
    update isms.implementation i
       set controls = array_remove(i.controls, old.reference)
     where i.scope = old.scope and i.code = old.implementation and old.reference = any (i.controls);
  end if;
  return null;
end
$$;

comment on function isms.implementation_control_listed() is 'AFTER trigger: what is linked to a control of the base catalogue directly stands in implementation.controls too';

create trigger listed_insert after insert on isms.implementation_control
  for each row when (new.catalogue = isms.base_catalogue()) execute function isms.implementation_control_listed();

create trigger listed_delete after delete on isms.implementation_control
  for each row when (old.catalogue = isms.base_catalogue()) execute function isms.implementation_control_listed();

create table isms.implementation_asset (
  scope text not null default isms.default_scope(),
  implementation text not null,
  asset text not null,
  constraint implementation_asset_pkey primary key (scope, implementation, asset),
  constraint implementation_asset_implementation_fkey foreign key (scope, implementation) references isms.implementation on update cascade on delete cascade,
  constraint implementation_asset_asset_fkey foreign key (scope, asset) references isms.asset on update cascade
);

comment on table isms.implementation_asset is 'Which implementation protects which asset';
comment on column isms.implementation_asset.scope is 'Scope';
comment on column isms.implementation_asset.implementation is 'Implementation';
comment on column isms.implementation_asset.asset is 'Asset';

create index implementation_asset_asset_idx on isms.implementation_asset (scope, asset);

-- What other scopes run.  A scope tells of an implementation what it offers: code, title, kind, status, assurance and dates.
create function isms.is_below(scope text, parent text) returns boolean
  language sql stable set search_path = pg_catalog, pg_temp
begin atomic
  with recursive above(code) as (
    select s.parent from isms.scope s where s.code = is_below.scope
     union
    select s.parent from above a join isms.scope s on s.code = a.code)
  select exists (select from above a where a.code = is_below.parent);
end;

comment on function isms.is_below(text, text) is 'Is the scope part of another one, at whatever depth? False for itself';

create function isms.is_offered(scope text, implementation text, to_scope text) returns boolean
  language sql stable set search_path = pg_catalog, pg_temp
begin atomic
  select exists (
    select
      from isms.implementation i
     where i.scope = is_offered.scope and i.code = is_offered.implementation
       and (i.offered = 'all' or i.offered = 'below' and isms.is_below(to_scope, i.scope)));
end;

comment on function isms.is_offered(text, text, text) is 'May another scope take status, assurance and dates from an implementation?';

create function isms.implementation_operator() returns trigger
  language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
  -- definer: the writer need not see the scope that runs it, and is told no more than whether it offers this
begin
  if not isms.is_offered(new.operated_by, new.operator_implementation, new.scope) then
    raise exception using
      errcode = 'foreign_key_violation',
      message = format('scope %s offers no implementation %s to scope %s', new.operated_by, new.operator_implementation, new.scope),
      hint = 'isms.offered_implementations() lists what is offered; the scope that runs it offers it by implementation.offered.',
      schema = 'isms', table = 'implementation', column = 'operator_implementation', constraint = tg_name;
  elsif exists (
    with recursive runs(scope, code) as (
      select new.operated_by, new.operator_implementation
       union
      select i.operated_by, i.operator_implementation
        from runs r
        join isms.implementation i on i.scope = r.scope and i.code = r.code
       where i.operator_implementation is not null)
    select from runs r where r.scope = new.scope and r.code = new.code) then
    raise exception using
      errcode = 'check_violation',
      message = format('implementation %s would be run by itself', new.code),
      hint = 'Name the implementation of the scope that really runs it.',
      schema = 'isms', table = 'implementation', column = 'operator_implementation', constraint = tg_name;
  end if;
  return null;
end
$$;

comment on function isms.implementation_operator() is 'AFTER trigger: what another scope runs is offered by it, and nothing is run by itself. Errors: 23503, 23514';

create trigger operator after insert or update of scope, code, operated_by, operator_implementation on isms.implementation
  for each row when (new.operator_implementation is not null) execute function isms.implementation_operator();

-- In place of a foreign key of the table to itself, of which pg_dump would warn.
create function isms.implementation_renamed() returns trigger
  language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
  -- definer: those who use it are of scopes the writer need not see
begin
  update isms.implementation i
     set operated_by = new.scope,
         operator_implementation = new.code
   where i.operated_by = old.scope and i.operator_implementation = old.code;
  return null;
end
$$;

comment on function isms.implementation_renamed() is 'AFTER trigger: a changed code is carried along to the scopes that use the implementation';

create trigger renamed after update of scope, code on isms.implementation
  for each row when ((new.scope, new.code) <> (old.scope, old.code)) execute function isms.implementation_renamed();

-- Costs are amounts of the scope's currency: it stays while there are any.
create function isms.scope_currency() returns trigger
  language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
  priced text := (select string_agg(i.code, ', ' order by i.code) from isms.implementation i where i.scope = new.code and coalesce(i.cost_once, i.cost_yearly) is not null);
begin
  if priced is not null then
    raise exception using
      errcode = 'check_violation',
      message = format('scope %s keeps its currency %s', new.code, old.currency),
      detail = format('Costs are stated in it: %s', priced),
      hint = 'Clear the costs, change the currency, and enter them anew.',
      schema = 'isms', table = 'scope', column = 'currency', constraint = tg_name;
  end if;
  return null;
end
$$;

comment on function isms.scope_currency() is 'AFTER trigger: a scope''s currency stays while costs of implementations are stated in it. Errors: 23514';

create trigger currency after update of currency on isms.scope
  for each row when (new.currency <> old.currency) execute function isms.scope_currency();

-- Fenced by offset: the day is asked for once a scope, not once a row.
create view isms.scope_day with (security_invoker = true) as
  select s.code as scope,
         d.today
    from isms.scope s
    cross join lateral (select isms.today(s.code) as today offset 0) d;

comment on view isms.scope_day is 'The date in each scope; for views over many rows';
comment on column isms.scope_day.scope is 'Scope';
comment on column isms.scope_day.today is 'isms.today(scope)';

-- A.6.5: who leaves hands these over.
insert into isms.owned_table (schema_name, table_name, person_column, role, state_column, ended_states, builtin) values
  ('isms', 'implementation', 'owner', 'control_owner', 'status', '{retired}', true);
