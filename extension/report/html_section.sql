-- The sections of the report: each reads the views anybody reads, with the rights of who asks, and shows dates one way, whatever the session's.

create function isms.report_risk_matrix(scope text) returns text
  language sql stable set search_path = pg_catalog, pg_temp
begin atomic
  select isms.html_figure(isms.heat_map_svg(report_risk_matrix.scope));
end;

comment on function isms.report_risk_matrix(text) is 'Section risk_matrix of the report: the risk matrix';

create function isms.report_risk_trend(scope text) returns text
  language sql stable set search_path = pg_catalog, pg_temp
begin atomic
  select isms.html_figure(isms.risk_trend_svg(report_risk_trend.scope));
end;

comment on function isms.report_risk_trend(text) is 'Section risk_trend of the report: how risk developed from round to round';

create function isms.report_loss(scope text) returns text
  language sql stable set search_path = pg_catalog, pg_temp
begin atomic
  select isms.html_figure(isms.loss_exceedance_svg(report_loss.scope));
end;

comment on function isms.report_loss(text) is 'Section loss of the report: how likely a year is to cost more than an amount';

-- Conformity and posture are two things; nothing here adds them up to one.
create function isms.report_summary(scope text) returns text
  language sql stable set search_path = pg_catalog, pg_temp set datestyle = 'ISO, YMD' as $$
  with risk as materialized (
    select r.method, r.status, r.inherent_rank, r.current_rank, r.target_rank, r.residual_rank, r.disposition, r.within_appetite, r.acceptance_state
      from isms.risk_register r
     where r.scope = report_summary.scope and r.status <> 'closed'),
  posture as (
    select count(*) as risks,
           count(*) filter (where r.disposition in ('unacceptable', 'never')) as above,
           count(*) filter (where r.disposition in ('unacceptable', 'never') and r.acceptance_state in ('valid', 'lapsing')) as accepted,
           count(*) filter (where r.current_rank is null) as unrated,
           count(*) filter (where not r.within_appetite) as above_appetite
      from risk r),
  statement as (
    select count(*) as controls,
           count(*) filter (where s.necessary) as necessary,
           count(*) filter (where s.necessary and s.implementation_status = 'implemented') as implemented,
           count(*) filter (where s.necessary and s.assurance = 'verified') as verified
      from isms.statement_of_applicability s
     where s.scope = report_summary.scope),
  conformity as (
    select count(*) filter (where q.status = 'passed') as passed,
           count(*) filter (where q.status in ('passed', 'failed', 'unknown')) as judged,
           count(*) filter (where q.status = 'failed') as failed,
           count(*) filter (where q.status = 'unknown') as unknown
      from isms.readiness(report_summary.scope) q),
  due as (
    select count(*) as items, count(*) filter (where o.kind = 'action') as actions
      from isms.overdue o
     where o.scope = report_summary.scope)
  select isms.html_figures(jsonb_build_array(
           jsonb_build_array('Conformity: rules met', c.passed, format('of %s with something to judge; failed %s', c.judged, c.failed) || case when c.unknown > 0 then format('; unknown %s', c.unknown) else '' end),
           jsonb_build_array('Posture: risks above criteria', p.above, format('of %s live; accepted %s', p.risks, p.accepted)
                             || case when p.above_appetite > 0 then format('; above appetite %s', p.above_appetite) else '' end
                             || case when p.unrated > 0 then format('; not rated %s', p.unrated) else '' end),
           jsonb_build_array('Necessary controls implemented', s.implemented, format('of %s; verified %s', s.necessary, s.verified)),
           jsonb_build_array('Overdue', d.items, format('of them actions: %s', d.actions))))
         || isms.html_table('Live risks by level', '{Level,Disposition,Inherent,Current,Target,Residual}', (
              select jsonb_agg(jsonb_build_array(isms.html_cell(coalesce(l.label, 'Not rated'), case when l.methods > 1 then l.method end, l.colour), l.disposition,
                                                 l.inherent, l.current, l.target, l.residual) order by l.method nulls last, l.rank desc nulls last)
                from (
                  select v.method, v.rank, v.label, v.disposition, v.colour, v.methods,
                         (select count(*) from risk r where r.method = v.method and r.inherent_rank = v.rank) as inherent,
                         (select count(*) from risk r where r.method = v.method and r.current_rank = v.rank) as current,
                         (select count(*) from risk r where r.method = v.method and r.target_rank = v.rank) as target,
                         (select count(*) from risk r where r.method = v.method and r.residual_rank = v.rank) as residual
                    from (
                      select l.method, l.rank, l.label, l.disposition, l.colour, (select count(distinct r.method) from risk r) as methods
                        from isms.risk_level l
                       where l.scope = report_summary.scope and l.method in (select r.method from risk r)) v
                   union all
                  select null, null, null, null, null, null,
                         count(*) filter (where r.inherent_rank is null), count(*) filter (where r.current_rank is null),
                         count(*) filter (where r.target_rank is null), count(*) filter (where r.residual_rank is null)
                    from risk r
                  having count(*) filter (where r.inherent_rank is null or r.current_rank is null or r.target_rank is null or r.residual_rank is null) > 0) l),
              '{25,23,13,13,13,13}')
    from conformity c, posture p, statement s, due d
