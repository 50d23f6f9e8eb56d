-- What the register, the treatment plan and the heat map show, and to whom.
\set SHOW_CONTEXT never
set client_min_messages = warning;
drop extension if exists isms cascade;
create extension isms;
select isms.setup_roles() \g /dev/null
select isms.grant_roles() \g /dev/null

-- Two scopes, loaded while the rules are off.
insert into isms.scope (code, name, time_zone) values ('A', 'Alpha', 'UTC'), ('B', 'Beta', 'UTC');
insert into isms.person (code, name) values ('dana', 'Dana Ruiz'), ('li', 'Li Wei'), ('eve', 'Eve Obi');
insert into isms.role_assignment (scope, code, person, role, status) values
  ('A', 'RA-1', 'dana', 'isms_manager', 'active'), ('A', 'RA-2', 'li', 'risk_owner', 'active'), ('B', 'RA-1', 'eve', 'isms_manager', 'active');
create role regress_li login in role isms_reader;
create role regress_eve login in role isms_reader;
create role regress_nobody login in role isms_reader;
create role regress_outside login;
insert into isms.login (role_name, person) values ('regress_li', 'li'), ('regress_eve', 'eve');
set isms.scope = 'A';
-- The day is the scope's, not the session's.
select isms.today('A') as today \gset
select isms.copy_method('5x5', 'A'), isms.copy_method('5x5', 'B');
insert into isms.asset (scope, code, title, kind, rating, owner) values
  ('A', 'CRM', 'Customer database', 'information', 'C3 I3 A2', 'li'), ('B', 'ERP', 'Planning', 'software', 'C1 I1 A1', 'eve');
insert into isms.implementation (scope, code, title, owner, status, controls) values
  ('A', 'MFA', 'Second factor on every login', 'li', 'planned', '{A.5.17,A.8.5}'), ('B', 'LOG', 'Logging', 'eve', 'implemented', '{}');
insert into isms.implementation_control (scope, implementation, reference) values ('A', 'MFA', 'A.5.17'), ('A', 'MFA', 'A.8.5');
insert into isms.risk (scope, code, title, asset, hits, likelihood, consequence, owner, method, status, next_review)
select 'A', 'R-00' || n, t, 'CRM', 'C', l, c, 'li', '5x5', s, d
  from (values (1, 'Stolen through a reused password', 4, 4, 'identified', :'today'::date - 1),
               (2, 'Accepted as it is', 3, 3, 'monitored', :'today'::date),
               (3, 'In treatment', 4, 4, 'in_treatment', :'today'::date + 9),
               (4, 'Treated', 5, 5, 'treated', null),
               (5, 'Not rated', null, 3, 'identified', null),
               (6, 'Closed', 5, 5, 'closed', :'today'::date - 100)) r(n, t, l, c, s, d);
insert into isms.risk (scope, code, title, asset, likelihood, consequence, owner, method) values ('B', 'R-001', 'Of another scope', 'ERP', 5, 5, 'eve', '5x5');
insert into isms.risk_control (scope, risk, implementation, effect_on, effectiveness) values
  ('A', 'R-001', 'MFA', 'likelihood', 0.9), ('A', 'R-003', 'MFA', 'likelihood', 0.5), ('A', 'R-004', 'MFA', 'likelihood', 0.9), ('B', 'R-001', 'LOG', 'likelihood', 0.9);

-- The first look of the tour: High today, Low when the second factor is there.
select code, asset_title, owner_name, inherent_level, current_level, target_level, residual_level, residual_basis, verified_level, disposition from isms.risk_register order by scope, code;
update isms.implementation set status = 'implemented' where code = 'MFA';
select code, current_score, current_level, current_rank, current_colour, verified_level, controls, controls_current from isms.risk_register where code = 'R-001' and scope = 'A';
insert into isms.control_test (scope, code, implementation, result, tested_on, valid_until) values ('A', 'CT-1', 'MFA', 'pass', :'today'::date - 1, :'today'::date + 365);
select current_level, verified_level from isms.risk_register where code = 'R-001' and scope = 'A';
insert into isms.control_test (scope, code, implementation, result, tested_on, valid_until) values ('A', 'CT-2', 'MFA', 'fail', :'today'::date, :'today'::date + 365);
select current_level, verified_level, target_level from isms.risk_register where code = 'R-001' and scope = 'A';
delete from isms.control_test;

