-- Break-glass: in an emergency an administrator takes steps the rules refuse; every row stays listed until somebody else reviewed it.
\set SHOW_CONTEXT never
set client_min_messages = warning;
drop extension if exists isms cascade;
create extension isms;
create role regress_bdana login superuser;
create role regress_badm login;
create role regress_bmia login;
set session authorization regress_bdana;
do $$ begin perform isms.setup('ACME', 'Acme Ltd', 'dana', 'Dana Ruiz'); end $$;
set isms.scope = 'ACME';
do $$
begin
  perform isms.add_person('mia', 'Mia Mann', login => 'regress_bmia', roles => '{isms_manager}');
  perform isms.add_person('adam', 'Adam Abt', login => 'regress_badm', roles => '{isms_manager}');
end
$$;
grant isms_admin to regress_badm;
create table public.note (id integer constraint note_pkey primary key, text text, status text not null default 'draft');
select isms.attach_workflow('public.note', 'two_eyes', 'status');
grant usage on schema public to isms_editor;
grant select, insert, update, delete on public.note to isms_editor;
insert into public.note values (1, 'First'), (2, 'Second'), (3, 'Third');

-- Not unless a superuser allows it, not without isms_admin, a person and a reason.
set session authorization regress_badm;
select isms.break_glass('The register burns');
set isms.allow_break_glass = on;
set session authorization regress_bdana;
set isms.allow_break_glass = on;
set session authorization regress_bmia;
select isms.break_glass('The register burns');
set session authorization regress_badm;
select isms.break_glass(' ');
reset session authorization;
select isms.break_glass('The register burns');

-- One transaction, and no longer than the savepoint it was broken in.
set session authorization regress_badm;
select isms.break_glass('The register burns');
update public.note set status = 'approved' where id = 1;
begin;
savepoint before;
select isms.break_glass('The register burns');
update public.note set status = 'approved' where id = 1;
rollback to before;
update public.note set status = 'approved' where id = 1;
rollback;

begin;
select isms.break_glass('The register burns');
update public.note set status = 'approved' where id <= 2;
update public.note set status = 'draft' where id = 2;
update public.note set text = 'Tierce' where id = 3;
insert into public.note values (4, 'Fourth');
commit;
update public.note set status = 'approved' where id = 3;
select id, text, status from public.note order by id;
select table_name, key, operation, transition, from_state, to_state, actor_name, reason, skipped from isms.open_break_glass order by id;
select who, count(*) from isms.audit_trail where table_name = 'isms.break_glass_use' group by who;

-- States, what is frozen and what may not be deleted are as ever.
begin;
select isms.break_glass('The register burns');
savepoint before;
update public.note set status = 'closed' where id = 2;
rollback to before;
update public.note set text = 'Other' where id = 1;
rollback to before;
delete from public.note where id = 1;
rollback;

-- Neither rewritten nor reviewed by who did it.
delete from isms.break_glass_use;
update isms.break_glass_use set reason = 'None';
select isms.review_break_glass(array(select id from isms.open_break_glass), 'All well');
set session authorization regress_bmia;
select isms.review_break_glass(array(select id from isms.open_break_glass), ' ');
select isms.review_break_glass('{123456}', 'All well');
select isms.review_break_glass(array(select id from isms.open_break_glass where key = '1'), 'Was needed');
select isms.review_break_glass(array(select id from isms.break_glass_use where key = '1'), 'Was needed');
select key, reviewed_by, review_comment from isms.break_glass_use order by id;
select key from isms.open_break_glass order by id;

reset session authorization;
reset isms.allow_break_glass;
drop table public.note;
drop extension isms cascade;
drop owned by regress_bdana, regress_badm, regress_bmia;
drop role regress_bdana, regress_badm, regress_bmia;
create extension isms;
