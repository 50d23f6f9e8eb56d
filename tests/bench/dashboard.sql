-- What dashboards ask: by scope, owner, level and month due, over many risks, and of a long trail.  Row security is on, as for every reader.
-- :risks risks of ten controls each; their first entries are the trail, spread over a year.  psql -v risks=10000 makes it small.
\if :{?risks}
\else
\set risks 100000
\endif
set client_min_messages = warning;
create extension isms;
select isms.setup_roles() \g /dev/null
select isms.grant_roles() \g /dev/null

-- The installation is inactive, so rows load without triggers.  Two scopes: the reader sees one.
insert into isms.scope (code, name) values ('BENCH', 'Measured'), ('OTHER', 'Not visible');
insert into isms.person (code, name) select 'p' || i, 'Person ' || i from generate_series(1, 200) i;
insert into isms.role_assignment (scope, code, person, role, status) select 'BENCH', 'RA-' || i, 'p' || i, 'risk_owner', 'active' from generate_series(1, 200) i;
insert into isms.login (role_name, person) values ('isms_bench_reader', 'p1');
select isms.copy_method('5x5', s.code) from isms.scope s \g /dev/null
insert into isms.asset (scope, code, title, kind, rating, owner)
select s.code, 'A-' || i, 'Asset ' || i, 'information', 'C3 I2 A1', 'p' || i from isms.scope s, generate_series(1, 200) i;
insert into isms.implementation (scope, code, title, status, effectiveness)
select s.code, 'I-' || i, 'Implementation ' || i, case when i % 10 < 7 then 'implemented' else 'planned' end, (i % 18 + 1) * 0.05
  from isms.scope s, generate_series(1, 100) i;

create temp view source as
  select 'BENCH' as scope, i from generate_series(1, :risks) i
   union all
  select 'OTHER', i from generate_series(1, :risks / 10) i;

insert into isms.risk (scope, code, title, asset, threat, vulnerability, hits, likelihood, consequence, owner, method, status, next_review, created_by)
select s.scope, 'R-' || lpad(i::text, 6, '0'), 'Risk ' || i, 'A-' || i % 200 + 1, 'TH-CRED', 'VU-NO2FA', 'CIA', i % 5 + 1, i / 5 % 5 + 1,
       'p' || i % 200 + 1, '5x5', case i % 4 when 0 then 'in_treatment' when 1 then 'monitored' else 'assessed' end, current_date + 1 + i % 400, 'p1'
  from source s;
insert into isms.risk_control (scope, risk, implementation, effect_on, effectiveness)
select s.scope, 'R-' || lpad(i::text, 6, '0'), 'I-' || (i * 7 + k * 11) % 100 + 1, case when k % 3 = 0 then 'consequence' else 'likelihood' end,
       case when k % 2 = 0 then (k + i) % 10 * 0.08 end
  from source s, generate_series(1, 10) k
 order by s.i, k;
insert into isms.treatment (scope, risk, option, justification, created_by)
select s.scope, 'R-' || lpad(i::text, 6, '0'), case i % 5 when 0 then 'retention' else 'modification' end, 'why', 'p1' from source s;
insert into isms.action (scope, code, title, serves, owner, due_on, status, created_by)
select s.scope, 'T-' || i, 'Action ' || i, 'R-' || lpad(i::text, 6, '0'), 'p' || i % 200 + 1, current_date + i % 400 - 5, 'planned', 'p1' from source s where i % 3 = 0;
insert into isms.acceptance (scope, code, risk, basis, ceiling, validity, justification, status, frozen, accepted_by, created_by)
select s.scope, 'AC-' || i, 'R-' || lpad(i::text, 6, '0'), 'residual', 'Medium', daterange(current_date - 10, current_date + i % 300 - 3), 'why', 'accepted',
       jsonb_build_object('asset', 'A-' || i % 200 + 1, 'hits', 'CIA', 'method', '5x5'), 'p' || i % 200 + 1, 'p1'
  from source s where i % 10 = 0;
-- A round of assessment that is closed: its results are stored.
insert into isms.assessment_round (scope, code, title, opened_on, closed_on, taken_by, taken_at, status)
select s.code, 'AR-1', 'Round', current_date - 10, current_date - 9, 'p1', now(), 'closed' from isms.scope s;
insert into isms.assessment_result select n.* from isms.scope s cross join lateral isms.assessment_now(s.code, 'AR-1') n;
vacuum analyze;

-- Activation records every row.  A benchmark may spread those entries over a year, with a seal a day.
select isms.activate() \g /dev/null
set isms.allow_drop = on;
set session_replication_role = replica;
alter table isms.trail_leaf_1 disable trigger all;
alter table isms.checkpoint disable trigger all;
select max(seq) as last, count(*) as entries from isms.trail_entry \gset
update isms.trail_leaf_1 set at = now() - interval '365 days' * (1 - seq::float8 / :last);
select isms.seal() \g /dev/null
update isms.checkpoint set number = 365;
insert into isms.checkpoint (number, size, root, added, sealed_at, incarnation, snapshot, next_xid, frontier, wal_position)
select 365 - d, c.size, c.root, 0, now() - make_interval(days => d), c.incarnation, c.snapshot, c.next_xid, :last * (1 - d / 365.0), c.wal_position
  from isms.checkpoint c, generate_series(1, 364) d;
