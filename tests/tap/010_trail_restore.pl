# The trail survives what databases go through: dump and restore into another database and another
# cluster, prepared transactions, a crash, a standby and its promotion, logical replication.
use strict;
use warnings FATAL => 'all';

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $origin = PostgreSQL::Test::Cluster->new('origin');
$origin->init(allows_streaming => 'logical');
# dropping the extension takes more locks than a server for replication tests has room for
$origin->append_conf('postgresql.conf', "max_prepared_transactions = 5\nmax_locks_per_transaction = 256");
$origin->start;
$origin->safe_psql('postgres', 'create database used');
$origin->safe_psql(
	'used', q{
	create extension isms;
	select isms.trail_open();
	create table invoice (id int primary key, amount numeric, iban text);
	insert into invoice values (1, 10, 'DE1');
	select isms.enable_audit('invoice', '{iban}');
	insert into invoice values (2, 20, 'DE2');
	update invoice set amount = 11 where id = 1;
	create table event (at date primary key) partition by range (at);
	create table event_2024 partition of event for values from ('2024-01-01') to ('2025-01-01');
	select isms.enable_audit('event');
	insert into event values ('2024-02-29');
});

sub entries
{
	my ($node, $db) = @_;
	return $node->safe_psql($db, 'select e.*, isms.leaf_hash(e) from isms.trail_entry e order by seq');
}

# A prepared transaction's entry counts once it is committed, and its facts are not taken for written before.
$origin->safe_psql('used', q{begin; set application_name = 'pooled'; insert into invoice values (3, 30, null); prepare transaction 'p'});
is($origin->safe_psql('used', q{select count(*) from isms.audit_trail where key = '3'}), 0, 'a prepared change is not in the trail');
is( $origin->safe_psql(
		'used', q{
		set application_name = 'pooled';
		begin; insert into invoice values (4, 40, null); prepare transaction 'q'; rollback prepared 'q';
		insert into invoice values (5, 50, null);
		select application from isms.audit_trail where key = '5'}),
	'pooled', 'who acted is written again after a prepared transaction was rolled back');
$origin->safe_psql('used', q{commit prepared 'p'});
is($origin->safe_psql('used', q{select application, new_values ->> 'amount' from isms.audit_trail where key = '3'}),
	'pooled|30', 'committed, it is, with who and what');

# A crash.
$origin->stop('immediate');
$origin->start;
$origin->safe_psql('used', q{insert into invoice values (6, 60, null)});
is($origin->safe_psql('used', q{select count(*), count(distinct seq) from isms.audit_trail where table_name = 'public.invoice'}),
	'6|6', 'after a crash the trail goes on');

# What reconcile must follow through a dump: a column renamed, and numbers of columns that a dump draws anew.
$origin->safe_psql(
	'used', q{
	create table ledger (gone int, id int primary key, label text, amount int);
	select isms.enable_audit('ledger');
	insert into ledger select g, g, 'first', g from generate_series(1, 3) g;
	alter table ledger rename label to title;
	alter table ledger drop column gone;
	update ledger set amount = 20 where id = 2;
	delete from ledger where id = 3});
my $reconciled = q{select t.table_name, r.* from isms.trail_table t, isms.reconcile(format('%I.%I', t.schema_name, t.table_name)::regclass) r where not t.own};

# Dump and restore, into another database and another cluster.
my $before = entries($origin, 'used');
my $incarnation = $origin->safe_psql('used', 'select isms.incarnation()');
mkdir $origin->backup_dir;
my $dump = $origin->backup_dir . '/used.dump';
command_ok([ 'pg_dump', '-Fc', '-f', $dump, '-d', $origin->connstr('used') ], 'dumped');
my $other = PostgreSQL::Test::Cluster->new('other');
$other->init;
$other->start;

