-- The machine: AFTER ROW triggers, so that they see the row as it will be, whatever BEFORE triggers did; ENABLE ALWAYS,
-- so that no session_replication_role avoids them.  They hold for every writer, superusers included.
create function isms.workflow_machine() returns trigger
  language c as 'MODULE_PATHNAME', 'isms_workflow_machine';

comment on function isms.workflow_machine() is 'AFTER ROW trigger of tables under a workflow: lets through what the definitions allow to this person, hands the rest to isms.judge_row. An argument only tells what the trigger watches. Errors: IS001 to IS007, IS022';

create function isms.judge_row(relation regclass, operation text, o jsonb, n jsonb) returns void
  language plpgsql set search_path = pg_catalog, pg_temp as $$
  -- The machine calls it with the rights of the extension's owner: guards judge all rows, not only those the writer may see; the person acting
  -- comes from the session user, not from the current one.  Anybody else who calls it has only the caller's rights.
declare
  here record;
  b isms.workflow_binding;
  t isms.workflow_transition;
  s isms.workflow_state;
  step isms.step;
  changed text[];
  held text[];
  codes text[] := '{}';
  reasons text[] := '{}';
  first_hint text;
  message text;
  hint_of_step text;
  code text;
  reason text;
  loading boolean;
  glass_broken boolean;
  covered boolean;
  c record;
