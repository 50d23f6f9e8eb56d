-- The setting isms.as_of: what views and reading functions showed at a time, they show again.
\set SHOW_CONTEXT never
set client_min_messages = warning;
drop extension if exists isms cascade;
drop schema if exists regress_as_of cascade;
drop role if exists regress_dana;
drop role if exists regress_bo;
create role regress_dana login;
create role regress_bo login;
create extension isms;
set timezone = 'UTC';
create schema regress_as_of;
set search_path = regress_as_of, public;
select isms.setup('ACME', 'Acme Ltd', 'root', 'First Person') is not null as ready;
set isms.scope = 'ACME';
select isms.add_person('dana', 'Dana Ruiz', login => 'regress_dana', roles => '{isms_manager,risk_owner,asset_owner,control_owner}');
select isms.setup('BETA', 'Beta Ltd', 'root', 'First Person') is not null as ready;
set isms.scope = 'BETA';
select isms.add_person('bo', 'Bo Lind', login => 'regress_bo', roles => '{risk_owner,asset_owner,control_owner}');
reset isms.scope;
alter role regress_dana set isms.scope = '';
update isms.scope set time_zone = 'Pacific/Kiritimati' where code = 'BETA';

create view turned as
  select c.oid::regclass::text as name
    from pg_class c
   where c.relnamespace = 'isms'::regnamespace and c.relkind = 'v'
     and not exists (select from isms.lookback_exception e where e.kind = 'view' and e.name = c.relname);
-- The trail is long: of it what was changed is enough.
create view changes with (security_invoker = true) as select * from isms.audit_trail where operation <> 'baseline';
create view to_compare as select name from turned where name <> 'isms.audit_trail' union all select 'regress_as_of.changes';
create table step (n integer primary key, at timestamptz);
create table shown (n integer, name text, shown jsonb);
grant usage on schema regress_as_of to isms_reader;
grant select on all tables in schema regress_as_of to isms_reader;

-- Each view's rows, in an order of their own.
create function rows_of(name text) returns jsonb language plpgsql as $$
declare
  shown jsonb;
begin
  execute format('select coalesce(jsonb_agg(r order by r), ''[]'') from (select to_jsonb(v) as r from %s v) x', name) into shown;
  return shown;
end $$;
create procedure take(which integer) language plpgsql as $$
begin
  perform isms.seal();
  commit;
  insert into step values (which, clock_timestamp());
  insert into shown select which, t.name, rows_of(t.name) from to_compare t;
  commit;
  perform pg_sleep(0.002);
end $$;
create function look_back_to(which integer) returns void language sql as $$
  select set_config('isms.as_of', to_char((select at at time zone 'UTC' from regress_as_of.step where n = which), 'YYYY-MM-DD HH24:MI:SS.USZ'), false)
$$;

