-- Charts as SVG: well-formed whatever people typed, complete, of the caller's scopes alone, several in one page.
\set SHOW_CONTEXT never
set client_min_messages = warning;
drop extension if exists isms cascade;
create extension isms;
select isms.setup_roles() \g /dev/null
select isms.grant_roles() \g /dev/null

\getenv source PG_ABS_SRCDIR
\set organisations :source '/tests/lib/organisations.sql'
\set ECHO none
\i :organisations
\set ECHO all
create role regress_li login in role isms_reader;
insert into isms.login (role_name, person) values ('regress_li', 'li');

create view chart as
  select s.code as scope, f.name, f.svg
    from isms.scope s
   cross join lateral (
     values (1, 'heat_map', isms.heat_map_svg(s.code)), (2, 'loss_exceedance', isms.loss_exceedance_svg(s.code)), (3, 'risk_trend', isms.risk_trend_svg(s.code)),
            (4, 'radar', isms.radar_svg(s.code)), (5, 'treatment_burn_down', isms.treatment_burn_down_svg(s.code)), (6, 'certification_timeline', isms.certification_timeline_svg(s.code))) f(n, name, svg);
create table drawn as select c.scope, c.name, c.svg, xmlparse(document c.svg) as x from chart c;
create function pg_temp.many(x xml, path text) returns integer language sql as $$
  select cardinality(xpath(path, x, '{{s,http://www.w3.org/2000/svg}}'))
$$;
create function pg_temp.words(x xml, path text) returns text language sql as $$
  select string_agg(t::text, ' ' order by n) from unnest(xpath(path, x, '{{s,http://www.w3.org/2000/svg}}')) with ordinality u(t, n)
$$;

-- Every one is a whole document: an image with a name and a description, no script, nothing from elsewhere, ASCII but for people's own words.
select count(*) as charts,
       count(*) filter (where pg_temp.many(x, '/s:svg[@role="img" and @viewBox and @width and @height]') = 1) as images,
       count(*) filter (where pg_temp.words(x, '/s:svg/@aria-labelledby') = pg_temp.words(x, '/s:svg/s:title/@id') || ' ' || pg_temp.words(x, '/s:svg/s:desc/@id')) as labelled,
       count(*) filter (where pg_temp.many(x, '//s:desc[string-length(.) > 10]') = 1) as described,
       count(*) filter (where pg_temp.many(x, '//s:script|//s:style|//s:image|//s:a|//s:foreignObject|//@*[starts-with(name(), "on")]|//@*[local-name() = "href"]') > 0) as with_more,
       count(*) filter (where svg !~ '^[\u0001-\u007f]*$' and scope <> 'ODD') as not_ascii,
       count(*) filter (where svg ~ '"[^"]*(NaN|Infinity|\de[+-]\d)[^"]*"') as odd_numbers
  from drawn;

-- All of them in one page: no identifier twice.
select count(*) > 50 as identifiers, count(*) - count(distinct i.id) as twice from drawn d, regexp_matches(d.svg, ' id="([^"]*)"', 'g') m, lateral (select m[1]) i(id);
select count(*) > 20 as referred, count(*) filter (where position(format('id="%s"', r.id) in r.svg) = 0) as to_nothing
  from (select distinct d.svg, m[1] as id from drawn d, regexp_matches(d.svg, 'url\(#([^)]*)\)', 'g') m) r;

-- Nothing there: a chart that says so.
select name, pg_temp.words(x, '/s:svg/s:title/text()') as title, pg_temp.words(x, '/s:svg/s:desc/text()') as said from drawn where scope = 'NONE' order by name;
select count(*) as none_elsewhere from drawn where scope <> 'NONE' and svg like '%Nothing to show%';

-- Risk matrix: few risks by their codes, each once; many by numbers that add up; the closed and the unrated one are not on the map.
select pg_temp.many(x, '//s:text[@class="risk"]') as codes, pg_temp.words(x, '//s:text[@class="risk"]/text()') as code from drawn where name = 'heat_map' and scope = 'ONE';
select pg_temp.many(x, '//s:text[@class="risk"]') as codes,
       (select count(distinct t::text) from unnest(xpath('//s:text[@class="risk"]/text()', x, '{{s,http://www.w3.org/2000/svg}}')) t) as different
  from drawn where name = 'heat_map' and scope = 'FEW';
select s.state, (select sum(t::text::integer) from unnest(xpath(format('//s:text[@class="%s"]/text()', s.state), d.x, '{{s,http://www.w3.org/2000/svg}}')) t) as risks,
       (select sum(h.risks) from isms.heat_map h where h.scope = 'MANY' and h.state = s.state and h.likelihood is not null) as by_view
  from drawn d, (values ('inherent'), ('current'), ('target')) s(state) where d.name = 'heat_map' and d.scope = 'MANY';
