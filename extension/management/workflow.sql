-- The workflows of clauses 7 to 10 and of certification, as data.  Tables come under them by isms.attach_workflow; the
-- columns they need are those the guards, the frozen columns and @column name.

insert into isms.guard (name, function, clause, basis, builtin) values
  ('doc_identified', 'isms.guard_doc_identified', '7.5.2 a', 'S', true),
  ('doc_format', 'isms.guard_doc_format', '7.5.2 b', 'S', true),
  ('doc_controlled', 'isms.guard_doc_controlled', '7.5.3', 'P', true),
  ('change_noted', 'isms.guard_change_noted', '7.5.3 e', 'P', true),
  ('approver_fits_kind', 'isms.guard_approver_fits_kind', '5.2, 5.3', 'P', true),
  ('review_recorded', 'isms.guard_review_recorded', '7.5.2 c', 'S', true),
  ('one_current', 'isms.guard_one_current', '7.5.3', 'P', true),
  ('mandatory_replaced', 'isms.guard_mandatory_replaced', '7.5.1 a', 'S', true),
  ('disposal_due', 'isms.guard_disposal_due', '7.5.3 f', 'S', true),
  ('programme_approved', 'isms.guard_programme_approved', '9.2.2', 'S', true),
  ('criteria_and_scope', 'isms.guard_criteria_and_scope', '9.2.2 a', 'S', true),
  ('team_named', 'isms.guard_team_named', '9.2.2 b', 'S', true),
  ('team_competent', 'isms.guard_team_competent', '9.2.2 b, 7.2', 'S', true),
  ('team_impartial', 'isms.guard_team_impartial', '9.2.2 b', 'S', true),
  ('auditee_informed', 'isms.guard_auditee_informed', '19011 6.3.2', 'P', true),
  ('coverage_recorded', 'isms.guard_coverage_recorded', '9.2.2, 19011 6.4', 'P', true),
  ('findings_final', 'isms.guard_findings_final', '9.2.2 c', 'S', true),
  ('conclusion_set', 'isms.guard_conclusion_set', '9.2.2 c', 'S', true),
  ('report_sent', 'isms.guard_report_sent', '9.2.2 c', 'S', true),
  ('nonconformities_raised', 'isms.guard_nonconformities_raised', '10.2', 'S', true),
  ('replacement_planned', 'isms.guard_replacement_planned', '9.2.2', 'P', true),
  ('finding_complete', 'isms.guard_finding_complete', '9.2.2', 'S', true),
  ('recorder_fits', 'isms.guard_recorder_fits', '9.2.2 b', 'S', true),
  ('nonconformity_linked', 'isms.guard_nonconformity_linked', '10.2', 'S', true),
  ('nonconformity_closed', 'isms.guard_nonconformity_closed', '10.2', 'S', true),
  ('decision_recorded', 'isms.guard_decision_recorded', '10.1', 'P', true),
  ('body_reference', 'isms.guard_body_reference', '17021-1 9.4.9-9.4.10, 9.5', 'S', true),
  ('body_accepted_plan', 'isms.guard_body_accepted_plan', '17021-1 9.4.9-9.4.10, 9.5', 'S', true),
  ('body_closed', 'isms.guard_body_closed', '17021-1 9.4.9-9.4.10, 9.5', 'S', true),
  ('nature_recorded', 'isms.guard_nature_recorded', '10.2 f', 'S', true),
  ('correction_or_reason', 'isms.guard_correction_or_reason', '10.2 a', 'S', true),
  ('consequences_dealt', 'isms.guard_consequences_dealt', '10.2 a', 'S', true),
  ('cause_recorded', 'isms.guard_cause_recorded', '10.2 b', 'S', true),
  ('similar_checked', 'isms.guard_similar_checked', '10.2 b', 'S', true),
  ('need_decided', 'isms.guard_need_decided', '10.2 b', 'S', true),
  ('need_is_yes', 'isms.guard_need_is_yes', '10.2 b', 'S', true),
  ('need_is_no', 'isms.guard_need_is_no', '10.2 b', 'S', true),
  ('action_planned', 'isms.guard_action_planned', '10.2 c', 'S', true),
  ('not_major', 'isms.guard_not_major', '17021-1 3.12', 'P', true),
  ('effectiveness_due_set', 'isms.guard_effectiveness_due_set', '10.2 d', 'P', true),
  ('judged_late_enough', 'isms.guard_judged_late_enough', '10.2 d', 'P', true),
  ('judged_effective', 'isms.guard_judged_effective', '10.2 d', 'S', true),
  ('judged_ineffective', 'isms.guard_judged_ineffective', '10.2 d', 'S', true),
  ('isms_change_decided', 'isms.guard_isms_change_decided', '10.2 e', 'S', true),
  ('risk_decided', 'isms.guard_risk_decided', '8.2', 'P', true),
  ('times_ordered', 'isms.guard_times_ordered', 'A.5.26', 'P', true),
  ('handler_named', 'isms.guard_handler_named', 'A.5.24, A.5.25', 'P', true),
  ('classified', 'isms.guard_classified', 'A.5.24, A.5.25', 'P', true),
  ('affected_named', 'isms.guard_affected_named', 'A.5.24, A.5.25', 'P', true),
  ('containment_recorded', 'isms.guard_containment_recorded', 'A.5.26', 'P', true),
  ('recovery_recorded', 'isms.guard_recovery_recorded', 'A.5.26', 'P', true),
  ('lessons_recorded', 'isms.guard_lessons_recorded', 'A.5.27', 'P', true),
  ('duties_decided', 'isms.guard_duties_decided', 'A.5.5, A.5.31, A.5.34', 'P', true),
  ('duties_met', 'isms.guard_duties_met', 'A.5.5, A.5.31, A.5.34', 'P', true),
  ('evidence_kept', 'isms.guard_evidence_kept', 'A.5.28', 'P', true),
  ('nonconformity_decided', 'isms.guard_nonconformity_decided', '10.2', 'P', true),
  ('kind_planned', 'isms.guard_kind_planned', '8.1', 'P', true),
  ('kind_unintended', 'isms.guard_kind_unintended', '8.1', 'P', true),
  ('emergency_declared', 'isms.guard_emergency_declared', '8.1', 'P', true),
  ('change_described', 'isms.guard_change_described', '6.3', 'P', true),
  ('isms_effect_recorded', 'isms.guard_isms_effect_recorded', '6.3', 'P', true),
  ('risk_assessed', 'isms.guard_risk_assessed', '8.2', 'S', true),
  ('plan_dated', 'isms.guard_plan_dated', '6.3', 'P', true),
  ('in_window', 'isms.guard_in_window', '6.3', 'P', true),
  ('test_planned', 'isms.guard_test_planned', 'A.8.32', 'P', true),
  ('test_passed', 'isms.guard_test_passed', 'A.8.32', 'P', true),
  ('way_back', 'isms.guard_way_back', 'A.8.32', 'P', true),
  ('consequences_reviewed', 'isms.guard_consequences_reviewed', '8.1, 6.3', 'S', true),
  ('records_updated', 'isms.guard_records_updated', '8.1, 6.3', 'P', true),
  ('previous_named', 'isms.guard_previous_named', '17021-1 9.6.3.1', 'S', true),
  ('is_renewal', 'isms.guard_is_renewal', '17021-1 9.6.3.1', 'S', true),
  ('no_significant_change', 'isms.guard_no_significant_change', '17021-1 9.6.3.1', 'S', true),
  ('body_accredited', 'isms.guard_body_accredited', 'IAF MLA', 'P', true),
  ('scope_statement_approved', 'isms.guard_scope_statement_approved', '4.3', 'P', true),
  ('persons_declared', 'isms.guard_persons_declared', '27006-1 9.1.4', 'P', true),
  ('offer_recorded', 'isms.guard_offer_recorded', '27006-1 9.1.4', 'P', true),
  ('mandatory_documents', 'isms.guard_mandatory_documents', '17021-1 9.3.1.2.2', 'P', true),
  ('audit_and_review_planned', 'isms.guard_audit_and_review_planned', '17021-1 9.3.1.2.2 g; 27006-1', 'P', true),
  ('audit_and_review_done', 'isms.guard_audit_and_review_done', '17021-1 9.3.1.2.2 g; 27006-1', 'S', true),
  ('stage_1_ready', 'isms.guard_stage_1_ready', '17021-1 9.3.1.2.3-4', 'S', true),
  ('concerns_answered', 'isms.guard_concerns_answered', '17021-1 9.3.1.2.3-4', 'P', true),
  ('stage_1_fresh', 'isms.guard_stage_1_fresh', '17021-1 9.3.1.2.3-4', 'P', true),
  ('stage_2_reported', 'isms.guard_stage_2_reported', '17021-1 9.4', 'S', true),
  ('majors_verified', 'isms.guard_majors_verified', '17021-1 9.5.2', 'S', true),
  ('minors_planned', 'isms.guard_minors_planned', '17021-1 9.5.2', 'S', true),
  ('decided_in_time', 'isms.guard_decided_in_time', '17021-1 9.5.3.2, 9.6.3.2.2-5', 'S', true),
  ('majors_too_late', 'isms.guard_majors_too_late', '17021-1 9.5.3.2', 'S', true),
  ('certificate_complete', 'isms.guard_certificate_complete', '27006-1 8.2.2, 17021-1 9.6.3.2.3-5', 'S', true),
  ('suspension_end_set', 'isms.guard_suspension_end_set', '17021-1 9.6.5.4', 'P', true),
  ('cause_resolved', 'isms.guard_cause_resolved', '17021-1 9.6.5.4', 'P', true);

