-- A table as it was: isms.as_of, isms.as_of_json, isms.diff.
\set SHOW_CONTEXT never
set client_min_messages = warning;
drop extension if exists isms cascade;
create extension isms;
set client_min_messages = notice;
select isms.activate() is not null as active;
create schema regress_lookback;
set search_path = regress_lookback, public;
set datestyle = 'SQL, DMY';
set intervalstyle = sql_standard;
set timezone = 'America/New_York';
set bytea_output = escape;

-- A copy of the table at each step is what as_of must give back, row for row.
create table account (id int primary key, owner text, balance numeric(10,2), opened timestamptz, lasts interval, tags text[], facts jsonb, photo bytea, f float8);
create table step (n int primary key, at timestamptz);
create table copied (n int, row account);
create procedure take(which int) language plpgsql as $$
begin
  insert into copied select which, a from account a;
  commit;
  perform isms.seal();
  commit;
  insert into step values (which, clock_timestamp());
  perform pg_sleep(0.002);
  commit;
end $$;
create function compare(steps int4range) returns table (n int, same boolean, rows bigint) language plpgsql as $$
declare s step;
begin
  for s in select * from step where step.n <@ steps order by 1 loop
    return query select s.n,
      not exists (select a from isms.as_of(null::account, s.at) a except all select c.row from copied c where c.n = s.n)
      and not exists (select c.row from copied c where c.n = s.n except all select a from isms.as_of(null::account, s.at) a)
      and (select coalesce(jsonb_agg(j.row order by j.key), '[]') from isms.as_of_json('account', s.at) j)
        = (select coalesce(jsonb_agg(j.row order by j.key), '[]') from isms.as_of_json('account', s.at) j
             join isms.as_of(null::account, s.at) a on a.id::text = j.key),
      (select count(*) from isms.as_of_json('account', s.at));
  end loop;
end $$;

insert into account select g, 'owner ' || g, g / 3.0, timestamptz '2024-02-29 12:00+00' + g * interval '1 day', g * interval '-1 day 2 hours',
  array['a', 'b"' || g], jsonb_build_object('n', g, 'x', null), decode(lpad(to_hex(g), 4, '0'), 'hex'), g / 7.0::float8 from generate_series(1, 30) g;
