-- What is refused, to whom.  Rob Roth owns risks of ACME, Mia Moor manages it; Eve Ems audits ACME from outside and
-- edits BETA; Bea Bond belongs to BETA; Ada Abel administers and is no superuser; Olaf Ost owns tables of his own.
\set SHOW_CONTEXT never
set client_min_messages = warning;
drop extension if exists isms cascade;
create extension isms;
create role regress_xroot login superuser;
create role regress_xmia login;
create role regress_xrob login;
create role regress_xeve login;
create role regress_xbea login;
create role regress_xada login;
create role regress_xolaf login;
create role regress_xapp login;
create role regress_xout login;
create role regress_xfree login;
create role regress_xpower login createrole;
create role regress_xgroup;
set session authorization regress_xroot;
alter sequence isms.role_assignment_code restart with 9000;
do $$
begin
  perform isms.setup('BETA', 'Beta Ltd', 'root', 'First Person');
  perform isms.setup('ACME', 'Acme Ltd', 'root', 'First Person');
  perform isms.add_person('mia', 'Mia Moor', login => 'regress_xmia', roles => '{isms_manager}');
  perform isms.add_person('rob', 'Rob Roth', login => 'regress_xrob', roles => '{risk_owner}');
  perform isms.add_person('olaf', 'Olaf Ost', login => 'regress_xolaf', roles => '{asset_owner}');
  perform isms.add_person('eve', 'Eve Ems', login => 'regress_xeve', roles => '{external_auditor}');
  perform set_config('isms.scope', 'BETA', true);
  perform isms.appoint('eve', 'risk_owner');
  perform isms.add_person('bea', 'Bea Bond', login => 'regress_xbea', roles => '{risk_owner}');
  insert into isms.risk (code, title) values ('B-1', 'Secret of Beta');
  insert into isms.person (code, name) values ('ada', 'Ada Abel');
  insert into isms.login values ('regress_xada', 'ada');
  grant isms_editor to regress_xeve;
  grant isms_admin to regress_xada;
  grant isms_application to regress_xapp;
end
$$;
create schema ost authorization regress_xolaf;
set isms.scope = 'ACME';

-- Who was granted nothing has nothing.
set session authorization regress_xout;
select count(*) from isms.risk;
select isms.actor();
set session authorization regress_xrob;
insert into isms.asset (code, title, kind, rating, owner) values ('CRM', 'Customers', 'information', 'C3 I3 A2', 'rob');
insert into isms.risk (code, title, asset, threat, hits, likelihood, consequence, owner, assessor, assessed_on)
values ('R-1', 'Customers stolen', 'CRM', 'Thieves', 'C', 4, 4, 'rob', 'rob', isms.today('ACME'));

-- Another scope: neither seen nor changed, named nor guessed.
select count(*) from isms.risk where scope = 'BETA';
select isms.person_name('bea'), isms.holds_role('bea', 'risk_owner', 'BETA'), isms.person_name('mia'), isms.holds_role('mia', 'isms_manager', 'ACME');
set isms.scope = 'BETA';
select isms.next_steps('isms.risk', 'B-1');
select isms.request('isms.risk', 'B-1', 'assess');
select isms.add_person('x', 'X');
select isms.begin_cutover('I take it over');
select count(*) from isms.explain_risk('B-1');
insert into isms.risk (code, title) values ('B-2', 'Planted');
select * from isms.import_rows('risk', '[{"code": "B-3", "title": "Planted"}]');
set isms.scope = 'ACME';
update isms.risk set scope = 'BETA' where code = 'R-1';

-- An external auditor who edits elsewhere only reads here.
set session authorization regress_xeve;
select code, status from isms.risk order by code;
insert into isms.risk (code, title) values ('R-2', 'Planted');
update isms.risk set title = 'Changed' where code = 'R-1';
delete from isms.risk where code = 'R-1';
insert into isms.evidence (title, subject_kind, subject, locator) values ('Forged', 'risk', 'R-1', 'nowhere');
select isms.request('isms.risk', 'R-1', 'assess');
select isms.record_approval('isms.risk', 'R-1', 'close', null);
select isms.begin_cutover('I take it over');
select isms.copy_method('5x5', 'ACME', 'mine');
select * from isms.import_rows('risk', '[{"code": "R-3", "title": "Planted"}]');

