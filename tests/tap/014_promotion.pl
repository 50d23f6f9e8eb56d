# A standby proves what its primary proves. Promoted it is another incarnation, in which transactions end that were
# prepared in the one before: each entry is sealed, once, by the seal after its commit.
use strict;
use warnings FATAL => 'all';

use FindBin;
use lib "$FindBin::Bin/../lib";
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;
use Trail;

my $db = 'postgres';
my $primary = PostgreSQL::Test::Cluster->new('primary');
$primary->init(allows_streaming => 1);
$primary->append_conf('postgresql.conf', 'max_prepared_transactions = 20');
$primary->start;
$primary->safe_psql(
	$db, q{
	create extension isms;
	select isms.activate();
	create table invoice (id int primary key, amount numeric);
	select isms.enable_audit('invoice')});
$primary->safe_psql($db, 'select isms.seal()');

# Prepared before the last seal and after it; some changed a row in a subtransaction.
my $n = 0;

sub prepare
{
	my ($node, @names) = @_;
	$n++, $node->safe_psql($db, "begin; insert into invoice values ($n, 1); savepoint s; insert into invoice values (-$n, 1); prepare transaction '$_'") for @names;
	return;
}

sub entries_of
{
	my ($node, $prepared) = @_;
	return $node->safe_psql($db, "select string_agg(distinct incarnation || ' ' || isms.is_sealed(seq, xid, incarnation, isms.last_snapshot(), isms.incarnation()), ' ') from isms.trail_entry where payload like '{\"id\":$prepared,%'");
}
prepare($primary, qw(a b));
$primary->safe_psql($db, 'insert into invoice select g, g from generate_series(101, 900) g');
$primary->safe_psql($db, 'select isms.seal()');
my $seen = seen($primary, $db);
prepare($primary, qw(c d e f));
$primary->safe_psql($db, 'insert into invoice select g, g from generate_series(901, 910) g');

$primary->backup('base');
my $standby = PostgreSQL::Test::Cluster->new('standby');
$standby->init_from_backup($primary, 'base', has_streaming => 1);
$standby->start;
$primary->wait_for_catchup($standby, 'replay', $primary->lsn('insert'));

# What reads works there, and says the same.
for my $query (
	'select count(*) from isms.audit_trail where sealed',
	'select count(*) from isms.audit_trail where not sealed',
	'select active, checkpoint, size, root, sealed_at, unsealed, oldest_unsealed from isms.trail_status',
	'select isms.checkpoint_note()',
	'select isms.checkpoint_note(1)',
	'select isms.inclusion_proof(min(seq)) from isms.trail_entry',
	'select isms.inclusion_proof(max(seq), 300) from isms.trail_entry where isms.leaf_index(seq) < 300',
	'select isms.consistency_proof(10, size) from isms.trail_status',
	'select isms.tree_root(300)',
	'select string_agg(isms.leaf_hash(e)::text, $$$$ order by seq) from isms.trail_entry e',
	q{select * from isms.verify_trail(256, 256, 'invoice')},
	q{select * from isms.coverage()},
	q{select * from isms.reconcile('invoice')})
{
	is($standby->safe_psql($db, $query), $primary->safe_psql($db, $query), "the same on a standby: $query");
}
whole($standby, $db, 'on a standby');
ok(consistent($standby, $db, $seen), 'on a standby: consistent with what was seen');
my ($status, $out, $err) = $standby->psql($db, "\\set VERBOSITY sqlstate\nselect isms.seal()");
like($err, qr/25006/, 'on a standby: no seal');

# Promoted.
my $first = incarnation($primary, $db);
my $session = $standby->background_psql($db, on_error_stop => 1);
is($session->query_safe('select isms.incarnation()'), $first, 'a standby is its primary as to incarnation');
$primary->stop;
$standby->promote;
my $second = incarnation($standby, $db);
isnt($second, $first, 'promoted, it is another incarnation');
$session->query_safe('insert into invoice values (1000, 1)');
$session->quit;
is(entries_of($standby, 1000), "$second false", 'a session that outlived the promotion writes as it');
whole($standby, $db, 'promoted');
is($standby->safe_psql($db, 'select unsealed from isms.trail_status'), 11, 'promoted: what the primary left waits, and what is new');
$standby->safe_psql($db, q{commit prepared 'a'});
is(entries_of($standby, 1), "$first false", 'committed after the promotion, an entry carries the incarnation it was written in');
whole($standby, $db, 'promoted, a prepared transaction committed');
$standby->safe_psql($db, 'select isms.activate()');
$standby->safe_psql($db, q{commit prepared 'c'});
my $waiting = $standby->safe_psql($db, 'select unsealed from isms.trail_status');
is($standby->safe_psql($db, 'select isms.seal()'), $waiting, 'the first seal takes all');
is(entries_of($standby, 1) . ' ' . entries_of($standby, 3), "$first true $first true", 'those of transactions committed since too');
opening($standby, $db, $first, $seen, 'promoted');
sealed_once($standby, $db, 'promoted, sealed');
ok(consistent($standby, $db, $seen), 'promoted: what was seen before is the beginning of the tree');

