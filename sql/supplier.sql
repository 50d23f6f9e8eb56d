-- Suppliers and outsourced processes under control; threats and changes of context that come in and open reassessments of
-- risks (8.1, 8.2, A.5.7, A.5.19 to A.5.23).
\set SHOW_CONTEXT never
set client_min_messages = warning;
drop extension if exists isms cascade;
create extension isms;
create role regress_li login;
create role regress_sam login;
create role regress_kim login;
\pset format unaligned
\pset tuples_only on
set timezone = 'UTC';
set datestyle = 'ISO';
do $$ begin
  perform isms.setup('ACME', 'Acme Ltd', 'dana', 'Dana Ruiz', 'dana@acme.example');
  perform isms.add_person('li', 'Li Wei', 'li@acme.example', login => 'regress_li', roles => '{risk_owner,control_owner}');
  perform isms.add_person('sam', 'Sam Okoro', 'sam@acme.example', login => 'regress_sam', roles => '{process_owner}');
  perform isms.add_person('kim', 'Kim Park', 'kim@acme.example', login => 'regress_kim', roles => '{risk_owner}');
end $$;
insert into isms.asset (code, title, kind, rating, owner) values ('CRM', 'Customer database', 'information', 'C3 I3 A2', 'li');

-- What a refusal says, dates masked.
create function pg_temp.attempt(statement text) returns text language plpgsql as $$
declare
  said text; detail text; hint text;
begin
  execute statement;
  return 'done';
exception when others then
  get stacked diagnostics said = message_text, detail = pg_exception_detail, hint = pg_exception_hint;
  return regexp_replace(concat_ws(E'\n', sqlstate || ': ' || said, nullif(detail, ''), nullif(hint, '')), '\d{4}-\d\d-\d\d', 'DATE', 'g');
end
$$;

-- A supplier is under control when somebody is responsible, the method and the interval are said, and the last review, in time, was satisfactory.
set session authorization regress_sam;
insert into isms.supplier (code, title, kind, what) values ('HOST', 'Hosting Ltd', 'cloud', 'Servers of the CRM');
insert into isms.supplier_asset (supplier, asset, access) values ('HOST', 'CRM', 'Holds it, encrypted');
select pg_temp.attempt($$update isms.supplier set process = 'NONE' where code = 'HOST'$$);
select standing, problems from isms.supplier_status;
update isms.supplier set outsourced = true, owner = 'sam', control_method = 'Yearly certificate and report', review_every = '1 year', agreement = 'C-17', agreement_until = isms.today('ACME') - 1 where code = 'HOST';
select standing, problems from isms.supplier_status;
update isms.supplier set agreement_until = null where code = 'HOST';
insert into isms.supplier_review (supplier, reviewed_on, basis, result) values ('HOST', isms.today('ACME') - 400, 'Certificate', 'satisfactory');
select standing, problems, next_review = (isms.today('ACME') - 400 + interval '1 year')::date as in_a_year, last_result from isms.supplier_status;
select pg_temp.attempt($$insert into isms.supplier_review (supplier, basis, result) values ('HOST', 'Report', 'concerns')$$);
select pg_temp.attempt($$insert into isms.supplier_review (supplier, reviewed_on, basis, result) values ('HOST', isms.today('ACME') + 1, 'Report', 'satisfactory')$$);
insert into isms.supplier_review (supplier, reviewed_on, basis, result, follow_up) values ('HOST', isms.today('ACME') - 1, 'Report', 'concerns', 'Ask for the missing test');
select standing, problems, last_result from isms.supplier_status;
insert into isms.supplier_review (supplier, basis, result) values ('HOST', 'Test handed in', 'satisfactory') returning reviewed_on = isms.today('ACME') as today, reviewer;
select standing, problems, last_result from isms.supplier_status;
-- A review taken back counts no more; one of long ago changes nothing.
delete from isms.supplier_review where reviewed_on = isms.today('ACME');
insert into isms.supplier_review (supplier, reviewed_on, basis, result) values ('HOST', isms.today('ACME') - 800, 'Certificate', 'satisfactory');
select standing, problems, last_result from isms.supplier_status;
-- Nor does another day in the supplier's row hide what the last review said.
update isms.supplier set reviewed_on = isms.today('ACME') - 2 where code = 'HOST';
select standing, problems, last_result from isms.supplier_status;
update isms.supplier set ended_on = isms.today('ACME') where code = 'HOST';
select standing, problems from isms.supplier_status;
reset session authorization;

