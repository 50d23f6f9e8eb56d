-- Database checks: who runs them, what is kept, parameters and waivers.  What each check finds is in tests/pgtap/database_check.sql.
\set SHOW_CONTEXT never
set client_min_messages = warning;
drop extension if exists isms cascade;
create extension isms;
create role regress_kdana login superuser;
create role regress_kmia login;
create role regress_kcarl login;
create role regress_kada login;
create role regress_kcron login;
create role regress_kadm login;
set session authorization regress_kdana;
do $$ begin perform isms.setup('ACME', 'Acme Ltd', 'dana', 'Dana Ruiz'); end $$;
set isms.scope = 'ACME';
do $$
begin
  perform isms.add_person('mia', 'Mia Mann', login => 'regress_kmia', roles => '{isms_manager}');
  perform isms.add_person('carl', 'Carl Cook', login => 'regress_kcarl', roles => '{asset_owner}');
  perform isms.add_person('ada', 'Ada Audit', login => 'regress_kada', roles => '{external_auditor}');
  perform isms.add_person('cron', 'Nightly checks', login => 'regress_kcron', roles => '{control_owner}', kind => 'service');
end
$$;
grant isms_admin to regress_kadm;

-- An organisation's own checks: the extension's owner adds a row and a query.  These look at a table of this test.
create schema regress_k;
grant usage on schema regress_k to isms_reader;
create table regress_k.door (name text, state text);
grant select on regress_k.door to isms_reader;
create table regress_k.vault (name text, state text);
insert into regress_k.door values ('front', 'shut'), ('back', 'shut');
insert into isms.database_check (code, title, area, severity, parameters, rationale, remediation) values
  ('K-1', 'Doors are shut', 'doors', 'high', '{"good": ["shut"]}', 'Who finds one open comes in.', 'shut %s'),
  ('K-2', 'Vaults are shut', 'doors', 'high', '{}', 'As doors.', 'shut %s'),
  ('K-3', 'A door is locked', 'doors', 'low', '{}', 'One will do.', 'lock %s');
update isms.database_check set pass_rule = 'some', when_none = 'fail' where code = 'K-3';
insert into isms.database_check_query (database_check, query) values
  ('K-1', $$select pg_catalog.quote_ident(d.name), $1 -> 'good' ? d.state, d.state from regress_k.door d$$),
  ('K-2', $$select pg_catalog.quote_ident(v.name), v.state = 'shut', v.state from regress_k.vault v$$),
  ('K-3', $$select pg_catalog.quote_ident(d.name), d.state = 'locked', d.state from regress_k.door d$$);
insert into isms.database_check_control (database_check, reference) values ('K-1', 'A.7.2'), ('K-2', 'A.7.2'), ('K-3', 'A.7.3');
insert into isms.implementation (code, title, owner, status, controls) values ('DOORS', 'Doors', 'mia', 'implemented', '{A.7.2}');

-- Before the first run nothing is known.
select code, status, standing, days, since, controls from isms.database_check_status where scope = 'ACME' and area = 'doors' order by code;
select code, standing, checks, passed, failed, unknown, implementations from isms.database_check_by_control where scope = 'ACME' and code in ('A.7.2', 'A.7.3') order by code;

-- Evaluating stores nothing; whoever sees the scope may.
set session authorization regress_kada;
select code, status, judged, offending, offenders, evidence, message from isms.evaluate_database_checks(codes => '{K-1,K-2,K-3}');
select * from isms.run_database_checks(codes => '{K-1}');
set session authorization regress_kcarl;
select * from isms.run_database_checks(codes => '{K-1}');
set session authorization regress_kadm;
select count(*) from isms.database_check_result;
select * from isms.run_database_checks('NOPE', '{K-1}');
select * from isms.run_database_checks(codes => '{K-1,K-9}');

-- A service with isms_editor and the role of a control owner runs them, and sees what it may see.
set session authorization regress_kcron;
select code, title, status, judged, offending, waived, message from isms.run_database_checks(codes => '{K-1,K-2,K-3}');
reset session authorization;
set session authorization regress_kdana;
select code, status, judged, message from isms.run_database_checks(codes => '{K-1,K-2,K-3}');
select person, login, evaluated_as, server_version = current_setting('server_version_num')::int as of_server, database_name = current_database() as of_database,
       incarnation = isms.incarnation() as of_incarnation, ended_at >= began_at as in_order
  from isms.database_check_run order by id;
