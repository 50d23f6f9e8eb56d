# Archived leaves and erased entries live through what databases go through: writers still under way, dumps
# of the database and of an archive alone, restore, a standby.  And erased bytes leave the server's files.
use strict;
use warnings FATAL => 'all';

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('origin');
$node->init(allows_streaming => 1);
$node->append_conf('postgresql.conf', "max_prepared_transactions = 5\nautovacuum = off");
$node->start;
$node->safe_psql('postgres', 'create database used');

# Leaves of three thousand entries.
$node->safe_psql(
	'used', q{
	create extension isms;
	create or replace function isms.trail_leaf_size() returns bigint language sql immutable return 3000::bigint;
	select isms.activate();
	create table guest (id int primary key, name text, wide text);
	insert into guest values (1, 'Ann', null);
	select isms.enable_audit('guest');
	create table filler (id int);
	select isms.enable_audit('filler')});
$node->safe_psql('used', q{begin; insert into guest values (2, 'Bob', null); prepare transaction 'p'});
$node->safe_psql('used', q{insert into guest values (3, 'Zaphod Beeblebrox 7f3a', (select string_agg(md5(g::text), 'Trillian') from generate_series(1, 3000) g))});
$node->safe_psql('used', q{insert into filler select g from isms.trail_seq s, generate_series(s.last_value, 3100) g});
$node->safe_psql('used', 'select isms.seal()');

# What is under way keeps its leaf.
my ($status, $out, $err) = $node->psql('used', q{set lock_timeout = '100ms'; select isms.archive_trail()});
like($err, qr/lock timeout/, 'a prepared transaction with entries in the leaf is waited for');
$node->safe_psql('used', q{commit prepared 'p'});
($status, $out, $err) = $node->psql('used', 'select count(*) from isms.archive_trail()');
is($out, 0, 'committed, its entries are not sealed yet');
like($err, qr/not sealed yet/, 'and that is said');

# Erased bytes are gone from the files once they are rewritten.
sub in_files
{
	my ($text) = @_;
	my $data = $node->data_dir;
	$node->safe_psql('used', 'checkpoint');
	my $oid = $node->safe_psql('postgres', q{select oid from pg_database where datname = 'used'});
	my $found = 0;
	for my $file (glob("$data/base/$oid/*"))
	{
		$found++ if slurp_file($file) =~ /\Q$text\E/;
	}
	return $found;
}
$node->safe_psql('used', 'delete from guest where id = 3; vacuum full guest');
cmp_ok(in_files('Zaphod Beeblebrox 7f3a'), '>', 0, 'the trail holds a deleted row');
my $leaves = q{select e.seq, isms.leaf_hash(e) from isms.trail_entry e order by seq};
my $before = $node->safe_psql('used', $leaves);
is($node->safe_psql('used', q{select entries, vacuum from isms.erase_personal_data('guest', '3', 'request 1')}),
	'2|vacuum isms.trail_leaf_1, isms.trail_leaf_2', 'erased, in two leaves');
$node->safe_psql('used', 'vacuum full isms.trail_leaf_1');
$node->safe_psql('used', 'vacuum full isms.trail_leaf_2');
$node->safe_psql('used', 'vacuum full pg_statistic');
is(in_files('Zaphod Beeblebrox 7f3a'), 0, 'rewritten, no file of the database holds it');
is($node->safe_psql('used', "select * from ($leaves) l where seq <= " . ($before =~ /(\d+)\|\S+$/)[0]), $before, 'the leaves of the tree are as they were');

# A standby replays it all.
$node->backup('base');
my $standby = PostgreSQL::Test::Cluster->new('standby');
$standby->init_from_backup($node, 'base', has_streaming => 1);
$standby->start;