insert into isms.slot_condition (name, function, builtin) values
  ('was_approved', 'isms.condition_was_approved', true),
  ('audit_late', 'isms.condition_audit_late', true),
  ('from_audit_or_major', 'isms.condition_from_audit_or_major', true),
  ('was_confirmed', 'isms.condition_was_confirmed', true),
  ('changes_scope_or_policy', 'isms.condition_changes_scope_or_policy', true),
  ('not_approved_before', 'isms.condition_not_approved_before', true),
  ('no_successor', 'isms.condition_no_successor', true);

-- What is related to what.

-- 9.2.2 b: who has a part in what is audited.  Items are codes of things people own, references of controls (A.5.9) or of clauses (6.1.2).
create function isms.involved_in(scope text, items text[], since date) returns table (person text, item text, how text)
  language plpgsql stable set search_path = pg_catalog, pg_temp as $$
#variable_conflict use_column
declare
  t isms.owned_table;
  relation regclass;
  things text[];
  owned jsonb;
begin
  -- A control stands for what implements it, an implementation for the actions that build it.
  things := items || array(
    select c.implementation
      from isms.implementation_control c
     where c.scope = involved_in.scope
       and exists (select from unnest(items) i where i ~ '^[A-Z]' and (c.reference::text = i or starts_with(c.reference::text, i || '.'))));
  for t in
    select x.*
      from isms.owned_table x
      join pg_attribute a on a.attrelid = to_regclass(format('%I.%I', x.schema_name, x.table_name)) and a.attname = 'code'
     order by x.schema_name, x.table_name, x.person_column
  loop
    relation := format('%I.%I', t.schema_name, t.table_name);
    owned := isms.read_as_owner(relation,
      format('select jsonb_agg(jsonb_build_object(''person'', x.%I, ''code'', x.code)) from %s x where x.scope = $1 and x.code = any ($2)', t.person_column, relation),
      involved_in.scope, things);
    return query
      select o.person, o.code, format('owns %s %s', replace(t.table_name, '_', ' '), o.code)
        from jsonb_to_recordset(owned) o(person text, code text)
       where o.person is not null
      union all
      -- and by the trail, who owned it before
      select h.old_values ->> t.person_column, o.code, format('owned %s %s until %s', replace(t.table_name, '_', ' '), o.code, to_char(h.at at time zone s.time_zone, 'YYYY-MM-DD'))
        from jsonb_to_recordset(owned) o(person text, code text)
        join isms.scope s on s.code = involved_in.scope
       cross join lateral isms.row_history(relation, o.code) h
       where h.operation = 'update' and h.old_values ->> t.person_column is not null and (h.scope is null or h.scope = involved_in.scope)
         and (h.at at time zone s.time_zone)::date >= since;
  end loop;
  return query
    select x.tester, x.implementation, format('tested %s on %s', x.implementation, to_char(x.tested_on, 'YYYY-MM-DD'))
      from isms.control_test x
     where x.scope = involved_in.scope and x.implementation = any (things) and x.tested_on >= since and x.tester is not null
    union all
    select a.owner, a.code, format('owns action %s of %s', a.code, coalesce(a.implementation, a.serves))
      from isms.action a
     where a.scope = involved_in.scope and (a.implementation = any (things) or a.serves = any (things)) and a.owner is not null
       and (a.status in ('planned', 'in_progress', 'done') or coalesce(a.checked_on, a.done_on) >= since)
    union all
    select a.approver, r.key, format('approved %s of %s', r.transition, r.key)
      from isms.approval_request r
      join isms.approval a on a.request = r.id
      join isms.scope s on s.code = r.scope
     where r.scope = involved_in.scope and r.key = any (things) and r.status = 'carried_out'
       and coalesce(a.approved_on, (a.approved_at at time zone s.time_zone)::date) >= since
    union all
    -- who is responsible for the management system audits none of its clauses
    select x.person, i.item, 'answers for clauses 4 to 10 as isms_manager'
      from unnest(items) i(item),
           isms.role_assignment x
     where i.item ~ '^([4-9]|10)(\.|$)' and x.scope = involved_in.scope and x.role = 'isms_manager' and isms.holds_role(x.person, x.role, x.scope);
