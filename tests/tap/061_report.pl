# The report and the statement of applicability as a person sees them: in a browser, on paper of A4 width, printed.
use strict;
use warnings FATAL => 'all';

use Encode qw(decode_utf8);
use File::Temp;
use FindBin;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

use lib "$FindBin::RealBin/../lib";
use Browser;

plan skip_all => 'no browser here' unless browser();

my $node = PostgreSQL::Test::Cluster->new('main');
$node->init;
$node->start;
# What is long, hostile or not there beside what is ordinary: sixty risks, one title a script, one a word of 400 letters.
$node->safe_psql(
	'postgres', q{
	create extension isms;
	select isms.setup('ACME', 'Acme <Ltd> & Sons', 'dana', 'Dana Ruiz', 'dana@acme.example');
	select isms.add_person('li', 'Li Wei of the Long and Winding Names', 'li@acme.example', roles => '{risk_owner,control_owner}');
	insert into isms.asset (code, title, kind, rating, owner) values ('CRM', 'Customer database', 'information', 'C3 I3 A2', 'li');
	insert into isms.risk (code, title, asset, threat, vulnerability, hits, likelihood, consequence, owner)
	select 'R-' || lpad(n::text, 3, '0'),
	       case n when 1 then '<script>document.title = "ran"</script>' when 2 then repeat('Donaudampfschiff', 25) when 3 then E'Zażółć \x02 <img src="http://example.com/x.png" onerror="document.title=1">'
	         else 'Customer data stolen through a reused password, number ' || n end,
	       'CRM', 'Stolen credentials', 'No second factor', 'C', nullif(n % 6, 0), nullif(n % 5, 0) + 1, 'li'
	  from generate_series(1, 60) n;
	insert into isms.implementation (code, title, kind, owner, status, controls)
	values ('MFA', 'Second factor on every login', 'technical', 'li', 'planned', '{A.5.17,A.8.5}');
	insert into isms.risk_control (risk, implementation, effect_on, effectiveness) values ('R-004', 'MFA', 'likelihood', 0.9);
	insert into isms.treatment (risk, option, justification) values ('R-004', 'modification', 'Cheapest way below the criteria');
	insert into isms.action (code, title, serves, implementation, owner, due_on) values ('T-001', 'Roll out second factor', 'R-004', 'MFA', 'li', current_date - 10);
	insert into isms.applicability (reference, necessary, reasons, implementation_status) values ('A.8.5', true, '{risk,contract}', 'planned');
	insert into isms.applicability (reference, necessary, justification) values ('A.8.30', false, 'All software is written by our own employees');
	insert into isms.objective (code, title, owner) values ('OB-1', 'Everybody by <second> factor', 'li');
	insert into isms.measure (code, title, subject_kind, method, measured_every, measurer, evaluated_every) values ('ME-1', 'Mails & more', 'isms', 'Count', '1 month', 'li', '1 year');
	insert into isms.measurement (measure, value) values ('ME-1', 4);
	insert into isms.audit_programme (code, title, period) values ('AP-1', 'The year', daterange(current_date - 365, current_date + 1));
	insert into isms.finding (code, source, kind, statement, auditee) values ('F-1', 'certification_body', 'observation', repeat('Paper', 100), 'li');
	insert into isms.nonconformity (code, source, requirement, statement, found_where, owner) values ('NC-1', 'report', 'A.5.18', 'Open account', 'Site 1', 'li');
	insert into isms.certification (code, title, persons_by_site) values ('C-1', 'First', '{"HQ": 4}');
	select isms.seal();
});

my $report = decode_utf8($node->safe_psql('postgres', q{select isms.report_html('ACME')}));
my $statement = decode_utf8($node->safe_psql('postgres', q{select isms.statement_of_applicability_html('ACME')}));

# On a sheet of A4 the page is 794 CSS pixels wide; the frame has that width whatever the window's.
sub on_paper
{
	my ($html, $script) = @_;
	# The policy of the page forbids scripts, the test's own too.
	$html =~ s{<meta http-equiv="Content-Security-Policy"[^>]*>}{} or die 'the page forbids nothing';
	$html =~ s{<body>}{<body style="width: 794px">};
	return verdict($html, $script);
}

