-- Losses in money: what is recorded, what controls leave of it, what is refused, who sees it.
\set SHOW_CONTEXT never
set client_min_messages = warning;
drop extension if exists isms cascade;
create extension isms;
select isms.setup_roles() \g /dev/null
select isms.grant_roles() \g /dev/null

-- Fixtures, loaded while the rules are off.
insert into isms.scope (code, name, currency) values ('A', 'Alpha', 'CHF'), ('B', 'Beta', 'EUR');
insert into isms.person (code, name) values ('li', 'Li Wei'), ('eve', 'Eve Obi');
insert into isms.role_assignment (scope, code, person, role, status) values
  ('A', 'RA-1', 'li', 'risk_owner', 'active'), ('B', 'RA-1', 'eve', 'isms_manager', 'active');
create role regress_li login in role isms_reader;
insert into isms.login (role_name, person) values ('regress_li', 'li');
set isms.scope = 'A';
select isms.copy_method('5x5', 'A'), isms.copy_method('5x5', 'B') \g /dev/null
insert into isms.risk (code, title, method, status) values
  ('R-1', 'Stolen password', '5x5', 'in_treatment'), ('R-2', 'Fire', '5x5', 'treated'), ('R-3', 'Fine', '5x5', 'identified'), ('R-4', 'Nobody knows', '5x5', 'identified'), ('R-5', 'Over', '5x5', 'closed');
insert into isms.risk (scope, code, title, method) values ('B', 'R-1', 'Of another scope', '5x5');
insert into isms.implementation (code, title, status, cost_once, cost_yearly) values
  ('MFA', 'Second factor', 'implemented', 5000, 1000), ('PLAN', 'Planned', 'planned', null, 5000), ('SPRINKLER', 'Sprinkler', 'implemented', 80000, 0), ('FAILED', 'Failed its test', 'implemented', null, null);
insert into isms.control_test (code, implementation, result, tested_on, valid_until) values ('T-1', 'FAILED', 'fail', current_date, current_date + 365), ('T-2', 'SPRINKLER', 'pass', current_date, current_date + 365);
insert into isms.risk_control (risk, implementation, effect_on, effectiveness) values
  ('R-1', 'MFA', 'likelihood', 0.5), ('R-1', 'PLAN', 'likelihood', 0.8), ('R-1', 'PLAN', 'consequence', 0.5), ('R-1', 'FAILED', 'consequence', 0.25), ('R-2', 'SPRINKLER', 'consequence', 0.9);
insert into isms.treatment (risk, option, effect_on, effectiveness) values ('R-1', 'sharing', 'consequence', 0.2), ('R-2', 'sharing', 'consequence', 0.5);
insert into isms.risk_loss (risk, frequency, rate, severity, secondary_probability, secondary_severity) values
  ('R-1', 'poisson', '2', '5000', null, null),
  ('R-2', 'bernoulli', '0.1', '100000', 0.5, '200k'),
  ('R-3', 'poisson', 'pert(0,0.1,0.5)', '10k..1M', null, null),
  ('R-5', 'poisson', '1', '1M', null, null);
insert into isms.risk_loss (scope, risk, rate, severity) values ('B', 'R-1', '1', '1');

-- Rate and severity in each state: 2 x 5000; today half the events (MFA, what failed its test does nothing); planned: a tenth of them,
-- at half of 5000 less a quarter less the fifth that is shared.  R-2 is treated: what is shared counts today.
select code, state, round(rate::numeric, 6) as rate, round(severity::numeric, 6) as severity, secondary_probability, round(secondary_severity::numeric, 6) as secondary_severity, round(expected_loss::numeric, 6) as expected_loss, currency from isms.risk_loss_summary where scope = 'A' and code in ('R-1', 'R-2') order by 1, array_position('{inherent,current,target,verified,residual}', state);

-- Not estimated is not a loss of 0; what is closed is over.
select code, state, quantified, expected_loss from isms.risk_loss_summary where scope = 'A' and code in ('R-4', 'R-5');

