-- The trail: every change of an audited row has one entry, and nobody rewrites it.
\set SHOW_CONTEXT never
set client_min_messages = warning;
drop extension if exists isms cascade;
create extension isms;
set client_min_messages = notice;
create schema regress_trail;
set search_path = regress_trail, public;

-- What the entries of this file's tables say, without what differs from run to run.
create function entries(name text) returns table (operation "char", payload text) language sql as $$
  select e.operation, e.payload
    from isms.trail_entry e
    join (select distinct id, content from isms.trail_table_version) v on v.id = e.table_version
   where v.content::json ->> 'schema' = 'regress_trail' and v.content::json ->> 'table' = name
   order by e.seq
$$;

-- Nothing is audited before the trail has leaves.
create table account (id int primary key, owner text, balance int);
select isms.enable_audit('account');
select isms.trail_open();
select isms.trail_open();

-- Rows that are there become the baseline; then every change has an entry, in the same transaction.
insert into account values (1, 'Ann', 10), (2, 'Bob', 20);
select isms.enable_audit('account');
insert into account values (3, 'Cid', 30);
update account set balance = balance + 1 where id = 3;
update account set balance = balance where id = 3;
update account set id = 4, owner = null where id = 3;
delete from account where id = 4;
truncate account;
begin;
insert into account values (9, 'Rolled', 9);
rollback;
select * from entries('account');
select key, operation, old_values, new_values from isms.audit_trail where table_name = 'regress_trail.account' order by seq;
select count(*) from isms.trail_entry e
 where (e.format, e.incarnation, e.commitment, length(e.salt::text)) is distinct from (1, isms.incarnation(), '', 36);
select count(distinct salt) = count(*) as salts_differ, count(distinct isms.leaf_hash(e)) = count(*) as leaves_differ from isms.trail_entry e;

-- An index somebody adds to a leaf gets the entries too, expression, predicate and all.
create index extra on isms.trail_leaf_1 (length(payload)) where operation = 'I';
insert into account values (9, 'Indexed', 9);
set enable_seqscan = off;
set enable_bitmapscan = off;
explain (costs off) select payload from isms.trail_leaf_1 where length(payload) = 38 and operation = 'I';
select payload from isms.trail_leaf_1 where length(payload) = 38 and operation = 'I';
reset enable_seqscan;
reset enable_bitmapscan;
drop index isms.extra;
truncate account;

-- The vectors of extension/doc/trail-format.md: of an entry as written, and erased.
select isms.leaf_hash(row (42, '4294967297', '2026-10-21 00:00:00.123456+00', 3, 1, 'U',
  '00112233-4455-6677-8899-aabbccddeeff', '0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0', '01234567-89ab-cdef-0123-456789abcdef',
  'ffeeddcc-bbaa-9988-7766-554433221100', '', U&'[{"id":1},{"name":["Ann","Zo\00EB"]}]')::isms.trail_entry) as written,
  isms.leaf_hash(row (42, '4294967297', '2026-10-21 00:00:00.123456+00', 3, 1, 'U',
  '00112233-4455-6677-8899-aabbccddeeff', '0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0', '01234567-89ab-cdef-0123-456789abcdef',
  null, '\x3241546080c2cae948a48b6650962d821eb93cdbdbdeb07fc75d23881aa092d1', null)::isms.trail_entry) as erased \gx

-- A content id is the hash of the content, and every entry's content is there.
select count(*) as wrong from (table isms.trail_identity union all table isms.trail_table_version) d
 where replace(d.id::text, '-', '') <> encode(substr(sha256(convert_to(d.content, 'UTF8')), 1, 16), 'hex');
select count(*) as without_content from isms.trail_entry e
 where not exists (select from isms.trail_identity i where i.id = e.identity)
    or not exists (select from isms.trail_table_version v where v.id = e.table_version);

-- An update of one integer adds at most 200 bytes, index and salt included.
create table many (id int primary key, counter int);
insert into many select n, n from generate_series(1, 5000) n;
select isms.enable_audit('many');
create function trail_bytes() returns bigint language sql as $$
  select pg_relation_size('isms.trail_leaf_1') + pg_relation_size('isms.trail_leaf_1_pkey')
