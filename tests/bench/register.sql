-- The whole risk register over many risks, beside what it cannot be faster than and what plain SQL takes for the same columns.
-- Every column is computed and nothing is sent: EXPLAIN ANALYZE without the clock on each node.
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
select s.code, 'I-' || i, 'Implementation ' || i,
       case when i % 10 < 7 then 'implemented' when i % 10 < 9 then 'planned' else 'partial' end, (i % 18 + 1) * 0.05
  from isms.scope s, generate_series(1, 100) i;
insert into isms.control_test (scope, code, implementation, tested_on, valid_until, result)
select m.scope, 'CT-' || m.code, m.code, current_date, current_date + 365, case when hashtext(m.code) % 10 = 0 then 'fail' else 'pass' end from isms.implementation m;
insert into isms.evidence (scope, code, title, subject_kind, subject, locator, collected_on, collected_by)
select m.scope, 'E-' || m.code, 'Evidence', 'implementation', m.code, 'somewhere', current_date, null from isms.implementation m;

create function bench.source(first integer, last integer) returns table (scope text, i integer)
  language sql
begin atomic
  select 'BENCH', n from generate_series(first, last) n
   union all
  select 'OTHER', n from generate_series(first, last) n where n % 10 = 0;
end;

-- Ten links, a treatment, a third of an action and a tenth of an acceptance a risk.
create procedure bench.load(first integer, last integer)
  language sql
begin atomic
  insert into isms.risk (scope, code, title, asset, threat, vulnerability, hits, likelihood, consequence, owner, method, status, next_review, created_by)
  select s.scope, 'R-' || lpad(i::text, 6, '0'), 'Risk ' || i, 'A-' || i % 200 + 1, 'TH-CRED', 'VU-NO2FA', 'CIA', i % 5 + 1, i / 5 % 5 + 1,
         'p' || i % 200 + 1, '5x5', case i % 4 when 0 then 'in_treatment' when 1 then 'monitored' else 'assessed' end, current_date + i % 400, 'p1'
    from bench.source(first, last) s;
  insert into isms.risk_control (scope, risk, implementation, effect_on, effectiveness)
  select s.scope, 'R-' || lpad(i::text, 6, '0'), 'I-' || (i * 7 + k * 11) % 100 + 1, case when k % 3 = 0 then 'consequence' else 'likelihood' end,
         case when k % 2 = 0 then (k + i) % 10 * 0.08 end
    from bench.source(first, last) s, generate_series(1, 10) k
   order by s.i, k;
  insert into isms.treatment (scope, risk, option, justification, created_by)
  select s.scope, 'R-' || lpad(i::text, 6, '0'), case i % 5 when 0 then 'retention' else 'modification' end, 'why', 'p1' from bench.source(first, last) s;
  insert into isms.action (scope, code, title, serves, owner, due_on, status, created_by)
  select s.scope, 'T-' || i, 'Action ' || i, 'R-' || lpad(i::text, 6, '0'), 'p1', current_date + i % 100, 'planned', 'p1' from bench.source(first, last) s where i % 3 = 0;
  insert into isms.acceptance (scope, code, risk, basis, ceiling, validity, justification, status, frozen, accepted_by, created_by)
  select s.scope, 'AC-' || i, 'R-' || lpad(i::text, 6, '0'), 'residual', 'Medium', daterange(current_date - 10, current_date + i % 300), 'why', 'accepted',
         jsonb_build_object('asset', 'A-' || i % 200 + 1, 'hits', 'CIA', 'method', '5x5'), 'p' || i % 200 + 1, 'p1'
    from bench.source(first, last) s where i % 10 = 0;
end;

-- The floor: one hash join and one aggregate over the same rows.
create view bench.floor with (security_invoker = true) as
  select c.scope, c.risk, max(coalesce(c.effectiveness, i.effectiveness)) as effectiveness
    from isms.risk_control c
    join isms.implementation i on i.scope = c.scope and i.code = c.implementation
   group by c.scope, c.risk;

