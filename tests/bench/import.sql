-- Bulk load of 10,000 risks with five controls each into an active installation.  psql -v risks=... for another size.
\set QUIET on
set client_min_messages = warning;
create extension isms;
select isms.setup('BENCH', 'Measured', 'dana', 'Dana Ruiz') \g /dev/null
\ir ../import/bulk.sql
