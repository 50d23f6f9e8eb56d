-- The life of a management review: inputs prepared from the data of its period, frozen at the meeting, three verdicts,
-- decisions that become actions, and those still open before the next review (clause 9.3).
\set SHOW_CONTEXT never
set client_min_messages = warning;
drop extension if exists isms cascade;
create extension isms;
create role regress_tom login;
create role regress_li login;
create role regress_ida login;

-- What a statement is refused with, dates masked; the comment is the transaction's.
create function pg_temp.attempt(statement text, comment text default '') returns text language plpgsql as $$
declare
  state text; said text; detail text; hint text;
begin
  perform set_config('isms.comment', comment, true);
  execute statement;
  return 'done';
exception when others then
  get stacked diagnostics state = returned_sqlstate, said = message_text, detail = pg_exception_detail, hint = pg_exception_hint;
  return regexp_replace(concat_ws(E'\n', state || ': ' || said, 'DETAIL: ' || nullif(case when state ~ '^IS' then detail end, ''), 'HINT: ' || nullif(hint, '')), '\d{4}-\d\d-\d\d', 'DATE', 'g');
end
$$;

do $$ begin
  perform isms.setup('ACME', 'Acme Ltd', 'dana', 'Dana Ruiz');
  perform isms.add_person('li', 'Li Wei', login => 'regress_li', roles => '{control_owner,risk_owner}');
  perform isms.add_person('ida', 'Ida Novak', login => 'regress_ida', roles => '{internal_auditor}');
  perform isms.add_person('tom', 'Tom Tate', login => 'regress_tom', roles => '{top_management}');
end $$;

-- What there is to look back on.
insert into isms.risk (code, title, scenario, source, hits, likelihood, consequence, owner, assessor, assessed_on, status)
values ('R-1', 'Customer data stolen', 'Password guessed', 'Outsiders', 'C', 4, 4, 'li', 'dana', current_date, 'identified');
insert into isms.action (code, title, serves, owner, due_on) values ('T-1', 'Second factor', 'R-1', 'li', current_date - 5);
insert into isms.nonconformity (code, source, requirement, statement, found_where, found_on, owner, grade) values
  ('NC-1', 'report', 'A.5.18', 'Two leavers still have accounts', 'Site 1', current_date - 30, 'li', 'minor');
insert into isms.nonconformity (code, source, requirement, statement, found_where, found_on, owner, grade) values
  ('NC-OLD', 'report', 'A.5.18', 'Long ago and open', 'Site 1', current_date - 900, 'li', 'minor');
insert into isms.measure (code, title, subject_kind, method, unit, target, target_is, measured_every, measurer, evaluated_every, evaluator, starts_on)
values ('MAILS', 'Staff who fall for a trial mail', 'isms', 'Clicked by sent', '%', 5, 'maximum', '6 months', 'li', '1 year', 'dana', current_date - 100);
insert into isms.measurement (measure, measured_on, value) values ('MAILS', current_date - 50, 9), ('MAILS', current_date - 3, 7);
insert into isms.improvement (title, concerns, owner, proposed_on) values ('Measure by program', 'effectiveness', 'li', current_date - 10);
\pset format unaligned
\pset tuples_only on

-- Planned; prepared as often as one likes, what was written by hand stays.
set session authorization regress_li;
select pg_temp.attempt($$insert into isms.management_review (title, period) values ('The year', daterange(current_date - 365, current_date + 1))$$);
reset session authorization;
insert into isms.management_review (code, title, period, planned_on) values ('MR-1', 'The year', daterange(current_date - 365, current_date + 1), current_date) returning status;
select pg_temp.attempt($$select count(*) from isms.prepare_review('MR-9')$$);
select * from isms.prepare_review('MR-1') where items > 0 order by 1, 2;
update isms.review_input set text = 'Two customers asked for our certificate' where input = 'e';
select count(*) > 0 as prepared_again from isms.prepare_review('MR-1');
select input, text from isms.review_input where text is not null;
select distinct clause, topic from isms.management_review_input order by clause;
select input, source, what, items from isms.management_review_input where items > 0 order by input, source;
select jsonb_path_query(prepared, '$.measures[0].latest_value'), jsonb_path_query(prepared, '$.measures[0].status'), jsonb_path_query(prepared, '$.measures[0].trend'),
       jsonb_path_query_array(prepared, '$.nonconformities[*].code'), jsonb_path_query_array(prepared, '$.nonconformities[*].found_in_period') from isms.review_input where input = 'd';
