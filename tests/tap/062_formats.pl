# What auditors and other programs take away is checked by programs that know nothing of isms.
use strict;
use warnings FATAL => 'all';

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;
use Cwd;
use Digest::SHA qw(sha256 sha256_hex);
use Encode qw(encode);
use JSON::PP;
use MIME::Base64 qw(decode_base64 encode_base64);

my $node = PostgreSQL::Test::Cluster->new('formats');
$node->init(allows_streaming => 1);
$node->append_conf('postgresql.conf', "isms.origin = 'example.com/isms'\n");
$node->start;
# Before the rules are on, an audit that was held.
$node->safe_psql(
	'postgres', q{
	create extension isms;
	insert into isms.scope (code, name) values ('ALPHA', 'Alpha; Ltd, "A"');
	insert into isms.person (code, name) values ('dana', 'Dana Ruiz'), ('li', 'Li Wei'), ('ada', 'Ada Audit');
	insert into isms.login (role_name, person) values (session_user, 'dana');
	insert into isms.role_assignment (scope, code, person, role, status) values ('ALPHA', 'RA-1', 'dana', 'isms_manager', 'active'), ('ALPHA', 'RA-2', 'ada', 'external_auditor', 'active');
	insert into isms.asset (scope, code, title, kind, owner) select 'ALPHA', 'AS-' || n, E'Żółć "' || n || E'"\n€', 'software', 'li' from generate_series(1, 300) n;
	insert into isms.process (scope, code, title, owner) values ('ALPHA', 'JOIN', 'Joining', 'li');
	insert into isms.audit_programme (scope, code, title, status) values ('ALPHA', 'AP-1', 'The year', 'draft');
	insert into isms.internal_audit (scope, code, title, programme, scope_items, status, planned_period) values ('ALPHA', 'IA-1', 'Access', 'AP-1', '{A.8.5,JOIN}', 'planned', '[2026-01-01,2026-02-01)');
	insert into isms.audit_item (scope, audit, item, result, evidence) values ('ALPHA', 'IA-1', 'A.8.5', 'finding', 'Ten logins'), ('ALPHA', 'IA-1', 'JOIN', 'conforms', 'Forms');
	insert into isms.nonconformity (scope, code, source, requirement, statement, found_where, found_on) values ('ALPHA', 'NC-1', 'internal_audit', 'A.8.5', 'No second factor', 'Shop', '2026-02-02');
	insert into isms.finding (scope, code, audit, statement, kind, nonconformity, found_on, auditee) values ('ALPHA', 'F-1', 'IA-1', E'Żółć "leavers"\nstill have accounts €', 'minor', 'NC-1', '2026-02-02', 'li');
	insert into isms.evidence (scope, code, title, subject_kind, subject, locator, collected_on, covers, collected_by) values ('ALPHA', 'E-1', 'Screen', 'finding', 'F-1', 'Folder', '2026-02-02', '[2026-01-01,2026-02-01)', null);
	select isms.setup_roles();
	select isms.activate();
	select isms.grant_roles();
	update isms.finding set statement = statement || ' (seen twice)' where code = 'F-1';
	update isms.process set title = 'Leaving' where code = 'JOIN';
	insert into isms.action (scope, code, title, serves_kind, serves, owner, due_on) values ('ALPHA', 'T-1', E'Żółć €, "quoted"; a title that is much longer than a line of a calendar may be\nand goes on', 'nonconformity', 'NC-1', 'li', '2031-02-28');
	create role ada login;
	insert into isms.login (role_name, person) values ('ada', 'ada');
	grant isms_reader to ada;
});
$node->safe_psql('postgres', 'select isms.seal()');
$node->safe_psql('postgres', q{update isms.nonconformity set statement = 'No second factor at all' where code = 'NC-1'});

my $folder = $node->basedir;
my $checker = getcwd() . '/tests/lib/check_pack.pl';

sub query { return $node->safe_psql('postgres', shift, extra_params => [ '-U', 'ada' ]) }

sub checked
{
	my $text = shift;
	open my $file, '>:raw', "$folder/pack.json" or die $!;
	print $file $text;
	close $file;
	my ($out, $err) = ('', '');
	my $ok = IPC::Run::run([ $^X, $checker, "$folder/pack.json" ], '>', \$out, '2>', \$err);
	return ($ok, $out . $err);
}

