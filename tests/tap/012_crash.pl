# Clients that do whatever transactions can do, seals beside them, and the server killed in the middle, again and again:
# afterwards every committed change has its entry and every entry its committed change, and each checkpoint that was
# ever seen is still there and goes on from the one before.  ISMS_SEED repeats a failure, or tries others.
use strict;
use warnings FATAL => 'all';

use FindBin;
use lib "$FindBin::Bin/../lib";
use IPC::Run;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;
use Time::HiRes qw(sleep);
use Trail;

my $seed = $ENV{ISMS_SEED} || 27001;
srand($seed);
note("ISMS_SEED=$seed");

my ($rounds, $seconds, $clients) = (5, 2, 4);

my $node = PostgreSQL::Test::Cluster->new('crash');
$node->init;
$node->append_conf('postgresql.conf', "max_prepared_transactions = 30\ndeadlock_timeout = 20ms\nlog_min_messages = fatal\nlog_min_error_statement = panic\n");
$node->start;
$node->safe_psql(
	'postgres', q{
	create extension isms;
	select isms.activate();
	-- a trigger changes what is written
	create table account (id int primary key, n int not null, version int not null default 0);
	create function next_version() returns trigger language plpgsql as $$ begin new.version := old.version + 1; return new; end $$;
	create trigger next_version before update on account for each row execute function next_version();
	-- rows move between partitions
	create table item (id int, kind int, n int, primary key (kind, id)) partition by list (kind);
	create table item_0 partition of item for values in (0);
	create table item_1 partition of item for values in (1);
	-- rows go with those they refer to
	create table line (id int generated always as identity primary key, account int references account on delete cascade, what text);
	insert into account select g, 0 from generate_series(1, 300) g;
	insert into item select g, g % 2, 0 from generate_series(1, 300) g;
	select isms.enable_audit('account'), isms.enable_audit('item'), isms.enable_audit('line')});
my @tables = qw(account item line);

sub number { return 1 + int rand 300 }

sub statement
{
	my $from = number();
	my $to = $from + int rand 12;
	my @ways = (
		sub { "update account set n = n + 1 where id = " . number() },
		sub { "update account set n = n - 1 where id between $from and $to" },
		sub { "insert into account values (" . number() . ", 7) on conflict (id) do update set n = account.n * 2 % 1000" },
		sub { "delete from account where id = " . number() },
		sub { "update item set kind = 1 - kind, n = n + 1 where id = " . number() },
		sub { "update item_" . int(rand 2) . " set n = n + 1 where id between $from and $to" },
		sub { "insert into item select g, 0, 1 from generate_series($from, $to) g on conflict do nothing" },
		sub { "delete from item where id = " . number() },
		sub { "insert into line (account, what) select id, md5(id::text) from account where id between $from and $to" },
		sub { "update line set what = what || 'x' where account = " . number() },
		sub { "delete from line where id % 50 = " . int rand 50 },
		sub { "set local application_name = 'client " . int(rand 3) . "'" });
	return $ways[ rand @ways ]->() . ";\n";
}

sub statements
{
	my $depth = shift;
	my $text = '';
	for (0 .. rand 4)
	{
		if ($depth < 3 && rand() < 0.25)
		{
			$text .= "savepoint s$depth;\n" . statements($depth + 1) . (rand() < 0.5 ? "rollback to s$depth;\n" : "release s$depth;\n");
		}
		else
		{
			$text .= statement();
		}
	}
	return $text;
}

# More than a client gets done before the server is killed.
sub script
{
	my $name = shift;
	my $text = "set lock_timeout = '20ms';\n";
	my @prepared;
	for my $n (1 .. 3000)
	{
		$text .= 'begin' . (rand() < 0.1 ? ' isolation level repeatable read' : '') . ";\n";
		$text .= "set local synchronous_commit = off;\n" if rand() < 0.2;
		$text .= statements(0);
		my $end = rand;
		if ($end < 0.1 && @prepared < 3)
		{
			$text .= "prepare transaction '$name $n';\n";
			push @prepared, "$name $n";
		}
		else
		{
			$text .= $end < 0.8 ? "commit;\n" : "rollback;\n";
		}
		$text .= (rand() < 0.7 ? 'commit' : 'rollback') . " prepared '" . shift(@prepared) . "';\n" if @prepared && rand() < 0.5;
	}
	return $text;
}