begin
  <<judging>>
  begin
    select m.nspname, p.relname into here from pg_class p join pg_namespace m on m.oid = p.relnamespace where p.oid = judge_row.relation;
    select * into b from isms.workflow_binding w where w.schema_name = here.nspname and w.table_name = here.relname;
    if not found then
      -- a partition: its table is bound
      select w.* into b
        from pg_class p
        join pg_namespace m on m.oid = p.relnamespace
        join isms.workflow_binding w on w.schema_name = m.nspname and w.table_name = p.relname
       where p.oid = pg_partition_root(judge_row.relation);
      if not found then
        raise exception using
          errcode = 'IS001',
          message = format('table %I.%I has a workflow''s trigger and no workflow', here.nspname, here.relname),
          hint = 'It was renamed or its binding lost: bind it again by isms.attach_workflow.';
      end if;
    end if;
    step.workflow := b.workflow;
    step.relation := isms.relation_name(b);
    step.key := isms.row_key(b, coalesce(o, n));
    step.scope := isms.row_scope(b, coalesce(o, n));
    step.from_state := o ->> b.state_column;
    step.to_state := n ->> b.state_column;
    step.actor := isms.actor();
    step.comment := isms.transaction_comment();
    glass_broken := isms.glass_is_broken() and isms.note_break_glass(b, step, operation, o, n);

    if operation = 'INSERT' then
      loading := isms.in_cutover(step) and exists (select from isms.workflow_state w where w.workflow = b.workflow and w.name = step.to_state and w.cutover);
      select * into t from isms.workflow_transition w where w.workflow = b.workflow and w.from_states = '{}' and w.to_state = step.to_state;
      if not found then
        if loading then
          insert into isms.carried_over (scope, table_name, key, state, person) values (step.scope, step.relation, step.key, step.to_state, step.actor);
          return;
        end if;
        codes := '{IS001}';
        reasons := array['transition: rows start in ' || coalesce((select string_agg(w.name, ' or ' order by w.position) from isms.workflow_state w where w.workflow = b.workflow and w.initial), 'no state')];
        first_hint := case when exists (select from isms.workflow_state w where w.workflow = b.workflow and w.name = step.to_state and w.cutover)
                           then 'Rows of an existing register are loaded between isms.begin_cutover and isms.end_cutover.'
                           else format('Leave %s out; its steps lead on from there.', b.state_column) end;
      else
        step.transition := t.name;
        if n ? 'created_by' and n ->> 'created_by' is distinct from step.actor and step.actor is not null and not loading then
          codes := '{IS002}';
          reasons := array[isms.reason_label('actor', t.clause) || format('created_by is %s, but %s inserts the row', coalesce(isms.person_name(n ->> 'created_by'), 'missing'), isms.person_name(step.actor))];
          first_hint := 'Leave created_by out.';
        end if;
        for code, reason, hint_of_step in select r.code, r.reason, r.hint from isms.step_reasons(b, t, null, n, step, false) r where not glass_broken loop
          if code in ('IS002', 'IS005') and loading then
            insert into isms.import_issue (scope, table_name, key, rule, message) values (step.scope, step.relation, step.key, split_part(reason, ':', 1), reason);
          else
            codes := codes || code;
            reasons := reasons || reason;
            first_hint := coalesce(first_hint, regexp_replace(hint_of_step, ' See isms.next_steps.*$', ''));  -- there is no row yet
          end if;
        end loop;
      end if;
      if codes <> '{}' then
        message := format('%s cannot start in %s', isms.thing(b, step.key), coalesce(step.to_state, 'no state'));
        exit judging;
      end if;
      if t.opens_request is not null then
        step.transition := t.opens_request;
        step.from_state := step.to_state;
        select w.to_state into step.to_state from isms.workflow_transition w where w.workflow = b.workflow and w.name = t.opens_request;
        if exists (select from isms.step_slots(n, n || jsonb_build_object(b.state_column, step.to_state), step)) then
          insert into isms.approval_request (scope, table_name, key, transition, requester, comment, digest)
          values (step.scope, step.relation, step.key, t.opens_request, step.actor, step.comment, isms.row_digest(b, step.key, step.scope));
        end if;
      end if;
      return;
    end if;

    select * into s from isms.workflow_state w where w.workflow = b.workflow and w.name = step.from_state;

    if operation = 'DELETE' then
      if s.initial is not true then
        codes := codes || 'IS007'::text;
        reasons := reasons || format('deletion (7.5.3): rows in %s are kept', coalesce(step.from_state, 'no state'));
      end if;
      if step.actor is null or not coalesce(o ->> 'created_by' = step.actor,
           isms.step_permits(array(select unnest(w.actors) from isms.workflow_transition w where w.workflow = b.workflow and w.from_states = '{}' and w.to_state = step.from_state),
                             o, o, step, step.actor)) then
        codes := codes || 'IS007'::text;
        reasons := reasons || format('deletion (7.5.3): only %s may delete it', coalesce(isms.person_name(o ->> 'created_by') || ', who made it,', 'who could make it'));
      end if;
      if exists (select from isms.approval_request r join isms.approval a on a.request = r.id where r.scope = step.scope and r.table_name = step.relation and r.key = step.key) then
        codes := codes || 'IS007'::text;
        reasons := reasons || 'deletion (7.5.3): it was approved'::text;
      end if;
      for c in select e.key as child, e.value as cover from jsonb_each(b.covers) e order by e.key loop
        covered := isms.read_as_owner(judge_row.relation,
          format('select to_jsonb(exists (select from jsonb_populate_record(null::%s, $1) p join %s c on %s where to_jsonb(c) @> $2))', judge_row.relation, c.child,
                 (select string_agg(format('c.%I = p.%I', m.key, m.value), ' and ') from jsonb_each_text(c.cover -> 'on') m)),
          o, coalesce(c.cover -> 'where', '{}'))::boolean;
        if covered then
          codes := codes || 'IS007'::text;
          reasons := reasons || format('deletion (7.5.3): rows of %s belong to it', c.child);
        end if;
      end loop;
      if codes <> '{}' then
        select string_agg(format('%s (%s)', w.name, isms.step_who(b, w, o, step)), ', ')
          into first_hint
          from isms.transitions_from(b.workflow, step.from_state) w
          join isms.workflow_state f on f.workflow = w.workflow and f.name = w.to_state and f.final;
        message := format('%s cannot be deleted', isms.thing(b, step.key));
        first_hint := 'End it instead: ' || first_hint || '.';
        exit judging;
      end if;
      update isms.approval_request r
         set status = 'superseded', closed_by = step.actor, closed_at = clock_timestamp(), closing_comment = 'deleted'
       where r.scope = step.scope and r.table_name = step.relation and r.key = step.key and r.status = 'open';
      return;
    end if;

    -- UPDATE
    changed := array(
      select k.key
        from jsonb_each(n) k
       where k.value is distinct from o -> k.key and k.key <> b.state_column and k.key <> all (b.ignore_columns)
       order by k.key);
    if step.from_state is not distinct from step.to_state then
      held := isms.frozen_among(b, step.from_state, changed, o, step);
    else
      select * into t from isms.transitions_from(b.workflow, step.from_state) w where w.to_state = step.to_state;
      step.transition := t.name;
      held := array(
        select h
          from unnest(isms.frozen_among(b, step.from_state, changed, o, step)) h
         where h = any (isms.frozen_among(b, step.to_state, changed, n, step)) and h <> all (coalesce(t.amended_columns, '{}')));
    end if;
    -- A key can change only while nothing frozen or approved refers to it; who made the row is known from the beginning.
    held := held || array(
      select k
        from unnest(changed) k
       where k = 'created_by' and k <> all (held)
          or (k = any (b.key_columns) or (b.scoped and k = 'scope')) and k <> all (held)
         and (s.initial is not true or exists (select from isms.approval_request r where r.scope = step.scope and r.table_name = step.relation and r.key = step.key)));

    if step.from_state is not distinct from step.to_state then
      if held = '{}' then
        -- The columns of an amendment asked for may be free by now: then it is settled too.
        update isms.approval_request r
           set status = 'carried_out', closed_by = step.actor, closed_at = clock_timestamp()
          from isms.workflow_transition w
         where r.scope = step.scope and r.table_name = step.relation and r.key = step.key and r.status = 'open'
           and w.workflow = b.workflow and w.name = r.transition and w.to_state is null
           and exists (select from unnest(changed) k where r.changes ? k) and n @> r.changes;
        return;
      end if;
      select * into t from isms.transitions_from(b.workflow, step.from_state) w where w.to_state is null and held <@ w.amended_columns
       order by isms.step_permits(w.actors, o, n, step, step.actor) desc, cardinality(w.amended_columns), w.name limit 1;
      message := format('%s cannot change %s while it is %s', isms.thing(b, step.key), array_to_string(held, ', '), step.from_state);
      if not found then
        codes := '{IS006}';
        reasons := array[format('frozen: %s may not change in %s', array_to_string(held, ', '), step.from_state)];
        first_hint := isms.next_hint(b, o, step, held);
        exit judging;
      end if;
      step.transition := t.name;
    else
      message := format('%s cannot go from %s to %s', isms.thing(b, step.key), coalesce(step.from_state, 'no state'), coalesce(step.to_state, 'no state'));
      if t.name is null then
        codes := codes || 'IS001'::text;
        reasons := reasons || format('transition: %s leads to %s', coalesce(step.from_state, 'no state'),
                                     coalesce((select string_agg(w.to_state, ' or ' order by x.position)
                                                 from isms.transitions_from(b.workflow, step.from_state) w
                                                 join isms.workflow_state x on x.workflow = w.workflow and x.name = w.to_state), 'no other state'));
        first_hint := isms.next_hint(b, o, step);
      end if;
    end if;
    if t.name is not null then
      for code, reason, hint_of_step in select r.code, r.reason, r.hint from isms.step_reasons(b, t, o, n, step, false) r where not glass_broken loop
        codes := codes || code;
        reasons := reasons || reason;
        first_hint := coalesce(first_hint, hint_of_step);
      end loop;
    end if;
    if t.to_state is not null and held <> '{}' then
      codes := codes || 'IS006'::text;
      reasons := reasons || format('frozen: %s may not change in %s', array_to_string(held, ', '), step.from_state);
      first_hint := coalesce(first_hint, isms.next_hint(b, o, step, held));
    end if;
    if codes <> '{}' then
      exit judging;
    end if;

    -- Done: what was asked for is settled, what was asked for from the state left is moot.
    update isms.approval_request r
       set status = case when r.transition = t.name and not glass_broken then 'carried_out' else 'superseded' end, closed_by = step.actor, closed_at = clock_timestamp()
     where r.scope = step.scope and r.table_name = step.relation and r.key = step.key and r.status = 'open'
       and (r.transition = t.name or t.to_state is not null);
    if exists (select from isms.workflow_approval a where a.workflow = t.workflow and a.transition = t.name and not isms.is_overlaid(step, 'slot', a.slot)) and not glass_broken then
      update isms.carried_over r
         set renewed_at = clock_timestamp()
       where r.scope = step.scope and r.table_name = step.relation and r.key = step.key and r.renewed_at is null;
    end if;
    return;
  end judging;
  raise exception using
    errcode = codes[1],
    message = message,
    detail = array_to_string(reasons, E'\n'),
    hint = coalesce(first_hint, format('See isms.next_steps(%L, %L).', step.relation, step.key)),
    schema = b.schema_name,
    table = b.table_name,
    column = case codes[1] when 'IS006' then held[1] else b.state_column end,
    constraint = isms.reason_name(reasons[1]);
