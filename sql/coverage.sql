-- Whether capture is on is looked at, and what is found is recorded.
\set SHOW_CONTEXT never
set client_min_messages = warning;
drop extension if exists isms cascade;
create extension isms;
set client_min_messages = notice;
create schema regress_coverage;
set search_path = regress_coverage, public;
select isms.activate() is not null as active;
set isms.allow_drop = on;

-- All is covered, and looking twice writes nothing the second time.
create table account (id int primary key, pin text);
select isms.enable_audit('account', '{pin}');
create table event (id int, month int, primary key (month, id)) partition by list (month);
create table event_1 partition of event for values in (1);
select isms.enable_audit('event');
select * from isms.coverage();
select isms.check_coverage();
select count(*) as before from isms.trail_entry \gset
select isms.check_coverage();
select count(*) - :before as written from isms.trail_entry;

-- Each way of switching capture off shows, and begins and ends in the trail.
create function found() returns setof text language sql as $$
  select f from (select format('%s %s %s', table_name, trigger_name, what) as f from isms.coverage()) s order by f collate "C"
$$;
alter table account disable trigger isms_capture;
alter table event disable trigger isms_capture_truncate;
drop trigger isms_capture_truncate on event_1;
alter table isms.person enable trigger isms_capture;
alter table isms.trail_leaf_1 disable trigger guard;
alter table isms.trail_identity disable trigger guard;
select found();
select isms.check_coverage();
select isms.check_coverage();
alter table account enable always trigger isms_capture;
alter table isms.person enable always trigger isms_capture;
select isms.check_coverage();
select found();
select table_name, trigger_name, what, stands from isms.coverage_event order by id;
select key, operation, new_values ->> 'table_name' as table_name, new_values ->> 'what' as what
  from isms.audit_trail where table_name = 'isms.coverage_event' order by seq limit 2;
select isms.activate();
alter table isms.trail_identity enable always trigger guard;
select found();
select isms.enable_audit('event');
select isms.check_coverage();
select * from isms.coverage();

-- Off and on again between two looks shows too.
alter table account disable trigger isms_capture;
update account set pin = 'unseen';
alter table account enable always trigger isms_capture;
select * from isms.coverage();
select isms.check_coverage();
select * from isms.coverage();
select table_name, trigger_name, what, stands from isms.coverage_event order by id desc limit 1;
vacuum full pg_trigger;
vacuum freeze pg_trigger;
select * from isms.coverage();

-- What only looks like capture: another function, a condition, other columns, fewer exclusions.
drop trigger isms_capture on account;
create trigger isms_capture after insert or update or delete on account for each row when (false) execute function isms.capture('pin');
alter table account enable always trigger isms_capture;
select found();
drop trigger isms_capture on account;
create trigger isms_capture after insert or update of id or delete on account for each row execute function isms.capture('pin');
alter table account enable always trigger isms_capture;
select found();
drop trigger isms_capture on account;
create trigger isms_capture after insert or update or delete on account for each row execute function isms.capture('pin', 'id');
alter table account enable always trigger isms_capture;
select found();
drop trigger isms_capture on account;
create trigger isms_capture after insert or update or delete on account for each row execute function suppress_redundant_updates_trigger();
select found();
select isms.enable_audit('account', '{pin}');
select found();

-- A partition added later is covered at once; a table renamed is another one.
create table event_2 partition of event for values in (2);
select found();
alter table account rename to renamed;
select found();
select isms.check_coverage();
alter table renamed rename to account;
create or replace function isms.capture() returns trigger language plpgsql as $$ begin return null; end $$;
select found();
create or replace function isms.capture() returns trigger language c as '$libdir/isms', 'isms_capture';
select found();
select isms.disable_audit('event');
select isms.check_coverage();
select table_name, trigger_name, what, stands from isms.coverage_event order by id desc limit 2;
select * from isms.coverage();

-- Before activation only other people's tables are looked at, and nothing is written.
delete from isms.activation;
select * from isms.coverage();
select isms.check_coverage();

set client_min_messages = warning;
drop schema regress_coverage cascade;