end
$$;

comment on function isms.involved_in(text, text[], date) is 'Who may not audit these items of the scope, and why: who owns them, and who owned, tested, did or approved something of them since the date; for clauses the ISMS managers (9.2.2 b)';

create function isms.audit_audited(audit jsonb) returns jsonb
  language sql stable set search_path = pg_catalog, pg_temp
begin atomic
  select coalesce(jsonb_object_agg(p.person, p.how), '{}')
    from (select i.person, string_agg(distinct i.how, ', ') as how
            from isms.involved_in(
                   audit ->> 'scope',
                   array(select jsonb_array_elements_text(case jsonb_typeof(audit -> 'scope_items') when 'array' then audit -> 'scope_items' else '[]' end)),
                   (coalesce(lower((audit ->> 'planned_period')::daterange), isms.today(audit ->> 'scope')) - interval '12 months')::date) i
           group by i.person) p;
end;

comment on function isms.audit_audited(jsonb) is 'Relation audited of internal audits: who is involved in what is audited, in the 12 months before it';

create function isms.audit_programme(audit jsonb) returns jsonb
  language sql stable set search_path = pg_catalog, pg_temp
begin atomic
  select isms.step_referred_row('internal_audit', 'programme', audit);
end;

comment on function isms.audit_programme(jsonb) is 'Relation programme of internal audits';

create function isms.audit_findings(audit jsonb) returns jsonb
  language sql stable set search_path = pg_catalog, pg_temp
begin atomic
  select isms.step_bound_rows('finding', jsonb_build_object('scope', audit -> 'scope', 'audit', audit -> 'code'));
end;

comment on function isms.audit_findings(jsonb) is 'Relation findings of internal audits';

create function isms.audit_audits(audit jsonb) returns jsonb
  language sql stable set search_path = pg_catalog, pg_temp
begin atomic
  select isms.step_bound_rows('internal_audit', jsonb_build_object('scope', audit -> 'scope', 'programme', audit -> 'programme'));
end;

comment on function isms.audit_audits(jsonb) is 'Relation audits of internal audits: all of the programme';

create function isms.version_document(version jsonb) returns jsonb
  language sql stable set search_path = pg_catalog, pg_temp
begin atomic
  select isms.step_referred_row('document', 'document', version);
end;

comment on function isms.version_document(jsonb) is 'Relation document of document versions';

create function isms.version_versions(version jsonb) returns jsonb
  language sql stable set search_path = pg_catalog, pg_temp
begin atomic
  select isms.step_bound_rows('document', jsonb_build_object('scope', version -> 'scope', 'document', version -> 'document'));
end;

comment on function isms.version_versions(jsonb) is 'Relation versions of document versions: all of the document';

create function isms.finding_audit(finding jsonb) returns jsonb
  language sql stable set search_path = pg_catalog, pg_temp
begin atomic
  select isms.step_referred_row('finding', 'audit', finding);
end;

comment on function isms.finding_audit(jsonb) is 'Relation audit of findings';

create function isms.finding_audited(finding jsonb) returns jsonb
  language sql stable set search_path = pg_catalog, pg_temp
begin atomic
  select isms.audit_audited(isms.finding_audit(finding)) where finding ->> 'audit' is not null;
end;

comment on function isms.finding_audited(jsonb) is 'Relation audited of findings: that of their audit';

create function isms.finding_nonconformity(finding jsonb) returns jsonb
  language sql stable set search_path = pg_catalog, pg_temp
begin atomic
  select isms.step_bound_rows('nonconformity', jsonb_build_object('scope', finding -> 'scope', 'code', finding -> 'nonconformity')) -> 0;
end;

comment on function isms.finding_nonconformity(jsonb) is 'Relation nonconformity of findings';

create function isms.action_owners(scope text, kind text, served text) returns jsonb
  language sql stable set search_path = pg_catalog, pg_temp
begin atomic
  select coalesce(jsonb_object_agg(x.owner, x.actions), '{}')
    from (select a.owner, 'action ' || string_agg(a.code, ', ' order by a.code) as actions
            from isms.action a
           where a.scope = action_owners.scope and a.serves_kind = kind and a.serves = served and a.owner is not null and a.status <> 'cancelled'
           group by a.owner) x;
end;

comment on function isms.action_owners(text, text, text) is 'Who owns actions that serve a record, as an object: person to actions';

-- By the trail: handing a record to somebody else makes nobody impartial to it.
create function isms.former_persons(relation text, scope text, keys text[], "column" text) returns jsonb
  language sql stable set search_path = pg_catalog, pg_temp
begin atomic
  select coalesce(jsonb_object_agg(x.person, x.what), '{}')
    from (select h.old_values ->> "column" as person,
                 string_agg(format('%s %s until %s', replace(split_part(relation, '.', 2), '_', ' '), k.key, to_char(h.at at time zone s.time_zone, 'YYYY-MM-DD')), ', ' order by h.seq) as what
            from unnest(keys) k(key)
            join isms.scope s on s.code = former_persons.scope
           cross join lateral isms.row_history(relation::regclass, k.key) h
           where h.operation = 'update' and h.old_values ->> "column" is not null and (h.scope is null or h.scope = former_persons.scope)
           group by 1) x;
end;

comment on function isms.former_persons(text, text, text[], text) is 'Whom the column of these rows of a table of schema isms named before, by the trail, as an object: person to rows with the day until which';

create function isms.nonconformity_judged(nonconformity jsonb) returns jsonb
  language sql stable set search_path = pg_catalog, pg_temp