end
$$;

comment on function isms.judge_row(regclass, text, jsonb, jsonb) is 'Judges a change of a row of a table under a workflow (operation INSERT, UPDATE or DELETE): refuses it with all reasons, or records what it settles. Errors: IS001 to IS007, IS022';

create function isms.workflow_child() returns trigger
  language c as 'MODULE_PATHNAME', 'isms_workflow_child';

comment on function isms.workflow_child() is 'AFTER ROW trigger of covered tables (arguments: parent''s schema, parent''s table, this table): locks the parent, and hands what its state may freeze to isms.judge_child. Errors: IS006';

create function isms.judge_child(relation regclass, operation text, o jsonb, n jsonb, parent_schema text, parent_table text, child text) returns void
  language plpgsql set search_path = pg_catalog, pg_temp as $$
  -- The trigger calls it with the rights of the extension's owner: the parent may be a row the writer cannot see.
declare
  here record;
  b isms.workflow_binding;
  cover jsonb;
  p jsonb;
  s isms.workflow_state;
  step isms.step;
  query text;
  free text[];
  own isms.workflow_binding;
  changed text[];
begin
  select * into strict b from isms.workflow_binding w where w.schema_name = parent_schema and w.table_name = parent_table;
  select m.nspname, r.relname into here from pg_class r join pg_namespace m on m.oid = r.relnamespace where r.oid = judge_child.relation;
  cover := b.covers -> child;
  query := format('select to_jsonb(p) from %s p where %s for share', isms.relation_name(b),
                  (select string_agg(format('p.%I = ($1 ->> %L)::%s', m.value, m.key, format_type(a.atttypid, -1)), ' and ')
                     from jsonb_each_text(cover -> 'on') m
                     join pg_attribute a on a.attrelid = isms.relation_name(b)::regclass and a.attname = m.value));
  -- The parent's lock: who approves it waits for this row, who writes this row waits for the approval.
  if o @> coalesce(cover -> 'where', '{}') then
    p := isms.lock_as_owner(isms.relation_name(b)::regclass, query, o);
  end if;
  for i in 1 .. 2 loop
    if p is not null then
      select * into s from isms.workflow_state w where w.workflow = b.workflow and w.name = p ->> b.state_column;
      if (child = any (s.frozen_children) or s.frozen_children = '{*}') and not coalesce(cover -> 'allow' ? lower(operation), false) then
        step.workflow := b.workflow;
        step.relation := isms.relation_name(b);
        step.key := isms.row_key(b, p);
        step.scope := isms.row_scope(b, p);
        step.from_state := s.name;
        step.actor := isms.actor();
        select * into own from isms.workflow_binding w where w.schema_name = here.nspname and w.table_name = here.relname;
        if operation = 'UPDATE' then
          -- What the child's own workflow can amend is judged there.
          free := array(select jsonb_array_elements_text(cover -> 'ignore'))
                  || array(select unnest(t.amended_columns) from isms.workflow_transition t where t.workflow = own.workflow and t.to_state is null);
          changed := array(select k.key from jsonb_each(n) k where k.value is distinct from o -> k.key and k.key <> all (free) order by k.key);
        end if;
        -- At cut-over the rows that belong to a row just loaded come after it.
        if (operation <> 'UPDATE' or changed <> '{}')
           and not (operation = 'INSERT' and isms.in_cutover(step)
                    and exists (select from isms.carried_over r where r.scope = step.scope and r.table_name = step.relation and r.key = step.key and r.judged_at is null)) then
          raise exception using
            errcode = 'IS006',
            message = format('%s of %s cannot be %s while it is %s',
                             case when own.table_name is null then replace(here.relname, '_', ' ') else isms.thing(own, isms.row_key(own, coalesce(o, n))) end,
                             isms.thing(b, step.key),
                             case operation when 'INSERT' then 'added' when 'DELETE' then 'removed' else 'changed' end, s.name),
            detail = format('frozen: part of what was decided: %s', case operation when 'UPDATE' then array_to_string(changed, ', ') || ' of ' || child else 'the rows of ' || child end),
            hint = isms.next_hint(b, p, step, null, child),
            schema = here.nspname,
            table = here.relname,
            column = coalesce(changed[1], ''),
            constraint = 'frozen';
        end if;
      end if;
    end if;
    exit when i = 2 or n is null or not n @> coalesce(cover -> 'where', '{}');
    p := isms.lock_as_owner(isms.relation_name(b)::regclass, query, n);
  end loop;
