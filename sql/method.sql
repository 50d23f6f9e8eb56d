-- Methods of risk assessment: versions, what is approved stays, what approval looks at, how the map is drawn, what a new version would change.
\set SHOW_CONTEXT never
set client_min_messages = warning;
drop extension if exists isms cascade;
create extension isms;
create role regress_tom login;

create function pg_temp.attempt(statement text, comment text default '') returns text language plpgsql as $$
declare
  state text; said text; detail text; hint text;
begin
  perform set_config('isms.comment', comment, true);
  execute statement;
  return 'done';
exception when others then
  get stacked diagnostics state = returned_sqlstate, said = message_text, detail = pg_exception_detail, hint = pg_exception_hint;
  return regexp_replace(concat_ws(E'\n', state || ': ' || said, 'DETAIL: ' || nullif(regexp_replace(detail, '^Failing row.*', ''), ''), 'HINT: ' || nullif(hint, '')), '\d{4}-\d\d-\d\d', 'DATE', 'g');
end
$$;

select isms.setup('ACME', 'Acme Ltd', 'dana', 'Dana Ruiz') ~ '^isms is ready' as ready;
select isms.add_person('tom', 'Tom Tate', login => 'regress_tom', roles => '{isms_manager,risk_owner}') \g /dev/null
insert into isms.asset (code, title, kind, rating, owner) values ('CRM', 'Customer database', 'information', 'C3 I3 A2', 'tom');
insert into isms.risk (code, title, asset, threat, hits, likelihood, consequence, owner, assessor, assessed_on) values
  ('R-1', 'Stolen', 'CRM', 'TH-CRED', 'C', 4, 4, 'tom', 'dana', isms.today('ACME')),
  ('R-2', 'Lost', 'CRM', 'TH-CRED', 'A', 5, 2, 'tom', 'dana', isms.today('ACME'));
update isms.risk set status = 'assessed';

-- An approved method stays as it is, its scales and levels too, whoever writes.
select pg_temp.attempt(s)
  from unnest(array[
    $$update isms.risk_method set title = 'Other' where code = '5x5'$$,
    $$update isms.risk_method set matrix[1][1] = 4 where code = '5x5'$$,
    $$update isms.risk_level set minimum = 2.5 where method = '5x5' and rank = 4$$,
    $$update isms.risk_level set colour = '#000000' where method = '5x5' and rank = 4$$,
    $$insert into isms.risk_level (method, rank, label, colour, minimum, disposition) values ('5x5', 6, 'Extreme', '#000000', 5, 'never')$$,
    $$delete from isms.risk_level where method = '5x5' and rank = 5$$,
    $$insert into isms.risk_scale_step (method, scale, step, label) values ('5x5', 'likelihood', 6, 'Daily')$$,
    $$update isms.risk_scale_step set high = 3 where method = '5x5' and scale = 'likelihood' and step = 3$$,
    $$delete from isms.risk_scale_step where method = '5x5' and step = 5$$,
    $$delete from isms.risk_method where code = '5x5'$$,
    $$truncate isms.risk_level$$]) s;
set session_replication_role = replica;
select pg_temp.attempt($$update isms.risk_level set minimum = 2.5 where method = '5x5' and rank = 4$$);
reset session_replication_role;

-- Its next version is a draft that names it.
select isms.revise_method('ACME', '5x5');
select code, version, status, predecessor, approved_on = isms.today(scope) as from_today from isms.risk_method order by version;
select (select count(*) from isms.risk_scale_step s where s.method = '5x5-2') as steps, (select count(*) from isms.risk_level l where l.method = '5x5-2') as levels,
       isms.method_adapted('ACME', '5x5-2') as adapted;
