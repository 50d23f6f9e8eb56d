-- What remains: controls that depend on each other, values that experts enter, control types, what would be.
\set SHOW_CONTEXT never
set client_min_messages = warning;
-- current_date is the scope's day
set timezone = 'UTC';
drop extension if exists isms cascade;
create extension isms;
create role regress_li login;
create role regress_sam login;

-- Fixtures, loaded while the rules are off.
insert into isms.scope (code, name) values ('RS', 'Residual');
insert into isms.person (code, name) values ('dana', 'Dana Ruiz'), ('li', 'Li Wei'), ('sam', 'Sam Okoro');
set isms.scope = 'RS';
select isms.copy_method('5x5', 'RS', c) from unnest('{bands,bands-dep,bands-unk}'::text[]) c \g /dev/null
insert into isms.risk_method (code, title, score_rule, residual_rule)
select r || d, r || d, case when r = 'vul' then 'impact_threat_vulnerability' else 'product' end,
       case r when 'vul' then 'vulnerability_reduction' when 'max' then 'percent_max' when 'pro' then 'percent_product' when 'ent' then 'entered' else 'steps' end
  from unnest('{step,vul,max,pro,ent}'::text[]) r, unnest(array['', '-dep', '-unk']) d;
update isms.risk_method set dependence = case when code like '%-dep' then 'dependent' when code like '%-unk' then 'unknown' else dependence end;
insert into isms.risk_scale_step (method, scale, step, label)
select m.code, s, n, s || ' ' || n from isms.risk_method m, unnest('{likelihood,consequence,threat,vulnerability}'::text[]) s, generate_series(1, 5) n
 where m.code not like 'bands%' and (s in ('threat', 'vulnerability')) = (m.code like 'vul%');
insert into isms.risk_level (method, rank, label, colour, minimum, disposition)
select m.code, l.rank, l.label, '#00000' || l.rank, l.minimum, l.disposition
  from isms.risk_method m, (values (1, 'Low', 0, 'acceptable'), (2, 'Medium', 4, 'tolerable'), (3, 'High', 10, 'unacceptable'), (4, 'Very high', 20, 'never')) l(rank, label, minimum, disposition)
 where m.code not like 'bands%';
insert into isms.asset (code, title, kind, rating) values ('A', 'Rated', 'information', 'C2 I3 A1');
insert into isms.implementation (code, title, status) values ('ONE', 'First', 'implemented'), ('TWO', 'Second', 'implemented'), ('THREE', 'Third, planned', 'planned');
insert into isms.risk (code, title, method, likelihood, consequence, threat_rate, vulnerability_rate, asset, hits, owner)
select 'R-' || m.code, 'x', m.code, 5, 5, 3, 4, 'A', 'CIA', 'li' from isms.risk_method m;
-- Both sides of one implementation, each by a row of its own: 0.7 and 0.8 off the likelihood, 0.8 and 0.3 off the consequence.
insert into isms.risk_control (risk, implementation, effect_on, effectiveness, reduction)
select r.code, c.implementation, c.effect_on, c.effectiveness, c.reduction
  from isms.risk r, (values ('ONE', 'likelihood', 0.7, 1), ('ONE', 'consequence', 0.8, 2), ('TWO', 'likelihood', 0.8, 2), ('THREE', 'consequence', 0.3, 1)) c(implementation, effect_on, effectiveness, reduction);

-- Every rule under every dependence: independent ones multiply or add up, of dependent ones the best counts, unknown counts as dependent and shows what independent ones would come to.
create view pg_temp.state with (security_invoker = true) as
  select a.method, a.inherent_score as inherent, a.current_score as current, a.target_score as target, a.target_level, a.target_best_level, a.target_best_rank < a.target_rank as better_at_best, a.verified_level
    from isms.risk_assessment a;
update isms.risk set current_likelihood = 4, current_consequence = 5, target_likelihood = 2, target_consequence = 5 where method like 'ent%';
select * from pg_temp.state order by method;
select method, current_likelihood as l, current_consequence as c, target_likelihood as tl, target_consequence as tc, verified_likelihood as vl, verified_consequence as vc
  from isms.risk_assessment where method like 'bands%' or method like 'step%' order by method;
