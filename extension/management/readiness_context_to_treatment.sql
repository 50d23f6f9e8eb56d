-- Rules of readiness of clauses 4 to 6.1: context, leadership, risk assessment and treatment.

-- Clause 4.  What has ended is not judged, nor what belongs to a party that has.
insert into isms.readiness_rule (code, clause, reference, basis, kind, title, remedy, parameters, query, builtin) values
('RD-001', '4.1', '4.1', 'standard', 'record',
 'There are external and internal issues, and each has somebody who watches it and a day on which it was last looked at',
 'Enter what is missing in isms.context_issue: an issue of either kind, its owner, and in reviewed_on the day of the last review.', '{}', $$
 select s.code, 'isms.context_issue', null, n.scope is not null
   from unnest($2) s(code)
  cross join (values ('external'), ('internal')) k(kind)
   left join (
     select i.scope, i.kind
       from isms.context_issue i
       join isms.scope_day d on d.scope = i.scope
      where i.scope = any ($2) and coalesce(i.ended_on, 'infinity') >= d.today
      group by i.scope, i.kind) n on n.scope = s.code and n.kind = k.kind
  union all
 select i.scope, 'isms.context_issue', i.code,
        case when i.owner is null or not coalesce(i.reviewed_on <= d.today, false) then false
             when p.code is not null then d.today <= coalesce(p.active_until, 'infinity') end
   from isms.context_issue i
   join isms.scope_day d on d.scope = i.scope
   left join isms.person p on p.code = i.owner
  where i.scope = any ($2) and coalesce(i.ended_on, 'infinity') >= d.today
$$, true),

('RD-002', '4.1', '4.1', 'practice', 'timeliness',
 'No issue has gone without a review for longer than its own interval allows',
 'Look at the issue again and set reviewed_on in isms.context_issue; end it with ended_on if it is none any more. How often is its review_every.', '{}', $$
 select i.scope, 'isms.context_issue', i.code, (i.reviewed_on + i.review_every)::date >= d.today
   from isms.context_issue i
   join isms.scope_day d on d.scope = i.scope
  where i.scope = any ($2) and coalesce(i.ended_on, 'infinity') >= d.today
$$, true),

('RD-003', '4.1 (Amd 1:2024)', '4.1', 'standard', 'record',
 'It has been decided whether climate change matters to the ISMS',
 'Decide it, either way and with the reason: insert into isms.climate_decision.', '{}', $$
 select s.code, 'isms.climate_decision', null,
        exists (select
                  from isms.climate_decision c
                  join isms.scope_day d on d.scope = c.scope
                 where c.scope = s.code and c.decided_on <= d.today and isms.is_given(c.reason))
   from unnest($2) s(code)
$$, true),

('RD-004', '4.2', '4.2', 'standard', 'record',
 'Somebody is known who wants something of the ISMS',
 'Enter customers, authorities, owners, staff and whoever else counts in isms.interested_party.', '{}', $$
 select s.code, 'isms.interested_party', null, n.scope is not null
   from unnest($2) s(code)
   left join (
     select y.scope
       from isms.interested_party y
       join isms.scope_day d on d.scope = y.scope
      where y.scope = any ($2) and coalesce(y.ended_on, 'infinity') >= d.today
      group by y.scope) n on n.scope = s.code
$$, true),

('RD-005', '4.2', '4.2', 'standard', 'consistency',
 'Of each interested party it is known what it requires',
 'Enter at least one requirement of the party in isms.party_requirement, or end the party with ended_on.', '{}', $$
 select y.scope, 'isms.interested_party', y.code, q.party is not null
   from isms.interested_party y
   join isms.scope_day d on d.scope = y.scope
   left join (
     select distinct r.scope, r.party
       from isms.party_requirement r
       join isms.scope_day d on d.scope = r.scope
      where r.scope = any ($2) and coalesce(r.ended_on, 'infinity') >= d.today) q on q.scope = y.scope and q.party = y.code
  where y.scope = any ($2) and coalesce(y.ended_on, 'infinity') >= d.today
$$, true),

('RD-006', '4.2 c', '4.2', 'standard', 'consistency',
 'Of each requirement it is decided whether the ISMS takes it on',
 'Set addressed in isms.party_requirement to true or false, and addressed_how to how, or to why not.', '{}', $$
 select r.scope, 'isms.party_requirement', r.code, r.addressed is not null
   from isms.party_requirement r
   join isms.interested_party y on y.scope = r.scope and y.code = r.party
   join isms.scope_day d on d.scope = r.scope
  where r.scope = any ($2) and coalesce(r.ended_on, 'infinity') >= d.today and coalesce(y.ended_on, 'infinity') >= d.today
$$, true),

('RD-007', '4.2 (Amd 1:2024)', '4.2', 'practice', 'record',
 'Each interested party was asked, or thought about, as to requirements that come from climate change',
 'Think about it and set climate_considered in isms.interested_party; what comes of it is a row of isms.party_requirement.', '{}', $$
 select y.scope, 'isms.interested_party', y.code, coalesce(y.climate_considered, false)
   from isms.interested_party y
   join isms.scope_day d on d.scope = y.scope
  where y.scope = any ($2) and coalesce(y.ended_on, 'infinity') >= d.today
$$, true),

('RD-008', '4.3', '4.3', 'standard', 'document',
 'The scope of the ISMS is written down, approved and in force',
 'Write a document of kind scope in isms.document and isms.document_version and have its version approved.', '{}', $$
 select s.code, 'isms.document', null, n.scope is not null
   from unnest($2) s(code)
   left join (
     select v.scope
       from isms.document_in_force v
       join isms.document c on c.scope = v.scope and c.code = v.code
      where v.scope = any ($2) and c.kind = 'scope' and not c.external
      group by v.scope) n on n.scope = s.code
$$, true),

('RD-009', '4.3 a-b', '4.3', 'standard', 'consistency',
 'The scope builds on an issue and on a requirement of an interested party',
 'Name in isms.scope_reference at least one issue and one requirement that still hold and that the boundary was drawn by.', '{}', $$
 select s.code, 'isms.scope_reference', null, n.scope is not null
   from unnest($2) s(code)
  cross join (values ('issue'), ('requirement')) k(kind)
   left join (
     select r.scope, r.kind
       from isms.scope_reference r
       join isms.context_issue i on i.scope = r.scope and i.code = r.key
       join isms.scope_day d on d.scope = r.scope
      where r.scope = any ($2) and i.scope = any ($2) and r.kind = 'issue' and coalesce(i.ended_on, 'infinity') >= d.today
      union
     select r.scope, r.kind
       from isms.scope_reference r
       join isms.party_requirement q on q.scope = r.scope and q.code = r.key
       join isms.interested_party y on y.scope = q.scope and y.code = q.party
       join isms.scope_day d on d.scope = r.scope
      where r.scope = any ($2) and q.scope = any ($2) and r.kind = 'requirement'
        and coalesce(q.ended_on, 'infinity') >= d.today and coalesce(y.ended_on, 'infinity') >= d.today) n on n.scope = s.code and n.kind = k.kind
$$, true),

