-- Losses in money: the exact curve of 1,000 risks beside simulation of the same accuracy.
set client_min_messages = warning;
create extension isms;
\pset footer off

create table bench.risk as
  select isms.constant_estimate(rate) as rate, isms.lognormal_estimate(low, low * spread) as severity
    from (select setseed(0.5)) s,
         lateral (select exp(-4 + 3 * random()) as rate, exp(8 + 4 * random()) as low, exp(1 + 3 * random()) as spread from generate_series(1, 1000)) r;
create function bench.model(risks integer) returns isms.loss_model language sql stable
begin atomic
  select isms.loss_model(r.rate, r.severity) from (select * from bench.risk limit risks) r;
end;

\echo
\echo Medians; the simulation is of 2,000 years
\echo
call bench.measure('1,000 risks', 'exact curve and its statistics', 'select isms.loss_statistics(isms.loss_curve(bench.model(1000)))', 5);
call bench.measure('1,000 risks', 'simulated, 2,000 years', 'select isms.simulate_losses(bench.model(1000), 2000, 1)', 3);
call bench.measure('10 risks, 100,000 years', 'simulated', 'select isms.simulate_losses(bench.model(10), 100000, 1)', 3);
call bench.measure('10 risks, 100,000 years', 'one random number a risk and year, in SQL', 'select sum(random()) from generate_series(1, 1000000)', 3);


-- The same in numpy, where Debian's python3 has it: risks of the same rates, and the same figures of the years; the best of three.
select string_agg(r.rate::text, ',') as rates from (select * from bench.risk limit 10) r \gset
\setenv RATES :rates
\set numpy `/usr/bin/python3 tests/bench/loss_numpy.py 2>/dev/null || echo null`
insert into bench.run (topic, variant, seconds) select '10 risks, 100,000 years', 'numpy, vectorised', :numpy where :numpy is not null;

-- How many years it takes: the standard error of an empirical quantile is sqrt(p (1 - p) / n) / f(x), the density being taken from the curve.
\echo
\echo Years that give VaR 99.9 % a standard error of 0.1 %, and how long they take at the rate measured
\echo
with curve as materialized (select isms.loss_curve(bench.model(1000)) as c),
quantile as (
  select c, isms.value_at_risk(c, 0.999) as x from curve),
density as (
  select x, (isms.probability_of_loss(c, x * 0.995) - isms.probability_of_loss(c, x * 1.005)) / (x * 0.01) as f, (isms.loss_statistics(c)).relative_error as error from quantile),
needed as (
  select x, error, 0.001 * 0.999 / (f * x * 0.001) ^ 2 as years from density),
seconds as (
  select percentile_cont(0.5) within group (order by seconds) filter (where variant like 'exact%') as exact,
         percentile_cont(0.5) within group (order by seconds) filter (where variant like 'simulated, 2%') / 2000 as a_year
    from bench.run)
select round(x) as var_999, error as error_of_exact, round(years) as years_needed, round((years * a_year)::numeric) as seconds_simulated, round(exact::numeric, 3) as seconds_exact,
       round((years * a_year / exact)::numeric) as times_cheaper
  from needed, seconds;
