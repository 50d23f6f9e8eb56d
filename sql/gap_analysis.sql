-- Gap analysis: what is implemented for one catalogue, seen from another; the transition of 2013 to 2022 first of all.
\set SHOW_CONTEXT never
set client_min_messages = warning;
drop extension if exists isms cascade;
create extension isms;
create role regress_bo login;
do $$ begin
  perform isms.setup('ACME', 'Acme Ltd', 'dana', 'Dana Ruiz');
  perform isms.setup('BETA', 'Beta Ltd', 'dana', 'Dana Ruiz');
  perform isms.add_person('bo', 'Bo Lind', login => 'regress_bo', roles => '{control_owner}');
end $$;
set isms.scope = 'ACME';
\pset format unaligned
\pset footer off
\set old 'ISO/IEC 27001:2013'
\set new 'ISO/IEC 27001:2022'

-- Nothing implemented covers nothing; who implemented the whole edition of 2013 lacks the eleven new controls of 2022 and no other.
select coverage, count(*) from isms.gap_analysis(:'old', :'new') group by coverage;
begin;
insert into isms.implementation (code, title, status) select 'I' || reference, title, 'implemented' from isms.control where catalogue = :'old';
insert into isms.implementation_control (implementation, catalogue, reference) select 'I' || reference, catalogue, reference from isms.control where catalogue = :'old';
select coverage, split_part(reason, ':', 1) as reason, count(*) from isms.gap_analysis(:'old', :'new') group by 1, 2 order by 1, 2;
select string_agg(code, ' ' order by sort_key collate "C") as lacking from isms.gap_analysis(:'old', :'new') where coverage <> 'covered';
-- And back: an equal or wider control covers, what was divided is covered in part by each.
delete from isms.implementation_control;
insert into isms.implementation_control (implementation, catalogue, reference) select 'IA.5.1.1', catalogue, reference from isms.control where catalogue = :'new' and kind = 'control';
select coverage, count(*), max(code) filter (where coverage = 'partly') as code, max(reason) filter (where coverage = 'partly') as reason from isms.gap_analysis(:'new', :'old') group by 1 order by 1;
rollback;

-- A single control, link by link: A.8.15 was made of three.
insert into isms.implementation (code, title, status) values
  ('LOG', 'Central log', 'implemented'), ('ADM', 'Log of administrators', 'implemented'), ('NTP', 'Clocks', 'partial'), ('CAM', 'Cameras', 'planned'), ('OLD', 'Paper log', 'retired');
create function pg_temp.shown(control text) returns text language sql as $$
  select concat_ws(' | ', coverage, implementations, through, reason) from isms.gap_analysis('ISO/IEC 27001:2013', 'ISO/IEC 27001:2022') where code = control $$;
select pg_temp.shown('A.8.15') as none;
insert into isms.implementation_control (implementation, catalogue, reference) values ('CAM', :'old', 'A.12.4.1'), ('CAM', :'old', 'A.12.4.2'), ('CAM', :'old', 'A.12.4.3');
select pg_temp.shown('A.8.15') as planned;
insert into isms.implementation_control (implementation, catalogue, reference) values ('LOG', :'old', 'A.12.4.1'), ('LOG', :'old', 'A.12.4.2');
select pg_temp.shown('A.8.15') as two_of_three;
insert into isms.implementation_control (implementation, catalogue, reference) values ('ADM', :'old', 'A.12.4.3');
select pg_temp.shown('A.8.15') as all_of_them;
insert into isms.control_test (implementation, result, tested_on, valid_until) values ('ADM', 'fail', current_date, current_date + 100);
select pg_temp.shown('A.8.15') as one_failed;
insert into isms.implementation_control (implementation, catalogue, reference) values ('NTP', :'old', 'A.12.4.4'), ('OLD', :'old', 'A.9.2.1');
select pg_temp.shown('A.8.17') as one_to_one_in_part;
select pg_temp.shown('A.5.16') as retired_ones_do_not_count;
select pg_temp.shown('A.5.7') as new_in_2022;
update isms.implementation set controls = '{A.5.7}' where code = 'LOG';
select pg_temp.shown('A.5.7') as implemented_for_itself;

