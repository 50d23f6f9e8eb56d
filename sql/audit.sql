-- The life of an internal audit: a programme approved, a team that has no part in what is audited, what was looked at and met,
-- findings contested and upheld, a report that stays, and its nonconformities (clause 9.2).
\set SHOW_CONTEXT never
set client_min_messages = warning;
drop extension if exists isms cascade;
create extension isms;
create role regress_li login;
create role regress_ida login;
create role regress_ivo login;
create role regress_pat login;
create role regress_eve login;

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
  perform isms.add_person('ivo', 'Ivo Kern', login => 'regress_ivo', roles => '{internal_auditor,control_owner}');
  perform isms.add_person('pat', 'Pat Moss', login => 'regress_pat', roles => '{process_owner}');
  perform isms.add_person('eve', 'Eve Lund', login => 'regress_eve', roles => '{internal_auditor}');
end $$;
insert into isms.implementation (code, title, kind, owner, status, controls) values ('MFA', 'Second factor', 'technical', 'ivo', 'implemented', '{A.8.5}');
update isms.implementation set owner = 'li' where code = 'MFA';
insert into isms.implementation (code, title, kind, owner, status, controls) values ('JOIN', 'Joiners and leavers', 'process', 'li', 'implemented', '{A.5.18}');

-- Who can audit: evidence of competence.
insert into isms.competence (code, title, kind) values ('AUD', 'Auditing', 'qualification');
insert into isms.role_competence (role, competence) values ('internal_auditor', 'AUD');
\pset format unaligned
\pset tuples_only on

-- 9.2.2: a programme, complete, approved by a second person.
insert into isms.audit_programme (code, title, period, owner) values ('AP-1', 'The year', daterange(current_date - 100, current_date + 265), 'dana');
select pg_temp.attempt($$select isms.request('isms.audit_programme', 'AP-1', 'approve', 'For the year')$$);
update isms.audit_programme
   set frequency = 'Every clause once, access control twice', methods = 'Interviews and samples', responsibilities = 'Ida Novak', planning = 'Plan two weeks ahead',
       reporting = 'To top management', refers_importance = 'Access control matters most', earlier_results = 'Leavers were found last year';
insert into isms.audit_programme (code, title) values ('AP-2', 'Not thought through');
select isms.request('isms.audit_programme', 'AP-1', 'approve', 'For the year');
select isms.request('isms.audit_programme', 'AP-2', 'approve', 'For the year');
set session authorization regress_ida;
select pg_temp.attempt($$insert into isms.internal_audit (title, programme, planned_period) values ('Access', 'AP-1', daterange(current_date, current_date + 5))$$);
set session authorization regress_pat;
select pg_temp.attempt($$select isms.approve('isms.audit_programme', '{AP-2}', 'approve')$$);
select isms.approve('isms.audit_programme', '{AP-1}', 'approve');
select pg_temp.attempt($$update isms.audit_programme set frequency = 'Never' where code = 'AP-1'$$);

-- An audit in it.
set session authorization regress_li;
select pg_temp.attempt($$insert into isms.internal_audit (title, programme, planned_period) values ('Access', 'AP-1', daterange(current_date, current_date + 5))$$);
set session authorization regress_ida;
select pg_temp.attempt($$insert into isms.internal_audit (title, programme, planned_period) values ('Access', 'AP-1', daterange(current_date, current_date + 500))$$);
insert into isms.internal_audit (code, title, programme, planned_period, scope_items)
values ('IA-1', 'Access', 'AP-1', daterange(current_date - 2, current_date + 5), '{A.8.5,JOIN,9.1}') returning status;

