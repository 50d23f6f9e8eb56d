-- Overlays: rules that are practice can be switched off, with a reason, seen by all; rules of a standard cannot.
create table isms.workflow_overlay (
  id bigint generated always as identity constraint workflow_overlay_pkey primary key,
  scope text constraint workflow_overlay_scope_fkey references isms.scope on update cascade,
  workflow text not null,
  transition text not null,
  what text not null constraint workflow_overlay_what_known check (what in ('guard', 'slot', 'separation')),
  rule text not null,
  reason text not null constraint workflow_overlay_reason_given check (reason ~ '\S'),
  valid daterange not null default '(,)',
  created_by text default isms.actor(),
  created_at timestamptz not null default clock_timestamp()
);

comment on table isms.workflow_overlay is 'Rules of steps that are practice (basis P) and switched off, and why; kept when a later version has no such step';
comment on column isms.workflow_overlay.id is 'Identity';
comment on column isms.workflow_overlay.scope is 'Scope; null: all';
comment on column isms.workflow_overlay.workflow is 'Workflow';
comment on column isms.workflow_overlay.transition is 'Transition or amendment';
comment on column isms.workflow_overlay.what is 'guard, slot (an approval) or separation';
comment on column isms.workflow_overlay.rule is 'Name of the guard, of the slot, or sign of the separation as in the transition';
comment on column isms.workflow_overlay.reason is 'Why';
comment on column isms.workflow_overlay.valid is 'Days on which the rule is off, in the scope''s time zone; empty: it was ended before it began';
comment on column isms.workflow_overlay.created_by is 'Person who entered it';
comment on column isms.workflow_overlay.created_at is 'When';

create index workflow_overlay_transition_idx on isms.workflow_overlay (workflow, transition);

alter table isms.workflow_overlay enable row level security;

create policy read on isms.workflow_overlay for select using (scope is null or scope = any ((select isms.visible_scopes())::text[]));

create policy write on isms.workflow_overlay
  using (scope = any ((select isms.editable_scopes())::text[]) or scope is null and isms.has_database_role('isms_admin'));

create function isms.rule_basis(workflow text, transition text, what text, rule text) returns text
  language sql stable set search_path = pg_catalog, pg_temp
begin atomic
  select case rule_basis.what
           when 'guard' then (select g.basis from isms.guard g where g.name = rule_basis.rule and g.name = any (t.guards))
           when 'slot' then (select a.basis from isms.workflow_approval a where a.workflow = t.workflow and a.transition = t.name and a.slot = rule_basis.rule)
           when 'separation' then (select t.basis where rule_basis.rule = any (t.separation))
         end
    from isms.workflow_transition t
   where t.workflow = rule_basis.workflow and t.name = rule_basis.transition;
end;

comment on function isms.rule_basis(text, text, text, text) is 'Basis of a rule of a step, what being guard, slot or separation: S a standard, P practice; null: the step has no such rule';

create function isms.overlay_rules() returns trigger
  language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
  me text := isms.actor();
  o isms.workflow_overlay := coalesce(new, old);
  here text := format('%s %s of %s %s', o.what, o.rule, o.workflow, o.transition);
  basis text;
  may boolean;
begin
  may := case when o.scope is null then isms.has_database_role('isms_admin') else isms.holds_role(me, 'isms_manager', o.scope) end;
  if me is null or not may then
    raise exception using
      errcode = 'IS002',
      message = format('%s may not switch %s off or on', coalesce(isms.person_name(me), session_user), here),
      detail = case when o.scope is null then 'actor (5.3): for all scopes a person who is isms_admin does' else format('actor (5.3): an ISMS manager of scope %s does', o.scope) end,
      schema = tg_table_schema, table = tg_table_name, constraint = 'actor';
  elsif tg_op = 'DELETE' then
    raise exception using
      errcode = 'IS007',
      message = format('what is known about %s is kept', here),
      detail = 'deletion (7.5.3): that a rule was off is part of what was decided then',
      hint = format('Switch it on again: update isms.workflow_overlay set valid = valid * daterange(null, current_date) where id = %s', o.id),
      schema = tg_table_schema, table = tg_table_name, constraint = 'deletion';
  elsif tg_op = 'UPDATE' and to_jsonb(new) - '{reason,valid}'::text[] <> to_jsonb(old) - '{reason,valid}'::text[] then
    raise exception using
      errcode = 'IS006',
      message = format('the overlay of %s cannot be made another one', here),
      detail = 'frozen: only reason and valid change',
      schema = tg_table_schema, table = tg_table_name, constraint = 'frozen';
  elsif tg_op = 'INSERT' and new.created_by is distinct from me then
    raise exception using
      errcode = 'IS002',
      message = format('created_by is %s, but %s enters it', coalesce(isms.person_name(new.created_by), 'missing'), isms.person_name(me)),
      hint = 'Leave created_by out.',
      schema = tg_table_schema, table = tg_table_name, column = 'created_by', constraint = 'actor';
  end if;
  basis := isms.rule_basis(o.workflow, o.transition, o.what, o.rule);
  if basis is null and tg_op = 'INSERT' then
    raise exception using
      errcode = 'invalid_parameter_value',
      message = format('there is no %s', here),
      hint = 'isms.workflow_transition lists guards and separation of each step, isms.workflow_approval the slots.',
      schema = tg_table_schema, table = tg_table_name, column = 'rule';
  elsif basis = 'S' then
    raise exception using
      errcode = 'invalid_parameter_value',
      message = format('%s cannot be switched off', here),
      detail = format('basis: a standard demands it (%s)', coalesce((select g.clause from isms.guard g where o.what = 'guard' and g.name = o.rule),
                                                                   (select t.clause from isms.workflow_transition t where t.workflow = o.workflow and t.name = o.transition))),
      hint = 'Only what is practice (basis P) can be.',
      schema = tg_table_schema, table = tg_table_name, column = 'rule';
  end if;
  return new;