$$;
select trail_bytes() as before \gset
update many set counter = counter + 1;
select (trail_bytes() - :before) / 5000 <= 200 as small;
drop table many;

-- Entries go to the end of the leaf, not into room that vacuum found before it.
create table mixed (id int primary key, note text);
select isms.enable_audit('mixed');
insert into mixed select n, repeat('x', 1500) from generate_series(1, 40) n;
vacuum isms.trail_leaf_1;
select max((ctid::text::point)[0]) as last_page from isms.trail_leaf_1 \gset
insert into mixed select n, 'short' from generate_series(41, 240) n;
select count(*) as entries, count(*) filter (where (ctid::text::point)[0] < :last_page) as before_the_end
  from (select e.ctid from isms.trail_leaf_1 e order by seq desc limit 200) e;

-- Values of every kind of type, the same bytes under any settings.
create type colour as enum ('red', 'green "light"');
create type pair as (a float8, b timestamptz);
create domain percent as numeric check (value between 0 and 100);
create table kinds (
  id serial primary key,
  b boolean, i2 smallint, i4 integer, i8 bigint, o oid, f4 real, f8 double precision, n numeric, money money,
  t text, v varchar(10), c char(5), nm name, u uuid, d date, tm time, tmz timetz, ts timestamp, tsz timestamptz, iv interval,
  by bytea, js json, jb jsonb, arr text[], f8s float8[], tszs timestamptz[], r daterange, rr tstzrange, mr int4multirange,
  e colour, p pair, dom percent, reg regclass, net inet, bits varbit, pt point, x xml, ref isms.reference,
  g integer generated always as (i2 * 2) stored
);
select isms.enable_audit('kinds');
create procedure fill() language sql as $$
  insert into regress_trail.kinds (b, i2, i4, i8, o, f4, f8, n, money, t, v, c, nm, u, d, tm, tmz, ts, tsz, iv, by, js, jb, arr, f8s, tszs, r, rr, mr, e, p, dom, reg, net, bits, pt, x, ref)
  values (true, -32768, -2147483648, -9223372036854775808, 4294967295, 0.1, 0.1 + 0.2::float8, 1.50, 1234.5::numeric::money,
          E'quote " backslash \\ tab \t newline \n bell \x07 \u00e9 \U0001f600', 'v', 'c', 'name', '00112233-4455-6677-8899-aabbccddeeff',
          '2024-02-29', '23:59:59.999999', '12:00+05:30', '2024-01-31 19:00:00.5', '2024-01-31 19:00:00+02', '1 year 2 days 03:04:05.6',
          '\x00ff', '{"b" : 1,  "a":"\u0000"}', '{"b": [1, {"a": null}]}', '{"a,b",NULL,"c\"d"}', '{0.30000000000000004,NaN}', '{2024-01-31 19:00:00+02}',
          '[2024-01-31,2024-02-02)', '[2024-01-31 19:00:00+02,)', '{[1,3),[5,7)}', 'green "light"', (0.1::float8, '2024-01-31 19:00:00+02'), 33.3,
          'regress_trail.account', '10.0.0.1/8', '1010', '(0.1,2)', '<a>1</a>', 'A.5.9')
$$;
call fill();
set datestyle = 'German, DMY';
set intervalstyle = 'sql_standard';
set timezone = 'Asia/Kolkata';
set extra_float_digits = -15;
set bytea_output = 'escape';
set quote_all_identifiers = on;
set search_path = regress_trail, isms, pg_catalog;
call regress_trail.fill();
reset datestyle;
reset intervalstyle;
reset timezone;
reset extra_float_digits;
reset bytea_output;
reset quote_all_identifiers;
set search_path = regress_trail, public;
select count(*) as rows, count(distinct (payload::jsonb - 'id')) as contents, count(distinct regexp_replace(payload, '"id":\d+', '')) as texts from entries('kinds');
select k.key, k.value from entries('kinds') e, json_each_text(e.payload::json) with ordinality k where k.value is not null and e.payload like '{"id":1,%' order by k.ordinality;
select count(distinct table_version) from isms.trail_entry e join isms.trail_table_version v on v.id = e.table_version where v.content like '%"kinds"%';