('RD-010', '4.3 c', '4.3', 'standard', 'record',
 'Where the ISMS meets others outside is listed, with what crosses there',
 'Enter providers, parent company, networks and the like in isms.scope_item with standing interface, and in reason what crosses and who sees to it.', '{}', $$
 select s.code, 'isms.scope_item', null, n.scope is not null
   from unnest($2) s(code)
   left join (select i.scope from isms.scope_item i where i.scope = any ($2) and i.standing = 'interface' group by i.scope) n on n.scope = s.code
  union all
 select i.scope, 'isms.scope_item', i.code, isms.is_given(i.reason)
   from isms.scope_item i
  where i.scope = any ($2) and i.standing = 'interface'
$$, true),

('RD-011', '4.3', '4.3', 'practice', 'consistency',
 'Of each asset, site, process and unit it can be looked up whether it is inside the boundary',
 'Set standing in isms.scope_item; an asset of the inventory is named there by kind asset and its code in refers.', '{}', $$
 select i.scope, 'isms.scope_item', i.code, i.standing is not null
   from isms.scope_item i
  where i.scope = any ($2) and i.kind in ('asset', 'site', 'process', 'unit')
  union all
 select a.scope, 'isms.asset', a.code, false
   from isms.asset a
  where a.scope = any ($2)
    and not exists (select from isms.scope_item i where i.scope = a.scope and i.scope = any ($2) and i.kind = 'asset' and i.refers = a.code)
$$, true),

('RD-012', '4.3', '4.3', 'standard', 'consistency',
 'What is outside and yet needed by what is inside is treated as an interface',
 'isms.scope_problem says what needs it. Set standing of the item in isms.scope_item to interface, or take it in.', '{}', $$
 select i.scope, 'isms.scope_item', i.code, p.code is null
   from isms.scope_item i
   left join (
     select distinct x.scope, x.code
       from isms.scope_problem x
      where x.scope = any ($2) and x.problem = 'no_interface') p on p.scope = i.scope and p.code = i.code
  where i.scope = any ($2) and i.standing in ('out', 'interface')
$$, true),

('RD-013', '4.4', '4.4', 'practice', 'record',
 'The processes of the ISMS are listed, each with an owner and with what it takes from or gives to others',
 'Enter the processes in isms.process with an owner, and in isms.process_interaction what one gives to another; isms.process_status shows what lacks.', '{}', $$
 select s.code, 'isms.process', null, n.scope is not null
   from unnest($2) s(code)
   left join (
     select p.scope
       from isms.process p
       join isms.scope_day d on d.scope = p.scope
      where p.scope = any ($2) and coalesce(p.ended_on, 'infinity') >= d.today
      group by p.scope) n on n.scope = s.code
  union all
 select x.scope, 'isms.process', x.code,
        case when x.owner is null or o.process is null then false
             when p.code is not null then d.today <= coalesce(p.active_until, 'infinity') end
   from isms.process x
   join isms.scope_day d on d.scope = x.scope
   left join (
     select distinct i.scope, s.process
       from isms.process_interaction i
       join isms.scope_day d on d.scope = i.scope
       join isms.process f on f.scope = i.scope and f.code = i.from_process
       join isms.process t on t.scope = i.scope and t.code = i.to_process
      cross join lateral (values (f.code), (t.code)) s(process)
      where i.scope = any ($2) and coalesce(f.ended_on, 'infinity') >= d.today and coalesce(t.ended_on, 'infinity') >= d.today) o on o.scope = x.scope and o.process = x.code
   left join isms.person p on p.code = x.owner
  where x.scope = any ($2) and coalesce(x.ended_on, 'infinity') >= d.today
$$, true);

-- Clause 5.  Who holds a role is who holds it today; the policy is each version of kind policy that is in force.
insert into isms.readiness_rule (code, clause, reference, basis, kind, title, remedy, parameters, query, builtin) values
('RD-014', '5.1', '5.1', 'standard', 'record',
 'It is said who top management is',
 'Appoint at least one person in role top_management: insert into isms.role_assignment, then the approval.', '{}', $$
 select s.code, 'isms.role_assignment', null,
        exists (select
                  from isms.person_role h
                  join isms.person p on p.code = h.person
                 where h.scope = s.code and h.code = 'top_management' and p.kind = 'human')
   from unnest($2) s(code)
$$, true),

('RD-015', '5.1 c', '5.1', 'practice', 'record',
 'Money or people are given for the present period',
 'Enter what top management gives, for what and for which period, in isms.resource_decision and have it approved.', '{}', $$
 select s.code, 'isms.resource_decision', null,
        exists (select
                  from isms.resource_decision r
                  join isms.scope_day d on d.scope = r.scope
                 where r.scope = s.code and r.status = 'approved' and d.today <@ r.period)
   from unnest($2) s(code)
$$, true),

('RD-016', '5.2', '5.2', 'standard', 'document',
 'There is an approved information security policy in force',
 'Write a document of kind policy in isms.document and isms.document_version and have its version approved.', '{}', $$
 select s.code, 'isms.document', null,
        exists (select from isms.document_status v where v.scope = s.code and v.kind = 'policy' and not v.external and v.state in ('current', 'review_due'))
   from unnest($2) s(code)
$$, true),

('RD-017', '5.2', '5.2', 'practice', 'consistency',
 'Whoever approved the policy was top management then',
 'Name a member of top management as approver of the next version in isms.document_version; who left since does no harm.', '{}', $$
 select v.scope, 'isms.document_version', v.document || ' ' || v.version,
        (select case when count(*) = 0 then false when bool_or(a.status = 'active' or a.valid_until is not null) then true end
           from isms.role_assignment a
          where a.scope = v.scope and a.person = v.approver and a.role = 'top_management' and a.status in ('active', 'ended')
            and daterange(a.valid_from, a.valid_until, '[]') && daterange(least(v.reviewed_on, v.effective_from), v.effective_from, '[]'))
   from isms.document_status t
   join isms.document_version v on v.scope = t.scope and v.document = t.code and v.version = t.version
  where t.scope = any ($2) and t.kind = 'policy' and t.state in ('current', 'review_due')
$$, true),

('RD-018', '5.2 b', '5.2', 'standard', 'consistency',
 'The policy holds objectives, or objectives follow from it',
 'Say in has_objectives of isms.document_version that the next version does, or name the policy in column policy of isms.objective.', '{}', $$
 select v.scope, 'isms.document_version', v.document || ' ' || v.version,
        coalesce(v.has_objectives, false)
        or exists (select from isms.objective o where o.scope = v.scope and o.policy = v.document and o.status = 'approved')
   from isms.document_status t
   join isms.document_version v on v.scope = t.scope and v.document = t.code and v.version = t.version
  where t.scope = any ($2) and t.kind = 'policy' and t.state in ('current', 'review_due')
$$, true),

('RD-019', '5.2 c-d', '5.2', 'standard', 'consistency',
 'The policy commits to what applies and to getting better',
 'Write both commitments into the next version and mark them in isms.document_version: commits_requirements and commits_improvement.', '{}', $$
 select v.scope, 'isms.document_version', v.document || ' ' || v.version, coalesce(v.commits_requirements and v.commits_improvement, false)
   from isms.document_status t
   join isms.document_version v on v.scope = t.scope and v.document = t.code and v.version = t.version
  where t.scope = any ($2) and t.kind = 'policy' and t.state in ('current', 'review_due')
$$, true),

