-- Risk appetite: whose it is, which one counts, and that it tightens the method and never loosens it.
\set SHOW_CONTEXT never
set client_min_messages = warning;
drop extension if exists isms cascade;
create extension isms;
create role regress_tom login;
create role regress_li login;

create function pg_temp.attempt(statement text, comment text default '') returns text language plpgsql as $$
declare
  state text; said text; detail text; hint text;
begin
  perform set_config('isms.comment', comment, true);
  execute statement;
  return 'done';
exception when others then
  get stacked diagnostics state = returned_sqlstate, said = message_text, detail = pg_exception_detail, hint = pg_exception_hint;
  return regexp_replace(concat_ws(E'\n', state || ': ' || said, 'DETAIL: ' || nullif(regexp_replace(detail, '^(Failing row|Key).*', ''), ''), 'HINT: ' || nullif(hint, '')), '\d{4}-\d\d-\d\d', 'DATE', 'g');
end
$$;

select isms.setup('ACME', 'Acme Ltd', 'dana', 'Dana Ruiz') \g /dev/null
select isms.add_person('li', 'Li Wei', login => 'regress_li', roles => '{risk_owner}') \g /dev/null
select isms.add_person('tom', 'Tom Tate', login => 'regress_tom', roles => '{top_management}') \g /dev/null
insert into isms.asset (code, title, kind, rating, owner) values ('CRM', 'Customer database', 'information', 'C3 I3 A2', 'li'), ('LAB', 'Test laboratory', 'premises', 'C1 I1 A1', 'li');
insert into isms.risk (code, title, asset, category, threat, hits, likelihood, consequence, owner, assessor, assessed_on)
select c, c, a, g, 'TH-CRED', 'C', l, n, 'li', 'dana', isms.today('ACME')
  from (values ('LOW', 'LAB', null, 1, 3), ('LOW-CRM', 'CRM', null, 1, 3), ('LOW-FRAUD', 'LAB', 'Fraud', 1, 3), ('VERY-LOW-CRM', 'CRM', 'Fraud', 1, 1),
               ('MEDIUM', 'LAB', null, 3, 3), ('HIGH', 'LAB', 'Fraud', 4, 4), ('NEVER', 'LAB', null, 5, 5), ('UNRATED', 'LAB', null, null, null)) v(c, a, g, l, n);
create view pg_temp.seen with (security_invoker = true) as select code, current_level, disposition, appetite, within_appetite from isms.risk_register order by code;

-- Nothing stated: nothing to be within, and the method decides.
select * from pg_temp.seen;

-- Somebody proposes; top management, another person, approves.
insert into isms.risk_appetite (code, level, statement) values ('AP-ALL', 'Medium', 'We carry what is bothersome, not what hurts');
select code, level, lower(validity) = isms.today(scope) as from_today, upper(validity) as until, status, created_by from isms.risk_appetite;
select pg_temp.attempt($$update isms.risk_appetite set status = 'approved' where code = 'AP-ALL'$$);
select * from pg_temp.seen where code = 'LOW';
select isms.request('isms.risk_appetite', 'AP-ALL', 'approve', 'Agreed by the board');
set session authorization regress_li;
select pg_temp.attempt($$select isms.approve('isms.risk_appetite', '{AP-ALL}', 'approve')$$);
set session authorization regress_tom;
select kind, code, title, what from isms.inbox;
select isms.approve('isms.risk_appetite', '{AP-ALL}', 'approve');
reset session authorization;
select code, status, approved_by, approved_on = isms.today(scope) as today from isms.risk_appetite;
select * from pg_temp.seen;

-- It stays as it was approved; who approved is nobody's to type.
select pg_temp.attempt($$update isms.risk_appetite set level = 'High' where code = 'AP-ALL'$$);
select pg_temp.attempt($$update isms.risk_appetite set approved_by = 'li' where code = 'AP-ALL'$$);
select pg_temp.attempt($$delete from isms.risk_appetite where code = 'AP-ALL'$$);
select pg_temp.attempt($$update isms.risk_appetite set status = 'withdrawn' where code = 'AP-ALL'$$, 'No longer ours to carry');

