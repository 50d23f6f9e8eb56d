-- 6.2: what is to be achieved, by which plan, and how far it is.
create table isms.objective (
  scope text not null default isms.default_scope() constraint objective_scope_fkey references isms.scope on update cascade,
  code text not null constraint objective_code_form check (code ~ '^[^[:space:]]+( [^[:space:]]+)*$'),
  title text not null constraint objective_title_given check (title ~ '\S'),
  status text not null default 'draft',
  policy text,
  aim text,
  refers_kind text constraint objective_refers_kind_known check (refers_kind in ('requirement', 'risk', 'treatment')),
  refers text,
  measure text,
  unit text,
  baseline numeric constraint objective_baseline_finite check (baseline > '-Infinity' and baseline < 'Infinity'),
  target numeric constraint objective_target_finite check (target > '-Infinity' and target < 'Infinity'),
  target_is text constraint objective_target_is_known check (target_is in ('minimum', 'maximum')),
  not_measurable_reason text,
  plan_what text,
  resources text,
  owner text constraint objective_owner_fkey references isms.person on update cascade,
  due_on date,
  evaluation text,
  monitor_every interval not null default '3 months' constraint objective_monitor_every_positive check (isms.is_period(monitor_every)),
  period daterange not null constraint objective_period_begins check (not isempty(period) and lower(period) is not null and lower(period) < '3000-01-01'),
  communicated_on date,
  confirmed_on date,
  outcome text,
  custom jsonb not null default '{}' constraint objective_custom_object check (jsonb_typeof(custom) = 'object'),
  created_by text default isms.actor(),
  constraint objective_pkey primary key (scope, code),
  constraint objective_policy_fkey foreign key (scope, policy) references isms.document on update cascade,
  constraint objective_aim_fkey foreign key (scope, aim) references isms.management_aim on update cascade,
  constraint objective_refers_whole check ((refers_kind is null) = (refers is null)),
  constraint objective_target_whole check ((target is null) = (target_is is null))
);

comment on table isms.objective is 'Information security objectives with the plan to achieve them (6.2)';
comment on column isms.objective.scope is 'Scope';
comment on column isms.objective.code is 'Key in the scope';
comment on column isms.objective.title is 'What is to be achieved';
comment on column isms.objective.status is 'State in workflow objective';
comment on column isms.objective.policy is 'Document with the policy it is consistent with (6.2 a)';
comment on column isms.objective.aim is 'Aim of top management it serves (5.1 a)';
comment on column isms.objective.refers_kind is 'What it takes into account: requirement, risk or treatment (6.2 c)';
comment on column isms.objective.refers is 'Code of that requirement, or of the risk or treated risk';
comment on column isms.objective.measure is 'What is measured (6.2 b)';
comment on column isms.objective.unit is 'Unit';
comment on column isms.objective.baseline is 'Value at the beginning';
comment on column isms.objective.target is 'Value to be reached';
comment on column isms.objective.target_is is 'minimum (at least the target) or maximum (at most)';
comment on column isms.objective.not_measurable_reason is 'Why it cannot be measured, where it cannot';
comment on column isms.objective.plan_what is 'What will be done (6.2 h)';
comment on column isms.objective.resources is 'With what resources (6.2 i)';
comment on column isms.objective.owner is 'Who is responsible (6.2 j)';
comment on column isms.objective.due_on is 'Until when (6.2 k)';
comment on column isms.objective.evaluation is 'How the results will be evaluated (6.2 l)';
comment on column isms.objective.monitor_every is 'How often results are recorded (6.2 d)';
comment on column isms.objective.period is 'Days it is for; from today on unless stated';
comment on column isms.objective.communicated_on is 'When it was last communicated (6.2 e)';
comment on column isms.objective.confirmed_on is 'When it was last found to be still right (6.2 f)';
comment on column isms.objective.outcome is 'What came of it, as evaluated when it is closed';
comment on column isms.objective.custom is 'Fields of the organisation''s own';
comment on column isms.objective.created_by is 'Person who recorded it';

comment on constraint objective_target_whole on isms.objective is 'a target needs target_is: minimum or maximum, and the other way round';
comment on constraint objective_refers_whole on isms.objective is 'refers needs refers_kind, and the other way round';
comment on constraint objective_monitor_every_positive on isms.objective is 'monitor_every is more than nothing, at most a hundred years, and no part of it is below zero';

create index objective_owner_idx on isms.objective (owner);

create index objective_policy_idx on isms.objective (scope, policy);

