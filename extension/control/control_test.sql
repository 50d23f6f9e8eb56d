-- Tests of implementations (9.1): what is planned, and what came of it.
create table isms.control_test_plan (
  scope text not null default isms.default_scope() constraint control_test_plan_scope_fkey references isms.scope on update cascade,
  code text not null constraint control_test_plan_code_form check (code ~ '^[^[:space:]]+( [^[:space:]]+)*$'),
  title text not null constraint control_test_plan_title_given check (title ~ '\S'),
  implementation text not null,
  method text,
  cadence interval not null default '1 year' constraint control_test_plan_cadence_days check (isms.is_period(cadence) and cadence >= '1 day'),
  tester text constraint control_test_plan_tester_fkey references isms.person on update cascade,
  starts_on date not null,
  ended_on date,
  created_by text default isms.actor(),
  constraint control_test_plan_pkey primary key (scope, code),
  constraint control_test_plan_of_implementation unique (scope, code, implementation),
  constraint control_test_plan_implementation_fkey foreign key (scope, implementation) references isms.implementation on update cascade
);

comment on table isms.control_test_plan is 'Which implementation is tested how, how often and by whom (9.1)';
comment on column isms.control_test_plan.scope is 'Scope';
comment on column isms.control_test_plan.code is 'Key in the scope';
comment on column isms.control_test_plan.title is 'What is tested';
comment on column isms.control_test_plan.implementation is 'Implementation tested';
comment on column isms.control_test_plan.method is 'How';
comment on column isms.control_test_plan.cadence is 'How often, a day at least';
comment on column isms.control_test_plan.tester is 'Who is to test: not the implementation''s owner';
comment on column isms.control_test_plan.starts_on is 'Last day for the first test; today in the scope unless stated';
comment on column isms.control_test_plan.ended_on is 'First day on which nothing more is due; null: no end';
comment on column isms.control_test_plan.created_by is 'Person who planned it';

comment on constraint control_test_plan_cadence_days on isms.control_test_plan is 'cadence is a day at least and a hundred years at most, and no part of it is below zero';

create index control_test_plan_implementation_idx on isms.control_test_plan (scope, implementation);

create index control_test_plan_tester_idx on isms.control_test_plan (tester);

create sequence isms.control_test_plan_code;

comment on sequence isms.control_test_plan_code is 'Numbers for codes of test plans';

create trigger fill_code before insert on isms.control_test_plan
  for each row when (new.code is null) execute function isms.fill_code('CP');

create function isms.control_test_plan_start() returns trigger
  language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
  new.starts_on := isms.today(new.scope);
  return new;
end
$$;

comment on function isms.control_test_plan_start() is 'BEFORE INSERT trigger for test plans without a first day: today in the scope';

create trigger fill_date before insert on isms.control_test_plan
  for each row when (new.starts_on is null) execute function isms.control_test_plan_start();

create table isms.control_test (
  scope text not null default isms.default_scope(),
  code text not null constraint control_test_code_form check (code ~ '^[^[:space:]]+( [^[:space:]]+)*$'),
  implementation text not null,
  plan text,
  tested_on date not null,
  result text not null constraint control_test_result_known check (result in ('pass', 'fail', 'unknown', 'not_applicable')),
  tester text default isms.actor() constraint control_test_tester_fkey references isms.person on update cascade,
  method text,
  note text,
  valid_until date not null,
  status text not null default 'recorded',
  created_by text default isms.actor(),
  constraint control_test_pkey primary key (scope, code),
  constraint control_test_implementation_fkey foreign key (scope, implementation) references isms.implementation on update cascade,
  constraint control_test_plan_fkey foreign key (scope, plan, implementation) references isms.control_test_plan (scope, code, implementation) on update cascade,
  constraint control_test_valid_order check (valid_until >= tested_on)
);

