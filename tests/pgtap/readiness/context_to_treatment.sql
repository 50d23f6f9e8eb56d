-- Clauses 4 to 6.1.  Days are counted from today in the scope; what is not said is as it should be.

create function pg_temp.day(days integer default 0) returns date language sql
  return isms.today('T') + days;

-- The first day from which a period still holds today: before a leap day one later.
create function pg_temp.day_before(period interval) returns date language sql
  return (select x.d + case when (x.d + period)::date < isms.today('T') then 1 else 0 end from (select (isms.today('T') - period)::date) x(d));

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
  insert into isms.document_version (scope, document, version, kind, title, author, approver, effective_from, withdrawn_on, status)
  values ('T', 'D-' || kind, version, kind, 'Document', 'li', approver, effective_from, case status when 'withdrawn' then pg_temp.day() end, status);
end;

-- A policy in force, as it is to be but for what the case changes; beside it a draft and another document, of which nothing is asked.
create function pg_temp.policy() returns void language sql
begin atomic
  select pg_temp.document('policy');
  update isms.document_version v set has_objectives = true, commits_requirements = true, commits_improvement = true, availability = 'On our web site' where v.document = 'D-policy';
  select pg_temp.document('policy', 'draft', version => '2', approver => 'li'), pg_temp.document('procedure', approver => 'li');
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
('RD-001', 'passed', 'for the last day, looked at today', $$ select pg_temp.issue('1', 'external'), pg_temp.issue('2', 'internal', reviewed_on => pg_temp.day(), ended_on => pg_temp.day()) $$),
('RD-001', 'failed', 'for the last day, and nobody watches it', $$ select pg_temp.issue('1', 'external'), pg_temp.issue('2', 'internal'), pg_temp.issue('3', 'internal', owner => null, ended_on => pg_temp.day()) $$),

('RD-002', 'passed', 'the interval ends today', $$ select pg_temp.issue('1', 'external', reviewed_on => pg_temp.day_before('1 year')) $$),
('RD-002', 'failed', 'it ended yesterday', $$ select pg_temp.issue('1', 'external', reviewed_on => pg_temp.day_before('1 year') - 1) $$),
('RD-002', 'failed', 'its own interval is shorter', $$ select pg_temp.issue('1', 'external', reviewed_on => pg_temp.day(-40)); update isms.context_issue set review_every = '1 month' $$),
('RD-002', 'unknown', 'when it was reviewed is asked elsewhere', $$ select pg_temp.issue('1', 'external', reviewed_on => null) $$),
('RD-002', 'nothing_to_judge', 'what ended needs no review', $$ select pg_temp.issue('1', 'external', reviewed_on => pg_temp.day(-1000), ended_on => pg_temp.day(-1)) $$),
('RD-002', 'failed', 'it is one for the last day', $$ select pg_temp.issue('1', 'external', reviewed_on => pg_temp.day(-1000), ended_on => pg_temp.day()) $$),

('RD-003', 'passed', 'it is not relevant, and why', $$ insert into isms.climate_decision (scope, decided_on, relevant, reason) values ('T', pg_temp.day(), false, 'All of us work from home') $$),
('RD-003', 'failed', 'nothing decided', ''),
('RD-003', 'failed', 'without a reason', $$ alter table isms.climate_decision drop constraint climate_decision_reason_given; insert into isms.climate_decision (scope, decided_on, relevant, reason) values ('T', pg_temp.day(), false, ' ') $$),

('RD-004', 'passed', 'a customer', $$ select pg_temp.party('1') $$),
('RD-004', 'failed', 'nobody', ''),
('RD-004', 'failed', 'nobody any more', $$ select pg_temp.party('1', ended_on => pg_temp.day(-1)) $$),
('RD-004', 'passed', 'for the last day', $$ select pg_temp.party('1', ended_on => pg_temp.day()) $$),

('RD-005', 'passed', 'it requires something', $$ select pg_temp.party('1'); select pg_temp.requirement('a', '1') $$),
('RD-005', 'failed', 'it requires nothing', $$ select pg_temp.party('1'), pg_temp.party('2'); select pg_temp.requirement('a', '1') $$),
('RD-005', 'failed', 'it requires nothing any more', $$ select pg_temp.party('1'); select pg_temp.requirement('a', '1', ended_on => pg_temp.day(-1)) $$),
('RD-005', 'nothing_to_judge', 'a party that does not count any more', $$ select pg_temp.party('1', ended_on => pg_temp.day(-1)) $$),
('RD-005', 'passed', 'until today', $$ select pg_temp.party('1', ended_on => pg_temp.day()); select pg_temp.requirement('a', '1', ended_on => pg_temp.day()) $$),
('RD-005', 'failed', 'it counts until today', $$ select pg_temp.party('1', ended_on => pg_temp.day()) $$),

('RD-006', 'passed', 'decided, either way', $$ select pg_temp.party('1'); select pg_temp.requirement('a', '1'), pg_temp.requirement('b', '1', addressed => false) $$),
('RD-006', 'failed', 'undecided', $$ select pg_temp.party('1'); select pg_temp.requirement('a', '1', addressed => null) $$),
('RD-006', 'nothing_to_judge', 'undecided, of a party that does not count any more', $$ select pg_temp.party('1', ended_on => pg_temp.day(-1)); select pg_temp.requirement('a', '1', addressed => null) $$),
('RD-006', 'failed', 'undecided, and holds until today', $$ select pg_temp.party('1', ended_on => pg_temp.day()); select pg_temp.requirement('a', '1', addressed => null, ended_on => pg_temp.day()) $$),

('RD-007', 'passed', 'considered', $$ select pg_temp.party('1') $$),
('RD-007', 'failed', 'not yet', $$ select pg_temp.party('1', climate_considered => null) $$),
('RD-007', 'failed', 'not yet, and it counts until today', $$ select pg_temp.party('1', climate_considered => false, ended_on => pg_temp.day()) $$),

('RD-008', 'passed', 'in force', $$ select pg_temp.document('scope') $$),
('RD-008', 'passed', 'in force from today, its review late', $$ select pg_temp.document('scope', effective_from => pg_temp.day()); update isms.document set next_review = pg_temp.day(-1) $$),
('RD-008', 'failed', 'a draft only', $$ select pg_temp.document('scope', 'draft') $$),
('RD-008', 'failed', 'approved, but its day has not come', $$ select pg_temp.document('scope', effective_from => pg_temp.day(1)) $$),
('RD-008', 'failed', 'withdrawn', $$ select pg_temp.document('scope', 'withdrawn') $$),
('RD-008', 'failed', 'somebody else''s', $$ insert into isms.document (scope, code, title, kind, mandatory, acknowledged, external, source, checked_on) values ('T', 'X', 'Group', 'scope', true, false, true, 'Parent', pg_temp.day()) $$),
('RD-008', 'failed', 'a policy is none', $$ select pg_temp.policy() $$),

('RD-009', 'passed', 'both named', $$ select pg_temp.issue('1', 'external'), pg_temp.party('2'); select pg_temp.requirement('a', '2');
  insert into isms.scope_reference (scope, kind, key) values ('T', 'issue', '1'), ('T', 'requirement', 'a') $$),
('RD-009', 'failed', 'no requirement named', $$ select pg_temp.issue('1', 'external'); insert into isms.scope_reference (scope, kind, key) values ('T', 'issue', '1') $$),
('RD-009', 'failed', 'the issue has ended', $$ select pg_temp.issue('1', 'external', ended_on => pg_temp.day(-1)), pg_temp.party('2'); select pg_temp.requirement('a', '2');
  insert into isms.scope_reference (scope, kind, key) values ('T', 'issue', '1'), ('T', 'requirement', 'a') $$),
('RD-009', 'failed', 'who required it does not count any more', $$ select pg_temp.issue('1', 'external'), pg_temp.party('2', ended_on => pg_temp.day(-1)); select pg_temp.requirement('a', '2');
  insert into isms.scope_reference (scope, kind, key) values ('T', 'issue', '1'), ('T', 'requirement', 'a') $$),
('RD-009', 'passed', 'both hold until today', $$ select pg_temp.issue('1', 'external', ended_on => pg_temp.day()), pg_temp.party('2'); select pg_temp.requirement('a', '2', ended_on => pg_temp.day());
  insert into isms.scope_reference (scope, kind, key) values ('T', 'issue', '1'), ('T', 'requirement', 'a') $$),
('RD-009', 'passed', 'who required it counts until today', $$ select pg_temp.issue('1', 'external'), pg_temp.party('2', ended_on => pg_temp.day()); select pg_temp.requirement('a', '2');
  insert into isms.scope_reference (scope, kind, key) values ('T', 'issue', '1'), ('T', 'requirement', 'a') $$),
