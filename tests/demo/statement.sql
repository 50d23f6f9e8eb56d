-- What the first submission of the statement asked for, and what shows that controls work: actions, test plans, evidence.
insert into isms.implementation (code, title, kind, owner, status, controls) values
  ('FORENSIC', 'Procedure and sealed kit for securing evidence', 'process', 'omar', 'planned', '{A.5.28}'),
  ('DLP', 'Watch on outgoing mail and uploads for drawings', 'technical', 'li', 'planned', '{A.8.12}');

insert into isms.action (code, title, serves_kind, serves, owner, due_on, resources)
select code, title, 'implementation', serves, owner, current_date + days, resources
  from (values
    ('T-101', 'Print the labels, and teach three departments to use them', 'CLASSIF', 'ines', 75, '6 days'),
    ('T-102', 'Review of all access rights by the owners of the systems', 'IAM', 'petra', 45, '12 days'),
    ('T-103', 'Buy the kit, practise with it once', 'FORENSIC', 'omar', 120, '2500 and 3 days'),
    ('T-104', 'Move paper records of ten years into the fire-proof room', 'CABINETS', 'ben', 60, '8 days'),
    ('T-105', 'Describe the base configuration of the remaining services', 'CLOUDBASE', 'yuki', 90, '15 days'),
    ('T-106', 'Try out two products for a month', 'DLP', 'li', 150, '9000 and 20 days'),
    ('T-107', 'Backup of the laboratory computers', 'BACKUP', 'petra', 30, '4 days'),
    ('T-108', 'Security tests in the release check list', 'SDLC', 'tomas', 50, '5 days')) a(code, title, serves, owner, days, resources);

insert into isms.control_test_plan (code, title, implementation, method, cadence, tester, starts_on)
select code, title, implementation, method, cadence::interval, 'sam', current_date + days
  from (values
    ('CP-DESK', 'Walk through the offices in the evening', 'CLEANDESK', 'Forty desks in four departments', '3 months', 0),
    ('CP-EDR', 'Harmless test virus on ten computers', 'EDR', 'Ten computers, drawn by lot', '6 months', 0),
    ('CP-UPS', 'Switch the mains off for ten minutes', 'UTILITIES', 'Server room, with the provider', '1 year', 20),
    ('CP-DISK', 'Start stolen laptops', 'DISKENC', 'Five laptops that were handed in', '1 year', -3)) p(code, title, implementation, method, cadence, days);

call pg_temp.act('sam', 'insert into isms.control_test (plan, result, note) values (''CP-EDR'', ''pass'', ''Ten of ten were stopped within a minute'')');

call pg_temp.act('ines', 'select isms.add_evidence(''Policy, signed'', ''implementation'', ''POLICIES'', ''The policy of Kestrel Bay Instruments, as signed'', ''records/policy.pdf'', kind => ''document'', source => ''Managing director'', valid_until => current_date + 300)');
call pg_temp.act('aisha', 'select isms.add_evidence(''List of participants, spring course'', ''implementation'', ''AWARE'', ''240 names'', ''records/course.csv'', source => ''Learning platform'', valid_until => current_date + 200)');
call pg_temp.act('petra', 'select isms.add_evidence(''Rules of the firewall'', ''implementation'', ''FIREWALL'', ''deny all'', ''records/firewall.txt'', kind => ''configuration'', source => ''Linden Networks'', valid_until => current_date - 12)');
call pg_temp.act('dana', 'select isms.add_evidence(''Scope statement'', ''requirement'', ''4.3'', null, ''records/scope.pdf'', kind => ''document'')');
select set_config('isms.actor', '', false) \g /dev/null
