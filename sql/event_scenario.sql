-- Risks identified by events: a source, what it is after, what would happen, and the risks that refine it.
\set SHOW_CONTEXT never
set client_min_messages = warning;
drop extension if exists isms cascade;
create extension isms;
create role regress_event_eve login;
select isms.setup('A', 'Alpha', 'dana', 'Dana Ruiz') \g /dev/null
set isms.scope = 'A';
select isms.add_person('li', 'Li Wei', roles => '{risk_owner,asset_owner}') \g /dev/null
select isms.setup('B', 'Beta', 'dana', 'Dana Ruiz') \g /dev/null
set isms.scope = 'B';
select isms.add_person('eve', 'Eve Obi', login => 'regress_event_eve', roles => '{risk_owner}') \g /dev/null
set isms.scope = 'A';
insert into isms.asset (code, title, kind, rating, owner) values
  ('ORDER', 'Order to delivery', 'process', 'C2 I3 A4', 'li'),
  ('ERP', 'ERP system', 'software', 'C1 I1 A1', 'li'),
  ('CRM', 'Customer database', 'information', null, 'li');
insert into isms.asset_dependency (asset, supports) values ('ERP', 'ORDER');
insert into isms.implementation (code, title, owner, status) values ('BACKUP', 'Backups tried monthly', 'dana', 'implemented');

-- Source and desired end state come from the catalogues or are prose.
insert into isms.event_scenario (code, title, source, objective, event, owner) values
  ('ES-1', 'Production stopped for ransom', 'RS-CRIME', 'OB-PROFIT', 'No orders are delivered for two weeks', 'li');
insert into isms.event_scenario (title, source, event) values ('The river comes', 'Our river', 'Ground floor under water');
insert into isms.event_scenario (code, title, source, event) values ('ES-3', 'Nobody did it', ' ', 'Something');
insert into isms.event_scenario_asset (event_scenario, asset) values ('ES-1', 'ORDER'), ('ES-1', 'ERP');
prepare seen as
  select code, source, origin, objective, assets, assets_rating as rating, risks, unrated, refined_by, assets_unrefined as left_out, worst_risk, worst_current_level as worst, worst_current_disposition as disposition
    from isms.event_scenario_status where scope = 'A' order by code collate "C";
execute seen;

-- Refined into risks on assets; the worst level carried today is that of the worst risk that is not closed.
insert into isms.risk (code, title, event_scenario, asset, threat, hits, likelihood, consequence, owner) values
  ('R-1', 'ERP encrypted', 'ES-1', 'ERP', 'TH-MALWARE', 'A', 5, 4, 'li'),
  ('R-2', 'Orders lost', 'ES-1', 'ORDER', 'TH-MALWARE', 'I', 3, 4, 'li'),
  ('R-3', 'Not rated yet', 'ES-1', 'ERP', 'TH-INSIDER', 'A', null, null, 'li');
execute seen;
insert into isms.risk_control (risk, implementation, effect_on, effectiveness) values ('R-1', 'BACKUP', 'consequence', 0.99);
execute seen;
update isms.risk set likelihood = 1, consequence = 1 where code = 'R-3';
execute seen;

-- A scenario that risks refine stays; a new code is carried along.
delete from isms.event_scenario where code = 'ES-1';
update isms.event_scenario set code = 'RANSOM' where code = 'ES-1';
select code, event_scenario from isms.risk where scope = 'A' order by code;
insert into isms.risk (title, event_scenario) values ('Refines nothing', 'ES-9');

-- An event scenario names a source, so a risk that refines it needs no asset and threat to be assessed.
insert into isms.risk (code, title, hits, likelihood, consequence, owner, assessor, assessed_on) values ('R-4', 'By the event alone', 'A', 3, 3, 'li', 'dana', isms.today('A'));
update isms.risk set status = 'assessed' where code = 'R-4';
update isms.risk set event_scenario = 'RANSOM', status = 'assessed' where code = 'R-4';
select status, event_scenario from isms.risk where code = 'R-4';

-- Loaded by the import; its owner hands it over on leaving.
create temp table sheet (id text, name text, "risk source" text, "what happens" text, owner text, affects text);
insert into sheet values ('ES-7', 'Plans copied', 'RS-COMPETITOR', 'A rival sells our next product first', 'Li Wei', 'CRM; ERP system');
select value, reason from isms.import('event_scenario', 'sheet');
select code, source, owner_name, assets from isms.event_scenario_status where code = 'ES-7';
select table_name, person_column, role from isms.owned_table where table_name in ('asset', 'event_scenario') order by 1;

-- Another scope sees none of it, the catalogues everybody.
set session authorization regress_event_eve;
set isms.scope = 'B';
select count(*) from isms.event_scenario_status;
select count(*) from isms.event_scenario_asset;
select count(*) from isms.risk_source;
update isms.risk_source set title = 'Nobody';
reset session authorization;

drop extension isms cascade;
drop role regress_event_eve;

-- A closed risk refines and covers, and is no longer carried. Loaded while the rules are off.
create extension isms;
insert into isms.scope (code, name) values ('A', 'Alpha');
set isms.scope = 'A';
select isms.copy_method('5x5', 'A') \g /dev/null
insert into isms.asset (code, title, kind, rating) values ('ERP', 'ERP system', 'software', 'C1 I3 A4');
insert into isms.event_scenario (scope, code, title, source, event) values ('A', 'ES-1', 'Ransom', 'RS-CRIME', 'Nothing works');
insert into isms.event_scenario_asset (event_scenario, asset) values ('ES-1', 'ERP');
insert into isms.risk (code, title, event_scenario, asset, threat, likelihood, consequence, method, status) values
  ('R-1', 'Closed', 'ES-1', 'ERP', 'TH-DOS', 5, 5, '5x5', 'closed'),
  ('R-2', 'Small', 'ES-1', 'ERP', 'TH-ERROR', 2, 2, '5x5', 'identified'),
  ('R-3', 'Closed and never rated', 'ES-1', 'ERP', 'TH-CHANGE', null, null, '5x5', 'closed');
select risks, unrated, refined_by, assets_unrefined, worst_risk, worst_current_level from isms.event_scenario_status;
select risks, open_risks, threats from isms.asset_coverage;
select count(*) from isms.risk_candidates('ERP', 'TH-DOS');
drop extension isms cascade;
