# The controls of SP 800-53 and the profiles of its baselines come in as NIST publishes them.  The files are not part of
# this tree; without them there is nothing to test.
use strict;
use warnings FATAL => 'all';

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;
use Cwd;

my $data = getcwd() . '/../shared/data/oscal';
my $catalogue = "$data/NIST_SP-800-53_rev5_HIGH-baseline-resolved-profile_catalog-min.json";
plan skip_all => "no files in $data" unless -r $catalogue;

my $node = PostgreSQL::Test::Cluster->new('oscal');
$node->init;
$node->start;
$node->safe_psql('postgres', q{create extension isms; select isms.setup('ACME', 'Acme Ltd', 'dana', 'Dana Ruiz')});

sub query { return $node->safe_psql('postgres', shift) }

sub document { my $text = slurp_file(shift); $text =~ s/'/''/g; return "'$text'" }

sub import_catalogue { return query("select * from isms.import_oscal_catalog(" . document($catalogue) . ", 'SP 800-53')") }

like(import_catalogue(), qr/^new\|370\|AC-1, AC-2, AC-2\(1\), AC-2\(2\), AC-2\(3\), AC-2\(4\), AC-2\(5\), AC-2\(11\), .* and 360 more$/,
	'370 controls and enhancements, in natural order');
is(import_catalogue(), 'unchanged|370|', 'the second time nothing changes');
is(query(q{select count(*), count(parent), count(distinct theme) from isms.control where catalogue = 'SP 800-53'}), '370|182|18', '182 enhancements, 18 families');
is(query(q{select count(*) from isms.control where catalogue = 'SP 800-53' and (statement is null or guidance is null or assessment is null)}), '0', 'each has statement, guidance and assessment');
is(query(q{select count(*) from isms.control where concat(statement, guidance, assessment) ~ '\{\{|Assignment: [a-z]+-[0-9.]+_'}), '0', 'every parameter is found');
is(query(q{select statement from isms.control where catalogue = 'SP 800-53' and reference = 'AC-2(3)'}),
	"Disable accounts within [Assignment: time period] when the accounts:\n  (a) Have expired;\n  (b) Are no longer associated with a user or individual;\n"
	  . "  (c) Are in violation of organizational policy; or\n  (d) Have been inactive for [Assignment: time period].", 'a statement reads as printed');
is(query(q{select relation, count(*), count(*) filter (where is_control) from isms.control_link where catalogue = 'SP 800-53' group by 1 order by 1}),
	"reference|629|0\nrelated|2209|1890\nrequired|182|182", 'links lead to controls, or name what they cite');

my %size = (LOW => 149, MODERATE => 287, HIGH => 370, PRIVACY => 96);
for my $name (sort keys %size)
{
	my $profile = document("$data/NIST_SP-800-53_rev5_$name-baseline_profile.json");
	like(query("select * from isms.import_oscal_profile($profile, '$name', 'SP 800-53')"), qr/^new\|$size{$name}\|/, "$name has $size{$name} controls");
}
is(query(q{select count(*) from isms.baseline_control where baseline = 'PRIVACY' and reference is null}), '53', 'of PRIVACY 53 are not in the catalogue of HIGH');

sub differ
{
	my ($a, $b) = @_;
	return query("select count(*) filter (where in_a and in_b), count(*) filter (where not in_b), count(*) filter (where not in_a) from isms.compare_baselines('$a', '$b')");
}
is(differ('LOW', 'MODERATE'), '149|0|138', 'MODERATE has 138 more than LOW');
is(differ('MODERATE', 'HIGH'), '287|0|83', 'HIGH has 83 more than MODERATE');
is(differ('HIGH', 'PRIVACY'), '43|327|53', 'PRIVACY shares 43 with HIGH');

# Whatever else OSCAL has is refused as what it is.
for my $other (qw(ssp-example assessment-plan-example assessment-results-example plan-of-action-and-milestones))
{
	my (undef, undef, $error) = $node->psql('postgres', 'select * from isms.import_oscal_catalog(' . document("$data/ifa_$other.json") . ')');
	like($error, qr/the document is no OSCAL catalogue\nDETAIL:  document: it is a (system-security-plan|assessment-plan|assessment-results|plan-of-action-and-milestones)/, "$other is no catalogue");
}

# A mapping makes implementations for Annex A count for a baseline.
query(q{insert into isms.implementation (code, title, status, controls) values ('IAM', 'Identities', 'implemented', '{A.5.16}')});
query(q{insert into isms.control_mapping (source_catalogue, source, target_catalogue, target, relation) values ('ISO/IEC 27001:2022', 'A.5.16', 'SP 800-53', 'AC-2', 'intersects_with')});
is(query(q{select code, coverage, implementations, reason from isms.baseline_coverage where baseline = 'LOW' and coverage <> 'not_covered'}),
	'AC-2|partly|IAM|no more than a part: A.5.16 of ISO/IEC 27001:2022', 'what is implemented for Annex A counts through a mapping');

# A dump has them all, and what they refer to.
my $expected = query('select * from isms.baseline_summary order by code');
like($expected, qr/^ACME\|LOW\|[^|]+\|SP 800-53\|149\|0\|1\|0\|148\|0\|0$/m, 'the summary counts it');
$node->command_ok([ 'pg_dump', '-Fc', '-f', $node->basedir . '/dump', $node->connstr('postgres') ], 'dumped');
$node->safe_psql('postgres', 'create database restored');
$node->command_ok([ 'pg_restore', '--exit-on-error', '-d', $node->connstr('restored'), $node->basedir . '/dump' ], 'restored');
is($node->safe_psql('restored', q{select count(*), sum(length(statement)) from isms.control where catalogue = 'SP 800-53'}),
	query(q{select count(*), sum(length(statement)) from isms.control where catalogue = 'SP 800-53'}), 'with every control');
is($node->safe_psql('restored', 'select count(*), count(reference) from isms.baseline_control'), '902|849', 'and every baseline');
is($node->safe_psql('restored', 'select * from isms.baseline_summary order by code'), $expected, 'and the mapping');

done_testing();
