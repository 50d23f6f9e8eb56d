-- Which updates are judged: a session that has met a table decides by what it knows of it, one that has not by the text in the triggers; both the same.
\set SHOW_CONTEXT never
set client_min_messages = warning;
drop extension if exists isms cascade;
create extension isms;
create role regress_wboss login superuser;
set session authorization regress_wboss;
do $$ begin perform isms.setup('WORKS', 'Works', 'boss', 'Big Boss'); end $$;

-- Drafts are free but for who made them, submitted ones keep customer and total, of a late one the total may be amended, closed ones are whole.
insert into isms.workflow (name, title) values ('ticket', 'Tickets');
insert into isms.workflow_state (workflow, position, name, initial, final, frozen_columns) values
  ('ticket', 1, 'draft', true, false, '{}'), ('ticket', 2, 'submitted', false, false, '{customer,total}'),
  ('ticket', 3, 'late', false, false, '{customer}'), ('ticket', 4, 'closed', false, true, '{*}');
insert into isms.workflow_transition (workflow, name, from_states, to_state, amended_columns, actors, guards, clause) values
  ('ticket', 'draft', '{}', 'draft', '{}', '{editor}', '{}', '-'), ('ticket', 'submit', '{draft}', 'submitted', '{}', '{editor}', '{}', '-'),
  ('ticket', 'delay', '{submitted}', 'late', '{}', '{editor}', '{}', '-'), ('ticket', 'amend_customer', '{late}', null, '{customer}', '{editor}', '{reason_given}', '-'),
  ('ticket', 'close', '{submitted}', 'closed', '{}', '{editor}', '{}', '-');
create type public.state as enum ('draft', 'submitted', 'late', 'closed');
create domain public.state_name as varchar(20);
create collation public.any_case (provider = icu, locale = 'und-u-ks-level2', deterministic = false);
create table public.ticket (id integer, customer text, total numeric, extra jsonb, note text, spare text, dropped text, status text, created_by text default 'boss');
create table public.as_text (like public.ticket including defaults, constraint as_text_pkey primary key (id));
create table public.as_varchar (like public.ticket including defaults, constraint as_varchar_pkey primary key (id));
create table public.as_enum (like public.ticket including defaults, constraint as_enum_pkey primary key (id));
create table public.as_domain (like public.ticket including defaults, constraint as_domain_pkey primary key (id));
create table public.as_folded (like public.ticket including defaults, constraint as_folded_pkey primary key (id));
create table public.as_parts (like public.ticket including defaults, constraint as_parts_pkey primary key (id)) partition by range (id);
create table public.with_before (like public.ticket including defaults, constraint with_before_pkey primary key (id));
alter table public.as_varchar alter status type varchar(20);
alter table public.as_enum alter status type public.state using status::public.state;
alter table public.as_domain alter status type public.state_name;
alter table public.as_folded alter customer type text collate public.any_case;
alter table public.as_text drop dropped;
create table public.as_parts_1 (spare text, status text, id integer not null, note text, customer text, dropped text, total numeric, extra jsonb, created_by text default 'boss');
alter table public.as_parts attach partition public.as_parts_1 for values from (-9) to (10);
create table public.as_parts_2 partition of public.as_parts for values from (10) to (20);
create function public.change_total() returns trigger language plpgsql as 'begin new.total := new.total + 1; return new; end';
create trigger change_total before update on public.with_before for each row execute function public.change_total();

create table public.attached (name text primary key);
insert into public.attached values ('as_text'), ('as_varchar'), ('as_enum'), ('as_domain'), ('as_folded'), ('as_parts'), ('with_before');
do $$
declare
  t text;
begin
  for t in select name from public.attached loop
    execute format($f$insert into public.%I (id, customer, total, extra, status) select i, 'Li', 1.0, '{"a": 1.0}', s from unnest('{draft,submitted,late,closed,NULL}'::public.%s[]) with ordinality u(s, i)$f$,
                   t, case t when 'as_enum' then 'state' else 'state_name' end);
    perform isms.attach_workflow('public.' || t, 'ticket', 'status', ignore => '{note}');
  end loop;
end
$$;

-- What comes of a statement, which is taken back; known: the session is not made to forget the table before.
create function public.outcome(name text, id integer, change text, known boolean) returns text language plpgsql as $$
declare
  t regclass;
  n integer;
begin
  if not known then
    for t in select relid from pg_partition_tree(('public.' || name)::regclass) where isleaf loop
      execute format('alter table %s set (fillfactor = 90)', t);
    end loop;
  end if;
  begin
    execute format('update public.%I set %s where id = %s', name, change, id);
    get diagnostics n = row_count;
    raise exception sqlstate 'ZZZZZ' using message = n || ' updated';
  exception when others then
    return case sqlstate when 'ZZZZZ' then sqlerrm else sqlstate end;
  end;
end
$$;
create table public.found as
  select a.name, s.i, s.state, c.n, c.change, public.outcome(a.name, s.i, c.change, false) as unknown, public.outcome(a.name, s.i, c.change, true) as known
    from public.attached a,
         (values (1, 'draft'), (2, 'submitted'), (3, 'late'), (4, 'closed'), (5, null)) s(i, state),
         (values (1, 'spare = ''x'''), (2, 'note = ''x'''), (3, 'customer = ''x'''), (4, 'customer = ''LI'''), (5, 'customer = customer'), (6, 'total = 2'), (7, 'total = 1.00'),
                 (8, 'created_by = null'), (9, 'id = -id'), (10, 'id = id + 10'), (11, 'status = status'), (12, 'status = ''submitted'''), (13, 'status = ''late'', customer = ''x'''), (14, 'status = null'),
                 (15, 'spare = ''x'', customer = null'), (16, 'extra = ''{"a": 1.00}''')) c(n, change);

-- Known or not, the same.
select name, state, change, unknown, known from public.found where unknown <> known order by name, i, n;
-- What is let through and what refused, ...
select change, min(known) filter (where i = 1) as draft, min(known) filter (where i = 2) as submitted, min(known) filter (where i = 3) as late,
       min(known) filter (where i = 4) as closed, min(known) filter (where i = 5) as "null"
  from public.found where name = 'as_text' group by n, change order by n;
-- ... whatever the state is stored in.  A row that goes to another partition is deleted and inserted.
select f.name, f.change, f.state, f.known, t.known as as_text
  from public.found f join public.found t on t.name = 'as_text' and t.i = f.i and t.n = f.n
 where f.name <> 'with_before' and f.known <> t.known order by f.name, f.n, f.i;
-- A BEFORE trigger changes the total whatever a statement names.
select state, known, count(*) from public.found where name = 'with_before' group by i, state, known order by i, known;

reset session authorization;
drop table public.found, public.attached, public.ticket, public.as_text, public.as_varchar, public.as_enum, public.as_domain, public.as_folded, public.as_parts, public.with_before;
drop function public.outcome(text, integer, text, boolean), public.change_total();
drop collation public.any_case;
drop domain public.state_name;
drop type public.state;
drop extension isms cascade;
drop role regress_wboss;
create extension isms;
