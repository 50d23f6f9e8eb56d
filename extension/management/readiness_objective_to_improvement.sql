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
   left join isms.document p on p.scope = o.scope and p.scope = any ($2) and p.code = o.policy
  where o.scope = any ($2) and o.status = 'approved'
$$, true),

('RD-063', '6.2 b', '6.2', 'standard', 'consistency',
 'Each objective can be measured from a beginning to an end, or says why not',
 'Return it and set measure, unit, baseline and target in isms.objective, or not_measurable_reason.', '{}', $$
 select o.scope, 'isms.objective', o.code,
        isms.is_given(o.not_measurable_reason) or isms.is_given(o.measure) and isms.is_given(o.unit) and o.baseline is not null and o.target is not null
   from isms.objective o
  where o.scope = any ($2) and o.status = 'approved'
$$, true),

('RD-064', '6.2 c', '6.2', 'standard', 'consistency',
 'Each objective takes up a requirement, a risk or a treated risk that is in the register',
 'Return it and set refers_kind and refers in isms.objective.', '{}', $$
 select o.scope, 'isms.objective', o.code, num_nonnulls(r.code, k.code) > 0
   from isms.objective o
   left join isms.party_requirement r on r.scope = o.scope and r.scope = any ($2) and r.code = o.refers and o.refers_kind = 'requirement'
   left join isms.risk k on k.scope = o.scope and k.scope = any ($2) and k.code = o.refers and o.refers_kind in ('risk', 'treatment')
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
 'Each objective began, was approved, or was found to be still right, not long ago',
 'Look at it again and set isms.objective.confirmed_on, or return it and bring it up to date.', '{"interval": "12 months"}', $$
 select o.scope, 'isms.objective', o.code,
        (greatest(case when o.confirmed_on <= d.today then o.confirmed_on end, a.approved_on, lower(o.period)) + (select ($1 ->> 'interval')::interval))::date >= d.today
   from isms.objective o
   join isms.scope_day d on d.scope = o.scope
   left join (
     select q.scope, q.key, max((q.closed_at at time zone s.time_zone)::date) as approved_on
       from isms.approval_request q
       join isms.scope s on s.code = q.scope
      where q.scope = any ($2) and q.table_name = 'isms.objective' and q.transition = 'approve' and q.status = 'carried_out' and not q.carried_over
      group by q.scope, q.key) a on a.scope = o.scope and a.key = o.code
  where o.scope = any ($2) and o.status = 'approved'
$$, true),

('RD-068', '6.2 h-l', '6.2', 'standard', 'consistency',
 'Each objective has a plan: what is done, with what, by somebody who is here, until when, and how the result is judged',
 'Amend the plan or the owner (isms.request, steps amend_plan and amend_owner), or return the objective and complete it.', '{}', $$
 select o.scope, 'isms.objective', o.code,
        isms.is_given(o.plan_what) and isms.is_given(o.resources) and isms.is_given(o.evaluation) and o.due_on is not null and o.owner is not null
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
    and (coalesce(c.implemented_on, c.requested_on) + (select ($1 ->> 'interval')::interval))::date >= d.today
$$, true),

('RD-070', '7.1', '7.1', 'practice', 'record',
 'What each objective and each open action of the treatment plan takes is recorded',
 'Set resources in isms.objective and isms.action: step amend_plan where the plan is in force.', '{}', $$
 select o.scope, 'isms.objective', o.code, isms.is_given(o.resources)
   from isms.objective o
  where o.scope = any ($2) and o.status = 'approved'
  union all
 select a.scope, 'isms.action', a.code, isms.is_given(a.resources)
   from isms.action a
   left join isms.risk r on r.scope = a.scope and r.scope = any ($2) and r.code = a.serves
  where a.scope = any ($2) and a.serves_kind = 'risk' and a.status in ('planned', 'in_progress') and r.status is distinct from 'closed'
$$, true);

-- 7.2, 7.3, 7.4: people who hold a role in the scope today.
insert into isms.readiness_rule (code, clause, reference, basis, kind, title, remedy, parameters, query, builtin) values
('RD-071', '7.2 a', '7.2', 'standard', 'record',
 'For each role that somebody holds it is said what competence it takes',
 'Name the competence in isms.competence and give it to the role in isms.role_competence.', '{}', $$
 select h.scope, 'isms.role', h.code, n.role is not null
   from (select distinct r.scope, r.code from isms.person_role r where r.scope = any ($2) and r.code <> 'external_auditor') h
   left join (select distinct c.scope, c.role from isms.role_competence c where c.scope = any ($2)) n on n.scope = h.scope and n.role = h.code
$$, true),

('RD-072', '7.2 b', '7.2', 'standard', 'consistency',
 'Whoever holds a role has evidence of each competence it takes',
 'Enter education, training or experience with its evidence in isms.person_competence; isms.competence_gap lists what is missing.', '{}', $$
 select q.scope, 'isms.person_competence', q.person || ' ' || q.competence, x.person is not null
   from (
     select distinct h.scope, h.person, n.competence
       from isms.person_role h
       join isms.person p on p.code = h.person and p.kind = 'human'
       join isms.role_competence n on n.scope = h.scope and n.role = h.code
      where h.scope = any ($2)) q
   left join (
     select p.scope, p.person, p.competence
       from isms.person_competence p
      where p.scope = any ($2) and isms.is_given(p.evidence)
      group by p.scope, p.person, p.competence) x on x.scope = q.scope and x.person = q.person and x.competence = q.competence
$$, true),

('RD-073', '7.2 b', '7.2', 'practice', 'timeliness',
 'No evidence of a competence that somebody''s role takes has run out',
 'Renew it and enter the new evidence in isms.person_competence with valid_until.', '{}', $$
 select x.scope, 'isms.person_competence', x.person || ' ' || x.competence, max(x.valid_until) >= d.today
   from isms.person_competence x
   join isms.scope_day d on d.scope = x.scope
  where x.scope = any ($2) and isms.is_given(x.evidence)
    and (x.scope, x.person, x.competence) in (select h.scope, h.person, n.competence from isms.person_role h join isms.role_competence n on n.scope = h.scope and n.role = h.code where h.scope = any ($2))
  group by x.scope, x.person, x.competence, d.today
 having count(*) = count(x.valid_until)
$$, true),

('RD-074', '7.2 c', '7.2', 'standard', 'consistency',
 'Whoever lacks a competence is to be trained in it, and of each such training it was judged whether it helped',
 'Plan a training that gives the competence (isms.training.gives, isms.training_need), and set evaluation and effective in isms.training_completion.', '{"within": "3 months"}', $$
 select g.scope, 'isms.person_competence', g.person || ' ' || g.code, bool_or(n.gives is not null)
   from isms.competence_gap g
   left join (
     select t.scope, t.gives, x.person, x.role
       from isms.training t
       join isms.training_need x on x.scope = t.scope and x.training = t.code
      where t.scope = any ($2)) n
     on n.scope = g.scope and n.gives = g.code and coalesce(n.person = g.person, true) and coalesce(n.role = any (string_to_array(g.roles, ', ')), true)
  where g.scope = any ($2)
  group by g.scope, g.person, g.code
  union all
 select c.scope, 'isms.training_completion', c.person || ' ' || c.training, c.effective is not null
   from (
     select distinct on (x.scope, x.training, x.person) x.scope, x.training, x.person, x.completed_on, x.effective
       from isms.training_completion x
       join isms.training t on t.scope = x.scope and t.code = x.training and t.gives is not null
      where x.scope = any ($2) and (x.scope, x.person) in (select r.scope, r.person from isms.person_role r where r.scope = any ($2))
      order by x.scope, x.training, x.person, x.completed_on desc) c
   join isms.scope_day d on d.scope = c.scope
  where c.effective is not null or (c.completed_on + (select ($1 ->> 'within')::interval))::date < d.today
$$, true),

