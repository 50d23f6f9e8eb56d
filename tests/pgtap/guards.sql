-- The guards of the workflows document, internal_audit, finding, nonconformity, incident, change and certification, on plain
-- tables: each step is taken when all holds, and refused with exactly these reasons when something does not.
\set ON_ERROR_STOP on
\pset format unaligned
\pset tuples_only on
\pset pager off

begin;

select no_plan();

\o /dev/null
-- The shipped tables stand aside for plain ones of the same names.
alter table isms.finding rename to shipped_finding;
alter table isms.nonconformity rename to shipped_nonconformity;
delete from isms.workflow_binding where workflow in ('internal_audit', 'finding', 'nonconformity');
select isms.setup('WF', 'Workflows', 'root', 'Root');
set local isms.scope = 'WF';
create role regress_guard_mia login;
create role regress_guard_pat login;
create role regress_guard_ian login;
create role regress_guard_ada login;
create role regress_guard_liv login;
create role regress_guard_tom login;
create role regress_guard_bot login;
select isms.add_person('mia', 'Mia Moor', login => 'regress_guard_mia', roles => '{isms_manager}');
select isms.add_person('pat', 'Pat Pell', login => 'regress_guard_pat', roles => '{process_owner}');
select isms.add_person('ian', 'Ian Imhof', login => 'regress_guard_ian', roles => '{internal_auditor}');
select isms.add_person('ada', 'Ada Abel', login => 'regress_guard_ada', roles => '{internal_auditor}');
select isms.add_person('liv', 'Liv Lund', login => 'regress_guard_liv', roles => '{asset_owner}');
select isms.add_person('bot', 'Robot', login => 'regress_guard_bot', roles => '{asset_owner}', kind => 'service');
select isms.add_person('tom', 'Tom Tate', login => 'regress_guard_tom', roles => '{top_management}');
insert into isms.person (code, name, active_until) values ('otto', 'Otto Old', '2020-12-31');

create schema wf;
grant usage on schema wf to public;

-- @-3 in what follows is the day three days ago, @0 today in the scope.
create function wf.dated(said text) returns text language plpgsql as $$
declare
  n text;
begin
  for n in select distinct m[1] from regexp_matches(said, '@(-?\d+)', 'g') m loop
    said := regexp_replace(said, '@' || n || '(?!\d)', to_char(isms.today('WF') + n::integer, 'YYYY-MM-DD'), 'g');
  end loop;
  return said;
end
$$;

-- Tables such as an organisation might have.
create table wf.document (scope text default 'WF', code text, owner text, kind text, mandatory boolean, hold text, primary key (scope, code));
create table wf.version (scope text default 'WF', document text, version text, title text, kind text, author text, approver text, dated date,
  language text, format text, medium text, body text, classification text, readers text[], kept_at text, keep_for interval, retention text, disposal text, change_note text,
  reviewer text, reviewed_on date, suitable boolean, adequate boolean, effective_from date, withdrawn_on date, status text, created_by text default isms.actor(),
  primary key (scope, document, version), foreign key (scope, document) references wf.document);
create table wf.programme (scope text default 'WF', code text, period daterange, frequency text, methods text, responsibilities text, planning text, reporting text,
  status text, primary key (scope, code));
create table wf.audit (scope text default 'WF', code text, programme text, planned_period daterange, criteria text, scope_items text[], lead_auditor text, team text[],
  plan_sent_on date, unannounced boolean, unannounced_reason text, conclusion text, reported_on date, recipients text[], status text, created_by text default isms.actor(),
  primary key (scope, code), foreign key (scope, programme) references wf.programme);
create table wf.audit_item (audit text, item text, result text, reason text, sample text, persons_met text, primary key (audit, item));
create table wf.competence (person text, competence text, evidence text, valid_until date, primary key (person, competence));
-- what actions serve is looked up in schema isms
create table isms.finding (scope text default 'WF', code text, source text, audit text, item text, found_on date, certification text, kind text, requirement text, evidence text, statement text,
  auditee text, nonconformity text, decision text, decision_reason text, answer text, body_reference text, body_dated date, body_evidence text,
  body_accepted_on date, body_verified_on date, status text, created_by text default isms.actor(),
  primary key (scope, code), foreign key (scope, audit) references wf.audit);
create table isms.nonconformity (scope text default 'WF', code text, source text, requirement text, statement text, found_where text, found_on date, owner text,
  grade text, correction text, no_correction_reason text, consequences text, cause text, similar_cases text, similar_looked text, action_needed boolean, need_reason text,
  implemented_on date, effectiveness_due date, waiting_days integer, effective boolean, judged_by text, judged_on date, judged_how text,
  changes_isms boolean, change text, no_change_reason text, affects_risk boolean, risk text, no_risk_reason text,
  body_reference text, body_dated date, body_evidence text, body_accepted_on date, body_verified_on date, status text, created_by text default isms.actor(),
  primary key (scope, code));
create table wf.incident (scope text default 'WF', code text, handler text, occurred_at timestamptz, detected_at timestamptz, reported_at timestamptz,
  contained_at timestamptz, recovered_at timestamptz, category text, severity text, assets text[], hits text, containment text, recovery text,
  evidence text, evidence_digest text, custody text, no_evidence_reason text, lessons text, follow_up text, raises_nonconformity boolean, nonconformity text, no_nonconformity_reason text,
  affects_risk boolean, risk text, no_risk_reason text, status text, created_by text default isms.actor(), primary key (scope, code));
create table wf.duty (incident text, duty text, due boolean, limit_at timestamptz, sent_at timestamptz, primary key (incident, duty));
create table wf.change (scope text default 'WF', code text, kind text, owner text, approver text, implementer text, purpose text, consequences text, isms_effect text,
  risks text[], no_risk_reason text, requested_on date, planned_from date, planned_until date, test_plan text, rollback_plan text, no_rollback_reason text,
  changes_scope boolean, changes_policy boolean, emergency boolean, emergency_reason text, approval_due date, implemented_on date, test_result text,
  effects_reviewed text, effects_reviewed_on date, records_updated text, status text, created_by text default isms.actor(), primary key (scope, code));
create table wf.change_item (change text, item text, primary key (change, item));
create table wf.certification (scope text default 'WF', code text, kind text, previous text, body text, accreditation_body text, accreditation_number text,
  accreditation_standard text, accredited_until date, persons_by_site jsonb, audit_days numeric, price numeric, stage_1_conclusion text, stage_1_ended_on date,
  stage_gap_days integer, stage_2_from date, stage_2_ended_on date, significant_change boolean, stage_1_repeated_on date,
  certificate_number text, certificate_scope text, certificate_standard text, soa_version text, decided_on date, valid_from date, valid_until date,
  suspended_until date, cause_resolved text, body_reference text, body_dated date, body_evidence text, status text, created_by text default isms.actor(),
  primary key (scope, code));
create table wf.review (scope text default 'WF', code text, held_on date, primary key (scope, code));
create table wf.readiness (rule text primary key, status text);
grant all on all tables in schema wf to public;
grant all on isms.finding, isms.nonconformity to public;

-- Where what has no workflow of its own is found.
create function wf.items(audit jsonb) returns jsonb language sql as $$select coalesce(jsonb_agg(to_jsonb(i)), '[]') from wf.audit_item i where i.audit = $1 ->> 'code'$$;
create function wf.competence(audit jsonb) returns jsonb language sql as $$select coalesce(jsonb_agg(to_jsonb(c)), '[]') from wf.competence c$$;
create function wf.duties(incident jsonb) returns jsonb language sql as $$select coalesce(jsonb_agg(to_jsonb(d)), '[]') from wf.duty d where d.incident = $1 ->> 'code'$$;
create function wf.reviews(certification jsonb) returns jsonb language sql as $$select coalesce(jsonb_agg(to_jsonb(r)), '[]') from wf.review r$$;
create function wf.readiness(certification jsonb) returns jsonb language sql as $$select coalesce(jsonb_agg(to_jsonb(r)), '[]') from wf.readiness r$$;
create function wf.content(version jsonb) returns jsonb language sql as $$select case when $1 ->> 'body' = 'Hello' then '["the commitment to continual improvement is missing"]' else '[]' end::jsonb$$;
insert into isms.workflow_relation (workflow, name, function) values
  ('internal_audit', 'items', 'wf.items'), ('internal_audit', 'competence', 'wf.competence'), ('incident', 'duties', 'wf.duties'),
  ('certification', 'reviews', 'wf.reviews'), ('certification', 'mandatory_documents', 'wf.readiness'), ('document', 'content', 'wf.content')
  on conflict (workflow, name) do update set function = excluded.function;

select isms.attach_workflow('wf.version', 'document', 'status');
select isms.attach_workflow('wf.audit', 'internal_audit', 'status');
select isms.attach_workflow('isms.finding', 'finding', 'status');
select isms.attach_workflow('isms.nonconformity', 'nonconformity', 'status');
select isms.attach_workflow('wf.incident', 'incident', 'status');
select isms.attach_workflow('wf.change', 'change', 'status', covers => '{"wf.change_item": {"on": {"change": "code"}}}');
select isms.attach_workflow('wf.certification', 'certification', 'status');

