-- Overlays: practice can be switched off, with a reason; what a standard demands cannot.
\set SHOW_CONTEXT never
set client_min_messages = warning;
drop extension if exists isms cascade;
create extension isms;
create role regress_odana login superuser;
create role regress_oli login;
create role regress_omia login;
set session authorization regress_odana;
do $$ begin perform isms.setup('ACME', 'Acme Ltd', 'dana', 'Dana Ruiz'); end $$;
set isms.scope = 'ACME';
do $$
begin
  perform isms.add_person('mia', 'Mia Mann', login => 'regress_omia', roles => '{isms_manager}');
  perform isms.add_person('li', 'Li Wei', login => 'regress_oli', roles => '{risk_owner}');
end
$$;
create table public.note (id integer constraint note_pkey primary key, text text, status text not null default 'draft');
select isms.attach_workflow('public.note', 'two_eyes', 'status');
grant usage on schema public to isms_editor;
grant select, insert, update, delete on public.note to isms_editor;
insert into public.note values (1, 'First'), (2, 'Second');

-- By an ISMS manager, with a reason, and only practice; by an administrator for all scopes.
set session authorization regress_oli;
insert into isms.workflow_overlay (scope, workflow, transition, what, rule, reason) values ('ACME', 'two_eyes', 'return', 'guard', 'reason_given', 'Too slow');
set session authorization regress_omia;
insert into isms.workflow_overlay (scope, workflow, transition, what, rule, reason) values (null, 'two_eyes', 'return', 'guard', 'reason_given', 'Too slow');
insert into isms.workflow_overlay (scope, workflow, transition, what, rule, reason) values ('ACME', 'two_eyes', 'return', 'guard', 'reason_given', ' ');
insert into isms.workflow_overlay (scope, workflow, transition, what, rule, reason) values ('ACME', 'two_eyes', 'return', 'guard', 'method_approved', 'Too slow');
insert into isms.workflow_overlay (scope, workflow, transition, what, rule, reason) values ('ACME', 'risk', 'assess', 'guard', 'method_approved', 'Too slow');
insert into isms.workflow_overlay (scope, workflow, transition, what, rule, reason) values ('ACME', 'risk', 'approve_plan', 'slot', 'owner', 'Too slow');
insert into isms.workflow_overlay (scope, workflow, transition, what, rule, reason) values ('ACME', 'two_eyes', 'approve', 'separation', 'R', 'Only two of us are here') returning id, created_by;

-- From the next statement on: who asks may approve too.
select what, rule, clause, reason, until, created_by from isms.switched_off;
set session authorization regress_oli;
select needs_approval from isms.next_steps('public.note', '1') where step = 'approve';
select isms.request('public.note', '1', 'approve');
select candidates from isms.waiting_approvals;
select isms.approve('public.note', '{1}', 'approve');

-- A guard.
update public.note set status = 'draft' where id = 1;
set session authorization regress_omia;
insert into isms.workflow_overlay (scope, workflow, transition, what, rule, reason) values ('ACME', 'two_eyes', 'return', 'guard', 'reason_given', 'Notes are notes');
set session authorization regress_oli;
select allowed, reasons from isms.next_steps('public.note', '1') where step = 'return';
update public.note set status = 'draft' where id = 1;
select id, status from public.note order by id;

-- An approval: the step is taken at once.
set session authorization regress_omia;
insert into isms.workflow_overlay (scope, workflow, transition, what, rule, reason, valid) values ('ACME', 'two_eyes', 'approve', 'slot', 'second_person', 'Notes are notes', '[2999-01-01,)');
update public.note set status = 'approved' where id = 2;
update isms.workflow_overlay set valid = '(,)' where what = 'slot';
update public.note set status = 'approved' where id = 2;
select id, status from public.note order by id;

-- Ended, not deleted nor made another one; a rule that a standard demands by now holds.
delete from isms.workflow_overlay;
update isms.workflow_overlay set rule = 'R' where what = 'guard';
update isms.workflow_overlay set valid = 'empty' where what = 'slot';
update public.note set status = 'approved' where id = 1;
set session authorization regress_odana;
update isms.guard set basis = 'S' where name = 'reason_given';
update public.note set status = 'draft' where id = 2;
select what, rule from isms.switched_off;
select operation, who, new_values ->> 'rule' as rule, new_values ->> 'reason' as reason from isms.audit_trail where table_name = 'isms.workflow_overlay' order by seq;

reset session authorization;
drop table public.note;
drop extension isms cascade;
drop owned by regress_odana, regress_oli, regress_omia;
drop role regress_odana, regress_oli, regress_omia;
create extension isms;
