-- Clauses 9 and 10 as lists: what is measured, audited, found and put right.

-- 9.1: measures today: latest valid value, against the target, what is due.
create view isms.measure_status with (security_invoker = true) as
  select m.scope,
         m.code,
         m.title,
         m.subject_kind,
         m.subject,
         m.unit,
         m.target,
         m.target_is,
         v.value as latest_value,
         v.measured_on,
         w.value as previous_value,
         case
           when m.status = 'retired' then 'retired'
           when v.value is null then 'not_measured'
           when m.target is null then 'no_target'
           when isms.meets_target(v.value, m.target, m.target_is) then 'met'
           else 'missed'
         end as status,
         case
           when v.value is null or w.value is null or m.target_is is null then null
           when v.value = w.value then 'same'
           when (v.value > w.value) = (m.target_is = 'minimum') then 'better'
           else 'worse'
         end as trend,
         m.method_version,
         m.measurer,
         p.name as measurer_name,
         u.measure_due,
         coalesce(u.measure_due < d.today, false) as overdue,
         case when u.measure_due < d.today then isms.days_between(u.measure_due, d.today) end as days_overdue,
         m.evaluator,
         q.name as evaluator_name,
         e.evaluated_on,
         u.evaluation_due,
         coalesce(u.evaluation_due < d.today, false) as evaluation_overdue
    from isms.measure m
    join isms.scope_day d on d.scope = m.scope
    left join lateral (
      select x.id, x.value, x.measured_on, x.method_version
        from isms.valid_measurement x
       where x.scope = m.scope and x.measure = m.code
       order by x.measured_on desc, x.id desc
       limit 1) v on true
    left join lateral (
      select x.value
        from isms.valid_measurement x
       where x.scope = m.scope and x.measure = m.code and (x.measured_on, x.id) < (v.measured_on, v.id) and x.method_version = v.method_version
       order by x.measured_on desc, x.id desc
       limit 1) w on true
    left join lateral (
      select max(x.evaluated_on) as evaluated_on
        from isms.performance_result r
        join isms.performance_evaluation x on x.scope = r.scope and x.code = r.evaluation and x.status <> 'draft'
       where r.scope = m.scope and r.measure = m.code) e on true
    cross join lateral (
      select case when m.status = 'active' then (coalesce(v.measured_on, m.starts_on) + m.measured_every)::date end as measure_due,
             case when m.status = 'active' then (coalesce(e.evaluated_on, m.starts_on) + m.evaluated_every)::date end as evaluation_due) u
    left join isms.person p on p.code = m.measurer
    left join isms.person q on q.code = m.evaluator;

comment on view isms.measure_status is 'Measures today: latest valid value against the target, and what is due (9.1)';
comment on column isms.measure_status.scope is 'Scope';
comment on column isms.measure_status.code is 'Key of the measure';
comment on column isms.measure_status.title is 'What is measured';
comment on column isms.measure_status.subject_kind is 'control, implementation, objective, process or isms';
comment on column isms.measure_status.subject is 'Which';
comment on column isms.measure_status.unit is 'Unit';
comment on column isms.measure_status.target is 'Target value';
comment on column isms.measure_status.target_is is 'minimum or maximum';
comment on column isms.measure_status.latest_value is 'Latest valid value';
comment on column isms.measure_status.measured_on is 'Its day';
comment on column isms.measure_status.previous_value is 'The valid value before it, by the same version of the method';
comment on column isms.measure_status.status is 'met, missed, not_measured, no_target or retired';
comment on column isms.measure_status.trend is 'better, same or worse than the value before, by the target''s direction; null: no two values, or no target';
comment on column isms.measure_status.method_version is 'Version of the method today';
comment on column isms.measure_status.measurer is 'Who measures';
comment on column isms.measure_status.measurer_name is 'Name of who measures';
comment on column isms.measure_status.measure_due is 'Day by which it is measured next';
comment on column isms.measure_status.overdue is 'Has that day passed?';
comment on column isms.measure_status.days_overdue is 'Days since; null if it has not';
comment on column isms.measure_status.evaluator is 'Who evaluates';
comment on column isms.measure_status.evaluator_name is 'Name of who evaluates';
comment on column isms.measure_status.evaluated_on is 'Latest approved evaluation that it is part of';
comment on column isms.measure_status.evaluation_due is 'Day by which it is evaluated next';
comment on column isms.measure_status.evaluation_overdue is 'Has that day passed?';

