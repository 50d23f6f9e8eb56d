-- OSCAL: catalogues and profiles come in whole, are told apart from what is there, and say clearly what is wrong with them.
\set SHOW_CONTEXT never
set client_min_messages = warning;
drop extension if exists isms cascade;
create extension isms;
create role regress_bo login;
\pset format unaligned
\pset footer off

create function pg_temp.garden() returns jsonb language sql as $doc$ select $${
  "catalog": {
    "uuid": "00000000-0000-4000-8000-000000000001",
    "metadata": {"title": "Garden  rules", "version": "1.2", "parties": [{"type": "person", "name": "Pat Gardener"}, {"type": "organization", "name": "Allotment club"}]},
    "params": [{"id": "season", "label": "season", "values": ["spring", "autumn"]}],
    "groups": [
      {"id": "pl", "title": "Plants", "controls": [
        {"id": "pl-1", "title": "Watering",
         "params": [
           {"id": "pl-1_how", "select": {"how-many": "one-or-more", "choice": ["by can", "by hose, no longer than {{ insert: param, pl-1_long }}"]}},
           {"id": "pl-1_long", "label": "time"}],
         "props": [{"name": "label", "class": "padded", "value": "PL-01"}, {"name": "label", "value": "PL-1"}],
         "links": [{"href": "#to-2", "rel": "related"}, {"href": "#gone-9", "rel": "related"}, {"href": "#book", "rel": "reference"}],
         "parts": [
           {"name": "statement", "prose": "Plants are watered {{ insert: param, pl-1_how }} :", "parts": [
             {"name": "item", "props": [{"name": "label", "value": "a."}], "prose": "in {{season}};"},
             {"name": "item", "props": [{"name": "label", "value": "b."}], "prose": "{{ insert: param, nowhere }}."}]},
           {"name": "guidance", "prose": "Rain \\1 & \"wind\" count too."},
           {"name": "assessment-method", "props": [{"name": "method", "value": "EXAMINE"}], "parts": [{"name": "assessment-objects", "prose": "the watering log"}]},
           {"name": "picture", "prose": "of a can"}],
         "controls": [
           {"id": "pl-1.10", "title": "Night watering", "props": [{"name": "label", "value": "PL-1(10)"}]},
           {"id": "pl-1.2", "title": "Rain barrels", "props": [{"name": "label", "value": "PL-1(2)"}],
            "controls": [{"id": "pl-1.2.1", "title": "Lids", "props": [{"name": "label", "value": "PL-1(2)(1)"}]}]}]}],
       "groups": [
        {"title": "Trees", "controls": [
          {"id": "tr-1", "title": "Pruning", "props": [{"name": "status", "value": "withdrawn"}], "links": [{"href": "#pl-1", "rel": "incorporated-into"}]}]}]}],
    "controls": [{"id": "to-2", "title": "Tools", "props": [{"name": "label", "value": "not a reference!"}]}],
    "back-matter": {"resources": [{"uuid": "book", "citation": {"text": "The gardener's book"}}]}
  }
}$$::jsonb $doc$;

-- Nothing comes in unseen: the trail has to be on.
select * from isms.import_oscal_catalog(pg_temp.garden());
do $$ begin
  perform isms.setup('ACME', 'Acme Ltd', 'dana', 'Dana Ruiz');
  perform isms.setup('BETA', 'Beta Ltd', 'dana', 'Dana Ruiz');
  perform isms.add_person('bo', 'Bo Lind', login => 'regress_bo', roles => '{control_owner}');
end $$;
set isms.scope = 'ACME';

-- Groups, controls and enhancements, in natural order; the label is the reference, else the identifier.
select * from isms.import_oscal_catalog(pg_temp.garden());
select code, title, publisher, edition, kept_by, builtin from isms.catalogue where not builtin;
select reference, identifier, parent, theme, title, withdrawn from isms.control where catalogue = 'Garden rules' order by reference;

-- Texts are written out, parameters in place; the document's own form is kept beside them.
select statement, guidance, assessment, jsonb_array_length(parameters) as parameters, jsonb_array_length(parts) as parts
  from isms.control where catalogue = 'Garden rules' and reference = 'PL-1' \gx
select code, relation, target, target_title, is_control from isms.control_link where catalogue = 'Garden rules' order by sort_key collate "C", relation, target;

-- Again: nothing changes, and nothing is written.
select * from isms.import_oscal_catalog(pg_temp.garden());
select operation, count(*) from isms.audit_trail where table_name = 'isms.control' and new_values ->> 'catalogue' = 'Garden rules' group by 1;

