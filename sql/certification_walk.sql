-- From nothing to a certificate and beyond, on the registers as they are: each guard of programme, audit, finding, nonconformity,
-- management review and certification is seen to refuse for what really is so, and to let pass once it is not; none is left out.
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
  perform isms.add_person('ivy', 'Ivy Lund', roles => '{internal_auditor}');
  perform isms.add_person('pat', 'Pat Moss', roles => '{process_owner}');
  perform isms.add_person('ola', 'Ola Berg', roles => '{process_owner,control_owner}');
  perform isms.add_person('tom', 'Tom Tate', roles => '{top_management}');
end $$;

-- Somebody tries something: done, or why not.  Which guards refused is kept.
create temp table refused (workflow text, guard text);
create function pg_temp.by(who text, statement text, comment text default '') returns text language plpgsql as $$
declare
  state text; said text; detail text; relation text; result text; n bigint;
begin
  perform set_config('isms.actor', who, true), set_config('isms.comment', comment, true);
  if statement ~ '^select' then
    execute statement into result;
  else
    execute statement;
    get diagnostics n = row_count;
    result := case n when 0 then 'no such row' else 'done' end;
  end if;
  return result;
exception when others then
  get stacked diagnostics state = returned_sqlstate, said = message_text, detail = pg_exception_detail, relation = table_name;
  insert into refused
  select b.workflow, m.found[1]
    from isms.workflow_binding b, regexp_matches(detail, '^(\w+) \(', 'gm') m(found)
   where b.table_name = 'isms.' || relation or b.table_name::text like '%' || relation;
  return regexp_replace(concat_ws(E'\n', state || ' ' || said, nullif(detail, '')), '\d{4}-\d\d-\d\d', 'DATE', 'g');
end
$$;
\pset format unaligned
\pset tuples_only on

-- A cycle is opened, with offers of two bodies.  Nothing is there yet to apply with.
select pg_temp.by('mia', $$insert into isms.certification (code, title, kind) values ('C-0', 'Renewal of nothing', 'renewal')$$);
select pg_temp.by('mia', $$insert into isms.certification (code, title, owner) values ('C-1', 'First certificate', 'mia')$$);
select pg_temp.by('mia', $$select isms.request('isms.certification', 'C-1', 'apply', 'Ready to apply')$$);
insert into isms.certification_body (code, title, accreditation_body, accreditation_number, accreditation_standard, accredited_until) values
  ('CERT', 'Cert GmbH', 'DAkkS', 'D-1', 'ISO/IEC 27006-1', current_date + 900), ('OLD', 'Old Ltd', 'UKAS', 'U-2', 'ISO/IEC 27006-1', current_date - 1);
insert into isms.certification_offer (certification, body, audit_days, price) values ('C-1', 'CERT', 10, 12000), ('C-1', 'OLD', 9, 9000);
select pg_temp.by('mia', $$select isms.choose_offer('C-1', 'OLD', 'We know them')$$);
select pg_temp.by('mia', $$update isms.certification set persons_by_site = '{"HQ": 40}', stage_gap_days = 90 where code = 'C-1'$$);
select pg_temp.by('mia', $$select isms.request('isms.certification', 'C-1', 'apply', 'Ready to apply')$$);
select pg_temp.by('mia', $$select isms.choose_offer('C-1', 'CERT', 'Accredited')$$);

-- The scope statement: written is not enough; approved, it is whole only when the boundary is.
insert into isms.document (code, title, kind, owner) values ('SCOPE', 'Scope of the ISMS', 'scope', 'mia'), ('POL', 'Policy', 'policy', 'mia'), ('TREAT', 'How risks are treated', 'treatment_process', 'mia'), ('SOA', 'Statement of applicability', 'statement_of_applicability', 'mia');
create function pg_temp.write(document text) returns text language sql as $$
  select pg_temp.by('ola', format($q$insert into isms.document_version (document, version, place, approver, language, format, medium, classification, readers, kept_at, retention, disposal,
    has_objectives, commits_requirements, commits_improvement, availability) values (%L, '1.0', 'share/%s.pdf', 'tom', 'en', 'pdf', 'file', 'internal', '{everybody}', 'share', '5 years', 'deleted', true, true, true, 'Intranet')$q$, document, document))
$$;
create function pg_temp.ask(document text) returns text language sql as $$
  select pg_temp.by('mia', format($q$select isms.request('isms.document_version', '{"document": "%s", "version": "1.0"}', 'approve', 'Reviewed with the board', '%s')$q$, document,
    jsonb_build_object('reviewer', 'mia', 'reviewed_on', current_date, 'suitable', true, 'adequate', true, 'effective_from', current_date)))
$$;
create function pg_temp.agree(document text) returns text language sql as $$
  select pg_temp.by('tom', format($q$select isms.approve('isms.document_version', '{"{\"document\": \"%s\", \"version\": \"1.0\"}"}', 'approve')$q$, document))
$$;
select pg_temp.write(c) from unnest('{SCOPE,POL,TREAT}'::text[]) c;
select pg_temp.by('ola', $$update isms.document_version set status = 'in_review'$$);
insert into isms.asset (code, title, kind, owner) values ('CRM', 'Customer database', 'information', 'ian');
insert into isms.supplier (code, title, what, owner) values ('HOST', 'Hosting Ltd', 'Servers of the CRM', 'ola'), ('GONE', 'Gone Ltd', 'Nothing any more', 'ola');
insert into isms.supplier_asset (supplier, asset) values ('HOST', 'CRM');
insert into isms.scope_item (code, title, kind, refers, standing, reason) values ('S-CRM', 'Customer database', 'asset', 'CRM', 'in', null), ('S-HOST', 'Hosting', 'supplier', 'HOST', 'out', 'Theirs'), ('S-GONE', 'Gone', 'supplier', 'GONE', 'out', 'Over');
delete from isms.supplier where code = 'GONE';
select pg_temp.ask('SCOPE');
delete from isms.scope_item where code = 'S-GONE';
update isms.scope_item set standing = 'interface', reason = 'Servers are theirs, what runs there is ours' where code = 'S-HOST';
insert into isms.context_issue (code, title, kind) values ('CI-1', 'Everybody rents servers', 'external');
insert into isms.interested_party (code, title) values ('CUST', 'Customers');
insert into isms.party_requirement (code, title, party, kind) values ('RQ-1', 'Keep our data', 'CUST', 'contract');
insert into isms.scope_reference (kind, key) values ('issue', 'CI-1'), ('requirement', 'RQ-1');
select pg_temp.ask('SCOPE');
select pg_temp.by('mia', $$select isms.request('isms.certification', 'C-1', 'apply', 'Ready to apply')$$);
select pg_temp.agree('SCOPE');
select pg_temp.by('mia', $$select isms.request('isms.certification', 'C-1', 'apply', 'Ready to apply')$$);
select pg_temp.by('tom', $$select isms.approve('isms.certification', '{C-1}', 'apply')$$);