('RD-020', '5.2 f', '5.2', 'standard', 'record',
 'The policy as it is in force was made known inside',
 'Send it out and record that in isms.communication_record, with document and version, for an item of the plan that is internal, or none.', '{}', $$
 select v.scope, 'isms.document_version', v.document || ' ' || v.version,
        exists (select
                  from isms.communication_record c
                  left join isms.communication_item i on i.scope = c.scope and i.code = c.item
                 where c.scope = v.scope and c.document = v.document and c.version = v.version and c.sent_on <= d.today
                   and coalesce(i.direction, 'internal') <> 'external')
   from isms.document_status t
   join isms.document_version v on v.scope = t.scope and v.document = t.code and v.version = t.version
   join isms.scope_day d on d.scope = t.scope
  where t.scope = any ($2) and t.kind = 'policy' and t.state in ('current', 'review_due')
$$, true),

('RD-021', '5.2 g', '5.2', 'standard', 'record',
 'It is decided how interested parties get at the policy',
 'Say it in availability of isms.document_version of the next version: published, on request, or to whom.', '{}', $$
 select v.scope, 'isms.document_version', v.document || ' ' || v.version, isms.is_given(v.availability)
   from isms.document_status t
   join isms.document_version v on v.scope = t.scope and v.document = t.code and v.version = t.version
  where t.scope = any ($2) and t.kind = 'policy' and t.state in ('current', 'review_due')
$$, true),

('RD-022', '5.3', '5.3', 'standard', 'record',
 'Somebody answers for the ISMS doing what the standard asks',
 'Appoint a person in role isms_manager, or in the role the parameter names: insert into isms.role_assignment, then the approval.', '{"role": "isms_manager"}', $$
 select s.code, 'isms.role_assignment', null,
        exists (select
                  from isms.person_role h
                  join isms.person p on p.code = h.person
                 where h.scope = s.code and h.code = $1 ->> 'role' and p.kind = 'human')
   from unnest($2) s(code)
$$, true),

('RD-023', '5.3', '5.3', 'standard', 'record',
 'Somebody tells top management how the ISMS does',
 'Appoint a person in role isms_manager, or in the role the parameter names: insert into isms.role_assignment, then the approval.', '{"role": "isms_manager"}', $$
 select s.code, 'isms.role_assignment', null,
        exists (select
                  from isms.person_role h
                  join isms.person p on p.code = h.person
                 where h.scope = s.code and h.code = $1 ->> 'role' and p.kind = 'human')
   from unnest($2) s(code)
$$, true),

('RD-024', '5.3', '5.3', 'practice', 'consistency',
 'Nobody who has left still holds a role',
 'End the assignment in isms.role_assignment (step end) and hand over what the person owns: isms.handover.', '{}', $$
 select a.scope, 'isms.role_assignment', a.code, case when p.code is not null then d.today <= coalesce(p.active_until, 'infinity') end
   from isms.role_assignment a
   join isms.scope_day d on d.scope = a.scope
   left join isms.person p on p.code = a.person
  where a.scope = any ($2) and a.status = 'active' and a.role <> 'external_auditor'
    and d.today between coalesce(a.valid_from, '-infinity') and coalesce(a.valid_until, 'infinity')
$$, true);

-- 6.1.1
insert into isms.readiness_rule (code, clause, reference, basis, kind, title, remedy, parameters, query, builtin) values
('RD-025', '6.1.1', '6.1.1', 'standard', 'record',
 'What could make the ISMS miss its aim, or help it, is recorded, and for each there is something to be done',
 'Enter it in isms.opportunity with planned_action, or an action in isms.action that serves it. Risks to information are another matter: isms.risk.', '{}', $$
 select s.code, 'isms.opportunity', null, exists (select from isms.opportunity o where o.scope = s.code)
   from unnest($2) s(code)
  union all
 select o.scope, 'isms.opportunity', o.code, isms.is_given(o.planned_action)
        or exists (
          select
            from isms.action t
           where t.scope = any ($2) and t.scope = o.scope and t.serves_kind = 'opportunity' and t.serves = o.code and t.status <> 'cancelled')
   from isms.opportunity o
  where o.scope = any ($2)
$$, true),

('RD-026', '6.1.1 e', '6.1.1', 'standard', 'consistency',
 'Where something is to be done about a risk or an opportunity of the ISMS, it is said how one will see whether that worked',
 'Say it in effectiveness_method of isms.opportunity.', '{}', $$
 select o.scope, 'isms.opportunity', o.code, isms.is_given(o.effectiveness_method)
   from isms.opportunity o
   left join (
     select distinct t.scope, t.serves
       from isms.action t
      where t.scope = any ($2) and t.serves_kind = 'opportunity' and t.status <> 'cancelled') a on a.scope = o.scope and a.serves = o.code
  where o.scope = any ($2) and (isms.is_given(o.planned_action) or a.serves is not null)
$$, true);

-- 6.1.2 a-b: methods in force.
insert into isms.readiness_rule (code, clause, reference, basis, kind, title, remedy, parameters, query, builtin) values
('RD-027', '6.1.2', '6.1.2', 'standard', 'document',
 'How risks are assessed is laid down, approved and in force',
 'Approve a method in isms.risk_method (isms.copy_method brings one), or a document of kind method in isms.document_version.', '{}', $$
 select s.code, 'isms.risk_method', null,
        exists (select from isms.risk_method m join isms.scope_day d on d.scope = m.scope where m.scope = s.code and m.status = 'approved' and m.approved_on <= d.today)
        or exists (select from isms.document_status v where v.scope = s.code and v.kind = 'method' and not v.external and v.state in ('current', 'review_due'))
   from unnest($2) s(code)
$$, true),

('RD-028', '6.1.2 a1', '6.1.2', 'standard', 'record',
 'It is laid down and approved which risks are acceptable',
 'Write acceptance_criteria of the method in isms.risk_method and its levels in isms.risk_level; a method in force gets a next version: isms.revise_method.', '{}', $$
 select s.code, 'isms.risk_method', m.code,
        m.code is not null and isms.is_given(m.acceptance_criteria) and exists (select from isms.risk_level l where l.scope = m.scope and l.method = m.code)
   from unnest($2) s(code)
   join isms.scope_day d on d.scope = s.code
   left join isms.risk_method m on m.scope = s.code and m.status = 'approved' and m.approved_on <= d.today
$$, true),

('RD-029', '6.1.2 a2', '6.1.2', 'standard', 'record',
 'It is laid down and approved when risks are assessed, and how',
 'Write when_to_assess of the method in isms.risk_method; a method in force gets a next version: isms.revise_method.', '{}', $$
 select s.code, 'isms.risk_method', m.code, m.code is not null and isms.is_given(m.when_to_assess)
   from unnest($2) s(code)
   join isms.scope_day d on d.scope = s.code
   left join isms.risk_method m on m.scope = s.code and m.status = 'approved' and m.approved_on <= d.today
$$, true),

