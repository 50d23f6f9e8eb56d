-- Clauses 4 to 6.1.  Days are counted from today in the scope; what is not said is as it should be.
insert into isms.scope (code, name) values ('OTHER', 'Another one');

create function pg_temp.day(days integer default 0) returns date language sql
  return isms.today('T') + days;

-- Dana is top management, Li the ISMS manager, Sam a risk owner.
create function pg_temp.people() returns void language sql
begin atomic
  insert into isms.role_assignment (scope, code, person, role, status) values
    ('T', 'RA-1', 'dana', 'top_management', 'active'), ('T', 'RA-2', 'li', 'isms_manager', 'active'), ('T', 'RA-3', 'sam', 'risk_owner', 'active');
end;

create function pg_temp.leaves(person text, on_day date) returns void language sql
begin atomic
  update isms.person p set active_until = on_day where p.code = person;
end;

create function pg_temp.issue(code text, kind text, owner text default 'li', reviewed_on date default pg_temp.day(-10), ended_on date default null) returns void language sql
begin atomic
  insert into isms.context_issue (scope, code, title, kind, owner, reviewed_on, ended_on) values ('T', code, 'Issue', kind, owner, reviewed_on, ended_on);
end;

create function pg_temp.party(code text, climate_considered boolean default true, ended_on date default null) returns void language sql
begin atomic
  insert into isms.interested_party (scope, code, title, climate_considered, ended_on) values ('T', code, 'Party', climate_considered, ended_on);
end;

create function pg_temp.requirement(code text, party text, kind text default 'law', addressed boolean default true, ended_on date default null) returns void language sql
begin atomic
  insert into isms.party_requirement (scope, code, title, party, kind, addressed, addressed_how, ended_on)
  values ('T', code, 'Requirement', party, kind, addressed, 'So', ended_on);
end;

create function pg_temp.item(code text, standing text, kind text default 'unit', refers text default null, reason text default 'So') returns void language sql
begin atomic
  insert into isms.scope_item (scope, code, title, kind, refers, standing, reason) values ('T', code, 'Item', kind, refers, standing, reason);
end;

create function pg_temp.document(kind text, status text default 'approved', effective_from date default pg_temp.day(-10), version text default '1', approver text default 'dana') returns void language sql
begin atomic
  insert into isms.document (scope, code, title, kind, owner, mandatory, acknowledged) values ('T', 'D-' || kind, 'Document', kind, 'li', true, false) on conflict do nothing;
  insert into isms.document_version (scope, document, version, kind, title, author, approver, effective_from, status)
  values ('T', 'D-' || kind, version, kind, 'Document', 'li', approver, effective_from, status);
end;

-- A policy in force, as it is to be but for what the case changes.
create function pg_temp.policy() returns void language sql
begin atomic
  select pg_temp.document('policy');
  update isms.document_version v set has_objectives = true, commits_requirements = true, commits_improvement = true, availability = 'On our web site' where v.document = 'D-policy';
end;

insert into readiness_case (rule, expected, what, given) values
('RD-001', 'passed', 'one of either kind, watched and looked at', $$ select pg_temp.issue('1', 'external'), pg_temp.issue('2', 'internal') $$),
('RD-001', 'failed', 'no internal one', $$ select pg_temp.issue('1', 'external') $$),
('RD-001', 'failed', 'the internal one has ended', $$ select pg_temp.issue('1', 'external'), pg_temp.issue('2', 'internal', ended_on => pg_temp.day(-1)) $$),
('RD-001', 'failed', 'nobody watches it', $$ select pg_temp.issue('1', 'external'), pg_temp.issue('2', 'internal', owner => null) $$),
('RD-001', 'failed', 'who watched it has left', $$ select pg_temp.issue('1', 'external'), pg_temp.issue('2', 'internal'), pg_temp.leaves('li', pg_temp.day(-1)) $$),
('RD-001', 'passed', 'who watches it is here for the last day', $$ select pg_temp.issue('1', 'external'), pg_temp.issue('2', 'internal'), pg_temp.leaves('li', pg_temp.day()) $$),
('RD-001', 'failed', 'never looked at', $$ select pg_temp.issue('1', 'external'), pg_temp.issue('2', 'internal', reviewed_on => null) $$),
('RD-001', 'failed', 'to be looked at on a day that has not come', $$ select pg_temp.issue('1', 'external'), pg_temp.issue('2', 'internal', reviewed_on => pg_temp.day(1)) $$),
('RD-001', 'failed', 'another scope''s issues', $$ insert into isms.context_issue (scope, code, title, kind, owner, reviewed_on) select 'OTHER', k, k, k, 'li', pg_temp.day() from unnest('{external,internal}'::text[]) k $$),

