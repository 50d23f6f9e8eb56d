-- The life of a risk: assessed, treated, what remains accepted, watched, closed; and what each step refuses.
\set SHOW_CONTEXT never
set client_min_messages = warning;
drop extension if exists isms cascade;
create extension isms;
create role regress_li login;
create role regress_sam login;
create role regress_kim login;

-- What a statement is refused with, dates masked; the comment is the transaction's.
create function pg_temp.attempt(statement text, comment text default '') returns text language plpgsql as $$
declare
  state text; said text; detail text; hint text;
begin
  perform set_config('isms.comment', comment, true);
  execute statement;
  return 'done';
exception when others then
  get stacked diagnostics state = returned_sqlstate, said = message_text, detail = pg_exception_detail, hint = pg_exception_hint;
  return regexp_replace(concat_ws(E'\n', state || ': ' || said, 'DETAIL: ' || nullif(detail, ''), 'HINT: ' || nullif(hint, '')), '\d{4}-\d\d-\d\d', 'DATE', 'g');
end
$$;

-- What one guard says against the last of several statements; nothing of them stays.
create function pg_temp.refusal(guard text, statements text[]) returns text language plpgsql as $$
declare
  statement text;
  position integer := 0;
  detail text;
begin
  foreach statement in array statements loop
    position := position + 1;
    execute statement;
  end loop;
  raise exception 'nothing was refused';
exception when others then
  get stacked diagnostics detail = pg_exception_detail;
  if position < cardinality(statements) or sqlstate not like 'IS%' then
    return format('%s: %s %s %s', position, sqlstate, sqlerrm, detail);
  end if;
  return (select regexp_replace(line, '\d{4}-\d\d-\d\d', 'DATE', 'g')
            from regexp_split_to_table(detail, E'\n') line where line like guard || ' (%');
end
$$;

-- The first ten minutes.
select isms.setup('ACME', 'Acme Ltd', 'dana', 'Dana Ruiz', 'dana@acme.example') ~ '^isms is ready' as ready;
select code, status, approved_on = isms.today(scope) as from_today from isms.risk_method;
select isms.add_person('li', 'Li Wei', 'li@acme.example', login => 'regress_li', roles => '{risk_owner,control_owner}');
select isms.add_person('sam', 'Sam Okoro', 'sam@acme.example', login => 'regress_sam', roles => '{risk_owner,internal_auditor}');
select isms.add_person('kim', 'Kim Park', 'kim@acme.example', login => 'regress_kim', roles => '{asset_owner}');
insert into isms.asset (code, title, kind, rating, owner)
values ('CRM', 'Customer database', 'information', 'C3 I3 A2', 'li');
insert into isms.risk (code, title, asset, threat, vulnerability, hits, likelihood, consequence, owner)
values ('R-001', 'Customer data stolen through a reused password', 'CRM', 'Stolen credentials', 'No second factor', 'C', 4, 4, 'li');
select inherent_level, current_level, target_level from isms.risk_assessment where code = 'R-001';
insert into isms.implementation (code, title, kind, owner, status, controls)
values ('MFA', 'Second factor on every login', 'technical', 'li', 'planned', '{A.5.17,A.8.5}');
insert into isms.risk_control (risk, implementation, effect_on, effectiveness) values ('R-001', 'MFA', 'likelihood', 0.9);
update isms.risk set status = 'treated' where code = 'R-001';
\x on
select * from isms.next_steps('isms.risk', 'R-001');
\x off
insert into isms.treatment (risk, option, justification) values ('R-001', 'modification', 'Cheapest way below the criteria');
insert into isms.action (code, title, serves, implementation, owner, due_on, resources)
values ('T-001', 'Roll out second factor', 'R-001', 'MFA', 'li', current_date + 60, '10 days');
update isms.risk set status = 'assessed', assessor = 'dana', assessed_on = current_date where code = 'R-001';
select isms.request('isms.risk', 'R-001', 'approve_plan', 'Plan ready');
select pg_temp.attempt($$select isms.approve('isms.risk', '{R-001}', 'approve_plan')$$);
select pg_temp.attempt($$update isms.risk set status = 'in_treatment' where code = 'R-001'$$);
set session authorization regress_li;
select kind, code, title, what, due is null as undated from isms.inbox order by kind, code;
-- What was asked for is the same thing under settings that differ in everything.
set datestyle = 'German, DMY';
set timezone = 'Pacific/Kiritimati';
set extra_float_digits = -15;
set bytea_output = 'escape';
select isms.approve('isms.risk', '{R-001}', 'approve_plan');
reset datestyle;
reset timezone;
reset extra_float_digits;
reset bytea_output;
reset session authorization;
select status from isms.risk where code = 'R-001';

