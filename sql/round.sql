-- Rounds of assessment: what is frozen, that it stays, what moved between two, and the trend.
\set SHOW_CONTEXT never
set client_min_messages = warning;
drop extension if exists isms cascade;
create extension isms;
create role regress_li login;
create role regress_kim login;

create function pg_temp.attempt(statement text, comment text default '') returns text language plpgsql as $$
declare
  state text; said text; detail text; hint text;
begin
  perform set_config('isms.comment', comment, true);
  execute statement;
  return 'done';
exception when others then
  get stacked diagnostics state = returned_sqlstate, said = message_text, detail = pg_exception_detail, hint = pg_exception_hint;
  return regexp_replace(concat_ws(E'\n', state || ': ' || said, 'DETAIL: ' || nullif(detail, ''), 'HINT: ' || nullif(hint, '')), '\d{4}-\d\d-\d\d', 'DATE', 'g');
end
$$;

select isms.setup('ACME', 'Acme Ltd', 'dana', 'Dana Ruiz') \g /dev/null
select isms.add_person('li', 'Li Wei', login => 'regress_li', roles => '{risk_owner}') \g /dev/null
select isms.add_person('kim', 'Kim Park', login => 'regress_kim', roles => '{asset_owner}') \g /dev/null
select isms.today('ACME') as today \gset
insert into isms.asset (code, title, kind, rating, owner) values ('CRM', 'Customer database', 'information', 'C3 I3 A2', 'kim'), ('LAB', 'Test laboratory', 'premises', 'C1 I1 A1', 'kim');
insert into isms.implementation (code, title, kind, owner, status) values ('MFA', 'Second factor', 'technical', 'li', 'implemented'), ('DLP', 'Leak prevention', 'technical', 'li', 'planned'), ('OLD', 'Given up', 'technical', 'li', 'retired');
insert into isms.risk (code, title, asset, threat, hits, likelihood, consequence, owner, assessor, assessed_on)
select c, t, a, 'TH-CRED', 'C', l, n, 'li', 'dana', :'today'
  from (values ('R-1', 'Reused password', 'CRM', 4, 4), ('R-2', 'Leak', 'CRM', 4, 4), ('R-3', 'Burglary', 'LAB', 3, 3), ('R-4', 'Stays as it is', 'LAB', 2, 2),
               ('R-5', 'Goes', 'LAB', 1, 3), ('R-6', 'Not rated', 'LAB', null, 3), ('R-7', 'By another asset', 'LAB', 2, 4)) v(c, t, a, l, n);
insert into isms.risk_control (risk, implementation, effect_on, effectiveness, reduction) values
  ('R-1', 'MFA', 'likelihood', 0.9, null), ('R-2', 'MFA', 'likelihood', 0.2, null), ('R-2', 'DLP', 'consequence', 0.8, 1), ('R-2', 'OLD', 'likelihood', 1, null);
insert into isms.treatment (risk, option, effect_on, effectiveness, other_party, agreement) values ('R-3', 'sharing', 'consequence', 0.6, 'Insurer', 'Policy 7');

-- Risk owners and ISMS managers open rounds; the manager takes the results, and nobody types them.
set session authorization regress_kim;
select pg_temp.attempt($$insert into isms.assessment_round (title) values ('Mine')$$);
set session authorization regress_li;
insert into isms.assessment_round (code, title, purpose) values ('AR-1', 'First', 'All risks of the scope');
select code, review_trigger, opened_on = isms.today(scope) as today, closed_on, status from isms.assessment_round;
select pg_temp.attempt($$select isms.take_assessment('AR-1')$$);
select pg_temp.attempt($$insert into isms.assessment_result (scope, round, risk, title, status, method, method_version, controls, residual_basis) values ('ACME', 'AR-1', 'R-1', 'x', 'x', '5x5', 1, '{}', 'target')$$);
select pg_temp.attempt($$update isms.assessment_round set taken_by = 'li' where code = 'AR-1'$$);
reset session authorization;
select pg_temp.attempt($$update isms.assessment_round set status = 'closed' where code = 'AR-1'$$);
select pg_temp.attempt($$select isms.compare_rounds('AR-1')$$);
select pg_temp.attempt($$select isms.take_assessment('AR-9')$$);
select count(*) as risks, count(round) as of_a_round, count(current_level) as levels, bool_and(rated_since) as none_was_in_it from isms.latest_assessment;
select isms.take_assessment('AR-1');
select code, status, closed_on = isms.today(scope) as today, taken_by, taken_at is not null as at from isms.assessment_round;
select pg_temp.attempt($$select isms.take_assessment('AR-1')$$);

