-- Formats: what leaves the database as a file comes in again, can be drawn and proved by others.
\set SHOW_CONTEXT never
set client_min_messages = warning;
drop extension if exists isms cascade;
create extension isms;
do $$ begin perform isms.setup('ALPHA', 'Alpha Ltd', 'dana', 'Dana Ruiz', 'dana@alpha.example'); end $$;
do $$ begin
  perform isms.setup('OTHER', 'Other Ltd', 'dana', 'Dana Ruiz');
  perform isms.add_person('omar', 'Omar Fox', roles => '{asset_owner}');
  insert into isms.asset (code, title, kind) values ('SECRET', 'Other''s own', 'information');
end $$;
set isms.scope = 'ALPHA';
set isms.comment = 'A full database';

-- A row or two of every kind there is.
insert into isms.catalogue (code, title) values ('OWN; BOOK', 'House rules');
insert into isms.training (code, title) values ('TR-1', 'Passwords');
insert into isms.certification (code, title) values ('CC-1', 'First');
insert into isms.certification_audit (code, certification, kind) values ('CA-1', 'CC-1', 'stage_1');
create temp table filled (n serial, kind text, rows jsonb);
insert into filled (kind, rows) values
  ('person', '[{"code": "li", "name": "Li Wei", "email": "li@alpha.example", "roles": "risk_owner; control_owner"}, {"code": "bot", "name": "dana", "kind": "service"}]'),
  ('asset', '[{"code": "CRM", "title": "Customer database", "kind": "information", "rating": "C3 I- A2", "owner": "li"}, {"code": "A;B, \"C\"", "title": "CRM", "kind": "service"}]'),
  ('asset_dependency', '[{"asset": "A;B, \"C\"", "supports": "CRM", "refuses": "CA", "reason": "Kept apart"}]'),
  ('implementation', '[{"code": "MFA", "title": "Second factor", "owner": "li", "cost_once": "1234.50", "cost_yearly": "0.001", "in_use_from": "2026-02-28", "status": "implemented", "effectiveness": "0.85", "controls": "A.8.5; A.5.17", "assets": "CRM; \"A;B, \"\"C\"\"\""}, {"code": "BACKUP", "title": "Backup", "operator": "provider", "operated_by": "Northgate"}]'),
  ('control_status', '[{"reference": "A.8.5", "necessary": "yes", "reasons": "risk; law", "implementation_status": "implemented"}, {"reference": "A.7.4", "necessary": "no", "justification": "No premises", "implementation_status": "n/a"}]'),
  ('control', '[{"catalogue": "OWN; BOOK", "reference": "H.10", "title": "Doors", "parent": "H", "theme": "House", "control_types": "preventive; \"lock, key\""}, {"catalogue": "OWN; BOOK", "reference": "H", "title": "House", "kind": "clause"}, {"catalogue": "OWN; BOOK", "reference": "H.9", "title": "Windows", "withdrawn": "true"}]'),
  ('implementation_control', '[{"implementation": "MFA", "catalogue": "OWN; BOOK", "reference": "H.10"}]'),
  ('control_mapping', '[{"source_catalogue": "OWN; BOOK", "source": "H.10", "target": "A.7.2", "relation": "subset of", "joint": "true", "note": "Half of it"}]'),
  ('own_threat', '[{"code": "TH-1", "title": "Flood", "hits": "A", "origins": "environmental", "kinds": "service; information"}]'),
  ('own_vulnerability', '[{"code": "VU-1", "title": "Cellar", "kinds": "service"}]'),
  ('own_threat_vulnerability', '[{"threat": "TH-1", "vulnerability": "VU-1"}]'),
  ('event_scenario', '[{"code": "ES-1", "title": "Ransom", "source": "Gang", "event": "Files encrypted", "assets": "\"A;B, \"\"C\"\"\"; CRM", "owner": "li"}]'),
  ('risk', '[{"code": "R-001", "title": "Stolen password", "asset": "CRM", "threat": "Thieves", "vulnerability": "One factor", "hits": "C, I", "likelihood": "4", "consequence": "5", "owner": "li", "assessor": "dana", "assessed_on": "2026-01-31", "next_review": "2027-01-31", "category": "Cyber"}, {"code": "R-002", "title": "Bare"}]'),
  ('risk_control', '[{"risk": "R-001", "implementation": "MFA", "effectiveness": "0.9"}]'),
  ('treatment', '[{"risk": "R-001", "option": "mitigate", "justification": "Cheapest"}, {"risk": "R-001", "option": "transfer", "other_party": "Insurer", "agreement": "P-1", "effect_on": "consequence", "effectiveness": "50 %"}]'),
  ('action', '[{"code": "T-001", "title": "Roll out", "serves": "R-001", "implementation": "MFA", "owner": "li", "due_on": "2026-12-31", "resources": "10 days"}]'),
  ('acceptance', '[{"code": "AC-1", "risk": "R-001", "basis": "interim", "ceiling": "High", "validity": "[2020-02-01,2099-05-01)", "conditions": "Logs are read", "justification": "Nothing; \"faster\"\nor , cheaper"}]'),
  ('evidence', '[{"code": "EV-1", "title": "Settings", "subject_kind": "implementation", "subject": "MFA", "source": "Console", "digest": "\\x000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f", "locator": "https://x.example/a,b;c", "collected_on": "2026-03-01", "collected_by": "li", "valid_until": "2026-09-01"}]'),
  ('control_test_plan', '[{"code": "TP-1", "title": "Ten logins", "implementation": "MFA", "cadence": "1 year 2 months", "tester": "dana", "starts_on": "2026-01-01"}]'),
  ('control_test', '[{"code": "CT-1", "plan": "TP-1", "tested_on": "2026-03-02", "result": "pass", "tester": "dana"}]'),
  ('document', '[{"code": "POL", "title": "Policy", "kind": "policy", "owner": "dana", "review_every": "1 year"}]'),
  ('document_version', '[{"document": "POL", "version": "1.0", "author": "li", "approver": "dana", "dated": "2026-01-15", "readers": "all staff; \"board, ; owners\""}]'),
  ('competence', '[{"code": "CO-1", "title": "Auditing"}]'),
  ('person_competence', '[{"person": "li", "competence": "CO-1", "evidence_kind": "training", "evidence": "Certificate", "valid_until": "2028-01-01"}]'),
  ('training_completion', '[{"training": "TR-1", "person": "li", "completed_on": "2026-01-20", "evaluation": "Test", "effective": "yes"}]'),
  ('measure', '[{"code": "ME-1", "title": "Logins by second factor", "subject_kind": "isms", "method": "Count", "unit": "%", "target": "99.50", "target_is": "at least", "measured_every": "1 month", "evaluated_every": "3 months"}]'),
  ('nonconformity', '[{"code": "NC-1", "source": "internal_audit", "requirement": "A.8.5", "statement": "No second factor", "found_where": "Shop", "found_on": "2026-02-02", "owner": "li", "grade": "minor"}]'),
  ('improvement', '[{"code": "IM-1", "title": "Fewer passwords", "source": "Idea", "owner": "li"}]'),
  ('context_issue', '[{"code": "CI-1", "title": "Few applicants", "kind": "external", "climate": "no", "owner": "li", "reviewed_on": "2026-01-02"}]'),
  ('interested_party', '[{"code": "IP-1", "title": "Customers", "climate_considered": "no"}, {"code": "IP-2", "title": "Authority"}]'),
  ('party_requirement', '[{"code": "PR-1", "title": "Secrecy", "party": "IP-1", "kind": "contract", "addressed": "yes", "addressed_how": "A.8.5"}]'),
  ('process', '[{"code": "OPS", "title": "Operation", "owner": "li"}, {"code": "DEV", "title": "Development", "outsourced": "yes", "provider": "Northgate"}]'),
  ('process_interaction', '[{"from_process": "DEV", "to_process": "OPS", "what": "Releases"}]'),
  ('scope_item', '[{"code": "SI-1", "title": "Head office", "kind": "site", "standing": "in"}, {"code": "SI-2", "title": "Hosting", "kind": "supplier", "standing": "interface", "reason": "Runs elsewhere"}]'),
  ('scope_dependency', '[{"item": "SI-1", "depends_on": "SI-2", "what": "Servers"}]'),
  ('objective', '[{"code": "OB-1", "title": "Everybody by second factor", "measure": "Share", "unit": "%", "baseline": "20", "target": "100", "target_is": "minimum", "owner": "li", "due_on": "2026-12-31"}]'),
  ('evidence_request', '[{"code": "ER-1", "audit": "CA-1", "what": "Policy", "owner": "li", "asked_on": "2026-03-01", "due_on": "2026-03-15"}]'),
  ('audit_agenda', '[{"code": "AG-1", "audit": "CA-1", "day": "2026-04-01", "starts": "09:00", "ends": "10:30:30.5", "topic": "Opening"}]'),
  ('supplier', '[{"code": "HOST", "title": "Hosting Ltd", "what": "Servers", "outsourced": "yes", "agreement_until": "2030-12-31", "review_every": "6 months", "reviewed_on": "2026-01-15"}]'),
  ('supplier_review', '[{"supplier": "HOST", "reviewed_on": "2026-02-15", "reviewer": "li", "basis": "Report", "result": "concerns", "follow_up": "Asked"}]'),
  ('notification_duty', '[{"code": "ND-1", "title": "Breach", "basis": "law", "reference": "GDPR 33", "recipient": "Authority", "time_limit": "72 hours"}]'),
  ('business_impact', '[{"code": "BI-1", "title": "Orders", "rto": "4 hours", "rpo": "1 hour", "longest_outage": "1 day 02:03:04.5"}]'),
  ('incident', '[{"code": "IN-1", "title": "Strange logins", "handler": "li", "assets": "CRM; \"A;B, \"\"C\"\"\"", "hits": "CI", "occurred_at": "2026-03-02 08:00:00.123456+01", "detected_at": "2026-03-02 09:20+01"}]');