('RD-075', '7.3', '7.3', 'practice', 'consistency',
 'Everybody who holds a role was made aware of the policy in force, and not too long ago',
 'Have it read and enter that in isms.awareness_record; isms.awareness_status lists who is missing.', '{"interval": "12 months", "within": "30 days"}', $$
 with policy as materialized (
   select p.scope, p.code, p.version, p.effective_from, d.today
     from isms.document_in_force p
     join isms.scope_day d on d.scope = p.scope
    where p.scope = any ($2) and p.kind = 'policy')
 select p.scope, 'isms.awareness_record', h.person || ' ' || p.code, coalesce((a.aware_on + (select ($1 ->> 'interval')::interval))::date >= p.today, false)
   from policy p
   join (
     select r.scope, r.person, min(r.since) as since
       from isms.person_role r
      where r.code <> 'external_auditor'
      group by r.scope, r.person) h on h.scope = p.scope
   join isms.person n on n.code = h.person and n.kind = 'human'
   left join isms.awareness_record a on a.scope = p.scope and a.document = p.code and a.version = p.version and a.person = h.person
  where a.person is not null or coalesce((greatest(p.effective_from, h.since) + (select ($1 ->> 'within')::interval))::date < p.today, true)
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
  where (t.scope, t.person) in (select r.scope, r.person from isms.person_role r where r.scope = any ($2) and r.code <> 'external_auditor')
  group by t.scope, t.person
$$, true),

('RD-077', '7.4', '7.4', 'standard', 'consistency',
 'Each item of the communication plan says what, when, with whom and how',
 'Complete it in isms.communication_item: what, occasion, with_whom and how.', '{}', $$
 select i.scope, 'isms.communication_item', i.code, isms.is_given(i.what) and isms.is_given(i.occasion) and isms.is_given(i.with_whom) and isms.is_given(i.how)
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
 'isms.mandatory_documents says what is missing: approve a version of a document marked mandatory in isms.document, or fill the register.', '{}', $$
 with recorded as materialized (
   select r.scope, r.kind from isms.kinds_in_registers($2) r)
 select c.scope, 'isms.document', c.code, c.external or v.code is not null or (c.scope, c.kind) in (select r.scope, r.kind from recorded r)
   from isms.document c
   left join isms.document_in_force v on v.scope = c.scope and v.scope = any ($2) and v.code = c.code
  where c.scope = any ($2) and c.mandatory
  union all
 select s.code, 'isms.document_kind', k.code, r.kind is not null
   from unnest($2) s(code)
  cross join isms.document_kind k
   left join recorded r on r.scope = s.code and r.kind = k.code
   left join (select c.scope, c.kind from isms.document c where c.scope = any ($2) and c.mandatory group by c.scope, c.kind) c on c.scope = s.code and c.kind = k.code
  where k.mandatory and c.kind is null and not (k.as_it_happens and r.kind is null)
$$, true),

('RD-080', '7.5.2 a', '7.5.2', 'standard', 'consistency',
 'Each document in force has a title, a code, a version, an author and a date',
 'Write a new version in isms.document_version that has them, and have it approved.', '{}', $$
 select v.scope, 'isms.document_version', v.code || ' ' || v.version, isms.is_given(v.title) and v.author is not null and v.dated is not null
   from isms.document_in_force v
  where v.scope = any ($2)
$$, true),

('RD-081', '7.5.2 b', '7.5.2', 'standard', 'consistency',
 'Of each document in force format, medium and language are known',
 'Write a new version in isms.document_version that states them, and have it approved.', '{}', $$
 select v.scope, 'isms.document_version', v.code || ' ' || v.version, isms.is_given(v.format) and isms.is_given(v.medium) and isms.is_given(v.language)
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
 'Review it and set isms.document.checked_on, or write a new version, and move next_review where it holds a day; of one without a date set review_every.', '{}', $$
 select c.scope, 'isms.document', c.code, coalesce(c.next_review, (greatest(c.checked_on, v.effective_from) + c.review_every)::date) >= d.today
   from isms.document c
   join isms.scope_day d on d.scope = c.scope
   left join isms.document_in_force v on v.scope = c.scope and v.scope = any ($2) and v.code = c.code
  where c.scope = any ($2) and c.kind <> 'record' and (v.code is not null or c.external)
$$, true),

('RD-084', '7.5.3', '7.5.3', 'practice', 'consistency',
 'Of each document in force it is known how it is classified, who may read it, where and how long it is kept, and how it is disposed of',
 'Write a new version in isms.document_version with classification, readers, kept_at, retention and disposal.', '{}', $$
 select v.scope, 'isms.document_version', v.code || ' ' || v.version,
        isms.is_given(v.classification) and isms.is_given(v.readers) and isms.is_given(v.kept_at) and isms.is_given(v.retention) and isms.is_given(v.disposal)
   from isms.document_in_force v
  where v.scope = any ($2)
$$, true),

('RD-085', '7.5.3 e', '7.5.3', 'practice', 'consistency',
 'Versions of a document follow each other, each says what changed, and one alone is in force',
 'Withdraw the version that should not be in force (isms.request, step withdraw); approve the next one with its day and change_note.', '{}', $$
 select v.scope, 'isms.document', v.document,
        count(v.effective_from) = count(*) and count(distinct v.effective_from) = count(*)
        and coalesce(max(v.effective_from) filter (where not isms.is_given(v.change_note)) <= min(v.effective_from), true)
   from isms.document_version v
   join isms.scope_day d on d.scope = v.scope
  where v.scope = any ($2) and v.status = 'approved'
  group by v.scope, v.document, d.today
 having coalesce(min(v.effective_from), '-infinity') <= d.today
$$, true),

('RD-086', '7.5.3', '7.5.3', 'standard', 'consistency',
 'Documents from outside are listed with their source, the edition in use and when that was last looked up',
 'Set source, edition and checked_on in isms.document.', '{}', $$
 select c.scope, 'isms.document', c.code, coalesce(isms.is_given(c.source) and isms.is_given(c.edition) and c.checked_on <= d.today, false)
   from isms.document c
   join isms.scope_day d on d.scope = c.scope
  where c.scope = any ($2) and c.external
$$, true),

