# Charts as a person sees them, in a browser: no text over another or out of the picture, whatever the number of risks, the face and the names.
use strict;
use warnings FATAL => 'all';

use Encode qw(decode_utf8);
use FindBin;
use lib "$FindBin::Bin/../lib";
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

use Browser;

plan skip_all => 'chromium is not installed, and tests/setup.sh found none to install' unless browser();

my $node = PostgreSQL::Test::Cluster->new('chart');
$node->init(extra => [ '--encoding=UTF8', '--locale=C.UTF-8' ]);
$node->start;
$node->safe_psql('postgres', "create extension isms;\n" . slurp_file('tests/lib/organisations.sql'));

my @chart = qw(heat_map loss_exceedance risk_trend radar treatment_burn_down certification_timeline);
my @scope = qw(NONE ONE FEW MANY ODD);
my $svg = decode_utf8($node->safe_psql('postgres', join ' union all ', map { my $scope = $_; map { "select isms.${_}_svg('$scope')" } @chart } @scope));
is(() = $svg =~ /<svg /g, @chart * @scope, 'a chart of each kind, of scopes with 0, 1, 12 and 500 risks and one with odd names');

sub page
{
	my ($style, $body) = @_;
	return "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><title>Charts</title><style>$style</style></head><body>$body</body></html>";
}

# Boxes of all texts of each chart, compared in pairs; a pixel is rounding.
my $look = q{
  const boxes = s => [...s.querySelectorAll('text')].map(t => ({ t: t.textContent, r: t.getBoundingClientRect() })).filter(b => b.t.trim() !== '');
  const over = (a, b) => Math.min(a.right, b.right) - Math.max(a.left, b.left) > 1 && Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top) > 1;
  const problems = [];
  let texts = 0;
  for (const s of document.querySelectorAll('svg')) {
    const name = s.querySelector('title').textContent.slice(0, 60), frame = s.getBoundingClientRect(), all = boxes(s);
    texts += all.length;
    all.forEach((a, i) => {
      if (a.r.left < frame.left - 1 || a.r.right > frame.right + 1 || a.r.top < frame.top - 1 || a.r.bottom > frame.bottom + 1) problems.push(`${name}: "${a.t}" leaves the picture`);
      for (const b of all.slice(i + 1)) if (over(a.r, b.r)) problems.push(`${name}: "${a.t}" over "${b.t}"`);
    });
    for (const r of s.querySelectorAll('rect[stroke="#ffffff"][stroke-width="2"]')) {
      const c = r.getBoundingClientRect();
      if (!all.some(b => b.r.left >= c.left && b.r.right <= c.right && b.r.top >= c.top - 1 && b.r.bottom <= c.bottom)) problems.push(`${name}: a cell without its level`);
    }
  }
  return { texts, problems };
};
for my $face ([ 'the default face', '' ], [ 'a wide face', 'svg { font-family: "DejaVu Sans" }' ])
{
	my $seen = verdict(page($face->[1], $svg), $look);
	cmp_ok($seen->{texts}, '>', 500, "$face->[0]: texts are there");
	is(join("\n", @{ $seen->{problems} }), '', "$face->[0]: no text over another, none out of the picture, a level in every cell");
}

# The checks above can fail.
my $bad = verdict(page('', '<svg width="90" height="40"><title>Bad</title><text x="5" y="20">one</text><text x="9" y="22">two</text><text x="80" y="36">three</text><rect stroke="#ffffff" stroke-width="2" width="5" height="5"/></svg>'), $look);
is_deeply($bad->{problems}, [ 'Bad: "one" over "two"', 'Bad: "three" leaves the picture', 'Bad: a cell without its level' ], 'texts that do are told');

# What a screen reader says, what can be selected, and that nothing runs or is fetched.
my $said = verdict(
	page('', $svg), q{
  const all = [...document.querySelectorAll('svg')], ids = [...document.querySelectorAll('[id]')].map(e => e.id);
  const range = document.createRange(), first = document.querySelector('text.risk');
  range.selectNodeContents(first);
  getSelection().addRange(range);
  return {
    named: all.filter(s => s.getAttribute('aria-labelledby').split(' ').every(i => s.contains(document.getElementById(i)) && document.getElementById(i).textContent.length > 10)).length,
    twice: ids.length - new Set(ids).size,
    selected: getSelection().toString(),
    code: first.textContent,
    scripts: document.querySelectorAll('svg script, svg style, svg a, svg image, svg foreignObject, svg iframe').length,
    fetched: performance.getEntriesByType('resource').length,
    odd: all.at(-1).querySelector('title').textContent,
    patterns: [...document.querySelectorAll('[fill^="url("]')].filter(e => !document.getElementById(e.getAttribute('fill').slice(5, -1))).length
  }
});
is($said->{named}, @chart * @scope, 'every chart has a name and a description');
is($said->{twice}, 0, 'no identifier stands in the page twice');
is($said->{patterns}, 0, 'and none is missing');
is($said->{selected}, $said->{code}, 'text can be selected');
is("$said->{scripts} $said->{fetched}", '0 0', 'nothing runs, nothing is fetched');
like($said->{odd}, qr/<script>alert\("1"\)<\/script> & 'it'/, 'what people typed is text');

# In print: a chart a page, none cut in two.
my $printed = page_pdf(page('@page { size: A4; margin: 15mm } body { margin: 0 } svg { break-after: page; display: block } svg:last-child { break-after: auto }',
		decode_utf8($node->safe_psql('postgres', join ' union all ', map { "select isms.${_}_svg('FEW')" } @chart))), "$PostgreSQL::Test::Utils::tmp_check/charts.pdf");
is(pdf_pages($printed), @chart, 'a chart fits a page of A4');

# A picture of each, to be looked at where the logs are kept.
my $picture = page_png(page('', $svg), "$PostgreSQL::Test::Utils::tmp_check/charts.png", width => 760, height => 14000);
cmp_ok(-s $picture, '>', 100_000, 'a picture was taken');

$node->stop;
done_testing();