-- What the old statement of applicability excluded is said as the reason.
insert into isms.applicability (catalogue, reference, necessary, justification) values (:'old', 'A.14.2.7', false, 'All software is written by our own employees');
select pg_temp.shown('A.8.30') as excluded;

insert into isms.applicability (reference, necessary, justification) values ('A.8.30', false, 'Nor will it be');
select pg_temp.shown('A.8.30') as decided_for_the_control_itself;

-- Links to the controls of 2013 come from a sheet; what is gone is asked of that catalogue alone.
create temp table sheet (measure text, standard text, control text);
insert into sheet values ('Central log', 'ISO/IEC 27001:2013', 'A.12.4.1'), ('LOG', 'ISO/IEC 27001:2013', 'A.12.4.4'), ('LOK', 'ISO/IEC 27001:2013', 'A.99.1'), ('LOG', 'ISO/IEC 27001:2013', 'A.99.1');
select * from isms.import('implementation_control', 'sheet');
delete from sheet where control = 'A.99.1';
select * from isms.import('implementation_control', 'sheet');
select * from isms.import('implementation_control', 'sheet');
select pg_temp.shown('A.8.17') as of_two_the_best_counts;

-- Own mappings count as the shipped ones do, each relation as it says; a link that says not related says nothing.
insert into isms.catalogue (code, title) values ('HOUSE', 'House rules');
insert into isms.control (catalogue, reference, title) select 'HOUSE', 'H.' || n, 'Rule ' || n from generate_series(1, 6) n;
insert into isms.control (catalogue, reference, title, withdrawn) values ('HOUSE', 'H.7', 'Rule 7', true);
insert into isms.control_mapping (source_catalogue, source, target_catalogue, target, relation) values
  ('ISO/IEC 27001:2022', 'A.5.7', 'HOUSE', 'H.1', 'equal'), ('ISO/IEC 27001:2022', 'A.5.7', 'HOUSE', 'H.2', 'superset_of'), ('ISO/IEC 27001:2022', 'A.5.7', 'HOUSE', 'H.3', 'subset_of'),
  ('ISO/IEC 27001:2022', 'A.5.7', 'HOUSE', 'H.4', 'intersects_with'), ('ISO/IEC 27001:2022', 'A.5.7', 'HOUSE', 'H.5', 'not_related'), ('HOUSE', 'H.6', 'ISO/IEC 27001:2022', 'A.5.7', 'subset_of');
select code, coverage, implementations, through, reason from isms.gap_analysis(:'new', 'HOUSE');

-- An own link of two controls goes before the one that is shipped, for the scope alone.
begin;
select pg_temp.shown('A.8.17') as by_the_shipped_link;
insert into isms.control_mapping (source_catalogue, source, target, relation, note) values (:'old', 'A.12.4.4', 'A.8.17', 'not_related', 'Our judgement');
select pg_temp.shown('A.8.17') as by_our_own;
update isms.control_mapping set scope = 'BETA' where note = 'Our judgement';
select pg_temp.shown('A.8.17') as another_scopes_does_not_count;
rollback;

-- The view has every scope and catalogue, whichever the implementations are linked to.
select scope, catalogue, coverage, count(*) from isms.gap_analysis where coverage <> 'not_covered' group by 1, 2, 3 order by 1, 2, 3;
select code, coverage, through, reason from isms.gap_analysis where scope = 'ACME' and catalogue = :'old' and code in ('A.12.4.1', 'A.5.1.1') order by code;
select code, coverage, reason from isms.gap_analysis where scope = 'ACME' and catalogue = :'new' and code in ('A.5.7', 'A.8.17') order by code;

-- Each sees the own scopes; errors name what there is.
set session authorization regress_bo;
select scope, count(*) from isms.gap_analysis group by scope;
select coverage, count(*) from isms.gap_analysis(:'old', :'new', 'BETA') group by 1;
select * from isms.gap_analysis(:'old', :'new', 'ACME');
select * from isms.gap_analysis(:'old', 'SP 800-53', 'BETA');
reset session authorization;

drop extension isms cascade;
drop role regress_bo;