-- Nobody appoints oneself, not by any statement, nor at cut-over.
set session authorization regress_xrob;
insert into isms.role_assignment (person, role) values ('rob', 'isms_manager');
insert into isms.role_assignment (person, role, status) values ('rob', 'isms_manager', 'active');
update isms.role_assignment set role = 'top_management' where scope = 'ACME' and person = 'rob';
update isms.role_assignment set person = 'rob' where scope = 'ACME' and person = 'mia';
delete from isms.role_assignment where scope = 'ACME' and person = 'mia';
insert into isms.login values ('regress_xrob', 'mia');
update isms.person set code = 'rob2' where code = 'rob';
set session authorization regress_xmia;
select isms.begin_cutover('The register moves here');
insert into isms.role_assignment (person, role, status) values ('mia', 'top_management', 'active');
select isms.end_cutover();
update isms.role_assignment set status = 'ended' where scope = 'ACME' and role = 'top_management';
select person, role, status from isms.role_assignment where scope = 'ACME' and person in ('rob', 'mia') order by code;
set session authorization regress_xada;
insert into isms.role_assignment (person, role, status) values ('ada', 'top_management', 'active');

-- A login that can do more than isms gives is not for an ISMS manager to tie to a person.
set session authorization regress_xmia;
select isms.add_person('p1', 'P', login => 'regress_xroot', roles => '{control_owner}');
select isms.add_person('p2', 'P', login => 'regress_xpower', roles => '{control_owner}');
select isms.add_person('p3', 'P', login => 'regress_xgroup', roles => '{control_owner}');
select isms.add_person('p4', 'P', login => 'regress_xapp', roles => '{control_owner}');
select isms.add_person('p5', 'P', login => 'isms_admin', roles => '{control_owner}');
select isms.add_person('p6', 'P', login => 'regress_xbea', roles => '{control_owner}');
select isms.add_person('p7', 'P; drop role isms_admin --', login => 'regress_xfree; grant isms_admin to regress_xmia', roles => '{control_owner}');
select isms.add_person('free', 'Franz Frei', login => 'regress_xfree', roles => '{control_owner}');
set session authorization regress_xada;
select isms.add_person('p8', 'P', login => 'regress_xgroup', roles => '{control_owner}');
set session authorization regress_xmia;
select count(*) from isms.person where code ~ '^p[0-9]$';

-- Nobody acts as somebody else: a setting names a person for an application alone, and in its own transaction only.
set session authorization regress_xrob;
set isms.actor = 'mia';
insert into isms.risk (code, title, created_by) values ('R-4', 'Mine', 'mia');
insert into isms.risk (code, title, created_by) values ('R-4', 'Mine', null);
insert into isms.risk (code, title) values ('R-4', 'Mine');
update isms.risk set created_by = 'mia' where code = 'R-4';
set session authorization regress_xapp;
set isms.actor = 'mia';
select isms.actor();
begin;
set local isms.actor = 'mia';
savepoint a;
set local isms.actor = 'rob';
rollback to a;
select isms.actor();
commit;
select isms.actor();

-- Nor in the transaction in which the server first meets isms.
\c -
\set SHOW_CONTEXT never
set session authorization regress_xapp;
set isms.actor = 'mia';
select isms.actor();
\c -
\set SHOW_CONTEXT never
set client_min_messages = warning;
set session authorization regress_xapp;
begin;
set local isms.actor = 'mia';
select isms.actor();
commit;
select isms.actor();

-- No function runs a caller's code with rights the caller lacks: operators in the way of ours.
reset session authorization;
set session authorization regress_xolaf;
set isms.scope = 'ACME';
create function ost.spy() returns text language plpgsql set search_path = pg_catalog as $$
begin
  if current_user not in ('regress_xolaf', session_user) then
    raise warning 'runs as another than who asked or who owns it';
  end if;
  return current_user;
