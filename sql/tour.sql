-- The ten-minute tour, as typed by a newcomer.
\set SHOW_CONTEXT never
set client_min_messages = warning;
drop extension if exists isms cascade;
set client_min_messages = notice;

create extension isms;
\pset format unaligned
\pset tuples_only on
select regexp_replace(isms.setup('ACME', 'Acme Ltd', 'dana', 'Dana Ruiz', 'dana@acme.example'), 'database roles [^;]*?(made|there)', 'database roles ...');
\pset tuples_only off
\pset format aligned

create role regress_li login;
create role regress_sam login;
select isms.add_person('li', 'Li Wei', 'li@acme.example', login => 'regress_li', roles => '{risk_owner,control_owner}');
select isms.add_person('sam', 'Sam Okoro', 'sam@acme.example', login => 'regress_sam', roles => '{risk_owner,internal_auditor}');

insert into isms.asset (code, title, kind, rating, owner)
values ('CRM', 'Customer database', 'information', 'C3 I3 A2', 'li');

insert into isms.risk (code, title, asset, threat, vulnerability, hits, likelihood, consequence, owner)
values ('R-001', 'Customer data stolen through a reused password', 'CRM', 'Stolen credentials', 'No second factor', 'C', 4, 4, 'li');
select code, inherent_level, current_level, disposition from isms.risk_register;

insert into isms.implementation (code, title, kind, owner, status, controls)
values ('MFA', 'Second factor on every login', 'technical', 'li', 'planned', '{A.5.17,A.8.5}');
insert into isms.risk_control (risk, implementation, effect_on, effectiveness) values ('R-001', 'MFA', 'likelihood', 0.9);

update isms.risk set status = 'treated' where code = 'R-001';
\echo :LAST_ERROR_SQLSTATE

select * from isms.next_steps('isms.risk', 'R-001');

insert into isms.treatment (risk, option, justification) values ('R-001', 'modification', 'Cheapest way below the criteria');
insert into isms.action (code, title, serves, implementation, owner, due_on, resources)
values ('T-001', 'Roll out second factor', 'R-001', 'MFA', 'li', current_date + 60, '10 days');
update isms.risk set status = 'assessed', assessor = 'dana', assessed_on = current_date where code = 'R-001';
select isms.request('isms.risk', 'R-001', 'approve_plan', 'Plan ready');
select isms.approve('isms.risk', '{R-001}', 'approve_plan');
set session authorization regress_li;
select kind, code, what from isms.inbox;
select isms.approve('isms.risk', '{R-001}', 'approve_plan');
reset session authorization;
select status from isms.risk where code = 'R-001';

select * from isms.explain_risk('R-001');
select code, inherent_level, current_level, target_level, residual_level, residual_basis, treatment_status from isms.risk_register;

select who, operation, old_values, new_values - 'assessed_on' as new_values from isms.audit_trail where table_name = 'isms.risk' and key = 'R-001' order by seq;

set client_min_messages = warning;
select isms.revoke_roles() is not null as revoked;
drop role regress_li, regress_sam;
