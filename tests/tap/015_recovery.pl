# Recovery: to a point in time, from an old copy of the files, after crashes. What the trail shows of it, and what only an
# outsider can tell.
use strict;
use warnings FATAL => 'all';

use FindBin;
use lib "$FindBin::Bin/../lib";
use IPC::Run;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;
use Time::HiRes qw(usleep);
use Trail;

my $db = 'postgres';
my $node = PostgreSQL::Test::Cluster->new('node');
$node->init(has_archiving => 1, allows_streaming => 1);
$node->append_conf('postgresql.conf', "restart_after_crash = on\nwal_writer_delay = 10s");
$node->start;
$node->safe_psql(
	$db, q{
	create extension isms;
	select isms.activate();
	create table invoice (id int primary key, amount numeric);
	select isms.enable_audit('invoice')});

sub write_and_seal
{
	my ($on, $from, $to) = @_;
	$on->safe_psql($db, "insert into invoice select g, g from generate_series($from, $to) g");
	$on->safe_psql($db, 'select isms.seal()');
	return seen($on, $db);
}
write_and_seal($node, 1, 300);
$node->backup('base');
my $before = write_and_seal($node, 301, 600);

# To a point in time before a checkpoint that was seen outside.
$node->safe_psql($db, 'insert into invoice values (601, 1)');
$node->safe_psql($db, q{select pg_create_restore_point('before the mistake')});
my $lost = write_and_seal($node, 602, 1200);
$node->safe_psql($db, 'select pg_switch_wal()');
my $first = incarnation($node, $db);

my $recovered = PostgreSQL::Test::Cluster->new('recovered');
$recovered->init_from_backup($node, 'base', has_restoring => 1, standby => 0);
$recovered->append_conf('postgresql.conf', "recovery_target_name = 'before the mistake'\nrecovery_target_action = promote\narchive_mode = off");
$recovered->start;
$recovered->poll_query_until($db, 'select not pg_is_in_recovery()');
isnt(incarnation($recovered, $db), $first, 'recovered to a point in time, it is another incarnation');
whole($recovered, $db, 'recovered');
is(seen($recovered, $db)->{size}, $before->{size}, 'recovered: its tree is as large as it was then');
ok(!consistent($recovered, $db, $lost), 'recovered: a checkpoint seen outside since then is larger than the tree');
$recovered->safe_psql($db, 'select isms.activate()');
my $on = write_and_seal($recovered, 2001, 2010);
isnt($on->{origin}, $lost->{origin}, 'recovered: its checkpoints have another origin, so an outsider takes them for no continuation');
opening($recovered, $db, $first, $before, 'recovered');
sealed_once($recovered, $db, 'recovered, in use');
ok(consistent($recovered, $db, $before), 'recovered: what was seen before that point is the beginning of the tree');
write_and_seal($recovered, 3001, 4000);
cmp_ok(seen($recovered, $db)->{size}, '>', $lost->{size}, 'recovered: larger than what was lost');
ok(!consistent($recovered, $db, $lost), 'recovered: what was lost is not the beginning of the tree, however large it grows');
ok(consistent($node, $db, $lost), 'where nothing was recovered it is');
is($recovered->safe_psql($db, q{select * from isms.reconcile('invoice')}), '', 'recovered: it adds up to the table');
$recovered->stop;

# Recovered a second time, on its own: two servers on one timeline are one incarnation, and only the outsider sees that there are two.
my $twin = PostgreSQL::Test::Cluster->new('twin');
$twin->init_from_backup($node, 'base', has_restoring => 1, standby => 0);
$twin->append_conf('postgresql.conf', "recovery_target_name = 'before the mistake'\nrecovery_target_action = promote\narchive_mode = off");
$twin->start;
$twin->poll_query_until($db, 'select not pg_is_in_recovery()');
$twin->safe_psql($db, 'select isms.activate()');
is(write_and_seal($twin, 2001, 2900)->{origin}, $on->{origin}, 'recovered twice to one timeline: the same incarnation');
sealed_once($twin, $db, 'recovered twice');
ok(consistent($twin, $db, $before), 'recovered twice: what was seen before that point is the beginning of the tree');
ok(!consistent($twin, $db, $on), 'recovered twice: what the other one showed is not');
$twin->stop;

