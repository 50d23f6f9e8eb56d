-- What is true of every portfolio: some thousand random ones, from a seed.  Where sampling decides, five standard errors.
\set ON_ERROR_STOP on
\pset format unaligned
\pset tuples_only on
\pset pager off

begin;

select no_plan();

\o /dev/null
select setseed(0.27001);
\o

-- Up to six risks each, of every kind: rates from a millionth to a hundred, severities over eight orders of magnitude.
create temp table part as
  select p.portfolio, n,
         case
           when kind < 0.5 or cause is not null then isms.constant_estimate(case frequency when 'bernoulli' then r / 100 else r end)
           when frequency = 'bernoulli' then isms.pert_estimate(0, random() / 2, 0.5 + random() / 2)
           when kind < 0.8 then isms.lognormal_estimate(r / 3, r)
           else isms.pert_estimate(0, r / 2, r)
         end as rate,
         case
           when shape < 0.5 then isms.lognormal_estimate(s, s * exp(6 * random()))
           when shape < 0.9 then isms.pert_estimate(s * random(), s, s * (1 + 5 * random()), 6 * random())
           else isms.constant_estimate(round(s) + 1)
         end as severity,
         frequency,
         case when second then random() end as secondary_probability,
         case when second then isms.lognormal_estimate(s, 10 * s) end as secondary_severity,
         cause,
         case when cause is not null then 0.5 + ascii(cause) % 3 end as variation
    from (select portfolio, 5 + 10 * random() as size, 1 + (6 * random())::integer as parts from generate_series(1, 2000) portfolio) p
   cross join lateral (
     select n, exp(p.size + 3 * random()) as s, exp(ln(1e-3) + random() * (ln(1e2) - ln(1e-3))) as r, random() as kind, random() as shape,
            case when random() < 0.3 then 'bernoulli' else 'poisson' end as frequency, random() < 0.2 as second, random() as c
       from generate_series(1, p.parts) n) x
   cross join lateral (select case when x.frequency = 'poisson' and x.c < 0.2 then case when x.c < 0.1 then 'a' else 'b' end end as cause) c;

create temp view portfolio as
  select portfolio, isms.loss_model(rate, severity, frequency, secondary_probability, secondary_severity, cause, variation) as model
    from part
   group by portfolio;

select is_empty($$
  select p.portfolio
    from portfolio p
    join (
      select portfolio, sum(isms.expected_loss(m)) as mean
        from (select portfolio, n, isms.loss_model(rate, severity, frequency, secondary_probability, secondary_severity, null, null) as m from part group by portfolio, n) x
       group by portfolio) s using (portfolio)
   where abs(isms.expected_loss(p.model) - s.mean) > 1e-12 * s.mean $$, 'the mean of a portfolio is the sum of its parts'' means, common causes or not');

-- Curves of the first of them, each computed once.
create temp table answer as
  with curve as materialized (select portfolio, isms.loss_curve(model) as c from portfolio where portfolio <= 100)
  select portfolio, s.*, isms.value_at_risk(c, 0.5) as var_50, isms.tail_value_at_risk(c, 0) as tvar_0,
         (select array_agg(e.loss order by e.probability desc) from isms.loss_exceedance(c) e) as losses,
         (select array_agg(isms.probability_of_loss(c, e.loss) / e.probability order by e.probability desc) from isms.loss_exceedance(c) e where e.loss > 0) as back,
         (select array_agg(isms.probability_of_loss(c, s.expected_loss * f) order by f) from generate_series(0, 20, 0.05) f) as falling
    from curve, isms.loss_statistics(c) s;

select is((select count(*) from answer), 100::bigint, 'all have an answer');

select is_empty($$select portfolio from answer where relative_error > 0.001$$, 'of the accuracy asked for');

select is_empty($$select portfolio from answer where losses <> array(select l from unnest(losses) l order by l)$$, 'rarer losses are greater');

select is_empty($$select portfolio from answer where falling <> array(select f from unnest(falling) f order by f desc)$$, 'the probability of exceeding falls');

select is_empty($$select portfolio from answer where falling[1] <> 1 - no_loss and abs(falling[1] / (1 - no_loss) - 1) > 1e-6$$, 'from that of any loss');

select is_empty($$select a.portfolio, b from answer a, unnest(a.back) b where b > 1.001 and not exists (select from part p where p.portfolio = a.portfolio and isms.variance(p.severity) = 0)$$,
  'the probability of what is exceeded with a probability is it');

select is_empty($$select portfolio from answer where tvar_95 < var_95 or tvar_99 < var_99 or tvar_99 < tvar_95 or var_999 < var_99 or var_99 < var_95 or var_95 < var_50$$, 'a tail''s mean lies above its beginning');

