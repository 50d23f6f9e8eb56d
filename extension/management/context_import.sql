-- What isms.import can load of clause 4: people bring these lists as spreadsheets.
insert into isms.import_kind (kind, title, table_name, key_columns, builtin) values
  ('context_issue', 'external and internal issues', 'isms.context_issue', '{code}', true),
  ('interested_party', 'interested parties', 'isms.interested_party', '{code}', true),
  ('party_requirement', 'requirements of interested parties', 'isms.party_requirement', '{code}', true),
  ('process', 'processes', 'isms.process', '{code}', true),
  ('process_interaction', 'what processes give each other', 'isms.process_interaction', '{from_process,to_process}', true),
  ('scope_item', 'items in and out of scope', 'isms.scope_item', '{code}', true),
  ('scope_dependency', 'dependencies between scope items', 'isms.scope_dependency', '{item,depends_on}', true);

with query(name, known, expects) as (
  values ('person', 'select p.value, p.word from isms.import_people() p', 'a person''s code, name or e-mail'),
         ('issue', 'values (''external'', ''external''), (''external'', ''outside''), (''internal'', ''internal''), (''internal'', ''inside'')', 'external or internal'),
         ('requirement', 'values (''law'', ''law''), (''law'', ''legal''), (''law'', ''statutory''), (''contract'', ''contract''), (''contract'', ''contractual''), (''regulation'', ''regulation''), (''regulation'', ''regulatory''), (''expectation'', ''expectation''), (''expectation'', ''need'')', 'a kind of requirement'),
         ('party', 'select y.code, v.word from isms.interested_party y cross join lateral (values (y.code), (y.title)) v(word) where y.scope = $1', 'an interested party''s code or title'),
         ('process', 'select p.code, v.word from isms.process p cross join lateral (values (p.code), (p.title)) v(word) where p.scope = $1', 'a process''s code or title'),
         ('item', 'select i.code, v.word from isms.scope_item i cross join lateral (values (i.code), (i.title)) v(word) where i.scope = $1', 'a scope item''s code or title'),
         ('kind', 'values (''unit'', ''unit''), (''unit'', ''department''), (''unit'', ''organisational unit''), (''site'', ''site''), (''site'', ''location''), (''process'', ''process''), (''process'', ''activity''), (''asset'', ''asset''), (''asset'', ''system''), (''network'', ''network''), (''supplier'', ''supplier''), (''supplier'', ''provider'')', 'a kind of scope item'),
         ('standing', 'values (''in'', ''in''), (''in'', ''yes''), (''in'', ''in scope''), (''in'', ''included''), (''out'', ''out''), (''out'', ''no''), (''out'', ''out of scope''), (''out'', ''excluded''), (''interface'', ''interface'')', 'in, out or interface'))
insert into isms.import_column (kind, column_name, position, type, required, default_value, known, expects, aliases, builtin)
select c.kind, c.column_name, c.position, c.type, c.required, c.default_value, q.known, q.expects, c.aliases, true
  from (values
    ('context_issue', 'code', 1, 'text', false, null, null, '{id,no,number,ref}'::text[]),
    ('context_issue', 'title', 2, 'text', true, null, null, '{name,issue}'),
    ('context_issue', 'kind', 3, 'text', true, null, 'issue', '{type,external or internal}'),
    ('context_issue', 'climate', 4, 'boolean', false, 'false', null, '{climate change}'),
    ('context_issue', 'effect', 5, 'text', false, null, null, '{impact,effect on the isms}'),
    ('context_issue', 'owner', 6, 'text', false, null, 'person', '{responsible}'),
    ('context_issue', 'reviewed_on', 7, 'date', false, null, null, '{last review}'),

    ('interested_party', 'code', 1, 'text', false, null, null, '{id,no,number,ref}'),
    ('interested_party', 'title', 2, 'text', true, null, null, '{name,party,interested party,stakeholder}'),
    ('interested_party', 'climate_considered', 3, 'boolean', false, null, null, '{climate change}'),
    ('interested_party', 'owner', 4, 'text', false, null, 'person', '{responsible,contact}'),
    ('interested_party', 'reviewed_on', 5, 'date', false, null, null, '{last review}'),
    ('interested_party', 'description', 6, 'text', false, null, null, '{remarks,comment,notes}'),

    ('party_requirement', 'code', 1, 'text', false, null, null, '{id,no,number}'),
    ('party_requirement', 'title', 2, 'text', true, null, null, '{name,requirement,expectation,need}'),
    ('party_requirement', 'party', 3, 'text', true, null, 'party', '{interested party,stakeholder}'),
    ('party_requirement', 'kind', 4, 'text', true, null, 'requirement', '{type}'),
    ('party_requirement', 'reference', 5, 'text', false, null, null, '{source,ref,law,contract}'),
    ('party_requirement', 'addressed', 6, 'boolean', false, null, null, '{addressed by the isms,relevant}'),
    ('party_requirement', 'addressed_how', 7, 'text', false, null, null, '{how,remarks,comment}'),
    ('party_requirement', 'owner', 8, 'text', false, null, 'person', '{responsible}'),

    ('process', 'code', 1, 'text', false, null, null, '{id,no,number,ref}'),
    ('process', 'title', 2, 'text', true, null, null, '{name,process}'),
    ('process', 'owner', 3, 'text', false, null, 'person', '{responsible,process owner}'),
    ('process', 'purpose', 4, 'text', false, null, null, '{description,aim}'),
    ('process', 'criteria', 5, 'text', false, null, null, '{criterion,acceptance criteria}'),
    ('process', 'planned', 6, 'boolean', false, 'false', null, '{}'),
    ('process', 'outsourced', 7, 'boolean', false, 'false', null, '{external}'),
    ('process', 'provider', 8, 'text', false, null, null, '{supplier,run by}'),

    ('process_interaction', 'from_process', 1, 'text', true, null, 'process', '{from,source}'),
    ('process_interaction', 'to_process', 2, 'text', true, null, 'process', '{to,target}'),
    ('process_interaction', 'what', 3, 'text', true, null, null, '{input,output,gives}'),

    ('scope_item', 'code', 1, 'text', false, null, null, '{id,no,number,ref}'),
    ('scope_item', 'title', 2, 'text', true, null, null, '{name,item}'),
    ('scope_item', 'kind', 3, 'text', true, null, 'kind', '{type}'),
    ('scope_item', 'refers', 4, 'text', false, null, null, '{refers to,record}'),
    ('scope_item', 'standing', 5, 'text', false, null, 'standing', '{in scope,in or out}'),
    ('scope_item', 'reason', 6, 'text', false, null, null, '{why,remarks,comment,justification}'),

    ('scope_dependency', 'item', 1, 'text', true, null, 'item', '{scope item}'),
    ('scope_dependency', 'depends_on', 2, 'text', true, null, 'item', '{needs,depends}'),
    ('scope_dependency', 'what', 3, 'text', false, null, null, '{remarks,comment}')
  ) c(kind, column_name, position, type, required, default_value, query, aliases)
  left join query q on q.name = c.query;

select isms.make_import_table(k) from unnest('{context_issue,interested_party,party_requirement,process,process_interaction,scope_item,scope_dependency}'::text[]) k;