my $seen = on_paper($report, <<'END');
  const text = e => e.textContent.trim();
  const all = (s, f) => [...document.querySelectorAll(s)].map(f);
  const shown = e => e.getClientRects().length > 0 && e.getBoundingClientRect().height > 0;
  const rgb = c => c.match(/[\d.]+/g).map(Number);
  const light = c => rgb(c).slice(0, 3).map(v => v / 255).map(v => v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4).reduce((s, v, i) => s + v * [0.2126, 0.7152, 0.0722][i], 0);
  const ground = e => { for (; e; e = e.parentElement) { const c = getComputedStyle(e).backgroundColor; if (rgb(c)[3] !== 0) return c } return 'rgb(255, 255, 255)' };
  const contrast = e => { const [a, b] = [light(getComputedStyle(e).color), light(ground(e))].sort((x, y) => y - x); return (a + 0.05) / (b + 0.05) };
  const own_text = e => [...e.childNodes].some(n => n.nodeType == 3 && n.data.trim() && !e.closest('svg'));
  return {
    title: document.title, heading: text(document.querySelector('h1')), language: document.documentElement.lang, charset: document.characterSet,
    sections: all('main > section > h2', text), contents: all('nav a', text),
    links: all('a', a => a.getAttribute('href')).filter(h => !h.startsWith('#') || !document.querySelector(h) || !shown(document.querySelector(h))),
    risks: all('#risk_register tbody tr', r => text(r.querySelector('th'))).length,
    script: all('#risk_register td', text).filter(t => t.startsWith('<script>document.title')).length,
    picture: all('#risk_register td', text).filter(t => t.includes('Za\u017c\u00f3\u0142\u0107 \ufffd <img src=')).length,
    made_of_values: document.images.length + document.scripts.length - 1 + document.querySelectorAll('link, iframe, object, embed').length,
    handlers: all('*', e => e.getAttributeNames().filter(n => n.startsWith('on'))).flat().length,
    asked: performance.getEntriesByType('resource').map(r => r.name),
    width: document.documentElement.scrollWidth <= Math.max(794, document.documentElement.clientWidth) && document.body.scrollWidth,
    sticks_out: all('td, th, caption, h1, h2, dd, pre', e => e).filter(e => e.scrollWidth > e.clientWidth + 1 || e.getBoundingClientRect().right > 794).map(text),
    faint: all('main *', e => e).filter(e => own_text(e) && shown(e) && contrast(e) < 4.5).map(text),
    small: all('main *', e => e).filter(e => own_text(e) && shown(e) && parseFloat(getComputedStyle(e).fontSize) < 10.5).map(text),
    nameless: all('table', e => e).filter(e => !e.caption || !text(e.caption) || [...e.tHead.rows[0].cells].some(c => c.scope != 'col') || [...e.tBodies[0].rows].some(r => r.cells[0].scope != 'row')).length,
    coloured_without_word: all('.patch', e => text(e.parentElement)).filter(t => t == '').length,
    charts: all('figure > svg', e => e).filter(e => shown(e) && e.getBoundingClientRect().right <= 794 && e.querySelector('title').textContent).length,
    broken: all('thead th', e => { const r = document.createRange(); r.selectNodeContents(e); return [text(e), new Set([...r.getClientRects()].map(b => Math.round(b.top))).size] }).filter(([t, lines]) => lines > t.split(/\s+/).length),
    empty: all('.empty', text),
    late: all('#treatment_plan td', text).filter(t => t.startsWith('overdue')).length,
    note: text(document.querySelector('#trail pre')).split('\n').length,
  };
END