$$;

comment on function isms.report_summary(text) is 'Section summary of the report: conformity and posture, controls, what is overdue, and live risks by level';

-- What stands against conformity first, with what to do; then what does not.
create function isms.report_readiness(scope text) returns text
  language sql stable set search_path = pg_catalog, pg_temp set datestyle = 'ISO, YMD'
begin atomic
  with rule as materialized (
    select q.rule, q.clause, q.title, q.basis, q.status, q.judged, q.offending, q.remedy, q.message, q.position,
           (select string_agg(concat_ws(': ', g.name, g.keys), E'\n' order by g.name)
              from (
                select replace(regexp_replace(e.example ->> 'table', '^isms\.', ''), '_', ' ') as name,
                       -- a key of several columns by its values alone
                       string_agg(case when e.example ->> 'key' ~ '^{"' then btrim(translate(regexp_replace(e.example ->> 'key', ',? ?"[a-z_]+": ', ' ', 'g'), '{}"', '')) else e.example ->> 'key' end,
                                  ', ' order by e.position) as keys
                  from jsonb_array_elements(q.examples) with ordinality e(example, position)
                 group by 1) g) as examples
      from isms.readiness(report_readiness.scope) with ordinality q(scope, rule, clause, title, basis, status, judged, offending, unknown, examples, remedy, message, position))
  select isms.html_table('Rules that are not met, or could not be judged',
           '{Rule,What must hold,State,Judged,Offend,Among them}',
           jsonb_agg(jsonb_build_array(
             isms.html_cell(r.rule, r.clause),
             isms.html_cell(r.title, r.remedy),
             isms.html_state(r.status, case r.basis when 'practice' then 'practice' end),
             r.judged, r.offending,
             isms.html_cell(r.examples, case r.status when 'unknown' then r.message end)) order by r.status, r.position) filter (where r.status in ('failed', 'unknown')),
           '{10,35,12,10,10,23}')
         || isms.html_table('All other rules',
           '{Rule,What must hold,State,Judged}',
           jsonb_agg(jsonb_build_array(
             isms.html_cell(r.rule, r.clause), r.title,
             isms.html_state(r.status, case r.status when 'switched_off' then r.message end), r.judged) order by r.position) filter (where r.status not in ('failed', 'unknown')),
           '{10,60,20,10}')
    from rule r;
end;

comment on function isms.report_readiness(text) is 'Section readiness of the report: the rules a certification auditor would check, first those that are not met';