-- 9.2.2: what is planned, done and late, an audit a row; programmes without audits too.
create view isms.audit_programme_status with (security_invoker = true) as
  select g.scope,
         g.code,
         g.title,
         g.status,
         lower(g.period) as period_from,
         upper(g.period) - 1 as period_until,
         c.missing as clauses_missing,
         i.code as audit,
         i.title as audit_title,
         i.status as audit_status,
         lower(i.planned_period) as planned_from,
         upper(i.planned_period) - 1 as planned_until,
         i.lead_auditor,
         p.name as lead_auditor_name,
         cardinality(i.scope_items) as items,
         n.examined::integer as items_examined,
         n.conforming::integer as items_conforming,
         f.major::integer as major,
         f.minor::integer as minor,
         f.observations::integer as observations,
         f.open_findings::integer as open_findings,
         i.reported_on,
         coalesce(i.status in ('planned', 'in_progress') and upper(i.planned_period) <= d.today, false) as overdue,
         case when i.status in ('planned', 'in_progress') and upper(i.planned_period) <= d.today then isms.days_between(upper(i.planned_period), d.today) + 1 end as days_overdue
    from isms.audit_programme g
    join isms.scope_day d on d.scope = g.scope
    left join isms.internal_audit i on i.scope = g.scope and i.programme = g.code
    left join isms.person p on p.code = i.lead_auditor
   cross join lateral (
      select string_agg(k.clause::text, ', ' order by k.clause) as missing
        from generate_series(4, 10) k(clause)
       where not exists (
         select
           from isms.internal_audit a
          cross join unnest(a.scope_items) t(item)
          where a.scope = g.scope and a.programme = g.code and a.status <> 'cancelled' and t.item ~ format('^%s(\.|$)', k.clause))) c
    left join lateral (
      select count(*) filter (where x.result in ('conforms', 'finding')) as examined,
             count(*) filter (where x.result = 'conforms') as conforming
        from isms.audit_item x
       where x.scope = i.scope and x.audit = i.code) n on i.code is not null
    left join lateral (
      select count(*) filter (where x.kind = 'major') as major,
             count(*) filter (where x.kind = 'minor') as minor,
             count(*) filter (where x.kind in ('observation', 'opportunity')) as observations,
             count(*) filter (where x.status <> 'closed') as open_findings
        from isms.finding x
       where x.scope = i.scope and x.audit = i.code and x.status not in ('draft', 'withdrawn')) f on i.code is not null;

comment on view isms.audit_programme_status is 'Audit programmes and their audits: planned, done, found, late (9.2.2)';
comment on column isms.audit_programme_status.scope is 'Scope';
comment on column isms.audit_programme_status.code is 'Key of the programme';
comment on column isms.audit_programme_status.title is 'Title of the programme';
comment on column isms.audit_programme_status.status is 'State of the programme';
comment on column isms.audit_programme_status.period_from is 'First day of its period';
comment on column isms.audit_programme_status.period_until is 'Last day';
comment on column isms.audit_programme_status.clauses_missing is 'Clauses 4 to 10 that no audit of the programme covers; null: none';
comment on column isms.audit_programme_status.audit is 'Internal audit; null: the programme has none';
comment on column isms.audit_programme_status.audit_title is 'Its title';
comment on column isms.audit_programme_status.audit_status is 'Its state';
comment on column isms.audit_programme_status.planned_from is 'First day planned';
comment on column isms.audit_programme_status.planned_until is 'Last day planned';
comment on column isms.audit_programme_status.lead_auditor is 'Who leads it';
comment on column isms.audit_programme_status.lead_auditor_name is 'Name';
comment on column isms.audit_programme_status.items is 'Items to look at';
comment on column isms.audit_programme_status.items_examined is 'Items looked at';
comment on column isms.audit_programme_status.items_conforming is 'Items that conform';
comment on column isms.audit_programme_status.major is 'Major nonconformities found, not withdrawn';
comment on column isms.audit_programme_status.minor is 'Minor ones';
comment on column isms.audit_programme_status.observations is 'Observations and opportunities';
comment on column isms.audit_programme_status.open_findings is 'Findings that are not closed';
comment on column isms.audit_programme_status.reported_on is 'Day of the report';
comment on column isms.audit_programme_status.overdue is 'Has the period passed without a report?';
comment on column isms.audit_programme_status.days_overdue is 'Days since; null if it has not';