begin atomic
  select isms.former_persons('isms.nonconformity', nonconformity ->> 'scope', array[nonconformity ->> 'code'], 'owner')
         || isms.former_persons('isms.action', nonconformity ->> 'scope',
              array(select a.code from isms.action a
                     where a.scope = nonconformity ->> 'scope' and a.serves_kind = 'nonconformity' and a.serves = nonconformity ->> 'code' and a.status <> 'cancelled' order by a.code), 'owner')
         || isms.action_owners(nonconformity ->> 'scope', 'nonconformity', nonconformity ->> 'code');
end;

comment on function isms.nonconformity_judged(jsonb) is 'Relation judged of nonconformities: who owned it before, and who owns or owned the actions whose effect is judged';

create function isms.finding_judged(finding jsonb) returns jsonb
  language sql stable set search_path = pg_catalog, pg_temp
begin atomic
  select coalesce((select isms.nonconformity_judged(n.related)
                          || case when n.related ->> 'owner' is null then '{}' else jsonb_build_object(n.related ->> 'owner', 'nonconformity ' || (finding ->> 'nonconformity')) end
                     from (select isms.finding_nonconformity(finding) as related) n
                    where n.related is not null), '{}')
         || isms.action_owners(finding ->> 'scope', 'finding', finding ->> 'code');
end;

comment on function isms.finding_judged(jsonb) is 'Relation judged of findings: who owns or owned the nonconformity and the actions whose closing is judged';

create function isms.certification_findings(certification jsonb) returns jsonb
  language sql stable set search_path = pg_catalog, pg_temp
begin atomic
  select isms.step_bound_rows('finding', jsonb_build_object('scope', certification -> 'scope', 'certification', certification -> 'code'));
end;

comment on function isms.certification_findings(jsonb) is 'Relation findings of certification cycles';

create function isms.certification_cycles(certification jsonb) returns jsonb
  language sql stable set search_path = pg_catalog, pg_temp
begin atomic
  select isms.step_bound_rows('certification', jsonb_build_object('scope', certification -> 'scope'));
end;

comment on function isms.certification_cycles(jsonb) is 'Relation cycles of certification cycles: all of the scope';

create function isms.certification_audits(certification jsonb) returns jsonb
  language sql stable set search_path = pg_catalog, pg_temp
begin atomic
  select isms.step_bound_rows('internal_audit', jsonb_build_object('scope', certification -> 'scope'));
end;

comment on function isms.certification_audits(jsonb) is 'Relation audits of certification cycles: all internal audits of the scope';

create function isms.certification_scope_statement(certification jsonb) returns jsonb
  language sql stable set search_path = pg_catalog, pg_temp
begin atomic
  select isms.step_bound_rows('document', jsonb_build_object('scope', certification -> 'scope', 'kind', 'scope'));
end;

comment on function isms.certification_scope_statement(jsonb) is 'Relation scope_statement of certification cycles: the versions of documents of kind scope';

insert into isms.workflow (name, title, builtin) values
  ('document', 'Document version: draft, review, approval, withdrawal, disposal', true),
  ('internal_audit', 'Internal audit: plan, do, report, close', true),
  ('finding', 'Audit finding: raise, contest, agree, close', true),
  ('nonconformity', 'Nonconformity: correct, analyse, act, judge the effect', true),
  ('incident', 'Incident: report, contain, resolve, learn', true),
  ('change', 'Change: request, assess, approve, make, review', true),
  ('certification', 'Certification: one row a cycle', true);

insert into isms.workflow_relation (workflow, name, function, builtin) values
  ('document', 'document', 'isms.version_document', true),
  ('document', 'versions', 'isms.version_versions', true),
  ('internal_audit', 'programme', 'isms.audit_programme', true),
  ('internal_audit', 'audited', 'isms.audit_audited', true),
  ('internal_audit', 'findings', 'isms.audit_findings', true),
  ('internal_audit', 'audits', 'isms.audit_audits', true),
  ('finding', 'audit', 'isms.finding_audit', true),
  ('finding', 'audited', 'isms.finding_audited', true),
  ('finding', 'nonconformity', 'isms.finding_nonconformity', true),
  ('finding', 'judged', 'isms.finding_judged', true),
  ('nonconformity', 'judged', 'isms.nonconformity_judged', true),
  ('certification', 'findings', 'isms.certification_findings', true),
  ('certification', 'cycles', 'isms.certification_cycles', true),
  ('certification', 'audits', 'isms.certification_audits', true),
  ('certification', 'scope_statement', 'isms.certification_scope_statement', true);

-- 5.2, 5.3, 6.3, 8.1
insert into isms.kind_approver (workflow, kind, role, clause, builtin) values
  ('document', 'policy', 'top_management', '5.2', true),
  ('document', 'scope', 'top_management', '4.3, 5.3', true),
  ('document', 'statement_of_applicability', 'isms_manager', '6.1.3 d', true),
  ('document', 'statement_of_applicability', 'top_management', '6.1.3 d', true),
  ('document', 'treatment_plan', 'isms_manager', '6.1.3 e', true),
  ('document', 'treatment_plan', 'top_management', '6.1.3 e', true),
  ('document', 'method', 'isms_manager', '6.1.2', true),
  ('document', 'method', 'top_management', '6.1.2', true),
  ('change', 'isms', 'isms_manager', '6.3', true),
  ('change', 'operational', 'process_owner', '8.1', true);

