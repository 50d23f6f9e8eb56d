-- What could be a risk is proposed from assets, threats and vulnerabilities that go together; nothing is made by itself.
\set SHOW_CONTEXT never
set client_min_messages = warning;
drop extension if exists isms cascade;
create extension isms;
create role regress_cand_li login;
create role regress_cand_eve login;
select isms.setup('A', 'Alpha', 'dana', 'Dana Ruiz') \g /dev/null
set isms.scope = 'A';
select isms.add_person('li', 'Li Wei', login => 'regress_cand_li', roles => '{risk_owner,asset_owner}') \g /dev/null
select isms.setup('B', 'Beta', 'dana', 'Dana Ruiz') \g /dev/null
set isms.scope = 'B';
select isms.add_person('eve', 'Eve Obi', login => 'regress_cand_eve', roles => '{risk_owner,asset_owner}') \g /dev/null
set isms.scope = 'A';

-- The shipped catalogues hang together: every threat and every vulnerability has a partner, and every pair a kind of asset.
select t.code from isms.threat t where t.code not in (select p.threat from isms.threat_vulnerability p);
select v.code from isms.vulnerability v where v.code not in (select p.vulnerability from isms.threat_vulnerability p);
select p.threat, p.vulnerability
  from isms.threat_vulnerability p join isms.threat t on t.code = p.threat join isms.vulnerability v on v.code = p.vulnerability
 where not t.kinds && v.kinds;
select c.code, k from (select code, kinds from isms.threat union all select code, kinds from isms.vulnerability) c, unnest(c.kinds) k where k not in (select a.code from isms.asset_kind a);
select k.code from isms.asset_kind k where not exists (select from isms.threat t where k.code = any (t.kinds)) or not exists (select from isms.vulnerability v where k.code = any (v.kinds));
select count(*) as without_origin from isms.threat where origins = '{}';
select count(*) as threats, (select count(*) from isms.vulnerability) as vulnerabilities, (select count(*) from isms.threat_vulnerability) as pairs from isms.threat;

-- Kinds and dimensions decide: paper is not hit by malware, and no dimension below the minimum is named.
insert into isms.asset (code, title, kind, rating, owner) values
  ('CONTRACTS', 'Signed contracts', 'paper', 'C3 I1 A2', 'li'),
  ('LAPTOPS', 'Laptops', 'hardware', null, 'li');
select rank, asset, threat, vulnerability, hits, rating from isms.risk_candidates() where vulnerability in ('VU-ENTRY', 'VU-DISPOSAL');
select count(*) from isms.risk_candidates('CONTRACTS', 'TH-MALWARE', 0);
select count(*) from isms.risk_candidates('LAPTOPS', minimum => 0);
select hits, rating, title from isms.risk_candidates('CONTRACTS', 'TH-THEFT', 2) where vulnerability = 'VU-ENTRY';
-- What flows in counts.
insert into isms.asset (code, title, kind, rating) values ('CRM', 'Customer database', 'information', 'C4 I3 A3');
insert into isms.asset_dependency (asset, supports, refuses, reason) values ('LAPTOPS', 'CRM', 'A', 'The cloud has it');
select rank, threat, vulnerability, hits, rating from isms.risk_candidates('LAPTOPS') where threat in ('TH-THEFT', 'TH-POWER', 'TH-LOSS');

-- A risk covers its candidate: by code or title of the threat, of one vulnerability or, where it names none, of all.
select isms.adopt_candidate('LAPTOPS', 'TH-THEFT', 'VU-CLEAR', owner => 'li') as risk \gset
select title, asset, threat, vulnerability, hits, owner, likelihood, status from isms.risk where code = :'risk';
select count(*) from isms.risk where scope = 'A';
select vulnerability from isms.risk_candidates('LAPTOPS', 'TH-THEFT');
insert into isms.risk (code, title, asset, threat, vulnerability) values
  ('R-L', 'Laptop forgotten', 'LAPTOPS', 'loss of Equipment, media or documents', null),
  ('R-P', 'Paper stolen', 'CONTRACTS', 'TH-THEFT', 'A door in prose');
select vulnerability from isms.risk_candidates('LAPTOPS', 'TH-LOSS');
select vulnerability from isms.risk_candidates('CONTRACTS', 'TH-THEFT');
insert into isms.risk (code, title, asset, threat, vulnerability) values ('R-M', 'Malware', 'LAPTOPS', 'TH-MALWARE', 'People click');
select count(*) from isms.risk_candidates('LAPTOPS', 'TH-MALWARE');
insert into isms.risk (code, title, asset, threat) values ('R-F', 'A threat in prose covers none', 'LAPTOPS', 'Rats');
select count(*) > 0 as others_left from isms.risk_candidates('LAPTOPS', 'TH-FAILURE');
select code, asset, threat, vulnerability from isms.identified_risk where scope = 'A' order by code collate "C";
-- Adopting a second time, or what is none.
select isms.adopt_candidate('LAPTOPS', 'TH-THEFT', 'VU-CLEAR');
select isms.adopt_candidate('LAPTOPS', 'TH-FRAUD', 'VU-AWARE');

-- Several at once are an INSERT like any other.
insert into isms.risk (title, asset, threat, vulnerability, hits)
select c.title, c.asset, c.threat, c.vulnerability, c.hits from isms.risk_candidates('CRM', 'TH-PHISH') c;
select count(*) from isms.risk_candidates('CRM', 'TH-PHISH');

