-- Who is away lets somebody else approve meanwhile.  What the delegate approves counts as the delegator's approval and is
-- recorded as such; separation of duties looks at both.
create table isms.delegation (
  scope text not null default isms.default_scope() constraint delegation_scope_fkey references isms.scope on update cascade,
  id bigint generated always as identity constraint delegation_pkey primary key,
  from_person text not null default isms.actor() constraint delegation_from_person_fkey references isms.person on update cascade,
  to_person text not null constraint delegation_to_person_fkey references isms.person on update cascade,
  role text constraint delegation_role_fkey references isms.role,
  valid daterange not null,
  reason text not null,
  created_by text default isms.actor(),
  constraint delegation_to_another check (from_person <> to_person),
  constraint delegation_ends check (not lower_inf(valid) and not upper_inf(valid) and lower(valid) <> '-infinity' and upper(valid) <> 'infinity'),
  constraint delegation_reason_given check (reason ~ '\S')
);

comment on table isms.delegation is 'Who may approve for whom, from and until when (5.3); never handed on, never for what either of the two asked for';
comment on column isms.delegation.scope is 'Scope';
comment on column isms.delegation.id is 'Identity';
comment on column isms.delegation.from_person is 'Person whose approvals they are';
comment on column isms.delegation.to_person is 'Person who may give them';
comment on column isms.delegation.role is 'Only what the person approves in this role; null: everything, also as owner of a row';
comment on column isms.delegation.valid is 'Days on which it holds, in the scope''s time zone; it has an end; empty: it was ended before it began';
comment on column isms.delegation.reason is 'Why';
comment on column isms.delegation.created_by is 'Person who entered it';

create index delegation_to_person_idx on isms.delegation (scope, to_person);

create function isms.is_editor(person text, scope text) returns boolean
  language sql stable parallel restricted set search_path = pg_catalog, pg_temp
begin atomic
  select exists (select from isms.role r where r.code <> 'external_auditor' and isms.holds_role(is_editor.person, r.code, is_editor.scope));
end;

comment on function isms.is_editor(text, text) is 'Does the person hold a role other than external_auditor in the scope today?';

create function isms.delegation_rules() returns trigger
  language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
  me text := isms.actor();
  d isms.delegation := coalesce(new, old);
  code text;
  reason text;
  hint text;
begin
  -- 5.3: one's own approvals are one's own to hand over; a manager may for others, but not to take them.
  if me is null or (me <> d.from_person and not isms.holds_role(me, 'isms_manager', d.scope)) then
    code := 'IS002';
    reason := 'actor (5.3): the person whose approvals they are, or an ISMS manager of the scope, delegates';
    hint := format('Ask %s.', isms.person_name(d.from_person));
  elsif tg_op = 'DELETE' then
    if exists (select from isms.approval a where a.scope = d.scope and a.approver = d.to_person and a.on_behalf_of = d.from_person) then
      code := 'IS007';
      reason := format('deletion (7.5.3): %s has approved by it', isms.person_name(d.to_person));
      hint := format('End it instead: update isms.delegation set valid = daterange(lower(valid), isms.today(scope)) where id = %s', d.id);
    end if;
  elsif tg_op = 'UPDATE' and (new.scope, new.from_person, new.to_person, new.created_by) is distinct from (old.scope, old.from_person, old.to_person, old.created_by)
        or tg_op = 'UPDATE' and new.role is distinct from old.role then
    code := 'IS006';
    reason := 'frozen: of a delegation only valid and reason change';
    hint := 'End it and enter another.';
  elsif me <> d.from_person and me = d.to_person then
    code := 'IS004';
    reason := format('separation (A.5.3): %s would give the approvals of %s to %s', isms.person_name(me), isms.person_name(d.from_person), isms.person_name(me));
    hint := format('Ask %s, or another ISMS manager.', isms.person_name(d.from_person));
  elsif tg_op = 'INSERT' and new.created_by is distinct from me then
    code := 'IS002';
    reason := 'actor (5.3): created_by is who enters it';
    hint := 'Leave created_by out.';
  elsif d.role is not null and not isms.holds_role(d.from_person, d.role, d.scope) then
    code := 'IS022';
    reason := format('person (5.3): %s is not %s today', isms.person_name(d.from_person), d.role);
  elsif not isms.is_editor(d.to_person, d.scope) then
    code := 'IS022';
    reason := format('person (5.3): %s is not active, or holds no role in scope %s by which to approve', isms.person_name(d.to_person), d.scope);
  elsif d.role = 'top_management' and not isms.holds_role(d.to_person, 'top_management', d.scope) then
    code := 'IS022';
    reason := format('person (5.1): top_management goes to top_management alone, and %s is not', isms.person_name(d.to_person));
  end if;
  if code is not null then
    raise exception using
      errcode = code,
      message = format('%s cannot be delegated to %s by %s', coalesce(d.role, 'approving') || ' of ' || isms.person_name(d.from_person), isms.person_name(d.to_person),
                       coalesce(isms.person_name(me), session_user)),
      detail = reason,
      hint = coalesce(hint, 'isms.role_assignment lists who holds which role.'),
      schema = tg_table_schema, table = tg_table_name, constraint = isms.reason_name(reason);
  end if;
  return case when tg_op = 'DELETE' then old else new end;
