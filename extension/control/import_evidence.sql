-- What isms.import can load of evidence and tests.
comment on constraint evidence_digest_or_locator on isms.evidence is 'evidence has a digest or a place where it is kept';
comment on constraint evidence_digest_sha256 on isms.evidence is 'a digest is SHA-256: \x and 64 hexadecimal digits';
comment on constraint evidence_catalogue_of_reference on isms.evidence is 'a catalogue is of a requirement or a control alone';
comment on constraint control_test_valid_order on isms.control_test is 'a test counts until its own day at least';
comment on constraint implementation_operated_by_other on isms.implementation is 'another scope is not the implementation''s own';
comment on constraint implementation_operator_of_scope on isms.implementation is 'operator_implementation is for what another scope runs (operator scope)';

insert into isms.import_kind (kind, title, table_name, key_columns, after_procedure, builtin) values
  ('evidence', 'evidence', 'isms.evidence', '{code}', null, true),
  ('control_test_plan', 'planned tests of implementations', 'isms.control_test_plan', '{code}', null, true),
  ('control_test', 'results of tests', 'isms.control_test', '{code}', null, true);

-- Of what another scope runs; not in the ready table.
insert into isms.import_column (kind, column_name, position, type, many, required, default_value, known, pattern, expects, present, ready, aliases, builtin) values
  ('implementation', 'operator_implementation', 16, 'text', false, false, null, null, null, null, null, false, '{implementation of the scope}', true),
  ('implementation', 'offered', 17, 'text', false, false, 'no', $$values ('no', 'no'), ('no', 'none'), ('below', 'below'), ('all', 'all')$$, null, 'no, below or all', null, false, '{offered to}', true);

insert into isms.import_column (kind, column_name, position, type, many, required, default_value, known, pattern, expects, present, ready, aliases, builtin) values
  ('evidence', 'code', 1, 'text', false, false, null, null, null, null, null, true, '{id,evidence id,no,number}', true),
  ('evidence', 'title', 2, 'text', false, true, null, null, null, null, null, true, '{name,evidence}', true),
  ('evidence', 'kind', 3, 'text', false, false, 'record', $$select k, k from unnest('{record,document,configuration,log,screenshot,photograph,interview,observation,measurement,certificate}'::text[]) k$$, null, 'a kind of evidence', null, true, '{type}', true),
  ('evidence', 'subject_kind', 4, 'text', false, false, 'implementation', $$select s.kind, v.word from isms.evidence_subject s cross join lateral (values (s.kind), (replace(s.kind, '_', ' '))) v(word)$$, null, 'what evidence can be of', null, true, '{of what}', true),
  ('evidence', 'subject', 5, 'text', false, true, null, null, null, null, null, true, '{of,proves,key}', true),
  ('evidence', 'catalogue', 6, 'text', false, false, null, $$select c.code, v.word from isms.catalogue c cross join lateral (values (c.code), (c.title)) v(word)$$, null, 'a catalogue', null, true, '{standard,framework}', true),
  ('evidence', 'source', 7, 'text', false, false, null, null, null, null, null, true, '{from,origin}', true),
  ('evidence', 'digest', 8, 'input', false, false, null, null, null, 'a SHA-256 digest as \x and 64 hexadecimal digits', null, true, '{sha256,sha-256,hash}', true),
  ('evidence', 'locator', 9, 'text', false, false, null, null, null, null, null, true, '{location,kept at,link,url,file}', true),
  ('evidence', 'collected_on', 10, 'date', false, false, null, null, null, null, null, true, '{date,collected}', true),
  ('evidence', 'collected_by', 11, 'text', false, false, null, $$select p.value, p.word from isms.import_people() p$$, null, 'a person''s code, name or e-mail', null, true, '{collector}', true),
  ('evidence', 'valid_until', 12, 'date', false, false, null, null, null, null, null, true, '{expires,valid to}', true),

  ('control_test_plan', 'code', 1, 'text', false, false, null, null, null, null, null, true, '{id,plan,no,number}', true),
  ('control_test_plan', 'title', 2, 'text', false, true, null, null, null, null, null, true, '{name,test}', true),
  ('control_test_plan', 'implementation', 3, 'text', false, true, null, $$select i.code, v.word from isms.implementation i cross join lateral (values (i.code), (i.title)) v(word) where i.scope = $1$$, null, 'an implementation''s code or title', null, true, '{measure}', true),
  ('control_test_plan', 'method', 4, 'text', false, false, null, null, null, null, null, true, '{how,procedure}', true),
  ('control_test_plan', 'cadence', 5, 'input', false, false, '1 year', null, null, 'an interval such as 3 months', null, true, '{frequency,interval,how often}', true),
  ('control_test_plan', 'tester', 6, 'text', false, false, null, $$select p.value, p.word from isms.import_people() p$$, null, 'a person''s code, name or e-mail', null, true, '{tested by,who}', true),
  ('control_test_plan', 'starts_on', 7, 'date', false, false, null, null, null, null, null, true, '{first,start}', true),
  ('control_test_plan', 'ended_on', 8, 'date', false, false, null, null, null, null, null, true, '{end,until}', true),

  ('control_test', 'code', 1, 'text', false, false, null, null, null, null, null, true, '{id,test id,no,number}', true),
  ('control_test', 'implementation', 2, 'text', false, false, null, $$select i.code, v.word from isms.implementation i cross join lateral (values (i.code), (i.title)) v(word) where i.scope = $1$$, null, 'an implementation''s code or title', null, true, '{measure}', true),
  ('control_test', 'plan', 3, 'text', false, false, null, $$select p.code, v.word from isms.control_test_plan p cross join lateral (values (p.code), (p.title)) v(word) where p.scope = $1$$, null, 'a test plan''s code or title', null, true, '{test plan}', true),
  ('control_test', 'tested_on', 4, 'date', false, false, null, null, null, null, null, true, '{date,tested}', true),
  ('control_test', 'result', 5, 'text', false, true, null, $$values ('pass', 'pass'), ('pass', 'passed'), ('pass', 'ok'), ('pass', 'effective'), ('fail', 'fail'), ('fail', 'failed'), ('fail', 'ineffective'), ('unknown', 'unknown'), ('not_applicable', 'not_applicable'), ('not_applicable', 'not applicable'), ('not_applicable', 'n/a')$$, null, 'a result', null, true, '{outcome,verdict}', true),
  ('control_test', 'tester', 6, 'text', false, false, null, $$select p.value, p.word from isms.import_people() p$$, null, 'a person''s code, name or e-mail', null, true, '{tested by,who}', true),
  ('control_test', 'method', 7, 'text', false, false, null, null, null, null, null, true, '{how,procedure}', true),
  ('control_test', 'note', 8, 'text', false, false, null, null, null, null, null, true, '{remarks,comment,notes,observation}', true),
  ('control_test', 'valid_until', 9, 'date', false, false, null, null, null, null, null, true, '{expires,valid to}', true);

select isms.make_import_table(k) from unnest('{evidence,control_test_plan,control_test}'::text[]) k;