# Later seals: one that ends at once, one that outlasts several seals and tiles, one rolled back.
$standby->safe_psql($db, q{commit prepared 'b'; rollback prepared 'd'});
whole($standby, $db, 'committed after the first seal, not yet sealed');
is($standby->safe_psql($db, 'select unsealed from isms.trail_status'), 2, 'its entries wait');
is(entries_of($standby, 2), "$first false", 'and say so');
is($standby->safe_psql($db, 'select isms.seal()'), 2, 'the next seal takes them');
is(entries_of($standby, 2), "$first true", 'now they are sealed');
for my $i (1 .. 3)
{
	$standby->safe_psql($db, "insert into invoice select g, g from generate_series($i * 1000 + 1, $i * 1000 + 300) g");
	is($standby->safe_psql($db, 'select isms.seal()'), 300, "others are sealed while one is prepared still ($i)");
}
$standby->safe_psql($db, q{insert into invoice values (5000, 1); commit prepared 'e'; insert into invoice values (5001, 1)});
is($standby->safe_psql($db, 'select isms.seal()'), 4, 'committed long after, it is taken with what is new');
sealed_once($standby, $db, 'promoted, in use');

# Promoted again with one prepared in the first incarnation and one in the second.
prepare($standby, qw(g h));
my $again = seen($standby, $db);
$standby->backup('second');
my $third = PostgreSQL::Test::Cluster->new('third');
$third->init_from_backup($standby, 'second', has_streaming => 1);
$third->start;
$standby->wait_for_catchup($third, 'replay', $standby->lsn('insert'));
$standby->stop;
$third->promote;
$third->safe_psql($db, q{commit prepared 'g'});
whole($third, $db, 'promoted twice');
$third->safe_psql($db, 'select isms.activate()');
$third->safe_psql($db, 'select isms.seal()');
opening($third, $db, $second, $again, 'promoted twice');
$third->safe_psql($db, q{commit prepared 'f'; commit prepared 'h'});
whole($third, $db, 'promoted twice, all committed');
is($third->safe_psql($db, 'select unsealed from isms.trail_status'), 4, 'promoted twice: those of both lives wait');
is($third->safe_psql($db, 'select isms.seal()'), 4, 'and are sealed');
is(entries_of($third, 6) . ' ' . entries_of($third, 8), "$first true $second true", 'each under the incarnation it was written in');
sealed_once($third, $db, 'promoted twice, in use');
ok(consistent($third, $db, $seen) && consistent($third, $db, $again), 'promoted twice: all that was seen is the beginning of the tree');
is($third->safe_psql($db, q{select * from isms.reconcile('invoice')}), '', 'promoted twice: it adds up to the table');
is($third->safe_psql($db, q{select count(*) from isms.coverage_event where what = 'switched since the last look'}), 0, 'promoted twice: no trigger was switched');

# What nobody recorded is told from what waits: entries put in below the guards, as of each life.
my $incarnation = incarnation($third, $db);
$third->safe_psql($db, q{insert into invoice values (6000, 1)});
$third->safe_psql($db, 'select isms.seal()');
$third->safe_psql($db, q{insert into invoice values (6001, 1)});
whole($third, $db, 'with an entry that waits');
for my $forged (
	[ $first, '(select min(xid) from isms.trail_entry)', 'the first life, by a transaction long sealed' ],
	[ $first, '(select max(xid)::text::numeric + 1 from isms.trail_entry where incarnation = ' . "'$first')", 'the first life, by a transaction of the second' ],
	[ $first, "pg_snapshot_xmax(isms.last_snapshot())", 'the first life, by a transaction to come' ],
	[ $second, "(select max(xid) from isms.trail_entry where incarnation = '$second')", 'the second life' ],
	[ '00000000-0000-0000-0000-000000000000', '(select min(xid) from isms.trail_entry)', 'no life' ],
	[ $incarnation, '(select max(xid) from isms.trail_entry where isms.leaf_index(seq) is not null)', 'this life, by a transaction sealed' ],
	[ $incarnation, 'pg_current_xact_id()', 'this life, under a number drawn before' ])
{
	my ($as, $xid, $name) = @$forged;
	my $found = $third->safe_psql(
		$db, qq{
		set isms.allow_drop = on;
		begin;
		alter table isms.trail_leaf_1 disable trigger user;
		insert into isms.trail_leaf_1
		select (select min(g) from generate_series(1, 100000) g where not exists (select from isms.trail_entry x where x.seq = g)),
		       ($xid)::text::xid8, e.at, e.command_id, e.format, e.operation, '$as', e.table_version, e.identity, e.salt, e.commitment, e.payload
		  from isms.trail_entry e where e.incarnation = isms.incarnation() order by e.seq limit 1;
		select problem || ': ' || detail from isms.verify_trail();
		rollback});
	like($found, qr/^entry inserted: [^\n]*\.$/, "an entry forged as of $name is found");
	note($found);
}
sealed_once($third, $db, 'after all that');

$third->stop;
done_testing();
