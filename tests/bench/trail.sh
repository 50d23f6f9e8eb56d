#!/bin/bash
# trail.sh: what recording every change costs.  Time of the processor and time on the clock of bulk statements on a
# nine-column table and of one-row transactions, beside the same table without audit, a minimal trigger in
# plpgsql, and other extensions where the server has them.  ROWS, TRANSACTIONS, TIMES and PEERS change the size.
set -e
rows=${ROWS:-200000}
transactions=${TRANSACTIONS:-40000}
times=${TIMES:-3}
peers=${PEERS:-plpgsql table_log periods}
folder=$(mktemp -d "${TMPDIR:-/tmp}/trail.XXXXXX")
trap 'rm -rf -- "$folder"' EXIT
sql() { psql -Xqtb -v ON_ERROR_STOP=1 "$@"; }

sql -v rows="$rows" <<'SQL'
set client_min_messages = warning;
create extension isms;
select isms.trail_open(0) \g /dev/null

-- Seconds this backend has had a processor; of the postmaster's child processes that have ended.
create function bench.cpu() returns double precision language sql as $$
  select split_part(pg_read_file('/proc/self/schedstat'), ' ', 1)::double precision / 1e9
$$;
create function bench.cpu_of_ended() returns double precision language sql as $$
  select (f[14]::double precision + f[15]::double precision) / 100
    from string_to_array(regexp_replace(pg_read_file('/proc/' || split_part(pg_read_file('postmaster.pid'), E'\n', 1) || '/stat'), '^.*\) ', ''), ' ') f
$$;

create table bench.source as
  select n as id, 'Customer ' || n as name, 'c' || n || '@example.org' as email, n % 1000 as counter, (n * 7::bigint % 10000) / 100.0 as amount,
         n % 2 = 0 as active, timestamptz '2026-01-01 00:00 UTC' + n * interval '1 minute' as created,
         'some note about customer number ' || n as note, (n % 50)::smallint as region
    from generate_series(1, :rows) n;
vacuum analyze bench.source;

create table bench.log (id bigint generated always as identity primary key, at timestamptz not null default clock_timestamp(), who text not null default session_user,
  name text not null, operation text not null, old_row jsonb, new_row jsonb);
create function bench.record() returns trigger language plpgsql as $$
begin
  insert into bench.log (name, operation, old_row, new_row) values (tg_table_name, tg_op, to_jsonb(old), to_jsonb(new));
  return null;
end
$$;

-- A table of its own for each variant.
create procedure bench.prepare(variant text) language plpgsql as $$
begin
  execute format('create table public.%I (like bench.source, primary key (id))', variant);
  case variant
    when 'isms' then perform isms.enable_audit('public.isms');
    when 'plpgsql' then
      execute format('create trigger record after insert or update or delete on public.%I for each row execute function bench.record()', variant);
    when 'table_log' then
      create extension table_log;
      perform public.table_log_init(4, 'public', variant, 'public', 'table_log_log');
    when 'periods' then
      create extension periods cascade;
      perform periods.add_system_time_period('public.periods'::regclass);
      perform periods.add_system_versioning('public.periods'::regclass);
    else null;
  end case;
end
$$;
SQL

sql -c "copy bench.source to stdout" >"$folder/rows"
chmod -R go+rX "$folder"
variants='unaudited isms'
for peer in $peers; do
	[ "$peer" != plpgsql ] && [ "$(sql -c "select count(*) from pg_available_extensions where name = '$peer'" | tr -d ' \n')" = 0 ] ||
		variants="$variants $peer"
done
for variant in $variants; do sql -c "set client_min_messages = warning" -c "call bench.prepare('$variant')"; done

# Each statement is a transaction; what is measured of it is stored after it.
bulk() {
	local variant=$1
	cat <<-SQL
		truncate bench.log;
		delete from public.$variant;
		insert into public.$variant ($columns) table bench.source;
		delete from public.$variant;
		vacuum public.$variant;
		checkpoint;
	SQL
	for step in "insert|insert into public.$variant ($columns) table bench.source" \
		"update of one column|update public.$variant set counter = counter + 1" \
		"delete|delete from public.$variant" \
		"copy|copy public.$variant ($columns) from '$folder/rows'"; do
		cat <<-SQL
			select bench.cpu() as cpu, clock_timestamp() as clock \\gset
			${step#*|};
			select bench.cpu() - :cpu as cpu, extract(epoch from clock_timestamp() - :'clock') as clock \\gset
			insert into bench.run (topic, variant, seconds) values ('${step%%|*}, processor', '$variant', :cpu), ('${step%%|*}, clock', '$variant', :clock);
		SQL
		# the dead rows of one step are not the next one's burden
		case $step in update*) echo "vacuum public.$variant;" ;; delete*) echo "vacuum public.$variant;" ;; esac
	done
	echo "delete from public.$variant where id > 10000; vacuum analyze public.$variant;"
}
columns=$(sql -c "select string_agg(attname, ', ' order by attnum) from pg_attribute where attrelid = 'bench.source'::regclass and attnum > 0" | tr -d '\n')

# A transaction's share of what all backends of pgbench took.
one_row() {
	local variant=$1 clients=$2 share=$((transactions / $2)) before
	printf '\\set id random(1, 10000)\nupdate public.%s set counter = counter + 1 where id = :id;\n' "$variant" >"$folder/script"
	# backends that have left are still going away
	sleep 0.2
	before=$(sql -c "select bench.cpu_of_ended(), extract(epoch from clock_timestamp())" | tr '|' ',')
	pgbench -n -M prepared -c "$clients" -j "$clients" -t "$share" -f "$folder/script" >/dev/null 2>"$folder/errors" || cat "$folder/errors" >&2
	sleep 0.2
	sql -c "insert into bench.run (topic, variant, seconds)
		select 'one-row update, $clients clients, ' || kind, '$variant', seconds / ($clients * $share) * 1000
		  from (values ($before)) b (cpu, clock), lateral (values ('processor (us)', bench.cpu_of_ended() - b.cpu), ('clock (us)', extract(epoch from clock_timestamp()) - b.clock - 0.2)) m (kind, seconds)"
}

for ((i = 0; i < times; i++)); do
	for variant in $variants; do bulk "$variant" | sql; done
done
for clients in 1 2 8; do
	for ((i = 0; i < times; i++)); do
		for variant in $variants; do one_row "$variant" "$clients"; done
	done
done

psql -Xq -P footer=off <<'SQL'
create function bench.trail_bytes() returns bigint language sql as $$
  select pg_relation_size('isms.trail_leaf_1') + pg_relation_size('isms.trail_leaf_1_pkey')
$$;
select bench.trail_bytes() as before \gset
update public.isms set counter = counter + 1;
select round((bench.trail_bytes() - :before)::numeric / count(*)) as "bytes an update of one integer adds to the trail" from public.isms;
SQL
