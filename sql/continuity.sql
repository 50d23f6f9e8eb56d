-- Continuity: how long a process may be out, the plan that brings it back, and exercises that count as tests of the control
-- (A.5.29, A.5.30).
\set SHOW_CONTEXT never
set client_min_messages = warning;
drop extension if exists isms cascade;
create extension isms;
create role regress_li login;
create role regress_sam login;
\pset format unaligned
\pset tuples_only on
set timezone = 'UTC';
set datestyle = 'ISO';
do $$ begin
  perform isms.setup('ACME', 'Acme Ltd', 'dana', 'Dana Ruiz', 'dana@acme.example');
  perform isms.add_person('li', 'Li Wei', 'li@acme.example', login => 'regress_li', roles => '{risk_owner,control_owner}');
  perform isms.add_person('sam', 'Sam Okoro', 'sam@acme.example', login => 'regress_sam', roles => '{process_owner}');
end $$;
insert into isms.asset (code, title, kind, owner) values ('CRM', 'Customer database', 'information', 'li');
insert into isms.implementation (code, title, owner, status, controls) values ('RESTORE', 'Restore in the second site', 'li', 'implemented', '{A.5.30,A.8.13}');
select implementation, assurance from isms.implementation_assurance;

-- What an interruption would do: the objectives are in order, and what is missing is said.
set session authorization regress_sam;
insert into isms.business_impact (code, title, rto, longest_outage) values ('ORDERS', 'Taking orders', '2 days', '1 day');
insert into isms.business_impact (code, title, owner, rto, longest_outage) values ('ORDERS', 'Taking orders', 'sam', '4 hours', '1 day');
insert into isms.business_impact_asset (business_impact, asset) values ('ORDERS', 'CRM');
select standing, problems from isms.continuity_status;
update isms.business_impact set rpo = '1 hour', assessed_on = '2020-01-01', review_every = '1 year' where code = 'ORDERS';
select standing, problems from isms.continuity_status;
update isms.business_impact set assessed_on = isms.today('ACME') where code = 'ORDERS';

-- The plan, approved by a second person; then it and what it covers stay as they are, but it can change hands.
insert into isms.continuity_plan (code, title, owner) values ('CP-1', 'Move to the second site', 'li');
insert into isms.continuity_plan (code, title, owner, activation, locator, implementation) values ('CP-1', 'Move to the second site', 'li', 'Sam Okoro decides after an hour', 'Red folder, both sites', 'RESTORE');
insert into isms.continuity_plan_impact (plan, business_impact) values ('CP-1', 'ORDERS');
select standing, problems, plan, plan_status from isms.continuity_status;
update isms.continuity_plan set status = 'approved' where code = 'CP-1';
select isms.request('isms.continuity_plan', 'CP-1', 'approve', 'Please look');
set session authorization regress_li;
select isms.approve('isms.continuity_plan', '{CP-1}', 'approve');
update isms.continuity_plan set locator = 'Somewhere' where code = 'CP-1';
delete from isms.continuity_plan_impact where plan = 'CP-1';
update isms.continuity_plan set owner = 'sam' where code = 'CP-1' returning owner;
select standing, problems from isms.continuity_status;

