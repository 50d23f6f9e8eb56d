-- Personal data go from the trail; what it proves stays, and that they were erased stands in it.
\set SHOW_CONTEXT never
set client_min_messages = warning;
drop extension if exists isms cascade;
create extension isms;
create schema regress_erase;
set search_path = regress_erase, public;

-- Nothing is erased where nothing would be recorded.
create table customer (id int primary key, name text, mail text);
select isms.erase_personal_data('customer', '1', 'request 1');
select count(*) > 0 as activated from isms.activate();
select count(*) <= 5 as roles from isms.setup_roles();
select isms.grant_roles() is not null as granted;

-- What the entries of a table say, without what differs from run to run.
create function entries(name text) returns table (operation "char", payload text, erased boolean) language sql as $$
  select e.operation, e.payload, e.salt is null and length(e.commitment) = 32
    from isms.trail_entry e
    join (select distinct id, content from isms.trail_table_version) v on v.id = e.table_version
   where v.content::json ->> 'schema' = 'regress_erase' and v.content::json ->> 'table' = name
   order by e.seq
$$;

-- The tree's leaves as they were: none may ever change.
create table leaf (seq bigint primary key, hash bytea);
create function remember() returns void language sql as $$
  insert into leaf select e.seq, isms.leaf_hash(e) from isms.trail_entry e on conflict do nothing
$$;
create function changed_leaves() returns bigint language sql as $$
  select count(*) from leaf l left join isms.trail_entry e using (seq) where isms.leaf_hash(e) is distinct from l.hash
$$;

insert into customer values (1, 'Ann', 'ann@example.org'), (2, 'Bob', 'bob@example.org');
select isms.enable_audit('customer');
insert into customer values (3, 'Cid', 'cid@example.org');
update customer set name = 'Cyd' where id = 3;
update customer set mail = mail where id = 3;
update customer set mail = 'ann@example.com' where id = 1;

-- A row that is still in its table: without its entries the trail would say that nobody put it there.
select isms.erase_personal_data('customer', '3', 'request 1');
\echo :LAST_ERROR_SQLSTATE
select * from entries('customer') where erased;

-- A row that is gone: every entry of it, sealed or not, and no other.
select isms.seal() > 0 as sealed;
select clock_timestamp() as before \gset
delete from customer where id = 3;
select remember();
select * from isms.erase_personal_data('customer', '3', 'request 1');
select * from entries('customer');
select changed_leaves();
select isms.seal() > 0 as sealed;
select clock_timestamp() as gone \gset
select * from isms.verify_trail();
select bool_and(p.leaf_hash = l.hash and p.root = c.root) as proven
  from isms.trail_entry e
  join leaf l using (seq)
 cross join lateral isms.inclusion_proof(e.seq) p
  join isms.checkpoint c on c.size = p.tree_size
 where e.payload is null;
select * from isms.erase_personal_data('customer', '3', 'request 1 again');

-- That it was done, when, why and how much: a row of an audited table, without what was erased.
select reason, table_name, entries, identities, kept, erased = (select range_agg(int8range(e.seq, e.seq, '[]')) from isms.trail_entry e where e.payload is null) as numbers
  from isms.erasure;
select operation, key, new_values ->> 'reason' as reason from isms.audit_trail where table_name = 'isms.erasure';
select * from isms.unexplained_erasures();

-- The views and functions that read the trail say so, and take it for no difference.
select operation, key, who is not null as who, old_values, new_values, erased from isms.audit_trail where table_name = 'regress_erase.customer' order by seq;
select * from isms.row_history('customer', '3');
select what, key, recorded from isms.reconcile('customer');
update customer set mail = null where id = 2;
select isms.seal() > 0 as sealed;
select * from isms.as_of(null::customer, clock_timestamp()) order by id;
select * from isms.as_of(null::customer, :'gone') order by id;
\set VERBOSITY terse
select * from isms.as_of(null::customer, :'before') order by id;
select key, "row" from isms.as_of_json('customer', :'before') order by key;
\set VERBOSITY default
select column_name, value, operation from isms.last_changes('customer', '3');

