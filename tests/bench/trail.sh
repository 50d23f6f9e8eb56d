#!/bin/bash
# trail.sh: what recording every change costs, beside the same table without audit.
#
# Bulk statements on a nine-column table, one-row transactions of 1, 2 and 8 clients, the same with fsync on, and
# the bytes a change adds.  Beside isms stand
#
#   same bytes  the statement and then INSERT ... SELECT of the entries isms wrote for it, into a table like a leaf of the
#               trail: what putting these bytes there costs at least
#   plpgsql     a minimal trigger that stores both rows as jsonb
#   pgaudit     statements in the server's log, no rows; the server is restarted with it and without it
#   periods, table_log
#
# the last three where the server has them; the last two are slow, and are measured in the first round alone.
# ROWS, SECONDS_EACH, TIMES and PEERS change the size.
set -e
rows=${ROWS:-200000}
seconds=${SECONDS_EACH:-1}
times=${TIMES:-3}
peers=${PEERS-pgaudit periods table_log}
folder=$(mktemp -d "${TMPDIR:-/tmp}/trail.XXXXXX")
trap 'rm -rf -- "$folder"' EXIT
sql() { psql -XqtbA -v ON_ERROR_STOP=1 "$@"; }

sql -v rows="$rows" <<'SQL'
set client_min_messages = warning;
create extension isms;
select isms.trail_open(0) \g /dev/null

-- What was measured: microseconds of the processor, changes a second, or bytes; each a row or a transaction.
create table bench.cost (run bigint generated always as identity, measure text, topic text, variant text, value double precision);

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

create table bench.same_bytes (like isms.trail_leaf_1 including all);
create sequence bench.same_bytes_seq;
create table bench.entry (like isms.trail_leaf_1);

create table bench.log (id bigint generated always as identity primary key, at timestamptz not null default clock_timestamp(), who text not null default session_user,
  name text not null, operation text not null, old_row jsonb, new_row jsonb);
create function bench.record() returns trigger language plpgsql as $$
begin
  insert into bench.log (name, operation, old_row, new_row) values (tg_table_name, tg_op, to_jsonb(old), to_jsonb(new));
  return null;
end
$$;

-- A table of its own for each variant, with the room that the rows will need.
create procedure bench.prepare(variant text) language plpgsql as $$
begin
  execute format('create table public.%I (like bench.source, primary key (id))', variant);
  execute format('insert into public.%I table bench.source', variant);
  execute format('delete from public.%I', variant);
  case variant
    when 'isms' then perform isms.enable_audit('public.isms');
    when 'plpgsql' then
      create trigger record after insert or update or delete on public.plpgsql for each row execute function bench.record();
    when 'table_log' then
      create extension table_log;
      perform public.table_log_init(4, 'public', 'table_log', 'public', 'table_log_log');
    when 'periods' then
      create extension periods cascade;
      perform periods.add_system_time_period('public.periods'::regclass);
      perform periods.add_system_versioning('public.periods'::regclass);
    else null;
  end case;
end
$$;

-- What the variant has written about changes so far.
create function bench.bytes(variant text) returns bigint language sql as $$
  select case when variant = 'isms' then (select sum(pg_total_relation_size(relid)) from pg_partition_tree('isms.trail_entry'))
              when variant = 'pgaudit' then (pg_stat_file('pgaudit.log', true)).size
              else pg_total_relation_size(case variant when 'same bytes' then 'bench.same_bytes' when 'plpgsql' then 'bench.log'
                                                       when 'table_log' then 'public.table_log_log' when 'periods' then 'public.periods_history' end)
         end
$$;
SQL

columns=$(sql -c "select string_agg(attname, ', ' order by attnum) from pg_attribute where attrelid = 'bench.source'::regclass and attnum > 0")
data=$(sql -c 'show data_directory')
sql -c "copy bench.source to stdout" >"$folder/rows"
chmod -R go+rX "$folder"

fast=(unaudited isms 'same bytes' plpgsql) slow=() left_out=()
for peer in $peers; do
	if [ "$(sql -c "select count(*) from pg_available_extensions where name = '$peer'")" = 0 ]; then
		left_out+=("$peer")
	elif [ "$peer" = pgaudit ]; then
		fast+=(pgaudit)
	else
		slow+=("$peer")
	fi