-- Set aside with a reason: one, a threat on an asset, a threat everywhere. What is deleted comes back.
select count(*) from isms.risk_candidates(for_threat => 'TH-INTERCEPT');
insert into isms.candidate_dismissal (asset, threat, vulnerability, dismissed_on) values ('CRM', 'TH-INTERCEPT', 'VU-CLEAR', '2026-03-01');
insert into isms.candidate_dismissal (asset, threat, vulnerability, reason) values ('CRM', 'TH-INTERCEPT', 'VU-CLEAR', 'All lines are encrypted');
insert into isms.candidate_dismissal (asset, threat, vulnerability, reason) values ('CRM', 'TH-NONE', null, 'A threat that does not exist');
insert into isms.candidate_dismissal (threat, reason) values ('TH-INTERCEPT', 'No lines of our own');
insert into isms.candidate_dismissal (threat, reason) values ('TH-INTERCEPT', 'The same again');
select count(*) from isms.risk_candidates(for_threat => 'TH-INTERCEPT');
select isms.adopt_candidate('CRM', 'TH-INTERCEPT', 'VU-CLEAR');
select code, asset, threat, vulnerability, reason, dismissed_on = isms.today('A') as today, created_by from isms.candidate_dismissal order by code collate "C";
delete from isms.candidate_dismissal where asset is null;
select vulnerability from isms.risk_candidates('CRM', 'TH-INTERCEPT');

-- Most useful first: the highest rating, then assets without a risk, then threats without one.
insert into isms.asset (code, title, kind, rating) values ('ARCHIVE', 'Archive', 'paper', 'C4 I1 A1');
select distinct on (rating, asset_has_risk, threat_has_risk) rating, asset_has_risk, threat_has_risk, asset
  from isms.risk_candidates() where asset in ('CRM', 'ARCHIVE', 'CONTRACTS') order by rating desc, asset_has_risk, threat_has_risk, rank;
select bool_and(in_order) from (
  select (c.rating, not c.asset_has_risk, not c.threat_has_risk) >= lead((c.rating, not c.asset_has_risk, not c.threat_has_risk)) over (order by c.rank) as in_order from isms.risk_candidates() c) x;

-- Coverage, from both sides.
insert into isms.asset (code, title, kind) values ('BARE', 'Nobody thought of it', 'service');
select code, effective_rating, risks, open_risks, threats, uncovered from isms.asset_coverage where scope = 'A' order by code collate "C";
select code, risks, assets, dismissals, unconsidered from isms.threat_coverage where scope = 'A' and not unconsidered order by code collate "C";
select count(*) from isms.threat_coverage where scope = 'A' and unconsidered;

-- Threats of one's own, per scope; one with a shipped code takes its place.
insert into isms.own_threat (title, hits, kinds) values ('Bears in the archive', 'A', '{paper,caves}');
insert into isms.own_threat (code, title, hits, origins, kinds) values ('TH-BEAR', 'Bears in the archive', 'CA', '{environmental}', '{paper}');
insert into isms.own_vulnerability (code, title, kinds) values ('VU-HONEY', 'Honey on the shelf', '{paper}');
insert into isms.own_threat_vulnerability (threat, vulnerability) values ('TH-BEAR', 'VU-HONNEY');
insert into isms.own_threat_vulnerability (threat, vulnerability) values ('TH-BEAR', 'VU-HONEY'), ('TH-BEAR', 'VU-ENTRY'), ('TH-FIRE', 'VU-AWARE');
select asset, threat, vulnerability, hits from isms.risk_candidates(for_threat => 'TH-BEAR');
insert into isms.own_threat (code, title, hits, kinds) values ('TH-FIRE', 'Fire, as our insurer puts it', 'CA', '{paper}');
select title, hits, shipped from isms.known_threat where code = 'TH-FIRE' order by scope collate "C";
select asset, threat_title, vulnerability, hits from isms.risk_candidates('ARCHIVE', 'TH-FIRE') order by vulnerability collate "C";
create temp table sheet (threat text, name text, origin text, asset_types text);
insert into sheet values ('TH-MOLD', 'Mould', 'environmental', 'Paper records; Premises'), ('TH-WIND', 'Wind', 'heavenly', 'paper');
select line, column_name, value, reason from isms.import('own_threat', 'sheet');
delete from sheet where threat = 'TH-WIND';
select value, reason from isms.import('own_threat', 'sheet');
select code, title, category, hits, origins, kinds from isms.own_threat where code = 'TH-MOLD';

-- All of it takes no more than an editor's rights; the count under which structures change stays.
set session authorization regress_cand_li;
insert into isms.asset_dependency (asset, supports) values ('BARE', 'CRM');
update isms.asset set rating = 'C5 I5 A5' where code = 'CRM';
select code, inherited_rating from isms.asset where code = 'BARE';
delete from isms.asset_structure;
select count(*) from isms.asset_structure;
insert into isms.candidate_dismissal (asset, threat, reason) values ('BARE', 'TH-DOS', 'Nobody would notice');
select threat, hits, rating from isms.risk_candidates('BARE', 'TH-PHISH') limit 1;
select isms.adopt_candidate('BARE', 'TH-PHISH', 'VU-NO2FA', 'Mail opens everything', 'li') is not null as adopted;
select asset, hits, title, owner, created_by from isms.risk where asset = 'BARE';
reset session authorization;

-- Each scope sees its own, and writes no other's.
set session authorization regress_cand_eve;
set isms.scope = 'B';
select count(*) from isms.own_threat;
select count(*) from isms.candidate_dismissal;
select count(*) from isms.known_threat;
select count(*) from isms.risk_candidates();
select count(*) from isms.asset_rating;
insert into isms.own_threat (scope, code, title) values ('A', 'TH-EVE', 'From outside');
insert into isms.asset_dependency (scope, asset, supports) values ('A', 'CRM', 'ARCHIVE');
insert into isms.threat_vulnerability values ('TH-FIRE', 'VU-CODE');
reset session authorization;

drop extension isms cascade;
drop role regress_cand_li, regress_cand_eve;
