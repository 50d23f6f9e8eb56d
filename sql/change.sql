-- The life of a change: asked for, assessed, approved, made, reviewed; one that cannot wait, one that happened by itself; and
-- what each step refuses (6.3, 8.1, A.8.32).
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
  perform isms.add_person('kim', 'Kim Park', 'kim@acme.example', login => 'regress_kim', roles => '{asset_owner}');
end $$;
insert into isms.asset (code, title, kind, rating, owner) values ('CRM', 'Customer database', 'information', 'C3 I3 A2', 'li'), ('WEB', 'Web server', 'software', 'C2 I2 A2', 'li');
insert into isms.risk (code, title, asset, threat, vulnerability, hits, likelihood, consequence, owner)
values ('R-001', 'Customer data stolen', 'CRM', 'Stolen credentials', 'No second factor', 'C', 4, 4, 'li');

-- What a refusal says, dates masked.
create function pg_temp.attempt(statement text, comment text default '') returns text language plpgsql as $$
declare
  said text; detail text;
  result text;
begin
  perform set_config('isms.comment', comment, true);
  if statement ~ '^select' then
    execute statement into result;
  else
    execute statement;
  end if;
  return coalesce(result, 'done');
exception when others then
  get stacked diagnostics said = message_text, detail = pg_exception_detail;
  return regexp_replace(concat_ws(E'\n', sqlstate || ': ' || said, nullif(detail, '')), '\d{4}-\d\d-\d\d', 'DATE', 'g');
end
$$;

-- Asked for by anybody with a role, described.
set session authorization regress_li;
select pg_temp.attempt($$insert into isms.change (code, title, owner) values ('C-1', 'New database version', 'li')$$);
select pg_temp.attempt($$insert into isms.change (code, title, kind, owner, purpose, consequences) values ('C-1', 'New database version', 'unintended', 'li', 'Support ends', 'An hour without CRM')$$);
select pg_temp.attempt($$insert into isms.change (code, title, owner, purpose, consequences, risks) values ('C-1', 'New database version', 'li', 'Support ends', 'An hour without CRM', '{R-001,R-404,R-405}')$$);
insert into isms.change (code, title, owner, approver, implementer, purpose, consequences, risks)
values ('C-1', 'New database version', 'li', 'sam', 'kim', 'Support ends', 'An hour without CRM', '{R-001}')
returning status, requested_on = isms.today('ACME') as today;
insert into isms.change_asset (change, asset, what) values ('C-1', 'CRM', 'Server program');
select standing, due from isms.change_status where code = 'C-1';

-- Assessed: the risks it affects are, and what it means for the ISMS is said.
select pg_temp.attempt($$select isms.request('isms.change', 'C-1', 'assess')$$);
update isms.risk set status = 'assessed', assessor = 'li', assessed_on = isms.today('ACME') where code = 'R-001';
update isms.change set isms_effect = 'Backup procedure: new version' where code = 'C-1';
select pg_temp.attempt($$select isms.request('isms.change', 'C-1', 'assess')$$);
select standing, due from isms.change_status where code = 'C-1';

-- Approved by the person named, who had no hand in it: dated, testable, with a way back.
select pg_temp.attempt($$select isms.request('isms.change', 'C-1', 'approve')$$);
update isms.change set planned_from = isms.today('ACME'), planned_until = isms.today('ACME') + 2, test_plan = 'Restore on the test server', rollback_plan = 'Old server kept for a week',
       changes_scope = false, changes_policy = false where code = 'C-1';
select pg_temp.attempt($$select isms.request('isms.change', 'C-1', 'approve', 'Ready')$$);
select pg_temp.attempt($$select isms.approve('isms.change', '{C-1}', 'approve')$$);
-- What is approved is what was asked for: an asset more, and the request is void.
insert into isms.change_asset (change, asset) values ('C-1', 'WEB');
set session authorization regress_sam;
select pg_temp.attempt($$select isms.approve('isms.change', '{C-1}', 'approve')$$);
set session authorization regress_li;
delete from isms.change_asset where asset = 'WEB';
select pg_temp.attempt($$select isms.request('isms.change', 'C-1', 'approve', 'Ready')$$);
set session authorization regress_sam;
select code, what from isms.inbox;
select pg_temp.attempt($$select isms.approve('isms.change', '{C-1}', 'approve')$$);
select standing, due = isms.today('ACME') + 2 as last_day from isms.change_status where code = 'C-1';