-- Treatment: options, status, actions.
insert into isms.treatment (scope, risk, option, justification, withdrawn_on, withdrawn_reason) values
  ('A', 'R-001', 'modification', 'cheapest', null, null), ('A', 'R-001', 'sharing', 'insured', null, null), ('A', 'R-002', 'retention', 'small', null, null),
  ('A', 'R-003', 'modification', 'needed', null, null), ('A', 'R-003', 'avoidance', 'no longer', :'today'::date, 'still needed'),
  ('A', 'R-004', 'modification', 'done', null, null), ('A', 'R-005', 'modification', 'given up', :'today'::date, 'not rated');
insert into isms.action (scope, code, title, serves, implementation, owner, due_on, resources, status, check_result, checked_on) values
  ('A', 'T-1', 'Roll out', 'R-001', 'MFA', 'li', :'today'::date + 60, '10 days', 'planned', null, null),
  ('A', 'T-2', 'Buy tokens', 'R-001', null, null, :'today'::date - 2, '5000', 'planned', null, null),
  ('A', 'T-3', 'Train', 'R-003', null, 'dana', :'today'::date - 9, null, 'done', null, null),
  ('A', 'T-4', 'Replace', 'R-004', null, 'dana', :'today'::date - 30, null, 'verified', 'pass', '2026-03-01'),
  ('A', 'T-5', 'Something else', 'R-005', null, 'dana', :'today'::date, null, 'cancelled', null, null);
select code, status, treatment_option, treatment_status, open_actions, next_due - :'today'::date as due_in, overdue, next_review - :'today'::date as review_in, review_due
  from isms.risk_register where scope = 'A' order by code;
update isms.action set status = 'cancelled' where code = 'T-3';
select treatment_status, open_actions, next_due from isms.risk_register where scope = 'A' and code = 'R-003';

-- Acceptance: by date, by value, by identity.
create function pg_temp.accept(code text, risk text, basis text, ceiling text, validity daterange, status text default 'accepted', frozen jsonb default '{"asset": "CRM", "hits": "C", "method": "5x5"}') returns void language sql
begin atomic
  delete from isms.acceptance where scope = 'A';
  insert into isms.acceptance (scope, code, risk, basis, ceiling, validity, status, frozen, accepted_by)
  values ('A', code, risk, basis, ceiling, validity, status, frozen, case status when 'accepted' then 'li' end);
end;
prepare seen as select code, current_level, acceptance_state, acceptance, acceptance_basis, accepted_level, accepted_by_name, accepted_until - :'today'::date as ends_in from isms.risk_register where scope = 'A' and code = 'R-002';
execute seen;
select pg_temp.accept('AC-1', 'R-002', 'residual', 'Medium', daterange(:'today'::date, :'today'::date + 100)) \g /dev/null
execute seen;
select pg_temp.accept('AC-2', 'R-002', 'residual', 'Medium', daterange(:'today'::date, :'today'::date + 30)) \g /dev/null
execute seen;
select pg_temp.accept('AC-3', 'R-002', 'residual', 'Medium', daterange(:'today'::date - 9, :'today'::date)) \g /dev/null
execute seen;
select pg_temp.accept('AC-4', 'R-002', 'residual', 'Medium', daterange(:'today'::date + 1, :'today'::date + 99)) \g /dev/null
execute seen;
select pg_temp.accept('AC-5', 'R-002', 'residual', 'Medium', daterange(:'today'::date, :'today'::date + 100), 'requested') \g /dev/null
execute seen;
select pg_temp.accept('AC-6', 'R-002', 'residual', 'Medium', daterange(:'today'::date, :'today'::date + 100), 'revoked') \g /dev/null
execute seen;
select pg_temp.accept('AC-7', 'R-002', 'residual', 'Medium', daterange(:'today'::date, :'today'::date + 100), 'rejected') \g /dev/null
execute seen;
-- Worse than the ceiling is stale, better is not; a ceiling that no level has covers nothing.
select pg_temp.accept('AC-8', 'R-002', 'residual', 'Low', daterange(:'today'::date, :'today'::date + 100)) \g /dev/null
execute seen;
select pg_temp.accept('AC-9', 'R-002', 'residual', 'High', daterange(:'today'::date, :'today'::date + 100)) \g /dev/null
execute seen;
select pg_temp.accept('AC-10', 'R-002', 'residual', 'Enormous', daterange(:'today'::date, :'today'::date + 100)) \g /dev/null
execute seen;
-- Another asset, other dimensions, another method, another owner.
select pg_temp.accept('AC-11', 'R-002', 'residual', 'Medium', daterange(:'today'::date, :'today'::date + 100), 'accepted', '{"asset": "OLD", "hits": "C", "method": "5x5"}') \g /dev/null
execute seen;
select pg_temp.accept('AC-12', 'R-002', 'residual', 'Medium', daterange(:'today'::date, :'today'::date + 100)) \g /dev/null
update isms.risk set hits = 'CI' where scope = 'A' and code = 'R-002';
execute seen;
update isms.risk set hits = 'C', owner = 'dana' where scope = 'A' and code = 'R-002';
execute seen;
update isms.risk set owner = 'li' where scope = 'A' and code = 'R-002';
execute seen;
-- The one in force comes before one that is asked for, and the more final one first.
insert into isms.acceptance (scope, code, risk, basis, ceiling, validity, status) values ('A', 'AC-13', 'R-002', 'residual', 'Medium', daterange(:'today'::date, :'today'::date + 500), 'requested');
insert into isms.acceptance (scope, code, risk, basis, ceiling, validity, status, frozen) values ('A', 'AC-14', 'R-002', 'interim', 'Medium', daterange(:'today'::date, :'today'::date + 500), 'accepted', '{}');
execute seen;