-- Initial, final, to be loaded at cut-over; what is frozen while in the state.
insert into isms.workflow_state (workflow, position, name, initial, final, cutover, frozen_columns, frozen_children, builtin) values
  ('document', 1, 'draft', true, false, true, '{}', '{}', true),
  ('document', 2, 'in_review', false, false, false, '{scope,document,version,title,kind,author,approver,dated,language,format,medium,body,digest,place,classification,readers,kept_at,keep_for,retention,disposal,change_note,commits_requirements,commits_improvement,has_objectives,availability,created_by}', '{*}', true),
  ('document', 3, 'approved', false, false, true, '{*}', '{*}', true),
  ('document', 4, 'withdrawn', false, true, true, '{*}', '{*}', true),
  ('document', 5, 'disposed', false, true, false, '{*}', '{*}', true),
  ('internal_audit', 1, 'planned', true, false, true, '{planned_period}', '{}', true),
  ('internal_audit', 2, 'in_progress', false, false, true, '{scope,code,programme,planned_period,criteria,scope_items,lead_auditor,team,created_by}', '{}', true),
  ('internal_audit', 3, 'reported', false, false, true, '{*}', '{*}', true),
  ('internal_audit', 4, 'closed', false, true, true, '{*}', '{*}', true),
  ('internal_audit', 5, 'cancelled', false, true, true, '{*}', '{*}', true),
  ('finding', 1, 'draft', true, false, false, '{}', '{}', true),
  ('finding', 2, 'raised', false, false, true, '{scope,code,source,audit,item,certification,kind,requirement,evidence,statement,auditee,body_reference,body_dated,body_evidence,created_by}', '{}', true),
  ('finding', 3, 'contested', false, false, false, '{scope,code,source,audit,item,certification,kind,requirement,evidence,statement,auditee,body_reference,body_dated,body_evidence,created_by}', '{}', true),
  ('finding', 4, 'agreed', false, false, true, '{scope,code,source,audit,item,certification,kind,requirement,evidence,statement,auditee,body_reference,body_dated,body_evidence,created_by,nonconformity}', '{}', true),
  ('finding', 5, 'closed', false, true, true, '{*}', '{*}', true),
  ('finding', 6, 'withdrawn', false, true, false, '{*}', '{*}', true),
  ('nonconformity', 1, 'open', true, false, true, '{source,source_key}', '{}', true),
  ('nonconformity', 2, 'corrected', false, false, true, '{scope,code,source,source_key,owner,requirement,statement,found_where,found_on,grade,correction,no_correction_reason,consequences,created_by}', '{}', true),
  ('nonconformity', 3, 'analysed', false, false, true, '{scope,code,source,source_key,owner,requirement,statement,found_where,found_on,grade,correction,no_correction_reason,consequences,created_by}', '{}', true),
  ('nonconformity', 4, 'action_agreed', false, false, true, '{scope,code,source,source_key,owner,requirement,statement,found_where,found_on,grade,correction,no_correction_reason,consequences,created_by,cause,similar_cases,similar_looked,action_needed,need_reason,body_accepted_on,waiting_days}', '{}', true),
  ('nonconformity', 5, 'implemented', false, false, true, '{scope,code,source,source_key,owner,requirement,statement,found_where,found_on,grade,correction,no_correction_reason,consequences,created_by,cause,similar_cases,similar_looked,action_needed,need_reason,body_accepted_on,implemented_on,effectiveness_due,waiting_days}', '{}', true),
  ('nonconformity', 6, 'closed', false, true, true, '{*}', '{*}', true),
  ('nonconformity', 7, 'void', false, true, false, '{*}', '{*}', true),
  ('incident', 1, 'reported', true, false, true, '{}', '{}', true),
  ('incident', 2, 'confirmed', false, false, true, '{}', '{}', true),
  ('incident', 3, 'contained', false, false, true, '{}', '{}', true),
  ('incident', 4, 'resolved', false, false, true, '{}', '{}', true),
  ('incident', 5, 'closed', false, true, true, '{*}', '{*}', true),
  ('incident', 6, 'dismissed', false, true, true, '{*}', '{*}', true),
  ('change', 1, 'requested', true, false, true, '{requested_on}', '{}', true),
  ('change', 2, 'assessed', false, false, false, '{requested_on}', '{}', true),
  ('change', 3, 'approved', false, false, true, '{scope,code,kind,purpose,consequences,isms_effect,risks,no_risk_reason,changes_scope,changes_policy,approver,implementer,planned_from,planned_until,test_plan,rollback_plan,no_rollback_reason,requested_on,created_by}', '{*}', true),
  ('change', 4, 'implemented', true, false, true, '{scope,code,kind,purpose,consequences,isms_effect,risks,no_risk_reason,changes_scope,changes_policy,approver,implementer,planned_from,planned_until,test_plan,rollback_plan,no_rollback_reason,requested_on,test_result,implemented_on,created_by}', '{*}', true),
  ('change', 5, 'rolled_back', false, false, false, '{scope,code,kind,purpose,consequences,isms_effect,risks,no_risk_reason,changes_scope,changes_policy,approver,implementer,planned_from,planned_until,test_plan,rollback_plan,no_rollback_reason,requested_on,test_result,implemented_on,created_by}', '{*}', true),
  ('change', 6, 'closed', false, true, true, '{*}', '{*}', true),
  ('change', 7, 'rejected', false, true, false, '{*}', '{*}', true),
  ('change', 8, 'cancelled', false, true, false, '{*}', '{*}', true),
  ('certification', 1, 'preparing', true, false, true, '{}', '{}', true),
  ('certification', 2, 'applied', false, false, true, '{kind,previous}', '{}', true),
  ('certification', 3, 'stage_1', false, false, true, '{kind,previous,body_reference,body_dated,body_evidence}', '{}', true),
  ('certification', 4, 'stage_2', false, false, true, '{kind,previous,body_reference,body_dated,body_evidence}', '{}', true),
  ('certification', 5, 'awaiting_decision', false, false, true, '{kind,previous,body_reference,body_dated,body_evidence}', '{}', true),
  ('certification', 6, 'certified', false, false, true, '{scope,code,kind,previous,body,accreditation_body,accreditation_number,accreditation_standard,certificate_number,certificate_scope,certificate_standard,soa_version,stage_1_conclusion,stage_1_ended_on,stage_1_repeated_on,stage_2_from,stage_2_ended_on,decided_on,valid_from,valid_until,body_reference,body_dated,body_evidence,created_by}', '{}', true),
  ('certification', 7, 'suspended', false, false, true, '{scope,code,kind,previous,suspended_until,body,accreditation_body,accreditation_number,accreditation_standard,certificate_number,certificate_scope,certificate_standard,soa_version,stage_1_conclusion,stage_1_ended_on,stage_1_repeated_on,stage_2_from,stage_2_ended_on,decided_on,valid_from,valid_until,body_reference,body_dated,body_evidence,created_by}', '{}', true),
  ('certification', 8, 'withdrawn', false, true, true, '{*}', '{*}', true),
  ('certification', 9, 'refused', false, true, true, '{*}', '{*}', true),
  ('certification', 10, 'ended', false, true, true, '{*}', '{*}', true);

