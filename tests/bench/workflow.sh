#!/bin/bash
# workflow.sh: what the workflow machine costs, beside the same rule written by hand: a CHECK of the state alone (check), and with
# it a plpgsql trigger that looks up the step, the role of who acts and whether it is the person's own row (plpgsql).  A plpgsql
# trigger that does nothing when the state changes (empty) shows what no rule in a trigger can be cheaper than.
#
# Other work on the machine slows whatever runs at the moment, for milliseconds or for minutes.  So one backend runs a statement on
# the table of each variant in turn, in milliseconds, another variant first each round, and each variant is compared with the
# CHECK of its own round.  The medians of these differences and ratios over the quieter half of the rounds, those in which all variants
# together took least, say the same in each run; minimum and median of each variant's times alone do not.  What is counted is
# time that the backend had a processor.  All tables have the same content and layout, see the same statements in the same
# order, and are vacuumed between bulk statements; those for one-row transactions have room for each row's next version on its page.
#
# ROWS (of a bulk of short rounds), LARGE (of the large bulk), TRANSACTIONS (of a round), LARGE_ROUNDS, BULK_ROUNDS and ROW_ROUNDS
# change the size.
set -e
rows=${ROWS:-5000}
large=${LARGE:-100000}
transactions=${TRANSACTIONS:-300}
large_rounds=${LARGE_ROUNDS:-10}
bulk_rounds=${BULK_ROUNDS:-100}
row_rounds=${ROW_ROUNDS:-200}
variants=(check empty isms plpgsql)
folder=$(mktemp -d "${TMPDIR:-/tmp}/workflow.XXXXXX")
trap 'rm -rf -- "$folder"' EXIT
sql() { psql -Xqtb -v ON_ERROR_STOP=1 "$@"; }

sql -v rows="$rows" -v large="$large" <<'SQL'
set client_min_messages = warning;
create extension isms;
do $$
begin
  perform isms.setup('ACME', 'Acme Ltd', 'boss', 'Big Boss');
  perform isms.add_person('li', 'Li Wei', roles => '{process_owner}');
end
$$;

-- Nanoseconds this backend has had a processor, up to when it last waited for its client.
create function bench.cpu() returns bigint language sql as $$
  select split_part(pg_read_file('/proc/self/schedstat'), ' ', 1)::bigint
$$;
-- us: of a row or a transaction
create table bench.sample (topic text, round integer, variant text, us double precision);

-- The rule: tickets go from draft to submitted and back, by an ISMS manager who did not write them; once submitted, customer and total stay.
insert into isms.workflow (name, title) values ('ticket', 'Tickets');
insert into isms.workflow_state (workflow, position, name, initial, final, frozen_columns) values
  ('ticket', 1, 'draft', true, false, '{}'), ('ticket', 2, 'submitted', false, false, '{customer,total}'), ('ticket', 3, 'closed', false, true, '{*}');
insert into isms.workflow_transition (workflow, name, from_states, to_state, actors, separation, clause) values
  ('ticket', 'draft', '{}', 'draft', '{editor}', '{}', '-'), ('ticket', 'submit', '{draft}', 'submitted', '{isms_manager}', '{A}', '-'),
  ('ticket', 'return', '{submitted}', 'draft', '{isms_manager}', '{A}', '-'), ('ticket', 'close', '{submitted}', 'closed', '{isms_manager}', '{}', '-');

-- The same by hand.
create table public.person (code text primary key, active_from date, active_until date);
create table public.login (role_name text primary key, person text not null);
create table public.holder (person text, role text, valid_from date, valid_until date, primary key (person, role));
create table public.step (from_state text, to_state text, role text not null, own_allowed boolean not null, primary key (from_state, to_state));
insert into public.person values ('boss', '2020-01-01', null), ('li', '2020-01-01', null);
insert into public.login values (session_user, 'boss');
insert into public.holder values ('boss', 'isms_manager', '2020-01-01', null), ('boss', 'top_management', '2020-01-01', null), ('li', 'isms_manager', '2020-01-01', null);
insert into public.step values ('draft', 'submitted', 'isms_manager', false), ('submitted', 'draft', 'isms_manager', false), ('submitted', 'closed', 'isms_manager', true);
create function public.rule() returns trigger language plpgsql as $$
declare
  me text;
  s public.step;