create index objective_aim_idx on isms.objective (scope, aim);

create sequence isms.objective_code;

comment on sequence isms.objective_code is 'Numbers for codes of objectives';

create trigger fill_code before insert on isms.objective
  for each row when (new.code is null) execute function isms.fill_code('OB');

create trigger not_in_future before insert or update of communicated_on, confirmed_on on isms.objective
  for each row when (new.communicated_on > isms.today(new.scope) or new.confirmed_on > isms.today(new.scope)) execute function isms.not_in_future('communicated_on', 'confirmed_on');

create function isms.objective_fill_period() returns trigger
  language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
  new.period := daterange(isms.today(new.scope), null);
  return new;
end
$$;

comment on function isms.objective_fill_period() is 'BEFORE INSERT trigger: an objective without a period is from today on';

create trigger fill_period before insert on isms.objective
  for each row when (new.period is null) execute function isms.objective_fill_period();

create trigger refers after insert or update of scope, refers_kind, refers on isms.objective
  for each row when (new.refers is not null) execute function isms.names_record('refers', 'refers_kind', '{"requirement": "party_requirement", "risk": "risk", "treatment": "risk"}');

create table isms.objective_result (
  id bigint generated always as identity constraint objective_result_pkey primary key,
  scope text not null default isms.default_scope(),
  objective text not null,
  measured_on date not null,
  value numeric constraint objective_result_value_finite check (value > '-Infinity' and value < 'Infinity'),
  note text,
  evidence text,
  corrects bigint constraint objective_result_corrects_key unique,
  created_by text default isms.actor(),
  constraint objective_result_objective_fkey foreign key (scope, objective) references isms.objective on update cascade,
  constraint objective_result_says_something check (value is not null or coalesce(note, '') ~ '\S'),
  constraint objective_result_corrects_earlier check (corrects < id),
  constraint objective_result_correction_reasoned check (corrects is null or coalesce(note, '') ~ '\S')
);

comment on table isms.objective_result is 'How far objectives are (6.2 d); rows are only added, a correction is a new row that names the old';
comment on column isms.objective_result.id is 'Key';
comment on column isms.objective_result.scope is 'Scope';
comment on column isms.objective_result.objective is 'Objective';
comment on column isms.objective_result.measured_on is 'Day it speaks of; today in the scope unless stated';
comment on column isms.objective_result.value is 'Value in the objective''s unit; null: there is none, as the note says';
comment on column isms.objective_result.note is 'Result in words; of a correction what was wrong';
comment on column isms.objective_result.evidence is 'Where it can be looked up';
comment on column isms.objective_result.corrects is 'Result of the same objective that it takes the place of';
comment on column isms.objective_result.created_by is 'Person who recorded it';

create index objective_result_latest_idx on isms.objective_result (scope, objective, measured_on desc, id desc);

create trigger fill_date before insert on isms.objective_result
  for each row when (new.measured_on is null) execute function isms.dated_today('measured_on');

create trigger not_in_future before insert on isms.objective_result
  for each row when (new.measured_on > isms.today(new.scope)) execute function isms.not_in_future('measured_on');

create function isms.objective_result_holds() returns trigger
  language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
  if not exists (select from isms.objective_result r where r.id = new.corrects and r.scope = new.scope and r.objective = new.objective) then
    raise exception using
      errcode = 'foreign_key_violation',
      message = format('result %s is none of objective %s in scope %s', new.corrects, new.objective, new.scope),
      hint = 'Name by corrects the id of the result it takes the place of.',
      schema = 'isms', table = 'objective_result', column = 'corrects', constraint = tg_name;
  end if;
  return null;
end
$$;

comment on function isms.objective_result_holds() is 'AFTER INSERT trigger: a correction is of the same objective. Errors: 23503';

create trigger result_holds after insert on isms.objective_result
  for each row when (new.corrects is not null) execute function isms.objective_result_holds();

create trigger only_added before update or delete on isms.objective_result
  for each row execute function isms.only_added('Add a row that names the wrong one by corrects.');

create trigger only_added_all before truncate on isms.objective_result
  for each statement execute function isms.only_added('Add a row that names the wrong one by corrects.');

-- 6.2 a, b, h-l
create function isms.guard_objective_complete(old jsonb, new jsonb, step isms.step) returns text
  language sql stable set search_path = pg_catalog, pg_temp
