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

-- 7.2, 7.3, 7.4: people who hold a role in the scope today.
insert into isms.readiness_rule (code, clause, reference, basis, kind, title, remedy, parameters, query, builtin) values
('RD-071', '7.2 a', '7.2', 'standard', 'record',
 'For each role that somebody holds it is said what competence it takes',
 'Name the competence in isms.competence and give it to the role in isms.role_competence.', '{}', $$
 select h.scope, 'isms.role', h.code, n.role is not null
   from (select distinct r.scope, r.code from isms.person_role r where r.scope = any ($2) and r.code <> 'external_auditor') h
   left join (select distinct c.scope, c.role from isms.role_competence c) n on n.scope = h.scope and n.role = h.code
$$, true),

('RD-072', '7.2 b', '7.2', 'standard', 'consistency',
 'Whoever holds a role has evidence of each competence it takes',
 'Enter education, training or experience with its evidence in isms.person_competence; isms.competence_gap lists what is missing.', '{}', $$
 select h.scope, 'isms.person_competence', h.person || ' ' || n.competence, coalesce(bool_or(x.state <> 'no evidence'), false)
   from isms.person_role h
   join isms.role_competence n on n.scope = h.scope and n.role = h.code
   left join isms.competence_held x on x.scope = h.scope and x.person = h.person and x.code = n.competence
  where h.scope = any ($2)
  group by h.scope, h.person, n.competence
$$, true),

('RD-073', '7.2 b', '7.2', 'practice', 'timeliness',
 'No evidence of a competence that somebody''s role takes has run out',
 'Renew it and enter the new evidence in isms.person_competence with valid_until.', '{}', $$
 select x.scope, 'isms.person_competence', x.person || ' ' || x.code, x.state = 'held'
   from isms.competence_held x
  where x.scope = any ($2) and x.valid_until is not null
    and exists (
      select
        from isms.person_role h
        join isms.role_competence n on n.scope = h.scope and n.role = h.code
       where h.scope = x.scope and h.person = x.person and n.competence = x.code)
$$, true),

('RD-074', '7.2 c', '7.2', 'standard', 'consistency',
 'Whoever lacks a competence is to be trained in it, and of each such training it was judged whether it helped',
 'Plan a training that gives the competence (isms.training.gives, isms.training_need), and set evaluation and effective in isms.training_completion.', '{"within": "3 months"}', $$
 select g.scope, 'isms.person_competence', g.person || ' ' || g.code, exists (
          select
            from isms.training t
            join isms.training_need n on n.scope = t.scope and n.training = t.code
           where t.scope = g.scope and t.gives = g.code and coalesce(n.person = g.person, true) and coalesce(n.role = any (string_to_array(g.roles, ', ')), true))
   from isms.competence_gap g
  where g.scope = any ($2)
  union all
 select c.scope, 'isms.training_completion', c.person || ' ' || c.training, c.effective is not null
   from (
     select distinct on (x.scope, x.training, x.person) x.scope, x.training, x.person, x.completed_on, x.effective
       from isms.training_completion x
      where x.scope = any ($2)
      order by x.scope, x.training, x.person, x.completed_on desc) c
   join isms.scope_day d on d.scope = c.scope
   join isms.training t on t.scope = c.scope and t.code = c.training and t.gives is not null
  where (c.effective is not null or (c.completed_on + ($1 ->> 'within')::interval)::date < d.today)
    and exists (select from isms.person_role h where h.scope = c.scope and h.person = c.person)
$$, true),

('RD-075', '7.3', '7.3', 'practice', 'consistency',
 'Everybody who holds a role was made aware of the policy in force, and not too long ago',
 'Have it read and enter that in isms.awareness_record; isms.awareness_status lists who is missing.', '{"interval": "12 months", "within": "30 days"}', $$
 select p.scope, 'isms.awareness_record', h.person || ' ' || p.code, coalesce((a.aware_on + ($1 ->> 'interval')::interval)::date >= d.today, false)
   from isms.document_in_force p
   join isms.scope_day d on d.scope = p.scope
   join (
     select r.scope, r.person, min(r.since) as since
       from isms.person_role r
      where r.code <> 'external_auditor'
      group by r.scope, r.person) h on h.scope = p.scope
   join isms.person n on n.code = h.person and n.kind = 'human'
   left join isms.awareness_record a on a.scope = p.scope and a.document = p.code and a.version = p.version and a.person = h.person
  where p.scope = any ($2) and p.kind = 'policy'
    and (a.person is not null or coalesce((greatest(p.effective_from, h.since) + ($1 ->> 'within')::interval)::date < d.today, true))
$$, true),

