-- What an approver had before the eyes, and what became of it.
\set SHOW_CONTEXT never
set client_min_messages = warning;
drop extension if exists isms cascade;
create extension isms;
create role regress_li login;
create role regress_bo login;
create role regress_out login;
\o /dev/null
select isms.setup('ACME', 'Acme Ltd', 'dana', 'Dana Ruiz', 'dana@acme.example');
select isms.add_person('li', 'Li Wei', 'li@acme.example', login => 'regress_li', roles => '{risk_owner,control_owner}');
select isms.setup('BETA', 'Beta Ltd', 'dana', 'Dana Ruiz');
set isms.scope = 'BETA';
select isms.add_person('bo', 'Bo Lind', 'bo@beta.example', login => 'regress_bo', roles => '{risk_owner,control_owner}');
\o
set isms.scope = 'ACME';
grant isms_reader to regress_out;
insert into isms.asset (code, title, kind, rating, owner) values ('CRM', 'Customer database', 'information', 'C3 I3 A2', 'li');
insert into isms.risk (code, title, asset, threat, vulnerability, hits, likelihood, consequence, owner)
values ('R-001', 'Customer data stolen', 'CRM', 'Stolen credentials', 'No second factor', 'C', 4, 4, 'li'),
       ('R-002', 'Another', 'CRM', 'Fire', 'One site', 'A', 2, 2, 'li');
insert into isms.implementation (code, title, kind, owner, status, controls)
values ('MFA', 'Second factor on every login', 'technical', 'li', 'planned', '{A.5.17,A.8.5}');
insert into isms.risk_control (risk, implementation, effect_on, effectiveness) values ('R-001', 'MFA', 'likelihood', 0.9), ('R-002', 'MFA', 'likelihood', 0.1);
insert into isms.treatment (risk, option, justification) values ('R-001', 'modification', 'Cheapest way');
insert into isms.action (code, title, serves, implementation, owner, due_on, resources)
values ('T-001', 'Roll out second factor', 'R-001', 'MFA', 'li', current_date + 60, '10 days');
update isms.risk set status = 'assessed', assessor = 'dana', assessed_on = current_date where code = 'R-001';
select isms.request('isms.risk', 'R-001', 'approve_plan', 'Plan ready');

-- The step that the approval carries out came after it, though in one transaction.
set session authorization regress_li;
select isms.approve('isms.risk', '{R-001}', 'approve_plan');
create temp view here as select max(a.id) as approval from isms.approval a where a.scope = 'ACME';
select table_name, key, seen ->> 'status' as seen, present ->> 'status' as present, changed
  from isms.decision_context((select approval from here));
select table_name, key, column_name, old_value, new_value, who, operation from isms.decision_changes((select approval from here));
select table_name, seen - '{scope,custom,created_at,created_by,reported_on,identified_on,due_on}'::text[] as seen
  from isms.decision_context((select approval from here)) where table_name <> 'isms.risk';

-- Sealed, changed, gone, come: each shows.
reset session authorization;
select isms.seal() > 0 as sealed;
update isms.risk set description = 'Changed by somebody' where code = 'R-001';
insert into isms.action (code, title, serves, implementation, owner, due_on, resources)
values ('T-002', 'Train everybody', 'R-001', 'MFA', 'li', current_date + 60, '1 day');
update isms.action set started_on = current_date where code = 'T-001';
select isms.request('isms.risk', 'R-001', 'replan', 'Found a better way');
update isms.risk_control set effectiveness = 0.5 where risk = 'R-001';
delete from isms.treatment where risk = 'R-001';
insert into isms.treatment (risk, option, justification) values ('R-001', 'avoidance', 'Stop it');
select table_name, key, seen is not null as seen, present is not null as present, changed from isms.decision_context((select approval from here));
select table_name, key, column_name, old_value, case when new_value #>> '{}' ~ '^\d{4}-' then 'a date' else left(new_value #>> '{}', 20) end as new_value, who, operation
  from isms.decision_changes((select approval from here)) where column_name is not null;
select table_name, key, operation from isms.decision_changes((select approval from here)) where column_name is null;

-- Who doesn't see the approval gets no context; neither does nobody's approval.
set session authorization regress_bo;
select * from isms.decision_context(1);
select * from isms.decision_changes(1);
set session authorization regress_out;
select * from isms.decision_context(1);
reset session authorization;
select * from isms.decision_context(null);
select * from isms.decision_context(4711);
select * from isms.decision_entry(4711);

-- Anybody's table, once it is audited.
create table public.invoice (id integer constraint invoice_pkey primary key, total numeric, status text not null default 'draft', created_by text default isms.actor());
create table public.invoice_line (invoice integer, line integer, item text, constraint invoice_line_pkey primary key (invoice, line));
select isms.attach_workflow('public.invoice', 'two_eyes', 'status', covers => '{"public.invoice_line": {"on": {"invoice": "id"}}}');
grant select, insert, update, delete on public.invoice, public.invoice_line to isms_editor;
insert into public.invoice (id, total) values (1, 10), (2, 20);
insert into public.invoice_line values (1, 1, 'Paper'), (1, 2, 'Ink'), (2, 1, 'Pen');
select isms.request('public.invoice', '1', 'approve');
set session authorization regress_li;
select isms.approve('public.invoice', '{1}', 'approve');
reset session authorization;
select * from isms.decision_context((select max(a.id) from isms.approval a));
select isms.enable_audit('public.invoice'), isms.enable_audit('public.invoice_line');
select isms.request('public.invoice', '2', 'approve');
set session authorization regress_li;
select isms.approve('public.invoice', '{2}', 'approve');
select * from isms.decision_context((select max(a.id) from isms.approval a));
reset session authorization;
select isms.request('public.invoice', '2', 'return', 'Not agreed upon yet');
select isms.request('public.invoice', '1', 'return', 'Not agreed upon yet');
update public.invoice_line set invoice = 1, line = 3 where item = 'Pen';
insert into public.invoice_line values (2, 1, 'Pencil'), (2, 2, 'Rubber'), (3, 1, 'Glue');
delete from public.invoice_line where invoice = 3;
select table_name, key, seen, present, changed from isms.decision_context((select max(a.id) from isms.approval a));
select table_name, key, column_name, old_value, new_value, who, operation from isms.decision_changes((select max(a.id) from isms.approval a));

reset isms.scope;
set client_min_messages = warning;
set isms.allow_drop = on;
drop view here;
drop table public.invoice, public.invoice_line;
drop owned by regress_li, regress_bo, regress_out;
drop role regress_li, regress_bo, regress_out;
