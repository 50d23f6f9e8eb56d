-- Loads 10,000 risks and five controls each through isms.import and prints the time.
-- Run in a database with isms set up, by somebody who may: psql -f tests/import/bulk.sql -v risks=10000
\if :{?risks}
\else
\set risks 10000
\endif
set client_min_messages = warning;
begin;

create temp table sheet_implementation (code text, title text, owner text, status text, effectiveness text);
insert into sheet_implementation
select 'BULK-' || i, 'Measure ' || i, isms.actor(), case when i % 3 = 0 then 'planned' else 'implemented' end, (i % 9 + 1) * 10 || ' %'
  from generate_series(1, 200) i;

create temp table sheet_risk (id text, risk_name text, threat text, hits text, l text, impact text, risk_owner text, assessed_on text);
insert into sheet_risk
select 'BULK-' || i, 'Risk number ' || i, 'Threat ' || i % 40, 'C, I', (i % 5 + 1)::text, (i / 5 % 5 + 1)::text, isms.actor(), to_char(current_date - i % 300, 'DD.MM.YYYY')
  from generate_series(1, :risks) i;

create temp table sheet_link (risk text, measure text, lowers text, strength text);
insert into sheet_link
select 'BULK-' || i, 'BULK-' || (i * 7 + j * 31) % 200 + 1, case j % 2 when 0 then 'impact' else 'probability' end, '0,' || j + 3
  from generate_series(1, :risks) i, generate_series(1, 5) j;

\timing on
\echo 'implementations'
select value, reason from isms.import('implementation', 'sheet_implementation');
\echo 'risks'
select value, reason from isms.import('risk', 'sheet_risk', formats => '{"date": "DD.MM.YYYY"}');
\echo 'their controls'
select value, reason from isms.import('risk_control', 'sheet_link', formats => '{"decimal": ","}');
\echo 'their controls, the second time'
select value, reason from isms.import('risk_control', 'sheet_link', formats => '{"decimal": ","}');
\timing off
rollback;