select state, input, rule, before, after from isms.explain_risk('R-bands-unk') where state = 'target';
select state, input, rule, before, after from isms.explain_risk('R-pro-unk') where state = 'target';
select state, input, rule, before, after from isms.explain_risk('R-step-dep') where state = 'target';
select state, input, rule, before, after from isms.explain_risk('R-vul') where state = 'current';
select m.method, m.spec from isms.risk_method_spec m where m.method like 'step%' order by m.method;
-- percent_product with dependent controls is percent_max.
select count(distinct (current_score, target_score, verified_score)) as results from isms.risk_assessment where method in ('max', 'pro-dep');
insert into isms.risk_method (code, title, residual_rule, score_rule, dependence) values ('odd', 'x', 'steps', 'product', 'perhaps');
-- A copy with another dependence is no longer the shipped method.
select code, isms.method_adapted('RS', code) from isms.risk_method where code like 'bands%' order by code;

-- Overrides.  Entered while the rules are off: a value today, one that has lapsed, one to come, one not approved, one for another method.
insert into isms.risk_override (code, risk, state, method, likelihood, consequence, score, level, reason, validity, expert, approved_by, status) values
  ('OV-1', 'R-bands', 'current', 'bands', 5, 5, null, null, 'Logs say otherwise', daterange(current_date, current_date + 10), 'li', 'dana', 'approved'),
  ('OV-2', 'R-step', 'current', 'step', null, null, 7.5, null, 'Measured', daterange(current_date - 5, current_date + 1), 'li', 'dana', 'approved'),
  ('OV-3', 'R-pro', 'target', 'pro', null, null, null, 'High', 'Too good to be true', daterange(current_date, current_date + 10), 'li', 'dana', 'approved'),
  ('OV-4', 'R-pro', 'current', 'pro', 2, 3, null, null, 'Seen in the test', daterange(current_date, current_date + 20), 'li', 'dana', 'approved'),
  ('OV-5', 'R-max', 'current', 'max', null, null, 1, null, 'Lapsed yesterday', daterange(current_date - 9, current_date), 'li', 'dana', 'approved'),
  ('OV-6', 'R-max', 'current', 'max', null, null, 1, null, 'From tomorrow', daterange(current_date + 1, current_date + 9), 'li', 'dana', 'approved'),
  ('OV-7', 'R-max-dep', 'current', 'max-dep', null, null, 1, null, 'Nobody approved', daterange(current_date, current_date + 9), 'li', null, 'draft'),
  ('OV-8', 'R-ent', 'current', 'step', null, null, 1, null, 'Was for another method', daterange(current_date, current_date + 9), 'li', 'dana', 'approved');
select risk, state, code, likelihood, consequence, score, expert_name, approved_by_name, until - current_date as days_left from isms.override_in_force order by code;
select code, current_score, current_level, target_score, target_level, residual_level, verified_level, overridden, overridden_until - current_date as days_left,
       regexp_replace(override_said, '\d{4}-\d\d-\d\d', 'DATE', 'g') as override_said
  from isms.risk_register where code in ('R-bands', 'R-step', 'R-pro', 'R-max', 'R-max-dep', 'R-ent') order by code;
-- The explanation has the step, before and after, and ends where the register does.
select state, input, regexp_replace(rule, '\d{4}-\d\d-\d\d', 'DATE') as rule, before, after from isms.explain_risk('R-bands') where state in ('current', 'verified');
select state, input, regexp_replace(rule, '\d{4}-\d\d-\d\d', 'DATE') as rule, before, after from isms.explain_risk('R-pro') where state in ('current', 'target', 'verified') and input not in ('ONE', 'TWO', 'THREE');
select count(*) as explained,
       count(*) filter (where e.score is distinct from a.score::text or e.level is distinct from a.level) as different
  from isms.risk_assessment r
  cross join lateral (values ('inherent', r.inherent_score, r.inherent_level), ('current', r.current_score, r.current_level),
                             ('target', r.target_score, r.target_level), ('verified', r.verified_score, r.verified_level)) a(state, score, level)
  cross join lateral (select max(x.after) filter (where x.input = 'score') as score, max(x.after) filter (where x.input = 'level') as level
                        from isms.explain_risk(r.code) x where x.state = a.state) e;
