-- Readiness as people use it: verdicts, who may switch a rule off, history, actions, clauses in plain words.
set client_min_messages = error;
drop extension if exists isms cascade;
create extension isms;
set client_min_messages = notice;
\set SHOW_CONTEXT never
create role regress_rdana login;
create role regress_rli login;
create role regress_rrae login;
select count(*) > 0 as set_up from isms.setup('ACME', 'Acme Ltd', 'root', 'Root', 'root@acme.example');
select isms.add_person('rdana', 'Dana Ruiz', 'dana@acme.example', login => 'regress_rdana', roles => '{isms_manager}') is not null as added;
select isms.add_person('rli', 'Li Wei', 'li@acme.example', login => 'regress_rli', roles => '{risk_owner}') is not null as added;
select isms.add_person('rrae', 'Rae Sand', 'rae@acme.example', login => 'regress_rrae', roles => '{external_auditor}') is not null as added;

-- Two rules of our own, to see the verdicts.
insert into isms.readiness_rule (code, clause, reference, basis, kind, title, remedy, parameters, query) values
  ('X-1', '8.1', '8.1', 'practice', 'consistency', 'Every asset has a short title', 'Shorten it', '{"length": 10}',
   'select a.scope, ''isms.asset'', a.code, case when a.description is null then length(a.title) <= ($1 ->> ''length'')::integer end from isms.asset a where a.scope = any ($2)'),
  ('X-2', '8.1', '8.1', 'standard', 'consistency', 'A rule that cannot be judged', 'Mend it', default, 'select s, null, null, 1 / 0 = 1 from unnest($2) s'),
  ('X-3', '8.1', '8.1', 'standard', 'record', 'A rule that writes', 'It may not', default, 'select s, null, null, nextval(''isms.asset_code'') > 0 from unnest($2) s');
insert into isms.asset (code, title, kind, owner) values ('A-1', 'Short', 'information', 'rli');
select rule, status, judged, offending, unknown, examples, message from isms.readiness(rules => '{X-1,X-2,X-3}');
insert into isms.asset (code, title, kind, owner, description) values ('A-2', 'A title of some length', 'information', 'rli', null), ('A-3', 'Untold', 'information', 'rli', 'x');
select rule, status, judged, offending, unknown, examples, message from isms.readiness(rules => '{X-1}');
select * from isms.readiness_offending('X-1');
select rule from isms.readiness(rules => '{X-9}');
select rule from isms.readiness('NOWHERE');
select rule from isms.readiness_of('{ACME,NOWHERE}');

-- Ten examples at most: what offends before what cannot be told, by table and key, null last; rows of other scopes are passed over.
begin;
insert into isms.readiness_rule (code, clause, reference, basis, kind, title, remedy, query)
select 'Y-' || n, '8.1', '8.1', 'practice', 'record', 'Counted', 'Count', q
  from (values
    (1, 'select s, t, k, ok from unnest($2) s, (values (''b'', ''2'', false), (''b'', ''10'', false), (''b'', null, false), (null, ''1'', false), (''a'', ''Z'', false), (''a'', ''a'', false), (''c'', ''0'', null), (''a'', ''0'', true)) v(t, k, ok)'),
    (2, 'select s, ''t'', lpad(n::text, 2, ''0''), case when n % 3 > 0 then false end from unnest($2) s, generate_series(30, 1, -1) n'),
    (3, 'select ''NOWHERE'', ''t'', ''1'', false union all select s, ''t'', ''2'', true from unnest($2) s'),
    (4, 'select s::varchar, ''t''::name, 1, false from unnest($2) s'),
    (5, 'select s, ''t'', ''1'', 1 from unnest($2) s'),
    (6, 'select s, ''t'', ''1'' from unnest($2) s'),
    (7, 'select s, ''t'', ''1'', true from unnest($2) s; select 1'),
    (8, 'select null, ''t'', ''1'', true from unnest($2) s'),
    (9, 'select s, ''t'', pg_sleep(9)::text, false from unnest($2) s')) r(n, q);
select rule, status, judged, offending, unknown, (select string_agg(concat_ws(' ', coalesce(e ->> 'table', '-'), coalesce(e ->> 'key', '-')), ', ') from jsonb_array_elements(examples) e) as examples,
       case when status <> 'failed' then message end as message
  from isms.readiness_of('{ACME}', '{Y-1,Y-2,Y-3,Y-4,Y-5,Y-6,Y-7,Y-8}');
select status, message from isms.readiness_of('{ACME}', '{Y-9}', 100);
rollback;

