-- 7.5: documents, their versions under workflow document, what they are linked to, and the pack a standard demands.

-- What is documented as rows of a register instead needs no document: kept_in names it.
create table isms.document_kind (
  code text constraint document_kind_pkey primary key,
  title text not null,
  clause text not null,
  mandatory boolean not null default false,
  acknowledged boolean not null default false,
  kept_in text,
  kept_where text constraint document_kind_kept_where_of_table check (kept_where is null or kept_in is not null),
  as_it_happens boolean not null default false constraint document_kind_as_it_happens_kept check (not as_it_happens or kept_in is not null),
  builtin boolean not null default false
);

comment on table isms.document_kind is 'Kinds of documents; those that are mandatory are the pack of documented information a standard demands';
comment on column isms.document_kind.code is 'Key';
comment on column isms.document_kind.title is 'Title';
comment on column isms.document_kind.clause is 'Clause that asks for it';
comment on column isms.document_kind.mandatory is 'Demanded by the standard';
comment on column isms.document_kind.acknowledged is 'Is everybody made aware of each version, unless a document says otherwise? (7.3 a)';
comment on column isms.document_kind.kept_in is 'Table in schema isms whose rows are this documented information, with or without a document';
comment on column isms.document_kind.kept_where is 'Condition on its rows x, as SQL; null: all of them';
comment on column isms.document_kind.as_it_happens is 'It is a record of what happens: where nothing of the kind happened yet, nothing is lacking';
comment on column isms.document_kind.builtin is 'Shipped with the extension';

insert into isms.closed_table (name, readable, builtin) values ('document_kind', true, true);

insert into isms.document_kind (code, title, clause, mandatory, acknowledged, kept_in, kept_where, as_it_happens, builtin) values
  ('scope', 'Scope of the ISMS', '4.3', true, false, null, null, false, true),
  ('policy', 'Information security policy', '5.2', true, true, null, null, false, true),
  ('method', 'Risk assessment process', '6.1.2', true, false, 'risk_method', 'x.status = ''approved''', false, true),
  ('treatment_process', 'Risk treatment process', '6.1.3', true, false, null, null, false, true),
  ('statement_of_applicability', 'Statement of applicability', '6.1.3 d', true, false, null, null, false, true),
  ('treatment_plan', 'Risk treatment plan', '6.1.3 e', true, false, 'risk', 'x.status in (''in_treatment'', ''treated'', ''monitored'')', false, true),
  ('objectives', 'Information security objectives', '6.2', true, false, 'objective', 'x.status = ''approved''', false, true),
  ('competence_record', 'Evidence of competence', '7.2 d', true, false, 'person_competence', 'x.evidence ~ ''[^[:space:]]''', false, true),
  ('operation_record', 'Processes carried out as planned', '8.1', true, false, 'process_record', null, false, true),
  ('assessment_result', 'Results of risk assessments', '8.2', true, false, 'risk', 'x.assessed_on is not null', false, true),
  ('treatment_result', 'Results of risk treatment', '8.3', true, false, 'risk', 'x.status in (''treated'', ''monitored'')', false, true),
  ('monitoring_result', 'Results of monitoring and measurement', '9.1', true, false, 'measurement', null, false, true),
  ('audit_programme', 'Audit programme', '9.2.2', true, false, 'audit_programme', 'x.status = ''approved''', false, true),
  ('audit_result', 'Results of internal audits', '9.2.2', true, false, 'internal_audit', 'x.status in (''reported'', ''closed'')', true, true),
  ('management_review', 'Results of management reviews', '9.3.3', true, false, 'management_review', 'x.status in (''held'', ''closed'')', true, true),
  ('nonconformity', 'Nonconformities and what was done', '10.2 f', true, false, 'nonconformity', null, true, true),
  ('correction_result', 'Results of corrective action', '10.2 g', true, false, 'nonconformity', 'x.status = ''closed''', true, true),
  ('topic_policy', 'Topic-specific policy', 'A.5.1', false, true, null, null, false, true),
  ('procedure', 'Procedure', 'A.5.37', false, false, null, null, false, true),
  ('guideline', 'Guideline', '7.5.1 b', false, false, null, null, false, true),
  ('plan', 'Plan', '7.5.1 b', false, false, null, null, false, true),
  ('template', 'Template', '7.5.1 b', false, false, null, null, false, true),
  ('record', 'Record', '7.5.1 b', false, false, null, null, false, true),
  ('external', 'Document of external origin', '7.5.3', false, false, null, null, false, true);