('RD-076', '7.3', '7.3', 'practice', 'consistency',
 'Who was made aware knows the policy, the own contribution, and what not conforming leads to',
 'Add what is missing: a training whose covers_policy, covers_contribution and covers_consequences are set, or the same in isms.awareness_record.', '{}', $$
 select t.scope, 'isms.person', t.person, bool_or(t.policy) and bool_or(t.contribution) and bool_or(t.consequences)
   from (
     select a.scope, a.person, true, a.contribution, a.consequences
       from isms.awareness_record a
       join isms.document_in_force p on p.scope = a.scope and p.code = a.document and p.version = a.version and p.kind = 'policy'
      where a.scope = any ($2)
      union all
     select c.scope, c.person, r.covers_policy, r.covers_contribution, r.covers_consequences
       from isms.training_completion c
       join isms.scope_day d on d.scope = c.scope
       join isms.training r on r.scope = c.scope and r.code = c.training and (r.covers_policy or r.covers_contribution or r.covers_consequences)
      where c.scope = any ($2) and coalesce(c.effective, true) and coalesce((c.completed_on + r.repeat_every)::date >= d.today, true)) t(scope, person, policy, contribution, consequences)
   join (select distinct r.scope, r.person from isms.person_role r where r.code <> 'external_auditor') h on h.scope = t.scope and h.person = t.person
  group by t.scope, t.person
$$, true),

('RD-077', '7.4', '7.4', 'standard', 'consistency',
 'Each item of the communication plan says what, when, with whom and how',
 'Complete it in isms.communication_item: what, occasion, with_whom and how.', '{}', $$
 select i.scope, 'isms.communication_item', i.code, coalesce(i.what ~ '\S' and i.occasion ~ '\S' and i.with_whom ~ '\S' and i.how ~ '\S', false)
   from isms.communication_item i
  where i.scope = any ($2)
$$, true),

('RD-078', '7.4', '7.4', 'practice', 'record',
 'Something is planned to be communicated inside, and something outside',
 'Add what is missing to isms.communication_item, with direction internal, external or both.', '{}', $$
 select s.code, 'isms.communication_item', null::text, coalesce(bool_or(i.direction in ('internal', 'both')) and bool_or(i.direction in ('external', 'both')), false)
   from unnest($2) s(code)
   left join isms.communication_item i on i.scope = s.code
  group by s.code
$$, true);

-- 7.5: versions in force.
insert into isms.readiness_rule (code, clause, reference, basis, kind, title, remedy, parameters, query, builtin) values
('RD-079', '7.5.1', '7.5.1', 'standard', 'document',
 'All documented information that is mandatory is there: as a document in force, or as rows of its register',
 'isms.mandatory_documents says what is missing: approve a version of the document, or fill the register.', '{}', $$
 select s.code, case when m.code is null then 'isms.document_kind' else 'isms.document' end, coalesce(m.code, m.kind), m.state in ('current', 'review_due', 'recorded')
   from unnest($2) s(code)
  cross join lateral isms.mandatory_documents(s.code) m
$$, true),

('RD-080', '7.5.2 a', '7.5.2', 'standard', 'consistency',
 'Each document in force has a title, a code, a version, an author and a date',
 'Write a new version in isms.document_version that has them, and have it approved.', '{}', $$
 select v.scope, 'isms.document_version', v.code || ' ' || v.version, coalesce(v.title ~ '\S' and v.code ~ '\S' and v.version ~ '\S', false) and v.author is not null and v.dated is not null
   from isms.document_in_force v
  where v.scope = any ($2)
$$, true),

('RD-081', '7.5.2 b', '7.5.2', 'standard', 'consistency',
 'Of each document in force format, medium and language are known',
 'Write a new version in isms.document_version that states them, and have it approved.', '{}', $$
 select v.scope, 'isms.document_version', v.code || ' ' || v.version, coalesce(v.format ~ '\S' and v.medium ~ '\S' and v.language ~ '\S', false)
   from isms.document_in_force v
  where v.scope = any ($2)
$$, true),