-- A row a risk, with all it came from; exactly what the register shows.
select risk, owner, asset, asset_rating, method, method_version, likelihood, consequence, controls, inherent_level, current_level, target_level, verified_level, residual_basis, above_criteria, within_appetite
  from isms.assessment_result order by risk;
select count(*) as rows,
       count(*) filter (where (r.inherent_score, r.inherent_rank, r.inherent_level, r.current_score, r.current_rank, r.current_level, r.disposition, r.target_score, r.target_rank, r.target_level, r.verified_rank, r.residual_basis)
         is distinct from (x.inherent_score, x.inherent_rank, x.inherent_level, x.current_score, x.current_rank, x.current_level, x.current_disposition, x.target_score, x.target_rank, x.target_level, x.verified_rank, x.residual_basis)) as differ
  from isms.assessment_result x join isms.risk_register r on r.scope = x.scope and r.code = x.risk;
select * from isms.compare_rounds('AR-1');
select code, owner_name, status, round, taken_on = :'today' as today, inherent_level, current_level, current_colour, target_level, verified_level, disposition, above_criteria, within_appetite, rated_since from isms.latest_assessment order by code;

-- It stays, whoever writes and whatever comes after.
select pg_temp.attempt(s)
  from unnest(array[
    $$update isms.assessment_result set current_level = 'Very low' where risk = 'R-1'$$,
    $$delete from isms.assessment_result where risk = 'R-1'$$,
    $$truncate isms.assessment_result$$,
    $$update isms.assessment_round set title = 'Another' where code = 'AR-1'$$,
    $$update isms.assessment_round set status = 'open' where code = 'AR-1'$$,
    $$delete from isms.assessment_round where code = 'AR-1'$$]) s;
set session_replication_role = replica;
select pg_temp.attempt($$update isms.assessment_result set current_level = 'Very low' where risk = 'R-1'$$);
reset session_replication_role;
-- What a round refers to is not deleted, nor is its key changed.
select pg_temp.attempt($$delete from isms.risk where code = 'R-4'$$);
select pg_temp.attempt($$update isms.risk set code = 'R-44' where code = 'R-4'$$);
select pg_temp.attempt($$update isms.scope set code = 'ACME2'$$) ~ '^IS006' as refused;