-- A row that has to stay, for its invoices, but for name and address: it is recorded anew as it is, and its history goes on from there.
update customer set name = 'former customer', mail = null where id = 1;
select isms.seal() > 0 as sealed;
select clock_timestamp() as emptied \gset
select remember();
select entries, kept from isms.erase_personal_data('customer', '1', 'request 2', keep_row => true);
select * from entries('customer');
select changed_leaves();
update customer set name = 'former customer 1' where id = 1;
select operation, old_values, new_values from isms.row_history('customer', '1');
select column_name, value, operation from isms.last_changes('customer', '1');
select what, key, recorded from isms.reconcile('customer');
select * from isms.as_of(null::customer, :'emptied') order by id;
delete from customer where id = 1;
select what, key, recorded from isms.reconcile('customer');
select isms.seal() > 0 as sealed;
select change, key, columns from isms.diff('customer', :'emptied', clock_timestamp()) order by key;
-- Nothing of the erased rows is left in the look-up.
select count(*) filter (where e.payload is null) as erased, count(*) > 0 as others from isms.trail_key k join isms.trail_entry e using (seq);
select isms.trail_index_keys(0, 1000000);
-- An unrecorded change is still found.
set isms.allow_drop = on;
alter table customer disable trigger isms_capture;
update customer set name = 'Eve' where id = 2;
alter table customer enable always trigger isms_capture;
set isms.allow_drop = off;
select what, key, column_name, recorded, found from isms.reconcile('customer');
-- A new baseline forgets what was erased before it.
select isms.enable_audit('customer');
select * from isms.reconcile('customer');

-- A row is followed through changes of its key, both ways, and across a new baseline; others that had one of its keys before or after are other rows, unless they had the one asked for.
create table place (id int primary key, name text);
select isms.enable_audit('place');
insert into place values (1, 'one'), (2, 'two'), (3, 'three'), (4, 'four');
update place set id = 10 where id = 1;
update place set id = 1 where id = 2;
update place set id = 30 where id = 3;
select isms.enable_audit('place');
update place set id = 3 where id = 4;
update place set id = 300 where id = 30;
select isms.erase_personal_data('place', '300', 'request 3');
delete from place where id = 300;
select entries from isms.erase_personal_data('place', '300', 'request 3');
select * from entries('place');
select what, recorded from isms.reconcile('place');
begin;
delete from place where id = 1;
select entries from isms.erase_personal_data('place', '1', 'request 3', keep_row => true);
select operation, payload from entries('place') where not erased;
select what, recorded from isms.reconcile('place');
rollback;
select count(*) from entries('place') where erased;

-- Rows by values they ever had, as a child table has them; a renamed column, a key of two columns, wide values, an index somebody added.
create table address (customer int, line int, street text, primary key (customer, line));
create index extra on isms.trail_leaf_1 (length(payload)) where operation = 'I';
select isms.enable_audit('address');
insert into address values (7, 1, 'Short Street'), (7, 2, (select string_agg(md5(g::text), ' ') from generate_series(1, 2000) g)), (8, 1, 'Other Street');
alter table address rename column street to road;
update address set road = 'Long Road' where line = 1 and customer = 7;
update address set customer = 9 where line = 2;
select isms.erase_personal_data('address', matching => '{"owner": 7}', reason => 'request 4');
select isms.erase_personal_data('address', matching => '[7]', reason => 'request 4');
delete from address where customer in (7, 9);
select remember();
select entries from isms.erase_personal_data('address', '{"line": 2, "customer": 9}', 'request 4');
select operation, left(payload, 40), erased from entries('address');
select entries, vacuum from isms.erase_personal_data('address', matching => '{"customer": 7, "road": "Short Street"}', reason => 'request 4');
select operation, left(payload, 60), erased from entries('address');
select changed_leaves();
set enable_seqscan = off;
select count(*) from isms.trail_leaf_1 where length(payload) > 60000 and operation = 'I';
reset enable_seqscan;
drop index isms.extra;
select what, recorded from isms.reconcile('address');