begin atomic
  select isms.guard_says(
    isms.guard_lacks(new, 'policy', 'plan_what', 'resources', 'owner', 'due_on', 'evaluation'),
    case when isms.guard_lacks(new, 'not_measurable_reason') is not null then isms.guard_lacks(new, 'measure', 'target') || ', and not_measurable_reason too' end);
end;

comment on function isms.guard_objective_complete(jsonb, jsonb, isms.step) is 'Guard: an objective has a policy, a measure with a target or the reason why not, and a plan: what, resources, who, until when, how it is evaluated (6.2)';

-- 6.2 d, l
create function isms.guard_objective_evaluated(old jsonb, new jsonb, step isms.step) returns text
  language sql stable set search_path = pg_catalog, pg_temp
begin atomic
  select isms.guard_says(
    isms.guard_lacks(new, 'outcome'),
    case when not exists (select from isms.objective_result r where r.scope = new ->> 'scope' and r.objective = new ->> 'code') then 'no result is recorded' end);
end;

comment on function isms.guard_objective_evaluated(jsonb, jsonb, isms.step) is 'Guard: results of the objective are recorded, and what came of it (6.2 d, l)';

insert into isms.guard (name, function, clause, basis, builtin) values
  ('objective_complete', 'isms.guard_objective_complete', '6.2', 'S', true),
  ('objective_evaluated', 'isms.guard_objective_evaluated', '6.2 d, l', 'P', true);

-- Not two_eyes: once approved, who is responsible and the plan may change with an approval, and what says that it was communicated
-- and confirmed without one.
insert into isms.workflow (name, title, builtin) values
  ('objective', 'Information security objective', true);

insert into isms.workflow_state (workflow, name, position, initial, final, cutover, frozen_columns, builtin) values
  ('objective', 'draft', 1, true, false, true, '{}', true),
  ('objective', 'approved', 2, false, false, true,
   '{scope,code,title,policy,aim,refers_kind,refers,measure,unit,baseline,target,target_is,not_measurable_reason,plan_what,resources,owner,due_on,evaluation,monitor_every,period,outcome,created_by}', true),
  ('objective', 'closed', 3, false, true, true, '{*}', true);

insert into isms.workflow_transition (workflow, name, from_states, to_state, amended_columns, actors, separation, guards, clause, basis, builtin) values
  ('objective', 'draft', '{}', 'draft', '{}',
   '{editor}', '{}', '{}', '6.2', 'P', true),
  ('objective', 'approve', '{draft}', 'approved', '{}',
   '{@owner,isms_manager,top_management}', '{R}', '{objective_complete,owner_active}', '6.2, 5.1 a', 'P', true),
  ('objective', 'return', '{approved}', 'draft', '{}',
   '{@owner,isms_manager,top_management}', '{}', '{reason_given}', '6.2 f', 'P', true),
  ('objective', 'close', '{approved}', 'closed', '{outcome}',
   '{@owner,isms_manager,top_management}', '{}', '{objective_evaluated}', '6.2 l', 'P', true),
  ('objective', 'amend_owner', '{approved}', null, '{owner}',
   '{isms_manager}', '{}', '{owner_active}', '6.2 j', 'P', true),
  ('objective', 'amend_plan', '{approved}', null, '{plan_what,resources,due_on}',
   '{@owner,isms_manager}', '{R}', '{reason_given}', '6.2 f', 'P', true);

insert into isms.workflow_approval (workflow, transition, slot, approver, condition, basis, builtin) values
  ('objective', 'approve', 'top_management', 'top_management', null, 'P', true),
  ('objective', 'amend_owner', 'new_owner', '@new.owner', null, 'P', true),
  ('objective', 'amend_plan', 'top_management', 'top_management', null, 'P', true);

do $$
begin
  perform isms.attach_workflow('isms.objective', 'objective', 'status');
end
$$;

-- A.6.5: who leaves hands these over.
insert into isms.owned_table (schema_name, table_name, person_column, role, state_column, ended_states, builtin) values
  ('isms', 'objective', 'owner', null, 'status', '{closed}', true);

insert into isms.action_subject (kind, table_name, builtin) values ('objective', 'objective', true);