$node->safe_psql('used', 'select isms.seal()');
is($node->safe_psql('used', 'select leaf, from_seq, to_seq, entries from isms.archive_trail()'), 'trail_leaf_1|1|3000|3000', 'sealed, the leaf is archived');
is($node->safe_psql('used', 'select count(*) from isms.verify_trail()'), 0, 'the trail verifies');
$node->wait_for_catchup($standby, 'replay', $node->lsn('write'));
is($standby->safe_psql('used', 'select count(*) from isms.verify_trail()'), 0, 'on a standby too');
is($standby->safe_psql('used', q{select count(*) from isms_archive.trail_leaf_1}), 3000, 'which has the archive');
$standby->stop;

# Dump and restore of the database, archive and all.
mkdir $node->backup_dir;
my $dump = $node->backup_dir . '/used.dump';
command_ok([ 'pg_dump', '-Fc', '-f', $dump, '-d', $node->connstr('used') ], 'dumped');
$node->safe_psql('postgres', 'create database restored');
command_ok([ 'pg_restore', '--exit-on-error', '-d', $node->connstr('restored'), $dump ], 'restored');
my $archived = q{select e.seq, e.at, e.payload, e.commitment from isms_archive.trail_leaf_1 e order by e.seq};
is($node->safe_psql('restored', $archived), $node->safe_psql('used', $archived), 'the archive has the same entries');
($status, $out, $err) = $node->psql('restored', "\\set VERBOSITY sqlstate\ndelete from isms_archive.trail_leaf_1");
like($err, qr/IS010/, 'its guards are on');
($status, $out, $err) = $node->psql('restored', q{select isms.restore_archived('trail_leaf_1')});
like($err, qr/not active/, 'it comes back after activation only');
$node->safe_psql('restored', 'select isms.activate()');
like(($node->psql('restored', q{select * from isms.reconcile('guest')}))[2], qr/up to number 3000 are archived/, 'what needs it says so');
is($node->safe_psql('restored', q{select isms.restore_archived('trail_leaf_1')}), 3000, 'brought back');
is($node->safe_psql('restored', $leaves . ' limit 3000'), join("\n", (split /\n/, $before)[ 0 .. 2999 ]), 'leaf for leaf');
is($node->safe_psql('restored', q{select what, recorded from isms.reconcile('guest')}), 'entries erased, not compared|2', 'the table adds up');
is($node->safe_psql('restored', 'select count(*) from isms.unexplained_erasures()'), 0, 'every erasure is accounted for');

# An archive dumped alone, dropped, and brought back.
my $alone = $node->backup_dir . '/leaf.dump';
command_ok([ 'pg_dump', '-Fc', '-t', 'isms_archive.trail_leaf_1', '-f', $alone, '-d', $node->connstr('used') ], 'an archive dumped alone');
$node->safe_psql('used', 'drop table isms_archive.trail_leaf_1');
is($node->safe_psql('used', 'select count(*) from isms.verify_trail()'), 0, 'dropped, the trail still verifies');
command_ok([ 'pg_restore', '--exit-on-error', '-d', $node->connstr('used'), $alone ], 'restored');
is($node->safe_psql('used', q{select isms.restore_archived('trail_leaf_1')}), 3000, 'brought back');
is($node->safe_psql('used', 'select count(*) from isms.verify_trail()'), 0, 'and verified');
is($node->safe_psql('used', 'select count(*) from isms.coverage()'), 0, 'its guards are on');

# One that was changed while it was away is brought back, and found.
$node->safe_psql('used', 'select isms.archive_trail()');
$node->safe_psql(
	'used', q{
	set isms.allow_drop = on;
	alter table isms_archive.trail_leaf_1 disable trigger user;
	update isms_archive.trail_leaf_1 set payload = replace(payload, 'Ann', 'Eve') where payload like '%"Ann"%';
	select isms.restore_archived('trail_leaf_1')});
is($node->safe_psql('used', 'select problem, table_name from isms.verify_trail()'), 'entry altered|public.guest', 'an archive tampered with is found out');

$node->stop;
done_testing();
