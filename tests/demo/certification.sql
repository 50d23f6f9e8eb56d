-- The certification cycle, step by step: body, stage 1 and its concern, stage 2 and its finding, the decision, what comes next.
insert into isms.certification_body (code, title, contact, accreditation_body, accreditation_number, accreditation_standard, accredited_until, accreditation_checked_on, accreditation_checked_by, accreditation_evidence) values
  ('SEAWARD', 'Seaward Certification', 'Paul Whitcombe', 'UKAS', 'U-7031', 'ISO/IEC 27006-1', current_date + 1400, current_date - 230, 'dana', 'Entry in the register'),
  ('NORDCERT', 'Nordcert', 'Anna Falk', 'SWEDAC', 'S-118', 'ISO/IEC 27006-1', current_date + 700, current_date - 230, 'dana', 'Entry in the register'),
  ('QUICKISO', 'Quick ISO Seals', null, null, null, null, null, null, null, null);
insert into isms.certification_body_parameter (body, parameter, period, source) values ('SEAWARD', 'agree_before', '2 months', 'Offer, page 4');
insert into isms.own_audit_days (persons_from, persons_to, initial_days, surveillance_days, recertification_days, source) values (176, 275, 12, 4, 8, 'Seaward Certification, offer, page 2');
insert into isms.certification (code, title, owner, persons_by_site, stage_gap_days)
values ('KBI-27001', 'First certificate', 'dana', '{"Port Ellery": 74, "Castlewick": 46, "Aldermoor": 120}', 90);
insert into isms.certification_offer (certification, body, asked_on, offered_on, reference, audit_days, price, price_three_years, valid_until) values
  ('KBI-27001', 'SEAWARD', current_date - 225, current_date - 210, 'O-26-114', 12, 15600, 31200, current_date - 120),
  ('KBI-27001', 'NORDCERT', current_date - 225, current_date - 205, '2026/77', 13, 18200, 35900, current_date - 110),
  ('KBI-27001', 'QUICKISO', current_date - 225, current_date - 224, null, 2, 1900, 2900, null);
do $$ begin perform isms.choose_offer('KBI-27001', 'SEAWARD', 'Accredited, and knows makers of instruments'); end $$;
call pg_temp.decide('dana', 'mara', 'isms.certification', '{KBI-27001}', 'apply', 'The board wants the certificate');
update isms.certification set status = 'stage_1' where code = 'KBI-27001';
insert into isms.certification_audit (code, certification, kind, planned_from, planned_until, audit_days, lead_auditor, team, sites) values
  ('ST1', 'KBI-27001', 'stage_1', current_date - 52, current_date - 51, 3, 'Paul Whitcombe', 'Paul Whitcombe', '{Port Ellery}'),
  ('ST2', 'KBI-27001', 'stage_2', current_date - 27, current_date - 25, 9, 'Paul Whitcombe', 'Paul Whitcombe, Ruth Baines', '{Port Ellery,Castlewick,Aldermoor}');
update isms.certification_audit set held_from = planned_from, held_until = planned_until, conclusion = 'ready', summary = 'Stage 2 can follow', report_reference = 'R-26-301', report_dated = current_date - 47 where code = 'ST1';

-- Stage 1 left a concern.  Without an answer to it there is no stage 2.
insert into isms.finding (code, source, certification, kind, requirement, evidence, statement, auditee, found_on, body_reference, body_dated, body_evidence)
values ('SC-1', 'certification_body', 'KBI-27001', 'concern', '6.1.3 d', 'Draft of the statement', 'Two controls are included and nobody is to implement them', 'dana', current_date - 51, 'R-26-301', current_date - 47, 'records/stage1.pdf');
update isms.finding set status = 'raised' where code = 'SC-1';
update isms.finding set answer = 'Statement 2026-1 names who implements them until when' where code = 'SC-1';
update isms.finding set status = 'agreed' where code = 'SC-1';
update isms.certification set status = 'stage_2' where code = 'KBI-27001';

insert into isms.evidence_request (code, audit, what, requirement, owner, asked_on, due_on, delivered_on, delivered, evidence) values
  ('ER-1', 'ST2', 'Policy, signed', '5.2', 'ines', current_date - 46, current_date - 35, current_date - 40, null, (select e.code from isms.evidence e where e.title = 'Policy, signed')),
  ('ER-2', 'ST2', 'Minutes of the last review', '9.3', 'dana', current_date - 46, current_date - 35, current_date - 36, 'share/isms/review.pdf', null),
  ('ER-3', 'ST2', 'Rights of administrators, list of today', 'A.8.2', 'petra', current_date - 27, current_date - 25, current_date - 25, 'Shown on the screen', null),
  ('ER-4', 'ST2', 'Contract of the cleaning company', 'A.5.20', 'ben', current_date - 25, current_date - 11, null, null, null);