('RD-009', 'failed', 'the requirement is named, not the issue of the same code', $$ select pg_temp.issue('a', 'external'), pg_temp.party('2'); select pg_temp.requirement('a', '2'); insert into isms.scope_reference (scope, kind, key) values ('T', 'requirement', 'a') $$),
('RD-009', 'failed', 'the issue is named, not the requirement of the same code', $$ select pg_temp.issue('a', 'external'), pg_temp.party('2'); select pg_temp.requirement('a', '2'); insert into isms.scope_reference (scope, kind, key) values ('T', 'issue', 'a') $$),

('RD-010', 'passed', 'an interface, described', $$ select pg_temp.item('HOST', 'interface') $$),
('RD-010', 'failed', 'none', $$ select pg_temp.item('SHOP', 'in') $$),
('RD-010', 'failed', 'one of two is not described', $$ select pg_temp.item('HOST', 'interface'), pg_temp.item('LINE', 'interface', reason => null) $$),

('RD-011', 'passed', 'in or out', $$ select pg_temp.item('HQ', 'in', 'site'), pg_temp.item('LAB', 'out', 'site') $$),
('RD-011', 'failed', 'undecided', $$ select pg_temp.item('HQ', null, 'site') $$),
('RD-011', 'failed', 'an asset nobody placed', $$ insert into isms.asset (scope, code, title, kind) values ('T', 'SHOP', 'Shop', 'software') $$),
('RD-011', 'passed', 'an asset that is placed', $$ insert into isms.asset (scope, code, title, kind) values ('T', 'SHOP', 'Shop', 'software'); select pg_temp.item('S', 'in', 'asset', 'SHOP') $$),
('RD-011', 'nothing_to_judge', 'networks are not asked for', $$ select pg_temp.item('NET', null, 'network') $$),
('RD-011', 'failed', 'a process of the same code is placed, the asset is not', $$ select pg_temp.asset('SHOP'), pg_temp.item('S', 'in', 'process', 'SHOP') $$),

('RD-012', 'passed', 'the shop needs the line, an interface', $$ select pg_temp.item('SHOP', 'in'), pg_temp.item('LINE', 'interface'); insert into isms.scope_dependency (scope, item, depends_on) values ('T', 'SHOP', 'LINE') $$),
('RD-012', 'passed', 'nothing needs what is out', $$ select pg_temp.item('SHOP', 'in'), pg_temp.item('CAR', 'out') $$),
('RD-012', 'failed', 'the line is out', $$ select pg_temp.item('SHOP', 'in'), pg_temp.item('LINE', 'out'); insert into isms.scope_dependency (scope, item, depends_on) values ('T', 'SHOP', 'LINE') $$),
('RD-012', 'failed', 'the inventory says that the shop needs it', $$ insert into isms.asset (scope, code, title, kind) values ('T', 'SHOP', 'Shop', 'software'), ('T', 'LINE', 'Line', 'network');
  insert into isms.asset_dependency (scope, asset, supports) values ('T', 'LINE', 'SHOP');
  select pg_temp.item('1', 'in', 'asset', 'SHOP'), pg_temp.item('2', 'out', 'asset', 'LINE') $$),
('RD-012', 'failed', 'a process that is in needs the supplier, for one more day', $$ insert into isms.process (scope, code, title) values ('T', 'PAY', 'Pay'); insert into isms.supplier (scope, code, title, what, process, ended_on) values ('T', 'BANK', 'Bank', 'Payments', 'PAY', pg_temp.day(1));
  select pg_temp.item('1', 'in', 'process', 'PAY'), pg_temp.item('2', 'out', 'supplier', 'BANK') $$),
('RD-012', 'passed', 'the supplier is none any more', $$ insert into isms.process (scope, code, title) values ('T', 'PAY', 'Pay'); insert into isms.supplier (scope, code, title, what, process, ended_on) values ('T', 'BANK', 'Bank', 'Payments', 'PAY', pg_temp.day());
  select pg_temp.item('1', 'in', 'process', 'PAY'), pg_temp.item('2', 'out', 'supplier', 'BANK') $$),
('RD-012', 'failed', 'a process takes from another, until today', $$ insert into isms.process (scope, code, title, ended_on) values ('T', 'PAY', 'Pay', pg_temp.day()), ('T', 'SELL', 'Sell', pg_temp.day()); insert into isms.process_interaction (scope, from_process, to_process, what) values ('T', 'PAY', 'SELL', 'Receipts');
  select pg_temp.item('1', 'in', 'process', 'SELL'), pg_temp.item('2', 'out', 'process', 'PAY') $$),
('RD-012', 'passed', 'the other has ended', $$ insert into isms.process (scope, code, title, ended_on) values ('T', 'PAY', 'Pay', pg_temp.day(-1)), ('T', 'SELL', 'Sell', null); insert into isms.process_interaction (scope, from_process, to_process, what) values ('T', 'PAY', 'SELL', 'Receipts');
  select pg_temp.item('1', 'in', 'process', 'SELL'), pg_temp.item('2', 'out', 'process', 'PAY') $$),
('RD-012', 'passed', 'it has ended itself', $$ insert into isms.process (scope, code, title, ended_on) values ('T', 'PAY', 'Pay', null), ('T', 'SELL', 'Sell', pg_temp.day(-1)); insert into isms.process_interaction (scope, from_process, to_process, what) values ('T', 'PAY', 'SELL', 'Receipts');
  select pg_temp.item('1', 'in', 'process', 'SELL'), pg_temp.item('2', 'out', 'process', 'PAY') $$),
('RD-012', 'nothing_to_judge', 'everything is in', $$ select pg_temp.item('SHOP', 'in') $$),
('RD-012', 'passed', 'that an interface is not described is another matter', $$ select pg_temp.item('LINE', 'interface', reason => null) $$),

('RD-013', 'passed', 'two processes, one gives to the other', $$ insert into isms.process (scope, code, title, owner) values ('T', 'A', 'Assess', 'li'), ('T', 'B', 'Treat', 'sam');
  insert into isms.process_interaction (scope, from_process, to_process, what) values ('T', 'A', 'B', 'Risks') $$),
('RD-013', 'failed', 'none', ''),
('RD-013', 'failed', 'no owner', $$ insert into isms.process (scope, code, title, owner) values ('T', 'A', 'Assess', 'li'), ('T', 'B', 'Treat', null);
  insert into isms.process_interaction (scope, from_process, to_process, what) values ('T', 'A', 'B', 'Risks') $$),
('RD-013', 'failed', 'the owner has left', $$ insert into isms.process (scope, code, title, owner) values ('T', 'A', 'Assess', 'li'), ('T', 'B', 'Treat', 'sam');
  insert into isms.process_interaction (scope, from_process, to_process, what) values ('T', 'A', 'B', 'Risks'); select pg_temp.leaves('sam', pg_temp.day(-1)) $$),
('RD-013', 'failed', 'one stands alone', $$ insert into isms.process (scope, code, title, owner) values ('T', 'A', 'Assess', 'li'), ('T', 'B', 'Treat', 'sam') $$),
('RD-013', 'failed', 'what the other gave to has ended', $$ insert into isms.process (scope, code, title, owner, ended_on) values ('T', 'A', 'Assess', 'li', null), ('T', 'B', 'Treat', 'sam', pg_temp.day(-1));
  insert into isms.process_interaction (scope, from_process, to_process, what) values ('T', 'A', 'B', 'Risks') $$),
('RD-013', 'failed', 'what the other took from has ended', $$ insert into isms.process (scope, code, title, owner, ended_on) values ('T', 'A', 'Assess', 'li', pg_temp.day(-1)), ('T', 'B', 'Treat', 'sam', null);
  insert into isms.process_interaction (scope, from_process, to_process, what) values ('T', 'A', 'B', 'Risks') $$),
('RD-013', 'passed', 'until today, both of them and Sam', $$ insert into isms.process (scope, code, title, owner, ended_on) values ('T', 'A', 'Assess', 'li', pg_temp.day()), ('T', 'B', 'Treat', 'sam', pg_temp.day());
  insert into isms.process_interaction (scope, from_process, to_process, what) values ('T', 'A', 'B', 'Risks'); select pg_temp.leaves('sam', pg_temp.day()) $$),
