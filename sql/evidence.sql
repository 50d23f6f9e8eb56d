-- Evidence and tests: what they show of an implementation, today, here and in the scopes that others run; who had evidence when.
\set SHOW_CONTEXT never
set client_min_messages = warning;
drop extension if exists isms cascade;
create extension isms;
create role regress_li login;
create role regress_sam login;
create role regress_bo login;
do $$ begin
  perform isms.setup('GROUP', 'Group', 'dana', 'Dana Ruiz');
  perform isms.setup('ACME', 'Acme Ltd', 'dana', 'Dana Ruiz');
  perform set_config('isms.scope', 'ACME', false);
  perform isms.add_person('li', 'Li Wei', login => 'regress_li', roles => '{control_owner}');
  perform isms.add_person('sam', 'Sam Okoro', login => 'regress_sam', roles => '{control_owner}');
  perform isms.setup('BETA', 'Beta Ltd', 'dana', 'Dana Ruiz');
  perform set_config('isms.scope', 'BETA', false);
  perform isms.add_person('bo', 'Bo Lind', login => 'regress_bo', roles => '{control_owner}');
  update isms.scope set parent = 'GROUP' where code = 'ACME';
end $$;
set isms.scope = 'ACME';
\pset format unaligned
\pset footer off

-- What a statement is refused with; dates are masked.
create function pg_temp.attempt(statement text, comment text default '') returns text language plpgsql as $$
declare
  detail text; hint text;
begin
  perform set_config('isms.comment', comment, true);
  execute statement;
  return 'done';
exception when others then
  get stacked diagnostics detail = pg_exception_detail, hint = pg_exception_hint;
  return regexp_replace(concat_ws(E'\n', sqlstate || ': ' || sqlerrm, 'DETAIL: ' || nullif(regexp_replace(detail, '^Failing row.*', ''), ''), 'HINT: ' || nullif(hint, '')), '\d{4}-\d\d-\d\d', 'DATE', 'g');
end
$$;

insert into isms.person (code, name) values ('pat', 'Pat Pell');
insert into isms.asset (code, title, kind) values ('CRM', 'Customer database', 'information');
insert into isms.implementation (code, title, owner, status, controls) values ('MFA', 'Second factor', 'li', 'implemented', '{A.8.5}'), ('LOG', 'Logging', 'sam', 'implemented', '{A.8.15}');

-- The digest is taken of the content, the content is not kept.
select isms.add_evidence('Settings of the login', 'implementation', 'MFA', 'factor = 2', 'share/mfa.conf', kind => 'configuration', source => 'Identity provider', covers => daterange('2026-01-01', '2026-04-01')) as code;
select code, kind, source, encode(digest, 'hex') as digest, encode(sha256('factor = 2'), 'hex') = encode(digest, 'hex') as of_content, locator, covers, collected_by, collected_on = isms.today(scope) as today from isms.evidence;
select isms.check_evidence('E-0001', 'factor = 2') as same, isms.check_evidence('E-0001', 'factor = 1') as altered, isms.check_evidence('E-0001', null) as nothing;
select isms.add_evidence('Minutes', 'asset', 'CRM', locator => 'binder 3') as code;
select isms.check_evidence('E-0002', 'x') as without_digest;
select pg_temp.attempt($$select isms.check_evidence('E-9', 'x')$$);
select pg_temp.attempt($$update isms.evidence set digest = sha256('x') where code = 'E-0001'$$);
select pg_temp.attempt($$update isms.evidence set digest = null where code = 'E-0001'$$);
select pg_temp.attempt($$select isms.add_evidence('Nothing', 'asset', 'CRM')$$);
select pg_temp.attempt($$insert into isms.evidence (title, subject_kind, subject, digest) values ('Short', 'asset', 'CRM', '\xabcd')$$);

