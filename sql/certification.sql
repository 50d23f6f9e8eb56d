-- The certification cycle: body and offer, stages, decision, surveillance, suspension, transfer, renewal; its calendar and its cost.
\set SHOW_CONTEXT never
set client_min_messages = warning;
drop extension if exists isms cascade;
create extension isms;
create role regress_tom login;
create role regress_mia login;
create role regress_pat login;

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

select isms.setup('ACME', 'Acme Ltd', 'dana', 'Dana Ruiz') \g /dev/null
select isms.add_person('mia', 'Mia Moor', login => 'regress_mia', roles => '{isms_manager}') \g /dev/null
select isms.add_person('pat', 'Pat Pell', login => 'regress_pat', roles => '{process_owner}') \g /dev/null
select isms.add_person('tom', 'Tom Tate', login => 'regress_tom', roles => '{top_management}') \g /dev/null
select isms.today('ACME') as today \gset

-- What the registers of documents, audits, reviews and findings hold: here it stands in plain tables.
create table public.held (relation text, record jsonb);
grant all on public.held to isms_editor;
create function public.held_findings(c jsonb) returns jsonb language sql stable as $$select coalesce(jsonb_agg(h.record), '[]') from public.held h where h.relation = 'findings'$$;
create function public.held_audits(c jsonb) returns jsonb language sql stable as $$select coalesce(jsonb_agg(h.record), '[]') from public.held h where h.relation = 'audits'$$;
create function public.held_reviews(c jsonb) returns jsonb language sql stable as $$select coalesce(jsonb_agg(h.record), '[]') from public.held h where h.relation = 'reviews'$$;
create function public.held_scope(c jsonb) returns jsonb language sql stable as $$select coalesce(jsonb_agg(h.record), '[]') from public.held h where h.relation = 'scope_statement'$$;
create function public.held_documents(c jsonb) returns jsonb language sql stable as $$select coalesce(jsonb_agg(h.record), '[]') from public.held h where h.relation = 'mandatory_documents'$$;
-- The relation that is shipped asks the register of documents: what is in force, or recorded, passes.
select count(*) > 5 as pieces, count(*) filter (where m.state = 'missing') > 0 as some_missing, count(*) filter (where (d.x ->> 'status' = 'passed') <> (m.state in ('current', 'review_due', 'recorded', 'not_yet'))) as differ
  from isms.mandatory_documents('ACME') m
  join jsonb_array_elements(isms.certification_documents('{"scope": "ACME"}')) d(x) on d.x ->> 'rule' = m.title;
insert into isms.workflow_relation (workflow, name, function)
select 'certification', r.name, 'public.held_' || r.held
  from (values ('findings', 'findings'), ('audits', 'audits'), ('reviews', 'reviews'), ('scope_statement', 'scope'), ('mandatory_documents', 'documents')) r(name, held)
on conflict (workflow, name) do update set function = excluded.function;

-- Only the ISMS manager opens a cycle; candidates and offers are anybody's to record.
set session authorization regress_pat;
select pg_temp.attempt($$insert into isms.certification (code, title) values ('C-1', 'First certificate')$$);
insert into isms.certification_body (code, title, accreditation_body, accreditation_number, accreditation_standard, accredited_until, accreditation_checked_on, accreditation_checked_by) values
  ('CERT', 'Cert GmbH', 'DAkkS', 'D-1', 'ISO/IEC 27006-1', :'today'::date + 900, :'today', 'pat'),
  ('NEW', 'New Ltd', 'UKAS', 'U-7', 'ISO/IEC 27006-1', :'today'::date + 1500, :'today', 'pat');
insert into isms.certification_body (title) values ('Stamps and Seals') returning code;
set session authorization regress_mia;
insert into isms.certification (code, title, owner, persons_by_site, stage_gap_days) values ('C-1', 'First certificate', 'mia', '{"HQ": 40, "Lab": 12}', 90);
insert into isms.certification_offer (certification, body, offered_on, audit_days, price, price_three_years) values
  ('C-1', 'CERT', :'today', 10, 12000, 21000), ('C-1', 'NEW', :'today', 10.5, 11000, 23000), ('C-1', 'CB-0001', :'today', 2, 900, 1500);

-- Not without an accredited body, the persons by site, an offer and a scope statement.
select pg_temp.attempt($$select isms.request('isms.certification', 'C-1', 'apply', 'Ready to apply')$$);
select pg_temp.attempt(s)
  from unnest(array[
    $$select isms.choose_offer('C-1', 'NOBODY', 'Cheap')$$,
    $$select isms.choose_offer('C-1', 'CERT', ' ')$$,
    $$update isms.certification set persons_by_site = '{"HQ": "forty"}' where code = 'C-1'$$,
    $$update isms.certification set persons_by_site = '[40]' where code = 'C-1'$$,
    $$insert into isms.certification (code, title, kind, previous) values ('C-2', 'Renewal', 'renewal', 'C-9')$$]) s;
