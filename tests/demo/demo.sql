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
\echo '== 2. Load the organisation from ten CSV files through the bulk import'
\echo
-- The files were written on 2026-11-22; their dates move with the calendar.
\set ECHO none
create function pg_temp.shift(d text) returns text language sql as $$ select (d::date + (current_date - date '2026-11-22'))::text $$;
create temp table sheet_person (like isms.import_person);
create temp table sheet_risk (like isms.import_risk);
create temp table sheet_action (like isms.import_action);
\copy isms.import_person (code, name, email, kind, roles) from 'tests/demo/person.csv' (format csv, header match)
\copy isms.import_asset (code, title, kind, rating, owner, location, description) from 'tests/demo/asset.csv' (format csv, header match)
\copy isms.import_implementation (code, title, kind, owner, operator, operated_by, site, cost_once, cost_yearly, in_use_from, status, effectiveness, controls, assets, description) from 'tests/demo/implementation.csv' (format csv, header match)
\copy isms.import_control_status (reference, necessary, reasons, justification, implementation_status) from 'tests/demo/control_status.csv' (format csv, header match)
\copy sheet_risk (code, title, asset, threat, vulnerability, hits, likelihood, consequence, owner, assessor, assessed_on, next_review, category) from 'tests/demo/risk.csv' (format csv, header match)
\copy sheet_action (code, title, serves, implementation, owner, due_on, resources) from 'tests/demo/action.csv' (format csv, header match)
update sheet_risk set assessed_on = pg_temp.shift(assessed_on), next_review = pg_temp.shift(next_review);
update sheet_action set due_on = pg_temp.shift(due_on);
\set ECHO queries
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
