insert into readiness_case (rule, expected, what, given) values
('RI-001', 'passed', 'what was done in an emergency was reviewed', $$
  insert into isms.broken_glass (actor, reason) values ('li', 'Fire');
  insert into isms.break_glass_use (glass, scope, table_name, key, operation, actor, reason, skipped, reviewed_by, reviewed_at, review_comment)
  select id, 'T', 'isms.risk', 'R-1', 'UPDATE', 'li', 'Fire', '{}', 'dana', now(), 'In order' from isms.broken_glass $$),
('RI-001', 'failed', 'it was not', $$
  insert into isms.broken_glass (actor, reason) values ('li', 'Fire');
  insert into isms.break_glass_use (glass, scope, table_name, key, operation, actor, reason, skipped)
  select id, 'T', 'isms.risk', 'R-1', 'UPDATE', 'li', 'Fire', '{}' from isms.broken_glass $$),
('RI-001', 'nothing_to_judge', 'no glass was broken', ''),
('RI-002', 'passed', 'a row that was carried over was approved here', $$
  insert into isms.carried_over (scope, table_name, key, state, person, renewed_at) values ('T', 'isms.risk', 'R-1', 'treated', 'li', now()) $$),
('RI-002', 'failed', 'it was not', $$
  insert into isms.carried_over (scope, table_name, key, state, person) values ('T', 'isms.risk', 'R-1', 'treated', 'li') $$),
('RI-003', 'unknown', 'a rule of a workflow is switched off', $$
  insert into isms.workflow_overlay (scope, workflow, transition, what, rule, reason) values ('T', 'risk', 'x', 'guard', 'x', 'Two people only') $$);