-- What was disposed of was replaced by the next version there ever was, at the earliest.
('RD-087', '7.5.3 f', '7.5.3', 'practice', 'timeliness',
 'Former versions are kept as long as their retention says, and longer only where a hold says why',
 'Dispose of them by the step dispose, or say in isms.document.hold why they are kept longer. Where no period is set: step amend_retention, column keep_for.', '{}', $$
 select s.scope, 'isms.document_version', s.code || ' ' || s.version, isms.is_given(s.hold) or s.kept_until >= d.today
   from isms.document_status s
   join isms.scope_day d on d.scope = s.scope
  where s.scope = any ($2) and s.state in ('superseded', 'withdrawn') and s.effective_from is not null
  union all
 select v.scope, 'isms.document_version', v.document || ' ' || v.version,
        v.disposed_on > (least(v.withdrawn_on, (
          select min(n.effective_from)
            from isms.document_version n
           where n.scope = v.scope and n.document = v.document and n.status in ('approved', 'withdrawn', 'disposed') and n.effective_from > v.effective_from)) + v.keep_for)::date
   from isms.document_version v
  where v.scope = any ($2) and v.status = 'disposed' and v.effective_from is not null
$$, true);

-- 8: processes and suppliers of today, changes and assessments of late, actions of the treatment plan.
insert into isms.readiness_rule (code, clause, reference, basis, kind, title, remedy, parameters, query, builtin) values
('RD-088', '8.1', '8.1', 'standard', 'record',
 'For each process it is said by what it is judged whether it runs as it should',
 'Set isms.process.criteria.', '{}', $$
 select p.scope, 'isms.process', p.code, isms.is_given(p.criteria)
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
 select c.scope, 'isms.change', c.code, isms.is_given(c.effects_reviewed) and c.effects_reviewed_on is not null
   from isms.change c
   join isms.scope_day d on d.scope = c.scope
  where c.scope = any ($2) and c.kind = 'unintended' and c.status not in ('rejected', 'cancelled')
    and (c.effects_reviewed_on is not null or (c.requested_on + (select ($1 ->> 'within')::interval))::date < d.today)
    and (c.status <> 'closed' or (c.requested_on + (select ($1 ->> 'interval')::interval))::date >= d.today)
$$, true),

('RD-091', '8.1', '8.1', 'standard', 'consistency',
 'Somebody is responsible for each supplier in scope, it is said how it is kept under control, and it was reviewed in its interval; each outsourced process has its supplier',
 'Set owner, control_method and review_every in isms.supplier, add a row to isms.supplier_review; name the process in isms.supplier.process.', '{}', $$
 select s.scope, 'isms.supplier', s.code,
        isms.is_given(s.control_method) and coalesce((s.reviewed_on + s.review_every)::date >= d.today, false) and s.owner is not null
        and case when p.code is not null then d.today between coalesce(p.active_from, '-infinity') and coalesce(p.active_until, 'infinity') end
   from isms.supplier s
   join isms.scope_day d on d.scope = s.scope
   left join isms.person p on p.code = s.owner
  where s.scope = any ($2) and coalesce(s.ended_on > d.today, true)
    and not exists (select from isms.scope_item i where i.scope = s.scope and i.kind = 'supplier' and i.refers = s.code and i.standing = 'out')
  union all
 select p.scope, 'isms.process', p.code, s.process is not null
   from isms.process p
   join isms.scope_day d on d.scope = p.scope
   left join (
     select distinct x.scope, x.process
       from isms.supplier x
       join isms.scope_day y on y.scope = x.scope
      where x.scope = any ($2) and coalesce(x.ended_on > y.today, true)) s on s.scope = p.scope and s.process = p.code
  where p.scope = any ($2) and p.outsourced and not p.planned and coalesce(p.ended_on >= d.today, true)
    and not exists (select from isms.scope_item i where i.scope = p.scope and i.kind = 'process' and i.refers = p.code and i.standing = 'out')
$$, true),

('RD-092', '8.2', '8.2', 'practice', 'timeliness',
 'A round of risk assessment was finished not long ago',
 'Open a round in isms.assessment_round, assess the risks, take its results: isms.take_assessment.', '{"interval": "12 months"}', $$
 select s.code, 'isms.assessment_round', null::text, coalesce(bool_or((r.closed_on + (select ($1 ->> 'interval')::interval))::date >= d.today), false)
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
      and (c.risks <> '{}' or not isms.is_given(c.no_risk_reason))
      and (coalesce(c.implemented_on, c.requested_on) + (select ($1 ->> 'interval')::interval))::date >= d.today)
 select q.scope, 'isms.change', q.code,
        case when not bool_and(coalesce(q.fits, true)) then false when count(q.fits) < count(*) then null else true end
   from (
     select c.scope, c.code,
            case
              when k.risk is null then false
              when f.fits or x.fits then true
              when r.assessed_on > c.implemented_on or c.implemented_on is null and r.assessed_on >= c.requested_on then null
              else false
            end as fits
       from change c
       left join lateral unnest(c.risks) k(risk) on true
       left join isms.risk r on r.scope = c.scope and r.code = k.risk
      cross join lateral (select coalesce(r.assessed_on >= c.requested_on and (c.unforeseen or r.assessed_on <= c.implemented_on), false) as fits) f
       left join lateral (
         select true as fits
           from isms.assessment_result a
          where not f.fits and r.assessed_on > c.implemented_on
            and a.scope = c.scope and a.risk = k.risk and a.assessed_on between c.requested_on and c.implemented_on
          limit 1) x on true) q
  group by q.scope, q.code
$$, true),

('RD-094', '8.2', '8.2', 'practice', 'record',
 'What came out of each round of assessment was taken, and is kept as it was',
 'Take the results of the next round by isms.take_assessment, which closes it; from then on they are frozen.', '{"interval": "3 years"}', $$
 select r.scope, 'isms.assessment_round', r.code, case when r.taken_at is null then false when x.taken then true end
   from isms.assessment_round r
   join isms.scope_day d on d.scope = r.scope
   left join lateral (select true as taken from isms.assessment_result a where a.scope = r.scope and a.round = r.code limit 1) x on true
  where r.scope = any ($2) and r.status = 'closed' and coalesce((r.closed_on + (select ($1 ->> 'interval')::interval))::date >= d.today, true)
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
 select m.scope, 'isms.measure', m.code, coalesce(isms.is_given(m.method) and m.method_version > 0, false)
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
        coalesce(bool_or((e.evaluated_on + (select ($1 ->> 'interval')::interval))::date >= d.today and isms.is_given(e.conclusion) and e.effective is not null), false)
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
    where t.scope = any ($2) and t.status = 'recorded' and t.result in ('pass', 'fail') and (t.tested_on + (select ($1 ->> 'interval')::interval))::date >= d.today
    union all
   select m.scope, m.subject
     from isms.measure m
     join isms.scope_day d on d.scope = m.scope
     join isms.valid_measurement v on v.scope = m.scope and v.measure = m.code
    where m.scope = any ($2) and m.subject_kind in ('control', 'implementation') and (v.measured_on + (select ($1 ->> 'interval')::interval))::date >= d.today
    union all
   select i.scope, i.item from isms.audited_items($2, ($1 ->> 'interval')::interval) i),
 named as (
   select c.catalogue, c.reference, n.name
     from isms.control c
    cross join lateral (values (c.reference::text), (substring(c.reference::text from '^(.*)\.[^.]*$'))) n(name))
 select a.scope, 'isms.applicability', case when a.catalogue = isms.base_catalogue() then '' else a.catalogue || ' ' end || a.reference, l.reference is not null
   from isms.applicability a
   left join (
     select k.scope, n.catalogue, n.reference
       from looked k
       join named n on n.name = k.item
      union
     select c.scope, c.catalogue, c.reference
       from looked k
       join isms.implementation_control c on c.scope = k.scope and c.implementation = k.item
      where c.scope = any ($2)) l on l.scope = a.scope and l.catalogue = a.catalogue and l.reference = a.reference
  where a.scope = any ($2) and a.necessary and a.implementation_status = 'implemented'