-- Rules are shared out among parallel workers, few of them on a page.
begin;
insert into isms.readiness_rule (code, clause, reference, basis, kind, title, remedy, query)
select 'W-' || n, '8.1', '8.1', 'practice', 'record', 'By whom', 'Nothing', 'select s, ''t'', pg_backend_pid()::text, false from unnest($2) s' from generate_series(1, 20) n;
analyze isms.readiness_rule;
set local parallel_leader_participation = off;
select count(*) as rules, count(*) filter (where examples -> 0 ->> 'key' = pg_backend_pid()::text) as judged_here
  from isms.readiness_of('{ACME}', array(select 'W-' || n from generate_series(1, 20) n));
select examples -> 0 ->> 'key' = pg_backend_pid()::text as one_alone_is_judged_here from isms.readiness_of('{ACME}', '{W-1}');
rollback;

-- Practice is switched off by an ISMS manager, with a reason; the standard is not.
set session authorization regress_rli;
insert into isms.readiness_overlay (rule, reason) values ('X-1', 'Long titles are fine');
set session authorization regress_rdana;
insert into isms.readiness_overlay (rule, reason) values ('X-2', 'Broken');
insert into isms.readiness_overlay (rule, switched_off, parameters, reason) values ('X-1', false, '{"width": 10}', 'No such parameter');
insert into isms.readiness_overlay (rule, switched_off, parameters, reason) values ('X-1', false, '{"length": "x"}', 'Not a number');
-- A figure is of the kind the default is of: a number as whole, a period, a role there is, a list with something in it.
insert into isms.readiness_overlay (rule, switched_off, parameters, reason) values ('X-1', false, '{"length": 1.5}', 'No whole number');
insert into isms.readiness_overlay (rule, switched_off, parameters, reason) values ('X-1', false, '{"length": -1}', 'Less than nothing');
insert into isms.readiness_overlay (rule, switched_off, parameters, reason) values ('RD-115', false, '{"within": "soon"}', 'No period');
insert into isms.readiness_overlay (rule, switched_off, parameters, reason) values ('RD-115', false, '{"within": "-3 years"}', 'Before it began');
insert into isms.readiness_overlay (rule, switched_off, parameters, reason) values ('RD-115', false, '{"within": "1000 years"}', 'Never');
insert into isms.readiness_overlay (rule, switched_off, parameters, reason) values ('RD-022', false, '{"role": "janitor"}', 'No such role');
insert into isms.readiness_overlay (rule, switched_off, parameters, reason) values ('RD-034', false, '{"kinds": []}', 'Nothing');
insert into isms.readiness_overlay (rule, switched_off, parameters, reason) values ('RD-034', false, '{"kinds": ["information", 1]}', 'One is no kind');
-- What is judged by other figures says by which, and why.
begin;
insert into isms.readiness_overlay (rule, switched_off, parameters, reason) values ('RD-115', false, '{"within": "99 years"}', 'We take our time'), ('RD-022', false, '{"role": "asset_owner"}', 'Ours is called otherwise');
select rule, basis, status, message from isms.readiness(rules => '{RD-022,RD-115,RD-116}');
rollback;
insert into isms.readiness_overlay (rule, switched_off, parameters, reason) values ('X-1', false, '{"length": 40}', 'Long names by law');
select rule, status, judged, offending, unknown from isms.readiness(rules => '{X-1}');
select * from isms.readiness_offending('X-1');
insert into isms.readiness_overlay (rule, reason) values ('X-1', 'Long titles are fine');
select rule, status, judged, message from isms.readiness(rules => '{X-1}');
select * from isms.readiness_offending('X-1');
update isms.readiness_overlay set rule = 'X-2' where switched_off;
delete from isms.readiness_overlay where switched_off;
update isms.readiness_overlay set valid = 'empty' where switched_off;
select rule, status from isms.readiness(rules => '{X-1}');
update isms.readiness_overlay set valid = 'empty';
reset session authorization;

-- Kept when asked, with what was before; nobody writes it.
set session authorization regress_rli;
select * from isms.record_readiness();
set session authorization regress_rdana;
select rule, status, was, judged, offending from isms.record_readiness(rules => '{X-1}');
update isms.asset set title = 'Short' where code = 'A-2';
update isms.asset set description = null where code = 'A-3';
select rule, status, was, judged, offending from isms.record_readiness(rules => '{X-1}');
select rules, passed, failed, recorded_by_name from isms.readiness_trend order by recorded_at;
insert into isms.readiness_result (scope, recorded_at, rule, status, judged, offending, unknown, examples, message, login) values ('ACME', now(), 'X-1', 'passed', 0, 0, 0, '[]', '', '');
reset session authorization;
update isms.readiness_result set status = 'passed';
delete from isms.readiness_result;

