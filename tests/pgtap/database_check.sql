-- Database checks that can be shown by SQL: each passes where all is well and fails where a violation is planted, naming it.
-- What takes settings, files or other servers is in tests/tap/005_database_check.pl.
\set ON_ERROR_STOP on
\pset format unaligned
\pset tuples_only on
\pset pager off

begin;

set local client_min_messages = error;
select no_plan();

\o /dev/null
select isms.setup('ACME', 'Acme Ltd', 'dana', 'Dana Ruiz');
set local isms.scope = 'ACME';
\o

create role regress_watch login;
create role regress_owner;
create schema regress_c;
create foreign data wrapper regress_w;

-- good makes the check pass, bad makes it fail by the offender.
create temp table seed (code text primary key, good text, bad text, offender text);

create function pg_temp.set_parameter(check_code text, parameter text, to_value jsonb) returns void language sql as $$
  insert into isms.database_check_parameter (database_check, name, value) values ($1, $2, $3)
  on conflict (scope, database_check, name) do update set value = excluded.value
$$;

insert into seed values
  ('DB-002', $$create role regress_good login password 'x'$$, $$create role regress_bad login password 'md50123456789abcdef0123456789abcdef'$$, 'regress_bad'),
  ('DB-003', $$create role regress_good login password 'x'$$,
     $$do $do$ begin
         execute format('create role regress_bad login password %L', 'SCRAM-SHA-256$1000:' || encode('0123456789abcdef', 'base64') || '$' || encode(sha256('a'), 'base64') || ':' || encode(sha256('b'), 'base64'));
       end $do$ $$, 'regress_bad'),
  ('DB-004', $$create role regress_good login valid until '2999-01-01'$$, $$create role regress_bad login valid until '2000-01-01'$$, 'regress_bad'),
  ('DB-005', $$create role regress_good login valid until '2999-01-01'; select pg_temp.set_parameter('DB-005', 'exempt', (select jsonb_agg(rolname) from pg_roles where rolvaliduntil is null))$$,
     $$create role regress_bad login valid until 'infinity'$$, 'regress_bad'),
  ('DB-020', $$select pg_temp.set_parameter('DB-020', 'maximum', to_jsonb(count(*))) from pg_roles where rolsuper and rolcanlogin$$, $$create role regress_bad login superuser$$, 'regress_bad'),
  ('DB-021', $$create role regress_good bypassrls; select pg_temp.set_parameter('DB-021', 'allowed', '["regress_good"]')$$, $$create role regress_bad bypassrls$$, 'regress_bad'),
  ('DB-022', $$create role regress_good createdb; select pg_temp.set_parameter('DB-022', 'allowed', '["regress_good"]')$$, $$create role regress_bad createrole$$, 'regress_bad'),
  ('DB-023', $$create role regress_good; grant pg_read_all_data to regress_good; select pg_temp.set_parameter('DB-023', 'allowed', '["regress_good"]')$$,
     $$create role regress_bad; grant regress_good to regress_bad$$, 'regress_bad'),
  ('DB-024', $$grant regress_owner to regress_watch$$, $$create role regress_bad; grant regress_owner to regress_bad with admin option$$, 'regress_owner from regress_bad'),
  ('DB-025', $$create table regress_c.t (i int); alter table regress_c.t owner to regress_owner$$, $$alter table regress_c.t owner to regress_watch$$, 'regress_watch'),
  ('DB-026', $$create role regress_good; grant execute on function pg_read_file(text) to regress_good; select pg_temp.set_parameter('DB-026', 'allowed', '["regress_good"]')$$,
     $$grant execute on function pg_read_file(text) to regress_watch$$, 'pg_read_file(text)'),
  ('DB-027', $$create role regress_good login connection limit 3; select pg_temp.set_parameter('DB-027', 'exempt', (select jsonb_agg(rolname) from pg_roles where rolconnlimit < 0))$$,
     $$create role regress_bad login$$, 'regress_bad'),
  ('DB-030', $$grant usage on schema regress_c to public$$, $$grant create on schema regress_c to public$$, 'regress_c'),
  ('DB-031', $$create table regress_c.t (i int, j int); grant select on regress_c.t to regress_watch$$, $$grant select (j) on regress_c.t to public$$, 'regress_c.t'),
  ('DB-032', $$select pg_temp.set_parameter('DB-032', 'allowed', (select jsonb_agg(datname) from pg_database where datname <> current_database()));
               do $do$ begin execute format('revoke all on database %I from public', current_database()); end $do$ $$,
     $$do $do$ begin execute format('grant connect on database %I to public', current_database()); end $do$ $$, (select quote_ident(current_database()))),
  ('DB-033', $$alter default privileges for role regress_owner grant select on tables to regress_watch$$,
     $$alter default privileges for role regress_owner in schema regress_c grant select on tables to public$$, 'regress_owner tables in regress_c'),
  ('DB-034', $$create function regress_c.f() returns int language sql security definer set search_path = pg_catalog, pg_temp as 'select 1'$$,
     $$create function regress_c.g(int) returns int language sql security definer as 'select 1'$$, 'regress_c.g(integer)'),
  ('DB-035', $$create function regress_c.f() returns int language sql security definer as 'select 1'; revoke all on function regress_c.f() from public$$,
     $$create function regress_c.g(int) returns int language sql security definer as 'select 1'$$, 'regress_c.g(integer)'),
  ('DB-036', $$create table regress_c.t (i int); alter table regress_c.t enable row level security; create policy p on regress_c.t using (true)$$,
     $$alter table regress_c.t disable row level security$$, 'regress_c.t'),
  ('DB-037', $$create table regress_c.t (i int); alter table regress_c.t owner to regress_owner; alter table regress_c.t enable row level security; alter table regress_c.t force row level security$$,
     $$alter table regress_c.t no force row level security$$, 'regress_c.t'),
  ('DB-039', $$create table regress_c.t (i int); alter table regress_c.t enable row level security; create view regress_c.v with (security_invoker = on) as select * from regress_c.t$$,
     $$create view regress_c.w as select * from regress_c.v$$, 'regress_c.w'),
  ('DB-045', $$select pg_temp.set_parameter('DB-045', 'needed', 'true'), pg_temp.set_parameter('DB-045', 'extensions', '["plpgsql"]')$$,
     $$select pg_temp.set_parameter('DB-045', 'extensions', '["no such extension"]')$$, 'no such extension'),
  ('DB-047', $$create server regress_s foreign data wrapper regress_w options (host 'h'); create user mapping for regress_watch server regress_s options (user 'u')$$,
     $$alter user mapping for regress_watch server regress_s options (add password 'sesame')$$, 'user mapping regress_watch on regress_s'),
  ('DB-061', $$alter role regress_watch set work_mem = '8MB'; alter role regress_watch set log_statement = 'all'$$, $$alter role regress_watch set log_statement = 'none'$$, 'role regress_watch log_statement'),
  ('DB-062', $$create table regress_c.t (i int primary key); create table regress_c.u (i int references regress_c.t)$$, $$alter table regress_c.t disable trigger all$$, null),
  ('DB-063', $$create table regress_c.t (i int); create trigger audit_t after insert on regress_c.t execute function pg_temp.nothing(); alter table regress_c.t enable always trigger audit_t$$,
     $$alter table regress_c.t enable trigger audit_t$$, 'audit_t on regress_c.t'),
  ('DB-064', $$select 1$$, $$do $do$ declare e record; begin
       perform set_config('isms.allow_drop', 'on', true);
       for e in select evtname from pg_event_trigger loop execute format('alter event trigger %I disable', e.evtname); end loop;
     end $do$ $$, 'isms_ddl_drop'),
  ('DB-079', $$create table regress_c.t (i int)$$, $$alter table regress_c.t set unlogged$$, 'regress_c.t'),
  ('DB-080', $$select pg_temp.set_parameter('DB-080', 'end_of_life', jsonb_build_object(current_setting('server_version_num')::int / 10000, '2999-01-01'))$$,
     $$select pg_temp.set_parameter('DB-080', 'end_of_life', jsonb_build_object(current_setting('server_version_num')::int / 10000, '2000-01-01'))$$,
     'PostgreSQL ' || current_setting('server_version_num')::int / 10000),
  ('DB-081', $$select pg_temp.set_parameter('DB-081', 'newest', jsonb_build_object(current_setting('server_version_num')::int / 10000, 0))$$,
     $$select pg_temp.set_parameter('DB-081', 'newest', jsonb_build_object(current_setting('server_version_num')::int / 10000, 9999))$$,
     'PostgreSQL ' || current_setting('server_version_num')::int / 10000),
  -- pgtap's row is set back: there is no older version at hand
  ('DB-082', $$select 1$$, $$do $do$ begin
       perform set_config('allow_system_table_mods', 'on', true);
       update pg_extension set extversion = '0.0' where extname = 'pgtap';
     end $do$ $$, 'pgtap'),
  ('DB-083', $$select pg_temp.set_parameter('DB-083', 'allowed', (select jsonb_agg(extname) from pg_extension))$$, $$delete from isms.database_check_parameter where database_check = 'DB-083'$$, 'pgtap'),
  ('DB-084', $$create trusted language regress_good handler plpgsql_call_handler$$, $$create language regress_bad handler plpgsql_call_handler$$, 'regress_bad'),
  ('DB-089', $$create server regress_s foreign data wrapper regress_w; select pg_temp.set_parameter('DB-089', 'allowed', '["regress_s"]')$$, $$create server regress_x foreign data wrapper regress_w$$, 'regress_x'),
  ('DB-090', $$select 1$$, $$select pg_temp.set_parameter('DB-090', 'maximum_fraction', '0')$$, 'connections'),
  ('DB-091', $$select 1$$, $$select pg_temp.set_parameter('DB-091', 'maximum_age', '-1')$$, (select quote_ident(current_database()))),
  ('DB-092', $$create sequence regress_c.s maxvalue 10; select setval('regress_c.s', 8)$$, $$select setval('regress_c.s', 10)$$, 'regress_c.s'),
  ('DB-100', $$create table regress_c.t (i int); comment on table regress_c.t is 'Things. Classification: internal'$$, $$comment on table regress_c.t is 'Things'$$, 'regress_c.t'),
  ('DB-101', $$create table regress_c.t (email text); do $do$ begin
       perform set_config('allow_system_table_mods', 'on', true);
       insert into pg_seclabel values ('regress_c.t'::regclass, 'pg_class'::regclass, 1, 'dummy', 'masked');
     end $do$ $$, $$alter table regress_c.t add "home address" text$$, 'regress_c.t."home address"'),
  ('DB-102', $$create table regress_c.t (i int); create publication regress_good for table regress_c.t$$, $$create publication regress_bad for all tables$$, 'regress_bad');