-- An approved plan stays as it was approved; work on it is free.
update isms.risk set likelihood = 1 where code = 'R-001';
update isms.risk set owner = 'sam' where code = 'R-001';
update isms.treatment set justification = 'Another' where risk = 'R-001';
delete from isms.treatment where risk = 'R-001';
insert into isms.risk_control (risk, implementation, effect_on, effectiveness) values ('R-001', 'MFA', 'consequence', 0.9);
update isms.risk_control set effectiveness = 0.1 where risk = 'R-001';
update isms.action set title = 'Something else' where code = 'T-001';
update isms.action set due_on = due_on + 300 where code = 'T-001';
update isms.risk set description = 'Prose stays free', next_review = current_date + 90 where code = 'R-001';
delete from isms.risk where code = 'R-001';

-- The due date moves with the risk owner's approval.
select isms.request('isms.action', 'T-001', 'amend_plan', 'Supplier delivers later', changes => jsonb_build_object('due_on', current_date + 90));
set session authorization regress_li;
select isms.approve('isms.action', '{T-001}', 'amend_plan');
reset session authorization;
select due_on - current_date as days from isms.action where code = 'T-001';

-- The action is its owner's to do and somebody else's to verify.
select pg_temp.attempt($$update isms.action set status = 'in_progress' where code = 'T-001'$$);
set session authorization regress_li;
update isms.action set status = 'in_progress', started_on = current_date where code = 'T-001';
select pg_temp.attempt($$update isms.action set status = 'done' where code = 'T-001'$$);
update isms.implementation set status = 'implemented' where code = 'MFA';
insert into isms.evidence (title, subject_kind, subject, locator) values ('Roll-out report', 'action', 'T-001', 'share/mfa/report.pdf');
update isms.action set status = 'done', done_on = current_date where code = 'T-001';
select pg_temp.attempt($$update isms.action set status = 'verified', check_result = 'pass', checked_by = 'li', checked_on = current_date where code = 'T-001'$$);
reset session authorization;
select pg_temp.attempt($$update isms.action set status = 'in_progress' where code = 'T-001'$$);
update isms.action set status = 'verified', check_result = 'pass', checked_by = 'dana', checked_on = current_date where code = 'T-001';
update isms.action set title = 'Verified is verified' where code = 'T-001';

-- Treatment is complete when what was planned works.
insert into isms.control_test (implementation, result, tester, valid_until) values ('MFA', 'fail', 'dana', current_date + 365);
select pg_temp.attempt($$update isms.risk set status = 'treated' where code = 'R-001'$$);
insert into isms.control_test (implementation, result, tester, valid_until) values ('MFA', 'pass', 'dana', current_date + 365);
update isms.risk set status = 'treated', assessor = 'dana', assessed_on = current_date where code = 'R-001';
select inherent_level, current_level, target_level, residual_basis from isms.risk_assessment where code = 'R-001';
select pg_temp.attempt($$update isms.risk set status = 'monitored', next_review = current_date + 3650 where code = 'R-001'$$);
update isms.risk set status = 'monitored', next_review = current_date + 180 where code = 'R-001';

-- Closed for a reason, with the owner's approval; opened again for a reason.
select pg_temp.attempt($$select isms.request('isms.risk', 'R-001', 'close', 'The database is gone')$$);
update isms.risk set closure_reason = 'activity_stopped', closure_note = 'The database was given up' where code = 'R-001';
insert into isms.evidence (title, subject_kind, subject, locator) values ('Disposal record', 'risk', 'R-001', 'share/disposal.pdf');
select isms.request('isms.risk', 'R-001', 'close', 'The database is gone');
set session authorization regress_li;
select isms.approve('isms.risk', '{R-001}', 'close');
reset session authorization;
select status from isms.risk where code = 'R-001';
update isms.risk set title = 'Closed is closed' where code = 'R-001';
select pg_temp.attempt($$update isms.risk set status = 'in_review' where code = 'R-001'$$);
select isms.request('isms.risk', 'R-001', 'reopen', 'Another database took its place', changes => '{"review_trigger": "change", "review_trigger_key": "CH-7"}');
select status, closure_reason, review_trigger_key from isms.risk where code = 'R-001';

begin;
update isms.risk set status = 'assessed' where code = 'R-001';
select status, review_trigger, review_trigger_key from isms.risk where code = 'R-001';
rollback;

