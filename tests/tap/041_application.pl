# pgbench's tables, made by an application that knows nothing of isms, get audit, a workflow and approval by SQL alone;
# a client in C reacts to refusals by their SQLSTATE; and through a connection pool nobody acts as somebody else.
use strict;
use warnings FATAL => 'all';

use Cwd;
use IPC::Run;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $tree = getcwd();
my $node = PostgreSQL::Test::Cluster->new('application');
$node->init;
$node->start;
$node->command_ok([ 'pgbench', '--quiet', '--initialize', '--foreign-keys', 'postgres' ], 'the application makes its tables');

sub as
{
	my ($login, $sql) = @_;
	return $node->safe_psql('postgres', $sql, extra_params => [ '-U', $login ]);
}

$node->safe_psql('postgres', q{
	create role bench login; create role li login; create role sam login; create role pool login;
	alter table pgbench_branches owner to bench; alter table pgbench_tellers owner to bench;
	alter table pgbench_accounts owner to bench; alter table pgbench_history owner to bench;
	grant create on schema public to bench;
	create extension isms;
	set client_min_messages = error;
	select isms.setup('BANK', 'Bank Ltd', 'root', 'First Person');
	select isms.add_person('owner', 'Olga Ost', login => 'bench', roles => '{process_owner}');
	select isms.add_person('li', 'Li Wei', login => 'li', roles => '{risk_owner}');
	select isms.add_person('sam', 'Sam Okoro', login => 'sam', roles => '{control_owner}');
	grant isms_application to pool});

# By SQL alone, by the owner of the tables.
as('bench', q{
	alter table pgbench_branches add status text not null default 'open';
	select isms.enable_audit('public.pgbench_branches');
	select isms.enforce_workflow('public.pgbench_branches', 'status', 'two_eyes',
	  states => '{"open": "draft", "certified": "approved", "shut": "closed"}', covers => '{public.pgbench_tellers}', ignore => '{bbalance}');
	grant select, insert, update, delete on pgbench_branches, pgbench_tellers to isms_editor;
	grant select, update on pgbench_accounts to isms_editor; grant insert on pgbench_history to isms_editor});

# The client is compiled where there is what to compile it with.
my $pg_config = $ENV{PG_CONFIG} // 'pg_config';
my ($include, $lib) = map { my $o = `$pg_config --$_ 2>/dev/null`; chomp $o; $o } 'includedir', 'libdir';
my $client = $node->basedir . '/refused';
my $compiled = ($include ne '' && -e "$include/libpq-fe.h"
	  && system("cc -Wall -Wextra -Werror -I'$include' -L'$lib' -o '$client' '$tree/tests/client/refused.c' -lpq >/dev/null 2>&1") == 0);

sub client
{
	my ($login, @statements) = @_;
	my $in = join('', map { "$_\n" } @statements);
	my ($out, $err) = ('', '');
	IPC::Run::run([ $client, $node->connstr('postgres') . " user=$login" ], '<', \$in, '>', \$out, '2>', \$err);
	diag $err if $err ne '';
	return [ split /\n/, $out ];
}