end
$$;
create function ost.same(text, text) returns boolean language plpgsql set search_path = pg_catalog as $$ begin perform ost.spy(); return true; end $$;
create operator ost.= (function = ost.same, leftarg = text, rightarg = text);
create table ost.plain (id integer primary key, kept text);
set search_path = ost, pg_catalog;
select isms.enable_audit('ost.plain');
select isms.disable_audit('ost.plain');
select isms.actor(), isms.visible_scopes(), isms.default_scope(), isms.holds_role('rob', 'risk_owner', 'ACME');
select count(*) from isms.next_steps('isms.risk', 'R-1');
reset search_path;

-- Casts, domains, views and settings of a table's owner, where a workflow reads the table.
create type ost.mood as enum ('good');
create function ost.to_json(ost.mood) returns json language plpgsql as $$ begin perform ost.spy(); return '"good"'; end $$;
create cast (ost.mood as json) with function ost.to_json(ost.mood);
create function ost.checked(text) returns boolean language plpgsql as $$
begin
  perform ost.spy();
  if current_user operator(pg_catalog.<>) session_user then
    perform set_config('search_path', 'ost, pg_catalog', false);
  end if;
  return true;
end
$$;
create domain ost.key as text check (ost.checked(value));
create table ost.bill (id ost.key primary key, mood ost.mood default 'good', note ost.key, status text not null default 'draft');
create table ost.bill_line (bill ost.key, n integer, mood ost.mood default 'good', primary key (bill, n));
grant usage on schema ost to isms_editor;
grant select, insert, update, delete on ost.bill, ost.bill_line to isms_editor;
set session authorization regress_xroot;
set isms.scope = 'ACME';
select isms.attach_workflow('ost.bill', 'two_eyes', 'status', covers => '{"ost.bill_line": {"on": {"bill": "id"}}}');
set session authorization regress_xrob;
insert into ost.bill (id, note) values ('a', 'b');
insert into ost.bill_line (bill, n) values ('a', 1);
select step, allowed from isms.next_steps('ost.bill', 'a');
select isms.request('ost.bill', 'a', 'approve');
select candidates from isms.waiting_approvals;
set session authorization regress_xmia;
select isms.approve('ost.bill', '{a}', 'approve');
update ost.bill_line set n = 2;
delete from ost.bill;
set session authorization regress_xolaf;
alter table ost.bill rename to old_bill;
create function ost.row() returns setof ost.old_bill language plpgsql as $$ begin perform ost.spy(); return query select * from ost.old_bill; end $$;
create view ost.bill as select * from ost.row();
grant select on ost.bill to isms_reader;
select count(*) from isms.next_steps('ost.bill', 'a');
drop view ost.bill;
alter table ost.old_bill rename to bill;
reset search_path;

-- What reads with an owner's rights gives nobody any.
set session authorization regress_xrob;
select isms.read_as_owner('isms.login', 'select to_jsonb(l) from isms.login l where role_name <> $1', ''::text);
select isms.lock_as_owner('isms.risk', 'select to_jsonb(r) from isms.risk r where scope = $1', 'BETA'::text);

-- Definitions, trail and numbers are not for editors, nor what runs as SQL for an administrator.
update isms.workflow_transition set actors = '{editor}';
insert into isms.approval (request, scope, slot, approver, digest) values (1, 'ACME', 'owner', 'rob', '');
insert into isms.approval_request (scope, table_name, key, transition, requester, digest) values ('ACME', 'isms.risk', 'R-1', 'close', 'rob', '');
select nextval('isms.trail_seq');
select setval('isms.risk_code', 1);
begin;
lock table isms.trail_entry in share mode;
rollback;
set session authorization regress_xada;
update isms.guard set function = 'ost.evil';
update isms.setup_step set procedure = 'ost.evil';
update isms.import_column set known = 'select ost.evil()';
insert into isms.database_role (role_name, purpose) values ('x', 'x');
delete from isms.audited_table;
select isms.activate();
select isms.attach_workflow('ost.bill', 'two_eyes', 'status');
set isms.allow_drop = on;