('RD-013', 'failed', 'none any more', $$ insert into isms.process (scope, code, title, owner, ended_on) values ('T', 'A', 'Assess', 'li', pg_temp.day(-1)) $$),
('RD-013', 'failed', 'one stands alone until today', $$ insert into isms.process (scope, code, title, owner) values ('T', 'A', 'Assess', 'li'), ('T', 'B', 'Treat', 'sam');
  insert into isms.process_interaction (scope, from_process, to_process, what) values ('T', 'A', 'B', 'Risks'); insert into isms.process (scope, code, title, owner, ended_on) values ('T', 'C', 'Audit', 'li', pg_temp.day()) $$),

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
('RD-016', 'failed', 'somebody elses', $$ insert into isms.document (scope, code, title, kind, mandatory, acknowledged, external, source, checked_on) values ('T', 'X', 'Group', 'policy', true, false, true, 'Parent', pg_temp.day()) $$),

('RD-017', 'passed', 'Dana approved it', $$ select pg_temp.people(), pg_temp.policy() $$),
('RD-017', 'failed', 'Li approved it', $$ select pg_temp.people(), pg_temp.document('policy', approver => 'li') $$),
('RD-017', 'passed', 'Dana has left since', $$ select pg_temp.people(), pg_temp.policy(), pg_temp.leaves('dana', pg_temp.day(-1)); update isms.role_assignment set status = 'ended', valid_until = pg_temp.day(-1) where code = 'RA-1' $$),
('RD-017', 'failed', 'Dana had left before', $$ select pg_temp.people(), pg_temp.policy(); update isms.role_assignment set status = 'ended', valid_until = pg_temp.day(-11) where code = 'RA-1' $$),
('RD-017', 'unknown', 'Dana''s time is over, nobody knows since when', $$ select pg_temp.people(), pg_temp.policy(); update isms.role_assignment set status = 'ended' where code = 'RA-1' $$),
('RD-017', 'passed', 'another time of hers is known', $$ select pg_temp.people(), pg_temp.policy(); update isms.role_assignment set status = 'ended' where code = 'RA-1';
  insert into isms.role_assignment (scope, code, person, role, status) values ('T', 'RA-9', 'dana', 'top_management', 'active') $$),
('RD-017', 'failed', 'Dana was not in top management yet', $$ select pg_temp.people(), pg_temp.policy(); update isms.role_assignment set status = 'ended', valid_from = pg_temp.day(-9) where code = 'RA-1' $$),
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
('RD-022', 'failed', 'an account that is nobody', $$ select pg_temp.people(); update isms.person set kind = 'service' where code = 'li' $$),

('RD-023', 'passed', 'Li does', $$ select pg_temp.people() $$),
('RD-023', 'failed', 'nobody', ''),
('RD-023', 'failed', 'Li begins next month', $$ select pg_temp.people(); update isms.role_assignment set valid_from = pg_temp.day(30) where code = 'RA-2' $$),
('RD-023', 'failed', 'an account that is nobody', $$ select pg_temp.people(); update isms.person set kind = 'service' where code = 'li' $$),

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
('RD-025', 'failed', 'the action serves something else of the same code', $$ insert into isms.opportunity (scope, code, title, kind) values ('T', '1', 'Nobody knows how', 'risk'); select pg_temp.action('A', 'risk', '1') $$),

('RD-026', 'passed', 'it is said', $$ insert into isms.opportunity (scope, code, title, kind, planned_action, effectiveness_method) values ('T', '1', 'Wiki', 'opportunity', 'Move', 'Count readers') $$),
('RD-026', 'failed', 'it is not', $$ insert into isms.opportunity (scope, code, title, kind, planned_action) values ('T', '1', 'Wiki', 'opportunity', 'Move') $$),
('RD-026', 'failed', 'it is not, of an action in the list of actions', $$ insert into isms.opportunity (scope, code, title, kind) values ('T', '1', 'Wiki', 'opportunity'); select pg_temp.action('A', 'opportunity', '1') $$),
('RD-026', 'nothing_to_judge', 'nothing is done about it', $$ insert into isms.opportunity (scope, code, title, kind) values ('T', '1', 'Wiki', 'opportunity') $$),
('RD-026', 'nothing_to_judge', 'the action was cancelled, or serves something else', $$ insert into isms.opportunity (scope, code, title, kind) values ('T', '1', 'Wiki', 'opportunity'); select pg_temp.action('A', 'opportunity', '1', status => 'cancelled'), pg_temp.action('B', 'risk', '1') $$),

('RD-027', 'passed', 'an approved method', $$ select pg_temp.method() $$),
('RD-027', 'passed', 'a document', $$ select pg_temp.document('method') $$),
('RD-027', 'failed', 'a draft', $$ select isms.copy_method('5x5', 'T') $$),
('RD-027', 'failed', 'in force from tomorrow', $$ select pg_temp.method(pg_temp.day(1)) $$),
('RD-027', 'passed', 'in force from today', $$ select pg_temp.method(pg_temp.day()) $$),
('RD-027', 'failed', 'closed', $$ select pg_temp.method(); update isms.risk_method set status = 'closed' $$),
('RD-027', 'failed', 'the document is a draft, or something else', $$ select pg_temp.document('method', 'draft'), pg_temp.policy() $$),
('RD-027', 'failed', 'somebody elses document', $$ insert into isms.document (scope, code, title, kind, mandatory, acknowledged, external, source, checked_on) values ('T', 'X', 'ISO/IEC 27005', 'method', true, false, true, 'ISO', pg_temp.day()) $$),

('RD-028', 'passed', 'written, with levels', $$ select pg_temp.method() $$),
('RD-028', 'failed', 'no method', ''),
('RD-028', 'failed', 'not written', $$ select pg_temp.method(); update isms.risk_method set acceptance_criteria = ' ' $$),
('RD-028', 'failed', 'no levels', $$ select pg_temp.method(); delete from isms.risk_level $$),
('RD-028', 'passed', 'in force from today', $$ select pg_temp.method(pg_temp.day()) $$),
('RD-028', 'failed', 'in force from tomorrow', $$ select pg_temp.method(pg_temp.day(1)) $$),
('RD-028', 'failed', 'closed', $$ select pg_temp.method(); update isms.risk_method set status = 'closed' $$),

('RD-029', 'passed', 'written', $$ select pg_temp.method() $$),
('RD-029', 'failed', 'no method', ''),
('RD-029', 'failed', 'not written', $$ select pg_temp.method(); update isms.risk_method set when_to_assess = null $$),
('RD-029', 'passed', 'in force from today', $$ select pg_temp.method(pg_temp.day()) $$),
('RD-029', 'failed', 'in force from tomorrow', $$ select pg_temp.method(pg_temp.day(1)) $$),
('RD-029', 'failed', 'closed', $$ select pg_temp.method(); update isms.risk_method set status = 'closed' $$),

('RD-030', 'passed', 'whole scales, assessed on the first day of the method', $$ select pg_temp.method(); select pg_temp.risk('R', assessed_on => pg_temp.day(-30)) $$),
('RD-030', 'failed', 'a step is missing', $$ select pg_temp.method(); delete from isms.risk_scale_step where step = 3 $$),
('RD-030', 'failed', 'assessed a day before the method was in force', $$ select pg_temp.method(); select pg_temp.risk('R', assessed_on => pg_temp.day(-31)) $$),
('RD-030', 'failed', 'assessed by a draft', $$ select isms.copy_method('5x5', 'T'); select pg_temp.risk('R') $$),
('RD-030', 'passed', 'how a closed one was assessed is past', $$ select pg_temp.method(); select pg_temp.risk('R', 'closed', assessed_on => pg_temp.day(-31)) $$),
('RD-030', 'passed', 'a fall in the matrix is another matter', $$ select pg_temp.method(); update isms.risk_method set matrix[3][3] = 0 $$),
('RD-030', 'nothing_to_judge', 'a draft nobody used', $$ select isms.copy_method('5x5', 'T'); delete from isms.risk_scale_step where step = 3 $$),
('RD-030', 'failed', 'assessed by a draft that has a day', $$ select pg_temp.method(); update isms.risk_method set status = 'draft'; select pg_temp.risk('R') $$),

('RD-031', 'passed', 'it rises', $$ select pg_temp.method() $$),
('RD-031', 'failed', 'it falls in the middle', $$ select pg_temp.method(); update isms.risk_method set matrix[3][3] = 0 $$),
('RD-031', 'failed', 'a higher level is milder', $$ select pg_temp.method(); update isms.risk_level set disposition = 'acceptable' where rank = 4 $$),
('RD-031', 'passed', 'that a step is missing is another matter', $$ select pg_temp.method(); delete from isms.risk_scale_step where scale = 'consequence' and step = 5; update isms.risk_level set disposition = 'never' where rank = 5 $$),
('RD-031', 'nothing_to_judge', 'a draft', $$ select pg_temp.method(); update isms.risk_method set status = 'draft', matrix[3][3] = 0 $$),

