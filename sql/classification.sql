-- Classes of tables, views, columns and schemas: who gives which, what is in effect, what a class demands and what mends it.
\set SHOW_CONTEXT never
set client_min_messages = warning;
drop extension if exists isms cascade;
create extension isms;
create role regress_shop login;
create role regress_clerk login;
create schema regress_shop authorization regress_shop;
set search_path = regress_shop;

-- Before activation any label passes, since a restore brings labels before the scheme.
create table customer (id integer primary key, name text, iban text, note text);
alter table customer owner to regress_shop;
security label for isms on table customer is 'of the old database';
select count(*) as recorded from isms.classification_event;
select isms.classify('customer', 'internal');
security label for isms on table customer is null;

do $$ begin
  perform isms.setup('ACME', 'Acme Ltd', 'dana', 'Dana Ruiz');
  perform isms.add_person('shop', 'Sam Okoro', login => 'regress_shop', roles => '{risk_owner}');
end $$;
set isms.scope = 'ACME';
\pset format unaligned
\pset footer off

-- The organisation's own scheme, taken over from what is shipped.
select code, rank, title, array(select r.rule from isms.handling_rule r where r.class = c.code order by r.rule) as rules, (select count(*) from isms.handling_rule r where r.class = c.code and r.mode = 'refuse') as refusing from isms.classification c order by rank;

-- A label is a class of the scheme, on a schema, table, view or column; by the owner.
set role regress_shop;
create table part (id integer, day date, iban text) partition by list (id);
create table part_1 partition of part for values in (1);
create view names as select id, name from customer;
create view all_of_it as select * from customer;
create view over_names as select name from names;
create materialized view counted as select count(*) from customer;
create sequence number;
security label for isms on table customer is 'confidential';
security label for isms on column customer.iban is 'secret';
security label for isms on view names is 'internal';
security label for isms on materialized view counted is 'public';
security label for isms on table part is 'internal';
security label for isms on column part.iban is 'confidential';
security label for isms on table customer is 'Confidential';
security label for isms on table customer is '';
security label for isms on table customer is $$'; drop table customer; --$$;
security label for isms on sequence number is 'internal';
security label for isms on schema regress_shop is 'internal';
security label for isms on table isms.risk is 'internal';
reset role;
security label for isms on table isms.risk is 'internal';
security label for isms on column isms.risk.title is 'internal';
create function f() returns integer language sql as 'select 1';
security label for isms on function f() is 'internal';
drop function f();
security label for isms on table pg_catalog.pg_class is 'internal';
security label for isms on schema isms is 'internal';
grant usage on schema regress_shop to regress_clerk;
set role regress_clerk;
security label for isms on table regress_shop.customer is 'public';
reset role;

-- What is in effect: of a table the highest, of a column its own, of a partition that of its table, else the schema's.
create function pg_temp.shown(variadic names text[]) returns table (object text, class text) language sql as
  $$ select n, isms.classification_of(split_part(n, ' ', 1)::regclass, nullif(split_part(n, ' ', 2), '')) from unnest(names) n $$;
set role regress_shop;
create table plain (id integer);
reset role;
set session authorization regress_shop;
select * from pg_temp.shown('customer', 'customer iban', 'customer id', 'names', 'names id', 'part', 'part iban', 'part id', 'part_1', 'part_1 iban', 'part_1 id', 'plain', 'counted');
reset session authorization;
select isms.classification_of('customer', 'nowhere');
select isms.classification_of(null), isms.classification_of('pg_class');
security label for isms on schema regress_shop is null;
select * from pg_temp.shown('plain', 'all_of_it', 'customer');