$$, true);

-- 9.2: the programme in force, audits that began, of the last three years.  While a certification is under way, a year is
-- counted back from the first day of stage 2.
insert into isms.readiness_rule (code, clause, reference, basis, kind, title, remedy, parameters, query, builtin) values
('RD-102', '9.2.1', '9.2.1', 'practice', 'record',
 'An internal audit was finished in the year before today, or before stage 2 of the certification under way',
 'Carry out an audit of the programme and report it (isms.internal_audit, step report).', '{"interval": "12 months"}', $$
 select s.code, 'isms.internal_audit', null::text, coalesce(bool_or(a.reported_on <= least(g.day, d.today) and (a.reported_on + (select ($1 ->> 'interval')::interval))::date >= g.day), false)
   from unnest($2) s(code)
   join isms.scope_day d on d.scope = s.code
   left join (
     select c.scope, max(c.stage_2_from) as stage_2
       from isms.certification c
      where c.scope = any ($2) and c.status in ('preparing', 'applied', 'stage_1', 'stage_2', 'awaiting_decision')
      group by c.scope) c on c.scope = s.code
  cross join lateral (select coalesce(c.stage_2, d.today) as day) g
   left join isms.internal_audit a on a.scope = s.code and a.scope = any ($2) and a.status in ('reported', 'closed')
  group by s.code
$$, true),

('RD-103', '9.2.1', '9.2.1', 'practice', 'consistency',
 'Finished audits of the last years looked at each of the clauses 4 to 10, and at each necessary control',
 'Put what is missing into scope_items of an audit of the programme (isms.internal_audit); isms.audit_item says what was looked at.', '{"interval": "3 years"}', $$
 with looked as (
   select distinct i.scope, i.item from isms.audited_items($2, ($1 ->> 'interval')::interval) i),
 named as (
   select c.catalogue, c.reference, n.name
     from isms.control c
    cross join lateral (values (c.reference::text), (substring(c.reference::text from '^(.*)\.[^.]*$'))) n(name))
 select s.code, 'isms.control', k.clause, l.clause is not null
   from unnest($2) s(code)
  cross join unnest('{4,5,6,7,8,9,10}'::text[]) k(clause)
   left join (select distinct x.scope, substring(x.item from '^([4-9]|10)(?:\.|$)') as clause from looked x) l on l.scope = s.code and l.clause = k.clause
  union all
 select a.scope, 'isms.applicability', case when a.catalogue = isms.base_catalogue() then '' else a.catalogue || ' ' end || a.reference, l.reference is not null
   from isms.applicability a
   left join (
     select k.scope, n.catalogue, n.reference
       from looked k
       join named n on n.name = k.item
      union
     select c.scope, c.catalogue, c.reference
       from looked k
       join isms.implementation_control c on c.scope = k.scope and c.implementation = k.item
      where c.scope = any ($2)) l on l.scope = a.scope and l.catalogue = a.catalogue and l.reference = a.reference
  where a.scope = any ($2) and a.necessary
$$, true),

('RD-104', '9.2.2', '9.2.2', 'standard', 'document',
 'An audit programme is approved for today: how often, by which methods, who, planned and reported how',
 'Complete isms.audit_programme and have it approved.', '{}', $$
 select s.code, 'isms.audit_programme', null::text,
        coalesce(bool_or(g.period @> d.today and isms.is_given(g.frequency) and isms.is_given(g.methods) and isms.is_given(g.responsibilities) and isms.is_given(g.planning) and isms.is_given(g.reporting)), false)
   from unnest($2) s(code)
   join isms.scope_day d on d.scope = s.code
   left join isms.audit_programme g on g.scope = s.code and g.status = 'approved'
  group by s.code
$$, true),

('RD-105', '9.2.2', '9.2.2', 'standard', 'consistency',
 'The audit programme says how important the processes are, and what earlier audits found',
 'Set refers_importance and earlier_results in isms.audit_programme before it is approved.', '{}', $$
 select g.scope, 'isms.audit_programme', g.code, isms.is_given(g.refers_importance) and isms.is_given(g.earlier_results)
   from isms.audit_programme g
   join isms.scope_day d on d.scope = g.scope
  where g.scope = any ($2) and g.status = 'approved' and coalesce(g.period @> d.today, true)
$$, true),

('RD-106', '9.2.2 a', '9.2.2', 'standard', 'consistency',
 'Each audit has criteria, and says what it looks at',
 'Set criteria and scope_items in isms.internal_audit before the audit begins.', '{"interval": "3 years"}', $$
 select a.scope, 'isms.internal_audit', a.code, coalesce(isms.is_given(a.criteria) and cardinality(a.scope_items) > 0, false)
   from isms.internal_audit a
   join isms.scope_day d on d.scope = a.scope
  where a.scope = any ($2) and a.status in ('in_progress', 'reported', 'closed') and coalesce((a.reported_on + (select ($1 ->> 'interval')::interval))::date >= d.today, true)
$$, true),

-- The registers say who owns a thing today.  Whether that was so when an audit was carried out, the trail alone knows.
('RD-107', '9.2.2 b', '9.2.2', 'standard', 'consistency',
 'Nobody audits what is one''s own: a control or what implements it, an asset, a risk, a process, a supplier, a document, or as ISMS manager the clauses',
 'Let somebody else audit it (isms.request, step amend_audit); isms.involved_in says who may not. Look up in isms.row_history what cannot be told here.', '{"interval": "3 years"}', $$
 with met as (
   select a.scope, a.code, a.status, coalesce(lower(a.planned_period), '-infinity') as first, coalesce(a.reported_on, d.today) as last, i.item, p.person
     from isms.internal_audit a
     join isms.scope_day d on d.scope = a.scope
    cross join lateral unnest(case when a.lead_auditor = any (a.team) then a.team else a.team || a.lead_auditor end) p(person)
    cross join lateral unnest(a.scope_items) i(item)
    where a.scope = any ($2) and a.status in ('in_progress', 'reported', 'closed') and coalesce((a.reported_on + (select ($1 ->> 'interval')::interval))::date >= d.today, true)),
 item as (
   select distinct m.scope, m.item from met m),
 named as (
   select distinct c.reference, n.name
     from isms.control c
    cross join lateral (values (c.reference::text), (substring(c.reference::text from '^(.*)\.[^.]*$'))) n(name)
    where c.kind = 'control'),
 thing as (
   select i.scope, i.item, i.item as code from item i
    union all
   select i.scope, i.item, c.implementation from item i join named n on n.name = i.item join isms.implementation_control c on c.scope = i.scope and c.reference = n.reference),
 owned as (
   select distinct t.scope, t.item, o.owner
     from thing t
     join (
       select x.scope, x.code, x.owner from isms.implementation x
        union all
       select x.scope, x.code, x.owner from isms.asset x
        union all
       select x.scope, x.code, x.owner from isms.risk x
        union all
       select x.scope, x.code, x.owner from isms.process x
        union all
       select x.scope, x.code, x.owner from isms.supplier x
        union all
       select x.scope, x.code, x.owner from isms.document x) o on o.scope = t.scope and o.code = t.code
    where o.owner is not null),
 manager as (
   select r.scope, r.person, coalesce(r.valid_from, '-infinity') as first, coalesce(r.valid_until, 'infinity') as last, r.status = 'active' or r.valid_until is not null as known
     from isms.role_assignment r
    where r.scope = any ($2) and r.role = 'isms_manager' and r.status in ('active', 'ended'))
 select m.scope, 'isms.internal_audit', m.code,
        case
          when bool_or(coalesce(r.known, false) or o.owner is not null and m.status = 'in_progress') then false
          when bool_or(r.person is not null or o.owner is not null) then null
          else true
        end
   from met m
   left join owned o on o.scope = m.scope and o.item = m.item and o.owner = m.person
   left join manager r on r.scope = m.scope and r.person = m.person and r.first <= m.last and r.last >= m.first and m.item ~ '^([4-9]|10)(\.|$)'
  group by m.scope, m.code
$$, true),

