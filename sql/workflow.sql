-- The workflow machine: rules that hold for every writer, on a table that knows nothing of isms.
\set SHOW_CONTEXT never
set client_min_messages = warning;
drop extension if exists isms cascade;
create extension isms;
create role regress_wdana login superuser;
create role regress_wli login;
create role regress_wsam login;
create role regress_wout login;
set session authorization regress_wdana;
do $$ begin perform isms.setup('ACME', 'Acme Ltd', 'wdana', 'Dana Ruiz'); end $$;
set isms.scope = 'ACME';
select isms.add_person('wli', 'Li Wei', login => 'regress_wli', roles => '{risk_owner}');
select isms.add_person('wsam', 'Sam Okoro', login => 'regress_wsam', roles => '{internal_auditor,control_owner}');

-- An invoice with its lines; their rules come from the shipped workflow two_eyes.
create table public.invoice (
  id integer constraint invoice_pkey primary key,
  customer text,
  total numeric,
  status text not null default 'draft',
  updated_at timestamptz default '2026-01-01 00:00+00',
  created_by text default isms.actor());
create table public.invoice_line (
  invoice integer not null,
  line integer not null,
  text text,
  printed boolean not null default false,
  constraint invoice_line_pkey primary key (invoice, line));
select isms.attach_workflow('public.invoice', 'two_eyes', 'status',
  covers => '{"public.invoice_line": {"on": {"invoice": "id"}, "ignore": ["printed"]}}', ignore => '{updated_at}');
grant usage on schema public to isms_editor;
grant select, insert, update, delete, truncate on public.invoice, public.invoice_line to isms_editor;

-- Rows start where the workflow says, for a superuser too.
insert into public.invoice (id, customer, total, status) values (1, 'Smith', 10, 'approved');
insert into public.invoice (id, customer, total, status) values (1, 'Smith', 10, null);
insert into public.invoice (id, customer, total, status) values (1, 'Smith', 10, 'no such state');
insert into public.invoice (id, customer, total) values (1, 'Smith', 10), (2, 'Jones', 20), (3, 'Mayer', 30);
insert into public.invoice_line values (1, 1, 'Paper'), (2, 1, 'Ink');

-- A plain UPDATE cannot take what needs approval, nor skip a state; replica role and the table's owner are no exception.
update public.invoice set status = 'approved' where id = 1;
update public.invoice set status = 'closed' where id = 1;
set session_replication_role = replica;
update public.invoice set status = 'approved' where id = 1;
insert into public.invoice (id, status) values (9, 'closed');
reset session_replication_role;

-- Nobody is a person by being a superuser.
reset session authorization;
update public.invoice set status = 'approved' where id = 1;
insert into public.invoice (id) values (9);
set session authorization regress_wout;
select isms.next_steps('public.invoice', '1');

-- Ask, approve: the last approval carries it out.
set session authorization regress_wli;
select * from isms.next_steps('public.invoice', '1');
select isms.approve('public.invoice', '{1}', 'approve');
select isms.request('public.invoice', '1', 'approve', 'Please look');
select scope, table_name, key, transition, slot, approver, candidates, requester, requester_name, comment from isms.waiting_approvals;
select isms.approve('public.invoice', '{1}', 'approve');
set session authorization regress_wsam;
select isms.approve('public.invoice', '{1}', 'approve', 'Fine');
select id, status from public.invoice order by id;
select r.transition, r.requester, r.status, r.closed_by, a.slot, a.approver, a.comment
  from isms.approval_request r join isms.approval a on a.request = r.id
 where r.scope = 'ACME';

-- What was approved is frozen, with its lines; technical and progress columns are not.
update public.invoice set total = 11 where id = 1;
update public.invoice set updated_at = '2026-02-02 00:00+00' where id = 1;
insert into public.invoice_line values (1, 2, 'Glue');
update public.invoice_line set text = 'Gold' where invoice = 1;
update public.invoice_line set printed = true where invoice = 1;
update public.invoice_line set invoice = 1, line = 7 where invoice = 2;
delete from public.invoice_line where invoice = 1;
truncate public.invoice_line;
truncate public.invoice;
update public.invoice set id = 100 where id = 1;
delete from public.invoice where id = 1;

