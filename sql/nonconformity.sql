-- The life of a nonconformity: found, corrected, its cause looked for, action agreed, done, judged by somebody else, once in vain;
-- and improvements (clause 10).
\set SHOW_CONTEXT never
set client_min_messages = warning;
drop extension if exists isms cascade;
create extension isms;
create role regress_li login;
create role regress_ida login;
create role regress_pat login;

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
  perform isms.add_person('li', 'Li Wei', login => 'regress_li', roles => '{control_owner}');
  perform isms.add_person('ida', 'Ida Novak', login => 'regress_ida', roles => '{internal_auditor}');
  perform isms.add_person('pat', 'Pat Moss', login => 'regress_pat', roles => '{process_owner}');
end $$;
\pset format unaligned
\pset tuples_only on

-- 10.2 f: its nature is recorded when it is.
select pg_temp.attempt($$insert into isms.nonconformity (statement) values ('Two leavers still have accounts')$$);
select pg_temp.attempt($$insert into isms.nonconformity (source, requirement, statement, found_where, found_on) values ('report', 'A.5.18', 'Two leavers still have accounts', 'Site 1', current_date + 2)$$);
insert into isms.nonconformity (code, source, requirement, statement, found_where, owner, grade)
values ('NC-1', 'report', 'A.5.18', 'Two leavers still have accounts', 'Site 1', 'li', 'minor') returning status, found_on = isms.today(scope), created_by;
update isms.nonconformity set found_on = current_date - 60;

-- 10.2 a: corrected by its owner, with the consequences.
select pg_temp.attempt($$update isms.nonconformity set status = 'corrected', correction = 'Accounts closed', consequences = 'None used since'$$);
set session authorization regress_li;
select pg_temp.attempt($$update isms.nonconformity set status = 'corrected'$$);
update isms.nonconformity set status = 'corrected', correction = 'Accounts closed', consequences = 'None used since, by the log' returning status;
-- What was found stays as it was found.
select pg_temp.attempt($$update isms.nonconformity set grade = null, statement = 'Nothing much'$$);

-- 10.2 b: cause, similar cases, need for action.
select pg_temp.attempt($$update isms.nonconformity set status = 'analysed', cause = 'Staff office tells nobody'$$);
update isms.nonconformity set status = 'analysed', cause = 'Staff office tells nobody', similar_cases = 'One at site 2', similar_looked = 'All leavers of the year',
       action_needed = true, need_reason = 'It will come back' returning status;
select pg_temp.attempt($$select isms.request('isms.nonconformity', 'NC-1', 'agree_action', 'Plan is ready')$$);
insert into isms.action (code, title, serves_kind, serves, owner) values ('T-1', 'Staff office reports leavers', 'nonconformity', 'NC-1', 'pat');
select pg_temp.attempt($$select isms.request('isms.nonconformity', 'NC-1', 'agree_action', 'Plan is ready')$$);
update isms.action set due_on = current_date + 20 where code = 'T-1';
select pg_temp.attempt($$insert into isms.action (title, serves_kind, serves, owner) values ('For one that is not', 'nonconformity', 'NC-0099', 'pat')$$);
-- Work does not begin before the action is agreed with somebody else, and what is agreed is what was asked for.
set session authorization regress_pat;
select pg_temp.attempt($$update isms.action set status = 'in_progress', started_on = current_date - 50 where code = 'T-1'$$);
set session authorization regress_li;
select isms.request('isms.nonconformity', 'NC-1', 'agree_action', 'Plan is ready');
update isms.action set due_on = current_date + 300 where code = 'T-1';
reset session authorization;
select pg_temp.attempt($$select isms.approve('isms.nonconformity', '{NC-1}', 'agree_action')$$);
set session authorization regress_li;
update isms.action set due_on = current_date + 20 where code = 'T-1';
select isms.request('isms.nonconformity', 'NC-1', 'agree_action', 'Plan is ready');
reset session authorization;
select isms.approve('isms.nonconformity', '{NC-1}', 'agree_action');
select pg_temp.attempt($$update isms.nonconformity set cause = 'Bad luck'$$);
select code, title, grade, status, owner_name, actions, unfinished_actions, overdue_actions, next_due - current_date as next_due, next_step, overdue from isms.corrective_action_status;

-- 10.2 c: done and verified, one action after the other.
create function pg_temp.carry_out(done text, days integer) returns text language plpgsql as $$
begin
  update isms.action set status = 'in_progress', started_on = current_date - days where code = done;
  insert into isms.evidence (title, subject_kind, subject, locator, collected_on) values ('Record', 'action', done, 'share/' || done, current_date - days);
  update isms.action set status = 'done', done_on = current_date - days where code = done;
  return 'done';
