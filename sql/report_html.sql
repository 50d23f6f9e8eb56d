-- The HTML report and the statement of applicability as a page: whatever a row holds is shown as text, sections are chosen, nothing is asked of a network.
\set SHOW_CONTEXT never
set client_min_messages = warning;
drop extension if exists isms cascade;
create extension isms;
\pset format unaligned
\pset footer off
\pset null '(null)'

-- Values are escaped in text and in attributes; what HTML has no place for is shown as what cannot be shown.
select isms.html_escape(E'<script>alert("1")</script> & ''x'' \x01\x7f\ttab \u202Eback') as escaped, isms.html_escape(null) as of_nothing;
-- A table: rows and their headings, figures to the right, a dash for null, a colour only beside the value and only if it is one.
select isms.html_table('Two <rows>', '{Code,What,Number,Open}', jsonb_build_array(
  jsonb_build_array('a&b', isms.html_cell('High', E'<i>note</i>', '#d73027'), 12.50, true),
  jsonb_build_array(null, isms.html_cell('Low', null, 'red"><script>'), null, false)), '{25,25,25,25}');
select isms.html_table('No rows', '{Code}', null) as without_rows, isms.html_table(null, '{A}', '[["x"]]') as without_caption;

-- ACME, as if it had been used for a while: hostile names, a risk assessed, a version of the statement that was approved.
insert into isms.scope (code, name, time_zone) values ('ACME', 'Acme <Ltd> & Sons', 'Europe/Berlin'), ('NEW', 'New Ltd', 'UTC');
insert into isms.person (code, name) values ('dana', 'Dana <b>Ruiz</b>'), ('li', 'Li Wei');
insert into isms.role_assignment (scope, code, person, role, status) values ('ACME', 'RA-1', 'li', 'isms_manager', 'active');
insert into isms.document (scope, code, title, kind, owner, mandatory, acknowledged) values ('ACME', 'SCOPE', 'Scope', 'scope', 'li', true, false);
insert into isms.document_version (scope, document, version, kind, title, author, approver, dated, body, effective_from, status)
values ('ACME', 'SCOPE', '1', 'scope', 'Scope', 'li', 'dana', '2024-01-01', 'Everything at <site 1>', '2024-01-01', 'approved');
insert into isms.statement_version (scope, code, note, status, taken_at, approved_by, approved_on) values
  ('ACME', '2023-1', null, 'approved', '2023-05-01 10:00+00', 'dana', '2023-05-02'),
  ('ACME', '2024-1', 'First & second', 'approved', '2024-05-01 10:00+00', 'dana', '2024-05-02'),
  ('ACME', '2025-1', null, 'draft', null, null, null);
insert into isms.statement_line (scope, version, catalogue, code, title, sort_key, theme, necessary, reasons, justification, implementation_status, assurance, implementations)
select 'ACME', '2024-1', c.catalogue, c.reference::text, c.title, isms.sort_key(c.reference), c.theme, d.necessary, d.reasons, d.justification, d.status, d.assurance, d.implementations
  from (values ('A.5.9', true, 'risk', null, 'implemented', 'verified', 'LIST, OTHER'), ('A.5.10', true, 'law', 'Asked for by <law>', 'partial', 'unverified', null), ('A.8.30', false, '', 'Nothing is outsourced', 'not_applicable', null, null))
         d(reference, necessary, reasons, justification, status, assurance, implementations)
  join isms.control c on c.catalogue = isms.base_catalogue() and c.reference = d.reference::isms.reference;
insert into isms.evidence (scope, code, title, subject_kind, subject, locator, collected_on) values
  ('ACME', 'E-1', 'List', 'implementation', 'LIST', 'share', '2024-04-01'), ('ACME', 'E-2', 'Later', 'implementation', 'LIST', 'share', '2024-06-01'), ('ACME', 'E-3', 'Of another', 'implementation', 'LIS', 'share', '2024-04-01');
insert into isms.approval_request (scope, table_name, key, transition, requester, digest, status, closed_by, closed_at)
values ('ACME', 'isms.statement_version', '2024-1', 'approve', 'li', isms.row_digest(isms.workflow_of('isms.statement_version'), '2024-1', 'ACME'), 'carried_out', 'dana', now());
insert into isms.approval (request, scope, slot, approver, digest) select q.id, q.scope, 'approver', 'dana', q.digest from isms.approval_request q;
insert into isms.login (role_name, person) values ('regress_li', 'li');
create role regress_li login;
select from isms.setup_method('ACME');
insert into isms.asset (scope, code, title, kind, owner) values ('ACME', 'CRM', 'Customers & <more>', 'information', 'li');
insert into isms.risk (scope, code, title, method, asset, threat, hits, likelihood, consequence, owner)
select 'ACME', r.code, r.title, m.code, 'CRM', r.threat, 'C', r.rated, r.rated, 'li'
  from isms.risk_method m, (values ('R-1', '<script>alert(1)</script>', E'"quoted" \x02', 4), ('R-2', 'Not rated', null, null)) r(code, title, threat, rated);