('RD-108', '9.2.2 c', '9.2.2', 'standard', 'record',
 'Each audit report has its date, and went to top management, the ISMS manager or a process owner',
 'Set reported_on and recipients in isms.internal_audit; a report that is out is corrected by step correct_report.', '{"interval": "3 years"}', $$
 select a.scope, 'isms.internal_audit', a.code,
        a.reported_on is not null and case when count(m.person) = 0 then false when bool_or(m.status = 'active' or m.valid_until is not null) then true end
   from isms.internal_audit a
   join isms.scope_day d on d.scope = a.scope
   left join lateral unnest(a.recipients) p(person) on true
   left join isms.role_assignment m
     on m.scope = a.scope and m.person = p.person and m.role in ('top_management', 'isms_manager', 'process_owner') and m.status in ('active', 'ended')
    and a.reported_on between coalesce(m.valid_from, '-infinity') and coalesce(m.valid_until, 'infinity')
  where a.scope = any ($2) and a.status in ('reported', 'closed') and coalesce((a.reported_on + (select ($1 ->> 'interval')::interval))::date >= d.today, true)
  group by a.scope, a.code
$$, true),

-- 10.2 b: that the cause needs no action can be decided, but not of a major.
('RD-109', '9.2', '9.2.2', 'standard', 'consistency',
 'Each nonconformity that an audit found led to corrective action, or to the decision that a minor needs none',
 'Enter it in isms.nonconformity, name that in isms.finding.nonconformity, and plan an isms.action that serves it. What is contested is upheld or withdrawn first.', '{"within": "30 days", "interval": "3 years"}', $$
 select q.scope, 'isms.finding', q.code, q.acted or q.decided
   from (
     select f.scope, f.code, f.found_on, d.today, num_nonnulls(a.serves, b.serves) > 0 as acted,
            coalesce(not n.action_needed and n.grade is distinct from 'major' and f.kind <> 'major', false) as decided
       from isms.finding f
       join isms.scope_day d on d.scope = f.scope
       left join isms.nonconformity n on n.scope = f.scope and n.scope = any ($2) and n.code = f.nonconformity and n.status <> 'void'
       left join (
         select x.scope, x.serves
           from isms.action x
          where x.scope = any ($2) and x.serves_kind = 'nonconformity' and x.status <> 'cancelled'
          group by x.scope, x.serves) a on a.scope = n.scope and a.serves = n.code
       left join (
         select x.scope, x.serves
           from isms.action x
          where x.scope = any ($2) and x.serves_kind = 'finding' and x.status <> 'cancelled'
          group by x.scope, x.serves) b on b.scope = f.scope and b.serves = f.code
      where f.scope = any ($2) and f.kind in ('major', 'minor') and f.status in ('raised', 'contested', 'agreed', 'closed')
        and ((f.found_on + (select ($1 ->> 'interval')::interval))::date < d.today) is not true
     offset 0) q
  where q.acted or (q.found_on + (select ($1 ->> 'within')::interval))::date < q.today
$$, true);

-- 9.3: the latest review that was held.
insert into isms.readiness_rule (code, clause, reference, basis, kind, title, remedy, parameters, query, builtin) values
('RD-110', '9.3.1', '9.3.1', 'practice', 'record',
 'In the year before today, or before stage 2 of the certification under way, top management reviewed the ISMS with an audit finished before',
 'Hold a review (isms.management_review) chaired by top management when the audit is reported: isms.prepare_review.', '{"interval": "12 months"}', $$
 with day as (
   select s.code as scope, coalesce(c.stage_2, d.today) as day, least(c.stage_2, d.today) as last
     from unnest($2) s(code)
     join isms.scope_day d on d.scope = s.code
     left join (
       select x.scope, max(x.stage_2_from) as stage_2
         from isms.certification x
        where x.scope = any ($2) and x.status in ('preparing', 'applied', 'stage_1', 'stage_2', 'awaiting_decision')
        group by x.scope) c on c.scope = s.code)
 select g.scope, 'isms.management_review', null::text, case when count(r.code) = 0 then false when bool_or(r.known) then true end
   from day g
   left join (
     select a.scope, min(a.reported_on) as reported_on
       from isms.internal_audit a
       join day g on g.scope = a.scope
      where a.scope = any ($2) and a.status in ('reported', 'closed') and a.reported_on <= g.last and (a.reported_on + (select ($1 ->> 'interval')::interval))::date >= g.day
      group by a.scope) a on a.scope = g.scope
   left join (
     select x.scope, x.code, x.held_on, m.status = 'active' or m.valid_until is not null as known
       from isms.management_review x
       join isms.role_assignment m
         on m.scope = x.scope and m.person = x.chaired_by and m.role = 'top_management' and m.status in ('active', 'ended')
        and x.held_on between coalesce(m.valid_from, '-infinity') and coalesce(m.valid_until, 'infinity')
      where x.scope = any ($2) and x.status in ('held', 'closed')) r on r.scope = g.scope and r.held_on between a.reported_on and g.last
  group by g.scope
$$, true),

('RD-111', '9.3.2 a-g', '9.3.2', 'standard', 'consistency',
 'The latest management review considered each of the inputs a to g',
 'Prepare the next review by isms.prepare_review, and say in isms.review_input.text what no register holds.', '{}', $$
 select r.scope, 'isms.management_review', r.code, not exists (
          select
            from isms.review_topic t
            left join isms.review_input i on i.scope = r.scope and i.review = r.code and i.input = t.input
           where not isms.is_given(i.text) and not exists (select from jsonb_each(i.prepared) p where p.value <> '[]'))
   from isms.latest_review r
  where r.scope = any ($2)
$$, true),