create table isms.document (
  scope text not null default isms.default_scope() constraint document_scope_fkey references isms.scope on update cascade,
  code text not null constraint document_code_form check (code ~ '^[^[:space:]]+( [^[:space:]]+)*$'),
  title text not null constraint document_title_given check (title ~ '\S'),
  kind text not null constraint document_kind_fkey references isms.document_kind on update cascade,
  owner text constraint document_owner_fkey references isms.person on update cascade,
  mandatory boolean not null,
  acknowledged boolean not null,
  external boolean not null default false,
  source text constraint document_source_of_external check (case when external then coalesce(source, '') ~ '\S' else source is null end),
  edition text constraint document_edition_of_external check (external or edition is null),
  checked_on date,
  review_every interval constraint document_review_every_positive check (isms.is_period(review_every)),
  next_review date,
  hold text,
  custom jsonb not null default '{}' constraint document_custom_object check (jsonb_typeof(custom) = 'object'),
  created_by text default isms.actor(),
  constraint document_pkey primary key (scope, code),
  constraint document_of_kind unique (scope, code, kind)
);

comment on table isms.document is 'Documents of the ISMS, own and of external origin (7.5); what they say is in document_version';
comment on column isms.document.scope is 'Scope';
comment on column isms.document.code is 'Key in the scope';
comment on column isms.document.title is 'Title';
comment on column isms.document.kind is 'Kind';
comment on column isms.document.owner is 'Person who keeps it up to date';
comment on column isms.document.mandatory is 'May it never be without a version in force? As its kind unless stated';
comment on column isms.document.acknowledged is 'Is everybody made aware of each version? As its kind unless stated (7.3 a)';
comment on column isms.document.external is 'Of external origin (7.5.3)';
comment on column isms.document.source is 'Who publishes it, where it comes from; of external ones';
comment on column isms.document.edition is 'Edition in use; of external ones';
comment on column isms.document.checked_on is 'Last day on which it was found to be still right, or still the newest edition';
comment on column isms.document.review_every is 'How often it is reviewed';
comment on column isms.document.next_review is 'Next review; null: review_every after the last check or the version in force';
comment on column isms.document.hold is 'Why its versions are kept longer than their retention: a dispute, an investigation; null: they are not';
comment on column isms.document.custom is 'Fields of the organisation''s own';
comment on column isms.document.created_by is 'Person who recorded it';

comment on constraint document_review_every_positive on isms.document is 'review_every is more than nothing, at most a hundred years, and no part of it is below zero';

create index document_kind_idx on isms.document (kind);

create index document_owner_idx on isms.document (owner);

create sequence isms.document_code;

comment on sequence isms.document_code is 'Numbers for codes of documents';

create trigger fill_code before insert on isms.document
  for each row when (new.code is null) execute function isms.fill_code('D');

create trigger not_in_future before insert or update of checked_on on isms.document
  for each row when (new.checked_on > isms.today(new.scope)) execute function isms.not_in_future('checked_on');

create function isms.document_fill() returns trigger
  language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
  select coalesce(new.mandatory, k.mandatory), coalesce(new.acknowledged, k.acknowledged)
    into new.mandatory, new.acknowledged
    from isms.document_kind k
   where k.code = new.kind;
  return new;
end
$$;

comment on function isms.document_fill() is 'BEFORE INSERT trigger: mandatory and acknowledged as the kind has them, where not stated';

create trigger fill_kind before insert on isms.document
  for each row when (new.mandatory is null or new.acknowledged is null) execute function isms.document_fill();

