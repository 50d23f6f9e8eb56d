-- Documents, who knows what, who was told: loaded from sheets; what is in force already by a cut-over.
create temp table sheet_document (like isms.import_document);
create temp table sheet_person_competence (like isms.import_person_competence);
\copy sheet_document (code, title, kind, owner, external, source, edition, checked_on, review_every, next_review) from 'tests/demo/document.csv' (format csv, header match)
\copy isms.import_competence (code, title, kind, description) from 'tests/demo/competence.csv' (format csv, header match)
\copy sheet_person_competence (person, competence, evidence_kind, evidence, valid_until) from 'tests/demo/person_competence.csv' (format csv, header match)
update sheet_document set checked_on = pg_temp.shift(checked_on);
update sheet_person_competence set valid_until = pg_temp.shift(valid_until);
do $$ begin
  perform isms.import('document', 'sheet_document');
  perform isms.import('person_competence', 'sheet_person_competence');
  perform isms.begin_cutover('Documents in force before the ISMS moved here');
end $$;
insert into isms.document_version (document, version, author, approver, dated, language, format, medium, place, classification, readers, kept_at, keep_for, disposal,
                                   reviewer, reviewed_on, suitable, adequate, effective_from, has_objectives, commits_requirements, commits_improvement, availability, status)
select d.code, '1.0', coalesce(nullif(d.owner, 'dana'), 'li'), case when d.kind in ('policy', 'scope', 'statement_of_applicability', 'treatment_plan') then 'mara' else 'dana' end, current_date - x.age - 10, 'en', 'pdf', 'file',
       'share/isms/' || lower(d.code) || '.pdf', 'internal', '{everybody}', 'share/isms', '5 years', 'deleted', 'sam', current_date - x.age - 5, true, true, current_date - x.age,
       d.kind = 'policy', d.kind = 'policy', d.kind = 'policy', case when d.kind = 'policy' then 'Intranet; to customers on request' end, 'approved'
  from isms.document d
  join (values ('POL', 300), ('SCOPE', 300), ('TREAT', 300), ('SOA', 200), ('P-ACCESS', 420), ('P-CRYPTO', 120), ('SOP-BACKUP', 90), ('SOP-JOINER', 90), ('SOP-INCIDENT', 250)) x(code, age) on x.code = d.code;
insert into isms.document_link (document, subject_kind, subject)
values ('POL', 'control', 'A.5.1'), ('P-ACCESS', 'control', 'A.5.15'), ('P-CRYPTO', 'control', 'A.8.24'), ('P-SUPPLIER', 'control', 'A.5.19'), ('SOP-BACKUP', 'control', 'A.8.13'), ('SOP-INCIDENT', 'control', 'A.5.26'), ('P-ACCESS', 'risk', 'R-001');
do $$ begin
  perform isms.carry_over('isms.document_version', jsonb_build_object('document', v.document, 'version', v.version)::text, 'approve', v.approver, v.effective_from, 'Signature on the paper')
     from isms.document_version v;
  perform isms.end_cutover();
  perform isms.copy_training();
end $$;
-- Two more are written here: one is approved today by another than its author, one waits.
begin;
set local isms.actor = 'omar';
insert into isms.document_version (document, version, body, approver, language, format, medium, classification, readers, kept_at, keep_for, disposal, change_note)
values ('SOP-INCIDENT', '1.1', E'# Handling incidents\n\nWho notices something odd calls 4711, day and night, and does not try to mend it. The handler ...', 'ines', 'en', 'md', 'database', 'internal', '{everybody}', 'isms', '5 years', 'deleted',
        'Limits of 24 and 72 hours, after the mailbox that was taken over');
update isms.document_version set status = 'in_review' where document = 'SOP-INCIDENT' and version = '1.1';
set local isms.actor = 'aisha';
insert into isms.document_version (document, version, body, approver, language, format, medium, classification, readers, kept_at, keep_for, disposal)
values ('P-SUPPLIER', '1.0', E'# Working with suppliers\n\nNo order without an owner and a review. ...', 'dana', 'en', 'md', 'database', 'internal', '{everybody}', 'isms', '5 years', 'deleted');
update isms.document_version set status = 'in_review' where document = 'P-SUPPLIER';
commit;
do $$
declare
  reviewed jsonb := jsonb_build_object('reviewer', 'sam', 'reviewed_on', current_date, 'suitable', true, 'adequate', true, 'effective_from', current_date);
begin
  perform isms.request('isms.document_version', '{"document": "SOP-INCIDENT", "version": "1.1"}', 'approve', 'Read with the service desk', reviewed);
  perform isms.request('isms.document_version', '{"document": "P-SUPPLIER", "version": "1.0"}', 'approve', 'Read with purchasing', reviewed) from set_config('isms.actor', 'aisha', true);
  perform set_config('isms.actor', 'ines', true);
  perform isms.approve('isms.document_version', '{"{\"document\": \"SOP-INCIDENT\", \"version\": \"1.1\"}"}', 'approve');
end $$;
insert into isms.role_competence (role, competence)
values ('internal_auditor', 'C-AUDIT'), ('internal_auditor', 'C-STANDARD'), ('isms_manager', 'C-STANDARD'), ('isms_manager', 'C-RISK'), ('top_management', 'C-STANDARD'), ('risk_owner', 'C-RISK');
-- Whoever owns an asset, a control or a process was told what that asks.
insert into isms.competence (code, title, kind, description) values ('C-OWNER', 'What an owner has to do', 'knowledge', 'Of assets, controls and processes');
insert into isms.role_competence (role, competence) values ('asset_owner', 'C-OWNER'), ('control_owner', 'C-OWNER'), ('process_owner', 'C-OWNER');
insert into isms.person_competence (person, competence, evidence_kind, evidence)
select distinct r.person, 'C-OWNER', 'training', 'Briefing of owners, list of names' from isms.person_role r where r.code in ('asset_owner', 'control_owner', 'process_owner');
insert into isms.training_completion (training, person, completed_on, evidence)
select 'AWARENESS', p.person, current_date - (40 + 30 * row_number() over (order by p.person))::integer, 'Attendance list'
  from (select distinct r.person from isms.person_role r where r.code not in ('external_auditor', 'top_management')) p;
insert into isms.awareness_record (person, document, version, aware_on, means, contribution, consequences)
select distinct r.person, 'POL', '1.0', current_date - 280, 'briefing', true, true from isms.person_role r where r.person <> 'noor' and r.code <> 'external_auditor';
insert into isms.communication_item (code, what, occasion, repeat_every, with_whom, how, direction, responsible) values
  ('C-POL', 'The policy', 'When it changes, and yearly', '1 year', 'Everybody', 'Intranet', 'internal', 'dana'),
  ('C-BOARD', 'State of the ISMS', 'Quarterly', '3 months', 'Top management', 'Report', 'internal', 'dana'),
  ('C-CUST', 'Incidents that concern them', 'When they happen', null, 'Customers', 'E-mail and telephone', 'external', 'ines');
insert into isms.communication_record (item, sent_on, sent_to, how, document, version) values ('C-POL', current_date - 295, 'Everybody', 'Intranet', 'POL', '1.0');
insert into isms.communication_record (item, sent_on, sent_to, what) values ('C-BOARD', current_date - 120, 'Mara Lindqvist, Noor Haddad', 'Twelve risks above criteria, all with a plan');
