-- What is recorded as done has been done; intervals and days are such that one can count with them, so that no row keeps
-- isms.inbox and isms.overdue from answering.
\set SHOW_CONTEXT never
set client_min_messages = warning;
drop extension if exists isms cascade;
create extension isms;
\pset format unaligned
\pset tuples_only on
set timezone = 'UTC';
set datestyle = 'ISO';
select isms.setup('ACME', 'Acme Ltd', 'dana', 'Dana Ruiz', 'dana@acme.example') is not null as set_up;
do $$ begin
  insert into isms.document (code, title, kind, owner) values ('POL', 'Policy', 'policy', 'dana');
  insert into isms.document_version (document, version, kind, title) values ('POL', '1', 'policy', 'Policy');
  insert into isms.supplier (code, title, what, review_every) values ('HOST', 'Hosting Ltd', 'Servers', '1 year');
  insert into isms.process (code, title) values ('PAY', 'Payments');
  insert into isms.training (code, title) values ('BASE', 'Basics');
  insert into isms.communication_item (code, what, occasion, with_whom, how) values ('NEWS', 'News', 'Monthly', 'All', 'Mail');
  insert into isms.incident (code, title) values ('IN-1', 'Lost laptop');
  insert into isms.notification_duty (code, title, basis, reference, recipient, time_limit) values ('DPA', 'Authority', 'law', 'Art. 33', 'The authority', '72 hours');
  insert into isms.certification_body (code, title) values ('CB', 'Body');
  insert into isms.certification (code, title, body) values ('CERT', 'Certificate', 'CB');
  insert into isms.certification_audit (code, certification, kind) values ('CA', 'CERT', 'surveillance');
  insert into isms.continuity_plan (code, title, locator) values ('PLAN', 'Plan', 'Safe');
  insert into isms.measure (code, title, subject_kind, method, measured_every, evaluated_every, starts_on) values ('LEAVERS', 'Leavers', 'isms', 'Count', '1 month', '1 year', '2026-01-01');
  insert into isms.implementation (code, title, kind, owner, status, controls) values ('IMP', 'Control', 'technical', 'dana', 'planned', '{A.8.5}');
  insert into isms.management_aim (code, title) values ('AIM', 'Aim');
  insert into isms.objective (code, title, period, policy, aim) values ('OB', 'Objective', '[2026-01-01,2027-01-01)', 'POL', 'AIM');
end $$;

-- What a refusal says, days and times masked.
create function pg_temp.attempt(statement text) returns text language plpgsql as $$
declare
  said text; detail text; hint text; relation text; col text; rule text;
begin
  execute statement;
  return 'done';
exception when others then
  get stacked diagnostics said = message_text, detail = pg_exception_detail, hint = pg_exception_hint, relation = table_name, col = column_name, rule = constraint_name;
  return regexp_replace(concat_ws(' | ', sqlstate || ': ' || said, case when sqlstate not like '23%' then nullif(detail, '') end, nullif(hint, ''), concat_ws('.', relation, nullif(col, ''), nullif(rule, ''))),
                        '\d{4}-\d\d-\d\d([ T][0-9:.]+(\+\d\d(:\d\d)?)?)?', 'DATE', 'g');
end
$$;

-- A row that says today is taken, one that says tomorrow, 2099, five million years or for ever is not; it comes to nothing.
create function pg_temp.tells_of_the_past(statement text) returns setof text language plpgsql as $$
declare
  today date := isms.today('ACME');
  moment text;
begin
  begin
    execute format(statement, today);
    raise exception 'taken' using errcode = 'P9999';
  exception when sqlstate 'P9999' then null;
  end;
  return next pg_temp.attempt(format(statement, today + 1));
  foreach moment in array '{2099-01-01,5000000-01-01,infinity}'::text[] loop
    if pg_temp.attempt(format(statement, moment)) !~ '^(23514: .* is in the future|22008: timestamp out of range)' then
      return next moment || ': ' || pg_temp.attempt(format(statement, moment));
    end if;
  end loop;
end
$$;

