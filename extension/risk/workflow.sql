-- The workflows of this room, as data.  S: a standard demands it and it cannot be switched off; P: practice.

insert into isms.guard (name, function, clause, basis, builtin) values
  ('scope_open', 'isms.guard_scope_open', '4.3', 'P', true),
  ('owner_active', 'isms.guard_owner_active', '6.1.2 c2, 5.3', 'S', true),
  ('dimension_hit', 'isms.guard_dimension_hit', '6.1.2 c1', 'S', true),
  ('source_named', 'isms.guard_source_named', '27005 7.2.1', 'P', true),
  ('method_approved', 'isms.guard_method_approved', '6.1.2 a-b', 'S', true),
  ('method_newest', 'isms.guard_method_newest', '6.1.2 b', 'P', true),
  ('factors_rated', 'isms.guard_factors_rated', '6.1.2 d1-d2', 'S', true),
  ('level_recomputed', 'isms.guard_level_recomputed', '6.1.2 d3', 'P', true),
  ('evaluated', 'isms.guard_evaluated', '6.1.2 e', 'S', true),
  ('trigger_named', 'isms.guard_trigger_named', '8.2', 'S', true),
  ('option_chosen', 'isms.guard_option_chosen', '6.1.3 a', 'S', true),
  ('option_complete', 'isms.guard_option_complete', '6.1.3 a-b', 'S', true),
  ('controls_in_soa', 'isms.guard_controls_in_soa', '6.1.3 c-d', 'S', true),
  ('plan_complete', 'isms.guard_plan_complete', '6.1.3 e', 'S', true),
  ('target_rated', 'isms.guard_target_rated', '27005 8.6', 'P', true),
  ('target_covered', 'isms.guard_target_covered', '6.1.3 f', 'S', true),
  ('interim_covered', 'isms.guard_interim_covered', '27005 8.6.3', 'P', true),
  ('due_within_level', 'isms.guard_due_within_level', '6.1.2 a1', 'P', true),
  ('retention_only', 'isms.guard_retention_only', '6.1.3 a', 'S', true),
  ('acceptance_valid', 'isms.guard_acceptance_valid', '6.1.3 f', 'S', true),
  ('review_date_set', 'isms.guard_review_date_set', '8.2', 'S', true),
  ('actions_finished', 'isms.guard_actions_finished', '8.3', 'S', true),
  ('evidence_complete', 'isms.guard_evidence_complete', '8.3', 'S', true),
  ('evidence_attached', 'isms.guard_evidence_attached', '8.3', 'S', true),
  ('controls_effective', 'isms.guard_controls_effective', '8.3, 9.1', 'P', true),
  ('assessed_after', 'isms.guard_assessed_after', '8.2', 'P', true),
  ('closure_reason', 'isms.guard_closure_reason', '8.2', 'P', true),
  ('closure_evidenced', 'isms.guard_closure_evidenced', '7.5.3', 'P', true),
  ('no_open_action', 'isms.guard_no_open_action', '8.3', 'P', true),
  ('serves_set', 'isms.guard_serves_set', '6.1.3 e', 'P', true),
  ('plan_approved', 'isms.guard_plan_approved', '6.1.3 f', 'P', true),
  ('due_set', 'isms.guard_due_set', '8.1', 'P', true),
  ('done_dated', 'isms.guard_done_dated', '8.3', 'P', true),
  ('control_implemented', 'isms.guard_control_implemented', '6.1.3 d', 'P', true),
  ('check_recorded', 'isms.guard_check_recorded', '9.1', 'P', true),
  ('replaced_or_replanned', 'isms.guard_replaced_or_replanned', '8.3', 'P', true),
  ('basis_set', 'isms.guard_basis_set', '6.1.3 f', 'S', true),
  ('justification_given', 'isms.guard_justification_given', '27005 6.4.2', 'P', true),
  ('validity_set', 'isms.guard_validity_set', '27005 6.4.2', 'P', true),
  ('validity_within_level', 'isms.guard_validity_within_level', '27005 6.4.2', 'P', true),
  ('no_overlap', 'isms.guard_no_overlap', '6.1.3 f', 'P', true),
  ('frozen_is_now', 'isms.guard_frozen_is_now', '6.1.3 f', 'S', true),
  ('ceiling_covers', 'isms.guard_ceiling_covers', '6.1.3 f', 'S', true),
  ('conditions_set', 'isms.guard_conditions_set', '27005 6.4.2', 'P', true),
  ('acceptable_at_all', 'isms.guard_acceptable_at_all', '4.2, A.5.31', 'P', true),
  ('kind_content', 'isms.guard_kind_content', '5.2, 6.1, 9.3', 'S', true),
  ('appetite_level', 'isms.guard_appetite_level', '6.1.2 a1', 'P', true),
  ('results_taken', 'isms.guard_results_taken', '8.2', 'S', true),
  ('effective_set', 'isms.guard_effective_set', '7.5.3', 'P', true);

