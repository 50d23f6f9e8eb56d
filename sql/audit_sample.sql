-- What auditors take away: samples that can be drawn again, and packs of records with their proofs.
\set SHOW_CONTEXT never
set client_min_messages = warning;
drop extension if exists isms cascade;
create extension isms;
-- Before the rules are on, an audit that was held.
insert into isms.scope (code, name) values ('ALPHA', 'Alpha Ltd'), ('OTHER', 'Other Ltd');
insert into isms.person (code, name) values ('dana', 'Dana Ruiz'), ('li', 'Li Wei'), ('ida', 'Ida Novak'), ('ada', 'Ada Audit');
insert into isms.login (role_name, person) values (session_user, 'dana');
insert into isms.role_assignment (scope, code, person, role, status) values ('ALPHA', 'RA-1', 'dana', 'isms_manager', 'active'), ('OTHER', 'RA-1', 'dana', 'isms_manager', 'active'), ('ALPHA', 'RA-2', 'ada', 'external_auditor', 'active');
set isms.scope = 'ALPHA';
insert into isms.asset (code, title, kind, owner) select 'AS-' || n, 'Asset ' || n, 'software', 'li' from generate_series(1, 40) n;
insert into isms.asset (scope, code, title, kind) select 'OTHER', 'AS-' || n, 'Other''s own', 'software' from generate_series(1, 5) n;
insert into isms.implementation (code, title, status, owner, controls) values ('MFA', 'Second factor', 'implemented', 'li', '{A.8.5}');
insert into isms.implementation_control (implementation, reference) values ('MFA', 'A.8.5') on conflict do nothing;
insert into isms.applicability (reference, necessary, reasons, implementation_status) values ('A.8.5', true, '{risk}', 'implemented');
insert into isms.process (code, title, owner) values ('JOIN', 'Joining', 'li'), ('SHOP', 'Shop', 'li');
insert into isms.audit_programme (code, title, status, owner) values ('AP-1', 'The year', 'draft', 'ida');
insert into isms.internal_audit (code, title, programme, scope_items, lead_auditor, status) values ('IA-1', 'Access', 'AP-1', '{A.8.5,JOIN}', 'ida', 'planned'), ('X-1', 'Both', 'AP-1', '{}', 'ida', 'planned');
insert into isms.audit_item (audit, item, result, evidence) values ('IA-1', 'A.8.5', 'finding', 'Ten logins'), ('IA-1', 'JOIN', 'conforms', 'Forms');
insert into isms.nonconformity (code, source, requirement, statement, found_where, found_on) values ('NC-1', 'internal_audit', 'A.8.5', 'No second factor', 'Shop', '2026-02-02'), ('NC-2', 'other', 'A.8.5', 'Not of this audit', 'Shop', '2026-02-02');
insert into isms.finding (code, audit, statement, kind, nonconformity, found_on) values ('F-1', 'IA-1', E'Two of ten "leavers"\nstill have accounts', 'minor', 'NC-1', '2026-02-02');
insert into isms.action (code, title, serves_kind, serves) values ('T-1', 'Roll out', 'nonconformity', 'NC-1'), ('T-2', 'Paint', 'nonconformity', 'NC-2');
insert into isms.evidence (code, title, subject_kind, subject, locator, collected_on) values ('E-1', 'Screen', 'finding', 'F-1', 'Folder', '2026-02-02'), ('E-2', 'Settings', 'implementation', 'MFA', 'Folder', '2026-02-02'), ('E-3', 'Others', 'action', 'T-2', 'Folder', '2026-02-02');
insert into isms.control_test (code, implementation, tested_on, valid_until, result, tester) values ('CT-1', 'MFA', '2026-01-01', '2027-01-01', 'pass', 'li');
insert into isms.certification_body (code, title) values ('CB', 'Body');
insert into isms.evidence (code, title, subject_kind, subject, locator, collected_on) values ('E-4', 'Policy', 'asset', 'AS-1', 'Folder', '2026-02-02');
insert into isms.certification (code, title, body) values ('CC-1', 'First', 'CB');
insert into isms.certification_audit (code, certification, kind) values ('CA-1', 'CC-1', 'stage_1'), ('X-1', 'CC-1', 'stage_2');
insert into isms.evidence_request (code, audit, what, delivered_on, evidence) values ('ER-1', 'CA-1', 'Policy', '2026-02-03', 'E-4');
insert into isms.finding (code, source, certification, statement, kind, found_on) values ('F-2', 'certification_body', 'CC-1', 'No record', 'minor', '2026-03-03');
do $$ begin
  perform isms.setup_roles();
  perform isms.activate();
  perform isms.grant_roles();