-- Stage 1 wants the documented information, and audit and review on the calendar.  Each piece is looked for where it is kept.
select pg_temp.by('mia', $$update isms.certification set status = 'stage_1' where code = 'C-1'$$);
select kind, state, records from isms.mandatory_documents() where records is not null;
select pg_temp.ask(c), pg_temp.agree(c) from unnest('{POL,TREAT}'::text[]) c;
-- The statement leaves no control undecided.
select pg_temp.write('SOA');
select pg_temp.by('ola', $$update isms.document_version set status = 'in_review' where document = 'SOA'$$);
select pg_temp.ask('SOA');
insert into isms.applicability (reference, necessary, reasons, justification)
select c.reference, true, '{business}', 'Of use' from isms.control c where c.catalogue = isms.base_catalogue() and c.reference::text like 'A.%';
select pg_temp.ask('SOA'), pg_temp.agree('SOA');
-- Risks, treated before they moved here.
do $$ begin perform isms.begin_cutover('Risks come from the spreadsheet'); end $$;
insert into isms.risk (code, title, asset, threat, hits, likelihood, consequence, owner, assessor, assessed_on, status)
values ('R-1', 'Customer data stolen', 'CRM', 'Theft', 'C', 2, 2, 'dana', 'dana', current_date - 30, 'treated');
do $$ begin perform isms.end_cutover(); end $$;
insert into isms.objective (code, title, policy, measure, target, target_is, plan_what, resources, owner, due_on, evaluation) values ('OB-1', 'Everybody trained', 'POL', 'Trained', 100, 'minimum', 'Courses', '3 days', 'ola', current_date + 60, 'List');
select pg_temp.by('mia', $$select isms.request('isms.objective', 'OB-1', 'approve', 'Agreed')$$), pg_temp.by('tom', $$select isms.approve('isms.objective', '{OB-1}', 'approve')$$);
insert into isms.process (code, title) values ('SALES', 'Sales');
insert into isms.process_record (process, period, evidence) values ('SALES', daterange(current_date - 90, current_date), 'List of orders');
insert into isms.measure (code, title, subject_kind, method, measured_every, evaluated_every) values ('ME-1', 'Trained', 'isms', 'Counted', '1 month', '1 year');
insert into isms.measurement (measure, value) values ('ME-1', 80);
insert into isms.competence (code, title) values ('AUD', 'Auditing');
insert into isms.person_competence (person, competence, evidence_kind, evidence, valid_until) values ('ivy', 'AUD', 'training', 'Certificate 1', current_date - 1), ('ola', 'AUD', 'experience', 'Ten audits', null);

-- Audits, by a programme that is approved and covers them.
insert into isms.audit_programme (code, title, period, frequency, methods, responsibilities, planning, reporting, refers_importance, earlier_results)
values ('AP-1', 'The year', daterange(current_date - 60, current_date + 300), 'Every clause', 'Interviews', 'Ian Hill', 'Two weeks ahead', 'To top management', 'Customer data first', 'None before');
create function pg_temp.audit(code text, first date, items text, team text default '{ian}') returns text language sql as $$
  select pg_temp.by('ian', format($q$insert into isms.internal_audit (code, title, programme, planned_period, scope_items, lead_auditor, team) values (%L, 'Audit', 'AP-1', daterange(%L::date, %L::date + 5), %L, 'ian', %L)$q$, code, first, first, items, team))
$$;
select pg_temp.audit('IA-1', current_date - 20, '{}', '{ivy}');
select pg_temp.by('mia', $$select isms.request('isms.audit_programme', 'AP-1', 'approve', 'For the year')$$), pg_temp.by('tom', $$select isms.approve('isms.audit_programme', '{AP-1}', 'approve')$$);
select pg_temp.audit('IA-1', current_date + 400, '{}', '{ivy}');
select kind, state, records from isms.mandatory_documents() where records is not null;
select pg_temp.by('mia', $$update isms.certification set status = 'stage_1' where code = 'C-1'$$);
select pg_temp.audit('IA-1', current_date - 20, '{}', '{ivy}');
select pg_temp.by('tom', $$insert into isms.management_review (code, title, period, planned_on) values ('MR-1', 'The year', daterange(current_date - 300, current_date + 1), current_date + 10)$$);
select pg_temp.by('mia', $$update isms.certification set status = 'stage_1' where code = 'C-1'$$);

-- Stage 1, and why stage 2 cannot follow.
select pg_temp.by('mia', $$insert into isms.certification_audit (code, certification, kind, held_from, held_until, conclusion) values ('S1', 'C-1', 'stage_1', current_date - 130, current_date - 130, 'not_ready')$$);
select pg_temp.by('mia', $$insert into isms.finding (code, source, certification, kind) values ('SC-1', 'certification_body', 'C-1', 'concern')$$);
select pg_temp.by('mia', $$update isms.finding set status = 'raised' where code = 'SC-1'$$);
select pg_temp.by('mia', $$update isms.finding set status = 'raised', requirement = '9.2', evidence = 'Programme', statement = 'Nothing is audited yet', body_reference = 'R-1', body_dated = current_date - 9, body_evidence = 'r1.pdf' where code = 'SC-1'$$);
select pg_temp.by('mia', $$update isms.certification set status = 'stage_2' where code = 'C-1'$$);
-- Back to the start, by the body's letter.
select pg_temp.by('mia', $$update isms.certification set status = 'applied' where code = 'C-1'$$, 'Soon');
select pg_temp.by('mia', $$update isms.certification set status = 'applied', body_reference = 'R-1', body_dated = current_date - 9, body_evidence = 'r1.pdf' where code = 'C-1'$$, 'The body comes again when we have audited');
select pg_temp.by('mia', $$update isms.certification set status = 'stage_1' where code = 'C-1'$$);