create function pg_temp.fill() returns table (kind text, line bigint, column_name text, value text, reason text) language plpgsql as $$
declare f record;
begin
  for f in select * from filled x order by x.n loop
    return query select f.kind, i.line, i.column_name, i.value, i.reason from isms.import_rows(f.kind, f.rows) i where i.reason <> 'new' and not (i.reason = 'gone' and f.kind = 'person');
  end loop;
end $$;
select * from pg_temp.fill();
select k.kind from isms.import_kind k where k.kind not in (select f.kind from filled f) order by 1;

-- What no sheet would hold: blanks around, line ends, quotes, separators, formulas, letters beyond ASCII.
create function pg_temp.spoil() returns setof text language plpgsql as $$
declare c record;
begin
  for c in
    select k.table_name, i.column_name
      from isms.import_kind k
      join isms.import_column i using (kind)
      join pg_attribute a on a.attrelid = k.table_name::regclass and a.attname = i.column_name
     where i.type = 'text' and a.atttypid = 'text'::regtype and not i.many and i.known is null and i.pattern is null and i.column_name <> all (k.key_columns)
       and i.ready and (k.table_name, i.column_name) not in (('isms.evidence', 'subject'), ('isms.person', 'name'), ('isms.acceptance', 'conditions'), ('isms.acceptance', 'justification'))
     order by 1, 2
  loop
    begin
      execute format('update %s t set %I = E''  =1+1, "%s";\ta\\b\r\nŻółć\n\\.\n'' || t.%I || '' ''', c.table_name, c.column_name, c.column_name, c.column_name);
    exception when others then
      return next c.table_name || '.' || c.column_name || ': ' || sqlerrm;
    end;
  end loop;