-- Above criteria the owner and top management accept, for a time, what is there today.
insert into isms.risk (code, title, asset, threat, hits, likelihood, consequence, owner, assessor, assessed_on)
values ('R-002', 'Quotes sent to the wrong customer', 'CRM', 'TH-DISCLOSE', 'C', 4, 4, 'li', 'dana', current_date);
update isms.risk set status = 'assessed' where code = 'R-002';
insert into isms.treatment (risk, option, justification) values ('R-002', 'retention', 'No way to hold back mail without losing sales');
select pg_temp.attempt($$update isms.risk set status = 'monitored' where code = 'R-002'$$);
set session authorization regress_kim;
select pg_temp.attempt($$insert into isms.acceptance (code, risk, ceiling) values ('AC-1', 'R-002', 'Medium')$$);
insert into isms.acceptance (code, risk, validity, justification, conditions)
values ('AC-1', 'R-002', daterange(current_date, current_date + 120), 'Delaying mail was tried and given up', 'Quotes carry a date after which they are void');
select code, basis, ceiling, frozen ->> 'level' as level, frozen -> 'factors' ->> 'likelihood' as likelihood, created_by from isms.acceptance;
select risk, state, accepted_by from isms.acceptance_status;
update isms.acceptance set ceiling = 'Very high' where code = 'AC-1';
set session authorization regress_li;
select isms.approve('isms.acceptance', '{AC-1}', 'accept');
select code, status, accepted_by from isms.acceptance;
reset session authorization;
select isms.approve('isms.acceptance', '{AC-1}', 'accept');
select code, status, accepted_by, accepted_on = isms.today(scope) as today from isms.acceptance;
update isms.acceptance set accepted_by = 'sam' where code = 'AC-1';
update isms.acceptance set validity = daterange(current_date, current_date + 1000) where code = 'AC-1';
select risk, state, ceiling, ceiling_rank, present_rank, until - current_date as days from isms.acceptance_status;
update isms.risk set status = 'monitored', next_review = current_date + 60 where code = 'R-002';
select status from isms.risk where code = 'R-002';

-- What was accepted goes stale when it becomes another risk, not when it becomes a smaller one.
begin;
update isms.risk set status = 'in_review', review_trigger = 'interval' where code = 'R-002';
update isms.risk set likelihood = 2 where code = 'R-002';
select state, present_rank from isms.acceptance_status;
update isms.risk set consequence = 5, likelihood = 5 where code = 'R-002';
select state, present_rank from isms.acceptance_status;
update isms.risk set consequence = 4, likelihood = 4, hits = 'CI' where code = 'R-002';
select state, present_rank from isms.acceptance_status;
update isms.risk set hits = 'C', owner = 'sam' where code = 'R-002';
select state, present_rank from isms.acceptance_status;
rollback;
select pg_temp.attempt($$update isms.acceptance set status = 'revoked' where code = 'AC-1'$$);
select pg_temp.attempt($$update isms.acceptance set status = 'revoked' where code = 'AC-1'$$, 'The wording was found unlawful');
select state from isms.acceptance_status;

-- A request is the asker's to withdraw.
set session authorization regress_kim;
insert into isms.acceptance (code, risk, validity, justification, conditions)
values ('AC-2', 'R-002', daterange(current_date, current_date + 120), 'Once more, with another wording', 'As before');
reset session authorization;
select pg_temp.attempt($$update isms.acceptance set status = 'withdrawn' where code = 'AC-2'$$);
select pg_temp.attempt($$update isms.acceptance set status = 'rejected' where code = 'AC-2'$$);
set session authorization regress_kim;
update isms.acceptance set status = 'withdrawn' where code = 'AC-2';
reset session authorization;
-- The row is the request: who withdraws or rejects the one ends the other.
set session authorization regress_kim;
insert into isms.acceptance (code, risk, validity, justification, conditions) values
  ('AC-3', 'R-002', daterange(current_date, current_date + 120), 'A third time, shorter', 'As before'),
  ('AC-4', 'R-002', daterange(current_date, current_date + 90), 'A fourth time, shorter still', 'As before');
select isms.withdraw('isms.acceptance', 'AC-3', 'accept');
select pg_temp.attempt($$select isms.reject('isms.acceptance', 'AC-4', 'accept', 'Not mine to reject')$$);
set session authorization regress_li;
select pg_temp.attempt($$select isms.reject('isms.acceptance', 'AC-4', 'accept', 'No')$$);
select isms.reject('isms.acceptance', 'AC-4', 'accept', 'Treat it instead of accepting it');
reset session authorization;
select q.key, q.status, q.closed_by, a.status as row_is from isms.approval_request q join isms.acceptance a on a.code = q.key where q.key in ('AC-3', 'AC-4') order by 1;
select code, status from isms.acceptance order by code;

-- The owner changes with the new owner's approval.
select isms.request('isms.risk', 'R-002', 'amend_owner', 'Sales moved', changes => '{"owner": "sam"}');
set session authorization regress_sam;
select isms.approve('isms.risk', '{R-002}', 'amend_owner');
reset session authorization;
select owner, status from isms.risk where code = 'R-002';