end
$$;
set session authorization regress_li;
select pg_temp.attempt($$update isms.nonconformity set status = 'implemented', implemented_on = current_date - 40, effectiveness_due = current_date + 5$$);
set session authorization regress_pat;
select pg_temp.carry_out('T-1', 45);
select pg_temp.attempt($$update isms.action set status = 'verified', check_result = 'pass', checked_by = 'pat', checked_on = current_date - 44 where code = 'T-1'$$);
set session authorization regress_li;
update isms.action set status = 'verified', check_result = 'pass', checked_by = 'li', checked_on = current_date - 44 where code = 'T-1' returning status;
select pg_temp.attempt($$update isms.nonconformity set status = 'implemented', implemented_on = current_date - 40, effectiveness_due = current_date - 50$$);
update isms.nonconformity set status = 'implemented', implemented_on = current_date - 40, effectiveness_due = current_date + 5 returning status;

-- 10.2 d: neither who sees to it nor who carried it out judges the effect.
select pg_temp.attempt($$update isms.nonconformity set status = 'closed'$$);
set session authorization regress_pat;
select pg_temp.attempt($$update isms.nonconformity set status = 'closed', effective = true, judged_by = 'pat', judged_on = current_date, judged_how = 'Asked', changes_isms = false, no_change_reason = 'Rules are fine', affects_risk = false, no_risk_reason = 'Small'$$);
set session authorization regress_ida;
select pg_temp.attempt($$update isms.nonconformity set status = 'closed', effective = true, judged_by = 'ida', judged_on = current_date - 20$$);
-- The way back: it was in vain.
select pg_temp.attempt($$update isms.nonconformity set status = 'analysed', effective = true, judged_by = 'ida', judged_on = current_date - 5, judged_how = 'Five leavers, one still had an account'$$);
update isms.nonconformity set status = 'analysed', effective = false, judged_by = 'ida', judged_on = current_date - 5, judged_how = 'Five leavers, one still had an account' returning status;
set session authorization regress_li;
update isms.nonconformity set cause = 'Accounts live in two directories', waiting_days = 2 returning status;
insert into isms.action (code, title, serves_kind, serves, owner, due_on) values ('T-2', 'One directory', 'nonconformity', 'NC-1', 'pat', current_date + 20);
select isms.request('isms.nonconformity', 'NC-1', 'agree_action', 'The second plan');
reset session authorization;
select isms.approve('isms.nonconformity', '{NC-1}', 'agree_action');
set session authorization regress_pat;
select pg_temp.carry_out('T-2', 3);
set session authorization regress_li;
update isms.action set status = 'verified', check_result = 'pass', checked_by = 'li', checked_on = current_date - 3 where code = 'T-2';
update isms.nonconformity set status = 'implemented', implemented_on = current_date - 2, effectiveness_due = current_date - 1, effective = null, judged_by = null, judged_on = null, judged_how = null;
select code, next_step, overdue, days_overdue from isms.corrective_action_status;
select kind, code, title, owner_name, what, days from isms.overdue;
select kind, code, what from isms.inbox;
set session authorization regress_ida;
-- 10.2 e: whether the management system changes is decided too.
select pg_temp.attempt($$update isms.nonconformity set status = 'closed', effective = true, judged_by = 'ida', judged_on = current_date, judged_how = 'Ten leavers, none has an account'$$);
update isms.nonconformity set status = 'closed', effective = true, judged_by = 'ida', judged_on = current_date, judged_how = 'Ten leavers, none has an account',
       changes_isms = true, change = 'The leavers'' procedure', affects_risk = false, no_risk_reason = 'Rated with one directory before' returning status;

select status, actions, unfinished_actions, effective, judged_by_name, next_step from isms.corrective_action_status;
-- 10.2 f, g: closed, it and what was done stay.
reset session authorization;
select pg_temp.attempt($$update isms.nonconformity set judged_how = 'Looked away'$$);
select pg_temp.attempt($$delete from isms.nonconformity$$);
select pg_temp.attempt($$insert into isms.action (title, serves_kind, serves, owner) values ('One more', 'nonconformity', 'NC-1', 'pat')$$);
select pg_temp.attempt($$update isms.action set title = 'Another' where code = 'T-2'$$);
select h.operation, h.who, coalesce(h.new_values ->> 'status', '-') from isms.row_history('isms.nonconformity', 'NC-1') h where h.operation <> 'update' or h.new_values ? 'status' order by h.seq;

-- One that needs no action is closed by two; a major one never so.
insert into isms.nonconformity (code, source, requirement, statement, found_where, owner, grade) values
  ('NC-7', 'measurement', '9.1', 'One month was not measured', 'Help desk', 'li', 'minor'), ('NC-8', 'incident', '8.1', 'Backup was never tried', 'Site 2', 'li', 'major');