select scope, pg_temp.many(x, '//s:rect[@stroke="#ffffff" and @stroke-width="2"]') as cells, regexp_replace(pg_temp.words(x, '/s:svg/s:text[2]/text()'), '\d{4}-\d\d-\d\d', 'DATE') as said from drawn where name = 'heat_map' and scope in ('FEW', 'MANY') order by scope;
select pg_temp.words(x, '/s:svg/s:desc/text()') as said from drawn where name = 'heat_map' and scope = 'FEW';

-- Losses: two curves; the tolerance where there is an appetite, which is the greatest rate of the level as a probability: 1 - exp(-5), -2, -1, -0.33.
select scope, pg_temp.many(x, '//s:polyline[@class="curve"]') as curves, pg_temp.many(x, '//s:polyline[@class="tolerance"]') as tolerance from drawn where name = 'loss_exceedance' and scope <> 'NONE' order by scope;
select appetite, level, low, high, round(probability::numeric, 4) as probability from isms.loss_tolerance('FEW');
select count(*) from isms.loss_tolerance('ONE');

-- Trend: the newest nine rounds and today, whose levels add up.
select scope, pg_temp.words(x, '//s:text[@class="total"]/text()') as risks, (select sum(t::text::integer) from unnest(xpath('//s:text[@class="level"]/text()', x, '{{s,http://www.w3.org/2000/svg}}')) t) as today from drawn where name = 'risk_trend' and scope <> 'NONE' order by scope;

-- Controls: the numbers in the bars add up; themes are in the order of the catalogue.
select scope, pg_temp.many(x, '//s:polygon[@class="implemented" or @class="verified"]') as in_radar, (select sum(t::text::integer) from unnest(xpath('//s:text[@class="part"]/text()', x, '{{s,http://www.w3.org/2000/svg}}')) t) as controls,
       pg_temp.words(x, '/s:svg/s:desc/text()') as said
  from drawn where name = 'radar' and scope in ('ONE', 'MANY') order by scope;

-- Treatment: the line in fact ends today, that of due dates goes down to nothing.
select scope, pg_temp.many(x, '//s:polyline') as lines, pg_temp.words(x, '//s:polyline[@class="planned"]/@points') like '%,360' as to_nothing from drawn where name = 'treatment_burn_down' and scope <> 'NONE' order by scope;

-- Certification: a line an event, sixty at most.
select d.scope, pg_temp.many(d.x, '//s:text[@class="event"]') = least(60, (select count(*) from isms.certification_calendar c where c.scope = d.scope)) as a_line_an_event, pg_temp.many(d.x, '//s:text[@class="event"]') = 60 as cut from drawn d where d.name = 'certification_timeline' and d.scope <> 'NONE' order by d.scope;

-- What people typed is text: shown as typed, but for what XML forbids and what would turn the chart's own words.
select name, left(pg_temp.words(x, '/s:svg/s:title/text()'), position(chr(65533) in pg_temp.words(x, '/s:svg/s:title/text()')) - 1) as title from drawn where scope = 'ODD' and name = 'heat_map';
select count(*) as charts, count(*) filter (where svg ~ '[\u0001-\u0008\u000b\u202e]') as forbidden, count(*) filter (where pg_temp.words(x, '/s:svg/s:title/text()') like '%' || U&'\FFFD\FFFD \05E9\05DC\05D5\05DD \+01F600' || ' long%') as kept,
       max(length(pg_temp.words(x, '/s:svg/s:text[1]/text()'))) < 120 as heading_cut
  from drawn where scope = 'ODD';
select pg_temp.words(x, '//s:text[@class="risk"]/text()') as codes from drawn where scope = 'ODD' and name = 'heat_map';
select pg_temp.words(x, '//s:text[contains(., "<W>")]/text()') like '&lt;W&gt;%' as level, pg_temp.words(x, '//s:text[contains(., "likely &")]/text()') like '"%Very likely &amp;%' as step from drawn where scope = 'ODD' and name = 'heat_map';

-- Other rules: a percent method has no map of what is left; a scale of a hundred steps makes the chart wider; two methods, two maps.
update isms.risk_method set residual_rule = 'percent_max' where scope = 'ONE';
select pg_temp.many(x, '//s:circle') as circles, pg_temp.words(x, '//s:text[@class="risk"]/text()') as codes, svg like '%as planned%' as planned from (select s.svg, xmlparse(document s.svg) as x from isms.heat_map_svg('ONE') s(svg)) d;
update isms.risk_method set residual_rule = 'bands' where scope = 'ONE';
select isms.copy_method('5x5', 'FEW', 'wide') \g /dev/null
update isms.risk_method set map_rows = 'consequence', score_rule = 'impact_threat_vulnerability', residual_rule = 'vulnerability_reduction' where scope = 'FEW' and code = 'wide';
delete from isms.risk_scale_step where scope = 'FEW' and method = 'wide' and scale = 'likelihood';
insert into isms.risk_scale_step (scope, method, scale, step, label) select 'FEW', 'wide', s, n, 'Step ' || n from unnest('{threat,vulnerability}'::text[]) s, generate_series(1, 7) n;
update isms.risk set method = 'wide', likelihood = null, consequence = null, threat_rate = 7, vulnerability_rate = 6 where scope = 'FEW' and code = 'R-1';
select pg_temp.many(x, '//s:rect[@stroke="#ffffff" and @stroke-width="2"]') as cells, pg_temp.words(x, '/s:svg/@width')::numeric > 720 as wider, pg_temp.many(x, '//s:text[@class="risk"]') as codes, svg like '%Method wide%' as named
  from (select s.svg, xmlparse(document s.svg) as x from isms.heat_map_svg('FEW') s(svg)) d;