-- An audit begins with criteria, a competent and impartial team, and people who know of it.
select pg_temp.by('mia', $$update isms.internal_audit set status = 'in_progress' where code = 'IA-1'$$);
select pg_temp.by('ian', $$update isms.internal_audit set status = 'in_progress' where code = 'IA-1'$$);
select pg_temp.by('ian', $$update isms.internal_audit set criteria = 'ISO/IEC 27001:2022', scope_items = '{4,5,6,7,CRM}', team = '{ian,ivy}', plan_sent_on = current_date - 30 where code = 'IA-1'$$);
select pg_temp.by('ian', $$update isms.internal_audit set status = 'in_progress' where code = 'IA-1'$$);
-- To give away what is audited does not help: who owned it within the year is known.
update isms.asset set owner = 'ola' where code = 'CRM';
insert into isms.person_competence (person, competence, evidence_kind, evidence) values ('ian', 'AUD', 'training', 'Certificate 2');
select pg_temp.by('ian', $$update isms.internal_audit set status = 'in_progress' where code = 'IA-1'$$);
select pg_temp.by('ian', $$update isms.internal_audit set scope_items = '{4,5,6,7}', team = '{ian}' where code = 'IA-1'$$);
select pg_temp.by('ian', $$update isms.internal_audit set status = 'in_progress' where code = 'IA-1'$$);

-- What is found is found by the team, complete; contested and upheld with reasons; a nonconformity is one.
select pg_temp.by('ian', $$insert into isms.audit_item (audit, item, result, reason) values ('IA-1', '4', 'conforms', null), ('IA-1', '5', 'not_examined', null)$$);
select pg_temp.by('mia', $$insert into isms.finding (code, audit, auditee) values ('F-1', 'IA-1', 'pat')$$);
select pg_temp.by('mia', $$update isms.finding set status = 'raised', kind = 'minor', requirement = '6.1.2', evidence = 'R-1', statement = 'Not assessed since spring' where code = 'F-1'$$);
select pg_temp.by('ian', $$update isms.finding set status = 'raised' where code = 'F-1'$$);
select pg_temp.by('ian', $$update isms.internal_audit set status = 'reported' where code = 'IA-1'$$);
select pg_temp.by('ian', $$update isms.finding set status = 'raised', kind = 'minor', requirement = '6.1.2', evidence = 'R-1', statement = 'Not assessed since spring' where code = 'F-1'$$);
select pg_temp.by('pat', $$update isms.finding set status = 'contested' where code = 'F-1'$$, 'No');
select pg_temp.by('pat', $$update isms.finding set status = 'contested' where code = 'F-1'$$, 'It was assessed in summer, on paper');
select pg_temp.by('ian', $$update isms.audit_item set sample = 'Half', persons_met = 'Mia Moor' where item = '4'$$);
select pg_temp.by('ian', $$update isms.audit_item set reason = 'Top management was away' where item = '5'$$);
select pg_temp.by('ian', $$insert into isms.audit_item (audit, item, result, sample, persons_met) values ('IA-1', '6', 'finding', 'The one risk', 'Pat Moss'), ('IA-1', '7', 'conforms', 'Everybody', 'Ola Berg')$$);
select pg_temp.by('ian', $$update isms.internal_audit set status = 'reported', conclusion = 'Works', reported_on = current_date, recipients = '{ola,ivy}' where code = 'IA-1'$$);
select pg_temp.by('ian', $$update isms.finding set status = 'raised' where code = 'F-1'$$);
select pg_temp.by('ian', $$update isms.finding set status = 'raised' where code = 'F-1'$$, 'The paper is of the year before');
select pg_temp.by('ian', $$update isms.internal_audit set status = 'reported', conclusion = 'Works', reported_on = current_date, recipients = '{ivy}' where code = 'IA-1'$$);
select pg_temp.by('ian', $$update isms.internal_audit set status = 'reported', conclusion = 'Works', reported_on = current_date, recipients = '{mia,tom}' where code = 'IA-1'$$);
select pg_temp.by('pat', $$update isms.finding set status = 'agreed' where code = 'F-1'$$);
select pg_temp.by('ian', $$update isms.internal_audit set status = 'closed' where code = 'IA-1'$$);
-- A report is corrected with a reason, a team extended by who may audit.
select pg_temp.by('ian', $$update isms.internal_audit set status = 'in_progress' where code = 'IA-1'$$, 'Oh');
select pg_temp.by('ian', $$update isms.internal_audit set status = 'in_progress' where code = 'IA-1'$$, 'Clause 5 can be looked at after all');
select pg_temp.by('ian', $$update isms.internal_audit set team = '{ian,ivy,mia}' where code = 'IA-1'$$, 'Two see more');
update isms.person_competence set valid_until = current_date + 300 where person = 'ivy';
select pg_temp.by('ian', $$update isms.internal_audit set team = '{ian,ivy}' where code = 'IA-1'$$, 'Two see more than one');
select pg_temp.by('ian', $$update isms.audit_item set result = 'conforms', sample = 'Minutes', persons_met = 'Tom Tate' where item = '5'$$);
select pg_temp.by('ian', $$update isms.internal_audit set status = 'reported' where code = 'IA-1'$$);
-- Stage 2 still waits: clauses that nobody audited, no review since, a concern without an answer.
select pg_temp.by('mia', $$update isms.certification set status = 'stage_2' where code = 'C-1'$$);