my %incarnations = ($incarnation => 1);
for my $target ([ $origin, 'same cluster' ], [ $other, 'another cluster' ])
{
	my ($node, $where) = @$target;
	$node->safe_psql('postgres', 'create database restored');
	command_ok([ 'pg_restore', '--exit-on-error', '-d', $node->connstr('restored'), $dump ], "$where: restored");
	is(entries($node, 'restored'), $before, "$where: the same entries and leaves");
	is($node->safe_psql('restored', q{select distinct table_name from isms.audit_trail order by 1}),
		"public.event\npublic.invoice\npublic.ledger", "$where: the readable trail too");
	is($node->safe_psql('restored', $reconciled), '', "$where: the trail adds up to the tables");
	for my $statement ('delete from isms.trail_leaf_1', 'truncate isms.trail_leaf_1', 'update isms.trail_entry set payload = null')
	{
		my ($status, $out, $err) = $node->psql('restored', "\\set VERBOSITY sqlstate\n$statement");
		like($err, qr/IS010/, "$where: refused before anything is activated: $statement");
	}

	# The application goes on at once, activated or not.
	my $last = $node->safe_psql('restored', 'select max(seq) from isms.trail_entry');
	$node->safe_psql('restored', q{update invoice set amount = 12, iban = 'DE9' where id = 1; insert into event values ('2024-03-01')});
	is( $node->safe_psql('restored', "select operation, payload from isms.trail_entry where seq > $last order by seq"),
		"U|[{\"id\":1},{\"amount\":[11,12],\"iban\":[]}]\nI|{\"at\":\"2024-03-01\"}",
		"$where: changes are captured behind the restored entries, as before");
	my $now = $node->safe_psql('restored', "select distinct incarnation from isms.trail_entry where seq > $last");
	ok(!$incarnations{$now}, "$where: under a new incarnation");
	$incarnations{$now} = 1;

	is($node->safe_psql('restored', 'select isms.trail_open()'), '0 leaves made, 0 guards put back', "$where: leaves and guards are there");
	is($node->safe_psql('restored', q{select bool_and(complete) from isms.trail_table where not own}), 't', "$where: capture is complete");
	like($node->safe_psql('restored', 'select isms.activate()'), qr/isms is active/, "$where: activated");
	my ($status, $out, $err) = $node->psql('restored', "\\set VERBOSITY sqlstate\ndelete from isms.trail_identity");
	like($err, qr/IS010/, "$where: the dictionaries are guarded");
	is($node->safe_psql('restored', 'select count(*) = count(distinct seq) from isms.trail_entry'), 't', "$where: no number twice");
}

# Entries without their sequence: the numbers go on behind them.
$other->safe_psql('restored', q{select setval('isms.trail_seq', 1, false); select isms.trail_open()});
$other->safe_psql('restored', q{insert into invoice values (7, 70, null)});
is($other->safe_psql('restored', q{select seq = max from isms.audit_trail, (select max(seq) from isms.trail_entry) m where key = '7' and operation = 'insert'}),
	't', 'numbers go on behind restored entries');

# A standby reads everything; promoted, it is another incarnation.
$origin->backup('base');
my $standby = PostgreSQL::Test::Cluster->new('standby');
$standby->init_from_backup($origin, 'base', has_streaming => 1);
$standby->start;
$origin->wait_for_catchup($standby, 'replay', $origin->lsn('write'));
is(entries($standby, 'used'), $before, 'a standby shows the same entries');
is($standby->safe_psql('used', 'select isms.incarnation()'), $incarnation, 'and the same incarnation');
is($standby->safe_psql('used', 'select count(*) from isms.audit_trail'), $origin->safe_psql('used', 'select count(*) from isms.audit_trail'), 'and the readable trail');
$standby->promote;
$standby->safe_psql('used', q{insert into invoice values (8, 80, null)});
my $promoted = $standby->safe_psql('used', q{select incarnation from isms.trail_entry where payload like '%"id":8,%'});
is($promoted, $standby->safe_psql('used', 'select isms.incarnation()'), 'promoted, it writes');
ok(!$incarnations{$promoted}, 'as another incarnation');
$standby->stop;

