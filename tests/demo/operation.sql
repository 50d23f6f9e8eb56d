-- Clause 8: suppliers, changes, what is heard of, an incident from report to lesson, keeping going.
create temp table sheet_supplier_review (like isms.import_supplier_review);
create temp table sheet_business_impact (like isms.import_business_impact);
\copy sheet_supplier_review (supplier, reviewed_on, reviewer, basis, result, findings, follow_up) from 'tests/demo/supplier_review.csv' (format csv, header match)
\copy sheet_business_impact (code, title, process, impact, rto, rpo, longest_outage, minimum_service, owner, assessed_on, review_every) from 'tests/demo/business_impact.csv' (format csv, header match)
\copy isms.import_notification_duty (code, title, basis, party_requirement, reference, recipient, applies_when, time_limit, counts_from, owner) from 'tests/demo/notification_duty.csv' (format csv, header match)
update sheet_supplier_review set reviewed_on = pg_temp.shift(reviewed_on);
update sheet_business_impact set assessed_on = pg_temp.shift(assessed_on);
do $$ begin
  perform isms.import('supplier_review', 'sheet_supplier_review');
  perform isms.import('business_impact', 'sheet_business_impact');
end $$;
insert into isms.supplier_asset (supplier, asset, access) values
  ('NORTHGATE', 'HOSTER', null), ('NORTHGATE', 'BENCHDATA', 'Holds it, encrypted with our keys'), ('TALLIS', 'PCBSUP', null), ('TALLIS', 'DESIGN', 'Drawings of the detector board'),
  ('QUAYST', 'PAYROLL', null), ('QUAYST', 'HRFILES', 'Hours, pay, sick leave'), ('LINDEN', 'LAN', 'Administers the firewalls');

-- Changes of the year moved here closed; one is made today, one waits to be approved, one could not wait.
do $$ begin perform isms.begin_cutover('Changes of the year move from the ticket system'); end $$;
insert into isms.change (code, title, kind, owner, approver, implementer, purpose, consequences, isms_effect, changes_scope, changes_policy, no_risk_reason, requested_on, planned_from, planned_until,
                         test_plan, rollback_plan, test_result, implemented_on, effects_reviewed, effects_reviewed_on, records_updated, status)
values ('CH-1', 'Registers move into a database', 'isms', 'petra', 'dana', 'yuki', 'Nine spreadsheets disagree', 'Two weeks of double work', 'Procedures name the database', false, false, 'The same people see the same data',
        current_date - 190, current_date - 160, current_date - 150, 'Numbers compared sheet by sheet', 'Spreadsheets kept', 'pass', current_date - 152, 'Four people needed a second course', current_date - 120, 'Procedures of clause 7', 'closed');
do $$ begin
  perform isms.carry_over('isms.change', 'CH-1', 'approve', 'dana', current_date - 165, 'Ticket 4711');
  perform isms.end_cutover();
end $$;
insert into isms.change (code, title, owner, approver, implementer, purpose, consequences, isms_effect, changes_scope, changes_policy, no_risk_reason, planned_from, planned_until, test_plan, rollback_plan) values
  ('CH-2', 'New version of the ERP database', 'petra', 'jonas', 'yuki', 'Support of the old one ends', 'ERP stands for an evening', 'Backup procedure names the version', false, false, 'The risks of ERP stay as they are', current_date, current_date + 2, 'Restore on the test server', 'Snapshot kept for a week'),
  ('CH-4', 'Hole in the remote access closed', 'petra', 'jonas', 'omar', 'It was being used elsewhere', 'Nobody could work from outside for two hours', 'None', false, false, 'Nothing stays changed', null, null, null, null);
