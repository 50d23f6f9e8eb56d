-- What going back in time costs: views as they are and as they were, a tenth of the risks changed since.
set client_min_messages = warning;
create extension isms;
select isms.setup_roles() \g /dev/null
select isms.grant_roles() \g /dev/null
insert into isms.scope (code, name) values ('BENCH', 'Measured');
insert into isms.person (code, name) values ('p', 'Person');
select isms.copy_method('5x5', 'BENCH') \g /dev/null
insert into isms.asset (scope, code, title, kind, rating, owner) select 'BENCH', 'A-' || i, 'Asset ' || i, 'information', 'C3 I2 A1', 'p' from generate_series(1, 200) i;
insert into isms.implementation (scope, code, title, status, effectiveness) select 'BENCH', 'I-' || i, 'Implementation ' || i, 'implemented', (i % 18 + 1) * 0.05 from generate_series(1, 100) i;
insert into isms.risk (scope, code, title, asset, hits, likelihood, consequence, owner, method, created_by)
select 'BENCH', 'R-' || lpad(i::text, 6, '0'), 'Risk ' || i, 'A-' || i % 200 + 1, 'CIA', i % 5 + 1, i / 5 % 5 + 1, 'p', '5x5', 'p' from generate_series(1, 20000) i;
insert into isms.risk_control (scope, risk, implementation, effect_on)
select 'BENCH', 'R-' || lpad(i::text, 6, '0'), 'I-' || (i * 7 + k * 11) % 100 + 1, 'likelihood' from generate_series(1, 20000) i, generate_series(1, 5) k;
insert into isms.treatment (scope, risk, option, justification, created_by) select 'BENCH', 'R-' || lpad(i::text, 6, '0'), 'modification', 'why', 'p' from generate_series(1, 20000) i;
insert into isms.action (scope, code, title, serves, owner, due_on, status, created_by)
select 'BENCH', 'T-' || i, 'Action ' || i, 'R-' || lpad(i::text, 6, '0'), 'p', current_date + i % 100, 'planned', 'p' from generate_series(1, 20000, 3) i;
select isms.activate() \g /dev/null
select isms.seal() \g /dev/null
vacuum analyze;
select clock_timestamp() as at from pg_sleep(0.01) \gset
update isms.risk set title = title || ', renamed' where code like '%7';
select isms.seal() \g /dev/null

\set register 'explain (analyze, timing off) select * from isms.risk_register'
\set one 'explain (analyze, timing off) select * from isms.risk_register where scope = ''BENCH'' and code = ''R-004711'''
\set plan 'explain (analyze, timing off) select * from isms.risk_treatment_plan'
\set map 'explain (analyze, timing off) select * from isms.heat_map'
call bench.measure('register of 20,000 risks, 100,000 controls', 'as it is', :'register', 5);
call bench.measure('one risk of it', 'as it is', :'one', 5);
call bench.measure('treatment plan', 'as it is', :'plan', 5);
call bench.measure('heat map', 'as it is', :'map', 5);
select set_config('isms.as_of', to_char(timestamptz :'at' at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.USZ'), false) \g /dev/null
call bench.measure('register of 20,000 risks, 100,000 controls', 'as it was', :'register', 5);
call bench.measure('one risk of it', 'as it was', :'one', 5);
call bench.measure('treatment plan', 'as it was', :'plan', 5);
call bench.measure('heat map', 'as it was', :'map', 5);
reset isms.as_of;