my $seals = "select isms.seal(null);\nselect 'seen', number, size, encode(root, 'hex') from isms.checkpoint order by number desc limit 1;\nselect pg_sleep(0.01);\n" x 3000;

# Everything that belongs to the server, at one blow.
sub killed
{
	my $server = $node->{_pid};
	my @all = ($server);
	for my $stat (glob '/proc/[0-9]*/stat')
	{
		open my $file, '<', $stat or next;
		my $line = <$file> // next;
		push @all, $1 if $line =~ /^(\d+) \(.*\) \S (\d+) / && $2 == $server;
	}
	kill 'KILL', @all;
	$node->kill9;
	# a process may be dying for a while, and the next server would find it alive
	for (1 .. 100)
	{
		last unless grep { kill 0, $_ } @all;
		sleep 0.1;
	}
	$node->start;
	return;
}

# What goes wrong where transactions meet; anything else would be ours.
my $expected = join '|', 'lock timeout', 'deadlock detected', 'could not serialize', 'transaction is aborted', 'prepared transaction with identifier .* does not exist',
  'duplicate key value', 'violates foreign key', 'terminating connection', 'server closed the connection', 'connection to server was lost',
  'savepoint "s\d" does not exist', 'tuple to be .* was already m', 'the database system is';
my %errors;
my %seen;
my $twice = '';
my $dir = PostgreSQL::Test::Utils::tempdir;
for my $round (1 .. $rounds)
{
	my @running;
	for my $name ((map { "client $_" } 1 .. $clients), 'sealer 1', 'sealer 2')
	{
		my $file = "$dir/$name";
		PostgreSQL::Test::Utils::append_to_file("$file.$round", $name =~ /sealer/ ? $seals : script("$name in $round"));
		push @running,
		  [ $name, "$file.$round.out",
			IPC::Run::start([ 'psql', '-XAtq', '-d', $node->connstr('postgres'), '-f', "$file.$round" ], '>', "$file.$round.out", '2>', "$file.$round.err") ];
	}
	sleep $seconds * (0.5 + rand);
	killed();
	for my $process (@running)
	{
		my ($name, $file, $run) = @$process;
		eval { $run->finish };
		$errors{$_}++ for grep { /ERROR|FATAL|PANIC/ && !/$expected/ } split /\n/, PostgreSQL::Test::Utils::slurp_file($file =~ s/out$/err/r);
		next unless $name =~ /sealer/;
		for my $line (split /\n/, PostgreSQL::Test::Utils::slurp_file($file))
		{
			my ($what, $number, $size, $root) = split /\|/, $line;
			next unless defined $root && $what eq 'seen' && length $root == 64;
			$twice .= "$number " if exists $seen{$number} && $seen{$number} ne "$size|$root";
			$seen{$number} = "$size|$root";
		}
	}
	is($node->safe_psql('postgres', 'select * from isms.verify_trail()'), '', "killed for the ${round}. time, the trail is whole");
}

# What was prepared when the server was killed ends now, one way or the other.
my @prepared = split /\n/, $node->safe_psql('postgres', 'select gid from pg_prepared_xacts order by 1');
$node->safe_psql('postgres', (rand() < 0.6 ? 'commit' : 'rollback') . " prepared '$_'") for @prepared;

my $amounts = $node->safe_psql(
	'postgres', q{
	select count(*), count(distinct xid), count(*) filter (where operation = 'I'), count(*) filter (where operation = 'U'), count(*) filter (where operation = 'D')
	  from isms.trail_entry});
