-- Clause 4: issues, interested parties, what they require, the boundary of the ISMS, its processes.
\set SHOW_CONTEXT never
set client_min_messages = warning;
drop extension if exists isms cascade;
create extension isms;
create role regress_context_li login;
create role regress_context_eve login;
select isms.setup('A', 'Alpha', 'dana', 'Dana Ruiz') \g /dev/null
set isms.scope = 'A';
select isms.add_person('li', 'Li Wei', login => 'regress_context_li', roles => '{process_owner,asset_owner}') \g /dev/null
select isms.setup('B', 'Beta', 'dana', 'Dana Ruiz') \g /dev/null
set isms.scope = 'B';
select isms.add_person('eve', 'Eve Obi', login => 'regress_context_eve', roles => '{process_owner}') \g /dev/null
set isms.scope = 'A';

-- 4.1: nothing is decided yet.
prepare context as
  select record, code, kind, title, owner_name, review_due - isms.today('A') as due_in, problems
    from isms.context_status where scope = 'A' order by record, code collate "C";
execute context;

-- An issue says what it does, is watched and reviewed.
insert into isms.context_issue (code, title, kind) values ('CI-1', 'Only two people know the network', 'internal');
insert into isms.context_issue (code, title, kind, climate, effect, owner, reviewed_on, review_every) values
  ('CI-2', 'Hotter summers', 'external', true, 'Server room fails more often', 'li', isms.today('A') - 400, '365 days'),
  ('CI-3', 'Old office', 'internal', false, 'Doors that do not close', 'li', isms.today('A') - 10, '365 days');
insert into isms.context_issue (title, kind) values ('Neither', 'foreign');
insert into isms.context_issue (title, kind, review_every) values ('Never', 'internal', '0');
update isms.context_issue set ended_on = isms.today('A') - 1 where code = 'CI-3';
execute context;

-- Climate change is decided with a reason, either way; the latest decision counts, and the issues fit it.
insert into isms.climate_decision (decided_on, relevant, reason) values ('2025-01-01', true, ' ');
insert into isms.climate_decision (decided_on, relevant, reason) values (isms.today('A') - 30, false, 'We run nothing of our own');
select decided_on = isms.today('A') - 30 as then, decided_by from isms.climate_decision;
select record, problems from isms.context_status where scope = 'A' and (record = 'climate_decision' or code = 'CI-2') order by record desc;
insert into isms.climate_decision (relevant, reason) values (true, 'Cooling of our server room');
select code = to_char(isms.today('A'), 'YYYY-MM-DD') as today, title, problems from isms.context_status where scope = 'A' and (record = 'climate_decision' or code = 'CI-2') order by record;
update isms.context_issue set climate = false where code = 'CI-2';
select title, problems from isms.context_status where scope = 'A' and record = 'climate_decision';
update isms.context_issue set climate = true where code = 'CI-2';

-- 4.2: a party, what it requires, and whether the ISMS takes that on: how, or why not.
insert into isms.interested_party (code, title, owner) values ('CUST', 'Customers', 'li');
select code, problems from isms.context_status where record = 'party';
insert into isms.party_requirement (code, title, party, kind, reference) values
  ('RQ-1', 'Tell us of a breach within two days', 'CUST', 'contract', 'Master agreement, 12.3');
insert into isms.party_requirement (title, party, kind) values ('Be nice', 'NOBODY', 'expectation');
insert into isms.party_requirement (title, party, kind) values ('Be nice', 'CUST', 'wish');
select code, problems from isms.context_status where record in ('party', 'requirement');
update isms.party_requirement set addressed = true where code = 'RQ-1';
update isms.party_requirement set addressed = true, addressed_how = 'Incident process', owner = 'dana' where code = 'RQ-1';
-- 6.1.3 d: what asks for a control.
insert into isms.requirement_control (requirement, reference) values ('RQ-1', 'A.5.24');
insert into isms.requirement_control (requirement, reference) values ('RQ-1', 'A.5.99');
insert into isms.requirement_control (requirement, reference) values ('RQ-9', 'A.5.24');
select requirement, catalogue, reference, created_by from isms.requirement_control;
update isms.interested_party set climate_considered = true, reviewed_on = isms.today('A') where code = 'CUST';
select code, problems from isms.context_status where record in ('party', 'requirement');
update isms.interested_party set ended_on = isms.today('A') - 1 where code = 'CUST';
select code, problems from isms.context_status where record in ('party', 'requirement');
update isms.interested_party set ended_on = null, code = 'CUSTOMER' where code = 'CUST';
select party from isms.party_requirement;
delete from isms.interested_party where code = 'CUSTOMER';