select pg_temp.attempt($$select isms.revise_method('ACME', '5x5')$$);
select pg_temp.attempt($$select isms.revise_method('ACME', 'none')$$);
select pg_temp.attempt($$update isms.risk_method set predecessor = 'none' where code = '5x5-2'$$);
select pg_temp.attempt($$update isms.risk_method set predecessor = code where code = '5x5-2'$$);
-- A row does not move from a draft into what is approved, nor out of it.
select pg_temp.attempt($$update isms.risk_level set method = '5x5', rank = 6, label = 'Moved', minimum = 9 where method = '5x5-2' and rank = 5$$);
select pg_temp.attempt($$update isms.risk_level set method = '5x5-2', rank = 6, label = 'Moved', minimum = 9 where method = '5x5' and rank = 5$$);

-- What is wrong with it comes all at once, at the approval.
update isms.risk_level set minimum = 0.5, treat_within = '-1 day' where method = '5x5-2' and rank = 2;
update isms.risk_level set minimum = 0.2 where method = '5x5-2' and rank = 1;
update isms.risk_scale_step set high = 0.9 where method = '5x5-2' and scale = 'likelihood' and step = 2;
update isms.risk_scale_step set low = 40000 where method = '5x5-2' and scale = 'consequence' and step = 3;
update isms.risk_method set matrix[3][3] = 0, matrix[5][5] = null, acceptance_criteria = ' ', when_to_assess = null where code = '5x5-2';
\x on
select pg_temp.attempt($$update isms.risk_method set status = 'approved', approved_on = isms.today(scope) where code = '5x5-2'$$) as refused;
\x off
select * from isms.check_method('ACME', '5x5-2');

-- Its author is not its approver.
update isms.risk_level set minimum = rank - 1, treat_within = case when rank > 2 then treat_within end where method = '5x5-2';
update isms.risk_scale_step s set low = o.low, high = o.high from isms.risk_scale_step o where s.method = '5x5-2' and o.method = '5x5' and o.scale = s.scale and o.step = s.step;
update isms.risk_method m set matrix = '{{0,0,1,1,1},{0,1,1,2,2},{1,1,2,3,3},{1,2,3,4,4},{2,3,4,4,4}}', acceptance_criteria = o.acceptance_criteria, when_to_assess = o.when_to_assess
  from isms.risk_method o where m.code = '5x5-2' and o.code = '5x5';
select * from isms.check_method('ACME', '5x5-2');
select pg_temp.attempt($$update isms.risk_method set status = 'approved', approved_on = isms.today(scope) where code = '5x5-2'$$);
select isms.request('isms.risk_method', '5x5-2', 'approve', 'Stricter where both are high', changes => jsonb_build_object('approved_on', isms.today('ACME')));
select pg_temp.attempt($$select isms.approve('isms.risk_method', '{5x5-2}', 'approve')$$);
set session authorization regress_tom;
select isms.approve('isms.risk_method', '{5x5-2}', 'approve');
reset session authorization;
select isms.default_method('ACME') as for_new_risks, isms.method_successor('ACME', '5x5', isms.today('ACME')) as successor, isms.method_successor('ACME', '5x5', isms.today('ACME') - 1) as yesterday;