-- 7.5.2, 7.5.3
insert into isms.workflow_transition (workflow, name, from_states, to_state, amended_columns, actors, separation, guards, clause, basis, builtin) values
  ('document', 'draft', '{}', 'draft', '{}', '{editor}', '{}',
   '{}', '7.5.2', 'P', true),
  ('document', 'submit', '{draft}', 'in_review', '{}', '{@author,isms_manager}', '{}',
   '{doc_identified,doc_format,doc_controlled,change_noted}', '7.5.2 a-b, 7.5.3', 'P', true),
  ('document', 'approve', '{in_review}', 'approved', '{reviewer,reviewed_on,suitable,adequate,effective_from}', '{@document.owner,isms_manager}', '{A,M}',
   '{approver_fits_kind,review_recorded,effective_set,one_current,kind_content}', '7.5.2 c', 'P', true),
  ('document', 'return', '{in_review}', 'draft', '{}', '{@approver,@document.owner,isms_manager}', '{}',
   '{reason_given}', '7.5.2 c', 'P', true),
  ('document', 'withdraw', '{draft,approved}', 'withdrawn', '{}', '{@document.owner,isms_manager}', '{R}',
   '{reason_given,mandatory_replaced}', '7.5.3 e-f', 'P', true),
  ('document', 'dispose', '{approved,withdrawn}', 'disposed', '{body}', '{@document.owner,isms_manager}', '{R}',
   '{reason_given,disposal_due}', '7.5.3 f', 'P', true),
  ('document', 'amend_retention', '{approved,withdrawn}', null, '{keep_for,retention,disposal}', '{@document.owner,isms_manager}', '{R}',
   '{reason_given,doc_controlled}', '7.5.3 f', 'P', true);

-- 9.2.2: who leads and who is in the team is not involved in what is audited, which a standard demands
insert into isms.workflow_transition (workflow, name, from_states, to_state, amended_columns, actors, separation, guards, clause, basis, builtin) values
  ('internal_audit', 'plan', '{}', 'planned', '{}', '{isms_manager,internal_auditor}', '{}',
   '{programme_approved}', '9.2.2', 'P', true),
  ('internal_audit', 'start', '{planned}', 'in_progress', '{plan_sent_on,unannounced,unannounced_reason}', '{@lead_auditor}', '{T}',
   '{criteria_and_scope,team_named,team_impartial,team_competent,auditee_informed}', '9.2.2 a-b', 'S', true),
  ('internal_audit', 'report', '{in_progress}', 'reported', '{conclusion,reported_on,recipients}', '{@lead_auditor}', '{T}',
   '{coverage_recorded,findings_final,conclusion_set,report_sent}', '9.2.2 c', 'S', true),
  ('internal_audit', 'correct_report', '{reported}', 'in_progress', '{}', '{@lead_auditor}', '{}',
   '{reason_given}', '9.2.2', 'P', true),
  ('internal_audit', 'close', '{reported}', 'closed', '{}', '{@lead_auditor}', '{T}',
   '{nonconformities_raised}', '9.2.2, 10.2', 'S', true),
  ('internal_audit', 'amend_period', '{planned}', null, '{planned_period}', '{isms_manager}', '{R}',
   '{reason_given}', '9.2.2', 'P', true),
  ('internal_audit', 'amend_audit', '{in_progress}', null, '{scope_items,lead_auditor,team}', '{@lead_auditor}', '{T}',
   '{reason_given,team_impartial,team_competent}', '9.2.2 a-b', 'S', true),
  -- who leads it left, or was found to have a part in it
  ('internal_audit', 'amend_lead', '{in_progress,reported}', null, '{lead_auditor}', '{isms_manager}', '{}',
   '{reason_given,team_impartial,team_competent}', '9.2.2 b', 'P', true),
  ('internal_audit', 'cancel', '{planned,in_progress}', 'cancelled', '{}', '{isms_manager,@lead_auditor}', '{R}',
   '{reason_given,replacement_planned}', '9.2.2', 'P', true);

-- 9.2.2, 10.2; ISO 19011 6.4
insert into isms.workflow_transition (workflow, name, from_states, to_state, amended_columns, actors, separation, guards, clause, basis, builtin) values
  ('finding', 'write', '{}', 'draft', '{}', '{@audit.team,isms_manager}', '{}',
   '{}', '9.2.2', 'P', true),
  ('finding', 'raise', '{draft}', 'raised', '{}', '{@audit.lead_auditor,@audit.team,isms_manager}', '{T}',
   '{recorder_fits,finding_complete,body_reference}', '9.2.2; 19011 6.4.8', 'S', true),
  ('finding', 'contest', '{raised}', 'contested', '{}', '{@auditee}', '{}',
   '{reason_given}', '19011 6.4.9', 'P', true),
  ('finding', 'uphold', '{contested}', 'raised', '{body_reference,body_dated,body_evidence}', '{@audit.lead_auditor}', '{T}',
   '{reason_given,body_reference}', '19011 6.4.9', 'S', true),
  ('finding', 'agree', '{raised}', 'agreed', '{nonconformity}', '{@auditee}', '{}',
   '{nonconformity_linked}', '10.2', 'P', true),
  ('finding', 'amend_auditee', '{raised,contested,agreed}', null, '{auditee}', '{@audit.lead_auditor,isms_manager}', '{}',
   '{reason_given}', '9.2.2, 5.3', 'P', true),
  ('finding', 'amend_nonconformity', '{agreed}', null, '{nonconformity}', '{@auditee}', '{}',
   '{reason_given,nonconformity_linked}', '10.2', 'P', true),
  ('finding', 'withdraw', '{draft,raised,contested}', 'withdrawn', '{body_reference,body_dated,body_evidence}', '{@audit.lead_auditor,isms_manager}', '{T,"not @auditee"}',
   '{recorder_fits,reason_given,body_reference}', '19011', 'S', true),
  ('finding', 'close', '{agreed}', 'closed', '{decision,decision_reason,body_reference,body_dated,body_evidence}', '{@audit.lead_auditor,internal_auditor,isms_manager}', '{I,T}',
   '{recorder_fits,nonconformity_closed,decision_recorded,body_reference}', '9.2.2, 10.2', 'P', true);