-- Of any requirement, control, implementation, asset, test, action, risk; by reference of any catalogue.
insert into isms.catalogue (code, title) values ('HOUSE', 'House rules');
insert into isms.control (catalogue, reference, title) values ('HOUSE', 'H.1', 'Clean desks');
insert into isms.evidence (title, subject_kind, subject, catalogue, locator) values ('Policy', 'requirement', '5.2', null, 'intranet'), ('Rules', 'control', 'A.5.10', null, 'intranet'), ('Photo', 'control', 'H.1', 'HOUSE', 'share/desk.jpg');
select pg_temp.attempt($$insert into isms.evidence (title, subject_kind, subject, locator) values ('x', 'requirement', 'A.5.10', 'y')$$);
select pg_temp.attempt($$insert into isms.evidence (title, subject_kind, subject, locator) values ('x', 'control', 'A.5.99', 'y')$$);
select pg_temp.attempt($$insert into isms.evidence (title, subject_kind, subject, locator) values ('x', 'control', 'what''s this', 'y')$$);
select pg_temp.attempt($$insert into isms.evidence (title, subject_kind, subject, locator) values ('x', 'implementation', 'MFA''; drop table isms.risk; --', 'y')$$);
select pg_temp.attempt($$insert into isms.evidence (title, subject_kind, subject, catalogue, locator) values ('x', 'implementation', 'MFA', 'HOUSE', 'y')$$);
select kind as evidence_can_be_of from isms.evidence_subject order by 1;

-- A changed code or reference is carried along, and what has evidence stays.
insert into isms.asset (code, title, kind) values ('CRM-2', 'Customer database', 'information');
insert into isms.risk (code, title) values ('R-1', 'Leak');
insert into isms.action (code, title, serves) values ('T-1', 'Plug it', 'R-1');
insert into isms.evidence (title, subject_kind, subject, locator) values ('Inventory', 'asset', 'CRM-2', 'share/crm'), ('Report', 'risk', 'R-1', 'share/r1'), ('Bill', 'action', 'T-1', 'share/t1');
update isms.asset set code = 'CRM-3' where code = 'CRM-2';
update isms.risk set code = 'R-2' where code = 'R-1';
update isms.action set code = 'T-2' where code = 'T-1';
update isms.control set reference = 'H.2' where catalogue = 'HOUSE';
select subject_kind, subject from isms.evidence where title in ('Inventory', 'Report', 'Bill', 'Photo') order by 1;
select pg_temp.attempt($$delete from isms.asset where code = 'CRM-3'$$);
select pg_temp.attempt($$delete from isms.action where code = 'T-2'$$);

-- Evidence of a control counts where it has no implementation.
insert into isms.applicability (reference, necessary, reasons, implementation_status) values ('A.5.10', true, '{business}', 'implemented');
select code, assurance from isms.statement_of_applicability where scope = 'ACME' and assurance is not null order by sort_key;

-- Expiry lowers the assurance on the day after, and leaves what is declared alone.
update isms.evidence set valid_until = current_date - 1, collected_on = current_date - 9 where subject in ('MFA', 'A.5.10');
select code, assurance, implementation_status, declared_status from isms.statement_of_applicability where scope = 'ACME' and assurance is not null order by sort_key;
select implementation, status, assurance, verified_until - current_date as days_left from isms.implementation_assurance where implementation = 'MFA';
-- Worked out for all at once it is the same.
create view pg_temp.counts as
  select count(*) as implementations, count(distinct a.counts_in) as ways, bool_and(a.counts_in = c.counts_in and a.effectiveness is not distinct from c.effectiveness) as alike
    from isms.implementation_assurance a
    full join isms.implementation_count c using (scope, implementation);
select * from pg_temp.counts;