create temp table sheet_agenda (code text, day integer, starts text, ends text, site text, topic text, requirement text, auditor text, interviewee text);
\copy sheet_agenda from 'tests/demo/certification_agenda.csv' (format csv, header match)
insert into isms.import_audit_agenda (code, audit, day, starts, ends, site, topic, requirement, auditor, interviewee)
select s.code, 'ST2', (current_date - 28 + s.day)::text, s.starts, s.ends, s.site, s.topic, s.requirement, s.auditor, s.interviewee from sheet_agenda s;
update isms.certification_audit set held_from = planned_from, held_until = planned_until, conclusion = 'positive', summary = 'One minor nonconformity', report_reference = 'R-26-322', report_dated = current_date - 20 where code = 'ST2';
update isms.certification set status = 'awaiting_decision' where code = 'KBI-27001';

-- Stage 2 found a minor one; the body accepted what is to be done.
insert into isms.finding (code, source, certification, kind, requirement, evidence, statement, auditee, found_on, body_reference, body_dated, body_evidence)
values ('SF-1', 'certification_body', 'KBI-27001', 'minor', 'A.5.20', 'No agreement with the cleaning company since last month', 'A supplier with keys works without an agreement', 'ben', current_date - 25, 'R-26-322', current_date - 20, 'records/stage2.pdf');
update isms.finding set status = 'raised' where code = 'SF-1';
begin;
set local isms.actor = 'ben';
insert into isms.nonconformity (code, source, source_key, requirement, statement, found_where, found_on, owner, grade)
values ('NC-3', 'certification_body', 'SF-1', 'A.5.20', 'A supplier with keys works without an agreement', 'Port Ellery and Castlewick', current_date - 25, 'ben', 'minor');
update isms.finding set status = 'agreed', nonconformity = 'NC-3' where code = 'SF-1';
update isms.nonconformity set status = 'corrected', correction = 'Agreement extended by letter until spring', consequences = 'None seen; keys are all there' where code = 'NC-3';
update isms.nonconformity
   set status = 'analysed', cause = 'Agreements below 5,000 a year are in nobody''s calendar', similar_cases = 'None', similar_looked = 'All suppliers with keys or accounts', action_needed = true, need_reason = 'The next small agreement ends too'
 where code = 'NC-3';
insert into isms.action (title, serves_kind, serves, owner, due_on, resources) values ('All agreements go into the register of suppliers', 'nonconformity', 'NC-3', 'greta', current_date + 30, '2 days');
update isms.nonconformity set body_reference = 'M-26-340', body_dated = current_date - 9, body_evidence = 'records/plan-accepted.pdf', body_accepted_on = current_date - 9 where code = 'NC-3';
commit;
call pg_temp.decide('ben', 'dana', 'isms.nonconformity', '{NC-3}', 'agree_action', 'As the body accepted it');
update isms.finding set body_accepted_on = current_date - 9 where code = 'SF-1';

-- At stage 2 the body saw that the concern is met.
update isms.finding set status = 'closed', body_reference = 'R-26-322, page 2', body_dated = current_date - 20, body_evidence = 'records/stage2.pdf' where code = 'SC-1';

-- The letter of last week; what readiness finds today has come up since, or was found to be of little weight.
update isms.certification
   set status = 'certified', certificate_number = 'SW-27001-2291', certificate_scope = 'Development, production and service of laboratory instruments, and BenchLink', certificate_standard = 'ISO/IEC 27001:2022', soa_version = '2026-1',
       decided_on = current_date - 7, valid_from = current_date - 7, valid_until = (current_date - 7 + interval '3 years' - interval '1 day')::date, body_reference = 'L-26-355', body_dated = current_date - 7, body_evidence = 'records/certificate.pdf'
 where code = 'KBI-27001';
insert into isms.certification_audit (code, certification, kind, planned_from, planned_until, audit_days, lead_auditor, sites)
values ('SV1', 'KBI-27001', 'surveillance_1', current_date + 330, current_date + 331, 4, 'Paul Whitcombe', '{Port Ellery,Aldermoor}');
insert into isms.certification_notice (code, certification, kind, what, occurred_on, owner, sent_on, sent_by, reference) values
  ('CN-1', 'KBI-27001', 'contact', 'Invoices go to Noor Haddad', current_date - 40, 'dana', current_date - 38, 'dana', 'Mail'),
  ('CN-2', 'KBI-27001', 'scope', 'The sales office in Lisbon is to come in', current_date, 'dana', null, null, null);
