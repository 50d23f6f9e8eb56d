# check_pack.pl FILE: an evidence pack, checked with SHA-256 and nothing of the database or of isms.
#
# Written from extension/doc/report.md and trail-format.md.  Prints a line for each thing that does not hold, else how
# much was proved; ends with 0 if all holds.
use strict;
use warnings FATAL => 'all';

use FindBin;
use lib $FindBin::Bin;

use Digest::SHA qw(sha256);
use Encode qw(encode);
use JSON::PP;
use MIME::Base64 qw(decode_base64);
use Proof;

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
my $tree = { size => $size, root => decode_base64($root) };

# What witnesses signed is the beginning of this tree.  Their signatures are for whoever has their keys.
my $signed = '';
for my $s (@{ $pack->{cosigned} // [] })
{
	my (undef, $first, $first_root) = split /\n/, $s->{note};
	push @bad, 'the tree does not go on from the one that was signed' unless continues({ size => $first, root => decode_base64($first_root) }, $tree, map { pack 'H*', $_ } @{ $s->{consistency} });
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
	if (leads_to($tree, $e->{leaf}, sha256("\x00$header$c"), map { pack 'H*', $_ } @{ $e->{proof} })) { $proved++ }
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