-- Custody: from who collected it to who has it; it grows only.
insert into isms.evidence_custody (evidence, holder, place, reason) values ('E-0001', 'pat', 'Safe', 'For the audit');
insert into isms.evidence_custody (evidence, outside, reason) values ('E-0001', 'Police, file 7', 'They asked for it');
select position, holder_name, place, until is null as has_it, reason from isms.evidence_chain where code = 'E-0001' order by position;
select pg_temp.attempt($$update isms.evidence_custody set place = 'Elsewhere' where position = 1$$);
select pg_temp.attempt($$update isms.evidence_custody set holder = 'li' where position = 1$$);
select pg_temp.attempt($$update isms.evidence_custody set holder = 'li', outside = null where position = 2$$);
select pg_temp.attempt($$update isms.evidence_custody set evidence = 'E-0002' where position = 2$$);
select pg_temp.attempt($$delete from isms.evidence_custody$$);
select pg_temp.attempt($$insert into isms.evidence_custody (evidence, holder, received_at) values ('E-0001', 'li', '2020-01-01')$$);
select pg_temp.attempt($$insert into isms.evidence_custody (evidence, holder, position) values ('E-0001', 'li', 1)$$);
select pg_temp.attempt($$insert into isms.evidence_custody (evidence, holder, outside) values ('E-0001', 'li', 'Police')$$);
select pg_temp.attempt($$delete from isms.evidence where code = 'E-0001'$$);
-- Changed codes are carried along.
update isms.evidence set code = 'CONF-1' where code = 'E-0001';
update isms.person set code = 'ppell' where code = 'pat';
select evidence, position, holder from isms.evidence_custody order by position;

-- Tests: planned, done by somebody else than the owner, due again after the cadence.
insert into isms.control_test_plan (code, title, implementation, method, cadence, tester, starts_on) values
  ('CP-MFA', 'Log in without the second factor', 'MFA', 'Ten logins', '3 months 1 day', 'sam', current_date + 5), ('CP-LOG', 'Find an event', 'LOG', null, '1 year', 'li', current_date - 2);
select code, tester_name, cadence, due - current_date as days, overdue from isms.control_test_due order by code;
select kind, code, owner_name, what, days from isms.overdue where kind = 'control_test_plan';
set session authorization regress_li;
select kind, code, what from isms.inbox;
select pg_temp.attempt($$insert into isms.control_test (plan, result) values ('CP-MFA', 'pass')$$);
select pg_temp.attempt($$insert into isms.control_test (plan, implementation, result) values ('CP-9', 'LOG', 'pass')$$);
insert into isms.control_test (plan, result, note) values ('CP-LOG', 'unknown', 'The log server could not be reached');
reset session authorization;
select last_result, overdue from isms.control_test_due where code = 'CP-LOG';
set session authorization regress_sam;
insert into isms.control_test (plan, result) values ('CP-MFA', 'pass');
reset session authorization;
select implementation, tester, method, valid_until = (current_date + interval '3 months 1 day')::date as until_the_next from isms.control_test where plan = 'CP-MFA';
select code, last_on = current_date as today, last_result, due = (current_date + interval '3 months 1 day')::date as after_cadence, overdue from isms.control_test_due where code = 'CP-MFA';
select pg_temp.attempt($$insert into isms.control_test (plan, implementation, result) values ('CP-MFA', 'LOG', 'pass')$$);
select pg_temp.attempt($$insert into isms.control_test (implementation, result, tested_on) values ('MFA', 'pass', current_date + 1)$$);
select pg_temp.attempt($$insert into isms.control_test (implementation, result, tester) values ('MFA', 'pass', null)$$);
update isms.control_test_plan set ended_on = current_date where code = 'CP-MFA';
select code from isms.control_test_due order by code;

-- The rule is practice: an organisation too small for it switches it off, with a reason.
select pg_temp.attempt($$insert into isms.control_test (implementation, result, tester) values ('MFA', 'pass', 'li')$$);
insert into isms.workflow_overlay (scope, workflow, transition, what, rule, reason) values ('ACME', 'control_test', 'record', 'guard', 'tester_independent', 'Two people');
select pg_temp.attempt($$insert into isms.control_test (code, implementation, result, tester, tested_on) values ('SELF', 'MFA', 'pass', 'li', current_date - 40)$$);

