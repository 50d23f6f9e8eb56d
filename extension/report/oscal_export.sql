-- What is open and what was examined, as OSCAL documents (NIST, model version 1.1.2, JSON form): plan of action and milestones,
-- assessment results.  Identifiers are isms.name_uuid() of natural keys, so the same thing has the same one in every document.
-- OSCAL has no empty lists: what is not there is left out, as jsonb_agg gives null and jsonb_strip_nulls takes it away.

create function isms.oscal_line(value text) returns text
  language sql immutable parallel safe set search_path = pg_catalog, pg_temp
begin atomic
  select nullif(regexp_replace(regexp_replace(value, '\s+', ' ', 'g'), '^ | $', '', 'g'), '');
end;

comment on function isms.oscal_line(text) is 'A text on one line without blanks around it, as OSCAL wants strings and titles; null if nothing is left';

create function isms.oscal_token(value text) returns text
  language sql immutable parallel safe set search_path = pg_catalog, pg_temp
begin atomic
  select case when t.token ~ '^[A-Za-z_]' then t.token else '_' || t.token end
    from (select regexp_replace(isms.oscal_line(value), '[^A-Za-z0-9._-]', '_', 'g')) t(token)
   where t.token is not null;
end;

comment on function isms.oscal_token(text) is 'A text as a token of OSCAL: letters of ASCII, digits, full stop, hyphen and underscore, not beginning with a digit; null if there is none';

create function isms.oscal_instant(day date, time_zone text) returns text
  language sql stable parallel safe set search_path = pg_catalog, pg_temp