-- 9.2.2 a, b: criteria, a competent team without a part in it, by what is owned now and was within a year; the audited are told.
select pg_temp.attempt($$update isms.internal_audit set status = 'in_progress'$$);
-- What is audited is known: clauses, controls and what people own.
update isms.internal_audit set scope_items = '{A.8.5,JOIN,9.1,nonsense,"A.5.18 ",A.8,AP-1,A}';
select pg_temp.attempt($$update isms.internal_audit set status = 'in_progress'$$);
update isms.internal_audit set scope_items = '{A.8.5,JOIN,9.1}';
select pg_temp.attempt($$update isms.internal_audit set team = '{ida,ivan,joe}'$$);
update isms.internal_audit set lead_auditor = 'ida', team = '{ida,ivo}';
select pg_temp.attempt($$update isms.internal_audit set status = 'in_progress'$$);
reset session authorization;
insert into isms.person_competence (person, competence, evidence_kind, evidence, valid_until)
values ('ida', 'AUD', 'training', 'Certificate 12', current_date + 100), ('pat', 'AUD', 'training', 'Course', current_date - 2);
set session authorization regress_ida;
update isms.internal_audit set team = '{ida,pat}', criteria = 'ISO/IEC 27001:2022 and the access policy', plan_sent_on = current_date - 14;
select pg_temp.attempt($$update isms.internal_audit set status = 'in_progress'$$);
update isms.internal_audit set team = '{ida}';
update isms.internal_audit set status = 'in_progress' returning status;
select pg_temp.attempt($$update isms.internal_audit set scope_items = '{9.1}'$$);
select pg_temp.attempt($$update isms.internal_audit set scope_items = '{A.8.5,JOIN,9.1,nonsense}'$$, 'Looked at along the way');

-- What was looked at: "conforms" is a result, with its sample and the persons met.
select pg_temp.attempt($$insert into isms.audit_item (audit, item, result) values ('IA-1', 'A.8.5', 'fine')$$);
insert into isms.audit_item (audit, item, result, sample, persons_met, evidence) values ('IA-1', 'A.8.5', 'conforms', '25 of 400 accounts, drawn at random', 'Li Wei', 'Export of that day');
insert into isms.audit_item (audit, item, result) values ('IA-1', 'JOIN', 'finding');
-- Something else is looked at by way of its scope, where the question is asked whether the team has a part in it.
select pg_temp.attempt(s) from unnest(array[
    $$insert into isms.audit_item (audit, item, result, sample, persons_met) values ('IA-1', 'MFA', 'conforms', 'All', 'Nobody')$$,
    $$update isms.audit_item set item = 'MFA' where item = 'JOIN'$$,
    $$insert into isms.audit_item (audit, item) values ('IA-9', '9.1')$$]) s;
select pg_temp.attempt($$update isms.internal_audit set status = 'reported'$$);

-- Findings are written by the team, raised by it, and the audited person's to contest or agree, never to withdraw.
set session authorization regress_li;
-- What it showed is not for the audited to write, nor for any other editor; what is to be looked at may be.
select pg_temp.attempt(s) from unnest(array[
    $$update isms.audit_item set result = 'conforms', sample = 'All', persons_met = 'Me' where item = 'JOIN'$$,
    $$insert into isms.audit_item (audit, item, result, reason) values ('IA-1', '9.1', 'not_examined', 'Not now')$$,
    $$delete from isms.audit_item where item = 'A.8.5'$$,
    $$insert into isms.audit_item (audit, item) values ('IA-1', '9.1')$$,
    $$delete from isms.audit_item where item = '9.1'$$]) s;
select pg_temp.attempt($$insert into isms.finding (audit, statement) values ('IA-1', 'All is well')$$);
set session authorization regress_ida;
insert into isms.finding (code, audit, statement, auditee) values ('F-1', 'IA-1', 'Two of ten leavers still have accounts', 'li') returning status, found_on = isms.today(scope);
select pg_temp.attempt($$update isms.finding set status = 'raised'$$);
-- It is of one of the audit's items, which its requirement need not be.
select pg_temp.attempt($$update isms.finding set status = 'raised', kind = 'minor', requirement = 'A.5.18', evidence = 'Accounts 17 and 212'$$);
update isms.finding set status = 'raised', item = 'JOIN', kind = 'minor', requirement = 'A.5.18', evidence = 'Accounts 17 and 212' returning status;
insert into isms.finding (code, audit, item, statement, auditee, kind, requirement, evidence) values
  ('F-2', 'IA-1', 'JOIN', 'The form is on paper', 'li', 'opportunity', 'A.5.18', 'Folder'),
  ('F-3', 'IA-1', 'JOIN', 'Nobody knows the policy', 'li', 'major', '7.3', 'One person asked');
