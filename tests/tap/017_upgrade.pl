# pg_upgrade from an earlier version: the same registers and trail, as another incarnation.
# Runs where OLD_SERVER names an installation of an earlier version (its folder with bin in it) that has isms too.
use strict;
use warnings FATAL => 'all';

use FindBin;
use lib "$FindBin::Bin/../lib";
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;
use Trail;

plan skip_all => 'OLD_SERVER does not name a server of an earlier version' unless $ENV{OLD_SERVER};

my $db = 'used';
my @initdb = (extra => [ '--locale', 'C', '--encoding', 'UTF8', '--data-checksums' ]);
my $old = PostgreSQL::Test::Cluster->new('old', install_path => $ENV{OLD_SERVER});
$old->init(@initdb);
$old->start;
note('from ' . $old->safe_psql('postgres', 'show server_version'));
$old->safe_psql('postgres', "create database $db");
$old->safe_psql($db, q{
	create extension isms;
	select isms.setup('ACME', 'Acme Ltd', 'dana', 'Dana Ruiz', 'dana@acme.example');
	insert into isms.asset (code, title, kind, rating, owner) values ('CRM', 'Customer database', 'information', 'C3 I3 A2', 'dana');
	insert into isms.risk (code, title, asset, threat, hits, likelihood, consequence, owner) values
	  ('R-001', 'Stolen passwords', 'CRM', 'Stolen credentials', 'C', 4, 4, 'dana');
	create table invoice (id int primary key, amount numeric);
	select isms.enable_audit('invoice');
	insert into invoice select g, g from generate_series(1, 500) g});
$old->safe_psql($db, 'select isms.seal()');
my $seen = seen($old, $db);
$old->safe_psql($db, q{update invoice set amount = 0 where id < 4});
my $kept = kept($old, $db);
my $entries = $old->safe_psql($db, 'select e.*, isms.leaf_hash(e) from isms.trail_entry e order by seq');
my $register = $old->safe_psql($db, 'select * from isms.risk_register');
my $first = incarnation($old, $db);
my $waiting = $old->safe_psql($db, 'select unsealed from isms.trail_status');
$old->stop;

# pg_upgrade writes where it stands.
chdir ${PostgreSQL::Test::Utils::tmp_check} or die;
my $new = PostgreSQL::Test::Cluster->new('new');
$new->init(@initdb);
command_ok(
	[
		'pg_upgrade', '--no-sync',
		'--old-datadir' => $old->data_dir,
		'--new-datadir' => $new->data_dir,
		'--old-bindir' => "$ENV{OLD_SERVER}/bin",
		'--new-bindir' => $new->config_data('--bindir'),
		'--socketdir' => $new->host,
		'--old-port' => $old->port,
		'--new-port' => $new->port,
	],
	'pg_upgrade');
$new->start;
note('to ' . $new->safe_psql('postgres', 'show server_version'));

is($new->safe_psql($db, 'select isms.is_active()'), 'f', 'upgraded, it is inactive');
isnt(incarnation($new, $db), $first, 'as another incarnation');
is(kept($new, $db), $kept, 'the checkpoints are there');
is($new->safe_psql($db, 'select e.*, isms.leaf_hash(e) from isms.trail_entry e order by seq'), $entries, 'and the entries, with their hashes');
is($new->safe_psql($db, 'select * from isms.risk_register'), $register, 'and the register');
is($new->safe_psql($db, 'select unsealed from isms.trail_status'), $waiting, 'what waited for a seal waits');
whole($new, $db, 'upgraded');
is($new->safe_psql($db, 'select * from isms.coverage()'), '', 'upgraded: capture is on as it was');
$new->safe_psql($db, 'insert into invoice values (2000, 1)');
like($new->safe_psql($db, 'select isms.activate()'), qr/isms is active/, 'activated');
whole($new, $db, 'activated');
$waiting = $new->safe_psql($db, 'select unsealed from isms.trail_status');
is($new->safe_psql($db, 'select isms.seal()'), $waiting, 'the first seal takes what waited, of both versions');
opening($new, $db, $first, $seen, 'upgraded');
sealed_once($new, $db, 'upgraded, in use');
ok(consistent($new, $db, $seen), 'what was seen before is the beginning of the tree');
is($new->safe_psql($db, 'select * from isms.coverage()'), '', 'all is covered');
is($new->safe_psql($db, q{select * from isms.reconcile('invoice')}), '', 'it adds up to the table');
is($new->safe_psql($db, q{select * from isms.reconcile('isms.risk')}), '', 'and to the register');
my ($status, $out, $err) = $new->psql($db, "\\set VERBOSITY sqlstate\ndelete from isms.trail_entry");
like($err, qr/IS010/, 'the trail is guarded');

$new->stop;
done_testing();
