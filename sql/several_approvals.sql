-- Slots that need several people: two of three directors.
\set SHOW_CONTEXT never
set client_min_messages = warning;
drop extension if exists isms cascade;
create extension isms;
create role regress_sdana login superuser;
create role regress_sann login;
create role regress_sben login;
create role regress_scem login;
set session authorization regress_sdana;
do $$ begin perform isms.setup('ACME', 'Acme Ltd', 'dana', 'Dana Ruiz'); end $$;
set isms.scope = 'ACME';
do $$
begin
  perform isms.add_person('ann', 'Ann Arp', login => 'regress_sann', roles => '{process_owner}');
  perform isms.add_person('ben', 'Ben Bur', login => 'regress_sben', roles => '{process_owner}');
  perform isms.add_person('cem', 'Cem Can', login => 'regress_scem', roles => '{process_owner}');
end
$$;
insert into isms.workflow (name, title) values ('deed', 'Deed');
insert into isms.workflow_state (workflow, position, name, initial, final, frozen_columns) values
  ('deed', 1, 'draft', true, false, '{}'), ('deed', 2, 'signed', false, true, '{*}');
insert into isms.workflow_transition (workflow, name, from_states, to_state, actors, separation, clause) values
  ('deed', 'write', '{}', 'draft', '{editor}', '{}', '-'), ('deed', 'sign', '{draft}', 'signed', '{editor}', '{R}', '-');
insert into isms.workflow_approval (workflow, transition, slot, approver, needed) values
  ('deed', 'sign', 'directors', 'process_owner', 2), ('deed', 'sign', 'top', 'top_management', 0);
insert into isms.workflow_approval (workflow, transition, slot, approver, needed) values
  ('deed', 'sign', 'directors', 'process_owner', 2), ('deed', 'sign', 'top', 'top_management', 1);
create table public.deed (id integer constraint deed_pkey primary key, status text not null default 'draft');
select isms.attach_workflow('public.deed', 'deed', 'status');
grant usage on schema public to isms_editor;
grant select, insert, update, delete on public.deed to isms_editor;
insert into public.deed values (1);

-- Not one's own request, not twice; the last one carries it out.
set session authorization regress_sann;
select step, needs_approval from isms.next_steps('public.deed', '1');
select isms.request('public.deed', '1', 'sign');
select isms.approve('public.deed', '{1}', 'sign');
select slot, missing, candidates from isms.waiting_approvals order by slot;
set session authorization regress_sben;
select isms.approve('public.deed', '{1}', 'sign');
select isms.approve('public.deed', '{1}', 'sign');
update public.deed set status = 'signed';
set session authorization regress_sdana;
select isms.approve('public.deed', '{1}', 'sign');
select slot, missing, candidates from isms.waiting_approvals order by slot;
set session authorization regress_scem;
select isms.approve('public.deed', '{1}', 'sign');
select slot, approver from isms.approval order by id;
select status from public.deed;

-- Where two of the three have left, one cannot give two approvals.
set session authorization regress_sdana;
select slot, gap, reason from isms.workflow_gaps() where workflow = 'deed';
update isms.role_assignment set status = 'ended' where person = 'cem';
update isms.role_assignment set status = 'ended' where person = 'ben';
select slot, gap, reason from isms.workflow_gaps() where workflow = 'deed';
select isms.workflow_dot('deed') ~ '2 of process_owner and top_management' as drawn;

reset session authorization;
drop table public.deed;
drop extension isms cascade;
drop owned by regress_sdana, regress_sann, regress_sben, regress_scem;
drop role regress_sdana, regress_sann, regress_sben, regress_scem;
create extension isms;