-- One value each, with a reason and an end; of one state no two on a day; steps and levels are the method's.
insert into isms.risk_override (code, risk, method, score, level, reason, validity, expert) values ('X', 'R-max', 'max', 1, 'Low', 'x', '[2020-01-01,2020-02-01)', 'li');
insert into isms.risk_override (code, risk, method, likelihood, reason, validity, expert) values ('X', 'R-max', 'max', 1, 'x', '[2020-01-01,2020-02-01)', 'li');
insert into isms.risk_override (code, risk, method, score, reason, validity, expert) values ('X', 'R-max', 'max', 1, ' ', '[2020-01-01,2020-02-01)', 'li');
insert into isms.risk_override (code, risk, method, score, reason, validity, expert) values ('X', 'R-max', 'max', 1, 'x', '[2020-01-01,)', 'li');
insert into isms.risk_override (code, risk, method, score, reason, validity, expert, status) values ('Y', 'R-step', 'step', 1, 'x', '[2020-01-01,2020-02-01)', 'li', 'approved');
\set VERBOSITY terse
insert into isms.risk_override (code, risk, method, score, reason, validity, expert, status) values ('X', 'R-step', 'step', 1, 'x', '[2020-01-31,2020-03-01)', 'li', 'approved');
\set VERBOSITY default
alter table isms.risk_override enable trigger known;
insert into isms.risk_override (code, risk, method, likelihood, consequence, reason, validity, expert) values ('X', 'R-vul', 'vul', 1, 1, 'x', '[2020-01-01,2020-02-01)', 'li');
insert into isms.risk_override (code, risk, method, level, reason, validity, expert) values ('X', 'R-max', 'max', 'Enormous', 'x', '[2020-01-01,2020-02-01)', 'li');
-- What the set is made of.
select isms.override_set('S', 'R', 'current', 1, 2, null) as one, isms.override_set('S', null, 'current', 1, 2, null) is null as none;
select isms.override_set('S', 'R', 'inherent', 1, 2, null);
select isms.override_set('S', 'R-' || n / 2, case n % 2 when 0 then 'current' else 'target' end, null, null, n) as in_any_order from generate_series(1, 1000) n;
select 'x'::isms.override_set;
select isms.assessed_score(a.x, 'current') as current, isms.assessed_score(a.x, 'target') as target, isms.assessed_override(a.x) as overridden
  from isms.risk_method_spec m,
       (select isms.override_set('S', 'R', s, null, null, n order by n) as s from (values ('current', 3), ('target', 2)) v(s, n)) o,
       lateral (select isms.assess(m.spec, 5, 5, null, null, null, null, null, null, null, null, null, null, false, o.s, 'S', 'R') as x) a
 where m.method = 'step';

-- Control types: preventive acts on likelihood, detective and corrective on consequence; without a type nothing is restricted.
select t.control_types, count(*) filter (where 'Preventive' = any (c.control_types)) as preventive, count(*) as controls
  from isms.control c, lateral (select array_to_string(c.control_types, ', ') as control_types) t where c.kind = 'control' and c.catalogue = isms.base_catalogue() group by 1 order by 3 desc, 1;
insert into isms.implementation (code, title, controls) values
  ('PREVENT', 'Secure authentication', '{A.8.5}'), ('DETECT', 'Logging', '{A.8.15}'), ('CORRECT', 'Backup', '{A.8.13}'), ('ALL', 'Against malware', '{A.8.7}'), ('FREE', 'Serves no control', '{}'), ('CLAUSE', 'Of controls without types', '{}');