select isms.choose_offer('C-1', 'CB-0001', 'Much the cheapest');
select pg_temp.attempt($$select isms.request('isms.certification', 'C-1', 'apply', 'Ready to apply')$$);
insert into public.held select 'scope_statement', jsonb_build_object('@state', 'approved', 'effective_from', :'today'::date - 90);
select isms.choose_offer('C-1', 'CERT', 'Accredited, and knows our trade');
select body, decision, decision_reason, decided_by from isms.certification_offer order by body;
select body, accreditation_body, accreditation_number, accreditation_standard, accredited_until = :'today'::date + 900 as until, audit_days, price from isms.certification;
select pg_temp.attempt($$update isms.certification_offer set decision = 'chosen' where body = 'NEW'$$);
select isms.request('isms.certification', 'C-1', 'apply', 'Ready to apply');
-- The offers belong to what top management approves: who changes one voids it.
update isms.certification_offer set price = 13000 where certification = 'C-1' and body = 'CERT';
set session authorization regress_tom;
select pg_temp.attempt($$select isms.approve('isms.certification', '{C-1}', 'apply')$$);
set session authorization regress_mia;
select isms.request('isms.certification', 'C-1', 'apply', 'At the new price');
set session authorization regress_tom;
select isms.approve('isms.certification', '{C-1}', 'apply');
set session authorization regress_mia;
select pg_temp.attempt($$select isms.choose_offer('C-1', 'NEW', 'Second thoughts')$$);

-- Stage 1: the documents, a dated internal audit and review; its days come from the body's audit.
insert into public.held values ('mandatory_documents', '{"rule": "Scope statement", "status": "passed"}'), ('mandatory_documents', '{"rule": "Risk method", "status": "draft"}');
select pg_temp.attempt($$update isms.certification set status = 'stage_1' where code = 'C-1'$$);
update public.held set record = record || '{"status": "passed"}' where relation = 'mandatory_documents';
insert into public.held values ('audits', '{"code": "A-1", "@state": "planned", "planned_period": "[2026-01-01,2026-01-05)"}'), ('reviews', jsonb_build_object('held_on', :'today'::date - 20));
update isms.certification set status = 'stage_1' where code = 'C-1';
insert into isms.certification_audit (code, certification, kind, planned_from, planned_until, audit_days, lead_auditor) values
  ('S1', 'C-1', 'stage_1', :'today'::date - 12, :'today'::date - 11, 3, 'Ada Abel'), ('S2', 'C-1', 'stage_2', :'today'::date - 3, :'today'::date - 1, 7, 'Ada Abel');
-- What is taken back is taken out of the cycle.
insert into isms.certification_audit (code, certification, kind, planned_from) values ('SX', 'C-1', 'stage_2', :'today'::date + 10);
select stage_2_from - :'today' as stage_2_in_days from isms.certification;
delete from isms.certification_audit where code = 'SX';
select stage_2_from - :'today' as stage_2_in_days from isms.certification;
update isms.certification_audit set held_from = planned_from - 9, held_until = planned_until, conclusion = 'ready' where code = 'S1';
update isms.certification_audit set held_from = null, held_until = null, conclusion = null where code = 'S1';
select stage_1_conclusion, stage_1_ended_on from isms.certification;
update isms.certification_audit set held_from = planned_from, held_until = planned_until, conclusion = 'ready', report_reference = 'R-1' where code = 'S1';
select stage_1_conclusion, :'today'::date - stage_1_ended_on as stage_1_days_ago, :'today'::date - stage_2_from as stage_2_days_ago, stage_2_ended_on from isms.certification;
select pg_temp.attempt(s)
  from unnest(array[
    $$update isms.certification_audit set conclusion = 'positive' where code = 'S1'$$,
    $$update isms.certification_audit set held_until = held_from - 1 where code = 'S1'$$,
    $$update isms.certification_audit set held_until = isms.today('ACME') + 1 where code = 'S1'$$,
    $$insert into isms.certification_audit (code, certification, kind, held_from, held_until, conclusion) values ('Z5', 'C-1', 'surveillance', '2099-01-01', '2099-01-02', 'positive')$$,
    $$insert into isms.certification_audit (certification, kind) values ('C-1', 'special')$$,
    $$update isms.certification_audit set cancelled_on = planned_from where code = 'S2'$$]) s;

-- An area of concern has to be answered, internal audit and review be done.
insert into public.held values ('findings', '{"code": "F-1", "kind": "concern", "@state": "raised"}');
select pg_temp.attempt($$update isms.certification set status = 'stage_2' where code = 'C-1'$$);
update public.held set record = record || '{"answer": "The plan covers Lab now"}' where record ->> 'code' = 'F-1';
update public.held set record = record || jsonb_build_object('@state', 'reported', 'reported_on', :'today'::date - 30, 'scope_items', '{4,5,6,7,8,9,10}'::text[]) where record ->> 'code' = 'A-1';
update isms.certification set status = 'stage_2' where code = 'C-1';

-- What the auditors ask for and whom they meet.
insert into isms.evidence_request (audit, what, requirement, owner, due_on) values
  ('S2', 'Log of backups', 'A.8.13', 'pat', :'today'::date - 4), ('S2', 'Minutes of the review', '9.3', 'mia', :'today'::date + 4) returning code, status;
select pg_temp.attempt($$update isms.evidence_request set delivered_on = due_on where code = 'ER-0001'$$);
update isms.evidence_request set delivered_on = :'today', delivered = 'Folder 7' where code = 'ER-0002';
insert into isms.audit_agenda (audit, day, starts, ends, site, topic, requirement, auditor, interviewee) values
  ('S2', :'today'::date - 3, '09:00', '10:00', 'HQ', 'Leadership', '5', 'Ada Abel', 'tom'), ('S2', :'today'::date - 3, '10:00', '11:00', 'HQ', 'Risk appetite', '6.1', 'Ada Abel', 'tom'),
  ('S2', :'today'::date - 2, '09:00', '10:00', 'Lab', 'Operation', '8', 'Ben Bolt', 'pat'), ('S2', :'today'::date, '09:00', '10:00', 'Lab', 'Too late', '8', 'Ben Bolt', 'pat');