-- The extremes, and null everywhere: SQL null and JSON null stay apart.
update kinds set f4 = 'NaN', f8 = '-Infinity', n = 'NaN', d = 'infinity', ts = '-infinity', tsz = '2024-06-30 23:59:59.123456 BC', jb = 'null', i2 = null where id = 1;
update kinds set f8 = '-0', n = 'Infinity', jb = '"null"', d = null where id = 1;
update kinds set n = 1e-20, jb = null, f8 = 1e300 where id = 1;
insert into kinds default values;
select payload from entries('kinds') offset 2;
-- Every payload is JSON the server reads.
select count(*) from isms.audit_trail where coalesce(old_values, new_values) is null and operation <> 'truncate';

-- A wide value that was not touched is neither read nor recorded.
create table wide (id int primary key, body text, n int);
alter table wide alter body set storage external;
select isms.enable_audit('wide');
insert into wide values (1, repeat('x', 100000), 1);
update wide set n = 2;
update wide set body = repeat('y', 100000) where id = 1;
select operation, length(payload), left(payload, 40) as payload from entries('wide');

-- Without a key the whole row names itself; a replica identity serves as key.
create table keyless (a int, b text);
select isms.enable_audit('keyless');
insert into keyless values (1, 'one'), (null, null);
update keyless set b = 'uno' where a = 1;
delete from keyless where a is null;
create table identified (a int, b int not null unique);
alter table identified replica identity using index identified_b_key;
select isms.enable_audit('identified');
insert into identified values (1, 2);
update identified set a = 3;
create table empty_row ();
select isms.enable_audit('empty_row');
insert into empty_row default values;
select * from entries('keyless') union all select * from entries('identified') union all select * from entries('empty_row');
select table_name, key from isms.audit_trail where table_name in ('regress_trail.keyless', 'regress_trail.identified') and operation = 'update' order by seq;

-- Several key columns: the key is JSON.
create table line (invoice int, line int, amount int, primary key (invoice, line));
select isms.enable_audit('line');
insert into line values (7, 1, 100);
update line set amount = 50;
select key, old_values, new_values from isms.audit_trail where table_name = 'regress_trail.line' order by seq;
select operation, new_values from isms.row_history('line', '{"line": 1, "invoice": 7}');

-- Excluded columns: that they changed, never what they hold.
create table customer (id int primary key, name text, iban text, pin int);
select isms.enable_audit('customer', '{iban,pin}');
insert into customer values (1, 'Eve', 'DE00 SECRET', 4711);
update customer set iban = 'DE99 SECRET';
update customer set pin = 4712, name = 'Eva';
delete from customer;
select * from entries('customer');
select count(*) as leaked from entries('customer') where payload ~ 'SECRET|471[12]';
select key, operation, old_values, new_values from isms.audit_trail where table_name = 'regress_trail.customer' order by seq;

-- Every way a row changes: COPY, ON CONFLICT, MERGE, cascades, writable CTEs, a trigger that changes the row, replica role.
create table parent (id int primary key);
create table child (id int primary key, parent int references parent on delete cascade on update cascade, note text);
create function shout() returns trigger language plpgsql as $$ begin new.note := upper(new.note); return new; end $$;
create trigger zzz_shout before insert or update on child for each row execute function shout();
select isms.enable_audit('parent'), isms.enable_audit('child');
copy parent from stdin;
1
2
\.
insert into child values (10, 1, 'a') on conflict (id) do update set note = 'b';
insert into child values (10, 1, 'a') on conflict (id) do update set note = 'b';
insert into child values (10, 1, 'a') on conflict do nothing;
merge into child c using (values (10), (11)) s(id) on c.id = s.id
  when matched then update set note = 'm' when not matched then insert values (s.id, 2, 'n');
update parent set id = 3 where id = 2;
delete from parent where id = 1;
with moved as (delete from child returning *) insert into parent select id from moved;
set session_replication_role = replica;
insert into child values (12, 999, 'replica');
reset session_replication_role;
select 'parent' as "table", * from entries('parent') union all select 'child', * from entries('child');