('RD-002', 'passed', 'the interval ends today', $$ select pg_temp.issue('1', 'external', reviewed_on => (pg_temp.day() - interval '1 year')::date) $$),
('RD-002', 'failed', 'it ended yesterday', $$ select pg_temp.issue('1', 'external', reviewed_on => (pg_temp.day() - interval '1 year')::date - 1) $$),
('RD-002', 'failed', 'its own interval is shorter', $$ select pg_temp.issue('1', 'external', reviewed_on => pg_temp.day(-40)); update isms.context_issue set review_every = '1 month' $$),
('RD-002', 'unknown', 'when it was reviewed is asked elsewhere', $$ select pg_temp.issue('1', 'external', reviewed_on => null) $$),
('RD-002', 'nothing_to_judge', 'what ended needs no review', $$ select pg_temp.issue('1', 'external', reviewed_on => pg_temp.day(-1000), ended_on => pg_temp.day(-1)) $$),

('RD-003', 'passed', 'it is not relevant, and why', $$ insert into isms.climate_decision (scope, decided_on, relevant, reason) values ('T', pg_temp.day(), false, 'All of us work from home') $$),
('RD-003', 'failed', 'nothing decided', ''),
('RD-003', 'failed', 'without a reason', $$ alter table isms.climate_decision drop constraint climate_decision_reason_given; insert into isms.climate_decision (scope, decided_on, relevant, reason) values ('T', pg_temp.day(), false, ' ') $$),

('RD-004', 'passed', 'a customer', $$ select pg_temp.party('1') $$),
('RD-004', 'failed', 'nobody', ''),
('RD-004', 'failed', 'nobody any more', $$ select pg_temp.party('1', ended_on => pg_temp.day(-1)) $$),

('RD-005', 'passed', 'it requires something', $$ select pg_temp.party('1'); select pg_temp.requirement('a', '1') $$),
('RD-005', 'failed', 'it requires nothing', $$ select pg_temp.party('1'), pg_temp.party('2'); select pg_temp.requirement('a', '1') $$),
('RD-005', 'failed', 'it requires nothing any more', $$ select pg_temp.party('1'); select pg_temp.requirement('a', '1', ended_on => pg_temp.day(-1)) $$),
('RD-005', 'nothing_to_judge', 'a party that does not count any more', $$ select pg_temp.party('1', ended_on => pg_temp.day(-1)) $$),

('RD-006', 'passed', 'decided, either way', $$ select pg_temp.party('1'); select pg_temp.requirement('a', '1'), pg_temp.requirement('b', '1', addressed => false) $$),
('RD-006', 'failed', 'undecided', $$ select pg_temp.party('1'); select pg_temp.requirement('a', '1', addressed => null) $$),
('RD-006', 'nothing_to_judge', 'undecided, of a party that does not count any more', $$ select pg_temp.party('1', ended_on => pg_temp.day(-1)); select pg_temp.requirement('a', '1', addressed => null) $$),

('RD-007', 'passed', 'considered', $$ select pg_temp.party('1') $$),
('RD-007', 'failed', 'not yet', $$ select pg_temp.party('1', climate_considered => null) $$),

('RD-008', 'passed', 'in force', $$ select pg_temp.document('scope') $$),
('RD-008', 'passed', 'in force from today, its review late', $$ select pg_temp.document('scope', effective_from => pg_temp.day()); update isms.document set next_review = pg_temp.day(-1) $$),
('RD-008', 'failed', 'a draft only', $$ select pg_temp.document('scope', 'draft') $$),
('RD-008', 'failed', 'approved, but its day has not come', $$ select pg_temp.document('scope', effective_from => pg_temp.day(1)) $$),
('RD-008', 'failed', 'withdrawn', $$ select pg_temp.document('scope', 'withdrawn') $$),
('RD-008', 'failed', 'somebody else''s', $$ insert into isms.document (scope, code, title, kind, mandatory, acknowledged, external, source, checked_on) values ('T', 'X', 'Group', 'scope', true, false, true, 'Parent', pg_temp.day()) $$),

('RD-009', 'passed', 'both named', $$ select pg_temp.issue('1', 'external'), pg_temp.party('2'); select pg_temp.requirement('a', '2');
  insert into isms.scope_reference (scope, kind, key) values ('T', 'issue', '1'), ('T', 'requirement', 'a') $$),
('RD-009', 'failed', 'no requirement named', $$ select pg_temp.issue('1', 'external'); insert into isms.scope_reference (scope, kind, key) values ('T', 'issue', '1') $$),
('RD-009', 'failed', 'the issue has ended', $$ select pg_temp.issue('1', 'external', ended_on => pg_temp.day(-1)), pg_temp.party('2'); select pg_temp.requirement('a', '2');
  insert into isms.scope_reference (scope, kind, key) values ('T', 'issue', '1'), ('T', 'requirement', 'a') $$),

