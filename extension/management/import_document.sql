-- What isms.import can load of clause 7: documents and their versions, competence, trainings completed.
create function isms.import_document_version_approvals(scope text, rows jsonb) returns void
  language sql set search_path = pg_catalog, pg_temp
begin atomic
  select isms.import_carry_over('isms.document_version', jsonb_build_object('document', e.x -> 'document', 'version', e.x -> 'version')::text, e.x ->> 'status',
                                '{"approved": "approve", "withdrawn": "approve"}',
                                e.x ->> 'approved_by', (e.x ->> 'approved_on')::date, e.x ->> 'approval_document')
    from jsonb_array_elements(rows) with ordinality e(x, n)
   where e.x ->> 'outcome' = 'new' and e.x ->> 'approved_by' is not null
   order by e.n;
end;

comment on function isms.import_document_version_approvals(text, jsonb) is 'Enters the approvals that a sheet of document versions carries over';

comment on constraint document_code_form on isms.document is 'a code is one line of visible characters and single spaces';
comment on constraint document_source_of_external on isms.document is 'a document of external origin has a source, another has none';
comment on constraint document_edition_of_external on isms.document is 'only a document of external origin has an edition';
comment on constraint document_version_version_form on isms.document_version is 'a version is one line of visible characters and single spaces';
comment on constraint document_version_keep_for_days on isms.document_version is 'keep_for is whole days, months or years, 1000 years at most';
comment on constraint competence_code_form on isms.competence is 'a code is one line of visible characters and single spaces';
comment on constraint training_completion_effective_told on isms.training_completion is 'who judges the effect says how: evaluation';

insert into isms.import_kind (kind, title, table_name, key_columns, after_procedure, builtin) values
  ('document', 'documents', 'isms.document', '{code}', null, true),
  ('document_version', 'versions of documents', 'isms.document_version', '{document,version}', 'isms.import_document_version_approvals', true),
  ('competence', 'competences', 'isms.competence', '{code}', null, true),
  ('person_competence', 'competence of people', 'isms.person_competence', '{person,competence,evidence_kind}', null, true),
  ('training_completion', 'trainings completed', 'isms.training_completion', '{training,person,completed_on}', null, true);

with query(name, known, expects) as (
  values ('person', 'select p.value, p.word from isms.import_people() p', 'a person''s code, name or e-mail'),
         ('kind', 'select k.code, v.word from isms.document_kind k cross join lateral (values (k.code), (k.title), (replace(k.code, ''_'', '' ''))) v(word)', 'a kind of document'),
         ('document', 'select d.code, v.word from isms.document d cross join lateral (values (d.code), (d.title)) v(word) where d.scope = $1', 'a document''s code or title'),
         ('state', $$select w, w from unnest('{draft,approved,withdrawn}'::text[]) w$$, 'a state a version can be loaded in'),
         ('competence', 'select c.code, v.word from isms.competence c cross join lateral (values (c.code), (c.title)) v(word) where c.scope = $1', 'a competence''s code or title'),
         ('competence kind', $$select w, w from unnest('{knowledge,skill,qualification}'::text[]) w$$, 'knowledge, skill or qualification'),
         ('evidence kind', $$select w, w from unnest('{education,training,experience}'::text[]) w$$, 'education, training or experience'),
         ('training', 'select t.code, v.word from isms.training t cross join lateral (values (t.code), (t.title)) v(word) where t.scope = $1', 'a training''s code or title'))