-- The worst first, closed ones last.
create function isms.report_risk_register(scope text) returns text
  language sql stable set search_path = pg_catalog, pg_temp set datestyle = 'ISO, YMD'
begin atomic
  select isms.html_table(case count(*) when 0 then 'Risks' else format('%s risks, the worst first (6.1.2, 8.2)', count(*)) end,
           '{Code,Risk,Owner,Inherent,Current,Target,Treatment,Acceptance}',
           jsonb_agg(jsonb_build_array(
             isms.html_cell(r.code, replace(r.status, '_', ' ')),
             isms.html_cell(r.title, concat_ws(E'\n', coalesce(r.asset_title, r.asset), nullif(concat_ws('; ', r.threat, r.vulnerability), ''), 'review ' || r.next_review || case when r.review_due then ', due' else '' end)),
             coalesce(r.owner_name, r.owner),
             isms.html_cell(r.inherent_level, trim_scale(round(r.inherent_score, 2))::text, r.inherent_colour),
             isms.html_cell(r.current_level, concat_ws(E'\n', trim_scale(round(r.current_score, 2))::text, case when r.overridden then 'entered' end,
                                                           -- with the controls alone that tests or evidence show to work
                                                           case when r.verified_rank > r.current_rank then 'verified: ' || r.verified_level end,
                                                           case when not r.within_appetite then 'above appetite' end), r.current_colour),
             isms.html_cell(r.target_level, trim_scale(round(r.target_score, 2))::text, r.target_colour),
             isms.html_cell(r.treatment_option, concat_ws(E'\n', replace(r.treatment_status, '_', ' '), case when r.open_actions > 0 then r.open_actions || ' open' end,
                                                           case when r.overdue then 'overdue since ' else 'next ' end || r.next_due)),
             case when r.acceptance_state <> 'none' then isms.html_state(r.acceptance_state, concat_ws(E'\n', 'until ' || r.accepted_until, r.accepted_by_name)) end)
             order by r.status = 'closed', r.current_rank desc nulls last, r.residual_rank desc nulls last, r.code),
           '{9,25,11,10,10,10,13,12}')
    from isms.risk_register r
   where r.scope = report_risk_register.scope;
end;

comment on function isms.report_risk_register(text) is 'Section risk_register of the report: every risk, the worst first';

create function isms.report_treatment_plan(scope text) returns text
  language sql stable set search_path = pg_catalog, pg_temp set datestyle = 'ISO, YMD' set standard_conforming_strings = on as $$
  select isms.html_figure(isms.treatment_burn_down_svg(report_treatment_plan.scope))
         || isms.html_table(case count(*) when 0 then 'Options and actions' else format('%s options and actions for %s risks (6.1.3 e)', count(*), count(distinct t.code)) end,
           '{Risk,What,Responsible,Due,Resources,Evaluation,State}',
           jsonb_agg(jsonb_build_array(
             isms.html_cell(t.code, t.heading),
             case t.kind when 'option' then isms.html_cell(t.item, t.what) else isms.html_cell(t.what, concat_ws(': ', t.item, nullif(concat_ws(', ', t.implementation, t.controls), ''))) end,
             coalesce(t.responsible_name, t.responsible),
             case when t.overdue then isms.html_state('overdue', t.due::text) else isms.html_cell(t.due::text) end,
             t.resources,
             t.evaluation,
             isms.html_state(t.status, null, case t.status when 'planned' then '' end)) order by t.place),
           '{16,24,14,11,12,13,10}')
    from (
      select p.code, p.kind, p.item, p.what, p.implementation, p.controls, p.responsible, p.responsible_name, p.due, p.resources, p.evaluation, p.status, p.overdue,
             row_number() over (order by p.current_rank desc nulls last, p.code, p.kind desc, p.due nulls last, p.item) as place,
             -- the title of a risk stands once
             case when row_number() over (partition by p.code order by p.kind desc, p.due nulls last, p.item) = 1
                  then p.title || E'\n' || concat_ws(' to ', coalesce(p.current_level, 'not rated'), p.target_level) end as heading
        from isms.risk_treatment_plan p
       where p.scope = report_treatment_plan.scope) t
