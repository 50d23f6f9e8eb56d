-- Ready rules on a table that knows nothing of isms.
\set SHOW_CONTEXT never
set client_min_messages = warning;
drop extension if exists isms cascade;
create extension isms;
create role regress_rroot login superuser;
create role regress_rolga login;
create role regress_rli login;
set session authorization regress_rroot;
do $$
begin
  perform isms.setup('ACME', 'Acme Ltd', 'root', 'First Person');
  perform isms.add_person('olga', 'Olga Ost', login => 'regress_rolga', roles => '{process_owner}');
  perform isms.add_person('li', 'Li Wei', login => 'regress_rli', roles => '{risk_owner}');
  perform isms.add_person('gone', 'Gil Gone', roles => '{}');
  update isms.person set active_until = '2020-01-01' where code = 'gone';
end
$$;
create schema shop authorization regress_rolga;
set session authorization regress_rolga;
create table shop.asset (id integer primary key, keeper text, price numeric, note text, sold boolean not null default false);
insert into shop.asset values (1, null, 10), (2, 'gone', 20);
grant usage on schema shop to isms_editor;
grant select, insert, update, delete, truncate on shop.asset to isms_editor;

-- A column that always names somebody active; rows there already may stay until it changes.
select isms.require_owner('shop.asset', 'price');
select isms.require_owner('shop.asset', 'keeper');
insert into shop.asset values (3, null, 30);
insert into shop.asset values (3, 'gone', 30);
insert into shop.asset values (3, 'nobody', 30);
insert into shop.asset values (3, 'li', 30);
update shop.asset set price = 11 where id = 1;
update shop.asset set keeper = 'gone' where id = 1;
update shop.asset set keeper = null where id = 3;
update shop.asset set keeper = 'olga' where id = 1;
reset session authorization;
set session_replication_role = replica;
insert into shop.asset values (4, 'nobody', 40);
reset session_replication_role;

-- Columns that freeze with a value of another one, for everybody.
set session authorization regress_rolga;
select isms.freeze_when('shop.asset', 'sold', 't', '{price,prize}');
select isms.freeze_when('shop.asset', 'sold', 't', '{price,keeper}');
update shop.asset set sold = true, price = 12 where id = 1;
update shop.asset set note = 'Still free' where id = 1;
update shop.asset set price = 13 where id = 1;
update shop.asset set sold = false, price = 13 where id = 1;
delete from shop.asset where id = 1;
truncate shop.asset;
delete from shop.asset where id = 2;
set session authorization regress_rli;
update shop.asset set price = 13 where id = 1;
select isms.disable_freeze_when('shop.asset', 'sold');
reset session authorization;
set session_replication_role = replica;
update shop.asset set keeper = 'li' where id = 1;
reset session_replication_role;

-- A second person's approval for one change of one column.
set session authorization regress_rolga;
create table shop.release (id integer primary key, what text, released boolean not null default false);
grant select, insert, update, delete on shop.release to isms_editor;
select isms.require_approval('shop.release', 'released', 'false', 'true');
insert into shop.release values (1, 'Version 1');
insert into shop.release values (2, 'Version 2', true);
update shop.release set released = true where id = 1;
select isms.request('shop.release', '1', 'approve', 'Tested');
set session authorization regress_rli;
select isms.approve('shop.release', '{1}', 'approve');
update shop.release set what = 'Version 9' where id = 1;
select * from shop.release;
select schema_name, table_name, name, rule, arguments, made_by from isms.table_rule order by name;

-- Each ends by a call of who could make it.
set session authorization regress_rolga;
select isms.disable_require_approval('shop.release');
select isms.disable_freeze_when('shop.asset', 'sold');
select isms.disable_require_owner('shop.asset', 'keeper');
select isms.disable_require_owner('shop.asset', 'keeper');
update shop.release set what = 'Version 9' where id = 1;
update shop.asset set keeper = null, price = 0;
select count(*) from isms.table_rule;
select count(*) from pg_trigger where tgrelid in ('shop.asset'::regclass, 'shop.release'::regclass);
reset session authorization;
select who, operation, count(*) from isms.audit_trail where table_name = 'isms.table_rule' group by 1, 2 order by 2;

-- A rule whose column is gone refuses.
select isms.require_owner('shop.asset', 'keeper');
alter table shop.asset rename keeper to owner;
insert into shop.asset values (5, 'li', 50);

set client_min_messages = error;
drop schema shop cascade;
drop extension isms cascade;
drop owned by regress_rolga, regress_rli;
drop role regress_rroot, regress_rolga, regress_rli;
create extension isms;