-- What falls due waits for its owner, and is late in one list with the rest.
select kind, code, owner_name, what, days from isms.overdue where scope = 'A' order by kind, code;
set session authorization regress_context_li;
set isms.scope = 'A';
select kind, code, what, due - isms.today('A') as due_in from isms.inbox order by kind, code;
reset session authorization;

-- 4.4, 8.1: processes, what they give each other, what shows that they ran.
insert into isms.process (code, title, owner, purpose, criteria, planned, outsourced) values
  ('OPS', 'Running the shop', 'li', 'Orders are taken day and night', 'Less than an hour a month down', false, false),
  ('PAY', 'Taking payments', null, null, null, false, true),
  ('NEW', 'Selling abroad', 'li', 'Orders from abroad', 'One sale a week', true, false);
insert into isms.process_interaction (from_process, to_process, what) values ('PAY', 'OPS', 'Paid orders'), ('OPS', 'NEW', 'The shop');
insert into isms.process_interaction (from_process, to_process, what) values ('OPS', 'OPS', 'Itself');
insert into isms.process_interaction (from_process, to_process, what) values ('NEW', 'PAY', ' ');
insert into isms.process_record (process, period, evidence) values ('OPS', '[2026-01-01,)', 'Report');
insert into isms.process_record (process, period, evidence, as_planned) values ('OPS', '[2026-01-01,2026-04-01)', 'Report', false);
insert into isms.process_record (process, period, evidence) values ('OPS', daterange(isms.today('A') - 500, isms.today('A') - 400), 'Report of the first quarter');
prepare processes as
  select code, owner_name, takes_from, gives_to, recorded_until - isms.today('A') as recorded_until, problems from isms.process_status where scope = 'A' order by code;
execute processes;
insert into isms.process_record (process, period, evidence, as_planned, deviation) values
  ('OPS', daterange(isms.today('A') - 90, isms.today('A')), 'Report of the last quarter', false, 'Down for four hours in a storm; see the incident');
execute processes;
-- What has ended neither gives nor takes any more.
update isms.process set ended_on = isms.today('A') - 1 where code = 'PAY';
execute processes;
update isms.process set ended_on = isms.today('A') where code = 'PAY';
execute processes;
update isms.process set ended_on = null where code = 'PAY';
delete from isms.process where code = 'OPS';

-- 4.3: nothing is in scope; then there is a boundary, decided item by item.
prepare boundary as
  select code, standing, problem, other, explanation from isms.scope_problem where scope = 'A' order by code collate "C" nulls first, problem, other;
execute boundary;
insert into isms.asset (code, title, kind, owner) values ('SHOP', 'Web shop', 'software', 'li'), ('HOST', 'Rented servers', 'hardware', 'li');
insert into isms.asset_dependency (asset, supports) values ('HOST', 'SHOP');
insert into isms.scope_item (code, title, kind, refers, standing, reason) values
  ('S-HQ', 'Head office', 'site', null, 'in', null),
  ('S-SHOP', 'Web shop', 'asset', 'SHOP', 'in', null),
  ('S-HOST', 'Rented servers', 'asset', 'HOST', 'out', 'Run by the hoster'),
  ('S-OPS', 'Running the shop', 'process', 'OPS', 'in', null),
  ('S-PAY', 'Taking payments', 'process', 'PAY', 'out', 'Run by the bank'),
  ('S-LINE', 'Line to the internet', 'network', null, 'interface', null),
  ('S-SHOPFLOOR', 'Shop in the old town', 'site', null, null, null);
insert into isms.scope_item (title, kind, standing) values ('Canteen', 'unit', 'out');
insert into isms.scope_item (title, kind, refers) values ('Nothing', 'asset', 'NOTHING');
execute boundary;

