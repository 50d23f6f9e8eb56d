-- What people a workflow lacks, and the picture of a workflow.
\set SHOW_CONTEXT never
set client_min_messages = warning;
drop extension if exists isms cascade;
create extension isms;
create role regress_gdana login superuser;
create role regress_gout login;
set session authorization regress_gdana;
do $$ begin perform isms.setup('ACME', 'Acme Ltd', 'dana', 'Dana Ruiz'); end $$;

-- One person founds and can do next to nothing that takes two.
select workflow, transition, slot, gap, reason, persons from isms.workflow_gaps() where workflow in ('appointment', 'risk');

-- Strange names stay names.
insert into isms.workflow (name, title) values ('letter', E'A "letter"\nof two lines');
insert into isms.workflow_state (workflow, position, name, initial, final, frozen_columns) values
  ('letter', 1, 'dra"ft', true, false, '{}'), ('letter', 2, 's\ent', false, false, '{text}'), ('letter', 3, 'gone', false, true, '{*}');
insert into isms.workflow_transition (workflow, name, from_states, to_state, amended_columns, actors, separation, clause) values
  ('letter', 'write', '{}', 'dra"ft', '{}', '{editor}', '{}', '-'),
  ('letter', 'send', '{"dra\"ft"}', 's\ent', '{}', '{isms_manager,@owner}', '{R}', '-'),
  ('letter', 'correct', '{"s\\ent"}', null, '{text}', '{isms_manager}', '{R}', '-'),
  ('letter', 'burn', '{any}', 'gone', '{}', '{asset_owner,control_owner}', '{R}', '-');
insert into isms.workflow_approval (workflow, transition, slot, approver, condition) values
  ('letter', 'send', 'owner', '@owner', null), ('letter', 'send', 'top', 'top_management', 'governing_role'),
  ('letter', 'correct', 'first', 'isms_manager', null), ('letter', 'correct', 'second', 'isms_manager', null),
  ('letter', 'burn', 'auditor', 'internal_auditor', null);
create table public.letter (id integer constraint letter_pkey primary key, owner text, text text, status text not null default 'dra"ft');
select isms.workflow_dot('letter');
select isms.workflow_dot('two_eyes');
select isms.workflow_dot('no such');

-- Of workflows in use only; what names a person in a row is not looked at.
select count(*) from isms.workflow_gaps('ACME') where workflow = 'letter';
select isms.attach_workflow('public.letter', 'letter', 'status');
select transition, slot, gap, reason, persons from isms.workflow_gaps('ACME') where workflow = 'letter';
do $$
begin
  perform isms.add_person('mia', 'Mia Mann', roles => '{isms_manager}');
  perform isms.add_person('ida', 'Ida Iris', roles => '{internal_auditor,control_owner}');
end
$$;
select transition, slot, gap, reason, persons from isms.workflow_gaps('ACME') where workflow = 'letter';
-- A delegate helps, but not where only who is away could have asked.
insert into isms.delegation (from_person, to_person, valid, reason) values ('ida', 'mia', '[2020-01-01,2999-01-01)', 'Leave');
select transition, slot, gap, reason, persons from isms.workflow_gaps('ACME') where workflow = 'letter';
do $$ begin perform isms.add_person('tom', 'Tom Tran', roles => '{asset_owner}'); end $$;
select transition, slot, gap, reason, persons from isms.workflow_gaps('ACME') where workflow = 'letter';

-- Only of scopes one sees.
grant isms_reader to regress_gout;
set session authorization regress_gout;
select * from isms.workflow_gaps('ACME');

reset session authorization;
drop table public.letter;
drop extension isms cascade;
drop owned by regress_gdana, regress_gout;
drop role regress_gdana, regress_gout;
create extension isms;