create view isms.objective_status with (security_invoker = true) as
  select x.scope,
         x.code,
         x.title,
         x.status,
         x.owner,
         o.name as owner_name,
         x.policy,
         x.aim,
         m.title as aim_title,
         x.measure,
         x.unit,
         x.baseline,
         x.target,
         x.target_is,
         x.value as latest_value,
         x.measured_on,
         x.results,
         case when x.target <> x.baseline then round((x.value - x.baseline) / (x.target - x.baseline), 4) end as progress,
         x.reached,
         x.actions,
         x.open_actions,
         x.due_on as due,
         coalesce(x.status = 'approved' and x.due_on < x.today and x.reached is not true, false) as overdue,
         case when x.status = 'approved' then x.result_due end as result_due,
         case when x.status = 'approved' then x.confirm_due end as confirm_due,
         case when x.status = 'approved' then nullif(concat_ws('; ',
           case when x.due_on < x.today and x.reached is not true then 'not reached in time' end,
           case when x.result_due < x.today then 'result overdue' end,
           case when x.communicated_on is null then 'not communicated' end,
           case when x.confirm_due < x.today then 'not confirmed within 12 months' end,
           case when not m.status = 'approved' then format('aim %s is %s', x.aim, m.status) end,
           case when upper(x.period) <= x.today then 'its period is over' end), '') end as problems
    from (
      select b.*,
             d.today,
             r.value,
             r.measured_on,
             (select count(*) from isms.objective_result n where n.scope = b.scope and n.objective = b.code
                 and not exists (select from isms.objective_result c where c.corrects = n.id)) as results,
             case b.target_is when 'minimum' then r.value >= b.target when 'maximum' then r.value <= b.target end as reached,
             a.actions,
             a.open_actions,
             (coalesce(r.measured_on, lower(b.period)) + b.monitor_every)::date as result_due,
             (greatest(b.confirmed_on, lower(b.period)) + interval '12 months')::date as confirm_due
        from isms.objective b
        join isms.scope_day d on d.scope = b.scope
        left join lateral (
          select n.value, n.measured_on
            from isms.objective_result n
           where n.scope = b.scope and n.objective = b.code
             and not exists (select from isms.objective_result c where c.corrects = n.id)
           order by n.measured_on desc, n.id desc
           limit 1) r on true
       cross join lateral (
          select count(*) filter (where t.status <> 'cancelled') as actions,
                 count(*) filter (where t.status not in ('verified', 'cancelled')) as open_actions
            from isms.action t
           where t.scope = b.scope and t.serves_kind = 'objective' and t.serves = b.code) a) x
    left join isms.management_aim m on m.scope = x.scope and m.code = x.aim
    left join isms.person o on o.code = x.owner;

comment on view isms.objective_status is 'Objectives with how far they are and what is wrong, today (6.2)';
comment on column isms.objective_status.scope is 'Scope';
comment on column isms.objective_status.code is 'Key in the scope';
comment on column isms.objective_status.title is 'Title';
comment on column isms.objective_status.status is 'draft, approved or closed';
comment on column isms.objective_status.owner is 'Who is responsible';
comment on column isms.objective_status.owner_name is 'Name';
comment on column isms.objective_status.policy is 'Document with the policy';
comment on column isms.objective_status.aim is 'Aim of top management it serves';
comment on column isms.objective_status.aim_title is 'Title of the aim';
comment on column isms.objective_status.measure is 'What is measured';
comment on column isms.objective_status.unit is 'Unit';
comment on column isms.objective_status.baseline is 'Value at the beginning';
comment on column isms.objective_status.target is 'Value to be reached';
comment on column isms.objective_status.target_is is 'minimum (at least the target) or maximum (at most)';
comment on column isms.objective_status.latest_value is 'Value of the latest result that was not corrected';
comment on column isms.objective_status.measured_on is 'Day it speaks of';
comment on column isms.objective_status.results is 'How many results there are, corrected ones left out';
comment on column isms.objective_status.progress is 'Part of the way from baseline to target, 0 to 1 and beyond; null: not known';
comment on column isms.objective_status.reached is 'Does the latest value reach the target? Null: not known';
comment on column isms.objective_status.actions is 'Actions that serve it, cancelled ones left out';
comment on column isms.objective_status.open_actions is 'Those of them that are not verified';
comment on column isms.objective_status.due is 'Until when it is to be reached';
comment on column isms.objective_status.overdue is 'Is it late today: approved, due and not reached?';
comment on column isms.objective_status.result_due is 'Last day for the next result, while it is approved';
comment on column isms.objective_status.confirm_due is 'Last day to confirm that it is still right: 12 months after the last time, or after its period began';
comment on column isms.objective_status.problems is 'What is wrong while it is approved; null: nothing';

