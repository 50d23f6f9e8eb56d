# Proofs of RFC 9162 checked with SHA-256 and nothing else: what an outsider needs.
package Proof;

use strict;
use warnings FATAL => 'all';

use Digest::SHA qw(sha256);
use Exporter 'import';

our @EXPORT = qw(continues leads_to);

# One step up: both positions move on, beyond the levels at which the node has no brother.
sub up
{
	my ($fn, $sn) = @_;
	if ($$fn & 1 || $$fn == $$sn)
	{
		while (!($$fn & 1) && $$fn != 0) { $$fn >>= 1; $$sn >>= 1 }
	}
	$$fn >>= 1;
	$$sn >>= 1;
	return;
}

# 2.1.3.2: is the hash that of the leaf at this position in the tree?
sub leads_to
{
	my ($tree, $fn, $hash, @proof) = @_;
	my $sn = $tree->{size} - 1;
	return 0 if $fn > $sn;
	for my $p (@proof)
	{
		return 0 if $sn == 0;
		$hash = sha256($fn & 1 || $fn == $sn ? "\x01$p$hash" : "\x01$hash$p");
		up(\$fn, \$sn);
	}
	return $sn == 0 && $hash eq $tree->{root};
}

# 2.1.4.2: is the older tree the beginning of the newer, by that proof?
sub continues
{
	my ($old, $new, @proof) = @_;
	return $new->{root} eq $old->{root} && !@proof if $new->{size} == $old->{size};
	return 0 if $old->{size} < 1 || $new->{size} < $old->{size};
	unshift @proof, $old->{root} if ($old->{size} & ($old->{size} - 1)) == 0;
	return 0 unless @proof;
	my ($fn, $sn) = ($old->{size} - 1, $new->{size} - 1);
	while ($fn & 1) { $fn >>= 1; $sn >>= 1 }
	my $fr = my $sr = shift @proof;
	for my $c (@proof)
	{
		return 0 if $sn == 0;
		if ($fn & 1 || $fn == $sn)
		{
			$fr = sha256("\x01$c$fr");
			$sr = sha256("\x01$c$sr");
		}
		else
		{
			$sr = sha256("\x01$sr$c");
		}
		up(\$fn, \$sn);
	}
	return $fr eq $old->{root} && $sr eq $new->{root} && $sn == 0;
}

1;