-- The parts add up, in every state; residual never above inherent.
select s.state, round(s.expected_loss::numeric, 4) as parts, round(isms.expected_loss('A', s.state)::numeric, 4) as whole
  from (select state, sum(expected_loss) as expected_loss from isms.risk_loss_summary where scope = 'A' and quantified group by state) s
 order by array_position('{inherent,current,target,verified,residual}', s.state);
select risks, not_quantified, round(expected_loss) as expected_loss, round(sd) as sd, round(no_loss::numeric, 6) as no_loss, round(var_95) as var_95, round(var_99) as var_99, relative_error < 0.0006 as near
  from isms.loss_statistics('A');
select round(isms.value_at_risk('A', 0.95)) = round(s.var_95) as the_same from isms.loss_statistics() s;
select round(loss) as loss, round(probability::numeric, 6) as probability from isms.loss_exceedance('A', 'inherent') where probability in (0.5, 0.1, 0.01) or loss = 0;
-- One risk alone: two events a year at 5000.
select loss, round(probability::numeric, 6) as probability from isms.loss_exceedance(isms.loss_curve(isms.scope_loss_model('A', 'inherent', 'R-1')));

-- What is a control worth?  MFA saves half of what is left today; the planned one is judged among planned ones; nothing is known of what has no cost.
select implementation, status, state, risks, round(loss_without::numeric, 6) as loss_without, round(loss_with::numeric, 6) as loss_with, round(saved::numeric, 6) as saved, cost_once, cost_yearly, round(net::numeric, 6) as net, round(return_ratio::numeric, 6) as return_ratio, currency
  from isms.control_return();

-- Dependent controls: of each side the best one counts.
begin;
update isms.risk_method set dependence = 'dependent' where scope = 'A';
select state, round(rate::numeric, 6) as rate, round(severity::numeric, 6) as severity, round(expected_loss::numeric, 6) as expected_loss from isms.risk_loss_summary where scope = 'A' and code = 'R-1' and state in ('current', 'target');
select implementation, round(saved::numeric, 6) as saved from isms.control_return() where implementation in ('MFA', 'PLAN') order by 1;
rollback;

-- Where nothing is quantified there is no figure.
select isms.expected_loss('A', 'current') is null as known, isms.scope_loss_model('A', 'current', 'R-4') is null as none, isms.expected_loss(isms.loss_model(null::isms.estimate, '1'::isms.estimate)) is null as of_nothing;
begin;
delete from isms.risk_loss;
select isms.expected_loss('A'), isms.value_at_risk('A', 0.95), (select count(*) from isms.loss_exceedance('A')) as points;
select * from isms.loss_statistics('A');
rollback;
-- Known to be nothing is another thing.
select isms.expected_loss(isms.loss_model('0'::isms.estimate, '5'::isms.estimate)) as mean, isms.value_at_risk(isms.loss_curve(isms.loss_model('3'::isms.estimate, '0'::isms.estimate)), 0.99) as var;

-- Common causes: what is shared makes bad years worse, means stay.
insert into isms.common_cause (code, title, variation) values ('CLOUD', 'The hosting region', 2);
begin;
update isms.risk_loss set frequency = 'poisson', rate = '0.1', common_cause = 'CLOUD' where scope = 'A' and risk in ('R-1', 'R-2');
create temp table with_cause as select 'with' as cause, * from isms.loss_statistics('A', 'inherent');
update isms.risk_loss set common_cause = null;
select w.expected_loss = o.expected_loss as same_mean, w.sd > o.sd as wider, w.var_999 > o.var_999 as worse, w.no_loss > o.no_loss as quiet_years_too
  from with_cause w, isms.loss_statistics('A', 'inherent') o;
rollback;

-- Simulated, the same whoever computes it: one call, years apart, and parallel workers.
select * from isms.simulate_losses('A', 'inherent', 1000, 42) \gset one_
select * from isms.simulate_losses('A', 'inherent', 1000, 42) \gset two_
select * from isms.simulate_losses('A', 'inherent', 1000, 43) \gset three_
select :one_expected_loss = :two_expected_loss as again, :one_expected_loss = :three_expected_loss as other_seed;
create table year as select y::bigint from generate_series(1, 20000) y;
analyze year;
create function model() returns isms.loss_model language sql immutable parallel safe return
  (select isms.loss_model(r, s) from (values ('2'::isms.estimate, '10..100'::isms.estimate), ('pert(0,1,9)', 'pert(1,2,900)')) v(r, s));
