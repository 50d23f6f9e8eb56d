-- What a hostile or unlucky session tries on the library: no crash, no power gained, no change unrecorded.
\set SHOW_CONTEXT never
set client_min_messages = warning;
drop extension if exists isms cascade;
create extension isms;
create role regress_hard login;
create schema regress_hard authorization regress_hard;
set client_min_messages = notice;
set search_path = regress_hard, public;
select regexp_replace(isms.trail_open(), '\d+', 'n', 'g');
grant usage on schema isms to regress_hard;
grant execute on function isms.enable_audit, isms.disable_audit, isms.trail_baseline_of to regress_hard;

-- The name of a table in the trail, and the payload, of the entries of this file.
create function entries() returns table (operation "char", "table" text, root text, payload text) language sql as $$
  select e.operation, v.content::json ->> 'table', v.content::json #>> '{partition_of,table}', e.payload
    from isms.trail_entry e
    join (select distinct id, content from isms.trail_table_version) v on v.id = e.table_version
   order by e.seq
$$;

-- What isms runs as its owner never takes an operator or function from the caller's search_path.
set session authorization regress_hard;
create table mine (id int primary key);
create function hijack(text, text) returns boolean language plpgsql as $$
begin
  if current_user <> 'regress_hard' then
    raise warning 'running as %', current_user;
  end if;
  return $1 operator(pg_catalog.=) $2;
end
$$;
create operator = (function = hijack, leftarg = text, rightarg = text);
set search_path = regress_hard, pg_catalog;
select isms.enable_audit('mine');
select isms.enable_audit('mine');
select isms.trail_baseline_of('mine');
select isms.disable_audit('mine');
set search_path = regress_hard, public;
drop operator regress_hard.= (text, text);
reset session authorization;

-- The types that live in queries come from their functions alone.
insert into isms.scope (code, name) values ('HARD', 'Hardened');
select isms.copy_method('5x5', 'HARD');
create table kept as select spec from isms.risk_method_spec;
create table crafted (spec isms.method_spec, effect isms.effect, assessment isms.assessment, implementations isms.implementation_set);
\set VERBOSITY terse
insert into crafted values ('anything');
insert into crafted (effect) values ('anything');
insert into crafted (assessment) values ('anything');
insert into crafted (implementations) values ('anything');
select '\x00'::bytea::isms.method_spec;
select row ('\x00'::bytea)::kept;
select jsonb_populate_record(null::crafted, '{"effect": "\\x00"}');
copy crafted from stdin (format binary);
\.
\copy (select null::isms.method_spec) to '/dev/null' (format binary)
select isms.compile_method(m, array[jsonb_populate_record(null::isms.risk_scale_step, '{"scale": "likelihood", "step": -2147483648}')], null) from isms.risk_method m where scope = 'HARD';
select isms.compile_method(m, null, array[jsonb_populate_record(null::isms.risk_level, '{"rank": 2147483647}')]) from isms.risk_method m where scope = 'HARD';
select isms.compile_method(m, null, array[null, jsonb_populate_record(null::isms.risk_level, '{}')]) from isms.risk_method m where scope = 'HARD';
\set VERBOSITY default
-- A kept value is the same still.
select distinct isms.assessed_score(isms.assess(k.spec, 5, 5, null, null, null, null, null, null, null, null, null, null, null), 'inherent') as kept,
  isms.assessed_score(isms.assess(v.spec, 5, 5, null, null, null, null, null, null, null, null, null, null, null), 'inherent') as made
  from kept k, isms.risk_method_spec v where v.scope = 'HARD';
-- Text of any language can be refused: the message ends at a whole character.
select isms.control_effect('a' || repeat('é', 30), 0.5, 1, 7);

-- Values that are awkward to write: arrays of rows, domains over arrays, a domain over a row, bytes that are no character.
create type point3 as (x float8, y "char", z timestamptz[]);
create domain points as point3[] check (cardinality(value) < 5);
create domain named as point3;
create table awkward (id int primary key, a point3[], d points, n named, c "char", nested jsonb, scalar jsonb, money money);
select isms.enable_audit('awkward');
set lc_monetary = 'C.UTF-8';
set timezone = 'Asia/Kolkata';
insert into awkward values (1,
  array[row (0.1, 'a', '{2024-01-31 19:00:00+02}')::point3, null], array[row ('NaN', null, null)::point3], row (1, '"', '{}'),
  'a', '[{"a": [[], {}, null]}]', '"a\"b"', 1234.5::numeric::money);