-- The same columns without the extension's functions, as one would write them: logarithms, width_bucket and arrays.
create view bench.plain with (security_invoker = true) as
  with day as materialized (select s.code as scope, isms.today(s.code) as today from isms.scope s),
  method as materialized (
    select m.scope, m.code, m.matrix,
           array(select s.low::float8 from isms.risk_scale_step s where s.scope = m.scope and s.method = m.code and s.scale = 'likelihood' order by s.step) as rates,
           array(select s.low::float8 from isms.risk_scale_step s where s.scope = m.scope and s.method = m.code and s.scale = 'consequence' order by s.step) as losses,
           array(select coalesce(s.value, sqrt(s.low * s.high))::float8 from isms.risk_scale_step s where s.scope = m.scope and s.method = m.code and s.scale = 'likelihood' order by s.step) as rate,
           array(select coalesce(s.value, sqrt(s.low * s.high))::float8 from isms.risk_scale_step s where s.scope = m.scope and s.method = m.code and s.scale = 'consequence' order by s.step) as loss,
           array(select l.minimum::float8 from isms.risk_level l where l.scope = m.scope and l.method = m.code order by l.rank) as minima,
           array(select l.label from isms.risk_level l where l.scope = m.scope and l.method = m.code order by l.rank) as labels,
           array(select l.colour from isms.risk_level l where l.scope = m.scope and l.method = m.code order by l.rank) as colours,
           array(select l.disposition from isms.risk_level l where l.scope = m.scope and l.method = m.code order by l.rank) as dispositions
      from isms.risk_method m),
  running as materialized (
    select i.scope, i.code, i.effectiveness, i.status,
           i.status = 'implemented' and t.result is distinct from 'fail' as runs,
           i.status = 'implemented' and (t.result = 'pass' and t.valid_until >= d.today or t.result is null and e.newest >= d.today) as shown
      from isms.implementation i
      join day d on d.scope = i.scope
      left join (select distinct on (c.scope, c.implementation) c.scope, c.implementation, c.result, c.valid_until
                   from isms.control_test c order by c.scope, c.implementation, c.tested_on desc, c.code desc) t on t.scope = i.scope and t.implementation = i.code
      left join (select v.scope, v.subject, max(coalesce(v.valid_until, 'infinity')) as newest
                   from isms.evidence v where v.subject_kind = 'implementation' group by v.scope, v.subject) e on e.scope = i.scope and e.subject = i.code
     where i.status <> 'retired'),
  effect as (
    select c.scope, c.risk,
           count(*) as controls,
           count(*) filter (where i.runs) as controls_current,
           count(*) filter (where coalesce(c.effectiveness, i.effectiveness) is null) as controls_unrated,
           1 - exp(sum(ln(1 - least(coalesce(c.effectiveness, i.effectiveness), 0.999999)::float8)) filter (where i.runs and c.effect_on = 'likelihood')) as current_l,
           1 - exp(sum(ln(1 - least(coalesce(c.effectiveness, i.effectiveness), 0.999999)::float8)) filter (where i.runs and c.effect_on = 'consequence')) as current_c,
           1 - exp(sum(ln(1 - least(coalesce(c.effectiveness, i.effectiveness), 0.999999)::float8)) filter (where c.effect_on = 'likelihood')) as target_l,
           1 - exp(sum(ln(1 - least(coalesce(c.effectiveness, i.effectiveness), 0.999999)::float8)) filter (where c.effect_on = 'consequence')) as target_c,
           1 - exp(sum(ln(1 - least(coalesce(c.effectiveness, i.effectiveness), 0.999999)::float8)) filter (where i.shown and c.effect_on = 'likelihood')) as verified_l,
           1 - exp(sum(ln(1 - least(coalesce(c.effectiveness, i.effectiveness), 0.999999)::float8)) filter (where i.shown and c.effect_on = 'consequence')) as verified_c
      from isms.risk_control c
      join running i on i.scope = c.scope and i.code = c.implementation
     group by c.scope, c.risk),
  scored as (
    select r.*, m.minima, m.labels, m.colours, m.dispositions, e.controls, e.controls_current, e.controls_unrated,
           case when r.status in ('treated', 'monitored', 'closed') then 'current' else 'target' end as residual_basis,
           m.matrix[r.likelihood][r.consequence] as inherent_score,
           m.matrix[least(r.likelihood, width_bucket(m.rate[r.likelihood] * (1 - coalesce(e.current_l, 0)), m.rates))]
                   [least(r.consequence, width_bucket(m.loss[r.consequence] * (1 - coalesce(e.current_c, 0)), m.losses))] as current_score,
           m.matrix[least(r.likelihood, width_bucket(m.rate[r.likelihood] * (1 - coalesce(e.target_l, 0)), m.rates))]
                   [least(r.consequence, width_bucket(m.loss[r.consequence] * (1 - coalesce(e.target_c, 0)), m.losses))] as target_score,
           m.matrix[least(r.likelihood, width_bucket(m.rate[r.likelihood] * (1 - coalesce(e.verified_l, 0)), m.rates))]
                   [least(r.consequence, width_bucket(m.loss[r.consequence] * (1 - coalesce(e.verified_c, 0)), m.losses))] as verified_score
      from isms.risk r
      join method m on m.scope = r.scope and m.code = r.method
      left join effect e on e.scope = r.scope and e.risk = r.code),
  ranked as (
    select s.*,
           width_bucket(s.inherent_score::float8, s.minima) as inherent_rank, width_bucket(s.current_score::float8, s.minima) as current_rank,
           width_bucket(s.target_score::float8, s.minima) as target_rank, width_bucket(s.verified_score::float8, s.minima) as verified_rank
      from scored s
    offset 0)
  select a.scope, a.code, a.title, a.asset, s.title as asset_title, a.category, a.threat, a.vulnerability, a.scenario, a.hits, a.owner, o.name as owner_name,
         a.status, a.method, a.assessed_on, a.likelihood, a.consequence,
         a.inherent_score, a.inherent_rank, a.labels[a.inherent_rank] as inherent_level, a.colours[a.inherent_rank] as inherent_colour,
         a.current_score, a.current_rank, a.labels[a.current_rank] as current_level, a.colours[a.current_rank] as current_colour,
         a.target_score, a.target_rank, a.labels[a.target_rank] as target_level, a.colours[a.target_rank] as target_colour,
         a.residual_basis,
         case a.residual_basis when 'current' then a.current_score else a.target_score end as residual_score,
         case a.residual_basis when 'current' then a.current_rank else a.target_rank end as residual_rank,
         a.labels[case a.residual_basis when 'current' then a.current_rank else a.target_rank end] as residual_level,
         a.colours[case a.residual_basis when 'current' then a.current_rank else a.target_rank end] as residual_colour,
         a.verified_rank, a.labels[a.verified_rank] as verified_level, a.dispositions[a.current_rank] as disposition,
         a.controls, a.controls_current, a.controls_unrated,
         t.options as treatment_option,
         case when t.options is null then null when t.live = 0 then 'withdrawn' when a.status in ('treated', 'monitored', 'closed') then 'completed'
              when a.status <> 'in_treatment' then 'proposed' when n.started then 'in_progress' else 'approved' end as treatment_status,
         coalesce(n.open_actions, 0) as open_actions, n.next_due, coalesce(n.next_due < d.today, false) as overdue,
         case when c.code is null then 'none' when c.status = 'requested' then 'pending' when c.status = 'revoked' then 'revoked'
              when upper(c.validity) <= d.today then 'lapsed'
              when case a.residual_basis when 'current' then a.current_rank else a.target_rank end > array_position(a.labels, c.ceiling)
                   or c.frozen ->> 'asset' <> a.asset or c.frozen ->> 'hits' <> a.hits or c.frozen ->> 'method' <> a.method or c.accepted_by <> a.owner then 'stale'
              when lower(c.validity) > d.today then 'scheduled' when upper(c.validity) - d.today <= 30 then 'lapsing' else 'valid' end as acceptance_state,
         c.code as acceptance, c.basis as acceptance_basis, c.ceiling as accepted_level, c.accepted_by, p.name as accepted_by_name,
         upper(c.validity) - 1 as accepted_until, a.next_review, coalesce(a.next_review <= d.today and a.status <> 'closed', false) as review_due
    from ranked a
    join day d on d.scope = a.scope
    left join isms.asset s on s.scope = a.scope and s.code = a.asset
    left join isms.person o on o.code = a.owner
    left join (select x.scope, x.risk, count(*) filter (where x.withdrawn_on is null) as live,
                      string_agg(x.option, ', ') filter (where x.withdrawn_on is null) as options
                 from isms.treatment x group by x.scope, x.risk) t on t.scope = a.scope and t.risk = a.code
    left join (select x.scope, x.serves, count(*) filter (where x.status in ('planned', 'in_progress', 'done')) as open_actions,
                      min(x.due_on) filter (where x.status in ('planned', 'in_progress')) as next_due,
                      bool_or(x.status in ('in_progress', 'done', 'verified')) as started
                 from isms.action x where x.serves_kind = 'risk' group by x.scope, x.serves) n on n.scope = a.scope and n.serves = a.code
    left join (select distinct on (x.scope, x.risk) x.scope, x.risk, x.code, x.status, x.validity, x.basis, x.ceiling, x.frozen, x.accepted_by
                 from isms.acceptance x where x.status in ('requested', 'accepted', 'revoked')
                order by x.scope, x.risk, x.status, upper(x.validity) desc, x.code desc) c on c.scope = a.scope and c.risk = a.code
    left join isms.person p on p.code = c.accepted_by;

