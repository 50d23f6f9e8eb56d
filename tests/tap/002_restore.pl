# A dump is a whole installation: restored into another cluster and activated there, it has the
# same rows and the same register, and its trail is as protected as before.
use strict;
use warnings FATAL => 'all';

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $origin = PostgreSQL::Test::Cluster->new('origin');
$origin->init;
$origin->start;
$origin->safe_psql('postgres', 'create database used');
$origin->safe_psql('used', 'create extension isms');

if ($origin->safe_psql('used', q{select count(*) from pg_proc where oid::regproc::text = 'isms.setup'}) eq '0')
{
	plan skip_all => 'isms.setup is not there';
}

# A database in use: people, a register, a risk under treatment, a changed row and a deleted one.
$origin->safe_psql(
	'used', q{
	select isms.setup('ACME', 'Acme Ltd', 'dana', 'Dana Ruiz', 'dana@acme.example');
	create role li login;
	select isms.add_person('li', 'Li Wei', 'li@acme.example', login => 'li', roles => '{risk_owner,control_owner}');
	insert into isms.asset (code, title, kind, rating, owner) values
	  ('CRM', 'Customer database', 'information', 'C3 I3 A2', 'li'),
	  ('OLD', 'Retired server', 'information', 'C1 I1 A1', 'li');
	delete from isms.asset where code = 'OLD';
	insert into isms.asset (code, title, kind, owner) values ('SRV', 'Server', 'hardware', 'li');
	insert into isms.asset_dependency (asset, supports, refuses, reason) values ('SRV', 'CRM', 'A', 'Two of them');
	insert into isms.own_threat (code, title, hits) values ('TH-OWN', 'A threat of our own', 'A');
	insert into isms.own_threat_vulnerability (threat, vulnerability) values ('TH-OWN', 'VU-SINGLE');
	insert into isms.candidate_dismissal (asset, threat, reason) values ('SRV', 'TH-OWN', 'Not here');
	insert into isms.event_scenario (code, title, source, event) values ('ES-1', 'Blackmail', 'RS-CRIME', 'Nothing works');
	insert into isms.event_scenario_asset (event_scenario, asset) values ('ES-1', 'CRM');
	insert into isms.risk (code, title, asset, threat, vulnerability, hits, likelihood, consequence, owner) values
	  ('R-001', 'Customer data stolen through a reused password', 'CRM', 'Stolen credentials', 'No second factor', 'C', 4, 4, 'li');
	insert into isms.risk (title, asset, threat, vulnerability, hits, likelihood, consequence, owner) values
	  ('Unreadable backup', 'CRM', 'Failure', 'Never tried', 'A', 2, 5, 'li');
	insert into isms.implementation (code, title, kind, owner, status, controls) values
	  ('MFA', 'Second factor on every login', 'technical', 'li', 'planned', '{A.5.17,A.8.5}');
	insert into isms.risk_control (risk, implementation, effect_on, effectiveness) values
	  ('R-001', 'MFA', 'likelihood', 0.9);
	insert into isms.treatment (risk, option, justification) values
	  ('R-001', 'modification', 'Cheapest way below the criteria');
	insert into isms.action (code, title, serves, implementation, owner, due_on, resources) values
	  ('T-001', 'Roll out second factor', 'R-001', 'MFA', 'li', current_date + 60, '10 days');
	select isms.seal();
	update isms.risk set status = 'assessed', assessor = 'dana', assessed_on = current_date where code = 'R-001';
	insert into isms.database_check (code, title, area, rationale, remediation) values ('ACME-1', 'Of our own', 'own', '-', '-');
	insert into isms.database_check_query (database_check, query) values ('ACME-1', 'select ''thing'', false, ''seen''');
	insert into isms.database_check_control (database_check, reference) values ('ACME-1', 'A.8.9');
	insert into isms.database_check_parameter (database_check, name, value) values ('DB-020', 'maximum', '3');
	insert into isms.database_check_waiver (database_check, reason, expires_on) values ('ACME-1', 'For a time', '2999-12-31');
	select isms.run_database_checks(codes => '{ACME-1,DB-001,DB-020}');
	insert into isms.risk_override (risk, state, level, reason, validity) values
	  ('R-001', 'current', 'Very high', 'Seen at a supplier', daterange(current_date, current_date + 30));
	insert into isms.document (code, title, kind, owner) values ('POL', 'Policy', 'policy', 'li');
	insert into isms.document_version (document, version, body) values ('POL', '1', 'We protect');
	select isms.begin_cutover('Documents move here');
	insert into isms.document_version (document, version, body, keep_for, effective_from, withdrawn_on, status)
	  values ('POL', '0', 'We protected', '30 days', current_date - 90, current_date - 60, 'withdrawn');
	select isms.end_cutover();
	insert into isms.workflow_overlay (workflow, transition, what, rule, reason) values ('document', 'dispose', 'slot', 'top_management', 'Only one of us is here');
	select isms.request('isms.document_version', '{"document": "POL", "version": "0"}', 'dispose', 'Deleted, as it says', '{"body": null}');
	insert into isms.document_link (document, subject_kind, subject) values ('POL', 'control', 'A.5.1');
	insert into isms.document_kind (code, title, clause) values ('memo', 'Memo', '7.5.1 b');
	insert into isms.awareness_record (person, document, version) values ('li', 'POL', '1');
	insert into isms.competence (title) values ('Risk assessment');
	insert into isms.role_competence (role, competence) values ('risk_owner', 'CO-0001');
	insert into isms.person_competence (person, competence, evidence_kind, evidence) values ('li', 'CO-0001', 'training', 'Course');
	select isms.copy_training();
	insert into isms.training_completion (training, person, completed_on) values ('AWARENESS', 'li', current_date);
	insert into isms.communication_item (code, what, occasion, with_whom, how) values ('C-1', 'Policy', 'Yearly', 'Everybody', 'Intranet');
	insert into isms.communication_record (item, sent_to, document, version) values ('C-1', 'Everybody', 'POL', '1');
	insert into isms.measure (code, title, subject_kind, method, measured_every, evaluated_every) values ('ME-1', 'Mails', 'isms', 'Count', '1 month', '1 year');
	insert into isms.measurement (measure, value) values ('ME-1', 4);
	insert into isms.measurement (measure, value, corrects, correction_reason) values ('ME-1', 5, 1, 'Miscounted');
	insert into isms.performance_evaluation (code, title, period) values ('PE-1', 'The year', daterange(current_date - 365, current_date + 1));
	select isms.prepare_evaluation('PE-1');
	insert into isms.audit_programme (code, title, period) values ('AP-1', 'The year', daterange(current_date - 365, current_date + 1));
	insert into isms.nonconformity (code, source, requirement, statement, found_where, owner) values ('NC-1', 'report', 'A.5.18', 'Open account', 'Site 1', 'li');
	insert into isms.finding (code, source, kind, statement, auditee, nonconformity) values ('F-1', 'certification_body', 'minor', 'Open account', 'li', 'NC-1');
	insert into isms.nonconformity (code, source, source_key, requirement, statement, found_where, owner) values ('NC-2', 'certification_body', 'F-1', 'A.5.18', 'Open account', 'Site 2', 'li');
	insert into isms.improvement (title, owner) values ('Measure by program', 'li');
	insert into isms.review_source (name, input, position, title, query) values ('complaints', 'e', 1, 'Complaints', 'select ''none'' as said');
	insert into isms.management_review (code, title, period) values ('MR-1', 'The year', daterange(current_date - 365, current_date + 1));
	select count(*) from isms.prepare_review('MR-1');
	insert into isms.review_decision (code, review, kind, title, owner) values ('MD-1', 'MR-1', 'change', 'Site 2', 'li');
	select isms.act_on_decisions('MR-1');
	insert into isms.context_issue (code, title, kind) values ('CI-1', 'Few applicants', 'internal');
	insert into isms.climate_decision (relevant, reason) values (false, 'Nothing of our own runs anywhere');
	insert into isms.interested_party (code, title) values ('CUST', 'Customers');
	insert into isms.party_requirement (code, title, party, kind) values ('RQ-1', 'Tell us of breaches', 'CUST', 'contract');
	insert into isms.process (code, title) values ('OPS', 'Operation'), ('BUY', 'Purchase');
	insert into isms.process_interaction (from_process, to_process, what) values ('BUY', 'OPS', 'Servers');
	insert into isms.process_record (process, period, evidence) values ('OPS', '[2026-01-01,2026-04-01)', 'Report');
	insert into isms.scope_item (code, title, kind, refers, standing, reason) values
	  ('S-OPS', 'Operation', 'process', 'OPS', 'in', null), ('S-BUY', 'Purchase', 'process', 'BUY', 'out', 'Done by the group');
	insert into isms.scope_dependency (item, depends_on) values ('S-OPS', 'S-BUY');
	insert into isms.scope_reference (kind, key) values ('issue', 'CI-1'), ('requirement', 'RQ-1');
	insert into isms.management_aim (code, title) values ('AM-1', 'Trust');
	insert into isms.resource_decision (title, purpose, people, period) values ('One more', 'Operation', 1, '[2026-01-01,2027-01-01)');
	insert into isms.objective (code, title, aim, refers_kind, refers) values ('OB-1', 'Everybody by second factor', 'AM-1', 'risk', 'R-001');
	insert into isms.objective_result (objective, value) values ('OB-1', 20);
	insert into isms.objective_result (objective, value, note, corrects) select 'OB-1', 25, 'Two teams were left out', id from isms.objective_result;
	insert into isms.opportunity (title, kind, issue, process) values ('Nobody to run it', 'risk', 'CI-1', 'OPS');
	insert into isms.certification_body (code, title) values ('CERT', 'Cert GmbH');
	insert into isms.certification_body_parameter (body, parameter, period, source) values ('CERT', 'notice', '7 days', 'Contract');
	insert into isms.own_audit_days (persons_from, persons_to, initial_days, surveillance_days, recertification_days, source) values (1, 5, 4, 2, 3, 'Offer');
	insert into isms.certification (code, title, persons_by_site) values ('C-1', 'First', '{"HQ": 4}');
	update isms.finding set certification = 'C-1' where code = 'F-1';
	insert into isms.certification_offer (certification, body, audit_days, price) values ('C-1', 'CERT', 4, 5000);
	select isms.choose_offer('C-1', 'CERT', 'Near');
	insert into isms.certification_audit (certification, kind, held_from, held_until, conclusion) values ('C-1', 'stage_1', current_date - 2, current_date - 1, 'ready');
	insert into isms.certification_notice (certification, kind, what, occurred_on) values ('C-1', 'contact', 'Another manager', current_date);
	insert into isms.evidence_request (audit, what, owner) values ('CA-0001', 'Policy', 'li');
	insert into isms.audit_agenda (audit, day, starts, ends, topic, interviewee) values ('CA-0001', current_date - 2, '09:00', '10:00', 'Policy', 'li');
	select isms.seal();
	update isms.risk set description = 'Not sealed' where code = 'R-002';
});

