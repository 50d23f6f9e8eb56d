# check_pack.pl FILE: an evidence pack, checked with SHA-256 and nothing of the database or of isms.
#
# Written from extension/doc/report.md and trail-format.md.  Prints a line for each thing that does not hold, else how
# much was proved; ends with 0 if all holds.
use strict;
use warnings FATAL => 'all';

use Digest::SHA qw(sha256 sha256_hex);
use Encode qw(encode);
use JSON::PP;
use MIME::Base64 qw(decode_base64);

local $/;
open my $file, '<:raw', $ARGV[0] or die "$ARGV[0]: $!\n";
my $json = JSON::PP->new->utf8->allow_nonref->allow_bignum;
my $pack = $json->decode(<$file>);
my @bad;

sub uuid { return pack 'H*', $_[0] =~ tr/-//dr }

# 64 bits from decimal digits, most significant byte first; perl's integers have as many.
sub int64 { return pack 'q>', $_[0] + 0 }

# The checkpoint is the one its note shows: size and root, and nothing else, are what is proved against.
my $checkpoint = $pack->{checkpoint};
my ($origin, $size, $root) = split /\n/, $checkpoint->{note};
push @bad, 'the note has another size or root' if $size != $checkpoint->{size} || unpack('H*', decode_base64($root)) ne $checkpoint->{root};
$root = decode_base64($root);

# RFC 9162, 2.1.4.2: what witnesses signed is the beginning of this tree.  Their signatures are for whoever has their keys.
sub goes_on
{
	my ($first, $first_root, @proof) = @_;
	return $first_root eq $root && !@proof if $first == $size;
	return 0 if $first > $size || $first < 1;
	unshift @proof, $first_root if ($first & ($first - 1)) == 0;
	return 0 unless @proof;
	my ($fn, $sn) = ($first - 1, $size - 1);
	while ($fn & 1) { $fn >>= 1; $sn >>= 1 }
	my $fr = my $sr = shift @proof;
	for my $c (@proof)
	{
		return 0 if $sn == 0;
		if ($fn & 1 || $fn == $sn)
		{
			$fr = sha256("\x01$c$fr");
			$sr = sha256("\x01$c$sr");
			while (!($fn & 1) && $fn != 0) { $fn >>= 1; $sn >>= 1 }
		}
		else
		{
			$sr = sha256("\x01$sr$c");
		}
		$fn >>= 1;
		$sn >>= 1;
	}
	return $sn == 0 && $fr eq $first_root && $sr eq $root;
}

my $signed = '';
for my $s (@{ $pack->{cosigned} // [] })
{
	my (undef, $first, $first_root) = split /\n/, $s->{note};
	push @bad, 'the tree does not go on from the one that was signed' unless goes_on($first, decode_base64($first_root), map { pack 'H*', $_ } @{ $s->{consistency} });
	$signed = sprintf '; goes on from size %d, which bears %d signatures', $first, scalar @{ $s->{signatures} };
}

# What entries name is what its id says.
for my $kind (qw(table_versions identities))
{
	while (my ($id, $content) = each %{ $pack->{$kind} })
	{
		push @bad, "$kind $id: another content" if uuid($id) ne substr sha256(encode('UTF-8', $content)), 0, 16;
	}
}

# RFC 9162, 2.1.3.2.
sub included
{
	my ($fn, $hash, @proof) = @_;
	my $sn = $size - 1;
	return 0 if $fn > $sn;
	for my $p (@proof)
	{
		return 0 if $sn == 0;
		if ($fn & 1 || $fn == $sn)
		{
			$hash = sha256("\x01$p$hash");
			while (!($fn & 1) && $fn != 0) { $fn >>= 1; $sn >>= 1 }
		}
		else
		{
			$hash = sha256("\x01$hash$p");
		}
		$fn >>= 1;
		$sn >>= 1;
	}
	return $sn == 0 && $hash eq $root;
}

my (%entry, %leaf);
my ($proved, $waiting) = (0, 0);
for my $e (@{ $pack->{entries} })
{
	push @bad, "entry $e->{seq}: twice" if $entry{ $e->{seq} };
	$entry{ $e->{seq} } = $e;
	push @bad, "entry $e->{seq}: its table is not in the pack" unless exists $pack->{table_versions}{ $e->{table_version} };
	if (!defined $e->{leaf})
	{
		$waiting++;
		next;
	}
	push @bad, "entry $e->{seq}: the leaf is another's" if $leaf{ $e->{leaf} }++;
	my $c = defined $e->{payload} ? sha256(uuid($e->{salt}) . encode('UTF-8', $e->{payload})) : pack 'H*', $e->{commitment};
	my $header = pack('s>', $e->{format}) . uuid($e->{incarnation}) . int64($e->{seq}) . int64($e->{xid}) . pack('l>', $e->{command_id})
	  . int64($e->{at}) . uuid($e->{table_version}) . $e->{operation} . uuid($e->{identity});
	if (included($e->{leaf}, sha256("\x00$header$c"), map { pack 'H*', $_ } @{ $e->{proof} })) { $proved++ }
	else { push @bad, "entry $e->{seq}: not in the tree" }
}

# A record is what its entries add up to, as long as none was erased.
my ($records, $unknown) = (0, 0);
for my $r (@{ $pack->{records} })
{
	my $name = "$r->{table} $r->{key}";
	my $row;
	my $whole = 1;
	for my $seq (@{ $r->{entries} })
	{
		my $e = delete $entry{$seq};
		if (!$e) { push @bad, "$name: entry $seq is missing"; next }
		my $version = $json->decode(encode('UTF-8', $pack->{table_versions}{ $e->{table_version} } // '{}'));
		push @bad, "$name: entry $seq is of another table" if "$version->{schema}.$version->{table}" ne $r->{table};
		if (!defined $e->{payload}) { $whole = 0; next }
		my $change = $json->decode(encode('UTF-8', $e->{payload}));
		if ($e->{operation} =~ /[IBR]/) { $row = $change }
		elsif ($e->{operation} eq 'D') { undef $row }
		elsif ($e->{operation} eq 'U' && $row) { $row->{$_} = $change->[1]{$_}[1] for keys %{ $change->[1] } }
		else { $whole = 0 }
	}
	if (!$whole || !@{ $r->{entries} }) { $unknown++; next }
	$records++;
	my $canonical = JSON::PP->new->canonical->allow_nonref->allow_bignum;
	push @bad, "$name: the record is not what its entries say" if $canonical->encode($row) ne $canonical->encode($r->{row});
}
push @bad, "entry $_: of no record" for sort keys %entry;

print map { "$_\n" } @bad;
print "$origin $size: $proved entries proved, $waiting wait for a seal; $records records shown, $unknown not$signed\n" unless @bad;
exit(@bad ? 1 : 0);
