# Database checks that take settings, files, sessions and other servers: each passes on a hardened cluster and fails where
# the violation is planted.  The others are in tests/pgtap/database_check.sql.
use strict;
use warnings FATAL => 'all';

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

# libpq looks for certificates at home
$ENV{HOME} = PostgreSQL::Test::Utils::tempdir;

my %passed;
my %failed;

# The evaluation's statement comes last; what goes before it in the session may open connections.
sub evaluate
{
	my ($node, $codes, $before, @params) = @_;
	my $list = defined $codes ? "'{" . join(',', map { "DB-$_" } @$codes) . "}'" : 'null';
	my %status = map { (split /\|/)[ 0, 1 ] } grep { /^DB-/ } split /\n/,
	  $node->safe_psql('postgres', ($before // '') . "; select code, status from isms.evaluate_database_checks(codes => $list)", @params);
	$passed{$_} = 1 for grep { $status{$_} eq 'pass' } keys %status;
	$failed{$_} = 1 for grep { $status{$_} eq 'fail' } keys %status;
	return %status;
}

sub finds
{
	my ($node, $expected, $codes, $what, $before) = @_;
	my %status = evaluate($node, $codes, $before);
	is(join(' ', map { "$_ $status{$_}" } sort keys %status), join(' ', map { "DB-$_ $expected" } sort @$codes), $what);
}

my @setup = (
	'create extension isms', q{select isms.setup('ACME', 'Acme Ltd', 'root', 'First Person')},
	q{create extension dblink}, q{create role app login password 'sesame'}, q{create role watcher login},
	q{select isms.add_person('wes', 'Wes Watch', login => 'watcher', roles => '{control_owner}', kind => 'service')}, q{grant pg_monitor to watcher});

sub set_up
{
	my ($node) = @_;
	$node->safe_psql('postgres', "set client_min_messages = error; $_") for @setup;
}

sub parameter
{
	my ($node, $code, $name, $value) = @_;
	$node->safe_psql('postgres', qq{
		insert into isms.database_check_parameter (database_check, name, value) values ('DB-$code', '$name', '$value')
		on conflict (scope, database_check, name) do update set value = excluded.value});
}

sub no_parameter
{
	my ($node, $code) = @_;
	$node->safe_psql('postgres', "delete from isms.database_check_parameter where database_check = 'DB-$code'");
}

# A cluster where everything is wrong.  It listens to this machine alone.
my ($major) = `pg_config --version` =~ /(\d+)/;
my $loose = PostgreSQL::Test::Cluster->new('loose');
$loose->init(extra => [ $major >= 18 ? '--no-data-checksums' : () ]);
my $libraries = $loose->config_data('--pkglibdir');
$loose->append_conf('postgresql.conf', q{
listen_addresses = '127.0.0.1'
password_encryption = md5
shared_preload_libraries = 'auto_explain'
authentication_timeout = 120
zero_damaged_pages = on
ssl = off
ssl_min_protocol_version = 'TLSv1.1'
ssl_ciphers = 'RC4-SHA:HIGH'
log_connections = off
log_disconnections = off
log_line_prefix = '%m '
log_statement = none
logging_collector = off
log_min_messages = panic
log_timezone = 'Asia/Tokyo'
log_checkpoints = off
log_lock_waits = off
wal_level = minimal
max_wal_senders = 0
archive_mode = off
fsync = off
statement_timeout = 0
});
my $me = getpwuid($<);
append_to_file($loose->data_dir . '/pg_hba.conf', "host all all 0.0.0.0/0 md5\nhost all all ::/0 password\nhost postgres app 127.0.0.1/32 trust\n");
append_to_file($loose->data_dir . '/pg_ident.conf', "m root $me\n");
$loose->start;
set_up($loose);
finds($loose, 'fail', [qw(001 006 007 008 009 010 011 013 014 015 038 040 041 042 050 051 052 053 055 057 058 059 070 072 073 075 076 085 093)],
	'settings and files that are wrong are found');

parameter($loose, '046', 'forbidden', '["127.0.0.1"]');
finds($loose, 'fail', ['046'], 'an address that should not be listened to');
append_to_file($loose->data_dir . '/pg_hba.conf', "local nonsense\n");
$loose->append_conf('postgresql.conf', 'max_connections = 77');
$loose->reload;
ok($loose->poll_query_until('postgres', q{select exists (select from pg_settings where pending_restart)}), 'a setting waits for a restart');
finds($loose, 'fail', [qw(012 086)], 'a file that does not parse, a setting that waits');

# Sessions over TCP: from too many addresses, in clear, idle in a transaction.
my $tcp = 'host=127.0.0.1 port=' . $loose->port . ' user=app password=sesame dbname=postgres';
parameter($loose, '028', 'maximum', '0');
parameter($loose, '043', 'local', '[]');
parameter($loose, '094', 'maximum_minutes', '0');
finds($loose, 'fail', [qw(028 043 094)], 'sessions that are wrong are found',
	qq{select dblink_connect('c', '$tcp'), dblink_exec('c', 'begin'); select pg_sleep(0.01)});

# A check that waits for a lock gives up, and the next goes on.
$loose->safe_psql('postgres', 'create sequence held; alter sequence held owner to app');
my $held = $loose->safe_psql('postgres', qq{
	select dblink_connect('c', '$tcp'), dblink_exec('c', 'begin; drop sequence held');
	select code, status, message from isms.evaluate_database_checks(codes => '{DB-092,DB-093}')});
like($held, qr/^DB-092\|unknown\|canceling statement due to lock timeout\nDB-093\|fail/m, 'a check that waits for a lock is unknown');

# Who sees less passes nothing that a superuser does not.
my %super = evaluate($loose);
for my $role (qw(watcher plain))
{
	$loose->safe_psql('postgres', 'revoke pg_monitor from watcher') if $role eq 'plain';
	my %seen = evaluate($loose, undef, undef, extra_params => [ '-U', 'watcher' ]);
	is(join(' ', sort grep { $seen{$_} =~ /^(pass|not_applicable)$/ && $super{$_} !~ /^(pass|not_applicable)$/ } keys %seen), '', "$role: what could not be seen is no pass");
	cmp_ok(scalar(grep { $_ eq 'unknown' } values %seen), '>', 10, "$role: it is unknown");
}
$loose->stop;

# A hardened one, as told in extension/doc/checks.md.
my $hard = PostgreSQL::Test::Cluster->new('hardened');
$hard->init(allows_streaming => 1, extra => ['--data-checksums']);
my $data = $hard->data_dir;
my $tls = system("openssl req -new -x509 -days 2 -nodes -subj /CN=localhost -out $data/server.crt -keyout $data/server.key >/dev/null 2>&1") == 0;
chmod 0600, "$data/server.key" if $tls;
my $pgaudit = -e "$libraries/pgaudit.so";
my $settings = q{
listen_addresses = '127.0.0.1'
password_encryption = 'scram-sha-256'
authentication_timeout = '30s'
ssl_min_protocol_version = 'TLSv1.2'
ssl_ciphers = 'HIGH:!aNULL'
log_connections = on
log_disconnections = on
log_line_prefix = '%m [%p] %q%u@%d %r %a '
log_statement = 'ddl'
logging_collector = on
log_file_mode = '0600'
log_timezone = 'UTC'
log_checkpoints = on
log_lock_waits = on
log_temp_files = 0
log_replication_commands = on
archive_mode = on
archive_command = 'true'
fsync = on
idle_in_transaction_session_timeout = '10min'
statement_timeout = '10min'
};
$settings .= "ssl = on\n" if $tls;
$settings .= $pgaudit ? "shared_preload_libraries = 'auth_delay, pgaudit'\npgaudit.log = 'ddl, role, write'\n" : "shared_preload_libraries = 'auth_delay'\n";
$hard->append_conf('postgresql.conf', $settings);
sub rewrite { my ($file, $text) = @_; unlink $file; append_to_file($file, $text) }
rewrite("$data/pg_hba.conf", "local all all peer map=here\nlocal replication all peer\nhostssl postgres app 127.0.0.1/32 scram-sha-256\nhostssl acme app 192.0.2.0/24 scram-sha-256\nhostssl acme app 2001:db8::/64 scram-sha-256\n");
# the superuser of this test is whoever runs it
rewrite("$data/pg_ident.conf", "here $me watcher\nhere $me $me\n");
$hard->start;
set_up($hard);
parameter($hard, '013', 'allowed', qq(["here $me $me"]));
finds($hard, 'pass', [ qw(001 006 007 008 009 010 011 012 013 014 015 038 041 042 046 050 051 052 053 055 056 057 058 059 070 072 073 074 075 085 086 093 094), $tls ? '040' : (), $pgaudit ? '054' : () ],
	'the hardened cluster passes');

SKIP:
{
	skip 'no openssl', 3 unless $tls;
	my $over_tls = q{select dblink_connect('c', 'host=127.0.0.1 port=} . $hard->port . q{ user=app password=sesame dbname=postgres sslmode=require')};
	parameter($hard, '043', 'local', '[]');
	finds($hard, 'pass', [qw(028 043 044)], 'a session over TLS', $over_tls);
	parameter($hard, '044', 'allowed', '["TLSv1.9"]');
	finds($hard, 'fail', ['044'], 'a TLS version that is not allowed', $over_tls);
	no_parameter($hard, '044');
	is($hard->safe_psql('postgres', "$over_tls; select evidence ~ 'TLSv1' from isms.evaluate_database_checks(codes => '{DB-044}')") =~ /\nt$/, 1, 'the evidence names it');
}

# Who is let in by the system's account, is in the trail by it (up to 15 the server forgets the method).
is( $hard->safe_psql('postgres', q{
		select distinct isms.trail_identity_content(e.identity)::jsonb ->> 'authenticated' from isms.trail_entry e}),
	$major >= 16 ? "peer:$me" : $me, 'the trail knows as whom the client was authenticated');

# The configuration's fingerprint: unknown until there is a baseline.
is({ evaluate($hard, ['087']) }->{'DB-087'}, 'unknown', 'without a baseline a fingerprint says nothing');
my $digest = $hard->safe_psql('postgres', q{select substring(evidence from '[0-9a-f]{64}') from isms.evaluate_database_checks(codes => '{DB-087}')});
parameter($hard, '087', 'fingerprint', qq("$digest"));
finds($hard, 'pass', ['087'], 'the configuration is the approved one');
is($hard->safe_psql('postgres', q{set log_statement = 'none'; set work_mem = '8MB'; select status from isms.evaluate_database_checks(codes => '{DB-053}')}), 'pass',
	'what a session sets for itself is not what is judged');

# Archiving, a standby, slots.
$hard->safe_psql('postgres', q{select pg_switch_wal(); select pg_create_physical_replication_slot('standby')});
$hard->poll_query_until('postgres', q{select archived_count > 0 from pg_stat_archiver});
$hard->backup('now');
my $standby = PostgreSQL::Test::Cluster->new('standby');
$standby->init_from_backup($hard, 'now', has_streaming => 1);
$standby->append_conf('postgresql.conf', "primary_slot_name = 'standby'\nport = " . $standby->port . "\n");
chmod 0600, $standby->data_dir . '/server.key' if $tls;
$standby->start;
$hard->wait_for_catchup($standby);
finds($hard, 'pass', [qw(060 071 076 077 078)], 'archive and standby are well');

# On the standby checks are evaluated, nothing is stored.
my %there = evaluate($standby);
is(scalar(keys %there), 85, 'a standby evaluates them all');
is(join(' ', sort grep { $there{$_} eq 'unknown' } keys %there), join(' ', 'DB-081', $there{'DB-082'} eq 'unknown' ? 'DB-082' : ()), 'and sees what it should');
my ($status, $out, $err) = $standby->psql('postgres', 'select * from isms.run_database_checks()');
like($err, qr/read-only transaction/, 'there nothing is stored');
is($standby->safe_psql('postgres', q{select count(*) from isms.database_check_status where standing = 'not_run'}), '85', 'the views can be read');

# By a role without superuser, as a job would.
my $run = $hard->safe_psql('postgres', q{select count(*), count(*) filter (where status = 'unknown') > 0 from isms.run_database_checks()}, extra_params => [ '-U', 'watcher' ]);
is($run, '85|t', 'pg_monitor runs them; some it does not know');
$hard->wait_for_catchup($standby);
is($standby->safe_psql('postgres', q{select evaluated_as, person, checks from isms.database_check_trend}), 'watcher|wes|85', 'what was stored is read on the standby');

# Spoiled piece by piece.
parameter($hard, '077', 'maximum_seconds', '-1');
ok( $hard->poll_query_until('postgres', q{
	select pg_logical_emit_message(true, 'a', 'b') is not null and (select status = 'fail' from isms.evaluate_database_checks(codes => '{DB-077}'))}),
	'a standby that lags');
$failed{'DB-077'} = 1;
$standby->stop;
$hard->poll_query_until('postgres', q{select not active from pg_replication_slots});
$hard->safe_psql('postgres', $_)
  for q{alter system set log_replication_commands = off}, q{alter system set log_file_mode = '0644'}, q{alter system set archive_command = 'false'},
  $pgaudit ? q{alter system set pgaudit.log = 'all, -ddl'} : (), q{select pg_reload_conf()};
$hard->poll_query_until('postgres', q{select setting = 'false' from pg_settings where name = 'archive_command'});
$hard->safe_psql('postgres', q{select pg_switch_wal()});
$hard->poll_query_until('postgres', q{select last_failed_time > last_archived_time from pg_stat_archiver});
finds($hard, 'fail', [ qw(056 060 071 076 078 087 088), $pgaudit ? '054' : () ], 'what is spoiled is found');
parameter($hard, '088', 'allowed', '["log_replication_commands", "log_file_mode", "archive_command", "pgaudit.log"]');
finds($hard, 'pass', ['088'], 'settings with a change record');

# Damage.
$hard->safe_psql('postgres', q{create table damaged as select 1 as i; checkpoint});
my $file = "$data/" . $hard->safe_psql('postgres', q{select pg_relation_filepath('damaged')});
$hard->stop;
open my $fh, '+<', $file or die $!;
binmode $fh;
sysseek $fh, 100, 0;
syswrite $fh, "\377\377\377\377";
close $fh;
$hard->start;
($status, $out, $err) = $hard->psql('postgres', 'select * from damaged');
like($err, qr/invalid page/, 'a damaged page');
ok($hard->poll_query_until('postgres', q{select status = 'fail' from isms.evaluate_database_checks(codes => '{DB-074}')}), 'is found');
$failed{'DB-074'} = 1;

# Nothing claims to be shown here that is not.
my @claimed = split /\n/, $hard->safe_psql('postgres', q{select code from isms.database_check where shown_by = 'tests/tap/005_database_check.pl' order by code});
my %cannot = map { $_ => 1 } ($tls ? () : qw(DB-040 DB-044)), $pgaudit ? () : 'DB-054';
is(join(' ', grep { !$passed{$_} && !$cannot{$_} } @claimed), '', 'each was seen to pass');
is(join(' ', grep { !$failed{$_} && !$cannot{$_} } @claimed), '', 'and to fail');

$hard->stop('immediate');
done_testing();