-- Partitions: through the parent, directly, moved, truncated one and all, and made later.
create table event (id int, at date not null, what text, primary key (id, at)) partition by range (at);
create table event_2024 partition of event for values from ('2024-01-01') to ('2025-01-01');
create table event_2025 partition of event for values from ('2025-01-01') to ('2026-01-01');
insert into event values (0, '2024-01-01', 'before');
select isms.enable_audit('event', '{what}');
create table event_2026 partition of event for values from ('2026-01-01') to ('2027-01-01');
insert into event values (1, '2024-05-01', 'a'), (2, '2026-05-01', 'b');
insert into event_2025 values (3, '2025-05-01', 'c');
update event set at = '2025-05-02' where id = 1;
truncate event_2025;
truncate event;
select coalesce(part, table_name) as part, operation, coalesce(key, '') as key, table_name from isms.audit_trail where table_name = 'regress_trail.event' order by seq;
select isms.enable_audit('event_2024');
select isms.disable_audit('event_2024');
select table_name, present, complete from isms.trail_table where table_name = 'event';
select isms.enable_audit('event', '{what}');
select table_name, present, complete from isms.trail_table where table_name = 'event';

-- Columns added, dropped and renamed later; a default that no row holds.
create table moving (id int primary key, gone int, kept text);
select isms.enable_audit('moving');
insert into moving values (1, 1, 'a');
alter table moving drop column gone;
alter table moving add column late int default 7;
alter table moving rename column kept to stays;
update moving set stays = 'b';
alter table moving rename to moved;
delete from moved;
select * from entries('moving') union all select * from entries('moved');
select table_name, present, complete from isms.trail_table where schema_name = 'regress_trail' and not complete;
select jsonb_path_query_array(content::jsonb, '$.columns[*].name') as columns, content::json -> 'key' as key, content::json ->> 'table' as "table"
  from isms.trail_table_version where content ~ '"table":"mov' order by content collate "C";

-- A savepoint rolled back takes its facts along: they are written again with the next entry.
begin;
savepoint s;
set local application_name = 'regress savepoint';
insert into account values (1, 'Sub', 1);
rollback to s;
set local application_name = 'regress savepoint';
insert into account values (2, 'Sub', 1);
savepoint t;
set local application_name = 'regress released';
insert into account values (3, 'Sub', 1);
release t;
rollback;
begin;
set local application_name = 'regress savepoint';
insert into account values (4, 'Sub', 1);
savepoint t;
set local application_name = 'regress released';
insert into account values (5, 'Sub', 1);
release t;
commit;
begin;
set local application_name = 'regress released';
insert into account values (6, 'Sub', 1);
commit;
select new_values ->> 'id' as id, application from isms.audit_trail where application like 'regress %' and application <> 'regress trail' and table_name = 'regress_trail.account' and new_values ->> 'owner' = 'Sub' order by seq;
select content::json ->> 'application' as application, count(*) from isms.trail_identity where content like '%regress savepoint%' or content like '%regress released%' group by 1 order by 1;
truncate account;

-- Inside a transaction the command orders a row's changes, even where an application's trigger lets them arrive out of order.
create table clock (id int primary key, n int);
create function zigzag() returns trigger language plpgsql as $$
begin
  if new.id = 1 and pg_trigger_depth() = 1 then
    update regress_trail.clock set n = n + 100 where id = 2;
  end if;
  return null;
end
$$;
insert into clock values (1, 0), (2, 0);
select isms.enable_audit('clock');
create trigger aaa_zigzag after update on clock for each row execute function zigzag();
update clock set n = n + 1;
table clock;
select old_values, new_values from isms.audit_trail where table_name = 'regress_trail.clock' and key = '2' and operation = 'update' order by seq;
select old_values, new_values from isms.row_history('clock', '2') where operation = 'update';
begin;
insert into clock values (5, 1);
update clock set n = 2 where id = 5;
savepoint s;
update clock set n = 3 where id = 5;
release s;
delete from clock where id = 5;
commit;
select operation, command_id from isms.row_history('clock', '5');

