# The README shows what really comes back, and the demonstration runs to its end.
use strict;
use warnings FATAL => 'all';

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('readme');
$node->init;
$node->start;

# Blocks of the README in order: statements, and after some of them the answer.
my @block;
my $readme = slurp_file('README.md');
push @block, [ $1, $2 ] while $readme =~ /^```(sql|text)\n(.*?)^```$/msg;
cmp_ok(scalar(@block), '>', 10, 'the README has its tour');

# One session runs all statements; a line of its own tells the blocks' answers apart.
my $script = "set client_min_messages = error;\n\\set SHOW_CONTEXT never\n";
my $n = 0;
for my $block (grep { $_->[0] eq 'sql' } @block)
{
	$script .= "\\echo block @{[ $n++ ]}\n\\warn block\n$block->[1]";
}
my ($out, $err) = ('', '');
$node->safe_psql('postgres', 'create database tour');
IPC::Run::run([ 'psql', '-X', '-q', '-d', $node->connstr('tour') ], '<', \$script, '>', \$out, '2>', \$err);
$err =~ s/^psql:<stdin>:\d+: //mg;
my @answer = split /^block \d+\n/m, $out, -1;
my @complaint = split /^block\n/m, $err, -1;
shift @answer;
shift @complaint;

$n = -1;
for my $i (0 .. $#block)
{
	$n++ if $block[$i][0] eq 'sql';
	my $expected = $i < $#block && $block[$i][0] eq 'sql' && $block[$i + 1][0] eq 'text' ? $block[$i + 1][1] : undef;
	next unless $block[$i][0] eq 'sql';
	my ($title) = $block[$i][1] =~ /^(.{1,60})/;
	if (!defined $expected)
	{
		is($complaint[$n], '', "no error: $title");
		next;
	}
	(my $got = $answer[$n] . $complaint[$n]) =~ s/\n+\z/\n/;
	is($got, $expected, "as shown: $title");
}

# The demonstration, as make demo runs it.
$node->safe_psql('postgres', 'create database demo');
$node->command_ok([ 'pgbench', '--quiet', '--initialize', 'demo' ], 'the existing application is there');
($out, $err) = ('', '');
my $pages = PostgreSQL::Test::Utils::tempdir();
my $ok = IPC::Run::run([ 'psql', '-X', '-q', '-v', 'ON_ERROR_STOP=1', '-v', "pages=$pages", '-d', $node->connstr('demo'), '-f', 'tests/demo/demo.sql' ], '>', \$out, '2>', \$err);
ok($ok, 'the demonstration runs to its end') or diag $err;
is(() = $err =~ /ERROR:/g, 8, 'with the eight refusals it shows');
is($node->safe_psql('demo', 'select count(*) from isms.risk'), 60, '60 risks');
is($node->safe_psql('demo', q{select string_agg(distinct status, ' ' order by status) from isms.risk}),
	'assessed closed identified in_treatment monitored treated', 'risks in their states');
is($node->safe_psql('demo', q{select count(*), string_agg(distinct treatment_status, ' ' order by treatment_status) from isms.risk_register where treatment_status is not null}),
	'30|approved completed in_progress proposed withdrawn', '30 treatments in every state');
is($node->safe_psql('demo', q{select string_agg(distinct status, ' ' order by status) from isms.action}),
	'cancelled done in_progress planned verified', 'actions in every state');
isnt($node->safe_psql('demo', 'select count(*) from isms.overdue'), 0, 'and some of them late');
is($node->safe_psql('demo', 'select count(*) from isms.statement_of_applicability where necessary is not null'), 93, '93 controls decided');
is($node->safe_psql('demo', q{select code, standing, approved_by, lines, necessary from isms.statement_history}), '2026-1|current|mara|93|89', 'and their statement approved');
like(slurp_file("$pages/report.html"), qr{\A<!DOCTYPE html>.*R-060.*</html>\n+\z}s, 'the report is there, whole');
like(slurp_file("$pages/statement.html"), qr{\A<!DOCTYPE html>.*<dd>Mara Lindqvist</dd>.*A\.8\.34.*</html>\n+\z}s, 'so is the approved statement');

$node->stop;
done_testing();