('RD-082', '7.5.2 c', '7.5.2', 'practice', 'consistency',
 'Whoever approved a document in force did not write it',
 'Write a new version in isms.document_version and have somebody else approve it.', '{}', $$
 select v.scope, 'isms.document_version', v.code || ' ' || v.version, case when v.approver is null then false else v.approver <> v.author end
   from isms.document_in_force v
  where v.scope = any ($2)
$$, true),

('RD-083', '7.5.2 c', '7.5.2', 'practice', 'timeliness',
 'No document in force is past its review date',
 'Review it and set isms.document.checked_on, or write a new version; of one without a date set review_every.', '{}', $$
 select c.scope, 'isms.document', c.code, coalesce(c.next_review, (greatest(c.checked_on, v.effective_from) + c.review_every)::date) >= d.today
   from isms.document c
   join isms.scope_day d on d.scope = c.scope
   left join isms.document_in_force v on v.scope = c.scope and v.code = c.code
  where c.scope = any ($2) and c.kind <> 'record' and (v.code is not null or c.external)
$$, true),

('RD-084', '7.5.3', '7.5.3', 'practice', 'consistency',
 'Of each document in force it is known how it is classified, who may read it, where and how long it is kept, and how it is disposed of',
 'Write a new version in isms.document_version with classification, readers, kept_at, retention and disposal.', '{}', $$
 select v.scope, 'isms.document_version', v.code || ' ' || v.version,
        coalesce(v.classification ~ '\S' and v.readers ~ '\S' and v.kept_at ~ '\S' and v.retention ~ '\S' and v.disposal ~ '\S', false)
   from isms.document_in_force v
  where v.scope = any ($2)
$$, true),

('RD-085', '7.5.3 e', '7.5.3', 'practice', 'consistency',
 'Versions of a document follow each other, each says what changed, and one alone is in force',
 'Withdraw the version that should not be in force (isms.request, step withdraw); approve the next one with its day and change_note.', '{}', $$
 select v.scope, 'isms.document', v.document,
        count(v.effective_from) = count(*) and count(distinct v.effective_from) = count(*)
        and coalesce(max(v.effective_from) filter (where coalesce(v.change_note, '') !~ '\S') <= min(v.effective_from), true)
   from isms.document_version v
   join isms.scope_day d on d.scope = v.scope
  where v.scope = any ($2) and v.status = 'approved'
  group by v.scope, v.document, d.today
 having coalesce(min(v.effective_from), '-infinity') <= d.today
$$, true),

('RD-086', '7.5.3', '7.5.3', 'standard', 'consistency',
 'Documents from outside are listed with their source, the edition in use and when that was last looked up',
 'Set source, edition and checked_on in isms.document.', '{}', $$
 select c.scope, 'isms.document', c.code, coalesce(c.source ~ '\S' and c.edition ~ '\S' and c.checked_on <= d.today, false)
   from isms.document c
   join isms.scope_day d on d.scope = c.scope
  where c.scope = any ($2) and c.external
$$, true),

-- An approved version is never deleted here: what can be judged is whether it is still here when it should not be.
('RD-087', '7.5.3 f', '7.5.3', 'practice', 'timeliness',
 'Former versions are kept as long as their retention says, and longer only where a hold says why',
 'Say in isms.document.hold why they are kept longer. Write retention as a time, such as 3 years, in the next version.', '{}', $$
 select e.scope, 'isms.document_version', e.document || ' ' || e.version,
        case
          when (e.ended_on + e.keep)::date >= e.today then true
          when e.hold ~ '\S' then true
          when e.keep is not null and e.here and e.status = 'approved' then false
        end
   from (
     select v.scope, v.document, v.version, v.status, c.hold, d.today, v.body ~ '\S' as here,
            substring(v.retention from '(?i)^\s*([0-9]{1,3}\s+(?:year|month|week|day)s?)\M')::interval as keep,
            -- of one that was withdrawn, the earliest day on which that can have been
            case v.status when 'approved' then lead(v.effective_from) over (partition by v.scope, v.document, v.status order by v.effective_from) else v.effective_from end as ended_on
       from isms.document_version v
       join isms.document c on c.scope = v.scope and c.code = v.document
       join isms.scope_day d on d.scope = v.scope
      where v.scope = any ($2) and v.status in ('approved', 'withdrawn') and v.effective_from <= d.today) e
  where e.ended_on is not null
$$, true);

