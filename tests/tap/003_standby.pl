# A hot standby serves readers: every view, and every function that reads, by a login with isms_reader alone.
use strict;
use warnings FATAL => 'all';

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $primary = PostgreSQL::Test::Cluster->new('primary');
$primary->init(allows_streaming => 1);
$primary->start;
$primary->safe_psql(
	'postgres', q{
	create extension isms;
	select isms.setup('ACME', 'Acme Ltd', 'dana', 'Dana Ruiz', 'dana@acme.example');
	create role li login;
	create role ada login;
	select isms.add_person('li', 'Li Wei', 'li@acme.example', login => 'li', roles => '{risk_owner,control_owner}');
	select isms.add_person('ada', 'Ada Audit', login => 'ada', roles => '{external_auditor}');
	insert into isms.asset (code, title, kind, rating, owner) values ('CRM', 'Customer database', 'information', 'C3 I3 A2', 'li');
	insert into isms.risk (code, title, asset, threat, hits, likelihood, consequence, owner, assessor, assessed_on) values
	  ('R-001', 'Stolen passwords', 'CRM', 'Stolen credentials', 'C', 4, 4, 'li', 'dana', current_date);
	select isms.seal();
	insert into isms.implementation (code, title, owner, status, controls) values ('MFA', 'Second factor', 'li', 'planned', '{A.8.5}');
	insert into isms.risk_control (risk, implementation, effect_on, effectiveness) values ('R-001', 'MFA', 'likelihood', 0.9);
	insert into isms.treatment (risk, option, justification) values ('R-001', 'modification', 'Cheapest way below the criteria');
	insert into isms.action (code, title, serves, implementation, owner, due_on, resources) values
	  ('T-001', 'Roll out second factor', 'R-001', 'MFA', 'li', current_date + 60, '10 days');
	update isms.risk set status = 'assessed' where code = 'R-001';
	select isms.request('isms.risk', 'R-001', 'approve_plan', 'Plan ready');
	insert into isms.acceptance (risk, basis, validity, justification, conditions) values
	  ('R-001', 'interim', daterange(current_date, current_date + 30), 'Nothing faster was found', 'Logs are read daily');
	insert into isms.risk_override (risk, state, level, reason, validity) values
	  ('R-001', 'current', 'High', 'Seen at a supplier', daterange(current_date, current_date + 30));
	select isms.request('isms.risk_override', 'OV-0001', 'approve');
	select isms.add_evidence('Settings', 'implementation', 'MFA', 'factor = 2');
	insert into isms.control_test_plan (title, implementation, tester) values ('Ten logins', 'MFA', 'dana');
	insert into isms.statement_version (code) values ('1');
	insert into isms.context_issue (title, kind, owner, reviewed_on) values ('Few applicants', 'internal', 'li', current_date - 1000);
	insert into isms.process (title, owner) values ('Operation', 'li');
	insert into isms.objective (code, title, owner) values ('OB-1', 'Everybody by second factor', 'li');
	insert into isms.objective_result (objective, value) values ('OB-1', 20);
	insert into isms.certification (code, title, persons_by_site) values ('C-1', 'First', '{"HQ": 4}');
	insert into isms.certification_notice (certification, kind, what, occurred_on) values ('C-1', 'contact', 'Another manager', current_date);
	select isms.seal();
});

$primary->safe_psql('postgres', q{select isms.approve('isms.risk_override', '{OV-0001}', 'approve')}, extra_params => [ '-U', 'li' ]);
$primary->safe_psql('postgres', q{select isms.approve('isms.risk', '{R-001}', 'approve_plan')}, extra_params => [ '-U', 'li' ]);

my $backup = 'now';
$primary->backup($backup);
my $standby = PostgreSQL::Test::Cluster->new('standby');
$standby->init_from_backup($primary, $backup, has_streaming => 1);
$standby->start;
$primary->wait_for_catchup($standby);
is($standby->safe_psql('postgres', 'select pg_is_in_recovery()'), 't', 'a standby');

