-- 5.1, 6.1.1, 6.2: what top management wants and gives, objectives with their plans and results, risks and opportunities of the ISMS itself.
\set SHOW_CONTEXT never
set client_min_messages = warning;
drop extension if exists isms cascade;
create extension isms;
create role regress_objective_tom login;
create role regress_objective_li login;
create role regress_objective_eve login;

create function pg_temp.attempt(statement text, comment text default '') returns text language plpgsql as $$
declare
  state text; said text; detail text; hint text;
begin
  perform set_config('isms.comment', comment, true);
  execute statement;
  return 'done';
exception when others then
  get stacked diagnostics state = returned_sqlstate, said = message_text, detail = pg_exception_detail, hint = pg_exception_hint;
  return regexp_replace(concat_ws(E'\n', state || ': ' || said, 'DETAIL: ' || nullif(regexp_replace(detail, '^(Failing row|Key).*', ''), ''), 'HINT: ' || nullif(hint, '')), '\d{4}-\d\d-\d\d', 'DATE', 'g');
end
$$;

select isms.setup('B', 'Beta', 'dana', 'Dana Ruiz') \g /dev/null
set isms.scope = 'B';
select isms.add_person('eve', 'Eve Obi', login => 'regress_objective_eve', roles => '{process_owner}') \g /dev/null
select isms.setup('A', 'Alpha', 'dana', 'Dana Ruiz') \g /dev/null
set isms.scope = 'A';
select isms.add_person('li', 'Li Wei', login => 'regress_objective_li', roles => '{process_owner}') \g /dev/null
select isms.add_person('tom', 'Tom Tate', login => 'regress_objective_tom', roles => '{top_management}') \g /dev/null
insert into isms.document (code, title, kind) values ('POL', 'Information security policy', 'policy');

-- What top management wants, and what it gives for it: written by anybody, of weight once top management approved it.
set session authorization regress_objective_li;
set isms.scope = 'A';
insert into isms.management_aim (code, title, strategy) values ('AM-1', 'Customers trust us with their data', 'Growth by large customers');
insert into isms.resource_decision (code, title, purpose, amount, people, period) values
  ('RD-1', 'Security 2026', 'Second factor everywhere, one more person', 120000, 1.5, '[2026-01-01,2027-01-01)');
insert into isms.resource_decision (title, purpose, period) values ('Nothing', 'Nothing', '[2026-01-01,2027-01-01)');
insert into isms.resource_decision (title, purpose, amount, period) values ('For ever', 'Much', 1, '[2026-01-01,)');
reset session authorization;
select code, amount, currency, people, status, decided_by from isms.resource_decision;
select pg_temp.attempt($$update isms.management_aim set status = 'approved' where code = 'AM-1'$$);
select isms.request('isms.management_aim', 'AM-1', 'approve', 'Agreed by the board');
select isms.request('isms.resource_decision', 'RD-1', 'approve', 'Agreed by the board');
select pg_temp.attempt($$select isms.approve('isms.management_aim', '{AM-1}', 'approve')$$);
set session authorization regress_objective_tom;
set isms.scope = 'A';
select kind, code, title, what from isms.inbox order by kind;
select isms.approve('isms.management_aim', '{AM-1}', 'approve');
select isms.approve('isms.resource_decision', '{RD-1}', 'approve');
reset session authorization;
select code, status, decided_by, decided_on = isms.today('A') as today from isms.management_aim;
select pg_temp.attempt($$update isms.resource_decision set amount = 5 where code = 'RD-1'$$);
select pg_temp.attempt($$update isms.resource_decision set decided_by = 'li' where code = 'RD-1'$$);
select pg_temp.attempt($$delete from isms.resource_decision where code = 'RD-1'$$);
select pg_temp.attempt($$update isms.resource_decision set status = 'closed' where code = 'RD-1'$$);

-- 6.2: an objective is approved once it is whole; every reason why it is not is told.
insert into isms.objective (code, title) values ('OB-1', 'Everybody uses a second factor');
select lower(period) = isms.today('A') as from_today, upper(period) as until, status from isms.objective;
select pg_temp.attempt($$select isms.request('isms.objective', 'OB-1', 'approve')$$);
update isms.objective
   set policy = 'POL', aim = 'AM-1', measure = 'Logins with a second factor', unit = '%', baseline = 20, target = 95, target_is = 'minimum',
       plan_what = 'Hand out keys, then refuse passwords alone', resources = '20 days, 50 keys', due_on = isms.today('A') + 60,
       evaluation = 'Log of the identity provider, at the end of each quarter', period = daterange(isms.today('A') - 400, isms.today('A') + 100), monitor_every = '90 days'
 where code = 'OB-1';
