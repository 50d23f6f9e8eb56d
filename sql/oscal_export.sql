-- What is open and what was examined, as OSCAL documents.
\set SHOW_CONTEXT never
set client_min_messages = warning;
drop extension if exists isms cascade;
create extension isms;
set isms.origin = 'example.com/isms';
-- Before the rules are on: audits that were held, what they found, a risk in treatment; another scope with its own.
insert into isms.scope (code, name, time_zone) values ('ALPHA', 'Alpha  Ltd', 'Europe/Warsaw'), ('EMPTY', 'Empty Ltd', 'UTC'), ('OTHER', 'Other Ltd', 'UTC');
insert into isms.person (code, name) values ('dana', 'Dana Ruiz'), ('li', E'Li\nWei'), ('ada', 'Ada Audit');
insert into isms.login (role_name, person) values (session_user, 'dana');
insert into isms.role_assignment (scope, code, person, role, status) select s, 'RA-1', 'dana', 'isms_manager', 'active' from unnest('{ALPHA,EMPTY,OTHER}'::text[]) s;
insert into isms.role_assignment (scope, code, person, role, status) values ('ALPHA', 'RA-2', 'ada', 'external_auditor', 'active'), ('OTHER', 'RA-2', 'li', 'risk_owner', 'active'), ('ALPHA', 'RA-3', 'li', 'risk_owner', 'active');
insert into isms.nonconformity (scope, code, source, requirement, statement, found_where, found_on) values ('OTHER', 'NC-1', 'internal_audit', 'A.8.5', 'Of another scope', 'Shop', '2026-02-02');
set isms.scope = 'ALPHA';
insert into isms.risk_method (code, title, score_rule, residual_rule, status) values ('M', 'Sum', 'sum', 'steps', 'approved');
insert into isms.risk_scale_step (method, scale, step, label) select 'M', s, n, 'Step ' || n from unnest('{likelihood,consequence}'::text[]) s, generate_series(1, 5) n;
insert into isms.risk_level (method, rank, label, colour, minimum, disposition) values ('M', 1, 'Low', '#00aa00', 0, 'acceptable'), ('M', 2, 'High', '#aa0000', 6, 'unacceptable');
insert into isms.asset (code, title, kind) values ('CRM', 'Customer database', 'information');
insert into isms.implementation (code, title, status, owner, controls) values ('MFA', 'Second factor', 'implemented', 'li', '{A.5.17,A.8.5}'), ('OLD', 'No control', 'planned', null, '{}');
insert into isms.risk (code, title, asset, method, likelihood, consequence, owner, threat, status) values ('R-1', E' Stolen "password";\n<b>now</b>', 'CRM', 'M', 4, 4, 'li', 'Thieves', 'in_treatment'), ('R-2', 'Left alone', null, 'M', 1, 1, null, null, 'identified');
insert into isms.risk_control (risk, implementation, reduction) values ('R-1', 'MFA', 2), ('R-1', 'OLD', 1);
insert into isms.treatment (risk, option, justification) values ('R-1', 'modification', 'Cheapest'), ('R-1', 'sharing', null);
insert into isms.audit_programme (code, title) values ('AP-1', 'The year');
insert into isms.internal_audit (code, title, programme, scope_items, lead_auditor, planned_period, conclusion, reported_on) values
  ('IA-1', 'Access', 'AP-1', '{A.8.5,5.3,9 (x)}', 'dana', '[2026-01-10,2026-01-12)', 'Mostly', '2026-02-01'), ('IA-2', 'Not held', 'AP-1', '{4.1}', 'dana', '[2026-05-01,2026-05-02)', null, null);
insert into isms.audit_item (audit, item, result, sample, evidence) values ('IA-1', 'A.8.5', 'finding', '10 of 40', 'Logins'), ('IA-1', '5.3', 'conforms', null, ''), ('IA-1', '9 (x)', 'not_examined', null, null);
insert into isms.nonconformity (code, source, requirement, statement, found_where, found_on, owner, grade, status, correction) values
  ('NC-1', 'internal_audit', 'A.8.5', E'No second factor\nin the shop', 'Shop', '2026-02-02', 'li', 'minor', 'corrected', 'Switched on'), ('NC-2', 'other', 'A.8.5', 'Long closed', 'Shop', '2025-02-02', 'li', 'minor', 'closed', null);
