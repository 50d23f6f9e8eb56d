-- Full, sealed leaves leave the trail and can come back; what can't be answered without them says so.
\set SHOW_CONTEXT never
set client_min_messages = warning;
drop extension if exists isms cascade;
create extension isms;
-- Leaves of five thousand entries.
create or replace function isms.trail_leaf_size() returns bigint language sql immutable return 5000::bigint;
create schema regress_retention;
set search_path = regress_retention, public;
set client_min_messages = notice;
select isms.archive_trail();
select count(*) > 0 as activated from isms.activate();
select count(*) <= 5 as roles from isms.setup_roles();
select isms.grant_roles() is not null as granted;

create table account (id int primary key, owner text);
create table quiet (id int primary key);
create table part (id int primary key) partition by range (id);
create table part_1 partition of part for values from (0) to (100);
create table filler (id int);
create table big as select g as id from generate_series(1, 80) g;
alter table big add primary key (id);
insert into account values (1, 'Ann'), (2, 'Bob');
insert into quiet values (1);
select isms.enable_audit('account') + isms.enable_audit('quiet') + isms.enable_audit('part') + isms.enable_audit('filler') as recorded;
insert into part values (1);
select isms.seal() > 0 as sealed;
select clock_timestamp() as early \gset
select isms.erase_personal_data('account', '99', 'nobody') is not null as erased;
select 5000 - s.last_value as left from isms.trail_seq s \gset
begin;
update account set owner = 'Anne' where id = 1;
insert into filler select g from generate_series(1, :left - 42) g;
-- A transaction and a baseline on both sides of the border.
select isms.enable_audit('big');
update account set owner = 'Bea' where id = 2;
update account set owner = 'Bee' where id = 2;
commit;
select table_name, min(seq) <= 5000 and max(seq) > 5000 as across from isms.audit_trail where table_name ~ 'account|big' and operation in ('update', 'baseline') group by 1 order by 1;
create table leaf as select e.seq, isms.leaf_hash(e) as hash from isms.trail_entry e;

-- Nothing leaves that is not sealed, or too new, or still written.
select * from isms.archive_trail();
select isms.seal() > 0 as sealed;
select clock_timestamp() as filled \gset
insert into account values (3, 'Cid');
select isms.seal() > 0 as sealed;
select isms.trail_sealed_up_to() > 5000 as up_to_there;
\set VERBOSITY terse
set client_min_messages = warning;
select * from isms.archive_trail('2020-01-01');
set client_min_messages = notice;
begin isolation level serializable;
select * from isms.archive_trail();
rollback;
-- Nor into a schema whose owner is another.
create role regress_retention login;
create schema isms_archive authorization regress_retention;
select * from isms.archive_trail();
\set VERBOSITY default
drop schema isms_archive;
grant isms_editor to regress_retention;
set session authorization regress_retention;
select * from isms.archive_trail();
select isms.restore_archived('trail_leaf_1');
reset session authorization;
grant isms_admin to regress_retention;

-- The oldest leaf goes, as an administrator, with its guards; what is archived stands in an audited table.
set session authorization regress_retention;
select * from isms.archive_trail();
reset session authorization;
select leaf, from_seq, to_seq, entries, first_leaf, last_leaf - first_leaf between 4999 and 5010 as leaves, archived_by, restored_at from isms.trail_archive;
select count(*) from isms.trail_archive a, isms_archive.trail_leaf_1 e where isms.leaf_index(e.seq) between a.first_leaf and a.last_leaf;
select operation, new_values ->> 'leaf' as leaf from isms.audit_trail where table_name = 'isms.trail_archive';
select format('%I.%I', v.content::json ->> 'schema', v.content::json ->> 'table') as name, t.entries > 0 as entries, t.baseline_xid is not null as baseline
  from isms.trail_archive_table t
  join (select distinct id, content from isms.trail_table_version) v on v.id = t.table_version
 where v.content::json ->> 'schema' = 'regress_retention' and v.content::json ->> 'table' <> 'filler'
 order by 1;