begin
  if new.created_by is distinct from old.created_by or old.status <> 'draft' and new.id <> old.id then
    raise exception 'fixed';
  end if;
  if new.status = old.status then
    if old.status = 'closed' and new is distinct from old
       or old.status = 'submitted' and (new.customer is distinct from old.customer or new.total is distinct from old.total) then
      raise exception 'frozen';
    end if;
    return null;
  end if;
  if old.status <> 'draft' and new.status <> 'draft' and (new.customer is distinct from old.customer or new.total is distinct from old.total) then
    raise exception 'frozen';
  end if;
  select * into s from public.step t where t.from_state = old.status and t.to_state = new.status;
  if not found then
    raise exception 'no such step';
  end if;
  select l.person into me from public.login l where l.role_name = session_user;
  if not exists (select from public.holder h join public.person p on p.code = h.person
                  where h.person = me and h.role = s.role and current_date between h.valid_from and coalesce(h.valid_until, 'infinity')
                    and current_date between p.active_from and coalesce(p.active_until, 'infinity')) then
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
  if (select t.status from public.bulk_plpgsql t where t.id = new.ticket for share) <> 'draft' then
    raise exception 'frozen';
  end if;
  return null;
end
$$;

create procedure bench.prepare("table" text, variant text, rows integer, fillfactor integer, lines boolean) language plpgsql as $$
declare
  line text := "table" || '_line';
begin
  execute format('create table public.%I (id integer primary key, customer text not null, total numeric, note text, n integer not null,
                    status text not null check (status in (''draft'', ''submitted'', ''closed'')), created_by text, updated_at timestamptz) with (fillfactor = %s)', "table", fillfactor);
  execute format('insert into public.%I select i, ''Customer '' || i, i / 100.0, ''some note about ticket number '' || i, 0, ''draft'', ''li'', now() from generate_series(1, $1) i', "table") using rows;
  if lines then
    execute format('create table public.%I (ticket integer, line integer, price numeric, primary key (ticket, line))', line);
    execute format('insert into public.%I select i / 10 + 1, i %% 10, i from generate_series(0, $1 - 1) i', line) using rows;
  end if;
  case variant
    when 'isms' then
      perform isms.attach_workflow('public.' || "table", 'ticket', 'status', ignore => '{updated_at}',
                                   covers => case when lines then jsonb_build_object('public.' || line, '{"on": {"ticket": "id"}}'::jsonb) else '{}' end);
    when 'plpgsql' then
      execute format('create trigger rule after update on public.%I for each row execute function public.rule()', "table");
      execute format('create trigger rule_insert after insert on public.%I for each row execute function public.rule_insert()', "table");
      if lines then
        execute format('create trigger rule after update on public.%I for each row when (old is distinct from new) execute function public.rule_line()', line);
      end if;
    when 'empty' then
      execute format('create trigger nothing after update on public.%I for each row when (old.status is distinct from new.status) execute function public.nothing()', "table");
      execute format('create trigger nothing_inserted after insert on public.%I for each row execute function public.nothing()', "table");
    else null;
  end case;
end
$$;
select format('call bench.prepare(%L, %L, %s, %s, %L)', k || '_' || v, v, case k when 'large' then :large else :rows end, case k when 'row' then 50 else 100 end, k = 'bulk')
  from unnest('{bulk,large,row}'::text[]) k, unnest('{check,empty,isms,plpgsql}'::text[]) v
\gexec
vacuum freeze analyze;
SQL

# turn ROUND: the variants in the order of the round
turn() {
	local i
	for i in 0 1 2 3; do echo "${variants[($1 + i) % 4]}"; done
}