create table isms.document_version (
  scope text not null default isms.default_scope(),
  document text not null,
  version text not null constraint document_version_version_form check (version ~ '^[^[:space:]]+( [^[:space:]]+)*$'),
  kind text not null,
  title text not null constraint document_version_title_given check (title ~ '\S'),
  status text not null default 'draft',
  author text default isms.actor() constraint document_version_author_fkey references isms.person on update cascade,
  approver text constraint document_version_approver_fkey references isms.person on update cascade,
  dated date,
  language text,
  format text,
  medium text,
  body text,
  digest bytea constraint document_version_digest_sha256 check (octet_length(digest) = 32),
  place text,
  classification text,
  readers text[],
  kept_at text,
  keep_for interval constraint document_version_keep_for_days check (keep_for between '1 day' and '1000 years' and keep_for = date_trunc('day', keep_for) and extract(year from keep_for) between 0 and 1000),
  retention text,
  disposal text,
  change_note text,
  commits_requirements boolean,
  commits_improvement boolean,
  has_objectives boolean,
  availability text,
  reviewer text constraint document_version_reviewer_fkey references isms.person on update cascade,
  reviewed_on date,
  suitable boolean,
  adequate boolean,
  effective_from date,
  withdrawn_on date,
  disposed_on date,
  created_by text default isms.actor(),
  constraint document_version_pkey primary key (scope, document, version),
  constraint document_version_ended check (case status when 'withdrawn' then withdrawn_on is not null when 'disposed' then disposed_on is not null else true end),
  constraint document_version_document_fkey foreign key (scope, document, kind) references isms.document (scope, code, kind) on update cascade
);

comment on table isms.document_version is 'Versions of documents (7.5.2): text, or digest and place of a file, with what controls them (7.5.3)';
comment on column isms.document_version.scope is 'Scope';
comment on column isms.document_version.document is 'Document';
comment on column isms.document_version.version is 'Version, such as 1.0';
comment on column isms.document_version.kind is 'Kind of the document';
comment on column isms.document_version.title is 'Title; the document''s unless stated';
comment on column isms.document_version.status is 'State in workflow document';
comment on column isms.document_version.author is 'Person who wrote it';
comment on column isms.document_version.approver is 'Person who is to approve it; another than the author';
comment on column isms.document_version.dated is 'Date of the version; today in the scope unless stated';
comment on column isms.document_version.language is 'Language';
comment on column isms.document_version.format is 'Format: md, html, pdf, paper';
comment on column isms.document_version.medium is 'Medium: file, paper, wiki';
comment on column isms.document_version.body is 'The text itself';
comment on column isms.document_version.digest is 'SHA-256, 32 bytes: of the text where there is one, else of the file';
comment on column isms.document_version.place is 'Where the file or the paper is';
comment on column isms.document_version.classification is 'Classification';
comment on column isms.document_version.readers is 'Who may read it';
comment on column isms.document_version.kept_at is 'Where it is kept';
comment on column isms.document_version.keep_for is 'How long it is kept after it stopped being in force; null: no period can be given, retention says until when';
comment on column isms.document_version.retention is 'Until when it is kept where no period can be given, or the rule the period comes from';
comment on column isms.document_version.disposal is 'How it is disposed of';
comment on column isms.document_version.change_note is 'What changed, and why';
comment on column isms.document_version.commits_requirements is 'Of a policy: does it commit to satisfying the requirements that apply? (5.2 c)';
comment on column isms.document_version.commits_improvement is 'Of a policy: does it commit to continual improvement? (5.2 d)';
comment on column isms.document_version.has_objectives is 'Of a policy: does it hold objectives, or the frame for setting them? (5.2 b)';
comment on column isms.document_version.availability is 'Of a policy: how it is available inside and to interested parties (5.2 e-g)';
comment on column isms.document_version.reviewer is 'Person who reviewed it';
comment on column isms.document_version.reviewed_on is 'When';
comment on column isms.document_version.suitable is 'Was it found suitable?';
comment on column isms.document_version.adequate is 'Was it found adequate?';
comment on column isms.document_version.effective_from is 'First day in force';
comment on column isms.document_version.withdrawn_on is 'When it was withdrawn; set with the state, of one loaded at cut-over as given, else the day it was loaded';
comment on column isms.document_version.disposed_on is 'When it was disposed of; set with the state';
comment on column isms.document_version.created_by is 'Person who recorded it';

create index document_version_kind_idx on isms.document_version (scope, document, kind);

create index document_version_author_idx on isms.document_version (author);

create index document_version_approver_idx on isms.document_version (approver);

create function isms.document_version_fill() returns trigger
  language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
  select coalesce(new.kind, d.kind), coalesce(new.title, d.title)
    into new.kind, new.title
    from isms.document d
   where d.scope = new.scope and d.code = new.document;
  if not found then
    raise exception using
      errcode = 'foreign_key_violation',
      message = format('there is no document %s in scope %s', new.document, new.scope),
      hint = 'Record it first in isms.document.',
      schema = 'isms', table = 'document_version', column = 'document', constraint = 'document_version_document_fkey';
  end if;
  new.dated := coalesce(new.dated, isms.today(new.scope));
  return new;