-- Who: login, role in effect, application, and the person claimed.
create role regress_owner login;
create role regress_writer;
create role regress_other login;
grant regress_writer to regress_owner;
grant usage, create on schema regress_trail to regress_owner, regress_writer;
set session authorization regress_owner;
create table regress_trail.theirs (id int primary key, scope text);
grant insert on theirs to regress_writer;
reset session authorization;
select isms.enable_audit('theirs');
set session authorization regress_owner;
set role regress_writer;
set application_name = 'regress writer';
insert into theirs values (1, 'ACME');
reset role;
reset application_name;
reset session authorization;
select operation, who, session_user_name, current_user_name, application, claimed_actor, scope from isms.audit_trail where table_name = 'regress_trail.theirs';

-- Who may put a table under audit: its owner or an administrator; nobody needs rights in schema isms to write to it.
grant usage on schema isms to regress_owner, regress_other;
grant usage on schema regress_trail to regress_other;
grant execute on function isms.enable_audit, isms.disable_audit to regress_owner, regress_other;
set session authorization regress_other;
select isms.enable_audit('regress_trail.theirs');
select isms.disable_audit('regress_trail.theirs');
set session authorization regress_owner;
select isms.disable_audit('regress_trail.theirs');
select isms.enable_audit('regress_trail.theirs');
select current_user;
create table regress_trail.pile (id int primary key) partition by list (id);
select isms.enable_audit('regress_trail.pile');
create table regress_trail.pile_1 partition of regress_trail.pile for values in (1);
insert into regress_trail.pile values (1);
insert into regress_trail.theirs values (2, null);
table isms.trail_entry;
reset session authorization;
select count(*) from entries('theirs');
select * from entries('pile_1');

-- What cannot be audited, and why.
create view seen as select 1 as one;
create unlogged table fast (id int);
create temp table short (id int);
create foreign data wrapper regress_wrapper;
create server regress_server foreign data wrapper regress_wrapper;
create foreign table far (id int) server regress_server;
select isms.enable_audit('seen');
select isms.enable_audit('fast');
\set VERBOSITY sqlstate
select isms.enable_audit('short');
\set VERBOSITY default
select isms.enable_audit('far');
select isms.enable_audit('pg_class');
select isms.enable_audit('isms.person');
select isms.enable_audit('isms.trail_leaf_1');
select isms.disable_audit('isms.person');
select isms.enable_audit('account', '{nothing}');
select isms.enable_audit('account', '{id}');
select isms.enable_audit('account', '{null}');
select isms.enable_audit(4711::regclass);
select isms.enable_audit(null);
select isms.enable_audit('account', null);
select isms.disable_audit('seen');
drop foreign data wrapper regress_wrapper cascade;
select isms.capture();
create trigger wrong before insert on account for each row execute function isms.capture();
insert into account values (1);
drop trigger wrong on account;

-- Audit ended: nothing more is recorded, what was stays.
select count(*) as entries from entries('customer');
select isms.disable_audit('customer');
insert into customer values (2);
select count(*) as entries from entries('customer');
select isms.disable_audit('customer');
select count(*) from isms.audited_table where table_name = 'customer';

-- Nobody rewrites the trail: not its owner, not a superuser, not in replica role; the leaves not either.
insert into isms.trail_leaf_1 select * from isms.trail_leaf_1 limit 1;
update isms.trail_leaf_1 set payload = '{}';
delete from isms.trail_leaf_1 where false;
truncate isms.trail_leaf_1;
truncate isms.trail_entry;
set session_replication_role = replica;
\set VERBOSITY sqlstate
update isms.trail_entry set payload = '{}';
delete from isms.trail_entry;
update isms.trail_leaf_1 set payload = '{}';
delete from isms.trail_leaf_1;
truncate isms.trail_leaf_1;
insert into isms.trail_entry select * from isms.trail_entry;
merge into isms.trail_leaf_1 t using (select 1) s on t.seq = 1 when matched then delete;
copy isms.trail_leaf_1 from stdin;
\.
\set VERBOSITY default
reset session_replication_role;
-- A guard that was removed is put back.
drop trigger guard on isms.trail_leaf_1;
alter table isms.trail_leaf_2 disable trigger guard_row;
select isms.trail_open();
delete from isms.trail_leaf_1;