create view isms.open_findings with (security_invoker = true) as
  select f.scope,
         f.code,
         f.statement as title,
         f.kind,
         f.source,
         f.audit,
         f.certification,
         f.requirement,
         f.status,
         f.auditee,
         p.name as auditee_name,
         f.found_on,
         isms.days_between(f.found_on, d.today) as days_open,
         f.nonconformity,
         n.status as nonconformity_status,
         a.next_due,
         coalesce(a.next_due < d.today, false) as overdue
    from isms.finding f
    join isms.scope_day d on d.scope = f.scope
    left join isms.nonconformity n on n.scope = f.scope and n.code = f.nonconformity
    left join isms.person p on p.code = f.auditee
   cross join lateral (
      select min(x.due_on) as next_due
        from isms.action x
       where x.scope = f.scope and x.status in ('planned', 'in_progress')
         and (x.serves_kind = 'finding' and x.serves = f.code or x.serves_kind = 'nonconformity' and x.serves = f.nonconformity)) a
   where f.status not in ('closed', 'withdrawn');

comment on view isms.open_findings is 'Findings that are neither closed nor withdrawn (9.2, 10.2)';
comment on column isms.open_findings.scope is 'Scope';
comment on column isms.open_findings.code is 'Key of the finding';
comment on column isms.open_findings.title is 'What was found';
comment on column isms.open_findings.kind is 'major, minor, observation, opportunity or concern';
comment on column isms.open_findings.source is 'internal_audit, certification_body or other';
comment on column isms.open_findings.audit is 'Internal audit';
comment on column isms.open_findings.certification is 'Certification cycle';
comment on column isms.open_findings.requirement is 'Requirement it is held against';
comment on column isms.open_findings.status is 'State';
comment on column isms.open_findings.auditee is 'Who answers for it';
comment on column isms.open_findings.auditee_name is 'Name';
comment on column isms.open_findings.found_on is 'When it was found';
comment on column isms.open_findings.days_open is 'Days since';
comment on column isms.open_findings.nonconformity is 'Nonconformity it led to';
comment on column isms.open_findings.nonconformity_status is 'Its state';
comment on column isms.open_findings.next_due is 'Earliest due date of the actions that serve either and are not done';
comment on column isms.open_findings.overdue is 'Has that day passed?';

create view isms.corrective_action_status with (security_invoker = true) as
  select n.scope,
         n.code,
         n.statement as title,
         n.source,
         n.grade,
         n.requirement,
         n.status,
         n.owner,
         p.name as owner_name,
         n.found_on,
         n.action_needed,
         a.actions::integer as actions,
         a.unfinished::integer as unfinished_actions,
         a.late::integer as overdue_actions,
         a.next_due,
         n.implemented_on,
         n.effectiveness_due,
         n.effective,
         n.judged_by,
         q.name as judged_by_name,
         n.judged_on,
         s.next_step,
         coalesce(s.due < d.today, false) as overdue,
         case when s.due < d.today then isms.days_between(s.due, d.today) end as days_overdue
    from isms.nonconformity n
    join isms.scope_day d on d.scope = n.scope
    left join isms.person p on p.code = n.owner
    left join isms.person q on q.code = n.judged_by
   cross join lateral (
      select count(*) filter (where x.status <> 'cancelled') as actions,
             count(*) filter (where x.status not in ('verified', 'cancelled')) as unfinished,
             count(*) filter (where x.status in ('planned', 'in_progress') and x.due_on < d.today) as late,
             min(x.due_on) filter (where x.status in ('planned', 'in_progress')) as next_due
        from isms.action x
       where x.scope = n.scope and x.serves_kind = 'nonconformity' and x.serves = n.code) a
   cross join lateral (
      select case n.status
               when 'open' then 'correct'
               when 'corrected' then 'analyse'
               when 'analysed' then case when n.action_needed then 'agree the action' else 'close' end
               when 'action_agreed' then 'carry out the action'
               when 'implemented' then 'judge the effect'
             end as next_step,
             case n.status when 'action_agreed' then a.next_due when 'implemented' then n.effectiveness_due end as due) s
   where n.status <> 'void';

comment on view isms.corrective_action_status is 'Nonconformities with their corrective actions and what is next (10.2)';
comment on column isms.corrective_action_status.scope is 'Scope';
comment on column isms.corrective_action_status.code is 'Key of the nonconformity';
comment on column isms.corrective_action_status.title is 'What was found';
comment on column isms.corrective_action_status.source is 'What found it';
comment on column isms.corrective_action_status.grade is 'major or minor';
comment on column isms.corrective_action_status.requirement is 'Requirement that is not met';
comment on column isms.corrective_action_status.status is 'State';
comment on column isms.corrective_action_status.owner is 'Person who sees to it';
comment on column isms.corrective_action_status.owner_name is 'Name of that person';
comment on column isms.corrective_action_status.found_on is 'When it was found';
comment on column isms.corrective_action_status.action_needed is 'Do the causes need action? Null: not decided';
comment on column isms.corrective_action_status.actions is 'Actions that serve it, cancelled ones aside';
comment on column isms.corrective_action_status.unfinished_actions is 'Those that are not verified';
comment on column isms.corrective_action_status.overdue_actions is 'Those that are late';
comment on column isms.corrective_action_status.next_due is 'Earliest due date of those not done';
comment on column isms.corrective_action_status.implemented_on is 'Day on which they were in place';
comment on column isms.corrective_action_status.effectiveness_due is 'Day by which their effect is judged';
comment on column isms.corrective_action_status.effective is 'Were they effective?';
comment on column isms.corrective_action_status.judged_by is 'Who judged';
comment on column isms.corrective_action_status.judged_by_name is 'Name of who judged';
comment on column isms.corrective_action_status.judged_on is 'When';
comment on column isms.corrective_action_status.next_step is 'What is next; null: it is closed';
comment on column isms.corrective_action_status.overdue is 'Has the day for it passed?';
comment on column isms.corrective_action_status.days_overdue is 'Days since; null if it has not';