$$;

comment on function isms.report_treatment_plan(text) is 'Section treatment_plan of the report: what is done about each risk, by whom, until when';

create function isms.report_objectives(scope text) returns text
  language sql stable set search_path = pg_catalog, pg_temp set datestyle = 'ISO, YMD'
begin atomic
  select (select isms.html_table('Objectives (6.2)', '{Code,Objective,Owner,Target,Latest,Due,State}',
                   jsonb_agg(jsonb_build_array(
                     o.code,
                     isms.html_cell(o.title, concat_ws(E'\n', o.aim_title, o.problems)),
                     coalesce(o.owner_name, o.owner),
                     case when o.target is not null then isms.html_cell(concat_ws(' ', o.target::text, o.unit), o.target_is) end,
                     case when o.latest_value is not null then isms.html_cell(concat_ws(' ', o.latest_value::text, o.unit), o.measured_on::text) end,
                     case when o.overdue then isms.html_state('overdue', o.due::text) else isms.html_cell(o.due::text) end,
                     isms.html_state(case when o.reached then 'reached' else o.status end, case when o.reached then replace(o.status, '_', ' ') end)) order by o.code),
                   '{10,31,14,12,11,11,11}')
            from isms.objective_status o
           where o.scope = report_objectives.scope)
      || (select isms.html_table('Measures (9.1)', '{Code,Measure,Target,Latest,Before,Next,State}',
                   jsonb_agg(jsonb_build_array(
                     m.code,
                     isms.html_cell(m.title, concat_ws(', ', coalesce(m.measurer_name, m.measurer), nullif(concat_ws(' ', m.subject_kind, m.subject), 'isms'))),
                     case when m.target is not null then isms.html_cell(concat_ws(' ', m.target::text, m.unit), m.target_is) end,
                     case when m.latest_value is not null then isms.html_cell(concat_ws(' ', m.latest_value::text, m.unit), m.measured_on::text) end,
                     case when m.previous_value is not null then isms.html_cell(concat_ws(' ', m.previous_value::text, m.unit), m.trend) end,
                     case when m.overdue then isms.html_state('overdue', m.measure_due::text) else isms.html_cell(m.measure_due::text) end,
                     isms.html_state(m.status)) order by m.code),
                   '{14,31,11,11,11,11,11}')
            from isms.measure_status m
           where m.scope = report_objectives.scope);
end;

comment on function isms.report_objectives(text) is 'Section objectives of the report: objectives and measures against their targets';

create function isms.report_audits(scope text) returns text
  language sql stable set search_path = pg_catalog, pg_temp set datestyle = 'ISO, YMD'