('RD-032', 'passed', 'a round was finished', $$ select pg_temp.method(); select pg_temp.risk('R'); select pg_temp.round(); select pg_temp.risk('NEW', assessed_on => null) $$),
('RD-032', 'passed', 'each risk is assessed, without a round', $$ select pg_temp.method(); select pg_temp.risk('R') $$),
('RD-032', 'failed', 'no risk', $$ select pg_temp.method() $$),
('RD-032', 'failed', 'one of two is assessed', $$ select pg_temp.method(); select pg_temp.risk('R'), pg_temp.risk('Q', assessed_on => null) $$),
('RD-032', 'failed', 'a round that found no risks', $$ select pg_temp.method(); select pg_temp.round() $$),
('RD-032', 'passed', 'what is closed need not be assessed', $$ select pg_temp.method(); select pg_temp.risk('R'), pg_temp.risk('Q', 'closed', assessed_on => null) $$),
('RD-032', 'failed', 'the round was cancelled', $$ select pg_temp.method(); select pg_temp.risk('R', assessed_on => null); select pg_temp.round(); update isms.assessment_round set status = 'cancelled' $$),

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
('RD-034', 'failed', 'inside, and none', $$ select pg_temp.asset('DATA'), pg_temp.item('S', 'in', 'asset', 'DATA') $$),
('RD-034', 'failed', 'what is out is a process of the same code', $$ select pg_temp.asset('DATA'), pg_temp.item('S', 'out', 'process', 'DATA') $$),
('RD-034', 'failed', 'the risk of the event scenario is closed', $$ select pg_temp.method(); insert into isms.event_scenario (scope, code, title, source, event) values ('T', 'E', 'Theft', 'Criminals', 'All copied'); select pg_temp.risk('R', 'closed'); update isms.risk set event_scenario = 'E' $$),
('RD-034', 'failed', 'the risk of the event scenario that hits it is closed', $$ select pg_temp.method(), pg_temp.asset('DATA'), pg_temp.asset('HOST', 'hardware'); insert into isms.event_scenario (scope, code, title, source, event) values ('T', 'E', 'Theft', 'Criminals', 'All copied');
  insert into isms.event_scenario_asset (scope, event_scenario, asset) values ('T', 'E', 'DATA'); select pg_temp.risk('R', 'closed'); update isms.risk set event_scenario = 'E' $$),

('RD-035', 'passed', 'Sam', $$ select pg_temp.method(); select pg_temp.risk('R') $$),
('RD-035', 'failed', 'nobody', $$ select pg_temp.method(); select pg_temp.risk('R', owner => null) $$),
('RD-035', 'failed', 'Sam has left', $$ select pg_temp.method(), pg_temp.leaves('sam', pg_temp.day(-1)); select pg_temp.risk('R') $$),
('RD-035', 'failed', 'Li is no risk owner', $$ select pg_temp.method(); select pg_temp.risk('R', owner => 'li') $$),
('RD-035', 'failed', 'Sam was one until yesterday', $$ select pg_temp.method(); select pg_temp.risk('R'); update isms.role_assignment set valid_until = pg_temp.day(-1) where code = 'RA-3' $$),
('RD-035', 'nothing_to_judge', 'the risk is closed', $$ select pg_temp.method(); select pg_temp.risk('R', 'closed', owner => null) $$),
('RD-035', 'failed', 'an account that is nobody', $$ select pg_temp.method(); select pg_temp.risk('R'); update isms.person set kind = 'service' where code = 'sam' $$),

('RD-036', 'passed', 'rated', $$ select pg_temp.method(); select pg_temp.risk('R', consequence => 1) $$),
('RD-036', 'failed', 'not rated', $$ select pg_temp.method(); select pg_temp.risk('R', 'identified', consequence => null) $$),
('RD-036', 'failed', 'not on the scale', $$ select pg_temp.method(); select pg_temp.risk('R', consequence => 9) $$),
('RD-036', 'passed', 'of three factors it is the asset''s rating', $$ select pg_temp.method(), pg_temp.asset('DATA', rating => 'C3 I- A-'); update isms.risk_method set score_rule = 'impact_threat_vulnerability'; select pg_temp.risk('R', consequence => null, asset => 'DATA') $$),
('RD-036', 'failed', 'the asset is not rated in what is hit', $$ select pg_temp.method(), pg_temp.asset('DATA', rating => 'C- I3 A-'); update isms.risk_method set score_rule = 'impact_threat_vulnerability'; select pg_temp.risk('R', consequence => null, asset => 'DATA') $$),
('RD-036', 'unknown', 'what is hit is asked elsewhere', $$ select pg_temp.method(); update isms.risk_method set score_rule = 'impact_threat_vulnerability'; select pg_temp.risk('R'); update isms.risk set hits = null $$),
('RD-036', 'failed', 'nor is it rated in integrity and availability', $$ select pg_temp.method(), pg_temp.asset('DATA', rating => 'C3 I- A3'), pg_temp.asset('SHOP', rating => 'C3 I3 A-'); update isms.risk_method set score_rule = 'impact_threat_vulnerability';
  select pg_temp.risk('R', asset => 'DATA'); update isms.risk set hits = 'CI' $$),
('RD-036', 'failed', 'nor in availability', $$ select pg_temp.method(), pg_temp.asset('SHOP', rating => 'C3 I3 A-'); update isms.risk_method set score_rule = 'impact_threat_vulnerability'; select pg_temp.risk('R', asset => 'SHOP'); update isms.risk set hits = 'IA' $$),
('RD-036', 'passed', 'rated in all three', $$ select pg_temp.method(), pg_temp.asset('SHOP', rating => 'C3 I3 A3'); update isms.risk_method set score_rule = 'impact_threat_vulnerability'; select pg_temp.risk('R', asset => 'SHOP'); update isms.risk set hits = 'CIA' $$),

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
('RD-038', 'passed', 'the round was cancelled', $$ select pg_temp.method(); select pg_temp.risk('R'); select pg_temp.round(); update isms.assessment_result set inherent_rank = 1; update isms.assessment_round set status = 'cancelled' $$),
('RD-038', 'nothing_to_judge', 'closed', $$ select pg_temp.method(); delete from isms.risk_level where rank = 1; select pg_temp.risk('R', 'closed', 1, 1) $$),

('RD-039', 'passed', 'assessed, and recorded as above criteria', $$ select pg_temp.method(); select pg_temp.risk('R'); select pg_temp.round() $$),
('RD-039', 'failed', 'rated, but the step was never taken', $$ select pg_temp.method(); select pg_temp.risk('R', 'identified', assessed_on => null) $$),
('RD-039', 'unknown', 'not rated', $$ select pg_temp.method(); select pg_temp.risk('R', 'identified', likelihood => null, assessed_on => null) $$),
('RD-039', 'failed', 'the present level is entered, and was not', $$ select pg_temp.method(); update isms.risk_method set residual_rule = 'entered'; select pg_temp.risk('R') $$),
('RD-039', 'failed', 'recorded as within criteria, and it was not', $$ select pg_temp.method(); select pg_temp.risk('R'); select pg_temp.round(); update isms.assessment_result set above_criteria = false $$),
('RD-039', 'passed', 'the round was cancelled', $$ select pg_temp.method(); select pg_temp.risk('R'); select pg_temp.round(); update isms.assessment_result set above_criteria = false; update isms.assessment_round set status = 'cancelled' $$),
('RD-039', 'passed', 'only the last round is looked at', $$ select pg_temp.method(); select pg_temp.risk('R'); select pg_temp.round('OLD', pg_temp.day(-9)), pg_temp.round(); update isms.assessment_result set above_criteria = false where round = 'OLD' $$),
('RD-039', 'nothing_to_judge', 'closed', $$ select pg_temp.method(); select pg_temp.risk('R', 'closed', assessed_on => null) $$),