('RD-010', 'passed', 'an interface, described', $$ select pg_temp.item('HOST', 'interface') $$),
('RD-010', 'failed', 'none', $$ select pg_temp.item('SHOP', 'in') $$),
('RD-010', 'failed', 'one of two is not described', $$ select pg_temp.item('HOST', 'interface'), pg_temp.item('LINE', 'interface', reason => null) $$),

('RD-011', 'passed', 'in or out', $$ select pg_temp.item('HQ', 'in', 'site'), pg_temp.item('LAB', 'out', 'site') $$),
('RD-011', 'failed', 'undecided', $$ select pg_temp.item('HQ', null, 'site') $$),
('RD-011', 'failed', 'an asset nobody placed', $$ insert into isms.asset (scope, code, title, kind) values ('T', 'SHOP', 'Shop', 'software') $$),
('RD-011', 'passed', 'an asset that is placed', $$ insert into isms.asset (scope, code, title, kind) values ('T', 'SHOP', 'Shop', 'software'); select pg_temp.item('S', 'in', 'asset', 'SHOP') $$),
('RD-011', 'nothing_to_judge', 'networks are not asked for', $$ select pg_temp.item('NET', null, 'network') $$),

('RD-012', 'passed', 'the shop needs the line, an interface', $$ select pg_temp.item('SHOP', 'in'), pg_temp.item('LINE', 'interface'); insert into isms.scope_dependency (scope, item, depends_on) values ('T', 'SHOP', 'LINE') $$),
('RD-012', 'passed', 'nothing needs what is out', $$ select pg_temp.item('SHOP', 'in'), pg_temp.item('CAR', 'out') $$),
('RD-012', 'failed', 'the line is out', $$ select pg_temp.item('SHOP', 'in'), pg_temp.item('LINE', 'out'); insert into isms.scope_dependency (scope, item, depends_on) values ('T', 'SHOP', 'LINE') $$),
('RD-012', 'failed', 'the inventory says that the shop needs it', $$ insert into isms.asset (scope, code, title, kind) values ('T', 'SHOP', 'Shop', 'software'), ('T', 'LINE', 'Line', 'network');
  insert into isms.asset_dependency (scope, asset, supports) values ('T', 'LINE', 'SHOP');
  select pg_temp.item('1', 'in', 'asset', 'SHOP'), pg_temp.item('2', 'out', 'asset', 'LINE') $$),
('RD-012', 'nothing_to_judge', 'everything is in', $$ select pg_temp.item('SHOP', 'in') $$),

('RD-013', 'passed', 'two processes, one gives to the other', $$ insert into isms.process (scope, code, title, owner) values ('T', 'A', 'Assess', 'li'), ('T', 'B', 'Treat', 'sam');
  insert into isms.process_interaction (scope, from_process, to_process, what) values ('T', 'A', 'B', 'Risks') $$),
('RD-013', 'failed', 'none', ''),
('RD-013', 'failed', 'no owner', $$ insert into isms.process (scope, code, title, owner) values ('T', 'A', 'Assess', 'li'), ('T', 'B', 'Treat', null);
  insert into isms.process_interaction (scope, from_process, to_process, what) values ('T', 'A', 'B', 'Risks') $$),
('RD-013', 'failed', 'the owner has left', $$ insert into isms.process (scope, code, title, owner) values ('T', 'A', 'Assess', 'li'), ('T', 'B', 'Treat', 'sam');
  insert into isms.process_interaction (scope, from_process, to_process, what) values ('T', 'A', 'B', 'Risks'); select pg_temp.leaves('sam', pg_temp.day(-1)) $$),
('RD-013', 'failed', 'one stands alone', $$ insert into isms.process (scope, code, title, owner) values ('T', 'A', 'Assess', 'li'), ('T', 'B', 'Treat', 'sam') $$),

('RD-014', 'passed', 'Dana is', $$ select pg_temp.people() $$),
('RD-014', 'failed', 'nobody', ''),
('RD-014', 'failed', 'only proposed', $$ insert into isms.role_assignment (scope, code, person, role, status) values ('T', 'RA-1', 'dana', 'top_management', 'proposed') $$),
('RD-014', 'failed', 'Dana has left', $$ select pg_temp.people(), pg_temp.leaves('dana', pg_temp.day(-1)) $$),
('RD-014', 'failed', 'an account that is nobody', $$ select pg_temp.people(); update isms.person set kind = 'service' where code = 'dana' $$),
('RD-014', 'failed', 'in another scope', $$ insert into isms.role_assignment (scope, code, person, role, status) values ('OTHER', 'RA-1', 'dana', 'top_management', 'active') $$),