call take(0);
select isms.enable_audit('account');
call take(1);
update account set balance = balance + 1, tags = tags || array['c"\'], f = 'NaN' where id % 2 = 0;
call take(2);
delete from account where id % 5 = 0;
insert into account values (101, E'new\tline\n', null, 'infinity', null, '{}', '[1, "two"]', '\xff00', 'Infinity'), (102, null, 1, null, null, null, 'null', '', -0.0);
call take(3);
update account set id = id + 1000 where id in (3, 101);
update account set id = 3 where id = 7;
update account set facts = '"scalar"', lasts = '1 year -2 days 03:04:05.6', opened = '2001-02-03 04:05:06.789+05' where id < 12;
call take(4);
begin;
delete from account where id < 10;
insert into account (id, owner) values (1, 'again');
update account set owner = 'and again' where id = 1;
savepoint s;
delete from account;
rollback to s;
commit;
call take(5);
select * from compare('[1,5]');
select isms.seal() \gset
select count(*) from isms.as_of(null::account, clock_timestamp());

-- Before the trail of the table there is nothing to say.
do $$
begin
  perform isms.as_of(null::account, at) from step where n = 0;
exception when others then
  raise notice '% %', sqlstate, regexp_replace(sqlerrm, '[0-9][0-9:. -]*(EST|EDT|-)*[0-9]*', '(time)', 'g');
end $$;

-- Past a TRUNCATE, and past a new baseline, entries are added up.
truncate account;
call take(6);
insert into account (id, owner) values (1, 'after');
call take(7);
select * from compare('[1,7]');
alter table account disable trigger isms_capture;
insert into account (id, owner) values (2, 'unseen');
alter table account enable always trigger isms_capture;
select isms.enable_audit('account');
call take(8);
update account set owner = upper(owner);
call take(9);
select * from compare('[1,9]');

-- What changed between two times.
select key, change, columns, old_row ->> 'owner' as old_owner, new_row ->> 'owner' as new_owner
  from step a, step b, isms.diff('account', a.at, b.at) where a.n = 5 and b.n = 9 order by 2, length(key), 1;
select key, change, columns, old_row ->> 'balance' as old_balance, new_row ->> 'balance' as new_balance
  from step a, step b, isms.diff('account', a.at, b.at) where a.n = 2 and b.n = 4 and length(key) < 2 or a.n = 2 and b.n = 4 and change <> 'changed' order by 2, length(key), 1;

-- A transaction is not halved: what it did before and after the instant is undone together.
create table pair (id int primary key, v int);
select isms.enable_audit('pair');
insert into pair values (1, 0), (2, 0);
select isms.seal() \gset
begin;
update pair set v = 1 where id = 1;
select clock_timestamp() as middle \gset
update pair set v = 1 where id = 2;
commit;
select * from isms.as_of(null::pair, :'middle') order by id;
select isms.seal() \gset
select * from isms.as_of(null::pair, :'middle') order by id;
select * from isms.as_of(null::pair, clock_timestamp()) order by id;

-- What came after the newest checkpoint is not in it.
update pair set v = 2;
select * from isms.as_of(null::pair, clock_timestamp()) order by id;
select isms.seal() \gset
select * from isms.as_of(null::pair, clock_timestamp()) order by id;

-- A table that was empty then.
create table later (id int primary key);
select isms.enable_audit('later');
select isms.seal() \gset
select * from isms.as_of(null::later, clock_timestamp());
insert into later values (1);
select * from isms.as_of(null::later, clock_timestamp());

-- Before the first checkpoint there is nothing to say.
\set VERBOSITY sqlstate
select * from isms.as_of(null::pair, '2001-01-01');
\set VERBOSITY default

-- Columns renamed, added, dropped; a value that no longer fits is null as a column and whole as JSON.
create type mood as enum ('calm', 'busy');
create domain small as int check (value < 100);
create table thing (id int primary key, label text, size int, gone text, mood mood default 'calm');
select isms.enable_audit('thing');
insert into thing values (1, 'first', 500, 'x'), (2, '12', 5, 'y'), (3, '13', 6, 'z');
select isms.seal() \gset
select clock_timestamp() as t1 from pg_sleep(0.01) \gset
update thing set size = 50, label = '11', gone = 'xx' where id = 1;
delete from thing where id = 3;
alter table thing rename column label to title;
alter table thing alter title type int using title::int;
alter table thing alter size type small;
alter table thing drop column gone;
alter table thing add column note text default 'added';
update thing set note = 'noted' where id = 2;
select * from isms.as_of(null::thing, :'t1') order by id;
select * from isms.as_of_json('thing', :'t1') order by key;
select isms.seal() \gset
select change, key, columns from isms.diff('thing', :'t1', clock_timestamp());
truncate thing;
select * from isms.as_of(null::thing, :'t1') order by id;
select * from isms.as_of_json('thing', :'t1') order by key;

-- Excluded columns: their old values are unknown.
create table secret (id int primary key, pin text, label text);
select isms.enable_audit('secret', '{pin}');
insert into secret values (1, '1234', 'a'), (2, '5678', 'b'), (3, '9012', 'c');
select isms.seal() \gset
select clock_timestamp() as t1 from pg_sleep(0.01) \gset
update secret set pin = '4321' where id = 1;
update secret set label = 'bb' where id = 2;
delete from secret where id = 3;
select * from isms.as_of(null::secret, :'t1') order by id;

-- Without a key, and by partitions, whose columns stand in another order.
create table words (word text, n float8);
select isms.enable_audit('words');
insert into words values ('a', 1), ('a', 1), ('b', 2);
select isms.seal() \gset
select clock_timestamp() as t1 from pg_sleep(0.01) \gset
delete from words where ctid = (select min(ctid) from words);
update words set n = 3 where word = 'b';
insert into words values ('c', 4);
select * from isms.as_of(null::words, :'t1') order by 1, 2;
select isms.seal() \gset
select change, old_row, new_row from isms.diff('words', :'t1', clock_timestamp());
create table event (id int, month int, what text, primary key (month, id)) partition by list (month);
create table event_1 partition of event for values in (1);
create table event_2 (what text, junk int, month int not null, id int not null);
alter table event_2 drop column junk;
alter table event attach partition event_2 for values in (2);
select isms.enable_audit('event');
insert into event values (1, 1, 'a'), (2, 1, 'b'), (3, 2, 'c'), (4, 2, 'd');
select isms.seal() \gset
select clock_timestamp() as t1 from pg_sleep(0.01) \gset
update event set month = 2 where id = 1;
update event set what = 'changed' where id = 3;
delete from event where id = 4;
select * from isms.as_of(null::event, :'t1') order by id;
select key, "row" from isms.as_of_json('event', :'t1') order by key;
select * from isms.as_of(null::event_2, :'t1') order by id;
select isms.seal() \gset
select key, change, columns from isms.diff('event', :'t1', clock_timestamp());
alter table event detach partition event_1;
select * from isms.as_of(null::event, :'t1') order by id;

-- Who may look: SELECT on the whole table, and on tables with row security those who read the whole trail.
create role regress_reader;
grant usage on schema isms, regress_lookback to regress_reader;
grant execute on all functions in schema isms to regress_reader;
grant select on step to regress_reader;
grant select (id) on pair to regress_reader;
set role regress_reader;
select * from isms.as_of(null::pair, :'middle');
reset role;
grant select on pair to regress_reader;
set role regress_reader;
select * from isms.as_of(null::pair, :'middle') order by id;
reset role;
alter table pair enable row level security;
create policy ones on pair using (id = 1);
set role regress_reader;
select * from isms.as_of(null::pair, :'middle');
reset role;

-- On tables of the extension the reader's scopes count, those of the row as it was.
select isms.setup('TWO', 'Second', 'ann', 'Ann') is not null as active;
create role regress_rea login;
select isms.add_person('rea', 'Rea', login => 'regress_rea', roles => '{external_auditor}') is not null as added;
insert into isms.scope (code, name) values ('ONE', 'First');
select isms.seal() \gset
select clock_timestamp() as t0 \gset
insert into isms.asset (scope, code, title, kind) values ('ONE', 'A-1', 'Server', 'hardware'), ('TWO', 'A-1', 'Laptop', 'hardware');
select isms.seal() \gset
select clock_timestamp() as t1 from pg_sleep(0.01) \gset
update isms.asset set title = 'Big server' where title = 'Server';
update isms.asset set description = 'Heavy' where title = 'Laptop';
select isms.seal() \gset
select scope, code, title, description from isms.as_of(null::isms.asset, :'t0') order by scope;
select scope, code, title, description from isms.as_of(null::isms.asset, :'t1') order by scope;
set session authorization regress_rea;
select isms.visible_scopes() as scopes;
select scope, code, title, description from isms.as_of(null::isms.asset, :'t1') order by scope;
select scope, key, "row" ->> 'title' as title from isms.as_of_json('isms.asset', :'t1');
select scope, key, change, columns from isms.diff('isms.asset', :'t1', clock_timestamp());
select * from isms.as_of(null::isms.person, :'t1');
reset session authorization;

-- What isn't a table, or not audited.
select isms.as_of(null::int, now());
select isms.as_of(null::mood, now());
select isms.as_of(null::step, now());
select isms.as_of(null::step, null);

set client_min_messages = warning;
drop schema regress_lookback cascade;
drop owned by regress_reader, regress_rea;
drop role regress_reader, regress_rea;
select isms.revoke_roles();