# An auditor's login makes the pack; the check needs SHA-256 alone.
my $text = query(q{select isms.evidence_pack('IA-1')});
my ($ok, $said) = checked($text);
ok($ok, 'a pack holds') or diag $said;
like($said, qr{^example\.com/isms/[0-9a-f-]+ \d+: 11 entries proved, 1 wait for a seal; 9 records shown, 0 not$}, 'with every record and entry of the audit');

# Whatever is altered in it is found.
my $json = JSON::PP->new->utf8;
for my $case (
	[ 'a payload' => sub { $_[0]{entries}[0]{payload} =~ s/:"/:"x/ } => qr/not in the tree/ ],
	[ 'the time of an entry' => sub { $_[0]{entries}[0]{at}++ } => qr/not in the tree/ ],
	[ 'who did it' => sub { $_[0]{entries}[0]{identity} =~ tr/0-9a-f/1-9a-f0/ } => qr/not in the tree/ ],
	[ 'what an identity says' => sub { my $i = $_[0]{identities}; $_ =~ s/postgres/nobody/ for values %$i } => qr/another content/ ],
	[ 'a hash of a proof' => sub { $_[0]{entries}[0]{proof}[0] =~ tr/0-9a-f/1-9a-f0/ } => qr/not in the tree/ ],
	[ 'the position' => sub { $_[0]{entries}[0]{leaf}++ } => qr/not in the tree/ ],
	[ 'a record' => sub { $_[0]{records}[0]{row}{title} = 'Another' } => qr/not what its entries say/ ],
	[ 'an entry left out' => sub { shift @{ $_[0]{entries} } } => qr/is missing/ ],
	[ 'the root' => sub { $_[0]{checkpoint}{root} =~ tr/0-9a-f/1-9a-f0/ } => qr/another size or root/ ],
	[ 'root and note' => sub { my $c = $_[0]{checkpoint}; $c->{root} = '00' x 32; $c->{note} =~ s/\n[^\n]*\n$/\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n/ } => qr/not in the tree/ ])
{
	my ($what, $alter, $expected) = @$case;
	my $altered = $json->decode($text);
	$alter->($altered);
	($ok, $said) = checked($json->encode($altered));
	ok(!$ok, "$what altered: refused");
	like($said, $expected, "$what altered: said why");
}

# What was erased is still proved to have been there.
$node->safe_psql('postgres', q{select isms.erase_personal_data('isms.evidence', 'E-1', 'Request 7', scope => 'ALPHA', keep_row => true)});
($ok, $said) = checked(query(q{select isms.evidence_pack('IA-1')}));
ok($ok, 'a pack holds after an erasure') or diag $said;