end $$;
select * from isms.audit_sample('isms.asset', 3, 'dice 4 2 6');
update isms.finding set statement = statement || ' (seen twice)' where code = 'F-1';
select isms.seal() > 0 as sealed;

-- The same seed draws the same rows; another one others. Size and digest are the population's.
create temp table first as select * from isms.audit_sample('isms.asset', 5, 'dice 4 2 6');
select position, key, record ->> 'title' as title, size, drawn_at from first order by position;
select array_agg(key order by position) from isms.audit_sample('isms.asset', 5, 'dice 1 1 1');
select count(*) as rows, count(distinct key) as keys, min(size) as size, bool_and(f.digest = s.digest) as same_digest
  from isms.audit_sample('isms.asset', null, 'another') s, (select distinct digest from first) f;

-- By hand, from the whole population: order and digest.
with whole as (
  select key, record, sha256('dice 4 2 6'::bytea || '\x00' || convert_to(key, 'UTF8')) as hash, sha256(convert_to(key, 'UTF8') || '\x00' || convert_to(record::text, 'UTF8')) as leaf
    from isms.audit_sample('isms.asset', null, 'whatever'))
select (select array_agg(x.key order by x.n) from (select key, row_number() over (order by hash) as n from whole) x where x.n <= 5) = (select array_agg(key order by position) from first) as same_rows,
       (select sha256(string_agg(leaf, '' order by convert_to(key, 'UTF8'))) from whole) = (select distinct digest from first) as same_digest;

-- What changes later changes neither draw nor digest: rows are taken as the checkpoint covers them.
update isms.asset set title = 'Changed later';
insert into isms.asset (code, title, kind) values ('AS-99', 'New', 'software');
select count(*) as the_same from isms.audit_sample('isms.asset', 5, 'dice 4 2 6') join first using (position, key, record, hash, size, digest, drawn_at, tree_size, root);
select isms.seal() as sealed;
select count(*) as the_same from isms.audit_sample('isms.asset', 5, 'dice 4 2 6', checkpoint => (select min(drawn_at) from first)) join first using (position, key, record, hash, size, digest, drawn_at, tree_size, root);
select distinct size, digest = (select distinct digest from first) as same_digest from isms.audit_sample('isms.asset', 5, 'dice 4 2 6');

-- A view is drawn from while nothing has changed since the checkpoint, and only then; settings of the session have no say.  Which row comes
-- differs by day, as the days do for which a finding has been open.
create temp table viewed as select * from isms.audit_sample('isms.open_findings', 1, 's');
select v.record ->> 'title' = f.statement as of_a_finding, v.size from viewed v join isms.finding f on f.code = v.key;
set datestyle = 'SQL, DMY';
select count(*) as the_same from isms.audit_sample('isms.open_findings', 1, 's') join viewed using (hash, digest);
reset datestyle;
select * from isms.audit_sample('isms.open_findings', 1, 's', checkpoint => 1);
update isms.process set title = 'Leaving' where code = 'JOIN';
select * from isms.audit_sample('isms.open_findings', 1, 's');

-- Looking back to a checkpoint, a view is drawn from as that covers it, whatever came after; a pack ends there too.
select set_config('isms.as_of', to_char(sealed_at at time zone 'UTC', 'YYYY-MM-DD HH24:MI:SS.USZ'), false) is not null as back from isms.checkpoint where number = 2;
select count(*) as the_same from isms.audit_sample('isms.open_findings', 1, 's') join viewed using (hash, digest, drawn_at, root);
select p.pack #>> '{checkpoint,number}' as checkpoint, jsonb_array_length(r -> 'entries') as entries, r #>> '{row,title}' as title
  from (select isms.evidence_pack('IA-1')) p(pack), jsonb_array_elements(p.pack -> 'records') r where r ->> 'key' = 'JOIN';