end
$$;

comment on function isms.overlay_rules() is 'BEFORE trigger: only rules that are practice are switched off, by an ISMS manager of the scope, for all scopes by isms_admin; overlays are ended, not deleted. Errors: IS002, IS006, IS007, 22023';

create trigger overlay_rules before insert or update or delete on isms.workflow_overlay
  for each row execute function isms.overlay_rules();

-- The machine in C lets through only what all rules allow, so it need not know of overlays: they take obstacles away.
create function isms.is_overlaid(step isms.step, what text, rule text) returns boolean
  language sql stable
begin atomic
  select exists (
    select
      from isms.workflow_overlay o
     where o.workflow = step.workflow and o.transition = step.transition and o.what = is_overlaid.what and o.rule = is_overlaid.rule
       and (o.scope is null or o.scope = step.scope)
       and o.valid @> isms.today(step.scope)
       -- a rule may have become one of a standard since
       and isms.rule_basis(o.workflow, o.transition, o.what, o.rule) = 'P');
end;

comment on function isms.is_overlaid(isms.step, text, text) is 'Is a rule of the step, what being guard, slot or separation, switched off in its scope today?';

create function isms.without_overlaid(t isms.workflow_transition, scope text) returns isms.workflow_transition
  language plpgsql stable set search_path = pg_catalog, pg_temp as $$
declare
  step isms.step;
begin
  if exists (select from isms.workflow_overlay o where o.workflow = t.workflow and o.transition = t.name) then
    step.workflow := t.workflow;
    step.transition := t.name;
    step.scope := without_overlaid.scope;
    t.guards := array(select u.g from unnest(t.guards) with ordinality u(g, i) where not isms.is_overlaid(step, 'guard', u.g) order by u.i);
    t.separation := array(select u.s from unnest(t.separation) with ordinality u(s, i) where not isms.is_overlaid(step, 'separation', u.s) order by u.i);
  end if;
  return t;
end
$$;

comment on function isms.without_overlaid(isms.workflow_transition, text) is 'A transition without the guards and separation that are switched off in the scope today';

create view isms.switched_off with (security_invoker = true) as
  select s.code as scope,
         o.workflow,
         o.transition,
         o.what,
         o.rule,
         coalesce(g.clause, t.clause) as clause,
         o.reason,
         upper(o.valid) - 1 as until,
         o.created_by,
         o.created_at,
         o.id as overlay,
         p.name as created_by_name
    from isms.workflow_overlay o
    join isms.workflow_transition t on t.workflow = o.workflow and t.name = o.transition
    join isms.scope s on s.code = o.scope or o.scope is null
    left join isms.guard g on o.what = 'guard' and g.name = o.rule
    left join isms.person p on p.code = o.created_by
   where o.valid @> isms.today(s.code)
     and isms.rule_basis(o.workflow, o.transition, o.what, o.rule) = 'P';

comment on view isms.switched_off is 'Rules of steps that are switched off today, one row a scope';
comment on column isms.switched_off.scope is 'Scope';
comment on column isms.switched_off.workflow is 'Workflow';
comment on column isms.switched_off.transition is 'Transition or amendment';
comment on column isms.switched_off.what is 'guard, slot or separation';
comment on column isms.switched_off.rule is 'Rule';
comment on column isms.switched_off.clause is 'Clause it follows';
comment on column isms.switched_off.reason is 'Why it is off';
comment on column isms.switched_off.until is 'Last day; null: no end';
comment on column isms.switched_off.created_by is 'Person who switched it off';
comment on column isms.switched_off.created_at is 'When';
comment on column isms.switched_off.overlay is 'Overlay';
comment on column isms.switched_off.created_by_name is 'Name of that person';
