# What logical replication brings is judged like any write: a step it may not take stops the subscription and never
# enters.  From an origin that is trusted it is recorded, not judged.
use strict;
use warnings FATAL => 'all';

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $source = PostgreSQL::Test::Cluster->new('source');
$source->init(allows_streaming => 'logical');
$source->start;
my $table = q{create table invoice (id integer primary key, total numeric, status text not null default 'draft')};
$source->safe_psql('postgres', "$table; insert into invoice values (1, 10); create publication all_invoices for table invoice");

my $node = PostgreSQL::Test::Cluster->new('gathering');
$node->init;
$node->append_conf('postgresql.conf', 'wal_retrieve_retry_interval = 200ms');
$node->start;
my $from = $source->connstr('postgres');
$node->safe_psql('postgres', qq{
	$table;
	create extension isms;
	set client_min_messages = error;
	select isms.setup('ACME', 'Acme Ltd', 'root', 'First Person');
	create subscription gathered connection \$\$$from\$\$ publication all_invoices});
$node->wait_for_subscription_sync($source, 'gathered');
$node->safe_psql('postgres', q{
	select isms.enable_audit('public.invoice');
	select isms.enforce_workflow('public.invoice', 'status', 'two_eyes')});

sub invoices { return $node->safe_psql('postgres', q{select string_agg(id || ' ' || total || ' ' || status, ', ' order by id) from invoice}) }

# The source knows no rules; the table here does.
my $before = -s $node->logfile;
$source->safe_psql('postgres', q{update invoice set status = 'approved' where id = 1; insert into invoice values (2, 20, 'closed')});
$node->wait_for_log(qr/ERROR:.*invoice 1 cannot go from draft to approved/, $before);
pass('the subscription stops, and the log says why');
is(invoices(), '1 10 draft', 'nothing of it entered');

# Trusted by who administers, and by nobody else.
my $origin = $node->safe_psql('postgres', q{select 'pg_' || oid from pg_subscription});
my ($status, $out, $err) = $node->psql('postgres', q{select isms.trust_origin('pg_1', 'No such')});
like($err, qr/there is no replication origin "pg_1"/, 'an origin that is none is told');
$node->safe_psql('postgres', q{create role li login; grant isms_editor to li});
($status, $out, $err) = $node->psql('postgres', qq{select isms.trust_origin('$origin', 'I say so')}, extra_params => [ '-U', 'li' ]);
like($err, qr/permission denied for function trust_origin/, 'an editor trusts nobody');
$node->safe_psql('postgres', qq{select isms.trust_origin('$origin', 'Judged where it comes from')});
$source->wait_for_catchup('gathered');
is(invoices(), '1 10 approved, 2 20 closed', 'what comes from a trusted origin enters');
is( $node->safe_psql('postgres', q{
		select a.operation, a.key, isms.trail_identity_content(e.identity)::jsonb ->> 'replication_origin'
		  from isms.audit_trail a join isms.trail_entry e using (seq)
		 where a.table_name = 'public.invoice' and a.operation <> 'baseline' order by a.seq}),
	"update|1|$origin\ninsert|2|$origin", 'and the trail says where it comes from');

# It concerns the origin alone, and ends.
($status, $out, $err) = $node->psql('postgres', q{update invoice set total = 11 where id = 1});
like($err, qr/cannot change total while it is approved/, 'who writes here is judged as ever');
$node->safe_psql('postgres', qq{select isms.distrust_origin('$origin')});
$before = -s $node->logfile;
$source->safe_psql('postgres', q{update invoice set total = 12 where id = 1});
$node->wait_for_log(qr/ERROR:.*invoice 1 cannot change total while it is approved/, $before);
is(invoices(), '1 10 approved, 2 20 closed', 'an origin that is trusted no more is stopped again');

$node->stop('immediate');
$source->stop;
done_testing();
