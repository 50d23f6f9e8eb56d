-- What holds at the end of every transaction, whatever wrote it: rules that a guard alone could not keep, since it sees one row's step.
-- What two transactions at once could do is in tests/isolation/specs/integrity.spec.
\set SHOW_CONTEXT never
set client_min_messages = warning;
drop extension if exists isms cascade;
create extension isms;
set timezone = 'UTC';
set datestyle = 'ISO';
do $$ begin
  perform isms.setup('ACME', 'Acme Ltd', 'dana', 'Dana Ruiz');
  perform isms.add_person('mia', 'Mia Moor', roles => '{isms_manager}');
  perform isms.add_person('ian', 'Ian Hill', roles => '{internal_auditor}');
  perform isms.add_person('pat', 'Pat Moss', roles => '{process_owner}');
  perform isms.add_person('tom', 'Tom Tate', roles => '{top_management}');
end $$;
-- A whole transaction of somebody: done, or why not.
create function pg_temp.attempt(who text, variadic statements text[]) returns text language plpgsql as $$
declare
  said text; detail text; hint text; statement text;
begin
  perform set_config('isms.actor', who, true), set_config('isms.comment', 'Because it is so', true);
  foreach statement in array statements loop
    execute statement;
  end loop;
  set constraints all immediate;
  set constraints all deferred;
  return 'done';
exception when others then
  get stacked diagnostics said = message_text, detail = pg_exception_detail, hint = pg_exception_hint;
  return regexp_replace(concat_ws(E'\n', sqlstate || ': ' || said, nullif(detail, ''), nullif(hint, '')), '\d{4}-\d\d-\d\d', 'DATE', 'g');
end
$$;
\pset format unaligned
\pset tuples_only on

-- 5.1: somebody is top management at any time: by appointments and by the time of persons, which no workflow looks at.
select pg_temp.attempt('dana', $$update isms.person set active_until = isms.today('ACME') - 1 where code = 'tom'$$);
select pg_temp.attempt('dana', $$update isms.person set active_until = isms.today('ACME') - 1 where code = 'dana'$$);
select pg_temp.attempt('dana', $$update isms.person set active_until = isms.today('ACME') + 90 where code = 'dana'$$);
-- Between two statements it may be otherwise.
select pg_temp.attempt('dana', $$update isms.person set active_until = isms.today('ACME') - 1 where code = 'dana'$$, $$update isms.person set active_until = null where code in ('tom', 'dana')$$);
select pg_temp.attempt('dana', $$update isms.role_assignment set status = 'ended' where person = 'tom' and role = 'top_management'$$);
-- The guard says it first where it can.
select pg_temp.attempt('dana', $$update isms.role_assignment set status = 'ended' where person = 'dana' and role = 'top_management'$$);
-- With the glass broken the guard gives way, and this does not.
select pg_temp.attempt('dana', $$set local isms.allow_break_glass = on$$, $$select isms.break_glass('The register burns')$$, $$update isms.role_assignment set status = 'ended' where person = 'dana' and role = 'top_management'$$);
-- Where the rule is practice and switched off, it is off here too.
begin;
insert into isms.workflow_overlay (scope, workflow, transition, what, rule, reason) values ('ACME', 'appointment', 'end', 'guard', 'top_management_remains', 'The company is being wound up');
select pg_temp.attempt('dana', $$update isms.person set active_until = isms.today('ACME') - 1 where code = 'dana'$$);
rollback;

-- 7.5.3: no two versions that are approved take effect on one day, also of those that came from elsewhere.
insert into isms.document (code, title, kind) values ('POL', 'Policy', 'policy'), ('NOTE', 'Note', 'guideline');
do $$ begin perform isms.begin_cutover('Documents move here'); end $$;
insert into isms.document_version (document, version, place, approver, effective_from, status)
select d, v, 'share', 'tom', isms.today('ACME') - age, 'approved' from unnest('{POL,NOTE}'::text[]) d, (values ('1', 300), ('2', 100)) x(v, age);
select pg_temp.attempt('dana', $$insert into isms.document_version (document, version, place, approver, effective_from, status) values ('POL', '3', 'share', 'tom', isms.today('ACME') - 100, 'approved')$$);
do $$ begin perform isms.end_cutover(); end $$;

-- 7.5.1 a: a mandatory document is never without a version in force; another may be.
select pg_temp.attempt('mia', $$select isms.request('isms.document_version', '{"document": "POL", "version": "1"}', 'withdraw', 'Nobody needs the old one')$$);
select pg_temp.attempt('tom', $$select isms.approve('isms.document_version', '{"{\"document\": \"POL\", \"version\": \"1\"}"}', 'withdraw')$$);
select version, status from isms.document_version where document = 'POL' order by version;

-- 9.2.2 c, 10.2: a report is not added to behind its back.
do $$ begin perform isms.begin_cutover('The audit file moves'); end $$;
insert into isms.audit_programme (code, title, period, frequency, methods, responsibilities, planning, reporting, refers_importance, earlier_results, status)
values ('AP', 'The year', daterange(isms.today('ACME') - 60, isms.today('ACME') + 300), 'x', 'x', 'x', 'x', 'x', 'x', 'x', 'approved');
insert into isms.internal_audit (code, title, programme, planned_period, scope_items, lead_auditor, team, status)
select c, c, 'AP', daterange(isms.today('ACME') - 20, isms.today('ACME') - 15), '{9.1}', 'ian', '{ian}', s from (values ('IA-1', 'in_progress'), ('IA-2', 'reported'), ('IA-3', 'closed')) x(c, s);
do $$ begin perform isms.end_cutover(); end $$;
create function pg_temp.finding(code text, audit text, kind text) returns text language sql as $$
  select format('insert into isms.finding (code, audit, kind, requirement, evidence, statement, auditee) values (%L, %L, %L, ''9.1'', ''Sheet'', ''Wrong'', ''pat'')', code, audit, kind)
$$;
select pg_temp.attempt('ian', pg_temp.finding('F-1', 'IA-1', 'minor'));
select pg_temp.attempt('ian', pg_temp.finding('F-2', 'IA-2', 'minor'));
select pg_temp.attempt('ian', pg_temp.finding('F-2', 'IA-2', 'minor'), $$update isms.finding set status = 'raised' where code = 'F-2'$$);
select pg_temp.attempt('ian', pg_temp.finding('F-3', 'IA-3', 'minor'), $$update isms.finding set status = 'raised' where code = 'F-3'$$);
select pg_temp.attempt('ian', pg_temp.finding('F-3', 'IA-3', 'observation'), $$update isms.finding set status = 'raised' where code = 'F-3'$$);
select pg_temp.attempt('ian', pg_temp.finding('F-4', 'IA-3', 'observation'));

-- Where what others commit meanwhile would not be seen, none of this is tried.
begin isolation level repeatable read;
select pg_temp.attempt('ian', pg_temp.finding('F-5', 'IA-1', 'minor'));
rollback;
begin isolation level serializable;
select pg_temp.attempt('ian', pg_temp.finding('F-5', 'IA-1', 'minor'));
rollback;
drop extension isms cascade;