end
$$;

comment on function isms.judge_child(regclass, text, jsonb, jsonb, text, text, text) is 'Judges a change of a covered row: refuses it where the parent''s state freezes it. Errors: IS006';

create function isms.workflow_truncate() returns trigger
  language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
  raise exception using
    errcode = 'IS007',
    message = format('table %I.%I cannot be truncated', tg_table_schema, tg_table_name),
    detail = 'deletion (7.5.3): rows under a workflow, and rows they cover, go one by one, by its rules',
    hint = 'Delete the rows that may go.',
    schema = tg_table_schema,
    table = tg_table_name,
    constraint = 'deletion';
end
$$;

comment on function isms.workflow_truncate() is 'BEFORE TRUNCATE trigger of tables under a workflow and of covered ones: refuses. Errors: IS007';

-- Definitions.
create function isms.workflow_problems(workflow text, functions_too boolean) returns setof text
  language sql stable set search_path = pg_catalog, pg_temp
begin atomic
  with t as (select x.* from isms.workflow_transition x where x.workflow = workflow_problems.workflow)
  select format('%s: unknown state %s', t.name, f) from t, unnest(t.from_states) f
   where f <> 'any' and not exists (select from isms.workflow_state s where s.workflow = t.workflow and s.name = f)
  union all
  select format('%s: two ways from %s to %s', string_agg(t.name, ', ' order by t.name), s.name, t.to_state)
    from t
    join isms.workflow_state s on s.workflow = t.workflow and (s.name = any (t.from_states) or (t.from_states = '{any}' and not s.final and s.name <> t.to_state))
   where t.to_state is not null
   group by s.name, t.to_state having count(*) > 1
  union all
  select format('%s: leads from %s to itself; what changes columns alone is an amendment', t.name, t.to_state) from t where t.to_state = any (t.from_states)
  union all
  select format('%s: two ways to start in %s', string_agg(t.name, ', ' order by t.name), t.to_state) from t where t.from_states = '{}' group by t.to_state having count(*) > 1
  union all
  select format('%s: leads to %s, which is retired', t.name, t.to_state)
    from t
    join isms.workflow_state s on s.workflow = t.workflow and s.name = t.to_state and s.retired
   where t.from_states = '{}'
      or exists (select from isms.workflow_state f where f.workflow = t.workflow and not f.retired and (f.name = any (t.from_states) or t.from_states = '{any}'))
  union all
  select format('%s: unknown separation %s', t.name, r) from t, unnest(t.separation) r where r not in ('R', 'A', 'I', 'T', 'M', 'not an approver') and r !~ '^not @[a-z_]+(\.[a-z_]+)?$'
  union all
  select format('%s: separation T takes relation audited', t.name) from t
   where functions_too and 'T' = any (t.separation) and not exists (select from isms.workflow_relation w where w.workflow = t.workflow and w.name = 'audited')
  union all
  select format('%s: unknown guard %s', t.name, g) from t, unnest(t.guards) g where not exists (select from isms.guard x where x.name = g)
  union all
  select format('%s: unknown actor %s', a.name, a.spec)
    from (select t.name, unnest(t.actors) as spec from t
          union all
          select x.transition, x.approver from isms.workflow_approval x where x.workflow = workflow_problems.workflow) a
   where a.spec not in ('editor', 'isms_admin') and a.spec !~ '^@[a-z_]+(\.[a-z_]+)?$' and not exists (select from isms.role r where r.code = a.spec)
  union all
  select format('%s: no such transition to open: %s', t.name, t.opens_request) from t
   where t.opens_request is not null and not exists (select from t u where u.name = t.opens_request)
  union all
  select format('%s: no row can start there', s.name) from isms.workflow_state s
   where functions_too and s.workflow = workflow_problems.workflow and s.initial and not exists (select from t where t.from_states = '{}' and t.to_state = s.name)
  union all
  select format('%s: unknown relation %s', t.name, a) from t, unnest(t.actors || array(select p.approver from isms.workflow_approval p where p.workflow = t.workflow and p.transition = t.name)) a
   where functions_too and a like '@%.%' and a not like '@new.%'
     and not exists (select from isms.workflow_relation w where w.workflow = t.workflow and w.name = substr(split_part(a, '.', 1), 2))
  union all
  select format('guard %s: no function %s(jsonb, jsonb, isms.step) returning text', g.name, g.function)
    from isms.guard g
   where functions_too and exists (select from t where g.name = any (t.guards))
     and not exists (select from pg_proc p where p.oid = to_regprocedure(g.function || '(jsonb, jsonb, isms.step)') and p.prorettype = 'text'::regtype)
  union all
  select format('condition %s: no function %s(jsonb, jsonb, isms.step) returning boolean', c.name, c.function)
    from isms.slot_condition c
   where functions_too
     and (exists (select from isms.workflow_approval a where a.workflow = workflow_problems.workflow and a.condition = c.name)
          or exists (select from isms.workflow_state s where s.workflow = workflow_problems.workflow and s.frozen_when = c.name))
     and not exists (select from pg_proc p where p.oid = to_regprocedure(c.function || '(jsonb, jsonb, isms.step)') and p.prorettype = 'boolean'::regtype)
  union all
  select format('relation %s: no function %s(jsonb) returning jsonb', w.name, w.function)
    from isms.workflow_relation w
   where functions_too and w.workflow = workflow_problems.workflow
     and not exists (select from pg_proc p where p.oid = to_regprocedure(w.function || '(jsonb)') and p.prorettype = 'jsonb'::regtype);