# bulk TABLES ROWS ROUNDS: each statement is a transaction; what is measured of it is stored after it.
bulk() {
	local tables=$1 rows=$2 rounds=$3 round step statement variant
	local steps=("update, a column nobody watches|update % set n = n + 1" "update of the state, there|update % set status = 'submitted'"
		"update of the state, back|update % set status = 'draft'")
	[ "$tables" = large ] || steps=("${steps[0]}" "update, a column frozen in other states|update % set customer = translate(customer, 'Cc', 'cC')"
		"${steps[1]}" "update, some columns frozen in this state|update % set n = n + 1" "${steps[2]}"
		"update of covered rows, ten a parent|update %_line set price = price + 1"
		"insert|insert into % select -i, 'Customer', i, 'some note', 0, 'draft', 'boss', now() from generate_series(1, $rows) i")
	# the first two are not counted
	for ((round = -1; round <= rounds; round++)); do
		for step in "${steps[@]}"; do
			for variant in $(turn $((round + 1))); do
				statement=${step#*|}
				statement=${statement//%/public.${tables}_$variant}
				cat <<-SQL
					begin;
					select bench.cpu() as before \\gset
					$statement;
					select bench.cpu() as after \\gset
					$([[ $statement == insert* ]] && echo rollback || echo commit);
					insert into bench.sample select 'bulk of $rows, ${step%%|*}', $round, '$variant', (:after - :before) / 1e3 / $rows where $round > 0;
					vacuum (truncate off) public.${tables}_$variant$([[ $statement != *_line* ]] || echo _line);
				SQL
			done
		done
	done
}

# The script of a client that sends one prepared statement a transaction, a round of transactions to the table of each variant;
# each kind of change has rows of its own.
one_row() {
	local step variant i=0
	local steps=("the state stays|n = n + 1" "a column frozen in other states|customer = translate(customer, 'Cc', 'cC')"
		"state there and back|status = case status when 'draft' then 'submitted' else 'draft' end")
	cat <<-SQL
		\\set turn :n / $transactions
		\\set round :turn / :turns - 1
		\\set which (:turn + :turn / :turns) % :turns
		\\set id 1 + :which / ${#variants[@]} + (:n % $transactions) * $((rows / transactions))
		\\set n :n + 1
		\\if :n % $transactions = 1
		select bench.cpu() as before \\gset
		\\endif
	SQL
	for step in "${steps[@]}"; do
		for variant in "${variants[@]}"; do
			cat <<-SQL
				\\if :which = $i
				update public.row_$variant set ${step#*|} where id = :id;
				\\if :n % $transactions = 0
				select bench.cpu() as after \\gset
				insert into bench.sample
				select 'one row, ${step%%|*}', :round::integer, '$variant', (:after::bigint - :before::bigint) / 1e3 / $transactions where :round::integer > 0;
				\\endif
				\\endif
			SQL
			i=$((i + 1))
		done
	done
}

bulk large "$large" "$large_rounds" | sql
bulk bulk "$rows" "$bulk_rounds" | sql
one_row >"$folder/one_row"
turns=$(grep -c ':which =' "$folder/one_row")
pgbench -n -M prepared -c 1 -f "$folder/one_row" -D n=0 -D turns="$turns" -t $((transactions * turns * (row_rounds + 2))) >/dev/null 2>"$folder/errors" ||
	cat "$folder/errors" >&2

psql -Xq -P footer=off <<'SQL'
\pset null ''
with heard as (
  select *, percent_rank() over (partition by topic order by noise) <= 0.5 as quiet
    from (select *, sum(us) over (partition by topic, round) as noise from bench.sample) n),
paired as (
  select s.topic, s.variant, s.us, s.us - c.us as added, s.us / c.us as ratio
    from heard s
    join bench.sample c on c.topic = s.topic and c.round = s.round and c.variant = 'check'
   where s.quiet),
quartile as (
  select topic, variant, percentile_cont(array[0.25, 0.5, 0.75]) within group (order by ratio) as ratio,
         percentile_cont(0.5) within group (order by added) as added, percentile_cont(0.5) within group (order by us) as us
    from paired
   group by topic, variant)
select c.topic, round(c.us::numeric, 2) as "CHECK us", round(e.added::numeric, 2) as "empty adds", round(i.added::numeric, 2) as "isms adds", round(p.added::numeric, 2) as "plpgsql adds",
       round(i.ratio[2]::numeric, 2) as "isms to CHECK", format('%s-%s', round(i.ratio[1]::numeric, 2), round(i.ratio[3]::numeric, 2)) as quartiles,
       round((p.added / nullif(i.added, 0))::numeric, 1) as "plpgsql adds to isms adds"
  from quartile c
  join quartile e on e.topic = c.topic and e.variant = 'empty'
  join quartile i on i.topic = c.topic and i.variant = 'isms'
  join quartile p on p.topic = c.topic and p.variant = 'plpgsql'
 where c.variant = 'check'
 order by c.topic;
SQL
