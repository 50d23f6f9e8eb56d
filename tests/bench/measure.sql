-- What every benchmark measures with; run.sh loads it before each.
create schema bench;

create table bench.run (
  run bigint generated always as identity primary key,
  topic text not null,
  variant text not null,
  seconds double precision not null
);

-- Runs the statement a number of times; each is a transaction of its own, rolled back if asked for.
create procedure bench.measure(topic text, variant text, statement text, times integer default 3, keep boolean default true)
  language plpgsql as $$
declare
  started timestamptz;
  elapsed double precision;
begin
  for i in 1 .. times loop
    started := clock_timestamp();
    execute statement;
    elapsed := extract(epoch from clock_timestamp() - started);
    if keep then
      commit;
    else
      rollback;
    end if;
    insert into bench.run (topic, variant, seconds) values (topic, variant, elapsed);
    commit;
  end loop;
end
$$;

create view bench.result as
  with median as (
    select topic, variant, percentile_cont(0.5) within group (order by seconds) as seconds, min(run) as first_run
      from bench.run
     group by topic, variant
  )
  select topic, variant, round(seconds::numeric * 1000, 1) as median_ms,
         round((seconds / first_value(seconds) over (partition by topic order by first_run))::numeric, 2) as ratio
    from median
   order by min(first_run) over (partition by topic), first_run;