end;

comment on function isms.workflow_problems(text, boolean) is 'What is wrong with the definition of a workflow; none if whole. functions_too: also what can be checked only once all parts are written';

create function isms.workflow_check() returns trigger
  language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
  problems text;
begin
  select string_agg(w.name || ': ' || p, E'\n') into problems from isms.workflow w, isms.workflow_problems(w.name, false) p;
  if problems is not null then
    raise exception using
      errcode = 'invalid_parameter_value',
      message = 'the definition of a workflow is not consistent',
      detail = problems;
  end if;
  return null;
end
$$;

comment on function isms.workflow_check() is 'AFTER STATEMENT trigger: definitions are checked when written. Errors: 22023';

create trigger workflow_check after insert or update or delete on isms.workflow_transition
  for each statement execute function isms.workflow_check();

create trigger workflow_check after insert or update or delete on isms.workflow_approval
  for each statement execute function isms.workflow_check();

create trigger workflow_check after update or delete on isms.workflow_state
  for each statement execute function isms.workflow_check();

-- Sessions keep the definitions; a change makes them read them anew.
do $$
declare
  t text;
begin
  foreach t in array '{workflow,workflow_state,workflow_transition,workflow_approval,workflow_relation,workflow_binding,guard,slot_condition}'::text[] loop
    execute format('create trigger forget after insert or update or delete on isms.%I for each row execute function isms.forget(''workflow'')', t);
  end loop;