insert into isms.catalogue (code, title) values ('OWN', 'Our own');
insert into isms.control (catalogue, reference, title, control_types) values ('OWN', 'X.1', 'No type', '{}'), ('OWN', 'X.2', 'Written small', '{corrective}');
insert into isms.implementation_control (implementation, catalogue, reference)
select i.code, 'ISO/IEC 27001:2022', r from isms.implementation i, unnest(i.controls) r;
insert into isms.implementation_control (implementation, catalogue, reference) values ('CLAUSE', 'OWN', 'X.1');
select implementation, control_types, on_likelihood, on_consequence from isms.implementation_control_type order by implementation;
insert into isms.risk_control (risk, implementation, effect_on, effectiveness) select 'R-max', i.code, s, 0 from isms.implementation i, unnest('{likelihood,consequence}'::text[]) s where i.code not in ('ONE', 'TWO', 'THREE');
select risk, implementation, effect_on, control_types, method, said from isms.control_type_conflict order by implementation;
-- It counts and is told of; a method may refuse it, or keep quiet.
select input, rule from isms.explain_risk('R-max') where state = 'target' and input in ('PREVENT', 'DETECT', 'FREE') order by input, rule;
update isms.risk_method set control_types = 'ignored' where code = 'max';
select count(*) from isms.control_type_conflict;
update isms.risk_method set control_types = 'refused' where code = 'max';
alter table isms.risk_control enable trigger control_type_insert;
alter table isms.risk_control enable trigger control_type_update;
delete from isms.risk_control where risk = 'R-max' and implementation in ('PREVENT', 'DETECT', 'CORRECT');
insert into isms.risk_control (risk, implementation, effect_on) values ('R-max', 'PREVENT', 'likelihood'), ('R-max', 'PREVENT', 'consequence'), ('R-max', 'DETECT', 'likelihood');
insert into isms.risk_control (risk, implementation, effect_on) values ('R-max', 'PREVENT', 'likelihood'), ('R-max', 'DETECT', 'consequence'), ('R-max', 'CORRECT', 'consequence'), ('R-pro', 'PREVENT', 'consequence');
update isms.risk_control set effect_on = 'likelihood' where implementation = 'CORRECT';
-- What its controls become later makes no error: the link is reported, and other columns of it can be written.
insert into isms.implementation_control (implementation, catalogue, reference) values ('FREE', 'OWN', 'X.2');
select risk, implementation, effect_on, said from isms.control_type_conflict where risk = 'R-max' order by implementation;
update isms.risk_control set effectiveness = 0.1 where risk = 'R-max' and implementation = 'FREE';
delete from isms.risk_control where implementation not in ('ONE', 'TWO', 'THREE');

-- Combinations for any query: of 0.6, 0.5 and 0.3, and of controls whose product doubles miss by a hair.
select isms.combine_effectiveness(e) as independent, isms.combine_effectiveness(e, 'independent') as the_same, isms.combine_effectiveness(e, 'dependent') as dependent,
       isms.combine_effectiveness(e, 'unknown') as certain, isms.combine_effectiveness(e, 'most_favourable') as most_favourable, isms.effectiveness_range(e) as range
  from unnest('{0.6,0.5,0.3}'::numeric[]) e;
select n, isms.combine_effectiveness(e) as thirds, isms.combine_effectiveness(e, 'most_favourable') as most from unnest('{1,2,50}'::integer[]) n, lateral (select 1::numeric / 3 as e from generate_series(1, n)) c group by n order by n;
-- Unknown is not zero: null, unless another control takes off all; nothing of nothing.
select isms.combine_effectiveness(e) is null as unknown, isms.combine_effectiveness(e, 'dependent') is null as dependent, isms.effectiveness_range(e) is null as range,
       isms.combine_effectiveness(e) filter (where e is not null) as at_least
  from unnest('{0.6,null}'::numeric[]) e;
select isms.combine_effectiveness(e) as all_off, isms.effectiveness_range(e) as range from unnest('{1,null}'::numeric[]) e;
select isms.combine_effectiveness(e) is null as none, isms.effectiveness_range(e) is null as no_range from unnest('{}'::numeric[]) e;
select isms.combine_effectiveness(1.5);
select isms.combine_effectiveness(0.5, 'perhaps');
select isms.combine_effectiveness(0.5, null);
select isms.combine_effectiveness(0.5, d) from unnest('{dependent,independent}'::text[]) d;
-- The worst level, by rank; one that is not rated could be it.
select isms.worst_level(a.current_level, a.current_rank) as worst, isms.worst_level(a.current_level, a.current_rank) filter (where a.method like 'max%') as of_some from isms.risk_assessment a;
select isms.worst_level(l, r) is null as unknown, isms.worst_level(l, r) filter (where r is not null) as known from (values ('Low', 1), ('High', 3), (null, null)) v(l, r);
select isms.worst_level(l, r order by l) as one_way, isms.worst_level(l, r order by l desc) as the_other from (values ('Grave', 3), ('Severe', 3), ('Mild', 1)) v(l, r);
select isms.worst_level('x', 1) filter (where false) is null as none;
-- The same by several workers.
create table public.many as select n, (n % 97)::numeric / 1000 as e, 'L' || n % 7 as level, n % 7 as rank from generate_series(1, 30000) n;
analyze public.many;
create view pg_temp.combined as
  select level, isms.combine_effectiveness(case when n % 1000 < 20 then e else 0 end) as a, isms.combine_effectiveness(e / 1000, 'most_favourable') as b,
         isms.effectiveness_range(n::numeric / 1000000) as c, isms.worst_level('row ' || n, n) as d
    from public.many group by level;