create function pg_temp.nothing() returns trigger language plpgsql as 'begin return null; end';

-- What is planted is taken back; the variables stay.
create function pg_temp.shown(seed) returns text language plpgsql as $$
declare
  clean record;
  planted record;
begin
  begin
    execute $1.good;
    select e.status, e.message, e.evidence into clean from isms.evaluate_database_checks(codes => array[$1.code]) e;
    execute $1.bad;
    select e.status, e.offenders, e.message into planted from isms.evaluate_database_checks(codes => array[$1.code]) e;
    raise exception sqlstate 'TAP00';
  exception when sqlstate 'TAP00' then
    null;
  end;
  return concat_ws(', ',
    case when clean.status <> 'pass' then format('clean: %s (%s) %s', clean.status, clean.message, clean.evidence) end,
    case when planted.status <> 'fail' then format('planted: %s (%s)', planted.status, planted.message) end,
    case when not $1.offender = any (planted.offenders) then format('%s is not among %s', $1.offender, planted.offenders) end);
end
$$;

select is(pg_temp.shown(s), '', format('%s passes, and fails on what is planted: %s', s.code, c.title))
  from seed s
  join isms.database_check c on c.code = s.code
 -- where isms stands in a folder of its own, the server does not know which version is at hand
 where s.code <> 'DB-082' or exists (select from pg_available_extensions a where a.name = 'isms')
 order by s.code;

