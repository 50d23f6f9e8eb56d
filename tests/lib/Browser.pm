# What a person would see of a page, by a real browser without a window: Chromium, from tests/setup.sh.
#
#   browser()                    path of the browser, undef if there is none: the test then skips
#   page_dom($html)              the document as it stands after its scripts ran, as HTML
#   page_png($html, $file, ...)  a picture; width => 1000, height => 800 in CSS pixels, scale => 1
#   page_pdf($html, $file)       as printed, on the paper its @page names
#   pdf_pages($file)             how many pages such a file has
#   verdict($html, $script)      what the script says of the page: a JSON value, decoded
#
# $html is the whole page as a string of characters.  The script of verdict is the body of a function and returns
# what JSON can hold; it runs when the page is loaded, with the page's own scripts and styles in force.
# Pages reach no network.  It works as root and as any other user, with nothing left behind.
package Browser;

use strict;
use warnings FATAL => 'all';

use Encode qw(encode_utf8 decode_utf8);
use Exporter 'import';
use File::Temp;
use IPC::Run;
use JSON::PP ();

our @EXPORT = qw(browser page_dom page_png page_pdf pdf_pages verdict);

my $found;

sub browser
{
	return $found if defined $found;
	for my $name (qw(chromium chromium-browser google-chrome))
	{
		for my $folder (split /:/, $ENV{PATH} . ':/usr/bin')
		{
			return $found = "$folder/$name" if -x "$folder/$name";
		}
	}
	return undef;
}

# Runs the browser once, with a profile of its own; returns what it printed.
sub run_browser
{
	my ($html, @option) = @_;
	my $folder = File::Temp->newdir('browser.XXXXXX', TMPDIR => 1);
	my $page = "$folder/page.html";
	open my $handle, '>:raw', $page or die "$page: $!";
	print $handle encode_utf8($html);
	close $handle or die "$page: $!";
	local @ENV{qw(HOME XDG_CONFIG_HOME XDG_CACHE_HOME XDG_RUNTIME_DIR)} = ("$folder") x 4;
	local $ENV{TZ} = 'UTC';
	my ($out, $err) = ('', '');
	my @command = (
		browser(), qw(--headless --no-sandbox --disable-gpu --disable-dev-shm-usage --no-first-run --disable-extensions
		  --disable-background-networking --disable-component-update --disable-crash-reporter --hide-scrollbars),
		"--user-data-dir=$folder/profile", '--host-resolver-rules=MAP * ~NOTFOUND', @option, "file://$page");
	my $run = IPC::Run::start(\@command, '<', \undef, '>', \$out, '2>', \$err, my $limit = IPC::Run::timeout(180));
	eval { $run->finish; 1 } or do { my $why = $@; $run->kill_kill; die "the browser gave up: $why$err" };
	die "the browser failed: $err" if $run->result;
	return $out;
}

sub page_dom
{
	my ($html) = @_;
	return decode_utf8(run_browser($html, '--virtual-time-budget=10000', '--dump-dom'));
}

sub page_png
{
	my ($html, $file, %size) = @_;
	%size = (width => 1000, height => 800, scale => 1, %size);
	run_browser($html, "--window-size=$size{width},$size{height}", "--force-device-scale-factor=$size{scale}", "--screenshot=$file");
	die "no picture in $file" unless -s $file;
	return $file;
}

sub page_pdf
{
	my ($html, $file) = @_;
	run_browser($html, '--no-pdf-header-footer', "--print-to-pdf=$file");
	die "no document in $file" unless -s $file;
	return $file;
}

# The browser writes the objects of pages uncompressed.
sub pdf_pages
{
	my ($file) = @_;
	open my $handle, '<:raw', $file or die "$file: $!";
	local $/;
	my $pages = () = <$handle> =~ m{/Type\s*/Page\b(?!s)}g;
	return $pages;
}

# The answer comes back in an element of its own, as text without characters that HTML would change.
sub verdict
{
	my ($html, $script) = @_;
	my $dom = page_dom($html . <<"END");
<script>addEventListener('load', () => {
  let said;
  try { said = { value: (() => { $script })() } } catch (e) { said = { error: String(e) } }
  const box = document.createElement('pre');
  box.id = 'verdict-of-the-test';
  box.textContent = encodeURIComponent(JSON.stringify(said, (key, value) => typeof value === 'string' ? value.toWellFormed() : value));
  document.body.append(box);
});</script>
END
	my ($said) = $dom =~ m{<pre id="verdict-of-the-test">([^<]*)</pre>} or die "the page gave no verdict:\n$dom";
	$said =~ s/%([0-9A-F]{2})/chr hex $1/ge;
	my $answer = JSON::PP->new->utf8->allow_nonref->decode($said);
	die "the script failed: $answer->{error}" if exists $answer->{error};
	return $answer->{value};
}

1;
