-- 5.3: who holds which role is itself under a workflow.
create function isms.guard_reason_given(old jsonb, new jsonb, step isms.step) returns text
  language sql immutable parallel safe set search_path = pg_catalog, pg_temp
begin atomic
  select case when length(regexp_replace(coalesce((step).comment, ''), '\s', '', 'g')) < 10
              then 'the reason is missing or too short: ten characters at least, as comment of isms.request or by set local isms.comment' end;
end;

comment on function isms.guard_reason_given(jsonb, jsonb, isms.step) is 'Guard: the comment has at least ten characters that are not blank (7.5.3)';

create function isms.guard_person_active(old jsonb, new jsonb, step isms.step) returns text
  language sql stable set search_path = pg_catalog, pg_temp
begin atomic
  select format('%s is not active on %s', p.name, isms.today((step).scope))
    from isms.person p
   where p.code = new ->> 'person'
     and isms.today((step).scope) not between coalesce(p.active_from, '-infinity') and coalesce(p.active_until, 'infinity');
end;

comment on function isms.guard_person_active(jsonb, jsonb, isms.step) is 'Guard: the person appointed is active today (5.3)';

create function isms.guard_founding(old jsonb, new jsonb, step isms.step) returns text
  language sql stable set search_path = pg_catalog, pg_temp
begin atomic
  select 'only who founds a scope starts with a role, the person''s own'
   where new ->> 'person' is distinct from (step).actor
      or exists (select from isms.role_assignment a where a.scope = (step).scope and a.person <> (step).actor);
end;

comment on function isms.guard_founding(jsonb, jsonb, isms.step) is 'Guard: the scope has no assignments but the acting person''s (5.3)';

create function isms.guard_roles_compatible(old jsonb, new jsonb, step isms.step) returns text
  language sql stable set search_path = pg_catalog, pg_temp
begin atomic
  select format('%s is %s; nobody is isms_manager and internal_auditor of one scope', isms.person_name(a.person), a.role)
    from isms.role_assignment a
   where a.scope = (step).scope and a.person = new ->> 'person' and a.status = 'active'
     and (new ->> 'role', a.role) in (('internal_auditor', 'isms_manager'), ('isms_manager', 'internal_auditor'))
     and coalesce(a.valid_until, 'infinity') >= isms.today(a.scope)
   limit 1;
end;

comment on function isms.guard_roles_compatible(jsonb, jsonb, isms.step) is 'Guard: not isms_manager and internal_auditor in one scope (A.5.3, 9.2.2 b)';

-- What people own, for handing over.
create table isms.owned_table (
  schema_name text not null,
  table_name text not null,
  person_column text not null,
  role text constraint owned_table_role_fkey references isms.role,
  state_column text,
  ended_states text[] not null default '{}',
  builtin boolean not null default false,
  constraint owned_table_pkey primary key (schema_name, table_name, person_column)
);

comment on table isms.owned_table is 'Tables with a column scope whose rows people own in a role; each room registers its own';
comment on column isms.owned_table.schema_name is 'Schema';
comment on column isms.owned_table.table_name is 'Table';
comment on column isms.owned_table.person_column is 'Column with the owner''s code';
comment on column isms.owned_table.role is 'Role in which they own; null: in any';
comment on column isms.owned_table.state_column is 'State column; null: every row counts';
comment on column isms.owned_table.ended_states is 'States in which a row no longer counts';
comment on column isms.owned_table.builtin is 'Shipped with the extension';

insert into isms.closed_table (name, readable, builtin) values ('owned_table', true, true);

create function isms.guard_owned_things_handed_over(old jsonb, new jsonb, step isms.step) returns text
  language plpgsql stable set search_path = pg_catalog, pg_temp as $$
declare
  t isms.owned_table;
  n bigint;
  owned text[] := '{}';
  last_role boolean;
begin
  -- The last role of a person in the scope takes everything with it.
  last_role := not exists (select from isms.role_assignment a where a.scope = step.scope and a.person = old ->> 'person' and a.code <> old ->> 'code'
                              and isms.holds_role(a.person, a.role, a.scope));
  for t in select o.* from isms.owned_table o where o.role = old ->> 'role' or last_role order by o.schema_name, o.table_name, o.person_column loop
    n := isms.read_as_owner(format('%I.%I', t.schema_name, t.table_name)::regclass,
      format('select to_jsonb(count(*)) from %I.%I x where x.scope = $1 and x.%I = $2%s', t.schema_name, t.table_name, t.person_column,
             case when t.state_column is null then '' else format(' and x.%I <> all ($3)', t.state_column) end),
      step.scope, old ->> 'person', t.ended_states)::bigint;
    if n > 0 then
      owned := owned || format('%s in %I.%I', n, t.schema_name, t.table_name);
    end if;
  end loop;
  if owned <> '{}' then
    return format('%s still owns %s; isms.handover gives it to somebody else', isms.person_name(old ->> 'person'), array_to_string(owned, ', '));
  end if;
  return null;
