-- What must hold of what remains of a risk: asked of thousands of random ones, the same ones at every run.  A register here is a risk
-- with a random method (rules, scales, matrix, levels), random factors and random controls, each three times: with controls that
-- are independent, dependent, and nobody knows.
\set ON_ERROR_STOP on
\pset format unaligned
\pset tuples_only on
\pset pager off

begin;

select plan(27);

select setseed(0.27001) \g /dev/null

insert into isms.scope (code, name) values ('RND', 'Random');
set local isms.scope = 'RND';
insert into isms.person (code, name) values ('li', 'Li Wei'), ('dana', 'Dana Ruiz');

create temp table made as
  select n, (array['bands', 'steps', 'vulnerability_reduction', 'percent_max', 'percent_product'])[n % 5 + 1] as residual_rule,
         (array['matrix', 'product', 'sum'])[1 + floor(random() * 3)::integer] as score_rule
    from generate_series(1, 60) n;
update made set score_rule = 'impact_threat_vulnerability' where residual_rule = 'vulnerability_reduction' or residual_rule like 'percent%' and random() < 0.3;

-- Row and column sums of steps that never fall: every such matrix is monotone.
create function pg_temp.random_matrix() returns integer[] language sql as $$
  with step as (select i, floor(random() * 4)::integer as rise, floor(random() * 4)::integer as other from generate_series(1, 5) i),
       up as (select i, sum(rise) over (order by i)::integer as a, sum(other) over (order by i)::integer as b from step)
  select array_agg(r.cells order by r.i) from (select x.i, array_agg(x.a + y.b order by y.i) as cells from up x, up y group by x.i) r
$$;

insert into isms.risk_method (code, title, score_rule, residual_rule, matrix, dependence)
select m.n || d.letter, 'x', m.score_rule, m.residual_rule, case m.score_rule when 'matrix' then x.matrix end, d.dependence
  from (select m.*, pg_temp.random_matrix() as matrix from made m) x
  join made m using (n), (values ('i', 'independent'), ('d', 'dependent'), ('u', 'unknown')) d(letter, dependence);

create temp table band as
  select n, scale, step, sum(width) over (partition by n, scale order by step) - width as low, sum(width) over (partition by n, scale order by step) as high
    from (select m.n, s as scale, step, (0.1 + round(random()::numeric * 10, 2)) * step as width
            from made m, unnest('{likelihood,consequence,threat,vulnerability}'::text[]) s, generate_series(1, 5) step) w;
insert into isms.risk_scale_step (method, scale, step, label, low, high, value)
select b.n || d, b.scale, b.step, b.scale || b.step, b.low, nullif(b.high, case b.step when 5 then b.high end), case b.step when 1 then b.high / 2 when 5 then b.low * 1.5 end
  from band b, unnest('{i,d,u}'::text[]) d;
insert into isms.risk_level (method, rank, label, colour, minimum, disposition)
select l.n || d, l.rank, 'L' || l.rank, '#000000', l.minimum, (array['acceptable', 'tolerable', 'unacceptable', 'never'])[l.rank]
  from (select n, rank, sum(case rank when 1 then 0 else 0.5 + round(random()::numeric * 8, 1) end) over (partition by n order by rank) as minimum
          from (select m.n, generate_series(1, 4) as rank from made m) r) l, unnest('{i,d,u}'::text[]) d;

insert into isms.asset (code, title, kind, rating) select 'A' || n, 'x', 'information', format('C%s I%s A%s', n % 4 + 1, n % 3 + 1, n % 5 + 1)::isms.rating from generate_series(1, 9) n;
update isms.asset set inherited_rating = 'C4 I4 A2' where code in ('A1', 'A2', 'A3');
insert into isms.implementation (code, title, status, effectiveness)
select 'I' || n, 'x', (array['implemented', 'implemented', 'planned', 'retired'])[1 + floor(random() * 4)::integer], case when random() < 0.6 then round(random()::numeric, 2) end
  from generate_series(1, 40) n;
insert into isms.control_test (code, implementation, result, tested_on, valid_until)
select 'T' || code, code, case when random() < 0.3 then 'fail' else 'pass' end, current_date, current_date + floor(random() * 9)::integer from isms.implementation where random() < 0.6;

-- The same factors and controls for each of the three.
create temp table factor as
  select m.n, k, case when random() > 0.05 then 1 + floor(random() * 5)::integer end as l, case when random() > 0.05 then 1 + floor(random() * 5)::integer end as c,
         case when random() > 0.05 then 1 + floor(random() * 5)::integer end as t, case when random() > 0.05 then 1 + floor(random() * 5)::integer end as v,
         'A' || 1 + floor(random() * 9)::integer as asset, (array['C', 'IA', 'CIA'])[1 + floor(random() * 3)::integer] as hits,
         (array['identified', 'in_treatment', 'monitored'])[1 + floor(random() * 3)::integer] as status
    from made m, generate_series(1, 25) k;
