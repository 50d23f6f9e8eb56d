-- What definitions can say: guards, related people, amendments, several approvals, separation, cut-over.
\set SHOW_CONTEXT never
set client_min_messages = warning;
drop extension if exists isms cascade;
create extension isms;
create role regress_wboss login superuser;
create role regress_wann login;
create role regress_wbob login;
create role regress_wapp login;
set session authorization regress_wboss;
do $$ begin perform isms.setup('WORKS', 'Works', 'boss', 'Big Boss'); end $$;
set isms.scope = 'WORKS';
select isms.add_person('ann', 'Ann Ash', login => 'regress_wann', roles => '{risk_owner,process_owner}');
select isms.add_person('bob', 'Bob Birch', login => 'regress_wbob', roles => '{control_owner}');
select isms.add_person('gone', 'Gone Elder', roles => '{risk_owner}');
update isms.person set active_until = '2020-01-01' where code = 'gone';

-- A machine of the shop floor: its maintenance plan is approved by its owner and by top management if it is dear.
create table public.hall (code text constraint hall_pkey primary key, keeper text);
create function public.price_set(old jsonb, new jsonb, step isms.step) returns text language sql immutable
  as $$ select 'the price is missing' where new ->> 'price' is null $$;
create function public.plan_given(old jsonb, new jsonb, step isms.step) returns text language sql immutable
  as $$ select format('the plan of %s is missing (%s to %s by %s)', (step).key, (step).from_state, (step).to_state, (step).actor) where new ->> 'plan' is null $$;
create function public.dear(old jsonb, new jsonb, step isms.step) returns boolean language sql immutable
  as $$ select coalesce((new ->> 'price')::numeric, 0) > 1000 $$;
create function public.hall_of(record jsonb) returns jsonb language sql stable
  as $$ select to_jsonb(h) from public.hall h where h.code = record ->> 'hall' $$;
create table public.machine (
  code text constraint machine_pkey primary key,
  hall text,
  owner text,
  price numeric,
  plan text,
  next_check date,
  status text not null default 'new',
  created_by text default isms.actor());
insert into public.hall values ('H1', 'bob');

insert into isms.guard (name, function, clause) values ('price_set', 'public.price_set', '8.1'), ('plan_given', 'public.plan_given', '6.2');
insert into isms.slot_condition (name, function) values ('dear', 'public.dear');
insert into isms.workflow (name, title) values ('upkeep', 'Upkeep');
insert into isms.workflow_state (workflow, position, name, initial, final, cutover, frozen_columns, frozen_when) values
  ('upkeep', 1, 'new', true, false, false, '{price}', 'dear'),
  ('upkeep', 2, 'planned', false, false, true, '{owner,price,plan,next_check}', null),
  ('upkeep', 3, 'checked', false, false, true, '{owner,price,plan,next_check}', null),
  ('upkeep', 4, 'scrapped', false, true, true, '{*}', null);
insert into isms.workflow_transition (workflow, name, from_states, to_state, amended_columns, actors, separation, guards, opens_request, clause) values
  ('upkeep', 'buy', '{}', 'new', '{}', '{editor}', '{}', '{}', null, '8.1'),
  ('upkeep', 'plan', '{new}', 'planned', '{}', '{@owner,isms_manager}', '{R}', '{price_set,plan_given}', null, '8.1'),
  ('upkeep', 'check', '{planned}', 'checked', '{next_check}', '{@owner,@hall.keeper}', '{I}', '{}', null, '9.1'),
  ('upkeep', 'amend_owner', '{any}', null, '{owner}', '{isms_manager}', '{}', '{reason_given}', null, '5.3'),
  ('upkeep', 'scrap', '{any}', 'scrapped', '{}', '{@owner}', '{}', '{}', null, '-');
insert into isms.workflow_approval (workflow, transition, slot, approver, condition) values
  ('upkeep', 'plan', 'owner', '@owner', null),
  ('upkeep', 'plan', 'top', 'top_management', 'dear'),
  ('upkeep', 'amend_owner', 'new_owner', '@new.owner', null);

