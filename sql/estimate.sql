-- isms.estimate: a quantity somebody estimated.
set client_min_messages = warning;
drop extension if exists isms cascade;
create extension isms;

-- An interval is a lognormal, a number itself; suffixes are part of the number.  Out comes the shortest text that is read back as the same.
select t, t::isms.estimate as estimate
  from unnest(array['10k..1.5M', ' 10000 .. 1500e3 ', '0.1..0.5', '1e-7..2e-5', 'pert(1,4,12)', 'PERT ( 1, 4 ,12, 2 )', '5000', '12.5K', '12345', '1.234M', '1G', '1e22', '0']) t;

-- Without width it is a constant, however it was written.
select '5..5'::isms.estimate as interval, 'pert(3,3,3)'::isms.estimate as pert, isms.lognormal_estimate(7, 7) as lognormal, isms.constant_estimate(7) as constant;

select isms.lognormal_estimate(1e4, 1.5e6), isms.pert_estimate(1, 4, 12), isms.pert_estimate(1, 4, 12, 0);

-- Shown the same whatever the session says of floats.
set extra_float_digits = -10;
select isms.constant_estimate(1::float8 / 3), '0.1..0.30000000000000004'::isms.estimate;
reset extra_float_digits;

-- What is no estimate.
select ''::isms.estimate;
select '1..'::isms.estimate;
select '1.5.2'::isms.estimate;
select '1m'::isms.estimate;
select '1B'::isms.estimate;
select 'NaN'::isms.estimate;
select 'Infinity'::isms.estimate;
select '1,000'::isms.estimate;
select 'pert(1,2)'::isms.estimate;
select 'pert(1,2,3,4,5)'::isms.estimate;
select 'pert(1,2,3'::isms.estimate;
select ('1..' || repeat('é', 100000))::isms.estimate;
select repeat('1', 100000)::isms.estimate;
select '-1'::isms.estimate;
select '1e300'::isms.estimate;
select '1e-300..1'::isms.estimate;
select '1..1e99999999'::isms.estimate;
select '0..5'::isms.estimate;
select '1..1e30'::isms.estimate;
select '5..2'::isms.estimate;
select 'pert(1,5,4)'::isms.estimate;
select 'pert(1,2,3,-1)'::isms.estimate;
select isms.constant_estimate('NaN');
select isms.lognormal_estimate(1, 'Infinity');
select isms.lognormal_estimate(2, 1);
select isms.pert_estimate(1, 'NaN', 2);
select isms.quantile('1..2', 1.5);
select isms.quantile('1..2', 'NaN');
select isms.scale('1..2', -1);
select isms.scale('1..2', 1e200);

-- By mean, then by kind and parameters; equal is only what is written alike.
select e from unnest('{5..15,9,"pert(1,2,3)",0,"pert(0,2,4)",2}'::isms.estimate[]) e order by e;
select '10k'::isms.estimate = '10000'::isms.estimate as same, '2'::isms.estimate = 'pert(1,2,3)'::isms.estimate as of_one_mean,
       (select count(*) from (select distinct e from unnest('{1..2,1..2.0,2}'::isms.estimate[]) e) d) as distinct_ones;

-- Whole ranges go out and in unchanged, as text and in the binary form.
select setseed(0.5);
create temporary table estimate_sample as
select case n % 3
         when 0 then isms.constant_estimate(a)
         when 1 then isms.lognormal_estimate(a, a * (1 + 1000 * random()))
         else isms.pert_estimate(a * random(), a, a * (1 + random()), 50 * random())
       end as e
  from (select n, exp(100 * random() - 50) as a from generate_series(1, 20000) n) s;
select count(*) from estimate_sample where e::text::isms.estimate <> e;
select count(*) from estimate_sample where isms.estimate_send(e) <> isms.estimate_send(e::text::isms.estimate);

-- A quantile's probability is the probability it was asked for.
select count(*)
  from estimate_sample s, unnest('{1e-9,0.001,0.05,0.5,0.95,0.999}'::float8[]) p
 where isms.variance(e) > 0 and abs(isms.cumulative(e, isms.quantile(e, p)) - p) > 1e-7;

-- At the ends: an interval has no upper one.
select isms.quantile('1..10', 0), isms.quantile('1..10', 1), isms.quantile('pert(1,2,5)', 0), isms.quantile('pert(1,2,5)', 1), isms.quantile('3', 0.2);
select isms.cumulative('1..10', -5), isms.cumulative('1..10', 'Infinity'), isms.cumulative('pert(1,2,5)', 1), isms.cumulative('3', 3), isms.cumulative('3', 2.999), isms.cumulative('1..2', 'NaN');

-- Scaling keeps the family.
select isms.scale('10k..1.5M', 0.1), isms.scale('pert(1,4,12,2)', 2), isms.scale('7', 0), isms.scale('1..2', 1e-150);

-- Which of two is the greater.
select round(isms.probability_greater(a, b)::numeric, 9) as greater, round(isms.probability_greater(b, a)::numeric, 9) as less
  from (values ('pert(0,1,2)', 'pert(0,1,2)'), ('1..10', '1..10'), ('1..10', 'pert(1,4,12)'), ('pert(1,2,3)', 'pert(4,5,6)'), ('2', 'pert(1,2,3)'), ('5', '5'),
               ('pert(0,1,2,1000)', 'pert(0,1.001,2,1000)'), ('0.1..0.2', 'pert(0,0.5,1,1000)')) v(x, y),
       lateral (select x::isms.estimate, y::isms.estimate) e(a, b);

-- The sum of independent quantities has a lognormal's place only: its mean and variance are kept.
select isms.sum_estimate(e) as nothing from unnest('{}'::isms.estimate[]) e;
select isms.sum_estimate(e) as constants from unnest('{1,2,3.5,null}'::isms.estimate[]) e;
select isms.sum_estimate(e) as one, round(isms.mean(isms.sum_estimate(e))::numeric, 9) = round(sum(isms.mean(e))::numeric, 9) as mean,
       round(isms.variance(isms.sum_estimate(e))::numeric, 9) = round(sum(isms.variance(e))::numeric, 9) as variance
  from unnest('{1..10,"pert(1,4,12)",7}'::isms.estimate[]) e;
