-- The shipped workflows: written out here once more, compared with what is shipped, and then walked: every transition by a
-- person of every role and by everybody a column names; every step that is none; every guard of the workflows that have no
-- tables yet, held and broken.  Refusals are compared by SQLSTATE and by all their reasons.
\set ON_ERROR_STOP on
\pset format unaligned
\pset tuples_only on
\pset pager off

begin;

select no_plan();

-- * starts here, ! ends here, c may be loaded at cut-over.
create temp table state as
  select w.workflow, (m).position, (m).text as name
    from (values
      ('risk', 'identified*c in_review.c assessed.c in_treatment.c treated.c monitored.c closed!c'),
      ('action', 'planned*c in_progress.c done.c verified!c cancelled!c'),
      ('acceptance', 'requested* accepted.c rejected! withdrawn! revoked!c'),
      ('document', 'draft*c in_review. approved.c withdrawn!c disposed!'),
      ('internal_audit', 'planned*c in_progress.c reported.c closed!c cancelled!c'),
      ('finding', 'draft* raised.c contested. agreed.c closed!c withdrawn!'),
      ('nonconformity', 'open*c corrected.c analysed.c action_agreed.c implemented.c closed!c void!'),
      ('incident', 'reported*c confirmed.c contained.c resolved.c closed!c dismissed!c'),
      ('change', 'requested*c assessed. approved.c implemented*c rolled_back. closed!c rejected! cancelled!'),
      ('management_review', 'planned*c held.c closed!c cancelled!c'),
      ('certification', 'preparing*c applied.c stage_1.c stage_2.c awaiting_decision.c certified.c suspended.c withdrawn!c refused!c ended!c'),
      -- in force are only appointments made here, but the founder's own
      ('appointment', 'proposed* active. ended!'),
      ('two_eyes', 'draft*c approved.c closed!c'),
      ('risk_method', 'draft*c approved.c closed!c'), ('risk_override', 'draft*c approved.c closed!c'),
      ('leadership', 'draft*c approved.c closed!c'), ('objective', 'draft*c approved.c closed!c'),
      ('risk_appetite', 'draft*c approved.c withdrawn!c'),
      ('assessment_round', 'open*c closed!c cancelled!'),
      ('statement', 'draft*c in_review. approved.c withdrawn!c'),
      ('control_test', 'recorded*c void!c')) w(workflow, states),
    lateral (select row_number() over () as position, s.text from regexp_split_to_table(w.states, ' ') s(text)) m;

