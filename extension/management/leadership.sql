-- 5.1: what top management wants of the ISMS, and what it gives for it.
create table isms.management_aim (
  scope text not null default isms.default_scope() constraint management_aim_scope_fkey references isms.scope on update cascade,
  code text not null constraint management_aim_code_form check (code ~ '^[^[:space:]]+( [^[:space:]]+)*$'),
  title text not null constraint management_aim_title_given check (title ~ '\S'),
  strategy text,
  valid_until date,
  decided_by text constraint management_aim_decided_by_fkey references isms.person on update cascade,
  decided_on date,
  status text not null default 'draft',
  custom jsonb not null default '{}' constraint management_aim_custom_object check (jsonb_typeof(custom) = 'object'),
  created_by text default isms.actor(),
  constraint management_aim_pkey primary key (scope, code)
);

comment on table isms.management_aim is 'What top management wants of the ISMS, and the strategy it serves (5.1 a)';
comment on column isms.management_aim.scope is 'Scope';
comment on column isms.management_aim.code is 'Key in the scope';
comment on column isms.management_aim.title is 'What is wanted';
comment on column isms.management_aim.strategy is 'Strategic direction of the organisation that it serves';
comment on column isms.management_aim.valid_until is 'Last day; null: until it is closed';
comment on column isms.management_aim.decided_by is 'Who approved it for top management; set by the approval';
comment on column isms.management_aim.decided_on is 'When; set by the approval';
comment on column isms.management_aim.status is 'State in workflow leadership';
comment on column isms.management_aim.custom is 'Fields of the organisation''s own';
comment on column isms.management_aim.created_by is 'Person who recorded it';

create index management_aim_decided_by_idx on isms.management_aim (decided_by);

create sequence isms.management_aim_code;

comment on sequence isms.management_aim_code is 'Numbers for codes of aims';

create trigger fill_code before insert on isms.management_aim
  for each row when (new.code is null) execute function isms.fill_code('AM');

-- 5.1 c, 7.1
create table isms.resource_decision (
  scope text not null default isms.default_scope() constraint resource_decision_scope_fkey references isms.scope on update cascade,
  code text not null constraint resource_decision_code_form check (code ~ '^[^[:space:]]+( [^[:space:]]+)*$'),
  title text not null constraint resource_decision_title_given check (title ~ '\S'),
  purpose text not null constraint resource_decision_purpose_given check (purpose ~ '\S'),
  amount numeric constraint resource_decision_amount_positive check (amount >= 0 and amount < 'Infinity'),
  currency text constraint resource_decision_currency_form check (currency ~ '^[A-Z]{3}$'),
  people numeric constraint resource_decision_people_positive check (people >= 0 and people < 'Infinity'),
  period daterange not null constraint resource_decision_period_given check (not isempty(period) and lower(period) is not null and upper(period) is not null),
  decided_by text constraint resource_decision_decided_by_fkey references isms.person on update cascade,
  decided_on date,
  status text not null default 'draft',
  custom jsonb not null default '{}' constraint resource_decision_custom_object check (jsonb_typeof(custom) = 'object'),
  created_by text default isms.actor(),
  constraint resource_decision_pkey primary key (scope, code),
  constraint resource_decision_gives_something check (num_nonnulls(amount, people) > 0)
);

comment on table isms.resource_decision is 'Money and people that top management gives for the ISMS (5.1 c, 7.1)';
comment on column isms.resource_decision.scope is 'Scope';
comment on column isms.resource_decision.code is 'Key in the scope';
comment on column isms.resource_decision.title is 'Title';
comment on column isms.resource_decision.purpose is 'What for';
comment on column isms.resource_decision.amount is 'Money in the currency';
comment on column isms.resource_decision.currency is 'ISO 4217 code; the scope''s unless stated';
comment on column isms.resource_decision.people is 'People, in full-time posts';
comment on column isms.resource_decision.period is 'Days it is for';
comment on column isms.resource_decision.decided_by is 'Who approved it for top management; set by the approval';
comment on column isms.resource_decision.decided_on is 'When; set by the approval';
comment on column isms.resource_decision.status is 'State in workflow leadership';
comment on column isms.resource_decision.custom is 'Fields of the organisation''s own';
comment on column isms.resource_decision.created_by is 'Person who recorded it';

