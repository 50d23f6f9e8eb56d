-- A.5.29, A.5.30: what an interruption would do, the plans against it, and whether they were seen to work.
create table isms.business_impact (
  scope text not null default isms.default_scope() constraint business_impact_scope_fkey references isms.scope on update cascade,
  code text not null constraint business_impact_code_form check (code ~ '^[^[:space:]]+( [^[:space:]]+)*$'),
  title text not null constraint business_impact_title_given check (title ~ '\S'),
  process text,
  impact text,
  rto interval constraint business_impact_rto_positive check (rto > interval '0'),
  rpo interval constraint business_impact_rpo_not_negative check (rpo >= interval '0'),
  longest_outage interval constraint business_impact_longest_outage_positive check (longest_outage > interval '0'),
  minimum_service text,
  owner text constraint business_impact_owner_fkey references isms.person on update cascade,
  assessed_on date,
  review_every interval constraint business_impact_review_every_positive check (isms.is_period(review_every)),
  custom jsonb not null default '{}' constraint business_impact_custom_object check (jsonb_typeof(custom) = 'object'),
  created_by text default isms.actor(),
  constraint business_impact_pkey primary key (scope, code),
  constraint business_impact_objectives_in_order check (rto <= longest_outage)
);

comment on table isms.business_impact is 'Business impact analysis: for each process how long it may be out, how soon it is to be back, and how much data may be lost (A.5.29, A.5.30)';
comment on column isms.business_impact.scope is 'Scope';
comment on column isms.business_impact.code is 'Key in the scope';
comment on column isms.business_impact.title is 'Process or service';
comment on column isms.business_impact.process is 'Key of the process (4.4)';
comment on column isms.business_impact.impact is 'What an interruption does, and how that grows with time';
comment on column isms.business_impact.rto is 'Recovery time objective: how soon it is to run again';
comment on column isms.business_impact.rpo is 'Recovery point objective: the work of how long may be lost';
comment on column isms.business_impact.longest_outage is 'Longest tolerable outage';
comment on column isms.business_impact.minimum_service is 'What has to run at least';
comment on column isms.business_impact.owner is 'Person responsible for the process';
comment on column isms.business_impact.assessed_on is 'When it was analysed';
comment on column isms.business_impact.review_every is 'Time to the next analysis';
comment on column isms.business_impact.custom is 'Fields of the organisation''s own';
comment on column isms.business_impact.created_by is 'Person who recorded it';

comment on constraint business_impact_review_every_positive on isms.business_impact is 'review_every is more than nothing, at most a hundred years, and no part of it is below zero';

create index business_impact_owner_idx on isms.business_impact (owner);

create sequence isms.business_impact_code;

comment on sequence isms.business_impact_code is 'Numbers for codes of business impacts';

create trigger fill_code before insert on isms.business_impact
  for each row when (new.code is null) execute function isms.fill_code('BI');

create trigger not_in_future before insert or update of assessed_on on isms.business_impact
  for each row when (new.assessed_on > isms.today(new.scope)) execute function isms.not_in_future('assessed_on');

create trigger process after insert or update of scope, process on isms.business_impact
  for each row when (new.process is not null) execute function isms.refers_to_register('process', 'process');

create table isms.business_impact_asset (
  scope text not null default isms.default_scope(),
  business_impact text not null,
  asset text not null,
  constraint business_impact_asset_pkey primary key (scope, business_impact, asset),
  constraint business_impact_asset_business_impact_fkey foreign key (scope, business_impact) references isms.business_impact on update cascade on delete cascade,
  constraint business_impact_asset_asset_fkey foreign key (scope, asset) references isms.asset on update cascade
);

comment on table isms.business_impact_asset is 'Which assets a process cannot run without';
comment on column isms.business_impact_asset.scope is 'Scope';
comment on column isms.business_impact_asset.business_impact is 'Business impact';
comment on column isms.business_impact_asset.asset is 'Asset';

create index business_impact_asset_asset_idx on isms.business_impact_asset (scope, asset);

