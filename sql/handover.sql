-- Somebody leaves: what they own goes to somebody else, by the rules of each row, and only then do their roles end (A.6.5).
\set SHOW_CONTEXT never
set client_min_messages = warning;
drop extension if exists isms cascade;
create extension isms;
create role regress_li login;
create role regress_sam login;
create role regress_mo login;
do $$ begin
  perform isms.setup('ACME', 'Acme Ltd', 'dana', 'Dana Ruiz', 'dana@acme.example');
  perform isms.add_person('li', 'Li Wei', 'li@acme.example', login => 'regress_li', roles => '{risk_owner,control_owner}');
  perform isms.add_person('sam', 'Sam Okoro', 'sam@acme.example', login => 'regress_sam', roles => '{risk_owner}');
  perform isms.add_person('mo', 'Mo Berg', login => 'regress_mo', roles => '{isms_manager}');
  perform isms.add_person('out', 'Out Sider');
end $$;
insert into isms.asset (code, title, kind, owner) values ('CRM', 'Customer database', 'information', 'li');
insert into isms.implementation (code, title, owner, status, controls) values ('MFA', 'Second factor', 'li', 'planned', '{A.8.5}'), ('OLD', 'Password cards', 'li', 'retired', '{}');
insert into isms.risk (code, title, asset, threat, hits, likelihood, consequence, owner, assessor, assessed_on) values
  ('R-1', 'Stolen passwords', 'CRM', 'Stolen credentials', 'C', 4, 4, 'li', 'dana', current_date),
  ('R-2', 'Lost notebooks', 'CRM', 'Theft', 'C', 2, 2, 'li', null, null);
insert into isms.risk_control (risk, implementation, effect_on, effectiveness) values ('R-1', 'MFA', 'likelihood', 0.9);
insert into isms.treatment (risk, option, justification) values ('R-1', 'modification', 'Cheapest way below the criteria');
insert into isms.action (code, title, serves, owner, due_on, resources) values ('T-1', 'Roll out', 'R-1', 'li', current_date + 60, '10 days'), ('T-2', 'Think', 'R-2', 'li', null, null);
update isms.risk set status = 'assessed' where code = 'R-1';
do $$ begin perform isms.request('isms.risk', 'R-1', 'approve_plan', 'Plan ready'); end $$;
set session authorization regress_li;
select isms.approve('isms.risk', '{R-1}', 'approve_plan');
reset session authorization;

-- The role goes only with nothing live left in it; the last role only with nothing left at all.
\pset format unaligned
\pset tuples_only on
update isms.role_assignment set status = 'ended' where person = 'li' and role = 'risk_owner';
update isms.role_assignment set status = 'ended' where person = 'li' and role = 'control_owner';

-- To whom: somebody with a role in the scope.
select * from isms.handover('li', 'out');
select * from isms.handover('lee', 'sam');
-- By whom: each row asks. All or nothing.
set session authorization regress_sam;
select * from isms.handover('li', 'sam');
reset session authorization;
select count(*) as still_owned from isms.asset where owner = 'li';

-- What is open goes at once; a risk assessed waits for its new owner, an action of an approved plan for the risk's. Each says
-- where the new owner lacks the role that owning it takes.
select * from isms.handover('li', 'sam', 'Li Wei leaves the company');
select r.table_name, r.key, r.transition, r.comment, r.changes from isms.approval_request r where r.status = 'open' order by 1, 2;
set session authorization regress_sam;
select isms.approve('isms.risk', '{R-1}', 'amend_owner');
select isms.approve('isms.action', '{T-1}', 'amend_plan');
reset session authorization;
select 'risk', code, owner from isms.risk union all select 'action', code, owner from isms.action union all
select 'asset', code, owner from isms.asset union all select 'implementation', code, owner from isms.implementation order by 1, 2;
select * from isms.handover('li', 'sam');
-- A role that ends has a last day: today, unless stated.
update isms.role_assignment set status = 'ended' where person = 'li' and status = 'active' returning role, valid_until = isms.today(scope) as until_today;

-- Names and addresses are corrected by the ISMS manager of every scope the person is in, whoever the person is by an administrator.
set session authorization regress_mo;
update isms.person set name = 'Sam Okoro-Lind', email = 'sam.lind@acme.example' where code = 'sam' returning name;
update isms.person set active_until = '2020-01-01' where code = 'sam';
update isms.person set code = 'mo2' where code = 'sam';
insert into isms.person (code, name) values ('x', 'X');
delete from isms.person where code = 'sam';
set session authorization regress_sam;
update isms.person set name = 'King Sam' where code in ('sam', 'mo') returning name;
reset session authorization;
do $$ begin perform isms.setup('BETA', 'Beta Ltd', 'dana', 'Dana Ruiz'); end $$;
set isms.scope = 'BETA';
do $$ begin perform isms.appoint('sam', 'risk_owner'); end $$;
set session authorization regress_mo;
update isms.person set name = 'Of two scopes' where code = 'sam' returning name;
reset session authorization;
select name from isms.person where code = 'sam';

drop extension isms cascade;
drop role regress_li, regress_sam, regress_mo;