-- A row of each that lacks nothing.
create table wf.good (workflow text primary key, relation text, record jsonb);
insert into wf.good
select workflow, relation, wf.dated(record)::jsonb
  from (values
  ('document', 'wf.version', '{"document": "POL", "version": "2", "title": "Policy", "kind": "policy", "author": "liv", "approver": "tom", "dated": "@-5", "language": "en",
     "format": "text", "medium": "file", "body": "We protect", "classification": "internal", "readers": ["all"], "kept_at": "Registry", "retention": "5 years",
     "disposal": "deleted", "change_note": "New law", "reviewer": "ada", "reviewed_on": "@-1", "suitable": true, "adequate": true, "effective_from": "@1"}'),
  ('internal_audit', 'wf.audit', '{"code": "A1", "programme": "P1", "planned_period": "[@-2,@5)", "criteria": "ISO/IEC 27001", "scope_items": ["A.5.17", "8.1"], "lead_auditor": "ian",
     "team": ["ian", "ada"], "plan_sent_on": "@-3", "unannounced": false, "conclusion": "Works", "reported_on": "@0", "recipients": ["liv", "mia"]}'),
  ('finding', 'isms.finding', '{"code": "F1", "source": "internal_audit", "audit": "A0", "item": "7", "kind": "minor", "requirement": "A.5.17", "evidence": "Log", "statement": "Passwords are shared",
     "auditee": "liv", "nonconformity": "NC-CLOSED"}'),
  ('nonconformity', 'isms.nonconformity', '{"code": "N1", "source": "internal_audit", "requirement": "8.1", "statement": "No second look", "found_where": "Site 1", "found_on": "@-90", "owner": "liv",
     "grade": "minor", "correction": "Looked", "consequences": "None seen", "cause": "No time", "similar_cases": "None", "similar_looked": "Site 2", "action_needed": true,
     "need_reason": "It will come back", "implemented_on": "@-40", "effectiveness_due": "@5", "effective": true, "judged_by": "ada", "judged_on": "@-1", "judged_how": "Sample",
     "changes_isms": false, "no_change_reason": "Rules are fine", "affects_risk": false, "no_risk_reason": "Small"}'),
  ('incident', 'wf.incident', '{"code": "I1", "handler": "liv", "occurred_at": "@-9 08:00+00", "detected_at": "@-9 09:00+00", "reported_at": "@-9 10:00+00", "contained_at": "@-8 08:00+00",
     "recovered_at": "@-7 08:00+00", "category": "theft", "severity": "high", "assets": ["CRM"], "hits": "C", "containment": "Locked", "recovery": "Restored", "evidence": "Image",
     "evidence_digest": "c0ffee", "custody": "Liv, safe", "lessons": "Lock earlier", "follow_up": "Auto lock", "raises_nonconformity": false, "no_nonconformity_reason": "No rule broken",
     "affects_risk": true, "risk": "R-NEW"}'),
  ('change', 'wf.change', '{"code": "C1", "kind": "operational", "owner": "liv", "approver": "pat", "implementer": "ian", "purpose": "Faster", "consequences": "Downtime", "isms_effect": "None",
     "risks": ["R-NEW"], "requested_on": "@-9", "planned_from": "@2", "planned_until": "@4", "test_plan": "Try it", "rollback_plan": "Switch back", "changes_scope": false,
     "changes_policy": false, "implemented_on": "@0", "test_result": "pass", "effects_reviewed": "None", "effects_reviewed_on": "@0", "records_updated": "None touched"}'),
  ('certification', 'wf.certification', '{"code": "Z1", "kind": "initial", "body": "Cert GmbH", "accreditation_body": "DAkkS", "accreditation_number": "D-1", "accreditation_standard": "ISO/IEC 27006-1",
     "accredited_until": "@300", "persons_by_site": {"HQ": 40}, "audit_days": 7, "price": 9000, "stage_1_conclusion": "ready", "stage_1_ended_on": "@-60", "stage_gap_days": 90,
     "stage_2_from": "@-30", "stage_2_ended_on": "@-25", "certificate_number": "N-1", "certificate_scope": "All", "certificate_standard": "ISO/IEC 27001:2022", "soa_version": "3",
     "decided_on": "@-1", "valid_from": "@0", "valid_until": "@1000", "suspended_until": "@100", "cause_resolved": "Audited again", "body_reference": "L-17", "body_dated": "@-1",
     "body_evidence": "Letter"}')) g(workflow, relation, record);

-- Rows put where a case needs them, whatever the workflow says.
create function wf.put(relation text, record jsonb) returns void language plpgsql as $$
begin
  execute format('alter table %s disable trigger workflow_insert', relation);
  execute format('insert into %s select * from jsonb_populate_record(null::%s, jsonb_build_object(''scope'', ''WF'', ''created_by'', ''root'') || $1)', relation, relation) using record;
  execute format('alter table %s enable always trigger workflow_insert', relation);
end
$$;

insert into wf.document values ('WF', 'POL', 'liv', 'policy', true), ('WF', 'SCOPE', 'liv', 'scope', true), ('WF', 'NEW', 'liv', 'procedure', false), ('WF', 'MUST', 'liv', 'procedure', true);
select wf.put('wf.version', wf.dated('{"document": "POL", "version": "1", "status": "approved", "effective_from": "@-400"}')::jsonb),
       wf.put('wf.version', wf.dated('{"document": "SCOPE", "version": "1", "kind": "scope", "status": "approved", "effective_from": "@-400"}')::jsonb);
insert into wf.programme select 'WF', 'P1', wf.dated('[@-100,@265)')::daterange, 'Yearly', 'Interviews', 'Ian', 'Quarterly', 'To management', 'approved';
insert into wf.programme select 'WF', 'P0', wf.dated('[@-100,@265)')::daterange, null, 'Interviews', 'Ian', 'Quarterly', null, 'draft';
select wf.put('wf.audit', wf.dated('{"code": "A2", "programme": "P1", "planned_period": "[@50,@55)", "scope_items": ["A.5.17", "8.1", "9"], "status": "planned"}')::jsonb),
       wf.put('wf.audit', wf.dated('{"code": "A0", "programme": "P1", "planned_period": "[@-70,@-60)", "scope_items": ["4", "5.1", "6.1.2", "7", "8", "9", "10.2"], "lead_auditor": "ian", "team": ["ian", "ada"], "status": "closed", "reported_on": "@-60"}')::jsonb),
       wf.put('wf.audit', wf.dated('{"code": "A9", "programme": "P1", "planned_period": "[@-70,@-60)", "scope_items": ["IAN"], "lead_auditor": "ian", "team": ["ian"], "status": "reported"}')::jsonb);
insert into wf.audit_item values ('A1', 'A.5.17', 'conforms', null, '5 of 40', 'Liv'), ('A1', '8.1', 'not_examined', 'No time', null, null);
insert into wf.competence select p, 'Auditing', 'Certificate', isms.today('WF') + 100 from unnest('{ian,ada}'::text[]) p;
insert into wf.duty select 'I1', 'Authority', true, now(), now();
insert into wf.review select 'WF', 'M1', isms.today('WF') - 30;
insert into wf.readiness values ('RD-001', 'passed');
select wf.put('isms.nonconformity', '{"code": "NC-CLOSED", "owner": "liv", "status": "closed"}'), wf.put('isms.nonconformity', '{"code": "NC-OPEN", "owner": "liv", "status": "open"}'),
       wf.put('isms.nonconformity', '{"code": "NC-ADA", "owner": "ada", "status": "closed"}'), wf.put('isms.nonconformity', '{"code": "NC-VOID", "status": "void"}'),
       wf.put('isms.nonconformity', wf.dated('{"code": "NC-PAST", "grade": "minor", "found_on": "@-2", "status": "closed"}')::jsonb);
insert into isms.asset (code, title, kind, rating, owner) values ('CRM', 'Customers', 'information', 'C3 I3 A3', 'liv'), ('ADA', 'Of Ada', 'information', 'C1 I1 A1', 'ada'), ('IAN', 'Of Ian', 'information', 'C1 I1 A1', 'ian');
insert into isms.asset (code, title, kind, rating, owner) values ('OLD', 'Once of Ada', 'information', 'C1 I1 A1', 'ada');
update isms.asset set owner = 'liv' where code = 'OLD';
insert into isms.implementation (code, title, kind, owner, status, controls) values ('MFA', 'Second factor', 'technical', 'liv', 'implemented', '{A.8.5}');
insert into isms.control_test (implementation, tested_on, result, tester) select 'MFA', isms.today('WF') - 20, 'pass', 'ada';
insert into isms.control_test (implementation, tested_on, result, tester) select 'MFA', isms.today('WF') - 800, 'pass', 'ian';
select isms.begin_cutover('What was there before');
insert into isms.risk (code, title, scenario, source, hits, likelihood, consequence, owner, assessor, assessed_on, status)
select r.code, 'Risk', 'Scenario', 'Source', 'C', 3, 3, 'liv', 'liv', isms.today('WF') - r.days, 'assessed' from (values ('R-NEW', 1), ('R-OLD', 300)) r(code, days);
insert into isms.risk (code, title) values ('R-RAW', 'Not assessed');
-- what serves N1 is finished, N2 lacks almost all, N3 has nothing
select wf.put('isms.nonconformity', '{"code": "N1", "status": "open"}'), wf.put('isms.nonconformity', '{"code": "N2", "status": "open"}'), wf.put('isms.nonconformity', '{"code": "N4", "status": "open"}'), wf.put('isms.finding', '{"code": "F2", "status": "draft"}');
insert into isms.action (code, title, serves_kind, serves, owner, due_on, started_on, done_on, check_result, checked_by, checked_on, status)
select a.code, a.code, 'nonconformity', a.serves, a.owner, isms.today('WF') - 45, isms.today('WF') - 60, isms.today('WF') - 50, 'pass', 'ada', isms.today('WF') - a.days, a.status
  from (values ('T-1', 'N1', 'pat', 45, 'verified'), ('T-4', 'N4', 'pat', 0, 'verified')) a(code, serves, owner, days, status);
insert into isms.action (code, title, serves_kind, serves, owner, due_on) values ('T-2', 'Something', 'nonconformity', 'N2', 'pat', null);
insert into isms.action (code, title, serves_kind, serves, owner) values ('T-3', 'Something', 'finding', 'F2', 'pat');
insert into isms.implementation (code, title, kind, owner, status) values ('FW', 'Firewall', 'technical', 'mia', 'implemented');
insert into isms.action (code, title, serves, implementation, owner, started_on, done_on, status)
select 'T-9', 'Build the firewall', 'R-NEW', 'FW', 'pat', isms.today('WF') - 9, isms.today('WF') - 5, 'done';
insert into isms.evidence (code, title, subject_kind, subject, locator) select 'E-' || a, 'Photo', 'action', a, 'Safe' from unnest('{T-1,T-4}'::text[]) a;
select isms.end_cutover();
delete from isms.nonconformity where code in ('N1', 'N2', 'N4');
delete from isms.finding where code = 'F2';

-- Cases: the step from a state by somebody, the row differing from the good one in these columns, after this; then ok, or the reasons.
create table wf."case" (n integer generated always as identity, workflow text, step text, from_state text, actor text, record jsonb, meanwhile text, changes jsonb, comment text, expected text);
insert into wf."case" (workflow, step, from_state, actor, record, meanwhile, changes, comment, expected) values
  ('document', 'draft', '*', 'liv', '{}', '', null, 'Because it is so',
   'ok'),
  ('document', 'submit', 'draft', 'liv', '{}', '', null, 'Because it is so',
   'ok'),
  ('document', 'submit', 'draft', 'mia', '{"title": " ", "author": null, "dated": null}', '', null, 'Because it is so',
   'doc_identified: title, author and dated are missing'),
  ('document', 'submit', 'draft', 'liv', '{"dated": "@1"}', '', null, 'Because it is so',
   'doc_identified: dated @1 is in the future: in scope WF it is @0'),
  ('document', 'submit', 'draft', 'liv', '{"language": null, "format": "", "medium": null}', '', null, 'Because it is so',
   'doc_format: language, format and medium are missing'),
  ('document', 'submit', 'draft', 'liv', '{"classification": null, "readers": [], "kept_at": null, "retention": null, "disposal": null}', '', null, 'Because it is so',
   'doc_controlled: classification, readers, kept_at, retention and disposal are missing'),
  ('document', 'submit', 'draft', 'liv', '{"retention": null, "keep_for": "1 year"}', '', null, 'Because it is so',
   'ok'),
  ('document', 'submit', 'draft', 'liv', '{"change_note": null}', '', null, 'Because it is so',
   'change_noted: change_note is missing'),
  ('document', 'submit', 'draft', 'liv', '{"change_note": null, "document": "NEW"}', '', null, 'Because it is so',
   'ok'),
  ('document', 'submit', 'draft', 'liv', '{"title": null, "medium": null}', '', null, 'Because it is so',
   E'doc_identified: title is missing\ndoc_format: medium is missing'),
  ('document', 'approve', 'in_review', 'mia', '{}', '', null, 'Because it is so',
   'ok'),
  ('document', 'approve', 'in_review', 'liv', '{}', '', null, 'Because it is so',
   'ok'),
  ('document', 'approve', 'in_review', 'mia', '{"kind": null}', '', null, 'Because it is so',
   'ok'),
  ('document', 'approve', 'in_review', 'mia', '{"approver": null}', '', null, 'Because it is so',
   'approver_fits_kind: approver is missing'),
  ('document', 'approve', 'in_review', 'mia', '{"approver": "pat"}', '', null, 'Because it is so',
   'approver_fits_kind: Pat Pell holds none of the roles that approve kind policy: top_management'),
  ('document', 'approve', 'in_review', 'mia', '{"approver": "pat", "kind": "method"}', '', null, 'Because it is so',
   'approver_fits_kind: Pat Pell holds none of the roles that approve kind method: isms_manager, top_management'),
  ('document', 'approve', 'in_review', 'mia', '{"approver": "pat", "kind": "procedure"}', '', null, 'Because it is so',
   'ok'),
  ('document', 'approve', 'in_review', 'mia', '{"reviewer": null, "reviewed_on": null, "suitable": null, "adequate": null}', '', null, 'Because it is so',
   'review_recorded: reviewer, reviewed_on, suitable and adequate are missing'),
  ('document', 'approve', 'in_review', 'mia', '{"reviewed_on": "@3", "suitable": false, "adequate": false}', '', null, 'Because it is so',
   'review_recorded: reviewed_on @3 is in the future: in scope WF it is @0; it was not found suitable; it was not found adequate'),
  ('document', 'approve', 'in_review', 'mia', '{"effective_from": null}', '', null, 'Because it is so',
   'effective_set: effective_from is missing: its first day in force'),
  ('document', 'approve', 'in_review', 'mia', '{"effective_from": "@-1"}', '', null, 'Because it is so',
   'effective_set: effective_from @-1 is past'),
  ('document', 'approve', 'in_review', 'mia', '{}', 'select wf.put(''wf.version'', ''{"document": "POL", "version": "3", "status": "approved", "effective_from": "@9"}'')', null, 'Because it is so',
   'one_current: version 3 is approved and takes effect on @9'),
  ('document', 'approve', 'in_review', 'mia', '{"body": "Hello"}', '', null, 'Because it is so',
   'kind_content: the commitment to continual improvement is missing'),
  ('document', 'approve', 'in_review', 'mia', '{}', 'delete from isms.workflow_relation where name = ''content''', null, 'Because it is so',
   'kind_content: its content cannot be looked up: relation content of workflow document leads to no table'),
  ('document', 'return', 'in_review', 'mia', '{}', '', null, 'Because it is so',
   'ok'),
  ('document', 'return', 'in_review', 'tom', '{}', '', null, 'Because it is so',
   'ok'),
  ('document', 'return', 'in_review', 'mia', '{}', '', null, 'No',
   'reason_given: the reason is missing or too short: ten characters at least, as comment of isms.request or by set local isms.comment'),
  ('document', 'withdraw', 'draft', 'mia', '{}', '', null, 'Because it is so',
   'ok version'),
  ('document', 'withdraw', 'approved', 'mia', '{}', '', null, 'Because it is so',
   'ok withdraw'),
  ('document', 'withdraw', 'draft', 'mia', '{}', '', null, '         ',
   'reason_given: the reason is missing or too short: ten characters at least, as comment of isms.request or by set local isms.comment'),
  ('document', 'withdraw', 'approved', 'mia', '{"document": "MUST"}', '', null, 'Because it is so',
   'mandatory_replaced: document MUST is mandatory and has no other version in force'),
  ('document', 'withdraw', 'approved', 'mia', '{"document": "NEW"}', '', null, 'Because it is so',
   'ok withdraw'),
  ('document', 'withdraw', 'draft', 'mia', '{"document": "MUST"}', '', null, 'Because it is so',
   'ok version'),
  ('document', 'dispose', 'approved', 'liv', '{"effective_from": "@-500", "keep_for": "30 days", "body": null}', '', null, 'Because it is so',
   'ok dispose'),
  ('document', 'dispose', 'approved', 'mia', '{"effective_from": "@-500", "keep_for": "30 days"}', '', '{"body": null}', 'Because it is so',
   'ok dispose'),
  ('document', 'dispose', 'approved', 'mia', '{"effective_from": "@-500", "keep_for": "30 days"}', '', null, 'Because it is so',
   'disposal_due: its text would stay: ask for it with the changes {"body": null}'),
  ('document', 'dispose', 'approved', 'mia', '{"effective_from": "@-300", "keep_for": "30 days"}', '', null, 'Because it is so',
   'disposal_due: it is in force; its text would stay: ask for it with the changes {"body": null}'),
  ('document', 'dispose', 'approved', 'mia', '{"effective_from": "@1", "keep_for": "30 days", "body": null}', '', null, 'Because it is so',
   'disposal_due: it is not in force yet'),
  ('document', 'dispose', 'approved', 'mia', '{"effective_from": "@-500", "keep_for": "400 days", "body": null}', '', null, 'Because it is so',
   'disposal_due: it is kept until @0'),
  ('document', 'dispose', 'approved', 'mia', '{"effective_from": "@-500", "keep_for": "399 days", "body": null}', '', null, 'Because it is so',
   'ok dispose'),
  ('document', 'dispose', 'approved', 'mia', '{"effective_from": "@-500", "body": null}', '', null, 'Because it is so',
   'disposal_due: it is kept as its retention says (5 years), and keep_for names no period'),
  ('document', 'dispose', 'approved', 'mia', '{"effective_from": "@-500", "keep_for": "400 days", "body": null}', 'update wf.document set hold = ''Dispute''', null, 'Because it is so',
   'disposal_due: it is kept until @0; document POL is on hold: Dispute'),
  ('document', 'dispose', 'approved', 'mia', '{"effective_from": "@-500", "keep_for": "30 days", "body": null}', '', null, 'Gone',
   'reason_given: the reason is missing or too short: ten characters at least, as comment of isms.request or by set local isms.comment'),
  ('document', 'dispose', 'withdrawn', 'mia', '{"effective_from": "@-300", "withdrawn_on": "@-40", "keep_for": "30 days", "body": null}', '', null, 'Because it is so',
   'ok dispose'),
  ('document', 'dispose', 'withdrawn', 'mia', '{"effective_from": "@-300", "withdrawn_on": "@-20", "keep_for": "30 days", "body": null}', '', null, 'Because it is so',
   'disposal_due: it is kept until @10'),
  ('document', 'dispose', 'withdrawn', 'mia', '{"effective_from": "@-500", "withdrawn_on": "@-20", "keep_for": "30 days", "body": null}', '', null, 'Because it is so',
   'ok dispose'),
  ('document', 'dispose', 'approved', 'mia', '{"effective_from": "@-500", "keep_for": "30 days", "body": null}', 'delete from isms.workflow_relation where name = ''versions''', null, 'Because it is so',
   'disposal_due: its versions cannot be looked up: relation versions of workflow document leads to no table'),
  ('document', 'dispose', 'approved', 'mia', '{"effective_from": "@-300", "keep_for": "30 days", "body": null}', 'select wf.put(''wf.version'', ''{"document": "POL", "version": "3", "status": "disposed", "effective_from": "@-200", "withdrawn_on": "@-150"}'')', null, 'Because it is so',
   'disposal_due: it is in force'),
  ('document', 'dispose', 'approved', 'mia', '{"effective_from": "@-300", "keep_for": "30 days", "body": null}', 'select wf.put(''wf.version'', ''{"document": "POL", "version": "3", "status": "disposed", "effective_from": "@-200"}'')', null, 'Because it is so',
   'ok dispose'),
  ('document', 'amend_retention', 'approved', 'mia', '{}', '', '{"keep_for": "1 year"}', 'Because it is so',
   'ok amend_retention'),
  ('document', 'amend_retention', 'withdrawn', 'mia', '{"withdrawn_on": "@-1"}', '', '{"keep_for": "1 year"}', 'Because it is so',
   'ok amend_retention'),
  ('document', 'amend_retention', 'withdrawn', 'mia', '{}', '', '{"retention": null}', 'Because it is so',
   'doc_controlled: retention is missing'),
  ('internal_audit', 'plan', '*', 'mia', '{}', '', null, 'Because it is so',
   'ok'),
  ('internal_audit', 'plan', '*', 'ian', '{}', '', null, 'Because it is so',
   'ok'),
  ('internal_audit', 'plan', '*', 'mia', '{"programme": null}', '', null, 'Because it is so',
   'programme_approved: programme is missing'),
  ('internal_audit', 'plan', '*', 'mia', '{"programme": "P0"}', '', null, 'Because it is so',
   'programme_approved: programme P0 is not approved; the programme''s frequency and reporting are missing'),
  ('internal_audit', 'plan', '*', 'mia', '{"planned_period": "[@260,@270)"}', '', null, 'Because it is so',
   'programme_approved: planned_period is outside the period of the programme'),
  ('internal_audit', 'plan', '*', 'mia', '{"planned_period": null}', '', null, 'Because it is so',
   'programme_approved: planned_period is missing'),
  ('internal_audit', 'start', 'planned', 'ian', '{}', '', null, 'Because it is so',
   'ok'),
  ('internal_audit', 'start', 'planned', 'ian', '{"criteria": null, "scope_items": null}', '', null, 'Because it is so',
   'criteria_and_scope: criteria and scope_items are missing'),
  ('internal_audit', 'start', 'planned', 'ian', '{"team": ["ada"]}', '', null, 'Because it is so',
   'team_named: Ian Imhof leads and is not in the team'),
  ('internal_audit', 'start', 'planned', 'ian', '{"team": []}', '', null, 'Because it is so',
   'team_named: team is missing'),
  ('internal_audit', 'start', 'planned', 'ian', '{"team": ["ian", "otto"]}', '', null, 'Because it is so',
   E'team_named: Otto Old is not active on @0\nteam_competent: no competence of Otto Old is recorded'),
  ('internal_audit', 'start', 'planned', 'ian', '{"scope_items": ["ADA", "A.5.17"]}', '', null, 'Because it is so',
   'team_impartial: Ada Abel: owns asset ADA'),
  ('internal_audit', 'start', 'planned', 'ian', '{"scope_items": ["IAN"]}', '', null, 'Because it is so',
   E'separation: Ian Imhof is not impartial to what is audited: owns asset IAN\nteam_impartial: Ian Imhof: owns asset IAN'),
  ('internal_audit', 'start', 'planned', 'ian', '{"scope_items": ["OLD"]}', '', null, 'Because it is so',
   'team_impartial: Ada Abel: owned asset OLD until @0'),
  ('internal_audit', 'start', 'planned', 'ian', '{"scope_items": ["A.8.5"]}', '', null, 'Because it is so',
   'team_impartial: Ada Abel: tested MFA on @-20'),
  ('internal_audit', 'start', 'planned', 'ian', '{"team": ["ian", "mia"]}', '', null, 'Because it is so',
   E'team_impartial: Mia Moor: answers for clauses 4 to 10 as isms_manager\nteam_competent: no competence of Mia Moor is recorded'),
  ('internal_audit', 'start', 'planned', 'ian', '{}', 'update wf.competence set valid_until = ''@-1'' where person = ''ada''', null, 'Because it is so',
   'team_competent: Auditing of Ada Abel expired on @-1'),
  ('internal_audit', 'start', 'planned', 'ian', '{}', 'update wf.competence set evidence = '''' where person = ''ada''', null, 'Because it is so',
   'team_competent: Auditing of Ada Abel has no evidence'),
  ('internal_audit', 'start', 'planned', 'ian', '{}', 'delete from isms.workflow_relation where name = ''competence''', null, 'Because it is so',
   'team_competent: its competence cannot be looked up: relation competence of workflow internal_audit leads to no table'),
  ('internal_audit', 'start', 'planned', 'ian', '{"scope_items": ["A.5.17", "8.1", "nonsense", " 8.1"]}', '', null, 'Because it is so',
   'team_impartial: "nonsense" is no clause, no control and nothing anybody owns; " 8.1" is no clause, no control and nothing anybody owns'),
  ('internal_audit', 'start', 'planned', 'ian', '{"plan_sent_on": null}', '', null, 'Because it is so',
   'auditee_informed: plan_sent_on is missing'),
  ('internal_audit', 'start', 'planned', 'ian', '{"plan_sent_on": "@1"}', '', null, 'Because it is so',
   'auditee_informed: plan_sent_on @1 is in the future: in scope WF it is @0'),
  ('internal_audit', 'start', 'planned', 'ian', '{"plan_sent_on": null, "unannounced": true}', '', null, 'Because it is so',
   'auditee_informed: unannounced_reason is missing'),
  ('internal_audit', 'start', 'planned', 'ian', '{"plan_sent_on": null, "unannounced": true, "unannounced_reason": "Suspicion"}', '', null, 'Because it is so',
   'ok'),
  ('internal_audit', 'report', 'in_progress', 'ian', '{}', '', null, 'Because it is so',
   'ok'),
  ('internal_audit', 'report', 'in_progress', 'ian', '{}', 'delete from wf.audit_item where item = ''A.5.17''; update wf.audit_item set reason = null', null, 'Because it is so',
   'coverage_recorded: A.5.17: no result is recorded; 8.1: the reason why it was not examined is missing'),
  ('internal_audit', 'report', 'in_progress', 'ian', '{}', 'update wf.audit_item set sample = null, result = case item when ''8.1'' then ''fine'' else result end', null, 'Because it is so',
   'coverage_recorded: A.5.17: sample and persons met are not noted; 8.1: result is missing'),
  ('internal_audit', 'report', 'in_progress', 'ian', '{"scope_items": ["A.5.17"]}', '', null, 'Because it is so',
   'coverage_recorded: 8.1: it has a result and is not among scope_items'),
  ('internal_audit', 'report', 'in_progress', 'ian', '{}', 'update wf.audit_item set result = ''finding'' where item = ''A.5.17''; select wf.put(''isms.finding'', ''{"code": "F6", "audit": "A1", "status": "withdrawn"}'')', null, 'Because it is so',
   'coverage_recorded: A.5.17: its result is a finding, and no finding of the audit is of it'),
  ('internal_audit', 'report', 'in_progress', 'ian', '{}', 'update wf.audit_item set result = ''finding'' where item = ''A.5.17''; select wf.put(''isms.finding'', ''{"code": "F6", "audit": "A1", "requirement": "A.5.1", "status": "raised"}''), wf.put(''isms.finding'', ''{"code": "F7", "audit": "A1", "requirement": "A.5.17", "item": "8.1", "status": "raised"}'')', null, 'Because it is so',
   'coverage_recorded: A.5.17: its result is a finding, and no finding of the audit is of it'),
  ('internal_audit', 'report', 'in_progress', 'ian', '{}', 'update wf.audit_item set result = ''finding'' where item = ''A.5.17''; select wf.put(''isms.finding'', ''{"code": "F6", "audit": "A1", "requirement": "A.5.17", "status": "raised"}'')', null, 'Because it is so',
   'ok'),
  ('internal_audit', 'report', 'in_progress', 'ian', '{}', 'update wf.audit_item set result = ''finding'' where item = ''A.5.17''; select wf.put(''isms.finding'', ''{"code": "F6", "audit": "A1", "requirement": "Our rules", "item": "A.5.17", "status": "raised"}'')', null, 'Because it is so',
   'ok'),
  ('internal_audit', 'report', 'in_progress', 'ian', '{}', 'select wf.put(''isms.finding'', ''{"code": "F6", "audit": "A1", "kind": "minor", "requirement": "A.5.17", "status": "raised"}'')', null, 'Because it is so',
   'coverage_recorded: A.5.17: it conforms, and finding F6 says that it does not'),
  ('internal_audit', 'report', 'in_progress', 'ian', '{}', 'select wf.put(''isms.finding'', ''{"code": "F6", "audit": "A1", "kind": "observation", "requirement": "A.5.17", "status": "raised"}'')', null, 'Because it is so',
   'ok'),
  ('internal_audit', 'report', 'in_progress', 'ian', '{"reported_on": "@-3"}', '', null, 'Because it is so',
   'report_sent: reported_on @-3 is before the audit, which begins on @-2'),
  ('internal_audit', 'report', 'in_progress', 'ian', '{}', 'select wf.put(''isms.finding'', ''{"code": "F8", "audit": "A1", "status": "draft"}''), wf.put(''isms.finding'', ''{"code": "F7", "audit": "A1", "status": "contested"}''), wf.put(''isms.finding'', ''{"code": "F6", "audit": "A1", "status": "raised"}'')', null, 'Because it is so',
   'findings_final: finding F7 is contested, finding F8 is draft'),
  ('internal_audit', 'report', 'in_progress', 'ian', '{"conclusion": null, "reported_on": null, "recipients": null}', '', null, 'Because it is so',
   E'conclusion_set: conclusion is missing\nreport_sent: reported_on and recipients are missing; nobody among the recipients is top_management, isms_manager or process_owner'),
  ('internal_audit', 'report', 'in_progress', 'ian', '{"reported_on": "@1", "recipients": ["liv"]}', '', null, 'Because it is so',
   'report_sent: reported_on @1 is in the future: in scope WF it is @0; nobody among the recipients is top_management, isms_manager or process_owner'),
  ('internal_audit', 'correct_report', 'reported', 'ian', '{}', '', null, 'Because it is so',
   'ok'),
  ('internal_audit', 'close', 'reported', 'ian', '{}', '', null, 'Because it is so',
   'ok'),
  ('internal_audit', 'close', 'reported', 'ian', '{}', 'select wf.put(''isms.finding'', ''{"code": "F7", "audit": "A1", "kind": "major", "status": "agreed"}''), wf.put(''isms.finding'', ''{"code": "F8", "audit": "A1", "kind": "minor", "status": "withdrawn"}''), wf.put(''isms.finding'', ''{"code": "F9", "audit": "A1", "kind": "observation", "status": "raised"}'')', null, 'Because it is so',
   'nonconformities_raised: finding F7 (major) has no nonconformity'),
  ('internal_audit', 'close', 'reported', 'ian', '{}', 'delete from isms.workflow_binding where workflow = ''finding''', null, 'Because it is so',
   'nonconformities_raised: its findings cannot be looked up: relation findings of workflow internal_audit leads to no table'),
  ('internal_audit', 'amend_period', 'planned', 'mia', '{}', '', '{"planned_period": "[@10,@12)"}', 'Because it is so',
   'ok audit A1 is amended: planned_period'),
  ('internal_audit', 'amend_period', 'planned', 'mia', '{}', '', '{"planned_period": "[@300,@310)"}', 'Because it is so',
   'ok amend_period of audit A1 asked for'),
  ('internal_audit', 'amend_audit', 'in_progress', 'ian', '{}', '', '{"team": ["ian"]}', 'Because it is so',
   'ok'),
  ('internal_audit', 'amend_audit', 'in_progress', 'ian', '{}', '', '{"team": ["ian", "mia"]}', 'Because it is so',
   E'team_impartial: Mia Moor: answers for clauses 4 to 10 as isms_manager\nteam_competent: no competence of Mia Moor is recorded'),
  ('internal_audit', 'amend_lead', 'in_progress', 'mia', '{}', '', '{"lead_auditor": "ada"}', 'Because it is so',
   'ok amend_lead of audit A1 asked for'),
  ('internal_audit', 'amend_lead', 'reported', 'mia', '{}', '', '{"lead_auditor": "ada"}', 'Because it is so',
   'ok amend_lead of audit A1 asked for'),
  ('internal_audit', 'amend_lead', 'reported', 'mia', '{}', '', '{"lead_auditor": "mia"}', 'Because it is so',
   E'team_impartial: Mia Moor: answers for clauses 4 to 10 as isms_manager\nteam_competent: no competence of Mia Moor is recorded'),
  ('internal_audit', 'cancel', 'planned', 'mia', '{}', '', null, 'Because it is so',
   'ok'),
  ('internal_audit', 'cancel', 'in_progress', 'ian', '{}', '', null, 'Because it is so',
   'ok'),
  ('internal_audit', 'cancel', 'planned', 'mia', '{"scope_items": ["5.1"]}', '', null, 'Because it is so',
   'replacement_planned: no other audit of this scope is planned in the programme'),
  ('finding', 'write', '*', 'mia', '{}', '', null, 'Because it is so',
   'ok'),
  ('finding', 'write', '*', 'ada', '{}', '', null, 'Because it is so',
   'ok'),
  ('finding', 'raise', 'draft', 'ada', '{}', '', null, 'Because it is so',
   'ok'),
  ('finding', 'raise', 'draft', 'ian', '{}', '', null, 'Because it is so',
   'ok'),
  ('finding', 'raise', 'draft', 'mia', '{}', '', null, 'Because it is so',
   E'separation: Mia Moor is not impartial to what is audited: answers for clauses 4 to 10 as isms_manager\nrecorder_fits: Mia Moor is not in the team of audit A0'),
  ('finding', 'raise', 'draft', 'mia', '{"source": "certification_body", "audit": null, "body_reference": "Report 3", "body_dated": "@-1", "body_evidence": "PDF"}', '', null, 'Because it is so',
   'ok'),
  ('finding', 'raise', 'draft', 'mia', '{"source": "certification_body", "audit": null}', '', null, 'Because it is so',
   'body_reference: body_reference, body_dated and body_evidence are missing'),
  ('finding', 'raise', 'draft', 'mia', '{"audit": null}', '', null, 'Because it is so',
   'recorder_fits: its audit cannot be looked up: relation audit of workflow finding leads to no table'),
  ('finding', 'raise', 'draft', 'ada', '{"kind": null, "requirement": null, "evidence": null, "statement": null}', '', null, 'Because it is so',
   'finding_complete: kind, requirement, evidence and statement are missing'),
  ('finding', 'raise', 'draft', 'ada', '{"kind": "huge"}', '', null, 'Because it is so',
   'finding_complete: kind huge is none of major, minor, observation, opportunity, concern'),
  ('finding', 'raise', 'draft', 'ada', '{"item": null}', '', null, 'Because it is so',
   'finding_complete: item is none of the audit''s scope_items, nor is the requirement one or under one'),
  ('finding', 'raise', 'draft', 'ada', '{"item": "9.9"}', '', null, 'Because it is so',
   'finding_complete: item is none of the audit''s scope_items, nor is the requirement one or under one'),
  ('finding', 'raise', 'draft', 'ada', '{"requirement": "7.3", "item": null}', '', null, 'Because it is so',
   'ok'),
  ('finding', 'contest', 'raised', 'liv', '{}', '', null, 'Because it is so',
   'ok'),
  ('finding', 'uphold', 'contested', 'ian', '{}', '', null, 'Because it is so',
   'ok'),
  ('finding', 'uphold', 'contested', 'ian', '{"audit": "A9"}', '', null, 'Because it is so',
   'separation: Ian Imhof is not impartial to what is audited: owns asset IAN'),
  ('finding', 'agree', 'raised', 'liv', '{}', '', null, 'Because it is so',
   'ok'),
  ('finding', 'agree', 'raised', 'liv', '{"nonconformity": null}', '', null, 'Because it is so',
   'nonconformity_linked: nonconformity is missing'),
  ('finding', 'agree', 'raised', 'liv', '{"nonconformity": "NC-77"}', '', null, 'Because it is so',
   'nonconformity_linked: there is no nonconformity NC-77'),
  ('finding', 'agree', 'raised', 'liv', '{"nonconformity": "NC-VOID"}', '', null, 'Because it is so',
   'nonconformity_linked: nonconformity NC-VOID is void'),
  ('finding', 'agree', 'raised', 'liv', '{"nonconformity": "NC-PAST", "found_on": "@-1"}', '', null, 'Because it is so',
   'nonconformity_linked: nonconformity NC-PAST is closed and was found on @-2, before the finding'),
  ('finding', 'agree', 'raised', 'liv', '{"nonconformity": "NC-PAST", "found_on": "@-2"}', '', null, 'Because it is so',
   'ok'),
  ('finding', 'agree', 'raised', 'liv', '{"nonconformity": "NC-PAST", "kind": "major"}', '', null, 'Because it is so',
   'nonconformity_linked: the finding is major, and nonconformity NC-PAST is graded minor'),
  ('finding', 'amend_nonconformity', 'agreed', 'liv', '{"nonconformity": "NC-VOID"}', '', '{"nonconformity": "NC-OPEN"}', 'Because it is so',
   'ok finding F1 is amended: nonconformity'),
  ('finding', 'amend_nonconformity', 'agreed', 'liv', '{"nonconformity": "NC-OPEN"}', '', '{"nonconformity": "NC-CLOSED"}', 'Because it is so',
   'nonconformity_linked: nonconformity NC-OPEN, with which it was agreed, is not void'),
  ('finding', 'amend_auditee', 'raised', 'ian', '{}', '', '{"auditee": "pat"}', 'Because it is so',
   'ok amend_auditee of finding F1 asked for'),
  ('finding', 'amend_auditee', 'contested', 'mia', '{"auditee": null}', '', '{"auditee": "pat"}', 'Because it is so',
   'ok amend_auditee of finding F1 asked for'),
  ('finding', 'amend_auditee', 'agreed', 'mia', '{}', '', '{"auditee": "pat"}', 'Because it is so',
   'ok amend_auditee of finding F1 asked for'),
  ('finding', 'agree', 'raised', 'liv', '{"nonconformity": null, "kind": "observation"}', '', null, 'Because it is so',
   'ok'),
  ('finding', 'withdraw', 'raised', 'ian', '{}', '', null, 'Because it is so',
   'ok'),
  ('finding', 'withdraw', 'draft', 'ian', '{}', '', null, 'Because it is so',
   'ok'),
  ('finding', 'withdraw', 'contested', 'ian', '{}', '', null, 'Because it is so',
   'ok'),
  ('finding', 'withdraw', 'raised', 'mia', '{}', '', null, 'Because it is so',
   E'separation: Mia Moor is not impartial to what is audited: answers for clauses 4 to 10 as isms_manager\nrecorder_fits: Mia Moor does not lead audit A0'),
  ('finding', 'withdraw', 'raised', 'mia', '{"source": "certification_body", "audit": null, "body_reference": "Report 3", "body_dated": "@-1", "body_evidence": "PDF"}', '', null, 'Because it is so',
   'body_reference: body_reference Report 3 is the letter of a step before'),
  ('finding', 'withdraw', 'raised', 'mia', '{"source": "certification_body", "audit": null, "body_reference": "Report 3", "body_dated": "@-1", "body_evidence": "PDF"}', '', '{"body_reference": "Letter 4"}', 'Because it is so',
   'ok'),
  ('finding', 'withdraw', 'raised', 'mia', '{"source": "certification_body", "audit": null, "auditee": "mia", "body_reference": "Report 3", "body_dated": "@-1", "body_evidence": "PDF"}', '', '{"body_reference": "Letter 4"}', 'Because it is so',
   'separation: Mia Moor is its auditee'),
  ('finding', 'close', 'agreed', 'mia', '{"source": "certification_body", "audit": null, "body_reference": "Report 3", "body_dated": "@-1", "body_evidence": "PDF"}', '', null, 'Because it is so',
   'body_reference: body_reference Report 3 is the letter of a step before'),
  ('finding', 'close', 'agreed', 'ian', '{}', '', null, 'Because it is so',
   'ok'),
  ('finding', 'close', 'agreed', 'ada', '{}', '', null, 'Because it is so',
   'ok'),
  ('finding', 'close', 'agreed', 'mia', '{}', '', null, 'Because it is so',
   E'separation: Mia Moor is not impartial to what is audited: answers for clauses 4 to 10 as isms_manager\nrecorder_fits: Mia Moor is no internal_auditor'),
  ('finding', 'close', 'agreed', 'ian', '{"source": "certification_body", "audit": null, "body_reference": "Report 3", "body_dated": "@-1", "body_evidence": "PDF"}', '', null, 'Because it is so',
   E'recorder_fits: Ian Imhof is no isms_manager, who records what the certification body found\nbody_reference: body_reference Report 3 is the letter of a step before'),
  ('finding', 'close', 'agreed', 'ada', '{"nonconformity": "NC-ADA"}', '', null, 'Because it is so',
   'separation: it is Ada Abel''s: nonconformity NC-ADA'),
  ('finding', 'close', 'agreed', 'ada', '{"nonconformity": "NC-OPEN"}', '', null, 'Because it is so',
   'nonconformity_closed: nonconformity NC-OPEN is open'),
  ('finding', 'close', 'agreed', 'ada', '{"kind": "observation"}', '', null, 'Because it is so',
   'decision_recorded: decision is missing: taken_up or declined'),
  ('finding', 'close', 'agreed', 'ada', '{"kind": "opportunity", "decision": "declined"}', '', null, 'Because it is so',
   'decision_recorded: decision_reason is missing'),
  ('finding', 'close', 'agreed', 'ada', '{"kind": "opportunity", "decision": "taken_up"}', '', null, 'Because it is so',
   'decision_recorded: no action serves finding F1'),
  ('finding', 'close', 'agreed', 'ada', '{"kind": "opportunity", "decision": "taken_up", "code": "F2"}', '', null, 'Because it is so',
   'ok'),
  ('nonconformity', 'open', '*', 'liv', '{}', '', null, 'Because it is so',
   'ok'),
  ('nonconformity', 'open', '*', 'liv', '{"requirement": null, "statement": null, "found_where": null, "found_on": null, "source": null}', '', null, 'Because it is so',
   'nature_recorded: requirement, statement, found_where, found_on and source are missing'),
  ('nonconformity', 'open', '*', 'liv', '{"found_on": "@2"}', '', null, 'Because it is so',
   'nature_recorded: found_on @2 is in the future: in scope WF it is @0'),
  ('nonconformity', 'correct', 'open', 'liv', '{}', '', null, 'Because it is so',
   'ok'),
  ('nonconformity', 'correct', 'open', 'liv', '{"correction": null, "no_correction_reason": "Cannot be undone"}', '', null, 'Because it is so',
   'ok'),
  ('nonconformity', 'correct', 'open', 'liv', '{"correction": null, "consequences": null}', '', null, 'Because it is so',
   E'correction_or_reason: correction is missing, or no_correction_reason\nconsequences_dealt: consequences is missing'),
  ('nonconformity', 'correct', 'open', 'bot', '{"owner": "bot"}', '', null, 'Because it is so',
   'owner_active: Robot is a service account, not a human'),
  ('nonconformity', 'analyse', 'corrected', 'liv', '{}', '', null, 'Because it is so',
   'ok'),
  ('nonconformity', 'analyse', 'corrected', 'liv', '{"cause": null, "similar_cases": null, "similar_looked": null, "action_needed": null, "need_reason": null}', '', null, 'Because it is so',
   E'cause_recorded: cause is missing\nsimilar_checked: similar_cases and similar_looked are missing\nneed_decided: action_needed and need_reason are missing'),
  ('nonconformity', 'agree_action', 'analysed', 'liv', '{}', '', null, 'Because it is so',
   'ok'),
  ('nonconformity', 'agree_action', 'analysed', 'liv', '{"action_needed": false}', '', null, 'Because it is so',
   'need_is_yes: action_needed is not yes'),
  ('nonconformity', 'agree_action', 'analysed', 'liv', '{"code": "N2"}', '', null, 'Because it is so',
   'action_planned: action T-2: due_on is missing'),
  ('nonconformity', 'agree_action', 'analysed', 'liv', '{"code": "N3"}', '', null, 'Because it is so',
   'action_planned: no action serves N3'),
  ('nonconformity', 'agree_action', 'analysed', 'liv', '{"source": "certification_body"}', '', null, 'Because it is so',
   'body_accepted_plan: body_accepted_on is missing'),
  ('nonconformity', 'agree_action', 'analysed', 'liv', '{"source": "certification_body", "body_accepted_on": "@-3"}', '', null, 'Because it is so',
   'ok'),
  ('nonconformity', 'close_without_action', 'analysed', 'mia', '{}', '', null, 'Because it is so',
   'need_is_no: action_needed is not no'),
  ('nonconformity', 'close_without_action', 'analysed', 'pat', '{"action_needed": false}', '', null, 'Because it is so',
   'ok'),
  ('nonconformity', 'close_without_action', 'analysed', 'pat', '{"action_needed": false, "grade": "major"}', '', null, 'Because it is so',
   'not_major: it is graded major'),
  ('nonconformity', 'close_without_action', 'analysed', 'pat', '{"action_needed": false, "grade": null}', '', null, 'Because it is so',
   'not_major: grade is missing'),
  ('nonconformity', 'implement', 'action_agreed', 'liv', '{}', '', null, 'Because it is so',
   'ok'),
  ('nonconformity', 'implement', 'action_agreed', 'liv', '{"code": "N2"}', '', null, 'Because it is so',
   E'actions_finished: T-2 is planned\nevidence_complete: no evidence for T-2'),
  ('nonconformity', 'implement', 'action_agreed', 'liv', '{"code": "N3"}', '', null, 'Because it is so',
   'actions_finished: no action is verified'),
  ('nonconformity', 'implement', 'action_agreed', 'liv', '{"implemented_on": null, "effectiveness_due": null}', '', null, 'Because it is so',
   'effectiveness_due_set: implemented_on and effectiveness_due are missing'),
  ('nonconformity', 'implement', 'action_agreed', 'liv', '{"effectiveness_due": "@-41"}', '', null, 'Because it is so',
   'effectiveness_due_set: effectiveness_due @-41 is before implemented_on @-40'),
  ('nonconformity', 'rethink', 'action_agreed', 'liv', '{}', '', null, 'Because it is so',
   'ok'),
  ('nonconformity', 'rethink', 'action_agreed', 'mia', '{}', '', null, 'Because it is so',
   'ok'),
  ('nonconformity', 'close_effective', 'implemented', 'ada', '{}', '', null, 'Because it is so',
   'ok'),
  ('nonconformity', 'close_effective', 'implemented', 'pat', '{}', '', null, 'Because it is so',
   'separation: it is Pat Pell''s: action T-1'),
  ('nonconformity', 'close_effective', 'implemented', 'ada', '{"effective": null, "judged_by": null, "judged_on": null, "judged_how": null}', '', null, 'Because it is so',
   E'judged_effective: effective, judged_by, judged_on and judged_how are missing\njudged_late_enough: judged_on is missing'),
  ('nonconformity', 'close_effective', 'implemented', 'ada', '{"effective": false}', '', null, 'Because it is so',
   'judged_effective: effective is not yes'),
  ('nonconformity', 'close_effective', 'implemented', 'ada', '{"judged_by": "pat"}', '', null, 'Because it is so',
   'judged_effective: judged_by is Pat Pell: action T-1'),
  ('nonconformity', 'close_effective', 'implemented', 'ada', '{"code": "N4"}', '', null, 'Because it is so',
   'judged_effective: judged_on @-1 is before action T-4 was verified, on @0'),
  ('nonconformity', 'close_effective', 'implemented', 'ada', '{"judged_on": "@-15"}', '', null, 'Because it is so',
   'judged_late_enough: judged_on @-15 is too early, @-10 at the earliest'),
  ('nonconformity', 'close_effective', 'implemented', 'ada', '{"judged_on": "@-15", "waiting_days": 10}', '', null, 'Because it is so',
   'ok'),
  ('nonconformity', 'close_effective', 'implemented', 'ada', '{"changes_isms": null, "no_risk_reason": null}', '', null, 'Because it is so',
   E'isms_change_decided: changes_isms is missing: yes or no\nrisk_decided: no_risk_reason is missing'),
  ('nonconformity', 'close_effective', 'implemented', 'ada', '{"changes_isms": true, "affects_risk": true}', '', null, 'Because it is so',
   E'isms_change_decided: change is missing\nrisk_decided: risk is missing'),
  ('nonconformity', 'close_effective', 'implemented', 'ada', '{"affects_risk": true, "risk": "R-OLD"}', '', null, 'Because it is so',
   'risk_decided: risk R-OLD was not assessed since @-90'),
  ('nonconformity', 'close_effective', 'implemented', 'ada', '{"affects_risk": true, "risk": "R-77"}', '', null, 'Because it is so',
   'risk_decided: there is no risk R-77'),
  ('nonconformity', 'close_effective', 'implemented', 'ada', '{"affects_risk": true, "risk": "R-NEW", "changes_isms": true, "change": "C1"}', '', null, 'Because it is so',
   'ok'),
  ('nonconformity', 'close_effective', 'implemented', 'ada', '{"source": "certification_body"}', '', null, 'Because it is so',
   'body_closed: body_verified_on is missing'),
  ('nonconformity', 'not_effective', 'implemented', 'ada', '{}', '', null, 'Because it is so',
   'judged_ineffective: effective is not no'),
  ('nonconformity', 'not_effective', 'implemented', 'ada', '{"effective": false}', '', null, 'Because it is so',
   'ok'),
  ('nonconformity', 'annul', 'open', 'mia', '{}', '', null, 'Because it is so',
   'ok annul'),
  ('nonconformity', 'annul', 'open', 'mia', '{"source": "employee", "grade": "major"}', '', null, 'Because it is so',
   'ok annul of nonconformity N1 asked for'),
  ('nonconformity', 'annul', 'open', 'mia', '{"source": "employee", "grade": null}', '', null, 'Because it is so',
   'ok annul of nonconformity N1 asked for'),
  ('nonconformity', 'annul', 'open', 'mia', '{"source": "employee", "owner": "mia"}', '', null, 'Because it is so',
   'separation: Mia Moor is its owner and may not judge it'),
  ('nonconformity', 'amend_owner', 'corrected', 'mia', '{}', '', '{"owner": "pat"}', 'Because it is so',
   'ok amend_owner of nonconformity N1 asked for'),
  ('nonconformity', 'amend_owner', 'corrected', 'mia', '{}', '', '{"owner": "bot"}', 'Because it is so',
   'owner_active: Robot is a service account, not a human'),
  ('nonconformity', 'amend_owner', 'analysed', 'mia', '{}', '', '{"owner": "pat"}', 'Because it is so',
   'ok'),
  ('nonconformity', 'amend_owner', 'action_agreed', 'mia', '{}', '', '{"owner": "pat"}', 'Because it is so',
   'ok'),
  ('nonconformity', 'amend_owner', 'implemented', 'mia', '{}', '', '{"owner": "pat"}', 'Because it is so',
   'ok'),
  ('nonconformity', 'annul', 'open', 'mia', '{"source": "employee"}', '', null, 'Because it is so',
   'ok nonconformity N1 is now void'),
  ('nonconformity', 'annul', 'corrected', 'mia', '{}', '', null, 'Because it is so',
   'ok'),
  ('nonconformity', 'annul', 'analysed', 'ian', '{}', '', null, 'Because it is so',
   'ok annul'),
  ('nonconformity', 'annul', 'open', 'mia', '{"source": "certification_body"}', '', null, 'Because it is so',
   'body_reference: body_reference, body_dated and body_evidence are missing'),
  ('incident', 'report', '*', 'pat', '{}', '', null, 'Because it is so',
   'ok'),
  ('incident', 'report', '*', 'pat', '{"detected_at": "@-9 07:00+00", "recovered_at": "@-8 07:00+00"}', '', null, 'Because it is so',
   'times_ordered: detected_at is before occurred_at; recovered_at is before contained_at'),
  ('incident', 'report', '*', 'pat', '{"detected_at": null, "reported_at": null, "contained_at": "@-9 07:00+00"}', '', null, 'Because it is so',
   'times_ordered: contained_at is before occurred_at'),
  ('incident', 'confirm', 'reported', 'liv', '{}', '', null, 'Because it is so',
   'ok'),
  ('incident', 'confirm', 'reported', 'mia', '{"handler": null, "category": null, "severity": null, "assets": [], "hits": null}', '', null, 'Because it is so',
   E'handler_named: handler is missing\nclassified: category and severity are missing\naffected_named: assets and hits are missing'),
  ('incident', 'confirm', 'reported', 'mia', '{"handler": "otto"}', '', null, 'Because it is so',
   'handler_named: Otto Old is not active on @0'),
  ('incident', 'dismiss', 'reported', 'liv', '{}', '', null, 'Because it is so',
   'ok incident I1 is now dismissed'),
  ('incident', 'dismiss', 'confirmed', 'liv', '{}', '', null, 'Because it is so',
   'ok dismiss'),
  ('incident', 'contain', 'confirmed', 'liv', '{}', '', null, 'Because it is so',
   'ok'),
  ('incident', 'contain', 'confirmed', 'liv', '{"containment": null, "contained_at": null}', '', null, 'Because it is so',
   'containment_recorded: containment and contained_at are missing'),
  ('incident', 'contain', 'confirmed', 'liv', '{}', 'update wf.duty set limit_at = null; insert into wf.duty (incident, duty) values (''I1'', ''Customers'')', null, 'Because it is so',
   'duties_decided: Authority: the limit is missing; Customers: not decided'),
  ('incident', 'contain', 'confirmed', 'liv', '{}', 'delete from isms.workflow_relation where name = ''duties''', null, 'Because it is so',
   'duties_decided: its duties cannot be looked up: relation duties of workflow incident leads to no table'),
  ('incident', 'contain', 'confirmed', 'liv', '{"custody": null}', '', null, 'Because it is so',
   'evidence_kept: evidence with evidence_digest and custody is missing, or no_evidence_reason'),
  ('incident', 'contain', 'confirmed', 'liv', '{"custody": null, "evidence": null, "no_evidence_reason": "Power was cut"}', '', null, 'Because it is so',
   'ok'),
  ('incident', 'escape', 'contained', 'liv', '{}', '', null, 'Because it is so',
   'ok'),
  ('incident', 'resolve', 'contained', 'liv', '{}', '', null, 'Because it is so',
   'ok'),
  ('incident', 'resolve', 'contained', 'liv', '{"recovery": null, "recovered_at": null}', '', null, 'Because it is so',
   'recovery_recorded: recovery and recovered_at are missing'),
  ('incident', 'resolve', 'contained', 'liv', '{"recovered_at": "@-9 08:00+00"}', '', null, 'Because it is so',
   'times_ordered: recovered_at is before contained_at'),
  ('incident', 'recur', 'resolved', 'liv', '{}', '', null, 'Because it is so',
   'ok'),
  ('incident', 'close', 'resolved', 'mia', '{"detected_at": "@-5 09:00+00"}', '', null, 'Because it is so',
   'times_ordered: reported_at is before detected_at'),
  ('incident', 'close', 'resolved', 'mia', '{}', '', null, 'Because it is so',
   'ok'),
  ('incident', 'close', 'resolved', 'mia', '{"handler": "mia"}', '', null, 'Because it is so',
   'separation: Mia Moor is its handler'),
  ('incident', 'close', 'resolved', 'mia', '{"lessons": null, "follow_up": null, "no_nonconformity_reason": null}', '', null, 'Because it is so',
   E'lessons_recorded: lessons and follow_up are missing\nnonconformity_decided: no_nonconformity_reason is missing'),
  ('incident', 'close', 'resolved', 'mia', '{"raises_nonconformity": true}', '', null, 'Because it is so',
   'nonconformity_decided: nonconformity is missing'),
  ('incident', 'close', 'resolved', 'mia', '{"risk": "R-OLD"}', '', null, 'Because it is so',
   'risk_decided: risk R-OLD was not assessed since @-9'),
  ('incident', 'close', 'resolved', 'mia', '{"affects_risk": null}', '', null, 'Because it is so',
   'risk_decided: affects_risk is missing: yes or no'),
  ('incident', 'close', 'resolved', 'mia', '{}', 'update wf.duty set sent_at = null', null, 'Because it is so',
   'duties_met: Authority: not sent'),
  ('change', 'request', '*', 'pat', '{}', '', null, 'Because it is so',
   'ok'),
  ('change', 'request', '*', 'pat', '{"kind": null, "purpose": null, "consequences": null}', '', null, 'Because it is so',
   E'kind_planned: kind is missing\nchange_described: purpose and consequences are missing'),
  ('change', 'request', '*', 'pat', '{"kind": "unintended"}', '', null, 'Because it is so',
   'kind_planned: an unintended change is recorded as discovered'),
  ('change', 'discover', '*', 'pat', '{}', '', null, 'Because it is so',
   'kind_unintended: kind is not unintended'),
  ('change', 'discover', '*', 'pat', '{"kind": "unintended"}', '', null, 'Because it is so',
   'ok'),
  ('change', 'assess', 'requested', 'liv', '{}', '', null, 'Because it is so',
   'ok'),
  ('change', 'assess', 'requested', 'liv', '{"risks": [], "isms_effect": null}', '', null, 'Because it is so',
   E'risk_assessed: risks is missing, or no_risk_reason\nisms_effect_recorded: isms_effect is missing'),
  ('change', 'assess', 'requested', 'liv', '{"risks": null, "no_risk_reason": "Only colours"}', '', null, 'Because it is so',
   'ok'),
  ('change', 'assess', 'requested', 'liv', '{"risks": ["R-OLD", "R-RAW", "R-NEW", "R-77"]}', '', null, 'Because it is so',
   'risk_assessed: there is no risk R-77; risk R-OLD was not assessed since @-9; risk R-RAW is not assessed'),
  ('change', 'assess', 'requested', 'liv', '{"planned_from": "@-3"}', '', null, 'Because it is so',
   'risk_assessed: risk R-NEW was assessed on @-1, after planned_from @-3'),
  ('change', 'approve', 'assessed', 'liv', '{}', '', null, 'Because it is so',
   'ok'),
  ('change', 'approve', 'assessed', 'liv', '{"kind": "isms"}', '', null, 'Because it is so',
   'approver_fits_kind: Pat Pell holds none of the roles that approve kind isms: isms_manager'),
  ('change', 'approve', 'assessed', 'liv', '{"planned_from": null, "planned_until": null, "test_plan": null, "rollback_plan": null}', '', null, 'Because it is so',
   E'plan_dated: planned_from and planned_until are missing\ntest_planned: test_plan is missing\nway_back: rollback_plan is missing, or no_rollback_reason'),
  ('change', 'approve', 'assessed', 'liv', '{"planned_from": "@-1", "planned_until": "@-2"}', '', null, 'Because it is so',
   'plan_dated: planned_from @-1 is past; planned_until @-2 is before planned_from @-1'),
  ('change', 'approve', 'assessed', 'liv', '{"rollback_plan": null, "no_rollback_reason": "One way only"}', '', null, 'Because it is so',
   'ok'),
  ('change', 'approve', 'assessed', 'liv', '{"changes_policy": true}', '', null, 'Because it is so',
   'ok approve of change C1 asked for; it waits for the approval of Pat Pell and Root or Tom Tate'),
  ('change', 'approve', 'assessed', 'liv', '{"changes_policy": null}', '', null, 'Because it is so',
   'ok approve of change C1 asked for; it waits for the approval of Pat Pell and Root or Tom Tate'),
  ('change', 'reject', 'requested', 'pat', '{}', '', null, 'Because it is so',
   'ok'),
  ('change', 'reject', 'assessed', 'mia', '{}', '', null, 'Because it is so',
   'ok'),
  ('change', 'cancel', 'requested', 'liv', '{}', '', null, 'Because it is so',
   'ok'),
  ('change', 'cancel', 'assessed', 'liv', '{}', '', null, 'Because it is so',
   'ok'),
  ('change', 'cancel', 'approved', 'mia', '{}', '', null, 'Because it is so',
   'ok'),
  ('change', 'implement', 'approved', 'ian', '{}', '', null, 'Because it is so',
   'in_window: implemented_on @0 is outside @2 to @4'),
  ('change', 'implement', 'approved', 'ian', '{"planned_from": "@-1"}', '', null, 'Because it is so',
   'ok'),
  ('change', 'implement', 'approved', 'ian', '{"implemented_on": null, "test_result": null}', '', null, 'Because it is so',
   E'in_window: implemented_on is missing\ntest_passed: test_result is missing'),
  ('change', 'implement', 'approved', 'ian', '{"test_result": "fail", "planned_from": "@-1"}', '', null, 'Because it is so',
   'test_passed: test_result is fail'),
  ('change', 'amend_implementer', 'approved', 'liv', '{}', '', '{"implementer": "ada"}', 'Because it is so',
   'ok amend_implementer of change C1 asked for'),
  ('change', 'amend_approver', 'implemented', 'liv', '{"approver": null}', '', '{"approver": "pat"}', 'Because it is so',
   'ok change C1 is amended: approver'),
  ('change', 'amend_approver', 'rolled_back', 'mia', '{"approver": null}', '', '{"approver": "pat"}', 'Because it is so',
   'ok change C1 is amended: approver'),
  ('change', 'amend_approver', 'rolled_back', 'mia', '{}', '', '{"approver": "liv"}', 'Because it is so',
   'approver_fits_kind: Liv Lund holds none of the roles that approve kind operational: process_owner'),
  ('change', 'amend_approver', 'rolled_back', 'liv', '{"approver": null, "owner": "liv", "implementer": "liv"}', '', '{"approver": "pat"}', 'Because it is so',
   'separation: Liv Lund is its implementer'),
  ('change', 'implement_emergency', 'requested', 'ian', '{}', '', null, 'Because it is so',
   'emergency_declared: emergency is not yes'),
  ('change', 'implement_emergency', 'requested', 'ian', '{"emergency": true}', '', null, 'Because it is so',
   'emergency_declared: emergency_reason and approval_due are missing'),
  ('change', 'implement_emergency', 'requested', 'ian', '{"emergency": true, "emergency_reason": "Leak", "approval_due": "@3", "implemented_on": null}', '', null, 'Because it is so',
   'emergency_declared: implemented_on is missing'),
  ('change', 'implement_emergency', 'requested', 'ian', '{"emergency": true, "emergency_reason": "Leak", "approval_due": "@3", "implemented_on": "@1"}', '', null, 'Because it is so',
   'emergency_declared: implemented_on @1 is in the future: in scope WF it is @0'),
  ('change', 'implement_emergency', 'requested', 'ian', '{"emergency": true, "emergency_reason": "Leak", "approval_due": "@3"}', '', null, 'Because it is so',
   'ok'),
  ('change', 'roll_back', 'implemented', 'ian', '{}', '', null, 'Because it is so',
   'ok'),
  ('change', 'review', 'implemented', 'liv', '{}', '', null, 'Because it is so',
   'ok review'),
  ('change', 'review', 'rolled_back', 'liv', '{}', '', null, 'Because it is so',
   'ok review'),
  ('change', 'review', 'implemented', 'liv', '{"effects_reviewed": null, "effects_reviewed_on": null, "records_updated": null}', '', null, 'Because it is so',
   E'consequences_reviewed: effects_reviewed and effects_reviewed_on are missing\nrecords_updated: records_updated is missing'),
  ('certification', 'prepare', '*', 'mia', '{}', '', null, 'Because it is so',
   'ok'),
  ('certification', 'prepare', '*', 'mia', '{"kind": null}', '', null, 'Because it is so',
   'previous_named: kind is missing'),
  ('certification', 'prepare', '*', 'mia', '{"kind": "renewal"}', '', null, 'Because it is so',
   'previous_named: previous is missing'),
  ('certification', 'prepare', '*', 'mia', '{"kind": "renewal", "previous": "Z0"}', '', null, 'Because it is so',
   'previous_named: there is no cycle Z0 before it'),
  ('certification', 'prepare', '*', 'mia', '{"kind": "renewal", "previous": "Z0"}', 'select wf.put(''wf.certification'', ''{"code": "Z0", "kind": "initial", "status": "certified", "valid_until": "@50"}'')', null, 'Because it is so',
   'ok'),
  ('certification', 'apply', 'preparing', 'mia', '{}', '', null, 'Because it is so',
   'ok'),
  ('certification', 'apply', 'preparing', 'mia', '{"body": null, "accreditation_body": null, "accreditation_number": null, "accreditation_standard": null, "accredited_until": null}', '', null, 'Because it is so',
   'body_accredited: body, accreditation_body, accreditation_number, accreditation_standard and accredited_until are missing'),
  ('certification', 'apply', 'preparing', 'mia', '{"accredited_until": "@-1"}', '', null, 'Because it is so',
   'body_accredited: the accreditation ended on @-1'),
  ('certification', 'apply', 'preparing', 'mia', '{"persons_by_site": {}, "audit_days": null, "price": null}', 'delete from wf.version where document = ''SCOPE''', null, 'Because it is so',
   E'scope_statement_approved: no scope statement is approved and in force\npersons_declared: persons_by_site is missing\noffer_recorded: audit_days and price are missing'),
  ('certification', 'begin_stage_1', 'applied', 'mia', '{}', '', null, 'Because it is so',
   'ok'),
  ('certification', 'begin_stage_1', 'applied', 'mia', '{}', 'update wf.readiness set status = ''failed''; insert into wf.readiness values (''RD-002'', ''unknown''), (''RD-003'', ''passed'')', null, 'Because it is so',
   'mandatory_documents: RD-001 failed, RD-002 unknown'),
  ('certification', 'begin_stage_1', 'applied', 'mia', '{}', 'delete from isms.workflow_relation where name = ''mandatory_documents''; delete from wf.review', null, 'Because it is so',
   E'mandatory_documents: its mandatory documents cannot be looked up: relation mandatory_documents of workflow certification leads to no table\naudit_and_review_planned: no management review is dated'),
  ('certification', 'begin_stage_1', 'applied', 'mia', '{}', 'update wf.audit set status = ''cancelled''; delete from isms.workflow_relation where name = ''reviews''', null, 'Because it is so',
   'audit_and_review_planned: no internal audit is dated; its reviews cannot be looked up: relation reviews of workflow certification leads to no table'),
  ('certification', 'begin_stage_2', 'stage_1', 'mia', '{}', '', null, 'Because it is so',
   'ok'),
  ('certification', 'begin_stage_2', 'stage_1', 'mia', '{"stage_1_conclusion": null, "stage_1_ended_on": null, "stage_gap_days": null}', '', null, 'Because it is so',
   E'stage_1_ready: stage_1_conclusion and stage_1_ended_on are missing\nstage_1_fresh: stage_1_ended_on and stage_gap_days are missing'),
  ('certification', 'begin_stage_2', 'stage_1', 'mia', '{"stage_1_conclusion": "not ready", "stage_2_from": "@40"}', '', null, 'Because it is so',
   E'stage_1_ready: stage_1_conclusion is not ready\nstage_1_fresh: stage_2_from @40 is too late, @30 at the latest'),
  ('certification', 'begin_stage_2', 'stage_1', 'mia', '{}', 'select wf.put(''isms.finding'', ''{"code": "F7", "certification": "Z1", "kind": "concern", "status": "raised"}''), wf.put(''isms.finding'', ''{"code": "F8", "certification": "Z1", "kind": "concern", "answer": "Done", "status": "raised"}'')', null, 'Because it is so',
   'concerns_answered: concern F7 has no answer'),
  ('certification', 'begin_stage_2', 'stage_1', 'mia', '{}', 'update wf.audit set scope_items = ''{4,6,7,8,A.9,10,15}'', reported_on = ''@-20'' where code = ''A0''', null, 'Because it is so',
   'audit_and_review_done: no reported audit covers clause 5, 9; no management review was held since the audit reported on @-20'),
  ('certification', 'repeat_stage_1', 'stage_1', 'mia', '{}', '', '{"body_reference": "L-18"}', 'Because it is so',
   'ok'),
  ('certification', 'repeat_stage_1', 'stage_1', 'mia', '{"body_reference": null, "body_dated": null, "body_evidence": null}', '', null, 'Because it is so',
   'body_reference: body_reference, body_dated and body_evidence are missing'),
  ('certification', 'begin_recertification', 'applied', 'mia', '{}', '', null, 'Because it is so',
   E'is_renewal: kind is not renewal; previous is missing\nno_significant_change: significant_change is missing: yes or no'),
  ('certification', 'begin_recertification', 'applied', 'mia', '{"kind": "renewal", "previous": "Z0", "significant_change": true}', '', null, 'Because it is so',
   'no_significant_change: a significant change takes stage 1 again: stage_1_repeated_on is missing'),
  ('certification', 'begin_recertification', 'applied', 'mia', '{"kind": "renewal", "previous": "Z0", "significant_change": true, "stage_1_repeated_on": "@-9"}', '', null, 'Because it is so',
   'ok'),
  ('certification', 'begin_recertification', 'applied', 'mia', '{"kind": "renewal", "previous": "Z0", "significant_change": false}', '', null, 'Because it is so',
   'ok'),
  ('certification', 'end_stage_2', 'stage_2', 'mia', '{}', '', null, 'Because it is so',
   'ok'),
  ('certification', 'end_stage_2', 'stage_2', 'mia', '{"stage_2_ended_on": null}', 'select wf.put(''isms.finding'', ''{"code": "F7", "certification": "Z1", "status": "raised"}'')', null, 'Because it is so',
   'stage_2_reported: stage_2_ended_on is missing; finding F7 is not graded'),
  ('certification', 'repeat_stage_2', 'awaiting_decision', 'mia', '{}', 'select wf.put(''isms.finding'', ''{"code": "F7", "certification": "Z1", "kind": "major", "status": "raised"}''), wf.put(''isms.finding'', ''{"code": "F8", "certification": "Z1", "kind": "minor", "status": "raised"}'')', '{"body_reference": "L-18"}', 'Because it is so',
   'majors_too_late: no major nonconformity is past @month(-25,6)'),
  ('certification', 'repeat_stage_2', 'awaiting_decision', 'mia', '{"stage_2_ended_on": "@-200"}', 'select wf.put(''isms.finding'', ''{"code": "F7", "certification": "Z1", "kind": "major", "status": "raised"}''), wf.put(''isms.finding'', ''{"code": "F8", "certification": "Z1", "kind": "minor", "status": "raised"}'')', '{"body_reference": "L-18"}', 'Because it is so',
   'ok'),
  ('certification', 'repeat_stage_2', 'awaiting_decision', 'mia', '{"stage_2_ended_on": null, "body_reference": null, "body_dated": null, "body_evidence": null}', '', null, 'Because it is so',
   E'majors_too_late: stage_2_ended_on is missing\nbody_reference: body_reference, body_dated and body_evidence are missing'),
  ('certification', 'certify', 'awaiting_decision', 'mia', '{}', '', '{"body_reference": "L-18"}', 'Because it is so',
   'ok'),
  ('certification', 'certify', 'awaiting_decision', 'mia', '{}', 'select wf.put(''isms.finding'', ''{"code": "F7", "certification": "Z1", "kind": "major", "status": "raised", "body_verified_on": "@-5"}''), wf.put(''isms.finding'', ''{"code": "F8", "certification": "Z1", "kind": "minor", "status": "raised", "body_accepted_on": "@-5"}'')', '{"body_reference": "L-18"}', 'Because it is so',
   'ok'),
  ('certification', 'certify', 'awaiting_decision', 'mia', '{}', 'select wf.put(''isms.finding'', ''{"code": "F7", "certification": "Z1", "kind": "major", "status": "raised"}''), wf.put(''isms.finding'', ''{"code": "F8", "certification": "Z1", "kind": "minor", "status": "raised"}'')', '{"body_reference": "L-18"}', 'Because it is so',
   E'majors_verified: finding F7 (major) is not verified\nminors_planned: the plan for finding F8 (minor) is not accepted'),
  ('certification', 'certify', 'awaiting_decision', 'mia', '{"stage_2_ended_on": "@-300"}', 'select wf.put(''isms.finding'', ''{"code": "F7", "certification": "Z1", "kind": "major", "status": "raised", "body_verified_on": "@-5"}''), wf.put(''isms.finding'', ''{"code": "F8", "certification": "Z1", "kind": "minor", "status": "raised", "body_accepted_on": "@-5"}'')', '{"body_reference": "L-18"}', 'Because it is so',
   'decided_in_time: finding F7 was verified on @-5, after @month(-300,6)'),
  ('certification', 'certify', 'awaiting_decision', 'mia', '{"certificate_number": null, "certificate_scope": null, "certificate_standard": null, "soa_version": null, "decided_on": null, "valid_from": null, "valid_until": null, "body_reference": null, "body_dated": null, "body_evidence": null}', '', null, 'Because it is so',
   E'decided_in_time: decided_on is missing\ncertificate_complete: certificate_number, certificate_scope, certificate_standard, soa_version, decided_on, valid_from and valid_until are missing\nbody_reference: body_reference, body_dated and body_evidence are missing'),
  ('certification', 'certify', 'awaiting_decision', 'mia', '{"valid_from": "@-2", "valid_until": "@1200"}', '', '{"body_reference": "L-18"}', 'Because it is so',
   'certificate_complete: valid_from @-2 is before the decision, on @-1; valid_until @1200 is too late, @month(-1,36) at the latest'),
  ('certification', 'certify', 'awaiting_decision', 'mia', '{"kind": "renewal", "previous": "Z0", "valid_until": "@1100"}', 'select wf.put(''wf.certification'', ''{"code": "Z0", "kind": "initial", "status": "certified", "valid_until": "@30"}'')', '{"body_reference": "L-18"}', 'Because it is so',
   'ok'),
  ('certification', 'certify', 'awaiting_decision', 'mia', '{"kind": "renewal", "previous": "Z0", "valid_until": "@1090"}', 'select wf.put(''wf.certification'', ''{"code": "Z0", "kind": "initial", "status": "certified", "valid_until": "@-100"}'')', '{"body_reference": "L-18"}', 'Because it is so',
   'certificate_complete: valid_until @1090 is too late, @month(-100,36) at the latest'),
  ('certification', 'certify', 'awaiting_decision', 'mia', '{"kind": "renewal", "previous": "Z0"}', 'select wf.put(''wf.certification'', ''{"code": "Z0", "kind": "initial", "status": "certified", "valid_until": "@-300"}'')', '{"body_reference": "L-18"}', 'Because it is so',
   'decided_in_time: the certificate before ended on @-300, it can be renewed until @month(-300,6)'),
  ('certification', 'certify', 'awaiting_decision', 'mia', '{"kind": "renewal", "previous": "Z0"}', '', '{"body_reference": "L-18"}', 'Because it is so',
   'decided_in_time: the end of certificate Z0 is not known'),
  ('certification', 'refuse', 'awaiting_decision', 'mia', '{}', '', '{"body_reference": "L-18"}', 'Because it is so',
   'ok'),
  ('certification', 'refuse', 'awaiting_decision', 'mia', '{"body_reference": null, "body_dated": null, "body_evidence": null}', '', null, 'Because it is so',
   'body_reference: body_reference, body_dated and body_evidence are missing'),
  ('certification', 'suspend', 'certified', 'mia', '{}', '', '{"body_reference": "L-18"}', 'Because it is so',
   'ok'),
  ('certification', 'suspend', 'certified', 'mia', '{"suspended_until": null, "body_reference": null, "body_dated": null, "body_evidence": null}', '', null, 'Because it is so',
   E'suspension_end_set: suspended_until is missing\nbody_reference: body_reference, body_dated and body_evidence are missing'),
  ('certification', 'suspend', 'certified', 'mia', '{"suspended_until": "@-1"}', '', '{"body_reference": "L-18"}', 'Because it is so',
   'suspension_end_set: suspended_until @-1 is past'),
  ('certification', 'suspend', 'certified', 'mia', '{"suspended_until": "@200"}', '', '{"body_reference": "L-18"}', 'Because it is so',
   'suspension_end_set: suspended_until @200 is too late, @month(0,6) at the latest'),
  ('certification', 'suspend', 'certified', 'mia', '{}', '', null, 'Because it is so',
   'body_reference: body_reference L-17 is the letter of a step before'),
  ('certification', 'withdraw', 'suspended', 'mia', '{}', '', '{"body_reference": "L-18", "body_dated": "@-2"}', 'Because it is so',
   'body_reference: body_dated @-2 is before the letter of a step before, of @-1'),
  ('certification', 'lift', 'suspended', 'mia', '{}', '', '{"body_reference": "L-18"}', 'Because it is so',
   'ok'),
  ('certification', 'lift', 'suspended', 'mia', '{"cause_resolved": null}', '', '{"body_reference": "L-18"}', 'Because it is so',
   'cause_resolved: cause_resolved is missing'),
  ('certification', 'withdraw', 'certified', 'mia', '{}', '', '{"body_reference": "L-18"}', 'Because it is so',
   'ok'),
  ('certification', 'withdraw', 'suspended', 'mia', '{}', '', '{"body_reference": "L-18"}', 'Because it is so',
   'ok'),
  ('certification', 'amend_certificate', 'certified', 'mia', '{}', '', '{"soa_version": "4", "body_reference": "L-18"}', 'Because it is so',
   'ok'),
  ('certification', 'amend_certificate', 'certified', 'mia', '{}', '', '{"soa_version": "", "body_reference": "L-18"}', 'Because it is so',
   'certificate_complete: soa_version is missing'),
  ('certification', 'amend_certificate', 'certified', 'mia', '{}', '', '{"body": "Other Ltd", "accredited_until": "@-1", "body_reference": "L-18"}', 'Because it is so',
   'body_accredited: the accreditation ended on @-1'),
  ('certification', 'amend_suspension', 'suspended', 'mia', '{}', '', '{"suspended_until": "@110", "body_reference": "L-18"}', 'Because it is so',
   'ok'),
  ('certification', 'amend_suspension', 'suspended', 'mia', '{}', '', '{"suspended_until": "@200"}', 'Because it is so',
   E'suspension_end_set: suspended_until @200 is too late, @month(0,6) at the latest\nbody_reference: body_reference L-17 is the letter of a step before'),
  ('certification', 'end', 'certified', 'mia', '{}', '', null, 'Because it is so',
   'ok end'),
  ('certification', 'end', 'preparing', 'mia', '{}', '', null, 'Because it is so',
   'ok end'),
  ('certification', 'end', 'applied', 'mia', '{}', '', null, 'Because it is so',
   'ok end'),
  ('certification', 'end', 'stage_1', 'mia', '{}', '', null, 'Because it is so',
   'ok end'),
  ('certification', 'end', 'stage_2', 'mia', '{}', '', null, 'Because it is so',
   'ok end'),
  ('certification', 'end', 'awaiting_decision', 'mia', '{}', '', null, 'Because it is so',
   'ok end'),
  ('certification', 'end', 'suspended', 'mia', '{}', '', null, 'Because it is so',
   'ok end'),
  ('certification', 'end', 'certified', 'mia', '{}', 'select wf.put(''wf.certification'', ''{"code": "Z2", "previous": "Z1", "status": "preparing"}'')', null, 'Because it is so',
   'ok certification Z1 is now ended');

create function wf.months(said text) returns text language plpgsql as $$
declare
  m text[];
begin
  for m in select distinct x from regexp_matches(said, '@month\((-?\d+),(\d+)\)', 'g') x loop
    said := replace(said, format('@month(%s,%s)', m[1], m[2]), to_char(isms.today('WF') + m[1]::integer + make_interval(months => m[2]::integer), 'YYYY-MM-DD'));
  end loop;
  return wf.dated(said);
end
$$;

-- Each undone whatever comes of it: what is said after ok, or SQLSTATE and reasons.
create function wf.attempt(c wf."case") returns text language plpgsql as $$
declare
  g wf.good;
  row jsonb;
  said text;
  code text;
  b isms.workflow_binding;
  t record;
begin
  select * into g from wf.good x where x.workflow = c.workflow;
  row := g.record || wf.dated(c.record::text)::jsonb || jsonb_build_object('status', c.from_state);
  if c.from_state <> '*' then
    perform wf.put(g.relation, row);
  end if;
  if c.meanwhile <> '' then
    for t in select format('%I.%I', w.schema_name, w.table_name) as relation from isms.workflow_binding w where w.schema_name = 'wf' or w.table_name in ('finding', 'nonconformity') loop
      execute format('alter table %s disable trigger user', t.relation);
    end loop;
    execute wf.dated(c.meanwhile);
    for t in select format('%I.%I', w.schema_name, w.table_name) as relation from isms.workflow_binding w where w.schema_name = 'wf' or w.table_name in ('finding', 'nonconformity') loop
      execute format('alter table %s enable always trigger workflow_insert', t.relation);
      execute format('alter table %s enable always trigger workflow_update', t.relation);
    end loop;
  end if;
  if c.from_state = '*' then
    row := row || jsonb_build_object('scope', 'WF', 'status', (select to_state from isms.workflow_transition x where x.workflow = c.workflow and x.name = c.step), 'created_by', c.actor);
    execute format('set local session authorization %I', 'regress_guard_' || c.actor);
    execute format('insert into %s select * from jsonb_populate_record(null::%s, $1) returning status', g.relation, g.relation) into said using row;
  else
    b := isms.workflow_of(g.relation);
    execute format('set local session authorization %I', 'regress_guard_' || c.actor);
    said := isms.request(g.relation, isms.row_key(b, row), c.step, c.comment, wf.dated(c.changes::text)::jsonb);
  end if;
  raise exception using errcode = 'ZZ000', message = said;
exception when sqlstate 'ZZ000' then
  return 'ok ' || sqlerrm;
when others then
  get stacked diagnostics code = returned_sqlstate, said = pg_exception_detail;
  return code || ' ' || coalesce(nullif(said, ''), sqlerrm);
end
$$;
\o

create table wf.result as
  select c.*, wf.attempt(c) as got,
         case when c.expected ~ '^ok' then c.expected
              else case when c.expected ~ '^separation' then 'IS004 ' else 'IS005 ' end
                   || (select string_agg(regexp_replace(l, '^(\w+):', format('\1 (%s):', coalesce(g.clause, t.clause))), E'\n' order by i)
                         from regexp_split_to_table(wf.months(c.expected), E'\n') with ordinality u(l, i)
                         left join isms.guard g on g.name = substring(l from '^\w+')
                         join isms.workflow_transition t on t.workflow = c.workflow and t.name = c.step) end as wanted
    from wf."case" c;

select is_empty($$select workflow, step, from_state, actor, record, meanwhile, got, wanted from wf.result where got <> wanted and not (wanted ~ '^ok' and starts_with(got, wanted)) order by n$$,
  'every step is taken when all holds, and refused with these reasons when something does not');

select is_empty($$
  select t.workflow, t.name, f
    from isms.workflow_transition t,
         unnest(case when t.from_states = '{}' then '{*}' else t.from_states end) f
   where t.workflow in (select workflow from wf.good)
     and not exists (select from wf.result r where r.workflow = t.workflow and r.step = t.name and r.from_state = f and r.got ~ '^ok') $$,
  'each of their steps was taken from each state');

select is_empty($$
  select distinct g
    from isms.workflow_transition t, unnest(t.guards) g
   where t.workflow in (select workflow from wf.good)
     and not exists (select from wf.result r where r.wanted ~ ('(^|\s)' || g || ' \('))$$,
  'each of their guards was broken');

-- Separation by the trail: M, nobody who changed it or what it covers since the last approval, and "not an approver".
\o /dev/null
create function wf.takes(person text, statement text) returns text language plpgsql as $$
declare
  said text;
  code text;
begin
  execute format('set local session authorization %I', 'regress_guard_' || person);
  execute statement into said;
  set local session authorization default;
  return 'ok ' || coalesce(said, '');
exception when others then
  get stacked diagnostics code = returned_sqlstate, said = pg_exception_detail;
  return code || ' ' || coalesce(nullif(said, ''), sqlerrm);
end
$$;

create function wf.begin_change(code text, by_person text) returns void language plpgsql as $$
begin
  perform wf.takes(by_person, format('insert into wf.change select * from jsonb_populate_record(null::wf.change, %L) returning code',
            (select g.record || jsonb_build_object('scope', 'WF', 'code', begin_change.code, 'created_by', by_person, 'status', 'requested', 'planned_from', isms.today('WF')) from wf.good g where g.workflow = 'change')));
end
$$;

create function wf.assess_and_ask(code text, assessor text) returns void language plpgsql as $$
begin
  perform wf.takes(assessor, format('select isms.request(''wf.change'', %L, ''assess'')', code)), wf.takes('liv', format('select isms.request(''wf.change'', %L, ''approve'')', code));
end
$$;
select wf.begin_change('C10', 'liv'), wf.assess_and_ask('C10', 'liv');
\o

select is(wf.takes('pat', $$select isms.approve('wf.change', '{C10}', 'approve')$$),
  'IS004 separation (6.3, 8.1, A.8.32): who changed it is not known: changes of wf.change, wf.change_item are not recorded, see isms.enable_audit',
  'where nothing is recorded nobody can be told apart');

\o /dev/null
select isms.enable_audit('wf.change'), isms.enable_audit('wf.change_item');
select wf.begin_change('C11', 'pat'), wf.assess_and_ask('C11', 'liv');
select wf.begin_change('C12', 'liv'), wf.takes('pat', $$update wf.change set purpose = 'Much faster' where code = 'C12' returning code$$), wf.assess_and_ask('C12', 'liv');
select wf.begin_change('C13', 'liv'), wf.takes('pat', $$insert into wf.change_item values ('C13', 'Server 1'), ('C13', 'Server 2') returning item$$), wf.assess_and_ask('C13', 'liv');
select wf.begin_change('C14', 'liv'), wf.takes('liv', $$insert into wf.change_item values ('C14', 'Server 1') returning item$$),
       wf.takes('pat', $$delete from wf.change_item where change = 'C14' returning item$$), wf.assess_and_ask('C14', 'liv');
select wf.begin_change('C15', 'liv'), wf.takes('liv', $$insert into wf.change_item values ('C15', 'Server 1') returning item$$), wf.assess_and_ask('C15', 'pat');
\o
select is(wf.takes('pat', format('select isms.approve(''wf.change'', array[%L], ''approve'')', c)), 'IS004 separation (6.3, 8.1, A.8.32): Pat Pell made or changed it', why)
  from (values ('C11', 'who made it does not approve it'), ('C12', 'nor who changed it'), ('C13', 'nor who added a covered row'), ('C14', 'nor who removed one')) v(c, why);
select is(wf.takes('pat', $$select isms.approve('wf.change', '{C15}', 'approve')$$), 'ok change C15 is now approved', 'who only took a step does');

select is(wf.takes('ian', $$select isms.request('wf.change', 'C15', 'implement')$$), 'ok change C15 is now implemented', 'who did not approve it carries it out');
select is(wf.takes('liv', $$select isms.request('wf.change', 'C15', 'review')$$), 'ok change C15 is now closed', 'what was approved before it was made needs no approval after it');
\o /dev/null
select wf.put('wf.change', (select record || '{"code": "C16", "implementer": "pat", "status": "approved"}' || jsonb_build_object('planned_from', isms.today('WF')) from wf.good where workflow = 'change'));
insert into isms.approval_request (scope, table_name, key, transition, requester, digest, status, closed_at) values ('WF', 'wf.change', 'C16', 'approve', 'liv', '', 'carried_out', now());
insert into isms.approval (request, scope, slot, approver, digest) select id, 'WF', 'approver', 'pat', '' from isms.approval_request where key = 'C16';
\o
select is(wf.takes('pat', $$select isms.request('wf.change', 'C16', 'implement')$$), 'IS004 separation (8.1, A.8.32): Pat Pell approved it', 'who approved it does not');

-- Only what came after the last approval counts.
\o /dev/null
create table wf.note (scope text default 'WF', code text, text text, status text default 'draft', primary key (scope, code));
grant all on wf.note to public;
update isms.workflow_transition set separation = '{R,M}' where workflow = 'two_eyes' and name = 'approve';
select isms.attach_workflow('wf.note', 'two_eyes', 'status'), isms.enable_audit('wf.note');
select wf.takes('liv', $$insert into wf.note (code, text) values ('1', 'One') returning code$$), wf.takes('ada', $$update wf.note set text = 'Two' where code = '1' returning code$$);
select wf.takes('liv', $$select isms.request('wf.note', '1', 'approve')$$), wf.takes('pat', $$select isms.approve('wf.note', '{1}', 'approve')$$);
select wf.takes('liv', $$select isms.request('wf.note', '1', 'return', 'It is not quite right')$$), wf.takes('ian', $$update wf.note set text = 'Three' where code = '1' returning code$$);
select wf.takes('liv', $$select isms.request('wf.note', '1', 'approve')$$);
\o
select is(wf.takes('ian', $$select isms.approve('wf.note', '{1}', 'approve')$$), 'IS004 separation (A.5.3): Ian Imhof changed it since it was last approved', 'who changed it since does not approve it');
select is(wf.takes('ada', $$select isms.approve('wf.note', '{1}', 'approve')$$), 'ok note 1 is now approved', 'who changed it before that does');

select is(wf.takes('mia', format('select isms.request(''isms.action'', ''T-9'', ''verify'', changes => %L)',
                                 wf.dated('{"check_result": "pass", "checked_by": "mia", "checked_on": "@0"}'))),
  'IS004 separation (8.3, 9.1): it is Mia Moor''s: implementation FW', 'who owns the control an action builds does not verify the action');

\o /dev/null
delete from isms.workflow_relation where workflow = 'finding' and name = 'audited';
\o
select set_eq($$select p from isms.workflow_problems('finding', true) p$$,
  array['raise: separation T takes relation audited', 'uphold: separation T takes relation audited', 'withdraw: separation T takes relation audited', 'close: separation T takes relation audited'],
  'a definition that cannot tell who is impartial is not whole');

select * from finish();

rollback;
