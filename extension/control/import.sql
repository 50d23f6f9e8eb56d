-- What isms.import can load into the control room: assets and their dependencies, implementations, decisions on controls, links to controls, own controls, mappings.
create function isms.import_implementation_assets(scope text, rows jsonb) returns void
  language sql set search_path = pg_catalog, pg_temp
begin atomic
  insert into isms.implementation_asset (scope, implementation, asset)
  select import_implementation_assets.scope, e.x ->> 'code', a.asset
    from jsonb_array_elements(rows) e(x)
   cross join lateral jsonb_array_elements_text(e.x -> 'assets') a(asset)
  on conflict do nothing;
end;

comment on function isms.import_implementation_assets(text, jsonb) is 'Links implementations of a sheet to the assets it names; links are added, never cut';

comment on constraint asset_code_form on isms.asset is 'a code is one line of visible characters and single spaces';
comment on constraint implementation_code_form on isms.implementation is 'a code is one line of visible characters and single spaces';
comment on constraint implementation_operated_by_named on isms.implementation is 'what a provider or another scope runs needs operated_by, its name';
comment on constraint implementation_cost_once_positive on isms.implementation is 'a cost is not negative';
comment on constraint implementation_cost_yearly_positive on isms.implementation is 'a cost is not negative';
comment on constraint implementation_effectiveness_fraction on isms.implementation is 'effectiveness is from 0 to 1';
comment on constraint applicability_inclusion_reasoned on isms.applicability is 'a necessary control needs a reason: risk, law, contract or business (6.1.3 d)';
comment on constraint applicability_exclusion_justified on isms.applicability is 'a control that is not necessary needs a justification (6.1.3 d)';
comment on constraint applicability_exclusion_status on isms.applicability is 'a control that is not necessary has the status not_applicable';

insert into isms.import_kind (kind, title, table_name, key_columns, after_procedure, builtin) values
  ('asset', 'assets', 'isms.asset', '{code}', null, true),
  ('asset_dependency', 'dependencies between assets', 'isms.asset_dependency', '{asset,supports}', null, true),
  ('implementation', 'implementations of controls', 'isms.implementation', '{code}', 'isms.import_implementation_assets', true),
  ('control_status', 'decisions on controls', 'isms.applicability', '{catalogue,reference}', null, true);

insert into isms.import_kind (kind, title, table_name, key_columns, within, builtin) values
  ('implementation_control', 'links of implementations to controls', 'isms.implementation_control', '{implementation,catalogue,reference}', '{catalogue}', true),
  ('control', 'controls of an own catalogue', 'isms.control', '{catalogue,reference}', '{catalogue}', true),
  ('control_mapping', 'links between controls of two catalogues', 'isms.control_mapping', '{source_catalogue,source,target_catalogue,target}', '{source_catalogue,target_catalogue}', true);