-- State of an acceptance on a day.
select v.what, isms.acceptance_state(v.status, v.validity, v.stale, '2026-06-15') as state
  from (values
    ('asked for', 'requested', daterange('2026-01-01', '2027-01-01'), false),
    ('rejected', 'rejected', daterange('2026-01-01', '2027-01-01'), false),
    ('withdrawn', 'withdrawn', daterange('2026-01-01', '2027-01-01'), false),
    ('revoked', 'revoked', daterange('2026-01-01', '2027-01-01'), false),
    ('ends in 31 days', 'accepted', daterange('2026-01-01', '2026-07-16'), false),
    ('ends in 30 days', 'accepted', daterange('2026-01-01', '2026-07-15'), false),
    ('last day is today', 'accepted', daterange('2026-01-01', '2026-06-16'), false),
    ('last day was yesterday', 'accepted', daterange('2026-01-01', '2026-06-15'), false),
    ('first day is today', 'accepted', daterange('2026-06-15', '2027-01-01'), false),
    ('first day is tomorrow', 'accepted', daterange('2026-06-16', '2027-01-01'), false),
    ('worse than accepted', 'accepted', daterange('2026-01-01', '2027-01-01'), true),
    ('worse, and ended', 'accepted', daterange('2026-01-01', '2026-06-15'), true),
    ('worse, and not begun', 'accepted', daterange('2026-06-16', '2027-01-01'), true)) v(what, status, validity, stale);

-- Every guard refuses.  G-1 is assessed with a plan, G-2 in treatment, G-3 treated, G-4 assessed and retained, G-5 rated after controls by hand,
-- G-6 in review by impact, threat and vulnerability; A-1 to A-3 serve G-2.
select isms.begin_cutover('Rows in the middle of their life');
insert into isms.implementation (code, title, owner, status, controls) values ('VPN', 'Remote access', 'li', 'planned', '{A.8.20}');
insert into isms.risk (code, title, asset, threat, hits, likelihood, consequence, owner, assessor, assessed_on, status)
select 'G-' || n, 'Guarded ' || n, 'CRM', 'TH-CRED', 'C', 4, 4, 'li', 'dana', current_date, s
  from unnest('{assessed,in_treatment,treated,assessed}'::text[]) with ordinality u(s, n);
insert into isms.treatment (risk, option, justification)
values ('G-1', 'modification', 'x'), ('G-4', 'retention', 'No other way was found');
insert into isms.risk_control (risk, implementation, effectiveness) values ('G-1', 'VPN', 0.9), ('G-2', 'VPN', 0.9);
insert into isms.action (code, title, serves, implementation, owner, due_on, resources, started_on, done_on, status) values
  ('A-0', 'Plan of G-1', 'G-1', 'VPN', 'li', current_date + 30, '1 day', null, null, 'planned'),
  ('A-1', 'Planned', 'G-2', 'VPN', 'li', current_date + 30, '1 day', null, null, 'planned'),
  ('A-2', 'Begun', 'G-2', 'VPN', 'li', current_date + 30, '1 day', current_date - 2, null, 'in_progress'),
  ('A-3', 'Done', 'G-2', 'VPN', 'li', current_date + 30, '1 day', current_date - 2, current_date - 1, 'done');