create table isms.continuity_plan (
  scope text not null default isms.default_scope() constraint continuity_plan_scope_fkey references isms.scope on update cascade,
  code text not null constraint continuity_plan_code_form check (code ~ '^[^[:space:]]+( [^[:space:]]+)*$'),
  title text not null constraint continuity_plan_title_given check (title ~ '\S'),
  activation text,
  body text,
  locator text,
  implementation text,
  exercise_every interval not null default '1 year' constraint continuity_plan_exercise_every_positive check (isms.is_period(exercise_every)),
  owner text constraint continuity_plan_owner_fkey references isms.person on update cascade,
  status text not null default 'draft',
  custom jsonb not null default '{}' constraint continuity_plan_custom_object check (jsonb_typeof(custom) = 'object'),
  created_by text default isms.actor(),
  constraint continuity_plan_pkey primary key (scope, code),
  constraint continuity_plan_implementation_fkey foreign key (scope, implementation) references isms.implementation on update cascade,
  constraint continuity_plan_text_or_place check (coalesce(body, locator, '') ~ '\S')
);

comment on table isms.continuity_plan is 'Plans for going on in and coming back from an interruption (A.5.29, A.5.30), approved by a second person';
comment on column isms.continuity_plan.scope is 'Scope';
comment on column isms.continuity_plan.code is 'Key in the scope';
comment on column isms.continuity_plan.title is 'Title';
comment on column isms.continuity_plan.activation is 'When it is used, and who decides that';
comment on column isms.continuity_plan.body is 'The plan as text';
comment on column isms.continuity_plan.locator is 'Where it is kept, so that it can be read in the interruption';
comment on column isms.continuity_plan.implementation is 'Implementation that the plan is part of; its exercises count as tests of it';
comment on column isms.continuity_plan.exercise_every is 'Time from one exercise to the next';
comment on column isms.continuity_plan.owner is 'Person responsible';
comment on column isms.continuity_plan.status is 'State in workflow two_eyes';
comment on column isms.continuity_plan.custom is 'Fields of the organisation''s own';
comment on column isms.continuity_plan.created_by is 'Person who recorded it';

comment on constraint continuity_plan_exercise_every_positive on isms.continuity_plan is 'exercise_every is more than nothing, at most a hundred years, and no part of it is below zero';

create index continuity_plan_implementation_idx on isms.continuity_plan (scope, implementation) where implementation is not null;

create index continuity_plan_owner_idx on isms.continuity_plan (owner);

create sequence isms.continuity_plan_code;

comment on sequence isms.continuity_plan_code is 'Numbers for codes of continuity plans';

create trigger fill_code before insert on isms.continuity_plan
  for each row when (new.code is null) execute function isms.fill_code('CP');

create table isms.continuity_plan_impact (
  scope text not null default isms.default_scope(),
  plan text not null,
  business_impact text not null,
  constraint continuity_plan_impact_pkey primary key (scope, plan, business_impact),
  constraint continuity_plan_impact_plan_fkey foreign key (scope, plan) references isms.continuity_plan on update cascade,
  constraint continuity_plan_impact_business_impact_fkey foreign key (scope, business_impact) references isms.business_impact on update cascade
);

comment on table isms.continuity_plan_impact is 'Which processes a plan brings back; part of what is approved';
comment on column isms.continuity_plan_impact.scope is 'Scope';
comment on column isms.continuity_plan_impact.plan is 'Plan';
comment on column isms.continuity_plan_impact.business_impact is 'Business impact';

create index continuity_plan_impact_business_impact_idx on isms.continuity_plan_impact (scope, business_impact);

