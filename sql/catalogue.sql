-- Catalogues: what is shipped is closed, an own one is read by everybody and written by the scope that keeps it.
\set SHOW_CONTEXT never
set client_min_messages = warning;
drop extension if exists isms cascade;
create extension isms;
create role regress_li login;
create role regress_bo login;
create role regress_ed login;
do $$ begin
  perform isms.setup('ACME', 'Acme Ltd', 'dana', 'Dana Ruiz');
  perform isms.add_person('li', 'Li Wei', login => 'regress_li', roles => '{control_owner}');
  perform isms.add_person('ed', 'Ed Itor', login => 'regress_ed', roles => '{external_auditor}');
  perform isms.setup('BETA', 'Beta Ltd', 'dana', 'Dana Ruiz');
  perform isms.add_person('bo', 'Bo Lind', login => 'regress_bo', roles => '{control_owner}');
end $$;
reset isms.scope;
\pset format unaligned
\pset footer off

-- The editions of the standard, and how the one went into the other.
select c.code, c.edition, c.kept_by, count(k.*) filter (where k.kind = 'clause') as clauses, count(k.*) filter (where k.kind = 'control') as controls
  from isms.catalogue c join isms.control k on k.catalogue = c.code group by c.code order by 1;
select from_code, from_title, relation, to_code, to_title, joint, backwards from isms.control_correspondence
 where to_catalogue = 'ISO/IEC 27001:2022' and to_code in ('A.5.1', 'A.5.36', 'A.8.8', 'A.8.32') or from_code = 'A.5.36' and to_catalogue = 'ISO/IEC 27001:2013'
 order by to_sort_key collate "C", from_sort_key collate "C";

-- An own catalogue, with attributes and fields of one's own.
set session authorization regress_li;
insert into isms.catalogue (code, title) values ('HOUSE', 'House rules');
insert into isms.control (catalogue, reference, title, theme, control_types, statement, custom) values
  ('HOUSE', 'H.2', 'Locked drawers', 'Physical', '{Preventive}', 'Drawers are locked at night.', '{"since": 2020}'),
  ('HOUSE', 'H.10', 'Clean desks', 'Physical', '{Preventive}', null, '{}');
insert into isms.control_mapping (source_catalogue, source, target, relation, note) values ('HOUSE', 'H.10', 'A.7.7', 'subset_of', 'Desks only, no screens');
insert into isms.baseline (code, catalogue, title) values ('NIGHT', 'HOUSE', 'What the night guard looks at');
insert into isms.baseline_control (baseline, reference) values ('NIGHT', 'H.2');
select reference, title, theme, control_types, custom, builtin from isms.control where catalogue = 'HOUSE' order by reference;
select * from isms.baseline_control;

-- Everybody reads it, but its mapping, which is the scope's own; nobody of another scope, and no external auditor, writes it.
set session authorization regress_bo;
select code, kept_by from isms.catalogue where code = 'HOUSE';
select count(*) as mappings_of_acme from isms.control_mapping where not builtin;
update isms.control set title = 'Open drawers' where catalogue = 'HOUSE' returning reference;
insert into isms.control (catalogue, reference, title) values ('HOUSE', 'H.3', 'Open doors');
insert into isms.catalogue (code, title, kept_by) values ('OTHERS', 'Put into another scope', 'ACME');
insert into isms.control_mapping (source_catalogue, source, target, relation, scope) values ('HOUSE', 'H.2', 'A.7.7', 'equal', 'ACME');
delete from isms.control_mapping where source_catalogue = 'HOUSE' returning source;
insert into isms.control_mapping (source_catalogue, source, target, relation) values ('HOUSE', 'H.10', 'A.7.7', 'equal') returning scope, relation;
insert into isms.baseline_control (baseline, reference) values ('NIGHT', 'H.10');
delete from isms.baseline_control where baseline = 'NIGHT' returning identifier;
set session authorization regress_ed;
insert into isms.catalogue (code, title) values ('AUDIT', 'Auditor''s own');

-- What is shipped stays as it is, and nobody passes a row off as shipped.
set session authorization regress_li;
update isms.control set title = 'X' where builtin returning reference;
update isms.catalogue set title = 'X' where builtin returning code;
delete from isms.control_mapping where builtin returning source;
insert into isms.control (catalogue, reference, title) values ('ISO/IEC 27001:2022', 'A.9.1', 'One more');
insert into isms.control (catalogue, reference, title, builtin) values ('HOUSE', 'H.4', 'Shipped?', true);
insert into isms.catalogue (code, title, kept_by, builtin) values ('SHIPPED', 'Shipped?', null, true);