set session authorization regress_li;
update isms.nonconformity set status = 'corrected', no_correction_reason = 'The month is over', consequences = 'None' where code in ('NC-7', 'NC-8');
update isms.nonconformity set status = 'analysed', cause = 'Holiday', similar_cases = 'None', similar_looked = 'All measures', action_needed = false, need_reason = 'Once in five years' where code in ('NC-7', 'NC-8');
set session authorization regress_pat;
select pg_temp.attempt($$select isms.request('isms.nonconformity', 'NC-8', 'close_without_action', 'No action needed')$$);
select isms.request('isms.nonconformity', 'NC-7', 'close_without_action', 'No action needed');
reset session authorization;
select isms.approve('isms.nonconformity', '{NC-7}', 'close_without_action');
select code, status, next_step, overdue from isms.corrective_action_status order by code;

create function pg_temp.judge(by_person text) returns text language sql as $$
  select pg_temp.attempt(format($q$update isms.nonconformity set status = 'closed', effective = true, judged_by = %L, judged_on = current_date, judged_how = 'Tried twice', changes_isms = false, no_change_reason = 'Rules are fine',
    affects_risk = false, no_risk_reason = 'Small' where code = 'NC-9'$q$, by_person))
$$;

-- From the correction on its owner is somebody else only with that person's agreement, also where somebody leaves.
insert into isms.nonconformity (code, source, requirement, statement, found_where, owner, grade) values ('NC-9', 'report', 'A.8.13', 'The backup of the shop was never tried', 'Shop', 'pat', 'minor');
set session authorization regress_pat;
update isms.nonconformity set status = 'corrected', correction = 'Tried', consequences = 'None' where code = 'NC-9';
select pg_temp.attempt($$update isms.nonconformity set owner = 'li' where code = 'NC-9'$$);
reset session authorization;
select pg_temp.attempt($$update isms.nonconformity set owner = 'li' where code = 'NC-9'$$);
select relation, key, outcome from isms.handover('pat', 'li', 'Pat goes to another team') where relation = 'isms.nonconformity';
set session authorization regress_li;
select isms.approve('isms.nonconformity', '{NC-9}', 'amend_owner');
update isms.nonconformity set status = 'analysed', cause = 'Nobody was named', similar_cases = 'None', similar_looked = 'All backups', action_needed = true, need_reason = 'Or it stays so' where code = 'NC-9';
insert into isms.action (code, title, serves_kind, serves, owner, due_on) values ('T-9', 'Try it every quarter', 'nonconformity', 'NC-9', 'ida', current_date + 9);
update isms.action set owner = 'li' where code = 'T-9';
-- 10.2 d: how long it takes until the effect shows is agreed with the plan, a day there is, and not shortened afterwards.
select pg_temp.attempt($$update isms.nonconformity set waiting_days = 2147483647 where code = 'NC-9'$$);
select isms.request('isms.nonconformity', 'NC-9', 'agree_action', 'Plan is ready', '{"waiting_days": 1}');
reset session authorization;
select isms.approve('isms.nonconformity', '{NC-9}', 'agree_action');
set session authorization regress_li;
select pg_temp.carry_out('T-9', 3);
reset session authorization;
update isms.action set status = 'verified', check_result = 'pass', checked_by = 'dana', checked_on = current_date - 2 where code = 'T-9';
set session authorization regress_li;
select pg_temp.attempt($$update isms.nonconformity set status = 'implemented', implemented_on = current_date - 1, effectiveness_due = current_date, waiting_days = 0 where code = 'NC-9'$$);
update isms.nonconformity set status = 'implemented', implemented_on = current_date - 1, effectiveness_due = current_date where code = 'NC-9' returning waiting_days;
-- Who ever owned it, or an action of it, does not judge it, and is not named as who judged.
set session authorization regress_pat;
select pg_temp.judge('pat');
set session authorization regress_ida;
select pg_temp.judge('ida');
reset session authorization;
select pg_temp.judge('pat');
select pg_temp.judge('dana');

-- Nobody annuls one of their own, nor alone one that is or was a major one; what found it stays.
insert into isms.nonconformity (code, source, requirement, statement, found_where, owner, grade) values
  ('NC-10', 'report', '8.1', 'Nobody looks at the log', 'Site 1', 'dana', 'major'), ('NC-11', 'report', '8.1', 'Nobody looks at the log', 'Site 1', 'dana', 'minor'),
  ('NC-12', 'internal_audit', '8.1', 'Nobody looks at the log', 'Site 1', 'li', 'minor'), ('NC-13', 'report', '8.1', 'Nobody looks at the log', 'Site 1', 'li', 'minor'), ('NC-14', 'report', '8.1', 'Nobody looks at the log', 'Site 1', 'li', null), ('NC-15', 'report', '8.1', 'Nobody looks at the log', 'Site 1', 'dana', 'minor');