-- A newer edition: what changed, what is new, what is gone.  What is gone stays, with all that refers to it; own attributes stay too.
insert into isms.implementation (code, title, status) values ('LID', 'Lids on barrels', 'implemented');
insert into isms.implementation_control (implementation, catalogue, reference) values ('LID', 'Garden rules', 'to-2');
update isms.control set control_types = '{Preventive}' where catalogue = 'Garden rules' and reference = 'PL-1';
insert into isms.control (catalogue, reference, title) values ('Garden rules', 'OWN-1', 'Typed in by hand');
create function pg_temp.newer() returns jsonb language sql as $doc$
  select jsonb_set(jsonb_set(jsonb_set(jsonb_set(pg_temp.garden() #- '{catalog,groups,0,controls,0,controls,1}',
    '{catalog,groups,0,controls,0,title}', '"Watering and misting"'),
    '{catalog,controls,0,props,0,value}', '"TO-2"'),
    '{catalog,controls,1}', '{"id": "to-3", "title": "Ladders", "props": [{"name": "label", "value": "TO-3"}]}'),
    '{catalog,metadata,version}', '"2.0"') $doc$;
select * from isms.import_oscal_catalog(pg_temp.newer());
select edition from isms.catalogue where code = 'Garden rules';
select reference, identifier, title, control_types from isms.control where catalogue = 'Garden rules' order by reference;
select implementation, reference from isms.implementation_control order by reference;
select * from isms.import_oscal_catalog(pg_temp.newer());

-- Profiles are baselines: picked by identifier, with what is under it if asked, by pattern, all, and less what is excluded.
create function pg_temp.profile(imports jsonb) returns jsonb language sql as $$
  select jsonb_build_object('profile', jsonb_build_object('metadata', '{"title": "A choice", "version": "1"}'::jsonb, 'imports', imports)) $$;
select * from isms.import_oscal_profile(pg_temp.profile('[{"href": "#x", "include-controls": [{"with-ids": ["pl-1", "to-3", "moon-1"]}]}]'), 'SMALL', 'Garden rules');
select * from isms.import_oscal_profile(pg_temp.profile('[{"href": "#x", "include-controls": [{"with-ids": ["pl-1"], "with-child-controls": "yes"}]}]'), 'CHILDREN', 'Garden rules');
select * from isms.import_oscal_profile(pg_temp.profile('[{"href": "#x", "include-controls": [{"matching": [{"pattern": "to-?"}, {"pattern": "pl*.1*"}]}]}]'), 'PATTERN', 'Garden rules');
select * from isms.import_oscal_profile(pg_temp.profile('[{"href": "#x", "include-all": {}, "exclude-controls": [{"with-ids": ["pl-1"], "with-child-controls": "yes"}, {"with-ids": ["OWN-1"]}]}]'), 'ALL-BUT', 'Garden rules');
select code, catalogue, title, edition, kept_by from isms.baseline order by code;
select baseline, identifier, reference from isms.baseline_control where baseline = 'SMALL' order by identifier;
-- Again, and with another choice: the baseline is what the profile says.
select * from isms.import_oscal_profile(pg_temp.profile('[{"href": "#x", "include-controls": [{"with-ids": ["pl-1", "to-3", "moon-1"]}]}]'), 'SMALL', 'Garden rules');
select * from isms.import_oscal_profile(pg_temp.profile('[{"href": "#x", "include-controls": [{"with-ids": ["pl-1", "to-2", "moon-1"]}]}]'), 'SMALL', 'Garden rules');
select * from isms.compare_baselines('SMALL', 'ALL-BUT');
select * from isms.compare_baselines('SMALL', 'LARGE');
-- What a profile named before its catalogue had it is known from then on.
select * from isms.import_oscal_catalog(jsonb_set(pg_temp.newer(), '{catalog,controls,2}', '{"id": "moon-1", "title": "Moonlight"}'));
select identifier, reference from isms.baseline_control where baseline = 'SMALL' order by identifier;
-- A baseline by hand, by reference or by identifier.
insert into isms.baseline (code, catalogue, title) values ('HAND', 'Garden rules', 'By hand');
insert into isms.baseline_control (baseline, reference) values ('HAND', 'PL-1(2)');
insert into isms.baseline_control (baseline, identifier) values ('HAND', 'pl-1'), ('HAND', 'OWN-1'), ('HAND', 'nothing');
select * from isms.baseline_control where baseline = 'HAND' order by identifier;

-- How much of each is implemented.
select * from isms.baseline_summary where scope = 'ACME' order by code;
select code, title, coverage, implementations, reason from isms.baseline_coverage where scope = 'ACME' and baseline = 'SMALL' order by sort_key;