select prepared -> 'treatment', prepared -> 'risks' from isms.review_input where input = 'f';

-- What the registers hold nobody else writes, whoever it is; text is anybody's.
create temp table forgery (statement text);
insert into forgery values
  ($$update isms.review_input set prepared = '{"a": [{"forged": true}]}' where review = 'MR-1' and input = 'd'$$),
  ($$update isms.review_input set prepared_on = current_date - 7 where review = 'MR-1' and input = 'd'$$),
  ($$update isms.review_input set prepared = '{}' where review = 'MR-1' and input = 'd'$$),
  ($$delete from isms.review_input where review = 'MR-1' and input = 'd'; insert into isms.review_input (review, input, prepared) values ('MR-1', 'd', '{"a": [1]}')$$);
grant select on forgery to regress_li;
select pg_temp.attempt(f.statement) from forgery f;
set session authorization regress_li;
select pg_temp.attempt(f.statement) from forgery f;
-- What is put there by hand, or taken from another review, has asked the registers too.
delete from isms.review_input where review = 'MR-1' and input in ('d', 'f');
insert into isms.review_input (review, input, text) values ('MR-1', 'd', 'All is well') returning prepared_on = isms.today(scope) as today, jsonb_array_length(prepared -> 'nonconformities') as nonconformities;
reset session authorization;
drop table forgery;
insert into isms.management_review (code, title, period) values ('MR-0', 'A good day', daterange(current_date - 9999, current_date - 9998));
insert into isms.review_input (review, input) values ('MR-0', 'f') returning prepared -> 'risks' as risks;
update isms.review_input set review = 'MR-1' where review = 'MR-0' returning prepared -> 'risks' as risks;
delete from isms.management_review where code = 'MR-0';
update isms.review_input set text = null where review = 'MR-1' and input = 'd';
-- Of a review from an older register it stays as it comes.
begin;
do $$ begin perform isms.begin_cutover('The reviews of before'); end $$;
insert into isms.management_review (code, title, period, held_on, chaired_by, participants, status) values ('MR-0', 'The year before', daterange(current_date - 730, current_date - 365), current_date - 360, 'tom', '{tom}', 'held');
insert into isms.review_input (review, input, text) values ('MR-0', 'd', 'As in the minutes') returning prepared, prepared_on;
rollback;

-- Held: by top management, with all seven inputs; then they are frozen.
select pg_temp.attempt($$update isms.management_review set status = 'held'$$);
update isms.review_input set text = 'This is the first review' where input = 'a';
update isms.review_input set text = 'No issue changed; climate change is none' where input = 'b';
update isms.review_input set text = 'A new customer contract' where input = 'c';
select pg_temp.attempt($$update isms.management_review set status = 'held', held_on = current_date, chaired_by = 'li', participants = '{dana,li}'$$);
update isms.management_review set status = 'held', held_on = current_date, chaired_by = 'tom', participants = '{dana,tom,li}' returning status;
insert into isms.measurement (measure, measured_on, value) values ('MAILS', current_date, 3);
select pg_temp.attempt($$select count(*) from isms.prepare_review('MR-1')$$);
select pg_temp.attempt($$update isms.review_input set text = 'All is well' where input = 'e'$$);
select pg_temp.attempt($$delete from isms.review_input where input = 'e'$$);
select pg_temp.attempt($$update isms.management_review set chaired_by = 'dana'$$);
select prepared #>> '{measures,0,latest_value}' as as_it_was from isms.review_input where input = 'd';

-- Verdicts and decisions; each decision has an action or a reason; approved by who chaired it.
set session authorization regress_li;
select pg_temp.attempt($$select isms.request('isms.management_review', 'MR-1', 'close', 'Minutes 7')$$);
insert into isms.review_decision (code, review, kind, title, input, owner, due_on) values
  ('MD-1', 'MR-1', 'improvement', 'Train everybody twice a year', 'd', 'li', current_date + 60),
  ('MD-2', 'MR-1', 'change', 'Site 2 comes into the scope', 'c', 'li', null);
