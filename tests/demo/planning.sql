-- Clauses 5 and 6: what top management wants and gives, what is to be achieved, what could help or hinder the ISMS; the round of assessments.
insert into isms.management_aim (code, title, strategy) values
  ('AM-TRUST', 'Customers trust us with their results', 'BenchLink becomes half of the business'),
  ('AM-LAW', 'We know our duties and keep them', 'Sell to hospitals');
insert into isms.resource_decision (code, title, purpose, amount, people, period) values
  ('RD-1', 'Security of this year', 'Second factor, new factory network, certification', 180000, 1.5, daterange(current_date - 360, current_date + 5)),
  ('RD-2', 'Security of next year', 'Second hosting region, surveillance audit, trainings', 240000, 2, daterange(current_date + 5, current_date + 370));
call pg_temp.decide('dana', 'mara', 'isms.management_aim', '{AM-TRUST,AM-LAW}', 'approve', 'Board meeting of spring');
call pg_temp.decide('dana', 'mara', 'isms.resource_decision', '{RD-1}', 'approve', 'Budget of the year');
create temp table sheet_objective (like isms.import_objective);
\copy sheet_objective (code, title, policy, aim, measure, unit, baseline, target, target_is, plan_what, resources, owner, due_on, evaluation) from 'tests/demo/objective.csv' (format csv, header match)
update sheet_objective set due_on = pg_temp.shift(due_on);
do $$ begin perform isms.import('objective', 'sheet_objective'); end $$;
update isms.objective set period = daterange(current_date - 340, null);
update isms.objective set refers_kind = 'treatment', refers = 'R-001' where code = 'OB-MFA';
update isms.objective set refers_kind = 'requirement', refers = 'RQ-GDPR' where code = 'OB-LEAVER';
insert into isms.objective_result (objective, measured_on, value, evidence)
select x.objective, current_date - x.days, x.value, x.evidence
  from (values
    ('OB-MFA', 270, 41, 'Log'), ('OB-MFA', 180, 63, 'Log'), ('OB-MFA', 95, 78, 'Log'), ('OB-MFA', 12, 91, 'Log'),
    ('OB-LEAVER', 250, 85, 'ME-LEAVERS'), ('OB-LEAVER', 100, 93, 'ME-LEAVERS'),
    ('OB-MAIL', 200, 9, 'ME-MAILS'), ('OB-MAIL', 110, 7, 'ME-MAILS'), ('OB-MAIL', 20, 5, 'ME-MAILS')) x(objective, days, value, evidence);
call pg_temp.decide('dana', 'mara', 'isms.objective', '{OB-MFA,OB-LEAVER,OB-MAIL}', 'approve', 'Agreed by the board');
update isms.objective set communicated_on = current_date - 320, confirmed_on = current_date - 60;
-- One is reached and over.
begin;
set local isms.actor = 'greta';
update isms.objective set status = 'closed', outcome = 'Five of a hundred click; the talks helped more than the film' where code = 'OB-MAIL';
commit;
insert into isms.opportunity (code, title, kind, issue, requirement, planned_action, process, effectiveness_method, owner, due_on, evaluated_on, effective, evaluation) values
  ('OP-SKILL', 'The ISMS hangs on one person', 'risk', 'CI-PEOPLE', null, 'A deputy is trained and does every third task', 'RISKS', 'The deputy runs one round alone', 'mara', current_date + 120, null, null, null),
  ('OP-CERT', 'A certificate wins hospitals as customers', 'opportunity', null, 'RQ-CERT', 'Certification, then a page for customers', 'ORDER', 'Orders of hospitals in a year', 'noor', current_date + 200, null, null, null),
  ('OP-TOOL', 'Registers in one place instead of nine spreadsheets', 'opportunity', 'CI-GROWTH', null, 'Move them into a database', 'RISKS', 'Hours for a review before and after', 'dana', current_date - 10, current_date - 4, true, 'Two days instead of seven');
-- The second round of the year: what was only identified is assessed by its owner, and the results are kept as they were.
insert into isms.assessment_round (code, title, purpose) values ('AR-2', 'Autumn round', 'Half-yearly assessment');
create procedure pg_temp.assess() language plpgsql as $$
declare
  r record;
begin
  for r in
    select x.code, x.owner
      from isms.risk x
      join isms.risk_register g on g.scope = x.scope and g.code = x.code
     where x.status = 'identified' and g.current_level is not null and x.owner is not null and not exists (select from isms.treatment t where t.risk = x.code)
     order by x.code
  loop
    call pg_temp.act(r.owner, format('update isms.risk set status = ''assessed'', assessed_on = current_date where code = %L', r.code));
  end loop;
  perform set_config('isms.actor', '', true);
  perform isms.take_assessment('AR-2');
end
$$;
call pg_temp.assess();
