-- Kestrel Bay Instruments: 240 people who make laboratory instruments, and their ISMS in a database.
-- tests/demo.sh runs this in a throw-away cluster; statements are shown as they run.
\set QUIET on
\pset footer off
set client_min_messages = warning;

\echo
\echo '== 1. Install, and one call'
\echo
create extension isms;
\pset tuples_only on
\pset format unaligned
select isms.setup('KBI', 'Kestrel Bay Instruments', 'dana', 'Dana Ruiz', 'dana@kestrelbay.example');
\pset format aligned
\pset tuples_only off

\echo
\echo '== 2. Load the organisation from eleven CSV files through the bulk import'
\echo
-- The files were written on 2026-11-22; their dates move with the calendar.
\set ECHO none
create function pg_temp.shift(d text) returns text language sql as $$ select (d::date + (current_date - date '2026-11-22'))::text $$;
create temp table sheet_person (like isms.import_person);
create temp table sheet_risk (like isms.import_risk);
create temp table sheet_action (like isms.import_action);
\copy isms.import_person (code, name, email, kind, roles) from 'tests/demo/person.csv' (format csv, header match)
\copy isms.import_asset (code, title, kind, rating, owner, location, description) from 'tests/demo/asset.csv' (format csv, header match)
\copy isms.import_asset_dependency (asset, supports, refuses, reason) from 'tests/demo/asset_dependency.csv' (format csv, header match)
\copy isms.import_implementation (code, title, kind, owner, operator, operated_by, site, cost_once, cost_yearly, in_use_from, status, effectiveness, controls, assets, description) from 'tests/demo/implementation.csv' (format csv, header match)
\copy isms.import_control_status (reference, necessary, reasons, justification, implementation_status) from 'tests/demo/control_status.csv' (format csv, header match)
\copy sheet_risk (code, title, asset, threat, vulnerability, hits, likelihood, consequence, owner, assessor, assessed_on, next_review, category) from 'tests/demo/risk.csv' (format csv, header match)
\copy sheet_action (code, title, serves, implementation, owner, due_on, resources) from 'tests/demo/action.csv' (format csv, header match)
update sheet_risk set assessed_on = pg_temp.shift(assessed_on), next_review = pg_temp.shift(next_review);
update sheet_action set due_on = pg_temp.shift(due_on);
\set ECHO queries
-- The file makes two further top managers; from then on an appointment needs the approval of one of them, and nobody approves their own.
begin;
set local isms.actor = 'mara';
select isms.approve('isms.role_assignment', array(select code from isms.role_assignment where status = 'proposed' and person = 'noor'), 'appoint');
set local isms.actor = 'noor';
select count(*) as approved
  from isms.approve('isms.role_assignment', array(select code from isms.role_assignment where status = 'proposed'), 'appoint');
commit;
select * from isms.import('risk', 'sheet_risk', dry_run => true);
select * from isms.import('risk', 'sheet_risk');
\set ECHO none
\copy isms.import_risk_control (risk, implementation, effect_on, effectiveness, reduction) from 'tests/demo/risk_control.csv' (format csv, header match)
\copy isms.import_treatment (risk, option, justification, other_party, agreement, activity, stops_on, effect_on, effectiveness) from 'tests/demo/treatment.csv' (format csv, header match)
\set ECHO queries
select * from isms.import('action', 'sheet_action');

\echo
\echo '== 3. Before treatment: the ten worst risks'
\echo
select code, left(title, 50) as title, owner_name, inherent_level, current_level, target_level, status
  from isms.risk_register
 order by current_rank desc nulls last, inherent_rank desc, code
 limit 10;

\echo
\echo '== 4. Treatment: assessing, approving, doing, verifying, each step by the person whose step it is'
\echo
\set ECHO none
\ir drive.sql
\set ECHO queries
select status, count(*), count(*) filter (where disposition in ('unacceptable', 'never')) as above_criteria
  from isms.risk_register
 group by status
 order by min(array_position('{identified,in_review,assessed,in_treatment,treated,monitored,closed}', status));

\echo
\echo '== 5. After treatment'
\echo
select code, left(title, 40) as title, inherent_level, current_level, target_level, residual_level, residual_basis as basis,
       treatment_option, treatment_status, open_actions as open, acceptance_state as acceptance
  from isms.risk_register
 where status in ('in_treatment', 'treated', 'monitored')
 order by code
 limit 12;