select pg_temp.attempt(format($$insert into isms.audit_agenda (audit, day, starts, ends, topic, interviewee) values ('S2', %L, '09:30', '09:45', 'Policy', 'tom')$$, :'today'::date - 3));
-- The auditors' lists come in as they are.
create temp table sheet (no text, audit text, "Evidence requested" text, clause text, "from whom" text, until text);
insert into sheet values ('P-1', 'S2', 'Training records', '7.2', 'Pat Pell', '30.11.2026'), ('P-2', 'S9', 'Contract', 'A.5.20', 'Nobody', '31.11.2026');
select line, column_name, value, reason, nearest from isms.import('evidence_request', 'sheet', formats => '{"date": "DD.MM.YYYY"}');
delete from sheet where no = 'P-2';
select * from isms.import('evidence_request', 'sheet', formats => '{"date": "DD.MM.YYYY"}') \g /dev/null
select audit, what, requirement, owner, due_on = '2026-11-30' as due, status from isms.evidence_request where code = 'P-1';
create temp table plan (no text, audit text, date text, "from" text, "to" text, where_ text, subject text, auditee text);
insert into plan values ('P-1', 'S2', '2026-11-30', '13:00', '12:00', 'Lab', 'Suppliers', 'pat'), ('P-2', 'S2', '2026-11-30', 'noon', '15:00', 'Lab', 'Changes', 'pat');
select line, column_name, value, reason from isms.import('audit_agenda', 'plan', mapping => '{"where_": "site"}') where reason is not null order by 1, 2;
update plan set "from" = '11:00' where no = 'P-1';
update plan set "from" = '14:00' where no = 'P-2';
select * from isms.import('audit_agenda', 'plan', mapping => '{"where_": "site"}') \g /dev/null
select code, starts, ends, site, topic, interviewee from isms.audit_agenda where code like 'P-%' order by code;
delete from isms.audit_agenda where code like 'P-%';
delete from isms.evidence_request where code = 'P-1';

-- Two items swap their hours in one statement.
update isms.audit_agenda set starts = case code when 'AG-0001' then time '10:00' else '09:00' end, ends = case code when 'AG-0001' then time '11:00' else '10:00' end where code in ('AG-0001', 'AG-0002');
select code, state, requests, open_requests, overdue_requests, agenda_items, outside_items, interviewees from isms.certification_audit_status order by code;
update isms.certification_audit set held_from = planned_from, held_until = planned_until, conclusion = 'positive', report_reference = 'R-2', majors_due = :'today'::date + 60 where code = 'S2';
select code, state from isms.certification_audit_status order by code;

-- Decision: majors verified by the body, minors planned, the certificate complete, the letter there.
insert into public.held values ('findings', '{"code": "F-2", "kind": "major", "@state": "raised"}'), ('findings', '{"code": "F-3", "kind": "minor", "@state": "raised"}');
update isms.certification set status = 'awaiting_decision' where code = 'C-1';
select pg_temp.attempt($$update isms.certification set status = 'certified' where code = 'C-1'$$);
update public.held set record = record || jsonb_build_object('body_verified_on', :'today'::date, 'body_accepted_on', :'today'::date) where record ->> 'code' in ('F-2', 'F-3');
select pg_temp.attempt(format($$update isms.certification set status = 'certified', certificate_number = 'N-1', certificate_scope = 'All sites', certificate_standard = 'ISO/IEC 27001:2022', soa_version = '3',
  decided_on = %L, valid_from = %L, valid_until = %L where code = 'C-1'$$, :'today'::date, :'today'::date, :'today'::date + 1200));
update isms.certification set status = 'certified', certificate_number = 'N-1', certificate_scope = 'All sites', certificate_standard = 'ISO/IEC 27001:2022', soa_version = '3',
  decided_on = :'today', valid_from = :'today', valid_until = (:'today'::date + interval '3 years')::date - 1, body_reference = 'L-1', body_dated = :'today', body_evidence = 'Safe'
 where code = 'C-1';
select pg_temp.attempt($$update isms.certification set soa_version = '4', body_reference = null where code = 'C-1'$$);
select pg_temp.attempt($$update isms.certification set certificate_number = 'N-2' where code = 'C-1'$$);
-- The decision rests on the audits before it: what is entered later does not touch them.
select pg_temp.attempt(s)
  from unnest(array[
    $$insert into isms.certification_audit (code, certification, kind, held_from, held_until, conclusion) values ('Z4', 'C-1', 'stage_2', current_date - 1, current_date - 1, 'positive')$$,
    $$insert into isms.certification_audit (code, certification, kind, planned_from) values ('Z4', 'C-1', 'stage_1', '2099-01-01')$$,
    $$update isms.certification_audit set held_until = held_from where code = 'S2'$$,
    $$update isms.certification_audit set kind = 'surveillance' where code = 'S2'$$,
    $$delete from isms.certification_audit where code = 'S1'$$,
    $$update isms.certification set stage_2_ended_on = '2031-01-02' where code = 'C-1'$$]) s;
