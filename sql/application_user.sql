-- An application whose users are not persons here says which of them are.
\set SHOW_CONTEXT never
set client_min_messages = warning;
drop extension if exists isms cascade;
create extension isms;
create role regress_uroot login superuser;
create role regress_uada login;
create role regress_uli login;
create role regress_ushop login;
create role regress_uother login;
create role regress_unone login;
set session authorization regress_uroot;
do $$
begin
  perform isms.setup('ACME', 'Acme Ltd', 'root', 'First Person');
  perform isms.add_person('li', 'Li Wei', login => 'regress_uli', roles => '{isms_manager}');
  perform isms.add_person('sam', 'Sam Okoro', roles => '{risk_owner}');
  grant isms_admin to regress_uada;
  grant isms_application to regress_ushop, regress_uother;
end
$$;

-- Without a source of actors an application names persons.
set session authorization regress_ushop;
begin;
set local isms.actor = 'sam';
select isms.actor();
commit;

-- With one it names its own users, and nobody else: a user who is called as a person's code is not that person.
set session authorization regress_uada;
select isms.actor_source('regress_unone', '{"u17": "sam"}');
select isms.actor_source('regress_ushop', '{"u17": "sam", "u18": "nobody"}');
select isms.actor_source('regress_ushop', '{"u17": "sam", "Li.Wei@shop": "li"}');
set session authorization regress_ushop;
begin;
set local isms.actor = 'u17';
select isms.actor(), isms.claimed_actor();
insert into isms.risk (code, title) values ('R-1', 'By a user of the shop');
set local isms.actor = 'Li.Wei@shop';
select isms.actor();
set local isms.actor = 'sam';
select isms.actor();
insert into isms.risk (code, title) values ('R-2', 'By nobody');
rollback;
begin;
set local isms.actor = 'u17';
insert into isms.risk (code, title) values ('R-1', 'By a user of the shop');
commit;
select isms.actor();

-- Another application, and a login of a person, are not concerned.
set session authorization regress_uother;
begin;
set local isms.actor = 'u17';
select isms.actor();
set local isms.actor = 'sam';
select isms.actor();
commit;
set session authorization regress_uli;
set isms.actor = 'u17';
select isms.actor();

-- Who a user is can change; a change holds at once, and the trail names persons, with what was claimed.
set session authorization regress_uada;
select isms.actor_source('regress_ushop', '{"u17": null}');
set session authorization regress_ushop;
begin;
set local isms.actor = 'u17';
select isms.actor();
commit;
set session authorization regress_uada;
select isms.actor_source('regress_ushop', '{"u17": "li"}');
set session authorization regress_ushop;
begin;
set local isms.actor = 'u17';
select isms.actor();
commit;
reset session authorization;
select created_by from isms.risk where code = 'R-1';
select who, claimed_actor, operation from isms.audit_trail where table_name = 'isms.risk' and key = 'R-1';

-- Neither the application nor an editor says so.
set session authorization regress_ushop;
select isms.actor_source('regress_ushop', '{"u17": "root"}');
insert into isms.application_user values ('regress_ushop', 'u1', 'root');
select count(*) from isms.application_user;
set session authorization regress_uli;
delete from isms.actor_source;
select isms.actor_source('regress_ushop', '{"u17": "root"}');

reset session authorization;
drop extension isms cascade;
drop role regress_uroot, regress_uada, regress_uli, regress_ushop, regress_uother, regress_unone;
create extension isms;