-- Hostile texts are texts.
select * from isms.import_oscal_catalog(jsonb_build_object('catalog', jsonb_build_object(
  'metadata', jsonb_build_object('title', E'Quote '' " \\ <script>alert(1)</script> \n € 漢字 ' || repeat('x', 10000)),
  'controls', jsonb_build_array(
    jsonb_build_object('id', $$'; drop table isms.control; --$$, 'title', repeat('<b>"\''é', 2000), 'props', '[{"name": "label", "value": "Q-1"}]'::jsonb,
      'params', '[{"id": "p", "label": "{{ insert: param, p }} \\1 $1"}, {"id": "q", "select": {"choice": ["{{p}}{{q}}", "{{ insert: param, q }}"]}}]'::jsonb,
      'parts', '[{"name": "statement", "prose": "{{p}} {{q}} {{ }} {{"}]'::jsonb)))));
select code, length(title) from isms.catalogue where code like 'Quote%';
select reference, identifier, length(title), statement from isms.control where catalogue like 'Quote%';

-- What is wrong is said, all of it, and nothing is stored.
select * from isms.import_oscal_catalog('[1]', 'BAD');
select * from isms.import_oscal_catalog(null, 'BAD');
select * from isms.import_oscal_catalog('{"profile": {}}', 'BAD');
select * from isms.import_oscal_catalog('{"system-security-plan": {}}', 'BAD');
select * from isms.import_oscal_catalog('{"a": 1}', 'BAD');
select * from isms.import_oscal_catalog('{"catalog": [1]}', 'BAD');
select * from isms.import_oscal_catalog('{"catalog": {"metadata": {}}}');
select * from isms.import_oscal_catalog('{"catalog": {"metadata": {"title": "Empty"}}}', 'BAD');
select * from isms.import_oscal_catalog($${"catalog": {"metadata": {"title": "Bad"}, "groups": [
  {"id": "g", "title": "G", "controls": [
    {"id": "g-1", "title": "One"}, {"id": "g-1", "title": "Two"}, {"title": "Three"}, {"id": "g-4"}, {"id": 5, "title": "Five"},
    {"id": "!", "title": "Six", "props": 7}, "eight",
    {"id": "g-9", "title": "Nine", "props": [{"name": "label", "value": "N-1"}]}, {"id": "g-10", "title": "Ten", "props": [{"name": "label", "value": "N-1"}]}]},
  {"controls": {}}]}}$$, 'BAD');
select * from isms.import_oscal_catalog(format('{"catalog": {"metadata": {"title": "Deep"}, %s "controls": [{"id": "d-1", "title": "Down"}] %s }}', repeat('"groups": [{"title": "G",', 100), repeat('}]', 100))::jsonb, 'BAD');
select count(*) as stored from isms.catalogue where code = 'BAD';
select * from isms.import_oscal_catalog(pg_temp.garden(), 'ISO/IEC 27001:2022');
select * from isms.import_oscal_profile(pg_temp.garden(), 'BAD', 'Garden rules');
select * from isms.import_oscal_profile('{"profile": {"imports": [{"href": "#x"}, {"href": "#y", "include-controls": [{"with-ids": ["", 3]}]}]}}', 'BAD', 'Garden rules');
select * from isms.import_oscal_profile('{"profile": {}}', 'BAD', 'Garden rules');
select * from isms.import_oscal_profile(pg_temp.profile('[{"include-all": {}}]'), 'BAD', 'No such');
select * from isms.import_oscal_profile(pg_temp.profile('[{"include-all": {}}]'), 'SMALL', 'ISO/IEC 27001:2022');
select count(*) as stored from isms.baseline where code = 'BAD';

-- Another scope's catalogue and baseline are not one's own to change; a new one is one's own scope's.
set isms.scope = 'BETA';
set session authorization regress_bo;
select * from isms.import_oscal_catalog('{"catalog": {"controls": [{"id": "x-1", "title": "X"}]}}', 'Garden rules', 'Weeds');
select * from isms.import_oscal_profile('{"profile": {"imports": [{"include-all": {}}]}}', 'SMALL', 'Garden rules');
select * from isms.import_oscal_catalog('{"catalog": {"controls": [{"id": "x-1", "title": "X"}]}}', 'Weeds', 'Weeds');
select * from isms.import_oscal_profile('{"profile": {"imports": [{"include-all": {}}]}}', 'MOST', 'Garden rules');
set isms.scope = 'ACME';
select * from isms.import_oscal_catalog('{"catalog": {"controls": [{"id": "x-1", "title": "X"}]}}', 'More weeds', 'Weeds');
reset session authorization;
select code, kept_by from isms.catalogue where code like '%eeds';

drop extension isms cascade;
drop role regress_bo;