insert into isms.finding (code, audit, statement, kind, nonconformity, found_on, status, auditee, requirement, evidence) values
  ('F-0', 'IA-1', 'Not raised yet', 'major', 'NC-1', '2026-02-02', 'draft', 'li', 'A.8.5', null), ('F-9', 'IA-1', 'Was an error', 'major', null, '2026-02-02', 'withdrawn', 'li', 'A.8.5', null),
  ('F-1', 'IA-1', 'Two of ten have none', 'minor', 'NC-1', '2026-02-02', 'raised', 'li', 'A.8.5', 'Accounts 17 and 212'), ('F-2', 'IA-1', 'The form is on paper', 'opportunity', null, '2026-02-02', 'raised', null, null, null);
insert into isms.certification (code, title) values ('CC-1', 'First');
insert into isms.finding (code, source, certification, statement, kind, found_on, status, requirement) values ('F-3', 'certification_body', 'CC-1', 'No record', 'major', '2026-03-03', 'raised', '7.5.3');
insert into isms.action (code, title, serves_kind, serves, implementation, owner, due_on, resources) values
  ('T-1', 'Roll out', 'nonconformity', 'NC-1', null, 'li', '2026-07-01', '10 days'), ('T-2', 'Second factor', 'risk', 'R-1', 'OLD', null, '2026-12-31', null), ('T-3', 'Train', 'finding', 'F-3', null, 'li', null, null);
insert into isms.control_test (code, implementation, tested_on, valid_until, result, tester, note) values ('CT-1', 'MFA', '2026-01-05', '2099-01-05', 'pass', 'li', 'Ten logins'), ('CT-2', 'OLD', '2026-01-06', '2099-01-06', 'unknown', 'li', null);
do $$ begin
  perform isms.setup_roles();
  perform isms.activate();
  perform isms.grant_roles();
end $$;

-- The shape of OSCAL 1.1, in a few words: members, those that must be (*), and what each is.  Lists are never empty.
create temp table shape (object text, members text[]);
insert into shape values
  ('poam document', '{*plan-of-action-and-milestones=poam}'),
  ('poam', '{*uuid=uuid,*metadata=metadata,system-id=system-id,observations=[observation],risks=[risk],findings=[finding],*poam-items=[poam-item]}'),
  ('results document', '{*assessment-results=results}'),
  ('results', '{*uuid=uuid,*metadata=metadata,*import-ap=import-ap,*results=[result],back-matter=back-matter}'),
  ('metadata', '{*title=line,*last-modified=instant,*version=string,*oscal-version=string,parties=[party],roles=[role]}'),
  ('party', '{*uuid=uuid,*type=person|organization,*name=string,member-of-organizations=[uuid]}'),
  ('role', '{*id=token,*title=line}'),
  ('system-id', '{identifier-type=uri,*id=string}'),
  ('import-ap', '{*href=string,remarks=text}'),
  ('back-matter', '{*resources=[resource]}'),
  ('resource', '{*uuid=uuid,title=line,description=text}'),
  ('prop', '{*name=token,*value=string,ns=uri}'),
  ('origin', '{*actors=[actor]}'),
  ('actor', '{*type=party|tool|assessment-platform,*actor-uuid=uuid}'),
  ('observation', '{*uuid=uuid,title=line,*description=text,props=[prop],*methods=[EXAMINE|INTERVIEW|TEST|UNKNOWN],types=[token],origins=[origin],relevant-evidence=[evidence],*collected=instant,expires=instant}'),
  ('evidence', '{*description=text}'),
  ('risk', '{*uuid=uuid,*title=line,*description=text,*statement=text,props=[prop],*status=token,origins=[origin],characterizations=[characterization],mitigating-factors=[factor],deadline=instant,remediations=[response],related-observations=[observation-link]}'),
  ('characterization', '{*origin=origin,*facets=[facet]}'),
  ('facet', '{*name=token,*system=uri,*value=string}'),
  ('factor', '{*uuid=uuid,implementation-uuid=uuid,*description=text}'),
  ('response', '{*uuid=uuid,*lifecycle=recommendation|planned|completed,*title=line,*description=text,props=[prop],tasks=[task]}'),
  ('task', '{*uuid=uuid,*type=milestone|action,*title=line,description=text,props=[prop],timing=timing,responsible-roles=[responsible]}'),
  ('timing', '{*on-date=on-date}'),
  ('on-date', '{*date=instant}'),
  ('responsible', '{*role-id=token,party-uuids=[uuid]}'),
  ('poam-item', '{uuid=uuid,*title=line,*description=text,props=[prop],origins=[origin],related-observations=[observation-link],related-risks=[risk-link]}'),
  ('observation-link', '{*observation-uuid=uuid}'),
  ('risk-link', '{*risk-uuid=uuid}'),
  ('result', '{*uuid=uuid,*title=line,*description=text,*start=instant,end=instant,props=[prop],*reviewed-controls=reviewed,observations=[observation],findings=[finding]}'),
  ('reviewed', '{*control-selections=[selection]}'),
  ('selection', '{*include-controls=[control]}'),
  ('control', '{*control-id=token}'),
  ('finding', '{*uuid=uuid,*title=line,*description=text,*target=target,related-observations=[observation-link]}'),
  ('target', '{*type=objective-id|statement-id,*target-id=token,*status=status}'),
  ('status', '{*state=satisfied|not-satisfied,reason=pass|fail|other}');