# A witness signs a checkpoint outside (C2SP cosignature/v1); the pack brings the signature and the way from there to its own root.
sub openssl
{
	my ($in, @arguments) = @_;
	my ($out, $err) = ('', '');
	IPC::Run::run([ 'openssl', @arguments ], '<', \$in, '>', \$out, '2>', \$err) or die "openssl @arguments: $err";
	return $out;
}
sub in_file
{
	my ($name, $content) = @_;
	open my $file, '>:raw', "$folder/$name" or die $!;
	print $file $content;
	close $file;
	return "$folder/$name";
}
my $key = in_file('key.pem', openssl('', qw(genpkey -algorithm ed25519)));
my $public = in_file('public.pem', openssl('', 'pkey', '-in', $key, '-pubout'));
my $key_id = substr sha256("witness.example/w1\n\x04" . substr openssl('', 'pkey', '-in', $key, '-pubout', '-outform', 'DER'), -32), 0, 4;
my $note = query('select isms.checkpoint_note()') =~ s/\n*\z/\n/r;
my $time = 1798761600;
my $message = in_file('message', "cosignature/v1\ntime $time\n$note");
my $signature = openssl('', 'pkeyutl', '-sign', '-inkey', $key, '-rawin', '-in', $message);
my $line = "\x{e2}\x{80}\x{94} witness.example/w1 " . encode_base64($key_id . pack('Q>', $time) . $signature, '');
my $add = sub { return $node->psql('postgres', qq{select isms.add_cosignatures(\$n\$$_[0]\$n\$)}) };
my ($rc, $out, $err) = $add->("$note\n$line\n");
is($out, '1', 'a signature is stored') or diag $err;
is(($add->("$note\n$line\n"))[1], '0', 'once');
for my $case (
	[ 'P0002', 'of another root', $note =~ s/\n[^\n]*\n$/\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n/r . "\n$line\n" ],
	[ 'P0002', 'of another size', $note =~ s/\n(\d+)\n/\n1$1\n/r . "\n$line\n" ],
	[ 'P0002', 'of another incarnation', $note =~ s{/[0-9a-f-]+\n}{/00000000-0000-0000-0000-000000000000\n}r . "\n$line\n" ],
	[ '22023', 'without an empty line', "$note$line\n" ],
	[ '22023', 'without a signature', "$note\n" ],
	[ '22023', 'with a line that is none', "$note\n$line\nyours truly\n" ],
	[ '22023', 'with a name of two words', "$note\n" . $line =~ s/w1/w 1/r . "\n" ])
{
	my ($state, $what, $text) = @$case;
	($rc, $out, $err) = $node->psql('postgres', qq{\\set VERBOSITY sqlstate\nselect isms.add_cosignatures(\$n\$$text\$n\$)});
	like($err, qr/ERROR:  $state/, "a note $what is refused");
}
is(query(q{select count(*) || ' ' || max(to_char(signed_at at time zone 'UTC', 'YYYY-MM-DD')) from isms.cosignature}), '1 2027-01-01', 'nothing of what was refused is stored');
$node->safe_psql('postgres', 'select isms.seal()');
$text = query(q{select isms.evidence_pack('IA-1')});
($ok, $said) = checked($text);
like($said, qr/; goes on from size \d+, which bears 1 signatures$/, 'a pack goes on from what was signed') or diag $said;
my $signed = $json->decode($text)->{cosigned}[0];
my $kept = decode_base64((split / /, $signed->{signatures}[0])[2]);
is(substr($kept, 0, 4), $key_id, 'by the key of the witness');
in_file('message', "cosignature/v1\ntime " . unpack('Q>', substr $kept, 4, 8) . "\n$signed->{note}");
in_file('signature', substr $kept, 12);
like(openssl('', 'pkeyutl', '-verify', '-pubin', '-inkey', $public, '-rawin', '-in', "$folder/message", '-sigfile', "$folder/signature"), qr/Successfully/, 'whose signature holds');
for my $case ([ 'the signed root' => sub { $_[0]{note} =~ s/\n[^\n]*\n$/\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n/ } ], [ 'the way from it' => sub { $_[0]{consistency}[0] =~ tr/0-9a-f/1-9a-f0/ } ])
{
	my $altered = $json->decode($text);
	$case->[1]->($altered->{cosigned}[0]);
	($ok, $said) = checked($json->encode($altered));
	like($said, qr/does not go on/, "$case->[0] altered: said why");
}