like($seen->{title}, qr/^Acme <Ltd> & Sons: /, 'the title names the organisation');
is($seen->{heading}, 'Acme <Ltd> & Sons', 'so does the heading');
is("$seen->{language} $seen->{charset}", 'en UTF-8', 'language and encoding are stated');
is_deeply($seen->{contents}, $seen->{sections}, 'the table of contents lists the sections in their order');
cmp_ok(scalar(@{ $seen->{sections} }), '>=', 9, 'and there are many');
is_deeply($seen->{links}, [], 'every link leads to something shown on the page');
is($seen->{risks}, 60, 'every risk has its row');
is($seen->{script}, 1, 'a title that would be a script is read as text');
is($seen->{picture}, 1, 'so is one that would be a picture, a control character is shown as such');
is($seen->{made_of_values}, 0, 'no script, picture, frame or sheet came of a value');
is($seen->{handlers}, 0, 'nothing waits for an event');
is_deeply($seen->{asked}, [], 'nothing was asked of a network');
is($seen->{width}, 794, 'the page is no wider than a sheet of A4');
is_deeply($seen->{sticks_out}, [], 'and nothing sticks out of its cell, not even a word of 400 letters');
is(join(', ', map { $_->[0] } @{ $seen->{broken} }), '', 'no heading of a column is broken within a word');
is_deeply($seen->{faint}, [], 'every text has a contrast of 4.5 to 1 or more');
is_deeply($seen->{small}, [], 'and is large enough to be read');
is($seen->{nameless}, 0, 'every table has a caption, its columns and rows have headings');
is($seen->{coloured_without_word}, 0, 'no colour stands without its word');
is($seen->{charts}, 6, 'the charts are drawn, each with a title, on the paper');
is_deeply($seen->{empty}, ['What the cycle asks for, and when. Nothing recorded.'], 'where there is something to say it is said');
is($seen->{late}, 1, 'what is late says so');
is($seen->{note}, 3, 'the checkpoint has its note');

# If something slipped through, the page's own policy would still stop it.
unlike(page_dom($report . '<script>document.title = "ran"</script>'), qr{<title>ran</title>}, 'a script does not run');

# Printed: sixty risks, a plan and 93 controls fill no more and no less sheets than they should.
my $folder = File::Temp->newdir;
my $sheets = pdf_pages(page_pdf($report, "$folder/report.pdf"));
cmp_ok($sheets, '>=', 10, "the report prints on $sheets sheets");
cmp_ok($sheets, '<=', 30, 'and not on more than it needs');
is(pdf_pages(page_pdf(decode_utf8($node->safe_psql('postgres', q{select isms.report_html('ACME', '{summary,overdue}')})), "$folder/short.pdf")), 1, 'two sections fit on one sheet');

my $lines = on_paper($statement, <<'END');
  const text = e => e.textContent.trim();
  const row = code => [...document.querySelectorAll('tbody tr')].filter(r => text(r.cells[0]) == code).map(r => [...r.cells].map(text))[0];
  return {
    terms: [...document.querySelectorAll('dl.about dt')].map(text), notice: text(document.querySelector('.notice')),
    controls: document.querySelectorAll('tbody tr').length, themes: [...document.querySelectorAll('caption')].map(text).length,
    excluded: row('A.8.30'), undecided: row('A.5.1')[2], included: row('A.8.5').slice(2, 4), width: document.body.scrollWidth,
    asked: performance.getEntriesByType('resource').length, scripts: document.scripts.length - 1,
  };
END
is($lines->{controls}, 93, 'the statement has a line for each control of Annex A');
is($lines->{themes}, 4, 'by its four themes');
is_deeply([ @{ $lines->{excluded} }[ 0, 2, 3 ] ], [ 'A.8.30', 'no', 'All software is written by our own employees' ], 'an exclusion has its justification');
is_deeply($lines->{included}, [ 'yes', 'risk, contract' ], 'an inclusion its reasons');
is($lines->{undecided}, 'undecided', 'what nobody decided on says so');
like($lines->{notice}, qr/^Draft: .*approved by nobody/, 'what was not approved says so');
is($lines->{width}, 794, 'it is no wider than a sheet of A4');
is("$lines->{asked} $lines->{scripts}", '0 0', 'and asks for nothing, and runs nothing');
$sheets = pdf_pages(page_pdf($statement, "$folder/statement.pdf"));
cmp_ok($sheets, '>=', 4, "the statement prints on $sheets sheets");
cmp_ok($sheets, '<=', 9, 'and not on more than it needs');

done_testing();