end
$$;

-- Binding a table.  Two triggers judge an UPDATE.  workflow_update is called where the state differs or the row's state freezes every column; it is what
-- most statements meet, and its condition is short, since the server reads a condition anew for each statement of a session that does not know the table
-- yet (watch.c).  workflow_columns is called where the statement names a watched column and its value differs in a state that watches it.  A BEFORE trigger
-- changes what no statement names, and a column may have come to be frozen since the triggers were made: then workflow_update is called for every row.
create function isms.judges_row(relation oid, from_state text, to_state text) returns boolean
  language c stable parallel safe as 'MODULE_PATHNAME', 'isms_judges_row';

comment on function isms.judges_row(oid, text, text) is 'Is an UPDATE of a row judged whatever columns it names? Where the states differ, where the state freezes all columns, and where the columns named do not tell which are changed. For conditions of triggers';

create function isms.watched_columns(b isms.workflow_binding) returns jsonb
  language sql stable set search_path = pg_catalog, pg_temp
begin atomic
  select coalesce(jsonb_object_agg(w.state, w.columns), '{}')
    from (select s.name as state,
                 case when s.frozen_columns = '{*}' then '["*"]'
                 else (select jsonb_agg(distinct c)
                         from (select unnest(s.frozen_columns)
                               union all
                               select unnest(t.amended_columns) from isms.transitions_from(b.workflow, s.name) t where t.to_state is null) w(c)) end as columns
            from isms.workflow_state s
           where s.workflow = b.workflow) w
   where w.columns is not null;
end;

comment on function isms.watched_columns(isms.workflow_binding) is 'For each state the columns whose change the machine judges, beside the state, the key, the scope and created_by; ["*"] is all';

create function isms.change_condition(b isms.workflow_binding) returns text
  language plpgsql stable set search_path = pg_catalog, pg_temp as $$
declare
  result text;
begin
  with of_table as (
    -- Where equal values are spelled the same, or the machine takes them as the same, the type's own comparison is the cheapest.
    select a.attname::text as name,
           format(case when coalesce(l.collisdeterministic, true)
                            and (coalesce(nullif(y.typbasetype, 0), y.oid) = any ('{bool,int2,int4,int8,numeric,text,varchar,date,timestamp,timestamptz,uuid}'::regtype[]) or y.typtype = 'e')
                       then 'old.%1$I is distinct from new.%1$I' else 'record_image_ne(row(old.%1$I), row(new.%1$I))' end, a.attname) as differs
      from pg_attribute a
      join pg_type y on y.oid = a.atttypid
      left join pg_collation l on l.oid = a.attcollation
     where a.attrelid = isms.relation_name(b)::regclass and a.attnum > 0 and not a.attisdropped),
  watched as (
    select e.value as columns, array_agg(e.key order by e.key) as states
      from jsonb_each(isms.watched_columns(b)) e
     where e.value <> '["*"]'
     group by e.value)
  select concat_ws(' or ',
           (select string_agg(c.differs, ' or ' order by c.name)
              from of_table c
             where c.name = any (b.key_columns) or (b.scoped and c.name = 'scope') or c.name = 'created_by'),
           (select string_agg(format('((%s) and (%s))',
                                     (select string_agg(format('old.%I::text = %L', b.state_column, u.state), ' or ' order by u.state) from unnest(w.states) u(state)),
                                     coalesce((select string_agg(c.differs, ' or ' order by c.name) from of_table c where w.columns ? c.name), 'false')),
                              ' or ' order by w.states)
              from watched w))
    into result;
  return result;
end
$$;

comment on function isms.change_condition(isms.workflow_binding) is 'SQL condition on old and new: does a change that leaves the state concern the workflow?';

create function isms.make_workflow_triggers(b isms.workflow_binding) returns void
  language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
  relation text := isms.relation_name(b);
  c record;
  t record;
