-- Bulk load: what isms.import promises, on small sheets.
\set SHOW_CONTEXT never
set client_min_messages = warning;
drop extension if exists isms cascade;
create extension isms;
do $$ begin perform isms.setup('ALPHA', 'Alpha Ltd', 'dana', 'Dana Ruiz', 'dana@alpha.example'); end $$;
do $$ begin
  perform isms.add_person('li', 'Li Wei', 'li@alpha.example', roles => '{risk_owner}');
  perform isms.add_person('kim1', 'Kim Berg');
  perform isms.add_person('kim2', 'Kim Berg');
end $$;

-- A sheet of assets by COPY into the ready table: in the register, and the ready table is empty again.
copy isms.import_asset from stdin (format csv, header match);
code,title,kind,rating,owner,location,description
CRM,Customer database,information,C3 I3 A2,li,Cloud,"Names, addresses"
HQ,Head office,Premises,,dana@alpha.example,Port Ellery,
PAY,Payroll,service,C3 I3 A-,Dana Ruiz,,
\.
select code, title, kind, rating, owner, location, description, created_by from isms.asset order by code;
select count(*) from isms.import_asset;

-- A spreadsheet with headers, words and formats of its own.
create temp table sheet (risk text, description text, owner text, l text, i text, due text, "Hits!" text, colour text);
insert into sheet values
  ('R-001', 'Stolen password', 'li', '4', '5 - A million or more', '31.12.2026', 'C', 'red'),
  ('R-002', '  Power cut  ', 'LI@alpha.example', 'a few times  a year', '3', '1.2.2027', 'A', ''),
  (null, '', ' ', null, '', '', '', ''),
  ('R-003', 'Fire', 'Dana Ruiz', '', '', '', 'confidentiality, availability', null);
select jsonb_pretty(isms.propose_mapping('risk', 'sheet'));
select * from isms.import('risk', 'sheet', dry_run => true, mapping => '{"risk": "code", "description": "title", "Hits!": "hits"}', formats => '{"date": "D.M.YYYY"}');
select count(*) as stored from isms.risk;
select * from isms.import('risk', 'sheet', mapping => '{"risk": "code", "description": "title", "Hits!": "hits"}', formats => '{"date": "D.M.YYYY"}');
select code, title, owner, likelihood, consequence, next_review, hits, status, method, created_by from isms.risk order by code;

-- The second time it says what changed, line by line if asked; it never deletes, and touches only the columns the sheet has.
update isms.risk set threat = 'Burglar' where code = 'R-001';
update sheet set description = 'Stolen or guessed password', l = '5' where risk = 'R-001';
delete from sheet where risk = 'R-003';
insert into sheet values ('R-004', 'Flood', 'li', '1', '2', '', 'A');
select * from isms.import_compare('risk', 'sheet', '{"description": "title"}', '{"date": "D.M.YYYY"}') order by key;
select * from isms.import('risk', 'sheet', '{"description": "title"}', formats => '{"date": "D.M.YYYY"}');
select code, title, likelihood, threat from isms.risk order by code;
select * from isms.import('risk', 'sheet', '{"description": "title"}', formats => '{"date": "D.M.YYYY"}');

-- Every bad value comes back, with its line, why, and what may have been meant; nothing is stored.
create temp table bad (code text, title text, asset text, hits text, likelihood text, consequence text, owner text, assessed_on text, review_trigger text);
insert into bad values
  ('B-01', 'Good', 'CRM', 'C', '1', '1', 'li', '2026-02-28', 'control failed'),
  ('B-02', 'Unknown words', 'CRN', 'X', '7', 'a millon or more', 'Li Way', '2026-02-29', 'incidents'),
  ('B-03', '', 'Customer Database', 'C', 'four', '1', 'Kim Berg', '31.12.2026', null),
  ('B-01', 'Twice', null, null, null, null, null, '0000-01-01', null),
  ('B-05', 'Year alone', null, null, null, null, null, '2026', null);
select * from isms.import('risk', 'bad');
select count(*) as stored from isms.risk where code like 'B-%';

-- The good rows in, if asked for.
select line, value, reason from isms.import('risk', 'bad', on_error => 'skip') where line is null;
select code, title, review_trigger from isms.risk where code like 'B-%';