-- Then it stays as it is, and is made by the one named, tested.
set session authorization regress_li;
select pg_temp.attempt($$update isms.change set rollback_plan = 'None' where code = 'C-1'$$);
select pg_temp.attempt($$insert into isms.change_asset (change, asset) values ('C-1', 'WEB')$$);
select pg_temp.attempt($$select isms.request('isms.change', 'C-1', 'implement')$$);
set session authorization regress_kim;
select pg_temp.attempt($$update isms.change set status = 'implemented', implemented_on = isms.today('ACME') + 3, test_result = 'fail' where code = 'C-1'$$);
select pg_temp.attempt($$update isms.change set status = 'implemented', implemented_on = isms.today('ACME'), test_result = 'pass' where code = 'C-1'$$);
select standing, approved_on = isms.today('ACME') as approved_today from isms.change_status where code = 'C-1';
-- When it was made, and what its test showed, stays.
select pg_temp.attempt($$update isms.change set implemented_on = '2020-01-01' where code = 'C-1'$$);
select pg_temp.attempt($$update isms.change set test_result = 'fail' where code = 'C-1'$$);

-- Reviewed by another: what it did, and which records follow.
select pg_temp.attempt($$select isms.request('isms.change', 'C-1', 'review')$$);
set session authorization regress_li;
update isms.change set effects_reviewed = 'No unintended effect', effects_reviewed_on = isms.today('ACME'), records_updated = 'Inventory: version' where code = 'C-1';
select pg_temp.attempt($$select isms.request('isms.change', 'C-1', 'review')$$);
select pg_temp.attempt($$update isms.change set title = 'Another' where code = 'C-1'$$);

-- One of the ISMS itself, touching the scope or not saying so, takes top management too.
insert into isms.change (code, title, kind, owner, approver, implementer, purpose, consequences, no_risk_reason, isms_effect, planned_from, planned_until, test_plan, no_rollback_reason)
values ('C-2', 'Second site', 'isms', 'li', 'sam', 'kim', 'Growth', 'More to look after', 'Nothing is there yet', 'Scope statement', isms.today('ACME'), isms.today('ACME'), 'Walk through', 'A site is not taken back');
select pg_temp.attempt($$select isms.request('isms.change', 'C-2', 'assess')$$);
select pg_temp.attempt($$select isms.request('isms.change', 'C-2', 'approve')$$);
update isms.change set approver = 'dana' where code = 'C-2';
select pg_temp.attempt($$select isms.request('isms.change', 'C-2', 'approve')$$);
select pg_temp.attempt($$select isms.request('isms.change', 'C-2', 'cancel', 'Another time, it is too dear')$$);

-- An emergency is made at once, and approved in the review.
insert into isms.change (code, title, owner, approver, implementer, purpose, consequences) values ('C-3', 'Close the hole', 'li', 'sam', 'kim', 'It is being used', 'Two hours without web');
set session authorization regress_kim;
select pg_temp.attempt($$select isms.request('isms.change', 'C-3', 'implement_emergency')$$);
update isms.change set emergency = true, emergency_reason = 'Attacks are under way', approval_due = isms.today('ACME') - 1, implemented_on = isms.today('ACME') where code = 'C-3';
select pg_temp.attempt($$select isms.request('isms.change', 'C-3', 'implement_emergency')$$);
set session authorization regress_li;
select standing, due = isms.today('ACME') - 1 as yesterday from isms.change_status where code = 'C-3';
update isms.change set effects_reviewed = 'Web was away for an hour', effects_reviewed_on = isms.today('ACME'), records_updated = 'None is touched' where code = 'C-3';
select pg_temp.attempt($$select isms.request('isms.change', 'C-3', 'review', 'Please approve what was done')$$);
set session authorization regress_sam;
select pg_temp.attempt($$select isms.approve('isms.change', '{C-3}', 'review')$$);

