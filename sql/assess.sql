-- Scores and levels: every rule against a known answer, unrated factors, hostile settings, bad methods.
\set SHOW_CONTEXT never
set client_min_messages = warning;
drop extension if exists isms cascade;
create extension isms;

-- Fixtures, loaded while the rules are off.
insert into isms.scope (code, name) values ('AS', 'Assessed');
insert into isms.person (code, name) values ('li', 'Li Wei');
set isms.scope = 'AS';
select isms.copy_method('5x5', 'AS');
insert into isms.risk_method (code, title, score_rule, residual_rule, matrix, acceptance_criteria, when_to_assess)
select c, c, s, r, case s when 'matrix' then (select m.matrix from isms.risk_method m where m.code = '5x5') end, 'Low is acceptable', 'Yearly'
  from (values ('entered', 'matrix', 'entered'), ('steps', 'product', 'steps'), ('steps-sum', 'sum', 'steps'),
               ('percent-max', 'product', 'percent_max'), ('percent-product', 'product', 'percent_product'),
               ('monarc', 'impact_threat_vulnerability', 'vulnerability_reduction')) m(c, s, r);
insert into isms.risk_scale_step (method, scale, step, label)
select m.code, s.scale, n, s.scale || ' ' || n
  from isms.risk_method m, (values ('likelihood'), ('consequence'), ('threat'), ('vulnerability')) s(scale), generate_series(1, 5) n
 where m.code <> '5x5' and (s.scale in ('threat', 'vulnerability')) = (m.code = 'monarc');
insert into isms.risk_level (method, rank, label, colour, minimum, disposition)
select m.code, l.rank, l.label, '#00000' || l.rank, l.minimum, l.disposition
  from isms.risk_method m, (values (1, 'Low', 0, 'acceptable'), (2, 'Medium', 2, 'tolerable'), (3, 'High', 5.2, 'unacceptable'), (4, 'Very high', 20, 'never')) l(rank, label, minimum, disposition)
 where m.code <> '5x5';
insert into isms.asset (code, title, kind, rating) values ('A', 'Rated', 'information', 'C2 I3 A1'), ('B', 'Rated in part', 'information', 'C2 I- A1');
insert into isms.implementation (code, title, status, effectiveness) values
  ('RUN', 'Runs', 'implemented', null), ('OWN', 'Runs, effectiveness its own', 'implemented', 0.9), ('PLAN', 'Planned', 'planned', null),
  ('PART', 'In part', 'partial', null), ('GONE', 'Retired', 'retired', null), ('FAIL', 'Failed its test', 'implemented', null), ('PROVEN', 'Passed its test', 'implemented', null);
insert into isms.control_test (code, implementation, result, tested_on, valid_until) values ('T1', 'FAIL', 'pass', current_date, current_date + 365), ('T2', 'PROVEN', 'fail', current_date, current_date + 365);
insert into isms.control_test (code, implementation, result, tested_on, valid_until) values ('T3', 'FAIL', 'fail', current_date + 1, current_date + 365), ('T4', 'PROVEN', 'pass', current_date + 1, current_date + 365);

create function pg_temp.rate(code text, method text, likelihood integer, consequence integer) returns void language sql
begin atomic
  insert into isms.risk (scope, code, title, method, likelihood, consequence, owner) values ('AS', code, code, method, likelihood, consequence, 'li');
end;

create view pg_temp.state with (security_invoker = true) as
  select a.code, a.inherent_score as inherent, a.inherent_level, a.current_score as current, a.current_level, a.target_score as target, a.target_level,
         a.verified_score as verified, a.controls, a.controls_current as now, a.controls_unrated as unrated
    from isms.risk_assessment a;

-- The matrix of ISO/IEC 27005, cell by cell, rows by likelihood.
select pg_temp.rate(format('ISO-%s-%s', l, c), '5x5', l, c) from generate_series(1, 5) l, generate_series(1, 5) c \g /dev/null
select string_agg(a.inherent_score::text, ' ' order by a.consequence) as scores, string_agg(a.inherent_level, ', ' order by a.consequence) as levels
  from isms.risk_assessment a where a.code like 'ISO-%' group by a.likelihood order by a.likelihood;