('RD-040', 'passed', 'the levels say within which time', $$ select pg_temp.method(); select pg_temp.risk('R'); select pg_temp.option('R') $$),
('RD-040', 'failed', 'nothing says so', $$ select pg_temp.method(); update isms.risk_level set treat_within = null; select pg_temp.risk('R'); select pg_temp.option('R') $$),
('RD-040', 'passed', 'an action has its day', $$ select pg_temp.method(); update isms.risk_level set treat_within = null; select pg_temp.risk('R'); select pg_temp.option('R'), pg_temp.action('A') $$),
('RD-040', 'failed', 'the action was cancelled', $$ select pg_temp.method(); update isms.risk_level set treat_within = null; select pg_temp.risk('R'); select pg_temp.option('R'), pg_temp.action('A', status => 'cancelled') $$),
('RD-040', 'passed', 'a field of their own', $$ select pg_temp.method(); update isms.risk_level set treat_within = null; select pg_temp.risk('R'); select pg_temp.option('R'); update isms.risk set custom = '{"priority": "A"}' $$),
('RD-040', 'unknown', 'not rated', $$ select pg_temp.method(); select pg_temp.risk('R', likelihood => null); select pg_temp.option('R') $$),
('RD-040', 'nothing_to_judge', 'retained', $$ select pg_temp.method(); select pg_temp.risk('R'); select pg_temp.option('R', 'retention') $$),
('RD-040', 'failed', 'the action is for something else of the same code', $$ select pg_temp.method(); update isms.risk_level set treat_within = null; select pg_temp.risk('R'); select pg_temp.option('R'), pg_temp.action('A', 'opportunity') $$);

create function pg_temp.implementation(code text, status text default 'implemented', control text default 'A.5.1', catalogue text default isms.base_catalogue()) returns void language sql
begin atomic
  insert into isms.implementation (scope, code, title, status, effectiveness) values ('T', code, 'Measure', status, 0.9);
  insert into isms.implementation_control (scope, implementation, catalogue, reference) select 'T', code, catalogue, control::isms.reference where control is not null;
end;

create function pg_temp.link(risk text, implementation text) returns void language sql
begin atomic
  insert into isms.risk_control (scope, risk, implementation) values ('T', risk, implementation);
end;

-- A risk, with a control that is there or not.
create function pg_temp.held(status text default 'implemented', control text default 'A.5.1', risk_status text default 'in_treatment') returns void language sql
begin atomic
  select pg_temp.method();
  select pg_temp.risk('R', risk_status), pg_temp.implementation('I', status, control);
  select pg_temp.option('R'), pg_temp.link('R', 'I');
end;

create function pg_temp.decided(reference text, necessary boolean default true, reasons text[] default '{risk}', justification text default 'So', status text default 'implemented', catalogue text default isms.base_catalogue()) returns void language sql
begin atomic
  insert into isms.applicability (scope, catalogue, reference, necessary, reasons, justification, implementation_status)
  values ('T', catalogue, reference::isms.reference, necessary, case when necessary then reasons else '{}' end, justification, case when necessary then status else 'not_applicable' end);
end;

create function pg_temp.all_decided() returns void language sql
begin atomic
  select pg_temp.decided(c.reference::text) from isms.control c where c.catalogue = isms.base_catalogue() and c.kind = 'control';
end;

create function pg_temp.own_control() returns void language sql
begin atomic
  insert into isms.catalogue (code, title, kept_by) values ('OWN', 'Our own', 'T');
  insert into isms.control (catalogue, reference, title) values ('OWN', 'X.1', 'Two people in the vault');
end;

create function pg_temp.approved(table_name text, key text, transition text, slot text default 'owner', status text default 'carried_out') returns void language sql
begin atomic
  with q as (
    insert into isms.approval_request (scope, table_name, key, transition, requester, digest, status, closed_at)
    values ('T', table_name, key, transition, 'li', '', status, case when status <> 'open' then now() end) returning id)
  insert into isms.approval (request, scope, slot, approver, digest) select q.id, 'T', slot, 'sam', '' from q;
end;

-- Accepted yesterday, for a month.
create function pg_temp.accepted(ceiling text, basis text default 'residual', accepted_by text default 'sam', accepted_on date default pg_temp.day(-1), until date default pg_temp.day(30), status text default 'accepted') returns void language sql
begin atomic
  insert into isms.acceptance (scope, code, risk, basis, ceiling, validity, frozen, accepted_by, accepted_on, status)
  values ('T', 'AC', 'R', basis, ceiling, daterange(accepted_on, until, '[]'), isms.acceptance_frozen('T', 'R', basis), accepted_by, accepted_on, status);
end;

insert into readiness_case (rule, expected, what, given) values
('RD-041', 'passed', 'an option is chosen', $$ select pg_temp.method(); select pg_temp.risk('R'); select pg_temp.option('R') $$),
('RD-041', 'failed', 'none', $$ select pg_temp.method(); select pg_temp.risk('R') $$),
('RD-041', 'failed', 'it was given up', $$ select pg_temp.method(); select pg_temp.risk('R'); select pg_temp.option('R', withdrawn => true) $$),
('RD-041', 'failed', 'medium is not acceptable without a word', $$ select pg_temp.method(); select pg_temp.risk('R', likelihood => 3, consequence => 3) $$),
('RD-041', 'nothing_to_judge', 'very low needs nothing', $$ select pg_temp.method(); select pg_temp.risk('R', likelihood => 1, consequence => 1) $$),
('RD-041', 'failed', 'low is above the appetite', $$ select pg_temp.method(); select pg_temp.risk('R', likelihood => 2, consequence => 2);
  insert into isms.risk_appetite (scope, code, level, statement, validity, status) values ('T', 'AP', 'Very low', 'We are a bank', '(,)', 'approved') $$),
('RD-041', 'nothing_to_judge', 'controls made it acceptable', $$ select pg_temp.method(); select pg_temp.risk('R', likelihood => 2, consequence => 3), pg_temp.implementation('I'); select pg_temp.link('R', 'I') $$),
('RD-041', 'unknown', 'not rated', $$ select pg_temp.method(); select pg_temp.risk('R', likelihood => null) $$),
('RD-041', 'nothing_to_judge', 'closed', $$ select pg_temp.method(); select pg_temp.risk('R', 'closed') $$),

('RD-042', 'passed', 'retention', $$ select pg_temp.method(); select pg_temp.risk('R'); select pg_temp.option('R', 'retention') $$),
('RD-042', 'failed', 'hope', $$ alter table isms.treatment drop constraint treatment_option_known; select pg_temp.method(); select pg_temp.risk('R'); select pg_temp.option('R', 'hope') $$),
('RD-042', 'nothing_to_judge', 'given up', $$ select pg_temp.method(); select pg_temp.risk('R'); select pg_temp.option('R', withdrawn => true) $$),

('RD-043', 'passed', 'by a control', $$ select pg_temp.held() $$),
('RD-043', 'failed', 'by none', $$ select pg_temp.method(); select pg_temp.risk('R'); select pg_temp.option('R') $$),
('RD-043', 'failed', 'by one that is retired', $$ select pg_temp.held('retired') $$),
('RD-043', 'nothing_to_judge', 'sharing takes none', $$ select pg_temp.method(); select pg_temp.risk('R'); select pg_temp.option('R', 'sharing') $$),

('RD-044', 'passed', 'with the insurer, by the policy', $$ select pg_temp.method(); select pg_temp.risk('R'); select pg_temp.option('R', 'sharing') $$),
('RD-044', 'failed', 'by no agreement', $$ select pg_temp.method(); select pg_temp.risk('R'); select pg_temp.option('R', 'sharing'); update isms.treatment set agreement = '' $$),
('RD-044', 'failed', 'with nobody', $$ select pg_temp.method(); select pg_temp.risk('R'); select pg_temp.option('R', 'sharing'); update isms.treatment set other_party = null $$),
('RD-044', 'nothing_to_judge', 'modification takes neither', $$ select pg_temp.method(); select pg_temp.risk('R'); select pg_temp.option('R'); update isms.treatment set other_party = null $$),

('RD-045', 'passed', 'all 93', $$ select pg_temp.all_decided() $$),
('RD-045', 'failed', 'one is not', $$ select pg_temp.all_decided(); delete from isms.applicability where reference = 'A.8.34' $$),
('RD-045', 'failed', 'another scope''s decisions', $$ select pg_temp.all_decided(); update isms.applicability set scope = 'OTHER' $$),

('RD-046', 'passed', 'a control of their own is in the statement', $$ select pg_temp.own_control(), pg_temp.held(control => null), pg_temp.decided('X.1', catalogue => 'OWN');
  insert into isms.implementation_control (scope, implementation, catalogue, reference) values ('T', 'I', 'OWN', 'X.1') $$),
('RD-046', 'failed', 'it is not', $$ select pg_temp.own_control(), pg_temp.held(control => null); insert into isms.implementation_control (scope, implementation, catalogue, reference) values ('T', 'I', 'OWN', 'X.1') $$),
('RD-046', 'failed', 'a measure that is of no control at all', $$ select pg_temp.held(control => null) $$),
('RD-046', 'nothing_to_judge', 'from Annex A', $$ select pg_temp.held() $$),
('RD-046', 'nothing_to_judge', 'of a risk that is closed', $$ select pg_temp.held(control => null, risk_status => 'closed') $$),
('RD-046', 'nothing_to_judge', 'retired', $$ select pg_temp.held('retired', control => null) $$),