end
$$;

comment on function isms.guard_owned_things_handed_over(jsonb, jsonb, isms.step) is 'Guard: nothing live is owned by the person in that role, nor anything where it is the person''s last role in the scope (A.6.5)';

-- While a scope has one top_management, that person appoints others without a second approval.  The row judged
-- stands already as it will be, and does not count.
create function isms.condition_governing_role(old jsonb, new jsonb, step isms.step) returns boolean
  language sql stable set search_path = pg_catalog, pg_temp
begin atomic
  select coalesce((select r.governing from isms.role r where r.code = new ->> 'role'), true)
         and array(select distinct a.person
                     from isms.role_assignment a
                    where a.scope = (step).scope and a.role = 'top_management' and a.code <> new ->> 'code' and isms.holds_role(a.person, a.role, a.scope))
             is distinct from array[(step).actor];
end;

comment on function isms.condition_governing_role(jsonb, jsonb, isms.step) is 'Condition: the role governs, and who asks is not the scope''s only top management';

-- 5.1: governing roles take its approval; without any, nobody could be appointed any more.
create function isms.guard_top_management_remains(old jsonb, new jsonb, step isms.step) returns text
  language sql stable set search_path = pg_catalog, pg_temp
begin atomic
  select format('%s is the only top_management of scope %s', isms.person_name(old ->> 'person'), (step).scope)
   where old ->> 'role' = 'top_management'
     and not exists (select from isms.role_assignment a
                      where a.scope = (step).scope and a.role = 'top_management' and a.code <> old ->> 'code' and isms.holds_role(a.person, a.role, a.scope));
end;

comment on function isms.guard_top_management_remains(jsonb, jsonb, isms.step) is 'Guard: the last top_management of a scope does not end (5.1)';

-- Who held a role then, of whoever held it: one that ends has a last day.
create trigger fill_until before update of status on isms.role_assignment
  for each row when (old.status = 'active' and new.status = 'ended' and new.valid_until is null and (new.valid_from > isms.today(new.scope)) is not true)
  execute function isms.dated_today('valid_until');

insert into isms.guard (name, function, clause, basis, builtin) values
  ('top_management_remains', 'isms.guard_top_management_remains', '5.1', 'P', true),
  ('reason_given', 'isms.guard_reason_given', '7.5.3', 'P', true),
  ('person_active', 'isms.guard_person_active', '5.3', 'P', true),
  ('founding', 'isms.guard_founding', '5.3', 'P', true),
  ('roles_compatible', 'isms.guard_roles_compatible', 'A.5.3', 'P', true),
  ('owned_things_handed_over', 'isms.guard_owned_things_handed_over', 'A.6.5', 'P', true);

insert into isms.slot_condition (name, function, builtin) values
  ('governing_role', 'isms.condition_governing_role', true);

insert into isms.workflow (name, title, builtin) values
  ('appointment', 'Appointment to a role', true),
  ('two_eyes', 'Draft, approval by another person, close; for any table', true);

-- isms.setup founds a scope by the first appointments, the caller's own; nobody else's begin in force.
-- Not loadable in force: whoever may begin a cut-over could make themselves anything by it.
insert into isms.workflow_state (workflow, position, name, initial, final, cutover, frozen_columns, frozen_children, builtin) values
  ('appointment', 1, 'proposed', true, false, false, '{*}', '{}', true),
  ('appointment', 2, 'active', false, false, false, '{*}', '{}', true),
  ('appointment', 3, 'ended', false, true, false, '{*}', '{}', true),
  ('two_eyes', 1, 'draft', true, false, true, '{}', '{}', true),
  ('two_eyes', 2, 'approved', false, false, true, '{*}', '{*}', true),
  ('two_eyes', 3, 'closed', false, true, true, '{*}', '{*}', true);