begin
  for t in
    select g.tgrelid::regclass as relation, g.tgname
      from pg_trigger g
      join pg_proc p on p.oid = g.tgfoid
     where p.pronamespace = 'isms'::regnamespace and not g.tgisinternal and g.tgparentid = 0
       and (p.proname in ('workflow_machine', 'workflow_truncate') and g.tgrelid = relation::regclass
            or p.proname in ('workflow_child', 'workflow_truncate') and starts_with(encode(g.tgargs, 'escape'), b.schema_name || '\000' || b.table_name || '\000'))
  loop
    execute format('drop trigger %I on %s', t.tgname, t.relation);
  end loop;

  execute format('create trigger workflow_insert after insert on %s for each row execute function isms.workflow_machine()', relation);
  execute format('create trigger workflow_update after update on %s for each row when (isms.judges_row(old.tableoid, old.%I::text, new.%I::text)) execute function isms.workflow_machine(%L)',
                 relation, b.state_column, b.state_column, isms.watched_columns(b));
  execute format('create trigger workflow_columns after update of %s on %s for each row when (not isms.judges_row(old.tableoid, old.%I::text, new.%I::text) and (%s)) execute function isms.workflow_machine(%L)',
                 (select string_agg(format('%I', a.attname), ', ' order by a.attnum)
                    from pg_attribute a
                   where a.attrelid = relation::regclass and a.attnum > 0 and not a.attisdropped and a.attname <> b.state_column
                     and (a.attname = any (b.key_columns) or (b.scoped and a.attname = 'scope') or a.attname = 'created_by'
                          or exists (select from jsonb_each(isms.watched_columns(b)) e where e.value ? a.attname))),
                 relation, b.state_column, b.state_column, isms.change_condition(b), isms.watched_columns(b));
  -- Its name comes before those of foreign keys (RI_...), so that the refusal says which step ends the row instead.
  execute format('create trigger "ISMS_workflow_delete" after delete on %s for each row execute function isms.workflow_machine()', relation);
  execute format('create trigger workflow_truncate before truncate on %s for each statement execute function isms.workflow_truncate()', relation);
  for t in select unnest(array['workflow_insert', 'workflow_update', 'workflow_columns', 'ISMS_workflow_delete', 'workflow_truncate']) as name loop
    execute format('alter table %s enable always trigger %I', relation, t.name);
  end loop;

  for c in
    select e.key as child, n.tgname, n.event
      from jsonb_each(b.covers) e,
           (values ('insert', 'after insert'), ('update', 'after update'), ('delete', 'after delete'), ('truncate', 'before truncate')) n(tgname, event)
  loop
    execute format('create trigger %I %s on %s for each %s execute function isms.%s(%L, %L, %L)',
                   'workflow_of_' || b.table_name || '_' || c.tgname, c.event, c.child,
                   case c.tgname when 'update' then 'row when (old.* operator(pg_catalog.*<>) new.*)' when 'truncate' then 'statement' else 'row' end,
                   case c.tgname when 'truncate' then 'workflow_truncate' else 'workflow_child' end,
                   b.schema_name, b.table_name, c.child);
    execute format('alter table %s enable always trigger %I', c.child, 'workflow_of_' || b.table_name || '_' || c.tgname);
  end loop;
end
$$;

comment on function isms.make_workflow_triggers(isms.workflow_binding) is 'Makes the triggers of a bound table and its covered tables anew, from the definitions as they are';

create function isms.follow_definitions() returns integer
  language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
  b isms.workflow_binding;
  n integer := 0;
begin
  for b in
    select w.*
      from isms.workflow_binding w
      join pg_trigger g on g.tgrelid = to_regclass(isms.relation_name(w)) and g.tgname = 'workflow_update'
     where g.tgargs is distinct from convert_to(isms.watched_columns(w)::text, getdatabaseencoding()) || '\x00'
     order by w.schema_name, w.table_name
  loop
    perform isms.make_workflow_triggers(b);
    n := n + 1;
  end loop;
  return n;
end
$$;

comment on function isms.follow_definitions() is 'Makes the triggers of tables anew whose workflow watches other columns than it did; returns of how many';

create function isms.workflow_follow() returns trigger
  language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
  perform isms.follow_definitions();
  return null;
end
$$;

comment on function isms.workflow_follow() is 'AFTER STATEMENT trigger of definitions: the tables'' triggers follow';

create trigger workflow_follow after insert or update or delete on isms.workflow_state
  for each statement execute function isms.workflow_follow();

create trigger workflow_follow after insert or update or delete on isms.workflow_transition
  for each statement execute function isms.workflow_follow();

-- A restored table has the trigger of the database it comes from.
insert into isms.activation_step (step, position, procedure, builtin) values ('follow_definitions', 30, 'isms.follow_definitions', true);