create role isms_bench_reader login in role isms_reader;
grant usage on schema bench to isms_bench_reader;
grant select, insert on all tables in schema bench to isms_bench_reader;
grant execute on all routines in schema bench to isms_bench_reader;

-- One core and memory enough for all of them: what is compared is the work.
alter role isms_bench_reader set max_parallel_workers_per_gather = 0;
alter role isms_bench_reader set jit = off;
alter role isms_bench_reader set work_mem = '64MB';

select current_user as superuser \gset

-- In turns, so that whatever else the machine does meets all of them alike.
create view bench.turn as
  select format('call bench.measure(%L, %L, %L, 1)', t.topic, t.variant, t.statement) as call
    from (select (count(*) * 10 / 11)::text as n from isms.risk) r
    cross join generate_series(1, 5) turn
    cross join lateral (
      values (1, r.n || ' risks', 'floor: join and max()', 'explain (analyze, timing off) select * from bench.floor'),
             (2, r.n || ' risks', 'register', 'explain (analyze, timing off) select * from isms.risk_register'),
             (3, r.n || ' risks', 'register in plain SQL', 'explain (analyze, timing off) select * from bench.plain'),
             (4, 'one of ' || r.n, 'by code', 'select * from isms.risk_register where code = ''R-000777'''),
             (5, 'one of ' || r.n, 'by scope and code', 'select * from isms.risk_register where scope = ''BENCH'' and code = ''R-000777''')) t(place, topic, variant, statement)
   order by turn, t.place;

call bench.load(1, 25000);
vacuum analyze;
select array_agg(call) as calls from bench.turn \gset
\connect - isms_bench_reader
select unnest(:'calls'::text[]) \gexec
\connect - :superuser

call bench.load(25001, 50000);
vacuum analyze;
select array_agg(call) as calls from bench.turn \gset
\connect - isms_bench_reader
select unnest(:'calls'::text[]) \gexec
\connect - :superuser

call bench.load(50001, 100000);
vacuum analyze;
select array_agg(call) as calls from bench.turn \gset
\connect - isms_bench_reader
select unnest(:'calls'::text[]) \gexec
\connect - :superuser

-- Do the register and plain SQL agree?
select count(*) as "risks whose levels differ"
  from isms.risk_register r join bench.plain p on p.scope = r.scope and p.code = r.code
 where (r.inherent_rank, r.current_rank, r.target_rank, r.verified_rank, r.residual_level, r.acceptance_state, r.treatment_option)
       is distinct from (p.inherent_rank, p.current_rank, p.target_rank, p.verified_rank, p.residual_level, p.acceptance_state, p.treatment_option);

drop owned by isms_bench_reader;
drop role isms_bench_reader;