begin atomic
  -- the schema knows the years 1900 to 2999
  select to_char((day::timestamp at time zone time_zone) at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"')
   where day between '1900-01-02' and '2999-12-30';
end;

comment on function isms.oscal_instant(date, text) is 'Beginning of a day in a time zone as an OSCAL date-time; null beyond the years OSCAL has';

create function isms.oscal_prop(name text, value text) returns jsonb
  language sql immutable parallel safe set search_path = pg_catalog, pg_temp
begin atomic
  select jsonb_build_object('name', name, 'ns', 'urn:isms:oscal', 'value', isms.oscal_line(value)) where isms.oscal_line(value) is not null;
end;

comment on function isms.oscal_prop(text, text) is 'A property of one''s own in OSCAL; null without a value';

create function isms.oscal_metadata(scope text, title text, people text[]) returns jsonb
  language sql stable parallel restricted set search_path = pg_catalog, pg_temp
begin atomic
  select jsonb_build_object(
           'title', isms.oscal_line(title || ' of ' || s.name),
           'last-modified', to_char(now() at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'),
           'version', to_char(isms.today(s.code), 'YYYY-MM-DD'),
           'oscal-version', '1.1.2',
           'parties',
             jsonb_build_array(jsonb_build_object('uuid', isms.name_uuid('scope', s.code), 'type', 'organization', 'name', isms.oscal_line(s.name)))
             || coalesce((
               select jsonb_agg(jsonb_build_object(
                        'uuid', isms.name_uuid('person', p.code), 'type', 'person', 'name', isms.oscal_line(p.name), 'member-of-organizations', jsonb_build_array(isms.name_uuid('scope', s.code)))
                        order by p.code collate "C")
                 from isms.person p
                where p.code = any (people)), '[]'))
    from isms.scope s
   where s.code = oscal_metadata.scope;
end;

comment on function isms.oscal_metadata(text, text, text[]) is 'Metadata of an OSCAL document about a scope, with the people it names';

create function isms.oscal_tasks(scope text) returns table (serves_kind text, serves text, list jsonb)
  language sql stable parallel restricted set search_path = pg_catalog, pg_temp set enable_nestloop = off
begin atomic
  select a.serves_kind, a.serves,
         jsonb_agg(jsonb_strip_nulls(jsonb_build_object(
           'uuid', isms.name_uuid(a.scope, 'action', a.code),
           'type', 'milestone',
           'title', isms.oscal_line(a.code || ': ' || a.title),
           'description', a.resources,
           'props', (select jsonb_agg(p.x) from (values (isms.oscal_prop('code', a.code)), (isms.oscal_prop('status', a.status))) p(x)),
           'timing', (select jsonb_build_object('on-date', jsonb_build_object('date', d.due)) from (select isms.oscal_instant(a.due_on, s.time_zone)) d(due) where d.due is not null),
           'responsible-roles', case when p.code is not null then jsonb_build_array(jsonb_build_object('role-id', 'owner', 'party-uuids', jsonb_build_array(isms.name_uuid('person', p.code)))) end))
           order by a.due_on, a.code collate "C")
    from isms.action a
    join isms.scope s on s.code = a.scope
    left join isms.person p on p.code = a.owner
   where a.scope = oscal_tasks.scope and a.status <> 'cancelled'
   group by a.serves_kind, a.serves;
end;

comment on function isms.oscal_tasks(text) is 'Actions of a scope as OSCAL tasks, by what they are for';

-- As in isms.register_json, nothing is read twice.  A POA&M is about weaknesses: nonconformities, findings that led to none yet, and risks that are being treated.
create function isms.oscal_poam(scope text default isms.default_scope()) returns jsonb
  language sql stable parallel restricted set search_path = pg_catalog, pg_temp set timezone = 'UTC' set jit = off set enable_nestloop = off
begin atomic
  with home as (
    select s.code, s.time_zone, isms.name_uuid('scope', s.code) as party,
           jsonb_build_array(jsonb_build_object('actors', jsonb_build_array(jsonb_build_object('type', 'party', 'actor-uuid', isms.name_uuid('scope', s.code))))) as origins
      from isms.scope s
     where s.code = oscal_poam.scope),
  task as materialized (
    select t.serves_kind, t.serves, t.list from isms.oscal_tasks(oscal_poam.scope) t),
  mitigating as materialized (
    select c.risk,
           jsonb_agg(jsonb_build_object(
             'uuid', isms.name_uuid(c.scope, 'risk', c.risk, 'implementation', c.name, c.effect_on), 'implementation-uuid', isms.name_uuid(c.scope, 'implementation', c.name),
             'description', format('%s (%s), lowers the %s', coalesce(i.title, c.name), c.standing, c.effect_on)) order by c.name collate "C", c.effect_on) as list
      from isms.control_contribution c
      left join isms.implementation i on i.scope = c.scope and i.code = c.name
     where c.scope = oscal_poam.scope and starts_with(c.standing, 'implemented')
     group by c.risk),
  response as materialized (
    select t.risk,
           jsonb_agg(jsonb_strip_nulls(jsonb_build_object(
             'uuid', isms.name_uuid(t.scope, 'risk', t.risk, 'treatment', t.option),
             'lifecycle', case when t.status in ('treated', 'monitored') then 'completed' else 'planned' end,
             'title', case t.option when 'modification' then 'Modification: mitigate' when 'retention' then 'Retention: accept' when 'sharing' then 'Sharing: transfer' else 'Avoidance: avoid' end,
             'description', coalesce(t.justification, t.option),
             'props', jsonb_build_array(jsonb_build_object('name', 'type', 'value', case t.option when 'modification' then 'mitigate' when 'retention' then 'accept' when 'sharing' then 'transfer' else 'avoid' end)),
             -- every task once, although a risk may have several options
             'tasks', case t.n when 1 then k.list end)) order by t.option) as list
      from (select x.*, r.status, row_number() over (partition by x.risk order by x.option) as n
              from isms.treatment x
              join isms.risk r on r.scope = x.scope and r.code = x.risk
             where x.scope = oscal_poam.scope and x.withdrawn_on is null) t
      left join task k on k.serves_kind = 'risk' and k.serves = t.risk
     group by t.risk),
  register as materialized (
    select v.code, v.asset_title, v.acceptance_state, v.disposition, v.treatment_option, v.treatment_status, v.open_actions, v.next_due, v.inherent_level, v.current_level, v.target_level
      from isms.risk_register v
     where v.scope = oscal_poam.scope),
  weakness as materialized (
    select 1 as position, 'nonconformity' as kind, n.code, n.owner, isms.oscal_line(n.statement) as title, n.statement as description, coalesce(n.consequences, n.statement) as statement,
           case when n.status in ('action_agreed', 'implemented') then 'remediating' when n.status = 'analysed' then 'investigating' else 'open' end as status,
           (select jsonb_agg(p.x) from (values (isms.oscal_prop('code', n.code)), (isms.oscal_prop('grade', n.grade)), (isms.oscal_prop('status', n.status)), (isms.oscal_prop('requirement', n.requirement))) p(x) where p.x is not null) as props,
           null::jsonb as characterizations, null::jsonb as mitigating,
           n.effectiveness_due as deadline,
           jsonb_build_array(jsonb_strip_nulls(jsonb_build_object(
             'uuid', isms.name_uuid(n.scope, 'nonconformity', n.code, 'response'),
             'lifecycle', case when n.implemented_on is not null then 'completed' when n.status in ('action_agreed', 'implemented') then 'planned' else 'recommendation' end,
             'title', 'Correction and corrective action',
             'description', coalesce(nullif(concat_ws(E'\n\n', 'Correction: ' || n.correction, 'Cause: ' || n.cause, 'Need: ' || n.need_reason), ''), 'Not decided yet'),
             'tasks', k.list))) as remediations
      from isms.nonconformity n
      left join task k on k.serves_kind = 'nonconformity' and k.serves = n.code
     where n.scope = oscal_poam.scope and n.status not in ('closed', 'void')
     union all
    select 2, 'finding', f.code, f.auditee, isms.oscal_line(coalesce(f.statement, f.code)), coalesce(f.statement, f.code), coalesce(f.statement, f.code), 'open',
           (select jsonb_agg(p.x) from (values (isms.oscal_prop('code', f.code)), (isms.oscal_prop('kind', f.kind)), (isms.oscal_prop('status', f.status)), (isms.oscal_prop('requirement', f.requirement))) p(x) where p.x is not null),
           null, null, null,
           case when k.list is not null then jsonb_build_array(jsonb_build_object(
             'uuid', isms.name_uuid(f.scope, 'finding', f.code, 'response'), 'lifecycle', 'planned', 'title', 'Actions', 'description', coalesce(f.answer, f.decision_reason, 'Actions for the finding'), 'tasks', k.list)) end
      from isms.finding f
      left join task k on k.serves_kind = 'finding' and k.serves = f.code
     where f.scope = oscal_poam.scope and f.nonconformity is null and f.status not in ('draft', 'closed', 'withdrawn')
     union all
    select 3, 'risk', r.code, r.owner, isms.oscal_line(r.title), coalesce(r.description, r.title),
           coalesce(nullif(concat_ws('; ', 'Asset: ' || v.asset_title, 'Threat: ' || r.threat, 'Vulnerability: ' || r.vulnerability, r.scenario), ''), r.title),
           case when v.acceptance_state in ('valid', 'lapsing') then 'deviation-approved' when v.acceptance_state = 'pending' then 'deviation-requested' when r.status = 'in_treatment' then 'remediating' else 'open' end,
           (select jsonb_agg(p.x) from (values (isms.oscal_prop('code', r.code)), (isms.oscal_prop('status', r.status)), (isms.oscal_prop('disposition', v.disposition)), (isms.oscal_prop('treatment', v.treatment_option)), (isms.oscal_prop('acceptance', v.acceptance_state))) p(x) where p.x is not null),
           (select jsonb_build_array(jsonb_build_object('origin', h.origins -> 0, 'facets', jsonb_agg(jsonb_build_object('name', f.name, 'system', 'urn:uuid:' || isms.name_uuid(r.scope, 'risk_method', r.method), 'value', isms.oscal_line(f.value)) order by f.n)))
              from (values (1, 'likelihood', r.likelihood::text), (2, 'consequence', r.consequence::text), (3, 'inherent-level', v.inherent_level), (4, 'current-level', v.current_level), (5, 'target-level', v.target_level)) f(n, name, value)
             where isms.oscal_line(f.value) is not null
            having count(*) > 0),
           m.list,
           v.next_due,
           q.list
      from isms.risk r
     cross join home h
      join register v on v.code = r.code
      left join mitigating m on m.risk = r.code
      left join response q on q.risk = r.code
     where r.scope = oscal_poam.scope and r.status <> 'closed' and (v.treatment_status in ('proposed', 'approved', 'in_progress') or v.open_actions > 0)),
  observation as materialized (
    select f.code, f.nonconformity, isms.name_uuid(f.scope, 'finding', f.code, 'observation') as uuid,
           jsonb_strip_nulls(jsonb_build_object(
             'uuid', isms.name_uuid(f.scope, 'finding', f.code, 'observation'),
             'title', isms.oscal_line('Finding ' || f.code),
             'description', coalesce(f.statement, f.code),
             'methods', jsonb_build_array('UNKNOWN'),
             'types', jsonb_build_array('finding'),
             'relevant-evidence', case when f.evidence ~ '\S' then jsonb_build_array(jsonb_build_object('description', f.evidence)) end,
             'collected', isms.oscal_instant(f.found_on, h.time_zone))) as document,
           case when f.nonconformity is null then 'finding' else 'nonconformity' end as kind, coalesce(f.nonconformity, f.code) as of
      from isms.finding f
     cross join home h
     where f.scope = oscal_poam.scope and f.status not in ('draft', 'withdrawn')
       and (f.nonconformity in (select w.code from weakness w where w.kind = 'nonconformity') or f.code in (select w.code from weakness w where w.kind = 'finding'))),
  seen as materialized (
    select o.kind, o.of, jsonb_agg(jsonb_build_object('observation-uuid', o.uuid) order by o.code collate "C") as list from observation o group by o.kind, o.of)
  select jsonb_build_object('plan-of-action-and-milestones', jsonb_strip_nulls(jsonb_build_object(
           'uuid', isms.name_uuid(h.code, 'plan-of-action-and-milestones'),
           'metadata', isms.oscal_metadata(h.code, 'Plan of action and milestones', (select array_agg(distinct o.owner) from (select w.owner from weakness w union all select a.owner from isms.action a where a.scope = h.code) o))
             || '{"roles": [{"id": "owner", "title": "Owner"}]}',
           'system-id', jsonb_build_object('identifier-type', 'https://ietf.org/rfc/rfc4122', 'id', h.party),
           'observations', (select jsonb_agg(o.document order by o.code collate "C") from observation o),
           'risks', (
             select jsonb_agg(jsonb_strip_nulls(jsonb_build_object(
                      'uuid', isms.name_uuid(h.code, w.kind, w.code, 'risk'),
                      'title', w.title,
                      'description', w.description,
                      'statement', w.statement,
                      'props', w.props,
                      'status', w.status,
                      'origins', h.origins,
                      'characterizations', w.characterizations,
                      'mitigating-factors', w.mitigating,
                      'deadline', isms.oscal_instant(w.deadline, h.time_zone),
                      'remediations', w.remediations,
                      'related-observations', l.list)) order by w.position, w.code collate "C")
               from weakness w
               left join seen l on l.kind = w.kind and l.of = w.code),
           'poam-items', (
             select jsonb_agg(jsonb_strip_nulls(jsonb_build_object(
                      'uuid', isms.name_uuid(h.code, w.kind, w.code, 'poam-item'),
                      'title', isms.oscal_line(w.code || ': ' || w.title),
                      'description', w.description,
                      'props', w.props,
                      'origins', h.origins,
                      'related-observations', l.list,
                      'related-risks', jsonb_build_array(jsonb_build_object('risk-uuid', isms.name_uuid(h.code, w.kind, w.code, 'risk'))))) order by w.position, w.code collate "C")
               from weakness w
               left join seen l on l.kind = w.kind and l.of = w.code))))
    from home h
   where exists (select from weakness);
end;

comment on function isms.oscal_poam(text) is 'Plan of action and milestones as an OSCAL document: open nonconformities, open findings that led to none, and risks in treatment, each with its actions as tasks. Null where nothing is open, for OSCAL has no empty plan. Errors: IS021';

create function isms.oscal_assessment_results(scope text default isms.default_scope()) returns jsonb
  language sql stable parallel restricted set search_path = pg_catalog, pg_temp set timezone = 'UTC' set jit = off set enable_nestloop = off
begin atomic
  with home as (
    select s.code, s.name, s.time_zone from isms.scope s where s.code = oscal_assessment_results.scope),
  assessment as materialized (
    select 1 as position, 'internal_audit' as kind, a.code, isms.oscal_line(a.title) as title,
           coalesce(a.conclusion, 'Internal audit ' || a.code || coalesce(', criteria: ' || a.criteria, '')) as description,
           lower(a.planned_period) as first, coalesce(a.reported_on, upper(a.planned_period) - 1) as last, a.lead_auditor as assessor
      from isms.internal_audit a
     where a.scope = oscal_assessment_results.scope
     union all
    select 2, 'certification', c.code, isms.oscal_line('Findings of the certification body: ' || c.title), 'Findings of the certification body in cycle ' || c.code, null, null, null
      from isms.certification c
     where c.scope = oscal_assessment_results.scope
     union all
    select 3, 'control_test', 'tests', 'Tests of controls', 'Recorded tests of implementations of controls', null, null, null),
  observation as materialized (
    select case f.source when 'internal_audit' then 'internal_audit' else 'certification' end as kind, coalesce(f.audit, f.certification) as assessment, 'finding' as of, f.code, f.found_on as day, null::date as until,
           f.requirement as target, coalesce(f.statement, f.code) as description, f.evidence, isms.oscal_line('Finding ' || f.code) as title, 'UNKNOWN' as method, 'finding' as type,
           case when f.kind in ('major', 'minor') then 'not-satisfied' end as state,
           (select jsonb_agg(p.x) from (values (isms.oscal_prop('code', f.code)), (isms.oscal_prop('kind', f.kind)), (isms.oscal_prop('status', f.status))) p(x) where p.x is not null) as props
      from isms.finding f
     where f.scope = oscal_assessment_results.scope and f.source in ('internal_audit', 'certification_body') and f.status not in ('draft', 'withdrawn')
     union all
    select 'internal_audit', i.audit, 'audit_item', i.item, null, null, i.item,
           coalesce(nullif(concat_ws(E'\n\n', 'Sample: ' || i.sample, 'Met: ' || i.persons_met, 'Shown by: ' || i.evidence), ''), 'Item ' || i.item), i.evidence, isms.oscal_line('Item ' || i.item), 'EXAMINE', 'control-objective',
           case i.result when 'conforms' then 'satisfied' when 'finding' then 'not-satisfied' end,
           (select jsonb_agg(p.x) from (values (isms.oscal_prop('result', i.result))) p(x) where p.x is not null)
      from isms.audit_item i
     where i.scope = oscal_assessment_results.scope and i.result in ('conforms', 'finding')
     union all
    select 'control_test', 'tests', 'control_test', t.code, t.tested_on, t.valid_until, r.reference,
           coalesce(nullif(concat_ws(E'\n\n', t.method, t.note), ''), 'Test ' || t.code), null, isms.oscal_line(format('Test %s of %s', t.code, m.title)), 'TEST', 'control-objective',
           case t.result when 'pass' then 'satisfied' when 'fail' then 'not-satisfied' end,
           (select jsonb_agg(p.x) from (values (isms.oscal_prop('code', t.code)), (isms.oscal_prop('implementation', t.implementation)), (isms.oscal_prop('result', t.result))) p(x) where p.x is not null)
      from isms.control_test t
      join isms.implementation m on m.scope = t.scope and m.code = t.implementation
      -- a test speaks for every control of its implementation
     cross join lateral (select u::text from unnest(m.controls) u union all select t.implementation where m.controls = '{}') r(reference)
     where t.scope = oscal_assessment_results.scope and t.status = 'recorded'),
  examined as materialized (
    select o.*, coalesce(o.day, a.last, a.first) as collected, isms.oscal_token(o.target) as token
      from observation o
      join assessment a on a.kind = o.kind and a.code = o.assessment),
  result as materialized (
    select a.*,
           coalesce(a.first, (select min(e.collected) from examined e where e.kind = a.kind and e.assessment = a.code)) as begins,
           coalesce(a.last, (select max(e.collected) from examined e where e.kind = a.kind and e.assessment = a.code)) as ends
      from assessment a
     where exists (select from examined e where e.kind = a.kind and e.assessment = a.code))
  select jsonb_build_object('assessment-results', jsonb_strip_nulls(jsonb_build_object(
           'uuid', isms.name_uuid(h.code, 'assessment-results'),
           'metadata', isms.oscal_metadata(h.code, 'Assessment results', (select array_agg(distinct r.assessor) from result r)),
           'import-ap', jsonb_build_object('href', '#' || isms.name_uuid(h.code, 'assessment-plan'), 'remarks', 'The audit programme and the test plans are kept in isms; there is no assessment plan in OSCAL.'),
           'results', (
             select jsonb_agg(jsonb_strip_nulls(jsonb_build_object(
                      'uuid', isms.name_uuid(h.code, r.kind, r.code, 'result'),
                      'title', r.title,
                      'description', r.description,
                      'start', coalesce(isms.oscal_instant(r.begins, h.time_zone), to_char(isms.now() at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"')),
                      'end', isms.oscal_instant(greatest(r.ends, r.begins), h.time_zone),
                      'props', (select jsonb_agg(p.x) from (values (isms.oscal_prop('kind', r.kind)), (isms.oscal_prop('code', r.code))) p(x) where p.x is not null),
                      'reviewed-controls', jsonb_build_object('control-selections', jsonb_build_array(jsonb_build_object('include-controls', (
                        select coalesce(jsonb_agg(jsonb_build_object('control-id', t.token) order by t.token collate "C"), jsonb_build_array(jsonb_build_object('control-id', isms.oscal_token(r.code))))
                          from (select distinct e.token from examined e where e.kind = r.kind and e.assessment = r.code and e.token is not null) t)))),
                      'observations', (
                        select jsonb_agg(jsonb_strip_nulls(jsonb_build_object(
                                 'uuid', isms.name_uuid(h.code, e.of, e.assessment, e.code, 'observation'),
                                 'title', e.title,
                                 'description', e.description,
                                 'props', e.props,
                                 'methods', jsonb_build_array(e.method),
                                 'types', jsonb_build_array(e.type),
                                 'origins', (select jsonb_build_array(jsonb_build_object('actors', jsonb_build_array(jsonb_build_object('type', 'party', 'actor-uuid', isms.name_uuid('person', p.code))))) from isms.person p where p.code = r.assessor),
                                 'relevant-evidence', case when e.evidence ~ '\S' then jsonb_build_array(jsonb_build_object('description', e.evidence)) end,
                                 'collected', coalesce(isms.oscal_instant(e.collected, h.time_zone), to_char(isms.now() at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"')),
                                 'expires', isms.oscal_instant(e.until, h.time_zone))) order by e.of, e.code collate "C")
                          from (select distinct on (e.of, e.code) e.* from examined e where e.kind = r.kind and e.assessment = r.code order by e.of, e.code, e.token) e),
                      'findings', (
                        select jsonb_agg(jsonb_strip_nulls(jsonb_build_object(
                                 'uuid', isms.name_uuid(h.code, e.of, e.assessment, e.code, t.id, 'finding'),
                                 'title', e.title,
                                 'description', e.description,
                                 'target', jsonb_build_object(
                                   'type', 'objective-id', 'target-id', t.id,
                                   'status', jsonb_build_object('state', e.state, 'reason', case e.state when 'satisfied' then 'pass' else 'fail' end)),
                                 'related-observations', jsonb_build_array(jsonb_build_object('observation-uuid', isms.name_uuid(h.code, e.of, e.assessment, e.code, 'observation'))))) order by e.of, e.code collate "C", t.id collate "C")
                          from examined e
                         cross join lateral (select coalesce(e.token, isms.oscal_token(e.code)) as id) t
                         where e.kind = r.kind and e.assessment = r.code and e.state is not null))) order by r.position, r.code collate "C")
               from result r),
           'back-matter', jsonb_build_object('resources', jsonb_build_array(jsonb_build_object(
             'uuid', isms.name_uuid(h.code, 'assessment-plan'), 'title', 'Audit programme and test plans', 'description', isms.oscal_line('Kept in isms, scope ' || h.code || ' (' || h.name || ')')))))))
    from home h
   where exists (select from result);
end;

comment on function isms.oscal_assessment_results(text) is 'Assessment results as an OSCAL document: a result for each internal audit that examined something, for the findings of the certification body by cycle, and for the recorded tests of controls. Null where nothing was examined, for OSCAL has no empty one. Errors: IS021';
