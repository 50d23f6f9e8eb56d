-- 7.5.3 f: a version is kept for its period after it stopped being in force, and then disposed of: by a step, once, by two people; its text goes, the rest stays.
\set SHOW_CONTEXT never
set client_min_messages = warning;
drop extension if exists isms cascade;
create extension isms;
create role regress_li login;
create role regress_tom login;

-- What a statement is refused with; the comment is the transaction's.
create function pg_temp.attempt(statement text, comment text default '') returns text language plpgsql as $$
declare
  state text; said text; detail text; hint text;
begin
  perform set_config('isms.comment', comment, true);
  execute statement;
  return 'done';
exception when others then
  get stacked diagnostics state = returned_sqlstate, said = message_text, detail = pg_exception_detail, hint = pg_exception_hint;
  return regexp_replace(concat_ws(E'\n', state || ': ' || said, case when detail !~ '^Failing row' then 'DETAIL: ' || nullif(detail, '') end, 'HINT: ' || nullif(hint, '')), '\d{4}-\d\d-\d\d', 'DATE', 'g');
end
$$;

create function pg_temp.key(document text, version text) returns text language sql as $$select jsonb_build_object('document', document, 'version', version)::text$$;

create function pg_temp.dispose(document text, version text, comment text default 'Deleted, as its disposal says', changes jsonb default '{"body": null}') returns text language sql as $$
  select pg_temp.attempt(format('select isms.request(%L, %L, %L, %L, %L)', 'isms.document_version', pg_temp.key(document, version), 'dispose', comment, changes))
$$;

do $$ begin
  perform isms.setup('ACME', 'Acme Ltd', 'dana', 'Dana Ruiz');
  perform isms.add_person('li', 'Li Wei', login => 'regress_li', roles => '{control_owner}');
  perform isms.add_person('tom', 'Tom Tate', login => 'regress_tom', roles => '{top_management}');
end $$;
\pset format unaligned
\pset tuples_only on

-- Versions of many years, moved here: when each took effect, in days before today.
insert into isms.document (code, title, kind, owner) values
  ('POL', 'Policy', 'policy', 'dana'), ('PWD', 'Passwords', 'topic_policy', 'dana'), ('CON', 'How contracts end', 'procedure', 'dana'), ('SCO', 'What the ISMS covers', 'scope', 'dana'), ('RUN', 'How shifts hand over', 'procedure', 'dana');
select isms.begin_cutover('Documents move here');
insert into isms.document_version (document, version, body, author, approver, dated, language, format, medium, classification, readers, kept_at, keep_for, retention, disposal, change_note, status, effective_from, withdrawn_on)
select v.document, v.version, format('Text of %s %s', v.document, v.version), 'li', 'tom', isms.today('ACME') - 4000, 'en', 'md', 'wiki', 'internal', '{everybody}', 'isms', v.keep_for, v.retention, 'deleted', 'Better', v.status,
       isms.today('ACME') - v.effective, isms.today('ACME') - v.withdrawn
  from (values ('POL', '1.0', 3000, interval '1000 days', null, 'approved', null::integer),
               ('POL', '2.0', 2000, '1000 days', null, 'approved', null),
               ('POL', '3.0', 1000, '1000 days', null, 'approved', null),
               ('PWD', '0.9', 900, '2000 days', null, 'withdrawn', null),
               ('PWD', '1.0', 800, '30 days', 'Our own rule', 'withdrawn', 200),
               ('PWD', '2.0', 100, '1 year', null, 'approved', null),
               ('CON', '1.0', 700, null, 'as long as the last contract made under it runs', 'approved', null),
               ('CON', '2.0', 600, '1 year', null, 'approved', null),
               ('SCO', '1.0', 3000, '4000 days', null, 'approved', null),
               ('SCO', '2.0', 2000, '30 days', null, 'approved', null),
               ('SCO', '3.0', 1000, '30 days', null, 'approved', null),
               ('RUN', '1.0', 3000, '4000 days', null, 'approved', null),
               ('RUN', '2.0', 2000, '30 days', null, 'approved', null),
               ('RUN', '3.0', 1000, '30 days', null, 'approved', null)) v(document, version, effective, keep_for, retention, status, withdrawn);