-- What nobody intended is recorded as discovered, and reviewed the same way.
set session authorization regress_kim;
select pg_temp.attempt(format($$insert into isms.change (code, title, kind, owner, approver, purpose, consequences, implemented_on, status)
values ('C-4', 'Log rotation was off since the move', 'unintended', 'li', 'sam', 'Forgotten in the move', 'Logs of two weeks are missing', %L, 'implemented')$$, day)) from unnest(array[null, isms.today('ACME') + 400]) day;
insert into isms.change (code, title, kind, owner, approver, purpose, consequences, implemented_on, status)
values ('C-4', 'Log rotation was off since the move', 'unintended', 'li', 'sam', 'Forgotten in the move', 'Logs of two weeks are missing', isms.today('ACME') - 14, 'implemented');
select code, kind, emergency, status, standing, approved_on is null as unapproved from isms.change_status order by code;
set session authorization regress_li;
select pg_temp.attempt($$select isms.request('isms.change', 'C-4', 'roll_back', 'Rotation is on again')$$);

-- When it was asked for stays, and is not to come: what was assessed before does not count.
insert into isms.change (code, title, owner, purpose, consequences) values ('C-7', 'Another door', 'li', 'Growth', 'None');
select pg_temp.attempt($$update isms.change set requested_on = '2000-01-01' where code = 'C-7'$$);
select pg_temp.attempt($$insert into isms.change (title, owner, purpose, consequences, requested_on) values ('Later', 'li', 'Growth', 'None', isms.today('ACME') + 1)$$);
-- Where nobody was named to approve what could not wait, or who was named is gone, somebody else is named; the same for who is to make what is approved.
insert into isms.change (code, title, kind, owner, purpose, consequences, implemented_on, status) values ('C-5', 'A port was open', 'unintended', 'li', 'A forgotten rule', 'None seen', isms.today('ACME') - 1, 'implemented');
update isms.change set effects_reviewed = 'None', effects_reviewed_on = isms.today('ACME'), records_updated = 'None is touched' where code = 'C-5';
select pg_temp.attempt($$select isms.request('isms.change', 'C-5', 'review')$$);
select pg_temp.attempt($$update isms.change set approver = 'sam' where code = 'C-5'$$, 'Nobody was named');
select pg_temp.attempt($$select isms.request('isms.change', 'C-5', 'review')$$);
set session authorization regress_sam;
select pg_temp.attempt($$select isms.approve('isms.change', '{C-5}', 'review')$$);
set session authorization regress_li;
insert into isms.change (code, title, owner, approver, implementer, purpose, consequences, no_risk_reason, isms_effect, planned_from, planned_until, test_plan, no_rollback_reason, changes_scope, changes_policy)
values ('C-6', 'New locks', 'li', 'sam', 'kim', 'Keys are lost', 'A day without', 'Nothing is there yet', 'None', isms.today('ACME'), isms.today('ACME'), 'Try them', 'Locks stay', false, false);
select pg_temp.attempt($$select isms.request('isms.change', 'C-6', 'assess')$$);
select pg_temp.attempt($$select isms.request('isms.change', 'C-6', 'approve')$$);
set session authorization regress_sam;
select pg_temp.attempt($$select isms.approve('isms.change', '{C-6}', 'approve')$$);
set session authorization regress_li;
select pg_temp.attempt($$select isms.request('isms.change', 'C-6', 'amend_implementer', 'Kim is ill for long', '{"implementer": "li"}')$$);
set session authorization regress_sam;
select pg_temp.attempt($$select isms.approve('isms.change', '{C-6}', 'amend_implementer')$$);
set session authorization regress_li;
select pg_temp.attempt($$update isms.change set status = 'implemented', implemented_on = isms.today('ACME'), test_result = 'pass' where code = 'C-6'$$);

-- Who leaves hands over what is not ended; an action may serve a change.
insert into isms.action (code, title, serves_kind, serves, owner) values ('T-1', 'Watch the logs', 'change', 'C-4', 'kim');
reset session authorization;
select isms.appoint('sam', 'risk_owner'), isms.appoint('sam', 'control_owner'), isms.appoint('sam', 'asset_owner');
select relation, key from isms.handover('li', 'sam', 'Li Wei leaves us') where relation = 'isms.change';

drop extension isms cascade;
drop role regress_li, regress_sam, regress_kim;