\echo == in the future
select f.what, s.said
  from (values
    (1, 'context_issue', $$insert into isms.context_issue (code, title, kind, reviewed_on) values ('I-1', 'Law', 'external', '%s')$$),
    (2, 'climate_decision', $$insert into isms.climate_decision (decided_on, relevant, reason) values ('%s', true, 'Floods')$$),
    (3, 'interested_party', $$insert into isms.interested_party (code, title, reviewed_on) values ('P-1', 'Customers', '%s')$$),
    (4, 'opportunity', $$insert into isms.opportunity (title, kind, evaluated_on, effective, evaluation) values ('Merger', 'risk', '%s', true, 'Figures')$$),
    (5, 'objective communicated', $$update isms.objective set communicated_on = '%s' where code = 'OB'$$),
    (6, 'objective confirmed', $$update isms.objective set confirmed_on = '%s' where code = 'OB'$$),
    (7, 'objective_result', $$insert into isms.objective_result (objective, measured_on, value) values ('OB', '%s', 1)$$),
    (8, 'document', $$insert into isms.document (code, title, kind, external, source, checked_on) values ('LAW', 'Law', 'external', true, 'Gazette', '%s')$$),
    (9, 'training_completion', $$insert into isms.training_completion (training, person, completed_on) values ('BASE', 'dana', '%s')$$),
    (10, 'awareness_record', $$insert into isms.awareness_record (document, version, aware_on) values ('POL', '1', '%s')$$),
    (11, 'communication_record', $$insert into isms.communication_record (item, sent_on, sent_to) values ('NEWS', '%s', 'All')$$),
    (12, 'process_record', $$insert into isms.process_record (process, period, evidence) values ('PAY', '[2026-01-01,%s]', 'Log')$$),
    (13, 'supplier', $$update isms.supplier set reviewed_on = '%s' where code = 'HOST'$$),
    (14, 'supplier_review', $$insert into isms.supplier_review (supplier, reviewed_on, basis, result) values ('HOST', '%s', 'Report', 'satisfactory')$$),
    (15, 'threat_report', $$insert into isms.threat_report (title, source, received_on) values ('Worm', 'CERT', '%s')$$),
    (16, 'incident_event', $$insert into isms.incident_event (incident, at, what) values ('IN-1', '%s', 'Seen')$$),
    (17, 'incident_notification', $$insert into isms.incident_notification (incident, duty, due, limit_at, sent_at) values ('IN-1', 'DPA', true, '2030-01-01', '%s')$$),
    (18, 'business_impact', $$insert into isms.business_impact (title, assessed_on) values ('Payments', '%s')$$),
    (19, 'continuity_exercise', $$insert into isms.continuity_exercise (plan, kind, scenario, held_on) values ('PLAN', 'talk', 'Fire', '%s')$$),
    (20, 'measurement', $$insert into isms.measurement (measure, measured_on, value) values ('LEAVERS', '%s', 1)$$),
    (21, 'performance_evaluation', $$insert into isms.performance_evaluation (title, period, evaluated_on) values ('2026', '[2026-01-01,2026-06-30]', '%s')$$),
    (22, 'improvement', $$insert into isms.improvement (title, proposed_on) values ('Better', '%s')$$),
    (23, 'certification_notice', $$insert into isms.certification_notice (certification, kind, what, occurred_on) values ('CERT', 'scope', 'A site', '%s')$$),
    (24, 'certification_notice sent', $$insert into isms.certification_notice (certification, kind, what, occurred_on, sent_on) values ('CERT', 'scope', 'A site', '2026-01-01', '%s')$$),
    (25, 'certification_body', $$update isms.certification_body set accreditation_checked_on = '%s'$$),
    (26, 'certification_audit majors', $$insert into isms.certification_audit (certification, kind, majors_verified_on) values ('CERT', 'surveillance', '%s')$$),
    (27, 'evidence_request asked', $$insert into isms.evidence_request (audit, what, asked_on) values ('CA', 'Log', '%s')$$),
    (28, 'evidence_request delivered', $$insert into isms.evidence_request (audit, what, delivered_on, delivered) values ('CA', 'Log', '%s', 'Folder')$$)) f(n, what, statement)
 cross join lateral pg_temp.tells_of_the_past(f.statement) s(said)
 order by f.n;

-- What lay in the future before the rule was there may stay while something else changes.
begin;
alter table isms.supplier disable trigger user;
update isms.supplier set reviewed_on = isms.today('ACME') + 5 where code = 'HOST';
select isms.activate() ~ 'on again' as on_again;
update isms.supplier set title = 'Hosting plc' where code = 'HOST' returning title;
rollback;

-- Today is the scope's: where it is tomorrow already, tomorrow is no future.
begin;
update isms.scope set time_zone = case when extract(hour from now()) < 12 then 'Etc/GMT+12' else 'Etc/GMT-14' end;
select pg_temp.attempt(format('update isms.supplier set reviewed_on = %L', isms.today('ACME')));
select pg_temp.attempt(format('update isms.supplier set reviewed_on = %L', isms.today('ACME') + 1));
rollback;

\echo == intervals
-- Taken: a day, a hundred years.  Refused by the column's own rule: nothing, longer than a life, less than nothing in one part, or much in one that another takes back.
create function pg_temp.counts_with(statement text) returns setof text language plpgsql as $$
declare
  every text;
  rule text;
begin
  foreach every in array array['1 day', '100 years', '0', '101 years', '178000000 years', '-1 year', '1 month -1 day', '5000000 years -1799999990 days', '-5000000 years 1800000010 days', '-106000000 days 2544000010 hours'] loop
    begin
      execute format(statement, every);
      raise exception 'taken' using errcode = 'P9999';
    exception when sqlstate 'P9999' then
      return next every;
    when check_violation then
      get stacked diagnostics rule = constraint_name;
      return next rule;
    end;
  end loop;
