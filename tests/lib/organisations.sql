-- What charts are drawn of in tests: scopes without a risk, with one, with twelve and with 500, and one with names nobody should trust.
-- Loaded into a new installation, while the rules are off.  Li Wei sees all but the last.
insert into isms.person (code, name) values ('li', 'Li Wei');
insert into isms.scope (code, name) values ('NONE', 'Nobody yet'), ('ONE', 'One risk'), ('FEW', 'A dozen'), ('MANY', 'Five hundred'),
  ('ODD', '<script>alert("1")</script> & ''it''' || chr(1) || chr(11) || chr(10) || U&'\202E\05E9\05DC\05D5\05DD \+01F600' || repeat(' long', 60));
insert into isms.role_assignment (scope, code, person, role, status) select s.code, 'RA-1', 'li', 'risk_owner', 'active' from isms.scope s where s.code <> 'ODD';
select isms.copy_method('5x5', s.code) from isms.scope s \g /dev/null
update isms.risk_method set status = 'approved', approved_on = '2025-01-01';
update isms.risk_level set label = case rank when 5 then repeat('<W>', 50) else U&'\05D2\05D1\05D5\05D4 "' || rank end where scope = 'ODD';
update isms.risk_scale_step set label = '"' || chr(7) || repeat('Very likely & ', 20) where scope = 'ODD' and scale = 'likelihood' and step = 5;
insert into isms.asset (scope, code, title, kind, rating, owner) select s.code, 'CRM', 'Customers', 'information', 'C3 I3 A2', 'li' from isms.scope s;
insert into isms.implementation (scope, code, title, kind, owner, status) select s.code, v.* from isms.scope s, (values ('MFA', 'Second factor', 'technical', 'li', 'implemented'), ('DLP', 'Leak prevention', 'technical', 'li', 'planned')) v;
insert into isms.risk (scope, code, title, asset, threat, hits, likelihood, consequence, owner, method)
select s.scope, s.prefix || n, 'Risk ' || n, 'CRM', 'Somebody', 'C', 5 - n * 7 % 5, 5 - n * 3 % 4, 'li', '5x5'
  from (values ('ONE', 'R-', 1), ('FEW', 'R-', 12), ('MANY', 'R-', 500), ('ODD', '<R&">', 3)) s(scope, prefix, risks), generate_series(1, s.risks) n;
update isms.risk set likelihood = null where scope = 'MANY' and code = 'R-500';
insert into isms.risk (scope, code, title, asset, likelihood, consequence, owner, method, status) values ('FEW', 'R-99', 'Closed', 'CRM', 5, 5, 'li', '5x5', 'closed');
insert into isms.risk_control (scope, risk, implementation, effect_on, effectiveness) select r.scope, r.code, v.* from isms.risk r, (values ('MFA', 'likelihood', 0.8), ('DLP', 'consequence', 0.9)) v where r.scope <> 'ONE';
insert into isms.action (scope, code, title, serves, implementation, owner, due_on, started_on, done_on, status)
select r.scope, 'T-' || r.code, 'Do it', r.code, 'DLP', 'li', date '2026-03-01' + r.n * 7 % 300, '2026-01-10', case when r.n % 2 = 0 then date '2026-02-01' + r.n % 200 end, case when r.n % 2 = 0 then 'done' else 'planned' end
  from (select k.*, row_number() over (partition by k.scope order by k.code)::integer as n from isms.risk k where k.status <> 'closed') r;
insert into isms.risk_loss (scope, risk, rate, severity) select r.scope, r.code, '0.5', '10k..1.5M' from isms.risk r where r.status <> 'closed';
insert into isms.risk_appetite (scope, code, level, statement, validity, approved_by, approved_on, status) values ('FEW', 'AP-1', 'Low', 'No more than that', '[2025-01-01,)', 'li', '2025-01-01', 'approved');
insert into isms.assessment_round (scope, code, title, opened_on, closed_on, status)
select s.scope, s.prefix || n, 'Round', date '2020-01-01' + n * 90, date '2020-01-01' + n * 90, 'closed' from (values ('ONE', 'AR-', 1), ('FEW', 'AR-', 3), ('MANY', 'AR-', 20), ('ODD', '<AR&">', 2)) s(scope, prefix, rounds), generate_series(1, s.rounds) n;
insert into isms.assessment_result (scope, round, risk, title, status, method, method_version, controls, residual_basis, current_rank, above_criteria)
select a.scope, a.code, r.code, r.title, r.status, '5x5', 1, '{}', 'target', 1 + r.likelihood % 5, r.likelihood % 5 > 2 from isms.assessment_round a join isms.risk r on r.scope = a.scope and r.status <> 'closed';
insert into isms.applicability (scope, reference, necessary, reasons, justification, implementation_status)
select s.code, k.reference, k.n % 11 <> 0, case when k.n % 11 <> 0 then '{risk}'::text[] else '{}' end, 'Not here', case when k.n % 11 = 0 then 'not_applicable' else (array['implemented', 'partial', 'planned', 'not_started'])[1 + k.n % 4] end
  from isms.scope s, (select c.reference, row_number() over (order by c.reference) as n from isms.control c where c.catalogue = isms.base_catalogue() and c.kind = 'control') k
 where s.code <> 'NONE' and (s.code <> 'ONE' or k.n <= 40);
insert into isms.certification_body (scope, code, title) select s.code, 'CERT', 'Certifiers' from isms.scope s;
insert into isms.certification (scope, code, title, owner, body, status, decided_on, valid_from, valid_until)
select s.scope, s.code, '<b>First</b>', 'li', 'CERT', 'certified', '2025-05-10', '2025-05-15', '2028-05-14' from (values ('ONE', 'C-1'), ('FEW', 'C-1'), ('MANY', 'C-1'), ('ODD', '<C&">')) s(scope, code);
insert into isms.certification_audit (scope, code, certification, kind, purpose, planned_from) select 'MANY', 'X' || n, 'C-1', 'special', 'A change', date '2026-01-01' + n from generate_series(1, 70) n;
-- As isms.setup does.
analyze isms.scope;
