-- Documents (7.5): a policy is written, reviewed, approved by another than its author, in force, replaced, withdrawn; what is mandatory is known with its state.
\set SHOW_CONTEXT never
set client_min_messages = warning;
drop extension if exists isms cascade;
create extension isms;
create role regress_li login;
create role regress_tom login;

-- What a statement is refused with, dates masked; the comment is the transaction's.
create function pg_temp.attempt(statement text, comment text default '') returns text language plpgsql as $$
declare
  state text; said text; detail text; hint text;
begin
  perform set_config('isms.comment', comment, true);
  execute statement;
  return 'done';
exception when others then
  get stacked diagnostics state = returned_sqlstate, said = message_text, detail = pg_exception_detail, hint = pg_exception_hint;
  return regexp_replace(concat_ws(E'\n', state || ': ' || said, 'DETAIL: ' || nullif(detail, ''), 'HINT: ' || nullif(hint, '')), '\d{4}-\d\d-\d\d|\d\d-\d\d-\d{4}', 'DATE', 'g');
end
$$;

do $$ begin
  perform isms.setup('ACME', 'Acme Ltd', 'dana', 'Dana Ruiz');
  perform isms.add_person('li', 'Li Wei', login => 'regress_li', roles => '{control_owner}');
  perform isms.add_person('tom', 'Tom Tate', login => 'regress_tom', roles => '{top_management}');
end $$;
\pset format unaligned
\pset tuples_only on

-- A document is its code, title, kind and owner; what the kind demands comes with it.
insert into isms.document (code, title, kind, owner, review_every) values
  ('POL', 'Information security policy', 'policy', 'dana', '1 year'),
  ('SOA', 'Statement of applicability', 'statement_of_applicability', 'dana', null),
  ('PWD', 'Passwords', 'topic_policy', 'li', null);
insert into isms.document (title, kind) values ('How we back up', 'procedure') returning code, mandatory, acknowledged;
select code, mandatory, acknowledged from isms.document where owner is not null order by code;
insert into isms.document_link (document, subject_kind, subject) values ('PWD', 'control', 'A.5.17');
select pg_temp.attempt($$insert into isms.document_link (document, subject_kind, subject) values ('PWD', 'control', 'A.5.99')$$);
select pg_temp.attempt($$insert into isms.document_link (document, subject_kind, subject) values ('PWD', 'risk', 'R-1')$$);

-- Li Wei writes the policy.  A draft may lack everything; what is submitted is identified, has a form, and is controlled.
set session authorization regress_li;
insert into isms.document_version (document, version, body) values ('POL', '1.0', 'We protect what customers entrust to us.');
select kind, title, author, dated = isms.today(scope) as from_today, encode(digest, 'hex') = encode(sha256('We protect what customers entrust to us.'), 'hex') as digest_of_text, status from isms.document_version;
select pg_temp.attempt($$update isms.document_version set status = 'in_review' where document = 'POL'$$);
update isms.document_version set approver = 'li', language = 'en', format = 'md', medium = 'wiki', classification = 'internal', readers = '{everybody}', kept_at = 'isms', retention = '5 years', disposal = 'deleted' where document = 'POL';
update isms.document_version set status = 'in_review' where document = 'POL';
-- In review the text is what is reviewed, commitments included.
select pg_temp.attempt($$update isms.document_version set body = 'Something else', commits_improvement = true where document = 'POL'$$);
reset session authorization;

-- Approved by another than the author, who may approve the kind, when the review found it right and it says what a policy says.
select pg_temp.attempt($$select isms.request('isms.document_version', '{"document": "POL", "version": "1.0"}', 'approve', changes => '{"reviewer": "dana", "suitable": true, "adequate": false}')$$);
select isms.request('isms.document_version', '{"document": "POL", "version": "1.0"}', 'return', 'The commitments are missing');
set session authorization regress_li;
update isms.document_version set approver = 'tom', body = 'We protect what customers entrust to us, keep the law and our promises, and get better at it.', has_objectives = true, commits_requirements = true, commits_improvement = true,
  availability = 'On the intranet; to customers on request' where document = 'POL';