insert into isms.review_decision (code, review, kind, title, no_action_reason) values ('MD-3', 'MR-1', 'change', 'The policy stays as it is', 'Nothing changes');
select pg_temp.attempt($$select isms.request('isms.management_review', 'MR-1', 'close', 'Minutes 7')$$);
select count(*) from isms.act_on_decisions('MR-1');
select count(*) from isms.act_on_decisions('MR-1');
select title, serves_kind, serves, owner, due_on - current_date, status from isms.action where serves_kind = 'review_decision' order by serves;
-- Minutes are of a review that was held, and say what it concluded.
insert into isms.document (code, title, kind, owner) values ('MIN-1', 'Minutes of the review', 'management_review', 'dana');
select isms.document_content('{"scope": "ACME", "document": "MIN-1", "kind": "management_review", "body": "Held today"}');
update isms.management_review set minutes = 'MIN-1';
select isms.document_content('{"scope": "ACME", "document": "MIN-1", "kind": "management_review", "body": "Held today"}');
update isms.management_review set suitability = 'yes', adequacy = 'partly', effectiveness = 'yes', verdict_reason = 'Site 2 is missing', minutes = 'MIN-1';
select pg_temp.attempt($$select isms.request('isms.management_review', 'MR-1', 'close', 'Minutes 7')$$) ~ 'of decision MD-2 action T-\d+: due_on is missing';
update isms.action set due_on = current_date + 90 where serves = 'MD-2';
select isms.document_content('{"scope": "ACME", "document": "MIN-1", "kind": "management_review", "body": "Held today"}');
-- Who chaired it may have left by then: another member of top management takes it over, by agreeing to.
reset session authorization;
select isms.request('isms.management_review', 'MR-1', 'amend_chair', 'Tom is away for long', '{"chaired_by": "dana"}');
select isms.approve('isms.management_review', '{MR-1}', 'amend_chair');
select isms.request('isms.management_review', 'MR-1', 'amend_chair', 'Tom is back again', '{"chaired_by": "tom"}');
select pg_temp.attempt($$select isms.request('isms.management_review', 'MR-1', 'amend_chair', 'Li was there too', '{"chaired_by": "li"}')$$);
set session authorization regress_tom;
select isms.approve('isms.management_review', '{MR-1}', 'amend_chair');
set session authorization regress_li;
select isms.request('isms.management_review', 'MR-1', 'close', 'Minutes 7');
set session authorization regress_tom;
select kind, code, title, what from isms.inbox;
set session authorization regress_tom;
select isms.approve('isms.management_review', '{MR-1}', 'close');
reset session authorization;
select pg_temp.attempt($$update isms.review_decision set title = 'Site 2 stays out' where code = 'MD-2'$$);
select pg_temp.attempt($$insert into isms.review_decision (review, kind, title) values ('MR-1', 'change', 'One more')$$);
select pg_temp.attempt($$update isms.management_review set adequacy = 'yes'$$);

-- What is open is before the next review, until it is done.
update isms.action set code = 'T-2' where serves = 'MD-1';
select code, status, actions, unfinished_actions, overdue from isms.review_decision_status order by code;
set session authorization regress_li;
update isms.action set status = 'in_progress', started_on = current_date where code = 'T-2';
insert into isms.evidence (title, subject_kind, subject, locator) values ('Plan of training', 'action', 'T-2', 'share/plan');
update isms.action set status = 'done', done_on = current_date where code = 'T-2';
reset session authorization;
update isms.action set status = 'verified', check_result = 'pass', checked_by = 'dana', checked_on = current_date where code = 'T-2';
select code, status, unfinished_actions from isms.review_decision_status order by code;
insert into isms.management_review (code, title, period) values ('MR-2', 'The next year', daterange(current_date + 1, current_date + 366)), ('MR-3', 'Half a year', daterange(current_date, current_date + 183));
select items from isms.prepare_review('MR-2') where source = 'earlier_decisions';
select jsonb_path_query_array(prepared, '$.earlier_decisions[*].code') from isms.review_input where review = 'MR-2' and input = 'a';
-- and what was done since the last is told once.
select items from isms.prepare_review('MR-3') where source = 'earlier_decisions';
select pg_temp.attempt($$update isms.management_review set status = 'cancelled' where code = 'MR-3'$$);
select isms.request('isms.management_review', 'MR-3', 'cancel', 'Once a year is enough');

drop extension isms cascade;
drop role regress_tom, regress_li, regress_ida;