create function isms.condition_above_criteria(old jsonb, new jsonb, step isms.step) returns boolean
  language plpgsql stable parallel safe set search_path = pg_catalog, pg_temp as $$
begin
  return isms.is_above_criteria(isms.basis_level(new ->> 'scope', new ->> 'risk', new ->> 'basis'));
end
$$;

comment on function isms.condition_above_criteria(jsonb, jsonb, isms.step) is 'Slot condition of acceptances: more than the owner''s acceptance is needed; null while the level is not known';

create function isms.condition_lowers_above_criteria(old jsonb, new jsonb, step isms.step) returns boolean
  language plpgsql stable parallel safe set search_path = pg_catalog, pg_temp as $$
declare
  present isms.risk_level;
  entered integer;
begin
  select l.* into present
    from isms.risk_level l
   where l.scope = new ->> 'scope' and l.method = new ->> 'method'
     and l.rank = isms.computed_rank(new ->> 'scope', new ->> 'risk', new ->> 'state');
  select l.rank into entered
    from isms.risk_level l
   where l.scope = new ->> 'scope' and l.method = new ->> 'method' and l.label = new ->> 'level';
  if not found then
    select isms.assessed_rank(
             isms.assess(m.spec, null, null, null, null, null, null, null, null, null, null, null, null, false,
               (select isms.override_set(o.scope, o.risk, o.state, o.likelihood, o.consequence, o.score)
                  from jsonb_to_record(new) o(scope text, risk text, state text, likelihood integer, consequence integer, score numeric)),
               new ->> 'scope', new ->> 'risk'),
             new ->> 'state')
      into entered
      from isms.risk_method_spec m
     where m.scope = new ->> 'scope' and m.method = new ->> 'method';
  end if;
  return isms.is_above_criteria(present) and entered < present.rank;
end
$$;

comment on function isms.condition_lowers_above_criteria(jsonb, jsonb, isms.step) is 'Slot condition of overrides: the risk as computed is above criteria, and the value entered is a lower level';

create function isms.condition_keeps_criteria(old jsonb, new jsonb, step isms.step) returns boolean
  language plpgsql stable parallel safe set search_path = pg_catalog, pg_temp as $$
begin
  return not isms.condition_lowers_above_criteria(old, new, step);
end
$$;

comment on function isms.condition_keeps_criteria(jsonb, jsonb, isms.step) is 'Slot condition of overrides: the contrary of lowers_above_criteria';

create function isms.condition_plan_in_force(old jsonb, new jsonb, step isms.step) returns boolean
  language plpgsql stable parallel safe set search_path = pg_catalog, pg_temp as $$
begin
  return coalesce(isms.action_parent_status(new ->> 'scope', new ->> 'serves_kind', new ->> 'serves') in ('in_treatment', 'treated', 'monitored', 'action_agreed', 'implemented'), false);
end
$$;

comment on function isms.condition_plan_in_force(jsonb, jsonb, isms.step) is 'Slot condition of actions: the plan they belong to is approved';

create function isms.condition_method_adapted(old jsonb, new jsonb, step isms.step) returns boolean
  language plpgsql stable parallel safe set search_path = pg_catalog, pg_temp as $$
begin
  return isms.method_adapted(new ->> 'scope', new ->> 'code');
end
$$;