-- The second audit is put off within the programme; out of it only with top management; it is not dropped without another.
select pg_temp.audit('IA-2', current_date + 20, '{8,9,10}');
select pg_temp.by('mia', $$select isms.request('isms.internal_audit', 'IA-2', 'amend_period', 'Later', jsonb_build_object('planned_period', daterange(current_date - 5, current_date)))$$);
select pg_temp.by('mia', $$select isms.request('isms.internal_audit', 'IA-2', 'amend_period', 'Stage 2 is near, we do it now', jsonb_build_object('planned_period', daterange(current_date - 5, current_date)))$$);
select pg_temp.by('mia', $$select isms.request('isms.internal_audit', 'IA-2', 'amend_period', 'Another time, next year', jsonb_build_object('planned_period', daterange(current_date + 400, current_date + 405)))$$);
select pg_temp.by('mia', $$select isms.request('isms.internal_audit', 'IA-2', 'cancel', 'No')$$);
select pg_temp.audit('IA-3', current_date + 30, '{7,8,9,10}');
select pg_temp.by('mia', $$select isms.request('isms.internal_audit', 'IA-3', 'cancel', 'IA-2 looks at the same')$$);
select pg_temp.audit('IA-4', current_date + 40, '{7,8,9,10}');
select pg_temp.by('mia', $$select isms.request('isms.internal_audit', 'IA-3', 'cancel', 'IA-4 looks at the same')$$), pg_temp.by('tom', $$select isms.approve('isms.internal_audit', '{IA-3}', 'cancel')$$);
-- What is asked for is what is approved, however either spells dates.
set datestyle = 'SQL, DMY';
select pg_temp.by('mia', $$select isms.request('isms.internal_audit', 'IA-4', 'amend_period', 'Another time, next year', jsonb_build_object('planned_period', daterange(current_date + 400, current_date + 405)))$$);
set datestyle = 'SQL, MDY';
select pg_temp.by('tom', $$select isms.approve('isms.internal_audit', '{IA-4}', 'amend_period')$$);
set datestyle = 'ISO';
select planned_period = daterange(current_date + 400, current_date + 405) as as_asked from isms.internal_audit where code = 'IA-4';
select pg_temp.by('ian', $$update isms.internal_audit set status = 'in_progress', criteria = 'ISO/IEC 27001:2022', unannounced = true where code = 'IA-2'$$);
select pg_temp.by('ian', $$update isms.internal_audit set criteria = 'ISO/IEC 27001:2022', unannounced = true, unannounced_reason = 'To see the day as it is' where code = 'IA-2'$$);
select pg_temp.by('ian', $$update isms.internal_audit set status = 'in_progress' where code = 'IA-2'$$);
select pg_temp.by('ian', $$insert into isms.audit_item (audit, item, result, sample, persons_met) select 'IA-2', i, 'conforms', 'All there is', 'Pat Moss' from unnest('{8,9,10}'::text[]) i$$);
select pg_temp.by('ian', $$insert into isms.finding (code, audit, kind, requirement, evidence, statement, auditee) values ('F-2', 'IA-2', 'observation', '9.1', 'Sheet', 'Counted by hand', 'ola'), ('F-3', 'IA-2', 'observation', '8.1', 'Nothing', 'A mistake', 'ola')$$);
select pg_temp.by('ian', $$update isms.finding set status = 'raised' where audit = 'IA-2'$$);
select pg_temp.by('mia', $$update isms.finding set status = 'withdrawn' where code = 'F-3'$$, 'It embarrasses us all');
select pg_temp.by('ian', $$update isms.finding set status = 'withdrawn' where code = 'F-3'$$, 'It was another company''s sheet');
select pg_temp.by('ian', $$update isms.internal_audit set status = 'reported', conclusion = 'Works', reported_on = current_date, recipients = '{mia,tom}' where code = 'IA-2'$$);

-- The review after it: chaired by top management, with all inputs; its verdicts; what follows of each decision.
select pg_temp.by('ola', $$update isms.management_review set status = 'held' where code = 'MR-1'$$);
select pg_temp.by('mia', $$update isms.management_review set status = 'held', held_on = current_date, chaired_by = 'mia' where code = 'MR-1'$$);
select pg_temp.by('mia', $$update isms.management_review set chaired_by = 'tom', participants = '{tom,mia}', held_on = current_date where code = 'MR-1'$$);
select count(*) as sources from isms.prepare_review('MR-1');
select pg_temp.by('mia', $$update isms.management_review set status = 'held' where code = 'MR-1'$$);
update isms.review_input set text = 'Nothing' where input in ('a', 'e', 'g');
select pg_temp.by('mia', $$update isms.management_review set status = 'held' where code = 'MR-1'$$);
insert into isms.review_decision (code, review, kind, title, owner) values ('MD-1', 'MR-1', 'improvement', 'Courses for all', 'ola'), ('MD-2', 'MR-1', 'change', 'Nothing else', null);
select pg_temp.by('mia', $$select isms.request('isms.management_review', 'MR-1', 'close', 'Minutes')$$);
update isms.review_decision set no_action_reason = 'Nothing else is needed' where code = 'MD-2';
select code is not null as acted from isms.act_on_decisions('MR-1') code;
select pg_temp.by('mia', $$update isms.management_review set suitability = 'yes', adequacy = 'yes', effectiveness = 'partly', verdict_reason = 'Courses are late' where code = 'MR-1'$$);
select pg_temp.by('mia', $$select isms.request('isms.management_review', 'MR-1', 'close', 'Minutes')$$);
update isms.action set due_on = current_date + 50 where serves = 'MD-1';
select pg_temp.by('mia', $$select isms.request('isms.management_review', 'MR-1', 'close', 'Minutes')$$), pg_temp.by('tom', $$select isms.approve('isms.management_review', '{MR-1}', 'close')$$);
select pg_temp.by('tom', $$insert into isms.management_review (code, title, period) values ('MR-2', 'Again', daterange(current_date, current_date + 100))$$), pg_temp.by('tom', $$update isms.management_review set status = 'cancelled' where code = 'MR-2'$$),
       pg_temp.by('tom', $$update isms.management_review set status = 'cancelled' where code = 'MR-2'$$, 'One review a year is enough');

