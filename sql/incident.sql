-- The life of an incident: reported, confirmed, contained, resolved, closed with what was learnt; who had to be told by when;
-- and what each step refuses (A.5.24 to A.5.28, A.6.8).
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
  perform isms.add_person('sam', 'Sam Okoro', 'sam@acme.example', login => 'regress_sam', roles => '{asset_owner,risk_owner,control_owner}');
end $$;
insert into isms.asset (code, title, kind, rating, owner) values ('CRM', 'Customer database', 'information', 'C3 I3 A2', 'li');
insert into isms.risk (code, title, asset, threat, vulnerability, hits, likelihood, consequence, owner)
values ('R-001', 'Customer data stolen', 'CRM', 'Stolen credentials', 'No second factor', 'C', 4, 4, 'li');
insert into isms.notification_duty (code, title, basis, reference, recipient, applies_when, time_limit, owner) values
  ('AUTHORITY', 'Personal data breach to the authority', 'law', 'GDPR Art. 33', 'Data protection authority', 'Personal data are affected', '72 hours', 'li'),
  ('CUSTOMER', 'Incidents to the customer', 'contract', 'Contract 7, clause 12', 'Customer A', 'Data of customer A are affected', '1 day', null);

-- Anybody with a role reports one; where it is, and what is hit, must exist.
set session authorization regress_sam;
insert into isms.incident (code, title, reporter, assets) values ('IN-X', 'Strange logins', 'Front desk', '{CRM,CMR}');
insert into isms.incident (code, title, hits) values ('IN-X', 'Strange logins', 'CAI');
insert into isms.incident (code, title, occurred_at, detected_at) values ('IN-X', 'Strange logins', '2020-03-02 09:00Z', '2020-03-02 08:00Z');
insert into isms.incident (title, reporter, assets, occurred_at, detected_at, reported_at)
values ('Strange logins', 'Front desk', '{CRM}', '2020-03-01 22:00Z', '2020-03-02 08:00Z', '2020-03-02 08:20Z')
returning code, status;

-- Confirmed by who handles it, once it is classified.
update isms.incident set status = 'confirmed' where code = 'IN-0001';
update isms.incident set handler = 'li' where code = 'IN-0001';
reset session authorization;
select isms.request('isms.incident', 'IN-0001', 'confirm');
set session authorization regress_li;
update isms.incident set category = 'intrusion', severity = 'high', hits = 'C' where code = 'IN-0001';
select isms.request('isms.incident', 'IN-0001', 'confirm');

-- The timeline numbers itself, and only grows.
insert into isms.incident_event (incident, at, what, who) values
  ('IN-0001', '2020-03-01 22:00Z', 'First login from abroad', 'log'),
  ('IN-0001', '2020-03-02 09:10Z', 'Account of Kim locked', 'li');
insert into isms.incident_event (incident, at, what, corrects) values ('IN-0001', '2020-03-02 09:40Z', 'The account was locked at 09:40', 2), ('IN-0001', '2020-03-02 09:40Z', 'All sessions ended', null);
insert into isms.incident_event (incident, number, what, corrects) values ('IN-0001', 9, 'Nothing', 0);
-- Whatever number is named: the largest one there is would be the last for good.
insert into isms.incident_event (incident, number, at, what) values ('IN-0001', 2147483647, '2020-03-02 10:00Z', 'Police told') returning number;
update isms.incident_event set what = 'Nothing' where number = 1;
delete from isms.incident_event where number = 1;
select number, at, what, who, corrects, created_by from isms.incident_event where incident = 'IN-0001' order by number;

-- Every duty to notify that holds is asked for, also one nobody thought of.
update isms.incident set containment = 'Sessions ended, password changed', contained_at = '2020-03-02 09:40Z', evidence = 'Log of the login service' where code = 'IN-0001';
select isms.request('isms.incident', 'IN-0001', 'contain');
select duty, basis, owner, due, limit_at, state from isms.incident_notification_status order by duty;
insert into isms.incident_notification (incident, duty, due) values ('IN-0001', 'CUSTOMER', false);
insert into isms.incident_notification (incident, duty, due, reason) values ('IN-0001', 'CUSTOMER', false, 'No data of customer A there');
insert into isms.incident_notification (incident, duty, sent_at) values ('IN-0001', 'AUTHORITY', '2020-03-04 08:00Z');
insert into isms.incident_notification (incident, duty, due) values ('IN-0001', 'AUTHORITY', true);
select duty, basis, owner, due, limit_at, state from isms.incident_notification_status order by duty;
update isms.incident set evidence_digest = sha256('log'), custody = 'Li Wei, safe' where code = 'IN-0001';
select isms.request('isms.incident', 'IN-0001', 'contain');

