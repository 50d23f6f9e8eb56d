-- What a program reads from a refusal: SQLSTATE, schema, table, column and the rule's name as constraint; and what bad input leaves behind: nothing.
\set SHOW_CONTEXT never
set client_min_messages = warning;
drop extension if exists isms cascade;
create extension isms;
create role regress_li login;

-- Before anything is set up.
insert into isms.risk (title) values ('Too early');
select isms.begin_cutover('Too early');

do $$ begin
  perform isms.setup('ACME', 'Acme Ltd', 'dana', 'Dana Ruiz', 'dana@acme.example');
  perform isms.add_person('li', 'Li Wei', login => 'regress_li', roles => '{risk_owner,control_owner}');
end $$;
insert into isms.asset (code, title, kind, rating, owner) values ('CRM', 'Customer database', 'information', 'C3 I3 A2', 'li');
insert into isms.risk (code, title, asset, threat, hits, likelihood, consequence, owner, assessor, assessed_on)
values ('R-1', 'Stolen passwords', 'CRM', 'Stolen credentials', 'C', 4, 4, 'li', 'dana', current_date), ('R-2', 'Nobody''s', null, null, null, null, null, null, null, null);
insert into isms.implementation (code, title, owner, controls) values ('MFA', 'Second factor', 'li', '{A.8.5}');
insert into isms.risk_control (risk, implementation, effect_on, effectiveness) values ('R-1', 'MFA', 'likelihood', 0.9);
insert into isms.treatment (risk, option, justification) values ('R-1', 'modification', 'Cheapest');
insert into isms.action (code, title, serves, owner, due_on, resources) values ('T-1', 'Roll out', 'R-1', 'li', current_date + 60, '10 days');

create function pg_temp.fields(statement text, out code text, out refused text, out at_table text, out at_column text, out rule text, out what_next text) language plpgsql as $$
begin
  execute statement;
  refused := 'nothing';
exception when others then
  get stacked diagnostics code = returned_sqlstate, refused = message_text, at_table = table_name, at_column = column_name, rule = constraint_name, what_next = pg_exception_hint;
end
$$;
\pset format unaligned
\pset footer off

-- Rules of the machine.
update isms.risk set status = 'assessed' where code = 'R-1';
do $$ begin perform isms.request('isms.risk', 'R-1', 'approve_plan'); end $$;
begin;
set local session authorization regress_li;
do $$ begin perform isms.approve('isms.risk', '{R-1}', 'approve_plan'); end $$;
reset session authorization;
commit;
select f.*
  from unnest(array[
    $$update isms.risk set status = 'monitored' where code = 'R-1'$$,
    $$update isms.risk set status = 'assessed' where code = 'R-2'$$,
    $$update isms.risk set title = 'x', consequence = 1 where code = 'R-1'$$,
    $$update isms.risk set owner = 'dana' where code = 'R-1'$$,
    $$update isms.risk_control set effectiveness = 0.1 where risk = 'R-1'$$,
    $$delete from isms.treatment where risk = 'R-1'$$,
    $$delete from isms.risk where code = 'R-1'$$,
    $$insert into isms.risk (code, title, status) values ('R-9', 'x', 'closed')$$,
    $$insert into isms.risk (code, title, created_by) values ('R-9', 'x', 'li')$$,
    $$update isms.action set status = 'in_progress' where code = 'T-1'$$,
    $$select isms.request('isms.risk', 'R-1', 'retain')$$,
    $$select isms.approve('isms.risk', '{R-1}', 'close')$$,
    $$truncate isms.treatment cascade$$,
    $$insert into isms.role_assignment (person, role, status) values ('li', 'isms_manager', 'active')$$,
    $$update isms.role_assignment set role = 'isms_manager' where person = 'li' and role = 'risk_owner'$$]) with ordinality s(statement, n),
       pg_temp.fields(s.statement) f
 order by s.n;

-- Somebody who could approve is needed before one can ask.
select f.*
  from pg_temp.fields($$select isms.request('isms.risk', 'R-2', 'close', 'Not a risk at all', '{"closure_reason": "not_a_risk", "closure_note": "Imagined"}')$$) f;

-- Letters in any order and case; nothing else.
insert into isms.risk (code, title, hits) values ('H-1', 'x', 'ca'), ('H-2', 'x', 'A, I'), ('H-3', 'x', 'AIC'), ('H-4', 'x', 'I');
select code, hits from isms.risk where code like 'H-%' order by 1;