comment on function isms.condition_method_adapted(jsonb, jsonb, isms.step) is 'Slot condition of methods: it differs from every shipped one';

insert into isms.slot_condition (name, function, builtin) values
  ('above_criteria', 'isms.condition_above_criteria', true),
  ('lowers_above_criteria', 'isms.condition_lowers_above_criteria', true),
  ('keeps_criteria', 'isms.condition_keeps_criteria', true),
  ('plan_in_force', 'isms.condition_plan_in_force', true),
  ('method_adapted', 'isms.condition_method_adapted', true);

-- The columns a transition amends are also those a request for it may carry along.

-- Risk: 6.1.2, 6.1.3, 8.2, 8.3.
insert into isms.workflow (name, title, builtin) values
  ('risk', 'Risk: assess, treat, accept what remains, review', true);

insert into isms.workflow_state (workflow, name, position, initial, final, cutover, frozen_columns, frozen_children, builtin)
select 'risk', s.name, s.position, s.name = 'identified', s.name = 'closed', true,
       case when s.name = 'closed' then '{*}'
            when s.position > 2 then '{scope,code,asset,threat,vulnerability,scenario,source,hits,likelihood,consequence,threat_rate,vulnerability_rate,current_likelihood,current_consequence,owner,method,assessor,assessed_on,created_by}'::text[]
              || case when s.position > 3 then '{target_likelihood,target_consequence}'::text[] else '{}' end
            else '{}' end,
       case when s.position > 3 then '{isms.treatment,isms.risk_control,isms.action}'::text[] else '{}' end,
       true
  from unnest('{identified,in_review,assessed,in_treatment,treated,monitored,closed}'::text[]) with ordinality s(name, position);

insert into isms.workflow_transition (workflow, name, from_states, to_state, amended_columns, actors, separation, guards, clause, basis, builtin) values
  ('risk', 'record', '{}', 'identified', '{}',
   '{editor}', '{}', '{scope_open}', '6.1.2 c', 'P', true),
  ('risk', 'assess', '{identified,in_review}', 'assessed',
   '{asset,threat,vulnerability,scenario,source,hits,likelihood,consequence,threat_rate,vulnerability_rate,current_likelihood,current_consequence,owner,method,assessor,assessed_on}',
   '{@owner,isms_manager}', '{}', '{owner_active,dimension_hit,source_named,method_approved,method_newest,factors_rated,level_recomputed,evaluated}', '6.1.2 c-e', 'P', true),
  ('risk', 'reassess', '{assessed,in_treatment,treated,monitored}', 'in_review', '{review_trigger,review_trigger_key}',
   '{@owner,isms_manager}', '{}', '{trigger_named}', '8.2', 'P', true),
  ('risk', 'approve_plan', '{assessed}', 'in_treatment', '{}',
   '{@owner,isms_manager,process_owner}', '{R}',
   '{option_chosen,option_complete,controls_in_soa,plan_complete,target_rated,target_covered,interim_covered,due_within_level}', '6.1.3 a-f', 'P', true),
  ('risk', 'retain', '{assessed}', 'monitored', '{next_review}',
   '{@owner,isms_manager}', '{}', '{retention_only,acceptance_valid,review_date_set}', '6.1.3 a, f', 'P', true),
  ('risk', 'replan', '{in_treatment,treated,monitored}', 'assessed', '{}',
   '{@owner,isms_manager}', '{}', '{reason_given}', '8.3', 'P', true),
  ('risk', 'complete', '{in_treatment}', 'treated', '{current_likelihood,current_consequence,assessor,assessed_on}',
   '{@owner,isms_manager}', '{}', '{actions_finished,evidence_complete,controls_effective,assessed_after}', '8.3', 'P', true),
  ('risk', 'accept_residual', '{treated}', 'monitored', '{next_review}',
   '{@owner,isms_manager}', '{}', '{acceptance_valid,review_date_set}', '6.1.3 f', 'P', true),
  ('risk', 'close', '{any}', 'closed', '{closure_reason,closure_note,successor}',
   '{@owner,isms_manager}', '{R}', '{closure_reason,closure_evidenced,no_open_action}', '8.2', 'P', true),
  ('risk', 'reopen', '{closed}', 'in_review', '{review_trigger,review_trigger_key}',
   '{@owner,isms_manager}', '{}', '{trigger_named}', '8.2', 'P', true),
  -- before the assessment the owner is not frozen: there is nothing to amend
  ('risk', 'amend_owner', '{assessed,in_treatment,treated,monitored}', null, '{owner}',
   '{isms_manager}', '{}', '{owner_active}', '6.1.2 c2', 'P', true);

