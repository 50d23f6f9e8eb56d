# The demonstration runs to its end, and what it leaves behind is a year of an ISMS with nothing forged.
use strict;
use warnings FATAL => 'all';

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('demonstration');
$node->init;
$node->start;

# As make demo runs it.
$node->safe_psql('postgres', 'create database demo');
$node->command_ok([ 'pgbench', '--quiet', '--initialize', 'demo' ], 'the existing application is there');
my ($out, $err) = ('', '');
my $pages = PostgreSQL::Test::Utils::tempdir();
my $ok = IPC::Run::run([ 'psql', '-X', '-q', '-v', 'ON_ERROR_STOP=1', '-v', "pages=$pages", '-d', $node->connstr('demo'), '-f', 'tests/demo/demo.sql' ], '>', \$out, '2>', \$err);
ok($ok, 'the demonstration runs to its end') or diag $err;
is(() = $err =~ /ERROR:/g, 8, 'with the eight refusals it shows');

sub shows
{
	my ($query, $expected, $name) = @_;
	is($node->safe_psql('demo', $query), $expected, $name);
}

like(slurp_file("$pages/report.html"), qr{\A<!DOCTYPE html>.*R-060.*</html>\n+\z}s, 'the report is there, whole');
like(slurp_file("$pages/statement.html"), qr{\A<!DOCTYPE html>.*<dd>Mara Lindqvist</dd>.*A\.8\.34.*</html>\n+\z}s, 'so is the approved statement');

# Risks and their treatment.
shows('select count(*) from isms.risk', 60, '60 risks');
shows(q{select string_agg(distinct status, ' ' order by status) from isms.risk},
	'assessed closed identified in_review in_treatment monitored treated', 'risks in their states');
shows(q{select count(*), string_agg(distinct treatment_status, ' ' order by treatment_status) from isms.risk_register where treatment_status is not null},
	'30|approved completed in_progress proposed withdrawn', '30 treatments in every state');
shows(q{select string_agg(distinct status, ' ' order by status) from isms.action}, 'cancelled done in_progress planned verified', 'actions in every state');
isnt($node->safe_psql('demo', 'select count(*) from isms.overdue'), 0, 'and some of them late');
shows('select count(*) from isms.statement_of_applicability where necessary is not null', 93, '93 controls decided');
shows(q{select code, standing, approved_by, lines, necessary from isms.statement_history}, '2026-1|current|mara|93|89', 'and their statement approved');
shows(q{select string_agg(distinct kind, ' ' order by kind) from isms.asset where kind in ('paper', 'knowledge', 'premises')}, 'knowledge paper premises', 'paper, know-how and premises among the assets');

# Every register of the scope has rows, but for what this organisation has no use for.
my @empty;
for my $table (split /\n/, $node->safe_psql('demo', q{
	select c.relname from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attname = 'scope'
	 where c.relnamespace = 'isms'::regnamespace and c.relkind = 'r' and c.relname !~ '^import_'
	   and not exists (select from isms.closed_table k where k.name = c.relname)
	 order by 1}))
{
	push @empty, $table if $node->safe_psql('demo', "select count(*) from isms.$table") == 0;
}
is("@empty", 'asset_relation database_check_parameter database_check_waiver delegation evidence_custody own_threat own_threat_vulnerability own_vulnerability risk_appetite risk_override workflow_overlay',
	'every register has rows, but for these');

# Nothing forged: rows that came in mid-life are known as such and lack nothing; all else took its steps here, recorded and unchanged.
shows(q{select string_agg(distinct split_part(table_name, '.', 2), ' ' order by split_part(table_name, '.', 2)) from isms.carried_over where scope = 'KBI'},
	'action audit_programme change document_version finding internal_audit nonconformity', 'what was carried over');