sub as_reader
{
	my ($node, $query) = @_;
	my ($status, $out, $err) = $node->psql('postgres', $query, extra_params => [ '-U', 'ada' ]);
	return $status == 0 ? $out : "$status: $err";
}

is(as_reader($standby, q{select pg_has_role('isms_editor', 'member') or not pg_has_role('isms_reader', 'member')}), 'f', 'the login has isms_reader alone');
is(as_reader($standby, 'select isms.is_active()'), 't', 'it is active there too');
is(as_reader($standby, 'select isms.actor()'), 'ada', 'the login is the same person');

# Every view that a reader may read, the same as on the primary.
my @views = split /\n/, $primary->safe_psql(
	'postgres', q{
	select c.oid::regclass from pg_class c
	where c.relnamespace = 'isms'::regnamespace and c.relkind = 'v' and has_table_privilege('ada', c.oid, 'select') order by 1});
cmp_ok(scalar(@views), '>', 10, 'there are views');
for my $view (@views)
{
	# ages go on
	my $query = $view eq 'isms.health' ? "select metric, scope, kind, unit, state from $view" : "select to_jsonb(v) - 'oldest_age' from $view v order by 1";
	is(as_reader($standby, $query), as_reader($primary, $query), "$view reads the same");
}
for my $view (qw(risk_register override_in_force risk_treatment_plan heat_map statement_of_applicability acceptance_status waiting_approvals audit_trail
	context_status scope_problem process_status objective_status overdue))
{
	isnt(as_reader($standby, "select count(*) from isms.$view"), '0', "isms.$view has rows");
}

# Functions that read.
my %query = (
	next_steps => q{select * from isms.next_steps('isms.risk', 'R-001')},
	risk_candidates => q{select * from isms.risk_candidates()},
	risk_candidates => q{select * from isms.risk_candidates()},
	explain_risk => q{select * from isms.explain_risk('R-001')},
	what_if => q{select * from isms.what_if('R-001', '{"remove": ["MFA"]}')},
	impact_of => q{select * from isms.impact_of('MFA', 'ends')},
	control_importance => q{select * from isms.control_importance()},
	compare_methods => q{select * from isms.compare_methods()},
	row_history => q{select * from isms.row_history('isms.risk', 'R-001')},
	as_of => q{select code, status from isms.as_of(null::isms.risk, (select min(sealed_at) from isms.checkpoint))},
	inclusion_proof => q{select p.* from (select max(seq) as seq from isms.audit_trail) e, isms.inclusion_proof(e.seq) p},
	consistency_proof => q{select isms.consistency_proof(a.size, b.size) from isms.checkpoint a, isms.checkpoint b where a.number = 1 and b.number = 2},
	checkpoint_note => q{select isms.checkpoint_note()},
	last_changes => q{select * from isms.last_changes('isms.risk', 'R-001')},
	decision_context => q{select a.id, c.* from isms.approval a cross join lateral isms.decision_context(a.id) c order by 1, 2, 4},
	decision_changes => q{select a.id, c.* from isms.approval a cross join lateral isms.decision_changes(a.id) c order by 1, c.seq, c.column_name},
	as_of_json => q{select key, "row" ->> 'status' from isms.as_of_json('isms.risk', now())},
	diff => q{select key, change, columns from isms.diff('isms.risk', (select min(sealed_at) from isms.checkpoint), now())},
	check_method => q{select count(*) from isms.check_method('ACME', '5x5')},
	method_problems => q{select count(*) from isms.method_problems('ACME', '5x5')},
	check_evidence => q{select isms.check_evidence('E-0001', 'factor = 2')},
	compare_statements => q{select code, change, after from isms.compare_statements('1')},
	offered_implementations => q{select count(*) from isms.offered_implementations()},
	due_items => q{select * from isms.due_items()},
	today => q{select isms.today('ACME') is not null},
	propose_mapping => q{select isms.propose_mapping('risk', 'isms.import_risk')},
	person_impact => q{select * from isms.person_impact('li')},
	mandatory_documents => q{select * from isms.mandatory_documents()},
	current_documents => q{select count(*) from isms.current_documents()},
	certification_calendar => q{select * from isms.certification_calendar('ACME', '2027-01-02')},
	certification_cost => q{select * from isms.certification_cost('ACME', 1000)},
	report_html => q{select regexp_replace(isms.report_html('ACME'), '<div><dt>Made</dt>.*?</div>', '')},
	statement_of_applicability_html => q{select regexp_replace(isms.statement_of_applicability_html('ACME'), '<div><dt>Made</dt>.*?</div>', '')},
	import_compare => q{select key, outcome from isms.import_compare('risk', 'isms.import_risk') order by 1},
);
for my $name (sort keys %query)
{
	my $here = as_reader($standby, $query{$name});
	isnt($here, '', "isms.$name answers");
	is($here, as_reader($primary, $query{$name}), "isms.$name answers the same");
}