-- A limit of hours counts hours, one of days the days of the scope's calendar: a day of 23 hours is one day.
reset session authorization;
update isms.scope set time_zone = 'Europe/Berlin';
insert into isms.incident (code, title, detected_at, reported_at) values ('IN-DST', 'Clocks go forward', '2020-03-28 12:00Z', '2020-03-28 13:00Z');
insert into isms.notification_duty (code, title, basis, reference, recipient, time_limit, counts_from) values
  ('HOURS', 'Hours', 'contract', 'C1', 'B', '24 hours', 'detected_at'), ('DAY', 'Day', 'contract', 'C2', 'B', '1 day', 'detected_at'),
  ('REPORT', 'From the report', 'contract', 'C3', 'B', '24 hours', 'reported_at'), ('BEGIN', 'From a begin not known', 'contract', 'C4', 'B', '24 hours', 'occurred_at');
select duty, limit_at, state from isms.incident_notification_status where incident = 'IN-DST' and duty in ('HOURS', 'DAY', 'REPORT', 'BEGIN') order by duty;
-- One of something just noticed still has time.
insert into isms.incident (code, title) values ('IN-NEW', 'Just now');
insert into isms.incident_notification (incident, duty, due) values ('IN-NEW', 'HOURS', true);
select duty, state from isms.incident_notification_status where incident = 'IN-NEW' and duty in ('HOURS', 'DAY') order by duty;
-- A duty retired is asked for no more, but stays where it was decided.
update isms.notification_duty set retired_on = isms.today('ACME') where code in ('HOURS', 'DAY', 'REPORT', 'BEGIN');
select duty, state from isms.incident_notification_status where incident = 'IN-NEW' order by duty;
-- What turns out to be nothing is dismissed with a reason; once it was confirmed, by two.
select isms.request('isms.incident', 'IN-DST', 'dismiss');
select isms.request('isms.incident', 'IN-DST', 'dismiss', 'Only the clock');
delete from isms.incident where code = 'IN-NEW';
update isms.incident set handler = 'li', category = 'error', severity = 'low', assets = '{CRM}', hits = 'A' where code = 'IN-NEW';
set session authorization regress_li;
select isms.request('isms.incident', 'IN-NEW', 'confirm');
update isms.incident set status = 'dismissed' where code = 'IN-NEW';
select isms.request('isms.incident', 'IN-NEW', 'dismiss', 'It was a planned test');
select isms.approve('isms.incident', '{IN-NEW}', 'dismiss');
reset session authorization;
select isms.approve('isms.incident', '{IN-NEW}', 'dismiss');

-- Resolved, it may recur; the times stay in order.
set session authorization regress_li;
update isms.incident set recovery = 'Passwords of all renewed', recovered_at = '2020-03-02 09:00Z' where code = 'IN-0001';
select isms.request('isms.incident', 'IN-0001', 'resolve');
update isms.incident set recovered_at = '2020-03-03 12:00Z' where code = 'IN-0001';
select isms.request('isms.incident', 'IN-0001', 'resolve');
select isms.request('isms.incident', 'IN-0001', 'recur', 'Logins again, from elsewhere');
insert into isms.incident_event (incident, at, what) values ('IN-0001', '2020-03-03 13:00Z', 'A second account was used');
select isms.request('isms.incident', 'IN-0001', 'contain');
select isms.request('isms.incident', 'IN-0001', 'resolve');

-- Closed by another than who handled it, with a lesson, a decision on nonconformity and risk, and every notification sent.
select isms.request('isms.incident', 'IN-0001', 'close');
reset session authorization;
select isms.request('isms.incident', 'IN-0001', 'close');
update isms.incident set lessons = 'A password alone does not keep anybody out', follow_up = 'Second factor for all, T-001',
       raises_nonconformity = true, affects_risk = true, risk = 'R-404' where code = 'IN-0001';
update isms.incident set lessons = 'A password alone does not keep anybody out', follow_up = 'Second factor for all, T-001',
       raises_nonconformity = true, affects_risk = true, risk = 'R-001' where code = 'IN-0001';
update isms.incident set nonconformity = 'NC-404' where code = 'IN-0001';
-- What is to be done about it is an action that serves it.
insert into isms.action (code, title, serves_kind, serves, owner, due_on) values ('T-000', 'Second factor', 'incident', 'IN-404', 'li', current_date + 30);
insert into isms.action (code, title, serves_kind, serves, owner, due_on) values ('T-001', 'Second factor', 'incident', 'IN-0001', 'li', current_date + 30);
select isms.request('isms.incident', 'IN-0001', 'close');
update isms.incident set raises_nonconformity = false, no_nonconformity_reason = 'No requirement asked for more' where code = 'IN-0001';
update isms.risk set status = 'assessed', assessor = 'dana', assessed_on = isms.today('ACME') where code = 'R-001';
set session authorization regress_li;
update isms.incident_notification set sent_at = '2020-03-06 08:00Z', sent_by = 'li', reference = 'Receipt 17' where duty = 'AUTHORITY';
reset session authorization;
select duty, limit_at, sent_at, state from isms.incident_notification_status where incident = 'IN-0001' order by duty;
select isms.request('isms.incident', 'IN-0001', 'close');