shows('select count(*) from isms.import_issue', 0, 'lacks nothing for the state it is in');
shows('select count(*) from isms.cutover where ended_at is null', 0, 'no cut-over is left open');
shows('select isms.seal() > 0', 't', 'the trail is sealed');
shows('select count(*) from isms.verify_trail()', 0, 'and proves');
shows('select count(*) from isms.coverage()', 0, 'nothing was switched off');
shows('select count(*) from isms.break_glass_use', 0, 'no rule was broken');

# The year.
shows('select count(*) from isms.scope_problem', 0, 'the boundary is whole');
shows(q{select state, count(*) from isms.mandatory_documents() group by state order by state}, "current|4\nrecorded|13", 'the pack of mandatory documents is complete');
shows(q{select string_agg(new_values ->> 'status', ' ' order by seq) from isms.audit_trail where table_name = 'isms.finding' and key = 'F-3' and new_values ? 'status'},
	'draft raised contested raised agreed', 'a finding was contested, and upheld');
shows(q{select string_agg(audit_status, ' ' order by audit), bool_or(overdue) from isms.audit_programme_status}, 'closed closed planned planned|t', 'two audits are over, one is late, one is to come');
shows(q{select owner, judged_by, judged_on - implemented_on >= 30 from isms.nonconformity where status = 'closed'}, 'tomas|rosa|t', 'what was done about a nonconformity was judged later, by somebody else');
shows(q{select string_agg(input, '' order by input) from isms.review_input where review = 'MR-1'}, 'abcdefg', 'the review had its seven inputs');
my (undef, undef, $refused) = $node->psql('demo', q{update isms.review_input set text = 'Better' where review = 'MR-1'});
like($refused, qr/while it is closed/, 'which stay as they were');
shows(q{select string_agg(status, ' ' order by code) from isms.review_decision_status}, 'open open no_action', 'and its decisions have actions or a reason');
shows(q{select state, count(*) from isms.incident_notification_status where incident = 'IN-1' group by state order by state}, "not due|1\nsent|2", 'who had to be told of the incident was told in time');
shows(q{select count(*) from isms.control_test where method like 'Exercise EX-1 %'}, 1, 'an exercise counts as a test');
shows(q{select string_agg(distinct status, ' ' order by status) from isms.measure_status}, 'met missed', 'measures are met and missed');

# Ready for most of what a standard asks, not for all.
shows(q{select string_agg(v.status, ' ' order by v.status) from (
	select r.status from isms.readiness_result r group by r.status
	having count(*) > case r.status when 'passed' then 75 else 0 end and count(*) < case r.status when 'failed' then 35 else 1000 end) v}, 'failed nothing_to_judge passed switched_off unknown', 'most rules of readiness pass, some fail, some have nothing to judge or cannot be told');

my $judged = "select string_agg(v::text, E'\\n' order by v.rule) from isms.readiness() v";
is($node->safe_psql('demo', $judged), $node->safe_psql('demo', "set max_parallel_workers_per_gather = 0; $judged"), 'parallel workers judge as one does');

# The certificate, and what follows from it by rule.
shows(q{select state, soa_version, valid_until = (decided_on + interval '3 years' - interval '1 day')::date from isms.certification_status}, 'valid|2026-1|t', 'the certificate is valid for three years, by the statement approved');
shows(q{select k.what, k.status from isms.certification_calendar k, isms.certification c
	 where k.what ~ '^(surveillance_[12]|recertification|renewal)$'
	   and k.latest = case k.what when 'surveillance_1' then c.decided_on + interval '12 months' when 'surveillance_2' then c.decided_on + interval '24 months' else c.valid_until - 1 end
	 order by k.what}, "recertification|open\nrenewal|open\nsurveillance_1|planned\nsurveillance_2|open", 'what is next follows from its decision and its end');
shows(q{select string_agg(kind, ' ' order by code) from isms.certification_audit_status where state = 'held'}, 'stage_1 stage_2', 'after both stages');
shows(q{select f.status, f.body_dated <= k.decided_on, k.decided_on < current_date from isms.finding f, isms.certification k where f.code = 'SC-1'}, 'closed|t|t', 'whose concern was met before');

$node->stop;
done_testing();