select isms.end_cutover() ~ 'ended' as ended;

-- Kept until: from the day the next one took effect, or from that of the withdrawal; nothing where no period can be given, nor of what is in force.
-- One loaded as withdrawn was so on that day at the latest.
select s.code, s.version, s.state, s.kept_until - isms.today('ACME') as days_left, isms.today('ACME') - v.withdrawn_on as withdrawn_days_ago
  from isms.document_status s join isms.document_version v on v.document = s.code and v.version = s.version order by 1, 2;
-- What has to go is one list, with what else is late: its day is the first on which it may go.
select code, title, owner_name, what, days from isms.overdue where kind = 'document' order by code, what;
select readers, retention, disposal from isms.document_in_force where code = 'POL';
select rule, status, judged, offending, unknown from isms.readiness('ACME') where rule = 'RD-087';

-- A period is whole days and above, and enough to be controlled; without it words say until when.
select pg_temp.attempt($$insert into isms.document_version (document, version, keep_for) values ('CON', '3.0', '12 hours')$$);
insert into isms.document_version (document, version, body, approver, language, format, medium, classification, readers, kept_at, disposal, change_note) values ('CON', '3.0', 'Text', 'tom', 'en', 'md', 'wiki', 'internal', '{everybody}', 'isms', 'deleted', 'Shorter');
select pg_temp.attempt($$update isms.document_version set status = 'in_review' where document = 'CON' and version = '3.0'$$);
select pg_temp.attempt($$update isms.document_version set keep_for = '1 year', status = 'in_review' where document = 'CON' and version = '3.0'$$);
-- In review it is part of what is reviewed, and the days are nobody's to write.
select pg_temp.attempt($$update isms.document_version set keep_for = '2 years' where document = 'CON' and version = '3.0'$$);
select pg_temp.attempt($$update isms.document_version set withdrawn_on = date '2020-01-01' where document = 'PWD' and version = '1.0'$$);
insert into isms.document_version (document, version, withdrawn_on, disposed_on) values ('CON', '4.0', date '2020-01-01', date '2020-01-01') returning num_nonnulls(withdrawn_on, disposed_on) as days;

-- Refused: in force; before its time; without a period; without a word on how; while its text would stay; by who may not.
select pg_temp.dispose('POL', '3.0');
select pg_temp.dispose('POL', '2.0');
select pg_temp.dispose('CON', '1.0');
select pg_temp.dispose('POL', '1.0', '');
select pg_temp.dispose('POL', '1.0', changes => null);
select pg_temp.dispose('CON', '3.0');
set session authorization regress_li;
select pg_temp.dispose('POL', '1.0');
reset session authorization;
-- Nor does a plain statement get around it.
select pg_temp.attempt($$delete from isms.document_version where document = 'POL' and version = '1.0'$$);
select pg_temp.attempt($$update isms.document_version set body = null where document = 'POL' and version = '1.0'$$);
select pg_temp.attempt($$update isms.document_version set status = 'disposed', body = null where document = 'POL' and version = '1.0'$$, 'Deleted, as its disposal says');

-- In an emergency too the text goes with the state.
set isms.allow_break_glass = on;
begin;
select isms.break_glass('A court says that it has to go today') ~ 'glass' as broken;
update isms.document_version set status = 'disposed' where document = 'POL' and version = '2.0' returning body is null as gone, digest = sha256('Text of POL 2.0') as digest_of_the_text;
rollback;
reset isms.allow_break_glass;

