-- Figures of the same models published elsewhere or following from closed forms, each to the tolerance it is known to.
-- FFT: a transform of 2^23 points at a step of 5000, checked by four million simulated years.
\set ON_ERROR_STOP on
\pset format unaligned
\pset tuples_only on
\pset pager off
-- several tests a row
\pset fieldsep '\n'

begin;

select no_plan();

create function pg_temp.near(actual double precision, expected double precision, relative double precision, what text, absolute double precision default 0)
  returns text language sql as $$
  select ok(abs(actual - expected) <= relative * abs(expected) + absolute, format('%s: %s', what, expected))
      || case when abs(actual - expected) <= relative * abs(expected) + absolute then '' else E'\n' || diag(format('it is %s', actual)) end
$$;

-- A lognormal from its 90 % interval (riskquant).
select pg_temp.near(isms.mean('1..10'), 4.04001282694573, 1e-12, 'mean of 1..10'),
       pg_temp.near(isms.mean('635k..19M'), 5922706.83351132, 1e-12, 'mean of 635k..19M');

-- Annual loss, Poisson with lognormal severities (riskquant's README).
create temp view person_risk as
  select *
    from (values ('ALICE', '0.01'::isms.estimate, '1M..10M'::isms.estimate, 40400.1282694573),
                 ('BOB', '0.1', '10M..1G', 26639800.9773556),
                 ('CHARLIE', '0.05', '5M..50M', 1010003.20673643)) v(name, rate, severity, mean);

select pg_temp.near(isms.expected_loss(isms.loss_model('0.1'::isms.estimate, '100k..1M'::isms.estimate)), 40400.1282694573, 1e-12, 'mean annual loss of 0.1 times 100k..1M');
select pg_temp.near(isms.expected_loss(isms.loss_model(rate, severity)), mean, 1e-12, 'mean annual loss of ' || name)
  from person_risk
 group by name, mean
 order by name;

with curve as materialized (select isms.loss_curve(isms.loss_model(rate, severity)) as c from person_risk)
select pg_temp.near(s.expected_loss, 27690204.3123614, 1e-12, 'mean of the three together'),
       pg_temp.near(s.sd, 224494975.225822, 1e-12, 'standard deviation of the three together'),
       pg_temp.near(s.no_loss, 0.852143788966211, 1e-12, 'no loss of any of the three'),
       pg_temp.near(s.var_95, 99040000, 0, 'VaR 95 % (FFT)', 5000),
       pg_temp.near(s.var_99, 612870000, 0, 'VaR 99 % (FFT)', 5000),
       pg_temp.near(s.var_999, 2624455000, 0, 'VaR 99.9 % (FFT)', 5000),
       pg_temp.near(isms.value_at_risk(c, 0.9), 20650000, 0, 'VaR 90 % (FFT)', 5000),
       pg_temp.near(isms.value_at_risk(c, 0.995), 1017775000, 0, 'VaR 99.5 % (FFT)', 5000),
       pg_temp.near(s.tvar_95, 4.9581e8, 1e-5, 'TVaR 95 %'),
       pg_temp.near(s.tvar_99, 1.47661e9, 1e-5, 'TVaR 99 %'),
       pg_temp.near(isms.tail_value_at_risk(c, 0.999), 4.74889e9, 1e-5, 'TVaR 99.9 %')
  from curve, isms.loss_statistics(c) s;

-- One event a year at most (CISO Assistant): quantiles and tail means are closed forms.
with curve as materialized (
  select isms.loss_curve(isms.loss_model('0.1'::isms.estimate, '100k..1M'::isms.estimate, 'bernoulli', null, null, null, null)) as c)
select pg_temp.near(s.expected_loss, 40400.1282694573, 1e-12, 'Bernoulli: mean'),
       pg_temp.near(s.sd, 158138.011284975, 1e-12, 'Bernoulli: standard deviation'),
       pg_temp.near(isms.value_at_risk(c, 0.95), 316227.766016838, 1e-10, 'Bernoulli: VaR 95 %'),
       pg_temp.near(isms.tail_value_at_risk(c, 0.95), 612479.208657942, 1e-10, 'Bernoulli: ES 95 %'),
       pg_temp.near(isms.value_at_risk(c, 0.99), 775468.238692459, 1e-10, 'Bernoulli: VaR 99 %'),
       pg_temp.near(isms.tail_value_at_risk(c, 0.99), 1132871.6520816, 1e-10, 'Bernoulli: ES 99 %'),
       pg_temp.near(isms.value_at_risk(c, 0.999), 1611237.42802795, 1e-10, 'Bernoulli: VaR 99.9 %'),
       pg_temp.near(isms.tail_value_at_risk(c, 0.999), 2098021.13176563, 1e-10, 'Bernoulli: ES 99.9 %')
  from curve, isms.loss_statistics(c) s;

-- Modified PERT (Vose; the parameters of mc2d).  The beta parameters follow from mean and variance.
create temp view pert as
  select e, width, (isms.mean(e) - low) / width as m, isms.variance(e) / width / width as v, answers
    from (values ('pert(0,5,10)'::isms.estimate, 0::float8, 10::float8, '{3,3,5,1.88982236504614,1.89255377437771,5,8.10744622562229}'::float8[]),
                 ('pert(5,20,50,2)', 5, 45, '{1.66666666666667,2.33333333333333,23.75,9.92156741649221,8.76941682483442,23.0706775101018,41.0477250232755}')) x(e, low, width, answers);

select pg_temp.near(m * (m * (1 - m) / v - 1), answers[1], 1e-9, e || ' alpha'),
       pg_temp.near((1 - m) * (m * (1 - m) / v - 1), answers[2], 1e-9, e || ' beta'),
       pg_temp.near(isms.mean(e), answers[3], 1e-9, e || ' mean'),
       pg_temp.near(sqrt(isms.variance(e)), answers[4], 1e-9, e || ' standard deviation'),
       pg_temp.near(isms.quantile(e, 0.05), answers[5], 1e-9, e || ' 5 % quantile'),
       pg_temp.near(isms.quantile(e, 0.5), answers[6], 1e-9, e || ' median'),
       pg_temp.near(isms.quantile(e, 0.95), answers[7], 1e-9, e || ' 95 % quantile')
  from pert;

-- Vulnerability: capability over difficulty, by numerical integration.
select pg_temp.near(isms.probability_greater(capability, difficulty), answer, 0, format('%s greater than %s', capability, difficulty), 1e-8)
  from (values ('pert(0.5,0.75,0.98,3)'::isms.estimate, 'pert(0.5,0.7,0.84,4)'::isms.estimate, 0.673532385752875),
               ('pert(0.33,0.5,0.6,3)', 'pert(0.33,0.5,0.6,4)', 0.489993568542817),
               ('pert(0.2,0.3,0.7,1)', 'pert(0.4,0.5,0.6,2)', 0.241727245487817)) v(capability, difficulty, answer);

-- As many losses as a PERT says (evaluator's scenarios).
select pg_temp.near(r.mean, answer, 1e-12, format('%s times %s: mean', count, severity)),
       pg_temp.near(r.sd, answer_sd, 1e-12, format('%s times %s: standard deviation', count, severity))
  from (values ('pert(1,6,12)'::isms.estimate, 'pert(10k,20k,500k)'::isms.estimate, 606388.888888889, 269979.647642361),
               ('pert(10,24,52)', 'pert(100,200,10k,1)', 90411.1111111111, 29155.767275654),
               ('pert(1,6,12)', 'pert(100,200,10k,1)', 21172.2222222222, 9192.29582145482)) v(count, severity, answer, answer_sd),
       isms.random_sum(count, severity) r;

-- Secondary losses add up (pyfair).
select is(isms.expected_loss(isms.loss_model(r, s)), 1005::float8, 'secondary losses of .95, .05 and 1 times 1000, 100 and 50')
  from (values ('0.95'::isms.estimate, '1000'::isms.estimate), ('0.05', '100'), ('1', '50')) v(r, s);

select * from finish();

rollback;