-- The extension's own tables are audited from activation on; the dictionaries are guarded from then on too.
select count(*) from isms.trail_table where own and complete;
select regexp_replace(isms.setup('ACME', 'Acme Ltd', 'dana', 'Dana Ruiz'), ':.*', '');
select count(*) = 0 as all_on from isms.trail_table where own and not complete;
select count(*) from isms.trail_table where own and table_name in ('trail_identity', 'trail_table_version', 'trail_entry', 'activation');
select key, scope, operation, who, new_values ->> 'role' as role from isms.audit_trail where table_name = 'isms.role_assignment' order by key;
select key, operation, new_values ->> 'name' as name from isms.audit_trail where table_name = 'isms.scope' and operation <> 'baseline';
select count(*) > 0 as shipped_rows from isms.audit_trail where table_name = 'isms.role' and operation = 'baseline';
\set VERBOSITY sqlstate
delete from isms.trail_identity;
insert into isms.trail_table_version values (gen_random_uuid(), '{}');
truncate isms.trail_identity, isms.trail_table_version;
update isms.trail_entry set payload = null;
\set VERBOSITY default

-- Who reads what: a scope's reader the entries of that scope; the rest is for those who read the whole trail.
select regexp_replace(isms.setup('OTHER', 'Other Ltd', 'dana', 'Dana Ruiz'), ':.*', '');
set isms.scope = 'ACME';
select isms.add_person('eve', 'Eve', login => 'regress_other', roles => '{risk_owner}');
insert into isms.asset (scope, code, title, kind) values ('ACME', 'A1', 'Ours', 'paper'), ('OTHER', 'A1', 'Theirs', 'paper');
update isms.asset set title = 'Still theirs' where scope = 'OTHER';
set session authorization regress_other;
select table_name, key, scope, operation, who, old_values, new_values ->> 'title' as title from isms.audit_trail where table_name = 'isms.asset' order by seq;
select count(*) from isms.audit_trail where scope <> 'ACME' or scope is null;
select count(*) from isms.trail_identity;
select count(*) from isms.trail_table_version where content not like '{"schema":"isms"%';
select count(*) from isms.trail_leaf_1;
reset session authorization;
grant isms_trail_reader to regress_other;
set session authorization regress_other;
select scope, key, operation from isms.audit_trail where table_name in ('isms.asset', 'regress_trail.theirs') order by seq;
reset session authorization;

-- An application acts for a person: both are recorded.
create role regress_app login;
grant isms_application to regress_app;
begin;
set local session authorization regress_app;
set local isms.actor = 'eve';
set local isms.scope = 'ACME';
update isms.asset set title = 'By Eve' where code = 'A1';
commit;
reset session authorization;
select who, session_user_name, claimed_actor, new_values from isms.audit_trail where new_values ->> 'title' = 'By Eve';

-- A renamed schema is seen.
alter schema regress_trail rename to regress_renamed;
insert into regress_renamed.account values (77);
select table_name from isms.audit_trail where new_values ->> 'id' = '77' and table_name like '%.account';
alter schema regress_renamed rename to regress_trail;

-- Removed, nothing is left; made again, it begins anew.
set client_min_messages = warning;
drop owned by regress_app, regress_other;
drop role regress_app, regress_other;
\set VERBOSITY sqlstate
drop extension isms;
\set VERBOSITY default
drop extension isms cascade;
select count(*) from pg_trigger where tgname like 'isms_%';
select count(*) from pg_class where relname like 'trail\_%';
create extension isms;
select isms.trail_open();
select isms.enable_audit('account');
insert into account values (88);
select operation, key from isms.audit_trail where table_name = 'regress_trail.account' and key = '88';
drop schema regress_trail cascade;
drop owned by regress_owner, regress_writer;
drop role regress_owner, regress_writer;
select isms.revoke_roles();