insert into isms.import_column (kind, column_name, position, type, many, required, default_value, known, expects, ready, aliases, builtin)
select c.kind, c.column_name, c.position, c.type, c.column_name = 'readers', c.required, c.default_value, q.known, coalesce(q.expects, c.expects), c.ready, c.aliases, true
  from (values
    ('document', 'code', 1, 'text', false, null, null, null, true, '{id,document,no,number,ref}'::text[]),
    ('document', 'title', 2, 'text', true, null, null, null, true, '{name,document title}'),
    ('document', 'kind', 3, 'text', true, null, 'kind', null, true, '{type,document type}'),
    ('document', 'owner', 4, 'text', false, null, 'person', null, true, '{responsible,document owner}'),
    ('document', 'external', 5, 'boolean', false, 'false', null, null, true, '{of external origin}'),
    ('document', 'source', 6, 'text', false, null, null, null, true, '{publisher}'),
    ('document', 'edition', 7, 'text', false, null, null, null, true, '{}'),
    ('document', 'checked_on', 8, 'date', false, null, null, null, true, '{last checked,last review}'),
    ('document', 'review_every', 9, 'input', false, null, null, 'an interval such as 1 year', true, '{review cycle,review interval}'),
    ('document', 'next_review', 10, 'date', false, null, null, null, true, '{review due}'),

    ('document_version', 'document', 1, 'text', true, null, 'document', null, true, '{document code,code,id}'),
    ('document_version', 'version', 2, 'text', true, null, null, null, true, '{revision}'),
    ('document_version', 'author', 3, 'text', false, null, 'person', null, true, '{written by}'),
    ('document_version', 'approver', 4, 'text', false, null, 'person', null, true, '{}'),
    ('document_version', 'dated', 5, 'date', false, null, null, null, true, '{date}'),
    ('document_version', 'language', 6, 'text', false, null, null, null, true, '{}'),
    ('document_version', 'format', 7, 'text', false, null, null, null, true, '{}'),
    ('document_version', 'medium', 8, 'text', false, null, null, null, true, '{}'),
    ('document_version', 'place', 9, 'text', false, null, null, null, true, '{link,file,url}'),
    ('document_version', 'classification', 10, 'text', false, null, null, null, true, '{}'),
    ('document_version', 'readers', 11, 'text', false, null, null, null, true, '{audience}'),
    ('document_version', 'kept_at', 12, 'text', false, null, null, null, true, '{stored at}'),
    ('document_version', 'retention', 13, 'text', false, null, null, null, true, '{kept for}'),
    ('document_version', 'disposal', 14, 'text', false, null, null, null, true, '{}'),
    ('document_version', 'change_note', 15, 'text', false, null, null, null, true, '{changes,remarks}'),
    ('document_version', 'reviewer', 16, 'text', false, null, 'person', null, false, '{reviewed by}'),
    ('document_version', 'reviewed_on', 17, 'date', false, null, null, null, false, '{}'),
    ('document_version', 'effective_from', 18, 'date', false, null, null, null, false, '{in force from,valid from}'),
    ('document_version', 'status', 19, 'text', false, 'draft', 'state', null, false, '{state}'),
    ('document_version', 'keep_for', 24, 'input', false, null, null, 'an interval such as 5 years', true, '{retention period,retention time}'),
    ('document_version', 'withdrawn_on', 25, 'date', false, null, null, null, false, '{withdrawal date}'),
    ('document_version', 'body', 20, 'text', false, null, null, null, false, '{text}'),
    ('document_version', 'approved_by', 21, 'text', false, null, 'person', null, false, '{}'),
    ('document_version', 'approved_on', 22, 'date', false, null, null, null, false, '{approval date}'),
    ('document_version', 'approval_document', 23, 'text', false, null, null, null, false, '{approval}'),

    ('competence', 'code', 1, 'text', false, null, null, null, true, '{id,competence,no,number,ref}'),
    ('competence', 'title', 2, 'text', true, null, null, null, true, '{name}'),
    ('competence', 'kind', 3, 'text', false, 'knowledge', 'competence kind', null, true, '{type}'),
    ('competence', 'description', 4, 'text', false, null, null, null, true, '{remarks,comment,notes}'),

    ('person_competence', 'person', 1, 'text', true, null, 'person', null, true, '{who,name,employee}'),
    ('person_competence', 'competence', 2, 'text', true, null, 'competence', null, true, '{skill}'),
    ('person_competence', 'evidence_kind', 3, 'text', true, null, 'evidence kind', null, true, '{by,basis}'),
    ('person_competence', 'evidence', 4, 'text', false, null, null, null, true, '{certificate,proof}'),
    ('person_competence', 'valid_until', 5, 'date', false, null, null, null, true, '{expires,expiry}'),

    ('training_completion', 'training', 1, 'text', true, null, 'training', null, true, '{course}'),
    ('training_completion', 'person', 2, 'text', true, null, 'person', null, true, '{who,participant,employee}'),
    ('training_completion', 'completed_on', 3, 'date', true, null, null, null, true, '{date,completed}'),
    ('training_completion', 'evidence', 4, 'text', false, null, null, null, true, '{certificate,proof}'),
    ('training_completion', 'evaluation', 5, 'text', false, null, null, null, true, '{}'),
    ('training_completion', 'effective', 6, 'boolean', false, null, null, null, true, '{helped}')
  ) c(kind, column_name, position, type, required, default_value, query, expects, ready, aliases)
  left join query q on q.name = c.query;

select isms.make_import_table(k) from unnest('{document,document_version,competence,person_competence,training_completion}'::text[]) k;