# Changes that arrive by replication are captured, with their origin.
$other->safe_psql('postgres', 'create database subscriber');
$other->safe_psql(
	'subscriber', q{
	create extension isms;
	select isms.trail_open();
	create table invoice (id int primary key, amount numeric, iban text);
	select isms.enable_audit('invoice');
});
$origin->safe_psql('used', 'create publication p for table invoice');
my $connection = $origin->connstr . ' dbname=used';
$other->safe_psql('subscriber', "create subscription s connection '$connection' publication p with (copy_data = false)");
$origin->safe_psql('used', q{insert into invoice values (9, 90, 'DE9'); update invoice set amount = 91 where id = 9; delete from invoice where id = 9});
$origin->wait_for_catchup('s');
is( $other->safe_psql(
		'subscriber', q{
		select e.operation, e.payload, i.content::json ->> 'replication_origin' like 'pg\_%'
		from isms.trail_entry e join isms.trail_identity i on i.id = e.identity order by seq}),
	join("\n",
		'I|{"id":9,"amount":90,"iban":"DE9"}|t',
		'U|[{"id":9},{"amount":[90,91]}]|t',
		'D|{"id":9,"amount":91,"iban":"DE9"}|t'),
	'replicated changes are captured, with their origin');
$other->safe_psql('subscriber', 'drop subscription s');

# In databases of other encodings the payload is UTF-8 all the same: \u escapes, or hex where bytes have no meaning.
for my $encoding (
	[ 'LATIN1', '{"n\u00e4me":"Zo\u00eb","wide":{"k": "\u00e9"}}', '{"näme": "Zoë", "wide": {"k": "é"}}' ],
	[ 'SQL_ASCII', '{"n\\\\xc3\\\\xa4me":{"bytes":"5a6fc3ab"},"wide":"\\\\x7b226b223a2022c3a9227d"}', undef ])
{
	my ($name, $payload, $values) = @$encoding;
	$other->safe_psql('postgres', "create database encoded encoding $name template template0 lc_collate 'C' lc_ctype 'C'");
	$other->safe_psql(
		'encoded', q{
		set client_encoding = 'UTF8';
		create extension isms;
		select isms.trail_open();
		create table person ("näme" text, wide jsonb);
		select isms.enable_audit('person');
		insert into person values ('Zoë', '{"k": "é"}');
	});
	is($other->safe_psql('encoded', 'select payload from isms.trail_entry'), $payload, "$name: payload");
	is($other->safe_psql('encoded', q{set client_encoding = 'UTF8'; select new_values from isms.audit_trail}), $values, "$name: values") if $values;
	$other->safe_psql('postgres', 'drop database encoded');
}

# A byte that is no character in its encoding does not keep a row from being written.
$other->safe_psql('postgres', "create database encoded encoding WIN1252 template template0 lc_collate 'C' lc_ctype 'C'");
$other->safe_psql(
	'encoded', q{
	create extension isms;
	select isms.trail_open();
	create table person (name text, wide jsonb);
	select isms.enable_audit('person');
	insert into person select chr(129), to_jsonb(chr(129) || 'x');
});
is($other->safe_psql('encoded', 'select payload from isms.trail_entry'), '{"name":{"bytes":"81"},"wide":"\\\\x22817822"}', 'WIN1252: payload of a byte without meaning');
$other->safe_psql('postgres', 'drop database encoded');

# Gone without a trace.
$origin->safe_psql('restored', 'set isms.allow_drop = on; drop extension isms cascade');
is($origin->safe_psql('restored', q{select count(*) from pg_class where relname ~ '^(trail|isms)'}), 0, 'dropped, nothing of the trail is left');
$origin->safe_psql('restored', 'create extension isms; select isms.trail_open()');
is($origin->safe_psql('restored', q{select isms.enable_audit('invoice')}), 5, 'made again, it begins anew');

$other->stop;
$origin->stop;
done_testing();