end
$$;

comment on function isms.document_version_fill() is 'BEFORE INSERT trigger: kind and title of the document, and today, where not stated. Errors: 23503 no such document';

create trigger fill_document before insert on isms.document_version
  for each row when (new.kind is null or new.title is null or new.dated is null) execute function isms.document_version_fill();

create function isms.document_version_digest() returns trigger
  language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
  new.digest := sha256(convert_to(new.body, 'UTF8'));
  return new;
end
$$;

comment on function isms.document_version_digest() is 'BEFORE trigger: the digest of a text is the text''s own, whoever says otherwise, and goes with it';

create trigger fill_digest before insert or update of body, digest on isms.document_version
  for each row when (new.body is not null) execute function isms.document_version_digest();

create trigger clear_digest before update of body on isms.document_version
  for each row when (new.body is null and old.body is not null and new.digest is not distinct from old.digest and new.status <> 'disposed') execute function isms.document_version_digest();

create function isms.document_version_end() returns trigger
  language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
  if tg_op = 'INSERT' then
    -- of one loaded at cut-over it was this day at the latest
    new.withdrawn_on := case when new.status = 'withdrawn' then coalesce(new.withdrawn_on, isms.today(new.scope)) end;
    new.disposed_on := null;
  elsif (new.withdrawn_on, new.disposed_on) is distinct from (old.withdrawn_on, old.disposed_on) then
    raise exception using
      errcode = 'IS006',
      message = format('document version %s %s cannot change withdrawn_on or disposed_on', new.document, new.version),
      detail = 'frozen: they are set when it is withdrawn and disposed of',
      hint = 'Leave them out.',
      schema = 'isms', table = 'document_version', constraint = tg_name;
  elsif new.status = 'withdrawn' and old.status <> 'withdrawn' then
    new.withdrawn_on := isms.today(new.scope);
  elsif new.status = 'disposed' and old.status <> 'disposed' then
    new.disposed_on := isms.today(new.scope);
    new.body := null;
  end if;
  return new;
end
$$;

comment on function isms.document_version_end() is 'BEFORE trigger: the days on which a version is withdrawn and disposed of are those of the steps, whoever says otherwise; with the disposal its text goes. Errors: IS006';

create trigger begin before insert on isms.document_version
  for each row when (new.status = 'withdrawn' or num_nonnulls(new.withdrawn_on, new.disposed_on) > 0) execute function isms.document_version_end();

create trigger "end" before update of status, withdrawn_on, disposed_on on isms.document_version
  for each row execute function isms.document_version_end();

create table isms.document_link (
  scope text not null default isms.default_scope(),
  document text not null,
  subject_kind text not null constraint document_link_subject_kind_known check (subject_kind in ('control', 'risk', 'implementation', 'asset')),
  subject text not null,
  created_by text default isms.actor(),
  constraint document_link_pkey primary key (scope, document, subject_kind, subject),
  constraint document_link_document_fkey foreign key (scope, document) references isms.document on update cascade on delete cascade
);

comment on table isms.document_link is 'What a document is about: controls, risks, implementations, assets';
comment on column isms.document_link.scope is 'Scope';
comment on column isms.document_link.document is 'Document';
comment on column isms.document_link.subject_kind is 'control, risk, implementation or asset';
comment on column isms.document_link.subject is 'Code of that record; of a control its reference, such as A.5.1';
comment on column isms.document_link.created_by is 'Person who linked them';

create index document_link_subject_idx on isms.document_link (scope, subject_kind, subject);

create function isms.document_link_subject() returns trigger
  language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
  found_it boolean;
begin
  if new.subject_kind = 'control' then
    found_it := exists (select from isms.control c where c.reference::text = new.subject);
  else
    execute format('select exists (select from isms.%I t where t.scope = $1 and t.code = $2)', new.subject_kind) into found_it using new.scope, new.subject;
  end if;
  if not found_it then
    raise exception using
      errcode = 'foreign_key_violation',
      message = format('document %s is linked to %s %s, which does not exist%s', new.document, new.subject_kind, new.subject,
                       case when new.subject_kind = 'control' then '' else ' in scope ' || new.scope end),
      hint = format('Record it first, or correct document_link.subject; see isms.%s.', new.subject_kind),
      schema = 'isms', table = 'document_link', column = 'subject', constraint = tg_name;
  end if;
  return null;