-- 10.2
insert into isms.workflow_transition (workflow, name, from_states, to_state, amended_columns, actors, separation, guards, clause, basis, builtin) values
  ('nonconformity', 'open', '{}', 'open', '{}', '{editor}', '{}',
   '{nature_recorded}', '10.2 f', 'P', true),
  ('nonconformity', 'correct', '{open}', 'corrected', '{correction,no_correction_reason,consequences}', '{@owner}', '{}',
   '{owner_active,correction_or_reason,consequences_dealt}', '10.2 a', 'P', true),
  ('nonconformity', 'analyse', '{corrected}', 'analysed', '{}', '{@owner}', '{}',
   '{cause_recorded,similar_checked,need_decided}', '10.2 b', 'P', true),
  ('nonconformity', 'agree_action', '{analysed}', 'action_agreed', '{body_accepted_on,waiting_days}', '{@owner}', '{R}',
   '{need_is_yes,action_planned,body_accepted_plan}', '10.2 b-c', 'P', true),
  ('nonconformity', 'close_without_action', '{analysed}', 'closed', '{}', '{isms_manager,process_owner}', '{R}',
   '{need_is_no,not_major}', '10.2 b', 'P', true),
  ('nonconformity', 'implement', '{action_agreed}', 'implemented', '{implemented_on,effectiveness_due}', '{@owner}', '{}',
   '{actions_finished,evidence_complete,effectiveness_due_set}', '10.2 c', 'P', true),
  ('nonconformity', 'rethink', '{action_agreed}', 'analysed', '{}', '{@owner,isms_manager}', '{}',
   '{reason_given}', '10.2 b', 'P', true),
  ('nonconformity', 'close_effective', '{implemented}', 'closed', '{effective,judged_by,judged_on,judged_how,changes_isms,change,no_change_reason,affects_risk,risk,no_risk_reason,body_verified_on}', '{internal_auditor,isms_manager,process_owner}', '{I}',
   '{actions_finished,judged_effective,judged_late_enough,isms_change_decided,risk_decided,body_closed}', '10.2 d-g', 'P', true),
  ('nonconformity', 'not_effective', '{implemented}', 'analysed', '{}', '{internal_auditor,isms_manager,process_owner}', '{I}',
   '{judged_ineffective}', '10.2 d', 'P', true),
  ('nonconformity', 'annul', '{open,corrected,analysed}', 'void', '{body_reference,body_dated,body_evidence}', '{isms_manager,internal_auditor}', '{R,I}',
   '{reason_given,body_reference}', '10.2 f', 'P', true),
  ('nonconformity', 'amend_owner', '{corrected,analysed,action_agreed,implemented}', null, '{owner}', '{isms_manager}', '{}',
   '{owner_active}', '10.2, 5.3', 'P', true);

-- A.5.24 to A.5.28, A.6.8
insert into isms.workflow_transition (workflow, name, from_states, to_state, amended_columns, actors, separation, guards, clause, basis, builtin) values
  ('incident', 'report', '{}', 'reported', '{}', '{editor}', '{}',
   '{times_ordered}', 'A.6.8', 'P', true),
  ('incident', 'confirm', '{reported}', 'confirmed', '{}', '{@handler,isms_manager}', '{}',
   '{handler_named,classified,affected_named}', 'A.5.24, A.5.25', 'P', true),
  ('incident', 'dismiss', '{reported,confirmed}', 'dismissed', '{}', '{@handler,isms_manager}', '{R}',
   '{reason_given}', 'A.5.25', 'P', true),
  ('incident', 'contain', '{confirmed}', 'contained', '{}', '{@handler}', '{}',
   '{containment_recorded,duties_decided,evidence_kept}', 'A.5.26, A.5.28, A.5.5', 'P', true),
  ('incident', 'escape', '{contained}', 'confirmed', '{}', '{@handler}', '{}',
   '{reason_given}', 'A.5.26', 'P', true),
  ('incident', 'resolve', '{contained}', 'resolved', '{}', '{@handler}', '{}',
   '{recovery_recorded,times_ordered}', 'A.5.26', 'P', true),
  ('incident', 'recur', '{resolved}', 'confirmed', '{}', '{@handler,isms_manager}', '{}',
   '{reason_given}', 'A.5.26', 'P', true),
  ('incident', 'close', '{resolved}', 'closed', '{lessons,follow_up,raises_nonconformity,nonconformity,no_nonconformity_reason,affects_risk,risk,no_risk_reason}', '{isms_manager,process_owner}', '{"not @handler",I}',
   '{times_ordered,lessons_recorded,nonconformity_decided,risk_decided,duties_met}', 'A.5.27, 10.2, 8.2', 'P', true);

-- 6.3, 8.1, A.8.32: unintended changes are discovered, emergencies approved after the fact
insert into isms.workflow_transition (workflow, name, from_states, to_state, amended_columns, actors, separation, guards, clause, basis, builtin) values
  ('change', 'request', '{}', 'requested', '{}', '{editor}', '{}',
   '{kind_planned,change_described}', '6.3, A.8.32', 'P', true),
  ('change', 'discover', '{}', 'implemented', '{}', '{editor}', '{}',
   '{kind_unintended,change_described}', '8.1', 'P', true),
  ('change', 'assess', '{requested}', 'assessed', '{}', '{@owner,process_owner,isms_manager}', '{}',
   '{risk_assessed,isms_effect_recorded}', '6.3, 8.2', 'P', true),
  ('change', 'approve', '{assessed}', 'approved', '{}', '{@owner,process_owner}', '{R,M}',
   '{approver_fits_kind,plan_dated,test_planned,way_back}', '6.3, 8.1, A.8.32', 'P', true),
  ('change', 'reject', '{requested,assessed}', 'rejected', '{}', '{@approver,isms_manager}', '{}',
   '{reason_given}', '8.1', 'P', true),
  ('change', 'cancel', '{requested,assessed,approved}', 'cancelled', '{}', '{@owner,isms_manager}', '{}',
   '{reason_given}', '8.1', 'P', true),
  ('change', 'implement', '{approved}', 'implemented', '{}', '{@implementer}', '{"not an approver"}',
   '{in_window,test_passed}', '8.1, A.8.32', 'P', true),
  ('change', 'amend_implementer', '{approved}', null, '{implementer}', '{@owner,isms_manager}', '{R}',
   '{reason_given}', '8.1', 'P', true),
  ('change', 'implement_emergency', '{requested}', 'implemented', '{}', '{@implementer,isms_manager}', '{}',
   '{emergency_declared}', '8.1', 'P', true),
  ('change', 'roll_back', '{implemented}', 'rolled_back', '{}', '{@implementer,@owner}', '{}',
   '{reason_given}', 'A.8.32', 'P', true),
  ('change', 'review', '{implemented,rolled_back}', 'closed', '{effects_reviewed,effects_reviewed_on,records_updated}', '{@owner,process_owner,isms_manager}', '{"not @implementer"}',
   '{consequences_reviewed,records_updated}', '8.1, 6.3', 'P', true),
  -- of what could not wait nobody may have been named
  ('change', 'amend_approver', '{implemented,rolled_back}', null, '{approver}', '{@owner,isms_manager}', '{"not @implementer"}',
   '{reason_given,approver_fits_kind}', '8.1, 6.3', 'P', true);