-- By whatever role is set, not by the login.
set role isms_editor;
select code, status, message from isms.run_database_checks(codes => '{K-2}');
reset role;
select evaluated_as, login from isms.database_check_run order by id desc limit 1;

-- Results are nobody's to write.
set session authorization regress_kmia;
insert into isms.database_check_run (scope, began_at, ended_at, login, evaluated_as, server_version, database_name, incarnation) values ('ACME', now(), now(), 'x', 'x', 1, 'x', isms.incarnation());
update isms.database_check_result set status = 'pass';
delete from isms.database_check_result;
select isms.evaluate_as_caller('checks', 'ACME', null, 1000);
update isms.database_check_query set query = 'select ''x'', true, null';
insert into isms.database_check (code, title, area, rationale, remediation) values ('K-4', 'x', 'x', 'x', 'x');
set session authorization regress_kdana;
update isms.database_check_result set status = 'pass';
delete from isms.database_check_result;
truncate isms.database_check_result;
delete from isms.database_check_run;
-- A scope's new code is carried along.
insert into isms.scope (code, name) values ('TRY', 'Trial');
select scope.code, r.code, r.status from (values ('TRY')) scope(code), isms.run_database_checks(scope.code, '{K-1}') r;
update isms.scope set code = 'TRIAL' where code = 'TRY';
select r.scope, u.scope, r.status from isms.database_check_result r join isms.database_check_run u on u.id = r.run where r.scope like 'TR%';
select table_name, who, count(*) > 0 as recorded from isms.audit_trail where table_name = 'isms.database_check_result' and operation = 'insert' group by 1, 2 order by 2;

-- Something changes for the worse: since when, and what was before.
insert into regress_k.door values ('side "x"', 'open');
select code, status, message from isms.run_database_checks(codes => '{K-1,K-3}');
select code, status, standing, offending, waived, message, evidence, previous_status, since = evaluated_at as since_now, days, of_this_database from isms.database_check_status where scope = 'ACME' and area = 'doors' order by code;
select code, object, evidence, waived, remediation from isms.database_check_finding where scope = 'ACME' and code like 'K-%' order by code, object;
select count(*) from isms.run_database_checks(codes => '{K-1}');
select code, status, since < evaluated_at as for_some_time from isms.database_check_status where scope = 'ACME' and code = 'K-1';
select code, standing, checks, passed, failed, unknown, failing from isms.database_check_by_control where scope = 'ACME' and code in ('A.7.2', 'A.7.3') order by code;
select checks, passed, failed, waived, unknown, not_applicable, judged, offending, evaluated_as, person from isms.database_check_trend where scope = 'ACME' order by run;
-- What a role that sees less finds last does not hide what was known.
set role isms_editor;
select status from isms.run_database_checks(codes => '{K-2}');
reset role;
select code, status, known_status, known_at < evaluated_at as known_before, evaluated_as from isms.database_check_status where scope = 'ACME' and code = 'K-2';

-- Read by whoever sees the scope, an external auditor too, and by nobody else.
set session authorization regress_kada;
select scope, count(*) > 0 as has_results from isms.database_check_result group by scope;
select scope, count(*) from isms.database_check_finding where code like 'K-%' group by scope;
set session authorization regress_kdana;
select scope, count(*) > 0 as has_results from isms.database_check_result group by scope order by scope;

-- Parameters: the ISMS manager's, by name and type.
set session authorization regress_kcarl;
insert into isms.database_check_parameter (database_check, name, value) values ('K-1', 'good', '["shut", "open"]');
set session authorization regress_kmia;
insert into isms.database_check_parameter (database_check, name, value) values ('K-1', 'god', '["shut", "open"]');
insert into isms.database_check_parameter (database_check, name, value) values ('K-2', 'good', '["shut", "open"]');
insert into isms.database_check_parameter (database_check, name, value) values ('K-1', 'good', '"open"');
insert into isms.database_check_parameter (database_check, name, value, reason) values ('K-1', 'good', '["shut", "open"]', 'Summer');
select code, status, parameters from isms.evaluate_database_checks(codes => '{K-1}');
set session authorization regress_kcarl;
delete from isms.database_check_parameter;
set session authorization regress_kmia;
delete from isms.database_check_parameter;
select code, status, parameters from isms.evaluate_database_checks(codes => '{K-1}');

