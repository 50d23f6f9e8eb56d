# Classes are labels of users' tables: they survive every way of dump and restore, and a session need not have loaded the
# library to give one.
use strict;
use warnings FATAL => 'all';

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('labels');
$node->init;
# Where the extension stands in a folder of its own, a session on its way up has to be told.
my ($folder) = ($ENV{TEMP_CONFIG} && -e $ENV{TEMP_CONFIG} ? slurp_file($ENV{TEMP_CONFIG}) : '') =~ /^extension_destdir = '(.*)'/m;
chomp(my $libdir = `pg_config --pkglibdir`);
$node->append_conf('postgresql.conf', "dynamic_library_path = '$folder$libdir:\$libdir'\n") if $folder;
$node->start;
$node->safe_psql('postgres', $_)
  for 'create database used', 'create database bare', 'create role keeper login', 'create role stranger login';

# A database without isms.
my ($status, $out, $err) = $node->psql('bare', "create table t (id int);\nsecurity label for isms on table t is 'secret'");
like($err, qr/security label provider "isms" is not loaded/, 'without the library the server knows no provider');
($status, $out, $err) = $node->psql('bare', "load 'isms';\nsecurity label for isms on table t is 'secret'");
like($err, qr/isms is not installed in this database/, 'with the library but without the extension a label is refused');
is($node->safe_psql('bare', "load 'isms';\nsecurity label for isms on table t is null; select count(*) from pg_seclabel"), 0, 'taking one away is not');