-- 8: processes and suppliers of today, changes and assessments of late, actions of the treatment plan.
insert into isms.readiness_rule (code, clause, reference, basis, kind, title, remedy, parameters, query, builtin) values
('RD-088', '8.1', '8.1', 'standard', 'record',
 'For each process it is said by what it is judged whether it runs as it should',
 'Set isms.process.criteria.', '{}', $$
 select p.scope, 'isms.process', p.code, coalesce(p.criteria ~ '\S', false)
   from isms.process p
   join isms.scope_day d on d.scope = p.scope
  where p.scope = any ($2) and coalesce(p.ended_on >= d.today, true)
$$, true),

('RD-089', '8.1', '8.1', 'standard', 'record',
 'Of each process in operation something shows that it ran, as often as was planned',
 'Add what shows it to isms.process_record; isms.process_status says until when the last record reaches.', '{}', $$
 select p.scope, 'isms.process', p.code, coalesce((r.until + p.record_every)::date >= d.today, false)
   from isms.process p
   join isms.scope_day d on d.scope = p.scope
   left join (
     select x.scope, x.process, max(upper(x.period)) - 1 as until
       from isms.process_record x
      where x.scope = any ($2)
      group by x.scope, x.process) r on r.scope = p.scope and r.process = p.code
  where p.scope = any ($2) and not p.planned and coalesce(p.ended_on >= d.today, true)
$$, true),

('RD-090', '8.1', '8.1', 'standard', 'consistency',
 'What changed without being meant to was reviewed: what it led to, and what was done against that',
 'Set effects_reviewed and effects_reviewed_on in isms.change and close it (step review).', '{"within": "30 days", "interval": "3 years"}', $$
 select c.scope, 'isms.change', c.code, coalesce(c.effects_reviewed ~ '\S', false) and c.effects_reviewed_on is not null
   from isms.change c
   join isms.scope_day d on d.scope = c.scope
  where c.scope = any ($2) and c.kind = 'unintended' and c.status not in ('rejected', 'cancelled')
    and (c.effects_reviewed_on is not null or (c.requested_on + ($1 ->> 'within')::interval)::date < d.today)
    and (c.status <> 'closed' or (c.requested_on + ($1 ->> 'interval')::interval)::date >= d.today)
$$, true),

('RD-091', '8.1', '8.1', 'standard', 'consistency',
 'Somebody is responsible for each supplier in scope, it is said how it is kept under control, and it was reviewed in its interval; each outsourced process has its supplier',
 'Set owner, control_method and review_every in isms.supplier, add a row to isms.supplier_review; name the process in isms.supplier.process.', '{}', $$
 select s.scope, 'isms.supplier', s.code,
        coalesce(s.control_method ~ '\S', false) and coalesce((s.reviewed_on + s.review_every)::date >= d.today, false) and s.owner is not null
        and case when p.code is not null then d.today between coalesce(p.active_from, '-infinity') and coalesce(p.active_until, 'infinity') end
   from isms.supplier s
   join isms.scope_day d on d.scope = s.scope
   left join isms.person p on p.code = s.owner
  where s.scope = any ($2) and coalesce(s.ended_on > d.today, true)
    and not exists (select from isms.scope_item i where i.scope = s.scope and i.kind = 'supplier' and i.refers = s.code and i.standing = 'out')
  union all
 select p.scope, 'isms.process', p.code, exists (select from isms.supplier s where s.scope = p.scope and s.process = p.code and coalesce(s.ended_on > d.today, true))
   from isms.process p
   join isms.scope_day d on d.scope = p.scope
  where p.scope = any ($2) and p.outsourced and not p.planned and coalesce(p.ended_on >= d.today, true)
    and not exists (select from isms.scope_item i where i.scope = p.scope and i.kind = 'process' and i.refers = p.code and i.standing = 'out')
$$, true),

('RD-092', '8.2', '8.2', 'practice', 'timeliness',
 'A round of risk assessment was finished not long ago',
 'Open a round in isms.assessment_round, assess the risks, take its results: isms.take_assessment.', '{"interval": "12 months"}', $$
 select s.code, 'isms.assessment_round', null::text, coalesce(bool_or((r.closed_on + ($1 ->> 'interval')::interval)::date >= d.today), false)
   from unnest($2) s(code)
   join isms.scope_day d on d.scope = s.code
   left join isms.assessment_round r on r.scope = s.code and r.status = 'closed'
  group by s.code
$$, true),