select set_eq($$select code from seed$$, $$select code from isms.database_check where shown_by = 'tests/pgtap/database_check.sql'$$, 'what is said to be shown here is shown here');

select is_empty($$select code from isms.database_check where builtin and shown_by is distinct from 'tests/pgtap/database_check.sql' and shown_by is distinct from 'tests/tap/005_database_check.pl'$$,
  'the others say where they are shown');

select is_empty($$select c.code from isms.database_check c where not exists (select from isms.database_check_query q where q.database_check = c.code)
                                                              or not exists (select from isms.database_check_control k where k.database_check = c.code)$$,
  'every check has a query and a control it speaks for');

-- Every variant of every query is run that this server can parse; columns that are not there yet would be the only reason.
select is_empty($$select code, message from isms.evaluate_database_checks() where message ~* 'syntax|does not exist|must be|operator|type'$$, 'every query runs on this version');

-- Objects are spelled so that the statement that mends them can be run.
create role "regress ""x""; drop table t" login valid until '2000-01-01';
select is((select offenders from isms.evaluate_database_checks(codes => '{DB-004}')), array['"regress ""x""; drop table t"'], 'hostile names are quoted');
create table regress_c."A ""b"" c" (i int);
grant select on regress_c."A ""b"" c" to public;
select is((select offenders from isms.evaluate_database_checks(codes => '{DB-031}')), array['regress_c."A ""b"" c"'], 'whatever they name');