-- Stage 2 waits for the answer and for the body's word; then it may come too late.
select pg_temp.by('mia', $$update isms.certification set status = 'stage_2' where code = 'C-1'$$);
select pg_temp.by('mia', $$update isms.finding set answer = 'Two audits were made' where code = 'SC-1'$$);
select pg_temp.by('mia', $$insert into isms.certification_audit (code, certification, kind, held_from, held_until, conclusion) values ('S1-2', 'C-1', 'stage_1', current_date - 95, current_date - 95, 'ready')$$);
select pg_temp.by('mia', $$insert into isms.certification_audit (code, certification, kind, planned_from, planned_until) values ('S2', 'C-1', 'stage_2', current_date - 3, current_date - 1)$$);
select pg_temp.by('mia', $$update isms.certification set status = 'stage_2' where code = 'C-1'$$);
select pg_temp.by('mia', $$update isms.certification set stage_gap_days = 100 where code = 'C-1'$$);
select pg_temp.by('mia', $$update isms.certification set status = 'stage_2' where code = 'C-1'$$);

-- The nonconformity of the audit, from its nature to the verdict on what was done, once in vain.
select pg_temp.by('pat', $$insert into isms.nonconformity (code, source, statement) values ('NC-1', 'internal_audit', 'Not assessed since spring')$$);
select pg_temp.by('pat', $$insert into isms.nonconformity (code, source, requirement, statement, found_where, found_on, grade) values ('NC-1', 'internal_audit', '6.1.2', 'Not assessed since spring', 'HQ', current_date - 50, 'minor')$$);
select pg_temp.by('pat', $$insert into isms.nonconformity (code, source, requirement, statement, found_where, grade) values ('NC-0', 'internal_audit', '6.1.2', 'Not assessed', 'HQ', 'minor')$$),
       pg_temp.by('pat', $$update isms.finding set status = 'agreed', nonconformity = 'NC-0' where code = 'F-1'$$),
       pg_temp.by('mia', $$select isms.request('isms.nonconformity', 'NC-0', 'annul', 'It is NC-1 once more')$$), pg_temp.by('ian', $$select isms.approve('isms.nonconformity', '{NC-0}', 'annul')$$),
       pg_temp.by('pat', $$select isms.request('isms.finding', 'F-1', 'amend_nonconformity', 'It was there twice', '{"nonconformity": "NC-1"}')$$);
select pg_temp.by('mia', $$select isms.request('isms.finding', 'F-1', 'amend_auditee', 'Ola does it for now', '{"auditee": "ola"}')$$), pg_temp.by('ola', $$select isms.approve('isms.finding', '{F-1}', 'amend_auditee')$$),
       pg_temp.by('mia', $$select isms.request('isms.finding', 'F-1', 'amend_auditee', 'Pat is back again', '{"auditee": "pat"}')$$), pg_temp.by('pat', $$select isms.approve('isms.finding', '{F-1}', 'amend_auditee')$$),
       pg_temp.by('mia', $$select isms.request('isms.internal_audit', 'IA-1', 'amend_lead', 'Ian is away for a month', '{"lead_auditor": "ivy"}')$$), pg_temp.by('ivy', $$select isms.approve('isms.internal_audit', '{IA-1}', 'amend_lead')$$),
       pg_temp.by('mia', $$select isms.request('isms.internal_audit', 'IA-1', 'amend_lead', 'Ian is back again', '{"lead_auditor": "ian"}')$$), pg_temp.by('ian', $$select isms.approve('isms.internal_audit', '{IA-1}', 'amend_lead')$$);
select pg_temp.by('pat', $$update isms.nonconformity set status = 'corrected' where code = 'NC-1'$$);
select pg_temp.by('pat', $$update isms.nonconformity set owner = 'pat' where code = 'NC-1'$$);
select pg_temp.by('pat', $$update isms.nonconformity set status = 'corrected', correction = 'Assessed', consequences = 'None' where code = 'NC-1'$$);
select pg_temp.by('mia', $$select isms.request('isms.nonconformity', 'NC-1', 'amend_owner', 'Who did it', '{"owner": "ola"}')$$), pg_temp.by('ola', $$select isms.approve('isms.nonconformity', '{NC-1}', 'amend_owner')$$),
       pg_temp.by('mia', $$select isms.request('isms.nonconformity', 'NC-1', 'amend_owner', 'Back again', '{"owner": "pat"}')$$), pg_temp.by('pat', $$select isms.approve('isms.nonconformity', '{NC-1}', 'amend_owner')$$);