-- A risk shows its latest assessment alone: where that is later than the change, rounds may still have the one that was asked for.
('RD-093', '8.2', '8.2', 'practice', 'consistency',
 'The risks that a change of late affects were assessed before it took effect, or after it where nobody foresaw it',
 'Name the risks in isms.change.risks, or why there are none in no_risk_reason; open their assessment by isms.open_reassessment(code, ''change'').', '{"interval": "12 months"}', $$
 with change as (
   select c.scope, c.code, c.risks, c.requested_on, c.implemented_on, c.kind = 'unintended' or c.emergency as unforeseen
     from isms.change c
     join isms.scope_day d on d.scope = c.scope
    where c.scope = any ($2) and c.status in ('implemented', 'rolled_back', 'closed')
      and (c.risks <> '{}' or coalesce(c.no_risk_reason, '') !~ '\S')
      and (coalesce(c.implemented_on, c.requested_on) + ($1 ->> 'interval')::interval)::date >= d.today)
 select q.scope, 'isms.change', q.code,
        case when not bool_and(coalesce(q.fits, true)) then false when count(q.fits) < count(*) then null else true end
   from (
     select c.scope, c.code, k.risk,
            case
              when k.risk is null then false
              when bool_or(a.assessed_on >= c.requested_on and (c.unforeseen or a.assessed_on <= c.implemented_on)) then true
              when max(a.assessed_on) > c.implemented_on or c.implemented_on is null and max(a.assessed_on) >= c.requested_on then null
              else false
            end as fits
       from change c
       left join lateral unnest(c.risks) k(risk) on true
       left join (
         select r.scope, r.code, r.assessed_on
           from isms.risk r
          where r.scope = any ($2)
          union all
         select x.scope, x.risk, x.assessed_on
           from isms.assessment_result x
          where (x.scope, x.risk) in (select c.scope, unnest(c.risks) from change c)) a on a.scope = c.scope and a.code = k.risk
      group by c.scope, c.code, k.risk, c.requested_on, c.implemented_on) q
  group by q.scope, q.code
$$, true),

('RD-094', '8.2', '8.2', 'practice', 'record',
 'What came out of each round of assessment was taken, and is kept as it was',
 'Take the results of the next round by isms.take_assessment, which closes it; from then on they are frozen.', '{"interval": "3 years"}', $$
 select r.scope, 'isms.assessment_round', r.code, case when r.taken_at is null then false when x.taken then true end
   from isms.assessment_round r
   join isms.scope_day d on d.scope = r.scope
   left join lateral (select true as taken from isms.assessment_result a where a.scope = r.scope and a.round = r.code limit 1) x on true
  where r.scope = any ($2) and r.status = 'closed' and coalesce((r.closed_on + ($1 ->> 'interval')::interval)::date >= d.today, true)
$$, true),

('RD-095', '8.3', '8.3', 'standard', 'record',
 'Each finished action of the treatment plan has its evidence',
 'Add it to isms.evidence with subject_kind action.', '{}', $$
 select a.scope, 'isms.action', a.code, e.subject is not null
   from isms.action a
   join isms.scope_day d on d.scope = a.scope
   left join (
     select x.scope, x.subject, min(x.collected_on) as collected_on
       from isms.evidence x
      where x.scope = any ($2) and x.subject_kind = 'action'
      group by x.scope, x.subject) e on e.scope = a.scope and e.subject = a.code and e.collected_on <= d.today
  where a.scope = any ($2) and a.serves_kind = 'risk' and a.status in ('done', 'verified')
$$, true);

-- 9.1: measures in use.
insert into isms.readiness_rule (code, clause, reference, basis, kind, title, remedy, parameters, query, builtin) values
('RD-096', '9.1 a', '9.1', 'standard', 'record',
 'Something is measured of processes, and something of controls',
 'Add what is missing to isms.measure, with subject_kind process, control or implementation.', '{}', $$
 select s.code, 'isms.measure', null::text, coalesce(bool_or(m.subject_kind = 'process') and bool_or(m.subject_kind in ('control', 'implementation')), false)
   from unnest($2) s(code)
   left join isms.measure m on m.scope = s.code and m.status = 'active'
  group by s.code
$$, true),

('RD-097', '9.1 b', '9.1', 'standard', 'consistency',
 'For each measure it is written down how it is measured, and in which version',
 'Set method and method_version in isms.measure: a query or a procedure that gives the same result in anybody''s hands.', '{}', $$
 select m.scope, 'isms.measure', m.code, coalesce(m.method ~ '\S' and m.method_version > 0, false)
   from isms.measure m
  where m.scope = any ($2) and m.status = 'active'
$$, true),