# A sample is drawn again from its population by the rule in the documentation: every byte of it.
$node->safe_psql('postgres', 'select isms.seal()');
my $seed = 'Würfel 4 2 6';
my $sample = $json->decode(query(qq{select jsonb_agg(jsonb_build_object('key', key, 'record', record::text, 'size', size, 'digest', encode(digest, 'hex'), 'root', encode(root, 'hex')) order by position) from isms.audit_sample('isms.asset', 12, '$seed')}) =~ s/^\s+//r);
my $population = $json->decode(query(q{select jsonb_agg(jsonb_build_object('key', key, 'record', record::text)) from isms.audit_sample('isms.asset', null, 'anything')}));
$seed = 'W' . "\xc3\xbc" . 'rfel 4 2 6';
my @drawn = sort { $a->[0] cmp $b->[0] } map { [ sha256("$seed\0" . encode('UTF-8', $_->{key})), $_ ] } @$population;
is_deeply([ map { $_->{key} } @$sample ], [ map { $_->[1]{key} } @drawn[ 0 .. 11 ] ], 'an outsider draws the same rows');
my @named = sort { $a->[0] cmp $b->[0] } map { [ encode('UTF-8', $_->{key}), encode('UTF-8', $_->{record}) ] } @$population;
is($sample->[0]{digest}, sha256_hex(join '', map { sha256("$_->[0]\0$_->[1]") } @named), 'and finds the same digest');
is($sample->[0]{size}, 300, 'of the whole population');
is($sample->[0]{root}, query(q{select encode(root, 'hex') from isms.checkpoint order by number desc limit 1}), 'at the newest checkpoint');

# Lines of a calendar; and what another program makes of it, if there is one.
my $calendar = query('select isms.calendar_ics()');
my @lines = split /\n/, $calendar;
is(scalar(grep { !/\r$/ } @lines), 0, 'every line ends in CR LF');
is(scalar(grep { length(s/\r$//r) > 75 } map { utf8::is_utf8($_) ? encode('UTF-8', $_) : $_ } @lines), 0, 'none is longer than 75 octets');
SKIP:
{
	skip 'no python3-icalendar', 2 if system('/usr/bin/python3 -c "import icalendar" 2>/dev/null') != 0;
	open my $file, '>:raw', "$folder/isms.ics" or die $!;
	print $file $calendar;
	close $file;
	my ($out, $err) = ('', '');
	$ok = IPC::Run::run([ '/usr/bin/python3', '-c', <<'PYTHON', "$folder/isms.ics" ], '>', \$out, '2>', \$err);
import icalendar, json, sys
calendar = icalendar.Calendar.from_ical(open(sys.argv[1], 'rb').read())
events = [[str(e['SUMMARY']), e['DTSTART'].dt.isoformat(), str(e['CATEGORIES'].to_ical().decode())] for e in calendar.walk('VEVENT') if 'T-1' in e['SUMMARY']]
print(json.dumps([str(calendar['X-WR-CALNAME']), sorted(events)], ensure_ascii=True))
PYTHON
	ok($ok, 'another program reads the calendar') or diag $err;
	is_deeply(
		$json->decode($out),
		[ 'Alpha; Ltd, "A"',
		  [ [ "\x{17b}\x{f3}\x{142}\x{107} \x{20ac}, \"quoted\"; a title that is much longer than a line of a calendar may be\nand goes on: to be done (action T-1)", '2031-02-28', 'action' ] ] ],
		'and finds in it what was put there');
}

# OSCAL documents by the schemas that NIST publishes, where somebody put them (they are not part of this tree).
my $schemas = getcwd() . '/../shared/data/oscal';
for ([ 'poam', 'poam' ], [ 'assessment-results', 'assessment_results' ])
{
	my ($name, $function) = @$_;
	my $schema = "$schemas/oscal_${name}_schema.json";
	SKIP:
	{
		skip "no $schema, or no python3-jsonschema", 1 if !-r $schema || system('/usr/bin/python3 -c "import jsonschema" 2>/dev/null') != 0;
		open my $file, '>:raw', "$folder/$name.json" or die $!;
		print $file query("select isms.oscal_$function()");
		close $file;
		my ($out, $err) = ('', '');
		$ok = IPC::Run::run([ '/usr/bin/python3', '-c', <<'PYTHON', $schema, "$folder/$name.json" ], '>', \$out, '2>', \$err);
import json, jsonschema, re, sys
def plain(node):
    if isinstance(node, dict):
        # what Python's expressions do not know
        return {k: v.replace(r'\p{L}', '[A-Za-z]').replace(r'\p{N}', '[0-9]') if k == 'pattern' and isinstance(v, str) else plain(v)
                for k, v in node.items() if not (k == '$id' and str(v).startswith('#/'))}
    return [plain(v) for v in node] if isinstance(node, list) else node
schema, document = (json.load(open(f)) for f in sys.argv[1:])
errors = list(jsonschema.Draft7Validator(plain(schema)).iter_errors(document))
print('\n'.join('%s: %s' % (list(e.path), e.message) for e in errors))
sys.exit(len(errors) > 0)
PYTHON
		ok($ok, "$name fits its schema") or diag $out . $err;
	}
}

# All of it on a standby.
$node->backup('now');
my $standby = PostgreSQL::Test::Cluster->new('standby');
$standby->init_from_backup($node, 'now', has_streaming => 1);
$standby->start;
$node->wait_for_catchup($standby);
for my $call (
	q{isms.evidence_pack('IA-1')}, q{isms.calendar_ics() ~ 'VEVENT'}, q{isms.register_json() #- '{day}'},
	q{isms.oscal_poam() #- '{plan-of-action-and-milestones,metadata}'}, q{isms.oscal_assessment_results() #- '{assessment-results,metadata}'},
	q{(select array_agg(key order by position) from isms.audit_sample('isms.asset', 5, 's'))}, q{(select string_agg(l, '|') from isms.export_csv('asset') l)})
{
	my $there = $standby->safe_psql('postgres', "select $call", extra_params => [ '-U', 'ada' ]);
	is($there, query("select $call"), "the same on a standby: $call");
}

done_testing();
