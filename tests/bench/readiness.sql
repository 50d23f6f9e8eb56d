-- Readiness of 10 scopes, all rules: first with 5,000 rows in each register, 500 of each scope; then, and each rule alone, with
-- 50,000, 5,000 of each scope.  SCOPES and ROWS (of a scope, in the end) change the size.
\set ON_ERROR_STOP on
\pset footer off
set client_min_messages = warning;
\set scopes_n `echo ${SCOPES:-10}`
\set rows `echo ${ROWS:-5000}`
select :rows / :scopes_n as few \gset
create extension isms;

-- Not active, keys and conditions between columns not asked: rows are made from what the catalogue says of each column, in all states of its workflow.
set session_replication_role = replica;

do $$
declare
  c record;
begin
  for c in
    select k.conrelid::regclass as relation, k.conname
      from pg_constraint k
     where k.connamespace = 'isms'::regnamespace and k.contype = 'c' and pg_get_constraintdef(k.oid) !~ '= ANY \(ARRAY\['
  loop
    execute format('alter table %s drop constraint %I', c.relation, c.conname);
  end loop;
end
$$;

insert into isms.scope (code, name) select 'S-' || n, 'Scope ' || n from generate_series(1, :scopes_n) n;
insert into isms.person (code, name, email) select 'P-' || n, 'Person ' || n, n || '@example.org' from generate_series(1, :rows) n;
insert into isms.person (code, name, email) values ('eve', 'Eve Stone', 'eve@example.org');
insert into isms.login (role_name, person) values (session_user, 'eve');
insert into isms.role_assignment (scope, code, person, role, status)
select s.code, 'RA-0', 'eve', 'external_auditor', 'active' from isms.scope s;

do $$
begin
  perform isms.copy_method('5x5', s.code) from isms.scope s;
end
$$;
update isms.risk_method set status = 'approved';

-- A value for row n of a column: what a constraint names, a reference to row n of another table, or something of the type.
create function bench.value_of(relation regclass, a pg_attribute) returns text language plpgsql as $$
declare
  target name;
  states text[] := (
    select array_agg(w.name order by w.position)
      from isms.workflow_binding b
      join isms.workflow_state w on w.workflow = b.workflow
     where format('%I.%I', b.schema_name, b.table_name)::regclass = relation and b.state_column = a.attname);
  named text := (
    select (regexp_match(pg_get_constraintdef(k.oid), format('\(\(%s = ANY \(ARRAY\[(.*)\]\)\)\)', a.attname)))[1]
      from pg_constraint k
     where k.conrelid = relation and k.contype = 'c' and k.conkey = array[a.attnum]
       and pg_get_constraintdef(k.oid) ~ format('\(\(%s = ANY \(ARRAY\[', a.attname)
     limit 1);