insert into isms.import_column (kind, column_name, position, type, many, required, default_value, known, pattern, expects, present, ready, aliases, builtin) values
  ('asset', 'code', 1, 'text', false, false, null, null, null, null, null, true, '{id,asset id,asset,no,number,ref}', true),
  ('asset', 'title', 2, 'text', false, true, null, null, null, null, null, true, '{name,asset name}', true),
  ('asset', 'kind', 3, 'text', false, true, null, $$select k.code, v.word from isms.asset_kind k cross join lateral (values (k.code), (k.title)) v(word)$$, null, 'a kind of asset', null, true, '{type,category,asset type}', true),
  ('asset', 'rating', 4, 'input', false, false, null, null, null, 'a rating such as C3 I2 A-', null, true, '{cia,protection needs}', true),
  ('asset', 'owner', 5, 'text', false, false, null, $$select p.value, p.word from isms.import_people() p$$, null, 'a person''s code, name or e-mail', null, true, '{responsible,asset owner}', true),
  ('asset', 'location', 6, 'text', false, false, null, null, null, null, null, true, '{place,where}', true),
  ('asset', 'description', 7, 'text', false, false, null, null, null, null, null, true, '{remarks,comment,notes}', true),

  ('asset_dependency', 'asset', 1, 'text', false, true, null, $$select a.code, v.word from isms.asset a cross join lateral (values (a.code), (a.title)) v(word) where a.scope = $1$$, null, 'an asset''s code or title', null, true, '{supporting asset,supporting}', true),
  ('asset_dependency', 'supports', 2, 'text', false, true, null, $$select a.code, v.word from isms.asset a cross join lateral (values (a.code), (a.title)) v(word) where a.scope = $1$$, null, 'an asset''s code or title', null, true, '{supported asset,primary asset,used by}', true),
  ('asset_dependency', 'refuses', 3, 'text', false, false, null, null, '^C?I?A?$', 'letters of CIA in that order', null, true, '{not inherited}', true),
  ('asset_dependency', 'reason', 4, 'text', false, false, null, null, null, null, null, true, '{why,remarks,comment}', true),

  ('implementation', 'code', 1, 'text', false, false, null, null, null, null, null, true, '{id,implementation,measure,no,number,ref}', true),
  ('implementation', 'title', 2, 'text', false, true, null, null, null, null, null, true, '{name}', true),
  ('implementation', 'kind', 3, 'text', false, false, 'technical', $$values ('technical', 'technical'), ('process', 'process'), ('process', 'organizational'), ('process', 'organisational'), ('policy', 'policy'), ('people', 'people'), ('physical', 'physical'), ('legal', 'legal')$$, null, 'a kind of implementation', null, true, '{type}', true),
  ('implementation', 'owner', 4, 'text', false, false, null, $$select p.value, p.word from isms.import_people() p$$, null, 'a person''s code, name or e-mail', null, true, '{responsible,control owner}', true),
  ('implementation', 'operator', 5, 'text', false, false, 'own', $$values ('own', 'own'), ('own', 'internal'), ('provider', 'provider'), ('provider', 'supplier'), ('provider', 'external'), ('scope', 'scope')$$, null, 'an operator', null, true, '{run by}', true),
  ('implementation', 'operated_by', 6, 'text', false, false, null, null, null, null, null, true, '{provider,supplier}', true),
  ('implementation', 'site', 7, 'text', false, false, null, null, null, null, null, true, '{location,place}', true),
  ('implementation', 'cost_once', 8, 'numeric', false, false, null, null, null, null, null, true, '{one-time cost,capex}', true),
  ('implementation', 'cost_yearly', 9, 'numeric', false, false, null, null, null, null, null, true, '{yearly cost,annual cost,opex}', true),
  ('implementation', 'in_use_from', 10, 'date', false, false, null, null, null, null, null, true, '{since,in use since}', true),
  ('implementation', 'status', 11, 'text', false, false, 'planned', $$values ('planned', 'planned'), ('partial', 'partial'), ('partial', 'partially implemented'), ('partial', 'in progress'), ('implemented', 'implemented'), ('implemented', 'in place'), ('retired', 'retired')$$, null, 'a status of an implementation', null, true, '{state,implementation status}', true),
  ('implementation', 'effectiveness', 12, 'fraction', false, false, null, null, null, null, null, true, '{strength}', true),
  ('implementation', 'controls', 13, 'text', true, false, '{}', $$select c.reference::text, v.word from isms.control c cross join lateral (values (c.reference::text), (substr(c.reference::text, 3))) v(word) where c.catalogue = isms.base_catalogue() and c.kind = 'control'$$, null, 'a control of Annex A', null, true, '{control,annex a,references}', true),
  ('implementation', 'assets', 14, 'text', true, false, null, $$select a.code, v.word from isms.asset a cross join lateral (values (a.code), (a.title)) v(word) where a.scope = $1$$, null, 'an asset''s code or title',
   $$array(select l.asset from isms.implementation_asset l where l.scope = t.scope and l.implementation = t.code)$$, true, '{asset,protects}', true),
  ('implementation', 'description', 15, 'text', false, false, null, null, null, null, null, true, '{remarks,comment,notes}', true),

  ('control_status', 'catalogue', 0, 'text', false, false, 'ISO/IEC 27001:2022', $$select c.code, v.word from isms.catalogue c cross join lateral (values (c.code), (c.title)) v(word)$$, null, 'a catalogue', null, false, '{standard,framework}', true),
  ('control_status', 'reference', 1, 'text', false, true, null, $$select c.reference::text, v.word from isms.control c cross join lateral (values (c.reference::text), (case when c.catalogue = isms.base_catalogue() then substr(c.reference::text, 3) end)) v(word) where c.kind = 'control' and v.word is not null$$, null, 'a control', null, true, '{control,id,ref,annex a}', true),
  ('control_status', 'necessary', 2, 'boolean', false, true, null, null, null, null, null, true, '{applicable,in scope,included}', true),
  ('control_status', 'reasons', 3, 'text', true, false, '{}', $$values ('risk', 'risk'), ('risk', 'risk assessment'), ('law', 'law'), ('law', 'legal'), ('law', 'regulation'), ('contract', 'contract'), ('contract', 'contractual'), ('business', 'business'), ('business', 'best practice')$$, null, 'a reason', null, true, '{reason,reason for inclusion}', true),
  ('control_status', 'justification', 4, 'text', false, false, null, null, null, null, null, true, '{remarks,comment,explanation}', true),
  ('control_status', 'implementation_status', 5, 'text', false, false, 'not_started', $$values ('not_started', 'not_started'), ('not_started', 'not started'), ('not_started', 'not implemented'), ('planned', 'planned'), ('partial', 'partial'), ('partial', 'partially implemented'), ('partial', 'in progress'), ('implemented', 'implemented'), ('not_applicable', 'not_applicable'), ('not_applicable', 'not applicable'), ('not_applicable', 'n/a')$$, null, 'a status of a control', null, true, '{status,state,implemented}', true),

  ('implementation_control', 'implementation', 1, 'text', false, true, null, $$select i.code, v.word from isms.implementation i cross join lateral (values (i.code), (i.title)) v(word) where i.scope = $1$$, null, 'an implementation''s code or title', null, true, '{measure}', true),
  ('implementation_control', 'catalogue', 2, 'text', false, false, 'ISO/IEC 27001:2022', $$select c.code, v.word from isms.catalogue c cross join lateral (values (c.code), (c.title)) v(word)$$, null, 'a catalogue', null, true, '{standard,framework}', true),
  ('implementation_control', 'reference', 3, 'input', false, true, null, null, null, 'a reference such as A.5.9', null, true, '{control,ref,annex a}', true),

  ('control', 'catalogue', 1, 'text', false, true, null, $$select c.code, v.word from isms.catalogue c cross join lateral (values (c.code), (c.title)) v(word) where c.kept_by = $1$$, null, 'a catalogue this scope keeps', null, true, '{standard,framework}', true),
  ('control', 'reference', 2, 'input', false, true, null, null, null, 'a reference such as A.5.9', null, true, '{control,id,ref,number,no}', true),
  ('control', 'title', 3, 'text', false, true, null, null, null, null, null, true, '{name}', true),
  ('control', 'kind', 4, 'text', false, false, 'control', $$values ('control', 'control'), ('clause', 'clause'), ('clause', 'requirement')$$, null, 'a kind of control', null, true, '{type}', true),
  ('control', 'parent', 5, 'input', false, false, null, null, null, 'a reference such as A.5', null, true, '{part of}', true),
  ('control', 'theme', 6, 'text', false, false, null, null, null, null, null, true, '{group,family,domain,chapter}', true),
  ('control', 'control_types', 7, 'text', true, false, '{}', null, null, null, null, true, '{control type}', true),
  ('control', 'properties', 8, 'text', true, false, '{}', null, null, null, null, true, '{information security properties}', true),
  ('control', 'concepts', 9, 'text', true, false, '{}', null, null, null, null, true, '{cybersecurity concepts}', true),
  ('control', 'capabilities', 10, 'text', true, false, '{}', null, null, null, null, true, '{operational capabilities}', true),
  ('control', 'domains', 11, 'text', true, false, '{}', null, null, null, null, true, '{security domains}', true),
  ('control', 'withdrawn', 12, 'boolean', false, false, 'false', null, null, null, null, true, '{}', true),
  ('control', 'statement', 13, 'text', false, false, null, null, null, null, null, true, '{text,requirement,description}', true),
  ('control', 'guidance', 14, 'text', false, false, null, null, null, null, null, true, '{remarks,discussion}', true),

  ('control_mapping', 'source_catalogue', 1, 'text', false, true, null, $$select c.code, v.word from isms.catalogue c cross join lateral (values (c.code), (c.title)) v(word)$$, null, 'a catalogue', null, true, '{from catalogue,source standard}', true),
  ('control_mapping', 'source', 2, 'input', false, true, null, null, null, 'a reference such as A.5.9', null, true, '{from,source control}', true),
  ('control_mapping', 'target_catalogue', 3, 'text', false, false, 'ISO/IEC 27001:2022', $$select c.code, v.word from isms.catalogue c cross join lateral (values (c.code), (c.title)) v(word)$$, null, 'a catalogue', null, true, '{to catalogue,target standard}', true),
  ('control_mapping', 'target', 4, 'input', false, true, null, null, null, 'a reference such as A.5.9', null, true, '{to,target control}', true),
  ('control_mapping', 'relation', 5, 'text', false, true, null, $$select r.value, v.word from (values ('equal'), ('subset_of'), ('superset_of'), ('intersects_with'), ('not_related')) r(value) cross join lateral (values (r.value), (replace(r.value, '_', ' '))) v(word) union all values ('not_related', 'no relationship')$$, null, 'a relation', null, true, '{relationship}', true),
  ('control_mapping', 'joint', 6, 'boolean', false, false, 'false', null, null, null, null, true, '{}', true),
  ('control_mapping', 'note', 7, 'text', false, false, null, null, null, null, null, true, '{remarks,comment,rationale}', true);

select isms.make_import_table(k) from unnest('{asset,asset_dependency,implementation,control_status,implementation_control,control,control_mapping}'::text[]) k;