-- What is out and needed by what is in becomes an interface, whether that is said here or in another register.
insert into isms.scope_dependency (item, depends_on, what) values ('S-SHOP', 'S-LINE', 'Customers come over it'), ('S-SHOP', 'S-HQ', 'Who keeps it sits there');
insert into isms.scope_dependency (item, depends_on) values ('S-HQ', 'S-HQ');
insert into isms.scope_item (code, title, kind, standing, reason) values ('S-CLEAN', 'Cleaning', 'supplier', 'out', 'Comes after hours');
insert into isms.scope_dependency (item, depends_on) values ('S-HQ', 'S-CLEAN'), ('S-SHOPFLOOR', 'S-CLEAN');
update isms.scope_item set reason = 'Traffic of customers; the provider watches the line, we the firewall' where code = 'S-LINE';
execute boundary;
update isms.scope_item set standing = 'interface' where code in ('S-HOST', 'S-PAY', 'S-CLEAN');
update isms.scope_item set standing = 'out', reason = 'Closes this year' where code = 'S-SHOPFLOOR';
execute boundary;

-- The statement refers to issues and requirements that there are.
insert into isms.scope_reference (kind, key) values ('issue', 'CI-9');
insert into isms.scope_reference (kind, key, note) values ('issue', 'CI-2', 'The server room is in'), ('requirement', 'RQ-1', 'Whatever touches customer data is in');
execute boundary;
delete from isms.context_issue where code = 'CI-2';
update isms.asset set code = 'SERVERS' where code = 'HOST';
execute boundary;

-- From spreadsheets.
create temp table issues (no text, issue text, type text, impact text, responsible text);
insert into issues values ('CI-7', 'Few applicants', 'internal', 'Vacant posts', 'Li Wei'), ('CI-8', 'New law', 'abroad', '', '');
select line, column_name, value, reason, nearest from isms.import('context_issue', 'issues');
delete from issues where no = 'CI-8';
select line, column_name, reason from isms.import('context_issue', 'issues');
create temp table parties (id text, name text, owner text);
insert into parties values ('AUTH', 'Data protection authority', 'dana');
select line, column_name, reason from isms.import('interested_party', 'parties');
create temp table requirements (id text, requirement text, party text, type text, source text, addressed text, how text);
insert into requirements values ('RQ-7', 'Report breaches in 72 hours', 'Data protection authority', 'legal', 'GDPR Art. 33', 'yes', 'Incident process'),
                                ('RQ-8', 'Keep records', 'AUTH', 'law', 'GDPR Art. 30', '', '');
select line, column_name, reason from isms.import('party_requirement', 'requirements');
create temp table processes (id text, name text, owner text, purpose text, outsourced text);
insert into processes values ('HR', 'Hiring', 'li', 'The right people', 'no');
select line, column_name, reason from isms.import('process', 'processes');
create temp table interactions ("from" text, "to" text, what text);
insert into interactions values ('Hiring', 'Running the shop', 'People');
select line, column_name, reason from isms.import('process_interaction', 'interactions');
create temp table items (item text, type text, "in scope" text, reason text);
insert into items values ('Warehouse', 'location', 'yes', ''), ('Vending machine', 'supplier', 'out of scope', 'No data');
select line, column_name, reason from isms.import('scope_item', 'items');
create temp table needs (item text, needs text);
insert into needs values ('Head office', 'Warehouse');
select line, column_name, reason from isms.import('scope_dependency', 'needs');
select code, kind, effect, owner from isms.context_issue where code = 'CI-7';
select code, party, kind, addressed, addressed_how from isms.party_requirement where code in ('RQ-7', 'RQ-8') order by code;
select from_process, to_process from isms.process_interaction where from_process = 'HR';
select title, kind, standing from isms.scope_item where title in ('Warehouse', 'Vending machine') order by title;
select i.title from isms.scope_dependency d join isms.scope_item i on i.scope = d.scope and i.code = d.depends_on where d.item = 'S-HQ' order by 1;

-- Who leaves hands these over.
select relation, count(*) from isms.handover('li', 'dana') group by relation order by relation;
select count(*) from isms.process where owner = 'li';

-- Another scope sees none of it; all of it is in the trail.
set session authorization regress_context_eve;
set isms.scope = 'B';
select (select count(*) from isms.context_status), (select count(*) from isms.process_status), (select count(*) from isms.scope_item), (select count(*) from isms.process_record);
select scope, code, problem from isms.scope_problem;
insert into isms.scope_item (scope, title, kind, standing) values ('A', 'Mine', 'unit', 'in');
reset session authorization;
select t.relation from (select distinct a.table_name as relation from isms.audit_trail a) t
 where t.relation ~ '^isms.(context_issue|climate_decision|interested_party|party_requirement|process|process_\w+|scope_(item|dependency|reference))$' order by 1;

drop extension isms cascade;
drop role regress_context_li, regress_context_eve;