end $$;
select * from pg_temp.spoil();
update isms.asset set location = '' where code = 'CRM';

-- Every kind, every column: out and in again, in a new session with other habits, finds everything unchanged.
\c -
set isms.scope = 'ALPHA';
set isms.comment = 'A full database';
set client_min_messages = warning;
set escape_string_warning = off;
set standard_conforming_strings = off;
set datestyle = 'SQL, DMY';
set timezone = 'America/New_York';
set intervalstyle = 'iso_8601';
create function pg_temp.again() returns table (kind text, n bigint, reason text, column_name text, value text) language plpgsql as $$
declare
  k record;
  other bigint;
begin
  for k in select x.kind from isms.import_kind x order by x.kind loop
    execute format('create temp table sheet as %s', isms.export_query(k.kind, every => true));
    return query
      select k.kind, (select count(*) from sheet), i.reason, i.column_name, i.value
        from isms.import(k.kind, 'sheet', dry_run => true) i
       where (i.reason, i.value) is distinct from ('unchanged', (select count(*)::text from sheet));
    return query select k.kind, count(*), 'no rows to show it with', null::text, null::text from sheet having count(*) = 0;
    -- the short form has the same cells, under the headers of the ready table
    execute format('select count(*) from ((%1$s) except all (select %2$s from sheet)) x', isms.export_query(k.kind), (select string_agg(quote_ident(h), ', ' order by o) from unnest(isms.export_header(k.kind)) with ordinality u(h, o))) into other;
    return query select k.kind, other, 'not in the ready table''s form', null::text, null::text
      where other > 0 or isms.export_header(k.kind) <> array(select a.attname::text from pg_attribute a where a.attrelid = format('isms.import_%s', k.kind)::regclass and a.attnum > 0 order by a.attnum);
    drop table sheet;
  end loop;
