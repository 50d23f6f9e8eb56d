-- The locks that functions of the trail take, as administration.md lists them: the strongest on each table, held to the end
-- of the transaction. ACCESS SHARE, which keeps nobody away but DDL, is left out.
\set SHOW_CONTEXT never
set client_min_messages = warning;
drop extension if exists isms cascade;
drop schema if exists regress_locks cascade;
create extension isms;
create schema regress_locks;
set search_path = regress_locks, public;
set isms.allow_drop = off;
create table account (id integer primary key, amount integer);
create table event (id integer, month integer, primary key (month, id)) partition by list (month);
create table event_1 partition of event for values in (1);
insert into account values (1, 1);
select isms.activate() is not null as active;
select isms.enable_audit('account') as rows;
select isms.seal() > 0 as sealed;
insert into account values (1, 1);


create function held(out "table" text, out mode text) returns setof record language sql as $$
  select h.name, h.mode
    from (select distinct on (l.relation) regexp_replace(l.relation::regclass::text, 'trail_leaf_\d+', 'trail_leaf_n') as name, l.mode
            from pg_locks l
            join pg_class c on c.oid = l.relation
           where l.locktype = 'relation' and l.pid = pg_backend_pid()
             and c.relkind in ('r', 'p') and c.relnamespace in ('isms'::regnamespace, 'regress_locks'::regnamespace)
           order by l.relation, array_position('{AccessExclusiveLock,ExclusiveLock,ShareRowExclusiveLock,ShareLock,ShareUpdateExclusiveLock,RowExclusiveLock,RowShareLock,AccessShareLock}'::text[], l.mode)) h
   where h.mode <> 'AccessShareLock'
   group by 1, 2
   order by 1, 2
$$;

-- A writer.
begin;
update account set amount = 2;
select * from held();
rollback;

-- Sealing, and looking at the coverage.
begin;
select isms.seal() > 0 as sealed;
select * from held();
rollback;
begin;
select isms.check_coverage() is not null as looked;
select * from held();
rollback;
begin;
select isms.trail_index_keys(1, 1000) as rows;
select * from held();
rollback;

-- What reads takes nothing more than ACCESS SHARE.
begin;
select count(*) from isms.verify_trail();
select count(*) from isms.verify_trail(256, 256);
select count(*) from isms.reconcile('account');
select count(*) > 0 as rows from isms.audit_trail;
select count(*) from isms.row_history('account', '1');
select count(*) from isms.last_changes('account', '1');
select count(*) from isms.as_of(null::account, now());
select count(*) from isms.as_of_json('account', now());
select count(*) from isms.diff('account', now(), now());
select count(*) from isms.coverage();
select count(*) > 0 as tables from isms.trail_table;
select unsealed is not null as known from isms.trail_status;
select isms.checkpoint_note() is not null as note;
select tree_size > 0 as proven from isms.inclusion_proof((select min(seq) from isms.trail_entry));
select isms.consistency_proof(1, 2) is not null as proven;
select * from held();
rollback;

-- Putting tables under audit, and ending it.
begin;
select isms.enable_audit('event') as rows;
select * from held();
rollback;
begin;
select isms.disable_audit('account');
select * from held();
rollback;
begin;
select table_name, reason from isms.enable_audit_schema('regress_locks', 'event%');
select * from held();
rollback;

-- Erasing, one row's values and what is known of people; archiving, where there is nothing to archive yet.
begin;
select entries > 0 as erased from isms.erase_personal_data('account', '1', 'asked for', keep_row => true);
select * from held();
rollback;
begin;
select count(*) from isms.archive_trail(now());
select * from held();
rollback;

-- Leaves to come; activation of what is active.
begin;
select isms.trail_open(9) is not null as opened;
select * from held();
rollback;
begin;
select isms.activate() is not null as active;
select * from held();
rollback;

set client_min_messages = error;
set isms.allow_drop = on;
drop schema regress_locks cascade;