('RD-030', '6.1.2 b', '6.1.2', 'practice', 'consistency',
 'The scales are whole, and each assessment was made by a method that was in force on its day',
 'isms.method_problems says what is wrong with a method; put it right in its next version (isms.revise_method). Assess again what was assessed by a draft or too early.', '{}', $$
 select m.scope, 'isms.risk_method', m.code,
        not exists (select from isms.method_problems(m.scope, m.code) p where p.about in ('rule', 'scale', 'matrix', 'level'))
   from isms.risk_method m
  where m.scope = any ($2) and m.status = 'approved'
  union all
 select r.scope, 'isms.risk', r.code, m.status <> 'draft' and coalesce(m.approved_on <= r.assessed_on, false)
   from isms.risk r
   join isms.risk_method m on m.scope = r.scope and m.code = r.method
  where r.scope = any ($2) and r.status <> 'closed' and r.assessed_on is not null
$$, true),

('RD-031', '6.1.2 b', '6.1.2', 'practice', 'consistency',
 'More likelihood or more consequence never makes a risk smaller',
 'isms.method_problems shows where the matrix or the levels fall; put it right in the next version of the method (isms.revise_method).', '{}', $$
 select m.scope, 'isms.risk_method', m.code, not exists (select from isms.method_problems(m.scope, m.code) p where p.about = 'order')
   from isms.risk_method m
  where m.scope = any ($2) and m.status = 'approved'
$$, true);

-- 6.1.2 c: risks that are not closed.
insert into isms.readiness_rule (code, clause, reference, basis, kind, title, remedy, parameters, query, builtin) values
('RD-032', '6.1.2 c1', '6.1.2', 'standard', 'record',
 'Risks have been assessed: a round was finished, or each risk there is has been',
 'Assess the risks and finish a round: isms.assessment_round and isms.take_assessment.', '{}', $$
 select s.code, 'isms.assessment_round', null,
        coalesce(n.assessed, false)
        or exists (select
                     from isms.assessment_round a
                    where a.scope = s.code and a.status = 'closed' and exists (select from isms.assessment_result x where x.scope = a.scope and x.round = a.code))
   from unnest($2) s(code)
   left join (
     select r.scope, bool_and(r.assessed_on is not null) as assessed
       from isms.risk r
      where r.scope = any ($2) and r.status <> 'closed'
      group by r.scope) n on n.scope = s.code
$$, true),

('RD-033', '6.1.2 c1', '6.1.2', 'standard', 'consistency',
 'Of each risk it is known whether confidentiality, integrity or availability is at stake',
 'Set hits in isms.risk to the letters of CIA that are.', '{}', $$
 select r.scope, 'isms.risk', r.code, r.hits ~ '[CIA]' is true
   from isms.risk r
  where r.scope = any ($2) and r.status <> 'closed'
$$, true),

('RD-034', '6.1.2 c1', '6.1.2', 'practice', 'consistency',
 'No information, process or event scenario inside the scope has been left without a risk',
 'Look for risks of the asset, or of what it depends on (isms.asset_dependency), and enter them in isms.risk; isms.risk_candidates proposes some. The parameter has the kinds of assets that count.',
 '{"kinds": ["information", "process"]}', $$
 with recursive covered(scope, asset) as (
   (select r.scope, r.asset from isms.risk r where r.scope = any ($2) and r.status <> 'closed' and r.asset is not null
     union all
    select a.scope, a.asset
      from isms.event_scenario_asset a
      join (select r.scope, r.event_scenario from isms.risk r where r.scope = any ($2) and r.status <> 'closed' offset 0) r
        on r.scope = a.scope and r.event_scenario = a.event_scenario
     where a.scope = any ($2))
   union
   select d.scope, d.supports
     from covered c
     join isms.asset_dependency d on d.scope = c.scope and d.asset = c.asset
    where d.scope = any ($2))
 select a.scope, 'isms.asset', a.code, c.asset is not null
   from isms.asset a
   left join covered c on c.scope = a.scope and c.asset = a.code
  where a.scope = any ($2) and a.kind = any (array(select jsonb_array_elements_text($1 -> 'kinds')))
    and not exists (select from isms.scope_item i where i.scope = a.scope and i.scope = any ($2) and i.kind = 'asset' and i.refers = a.code and i.standing in ('out', 'interface'))
  union all
 select e.scope, 'isms.event_scenario', e.code, exists (select from isms.risk r where r.scope = e.scope and r.scope = any ($2) and r.event_scenario = e.code and r.status <> 'closed')
   from isms.event_scenario e
  where e.scope = any ($2)
$$, true),

('RD-035', '6.1.2 c2', '6.1.2', 'standard', 'consistency',
 'Each risk has an owner who is here and appointed as a risk owner',
 'Set owner in isms.risk (amend_owner, where it is assessed), or appoint the person in role risk_owner. Somebody left: isms.handover.', '{}', $$
 select r.scope, 'isms.risk', r.code, h.person is not null
   from isms.risk r
   left join (
     select o.scope, o.person
       from isms.person_role o
       join isms.person p on p.code = o.person
      where o.scope = any ($2) and o.code = 'risk_owner' and p.kind = 'human') h on h.scope = r.scope and h.person = r.owner
  where r.scope = any ($2) and r.status <> 'closed'
$$, true);

-- 6.1.2 d-e: what is not rated is told of by RD-036 and RD-037 alone.
insert into isms.readiness_rule (code, clause, reference, basis, kind, title, remedy, parameters, query, builtin) values
('RD-036', '6.1.2 d1', '6.1.2', 'standard', 'consistency',
 'Of each risk it is said how bad it would be',
 'Rate consequence in isms.risk; under a method of impact, threat and vulnerability the asset in isms.asset, in each dimension the risk hits.', '{}', $$
 select r.scope, 'isms.risk', r.code,
        case when m.score_rule <> 'impact_threat_vulnerability' then s.step is not null
             when r.hits is not null then
               (r.hits !~ 'C' or isms.confidentiality(g.rating) is not null) and (r.hits !~ 'I' or isms.integrity(g.rating) is not null)
               and (r.hits !~ 'A' or isms.availability(g.rating) is not null) end
   from isms.risk r
   join isms.risk_method m on m.scope = r.scope and m.code = r.method
   left join isms.risk_scale_step s on s.scope = r.scope and s.method = r.method and s.scale = 'consequence' and s.step = r.consequence
   left join isms.asset a on a.scope = r.scope and a.scope = any ($2) and a.code = r.asset
  cross join lateral (select isms.greatest(a.rating, a.inherited_rating)) g(rating)
  where r.scope = any ($2) and r.status <> 'closed'
$$, true),

('RD-037', '6.1.2 d2', '6.1.2', 'standard', 'consistency',
 'Of each risk it is said how likely it is',
 'Rate likelihood in isms.risk; under a method of impact, threat and vulnerability threat_rate and vulnerability_rate.', '{}', $$
 select r.scope, 'isms.risk', r.code,
        case when m.score_rule <> 'impact_threat_vulnerability' then l.step is not null else t.step is not null and v.step is not null end
   from isms.risk r
   join isms.risk_method m on m.scope = r.scope and m.code = r.method
   left join isms.risk_scale_step l on l.scope = r.scope and l.method = r.method and l.scale = 'likelihood' and l.step = r.likelihood
   left join isms.risk_scale_step t on t.scope = r.scope and t.method = r.method and t.scale = 'threat' and t.step = r.threat_rate
   left join isms.risk_scale_step v on v.scope = r.scope and v.method = r.method and v.scale = 'vulnerability' and v.step = r.vulnerability_rate
  where r.scope = any ($2) and r.status <> 'closed'
$$, true),