-- Bad input: a clear error each, and nothing stays.
create temp table before as select (select count(*) from isms.risk) as risks, (select count(*) from isms.person) as people, (select count(*) from isms.scope) as scopes, (select count(*) from isms.approval_request) as requests;
select f.*
  from unnest(array[
    $$select isms.setup('ACME', 'Again', 'dana', 'Dana Ruiz')$$,
    $$select isms.setup('BETA', 'Beta', 'bo', 'Bo Lind')$$,
    $$select isms.setup('no spaces', 'Beta', 'dana', 'Dana Ruiz')$$,
    $$select isms.add_person('kim', 'Kim', 'no address')$$,
    $$select isms.add_person('kim', 'Kim', roles => '{riskowner}')$$,
    $$select isms.add_person('kim', 'Kim', login => 'regress_missing')$$,
    $$select isms.add_person('kim', 'Kim', login => 'regress_li')$$,
    $$select isms.add_person('kim', ' ')$$,
    $$select isms.appoint('nobody', 'risk_owner')$$,
    $$select isms.appoint('li', 'king')$$,
    $$insert into isms.risk (code, title) values ('', 'x')$$,
    $$insert into isms.asset (code, title, kind) values (' A', 'x', 'paper')$$,
    $$insert into isms.action (code, title, serves) values (E'T\n1', 'x', 'R-1')$$,
    $$insert into isms.risk (title, hits) values ('x', 'XC')$$,
    $$insert into isms.risk (title, hits) values ('x', '')$$,
    $$insert into isms.risk (title, likelihood) values ('x', 9)$$,
    $$insert into isms.risk (title, asset) values ('x', 'NONE')$$,
    $$insert into isms.risk (title, owner) values ('x', 'nobody')$$,
    $$insert into isms.risk (title, method) values ('x', 'none')$$,
    $$insert into isms.risk (title, successor) values ('x', 'R-77')$$,
    $$insert into isms.risk (scope, title) values ('NOWHERE', 'x')$$,
    $$insert into isms.action (title, serves) values ('x', 'R-77')$$,
    $$insert into isms.treatment (risk, option) values ('R-2', 'ignore')$$,
    $$insert into isms.implementation (title, controls) values ('x', '{A.5.99}')$$,
    $$insert into isms.implementation (title, controls) values ('x', '{A.5..9}')$$,
    $$insert into isms.asset (title, kind, rating) values ('x', 'paper', 'C3 X2')$$,
    $$insert into isms.applicability (reference, necessary, reasons) values ('6.1.2', true, '{risk}')$$,
    $$insert into isms.applicability (reference, necessary, reasons) values ('A.9.9', true, '{risk}')$$,
    $$insert into isms.applicability (reference, necessary) values ('A.5.1', true)$$,
    $$insert into isms.applicability (reference, necessary) values ('A.5.1', false)$$,
    $$insert into isms.applicability (reference, necessary, justification, implementation_status) values ('A.5.1', false, 'x', 'implemented')$$,
    $$insert into isms.risk_control (risk, implementation, effectiveness) values ('R-2', 'MFA', 60)$$,
    $$insert into isms.implementation (title, operator) values ('x', 'provider')$$,
    $$insert into isms.evidence (title, subject_kind, subject) values ('x', 'risk', 'R-1')$$,
    $$insert into isms.evidence (title, subject_kind, subject, locator) values ('x', 'risk', 'R-77', 'share/x.pdf')$$,
    $$insert into isms.evidence (title, subject_kind, subject, locator) values ('x', 'rumour', 'R-1', 'share/x.pdf')$$,
    $$insert into isms.treatment (risk, option, withdrawn_on) values ('R-2', 'avoidance', current_date)$$,
    $$insert into isms.action (title, serves, urgent) values ('x', 'R-2', true)$$,
    $$select isms.request('isms.rsk', 'R-1', 'close')$$,
    $$select isms.request('isms.risk', 'R-77', 'close')$$,
    $$select isms.request('isms.risk', 'R-1', 'clos')$$,
    $$select isms.request('isms.risk', 'R-1', 'replan', 'Another product is wanted', '{"title": "x"}')$$,
    $$select isms.request('isms.risk', 'R-1', 'amend_owner')$$,
    $$select isms.request(null, null, null)$$,
    $$select isms.approve('isms.risk', null, 'close')$$,
    $$select isms.approve('isms.risk', '{R-77}', 'close')$$,
    $$select isms.reject('isms.risk', 'R-1', 'close', 'No')$$,
    $$select isms.next_steps('isms.risk', 'R-77')$$,
    $$select isms.explain_risk('R-77')$$,
    $$select isms.handover('li', null)$$,
    $$select isms.end_cutover()$$,
    $$select isms.carry_over('isms.risk', 'R-1', 'approve_plan', 'li', current_date, 'Minutes')$$,
    $$select isms.copy_method('6x6', 'ACME')$$]) with ordinality s(statement, n),
       pg_temp.fields(s.statement) f
 order by s.n;
select (select count(*) from isms.risk) = risks and (select count(*) from isms.person) = people and (select count(*) from isms.scope) = scopes and (select count(*) from isms.approval_request) = requests as nothing_stayed from before;

-- An editor writes into no scope but the editor's own, and is told so.
do $$ begin perform isms.setup('BETA', 'Beta Ltd', 'dana', 'Dana Ruiz'); end $$;
set session authorization regress_li;
\set VERBOSITY default
insert into isms.risk (scope, title) values ('BETA', 'x');
insert into isms.asset (scope, title, kind) values ('BETA', 'x', 'paper');
reset session authorization;

drop extension isms cascade;
drop role regress_li;