select pg_temp.by('pat', $$update isms.nonconformity set status = 'analysed' where code = 'NC-1'$$);
select pg_temp.by('pat', $$update isms.nonconformity set status = 'analysed', cause = 'No calendar', similar_cases = 'None', similar_looked = 'All risks', action_needed = false, need_reason = 'Is it?' where code = 'NC-1'$$);
select pg_temp.by('pat', $$select isms.request('isms.nonconformity', 'NC-1', 'agree_action', 'Plan')$$);
select pg_temp.by('pat', $$update isms.nonconformity set action_needed = true, need_reason = 'It comes back' where code = 'NC-1'$$);
select pg_temp.by('ola', $$select isms.request('isms.nonconformity', 'NC-1', 'close_without_action', 'Small')$$);
insert into isms.action (code, title, serves_kind, serves, owner, due_on) values ('T-1', 'Calendar of assessments', 'nonconformity', 'NC-1', 'ola', current_date + 9);
select pg_temp.by('pat', $$select isms.request('isms.nonconformity', 'NC-1', 'agree_action', 'Plan')$$), pg_temp.by('mia', $$select isms.approve('isms.nonconformity', '{NC-1}', 'agree_action')$$);
select pg_temp.by('mia', $$update isms.nonconformity set status = 'analysed' where code = 'NC-1'$$, 'Hm'), pg_temp.by('mia', $$update isms.nonconformity set status = 'analysed' where code = 'NC-1'$$, 'The cause lies deeper');
select pg_temp.by('pat', $$select isms.request('isms.nonconformity', 'NC-1', 'agree_action', 'Plan')$$), pg_temp.by('mia', $$select isms.approve('isms.nonconformity', '{NC-1}', 'agree_action')$$);
select pg_temp.by('pat', $$update isms.nonconformity set status = 'implemented' where code = 'NC-1'$$);
select pg_temp.by('ola', $$update isms.action set status = 'in_progress', started_on = current_date - 45 where code = 'T-1'$$);
select pg_temp.by('ola', $$insert into isms.evidence (title, subject_kind, subject, locator, collected_on) values ('Calendar', 'action', 'T-1', 'share/calendar', current_date + 1)$$);
select pg_temp.by('ola', $$update isms.action set status = 'done', done_on = current_date - 40 where code = 'T-1'$$);
update isms.evidence set collected_on = current_date - 40;
select pg_temp.by('ola', $$update isms.action set status = 'done', done_on = current_date - 40 where code = 'T-1'$$);
select pg_temp.by('mia', $$update isms.action set status = 'verified', check_result = 'pass', checked_by = 'mia', checked_on = current_date - 38 where code = 'T-1'$$);
-- A day before the work was done would shorten the wait.
select pg_temp.by('pat', $$update isms.nonconformity set status = 'implemented', implemented_on = current_date - 60, effectiveness_due = current_date where code = 'NC-1'$$);
select pg_temp.by('pat', $$update isms.nonconformity set status = 'implemented', implemented_on = current_date - 37, effectiveness_due = current_date where code = 'NC-1'$$);
insert into isms.action (code, title, serves_kind, serves, owner, due_on) values ('T-9', 'One more idea', 'nonconformity', 'NC-1', 'ola', current_date + 9);
select pg_temp.by('ivy', $$update isms.nonconformity set status = 'closed', effective = true, judged_by = 'ivy', judged_on = current_date, judged_how = 'Seen', changes_isms = false, no_change_reason = 'None', affects_risk = false, no_risk_reason = 'None' where code = 'NC-1'$$);
delete from isms.action where code = 'T-9';
select pg_temp.by('ola', $$update isms.nonconformity set status = 'closed', effective = true, judged_by = 'ola', judged_on = current_date, judged_how = 'Seen' where code = 'NC-1'$$);
select pg_temp.by('ivy', $$update isms.nonconformity set status = 'analysed' where code = 'NC-1'$$);
select pg_temp.by('ivy', $$update isms.nonconformity set status = 'closed' where code = 'NC-1'$$);
select pg_temp.by('ivy', $$update isms.nonconformity set status = 'closed', effective = true, judged_by = 'ivy', judged_on = current_date - 10, judged_how = 'Four rounds', changes_isms = true, affects_risk = true, risk = 'R-1' where code = 'NC-1'$$);
select pg_temp.by('ian', $$update isms.finding set status = 'closed' where code = 'F-1'$$);
select pg_temp.by('ivy', $$update isms.nonconformity set status = 'analysed', effective = false, judged_by = 'ivy', judged_on = current_date - 5, judged_how = 'One round in four' where code = 'NC-1'$$);
insert into isms.action (code, title, serves_kind, serves, owner, due_on) values ('T-2', 'Somebody looks at the calendar', 'nonconformity', 'NC-1', 'ola', current_date + 9);
select pg_temp.by('pat', $$select isms.request('isms.nonconformity', 'NC-1', 'agree_action', 'Plan', '{"waiting_days": 3}')$$), pg_temp.by('mia', $$select isms.approve('isms.nonconformity', '{NC-1}', 'agree_action')$$);
select pg_temp.by('ola', $$update isms.action set status = 'in_progress', started_on = current_date - 4 where code = 'T-2'$$), pg_temp.by('ola', $$insert into isms.evidence (title, subject_kind, subject, locator, collected_on) values ('Rota', 'action', 'T-2', 'share/rota', current_date - 3)$$),
       pg_temp.by('ola', $$update isms.action set status = 'done', done_on = current_date - 3 where code = 'T-2'$$), pg_temp.by('mia', $$update isms.action set status = 'verified', check_result = 'pass', checked_by = 'mia', checked_on = current_date - 3 where code = 'T-2'$$),
       pg_temp.by('pat', $$update isms.nonconformity set status = 'implemented', implemented_on = current_date - 3, effectiveness_due = current_date where code = 'NC-1'$$);
select pg_temp.by('ivy', $$update isms.nonconformity set status = 'closed', effective = true, judged_by = 'ivy', judged_on = current_date, judged_how = 'Asked the three', changes_isms = false, no_change_reason = 'Rules are fine', affects_risk = false, no_risk_reason = 'Rated as before' where code = 'NC-1'$$);
select pg_temp.by('pat', $$update isms.finding set status = 'closed' where code = 'F-1'$$);
select pg_temp.by('ian', $$update isms.finding set status = 'closed' where code = 'F-1'$$);
select pg_temp.by('ian', $$update isms.internal_audit set status = 'closed' where code in ('IA-1', 'IA-2')$$);
-- An observation is decided on.
select pg_temp.by('ola', $$update isms.finding set status = 'agreed' where code = 'F-2'$$), pg_temp.by('ian', $$update isms.finding set status = 'closed' where code = 'F-2'$$),
       pg_temp.by('ian', $$update isms.finding set status = 'closed', decision = 'declined', decision_reason = 'Three numbers a year' where code = 'F-2'$$);
-- One that needs no action is closed with the manager's approval, unless it is a major one; one that is none is annulled.
select pg_temp.by('pat', $$insert into isms.nonconformity (code, source, requirement, statement, found_where, owner, grade) values ('NC-2', 'report', '7.5', 'A version without a date', 'HQ', 'pat', 'major'), ('NC-3', 'internal_audit', '7.5', 'Nothing really', 'HQ', 'pat', 'minor'), ('NC-4', 'report', '7.5', 'A version without a date', 'HQ', 'pat', 'minor')$$),
       pg_temp.by('pat', $$update isms.nonconformity set status = 'corrected', no_correction_reason = 'It is replaced', consequences = 'None' where code in ('NC-2', 'NC-4')$$),
       pg_temp.by('pat', $$update isms.nonconformity set status = 'analysed', cause = 'Typed by hand', similar_cases = 'None', similar_looked = 'All versions', action_needed = false, need_reason = 'Dates come by themselves now' where code in ('NC-2', 'NC-4')$$);