-- Numbers and fractions: only what the formats say; what a sheet has rounded is no number.
create temp table measure (code text, title text, "cost once" text, effectiveness text, controls text, assets text, operator text, "operated by" text);
insert into measure values ('M-1', 'Good', '1.234,50', '60 %', '5.17; A.8.5', 'CRM, PAY', 'Supplier', 'Northgate'),
  ('M-2', 'Bad cost', '1e3', '0,6', 'A.5.17', 'CRM', '', ''),
  ('M-3', 'Bad grouping', '1.23', '0,6', 'A.5.99;A.8.5;A.8.55', 'CRM', '', ''),
  ('M-4', 'Too much', '-5', '160 %', '', '', '', ''),
  ('M-5', 'Half a dozen', '1234', 'half', '', 'HQ', 'provider', '');
select * from isms.import('implementation', 'measure', formats => '{"decimal": ",", "group": "."}', on_error => 'skip');
select code, cost_once, effectiveness, controls, operator, operated_by, status from isms.implementation;
select implementation, asset from isms.implementation_asset order by 1, 2;
select isms.import_number(v, isms.import_formats('{}')) from unnest('{1,-1.5,+2,"1,5",1e3,.5,5.,NaN,infinity,0x10,"1 000","",٣}'::text[]) v;
select v, isms.import_date(v, isms.import_formats(jsonb_build_object('date', f)))
  from (values ('31.12.2026', 'DD.MM.YYYY'), ('31.11.2026', 'DD.MM.YYYY'), ('1.2.2026', 'DD.MM.YYYY'), ('1.2.2026', 'D.M.YYYY'), ('02/29/2028', 'MM/DD/YYYY'),
               ('3-Mar-2026', 'D-Mon-YYYY'), ('3-Mrz-2026', 'D-Mon-YYYY'), ('2026-12-31 00:00', 'YYYY-MM-DD'), ('today', 'YYYY-MM-DD')) d(v, f);

-- Lists kept elsewhere are added to.
create temp table more (code text, assets text);
insert into more values ('M-1', 'HQ'), ('M-1x', 'HQ');
select * from isms.import('implementation', 'more', on_error => 'skip');
select implementation, asset from isms.implementation_asset order by 1, 2;

-- Decisions on controls; the table's own rules speak before it does.
copy isms.import_control_status from stdin (format csv, header match);
reference,necessary,reasons,justification,implementation_status
A.5.1,yes,risk;law,,implemented
7.4,No,,,
A.8.1,Y,,Laptops,in progress
A.8.9,maybe,risk,,planned
A.8.10,1,risk;luck,,planned
\.
copy isms.import_control_status from stdin (format csv, header match);
reference,necessary,reasons,justification,implementation_status
A.5.1,yes,risk;Legal,,implemented
7.4,No,,No premises,not applicable
\.
select reference, necessary, reasons, justification, implementation_status from isms.applicability order by reference;

-- Everyday words for options; defaults where a cell is empty; keys of several columns.
copy isms.import_treatment from stdin (format csv, header match);
risk,option,justification,other_party,agreement,activity,stops_on,effect_on,effectiveness
R-001,mitigate,Cheapest,,,,,,
R-001,Transfer,,Insurer,Policy 7,,,impact,40%
R-002,accept,Rare,,,,,,
\.
select risk, option, effect_on, effectiveness from isms.treatment order by 1, 2;
create temp table link (risk text, control text, strength text);
insert into link values ('R-001', 'M-1', '0.5'), ('r-002', 'good', '');
select * from isms.import('risk_control', 'link');
select risk, implementation, effect_on, effectiveness from isms.risk_control order by 1;
select * from isms.import('risk_control', 'link');

-- A default holds where the sheet lacks the column, too.
select * from isms.import_rows('evidence', '[{"code": "EV-1", "title": "Settings", "subject": "M-1", "locator": "Folder 7"}]');
select subject_kind, kind from isms.evidence where code = 'EV-1';
select * from isms.import_rows('evidence', '[{"code": "EV-1", "title": "Settings", "subject": "M-1"}]');

-- The organisation's own words are remembered.
create temp table rated (id text, l text, i text);
insert into rated values ('R-003', 'High (4)', 'Higgh'), ('R-004', ' high  (4) ', '2');
select * from isms.import('risk', 'rated');
select isms.remember_alias('risk', 'likelihood', 'High (4)', '4');
select isms.remember_alias('risk', 'consequence', 'Higgh', '50 to 250 thousand');
select * from isms.import('risk', 'rated');
select code, likelihood, consequence, title from isms.risk where code in ('R-003', 'R-004') order by 1;
select isms.remember_alias('risk', 'likelihood', 'Huge', '9');
select isms.remember_alias('risk', 'size', 'Huge', '5');