('RD-098', '9.1 c-f', '9.1', 'standard', 'consistency',
 'For each measure it is said how often somebody who is here measures, and how often somebody who is here evaluates',
 'Set measured_every, measurer, evaluated_every and evaluator in isms.measure.', '{}', $$
 select m.scope, 'isms.measure', m.code,
        num_nulls(m.measured_every, m.measurer, m.evaluated_every, m.evaluator) = 0
        and case when p.code is not null then d.today between coalesce(p.active_from, '-infinity') and coalesce(p.active_until, 'infinity') end
        and case when q.code is not null then d.today between coalesce(q.active_from, '-infinity') and coalesce(q.active_until, 'infinity') end
   from isms.measure m
   join isms.scope_day d on d.scope = m.scope
   left join isms.person p on p.code = m.measurer
   left join isms.person q on q.code = m.evaluator
  where m.scope = any ($2) and m.status = 'active'
$$, true),

('RD-099', '9.1', '9.1', 'practice', 'timeliness',
 'Each measure was measured as often as was planned',
 'Add a row to isms.measurement; isms.measure_status says what is overdue.', '{}', $$
 select m.scope, 'isms.measure', m.code, (coalesce(v.latest, m.starts_on) + m.measured_every)::date >= d.today
   from isms.measure m
   join isms.scope_day d on d.scope = m.scope
   left join (
     select x.scope, x.measure, max(x.measured_on) as latest
       from isms.valid_measurement x
      where x.scope = any ($2)
      group by x.scope, x.measure) v on v.scope = m.scope and v.measure = m.code
  where m.scope = any ($2) and m.status = 'active'
$$, true),

('RD-100', '9.1', '9.1', 'standard', 'record',
 'What the measures say of performance and effectiveness was evaluated not long ago, with a conclusion',
 'Prepare an evaluation (isms.performance_evaluation, isms.prepare_evaluation), conclude it and have it approved.', '{"interval": "12 months"}', $$
 select s.code, 'isms.performance_evaluation', null::text,
        coalesce(bool_or((e.evaluated_on + ($1 ->> 'interval')::interval)::date >= d.today and e.conclusion ~ '\S' and e.effective is not null), false)
   from unnest($2) s(code)
   join isms.scope_day d on d.scope = s.code
   left join isms.performance_evaluation e on e.scope = s.code and e.status <> 'draft'
  group by s.code
$$, true),

-- What was looked at speaks for a control where it is the control, a group of Annex A that has it, or what implements it.
('RD-101', '9.1', '9.1', 'practice', 'consistency',
 'Each necessary control that is implemented was measured, tested or audited in the last years',
 'Record a test (isms.control_test), a measurement (isms.measurement) or an audit that looks at it (isms.audit_item).', '{"interval": "3 years"}', $$
 with looked as (
   select t.scope, t.implementation as item
     from isms.control_test t
     join isms.scope_day d on d.scope = t.scope
    where t.scope = any ($2) and t.status = 'recorded' and t.result in ('pass', 'fail') and (t.tested_on + ($1 ->> 'interval')::interval)::date >= d.today
    union
   select m.scope, m.subject
     from isms.measure m
     join isms.scope_day d on d.scope = m.scope
     join isms.valid_measurement v on v.scope = m.scope and v.measure = m.code
    where m.scope = any ($2) and m.subject_kind in ('control', 'implementation') and (v.measured_on + ($1 ->> 'interval')::interval)::date >= d.today
    union
   select i.scope, i.item
     from isms.audit_item i
     join isms.internal_audit a on a.scope = i.scope and a.code = i.audit and a.status in ('reported', 'closed')
     join isms.scope_day d on d.scope = i.scope
    where i.scope = any ($2) and i.result in ('conforms', 'finding') and (a.reported_on + ($1 ->> 'interval')::interval)::date >= d.today),
 covered as (
   select l.scope, l.item from looked l
    union
   select c.scope, c.reference::text from isms.implementation_control c join looked l on l.scope = c.scope and l.item = c.implementation)
 select a.scope, 'isms.applicability', a.reference::text, num_nonnulls(c.item, g.item) > 0
   from isms.applicability a
   left join covered c on c.scope = a.scope and c.item = a.reference::text
   left join covered g on g.scope = a.scope and g.item = substring(a.reference::text from '^(.*)\.[^.]*$')
  where a.scope = any ($2) and a.necessary and a.implementation_status = 'implemented'
$$, true);