insert into isms.change_asset (change, asset, what) values ('CH-2', 'ERP', 'Database program'), ('CH-4', 'LAN', 'Remote access');
update isms.change set emergency = true, emergency_reason = 'Attacks on the same product since noon', approval_due = current_date + 5, implemented_on = current_date - 3, status = 'implemented' where code = 'CH-4';
update isms.change set status = 'assessed' where code = 'CH-2';
call pg_temp.decide('petra', 'jonas', 'isms.change', '{CH-2}', 'approve', 'Agreed with finance');
begin;
set local isms.actor = 'noor';
insert into isms.change (code, title, kind, owner, approver, implementer, purpose, consequences, isms_effect, changes_scope, changes_policy, no_risk_reason, planned_from, planned_until, test_plan, rollback_plan)
values ('CH-3', 'Sales office in Lisbon comes into the scope', 'isms', 'noor', 'dana', 'ben', 'Its mail is the last one outside', 'Three people more to train', 'Scope statement, inventory', true, false, 'Assessed with the spring round', current_date + 60, current_date + 90, 'Walk through', 'Stays out');
update isms.change set status = 'assessed' where code = 'CH-3';
do $$ begin perform isms.request('isms.change', 'CH-3', 'approve', 'The last site outside'); end $$;
set local isms.actor = 'yuki';
update isms.change set status = 'implemented', implemented_on = current_date, test_result = 'pass' where code = 'CH-2';
set local isms.actor = 'petra';
update isms.change set status = 'closed', effects_reviewed = 'Two reports ran slower, an index was added', effects_reviewed_on = current_date, records_updated = 'Inventory, backup procedure' where code = 'CH-2';
commit;

-- What was heard of; one report opens risks again.
insert into isms.threat_report (code, title, kind, level, source, reference, received_on, summary, owner) values
  ('TH-1', 'Ransomware by way of remote support tools', 'threat', 'operational', 'National CSIRT', 'W-2026-31', current_date - 75, 'Tools like ours are used to come in', 'omar'),
  ('TH-2', 'Hole in a spreadsheet program for another system', 'vulnerability', 'tactical', 'Vendor', 'CVE-2026-4410', current_date - 30, null, 'petra'),
  ('TH-3', 'Competitor blackmailed with results of customers', 'threat', 'strategic', 'Trade press', null, current_date - 6, 'Nine laboratories concerned', 'li');
update isms.threat_report set triage = 'relevant', triaged_by = 'omar', triaged_on = current_date - 74 where code = 'TH-1';
update isms.threat_report set triage = 'not_relevant', triage_reason = 'Nobody has that system', triaged_by = 'petra', triaged_on = current_date - 29 where code = 'TH-2';
insert into isms.threat_report_asset (report, asset) values ('TH-1', 'REMSUP');
insert into isms.threat_report_risk (report, risk) select 'TH-1', r.code from isms.risk r where r.asset = 'REMSUP' and r.status = 'assessed';
do $$ begin perform isms.open_reassessment('TH-1'); end $$;

-- One incident, from report to lesson; who had to be told was told, once in the last hour.  Another is not understood yet.
insert into isms.incident (code, title, description, reporter, assets, occurred_at, detected_at, reported_at)
select 'IN-1', 'Mailbox of a field engineer taken over', 'A page that looked like our sign-in', 'Viktor Hale', '{MAIL,IDP}', t.noon - interval '20 hours', t.noon, t.noon + interval '25 minutes'
  from (select (current_date - 130 + time '12:05') at time zone 'UTC' as noon) t;
insert into isms.incident_event (incident, at, what, who)
select 'IN-1', (current_date - 130 + x.at) at time zone 'UTC', x.what, x.who
  from (values
    (time '12:05', 'Customer asks about an odd invoice', 'viktor'), (time '12:30', 'Service desk told', 'viktor'), (time '12:50', 'Sessions ended, password changed', 'omar'),
    (time '14:10', 'Log: 41 mails read, 6 with names of patients', 'omar'), (time '16:00', 'Rules of the mailbox removed', 'petra'), (time '17:30', 'Six customers called', 'ines')) x(at, what, who);