-- Names and values are data, whatever they look like.
create temp table "Robert'); drop table isms.risk; --" ("co""de" text, "ti'tle" text, "%s %I %L $1" text, "t" text);
insert into "Robert'); drop table isms.risk; --" values ('H''1', 'x''; delete from isms.risk; --', '$$', '"'), ('%s', E'line\nbreak \\ {a,b} ', '$1', 'true');
select * from isms.import('risk', '"Robert''); drop table isms.risk; --"', mapping => '{"ti''tle": "title", "%s %I %L $1": "threat", "t": "vulnerability"}', dry_run => true);
select * from isms.import('risk', '"Robert''); drop table isms.risk; --"', mapping => '{"ti''tle": "title", "%s %I %L $1": "threat", "t": "vulnerability"}');
select code, title, threat, vulnerability from isms.risk where code in ('H''1', '%s') order by 1;

-- Without a code, the next of its kind.
create temp table fresh (title text, kind text);
insert into fresh values ('Notebook', 'paper');
select * from isms.import('asset', 'fresh');
select code, title from isms.asset where title = 'Notebook';

-- An empty sheet; a sheet without what new rows need; JSON rows.
create temp table nothing (code text, title text);
select * from isms.import('asset', 'nothing');
insert into nothing values ('N1', 'No kind'), ('CRM', 'Customers');
select * from isms.import('asset', 'nothing');
select * from isms.import('asset', 'nothing', on_error => 'skip');
select * from isms.import_rows('asset', '[{"Code": "J1", "Name": "From an application", "Type": "software"}, {"Code": "HQ", "Type": "premises"}]', on_error => 'skip');
select code, title, kind from isms.asset order by code;

-- What a trigger or foreign key refuses comes back by line too; the other rows are stored if asked for.
create function refuse() returns trigger language plpgsql as $$ begin
  raise exception using errcode = 'IS005', message = 'risk ' || new.code || ' is refused', detail = E'first: reason\nsecond: reason', column = 'title'; end $$;
create trigger refuse after insert on isms.risk for each row when (new.title = 'Refused') execute function refuse();
create temp table judged (code text, "the title" text);
insert into judged values ('J-1', 'Fine'), ('J-2', 'Refused');
select * from isms.import('risk', 'judged', '{"the title": "title"}');
select * from isms.import('risk', 'judged', '{"the title": "title"}', on_error => 'skip');
select code from isms.risk where code like 'J-%';
drop function refuse cascade;

-- A register in mid-life: only at cut-over, with the approvals it had; what the rows lack is listed, not refused.
create temp table old (code text, title text, likelihood text, consequence text, owner text, status text, approver text, approved_on text, approval text, next_review text);
insert into old values
  ('O-1', 'In treatment', '3', '3', 'li', 'In treatment', 'Li Wei', '2026-03-01', 'Minutes 7', null),
  ('O-2', 'Monitored', '1', '1', 'li', 'monitored', 'li', '2026-03-01', 'Minutes 7', to_char(current_date + 30, 'YYYY-MM-DD')),
  ('O-3', 'Never approved', '2', '1', 'li', 'treated', null, null, null, null),
  ('O-4', 'Approved, but only identified', '2', '1', 'li', '', 'li', '2026-01-01', 'Minutes 3', null);
select * from isms.import('risk', 'old');
do $$ begin perform isms.begin_cutover('The register moves here'); end $$;
select * from isms.import('risk', 'old', on_error => 'skip');
insert into isms.treatment (risk, option, justification) values ('O-1', 'mitigate', 'Part of what was approved, loaded after it');
do $$ begin perform isms.end_cutover(); end $$;
-- What was carried over as approved is the risk with its plan.
select q.key, a.digest = q.digest and q.digest = isms.row_digest(isms.workflow_of('isms.risk'), q.key, q.scope) as as_it_is
  from isms.approval_request q join isms.approval a on a.request = q.id where q.key = 'O-1';
select code, status from isms.risk where code like 'O-%' order by 1;
select q.key, q.transition, q.carried_over, a.approver, a.approved_on, a.document
  from isms.approval_request q join isms.approval a on a.request = q.id where q.key like 'O-%' order by 1;
