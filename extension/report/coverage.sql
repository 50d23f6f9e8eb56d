-- 6.1.3 c-d, 9.1: for each control what is decided, what is done, what shows it, and what hangs on it.
-- What is looked for in registers is worked out once, not once a control.
create view isms.control_coverage with (security_invoker = true) as
  with broken as materialized (
    select q.scope, q.catalogue, q.code, string_agg(q.rule, ', ' order by q.rule) as problems
      from isms.statement_problem q
     where q.subject = 'control'
     group by q.scope, q.catalogue, q.code),
  held as materialized (
    select l.scope, l.catalogue, l.reference::text as code, count(distinct c.risk) as risks
      from isms.implementation_control l
      join isms.risk_control c on c.scope = l.scope and c.implementation = l.implementation
      join isms.risk k on k.scope = c.scope and k.code = c.risk and k.status <> 'closed'
     group by l.scope, l.catalogue, l.reference),
  building as materialized (
    select l.scope, l.catalogue, l.reference::text as code, count(distinct n.code) as actions
      from isms.implementation_control l
      join isms.action n on n.scope = l.scope and n.status in ('planned', 'in_progress', 'done')
                        and (n.implementation = l.implementation or n.serves_kind = 'implementation' and n.serves = l.implementation)
     group by l.scope, l.catalogue, l.reference),
  seen as materialized (
    select r.scope, x.catalogue, x.reference::text as code,
           case
             when bool_or(r.status = 'fail') then 'fail'
             when bool_or(r.status = 'unknown') then 'unknown'
             when bool_or(r.status = 'pass') then 'pass'
             else 'not_applicable'
           end as standing,
           string_agg(r.database_check, ', ' order by r.database_check) filter (where r.status = 'fail') as failing
      from (select distinct on (l.scope, l.database_check) l.scope, l.database_check, l.status
              from isms.database_check_result l
             order by l.scope, l.database_check, l.id desc) r
      join isms.database_check_control x on x.database_check = r.database_check
     group by r.scope, x.catalogue, x.reference)
  select s.scope,
         s.code,
         s.title,
         s.sort_key,
         s.theme,
         s.catalogue,
         s.necessary as applicable,
         s.implementation_status,
         s.assurance,
         s.implementations,
         s.run_by,
         e.collected_on as last_evidence,
         e.valid_until as evidence_until,
         coalesce(e.pieces, 0) as evidence,
         s.tested_on as last_test,
         s.result as last_result,
         t.due as next_test,
         coalesce(r.risks, 0) as risks,
         coalesce(a.actions, 0) as open_actions,
         p.problems,
         d.standing as database_checks,
         d.failing as failing_checks,
         coalesce(f.findings, 0) as open_findings
    from isms.statement_of_applicability s
    left join (
      select x.scope, x.catalogue, x.code, max(x.collected_on) as collected_on, nullif(max(x.valid_until), 'infinity') as valid_until, count(*) as pieces
        from (select v.scope, l.catalogue, l.reference::text as code, v.code as evidence, v.collected_on, coalesce(v.valid_until, 'infinity') as valid_until
                from isms.implementation_control l
                join isms.evidence v on v.scope = l.scope and v.subject_kind = 'implementation' and v.subject = l.implementation
               union all
              select v.scope, coalesce(v.catalogue, isms.base_catalogue()), v.subject, v.code, v.collected_on, coalesce(v.valid_until, 'infinity')
                from isms.evidence v
               where v.subject_kind = 'control') x
       group by x.scope, x.catalogue, x.code) e on e.scope = s.scope and e.catalogue = s.catalogue and e.code = s.code
    left join (
      select l.scope, l.catalogue, l.reference::text as code, min(d.due) as due
        from isms.implementation_control l
        join isms.control_test_due d on d.scope = l.scope and d.implementation = l.implementation
       group by l.scope, l.catalogue, l.reference) t on t.scope = s.scope and t.catalogue = s.catalogue and t.code = s.code
    left join held r on r.scope = s.scope and r.catalogue = s.catalogue and r.code = s.code
    left join building a on a.scope = s.scope and a.catalogue = s.catalogue and a.code = s.code
    left join seen d on d.scope = s.scope and d.catalogue = s.catalogue and d.code = s.code
    left join broken p on p.scope = s.scope and p.catalogue = s.catalogue and p.code = s.code
    -- A finding names its requirement without a catalogue.
    left join (
      select x.scope, x.requirement, count(*) as findings
        from isms.finding x
       where x.status not in ('draft', 'closed', 'withdrawn')
       group by x.scope, x.requirement) f on f.scope = s.scope and f.requirement = s.code and s.catalogue = isms.base_catalogue();

comment on view isms.control_coverage is 'Each control of the statement of applicability with what is done for it, what shows that, and what hangs on it (6.1.3, 9.1)';
comment on column isms.control_coverage.scope is 'Scope';
comment on column isms.control_coverage.code is 'Reference of the control';
comment on column isms.control_coverage.title is 'Short title';
comment on column isms.control_coverage.sort_key is 'Sorts references naturally';
comment on column isms.control_coverage.theme is 'Theme';
comment on column isms.control_coverage.catalogue is 'Catalogue';
comment on column isms.control_coverage.applicable is 'Necessary? Null: undecided';
comment on column isms.control_coverage.implementation_status is 'Status, as in isms.statement_of_applicability';
comment on column isms.control_coverage.assurance is 'What tests and evidence show, as there';
comment on column isms.control_coverage.implementations is 'Implementations that serve it';
comment on column isms.control_coverage.run_by is 'Providers and other scopes that run them';
comment on column isms.control_coverage.last_evidence is 'When the newest evidence of the control or an implementation of it was collected';
comment on column isms.control_coverage.evidence_until is 'Last day on which any of it counts; null: no end, or there is none';
comment on column isms.control_coverage.evidence is 'Pieces of evidence';
comment on column isms.control_coverage.last_test is 'Date of the latest test of an implementation';
comment on column isms.control_coverage.last_result is 'Its result';
comment on column isms.control_coverage.next_test is 'When the next planned test of one is due';
comment on column isms.control_coverage.risks is 'Risks that an implementation of it acts on, closed ones left out';
comment on column isms.control_coverage.open_actions is 'Actions not verified yet that build an implementation of it';
comment on column isms.control_coverage.problems is 'Rules of isms.statement_problem it breaks';
comment on column isms.control_coverage.database_checks is 'What the latest results of the database''s checks of itself say of it, the worst of them: fail, unknown, pass, not_applicable; waivers aside; null: none that speaks for it was run';
comment on column isms.control_coverage.failing_checks is 'Checks that fail';
comment on column isms.control_coverage.open_findings is 'Findings of audits against it that are raised, contested or agreed and not closed';
