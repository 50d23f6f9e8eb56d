-- 5.3: nobody appoints oneself; governing roles take top management's approval.
\set SHOW_CONTEXT never
set client_min_messages = warning;
drop extension if exists isms cascade;
create extension isms;
create role regress_weva login superuser;
create role regress_wmax login;
create role regress_wida login;
set session authorization regress_weva;
alter sequence isms.role_assignment_code restart with 9000;
do $$ begin perform isms.setup('HQ', 'Head office', 'eva', 'Eva Elm'); end $$;
set isms.scope = 'HQ';
select person, role, status, created_by from isms.role_assignment where scope = 'HQ' order by code;

-- The founder alone, once.
insert into isms.person (code, name) values ('zoe', 'Zoe Zeh');
insert into isms.role_assignment (scope, person, role, status) values ('HQ', 'zoe', 'risk_owner', 'active');
insert into isms.role_assignment (scope, person, role, status) values ('HQ', 'eva', 'risk_owner', 'ended');

-- The only top management appoints others alone, never oneself.
select isms.add_person('max', 'Max Moss', login => 'regress_wmax', roles => '{isms_manager}');
insert into isms.role_assignment (scope, person, role) values ('HQ', 'eva', 'asset_owner') returning code;
update isms.role_assignment set status = 'active' where scope = 'HQ' and person = 'eva' and role = 'asset_owner';

-- An ISMS manager proposes; governing roles wait for top management, others do not.
set session authorization regress_wmax;
select isms.add_person('ida', 'Ida Iris', login => 'regress_wida', roles => '{control_owner,internal_auditor}');
select person, role, status from isms.role_assignment where scope = 'HQ' order by code;
select requester, key, transition, slot, candidates from isms.waiting_approvals where scope = 'HQ';
update isms.role_assignment set status = 'active' where scope = 'HQ' and person = 'ida' and status = 'proposed';
select isms.approve('isms.role_assignment', array[a.code], 'appoint') from isms.role_assignment a where a.scope = 'HQ' and a.person = 'ida' and a.status = 'proposed';
set session authorization regress_weva;
select isms.approve('isms.role_assignment', array(select a.code from isms.role_assignment a where a.scope = 'HQ' and a.person = 'ida' and a.status = 'proposed'), 'appoint');

-- The auditor is not the manager.
insert into isms.role_assignment (scope, person, role) values ('HQ', 'ida', 'isms_manager');
update isms.role_assignment set status = 'active' where scope = 'HQ' and person = 'ida' and role = 'isms_manager';
select * from isms.next_steps('isms.role_assignment', (select a.code from isms.role_assignment a where a.scope = 'HQ' and a.person = 'ida' and a.role = 'isms_manager'));

-- Who holds no such role appoints nobody.
set session authorization regress_wida;
insert into isms.role_assignment (scope, person, role) values ('HQ', 'ida', 'top_management');
update isms.role_assignment set status = 'active' where scope = 'HQ' and person = 'ida' and role = 'isms_manager';

-- With two of top management each needs the other.
set session authorization regress_weva;
insert into isms.role_assignment (scope, person, role) values ('HQ', 'zoe', 'top_management');
update isms.role_assignment set status = 'active' where scope = 'HQ' and person = 'zoe';
insert into isms.role_assignment (scope, person, role) values ('HQ', 'max', 'risk_owner');
update isms.role_assignment set status = 'active' where scope = 'HQ' and person = 'max' and role = 'risk_owner';
select isms.approve('isms.role_assignment', array(select a.code from isms.role_assignment a where a.scope = 'HQ' and a.person = 'max' and a.status = 'proposed'), 'appoint');

-- An appointment is content: its person does not change under it, nor does the person's code.
update isms.role_assignment set person = 'zoe' where scope = 'HQ' and person = 'max';
update isms.person set code = 'maxi' where code = 'max';
delete from isms.role_assignment where scope = 'HQ' and person = 'max' and status = 'active';
delete from isms.role_assignment where scope = 'HQ' and person = 'max' and status = 'proposed';

-- A role is not given twice; what was rejected can be asked for again.
set session authorization regress_wmax;
select isms.appoint('ida', 'control_owner'), isms.appoint('ida', 'risk_owner');
set session authorization regress_weva;
select isms.reject('isms.role_assignment', (select a.code from isms.role_assignment a where a.scope = 'HQ' and a.person = 'ida' and a.status = 'proposed' and a.role = 'risk_owner'), 'appoint', 'She audits');
set session authorization regress_wmax;
select isms.appoint('ida', 'risk_owner');
select role, status, count(*) from isms.role_assignment where scope = 'HQ' and person = 'ida' group by role, status order by 1, 2;
select q.status, count(*) from isms.role_assignment a join isms.approval_request q on q.key = a.code where a.scope = 'HQ' and a.person = 'ida' and a.role = 'risk_owner' group by 1 order by 1;
set session authorization regress_weva;
select kind, title, what from isms.inbox order by title;

-- The end: by oneself, by a manager; what is owned must be handed over.
create table public.well (scope text, owner text, status text);
insert into public.well values ('HQ', 'ida', 'deep'), ('HQ', 'ida', 'dry'), ('OTHER', 'ida', 'deep');
insert into isms.owned_table (schema_name, table_name, person_column, role, state_column, ended_states) values ('public', 'well', 'owner', 'control_owner', 'status', '{dry}');
set session authorization regress_wida;
update isms.role_assignment set status = 'ended', valid_until = '2030-01-01' where scope = 'HQ' and person = 'ida' and role = 'control_owner';
set session authorization regress_weva;
update public.well set owner = 'max' where scope = 'HQ';
set session authorization regress_wida;
update isms.role_assignment set status = 'ended', valid_until = '2030-01-01' where scope = 'HQ' and person = 'ida' and role = 'control_owner';
update isms.role_assignment set status = 'active' where scope = 'HQ' and person = 'ida' and role = 'control_owner';
select person, role, status, valid_until from isms.role_assignment where scope = 'HQ' order by code;
-- What never began has no last day.
set session authorization regress_wmax;
insert into isms.role_assignment (scope, person, role, valid_from) values ('HQ', 'ida', 'process_owner', '2090-01-01');
set session authorization regress_weva;
update isms.role_assignment set status = 'active' where scope = 'HQ' and person = 'ida' and role = 'process_owner';
update isms.role_assignment set status = 'ended' where scope = 'HQ' and person = 'ida' and role = 'process_owner' returning valid_from, valid_until;

reset session authorization;
delete from isms.owned_table where not builtin;
drop table public.well;
drop extension isms cascade;
drop role regress_weva, regress_wmax, regress_wida;
create extension isms;