-- Independent controls multiply what they leave, the greatest is what dependent ones take off at least: 0.86 and 0.6.
select isms.control_effect('likelihood', e, null, 7) from unnest('{0.6,0.5,0.3}'::numeric[]) e;
select isms.control_effect('consequence', e, r, s) from (values (0.6, 1, 2), (0.5, 2, 3), (null, 4, 7)) v(e, r, s);
-- What is left of a side, for formulas on quantities; dependent ones leave what the best one leaves.
select x.state, isms.effect_left(e.effect, x.state, 'likelihood') as likelihood, isms.effect_left(e.effect, x.state, 'consequence') as consequence,
       isms.effect_left(e.effect, x.state, 'likelihood', 'dependent') as dependent, isms.effect_left(e.effect, x.state, 'likelihood', 'unknown') as unknown
  from (select isms.control_effect(s, f, null, c) as effect
          from (values ('likelihood', 0.5, 7), ('likelihood', 0.25, 2), ('consequence', 0.75, 3)) v(s, f, c)) e
 cross join unnest('{inherent,current,target,verified}'::text[]) with ordinality x(state, n)
 order by x.n;
select isms.effect_left(null, 'current', 'likelihood') is null as nothing_acts;
select isms.effect_left(isms.control_effect('likelihood', 0.5, null, 7), 'residual', 'likelihood');
select isms.effect_left(isms.control_effect('likelihood', 0.5, null, 7), 'current', 'both');
select isms.effect_left(isms.control_effect('likelihood', 0.5, null, 7), 'current', 'likelihood', 'perhaps');
-- The same whatever the order and however the rows were divided.
select isms.effect_combine(a, b)::text = isms.effect_combine(b, a)::text as commutes,
       isms.effect_combine(a, b)::text = c::text as divides
  from (select isms.control_effect('likelihood', e, 1, 7) as a from unnest('{0.6,0.5}'::numeric[]) e) a,
       (select isms.control_effect('likelihood', e, 1, 7) as b from unnest('{0.3}'::numeric[]) e) b,
       (select isms.control_effect('likelihood', e, 1, 7) as c from unnest('{0.3,0.6,0.5}'::numeric[]) e) c;

-- Bands: the quantity behind the step is lowered and read back.
select pg_temp.rate('BAND-1', '5x5', 4, 4), pg_temp.rate('BAND-2', '5x5', 3, 5), pg_temp.rate('BAND-3', '5x5', 2, 2), pg_temp.rate('BAND-4', '5x5', 5, 3), pg_temp.rate('BAND-5', '5x5', 4, 4) \g /dev/null
insert into isms.risk_control (risk, implementation, effect_on, effectiveness) values
  ('BAND-1', 'PLAN', 'likelihood', 0.9),                                                    -- sqrt(2 x 5) x 0.1 = 0.316: step 1
  ('BAND-2', 'RUN', 'consequence', 0.5), ('BAND-2', 'OWN', 'likelihood', null),             -- 3M x 0.5 = 1.5M: still step 5; sqrt 2 x 0.1: step 1
  ('BAND-3', 'RUN', 'likelihood', 1),                                                       -- nothing left: the lowest step
  ('BAND-4', 'RUN', 'likelihood', 0.6), ('BAND-4', 'PROVEN', 'likelihood', 0.5), ('BAND-4', 'FAIL', 'likelihood', 0.3), ('BAND-4', 'PART', 'likelihood', 0.5),
  ('BAND-4', 'GONE', 'likelihood', 1),
  ('BAND-5', 'RUN', 'likelihood', null);                                                    -- effectiveness not stated anywhere
select * from pg_temp.state where code like 'BAND%' order by code;
select code, inherent_likelihood as l, inherent_consequence as c, current_likelihood as cl, current_consequence as cc,
       target_likelihood as tl, target_consequence as tc, verified_likelihood as vl, verified_consequence as vc
  from isms.risk_assessment where code like 'BAND%' order by code;