# Views go back in time there, by a setting of the session.
my $then = $primary->safe_psql('postgres', 'select min(sealed_at) from isms.checkpoint');
for my $view (qw(risk_register risk_treatment_plan control_coverage statement_of_applicability overdue inbox audit_trail))
{
	my $query = "set isms.as_of = '$then'; select to_jsonb(v) from isms.$view v order by 1";
	is(as_reader($standby, $query), as_reader($primary, $query), "isms.$view goes back the same");
}
is(as_reader($standby, "set isms.as_of = '$then'; select code, controls, status from isms.risk_register"), 'R-001|0|identified', 'the register is as it was');

# The trail is added up and compared there too, and capture looked at.
my $reconciled = q{select t.table_name, r.* from isms.trail_table t, isms.reconcile(format('%I.%I', t.schema_name, t.table_name)::regclass) r};
is($standby->safe_psql('postgres', $reconciled), '', 'the trail adds up to the tables');
is($standby->safe_psql('postgres', 'select * from isms.coverage()'), '', 'all is covered');
is(as_reader($standby, 'select * from isms.verify_trail()'), '', 'the trail verifies');

# What would write is refused by the server, and says so.
for my $statement (q{update isms.risk set title = 'x'}, q{select isms.activate()}, q{select isms.seal()}, q{select isms.request('isms.risk', 'R-001', 'reassess')})
{
	my ($status, $out, $err) = $standby->psql('postgres', $statement);
	like($err, qr/read-only transaction|recovery/, "refused there: $statement");
}

# Promoted, it is another incarnation: inactive until activated, then in use.
$standby->promote;
is($standby->safe_psql('postgres', 'select isms.is_active()'), 'f', 'promoted, it is inactive');
$standby->safe_psql('postgres', 'select isms.activate()');
is($standby->safe_psql('postgres', 'select isms.is_active()'), 't', 'activated, it is active');
$standby->safe_psql('postgres', q{update isms.risk set title = 'Stolen and reused passwords' where code = 'R-001'});
is( $standby->safe_psql(
		'postgres', q{
		select count(distinct incarnation) from isms.trail_entry}),
	2, 'its trail goes on under its own incarnation');
is($standby->safe_psql('postgres', $reconciled), '', 'and adds up to the tables');
is( $standby->safe_psql(
		'postgres', q{
		select title from isms.as_of(null::isms.risk, (select min(sealed_at) from isms.checkpoint))}),
	'Stolen passwords', 'it looks back past the promotion');
$standby->safe_psql('postgres', 'select isms.seal()');
is($standby->safe_psql('postgres', 'select * from isms.verify_trail()'), '', 'the trail verifies');
is( $standby->safe_psql(
		'postgres', q{
		select i.previous = c.incarnation and i.previous_size = c.size and i.previous_root = c.root
		from isms.trail_incarnation i, isms.checkpoint c where i.incarnation = isms.incarnation() and c.number = 2}),
	't', 'the entry that opens the new incarnation names the last checkpoint of the old');

$standby->stop;
$primary->stop;
done_testing();