insert into isms.incident_event (incident, at, what, who, corrects)
select 'IN-1', (current_date - 129 + time '09:00') at time zone 'UTC', 'Seven mails with names of patients, not six', 'omar', 4;
update isms.incident set handler = 'omar', category = 'deception', severity = 'high', hits = 'C' where code = 'IN-1';
insert into isms.incident_notification (incident, duty, due, reason, sent_at, sent_by, reference)
select 'IN-1', x.duty, x.due, x.reason, (current_date - 128 + x.sent) at time zone 'UTC', x.sent_by, x.reference
  from (values
    ('ND-GDPR', true, 'Names of patients', time '10:15', 'ines', 'DPA-88213'), ('ND-CUST', true, 'Seven customers', time '11:30', 'ines', 'Letters 1 to 7'), ('ND-NIS2', false, 'One mailbox, no service disturbed', null, null, null)) x(duty, due, reason, sent, sent_by, reference);
begin;
set local isms.actor = 'omar';
update isms.incident set status = 'confirmed' where code = 'IN-1';
update isms.incident
   set status = 'contained', contained_at = (current_date - 130 + time '12:50') at time zone 'UTC', containment = 'Sessions ended, password and second factor new',
       evidence = 'Sign-in log and mailbox rules', evidence_digest = sha256('sign-in log'), custody = 'Sealed bag 17, safe of Port Ellery'
 where code = 'IN-1';
update isms.incident set status = 'resolved', recovered_at = (current_date - 129 + time '10:00') at time zone 'UTC', recovery = 'Rules removed, mails checked back to the day before' where code = 'IN-1';
commit;
update isms.incident
   set status = 'closed', lessons = 'A second factor that can be typed can be stolen', follow_up = 'Keys instead of codes for all field engineers',
       raises_nonconformity = false, no_nonconformity_reason = 'Rules were kept; they were not enough', affects_risk = true, risk = 'R-001'
 where code = 'IN-1';
insert into isms.action (title, serves_kind, serves, owner, due_on, resources) values ('Keys for 38 field engineers', 'incident', 'IN-1', 'li', current_date + 40, '38 keys, 3 days');
insert into isms.incident (code, title, reporter, assets, detected_at) values ('IN-2', 'Server room warm in the night', 'Petra Novák', '{SRVROOM}', (current_date - 1 + time '03:20') at time zone 'UTC');

-- Plans, and whether they were seen to work.
insert into isms.business_impact_asset (business_impact, asset) values ('BI-BENCH', 'BENCHAPP'), ('BI-BENCH', 'HOSTER'), ('BI-PROD', 'MES'), ('BI-PROD', 'OTNET'), ('BI-PAY', 'PAYROLL');
insert into isms.continuity_plan (code, title, activation, locator, implementation, owner) values
  ('CP-BENCH', 'BenchLink from the second account', 'Ten minutes without the region', 'Red folder, and printed at Yuki Tanabe''s home', 'RESTTEST', 'yuki'),
  ('CP-PROD', 'One hall by paper', 'Production control is away for two hours', 'Shift office in Aldermoor', null, 'jonas');
insert into isms.continuity_plan_impact (plan, business_impact) values ('CP-BENCH', 'BI-BENCH'), ('CP-PROD', 'BI-PROD');
call pg_temp.decide('yuki', 'tomas', 'isms.continuity_plan', '{CP-BENCH}', 'approve', 'As tried in spring');
insert into isms.continuity_exercise (code, plan, kind, scenario, planned_on, held_on, led_by, participants, result, restored_in, data_lost, findings) values
  ('EX-1', 'CP-BENCH', 'full', 'The hosting region does not answer', current_date - 92, current_date - 90, 'sam', 'Yuki Tanabe, Omar Diallo, two developers', 'pass', '6 hours 20 minutes', '10 minutes', 'The list of keys was a year old'),
  ('EX-2', 'CP-PROD', 'walk_through', 'Production control encrypted on a Monday', current_date + 25, null, 'sam', null, null, null, null, null);