comment on table isms.control_test is 'Results of testing implementations (9.1); the latest one decides';
comment on column isms.control_test.scope is 'Scope';
comment on column isms.control_test.code is 'Key in the scope';
comment on column isms.control_test.implementation is 'Implementation tested; the plan''s unless stated';
comment on column isms.control_test.plan is 'Test plan it carries out; null: outside any';
comment on column isms.control_test.tested_on is 'When; today in the scope unless stated';
comment on column isms.control_test.result is 'pass, fail, unknown or not_applicable';
comment on column isms.control_test.tester is 'Who tested';
comment on column isms.control_test.method is 'How';
comment on column isms.control_test.note is 'What was seen';
comment on column isms.control_test.valid_until is 'Last day a pass counts as verified; unless stated the plan''s cadence, without a plan a year, from the test';
comment on column isms.control_test.status is 'State in workflow control_test; what is void does not count';
comment on column isms.control_test.created_by is 'Person who recorded it';

create index control_test_latest_idx on isms.control_test (scope, implementation, tested_on desc, code desc) include (result, valid_until) where status = 'recorded';

create index control_test_implementation_idx on isms.control_test (scope, implementation, plan);

create sequence isms.control_test_code;

comment on sequence isms.control_test_code is 'Numbers for codes of control tests';

create trigger fill_code before insert on isms.control_test
  for each row when (new.code is null) execute function isms.fill_code('CT');

create function isms.control_test_fill() returns trigger
  language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
  p isms.control_test_plan;
begin
  select x.* into p from isms.control_test_plan x where x.scope = new.scope and x.code = new.plan;
  new.implementation := coalesce(new.implementation, p.implementation);
  new.method := coalesce(new.method, p.method);
  new.tested_on := coalesce(new.tested_on, isms.today(new.scope));
  new.valid_until := coalesce(new.valid_until, (new.tested_on + coalesce(p.cadence, interval '1 year'))::date);
  return new;
end
$$;

comment on function isms.control_test_fill() is 'BEFORE INSERT trigger: what a test does not state is as planned; it is of today in the scope and counts until the next one is due, without a plan for a year';

create trigger fill before insert on isms.control_test
  for each row when (new.implementation is null or new.method is null or new.tested_on is null or new.valid_until is null) execute function isms.control_test_fill();

create trigger evidence_follows after update of code on isms.control_test
  for each row when (new.code <> old.code) execute function isms.evidence_follows();

create trigger evidence_keeps after delete on isms.control_test
  for each row execute function isms.evidence_follows();

-- 9.1, A.5.3: who runs a thing does not judge it.
create function isms.guard_tester_independent(old jsonb, new jsonb, step isms.step) returns text
  language sql stable set search_path = pg_catalog, pg_temp
begin atomic
  select case when new ->> 'tester' is null then 'tester is missing'
              when new ->> 'tester' = i.owner then format('%s owns %s and may not test it too', isms.person_name(i.owner), i.code)
              when (new ->> 'tested_on')::date > isms.today((step).scope)
              then format('tested_on %s is in the future: in scope %s it is %s', new ->> 'tested_on', (step).scope, to_char(isms.today((step).scope), 'YYYY-MM-DD')) end
    from isms.implementation i
   where i.scope = new ->> 'scope' and i.code = new ->> 'implementation';
end;

comment on function isms.guard_tester_independent(jsonb, jsonb, isms.step) is 'Guard: the tester is named, is not the owner of what is tested, and has tested it already';

insert into isms.guard (name, function, clause, basis, builtin) values
  ('tester_independent', 'isms.guard_tester_independent', '9.1, A.5.3', 'P', true);

create function isms.control_test_judged(test jsonb) returns jsonb
  language sql stable set search_path = pg_catalog, pg_temp
begin atomic
  select jsonb_build_object(i.owner, 'implementation ' || i.code)
    from isms.implementation i
   where i.scope = test ->> 'scope' and i.code = test ->> 'implementation' and i.owner is not null;
