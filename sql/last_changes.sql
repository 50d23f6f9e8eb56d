-- Which entry last set each field of a row.
\set SHOW_CONTEXT never
set client_min_messages = warning;
drop extension if exists isms cascade;
create extension isms;
set client_min_messages = notice;
select isms.activate() ~ '^isms is active' as active;
create schema regress_last;
set search_path = regress_last, public;

-- As people ask: what is in the field, who put it there and how.
create function last(name regclass, key text) returns table (column_name text, value jsonb, who text, operation text, entry jsonb) language sql as $$
  select l.column_name, l.value, l.who, l.operation, (select coalesce(a.new_values, a.old_values) from isms.audit_trail a where a.seq = l.seq and a.at = l.changed_at)
    from isms.last_changes(name, key) l
$$;

create table customer (id int primary key, name text, town text, iban text);
insert into customer values (1, 'Ann', 'Oslo', 'NO01');
select isms.enable_audit('customer', exclude => '{iban}');
select * from last('customer', '1');
update customer set town = 'Bergen' where id = 1;
insert into customer values (2, 'Bob', null, 'NO02');
update customer set name = 'Bo', iban = 'NO03' where id = 2;
update customer set name = 'Bo' where id = 2;
select * from last('customer', '1');
select * from last('customer', '2');

-- Sealed or not, it is the same.
select isms.seal() > 0 as sealed;
select * from last('customer', '2');

-- Through a change of the key, and of the column's name; a column added since was set by no entry.
update customer set id = 20 where id = 2;
alter table customer rename town to city;
alter table customer add column country text default 'NO';
update customer set city = 'Moss' where id = 1;
select * from last('customer', '2');
select * from last('customer', '20');
select * from last('customer', '1');

-- A row that is gone has none; one that came again begins anew; two rows may change places.
delete from customer where id = 1;
select * from last('customer', '1');
insert into customer (id, name) values (1, 'Eve');
select * from last('customer', '1');
update customer set id = 99 where id = 1;
update customer set id = 1 where id = 20;
update customer set id = 20 where id = 99;
select column_name, value, operation from last('customer', '1');
select column_name, value, operation from last('customer', '20');

-- Keys of several columns, and rows of scopes.
create table line (invoice int, line int, item text, primary key (invoice, line));
select isms.enable_audit('line');
insert into line values (7, 1, 'nut');
update line set line = 2, item = 'bolt';
select * from last('line', '{"line": 2, "invoice": 7}');
select isms.setup('ACME', 'Acme Ltd', 'dana', 'Dana Ruiz') ~ '^isms is ready' as ready;
update isms.scope set name = 'Acme Limited' where code = 'ACME';
select column_name, value, who, operation from isms.last_changes('isms.scope', 'ACME') where column_name in ('code', 'name');
select scope, column_name, value, operation from isms.last_changes('isms.risk_method', '5x5') where column_name in ('scope', 'code', 'status');

select * from isms.last_changes(null, '1');
select * from isms.last_changes('customer', 'nobody');

set client_min_messages = warning;
reset search_path;
set isms.allow_drop = on;
drop schema regress_last cascade;