-- No setting of the session changes a chart; a new one, in which nothing was parsed yet.
update isms.risk set method = '5x5', likelihood = 3, consequence = 3 where scope = 'FEW' and code = 'R-1';
create table again as select * from chart where scope = 'FEW';
\c -
set datestyle = 'German'; set intervalstyle = 'sql_standard'; set extra_float_digits = -15; set search_path = ''; set timezone = 'Pacific/Auckland'; set standard_conforming_strings = off; set escape_string_warning = off; set xmloption = content;
select count(*) as charts, count(*) filter (where c.svg <> a.svg) as changed from public.chart c join public.again a using (scope, name) where c.scope = 'FEW';
reset all;
set client_min_messages = warning;

-- The scopes of the reader alone; one that is not seen and one that does not exist read the same.  A scope must be meant.
grant select on drawn to regress_li;
set session authorization regress_li;
set isms.scope = 'FEW';
select isms.heat_map_svg() = isms.heat_map_svg('FEW') as default_scope;
select isms.radar_svg('MANY') = svg as as_the_owner_sees_it from drawn where scope = 'MANY' and name = 'radar';
select f.name, xmlparse(document f.hidden) is document as whole, f.hidden like '%Nothing to show%' as says_so, f.hidden like '%script%' as leaks, regexp_replace(f.hidden, 'isms-[a-z-]+-[0-9a-f]+|ODD', 'X', 'g') = regexp_replace(f.missing, 'isms-[a-z-]+-[0-9a-f]+|NO-SUCH', 'X', 'g') as same
  from (values ('heat_map', isms.heat_map_svg('ODD'), isms.heat_map_svg('NO-SUCH')), ('loss_exceedance', isms.loss_exceedance_svg('ODD'), isms.loss_exceedance_svg('NO-SUCH')),
               ('risk_trend', isms.risk_trend_svg('ODD'), isms.risk_trend_svg('NO-SUCH')), ('radar', isms.radar_svg('ODD'), isms.radar_svg('NO-SUCH')),
               ('treatment_burn_down', isms.treatment_burn_down_svg('ODD'), isms.treatment_burn_down_svg('NO-SUCH')), ('certification_timeline', isms.certification_timeline_svg('ODD'), isms.certification_timeline_svg('NO-SUCH'))) f(name, hidden, missing);
select count(*) from isms.loss_tolerance('ODD');
reset isms.scope;
\set VERBOSITY sqlstate
select isms.heat_map_svg();
\set VERBOSITY default
reset session authorization;

-- What charts are made of.
select v, isms.chart_money(v) as money from unnest('{0,0.5,7,12.345,999.7,1234,99999,999999,1.5e6,12345678901,1e15}'::float8[]) v;
select v, isms.chart_step(v, 5) as step from unnest('{0.015,1,5,6,12,59,500,501}'::float8[]) v;
select string_agg(d.label, ' ' order by d.day) as ticks
  from (values (date '2026-01-10', date '2026-02-20'), ('2026-01-10', '2026-12-31'), ('2020-06-01', '2029-01-01'), ('1900-01-01', '9999-12-31')) p(f, l), isms.chart_days(p.f, p.l, 6) d group by f, l order by l, f;
select isms.chart_label('Customer data', 12, 200) as whole, isms.chart_label('Customer data & more', 12, 60) as cut, isms.chart_label('', 12, 60) as nothing, isms.chart_label('wide', 12, 1) as no_room;
select isms.chart_lines('250 thousand to a million', 11, 80, 3) as lines, isms.chart_lines('one two three four five six seven', 11, 40, 2) as two_at_most;
select c, isms.chart_ink(c) from unnest('{#000000,#ffffff,#d7191c,#ffffbf,#2c7bb6}'::text[]) c;
select isms.xml_escape('<a href="x" id=''y''>&amp;') as escaped;

drop view chart;
drop table drawn, again;
set isms.allow_drop = on;
drop extension isms;
drop owned by regress_li;
drop role regress_li;