-- Definitions are checked when written ...
insert into isms.workflow_transition (workflow, name, from_states, to_state, actors, clause) values ('upkeep', 'jump', '{new,planned}', 'checked', '{editor}', '-');
insert into isms.workflow_transition (workflow, name, from_states, to_state, actors, separation, guards, clause) values ('upkeep', 'leap', '{nowhere,new}', 'new', '{janitor}', '{Q}', '{luck}', '-');
-- ... and, what needs all parts, when a table is bound.
select isms.attach_workflow('public.machine', 'upkeep', 'status');
insert into isms.workflow_relation (workflow, name, function) values ('upkeep', 'hall', 'public.hall_of');
select isms.attach_workflow('public.machine', 'upkeep', 'status');
grant usage on schema public to isms_editor;
grant select, insert, update, delete on public.machine to isms_editor;
grant select on public.hall to isms_editor;

-- Every reason at once, the SQLSTATE of the first family.
set session authorization regress_wbob;
insert into public.machine (code, hall, owner) values ('M1', 'H1', 'ann');
do $$
declare
  state text; schema_of text; table_of text; column_of text; detail text;
begin
  update public.machine set status = 'planned' where code = 'M1';
exception when others then
  get stacked diagnostics state = returned_sqlstate, schema_of = schema_name, table_of = table_name, column_of = column_name, detail = pg_exception_detail;
  raise warning '% %.%.% %', state, schema_of, table_of, column_of, detail;
end $$;
select * from isms.next_steps('public.machine', 'M1');
select isms.request('public.machine', 'M1', 'plan');

-- Columns are frozen while the condition holds.
update public.machine set price = 5000, plan = 'Oil it' where code = 'M1';
update public.machine set price = 400 where code = 'M1';
update public.machine set plan = 'Grease it' where code = 'M1';

-- Two slots, two people; who asked fills none.
set session authorization regress_wann;
select isms.request('public.machine', 'M1', 'plan');
select isms.approve('public.machine', '{M1}', 'plan');
set session authorization regress_wboss;
select isms.request('public.machine', 'M1', 'plan');
select slot, approver, candidates from isms.waiting_approvals where scope = 'WORKS';
set session authorization regress_wann;
select isms.approve('public.machine', '{M1}', 'plan', 'Good plan');
select isms.approve('public.machine', '{M1}', 'plan', 'Still good');
select slot, approver, candidates from isms.waiting_approvals where scope = 'WORKS';
update public.machine set status = 'planned' where code = 'M1';
-- top management is the one who asked: a second one must be appointed first, by the only one there is
set session authorization regress_wboss;
insert into isms.role_assignment (scope, person, role) values ('WORKS', 'bob', 'top_management');
update isms.role_assignment set status = 'active' where person = 'bob' and role = 'top_management';
set session authorization regress_wbob;
select isms.approve('public.machine', '{M1}', 'plan');
select code, status from public.machine;

-- I: nobody judges the own thing; the keeper of the hall is found through a relation; the transition may set its own column.
set session authorization regress_wann;
update public.machine set status = 'checked', next_check = '2027-01-01' where code = 'M1';
set session authorization regress_wbob;
update public.machine set status = 'checked', next_check = '2027-01-01', plan = 'Forget it' where code = 'M1';
update public.machine set status = 'checked', next_check = '2027-01-01' where code = 'M1';
update public.machine set next_check = '2028-01-01' where code = 'M1';
select code, status, next_check from public.machine;

-- A frozen column that a BEFORE trigger changes, which no statement names, is as frozen.
set session authorization regress_wboss;
create function public.sneak() returns trigger language plpgsql as $$ begin new.price := 1; return new; end $$;
create trigger sneak before update on public.machine for each row execute function public.sneak();
set session authorization regress_wbob;
update public.machine set hall = hall where code = 'M1';
set session authorization regress_wboss;
drop trigger sneak on public.machine;
drop function public.sneak();
set session authorization regress_wbob;
update public.machine set hall = hall where code = 'M1';
select price from public.machine where code = 'M1';