create function isms.attach_workflow(table_name text, workflow text, state_column text, covers jsonb default '{}', ignore text[] default '{}', in_scope text default null) returns void
  language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
  relation regclass := attach_workflow.table_name::regclass;
  b isms.workflow_binding;
  problems text;
  child record;
  columns text[] := array(select a.attname::text from pg_attribute a where a.attrelid = relation and a.attnum > 0 and not a.attisdropped);
begin
  select string_agg(p, E'\n') into problems from isms.workflow_problems(attach_workflow.workflow, true) p;
  if problems is not null or not exists (select from isms.workflow w where w.name = attach_workflow.workflow) then
    raise exception using
      errcode = 'invalid_parameter_value',
      message = format('workflow "%s" cannot be used', attach_workflow.workflow),
      detail = coalesce(problems, 'there is no such workflow');
  end if;
  if not state_column = any (columns) then
    raise exception using
      errcode = 'undefined_column',
      message = format('table %s has no column "%s"', relation, state_column);
  end if;
  -- char(n), for one, would pad the names of states
  if exists (select from pg_attribute a join pg_type t on t.oid = a.atttypid
              where a.attrelid = relation and a.attname = attach_workflow.state_column and a.attnum > 0 and not a.attisdropped
                and t.typtype <> 'e' and coalesce(nullif(t.typbasetype, 0), t.oid) <> all ('{text,varchar,bool,int2,int4,int8,name,uuid}'::regtype[])) then
    raise exception using
      errcode = 'feature_not_supported',
      message = format('column "%s" of table %s cannot hold the state of a workflow', attach_workflow.state_column, relation),
      detail = 'State columns are text, varchar, an enum, an integer code, boolean, or a uuid.';
  end if;
  if exists (select from pg_partitioned_table p join pg_attribute a on a.attrelid = p.partrelid and a.attnum = any (p.partattrs::smallint[])
              where p.partrelid = relation and a.attname = state_column) then
    raise exception using
      errcode = 'feature_not_supported',
      message = format('table %s is partitioned by its state', relation),
      detail = 'A change of state would be a DELETE and an INSERT there, which no trigger sees as one step.';
  end if;
  select n.nspname, c.relname into b.schema_name, b.table_name
    from pg_class c
    join pg_namespace n on n.oid = c.relnamespace
   where c.oid = relation and c.relkind in ('r', 'p');
  b.workflow := attach_workflow.workflow;
  b.state_column := attach_workflow.state_column;
  b.scoped := 'scope' = any (columns);
  b.in_scope := case when not b.scoped then coalesce(attach_workflow.in_scope, isms.default_scope()) end;
  b.covers := attach_workflow.covers;
  b.ignore_columns := attach_workflow.ignore;
  b.builtin := b.schema_name = 'isms';
  b.key_columns := array(
    select a.attname::text
      from pg_index i, unnest(i.indkey::smallint[]) with ordinality k(attnum, position)
      join pg_attribute a on a.attrelid = relation and a.attnum = k.attnum
     where i.indrelid = relation and i.indisprimary and k.position <= i.indnkeyatts and not (b.scoped and a.attname = 'scope')
     order by k.position);
  if b.table_name is null or b.key_columns = '{}' then
    raise exception using
      errcode = 'invalid_table_definition',
      message = format('%s cannot be put under a workflow', relation),
      detail = 'It takes a table with a primary key.';
  end if;
  for child in select e.key as name, e.value as cover from jsonb_each(attach_workflow.covers) e loop
    if child.name::regclass is null or child.name <> (select format('%I.%I', n.nspname, c.relname) from pg_class c join pg_namespace n on n.oid = c.relnamespace where c.oid = child.name::regclass)
       or coalesce(jsonb_typeof(child.cover -> 'on'), '') <> 'object' then
      raise exception using
        errcode = 'invalid_parameter_value',
        message = format('covered table %s: name it as schema.table and say how its rows refer to %s', child.name, relation),
        hint = 'covers => ''{"public.line": {"on": {"invoice": "id"}}}''';
    end if;
  end loop;
  delete from isms.workflow_binding w where w.schema_name = b.schema_name and w.table_name = b.table_name;
  insert into isms.workflow_binding select b.*;
  perform isms.make_workflow_triggers(b);
end
$$;

comment on function isms.attach_workflow(text, text, text, jsonb, text[], text) is 'Puts a table under a workflow and makes its triggers; calling it again replaces the binding. in_scope: whose roles count where the table has no column scope. Errors: 22023, 42703, 42P16, 0A000';

insert into isms.admin_function (name, builtin) values ('attach_workflow', true), ('make_workflow_triggers', true), ('refuse', true), ('judge_row', true), ('judge_child', true), ('follow_definitions', true);
