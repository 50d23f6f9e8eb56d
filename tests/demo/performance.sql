-- Clauses 9 and 10 in use: measures with a year of values, an audit that was reported before the ISMS moved here, a review held.
insert into isms.measure (code, title, subject_kind, subject, method, unit, target, target_is, measured_every, measurer, evaluated_every, evaluator, starts_on) values
  ('ME-LEAVERS', 'Accounts of leavers closed within a day', 'control', 'A.5.18', 'Closed in time by all of the month', '%', 95, 'minimum', '1 month', 'tomas', '1 year', 'dana', current_date - 400),
  ('ME-MAILS', 'Staff who fall for a trial mail', 'control', 'A.6.3', 'Clicked by sent', '%', 5, 'maximum', '3 months', 'greta', '1 year', 'dana', current_date - 400),
  ('ME-PATCH', 'Servers patched within 14 days', 'control', 'A.8.8', 'Patched in time by all', '%', 90, 'minimum', '1 month', 'petra', '1 year', 'dana', current_date - 400),
  ('ME-RESTORE', 'Restores tried that worked', 'control', 'A.8.13', 'Worked by tried', '%', 100, 'minimum', '6 months', 'petra', '1 year', 'dana', current_date - 400);
insert into isms.measurement (measure, measured_on, value, measured_by)
select m.code, current_date - (12 - n) * 30 - 5, m.first + m.step * n, m.who
  from (values ('ME-LEAVERS', 84, 1, 'tomas'), ('ME-PATCH', 97, -0.8, 'petra')) m(code, first, step, who),
       generate_series(1, 12) n;
insert into isms.measurement (measure, measured_on, value, measured_by) values
  ('ME-MAILS', current_date - 200, 9, 'greta'), ('ME-MAILS', current_date - 110, 6, 'greta'), ('ME-RESTORE', current_date - 60, 100, 'petra');
insert into isms.measurement (measure, measured_on, value, measured_by, corrects, correction_reason)
select 'ME-MAILS', current_date - 110, 7, 'greta', max(id), 'The plant was missing' from isms.measurement where measure = 'ME-MAILS';
do $$ begin perform isms.begin_cutover('The audit of last quarter moves'); end $$;
insert into isms.audit_programme (code, title, period, frequency, methods, responsibilities, planning, reporting, refers_importance, earlier_results, owner, status)
values ('AP-1', 'Two years', daterange(current_date - 200, current_date + 530), 'Every clause once, access control yearly', 'Interviews, samples', 'Rosa Müller leads', 'Plan two weeks ahead', 'To top management',
        'Access and hosting first', 'None before', 'dana', 'approved');
insert into isms.internal_audit (code, title, programme, planned_period, criteria, scope_items, lead_auditor, team, plan_sent_on, conclusion, reported_on, recipients, status) values
  ('IA-1', 'Leadership, planning and access', 'AP-1', daterange(current_date - 95, current_date - 90), 'ISO/IEC 27001:2022', '{4,5,6,7.2,A.5.18}', 'rosa', '{rosa}', current_date - 110, 'Works, but for leavers', current_date - 85, '{mara,dana}', 'reported'),
  ('IA-2', 'Operation and performance', 'AP-1', daterange(current_date - 20, current_date - 15), 'ISO/IEC 27001:2022', '{8,9,10}', 'rosa', '{rosa}', null, null, null, '{}', 'planned');
insert into isms.audit_item (audit, item, result, sample, persons_met) values
  ('IA-1', '4', 'conforms', 'All issues', 'Dana Ruiz'), ('IA-1', '5', 'conforms', 'Minutes of a year', 'Mara Lindqvist'), ('IA-1', '6', 'conforms', '12 of 60 risks, drawn', 'Li Wei, Jonas Adeyemi'),
  ('IA-1', '7.2', 'finding', '8 of 16 people', 'Greta Olsen'), ('IA-1', 'A.5.18', 'finding', '10 of 14 leavers', 'Tomás Ferreira');
insert into isms.nonconformity (code, source, source_key, requirement, statement, found_where, found_on, owner, grade, correction, consequences, cause, similar_cases, similar_looked, action_needed, need_reason, status) values
  ('NC-1', 'internal_audit', 'F-1', 'A.5.18', 'Two of ten leavers still had accounts', 'Plant', current_date - 92, 'tomas', 'minor', 'Accounts closed the same day', 'None used since, by the log', 'The plant tells nobody',
   'None in the head office', 'All leavers of the year', true, 'It comes back with the next leaver', 'action_agreed');
insert into isms.finding (code, audit, kind, requirement, evidence, statement, auditee, found_on, nonconformity, status) values
  ('F-1', 'IA-1', 'minor', 'A.5.18', 'Accounts 17 and 212', 'Two of ten leavers still had accounts', 'tomas', current_date - 92, 'NC-1', 'agreed'),
  ('F-2', 'IA-1', 'opportunity', '7.2', 'Folder of certificates', 'Evidence of competence is kept in four places', 'greta', current_date - 92, null, 'raised');
insert into isms.action (title, serves_kind, serves, owner, due_on) values ('The plant reports leavers to the service desk', 'nonconformity', 'NC-1', 'viktor', current_date + 12);
do $$ begin
  perform isms.carry_over('isms.nonconformity', 'NC-1', 'agree_action', 'dana', current_date - 70, 'Minutes of the ISMS meeting');
  perform isms.end_cutover();
end $$;
insert into isms.improvement (title, source, concerns, benefit, owner) values ('Patch levels measured by program', 'IT operations', 'effectiveness', 'No month is missed', 'petra');
-- The review: prepared, held, its decisions acted on, approved by who chaired it.
insert into isms.management_review (code, title, period, planned_on) values ('MR-1', 'The year', daterange(current_date - 365, current_date + 1), current_date);
do $$ begin perform isms.prepare_review('MR-1'); end $$;
update isms.review_input i
   set text = t.said
  from (values ('a', 'The first review in this form'), ('b', 'A second hosting region is on offer; climate change: floods at the plant'), ('c', 'Two customers ask for a certificate'), ('e', 'No complaint')) t(input, said)
 where i.review = 'MR-1' and i.input = t.input;
update isms.management_review set status = 'held', held_on = current_date, chaired_by = 'mara', participants = '{mara,noor,dana,rosa}' where code = 'MR-1';
insert into isms.review_decision (review, kind, title, input, owner, due_on) values
  ('MR-1', 'improvement', 'Patching of the plant''s servers by the same team', 'd', 'petra', current_date + 90),
  ('MR-1', 'change', 'The plant''s staff office comes under the joiners'' and leavers'' process', 'd', 'viktor', current_date + 30);
update isms.management_review set suitability = 'yes', adequacy = 'yes', effectiveness = 'partly', verdict_reason = 'Patching falls, leavers improve', minutes = 'share/isms/review.pdf' where code = 'MR-1';
do $$ begin
  perform isms.act_on_decisions('MR-1');
  perform isms.request('isms.management_review', 'MR-1', 'close', 'Minutes of today');
  perform set_config('isms.actor', 'mara', true);
  perform isms.approve('isms.management_review', '{MR-1}', 'close');
end $$;