-- By a function, with a reason; also for an extension's tables, whose labels no dump would carry.
set session authorization regress_shop;
select isms.classify('plain', 'public', reason => 'Opening hours'), isms.classify('plain', 'internal', 'id');
select isms.classify('plain', 'internal', reason => 'Prices as well');
begin;
set local isms.comment = 'Of no use';
security label for isms on column plain.id is null;
commit;
select isms.classify('plain', 'internal');
select isms.classify('plain', 'nonsense');
select isms.classify('plain', 'internal', 'nowhere');
select isms.classify('isms.risk', 'internal');
select isms.classify('number', 'internal');
select isms.classify_schema('regress_shop', 'internal', 'Nothing here is public');
select isms.classify_schema('regress_shop', null);
select isms.classify_schema('nowhere', null);
select isms.classify(null, 'internal');
select isms.classify(0, 'internal');
reset session authorization;
grant isms_editor to regress_clerk;
set session authorization regress_clerk;
select isms.classify('regress_shop.plain', 'secret');
select isms.classify_schema('regress_shop', 'secret');
reset session authorization;
grant isms_admin to regress_clerk;
set session authorization regress_clerk;
select isms.classify('regress_shop.plain', 'internal', 'id');
select isms.classify('isms.risk', 'confidential', reason => 'Weak points'), isms.classify('isms.person', 'confidential', 'email');
reset session authorization;
revoke isms_admin, isms_editor from regress_clerk;
select isms.classification_of('isms.risk'), isms.classification_of('isms.person'), isms.classification_of('isms.person', 'email'), isms.classification_of('isms.person', 'code');
select isms.classify('isms.risk', null), isms.classify('isms.person', null, 'email'), isms.classification_of('isms.risk');
select * from isms.kept_class;

-- Every change stands in the trail.
select schema_name, relation_name, column_name, former_class, class, reason, person, role_name from isms.classification_event order by id;
select count(*) = (select count(*) from isms.classification_event) as in_the_trail from isms.audit_trail where table_name = 'isms.classification_event' and operation = 'insert';
delete from isms.classification_event;
select operation, new_values from isms.audit_trail where table_name = 'isms.kept_class' order by seq limit 2;

-- What is missing, and what mends it: carried out as it stands, nothing is left but what somebody has to decide.
create role "regress ""o'dd;""";
create schema "regress ""o'dd;""" authorization regress_shop;
set role regress_shop;
set search_path = "regress ""o'dd;""";
create unlogged table "t""';
drop" (id integer primary key, "c""'" text, free text);
create view "v""';" as select "c""'" from "t""';
drop";
grant select, insert on "t""';
drop" to public;
grant select ("c""'"), update (free) on "t""';
drop" to "regress ""o'dd;""";
grant select on "v""';" to public;
security label for isms on column "t""';
drop"."c""'" is 'secret';
select relation, column_name, class, rule, control, problem, mend from isms.handling_violation where schema_name like 'regress "%';
reset role;
select count(*) as statements from isms.handling_violation where schema_name like 'regress "%' and mend is not null;
\o /dev/null
select mend from isms.handling_violation where schema_name like 'regress "%' and mend is not null
\gexec
\o
-- the view has the class now, and with it its demands
select relation, class, rule, problem, mend from isms.handling_violation where schema_name like 'regress "%';
\o /dev/null
select mend from isms.handling_violation where schema_name like 'regress "%' and mend is not null
\gexec
\o
select relation, class, rule, problem, mend from isms.handling_violation where schema_name like 'regress "%';
select relrowsecurity, relpersistence, has_table_privilege('regress_clerk', oid, 'select, insert') as public from pg_class where oid = $$"regress ""o'dd;"""."t""';
drop"$$::regclass;
select schema_name, complete from isms.trail_table where not own;
set search_path = regress_shop;

-- A grant reaches what it reaches: columns told apart.
security label for isms on column plain.id is null;
security label for isms on table plain is null;
create table told (open text, named text);
security label for isms on table told is 'public';
security label for isms on column told.named is 'internal';
grant select (open) on told to public;
select column_name, class, problem, mend from isms.handling_violation where relation_name = 'told';
grant update (named) on told to public;
select column_name, class, problem, mend from isms.handling_violation where relation_name = 'told';
revoke all on told from public;
grant delete on told to public;
select column_name, class, problem, mend from isms.handling_violation where relation_name = 'told';
grant select on told to public;
select column_name, class, problem, mend from isms.handling_violation where relation_name = 'told';
drop table told;