create temp table acting as
  select distinct on (f.n, f.k, i, side) f.n, f.k, 'I' || i as implementation, side, case when random() < 0.8 then round(random()::numeric, 2) end as e, case when random() < 0.8 then floor(random() * 3)::integer end as r
    from (select f.*, 1 + floor(random() * 40)::integer as i, case when random() < 0.6 then 'likelihood' else 'consequence' end as side from factor f, generate_series(1, 5)) f
   where random() < 0.8;
insert into isms.risk (code, title, method, likelihood, consequence, threat_rate, vulnerability_rate, asset, hits, status)
select f.n || d || f.k, 'x', f.n || d, f.l, f.c, f.t, f.v, f.asset, f.hits, f.status from factor f, unnest('{i,d,u}'::text[]) d;
insert into isms.risk_control (risk, implementation, effect_on, effectiveness, reduction)
select a.n || d || a.k, a.implementation, a.side, a.e, a.r from acting a, unnest('{i,d,u}'::text[]) d;
insert into isms.treatment (risk, option, effect_on, effectiveness, reduction)
select f.n || d || f.k, 'sharing', 'consequence', 0.3, 1 from factor f, unnest('{i,d,u}'::text[]) d where f.k % 10 = 0;
analyze isms.risk, isms.risk_control;

create function pg_temp.now_assessed() returns table (code text, inherent numeric, current numeric, target numeric, verified numeric, best numeric, best_rank integer, current_rank integer) language sql as $$
  select a.code, a.inherent_score, a.current_score, a.target_score, a.verified_score, a.inherent_score, a.current_best_rank, a.current_rank from isms.risk_assessment a where a.scope = 'RND' $$;
create temp table before as select * from pg_temp.now_assessed();

select cmp_ok(count(*), '>', 4000::bigint, 'thousands of registers') from before;
select cmp_ok(count(*) filter (where current < inherent), '>', 1000::bigint, 'in which controls lower risks') from before;
select cmp_ok(count(*) filter (where target < current), '>', 200::bigint, 'plans lower them further') from before;
select cmp_ok(count(*) filter (where current < verified), '>', 200::bigint, 'not all that runs is proven') from before;
select cmp_ok(count(*) filter (where inherent is null), '>', 200::bigint, 'and some are not rated') from before;

-- Order of the states.
select is_empty('select * from before where current > inherent or target > inherent or verified > inherent', 'residual is never above inherent');
select is_empty('select * from before where verified < current', 'verified is never better than current');
select is_empty('select * from before where target > current', 'what is planned never makes worse');

-- Unknown.
select is_empty('select * from before where inherent is null and num_nonnulls(current, target, verified) > 0', 'what is not rated before controls is not rated after them');
select is_empty($$select b.* from before b join isms.risk r using (code) join isms.risk_method m on m.scope = r.scope and m.code = r.method
   where m.score_rule <> 'impact_threat_vulnerability' and num_nulls(r.likelihood, r.consequence) > 0 and b.inherent is not null
      or m.score_rule = 'impact_threat_vulnerability' and num_nulls(r.threat_rate, r.vulnerability_rate) > 0 and b.inherent is not null$$, 'a factor that is not rated is never taken for the lowest');
create temp table unstated as select * from isms.risk_control c where c.effectiveness is null and c.reduction is null
   and not exists (select from isms.implementation i where i.scope = c.scope and i.code = c.implementation and i.effectiveness is not null);
select isnt_empty('select from unstated', 'some controls state nothing');
delete from isms.risk_control c using unstated u where (c.scope, c.risk, c.implementation, c.effect_on) = (u.scope, u.risk, u.implementation, u.effect_on);
select is_empty('select * from before except select * from pg_temp.now_assessed()', 'and what states nothing takes nothing off');
insert into isms.risk_control select * from unstated;

-- Dependence.
create temp table three as
  select i.code, i.current as independent, d.current as dependent, u.current as unknown, i.current_rank, u.best_rank
    from before i
    join before d on d.code = replace(i.code, 'i', 'd')
    join before u on u.code = replace(i.code, 'i', 'u')
   where i.code like '%i%';
select cmp_ok(count(*) filter (where dependent > independent), '>', 100::bigint, 'dependence matters') from three;
select is_empty('select * from three where dependent < independent', 'dependent controls are never better than independent ones');
select is_empty('select * from three where unknown is distinct from dependent or best_rank is distinct from current_rank', 'unknown is told as the pair of them');

