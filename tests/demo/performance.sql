-- Clauses 9 and 10: measures with a year of values, two audits and what they found, a review, what was done about it.
insert into isms.measure (code, title, subject_kind, subject, method, unit, target, target_is, measured_every, measurer, evaluated_every, evaluator, starts_on) values
  ('ME-LEAVERS', 'Accounts of leavers closed within a day', 'control', 'A.5.18', 'Closed in time by all of the month', '%', 95, 'minimum', '1 month', 'tomas', '1 year', 'dana', current_date - 400),
  ('ME-MAILS', 'Staff who fall for a trial mail', 'control', 'A.6.3', 'Clicked by sent', '%', 5, 'maximum', '3 months', 'greta', '1 year', 'dana', current_date - 400),
  ('ME-PATCH', 'Servers patched within 14 days', 'control', 'A.8.8', 'Patched in time by all', '%', 90, 'minimum', '1 month', 'petra', '1 year', 'dana', current_date - 400),
  ('ME-RESTORE', 'Restores tried that worked', 'control', 'A.8.13', 'Worked by tried', '%', 100, 'minimum', '6 months', 'petra', '1 year', 'dana', current_date - 400),
  ('ME-UPTIME', 'BenchLink is there', 'process', 'OPERATE', 'Minutes up by all of the month', '%', 99.7, 'minimum', '1 month', 'yuki', '1 year', 'dana', current_date - 400),
  ('ME-FACTOR', 'Accounts with a second factor', 'objective', 'OB-MFA', 'With by all', '%', 100, 'minimum', '3 months', 'li', '1 year', 'dana', current_date - 400),
  ('ME-ACTIONS', 'Actions done in time', 'isms', null, 'Verified by their day by all of the quarter', '%', 80, 'minimum', '3 months', 'dana', '1 year', 'sam', current_date - 400);
insert into isms.measurement (measure, measured_on, value, measured_by)
select m.code, current_date - (12 - n) * 30 - 5, round(m.first + m.step * n + case n % 3 when 0 then m.swing else 0 end, 2), m.who
  from (values ('ME-LEAVERS', 84, 1, 0, 'tomas'), ('ME-PATCH', 97, -0.8, 0, 'petra'), ('ME-UPTIME', 99.75, 0.01, -0.12, 'yuki')) m(code, first, step, swing, who),
       generate_series(1, 12) n;
insert into isms.measurement (measure, measured_on, value, measured_by)
select x.measure, current_date - x.days, x.value, x.who
  from (values
    ('ME-MAILS', 200, 9, 'greta'), ('ME-MAILS', 110, 6, 'greta'), ('ME-MAILS', 20, 5, 'greta'), ('ME-RESTORE', 240, 95, 'petra'), ('ME-RESTORE', 60, 100, 'petra'),
    ('ME-FACTOR', 270, 41, 'li'), ('ME-FACTOR', 180, 63, 'li'), ('ME-FACTOR', 95, 78, 'li'), ('ME-FACTOR', 12, 91, 'li'), ('ME-ACTIONS', 190, 71, 'dana'), ('ME-ACTIONS', 100, 76, 'dana')) x(measure, days, value, who);
insert into isms.measurement (measure, measured_on, value, measured_by, corrects, correction_reason)
select 'ME-MAILS', current_date - 110, 7, 'greta', m.id, 'The plant was missing' from isms.measurement m where m.measure = 'ME-MAILS' and m.value = 6;
insert into isms.performance_evaluation (code, title, period) values ('PE-1', 'The year', daterange(current_date - 430, current_date - 64));
do $$ begin perform isms.prepare_evaluation('PE-1'); end $$;
update isms.performance_result set comment = 'The plant''s servers come last' where measure = 'ME-PATCH';
update isms.performance_evaluation set evaluator = 'dana', evaluated_on = current_date - 63, effective = true, conclusion = 'Leavers and uptime as wanted; patching falls and needs a decision' where code = 'PE-1';
call pg_temp.decide('dana', 'sam', 'isms.performance_evaluation', '{PE-1}', 'approve', 'For the review');

-- The first audit of the year, and what was done about its nonconformity, come from the paper file with the approvals they had.
do $$ begin perform isms.begin_cutover('The audit file moves'); end $$;
insert into isms.audit_programme (code, title, period, frequency, methods, responsibilities, planning, reporting, refers_importance, earlier_results, owner, status)
values ('AP-1', 'Two years', daterange(current_date - 200, current_date + 530), 'Every clause once, access control yearly', 'Interviews, samples', 'Rosa Müller leads', 'Plan two weeks ahead', 'To top management',
        'Access and hosting first', 'None before', 'dana', 'approved');
insert into isms.internal_audit (code, title, programme, planned_period, criteria, scope_items, lead_auditor, team, plan_sent_on, conclusion, reported_on, recipients, status) values
  ('IA-1', 'Leadership, planning and access', 'AP-1', daterange(current_date - 145, current_date - 140), 'ISO/IEC 27001:2022', '{4,5,6,7.2,A.5.18}', 'rosa', '{rosa}', current_date - 160, 'Works, but for leavers', current_date - 135, '{mara,dana}', 'reported');