-- Only who is named; a note on what cannot be seen; a superuser as owner.
create table vault (id integer primary key, key text);
alter table vault enable row level security;
select isms.enable_audit('vault');
security label for isms on table vault is 'secret';
grant select on vault to regress_clerk, regress_shop;
update isms.handling_rule set roles = '{regress_clerk}' where class = 'secret' and rule = 'named_roles';
select rule, problem like '%superuser%' as superuser, mend from isms.handling_violation where relation_name = 'vault';
insert into isms.handling_note (schema_name, relation_name, rule, note, valid_until) values
  ('regress_shop', 'vault', 'encryption', 'Disk encryption of the host', null), ('regress_shop', 'vault', 'named_roles', 'Till the move', current_date - 2), ('regress_shop', 'vault', 'owner', 'Till the move', current_date + 2);
select rule, problem from isms.handling_violation where relation_name = 'vault';

-- Views: what they read counts by column, through views without a class; a class of their own is a decision.
select relation_name, class, problem, mend from isms.handling_violation where rule = 'views' order by 1;

-- A class that something carries stays; the scheme can be made another.
delete from isms.classification where code = 'secret';
update isms.classification set code = 'top' where code = 'secret';
update isms.classification set rank = 40 where code = 'secret';
insert into isms.classification values ('TLP:AMBER', 25, 'For the recipient''s organisation', 'As in the Traffic Light Protocol');
insert into isms.classification values (' x', 26, 'x', null);
insert into isms.classification values ('y', 25, 'y', null);
select isms.classify('plain', 'TLP:AMBER');
select isms.classify('plain', null);
delete from isms.classification where code = 'TLP:AMBER';
insert into isms.handling_rule values ('internal', 'audit', 'forbid');
insert into isms.handling_rule values ('internal', 'audit', 'report', '{x}');

-- Refusing: a command that would bring a violation about; not one that mends some of several, nor a class itself.
select isms.classify('customer', null), isms.classify('customer', null, 'iban');
update isms.handling_rule set mode = 'refuse' where class = 'confidential';
grant select, insert on customer to public;
select isms.classify('customer', 'confidential'), isms.classify('customer', 'secret', 'iban');
select rule, class, mode, problem from isms.handling_violation where relation_name = 'customer';
set role regress_shop;
revoke insert on customer from public;
grant select, delete on customer to public;
revoke select on customer from public;
grant select (name) on customer to public;
grant select on all tables in schema regress_shop to public;
grant select on customer to regress_clerk;
alter table customer enable row level security;
alter table customer disable row level security;
alter table customer set unlogged;
alter table customer add more text;
reset role;
select isms.enable_audit('customer');
select isms.disable_audit('customer');
alter view all_of_it set (security_invoker = true);
security label for isms on view all_of_it is 'confidential';
alter view all_of_it set (security_invoker = false);
create or replace view all_of_it as select id, name, iban, note from customer;
update isms.handling_rule set mode = 'refuse';
alter table vault owner to regress_shop;
delete from isms.handling_note where relation_name = 'vault';
do $$ begin execute format('alter table regress_shop.vault owner to %I', session_user); exception when sqlstate 'IS051' then raise warning 'refused'; end $$;
-- what is new, or carries no class, or whose class came with the command, is not refused
create table fresh (id integer);
grant select on fresh to public;
create view new_names as select name from customer;
create or replace view new_names as select name from customer where true;
security label for isms on table part is 'confidential';
alter table part enable row level security;
create table part_2 (id integer, day date, iban text);
grant select on part_2 to public;
alter table part attach partition part_2 for values in (2);
grant insert on part_2 to public;
-- neither a command inside a command nor one that failed before it opens a way
create function sneak() returns integer language plpgsql as $$
begin
  begin
    grant select on regress_shop.customer to public;
  exception when sqlstate 'IS051' then
    raise warning 'refused inside: %', sqlerrm;
  end;
  grant insert on regress_shop.fresh to public;
  return 1;