('RD-015', 'passed', 'the period ends today', $$ insert into isms.resource_decision (scope, code, title, purpose, people, period, status) values ('T', '1', 'Now', 'ISMS', 1, daterange(pg_temp.day(-99), pg_temp.day(), '[]'), 'approved') $$),
('RD-015', 'failed', 'it ended yesterday', $$ insert into isms.resource_decision (scope, code, title, purpose, people, period, status) values ('T', '1', 'Then', 'ISMS', 1, daterange(pg_temp.day(-99), pg_temp.day(-1), '[]'), 'approved') $$),
('RD-015', 'failed', 'a draft', $$ insert into isms.resource_decision (scope, code, title, purpose, people, period) values ('T', '1', 'Perhaps', 'ISMS', 1, daterange(pg_temp.day(-99), pg_temp.day(99))) $$),

('RD-016', 'passed', 'in force', $$ select pg_temp.policy() $$),
('RD-016', 'failed', 'none', ''),
('RD-016', 'failed', 'in review', $$ select pg_temp.document('policy', 'in_review') $$),
('RD-016', 'failed', 'a policy on one topic is not it', $$ select pg_temp.document('topic_policy') $$),

('RD-017', 'passed', 'Dana approved it', $$ select pg_temp.people(), pg_temp.policy() $$),
('RD-017', 'failed', 'Li approved it', $$ select pg_temp.people(), pg_temp.document('policy', approver => 'li') $$),
('RD-017', 'passed', 'Dana has left since', $$ select pg_temp.people(), pg_temp.policy(), pg_temp.leaves('dana', pg_temp.day(-1)); update isms.role_assignment set status = 'ended', valid_until = pg_temp.day(-1) where code = 'RA-1' $$),
('RD-017', 'failed', 'Dana had left before', $$ select pg_temp.people(), pg_temp.policy(); update isms.role_assignment set status = 'ended', valid_until = pg_temp.day(-11) where code = 'RA-1' $$),
('RD-017', 'passed', 'only the version before was approved by Li', $$ select pg_temp.people(), pg_temp.document('policy', effective_from => pg_temp.day(-99), version => '0', approver => 'li'), pg_temp.policy() $$),
('RD-017', 'nothing_to_judge', 'no policy is in force', $$ select pg_temp.people(), pg_temp.document('policy', 'draft', approver => 'li') $$),

('RD-018', 'passed', 'it holds objectives', $$ select pg_temp.policy() $$),
('RD-018', 'failed', 'nobody said that it does', $$ select pg_temp.policy(); update isms.document_version set has_objectives = null $$),
('RD-018', 'passed', 'an objective follows from it', $$ select pg_temp.policy(); update isms.document_version set has_objectives = false;
  insert into isms.objective (scope, code, title, policy, period, status) values ('T', '1', 'Second factor', 'D-policy', '[2026-01-01,)', 'approved') $$),
('RD-018', 'failed', 'the objective is a draft', $$ select pg_temp.policy(); update isms.document_version set has_objectives = false;
  insert into isms.objective (scope, code, title, policy, period) values ('T', '1', 'Second factor', 'D-policy', '[2026-01-01,)') $$),

('RD-019', 'passed', 'both', $$ select pg_temp.policy() $$),
('RD-019', 'failed', 'one of two', $$ select pg_temp.policy(); update isms.document_version set commits_improvement = false $$),
('RD-019', 'failed', 'nobody said', $$ select pg_temp.document('policy') $$),

('RD-020', 'passed', 'sent to everybody', $$ select pg_temp.policy(); insert into isms.communication_record (scope, code, document, version, sent_on, sent_to) values ('T', '1', 'D-policy', '1', pg_temp.day(), 'Everybody') $$),
('RD-020', 'failed', 'to nobody', $$ select pg_temp.policy() $$),
('RD-020', 'failed', 'only the version before was', $$ select pg_temp.document('policy', effective_from => pg_temp.day(-99), version => '0'), pg_temp.policy();
  insert into isms.communication_record (scope, code, document, version, sent_on, sent_to) values ('T', '1', 'D-policy', '0', pg_temp.day(-99), 'Everybody') $$),
('RD-020', 'failed', 'to customers alone', $$ select pg_temp.policy(); insert into isms.communication_item (scope, code, what, occasion, with_whom, how, direction) values ('T', 'C', 'Policy', 'New', 'Customers', 'Mail', 'external');
  insert into isms.communication_record (scope, code, item, document, version, sent_on, sent_to) values ('T', '1', 'C', 'D-policy', '1', pg_temp.day(), 'Customers') $$),

