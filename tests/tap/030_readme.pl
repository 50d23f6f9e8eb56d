# The README shows what really comes back, and the guide to management runs as typed.
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

# The guide's examples are indented; paragraphs that begin with a space are answers.
my ($typed, @shown) = ("set client_min_messages = error;\n\\set SHOW_CONTEXT never\n\\cd " . PostgreSQL::Test::Utils::tempdir() . "\n");
my $guide = slurp_file('extension/doc/management.md');
for my $example ($guide =~ /((?:^    [^\n]*\n|^\n(?=    ))+)/mg)
{
	$example =~ s/^    //mg;
	for my $paragraph (grep { /\S/ } split /\n\n+/, $example)
	{
		if ($paragraph =~ /^\n? /) { push @shown, grep { /\|/ } split /\n/, $paragraph }
		else { $typed .= "$paragraph\n" }
	}
}
$node->safe_psql('postgres', 'create database guide');
IPC::Run::run([ 'psql', '-X', '-d', $node->connstr('guide') ], '<', \$typed, '>', \$out, '2>', \$err);
cmp_ok(scalar(() = $typed =~ /;/g), '>', 80, 'the guide to management has its examples');
is($err, '', 'they run in a fresh database, from the first to the last');
s/\s+/ /g, s/ \z// for @shown;
$out =~ s/[^\S\n]+/ /g;
is_deeply([ grep { index($out, $_) < 0 } @shown ], [], 'and answer as shown');

$node->stop;
done_testing();