# Table name to its rows as sorted text, whatever the table is.
sub rows_of
{
	my ($node, $db) = @_;
	my @tables = split /\n/, $node->safe_psql(
		$db, q{
		select c.oid::regclass from pg_class c
		where c.relnamespace = 'isms'::regnamespace and c.relkind = 'r' order by c.relname});
	my %rows = map { $_ => [] } @tables;
	my $all = $node->safe_psql($db,
		join '', map { qq{select '$_', replace(t::text, E'\\n', '\\n') from $_ t order by 2;} } @tables);
	for (split /\n/, $all)
	{
		my ($table, $row) = split /\|/, $_, 2;
		push @{ $rows{$table} }, $row;
	}
	return \%rows;
}

sub register_of
{
	my ($node, $db) = @_;
	return $node->safe_psql($db, q{set isms.scope = 'ACME'; select * from isms.risk_register order by code});
}

my $has_register = $origin->safe_psql('used', q{select to_regclass('isms.risk_register') is not null}) eq 't';
my $rows = rows_of($origin, 'used');
my $register = $has_register ? register_of($origin, 'used') : '';

my $dump = $origin->backup_dir . '/used.dump';
my $roles = $origin->backup_dir . '/roles.sql';
mkdir $origin->backup_dir;
command_ok([ 'pg_dump', '-Fc', '-f', $dump, '-d', $origin->connstr('used') ], 'a database in use is dumped');
my ($out, $err) = run_command([ 'pg_dump', '--data-only', '-f', '/dev/null', '-d', $origin->connstr('used') ]);
unlike($err, qr/warning/i, 'pg_dump has nothing to warn of');