('RD-021', 'passed', 'on the web site', $$ select pg_temp.policy() $$),
('RD-021', 'failed', 'blank', $$ select pg_temp.policy(); update isms.document_version set availability = ' ' $$),

('RD-022', 'passed', 'Li does', $$ select pg_temp.people() $$),
('RD-022', 'failed', 'nobody', ''),
('RD-022', 'failed', 'Li has left', $$ select pg_temp.people(), pg_temp.leaves('li', pg_temp.day(-1)) $$),
('RD-022', 'failed', 'Li''s time in the role is over', $$ select pg_temp.people(); update isms.role_assignment set valid_until = pg_temp.day(-1) where code = 'RA-2' $$),
('RD-022', 'passed', 'the scope names another role', $$ insert into isms.role_assignment (scope, code, person, role, status) values ('T', 'RA-9', 'sam', 'process_owner', 'active');
  insert into isms.readiness_overlay (scope, rule, switched_off, parameters, reason) values ('T', 'RD-022', false, '{"role": "process_owner"}', 'Quality does it') $$),

('RD-023', 'passed', 'Li does', $$ select pg_temp.people() $$),
('RD-023', 'failed', 'nobody', ''),
('RD-023', 'failed', 'Li begins next month', $$ select pg_temp.people(); update isms.role_assignment set valid_from = pg_temp.day(30) where code = 'RA-2' $$),

('RD-024', 'passed', 'all are here', $$ select pg_temp.people() $$),
('RD-024', 'failed', 'Sam has left', $$ select pg_temp.people(), pg_temp.leaves('sam', pg_temp.day(-1)) $$),
('RD-024', 'passed', 'Sam''s last day is today', $$ select pg_temp.people(), pg_temp.leaves('sam', pg_temp.day()) $$),
('RD-024', 'passed', 'Sam has left, the role was ended', $$ select pg_temp.people(), pg_temp.leaves('sam', pg_temp.day(-1)); update isms.role_assignment set status = 'ended' where code = 'RA-3' $$),
('RD-024', 'nothing_to_judge', 'nobody but an auditor from outside', '');

-- The shipped method, 5x5, in force for a month, and the people.
create function pg_temp.method(approved_on date default pg_temp.day(-30)) returns void language sql
begin atomic
  select pg_temp.people(), isms.copy_method('5x5', 'T');
  update isms.risk_method m set status = 'approved', approved_on = method.approved_on where m.scope = 'T';
end;

-- Very high unless said otherwise: under 5x5 1 x 1 is very low, 3 x 3 medium, 5 x 5 very high.
create function pg_temp.risk(code text, status text default 'assessed', likelihood integer default 5, consequence integer default 5, owner text default 'sam', assessed_on date default pg_temp.day(-5), asset text default null)
  returns void language sql
begin atomic
  insert into isms.risk (scope, code, title, hits, likelihood, consequence, owner, method, assessor, assessed_on, asset, status)
  values ('T', code, 'Risk', 'C', likelihood, consequence, owner, '5x5', 'li', assessed_on, asset, status);
end;

create function pg_temp.option(risk text, option text default 'modification', withdrawn boolean default false) returns void language sql
begin atomic
  insert into isms.treatment (scope, risk, option, other_party, agreement, withdrawn_on, withdrawn_reason)
  values ('T', risk, option, 'Insurer', 'Policy 7', case when withdrawn then pg_temp.day(-1) end, 'Too dear');
end;

create function pg_temp.asset(code text, kind text default 'information', rating text default null) returns void language sql
begin atomic
  insert into isms.asset (scope, code, title, kind, rating) values ('T', code, 'Asset', kind, rating::isms.rating);
end;

create function pg_temp.action(code text, kind text default 'risk', serves text default 'R', due_on date default pg_temp.day(30), owner text default 'li', resources text default 'Two days', status text default 'planned') returns void language sql
begin atomic
  insert into isms.action (scope, code, title, serves_kind, serves, due_on, owner, resources, status) values ('T', code, 'To do', kind, serves, due_on, owner, resources, status);
end;

-- A round that is closed, with what comes out now.
create function pg_temp.round(code text default 'AR', closed_on date default pg_temp.day(-1)) returns void language sql
begin atomic
  insert into isms.assessment_round (scope, code, title, opened_on, closed_on, status) values ('T', code, 'Round', closed_on, closed_on, 'closed');
  insert into isms.assessment_result select n.* from isms.assessment_now('T', code) n;
end;

