#!/bin/bash
# lookback.sh: what looking back costs.  A table of ROWS rows as it was before so many changes (ENTRIES, a list of numbers that
# grow), beside reading it as it is; how it differs; and the history of one row in a trail that large, before sealing and after.
# Time of the processor.
set -e
rows=${ROWS:-100000}
entries=${ENTRIES:-10000 100000 1000000}
times=${TIMES:-3}
sql() { psql -Xqt -v ON_ERROR_STOP=1 "$@"; }

sql -v rows="$rows" <<'SQL'
set client_min_messages = warning;
create extension isms;
select isms.activate() \g /dev/null
-- As bench.measure, by the seconds this backend has had a processor.
create function bench.cpu() returns double precision language sql as $$
  select split_part(pg_read_file('/proc/self/schedstat'), ' ', 1)::double precision / 1e9
$$;
create procedure bench.measure_cpu(topic text, variant text, statement text, times integer default 3) language plpgsql as $$
declare
  before double precision;
begin
  for i in 1 .. times loop
    before := bench.cpu();
    execute statement;
    insert into bench.run (topic, variant, seconds) values (topic, variant, bench.cpu() - before);
    commit;
  end loop;
end
$$;

create table public.account as
  select n as id, 'Customer ' || n as name, 'c' || n || '@example.org' as email, n % 1000 as counter, (n * 7::bigint % 10000) / 100.0 as amount,
         n % 2 = 0 as active, timestamptz '2026-01-01 00:00 UTC' + n * interval '1 minute' as created
    from generate_series(1, :rows) n;
alter table public.account add primary key (id);
select isms.enable_audit('public.account') \g /dev/null
select isms.seal() \g /dev/null
create table bench.instant as select clock_timestamp() as at;
vacuum analyze public.account;
call bench.measure_cpu('table', 'as it is', 'select count(*) from (select a from public.account a offset 0) a');
call bench.measure_cpu('table', 'as of now', 'select count(*) from isms.as_of(null::public.account, (select at from bench.instant))');
SQL

done=0
for n in $entries; do
	# many rows and one column each, as in use
	while [ $done -lt "$n" ]; do
		now=$((n - done < rows ? n - done : rows))
		sql -c "update public.account set counter = counter + 1 where id <= $now"
		done=$((done + now))
	done
	sql -c "vacuum analyze public.account"
	sql -c "call bench.measure_cpu('history of a row', '$n changes in the trail, not sealed', 'select count(*) from isms.row_history(''public.account'', ''$((rows / 2))'')', $times)"
	sql -c "select isms.seal()" >/dev/null
	sql -c "vacuum analyze isms.trail_key" -c "analyze isms.trail_entry" -c "analyze isms.trail_tile"
	sql <<-SQL
		call bench.measure_cpu('history of a row', '$n changes in the trail, sealed', 'select count(*) from isms.row_history(''public.account'', ''$((rows / 2))'')', 20);
		call bench.measure_cpu('table', 'as of $n changes before', 'select count(*) from isms.as_of(null::public.account, (select at from bench.instant))', $times);
		call bench.measure_cpu('table', 'difference, $n changes', 'select count(*) from isms.diff(''public.account'', (select at from bench.instant), clock_timestamp())', 1);
	SQL
	sql -c "call bench.measure_cpu('last changes of a row', '$n changes in the trail', 'select count(*) from isms.last_changes(''public.account'', ''$((rows / 2))'')', $times)"
done

psql -Xq -P footer=off <<'SQL'
select r.variant, round(((r.median_ms - l.median_ms) * 1000 / substring(r.variant from '\d+')::numeric)::numeric, 2) as "microseconds a change undone"
  from bench.result r
  join bench.result l on l.variant = 'as of now'
 where r.variant like 'as of % before';
select e.count as entries, pg_size_pretty(sum(pg_total_relation_size(i.inhrelid))::bigint) as trail, pg_size_pretty(pg_total_relation_size('isms.trail_key')) as "look-up"
  from pg_inherits i, (select count(*) from isms.trail_entry) e (count)
 where i.inhparent = 'isms.trail_entry'::regclass
 group by e.count;
SQL
