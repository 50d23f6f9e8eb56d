# A real evaluation goes through the import: 56 scenarios and 60 capabilities become a register with
# inherent and current levels.  The files are not part of this tree; without them there is nothing to test.
use strict;
use warnings FATAL => 'all';

use Cwd;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $tree = getcwd();
my $data = $tree . '/../shared/data/evaluator';
plan skip_all => "no files in $data" unless -r "$data/mc_qualitative_scenarios.csv";

my $node = PostgreSQL::Test::Cluster->new('evaluator');
$node->init;
$node->start;
$node->safe_psql('postgres', q{create extension isms; select isms.setup('EVAL', 'Evaluation', 'dana', 'Dana Ruiz')});

chdir $data or die "chdir $data: $!";
my $report = $node->safe_psql('postgres', "\\i $tree/tests/import/evaluator.sql");
is_deeply([ grep { /^\d+\|(new|refused)/ } split /\n/, $report ], [ '60|new', '56|new', '280|new' ], 'every row is new, none refused');

# The import again: nothing changes.
my $again = $node->safe_psql('postgres', "\\i $tree/tests/import/evaluator.sql");
is_deeply([ grep { /^\d+\|(unchanged|gone)/ } split /\n/, $again ],
	[ '60|unchanged', '56|unchanged', '280|unchanged' ], 'the second time all is unchanged');
chdir $tree;

sub query { return $node->safe_psql('postgres', shift) }

is(query('select count(*), count(inherent_level), count(current_level) from isms.risk_register'), '56|56|56', '56 risks, each with inherent and current level');
is(query('select count(*) from isms.risk_register where current_rank > inherent_rank'), '0', 'no control makes a risk worse');
is(query(q{select inherent_level, count(*) from isms.risk_register group by 1 order by 1}), "High|7\nLow|16\nMedium|12\nVery low|21", 'the inherent levels, counted');
is(query(q{select likelihood, consequence, inherent_level from isms.risk_register where code = 'RS-01'}), '5|2|High', 'frequent, medium, medium: 24 x 0.5 events a year, 20 thousand each');
is(query(q{select effectiveness, title like 'A senior-level committee%' from isms.implementation where code = 'CAP-01'}), '0.85|t', 'an optimized capability stops 85 in 100');

done_testing();