-- Risks keep the method they were made with, until they are assessed again: with the new one.
select code, method, inherent_level from isms.risk_register order by code;
select pg_temp.attempt($$update isms.risk set method = '5x5-2' where code = 'R-1'$$);
set session authorization regress_tom;
update isms.risk set status = 'in_review', review_trigger = 'criteria_changed' where code = 'R-1';
select pg_temp.attempt($$update isms.risk set status = 'assessed' where code = 'R-1'$$);
update isms.risk set method = '5x5-2', assessor = 'tom', assessed_on = isms.today(scope), status = 'assessed' where code = 'R-1';
reset session authorization;
select code, method, inherent_level, status from isms.risk_register order by code;
-- A factor must be on the new version's scale.
update isms.risk set status = 'in_review', review_trigger = 'criteria_changed' where code = 'R-2';
select isms.revise_method('ACME', '5x5-2', 'narrow');
update isms.risk_method set matrix = '{{0,0,1,1,1},{0,1,1,2,2},{1,1,2,3,3},{1,2,3,3,4}}', residual_rule = 'entered' where code = 'narrow';
delete from isms.risk_scale_step where method = 'narrow' and scale = 'likelihood' and step = 5;
select * from isms.check_method('ACME', 'narrow');
select pg_temp.attempt($$update isms.risk set method = 'narrow' where code = 'R-2'$$);
update isms.risk set method = 'narrow', likelihood = 4 where code = 'R-2';
-- What a risk refers to is not deleted, a draft neither.
select pg_temp.attempt($$delete from isms.risk_scale_step where method = 'narrow'$$), pg_temp.attempt($$delete from isms.risk_level where method = 'narrow'$$);
select pg_temp.attempt($$delete from isms.risk_method where code = 'narrow'$$);
update isms.risk set method = '5x5' where code = 'R-2';
select pg_temp.attempt($$delete from isms.risk_method where code = 'narrow'$$);
-- A chain of versions, one of them not in force yet.
select isms.revise_method('ACME', '5x5-2'), isms.revise_method('ACME', '5x5-3');
update isms.risk_method set matrix = (select matrix from isms.risk_method where code = '5x5'), status = 'approved', approved_on = isms.today(scope) + 30 where code = '5x5-4';
select d.days, isms.method_successor('ACME', '5x5', isms.today('ACME') + d.days) as of_the_first, isms.method_successor('ACME', '5x5-2', isms.today('ACME') + d.days) as of_the_second
  from unnest('{-1,0,29,30}'::integer[]) d(days);

-- Bands of any method adjoin, those of rule bands are complete; the percent rules may take a score down to nothing.
select isms.begin_cutover('Drafts by hand');
insert into isms.risk_method (code, title, score_rule, residual_rule, acceptance_criteria, when_to_assess)
select m, m, 'product', r, 'Low', 'Yearly' from (values ('no-bands', 'steps'), ('some-bands', 'steps'), ('torn', 'steps'), ('down-to-0', 'percent_product')) v(m, r);
insert into isms.risk_scale_step (method, scale, step, label, low, high)
select m.code, s, n, 'x', case when m.code = 'torn' or m.code = 'some-bands' and n > 1 then n end, case m.code when 'some-bands' then n + 1 when 'torn' then n + 1.5 - n / 2 end
  from isms.risk_method m, unnest('{likelihood,consequence}'::text[]) s, generate_series(1, 3) n
 where m.score_rule = 'product';
insert into isms.risk_level (method, rank, label, colour, minimum, disposition) select m.code, 1, 'Low', '#000000', 1, 'acceptable' from isms.risk_method m where m.score_rule = 'product';
select isms.end_cutover() ~ 'ended' as ended;
select m.code, c from isms.risk_method m left join lateral isms.check_method('ACME', m.code) c on true where m.score_rule = 'product' order by m.code, c collate "C";

-- The map has likelihood downwards or across: a matter of drawing, free at any time, and nothing else follows from it.
create view pg_temp.map with (security_invoker = true) as
  select method, map_row, string_agg(likelihood || '/' || consequence || ' ' || level, ' | ' order by map_column) as cells
    from isms.heat_map where state = 'inherent' group by method, map_row;
select * from pg_temp.map where method = '5x5-2' order by map_row;
create temp table drawn as select * from isms.risk_register;
update isms.risk_method set map_rows = 'consequence' where code = '5x5-2';
select * from pg_temp.map where method = '5x5-2' order by map_row;
select count(*) as changed from (select * from isms.risk_register except table drawn) d;
select pg_temp.attempt($$update isms.risk_method set map_rows = 'diagonal' where code = '5x5-2'$$);