create function pg_temp.wrong(value jsonb, form text, path text default '$') returns setof text language plpgsql as $$
declare
  known text[] := (select members from shape where object = form);
  m text[];
  e record;
begin
  if form ~ '^\[' then
    if coalesce(jsonb_typeof(value) <> 'array' or value = '[]', true) then return next path || ': no list, or an empty one'; return; end if;
    for e in select x, n from jsonb_array_elements(value) with ordinality a(x, n) loop
      return query select pg_temp.wrong(e.x, btrim(form, '[]'), format('%s[%s]', path, e.n));
    end loop;
  elsif known is not null then
    if jsonb_typeof(value) <> 'object' then return next path || ': no object'; return; end if;
    return query select format('%s: unknown member %s', path, k) from jsonb_object_keys(value) k where not exists (select from unnest(known) u(spec) where split_part(ltrim(spec, '*'), '=', 1) = k);
    for m in select regexp_match(u, '^(\*?)([^=]+)=(.*)$') from unnest(known) u loop
      if value ? m[2] then return query select pg_temp.wrong(value -> m[2], m[3], path || '.' || m[2]);
      elsif m[1] = '*' then return next format('%s: %s is missing', path, m[2]);
      end if;
    end loop;
  elsif jsonb_typeof(value) <> 'string' or (value #>> '{}') !~ (case form
      when 'uuid' then '^[0-9a-f]{8}-[0-9a-f]{4}-[45][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$'
      when 'token' then '^[[:alpha:]_][[:alnum:]._-]*$'
      when 'string' then '^\S([^\n]*\S)?$'
      when 'line' then '^[^\n]+$'
      when 'text' then '.'
      when 'uri' then '^[a-zA-Z][a-zA-Z0-9+.-]+:\S+$'
      when 'instant' then '^(19|2\d)\d\d-[01]\d-[0-3]\dT[0-2]\d:[0-5]\d:[0-5]\dZ$'
      else '^(' || form || ')$' end) then
    return next format('%s: %s is no %s', path, value, form);
  end if;
end $$;
select pg_temp.wrong(isms.oscal_poam(), 'poam document');
select pg_temp.wrong(isms.oscal_assessment_results(), 'results document');
-- The check itself finds what is wrong.
select pg_temp.wrong(jsonb_set(isms.oscal_poam(), '{plan-of-action-and-milestones,poam-items}', '[{"title": "two\nlines", "props": [], "uuid": "x"}]'), 'poam document');