-- A quantity on a bound belongs to the upper band, also when binary fractions miss it by a hair; never above the inherent step.
insert into isms.risk_method (code, title, matrix, residual_rule) values ('bound', 'Bounds', '{{1,1},{2,2},{3,3},{4,4}}', 'bands');
insert into isms.risk_scale_step (method, scale, step, label, low, high, value) values
  ('bound', 'likelihood', 1, 'a', 0, 0.1, 0.05), ('bound', 'likelihood', 2, 'b', 0.1, 0.33, 0.2), ('bound', 'likelihood', 3, 'c', 0.33, 1, 0.6), ('bound', 'likelihood', 4, 'd', 1, null, 1),
  ('bound', 'consequence', 1, 'a', 0, 1, 0.5), ('bound', 'consequence', 2, 'b', 1, null, 2);
insert into isms.risk_level (method, rank, label, colour, minimum, disposition) select 'bound', n, 'L' || n, '#000000', n, 'tolerable' from generate_series(1, 4) n;
select pg_temp.rate('BOUND-1', 'bound', 4, 1), pg_temp.rate('BOUND-2', 'bound', 4, 1), pg_temp.rate('BOUND-3', 'bound', 4, 1) \g /dev/null
insert into isms.risk_control (risk, implementation, effect_on, effectiveness) values
  ('BOUND-1', 'RUN', 'likelihood', 0.67), ('BOUND-2', 'RUN', 'likelihood', 0.9), ('BOUND-3', 'RUN', 'likelihood', 0.9), ('BOUND-3', 'OWN', 'likelihood', 0.0000001);
select code, current_likelihood, current_level from isms.risk_assessment where code like 'BOUND%' order by code;

-- Steps, on both sides, down to the lowest and no further.
select pg_temp.rate('STEP-1', 'steps', 5, 4), pg_temp.rate('STEP-2', 'steps', 2, 2), pg_temp.rate('STEP-3', 'steps-sum', 5, 4) \g /dev/null
insert into isms.risk_control (risk, implementation, effect_on, reduction) values
  ('STEP-1', 'RUN', 'likelihood', 2), ('STEP-1', 'RUN', 'consequence', 1), ('STEP-1', 'PLAN', 'likelihood', 1), ('STEP-2', 'RUN', 'likelihood', 99), ('STEP-3', 'RUN', 'likelihood', 2);
insert into isms.risk_control (risk, implementation, effectiveness) values ('STEP-2', 'OWN', 0.5);
select * from pg_temp.state where code like 'STEP%' order by code;

-- Percent: 8 with 35 % is 5.2; the greatest counts, or the product; the score alone, so no place on the map.
select pg_temp.rate('PCT-1', 'percent-max', 4, 2), pg_temp.rate('PCT-2', 'percent-max', 5, 5), pg_temp.rate('PCT-3', 'percent-product', 5, 5), pg_temp.rate('PCT-4', 'percent-product', 1, 1) \g /dev/null
insert into isms.risk_control (risk, implementation, effect_on, effectiveness) values
  ('PCT-1', 'RUN', 'likelihood', 0.35), ('PCT-1', 'PROVEN', 'consequence', 0.1),
  ('PCT-2', 'RUN', 'likelihood', 0.6), ('PCT-2', 'PROVEN', 'consequence', 0.5), ('PCT-2', 'PLAN', 'likelihood', 0.3),
  ('PCT-3', 'RUN', 'likelihood', 0.6), ('PCT-3', 'PROVEN', 'consequence', 0.5), ('PCT-3', 'PLAN', 'likelihood', 0.3),
  ('PCT-4', 'RUN', 'likelihood', 0.33335);
select * from pg_temp.state where code like 'PCT%' order by code;
select code, inherent_likelihood, current_likelihood, target_consequence from isms.risk_assessment where code = 'PCT-1';

