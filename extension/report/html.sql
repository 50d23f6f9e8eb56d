-- Pages that are read without a network, a script or this database.  Whatever comes from a row is escaped in one place, isms.html_escape;
-- markup is written by functions of this file and of the sections alone.  Entities stand for what an encoding of the server may lack.
create function isms.html_escape(value text) returns text
  language sql immutable strict parallel safe set search_path = pg_catalog, pg_temp
begin atomic
  -- control characters that HTML has no place for are shown as what cannot be shown; marks that would turn the page's own words round are left out
  select regexp_replace(regexp_replace(
           replace(replace(replace(replace(replace(value, '&', '&amp;'), '<', '&lt;'), '>', '&gt;'), '"', '&quot;'), '''', '&#39;'),
           '[\u0001-\u0008\u000b\u000c\u000e-\u001f\u007f]', '&#xfffd;', 'g'),
           '[\u202a-\u202e\u2066-\u2069]', '', 'g');
end;

comment on function isms.html_escape(text) is 'Text as HTML shows it, in an element or in a quoted attribute: line breaks stay, control characters become U+FFFD, marks that turn the direction of text are left out. Null in, null out';

-- What a cell holds beside a plain value.
create function isms.html_cell(value text, note text default null, colour text default null) returns jsonb
  language sql immutable parallel safe
  return pg_catalog.jsonb_build_object('value', value, 'note', nullif(note, ''), 'colour', colour);

comment on function isms.html_cell(text, text, text) is 'A cell for isms.html_table: a value, a smaller line below it, and a colour that is shown as a patch before the value, never instead of it';

create function isms.state_colour(state text) returns text
  language sql immutable strict parallel safe
  return case
    when state in ('overdue', 'failed', 'fail', 'missed', 'missing', 'lapsed', 'stale', 'revoked', 'major', 'suspended', 'expired', 'withdrawn', 'undecided') then '#b3261e'
    when state in ('partial', 'planned', 'lapsing', 'unverified', 'unknown', 'review_due', 'not_measured', 'minor', 'in_progress', 'restorable') then '#d99000'
    when state in ('verified', 'implemented', 'passed', 'pass', 'met', 'reached', 'valid', 'done', 'closed', 'completed', 'conforms', 'current', 'effective') then '#2f7d4f'
  end;

comment on function isms.state_colour(text) is 'Colour that reports show beside the word for a state: red, amber or green; null: none';

-- Charts bring their own title; a scope, a method or a register too empty for one is what the chart says.
create function isms.html_figure(svg text) returns text
  language sql immutable strict parallel safe
  return '<figure>' || svg || E'</figure>\n';

comment on function isms.html_figure(text) is 'A chart, an svg element as the functions of charts return it, as a figure of a page; it is not escaped';

-- A state as read: in words, with its colour.
create function isms.html_state(state text, note text default null, colour text default null) returns jsonb
  language sql immutable parallel safe
  return isms.html_cell(pg_catalog.replace(state, '_', ' '), note, coalesce(colour, isms.state_colour(state)));

comment on function isms.html_state(text, text, text) is 'A cell for isms.html_table that shows a state in words, with the colour of isms.state_colour unless another is given';

create function isms.html_table(caption text, headings text[], rows jsonb, widths integer[] default null) returns text
  language sql immutable parallel safe set search_path = pg_catalog, pg_temp
begin atomic
  with cell as (
    select r.position as line,
           c.position as place,
           jsonb_typeof(c.cell) = 'number' as is_number,
           case jsonb_typeof(c.cell)
             when 'object' then c.cell ->> 'value'
             when 'boolean' then case c.cell when 'true' then 'yes' else 'no' end
             else c.cell #>> '{}'
           end as value,
           case when jsonb_typeof(c.cell) = 'object' then c.cell ->> 'note' end as note,
           case when jsonb_typeof(c.cell) = 'object' and c.cell ->> 'colour' ~ '^#[0-9A-Fa-f]{3,8}$' then c.cell ->> 'colour' end as colour
      from jsonb_array_elements(html_table.rows) with ordinality r(cells, position)
     cross join jsonb_array_elements(r.cells) with ordinality c(cell, position)),
  -- figures stand to the right, with their heading, where a column has nothing else
  side as (
    select c.place, case when bool_or(c.is_number) and bool_and(c.is_number or c.value is null) then ' class="n"' else '' end as class
      from cell c
     group by c.place),
  line as (
    select c.line,
           string_agg(
             case c.place when 1 then '<th scope="row"' else '<td' end || s.class || '>'
             || coalesce('<span class="patch" style="background:' || c.colour || '"></span>', '')
             || coalesce(isms.html_escape(c.value), '&ndash;')
             || coalesce('<small>' || isms.html_escape(c.note) || '</small>', '')
             || case c.place when 1 then '</th>' else '</td>' end, '' order by c.place) as html
      from cell c
      join side s on s.place = c.place
     group by c.line)
  select case
           when not exists (select from line) then
             format(E'<p class="empty">%sNothing recorded.</p>\n', '<b>' || isms.html_escape(caption) || '.</b> ')
           else
             format(E'<table%s>\n', case when widths is not null then ' class="fixed"' end)
             || coalesce('<caption>' || isms.html_escape(caption) || E'</caption>\n', '')
             || coalesce('<colgroup>' || (select string_agg(format('<col style="width:%s%%">', w.width), '' order by w.position) from unnest(widths) with ordinality w(width, position)) || E'</colgroup>\n', '')
             || '<thead><tr>'
             || (select string_agg(format('<th scope="col"%s>%s</th>', s.class, isms.html_escape(h.heading)), '' order by h.position)
                   from unnest(headings) with ordinality h(heading, position)
                   left join side s on s.place = h.position)
             || E'</tr></thead>\n<tbody>\n'
             || (select string_agg('<tr>' || l.html || E'</tr>\n', '' order by l.line) from line l)
             || E'</tbody>\n</table>\n'
         end;
end;

comment on function isms.html_table(text, text[], jsonb, integer[]) is 'Rows, a JSON array of arrays, as a table of HTML, the first cell of each as its heading. Cells are values or made by isms.html_cell; null is shown as a dash. widths: of the columns in percent, so that no word, however long, widens the table. Without rows a sentence that says so';

create function isms.html_figures(figures jsonb) returns text
  language sql immutable parallel safe set search_path = pg_catalog, pg_temp
begin atomic
  select E'<dl class="figures">\n'
         || string_agg(format(E'<div><dt>%s</dt><dd><b>%s</b> %s</dd></div>\n', isms.html_escape(f.figure ->> 0), coalesce(isms.html_escape(f.figure ->> 1), '&ndash;'), coalesce(isms.html_escape(f.figure ->> 2), '')), '' order by f.position)
         || E'</dl>\n'
    from jsonb_array_elements(figures) with ordinality f(figure, position);
end;

comment on function isms.html_figures(jsonb) is 'Figures in a row: a JSON array of arrays of label, figure and what it is of';

-- Looks the same with and without what an old browser does not know.
create function isms.html_page(title text, body text) returns text
  language sql stable parallel safe set search_path = pg_catalog, pg_temp
begin atomic
  select $page$<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; img-src data:">
<meta name="generator" content="isms $page$ || (select e.extversion from pg_extension e where e.extname = 'isms') || $page$">
<title>$page$ || isms.html_escape(title) || $page$</title>
<style>
:root { --ink: #1b2430; --quiet: #535e6c; --line: #d8dee6; --strong: #8a95a3; --wash: #f4f6f8; --link: #1d4e80; }
* { box-sizing: border-box; }
html { font-size: 16px; -webkit-text-size-adjust: 100%; }
body { margin: 0; background: #fff; color: var(--ink); font: 1rem/1.5 "Segoe UI", "Helvetica Neue", "Noto Sans", "Liberation Sans", Arial, system-ui, sans-serif; }
main { max-width: 72rem; margin: 0 auto; padding: 3rem 2.25rem 5rem; }
h1, h2, h3, p, dd, caption, td, th, pre, li { overflow-wrap: anywhere; }
h1 { margin: 0 0 .35rem; font-size: 2.1rem; line-height: 1.2; font-weight: 600; letter-spacing: -.01em; }
h2 { margin: 0 0 .75rem; font-size: 1.45rem; line-height: 1.25; font-weight: 600; letter-spacing: -.005em; }
h3 { margin: 2rem 0 .25rem; font-size: 1.05rem; font-weight: 600; }
p { margin: 0 0 1rem; max-width: 46rem; }
a { color: var(--link); text-decoration-thickness: 1px; text-underline-offset: .15em; }
.kind { margin: 0 0 .5rem; color: var(--quiet); font-size: .8125rem; letter-spacing: .06em; text-transform: uppercase; }
.lead { color: var(--quiet); font-size: 1.1rem; }
.empty, .quiet { color: var(--quiet); }
.empty b { color: var(--ink); font-weight: 600; }
.notice { border-left: 4px solid #9a6700; background: #fff8e6; padding: .6rem 1rem; color: var(--ink); }
.prose { white-space: pre-line; border-left: 4px solid var(--line); padding-left: 1rem; }
header { border-bottom: 2px solid var(--ink); padding-bottom: 1.5rem; }
dl.about { display: grid; grid-template-columns: repeat(auto-fit, minmax(9.5rem, 1fr)); gap: .9rem 2rem; margin: 1.5rem 0 0; }
dl.about .wide { grid-column: 1 / -1; }
dl.about dt { color: var(--quiet); font-size: .8125rem; }
dl.about dd { margin: 0; white-space: pre-line; }
nav { margin: 1.75rem 0 0; }
nav h2 { font-size: 1rem; margin-bottom: .4rem; }
nav ol { margin: 0; padding-left: 1.4rem; columns: 2; column-gap: 2.5rem; }
nav li { break-inside: avoid; padding: .08rem 0; }
section { margin-top: 3.25rem; }
dl.figures { display: grid; grid-template-columns: repeat(auto-fit, minmax(8.5rem, 1fr)); gap: 1.25rem 1.5rem; margin: 1.25rem 0 2.25rem; }
dl.figures div { border-top: 2px solid var(--strong); padding-top: .6rem; }
dl.figures dt { color: var(--quiet); font-size: .8125rem; }
dl.figures dd { margin: 0; font-size: .875rem; }
dl.figures b { display: block; font-size: 1.9rem; line-height: 1.25; font-weight: 600; font-variant-numeric: tabular-nums; }
table { width: 100%; border-collapse: collapse; margin: 1.25rem 0 2.25rem; font-size: .8125rem; line-height: 1.4; font-variant-numeric: tabular-nums; }
table.fixed { table-layout: fixed; }
caption { text-align: left; padding: 0 0 .5rem; font-size: .9375rem; font-weight: 600; }
th, td { padding: .4rem .75rem .4rem 0; text-align: left; vertical-align: top; border-bottom: 1px solid var(--line); white-space: pre-line; }
th:last-child, td:last-child { padding-right: 0; }
thead th { border-bottom: 1px solid var(--strong); color: var(--quiet); font-weight: 600; vertical-align: bottom; }
tbody th { font-weight: 600; }
.n { text-align: right; }
.n + :not(.n) { padding-left: .9rem; }
small { display: block; color: var(--quiet); font-size: .92em; font-weight: 400; }
.patch { display: inline-block; width: .72em; height: .72em; margin-right: .4em; border: 1px solid rgba(0, 0, 0, .35); border-radius: 2px; -webkit-print-color-adjust: exact; print-color-adjust: exact; }
figure { margin: 1.25rem 0 2.25rem -1rem; }
figure svg { display: block; max-width: 100%; height: auto; -webkit-print-color-adjust: exact; print-color-adjust: exact; }
pre { margin: 0 0 1rem; padding: .7rem 1rem; background: var(--wash); font: .8125rem/1.5 ui-monospace, "Cascadia Mono", Menlo, "Liberation Mono", "DejaVu Sans Mono", monospace; white-space: pre-wrap; }
.digest { font: .8125rem/1.5 ui-monospace, "Cascadia Mono", Menlo, "Liberation Mono", "DejaVu Sans Mono", monospace; }
footer { margin-top: 3.5rem; border-top: 1px solid var(--line); padding-top: .9rem; color: var(--quiet); font-size: .8125rem; }
@page { size: A4; margin: 16mm 15mm 18mm; @bottom-right { content: counter(page) " / " counter(pages); font: 8pt "Segoe UI", "Helvetica Neue", "Noto Sans", "Liberation Sans", Arial, system-ui, sans-serif; color: #535e6c; } }
@media print {
  html { font-size: 9.5pt; }
  main { max-width: none; padding: 0; }
  a { color: inherit; text-decoration: none; }
  h1 { font-size: 22pt; }
  h2, h3, caption { break-after: avoid; }
  p, pre, dl, figure, tr, .notice { break-inside: avoid; }
  .prose { break-inside: auto; }
  table { font-size: 8pt; line-height: 1.3; }
  thead { display: table-header-group; }
  tbody tr:first-child { break-before: avoid; }
  th, td { padding: 1.1mm 2mm 1.1mm 0; }
  section { margin-top: 9mm; }
  section.long { break-before: page; margin-top: 0; }
  nav + section.long { break-before: auto; margin-top: 9mm; }
}
</style>
</head>
<body>
<main>
$page$ || body || E'</main>\n</body>\n</html>\n';
end;

comment on function isms.html_page(text, text) is 'A page of its own, in UTF-8, with everything it needs: the title is escaped, the body is HTML. It asks for nothing and runs nothing, and forbids the browser both; it prints on A4';

-- What a report is made of; each room may add its own.
create table isms.report_section (
  name text constraint report_section_pkey primary key constraint report_section_name_form check (name ~ '^[a-z][a-z0-9_]*$'),
  title text not null,
  position integer not null,
  procedure text not null,
  long boolean not null default false,
  builtin boolean not null default false
);

comment on table isms.report_section is 'Sections of isms.report_html; written by the extension''s owner alone, since the functions run with the rights of who asks for the report';
comment on column isms.report_section.name is 'Name, by which it is chosen; also its anchor in the page';
comment on column isms.report_section.title is 'Heading';
comment on column isms.report_section.position is 'Order';
comment on column isms.report_section.procedure is 'Function with the scope''s code as its argument that returns HTML, schema-qualified, without parentheses';
comment on column isms.report_section.long is 'Does it begin a new sheet when printed?';
comment on column isms.report_section.builtin is 'Shipped with the extension';

insert into isms.closed_table (name, readable, builtin) values ('report_section', true, true);

-- A section of today can be read of any day.
insert into isms.lookback_exception (kind, name, builtin) values ('table', 'report_section', true);

create function isms.report_scope(scope text) returns isms.scope
  language plpgsql stable set search_path = pg_catalog, pg_temp as $$
declare
  wanted text := isms.visible_scope(coalesce(report_scope.scope, isms.default_scope()));
begin
  return (select s from isms.scope s where s.code = wanted);
end
$$;

comment on function isms.report_scope(text) is 'The scope a report is of: the one named, else the default one. Errors: IS021 not visible';

-- The head of a page: entries are a JSON array of arrays of term and text; what has no text is left out.
create function isms.html_about(entries jsonb) returns text
  language sql immutable parallel safe set search_path = pg_catalog, pg_temp
begin atomic
  select E'<dl class="about">\n'
         || string_agg(format(E'<div%s><dt>%s</dt><dd%s>%s</dd></div>\n', case when e.entry ->> 2 is not null or length(e.entry ->> 1) > 60 then ' class="wide"' else '' end,
                              isms.html_escape(e.entry ->> 0), case e.entry ->> 2 when 'digest' then ' class="digest"' else '' end, isms.html_escape(e.entry ->> 1)), '' order by e.position)
         || E'</dl>\n'
    from jsonb_array_elements(entries) with ordinality e(entry, position)
   where e.entry ->> 1 <> '';
end;

comment on function isms.html_about(jsonb) is 'What a page is of, as terms and texts: a JSON array of arrays, a third element for what needs the whole width: text, or digest for what is read letter by letter';

-- When and by whom a page was made, and of what day what it says is.
create function isms.report_made(s isms.scope) returns jsonb
  language sql stable set search_path = pg_catalog, pg_temp
begin atomic
  select jsonb_build_array(
           jsonb_build_array('Scope', (s).code),
           jsonb_build_array('Looking back to', nullif(current_setting('isms.as_of', true), '')),
           jsonb_build_array('Made', to_char(now() at time zone (s).time_zone, 'YYYY-MM-DD HH24:MI') || ', ' || (s).time_zone),
           jsonb_build_array('Made by', coalesce(isms.person_name(isms.actor()), session_user)),
           jsonb_build_array('Made with', 'isms ' || (select e.extversion from pg_extension e where e.extname = 'isms')));
end;

comment on function isms.report_made(isms.scope) is 'Entries for isms.html_about: scope, day looked back to, when, by whom and with what';

create function isms.report_html(scope text default null, sections text[] default null, title text default null) returns text
  language plpgsql stable set search_path = pg_catalog, pg_temp set datestyle = 'ISO, YMD' as $$
declare
  s isms.scope := isms.report_scope(scope);
  unknown text := (select string_agg(coalesce(u.name, 'null'), ', ' order by u.n) from unnest(sections) with ordinality u(name, n)
                    where not exists (select from isms.report_section x where x.name = u.name));
  part record;
  html text;
  contents text := '';
  body text := '';
begin
  if unknown is not null then
    raise exception using
      errcode = 'invalid_parameter_value',
      message = format('the report has no section %s', unknown),
      hint = 'Sections are ' || (select string_agg(x.name, ', ' order by x.position, x.name) from isms.report_section x) || '.';
  end if;
  title := coalesce(nullif(btrim(title), ''), 'Report of the information security management system');
  for part in
    select x.name, x.title, x.procedure, x.long
      from isms.report_section x
     where sections is null or x.name = any (sections)
     order by array_position(sections, x.name), x.position, x.name
  loop
    execute format('select %s($1)', part.procedure) into html using s.code;
    contents := contents || format(E'<li><a href="#%s">%s</a></li>\n', part.name, isms.html_escape(part.title));
    body := body || format(E'<section id="%s"%s aria-labelledby="%s-title">\n<h2 id="%s-title">%s</h2>\n', part.name, case when part.long then ' class="long"' else '' end, part.name, part.name, isms.html_escape(part.title))
                 || coalesce(html, E'<p class="empty">Nothing recorded.</p>\n') || E'</section>\n';
  end loop;
  return isms.html_page(s.name || ': ' || title,
    E'<header>\n<p class="kind">' || isms.html_escape(title) || E'</p>\n<h1>' || isms.html_escape(s.name) || E'</h1>\n'
    || isms.html_about(isms.report_made(s)) || E'</header>\n'
    || case when contents <> '' then E'<nav aria-labelledby="contents">\n<h2 id="contents">Contents</h2>\n<ol>\n' || contents || E'</ol>\n</nav>\n' else '' end
    || body);
end
$$;

comment on function isms.report_html(text, text[], text) is 'The report of a scope, by default the default one, as one page of HTML that needs nothing else: all sections, or those named, in that order. What the reader may not see is not in it. Errors: IS021 scope not visible, 22023 unknown section';