\echo
\echo '== 6. Three refusals: the table itself says no, whoever writes'
\echo
\set ON_ERROR_STOP off
\set SHOW_CONTEXT never
-- The superuser skips the plan.
update isms.risk set status = 'treated' where code = 'R-007';
\echo 'SQLSTATE' :LAST_ERROR_SQLSTATE
\echo
-- The same person asks and approves.
begin;
set local isms.actor = 'dana';
select isms.request('isms.risk', 'R-007', 'approve_plan', 'Plan ready');
select isms.approve('isms.risk', '{R-007}', 'approve_plan');
\echo 'SQLSTATE' :LAST_ERROR_SQLSTATE
\echo
rollback;
-- Somebody takes an implementation out of an approved plan.
delete from isms.risk_control where risk = 'R-001' and implementation = 'MFA';
\echo 'SQLSTATE' :LAST_ERROR_SQLSTATE
\set ON_ERROR_STOP on

\echo
\echo '== 7. What may happen next to R-007, and who could'
\echo
select step, to_state, allowed, who, reasons[1] as first_reason from isms.next_steps('isms.risk', 'R-007');

\echo
\echo '== 8. A residual risk explained'
\echo
select * from isms.explain_risk('R-001');

\echo
\echo '== 9. The heat map: current risks by likelihood (rows) and consequence'
\echo
select likelihood,
       max(likelihood_label) as label,
       max(risks) filter (where consequence = 1) as "1",
       max(risks) filter (where consequence = 2) as "2",
       max(risks) filter (where consequence = 3) as "3",
       max(risks) filter (where consequence = 4) as "4",
       max(risks) filter (where consequence = 5) as "5"
  from isms.heat_map
 where state = 'current'
 group by likelihood
 order by likelihood desc;

\echo
\echo '== 10. Losses in money: a dozen risks estimated, the others not'
\echo
insert into isms.common_cause (code, title, variation) values ('HOSTING', 'The hosting region and what depends on it', 1.5);
\copy isms.risk_loss (risk, frequency, rate, severity, secondary_probability, secondary_severity, common_cause, source) from 'tests/demo/loss.csv' (format csv, header match)
select s.state, l.risks, l.not_quantified, round(l.expected_loss) as expected, round(l.no_loss::numeric, 3) as no_loss, round(l.var_95) as var_95, round(l.var_99) as var_99, round(l.var_999) as var_999, l.relative_error < 0.001 as exact
  from unnest('{inherent,current,residual}'::text[]) with ordinality s(state, n), isms.loss_statistics('KBI', s.state) l
 order by s.n;
select round(loss) as loss, round(100 * probability::numeric, 2) as percent_of_years_exceed from isms.loss_exceedance('KBI', 'current') where probability <= 0.5;
select implementation, title, state, round(saved) as saved, cost_yearly, round(net) as net, round(return_ratio::numeric, 1) as return_ratio from isms.control_return('KBI') limit 6;

\echo
\echo '== 11. The statement of applicability'
\echo
select theme, count(*) as controls, count(*) filter (where necessary) as necessary,
       count(*) filter (where implementation_status = 'implemented') as implemented,
       count(*) filter (where assurance = 'verified') as verified
  from isms.statement_of_applicability
 group by theme
 order by min(sort_key);
select code, title, justification from isms.statement_of_applicability where not necessary order by sort_key;
-- To be approved it must be whole: what is necessary and not there is on its way, a failed test is not passed over, and so on.
insert into isms.statement_version (code, note) values ('2026-1', 'First statement by the 2022 edition');
\set ON_ERROR_STOP off
update isms.statement_version set status = 'in_review' where code = '2026-1';
\echo 'SQLSTATE' :LAST_ERROR_SQLSTATE
\echo
\set ON_ERROR_STOP on
\set ECHO none
\ir statement.sql
\set ECHO queries
-- With the actions planned it is submitted, and approved by another than who asked, as it was submitted.
update isms.statement_version set status = 'in_review' where code = '2026-1';
select isms.request('isms.statement_version', '2026-1', 'approve', 'For the certification audit');
begin;
set local isms.actor = 'mara';
select isms.approve('isms.statement_version', '{2026-1}', 'approve');
commit;
select code, standing, approved_by_name, lines, necessary, implemented from isms.statement_history;
-- A test that fails takes effect at once; the approved version stays what it was.
begin;
set local isms.actor = 'sam';
insert into isms.control_test (plan, result, note) values ('CP-DESK', 'fail', 'Nine of forty desks were not clear');
commit;
select code, title, implementation_status, assurance, last_test, last_result, risks, problems from isms.control_coverage where problems is not null;
select code, what, before, after from isms.compare_statements('2026-1');
-- Evidence: known by its SHA-256, of value until it expires.
select code, title, subject, valid_until, isms.check_evidence(code, 'deny all') as untouched, isms.check_evidence(code, 'allow all') as altered
  from isms.evidence
 where subject = 'FIREWALL';
