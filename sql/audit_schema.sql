-- Audit of a whole schema, and of the tables that come to it.
\set SHOW_CONTEXT never
set client_min_messages = warning;
drop extension if exists isms cascade;
create extension isms;
\o /dev/null
select isms.setup_roles();
\o
set client_min_messages = notice;
select isms.activate() ~ '^isms is active' as active, isms.grant_roles() ~ '^rights' as granted;
create role regress_owner login in role isms_editor;
create role regress_other login in role isms_editor;
create schema regress_shop authorization regress_owner;
create schema "regress ""odd""";
grant usage, create on schema regress_shop to regress_other;

create view public.audited as
  select t.schema_name, t.table_name, t.exclude, t.complete from isms.trail_table t where not t.own;
grant select on public.audited to regress_owner;

-- Every kind of relation says what became of it; partitions come with their table, columns that a table lacks don't matter.
set role regress_owner;
set search_path = regress_shop;
create table customer (id int primary key, name text, iban text);
insert into customer values (1, 'Ann', 'DE01'), (2, 'Bob', 'DE02');
create table invoice (id int primary key, customer int);
create table secret (iban text primary key);
create table kept (id int primary key);
create unlogged table scratch (id int);
create view names as select name from customer;
create materialized view totals as select count(*) from invoice;
create table sale (day date, id int) partition by range (day);
create table sale_2026 partition of sale for values from ('2026-01-01') to ('2027-01-01');
insert into sale values ('2026-02-03', 1);
create temp table passing (id int);
create table "Odd ""name"" %" (id int primary key);
select isms.enable_audit('kept');
reset role;
create table theirs (id int primary key);
alter table theirs owner to regress_other;
set role regress_owner;
select * from isms.enable_audit_schema('regress_shop', exclude => '{iban}');
select * from public.audited order by table_name collate "C";
update customer set iban = 'DE03', name = 'Anna' where id = 1;
reset role;
select key, operation, old_values, new_values from isms.audit_trail where table_name = 'regress_shop.customer' order by seq;

-- By pattern, as LIKE reads it; again tells what is audited already.
select * from isms.enable_audit_schema('regress_shop', 'cust%');
select * from isms.enable_audit_schema('regress_shop', 'the\_rs');
select * from isms.enable_audit_schema('regress_shop', 'the_rs');
select * from isms.disable_audit_schema('regress_shop');
select count(*) from public.audited;

-- Tables to come.  Who makes one needs no right in schema isms, and gives none away.
set role regress_owner;
select * from isms.enable_audit_schema('regress_shop', 'new%', exclude => '{iban,pin}', later => true);
select schema_name, tables, exclude from isms.audited_schema;
create table new_plain (id int primary key, iban text);
create table if not exists new_plain (id int);
create table other_plain (id int primary key);
create table new_as as select * from customer;
select * into new_into from customer;
create temp table new_temp (id int);
create table new_parts (id int, pin text) partition by list (id);
create table new_parts_1 partition of new_parts for values in (1);
create table "new ""; drop table customer; --" (id int);
create unlogged table new_unlogged (id int);
create table new_secret (pin text primary key);
create table new_child () inherits (new_plain);
alter table other_plain rename to new_renamed;
reset role;
grant select on customer to regress_other;
revoke isms_editor from regress_other;
set role regress_other;
create table new_theirs as select * from customer where id = 1;
select isms.take_in('new_theirs');
insert into new_theirs values (3, 'Cid', 'DE09');
reset role;
create table public.new_mover (id int primary key);
insert into public.new_mover values (1);
alter table public.new_mover set schema regress_shop;
create schema regress_more;
select * from isms.enable_audit_schema('regress_more', later => true);
drop schema regress_more;
create schema regress_more create table here (id int primary key);
select table_name, exclude, complete from public.audited order by table_name collate "C";
select table_name, part, operation, who, new_values from isms.audit_trail where table_name like 'regress_shop.new%' order by seq;

