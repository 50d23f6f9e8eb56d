-- The statement of applicability: Annex A in figures; every rule that keeps a version from being approved, kept and broken.
\set ON_ERROR_STOP on
\pset format unaligned
\pset tuples_only on
\pset pager off

begin;

select no_plan();

-- Annex A of ISO/IEC 27001:2022, and the attribute control type of ISO/IEC 27002.
create temp view annex_a as select * from isms.control where catalogue = 'ISO/IEC 27001:2022' and kind = 'control';

select is((select count(*) from annex_a), 93::bigint, 'Annex A has 93 controls');

select results_eq($$select theme, count(*)::integer from annex_a group by theme order by theme$$,
  $$values ('Organizational', 37), ('People', 8), ('Physical', 14), ('Technological', 34)$$, '37 organizational, 8 on people, 14 physical, 34 technological');

select bag_eq($$select t, count(*)::integer from annex_a, unnest(control_types) t group by t$$,
  $$values ('Preventive', 83), ('Detective', 13), ('Corrective', 14)$$, '83 prevent, 13 detect, 14 correct');

\o /dev/null
select isms.setup('ACME', 'Acme Ltd', 'dana', 'Dana Ruiz');
set local isms.scope = 'ACME';
create role regress_noor login;
select isms.add_person('noor', 'Noor Haddad', login => 'regress_noor', roles => '{isms_manager}');
select isms.add_person('li', 'Li Wei', roles => '{risk_owner,control_owner}');
insert into isms.implementation (code, title, owner, status, controls) values
  ('MFA', 'Second factor', 'li', 'implemented', '{A.8.5}'), ('BACKUP', 'Backups', 'li', 'planned', '{A.8.13}'), ('GUARD', 'Guards', 'li', 'implemented', '{A.7.2}');
insert into isms.asset (code, title, kind) values ('CRM', 'Customer database', 'information');
insert into isms.risk (code, title, asset, threat, vulnerability, hits, likelihood, consequence, owner, assessor, assessed_on)
values ('R-1', 'Data stolen', 'CRM', 'Thief', 'One factor', 'C', 4, 4, 'li', 'dana', isms.today('ACME'));
insert into isms.risk_control (risk, implementation, effectiveness) values ('R-1', 'MFA', 0.9);
insert into isms.action (code, title, serves, implementation, owner, due_on) values ('T-1', 'Buy tapes', 'R-1', 'BACKUP', 'li', isms.today('ACME') + 30);
update isms.risk set status = 'assessed' where code = 'R-1';
insert into isms.applicability (reference, necessary, justification) select reference, false, 'Nothing of the kind is done here' from annex_a;
update isms.applicability set necessary = true, reasons = '{risk}', implementation_status = 'implemented' where reference = 'A.8.5';
update isms.applicability set necessary = true, reasons = '{law,business}', implementation_status = 'planned' where reference = 'A.8.13';
insert into isms.statement_version (code) values ('1');

-- What refuses the submission once the statements ran: all reasons but dates, or ok; nothing of it stays.
create function pg_temp.submission(variadic statements text[] default '{}') returns text language plpgsql as $$
declare
  said text;
  statement text;
begin
  foreach statement in array statements loop
    execute statement;
  end loop;
  update isms.statement_version set status = 'in_review' where code = '1';
  raise exception using errcode = 'ZZ000';
exception
  when sqlstate 'ZZ000' then
    return 'ok';
  when sqlstate 'IS005' then
    get stacked diagnostics said = pg_exception_detail;
    return said;
end
$$;
\o

select is(pg_temp.submission(), 'ok', 'a statement without a problem is submitted');

select is_empty('select * from isms.statement_problem', 'and isms.statement_problem is empty');

-- 6.1.3 d
select is(pg_temp.submission($$delete from isms.applicability where reference in ('A.5.9', 'A.5.10')$$),
  'controls_decided (6.1.3 d): A.5.9, A.5.10: nobody has decided whether it is necessary', 'a control nobody decided on refuses it');