-- Each input that moves is told, with the level before and after; what did not move is left out.
update isms.risk set likelihood = 5 where code = 'R-1';
update isms.risk_control set effectiveness = 0.5 where risk = 'R-1' and implementation = 'MFA';
insert into isms.risk_control (risk, implementation, effect_on, effectiveness) values ('R-1', 'DLP', 'consequence', 0.9);
update isms.implementation set status = 'implemented' where code = 'DLP';
delete from isms.risk_control where risk = 'R-2' and implementation = 'MFA';
insert into isms.control_test (implementation, result, tester, valid_until) values ('MFA', 'fail', 'dana', :'today'::date + 9);
update isms.asset set rating = 'C2 I2 A1' where code = 'LAB';
update isms.risk set asset = 'CRM', hits = 'CA' where code = 'R-7';
update isms.risk set likelihood = 3 where code = 'R-6';
insert into isms.risk (code, title, asset, likelihood, consequence, owner) values ('R-8', 'Came', 'CRM', 5, 5, 'li');
update isms.risk set closure_reason = 'not_a_risk', closure_note = 'A measurement error' where code = 'R-5';
select isms.request('isms.risk', 'R-5', 'close', 'It was never there') \g /dev/null
set session authorization regress_li;
select isms.approve('isms.risk', '{R-5}', 'close') \g /dev/null
reset session authorization;
insert into isms.assessment_round (code, title, review_trigger) values ('AR-2', 'Second', 'change');
\x on
select risk, change, factors, asset, controls, method, current_level_before as before, current_level_after as after from isms.compare_rounds('AR-1');
\x off
-- What was found last stays until the next one is closed; what was rated since is told apart.
select code, status, round, current_level, rated_since from isms.latest_assessment order by code;
create temp table seen_now as select * from isms.compare_rounds('AR-1');
select isms.take_assessment('AR-2');
-- Nothing is added to a round that is closed.
select pg_temp.attempt($$insert into isms.assessment_result select n.* from isms.assessment_now('ACME', 'AR-1') n where n.risk = 'R-8'$$);
select count(*) as differ from (select * from isms.compare_rounds('AR-1', 'AR-2') except table seen_now) d;
select code, status, round, current_level, rated_since from isms.latest_assessment order by code;
select risk, change, current_level_before, current_level_after from isms.compare_rounds('AR-2', 'AR-1') where change <> 'changed';

-- Methods differ: old assessments keep theirs.
select isms.revise_method('ACME', '5x5') \g /dev/null
update isms.risk_method set status = 'approved', approved_on = :'today' where code = '5x5-2';
update isms.risk set method = '5x5-2' where code = 'R-4';
select risk, change, method, inherent_level_before, inherent_level_after from isms.compare_rounds('AR-2');
select round, risk, method, method_version from isms.assessment_result where risk = 'R-4' order by round;

-- A round that is not held is cancelled, for a reason.
insert into isms.assessment_round (code, title) values ('AR-3', 'Not held');
select pg_temp.attempt($$update isms.assessment_round set status = 'cancelled' where code = 'AR-3'$$);
select pg_temp.attempt($$update isms.assessment_round set status = 'cancelled' where code = 'AR-3'$$, 'Postponed to the spring');
select pg_temp.attempt($$select isms.take_assessment('AR-3')$$);

-- The trend: every level of every round and state, empty ones too, and the totals.
select code, state, rank, level, colour, risks, all_risks, not_rated, mean_rank, above_criteria, above_appetite
  from isms.risk_trend where state <> 'target' order by closed_on, code, state_order, rank;
select code, state, sum(risks) + max(not_rated) = max(all_risks) as adds_up from isms.risk_trend group by code, state, state_order order by code, state_order;
insert into isms.assessment_round (code, title) values ('AR-4', 'Two methods');
select isms.take_assessment('AR-4');
select method, state, sum(risks) as risks, max(all_risks) as of_all from isms.risk_trend where code = 'AR-4' and state = 'current' group by method, state order by method;

-- Who holds no role in a scope sees none of it and takes none.
create role regress_eve login;
select isms.setup('BETA', 'Beta Ltd', 'dana', 'Dana Ruiz') \g /dev/null
set isms.scope = 'BETA';
select isms.add_person('eve', 'Eve Obi', login => 'regress_eve', roles => '{isms_manager}') \g /dev/null
insert into isms.assessment_round (code, title) values ('AR-1', 'No risks yet');
select isms.take_assessment('AR-1');
set isms.scope = 'ACME';
insert into isms.assessment_round (code, title) values ('AR-5', 'Open');
set session authorization regress_eve;
select scope, count(*) from isms.assessment_round group by scope;
select count(*) from isms.assessment_result;
select count(*) from isms.risk_trend;
select count(*) from isms.latest_assessment;
select pg_temp.attempt($$select isms.take_assessment('AR-5')$$);
select pg_temp.attempt($$select isms.compare_rounds('AR-1')$$);
select count(*) from isms.assessment_now('ACME');
reset session authorization;

drop owned by regress_li, regress_kim, regress_eve;
drop role regress_li, regress_kim, regress_eve;
drop extension isms cascade;