create table isms.continuity_exercise (
  scope text not null default isms.default_scope(),
  code text not null constraint continuity_exercise_code_form check (code ~ '^[^[:space:]]+( [^[:space:]]+)*$'),
  plan text not null,
  kind text not null constraint continuity_exercise_kind_known check (kind in ('talk', 'walk_through', 'simulation', 'full', 'real')),
  scenario text not null constraint continuity_exercise_scenario_given check (scenario ~ '\S'),
  planned_on date,
  held_on date,
  led_by text constraint continuity_exercise_led_by_fkey references isms.person on update cascade,
  participants text,
  result text constraint continuity_exercise_result_known check (result in ('pass', 'fail')),
  restored_in interval constraint continuity_exercise_restored_in_positive check (restored_in > interval '0'),
  data_lost interval constraint continuity_exercise_data_lost_not_negative check (data_lost >= interval '0'),
  findings text,
  implementation text,
  control_test text,
  no_test_reason text,
  created_by text default isms.actor(),
  constraint continuity_exercise_pkey primary key (scope, code),
  constraint continuity_exercise_plan_fkey foreign key (scope, plan) references isms.continuity_plan on update cascade,
  constraint continuity_exercise_implementation_fkey foreign key (scope, implementation) references isms.implementation on update cascade,
  constraint continuity_exercise_control_test_fkey foreign key (scope, control_test) references isms.control_test on update cascade,
  constraint continuity_exercise_planned_or_held check (planned_on is not null or held_on is not null),
  constraint continuity_exercise_result_dated check (result is null or held_on is not null)
);

comment on table isms.continuity_exercise is 'Exercises of continuity plans, and plans used in earnest: what was tried, and whether it worked (A.5.29, A.5.30)';
comment on column isms.continuity_exercise.scope is 'Scope';
comment on column isms.continuity_exercise.code is 'Key in the scope';
comment on column isms.continuity_exercise.plan is 'Plan';
comment on column isms.continuity_exercise.kind is 'talk, walk_through, simulation, full or real (the plan was needed)';
comment on column isms.continuity_exercise.scenario is 'What was assumed, or happened';
comment on column isms.continuity_exercise.planned_on is 'When it is planned';
comment on column isms.continuity_exercise.held_on is 'When it was held';
comment on column isms.continuity_exercise.led_by is 'Who led it';
comment on column isms.continuity_exercise.participants is 'Who took part';
comment on column isms.continuity_exercise.result is 'pass or fail; null: not held yet';
comment on column isms.continuity_exercise.restored_in is 'How long it took until things ran again; null: not measured';
comment on column isms.continuity_exercise.data_lost is 'The work of how long was lost; null: not measured';
comment on column isms.continuity_exercise.findings is 'What was found';
comment on column isms.continuity_exercise.implementation is 'Implementation it is a test of; the plan''s unless stated';
comment on column isms.continuity_exercise.control_test is 'The test it counts as, made with the result; null of a talk, and of a plan without implementation';
comment on column isms.continuity_exercise.no_test_reason is 'Why its result could not be entered as a test: what keeps the tester from it';
comment on column isms.continuity_exercise.created_by is 'Person who recorded it';

create index continuity_exercise_plan_idx on isms.continuity_exercise (scope, plan, held_on);

create index continuity_exercise_implementation_idx on isms.continuity_exercise (scope, implementation) where implementation is not null;

create index continuity_exercise_control_test_idx on isms.continuity_exercise (scope, control_test) where control_test is not null;

create index continuity_exercise_led_by_idx on isms.continuity_exercise (led_by);

create sequence isms.continuity_exercise_code;

comment on sequence isms.continuity_exercise_code is 'Numbers for codes of continuity exercises';

create trigger fill_code before insert on isms.continuity_exercise
  for each row when (new.code is null) execute function isms.fill_code('EX');

create trigger not_in_future before insert or update of held_on on isms.continuity_exercise
  for each row when (new.held_on > isms.today(new.scope)) execute function isms.not_in_future('held_on');

-- 9.1: an exercise is a test of the control, and counts as one.
create function isms.continuity_exercise_counts() returns trigger
  language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
  counts_until date;
  reasons text;
begin
  new.no_test_reason := null;
  select coalesce(new.implementation, p.implementation), (new.held_on + p.exercise_every)::date
    into new.implementation, counts_until
    from isms.continuity_plan p
   where p.scope = new.scope and p.code = new.plan;
  -- Who only talked has tried nothing.
  if new.implementation is not null and new.result is not null and new.kind <> 'talk' then
    -- What was exercised is a fact, also where it is no test: because who led it owns the control, say.
    begin
      insert into isms.control_test (scope, implementation, tested_on, result, tester, method, valid_until)
      values (new.scope, new.implementation, new.held_on, new.result, coalesce(new.led_by, isms.actor()), format('Exercise %s of plan %s: %s', new.code, new.plan, new.kind), counts_until)
      returning code into new.control_test;
    exception when sqlstate 'IS005' then
      get stacked diagnostics reasons = pg_exception_detail;
      new.no_test_reason := reasons;
    end;
  end if;
  return new;