update isms.document_version set status = 'in_review' where document = 'POL';
reset session authorization;
update isms.document_version set reviewer = 'dana', reviewed_on = isms.today(scope), suitable = true, adequate = true, effective_from = isms.today(scope) where document = 'POL';
select isms.request('isms.document_version', '{"document": "POL", "version": "1.0"}', 'approve', 'Reviewed');
set session authorization regress_tom;
select kind, title, what from isms.inbox;
select isms.approve('isms.document_version', '{POL 1.0}', 'approve');
reset session authorization;
select pg_temp.attempt($$update isms.document_version set effective_from = effective_from + 1 where document = 'POL'$$);
select pg_temp.attempt($$delete from isms.document_version where document = 'POL'$$);
select code, version, state, effective_from = isms.today(scope) as from_today, due - isms.today(scope) >= 365 as due_in_a_year from isms.document_status where code = 'POL';

-- The next version says what changed; until its day comes the old one is in force.
insert into isms.document_version (document, version, body, author, approver, language, format, medium, classification, readers, kept_at, retention, disposal, has_objectives, commits_requirements, commits_improvement, availability)
select document, '2.0', 'We protect what is entrusted to us.', 'li', approver, language, format, medium, classification, readers, kept_at, retention, disposal, has_objectives, commits_requirements, commits_improvement, availability
  from isms.document_version where document = 'POL';
select pg_temp.attempt($$update isms.document_version set status = 'in_review' where document = 'POL' and version = '2.0'$$);
update isms.document_version set body = null where document = 'POL' and version = '2.0' returning digest is null as gone_with_the_text;
update isms.document_version set body = 'We protect what is entrusted to us.', digest = sha256('something else') where document = 'POL' and version = '2.0' returning digest = sha256('We protect what is entrusted to us.') as digest_of_text;
update isms.document_version set change_note = 'Suppliers entrust us with things too' where document = 'POL' and version = '2.0';
update isms.document_version set status = 'in_review' where document = 'POL' and version = '2.0';
select isms.request('isms.document_version', '{"document": "POL", "version": "2.0"}', 'approve', changes => jsonb_build_object('reviewer', 'dana', 'reviewed_on', isms.today('ACME'), 'suitable', true, 'adequate', true, 'effective_from', isms.today('ACME') + 30));
set session authorization regress_tom;
select isms.approve('isms.document_version', '{"{\"document\": \"POL\", \"version\": \"2.0\"}"}', 'approve');
reset session authorization;
select code, version, state from isms.document_status where code = 'POL' order by version;
-- What is mandatory is not left without a version in force, and is withdrawn with the approver's consent.
select pg_temp.attempt($$select isms.request('isms.document_version', '{"document": "POL", "version": "1.0"}', 'withdraw', 'We want it no more')$$);
-- nor is the last of its kind, where its row no longer says so
update isms.document set mandatory = false where code = 'POL';
select pg_temp.attempt($$select isms.request('isms.document_version', '{"document": "POL", "version": "1.0"}', 'withdraw', 'We want it no more')$$);
update isms.document set mandatory = true where code = 'POL';

-- What was approved as a policy does not become something else, nor is it found under another code.
select pg_temp.attempt($$update isms.document set kind = 'plan' where code = 'POL'$$);
select pg_temp.attempt($$update isms.document set code = 'POL-1' where code = 'POL'$$);
update isms.document set kind = 'procedure', title = 'Our passwords' where code = 'PWD' returning kind;
update isms.document set kind = 'topic_policy', title = 'Passwords' where code = 'PWD';

-- The state of a version is a matter of the day.
select day, isms.document_state('approved', date '2026-03-01', f.last_effective, date '2027-03-01', d.day)
  from unnest('{2026-02-28,2026-03-01,2027-03-01,2027-03-02,2027-06-01}'::date[]) d(day)
 cross join lateral (select case when d.day >= date '2027-06-01' then date '2027-06-01' when d.day >= date '2026-03-01' then date '2026-03-01' end) f(last_effective);