-- A failure takes effect at once, and stays as it was recorded; a wrong one is made void by somebody it does not judge.
insert into isms.control_test (code, implementation, result) values ('CT-F', 'MFA', 'fail');
select assurance, implementation_status from isms.statement_of_applicability where scope = 'ACME' and code = 'A.8.5';
select pg_temp.attempt($$update isms.control_test set result = 'pass' where code = 'CT-F'$$);
set session authorization regress_li;
select pg_temp.attempt($$update isms.control_test set status = 'void' where code = 'CT-F'$$, 'I do not like it');
reset session authorization;
select pg_temp.attempt($$update isms.control_test set status = 'void' where code = 'CT-F'$$);
select pg_temp.attempt($$update isms.control_test set status = 'void' where code = 'CT-F'$$, 'The test system was meant');
select assurance, result from isms.implementation_assurance where implementation = 'MFA';
select * from pg_temp.counts;
select pg_temp.attempt($$delete from isms.control_test where code = 'CT-F'$$);

-- What another scope runs: status, assurance and dates are told, live, where they are offered; rows are not.
insert into isms.implementation (scope, code, title, status, owner, description) values
  ('GROUP', 'DC', 'Data centre', 'implemented', 'dana', 'Secret'), ('GROUP', 'SOC', 'Watch', 'planned', 'dana', 'Secret'), ('BETA', 'SPARE', 'Spare site', 'implemented', 'bo', 'Secret');
select pg_temp.attempt($$insert into isms.implementation (code, title, operator, operated_by, operator_implementation, controls) values ('SITE', 'Data centre', 'scope', 'GROUP', 'DC', '{A.7.1}')$$);
update isms.implementation set offered = 'below' where scope = 'GROUP';
insert into isms.implementation (code, title, operator, operated_by, operator_implementation, controls) values ('SITE', 'Data centre', 'scope', 'GROUP', 'DC', '{A.7.1}');
-- Beta is not part of Group.
select pg_temp.attempt($$insert into isms.implementation (scope, code, title, operator, operated_by, operator_implementation) values ('BETA', 'SITE', 'x', 'scope', 'GROUP', 'DC')$$);
set session authorization regress_li;
select operated_by, scope_name, implementation, title, status, assurance from isms.offered_implementations();
select count(*) as rows_of_group from isms.implementation where scope = 'GROUP';
select status, stated_status, assurance, standing from isms.implementation_assurance where implementation = 'SITE';
reset session authorization;
insert into isms.applicability (reference, necessary, reasons, implementation_status) values ('A.7.1', true, '{risk}', 'planned');
insert into isms.control_test (scope, code, implementation, result, tester, tested_on, valid_until) values ('GROUP', 'G-1', 'DC', 'pass', 'li', current_date - 5, current_date + 50);
set session authorization regress_li;
select implementation_status, declared_status, assurance, run_by, current_date - tested_on as days_ago from isms.statement_of_applicability where code = 'A.7.1';
reset session authorization;
insert into isms.control_test (scope, code, implementation, result, tester) values ('GROUP', 'G-2', 'DC', 'fail', 'li');
set session authorization regress_li;
select implementation_status, assurance from isms.statement_of_applicability where code = 'A.7.1';
select isms.operated_state('GROUP', 'DC') as not_to_be_asked_for, isms.operated_state('BETA', 'SPARE') as nor_this;
reset session authorization;
-- A changed code is carried along, like any.
insert into isms.implementation (code, title, operator, operated_by, operator_implementation) values ('WATCH', 'Watch', 'scope', 'GROUP', 'SOC');
update isms.implementation set code = 'SOC-1' where scope = 'GROUP' and code = 'SOC';
select operated_by, operator_implementation from isms.implementation where code = 'WATCH';
-- Own tests of it count where they fail.
insert into isms.control_test (scope, code, implementation, result, tester) values ('GROUP', 'G-3', 'DC', 'pass', 'li');
insert into isms.control_test (code, implementation, result) values ('CT-S', 'SITE', 'fail');
select status, assurance from isms.implementation_assurance where implementation = 'SITE';
select * from pg_temp.counts;
select pg_temp.attempt($$update isms.control_test set status = 'void' where code = 'CT-S'$$, 'The door was another one');
-- Along the line: Beta uses Acme's, which is Group's; and never round.
update isms.implementation set offered = 'all' where code = 'SITE';
insert into isms.implementation (scope, code, title, operator, operated_by, operator_implementation, offered) values ('BETA', 'HALL', 'Data centre', 'scope', 'ACME', 'SITE', 'all');
set session authorization regress_bo;
select implementation, status, assurance, verified_until - current_date > 300 as dated from isms.implementation_assurance where implementation = 'HALL';
reset session authorization;
select pg_temp.attempt($$update isms.implementation set operator = 'scope', operated_by = 'BETA', operator_implementation = 'HALL' where scope = 'GROUP' and code = 'DC'$$);
-- An action that builds it is done when that scope says so, whatever is stated here.
insert into isms.action (code, title, serves_kind, serves, implementation, owner, due_on) values ('T-3', 'Move in', 'implementation', 'SITE', 'SITE', 'li', current_date + 9);
set session authorization regress_li;
update isms.action set status = 'in_progress', started_on = current_date where code = 'T-3';
insert into isms.evidence (title, subject_kind, subject, locator) values ('Handover', 'action', 'T-3', 'share/t3');
update isms.action set status = 'done', done_on = current_date where code = 'T-3';
reset session authorization;
select a.status, i.status as stated from isms.action a join isms.implementation i on i.scope = a.scope and i.code = a.implementation where a.code = 'T-3';