select distinct key from isms.import_issue where key like 'O-%' order by 1;

-- What the workflow froze stays as it is, by line.
create temp table rerated (code text, likelihood text, category text);
insert into rerated values ('O-1', '1', null), ('O-3', '2', 'Legacy');
select line, column_name, value, reason from isms.import('risk', 'rerated', on_error => 'skip');

-- People, with their appointments; a second import adds roles and takes none.
copy isms.import_person from stdin (format csv, header match);
code,name,email,kind,roles
noor,Noor Haddad,noor@alpha.example,human,control owner;Asset owner
backup,Backup job,,Service account,
\.
create temp table staff (initials text, "Full Name" text, mail text, role text);
insert into staff values ('noor', 'Noor Haddad-Smith', 'noor@alpha.example', 'risk_owner'), ('ola', 'Ola', 'not an address', 'janitor');
select * from isms.import('person', 'staff', on_error => 'skip');
select code, name, email, kind from isms.person where code in ('noor', 'ola', 'backup') order by 1;
select role, status from isms.role_assignment where person = 'noor' order by 1;

-- Unusable requests.
select * from isms.import('risks', 'sheet');
select * from isms.import('risk', 'no_such_sheet');
select * from isms.import('risk', 'sheet', on_error => 'hope');
select * from isms.import('risk', 'sheet', mapping => '{"riks": "code"}');
select * from isms.import('risk', 'sheet', mapping => '{"risk": "kode"}');
select * from isms.import('risk', 'sheet', mapping => '{"risk": "code", "description": "code"}');
select * from isms.import('risk', 'sheet', mapping => '[]');
select * from isms.import('risk', 'sheet', formats => '{"date": "YY-MM-DD"}');
select * from isms.import('risk', 'sheet', formats => '{"decimal": ".", "group": "."}');
select * from isms.import('risk', 'sheet', formats => '{"number": "."}');
create temp table typed (code text, title text, assessed_on date);
select * from isms.import('risk', 'typed');
select * from isms.import_rows('risk', '[1]');

-- An editor imports into the scopes of that person and no others; a reader cannot; a role without rights can do nothing.
create role regress_ed login;
create role regress_out login;
do $$ begin perform isms.add_person('ed', 'Ed Itor', login => 'regress_ed', roles => '{control_owner}'); end $$;
do $$ begin perform isms.setup('BETA', 'Beta Ltd', 'dana', 'Dana Ruiz'); end $$;
set isms.scope = 'BETA';
insert into isms.asset (code, title, kind) values ('SECRET', 'Asset of Beta', 'paper');
reset isms.scope;
set session authorization regress_ed;
copy isms.import_risk from stdin (format csv, header match);
code,title,asset,threat,vulnerability,hits,likelihood,consequence,owner,assessor,assessed_on,next_review,category
E-1,By an editor,CRM,,,ac,1,1,li,,,,
\.
select scope, code, created_by, hits from isms.risk where code = 'E-1';
create temp table foreign_sheet (code text, title text, asset text);
insert into foreign_sheet values ('E-2', 'Not his asset', 'SECRET');
select * from isms.import('risk', 'foreign_sheet');
set isms.scope = 'BETA';
truncate foreign_sheet;
insert into foreign_sheet values ('E-3', 'Not his scope', null);
select * from isms.import('risk', 'foreign_sheet');
set session authorization regress_out;
\set VERBOSITY sqlstate
select * from isms.import('risk', 'pg_class');
select * from isms.import_alias;
reset session authorization;
\set VERBOSITY default
reset isms.scope;

-- The session's settings have no say.
set isms.scope = 'ALPHA';
set datestyle = 'SQL, DMY';
set timezone = 'Pacific/Apia';
set lc_numeric = 'C';
set extra_float_digits = 0;
set search_path = '';
create temp table dated (code text, title text, assessed_on text, validity text);
insert into dated values ('D-1', 'Dated', '2026-03-04', ''), ('D-2', 'Dated', '04/03/2026', '');
select * from isms.import('risk', 'dated');
delete from dated where code = 'D-2';
select value, reason from isms.import('risk', 'dated') where value <> '0' and reason <> 'gone';
select value, reason from isms.import('risk', 'dated') where value <> '0' and reason <> 'gone';
reset datestyle;
select assessed_on from isms.risk where code = 'D-1';
reset search_path;
reset timezone;

drop owned by regress_ed;
drop role regress_ed, regress_out;