('RD-038', '6.1.2 d3', '6.1.2', 'practice', 'consistency',
 'Each risk that is rated has a level, and what the last round recorded is what its method gives for the ratings recorded with it',
 'A level that is missing is missing in the method: isms.method_problems. A recorded one that differs was altered: see isms.row_history of isms.assessment_result, and take a new round.', '{}', $$
 select r.scope, 'isms.risk', r.code,
        case when isms.assessed_rank(x.result, 'inherent') is not null then true
             when isms.assessed_likelihood(x.result, 'inherent') is not null and isms.assessed_consequence(x.result, 'inherent') is not null
               or isms.assessed_score(x.result, 'inherent') is not null then false end
   from isms.risk r
   join isms.risk_method_spec m on m.scope = r.scope and m.method = r.method
   left join isms.asset a on a.scope = r.scope and a.scope = any ($2) and a.code = r.asset
  cross join lateral (
     select isms.assess(m.spec, r.likelihood, r.consequence, r.threat_rate, r.vulnerability_rate, isms.greatest(a.rating, a.inherited_rating), r.hits,
                        null, null, null, null, null, null, false) offset 0) x(result)
  where r.scope = any ($2) and r.status <> 'closed'
  union all
 select x.scope, 'isms.assessment_result', x.round || ' ' || x.risk,
        x.inherent_rank is not distinct from isms.assessed_rank(
          isms.assess(m.spec, x.likelihood, x.consequence, x.threat_rate, x.vulnerability_rate, x.asset_rating::isms.rating, x.hits, null, null, null, null, null, null, false), 'inherent')
   from isms.latest_round l
   join isms.assessment_result x on x.scope = l.scope and x.round = l.code
   join isms.risk_method_spec m on m.scope = x.scope and m.method = x.method
  where l.scope = any ($2)
$$, true),

('RD-039', '6.1.2 e1', '6.1.2', 'standard', 'consistency',
 'Each risk was held against the criteria, and what the last round recorded of that agrees with its level',
 'Take the risk through the step assess. A record that differs was altered: see isms.row_history of isms.assessment_result, and take a new round.', '{}', $$
 select r.scope, 'isms.risk', r.code,
        case when isms.assessed_rank(x.result, 'current') is not null then r.assessed_on is not null
             when isms.assessed_rank(x.result, 'inherent') is not null then false end
   from isms.risk r
   join isms.risk_method_spec m on m.scope = r.scope and m.method = r.method
   left join isms.asset a on a.scope = r.scope and a.scope = any ($2) and a.code = r.asset
   left join (
     select o.scope, o.risk, isms.override_set(o.scope, o.risk, o.state, o.likelihood, o.consequence, o.score) as overrides
       from isms.override_in_force o
      where o.scope = any ($2)
      group by o.scope, o.risk) v on v.scope = r.scope and v.risk = r.code
  cross join lateral (
     select isms.assess(m.spec, r.likelihood, r.consequence, r.threat_rate, r.vulnerability_rate, isms.greatest(a.rating, a.inherited_rating), r.hits,
                        r.current_likelihood, r.current_consequence, null, null, null, null, false,
                        v.overrides, r.scope, r.code) offset 0) x(result)
  where r.scope = any ($2) and r.status <> 'closed'
  union all
 select x.scope, 'isms.assessment_result', x.round || ' ' || x.risk,
        x.above_criteria is not distinct from (isms.is_above_criteria(v) or not coalesce(x.within_appetite, true))
   from isms.latest_round l
   join isms.assessment_result x on x.scope = l.scope and x.round = l.code and x.current_rank is not null
   left join isms.risk_level v on v.scope = x.scope and v.method = x.method and v.rank = x.current_rank
  where l.scope = any ($2)
$$, true),

('RD-040', '6.1.2 e2', '6.1.2', 'standard', 'consistency',
 'Of each risk that is to be treated it is known how urgent that is',
 'Give the levels of the method a treat_within in isms.risk_level (isms.revise_method), the risk an action with due_on, or a field of your own named priority in custom of isms.risk.', '{}', $$
 select r.scope, 'isms.risk', r.code,
        case when exists (
                    select
                      from isms.action a
                     where a.scope = any ($2) and a.scope = r.scope and a.serves_kind = 'risk' and a.serves = r.code and a.status <> 'cancelled' and a.due_on is not null)
               or isms.is_given(r.custom ->> 'priority') then true
             when num_nulls(r.likelihood, r.consequence) = 0 or num_nulls(r.threat_rate, r.vulnerability_rate) = 0 then coalesce(l.urgent, false) end
   from isms.risk r
   left join (
     select n.scope, n.method, bool_and(n.treat_within is not null) filter (where n.disposition <> 'acceptable') as urgent
       from isms.risk_level n
      group by n.scope, n.method) l on l.scope = r.scope and l.method = r.method
  where r.scope = any ($2) and r.status <> 'closed'
    and exists (
      select
        from isms.treatment t
       where t.scope = any ($2) and t.scope = r.scope and t.risk = r.code and t.withdrawn_on is null and t.option <> 'retention')
$$, true);

-- 6.1.3 a-b: options that were not given up, of risks that are not closed.
insert into isms.readiness_rule (code, clause, reference, basis, kind, title, remedy, parameters, query, builtin) values
-- The register is worked out only where a risk has no option.
('RD-041', '6.1.3 a', '6.1.3', 'standard', 'consistency',
 'For each risk that is not acceptable as it is, it is decided what to do about it',
 'Choose an option in isms.treatment: modification, retention, sharing or avoidance.', '{}', $$
 with live as materialized (
   select r.scope, r.code, exists (select from isms.treatment t where t.scope = any ($2) and t.scope = r.scope and t.risk = r.code and t.withdrawn_on is null) as chosen
     from isms.risk r
    where r.scope = any ($2) and r.status <> 'closed')
 select l.scope, 'isms.risk', l.code, true
   from live l
  where l.chosen
  union all
 select a.scope, 'isms.risk', a.code, case when a.current_rank is not null then false end
   from live l
   join isms.risk_assessment a on a.scope = l.scope and a.code = l.code
  where not l.chosen
    and exists (select from live x where not x.chosen)
    and (a.current_rank is null or a.current_disposition <> 'acceptable'
         or not coalesce(isms.is_within_appetite((select isms.appetite_map()), a.scope, a.method, a.asset, a.category, a.current_rank), true))
$$, true),

('RD-042', '6.1.3 a', '6.1.3', 'practice', 'consistency',
 'What was chosen is one of the four ways to treat a risk',
 'Correct option in isms.treatment: modification, retention, sharing or avoidance.', '{}', $$
 select t.scope, 'isms.treatment', t.risk || ' ' || t.option, t.option in ('modification', 'retention', 'sharing', 'avoidance')
   from isms.treatment t
   join isms.risk r on r.scope = t.scope and r.code = t.risk
  where t.scope = any ($2) and r.scope = any ($2) and t.withdrawn_on is null and r.status <> 'closed'
$$, true),

