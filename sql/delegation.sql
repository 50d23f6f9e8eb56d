-- Delegation: who is away lets somebody else approve; separation of duties looks at both persons.
\set SHOW_CONTEXT never
set client_min_messages = warning;
drop extension if exists isms cascade;
create extension isms;
create role regress_dana login superuser;
create role regress_dli login;
create role regress_dsam login;
create role regress_dtom login;
create role regress_dmia login;
set session authorization regress_dana;
do $$ begin perform isms.setup('ACME', 'Acme Ltd', 'dana', 'Dana Ruiz'); end $$;
set isms.scope = 'ACME';
do $$
begin
  perform isms.add_person('mia', 'Mia Mann', login => 'regress_dmia', roles => '{isms_manager}');
  perform isms.add_person('li', 'Li Wei', login => 'regress_dli', roles => '{risk_owner}');
  perform isms.add_person('sam', 'Sam Okoro', login => 'regress_dsam', roles => '{control_owner}');
  perform isms.add_person('tom', 'Tom Tran', login => 'regress_dtom', roles => '{control_owner}');
  perform isms.add_person('eve', 'Eve Ext', roles => '{external_auditor}');
end
$$;

-- A paper is approved by its owner and by a risk owner, each another person.
insert into isms.workflow (name, title) values ('paper', 'Paper');
insert into isms.workflow_state (workflow, position, name, initial, final, frozen_columns) values
  ('paper', 1, 'draft', true, false, '{}'), ('paper', 2, 'signed', false, false, '{*}'), ('paper', 3, 'gone', false, true, '{*}');
insert into isms.workflow_transition (workflow, name, from_states, to_state, actors, separation, clause) values
  ('paper', 'write', '{}', 'draft', '{editor}', '{}', '-'),
  ('paper', 'sign', '{draft}', 'signed', '{editor}', '{"not @reader"}', '-'),
  ('paper', 'bury', '{signed}', 'gone', '{editor}', '{R}', '-');
insert into isms.workflow_approval (workflow, transition, slot, approver) values
  ('paper', 'sign', 'owner', '@owner'), ('paper', 'sign', 'role', 'risk_owner'), ('paper', 'bury', 'top', 'top_management');
create table public.paper (id integer constraint paper_pkey primary key, owner text, reader text, status text not null default 'draft');
select isms.attach_workflow('public.paper', 'paper', 'status');
grant usage on schema public to isms_editor;
grant select, insert, update, delete on public.paper to isms_editor;
insert into public.paper (id, owner, reader) values (1, 'dana', null), (2, 'dana', 'li'), (3, 'mia', null), (4, 'tom', null);

-- Written by who delegates or by an ISMS manager, who does not take it; with an end; to somebody who may approve here.
set session authorization regress_dsam;
insert into isms.delegation (from_person, to_person, valid, reason) values ('li', 'sam', '[2020-01-01,2999-01-01)', 'Leave');
set session authorization regress_dmia;
insert into isms.delegation (from_person, to_person, valid, reason) values ('li', 'mia', '[2020-01-01,2999-01-01)', 'Leave');
insert into isms.delegation (from_person, to_person, valid, reason) values ('li', 'eve', '[2020-01-01,2999-01-01)', 'Leave');
insert into isms.delegation (from_person, to_person, role, valid, reason) values ('li', 'sam', 'isms_manager', '[2020-01-01,2999-01-01)', 'Leave');
insert into isms.delegation (from_person, to_person, valid, reason) values ('li', 'sam', '[2020-01-01,)', 'Leave');
insert into isms.delegation (from_person, to_person, valid, reason) values ('li', 'sam', '[2020-01-01,infinity)', 'Leave');
insert into isms.delegation (from_person, to_person, valid, reason) values ('li', 'li', '[2020-01-01,2999-01-01)', 'Leave');
insert into isms.delegation (from_person, to_person, valid, reason) values ('li', 'sam', '[2020-01-01,2999-01-01)', ' ');
insert into isms.delegation (from_person, to_person, role, valid, reason) values ('dana', 'sam', 'top_management', '[2020-01-01,2999-01-01)', 'Leave');
set session authorization regress_dli;
insert into isms.delegation (to_person, role, valid, reason) values ('sam', 'risk_owner', '[2020-01-01,2999-01-01)', 'Leave') returning from_person, to_person, role, created_by;
update isms.delegation set to_person = 'tom';
update isms.delegation set role = null;
set session authorization regress_dsam;
-- Never handed on: Tom does not approve for Li by it.
insert into isms.delegation (to_person, valid, reason) values ('tom', '[2020-01-01,2999-01-01)', 'Leave');
select from_person, to_person, role, created_by from isms.delegation order by id;