('RD-112', '9.3.3', '9.3.3', 'practice', 'consistency',
 'The latest management review decided on improvements and on changes, each with somebody and a date, or why it takes no action',
 'Enter what was decided in isms.review_decision: one of kind improvement and one of kind change at least, with owner and due_on or no_action_reason.', '{}', $$
 with review as (
   select r.scope, r.code from isms.latest_review r where r.scope = any ($2))
 select r.scope, 'isms.management_review', r.code, coalesce(bool_or(e.kind = 'improvement') and bool_or(e.kind = 'change'), false)
   from review r
   left join isms.review_decision e on e.scope = r.scope and e.review = r.code
  group by r.scope, r.code
  union all
 select e.scope, 'isms.review_decision', e.code, e.owner is not null and e.due_on is not null or isms.is_given(e.no_action_reason)
   from review r
   join isms.review_decision e on e.scope = r.scope and e.review = r.code
$$, true),

('RD-113', '9.3.2 a', '9.3.2', 'practice', 'timeliness',
 'What the latest management review decided is not overdue without a word: it is begun, or it was said why not',
 'Plan the actions (isms.act_on_decisions) and start those that are due, or agree another date (isms.request, step amend_plan).', '{}', $$
 with decision as (
   select e.scope, e.code, e.due_on, e.no_action_reason, d.today
     from isms.latest_review r
     join isms.scope_day d on d.scope = r.scope
     join isms.review_decision e on e.scope = r.scope and e.review = r.code
    where r.scope = any ($2))
 select a.scope, 'isms.action', a.code, a.status <> 'planned' or a.due_on >= e.today
   from decision e
   join isms.action a on a.scope = e.scope and a.serves_kind = 'review_decision' and a.serves = e.code and a.status <> 'cancelled'
  union all
 select e.scope, 'isms.review_decision', e.code, e.due_on >= e.today
   from decision e
  where not isms.is_given(e.no_action_reason)
    and not exists (select from isms.action a where a.scope = e.scope and a.serves_kind = 'review_decision' and a.serves = e.code and a.status <> 'cancelled')
$$, true);

-- 10: what was found in the last three years, or is open.
insert into isms.readiness_rule (code, clause, reference, basis, kind, title, remedy, parameters, query, builtin) values
('RD-114', '10.1', '10.1', 'practice', 'record',
 'An improvement was proposed not long ago, and not declined',
 'Enter it in isms.improvement.', '{"interval": "12 months"}', $$
 select s.code, 'isms.improvement', null::text, coalesce(bool_or((i.proposed_on + (select ($1 ->> 'interval')::interval))::date >= d.today and i.decision is distinct from 'declined'), false)
   from unnest($2) s(code)
   join isms.scope_day d on d.scope = s.code
   left join isms.improvement i on i.scope = s.code
  group by s.code
$$, true),

('RD-115', '10.2 a', '10.2', 'standard', 'consistency',
 'Each nonconformity was corrected, or it is said why not, and what it led to was dealt with',
 'Set correction or no_correction_reason, and consequences, in isms.nonconformity (step correct).', '{"within": "30 days", "interval": "3 years"}', $$
 select n.scope, 'isms.nonconformity', n.code,
        (isms.is_given(n.correction) or isms.is_given(n.no_correction_reason)) and isms.is_given(n.consequences)
   from isms.nonconformity n
   join isms.scope_day d on d.scope = n.scope
  where n.scope = any ($2) and n.status <> 'void'
    and (n.status <> 'open' or coalesce((n.found_on + (select ($1 ->> 'within')::interval))::date < d.today, true))
    and (n.status <> 'closed' or coalesce((coalesce(n.judged_on, n.found_on) + (select ($1 ->> 'interval')::interval))::date >= d.today, true))
$$, true),

('RD-116', '10.2 b', '10.2', 'standard', 'consistency',
 'Of each nonconformity the cause is known, and whether there are similar ones was looked for',
 'Set cause, similar_cases and similar_looked in isms.nonconformity (step analyse).', '{"within": "60 days", "interval": "3 years"}', $$
 select n.scope, 'isms.nonconformity', n.code, isms.is_given(n.cause) and isms.is_given(n.similar_cases) and isms.is_given(n.similar_looked)
   from isms.nonconformity n
   join isms.scope_day d on d.scope = n.scope
  where n.scope = any ($2) and n.status <> 'void'
    and (n.status not in ('open', 'corrected') or coalesce((n.found_on + (select ($1 ->> 'within')::interval))::date < d.today, true))
    and (n.status <> 'closed' or coalesce((coalesce(n.judged_on, n.found_on) + (select ($1 ->> 'interval')::interval))::date >= d.today, true))
$$, true),

('RD-117', '10.2 c', '10.2', 'standard', 'consistency',
 'Where the cause of a nonconformity needs action there is one, with somebody who does it and a date',
 'Plan it in isms.action with serves_kind nonconformity, owner and due_on.', '{"interval": "3 years"}', $$
 select n.scope, 'isms.nonconformity', n.code,
        count(a.code) > 0 and not bool_or(a.code is not null and num_nulls(a.owner, a.due_on) > 0)
        and case
              when not bool_and(coalesce(a.here, true)) then false
              when bool_or(a.unknown) then null
              else true
            end
   from isms.nonconformity n
   join isms.scope_day d on d.scope = n.scope
   left join (
     select x.scope, x.serves, x.code, x.owner, x.due_on,
            x.status in ('verified', 'done') or y.today between coalesce(p.active_from, '-infinity') and coalesce(p.active_until, 'infinity') as here,
            x.status in ('planned', 'in_progress') and x.owner is not null and p.code is null as unknown
       from isms.action x
       join isms.scope_day y on y.scope = x.scope
       left join isms.person p on p.code = x.owner
      where x.scope = any ($2) and x.serves_kind = 'nonconformity' and x.status <> 'cancelled') a on a.scope = n.scope and a.serves = n.code
  where n.scope = any ($2) and n.status <> 'void' and n.action_needed
    and (n.status <> 'closed' or coalesce((coalesce(n.judged_on, n.found_on) + (select ($1 ->> 'interval')::interval))::date >= d.today, true))
  group by n.scope, n.code
$$, true),

('RD-118', '10.2 d', '10.2', 'standard', 'consistency',
 'Whether corrective action worked was judged after it was in place, and by the day set for that',
 'Somebody other than the owner sets effective, judged_by, judged_on and judged_how in isms.nonconformity (steps close_effective and not_effective).', '{"interval": "3 years"}', $$
 select n.scope, 'isms.nonconformity', n.code,
        n.status = 'closed' and num_nulls(n.effective, n.judged_by, n.judged_on) = 0 and n.judged_on > greatest(n.implemented_on, a.checked_on)
   from isms.nonconformity n
   join isms.scope_day d on d.scope = n.scope
   left join (
     select x.scope, x.serves, max(x.checked_on) - 1 as checked_on
       from isms.action x
      where x.scope = any ($2) and x.serves_kind = 'nonconformity' and x.status = 'verified'
      group by x.scope, x.serves) a on a.scope = n.scope and a.serves = n.code
  where n.scope = any ($2) and n.action_needed
    and (n.status = 'closed' and coalesce((coalesce(n.judged_on, n.found_on) + (select ($1 ->> 'interval')::interval))::date >= d.today, true)
         or n.status = 'implemented' and n.effectiveness_due < d.today)
$$, true),