-- 1. Much of what there is, in ACME.
create procedure fill(scope text, owner text) language plpgsql as $$
begin
  perform set_config('isms.scope', scope, false);
  insert into isms.asset (code, title, kind, rating, owner) values ('CRM', 'Customer database', 'information', 'C3 I3 A2', owner);
  insert into isms.risk (code, title, asset, threat, vulnerability, hits, likelihood, consequence, owner) values
    ('R-001', 'Customer data stolen', 'CRM', 'Stolen credentials', 'No second factor', 'C', 4, 4, owner),
    ('R-002', 'Unreadable backup', 'CRM', 'Failure', 'Never tried', 'A', 2, 5, owner);
  insert into isms.implementation (code, title, kind, owner, status, controls) values ('MFA', 'Second factor', 'technical', owner, 'planned', '{A.5.17,A.8.5}');
  insert into isms.risk_control (risk, implementation, effect_on, effectiveness) values ('R-001', 'MFA', 'likelihood', 0.9);
  insert into isms.treatment (risk, option, justification) values ('R-001', 'modification', 'Cheapest way');
  insert into isms.action (code, title, serves, implementation, owner, due_on, resources) values ('T-001', 'Roll out second factor', 'R-001', 'MFA', owner, '2025-05-01', '10 days');
  insert into isms.evidence (code, title, subject_kind, subject, locator) values ('E-1', 'Settings', 'implementation', 'MFA', 'share');
  insert into isms.applicability (reference, necessary, reasons) values ('A.8.5', true, '{risk}');
  insert into isms.document (code, title, kind, owner) values ('POL', 'Policy', 'policy', owner);
  insert into isms.document_version (document, version, body) values ('POL', '1', 'We protect');
  insert into isms.competence (code, title) values ('RISK', 'Risk assessment');
  insert into isms.role_competence (role, competence) values ('risk_owner', 'RISK');
  insert into isms.training (code, title) values ('AWARE', 'Awareness');
  insert into isms.training_need (training) values ('AWARE');
  insert into isms.context_issue (title, kind, owner, reviewed_on) values ('Few applicants', 'internal', owner, '2025-01-10');
  insert into isms.process (title, owner) values ('Operation', owner);
  insert into isms.measure (code, title, subject_kind, method, measured_every, measurer, evaluated_every) values ('ME-1', 'Mails', 'isms', 'Count', '1 month', owner, '1 year');
  insert into isms.measurement (measure, value) values ('ME-1', 4);
  insert into isms.objective (code, title, owner) values ('OB-1', 'Everybody by second factor', owner);
  insert into isms.audit_programme (code, title, period) values ('AP-1', 'The year', '[2025-01-01,2025-12-31]');
  insert into isms.finding (code, source, kind, statement, auditee) values ('F-1', 'certification_body', 'observation', 'Paper', owner);
  insert into isms.nonconformity (code, source, requirement, statement, found_where, owner) values ('NC-1', 'report', 'A.5.18', 'Open account', 'Site 1', owner);
  insert into isms.management_review (code, title, period, planned_on) values ('MR-1', 'The year', '[2025-01-01,2025-12-31]', '2025-12-20');
  insert into isms.review_decision (code, review, kind, title, owner) values ('MD-1', 'MR-1', 'change', 'Site 2', owner);
  insert into isms.certification (code, title, persons_by_site) values ('C-1', 'First', '{"HQ": 4}');
  perform set_config('isms.scope', '', false);
end $$;
call fill('ACME', 'dana');
call take(1);

-- 2. BETA comes, and ACME changes: values, names, keys, and a row goes.
call fill('BETA', 'bo');
set isms.scope = 'ACME';
update isms.risk set title = 'Customer data sold', likelihood = 2, assessor = 'dana', assessed_on = isms.today('ACME') where scope = 'ACME' and code = 'R-001';
update isms.risk set status = 'assessed' where scope = 'ACME' and code = 'R-001';
select isms.request('isms.risk', 'R-001', 'approve_plan', 'Plan ready') is not null as requested;
update isms.implementation set code = '2FA', status = 'implemented' where scope = 'ACME' and code = 'MFA';
update isms.person set name = 'Dana Ruiz-Lee' where code = 'dana';
insert into isms.risk (code, title, asset, threat, hits, likelihood, consequence, owner) values ('R-003', 'Burnt down', 'CRM', 'Fire', 'A', 1, 5, 'dana');
delete from isms.risk where scope = 'ACME' and code = 'R-002';
insert into isms.measurement (measure, value) values ('ME-1', 9);
insert into isms.training_completion (training, person, completed_on) values ('AWARE', 'dana', isms.today('ACME'));
insert into isms.control_test_plan (code, title, implementation) values ('CP-1', 'Ten logins', '2FA');
insert into isms.control_test (code, plan, result) values ('CT-1', 'CP-1', 'fail');
insert into isms.statement_version (code) values ('1');
call take(2);

-- 3. What came goes, and what went comes back.
delete from isms.risk where code = 'R-003';
insert into isms.risk (code, title, asset, threat, hits, likelihood, consequence, owner) values ('R-002', 'Unreadable backup', 'CRM', 'Failure', 'A', 3, 3, 'dana');
insert into isms.control_test (code, plan, result) values ('CT-2', 'CP-1', 'pass');
update isms.nonconformity set found_where = 'Site 2' where scope = 'ACME' and code = 'NC-1';
call take(3);

-- The same rows again, each view in each step; and what is live is as it was before looking back.
create table compared (n integer, name text, same boolean);
do $$
declare
  s step;
begin
  for s in select * from step where step.n < 3 order by step.n desc loop
    perform look_back_to(s.n);
    insert into compared select s.n, k.name, rows_of(k.name) = k.shown from shown k where k.n = s.n;
  end loop;
end $$;
select n, name from compared where not same order by 1, 2;
select n, count(*) = (select count(*) from turned) as every_view, bool_and(same) as same from compared group by n order by n;
select look_back_to(3) \gset
select k.name, rows_of(k.name) = k.shown as same from shown k where k.n = 3 and k.name in ('isms.risk_register', 'isms.overdue', 'isms.control_coverage') order by 1;
reset isms.as_of;
select k.name, rows_of(k.name) = k.shown as live_again from shown k where k.n = 3 and k.name in ('isms.risk_register', 'isms.overdue', 'isms.control_coverage') order by 1;

