# Seals tell transactions apart by ids of 64 bits: past the wraparound of 32, with many subtransactions, with ids never used.
use strict;
use warnings FATAL => 'all';

use FindBin;
use lib "$FindBin::Bin/../lib";
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;
use Trail;

my $db = 'postgres';
my $node = PostgreSQL::Test::Cluster->new('node');
$node->init;
$node->append_conf('postgresql.conf', 'autovacuum = off');
$node->start;
$node->safe_psql(
	$db, q{
	create extension isms;
	select isms.activate();
	create table invoice (id int primary key, amount numeric);
	select isms.enable_audit('invoice');
	insert into invoice select g, g from generate_series(1, 300) g;
	update pg_database set datallowconn = true});
my $first = incarnation($node, $db);

# A transaction that began before the seals and goes on behind them, and short ones.
my $id = 1000;

sub overlapping
{
	my ($name, $meanwhile) = @_;
	local $Test::Builder::Level = $Test::Builder::Level + 1;
	$node->safe_psql($db, 'select isms.seal()') for 1, 2;
	my $slow = $node->background_psql($db, on_error_stop => 1);
	$slow->query_safe('begin; insert into invoice values (' . $id++ . ', 1)');
	$node->safe_psql($db, 'insert into invoice values (' . $id++ . ', 1)');
	is($node->safe_psql($db, 'select isms.seal()'), 1, "$name: what has ended is sealed");
	$meanwhile->() if $meanwhile;
	$slow->query_safe('insert into invoice values (' . $id++ . ', 1)');
	$node->safe_psql($db, 'insert into invoice values (' . $id++ . ', 1)');
	is($node->safe_psql($db, 'select isms.seal()'), 1, "$name: while one goes on");
	whole($node, $db, "$name, while one goes on");
	$slow->query_safe('commit');
	$slow->quit;
	whole($node, $db, "$name, ended");
	is($node->safe_psql($db, 'select isms.seal()'), 2, "$name: its entries are sealed when it has ended");
	sealed_once($node, $db, $name);
	return;
}
overlapping('at first');

# More subtransactions than a snapshot lists, one entry each, half of them rolled back, with seals in between.
my $slow = $node->background_psql($db, on_error_stop => 1);
my $many = sub {
	my $from = shift;
	return qq{do \$\$ begin
		for i in $from .. $from + 299 loop
			begin
				insert into invoice values (i, 1);
				if i % 2 = 0 then raise exception 'no'; end if;
			exception when raise_exception then null;
			end;
		end loop; end \$\$};
};
$node->safe_psql($db, 'select isms.seal()');
$slow->query_safe('begin');
$slow->query_safe($many->(10001));
$node->safe_psql($db, 'insert into invoice values (' . $id++ . ', 1)');
is($node->safe_psql($db, 'select isms.seal()'), 1, 'many subtransactions: none is sealed before their transaction');
$slow->query_safe($many->(20001));
$node->safe_psql($db, 'insert into invoice values (' . $id++ . ', 1)');
is($node->safe_psql($db, 'select isms.seal()'), 1, 'many subtransactions: nor later');
is($node->safe_psql($db, 'select unsealed from isms.trail_status'), 0, 'many subtransactions: nothing waits that could be sealed');
whole($node, $db, 'many subtransactions, under way');
$slow->query_safe('commit');
$slow->quit;
is($node->safe_psql($db, 'select isms.seal()'), 300, 'many subtransactions: then those that were not rolled back');
sealed_once($node, $db, 'many subtransactions');

# Ids move on to the end of the first epoch, by steps as long as frozen rows allow, and over it.
sub go_to
{
	my $xid = shift;
	$node->command_ok([ 'vacuumdb', '--all', '--freeze', '--quiet' ], "frozen, to go to $xid");
	$node->safe_psql($db, 'checkpoint');
	$node->stop;
	my $segment = sprintf '%s/pg_xact/%04X', $node->data_dir, int($xid / (8192 * 4 * 32));
	if (!-e $segment)
	{
		open my $file, '>', $segment or die;
		binmode $file;
		print $file "\0" x (8192 * 32);
		close $file;
	}
	command_ok([ 'pg_resetwal', '-f', '-x', $xid, $node->data_dir ], "ids go on at $xid");
	$node->start;
	return;
}
for my $xid (2_000_000_000, 4_000_000_000, 4_294_967_280)
{
	go_to($xid);
	whole($node, $db, "ids from $xid on");
	last if $xid == 4_294_967_280;
	overlapping("ids from $xid on");
}
is(incarnation($node, $db), $first, 'this is the same incarnation');
overlapping('over the end of the epoch', sub { $node->safe_psql($db, join ';', ('select pg_current_xact_id()') x 40) });
is($node->safe_psql($db, q{select max(xid)::text::numeric > 4294967296 and min(xid)::text::numeric < 10000 from isms.trail_entry}), 't', 'entries have ids of both epochs');
overlapping('in the next epoch');

# An epoch further at once.
$node->stop;
command_ok([ 'pg_resetwal', '-f', '-e', '7', $node->data_dir ], 'in epoch 7');
$node->start;
whole($node, $db, 'in epoch 7');
overlapping('in epoch 7');
is($node->safe_psql($db, q{select * from isms.reconcile('invoice')}), '', 'it adds up to the table');

$node->stop;
done_testing();
