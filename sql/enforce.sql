-- An application that knows nothing of isms gets a workflow, in its own words, by who owns its tables.
\set SHOW_CONTEXT never
set client_min_messages = warning;
drop extension if exists isms cascade;
create extension isms;
create role regress_eroot login superuser;
create role regress_eolga login;
create role regress_eli login;
create role regress_esam login;
set session authorization regress_eroot;
do $$
begin
  perform isms.setup('ACME', 'Acme Ltd', 'eroot', 'First Person');
  perform isms.add_person('eolga', 'Olga Ost', login => 'regress_eolga', roles => '{process_owner}');
  perform isms.add_person('eli', 'Li Wei', login => 'regress_eli', roles => '{risk_owner}');
  perform isms.add_person('esam', 'Sam Okoro', login => 'regress_esam', roles => '{control_owner}');
end
$$;
create schema shop authorization regress_eolga;

-- Olga's tables.
set session authorization regress_eolga;
create table shop.invoice (
  id integer constraint invoice_pkey primary key,
  total numeric,
  updated_at timestamptz,
  status varchar(10) not null default 'new');
create table shop.invoice_line (
  invoice integer not null constraint invoice_line_invoice_fkey references shop.invoice,
  line integer not null,
  text text,
  constraint invoice_line_pkey primary key (invoice, line));
grant usage on schema shop to isms_editor;
grant select, insert, update, delete on all tables in schema shop to isms_editor;
insert into shop.invoice (id, total, status) values (1, 10, 'ok'), (2, 20, 'paid'), (3, 30, 'new'), (4, 40, 'void');
insert into shop.invoice_line values (1, 1, 'Paper'), (3, 1, 'Ink');

-- Rows that are there already are counted: what means nothing is refused, what took no step is refused, listed or accepted.
select isms.enforce_workflow('shop.invoice', 'status', 'two_eyes', states => '{"new":"draft","ok":"approved","paid":"closed"}', covers => '{shop.invoice_line}', ignore => '{updated_at}');
delete from shop.invoice where id = 4;
select isms.enforce_workflow('shop.invoice', 'status', 'two_eyes', states => '{"new":"draft","ok":"approved","paid":"closed"}', covers => '{shop.invoice_line}', ignore => '{updated_at}');
select isms.enforce_workflow('shop.invoice', 'status', 'two_eyes', states => '{"new":"draft","ok":"approved","paid":"closed"}', covers => '{shop.invoice_line}', ignore => '{updated_at}', existing => 'list');
select scope, table_name, key, state, person, renewed_at from isms.carried_over order by key;
select schema_name, table_name, source, workflow, states, existing, enforced_by from isms.enforced_workflow;

-- The machine speaks the application's words.
insert into shop.invoice (id, total, status) values (5, 50, 'ok');
insert into shop.invoice (id, total) values (5, 50);
update shop.invoice set status = 'ok' where id = 5;
update shop.invoice set status = 'paid' where id = 5;
update shop.invoice set total = 11 where id = 1;
update shop.invoice set updated_at = '2026-01-01 00:00+00' where id = 1;
insert into shop.invoice_line values (1, 2, 'Gold');
delete from shop.invoice where id = 2;
select isms.request('shop.invoice', '5', 'approve', 'Please look');
select isms.approve('shop.invoice', '{5}', 'approve');
set session authorization regress_eli;
select step, to_state, allowed, reasons, who, needs_approval from isms.next_steps('shop.invoice', '1');
select isms.approve('shop.invoice', '{5}', 'approve');
select id, status from shop.invoice order by id;

-- A row carried over is so until it is approved here.
select isms.request('shop.invoice', '1', 'return', 'It has to be looked at again');
select isms.request('shop.invoice', '1', 'approve');
set session authorization regress_esam;
select isms.approve('shop.invoice', '{1}', 'approve');
select key, state, renewed_at is not null as renewed from isms.carried_over order by key;

-- Who does not own the table has no say, nor over a child table; a superuser's maintenance does not lend its rights.
select isms.enforce_workflow('shop.invoice', 'status', 'two_eyes', existing => 'accept');
select isms.disable_workflow('shop.invoice');
select isms.disable_workflow('isms.risk');
create temp table mine (id int primary key, invoice int references pg_temp.mine, status text);
select isms.enforce_workflow('pg_temp.mine', 'status', 'two_eyes');
reset session authorization;
create schema trap authorization regress_esam;
set session authorization regress_esam;
create function trap.spring(integer) returns integer language plpgsql immutable as $$
begin
  perform isms.disable_workflow('shop.invoice');
  return $1;
exception when insufficient_privilege then
  raise warning '%', sqlerrm;
  return $1;
end $$;
create table trap.bait (id integer primary key);
insert into trap.bait values (1);
create index bait_idx on trap.bait (trap.spring(id));
reset session authorization;
reindex index trap.bait_idx;
select count(*) from isms.workflow_binding where schema_name = 'shop';