-- It says something: views that are not the same in all steps.
select count(*) > 30 as many, bool_or(name = 'isms.risk_register') as register, bool_or(name = 'regress_as_of.changes') as trail
  from (select name from shown group by name having count(distinct shown) > 1) x;
select n, jsonb_array_length(shown) as risks, shown @? '$[*] ? (@.scope == "ACME" && @.code == "R-002")' as second from shown where name = 'isms.risk_register' order by n;

-- To and fro in one session; prepared statements and functions follow.
prepare register as select code, title, inherent_level, owner_name, controls_current from isms.risk_register where scope = 'ACME' order by code;
create function titles() returns text language plpgsql stable as $$ begin return (select string_agg(code || ' ' || title, ', ' order by code) from isms.risk_register where scope = 'ACME'); end $$;
execute register;
select titles();
select look_back_to(1) \gset
execute register;
select titles();
select look_back_to(2) \gset
execute register;
select state, input, "after" from isms.explain_risk('R-001') where input = 'likelihood' and state = 'inherent';
begin;
select look_back_to(1) \gset
select state, input, "after" from isms.explain_risk('R-001') where input = 'likelihood' and state = 'inherent';
savepoint s;
set local isms.as_of = '';
select titles();
rollback to s;
select titles();
rollback;
execute register;
reset isms.as_of;
execute register;

-- In a user's own view and beside a table, which is as it is.
create view mine as select r.code, r.title, t.title as title_now from isms.risk_register r left join isms.risk t on t.scope = r.scope and t.code = r.code where r.scope = 'ACME';
select look_back_to(1) \gset
select * from mine order by code;
with r as (select * from isms.risk_register where scope = 'ACME') select code, (select count(*) from r x where x.owner = r.owner) as of_owner from r order by code;
select count(*) from isms.risk where scope = 'ACME' and title = 'Customer data stolen';

-- Nothing is decided while looking back, and nobody but the library asks for rows.
\set VERBOSITY terse
update isms.risk set title = 'x' where code = 'R-001';
insert into isms.asset (code, title, kind, owner) values ('NEW', 'New', 'information', 'dana');
reset isms.as_of;
create table invoice (id integer primary key, status text not null);
set client_min_messages = error;
select isms.enforce_workflow('invoice', 'status', 'two_eyes', states => '{"new":"draft","ok":"approved"}') is not null as enforced;
set client_min_messages = warning;
select look_back_to(1) \gset
insert into invoice values (1, 'new');
select * from isms.rows_as_of(null::isms.risk, null);
select 'now'::isms.lookback;
reset isms.as_of;
insert into invoice values (1, 'new');

-- What is no time, and what is yet to come; an error leaves nothing behind.
set isms.as_of = 'yesterday';
set isms.as_of = '2025-02-29';
set isms.as_of = '2025-01-01 24:00';
\set VERBOSITY default
set isms.as_of = '2025-01-01 12:00 Europe/Vienna';
set isms.as_of = '9999-12-31';
select count(*) from isms.risk_register;
execute register;
reset isms.as_of;
execute register;

-- Rights are those of today: Dana Ruiz sees ACME as it was, and the names of its people, and nothing of BETA.
select look_back_to(2) \gset
select count(*) filter (where scope = 'ACME') as acme, count(*) filter (where scope = 'BETA') as beta from isms.risk_register;
set session authorization regress_dana;
select count(*) filter (where scope = 'ACME') as acme, count(*) filter (where scope <> 'ACME') as others, string_agg(distinct owner_name, ', ') as owners from isms.risk_register;
select string_agg(t.name, ', ') as of_others from to_compare t, lateral (select rows_of(t.name) @? '$[*] ? (@.scope == "BETA")' as leaks offset 0) x where leaks;
select look_back_to(1) \gset
select string_agg(distinct owner_name, ', ') as owners from isms.risk_register;
reset session authorization;
revoke select on isms.treatment from isms_reader;
set session authorization regress_dana;
select count(*) from isms.risk_treatment_plan;
reset session authorization;
grant select on isms.treatment to isms_reader;
reset isms.as_of;
begin;
update isms.person set active_until = isms.today('ACME') - 1 where code = 'dana';
set local session authorization regress_dana;
select look_back_to(2) \gset
select count(*) from isms.risk_register;
rollback;
reset isms.as_of;