insert into readiness_case (rule, expected, what, given) values
('RD-025', 'passed', 'an opportunity with what is done', $$ insert into isms.opportunity (scope, code, title, kind, planned_action) values ('T', '1', 'New wiki', 'opportunity', 'Move policies there') $$),
('RD-025', 'passed', 'an action serves it', $$ insert into isms.opportunity (scope, code, title, kind) values ('T', '1', 'Nobody knows how', 'risk'); select pg_temp.action('A', 'opportunity', '1') $$),
('RD-025', 'failed', 'none', ''),
('RD-025', 'failed', 'nothing is done', $$ insert into isms.opportunity (scope, code, title, kind) values ('T', '1', 'Nobody knows how', 'risk') $$),
('RD-025', 'failed', 'the action was cancelled', $$ insert into isms.opportunity (scope, code, title, kind) values ('T', '1', 'Nobody knows how', 'risk'); select pg_temp.action('A', 'opportunity', '1', status => 'cancelled') $$),

('RD-026', 'passed', 'it is said', $$ insert into isms.opportunity (scope, code, title, kind, planned_action, effectiveness_method) values ('T', '1', 'Wiki', 'opportunity', 'Move', 'Count readers') $$),
('RD-026', 'failed', 'it is not', $$ insert into isms.opportunity (scope, code, title, kind, planned_action) values ('T', '1', 'Wiki', 'opportunity', 'Move') $$),
('RD-026', 'failed', 'it is not, of an action in the list of actions', $$ insert into isms.opportunity (scope, code, title, kind) values ('T', '1', 'Wiki', 'opportunity'); select pg_temp.action('A', 'opportunity', '1') $$),
('RD-026', 'nothing_to_judge', 'nothing is done about it', $$ insert into isms.opportunity (scope, code, title, kind) values ('T', '1', 'Wiki', 'opportunity') $$),

('RD-027', 'passed', 'an approved method', $$ select pg_temp.method() $$),
('RD-027', 'passed', 'a document', $$ select pg_temp.document('method') $$),
('RD-027', 'failed', 'a draft', $$ select isms.copy_method('5x5', 'T') $$),
('RD-027', 'failed', 'in force from tomorrow', $$ select pg_temp.method(pg_temp.day(1)) $$),

('RD-028', 'passed', 'written, with levels', $$ select pg_temp.method() $$),
('RD-028', 'failed', 'no method', ''),
('RD-028', 'failed', 'not written', $$ select pg_temp.method(); update isms.risk_method set acceptance_criteria = ' ' $$),
('RD-028', 'failed', 'no levels', $$ select pg_temp.method(); delete from isms.risk_level $$),

('RD-029', 'passed', 'written', $$ select pg_temp.method() $$),
('RD-029', 'failed', 'no method', ''),
('RD-029', 'failed', 'not written', $$ select pg_temp.method(); update isms.risk_method set when_to_assess = null $$),

('RD-030', 'passed', 'whole scales, assessed on the first day of the method', $$ select pg_temp.method(); select pg_temp.risk('R', assessed_on => pg_temp.day(-30)) $$),
('RD-030', 'failed', 'a step is missing', $$ select pg_temp.method(); delete from isms.risk_scale_step where step = 3 $$),
('RD-030', 'failed', 'assessed a day before the method was in force', $$ select pg_temp.method(); select pg_temp.risk('R', assessed_on => pg_temp.day(-31)) $$),
('RD-030', 'failed', 'assessed by a draft', $$ select isms.copy_method('5x5', 'T'); select pg_temp.risk('R') $$),
('RD-030', 'passed', 'a fall in the matrix is another matter', $$ select pg_temp.method(); update isms.risk_method set matrix[3][3] = 0 $$),
('RD-030', 'nothing_to_judge', 'a draft nobody used', $$ select isms.copy_method('5x5', 'T'); delete from isms.risk_scale_step where step = 3 $$),

('RD-031', 'passed', 'it rises', $$ select pg_temp.method() $$),
('RD-031', 'failed', 'it falls in the middle', $$ select pg_temp.method(); update isms.risk_method set matrix[3][3] = 0 $$),
('RD-031', 'failed', 'a higher level is milder', $$ select pg_temp.method(); update isms.risk_level set disposition = 'acceptable' where rank = 4 $$),

('RD-032', 'passed', 'a round was finished', $$ select pg_temp.method(); select pg_temp.risk('R'); select pg_temp.round(); select pg_temp.risk('NEW', assessed_on => null) $$),
('RD-032', 'passed', 'each risk is assessed, without a round', $$ select pg_temp.method(); select pg_temp.risk('R') $$),
('RD-032', 'failed', 'no risk', $$ select pg_temp.method() $$),
('RD-032', 'failed', 'one of two is assessed', $$ select pg_temp.method(); select pg_temp.risk('R'), pg_temp.risk('Q', assessed_on => null) $$),
('RD-032', 'failed', 'a round that found no risks', $$ select pg_temp.method(); select pg_temp.round() $$),