-- Going back takes a reason, by isms.request or by the setting of the transaction.
update public.invoice set status = 'draft' where id = 1;
select isms.request('public.invoice', '1', 'return', 'no');
select isms.request('public.invoice', '1', 'return', 'The customer is another one');
begin;
set local isms.comment = 'The customer is another one';
update public.invoice set status = 'draft' where id = 1;
rollback;
select id, customer, status from public.invoice where id = 1;

-- A change of the row or of a covered row after the request makes it void; of an ignored column it does not.
select isms.request('public.invoice', '1', 'approve');
set session authorization regress_wli;
update public.invoice set total = 99 where id = 1;
select isms.approve('public.invoice', '{1}', 'approve');
update public.invoice set total = 10 where id = 1;
update public.invoice_line set text = 'Gold' where invoice = 1;
select isms.approve('public.invoice', '{1}', 'approve');
update public.invoice_line set text = 'Paper', printed = false where invoice = 1;
update public.invoice set updated_at = '2026-03-03 00:00+00' where id = 1;
begin;
set local timezone = 'Asia/Tokyo';
set local datestyle = 'German';
set local extra_float_digits = 0;
select isms.approve('public.invoice', '{1}', 'approve');
rollback;
select id, status from public.invoice where id = 1;

-- Reject with a reason, withdraw one's own.
select isms.reject('public.invoice', '1', 'approve', ' ');
select isms.withdraw('public.invoice', '1', 'approve');
select isms.reject('public.invoice', '1', 'approve', 'Not yet');
select isms.reject('public.invoice', '1', 'approve', 'Not yet');
select isms.request('public.invoice', '1', 'approve');
select isms.request('public.invoice', '1', 'approve', 'Second thoughts');
select isms.withdraw('public.invoice', '1', 'approve', 'Third thoughts');
select requester, status, comment, closed_by, closing_comment from isms.approval_request where key = '1' order by id;

-- Many keys: all or none, reasons by key.
select isms.request('public.invoice', k, 'approve') from unnest('{1,2}'::text[]) k;
set session authorization regress_wsam;
update public.invoice set customer = 'Jones & Sons' where id = 2;
select isms.approve('public.invoice', '{1,2,3}', 'approve');
select count(*) from isms.approval where scope = 'ACME';
select isms.approve('public.invoice', '{1}', 'approve');

-- Approvals and requests are not written by hand.
insert into isms.approval (request, scope, slot, approver, digest) values (1, 'ACME', 'second_person', 'wsam', '');
update isms.approval_request set status = 'open';
delete from isms.approval_request;

-- Deletion: in the initial state, by who made it, with nothing approved and no covered rows.
delete from public.invoice where id = 3;
set session authorization regress_wdana;
delete from public.invoice where id = 2;
delete from public.invoice where id = 3;
set session authorization regress_wli;
insert into public.invoice (id, created_by) values (4, 'wsam');
insert into public.invoice (id) values (4);
delete from public.invoice where id = 4;

-- A BEFORE trigger that changes the state does not pass by.
set session authorization regress_wdana;
create function public.sneak() returns trigger language plpgsql as $$ begin new.status := 'approved'; return new; end $$;
create trigger zz_sneak before update on public.invoice for each row execute function public.sneak();
insert into public.invoice (id, total) values (5, 50);
update public.invoice set total = 5 where id = 5;
drop trigger zz_sneak on public.invoice;

-- What an older snapshot shows is not approved.
begin isolation level repeatable read;
select isms.request('public.invoice', '5', 'approve');
rollback;

-- Who acts is who logged in: not the role set, not the owner of a function, not what a schema in front pretends.
select isms.request('public.invoice', '5', 'approve');
set role regress_wli;
select isms.approve('public.invoice', '{5}', 'approve');
reset role;
create function public.as_owner() returns setof text language sql security definer as $$ select isms.approve('public.invoice', '{5}', 'approve') $$;
alter function public.as_owner() owner to regress_wsam;
grant execute on function public.as_owner() to public;
select public.as_owner();
create schema trick;
create function trick.actor() returns text language sql as $$ select 'wsam' $$;
create function trick.sha256(bytea) returns bytea language sql as $$ select ''::bytea $$;
create function trick.format(text, variadic text[]) returns text language sql as $$ select 'tricked' $$;
set search_path = trick, pg_catalog, isms;
select isms.approve('public.invoice', '{5}', 'approve');
reset search_path;
drop schema trick cascade;
drop function public.as_owner();