# Elsewhere: without the origin's roles only its grants have to be left out.
my $copy = PostgreSQL::Test::Cluster->new('copy');
$copy->init;
$copy->start;
$copy->safe_psql('postgres', 'create database without_roles');
command_ok(
	[ 'pg_restore', '--exit-on-error', '--no-acl', '-d', $copy->connstr('without_roles'), $dump ],
	'pg_restore --no-acl needs no role of the origin');
$copy->safe_psql('postgres', 'drop database without_roles');

# The whole: roles first, as always with PostgreSQL, then the database.
command_ok([ 'pg_dumpall', '--roles-only', '-f', $roles, '-d', $origin->connstr('postgres') ], 'the roles are dumped');
$copy->psql('postgres', slurp_file($roles), on_error_stop => 0);
$copy->safe_psql('postgres', 'create database restored');
command_ok([ 'pg_restore', '--exit-on-error', '-d', $copy->connstr('restored'), $dump ], 'a plain pg_restore takes it');

is($copy->safe_psql('restored', 'select isms.is_active()'), 'f', 'restored, it is inactive');
my $restored = rows_of($copy, 'restored');
is_deeply([ sort keys %$restored ], [ sort keys %$rows ], 'the same tables');
for my $table (sort keys %$rows)
{
	next if $table eq 'isms.activation';
	is_deeply($restored->{$table}, $rows->{$table}, "restored, $table has the same rows");
}
is_deeply($restored->{'isms.activation'}, [], 'the activation was not carried over');