select pg_temp.attempt($$select isms.request('isms.objective', 'OB-1', 'approve')$$);
update isms.objective set owner = 'li' where code = 'OB-1';
select pg_temp.attempt($$insert into isms.objective (title, target) values ('Half a target', 5)$$);
select pg_temp.attempt($$insert into isms.objective (title, refers_kind) values ('Half a reference', 'risk')$$);
select pg_temp.attempt($$insert into isms.objective (title, policy) values ('By no policy', 'NONE')$$);
select pg_temp.attempt($$insert into isms.objective (code, title, refers_kind, refers) values ('OB-9', 'Refers to nothing', 'requirement', 'RQ-9')$$);
select isms.request('isms.objective', 'OB-1', 'approve', 'Agreed by the board');
select pg_temp.attempt($$select isms.approve('isms.objective', '{OB-1}', 'approve')$$);
set session authorization regress_objective_li;
select pg_temp.attempt($$select isms.approve('isms.objective', '{OB-1}', 'approve')$$);
set session authorization regress_objective_tom;
select kind, code, title, what from isms.inbox;
select isms.approve('isms.objective', '{OB-1}', 'approve');
reset session authorization;

-- What cannot be measured says why.
insert into isms.objective (code, title, policy, not_measurable_reason, plan_what, resources, owner, due_on, evaluation) values
  ('OB-2', 'Security is thought of first', 'POL', 'An attitude', 'Talk about it', 'Time', 'li', isms.today('A') + 30, 'Interviews');
select isms.request('isms.objective', 'OB-2', 'approve', 'Agreed by the board');

-- Approved, it stays; it is communicated, confirmed within 12 months, and results come in time.
select pg_temp.attempt($$update isms.objective set target = 50 where code = 'OB-1'$$);
prepare status as
  select code, status, latest_value, progress, reached, results, overdue, result_due - isms.today('A') as result_in, problems from isms.objective_status where scope = 'A' order by code;
execute status;
update isms.objective set communicated_on = isms.today('A'), confirmed_on = isms.today('A') where code = 'OB-1';
insert into isms.objective_result (objective, measured_on, value, evidence) values ('OB-1', isms.today('A') - 30, 65, 'Log of September');
execute status;

-- Results are only added; a wrong one is corrected by another.
insert into isms.objective_result (objective, value, evidence) values ('OB-1', 97, 'Log of October');
select code, latest_value, progress, reached, results from isms.objective_status where code = 'OB-1';
select pg_temp.attempt($$update isms.objective_result set value = 79 where value = 97$$);
select pg_temp.attempt($$delete from isms.objective_result where value = 97$$);
select pg_temp.attempt($$truncate isms.objective_result$$);
select pg_temp.attempt($$insert into isms.objective_result (objective, value, corrects) select 'OB-1', 79, id from isms.objective_result where value = 97$$);
select pg_temp.attempt($$insert into isms.objective_result (objective, note, corrects) select 'OB-2', 'Of another', id from isms.objective_result where value = 97$$);
select pg_temp.attempt($$insert into isms.objective_result (objective, measured_on, value) values ('OB-1', isms.today('A') + 1, 1)$$);
select pg_temp.attempt($$insert into isms.objective_result (objective) values ('OB-1')$$);
insert into isms.objective_result (objective, measured_on, value, note, corrects) select 'OB-1', isms.today('A') - 1, 79, 'Digits turned round', id from isms.objective_result where value = 97;
select code, latest_value, progress, reached, results from isms.objective_status where code = 'OB-1';

-- The plan changes with top management's approval, who is responsible with the new one's; actions carry it out.
select isms.request('isms.objective', 'OB-1', 'amend_plan', 'Keys are delivered late', changes => jsonb_build_object('due_on', isms.today('A') + 90));
set session authorization regress_objective_tom;
select isms.approve('isms.objective', '{OB-1}', 'amend_plan');
reset session authorization;
select due - isms.today('A') as due_in from isms.objective_status where code = 'OB-1';
insert into isms.action (code, title, serves_kind, serves, owner, due_on) values ('T-1', 'Hand out keys', 'objective', 'OB-1', 'li', isms.today('A') + 20);
select pg_temp.attempt($$insert into isms.action (code, title, serves_kind, serves) values ('T-2', 'Serves nothing', 'objective', 'OB-7')$$);
select actions, open_actions from isms.objective_status where code = 'OB-1';
select relation, key, outcome from isms.handover('li', 'tom') order by relation, key;
set session authorization regress_objective_tom;
select isms.approve('isms.objective', '{OB-1}', 'amend_owner');
reset session authorization;
select code, owner_name from isms.objective_status where scope = 'A' order by code;

