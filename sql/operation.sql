-- What waits in daily operation, and what is late: changes, incidents, notifications, suppliers, threat reports, continuity.
\set SHOW_CONTEXT never
set client_min_messages = warning;
drop extension if exists isms cascade;
create extension isms;
create role regress_li login;
create role regress_sam login;
\pset format unaligned
\pset tuples_only on
set timezone = 'UTC';
set datestyle = 'ISO';
do $$ begin
  perform isms.setup('ACME', 'Acme Ltd', 'dana', 'Dana Ruiz', 'dana@acme.example');
  perform isms.add_person('li', 'Li Wei', 'li@acme.example', login => 'regress_li', roles => '{risk_owner,control_owner}');
  perform isms.add_person('sam', 'Sam Okoro', 'sam@acme.example', login => 'regress_sam', roles => '{process_owner}');
end $$;

-- Li Wei's.
insert into isms.change (code, title, owner, purpose, consequences) values ('C-1', 'New database version', 'li', 'Support ends', 'An hour without CRM');
insert into isms.change (code, title, kind, owner, approver, implementer, purpose, consequences, isms_effect, no_risk_reason, changes_scope, changes_policy, planned_from, planned_until, test_plan, no_rollback_reason)
values ('C-2', 'Paper away', 'operational', 'dana', 'sam', 'li', 'Space', 'None', 'None', 'No risk', false, false, isms.today('ACME'), isms.today('ACME') + 3, 'Look', 'Gone is gone');
insert into isms.incident (code, title, handler, detected_at) values ('IN-1', 'Strange logins', 'li', '2020-03-02 08:00Z');
insert into isms.notification_duty (code, title, basis, reference, recipient, time_limit) values ('AUTHORITY', 'Breach', 'law', 'GDPR Art. 33', 'Authority', '72 hours'), ('CUSTOMER', 'To the customer', 'contract', 'C', 'Customer', '1 day');
insert into isms.incident_notification (incident, duty, due, reason, sent_at) values ('IN-1', 'AUTHORITY', true, null, null), ('IN-1', 'CUSTOMER', false, 'Not theirs', null);
insert into isms.supplier (code, title, what, owner, control_method, review_every, agreement_until) values
  ('SU-1', 'Hosting Ltd', 'Servers', 'li', 'Certificate', '1 year', isms.today('ACME') + 20), ('SU-2', 'Far away', 'Paper', 'li', 'Look', '10 years', null), ('SU-3', 'Over', 'Nothing', 'li', 'None', '1 day', null);
insert into isms.supplier_review (supplier, reviewed_on, basis, result) values ('SU-1', '2020-01-01', 'Certificate', 'satisfactory'), ('SU-2', isms.today('ACME'), 'Look', 'satisfactory'), ('SU-3', '2020-01-01', 'Look', 'satisfactory');
update isms.supplier set ended_on = isms.today('ACME') where code = 'SU-3';
insert into isms.threat_report (code, title, source, owner) values ('TR-1', 'Hole in the web server', 'Vendor', 'li');
insert into isms.business_impact (code, title, owner, rto, rpo, longest_outage, assessed_on, review_every) values ('ORDERS', 'Taking orders', 'li', '4 hours', '1 hour', '1 day', '2020-01-01', '1 year');
insert into isms.continuity_plan (code, title, owner, body) values ('CP-1', 'Second site', 'li', 'Go there'), ('CP-2', 'Draft', 'li', 'Nothing yet');
insert into isms.continuity_exercise (code, plan, kind, scenario, planned_on) values ('EX-1', 'CP-1', 'full', 'No power', '2020-06-01'), ('EX-2', 'CP-1', 'full', 'No water', isms.today('ACME') + 5);

-- Approvals asked for have the title of what they are for.
do $$ begin
  perform isms.request('isms.change', 'C-2', 'assess');
  perform isms.request('isms.change', 'C-2', 'approve', 'Ready');
  perform isms.request('isms.continuity_plan', 'CP-1', 'approve', 'Please look');
end $$;
set session authorization regress_sam;
select kind, code, title, what from isms.inbox order by kind, code, what;
select isms.approve('isms.continuity_plan', '{CP-1}', 'approve');
select isms.approve('isms.change', '{C-2}', 'approve');

set session authorization regress_li;
select kind, code, title, what, due - isms.today('ACME') as days, due < isms.today('ACME') as late from isms.inbox where due > isms.today('ACME') or due is null order by kind, code, what;
select kind, code, title, what, due from isms.inbox where due < isms.today('ACME') order by kind, code, what;
reset session authorization;
-- The same for everybody, with who is to do it.
select kind, code, title, owner_name, what, due from isms.overdue order by kind, code, what;

-- What is nobody's yet waits for the ISMS manager; so does an incident to be closed, unless handled by that very person.
insert into isms.incident (code, title) values ('IN-2', 'Lost badge');
insert into isms.threat_report (code, title, source) values ('TR-2', 'New law', 'Press');
do $$ begin
  perform isms.begin_cutover('Two old incidents');
  insert into isms.incident (code, title, handler, status) values ('IN-3', 'Paper left in the printer', 'li', 'resolved'), ('IN-4', 'Door open', 'dana', 'resolved');
  perform isms.end_cutover();
end $$;
select kind, code, title, what from isms.inbox where kind in ('incident', 'threat_report') order by kind, code, what;
set session authorization regress_li;
select code, what from isms.inbox where kind = 'incident' order by code, what;
reset session authorization;
select kind, code from isms.overdue where code in ('IN-2', 'IN-3', 'IN-4', 'TR-2');

-- What is done waits no more.
update isms.incident_notification set sent_at = '2020-03-03 08:00Z' where duty = 'AUTHORITY';
insert into isms.supplier_review (supplier, basis, result) values ('SU-1', 'Certificate', 'satisfactory');
update isms.business_impact set assessed_on = isms.today('ACME');
update isms.continuity_exercise set held_on = '2020-06-01', result = 'pass' where code = 'EX-1';
select kind, code, title, owner_name, what, due from isms.overdue order by kind, code, what;

-- An action that serves an incident is its handler's to judge.
insert into isms.action (code, title, serves_kind, serves, owner, due_on, status) values ('T-1', 'Second factor', 'incident', 'IN-1', 'sam', '2020-04-01', 'planned');
select step, who, needs_approval from isms.next_steps('isms.action', 'T-1') where step = 'cancel';

drop extension isms cascade;
drop role regress_li, regress_sam;
