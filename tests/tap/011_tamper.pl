# What somebody does to the server's files, past everything the server could refuse: bytes of an entry, of a row, of the
# tree; an old copy of the whole put back.
use strict;
use warnings FATAL => 'all';

use FindBin;
use lib "$FindBin::Bin/../lib";
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::RecursiveCopy;
use PostgreSQL::Test::Utils;
use Test::More;
use Trail;

my $node = PostgreSQL::Test::Cluster->new('tamper');
$node->init($node->pg_version >= 18 ? (extra => ['--no-data-checksums']) : ());
$node->start;
$node->safe_psql(
	'postgres', q{
	create extension isms;
	select isms.activate();
	create table account (id int primary key, holder text, amount int);
	select isms.enable_audit('account');
	insert into account select g, 'holder ' || g, g from generate_series(1, 1000) g;
	update account set holder = 'Grace Hopper' where id = 7;
	insert into account values (2001, 'Ada Lovelace', 5)});
$node->safe_psql('postgres', 'select isms.seal()') for 1, 2;
$node->safe_psql('postgres', 'vacuum account');
$node->safe_psql('postgres', 'checkpoint');
whole($node, 'postgres', 'untouched');
my $seen = seen($node, 'postgres');
my $reconcile = q{select what, key, column_name, recorded, found from isms.reconcile('account')};
my $verify = 'select problem, entry, table_name from isms.verify_trail()';

sub entry
{
	my $what = shift;
	return $node->safe_psql('postgres', "select seq from isms.audit_trail where table_name = 'public.account' and new_values ->> 'holder' = '$what'");
}
my %entry = map { $_ => entry($_) } 'Grace Hopper', 'Ada Lovelace';

sub path
{
	return $node->data_dir . '/' . $node->safe_psql('postgres', "select pg_relation_filepath('$_[0]')");
}
my %path = map { $_ => path($_) } qw(isms.trail_leaf_1 account);

# Puts other bytes of the same length in the place of the last such; with the server down.
sub edit
{
	my ($path, $from, $to) = @_;
	open my $file, '+<:raw', $path or die "$path: $!";
	local $/;
	my $bytes = <$file>;
	# old versions of the row, which stand there until a vacuum, are edited with it
	$bytes =~ s/\Q$from\E/$to/g or die "no such bytes in $path";
	seek $file, 0, 0;
	print $file $bytes;
	close $file or die "$path: $!";
	return;
}

# The value in an entry, and in the tree the hash of one.
$node->stop;
edit($path{'isms.trail_leaf_1'}, 'Grace Hopper', 'Grace Hoaxer');
$node->start;
is($node->safe_psql('postgres', $verify), "entry altered|$entry{'Grace Hopper'}|public.account", 'bytes of an entry edited: it is named');
is($node->safe_psql('postgres', $reconcile), 'column differs|7|holder|"Grace Hoaxer"|"Grace Hopper"', 'and the row does not fit it');
ok(consistent($node, 'postgres', $seen), 'the tree is as it was');
$node->stop;
edit($path{'isms.trail_leaf_1'}, 'Grace Hoaxer', 'Grace Hopper');
$node->start;
whole($node, 'postgres', 'put back');

# Hashes stand in the tail's own file or the one for wide values, some of them across two pieces of one.
my @files = map { path($_) } 'isms.trail_tail', $node->safe_psql('postgres', q{select reltoastrelid::regclass from pg_class where oid = 'isms.trail_tail'::regclass});
my %leaf = map { split /\|/ } split /\n/, $node->safe_psql(
	'postgres', q{
	select e.seq, encode(isms.leaf_hash(e), 'hex') from isms.trail_tail t, unnest(t.seqs) s join isms.trail_entry e on e.seq = s
	 where isms.recorded_table(e.table_version) = 'public.account'});