begin
  select f.relname into target
    from pg_constraint k
    join pg_class f on f.oid = k.confrelid
   where k.conrelid = relation and k.contype = 'f' and a.attnum = k.conkey[array_upper(k.conkey, 1)];
  return case
    when states is not null then format('(%L::text[])[1 + n %% %s]', states, cardinality(states))
    when named is not null then format('(array[%s])[1 + n %% cardinality(array[%s])]', named, named)
    when a.attname = 'scope' then 's.code'
    when a.attname = 'hits' then '''CIA'''
    when a.attname = 'code' then '''X-'' || n'
    when target = 'risk_method' then '''5x5'''
    when target = 'person' then '''P-'' || n'
    when target is not null and exists (select from pg_attribute t where t.attrelid = ('isms.' || quote_ident(target))::regclass and t.attname = 'scope') then '''X-'' || n'
    when target is not null then format('(select k.%I from isms.%I k limit 1)',
      (select t.attname from pg_attribute t join pg_index i on i.indrelid = t.attrelid and i.indisprimary and t.attnum = i.indkey[i.indnatts - 1] where t.attrelid = ('isms.' || quote_ident(target))::regclass), target)
    else case a.atttypid::regtype::text
      when 'text' then '''Words '' || n'
      when 'date' then 'current_date - n % 600'
      when 'daterange' then 'daterange(current_date - n % 600 - 10, current_date - n % 600 + 300)'
      when 'timestamp with time zone' then 'now() - n * interval ''1 hour'''
      when 'boolean' then 'n % 3 > 0'
      when 'integer' then 'n % 5 + 1'
      when 'bigint' then 'n'
      when 'numeric' then 'n % 10 / 10.0'
      when 'interval' then 'interval ''1 year'''
      when 'text[]' then '''{}'''
      when 'jsonb' then '''{}'''
      when 'time without time zone' then '''09:00'''
      when 'isms.reference' then '''A.5.'' || 1 + n % 30'
      when 'isms.estimate' then '''10..100'''
      when 'isms.rating' then '''C3 I2 A1'''
      else 'null'
    end
  end;
end
$$;

create procedure bench.fill(relation regclass, first integer, last integer) language plpgsql as $$
declare
  every text;
  expressions text;
  needed text;
  needed_expressions text;
begin
  select string_agg(quote_ident(a.attname), ', ' order by a.attnum), string_agg(bench.value_of(relation, a), ', ' order by a.attnum),
         string_agg(quote_ident(a.attname), ', ' order by a.attnum) filter (where a.attnotnull and not a.atthasdef or a.attname = 'scope'),
         string_agg(bench.value_of(relation, a), ', ' order by a.attnum) filter (where a.attnotnull and not a.atthasdef or a.attname = 'scope')
    into every, expressions, needed, needed_expressions
    from pg_attribute a
   where a.attrelid = relation and a.attnum > 0 and not a.attisdropped and a.attidentity = '' and a.attgenerated = '' and a.attname not in ('custom', 'created_by', 'created_at');
  begin
    execute format('insert into %s (%s) select %s from isms.scope s, generate_series($1, $2) n', relation, every, expressions) using first, last;
  exception when others then
    begin
      execute format('insert into %s (%s) select %s from isms.scope s, generate_series($1, $2) n', relation, needed, needed_expressions) using first, last;
      raise notice '% needed only: %', relation, sqlerrm;
    exception when others then
      raise notice '% not filled: %', relation, sqlerrm;
    end;
  end;
end
$$;
create procedure bench.fill_registers(first integer, last integer) language plpgsql as $$
declare
  t regclass;
begin
  for t in
    select c.oid
      from pg_class c
     where c.relnamespace = 'isms'::regnamespace and c.relkind = 'r' and c.relname !~ '^import_'
       and exists (select from pg_attribute a where a.attrelid = c.oid and a.attname = 'scope')
       and (c.relname not in (select k.name from isms.closed_table k))
       and c.relname not in ('role_assignment', 'asset_structure', 'own_audit_days') and c.relname !~ '^risk_(method|scale|level)'
     order by c.relname
  loop
    call bench.fill(t, first, last);
  end loop;
end
$$;
call bench.fill_registers(1, :few);
reset session_replication_role;
vacuum analyze;

select array_agg(code) as scopes from isms.scope \gset
select 'all rules, ' || :few * :scopes_n || ' rows a register' as small, 'all rules, ' || :rows * :scopes_n || ' rows a register' as large \gset
call bench.measure(:'small', 'all scopes', format('select * from isms.readiness_of(%L)', :'scopes'), 5);
call bench.measure(:'small', 'one of them', $$select * from isms.readiness_of('{S-3}')$$, 5);

-- A superuser sees past row security; who judges as a rule does not.
select isms.setup_roles() \g /dev/null
create role bench_reader in role isms_reader;
grant usage on schema bench to bench_reader;
grant select, insert on bench.run to bench_reader;
select isms.grant_roles() \g /dev/null
set session_replication_role = replica;
insert into isms.login (role_name, person) values ('bench_reader', 'eve');
reset session_replication_role;
set session authorization bench_reader;
call bench.measure(:'small', 'all scopes, row security on', format('select * from isms.readiness_of(%L)', :'scopes'), 5);
reset session authorization;

set session_replication_role = replica;
call bench.fill_registers(:few + 1, :rows);
reset session_replication_role;
vacuum analyze;

-- Processor time of this session in milliseconds, 0 where the system does not tell it; parallel workers are not in it.
create function bench.cpu() returns double precision language sql as $$
  select coalesce(split_part(pg_read_file('/proc/self/schedstat', 0, 100, true), ' ', 1)::double precision / 1e6, 0)
$$;

create procedure bench.rules(scopes text[]) language plpgsql as $$
declare
  r record;
  began timestamptz;
begin
  for r in select k.code from isms.readiness_rule k order by k.reference, k.code loop
    for i in 1 .. 3 loop
      began := clock_timestamp();
      perform from isms.readiness_of(scopes, array[r.code]);
      insert into bench.run (topic, variant, seconds) values ('one rule', r.code, extract(epoch from clock_timestamp() - began));
    end loop;
  end loop;
end
$$;
call bench.rules(:'scopes');

\echo
\echo Readiness of :scopes_n scopes with :rows rows of each in each register
\echo
call bench.measure(:'large', 'all scopes', format('select * from isms.readiness_of(%L)', :'scopes'), 3);
call bench.measure(:'large', 'one of them', $$select * from isms.readiness_of('{S-3}')$$, 3);

set session authorization bench_reader;
call bench.measure(:'large', 'all scopes, row security on', format('select * from isms.readiness_of(%L)', :'scopes'), 3);
reset session authorization;

set max_parallel_workers_per_gather = 0;
select bench.cpu() as before \gset
select count(*) from isms.readiness_of(:'scopes') \g /dev/null
select bench.cpu() as between \gset
select count(*) from isms.readiness_of('{S-3}') \g /dev/null
select count(*) as rules, round((sum(m.seconds) * 1000)::numeric) as ms_one_by_one, round((max(m.seconds) * 1000)::numeric) as ms_dearest,
       round(:'between'::numeric - :'before'::numeric) as cpu_ms_all_scopes, round((bench.cpu() - :'between')::numeric) as cpu_ms_one_scope
  from (select variant, percentile_cont(0.5) within group (order by seconds) as seconds from bench.run where topic = 'one rule' group by variant) m;
select status, count(*) as verdicts, sum(judged) as judged, sum(offending) as offending
  from isms.readiness_of(:'scopes')
 group by status
 order by status;
select rule, message from isms.readiness_of(:'scopes') where message !~ '^[0-9]+ judged|^nothing' group by 1, 2 order by 1;