select count(*) from isms_archive.trail_leaf_1;
delete from isms_archive.trail_leaf_1;
truncate isms_archive.trail_leaf_1;
select * from isms.archive_trail();
select min(seq) > 5000 as rest from isms.trail_entry;
select * from isms.verify_trail();
select problem, detail from isms.verify_trail(256, 100);
select * from isms.coverage();
select isms.trail_open();
select leaf from isms.trail_leaves() limit 2;

-- What is answered without the archive, and what is not.
select * from isms.as_of(null::account, clock_timestamp()) order by id;
select * from isms.as_of(null::account, :'filled') order by id;
delete from account where id = 1;
select * from isms.as_of(null::quiet, clock_timestamp());
\set VERBOSITY terse
select * from isms.as_of(null::account, :'early');
select * from isms.as_of(null::quiet, :'early');
select * from isms.as_of_json('account', :'early');
select * from isms.diff('account', :'early', :'filled');
select * from isms.reconcile('account');
select * from isms.reconcile('quiet');
select * from isms.reconcile('part');
select * from isms.reconcile('isms.role');
\set VERBOSITY default
select * from isms.reconcile('quiet');
select operation, seq, new_values, sealed from isms.row_history('quiet', '1');
select operation, new_values ->> 'archive' as archive, old_values from isms.row_history('account', '1');
select operation from isms.row_history('leaf', '1');
select column_name, value from isms.last_changes('quiet', '1');
select column_name, value from isms.last_changes('account', '3');
delete from quiet;
\set VERBOSITY terse
select entries from isms.erase_personal_data('quiet', '1', 'request');
\set VERBOSITY default
select * from isms.reconcile('big');

-- A new baseline makes what follows add up.
select isms.enable_audit('account');
update account set owner = 'Beth' where id = 2;
select * from isms.reconcile('account');
select isms.trail_baseline_of('isms.role') > 0 as baseline;
select * from isms.reconcile('isms.role');
truncate part;
insert into part values (2);
select * from isms.reconcile('part');
select isms.seal() > 0 as sealed;
select clock_timestamp() as told \gset
truncate account;
select * from isms.as_of(null::account, :'told') order by id;

-- It comes back, entry for entry; not with entries missing or added.
select isms.restore_archived('trail_leaf_2');
set isms.allow_drop = on;
alter table isms_archive.trail_leaf_1 disable trigger user;
begin;
delete from isms_archive.trail_leaf_1 where seq = 5;
select isms.restore_archived('trail_leaf_1');
rollback;
set isms.allow_drop = off;
select isms.restore_archived('trail_leaf_1') as entries;
select * from isms.verify_trail();
select count(*) from leaf l left join isms.trail_entry e using (seq) where isms.leaf_hash(e) is distinct from l.hash;
select * from isms.coverage();
select leaf, restored_at > archived_at as restored, restored_by from isms.trail_archive;
select * from isms.as_of(null::account, :'filled') order by id;
\set VERBOSITY terse
select * from isms.as_of(null::account, :'early') order by id;
\set VERBOSITY default
select what, recorded from isms.reconcile('quiet');
select count(*) from isms.row_history('account', '1');
select isms.restore_archived('trail_leaf_1');
select entries from isms.erase_personal_data('quiet', '1', 'request');
select what, recorded from isms.reconcile('quiet');

-- Archived again, dumped elsewhere, dropped: it is known to be away.
select leaf, entries from isms.archive_trail();
drop table isms_archive.trail_leaf_1;
select isms.restore_archived('trail_leaf_1');
select entries from isms.erase_personal_data('account', '77', 'request');
select setval('isms.trail_seq', 1, false);
select isms.trail_open();
select last_value > 5000 as behind from isms.trail_seq;

set isms.allow_drop = on;
set client_min_messages = error;
drop extension isms cascade;
drop schema regress_retention, isms_archive cascade;
drop role regress_retention;
