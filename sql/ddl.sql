-- Commands that would let changes go unrecorded are refused; those that change audited tables are recorded.
\set SHOW_CONTEXT never
set client_min_messages = warning;
drop extension if exists isms cascade;
create extension isms;
set isms.allow_drop = off;
create schema regress_ddl;
set search_path = regress_ddl, public;
create role regress_owner;
grant all on schema regress_ddl to regress_owner;

-- Nothing is refused or recorded before activation.
create table early (id int primary key);
select isms.trail_open(1) is not null as opened;
select isms.enable_audit('early');
alter table early disable trigger isms_capture;
drop table early;
delete from isms.audited_table;
select count(*) from isms.ddl_event;

select isms.activate() is not null as active;
select evtname, evtenabled from pg_event_trigger order by 1;
select * from isms.coverage();
create table account (id int primary key, pin text, n int);
alter table account owner to regress_owner;
create trigger theirs before update on account for each row execute function suppress_redundant_updates_trigger();
create table event (id int, month int, primary key (month, id)) partition by list (month);
create table event_1 partition of event for values in (1);
insert into account values (1, '1234', 1);
select isms.enable_audit('account', '{pin}'), isms.enable_audit('event');

-- The owner may not switch capture off, whichever way, nor may a superuser by the way.
set role regress_owner;
alter table account disable trigger isms_capture;
alter table account disable trigger all;
alter table account disable trigger user;
alter table account enable trigger isms_capture;
alter table account enable replica trigger isms_capture;
alter table account enable trigger all;
alter trigger isms_capture on account rename to harmless;
create or replace trigger isms_capture after insert on account for each row execute function suppress_redundant_updates_trigger();
drop trigger isms_capture on account;
drop table account;
alter table account disable trigger theirs;
alter table account enable trigger theirs;
alter trigger theirs on account rename to theirs_still;
drop trigger theirs_still on account;
reset role;
alter table event_1 disable trigger isms_capture;
alter table isms.trail_leaf_1 set schema public;
alter table event detach partition event_1;
alter table event detach partition event_1 concurrently;
drop table event_1;
drop schema regress_ddl cascade;
drop trigger guard on isms.trail_leaf_1;
alter table isms.trail_identity disable trigger guard;
alter table isms.person disable trigger all;
drop table isms.trail_leaf_1;
create or replace function isms.capture() returns trigger language plpgsql as $$ begin return null; end $$;
alter extension isms drop function isms.capture();
drop extension isms cascade;
select * from isms.coverage();

-- What does not touch the trail goes its way: other tables, other triggers, other extensions, temporary tables.
create extension pgcrypto;
drop extension pgcrypto;
create table other (id int);
create trigger theirs before update on other for each row execute function suppress_redundant_updates_trigger();
alter table other disable trigger all;
create or replace trigger theirs after update on other for each row execute function suppress_redundant_updates_trigger();
alter table other alter id type bigint;
create temporary table scratch (id int);
alter table scratch add n int;
drop table scratch, other;
alter table if exists nowhere disable trigger all;
select count(*) from isms.ddl_event;

-- Commands on audited tables are recorded, with who gave them; rows a rewrite changed are recorded as they are.
set role regress_owner;
alter table account rename column n to number;
alter table account alter number type text using 'n' || number;
reset role;
select command, object, role_name from isms.ddl_event order by id;
select distinct operation from isms.audit_trail where table_name = 'isms.ddl_event';
select operation, new_values from isms.audit_trail where table_name = 'regress_ddl.account' order by seq;
select * from isms.reconcile('account');

-- Partitions that come are covered whole.
create table event_2 partition of event for values in (2);
create table event_3 (id int not null, month int not null);
insert into event_3 values (1, 3), (2, 3);
alter table event attach partition event_3 for values in (3);
truncate event_2;
select part, operation, new_values from isms.audit_trail where table_name = 'regress_ddl.event' order by seq;
select * from isms.reconcile('event');
select * from isms.coverage();

-- The extension's own functions may.
select isms.disable_audit('event');
drop table event_1, event;
select isms.enable_audit('account');
select isms.trail_open(2);

-- A superuser may deliberately; that is recorded too, and an event trigger switched off shows.
set isms.allow_drop = on;
alter table account disable trigger isms_capture;
drop trigger isms_capture_truncate on account;
drop table account;
set isms.allow_drop = off;
select command, object from isms.ddl_event order by id desc limit 4;
alter event trigger isms_ddl_start disable;
select * from isms.coverage();
delete from isms.audited_table;
select isms.activate();
select * from isms.coverage();
set role regress_owner;
set isms.allow_drop = on;
reset role;

set isms.allow_drop = on;
drop schema regress_ddl cascade;
drop owned by regress_owner;
drop role regress_owner;
drop extension isms cascade;
create extension isms;