-- It is closed with what came of it, once there are results.
select isms.withdraw('isms.objective', 'OB-2', 'approve');
select isms.request('isms.objective', 'OB-2', 'approve', 'Agreed by the board');
set session authorization regress_objective_tom;
select isms.approve('isms.objective', '{OB-2}', 'approve');
reset session authorization;
select pg_temp.attempt($$update isms.objective set status = 'closed' where code = 'OB-2'$$);
insert into isms.objective_result (objective, note) values ('OB-2', 'Three of five teams begin with it');
update isms.objective set status = 'closed', outcome = 'Better than before; goes on' where code = 'OB-2';
select code, status, results, problems from isms.objective_status where code = 'OB-2';
select pg_temp.attempt($$update isms.objective set confirmed_on = isms.today('A') where code = 'OB-2'$$);

-- 6.1.1: what could keep the ISMS itself from its outcome, or help it.
insert into isms.process (code, title, owner) values ('TRAIN', 'Training', 'tom');
insert into isms.context_issue (code, title, kind) values ('CI-1', 'Few applicants', 'internal');
insert into isms.opportunity (code, title, kind, issue) values ('OP-1', 'Nobody to run the ISMS', 'risk', 'CI-1');
insert into isms.opportunity (code, title, kind, planned_action, process, effectiveness_method, owner, due_on) values
  ('OP-2', 'The university trains security people', 'opportunity', 'Two student posts', 'TRAIN', 'One stays after the degree', 'tom', isms.today('A') - 3);
insert into isms.opportunity (title, kind) values ('Neither', 'chance');
insert into isms.opportunity (code, title, kind, effective) values ('OP-3', 'Half evaluated', 'risk', true);
insert into isms.action (code, title, serves_kind, serves, owner) values ('T-3', 'Ask a recruiter', 'opportunity', 'OP-1', 'dana');
prepare opportunities as select code, kind, actions, effective, problems from isms.opportunity_status where scope = 'A' order by code;
execute opportunities;
select kind, code, owner_name, what, days from isms.overdue where scope = 'A' and kind <> 'action' order by kind, code;
update isms.opportunity set evaluated_on = isms.today('A'), effective = false, evaluation = 'Both left' where code = 'OP-2';
execute opportunities;
select kind, code from isms.overdue where scope = 'A' and kind = 'opportunity';
delete from isms.context_issue where code = 'CI-1';

-- From a spreadsheet.
create temp table goals (objective text, kpi text, target text, direction text, strategy text, who text, "when" text);
insert into goals values ('Backups are tried', 'Restores a year', '4', 'at least', 'Customers trust us with their data', 'Tom Tate', '2027-12-31'), ('Fewer visitors', 'Visitors', 'few', 'at most', '', '', '');
select line, column_name, value, reason from isms.import('objective', 'goals', on_error => 'skip');
select measure, target, target_is, aim, owner, due_on = '2027-12-31' as due, status from isms.objective where title = 'Backups are tried';

-- Another scope sees none of it.
set session authorization regress_objective_eve;
set isms.scope = 'B';
select (select count(*) from isms.objective_status), (select count(*) from isms.objective_result), (select count(*) from isms.opportunity), (select count(*) from isms.management_aim), (select count(*) from isms.resource_decision), (select count(*) from isms.overdue);
reset session authorization;
select t.relation from (select distinct a.table_name as relation from isms.audit_trail a) t
 where t.relation ~ '^isms.(objective|objective_result|opportunity|management_aim|resource_decision)$' order by 1;

drop extension isms cascade;
drop role regress_objective_tom, regress_objective_li, regress_objective_eve;

-- Late in every way. Loaded while the rules are off.
create extension isms;
insert into isms.scope (code, name) values ('A', 'Alpha');
insert into isms.management_aim (scope, code, title, status) values ('A', 'AM-1', 'Trust', 'closed');
insert into isms.objective (scope, code, title, aim, baseline, target, target_is, due_on, period, status) values
  ('A', 'LATE', 'Fewer clicks', 'AM-1', 10, 2, 'maximum', isms.today('A') - 5, daterange(isms.today('A') - 500, isms.today('A')), 'approved'),
  ('A', 'MADE', 'Fewer clicks', null, 10, 2, 'maximum', isms.today('A') - 5, daterange(isms.today('A') - 50, null), 'approved');
insert into isms.objective_result (scope, objective, measured_on, value) values ('A', 'LATE', isms.today('A') - 200, 4), ('A', 'MADE', isms.today('A') - 10, 2);
select code, progress, reached, overdue, problems from isms.objective_status order by code;
select code, what from isms.overdue order by code, what;
drop extension isms cascade;