-- Under a search_path that lies, with temporary tables in the way.
create schema regress_liar;
create function regress_liar.never(name, name) returns boolean language sql immutable as 'select false';
create operator regress_liar.= (leftarg = name, rightarg = name, function = regress_liar.never);
create function regress_liar.count() returns bigint language sql as 'select 0::bigint';
create function regress_liar.quote_ident(name) returns text language sql immutable as $$select 'lie'::text$$;
create temp table pg_roles as select * from pg_catalog.pg_roles limit 0;
create temp view honest as select code, status, judged, offenders from isms.evaluate_database_checks(codes => '{DB-004,DB-021,DB-031,DB-034}');
create temp table found as select * from honest;
select set_config('search_path', 'pg_temp, regress_liar, pg_catalog, public', true) \g /dev/null
select results_eq('select * from honest', 'select * from found', 'a hostile search_path changes nothing');
set local search_path = public;
drop table pg_temp.pg_roles;

-- What cannot be seen is never a pass.
grant isms_reader to regress_watch;
\o /dev/null
select isms.add_person('wes', 'Wes Watch', login => 'regress_watch', roles => '{control_owner}', kind => 'service');
\o
alter role regress_watch set session_replication_role = replica;
create table regress_c.counted (id integer generated always as identity (maxvalue 3));
select setval('regress_c.counted_id_seq', 3) \g /dev/null
create temp table by_superuser as select code, status from isms.evaluate_database_checks();
grant select on by_superuser to public;
set local session authorization regress_watch;
create temp table by_plain as select code, status, message from isms.evaluate_database_checks();
set local session authorization default;
select is_empty($$select code, s.status, p.status from by_superuser s join by_plain p using (code) where p.status in ('pass', 'not_applicable') and s.status not in ('pass', 'not_applicable')$$,
  'a role without privileges passes nothing that a superuser does not');
select is((select string_agg(code, ' ' order by code) from by_plain where status = 'unknown' and code <> 'DB-082'),
  'DB-002 DB-003 DB-006 DB-007 DB-008 DB-009 DB-010 DB-011 DB-012 DB-013 DB-014 DB-028 DB-041 DB-042 DB-043 DB-044 DB-047 DB-053 DB-076 DB-077 DB-081 DB-085 DB-086 DB-087 DB-088 DB-090 DB-092 DB-094',
  'it does not know of what it may not see');