-- What is not offered any more is unknown, and a problem of the statement.
update isms.implementation set offered = 'no' where scope = 'GROUP' and code = 'DC';
select scope, implementation, status, assurance, counts_in from isms.implementation_assurance where implementation in ('SITE', 'HALL') order by 1;
select * from pg_temp.counts;
select code, implementation_status, assurance from isms.statement_of_applicability where scope = 'ACME' and code = 'A.7.1';
select scope, rule, code, problem from isms.statement_problem where rule = 'operator_known' order by scope;

-- Costs are in the scope's currency.
update isms.scope set currency = 'USD' where code = 'ACME';
update isms.implementation set cost_once = 1000, cost_yearly = 50 where code = 'MFA';
select pg_temp.attempt($$update isms.scope set currency = 'EUR' where code = 'ACME'$$);

-- From sheets.
create temp table sheet (title text, implementation text, frequency text, tester text);
insert into sheet values ('Restore a table', 'Logging', '6 months', 'Li Wei'), ('Read the log', 'LOGS', 'often', 'nobody');
select * from isms.import('control_test_plan', 'sheet', dry_run => true);
create temp table tests (measure text, tested text, outcome text);
insert into tests values ('LOG', '2026-01-05', 'passed'), ('LOG', '2026-01-06', 'perhaps');
select * from isms.import('control_test', 'tests', dry_run => true);
create temp table proof (title text, "of what" text, "of" text, sha256 text, location text);
insert into proof values ('Photo', 'risk', 'R-1', '\xab', 'share'), ('Note', 'control', 'A.8.15', null, 'binder');
select * from isms.import('evidence', 'proof', dry_run => true);

-- What hangs on a control.
select code, applicable, implementation_status, assurance, evidence, last_evidence - current_date as collected, last_result, next_test - current_date as next_test, risks, open_actions, problems
  from isms.control_coverage where scope = 'ACME' and (evidence > 0 or last_test is not null) order by sort_key;

drop extension isms cascade;
drop role regress_li, regress_sam, regress_bo;