end
$$;

comment on function isms.document_link_subject() is 'AFTER trigger: what a document is linked to must exist; it may be of several tables, so no foreign key can say it. Errors: 23503';

create trigger document_link_subject after insert or update of scope, subject_kind, subject on isms.document_link
  for each row execute function isms.document_link_subject();

-- What is wrong with a version, by its kind: relation content of workflow document.
create table isms.document_check (
  name text constraint document_check_pkey primary key,
  kind text constraint document_check_kind_fkey references isms.document_kind on update cascade,
  function text not null,
  clause text not null,
  builtin boolean not null default false
);

comment on table isms.document_check is 'Functions that say what is wrong with a version before it is approved: function(version jsonb), a sentence or null';
comment on column isms.document_check.name is 'Key';
comment on column isms.document_check.kind is 'Kind of document it looks at; null: every kind';
comment on column isms.document_check.function is 'Function, schema-qualified, without parentheses';
comment on column isms.document_check.clause is 'Clause that asks for it';
comment on column isms.document_check.builtin is 'Shipped with the extension';

create index document_check_kind_idx on isms.document_check (kind);

insert into isms.closed_table (name, readable, builtin) values ('document_check', true, true);

create function isms.content_given(version jsonb) returns text
  language sql immutable parallel safe
begin atomic
  select 'it has neither a body nor a place where it is kept'
   where coalesce(version ->> 'body', '') !~ '\S' and coalesce(version ->> 'place', '') !~ '\S';
end;

comment on function isms.content_given(jsonb) is 'Check of documents: a text, or a place where it is (7.5.1)';

create function isms.content_policy(version jsonb) returns text
  language sql immutable parallel safe set search_path = pg_catalog, pg_temp
begin atomic
  select isms.guard_says(
           case when version ->> 'has_objectives' = 'true' then null else 'it holds neither objectives nor a frame for setting them (5.2 b): has_objectives' end,
           case when version ->> 'commits_requirements' = 'true' then null else 'the commitment to satisfy the requirements that apply is missing (5.2 c): commits_requirements' end,
           case when version ->> 'commits_improvement' = 'true' then null else 'the commitment to continual improvement is missing (5.2 d): commits_improvement' end,
           case when version ->> 'availability' ~ '\S' then null else 'how it is made known inside and available to interested parties is missing (5.2 e-g): availability' end);
end;

comment on function isms.content_policy(jsonb) is 'Check of policies: objectives, both commitments, availability (5.2)';

create function isms.content_statement(version jsonb) returns text
  language sql stable set search_path = pg_catalog, pg_temp as $$
  select format('%s of the statement of applicability %s undecided: %s%s', case count(*) when 1 then '1 control' else count(*) || ' controls' end,
                case count(*) when 1 then 'is' else 'are' end, string_agg(s.code, ', ' order by s.sort_key) filter (where s.position <= 5),
                case when count(*) > 5 then ' and more' end)
    from (select a.code, a.sort_key, row_number() over (order by a.sort_key) as position
            from isms.statement_of_applicability a
           where a.scope = version ->> 'scope' and a.necessary is null) s
  having count(*) > 0
$$;

comment on function isms.content_statement(jsonb) is 'Check of statements of applicability: every control is decided (6.1.3 d)';

create function isms.content_treatment_plan(version jsonb) returns text
  language sql stable set search_path = pg_catalog, pg_temp
begin atomic
  select case
           when count(*) = 0 then 'no risk is assessed yet'
           when bool_or(r.status in ('identified', 'in_review', 'assessed'))
             then 'without a plan its owner approved (6.1.3 f): ' || string_agg(r.code, ', ' order by r.code) filter (where r.status in ('identified', 'in_review', 'assessed'))
         end
    from isms.risk r
   where r.scope = version ->> 'scope' and r.status <> 'closed';
end;

comment on function isms.content_treatment_plan(jsonb) is 'Check of treatment plans: every open risk has a plan its owner approved, or is retained (6.1.3 e-f)';

