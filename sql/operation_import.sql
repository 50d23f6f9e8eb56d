-- Lists of suppliers, duties, impacts and incidents that exist as sheets.
\set SHOW_CONTEXT never
set client_min_messages = warning;
drop extension if exists isms cascade;
create extension isms;
set timezone = 'UTC';
set datestyle = 'ISO';
do $$ begin
  perform isms.setup('ACME', 'Acme Ltd', 'dana', 'Dana Ruiz', 'dana@acme.example');
  perform isms.add_person('li', 'Li Wei', 'li@acme.example', roles => '{risk_owner}');
end $$;
insert into isms.asset (code, title, kind) values ('CRM', 'Customer database', 'information');

-- By COPY into the ready tables.
copy isms.import_supplier from stdin (format csv, header match);
code,title,kind,what,outsourced,owner,control_method,agreement,agreement_until,requirements,review_every,reviewed_on
HOST,Hosting Ltd,SaaS,Servers of the CRM,yes,Li Wei,Certificate,C-17,2030-12-31,Encrypted,1 year,2020-01-15
PAPER,Paper Ltd,,Paper,,,,,,,,
\.
select code, title, kind, outsourced, owner, agreement_until, review_every, reviewed_on from isms.supplier order by code;
copy isms.import_supplier_review from stdin (format csv, header match);
supplier,reviewed_on,reviewer,basis,result,findings,follow_up
Hosting Ltd,2020-02-15,li,Report,minor,No test of restore,Ask for it
\.
select supplier, reviewed_on, reviewer, result, follow_up from isms.supplier_review;
select code, reviewed_on from isms.supplier order by code;
copy isms.import_notification_duty from stdin (format csv, header match);
code,title,basis,party_requirement,reference,recipient,applies_when,time_limit,counts_from,owner
AUTHORITY,Breach,statutory,,GDPR Art. 33,Authority,Personal data,72 hours,detection,
\.
select code, basis, time_limit, counts_from from isms.notification_duty;
copy isms.import_business_impact from stdin (format csv, header match);
code,title,process,impact,rto,rpo,longest_outage,minimum_service,owner,assessed_on,review_every
ORDERS,Taking orders,,No income,4 hours,1 hour,1 day,By telephone,li,2020-01-15,1 year
\.
select code, rto, rpo, longest_outage, owner from isms.business_impact;
copy isms.import_incident from stdin (format csv, header match);
code,title,description,reporter,handler,category,severity,assets,hits,occurred_at,detected_at,reported_at
IN-1,Strange logins,,Front desk,li,intrusion,3,Customer database,AC,,2020-03-02 08:00+00,2020-03-02 09:20+01
\.
select code, handler, severity, assets, hits, detected_at, reported_at, status from isms.incident;

-- What is wrong is told by line and column, with the nearest word.
create temp table sheet (id text, name text, responsible text, rto text, mtpd text, rpo text);
insert into sheet values ('A', 'Payroll', 'Li We', '2 days', '1 day', 'an hour'), ('B', 'Web shop', 'li', '4 hours', '1 day', '1 hour');
select * from isms.import('business_impact', 'sheet');
update sheet set responsible = 'li', rpo = '1 hour' where id = 'A';
select * from isms.import('business_impact', 'sheet');
update sheet set rto = '20 hours' where id = 'A';
select * from isms.import('business_impact', 'sheet');
select code, title, rto, longest_outage from isms.business_impact order by code;

-- Incidents of the past come in closed, at cut-over; their guards' complaints are listed instead of refused.
create temp table old (no text, subject text, responsible text, detected text, state text);
insert into old values ('OLD-1', 'Lost notebook', 'li', '2025-05-05 08:00+00', 'closed');
select * from isms.import('incident', 'old');
select isms.begin_cutover('The old list moves in');
select * from isms.import('incident', 'old');
select isms.end_cutover();
select code, status from isms.incident order by code;

drop extension isms cascade;