('RD-033', 'passed', 'confidentiality', $$ select pg_temp.method(); select pg_temp.risk('R') $$),
('RD-033', 'failed', 'not said', $$ select pg_temp.method(); select pg_temp.risk('R'); update isms.risk set hits = null $$),
('RD-033', 'nothing_to_judge', 'the risk is closed', $$ select pg_temp.method(); select pg_temp.risk('R', 'closed'); update isms.risk set hits = null $$),

('RD-034', 'passed', 'a risk of the asset', $$ select pg_temp.method(), pg_temp.asset('DATA'); select pg_temp.risk('R', asset => 'DATA') $$),
('RD-034', 'passed', 'a risk of what it runs on, two steps away', $$ select pg_temp.method(), pg_temp.asset('DATA'), pg_temp.asset('HOST', 'hardware'), pg_temp.asset('ROOM', 'premises');
  insert into isms.asset_dependency (scope, asset, supports) values ('T', 'HOST', 'DATA'), ('T', 'ROOM', 'HOST'); select pg_temp.risk('R', asset => 'ROOM') $$),
('RD-034', 'passed', 'an event scenario hits it', $$ select pg_temp.method(), pg_temp.asset('DATA'); insert into isms.event_scenario (scope, code, title, source, event) values ('T', 'E', 'Theft', 'Criminals', 'All copied');
  insert into isms.event_scenario_asset (scope, event_scenario, asset) values ('T', 'E', 'DATA'); select pg_temp.risk('R'); update isms.risk set event_scenario = 'E' $$),
('RD-034', 'failed', 'none', $$ select pg_temp.asset('DATA') $$),
('RD-034', 'failed', 'the risk is closed', $$ select pg_temp.method(), pg_temp.asset('DATA'); select pg_temp.risk('R', 'closed', asset => 'DATA') $$),
('RD-034', 'failed', 'an event scenario nobody followed up', $$ insert into isms.event_scenario (scope, code, title, source, event) values ('T', 'E', 'Theft', 'Criminals', 'All copied') $$),
('RD-034', 'nothing_to_judge', 'out of scope, or not primary', $$ select pg_temp.asset('DATA'), pg_temp.asset('HOST', 'hardware'), pg_temp.item('S', 'out', 'asset', 'DATA') $$),

('RD-035', 'passed', 'Sam', $$ select pg_temp.method(); select pg_temp.risk('R') $$),
('RD-035', 'failed', 'nobody', $$ select pg_temp.method(); select pg_temp.risk('R', owner => null) $$),
('RD-035', 'failed', 'Sam has left', $$ select pg_temp.method(), pg_temp.leaves('sam', pg_temp.day(-1)); select pg_temp.risk('R') $$),
('RD-035', 'failed', 'Li is no risk owner', $$ select pg_temp.method(); select pg_temp.risk('R', owner => 'li') $$),
('RD-035', 'failed', 'Sam was one until yesterday', $$ select pg_temp.method(); select pg_temp.risk('R'); update isms.role_assignment set valid_until = pg_temp.day(-1) where code = 'RA-3' $$),
('RD-035', 'nothing_to_judge', 'the risk is closed', $$ select pg_temp.method(); select pg_temp.risk('R', 'closed', owner => null) $$),

('RD-036', 'passed', 'rated', $$ select pg_temp.method(); select pg_temp.risk('R', consequence => 1) $$),
('RD-036', 'failed', 'not rated', $$ select pg_temp.method(); select pg_temp.risk('R', 'identified', consequence => null) $$),
('RD-036', 'failed', 'not on the scale', $$ select pg_temp.method(); select pg_temp.risk('R', consequence => 9) $$),
('RD-036', 'passed', 'of three factors it is the asset''s rating', $$ select pg_temp.method(), pg_temp.asset('DATA', rating => 'C3 I- A-'); update isms.risk_method set score_rule = 'impact_threat_vulnerability'; select pg_temp.risk('R', consequence => null, asset => 'DATA') $$),
('RD-036', 'failed', 'the asset is not rated in what is hit', $$ select pg_temp.method(), pg_temp.asset('DATA', rating => 'C- I3 A-'); update isms.risk_method set score_rule = 'impact_threat_vulnerability'; select pg_temp.risk('R', consequence => null, asset => 'DATA') $$),
('RD-036', 'unknown', 'what is hit is asked elsewhere', $$ select pg_temp.method(); update isms.risk_method set score_rule = 'impact_threat_vulnerability'; select pg_temp.risk('R'); update isms.risk set hits = null $$),