begin atomic
  select (select isms.html_table('Internal audits (9.2)', '{Programme,Audit,Planned,Lead auditor,Items,Conform,Major,Minor,State}',
                   jsonb_agg(jsonb_build_array(
                     isms.html_cell(a.code, concat_ws(E'\n', a.title, 'clauses in no audit: ' || a.clauses_missing)),
                     isms.html_cell(a.audit, a.audit_title),
                     isms.html_cell(a.planned_from::text, 'to ' || a.planned_until),
                     coalesce(a.lead_auditor_name, a.lead_auditor),
                     a.items, a.items_conforming, a.major, a.minor,
                     case when a.overdue then isms.html_state('overdue', replace(a.audit_status, '_', ' ')) else isms.html_state(coalesce(a.audit_status, a.status), a.reported_on::text, '') end)
                     order by a.code, a.planned_from, a.audit),
                   '{15,17,11,13,8,10,7,7,12}')
            from isms.audit_programme_status a
           where a.scope = report_audits.scope)
      || (select isms.html_table('Open findings of audits', '{Code,Finding,Kind,Requirement,Auditee,Found,State}',
                   jsonb_agg(jsonb_build_array(
                     f.code,
                     isms.html_cell(f.title, concat_ws(', ', coalesce(f.audit, f.certification, replace(f.source, '_', ' ')))),
                     isms.html_state(f.kind),
                     f.requirement,
                     coalesce(f.auditee_name, f.auditee),
                     isms.html_cell(f.found_on::text, f.days_open || ' days'),
                     case when f.overdue then isms.html_state('overdue', concat_ws(E'\n', f.next_due::text, f.nonconformity)) else isms.html_state(f.status, f.nonconformity, '') end)
                     order by f.found_on, f.code),
                   '{9,29,12,14,13,11,12}')
            from isms.open_findings f
           where f.scope = report_audits.scope)
      || (select isms.html_table('Nonconformities and corrective action (10.2)', '{Code,Nonconformity,Grade,Owner,Actions,Next due,State,Next step}',
                   jsonb_agg(jsonb_build_array(
                     c.code,
                     isms.html_cell(c.title, concat_ws(', ', c.requirement, 'found ' || c.found_on)),
                     isms.html_state(c.grade),
                     coalesce(c.owner_name, c.owner),
                     isms.html_cell(c.unfinished_actions || ' of ' || c.actions, 'unfinished'),
                     case when c.overdue then isms.html_state('overdue', c.next_due::text) else isms.html_cell(c.next_due::text) end,
                     isms.html_cell(replace(c.status, '_', ' '), case c.effective when true then 'effective' when false then 'not effective' end),
                     replace(c.next_step, '_', ' ')) order by c.status = 'closed', c.found_on, c.code),
                   '{9,27,9,12,9,11,11,12}')
            from isms.corrective_action_status c
           where c.scope = report_audits.scope);
end;

comment on function isms.report_audits(text) is 'Section audits of the report: internal audits, open findings, nonconformities';

create function isms.report_certification(scope text) returns text
  language sql stable set search_path = pg_catalog, pg_temp set datestyle = 'ISO, YMD'
begin atomic
  -- null, and so nothing recorded, where no cycle is
  select isms.html_figure(isms.certification_timeline_svg(report_certification.scope))
      || (select isms.html_table('Certification', '{Cycle,Body,Certificate,Valid,Next,State}',
                   jsonb_agg(jsonb_build_array(
                     isms.html_cell(c.code, c.title),
                     isms.html_cell(coalesce(c.body_name, c.body), null),
                     isms.html_cell(c.certificate_number, concat_ws(E'\n', c.certificate_standard, c.certificate_scope)),
                     isms.html_cell(c.valid_from::text, 'to ' || c.valid_until),
                     isms.html_cell(replace(c.next_what, '_', ' '), 'by ' || c.next_latest),
                     isms.html_state(c.state, replace(c.status, '_', ' '))) order by c.valid_from nulls last, c.code),
                   '{20,16,26,12,15,11}')
            from isms.certification_status c
           where c.scope = report_certification.scope)
      || (select isms.html_table('What the cycle asks for, and when', '{What,Cycle,From,Until,Planned,Done,State,Rule}',
                   jsonb_agg(jsonb_build_array(
                     isms.html_cell(replace(c.what, '_', ' '), c.audit), c.certification, c.earliest, c.latest, c.planned_on, c.done_on,
                     isms.html_state(c.status, null, case c.status when 'planned' then '' end),
                     isms.html_cell(c.reason, c.clause)) order by c.certification, coalesce(c.latest, c.planned_on), c.what),
                   '{16,9,11,11,11,11,9,22}')
            from isms.certification_calendar c
           where c.scope = report_certification.scope)
   where exists (select from isms.certification k where k.scope = report_certification.scope);
end;

comment on function isms.report_certification(text) is 'Section certification of the report: cycles, certificates and the dates that follow';

