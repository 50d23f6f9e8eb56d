# A trail that is moved goes on: restored elsewhere, cloned, restored again, it is another incarnation of the same tree,
# takes in what was left unsealed, each entry once, and says from where it came.
use strict;
use warnings FATAL => 'all';

use FindBin;
use lib "$FindBin::Bin/../lib";
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;
use Trail;

# The origin has used up four billion transactions, so that those of a new cluster are small beside them.
my $origin = PostgreSQL::Test::Cluster->new('origin');
$origin->init;
$origin->append_conf('postgresql.conf', 'max_prepared_transactions = 5');
command_ok([ 'pg_resetwal', '-e', '1', $origin->data_dir ], 'the origin is in its second epoch');
$origin->start;
$origin->safe_psql('postgres', 'create database used');
$origin->safe_psql(
	'used', q{
	create extension isms;
	select isms.activate();
	create table invoice (id int primary key, amount numeric);
	select isms.enable_audit('invoice')});
$origin->safe_psql('used', 'select isms.seal()');
$origin->safe_psql('used', 'insert into invoice select g, g from generate_series(1, 700) g');
$origin->safe_psql('used', 'select isms.seal()');
my $early = seen($origin, 'used');

# At the last seal a transaction is open, and one is prepared; both end before the dump. Then comes what no seal has seen,
# and one more that is open while the dump is made.
my $slow = $origin->background_psql('used', on_error_stop => 1);
$slow->query_safe(q{begin; insert into invoice values (1001, 1)});
$origin->safe_psql('used', q{begin; insert into invoice values (1002, 1); prepare transaction 'p'});
$origin->safe_psql('used', q{insert into invoice values (1003, 1)});
$origin->safe_psql('used', 'select isms.seal()');
my $seen = seen($origin, 'used');
$slow->query_safe(q{commit});
$origin->safe_psql('used', q{commit prepared 'p'; insert into invoice values (1004, 1)});
$slow->query_safe(q{begin; insert into invoice values (1005, 1)});
my $left = $origin->safe_psql('used', 'select unsealed from isms.trail_status');
cmp_ok($left, '>=', 3, 'entries wait when the dump is made');
my $kept = kept($origin, 'used');
my $first = incarnation($origin, 'used');
mkdir $origin->backup_dir;
my $dump = $origin->backup_dir . '/used.dump';
command_ok([ 'pg_dump', '-Fc', '-f', $dump, '-d', $origin->connstr('used') ], 'dumped');
$slow->query_safe(q{commit});
$slow->quit;

my $other = PostgreSQL::Test::Cluster->new('other');
$other->init;
$other->start;

# A new life of a trail of which an outsider has seen $seen, under incarnation $previous; $entries of it were unsealed.
my %incarnations = ($first => 1);
sub goes_on
{
	my ($node, $db, $name, $previous, $seen, $kept) = @_;
	local $Test::Builder::Level = $Test::Builder::Level + 1;
	whole($node, $db, "$name, not activated");
	is(kept($node, $db), $kept, "$name: the checkpoints are there");
	ok(!$incarnations{ incarnation($node, $db) }++, "$name: another incarnation");
	my ($status, $out, $err) = $node->psql($db, "\\set VERBOSITY sqlstate\nselect isms.seal()");
	like($err, qr/IS020/, "$name: no seal before it is activated");

	# Writers do not wait for the activation.
	my $waiting = $node->safe_psql($db, 'select unsealed from isms.trail_status');
	$node->safe_psql($db, q{insert into invoice values (2000, 1)});
	is($node->safe_psql($db, 'select unsealed from isms.trail_status'), $waiting + 1, "$name: a change waits, as what was left does");
	whole($node, $db, "$name, written to");
	$node->safe_psql($db, 'select isms.activate()');
	whole($node, $db, "$name, activated");
	my $unsealed = $node->safe_psql($db, 'select unsealed from isms.trail_status');
	is($node->safe_psql($db, 'select isms.seal()'), $unsealed, "$name: the first seal takes all that waited, older entries and new ones");
	opening($node, $db, $previous, $seen, $name);
	sealed_once($node, $db, $name);
	ok(consistent($node, $db, $seen), "$name: what was seen before is the beginning of the tree");
	ok(consistent($node, $db, $early), "$name: and what was seen earlier");
	is(substr(kept($node, $db), 0, length $kept), $kept, "$name: the checkpoints are as they were");

	# Life goes on: transactions that overlap seals, here with small ids beside large ones.
	my $slow = $node->background_psql($db, on_error_stop => 1);
	$slow->query_safe(q{begin; insert into invoice values (2001, 1)});
	$node->safe_psql($db, q{insert into invoice values (2002, 1)});
	is($node->safe_psql($db, 'select isms.seal()'), 1, "$name: a later seal takes what has ended");
	$slow->query_safe(q{commit});
	$slow->quit;
	is($node->safe_psql($db, 'select isms.seal()'), 1, "$name: and the next what ended since");
	sealed_once($node, $db, "$name, in use");
	is($node->safe_psql($db, q{select * from isms.reconcile('invoice')}), '', "$name: it adds up to the table");
	is($node->safe_psql($db, q{select * from isms.coverage()}), '', "$name: all is covered");
	is($node->safe_psql($db, q{select count(*) from isms.coverage_event where what = 'switched since the last look'}), 0, "$name: no trigger was switched");
	return;
}