('RD-047', 'passed', 'approved', $$ insert into isms.statement_version (scope, code, status, approved_on) values ('T', '1', 'approved', pg_temp.day(-1)) $$),
('RD-047', 'passed', 'as a document', $$ select pg_temp.document('statement_of_applicability') $$),
('RD-047', 'failed', 'none', ''),
('RD-047', 'failed', 'in review', $$ insert into isms.statement_version (scope, code, status) values ('T', '1', 'in_review') $$),
('RD-047', 'failed', 'without a day', $$ insert into isms.statement_version (scope, code, status) values ('T', '1', 'approved') $$),
('RD-047', 'failed', 'withdrawn', $$ insert into isms.statement_version (scope, code, status, approved_on) values ('T', '1', 'withdrawn', pg_temp.day(-1)) $$),
('RD-047', 'failed', 'the document is a draft, or something else', $$ select pg_temp.document('statement_of_applicability', 'draft'), pg_temp.policy() $$),
('RD-047', 'failed', 'somebody elses document', $$ insert into isms.document (scope, code, title, kind, mandatory, acknowledged, external, source, checked_on) values ('T', 'X', 'Group', 'statement_of_applicability', true, false, true, 'Parent', pg_temp.day()) $$),

('RD-048', 'passed', 'it is necessary', $$ select pg_temp.held(), pg_temp.decided('A.5.1') $$),
('RD-048', 'failed', 'it was left out', $$ select pg_temp.held(), pg_temp.decided('A.5.1', false) $$),
('RD-048', 'unknown', 'undecided, which is asked elsewhere', $$ select pg_temp.held() $$),
('RD-048', 'nothing_to_judge', 'left out, and needed by a closed risk alone', $$ select pg_temp.held(risk_status => 'closed'), pg_temp.decided('A.5.1', false) $$),
('RD-048', 'nothing_to_judge', 'left out, and what it was is retired', $$ select pg_temp.held('retired'), pg_temp.decided('A.5.1', false) $$),
('RD-048', 'nothing_to_judge', 'a clause is no control', $$ select pg_temp.held(control => '5.1') $$),
('RD-048', 'failed', 'one of their own was left out', $$ select pg_temp.own_control(), pg_temp.held(control => null), pg_temp.decided('X.1', false, catalogue => 'OWN'); insert into isms.implementation_control (scope, implementation, catalogue, reference) values ('T', 'I', 'OWN', 'X.1') $$),

('RD-049', 'passed', 'because of a risk', $$ select pg_temp.decided('A.5.1') $$),
('RD-049', 'failed', 'because', $$ alter table isms.applicability drop constraint applicability_inclusion_reasoned; select pg_temp.decided('A.5.1', reasons => '{}') $$),

('RD-050', 'passed', 'the risk is there', $$ select pg_temp.held(), pg_temp.decided('A.5.1') $$),
('RD-050', 'failed', 'no risk needs it', $$ select pg_temp.decided('A.5.1') $$),
('RD-050', 'failed', 'the risk is closed', $$ select pg_temp.held(risk_status => 'closed'), pg_temp.decided('A.5.1') $$),
('RD-050', 'passed', 'the law is there', $$ select pg_temp.decided('A.5.1', reasons => '{law}'), pg_temp.party('STATE'); select pg_temp.requirement('ACT', 'STATE'); insert into isms.requirement_control (scope, requirement, reference) values ('T', 'ACT', 'A.5.1') $$),
('RD-050', 'failed', 'no law is named', $$ select pg_temp.decided('A.5.1', reasons => '{law}'), pg_temp.party('STATE'); select pg_temp.requirement('ACT', 'STATE') $$),
('RD-050', 'failed', 'the law is no contract', $$ select pg_temp.decided('A.5.1', reasons => '{law,contract}'), pg_temp.party('STATE'); select pg_temp.requirement('ACT', 'STATE'); insert into isms.requirement_control (scope, requirement, reference) values ('T', 'ACT', 'A.5.1') $$),
('RD-050', 'failed', 'the law has ended', $$ select pg_temp.decided('A.5.1', reasons => '{law}'), pg_temp.party('STATE'); select pg_temp.requirement('ACT', 'STATE', ended_on => pg_temp.day(-1)); insert into isms.requirement_control (scope, requirement, reference) values ('T', 'ACT', 'A.5.1') $$),
('RD-050', 'failed', 'who made the law does not count any more', $$ select pg_temp.decided('A.5.1', reasons => '{law}'), pg_temp.party('STATE', ended_on => pg_temp.day(-1)); select pg_temp.requirement('ACT', 'STATE'); insert into isms.requirement_control (scope, requirement, reference) values ('T', 'ACT', 'A.5.1') $$),
('RD-050', 'failed', 'one of two reasons leads nowhere', $$ select pg_temp.held(), pg_temp.decided('A.5.1', reasons => '{risk,law}') $$),
('RD-050', 'nothing_to_judge', 'the business wants it', $$ select pg_temp.decided('A.5.1', reasons => '{business}') $$),
('RD-050', 'passed', 'the law holds until today', $$ select pg_temp.decided('A.5.1', reasons => '{law}'), pg_temp.party('STATE'); select pg_temp.requirement('ACT', 'STATE', ended_on => pg_temp.day()); insert into isms.requirement_control (scope, requirement, reference) values ('T', 'ACT', 'A.5.1') $$),
('RD-050', 'failed', 'the law is not taken on', $$ select pg_temp.decided('A.5.1', reasons => '{law}'), pg_temp.party('STATE'); select pg_temp.requirement('ACT', 'STATE', addressed => false); insert into isms.requirement_control (scope, requirement, reference) values ('T', 'ACT', 'A.5.1') $$),
('RD-050', 'failed', 'what it was is retired', $$ select pg_temp.held('retired'), pg_temp.decided('A.5.1') $$),

('RD-051', 'passed', 'why not', $$ select pg_temp.decided('A.7.1', false, justification => 'We have no premises') $$),
('RD-051', 'failed', 'not said', $$ alter table isms.applicability drop constraint applicability_exclusion_justified; select pg_temp.decided('A.7.1', false, justification => ' ') $$),
('RD-051', 'nothing_to_judge', 'nothing is left out', $$ select pg_temp.decided('A.7.1') $$),

('RD-052', 'passed', 'not begun is an answer', $$ select pg_temp.decided('A.5.1', status => 'not_started') $$),
('RD-052', 'failed', 'necessary and not applicable', $$ select pg_temp.decided('A.5.1', status => 'not_applicable') $$),

('RD-053', 'passed', 'it counts, and is declared', $$ select pg_temp.held(), pg_temp.decided('A.5.1') $$),
('RD-053', 'failed', 'it counts, and is declared as planned', $$ select pg_temp.held(), pg_temp.decided('A.5.1', status => 'planned') $$),
('RD-053', 'nothing_to_judge', 'declared as planned, and does not count', $$ select pg_temp.held('planned'), pg_temp.decided('A.5.1', status => 'planned') $$),
('RD-053', 'passed', 'rated lower, and a control is there', $$ select pg_temp.held(); update isms.risk_method set residual_rule = 'entered'; update isms.risk set current_likelihood = 2, current_consequence = 5 $$),
('RD-053', 'failed', 'rated lower, and the control is planned', $$ select pg_temp.held('planned'); update isms.risk_method set residual_rule = 'entered'; update isms.risk set current_likelihood = 2, current_consequence = 5 $$),
('RD-053', 'nothing_to_judge', 'not rated lower', $$ select pg_temp.held('planned'); update isms.risk_method set residual_rule = 'entered'; update isms.risk set current_likelihood = 5, current_consequence = 5 $$),
('RD-053', 'passed', 'rated lower, and the activity stops today', $$ select pg_temp.held('planned'), pg_temp.option('R', 'avoidance'); update isms.treatment set stops_on = pg_temp.day() where option = 'avoidance'; update isms.risk_method set residual_rule = 'entered'; update isms.risk set current_likelihood = 2, current_consequence = 5 $$),
('RD-053', 'failed', 'rated lower, and that it stops was given up', $$ select pg_temp.held('planned'), pg_temp.option('R', 'avoidance', withdrawn => true); update isms.treatment set stops_on = pg_temp.day() where option = 'avoidance'; update isms.risk_method set residual_rule = 'entered'; update isms.risk set current_likelihood = 2, current_consequence = 5 $$),
('RD-053', 'passed', 'rated lower, and another scope runs the control', $$ select pg_temp.held('planned'); update isms.implementation set operator = 'scope', operated_by = 'GROUP', operator_implementation = 'I'; update isms.risk_method set residual_rule = 'entered'; update isms.risk set current_likelihood = 2, current_consequence = 5 $$),
('RD-053', 'failed', 'rated lower, and what another scope ran is retired', $$ select pg_temp.held('retired'); update isms.implementation set operator = 'scope', operated_by = 'GROUP', operator_implementation = 'I'; update isms.risk_method set residual_rule = 'entered'; update isms.risk set current_likelihood = 2, current_consequence = 5 $$),
('RD-053', 'nothing_to_judge', 'another scope runs it, and says how far it is', $$ select pg_temp.held(), pg_temp.decided('A.5.1', status => 'planned'); update isms.implementation set operator = 'scope', operated_by = 'GROUP', operator_implementation = 'I' $$),