-- Who, approvals (slot's condition after ?, S where a standard demands it), separation, guards, clause.  * is the insertion,
-- any every state that is not final; of an amendment the columns stand behind =.  Of appointments
-- isms.setup alone founds one that is active at once.
create temp table matrix as
  select m[1] as workflow, m[2] as from_states, m[3] as name, m[4] as to_state, m[5] as who, m[6] as approvals, m[7] as separation, m[8] as guards, m[9] as clause
    from (select regexp_split_to_array(btrim(l), '\s*\|\s*') as m
            from regexp_split_to_table($$
risk | * | record | identified | editor | - | - | scope_open | 6.1.2 c
risk | identified, in_review | assess | assessed | @owner / isms_manager | - | - | owner_active, dimension_hit, source_named, method_approved, method_newest, factors_rated, level_recomputed, evaluated | 6.1.2 c-e
risk | assessed, in_treatment, treated, monitored | reassess | in_review | @owner / isms_manager | - | - | trigger_named | 8.2
risk | assessed | approve_plan | in_treatment | @owner / isms_manager / process_owner | @owner S | R | option_chosen, option_complete, controls_in_soa, plan_complete, target_rated, target_covered, interim_covered, due_within_level | 6.1.3 a-f
risk | assessed | retain | monitored | @owner / isms_manager | - | - | retention_only, acceptance_valid, review_date_set | 6.1.3 a, f
risk | in_treatment, treated, monitored | replan | assessed | @owner / isms_manager | - | - | reason_given | 8.3
risk | in_treatment | complete | treated | @owner / isms_manager | - | - | actions_finished, evidence_complete, controls_effective, assessed_after | 8.3
risk | treated | accept_residual | monitored | @owner / isms_manager | - | - | acceptance_valid, review_date_set | 6.1.3 f
risk | any | close | closed | @owner / isms_manager | @owner P | R | closure_reason, closure_evidenced, no_open_action | 8.2
risk | closed | reopen | in_review | @owner / isms_manager | - | - | trigger_named | 8.2
risk | assessed, in_treatment, treated, monitored | amend_owner | = owner | isms_manager | @new.owner P | - | owner_active | 6.1.2 c2
action | * | plan | planned | editor | - | - | serves_set | 6.1.3 e, 10.2 c, 9.3.3
action | planned | start | in_progress | @owner | - | - | plan_approved, owner_active, due_set | 8.1, 8.3
action | in_progress | finish | done | @owner | - | - | done_dated, evidence_attached, control_implemented | 8.3
action | done | verify | verified | @parent.owner / control_owner / isms_manager | - | I | check_recorded | 8.3, 9.1
action | done | send_back | in_progress | @parent.owner / control_owner / isms_manager | - | I | reason_given | 8.3
action | planned, in_progress | cancel | cancelled | @owner / @parent.owner / isms_manager | @parent.owner P | - | reason_given, replaced_or_replanned | 8.3
action | planned, in_progress | amend_plan | = due_on, owner, resources | @owner / isms_manager | @parent.owner P ? plan_in_force | R | reason_given | 6.1.3 f
acceptance | * | request | requested | editor | - | - | basis_set, justification_given, validity_set, no_overlap | 6.1.3 f
acceptance | requested | accept | accepted | @risk.owner / top_management | @risk.owner S + top_management P ? above_criteria | R | frozen_is_now, ceiling_covers, validity_within_level, conditions_set, acceptable_at_all | 6.1.3 f
acceptance | requested | reject | rejected | @risk.owner / top_management | - | - | reason_given | 6.1.3 f
acceptance | requested | withdraw | withdrawn | @requester | - | - | - | 6.1.3 f
acceptance | accepted | revoke | revoked | @risk.owner / top_management / isms_manager | - | - | reason_given | 8.2
document | * | draft | draft | editor | - | - | - | 7.5.2
document | draft | submit | in_review | @author / isms_manager | - | - | doc_identified, doc_format, doc_controlled, change_noted | 7.5.2 a-b, 7.5.3
document | in_review | approve | approved | @document.owner / isms_manager | @approver S | A, M | approver_fits_kind, review_recorded, effective_set, one_current, kind_content | 7.5.2 c
document | in_review | return | draft | @approver / @document.owner / isms_manager | - | - | reason_given | 7.5.2 c
document | draft, approved | withdraw | withdrawn | @document.owner / isms_manager | @approver P ? was_approved | R | reason_given, mandatory_replaced | 7.5.3 e-f
document | approved, withdrawn | dispose | disposed | @document.owner / isms_manager | top_management P | R | reason_given, disposal_due | 7.5.3 f
document | approved, withdrawn | amend_retention | = keep_for, retention, disposal | @document.owner / isms_manager | top_management P | R | reason_given, doc_controlled | 7.5.3 f
internal_audit | * | plan | planned | isms_manager / internal_auditor | - | - | programme_approved | 9.2.2
internal_audit | planned | start | in_progress | @lead_auditor | - | T | criteria_and_scope, team_named, team_impartial, team_competent, auditee_informed | 9.2.2 a-b
internal_audit | in_progress | report | reported | @lead_auditor | - | T | coverage_recorded, findings_final, conclusion_set, report_sent | 9.2.2 c
internal_audit | reported | correct_report | in_progress | @lead_auditor | - | - | reason_given | 9.2.2
internal_audit | reported | close | closed | @lead_auditor | - | T | nonconformities_raised | 9.2.2, 10.2
internal_audit | planned | amend_period | = planned_period | isms_manager | top_management P ? audit_late | R | reason_given | 9.2.2
internal_audit | in_progress | amend_audit | = scope_items, lead_auditor, team | @lead_auditor | - | T | reason_given, team_impartial, team_competent | 9.2.2 a-b
internal_audit | in_progress, reported | amend_lead | = lead_auditor | isms_manager | @new.lead_auditor P | - | reason_given, team_impartial, team_competent | 9.2.2 b
internal_audit | planned, in_progress | cancel | cancelled | isms_manager / @lead_auditor | top_management P | R | reason_given, replacement_planned | 9.2.2
finding | * | write | draft | @audit.team / isms_manager | - | - | - | 9.2.2
finding | draft | raise | raised | @audit.lead_auditor / @audit.team / isms_manager | - | T | recorder_fits, finding_complete, body_reference | 9.2.2; 19011 6.4.8
finding | raised | contest | contested | @auditee | - | - | reason_given | 19011 6.4.9
finding | contested | uphold | raised | @audit.lead_auditor | - | T | reason_given, body_reference | 19011 6.4.9
finding | raised | agree | agreed | @auditee | - | - | nonconformity_linked | 10.2
finding | raised, contested, agreed | amend_auditee | = auditee | @audit.lead_auditor / isms_manager | @new.auditee P | - | reason_given | 9.2.2, 5.3
finding | agreed | amend_nonconformity | = nonconformity | @auditee | - | - | reason_given, nonconformity_linked | 10.2
finding | draft, raised, contested | withdraw | withdrawn | @audit.lead_auditor / isms_manager | - | T, not @auditee | recorder_fits, reason_given, body_reference | 19011
finding | agreed | close | closed | @audit.lead_auditor / internal_auditor / isms_manager | - | I, T | recorder_fits, nonconformity_closed, decision_recorded, body_reference | 9.2.2, 10.2
nonconformity | * | open | open | editor | - | - | nature_recorded | 10.2 f
nonconformity | open | correct | corrected | @owner | - | - | owner_active, correction_or_reason, consequences_dealt | 10.2 a
nonconformity | corrected | analyse | analysed | @owner | - | - | cause_recorded, similar_checked, need_decided | 10.2 b
nonconformity | analysed | agree_action | action_agreed | @owner | isms_manager P | R | need_is_yes, action_planned, body_accepted_plan | 10.2 b-c
nonconformity | analysed | close_without_action | closed | isms_manager / process_owner | isms_manager P | R | need_is_no, not_major | 10.2 b
nonconformity | action_agreed | implement | implemented | @owner | - | - | actions_finished, evidence_complete, effectiveness_due_set | 10.2 c
nonconformity | action_agreed | rethink | analysed | @owner / isms_manager | - | - | reason_given | 10.2 b
nonconformity | implemented | close_effective | closed | internal_auditor / isms_manager / process_owner | - | I | actions_finished, judged_effective, judged_late_enough, isms_change_decided, risk_decided, body_closed | 10.2 d-g
nonconformity | implemented | not_effective | analysed | internal_auditor / isms_manager / process_owner | - | I | judged_ineffective | 10.2 d
nonconformity | open, corrected, analysed | annul | void | isms_manager / internal_auditor | internal_auditor P ? from_audit_or_major | R, I | reason_given, body_reference | 10.2 f
nonconformity | corrected, analysed, action_agreed, implemented | amend_owner | = owner | isms_manager | @new.owner P | - | owner_active | 10.2, 5.3
incident | * | report | reported | editor | - | - | times_ordered | A.6.8
incident | reported | confirm | confirmed | @handler / isms_manager | - | - | handler_named, classified, affected_named | A.5.24, A.5.25
incident | reported, confirmed | dismiss | dismissed | @handler / isms_manager | isms_manager P ? was_confirmed | R | reason_given | A.5.25
incident | confirmed | contain | contained | @handler | - | - | containment_recorded, duties_decided, evidence_kept | A.5.26, A.5.28, A.5.5
incident | contained | escape | confirmed | @handler | - | - | reason_given | A.5.26
incident | contained | resolve | resolved | @handler | - | - | recovery_recorded, times_ordered | A.5.26
incident | resolved | recur | confirmed | @handler / isms_manager | - | - | reason_given | A.5.26
incident | resolved | close | closed | isms_manager / process_owner | - | not @handler, I | times_ordered, lessons_recorded, nonconformity_decided, risk_decided, duties_met | A.5.27, 10.2, 8.2
change | * | request | requested | editor | - | - | kind_planned, change_described | 6.3, A.8.32
change | * | discover | implemented | editor | - | - | kind_unintended, change_described | 8.1
change | requested | assess | assessed | @owner / process_owner / isms_manager | - | - | risk_assessed, isms_effect_recorded | 6.3, 8.2
change | assessed | approve | approved | @owner / process_owner | @approver P + top_management P ? changes_scope_or_policy | R, M | approver_fits_kind, plan_dated, test_planned, way_back | 6.3, 8.1, A.8.32
change | requested, assessed | reject | rejected | @approver / isms_manager | - | - | reason_given | 8.1
change | requested, assessed, approved | cancel | cancelled | @owner / isms_manager | - | - | reason_given | 8.1
change | approved | implement | implemented | @implementer | - | not an approver | in_window, test_passed | 8.1, A.8.32
change | approved | amend_implementer | = implementer | @owner / isms_manager | @approver P | R | reason_given | 8.1
change | requested | implement_emergency | implemented | @implementer / isms_manager | - | - | emergency_declared | 8.1
change | implemented | roll_back | rolled_back | @implementer / @owner | - | - | reason_given | A.8.32
change | implemented, rolled_back | review | closed | @owner / process_owner / isms_manager | @approver P ? not_approved_before | not @implementer | consequences_reviewed, records_updated | 8.1, 6.3
change | implemented, rolled_back | amend_approver | = approver | @owner / isms_manager | - | not @implementer | reason_given, approver_fits_kind | 8.1, 6.3
management_review | * | plan | planned | isms_manager / top_management | - | - | - | 9.3.1
management_review | planned | hold | held | isms_manager / top_management | - | - | chaired_by_top_management, inputs_complete | 9.3.1, 9.3.2
management_review | held | close | closed | editor | @chaired_by P | R | verdicts_set, decisions_followed | 9.3.3
management_review | held | amend_chair | = chaired_by | isms_manager / top_management | @new.chaired_by P | - | reason_given, chaired_by_top_management | 9.3.3, 5.3
management_review | planned | cancel | cancelled | isms_manager / top_management | - | - | reason_given | 9.3.1
certification | * | prepare | preparing | isms_manager | - | - | previous_named | 17021-1 9.1
certification | preparing | apply | applied | isms_manager | top_management P | R | body_accredited, scope_statement_approved, persons_declared, offer_recorded | 17021-1 9.1.1-9.1.4
certification | applied | begin_stage_1 | stage_1 | isms_manager | - | - | mandatory_documents, audit_and_review_planned | 17021-1 9.3.1.2
certification | stage_1 | begin_stage_2 | stage_2 | isms_manager | - | - | stage_1_ready, concerns_answered, audit_and_review_done, stage_1_fresh | 17021-1 9.3.1.2.3-4; 27006-1
certification | stage_1 | repeat_stage_1 | applied | isms_manager | - | - | reason_given, body_reference | 17021-1 9.3.1.2.4
certification | applied | begin_recertification | stage_2 | isms_manager | - | - | is_renewal, no_significant_change, audit_and_review_done | 17021-1 9.6.3.1
certification | stage_2 | end_stage_2 | awaiting_decision | isms_manager | - | - | stage_2_reported | 17021-1 9.4.8
certification | awaiting_decision | repeat_stage_2 | stage_2 | isms_manager | - | - | majors_too_late, body_reference | 17021-1 9.5.3.2
certification | awaiting_decision | certify | certified | isms_manager | - | - | majors_verified, minors_planned, decided_in_time, certificate_complete, body_reference | 17021-1 9.5, 9.6.3.2
certification | awaiting_decision | refuse | refused | isms_manager | - | - | body_reference | 17021-1 9.5
certification | certified | suspend | suspended | isms_manager | - | - | reason_given, suspension_end_set, body_reference | 17021-1 9.6.5.2
certification | suspended | amend_suspension | = suspended_until, body_reference, body_dated, body_evidence | isms_manager | - | - | reason_given, suspension_end_set, body_reference | 17021-1 9.6.5.4
certification | suspended | lift | certified | isms_manager | - | - | cause_resolved, body_reference | 17021-1 9.6.5.4
certification | certified, suspended | withdraw | withdrawn | isms_manager | - | - | reason_given, body_reference | 17021-1 9.6.5
certification | certified | amend_certificate | = certificate_scope, soa_version, body, accreditation_body, accreditation_number, accreditation_standard, accredited_until, body_reference, body_dated, body_evidence | isms_manager | - | - | body_reference, certificate_complete, body_accredited | 17021-1 9.6.4.1, 9.6.5.5; IAF MD 2
certification | preparing, applied, stage_1, stage_2, awaiting_decision, certified, suspended | end | ended | isms_manager | top_management P ? no_successor | R | reason_given | -
appointment | * | propose | proposed | isms_manager / top_management / isms_admin | - | - | person_active | 5.3
appointment | * | found | active | isms_admin | - | - | founding, person_active | 5.3
appointment | proposed | appoint | active | top_management / isms_manager / isms_admin | top_management P ? governing_role | R, not @person | roles_compatible | 5.3, 7.2, A.5.3
appointment | active | end | ended | isms_manager / top_management / @person | - | - | top_management_remains, owned_things_handed_over | 5.3, A.6.5
two_eyes | * | draft | draft | editor | - | - | - | A.5.3
two_eyes | draft | approve | approved | editor | editor P | R | - | A.5.3
two_eyes | approved | return | draft | editor | - | - | reason_given | A.5.3
two_eyes | approved | close | closed | editor | - | - | - | A.5.3
risk_method | * | draft | draft | editor | - | - | - | 7.5.2
risk_method | draft | approve | approved | isms_manager / top_management | @scope.managers P ? method_adapted | R | kind_content, effective_set | 6.1.2 a, 7.5.2 c
risk_method | approved | close | closed | isms_manager / top_management | - | - | reason_given | 7.5.3
assessment_round | * | open | open | isms_manager / risk_owner | - | - | scope_open | 8.2
assessment_round | open | close | closed | isms_manager | - | - | results_taken | 8.2
assessment_round | open | cancel | cancelled | isms_manager | - | - | reason_given | 8.2
risk_appetite | * | draft | draft | editor | - | - | - | 6.1.2 a1
risk_appetite | draft | approve | approved | isms_manager / top_management | top_management P | R | appetite_level | 6.1.2 a1
risk_appetite | approved | withdraw | withdrawn | isms_manager / top_management | top_management P | R | reason_given | 6.1.2 a1
risk_override | * | draft | draft | editor | - | - | - | 6.1.2 d
risk_override | draft | approve | approved | editor | editor S ? keeps_criteria + top_management P ? lowers_above_criteria | R, not @expert | - | 6.1.2 d, 6.1.3 f
risk_override | approved | return | draft | editor | - | - | reason_given | 6.1.2 d
risk_override | approved | close | closed | editor | - | - | - | 6.1.2 d
statement | * | draft | draft | editor | - | - | - | 7.5.2
statement | draft | submit | in_review | isms_manager / top_management | - | - | controls_decided, inclusion_reasoned, exclusion_justified, exclusion_unused, need_shown, implementation_planned, status_supported, operator_known, risks_covered | 6.1.3 d
statement | in_review | approve | approved | isms_manager / top_management | @scope.managers S | R | controls_decided, inclusion_reasoned, exclusion_justified, exclusion_unused, need_shown, implementation_planned, status_supported, operator_known, risks_covered, lines_current | 6.1.3 d, 7.5.2 c
statement | in_review | return | draft | isms_manager / top_management | - | - | reason_given | 7.5.2 c
statement | draft, approved | withdraw | withdrawn | isms_manager / top_management | - | - | reason_given | 7.5.3 e-f
control_test | * | record | recorded | editor | - | - | tester_independent | 9.1
control_test | recorded | annul | void | internal_auditor / isms_manager | - | I | reason_given | 7.5.3
leadership | * | draft | draft | editor | - | - | - | 5.1
leadership | draft | approve | approved | isms_manager / top_management | top_management P | R | - | 5.1
leadership | approved | return | draft | isms_manager / top_management | - | - | reason_given | 5.1
leadership | approved | close | closed | isms_manager / top_management | - | - | - | 5.1
objective | * | draft | draft | editor | - | - | - | 6.2
objective | draft | approve | approved | @owner / isms_manager / top_management | top_management P | R | objective_complete, owner_active | 6.2, 5.1 a
objective | approved | return | draft | @owner / isms_manager / top_management | - | - | reason_given | 6.2 f
objective | approved | close | closed | @owner / isms_manager / top_management | - | - | objective_evaluated | 6.2 l
objective | approved | amend_owner | = owner | isms_manager | @new.owner P | - | owner_active | 6.2 j
objective | approved | amend_plan | = plan_what, resources, due_on | @owner / isms_manager | top_management P | R | reason_given | 6.2 f
$$, E'\n') l
           where l ~ '\S') x;

select bag_eq(
  $$select s.workflow, s.position::bigint, s.name || case when s.initial then '*' when s.final then '!' else '' end || case when s.cutover then 'c' else '' end from isms.workflow_state s$$,
  $$select workflow, position, replace(name, '.', '') from state$$, 'the states are those written here');

select bag_eq($$
  select t.workflow,
         case when t.from_states = '{}' then '*' else array_to_string(t.from_states, ', ') end as from_states,
         t.name,
         coalesce(t.to_state, '= ' || array_to_string(t.amended_columns, ', ')) as to_state,
         array_to_string(t.actors, ' / ') as who,
         coalesce((select string_agg(a.approver || ' ' || a.basis || coalesce(' ? ' || a.condition, ''), ' + ' order by a.approver) from isms.workflow_approval a
                    where a.workflow = t.workflow and a.transition = t.name), '-') as approvals,
         coalesce(nullif(array_to_string(t.separation, ', '), ''), '-') as separation,
         coalesce(nullif(array_to_string(t.guards, ', '), ''), '-') as guards,
         t.clause
    from isms.workflow_transition t $$,
  'select workflow, from_states, name, to_state, who, approvals, separation, guards, clause from matrix', 'the transitions are those written here');

select set_eq($$select workflow, name from isms.workflow_transition where basis = 'S'$$,
  $$select workflow, name from matrix where separation ~ '^T'$$, 'a standard demands that auditors are impartial and the audited withdraw nothing, and no separation else');

select is_empty('select w.name, p from isms.workflow w, isms.workflow_problems(w.name, true) p', 'every definition is whole');

-- People: one of every role, one for every column that names somebody (these hold a role no transition names), one login
-- that is nobody.
\o /dev/null
select isms.setup('WF', 'Workflows', 'root', 'Root');
set local isms.scope = 'WF';

create schema wf;

-- Who an entry means.
create function wf.person_of(entry text) returns text language sql as $$
  select case when entry like '@new.%' then 'new_' || substr(entry, 6)
              when entry like '@%.%' then format('%s_of_%s', split_part(entry, '.', 2), substr(split_part(entry, '.', 1), 2))
              else ltrim(entry, '@') end
$$;

create function wf.means(entry text, person text) returns boolean language sql as $$
  select case entry when 'editor' then person not in ('external_auditor', 'stranger') else person = wf.person_of(entry) end
$$;

create function wf.allows(entries text, person text) returns boolean language sql as $$
  select exists (select from regexp_split_to_table(entries, ' / ') e where wf.means(e, person))
$$;

create function wf.approvers(approvals text) returns text language sql as $$
  select regexp_replace(regexp_replace(approvals, ' [SP]( \? \w+)?', '', 'g'), ' \+ ', ' / ', 'g')
$$;

create table wf.person as
  select p.code, initcap(replace(p.code, '_', ' ')) as name, 'regress_wf_' || p.code as login, r.code is not null as has_role
    from (select wf.person_of(e) as code
            from matrix, regexp_split_to_table(who || ' / ' || wf.approvers(approvals), ' / ') e
           where e not in ('-', 'editor')
           union
          select unnest('{asset_owner,risk_owner,external_auditor,stranger}'::text[])) p
    left join isms.role r on r.code = p.code;

do $$
declare
  p wf.person;
begin
  -- while root is the only top management, nobody else has to approve
  for p in select * from wf.person order by code = 'top_management', code loop
    execute format('create role %I login', p.login);
    if p.code = 'stranger' then
      execute format('grant isms_editor to %I', p.login);
    else
      perform isms.add_person(p.code, p.name, login => p.login, roles => array[case when p.has_role then p.code else 'asset_owner' end]);
    end if;
  end loop;
  grant isms_admin to regress_wf_isms_admin;
end
$$;

-- Statements, each by a login, undone whatever comes of them: what the last one returns after "ok", or the SQLSTATE with all the reasons.
create function wf.attempt(variadic steps text[]) returns text language plpgsql as $$
declare
  said text;
  code text;
begin
  for i in 1 .. cardinality(steps) / 2 loop
    execute format('set local session authorization %I', steps[2 * i - 1]);
    execute steps[2 * i] into said;
  end loop;
  raise exception using errcode = 'ZZ000', message = coalesce(said, '');
exception when sqlstate 'ZZ000' then
  return 'ok ' || sqlerrm;
when others then
  get stacked diagnostics code = returned_sqlstate, said = pg_exception_detail;
  return code || ' ' || coalesce(nullif(said, ''), sqlerrm);
end
$$;
grant usage on schema wf to public;
\o

select isnt_empty($$select from wf.person where has_role having count(*) = (select count(*) from isms.role)$$, 'there is a person of every role');

-- Every transition by everybody.  Plain tables with the columns that name people; guards hold, conditions hold, relations
-- give one person each, so that who, approvals and separation alone decide.
\o /dev/null
create function wf.yes(old jsonb, new jsonb, step isms.step) returns boolean language sql as 'select true';
create function wf.parent(record jsonb) returns jsonb language sql as $$select '{"owner": "owner_of_parent"}'::jsonb$$;
create function wf.risk(record jsonb) returns jsonb language sql as $$select '{"owner": "owner_of_risk"}'::jsonb$$;
create function wf.document(record jsonb) returns jsonb language sql as $$select '{"owner": "owner_of_document"}'::jsonb$$;
create function wf.audit(record jsonb) returns jsonb language sql as $$select '{"lead_auditor": "lead_auditor_of_audit", "team": ["team_of_audit"]}'::jsonb$$;
create function wf.scope(record jsonb) returns jsonb language sql as $$select '{"managers": ["managers_of_scope"]}'::jsonb$$;
create function wf.audited(record jsonb) returns jsonb language sql as $$select jsonb_object_agg(code, 'owns CRM') from wf.person where record ->> 'code' like '% partial'$$;
create function wf.judged(record jsonb) returns jsonb language sql as $$select jsonb_object_agg(code, 'action T-1') from wf.person where record ->> 'code' like '% judged'$$;
update isms.workflow_transition set guards = '{}';
update isms.slot_condition set function = 'wf.yes';
update isms.workflow_relation set function = 'wf.' || name where name in ('parent', 'risk', 'document', 'audit', 'scope', 'audited', 'judged');

-- Tables, with a row in every state, one more that nobody may judge impartially, and one whose judged actions are everybody's.
do $$
declare
  w text;
begin
  for w in select distinct workflow from matrix loop
    execute format('create table wf.%I (scope text not null default ''WF'', code text not null, status text not null, created_by text default isms.actor(), author text default ''author'', %s, %s primary key (scope, code))',
      'walk_' || w,
      (select string_agg(format('%I text default %L', c, c), ', ')
         from (select distinct substr(e, 2) as c from matrix, regexp_split_to_table(who || ' / ' || replace(approvals, ' ', ' / '), ' / ') e
                where e ~ '^@\w+$' and e <> '@author') x),
      (select string_agg(format('%I text,', c), ' ')
         from (select distinct c from matrix m, regexp_split_to_table(substr(m.to_state, 3), ', ') c
                where m.workflow = w and m.to_state like '= %' and c not in ('owner', 'lead_auditor', 'auditee', 'approver', 'implementer', 'chaired_by')) x));
    execute format('grant all on wf.%I to public', 'walk_' || w);
    perform isms.attach_workflow('wf.walk_' || w, w, 'status');
    if w in ('change', 'document') then
      perform isms.enable_audit(('wf.walk_' || w)::regclass);
    end if;
    execute format('alter table wf.%I disable trigger workflow_insert', 'walk_' || w);
    execute format('insert into wf.%I (code, status, created_by) select s.name || v.suffix, s.name, ''requester'' from (select regexp_replace(name, ''\W.*'', '''') as name from state where workflow = %L) s, (values (''''), ('' partial''), ('' judged'')) v(suffix)', 'walk_' || w, w);
    execute format('alter table wf.%I enable always trigger workflow_insert', 'walk_' || w);
  end loop;
end
$$;

create table wf.state as select workflow, position, regexp_replace(name, '\W.*', '') as name, name ~ '\*' as initial, name ~ '!' as final from state;

-- Steps from each state, with what an amendment writes.
create table wf.step as
  select m.workflow, m.name, s.name as from_state, m.to_state, m.who, m.approvals, m.separation, m.clause,
         'wf.walk_' || m.workflow as relation,
         case when m.to_state like '= %' then split_part(substr(m.to_state, 3), ', ', 1) else 'status' end as "column",
         case when m.approvals ~ '@new\.' then 'new_' || substring(m.approvals from '@new\.(\w+)') when m.to_state like '= %' then 'another' else m.to_state end as value
    from matrix m
    join wf.state s on s.workflow = m.workflow and (s.name = any (regexp_split_to_array(m.from_states, ', ')) or m.from_states = 'any' and not s.final)
   where m.from_states <> '*';
grant select on all tables in schema wf to public;
\o

create table wf.insertion as
  select m.workflow, m.name, p.code as person,
         wf.attempt(p.login, format('insert into wf.walk_%s (code, status) values (''new'', %L) returning status', m.workflow, m.to_state)) as got,
         case when p.code = 'stranger' then format('IS022 actor: login %s is no person of this ISMS', p.login)
              when wf.allows(m.who, p.code) then 'ok ' || m.to_state
              else format('IS002 actor%s: %s may not %s', coalesce(' (' || nullif(m.clause, '-') || ')', ''), p.name, replace(m.name, '_', ' ')) end as expected
    from matrix m, wf.person p
   where m.from_states = '*';
select is_empty('select * from wf.insertion where got <> expected', 'who may begin a row begins it, nobody else does');
select isnt_empty('select from wf.insertion having count(*) > 250', 'insertions were tried');

-- Reasons of separation, one a line; row: the plain one of the state, or the one whose name says more.
create function wf.apart(rules text, clause text, row_code text, person text, person_name text, requester text default null) returns text language sql as $$
  select string_agg(E'\nseparation' || coalesce(' (' || nullif(clause, '-') || ')', '') || ': ' || x.said, '' order by x.i)
    from (select i, case when r = 'R' and person = requester then person_name || ' asked for it and may not approve it too'
                         when r = 'A' and person in ('author', 'requester') then person_name || ' is its author'  -- requester made the rows
                         when r = 'I' and person = 'owner' then person_name || ' is its owner and may not judge it'
                         when r = 'I' and row_code like '% judged' then format('it is %s''s: action T-1', person_name)
                         when r = 'T' and row_code like '% partial' then person_name || ' is not impartial to what is audited: owns CRM'
                         when r = 'not @' || person then format('%s is its %s', person_name, replace(person, '_', ' ')) end as said
            from regexp_split_to_table(rules, ', ') with ordinality u(r, i)) x
   where x.said is not null
$$;

create table wf.update as
  select s.workflow, s.name, s.from_state || v.suffix as row, p.code as person,
         wf.attempt(p.login, format('update %s set %I = %L where code = %L returning %I', s.relation, s."column", s.value, s.from_state || v.suffix, s."column")) as got,
         case when p.code = 'stranger' then format('IS022 actor: login %s is no person of this ISMS', p.login)
              when not wf.allows(s.who, p.code)
              then format('IS002 actor%s: %s may not %s%s', coalesce(' (' || nullif(s.clause, '-') || ')', ''), p.name, replace(s.name, '_', ' '), a.lines)
              when a.lines is not null then 'IS004 ' || ltrim(a.lines, E'\n')
              else 'ok ' || s.value end as expected
    from wf.step s
    join (values ('', '.'), (' partial', 'T'), (' judged', 'I')) v(suffix, rule) on s.separation ~ v.rule or v.suffix = '',
         wf.person p,
         lateral (select wf.apart(s.separation, s.clause, s.from_state || v.suffix, p.code, p.name) as lines) a
   where s.approvals = '-';
select is_empty('select * from wf.update where got <> expected', 'a step without approval is taken by a plain UPDATE of those who may, and of nobody else');
select isnt_empty('select from wf.update having count(*) > 1500', 'steps were tried');
select isnt_empty($$select from wf.update where expected like 'IS004%' having count(*) > 10$$, 'some were refused for separation alone');

-- Steps that need approval: asked for by those who may; approved by those who may, each tried against each who asked.
-- Who made the row may ask again for what the insertion asked for.
create table wf.asked as
  select s.workflow, s.name, s.from_state, p.code as person, p.name as person_name, p.login,
         format('select isms.request(%L, %L, %L, %L%s)', s.relation, s.from_state, s.name, 'For the test',
                case when s.to_state like '= %' then format(', %L', json_build_object(s."column", s.value)) else '' end) as ask,
         wf.allows(s.who, p.code) or p.code = 'requester' and (s.workflow, s.name) in (('acceptance', 'accept'), ('appointment', 'appoint')) as may
    from wf.step s, wf.person p
   where s.approvals <> '-';

create table wf.request as
  select q.*, wf.attempt(q.login, q.ask) as got,
         case when q.person = 'external_auditor' then '42501 permission denied for function request'
              when q.person = 'stranger' then format('P0002 there is no walk %s %s in scope WF that %s may change', replace(q.workflow, '_', ' '), q.from_state, q.login)
              when q.may then format('ok %s of walk %s %s asked for; it waits for the approval of ', q.name, replace(q.workflow, '_', ' '), q.from_state)
              else format('IS002 actor%s: %s may not %s', coalesce(' (' || nullif(s.clause, '-') || ')', ''), q.person_name, replace(q.name, '_', ' ')) end as expected
    from wf.asked q
    join wf.step s using (workflow, name, from_state);
select is_empty($$select workflow, name, from_state, person, got, expected from wf.request where got <> expected and not (expected like 'ok%' and starts_with(got, expected))$$,
  'what needs approval is asked for by those who may');

create table wf.unapproved as
  select q.workflow, q.name, q.from_state, q.person,
         wf.attempt(q.login, format('update %s set %I = %L where code = %L returning %I', s.relation, s."column", s.value, s.from_state, s."column")) as got,
         format('IS003 approval%s: %s needs the approval of ', coalesce(' (' || nullif(s.clause, '-') || ')', ''), s.name) as expected
    from wf.asked q
    join wf.step s using (workflow, name, from_state)
   where wf.allows(s.who, q.person);
select is_empty('select * from wf.unapproved where not starts_with(got, expected)', 'and not taken without it');

create table wf.approval as
  select q.workflow, q.name, q.from_state, q.person as requester, p.code as person,
         wf.attempt(q.login, q.ask, p.login, format('select isms.approve(%L, array[%L], %L)', s.relation, s.from_state, s.name)) as got,
         case when p.code = 'stranger' then format('IS022 actor: login %s is no person of this ISMS', p.login)
              when p.code = 'external_auditor' then '42501 permission denied for function approve'
              when a.lines is not null then 'IS004 ' || ltrim(a.lines, E'\n') || case when f.fits then '' else format(E'\nactor%s: the approval is not %s''s to give', c.clause, p.name) end
              when not f.fits then format('IS002 actor%s: the approval is not %s''s to give', c.clause, p.name)
              when s.approvals ~ ' \+ ' then format('ok %s of walk %s %s approved; it waits for ', s.name, replace(s.workflow, '_', ' '), s.from_state)
              else format('ok walk %s %s is ', replace(s.workflow, '_', ' '), s.from_state) || case when s.to_state like '= %' then 'amended: ' || s."column" else 'now ' || s.to_state end end as expected
    from wf.asked q
    join wf.step s using (workflow, name, from_state),
         wf.person p,
         lateral (select coalesce(' (' || nullif(s.clause, '-') || ')', '') as clause) c,
         lateral (select wf.apart(s.separation, s.clause, s.from_state, p.code, p.name, q.person) as lines) a,
         lateral (select wf.allows(wf.approvers(s.approvals), p.code) as fits) f
   -- of those who may ask, one who could not approve is tried with everybody, one who could with those who could
   where (f.fits or not wf.allows(wf.approvers(s.approvals), q.person)) and (q.workflow, q.name, q.from_state, q.person) in (
           select a.workflow, a.name, a.from_state, min(a.person)
             from wf.asked a
             join wf.step t using (workflow, name, from_state)
            where a.may
            group by a.workflow, a.name, a.from_state, wf.allows(wf.approvers(t.approvals), a.person));
select is_empty($$select * from wf.approval where got <> expected and not (expected like '%waits for ' and starts_with(got, expected))$$,
  'those approve whose approval it is, separate from who asked, who wrote and who made it');
select isnt_empty($$select from wf.approval having count(*) > 700 and count(*) filter (where expected like 'IS004%') >= 50 and count(*) filter (where expected like 'ok%') > 50$$,
  'approvals were tried');

-- All approvals together carry the step out.
create table wf.carried_out as
  select s.workflow, s.name, s.from_state,
         wf.attempt(q.login, q.ask, a.login, y.approve, b.login, y.approve) as got,
         format('ok walk %s %s is now %s', replace(s.workflow, '_', ' '), s.from_state, s.to_state) as expected
    from wf.asked q
    join wf.step s using (workflow, name, from_state)
    join wf.person a on wf.means(split_part(s.approvals, ' ', 1), a.code)
    join wf.person b on wf.means(split_part(split_part(s.approvals, ' + ', 2), ' ', 1), b.code),
         lateral (select format('select isms.approve(%L, array[%L], %L)', s.relation, s.from_state, s.name) as approve) y
   where q.may and s.approvals ~ ' \+ ' and q.person not in (a.code, b.code) and a.code <> b.code;
select is_empty('select * from wf.carried_out where got <> expected', 'all approvals together carry the step out');
select set_eq('select workflow, name from wf.carried_out', $$values ('acceptance', 'accept'), ('change', 'approve'), ('risk_override', 'approve')$$, 'where there are two');

-- What is no step, for somebody who may take most.
create table wf.refused as
  select f.workflow, f.name as from_state, t.name as to_state,
         wf.attempt('regress_wf_isms_manager', format('update wf.walk_%s set status = %L where code = %L returning status', f.workflow, t.name, f.name)) as got,
         format('IS001 transition: %s leads to %s', f.name,
                coalesce((select string_agg(s.to_state, ' or ' order by w.position) from wf.step s join wf.state w on w.workflow = s.workflow and w.name = s.to_state
                           where s.workflow = f.workflow and s.from_state = f.name), 'no other state')) as expected
    from wf.state f
    join wf.state t on t.workflow = f.workflow and t.name <> f.name
   where not exists (select from wf.step s where s.workflow = f.workflow and s.from_state = f.name and s.to_state = t.name)
  union all
  select s.workflow, null, s.name,
         wf.attempt('regress_wf_isms_manager', format('insert into wf.walk_%s (code, status) values (''new'', %L) returning status', s.workflow, s.name)),
         'IS001 transition: rows start in ' || (select string_agg(i.name, ' or ' order by i.position) from wf.state i where i.workflow = s.workflow and i.initial)
    from wf.state s
   where not exists (select from matrix m where m.workflow = s.workflow and m.from_states = '*' and m.to_state = s.name)
  union all
  select s.workflow, s.name, null,
         wf.attempt('regress_wf_requester', format('delete from wf.walk_%s where code = %L returning code', s.workflow, s.name)),
         case when s.initial then 'ok ' || s.name else format('IS007 deletion (7.5.3): rows in %s are kept', s.name) end
    from wf.state s
  union all
  select s.workflow, s.name, null,
         wf.attempt('regress_wf_isms_manager', format('update wf.walk_%s set author = ''somebody'' where code = %L returning code', s.workflow, s.name)),
         format('IS006 frozen: author may not change in %s', s.name)
    from wf.state s
   where s.final;
select is_empty('select * from wf.refused where got <> expected', 'no other step leads anywhere, rows start and may be deleted in initial states alone, final states are frozen');
select isnt_empty('select from wf.refused having count(*) > 400', 'they were tried');

select * from finish();

rollback;