insert into isms.risk_method (code, title, matrix, residual_rule, acceptance_criteria, when_to_assess, status, approved_on)
select 'hand', 'Rated by hand', matrix, 'entered', acceptance_criteria, when_to_assess, status, current_date - 700 from isms.risk_method where code = '5x5';
insert into isms.risk_scale_step (method, scale, step, label) select 'hand', scale, step, label from isms.risk_scale_step where method = '5x5';
insert into isms.risk_level (method, rank, label, colour, minimum, disposition) select 'hand', rank, label, colour, minimum, disposition from isms.risk_level where method = '5x5';
insert into isms.risk (code, title, hits, scenario, source, likelihood, consequence, current_likelihood, current_consequence, owner, method, assessor, assessed_on, status)
values ('G-5', 'Guarded 5', 'A', 'Flood', 'River', 4, 4, 4, 4, 'li', 'hand', 'dana', current_date - 600, 'assessed');
insert into isms.risk_method (code, title, score_rule, residual_rule, acceptance_criteria, when_to_assess, status, approved_on)
select 'three', 'Impact, threat, vulnerability', 'impact_threat_vulnerability', 'vulnerability_reduction', acceptance_criteria, when_to_assess, status, approved_on from isms.risk_method where code = 'hand';
insert into isms.risk_scale_step (method, scale, step, label) select 'three', scale, step, 'Step ' || step from unnest('{threat,vulnerability}'::text[]) scale, generate_series(1, 3) step;
insert into isms.risk_level (method, rank, label, colour, minimum, disposition) values ('three', 1, 'Low', '#00ff00', 0, 'acceptable'), ('three', 2, 'High', '#ff0000', 9, 'tolerable');
insert into isms.asset (code, title, kind, rating) values ('DOC', 'Contracts', 'paper', 'C2 I- A-');
insert into isms.risk (code, title, asset, threat, hits, owner, method, assessor, assessed_on, status)
values ('G-6', 'Guarded 6', 'DOC', 'Fire', 'CIA', 'li', 'three', 'dana', current_date, 'in_review');
select isms.end_cutover();
select table_name, key, message from isms.import_issue order by table_name, key, message collate "C";
create temp table tried as
select row_number() over () as n, v.guard, pg_temp.refusal(v.guard, v.statements) as said
  from (values
    ('scope_open', array[$$update isms.scope set closed_on = isms.today(code)$$, $$insert into isms.risk (code, title) values ('R-9', 'Late')$$]),
    ('reason_given', array[$$update isms.risk set status = 'assessed' where code = 'G-2'$$]),
    ('reason_given', array[$$select set_config('isms.comment', 'too  short ', true)$$, $$update isms.risk set status = 'assessed' where code = 'G-2'$$]),
    ('owner_active', array[$$update isms.risk set owner = null where code = 'R-001'$$, $$update isms.risk set status = 'assessed' where code = 'R-001'$$]),
    ('owner_active', array[$$update isms.risk set owner = 'kim' where code = 'R-001'$$, $$update isms.risk set status = 'assessed' where code = 'R-001'$$]),
    ('owner_active', array[$$update isms.person set active_until = isms.today('ACME') - 1 where code = 'li'$$, $$update isms.risk set status = 'assessed' where code = 'R-001'$$]),
    ('owner_active', array[$$update isms.person set kind = 'service' where code = 'li'$$, $$update isms.risk set status = 'assessed' where code = 'R-001'$$]),
    ('dimension_hit', array[$$update isms.risk set hits = null, status = 'assessed' where code = 'R-001'$$]),
    ('source_named', array[$$update isms.risk set threat = null, status = 'assessed' where code = 'R-001'$$]),
    ('source_named', array[$$update isms.risk set asset = null, threat = null, scenario = 'Flood', status = 'assessed' where code = 'R-001'$$]),
    ('method_approved', array[$$update isms.risk set assessed_on = current_date - 30, status = 'assessed' where code = 'R-001'$$]),
    ('method_approved', array[$$select isms.copy_method('5x5', 'ACME', 'new')$$, $$update isms.risk set method = 'new', status = 'assessed' where code = 'R-001'$$]),
    ('method_newest', array[$$select isms.revise_method('ACME', '5x5')$$, $$update isms.risk_method set status = 'approved', approved_on = isms.today(scope) where code = '5x5-2'$$, $$update isms.risk set status = 'assessed' where code = 'R-001'$$]),
    ('factors_rated', array[$$update isms.risk set likelihood = null, consequence = null, assessor = null, assessed_on = current_date + 2, status = 'assessed' where code = 'R-001'$$]),
    ('factors_rated', array[$$update isms.risk set status = 'assessed' where code = 'G-6'$$]),
    ('level_recomputed', array[$$update isms.risk set likelihood = null, status = 'assessed' where code = 'R-001'$$]),
    ('evaluated', array[$$update isms.risk set likelihood = null, status = 'assessed' where code = 'R-001'$$]),
    ('trigger_named', array[$$update isms.risk set status = 'in_review' where code = 'G-2'$$]),
    ('trigger_named', array[$$update isms.risk set status = 'in_review', review_trigger = 'incident' where code = 'G-2'$$]),
    ('trigger_named', array[$$update isms.risk set status = 'in_review', review_trigger = 'control_failed', review_trigger_key = 'XXL' where code = 'G-2'$$]),
    ('trigger_named', array[$$update isms.risk set status = 'in_review', review_trigger = 'acceptance_lapsed', review_trigger_key = 'AC-1' where code = 'G-2'$$]),
    ('option_chosen', array[$$delete from isms.treatment where risk = 'G-1'$$, $$update isms.risk set status = 'in_treatment' where code = 'G-1'$$]),
    ('option_chosen', array[$$update isms.risk set status = 'in_treatment' where code = 'G-4'$$]),
    ('option_complete', array[$$delete from isms.risk_control where risk = 'G-1'$$, $$insert into isms.treatment (risk, option) values ('G-1', 'transfer'), ('G-1', 'avoid'), ('G-1', 'accept')$$, $$update isms.risk set status = 'in_treatment' where code = 'G-1'$$]),
    ('controls_in_soa', array[$$insert into isms.applicability (reference, necessary, justification, implementation_status) values ('A.8.20', false, 'No network', 'not_applicable')$$, $$update isms.risk set status = 'in_treatment' where code = 'G-1'$$]),
    ('plan_complete', array[$$insert into isms.treatment (risk, option) values ('G-1', 'avoidance')$$, $$update isms.action set option = 'mitigate', resources = null where code = 'A-0'$$, $$update isms.risk set status = 'in_treatment' where code = 'G-1'$$]),
    ('target_rated', array[$$update isms.risk set status = 'in_treatment' where code = 'G-5'$$]),
    ('target_rated', array[$$update isms.risk set target_likelihood = 5, target_consequence = 5 where code = 'G-5'$$, $$update isms.risk set status = 'in_treatment' where code = 'G-5'$$]),
    ('target_covered', array[$$update isms.risk_control set effectiveness = 0 where risk = 'G-1'$$, $$update isms.risk set status = 'in_treatment' where code = 'G-1'$$]),
    ('interim_covered', array[$$update isms.risk set status = 'in_review', review_trigger = 'interval' where code = 'G-1'$$, $$update isms.risk set likelihood = 5, consequence = 5, status = 'assessed' where code = 'G-1'$$, $$update isms.risk set status = 'in_treatment' where code = 'G-1'$$]),
    ('due_within_level', array[$$update isms.action set due_on = current_date + 400 where code = 'A-0'$$, $$update isms.risk set status = 'in_treatment' where code = 'G-1'$$]),
    ('retention_only', array[$$update isms.risk set status = 'monitored' where code = 'G-1'$$]),
    ('retention_only', array[$$update isms.treatment set justification = null where risk = 'G-4'$$, $$update isms.risk set status = 'monitored' where code = 'G-4'$$]),
    ('acceptance_valid', array[$$update isms.risk set status = 'monitored' where code = 'G-4'$$]),
    ('acceptance_valid', array[$$insert into isms.acceptance (code, risk, validity, justification) values ('AC-9', 'G-4', daterange(current_date, current_date + 10), 'Asked for, not accepted')$$, $$update isms.risk set status = 'monitored' where code = 'G-4'$$]),
    ('review_date_set', array[$$update isms.risk set status = 'monitored' where code = 'G-3'$$]),
    ('review_date_set', array[$$update isms.risk set status = 'monitored', next_review = current_date - 2 where code = 'G-3'$$]),
    ('review_date_set', array[$$update isms.risk set status = 'monitored', next_review = current_date + 365 where code = 'G-3'$$]),
    ('actions_finished', array[$$update isms.risk set status = 'treated' where code = 'G-2'$$]),
    ('evidence_complete', array[$$update isms.risk set status = 'treated' where code = 'G-2'$$]),
    ('controls_effective', array[$$update isms.risk set status = 'treated' where code = 'G-2'$$]),
    ('assessed_after', array[$$update isms.action set status = 'verified', check_result = 'pass', checked_by = 'dana', checked_on = current_date where code = 'A-3'$$, $$update isms.risk set status = 'treated', assessed_on = current_date - 1 where code = 'G-2'$$]),
    ('closure_reason', array[$$update isms.risk set closure_reason = 'duplicate', status = 'closed' where code = 'G-4'$$]),
    ('closure_evidenced', array[$$update isms.risk set closure_reason = 'source_removed', closure_note = 'Gone', status = 'closed' where code = 'G-4'$$]),
    ('no_open_action', array[$$update isms.risk set status = 'closed' where code = 'G-2'$$]),
    ('serves_set', array[$$insert into isms.action (code, title) values ('A-9', 'For whom?')$$]),
    ('plan_approved', array[$$update isms.action set status = 'in_progress' where code = 'A-0'$$]),
    ('due_set', array[$$update isms.action set due_on = null where code = 'A-0'$$, $$update isms.action set status = 'in_progress' where code = 'A-0'$$]),
    ('due_set', array[$$update isms.action set due_on = current_date - 5 where code = 'A-0'$$, $$update isms.action set status = 'in_progress' where code = 'A-0'$$]),
    ('done_dated', array[$$update isms.action set status = 'done' where code = 'A-2'$$]),
    ('done_dated', array[$$update isms.action set status = 'done', done_on = started_on - 1 where code = 'A-2'$$]),
    ('done_dated', array[$$update isms.action set status = 'done', done_on = current_date + 2 where code = 'A-2'$$]),
    ('evidence_attached', array[$$update isms.action set status = 'done' where code = 'A-2'$$]),
    ('control_implemented', array[$$update isms.action set status = 'done' where code = 'A-2'$$]),
    ('control_implemented', array[$$update isms.implementation set status = 'implemented', in_use_from = current_date where code = 'VPN'$$, $$update isms.action set status = 'done', done_on = current_date - 1 where code = 'A-2'$$]),
    ('check_recorded', array[$$update isms.action set status = 'verified', checked_by = 'dana' where code = 'A-3'$$]),
    ('check_recorded', array[$$update isms.action set status = 'verified', check_result = 'fail', checked_by = 'dana', checked_on = current_date where code = 'A-3'$$]),
    ('check_recorded', array[$$update isms.action set status = 'verified', check_result = 'pass', checked_by = 'dana', checked_on = current_date - 2 where code = 'A-3'$$]),
    ('replaced_or_replanned', array[$$update isms.action set status = 'cancelled' where code = 'A-1'$$]),
    ('basis_set', array[$$insert into isms.risk (code, title) values ('R-9', 'Not rated')$$, $$insert into isms.acceptance (code, risk, basis) values ('AC-9', 'R-9', 'interim')$$]),
    ('basis_set', array[$$insert into isms.acceptance (code, risk, ceiling) values ('AC-9', 'G-4', 'Enormous')$$]),
    ('justification_given', array[$$insert into isms.acceptance (code, risk) values ('AC-9', 'G-4')$$]),
    ('justification_given', array[$$insert into isms.acceptance (code, risk, justification) values ('AC-9', 'G-4', 'Yes')$$]),
    ('validity_set', array[$$insert into isms.acceptance (code, risk) values ('AC-9', 'G-4')$$]),
    ('validity_set', array[$$insert into isms.acceptance (code, risk, validity) values ('AC-9', 'G-4', daterange(current_date, null))$$]),
    ('validity_set', array[$$insert into isms.acceptance (code, risk, validity) values ('AC-9', 'G-4', daterange(current_date - 20, current_date - 10))$$]),
    ('no_overlap', array[$$select isms.begin_cutover('Accepted before')$$, $$insert into isms.acceptance (code, risk, validity, status) values ('AC-8', 'G-4', daterange(current_date, current_date + 9), 'accepted')$$, $$select isms.end_cutover()$$, $$insert into isms.acceptance (code, risk, validity) values ('AC-9', 'G-4', daterange(current_date, current_date + 9))$$]),
    ('frozen_is_now', array[$$insert into isms.acceptance (code, risk, validity, justification) values ('AC-9', 'G-4', daterange(current_date, current_date + 9), 'Nothing better was found')$$, $$update isms.risk set status = 'in_review', review_trigger = 'interval' where code = 'G-4'$$, $$update isms.risk set likelihood = 5 where code = 'G-4'$$, $$update isms.acceptance set status = 'accepted' where code = 'AC-9'$$]),
    ('ceiling_covers', array[$$insert into isms.acceptance (code, risk, ceiling, validity, justification) values ('AC-9', 'G-4', 'Medium', daterange(current_date, current_date + 9), 'Nothing better was found')$$, $$update isms.acceptance set status = 'accepted' where code = 'AC-9'$$]),
    ('validity_within_level', array[$$insert into isms.acceptance (code, risk, validity, justification) values ('AC-9', 'G-4', daterange(current_date, current_date + 400), 'Nothing better was found')$$, $$update isms.acceptance set status = 'accepted' where code = 'AC-9'$$]),
    ('conditions_set', array[$$insert into isms.acceptance (code, risk, validity, justification) values ('AC-9', 'G-4', daterange(current_date, current_date + 9), 'Nothing better was found')$$, $$update isms.acceptance set status = 'accepted' where code = 'AC-9'$$]),
    ('acceptable_at_all', array[$$update isms.risk set status = 'in_review', review_trigger = 'interval' where code = 'G-4'$$, $$update isms.risk set likelihood = 5, consequence = 5 where code = 'G-4'$$, $$insert into isms.acceptance (code, risk, validity, justification) values ('AC-9', 'G-4', daterange(current_date, current_date + 9), 'Nothing better was found')$$, $$update isms.acceptance set status = 'accepted' where code = 'AC-9'$$]),
    ('effective_set', array[$$select isms.copy_method('5x5', 'ACME', 'new')$$, $$update isms.risk_method set status = 'approved' where code = 'new'$$]),
    ('effective_set', array[$$select isms.copy_method('5x5', 'ACME', 'new')$$, $$update isms.risk_method set status = 'approved', approved_on = current_date - 2 where code = 'new'$$]),
    ('kind_content', array[$$select isms.copy_method('5x5', 'ACME', 'new')$$, $$update isms.risk_method set when_to_assess = ' ', matrix[3][3] = 0 where code = 'new'$$, $$update isms.risk_method set status = 'approved' where code = 'new'$$])) v(guard, statements);