-- Sam approves for Li, in Li's role.
set session authorization regress_dtom;
select step, needs_approval from isms.next_steps('public.paper', '1');
select isms.request('public.paper', '1', 'sign');
select slot, approver, candidates, deputies from isms.waiting_approvals;
select isms.approve('public.paper', '{1}', 'sign');
set session authorization regress_dsam;
select kind, code, what from isms.inbox;
select isms.approve('public.paper', '{1}', 'sign', 'Signed for Li');
-- Neither again, nor Li too.
select isms.approve('public.paper', '{1}', 'sign');
select slot, candidates, deputies from isms.waiting_approvals;
set session authorization regress_dli;
select isms.approve('public.paper', '{1}', 'sign');
set session authorization regress_dana;
select isms.approve('public.paper', '{1}', 'sign');
select slot, approver, on_behalf_of, comment from isms.approval order by id;
select new_values ->> 'approver' as approver, new_values ->> 'on_behalf_of' as on_behalf_of from isms.audit_trail where table_name = 'isms.approval' order by seq;

-- Separation looks at who is represented: Li may not sign what Li is to read.
set session authorization regress_dtom;
select isms.request('public.paper', '2', 'sign');
set session authorization regress_dsam;
select isms.approve('public.paper', '{2}', 'sign');

-- Never for what either of the two asked for, though the step itself does not forbid it.
set session authorization regress_dli;
select isms.request('public.paper', '2', 'sign');
set session authorization regress_dsam;
select isms.approve('public.paper', '{2}', 'sign');
select isms.request('public.paper', '3', 'sign');
select isms.approve('public.paper', '{3}', 'sign');
select slot, candidates, deputies from isms.waiting_approvals where key = '3';

-- What names a person goes with everything, not with a role; of who holds top_management only to who holds it.
set session authorization regress_dana;
insert into isms.delegation (to_person, valid, reason) values ('sam', '[2020-01-01,2999-01-01)', 'Leave') returning from_person, to_person;
select slot, candidates, deputies from isms.waiting_approvals where key = '2';
set session authorization regress_dmia;
insert into isms.delegation (to_person, valid, reason) values ('tom', '[2020-01-01,2999-01-01)', 'Leave') returning from_person, to_person;
select slot, candidates, deputies from isms.waiting_approvals where key = '3';
set session authorization regress_dtom;
select isms.approve('public.paper', '{3}', 'sign');

-- Who could approve may reject; what was made use of is ended, not deleted, and the end holds from that day on.
select isms.reject('public.paper', '3', 'sign', 'Not now');
set session authorization regress_dli;
delete from isms.delegation where from_person = 'li';
select isms.request('public.paper', '4', 'sign');
update isms.delegation set valid = daterange(lower(valid), isms.today(scope)) where from_person = 'li';
set session authorization regress_dtom;
select isms.request('public.paper', '4', 'sign');
set session authorization regress_dsam;
select isms.approve('public.paper', '{4}', 'sign');

reset session authorization;
drop table public.paper;
drop extension isms cascade;
drop owned by regress_dana, regress_dli, regress_dsam, regress_dtom, regress_dmia;
drop role regress_dana, regress_dli, regress_dsam, regress_dtom, regress_dmia;
create extension isms;