-- A document of external origin has its source, the edition in use and the day it was last checked for a newer one.
select pg_temp.attempt($$insert into isms.document (code, title, kind, external) values ('ISO', 'ISO/IEC 27001', 'external', true)$$);
insert into isms.document (code, title, kind, external, source, edition, owner, review_every) values ('ISO', 'ISO/IEC 27001', 'external', true, 'ISO', '2022 with Amd 1:2024', 'dana', '1 year');
select version, source, state from isms.document_status where code = 'ISO';
update isms.document set checked_on = isms.today(scope) where code = 'ISO';
select version, source, state from isms.document_status where code = 'ISO';
update isms.document set checked_on = isms.today(scope) - 400 where code = 'ISO';
select version, source, state from isms.document_status where code = 'ISO';

-- What each kind must say is data: a statement of applicability with undecided controls is not approved, nor what has neither text nor place.
insert into isms.document_version (document, version, approver, language, format, medium, classification, readers, kept_at, retention, disposal) values ('SOA', '1', 'tom', 'en', 'pdf', 'file', 'internal', '{everybody}', 'share', '5 years', 'deleted');
update isms.document_version set status = 'in_review' where document = 'SOA';
select u.reason from isms.next_steps('isms.document_version', '{"document": "SOA", "version": "1"}') n, unnest(n.reasons) u(reason) where n.step = 'approve';
select isms.document_content(jsonb_build_object('scope', 'ACME', 'kind', 'treatment_plan', 'body', 'Plan'));
select isms.document_content(jsonb_build_object('scope', 'ACME', 'kind', 'scope', 'body', 'The whole company'));
select isms.document_content(jsonb_build_object('scope', 'ACME', 'kind', 'procedure', 'place', 'Shelf 3'));

-- Nobody approves what they wrote, whatever the kind.
set session authorization regress_li;
insert into isms.document_version (document, version, body, approver, language, format, medium, classification, readers, kept_at, retention, disposal, reviewer, reviewed_on, suitable, adequate, effective_from)
values ('PWD', '1', 'Twelve characters', 'li', 'en', 'md', 'wiki', 'internal', '{everybody}', 'isms', '5 years', 'deleted', 'dana', isms.today('ACME'), true, true, isms.today('ACME'));
update isms.document_version set status = 'in_review' where document = 'PWD';
reset session authorization;
select isms.request('isms.document_version', '{"document": "PWD", "version": "1"}', 'approve', 'Reviewed');
set session authorization regress_li;
select pg_temp.attempt($$select isms.approve('isms.document_version', '{"{\"document\": \"PWD\", \"version\": \"1\"}"}', 'approve')$$);
-- Nor what they changed, whoever stands there as its author: the trail knows.
reset session authorization;
insert into isms.document_version (document, version, body, approver, language, format, medium, classification, readers, kept_at, retention, disposal)
select 'PWD', v.version, 'Fourteen characters', 'li', 'en', 'md', 'wiki', 'internal', '{everybody}', 'isms', '5 years', 'deleted' from unnest('{2,3}'::text[]) v(version);
set session authorization regress_li;
update isms.document_version set body = 'All written by Li Wei' where document = 'PWD' and version = '2';
reset session authorization;
update isms.document_version set status = 'in_review' where document = 'PWD' and version in ('2', '3');
select isms.request('isms.document_version', 'PWD 2', 'approve', 'Reviewed', jsonb_build_object('reviewer', 'dana', 'reviewed_on', isms.today('ACME'), 'suitable', true, 'adequate', true, 'effective_from', isms.today('ACME')));
set session authorization regress_li;
select pg_temp.attempt($$select isms.approve('isms.document_version', '{PWD 2}', 'approve')$$);
-- To review it oneself is no change: what the review found comes with the request.
select isms.request('isms.document_version', 'PWD 3', 'approve', 'Reviewed', jsonb_build_object('reviewer', 'li', 'reviewed_on', isms.today('ACME'), 'suitable', true, 'adequate', true, 'effective_from', isms.today('ACME')));
select isms.approve('isms.document_version', '{PWD 3}', 'approve');
reset session authorization;