insert into isms.due_source (name, query, builtin) values
  ('objective', $$select s.scope, 'objective', s.code, s.title, s.owner, w.what, w.due
                    from isms.objective_status s
                   cross join lateral (values ('to be reached', case when s.reached is not true then s.due end), ('result', s.result_due), ('confirmation', s.confirm_due)) w(what, due)
                   where s.status = 'approved' and w.due is not null$$, true);

-- 6.1.1: risks and opportunities of the ISMS itself, not of information.
create table isms.opportunity (
  scope text not null default isms.default_scope() constraint opportunity_scope_fkey references isms.scope on update cascade,
  code text not null constraint opportunity_code_form check (code ~ '^[^[:space:]]+( [^[:space:]]+)*$'),
  title text not null constraint opportunity_title_given check (title ~ '\S'),
  kind text not null constraint opportunity_kind_known check (kind in ('risk', 'opportunity')),
  issue text,
  requirement text,
  planned_action text,
  process text,
  effectiveness_method text,
  owner text constraint opportunity_owner_fkey references isms.person on update cascade,
  due_on date,
  evaluated_on date,
  effective boolean,
  evaluation text,
  custom jsonb not null default '{}' constraint opportunity_custom_object check (jsonb_typeof(custom) = 'object'),
  created_by text default isms.actor(),
  constraint opportunity_pkey primary key (scope, code),
  constraint opportunity_issue_fkey foreign key (scope, issue) references isms.context_issue on update cascade,
  constraint opportunity_requirement_fkey foreign key (scope, requirement) references isms.party_requirement on update cascade,
  constraint opportunity_process_fkey foreign key (scope, process) references isms.process on update cascade,
  constraint opportunity_evaluation_whole check (num_nonnulls(evaluated_on, effective, evaluation) in (0, 3))
);

comment on table isms.opportunity is 'Risks and opportunities of the ISMS itself, with the planned action (6.1.1); risks to information are in isms.risk';
comment on column isms.opportunity.scope is 'Scope';
comment on column isms.opportunity.code is 'Key in the scope';
comment on column isms.opportunity.title is 'Title';
comment on column isms.opportunity.kind is 'risk (that the ISMS does not achieve what it should) or opportunity';
comment on column isms.opportunity.issue is 'Issue it comes from';
comment on column isms.opportunity.requirement is 'Requirement of an interested party it comes from';
comment on column isms.opportunity.planned_action is 'What is done about it (6.1.1 d)';
comment on column isms.opportunity.process is 'Process of the ISMS that does it (6.1.1 e 1)';
comment on column isms.opportunity.effectiveness_method is 'How it will be seen whether that worked (6.1.1 e 2)';
comment on column isms.opportunity.owner is 'Who is responsible';
comment on column isms.opportunity.due_on is 'Until when';
comment on column isms.opportunity.evaluated_on is 'When it was seen whether it worked';
comment on column isms.opportunity.effective is 'Did it?';
comment on column isms.opportunity.evaluation is 'What shows that';
comment on column isms.opportunity.custom is 'Fields of the organisation''s own';
comment on column isms.opportunity.created_by is 'Person who recorded it';

comment on constraint opportunity_evaluation_whole on isms.opportunity is 'an evaluation has evaluated_on, effective and evaluation';

create index opportunity_owner_idx on isms.opportunity (owner);

create index opportunity_issue_idx on isms.opportunity (scope, issue);

create index opportunity_requirement_idx on isms.opportunity (scope, requirement);

create index opportunity_process_idx on isms.opportunity (scope, process);

create trigger not_in_future before insert or update of evaluated_on on isms.opportunity
  for each row when (new.evaluated_on > isms.today(new.scope)) execute function isms.not_in_future('evaluated_on');

create sequence isms.opportunity_code;

comment on sequence isms.opportunity_code is 'Numbers for codes of risks and opportunities of the ISMS';

create trigger fill_code before insert on isms.opportunity
  for each row when (new.code is null) execute function isms.fill_code('OP');

insert into isms.owned_table (schema_name, table_name, person_column, role, builtin) values
  ('isms', 'opportunity', 'owner', null, true);

insert into isms.action_subject (kind, table_name, builtin) values ('opportunity', 'opportunity', true);