create function isms.report_overdue(scope text) returns text
  language sql stable set search_path = pg_catalog, pg_temp set datestyle = 'ISO, YMD'
begin atomic
  select isms.html_table(case count(*) when 0 then 'Overdue today' else format('%s whose day has passed, the oldest first', count(*)) end, '{Code,What,To happen,Responsible,Due,Days}',
           jsonb_agg(jsonb_build_array(isms.html_cell(o.code, replace(o.kind, '_', ' ')), o.title, replace(o.what, '_', ' '), coalesce(o.owner_name, o.owner), o.due, o.days) order by o.due, o.kind, o.code),
           '{16,34,18,14,11,7}')
    from isms.overdue o
   where o.scope = report_overdue.scope;
end;

comment on function isms.report_overdue(text) is 'Section overdue of the report: everything whose day has passed, the oldest first';

-- The note is what whoever keeps it can hold the trail to, later.
create function isms.report_trail(scope text) returns text
  language sql stable set search_path = pg_catalog, pg_temp set datestyle = 'ISO, YMD'
begin atomic
  select case
           when c.number is null then E'<p class="empty">The trail has not been sealed yet: no checkpoint shows what it held.</p>\n'
           else
             isms.html_figures(jsonb_build_array(
               jsonb_build_array('Entries sealed', c.size, format('by checkpoint %s', c.number)),
               jsonb_build_array('Sealed', to_char(c.sealed_at at time zone s.time_zone, 'YYYY-MM-DD'), to_char(c.sealed_at at time zone s.time_zone, 'HH24:MI') || ', ' || s.time_zone)))
             || E'<p>Every change of these registers is an entry of the trail of this database, of all its scopes. The checkpoint fixes them all by one hash. Its note:</p>\n<pre>'
             || isms.html_escape(isms.checkpoint_note(c.number)) || E'</pre>\n'
             || E'<p>Whoever keeps this page can check later that nothing the note covers was altered, removed, inserted or put in another order. In the database, no row of this means that the trail is whole:</p>\n'
             || E'<pre>select * from isms.verify_trail();</pre>\n'
             || E'<p>and these are the root of then and the proof, by RFC 9162, that the trail of today goes on from it:</p>\n<pre>'
             || format(E'select encode(root, ''base64'') from isms.checkpoint where number = %s;\nselect isms.consistency_proof(%s, (select max(size) from isms.checkpoint));', c.number, c.size) || E'</pre>\n'
         end
    from isms.scope s
    left join lateral (select k.number, k.size, k.sealed_at from isms.checkpoint k order by k.number desc limit 1) c on true
   where s.code = report_trail.scope;
end;

comment on function isms.report_trail(text) is 'Section trail of the report: the newest checkpoint, its note, and how to hold the trail to it';

insert into isms.report_section (name, title, position, procedure, long, builtin) values
  ('summary', 'Summary', 10, 'isms.report_summary', false, true),
  ('readiness', 'Readiness', 20, 'isms.report_readiness', false, true),
  ('risk_matrix', 'Risk matrix', 30, 'isms.report_risk_matrix', false, true),
  ('risk_trend', 'Risk trend', 33, 'isms.report_risk_trend', false, true),
  ('loss', 'Losses in money', 36, 'isms.report_loss', false, true),
  ('risk_register', 'Risk register', 40, 'isms.report_risk_register', true, true),
  ('treatment_plan', 'Risk treatment plan', 50, 'isms.report_treatment_plan', true, true),
  ('statement', 'Statement of applicability', 60, 'isms.report_statement', true, true),
  ('objectives', 'Objectives and measures', 70, 'isms.report_objectives', false, true),
  ('audits', 'Audits, findings and nonconformities', 80, 'isms.report_audits', false, true),
  ('certification', 'Certification', 90, 'isms.report_certification', false, true),
  ('overdue', 'Overdue', 100, 'isms.report_overdue', false, true),
  ('trail', 'Trail', 110, 'isms.report_trail', false, true);