-- A joint link is one from a part; a mapping leads from one catalogue to another.
insert into isms.control_mapping (source_catalogue, source, target, relation, joint) values ('HOUSE', 'H.2', 'A.7.7', 'equal', true);
insert into isms.control_mapping (source_catalogue, source, target_catalogue, target, relation) values ('HOUSE', 'H.2', 'HOUSE', 'H.10', 'equal');
insert into isms.control_mapping (source_catalogue, source, target, relation) values ('HOUSE', 'H.2', 'A.7.7', 'similar');

-- A control that is part of another: the other is there, stays, and is followed.
insert into isms.control (catalogue, reference, title, parent) values ('HOUSE', 'H.2.1', 'Keys', 'H.3');
insert into isms.control (catalogue, reference, title, parent) values ('HOUSE', 'H.20.1', 'Monday', 'H.20'), ('HOUSE', 'H.20', 'Week', null);
update isms.control set reference = 'H.30' where catalogue = 'HOUSE' and reference = 'H.20';
select reference, parent from isms.control where catalogue = 'HOUSE' and title = 'Monday';
delete from isms.control where catalogue = 'HOUSE' and reference = 'H.30';
delete from isms.control where catalogue = 'HOUSE' and reference <@ 'H.20' or reference = 'H.30';

-- A changed code or reference is carried along; a control that something refers to is not deleted.
reset session authorization;
set isms.scope = 'ACME';
insert into isms.implementation (code, title, owner, status) values ('GUARD', 'Night guard', 'li', 'implemented');
insert into isms.implementation_control (implementation, catalogue, reference) values ('GUARD', 'HOUSE', 'H.2');
set session authorization regress_li;
update isms.catalogue set code = 'RULES' where code = 'HOUSE';
update isms.control set reference = 'H.1' where catalogue = 'RULES' and reference = 'H.2';
select implementation, catalogue, reference from isms.implementation_control where catalogue = 'RULES';
select baseline, catalogue, reference from isms.baseline_control;
select source_catalogue, source, target, relation, note from isms.control_mapping where not builtin;
delete from isms.control where catalogue = 'RULES' and reference = 'H.10';

-- Own controls and mappings by the sheet; what is gone is counted in the catalogues the sheet is about, and no other.
insert into isms.catalogue (code, title) values ('CUSTOMER', 'What the customer asks');
copy isms.import_control (catalogue, reference, title, theme, control_types, statement) from stdin (format csv);
CUSTOMER,C-1,Encrypt,Data,Preventive; Corrective,Data is encrypted.
What the customer asks,C-2,Delete,Data,,
\.
create temp table sheet (catalogue text, ref text, name text, relationship text, "to" text, "from" text, source_catalogue text);
insert into sheet values ('CUSTOMER', 'C-1', 'Encrypt all', 'equal', 'A.8.24', 'C-1', 'CUSTOMER'), ('CUSTOMER', 'C-10', 'Tell', 'Subset of', 'A.5.24', 'C-10', 'CUSTOMER');
select * from isms.import('control', 'sheet');
select * from isms.import('control_mapping', 'sheet');
select * from isms.import('control_mapping', 'sheet');
select reference, title, theme, control_types, statement from isms.control where catalogue = 'CUSTOMER' order by reference;
select source, target_catalogue, target, relation, joint, scope from isms.control_mapping where source_catalogue = 'CUSTOMER' order by source;
insert into sheet values
  ('ISO/IEC 27001:2022', 'A.9.1', 'One more', 'superset_of', 'A.8.17', 'A.12.4.4', 'ISO/IEC 27001:2013'), ('CUSTOMER', 'C--1', '', 'similar', 'A.99', 'C-2', 'CUSTOMER');
select * from isms.import('control', 'sheet');
select * from isms.import('control_mapping', 'sheet');
drop table sheet;
delete from isms.control_mapping where source_catalogue = 'CUSTOMER';
delete from isms.control where catalogue = 'CUSTOMER';
delete from isms.catalogue where code = 'CUSTOMER';

-- Every change is in the trail.
reset session authorization;
select table_name, key, operation, who from isms.audit_trail where table_name in ('isms.catalogue', 'isms.control', 'isms.control_mapping', 'isms.baseline', 'isms.baseline_control') and operation <> 'baseline' and key !~ 'C-|CUSTOMER|H.[23]0' order by table_name, seq;

-- Looking back, everybody sees the catalogues as they were, and of the mappings those shipped and the scope's own.
select isms.seal() is not null as sealed;
set session authorization regress_bo;
select reference, title from isms.as_of(null::isms.control, clock_timestamp()) where catalogue = 'RULES' order by reference;
select scope, count(*) from isms.as_of(null::isms.control_mapping, clock_timestamp()) group by scope order by scope;
reset session authorization;

drop extension isms cascade;
drop role regress_li, regress_bo, regress_ed;
