#!/bin/bash
# workflow.sh: what the workflow machine costs, beside the same rule written by hand: a CHECK of the state alone, and with it
# a plpgsql trigger that looks up the step, the role of who acts and whether it is the person's own row.  Time of the
# processor for bulk updates and for one-row transactions, with and without a change of state.  A plpgsql trigger that does nothing
# when the state changes shows what no rule in a trigger can be cheaper than.  ROWS, TRANSACTIONS and TIMES change the size.
set -e
rows=${ROWS:-100000}
transactions=${TRANSACTIONS:-20000}
times=${TIMES:-5}
folder=$(mktemp -d "${TMPDIR:-/tmp}/workflow.XXXXXX")
trap 'rm -rf -- "$folder"' EXIT
sql() { psql -Xqtb -v ON_ERROR_STOP=1 "$@"; }

sql -v rows="$rows" <<'SQL'
set client_min_messages = warning;
create extension isms;
do $$
begin
  perform isms.setup('ACME', 'Acme Ltd', 'boss', 'Big Boss');
  perform isms.add_person('li', 'Li Wei', roles => '{process_owner}');
end
$$;

-- Seconds this backend has had a processor; of the postmaster's child processes that have ended.
create function bench.cpu() returns double precision language sql as $$
  select split_part(pg_read_file('/proc/self/schedstat'), ' ', 1)::double precision / 1e9
$$;
create function bench.cpu_of_ended() returns double precision language sql as $$
  select (f[14]::double precision + f[15]::double precision) / 100
    from string_to_array(regexp_replace(pg_read_file('/proc/' || split_part(pg_read_file('postmaster.pid'), E'\n', 1) || '/stat'), '^.*\) ', ''), ' ') f
$$;

-- The rule: tickets go from draft to submitted and back, by an ISMS manager who did not write them; once submitted, customer and total stay.
insert into isms.workflow (name, title) values ('ticket', 'Tickets');
insert into isms.workflow_state (workflow, position, name, initial, final, frozen_columns) values
  ('ticket', 1, 'draft', true, false, '{}'), ('ticket', 2, 'submitted', false, false, '{customer,total}'), ('ticket', 3, 'closed', false, true, '{*}');
insert into isms.workflow_transition (workflow, name, from_states, to_state, actors, separation, clause) values
  ('ticket', 'draft', '{}', 'draft', '{editor}', '{}', '-'), ('ticket', 'submit', '{draft}', 'submitted', '{isms_manager}', '{A}', '-'),
  ('ticket', 'return', '{submitted}', 'draft', '{isms_manager}', '{A}', '-'), ('ticket', 'close', '{submitted}', 'closed', '{isms_manager}', '{}', '-');

-- The same by hand.
create table public.login (role_name text primary key, person text not null);
create table public.holder (person text, role text, valid_from date, valid_until date, primary key (person, role));
create table public.step (from_state text, to_state text, role text not null, own_allowed boolean not null, primary key (from_state, to_state));
insert into public.login values (session_user, 'boss');
insert into public.holder values ('boss', 'isms_manager', '2020-01-01', null), ('boss', 'top_management', '2020-01-01', null), ('li', 'isms_manager', '2020-01-01', null);
insert into public.step values ('draft', 'submitted', 'isms_manager', false), ('submitted', 'draft', 'isms_manager', false), ('submitted', 'closed', 'isms_manager', true);
create function public.rule() returns trigger language plpgsql as $$
declare
  me text;
  s public.step;
begin
  if new.status = old.status then
    if old.status = 'closed' and new is distinct from old
       or old.status = 'submitted' and (new.customer is distinct from old.customer or new.total is distinct from old.total) then
      raise exception 'frozen';
    end if;
    return null;
  end if;
  select * into s from public.step t where t.from_state = old.status and t.to_state = new.status;
  if not found then
    raise exception 'no such step';
  end if;
  select l.person into me from public.login l where l.role_name = session_user;
  if not exists (select from public.holder h where h.person = me and h.role = s.role and current_date between h.valid_from and coalesce(h.valid_until, 'infinity')) then
    raise exception 'not yours';
  end if;
  if not s.own_allowed and new.created_by = me then
    raise exception 'your own';
  end if;
  return null;
end
$$;

create function public.rule_insert() returns trigger language plpgsql as $$
begin
  if new.status <> 'draft' or new.created_by is distinct from (select l.person from public.login l where l.role_name = session_user)
     or not exists (select from public.holder h where h.person = new.created_by and current_date between h.valid_from and coalesce(h.valid_until, 'infinity')) then
    raise exception 'not so';
  end if;
  return null;
end
$$;
create function public.nothing() returns trigger language plpgsql as 'begin return null; end';
-- Lines may change while their ticket is a draft.
create function public.rule_line() returns trigger language plpgsql as $$
begin
  if (select t.status from public.plpgsql t where t.id = new.ticket for share) <> 'draft' then
    raise exception 'frozen';
  end if;
  return null;
end
$$;