\pset format unaligned
\pset tuples_only on
select coalesce(said, guard || ' said nothing') from tried order by n;
\pset tuples_only off
\pset format aligned
select g.name as never_refused from isms.guard g
 where exists (select from isms.workflow_transition t where t.workflow in ('risk', 'action', 'acceptance', 'risk_method') and g.name = any (t.guards))
   and g.name not in (select guard from tried);

-- Urgent work starts before the plan is approved.
set session authorization regress_li;
begin;
update isms.action set urgent = true, urgent_reason = 'The hole is being used' where code = 'A-0';
update isms.action set status = 'in_progress', started_on = current_date where code = 'A-0';
rollback;
-- A cancelled action names the one that takes its place.
insert into isms.action (code, title, serves, owner, due_on, resources) values ('A-4', 'Instead', 'G-2', 'li', current_date + 30, '1 day');
reset session authorization;
update isms.action set replaced_by = 'A-4' where code = 'A-1';
select isms.request('isms.action', 'A-1', 'cancel', 'A better way was found');
set session authorization regress_li;
select isms.approve('isms.action', '{A-1}', 'cancel');
reset session authorization;
select code, status, replaced_by from isms.action where serves = 'G-2' order by code;

-- Work that does not pass goes back; a plan that does not work is made anew.
select isms.request('isms.action', 'A-3', 'send_back', 'Half of the notebooks are left out');
select code, status from isms.action where code = 'A-3';
begin;
select isms.request('isms.action', 'A-2', 'amend_plan', 'The supplier is late', changes => '{"resources": "3 days"}');
select isms.request('isms.risk', 'G-2', 'replan', 'Another product is wanted');
update isms.action set resources = '3 days' where code = 'A-2';
select transition, status as settled_though_free_by_now from isms.approval_request where key = 'A-2' and transition = 'amend_plan';
rollback;
select isms.request('isms.risk', 'G-2', 'replan', 'Another product is wanted');
begin;
update isms.risk_control set effectiveness = 0.5 where risk = 'G-2';
insert into isms.treatment (risk, option, justification) values ('G-2', 'mitigate', 'The same with another product');
update isms.action set due_on = due_on + 10, title = 'Begun anew' where code = 'A-2';
select code, status from isms.risk where code = 'G-2';
rollback;
-- Only who owns it or manages the system moves a risk.
set session authorization regress_kim;
select pg_temp.attempt($$update isms.risk set status = 'in_treatment' where code = 'G-2'$$);
select pg_temp.attempt($$select isms.request('isms.risk', 'G-2', 'approve_plan')$$);
reset session authorization;

