# What reporting tools get: every view of a filled database, read by real clients as a plain isms_reader, value by value the same as psql's;
# the queries of the documentation, of the dashboards and of monitoring run, and a chart is drawn.
use strict;
use warnings FATAL => 'all';

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use JSON::PP qw(decode_json);
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('clients');
$node->init;
# JDBC knows no sockets; sizes of tables stay as they are.
$node->append_conf('postgresql.conf', "listen_addresses = '127.0.0.1'\nautovacuum = off\n");
$node->start;
$node->safe_psql('postgres', 'create database demo');
$node->command_ok([ 'pgbench', '--quiet', '--initialize', 'demo' ], 'an application is there');
$node->safe_psql('demo', 'delete from pgbench_accounts where aid > 100');
my ($out, $err) = ('', '');
ok(IPC::Run::run([ 'psql', '-X', '-q', '-v', 'ON_ERROR_STOP=1', '-d', $node->connstr('demo'), '-f', 'tests/demo/demo.sql' ], '>', \$out, '2>', \$err), 'the demonstration is there') or diag $err;

# What the demonstration leaves out; quotes, lines, tabs and letters of other scripts in what people write.
$node->safe_psql(
	'demo', q{
	create role reader login;
	create role monitor login;
	grant isms_reader, pg_monitor to monitor;
	set client_min_messages = warning;
	select isms.add_person('rita', E'Rita \"Ré\" O''Dell <日本>, & \\\\ co', login => 'reader', roles => '{external_auditor,control_owner}');
	begin;
	set local isms.actor = 'mara';
	insert into isms.asset (code, title, kind, owner, rating) values ('ODD', E'A title,\nof two lines; a\ttab, a \\\\ and <b>"bold"</b>', 'information', 'rita', 'C1 I- A9');
	insert into isms.risk (code, title, asset, hits, owner) values ('R-ODD', 'Nobody has rated it', 'ODD', 'CIA', 'rita');
	insert into isms.action (code, title, serves, owner, due_on) values ('T-ODD', 'A step', 'R-ODD', 'rita', current_date - 3);
	commit;
	select isms.run_database_checks() \g /dev/null
	select isms.verify_and_record();
	security label for isms on table pgbench_accounts is 'secret';
	select isms.seal();
	select isms.seal();
	analyze;
});

my $tcp = sprintf 'host=127.0.0.1 port=%d dbname=demo user=reader', $node->port;
my $server = $node->connstr('demo') . ' user=reader';
my $dir = $PostgreSQL::Test::Utils::tmp_check;

sub reader { return $node->safe_psql('demo', $_[0], extra_params => [ '-U', 'reader' ]) }

# In one line a query: all views whole, health without what goes on while one looks.
my @view = split /\n/, reader(q{
	select c.relname from pg_class c where c.relnamespace = 'isms'::regnamespace and c.relkind = 'v' and has_table_privilege(c.oid, 'select') order by c.relname collate "C"});
cmp_ok(scalar(@view), '>', 80, 'there are views to read');
is($node->safe_psql('demo', q{select string_agg(c.relname, ' ') from pg_class c where c.relnamespace = 'isms'::regnamespace and c.relkind = 'v' and not has_table_privilege('reader', c.oid, 'select')}),
	'', 'a plain isms_reader may read them all');
my %query = map { $_ => $_ eq 'health' ? 'select metric, scope, kind, unit, warning, critical, state, title from isms.health' : "select * from isms.$_ v order by v::text" } @view;
# Types of the extension, arrays and ranges, in tables.
$query{'(rating, text)'} = 'select code, rating, hits from isms.risk join isms.asset using (scope, code) union all select code, rating, null from isms.asset order by 1';
$query{'(references)'} = 'select code, controls from isms.implementation order by code';
$query{'(range)'} = 'select code, validity from isms.acceptance order by code';
$query{'(estimate)'} = 'select risk, severity, rate from isms.risk_loss order by risk';
$query{'(reference)'} = 'select catalogue, reference from isms.control order by catalogue, reference';