-- 7.2: what a person lacks for the role is shown by isms.competence_gap and hinders no appointment: competence can be acquired in the role.
insert into isms.workflow_transition (workflow, name, from_states, to_state, amended_columns, actors, separation, guards, opens_request, clause, builtin) values
  ('appointment', 'found', '{}', 'active', '{}', '{isms_admin}', '{}', '{founding,person_active}', null, '5.3', true),
  ('appointment', 'propose', '{}', 'proposed', '{}', '{isms_manager,top_management,isms_admin}', '{}', '{person_active}', 'appoint', '5.3', true),
  ('appointment', 'appoint', '{proposed}', 'active', '{}', '{top_management,isms_manager,isms_admin}', '{R,"not @person"}', '{roles_compatible}', null, '5.3, 7.2, A.5.3', true),
  ('appointment', 'end', '{active}', 'ended', '{valid_until}', '{isms_manager,top_management,@person}', '{}', '{top_management_remains,owned_things_handed_over}', null, '5.3, A.6.5', true),
  ('two_eyes', 'draft', '{}', 'draft', '{}', '{editor}', '{}', '{}', null, 'A.5.3', true),
  ('two_eyes', 'approve', '{draft}', 'approved', '{}', '{editor}', '{R}', '{}', null, 'A.5.3', true),
  ('two_eyes', 'return', '{approved}', 'draft', '{}', '{editor}', '{}', '{reason_given}', null, 'A.5.3', true),
  ('two_eyes', 'close', '{approved}', 'closed', '{}', '{editor}', '{}', '{}', null, 'A.5.3', true);

insert into isms.workflow_approval (workflow, transition, slot, approver, condition, basis, builtin) values
  ('appointment', 'appoint', 'top_management', 'top_management', 'governing_role', 'P', true),
  ('two_eyes', 'approve', 'second_person', 'editor', null, 'P', true);

do $$
begin
  perform isms.attach_workflow('isms.role_assignment', 'appointment', 'status');
end
$$;

-- Somebody leaves: each row goes by a plain UPDATE where its owner may change, by the amendment its workflow has for it where not.
create function isms.handover(from_person text, to_person text, comment text default null)
  returns table (relation text, key text, outcome text)
  language plpgsql set search_path = pg_catalog, pg_temp as $$
#variable_conflict use_column
declare
  in_scope text := isms.default_scope();
  t isms.owned_table;
  b isms.workflow_binding;
  k text;
  step text;
begin
  perform isms.require_active();
  if not exists (select from isms.person p where p.code = from_person) then
    raise exception using
      errcode = 'IS022',
      message = format('there is no person %s', coalesce(from_person, '(none named)')),
      hint = 'isms.person lists them.';
  elsif not coalesce(isms.holds_role(to_person, null, in_scope), false) then
    raise exception using
      errcode = 'IS022',
      message = format('%s cannot take over in scope %s', coalesce(isms.person_name(to_person), 'nobody'), in_scope),
      detail = 'person: who takes over is active and holds a role in the scope (5.3)',
      hint = 'isms.add_person adds people, isms.appoint gives roles.';
  end if;
  for t in select o.* from isms.owned_table o order by o.schema_name, o.table_name, o.person_column loop
    relation := format('%I.%I', t.schema_name, t.table_name);
    select w.* into b from isms.workflow_binding w where w.schema_name = t.schema_name and w.table_name = t.table_name;
    select w.name into step
      from isms.workflow_transition w
     where w.workflow = b.workflow and w.to_state is null and t.person_column = any (w.amended_columns)
     order by cardinality(w.amended_columns), w.name
     limit 1;
    for k in execute format('select x.code from %s x where x.scope = $1 and x.%I = $2%s order by x.code', relation, t.person_column,
                            case when t.state_column is null then '' else format(' and x.%I <> all ($3)', t.state_column) end)
               using in_scope, from_person, t.ended_states loop
      key := k;
      begin
        execute format('update %s x set %I = $3 where x.scope = $1 and x.code = $2', relation, t.person_column) using in_scope, k, to_person;
        outcome := 'handed over';
      exception when sqlstate 'IS002' or sqlstate 'IS003' or sqlstate 'IS005' or sqlstate 'IS006' then
        if step is null then
          raise;
        end if;
        outcome := isms.request(relation, k, step, coalesce(comment, format('Handover from %s to %s', from_person, to_person)),
                                jsonb_build_object(t.person_column, to_person));
      end;
      if not isms.holds_role(to_person, t.role, in_scope) then
        outcome := outcome || format('; %s does not hold the role %s, which owning it takes: isms.appoint', isms.person_name(to_person), t.role);
      end if;
      return next;
    end loop;
  end loop;
end
$$;

comment on function isms.handover(text, text, text) is 'Gives everything live that the first person owns in the default scope to the second, row by row, with the caller''s rights: at once where the owner may change, asked for where an approval is needed, and says where the second lacks the role that owning it takes; all or nothing (A.6.5). Errors: IS022, and whatever refuses a row';