create procedure bench.prepare(variant text) language plpgsql as $$
begin
  execute format($f$create table public.%I (id integer primary key, customer text not null, total numeric, note text, n integer not null,
                    status text not null check (status in ('draft', 'submitted', 'closed')), created_by text, updated_at timestamptz)$f$, variant);
  execute format('insert into public.%I select i, ''Customer '' || i, i / 100.0, ''some note about ticket number '' || i, 0, ''draft'', ''li'', now() from generate_series(1, $1) i', variant)
    using current_setting('bench.rows')::integer;
  execute format('create table public.%I (ticket integer, line integer, price numeric, primary key (ticket, line))', variant || '_line');
  execute format('insert into public.%I select i / 10 + 1, i %% 10, i from generate_series(0, $1 - 1) i', variant || '_line') using current_setting('bench.rows')::integer;
  case variant
    when 'isms' then
      perform isms.attach_workflow('public.isms', 'ticket', 'status', ignore => '{updated_at}', covers => '{"public.isms_line": {"on": {"ticket": "id"}}}');
    when 'plpgsql' then
      create trigger rule after update on public.plpgsql for each row execute function public.rule();
      create trigger rule_insert after insert on public.plpgsql for each row execute function public.rule_insert();
      create trigger rule after update on public.plpgsql_line for each row when (old is distinct from new) execute function public.rule_line();
    when 'empty' then
      create trigger nothing after update on public.empty for each row when (old.status is distinct from new.status) execute function public.nothing();
      create trigger nothing_inserted after insert on public.empty for each row execute function public.nothing();
    else null;
  end case;
end
$$;
SQL

variants='check empty isms plpgsql'
for variant in $variants; do sql -c "set client_min_messages = warning" -c "set bench.rows = $rows" -c "call bench.prepare('$variant')"; done

# Each statement is a transaction; what is measured of it is stored after it.
bulk() {
	local variant=$1
	local update="update public.\"$variant\" set"
	for step in "update, a column nobody watches|$update n = n + 1" "update, a column frozen in other states|$update customer = customer || '.'" \
		"update of the state, there|$update status = 'submitted'" "update, some columns frozen in this state|$update n = n + 1" \
		"update of the state, back|$update status = 'draft'" \
		"update of covered rows, ten a parent|update public.\"${variant}_line\" set price = price + 1" \
		"insert|insert into public.\"$variant\" select -i, 'Customer', i, 'some note', 0, 'draft', 'boss', now() from generate_series(1, $rows) i"; do
		cat <<-SQL
			vacuum public."$variant", public."${variant}_line";
			begin;
			select bench.cpu() as cpu \\gset
			${step#*|};
			select bench.cpu() - :cpu as cpu \\gset
			$([[ $step == insert* ]] && echo rollback || echo commit);
			insert into bench.run (topic, variant, seconds) values ('bulk ${step%%|*}', '$variant', :cpu);
		SQL
	done
}

# A transaction's share of what the backend of pgbench took.
one_row() {
	local variant=$1 what=$2 change=$3 before
	printf '\\set id random(1, %s)\nupdate public."%s" set %s where id = :id;\n' "$rows" "$variant" "$change" >"$folder/script"
	# backends that have left are still going away
	sleep 0.2
	before=$(sql -c "select bench.cpu_of_ended()")
	pgbench -n -M prepared -t "$transactions" -f "$folder/script" >/dev/null 2>"$folder/errors" || cat "$folder/errors" >&2
	sleep 0.2
	sql -c "insert into bench.run (topic, variant, seconds) select 'one-row update (us), $what', '$variant', (bench.cpu_of_ended() - $before) / $transactions * 1000"
}

for ((i = 0; i < times; i++)); do
	for variant in $variants; do bulk "$variant" | sql; done
done
for ((i = 0; i < times; i++)); do
	for variant in $variants; do
		one_row "$variant" 'the state stays' 'n = n + 1'
		one_row "$variant" 'state there and back' "status = case status when 'draft' then 'submitted' else 'draft' end"
	done
done

psql -Xq -P footer=off <<'SQL'
-- What a rule costs beside the CHECK alone.
with median as (
  select topic, variant, percentile_cont(0.5) within group (order by seconds) as seconds from bench.run group by topic, variant)
select c.topic, round((i.seconds / c.seconds)::numeric, 2) as "isms to CHECK", round((p.seconds / i.seconds)::numeric, 1) as "plpgsql to isms",
       round(((p.seconds - c.seconds) / nullif(i.seconds - c.seconds, 0))::numeric, 1) as "what plpgsql adds to what isms adds",
       round(((e.seconds - c.seconds) / nullif(i.seconds - c.seconds, 0))::numeric, 1) as "what an empty trigger adds to what isms adds"
  from median c
  join median i on i.topic = c.topic and i.variant = 'isms'
  join median p on p.topic = c.topic and p.variant = 'plpgsql'
  join median e on e.topic = c.topic and e.variant = 'empty'
 where c.variant = 'check'
 order by c.topic;
SQL
