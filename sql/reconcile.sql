-- isms.reconcile adds up the entries of a table and finds what was never recorded.
\set SHOW_CONTEXT never
set client_min_messages = warning;
drop extension if exists isms cascade;
create extension isms;
set client_min_messages = notice;
select isms.trail_open(1);
create schema regress_reconcile;
set search_path = regress_reconcile, public;

-- Recorded changes leave nothing to report: every kind of change, in one transaction and in several, rolled back or not.
create table account (id int primary key, owner text, balance numeric(8,2));
insert into account values (1, 'Ann', 10), (2, 'Bob', 20);
select isms.enable_audit('account');
insert into account select g, 'row ' || g, g from generate_series(3, 40) g;
update account set balance = balance + 0.1 where id % 3 = 0;
delete from account where id between 30 and 35;
update account set id = id + 1000 where id > 36;
begin;
update account set owner = 'in one' where id < 5;
savepoint s;
delete from account where id < 5;
rollback to s;
update account set balance = null where id = 4;
delete from account where id = 5;
insert into account values (5, 'again', 5);
commit;
insert into account values (6, 'upsert', 0) on conflict (id) do update set owner = excluded.owner;
select * from isms.reconcile('account');

-- Two rows that swap their keys, and a chain of keys, in one command.
create table place (id int constraint place_pkey primary key deferrable initially deferred, name text);
select isms.enable_audit('place');
insert into place values (1, 'one'), (2, 'two'), (3, 'three'), (4, 'four');
update place set id = 3 - id where id < 3;
update place set id = id + 1;
with gone as (delete from place where id = 5 returning id) insert into place select id, 'four again' from gone;
select * from isms.reconcile('place');

-- A trigger that changes other rows of the same statement makes entries arrive out of order.
create table node (id int primary key, parent int references node on update cascade, depth int default 0);
create function bump() returns trigger language plpgsql as $$
begin
  update node set depth = depth + 1 where id = new.id + 1 and pg_trigger_depth() < 2;
  return null;
end $$;
create trigger a_bump after update on node for each row execute function bump();
select isms.enable_audit('node');
insert into node values (1, null), (2, 1), (3, 2);
update node set id = id + 10;
select string_agg(command_id::text, ' ' order by seq) = string_agg(command_id::text, ' ' order by command_id) as in_order
  from isms.audit_trail where table_name = 'regress_reconcile.node' and operation = 'update';
select * from isms.reconcile('node');

-- Unrecorded changes show: as the owner would hide them, and as a superuser.
alter table account disable trigger isms_capture;
update account set balance = 999, owner = 'Eve' where id = 7;
delete from account where id = 8;
insert into account values (50, 'hidden', 1);
alter table account enable always trigger isms_capture;
select * from isms.reconcile('account');

-- A later recorded change does not cover the earlier one up.
update account set owner = 'later' where id = 7;
select part, scope, key, what, column_name, recorded, found, entry is not null as by_entry from isms.reconcile('account') where key = '7';
alter table account disable trigger isms_capture;
delete from account where id = 9;
insert into account values (9, 'forged', 9), (51, 'hidden too', 1);
alter table account enable always trigger isms_capture;
delete from account where id in (9, 51);
select key, what, column_name, recorded, found, entry is not null as by_entry from isms.reconcile('account') where key in ('9', '51');

-- Beginning anew settles it; that it was begun anew stands in the trail.
select isms.enable_audit('account');
select * from isms.reconcile('account');
truncate account;
insert into account values (1, 'Ann', 10);
select * from isms.reconcile('account');

-- Replica role records too; with capture removed nothing does.
set session_replication_role = replica;
update account set balance = 11;
select * from isms.reconcile('account');
reset session_replication_role;
drop trigger isms_capture on account;
update account set balance = 12;
select * from isms.reconcile('account');
select isms.enable_audit('account');