-- Names are names: keys, comments and columns of any spelling.
create table public."odd ""table; x" (
  "Key'1" text constraint odd_pkey primary key,
  "the ""state""" text not null default 'draft',
  created_by text default isms.actor());
select isms.attach_workflow('public."odd ""table; x"', 'two_eyes', 'the "state"');
grant select, insert, update, delete on public."odd ""table; x" to isms_editor;
set session authorization regress_wli;
insert into public."odd ""table; x" values ($k$a'); drop table public.invoice; --$k$);
select isms.request('public."odd ""table; x"', $k$a'); drop table public.invoice; --$k$, 'approve', $k$'; select 1; --$k$);
set session authorization regress_wsam;
select isms.approve('public."odd ""table; x"', array[$k$a'); drop table public.invoice; --$k$], 'approve');
select * from public."odd ""table; x";
update public."odd ""table; x" set "Key'1" = 'b';
select isms.request('public.invoice', 'x', 'approve');
select isms.request('public.invoice', '77', 'approve');
select isms.request('public.invoice', '1', 'fly');
select isms.request('public.invoice_line', '1', 'approve');
select isms.approve('public.invoice', '{}', 'approve');

-- Without rights on the table nothing can be asked for.
reset session authorization;
create table public.secret (id integer constraint secret_pkey primary key, status text not null default 'draft');
set session authorization regress_wdana;
select isms.attach_workflow('public.secret', 'two_eyes', 'status');
insert into public.secret values (1);
set session authorization regress_wli;
select isms.request('public.secret', '1', 'approve');
select isms.next_steps('public.secret', '1');

-- Binding: what cannot be bound is refused.
set session authorization regress_wdana;
create table public.keyless (status text);
select isms.attach_workflow('public.keyless', 'two_eyes', 'status');
select isms.attach_workflow('public.secret', 'two_eyes', 'nothing');
select isms.attach_workflow('public.secret', 'nothing', 'status');
select isms.attach_workflow('public.secret', 'two_eyes', 'status', covers => '{"invoice_line": {}}');
create table public.parted (id integer, status text, constraint parted_pkey primary key (id, status)) partition by list (status);
select isms.attach_workflow('public.parted', 'two_eyes', 'status');

-- A partition is under its table's workflow.
create table public.wide (id integer constraint wide_pkey primary key, status text not null default 'draft') partition by range (id);
create table public.wide_1 partition of public.wide for values from (0) to (100);
select isms.attach_workflow('public.wide', 'two_eyes', 'status');
insert into public.wide_1 values (1, 'closed');
insert into public.wide_1 values (1);
update public.wide_1 set status = 'approved';

-- The day of a scope is told by the workers of a parallel query too.
create table public.many (scope text);
insert into public.many select 'ACME' from generate_series(1, 1000);
set parallel_setup_cost = 0;
set parallel_tuple_cost = 0;
set min_parallel_table_scan_size = 0;
set parallel_leader_participation = off;
begin;
select count(*) from public.many m where isms.today(m.scope) is not null;
update isms.scope set time_zone = 'Pacific/Kiritimati' where code = 'ACME';
select count(*) from public.many m where isms.today(m.scope) = (now() at time zone 'Pacific/Kiritimati')::date;
rollback;
select count(*) from public.many m where isms.today(m.scope) = (select (now() at time zone s.time_zone)::date from isms.scope s where s.code = 'ACME');
reset parallel_setup_cost;
reset parallel_tuple_cost;
reset min_parallel_table_scan_size;
reset parallel_leader_participation;

reset session authorization;
drop table public.many;
drop table public.invoice, public.invoice_line, public."odd ""table; x", public.secret, public.keyless, public.parted, public.wide;
drop function public.sneak();
drop extension isms cascade;
drop role regress_wdana, regress_wli, regress_wsam, regress_wout;
create extension isms;