-- What a new version would change, seen before it is approved: nothing is stored.
insert into isms.implementation (code, title, kind, owner, status) values ('MFA', 'Second factor', 'technical', 'tom', 'implemented'), ('DLP', 'Leak prevention', 'technical', 'tom', 'planned');
insert into isms.risk (code, title, asset, threat, hits, method, likelihood, consequence, owner, assessor, assessed_on) values
  ('P-1', 'High in both', 'CRM', 'TH-CRED', 'C', '5x5', 4, 4, 'tom', 'dana', isms.today('ACME')),
  ('P-2', 'With controls', 'CRM', 'TH-CRED', 'C', '5x5', 5, 4, 'tom', 'dana', isms.today('ACME')),
  ('P-3', 'Low', 'CRM', 'TH-CRED', 'C', '5x5', 1, 3, 'tom', 'dana', isms.today('ACME')),
  ('P-4', 'Not rated', 'CRM', 'TH-CRED', 'C', '5x5', null, 3, 'tom', 'dana', isms.today('ACME'));
insert into isms.risk_control (risk, implementation, effect_on, effectiveness) values
  ('P-2', 'MFA', 'likelihood', 0.6), ('P-2', 'DLP', 'consequence', 0.95), ('P-1', 'DLP', 'likelihood', 0.5);
insert into isms.treatment (risk, option, effect_on, effectiveness, other_party, agreement) values ('P-2', 'sharing', 'consequence', 0.3, 'Insurer', 'Policy 7');
insert into isms.acceptance (code, risk, validity, basis, ceiling, justification, conditions) values
  ('AC-1', 'P-3', daterange(isms.today('ACME'), isms.today('ACME') + 60), 'residual', 'Medium', 'Nothing better was found', null),
  ('AC-2', 'P-1', daterange(isms.today('ACME'), isms.today('ACME') + 60), 'interim', null, 'While the tool is rolled out', 'Weekly look');
set session authorization regress_tom;
select isms.approve('isms.acceptance', '{AC-1}', 'accept');
reset session authorization;
create temp table before as select * from isms.risk_register;
-- A method that differs in nothing changes nothing: the preview goes the register's way.
select isms.revise_method('ACME', '5x5', 'same');
select count(*) as rows, count(*) filter (where (score_before, rank_before, level_before, disposition_before) is distinct from (score_after, rank_after, level_after, disposition_after)) as differ,
       string_agg(distinct stale_acceptances, ', ') as stale
  from isms.preview_method('same', '5x5');
-- Narrower scales, another order of the levels.
select isms.revise_method('ACME', '5x5', 'next');
update isms.risk_method set matrix = '{{0,0,1,1,1},{0,1,1,2,2},{1,1,2,3,3},{1,2,3,4,4}}' where code = 'next';
delete from isms.risk_scale_step where method = 'next' and scale = 'likelihood' and step = 5;
update isms.risk_scale_step set high = null, value = 12 where method = 'next' and scale = 'likelihood' and step = 4;
update isms.risk_level set label = 'Negligible', disposition = 'acceptable' where method = 'next' and rank = 1;
select * from isms.check_method('ACME', 'next');
select risk, state, level_before, disposition_before, level_after, disposition_after, change, missing, stale_acceptances from isms.preview_method('next', '5x5');
select * from isms.preview_method_summary('next', '5x5') where state = 'current';
-- Of another kind: it needs what nobody has rated yet.
select risk, state, level_before, level_after, change, missing from isms.preview_method('torn') where risk in ('P-1', 'P-4') and state = 'inherent';
update isms.risk_method set score_rule = 'impact_threat_vulnerability', residual_rule = 'vulnerability_reduction' where code = 'torn';
select risk, state, level_before, level_after, change, missing from isms.preview_method('torn') where risk in ('P-1', 'P-4') and state = 'inherent';
select count(*) filter (where method <> '5x5') > 0 as of_all_methods, count(*) filter (where method = 'next') as of_itself from isms.preview_method('next');
select * from isms.preview_method('none');
select count(*) as changed from (select * from isms.risk_register except table before) d;

drop owned by regress_tom;
drop role regress_tom;
drop extension isms cascade;