end
$$;

comment on function isms.continuity_exercise_counts() is 'BEFORE trigger: an exercise with a result, but one that was only talked through, is entered as a control test of its implementation, once; what keeps it from that stands in no_test_reason';

create trigger z_counts before insert or update on isms.continuity_exercise
  for each row when (new.held_on is not null and new.control_test is null) execute function isms.continuity_exercise_counts();

create function isms.continuity_exercise_stands() returns trigger
  language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
  -- A plan in draft may get another key: the old one is gone by then.
  if tg_op = 'UPDATE'
     and (old.kind, old.held_on, old.result, old.implementation, old.control_test) is not distinct from (new.kind, new.held_on, new.result, new.implementation, new.control_test)
     and not exists (select from isms.continuity_plan p where p.scope = old.scope and p.code = old.plan) then
    return new;
  end if;
  raise exception using
    errcode = case tg_op when 'UPDATE' then 'IS006' else 'IS007' end,
    message = format('exercise %s cannot be %s', old.code, case tg_op when 'UPDATE' then 'changed' else 'deleted' end),
    detail = format('%s (9.1): it counts as control test %s', case tg_op when 'UPDATE' then 'frozen' else 'deletion' end, old.control_test),
    hint = 'Record another exercise; the latest test decides.',
    schema = 'isms', table = 'continuity_exercise', constraint = tg_name;
end
$$;

comment on function isms.continuity_exercise_stands() is 'BEFORE trigger: an exercise that counts as a control test keeps kind, day, result, plan and implementation, and is not deleted. Errors: IS006, IS007';

create trigger stands before update on isms.continuity_exercise
  for each row when (old.control_test is not null
                     and (old.plan, old.kind, old.held_on, old.result, old.implementation, old.control_test)
                         is distinct from (new.plan, new.kind, new.held_on, new.result, new.implementation, new.control_test))
  execute function isms.continuity_exercise_stands();

create trigger remains before delete on isms.continuity_exercise
  for each row when (old.control_test is not null) execute function isms.continuity_exercise_stands();

create view isms.continuity_status with (security_invoker = true) as
  select b.scope,
         b.code,
         b.title,
         b.process,
         b.owner,
         o.name as owner_name,
         round(extract(epoch from b.rto) / 3600, 2) as rto_hours,
         round(extract(epoch from b.rpo) / 3600, 2) as rpo_hours,
         round(extract(epoch from b.longest_outage) / 3600, 2) as longest_outage_hours,
         n.next_analysis,
         p.code as plan,
         p.title as plan_title,
         p.status as plan_status,
         e.held_on as exercised_on,
         e.kind as exercise_kind,
         e.result,
         round(extract(epoch from e.restored_in) / 3600, 2) as restored_in_hours,
         round(extract(epoch from e.data_lost) / 3600, 2) as data_lost_hours,
         n.next_exercise,
         case when f.problems is null then 'ready' else 'open' end as standing,
         f.problems
    from isms.business_impact b
    join isms.scope_day d on d.scope = b.scope
    left join isms.person o on o.code = b.owner
    left join (
           isms.continuity_plan_impact i
      join isms.continuity_plan p on p.scope = i.scope and p.code = i.plan and p.status <> 'closed') on i.scope = b.scope and i.business_impact = b.code
    left join lateral (
      select x.held_on, x.kind, x.result, x.restored_in, x.data_lost
        from isms.continuity_exercise x
       where x.scope = p.scope and x.plan = p.code and x.result is not null and x.kind <> 'talk'
       order by x.held_on desc, x.code desc
       limit 1) e on true
    cross join lateral (select (b.assessed_on + b.review_every)::date as next_analysis, (e.held_on + p.exercise_every)::date as next_exercise) n
    cross join lateral (
      select nullif(concat_ws('; ',
        case when b.rto is null or b.rpo is null or b.longest_outage is null then 'not analysed: ' || isms.guard_lacks(to_jsonb(b), 'rto', 'rpo', 'longest_outage') end,
        case when n.next_analysis < d.today then 'analysis overdue' end,
        case when p.code is null then 'no plan' when p.status <> 'approved' then 'plan not approved' end,
        case when p.code is not null and e.held_on is null then 'never exercised' when n.next_exercise < d.today then 'exercise overdue' end,
        case when e.result = 'fail' then 'last exercise failed' end,
        case when e.restored_in > b.rto then 'took longer than the RTO' end,
        case when e.data_lost > b.rpo then 'lost more than the RPO' end), '') as problems) f;