-- 9.3.2: a source a row, as it was prepared; an input without sources has one row.
create view isms.management_review_input with (security_invoker = true) as
  select r.scope,
         r.code,
         r.title,
         r.status,
         r.held_on,
         i.input,
         '9.3.2 ' || i.input as clause,
         t.title as topic,
         p.key as source,
         s.title as what,
         jsonb_array_length(p.value) as items,
         p.value::text as data,
         i.text as said,
         i.prepared_on
    from isms.management_review r
    join isms.review_input i on i.scope = r.scope and i.review = r.code
    join isms.review_topic t on t.input = i.input
    left join lateral jsonb_each(i.prepared) p on true
    left join isms.review_source s on s.name = p.key;

comment on view isms.management_review_input is 'Inputs of management reviews, as prepared and frozen (9.3.2)';
comment on column isms.management_review_input.scope is 'Scope';
comment on column isms.management_review_input.code is 'Key of the review';
comment on column isms.management_review_input.title is 'Title of the review';
comment on column isms.management_review_input.status is 'State of the review';
comment on column isms.management_review_input.held_on is 'When it was held';
comment on column isms.management_review_input.input is 'Letter in 9.3.2';
comment on column isms.management_review_input.clause is 'Clause';
comment on column isms.management_review_input.topic is 'What the input is about';
comment on column isms.management_review_input.source is 'Source of the rows; null: no register holds it';
comment on column isms.management_review_input.what is 'What the rows are';
comment on column isms.management_review_input.items is 'How many there were';
comment on column isms.management_review_input.data is 'The rows, as JSON';
comment on column isms.management_review_input.said is 'What was said of the input';
comment on column isms.management_review_input.prepared_on is 'When the registers were asked';

-- What is due: for isms.inbox and isms.overdue.
insert into isms.due_source (name, query, builtin) values
  ('measure', $$
   select s.scope, 'measure', s.code, s.title, s.measurer, 'to be measured', s.measure_due
     from isms.measure_status s
    where s.measure_due is not null$$, true),
  ('measure evaluation', $$
   select s.scope, 'measure', s.code, s.title, s.evaluator, 'to be evaluated', s.evaluation_due
     from isms.measure_status s
    where s.evaluation_due is not null$$, true),
  ('internal audit', $$
   select i.scope, 'internal_audit', i.code, i.title, i.lead_auditor, case i.status when 'planned' then 'to be started' else 'to be reported' end, upper(i.planned_period) - 1
     from isms.internal_audit i
    where i.status in ('planned', 'in_progress')$$, true),
  ('finding', $$
   select f.scope, 'finding', f.code, f.statement, case f.status when 'raised' then f.auditee else i.lead_auditor end,
          case f.status when 'raised' then 'to be agreed or contested' else 'contested: to be upheld or withdrawn' end, null::date
     from isms.finding f
     left join isms.internal_audit i on i.scope = f.scope and i.code = f.audit
    where f.status in ('raised', 'contested')$$, true),
  ('nonconformity', $$
   select s.scope, 'nonconformity', s.code, s.title, s.owner, case s.status when 'implemented' then 'effect to be judged by somebody else' else 'to do: ' || s.next_step end,
          case s.status when 'implemented' then s.effectiveness_due when 'action_agreed' then s.next_due end
     from isms.corrective_action_status s
    where s.next_step is not null$$, true),
  ('management review', $$
   select r.scope, 'management_review', r.code, r.title, r.chaired_by, 'to be held', r.planned_on
     from isms.management_review r
    where r.status = 'planned' and r.planned_on is not null$$, true),
  ('review decision', $$
   select s.scope, 'review_decision', s.code, s.title, s.owner, 'decision without an action', s.due_on
     from isms.review_decision_status s
    where s.status = 'open' and s.actions = 0$$, true);