insert into isms.workflow_approval (workflow, transition, slot, approver, condition, basis, builtin) values
  ('risk', 'approve_plan', 'owner', '@owner', null, 'S', true),
  ('risk', 'close', 'owner', '@owner', null, 'P', true),
  ('risk', 'amend_owner', 'new_owner', '@new.owner', null, 'P', true);

-- Actions: 6.1.3 e, 8.1, 8.3.
insert into isms.workflow (name, title, builtin) values
  ('action', 'Action: plan, do, have it verified', true);

insert into isms.workflow_state (workflow, name, position, initial, final, cutover, frozen_columns, frozen_when, frozen_children, builtin)
select 'action', s.name, s.position, s.name = 'planned', s.name in ('verified', 'cancelled'), true,
       case when s.name in ('verified', 'cancelled') then '{*}'::text[]
            else '{scope,code,title,serves_kind,serves,option,implementation,owner,due_on,resources,created_by}' end,
       case when s.name in ('verified', 'cancelled') then null else 'plan_in_force' end,
       case when s.name in ('verified', 'cancelled') then '{isms.evidence}'::text[] else '{}' end,
       true
  from unnest('{planned,in_progress,done,verified,cancelled}'::text[]) with ordinality s(name, position);

insert into isms.workflow_transition (workflow, name, from_states, to_state, amended_columns, actors, separation, guards, clause, basis, builtin) values
  ('action', 'plan', '{}', 'planned', '{}',
   '{editor}', '{}', '{serves_set}', '6.1.3 e, 10.2 c, 9.3.3', 'P', true),
  ('action', 'start', '{planned}', 'in_progress', '{started_on}',
   '{@owner}', '{}', '{plan_approved,owner_active,due_set}', '8.1, 8.3', 'P', true),
  ('action', 'finish', '{in_progress}', 'done', '{started_on,done_on}',
   '{@owner}', '{}', '{done_dated,evidence_attached,control_implemented}', '8.3', 'P', true),
  ('action', 'verify', '{done}', 'verified', '{check_result,checked_by,checked_on}',
   '{@parent.owner,control_owner,isms_manager}', '{I}', '{check_recorded}', '8.3, 9.1', 'P', true),
  ('action', 'send_back', '{done}', 'in_progress', '{}',
   '{@parent.owner,control_owner,isms_manager}', '{I}', '{reason_given}', '8.3', 'P', true),
  ('action', 'cancel', '{planned,in_progress}', 'cancelled', '{replaced_by}',
   '{@owner,@parent.owner,isms_manager}', '{}', '{reason_given,replaced_or_replanned}', '8.3', 'P', true),
  ('action', 'amend_plan', '{planned,in_progress}', null, '{due_on,owner,resources}',
   '{@owner,isms_manager}', '{R}', '{reason_given}', '6.1.3 f', 'P', true);

insert into isms.workflow_approval (workflow, transition, slot, approver, condition, basis, builtin) values
  ('action', 'cancel', 'parent_owner', '@parent.owner', null, 'P', true),
  ('action', 'amend_plan', 'parent_owner', '@parent.owner', 'plan_in_force', 'P', true);

create function isms.action_parent(action jsonb) returns jsonb
  language plpgsql stable parallel safe set search_path = pg_catalog, pg_temp as $$
declare
  subject isms.action_subject;
  parent jsonb;
begin
  select s.* into subject from isms.action_subject s where s.kind = action ->> 'serves_kind';
  execute format('select to_jsonb(t) || jsonb_build_object(''owner'', t.%I) from isms.%I t where t.scope = $1 and t.code = $2', subject.owner_column, subject.table_name)
     into parent using action ->> 'scope', action ->> 'serves';
  return parent;