create function isms.content_scope(version jsonb) returns text
  language sql stable set search_path = pg_catalog, pg_temp
begin atomic
  select string_agg(concat_ws(': ', p.code, p.explanation), '; ' order by p.code, p.problem)
    from isms.scope_problem p
   where p.scope = version ->> 'scope';
end;

comment on function isms.content_scope(jsonb) is 'Check of scope statements: nothing is wrong with the boundary (4.3)';

insert into isms.document_check (name, kind, function, clause, builtin) values
  ('given', null, 'isms.content_given', '7.5.1', true),
  ('policy', 'policy', 'isms.content_policy', '5.2', true),
  ('scope', 'scope', 'isms.content_scope', '4.3', true),
  ('statement_of_applicability', 'statement_of_applicability', 'isms.content_statement', '6.1.3 d', true),
  ('treatment_plan', 'treatment_plan', 'isms.content_treatment_plan', '6.1.3 e', true);

create function isms.document_content(version jsonb) returns jsonb
  language plpgsql stable set search_path = pg_catalog, pg_temp as $$
declare
  c isms.document_check;
  sentence text;
  sentences text[] := '{}';
begin
  for c in select k.* from isms.document_check k where coalesce(k.kind, version ->> 'kind') = version ->> 'kind' order by k.name loop
    execute format('select %s($1)', c.function) into sentence using version;
    if sentence is not null then
      sentences := sentences || sentence;
    end if;
  end loop;
  return to_jsonb(sentences);
end
$$;

comment on function isms.document_content(jsonb) is 'Relation content of document versions: what the checks of its kind find wrong';

insert into isms.workflow_relation (workflow, name, function, builtin) values
  ('document', 'content', 'isms.document_content', true);

do $$
begin
  perform isms.attach_workflow('isms.document_version', 'document', 'status', ignore => '{withdrawn_on,disposed_on}');
end
$$;

-- A.6.5: who leaves hands these over.
insert into isms.owned_table (schema_name, table_name, person_column, role, state_column, ended_states, builtin) values
  ('isms', 'document', 'owner', null, null, '{}', true);

-- What time alone changes is computed here, never stored.
create function isms.document_state(status text, effective_from date, last_effective date, due date, today date) returns text
  language sql immutable parallel safe
  return case
    when status <> 'approved' then status
    when effective_from > today then 'scheduled'
    when effective_from < last_effective then 'superseded'
    when due < today then 'review_due'
    else 'current'
  end;

comment on function isms.document_state(text, date, date, date, date) is 'State of a version on a day: draft, in_review, withdrawn, disposed, scheduled, superseded, review_due or current; last_effective is the first day of the version in force';

-- The text of an interval depends on IntervalStyle; this does not.
create function isms.period_words(period interval) returns text
  language sql immutable strict parallel safe
  return coalesce(nullif(concat_ws(' and ',
    case when date_part('year', period) * 12 + date_part('month', period) <> 0
         then (date_part('year', period) * 12 + date_part('month', period))::text || case date_part('year', period) * 12 + date_part('month', period) when 1 then ' month' else ' months' end end,
    case when date_part('day', period) <> 0 then date_part('day', period)::text || case date_part('day', period) when 1 then ' day' else ' days' end end), ''), '0 days');

comment on function isms.period_words(interval) is 'Months and days of an interval in words; hours are left out';

create view isms.document_status with (security_invoker = true) as
  select d.scope,
         d.code,
         coalesce(v.title, d.title) as title,
         d.kind,
         k.clause,
         d.mandatory,
         d.external,
         coalesce(v.version, d.edition) as version,
         s.state,
         d.owner,
         p.name as owner_name,
         v.author,
         v.approver,
         v.effective_from,
         case when s.state in ('current', 'review_due') then u.due end as due,
         v.classification,
         d.source,
         w.name as author_name,
         q.name as approver_name,
         case when v.status in ('approved', 'withdrawn') then (least(v.withdrawn_on, (
           select min(n.effective_from)
             from isms.document_version n
            where n.scope = v.scope and n.document = v.document and isms.document_stands(n.status, n.withdrawn_on)
              and n.effective_from > coalesce(v.effective_from, '-infinity'))) + v.keep_for)::date end as kept_until,
         d.hold,
         v.disposed_on
    from isms.document d
    join isms.document_kind k on k.code = d.kind
    join isms.scope_day t on t.scope = d.scope
    left join isms.document_version v on v.scope = d.scope and v.document = d.code
    left join isms.person p on p.code = d.owner
    left join isms.person w on w.code = v.author
    left join isms.person q on q.code = v.approver
    cross join lateral (
      select max(x.effective_from) as last_effective
        from isms.document_version x
       where x.scope = d.scope and x.document = d.code and isms.document_stands(x.status, x.withdrawn_on) and x.effective_from <= t.today) f
    cross join lateral (
      select coalesce(d.next_review, (greatest(d.checked_on, f.last_effective) + d.review_every)::date) as due) u
    cross join lateral (
      select case
               when v.version is not null then isms.document_state(v.status, v.effective_from, f.last_effective, u.due, t.today)
               when not d.external then 'missing'
               when d.checked_on is null or u.due < t.today then 'review_due'
               else 'current'
             end as state) s;