end
$$;

comment on function isms.delegation_rules() is 'BEFORE trigger: the delegator or an ISMS manager writes a delegation, top_management goes to top_management alone, one made use of is ended and not deleted. Errors: IS002, IS004, IS006, IS007, IS022';

create trigger delegation_rules before insert or update or delete on isms.delegation
  for each row execute function isms.delegation_rules();

-- What a role alone can approve goes with that role; what names a person, as @owner does, with everything only.  Who holds
-- top_management may be named because of it: then the delegate must hold it as well.
create function isms.delegation_covers(d isms.delegation, spec text) returns boolean
  language plpgsql stable set search_path = pg_catalog, pg_temp as $$
begin
  return isms.today(d.scope) <@ d.valid
     and spec <> 'isms_admin'
     and coalesce(d.role = spec, true)
     and isms.is_editor(d.to_person, d.scope)
     and (isms.holds_role(d.to_person, 'top_management', d.scope)
          or spec <> 'top_management' and not (spec like '@%' and isms.holds_role(d.from_person, 'top_management', d.scope)));
end
$$;

comment on function isms.delegation_covers(isms.delegation, text) is 'Does the delegation hold today, for approvals that this entry of workflow_approval.approver asks for?';

create function isms.step_deputies(spec text, old jsonb, new jsonb, step isms.step) returns table (person text, on_behalf_of text)
  language plpgsql stable set search_path = pg_catalog, pg_temp as $$
begin
  return query
    select distinct d.to_person, d.from_person
      from isms.delegation d
     where d.scope = step.scope and isms.delegation_covers(d, spec)
       and isms.step_persons(spec, old, new, step, d.from_person) <> '{}'
       -- who may as himself does not need it
       and isms.step_persons(spec, old, new, step, d.to_person) = '{}'
     order by 1, 2;
end
$$;

comment on function isms.step_deputies(text, jsonb, jsonb, isms.step) is 'Who could approve for whom by delegation, where an entry asks for approval';

create function isms.step_deputy_words(spec text, old jsonb, new jsonb, step isms.step, except_person text default null) returns text
  language plpgsql stable set search_path = pg_catalog, pg_temp as $$
begin
  return (select string_agg(format('%s for %s', isms.person_name(d.person), isms.person_name(d.on_behalf_of)), ', ' order by d.person, d.on_behalf_of)
            from isms.step_deputies(spec, old, new, step) d
           where except_person is null or except_person not in (d.person, d.on_behalf_of));
end
$$;

comment on function isms.step_deputy_words(text, jsonb, jsonb, isms.step, text) is 'Who could approve for whom by delegation, in words, without what one person has to do with; null: nobody';

create function isms.approval_reasons(t isms.workflow_transition, old jsonb, new jsonb, step isms.step, person text, on_behalf_of text, q isms.approval_request) returns text[]
  language plpgsql stable set search_path = pg_catalog, pg_temp as $$
declare
  -- A delegate never approves what either of the two asked for, whatever the rules are where nobody is represented.
  rules text[] := case when on_behalf_of is null or 'R' = any (t.separation) then t.separation else t.separation || 'R'::text end;
  result text[] := '{}';
  p text;
begin
  foreach p in array array_remove(array[person, on_behalf_of], null) loop
    if exists (select from isms.approval a where a.request = q.id and p in (a.approver, a.on_behalf_of)) then
      result := result || (isms.reason_label('separation', t.clause) || format('%s has approved it already; each approval is another person''s', isms.person_name(p)));
    end if;
    result := result || isms.separation_reasons(rules, t.clause, old, new, step, p, q.requester);
  end loop;
  return result;
end
$$;

comment on function isms.approval_reasons(isms.workflow_transition, jsonb, jsonb, isms.step, text, text, isms.approval_request) is 'Why separation of duties keeps the person, or the one represented, from approving what was asked for';