$node->stop;
my (@holding, $seq);
for my $try (sort { $a <=> $b } keys %leaf)
{
	my $leaf = pack 'H*', $leaf{$try};
	@holding = grep { index(slurp_file($_), $leaf) >= 0 } @files;
	next unless @holding;
	$seq = $try;
	last;
}
my $leaf = pack 'H*', $leaf{$seq};
my $other = $leaf ^ ("\xff" x 32);
edit($_, $leaf, $other) for @holding;
$node->start;
is($node->safe_psql('postgres', "$verify where problem = 'entry altered'"), "entry altered|$seq|public.account", 'a hash of the tree edited: its entry is named');
like($node->safe_psql('postgres', $verify), qr/^checkpoint altered/m, 'and the checkpoint that does not fit');
$node->stop;
edit($_, $other, $leaf) for @holding;
$node->start;
whole($node, 'postgres', 'put back');

# The row itself: the trail is whole, but the row is not what it says.
$node->stop;
edit($path{account}, 'Ada Lovelace', 'Ava Lovelace');
$node->start;
whole($node, 'postgres', 'a row edited');
is($node->safe_psql('postgres', $reconcile), 'column differs|2001|holder|"Ada Lovelace"|"Ava Lovelace"', 'a row edited: reconcile names it');
$node->stop;
edit($path{account}, 'Ava Lovelace', 'Ada Lovelace');

# With checksums the server does not even read it.
command_ok([ 'pg_checksums', '--enable', '--no-sync', '-D', $node->data_dir ], 'checksums on');
edit($path{'isms.trail_leaf_1'}, 'Grace Hopper', 'Grace Hoaxer');
$node->start;
my ($status, $out, $err) = $node->psql('postgres', $verify);
like($err, qr/invalid page in block \d+ of relation/, 'with checksums the server refuses the page');
$node->stop;
edit($path{'isms.trail_leaf_1'}, 'Grace Hoaxer', 'Grace Hopper');

# An old copy of everything, put back.
my $backup = $node->data_dir . '.old';
PostgreSQL::Test::RecursiveCopy::copypath($node->data_dir, $backup);
$node->start;
whole($node, 'postgres', 'put back');
$node->safe_psql('postgres', q{update account set amount = amount - 1000 where id = 2001; insert into account select g, 'later', 0 from generate_series(3001, 3100) g});
$node->safe_psql('postgres', 'select isms.seal()');
ok(consistent($node, 'postgres', $seen), 'work goes on from what was seen');
my $incarnation = incarnation($node, 'postgres');
$seen = seen($node, 'postgres');
my $note = $node->safe_psql('postgres', 'select isms.checkpoint_note()');
$node->stop;
rename $node->data_dir, $node->data_dir . '.newer' or die $!;
rename $backup, $node->data_dir or die $!;
chmod 0700, $node->data_dir;
$node->start;
whole($node, 'postgres', 'an old copy put back');
is($node->safe_psql('postgres', $reconcile), '', 'an old copy put back: the table fits the trail');
is($node->safe_psql('postgres', 'select * from isms.coverage()'), '', 'nor has capture a gap');
is(incarnation($node, 'postgres'), $incarnation, 'nor is it another incarnation');
ok(!consistent($node, 'postgres', $seen), 'the outsider sees that the tree has become smaller');
unlike($node->safe_psql('postgres', q{select string_agg(isms.checkpoint_note(number), '') from isms.checkpoint}), qr/\Q$note\E/, 'the checkpoint that was seen is none of those there');

# It stays so when other work has made the tree larger than that.
$node->safe_psql('postgres', q{insert into account select g, 'other', 0 from generate_series(5001, 5300) g});
$node->safe_psql('postgres', 'select isms.seal()') for 1, 2;
cmp_ok(seen($node, 'postgres')->{size}, '>', $seen->{size}, 'the tree is larger again');
whole($node, 'postgres', 'an old copy that went its own way');
ok(!consistent($node, 'postgres', $seen), 'the outsider sees that it does not go on from what was seen');

$node->stop;
done_testing();