('RD-054', 'passed', 'the owner approved one', $$ select pg_temp.held() $$),
('RD-054', 'passed', 'a document', $$ select pg_temp.document('treatment_plan') $$),
('RD-054', 'failed', 'planned, not approved', $$ select pg_temp.held(risk_status => 'assessed') $$),
('RD-054', 'failed', 'planned, not approved, and another risk is retained', $$ select pg_temp.held(risk_status => 'assessed'); select pg_temp.risk('Q', 'monitored', 1, 1); select pg_temp.option('Q', 'retention') $$),
('RD-054', 'passed', 'all there is is retained', $$ select pg_temp.method(); select pg_temp.risk('R', 'monitored', 1, 1), pg_temp.risk('Q', 'identified', null); select pg_temp.option('R', 'retention') $$),
('RD-054', 'passed', 'all there is is retained, what was planned was given up', $$ select pg_temp.method(); select pg_temp.risk('R', 'monitored', 1, 1); select pg_temp.option('R', 'retention'), pg_temp.option('R', withdrawn => true) $$),
('RD-054', 'failed', 'of a risk that is closed', $$ select pg_temp.held(risk_status => 'closed') $$),
('RD-054', 'failed', 'the document is a draft, or something else', $$ select pg_temp.document('treatment_plan', 'draft'), pg_temp.policy() $$),
('RD-054', 'failed', 'somebody elses document', $$ insert into isms.document (scope, code, title, kind, mandatory, acknowledged, external, source, checked_on) values ('T', 'X', 'Group', 'treatment_plan', true, false, true, 'Parent', pg_temp.day()) $$),

('RD-055', 'passed', 'all said', $$ select pg_temp.held(), pg_temp.action('A') $$),
('RD-055', 'failed', 'no resources', $$ select pg_temp.held(), pg_temp.action('A', resources => ' ') $$),
('RD-055', 'failed', 'no day', $$ select pg_temp.held(), pg_temp.action('A', due_on => null) $$),
('RD-055', 'failed', 'nobody', $$ select pg_temp.held(), pg_temp.action('A', owner => null) $$),
('RD-055', 'failed', 'who was to do it has left', $$ select pg_temp.held(), pg_temp.action('A'), pg_temp.leaves('li', pg_temp.day(-1)) $$),
('RD-055', 'passed', 'who did it has left', $$ select pg_temp.held(), pg_temp.action('A', status => 'verified'), pg_temp.leaves('li', pg_temp.day(-1)) $$),
('RD-055', 'passed', 'who did it has left, and it is to be checked', $$ select pg_temp.held(), pg_temp.action('A', status => 'done'), pg_temp.leaves('li', pg_temp.day(-1)) $$),
('RD-055', 'nothing_to_judge', 'cancelled, or for something else', $$ select pg_temp.held(), pg_temp.action('A', owner => null, status => 'cancelled'), pg_temp.action('B', 'opportunity', '1', owner => null) $$),
('RD-055', 'passed', 'who is to do it is here for the last day', $$ select pg_temp.held(), pg_temp.action('A'), pg_temp.leaves('li', pg_temp.day()) $$),
('RD-055', 'nothing_to_judge', 'for something else of the same code', $$ select pg_temp.held(), pg_temp.action('A', 'opportunity', owner => null) $$),

('RD-056', 'passed', 'due today', $$ select pg_temp.held(), pg_temp.action('A', due_on => pg_temp.day()) $$),
('RD-056', 'failed', 'due yesterday', $$ select pg_temp.held(), pg_temp.action('A', due_on => pg_temp.day(-1), status => 'in_progress') $$),
('RD-056', 'unknown', 'without a day, which is asked elsewhere', $$ select pg_temp.held(), pg_temp.action('A', due_on => null) $$),
('RD-056', 'nothing_to_judge', 'done, to be checked', $$ select pg_temp.held(), pg_temp.action('A', due_on => pg_temp.day(-1), status => 'done') $$),
('RD-056', 'nothing_to_judge', 'for something else of the same code', $$ select pg_temp.held(), pg_temp.action('A', 'opportunity', due_on => pg_temp.day(-1)) $$),

('RD-057', 'passed', 'approved', $$ select pg_temp.held(), pg_temp.approved('isms.risk', 'R', 'approve_plan') $$),
('RD-057', 'failed', 'not asked for yet', $$ select pg_temp.held(risk_status => 'assessed') $$),
('RD-057', 'failed', 'in treatment, and nobody approved', $$ select pg_temp.held() $$),
('RD-057', 'failed', 'what was approved is another risk', $$ select pg_temp.held(), pg_temp.approved('isms.risk', 'Q', 'approve_plan') $$),
('RD-057', 'failed', 'approved, and voided', $$ select pg_temp.held(), pg_temp.approved('isms.risk', 'R', 'approve_plan', status => 'superseded') $$),
('RD-057', 'unknown', 'under review', $$ select pg_temp.held(risk_status => 'in_review') $$),
('RD-057', 'nothing_to_judge', 'retained', $$ select pg_temp.method(); select pg_temp.risk('R', 'monitored'); select pg_temp.option('R', 'retention') $$),
('RD-057', 'failed', 'what was approved is its closure', $$ select pg_temp.held(), pg_temp.approved('isms.risk', 'R', 'close') $$),
('RD-057', 'failed', 'another one approved, not the owner', $$ select pg_temp.held(), pg_temp.approved('isms.risk', 'R', 'approve_plan', 'second_person') $$),

('RD-058', 'passed', 'accepted by Sam', $$ select pg_temp.method(); select pg_temp.risk('R', 'monitored', 3, 3); select pg_temp.accepted('Medium') $$),
('RD-058', 'passed', 'low is acceptable as it is', $$ select pg_temp.method(); select pg_temp.risk('R', 'monitored', 2, 2) $$),
('RD-058', 'failed', 'not accepted', $$ select pg_temp.method(); select pg_temp.risk('R', 'monitored', 3, 3) $$),
('RD-058', 'failed', 'not decided on yet', $$ select pg_temp.method(); select pg_temp.risk('R', 'monitored', 3, 3); select pg_temp.accepted('Medium', status => 'requested') $$),
('RD-058', 'failed', 'accepted by somebody else', $$ select pg_temp.method(); select pg_temp.risk('R', 'monitored', 3, 3); select pg_temp.accepted('Medium', accepted_by => 'dana') $$),
('RD-058', 'failed', 'it ended yesterday', $$ select pg_temp.method(); select pg_temp.risk('R', 'monitored', 3, 3); select pg_temp.accepted('Medium', accepted_on => pg_temp.day(-9), until => pg_temp.day(-1)) $$),
('RD-058', 'passed', 'it ends today', $$ select pg_temp.method(); select pg_temp.risk('R', 'monitored', 3, 3); select pg_temp.accepted('Medium', until => pg_temp.day()) $$),
('RD-058', 'failed', 'higher than what was accepted', $$ select pg_temp.method(); select pg_temp.risk('R', 'monitored', 3, 3); select pg_temp.accepted('Medium'); update isms.risk set likelihood = 5 $$),
('RD-058', 'passed', 'lower than what was accepted', $$ select pg_temp.method(); select pg_temp.risk('R', 'monitored', 4, 4); select pg_temp.accepted('High'); update isms.risk set likelihood = 3, consequence = 3 $$),
('RD-058', 'failed', 'another asset than was accepted', $$ select pg_temp.method(), pg_temp.asset('DATA'); select pg_temp.risk('R', 'monitored', 3, 3); select pg_temp.accepted('Medium'); update isms.risk set asset = 'DATA' $$),
('RD-058', 'passed', 'the target, while it is treated', $$ select pg_temp.method(); select pg_temp.risk('R', 'in_treatment', 3, 3); select pg_temp.accepted('Medium', 'target') $$),
('RD-058', 'failed', 'only the target, and treatment is over', $$ select pg_temp.method(); select pg_temp.risk('R', 'monitored', 3, 3); select pg_temp.accepted('Medium', 'target') $$),
('RD-058', 'failed', 'only for the time of its treatment', $$ select pg_temp.method(); select pg_temp.risk('R', 'in_treatment', 3, 3); select pg_temp.accepted('Medium', 'interim') $$),
('RD-058', 'failed', 'low is above the appetite', $$ select pg_temp.method(); select pg_temp.risk('R', 'monitored', 2, 2);
  insert into isms.risk_appetite (scope, code, level, statement, validity, status) values ('T', 'AP', 'Very low', 'We are a bank', '(,)', 'approved') $$),