select is_empty($$select portfolio from answer where abs(tvar_0 - expected_loss) > 1e-6 * expected_loss$$, 'the mean of all years is the mean');

select is_empty($$
  select a.portfolio
    from answer a
    join (
      select portfolio, exp(sum(ln(greatest(s.no_loss, 1e-300)))) as none
        from (
          select portfolio, isms.loss_curve(isms.loss_model(rate, severity, frequency, secondary_probability, secondary_severity, cause, variation)) as c
            from part where portfolio <= 20
           group by portfolio, coalesce(cause, n::text)) x, isms.loss_statistics(x.c) s
       group by portfolio) s using (portfolio)
   where abs(a.no_loss - s.none) > 1e-9 $$, 'nothing lost is nothing lost in any part');

-- The same portfolio otherwise.
select is_empty($$
  select a.portfolio
    from answer a
    join (
      select portfolio, isms.loss_curve(isms.loss_model(rate, severity, frequency, secondary_probability, secondary_severity, cause, variation order by n desc)) as c
        from part where portfolio <= 20
       group by portfolio) x using (portfolio), isms.loss_statistics(x.c) s
   where row(s.expected_loss, s.sd, s.skewness, s.no_loss, s.var_95, s.var_99, s.var_999, s.tvar_99) <> row(a.expected_loss, a.sd, a.skewness, a.no_loss, a.var_95, a.var_99, a.var_999, a.tvar_99) $$,
  'the order of the rows does not show in any digit');

select is_empty($$
  select a.portfolio
    from answer a
    join (
      select portfolio, isms.loss_curve(isms.loss_model(rate, isms.scale(severity, 1000), frequency, secondary_probability, isms.scale(secondary_severity, 1000), cause, variation)) as c
        from part where portfolio <= 20
       group by portfolio) x using (portfolio), isms.loss_statistics(x.c) s
   where abs(s.var_999 - 1000 * a.var_999) > 1000 * a.var_999 * 2 * a.relative_error $$, 'in another currency the same');

select is_empty($$
  select a.portfolio, a.var_999, s.var_999
    from answer a
    join (
      select portfolio, isms.loss_curve(isms.loss_model(rate, severity, frequency, secondary_probability, secondary_severity, cause, variation), 0.00001) as c
        from part where portfolio <= 12
       group by portfolio) x using (portfolio), isms.loss_statistics(x.c) s
   where abs(s.var_999 - a.var_999) > s.var_999 * (a.relative_error + s.relative_error) $$, 'a finer grid stays within the error stated');

-- A Poisson process divided is the same process.
select is_empty($$
  with x as materialized (
      select n, isms.loss_curve(isms.loss_model(isms.scale(rate, case part when 3 then 1 else 0.5 end), severity) filter (where part < 3)) as halves,
             isms.loss_curve(isms.loss_model(rate, severity) filter (where part = 3)) as whole
        from (select n, isms.constant_estimate(0.01 * n * n) as rate, isms.lognormal_estimate(n, n * n + 10) as severity, part
                from generate_series(1, 30) n, generate_series(1, 3) part) r
       group by n)
  select n
    from x
   where abs(isms.value_at_risk(halves, 0.999) - isms.value_at_risk(whole, 0.999)) > 1e-9 * isms.value_at_risk(whole, 0.999) $$, 'a risk divided in two is the same risk');

-- Constant losses are counted: Poisson numbers.
select is_empty($$
  with x as materialized (
    select rate, isms.loss_curve(isms.loss_model(isms.constant_estimate(rate), '700')) as c from unnest('{0.01,0.5,3,20}'::float8[]) rate group by rate)
  select rate, k
    from x, generate_series(0, 12) k
   where abs(isms.probability_of_loss(c, k * 700 + 1) - (1 - (select sum(exp(i * ln(rate) - rate) / factorial(i)::float8) from generate_series(0, k) i))) > 1e-6 $$, 'of constant losses the number is all that is random');

-- Two Bernoulli risks with constant losses: four cases.
select is(array_agg(round(isms.probability_of_loss(c, x)::numeric, 9) order by x), '{0.280000000,0.200000000,0.020000000,0.000000000}', 'two risks of one event a year at most')
  from (select isms.loss_curve(isms.loss_model(r, s, 'bernoulli', null, null, null, null)) as c from (values ('0.1'::isms.estimate, '10'::isms.estimate), ('0.2', '25')) v(r, s)) l, unnest('{0,10,25,35}'::float8[]) x;