update isms.certification_audit set summary = 'Two nonconformities' where code = 'S2';
insert into isms.certification_audit (code, certification, kind, planned_from) values ('RX', 'C-1', 'recertification', :'today'::date + 900);
select :'today'::date - stage_2_from as stage_2_days_ago, :'today'::date - stage_2_ended_on as ended_days_ago from isms.certification where code = 'C-1';
delete from isms.certification_audit where code = 'RX';
-- Of an older register the cycle comes before its audits, in one cut-over; its own columns say the days.
begin;
do $$ begin perform isms.begin_cutover('The certificate of before'); end $$;
insert into isms.certification (code, title, body, status, certificate_number, stage_2_from, stage_2_ended_on, decided_on, valid_from, valid_until)
values ('C-0', 'The one before', 'CERT', 'certified', 'N-0', '2020-03-02', '2020-03-04', '2020-04-01', '2020-04-01', '2023-03-31');
insert into isms.certification_audit (code, certification, kind, held_from, held_until, conclusion) values ('OLD', 'C-0', 'stage_2', '2020-03-03', '2020-03-04', 'positive');
select stage_2_from, stage_2_ended_on from isms.certification where code = 'C-0';
do $$ begin perform isms.end_cutover(); end $$;
select split_part(pg_temp.attempt($$delete from isms.certification_audit where code = 'OLD'$$), E'\n', 1) as refused;
rollback;

-- A change of scope, and a transfer to another body, each with its letter and told to the body.
insert into isms.certification_notice (certification, kind, what, occurred_on, owner) values ('C-1', 'scope', 'The Lab leaves the scope', :'today', 'mia') returning code;
select pg_temp.attempt(format($$update isms.certification_notice set sent_on = %L where code = 'CN-0001'$$, :'today'::date - 1));
update isms.certification_notice set sent_on = :'today', sent_by = 'mia', reference = 'Letter 4', answered_on = :'today', answer = 'Special audit in spring' where code = 'CN-0001';
insert into isms.certification_audit (certification, kind, purpose, planned_from) values ('C-1', 'special', 'The Lab leaves', :'today'::date + 60) returning code;
update isms.certification set certificate_scope = 'HQ', soa_version = '4', body_reference = 'L-2', body_dated = :'today' where code = 'C-1';
-- A letter serves one step; a later one is not dated before it.
select pg_temp.attempt($$update isms.certification set body = 'NEW' where code = 'C-1'$$);
select pg_temp.attempt($$update isms.certification set body = 'NEW', body_reference = 'L-1' where code = 'C-1'$$);
select pg_temp.attempt($$update isms.certification set body = 'NEW', body_reference = 'L-3', body_dated = '2020-01-01' where code = 'C-1'$$);
-- With the body its accreditation changes, and not to one it does not have.
select pg_temp.attempt(format($$update isms.certification set body = 'CB-0001', accreditation_body = null, accreditation_number = null, accreditation_standard = null, accredited_until = null, body_reference = 'L-3', body_dated = %L where code = 'C-1'$$, :'today'));
update isms.certification c
   set body = b.code, accreditation_body = b.accreditation_body, accreditation_number = b.accreditation_number, accreditation_standard = b.accreditation_standard, accredited_until = b.accredited_until,
       body_reference = 'L-3', body_dated = :'today'
  from isms.certification_body b
 where c.code = 'C-1' and b.scope = c.scope and b.code = 'NEW';
select body, accreditation_body, accreditation_number, accredited_until = :'today'::date + 1500 as until, certificate_scope, soa_version, status from isms.certification;

-- Suspended for a time that ends, restored, withdrawn: each by the body's letter.
select pg_temp.attempt($$update isms.certification set status = 'suspended' where code = 'C-1'$$);
select pg_temp.attempt(format($$update isms.certification set status = 'suspended', suspended_until = %L, body_reference = 'L-4' where code = 'C-1'$$, :'today'::date + 90), 'The surveillance audit was refused');
-- Its end moves by a letter too.
select pg_temp.attempt($$update isms.certification set suspended_until = '2099-01-01' where code = 'C-1'$$, 'We need more time for it');
select pg_temp.attempt(format($$update isms.certification set suspended_until = %L, body_reference = 'L-4a' where code = 'C-1'$$, :'today'::date + 100), 'The body gave us ten days more');
select suspended_until - :'today' as suspended_for from isms.certification where code = 'C-1';
-- Who does not want the certificate any more need not wait for a letter.
select isms.request('isms.certification', 'C-1', 'end', 'We give the certificate up');
select isms.withdraw('isms.certification', 'C-1', 'end') is not null as withdrawn;
select pg_temp.attempt($$update isms.certification set status = 'certified' where code = 'C-1'$$);
update isms.certification set status = 'certified', cause_resolved = 'Audited on a new date', body_reference = 'L-5' where code = 'C-1';

-- The cycle after it.
insert into isms.certification (code, title, kind, previous, persons_by_site, significant_change) values ('C-2', 'Renewal', 'renewal', 'C-1', '{"HQ": 60}', false);
insert into isms.certification_offer (certification, body, audit_days, price) values ('C-2', 'NEW', 7, 8000);
select isms.choose_offer('C-2', 'NEW', 'It has been good');
select isms.request('isms.certification', 'C-2', 'apply', 'The renewal');
set session authorization regress_tom;
select isms.approve('isms.certification', '{C-2}', 'apply');
set session authorization regress_mia;
update isms.certification set status = 'stage_2' where code = 'C-2';
-- A body that does not come is no dead end.
select isms.request('isms.certification', 'C-2', 'end', 'The body gave up its business');
select isms.withdraw('isms.certification', 'C-2', 'end') is not null as withdrawn;
insert into isms.certification_audit (code, certification, kind, held_from, held_until, conclusion) values ('RE', 'C-2', 'recertification', :'today', :'today', 'positive');
select stage_1_ended_on, stage_2_from = :'today' as begun, stage_2_ended_on = :'today' as ended from isms.certification where code = 'C-2';
update isms.certification set status = 'awaiting_decision' where code = 'C-2';
-- Nor are days moved from which limits run: they are the audit's.
select pg_temp.attempt($$update isms.certification set stage_2_ended_on = stage_2_ended_on - 30 where code = 'C-2'$$);
select pg_temp.attempt($$update isms.certification set stage_2_from = null, stage_1_ended_on = stage_2_from - 1 where code = 'C-2'$$);
-- What it was applied for, it is: by another kind other limits would hold.
select pg_temp.attempt($$update isms.certification set kind = 'initial', previous = null where code = 'C-2'$$);
-- Decided before the old one ends: valid three years on from there.
update isms.certification set status = 'certified', certificate_number = 'N-2', certificate_scope = 'HQ', certificate_standard = 'ISO/IEC 27001:2022', soa_version = '4',
  decided_on = :'today', valid_from = :'today', valid_until = (:'today'::date + interval '3 years')::date - 1 + interval '3 years', body_reference = 'L-6', body_dated = :'today', body_evidence = 'Safe'
 where code = 'C-2';