end
$$;

comment on function isms.action_parent(jsonb) is 'Relation parent of actions: the record the action serves; its owner is the person in action_subject.owner_column';

create function isms.action_judged(action jsonb) returns jsonb
  language plpgsql stable parallel safe set search_path = pg_catalog, pg_temp as $$
begin
  return (select jsonb_build_object(i.owner, 'implementation ' || i.code)
            from isms.implementation i
           where i.scope = action ->> 'scope' and i.code = action ->> 'implementation' and i.owner is not null);
end
$$;

comment on function isms.action_judged(jsonb) is 'Relation judged of actions: the owner of the implementation it builds';

insert into isms.workflow_relation (workflow, name, function, builtin) values
  ('action', 'parent', 'isms.action_parent', true),
  ('action', 'judged', 'isms.action_judged', true);

-- Acceptances: 6.1.3 f.  The insertion is the request; the owner's approval carries it out.
insert into isms.workflow (name, title, builtin) values
  ('acceptance', 'Acceptance of residual risk', true);

insert into isms.workflow_state (workflow, name, position, initial, final, cutover, frozen_columns, builtin) values
  ('acceptance', 'requested', 1, true, false, false, '{scope,code,risk,basis,ceiling,validity,justification,conditions,frozen,created_by}', true),
  ('acceptance', 'accepted', 2, false, false, true, '{*}', true),
  ('acceptance', 'rejected', 3, false, true, false, '{*}', true),
  ('acceptance', 'withdrawn', 4, false, true, false, '{*}', true),
  ('acceptance', 'revoked', 5, false, true, true, '{*}', true);

insert into isms.workflow_transition (workflow, name, from_states, to_state, amended_columns, actors, separation, guards, opens_request, clause, basis, builtin) values
  ('acceptance', 'request', '{}', 'requested', '{}',
   '{editor}', '{}', '{basis_set,justification_given,validity_set,no_overlap}', 'accept', '6.1.3 f', 'P', true),
  ('acceptance', 'accept', '{requested}', 'accepted', '{}',
   '{@risk.owner,top_management}', '{R}', '{frozen_is_now,ceiling_covers,validity_within_level,conditions_set,acceptable_at_all}', null, '6.1.3 f', 'P', true),
  ('acceptance', 'reject', '{requested}', 'rejected', '{}',
   '{@risk.owner,top_management}', '{}', '{reason_given}', null, '6.1.3 f', 'P', true),
  ('acceptance', 'withdraw', '{requested}', 'withdrawn', '{}',
   '{@requester}', '{}', '{}', null, '6.1.3 f', 'P', true),
  ('acceptance', 'revoke', '{accepted}', 'revoked', '{}',
   '{@risk.owner,top_management,isms_manager}', '{}', '{reason_given}', null, '8.2', 'P', true);

insert into isms.workflow_approval (workflow, transition, slot, approver, condition, basis, builtin) values
  ('acceptance', 'accept', 'owner', '@risk.owner', null, 'S', true),
  ('acceptance', 'accept', 'top_management', 'top_management', 'above_criteria', 'P', true);

create function isms.acceptance_risk(acceptance jsonb) returns jsonb
  language plpgsql stable parallel safe set search_path = pg_catalog, pg_temp as $$
begin
  return (select to_jsonb(r) from isms.risk r where r.scope = acceptance ->> 'scope' and r.code = acceptance ->> 'risk');
end
$$;

comment on function isms.acceptance_risk(jsonb) is 'Relation risk of acceptances';

insert into isms.workflow_relation (workflow, name, function, builtin) values
  ('acceptance', 'risk', 'isms.acceptance_risk', true);

-- Methods: 6.1.2 a-b.  An unchanged copy of a shipped one is approved by taking the step; one of the organisation's own by another person.
insert into isms.workflow (name, title, builtin) values
  ('risk_method', 'Risk assessment method', true);

