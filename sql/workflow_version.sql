-- Versions of definitions: what was in force is kept, and rows under way keep a legal path.
\set SHOW_CONTEXT never
set client_min_messages = warning;
drop extension if exists isms cascade;
create extension isms;
create role regress_ann login;
do $$
begin
  perform isms.setup('ACME', 'Acme Ltd', 'dana', 'Dana Ruiz');
  perform isms.add_person('ann', 'Ann Arp', login => 'regress_ann', roles => '{risk_owner,control_owner}');
end
$$;
set isms.scope = 'ACME';
begin;
insert into isms.workflow (name, title) values ('job', 'Jobs');
insert into isms.workflow_state (workflow, position, name, initial, final, frozen_columns) values
  ('job', 1, 'open', true, false, '{}'), ('job', 2, 'review', false, false, '{}'), ('job', 3, 'checked', false, false, '{}'), ('job', 4, 'done', false, true, '{*}');
insert into isms.workflow_transition (workflow, name, from_states, to_state, actors, separation, clause) values
  ('job', 'begin', '{}', 'open', '{editor}', '{}', '-'), ('job', 'submit', '{open}', 'review', '{editor}', '{}', '-'),
  ('job', 'check', '{review}', 'checked', '{editor}', '{R}', '-'), ('job', 'finish', '{checked}', 'done', '{editor}', '{}', '-');
insert into isms.workflow_approval (workflow, transition, slot, approver) values ('job', 'check', 'owner', 'control_owner');
commit;
create table public.job (id integer primary key, note text, status text not null default 'open');
grant select, insert, update on public.job to isms_editor;
select isms.attach_workflow('public.job', 'job', 'status');
insert into public.job values (1, 'stays open'), (2, 'in review'), (3, 'asked for');
update public.job set status = 'review' where id in (2, 3);
select isms.request('public.job', '3', 'check', 'ready');

-- What was written directly is a version once it is committed.
select version, note, made_by from isms.workflow_version where workflow = 'job';
select definition = isms.workflow_definition('job') as as_it_is from isms.workflow_version where workflow = 'job';
select isms.workflow_definition('none') is null as no_such;

-- Written directly, no change strands a row; the transaction stays as it was.
begin;
delete from isms.workflow_approval where workflow = 'job';
delete from isms.workflow_transition where workflow = 'job' and name = 'check';
commit;
\echo :LAST_ERROR_SQLSTATE
select count(*) from isms.workflow_transition where workflow = 'job';

-- A new version without review: rows in it may still go on the way they came for, approval included; nothing new gets there.
select isms.revise_workflow('job', '{
  "states": [{"name": "open", "initial": true}, {"name": "done", "final": true, "frozen_columns": ["*"]}],
  "transitions": [
    {"name": "begin", "to_state": "open", "actors": ["editor"]},
    {"name": "finish", "from_states": ["open"], "to_state": "done", "actors": ["editor"]}],
  "approvals": []}', 'Reviews are over');
select name, initial, final, retired from isms.workflow_state where workflow = 'job' order by position;
select name, from_states, to_state, actors from isms.workflow_transition where workflow = 'job' order by name;
select transition, slot, approver from isms.workflow_approval where workflow = 'job';
update public.job set status = 'review' where id = 1;
select id, step, to_state, allowed from public.job, isms.next_steps('public.job', id::text) order by id, step;
set session authorization regress_ann;
select isms.approve('public.job', '{3}', 'check');
reset session authorization;
update public.job set status = 'done' where id in (1, 3);

-- Another one: a step of the same name that leads elsewhere now.  What was asked for under the old one follows it; of a step that is gone it is superseded.
select isms.request('public.job', '2', 'check', 'ready too');
select isms.revise_workflow('job', '{
  "states": [{"name": "open", "initial": true}, {"name": "paid"}, {"name": "done", "final": true, "frozen_columns": ["*"]}],
  "transitions": [
    {"name": "begin", "to_state": "open", "actors": ["editor"]},
    {"name": "check", "from_states": ["open"], "to_state": "paid", "actors": ["editor"]},
    {"name": "finish", "from_states": ["paid"], "to_state": "done", "actors": ["editor"]}]}', 'Jobs are paid for');
select name, from_states, to_state from isms.workflow_transition where workflow = 'job' order by name;
select transition, slot from isms.workflow_approval where workflow = 'job';
select key, transition, status, closing_comment from isms.approval_request order by id;

-- Its approval is still asked for.  Retired states go when no row is in them any more.
set session authorization regress_ann;
select isms.approve('public.job', '{2}', 'check_of_version_2');
reset session authorization;
update public.job set status = 'done' where id = 2;
select isms.revise_workflow('job', note => 'Tidied up');
select name, retired from isms.workflow_state where workflow = 'job' order by position;
select name, from_states, to_state from isms.workflow_transition where workflow = 'job' order by name;
select version, note, jsonb_array_length(definition -> 'states') as states from isms.workflow_version where workflow = 'job' order by version;
-- A step that is gone cannot be had any more.
insert into public.job values (5, 'to be paid');
select isms.request('public.job', '5', 'check', 'please');
select isms.revise_workflow('job', '{
  "transitions": [
    {"name": "begin", "to_state": "open", "actors": ["editor"]},
    {"name": "pay", "from_states": ["open"], "to_state": "paid", "actors": ["editor"]},
    {"name": "finish", "from_states": ["paid"], "to_state": "done", "actors": ["editor"]}]}', 'Checks are over');
select key, transition, status, closing_comment from isms.approval_request where key = '5';

-- Nothing changed is no version.
select isms.revise_workflow('job', isms.workflow_definition('job'), 'The same');

-- What is not understood is refused, and changes nothing.
select isms.revise_workflow('risk', '{}');
\echo :LAST_ERROR_SQLSTATE
select isms.revise_workflow('none');
select isms.revise_workflow('job', '[]');
select isms.revise_workflow('job', '{"state": [], "states": [1], "transitions": [{"name": "x", "form": []}]}');
select isms.revise_workflow('job', '{"transitions": [{"name": "begin", "to_state": "open", "actors": ["editor"]}, {"name": "loose", "from_states": ["nowhere"], "to_state": "done", "actors": ["nobody"]}]}');
insert into public.job values (4, 'new');
select isms.revise_workflow('job', '{"transitions": [{"name": "begin", "to_state": "open", "actors": ["editor"]}]}');
select max(version) from isms.workflow_version where workflow = 'job';
set session authorization regress_ann;
select isms.revise_workflow('job', note => 'mine');
select isms.workflow_definition('job') -> 'title' as title;
reset session authorization;

-- A rule switched off in a step that a later version has not: the overlay says so still, and can be ended.
insert into isms.workflow_transition (workflow, name, from_states, to_state, actors, separation, clause) values ('job', 'skip', '{open}', 'done', '{editor}', '{R}', '-');
insert into isms.workflow_overlay (scope, workflow, transition, what, rule, reason) values ('ACME', 'job', 'skip', 'separation', 'R', 'Small team');
delete from isms.workflow_transition where workflow = 'job' and name = 'skip';
select count(*) from isms.switched_off where workflow = 'job';
update isms.workflow_overlay set reason = 'Small team; the step is gone' where workflow = 'job';
select transition, rule, reason from isms.workflow_overlay;

drop table public.job;
set isms.allow_drop = on;
drop extension isms;
drop owned by regress_ann;
drop role regress_ann;
