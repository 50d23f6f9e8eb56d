-- Changes by day, table, operation and person, counted from the trail: all of them, each once, whatever was sealed between, and each reader those of the scopes seen.
\set SHOW_CONTEXT never
set client_min_messages = warning;
drop extension if exists isms cascade;
create extension isms;
create role regress_dana login;
create role regress_bo login;
create role regress_trail login;
do $$ begin
  perform isms.setup('ACME', 'Acme Ltd', 'root', 'First Person');
  perform isms.setup('BETA', 'Beta Ltd', 'root', 'First Person');
  perform set_config('isms.scope', 'ACME', false);
  perform isms.add_person('dana', 'Dana Ruiz', login => 'regress_dana', roles => '{asset_owner}');
  perform set_config('isms.scope', 'BETA', false);
  perform isms.add_person('bo', 'Bo Lind', login => 'regress_bo', roles => '{asset_owner}');
  -- UTC+14 and UTC-11: another day than UTC's for most of it
  update isms.scope set time_zone = case code when 'ACME' then 'Pacific/Kiritimati' else 'Pacific/Pago_Pago' end;
end $$;
grant isms_trail_reader to regress_trail;
set session authorization regress_dana;
set isms.scope = 'ACME';
insert into isms.asset (code, title, kind) values ('A-1', 'One', 'information'), ('A-2', 'Two', 'information'), ('A-3', 'Three', 'information');
update isms.asset set title = 'Uno' where code = 'A-1';
set session authorization regress_bo;
set isms.scope = 'BETA';
insert into isms.asset (code, title, kind) values ('B-1', 'One', 'information');
delete from isms.asset where code = 'B-1';
reset session authorization;

-- A table of an application, with a column scope of its own, which is none of isms.
create table public.regress_note (id int primary key, scope text);
select isms.enable_audit('public.regress_note');
insert into public.regress_note values (1, 'ACME'), (2, 'BETA');

-- The history is spread over days of 24 hours, whatever the session's time zone makes of a day, with a seal in between, as if the clock had gone on.
create function pg_temp.days_pass(days int) returns void language plpgsql as $$
declare
  leaf regclass := 'isms.trail_leaf_1';
begin
  perform set_config('session_replication_role', 'replica', true);
  execute format('alter table %s disable trigger all', leaf);
  alter table isms.checkpoint disable trigger all;
  execute format('update %s set at = at - make_interval(hours => 24 * $1)', leaf) using days;
  update isms.checkpoint set sealed_at = sealed_at - make_interval(hours => 24 * days);
end
$$;
select isms.seal() > 0 as sealed;
select pg_temp.days_pass(40);
set session authorization regress_dana;
set isms.scope = 'ACME';
update isms.asset set title = 'Dos' where code = 'A-2';
set session authorization regress_bo;
set isms.scope = 'BETA';
insert into isms.asset (code, title, kind) values ('B-2', 'Two', 'information');
reset session authorization;
select isms.seal() > 0 as sealed;
select pg_temp.days_pass(3);
set session authorization regress_dana;
set isms.scope = 'ACME';
update isms.asset set title = 'Tres' where code = 'A-3';
reset session authorization;

-- The same as counted one by one, in the day of each scope.
create temp view counted as
  select a.scope, (a.at at time zone coalesce(s.time_zone, 'UTC'))::date as day, a.table_name, a.operation, a.who, count(*) as changes, min(a.at) as first_at, max(a.at) as last_at
    from isms.audit_trail a
    left join isms.scope s on s.code = a.scope
   group by 1, 2, 3, 4, 5;
select count(*) > 20 as many, count(distinct day) >= 3 as days from counted;
select * from isms.trail_activity except select scope, day, table_name, operation, who, (select name from isms.person where code = who), changes, first_at, last_at from counted;
select scope, day, table_name, operation, who, changes from counted except select scope, day, table_name, operation, who, changes from isms.trail_activity;
select sum(changes) = (select count(*) from isms.audit_trail) as all_of_them from isms.trail_activity;

-- Of days asked for, too.
select count(*) > 0 as some, sum(changes) = (select sum(changes) from counted where day > isms.today('ACME') - 10) as all_of_them from isms.trail_activity where day > isms.today('ACME') - 10;

-- Each sees the own scope's; the application's table, whatever its columns are called, is for readers of the whole trail.
set session authorization regress_dana;
select scope, who, who_name, operation, isms.today('ACME') - day as days_ago, changes from isms.trail_activity where table_name = 'isms.asset' order by day, operation;
select count(*) filter (where scope is distinct from 'ACME') as of_others, count(*) > 0 as own from isms.trail_activity;
set session authorization regress_bo;
select scope, who, operation, isms.today('BETA') - day as days_ago, changes from isms.trail_activity where table_name = 'isms.asset' order by day, operation;
set session authorization regress_trail;
select coalesce(scope, 'none') as scope, table_name, operation, sum(changes) as changes from isms.trail_activity where table_name in ('isms.asset', 'public.regress_note') group by 1, 2, 3 order by 1, 2, 3;
reset session authorization;

set isms.allow_drop = on;
drop table public.regress_note;
drop extension isms cascade;
drop owned by regress_dana, regress_bo, regress_trail;
drop role regress_dana, regress_bo, regress_trail;
create extension isms;
-- Before there is any entry there is nothing to count.
select count(*) from isms.trail_activity;
