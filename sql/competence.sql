-- Competence, training, awareness, communication (7.2 to 7.4): what is needed, what people have, what is missing; and what hangs on a person who joins, moves or leaves.
\set SHOW_CONTEXT never
set client_min_messages = warning;
drop extension if exists isms cascade;
create extension isms;
create role regress_li login;
create role regress_ian login;
create role regress_tom login;

-- What a statement is refused with, dates masked.
create function pg_temp.attempt(statement text) returns text language plpgsql as $$
declare
  state text; said text; detail text; hint text;
begin
  execute statement;
  return 'done';
exception when others then
  get stacked diagnostics state = returned_sqlstate, said = message_text, detail = pg_exception_detail, hint = pg_exception_hint;
  return regexp_replace(concat_ws(E'\n', state || ': ' || said, 'DETAIL: ' || nullif(detail, ''), 'HINT: ' || nullif(hint, '')), '\d{4}-\d\d-\d\d|\d\d-\d\d-\d{4}', 'DATE', 'g');
end
$$;

do $$ begin
  perform isms.setup('ACME', 'Acme Ltd', 'dana', 'Dana Ruiz');
  perform isms.add_person('li', 'Li Wei', login => 'regress_li', roles => '{risk_owner,asset_owner}');
  perform isms.add_person('ian', 'Ian Imhof', login => 'regress_ian', roles => '{internal_auditor}');
  perform isms.add_person('tom', 'Tom Tate', login => 'regress_tom', roles => '{top_management}');
end $$;
\pset format unaligned
\pset tuples_only on

-- Needed by role, held with evidence; several pieces of evidence may speak for one, the best counts.
insert into isms.competence (code, title, kind) values ('AUD', 'Auditing', 'qualification'), ('RISK', 'Risk assessment', 'skill'), ('LAW', 'Data protection law', 'knowledge');
insert into isms.role_competence (role, competence) values ('internal_auditor', 'AUD'), ('internal_auditor', 'RISK'), ('risk_owner', 'RISK'), ('asset_owner', 'RISK');
insert into isms.person_competence (person, competence, evidence_kind, evidence, valid_until)
select 'ian', 'AUD', x.kind, x.evidence, isms.today('ACME') + x.days
  from (values ('training', 'Certificate 4711', -1), ('experience', 'Eleven audits since 2019', 100)) x(kind, evidence, days);
insert into isms.person_competence (person, competence, evidence_kind, evidence) values ('ian', 'RISK', 'training', ' '), ('tom', 'LAW', 'education', 'Law degree');
select pg_temp.attempt($$insert into isms.person_competence (person, competence, evidence_kind, evidence) values ('li', 'RISK', 'hearsay', 'They say so')$$);
select person, code, state, evidence, valid_until - isms.today(scope) as days from isms.competence_held order by person, code;
select person, code, roles, gap from isms.competence_gap order by person, code;
-- Everybody who audits is asked for what the role takes (guard team_competent).
select x.* from jsonb_to_recordset(isms.audit_competence('{"scope": "ACME", "team": ["ian", "li", "tom"]}')) x(person text, competence text, evidence text) order by 1, 2;
select (isms.guard_team_competent(null, '{"scope": "ACME", "team": ["ian", "li"]}', row('internal_audit', 'start', 'planned', 'in_progress', 'x', 'A-1', 'ian', null, 'ACME')::isms.step));
-- A role that takes nothing named is asked for anything.
begin;
delete from isms.role_competence where role = 'internal_auditor';
select isms.guard_team_competent(null, '{"scope": "ACME", "team": ["dana", "tom"]}', row('internal_audit', 'start', 'planned', 'in_progress', 'x', 'A-1', 'ian', null, 'ACME')::isms.step);
rollback;
update isms.person_competence set valid_until = isms.today(scope) - 1 where competence = 'AUD';
update isms.person_competence set evidence = 'Course, two days' where competence = 'RISK';
select person, code, gap from isms.competence_gap order by person, code;
-- A program that has a role lacks nothing.
begin;
update isms.person set kind = 'service' where code = 'ian';
select person, code, gap from isms.competence_gap order by person, code;
rollback;
select regexp_replace(isms.guard_team_competent(null, '{"scope": "ACME", "team": ["ian"]}', row('internal_audit', 'start', 'planned', 'in_progress', 'x', 'A-1', 'ian', null, 'ACME')::isms.step), '\d{4}-\d\d-\d\d', 'DATE');
update isms.person_competence set valid_until = null where evidence_kind = 'experience';
select isms.guard_team_competent(null, '{"scope": "ACME", "team": ["ian"]}', row('internal_audit', 'start', 'planned', 'in_progress', 'x', 'A-1', 'ian', null, 'ACME')::isms.step) is null as competent;

-- Trainings ready to copy: the standard for those who lead, the treatment plan, awareness, auditing.
select pg_temp.attempt($$select isms.copy_training('YOGA')$$);
select isms.copy_training();
select pg_temp.attempt($$select isms.copy_training('STANDARD')$$);
insert into isms.training (code, title, gives) values ('COURSE', 'Assessing risks', 'RISK');
insert into isms.training_need (training, person, due_on, reason) select 'COURSE', 'li', isms.today('ACME') - 1, 'Owns risks';
select pg_temp.attempt($$insert into isms.training_need (training, person) values ('COURSE', 'li')$$);
select pg_temp.attempt($$insert into isms.training_need (training, role, person) values ('COURSE', 'risk_owner', 'li')$$);
select code, person, roles, state from isms.training_status order by code, person;
-- Completed, it counts for as long as it says and while it was not found to have missed its aim.
insert into isms.training_completion (training, person, completed_on, evidence)
select x.training, x.person, isms.today('ACME') - x.days, 'List'
  from (values ('AWARENESS', 'li', 10), ('AWARENESS', 'tom', 400), ('STANDARD', 'tom', 400), ('COURSE', 'li', 1)) x(training, person, days);