select pg_temp.attempt($$update isms.certification set status = 'withdrawn', body_reference = 'L-7' where code = 'C-2'$$, 'We gave the business up');
-- What is over stays as it was, the body's audits and the offers with it.
select pg_temp.attempt(s)
  from unnest(array[
    $$update isms.certification set title = 'x' where code = 'C-2'$$,
    $$update isms.certification_audit set conclusion = 'negative' where code = 'RE'$$,
    $$insert into isms.certification_audit (certification, kind) values ('C-2', 'surveillance')$$,
    $$delete from isms.certification where code = 'C-1'$$]) s;

-- What is due stands in everybody's lists; who leaves hands over the cycle and the requests that are still open.
insert into isms.evidence_request (audit, what, owner) values ('CA-0002', 'List of sites', 'mia') returning code;
select kind, code, title, what, due from isms.inbox where kind ~ '^(certification|evidence_request)' order by kind, code;
select kind, code, title, owner, what, days from isms.overdue where kind ~ '^(certification|evidence_request)' order by kind, code;
select * from isms.handover('mia', 'dana', 'Mia Moor leaves us');
reset session authorization;

-- The calendar, seen from fixed days.  The rows are loaded before the rules are on; the day is an argument, so nothing here depends on today.
drop extension isms cascade;
create extension isms;
insert into isms.scope (code, name) values ('FIX', 'Fixed dates');
insert into isms.person (code, name) values ('mia', 'Mia Moor');
set isms.scope = 'FIX';
set datestyle = 'ISO, YMD';
insert into isms.certification_body (scope, code, title, accredited_until) values ('FIX', 'CERT', 'Cert GmbH', '2028-06-30'), ('FIX', 'SLOW', 'Slow Ltd', null);
create function pg_temp.calendar(cycle text, day date) returns table (what text, earliest date, latest date, act_on date, planned_on date, done_on date, status text, days_left integer)
language sql as $$
  select c.what, c.earliest, c.latest, c.act_on, c.planned_on, c.done_on, c.status, c.days_left from isms.certification_calendar('FIX', day) c where c.certification = cycle
$$;
create function pg_temp.state(cycle text, day date) returns text language sql as $$
  select isms.certificate_state(c.status, c.valid_from, c.valid_until, isms.certification_period(c.scope, c.body, 'restore'),
           exists (select from isms.certification s where s.previous = c.code and s.valid_from <= day and s.status = 'certified'), day)
    from isms.certification c where c.code = cycle
$$;

-- Before the decision: stages, the days from stage 1 to stage 2.
insert into isms.certification (scope, code, title, body, status, stage_gap_days) values ('FIX', 'EARLY', 'In stage 1', 'CERT', 'stage_1', 90), ('FIX', 'USUAL', 'No days stated', 'CERT', 'applied', null);
insert into isms.certification_audit (scope, code, certification, kind, planned_from, held_from, held_until, conclusion) values
  ('FIX', 'E1', 'EARLY', 'stage_1', '2026-01-12', '2026-01-12', '2026-01-13', 'ready'), ('FIX', 'E2', 'EARLY', 'stage_2', '2026-05-04', null, null, null), ('FIX', 'U1', 'USUAL', 'stage_1', '2026-03-02', null, null, null);
update isms.certification set stage_1_ended_on = '2026-01-13' where code = 'EARLY';
select * from pg_temp.calendar('EARLY', '2026-02-01');
select reason, clause, basis from isms.certification_calendar('FIX', '2026-02-01') where certification = 'EARLY' and what = 'stage_2';
select * from pg_temp.calendar('USUAL', '2026-02-01');
insert into isms.certification_body_parameter (scope, body, parameter, period, source) values ('FIX', 'CERT', 'stage_gap', '4 months', 'Offer, page 3');
update isms.certification set stage_gap_days = null where code = 'EARLY';
select latest, reason from isms.certification_calendar('FIX', '2026-02-01') where certification = 'EARLY' and what = 'stage_2';

-- Major nonconformities of stage 2: half a year, by what the findings say.
insert into isms.certification (scope, code, title, body, status, stage_2_ended_on) values ('FIX', 'WAIT', 'Awaiting the decision', 'CERT', 'awaiting_decision', '2026-02-20');
insert into isms.finding (scope, code, source, certification, kind, found_on, body_verified_on, status) values
  ('FIX', 'F1', 'certification_body', 'WAIT', 'major', '2026-02-19', null, 'raised'), ('FIX', 'F2', 'certification_body', 'WAIT', 'major', '2026-02-19', '2026-05-01', 'raised'),
  ('FIX', 'F3', 'certification_body', 'WAIT', 'minor', '2026-02-19', null, 'raised'), ('FIX', 'F4', 'certification_body', 'WAIT', 'major', '2026-02-19', null, 'withdrawn');