end $$;
select * from pg_temp.again();
reset datestyle;
reset timezone;
reset intervalstyle;
reset standard_conforming_strings;

-- The file, written by COPY and without it, is the same here, and the ready table takes it back without touching a row.
\getenv abs_builddir PG_ABS_BUILDDIR
\set file :abs_builddir '/results/export_risk.csv'
\o :file
select format('copy (%s) to stdout (format csv, header)', isms.export_query('risk')) \gexec
\o
select count(*) as before from isms.trail_entry \gset
copy isms.import_risk from :'file' (format csv, header match);
select count(*) - :before as entries from isms.trail_entry;
select pg_read_file(:'file') = (select string_agg(e, E'\n' order by n) || E'\n' from isms.export_csv('risk') with ordinality x(e, n)) as same;
select isms.export_csv('risk_control');
select isms.export_query('own_threat_vulnerability');
select isms.csv_line(array['a', null, '', ' b', 'c ', 'd,e', 'f"g', E'h\ni', E'j\rk', '\.', 'l.m']);
select isms.export_csv('asset', 'OTHER');
select isms.export_header('control_status'), isms.export_header('control_status', true);
\set VERBOSITY terse
select * from isms.export_rows('risks');
\set VERBOSITY default

-- A list in a cell: an item in double quotes may hold anything.
select list, array(select item from isms.import_list(list) order by n) as items, isms.export_list(array(select item from isms.import_list(list) order by n)) as again
  from unnest(array['a; b,c', ' a ;', '"a; b", c', '"say ""no"""; x', '"a" b; c', 'a "b;c"', '" a "', '";";","', '"a; b', '', ';;']) list;

-- A reader of one scope gets its rows and no others', and may import nothing.
create role regress_export_reader login;
select isms.add_person('ada', 'Ada Audit', login => 'regress_export_reader', roles => '{external_auditor}');
set session authorization regress_export_reader;
select isms.export_csv('scope_dependency');
select count(*) from isms.export_rows('asset', 'OTHER');
select * from isms.import_rows('asset', '[{"code": "CRM", "title": "Mine"}]');
reset session authorization;

drop extension isms cascade;
drop role regress_export_reader;