update isms.nonconformity set owner = 'li' where code = 'NC-15';
select pg_temp.attempt(format($$update isms.nonconformity set status = 'void' where code = %L$$, c), 'It is the same as another one') from unnest('{NC-10,NC-11,NC-12,NC-13,NC-14,NC-15}'::text[]) c;
select pg_temp.attempt($$update isms.nonconformity set source = 'other' where code = 'NC-12'$$);
update isms.nonconformity set grade = 'minor', owner = 'li' where code = 'NC-10';
select pg_temp.attempt($$update isms.nonconformity set status = 'void' where code = 'NC-10'$$, 'It is the same as another one');
select isms.request('isms.nonconformity', 'NC-10', 'annul', 'It is the same as NC-13');
set session authorization regress_ida;
select isms.approve('isms.nonconformity', '{NC-10}', 'annul');
select pg_temp.attempt($$update isms.nonconformity set status = 'void' where code = 'NC-11'$$, 'It is the same as another one');
reset session authorization;

-- One that was graded major is not closed without action, whatever it is graded now; what found it is there.
insert into isms.nonconformity (code, source, requirement, statement, found_where, owner, grade) values ('NC-16', 'report', '8.1', 'Nobody looks at the log', 'Site 1', 'li', 'major');
update isms.nonconformity set grade = 'minor' where code = 'NC-16';
set session authorization regress_li;
update isms.nonconformity set status = 'corrected', correction = 'Looked', consequences = 'None' where code = 'NC-16';
update isms.nonconformity set status = 'analysed', cause = 'No time', similar_cases = 'None', similar_looked = 'Site 1', action_needed = false, need_reason = 'Small' where code = 'NC-16';
reset session authorization;
select pg_temp.attempt($$select isms.request('isms.nonconformity', 'NC-16', 'close_without_action', 'Small')$$);
select pg_temp.attempt(format($$insert into isms.nonconformity (source, source_key, requirement, statement, found_where) values (%L, 'NONE', '8.1', 'Nobody looks', 'Site 1')$$, s)) from unnest('{internal_audit,certification_body,incident,measurement,management_review,control_test,supplier}'::text[]) s;
insert into isms.nonconformity (source, source_key, requirement, statement, found_where) values ('report', 'Letter of 3 May', '8.1', 'Nobody looks', 'Site 1') returning status;
select pg_temp.attempt($$update isms.nonconformity set source_key = 'Letter of 4 May' where source_key = 'Letter of 3 May'$$);

-- 10.1: improvements; what is decided is decided by somebody on a day, and declined for a reason.
insert into isms.improvement (title, source, concerns, benefit, owner) values ('Measure by program', 'Help desk', 'effectiveness', 'No month is missed', 'li') returning code, proposed_on = isms.today(scope), created_by;
select pg_temp.attempt($$update isms.improvement set decision = 'declined'$$);
select pg_temp.attempt($$update isms.improvement set decision = 'declined', decided_by = 'dana', decided_on = current_date$$);
select pg_temp.attempt($$update isms.improvement set done_on = current_date, result = 'Runs'$$);
update isms.improvement set decision = 'taken_up', decided_by = 'dana', decided_on = current_date;
insert into isms.action (title, serves_kind, serves, owner, due_on) values ('Write the program', 'improvement', 'IP-0001', 'li', current_date + 30) returning serves_kind, serves;

-- A register in mid-life: loaded at cut-over, with its approvals.
create temp table sheet (id text, "found by" text, clause text, description text, "where" text, found text, responsible text, severity text, correction text, consequences text,
  "root cause" text, similar_cases text, similar_looked text, action_needed text, need_reason text, state text, approver text, "approval date" text, document text);
insert into sheet values
  ('OLD-1', 'internal audit', '7.2', 'No record of training', 'Site 1', '2026-01-10', 'Li Wei', 'minor', 'Trained', 'None', 'No list', 'None', 'All sites', 'yes', 'It will come back', 'action agreed', 'Dana Ruiz', '2026-01-20', 'Minutes 3'),
  ('OLD-2', 'hearsay', '8.1', 'No change log', 'Site 1', '2026-01-11', 'Li Wei', 'small', null, null, null, null, null, null, null, 'open', null, null, null);
select isms.begin_cutover('The list of nonconformities moves');
select line, column_name, value, reason, nearest from isms.import('nonconformity', 'sheet', on_error => 'skip') order by line nulls last, column_name, reason;
select isms.end_cutover();
select code, status, owner, grade, found_on = '2026-01-10' from isms.nonconformity where code like 'OLD%';
select transition, approver, approved_on = '2026-01-20', document from isms.approval a join isms.approval_request r on r.id = a.request where r.key = 'OLD-1';

drop extension isms cascade;
drop role regress_li, regress_ida, regress_pat;