('RD-043', '6.1.3 b', '6.1.3', 'standard', 'consistency',
 'Where a risk is to be lowered by controls, it is said by which',
 'Link the risk in isms.risk_control to an implementation that is not retired.', '{}', $$
 select t.scope, 'isms.risk', t.risk,
        exists (
          select
            from isms.risk_control l
            join isms.implementation i on i.scope = l.scope and i.code = l.implementation
           where l.scope = any ($2) and i.scope = any ($2) and l.scope = t.scope and l.risk = t.risk and i.status <> 'retired')
   from isms.treatment t
   join isms.risk r on r.scope = t.scope and r.code = t.risk
  where t.scope = any ($2) and r.scope = any ($2) and t.withdrawn_on is null and t.option = 'modification' and r.status <> 'closed'
$$, true),

('RD-044', '6.1.3 b', '6.1.3', 'practice', 'consistency',
 'Where a risk is shared, it is said with whom and by what agreement',
 'Enter other_party and agreement in isms.treatment.', '{}', $$
 select t.scope, 'isms.treatment', t.risk || ' ' || t.option, isms.is_given(t.other_party) and isms.is_given(t.agreement)
   from isms.treatment t
   join isms.risk r on r.scope = t.scope and r.code = t.risk
  where t.scope = any ($2) and r.scope = any ($2) and t.withdrawn_on is null and t.option = 'sharing' and r.status <> 'closed'
$$, true);

-- 6.1.3 c-d: the statement of applicability as it is decided now.  A control is needed where an implementation of it that is
-- not retired acts on a risk that is not closed.
insert into isms.readiness_rule (code, clause, reference, basis, kind, title, remedy, parameters, query, builtin) values
('RD-045', '6.1.3 c', '6.1.3', 'standard', 'consistency',
 'Each control of Annex A is decided on, so that none was overlooked',
 'Decide it in isms.applicability: necessary, or not and why. isms.statement_of_applicability shows what is undecided.', '{}', $$
 select s.code, 'isms.applicability', c.reference::text, a.reference is not null
   from unnest($2) s(code)
   join isms.control c on c.catalogue = isms.base_catalogue() and c.kind = 'control'
   left join isms.applicability a on a.scope = s.code and a.catalogue = c.catalogue and a.reference = c.reference
$$, true),

('RD-046', '6.1.3 c', '6.1.3', 'practice', 'consistency',
 'What is needed and is not from Annex A stands in the statement of applicability too',
 'Link the implementation to its control (isms.implementation_control; one of your own goes into isms.control) and decide on that in isms.applicability.', '{}', $$
 select i.scope, 'isms.implementation', i.code,
        exists (select
                  from isms.implementation_control l
                  join isms.applicability a on a.scope = l.scope and a.catalogue = l.catalogue and a.reference = l.reference
                 where l.scope = i.scope and l.scope = any ($2) and l.implementation = i.code and a.scope = any ($2) and a.necessary)
   from isms.implementation i
  where i.scope = any ($2) and i.status <> 'retired'
    and not exists (
      select
        from isms.implementation_control l
       where l.scope = i.scope and l.implementation = i.code and l.catalogue = isms.base_catalogue())
    and exists (
      select
        from isms.risk_control c
        join isms.risk r on r.scope = c.scope and r.code = c.risk
       where c.scope = i.scope and c.scope = any ($2) and c.implementation = i.code and r.scope = any ($2) and r.status <> 'closed')
$$, true),

('RD-047', '6.1.3 d', '6.1.3', 'standard', 'document',
 'There is an approved statement of applicability, with its version and its day',
 'Make a version in isms.statement_version, submit it and have it approved; isms.statement_problem says what keeps it from that.', '{}', $$
 select s.code, 'isms.statement_version', null,
        exists (select from isms.statement_version v where v.scope = s.code and v.status = 'approved' and v.approved_on is not null)
        or exists (select
                     from isms.document_status t
                    where t.scope = s.code and t.kind = 'statement_of_applicability' and not t.external and t.state in ('current', 'review_due'))
   from unnest($2) s(code)
$$, true),

('RD-048', '6.1.3 d', '6.1.3', 'standard', 'consistency',
 'No control that a risk needs was left out of the statement of applicability',
 'Set necessary in isms.applicability, or take the implementation off the risk in isms.risk_control.', '{}', $$
 select u.code, 'isms.applicability', case when k.catalogue = isms.base_catalogue() then '' else k.catalogue || ' ' end || k.reference, a.necessary
   from unnest($2) u(code)
   join isms.control k on k.kind = 'control'
   left join isms.applicability a on a.scope = u.code and a.catalogue = k.catalogue and a.reference = k.reference
  where (k.catalogue = isms.base_catalogue() or a.reference is not null)
    and exists (
      select
        from isms.implementation_control l
        join isms.implementation i on i.scope = l.scope and i.code = l.implementation
        join isms.risk_control c on c.scope = l.scope and c.implementation = l.implementation
        join isms.risk r on r.scope = c.scope and r.code = c.risk
       where l.scope = u.code and l.catalogue = k.catalogue and l.reference = k.reference and i.status <> 'retired' and r.status <> 'closed'
      offset 0)
$$, true),

('RD-049', '6.1.3 d', '6.1.3', 'standard', 'consistency',
 'Each control that is necessary has a reason',
 'Say in reasons of isms.applicability whether it is a risk, a law, a contract or the business.', '{}', $$
 select a.scope, 'isms.applicability', case when a.catalogue = isms.base_catalogue() then '' else a.catalogue || ' ' end || a.reference, cardinality(a.reasons) > 0
   from isms.applicability a
  where a.scope = any ($2) and a.necessary
$$, true),

('RD-050', '6.1.3 d', '6.1.3', 'practice', 'consistency',
 'The reason can be followed: to a risk that needs the control, to the law or the contract that asks for it',
 'Link a risk to an implementation of the control (isms.risk_control), a requirement to the control (isms.requirement_control), or correct reasons in isms.applicability.', '{}', $$
 select a.scope, 'isms.applicability', case when a.catalogue = isms.base_catalogue() then '' else a.catalogue || ' ' end || a.reference,
        ('risk' <> all (a.reasons)
         or exists (
           select
             from isms.implementation_control l
             join isms.implementation i on i.scope = l.scope and i.code = l.implementation
             join isms.risk_control c on c.scope = l.scope and c.implementation = l.implementation
             join isms.risk r on r.scope = c.scope and r.code = c.risk
            where l.scope = a.scope and l.catalogue = a.catalogue and l.reference = a.reference and i.status <> 'retired' and r.status <> 'closed'
           offset 0))
        and ('law' <> all (a.reasons) or coalesce(q.law, false)) and ('contract' <> all (a.reasons) or coalesce(q.contract, false))
   from isms.applicability a
   left join (
     select k.scope, k.catalogue, k.reference, bool_or(r.kind in ('law', 'regulation')) as law, bool_or(r.kind = 'contract') as contract
       from isms.requirement_control k
       join isms.party_requirement r on r.scope = k.scope and r.code = k.requirement
       join isms.interested_party y on y.scope = r.scope and y.code = r.party
       join isms.scope_day d on d.scope = r.scope
      where k.scope = any ($2) and coalesce(r.ended_on, 'infinity') >= d.today and coalesce(y.ended_on, 'infinity') >= d.today and r.addressed is not false
      group by k.scope, k.catalogue, k.reference) q on q.scope = a.scope and q.catalogue = a.catalogue and q.reference = a.reference
  where a.scope = any ($2) and a.necessary and a.reasons && '{risk,law,contract}'
$$, true),