reset session_replication_role;
reset isms.allow_drop;
vacuum analyze;
select :risks as risks, :entries as entries;

create role isms_bench_reader login in role isms_reader;
grant usage on schema bench to isms_bench_reader;
grant select, insert on all tables in schema bench to isms_bench_reader;
grant execute on all routines in schema bench to isms_bench_reader;
alter role isms_bench_reader set max_parallel_workers_per_gather = 0;
alter role isms_bench_reader set jit = off;
select current_user as superuser \gset
\connect - isms_bench_reader

call bench.measure('one risk', 'by scope and code', $$select * from isms.risk_register where scope = 'BENCH' and code = 'R-000777'$$);
call bench.measure('by owner', 'register of one of 200 owners', $$select * from isms.risk_register where owner = 'p7'$$);
call bench.measure('by owner', 'by name', $$select * from isms.risk_register where owner_name = 'Person 7'$$);
call bench.measure('by owner', 'levels of one owner', $$select current_level, count(*) from isms.risk_register where scope = 'BENCH' and owner = 'p7' group by 1$$);
call bench.measure('by owner', 'risks an owner', $$select owner, owner_name, count(*) from isms.risk_register where status <> 'closed' group by 1, 2$$);
call bench.measure('by scope', 'risks by state', $$select status, count(*) from isms.risk_register where scope = 'BENCH' group by 1$$);
call bench.measure('by level', 'risks by current level', $$select current_level, count(*) from isms.risk_register where scope = 'BENCH' group by 1$$);
call bench.measure('by level', 'the 20 worst', $$select code, title, owner_name, current_level from isms.risk_register where scope = 'BENCH' order by current_rank desc nulls last, code limit 20$$);
call bench.measure('by level', 'heat map', $$select likelihood, consequence, risks from isms.heat_map where state = 'current'$$);
call bench.measure('as last assessed', 'risks by level', $$select current_level, count(*) from isms.latest_assessment where scope = 'BENCH' group by 1$$);
call bench.measure('as last assessed', 'the 20 worst', $$select code, title, owner_name, current_level from isms.latest_assessment where scope = 'BENCH' order by current_rank desc nulls last, code limit 20$$);
call bench.measure('as last assessed', 'risks at a level', $$select code, title, owner_name, taken_on from isms.latest_assessment where scope = 'BENCH' and current_level = 'Medium'$$);
call bench.measure('as last assessed', 'of one owner', $$select * from isms.latest_assessment where owner = 'p7'$$);
call bench.measure('as last assessed', 'reviews due in a month', $$select code, title, owner_name, current_level, next_review from isms.latest_assessment where scope = 'BENCH' and next_review between current_date + 60 and current_date + 90$$);
call bench.measure('by month due', 'reviews due in a month', $$select code, title, owner_name, current_level, next_review from isms.risk_register where scope = 'BENCH' and next_review between current_date + 60 and current_date + 90$$);
call bench.measure('by month due', 'reviews by month', $$select date_trunc('month', next_review), count(*) from isms.risk_register where scope = 'BENCH' group by 1$$);
call bench.measure('by month due', 'actions due in a month', $$select code, item, responsible_name, due from isms.risk_treatment_plan where scope = 'BENCH' and kind = 'action' and due between current_date + 60 and current_date + 90$$);
call bench.measure('by month due', 'actions of one person', $$select code, item, due from isms.risk_treatment_plan where scope = 'BENCH' and responsible = 'p7'$$);
call bench.measure('by month due', 'actions by month', $$select date_trunc('month', due), count(*) from isms.risk_treatment_plan where scope = 'BENCH' and kind = 'action' group by 1$$);
call bench.measure('overdue', 'by kind', $$select kind, count(*) from isms.overdue group by 1$$);
call bench.measure('trail', 'changes a day, 30 days', $$select day, sum(changes) from isms.trail_activity where day > current_date - 30 group by 1$$);
call bench.measure('trail', 'changes a day, a week', $$select day, sum(changes) from isms.trail_activity where day > current_date - 7 group by 1$$);
call bench.measure('trail', 'last 50 changes', $$select at, who, operation, table_name, key from isms.audit_trail order by seq desc limit 50$$);
call bench.measure('trail', 'history of a risk', $$select at, who, operation from isms.row_history('isms.risk', 'R-000777')$$);
call bench.measure('health', 'all of it', $$select * from isms.health$$);

-- How they come about.
\set QUIET on
\pset format unaligned
\pset tuples_only on
explain (costs off) select * from isms.risk_register where owner = 'p7';
\echo
explain (costs off) select code, title, owner_name, current_level, next_review from isms.risk_register where scope = 'BENCH' and next_review between current_date + 60 and current_date + 90;
\echo
explain (costs off) select current_level, count(*) from isms.latest_assessment where scope = 'BENCH' group by 1;
\echo
explain (costs off) select * from isms.latest_assessment where owner = 'p7';
\pset format aligned
\pset tuples_only off
\connect - :superuser
drop owned by isms_bench_reader;
drop role isms_bench_reader;