end;

comment on function isms.control_test_judged(jsonb) is 'Relation judged of control tests: the owner of the implementation tested';

-- A result stays as it was recorded; one that was wrong is made void, by somebody else than who is judged by it.
insert into isms.workflow (name, title, builtin) values
  ('control_test', 'Result of a control test: recorded, void', true);

insert into isms.workflow_state (workflow, name, position, initial, final, cutover, frozen_columns, builtin) values
  ('control_test', 'recorded', 1, true, false, true, '{*}', true),
  ('control_test', 'void', 2, false, true, true, '{*}', true);

insert into isms.workflow_transition (workflow, name, from_states, to_state, amended_columns, actors, separation, guards, clause, basis, builtin) values
  ('control_test', 'record', '{}', 'recorded', '{}', '{editor}', '{}', '{tester_independent}', '9.1', 'P', true),
  ('control_test', 'annul', '{recorded}', 'void', '{}', '{internal_auditor,isms_manager}', '{I}', '{reason_given}', '7.5.3', 'P', true);

insert into isms.workflow_relation (workflow, name, function, builtin) values
  ('control_test', 'judged', 'isms.control_test_judged', true);

do $$
begin
  perform isms.attach_workflow('isms.control_test', 'control_test', 'status');
end
$$;

create view isms.control_test_due with (security_invoker = true) as
  select p.scope,
         p.code,
         p.title,
         p.implementation,
         p.tester,
         n.name as tester_name,
         p.method,
         concat_ws(' ', c.years || case c.years when 1 then ' year' else ' years' end, c.months || case c.months when 1 then ' month' else ' months' end,
                   c.days || case c.days when 1 then ' day' else ' days' end) as cadence,
         t.tested_on as last_on,
         t.result as last_result,
         x.due,
         x.due < d.today as overdue
    from isms.control_test_plan p
    join isms.scope_day d on d.scope = p.scope
    join isms.implementation i on i.scope = p.scope and i.code = p.implementation
    left join isms.person n on n.code = p.tester
    left join lateral (
      -- a test that could not say anything has not been done
      select c.tested_on, c.result
        from isms.control_test c
       where c.scope = p.scope and c.implementation = p.implementation and c.plan = p.code and c.status = 'recorded' and c.result <> 'unknown'
       order by c.tested_on desc, c.code desc
       limit 1) t on true
    cross join lateral (select coalesce((t.tested_on + p.cadence)::date, p.starts_on) as due) x
    -- whatever the session's IntervalStyle
    cross join lateral (
      select nullif(extract(year from p.cadence), 0)::integer as years, nullif(extract(month from p.cadence), 0)::integer as months,
             nullif(extract(day from p.cadence), 0)::integer as days) c
   where i.status <> 'retired' and (p.ended_on is null or x.due < p.ended_on);

comment on view isms.control_test_due is 'When each planned test is due next: its cadence after the last one, at first starts_on; until the plan ends';
comment on column isms.control_test_due.scope is 'Scope';
comment on column isms.control_test_due.code is 'Test plan';
comment on column isms.control_test_due.title is 'Title';
comment on column isms.control_test_due.implementation is 'Implementation tested';
comment on column isms.control_test_due.tester is 'Who is to test';
comment on column isms.control_test_due.tester_name is 'Name';
comment on column isms.control_test_due.method is 'How';
comment on column isms.control_test_due.cadence is 'How often';
comment on column isms.control_test_due.last_on is 'Last test that gave a result';
comment on column isms.control_test_due.last_result is 'Its result';
comment on column isms.control_test_due.due is 'Last day for the next one';
comment on column isms.control_test_due.overdue is 'Has that day passed?';

-- A.6.5: who leaves hands these over.
insert into isms.owned_table (schema_name, table_name, person_column, role, builtin) values
  ('isms', 'control_test_plan', 'tester', null, true);