select throws_ok($$insert into isms.applicability (scope, reference, necessary, reasons) values ('ACME', 'A.5.9', true, '{}') on conflict on constraint applicability_pkey do update set necessary = true, reasons = '{}'$$, '23514', null,
  'a necessary control has a reason: the table says so');

select is(pg_temp.submission('alter table isms.applicability drop constraint applicability_inclusion_reasoned', $$update isms.applicability set reasons = '{}' where reference = 'A.8.13'$$),
  'inclusion_reasoned (6.1.3 d): A.8.13: necessary, without a reason', 'and so does the statement');

select throws_ok($$update isms.applicability set justification = ' ' where reference = 'A.5.9'$$, '23514', null, 'an exclusion has a justification: the table says so');

select is(pg_temp.submission('alter table isms.applicability drop constraint applicability_exclusion_justified', $$update isms.applicability set justification = ' ' where reference = 'A.5.9'$$),
  'exclusion_justified (6.1.3 d): A.5.9: not necessary, without a justification', 'and so does the statement');

-- 6.1.3 b-c: both ways between controls and risks
select is(pg_temp.submission($$insert into isms.implementation_control (implementation, reference) values ('MFA', 'A.5.17')$$),
  'exclusion_unused (6.1.3 c): A.5.17: not necessary, but R-1 needs it', 'an exclusion that a risk contradicts refuses it');

select is(pg_temp.submission($$update isms.applicability set necessary = true, reasons = '{risk}', implementation_status = 'implemented', justification = null where reference = 'A.7.2'$$),
  'need_shown (6.1.3 b-c): A.7.2: necessary because of risk, but no risk needs it', 'a control no risk needs refuses it');

select is(pg_temp.submission($$update isms.implementation set status = 'retired' where code = 'MFA'$$),
  E'need_shown (6.1.3 b-c): A.8.5: necessary because of risk, but no risk needs it\nrisks_covered (6.1.3 b): R-1: no control holds it', 'what is retired serves nothing');

select is(pg_temp.submission($$update isms.applicability set necessary = true, reasons = '{law}', implementation_status = 'implemented', justification = null where reference = 'A.7.2'$$),
  'ok', 'unless it is necessary for another reason');

select is(pg_temp.submission($$delete from isms.risk_control$$, $$update isms.applicability set reasons = '{law}' where reference = 'A.8.5'$$),
  'risks_covered (6.1.3 b): R-1: no control holds it', 'an assessed risk no control holds refuses it');

select is(pg_temp.submission($$delete from isms.risk_control$$, $$update isms.applicability set reasons = '{law}' where reference = 'A.8.5'$$,
    $$insert into isms.treatment (risk, option, justification) values ('R-1', 'retention', 'It is small')$$),
  'ok', 'unless it is kept, shared or given up');

-- 6.1.3 d-e
select is(pg_temp.submission($$delete from isms.action$$), 'implementation_planned (6.1.3 d-e): A.8.13: planned, and no open action builds it',
  'a necessary control that is not implemented, without an open action, refuses it');

select is(pg_temp.submission($$delete from isms.action$$, $$insert into isms.action (code, title, serves_kind, serves, owner) values ('T-2', 'Buy disks', 'implementation', 'BACKUP', 'li')$$),
  'ok', 'an action serves an implementation without a risk too');

-- 9.1
select is(pg_temp.submission($$insert into isms.control_test (implementation, result) values ('MFA', 'fail')$$),
  'status_supported (9.1): A.8.5: implemented, but a test of it failed', 'a failed test refuses it at once');

select is(pg_temp.submission($$insert into isms.control_test (implementation, result) values ('MFA', 'fail')$$, $$insert into isms.control_test (implementation, result) values ('MFA', 'pass')$$),
  'ok', 'until a later one passes');

select is(pg_temp.submission($$insert into isms.control_test (code, implementation, result) values ('CT-1', 'MFA', 'fail')$$,
    $$select set_config('isms.comment', 'The wrong machine was tested', true)$$, $$update isms.control_test set status = 'void' where code = 'CT-1'$$),
  'ok', 'or it is void');

-- 8.1
select throws_ok($$update isms.implementation set operator = 'provider' where code = 'MFA'$$, '23514', null, 'a provider is named: the table says so');