select pg_temp.attempt($$update isms.training_completion set effective = false where training = 'COURSE'$$);
select code, person, state, due - isms.today(scope) < 0 as past from isms.training_status where completed_on is not null order by code, person;
update isms.training_completion set effective = false, evaluation = 'Three risks rated, all wrongly' where training = 'COURSE';
select code, person, state, effective from isms.training_status where code = 'COURSE';
insert into isms.training_completion (training, person, completed_on, effective, evaluation) select 'COURSE', 'li', isms.today('ACME'), true, 'Three risks rated rightly';
select code, person, state, effective from isms.training_status where code = 'COURSE';

-- Awareness of the policy in force, of one's contribution and of what not conforming means: by person and version.
select isms.begin_cutover('The policy we have');
insert into isms.document (code, title, kind, owner) values ('POL', 'Information security policy', 'policy', 'dana');
insert into isms.document_version (document, version, body, author, effective_from, status) select 'POL', v.version, 'We protect', 'tom', isms.today('ACME') - v.days, 'approved' from (values ('1', 400), ('2', 5)) v(version, days);
select isms.end_cutover();
set session authorization regress_li;
insert into isms.awareness_record (document, version, means, contribution, consequences) values ('POL', '2', 'read', true, true);
select kind, code, what from isms.inbox order by kind, code;
set session authorization regress_tom;
insert into isms.awareness_record (document, version, means) values ('POL', '1', 'briefing');
reset session authorization;
select pg_temp.attempt($$insert into isms.awareness_record (person, document, version, means) values ('ian', 'POL', '3', 'read')$$);
select version, person, state, aware_on = isms.today(scope) as today, contribution, consequences from isms.awareness_status order by person;

-- What is communicated, when, with whom, how; and what was sent.
insert into isms.communication_item (code, what, occasion, repeat_every, with_whom, how, direction, responsible) values
  ('C-POL', 'The policy', 'When it changes, and yearly', '1 year', 'Everybody', 'Intranet', 'internal', 'dana'),
  ('C-INC', 'Incidents', 'When they happen', null, 'Customers concerned', 'E-mail', 'external', 'li');
update isms.communication_item set next_on = isms.today(scope) - 3 where code = 'C-POL';
select code, state, due - isms.today(scope) as days, last_sent from isms.communication_status order by code;
select kind, code, owner, what from isms.overdue order by kind, code, owner;
insert into isms.communication_record (item, sent_to, how, document, version) values ('C-POL', 'Everybody', 'Intranet', 'POL', '2');
select pg_temp.attempt($$insert into isms.communication_record (sent_to) values ('Everybody')$$) ~ 'communication_record_what_given' as refused;
select pg_temp.attempt($$insert into isms.communication_record (item, sent_to, document) values ('C-POL', 'Everybody', 'POL')$$) ~ 'communication_record_version_of_document' as refused;
select code, state, due > isms.today(scope) + 360 as in_a_year, last_sent = isms.today(scope) as today from isms.communication_status order by code;

-- Somebody leaves: everything that hangs on the person.
insert into isms.asset (code, title, kind, owner) values ('CRM', 'Customer database', 'information', 'li');
insert into isms.risk (code, title, asset, owner) values ('R-1', 'Stolen passwords', 'CRM', 'li');
insert into isms.document_version (document, version, author, approver, change_note) values ('POL', '3', 'li', 'tom', 'Draft');
insert into isms.person_competence (person, competence, evidence_kind, evidence) values ('li', 'RISK', 'training', 'Course');
delete from isms.person_competence where person = 'ian' and competence = 'RISK';
set session authorization regress_li;
insert into isms.delegation (to_person, valid, reason) select 'ian', daterange(isms.today('ACME'), isms.today('ACME') + 10), 'On holiday';
reset session authorization;
select matter, relation, key, title, what from isms.person_impact('li');
-- Somebody joins: what has to be learnt.
select isms.add_person('mo', 'Mo Berg', roles => '{asset_owner}') is not null as joined;
select matter, key, title, what from isms.person_impact('mo');
select pg_temp.attempt($$select isms.person_impact('nobody')$$);
-- What Li Wei owned goes to Mo Berg, plan and trainings included.
update isms.training set owner = 'li' where code = 'COURSE';
select relation, key, outcome from isms.handover('li', 'mo') order by 1, 2;
-- What waits for somebody, what somebody waits for, and what only one can do.
insert into isms.role_assignment (person, role) values ('mo', 'risk_owner') returning status;
select matter, relation, key, title, what from isms.person_impact('tom') where matter = 'to approve';
select matter, relation, key, title, what from isms.person_impact('dana') where matter = 'asked for';
select isms.withdraw(r.table_name, r.key, r.transition) is not null as withdrawn from isms.approval_request r where r.status = 'open';
update isms.role_assignment set status = 'ended' where person = 'tom' returning role;
select matter, relation, key, title, what from isms.person_impact('dana') where matter = 'role' or relation = 'appointment';
select matter, key, what from isms.person_impact('tom');

drop extension isms cascade;
drop role regress_li, regress_ian, regress_tom;