-- What could not be taken in is a gap.
select * from isms.coverage() where table_name like '%regress_shop%';
alter table new_unlogged set logged;
select * from isms.coverage() where table_name like '%regress_shop%';

-- So is what somebody took out; the rule holds for what comes, not against who may decide.
set role regress_owner;
select isms.disable_audit('new_plain');
alter table new_plain add note text;
reset role;
select * from isms.coverage() where table_name like '%regress_shop%';

-- The names in a command are read as who gave it meant them, those of the rule as it was made.
set role regress_owner;
create function regress_shop.like_any(text, text) returns boolean language plpgsql as $$begin raise notice 'called as %', current_user; return false; end$$;
create operator regress_shop.~~ (leftarg = text, rightarg = text, function = regress_shop.like_any);
set search_path = regress_shop, pg_catalog;
create table new_hostile (id int);
set search_path = regress_shop;
drop function like_any cascade;
reset role;
select count(*) from public.audited where table_name = 'new_hostile';

-- The rule stands in the trail.
select operation, key, new_values - 'since' as new_values from isms.audit_trail where table_name = 'isms.audited_schema' order by seq;

-- By an administrator; a schema's name is given as it is.
select isms.audit_rule('regress_made', '%', '{}', true);
select * from isms.enable_audit_schema('regress "odd"', later => true);
create table "regress ""odd""".t (id int);
select * from public.audited where schema_name like '%odd%';

-- Created while isms was not active, as by a restore: activation takes it in.
delete from isms.activation;
select isms.is_active();
set isms.allow_drop = on;
alter event trigger isms_ddl_end disable;
create table "regress ""odd""".restored (id int);
create table "regress ""odd""".parts (id int) partition by list (id);
create table "regress ""odd""".a_part partition of "regress ""odd""".parts default;
select count(*) from public.audited where schema_name like '%odd%';
reset isms.allow_drop;
select isms.activate() ~ '^isms is active' as active;
select * from public.audited where schema_name like '%odd%' order by table_name;
select schema_name, table_name from isms.audited_table where schema_name like '%odd%' order by table_name;

-- Not everybody rules, and not on everything.
set role regress_other;
select * from isms.enable_audit_schema('regress_shop', later => true);
reset role;
grant isms_editor to regress_other;
set role regress_other;
select * from isms.enable_audit_schema('regress_shop', later => true);
select * from isms.disable_audit_schema('regress_shop');
select * from isms.enable_audit_schema('regress_shop', 'new\_%');
insert into isms.audited_schema values ('regress_shop', '%');
delete from isms.audited_schema;
reset role;
select * from isms.enable_audit_schema('isms');
select * from isms.enable_audit_schema('pg_catalog');
create temp table here (id int);
select pg_my_temp_schema()::regnamespace::text as temp \gset
\set VERBOSITY sqlstate
select * from isms.enable_audit_schema(:'temp');
\set VERBOSITY default
select * from isms.enable_audit_schema('nowhere');
select * from isms.enable_audit_schema(null);
select * from isms.disable_audit_schema('regress_shop', null);

-- Ending: the rules first, or all.
set role regress_owner;
select * from isms.disable_audit_schema('regress_shop', 'new%', later_only => true);
create table new_unseen (id int);
select count(*) from isms.audited_table where table_name = 'new_unseen';
select * from isms.disable_audit_schema('regress_shop');
reset role;
select * from isms.disable_audit_schema('regress_shop');
select * from isms.disable_audit_schema('regress "odd"');
select schema_name, tables from isms.audited_schema;
select count(*) from public.audited;

set client_min_messages = warning;
reset search_path;
set isms.allow_drop = on;
drop schema regress_shop, regress_more, "regress ""odd""" cascade;
drop view public.audited;
drop owned by regress_owner, regress_other;
drop role regress_owner, regress_other;