-- An exercise planned says nothing yet; one held says pass or fail, and is a test of the control.
insert into isms.continuity_exercise (code, plan, kind, scenario, planned_on) values ('EX-1', 'CP-1', 'simulation', 'First site without power', isms.today('ACME') + 10);
set session authorization regress_sam;
select standing, problems from isms.continuity_status;
\set VERBOSITY sqlstate
insert into isms.continuity_exercise (code, plan, kind, scenario, held_on, result) values ('EX-2', 'CP-1', 'full', 'No power', isms.today('ACME') + 1, 'pass');
\set VERBOSITY default
insert into isms.continuity_exercise (code, plan, kind, scenario, planned_on, result) values ('EX-2', 'CP-1', 'talk', 'No power', isms.today('ACME') + 1, 'pass');
update isms.continuity_exercise set held_on = isms.today('ACME') - 40, result = 'fail', led_by = 'sam', restored_in = '6 hours', data_lost = '30 minutes', findings = 'Nobody had the key' where code = 'EX-1'
returning implementation, control_test;
select code, implementation, result, tester, method, tested_on = isms.today('ACME') - 40 as then, valid_until = (isms.today('ACME') - 40 + interval '1 year')::date as until_the_next from isms.control_test;
select implementation, assurance from isms.implementation_assurance order by implementation;
select standing, problems from isms.continuity_status;
-- Led by the owner of the control it is no test, and says so; it is once it turns out that somebody else led it.
insert into isms.continuity_exercise (code, plan, kind, scenario, held_on, result, led_by) values ('EX-0', 'CP-1', 'walk_through', 'Fire', isms.today('ACME') - 50, 'pass', 'li') returning control_test, no_test_reason;
update isms.continuity_exercise set led_by = 'sam' where code = 'EX-0' returning control_test, no_test_reason;
-- What counts stays; the latest decides.
update isms.continuity_exercise set result = 'pass' where code = 'EX-1';
insert into isms.implementation (code, title, owner, status, controls) values ('OTHER', 'Another', 'li', 'implemented', '{A.5.30}');
update isms.continuity_exercise set implementation = 'OTHER' where code = 'EX-1';
update isms.continuity_exercise set control_test = null where code = 'EX-1';
update isms.continuity_exercise set findings = 'Nobody had the key; three keys now' where code = 'EX-1' returning findings;
delete from isms.continuity_exercise where code = 'EX-1';
insert into isms.continuity_exercise (code, plan, kind, scenario, held_on, result, restored_in, data_lost) values ('EX-3', 'CP-1', 'full', 'First site without power', isms.today('ACME') - 2, 'pass', '3 hours', '10 minutes')
returning control_test, implementation;
select standing, problems from isms.continuity_status;
select implementation, assurance from isms.implementation_assurance order by implementation;
-- It passed, and still was slower than the process can bear.
insert into isms.continuity_exercise (code, plan, kind, scenario, held_on, result, restored_in, data_lost) values ('EX-4', 'CP-1', 'real', 'Flood', isms.today('ACME') - 1, 'pass', '5 hours', '2 hours');
select standing, problems from isms.continuity_status;
-- What was tested keeps its key; a plan in draft may get another, and its exercises follow.
\set VERBOSITY sqlstate
update isms.implementation set code = 'RESTORE-2' where code = 'RESTORE';
\set VERBOSITY default
insert into isms.continuity_plan (code, title, body, implementation) values ('CP-3', 'Draft', 'To be written', 'OTHER');
insert into isms.continuity_exercise (code, plan, kind, scenario, held_on, result) values ('EX-7', 'CP-3', 'full', 'No paper', isms.today('ACME'), 'pass');
update isms.continuity_exercise set plan = 'CP-1' where code = 'EX-7';
update isms.continuity_plan set code = 'CP-4' where code = 'CP-3';
select code, plan, implementation, control_test is not null as counts from isms.continuity_exercise order by code;
-- To talk about it is no test; nor is an exercise of a plan that belongs to no implementation.
insert into isms.continuity_exercise (code, plan, kind, scenario, held_on, result) values ('EX-6', 'CP-1', 'talk', 'No water', isms.today('ACME'), 'pass') returning implementation, control_test is null as none;
select standing, problems from isms.continuity_status;
insert into isms.continuity_plan (code, title, body) values ('CP-2', 'By hand', 'Paper forms');
insert into isms.continuity_exercise (code, plan, kind, scenario, held_on, result) values ('EX-5', 'CP-2', 'full', 'No computer', isms.today('ACME'), 'pass') returning control_test is null as none;
delete from isms.continuity_exercise where code = 'EX-5';

-- A plan in draft or closed brings nothing back.
select isms.request('isms.continuity_plan', 'CP-1', 'close');
select standing, problems, plan from isms.continuity_status;
reset session authorization;

drop extension isms cascade;
drop role regress_li, regress_sam;