comment on constraint resource_decision_gives_something on isms.resource_decision is 'a decision on resources gives an amount, people, or both';

create index resource_decision_decided_by_idx on isms.resource_decision (decided_by);

create sequence isms.resource_decision_code;

comment on sequence isms.resource_decision_code is 'Numbers for codes of decisions on resources';

create trigger fill_code before insert on isms.resource_decision
  for each row when (new.code is null) execute function isms.fill_code('RD');

create function isms.resource_currency() returns trigger
  language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
  select s.currency into new.currency from isms.scope s where s.code = new.scope;
  return new;
end
$$;

comment on function isms.resource_currency() is 'BEFORE INSERT trigger: money without a currency is in the scope''s';

create trigger fill_currency before insert on isms.resource_decision
  for each row when (new.amount is not null and new.currency is null) execute function isms.resource_currency();

-- Who decided and when follow from the approval, and are nobody's to type.
create function isms.decided_at_approval() returns trigger
  language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
  if new.status <> 'approved' or old.status = 'approved' then
    raise exception using
      errcode = 'IS006',
      message = format('%s %s cannot change decided_by or decided_on', replace(tg_table_name, '_', ' '), new.code),
      detail = 'frozen: they are set when it is approved',
      schema = tg_table_schema, table = tg_table_name, column = 'decided_by';
  end if;
  new.decided_by := coalesce((
    select coalesce(a.on_behalf_of, a.approver)
      from isms.approval_request q
      join isms.approval a on a.request = q.id and a.slot = 'top_management'
     where q.scope = new.scope and q.table_name = format('%s.%s', tg_table_schema, tg_table_name) and q.key = new.code and q.transition = 'approve' and q.status = 'open'
     order by a.id
     limit 1),
    isms.actor());
  new.decided_on := isms.today(new.scope);
  return new;
end
$$;

comment on function isms.decided_at_approval() is 'BEFORE UPDATE trigger: decided by who approved for top management (without an approval, by who acts), today. Errors: IS006';

create trigger fill_decided before update on isms.management_aim
  for each row when (new.status = 'approved' and old.status <> 'approved'
                     or (new.decided_by, new.decided_on) is distinct from (old.decided_by, old.decided_on))
  execute function isms.decided_at_approval();

create trigger fill_decided before update on isms.resource_decision
  for each row when (new.status = 'approved' and old.status <> 'approved'
                     or (new.decided_by, new.decided_on) is distinct from (old.decided_by, old.decided_on))
  execute function isms.decided_at_approval();

-- 5.1: as two_eyes, but the eyes are top management's.
insert into isms.workflow (name, title, builtin) values
  ('leadership', 'Decision of top management', true);

insert into isms.workflow_state (workflow, name, position, initial, final, cutover, frozen_columns, builtin) values
  ('leadership', 'draft', 1, true, false, true, '{}', true),
  ('leadership', 'approved', 2, false, false, true, '{*}', true),
  ('leadership', 'closed', 3, false, true, true, '{*}', true);

insert into isms.workflow_transition (workflow, name, from_states, to_state, amended_columns, actors, separation, guards, clause, basis, builtin) values
  ('leadership', 'draft', '{}', 'draft', '{}',
   '{editor}', '{}', '{}', '5.1', 'P', true),
  ('leadership', 'approve', '{draft}', 'approved', '{}',
   '{isms_manager,top_management}', '{R}', '{}', '5.1', 'P', true),
  ('leadership', 'return', '{approved}', 'draft', '{}',
   '{isms_manager,top_management}', '{}', '{reason_given}', '5.1', 'P', true),
  ('leadership', 'close', '{approved}', 'closed', '{}',
   '{isms_manager,top_management}', '{}', '{}', '5.1', 'P', true);

insert into isms.workflow_approval (workflow, transition, slot, approver, condition, basis, builtin) values
  ('leadership', 'approve', 'top_management', 'top_management', null, 'P', true);

do $$
begin
  perform isms.attach_workflow('isms.management_aim', 'leadership', 'status', ignore => '{decided_by,decided_on}');
  perform isms.attach_workflow('isms.resource_decision', 'leadership', 'status', ignore => '{decided_by,decided_on}');
end
$$;