-- Impact x threat x vulnerability: C2 I3 A1 all hit, 3 x 4, less 2: 36 and 18.
insert into isms.risk (code, title, method, asset, hits, threat_rate, vulnerability_rate) values
  ('MON-1', 'All hit', 'monarc', 'A', 'CIA', 3, 4), ('MON-2', 'One hit', 'monarc', 'A', 'C', 3, 4), ('MON-3', 'Down to the lowest', 'monarc', 'A', 'CIA', 3, 2),
  ('MON-4', 'A dimension hit is not rated', 'monarc', 'B', 'CI', 3, 4), ('MON-5', 'Only rated ones hit', 'monarc', 'B', 'CA', 3, 4), ('MON-6', 'Hits nothing known', 'monarc', 'A', null, 3, 4);
insert into isms.risk_control (risk, implementation, effect_on, reduction) values
  ('MON-1', 'PLAN', 'likelihood', 2), ('MON-3', 'PLAN', 'likelihood', 5), ('MON-2', 'PLAN', 'consequence', 2);
select * from pg_temp.state where code like 'MON%' order by code;

-- Entered: the assessor's own steps.
select pg_temp.rate('ENT-1', 'entered', 5, 5), pg_temp.rate('ENT-2', 'entered', 5, 5) \g /dev/null
update isms.risk set current_likelihood = 3, current_consequence = 5, target_likelihood = 1, target_consequence = 5 where code = 'ENT-1';
update isms.risk set target_likelihood = 2 where code = 'ENT-2';
insert into isms.risk_control (risk, implementation, effectiveness) values ('ENT-1', 'RUN', 1);
select * from pg_temp.state where code like 'ENT%' order by code;

-- Not rated stays null through every formula; so does a step no scale knows.
select pg_temp.rate('NULL-1', '5x5', null, 4), pg_temp.rate('NULL-2', 'steps', 4, null), pg_temp.rate('NULL-3', 'percent-product', null, null), pg_temp.rate('NULL-4', '5x5', 9, 4) \g /dev/null
insert into isms.risk_control (risk, implementation, effectiveness, reduction) select code, 'RUN', 1, 1 from isms.risk where code like 'NULL%';
select * from pg_temp.state where code like 'NULL%' order by code;

-- Sharing counts in the target until the risk is treated, then today too; given up, it counts for nothing.
select pg_temp.rate('OPT-' || n, 'percent-max', 5, 4) from generate_series(1, 4) n \g /dev/null
update isms.risk set status = 'treated' where code = 'OPT-2';
insert into isms.treatment (risk, option, effect_on, effectiveness, stops_on, withdrawn_on, withdrawn_reason) values
  ('OPT-1', 'sharing', 'consequence', 0.5, null, null, null), ('OPT-2', 'sharing', 'consequence', 0.5, null, null, null),
  ('OPT-3', 'avoidance', 'likelihood', 1, '2020-01-01', null, null), ('OPT-4', 'sharing', 'consequence', 0.5, null, '2026-01-01', 'dearer than thought');
select s.*, a.residual_basis, a.residual_score from pg_temp.state s join isms.risk_assessment a using (code) where code like 'OPT%' order by code;

-- Levels begin at their minimum: 5.2 is High, a ten-thousandth less is not; below the lowest there is none.
update isms.risk_level set minimum = 1.5 where method = 'bound' and rank = 1;
select code, inherent_score, inherent_level from isms.risk_assessment where code in ('PCT-1', 'BOUND-1') order by code;
select isms.assess(s.spec, 1, 1, null, null, null, null, null, null, null, null, null, null, false) from isms.risk_method_spec s where s.method = 'bound';
update isms.risk_level set minimum = 5.20001 where method = 'percent-max' and label = 'High';
select current_score, current_level from isms.risk_assessment where code = 'PCT-1';
update isms.risk_level set minimum = 5.2 where method = 'percent-max' and label = 'High';

-- The explanation ends where the register does, in each state of each risk.
select count(*) as explained,
       count(*) filter (where e.score is distinct from a.score::text or e.level is distinct from a.level) as different
  from isms.risk_assessment r
  cross join lateral (values ('inherent', r.inherent_score, r.inherent_level), ('current', r.current_score, r.current_level),
                             ('target', r.target_score, r.target_level), ('verified', r.verified_score, r.verified_level)) a(state, score, level)
  cross join lateral (select max(x.after) filter (where x.input = 'score') as score, max(x.after) filter (where x.input = 'level') as level
                        from isms.explain_risk(r.code) x where x.state = a.state) e;