select pg_temp.by('ola', $$select isms.request('isms.nonconformity', 'NC-2', 'close_without_action', 'Small')$$);
select pg_temp.by('ola', $$select isms.request('isms.nonconformity', 'NC-4', 'close_without_action', 'Small')$$), pg_temp.by('mia', $$select isms.approve('isms.nonconformity', '{NC-4}', 'close_without_action')$$);
select pg_temp.by('mia', $$select isms.request('isms.nonconformity', 'NC-3', 'annul', 'No')$$);
select pg_temp.by('mia', $$select isms.request('isms.nonconformity', 'NC-3', 'annul', 'The audit never found it')$$), pg_temp.by('ian', $$select isms.approve('isms.nonconformity', '{NC-3}', 'annul')$$);

-- Stage 2 ends; its findings are the body's, and so is what is accepted.
select pg_temp.by('mia', $$insert into isms.finding (code, source, certification, requirement, evidence, statement, auditee, body_reference, body_dated, body_evidence) values ('SF-1', 'certification_body', 'C-1', '8.1', 'x', 'No criteria', 'pat', 'R-2', current_date, 'r2.pdf')$$);
select pg_temp.by('mia', $$update isms.certification set status = 'awaiting_decision' where code = 'C-1'$$);
select pg_temp.by('mia', $$update isms.certification_audit set held_from = planned_from, held_until = planned_until, conclusion = 'positive' where code = 'S2'$$);
select pg_temp.by('mia', $$update isms.finding set kind = 'major' where code = 'SF-1'$$), pg_temp.by('mia', $$update isms.finding set status = 'raised' where code = 'SF-1'$$),
       pg_temp.by('mia', $$insert into isms.finding (code, source, certification, kind, requirement, evidence, statement, auditee, body_reference, body_dated, body_evidence, status) values ('SF-2', 'certification_body', 'C-1', 'minor', '7.5', 'x', 'No date', 'pat', 'R-2', current_date, 'r2.pdf', 'draft')$$);
select pg_temp.by('mia', $$update isms.certification set status = 'awaiting_decision' where code = 'C-1'$$);
select pg_temp.by('mia', $$update isms.certification set status = 'certified' where code = 'C-1'$$);
select pg_temp.by('mia', $$update isms.certification set status = 'stage_2' where code = 'C-1'$$);
-- Its plan is agreed after the body accepted it, and closed after the body verified it.
select pg_temp.by('pat', $$insert into isms.nonconformity (code, source, requirement, statement, found_where, owner, grade) values ('NC-5', 'certification_body', '8.1', 'No criteria', 'HQ', 'pat', 'major')$$),
       pg_temp.by('pat', $$update isms.finding set status = 'agreed', nonconformity = 'NC-5' where code = 'SF-1'$$),
       pg_temp.by('pat', $$update isms.nonconformity set status = 'corrected', correction = 'Written', consequences = 'None' where code = 'NC-5'$$),
       pg_temp.by('pat', $$update isms.nonconformity set status = 'analysed', cause = 'Forgotten', similar_cases = 'None', similar_looked = 'All processes', action_needed = true, need_reason = 'It comes back' where code = 'NC-5'$$);
insert into isms.action (code, title, serves_kind, serves, owner, due_on) values ('T-5', 'Criteria in the form', 'nonconformity', 'NC-5', 'ola', current_date + 9);
select pg_temp.by('pat', $$select isms.request('isms.nonconformity', 'NC-5', 'agree_action', 'Plan')$$);
select pg_temp.by('mia', $$select isms.request('isms.nonconformity', 'NC-5', 'annul', 'The body never said so')$$);
select pg_temp.by('pat', $$update isms.nonconformity set body_accepted_on = current_date, waiting_days = 0 where code = 'NC-5'$$);
select pg_temp.by('pat', $$select isms.request('isms.nonconformity', 'NC-5', 'agree_action', 'Plan')$$), pg_temp.by('mia', $$select isms.approve('isms.nonconformity', '{NC-5}', 'agree_action')$$);
select pg_temp.by('ola', $$update isms.action set status = 'in_progress', started_on = current_date where code = 'T-5'$$), pg_temp.by('ola', $$insert into isms.evidence (title, subject_kind, subject, locator) values ('Form', 'action', 'T-5', 'share/form')$$),
       pg_temp.by('ola', $$update isms.action set status = 'done', done_on = current_date where code = 'T-5'$$), pg_temp.by('mia', $$update isms.action set status = 'verified', check_result = 'pass', checked_by = 'mia', checked_on = current_date where code = 'T-5'$$),
       pg_temp.by('pat', $$update isms.nonconformity set status = 'implemented', implemented_on = current_date, effectiveness_due = current_date where code = 'NC-5'$$);
select pg_temp.by('ivy', $$update isms.nonconformity set status = 'closed', effective = true, judged_by = 'ivy', judged_on = current_date, judged_how = 'Forms of the week', changes_isms = false, no_change_reason = 'None', affects_risk = false, no_risk_reason = 'None' where code = 'NC-5'$$);
select pg_temp.by('ivy', $$update isms.nonconformity set body_verified_on = current_date where code = 'NC-5'$$),
       pg_temp.by('ivy', $$update isms.nonconformity set status = 'closed', effective = true, judged_by = 'ivy', judged_on = current_date, judged_how = 'Forms of the week', changes_isms = false, no_change_reason = 'None', affects_risk = false, no_risk_reason = 'None' where code = 'NC-5'$$);
select pg_temp.by('mia', $$update isms.finding set body_verified_on = current_date where code = 'SF-1'$$), pg_temp.by('mia', $$update isms.finding set body_accepted_on = current_date where code = 'SF-2'$$);

-- The decision: complete, for three years at most, by letter, on a statement there is.
do $$ begin perform isms.begin_cutover('The statement as it was approved'); end $$;
insert into isms.statement_version (code, status) values ('2026-1', 'approved');
do $$ begin perform isms.end_cutover(); end $$;
select pg_temp.by('mia', $$update isms.certification set status = 'certified', body_reference = null, decided_on = current_date, valid_from = current_date, valid_until = current_date + 1200, certificate_scope = 'All', certificate_standard = 'ISO/IEC 27001:2022', soa_version = '1.0' where code = 'C-1'$$);
select pg_temp.by('mia', $$update isms.certification set status = 'certified', body_reference = 'L-1', body_dated = current_date, body_evidence = 'l1.pdf', decided_on = current_date, valid_from = current_date, valid_until = current_date + 1000,
  certificate_number = '27-1', certificate_scope = 'All', certificate_standard = 'ISO/IEC 27001:2022', soa_version = '2026-1' where code = 'C-1'$$);
