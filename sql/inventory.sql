-- The database's own tables as assets (A.5.9), and columns that look as if they belonged to a class.
\set SHOW_CONTEXT never
set client_min_messages = warning;
drop extension if exists isms cascade;
create extension isms;
create role regress_owner login;
create role regress_nobody login;
create schema regress_stock authorization regress_owner;
create schema "regress odd""" authorization regress_owner;
do $$ begin
  perform isms.setup('ACME', 'Acme Ltd', 'dana', 'Dana Ruiz');
  perform isms.add_person('owen', 'Owen Hart', login => 'regress_owner', roles => '{asset_owner}');
  perform isms.add_person('nora', 'Nora Body', login => 'regress_nobody', roles => '{control_owner}');
end $$;
\pset format unaligned
\pset footer off

set role regress_owner;
create table regress_stock.item (id integer primary key, title text);
comment on table regress_stock.item is 'What we sell';
insert into regress_stock.item select g, 'x' from generate_series(1, 3) g;
create table regress_stock.move (day date, item integer) partition by range (day);
create table regress_stock.move_2026 partition of regress_stock.move for values from ('2026-01-01') to ('2027-01-01');
create view regress_stock.titles as select title from regress_stock.item;
create materialized view regress_stock.totals as select count(*) from regress_stock.item;
create table "regress odd"""."a	b'" (id integer);
create table "regress odd"""."a b'" (id integer);
create table "regress odd"""."ääääääääääääääääääääääääääääääx" (id integer);
create temp table passing (id integer);
reset role;
analyze regress_stock.item;
security label for isms on table regress_stock.item is 'internal';
select isms.enable_audit('regress_stock.item');

-- What there is, as it is; neither the server's tables nor an extension's, but for those that carry a class.
select schema_name, relation_name, kind, owner, class, class_basis, columns, estimated_rows, bytes > 0 as has_size, row_security, audited, description from isms.database_inventory where schema_name like 'regress%';
select distinct schema_name ~ '^(pg_|information_schema|isms)' as of_the_server from isms.database_inventory;
do $$ begin perform isms.classify('isms.person', 'confidential', 'email'); end $$;
select relation_name, class, class_basis from isms.database_inventory where schema_name = 'isms' and relation_name is not null;
select relation_name, column_name, type, class, own_class from isms.column_inventory where schema_name = 'regress_stock';
select column_name, class from isms.column_inventory where schema_name = 'isms' and own_class;

-- Each sees what they have a right on; ISMS managers all.
set session authorization regress_nobody;
select relation_name from isms.database_inventory where schema_name like 'regress%';
select count(*) from isms.column_inventory where schema_name like 'regress%';
reset session authorization;
grant select (title) on regress_stock.item to regress_nobody;
set session authorization regress_nobody;
select relation_name from isms.database_inventory where relation_name is not null and schema_name like 'regress%';
reset session authorization;
set session authorization regress_owner;
select count(*) from isms.database_inventory where relation_name is not null and schema_name like 'regress%';

-- Registered as assets; once, and kept in step by each call.  Nothing is deleted, and no asset overwritten.
insert into isms.asset (code, title, kind) values ('regress_stock.item', 'Made by hand', 'information');
select asset, outcome, length(relation_name) from isms.register_assets('regress%');
select code, title, kind, description from isms.asset order by code collate "C";
update isms.asset set title = 'Stock', owner = 'owen' where code = 'regress_stock.item~2';
do $$ begin perform isms.classify('regress_stock.move', 'internal'); end $$;
drop table "regress odd"""."a	b'";
alter materialized view regress_stock.totals rename to sums;
select asset, outcome from isms.register_assets('regress\_%');
select asset, outcome from isms.register_assets('regress %') where outcome <> 'unchanged';
select asset, relation_name, kind, owner, class, gone_on = isms.today('ACME') as gone from isms.asset_relation where schema_name = 'regress_stock' order by asset;
alter materialized view regress_stock.sums rename to totals;
select asset, outcome from isms.register_assets('regress_stock', 'totals');
select code, title, owner from isms.asset where code = 'regress_stock.item~2';
select relation_name, assets from isms.database_inventory where schema_name = 'regress_stock' and assets is not null;
select * from isms.register_assets('nothing like it');
select * from isms.register_assets(null);
reset session authorization;

-- Names and types that speak of something, English and German, whatever the spelling; never what is said otherwise.
create table regress_stock.person (id integer, "eMail" text, "e-mail_2" varchar, "workPhone" text, telefonnummer text, "FirstName" text, nachname text, strasse text, "straße" text, plz char(5), zip_code text,
  date_of_birth date, geburtsdatum date, iban text, kontonummer text, salary numeric, gehalt numeric, tax_id text, steuer_id text, ssn text, passport_no text, ausweisnummer text, diagnosis text, religion text,
  "passwordHash" bytea, kennwort text, api_key text, refresh_token text, client_secret text, client_ip inet, latitude float8, photo bytea, geschlecht text, credit_card_no text, "führerschein" text);
select column_name, why, class from isms.classification_suggestion where relation_name = 'person';
select a.attname as not_suggested from pg_attribute a where a.attrelid = 'regress_stock.person'::regclass and a.attnum > 0
  and a.attname::text not in (select column_name from isms.classification_suggestion where relation_name = 'person');
create table regress_stock.harmless (id integer, email_sent boolean, password_changed_at timestamptz, filename text, tokenizer text, pinned boolean, iban_checks integer, spin text, place text, shipping text, description text, price numeric, state text, photos integer);
select column_name, why from isms.classification_suggestion where relation_name = 'harmless';
create domain regress_stock.email as text;
create table regress_stock."by type '" (contact regress_stock.email);
select column_name, why, statement from isms.classification_suggestion where relation_name like 'by type%';

-- What carries a class as high is no longer suggested; neither is what was dismissed.  The statement does it.
select statement from isms.classification_suggestion where relation_name like 'by type%'
\gexec
do $$ begin perform isms.classify('regress_stock.person', 'confidential'), isms.classify('regress_stock.person', 'internal', 'iban'); end $$;
insert into isms.classification_dismissal (schema_name, relation_name, column_name, reason) values ('regress_stock', 'person', 'religion', 'Of the building');
select relation_name, column_name, class, present_class from isms.classification_suggestion where relation_name = 'person' or relation_name like 'by type%';
do $$ begin perform isms.classify('regress_stock.person', null), isms.classify('regress_stock.person', null, 'iban'); end $$;

-- A scheme with other names: the highest class is suggested.
delete from isms.classification where code = 'secret';
select column_name, class from isms.classification_suggestion where relation_name = 'person' and column_name in ('api_key', 'iban');

-- Patterns of one's own; a bad one is refused, shipped ones stay.
insert into isms.sensitive_name (code, pattern, class, why) values ('own', 'harm(less)?|description', 'internal', 'Our word');
insert into isms.sensitive_name (code, pattern, class, why) values ('bad', '(', 'internal', 'Our word');
select column_name, why, class from isms.classification_suggestion where relation_name = 'harmless' and why like '%Our word%';
grant isms_admin to regress_nobody;
set session authorization regress_nobody;
update isms.sensitive_name set pattern = 'nothing' where code = 'email';
delete from isms.sensitive_name;
reset session authorization;
select count(*) > 20 as shipped_are_there, count(*) filter (where code = 'own') as own from isms.sensitive_name;

\c
set client_min_messages = warning;
set isms.allow_drop = on;
drop schema regress_stock, "regress odd""" cascade;
drop owned by regress_owner, regress_nobody;
drop role regress_owner, regress_nobody;
drop extension isms cascade;
create extension isms;