select * from pg_temp.calendar('WAIT', '2026-05-10');
update isms.finding set body_verified_on = '2026-06-12' where code = 'F1';
select * from pg_temp.calendar('WAIT', '2026-06-12');
update isms.finding set kind = 'minor';
select * from pg_temp.calendar('WAIT', '2026-06-12');

-- An initial cycle: two limits of surveillance, recertification, accreditation; the decision was on 10 March 2026.
insert into isms.certification (scope, code, title, body, status, decided_on, valid_from, valid_until) values ('FIX', 'INIT', 'Initial', 'CERT', 'certified', '2026-03-10', '2026-03-10', '2029-03-09');
select * from pg_temp.calendar('INIT', '2026-04-01');
\x on
select what, reason, clause, basis from isms.certification_calendar('FIX', '2026-04-01') where certification = 'INIT';
\x off
-- Late: nobody came within twelve months.
select what, latest, status, days_left from pg_temp.calendar('INIT', '2027-03-11') where what = 'surveillance_1';
-- The first one early, in December of the year of the decision: the next calendar year needs one, before the 24 months are over.
insert into isms.certification_audit (scope, code, certification, kind, held_from, held_until, conclusion, majors_due) values ('FIX', 'I1', 'INIT', 'surveillance_1', '2026-12-14', '2026-12-15', 'positive', '2027-02-26');
select * from pg_temp.calendar('INIT', '2027-01-02') where status <> 'done';
select reason from isms.certification_calendar('FIX', '2027-01-02') where what = 'surveillance_2';
-- Seen from before it was held, it was not done.
select status, done_on from pg_temp.calendar('INIT', '2026-12-01') where what = 'surveillance_1';
update isms.certification_audit set majors_verified_on = '2027-02-20' where code = 'I1';
insert into isms.certification_audit (scope, code, certification, kind, planned_from) values ('FIX', 'I2', 'INIT', 'surveillance_2', '2028-04-03');
select what, latest, planned_on, done_on, status, days_left from pg_temp.calendar('INIT', '2027-12-01') where what like 's%' or what = 'majors';
select reason from isms.certification_calendar('FIX', '2027-12-01') where what = 'surveillance_2';

-- Days that went by without it are not planned ones; held after its last day it is done, and late.
create function pg_temp.said(cycle text, day date) returns table (what text, audit text, planned_on date, done_on date, status text, reason text) language sql as $$
  select c.what, c.audit, c.planned_on, c.done_on, c.status, c.reason from isms.certification_calendar('FIX', day) c where c.certification = cycle and c.what ~ '^surveillance_(1|2|2027|2028)$' order by c.what
$$;
insert into isms.certification (scope, code, title, body, status, decided_on, valid_from, valid_until) values ('FIX', 'MISS', 'Nobody came', 'CERT', 'certified', '2026-03-10', '2026-03-10', '2029-03-09');
insert into isms.certification_audit (scope, code, certification, kind, planned_from, planned_until) values ('FIX', 'M1', 'MISS', 'surveillance_1', '2027-02-01', '2027-02-02');
select * from pg_temp.said('MISS', '2027-02-02') where what ~ '1|2027';
select * from pg_temp.said('MISS', '2027-02-03') where what ~ '1|2027';
select status from pg_temp.said('MISS', '2027-03-11') where what ~ '1$';
insert into isms.certification_audit (scope, code, certification, kind, planned_from) values ('FIX', 'M2', 'MISS', 'surveillance_1', '2027-03-01');
select * from pg_temp.said('MISS', '2027-02-03') where what ~ '1|2027';
update isms.certification_audit set held_from = '2027-03-20', held_until = '2027-03-21' where code = 'M2';
select * from pg_temp.said('MISS', '2027-03-20') where what ~ '1|2027';
select * from pg_temp.said('MISS', '2027-03-21') where what ~ '1|2027';
-- A surveillance that is said to be neither the first nor the second is the one it comes to be by its date.
update isms.certification_audit set kind = 'surveillance' where certification = 'MISS';
insert into isms.certification_audit (scope, code, certification, kind, planned_from, held_from, held_until) values ('FIX', 'M3', 'MISS', 'surveillance', '2028-02-01', null, null);
select what, audit, planned_on, done_on, status from pg_temp.said('MISS', '2027-04-01');
delete from isms.certification_audit where certification = 'MISS';
delete from isms.certification where code = 'MISS';