-- Failed rules become actions, once.
update isms.asset set title = 'A title of some length' where code = 'A-2';
set session authorization regress_rdana;
-- For somebody there is, by a day to come; where nobody is named, for who acts.
select count(*) as actions from isms.act_on_readiness('nobody', '2030-01-31', '{X-1}');
select count(*) as actions from isms.act_on_readiness('rli', '2020-01-31', '{X-1}');
begin;
select count(*) as actions from isms.act_on_readiness(null, null, '{X-1}', null);
select owner, due_on from isms.action;
rollback;
select count(*) as actions from isms.act_on_readiness('rli', '2030-01-31', '{X-1,X-2}');
select count(*) as actions from isms.act_on_readiness('rli', '2030-01-31', '{X-1,X-2}');
select title, serves_kind, serves, owner, due_on, status from isms.action;
select code, owner_name, due_on from isms.readiness_duty where action is not null;
reset session authorization;
-- Nor for somebody who has left.
insert into isms.person (code, name, active_until) values ('gone', 'Gil Gone', '2020-01-01');
select count(*) as actions from isms.act_on_readiness('gone', '2030-01-31', '{X-2}');

-- If a control fails: risks without an option, risks nobody accepted as high as they would be.
begin;
insert into isms.implementation (code, title, kind, owner, status, controls) values ('MFA', 'Second factor', 'technical', 'rli', 'planned', '{A.8.5}');
insert into isms.risk (code, title, asset, hits, likelihood, consequence, owner) values ('R-1', 'Kept low', 'A-1', 'C', 4, 4, 'rli'), ('R-2', 'Low anyway', 'A-1', 'C', 1, 1, 'rli'), ('R-3', 'With an option', 'A-1', 'C', 4, 4, 'rli');
insert into isms.risk_control (risk, implementation, effect_on, effectiveness) select 'R-' || n, 'MFA', 'likelihood', 0.99 from generate_series(1, 3) n;
insert into isms.treatment (risk, option, justification) values ('R-3', 'modification', 'Cheap');
-- its steps are not what this is about
set local session_replication_role = replica;
alter table isms.implementation disable trigger user;
update isms.implementation set status = 'implemented' where code = 'MFA';
alter table isms.implementation enable trigger user;
select * from isms.readiness_impact('MFA');
select * from isms.readiness_impact('MFA', 'ends');
alter table isms.risk disable trigger user;
update isms.risk set status = 'treated' where code in ('R-1', 'R-3');
select rule, key, said from isms.readiness_impact('MFA');
rollback;
select * from isms.readiness_impact('MFA');

-- An auditor from outside sees it all and changes nothing.
set session authorization regress_rrae;
select rule, status from isms.readiness(rules => '{X-1}');
select count(*) from isms.act_on_readiness();
insert into isms.readiness_overlay (rule, reason) values ('X-1', 'x');
reset session authorization;

-- A clause in plain words.
\x on
select * from isms.clause('9.3.3') where part <> 'rule';
\x off
select part, name, state from isms.clause('8.1') where part in ('table', 'rule') and (name ~ '^X' or part = 'table');
select distinct clause from isms.clause('9') order by 1;
-- A point of a clause is told of with the clause.
select p as point, (select string_agg(distinct c.clause, ', ') from isms.clause(p) c) as clause from unnest('{6.1.3 d,9.3.2.d,"10.2 f ",6.1.2 d1}'::text[]) p;
select * from isms.clause('11');
select * from isms.clause('11 d');
select * from isms.clause(null);
select * from isms.clause('A.5.1');
select * from isms.clause('nonsense');
select * from isms.clause('9.3', 'NOWHERE');

-- Every leaf clause of the standard has its words, its relations are there, and each rule belongs to one.
select c.reference from isms.control c
 where c.catalogue = 'ISO/IEC 27001:2022' and c.kind = 'clause'
   and not exists (select from isms.control k where k.catalogue = c.catalogue and k.parent = c.reference)
   and not exists (select from isms.clause_guide g where g.reference = c.reference);
select g.reference, r.name from isms.clause_guide g, unnest(g.relations) r(name) where to_regclass('isms.' || r.name) is null;
select r.code, r.clause from isms.readiness_rule r
 where r.clause !~ '^(A\.|17021|27006)' and not exists (select from isms.clause_guide g where g.reference = r.reference)
 order by 1;

-- What says nothing is white space of any kind, as the constraints have it by a regular expression; the rules ask it of every text.
select isms.is_given(null) as of_null, isms.is_given('') as of_nothing, isms.is_given(E' \t\n\r\f\x0b') as of_spaces, isms.is_given(U&' \00E9') as of_a_letter, isms.is_given(U&'\3000.') as of_a_dot;
select count(*) as codes, count(*) filter (where isms.is_given(chr(n)) <> (chr(n) ~ '\S')) as differ from generate_series(1, 55295) n;

drop owned by regress_rdana, regress_rli, regress_rrae;
drop role regress_rdana, regress_rli, regress_rrae;