-- A hold keeps all versions of a document, and takes them off the list.
update isms.document set hold = 'Dispute with a former employee' where code = 'POL';
select pg_temp.dispose('POL', '1.0');
select count(*) from isms.overdue where code = 'POL';
update isms.document set hold = null where code = 'POL';

-- Asked for by the one, approved by the other.  A hold that comes between holds.
select pg_temp.dispose('POL', '1.0');
select pg_temp.attempt($$select isms.approve('isms.document_version', array[pg_temp.key('POL', '1.0')], 'dispose')$$);
update isms.document set hold = 'Dispute with a former employee' where code = 'POL';
set session authorization regress_tom;
select pg_temp.attempt($$select isms.approve('isms.document_version', array[pg_temp.key('POL', '1.0')], 'dispose')$$);
reset session authorization;
update isms.document set hold = null where code = 'POL';
set session authorization regress_tom;
select kind, what from isms.inbox where what ~ 'dispose';
select isms.approve('isms.document_version', array[pg_temp.key('POL', '1.0')], 'dispose');
reset session authorization;

-- Its text is gone; what it was, how long it had to be kept and that the text was this one stay, with who disposed of it and how.
select code, version, state, kept_until, disposed_on = isms.today(scope) as today from isms.document_status where code = 'POL' and version = '1.0';
select title, author, approver, retention, isms.period_words(keep_for), disposal, body is null as gone, digest = sha256('Text of POL 1.0') as digest_of_the_text from isms.document_version where document = 'POL' and version = '1.0';
select r.transition, r.requester, r.comment, r.changes, a.approver, a.digest = r.digest as of_this from isms.approval_request r join isms.approval a on a.request = r.id where r.key = pg_temp.key('POL', '1.0');
-- Once: it does not come back, nor go again.
select pg_temp.dispose('POL', '1.0');
select pg_temp.attempt($$update isms.document_version set body = 'Text of POL 1.0' where document = 'POL' and version = '1.0'$$);
select pg_temp.attempt($$update isms.document_version set status = 'approved' where document = 'POL' and version = '1.0'$$);
-- The periods of the others are what they were: a version that replaced another did so, gone or not, and one that was withdrawn did not.
select pg_temp.dispose('PWD', '1.0'), pg_temp.dispose('SCO', '2.0'), pg_temp.dispose('RUN', '2.0');
set session authorization regress_tom;
select isms.approve('isms.document_version', array[pg_temp.key('PWD', '1.0'), pg_temp.key('SCO', '2.0'), pg_temp.key('RUN', '2.0')], 'dispose');
reset session authorization;
select code, version, state, kept_until - isms.today(scope) as days_left from isms.document_status where code <> 'CON' order by code, version;
-- What was in force on a day of the past is known by its name and digest.
select regexp_replace(isms.scope_statement('ACME', isms.today('ACME') - 1500), '[0-9a-f]{60}', '...'), isms.scope_statement('ACME', isms.today('ACME') - 2500);

-- One that was replaced stays so, though what replaced it is gone: nothing is in force once the last is withdrawn, and of a mandatory document it may not be.
update isms.document set mandatory = true where code = 'RUN';
select pg_temp.attempt(format('select isms.request(%L, %L, %L, %L)', 'isms.document_version', pg_temp.key('RUN', '3.0'), 'withdraw', 'Nobody works in shifts any more'));
update isms.document set mandatory = false where code = 'RUN';
select pg_temp.attempt(format('select isms.request(%L, %L, %L, %L)', 'isms.document_version', pg_temp.key('RUN', '3.0'), 'withdraw', 'Nobody works in shifts any more'));
set session authorization regress_tom;
select isms.approve('isms.document_version', array[pg_temp.key('RUN', '3.0')], 'withdraw');
reset session authorization;
select version, state from isms.document_status where code = 'RUN' order by version;
select count(*) as in_force from isms.document_in_force where code = 'RUN';
-- A kind of document that the standard demands is never without one, whatever its row says.
select pg_temp.attempt(format('select isms.request(%L, %L, %L, %L)', 'isms.document_version', pg_temp.key('SCO', '3.0'), 'withdraw', 'Nothing is covered any more'));