# Before activation and after, in sessions that begin with SECURITY LABEL.
my $hostile = q{"s""'; --"."t""' ; drop};
$node->safe_psql('used', 'create extension isms');
$node->safe_psql('used', q{create table early (id int)});
$node->safe_psql('used', q{security label for isms on table early is 'internal'});
$node->safe_psql('used', q{select isms.setup('ACME', 'Acme Ltd', 'dana', 'Dana Ruiz')});
$node->safe_psql('used', qq{
	insert into isms.classification values ('TLP:AMBER', 25, 'For the recipient''s organisation', 'x');
	insert into isms.handling_rule values ('TLP:AMBER', 'no_public', 'refuse');
	create schema "s""'; --" authorization keeper;
	create table $hostile" (id int primary key, "c;" text);
	create table parts (id int, iban text) partition by list (id);
	create table parts_1 partition of parts for values in (1);
	create view names as select id from parts;
	create materialized view counted as select count(*) from parts;
	alter table parts owner to keeper;
});
$node->safe_psql('used', $_)
  for qq{security label for isms on table $hostile" is 'TLP:AMBER'},
  qq{security label for isms on column $hostile"."c;" is 'secret'},
  q{security label for isms on table parts is 'confidential'},
  q{security label for isms on column parts.iban is 'secret'},
  q{security label for isms on view names is 'confidential'},
  q{security label for isms on materialized view counted is 'public'},
  q{security label for isms on schema "s""'; --" is 'internal'},
  q{select isms.classify('isms.person', 'confidential', 'email', 'Addresses')},
  q{insert into isms.handling_note (schema_name, relation_name, rule, note) values ('public', 'parts', 'audit', 'Elsewhere')};
($status, $out, $err) = $node->psql('used', q{security label for isms on table early is 'nonsense'});
like($err, qr/"nonsense" is no class/, 'a session that begins with SECURITY LABEL has its label judged');
($status, $out, $err) = $node->psql('used', q{set session authorization stranger; security label for isms on table early is 'public'});
like($err, qr/must be owner of table early/, 'and has to own the table');
$node->safe_psql('used', q{set session authorization keeper; security label for isms on table parts is 'confidential'});
pass('an owner without any right in schema isms labels a table');
like($node->safe_psql('used', q{select string_agg(class, ' ' order by id) from isms.classification_event}),
	qr/^TLP:AMBER secret confidential secret confidential public internal confidential$/, 'each change is recorded once');

my $labels = q{select objtype, objnamespace::regnamespace, objname, label from pg_seclabels where provider = 'isms' order by 1, 3};
my $found = q{select relation, column_name, class, rule, problem, mend from isms.handling_violation order by 1, 2, 3, 4, 5};
my $want = $node->safe_psql('used', $labels);
my $violations = $node->safe_psql('used', $found);
is(scalar(split /\n/, $want), 8, 'eight labels');
isnt($violations, '', 'and something to mend');

my $dump = $node->backup_dir . '/used.dump';
my $text = $node->backup_dir . '/used.sql';
mkdir $node->backup_dir;
command_ok([ 'pg_dump', '-Fc', '-f', $dump, '-d', $node->connstr('used') ], 'pg_dump');
command_ok([ 'pg_dump', '-f', $text, '-d', $node->connstr('used') ], 'pg_dump as text');
my @restore = ('pg_restore', '--exit-on-error', '-d');
my %ways = (
	'serially' => [ [ @restore, 'CONN', $dump ] ],
	'in parallel' => [ [ @restore, 'CONN', '-j', '4', $dump ] ],
	'in three sections' => [ map { [ @restore, 'CONN', "--section=$_", $dump ] } qw(pre-data data post-data) ],
	'as text' => [ [ 'psql', '-Xq', '-v', 'ON_ERROR_STOP=1', '-f', $text, '-d', 'CONN' ] ],
	'into a database that has the extension' => [ [ @restore, 'CONN', $dump ] ],
	'in parallel into a database that has the extension' => [ [ @restore, 'CONN', '-j', '4', $dump ] ]);
for my $way (sort keys %ways)
{
	$node->safe_psql('postgres', 'drop database if exists copy');
	$node->safe_psql('postgres', 'create database copy');
	$node->safe_psql('copy', 'create extension isms') if $way =~ /has the extension/;
	# tables of an extension have their foreign keys from the beginning; in parallel rows come before those they refer to
	local $ENV{PGOPTIONS} = '-c session_replication_role=replica' if $way =~ /parallel/;
	for my $command (@{ $ways{$way} })
	{
		command_ok([ map { $_ eq 'CONN' ? $node->connstr('copy') : $_ } @$command ], "restored $way");
	}
	is($node->safe_psql('copy', $labels), $want, "restored $way: the same labels");
	delete local $ENV{PGOPTIONS};
	$node->safe_psql('copy', 'select isms.activate()');
	is($node->safe_psql('copy', $found), $violations, "restored $way and activated: the same violations");
}
is($node->safe_psql('copy', q{select isms.classification_of('isms.person', 'email')}), 'confidential', 'the class of a table of isms came with its row');
is($node->safe_psql('copy', q{select code from isms.classification where rank = 25}), 'TLP:AMBER', 'so did the scheme');
($status, $out, $err) = $node->psql('copy', qq{\\set VERBOSITY verbose\ngrant select on $hostile" to public});
like($err, qr/IS051.*TLP:AMBER/s, 'what refused refuses');

# One schema into a database in use: its classes are judged by the scheme there.
command_ok([ 'pg_dump', '-Fc', '-n', 'public', '-t', 'public.parts', '-t', 'public.parts_1', '-f', "$dump.parts", '-d', $node->connstr('used') ], 'one table dumped');
$node->safe_psql('copy', 'drop table public.parts cascade');
command_ok([ @restore, $node->connstr('copy'), '-j', '2', "$dump.parts" ], 'and restored where isms is active');
is($node->safe_psql('copy', q{select isms.classification_of('parts')}), 'secret', 'with its labels');

# A dump without labels, and what a session can do where event triggers are off.
command_ok([ 'pg_dump', '--no-security-labels', '-Fc', '-f', "$dump.plain", '-d', $node->connstr('used') ], 'pg_dump --no-security-labels');
$node->safe_psql('copy', q{alter event trigger isms_ddl_label disable});
($status, $out, $err) = $node->psql('copy', q{security label for isms on table early is 'public'});
like($err, qr/security label provider "isms" is not loaded/, 'with the event trigger off the provider has to be loaded');
is($node->safe_psql('copy', q{select isms.classify('early', 'public')}), 'internal', 'isms.classify loads it');
$node->safe_psql('postgres', q{alter database copy set session_preload_libraries = 'isms'});
$node->safe_psql('copy', q{security label for isms on table early is 'internal'});
pass('so does session_preload_libraries');

$node->stop;
done_testing();