-- ISO/IEC 17021-1 9: what the body decides is entered with its letter
insert into isms.workflow_transition (workflow, name, from_states, to_state, amended_columns, actors, separation, guards, clause, basis, builtin) values
  ('certification', 'prepare', '{}', 'preparing', '{}', '{isms_manager}', '{}',
   '{previous_named}', '17021-1 9.1', 'P', true),
  ('certification', 'apply', '{preparing}', 'applied', '{}', '{isms_manager}', '{R}',
   '{body_accredited,scope_statement_approved,persons_declared,offer_recorded}', '17021-1 9.1.1-9.1.4', 'P', true),
  ('certification', 'begin_stage_1', '{applied}', 'stage_1', '{}', '{isms_manager}', '{}',
   '{mandatory_documents,audit_and_review_planned}', '17021-1 9.3.1.2', 'P', true),
  ('certification', 'begin_recertification', '{applied}', 'stage_2', '{}', '{isms_manager}', '{}',
   '{is_renewal,no_significant_change,audit_and_review_done}', '17021-1 9.6.3.1', 'P', true),
  ('certification', 'begin_stage_2', '{stage_1}', 'stage_2', '{}', '{isms_manager}', '{}',
   '{stage_1_ready,concerns_answered,audit_and_review_done,stage_1_fresh}', '17021-1 9.3.1.2.3-4; 27006-1', 'P', true),
  ('certification', 'repeat_stage_1', '{stage_1}', 'applied', '{body_reference,body_dated,body_evidence}', '{isms_manager}', '{}',
   '{reason_given,body_reference}', '17021-1 9.3.1.2.4', 'P', true),
  ('certification', 'end_stage_2', '{stage_2}', 'awaiting_decision', '{}', '{isms_manager}', '{}',
   '{stage_2_reported}', '17021-1 9.4.8', 'P', true),
  ('certification', 'repeat_stage_2', '{awaiting_decision}', 'stage_2', '{body_reference,body_dated,body_evidence}', '{isms_manager}', '{}',
   '{majors_too_late,body_reference}', '17021-1 9.5.3.2', 'P', true),
  ('certification', 'certify', '{awaiting_decision}', 'certified', '{certificate_number,certificate_scope,certificate_standard,soa_version,decided_on,valid_from,valid_until,body_reference,body_dated,body_evidence}', '{isms_manager}', '{}',
   '{majors_verified,minors_planned,decided_in_time,certificate_complete,body_reference}', '17021-1 9.5, 9.6.3.2', 'P', true),
  ('certification', 'refuse', '{awaiting_decision}', 'refused', '{body_reference,body_dated,body_evidence}', '{isms_manager}', '{}',
   '{body_reference}', '17021-1 9.5', 'P', true),
  ('certification', 'suspend', '{certified}', 'suspended', '{body_reference,body_dated,body_evidence}', '{isms_manager}', '{}',
   '{reason_given,suspension_end_set,body_reference}', '17021-1 9.6.5.2', 'P', true),
  ('certification', 'amend_certificate', '{certified}', null,
   '{certificate_scope,soa_version,body,accreditation_body,accreditation_number,accreditation_standard,accredited_until,body_reference,body_dated,body_evidence}', '{isms_manager}', '{}',
   '{body_reference,certificate_complete,body_accredited}', '17021-1 9.6.4.1, 9.6.5.5; IAF MD 2', 'P', true),
  ('certification', 'amend_suspension', '{suspended}', null, '{suspended_until,body_reference,body_dated,body_evidence}', '{isms_manager}', '{}',
   '{reason_given,suspension_end_set,body_reference}', '17021-1 9.6.5.4', 'P', true),
  ('certification', 'lift', '{suspended}', 'certified', '{body_reference,body_dated,body_evidence}', '{isms_manager}', '{}',
   '{cause_resolved,body_reference}', '17021-1 9.6.5.4', 'P', true),
  ('certification', 'withdraw', '{certified,suspended}', 'withdrawn', '{body_reference,body_dated,body_evidence}', '{isms_manager}', '{}',
   '{reason_given,body_reference}', '17021-1 9.6.5', 'P', true),
  ('certification', 'end', '{preparing,applied,stage_1,stage_2,awaiting_decision,certified,suspended}', 'ended', '{}', '{isms_manager}', '{R}',
   '{reason_given}', '-', 'P', true);

insert into isms.workflow_approval (workflow, transition, slot, approver, condition, basis, builtin) values
  ('document', 'approve', 'approver', '@approver', null, 'S', true),
  ('document', 'withdraw', 'approver', '@approver', 'was_approved', 'P', true),
  ('document', 'dispose', 'top_management', 'top_management', null, 'P', true),
  ('document', 'amend_retention', 'top_management', 'top_management', null, 'P', true),
  ('internal_audit', 'amend_period', 'top_management', 'top_management', 'audit_late', 'P', true),
  ('internal_audit', 'amend_lead', 'new_lead', '@new.lead_auditor', null, 'P', true),
  ('internal_audit', 'cancel', 'top_management', 'top_management', null, 'P', true),
  ('finding', 'amend_auditee', 'new_auditee', '@new.auditee', null, 'P', true),
  ('nonconformity', 'agree_action', 'manager', 'isms_manager', null, 'P', true),
  ('nonconformity', 'close_without_action', 'manager', 'isms_manager', null, 'P', true),
  ('nonconformity', 'annul', 'auditor', 'internal_auditor', 'from_audit_or_major', 'P', true),
  ('nonconformity', 'amend_owner', 'new_owner', '@new.owner', null, 'P', true),
  ('incident', 'dismiss', 'manager', 'isms_manager', 'was_confirmed', 'P', true),
  ('change', 'approve', 'approver', '@approver', null, 'P', true),
  ('change', 'amend_implementer', 'approver', '@approver', null, 'P', true),
  ('change', 'approve', 'top_management', 'top_management', 'changes_scope_or_policy', 'P', true),
  ('change', 'review', 'approver', '@approver', 'not_approved_before', 'P', true),
  ('certification', 'apply', 'top_management', 'top_management', null, 'P', true),
  ('certification', 'end', 'top_management', 'top_management', 'no_successor', 'P', true);