-- A key is what the row has, however it is spelled; a request by another spelling is the same request.
set session authorization regress_xolaf;
create table ost."odd ""name""; drop" (id integer primary key, status text not null default 'draft', "a'b" text, total numeric);
grant select, insert, update, delete on ost."odd ""name""; drop" to isms_editor;
select isms.enable_audit('ost."odd ""name""; drop"');
set session authorization regress_xroot;
select isms.attach_workflow('ost."odd ""name""; drop"', 'two_eyes', 'status');
set session authorization regress_xrob;
insert into ost."odd ""name""; drop" values (1, 'draft', 'x', 10), (2, 'draft', 'y', 20);
select isms.request('ost."odd ""name""; drop"', '01', 'approve');
select isms.request('ost."odd ""name""; drop"', ' 1', 'approve');
select key, status from isms.approval_request where table_name like '%odd%' order by id;
select isms.request('ost."odd ""name""; drop"', '1); drop table ost.bill; --', 'approve');

-- An approval binds the row and what it said, whoever changes it and how.
update ost."odd ""name""; drop" set total = 1000 where id = 1;
set session authorization regress_xmia;
select isms.approve('ost."odd ""name""; drop"', '{1}', 'approve');
set session authorization regress_xrob;
update ost."odd ""name""; drop" set id = 3 where id = 1;
update ost."odd ""name""; drop" set total = 10 where id = 1;
select isms.approve('ost."odd ""name""; drop"', '{1}', 'approve');
set session authorization regress_xmia;
select status from isms.record_approval('ost."odd ""name""; drop"', '1', 'approve', null);
update ost."odd ""name""; drop" set status = 'approved', total = 1000 where id = 1;
update ost."odd ""name""; drop" set status = 'approved' where id = 2;
insert into ost."odd ""name""; drop" values (1, 'draft', 'x', 10) on conflict (id) do update set status = 'approved', total = 1000;
merge into ost."odd ""name""; drop" t using (values (1)) v(id) on t.id = v.id when matched then update set status = 'approved', total = 1000;
begin isolation level repeatable read;
update ost."odd ""name""; drop" set status = 'approved' where id = 1;
rollback;
update ost."odd ""name""; drop" set status = 'approved' where id = 1;
select * from ost."odd ""name""; drop" order by id;

-- Another role, a function with the approver's rights or a second login make nobody another person.
set session authorization regress_xroot;
create role regress_xrob2 login in role isms_editor;
insert into isms.login values ('regress_xrob2', 'rob');
grant regress_xmia to regress_xrob, regress_xrob2;
grant create on schema ost to regress_xmia;
set session authorization regress_xmia;
create function ost.approve_as_mia(keys text[]) returns text language sql security definer as
  $$ select isms.approve('ost."odd ""name""; drop"', keys, 'approve')::text $$;
create function ost.write_as_mia(key integer) returns void language sql security definer as
  $$ update ost."odd ""name""; drop" set status = 'approved' where id = key $$;
set session authorization regress_xrob;
insert into ost."odd ""name""; drop" values (7, 'draft', 'z', 70);
select isms.request('ost."odd ""name""; drop"', '7', 'approve');
set role regress_xmia;
select isms.actor();
select isms.approve('ost."odd ""name""; drop"', '{7}', 'approve');
update ost."odd ""name""; drop" set status = 'approved' where id = 7;
reset role;
select ost.approve_as_mia('{7}');
select ost.write_as_mia(7);
set session authorization regress_xrob2;
select isms.actor();
select isms.approve('ost."odd ""name""; drop"', '{7}', 'approve');
select ost.approve_as_mia('{7}');
select status from ost."odd ""name""; drop" where id = 7;
set session authorization regress_xroot;
drop function ost.approve_as_mia, ost.write_as_mia;
revoke create on schema ost from regress_xmia;
revoke regress_xmia from regress_xrob, regress_xrob2;
delete from isms.login where role_name = 'regress_xrob2';
drop role regress_xrob2;

-- Whose table may not be read is not told of its rows.
set session authorization regress_xolaf;
create table ost.scoped (scope text, code text, status text not null default 'draft', primary key (scope, code));
set session authorization regress_xroot;
select isms.attach_workflow('ost.scoped', 'two_eyes', 'status');
insert into ost.scoped values ('ACME', 'hidden');
set session authorization regress_xrob;
select isms.next_steps('ost.scoped', 'hidden');
select isms.request('ost.scoped', 'hidden', 'approve');