SKIP:
{
	skip 'no compiler, or no header of libpq', 3 unless $compiled;
	my $table = q{'public.pgbench_branches'};
	is_deeply(
		client('li',
			"update pgbench_branches set status = 'shut' where bid = 1",
			"update pgbench_branches set status = 'certified' where bid = 1",
			"select isms.request($table, '1', 'approve', 'All counted')",
			"select isms.approve($table, '{1}', 'approve')"),
		[
			'IS001|show the steps there are|pgbench_branches|status|transition',
			'IS003|ask for approval|pgbench_branches|status|approval',
			'done|approve of pgbench branches 1 asked for; it waits for the approval of Olga Ost, First Person or Sam Okoro',
			'IS004|let somebody else|pgbench_branches|status|separation'
		],
		'a program tells a wrong step, a missing approval and its own request apart');
	is_deeply(
		client('sam',
			"select isms.approve($table, '{1}', 'approve')",
			"update pgbench_branches set filler = 'x' where bid = 1",
			"insert into pgbench_tellers (tid, bid, tbalance) values (99, 1, 0)",
			"delete from pgbench_branches where bid = 1",
			"update pgbench_branches set status = 'open' where bid = 1",
			"update pgbench_branches set bbalance = bbalance + 1 where bid = 1",
			"select isms.reject($table, '1', 'approve', 'No')"),
		[
			'done|pgbench branches 1 is now certified',
			'IS006|make the fields read-only|pgbench_branches|filler|frozen',
			'IS006|make the fields read-only|pgbench_tellers||frozen',
			'IS007|offer to close instead|pgbench_branches|status|deletion',
			'IS005|mend the row|pgbench_branches|status|reason_given',
			'done|',
			'IS003|ask for approval|pgbench_branches|status|approval'
		],
		'and frozen fields, a deletion, a missing reason');
	is_deeply(
		client('pool', "begin; set local isms.actor = 'nobody'; update pgbench_branches set status = 'shut' where bid = 1", 'rollback'),
		[ 'IS022|log in|pgbench_branches|status|actor', 'done|' ],
		'and a user it does not know');
}
isnt($node->safe_psql('postgres', q{select count(*) from isms.audit_trail where table_name = 'public.pgbench_branches'}), '0', 'the trail has it');

# A pool hands one server connection to one client after another.
SKIP:
{
	my ($bouncer) = grep { -x $_ } '/usr/sbin/pgbouncer', '/usr/bin/pgbouncer';
	skip 'no pgbouncer', 5 unless $bouncer;
	my $dir = $node->basedir . '/pool';
	mkdir $dir or die "$dir: $!";
	my $host = $node->host;
	my $port = PostgreSQL::Test::Cluster::get_free_port();
	append_to_file("$dir/users", qq{"pool" ""\n});
	append_to_file("$dir/ini", <<"EOT");
[databases]
postgres = host=$host port=@{[ $node->port ]} dbname=postgres
[pgbouncer]
listen_addr =
listen_port = $port
unix_socket_dir = $dir
auth_type = trust
auth_file = $dir/users
pool_mode = transaction
default_pool_size = 1
logfile = $dir/log
pidfile = $dir/pid
EOT
	my ($said, $pool) = ('');
	$pool = IPC::Run::start([ $bouncer, "$dir/ini" ], '>&', \$said);
	my $connstr = "host=$dir port=$port dbname=postgres user=pool";
	my $ask = sub {
		my ($out, $err) = ('', '');
		IPC::Run::run([ 'psql', '-XqtA', '-d', $connstr, map { ('-c', $_) } @_ ], '>', \$out, '2>', \$err);
		return $out . $err;
	};
	my $up = 0;
	for (1 .. 100)
	{
		last if $up = $ask->('select 1') eq "1\n";
		select undef, undef, undef, 0.1;
	}
	ok($up, 'the pool is up') or diag $said;
	my $backend = $ask->('select pg_backend_pid()');
	is($ask->("begin; set local isms.actor = 'li'; select isms.actor(); commit"), "li\n", 'a client acts for Li Wei in its transaction');
	is($ask->('select pg_backend_pid(), isms.actor()'), join('|', $backend =~ /(\d+)/, '') . "\n", 'the next on the same connection for nobody');
	is($ask->("set isms.actor = 'sam'", 'select pg_backend_pid(), isms.actor(), isms.claimed_actor()'), join('|', $backend =~ /(\d+)/, '', '') . "\n",
		'nor does a setting of the session reach the next transaction');
	is($ask->("begin; set local isms.actor = 'sam'; set local isms.comment = 'A reason that is long enough'; commit", "select isms.actor() is null, isms.transaction_comment() is null"),
		"t|t\n", 'nor a comment');
	$pool->signal('INT');
	$pool->finish;
}

$node->stop;
done_testing();