-- Its data change by letter alone; it is suspended until a day, and lifted when the cause is gone.
select pg_temp.by('mia', $$update isms.certification set body_reference = null where code = 'C-1'$$), pg_temp.by('mia', $$update isms.certification set certificate_scope = null where code = 'C-1'$$);
select pg_temp.by('mia', $$update isms.certification set certificate_scope = 'All and more', body_reference = 'L-2' where code = 'C-1'$$);
select pg_temp.by('mia', $$update isms.certification set status = 'suspended', suspended_until = current_date + 300, body_reference = null where code = 'C-1'$$, 'Late');
select pg_temp.by('mia', $$update isms.certification set status = 'suspended', suspended_until = current_date + 100, body_reference = 'L-3' where code = 'C-1'$$, 'The surveillance audit could not be held');
select pg_temp.by('mia', $$update isms.certification set status = 'certified', body_reference = null where code = 'C-1'$$);
select pg_temp.by('mia', $$update isms.certification set status = 'certified', body_reference = 'L-4', cause_resolved = 'It was held' where code = 'C-1'$$);
-- A renewal goes by recertification alone, if nothing changed; a cycle ends with a reason, is withdrawn by letter.
select pg_temp.by('mia', $$insert into isms.certification (code, title, kind, previous, persons_by_site) values ('C-2', 'Renewal', 'renewal', 'C-1', '{"HQ": 41}')$$), pg_temp.by('mia', $$insert into isms.certification (code, title, persons_by_site) values ('C-3', 'Another site', '{"Lab": 4}')$$);
insert into isms.certification_offer (certification, body, audit_days, price) values ('C-2', 'CERT', 6, 8000), ('C-3', 'CERT', 3, 4000);
select pg_temp.by('mia', format($$select isms.choose_offer(%L, 'CERT', 'Good so far')$$, c)), pg_temp.by('mia', format($$select isms.request('isms.certification', %L, 'apply', 'In time')$$, c)), pg_temp.by('tom', format($$select isms.approve('isms.certification', array[%L], 'apply')$$, c)) from unnest('{C-2,C-3}'::text[]) c;
select pg_temp.by('mia', $$update isms.certification set status = 'stage_2' where code = 'C-3'$$);
select pg_temp.by('mia', $$update isms.certification set status = 'stage_2', significant_change = false where code = 'C-2'$$);
select pg_temp.by('mia', $$select isms.request('isms.certification', 'C-3', 'end', 'No')$$);
select pg_temp.by('mia', $$select isms.request('isms.certification', 'C-3', 'end', 'The site is sold')$$), pg_temp.by('tom', $$select isms.approve('isms.certification', '{C-3}', 'end')$$);
-- A major one that nobody verified within half a year takes stage 2 again.
select pg_temp.by('mia', $$insert into isms.certification_audit (code, certification, kind, held_from, held_until, conclusion) values ('R2', 'C-2', 'recertification', current_date - 300, current_date - 298, 'negative')$$),
       pg_temp.by('mia', $$insert into isms.finding (code, source, certification, kind, requirement, evidence, statement, auditee, body_reference, body_dated, body_evidence) values ('RF-1', 'certification_body', 'C-2', 'major', '9.3', 'x', 'No review', 'tom', 'R-5', current_date, 'r5.pdf')$$),
       pg_temp.by('mia', $$update isms.certification set status = 'awaiting_decision' where code = 'C-2'$$);
select pg_temp.by('mia', $$update isms.certification set status = 'certified', kind = 'initial', decided_on = current_date + 1 where code = 'C-2'$$);
select pg_temp.by('mia', $$update isms.certification set status = 'stage_2', body_reference = 'L-5', body_dated = current_date, body_evidence = 'l5.pdf' where code = 'C-2'$$), pg_temp.by('mia', $$update isms.certification set status = 'awaiting_decision' where code = 'C-2'$$);
select pg_temp.by('mia', $$update isms.certification set status = 'refused', body_reference = null where code = 'C-2'$$), pg_temp.by('mia', $$update isms.certification set status = 'refused' where code = 'C-2'$$), pg_temp.by('mia', $$update isms.certification set status = 'refused', body_reference = 'L-6' where code = 'C-2'$$);
select pg_temp.by('mia', $$update isms.certification set status = 'withdrawn', body_reference = null where code = 'C-1'$$), pg_temp.by('mia', $$update isms.certification set status = 'withdrawn' where code = 'C-1'$$, 'The certificate was given back'),
       pg_temp.by('mia', $$update isms.certification set status = 'withdrawn', body_reference = 'L-7' where code = 'C-1'$$, 'The certificate was given back');

-- What the registers hold by now is all that is demanded of them.
select kind, state from isms.mandatory_documents() where records is not null;

-- No guard of these workflows was not seen to refuse, and no step was not taken.
\pset tuples_only off
select distinct t.workflow, g.guard as never_refused
  from isms.workflow_transition t cross join unnest(t.guards) g(guard)
 where t.workflow in ('internal_audit', 'finding', 'nonconformity', 'management_review', 'certification')
   and not exists (select from refused r where r.workflow = t.workflow and r.guard = g.guard)
 order by 1, 2;
select t.workflow, t.name as never_taken
  from isms.workflow_transition t
  join isms.workflow_binding b on b.workflow = t.workflow
 where t.workflow in ('internal_audit', 'finding', 'nonconformity', 'management_review', 'certification')
   and not exists (
     select
       from isms.audit_trail a
      where a.table_name = isms.relation_name(b)
        and case when t.to_state is null then a.operation = 'update' and a.new_values ?| t.amended_columns and not a.new_values ? b.state_column
                 else a.new_values ->> b.state_column = t.to_state and case when t.from_states = '{}' then a.operation = 'insert' else a.old_values ->> b.state_column = any (t.from_states) end end)
 order by 1, 2;
drop extension isms cascade;