-- Partitions, which a row moves between.
create table visit (id int, day date, guest text, primary key (id, day)) partition by range (day);
create table visit_1 partition of visit for values from ('2026-01-01') to ('2026-07-01');
create table visit_2 partition of visit for values from ('2026-07-01') to ('2027-01-01');
select isms.enable_audit('visit');
insert into visit values (1, '2026-03-01', 'Ann'), (2, '2026-03-01', 'Bob');
update visit set day = '2026-09-01' where id = 1;
delete from visit where id = 1;
select entries from isms.erase_personal_data('visit', matching => '{"guest": "Ann"}', reason => 'request 5');
select p.name, e.* from (values ('visit_1'), ('visit_2')) p (name), entries(p.name) e;
select part, what, recorded from isms.reconcile('visit');

-- A table without a key: rows alike go together, with what they became.
create table note (body text, stars int);
insert into note values ('old', 1);
select isms.enable_audit('note');
insert into note values ('by Ann', 1), ('by Ann', 1), ('by Bob', 2);
update note set stars = 3 where body = 'by Ann';
select isms.erase_personal_data('note', 'by Ann', 'request 6');
select isms.erase_personal_data('note', matching => '{"stars": 3}', reason => 'request 6');
select entries, kept from isms.erase_personal_data('note', matching => '{"body": "by Ann"}', reason => 'request 6', keep_row => true);
select * from entries('note');
select what, recorded from isms.reconcile('note');
delete from note where body = 'by Ann';
select entries, kept from isms.erase_personal_data('note', matching => '{"body": "by Ann"}', reason => 'request 6');
select operation, payload from entries('note') where not erased;
select what, recorded from isms.reconcile('note');

-- Tables of isms have a scope.
insert into isms.scope (code, name) values ('north', 'North'), ('south', 'South');
insert into isms.asset (scope, code, title, kind) values ('north', 'A-1', 'Diary of Ann', 'information'), ('south', 'A-1', 'Diary of Bob', 'information');
delete from isms.asset where code = 'A-1';
set isms.scope = 'north';
select entries from isms.erase_personal_data('isms.asset', 'A-1', 'request 7');
select scope, operation, coalesce(old_values, new_values) ->> 'title' as title from isms.audit_trail where table_name = 'isms.asset' and (erased or scope = 'south') order by seq;
select entries from isms.erase_personal_data('isms.asset', 'A-1', 'request 7', scope => 'south');
reset isms.scope;

-- A person: the row, the logins, and with logins who acted. Others' changes stay theirs.
create role regress_erase_ann login;
create role regress_erase_admin login;
grant isms_admin to regress_erase_admin;
grant usage, create on schema regress_erase to regress_erase_ann;
insert into isms.person (code, name, email) values ('ann', 'Ann Other', 'ann@example.org'), ('bob', 'Bob Other', 'bob@example.org');
insert into isms.login (role_name, person) values ('regress_erase_ann', 'ann'), ('regress_erase_ann2', 'bob');
update isms.login set person = 'ann' where role_name = 'regress_erase_ann2';
delete from isms.login where role_name = 'regress_erase_ann2';
set session authorization regress_erase_ann;
create table regress_erase.own (id int primary key);
reset session authorization;
select isms.enable_audit('own');
set session authorization regress_erase_ann;
insert into regress_erase.own values (1);
reset session authorization;
select who, session_user_name from isms.audit_trail where table_name = 'regress_erase.own';
set session authorization regress_erase_admin;
select isms.erase_person('ann', 'request 8');
update isms.person set name = 'former employee', email = null where code = 'ann';
delete from isms.login where person = 'ann';
select entries, identities, kept, vacuum from isms.erase_person('ann', 'request 8', logins => true, keep_row => true);
reset session authorization;
select who, session_user_name from isms.audit_trail where table_name = 'regress_erase.own';
select table_name, operation, key, new_values ->> 'name' as name, erased
  from isms.audit_trail where table_name in ('isms.person', 'isms.login') and (erased or key in ('ann', 'regress_erase_ann')) order by seq;