insert into awkward (id, c, scalar) values (2, '', 'true'), (3, '"', '1e30'), (4, '\', 'null');
insert into awkward (id, c) select 5 + i, (i - 128)::"char" from generate_series(0, 1) i;
reset timezone;
reset lc_monetary;
select payload from entries() where "table" = 'awkward';
insert into awkward (id, n) values (7, row (0, (-128)::"char", null));
-- Whatever it holds, every entry can be read and hashed.
select count(payload::json) as readable, count(isms.leaf_hash(e)) as hashed from isms.trail_entry e;

-- As wide as a table can be, and rows that need out-of-line storage in the trail.
select format('create table wide (%s)', string_agg(format('c%s int', n), ', ')) from generate_series(1, 1600) n \gexec
select isms.enable_audit('wide');
insert into wide (c1, c1600) values (1, 1600);
update wide set c800 = 800;
select operation, length(payload), (select count(*) from json_object_keys(case operation when 'U' then payload::json -> 1 else payload::json end)) as columns from entries() where "table" = 'wide';
create table big (id int primary key, body text, more text);
alter table big alter body set storage external;
select isms.enable_audit('big');
insert into big values (1, repeat('x', 1000000), repeat('"', 1000000));
update big set more = more || 'y';
delete from big;
select operation, length(payload), payload::json is not null as readable from entries() where "table" = 'big';

-- A partition's entries name its root as it is called now.
create table root (id int, v int, primary key (id)) partition by list (id);
create table middle partition of root for values in (1, 2) partition by list (id);
create table bottom partition of middle for values in (1);
select isms.enable_audit('root');
insert into root values (1, 1);
alter table root rename to top;
insert into top values (1, 2) on conflict (id) do update set v = 2;
alter table middle rename to between_them;
update bottom set v = 3;
alter table bottom rename to lowest;
delete from top;
select * from entries() where root is not null;

-- Locks of a rolled back savepoint are taken again; an index made meanwhile gets the entries; a function may fail in between.
create table counter (id int primary key, n int);
select isms.enable_audit('counter');
begin;
savepoint a;
insert into counter values (1, 1);
rollback to a;
select count(*) from pg_locks where pid = pg_backend_pid() and relation = 'isms.trail_leaf_1'::regclass and mode = 'RowExclusiveLock';
insert into counter values (2, 2);
select count(*) from pg_locks where pid = pg_backend_pid() and relation in ('isms.trail_leaf_1'::regclass, 'isms.trail_leaf_1_pkey'::regclass) and mode = 'RowExclusiveLock';
create index regress_hard_payload on isms.trail_leaf_1 (payload) where payload like '{"id":3%';
insert into counter values (3, 3);
set local enable_seqscan = off;
select payload from isms.trail_leaf_1 where payload = '{"id":3,"n":3}' and payload like '{"id":3%';
drop index isms.regress_hard_payload;
insert into counter values (4, 4);
create function often() returns void language plpgsql as $$
begin
  for i in 5 .. 104 loop
    begin
      insert into regress_hard.counter values (i, 0);
      insert into regress_hard.counter values (i / 2, 0);
    exception when unique_violation then
      insert into regress_hard.counter values (-i, 0);
    end;
  end loop;
end
$$;
select often();
commit;
select (select count(*) from counter) as rows, (select count(*) from entries() where "table" = 'counter') as entries;
select count(*) as differ from counter c full join (select payload from entries() where "table" = 'counter') e on e.payload = format('{"id":%s,"n":%s}', c.id, c.n) where c is null or e is null;
reset enable_seqscan;

-- A trigger that writes to other audited tables, and to its own, while it is captured.
create table ping (id int primary key, n int);
create table pong (id int primary key, n int);
create function volley() returns trigger language plpgsql as $$
begin
  if new.n > 0 then
    execute format('insert into regress_hard.%I values (%s, %s)', case tg_table_name when 'ping' then 'pong' else 'ping' end, new.id + 1, new.n - 1);
  end if;
  create temp table aside (a int);
  drop table aside;
  alter table regress_hard.counter alter n set statistics 10;
  insert into regress_hard.counter values (new.id + 1000, new.n);
  return null;
end
$$;
select isms.enable_audit('ping'), isms.enable_audit('pong');
create trigger aaa after insert on ping for each row execute function volley();
create trigger zzz after insert on pong for each row execute function volley();
insert into ping values (1, 6);
select "table", payload from entries() where "table" in ('ping', 'pong') or payload ~ '"id":100' order by payload::json ->> 'n', "table";

-- Looking back: a row older than a column has the column's default, and a check that runs meanwhile may write to the table and change it.
create function busy(value int) returns boolean language plpgsql as $$
begin
  if coalesce(current_setting('regress_hard.busy', true), '') = '' then
    perform set_config('regress_hard.busy', 'yes', true);
    grant select on regress_hard.watched to regress_hard;
    insert into regress_hard.watched values (1000 + (select count(*) from regress_hard.watched), 0, repeat('z', 100000));
    perform set_config('regress_hard.busy', '', true);
  end if;
  return true;
end
$$;
create domain checked as int check (regress_hard.busy(value));
create table watched (id int primary key, n checked, filler text);
set regress_hard.busy = 'yes';
insert into watched select i, i, 'before' from generate_series(1, 5) i;
select isms.enable_audit('watched');
select isms.activate() is not null as active;
select isms.seal() \gset
select clock_timestamp() as before \gset
alter table watched add column late text default 'default';
update watched set n = n + 1, filler = 'after' where id <= 3;
delete from watched where id = 2;
set regress_hard.busy = '';
begin;
select * from isms.as_of(null::watched, :'before') order by id;
select count(*) > 0 as check_wrote from watched where id > 1000;
rollback;
select isms.seal() \gset
select * from isms.as_of(null::watched, now()) order by id;

-- Random texts: what a type takes it writes the same again, and nothing else happens.
create function noise(n int) returns text language sql immutable as $$
  select string_agg(substr(U&'ABCIAcia0123456789..--()&& \0009=:\00e9\4e2d', 1 + get_byte(h, i) % 43, 1), '' order by i)
    from (select sha256(int4send(n)) as h) s, generate_series(0, get_byte(sha256(int4send(-n)), 0) % 24) i
$$;
create function taken(type regtype, value text, out result text) language plpgsql as $$
begin
  execute format('select %L::%s::text', value, type) into result;
exception when invalid_text_representation then null;
end
$$;
with tried as (
  select type, noise(n) as noise, taken(type, noise(n)) as taken
    from unnest('{isms.reference,isms.rating}'::regtype[]) type, generate_series(1, 3000) n
)
select type, count(*) as tried, count(taken) > 0 as some_taken, count(*) filter (where taken(type, taken) is distinct from taken and taken is not null) as changed
  from tried group by type order by type::text;
-- The order of references is total: antisymmetric, transitive, equal only where the same; sort keys agree.
create table refs as select distinct taken('isms.reference', noise(n))::isms.reference as r from generate_series(1, 1500) n;
delete from refs where r is null;
select count(*) from refs a, refs b where isms.reference_cmp(a.r, b.r) <> -isms.reference_cmp(b.r, a.r) or (isms.reference_cmp(a.r, b.r) = 0) <> (a.r::text = b.r::text);
with ordered as (select r, row_number() over (order by r) as n from refs)
select count(*) from ordered a join ordered b on a.n < b.n where not a.r < b.r or isms.sort_key(a.r) collate "C" > isms.sort_key(b.r) collate "C";
select count(*) from refs a, refs b where (a.r <@ b.r) and (b.r::text <> left(a.r::text, length(b.r::text)));

set client_min_messages = warning;
drop schema regress_hard cascade;
drop owned by regress_hard;
drop role regress_hard;
drop extension isms cascade;
