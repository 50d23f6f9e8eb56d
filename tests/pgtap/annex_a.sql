-- The shipped editions of ISO/IEC 27001 in figures: what can be counted of Annex A and of its transition.
\set ON_ERROR_STOP on
\pset format unaligned
\pset tuples_only on
\pset pager off

begin;

select no_plan();

create temp view old_control as select * from isms.control where catalogue = 'ISO/IEC 27001:2013';

create temp view new_control as select * from isms.control where catalogue = 'ISO/IEC 27001:2022' and kind = 'control';

create temp view clause as select * from isms.control where catalogue = 'ISO/IEC 27001:2022' and kind = 'clause';

create temp view link as
  select source, target, relation, joint from isms.control_mapping where source_catalogue = 'ISO/IEC 27001:2013' and target_catalogue = 'ISO/IEC 27001:2022';

-- Annex A of 2022: 93 controls in four themes, with the five attributes of ISO/IEC 27002.
select results_eq($$select theme, count(*)::integer from new_control group by theme order by theme$$,
  $$values ('Organizational', 37), ('People', 8), ('Physical', 14), ('Technological', 34)$$, 'the themes of 2022 have 37, 8, 14 and 34 controls');

select set_eq($$select reference::text from new_control$$,
  $$select format('A.%s.%s', t.number, n) from (values (5, 37), (6, 8), (7, 14), (8, 34)) t(number, controls), generate_series(1, t.controls) n$$,
  'numbered through, A.5.1 to A.8.34');

select set_eq($$select distinct a from new_control, unnest(control_types) a$$, '{Preventive,Detective,Corrective}'::text[], 'three control types');

select set_eq($$select distinct a from new_control, unnest(properties) a$$, '{Confidentiality,Integrity,Availability}'::text[], 'three properties');

select set_eq($$select distinct a from new_control, unnest(concepts) a$$, '{Identify,Protect,Detect,Respond,Recover}'::text[], 'five concepts');

select is((select count(distinct a) from new_control, unnest(capabilities) a), 15::bigint, 'fifteen operational capabilities');

select set_eq($$select distinct a from new_control, unnest(domains) a$$, '{Governance_and_Ecosystem,Protection,Defence,Resilience}'::text[], 'four security domains');

select is_empty($$select reference from new_control where '{}' in (control_types, properties, concepts, capabilities, domains)$$, 'no control lacks an attribute');

-- Clauses 4 to 10.
select set_eq($$select reference::text from clause where parent is null$$, $$select generate_series(4, 10)::text$$, 'seven clauses, 4 to 10');

select is((select count(*) from clause), 41::bigint, '41 with what is in them');

select is_empty($$select reference from clause where parent is not null and (isms.parent(reference) is distinct from parent or parent not in (select reference from clause))$$,
  'each stands in the clause its number says');

-- Annex A of 2013.
select is((select count(*) from old_control), 114::bigint, '114 controls of 2013');

select set_eq($$select distinct split_part(reference::text, '.', 2)::integer from old_control$$, $$select generate_series(5, 18)$$, 'in the groups A.5 to A.18');

-- The transition.
select is((select count(*) from link), 115::bigint, '115 links lead from 2013 to 2022');

select is_empty($$select reference from old_control where reference not in (select source from link)$$, 'every control of 2013 has a successor');

select is((select array_agg(source::text) from (select source from link group by source having count(*) > 1) d), '{A.18.2.3}'::text[], 'one alone was divided');

select is((select count(*) from (select target from link group by target having count(*) > 1) m), 24::bigint, '24 controls of 2022 were merged of several');

select is((select count(*) from (select target from link group by target having count(*) = 1) m), 58::bigint, '58 come from a single one');

select set_eq($$select reference::text from new_control where reference not in (select target from link)$$,
  '{A.5.7,A.5.23,A.5.30,A.7.4,A.8.9,A.8.10,A.8.11,A.8.12,A.8.16,A.8.23,A.8.28}'::text[], '11 are new');

select results_eq($$select relation, joint, count(*)::integer from link group by 1, 2 order by 1$$,
  $$values ('equal', false, 58), ('intersects_with', true, 2), ('subset_of', true, 55)$$, 'and the relations say so');

select is_empty($$select code from isms.catalogue where not builtin or kept_by is not null$$, 'nothing is an organisation''s own yet');

select * from finish();

rollback;