select count(*) as assets from isms.export_rows('asset');
select * from isms.audit_sample('isms.open_findings', 1, 's', checkpoint => 1);
select set_config('isms.as_of', to_char(sealed_at at time zone 'UTC', 'YYYY-MM-DD HH24:MI:SS.USZ'), false) is not null as back from isms.checkpoint where number = 1;
select count(*) as assets, min(c[2]) as title from isms.export_rows('asset') c;
select count(*) as the_same from isms.audit_sample('isms.asset', 5, 'dice 4 2 6') join first using (position, key, record, hash, size, digest, drawn_at, tree_size, root);
reset isms.as_of;

-- Nothing to draw is told with the size; what cannot be drawn is refused.
select position, size, encode(digest, 'hex') as digest from isms.audit_sample('isms.objective', 3, 's');
select position, size from isms.audit_sample('isms.asset', 0, 's');
select * from isms.audit_sample('isms.asset', -1, 's');
select * from isms.audit_sample('isms.asset', 1, '');
select * from isms.audit_sample('isms.asset', 1, 's', checkpoint => 99);
select * from isms.audit_sample('pg_catalog.pg_class_oid_index', 1, 's');
create table public.loose (id integer);
select * from isms.audit_sample('public.loose', 1, 's');
drop table public.loose;

-- What is in reach of an audit.
select isms.seal() as sealed;
select r ->> 'table' as table, r ->> 'key' as key, jsonb_array_length(r -> 'entries') as entries
  from jsonb_array_elements(isms.evidence_pack('IA-1') -> 'records') r;
select r ->> 'table' as table, r ->> 'key' as key
  from jsonb_array_elements(isms.evidence_pack('CA-1') -> 'records') r;
select r ->> 'table' as table, r ->> 'key' as key
  from jsonb_array_elements(isms.evidence_pack('X-1', kind => 'internal_audit') -> 'records') r;
select isms.evidence_pack('X-1');
select isms.evidence_pack('IA-9');

-- The record is as its entries say; what is not sealed has no proof.
update isms.finding set statement = 'Changed after the seal' where code = 'F-1';
select r #>> '{row,statement}' as statement from jsonb_array_elements(isms.evidence_pack('IA-1') -> 'records') r where r ->> 'key' = 'F-1';
select e ->> 'operation' as operation, e ? 'leaf' as leaf, e ? 'proof' as proof
  from jsonb_array_elements(isms.evidence_pack('IA-1') -> 'records') r, jsonb_array_elements(isms.evidence_pack('IA-1') -> 'entries') e
 where r ->> 'key' = 'F-1' and r -> 'entries' ? (e ->> 'seq') order by (e ->> 'seq')::bigint;

-- A code that changed: its entries before count, and not those of another row that had the code.
begin;
update isms.process set code = 'GONE' where code = 'JOIN';
update isms.process set code = 'JOIN' where code = 'SHOP';
update isms.process set title = 'Shop, again' where code = 'JOIN';
select r #>> '{row,title}' as title, array(select e ->> 'operation' from jsonb_array_elements_text(r -> 'entries') with ordinality n(seq, o) join jsonb_array_elements(isms.evidence_pack('IA-1') -> 'entries') e on e ->> 'seq' = n.seq order by n.o) as operations
  from jsonb_array_elements(isms.evidence_pack('IA-1') -> 'records') r where r ->> 'table' = 'isms.process';
rollback;

-- A reader of the scope makes both, and nothing of another scope's.
create role regress_sample_reader login;
insert into isms.login (role_name, person) values ('regress_sample_reader', 'ada');
grant isms_reader to regress_sample_reader;
create temp table mine as select isms.evidence_pack('IA-1') as pack, (select array_agg(key order by position) from isms.audit_sample('isms.asset', 5, 's')) as keys;
grant select on mine to regress_sample_reader;
set session authorization regress_sample_reader;
select isms.evidence_pack('IA-1') = pack as same_pack, (select array_agg(key order by position) from isms.audit_sample('isms.asset', 5, 's')) = keys as same_keys from mine;
select position, size from isms.audit_sample('isms.asset', 5, 's', 'OTHER');
reset session authorization;

drop table mine;
drop extension isms cascade;
drop role regress_sample_reader;