-- The single Bernoulli risk is read from closed forms; beside a risk that hardly exists it comes from the grid.
select is_empty($$
  with x as materialized (
      select s, isms.loss_curve(isms.loss_model('0.2'::isms.estimate, s, 'bernoulli', null, null, null, null) filter (where k = 1)) as closed,
             isms.loss_curve(isms.loss_model(case k when 1 then '0.2'::isms.estimate else '1e-12' end, s, 'bernoulli', null, null, null, null)) as grid
        from unnest('{1..10,1..1000,"pert(1,2,3)","pert(0,1,100,1)","pert(10,10,20)"}'::isms.estimate[]) s, generate_series(1, 2) k
       group by s)
  select s, p
    from x, unnest('{0.85,0.95,0.99,0.999,0.9999}'::float8[]) p
   where abs(isms.value_at_risk(closed, p) / isms.value_at_risk(grid, p) - 1) > 1e-5
      or abs(isms.tail_value_at_risk(closed, p) / isms.tail_value_at_risk(grid, p) - 1) > 1e-4 $$, 'the grid comes to the closed form');

-- Extremes.
select ok(isms.value_at_risk(isms.loss_curve(isms.loss_model('1e-6'::isms.estimate, '1000..1M'::isms.estimate)), 0.9999999) between 2800 and 560000, 'once in a million years');

-- Compound Poisson of rate 1000: three terms of Cornish and Fisher are good to a few in ten thousand.
select ok(abs(s.var_999 / (s.expected_loss + s.sd * (z + s.skewness / 6 * (z * z - 1) - s.skewness * s.skewness / 36 * (2 * z * z * z - 5 * z))) - 1) < 3e-4, 'a thousand a year')
  from (select isms.loss_curve(isms.loss_model('1000'::isms.estimate, 'pert(1,5,20)'::isms.estimate)) as c) x, isms.loss_statistics(c) s, (values (3.090232306167813)) n(z);

-- What putting a severity on a grid adds to its variance is taken off: without that the two differ by some 2e-4.
with model as materialized (select isms.loss_model('1000'::isms.estimate, 'pert(1,5,20)'::isms.estimate) as m),
curve as materialized (select isms.loss_curve(m) as coarse, isms.loss_curve(m, 1e-9) as fine from model)
select ok(abs(isms.value_at_risk(coarse, 0.999) / isms.value_at_risk(fine, 0.999) - 1) < 1e-5, 'the step of the grid does not show') from curve;

-- Subexponential tail: one great loss decides, P(S > x) is near rate times P(X > x - mean).
select ok(abs(isms.probability_of_loss(c, 1e9) / (0.1 * (1 - isms.cumulative('10k..10M', 1e9))) - 1) < 0.02, 'a heavy tail is one great loss')
  from (select isms.loss_curve(isms.loss_model('0.1'::isms.estimate, '10k..10M'::isms.estimate)) as c) x;

-- Simulated: of years, as many exceed a loss as the curve says.
create temp table sampled as
  select p.portfolio, a.expected_loss, a.sd, s.expected_loss as simulated, s.standard_error, s.simulated as years
    from portfolio p
    join answer a using (portfolio), isms.simulate_losses(p.model, 4000, 11 + p.portfolio) s
   where p.portfolio <= 40;

select is_empty($$select * from sampled where abs(simulated - expected_loss) > 5 * greatest(standard_error, sd / sqrt(years))$$, 'the simulated mean is the mean');

select is_empty($$
  select a.portfolio, p, exceeded
    from answer a
    join portfolio m using (portfolio)
   cross join lateral (select array_agg(isms.simulated_loss(m.model, y, 5)) as losses from generate_series(1, 4000) y) x
   cross join lateral (values (0.05, a.var_95), (0.01, a.var_99)) q(p, var)
   cross join lateral (select count(*) filter (where l > q.var * (1 + a.relative_error)) as exceeded, count(*) filter (where l > q.var * (1 - a.relative_error)) as reached from unnest(x.losses) l) e
   where a.portfolio between 41 and 100
     and not (exceeded <= 4000 * p + 5 * sqrt(4000 * p) and (reached >= 4000 * p - 5 * sqrt(4000 * p) or q.var = 0)) $$, 'and so are its quantiles');