select is((select message from by_plain where code = 'DB-085'), 'regress_watch does not see it: it takes pg_read_all_settings (pg_monitor has it)', 'and says what it takes');
select is((select message from by_plain where code = 'DB-002'), 'permission denied for table pg_authid', 'or why');
grant pg_monitor to regress_watch;
set local session authorization regress_watch;
create temp table by_monitor as select code, status, message from isms.evaluate_database_checks();
set local session authorization default;
select is((select string_agg(code, ' ' order by code) from by_monitor where status = 'unknown' and code <> 'DB-082'),
  'DB-002 DB-003 DB-006 DB-007 DB-008 DB-009 DB-010 DB-011 DB-012 DB-013 DB-047 DB-081 DB-087 DB-088 DB-092',
  'pg_monitor sees more');
select is_empty($$select code, s.status, p.status from by_superuser s join by_monitor p using (code) where p.status in ('pass', 'not_applicable') and s.status not in ('pass', 'not_applicable')$$,
  'and passes nothing that a superuser does not');

-- A check that goes wrong harms nobody.
create table regress_c.written (i int);
create function regress_c.write() returns boolean language sql as 'insert into regress_c.written values (1) returning true';
insert into isms.database_check (code, title, area, when_none, rationale, remediation) values
  ('X-1', 'Writes itself', 'own', 'unknown', '-', '-'), ('X-2', 'Writes through a function', 'own', 'unknown', '-', '-'), ('X-3', 'Sleeps', 'own', 'unknown', '-', '-'),
  ('X-4', 'Breaks', 'own', 'unknown', '-', '-'), ('X-5', 'Has another form', 'own', 'unknown', '-', '-'), ('X-6', 'For a version to come', 'own', 'unknown', '-', '-'), ('X-7', 'Is well', 'own', 'unknown', '-', '-');
insert into isms.database_check_query (database_check, min_version, query) values
  ('X-1', 150000, 'with w as (insert into regress_c.written values (1) returning i) select ''w'', true, null from w'),
  ('X-2', 150000, 'select ''w'', regress_c.write(), null'),
  ('X-3', 150000, 'select ''s'', pg_catalog.pg_sleep(60) is not null, null'),
  ('X-4', 150000, 'select ''b'', 1 / 0 = 1, null'),
  ('X-5', 150000, 'select 1'),
  ('X-6', 990000, 'select ''v'', true, null'),
  ('X-7', 150000, 'select ''old'', false, null'), ('X-7', 150001, 'select ''newer'', true, null'), ('X-7', 990000, 'select ''newest'', false, null');
select results_eq($$select code, status from isms.evaluate_database_checks(codes => '{X-1,X-2,X-3,X-4,X-5,X-6,X-7}', milliseconds => 200)$$,
  $$values ('X-1', 'unknown'), ('X-2', 'unknown'), ('X-3', 'unknown'), ('X-4', 'unknown'), ('X-5', 'unknown'), ('X-6', 'not_applicable'), ('X-7', 'pass')$$,
  'a check that writes, hangs or breaks is unknown, and those after it go on');
select is_empty('select from regress_c.written', 'nothing was written');
select is((select message from isms.evaluate_database_checks(codes => '{X-2}')), 'cannot execute INSERT in a read-only transaction', 'functions cannot write either');
select is((select message from isms.evaluate_database_checks(codes => '{X-3}', milliseconds => 100)), 'took longer than 100 ms', 'each has its time');
select lives_ok('insert into regress_c.written values (2)', 'the transaction can write as before');
select is((select evidence from isms.evaluate_database_checks(codes => '{X-7}')), 'newer', 'the newest variant that fits the server runs');
select throws_ok($$select isms.evaluate_database_checks(codes => '{DB-999}')$$, '22023', 'there is no check DB-999', 'an unknown code is refused');
select throws_ok($$select isms.evaluate_database_checks('NOPE')$$, 'IS021', 'scope NOPE is not visible', 'a scope that is not visible is refused');

select * from finish();

rollback;
