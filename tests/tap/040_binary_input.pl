# The binary input of the types takes what their binary output writes, refuses everything else, and survives anything.
use strict;
use warnings FATAL => 'all';

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('binary');
$node->init;
$node->start;
$node->safe_psql('postgres', 'create extension isms; create table rating (v isms.rating); create table reference (v isms.reference); create table estimate (v isms.estimate)');

# A file of COPY (FORMAT binary) with one row of one value.
sub copy_file
{
	my ($name, $bytes) = @_;
	my $path = $node->basedir . "/$name";
	open my $file, '>:raw', $path or die "$path: $!";
	print $file "PGCOPY\n\xff\r\n\0", pack('NN', 0, 0), pack('nN', 1, length $bytes), $bytes, pack('n', 0xffff);
	close $file;
}

# Loads each value in a transaction of its own; what became of it as type|hex of what the type sends, or the error's code.
sub received
{
	my ($type, @values) = @_;
	copy_file("$type.$_", $values[$_]) for 0 .. $#values;
	my $folder = $node->basedir;
	return split /\n/, $node->safe_psql('postgres', qq{
		create temp table seen (n int, result text);
		do \$\$
		declare answer text;
		begin
		  for n in 0 .. $#values loop
			begin
			  execute format('copy $type from %L (format binary)', '$folder/$type.' || n);
			  select encode(isms.${type}_send(v), 'hex') into strict answer from $type;
			  truncate $type;
			exception when others then
			  answer := sqlstate;
			end;
			insert into seen values (n, answer);
		  end loop;
		end
		\$\$;
		select result from seen order by n});
}

srand 20221025;
sub noise { join '', map { chr int rand $_[0] } 1 .. int rand $_[1] }

# Three bytes, each 0 to 9 or 255, and nothing else.
my @ratings = (map({ noise(256, 6) } 1 .. 200), map({ pack 'C3', map { (0 .. 9, 255)[ rand 11 ] } 1 .. 3 } 1 .. 50), map({ pack 'C3', rand 12, rand 12, rand 12 } 1 .. 50));
my @answers = received('rating', @ratings);
my @wrong = grep {
	$ratings[$_] =~ /^[\x00-\x09\xff]{3}\z/ ? $answers[$_] ne unpack('H*', $ratings[$_]) : $answers[$_] !~ /^(22P03|08P01)$/
} 0 .. $#ratings;
is("@wrong", '', 'ratings: three bytes of 0 to 9 or 255 come back as they were, others are refused');

# Text that is a reference comes back; every other, of any bytes, is refused.
my @alphabet = ('A' .. 'C', 'a', 'b', 0 .. 9, '.', '-', '(', ')', '&', ' ');
my @references = (map({ noise(256, 70) } 1 .. 200), map({ join '', map { $alphabet[ rand @alphabet ] } 1 .. 1 + rand 10 } 1 .. 300), '', "A\0B", 'A' x 64, 'A' x 65, "A\xc3", "\xff");
@answers = received('reference', @references);
my %codes;
$codes{ /^(22P02|22021)$/ ? $_ : 'taken' }++ for @answers;
is(join(' ', sort keys %codes), '22021 22P02 taken', 'references: refused as text would be, or taken');
@wrong = grep { $answers[$_] !~ /^(22P02|22021)$/ && do { (my $sent = pack 'H*', $answers[$_]) =~ s/ //g; (my $given = $references[$_]) =~ s/\s//g; $sent ne $given } } 0 .. $#references;
is("@wrong", '', 'references: what is taken comes back but for blanks');

# A kind and its numbers, in order and in range: back they come; all else is refused.
my @good = map { my ($low, $mode, $high) = sort { $a <=> $b } map { exp(40 * rand() - 20) } 1 .. 3; (pack('Cd>', 0, $mode), pack('Cd>2', 1, $low, $low * 2), pack('Cd>4', 2, $low, $mode, $high, rand 9)) } 1 .. 50;
my @bad = (map({ pack 'Cd>2', 1, 1 + rand, rand } 1 .. 20), map({ pack 'Cd>', 0, -rand } 1 .. 20), pack('Cd>', 0, 'inf'), pack('Cd>', 0, 'nan'), pack('Cd>', 3, 1), pack('Cd>2', 0, 1, 1), map({ noise(256, 40) } 1 .. 100));
@answers = received('estimate', @good, @bad);
is(join(' ', grep { $answers[$_] ne unpack 'H*', $good[$_] } 0 .. $#good), '', 'estimates: what is one comes back as it was');
is(join(' ', grep { $answers[@good + $_] !~ /^(22003|22023|22P03|08P01)$/ && $bad[$_] !~ /^[\0-\2]/ } 0 .. $#bad), '', 'and what is not is refused');

is($node->safe_psql('postgres', 'select 1'), 1, 'the server is there');
$node->stop;
done_testing();