insert into isms.implementation (scope, code, title, owner, status) values ('ACME', 'MFA', 'Second factor', 'li', 'implemented');
insert into isms.risk_control (scope, risk, implementation, effect_on, effectiveness) values ('ACME', 'R-1', 'MFA', 'likelihood', 0.9);
do $$ begin perform isms.setup('BETA', 'Beta Ltd', 'root', 'First Person'); end $$;
grant isms_reader to regress_li;
insert into isms.risk (scope, code, title, threat, hits, likelihood, consequence, owner) values ('BETA', 'R-9', 'Secret of BETA', 'Spies', 'C', 4, 4, 'root');

-- What a page asks for or runs: nothing.  Addresses in it are places in it, each there once.
create function pg_temp.foreign_parts(page text) returns text[] language sql as $$
  select array(select m[1] from regexp_matches(page, '(<script|<link|<img|<iframe|<object|src=|url\((?!#)|@import|href="[^#]|\son[a-z]+=|javascript:)', 'gi') m) $$;
create function pg_temp.dead_links(page text) returns text[] language sql as $$
  with link as (select u.id from regexp_matches(page, '(?:href="#|aria-labelledby="|url\(#)([^")]*)["\)]', 'g') m, string_to_table(m[1], ' ') u(id)),
       place as (select m[1] as id, count(*) from regexp_matches(page, '\sid="([^"]*)"', 'g') m group by 1)
  select array(select l.id from link l where l.id not in (select p.id from place p) union all select p.id || ' twice' from place p where p.count > 1) $$;
create function pg_temp.sections(page text) returns text[] language sql as $$
  select array(select m[1] from regexp_matches(page, '<section id="([^"]*)"', 'g') m) $$;
-- A row of a table by its heading.
create function pg_temp.row_of(page text, heading text) returns text language sql as $$
  select split_part(r.row, '</tr>', 1) from string_to_table(page, '<tr>') r(row) where r.row ~ ('^<th scope="row">' || heading || '<') $$;

select isms.report_html('ACME') as page \gset
select pg_temp.foreign_parts(:'page') as asked_or_run, pg_temp.dead_links(:'page') as dead_links,
       :'page' ~ '^<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">' as declared, :'page' ~ '<h1>Acme &lt;Ltd&gt; &amp; Sons</h1>' as named, :'page' ~ 'Europe/Berlin' as in_its_time_zone, :'page' ~ 'Secret of BETA' as of_another_scope;
-- A title that would be a script is read, as are the asset and the threat; a control that nothing shows to work is told apart; what is not rated is a dash.
select pg_temp.row_of(:'page', 'R-1');
select pg_temp.row_of(:'page', 'R-2');
-- All sections in their order, each in the table of contents; or those that are named, in that order, under a title of one's own.
select (select array_agg(x.name order by x.position) from isms.report_section x) = pg_temp.sections(:'page') as all_sections,
       (select count(*) from regexp_matches(:'page', '<li><a href="#', 'g')) = (select count(*) from isms.report_section) as all_in_contents;
select isms.report_html('ACME', '{trail,summary}', 'For <the> board') as chosen \gset
select pg_temp.sections(:'chosen'), pg_temp.dead_links(:'chosen') as dead_links, (regexp_match(:'chosen', '<title>(.*)</title>'))[1] as title;
select pg_temp.sections(isms.report_html('ACME', '{}')) as none;
select isms.report_html('ACME', '{summary,nonsense,"<b>"}');
\echo :LAST_ERROR_SQLSTATE
select isms.report_html('GAMMA');
\echo :LAST_ERROR_SQLSTATE
-- A section of the organisation's own: a row of the owner's.
create function public.own_section(scope text) returns text language sql as $$ select '<p>' || isms.html_escape('Own words of <' || scope || '>') || '</p>' $$;
insert into isms.report_section (name, title, position, procedure) values ('own', 'Own & proper', 15, 'public.own_section');
select regexp_match(isms.report_html('ACME', '{own}'), '<section id="own".*</section>');
delete from isms.report_section where name = 'own';