-- The certificate ends: restorable for half a year, then over; a renewal decided meanwhile ends it all.
select d as day, pg_temp.state('INIT', d) from unnest('{2026-03-09,2026-03-10,2029-03-09,2029-03-10,2029-09-09,2029-09-10}'::date[]) d;
select * from pg_temp.calendar('INIT', '2029-04-01') where what not like 'majors';
insert into isms.certification (scope, code, title, kind, previous, body, status) values ('FIX', 'NEXT', 'Renewal', 'renewal', 'INIT', 'CERT', 'stage_2');
insert into isms.certification_audit (scope, code, certification, kind, planned_from, held_from, held_until) values ('FIX', 'N1', 'NEXT', 'recertification', '2028-11-06', '2028-11-06', '2028-11-08');
select * from pg_temp.calendar('INIT', '2028-12-01') where latest > '2028-12-01' or what = 'surveillance_2028';
update isms.certification set status = 'certified', decided_on = '2029-02-01', valid_from = '2029-03-10', valid_until = '2032-03-09' where code = 'NEXT';
select what, latest, done_on, status from pg_temp.calendar('INIT', '2029-02-02') where what in ('recertification', 'renewal', 'restoration');
select count(*) as rows_after from pg_temp.calendar('INIT', '2029-03-10') where what <> 'majors';
select d as day, pg_temp.state('INIT', d), pg_temp.state('NEXT', d) from unnest('{2029-03-09,2029-03-10}'::date[]) d;
-- After a recertification only the yearly rule holds; a leap day does no harm.
select what, latest, act_on, done_on, status from pg_temp.calendar('NEXT', '2029-06-01');
-- What a renewal rests on is what its stage 2 was, not the recertification after it: that is an audit held after the decision.
insert into isms.certification_audit (scope, code, certification, kind, planned_from) values ('FIX', 'N2', 'NEXT', 'recertification', '2031-11-03');
select what, audit, planned_on, done_on, status from isms.certification_calendar('FIX', '2029-06-01') where certification = 'NEXT' and what ~ 'recert|2031';
insert into isms.certification (scope, code, title, kind, previous, body, status, significant_change, stage_1_ended_on, stage_1_repeated_on)
values ('FIX', 'MUCH', 'Much has changed', 'renewal', 'NEXT', 'CERT', 'stage_2', true, '2031-09-30', '2031-09-30');
insert into isms.certification_audit (scope, code, certification, kind, held_from, held_until) values ('FIX', 'N3', 'MUCH', 'recertification', '2031-10-20', '2031-10-21');
select certification, what, audit, done_on, status from isms.certification_calendar('FIX', '2031-10-25') where certification in ('NEXT', 'MUCH') and what ~ 'stage|recert';
delete from isms.certification_audit where certification = 'MUCH';
delete from isms.certification where code = 'MUCH';
-- Renewed long before the end: what the old cycle would have asked for since is not asked for any more, what it missed before is.  It stays
-- renewed when the renewal is withdrawn.
insert into isms.certification (scope, code, title, kind, previous, body, status, decided_on, valid_from, valid_until) values
  ('FIX', 'OLD', 'Old', 'initial', null, 'CERT', 'certified', '2022-03-10', '2022-03-10', '2025-03-09'),
  ('FIX', 'SOON', 'Renewed soon', 'renewal', 'OLD', 'CERT', 'certified', '2023-10-01', '2023-10-01', '2028-03-09');
insert into isms.certification_audit (scope, code, certification, kind, held_from, held_until) values ('FIX', 'O1', 'SOON', 'recertification', '2023-08-01', '2023-08-03');
select what, latest, done_on, status from pg_temp.calendar('OLD', '2023-09-30');
select what, latest, done_on, status from pg_temp.calendar('OLD', '2024-06-01');
select what, latest, done_on, status from pg_temp.calendar('SOON', '2024-06-01');
update isms.certification set status = 'withdrawn' where code = 'SOON';
select code, state from isms.certification_status where code in ('OLD', 'SOON') order by 1;
delete from isms.certification_audit where certification = 'SOON';
delete from isms.certification where code in ('OLD', 'SOON');
insert into isms.certification (scope, code, title, body, status, decided_on, valid_from, valid_until) values ('FIX', 'LEAP', 'Leap day', 'SLOW', 'certified', '2028-02-29', '2028-02-29', '2031-02-28');
select what, earliest, latest, act_on from pg_temp.calendar('LEAP', '2028-03-01');

-- A body may be stricter than the standard, not laxer; others' certificates do not move.
insert into isms.certification_body_parameter (scope, body, parameter, period, source) values ('FIX', 'SLOW', 'surveillance_1', '10 months', 'Rules 5.2'), ('FIX', 'SLOW', 'agree_before', '3 months', 'Rules 5.3');
select what, earliest, latest, act_on from pg_temp.calendar('LEAP', '2028-03-01') where what like 'surveillance__';

-- Suspended, and what the body is still to be told.
insert into isms.certification (scope, code, title, body, kind, status, decided_on, valid_from, valid_until, suspended_until) values ('FIX', 'SUSP', 'Suspended', 'CERT', 'transfer', 'suspended', '2026-06-01', '2026-06-01', '2028-03-09', '2027-04-30');
insert into isms.certification_notice (scope, code, certification, kind, what, occurred_on, sent_on) values ('FIX', 'N-1', 'SUSP', 'organisation', 'Bought a company', '2026-12-01', null), ('FIX', 'N-2', 'SUSP', 'contact', 'Another manager', '2026-12-01', '2026-12-09');
insert into isms.certification_audit (scope, code, certification, kind, purpose, planned_from) values ('FIX', 'X1', 'SUSP', 'special', 'To lift the suspension', '2027-02-15');
select * from pg_temp.calendar('SUSP', '2027-01-02');
select d as day, pg_temp.state('SUSP', d) from unnest('{2027-01-02,2028-03-10}'::date[]) d;

