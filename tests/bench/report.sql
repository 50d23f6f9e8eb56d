-- The report of an organisation with 500 risks, 1,500 links to controls and 1,000 actions: how long, how large, and what its sections take of it.
set client_min_messages = warning;
create extension isms;
select isms.setup('BENCH', 'Measured', 'dana', 'Dana Ruiz') \g /dev/null
select isms.add_person('li', 'Li Wei', roles => '{risk_owner,asset_owner,control_owner}') \g /dev/null
insert into isms.asset (code, title, kind, rating, owner) select 'A-' || n, 'Asset number ' || n, 'information', 'C3 I3 A2', 'li' from generate_series(1, 100) n;
insert into isms.implementation (code, title, kind, owner, status, controls)
select 'IM-' || n, 'Implementation ' || n, 'technical', 'li', case when n % 3 = 0 then 'implemented' else 'planned' end, array[c.reference] from (select row_number() over () as n, reference from isms.control where kind = 'control' and catalogue = isms.base_catalogue()) c;
insert into isms.risk (code, title, asset, threat, vulnerability, hits, likelihood, consequence, owner)
select 'R-' || lpad(n::text, 4, '0'), 'Customer data stolen through a reused password, number ' || n, 'A-' || (1 + n % 100), 'Stolen credentials', 'No second factor', 'C', 1 + n % 5, 1 + n % 4, 'li' from generate_series(1, 500) n;
insert into isms.risk_control (risk, implementation, effect_on, effectiveness) select 'R-' || lpad(n::text, 4, '0'), 'IM-' || (1 + (n * 7 + k * 31) % 93), 'likelihood', 0.5 from generate_series(1, 500) n, generate_series(1, 3) k;
insert into isms.treatment (risk, option, justification) select 'R-' || lpad(n::text, 4, '0'), 'modification', 'Cheapest way below the criteria' from generate_series(1, 500) n;
insert into isms.action (code, title, serves, implementation, owner, due_on, resources) select 'T-' || n || '-' || k, 'Roll out part ' || k, 'R-' || lpad(n::text, 4, '0'), 'IM-' || (1 + (n * 7 + k * 31) % 93), 'li', current_date + n - 50, '10 days' from generate_series(1, 500) n, generate_series(1, 2) k;
insert into isms.applicability (reference, necessary, reasons, implementation_status) select reference, true, '{risk}', 'planned' from isms.control where kind = 'control' and catalogue = isms.base_catalogue();
analyze;
select isms.seal() \g /dev/null

call bench.measure('report of 500 risks', 'all sections', $$ select isms.report_html('BENCH') $$);
do $$
declare
  s record;
begin
  for s in select x.name from isms.report_section x order by x.position loop
    call bench.measure('report of 500 risks', s.name, format($q$ select isms.report_html('BENCH', array[%L]) $q$, s.name));
  end loop;
end
$$;
call bench.measure('report of 500 risks', 'statement as a page', $$ select isms.statement_of_applicability_html('BENCH') $$);
select pg_size_pretty(octet_length(isms.report_html('BENCH'))::bigint) as report, pg_size_pretty(octet_length(isms.statement_of_applicability_html('BENCH'))::bigint) as statement;