-- Every view that is turned back brings the library in, itself or by one beneath it, and so does every function;
-- what is excepted is there.
with recursive beneath as (
  select c.oid as view, c.oid from pg_class c where c.oid::regclass::text in (select name from turned)
   union
  select b.view, d.refobjid
    from beneath b
    join pg_rewrite r on r.ev_class = b.oid
    join pg_depend d on d.classid = 'pg_rewrite'::regclass and d.objid = r.oid and d.refclassid = 'pg_class'::regclass)
select view::regclass from beneath group by view having not bool_or(oid = 'isms.lookback_exception'::regclass);
select p.oid::regprocedure
  from pg_proc p
  join pg_language l on l.oid = p.prolang and l.lanname in ('sql', 'plpgsql')
 where p.pronamespace = 'isms'::regnamespace and p.provolatile = 's' and p.prosupport = 0
   and not exists (select from isms.lookback_exception e where e.kind = 'function' and e.name = p.proname);
select e.kind, e.name
  from isms.lookback_exception e
 where not case e.kind
             when 'function' then exists (select from pg_proc p where p.pronamespace = 'isms'::regnamespace and p.proname = e.name)
             else exists (select from pg_class c where c.oid = to_regclass('isms.' || e.name) and (c.relkind = 'v') = (e.kind = 'view')) end;

-- The setting can be a role's, from before the library is there; a reader and the tables it may not see.
do $$ begin execute format('alter role regress_bo set isms.as_of = %L', to_char((select at at time zone 'UTC' from step where n = 2), 'YYYY-MM-DD"T"HH24:MI:SS.USZ')); end $$;
\set as_owner 'user=' :USER ' dbname=' :DBNAME
\set as_bo 'user=regress_bo dbname=' :DBNAME
\setenv PGOPTIONS ''
\c :as_bo
select code, title from isms.risk_register order by code;
\c :as_bo
select "after" from isms.explain_risk('R-001') where input = 'likelihood' and state = 'inherent';
-- One that nobody could judge when it was set shows nothing, rather than what is.
\c :as_owner
alter role regress_bo set isms.as_of = 'last year';
\c :as_bo
select code, title from isms.risk_register order by code;
reset isms.as_of;
set isms.as_of = '';
select count(*) from isms.risk_register;

-- Days, and times without a time zone, are those of the scope: of the session's, else of all that are seen, whichever comes last.
-- The checkpoints are put where no test could have waited for them.
\setenv PGOPTIONS '-c isms.allow_drop=on'
\c :as_owner
set timezone = 'UTC';
set search_path = regress_as_of, public;
set client_min_messages = warning;
alter table isms.checkpoint disable trigger all;
update isms.checkpoint c
   set sealed_at = case (select count(*) from step s where s.at > c.sealed_at)
                     when 3 then timestamptz '2025-03-31 12:00Z'
                     when 2 then '2025-06-30 10:30Z'
                     else '2025-09-30 12:00Z'
                   end;
create function shown_as_of(setting text, scope text) returns table (now timestamptz, acme date, beta date, title text, overdue boolean, lines bigint) language plpgsql as $$
begin
  perform set_config('isms.scope', scope, true), set_config('isms.as_of', setting, true);
  return query select isms.now(), isms.today('ACME'), isms.today('BETA'), r.title, r.overdue, (select count(*) from isms.overdue o where o.scope = 'ACME')
                 from isms.risk_register r where r.scope = 'ACME' and r.code = 'R-001';
exception when others then
  title := regexp_replace(sqlerrm, '[0-9][0-9:. +-]*', '(time)');
  return next;
end $$;
select w.setting, w.scope, x.*
  from (values ('2025-04-15', ''), ('2025-05-01', ''), ('2025-05-02', ''),
               ('2025-06-30', ''), ('2025-06-30', 'ACME'), ('2025-06-30', 'BETA'),
               ('2025-06-30 12:00', 'ACME'), ('2025-06-30 12:00', 'BETA'), ('2025-06-30T12:00Z', 'BETA'), ('2025-06-30 10:29:59.999999Z', ''), ('2025-06-30 16:00+05:30', ''),
               ('2025-03-31', 'ACME'), ('2025-03-31', 'BETA')) w(setting, scope)
 cross join lateral shown_as_of(w.setting, w.scope) x;
drop schema regress_as_of cascade;
drop role regress_dana, regress_bo;