select code, title, tester_name, cadence, last_result, due, overdue from isms.control_test_due order by due, code;

\echo
\echo '== 12. The trail of one risk'
\echo
select who, operation, old_values, new_values
  from isms.audit_trail
 where table_name = 'isms.risk' and key = 'R-001' and operation <> 'insert'
 order by seq;
\set ON_ERROR_STOP off
delete from isms.trail_entry;
\set ON_ERROR_STOP on

\echo
\echo '== 13. An application that knows nothing of isms: pgbench, under audit'
\echo
select isms.enable_audit('public.pgbench_accounts', exclude => '{filler}') as rows_recorded;
update pgbench_accounts set abalance = abalance - 100 where aid = 42;
update pgbench_accounts set filler = 'secret' where aid = 42;
select who, operation, key, old_values, new_values from isms.row_history('public.pgbench_accounts', '42') where operation <> 'baseline';

\echo
\echo '== 14. Identification: what an asset inherits, and what no risk covers yet'
\echo
select code, own_rating, inherited_rating, effective_rating, confidentiality_from as c, integrity_from as i, availability_from as a
  from isms.asset_rating
 where own_rating is distinct from effective_rating
 order by code
 limit 8;
\set ON_ERROR_STOP off
-- The server room depends on the servers already.
insert into isms.asset_dependency (asset, supports) values ('ERP', 'SRVROOM');
\set ON_ERROR_STOP on
select rank, title, hits, rating from isms.risk_candidates() where rank <= 5;
begin;
select isms.adopt_candidate('SERVERS', 'TH-POWER', 'VU-SINGLE', owner => 'petra') as risk;
rollback;
insert into isms.candidate_dismissal (asset, threat, reason) values ('CONTRACTS', 'TH-LOSS', 'Originals never leave the archive');
insert into isms.event_scenario (code, title, source, objective, event, owner) values
  ('ES-01', 'BenchLink customers blackmailed', 'RS-CRIME', 'OB-PROFIT', 'Results of customers are taken and their publication is threatened', 'li');
insert into isms.event_scenario_asset (event_scenario, asset) values ('ES-01', 'BENCHDATA'), ('ES-01', 'BENCHLINK');
update isms.risk set event_scenario = 'ES-01' where code in ('R-021', 'R-022');
select code, source, objective, assets, assets_rating, refined_by, assets_unrefined, worst_current_level as worst from isms.event_scenario_status;

\echo
\echo '== 15. What surrounds the organisation, how it runs, and where the ISMS ends'
\echo
-- Sections 15 to 20 are a year that ends today.  What is entered late has the day it happened; the trail says that it was entered today.
\set ECHO none
\ir context.sql
\set ECHO queries
select record, code, left(title, 50) as title, problems from isms.context_status where problems is not null order by record, code;
select code, left(title, 40) as title, owner_name, takes_from, gives_to, problems from isms.process_status where problems is not null order by code;
select kind, count(*) filter (where standing = 'in') as "in", count(*) filter (where standing = 'interface') as interface, count(*) filter (where standing = 'out') as out from isms.scope_item group by kind order by kind;
select count(*) as problems_of_the_boundary from isms.scope_problem;

\echo
\echo '== 16. Documents and people: what is in force, who lacks what, what hangs on one person'
\echo
\set ECHO none
\ir people.sql
\set ECHO queries
select code, version, state, due, owner_name from isms.document_status where state <> 'current' order by code, version;
select person_name, title, gap, roles from isms.competence_gap order by person_name, title;
select title, state, count(*) from isms.training_status group by title, state order by title, state;
select matter, key, left(title, 40) as title, what from isms.person_impact('rosa');

\echo
\echo '== 17. What top management wants, what is to be achieved, and the round of assessments'
\echo
\set ECHO none
\ir planning.sql
\set ECHO queries
select code, left(title, 38) as title, status, baseline, latest_value as latest, target, round(100 * progress) as percent, problems from isms.objective_status order by code;
select code, left(title, 50) as title, problems from isms.opportunity_status order by code;
select r.code, r.closed_on, count(*) as risks, count(*) filter (where x.above_criteria) as above_criteria from isms.assessment_round r join isms.assessment_result x on x.round = r.code group by r.scope, r.code;

\echo
\echo '== 18. Day by day: suppliers, changes, warnings, incidents, continuity'
\echo
\set ECHO none
\ir operation.sql
\set ECHO queries
select code, title, last_result, next_review, problems from isms.supplier_status order by code;
select code, left(title, 45) as title, kind, status, standing, due from isms.change_status order by code;
select code, left(title, 50) as title, triage, risks, in_review, standing from isms.threat_report_status order by code;
select number, to_char(at at time zone 'UTC', 'HH24:MI') as at, what, who, corrects from isms.incident_event where incident = 'IN-1' order by number;
select duty, recipient, due, limit_at - sent_at as to_spare, state from isms.incident_notification_status where incident = 'IN-1' order by duty;
select code, title, rto_hours, rpo_hours, plan, exercise_kind as exercise, result, restored_in_hours, data_lost_hours, problems from isms.continuity_status order by code;