$other->safe_psql('postgres', 'create database restored');
command_ok([ 'pg_restore', '--exit-on-error', '-d', $other->connstr('restored'), $dump ], 'restored into another cluster');
cmp_ok($other->safe_psql('restored', 'select min(xid::text::numeric) > 4294967296 from isms.trail_entry'), 'eq', 't', 'ids of transactions there are large');
cmp_ok($other->safe_psql('restored', 'select pg_current_xact_id()::text::numeric < 100000'), 'eq', 't', 'and small here');
is($other->safe_psql('restored', 'select unsealed from isms.trail_status'), $left, 'what was left unsealed is so still');
goes_on($other, 'restored', 'another cluster', $first, $seen, $kept);

# A second move, with something unsealed again.
$other->safe_psql('restored', q{insert into invoice values (3000, 1); delete from invoice where id between 2000 and 2002});
my $again = $origin->backup_dir . '/again.dump';
command_ok([ 'pg_dump', '-Fc', '-f', $again, '-d', $other->connstr('restored') ], 'dumped again');
$origin->safe_psql('postgres', 'create database back');
command_ok([ 'pg_restore', '--exit-on-error', '-d', $origin->connstr('back'), $again ], 'and restored in the first cluster, beside the first');
goes_on($origin, 'back', 'moved twice', incarnation($other, 'restored'), seen($other, 'restored'), kept($other, 'restored'));
is($origin->safe_psql('back', 'select count(*) from isms.trail_incarnation'), 3, 'moved twice: three lives, each with its opening entry');

# Beside itself, in the same cluster, under another name.
$origin->safe_psql('postgres', 'create database clone');
command_ok([ 'pg_restore', '--exit-on-error', '-d', $origin->connstr('clone'), $dump ], 'restored in the same cluster');
goes_on($origin, 'clone', 'same cluster', $first, $seen, $kept);

# A database copied within the server is used on at once.
my $copied = kept($origin, 'clone');
my $seen_clone = seen($origin, 'clone');
$origin->safe_psql('clone', q{delete from invoice where id between 2000 and 2002});
$origin->safe_psql('postgres', 'create database copy template clone');
goes_on($origin, 'copy', 'template', incarnation($origin, 'clone'), $seen_clone, $copied);

# The dump put back in place of the database itself: its trail ends earlier than what was seen meanwhile.
sealed_once($origin, 'used', 'the origin');
my $later = seen($origin, 'used');
$origin->safe_psql('used', 'set isms.allow_drop = on; drop extension isms cascade; drop table invoice');
command_ok([ 'pg_restore', '--exit-on-error', '-d', $origin->connstr('used'), $dump ], 'restored in place');
goes_on($origin, 'used', 'in place', $first, $seen, $kept);
ok(!consistent($origin, 'used', $later), 'in place: what was seen after the dump is not in the tree');

# The sequence lost, after numbers that no entry has: the next numbers are behind those the last seal knows.
$origin->safe_psql('used', q{begin; insert into invoice select g, 1 from generate_series(4000, 4050) g; rollback});
$origin->safe_psql('used', q{select isms.seal('0 s')});
$origin->safe_psql('used', q{select setval('isms.trail_seq', 1)});
$origin->safe_psql('used', q{select isms.trail_open()});
$origin->safe_psql('used', q{insert into invoice values (4051, 1)});
is($origin->safe_psql('used', 'select isms.seal()'), 1, 'a sequence lost: entries are sealed');
sealed_once($origin, 'used', 'a sequence lost');

$other->stop;
$origin->stop;
done_testing();