# An old copy of the files: the server cannot know, the outsider does.
$node->stop;
$node->backup_fs_cold('cold');
$node->start;
my $vanished = write_and_seal($node, 5001, 5300);
my $old = PostgreSQL::Test::Cluster->new('old');
$old->init_from_backup($node, 'cold');
$old->append_conf('postgresql.conf', 'archive_mode = off');
$old->start;
is(incarnation($old, $db), $first, 'an old copy of the files is the same incarnation');
is($old->safe_psql($db, 'select isms.is_active()'), 't', 'and active');
whole($old, $db, 'an old copy');
ok(!consistent($old, $db, $vanished), 'an old copy: what was seen since is larger than the tree');
write_and_seal($old, 5001, 5400);
sealed_once($old, $db, 'an old copy, in use');
is(seen($old, $db)->{origin}, $vanished->{origin}, 'an old copy: under the same origin');
cmp_ok(seen($old, $db)->{size}, '>', $vanished->{size}, 'an old copy: larger');
ok(!consistent($old, $db, $vanished), 'an old copy: an outsider finds that it is not the trail that was seen');
ok(consistent($old, $db, $lost), 'an old copy: up to the copy it is');
$old->stop;

# A commit that was not flushed is, by the seal after it: with the checkpoint the entry survives.
$node->safe_psql($db, q{set synchronous_commit = off; insert into invoice values (6000, 1); select isms.seal()});
$node->stop('immediate');
$node->start;
is($node->safe_psql($db, 'select sealed from isms.audit_trail where key = $$6000$$'), 't', 'an entry committed asynchronously and its seal survive a crash together');
sealed_once($node, $db, 'after a crash');

# Killed in a seal that nobody committed.
my $kept = kept($node, $db);
$node->safe_psql($db, 'insert into invoice select g, g from generate_series(10001, 10300) g');
my $session = $node->background_psql($db, on_error_stop => 1);
is($session->query_safe('begin; select isms.seal()'), 300, 'a seal not yet committed');
$node->stop('immediate');
eval { $session->quit };
$node->start;
is(kept($node, $db), $kept, 'is not there after a crash');
whole($node, $db, 'after a crash before the commit of a seal');
is($node->safe_psql($db, 'select isms.seal()'), 300, 'and what it took is taken again');

# Killed somewhere in a seal of many entries.
for my $wait (20_000, 120_000, 300_000)
{
	$node->safe_psql($db, "insert into invoice select g, g from generate_series($wait * 10, $wait * 10 + 39999) g");
	my ($in, $out, $err) = ('', '', '');
	my $sealing = IPC::Run::start([ 'psql', '-XAtq', '-d', $node->connstr($db), '-c', 'select isms.seal()' ], '<', \$in, '>', \$out, '2>', \$err);
	my $pid = '';
	while ($pid eq '' && $sealing->pumpable)
	{
		$pid = $node->safe_psql($db, q{select pid from pg_stat_activity where query = 'select isms.seal()' and state = 'active'});
	}
	usleep($wait);
	kill 'KILL', $pid if $pid ne '';
	$sealing->finish;
	$node->poll_query_until($db, 'select not pg_is_in_recovery()');
	my $done = $out =~ /^\d+$/ ? 'sealed' : 'killed';
	note("after $wait us: $done");
	whole($node, $db, "killed in a seal after $wait us");
	sealed_once($node, $db, "killed in a seal after $wait us, sealed again");
	ok(consistent($node, $db, $lost), "killed in a seal after $wait us: what was seen is the beginning of the tree");
}
is($node->safe_psql($db, q{select * from isms.reconcile('invoice')}), '', 'it adds up to the table');

$node->stop;
done_testing();