\echo
\echo '== 19. Measures, internal audits, what they found, and what top management says to it'
\echo
\set ECHO none
\ir performance.sql
\set ECHO queries
select code, left(title, 40) as title, latest_value as latest, target, unit, status, trend, overdue, days_overdue as days from isms.measure_status order by code;
select audit, audit_status, clauses_missing, items, items_conforming as conforming, major, minor, observations, open_findings, overdue from isms.audit_programme_status order by audit;
select code, kind, status, left(title, 50) as title, auditee_name, nonconformity_status from isms.open_findings order by code;
select code, left(title, 45) as title, status, next_step, unfinished_actions as unfinished, next_due, overdue from isms.corrective_action_status order by code;
\set ON_ERROR_STOP off
-- A number that looks bad stays as it was measured.
update isms.measurement set value = 99 where measure = 'ME-LEAVERS';
-- The audited person cannot do away with a finding.
begin;
set local isms.actor = 'greta';
select isms.request('isms.finding', 'F-2', 'withdraw', 'We see it otherwise');
rollback;
\set ON_ERROR_STOP on
select input, topic, source, items, said from isms.management_review_input where code = 'MR-1' and (items > 0 or said is not null) order by input, source;
select code, left(title, 45) as title, owner_name, due_on, status, unfinished_actions as unfinished from isms.review_decision_status order by code;

\echo
\echo '== 20. The certificate: from the offers to the decision, and what is next'
\echo
select kind, clause, code, state, records from isms.mandatory_documents();
\set ECHO none
\ir certification.sql
\set ECHO queries
select body, audit_days, price, price_three_years as three_years, decision, decision_reason from isms.certification_offer order by decision, body;
select code, kind, first_day, last_day, state, conclusion, requests, open_requests as open, overdue_requests as overdue, agenda_items as agenda from isms.certification_audit_status order by first_day;
select code, kind, status, left(statement, 50) as statement, coalesce(answer, nonconformity) as answered_by from isms.finding where certification is not null order by code;
select code, state, certificate_number, soa_version, valid_from, valid_until, next_what, next_latest from isms.certification_status;
select what, earliest, latest, act_on, status, left(reason, 70) as reason from isms.certification_calendar order by latest;
select year, item, persons, days, amount from isms.certification_cost('KBI', 1300, expenses_per_day => 150, fee_per_year => 600);

\echo
\echo '== 21. Would it pass today?'
\echo
insert into isms.readiness_overlay (rule, reason, valid) values ('RI-002', 'What came from paper is approved anew with its next version', daterange(null, current_date + 365));
create temp table verdict as select v.*, r.clause, r.basis from isms.record_readiness() v join isms.readiness_rule r on r.code = v.rule;
select status, basis, count(*) as rules from verdict group by status, basis order by status, basis;
select rule, clause, left(title, 90) as title, judged, offending from verdict where status = 'failed' and basis = 'standard' order by rule;

\if :{?pages}
\echo
\echo '== 22. Pages to take away: the report, and the statement of applicability as it was approved'
\echo
-- Sealed, so that the report has a checkpoint that it can be held to.
select isms.seal() > 0 as sealed;
\pset tuples_only on
\pset format unaligned
\set report :pages '/report.html'
\set statement :pages '/statement.html'
\o :report
select isms.report_html('KBI');
\o :statement
select isms.statement_of_applicability_html('KBI', '2026-1');
\o
\pset format aligned
\pset tuples_only off
\echo :report
\echo :statement
\endif

\echo
\echo 'To try next (make demo KEEP=1 leaves the server running):'
\echo '  select * from isms.risk_register;'
\echo '  select * from isms.risk_treatment_plan where overdue;'
\echo '  select * from isms.explain_risk(''R-036'');'
\echo '  insert into isms.control_test (implementation, result, method) values (''SSO'', ''fail'', ''Spot check'');   -- and look at R-001 again'
\echo '  select * from isms.risk_candidates(''SERVERS'');'
\echo '  select * from isms.threat_coverage where unconsidered;'
\echo '  select * from isms.awareness_status where state <> ''aware'';'
\echo '  select * from isms.next_steps(''isms.risk'', ''R-058'');                  -- a risk that is not rated yet'
\echo '  select at, who, operation, key from isms.audit_trail where table_name = ''isms.action'' order by seq desc limit 20;'