-- Closed, it stays as it is, with its timeline and notifications.
update isms.incident set severity = 'low' where code = 'IN-0001';
insert into isms.incident_event (incident, what) values ('IN-0001', 'One more');
update isms.incident_notification set sent_at = '2020-03-04 08:00Z' where incident = 'IN-0001' and duty = 'AUTHORITY';
select incident, duty, state from isms.incident_notification_status order by 1, 2;

-- A limit is moved later only with a reason, and follows the times of the incident; what was worked out from others is worked out anew.
insert into isms.incident (code, title, handler, category, severity, assets, hits, occurred_at, detected_at, reported_at, contained_at, recovered_at, containment, recovery, no_evidence_reason)
values ('IN-TIME', 'Notebook left in a train', 'dana', 'loss', 'low', '{CRM}', 'C', '2020-04-01 08:00Z', '2020-04-01 09:00Z', '2020-04-01 09:10Z', '2020-04-01 10:00Z', '2020-04-02 10:00Z', 'Wiped from afar', 'A new one', 'Nothing to keep');
select isms.request('isms.incident', 'IN-TIME', 'confirm');
insert into isms.incident_notification (incident, duty, due, reason) values ('IN-TIME', 'AUTHORITY', true, 'Names are on it'), ('IN-TIME', 'CUSTOMER', false, 'None of theirs');
update isms.incident_notification set limit_at = 'infinity' where incident = 'IN-TIME' and duty = 'AUTHORITY';
update isms.incident_notification set limit_at = '2020-05-01 09:00Z' where incident = 'IN-TIME' and duty = 'AUTHORITY';
select limit_at, duty_limit_at, state from isms.incident_notification_status where incident = 'IN-TIME' and duty = 'AUTHORITY';
select isms.request('isms.incident', 'IN-TIME', 'contain');
update isms.incident_notification set limit_reason = 'Extension granted, letter 5', sent_at = '2020-04-20 09:00Z' where incident = 'IN-TIME' and duty = 'AUTHORITY';
select limit_at, duty_limit_at, limit_reason, state from isms.incident_notification_status where incident = 'IN-TIME' and duty = 'AUTHORITY';
update isms.incident_notification set limit_at = null, limit_reason = null, sent_at = '2020-04-04 08:45Z' where incident = 'IN-TIME' and duty = 'AUTHORITY';
select limit_at, duty_limit_at, state from isms.incident_notification_status where incident = 'IN-TIME' and duty = 'AUTHORITY';
update isms.incident set detected_at = '2020-04-01 08:30Z' where code = 'IN-TIME';
select limit_at, duty_limit_at, state from isms.incident_notification_status where incident = 'IN-TIME' and duty = 'AUTHORITY';
select isms.request('isms.incident', 'IN-TIME', 'contain');
update isms.incident_notification set limit_at = null where incident = 'IN-TIME' and duty = 'AUTHORITY';
select isms.request('isms.incident', 'IN-TIME', 'contain'), isms.request('isms.incident', 'IN-TIME', 'resolve');
-- Who handled it before does not close it either, and its times are in order then too.
update isms.incident set handler = 'li', detected_at = '2020-04-05 09:00Z', lessons = 'Discs are encrypted', follow_up = 'None', raises_nonconformity = false, no_nonconformity_reason = 'No rule asked for more',
       affects_risk = false, no_risk_reason = 'Rated so' where code = 'IN-TIME';
do $$ begin
  perform isms.request('isms.incident', 'IN-TIME', 'close');
exception when sqlstate 'IS004' then
  declare detail text; begin
    get stacked diagnostics detail = pg_exception_detail;
    raise warning '%', replace(detail, to_char(isms.today('ACME'), 'YYYY-MM-DD'), 'TODAY');
  end;
end $$;
select isms.appoint('sam', 'process_owner');
set session authorization regress_sam;
select isms.request('isms.incident', 'IN-TIME', 'close');
update isms.incident set detected_at = '2020-04-01 08:30Z' where code = 'IN-TIME';
update isms.incident_notification set limit_at = '2020-05-01 09:00Z' where incident = 'IN-TIME' and duty = 'AUTHORITY';
select isms.request('isms.incident', 'IN-TIME', 'close');
update isms.incident_notification set limit_at = null where incident = 'IN-TIME' and duty = 'AUTHORITY';
select isms.request('isms.incident', 'IN-TIME', 'close');
reset session authorization;

-- Who leaves hands over what was theirs and is not over.
select * from isms.handover('li', 'sam', 'Li Wei leaves') where relation in ('isms.incident', 'isms.notification_duty');

drop extension isms cascade;
drop role regress_li, regress_sam;