create function pg_temp.plan(query text) returns setof text language plpgsql as $$ begin return query execute 'explain (costs off) ' || query; end $$;
set max_parallel_workers_per_gather = 0;
select string_agg(x::text, ' | ' order by x.level) as alone from pg_temp.combined x \gset
set max_parallel_workers_per_gather = 4;
set min_parallel_table_scan_size = 0;
set parallel_setup_cost = 0;
set parallel_tuple_cost = 0;
select count(*) as divided from pg_temp.plan('select level, isms.combine_effectiveness(e), isms.combine_effectiveness(e, ''unknown''), isms.effectiveness_range(e), isms.worst_level(level, rank) from public.many group by level') p where p ~ 'Partial';
select string_agg(x::text, ' | ' order by x.level) = :'alone' as alike from pg_temp.combined x;
drop table public.many cascade;
reset all;
set client_min_messages = warning;

drop extension isms cascade;
create extension isms;

-- Through the rules: another person approves; where a risk would leave what top management accepts, top management does.
select isms.setup('ACME', 'Acme Ltd', 'root', 'First Person') \g /dev/null
select isms.add_person('li', 'Li Wei', login => 'regress_li', roles => '{risk_owner}') \g /dev/null
select isms.add_person('sam', 'Sam Okoro', login => 'regress_sam', roles => '{risk_owner}') \g /dev/null
insert into isms.asset (code, title, kind, rating, owner) values ('CRM', 'Customer database', 'information', 'C3 I3 A2', 'li');
insert into isms.risk (code, title, asset, threat, vulnerability, hits, likelihood, consequence, owner)
values ('R-1', 'High', 'CRM', 'Stolen credentials', 'No second factor', 'C', 4, 4, 'li'), ('R-2', 'Medium', 'CRM', 'Stolen credentials', 'No second factor', 'C', 3, 3, 'li');
set session authorization regress_li;
insert into isms.risk_override (risk, level, reason, validity) values ('R-2', 'Low', 'Only test data', '[2026-01-01,2099-01-01)'), ('R-1', 'Low', 'Only test data', '[2026-01-01,2099-01-01)'), ('R-1', 'Very high', 'Seen elsewhere', '[2026-01-01,2099-01-01)');
select code, risk, state, method, level, expert, status from isms.risk_override order by code;
update isms.risk_override set status = 'approved' where risk = 'R-2';
select isms.request('isms.risk_override', code, 'approve', 'Please look') from isms.risk_override order by code;
select isms.approve('isms.risk_override', '{OV-0001}', 'approve');
set session authorization regress_sam;
select isms.approve('isms.risk_override', '{OV-0001,OV-0003}', 'approve');
select isms.approve('isms.risk_override', '{OV-0002}', 'approve');
select risk, code, said is not null as told from isms.override_in_force order by code;
select code, current_level, disposition, overridden from isms.risk_register order by code;
update isms.risk_override set status = 'closed' where code = 'OV-0003';
-- Nor does the expert approve.
insert into isms.risk_override (risk, level, reason, validity, expert, state) values ('R-2', 'Medium', 'Li says so', '[2026-01-01,2099-01-01)', 'li', 'target');
select isms.request('isms.risk_override', 'OV-0004', 'approve', 'Please look') is not null as asked;
set session authorization regress_li;
select isms.approve('isms.risk_override', '{OV-0004}', 'approve');
reset session authorization;
select isms.approve('isms.risk_override', '{OV-0002}', 'approve');
select code, expert, approved_by, approved_on = isms.today(scope) as today, status from isms.risk_override order by code;
select code, current_level, disposition, overridden from isms.risk_register order by code;
-- An acceptance says that its level was entered, and guards read the level that shows.
insert into isms.acceptance (risk, basis, validity, justification) values ('R-1', 'interim', daterange(current_date, current_date + 30), 'Only test data');
select ceiling, frozen ->> 'level' as level, frozen ->> 'entered' as entered from isms.acceptance;
select code, overridden from isms.risk_register where overridden order by code;
-- In force it is frozen.
update isms.risk_override set level = 'Very low' where code = 'OV-0002';
update isms.risk_override set approved_by = 'li' where code = 'OV-0002';
drop owned by regress_li, regress_sam;
drop role regress_li, regress_sam;
drop extension isms cascade;