-- A version is named as readiness shows it, document and version with a space between, or as JSON.
select n.step, n.to_state from isms.next_steps('isms.document_version', 'POL 1.0') n;
set session authorization regress_li;
select isms.reject('isms.document_version', 'PWD 2', 'approve', 'Write it anew');
reset session authorization;
select pg_temp.attempt($$select isms.withdraw('isms.document_version', 'PWD 2', 'approve')$$);
select pg_temp.attempt(s)
  from unnest(array[
    $$select isms.approve('isms.document_version', '{POL}', 'approve')$$,
    $$select isms.approve('isms.document_version', '{POL 9}', 'approve')$$,
    $$select isms.request('isms.document_version', '{"document": "POL"', 'return', 'Not as it is')$$,
    $$select isms.request('isms.document_version', '["POL", "1.0"]', 'return', 'Not as it is')$$,
    $$select isms.next_steps('isms.document_version', '7')$$,
    $$select isms.request('isms.document_version', null, 'return', 'Not as it is')$$]) s;
insert into isms.document (code, title, kind) values ('A', 'A', 'procedure'), ('A B', 'A B', 'procedure');
insert into isms.document_version (document, version) values ('A', 'B C'), ('A B', 'C');
select pg_temp.attempt($$select isms.next_steps('isms.document_version', 'A B C')$$);
select n.step from isms.next_steps('isms.document_version', '{"document": "A B", "version": "C"}') n;
delete from isms.document_version where document in ('A', 'A B');
delete from isms.document where code in ('A', 'A B');

-- The pack of mandatory documented information.  What a register holds counts, document or not.
insert into isms.document (code, title, kind) values ('METHOD', 'How we assess risks', 'method');
select kind, clause, code, version, state, nullif(records, 0) as records from isms.mandatory_documents();

set session authorization regress_li;
select pg_temp.attempt($$select * from isms.mandatory_documents('BETA')$$);
reset session authorization;

-- All that is in force, with its text and a name for a file of each.
select code, version, title, clause, classification, format, body, length(digest), place, file_name from isms.current_documents();

-- A list of documents and their versions comes from a sheet, in force where a cut-over says so, with the approval it had.
create temp table sheet (code text, name text, type text, "review cycle" text, "of external origin" text, publisher text, edition text);
insert into sheet values ('INC', 'Incident plan', 'Plan', '1 year', 'no', null, null), ('NIS2', 'NIS 2 directive', 'external', '6 months', 'yes', 'European Union', '2022/2555'), ('BAD', 'Bad', 'Poem', 'often', 'no', null, null);
select line, column_name, value, reason from isms.import('document', 'sheet', on_error => 'skip') where line is not null;
create temp table versions (document text, version text, date text, "retention period" text, link text, author text, "in force from" text, state text, approved_by text, approved_on text, approval_document text);
insert into versions values ('Incident plan', '1.0', '2020-03-01', '5 years', 'share/incident.pdf', 'Li Wei', '2020-04-01', 'approved', 'tom', '2020-03-20', 'Minutes 12');
select isms.begin_cutover('Documents move here');
select reason, value from isms.import('document_version', 'versions') where line is null;
select isms.end_cutover() ~ 'ended' as ended;
select code, kind, version, state, author from isms.document_status where code in ('INC', 'NIS2') order by code;
select isms.period_words(keep_for), retention from isms.document_version where document = 'INC';
select q.transition, a.approver, a.approved_on = date '2020-03-20' as then, a.document from isms.approval_request q join isms.approval a on a.request = q.id where q.carried_over;

drop extension isms cascade;
drop role regress_li, regress_tom;