('RD-037', 'passed', 'rated', $$ select pg_temp.method(); select pg_temp.risk('R') $$),
('RD-037', 'failed', 'not rated', $$ select pg_temp.method(); select pg_temp.risk('R', likelihood => null) $$),
('RD-037', 'failed', 'of three factors one is missing', $$ select pg_temp.method(); update isms.risk_method set score_rule = 'impact_threat_vulnerability';
  insert into isms.risk_scale_step (scope, method, scale, step, label) select 'T', '5x5', s, 1, 'One' from unnest('{threat,vulnerability}'::text[]) s; select pg_temp.risk('R'); update isms.risk set threat_rate = 1 $$),
('RD-037', 'passed', 'of three factors both are there', $$ select pg_temp.method(); update isms.risk_method set score_rule = 'impact_threat_vulnerability';
  insert into isms.risk_scale_step (scope, method, scale, step, label) select 'T', '5x5', s, 1, 'One' from unnest('{threat,vulnerability}'::text[]) s; select pg_temp.risk('R'); update isms.risk set threat_rate = 1, vulnerability_rate = 1 $$),

('RD-038', 'passed', 'a level, and recorded as it was', $$ select pg_temp.method(); select pg_temp.risk('R'); select pg_temp.round() $$),
('RD-038', 'unknown', 'not rated', $$ select pg_temp.method(); select pg_temp.risk('R', likelihood => null) $$),
('RD-038', 'failed', 'the method has no level that low', $$ select pg_temp.method(); delete from isms.risk_level where rank = 1; select pg_temp.risk('R', likelihood => 1, consequence => 1) $$),
('RD-038', 'failed', 'the record was altered', $$ select pg_temp.method(); select pg_temp.risk('R'); select pg_temp.round(); update isms.assessment_result set inherent_rank = 1 $$),
('RD-038', 'passed', 'rated otherwise since, the record holds what it was then', $$ select pg_temp.method(); select pg_temp.risk('R'); select pg_temp.round(); update isms.risk set likelihood = 1 $$),
('RD-038', 'passed', 'only the last round is looked at', $$ select pg_temp.method(); select pg_temp.risk('R'); select pg_temp.round('OLD', pg_temp.day(-9)), pg_temp.round(); update isms.assessment_result set inherent_rank = 1 where round = 'OLD' $$),

('RD-039', 'passed', 'assessed, and recorded as above criteria', $$ select pg_temp.method(); select pg_temp.risk('R'); select pg_temp.round() $$),
('RD-039', 'failed', 'rated, but the step was never taken', $$ select pg_temp.method(); select pg_temp.risk('R', 'identified', assessed_on => null) $$),
('RD-039', 'unknown', 'not rated', $$ select pg_temp.method(); select pg_temp.risk('R', 'identified', likelihood => null, assessed_on => null) $$),
('RD-039', 'failed', 'the present level is entered, and was not', $$ select pg_temp.method(); update isms.risk_method set residual_rule = 'entered'; select pg_temp.risk('R') $$),
('RD-039', 'failed', 'recorded as within criteria, and it was not', $$ select pg_temp.method(); select pg_temp.risk('R'); select pg_temp.round(); update isms.assessment_result set above_criteria = false $$),

('RD-040', 'passed', 'the levels say within which time', $$ select pg_temp.method(); select pg_temp.risk('R'); select pg_temp.option('R') $$),
('RD-040', 'failed', 'nothing says so', $$ select pg_temp.method(); update isms.risk_level set treat_within = null; select pg_temp.risk('R'); select pg_temp.option('R') $$),
('RD-040', 'passed', 'an action has its day', $$ select pg_temp.method(); update isms.risk_level set treat_within = null; select pg_temp.risk('R'); select pg_temp.option('R'), pg_temp.action('A') $$),
('RD-040', 'failed', 'the action was cancelled', $$ select pg_temp.method(); update isms.risk_level set treat_within = null; select pg_temp.risk('R'); select pg_temp.option('R'), pg_temp.action('A', status => 'cancelled') $$),
('RD-040', 'passed', 'a field of their own', $$ select pg_temp.method(); update isms.risk_level set treat_within = null; select pg_temp.risk('R'); select pg_temp.option('R'); update isms.risk set custom = '{"priority": "A"}' $$),
('RD-040', 'unknown', 'not rated', $$ select pg_temp.method(); select pg_temp.risk('R', likelihood => null); select pg_temp.option('R') $$),
('RD-040', 'nothing_to_judge', 'retained', $$ select pg_temp.method(); select pg_temp.risk('R'); select pg_temp.option('R', 'retention') $$);