my ($entries, $transactions, @operations) = split /\|/, $amounts;
note("entries $entries, transactions $transactions, of them insert, update, delete @operations; checkpoints seen "
	  . keys(%seen) . ", prepared at the end " . @prepared);
cmp_ok($transactions, '>', 200, 'transactions enough to mean something');
cmp_ok($_, '>', 100, 'changes of every kind') for @operations;
cmp_ok(scalar(keys %seen), '>', 20, 'checkpoints seen from outside');

is(join("\n", map { s/.*?ERROR/ERROR/r } sort keys %errors), '', 'no error but those of transactions that meet');

for my $table (@tables)
{
	is($node->safe_psql('postgres', "select * from isms.reconcile('$table')"), '', "$table is what its entries add up to");
}
is( $node->safe_psql('postgres', q{select count(*) from (select distinct xid from isms.trail_entry) t where pg_xact_status(t.xid) is distinct from 'committed'}),
	'0', 'every entry is of a transaction that committed');
sealed_once($node, 'postgres', 'after all that');

# What was seen is there as it was.
my %there = map { /^(\d+)\|(.*)$/ } split /\n/, $node->safe_psql('postgres', q{select number, size, encode(root, 'hex') from isms.checkpoint});
is($twice, '', 'no checkpoint was seen in two forms');
is(join(' ', grep { !exists $there{$_} || $there{$_} ne $seen{$_} } sort { $a <=> $b } keys %seen), '', 'every checkpoint seen is there with its size and root');

# And each goes on from the one before.
my ($old, $steps, $broken) = (undef, 0, '');
for my $line (
	split /\n/,
	$node->safe_psql(
		'postgres', q{
		select c.number, c.size, encode(c.root, 'hex'),
		       (select string_agg(encode(h, 'hex'), ',' order by n)
		          from unnest(isms.consistency_proof(c.before, c.size)) with ordinality p (h, n))
		  from (select k.*, lag(k.size, 1, k.size) over (order by k.number) as before from isms.checkpoint k) c
		 order by c.number}))
{
	my ($number, $size, $root, $proof) = split /\|/, $line, -1;
	my $new = { size => $size, root => pack 'H*', $root };
	$broken .= "$number " if $old && !continues($old, $new, hashes($proof));
	$steps++;
	$old = $new;
}
is($broken, '', "the $steps checkpoints prove consistent, one after another");
my @first = sort { $a <=> $b } keys %seen;
my ($size, $root) = split /\|/, $seen{ $first[0] };
ok(consistent($node, 'postgres', { size => $size, root => pack 'H*', $root }), 'and the newest with the first that was seen');

# A seal takes what has become visible since the one before, in order of the numbers.
is( $node->safe_psql(
		'postgres', q{
		with leaf as (
		  select t.index * 256 + s.n - 1 as position, s.seq from isms.trail_tile t, unnest(t.seqs) with ordinality s (seq, n) where t.level = 0
		  union all
		  select t.first + s.n - 1, s.seq from isms.trail_tail t, unnest(t.seqs) with ordinality s (seq, n)
		), seal as (
		  select c.number, c.size, lag(c.size, 1, 0::bigint) over w as after, c.snapshot, lag(c.snapshot) over w as before
		    from isms.checkpoint c window w as (order by c.number)
		), placed as (
		  select l.position, l.seq, e.xid, s.*, lag(l.seq) over (partition by s.number order by l.position) as seq_before
		    from leaf l
		    join isms.trail_entry e on e.seq = l.seq
		    join seal s on l.position >= s.after and l.position < s.size
		)
		select count(*) filter (where not pg_visible_in_snapshot(xid, snapshot)) as too_early,
		       count(*) filter (where pg_visible_in_snapshot(xid, before)) as too_late,
		       count(*) filter (where seq < seq_before) as out_of_order,
		       count(*) = (select count(*) from isms.trail_entry) as all_of_them
		  from placed}),
	'0|0|0|t',
	'each seal took what its snapshot saw and the one before did not, in order');

$node->stop;
done_testing();