-- Controls never make it worse.
insert into isms.scope (code, name) values ('L', 'Losses');
set local isms.scope = 'L';
\o /dev/null
select isms.copy_method('5x5', 'L');
\o
insert into isms.implementation (code, title, status) select 'I-' || n, 'I', (array['planned', 'partial', 'implemented', 'retired'])[1 + n % 4] from generate_series(1, 40) n;
insert into isms.risk (code, title, method, status) select 'R-' || n, 'R', '5x5', (array['identified', 'in_treatment', 'treated', 'monitored', 'closed'])[1 + n % 5] from generate_series(1, 500) n;
insert into isms.risk_control (risk, implementation, effect_on, effectiveness)
select 'R-' || r, 'I-' || 1 + (r * 7 + k) % 40, case when random() < 0.5 then 'likelihood' else 'consequence' end, case when random() < 0.9 then round(random()::numeric, 2) end
  from generate_series(1, 500) r, generate_series(1, 4) k
on conflict do nothing;
insert into isms.risk_loss (risk, frequency, rate, severity, secondary_probability, secondary_severity)
select 'R-' || portfolio, frequency, rate, severity, secondary_probability, secondary_severity from part where n = 1 and portfolio <= 400;
analyze isms.risk, isms.risk_loss, isms.risk_control, isms.implementation;

select is_empty($$
  select code
    from isms.risk_loss_summary
   where scope = 'L' and quantified
   group by code
  having max(expected_loss) filter (where state <> 'inherent') > max(expected_loss) filter (where state = 'inherent')
      or max(expected_loss) filter (where state = 'target') > max(expected_loss) filter (where state = 'current') * (1 + 1e-12)
      or max(expected_loss) filter (where state = 'current') > max(expected_loss) filter (where state = 'verified') * (1 + 1e-12)
      or max(expected_loss) filter (where state = 'residual') not in (max(expected_loss) filter (where state = 'target'), max(expected_loss) filter (where state = 'current')) $$,
  'residual, target, current and verified losses are never above inherent ones, and in their order');

select is_empty($$
  select s.state
    from unnest('{inherent,current,target,verified,residual}'::text[]) s(state)
   where abs((select sum(x.expected_loss) from isms.risk_loss_summary x where x.scope = 'L' and x.state = s.state) / isms.expected_loss('L', s.state) - 1) > 1e-12 $$, 'a scope''s loss is its risks'' losses');

select is_empty($$select implementation from isms.control_return('L') where saved < -1e-9 * loss_with$$, 'no control costs losses');

select is(count(*), 400::bigint, 'quantified or not, every open risk is listed') from (select distinct code from isms.risk_loss_summary where scope = 'L') x;

-- The figures of simulated years are those of the years one by one: few and many, with few events and many, at certain rates and others.
create temp table simulated as
  select name, isms.loss_model(rate, severity) as model
    from (values ('busy', '3'::isms.estimate, '1k..10k'::isms.estimate), ('rare', '0.001', '1k..10k'), ('never', '0', '1k..10k'),
                 ('of many small ones', '900', '1..2'), ('of one size', '0.5', '7'), ('of an uncertain rate', '0.1..2', '1k..9k')) v(name, rate, severity)
   group by name;

create temp table simulated_year as
  select s.name, k.years, isms.simulated_loss(s.model, y, 42) as loss
    from simulated s, (values (20), (300), (30000)) k(years), generate_series(1, k.years) y;

select ok(f.expected_loss between y.mean * (1 - 1e-9) and y.mean * (1 + 1e-9)
          and f.sd between y.sd * (1 - 1e-6) and y.sd * (1 + 1e-6)
          and abs(f.no_loss - y.no_loss) < 1e-12
          and (f.var_95, f.var_99, f.var_999) = (y.var_95, y.var_99, y.var_999)
          and abs(f.tvar_95 - y.tvar_95) <= 1e-9 * y.tvar_95,
          format('%s simulated years, %s: figures are those of the years', y.years, y.name))
  from (select name, years, avg(loss) as mean, stddev_pop(loss) as sd, avg((loss = 0)::integer) as no_loss,
               percentile_disc(0.95) within group (order by loss) as var_95,
               percentile_disc(0.99) within group (order by loss) as var_99,
               percentile_disc(0.999) within group (order by loss) as var_999
          from simulated_year group by name, years) q
  join simulated s using (name)
 cross join lateral (
   select q.*, q.var_95 + (select sum(greatest(z.loss - q.var_95, 0)) from simulated_year z where z.name = q.name and z.years = q.years) / q.years / 0.05 as tvar_95) y
 cross join lateral isms.simulate_losses(s.model, q.years, 42) f
 order by y.name, y.years;

-- A year's loss does not depend on which were asked for before.
select is((select sum(isms.simulated_loss(s.model, y, 42)) from simulated s, generate_series(300, 1, -1) y where s.name = 'busy')::numeric,
          (select sum(loss) from simulated_year where name = 'busy' and years = 300)::numeric,
          'a year''s loss is the same whichever years are asked for before');

select * from finish();

rollback;
