-- What row security costs: the same statement with the policies and without, for a reader of one scope of ten and for a reader of all.
-- The readers without policies are the tables' owner with the same condition written out.
set client_min_messages = warning;
create extension isms;
select isms.setup_roles() \g /dev/null
select isms.grant_roles() \g /dev/null
insert into isms.scope (code, name) select 'S' || i, 'Scope ' || i from generate_series(0, 9) i;
insert into isms.person (code, name) values ('one', 'Reads one'), ('all', 'Reads all');
insert into isms.role_assignment (scope, code, person, role, status) select code, 'RA-' || code, 'all', 'risk_owner', 'active' from isms.scope;
insert into isms.role_assignment (scope, code, person, role, status) values ('S1', 'RA-one', 'one', 'risk_owner', 'active');
create role isms_bench_one login;
create role isms_bench_all login;
grant isms_editor to isms_bench_one, isms_bench_all;
grant usage on schema bench to isms_bench_one, isms_bench_all;
grant execute on all functions in schema bench to isms_bench_one, isms_bench_all;
grant insert on bench.run to isms_bench_one, isms_bench_all;
insert into isms.login (role_name, person) values ('isms_bench_one', 'one'), ('isms_bench_all', 'all');
select isms.copy_method('5x5', s.code) from isms.scope s \g /dev/null
insert into isms.asset (scope, code, title, kind, rating) select s.code, 'A-' || i, 'Asset ' || i, 'information', 'C3 I2 A1' from isms.scope s, generate_series(1, 10000) i;
insert into isms.risk (scope, code, title, asset, hits, likelihood, consequence, method, created_by)
select s.code, 'R-' || i, 'Risk ' || i, 'A-' || i, 'CIA', i % 5 + 1, i / 5 % 5 + 1, '5x5', null from isms.scope s, generate_series(1, 10000) i;
vacuum analyze;
select isms.activate() \g /dev/null

\set one 'explain (analyze, timing off) select * from isms.asset where scope = ''S1'''
\set all 'explain (analyze, timing off) select * from isms.asset'
\set row 'do $$ begin for i in 1 .. 1000 loop perform title from isms.asset where scope = ''S1'' and code = ''A-'' || i; end loop; end $$'
\set register_one 'explain (analyze, timing off) select * from isms.risk_register where scope = ''S1'''
\set register_all 'explain (analyze, timing off) select * from isms.risk_register'

call bench.measure('10,000 rows of 100,000, one scope', 'no policy', :'one', 7);
call bench.measure('100,000 rows, ten scopes', 'no policy', :'all', 7);
call bench.measure('1,000 rows one by one', 'no policy', :'row', 7);
call bench.measure('register of 10,000 risks, one scope', 'no policy', :'register_one', 7);
call bench.measure('register of 100,000 risks, ten scopes', 'no policy', :'register_all', 7);
set session authorization isms_bench_one;
call bench.measure('10,000 rows of 100,000, one scope', 'policy', :'all', 7);
call bench.measure('1,000 rows one by one', 'policy', :'row', 7);
call bench.measure('register of 10,000 risks, one scope', 'policy', :'register_all', 7);
set session authorization isms_bench_all;
call bench.measure('100,000 rows, ten scopes', 'policy', :'all', 7);
call bench.measure('register of 100,000 risks, ten scopes', 'policy', :'register_all', 7);
reset session authorization;
\set visible 'do $$ begin for i in 1 .. 1000 loop perform isms.visible_scopes(); end loop; end $$'
call bench.measure('1,000 times the list of scopes', 'owner', :'visible', 7);
set session authorization isms_bench_all;
call bench.measure('1,000 times the list of scopes', 'a person', :'visible', 7);
reset session authorization;
drop owned by isms_bench_one, isms_bench_all;
drop role isms_bench_one, isms_bench_all;
