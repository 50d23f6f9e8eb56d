-- 6.1.3 e, 6.2: what will be done, with what resources, who is responsible, until when, and how the results are evaluated.
create view isms.risk_treatment_plan with (security_invoker = true) as
  select a.scope,
         a.code,
         a.title,
         a.status as risk_status,
         a.owner,
         o.name as owner_name,
         a.current_level,
         a.current_rank,
         a.target_level,
         a.target_rank,
         i.kind,
         i.item,
         i.what,
         i.implementation,
         c.controls,
         coalesce(i.responsible, a.owner) as responsible,
         r.name as responsible_name,
         i.due,
         i.resources,
         case
           when i.checked is not null then i.checked
           when c.result is not null then format('test of %s: %s on %s', i.implementation, c.result, to_char(c.tested_on, 'YYYY-MM-DD'))
           when i.implementation is not null then format('test of %s', i.implementation)
           when i.kind = 'action' then 'check when done'
           else 'review of the risk'
         end as evaluation,
         i.status,
         coalesce(i.is_open and i.due < d.today, false) as overdue,
         case when i.is_open and i.due < d.today then isms.days_between(i.due, d.today) end as days_overdue,
         a.overridden
    from isms.risk_assessment a
    join isms.scope_day d on d.scope = a.scope
    join (
      select t.scope,
             t.risk,
             'option' as kind,
             t.option as item,
             concat_ws('; ', t.justification, 'with ' || t.other_party, 'agreement: ' || t.agreement, 'stops: ' || t.activity) as what,
             null::text as implementation,
             null::text as responsible,
             t.stops_on as due,
             null::text as resources,
             null::text as checked,
             case when t.withdrawn_on is null then 'chosen' else 'withdrawn' end as status,
             false as is_open
        from isms.treatment t
       union all
      select n.scope,
             n.serves,
             'action',
             n.code,
             n.title,
             n.implementation,
             n.owner,
             n.due_on,
             n.resources,
             'check: ' || n.check_result || coalesce(' on ' || to_char(n.checked_on, 'YYYY-MM-DD'), ''),
             n.status,
             n.status in ('planned', 'in_progress')
        from isms.action n
       where n.serves_kind = 'risk') i on i.scope = a.scope and i.risk = a.code
    left join lateral (
      select v.result,
             v.tested_on,
             (select string_agg(l.reference::text, ', ' order by l.reference)
                from isms.implementation_control l
               where l.scope = v.scope and l.implementation = v.implementation) as controls
        from isms.implementation_assurance v
       where v.scope = i.scope and v.implementation = i.implementation) c on true
    left join isms.person o on o.code = a.owner
    left join isms.person r on r.code = coalesce(i.responsible, a.owner);

comment on view isms.risk_treatment_plan is 'The risk treatment plan (6.1.3 e): for each risk the options chosen and the actions, with who, when, resources and evaluation';
comment on column isms.risk_treatment_plan.scope is 'Scope';
comment on column isms.risk_treatment_plan.code is 'Key of the risk';
comment on column isms.risk_treatment_plan.title is 'Title of the risk';
comment on column isms.risk_treatment_plan.risk_status is 'State of the risk';
comment on column isms.risk_treatment_plan.owner is 'Risk owner';
comment on column isms.risk_treatment_plan.owner_name is 'Name of the risk owner';
comment on column isms.risk_treatment_plan.current_level is 'Level today';
comment on column isms.risk_treatment_plan.current_rank is 'Its rank';
comment on column isms.risk_treatment_plan.target_level is 'Level when the plan is carried out';
comment on column isms.risk_treatment_plan.target_rank is 'Its rank';
comment on column isms.risk_treatment_plan.kind is 'option (chosen for the risk) or action (to carry it out)';
comment on column isms.risk_treatment_plan.item is 'Option, or key of the action';
comment on column isms.risk_treatment_plan.what is 'What will be done: title of the action, or the option with its reason and terms';
comment on column isms.risk_treatment_plan.implementation is 'Implementation the action builds';
comment on column isms.risk_treatment_plan.controls is 'Controls of the base catalogue and others that it serves';
comment on column isms.risk_treatment_plan.responsible is 'Person responsible: of the action, of an option the risk owner';
comment on column isms.risk_treatment_plan.responsible_name is 'Name of the person responsible';
comment on column isms.risk_treatment_plan.due is 'Until when: due date, or the day an activity stops';
comment on column isms.risk_treatment_plan.resources is 'With what resources';
comment on column isms.risk_treatment_plan.evaluation is 'How the results are evaluated, and what that showed';
comment on column isms.risk_treatment_plan.status is 'State of the action; chosen or withdrawn for an option';
comment on column isms.risk_treatment_plan.overdue is 'Is it late today?';
comment on column isms.risk_treatment_plan.days_overdue is 'By how many days; null if not late';
comment on column isms.risk_treatment_plan.overridden is 'Which of the levels an expert entered: current, target, or both; null if none';