-- The same answer in any order of the rows, by any plan and at any parallelism.
create temp table written as select * from isms.risk_control;
delete from isms.risk_control;
insert into isms.risk_control select * from written order by random();
select is_empty('select * from before except select * from pg_temp.now_assessed()', 'the order of the links changes nothing');
create temp table whole as select * from isms.risk_assessment where scope = 'RND';
select is_empty('select * from whole except select * from isms.risk_assessment', 'nor does asking again');
set local max_parallel_workers_per_gather = 4;
set local min_parallel_table_scan_size = 0;
set local min_parallel_index_scan_size = 0;
set local parallel_setup_cost = 0;
set local parallel_tuple_cost = 0;
select is_empty('select * from whole except select * from isms.risk_assessment', 'nor several workers');
set local enable_mergejoin = off;
set local enable_hashjoin = off;
set local work_mem = '64kB';
select is_empty($$select * from whole where code like '7i%' except select * from isms.risk_assessment where scope = 'RND' and code like '7i%'$$, 'nor other joins');
set local enable_mergejoin = on;
set local enable_hashjoin = on;
set local work_mem = '4MB';
set local max_parallel_workers_per_gather = 0;

-- The explanation and the thought without a change end where the register does.
select is_empty($$
  select w.code, a.state
    from (select * from whole order by md5(code) limit 60) w
    cross join lateral (values ('inherent', w.inherent_score, w.inherent_level), ('current', w.current_score, w.current_level),
                               ('target', w.target_score, w.target_level), ('verified', w.verified_score, w.verified_level)) a(state, score, level)
    cross join lateral (select max(x.after) filter (where x.input = 'score') as score, max(x.after) filter (where x.input = 'level') as level
                          from isms.explain_risk(w.code) x where x.state = a.state) e
   where e.score is distinct from a.score::text or e.level is distinct from a.level$$, 'an explanation ends where the register does');
select is_empty($$
  select w.code, f.state
    from (select * from whole order by md5(code) limit 40) w
    cross join lateral (values ('inherent', w.inherent_score), ('current', w.current_score), ('target', w.target_score), ('verified', w.verified_score)) a(state, score)
    join lateral isms.what_if(w.code, '{}') f on f.state = a.state
   where f.score_before is distinct from a.score or f.score_after is distinct from a.score$$, 'so does a thought without a change');

select is_empty($$
  select w.code from (select * from whole order by md5(code) limit 300) w
   where (isms.computed_rank('RND', w.code, 'current'), isms.computed_rank('RND', w.code, 'target'), isms.computed_rank('RND', w.code, 'residual'))
         is distinct from (w.current_rank, w.target_rank, w.residual_rank)$$, 'what is computed is what shows while no expert entered anything');
select is_empty($$
  select c.code from isms.compare_methods('RND', 'rule') c join whole w using (code)
   where c.own and (c.inherent_score, c.current_score, c.target_score) is distinct from (w.inherent_score, w.current_score, w.target_score)$$, 'compared with others, a risk''s own rule comes to what shows');
create temp table important as
  select i.implementation, i.released, i.ranks_released from isms.control_importance('RND') i order by i.released desc, i.implementation limit 1;
select is((select (i.released, i.ranks_released) from important i),
          (select (count(*)::integer, sum(f.rank_after - f.rank_before)::integer)
             from (select distinct c.risk, c.implementation from isms.risk_control c join important i using (implementation) where c.scope = 'RND') c
            cross join lateral isms.what_if(c.risk, jsonb_build_object('fail', jsonb_build_array(c.implementation))) f
            where f.state = 'current' and f.rank_after > f.rank_before),
  'what a control releases is what failing it in thought does, risk by risk');

-- More controls, then better ones.
insert into isms.risk_control (risk, implementation, effect_on, effectiveness, reduction)
select r.code, 'I' || n, case n % 2 when 0 then 'likelihood' else 'consequence' end, round(random()::numeric, 2), floor(random() * 3)::integer
  from isms.risk r, generate_series(1, 2) n on conflict do nothing;
create temp table more as select * from pg_temp.now_assessed();
select is_empty('select b.* from before b join more m using (code) where m.current > b.current or m.target > b.target or m.verified > b.verified', 'more controls never raise a risk');
update isms.risk_control set effectiveness = least(1, effectiveness + 0.2), reduction = reduction + 1;
select is_empty('select b.* from more b join pg_temp.now_assessed() m using (code) where m.current > b.current or m.target > b.target or m.verified > b.verified', 'nor do better ones');

-- What experts enter is what shows, and keeps verified no better than current.
insert into isms.risk_override (code, risk, method, score, reason, validity, expert, approved_by, status)
select 'OV' || r.code, r.code, r.method, floor(random() * 30), 'x', daterange(current_date, current_date + 9), 'li', 'dana', 'approved' from isms.risk r where random() < 0.2;
select is_empty($$select a.code from pg_temp.now_assessed() a left join isms.risk_override o on o.scope = 'RND' and o.risk = a.code
   where o.score <> a.current or a.verified < a.current$$, 'what an expert entered shows, and verified is no better');

select * from finish();

rollback;
