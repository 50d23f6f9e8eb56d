# Preloaded, the library seals by itself and keeps its protection where event triggers are off.
use strict;
use warnings FATAL => 'all';

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('preloaded');
$node->init;
# Where the extension stands in a folder of its own, a server on its way up has to be told.
my ($folder) = ($ENV{TEMP_CONFIG} && -e $ENV{TEMP_CONFIG} ? slurp_file($ENV{TEMP_CONFIG}) : '') =~ /^extension_destdir = '(.*)'/m;
chomp(my $libdir = `pg_config --pkglibdir`);
$node->append_conf('postgresql.conf', "dynamic_library_path = '$folder$libdir:\$libdir'\n") if $folder;
$node->append_conf('postgresql.conf', "isms.seal_databases = 'used'\nisms.seal_interval = 1\n");
$node->append_conf('postgresql.conf', "shared_preload_libraries = 'isms'\ndefault_transaction_isolation = 'serializable'\n");
$node->start;
$node->safe_psql('postgres', 'create database used');
$node->safe_psql('postgres', 'create database other');
$node->safe_psql($_, 'create extension isms') for qw(used other);

# Sealed without a call, once there is a database, an extension, and it is active.
is($node->safe_psql('used', 'show isms.seal_interval'), '1s', 'the interval is a setting');
$node->restart;    # the worker of a database that was not there yet waits for a minute
$node->safe_psql('used', q{create table watched (id int primary key); select isms.activate(); select isms.enable_audit('watched')});
$node->safe_psql('used', 'insert into watched values (1)');
ok($node->poll_query_until('used', q{select bool_and(sealed) from isms.audit_trail where table_name = 'public.watched'}), 'the worker seals');
ok($node->poll_query_until('used', q{select unsealed = 0 from isms.trail_status}), 'all that there is');
is($node->safe_psql('used', q{select count(*) > 0 from pg_stat_activity where backend_type = 'isms sealer' and datname = 'used'}), 't', 'it is seen at work');
is($node->safe_psql('used', 'select * from isms.verify_trail()'), '', 'the trail verifies');
$node->safe_psql('other', 'select isms.activate()');
is($node->safe_psql('other', 'select count(*) from isms.checkpoint'), 0, 'a database that is not named is left alone');

# What event triggers would refuse is refused without them.
sub refused
{
	my ($what, $statement) = @_;
	my ($status, $out, $err) = $node->psql('used', "\\set VERBOSITY sqlstate\n$statement", on_error_stop => 1);
	like($err, qr/IS010/, "refused: $what");
}

refused($_, $_) for 'alter event trigger isms_ddl_start disable', 'alter event trigger isms_ddl_start enable', 'alter event trigger isms_ddl_drop rename to gone',
  'alter event trigger isms_ddl_handling_end disable', 'alter event trigger isms_ddl_label disable';
$node->safe_psql('used', q{set isms.allow_drop = on; alter event trigger isms_ddl_start disable; alter event trigger isms_ddl_drop disable; alter event trigger isms_ddl_end disable});
refused("event triggers disabled: $_", $_)
  for 'alter table watched disable trigger user', 'alter table watched disable trigger isms_capture', 'drop trigger isms_capture on watched',
  'drop table watched', 'alter table isms.trail_leaf_1 disable trigger guard', 'drop extension isms cascade',
  'create or replace function isms.capture() returns trigger language plpgsql as $$begin return null; end$$';
$node->safe_psql('used', q{alter event trigger isms_ddl_start enable always; alter event trigger isms_ddl_drop enable always; alter event trigger isms_ddl_end enable always});
SKIP:
{
	skip 'event_triggers came in 17', 1 if $node->safe_psql('used', 'show server_version_num') < 170000;
	refused('event_triggers off', "set event_triggers = off;\nalter table watched disable trigger user");
}

# What is allowed goes on.
$node->safe_psql('used', q{alter table watched add note text; create table plain (id int); drop table plain; select isms.disable_audit('watched'); drop table watched});
# A full leaf can be archived and the archive dropped.
$node->safe_psql(
	'other', q{
	create table filler (id int);
	select isms.enable_audit('filler');
	insert into filler select g from generate_series(1, 10) g;
	select setval('isms.trail_seq', isms.trail_leaf_size());
	insert into filler values (0)});
$node->safe_psql('other', 'set default_transaction_isolation = "read committed"; select isms.seal()');
is($node->safe_psql('other', 'set default_transaction_isolation = "read committed"; select leaf from isms.archive_trail()'), 'trail_leaf_1', 'a leaf is archived');
$node->safe_psql('other', 'drop table isms_archive.trail_leaf_1; drop schema isms_archive');
$node->safe_psql('other', 'set isms.allow_drop = on; drop extension isms cascade');
is($node->safe_psql('other', q{select count(*) from pg_extension where extname = 'isms'}), 0, 'with isms.allow_drop the extension can be dropped');
$node->safe_psql('other', 'create extension isms');
$node->safe_psql('other', 'drop extension isms');
is($node->safe_psql('other', q{select count(*) from pg_extension where extname = 'isms'}), 0, 'an installation that was never activated is not protected');

$node->stop;
done_testing();