('RD-119', '10.2 e', '10.2', 'practice', 'consistency',
 'For each corrective action that is closed it was decided whether the ISMS changes',
 'Set changes_isms in isms.nonconformity before it is closed, with change or no_change_reason.', '{"interval": "3 years"}', $$
 select n.scope, 'isms.nonconformity', n.code, coalesce(case when n.changes_isms then isms.is_given(n.change) else not n.changes_isms and isms.is_given(n.no_change_reason) end, false)
   from isms.nonconformity n
   join isms.scope_day d on d.scope = n.scope
  where n.scope = any ($2) and n.status = 'closed' and n.action_needed
    and coalesce((coalesce(n.judged_on, n.found_on) + (select ($1 ->> 'interval')::interval))::date >= d.today, true)
$$, true),

-- Closed, the row and its actions are frozen by the workflow; what was loaded closed may lack something all the same.
('RD-120', '10.2 f-g', '10.2', 'practice', 'record',
 'Of each closed nonconformity it is still there what it was, what was done and what came of it',
 'What is closed stays as it is: find what is missing by isms.row_history, or enter it in isms.nonconformity anew, naming the old one in source_key.', '{"interval": "3 years"}', $$
 select n.scope, 'isms.nonconformity', n.code,
        isms.is_given(n.source) and isms.is_given(n.requirement) and isms.is_given(n.statement) and isms.is_given(n.found_where) and n.found_on is not null
        and coalesce(case when n.action_needed then a.serves is not null and isms.is_given(n.judged_how) else isms.is_given(n.need_reason) end, false)
   from isms.nonconformity n
   join isms.scope_day d on d.scope = n.scope
   left join (
     select distinct x.scope, x.serves
       from isms.action x
      where x.scope = any ($2) and x.serves_kind = 'nonconformity' and x.status = 'verified') a on a.scope = n.scope and a.serves = n.code
  where n.scope = any ($2) and n.status = 'closed'
    and coalesce((coalesce(n.judged_on, n.found_on) + (select ($1 ->> 'interval')::interval))::date >= d.today, true)
$$, true),

('RD-121', '10.2', '10.2', 'practice', 'timeliness',
 'No corrective action that is not done is past its date',
 'Do it (steps start and finish of isms.action), or agree another date: isms.request, step amend_plan.', '{}', $$
 select a.scope, 'isms.action', a.code, a.due_on >= d.today
   from isms.action a
   join isms.scope_day d on d.scope = a.scope
  where a.scope = any ($2) and a.serves_kind in ('nonconformity', 'finding') and a.status in ('planned', 'in_progress')
$$, true);

-- Certification.
insert into isms.readiness_rule (code, clause, reference, basis, kind, title, remedy, parameters, query, builtin) values
('RD-122', '27006-1 / 17021-1', '17021-1 9.3.1', 'standard', 'consistency',
 'Finished audits looked at all clauses from 4 to 10, and a management review was held since',
 'Carry out the audits that are missing (isms.internal_audit), then hold the review (isms.management_review).', '{"interval": "3 years"}', $$
 with covered as (
   select x.scope, count(*) as clauses, max(x.first) as covered_on
     from (
       select i.scope, substring(i.item from '^([4-9]|10)(?:\.|$)') as clause, min(i.reported_on) as first
         from isms.audited_items($2, ($1 ->> 'interval')::interval) i
        group by 1, 2) x
    where x.clause is not null
    group by x.scope)
 select s.code, 'isms.management_review', null::text, coalesce(bool_or(c.clauses = 7 and r.held_on between c.covered_on and d.today), false)
   from unnest($2) s(code)
   join isms.scope_day d on d.scope = s.code
   left join covered c on c.scope = s.code
   left join isms.management_review r on r.scope = s.code and r.scope = any ($2) and r.status in ('held', 'closed')
  group by s.code
$$, true),

('RD-123', '17021-1 9.3.1.2', '17021-1 9.3.1.2', 'practice', 'consistency',
 'Each area of concern that stage 1 found has an answer',
 'Set isms.finding.answer before stage 2 begins.', '{}', $$
 select f.scope, 'isms.finding', f.code, isms.is_given(f.answer)
   from isms.finding f
   left join isms.certification c on c.scope = f.scope and c.scope = any ($2) and c.code = f.certification
  where f.scope = any ($2) and f.kind = 'concern' and f.status not in ('draft', 'withdrawn') and coalesce(c.status not in ('withdrawn', 'refused', 'ended'), true)
$$, true),

('RD-124', '27006-1 8.2', '27006-1 8.2', 'practice', 'consistency',
 'The statement of applicability that the certificate names has the same controls as the one in force, or the body was told since',
 'Tell the body (isms.certification_notice, kind isms or scope, with sent_on), or have the certificate amended: step amend_certificate.', '{}', $$
 with now as (
   select distinct on (v.scope) v.scope, v.code, v.approved_on
     from isms.statement_version v
    where v.scope = any ($2) and v.status = 'approved'
    order by v.scope, v.approved_on desc, v.taken_at desc, v.code desc),
 named as (
   select distinct c.scope, v.code
     from isms.certification c
     join isms.statement_version v on v.scope = c.scope and v.code = c.soa_version
    where c.scope = any ($2)
    union
   select n.scope, n.code from now n),
 controls as (
   select l.scope, l.version, string_agg(l.catalogue || ' ' || l.code, chr(31) order by l.catalogue collate "C", l.code collate "C") as necessary
     from named n
     join isms.statement_line l on l.scope = n.scope and l.version = n.code
    where l.necessary
    group by l.scope, l.version)
 select c.scope, 'isms.certification', c.code,
        case
          when not isms.is_given(c.soa_version) then false
          when c.soa_version = n.code then true
          when exists (
            select
              from isms.certification_notice i
             where i.scope = c.scope and i.certification = c.code and i.kind in ('isms', 'scope') and i.sent_on >= n.approved_on) then true
          else o.necessary = k.necessary
        end
   from isms.certification c
   join isms.scope_day d on d.scope = c.scope
   left join now n on n.scope = c.scope
   left join controls o on o.scope = c.scope and o.version = c.soa_version
   left join controls k on k.scope = c.scope and k.version = n.code
  where c.scope = any ($2) and c.status in ('certified', 'suspended') and coalesce(c.valid_until >= d.today, true)
$$, true),