select * from isms.explain_risk('BAND-4');
select * from isms.explain_risk('PCT-3') where state in ('inherent', 'target');
select * from isms.explain_risk('MON-1') where state in ('inherent', 'target');
select * from isms.explain_risk('STEP-2') where state = 'current';
select * from isms.explain_risk('OPT-1') where state in ('current', 'target');
select * from isms.explain_risk('ENT-1') where state = 'target';
select * from isms.explain_risk('NULL-4');
select * from isms.explain_risk('NONE');

-- No setting of the session changes a number or a word.
create temp table usual as select a.*, e.x from isms.risk_assessment a, lateral (select string_agg(x::text, '|' order by x.step) as x from isms.explain_risk(a.code) x) e;
set extra_float_digits = -15;
set datestyle = 'SQL, DMY';
set timezone = 'Pacific/Kiritimati';
set intervalstyle = 'iso_8601';
set bytea_output = 'escape';
set search_path = '';
select count(*) as changed
  from (select a.*, e.x from isms.risk_assessment a, lateral (select string_agg(x::text, '|' order by x.step) as x from isms.explain_risk(a.code) x) e
        except table pg_temp.usual) d;
reset all;
\set SHOW_CONTEXT never
set client_min_messages = warning;
set isms.scope = 'AS';

-- Links that look their implementation up come to what joined ones come to; what is not in the set adds nothing.
create view pg_temp.looked_up with (security_invoker = true) as
  select c.risk,
         isms.control_effect((select isms.implementation_set(i.scope, i.implementation, i.effectiveness, i.counts_in) from isms.implementation_count i),
                             c.scope, c.implementation, c.effect_on, c.effectiveness, c.reduction order by c.implementation, c.effect_on)::text as effect
    from isms.risk_control c
   group by c.risk;
create view pg_temp.joined with (security_invoker = true) as
  select c.risk, isms.control_effect(c.effect_on, c.effectiveness, c.reduction, c.counts_in order by c.name, c.effect_on)::text as effect
    from isms.control_contribution c
   group by c.risk;
select count(*) > 5 as many, count(l.effect) = count(*) as all_known, bool_and(l.effect = j.effect) as alike from pg_temp.looked_up l full join pg_temp.joined j using (risk);
select max(s.seen::text) as implementations,
       isms.control_effect(s.seen, 'AS', 'OWN', 'likelihood', null, 2) as its_own_effectiveness,
       isms.control_effect(s.seen, 'AS', 'OWN', 'likelihood', 0.5, null) as the_link_s,
       isms.control_effect(s.seen, 'AS', 'NONE', 'likelihood', 0.5, null) is null as unknown,
       isms.control_effect(s.seen, 'A', 'SOWN', 'likelihood', 0.5, null) is null as no_mixing_of_names,
       isms.control_effect(null, 'AS', 'OWN', 'likelihood', 0.5, null) is null as no_set
  from (select isms.implementation_set(i.scope, i.implementation, i.effectiveness, i.counts_in) as seen from isms.implementation_count i) s;
select isms.implementation_set(null, null, null, null) as none_seen, isms.implementation_set(v.n::text, 'I', 0.1, 7) as thousand from generate_series(1, 1000) v(n);