insert into isms.audit_item (audit, item, result, sample, persons_met) values
  ('IA-1', '4', 'conforms', 'All issues', 'Dana Ruiz'), ('IA-1', '5', 'conforms', 'Minutes of a year', 'Mara Lindqvist'), ('IA-1', '6', 'conforms', '12 of 60 risks, drawn', 'Li Wei, Jonas Adeyemi'),
  ('IA-1', '7.2', 'conforms', '8 of 16 people', 'Greta Olsen'), ('IA-1', 'A.5.18', 'finding', '10 of 14 leavers', 'Tomás Ferreira');
insert into isms.nonconformity (code, source, source_key, requirement, statement, found_where, found_on, owner, grade, correction, consequences, cause, similar_cases, similar_looked, action_needed, need_reason,
                                implemented_on, effectiveness_due, status)
values ('NC-1', 'internal_audit', 'F-1', 'A.5.18', 'Two of ten leavers still had accounts', 'Plant', current_date - 142, 'tomas', 'minor', 'Accounts closed the same day', 'None used since, by the log', 'The plant tells nobody',
        'None in the head office', 'All leavers of the year', true, 'It comes back with the next leaver', current_date - 84, current_date, 'implemented');
insert into isms.finding (code, audit, kind, requirement, evidence, statement, auditee, found_on, nonconformity, status)
values ('F-1', 'IA-1', 'minor', 'A.5.18', 'Accounts 17 and 212', 'Two of ten leavers still had accounts', 'tomas', current_date - 142, 'NC-1', 'agreed');
insert into isms.action (code, title, serves_kind, serves, owner, due_on, started_on, done_on, check_result, checked_by, checked_on, status)
values ('NC-1-A', 'The plant reports leavers to the service desk', 'nonconformity', 'NC-1', 'viktor', current_date - 80, current_date - 110, current_date - 88, 'pass', 'dana', current_date - 85, 'verified');
insert into isms.evidence (title, subject_kind, subject, locator, collected_on) values ('Form of the plant, first three reports', 'action', 'NC-1-A', 'records/NC-1.pdf', current_date - 88);
do $$ begin
  perform isms.carry_over('isms.audit_programme', 'AP-1', 'approve', 'mara', current_date - 198, 'Signature on the paper');
  perform isms.carry_over('isms.nonconformity', 'NC-1', 'agree_action', 'dana', current_date - 120, 'Minutes of the ISMS meeting');
  perform isms.end_cutover();
end $$;
-- What it found besides is raised by its lead, and is still open.
begin;
set local isms.actor = 'rosa';
insert into isms.finding (code, audit, kind, requirement, evidence, statement, auditee, found_on)
values ('F-2', 'IA-1', 'opportunity', '7.2', 'Folder of certificates', 'Evidence of competence is kept in four places', 'greta', current_date - 142);
update isms.finding set status = 'raised' where code = 'F-2';

-- The second audit is entered step by step.  Its nonconformity is contested, and upheld.
insert into isms.internal_audit (code, title, programme, planned_period, criteria, scope_items, lead_auditor, team, plan_sent_on) values
  ('IA-2', 'Support, operation, performance, improvement', 'AP-1', daterange(current_date - 82, current_date - 77), 'ISO/IEC 27001:2022', '{7,8,9,10,A.8.13}', 'rosa', '{rosa}', current_date - 96),
  ('IA-3', 'Suppliers', 'AP-1', daterange(current_date - 20, current_date - 15), 'ISO/IEC 27001:2022', '{A.5.19,A.5.20,A.5.22}', 'rosa', '{rosa}', null),
  ('IA-4', 'Leadership, planning and access again', 'AP-1', daterange(current_date + 215, current_date + 220), 'ISO/IEC 27001:2022', '{4,5,6,A.5.15,A.5.18}', 'rosa', '{rosa}', null);
update isms.internal_audit set status = 'in_progress' where code = 'IA-2';
insert into isms.audit_item (audit, item, result, sample, persons_met) values
  ('IA-2', '7', 'conforms', '9 of 13 documents', 'Dana Ruiz, Greta Olsen'), ('IA-2', '8', 'conforms', '10 of 60 risks, 5 actions', 'Jonas Adeyemi, Petra Novák'),
  ('IA-2', '9', 'conforms', 'Seven measures', 'Dana Ruiz'), ('IA-2', '10', 'conforms', 'The one nonconformity there was', 'Tomás Ferreira'),
  ('IA-2', 'A.8.13', 'finding', 'Logs of 30 nights, 11 laboratory computers', 'Petra Novák');
insert into isms.finding (code, audit, kind, requirement, evidence, statement, auditee, found_on) values
  ('F-3', 'IA-2', 'minor', 'A.8.13', 'Computers LAB-04 and LAB-07', 'Two laboratory computers are not backed up', 'petra', current_date - 79),
  ('F-4', 'IA-2', 'observation', '9.1', 'Sheet of August', 'Patch levels are counted by hand', 'petra', current_date - 78);