-- Nonsense is told.
set session authorization regress_eolga;
select isms.enforce_workflow('shop.invoice', 'status', 'three_eyes');
select isms.enforce_workflow('shop.invoice', 'status', 'two_eyes', states => '{"new":"draft","ok":"agreed"}');
select isms.enforce_workflow('shop.invoice', 'status', 'two_eyes', states => '{"new":"draft","open":"draft"}');
select isms.enforce_workflow('shop.invoice', 'status', 'two_eyes', states => '{"ok":"approved"}');
select isms.enforce_workflow('shop.invoice', 'status', 'two_eyes', existing => 'perhaps');
select isms.enforce_workflow('shop.invoice', 'state', 'two_eyes', existing => 'accept');
select isms.enforce_workflow('shop.invoice', 'total', 'two_eyes', existing => 'accept');
select isms.enforce_workflow('shop.invoice', 'status', 'two_eyes', in_scope => 'NONE');
select isms.enforce_workflow('shop.invoice_line', 'text', 'two_eyes', covers => '{shop.invoice}');

-- The end: what waits is superseded, the rows are the application's again, and the trail knows.
select isms.request('shop.invoice', '3', 'approve');
select isms.disable_workflow('shop.invoice', 'We go back to paper');
update shop.invoice set status = 'anything' where id = 1;
insert into shop.invoice_line values (2, 9, 'Silver');
select isms.disable_workflow('shop.invoice');
reset session authorization;
select key, status, closing_comment from isms.approval_request where status = 'superseded';
select count(*) from pg_trigger where tgrelid in ('shop.invoice'::regclass, 'shop.invoice_line'::regclass) and not tgisinternal;
select count(*) from isms.workflow where not builtin;
select who, operation from isms.audit_trail where table_name = 'isms.workflow_binding' and key like '%shop%' order by seq;

-- States as an enum, as an integer code, as a foreign key to a table of states, and of a partitioned table.
set session authorization regress_eolga;
create type shop.mood as enum ('begun', 'fine');
create table shop.by_enum (id integer primary key, mood shop.mood not null default 'begun');
create table shop.by_code (id integer primary key, code smallint not null default 1);
create table shop.state (name text primary key);
insert into shop.state values ('draft'), ('approved'), ('closed');
create table shop.by_key (id integer primary key, state text not null default 'draft' references shop.state);
create table shop.by_range (id integer primary key, state text not null default 'draft') partition by range (id);
create table shop.by_range_1 partition of shop.by_range for values from (0) to (100);
create table shop.by_state (id integer, state text, primary key (id, state)) partition by list (state);
grant select, insert, update, delete on all tables in schema shop to isms_editor;
select isms.enforce_workflow('shop.by_enum', 'mood', 'two_eyes', '{"begun":"draft","fine":"approved"}');
select isms.enforce_workflow('shop.by_code', 'code', 'two_eyes', '{"1":"draft","2":"approved","3":"closed"}');
select isms.enforce_workflow('shop.by_key', 'state', 'two_eyes');
select isms.enforce_workflow('shop.by_range', 'state', 'two_eyes');
select isms.enforce_workflow('shop.by_state', 'state', 'two_eyes');
insert into shop.by_enum values (1);
insert into shop.by_code values (1);
insert into shop.by_key values (1);
insert into shop.by_range values (1);
update shop.by_enum set mood = 'fine';
update shop.by_code set code = 2;
update shop.by_code set code = 3;
update shop.by_key set state = 'approved';
update shop.by_range_1 set state = 'approved';
select isms.request('shop.by_enum', '1', 'approve'), isms.request('shop.by_code', '1', 'approve'), isms.request('shop.by_key', '1', 'approve');
set session authorization regress_eli;
select isms.approve('shop.by_enum', '{1}', 'approve'), isms.approve('shop.by_code', '{1}', 'approve'), isms.approve('shop.by_key', '{1}', 'approve');
update shop.by_code set id = 2;
update shop.by_enum set mood = 'begun';
select mood, code, state from shop.by_enum, shop.by_code, shop.by_key;

-- A member of isms_admin may do so on anybody's table; enforcing anew replaces what was.
reset session authorization;
create table shop.padded (id integer primary key, state char(10) not null default 'draft');
select isms.attach_workflow('shop.padded', 'two_eyes', 'state');
select isms.enforce_workflow('shop.by_code', 'code', 'two_eyes', '{"1":"draft","2":"approved"}', existing => 'accept');
select table_name, source, workflow, existing from isms.enforced_workflow order by 1;

set client_min_messages = error;
drop schema shop, trap cascade;
drop extension isms cascade;
drop owned by regress_eolga, regress_eli, regress_esam;
drop role regress_eroot, regress_eolga, regress_eli, regress_esam;
create extension isms;
