-- Rules of readiness of clauses 4 to 6.1: context, leadership, risk assessment and treatment.

-- Clause 4.  What has ended is not judged, nor what belongs to a party that has.
insert into isms.readiness_rule (code, clause, reference, basis, kind, title, remedy, parameters, query, builtin) values
('RD-001', '4.1', '4.1', 'standard', 'record',
 'There are external and internal issues, and each has somebody who watches it and a day on which it was last looked at',
 'Enter what is missing in isms.context_issue: an issue of either kind, its owner, and in reviewed_on the day of the last review.', '{}', $$
 select s.code, 'isms.context_issue', null,
        exists (select
                  from isms.context_issue i
                  join isms.scope_day d on d.scope = i.scope
                 where i.scope = s.code and i.kind = k.kind and coalesce(i.ended_on, 'infinity') >= d.today)
   from unnest($2) s(code)
  cross join (values ('external'), ('internal')) k(kind)
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
                 where c.scope = s.code and c.decided_on <= d.today and c.reason ~ '\S')
   from unnest($2) s(code)
$$, true),

('RD-004', '4.2', '4.2', 'standard', 'record',
 'Somebody is known who wants something of the ISMS',
 'Enter customers, authorities, owners, staff and whoever else counts in isms.interested_party.', '{}', $$
 select s.code, 'isms.interested_party', null,
        exists (select
                  from isms.interested_party y
                  join isms.scope_day d on d.scope = y.scope
                 where y.scope = s.code and coalesce(y.ended_on, 'infinity') >= d.today)
   from unnest($2) s(code)
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
 select s.code, 'isms.document', null,
        exists (select from isms.document_status v where v.scope = s.code and v.kind = 'scope' and not v.external and v.state in ('current', 'review_due'))
   from unnest($2) s(code)
$$, true),

('RD-009', '4.3 a-b', '4.3', 'standard', 'consistency',
 'The scope builds on an issue and on a requirement of an interested party',
 'Name in isms.scope_reference at least one issue and one requirement that still hold and that the boundary was drawn by.', '{}', $$
 select s.code, 'isms.scope_reference', null,
        exists (select
                  from isms.scope_reference r
                  join isms.context_issue i on i.scope = r.scope and i.code = r.key
                  join isms.scope_day d on d.scope = r.scope
                 where r.scope = s.code and r.kind = 'issue' and coalesce(i.ended_on, 'infinity') >= d.today)
   from unnest($2) s(code)
  union all
 select s.code, 'isms.scope_reference', null,
        exists (select
                  from isms.scope_reference r
                  join isms.party_requirement q on q.scope = r.scope and q.code = r.key
                  join isms.scope_day d on d.scope = r.scope
                 where r.scope = s.code and r.kind = 'requirement' and coalesce(q.ended_on, 'infinity') >= d.today)
   from unnest($2) s(code)
$$, true),

('RD-010', '4.3 c', '4.3', 'standard', 'record',
 'Where the ISMS meets others outside is listed, with what crosses there',
 'Enter providers, parent company, networks and the like in isms.scope_item with standing interface, and in reason what crosses and who sees to it.', '{}', $$
 select s.code, 'isms.scope_item', null, exists (select from isms.scope_item i where i.scope = s.code and i.standing = 'interface')
   from unnest($2) s(code)
  union all
 select i.scope, 'isms.scope_item', i.code, coalesce(i.reason, '') ~ '\S'
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
    and not exists (select from isms.scope_item i where i.scope = a.scope and i.kind = 'asset' and i.refers = a.code)
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
 select s.code, 'isms.process', null,
        exists (select
                  from isms.process p
                  join isms.scope_day d on d.scope = p.scope
                 where p.scope = s.code and coalesce(p.ended_on, 'infinity') >= d.today)
   from unnest($2) s(code)
  union all
 select x.scope, 'isms.process', x.code,
        case when x.owner is null or n.process is null then false
             when p.code is not null then d.today <= coalesce(p.active_until, 'infinity') end
   from isms.process x
   join isms.scope_day d on d.scope = x.scope
   left join isms.person p on p.code = x.owner
   left join (
     select i.scope, i.from_process as process from isms.process_interaction i where i.scope = any ($2)
      union
     select i.scope, i.to_process from isms.process_interaction i where i.scope = any ($2)) n on n.scope = x.scope and n.process = x.code
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
        exists (select
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
 select v.scope, 'isms.document_version', v.document || ' ' || v.version, coalesce(v.availability, '') ~ '\S'
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