update isms.finding set status = 'raised' where code in ('F-2', 'F-3');
set session authorization regress_li;
select pg_temp.attempt($$update isms.finding set status = 'withdrawn' where code = 'F-1'$$, 'We see it otherwise');
select pg_temp.attempt($$update isms.finding set statement = 'One leaver' where code = 'F-1'$$);
select pg_temp.attempt($$update isms.finding set status = 'contested' where code = 'F-1'$$);
select isms.request('isms.finding', 'F-1', 'contest', 'One of them is back since Monday');
select isms.request('isms.finding', 'F-3', 'contest', 'It was a visitor who was asked');
set session authorization regress_ida;
select pg_temp.attempt($$update isms.internal_audit set status = 'reported', conclusion = 'Works but for leavers', reported_on = current_date, recipients = '{li}'$$);
select isms.request('isms.finding', 'F-1', 'uphold', 'The other one is not');
select isms.request('isms.finding', 'F-3', 'withdraw', 'It was a visitor indeed');
select code, status from isms.finding order by code;
set session authorization regress_li;
select kind, code, title, what from isms.inbox where kind = 'finding' order by code;
reset session authorization;
-- What is open: neither closed nor withdrawn.
select code, kind, title, status, auditee_name, days_open, nonconformity, overdue from isms.open_findings order by code;
select code, open_findings from isms.control_coverage where scope = 'ACME' and open_findings > 0;
set session authorization regress_ida;

-- 9.2.2 c: reported to management, and unchanged from then on.
update isms.audit_item set sample = '10 of 10 leavers', persons_met = 'Staff office' where item = 'JOIN';
select pg_temp.attempt($$update isms.internal_audit set status = 'reported', conclusion = 'Works but for leavers', reported_on = current_date, recipients = '{li}'$$);
insert into isms.audit_item (audit, item, result, reason) values ('IA-1', '9.1', 'not_examined', 'Illness; taken up by the next audit');
-- Not before it took place; what has a result stays part of its scope.
select pg_temp.attempt($$update isms.internal_audit set status = 'reported', conclusion = 'Works but for leavers', reported_on = current_date - 3, recipients = '{li,dana}'$$);
update isms.internal_audit set scope_items = '{A.8.5,JOIN}' from set_config('isms.comment', '9.1 is for the next audit', false);
select pg_temp.attempt($$update isms.internal_audit set status = 'reported', conclusion = 'Works but for leavers', reported_on = current_date, recipients = '{li,dana}'$$);
update isms.internal_audit set scope_items = '{A.8.5,JOIN,9.1}' from set_config('isms.comment', '9.1 comes back', false);
-- What a finding is of does not conform, and what is a finding has one.
update isms.audit_item set result = case item when 'JOIN' then 'conforms' else 'finding' end, sample = 'Ten', persons_met = 'Two' where item in ('JOIN', 'A.8.5');
select pg_temp.attempt($$update isms.internal_audit set status = 'reported', conclusion = 'Works but for leavers', reported_on = current_date, recipients = '{li,dana}'$$);
update isms.audit_item set result = case item when 'A.8.5' then 'conforms' else 'finding' end where item in ('JOIN', 'A.8.5');
update isms.internal_audit set status = 'reported', conclusion = 'Works but for leavers', reported_on = current_date, recipients = '{li,dana}' returning status;
select pg_temp.attempt($$update isms.audit_item set result = 'conforms' where item = 'JOIN'$$);
select pg_temp.attempt($$delete from isms.audit_item where item = 'JOIN'$$);
select pg_temp.attempt($$update isms.internal_audit set conclusion = 'All is well'$$);
select pg_temp.attempt($$delete from isms.internal_audit$$);