update isms.finding set status = 'raised' where code in ('F-3', 'F-4');
set local isms.actor = 'petra';
set local isms.comment = 'LAB-04 and LAB-07 hold no results of their own, they only show them';
update isms.finding set status = 'contested' where code = 'F-3';
set local isms.actor = 'rosa';
set local isms.comment = 'On both there were calibration files of this year that are nowhere else';
update isms.finding set status = 'raised' where code = 'F-3';
set local isms.comment = '';
set local isms.actor = 'petra';
insert into isms.nonconformity (code, source, source_key, requirement, statement, found_where, found_on, owner, grade)
values ('NC-2', 'internal_audit', 'F-3', 'A.8.13', 'Two laboratory computers are not backed up', 'Castlewick', current_date - 79, 'petra', 'minor');
update isms.finding set status = 'agreed', nonconformity = 'NC-2' where code = 'F-3';
update isms.finding set status = 'agreed' where code = 'F-4';
update isms.nonconformity set status = 'corrected', correction = 'Both copied by hand the same evening', consequences = 'No file is lost' where code = 'NC-2';
update isms.nonconformity
   set status = 'analysed', cause = 'Laboratory computers are bought by the laboratory and are not in the list of the backup', similar_cases = 'One more in the test hall', similar_looked = 'All computers in the inventory', action_needed = true,
       need_reason = 'The next computer is bought in the same way'
 where code = 'NC-2';
insert into isms.action (title, serves_kind, serves, owner, due_on, resources) values ('Computers join the backup when they join the network', 'nonconformity', 'NC-2', 'yuki', current_date + 45, '4 days');
set local isms.actor = 'rosa';
update isms.internal_audit set status = 'reported', conclusion = 'Works; backups have holes', reported_on = current_date - 74, recipients = '{mara,dana}' where code = 'IA-2';
update isms.internal_audit set status = 'closed' where code in ('IA-1', 'IA-2');
commit;
call pg_temp.decide('petra', 'dana', 'isms.nonconformity', '{NC-2}', 'agree_action', 'Plan of the ISMS meeting');
insert into isms.improvement (title, source, concerns, benefit, owner, proposed_on) values ('Patch levels measured by program', 'F-4', 'effectiveness', 'No month is missed', 'petra', current_date - 70);
insert into isms.improvement (title, source, concerns, benefit, owner, proposed_on, decision, decided_by, decided_on, result, done_on)
values ('One list of leavers for all sites', 'NC-1', 'effectiveness', 'Nobody is forgotten', 'greta', current_date - 130, 'taken_up', 'mara', current_date - 115, 'In use since summer', current_date - 88);

-- The review: prepared, held, its decisions acted on, approved by who chaired it.  The next one is planned.
insert into isms.management_review (code, title, period, planned_on) values
  ('MR-1', 'The year', daterange(current_date - 430, current_date - 60), current_date - 62), ('MR-2', 'The next year', daterange(current_date - 60, current_date + 305), current_date + 305);
do $$ begin perform isms.prepare_review('MR-1'); end $$;
update isms.review_input i
   set text = t.said
  from (values ('a', 'The first review in this form'), ('b', 'A second hosting region is on offer; climate change: floods at the plant'), ('c', 'Two customers ask for a certificate'), ('e', 'No complaint')) t(input, said)
 where i.review = 'MR-1' and i.input = t.input;
update isms.management_review set status = 'held', held_on = current_date - 60, chaired_by = 'mara', participants = '{mara,noor,dana,rosa}' where code = 'MR-1';
insert into isms.review_decision (review, kind, title, input, owner, due_on) values
  ('MR-1', 'improvement', 'Patching of the plant''s servers by the same team', 'd', 'petra', current_date + 90),
  ('MR-1', 'change', 'The plant''s staff office comes under the joiners'' and leavers'' process', 'd', 'viktor', current_date + 30);
insert into isms.review_decision (review, kind, title, input, no_action_reason) values ('MR-1', 'change', 'Lisbon stays outside this year', 'b', 'Decided again with the spring round');
update isms.management_review set suitability = 'yes', adequacy = 'yes', effectiveness = 'partly', verdict_reason = 'Patching falls, leavers improve', minutes = 'share/isms/review.pdf' where code = 'MR-1';
do $$ begin perform isms.act_on_decisions('MR-1'); end $$;
call pg_temp.decide('dana', 'mara', 'isms.management_review', '{MR-1}', 'close', 'Minutes as sent round');

-- Three months on somebody who had no hand in it judges whether it helped.
begin;
set local isms.actor = 'rosa';
update isms.nonconformity
   set status = 'closed', effective = true, judged_by = 'rosa', judged_on = current_date, judged_how = 'All nine leavers since: closed on the day', changes_isms = false, no_change_reason = 'The process was right, one site was missing',
       affects_risk = true, risk = 'R-018'
 where code = 'NC-1';
update isms.finding set status = 'closed' where code = 'F-1';
commit;