select count(*) from isms.trail_identity where content is null;
select count(*) from isms.trail_identity where content like '%regress_erase_ann"%';
select table_name, entries, identities, kept, role_name from isms.erasure where reason = 'request 8' order by id;
select what, recorded from isms.reconcile('isms.person');
select what, recorded from isms.reconcile('isms.login');

-- Who may not: an editor, the table's owner; and by UPDATE nobody, then as before.
set session authorization regress_erase_ann;
select isms.erase_personal_data('regress_erase.own', '1', 'mine');
reset session authorization;
grant isms_editor to regress_erase_ann;
set session authorization regress_erase_ann;
select isms.erase_personal_data('regress_erase.own', '1', 'mine');
select isms.erase_rows('regress_erase.own', '1', null, null, 'mine', false);
select isms.erase_identities('{}', 'mine');
reset session authorization;
update isms.trail_entry set payload = null;
update isms.trail_identity set content = null;
update isms.erasure set reason = 'another';
select operation, old_values, new_values from isms.audit_trail where table_name = 'isms.erasure' and operation = 'update' limit 1;

-- A payload taken off below the guards leaves the tree whole; that nobody recorded an erasure shows it.
select e.seq as victim from isms.trail_entry e where e.payload like '%Other Street%' \gset
set isms.allow_drop = on;
alter table isms.trail_leaf_1 disable trigger user;
update isms.trail_leaf_1 set commitment = sha256(uuid_send(salt) || convert_to(payload, 'UTF8')), salt = null, payload = null where seq = :victim;
alter table isms.trail_leaf_1 enable always trigger guard, enable always trigger guard_row;
set isms.allow_drop = off;
select changed_leaves();
select count(*) as unexplained, max(seq) = :victim as it from isms.unexplained_erasures();
select isms.seal() > 0 as sealed;
select problem, entry = :victim as it, table_name, detail from isms.verify_trail();

-- What is asked for must be clear, and seen whole.
select isms.erase_personal_data('customer', '2');
select isms.erase_personal_data('customer', '2', '  ');
select isms.erase_personal_data('customer', reason => 'why');
select isms.erase_personal_data('customer', '2', 'why', matching => '{"name": "Bob"}');
select isms.erase_personal_data('pg_class', '2', 'why');
begin isolation level repeatable read;
select isms.erase_personal_data('customer', '2', 'why');
rollback;

set isms.allow_drop = on;
set client_min_messages = error;
drop extension isms cascade;
drop schema regress_erase cascade;
drop role regress_erase_ann, regress_erase_admin;

-- In a database of another encoding what is left proves the same UTF-8 text.
create database regress_latin encoding 'latin1' locale 'C' template template0;
\set here :DBNAME
\c regress_latin
\set SHOW_CONTEXT never
set client_min_messages = warning;
create extension isms;
do $$ begin perform isms.setup('ACME', 'Acme Ltd', 'root', 'First Person'); end $$;
create table customer (id integer primary key, name text);
select isms.enable_audit('customer');
insert into customer values (1, u&'M\00FCller'), (2, u&'Na\00EFm');
select isms.seal() > 0 as sealed;
select entries from isms.erase_personal_data('customer', '1', 'asked for it', keep_row => true);
select isms.seal() > 0 as sealed;
select * from isms.verify_trail();
\c :here
drop database regress_latin;
