-- What would be: other methods and rules, changed factors and controls, a control that fails, what each holds down.
\set SHOW_CONTEXT never
set client_min_messages = warning;
drop extension if exists isms cascade;
create extension isms;

-- Fixtures, loaded while the rules are off.
insert into isms.scope (code, name) values ('WI', 'What if');
insert into isms.person (code, name) values ('li', 'Li Wei');
set isms.scope = 'WI';
select isms.copy_method('5x5', 'WI') \g /dev/null
update isms.risk_method set status = 'approved', approved_on = '2026-01-01';
insert into isms.risk_method (code, title, score_rule, residual_rule, status) values ('prod', 'Product', 'product', 'percent_max', 'draft'), ('old', 'Given up', 'product', 'steps', 'closed'), ('itv', 'MONARC', 'impact_threat_vulnerability', 'vulnerability_reduction', 'draft');
insert into isms.risk_scale_step (method, scale, step, label)
select m.code, s, n, n::text from isms.risk_method m, unnest('{likelihood,consequence,threat,vulnerability}'::text[]) s, generate_series(1, case m.code when 'prod' then 4 else 5 end) n
 where m.code in ('prod', 'itv') and (s in ('threat', 'vulnerability')) = (m.code = 'itv');
insert into isms.risk_level (method, rank, label, colour, minimum, disposition)
select m.code, l.rank, l.label, '#00000' || l.rank, l.minimum, l.disposition
  from isms.risk_method m, (values (1, 'Low', 0, 'acceptable'), (2, 'Medium', 4, 'tolerable'), (3, 'High', 10, 'unacceptable')) l(rank, label, minimum, disposition) where m.code in ('prod', 'itv');
insert into isms.asset (code, title, kind, rating) values ('A', 'Rated', 'information', 'C2 I3 A1');
insert into isms.implementation (code, title, status, effectiveness, owner) values
  ('MFA', 'Second factor', 'implemented', 0.9, 'li'), ('BACKUP', 'Backup', 'implemented', 0.95, 'li'), ('PLAN', 'Planned', 'planned', 0.9, 'li'), ('IDLE', 'Acts on nothing', 'implemented', 0.5, 'li');
insert into isms.implementation_control (implementation, reference) values ('MFA', 'A.8.5'), ('MFA', 'A.5.17'), ('BACKUP', 'A.8.13'), ('PLAN', 'A.8.5');
insert into isms.applicability (reference, necessary, reasons, justification, implementation_status) values ('A.8.5', true, '{risk}', 'x', 'implemented'), ('A.8.13', true, '{risk}', 'x', 'implemented');
insert into isms.risk (code, title, method, likelihood, consequence, asset, hits, threat_rate, vulnerability_rate, owner, status) values
  ('R-1', 'Both controls', '5x5', 4, 4, 'A', 'C', 3, 3, 'li', 'treated'), ('R-2', 'One control', '5x5', 4, 4, 'A', 'C', null, null, 'li', 'assessed'), ('R-3', 'Planned only', '5x5', 5, 5, 'A', 'C', null, null, 'li', 'assessed'),
  ('R-4', 'Not rated', '5x5', null, 4, 'A', 'C', null, null, 'li', 'assessed');
insert into isms.risk_control (risk, implementation, effect_on) values
  ('R-1', 'MFA', 'likelihood'), ('R-1', 'BACKUP', 'consequence'), ('R-2', 'MFA', 'likelihood'), ('R-3', 'PLAN', 'likelihood'), ('R-4', 'MFA', 'likelihood');
insert into isms.acceptance (code, risk, basis, ceiling, validity, frozen, accepted_by, status)
select 'AC-' || right(r.code, 1), r.code, 'residual', 'Low', daterange(current_date - 9, current_date + 90), isms.acceptance_frozen('WI', r.code, 'residual'), 'li', 'accepted' from isms.risk r where r.code in ('R-1', 'R-2');
select code, inherent_level, current_level, target_level from isms.risk_register order by code;
select code, state from isms.acceptance_status order by code;

-- Methods side by side: draft and approved ones, each risk under each; a step off a method's scale is not rated there.
select code, method, residual_rule, own, inherent_score, inherent_level, current_score, current_level, target_level, target_disposition from isms.compare_methods();
-- Rules side by side, of those that go with the method; the risk's own is what the register shows.
select code, residual_rule, own, current_score, current_level, target_level from isms.compare_methods('WI', 'rule') where code = 'R-1';
select count(*) as own, count(*) filter (where c.current_score is distinct from a.current_score or c.target_level is distinct from a.target_level) as different
  from isms.compare_methods('WI', 'rule') c join isms.risk_assessment a using (code) where c.own;