comment on view isms.document_status is 'Versions of documents with their state today (7.5.2, 7.5.3); documents without one, and those of external origin, once';
comment on column isms.document_status.scope is 'Scope';
comment on column isms.document_status.code is 'Document';
comment on column isms.document_status.title is 'Title';
comment on column isms.document_status.kind is 'Kind';
comment on column isms.document_status.clause is 'Clause that asks for the kind';
comment on column isms.document_status.mandatory is 'May it never be without a version in force?';
comment on column isms.document_status.external is 'Of external origin';
comment on column isms.document_status.version is 'Version; of external ones the edition';
comment on column isms.document_status.state is 'missing (no version), draft, in_review, scheduled, current, review_due (in force, review overdue or never checked), superseded, withdrawn or disposed';
comment on column isms.document_status.owner is 'Person who keeps it up to date';
comment on column isms.document_status.owner_name is 'Name';
comment on column isms.document_status.author is 'Person who wrote the version';
comment on column isms.document_status.approver is 'Person who approves it';
comment on column isms.document_status.effective_from is 'First day in force';
comment on column isms.document_status.due is 'Review due, of what is in force';
comment on column isms.document_status.classification is 'Classification';
comment on column isms.document_status.source is 'Who publishes it; of external ones';
comment on column isms.document_status.author_name is 'Name of the author';
comment on column isms.document_status.approver_name is 'Name of the approver';
comment on column isms.document_status.kept_until is 'Last day on which it has to be kept, once it is known when it stops being in force; null: not known, no period, or disposed of';
comment on column isms.document_status.hold is 'Why it is kept longer; of the document';
comment on column isms.document_status.disposed_on is 'When it was disposed of';

create view isms.document_in_force with (security_invoker = true) as
  select v.scope,
         v.document as code,
         v.version,
         v.kind,
         v.title,
         v.author,
         v.approver,
         v.dated,
         v.language,
         v.format,
         v.medium,
         v.classification,
         array_to_string(v.readers, ', ') as readers,
         v.kept_at,
         nullif(concat_ws(', ', isms.period_words(v.keep_for), v.retention), '') as retention,
         v.disposal,
         v.effective_from
    from isms.document_version v
    join isms.scope_day d on d.scope = v.scope
   where v.status = 'approved'
     and (v.effective_from > d.today) is not true
     and not exists (
       select
         from isms.document_version n
        where n.scope = v.scope and n.document = v.document and isms.document_stands(n.status, n.withdrawn_on)
          and (n.effective_from > d.today) is not true and n.effective_from > coalesce(v.effective_from, '-infinity'));

comment on view isms.document_in_force is 'Versions in force today: those that document_status calls current or review_due, for queries over many';
comment on column isms.document_in_force.scope is 'Scope';
comment on column isms.document_in_force.code is 'Document';
comment on column isms.document_in_force.version is 'Version';
comment on column isms.document_in_force.kind is 'Kind';
comment on column isms.document_in_force.title is 'Title';
comment on column isms.document_in_force.author is 'Person who wrote it';
comment on column isms.document_in_force.approver is 'Person who approved it';
comment on column isms.document_in_force.dated is 'Date of the version';
comment on column isms.document_in_force.language is 'Language';
comment on column isms.document_in_force.format is 'Format';
comment on column isms.document_in_force.medium is 'Medium';
comment on column isms.document_in_force.classification is 'Classification';
comment on column isms.document_in_force.readers is 'Who may read it';
comment on column isms.document_in_force.kept_at is 'Where it is kept';
comment on column isms.document_in_force.retention is 'How long it is kept after that: the period, and what else is said';
comment on column isms.document_in_force.disposal is 'How it is disposed of';
comment on column isms.document_in_force.effective_from is 'First day in force';