select is(pg_temp.submission('alter table isms.implementation drop constraint implementation_operated_by_named', $$update isms.implementation set operator = 'provider' where code = 'MFA'$$),
  'operator_known (8.1): MFA: run by a provider that is not named', 'and so does the statement');

select is(pg_temp.submission($$update isms.implementation set operator = 'provider', operated_by = 'Login Ltd' where code = 'MFA'$$), 'ok', 'a named provider is fine');

-- Several at once: all reasons are told, and a rule of practice can be switched off, one of the standard cannot.
select is(pg_temp.submission($$delete from isms.applicability where reference = 'A.5.9'$$, $$insert into isms.control_test (implementation, result) values ('MFA', 'fail')$$),
  E'controls_decided (6.1.3 d): A.5.9: nobody has decided whether it is necessary\nstatus_supported (9.1): A.8.5: implemented, but a test of it failed', 'every reason is told');

select is(pg_temp.submission($$insert into isms.control_test (implementation, result) values ('MFA', 'fail')$$,
    $$insert into isms.workflow_overlay (scope, workflow, transition, what, rule, reason) values ('ACME', 'statement', 'submit', 'guard', 'status_supported', 'Shown in the test report')$$),
  'ok', 'a rule of practice is switched off with a reason');

select throws_ok($$insert into isms.workflow_overlay (scope, workflow, transition, what, rule, reason) values ('ACME', 'statement', 'submit', 'guard', 'controls_decided', 'No time')$$,
  '22023', null, 'a rule of the standard is not');

select is_empty($$select name from isms.guard g where g.name = any (array(select unnest(guards) from isms.workflow_transition where workflow = 'statement' and name = 'submit'))
                   and not exists (select from isms.workflow_transition t where t.workflow = 'statement' and t.name = 'approve' and g.name = any (t.guards))$$,
  'what refuses a submission refuses the approval too');

-- Approval: of the lines as they were submitted, by somebody else, never changed after.
\o /dev/null
update isms.statement_version set status = 'in_review' where code = '1';
\o
select is((select count(*) from isms.statement_line where version = '1'), 93::bigint, 'a submission takes a line for each control');

select throws_ok($$update isms.statement_line set necessary = true where code = 'A.5.9'$$, 'IS006', null, 'which nobody changes then');

select throws_ok($$delete from isms.statement_line where code = 'A.5.9'$$, 'IS006', null, 'or removes');

select throws_ok($$insert into isms.statement_line (scope, version, catalogue, code, title, sort_key) values ('ACME', '1', 'HOUSE', 'H.1', 'x', 'x')$$, 'IS006', null, 'or adds to');

select throws_ok($$update isms.statement_version set status = 'approved' where code = '1'$$, 'IS003', null, 'nobody approves it alone');

\o /dev/null
select isms.request('isms.statement_version', '1', 'approve', 'First statement');
\o
select throws_ok($$select isms.approve('isms.statement_version', '{1}', 'approve')$$, 'IS004', null, 'who asked does not approve');

savepoint failing;
insert into isms.control_test (implementation, result) values ('MFA', 'fail');
set local session authorization regress_noor;
create function pg_temp.refusal(statement text) returns text language plpgsql as $$
declare
  said text;
begin
  execute statement;
  return 'ok';
exception when others then
  get stacked diagnostics said = pg_exception_detail;
  return said;
end
$$;
select is(pg_temp.refusal($$select isms.approve('isms.statement_version', '{1}', 'approve')$$), 'status_supported (9.1): A.8.5: implemented, but a test of it failed',
  'a test that failed since refuses the approval');
reset session authorization;
rollback to failing;

update isms.applicability set necessary = true, reasons = '{law}', implementation_status = 'implemented', justification = null where reference = 'A.7.2';
set local session authorization regress_noor;
select throws_ok($$select isms.approve('isms.statement_version', '{1}', 'approve')$$, 'IS005', null, 'a statement that changed since it was submitted is not approved');
reset session authorization;
update isms.applicability set necessary = false, reasons = '{}', implementation_status = 'not_applicable', justification = 'Nothing of the kind is done here' where reference = 'A.7.2';
set local session authorization regress_noor;
select lives_ok($$select isms.approve('isms.statement_version', '{1}', 'approve')$$, 'as it was submitted, it is, by another ISMS manager');
reset session authorization;