-- What is carried while treatment runs is accepted with basis interim, also above what may be retained.
begin;
update isms.risk set status = 'in_review', review_trigger = 'interval' where code = 'G-1';
update isms.risk set likelihood = 5, consequence = 5, status = 'assessed' where code = 'G-1';
select isms.begin_cutover('Accepted before');
insert into isms.acceptance (code, risk, basis, validity, accepted_by, status)
values ('AC-I', 'G-1', 'interim', daterange(current_date, current_date + 30), 'li', 'accepted');
select isms.end_cutover();
select state from isms.acceptance_status where code = 'AC-I';
select pg_temp.refusal('interim_covered', array[$$update isms.risk set status = 'in_treatment' where code = 'G-1'$$]);
update isms.action set due_on = current_date + 29 where code = 'A-0';
select pg_temp.refusal('interim_covered', array[$$update isms.risk set status = 'in_treatment' where code = 'G-1'$$]) as none;
rollback;

-- A method of one's own is approved by another; an unchanged copy needs no second person, and stays as it is.
select isms.copy_method('5x5', 'ACME', 'copy'), isms.copy_method('5x5', 'ACME', 'own');
update isms.risk_level set longest_acceptance = '2 years' where method = 'own' and rank = 3;
select code, isms.method_adapted(scope, code) from isms.risk_method order by code;
update isms.risk_method set status = 'approved', approved_on = current_date where code = 'copy';
select pg_temp.attempt($$update isms.risk_method set status = 'approved', approved_on = current_date where code = 'own'$$);
update isms.risk_method set matrix[1][1] = 4 where code = '5x5';
update isms.risk_level set minimum = 0.5 where method = '5x5' and rank = 2;
insert into isms.risk_scale_step (method, scale, step, label) values ('5x5', 'likelihood', 6, 'Always');
select pg_temp.attempt($$update isms.risk_method set status = 'closed' where code = 'copy'$$, 'Nobody uses it any more');
select code, status from isms.risk_method order by code;