('RD-051', '6.1.3 d', '6.1.3', 'standard', 'consistency',
 'Of each control of Annex A that is left out it is said why',
 'Write justification in isms.applicability.', '{}', $$
 select a.scope, 'isms.applicability', a.reference::text, isms.is_given(a.justification)
   from isms.applicability a
  where a.scope = any ($2) and a.catalogue = isms.base_catalogue() and not a.necessary
$$, true),

('RD-052', '6.1.3 d', '6.1.3', 'standard', 'consistency',
 'Of each control that is necessary it is said how far it is',
 'Set implementation_status in isms.applicability; what is necessary cannot be not_applicable.', '{}', $$
 select a.scope, 'isms.applicability', case when a.catalogue = isms.base_catalogue() then '' else a.catalogue || ' ' end || a.reference,
        coalesce(a.implementation_status <> 'not_applicable', false)
   from isms.applicability a
  where a.scope = any ($2) and a.necessary
$$, true),

-- What another scope runs has the status that scope tells, and is not held against what is declared here.
('RD-053', '6.1.3 d', '6.1.3', 'practice', 'consistency',
 'Nothing makes a risk lower today that is said not to be there yet',
 'Bring implementation_status in isms.applicability and status in isms.implementation together, or rate current_likelihood and current_consequence of the risk without what is only planned.', '{}', $$
 select a.scope, 'isms.applicability', case when a.catalogue = isms.base_catalogue() then '' else a.catalogue || ' ' end || a.reference, a.implementation_status in ('partial', 'implemented')
   from isms.applicability a
  where a.scope = any ($2) and a.necessary
    and exists (
      select
        from isms.implementation_control l
        join isms.implementation i on i.scope = l.scope and i.code = l.implementation
        join isms.risk_control c on c.scope = l.scope and c.implementation = l.implementation
        join isms.risk r on r.scope = c.scope and r.code = c.risk
       where l.scope = any ($2) and l.scope = a.scope and l.catalogue = a.catalogue and l.reference = a.reference and i.status = 'implemented' and i.operator_implementation is null
         and r.status <> 'closed' and (coalesce(c.effectiveness, i.effectiveness) > 0 or c.reduction > 0))
  union all
 select r.scope, 'isms.risk', r.code,
        exists (select
                  from isms.risk_control c
                  join isms.implementation i on i.scope = c.scope and i.code = c.implementation
                 where c.scope = r.scope and c.risk = r.code and (i.status = 'implemented' or i.operator_implementation is not null and i.status <> 'retired'))
        or exists (select
                     from isms.treatment t
                    where t.scope = r.scope and t.risk = r.code and t.withdrawn_on is null and t.option in ('sharing', 'avoidance')
                      and (r.status in ('treated', 'monitored') or t.stops_on <= d.today))
   from isms.risk r
   join isms.scope_day d on d.scope = r.scope
   join isms.risk_method m on m.scope = r.scope and m.code = r.method
  where r.scope = any ($2) and r.status <> 'closed' and m.residual_rule = 'entered'
    and (r.current_likelihood < r.likelihood or r.current_consequence < r.consequence)
$$, true);

-- 6.1.3 e-f: the plan, and what remains.
-- What is retained takes no plan: where nothing else is chosen, that it was decided is all there is to plan.
insert into isms.readiness_rule (code, clause, reference, basis, kind, title, remedy, parameters, query, builtin) values
('RD-054', '6.1.3 e', '6.1.3', 'standard', 'document',
 'There is a plan of how risks are treated, approved and in force',
 'Take risks through the step approve_plan of isms.risk, or approve a document of kind treatment_plan in isms.document_version.', '{}', $$
 select s.code, 'isms.risk', null,
        exists (select from isms.document_status t where t.scope = s.code and t.kind = 'treatment_plan' and not t.external and t.state in ('current', 'review_due'))
        or exists (select
                     from isms.risk r
                     join isms.treatment t on t.scope = r.scope and t.risk = r.code
                    where r.scope = s.code and r.status in ('in_treatment', 'treated', 'monitored') and t.withdrawn_on is null and t.option <> 'retention')
        or exists (select from isms.risk r where r.scope = s.code and r.status in ('in_treatment', 'treated', 'monitored'))
           and not exists (select
                             from isms.risk r
                             join isms.treatment t on t.scope = r.scope and t.risk = r.code
                            where r.scope = s.code and r.status <> 'closed' and t.withdrawn_on is null and t.option <> 'retention')
   from unnest($2) s(code)
$$, true),

('RD-055', '6.1.3 e', '6.1.3', 'practice', 'consistency',
 'Of each action of the plan it is known who does it, until when, with what and how far it is',
 'Enter owner, due_on and resources in isms.action (amend_plan, where the plan is approved); what somebody who left was to do is handed over by isms.handover.', '{}', $$
 select a.scope, 'isms.action', a.code,
        case when a.owner is null or a.due_on is null or not isms.is_given(a.resources) or a.status is null then false
             when a.status in ('done', 'verified') then true
             when p.code is not null then d.today <= coalesce(p.active_until, 'infinity') end
   from isms.action a
   join isms.risk r on r.scope = a.scope and r.code = a.serves
   join isms.scope_day d on d.scope = a.scope
   left join isms.person p on p.code = a.owner
  where a.scope = any ($2) and r.scope = any ($2) and a.serves_kind = 'risk' and a.status is distinct from 'cancelled' and r.status <> 'closed'
$$, true),

('RD-056', '6.1.3 e', '6.1.3', 'practice', 'timeliness',
 'No action of the plan is late',
 'Do it, or ask for another day with the reason: the amendment amend_plan of isms.action.', '{}', $$
 select a.scope, 'isms.action', a.code, a.due_on >= d.today
   from isms.action a
   join isms.risk r on r.scope = a.scope and r.code = a.serves
   join isms.scope_day d on d.scope = a.scope
  where a.scope = any ($2) and r.scope = any ($2) and a.serves_kind = 'risk' and a.status in ('planned', 'in_progress') and r.status <> 'closed'
$$, true),

-- Retention alone needs no plan; what is under review was approved, or will be.
('RD-057', '6.1.3 f', '6.1.3', 'standard', 'record',
 'What is done about a risk was approved by its owner',
 'Ask the owner for the step approve_plan of isms.risk: isms.request, then isms.approve.', '{}', $$
 select r.scope, 'isms.risk', r.code, case when r.status <> 'in_review' then r.status in ('in_treatment', 'treated', 'monitored') and p.key is not null end
   from isms.risk r
   left join (
     select distinct q.scope, q.key
       from isms.approval_request q
       join isms.approval a on a.request = q.id
      where q.scope = any ($2) and q.table_name = 'isms.risk' and q.transition = 'approve_plan' and q.status = 'carried_out' and a.slot = 'owner') p on p.scope = r.scope and p.key = r.code
  where r.scope = any ($2) and r.status <> 'closed'
    and exists (
      select
        from isms.treatment t
       where t.scope = any ($2) and t.scope = r.scope and t.risk = r.code and t.withdrawn_on is null and t.option <> 'retention')
$$, true),