('RD-058', 'unknown', 'not rated', $$ select pg_temp.method(); select pg_temp.risk('R', 'monitored', null) $$),
('RD-058', 'nothing_to_judge', 'nothing remains before there is a plan', $$ select pg_temp.method(); select pg_temp.risk('R', 'assessed', 3, 3) $$),
('RD-058', 'failed', 'accepted by nobody knows whom', $$ select pg_temp.method(); select pg_temp.risk('R', 'monitored', 3, 3); select pg_temp.accepted('Medium', accepted_by => null) $$),

('RD-058b', 'passed', 'accepted on the day of the assessment', $$ select pg_temp.method(); select pg_temp.risk('R', 'monitored'); select pg_temp.accepted('Very high', accepted_on => pg_temp.day(-5)) $$),
('RD-058b', 'failed', 'assessed the day after', $$ select pg_temp.method(); select pg_temp.risk('R', 'monitored'); select pg_temp.accepted('Very high', accepted_on => pg_temp.day(-6)) $$),
('RD-058b', 'failed', 'without a day', $$ select pg_temp.method(); select pg_temp.risk('R', 'monitored'); select pg_temp.accepted('Very high'); update isms.acceptance set accepted_on = null $$),
('RD-058b', 'nothing_to_judge', 'it was revoked', $$ select pg_temp.method(); select pg_temp.risk('R', 'monitored'); select pg_temp.accepted('Very high', accepted_on => pg_temp.day(-6), status => 'revoked') $$),
('RD-058b', 'nothing_to_judge', 'it has ended', $$ select pg_temp.method(); select pg_temp.risk('R', 'monitored'); select pg_temp.accepted('Very high', accepted_on => pg_temp.day(-6), until => pg_temp.day(-1)) $$),
('RD-058b', 'nothing_to_judge', 'it was for the time of its treatment', $$ select pg_temp.method(); select pg_temp.risk('R', 'in_treatment'); select pg_temp.accepted('Very high', 'interim', accepted_on => pg_temp.day(-6)) $$),

('RD-059', 'passed', 'medium is for the owner to accept', $$ select pg_temp.method(); select pg_temp.risk('R', 'monitored', 3, 3); select pg_temp.accepted('Medium') $$),
('RD-059', 'failed', 'high is not', $$ select pg_temp.method(); select pg_temp.risk('R', 'monitored', 4, 4); select pg_temp.accepted('High') $$),
('RD-059', 'passed', 'top management agreed', $$ select pg_temp.method(); select pg_temp.risk('R', 'monitored', 4, 4); select pg_temp.accepted('High'), pg_temp.approved('isms.acceptance', 'AC', 'accept', 'top_management') $$),
('RD-059', 'failed', 'nobody may accept very high', $$ select pg_temp.method(); select pg_temp.risk('R', 'monitored'); select pg_temp.accepted('Very high'), pg_temp.approved('isms.acceptance', 'AC', 'accept', 'top_management') $$),
('RD-059', 'failed', 'low is above the appetite', $$ select pg_temp.method(); select pg_temp.risk('R', 'monitored', 2, 2); select pg_temp.accepted('Low');
  insert into isms.risk_appetite (scope, code, level, statement, validity, status) values ('T', 'AP', 'Very low', 'We are a bank', '(,)', 'approved') $$),
('RD-059', 'unknown', 'a level the method does not have', $$ select pg_temp.method(); select pg_temp.risk('R', 'monitored', 3, 3); select pg_temp.accepted('Amber') $$),
('RD-059', 'nothing_to_judge', 'carried for the time of its treatment', $$ select pg_temp.method(); select pg_temp.risk('R', 'in_treatment'); select pg_temp.accepted('Very high', 'interim') $$),
('RD-059', 'failed', 'the owner alone approved', $$ select pg_temp.method(); select pg_temp.risk('R', 'monitored', 4, 4); select pg_temp.accepted('High'), pg_temp.approved('isms.acceptance', 'AC', 'accept') $$),
('RD-059', 'failed', 'what top management approved was voided', $$ select pg_temp.method(); select pg_temp.risk('R', 'monitored', 4, 4); select pg_temp.accepted('High'), pg_temp.approved('isms.acceptance', 'AC', 'accept', 'top_management', 'superseded') $$),
('RD-059', 'nothing_to_judge', 'it was revoked', $$ select pg_temp.method(); select pg_temp.risk('R', 'monitored', 4, 4); select pg_temp.accepted('High', status => 'revoked') $$),
('RD-059', 'nothing_to_judge', 'it has ended', $$ select pg_temp.method(); select pg_temp.risk('R', 'monitored', 4, 4); select pg_temp.accepted('High', accepted_on => pg_temp.day(-9), until => pg_temp.day(-1)) $$),

('RD-060', 'passed', 'computed', $$ select pg_temp.held('planned') $$),
('RD-060', 'failed', 'the target is entered higher', $$ select pg_temp.held('planned'); update isms.risk_method set residual_rule = 'entered'; update isms.risk set current_likelihood = 2, current_consequence = 2, target_likelihood = 5, target_consequence = 5 $$),
('RD-060', 'passed', 'it is entered lower, and a control is on its way', $$ select pg_temp.held('planned'); update isms.risk_method set residual_rule = 'entered'; update isms.risk set current_likelihood = 5, current_consequence = 5, target_likelihood = 2, target_consequence = 2 $$),
('RD-060', 'failed', 'it is entered lower, and nothing is still to come', $$ select pg_temp.held(); update isms.risk_method set residual_rule = 'entered'; update isms.risk set current_likelihood = 5, current_consequence = 5, target_likelihood = 2, target_consequence = 2 $$),
('RD-060', 'passed', 'it is entered lower, and there is an action', $$ select pg_temp.held(), pg_temp.action('A'); update isms.risk_method set residual_rule = 'entered'; update isms.risk set current_likelihood = 5, current_consequence = 5, target_likelihood = 2, target_consequence = 2 $$),
('RD-060', 'failed', 'it is entered lower, and what another scope ran is retired', $$ select pg_temp.held('retired'); update isms.implementation set operator = 'scope', operated_by = 'GROUP', operator_implementation = 'I'; update isms.risk_method set residual_rule = 'entered'; update isms.risk set current_likelihood = 5, current_consequence = 5, target_likelihood = 2, target_consequence = 2 $$),
('RD-060', 'failed', 'it is entered lower, and the action is for something else of the same code', $$ select pg_temp.held(), pg_temp.action('A', 'opportunity'); update isms.risk_method set residual_rule = 'entered'; update isms.risk set current_likelihood = 5, current_consequence = 5, target_likelihood = 2, target_consequence = 2 $$),
('RD-060', 'unknown', 'the target is not entered', $$ select pg_temp.held(); update isms.risk_method set residual_rule = 'entered'; update isms.risk set current_likelihood = 5, current_consequence = 5 $$),
('RD-060', 'failed', 'an expert says that it is worse today than what is computed, and nothing is to be done', $$ select pg_temp.held(); insert into isms.risk_override (scope, code, risk, method, level, reason, validity, expert, status) values ('T', 'O', 'R', '5x5', 'Very high', 'Seen', daterange(pg_temp.day(-1), pg_temp.day(9)), 'li', 'approved') $$),
('RD-060', 'passed', 'treated: what is there now remains', $$ select pg_temp.held(risk_status => 'monitored'); insert into isms.risk_override (scope, code, risk, method, level, reason, validity, expert, status) values ('T', 'O', 'R', '5x5', 'Very high', 'Seen', daterange(pg_temp.day(-1), pg_temp.day(9)), 'li', 'approved') $$),
('RD-060', 'failed', 'it is entered lower, and that it is shared was given up', $$ select pg_temp.held(), pg_temp.option('R', 'sharing', withdrawn => true); update isms.risk_method set residual_rule = 'entered'; update isms.risk set current_likelihood = 5, current_consequence = 5, target_likelihood = 2, target_consequence = 2 $$);