-- Every identifier is given once, and what is referred to is there.
create function pg_temp.loose(document jsonb) returns setof text language sql as $$
  with given as (select x #>> '{}' as uuid from jsonb_path_query(document, 'strict $.**.uuid') x)
  select 'twice: ' || uuid from given group by uuid having count(*) > 1
   union all
  select k || ': ' || (r #>> '{}') from unnest('{observation-uuid,risk-uuid,actor-uuid}'::text[]) k, jsonb_path_query(document, format('strict $.**.%I', k)::jsonpath) r where r #>> '{}' not in (select uuid from given)
   union all
  select r #>> '{}' from jsonb_path_query(document, 'strict $.**."party-uuids"[*]') r where r #>> '{}' not in (select uuid from given) $$;
select pg_temp.loose(isms.oscal_poam());
select pg_temp.loose(isms.oscal_assessment_results());

-- What is in them: open weaknesses with what is done about them, and what was examined.
select i ->> 'title' as item, r ->> 'status' as status, r ->> 'deadline' as deadline,
       array(select t ->> 'title' || coalesce(' by ' || (t #>> '{timing,on-date,date}'), '') from jsonb_path_query(r, '$.remediations[*].tasks[*]') t) as tasks
  from jsonb_path_query(isms.oscal_poam(), '$."plan-of-action-and-milestones"') d
 cross join lateral jsonb_array_elements(d -> 'poam-items') i
  join lateral jsonb_array_elements(d -> 'risks') r on r ->> 'uuid' = i #>> '{related-risks,0,risk-uuid}';
select f ->> 'name' as facet, f ->> 'value' as value from jsonb_path_query(isms.oscal_poam(), 'strict $.**.facets[*]') f;
select r ->> 'title' as response, r ->> 'lifecycle' as lifecycle, r ->> 'description' as description from jsonb_path_query(isms.oscal_poam(), 'strict $.**.remediations[*]') r;
select m ->> 'description' as mitigating from jsonb_path_query(isms.oscal_poam(), 'strict $.**."mitigating-factors"[*]') m;
select p ->> 'name' as party from jsonb_path_query(isms.oscal_poam(), 'strict $.**.parties[*]') p;
select r ->> 'title' as result, r ->> 'start' as start, r ->> 'end' as end,
       array(select c ->> 'control-id' from jsonb_path_query(r, '$."reviewed-controls"."control-selections"[*]."include-controls"[*]') c) as controls, jsonb_array_length(r -> 'observations') as observations
  from jsonb_path_query(isms.oscal_assessment_results(), '$."assessment-results".results[*]') r;
select f ->> 'title' as finding, f #>> '{target,target-id}' as target, f #>> '{target,status,state}' as state from jsonb_path_query(isms.oscal_assessment_results(), '$."assessment-results".results[*].findings[*]') f;

-- The same again but for the time; nothing where there is nothing; of another scope only to those who see it.
select isms.oscal_poam() #- '{plan-of-action-and-milestones,metadata,last-modified}' = isms.oscal_poam() #- '{plan-of-action-and-milestones,metadata,last-modified}' as same;
select isms.oscal_poam('EMPTY') as poam, isms.oscal_assessment_results('EMPTY') as results;
select isms.oscal_token(v) as token, isms.oscal_line(v) as line from unnest(array['A.8.5', '5.3', E' a\n b(c) ', 'ż-1', '-', '', ' ', null]) v;
select isms.oscal_instant(d, 'America/New_York') from unnest('{2026-07-01,2026-01-01,infinity,1850-01-01,3000-01-01}'::date[]) d;
create role regress_oscal_reader login;
insert into isms.login (role_name, person) values ('regress_oscal_reader', 'ada');
grant isms_reader to regress_oscal_reader;
set session authorization regress_oscal_reader;
select isms.oscal_poam('OTHER') as other, jsonb_array_length(isms.oscal_poam() #> '{plan-of-action-and-milestones,poam-items}') as items, jsonb_array_length(isms.oscal_assessment_results() #> '{assessment-results,results}') as results;
reset session authorization;
select jsonb_array_length(isms.oscal_poam('OTHER') #> '{plan-of-action-and-milestones,poam-items}') as items;

drop extension isms cascade;
drop role regress_oscal_reader;