-- What comes in is judged; what does not matter says why.
insert into isms.risk (code, title, asset, threat, vulnerability, hits, likelihood, consequence, owner, assessor, assessed_on) values
  ('R-1', 'Customer data stolen', 'CRM', 'Stolen credentials', 'No second factor', 'C', 2, 2, 'li', 'dana', current_date),
  ('R-2', 'Customer data lost', 'CRM', 'Failure', 'No second copy', 'A', 2, 2, 'li', 'dana', current_date),
  ('R-3', 'Customer data changed', 'CRM', 'Mistake', 'No check', 'I', 2, 2, 'kim', 'dana', current_date),
  ('R-4', 'Not looked at yet', 'CRM', 'Anything', 'Anything', 'C', null, null, 'li', null, null);
update isms.risk set status = 'assessed' where code in ('R-1', 'R-2', 'R-3');
do $$ begin
  perform isms.begin_cutover('An old risk comes along');
  insert into isms.risk (code, title, asset, threat, vulnerability, hits, owner, closure_reason, status) values ('R-5', 'Given up', 'CRM', 'Anything', 'Anything', 'C', 'li', 'activity_stopped', 'closed');
  perform isms.end_cutover();
end $$;
set session authorization regress_li;
insert into isms.threat_report (code, title, kind, source, reference, affects, owner) values ('TR-1', 'Remote code execution in the CRM''s web server', 'vulnerability', 'Vendor', 'CVE-2026-0001', 'CRM', 'li')
returning received_on = isms.today('ACME') as today, triage;
insert into isms.threat_report (code, title, kind, level, source) values ('TR-2', 'Attacks on shipping', 'threat', 'strategic', 'Authority');
select pg_temp.attempt($$update isms.threat_report set triage = 'not_relevant' where code = 'TR-2'$$);
update isms.threat_report set triage = 'not_relevant', triage_reason = 'We ship nothing' where code = 'TR-2' returning triaged_on = isms.today('ACME') as today, triaged_by;
select code, standing, risks from isms.threat_report_status order by code;
select pg_temp.attempt($$select * from isms.open_reassessment('TR-1')$$);
select pg_temp.attempt($$select * from isms.open_reassessment('TR-2')$$);
select pg_temp.attempt($$select * from isms.open_reassessment('TR-3')$$);
select pg_temp.attempt($$select * from isms.open_reassessment('TR-1', 'asset')$$);
update isms.threat_report set triage = 'relevant' where code = 'TR-1';
select pg_temp.attempt($$select * from isms.open_reassessment('TR-1')$$);

-- The risks of the assets it is about are named, and looked at again as far as the workflow lets the person; the rest says why not.
insert into isms.threat_report_asset (report, asset) values ('TR-1', 'CRM');
insert into isms.threat_report_risk (report, risk)
select a.report, r.code from isms.threat_report_asset a join isms.risk r on r.scope = a.scope and r.asset = a.asset where a.report = 'TR-1' and r.status <> 'closed';
select standing, risks from isms.threat_report_status where code = 'TR-1';
select * from isms.open_reassessment('TR-1');
select code, status, review_trigger, review_trigger_key from isms.risk order by code;
select risk, opened_on = isms.today('ACME') as today from isms.threat_report_risk order by risk;
-- Again, by one who may more.
reset session authorization;
select * from isms.open_reassessment('TR-1');
select standing, risks, in_review, reassessed from isms.threat_report_status where code = 'TR-1';
delete from isms.threat_report_risk where risk = 'R-4';
select standing, risks, in_review, reassessed from isms.threat_report_status where code = 'TR-1';
update isms.risk set status = 'assessed', assessor = 'dana', assessed_on = isms.today('ACME') where code in ('R-1', 'R-2', 'R-3');
select standing, risks, in_review, reassessed from isms.threat_report_status where code = 'TR-1';

-- A change and an incident open them too; what was closed is opened again.
insert into isms.change (code, title, kind, owner, purpose, consequences, risks, implemented_on, status)
values ('C-1', 'Port left open', 'unintended', 'sam', 'Forgotten', 'Anybody could look in', '{R-1,R-5}', isms.today('ACME'), 'implemented');
select * from isms.open_reassessment('C-1', 'change');
insert into isms.incident (code, title, risk) values ('IN-1', 'Somebody looked in', 'R-2'), ('IN-2', 'Nobody looked in', null);
select * from isms.open_reassessment('IN-1', 'incident');
select pg_temp.attempt($$select * from isms.open_reassessment('IN-2', 'incident')$$);
select code, status, review_trigger, review_trigger_key from isms.risk order by code;

-- In another scope there is nothing of it.
do $$ begin perform isms.setup('BETA', 'Beta Ltd', 'dana', 'Dana Ruiz'); end $$;
set isms.scope = 'BETA';
select pg_temp.attempt($$select * from isms.open_reassessment('TR-1')$$);
select pg_temp.attempt($$insert into isms.supplier_asset (supplier, asset) values ('HOST', 'CRM')$$);
reset isms.scope;

drop extension isms cascade;
drop role regress_li, regress_sam, regress_kim;
