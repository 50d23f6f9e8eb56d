#!/bin/bash
# seal.sh: entries sealed and verified a second of the processor, beside what SHA-256 of the same bytes alone takes: salt and payload,
# header and commitment, and a node of the tree (openssl speed, one core).  And a seal that finds little to do in a trail that large.
set -e
entries=${ENTRIES:-1000000}
sql() { psql -Xqt -v ON_ERROR_STOP=1 "$@"; }

sql -v entries="$entries" <<'SQL'
set client_min_messages = warning;
create extension isms;
select isms.activate() \g /dev/null
select isms.seal() \g /dev/null
create function bench.cpu() returns double precision language sql as $$
  select split_part(pg_read_file('/proc/self/schedstat'), ' ', 1)::double precision / 1e9
$$;
create table bench.cost (what text, entries bigint, seconds double precision);
create procedure bench.measure_seal(what text) language plpgsql as $$
declare
  before double precision := bench.cpu();
  sealed bigint := isms.seal();
begin
  insert into bench.cost values (what, sealed, bench.cpu() - before);
end
$$;
create table public.account as
  select n as id, 'Customer ' || n as name, 'c' || n || '@example.org' as email, n % 1000 as counter, (n * 7::bigint % 10000) / 100.0 as amount,
         n % 2 = 0 as active, timestamptz '2026-01-01 00:00 UTC' + n * interval '1 minute' as created
    from generate_series(1, :entries / 2) n;
alter table public.account add primary key (id);
select isms.enable_audit('public.account') \g /dev/null
update public.account set counter = counter + 1;
vacuum analyze isms.trail_leaf_1;
call bench.measure_seal('sealed');
vacuum analyze isms.trail_tile;
update public.account set counter = counter + 1 where id <= 100;
call bench.measure_seal('sealed, 100 new in a trail that large');
call bench.measure_seal('sealed, nothing new');
do $$
declare
  before double precision;
  size bigint := (select size from isms.checkpoint order by number desc limit 1);
begin
  set local client_min_messages = warning;
  for i in 1 .. 3 loop
    before := bench.cpu();
    if exists (select from isms.verify_trail()) then
      raise exception 'the trail does not verify';
    end if;
    insert into bench.cost values ('verified', size, bench.cpu() - before);
  end loop;
end
$$;
create table bench.proof as
  select before, bench.cpu() as after, n
    from (select bench.cpu() as before) b
   cross join lateral (select count(isms.inclusion_path(leaf, size)) as n
                         from isms.checkpoint c, generate_series(0, c.size - 1, c.size / 500) leaf
                        where c.number = 2 and before is not null) p;
SQL

# What SHA-256 alone takes for the messages of one entry.
read -r payload < <(sql -Ac "select (avg(octet_length(payload)) + 16)::integer from isms.trail_leaf_1")
seconds=0
for bytes in "$payload" 112 65; do
	rate=$(openssl speed -mr -elapsed -seconds 1 -bytes "$bytes" -evp sha256 2>/dev/null | sed -n 's/^+F:[0-9]*:sha256:\(.*\)$/\1/Ip')
	seconds=$(awk -v s="$seconds" -v b="$bytes" -v r="$rate" 'BEGIN { printf "%.9f", s + b / r }')
done
psql -Xq -P footer=off -v seconds="$seconds" -v payload="$payload" <<'SQL'
select 'SHA-256 alone, ' || :payload || ' + 112 + 65 bytes' as what, round((1 / :seconds)::numeric) as "entries a second", round(:seconds * 1e6, 2) as "microseconds an entry", 1.0 as "of SHA-256"
union all
select what, round((entries / seconds)::numeric), round((seconds / entries * 1e6)::numeric, 2), round((:seconds * entries / seconds)::numeric, 2)
  from (select what, max(entries) as entries, percentile_cont(0.5) within group (order by seconds) as seconds from bench.cost where entries > 1000 group by what) c;
select what, entries, round((seconds * 1000)::numeric, 1) as milliseconds from bench.cost where entries <= 1000
union all
select 'inclusion proof', n, round(((after - before) * 1000 / n)::numeric, 2) from bench.proof;
select pg_size_pretty(pg_total_relation_size('isms.trail_leaf_1')) as entries, pg_size_pretty(pg_total_relation_size('isms.trail_tile')) as tiles,
       pg_size_pretty(pg_total_relation_size('isms.trail_key')) as "look-up";
SQL