-- Withdrawn here, a version has the day from the step: its period begins.
select pg_temp.attempt($$update isms.document_version set status = 'withdrawn' where document = 'CON' and version = '4.0'$$, 'Not wanted any more');
select isms.request('isms.document_version', pg_temp.key('CON', '2.0'), 'withdraw', 'We make no contracts any more');
set session authorization regress_tom;
select isms.approve('isms.document_version', array[pg_temp.key('CON', '2.0')], 'withdraw');
reset session authorization;
select v.version, isms.today(v.scope) - v.withdrawn_on as withdrawn_days_ago, s.kept_until - v.withdrawn_on >= 365 as kept_a_year from isms.document_version v join isms.document_status s on s.code = v.document and s.version = v.version where v.document = 'CON' and v.status = 'withdrawn' order by 1;
-- One that the withdrawn version had replaced is in force again, as ever.
select code, version, state, kept_until from isms.document_status where code = 'CON' and version = '1.0';
select isms.request('isms.document_version', pg_temp.key('CON', '1.0'), 'withdraw', 'We make no contracts any more');
set session authorization regress_tom;
select isms.approve('isms.document_version', array[pg_temp.key('CON', '1.0')], 'withdraw');
reset session authorization;

-- Where a period is found, or the rule changes, the retention of an approved version is amended, by two again.
select pg_temp.attempt($$select isms.request('isms.document_version', pg_temp.key('CON', '1.0'), 'amend_retention', 'The last contract ended', '{"keep_for": "2 months", "retention": "as the lawyer says"}')$$);
set session authorization regress_tom;
select isms.approve('isms.document_version', array[pg_temp.key('CON', '1.0')], 'amend_retention');
reset session authorization;
select kept_until - isms.today(scope) between 59 and 62 as two_months_left from isms.document_status where code = 'CON' and version = '1.0';
select what, days from isms.overdue where kind = 'document' order by code, what;
select rule, status, judged, offending, unknown from isms.readiness('ACME') where rule = 'RD-087';

-- The trail had the text, and has it until that is erased; then everything proves as before.
select isms.seal() > 0 as sealed;
select count(*) > 0 as in_the_trail from isms.audit_trail where table_name = 'isms.document_version' and concat(old_values, new_values) ~ 'Text of POL 1.0';
select v.document, v.version, e.entries > 0 as erased, e.kept
  from isms.document_version v
 cross join lateral isms.erase_personal_data('isms.document_version', jsonb_build_object('document', v.document, 'version', v.version)::text, 'Disposal of this year', scope => v.scope, keep_row => true) e
 where v.status = 'disposed' and v.disposed_on >= isms.today(v.scope) - 365 order by 1, 2;
select count(*) > 0 as in_the_trail from isms.audit_trail where table_name = 'isms.document_version' and concat(old_values, new_values) ~ 'Text of POL 1.0';
select count(*) > 0 as others_in_the_trail from isms.audit_trail where table_name = 'isms.document_version' and concat(old_values, new_values) ~ 'Text of POL 2.0';
select isms.seal() > 0 as sealed;
select * from isms.verify_trail();
select * from isms.reconcile('isms.document_version');
select operation, new_values ->> 'digest' = '\x' || encode(sha256('Text of POL 1.0'), 'hex') as digest_of_the_text from isms.row_history('isms.document_version', pg_temp.key('POL', '1.0'));
-- What the approver saw is not to be had any more; that it was approved, by whom and of what digest, is.
select pg_temp.attempt(format('select isms.decision_context(%s)', max(a.id))) from isms.approval a join isms.approval_request r on r.id = a.request where r.key = pg_temp.key('POL', '1.0');

drop extension isms cascade;
drop role regress_li, regress_tom;