-- DDL: columns renamed, dropped and added are followed; values that DDL made were never recorded.
alter table account rename column owner to holder;
update account set holder = 'Renamed';
alter table account drop column balance;
alter table account add column note text;
select * from isms.reconcile('account');
alter table account add column rank int not null default 3;
alter table account alter column holder type text using upper(holder);
select * from isms.reconcile('account');

-- Excluded columns are not compared.
create table secret (id int primary key, pin text, label text);
select isms.enable_audit('secret', '{pin}');
insert into secret values (1, '1234', 'a');
update secret set pin = '4321';
alter table secret disable trigger isms_capture;
update secret set pin = '0000', label = 'b';
alter table secret enable always trigger isms_capture;
select * from isms.reconcile('secret');

-- Without a key equal rows are counted.
create table line (word text, n float8, at timestamptz);
select isms.enable_audit('line');
insert into line values ('a', 0.1, '2024-01-01 00:00+00'), ('a', 0.1, '2024-01-01 00:00+00'), ('b', 'NaN', null), (null, null, null);
update line set n = 0.2 where ctid = (select min(ctid) from line where word = 'a');
delete from line where word = 'b';
alter table line add column more text;
insert into line values ('c');
set timezone = 'Asia/Tokyo';
set extra_float_digits = 0;
select * from isms.reconcile('line');
alter table line disable trigger isms_capture;
insert into line values ('c');
delete from line where word = 'a' and n = 0.1;
alter table line enable always trigger isms_capture;
select what, recorded, found from isms.reconcile('line');
reset timezone;
reset extra_float_digits;

-- Partitions: rows that move, a partition emptied, one attached with rows, one detached.
create table event (id int, month int, what text, primary key (month, id)) partition by list (month);
create table event_1 partition of event for values in (1);
create table event_2 (what text, junk int, month int not null, id int not null);
alter table event_2 drop column junk;
alter table event attach partition event_2 for values in (2);
select isms.enable_audit('event');
insert into event values (1, 1, 'a'), (2, 1, 'b'), (3, 2, 'c');
update event set month = 2 where id = 1;
insert into event_2 (id, month, what) values (4, 2, 'direct');
select * from isms.reconcile('event');
truncate event_1;
select * from isms.reconcile('event');
create table event_3 (like event including all);
insert into event_3 values (9, 3, 'brought along');
alter table event attach partition event_3 for values in (3);
insert into event values (7, 1, 'taken away');
alter table event detach partition event_1;
select * from isms.reconcile('event');
update event set what = 'seen now' where id = 9;
select part, key, what, column_name, recorded, found, entry is not null as by_entry from isms.reconcile('event_3');
select * from isms.reconcile('event_2');
alter table event_2 disable trigger isms_capture;
delete from event_2 where id = 3;
select part, key, what from isms.reconcile('event') where what = 'missing in the table';

-- Tables of the extension, after activation; whoever does not read the whole trail is told so.
select isms.activate() is not null as active;
insert into isms.scope (code, name) values ('RECON', 'Reconciled');
update isms.scope set name = 'Reconciled again' where code = 'RECON';
select t.table_name, r.* from isms.trail_table t, isms.reconcile(format('%I.%I', t.schema_name, t.table_name)::regclass) r where t.own;
alter table isms.scope disable trigger isms_capture;
update isms.scope set name = 'Unseen' where code = 'RECON';
alter table isms.scope enable always trigger isms_capture;
select * from isms.reconcile('isms.scope');
create role regress_owner;
grant usage on schema isms, regress_reconcile to regress_owner;
grant execute on function isms.reconcile(regclass), isms.compare_with_trail(regclass), isms.row_key(json) to regress_owner;
set role regress_owner;
select * from isms.reconcile('account');
reset role;
select * from isms.reconcile('isms.trail_identity');
create table unheard (id int);
select * from isms.reconcile('unheard');

set client_min_messages = warning;
drop schema regress_reconcile cascade;
drop owned by regress_owner;
drop role regress_owner;