select count(*) as none from isms.compare_methods('NONE');
select * from isms.compare_methods('WI', 'x');

-- One risk with changes.  Nothing changed is the register.
select state, score_before, level_before, score_after, level_after from isms.what_if('R-1', '{}');
select state, rank_before, rank_after, level_after from isms.what_if('R-1', '{"fail": ["MFA"]}');
select s.said from isms.what_if('R-1', '{"fail": ["MFA"]}') w, unnest(w.explanation) with ordinality s(said, n) where w.state in ('current', 'target') order by w.state, s.n;
select state, level_before, level_after from isms.what_if('R-1', '{"remove": ["MFA", "BACKUP"]}');
select state, level_before, level_after from isms.what_if('R-3', '{"implement": ["PLAN"]}');
select state, level_before, level_after from isms.what_if('R-2', '{"change": [{"implementation": "MFA", "effectiveness": 0.1}]}');
select state, level_before, level_after from isms.what_if('R-2', '{"add": [{"implementation": "Guard dogs", "effect_on": "consequence", "effectiveness": 0.99}, {"implementation": "BACKUP", "effect_on": "consequence", "status": "planned"}]}');
select state, level_before, level_after from isms.what_if('R-2', '{"factors": {"likelihood": 5, "consequence": 5}}');
select state, level_before, level_after from isms.what_if('R-4', '{"factors": {"likelihood": 1}}');
select state, level_before, level_after from isms.what_if('R-1', '{"factors": {"likelihood": null}}');
select d as dependence, w.score_after, w.level_after
  from unnest('{independent,dependent,unknown}'::text[]) d,
       isms.what_if('R-2', jsonb_build_object('dependence', d, 'change', jsonb '[{"implementation": "MFA", "effectiveness": 0.6}]', 'add', jsonb '[{"implementation": "X", "effectiveness": 0.6}]')) w
 where w.state = 'current';
select count(*) from isms.risk_control;
-- What makes no sense is refused, every reason at once.
select * from isms.what_if('R-9', '{}');
select * from isms.what_if('R-1', null);
select * from isms.what_if('R-1', '[]');
select * from isms.what_if('R-1', '{"drop": 1, "dependence": "no", "factors": {"likelihood": 9, "consequence": "high", "luck": 1, "hits": "X", "threat_rate": 1},
  "remove": ["PLAN", 7], "fail": "MFA", "add": [{"effectiveness": 1}, {"implementation": "MFA"}, {"implementation": "N", "effectiveness": 2, "reduction": 1.5, "effect_on": "consequence", "status": "done", "x": 1}],
  "change": [{"implementation": "MFA", "effect_on": "consequence"}, {"implementation": "MFA", "effect_on": "both"}, 5]}');

-- What follows from a failure: risks, those over the criteria, acceptances, lines of the statement.
select kind, code, title, before, after, over_criteria, said from isms.impact_of('MFA');
select kind, code, before, after, over_criteria, said from isms.impact_of('MFA', 'ends');
select kind, code, before, after, over_criteria, said from isms.impact_of('A.8.13', 'fails');
select kind, code, before, after, over_criteria, said from isms.impact_of('PLAN', 'fails');
select count(*) as nothing from isms.impact_of('IDLE');
select count(*) as nobody_serves_it from isms.impact_of('A.5.1');
select * from isms.impact_of('NONE');
select * from isms.impact_of('MFA', 'explodes');
-- It says what happens when it happens.
begin;
create temp table foretold as select kind, code, after from isms.impact_of('MFA');
insert into isms.control_test (code, implementation, result, tested_on, valid_until) values ('T', 'MFA', 'fail', current_date, current_date);
select f.kind, f.code, f.after = case f.kind when 'risk' then r.current_level when 'acceptance' then a.state else s.assurance end as so_it_is
  from foretold f
  left join isms.risk_register r on f.kind = 'risk' and r.code = f.code
  left join isms.acceptance_status a on f.kind = 'acceptance' and a.code = f.code
  left join isms.statement_of_applicability s on f.kind = 'statement' and s.code = f.code
 order by 1, 2;
rollback;

-- What each control holds down, and what its failure would release.
select implementation, standing, risks, holds_down, ranks_alone, released, ranks_released, over_criteria from isms.control_importance();
-- The same as failing each in thought, one by one.
select i.implementation, i.released, i.released = count(m.code) filter (where m.kind = 'risk') as as_failing, i.over_criteria = count(*) filter (where m.over_criteria) as over_too
  from isms.control_importance() i left join lateral isms.impact_of(i.implementation) m on true
 group by i.implementation, i.released, i.over_criteria order by 1;

drop extension isms cascade;