-- The level must be one of a method in use.
insert into isms.risk_appetite (code, level, statement) values ('AP-X', 'Enormous', 'x');
select pg_temp.attempt($$select isms.request('isms.risk_appetite', 'AP-X', 'approve')$$);
delete from isms.risk_appetite where code = 'AP-X';
select pg_temp.attempt($$insert into isms.risk_appetite (level, statement, asset, category) values ('Low', 'x', 'CRM', 'Fraud')$$);

-- The most specific one counts: the asset's before the category's before the scope's, also where it allows more.
select isms.begin_cutover('Appetites decided before') \g /dev/null
insert into isms.risk_appetite (code, asset, category, level, statement, status) values
  ('AP-CRM', 'CRM', null, 'Very low', 'Customers'' data are not ours to risk', 'approved'),
  ('AP-FRAUD', null, 'Fraud', 'High', 'Fraud is insured', 'approved');
select pg_temp.attempt($$insert into isms.risk_appetite (code, asset, level, statement, status) values ('AP-CRM-2', 'CRM', 'Low', 'x', 'approved')$$);
insert into isms.risk_appetite (code, asset, level, validity, statement, status) values
  ('AP-CRM-3', 'CRM', 'High', daterange(isms.today('ACME') - 30, isms.today('ACME')), 'Yesterday''s', 'approved');
select isms.end_cutover() \g /dev/null
select * from pg_temp.seen;
select isms.appetite_for(m, 'ACME', '5x5', 'CRM', 'Fraud') as of_the_asset, isms.appetite_for(m, 'ACME', '5x5', 'LAB', 'Fraud') as of_the_category,
       isms.appetite_for(m, 'ACME', '5x5', null, null) as of_the_scope, isms.appetite_for(m, 'ACME', '5x5', 'Fraud', 'CRM') as no_mixing, isms.appetite_for(m, 'OTHER', '5x5', 'CRM', null) as another_scope,
       isms.appetite_for(null, 'ACME', '5x5', 'CRM', null) as none_stated, isms.appetite_for('[]', 'ACME', '5x5', 'CRM', null) as no_map
  from isms.appetite_map() m;
select isms.is_within_appetite(m, 'ACME', '5x5', 'CRM', null, 1) as yes, isms.is_within_appetite(m, 'ACME', '5x5', 'CRM', null, 2) as no, isms.is_within_appetite(m, 'ACME', '5x5', 'CRM', null, null) as not_rated,
       isms.is_within_appetite(m, 'ACME', 'other', 'CRM', null, 1) as method_unknown, isms.is_within_appetite('{"S\u001fM\u001fs": ["A", "L", null]}', 'S', 'M', null, null, 1) as level_unknown
  from isms.appetite_map() m;

-- What an asset depends on is held to its appetite, the strictest where it supports several; its own comes first.
insert into isms.asset (code, title, kind) values ('SERVER', 'Server', 'hardware'), ('ROOM', 'Server room', 'premises'), ('SHOP', 'Web shop', 'service');
insert into isms.asset_dependency (asset, supports) values ('SERVER', 'CRM'), ('SERVER', 'SHOP'), ('ROOM', 'SERVER');
insert into isms.risk (code, title, asset, category, likelihood, consequence) values ('ON-SERVER', 'x', 'SERVER', null, 1, 3), ('IN-ROOM', 'x', 'ROOM', 'Fraud', 1, 3), ('OF-SHOP', 'x', 'SHOP', null, 1, 3);
begin;
select * from pg_temp.seen where code like '%-SERVER' or code like '%-ROOM' or code like '%-SHOP';
select isms.begin_cutover('Appetites decided before') \g /dev/null
insert into isms.risk_appetite (code, asset, level, statement, status) values ('AP-SHOP', 'SHOP', 'Low', 'x', 'approved'), ('AP-ROOM', 'ROOM', 'High', 'x', 'approved');
select isms.end_cutover() \g /dev/null
select * from pg_temp.seen where code like '%-SERVER' or code like '%-ROOM' or code like '%-SHOP';
rollback;
delete from isms.risk where asset in ('SERVER', 'ROOM', 'SHOP');