-- Bad values.
select isms.control_effect('both', 0.5, null, 7);
select isms.control_effect('likelihood', 1.5, null, 7);
select isms.control_effect('likelihood', 'NaN', null, 7);
select isms.control_effect('likelihood', null, -1, 7);
select isms.control_effect('likelihood', null, 1000, 7);
select 'x'::isms.effect;
select 'x'::isms.method_spec;
select 'x'::isms.implementation_set;
select isms.control_effect(null, 0.5, null, 7) as nothing, isms.control_effect('likelihood', 0.5, null, null) as nothing_either;
select 'x'::isms.assessment;
select isms.assessed_level(isms.assess(s.spec, 5, 5, null, null, null, null, null, null, null, null, null, null, false), 'past') from isms.risk_method_spec s where s.method = '5x5';
select isms.assessed_controls(isms.assess(s.spec, 5, 5, null, null, null, null, null, null, null, null, null, null, false), 'some') from isms.risk_method_spec s where s.method = '5x5';
select isms.assess(null, 1, 1, null, null, null, null, null, null, null, null, null, null, false) is null as without_a_method;
select isms.assess(s.spec, 1, 1, 1, 1, 'C1', 'X', null, null, null, null, null, null, false) from isms.risk_method_spec s where s.method = 'monarc';

-- A method is checked before it is approved.
select m.code, c from isms.risk_method m left join lateral isms.check_method('AS', m.code) c on true order by m.code, c collate "C";
select * from isms.check_method('AS', 'none');
insert into isms.risk_method (code, title, score_rule, residual_rule, matrix) values
  ('bad-empty', 'Nothing in it', 'product', 'steps', null),
  ('bad-rule', 'Rules that do not go together', 'sum', 'vulnerability_reduction', null),
  ('bad-rule-2', 'Rules that do not go together', 'impact_threat_vulnerability', 'bands', null),
  ('bad-matrix', 'Falls, has a hole and the wrong size', 'matrix', 'entered', '{{1,2,1},{1,null,3}}'),
  ('bad-bands', 'Gap, overlap, no value', 'product', 'bands', null),
  ('bad-levels', 'Not in order', 'product', 'steps', null);
insert into isms.risk_scale_step (method, scale, step, label)
select m, s, n, 'x' from unnest('{bad-matrix,bad-levels,bad-rule}'::text[]) m, unnest('{likelihood,consequence}'::text[]) s, unnest('{1,2,4}'::integer[]) n;
insert into isms.risk_scale_step (method, scale, step, label, low, high, value) values
  ('bad-bands', 'likelihood', 1, 'a', 0, 1, 0.5), ('bad-bands', 'likelihood', 2, 'b', 1, 3, null), ('bad-bands', 'likelihood', 3, 'c', 2, 4, null), ('bad-bands', 'likelihood', 4, 'd', 5, null, null),
  ('bad-bands', 'consequence', 1, 'a', null, null, null), ('bad-bands', 'consequence', 2, 'b', 1, 'Infinity', 3), ('bad-bands', 'consequence', 3, 'c', 'NaN', null, 'NaN');
insert into isms.risk_level (method, rank, label, colour, minimum, disposition) values
  ('bad-levels', 1, 'One', '#000000', 3, 'unacceptable'), ('bad-levels', 2, 'Two', '#000000', 2, 'acceptable');
select m.code, c from isms.risk_method m cross join lateral isms.check_method('AS', m.code) c where m.code like 'bad%' order by m.code, c collate "C";
-- And a view over methods that make no sense does not fail.
insert into isms.risk (code, title, method, likelihood, consequence, threat_rate, vulnerability_rate, asset, hits)
select 'R-' || m.code, 'x', m.code, n, 2, 2, 2, 'A', 'C' from isms.risk_method m, unnest('{4}'::integer[]) n where m.code like 'bad%';
insert into isms.risk_control (risk, implementation, effectiveness, reduction) select code, 'RUN', 0.5, 1 from isms.risk where code like 'R-bad%';
select * from pg_temp.state where code like 'R-bad%' order by code;

-- A step off its scale is refused where it is written.
alter table isms.risk enable trigger risk_factors;
insert into isms.risk (code, title, method, likelihood, consequence) values ('OFF-1', 'x', '5x5', 6, 1);
insert into isms.risk (code, title, method, threat_rate) values ('OFF-2', 'x', '5x5', 1);
update isms.risk set target_consequence = 0 where code = 'BAND-1';
update isms.risk set method = 'bound' where code = 'BAND-4';
update isms.risk set likelihood = 1, title = 'Within' where code = 'BAND-1';
drop extension isms cascade;