-- With the rules on: what a body may set, of which cycle a finding is, who sees it, and the same from today in the views.
select isms.setup('ACME', 'Acme Ltd', 'dana', 'Dana Ruiz') \g /dev/null
set isms.scope = 'ACME';
select isms.add_person('pat', 'Pat Pell', login => 'regress_pat', roles => '{process_owner}') \g /dev/null
reset isms.scope;
select pg_temp.attempt($$update isms.certification_body_parameter set period = '13 months' where body = 'SLOW' and parameter = 'surveillance_1'$$);
select pg_temp.attempt($$update isms.certification_body_parameter set period = '1 year' where body = 'SLOW' and parameter = 'agree_before'$$);
-- Whichever day it begins on: 365 days are never more than twelve months, eleven months and thirty days can be.
select pg_temp.attempt($$update isms.certification_body_parameter set period = '365 days' where body = 'SLOW' and parameter = 'surveillance_1'$$);
select pg_temp.attempt($$update isms.certification_body_parameter set period = '11 months 30 days' where body = 'SLOW' and parameter = 'surveillance_1'$$);
select split_part(pg_temp.attempt($$insert into isms.finding (scope, source, certification, kind) values ('FIX', 'certification_body', 'NONE', 'minor')$$), E'\n', 1) as refused;
select count(*) as differ from (select * from isms.certification_calendar except select * from isms.certification_calendar('FIX', isms.today('FIX'))) d;
select count(*) > 0 as here, count(*) filter (where s.overdue <> (select count(*) from isms.certification_calendar c where c.certification = s.code and c.status = 'overdue')) as differ from isms.certification_status s;
select count(*) > 3 as due,
       count(*) filter (where not exists (
         select
           from isms.certification_calendar c
          where c.certification = i.code and c.status <> 'done' and (i.what, i.due) in ((c.what, c.latest), (c.what || ' to be arranged', c.act_on)))) as differ,
       count(*) - (select count(*) + count(*) filter (where c.status = 'open' and c.act_on < c.latest) from isms.certification_calendar c where c.status <> 'done' and c.latest is not null and c.what !~ '^notice') as too_many
  from isms.due_items() i where i.kind = 'certification';
select code, title, what, due from isms.due_items() where kind = 'certification_notice';
set session authorization regress_pat;
select count(*) as of_fix from isms.certification_calendar;
select count(*) as of_fix from isms.certification_status;
select pg_temp.attempt($$select isms.certification_calendar('FIX')$$);
select pg_temp.attempt($$select isms.certification_cost('FIX', 1000)$$);
reset session authorization;

-- What three years cost: persons of all sites, days by their number, half days.
select persons_from, persons_to, initial_days, surveillance_days, recertification_days from isms.audit_days where persons_from in (1, 46, 426, 8501) order by 1;
-- The bands leave no gap, and more persons never take fewer days.
select count(*) as wrong
  from (select persons_from, initial_days, surveillance_days, recertification_days, lag(persons_to) over w as before, lag(initial_days) over w as initial_before, lag(surveillance_days) over w as surveillance_before
          from isms.audit_days window w as (order by persons_from)) b
 where persons_from <> coalesce(before, 0) + 1 or initial_days < initial_before or surveillance_days < surveillance_before or not surveillance_days < recertification_days or not recertification_days < initial_days;
select distinct certainty from isms.audit_days;
set isms.scope = 'FIX';
update isms.certification set persons_by_site = '{"HQ": 40, "Lab": 12}' where code = 'INIT';
select line, year, item, site, persons, days, amount from isms.certification_cost('FIX', 1300, expenses_per_day => 150, fee_per_year => 600, certification => 'INIT');
select item, reason from isms.certification_cost('FIX', 1300, certification => 'INIT') where reason is not null;
-- A fifth less; half a person counts as one; a renewal begins with a recertification audit.
select year, item, days, amount, reason from isms.certification_cost('FIX', 1000, adjustment => -0.2, certification => 'INIT') where year is not null;
select persons_to from unnest('{10,10.5,11,10700}'::numeric[]) p cross join lateral isms.audit_days_for('FIX', p);
update isms.certification set persons_by_site = '{"HQ": 10}' where code = 'NEXT';
select item, days from isms.certification_cost('FIX', 1000, certification => 'NEXT') where year is not null;
-- The body's own numbers go before.
insert into isms.own_audit_days (persons_from, persons_to, initial_days, surveillance_days, recertification_days, source) values (50, 60, 9, 3, 6, 'Price list');
select split_part(pg_temp.attempt($$insert into isms.own_audit_days (persons_from, persons_to, initial_days, surveillance_days, recertification_days, source) values (60, 70, 9, 3, 6, 'Price list')$$), E'\n', 1) as refused;
select item, days, amount, reason from isms.certification_cost('FIX', 1000, certification => 'INIT') where item in ('all persons', 'three years');
-- What is not known stays so.
select item, persons, days, amount, reason from isms.certification_cost('FIX', 1000, certification => 'USUAL') where item in ('all persons', 'initial', 'three years');
update isms.certification set persons_by_site = '{"HQ": 20000}' where code = 'USUAL';
select item, persons, days, amount, reason from isms.certification_cost('FIX', 1000, certification => 'USUAL') where item in ('all persons', 'initial', 'three years');
select pg_temp.attempt(s)
  from unnest(array[
    $$select isms.certification_cost('FIX', null)$$,
    $$select isms.certification_cost('FIX', -1, adjustment => -1)$$,
    $$select isms.certification_cost('FIX', 'NaN', certification => 'INIT')$$,
    $$select isms.certification_cost('FIX', 'Infinity', expenses_per_day => 'NaN', fee_per_year => 'Infinity', certification => 'INIT')$$,
    $$select isms.certification_cost('FIX', 1000, adjustment => 'NaN', certification => 'INIT')$$,
    $$select isms.certification_cost('FIX', 1000, adjustment => 'Infinity', certification => 'INIT')$$,
    $$select isms.certification_cost('FIX', 1000, certification => 'NONE')$$,
    $$select isms.certification_cost('NOWHERE', 1000)$$]) s;

drop table public.held;
drop function public.held_findings, public.held_audits, public.held_reviews, public.held_scope, public.held_documents;
drop owned by regress_tom, regress_mia, regress_pat;
drop role regress_tom, regress_mia, regress_pat;
drop extension isms cascade;