-- An amendment: frozen columns change by request, the new owner agrees.
update public.machine set owner = 'bob' where code = 'M1';
set session authorization regress_wboss;
select isms.request('public.machine', 'M1', 'amend_owner', 'Ann leaves us');
select isms.request('public.machine', 'M1', 'amend_owner', 'Ann leaves us', '{"owner": "bob", "price": 1}');
select isms.request('public.machine', 'M1', 'amend_owner', 'Ann', '{"owner": "bob"}');
select isms.request('public.machine', 'M1', 'amend_owner', 'Ann leaves us', '{"owner": "gone"}');
select isms.request('public.machine', 'M1', 'amend_owner', 'Ann leaves us', '{"owner": "bob"}');
set session authorization regress_wann;
select isms.approve('public.machine', '{M1}', 'amend_owner');
set session authorization regress_wbob;
update public.machine set owner = 'bob', plan = 'Burn it' where code = 'M1';
select isms.approve('public.machine', '{M1}', 'amend_owner');
select code, owner, status from public.machine;
select transition, changes, requester, status, closed_by from isms.approval_request where table_name = 'public.machine' order by id;

-- The end is final.
select isms.request('public.machine', 'M1', 'scrap');
update public.machine set hall = 'H2' where code = 'M1';
update public.machine set status = 'new' where code = 'M1';
delete from public.machine where code = 'M1';
select * from isms.next_steps('public.machine', 'M1');

-- An application acts for a person it names in the transaction, unless the step takes the person's own login.
reset session authorization;
grant isms_application to regress_wapp;
set session authorization regress_wapp;
insert into public.machine (code, owner) values ('M2', 'ann');
begin;
set local isms.actor = 'ann';
insert into public.machine (code, owner) values ('M2', 'ann');
commit;
select code, created_by from public.machine where code = 'M2';
update public.machine set status = 'scrapped' where code = 'M2';
set session authorization regress_wbob;
set isms.actor = 'ann';
reset session authorization;
update isms.workflow_transition set own_login = true where workflow = 'upkeep' and name = 'scrap';
set session authorization regress_wapp;
begin;
set local isms.actor = 'ann';
update public.machine set status = 'scrapped' where code = 'M2';
rollback;
set session authorization regress_wann;
update public.machine set status = 'scrapped' where code = 'M2';

-- Cut-over: an isms_manager loads rows as they are; what they lack is listed.
set session authorization regress_wann;
select isms.begin_cutover('Old register');
insert into public.machine (code, status) values ('X1', 'planned');
set session authorization regress_wboss;
select isms.end_cutover();
select isms.carry_over('public.machine', 'X1', 'plan', 'ann', '2025-05-05', 'Minutes 7');
select isms.begin_cutover('Old register');
select isms.begin_cutover('Old register');
insert into public.machine (code, owner, price, plan, status) values ('X1', 'ann', 10, 'Oil it', 'planned'), ('X2', 'gone', null, null, 'checked'), ('X3', 'ann', 2000, null, 'planned');
insert into public.machine (code, owner, status) values ('X4', 'ann', 'lost');
update public.machine set status = 'checked' where code = 'X1';
select isms.carry_over('public.machine', 'X1', 'plan', 'ann', '2025-05-05', 'Minutes 7');
select isms.carry_over('public.machine', 'X1', 'plan', 'ann', '2025-05-05', 'Minutes 7');
select isms.carry_over('public.machine', 'X3', 'plan', 'ann', '2025-05-05', ' ');
set session authorization regress_wann;
insert into public.machine (code, status) values ('X5', 'planned');
set session authorization regress_wboss;
select isms.end_cutover();
insert into public.machine (code, status) values ('X5', 'planned');
select table_name, key, state, person, renewed_at from isms.carried_over where scope = 'WORKS' order by id;
select key, rule, message from isms.import_issue where scope = 'WORKS' order by id;
select r.transition, r.key, r.status, r.carried_over, a.slot, a.approver, a.approved_on, a.document
  from isms.approval a join isms.approval_request r on r.id = a.request where a.carried_over;

reset session authorization;
drop table public.machine, public.hall;
drop function public.hall_of(jsonb);
drop function public.price_set(jsonb, jsonb, isms.step), public.plan_given(jsonb, jsonb, isms.step), public.dear(jsonb, jsonb, isms.step);
drop extension isms cascade;
drop role regress_wboss, regress_wann, regress_wbob, regress_wapp;
create extension isms;