-- What the method finds acceptable and is above the appetite is not retained just so: it takes the owner and top management.
update isms.risk set status = 'assessed' where code like '%LOW%' or code in ('HIGH', 'NEVER');
insert into isms.treatment (risk, option, justification) select code, 'retention', 'No better way was found' from isms.risk where status = 'assessed';
select code, pg_temp.attempt(format('update isms.risk set status = ''monitored'', next_review = isms.today(scope) + 20 where code = %L', code))
  from isms.risk where status = 'assessed' order by code;
select (isms.basis_level('ACME', 'LOW-CRM', 'current')).disposition as above, (isms.basis_level('ACME', 'VERY-LOW-CRM', 'current')).disposition as within,
       (isms.basis_level('ACME', 'NEVER', 'current')).disposition as never, (isms.basis_level('ACME', 'MEDIUM', 'current')).disposition as tolerable;
select pg_temp.attempt($$insert into isms.acceptance (code, risk, validity, justification) values ('AC-1', 'LOW-CRM', daterange(isms.today('ACME'), isms.today('ACME') + 60), 'Why not')$$);
insert into isms.acceptance (code, risk, validity, justification) values ('AC-1', 'LOW-CRM', daterange(isms.today('ACME'), isms.today('ACME') + 60), 'Masking would break the search');
set session authorization regress_li;
select isms.approve('isms.acceptance', '{AC-1}', 'accept');
set session authorization regress_tom;
select pg_temp.attempt($$select isms.approve('isms.acceptance', '{AC-1}', 'accept')$$);
reset session authorization;
insert into isms.acceptance (code, risk, validity, justification, conditions) values ('AC-2', 'LOW-CRM', daterange(isms.today('ACME'), isms.today('ACME') + 60), 'Masking would break the search', 'Searches are logged');
set session authorization regress_li;
select isms.approve('isms.acceptance', '{AC-2}', 'accept');
set session authorization regress_tom;
select isms.approve('isms.acceptance', '{AC-2}', 'accept');
reset session authorization;
update isms.risk set status = 'monitored', next_review = isms.today(scope) + 20 where code = 'LOW-CRM';
select code, status, disposition, within_appetite, acceptance_state from isms.risk_register where code = 'LOW-CRM';

-- Withdrawn by top management, it no longer counts.
select isms.request('isms.risk_appetite', 'AP-CRM', 'withdraw', 'The database was given up');
set session authorization regress_tom;
select isms.approve('isms.risk_appetite', '{AP-CRM}', 'withdraw');
reset session authorization;
select * from pg_temp.seen where code like '%CRM';

-- Under a method without its level no risk is within an appetite.
select isms.begin_cutover('Another method') \g /dev/null
insert into isms.risk_method (code, title, score_rule, residual_rule, acceptance_criteria, when_to_assess, status, approved_on)
values ('3x3', 'Three by three', 'product', 'steps', 'Green', 'Yearly', 'approved', isms.today('ACME') - 9);
insert into isms.risk_scale_step (method, scale, step, label) select '3x3', s, n, 'x' from unnest('{likelihood,consequence}'::text[]) s, generate_series(1, 3) n;
insert into isms.risk_level (method, rank, label, colour, minimum, disposition) values ('3x3', 1, 'Green', '#00ff00', 1, 'acceptable'), ('3x3', 2, 'Red', '#ff0000', 4, 'never');
insert into isms.risk (code, title, asset, method, likelihood, consequence) values ('GREEN', 'Green', 'LAB', '3x3', 1, 1);
select isms.end_cutover() \g /dev/null
select * from pg_temp.seen where code = 'GREEN';

drop owned by regress_tom, regress_li;
drop role regress_tom, regress_li;
drop extension isms cascade;