insert into isms.workflow_state (workflow, name, position, initial, final, cutover, frozen_columns, frozen_children, builtin) values
  ('risk_method', 'draft', 1, true, false, true, '{}', '{}', true),
  ('risk_method', 'approved', 2, false, false, true, '{*}', '{isms.risk_scale_step,isms.risk_level}', true),
  ('risk_method', 'closed', 3, false, true, true, '{*}', '{isms.risk_scale_step,isms.risk_level}', true);

insert into isms.workflow_transition (workflow, name, from_states, to_state, amended_columns, actors, separation, guards, clause, basis, builtin) values
  ('risk_method', 'draft', '{}', 'draft', '{}',
   '{editor}', '{}', '{}', '7.5.2', 'P', true),
  ('risk_method', 'approve', '{draft}', 'approved', '{approved_on}',
   '{isms_manager,top_management}', '{R}', '{kind_content,effective_set}', '6.1.2 a, 7.5.2 c', 'P', true),
  ('risk_method', 'close', '{approved}', 'closed', '{}',
   '{isms_manager,top_management}', '{}', '{reason_given}', '7.5.3', 'P', true);

insert into isms.workflow_approval (workflow, transition, slot, approver, condition, basis, builtin) values
  ('risk_method', 'approve', 'approver', '@scope.managers', 'method_adapted', 'P', true);

create function isms.method_scope(method jsonb) returns jsonb
  language plpgsql stable parallel safe set search_path = pg_catalog, pg_temp as $$
begin
  return (
    select jsonb_build_object('managers', jsonb_agg(distinct a.person))
      from isms.role_assignment a
     where a.scope = method ->> 'scope' and a.role in ('isms_manager', 'top_management') and isms.holds_role(a.person, a.role, a.scope));
end
$$;

comment on function isms.method_scope(jsonb) is 'Relation scope of methods: managers holds the ISMS managers and top management of the scope';

insert into isms.workflow_relation (workflow, name, function, builtin) values
  ('risk_method', 'scope', 'isms.method_scope', true);

-- Appetites: 6.1.2 a1.  Top management says how much is carried, and when that ends.
insert into isms.workflow (name, title, builtin) values
  ('risk_appetite', 'Risk appetite', true);

insert into isms.workflow_state (workflow, name, position, initial, final, cutover, frozen_columns, builtin) values
  ('risk_appetite', 'draft', 1, true, false, true, '{}', true),
  ('risk_appetite', 'approved', 2, false, false, true, '{*}', true),
  ('risk_appetite', 'withdrawn', 3, false, true, true, '{*}', true);

insert into isms.workflow_transition (workflow, name, from_states, to_state, amended_columns, actors, separation, guards, clause, basis, builtin) values
  ('risk_appetite', 'draft', '{}', 'draft', '{}',
   '{editor}', '{}', '{}', '6.1.2 a1', 'P', true),
  ('risk_appetite', 'approve', '{draft}', 'approved', '{}',
   '{isms_manager,top_management}', '{R}', '{appetite_level}', '6.1.2 a1', 'P', true),
  ('risk_appetite', 'withdraw', '{approved}', 'withdrawn', '{}',
   '{isms_manager,top_management}', '{R}', '{reason_given}', '6.1.2 a1', 'P', true);

insert into isms.workflow_approval (workflow, transition, slot, approver, condition, basis, builtin) values
  ('risk_appetite', 'approve', 'top_management', 'top_management', null, 'P', true),
  ('risk_appetite', 'withdraw', 'top_management', 'top_management', null, 'P', true);

-- Rounds of assessment: 8.2.
insert into isms.workflow (name, title, builtin) values
  ('assessment_round', 'Round of risk assessment', true);

insert into isms.workflow_state (workflow, name, position, initial, final, cutover, frozen_columns, frozen_children, builtin) values
  ('assessment_round', 'open', 1, true, false, true, '{opened_on}', '{}', true),
  ('assessment_round', 'closed', 2, false, true, true, '{*}', '{isms.assessment_result}', true),
  ('assessment_round', 'cancelled', 3, false, true, false, '{*}', '{isms.assessment_result}', true);