-- 10.2: closed when each nonconformity found is one; the finding when that is closed.
select pg_temp.attempt($$update isms.internal_audit set status = 'closed'$$);
set session authorization regress_li;
select pg_temp.attempt($$update isms.finding set status = 'agreed' where code = 'F-1'$$);
insert into isms.nonconformity (code, source, source_key, requirement, statement, found_where, owner, grade)
values ('NC-1', 'internal_audit', 'F-1', 'A.5.18', 'Two of ten leavers still have accounts', 'Staff office', 'li', 'minor');
update isms.finding set status = 'agreed', nonconformity = 'NC-1' where code = 'F-1' returning status;
update isms.finding set status = 'agreed' where code = 'F-2' returning status;
-- A nonconformity that was none leaves the finding, which is agreed on, without one: another takes its place.
reset session authorization;
select isms.request('isms.nonconformity', 'NC-1', 'annul', 'It was entered twice');
set session authorization regress_ida;
select isms.approve('isms.nonconformity', '{NC-1}', 'annul');
select pg_temp.attempt($$update isms.finding set status = 'closed' where code = 'F-1'$$);
set session authorization regress_li;
insert into isms.nonconformity (code, source, source_key, requirement, statement, found_where, owner, grade)
values ('NC-2', 'internal_audit', 'F-1', 'A.5.18', 'Two of ten leavers still have accounts', 'Staff office', 'li', 'minor');
select isms.request('isms.finding', 'F-1', 'amend_nonconformity', 'It was entered twice', '{"nonconformity": "NC-2"}');
select pg_temp.attempt($$select isms.request('isms.finding', 'F-1', 'amend_nonconformity', 'And back to the other', '{"nonconformity": "NC-1"}')$$);
-- Who leads the audit, and who answers for what was found, may leave: somebody else takes over, and nobody withdraws what they answered for.
reset session authorization;
select matter, relation, key, what from isms.person_impact('ida') where relation in ('isms.internal_audit', 'isms.finding') union all
select matter, relation, key, what from isms.person_impact('li') where relation in ('isms.internal_audit', 'isms.finding') order by 2, 3;
select pg_temp.attempt(format($$select isms.handover('ida', %L, 'Ida leaves us')$$, p)) from unnest('{ivo,eve}'::text[]) p;
insert into isms.person_competence (person, competence, evidence_kind, evidence) values ('eve', 'AUD', 'training', 'Certificate 13');
select relation, key, outcome from isms.handover('ida', 'eve', 'Ida leaves us') where relation = 'isms.internal_audit';
set session authorization regress_eve;
select isms.approve('isms.internal_audit', '{IA-1}', 'amend_lead');
reset session authorization;
select isms.request('isms.internal_audit', 'IA-1', 'amend_lead', 'Ida stays with us', '{"lead_auditor": "ida"}');
set session authorization regress_ida;
select isms.approve('isms.internal_audit', '{IA-1}', 'amend_lead');
update isms.internal_audit set status = 'closed' returning status;
select pg_temp.attempt($$update isms.finding set status = 'closed' where code = 'F-1'$$);
select pg_temp.attempt($$update isms.finding set status = 'closed' where code = 'F-2'$$);

select code, status, nonconformity_status, overdue from isms.open_findings order by code;
insert into isms.action (code, title, serves_kind, serves, owner, due_on) values ('T-7', 'Ask the staff office', 'nonconformity', 'NC-2', 'li', current_date - 1);
select code, next_due - current_date as next_due, overdue from isms.open_findings order by code;
-- An opportunity is taken up, by an action that its auditee answers for.
set session authorization regress_li;
insert into isms.action (code, title, serves_kind, serves, owner, due_on) values ('T-1', 'A form on screen', 'finding', 'F-2', 'pat', current_date + 60);
set session authorization regress_ida;
update isms.finding set status = 'closed', decision = 'taken_up' where code = 'F-2' returning status;
set session authorization regress_pat;
select isms.request('isms.action', 'T-1', 'cancel', 'There is no budget for it');

-- Cancelled only with another audit of the same in the programme, and by top management.
set session authorization regress_ida;
insert into isms.internal_audit (code, title, programme, planned_period, scope_items, lead_auditor) values ('IA-2', 'Leadership', 'AP-1', daterange(current_date + 30, current_date + 32), '{5}', 'ida');
select pg_temp.attempt($$select isms.request('isms.internal_audit', 'IA-2', 'cancel', 'No time this year')$$);
select pg_temp.attempt($$delete from isms.internal_audit where code = 'IA-1'$$);

-- The programme: what was found, what is late, which clauses no audit covers.
insert into isms.internal_audit (code, title, programme, planned_period, scope_items) values ('IA-3', 'Documents', 'AP-1', daterange(current_date - 20, current_date - 10), '{7.5,10}');
\x on
select code, title, status, clauses_missing, audit, audit_title, audit_status, lead_auditor_name, items, items_examined, items_conforming, major, minor, observations, open_findings, overdue, days_overdue
  from isms.audit_programme_status where audit = 'IA-1' and reported_on = planned_from + 2 and planned_until = planned_from + 6 and period_until = period_from + 364;
\x off
select kind, code, title, owner, what, days from isms.overdue where kind in ('internal_audit', 'finding') order by code;
select code, status, clauses_missing, audit, audit_status, items, open_findings, overdue, days_overdue from isms.audit_programme_status order by code, audit;
reset session authorization;
select h.operation, h.who, coalesce(h.new_values ->> 'status', '-') from isms.row_history('isms.finding', 'F-1') h where h.operation <> 'update' or h.new_values ? 'status' order by h.seq;

drop extension isms cascade;
drop role regress_li, regress_ida, regress_ivo, regress_pat, regress_eve;