-- The treatment plan: a row an option and a row an action.
\pset null -
select code, current_level, target_level, kind, item, what, implementation, controls, responsible_name, due - :'today'::date as due_in, resources, evaluation, status, overdue, days_overdue
  from isms.risk_treatment_plan where scope = 'A' order by code, kind desc, item;
insert into isms.control_test (scope, code, implementation, result, tested_on, valid_until) values ('A', 'CT-3', 'MFA', 'pass', '2026-01-31', :'today'::date + 365);
set datestyle = 'SQL, DMY';
select evaluation from isms.risk_treatment_plan where item = 'T-1';
reset datestyle;
\pset null ''

-- The heat map: every cell of every state, the risks that are not closed where they belong.
select scope, state, count(*) as cells, sum(risks) as risks from isms.heat_map group by scope, state, state_order order by scope, state_order;
select state, likelihood, likelihood_label, consequence, consequence_label, score, level, colour, risks, codes
  from isms.heat_map where scope = 'A' and risks > 0 order by state_order, likelihood, consequence;
select string_agg(level, ' | ' order by consequence) as levels from isms.heat_map where scope = 'A' and state = 'current' group by likelihood order by likelihood desc;

-- Who sees what.
set session authorization regress_li;
reset isms.scope;
select scope, code, owner_name from isms.risk_register order by code;
select distinct scope from isms.risk_treatment_plan;
select distinct scope from isms.heat_map;
select count(*) from isms.explain_risk('R-001');
set isms.scope = 'B';
select count(*) from isms.explain_risk('R-001');
reset isms.scope;
set session authorization regress_eve;
select scope, code, owner_name, inherent_level, current_level from isms.risk_register;
set session authorization regress_nobody;
select count(*) from isms.risk_register;
set session authorization regress_outside;
select count(*) from isms.risk_register;
reset session authorization;

-- Views for any tool: invoker's rights, plain types, a comment on every column.
select c.relname, c.reloptions from pg_class c
 where c.relnamespace = 'isms'::regnamespace and c.relname in ('risk_register', 'risk_treatment_plan', 'heat_map', 'risk_assessment') order by c.relname;
select c.relname, a.attname, format_type(a.atttypid, a.atttypmod) as type, col_description(c.oid, a.attnum) is not null as commented
  from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attnum > 0
 where c.relnamespace = 'isms'::regnamespace and c.relname in ('risk_register', 'risk_treatment_plan', 'heat_map', 'risk_assessment')
   and (col_description(c.oid, a.attnum) is null
        or a.atttypid not in ('text'::regtype, 'integer'::regtype, 'bigint'::regtype, 'numeric'::regtype, 'boolean'::regtype, 'date'::regtype));

-- What is not read is not computed: the tables behind some of its columns.
create function pg_temp.tables_read(columns text) returns text language plpgsql as $$
declare
  line text;
  plan text := '';
begin
  for line in execute format('explain (costs off) select %s from isms.risk_register', columns) loop
    plan := plan || line;
  end loop;
  return (select string_agg(distinct m[1], ', ' order by m[1]) from regexp_matches(plan, ' on (risk_control|treatment|action|acceptance|asset|implementation) ', 'g') m);
end
$$;
select c as columns, pg_temp.tables_read(c) as tables
  from unnest('{"code, title", "code, asset_title", "code, treatment_option", "code, next_due", "code, accepted_until", "code, current_level, target_level", "*"}'::text[]) c;

drop owned by regress_li, regress_eve, regress_nobody, regress_outside;
drop role regress_li, regress_eve, regress_nobody, regress_outside;
drop extension isms cascade;