select results_eq('select code, standing, approved_by, approved_on, lines::integer, necessary::integer, implemented::integer from isms.statement_history',
  $$values ('1', 'current', 'noor', isms.today('ACME'), 93, 2, 1)$$, 'by whom and when is known, and what it counts');

select throws_ok($$update isms.statement_version set note = 'x' where code = '1'$$, 'IS006', null, 'an approved version is frozen');

select throws_ok($$update isms.statement_version set approved_on = '2020-01-01' where code = '1'$$, 'IS006', null, 'so is the day of its approval');

select throws_ok($$delete from isms.statement_version where code = '1'$$, 'IS007', null, 'it is not deleted');

-- Compared with now, and with the next version.
select is_empty($$select * from isms.compare_statements('1')$$, 'nothing has changed since');

update isms.applicability set implementation_status = 'implemented' where reference = 'A.8.13';
select results_eq($$select code, change, what, before, after from isms.compare_statements('1')$$,
  $$values ('A.8.13', 'changed', 'implementation_status', 'planned', 'implemented')$$, 'what changed since is told');

select is((select implementation_status from isms.statement_line where version = '1' and code = 'A.8.13'), 'planned', 'the version has it as it was');

\o /dev/null
insert into isms.catalogue (code, title) values ('HOUSE', 'House rules');
insert into isms.control (catalogue, reference, title) values ('HOUSE', 'H.1', 'Clean desks');
insert into isms.applicability (catalogue, reference, necessary, reasons, implementation_status) values ('HOUSE', 'H.1', true, '{business}', 'implemented');
insert into isms.statement_version (code, note) values ('2', 'House rules');
update isms.statement_version set status = 'in_review' where code = '2';
\o
select results_eq($$select catalogue, code, change, what, before, after from isms.compare_statements('1', '2')$$,
  $$values ('ISO/IEC 27001:2022', 'A.8.13', 'changed', 'implementation_status', 'planned', 'implemented'), ('HOUSE', 'H.1', 'added', 'title', null, 'Clean desks')$$,
  'two versions are compared');

select results_eq($$select code, change from isms.compare_statements('2', '1') order by code$$, $$values ('A.8.13', 'changed'), ('H.1', 'removed')$$, 'the other way round too');

select throws_ok($$select * from isms.compare_statements('9')$$, 'P0002', null, 'a version that is not there is an error');

select throws_ok($$update isms.statement_version set status = 'draft' where code = '2'$$, 'IS005', null, 'it goes back to draft for a reason');

select set_config('isms.comment', 'H.2 is missing', true) \g /dev/null
update isms.statement_version set status = 'draft' where code = '2';
delete from isms.applicability where catalogue = 'HOUSE';
update isms.statement_version set status = 'in_review' where code = '2';
select is((select count(*) from isms.statement_line where version = '2'), 93::bigint, 'submitted again, its lines are taken anew');

-- What the database's checks of itself say stands beside it.
select isms.run_database_checks() \g /dev/null
select isnt_empty($$select from isms.control_coverage where database_checks = 'pass'$$, 'database checks speak for controls');

select is_empty($$select v.code, v.database_checks, c.standing
                    from isms.database_check_by_control c
                    left join isms.control_coverage v on v.scope = c.scope and v.code = c.code
                   where v.database_checks is distinct from c.standing or v.failing_checks is distinct from c.failing$$, 'the same as isms.database_check_by_control');

-- Names from outside.
select lives_ok($$insert into isms.statement_version (code, title) values ('x''; drop table isms.risk; --', '"$1" %s \')$$, 'a version may be called anything');

select is_empty($$select * from isms.compare_statements('x''; drop table isms.risk; --', 'x''; drop table isms.risk; --')$$, 'and compared by that name');

select * from finish();

rollback;