comment on view isms.continuity_status is 'Processes with their plans and the last exercise of each: would it work today? A row a process and plan (A.5.29, A.5.30)';
comment on column isms.continuity_status.scope is 'Scope';
comment on column isms.continuity_status.code is 'Business impact';
comment on column isms.continuity_status.title is 'Process or service';
comment on column isms.continuity_status.process is 'Key of the process';
comment on column isms.continuity_status.owner is 'Person responsible for the process';
comment on column isms.continuity_status.owner_name is 'Name';
comment on column isms.continuity_status.rto_hours is 'Hours in which it is to run again';
comment on column isms.continuity_status.rpo_hours is 'Hours of work that may be lost';
comment on column isms.continuity_status.longest_outage_hours is 'Longest tolerable outage in hours';
comment on column isms.continuity_status.next_analysis is 'Next analysis';
comment on column isms.continuity_status.plan is 'Plan that brings it back; null: none';
comment on column isms.continuity_status.plan_title is 'Its title';
comment on column isms.continuity_status.plan_status is 'State of the plan';
comment on column isms.continuity_status.exercised_on is 'Last exercise with a result that was more than talk';
comment on column isms.continuity_status.exercise_kind is 'What kind it was';
comment on column isms.continuity_status.result is 'pass or fail';
comment on column isms.continuity_status.restored_in_hours is 'How many hours it took';
comment on column isms.continuity_status.data_lost_hours is 'Hours of work it lost';
comment on column isms.continuity_status.next_exercise is 'Next exercise';
comment on column isms.continuity_status.standing is 'ready or open (see problems)';
comment on column isms.continuity_status.problems is 'What keeps it from being ready, in words; null: nothing';

do $$
begin
  perform isms.attach_workflow('isms.continuity_plan', 'two_eyes', 'status', covers => '{
    "isms.continuity_plan_impact": {"on": {"scope": "scope", "plan": "code"}}}', ignore => '{owner}');
end
$$;

insert into isms.evidence_subject (kind, table_name, builtin) values ('continuity_exercise', 'continuity_exercise', true);

-- What is to be done for a plan is an action.
insert into isms.action_subject (kind, table_name, builtin) values ('continuity_plan', 'continuity_plan', true);

insert into isms.due_source (name, query, builtin) values
  ('business_impact', $$select b.scope, 'business_impact', b.code, b.title, b.owner, 'analysis', (b.assessed_on + b.review_every)::date
                          from isms.business_impact b
                         where b.assessed_on + b.review_every is not null$$, true),
  ('continuity_plan', $$select p.scope, 'continuity_plan', p.code, p.title, p.owner, case when e.held_on is null then 'first exercise' else 'exercise' end, (e.held_on + p.exercise_every)::date
                          from isms.continuity_plan p
                          left join lateral (
                            select max(x.held_on) as held_on
                              from isms.continuity_exercise x
                             where x.scope = p.scope and x.plan = p.code and x.result is not null and x.kind <> 'talk') e on true
                         where p.status = 'approved'$$, true),
  ('continuity_exercise', $$select x.scope, 'continuity_exercise', x.code, x.scenario, coalesce(x.led_by, p.owner), 'to be held', x.planned_on
                              from isms.continuity_exercise x
                              join isms.continuity_plan p on p.scope = x.scope and p.code = x.plan
                             where x.held_on is null$$, true);

-- A.6.5: who leaves hands these over.
insert into isms.owned_table (schema_name, table_name, person_column, role, state_column, ended_states, builtin) values
  ('isms', 'business_impact', 'owner', null, null, '{}', true),
  ('isms', 'continuity_plan', 'owner', null, 'status', '{closed}', true);