sub questions
{
	my ($name, @names) = @_;
	open my $f, '>', "$dir/$name" or die;
	print $f "$_\t$query{$_}\n" for @names;
	close $f;
	return "$dir/$name";
}
my $all = questions('all', sort keys %query);
# What has no binary form that a client outside knows.
my $builtin = questions('builtin', grep { $_ ne 'risk_method_spec' } @view);

# psql's answers, as COPY writes them.
my %expected;
{
	my $script = join '', map { "\\echo == $_\ncopy ($query{$_}) to stdout;\n" } sort keys %query;
	my ($said, $complaint) = ('', '');
	IPC::Run::run([ 'psql', '-XqAt', '-v', 'ON_ERROR_STOP=1', '-d', $server ], '<', \$script, '>', \$said, '2>', \$complaint) or die $complaint;
	%expected = $said =~ /^== ([^\n]*)\n(.*?)(?=^== |\z)/msg;
}
my $filled = grep { $expected{$_} ne '' } @view;
cmp_ok($filled, '>', 65, "most of the views have rows: $filled of " . @view);
like($expected{asset_rating}, qr/O'Dell <日本>|Rita "R/, 'odd values are among them');

# Runs a client and compares what it wrote; $normal puts psql's values into the words of a client that has others for them.
sub reads_the_same
{
	my ($name, $file, $normal, @command) = @_;
	my ($said, $complaint) = ('', '');
	local $Test::Builder::Level = $Test::Builder::Level + 1;
	my $ok = IPC::Run::run(\@command, '>', \$said, '2>', \$complaint);
	ok($ok, "$name ends well") or diag $complaint;
	my %got = $said =~ /^== ([^\n]*)\n(.*?)(?=^== |\z)/msg;
	my $n = 0;
	for my $view (map { /^([^\t]*)/ } split /\n/, slurp_file($file))
	{
		my ($want, $got) = map { $normal->($_ // 'nothing') } $expected{$view}, $got{$view};
		if ($got eq $want)
		{
			$n++;
			next;
		}
		my @want = split /\n/, $want, -1;
		my @got = split /\n/, $got, -1;
		my ($i) = grep { ($want[$_] // '') ne ($got[$_] // '') } 0 .. ($#want > $#got ? $#want : $#got);
		fail("$name: $view");
		diag 'line ' . ($i + 1) . "\npsql: " . ($want[$i] // 'nothing') . "\nhere: " . ($got[$i] // 'nothing');
	}
	is($n, scalar(@{[ split /\n/, slurp_file($file) ]}), "$name: every value is psql's");
	return;
}
my $same = sub { $_[0] };

sub there { return grep { -x "$_/$_[0]" } split /:/, $ENV{PATH} }

SKIP:
{
	skip 'no C compiler or no headers of libpq', 1 unless there('cc') && system("echo '#include <libpq-fe.h>' | cc -E -I\$(pg_config --includedir) - >/dev/null 2>&1") == 0;
	chomp(my ($include, $lib) = (`pg_config --includedir`, `pg_config --libdir`));
	command_ok([ 'cc', '-Wall', '-Wextra', '-Werror', "-I$include", 'tests/client/read_views.c', '-o', "$dir/read_views", "-L$lib", '-lpq' ], 'a client in C is built');
	reads_the_same('libpq, text', $all, $same, "$dir/read_views", 'text', $server, $all);
	reads_the_same('libpq, binary', $builtin, $same, "$dir/read_views", 'binary', $server, $builtin);
}

SKIP:
{
	my ($jar) = glob '/usr/share/java/postgresql.jar';
	skip 'no Java or no JDBC driver', 1 unless $jar && there('java') && there('javac');
	my $url = sprintf 'jdbc:postgresql://127.0.0.1:%d/demo?user=reader', $node->port;
	reads_the_same("JDBC, $_", $all, $same, 'java', '-Duser.timezone=UTC', '-Dfile.encoding=UTF-8', '-XX:TieredStopAtLevel=1', '-cp', $jar, 'tests/client/ReadViews.java', $_, $url, $all)
	  for qw(text binary);
}

SKIP:
{
	skip 'no psycopg2', 1 unless there('python3') && system('python3 -c "import psycopg2" 2>/dev/null') == 0;
	reads_the_same('psycopg2', $all, $same, 'python3', 'tests/client/read_views.py', $server, $all);
}

SKIP:
{
	my ($driver) = glob '/usr/lib/*/odbc/psqlodbca.so';
	skip 'no ODBC', 1 unless $driver && there('cc') && -e '/usr/include/sql.h';
	command_ok([ 'cc', '-Wall', '-Wextra', '-Werror', 'tests/client/read_odbc.c', '-o', "$dir/read_odbc", '-lodbc' ], 'a client over ODBC is built');
	# ODBC's timestamps have no time zone, and its bytes no prefix.
	reads_the_same('ODBC', $all, sub { $_[0] =~ s/(\d\d:\d\d:\d\d(?:\.\d+)?)\+00(?=[\t\n])/$1/gr =~ s/\\\\x(?=[0-9a-f]{64}\t)//gr },
		"$dir/read_odbc", sprintf('Driver=%s;Servername=127.0.0.1;Port=%d;Database=demo;Uid=reader;', $driver, $node->port), $all);
}

# psql's own formats, as files that people open elsewhere.
sub from_csv
{
	my (@row, @cell);
	while ($_[0] =~ /\G(?:"((?:[^"]|"")*)"|([^",\n]*))([,\n])/g)
	{
		my ($cell, $end) = (defined $1 ? $1 : $2, $3);
		push @cell, $cell =~ s/""/"/gr;
		next if $end eq ',';
		push @row, [@cell];
		@cell = ();
	}
	shift @row;
	return @row;
}

sub from_html
{
	my @row;
	for my $tr ($_[0] =~ m{<tr valign="top">(.*?)</tr>}sg)
	{
		my @cell = $tr =~ m{<td align="\w+">(.*?)</td>}sg;
		for (@cell)
		{
			$_ = '' if $_ eq '&nbsp; ';
			s/<br \/>\n/\n/g;
			s/&nbsp;/ /g;
			s/&lt;/</g;
			s/&gt;/>/g;
			s/&quot;/"/g;
			s/&amp;/&/g;
		}
		push @row, \@cell;
	}
	return @row;
}

sub from_copy
{
	my %special = (n => "\n", t => "\t", r => "\r", '\\' => '\\');
	return map { [ map { $_ eq '\\N' ? '' : s/\\(.)/$special{$1}/gr } split /\t/, $_, -1 ] } split /\n/, $_[0];
}

for my $format ([ csv => \&from_csv ], [ html => \&from_html ])
{
	my ($name, $parse) = @$format;
	my $script = join '', map { "\\echo == $_\n$query{$_};\n" } @view;
	my ($said, $complaint) = ('', '');
	IPC::Run::run([ 'psql', '-Xq', "--$name", '-d', $server ], '<', \$script, '>', \$said, '2>', \$complaint);
	is($complaint, '', "psql --$name ends well");
	my %got = $said =~ /^== ([^\n]*)\n(.*?)(?=^== |\z)/msg;
	my @wrong;
	for my $view (@view)
	{
		my @want = map { join '|', @$_ } from_copy($expected{$view});
		my @got = map { join '|', @$_ } $parse->($got{$view});
		push @wrong, map { "$view: " . ($want[$_] // 'nothing') . ' is ' . ($got[$_] // 'nothing') } (grep { ($want[$_] // '') ne ($got[$_] // '') } 0 .. ($#want > $#got ? $#want : $#got))[0]
		  if join("\n", @want) ne join("\n", @got);
	}
	is(join("\n", @wrong), '', "psql --$name: every value of every view");
}

# The queries of the pages.
sub runs
{
	my ($name, $sql, $login) = @_;
	my ($status, $said, $complaint) = $node->psql('demo', "set client_min_messages = warning; $sql", extra_params => [ '-U', $login // 'reader' ]);
	local $Test::Builder::Level = $Test::Builder::Level + 1;
	return is("$status $complaint", '0 ', $name);
}

my $page = slurp_file('extension/doc/views.md');
my @example = $page =~ /^```sql\n(.*?)^```$/msg;
cmp_ok(scalar(@example), '>=', scalar(@view), 'views.md has a query for each view');
runs('views.md: ' . (split /\n/, $_)[0], $_) for @example;

# Metabase: with its optional clauses and without.
my @question = glob 'extension/doc/metabase/*.sql';
cmp_ok(scalar(@question), '>', 10, 'there are questions for Metabase');
for my $file (@question)
{
	my $sql = slurp_file($file);
	$sql =~ s/\{\{(from|to)\}\}/$1 eq 'from' ? 'current_date - 30' : 'current_date'/ge;
	(my $without = $sql) =~ s/\[\[.*?\]\]//g;
	runs("$file", $without);
	$sql =~ s/\[\[(.*?)\]\]/$1/g;
	$sql =~ s/\{\{(\w+)\}\}/$1 eq 'scope' ? "'KBI'" : "'li'"/ge;
	runs("$file with its variables", $sql);
	is(() = $without =~ /;/g, 1, "$file is one statement");
}

# Grafana: each panel's query with macros and variables replaced as Grafana does.
my $dashboard = slurp_file('extension/doc/grafana/isms.json');
runs('the dashboard is JSON', 'select $dashboard$' . $dashboard . '$dashboard$::json');
my @panel = $dashboard =~ /"(?:rawSql|query)": "(select (?:[^"\\]|\\.)*)"/g;
cmp_ok(scalar(@panel), '>', 10, 'it has panels');
for my $sql (@panel)
{
	$sql =~ s/\\n/\n/g;
	$sql =~ s/\\"/"/g;
	$sql =~ s/\$\{scope:sqlstring\}/'KBI','OTHER'/g;
	$sql =~ s/\$__timeFrom\(\)/'2026-01-01T00:00:00Z'::timestamptz/g;
	$sql =~ s/\$__timeTo\(\)/now()::timestamptz/g;
	runs('Grafana: ' . ($sql =~ s/\s+/ /gr), $sql);
	unlike($sql, qr/\$/, 'every macro is known');
}

# Monitoring, by a login that is no person: what exporters ask, with the columns they name.
for my $file (glob 'extension/doc/monitoring/*exporter*.yml')
{
	my $yaml = slurp_file($file);
	my @asked = $yaml =~ /^( +)query: \|\n((?:\1  .*\n)+)/mg;
	# a query names its columns as labels and values, or all of them below it
	my @named = $yaml =~ /^    - (\w+):$/m ? join(' ', $yaml =~ /^    - (\w+):$/mg) : map { tr/[],/   /r } $yaml =~ /^ +key_labels: (.*\n +values: .*)$/mg;
	s/values:// for @named;
	my $n = 0;
	while (my ($indent, $sql) = splice @asked, 0, 2)
	{
		runs("$file: query " . ($n + 1), $sql, 'monitor');
		my @column = split /\|/, (split /\n/, $node->safe_psql('demo', "\\t off\n\\pset footer off\n$sql", extra_params => [ '-U', 'monitor' ]))[0];
		is(join(' ', sort @column), join(' ', sort split ' ', $named[$n++]), 'it gives the columns that are named');
	}
	cmp_ok($n, '>', 0, "$file asks something");
}

# A reader of YAML finds what was found above by its indentation, and the rules of alerting as Prometheus wants them.
SKIP:
{
	my ($out, $err) = ('', '');
	skip 'no python3-yaml', 7 unless IPC::Run::run([ '/usr/bin/python3', '-c', 'import yaml' ], '>', \$out, '2>', \$err);
	my $read = sub {
		($out, $err) = ('', '');
		IPC::Run::run([ '/usr/bin/python3', '-c', 'import json, sys, yaml; print(json.dumps(yaml.safe_load(open(sys.argv[1]))))', shift ], '>', \$out, '2>', \$err);
		is($err, '', 'YAML is read');
		return $err eq '' ? decode_json($out) : {};
	};
	my $asked = $read->('extension/doc/monitoring/postgres_exporter.yml');
	like($asked->{isms_health}{query}, qr/^select metric/, 'postgres_exporter: the query');
	is(join(' ', map { keys %$_ } @{ $asked->{isms_health}{metrics} }), 'metric scope kind unit value state', 'and its columns');
	$asked = $read->('extension/doc/monitoring/sql_exporter.collector.yml');
	is_deeply([ map { ref $_->{key_labels} eq 'ARRAY' && $_->{query} =~ /^select metric/ ? $_->{metric_name} : '?' } @{ $asked->{metrics} } ], [ 'isms_health', 'isms_health_state' ], 'sql_exporter: two metrics');
	$asked = $read->('extension/doc/monitoring/prometheus.rules.yml');
	is_deeply([ grep { !$_->{expr} || !$_->{alert} || !$_->{annotations} } map { @{ $_->{rules} } } @{ $asked->{groups} } ], [], 'Prometheus: each rule has an alert, an expression and words');
}

# The check for Nagios: its exit status is the worst state.
sub check
{
	my ($only, $status, $like, $name, @where) = @_;
	local $ENV{ONLY} = $only;
	my ($said, $complaint) = ('', '');
	@where = ($node->connstr('demo') . ' user=monitor') unless @where;
	IPC::Run::run([ 'sh', 'extension/doc/monitoring/check_isms.sh', '-d', @where ], '>', \$said, '2>', \$complaint);
	is($? >> 8, $status, "$name: exit status $status");
	like($said, $like, $name);
	is($complaint, '', "$name: and nothing else");
	return;
}
check('active leaves_ahead', 0, qr/^ISMS OK - 2 metrics are well\|'active'=1\.000;;1: 'leaves_ahead'=/, 'what is well');
check('overdue active', 1, qr/^ISMS WARNING - overdue KBI: the oldest for \d+ days\|/, 'what is late');
$node->safe_psql('demo', 'set isms.allow_drop = on; alter table isms.risk disable trigger isms_capture');
check('capture_gaps active', 2, qr/^ISMS CRITICAL - capture_gaps isms table: isms\.risk isms_capture disabled\|/, 'what is broken');
$node->safe_psql('demo', 'select isms.activate()');
check('nonsense', 3, qr/^ISMS UNKNOWN - there is no such metric$/, 'what is not known');
check('', 3, qr/^ISMS UNKNOWN - .*no_such_database/, 'no answer', $node->connstr('no_such_database'));

# A chart, drawn by R.
SKIP:
{
	skip 'no R', 1 unless there('Rscript');
	my ($drawn, $complaint) = ('', '');
	my $csv = '';
	IPC::Run::run(
		[ 'psql', '-Xq', '--csv', '-d', $server, '-c', q{select level, sum(risks) as risks, min(colour) as colour from isms.heat_map where state = 'current' group by level, rank order by rank} ], '>', \$csv);
	IPC::Run::run([ 'Rscript', 'tests/client/chart.R', "$dir/chart.pdf" ], '<', \$csv, '>', \$drawn, '2>', \$complaint);
	is($complaint, '', 'R draws a chart from a view');
	my $pdf = -e "$dir/chart.pdf" ? slurp_file("$dir/chart.pdf") : '';
	like($pdf, qr/^%PDF/, 'it is a page');
}

$node->stop;
done_testing();