-- An acceptance is held against the level only where the risk has one at all: risks that have are fewer, and found at once.
('RD-058', '6.1.3 f', '6.1.3', 'standard', 'record',
 'What remains of a risk is acceptable as it is, or its owner has accepted it as high as it is now',
 'Ask the owner to accept it: insert into isms.acceptance, basis target while it is treated, residual after. Acceptances end, and go stale when the risk gets worse or changes hands: isms.acceptance_status.', '{}', $$
 select a.scope, 'isms.risk', a.code,
        case when a.residual_rank is not null then
          a.residual_disposition = 'acceptable' and coalesce(isms.is_within_appetite((select isms.appetite_map()), a.scope, a.method, a.asset, a.category, a.residual_rank), true)
          or exists (select from isms.acceptance c where c.scope = any ($2) and c.scope = a.scope and c.risk = a.code and c.status = 'accepted')
             and exists (select
                           from isms.acceptance c
                           join isms.risk_level l on l.scope = c.scope and l.method = a.method and l.label = c.ceiling
                          where c.scope = a.scope and c.risk = a.code and c.status = 'accepted' and c.accepted_by = a.owner and d.today <@ c.validity
                            and (c.basis = 'residual' or c.basis = 'target' and a.status = 'in_treatment')
                            and not isms.acceptance_stale(c.frozen, l.rank, a.residual_rank, a.asset, a.hits, a.method, c.accepted_by, a.owner)) end
   from isms.risk_assessment a
   join isms.scope_day d on d.scope = a.scope
  where a.scope = any ($2) and a.status in ('in_treatment', 'treated', 'monitored')
$$, true),

('RD-058b', '6.1.3 f', '6.1.3', 'practice', 'record',
 'No risk was assessed again after its owner had accepted what remains',
 'Have the owner accept it anew: insert into isms.acceptance.', '{}', $$
 select c.scope, 'isms.acceptance', c.code, case when c.accepted_on is null then false else c.accepted_on >= r.assessed_on end
   from isms.acceptance c
   join isms.risk r on r.scope = c.scope and r.code = c.risk
   join isms.scope_day d on d.scope = c.scope
  where c.scope = any ($2) and c.status = 'accepted' and c.basis in ('target', 'residual') and d.today <@ c.validity and r.status <> 'closed'
$$, true),

('RD-059', '6.1.3 f', '6.1.3', 'practice', 'consistency',
 'Nothing above the criteria was accepted without top management, and nothing that may never be',
 'Revoke the acceptance in isms.acceptance and treat the risk, or ask anew, so that top management approves it too.', '{}', $$
 select c.scope, 'isms.acceptance', c.code,
        case when l.rank is null then null
             when isms.is_above_criteria(l) or not coalesce(isms.is_within_appetite((select isms.appetite_map()), r.scope, r.method, r.asset, r.category, l.rank), true)
               then l.disposition <> 'never' and t.key is not null
             else true end
   from isms.acceptance c
   join isms.risk r on r.scope = c.scope and r.code = c.risk
   join isms.scope_day d on d.scope = c.scope
   left join isms.risk_level l on l.scope = r.scope and l.method = r.method and l.label = c.ceiling
   left join (
     select distinct q.scope, q.key
       from isms.approval_request q
       join isms.approval a on a.request = q.id
      where q.scope = any ($2) and q.table_name = 'isms.acceptance' and q.transition = 'accept' and q.status = 'carried_out' and a.slot = 'top_management') t
     on t.scope = c.scope and t.key = c.code
  where c.scope = any ($2) and c.status = 'accepted' and c.basis in ('target', 'residual') and d.today <@ c.validity and r.status <> 'closed'
$$, true),

-- Where levels are computed, only what is still to come makes the target lower, and once treated the residual is the present
-- one; so steps that were entered are looked at, and of the register the risks for which an expert entered something.
-- Those are looked up by NOT IN both times: it is hashed, however few rows the planner expects, and asked before anything is worked out.
('RD-060', '6.1.3', '6.1.3', 'practice', 'consistency',
 'What is to remain of a risk is no more than there is now, and less only where something is still to be done',
 'Correct target_likelihood and target_consequence in isms.risk, or plan what is to bring the risk down: a control in isms.risk_control, an action in isms.action.', '{}', $$
 with entered as materialized (
   select o.scope, o.risk, o.method
     from isms.risk_override o
     join isms.scope_day d on d.scope = o.scope
    where o.scope = any ($2) and o.status = 'approved' and elem_contained_by_range(d.today, o.validity))
 select x.scope, 'isms.risk', x.code,
        case when num_nulls(x.current_rank, x.residual_rank) > 0 then null
             when x.residual_rank >= x.current_rank then x.residual_rank = x.current_rank
             else exists (select
                            from isms.risk_control c
                            join isms.implementation i on i.scope = c.scope and i.code = c.implementation
                           where c.scope = x.scope and c.risk = x.code and (i.status in ('planned', 'partial') or i.operator_implementation is not null and i.status <> 'retired'))
               or exists (select
                            from isms.treatment t
                           where t.scope = x.scope and t.risk = x.code and t.withdrawn_on is null and t.option in ('sharing', 'avoidance'))
               or exists (select
                            from isms.action a
                           where a.scope = x.scope and a.serves_kind = 'risk' and a.serves = x.code and a.status in ('planned', 'in_progress', 'done')) end
   from (
     select r.scope, r.code,
            case when e.result is not null then isms.assessed_rank(e.result, 'current') when num_nulls(r.likelihood, r.consequence) = 0 or num_nulls(r.threat_rate, r.vulnerability_rate) = 0 then 0 end,
            case when e.result is not null then isms.assessed_rank(e.result, 'target') when num_nulls(r.likelihood, r.consequence) = 0 or num_nulls(r.threat_rate, r.vulnerability_rate) = 0 then 0 end
       from isms.risk r
       join isms.risk_method m on m.scope = r.scope and m.code = r.method
       join isms.risk_method_spec p on p.scope = r.scope and p.method = r.method
      cross join lateral (
         select case when m.residual_rule = 'entered' and r.status not in ('treated', 'monitored') then
                  isms.assess(p.spec, r.likelihood, r.consequence, null, null, null, r.hits, r.current_likelihood, r.current_consequence, r.target_likelihood, r.target_consequence, null, null, false)
                end offset 0) e(result)
      where r.scope = any ($2) and r.status <> 'closed'
        and (r.scope, r.code, r.method) not in (select e.scope, e.risk, e.method from entered e)
      union all
     select a.scope, a.code, a.current_rank, a.residual_rank
       from isms.risk_assessment a
      where a.scope = any ($2) and a.status <> 'closed' and a.overridden is not null
        and not (a.scope, a.code, a.method) not in (select e.scope, e.risk, e.method from entered e)) x(scope, code, current_rank, residual_rank)
$$, true);
