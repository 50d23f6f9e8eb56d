-- What leaves the database for calendars and for other programs: iCalendar, identifiers, the register as JSON.
\set SHOW_CONTEXT never
set client_min_messages = warning;
drop extension if exists isms cascade;
create extension isms;
set isms.origin = 'example.com/isms';
do $$ begin perform isms.setup('ALPHA', 'Alpha; Ltd, "A"', 'dana', 'Dana Ruiz', 'dana@alpha.example'); end $$;
do $$ begin
  perform isms.add_person('li', 'Li Wei', 'li@alpha.example', roles => '{risk_owner,control_owner}');
  perform isms.setup('OTHER', 'Other Ltd', 'dana', 'Dana Ruiz');
  insert into isms.risk (code, title, owner, next_review) values ('R-001', 'Other''s own', 'li', '2030-01-01');
end $$;
set isms.scope = 'ALPHA';
set isms.comment = 'Dates';

-- Identifiers follow from the key alone: version 5 of RFC 9562, the vector of its appendix A.4, and one anybody can make.
select isms.uuid5('6ba7b810-9dad-11d1-80b4-00c04fd430c8', 'www.example.com') as vector,
       isms.name_uuid('ALPHA', 'risk', 'R-001') as risk,
       isms.name_uuid('ALPHA', 'risk', 'R-001') = isms.uuid5('6ba7b811-9dad-11d1-80b4-00c04fd430c8', 'isms:["example.com/isms", "ALPHA", "risk", "R-001"]') as remade;

-- Lines: 75 octets at most, no character cut, what a text may not hold escaped or left out.
select isms.ics_text(E'a\\b;c,d\r\ne\nf\rg\x01\th"i') as text;
select n, octet_length(l) as octets, l
  from regexp_split_to_table(isms.ics_line('SUMMARY:' || repeat('Żółć€𝄞', 12)), E'\r\n') with ordinality r(l, n);
select replace(isms.ics_line(repeat('x', 75)), E'\r\n', '|'), replace(isms.ics_line(repeat('x', 76)), E'\r\n', '|');

-- A calendar without anything in it is one.
select replace(isms.calendar_ics(), E'\r\n', '|');

insert into isms.asset (code, title, kind, rating, owner) values ('CRM', 'Customer database', 'information', 'C3 I- A2', 'li');
insert into isms.risk (code, title, asset, hits, likelihood, consequence, owner, assessor, assessed_on, next_review) values
  ('R-001', E'Stolen password, "R";\nsecond line \\', 'CRM', 'C', 4, 4, 'li', 'dana', '2026-01-31', '2030-02-28'),
  ('R-002', 'Bare', null, null, null, null, null, null, null, '2032-01-01');
insert into isms.implementation (code, title, owner, status, controls, effectiveness) values ('MFA', 'Second factor', 'li', 'implemented', '{A.8.5}', 0.9);
insert into isms.implementation_asset (implementation, asset) values ('MFA', 'CRM');
insert into isms.risk_control (risk, implementation) values ('R-001', 'MFA');
insert into isms.treatment (risk, option, justification) values ('R-001', 'modification', 'Cheapest');
insert into isms.action (code, title, serves, owner, due_on) values ('T-001', 'Roll out', 'R-001', 'dana', '2030-03-01');
insert into isms.control_test_plan (code, title, implementation, cadence, tester, starts_on) values ('TP-1', 'Ten logins', 'MFA', '1 year', 'dana', '2030-01-01');
insert into isms.acceptance (code, risk, basis, validity, justification, conditions) values ('AC-1', 'R-001', 'interim', '[2020-01-01,2099-01-01)', 'Nothing faster', 'Logs');
insert into isms.certification (code, title, owner) values ('CC-1', 'First', 'dana');
insert into isms.certification_audit (code, certification, kind, purpose, planned_from, planned_until) values ('CA-1', 'CC-1', 'special', 'A second site', '2030-05-01', '2030-05-02');

create function pg_temp.calendar(person text default null) returns setof text language sql as $$
  select l from regexp_split_to_table(regexp_replace(isms.calendar_ics(person => person), '\d{8}T\d{6}Z', 'NOW', 'g'), E'\r\n') l $$;
select * from pg_temp.calendar();
select count(*) filter (where l = 'BEGIN:VEVENT'), string_agg(l, '|') filter (where l like 'X-WR%') from pg_temp.calendar('li') l;

-- A day that moves keeps its event; what has no day any more has none.
create temp table before as select l from pg_temp.calendar() l where l like 'UID:%';
update isms.risk set next_review = '2031-01-01' where code = 'R-001';
select count(*) from before where l not in (select pg_temp.calendar());
update isms.action set due_on = null where code = 'T-001';
select count(*) from before where l not in (select pg_temp.calendar());

-- The register as one document, without what other scopes have; the same in any session.
set datestyle = 'SQL, DMY';
select jsonb_object_keys(isms.register_json()) as part;
select x.path, jsonb_path_query_array(isms.register_json(), x.path::jsonpath) as found
  from unnest('{$.format,$.scope.code,$.risks[*].code,$.risks[*].title,$.risks[*].assessed_on,$.risks[*].treatments[*].option,$.risks[*].controls[*].implementation,$.risks[*].controls[*].standing,$.risks[*].actions[*].code,$.risks[*].acceptances[*].state,$.risks[*].acceptances[*].validity,$.risks[*].register.inherent_level,$.risks[*].register.owner_name,$.methods[*].levels[*].label,$.assets[*].rating,$.implementations[*].assets[*]}'::text[]) with ordinality x(path, n)
 order by n;
select count(*) from jsonb_path_query(isms.register_json('OTHER'), '$.risks[*]');
reset datestyle;

-- A reader sees the scope they may see, and no more.
create role regress_calendar_reader login;
select isms.add_person('ada', 'Ada Audit', login => 'regress_calendar_reader', roles => '{external_auditor}');
set session authorization regress_calendar_reader;
select jsonb_array_length(isms.register_json() -> 'risks') as risks, isms.register_json('OTHER') as other, isms.calendar_ics() ~ 'BEGIN:VEVENT' as events;
select isms.calendar_ics('OTHER');
select isms.calendar_ics(person => 'nobody');
reset session authorization;

drop extension isms cascade;
drop role regress_calendar_reader;