end $$;
insert into customer (id) values (1);
alter table customer disable row level security, add sneaked integer default sneak();
do $$
begin
  begin
    grant select on regress_shop.customer to public;
  exception when sqlstate 'IS051' then
    raise warning 'refused';
  end;
  grant insert on regress_shop.fresh to public;
  alter table regress_shop.customer disable row level security;
end $$;
select relrowsecurity, has_table_privilege('public', oid, 'select') as public from pg_class where oid = 'customer'::regclass;
-- a note, or the rule's mode, lets it pass
insert into isms.handling_note values ('regress_shop', 'customer', 'row_security', 'One tenant', null);
alter table customer disable row level security;
update isms.handling_rule set mode = 'report';
grant select on customer to public;
select evtname, evtenabled from pg_event_trigger where evtfoid = 'isms.watch_handling()'::regprocedure order by 1;

-- A label of a class that the scheme has not, from before it or from another database, shows.
update pg_seclabel set label = 'gone' where objoid = 'counted'::regclass;
update pg_seclabel set label = E'go"ne\n''' where objoid = 'part'::regclass and objsubid <> 0;
select relation, column_name, class, rule, problem, mend from isms.handling_violation where rule = 'known_class';
select * from pg_temp.shown('counted');
security label for isms on materialized view counted is null;

-- Each sees what concerns it: an owner its tables, an ISMS manager and an internal auditor all, others what they have a right on.
do $$ begin
  perform isms.add_person('clerk', 'Chris Lee', login => 'regress_clerk', roles => '{risk_owner}');
end $$;
revoke all on all tables in schema regress_shop from regress_clerk, public;
set session authorization regress_clerk;
select count(*) from isms.handling_violation;
select count(*) from isms.classification;
insert into isms.classification values ('mine', 1, 'Mine', null);
update isms.handling_rule set mode = 'refuse';
delete from isms.handling_rule;
insert into isms.handling_note values ('regress_shop', 'customer', 'audit', 'Never mind', null);
insert into isms.kept_class values ('isms', 'risk', '', 'public');
reset session authorization;
set session authorization regress_shop;
select distinct relation_name from isms.handling_violation order by 1;
reset session authorization;
do $$ begin
  perform isms.appoint('clerk', 'isms_manager');
end $$;
set session authorization regress_clerk;
select distinct relation_name from isms.handling_violation order by 1;
insert into isms.classification values ('mine', 1, 'Mine', null);
update isms.handling_rule set mode = 'refuse' where class = 'internal';
reset session authorization;
-- of one scope only, with two in use: nothing that is the whole database's
do $$ begin
  perform isms.setup('BETA', 'Beta Ltd', 'dana', 'Dana Ruiz');
end $$;
set session authorization regress_clerk;
delete from isms.classification where code = 'mine';
insert into isms.handling_rule values ('mine', 'audit');
reset session authorization;
update isms.scope set closed_on = isms.today('BETA') + 1 where code = 'BETA';
set session authorization regress_clerk;
delete from isms.classification where code = 'mine';
reset session authorization;
select count(*) as mine from isms.classification where code = 'mine';
update isms.scope set closed_on = isms.today('BETA') where code = 'BETA';
set session authorization regress_clerk;
delete from isms.classification where code = 'mine';
reset session authorization;
select code from isms.classification order by rank;

\c
set client_min_messages = warning;
set isms.allow_drop = on;
drop schema regress_shop, "regress ""o'dd;""" cascade;
drop owned by regress_shop, regress_clerk;
drop role regress_shop, regress_clerk, "regress ""o'dd;""";
drop extension isms cascade;
create extension isms;