('RD-125', '17021-1 9.1.3', '17021-1 9.1.3', 'standard', 'timeliness',
 'The first surveillance audit was agreed for the year after the decision, and one for each calendar year without recertification',
 'Agree the days with the body and enter them in isms.certification_audit; isms.certification_calendar says what is due when.', '{}', $$
 with cycle as (
   select c.scope, c.code, c.kind, c.decided_on, c.valid_until, d.today, (c.decided_on + coalesce(f.period, p.period))::date as first_until, coalesce(g.period, a.period) as agree_before,
          -- once it is renewed, the rules of the cycle after it hold
          (select min(n.decided_on)
             from isms.certification n
            where n.scope = any ($2) and n.scope = c.scope and n.previous = c.code and n.status in ('certified', 'suspended', 'withdrawn', 'ended') and n.decided_on <= d.today) as renewed_on
     from isms.certification c
     join isms.scope_day d on d.scope = c.scope
     join isms.certification_parameter p on p.name = 'surveillance_1'
     join isms.certification_parameter a on a.name = 'agree_before'
     left join isms.certification_body_parameter f on f.scope = c.scope and f.body = c.body and f.parameter = p.name
     left join isms.certification_body_parameter g on g.scope = c.scope and g.body = c.body and g.parameter = a.name
    where c.scope = any ($2) and c.status in ('certified', 'suspended') and c.valid_until >= d.today),
 audit as (
   -- what a cycle shows: its own audits, and the recertification held in the cycle after it
   select a.scope, a.certification as cycle, a.kind, a.held_until,
          -- planned days that are over are none
          case when a.held_from <= d.today or coalesce(a.planned_until, a.planned_from) >= d.today then coalesce(a.planned_from, a.held_from) end as planned_on
     from isms.certification_audit a
     join isms.scope_day d on d.scope = a.scope
    where a.scope = any ($2) and a.cancelled_on is null and a.kind in ('surveillance_1', 'surveillance_2', 'surveillance', 'recertification')
    union all
   select a.scope, n.previous, 'recertification', a.held_until,
          case when a.held_from <= d.today or coalesce(a.planned_until, a.planned_from) >= d.today then coalesce(a.planned_from, a.held_from) end
     from isms.certification_audit a
     join isms.scope_day d on d.scope = a.scope
     join isms.certification n on n.scope = a.scope and n.code = a.certification
    where a.scope = any ($2) and n.scope = any ($2) and a.cancelled_on is null and a.kind in ('stage_2', 'recertification') and n.previous is not null),
 due as (
   select c.scope, c.code, 'surveillance_1' as what, c.today, c.first_until as latest, c.agree_before, null::integer as year
     from cycle c
    where c.kind = 'initial' and coalesce(c.first_until < c.renewed_on, true)
    union all
   select c.scope, c.code, 'surveillance_' || y.year, c.today, make_date(y.year, 12, 31), c.agree_before, y.year
     from cycle c
    cross join lateral generate_series(extract(year from c.decided_on)::integer + 1, extract(year from c.valid_until)::integer - 1) y(year)
    where coalesce(make_date(y.year, 12, 31) < c.renewed_on, true))
 select u.scope, 'isms.certification', u.code || ' ' || u.what,
        coalesce(bool_or(a.held_until <= u.today), false) or u.latest >= u.today and coalesce(bool_or(a.planned_on <= u.latest), false)
   from due u
   left join audit a
     on a.scope = u.scope and a.cycle = u.code
    and case when u.year is null then a.kind in ('surveillance_1', 'surveillance') else extract(year from coalesce(case when a.held_until <= u.today then a.held_until end, a.planned_on)) = u.year end
  group by u.scope, u.code, u.what, u.today, u.latest, u.agree_before
 having count(coalesce(a.held_until, a.planned_on)) > 0 or (u.latest - u.agree_before)::date <= u.today
$$, true),

('RD-126', '17021-1 9.6.3', '17021-1 9.6.3', 'standard', 'timeliness',
 'Recertification is planned for before the certificate ends: the audit, what it finds, and the decision',
 'Agree the audit with the body and enter it in isms.certification_audit, with majors_due before the end; open the next cycle in isms.certification with previous.', '{}', $$
 with cycle as (
   select c.scope, c.code, c.valid_until, d.today, (c.valid_until - coalesce(f.period, p.period))::date as begin_on, (c.valid_until - 1 - coalesce(g.period, a.period))::date as agree_on
     from isms.certification c
     join isms.scope_day d on d.scope = c.scope
     join isms.certification_parameter p on p.name = 'recertification_start'
     join isms.certification_parameter a on a.name = 'agree_before'
     left join isms.certification_body_parameter f on f.scope = c.scope and f.body = c.body and f.parameter = p.name
     left join isms.certification_body_parameter g on g.scope = c.scope and g.body = c.body and g.parameter = a.name
    where c.scope = any ($2) and c.status in ('certified', 'suspended')
      and not exists (
        select
          from isms.certification n
         where n.scope = any ($2) and n.scope = c.scope and n.previous = c.code and n.status in ('certified', 'suspended', 'withdrawn', 'ended') and n.decided_on <= d.today)),
 audit as (
   -- what a cycle shows: its own recertification, not the one on which its decision rests, and what was held in the cycle after it
   select a.scope, s.cycle, a.held_until, a.majors_due, a.majors_verified_on,
          -- planned days that are over are none
          case when a.held_from <= d.today or coalesce(a.planned_until, a.planned_from) >= d.today then coalesce(a.planned_from, a.held_from) end as planned_on
     from isms.certification_audit a
     join isms.scope_day d on d.scope = a.scope
     join isms.certification n on n.scope = a.scope and n.code = a.certification
    cross join lateral (values
      (n.code, a.kind = 'recertification' and coalesce(coalesce(a.held_until, a.planned_from) > n.decided_on, true)),
      (n.previous, n.previous is not null)) s(cycle, shown)
    where a.scope = any ($2) and n.scope = any ($2) and a.cancelled_on is null and a.kind in ('stage_2', 'recertification') and s.shown),
 plan as (
   select c.scope, c.code, c.today, c.valid_until, c.begin_on, c.agree_on,
          count(coalesce(a.held_until, a.planned_on)) as audits, bool_or(a.held_until <= c.today) as held, bool_or(a.planned_on < c.valid_until) as planned,
          bool_and(coalesce(a.majors_verified_on <= c.today, false) or a.majors_due >= c.today and a.majors_due < c.valid_until) filter (where a.majors_due is not null) as majors,
          count(a.majors_due) as with_majors
     from cycle c
     left join audit a on a.scope = c.scope and a.cycle = c.code
    group by c.scope, c.code, c.today, c.valid_until, c.begin_on, c.agree_on)
 select p.scope, 'isms.certification', p.code || ' ' || v.what, v.ok
   from plan p
  cross join lateral (values
    ('recertification', p.audits > 0 or p.begin_on <= p.today, coalesce(p.held, false) or p.today < p.valid_until and coalesce(p.planned, false)),
    ('renewal', p.agree_on <= p.today, p.today < p.valid_until
        and exists (
          select
            from isms.certification n
           where n.scope = any ($2) and n.scope = p.scope and n.previous = p.code and (n.status not in ('withdrawn', 'refused', 'ended') or n.decided_on is not null))),
    ('majors', p.with_majors > 0, p.majors)) v(what, counts, ok)
  where v.counts
$$, true),

('RD-127', 'A.5-A.8', 'A.5', 'practice', 'consistency',
 'Of each of the eleven controls that came with the edition of 2022 it was decided whether it is necessary',
 'Decide on it in isms.applicability.', '{}', $$
 select s.code, 'isms.applicability', k.reference, a.reference is not null
   from unnest($2) s(code)
  cross join unnest('{A.5.7,A.5.23,A.5.30,A.7.4,A.8.9,A.8.10,A.8.11,A.8.12,A.8.16,A.8.23,A.8.28}'::text[]) k(reference)
   left join isms.applicability a on a.scope = s.code and a.catalogue = isms.base_catalogue() and a.reference = k.reference::isms.reference
$$, true);
