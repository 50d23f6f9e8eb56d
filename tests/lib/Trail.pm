# What tests of the trail ask of every server in every state, and an outsider's view of it:
# proofs are checked by Proof.pm, so that nothing of the database judges itself.
package Trail;

use strict;
use warnings FATAL => 'all';

use Exporter 'import';
use MIME::Base64 qw(decode_base64);
use Proof;
use Test::More;

our @EXPORT = qw(whole sealed_once kept seen continues consistent hashes included opening incarnation);

# verify_trail has nothing to report.
sub whole
{
	my ($node, $db, $name) = @_;
	local $Test::Builder::Level = $Test::Builder::Level + 1;
	return is($node->safe_psql($db, 'select * from isms.verify_trail()'), '', "$name: the trail is whole");
}

# Seals until nothing is left (the first seal records what it found of coverage): then every entry is a leaf, one alone.
sub sealed_once
{
	my ($node, $db, $name) = @_;
	local $Test::Builder::Level = $Test::Builder::Level + 1;
	$node->safe_psql($db, 'select isms.seal()') for 1, 2;
	is( $node->safe_psql(
			$db, q{
			with leaf as (
			  select unnest(t.seqs) as seq from isms.trail_tile t where t.level = 0
			  union all
			  select unnest(t.seqs) from isms.trail_tail t)
			select (select count(*) from (select seq from leaf except all select seq from isms.trail_entry) x) as strangers_or_twice,
			       (select count(*) from (select seq from isms.trail_entry except all select seq from leaf) x) as left_out,
			       (select count(*) from isms.trail_entry) = (select size from isms.checkpoint order by number desc limit 1) as size,
			       (select unsealed from isms.trail_status) as wait,
			       (select count(*) from isms.audit_trail where not sealed) as said_to_wait}),
		'0|0|t|0|0',
		"$name: every entry is sealed, each once");
	return whole($node, $db, $name);
}

# Checkpoints as rows of text, to be found again as they were.
sub kept
{
	my ($node, $db) = @_;
	return $node->safe_psql($db, 'select c.* from isms.checkpoint c order by c.number');
}

sub incarnation
{
	my ($node, $db) = @_;
	return $node->safe_psql($db, 'select isms.incarnation()');
}

# What an outsider keeps of the newest checkpoint: the note, and size and root in it.
sub seen
{
	my ($node, $db) = @_;
	my ($origin, $size, $root) = split /\n/, $node->safe_psql($db, 'select isms.checkpoint_note()');
	return { origin => $origin, size => $size, root => decode_base64($root) };
}

sub hashes
{
	my $list = shift;
	return map { pack 'H*', $_ } split /,/, $list;
}

# Does the trail go on from what was seen?
sub consistent
{
	my ($node, $db, $old) = @_;
	my ($number, $size, $root) = split /\|/,
	  $node->safe_psql($db, q{select number, size, encode(root, 'hex') from isms.checkpoint order by number desc limit 1});
	return 0 if $size < $old->{size};
	return continues(
		$old,
		{ size => $size, root => pack('H*', $root) },
		hashes(
			$node->safe_psql(
				$db,
				"select coalesce(string_agg(encode(p, 'hex'), ',' order by n), '')
				   from unnest(isms.consistency_proof($old->{size}, $size)) with ordinality x (p, n)")));
}

# RFC 9162, 2.1.3.2: is the entry in the newest checkpoint's tree?
sub included
{
	my ($node, $db, $entry) = @_;
	my ($leaf, $size, $hash, $list) = split /\|/,
	  $node->safe_psql(
		$db,
		"select p.leaf, p.tree_size, encode(p.leaf_hash, 'hex'),
		        (select string_agg(encode(h, 'hex'), ',' order by n) from unnest(p.proof) with ordinality x (h, n))
		   from isms.inclusion_proof($entry) p");
	return leads_to({ size => $size, root => seen($node, $db)->{root} }, $leaf, pack('H*', $hash), hashes($list // ''));
}

# The entry that opens this incarnation: is in the tree, and names what was seen before.
sub opening
{
	my ($node, $db, $previous, $old, $name) = @_;
	local $Test::Builder::Level = $Test::Builder::Level + 1;
	my ($seq, $new, $was, $size, $root) = split /\|/,
	  $node->safe_psql(
		$db, q{
		select e.seq, n.j ->> 'incarnation', n.j ->> 'previous', n.j ->> 'previous_size', n.j ->> 'previous_root'
		  from isms.trail_entry e
		 cross join lateral (select e.payload::json) n (j)
		 where e.incarnation = isms.incarnation() and e.operation = 'I' and isms.recorded_table(e.table_version) = 'isms.trail_incarnation'});
	is("$new $was $size $root",
		join(' ', incarnation($node, $db), $previous, $old->{size}, '\x' . unpack('H*', $old->{root})),
		"$name: its opening entry names the incarnation, the size and the root before it");
	return ok(included($node, $db, $seq), "$name: which is in the tree");
}

1;