create view isms.opportunity_status with (security_invoker = true) as
  select y.scope,
         y.code,
         y.title,
         y.kind,
         y.owner,
         o.name as owner_name,
         y.planned_action,
         y.due_on as due,
         y.evaluated_on,
         y.effective,
         a.actions,
         a.open_actions,
         nullif(concat_ws('; ',
           case when coalesce(y.planned_action, '') !~ '\S' and a.actions = 0 then 'no action planned' end,
           case when y.process is null then 'no process does it' end,
           case when coalesce(y.effectiveness_method, '') !~ '\S' then 'not said how it is seen whether it worked' end,
           case when y.owner is null then 'nobody is responsible' end,
           case when y.evaluated_on is null and y.due_on < d.today then 'overdue' end,
           case when y.effective is false then 'the action did not work' end), '') as problems
    from isms.opportunity y
    join isms.scope_day d on d.scope = y.scope
   cross join lateral (
      select count(*) filter (where t.status <> 'cancelled') as actions,
             count(*) filter (where t.status not in ('verified', 'cancelled')) as open_actions
        from isms.action t
       where t.scope = y.scope and t.serves_kind = 'opportunity' and t.serves = y.code) a
    left join isms.person o on o.code = y.owner;

comment on view isms.opportunity_status is 'Risks and opportunities of the ISMS itself with what is planned, what came of it and what is wrong (6.1.1)';
comment on column isms.opportunity_status.scope is 'Scope';
comment on column isms.opportunity_status.code is 'Key in the scope';
comment on column isms.opportunity_status.title is 'Title';
comment on column isms.opportunity_status.kind is 'risk or opportunity';
comment on column isms.opportunity_status.owner is 'Who is responsible';
comment on column isms.opportunity_status.owner_name is 'Name';
comment on column isms.opportunity_status.planned_action is 'What is done about it';
comment on column isms.opportunity_status.due is 'Until when';
comment on column isms.opportunity_status.evaluated_on is 'When it was seen whether it worked';
comment on column isms.opportunity_status.effective is 'Did it?';
comment on column isms.opportunity_status.actions is 'Actions that serve it, cancelled ones left out';
comment on column isms.opportunity_status.open_actions is 'Those of them that are not verified';
comment on column isms.opportunity_status.problems is 'What is wrong; null: nothing';

insert into isms.due_source (name, query, builtin) values
  ('opportunity', $$select y.scope, 'opportunity', y.code, y.title, y.owner, 'to be done', y.due_on from isms.opportunity y where y.evaluated_on is null$$, true);

insert into isms.import_kind (kind, title, table_name, key_columns, builtin) values
  ('objective', 'information security objectives', 'isms.objective', '{code}', true);

insert into isms.import_column (kind, column_name, position, type, required, default_value, known, expects, aliases, builtin)
select 'objective', c.column_name, c.position, c.type, c.required, c.default_value, c.known, c.expects, c.aliases, true
  from (values
    ('code', 1, 'text', false, null, null, null, '{id,no,number,ref}'::text[]),
    ('title', 2, 'text', true, null, null, null, '{name,objective,goal}'),
    ('policy', 3, 'text', false, null, 'select d.code, v.word from isms.document d cross join lateral (values (d.code), (d.title)) v(word) where d.scope = $1', 'a document''s code or title', '{}'),
    ('aim', 4, 'text', false, null, 'select a.code, v.word from isms.management_aim a cross join lateral (values (a.code), (a.title)) v(word) where a.scope = $1', 'an aim''s code or title', '{strategy}'),
    ('measure', 5, 'text', false, null, null, null, '{kpi,indicator,metric}'),
    ('unit', 6, 'text', false, null, null, null, '{}'),
    ('baseline', 7, 'numeric', false, null, null, null, '{start value,today}'),
    ('target', 8, 'numeric', false, null, null, null, '{target value}'),
    ('target_is', 9, 'text', false, null, 'values (''minimum'', ''minimum''), (''minimum'', ''at least''), (''maximum'', ''maximum''), (''maximum'', ''at most'')', 'minimum or maximum', '{direction}'),
    ('not_measurable_reason', 10, 'text', false, null, null, null, '{}'),
    ('plan_what', 11, 'text', false, null, null, null, '{what,plan,actions}'),
    ('resources', 12, 'text', false, null, null, null, '{budget}'),
    ('owner', 13, 'text', false, null, 'select p.value, p.word from isms.import_people() p', 'a person''s code, name or e-mail', '{responsible,who}'),
    ('due_on', 14, 'date', false, null, null, null, '{due,when,deadline}'),
    ('evaluation', 15, 'text', false, null, null, null, '{how evaluated}')
  ) c(column_name, position, type, required, default_value, known, expects, aliases);

select isms.make_import_table('objective');