-- A scope with nothing in it: every section says so.
select isms.report_html('NEW') as page \gset
select pg_temp.dead_links(:'page') as dead_links, :'page' ~ 'The trail has not been sealed yet' as not_sealed,
       array(select substring(p.part from '^[a-z_]+') from string_to_table(:'page', '<section id="') p(part)
              where p.part ~ 'Nothing recorded' and p.part ~ '^(risk_register|treatment_plan|objectives|audits|certification|overdue)"') as without_rows;
select isms.seal() > 0 as sealed;
select strpos(isms.report_html('NEW', '{trail}'), isms.html_escape(isms.checkpoint_note())) > 0 as has_the_note;

-- Looking back the report says so, and is of then; its sections are those of today.
select to_char(clock_timestamp() at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US+00:00') as then from pg_sleep(0.01) \gset
update isms.risk set title = 'Renamed' where scope = 'ACME' and code = 'R-2';
insert into isms.report_section (name, title, position, procedure) values ('newer', 'Newer', 15, 'public.own_section');
select isms.seal() > 0 as sealed_again;
set isms.as_of = :'then';
select isms.report_html('ACME', '{newer,risk_register,trail}') as page \gset
reset isms.as_of;
select pg_temp.sections(:'page'), pg_temp.row_of(:'page', 'R-2') ~ '<td>Not rated<' as title_of_then,
       strpos(:'page', '<dt>Looking back to</dt><dd>' || :'then' || '</dd>') > 0 as says_so,
       strpos(:'page', isms.html_escape(isms.checkpoint_note(1))) > 0 as note_of_then, strpos(:'page', isms.html_escape(isms.checkpoint_note(2))) > 0 as note_of_now;
select pg_temp.row_of(isms.report_html('ACME', '{risk_register}'), 'R-2') ~ '<td>Renamed<' as title_of_now;
delete from isms.report_section where name = 'newer';

-- A reader of ACME: nothing of BETA in any section, BETA itself is not there.
set session authorization regress_li;
select isms.report_html() as page \gset
select :'page' ~ 'R-1' as own, :'page' ~ 'Secret of BETA' as other, :'page' ~ 'Beta' as other_name, :'page' ~ 'Li Wei' as by;
select isms.report_html('BETA');
\echo :LAST_ERROR_SQLSTATE
select isms.statement_of_applicability_html('BETA');
\echo :LAST_ERROR_SQLSTATE
insert into isms.report_section (name, title, position, procedure) values ('own', 'Own', 15, 'isms.report_trail');
reset session authorization;

-- The statement of applicability of a version: who approved what, when, in which scope, and each control on a line, with the evidence there was then.
select isms.statement_of_applicability_html('ACME', '2024-1') as page \gset
select m[1] as term, m[2] as said from regexp_matches(:'page', '<dt>([^<]*)</dt><dd[^>]*>([^<]*)</dd>', 'g') m where m[1] not in ('Made', 'Made with', 'Digest approved (SHA-256)');
select (regexp_match(:'page', '<dd class="digest">([0-9a-f]*)</dd>'))[1] = (select encode(a.digest, 'hex') from isms.approval a) as digest_of_the_approval, pg_temp.foreign_parts(:'page') as asked_or_run,
       :'page' ~ 'class="notice"' as noticed;
select (regexp_matches(:'page', '<caption>(.*?)</caption>', 'g'))[1];
select pg_temp.row_of(:'page', 'A\.5\.9') union all select pg_temp.row_of(:'page', 'A\.5\.10') union all select pg_temp.row_of(:'page', 'A\.8\.30');
-- What is not in force says so: an older version, one that is not approved, the statement as it is now, and one that is not any more what was approved.
create function pg_temp.notice(page text) returns text language sql as $$ select regexp_replace((regexp_match(page, '<p class="notice">(.*?)</p>'))[1], '[0-9]+ points', '(n) points') $$;
select pg_temp.notice(isms.statement_of_applicability_html('ACME', '2023-1')) as older, pg_temp.notice(isms.statement_of_applicability_html('ACME', '2025-1')) as draft, pg_temp.notice(isms.statement_of_applicability_html('ACME')) as now;
select (select count(*) from regexp_matches(isms.statement_of_applicability_html('ACME'), '<th scope="row">A', 'g')) as controls;
alter table isms.statement_line disable trigger all;
update isms.statement_line set assurance = 'verified' where code = 'A.5.10';
select pg_temp.notice(isms.statement_of_applicability_html('ACME', '2024-1')) as altered;
select isms.statement_of_applicability_html('ACME', '1999');
\echo :LAST_ERROR_SQLSTATE

set client_min_messages = warning;
select isms.revoke_roles() is not null as revoked;
drop extension isms cascade;
drop function public.own_section(text);
drop role regress_li;