-- What was decided gets no new rows at cut-over; what is loaded then does.
set session authorization regress_xroot;
do $$
begin
  perform isms.begin_cutover('The register moves here');
  insert into isms.implementation (code, title) values ('MFA', 'Second factor');
  insert into isms.risk (code, title, owner, status) values ('R-5', 'Loaded', 'rob', 'in_treatment');
  insert into isms.treatment (risk, option, justification) values ('R-5', 'modification', 'Cheap');
  perform isms.end_cutover();
  perform isms.begin_cutover('Once more');
end
$$;
insert into isms.risk_control (risk, implementation, effectiveness) values ('R-5', 'MFA', 1);
select isms.end_cutover();

-- A superuser with plain SQL is a person like others to the rules; what else a superuser can do, the trail shows.
select isms.add_person('dee', 'Dee Dahl', roles => '{}');
update isms.risk set status = 'assessed' where code = 'R-1';
update isms.risk set status = 'in_treatment' where code = 'R-1';
set session_replication_role = replica;
update isms.risk set status = 'in_treatment' where code = 'R-1';
update isms.risk set likelihood = 1 where code = 'R-1';
reset session_replication_role;
update isms.asset set code = 'CRM2' where code = 'CRM';
update isms.person set code = 'bob' where code = 'rob';
update isms.scope set code = 'ACME2' where code = 'ACME';
insert into isms.risk (code, title, status) values ('R-7', 'In the middle', 'monitored');
copy isms.risk (code, title, status) from stdin;
R-8	By COPY	monitored
\.
set search_path = ost, pg_catalog;
update isms.risk set status = 'in_treatment' where code operator(pg_catalog.=) 'R-1';
insert into isms.risk (code, title, status) values ('R-8', 'By operators in the way', 'monitored');
reset search_path;
create view ost.risks as select * from isms.risk;
update ost.risks set status = 'in_treatment' where code = 'R-1';
merge into isms.risk r using (values ('R-1')) v(code) on r.code = v.code when matched then update set consequence = 1;
create function ost.push() returns trigger language plpgsql as $$ begin new.status := 'in_treatment'; return new; end $$;
create trigger push before update on isms.risk for each row execute function ost.push();
alter table isms.risk enable always trigger push;
update isms.risk set description = 'Nothing' where code = 'R-1';
drop trigger push on isms.risk;
truncate isms.treatment;
delete from isms.trail_entry;
update isms.trail_identity set content = null;
truncate isms.trail_entry;
set session_replication_role = replica;
delete from isms.trail_leaf_1;
truncate isms.trail_leaf_1;
reset session_replication_role;
select code, status, likelihood, consequence, asset from isms.risk where code = 'R-1';

-- Words of a sheet are words.
set session authorization regress_xrob;
create temp table sheet ("co""de" text, "title'; drop table isms.risk; --" text, "$1" text, "%s" text);
insert into sheet values ('R-6''); drop table isms.risk; --', '$1 %s %L', 'x', null);
select * from isms.import('risk', 'sheet', '{"co\"de": "code", "title''; drop table isms.risk; --": "title"}');
select * from isms.import('risk'' or true', 'sheet');
select * from isms.import('risk', 'sheet', '{"$1": "code) values (1); --"}');
select code, title from isms.risk where code like 'R-6%';

-- Temporary objects named like ours change nothing.
create temp table login (role_name text, person text);
insert into pg_temp.login values ('regress_xrob', 'mia');
create function pg_temp.actor() returns text language sql as $$ select 'mia' $$;
create function pg_temp.has_database_role(text) returns boolean language sql as $$ select true $$;
set search_path = pg_temp, isms, public;
select isms.actor(), isms.visible_scopes();
reset search_path;
discard all;

reset session authorization;
set client_min_messages = warning;
drop extension isms cascade;
drop schema ost cascade;
drop role regress_xroot, regress_xmia, regress_xrob, regress_xeve, regress_xbea, regress_xada, regress_xolaf, regress_xapp, regress_xout, regress_xfree, regress_xpower, regress_xgroup;
create extension isms;