select sum(isms.simulated_loss(model(), y, 7)::numeric) as one_process from year \gset
set parallel_setup_cost = 0; set parallel_tuple_cost = 0; set min_parallel_table_scan_size = 0; set max_parallel_workers_per_gather = 2;
alter table year set (parallel_workers = 2);
select sum(isms.simulated_loss(model(), y, 7)::numeric) = :one_process as the_same_in_parallel from year;
reset parallel_setup_cost; reset parallel_tuple_cost; reset min_parallel_table_scan_size; reset max_parallel_workers_per_gather;
drop table year; drop function model();

-- What is refused.
insert into isms.risk_loss (risk, rate, severity) values ('R-4', '-1', '1');
insert into isms.risk_loss (risk, rate, severity) values ('R-4', '5..1', '1');
insert into isms.risk_loss (risk, rate) values ('R-4', '1');
insert into isms.risk_loss (risk, frequency, rate, severity) values ('R-4', 'bernoulli', '0.5..0.9', '1');
insert into isms.risk_loss (risk, frequency, rate, severity) values ('R-4', 'bernoulli', '1.01', '1');
insert into isms.risk_loss (risk, frequency, rate, severity) values ('R-4', 'weekly', '1', '1');
insert into isms.risk_loss (risk, rate, severity, secondary_probability) values ('R-4', '1', '1', 0.1);
insert into isms.risk_loss (risk, rate, severity, secondary_probability, secondary_severity) values ('R-4', '1', '1', 1.1, '1');
insert into isms.risk_loss (risk, rate, severity, common_cause) values ('R-4', '1..2', '1', 'CLOUD');
insert into isms.risk_loss (risk, rate, severity, common_cause) values ('R-4', '1', '1', 'NONE');
insert into isms.risk_loss (risk, rate, severity) values ('R-9', '1', '1');
insert into isms.common_cause (code, title, variation) values ('X', 'X', 0);
select isms.expected_loss('A', 'tomorrow');
\echo SQLSTATE :LAST_ERROR_SQLSTATE
select isms.expected_loss('C');
\echo SQLSTATE :LAST_ERROR_SQLSTATE
select isms.value_at_risk('A', 1);
select isms.value_at_risk('A', -0.1);
select isms.value_at_risk('A', 'NaN');
select isms.value_at_risk('A', 0.99999999999);
select isms.loss_curve(isms.loss_model('1'::isms.estimate, '1'::isms.estimate), 0);
select isms.loss_curve(isms.loss_model('1e12'::isms.estimate, '1'::isms.estimate));
select isms.loss_model('2'::isms.estimate, '1'::isms.estimate, 'bernoulli', null, null, null, null);
select isms.loss_model('2'::isms.estimate, '1'::isms.estimate, 'weekly', null, null, null, null);
select isms.loss_model('2'::isms.estimate, '1'::isms.estimate, null, 0.5, null, null, null);
select isms.loss_model('2'::isms.estimate, '1'::isms.estimate, null, -0.5, '1', null, null);
select isms.loss_model('2'::isms.estimate, '1'::isms.estimate, null, null, null, 'c', 'NaN');
select isms.loss_model('1..2'::isms.estimate, '1'::isms.estimate, null, null, null, 'c', 1);
select isms.loss_model('1'::isms.estimate, '1'::isms.estimate, null, null, null, 'c', v) from unnest('{1,2}'::float8[]) v;
select isms.simulate_losses('A', 'current', 0);
select '1'::isms.loss_model;
select '1'::isms.loss_curve;

-- Losses beyond anything are still answered.
select isms.value_at_risk(isms.loss_curve(isms.loss_model('1'::isms.estimate, '1e99'::isms.estimate)), 0.999) as answered;

-- A reader sees the scopes of his roles.
set session authorization regress_li;
select count(*) from isms.risk_loss;
select scope, count(*) from isms.risk_loss_summary group by scope;
select isms.expected_loss('B');
insert into isms.risk_loss (risk, rate, severity) values ('R-4', '1', '1');
reset session authorization;

drop role regress_li;
