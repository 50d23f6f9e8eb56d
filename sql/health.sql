-- What monitoring sees: a row a metric, with its state; loud while inactive; counts of every scope for a login of monitoring, of one's own for others.
\set SHOW_CONTEXT never
set client_min_messages = warning;
drop extension if exists isms cascade;
create extension isms;
create role regress_monitor login;
create role regress_dana login;
create role regress_nobody login;

-- Inactive, as after a restore: the rules are off, no table of isms is recorded, and it says so.
select metric, kind, value, state, message from isms.health where metric = 'active';
select metric, kind, value > 100 as many, state, left(message, 40) as message from isms.health where metric = 'capture_gaps' and kind = 'isms table';

-- Two scopes with what is late, lapsed, stale and not looked at.
do $$ begin
  perform isms.setup_roles();
  perform isms.grant_roles();
end $$;
grant isms_reader to regress_monitor, regress_dana, regress_nobody;
grant pg_monitor to regress_monitor;
insert into isms.scope (code, name) values ('ACME', 'Acme Ltd'), ('BETA', 'Beta Ltd');
insert into isms.person (code, name) values ('dana', 'Dana Ruiz');
insert into isms.login (role_name, person) values ('regress_dana', 'dana');
insert into isms.role_assignment (scope, code, person, role, status) values ('ACME', 'RA-1', 'dana', 'risk_owner', 'active');
select count(isms.copy_method('5x5', s.code)) from isms.scope s \g /dev/null
insert into isms.asset (scope, code, title, kind, owner) values ('ACME', 'CRM', 'Customer database', 'information', 'dana');
insert into isms.risk (scope, code, title, asset, hits, likelihood, consequence, method, owner, status) values
  ('ACME', 'R-1', 'Low and accepted until yesterday', 'CRM', 'C', 1, 1, '5x5', 'dana', 'monitored'),
  ('ACME', 'R-2', 'High and accepted as low', 'CRM', 'C', 5, 5, '5x5', 'dana', 'monitored'),
  ('ACME', 'R-3', 'Accepted anew', 'CRM', 'C', 1, 1, '5x5', 'dana', 'monitored'),
  ('ACME', 'R-4', 'Closed', 'CRM', 'C', 1, 1, '5x5', 'dana', 'closed');
insert into isms.acceptance (scope, code, risk, basis, ceiling, validity, justification, status, accepted_by, frozen) select
  'ACME', x.code, x.risk, 'residual', 'Low', daterange(isms.today('ACME') + x.first, isms.today('ACME') + x.last, '[]'), 'Cheaper', 'accepted', 'dana',
  '{"asset": "CRM", "hits": "C", "method": "5x5"}'
  from (values ('AC-1', 'R-1', -90, -1), ('AC-2', 'R-2', -90, 90), ('AC-3', 'R-3', -90, -1), ('AC-4', 'R-3', 0, 90), ('AC-5', 'R-4', -90, -1)) x(code, risk, first, last);
insert into isms.action (scope, code, title, serves, owner, due_on) values
  ('ACME', 'T-1', 'A week late', 'R-2', 'dana', isms.today('ACME') - 7), ('ACME', 'T-2', 'Due today', 'R-2', 'dana', isms.today('ACME'));
insert into isms.broken_glass (actor, reason) values ('dana', 'The register burns');
insert into isms.break_glass_use (glass, scope, table_name, key, operation, actor, reason, skipped) select g.id, 'BETA', 'isms.risk', 'R-9', 'UPDATE', 'dana', g.reason, '{}' from isms.broken_glass g;
insert into isms.carried_over (scope, table_name, key, state, person, renewed_at) values
  ('ACME', 'isms.risk', 'R-1', 'monitored', 'dana', null), ('ACME', 'isms.risk', 'R-3', 'monitored', 'dana', now());
select isms.activate() is not null as active;
create table public.regress_account (id int primary key);
select isms.enable_audit('public.regress_account') \g /dev/null

-- Nothing sealed, nothing verified, no check run: that is no good state.
set session authorization regress_monitor;
\pset null -
select metric, kind, value, state, message from isms.health where scope is null and metric not in ('unsealed_entries', 'unsealed_age');
select value > 100 as many, state from isms.health where metric = 'unsealed_entries';

-- A login of monitoring, without a person, sees the numbers of every scope; of the records themselves none.
select metric, scope, kind, value, state, message from isms.health where scope is not null and metric <> 'open_break_glass';
select scope, value, state, regexp_replace(message, '\d{4}-\d\d-\d\d \d\d:\d\d', 'DAY') as message from isms.health where metric = 'open_break_glass';
select count(*) from isms.overdue;

-- Who is a person sees those of the scopes seen anyway; who is nobody the database's alone.
set session authorization regress_dana;
select distinct scope from isms.health where scope is not null;
set session authorization regress_nobody;
select count(*) filter (where scope is not null) as of_scopes, count(*) > 5 as of_the_database from isms.health;
reset session authorization;

-- Sealed and verified, it is well, and who verified when stays.
select isms.seal() > 0 as sealed;
select * from isms.verify_and_record();
select metric, value < 3600 as recent, state from isms.health where metric in ('unsealed_age', 'checkpoint_age', 'verification_age') order by metric collate "C";
select metric, value, state, message from isms.health where metric in ('verification_problems', 'active') order by metric collate "C";
select first, leaves, checkpoint, size > 100 as many, problems, ended_at >= began_at as took_time, incarnation = isms.incarnation() as here from isms.trail_verification;
-- A part alone is no verification of the whole.
select * from isms.verify_and_record(0, 256);
select count(*) from isms.trail_verification;
select message = (select format('at %s UTC', to_char(v.ended_at at time zone 'UTC', 'YYYY-MM-DD HH24:MI')) from isms.trail_verification v where v.leaves is null) as the_whole_one
  from isms.health where metric = 'verification_age';
set session authorization regress_monitor;
select * from isms.verify_and_record();
insert into isms.trail_verification (began_at, ended_at, first, problems) values (now(), now(), 0, 0);
reset session authorization;

-- What is not recorded any more, of isms and of others.
set isms.allow_drop = on;
alter table public.regress_account disable trigger isms_capture;
alter table isms.risk disable trigger isms_capture;
alter event trigger isms_ddl_drop disable;
select kind, value, state, message from isms.health where metric = 'capture_gaps';
select isms.activate() \g /dev/null
select isms.enable_audit('public.regress_account') \g /dev/null

-- Limits of one's own stand in for the shipped ones, and go into dumps.
insert into isms.health_limit (metric, warning, critical) values ('overdue', 5, 1), ('leaves_ahead', null, 100);
select metric, scope, value, warning, critical, state from isms.health where metric in ('overdue', 'leaves_ahead');

-- Every metric is described, and every one that is described is measured.
select metric from isms.health except select name from isms.health_metric;
select name from isms.health_metric except select metric from isms.health;

reset isms.allow_drop;
drop table public.regress_account;
set isms.allow_drop = on;
drop extension isms cascade;
drop owned by regress_monitor, regress_dana, regress_nobody;
drop role regress_monitor, regress_dana, regress_nobody;
create extension isms;
