-- Rules of readiness of clauses 6.2 to 10 and of certification.  What is over is not judged, what was recorded long ago no
-- longer; where something takes its time, such as looking for a cause, it is judged when that time (within) is over.

-- 6.2: objectives that are approved and not closed; 6.3, 7.1.
insert into isms.readiness_rule (code, clause, reference, basis, kind, title, remedy, parameters, query, builtin) values
('RD-061', '6.2', '6.2', 'standard', 'document',
 'There is an approved objective whose period is now',
 'Record it in isms.objective with the period it is for, and have top management approve it.', '{}', $$
 select s.code, 'isms.objective', null::text, coalesce(bool_or(o.period @> d.today), false)
   from unnest($2) s(code)
   join isms.scope_day d on d.scope = s.code
   left join isms.objective o on o.scope = s.code and o.status = 'approved'
  group by s.code
$$, true),

('RD-062', '6.2 a', '6.2', 'standard', 'consistency',
 'Each objective names the policy it is consistent with',
 'Return it and set isms.objective.policy to a document of kind policy or topic_policy.', '{}', $$
 select o.scope, 'isms.objective', o.code, coalesce(p.kind in ('policy', 'topic_policy'), false)
   from isms.objective o
   left join isms.document p on p.scope = o.scope and p.code = o.policy
  where o.scope = any ($2) and o.status = 'approved'
$$, true),

('RD-063', '6.2 b', '6.2', 'standard', 'consistency',
 'Each objective can be measured from a beginning to an end, or says why not',
 'Return it and set measure, unit, baseline and target in isms.objective, or not_measurable_reason.', '{}', $$
 select o.scope, 'isms.objective', o.code,
        coalesce(o.not_measurable_reason ~ '\S', false) or coalesce(o.measure ~ '\S' and o.unit ~ '\S', false) and o.baseline is not null and o.target is not null
   from isms.objective o
  where o.scope = any ($2) and o.status = 'approved'
$$, true),

('RD-064', '6.2 c', '6.2', 'standard', 'consistency',
 'Each objective takes up a requirement, a risk or a treated risk that is in the register',
 'Return it and set refers_kind and refers in isms.objective.', '{}', $$
 select o.scope, 'isms.objective', o.code, num_nonnulls(r.code, k.code) > 0
   from isms.objective o
   left join isms.party_requirement r on r.scope = o.scope and r.code = o.refers and o.refers_kind = 'requirement'
   left join isms.risk k on k.scope = o.scope and k.code = o.refers and o.refers_kind in ('risk', 'treatment')
  where o.scope = any ($2) and o.status = 'approved'
$$, true),

('RD-065', '6.2 d', '6.2', 'standard', 'timeliness',
 'How far each objective is was recorded as often as was planned',
 'Add a row to isms.objective_result; isms.objective_status says when the next is due.', '{}', $$
 select o.scope, 'isms.objective', o.code, (coalesce(r.latest, lower(o.period)) + o.monitor_every)::date >= d.today
   from isms.objective o
   join isms.scope_day d on d.scope = o.scope
   left join (
     select n.scope, n.objective, max(n.measured_on) as latest
       from isms.objective_result n
      where n.scope = any ($2) and not exists (select from isms.objective_result c where c.corrects = n.id)
      group by n.scope, n.objective) r on r.scope = o.scope and r.objective = o.code
  where o.scope = any ($2) and o.status = 'approved'
$$, true),

('RD-066', '6.2 e', '6.2', 'standard', 'record',
 'Each objective was made known',
 'Tell the people it concerns and set isms.objective.communicated_on.', '{}', $$
 select o.scope, 'isms.objective', o.code, coalesce(o.communicated_on <= d.today, false)
   from isms.objective o
   join isms.scope_day d on d.scope = o.scope
  where o.scope = any ($2) and o.status = 'approved'
$$, true),

('RD-067', '6.2 f', '6.2', 'practice', 'timeliness',
 'Each objective began or was found to be still right not long ago',
 'Look at it again and set isms.objective.confirmed_on, or return it and bring it up to date.', '{"interval": "12 months"}', $$
 select o.scope, 'isms.objective', o.code,
        (greatest(case when o.confirmed_on <= d.today then o.confirmed_on end, lower(o.period)) + ($1 ->> 'interval')::interval)::date >= d.today
   from isms.objective o
   join isms.scope_day d on d.scope = o.scope
  where o.scope = any ($2) and o.status = 'approved'
$$, true),

('RD-068', '6.2 h-l', '6.2', 'standard', 'consistency',
 'Each objective has a plan: what is done, with what, by somebody who is here, until when, and how the result is judged',
 'Amend the plan or the owner (isms.request, steps amend_plan and amend_owner), or return the objective and complete it.', '{}', $$
 select o.scope, 'isms.objective', o.code,
        coalesce(o.plan_what ~ '\S' and o.resources ~ '\S' and o.evaluation ~ '\S', false) and o.due_on is not null and o.owner is not null
        and case when p.code is not null then d.today between coalesce(p.active_from, '-infinity') and coalesce(p.active_until, 'infinity') end
   from isms.objective o
   join isms.scope_day d on d.scope = o.scope
   left join isms.person p on p.code = o.owner
  where o.scope = any ($2) and o.status = 'approved'
$$, true),

('RD-069', '6.3', '6.3', 'practice', 'consistency',
 'What changed the ISMS of late was asked for and planned before it took effect',
 'Plan changes of kind isms in isms.change before they are made: requested_on, planned_from, planned_until.', '{"interval": "12 months"}', $$
 select c.scope, 'isms.change', c.code, c.planned_from is not null and c.requested_on <= c.implemented_on
   from isms.change c
   join isms.scope_day d on d.scope = c.scope
  where c.scope = any ($2) and c.status in ('implemented', 'rolled_back', 'closed') and c.kind <> 'unintended'
    and (c.kind = 'isms' or c.changes_scope or c.changes_policy)
    and (coalesce(c.implemented_on, c.requested_on) + ($1 ->> 'interval')::interval)::date >= d.today
$$, true),

('RD-070', '7.1', '7.1', 'practice', 'record',
 'What each objective and each open action of the treatment plan takes is recorded',
 'Set resources in isms.objective and isms.action: step amend_plan where the plan is in force.', '{}', $$
 select o.scope, 'isms.objective', o.code, coalesce(o.resources ~ '\S', false)
   from isms.objective o
  where o.scope = any ($2) and o.status = 'approved'
  union all
 select a.scope, 'isms.action', a.code, coalesce(a.resources ~ '\S', false)
   from isms.action a
  where a.scope = any ($2) and a.serves_kind = 'risk' and a.status in ('planned', 'in_progress')
$$, true);
