# The life of an installation: created, dropped and created again, nothing is left behind.
use strict;
use warnings FATAL => 'all';

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('life');
$node->init;
$node->start;

# Everything a database can hold, by catalogue, and the roles of the cluster.
sub contents
{
	my $rows = $node->safe_psql(
		'postgres', q{
		select c.relname from pg_catalog.pg_class c
		where c.relnamespace = 'pg_catalog'::pg_catalog.regnamespace and c.relkind = 'r'
		  and c.relname not in ('pg_statistic', 'pg_statistic_ext_data', 'pg_largeobject')
		order by 1});
	my $counts = join ' union all ',
	  map { "select '$_', count(*) from pg_catalog.$_" } split /\n/, $rows;
	return $node->safe_psql('postgres', "$counts order by 1");
}

# The catalogues that hold more or fewer rows than before.
sub difference
{
	my %before = map { split /\|/ } split /\n/, shift;
	my %after = map { split /\|/ } split /\n/, contents();
	return join ', ', map { "$_: $before{$_} then $after{$_}" }
	  grep { $before{$_} != $after{$_} } sort keys %before;
}

my $before = contents();

$node->safe_psql('postgres', 'create extension isms');
my $installed = contents();
isnt(difference($before), '', 'create extension makes something');

is($node->safe_psql('postgres', q{select count(*) from pg_roles where rolname like 'isms%'}),
	0, 'create extension makes no role');

$node->safe_psql('postgres', 'drop extension isms');
is(difference($before), '', 'drop extension leaves nothing behind');

$node->safe_psql('postgres', 'create extension isms');
is(difference($installed), '', 'created again, it is the same');

my ($status, $out, $err) = $node->psql('postgres', 'create extension isms');
isnt($status, 0, 'it cannot be created twice');

$node->safe_psql('postgres', 'drop extension isms; create schema isms');
($status, $out, $err) = $node->psql('postgres', 'create extension isms');
like($err, qr/schema "isms" already exists/, 'a schema isms of somebody else is not taken over');
$node->safe_psql('postgres', 'drop schema isms');

$node->safe_psql('postgres', 'create role regress_plain login');
($status, $out, $err) =
  $node->psql('postgres', 'create extension isms', extra_params => [ '-U', 'regress_plain' ]);
like($err, qr/permission denied to create extension/, 'only a superuser installs it');

# A transaction that fails takes the whole installation back.
$node->psql('postgres', 'begin; create extension isms; select 1/0; commit');
is($node->safe_psql('postgres', q{select count(*) from pg_namespace where nspname = 'isms'}),
	0, 'rolled back, nothing is there');

# Used, activated and dropped with all its records: the cluster's roles are left, with their right
# to the setting isms.actor, and it can begin anew.
$node->safe_psql('postgres',
	'create extension isms; select isms.setup_roles(); select isms.grant_roles(); drop extension isms');
$before = contents();
$node->safe_psql(
	'postgres', q{
	create extension isms;
	create table public.invoice (id integer primary key, amount numeric);
	select isms.setup('ACME', 'Acme Ltd', 'dana', 'Dana Ruiz');
	insert into isms.asset (code, title, kind, owner) values ('CRM', 'Customer database', 'information', 'dana');
});
$node->safe_psql('postgres', 'set isms.allow_drop = on; drop extension isms cascade; drop table public.invoice');
is($node->safe_psql('postgres', q{select count(*) from pg_namespace where nspname = 'isms'}), 0, 'used, it can be dropped');
is(difference($before), '', 'used and dropped, it leaves nothing behind but its roles');
like(
	$node->safe_psql('postgres', q{create extension isms; select isms.setup('ACME', 'Acme Ltd', 'dana', 'Dana Ruiz')}),
	qr/^isms is ready/,
	'and it can be set up again');

$node->stop;
done_testing();