insert into isms.workflow_transition (workflow, name, from_states, to_state, amended_columns, actors, separation, guards, clause, basis, builtin) values
  ('assessment_round', 'open', '{}', 'open', '{}',
   '{isms_manager,risk_owner}', '{}', '{scope_open}', '8.2', 'P', true),
  ('assessment_round', 'close', '{open}', 'closed', '{}',
   '{isms_manager}', '{}', '{results_taken}', '8.2', 'P', true),
  ('assessment_round', 'cancel', '{open}', 'cancelled', '{}',
   '{isms_manager}', '{}', '{reason_given}', '8.2', 'P', true);

-- Overrides: a second person's approval, as in two_eyes; where one takes a risk out of what top management must accept, it is theirs.
insert into isms.workflow (name, title, builtin) values
  ('risk_override', 'Value of a risk entered by an expert', true);

insert into isms.workflow_state (workflow, name, position, initial, final, cutover, frozen_columns, frozen_children, builtin) values
  ('risk_override', 'draft', 1, true, false, true, '{}', '{}', true),
  ('risk_override', 'approved', 2, false, false, true, '{*}', '{}', true),
  ('risk_override', 'closed', 3, false, true, true, '{*}', '{}', true);

insert into isms.workflow_transition (workflow, name, from_states, to_state, amended_columns, actors, separation, guards, clause, basis, builtin) values
  ('risk_override', 'draft', '{}', 'draft', '{}',
   '{editor}', '{}', '{}', '6.1.2 d', 'P', true),
  ('risk_override', 'approve', '{draft}', 'approved', '{}',
   '{editor}', '{R,"not @expert"}', '{}', '6.1.2 d, 6.1.3 f', 'P', true),
  ('risk_override', 'return', '{approved}', 'draft', '{}',
   '{editor}', '{}', '{reason_given}', '6.1.2 d', 'P', true),
  ('risk_override', 'close', '{approved}', 'closed', '{}',
   '{editor}', '{}', '{}', '6.1.2 d', 'P', true);

insert into isms.workflow_approval (workflow, transition, slot, approver, condition, basis, builtin) values
  ('risk_override', 'approve', 'second_person', 'editor', 'keeps_criteria', 'S', true),
  ('risk_override', 'approve', 'top_management', 'top_management', 'lowers_above_criteria', 'P', true);

do $$
begin
  perform isms.attach_workflow('isms.risk_override', 'risk_override', 'status', ignore => '{approved_by,approved_on}');
  perform isms.attach_workflow('isms.risk', 'risk', 'status', covers => '{
    "isms.treatment": {"on": {"scope": "scope", "risk": "code"}},
    "isms.risk_control": {"on": {"scope": "scope", "risk": "code"}},
    "isms.action": {"on": {"scope": "scope", "serves": "code"}, "where": {"serves_kind": "risk"}, "allow": ["insert"],
      "ignore": ["status", "started_on", "done_on", "check_result", "checked_by", "checked_on", "replaced_by", "urgent", "urgent_reason", "custom"]}}');
  perform isms.attach_workflow('isms.action', 'action', 'status', covers => '{
    "isms.evidence": {"on": {"scope": "scope", "subject": "code"}, "where": {"subject_kind": "action"}, "allow": ["insert"]}}');
  perform isms.attach_workflow('isms.acceptance', 'acceptance', 'status', ignore => '{accepted_by,accepted_on}');
  perform isms.attach_workflow('isms.risk_method', 'risk_method', 'status', covers => '{
    "isms.risk_scale_step": {"on": {"scope": "scope", "method": "code"}},
    "isms.risk_level": {"on": {"scope": "scope", "method": "code"}}}', ignore => '{map_rows}');
  perform isms.attach_workflow('isms.assessment_round', 'assessment_round', 'status', covers => '{
    "isms.assessment_result": {"on": {"scope": "scope", "round": "code"}}}');
  perform isms.attach_workflow('isms.risk_appetite', 'risk_appetite', 'status', ignore => '{approved_by,approved_on}');
end
$$;

-- A.6.5: who leaves hands these over.
insert into isms.owned_table (schema_name, table_name, person_column, role, state_column, ended_states, builtin) values
  ('isms', 'risk', 'owner', 'risk_owner', 'status', '{closed}', true),
  ('isms', 'action', 'owner', null, 'status', '{done,verified,cancelled}', true);