# What would bypass the rules while they are off says so.
for my $statement (
	q{select isms.request('isms.risk', 'R-001', 'approve_plan')},
	q{select isms.approve('isms.risk', '{R-001}', 'approve_plan')},
	q{select isms.import('risk', 'isms.import_risk')},
	q{select isms.begin_cutover('Nobody looks')},
	q{select isms.handover('li', 'dana')})
{
	my ($status, $stdout, $stderr) = $copy->psql('restored', "\\set VERBOSITY verbose\nset isms.scope = 'ACME';\n$statement");
	like($stderr, qr/IS020.*select isms\.activate\(\)/s, "refused while inactive: $statement");
}

$copy->safe_psql('restored', 'select isms.activate()');
is($copy->safe_psql('restored', 'select isms.is_active()'), 't', 'activated, it is active');
is( $copy->safe_psql(
		'restored', q{
		select count(*) from pg_trigger t join pg_class c on c.oid = t.tgrelid
		where c.relnamespace = 'isms'::regnamespace and not t.tgisinternal and t.tgenabled <> 'A'}),
	0,
	'every trigger is on, for replicas too');

# The trail goes on; the registers are as they were.
my $activated = rows_of($copy, 'restored');
for my $table (sort keys %$rows)
{
	next if $table eq 'isms.activation';
	if ($table =~ /^isms\.(trail|checkpoint|coverage)/)
	{
		my %now = map { $_ => 1 } @{ $activated->{$table} };
		is_deeply([ grep { !$now{$_} } @{ $rows->{$table} } ], [], "activated, $table still has every row");
	}
	else
	{
		is_deeply($activated->{$table}, $rows->{$table}, "activated, $table has the same rows");
	}
}
is(register_of($copy, 'restored'), $register, 'the register shows the same') if $has_register;
is($copy->safe_psql('restored', 'set session authorization li; select count(*) from isms.risk'),
	2, 'logins and rights work as before');

# What was found there says nothing of here until it was looked at here.
my $found = q{select code, status, of_this_database from isms.database_check_status where code in ('ACME-1', 'DB-001') order by code};
is($copy->safe_psql('restored', $found), "ACME-1|fail|f\nDB-001|pass|f", 'results of database checks come along, as another database\'s');
$copy->safe_psql('restored', q{select isms.run_database_checks(codes => '{ACME-1}')});
is($copy->safe_psql('restored', $found), "ACME-1|fail|t\nDB-001|pass|f", 'and the next run is of this one');

# And it is in use at once: the next code follows, a change is in the trail, the trail cannot be changed.
if ($copy->safe_psql('restored', q{select to_regclass('isms.audit_trail') is not null}) eq 't')
{
	$copy->safe_psql('restored', q{set isms.scope = 'ACME'; update isms.risk set title = 'Stolen customer data' where code = 'R-001'});
	is( $copy->safe_psql(
			'restored', q{
			select count(*) from isms.audit_trail
			where table_name = 'isms.risk' and key like '%R-001%' and new_values ->> 'title' = 'Stolen customer data'}),
		1,
		'a change after activation is in the trail once');

	# What was sealed stays sealed; the first seal here takes in what was left and what came.
	my $sealed = q{select count(*), count(distinct isms.leaf_index(seq)), min(isms.leaf_index(seq)), max(isms.leaf_index(seq)) + 1 from isms.trail_entry};
	is($copy->safe_psql('restored', 'select * from isms.verify_trail()'), '', 'the trail verifies before it is sealed');
	$copy->safe_psql('restored', 'select isms.seal()');
	is($copy->safe_psql('restored', 'select * from isms.verify_trail()'), '', 'and after');
	my $size = $copy->safe_psql('restored', 'select max(size) from isms.checkpoint');
	is($copy->safe_psql('restored', $sealed), "$size|$size|0|$size", 'every entry is one leaf');
	is($copy->safe_psql('restored', 'select count(*) from isms.audit_trail where not sealed'), 0, 'and reads as sealed');
	is($copy->safe_psql('restored', 'select isms.tree_root(size) = root from isms.checkpoint where number = 2'), 't', 'the tree has grown from the dumped one');
	is( $copy->safe_psql(
			'restored', q{
			select code, status from isms.as_of(null::isms.risk, (select sealed_at from isms.checkpoint where number = 1)) where code = 'R-001'}),
		'R-001|identified', 'it looks back past the restore');
	for my $statement ('update isms.trail_entry set payload = null', 'delete from isms.trail_entry', 'truncate isms.trail_entry')
	{
		my ($status, $stdout, $stderr) = $copy->psql('restored', "\\set VERBOSITY sqlstate\n$statement");
		like($stderr, qr/IS010/, "refused: $statement");
	}
}

$origin->stop;
$copy->stop;
done_testing();