create function isms.current_documents(scope text default null)
  returns table (code text, version text, title text, kind text, clause text, effective_from date, classification text, format text, body text, digest text, place text, file_name text)
  language sql stable set search_path = pg_catalog, pg_temp
begin atomic
  select v.document, v.version, v.title, v.kind, s.clause, v.effective_from, v.classification, v.format, v.body, encode(v.digest, 'hex'), v.place,
         regexp_replace(format('%s-%s.%s', v.document, v.version, case when v.body is null then coalesce(v.format, 'txt') when v.format in ('md', 'html', 'xml', 'tex', 'csv', 'json') then v.format else 'txt' end),
                        '[^[:alnum:]_.-]+', '_', 'g')
    from isms.document_version v
    join isms.document_status s on s.scope = v.scope and s.code = v.document and s.version = v.version
   where v.scope = coalesce(current_documents.scope, isms.default_scope()) and s.state in ('current', 'review_due')
   order by v.document;
end;

comment on function isms.current_documents(text) is 'The versions in force today with their text or place, and a name for a file of each; default scope where none is named';

-- A row each is enough; found by the index, else the rows of all scopes before it would be read.
create function isms.kinds_in_registers(scopes text[]) returns table (scope text, kind text)
  language plpgsql stable set search_path = pg_catalog, pg_temp set enable_seqscan = off as $$
declare
  k isms.document_kind;
begin
  for k in select x.* from isms.document_kind x where x.kept_in is not null order by x.code loop
    if to_regclass('isms.' || quote_ident(k.kept_in)) is not null then
      return query execute format(
        'select s.code, $2 from unnest($1) s(code) cross join lateral (select from isms.%I x where x.scope = s.code and (%s) limit 1) x',
        k.kept_in, coalesce(k.kept_where, 'true')) using scopes, k.code;
    end if;
  end loop;
end
$$;

comment on function isms.kinds_in_registers(text[]) is 'Kinds of documented information that a register of the scope holds, of several scopes';

create function isms.mandatory_documents(scope text default null)
  returns table (kind text, clause text, title text, code text, version text, state text, records bigint)
  language plpgsql stable set search_path = pg_catalog, pg_temp as $$
#variable_conflict use_column
declare
  here text := isms.visible_scope(coalesce(mandatory_documents.scope, isms.default_scope()));
  k isms.document_kind;
  n bigint;
begin
  for k in
    select x.*
      from isms.document_kind x
     where x.mandatory or exists (select from isms.document d where d.scope = here and d.kind = x.code and d.mandatory)
     order by isms.sort_key(split_part(x.clause, ' ', 1)::isms.reference), x.clause, x.code
  loop
    n := null;
    if to_regclass('isms.' || quote_ident(k.kept_in)) is not null then
      execute format('select count(*) from isms.%I x where x.scope = $1 and (%s)', k.kept_in, coalesce(k.kept_where, 'true')) into n using here;
    end if;
    return query
      select k.code, k.clause, s.title, s.code, s.version, case when n > 0 and s.state not in ('current', 'review_due') then 'recorded' else s.state end, n
        from (select distinct on (d.code) d.code, d.title, d.version, d.state
                from isms.document_status d
               where d.scope = here and d.kind = k.code and d.mandatory
               order by d.code, array_position('{current,review_due,scheduled,in_review,draft,missing,superseded,withdrawn,disposed}', d.state), d.effective_from desc, d.version desc) s
       order by s.code;
    if not found then
      return query select k.code, k.clause, k.title, null::text, null::text, case when n > 0 then 'recorded' when k.kept_in is null then 'missing' when k.as_it_happens then 'not_yet' else 'empty' end, n;
    end if;
  end loop;
end
$$;

comment on function isms.mandatory_documents(text) is 'The documented information that is mandatory, with the state of each document, newest in force first; recorded where a register holds it and no document is in force, empty where neither is there, not_yet where it is a record of what has not happened yet; default scope where none is named. Errors: IS021';