-- Whose day has passed.
select isms.begin_cutover('An old register');
insert into isms.risk (code, title, owner, next_review, status) values ('O-1', 'Old', 'sam', current_date - 3, 'monitored');
insert into isms.action (code, title, serves, owner, due_on, status) values ('O-1', 'Late', 'O-1', 'sam', current_date - 2, 'in_progress');
insert into isms.acceptance (code, risk, validity, status) values ('O-1', 'O-1', daterange(current_date - 100, current_date), 'accepted');
select isms.end_cutover();
select kind, code, title, owner_name, what, days from isms.overdue where code like 'O-%' order by kind;
set session authorization regress_sam;
select kind, code, title, what, current_date - due as days from isms.inbox where code like 'O-%' order by kind;
reset session authorization;

-- The same whatever the session's settings.
set datestyle = 'German, DMY';
set intervalstyle = 'sql_standard';
set timezone = 'Pacific/Kiritimati';
select pg_temp.refusal('validity_within_level', array[$$insert into isms.acceptance (code, risk, validity, justification) values ('AC-9', 'G-4', daterange(current_date, current_date + 400), 'Nothing better was found')$$, $$update isms.acceptance set status = 'accepted' where code = 'AC-9'$$]);
reset datestyle;
reset intervalstyle;
reset timezone;

drop extension isms cascade;
drop role regress_li, regress_sam, regress_kim;