end
$$;
select f.what, s.said, count(*)
  from (values
    (1, 'context_issue', $$insert into isms.context_issue (code, title, kind, reviewed_on, review_every) values ('I-1', 'Law', 'external', '2026-01-01', '%s')$$),
    (2, 'interested_party', $$insert into isms.interested_party (code, title, reviewed_on, review_every) values ('P-1', 'Customers', '2026-01-01', '%s')$$),
    (3, 'objective', $$update isms.objective set monitor_every = '%s' where code = 'OB'$$),
    (4, 'document', $$update isms.document set review_every = '%s' where code = 'POL'$$),
    (5, 'training', $$update isms.training set repeat_every = '%s' where code = 'BASE'$$),
    (6, 'training_need', $$insert into isms.training_need (code, training, within) values ('N', 'BASE', '%s')$$),
    (7, 'communication_item', $$update isms.communication_item set repeat_every = '%s' where code = 'NEWS'$$),
    (8, 'process', $$update isms.process set record_every = '%s' where code = 'PAY'$$),
    (9, 'supplier', $$update isms.supplier set review_every = '%s' where code = 'HOST'$$),
    (10, 'notification_duty', $$update isms.notification_duty set time_limit = '%s' where code = 'DPA'$$),
    (11, 'business_impact', $$insert into isms.business_impact (title, assessed_on, review_every) values ('Payments', '2026-01-01', '%s')$$),
    (12, 'continuity_plan', $$update isms.continuity_plan set exercise_every = '%s' where code = 'PLAN'$$),
    (13, 'measured', $$update isms.measure set measured_every = '%s' where code = 'LEAVERS'$$),
    (14, 'evaluated', $$update isms.measure set evaluated_every = '%s' where code = 'LEAVERS'$$),
    (15, 'control_test_plan', $$insert into isms.control_test_plan (title, implementation, starts_on, cadence) values ('Test', 'IMP', '2026-01-01', '%s')$$),
    (16, 'certification_body_parameter', $$insert into isms.certification_body_parameter (body, parameter, period, source) values ('CB', 'notice', '%s', 'Contract')$$)) f(n, what, statement)
 cross join lateral pg_temp.counts_with(f.statement) s(said)
 group by f.n, f.what, s.said
 order by f.n, s.said collate "C";

-- Days that something is counted on from are not so far away that counting fails.
select pg_temp.attempt($$update isms.measure set starts_on = '5000000-01-01'$$);
select pg_temp.attempt($$update isms.objective set period = '[5000000-01-01,)'$$);
select pg_temp.attempt($$update isms.certification set valid_until = 'infinity'$$);
select pg_temp.attempt($$update isms.certification set decided_on = '-infinity'$$);
select pg_temp.attempt($$update isms.certification set stage_gap_days = 2147483647$$);
select pg_temp.attempt($$update isms.certification_body set accredited_until = '4713-01-01 BC'$$);
select pg_temp.attempt($$update isms.incident set detected_at = '294276-12-31 23:00Z'$$);
select pg_temp.attempt($$update isms.certification set suspended_until = 'infinity'$$);
select pg_temp.attempt($$update isms.certification_audit set majors_due = 'infinity'$$);
select pg_temp.attempt($$update isms.certification_audit set held_from = '4713-01-01 BC', held_until = '4713-01-01 BC'$$);
select pg_temp.attempt($$insert into isms.certification_notice (certification, kind, what, occurred_on) values ('CERT', 'scope', 'A site', '-infinity')$$);
-- What was held has a beginning, and a conclusion comes after it.
select pg_temp.attempt($$update isms.certification_audit set held_until = '2026-01-01'$$);
select pg_temp.attempt($$update isms.certification_audit set conclusion = 'positive'$$);
-- A day that is due for ever, or was before all time, is so many days late as nobody can say.
insert into isms.opportunity (code, title, kind, due_on) values ('NEVER', 'Never', 'risk', 'infinity'), ('EVER', 'Ever', 'risk', '-infinity');
insert into isms.risk (code, title, owner) values ('R-1', 'Risk', 'dana');
insert into isms.action (code, title, serves_kind, serves, owner, due_on) values ('A-1', 'Never', 'risk', 'R-1', 'dana', 'infinity'), ('A-2', 'Ever', 'risk', 'R-1', 'dana', '-infinity');
select kind, code, due, days from isms.overdue where due in ('infinity', '-infinity') order by kind, code;
select code, due, days_overdue from isms.risk_treatment_plan order by due;
select code, due_on from isms.inbox i join isms.action a using (code) where i.kind = 'action' order by code;
select isms.treatment_burn_down_svg('ACME') ~ '2 without' as counted_as_undated, isms.report_html('ACME') ~ '</html>' as reported;
-- A document may be kept for longer than a life, but no part takes back what another gives.
select pg_temp.attempt($$update isms.document_version set keep_for = '1000 years'$$);
select pg_temp.attempt($$update isms.document_version set keep_for = '5000000 years -1799999990 days'$$);
select count(*) >= 0 as answers from isms.inbox;
select count(*) >= 0 as answers from isms.overdue;
