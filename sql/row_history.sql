-- The history of a row: through the look-up that sealing fills, and from the entries it has not come to.
\set SHOW_CONTEXT never
set client_min_messages = warning;
drop extension if exists isms cascade;
create extension isms;
set client_min_messages = notice;
select isms.activate() ~ '^isms is active' as active;
create schema regress_row;
set search_path = regress_row, public;

-- Keys of every kind.
create table person (id int primary key, name text);
create table line (invoice int, line int, item text, primary key (invoice, line));
create table word (word text primary key);
create table rate (rate float8 primary key);
create table amount (amount numeric primary key);
create table day (at timestamptz primary key);
create table bag (what text);
create table part (region text, id int, name text, primary key (region, id)) partition by list (region);
create table part_n partition of part for values in ('north');
create table part_s partition of part for values in ('south');
select sum(isms.enable_audit(t)) from unnest('{person,line,word,rate,amount,day,bag,part}'::regclass[]) t;
insert into person values (1, 'Ann'), (2, 'Bob');
update person set name = 'Anna' where id = 1;
insert into line values (7, 1, 'nut');
insert into word values (''), ('naïve'), ('a"b\c'), ('null');
insert into rate values (1e20), (0.1), (-0.0), ('NaN'), (1e-7);
insert into amount values (1.50), (0.00), (-12);
insert into day values ('2026-01-31 12:00+02');
insert into bag values ('nameless');
insert into part values ('north', 1, 'nail');
update part set region = 'south';

create view seen as
  select 'person' as "table", k.key, h.seq, h.operation from unnest('{1,2,9}'::text[]) k(key) cross join lateral isms.row_history('person', k.key) h
  union all
  select 'line', k.key, h.seq, h.operation from unnest(array['{"line": 1, "invoice": 7}', '{"invoice": 7, "line": 1}']) k(key) cross join lateral isms.row_history('line', k.key) h
  union all
  select 'word', k.key, h.seq, h.operation from unnest(array['', 'naïve', 'a"b\c', 'null']) k(key) cross join lateral isms.row_history('word', k.key) h
  union all
  select 'rate', k.key, h.seq, h.operation from unnest(array['100000000000000000000', '0.1', '0', 'NaN', '0.0000001', '1e20']) k(key) cross join lateral isms.row_history('rate', k.key) h
  union all
  select 'amount', k.key, h.seq, h.operation from unnest(array['1.50', '1.5', '0.00', '-12']) k(key) cross join lateral isms.row_history('amount', k.key) h
  union all
  select 'day', k.key, h.seq, h.operation from unnest(array['2026-01-31T10:00:00+00:00']) k(key) cross join lateral isms.row_history('day', k.key) h
  union all
  select 'bag', k.key, h.seq, h.operation from unnest(array['nameless', null]) k(key) cross join lateral isms.row_history('bag', k.key) h
  union all
  select t.name::text, k.key, h.seq, h.operation from unnest('{part,part_n,part_s}'::regclass[]) t(name)
   cross join unnest(array['{"id": 1, "region": "north"}', '{"id": 1, "region": "south"}']) k(key) cross join lateral isms.row_history(t.name, k.key) h;

-- Not sealed: read one by one.
select count(*) from isms.trail_key;
create temp table unsealed as table seen;
select "table", key, operation from unsealed order by "table" collate "C", key collate "C", seq;

-- Every key is found as isms.audit_trail shows it.
select a.table_name, a.key
  from isms.audit_trail a
 where a.table_name like 'regress_row.%' and a.key is not null and a.seq not in (select h.seq from isms.row_history(a.table_name::regclass, a.key) h);

-- Looked up: the same.
select isms.seal() > 0 as sealed;
select (select count(*) from isms.trail_key) > 0 as filled, count(*) as differences
  from (select * from (table seen except table unsealed) a union all select * from (table unsealed except table seen) b) d;

-- And both together, in order.
update person set name = 'Anne' where id = 1;
select operation, old_values, new_values from isms.row_history('person', '1');

-- An entry that gives a row another key is in the history of both.
update person set id = 3 where id = 2;
select key, operation, old_values, new_values from isms.row_history('person', '2');
select key, operation, old_values, new_values from isms.row_history('person', '3');
select isms.seal() > 0 as sealed;
select key, operation from isms.row_history('person', '2');
select key, operation from isms.row_history('person', '3');

-- What is there is not written again, also where somebody else did.
select isms.trail_index_keys(1, 1000000);

-- The columns of the key may change: an entry names its row as it was named then.
alter table person drop constraint person_pkey, add primary key (name);
update person set id = 30 where id = 3;
select key, operation, new_values from isms.row_history('person', 'Bob');
select key, operation from isms.row_history('person', '3');

-- A table renamed, or moved with its schema or without, is the same table; one that takes its name then is another.
create table first (id int primary key, n int);
select isms.enable_audit('first');
insert into first values (1, 1);
alter table first rename to second;
update second set n = 2;
create table first (id int primary key, n int);
select isms.enable_audit('first');
insert into first values (1, 100);
create schema regress_aside;
alter table second set schema regress_aside;
update regress_aside.second set n = 3;
alter schema regress_aside rename to regress_row_aside;
update regress_row_aside.second set n = 4;
select table_name, operation, new_values from isms.row_history('regress_row_aside.second', '1');
select table_name, operation, new_values from isms.row_history('first', '1');
select isms.seal() > 0 as sealed;
select table_name, operation, new_values from isms.row_history('regress_row_aside.second', '1');
select table_name, operation, new_values from isms.row_history('first', '1');
select column_name, value, operation from isms.last_changes('regress_row_aside.second', '1');
select command, object, former_schema, former_table from isms.ddl_event where former_table is not null order by id;

-- The look-up is no evidence: what somebody took out of it is put back from the entries.
set isms.allow_drop = on;
alter table isms.trail_key disable trigger guard;
delete from isms.trail_key;
alter table isms.trail_key enable always trigger guard;
reset isms.allow_drop;
select count(*) from isms.row_history('person', '1');
select isms.trail_index_keys(1, 1000000) > 0 as put_back;
select count(*) from isms.row_history('person', '1');

-- Nobody writes it by hand.
insert into isms.trail_key values (1, 1);
update isms.trail_key set seq = 1;
delete from isms.trail_key;
truncate isms.trail_key;
select table_name, trigger_name, what from isms.coverage() where table_name like 'isms.trail\_key%';

-- Readers of the trail see what they see of its entries; others neither look-up nor history.
\o /dev/null
select isms.setup_roles();
\o
select isms.grant_roles() ~ '^rights' as granted;
create role regress_reader in role isms_reader;
create role regress_trail in role isms_trail_reader;
grant usage on schema regress_row to regress_reader, regress_trail;
set role regress_trail;
select count(*) from isms.row_history('person', '1');
set role regress_reader;
select count(*) from isms.row_history('person', '1');
select count(*) from isms.row_entries('person', '1');
select * from isms.trail_key;
select isms.trail_index_keys(1, 1);
reset role;

-- A view has none, null gives none.
select * from isms.row_entries('seen', '1');
select * from isms.row_history('person', null);

set client_min_messages = warning;
reset search_path;
set isms.allow_drop = on;
drop schema regress_row, regress_row_aside cascade;
drop owned by regress_reader, regress_trail;
drop role regress_reader, regress_trail;