done
[ ${#left_out[@]} = 0 ] || echo "Left out, not installed: ${left_out[*]}"
for variant in "${fast[@]}" "${slow[@]}"; do sql -c "set client_min_messages = warning" -c "call bench.prepare('$variant')"; done

# pgaudit works only in a server that was started with it.
restart() {
	${AS_SERVER:-} pg_ctl -D "$data" -l "$data/pgaudit.log" -m fast -w restart -o "$*" >/dev/null
}
measure_each() { # FUNCTION ROUND
	local variant variants=("${fast[@]}")
	[ "$2" -gt 0 ] || variants+=("${slow[@]}")
	for variant in "${variants[@]}"; do
		[ "$variant" != pgaudit ] || restart -c shared_preload_libraries=pgaudit -c pgaudit.log=write -c pgaudit.log_parameter=on
		"$1" "$variant" "\"$variant\""
		[ "$variant" != pgaudit ] || restart
	done
}

# A step is a transaction, "same bytes" two; the dead rows it leaves are not the next one's burden.
bulk() {
	local variant=$1 table=public.$2 step statement
	{
		cat <<-SQL
			truncate bench.log;
			delete from $table;
			vacuum $table;
			checkpoint;
		SQL
		for step in "insert I insert into $table ($columns) table bench.source" \
			"update U update $table set counter = counter + 1" \
			"delete D delete from $table" \
			"copy I copy $table ($columns) from '$folder/rows'"; do
			read -r topic operation statement <<<"$step"
			cat <<-SQL
				truncate bench.same_bytes;
				select coalesce(bench.bytes('$variant'), 0) as bytes, bench.cpu() as cpu \\gset
				$statement;
				$([ "$variant" != 'same bytes' ] || echo "insert into bench.same_bytes select * from bench.entry where operation = '$operation';")
				insert into bench.cost (measure, topic, variant, value)
				  values ('processor', '$topic', '$variant', (bench.cpu() - :cpu) / $rows * 1e6),
				         ('bytes', '$topic', '$variant', (bench.bytes('$variant') - :bytes) / $rows::double precision);
				vacuum $table;
			SQL
		done
		echo "delete from $table where id > 10000; vacuum analyze $table;"
		# what the next variant copies
		[ "$variant" != isms ] || cat <<-SQL
			select not exists (select from bench.entry) as first \\gset
			\\if :first
			insert into bench.entry
			  (select * from isms.trail_entry where operation = 'I' limit $rows) union all
			  (select * from isms.trail_entry where operation = 'U' limit $rows) union all
			  (select * from isms.trail_entry where operation = 'D' limit $rows);
			create table bench.one_entry as select * from bench.entry where operation = 'U' limit 1;
			vacuum analyze bench.entry;
			\\endif
		SQL
	} | sql
}

# pgbench for some seconds: changes a second and, of what its backends took, a transaction's share.
run_clients() {
	local variant=$1 table=public.$2 clients=$3 topic=$4 before output changes
	{
		echo '\set id random(1, 10000)'
		if [ "$variant" = 'same bytes' ]; then
			echo "with changed as (update $table set counter = counter + 1 where id = :id returning id)
				insert into bench.same_bytes
				select nextval('bench.same_bytes_seq'), e.xid, clock_timestamp(), e.command_id, e.format, e.operation, e.incarnation, e.table_version, e.identity,
				       e.salt, e.commitment, e.payload
				  from changed, bench.one_entry e;" | tr '\n' ' '
		else
			echo "update $table set counter = counter + 1 where id = :id;"
		fi
	} >"$folder/script"
	sql -c 'truncate bench.same_bytes'
	# backends that have left are still going away
	sleep 0.2
	before=$(sql -F, -c "select bench.cpu_of_ended(), coalesce(bench.bytes('$variant'), 0)")
	output=$(pgbench -n -M prepared -c "$clients" -j "$clients" -T "$seconds" -f "$folder/script" 2>&1) || echo "$output" >&2
	sleep 0.2
	changes=$(sed -n 's/^number of transactions actually processed: \([0-9]*\).*/\1/p' <<<"$output")
	sql -c "insert into bench.cost (measure, topic, variant, value)
		select measure, '$topic', '$variant', value
		  from (values ($before)) b (cpu, bytes),
		       lateral (values ('processor', (bench.cpu_of_ended() - cpu) / $changes * 1e6), ('bytes', (bench.bytes('$variant') - bytes)::double precision / $changes),
		                       ('throughput', $(sed -n 's/^tps = \([0-9.]*\).*/\1/p' <<<"$output"))) m (measure, value)"
}
one_row() {
	local clients
	for clients in 1 2 8; do run_clients "$1" "$2" "$clients" "one-row update, clients: $clients"; done
}
one_row_synced() {
	local clients
	for clients in 1 8; do run_clients "$1" "$2" "$clients" "fsync on, clients: $clients"; done
}

for ((i = 0; i < times; i++)); do measure_each bulk "$i"; done
# what autovacuum would have done by now
sql -c vacuum -c checkpoint
for ((i = 0; i < times; i++)); do measure_each one_row "$i"; done
sql -c 'alter system set fsync = on' -c 'select pg_reload_conf()' -c 'select pg_sleep(1)' -c 'checkpoint' >/dev/null
fast=(unaudited isms) slow=()
for ((i = 0; i < 2 * times; i++)); do measure_each one_row_synced "$i"; done
sql -c 'alter system reset fsync' -c 'select pg_reload_conf()' >/dev/null

psql -Xq -P footer=off -P null=- <<'SQL'
create view bench.cell as
  select measure, topic, variant, min(run) as first_run, percentile_cont(0.5) within group (order by value) as value
    from bench.cost
   group by measure, topic, variant;
create view bench.ratio as
  select c.measure, c.topic, c.variant, c.first_run,
         case when c.variant <> 'unaudited' then round((c.value / u.value)::numeric, 2)::text
              when c.measure = 'processor' then round(c.value::numeric, 2) || ' us'
              else round(c.value) || '/s' end as shown
    from bench.cell c
    join bench.cell u on u.measure = c.measure and u.topic = c.topic and u.variant = 'unaudited';

\echo 'Processor time a row or a transaction, as a ratio to the unaudited table'
select topic, variant, shown from bench.ratio where measure = 'processor' and topic not like '%fsync%' order by first_run \crosstabview
\echo 'Transactions a second, as a ratio to the unaudited table'
select topic, variant, shown from bench.ratio where measure = 'throughput' order by first_run \crosstabview
\echo 'Bytes written about a change, indexes included'
select topic, variant, round(value) from bench.cell where measure = 'bytes' and value is not null and topic not like '%fsync%' and topic <> 'copy' order by first_run \crosstabview
SQL