-- A waiver counts once another person approved it, until its day is over; it is counted, not called a pass.
set session authorization regress_kcarl;
insert into isms.database_check_waiver (database_check, object, reason, expires_on, status) values ('K-1', '*', 'Never mind', isms.today('ACME') + 30, 'approved');
insert into isms.database_check_waiver (database_check, reason, expires_on) values ('K-1', ' ', isms.today('ACME'));
insert into isms.database_check_waiver (database_check, reason, expires_on) values ('K-1', 'For ever', 'infinity');
insert into isms.database_check_waiver (code, database_check, object, reason, expires_on) values ('DW-1', 'K-1', '"side*', 'Its lock comes on Monday', isms.today('ACME'));
select isms.request('isms.database_check_waiver', 'DW-1', 'approve', 'A guard stands there');
select isms.approve('isms.database_check_waiver', '{DW-1}', 'approve');
select standing, waived from isms.database_check_status where scope = 'ACME' and code = 'K-1';
set session authorization regress_kmia;
select isms.approve('isms.database_check_waiver', '{DW-1}', 'approve');
select status, standing, offending, waived from isms.database_check_status where scope = 'ACME' and code = 'K-1';
select object, waived, waiver, waived_until = isms.today('ACME') as until_today from isms.database_check_finding where scope = 'ACME' and code = 'K-1';
select status, offending, waived, message from isms.run_database_checks(codes => '{K-1}');
select passed, failed, waived from isms.database_check_trend where scope = 'ACME' order by run desc limit 1;
update isms.database_check_waiver set expires_on = expires_on + 300 where code = 'DW-1';
update isms.database_check_waiver set object = '*' where code = 'DW-1';
-- Another offender is not covered.
set session authorization regress_kdana;
insert into regress_k.door values ('attic', 'open');
set session authorization regress_kmia;
select status, offending, waived, message from isms.run_database_checks(codes => '{K-1}');
select status, standing, waived from isms.database_check_status where scope = 'ACME' and code = 'K-1';
-- The waiver's end is looked at when the result is looked at.
select isms.request('isms.database_check_waiver', 'DW-1', 'close');
select status, standing, waived from isms.database_check_status where scope = 'ACME' and code = 'K-1';
-- One that ended yesterday counts for nothing, approved or not.
insert into isms.database_check_waiver (code, database_check, reason, expires_on) values ('DW-2', 'K-1', 'Late', isms.today('ACME') - 1);
select isms.request('isms.database_check_waiver', 'DW-2', 'approve');
set session authorization regress_kcarl;
select isms.approve('isms.database_check_waiver', '{DW-2}', 'approve');
select status, offending, waived from isms.evaluate_database_checks(codes => '{K-1}');
select status, standing, waived from isms.database_check_status where scope = 'ACME' and code = 'K-1';

-- Patterns: only the asterisk stands for something else.
select p, isms.object_matches('a_b%c\d.e', p) from unnest('{a_b%c\\d.e,*,a*e,*c\\*,axb%c\\d.e,a_bxc\\d.e,a_b%c\\d.,"",a?b%c\\d.e}'::text[]) p;

-- As a test of what the organisation runs.
set session authorization regress_kcarl;
select isms.test_by_database_checks('NONE');
select isms.test_by_database_checks('DOORS', '{K-9}');
select isms.test_by_database_checks('DOORS', '{}');
insert into isms.implementation (code, title, owner, controls) values ('LAW', 'Law', 'mia', '{A.5.31}');
select isms.test_by_database_checks('LAW');
select isms.test_by_database_checks('DOORS') is not null as tested;
select t.result, t.method, t.tester, a.assurance from isms.control_test t join isms.implementation_assurance a using (scope, implementation) order by t.code;
set session authorization regress_kdana;
update regress_k.door set state = 'shut';
select code, status from isms.run_database_checks(codes => '{K-1,K-2}');
select isms.test_by_database_checks('DOORS', '{K-1}') is not null as tested;
select t.result, t.method, a.assurance from isms.control_test t join isms.implementation_assurance a using (scope, implementation) order by t.code desc limit 1;

reset session authorization;
drop schema regress_k cascade;
drop extension isms cascade;
drop owned by regress_kdana, regress_kmia, regress_kcarl, regress_kada, regress_kcron, regress_kadm;
drop role regress_kdana, regress_kmia, regress_kcarl, regress_kada, regress_kcron, regress_kadm;
create extension isms;
