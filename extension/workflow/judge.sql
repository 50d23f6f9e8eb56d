-- What a step needs and who may take it.  Everything here runs with the rights of its caller; the machine and
-- the functions people call are the ones that see all rows.

-- Reading a table can run its owner's code, such as a cast to json or the check of a domain: never with the machine's rights.
create function isms.read_as_owner(relation regclass, query text, variadic arguments "any") returns jsonb
  language c stable as 'MODULE_PATHNAME', 'isms_query_as_owner';

comment on function isms.read_as_owner(regclass, text, "any") is 'First value of the query, a jsonb, read with the rights of the table''s owner where the caller is a superuser, else with the caller''s';

create function isms.lock_as_owner(relation regclass, query text, variadic arguments "any") returns jsonb
  language c as 'MODULE_PATHNAME', 'isms_query_as_owner';

comment on function isms.lock_as_owner(regclass, text, "any") is 'As isms.read_as_owner, for queries that lock rows';

-- Tables and keys.  Functions with a parsed body and no setting of their own become part of the queries that call them.
create function isms.workflow_of(table_name text) returns isms.workflow_binding
  language plpgsql stable set search_path = pg_catalog, pg_temp as $$
declare
  part text[] := parse_ident(workflow_of.table_name);
  b isms.workflow_binding;
  n integer;
begin
  select count(*) over (), w.* into n, b.schema_name, b.table_name, b.workflow, b.state_column, b.key_columns, b.scoped, b.in_scope, b.covers, b.ignore_columns, b.builtin
    from isms.workflow_binding w
   where w.table_name = part[cardinality(part)]
     and (cardinality(part) = 1 or (cardinality(part) = 2 and w.schema_name = part[1]))
   limit 1;
  if n = 1 then
    return b;
  end if;
  raise exception using
    errcode = 'undefined_table',
    message = case when n > 1 then format('which table "%s" is meant?', workflow_of.table_name)
              else format('table "%s" is under no workflow', workflow_of.table_name) end,
    hint = case when n > 1 then 'Name its schema.'
           else 'isms.workflow_binding lists the tables that are.' end;
end
$$;

comment on function isms.workflow_of(text) is 'Binding of a table to its workflow, by name; the schema may be left out where the name is unambiguous. Errors: 42P01';

create function isms.relation_name(b isms.workflow_binding) returns text
  language sql immutable parallel safe
begin atomic
  select quote_ident(b.schema_name) || '.' || quote_ident(b.table_name);
end;

comment on function isms.relation_name(isms.workflow_binding) is 'schema.table of a binding';

create function isms.row_key(b isms.workflow_binding, record jsonb) returns text
  language plpgsql immutable parallel safe set search_path = pg_catalog, pg_temp as $$
begin
  if cardinality(b.key_columns) = 1 then
    return record ->> b.key_columns[1];
  end if;
  return (select jsonb_object_agg(c, record -> c)::text from unnest(b.key_columns) c);
end
$$;

comment on function isms.row_key(isms.workflow_binding, jsonb) is 'Key of a row as text: the one value, or a JSON object of several';

create function isms.row_scope(b isms.workflow_binding, record jsonb) returns text
  language sql immutable parallel safe
begin atomic
  select case when b.scoped then record ->> 'scope' else b.in_scope end;
end;

comment on function isms.row_scope(isms.workflow_binding, jsonb) is 'Scope a row belongs to';

create function isms.key_condition(b isms.workflow_binding, alias text) returns text
  language plpgsql stable set search_path = pg_catalog, pg_temp as $$
declare
  relation regclass := to_regclass(isms.relation_name(b));
begin
  return (select string_agg(
                   case when cardinality(b.key_columns) = 1 then format('%I.%I = $1::%s', alias, c, format_type(a.atttypid, a.atttypmod))
                   else format('%I.%I = ($1::jsonb ->> %L)::%s', alias, c, c, format_type(a.atttypid, a.atttypmod)) end, ' and ')
            from unnest(b.key_columns) c
            join pg_attribute a on a.attrelid = relation and a.attname = c)
         || case when b.scoped then format(' and %I.scope = $2', alias) else '' end;
end
$$;

comment on function isms.key_condition(isms.workflow_binding, text) is 'SQL condition that finds a row of the aliased table by key ($1) and scope ($2)';

-- Several values are one key with a space between, as readiness prints it, or a JSON object, which is always exact.
create function isms.given_key(b isms.workflow_binding, key text, scope text) returns text
  language plpgsql stable set search_path = pg_catalog, pg_temp as $$
declare
  relation regclass := to_regclass(isms.relation_name(b));
  found_keys jsonb;
begin
  if cardinality(b.key_columns) = 1 or key is null then
    return key;
  end if;
  begin
    if jsonb_typeof(key::jsonb) = 'object' then
      return key;
    end if;
  exception when data_exception then
    null;
  end;
  -- told only to who may see the rows
  if (not b.scoped or given_key.scope = any (isms.visible_scopes())) and (b.schema_name = 'isms' or has_table_privilege(session_user, relation, 'select')) then
    found_keys := isms.read_as_owner(relation,
      format('select jsonb_agg(jsonb_build_object(%s)) from %s p cross join lateral (select to_jsonb(p) as r) j where array_to_string(array[%s], '' '') = $1%s',
             (select string_agg(format('%L, p.%I', c, c), ', ' order by i) from unnest(b.key_columns) with ordinality u(c, i)),
             relation,
             (select string_agg(format('j.r ->> %L', c), ', ' order by i) from unnest(b.key_columns) with ordinality u(c, i)),
             case when b.scoped then ' and p.scope = $2' else '' end),
      key, given_key.scope);
  end if;
  if jsonb_array_length(found_keys) = 1 then
    return found_keys ->> 0;
  elsif found_keys is not null then
    raise exception using
      errcode = 'invalid_parameter_value',
      message = format('which %s is meant by %s?', replace(b.table_name, '_', ' '), key),
      hint = format('Name it as JSON: %s.', (select string_agg(format('''%s''', k), ' or ' order by k::text collate "C") from jsonb_array_elements(found_keys) k)),
      schema = b.schema_name, table = b.table_name;
  end if;
  raise exception using
    errcode = 'no_data_found',
    message = format('there is no %s %s in scope %s', replace(b.table_name, '_', ' '), key, given_key.scope),
    hint = format('Its key is %s, with a space between, or as JSON: ''{%s}''.', array_to_string(b.key_columns, ' and '),
                  (select string_agg(format('"%s": ...', c), ', ' order by i) from unnest(b.key_columns) with ordinality u(c, i))),
    schema = b.schema_name, table = b.table_name;
end
$$;

comment on function isms.given_key(isms.workflow_binding, text, text) is 'Key as people give it in the form isms.row_key has: of several columns their values with a space between, in the order of the key, or JSON. Errors: P0002, 22023 where two rows are meant';

create function isms.thing(b isms.workflow_binding, key text) returns text
  language sql immutable parallel safe
begin atomic
  select replace(b.table_name, '_', ' ') || ' ' || coalesce(key, '(no key)');
end;

comment on function isms.thing(isms.workflow_binding, text) is 'A row as messages name it, such as risk R-001';

-- People.
create function isms.person_names(codes text[], last_word text default 'or') returns text
  language plpgsql stable set search_path = pg_catalog, pg_temp as $$
declare
  names text[] := array(select isms.person_name(c.code) from unnest(codes[:5]) with ordinality c(code, i) order by c.i);
  n integer := coalesce(cardinality(codes), 0);
begin
  return case
    when n = 0 then 'nobody'
    when n = 1 then names[1]
    when n <= 5 then array_to_string(names[:n - 1], ', ') || ' ' || last_word || ' ' || names[n]
    else array_to_string(names, ', ') || format(' %s %s others', last_word, n - 5)
  end;
end
$$;

comment on function isms.person_names(text[], text) is 'Names of people for a message: A, B or C; beyond five the rest is counted';

create function isms.spec_words(spec text) returns text
  language sql immutable parallel safe
begin atomic
  select case when spec like '@new.%' then 'new ' || substr(spec, 6)
              when spec like '@%.%' then format('%s''s %s', substr(split_part(spec, '.', 1), 2), split_part(spec, '.', 2))
              else ltrim(spec, '@') end;
end;

comment on function isms.spec_words(text) is 'An entry such as @risk.owner in words';

create function isms.persons_or_role(codes text[], spec text) returns text
  language sql stable set search_path = pg_catalog, pg_temp
begin atomic
  select case when coalesce(cardinality(codes), 0) = 0 then format('nobody at present (%s)', isms.spec_words(spec)) else isms.person_names(codes) end;
end;

comment on function isms.persons_or_role(text[], text) is 'Names of those who can, or which role nobody holds';

create function isms.several_of(number bigint) returns text
  language sql immutable parallel safe
begin atomic
  select case when several_of.number > 1 then several_of.number || ' of ' else '' end;
end;

comment on function isms.several_of(bigint) is 'Words before the names of people of whom a number is needed; of one, none';

create function isms.step_persons(spec text, old jsonb, new jsonb, step isms.step, only_person text default null) returns text[]
  language plpgsql stable set search_path = pg_catalog, pg_temp as $$
declare
  source jsonb := coalesce(old, new);
  relation text;
  value jsonb;
  candidates text[];
  day date;
begin
  day := isms.today(step.scope);
  if spec = 'editor' or (spec <> 'isms_admin' and spec not like '@%') then
    return array(
      select distinct a.person
        from isms.role_assignment a
        join isms.person p on p.code = a.person
       where a.scope = step.scope and (only_person is null or a.person = only_person) and a.status = 'active'
         and (a.role = spec or (spec = 'editor' and a.role <> 'external_auditor'))
         and day between coalesce(a.valid_from, '-infinity') and coalesce(a.valid_until, 'infinity')
         and day between coalesce(p.active_from, '-infinity') and coalesce(p.active_until, 'infinity')
       order by 1);
  elsif spec = 'isms_admin' then
    if only_person = step.actor then
      return case when isms.has_database_role('isms_admin') then array[only_person] else '{}' end;
    end if;
    return array(
      select distinct l.person
        from isms.login l
        join pg_roles r on r.rolname = l.role_name
        join pg_roles g on g.rolname = 'isms_admin'
       where (only_person is null or l.person = only_person) and pg_has_role(r.oid, g.oid, 'member')
       order by 1);
  end if;

  if spec = '@requester' then
    value := coalesce(
      (select to_jsonb(r.requester)
         from isms.approval_request r
        where r.scope = step.scope and r.table_name = step.relation and r.key = step.key
        order by r.status = 'open' desc, r.id desc
        limit 1),
      source -> 'created_by');
  elsif spec like '@new.%' then
    value := coalesce(new, old) -> substr(spec, 6);
  elsif spec like '@%.%' then
    select w.function into relation from isms.workflow_relation w where w.workflow = step.workflow and w.name = substr(split_part(spec, '.', 1), 2);
    execute format('select %s($1)', relation) into source using source;
    value := source -> split_part(spec, '.', 2);
  else
    value := source -> substr(spec, 2);
  end if;
  candidates := case jsonb_typeof(value)
    when 'string' then array[value #>> '{}']
    when 'array' then array(select jsonb_array_elements_text(value))
    else '{}'
  end;
  return array(
    select p.code
      from isms.person p
     where p.code = any (candidates) and (only_person is null or p.code = only_person)
       and day between coalesce(p.active_from, '-infinity') and coalesce(p.active_until, 'infinity')
     order by array_position(candidates, p.code));
end
$$;

comment on function isms.step_persons(text, jsonb, jsonb, isms.step, text) is 'Who an entry such as isms_manager, @owner or @risk.owner means at a step: codes of people active today; with only_person that one or nobody';

create function isms.step_candidates(specs text[], old jsonb, new jsonb, step isms.step, except_person text default null) returns text[]
  language plpgsql stable set search_path = pg_catalog, pg_temp as $$
declare
  spec text;
  result text[] := '{}';
begin
  foreach spec in array specs loop
    result := result || array(
      select c.code
        from unnest(isms.step_persons(spec, old, new, step)) with ordinality c(code, i)
       where c.code <> all (result) and c.code is distinct from except_person
       order by c.i);
  end loop;
  return result;
end
$$;

comment on function isms.step_candidates(text[], jsonb, jsonb, isms.step, text) is 'Everybody the entries mean, each once, in the order of the entries, without one person';

create function isms.step_permits(specs text[], old jsonb, new jsonb, step isms.step, person text) returns boolean
  language plpgsql stable set search_path = pg_catalog, pg_temp as $$
declare
  spec text;
begin
  foreach spec in array specs loop
    if cardinality(isms.step_persons(spec, old, new, step, person)) > 0 then
      return true;
    end if;
  end loop;
  return false;
end
$$;

comment on function isms.step_permits(text[], jsonb, jsonb, isms.step, text) is 'Is the person one of those the entries mean?';

-- Conditions, slots, separation.
create function isms.step_condition(condition text, old jsonb, new jsonb, step isms.step) returns boolean
  language plpgsql stable set search_path = pg_catalog, pg_temp as $$
declare
  condition_function text;
  result boolean;
begin
  if condition is null then
    return true;
  end if;
  select c.function into strict condition_function from isms.slot_condition c where c.name = step_condition.condition;
  execute format('select %s($1, $2, $3)', condition_function) into result using old, new, step;
  return coalesce(result, true);
end
$$;

comment on function isms.step_condition(text, jsonb, jsonb, isms.step) is 'Does a slot''s condition hold? Without one, and where it cannot be told, yes';

create function isms.step_slots(old jsonb, new jsonb, step isms.step) returns setof isms.workflow_approval
  language sql stable
begin atomic
  select a.*
    from isms.workflow_approval a
   where a.workflow = step.workflow and a.transition = step.transition
     and isms.step_condition(a.condition, old, new, step)
     and not isms.is_overlaid(step, 'slot', a.slot)
   order by a.slot;
end;

comment on function isms.step_slots(jsonb, jsonb, isms.step) is 'Approvals the step needs as things are';

-- machine.c knows the plain cases of R, A, I and "not @column", and of who may act; what is added here it must know of or leave to isms.judge_row.
create function isms.separation_reasons(rules text[], clause text, old jsonb, new jsonb, step isms.step, person text, requester text) returns text[]
  language plpgsql stable set search_path = pg_catalog, pg_temp as $$
declare
  source jsonb := coalesce(old, new);
  rule text;
  sentence text;
  result text[] := '{}';
begin
  foreach rule in array rules loop
    sentence := null;
    if rule = 'R' then
      if person = requester then
        sentence := '%s asked for it and may not approve it too';
      end if;
    elsif rule = 'A' then
      if person in (source ->> 'author', source ->> 'created_by') then
        sentence := '%s is its author';
      end if;
    elsif rule = 'I' then
      if person = source ->> 'owner' then
        sentence := '%s is its owner and may not judge it';
      else
        sentence := replace(replace(isms.separation_sentence(rule, source, step, person), '%', '%%'), '{}', '%s');
      end if;
    elsif rule in ('T', 'M', 'not an approver') then
      sentence := replace(replace(isms.separation_sentence(rule, source, step, person), '%', '%%'), '{}', '%s');
    elsif rule like 'not @%' then
      if cardinality(isms.step_persons(substr(rule, 5), old, new, step, person)) > 0 then
        sentence := '%s is its ' || replace(substr(rule, 6), '_', ' ');
      end if;
    end if;
    if sentence is not null then
      result := result || (isms.reason_label('separation', clause) || format(sentence, isms.person_name(person)));
    end if;
  end loop;
  return result;
end
$$;

comment on function isms.separation_reasons(text[], text, jsonb, jsonb, isms.step, text, text) is 'Why separation of duties (A.5.3) keeps the person from this step';

create function isms.reason_label(name text, clause text) returns text
  language sql immutable parallel safe
begin atomic
  select name || case when coalesce(clause, '-') = '-' then '' else ' (' || clause || ')' end || ': ';
end;

comment on function isms.reason_label(text, text) is 'Beginning of a reason: name and clause';

create function isms.reason_name(reason text) returns text
  language sql immutable parallel safe
begin atomic
  select coalesce(substring(reason from '^[a-z0-9_]+'), '');
end;

comment on function isms.reason_name(text) is 'Name at the beginning of a reason, which errors carry as their constraint field: a guard, or transition, actor, approval, separation, frozen, deletion';

-- Columns.
create function isms.frozen_among(b isms.workflow_binding, state text, changed text[], record jsonb, step isms.step) returns text[]
  language plpgsql stable set search_path = pg_catalog, pg_temp as $$
declare
  s isms.workflow_state;
begin
  select * into s from isms.workflow_state w where w.workflow = b.workflow and w.name = state;
  if not found or s.frozen_columns = '{}' or changed = '{}' or not isms.step_condition(s.frozen_when, record, record, step) then
    return '{}';
  end if;
  return array(select c from unnest(changed) c where s.frozen_columns = '{*}' or c = any (s.frozen_columns));
end
$$;

comment on function isms.frozen_among(isms.workflow_binding, text, text[], jsonb, isms.step) is 'Which of the changed columns are frozen in a state for this row';

-- The reasons against a step, in the order of families in which errors are numbered.
create function isms.step_reasons(b isms.workflow_binding, t isms.workflow_transition, old jsonb, new jsonb, step isms.step, asking boolean)
  returns table (code text, reason text, hint text)
  language plpgsql stable set search_path = pg_catalog, pg_temp as $$
declare
  slots isms.workflow_approval[] := array(
    select a
      from isms.workflow_approval a
     where a.workflow = step.workflow and a.transition = step.transition and (a.condition is null or isms.step_condition(a.condition, old, new, step))
       and not isms.is_overlaid(step, 'slot', a.slot)
     order by a.slot);
  slot isms.workflow_approval;
  request isms.approval_request;
  given integer;
  missing text[] := '{}';
  candidates text[];
  ask text := format('select isms.request(%L, %L, %L%s)', step.relation, step.key, t.name, case when t.to_state is null then ', changes => ...' else '' end);
  g record;
  sentence text;
begin
  t := isms.without_overlaid(t, step.scope);
  if slots <> '{}' then
    select * into request
      from isms.approval_request r
     where r.scope = step.scope and r.table_name = step.relation and r.key = step.key and r.transition = t.name and r.status = 'open';
  end if;

  -- Who.
  if step.actor is null then
    code := 'IS022';
    reason := format('actor: login %s is no person of this ISMS', session_user);
    hint := format('Tie the login to a person: insert into isms.login values (%L, ''code of the person'').', session_user);
    return next;
  else
    if t.own_login and isms.claimed_actor() is not null then
      code := 'IS002';
      reason := isms.reason_label('actor', t.clause) || format('%s must take this step by a login of the person''s own', isms.person_name(step.actor));
      hint := 'An application cannot take this step for a person.';
      return next;
    end if;
    if not isms.step_permits(t.actors, old, new, step, step.actor)
       -- who filled a slot may carry out what was asked for by somebody who may
       and not (not asking and exists (select from isms.approval a where a.request = request.id and a.approver = step.actor))
       -- who put the row there may ask again for what the insertion asked for
       and not (asking and slots <> '{}' and new ->> 'created_by' = step.actor
                and exists (select from isms.workflow_transition o where o.workflow = t.workflow and o.opens_request = t.name)) then
      candidates := isms.step_candidates(t.actors, old, new, step);
      code := 'IS002';
      reason := isms.reason_label('actor', t.clause) || format('%s may not %s', isms.person_name(step.actor), replace(t.name, '_', ' '));
      hint := case when candidates = '{}' then format('Nobody can: it takes %s.', (select string_agg(isms.spec_words(a), ' or ') from unnest(t.actors) a))
              else 'Ask ' || isms.person_names(candidates) || '.' end;
      return next;
    end if;
  end if;

  -- Approval.
  if slots <> '{}' and not asking then
    foreach slot in array slots loop
      -- what a delegate approved is the delegator's approval
      select count(*) into given
        from isms.approval a
       where a.request = request.id and a.slot = slot.slot and isms.step_permits(array[slot.approver], old, new, step, coalesce(a.on_behalf_of, a.approver));
      if given < slot.needed then
        candidates := isms.step_candidates(array[slot.approver], old, new, step, case when 'R' = any (t.separation) then request.requester end);
        missing := missing || (isms.several_of(slot.needed - given) || isms.persons_or_role(candidates, slot.approver)
                               || coalesce(' (' || isms.step_deputy_words(slot.approver, old, new, step, request.requester) || ')', ''));
      end if;
    end loop;
    if missing <> '{}' then
      code := 'IS003';
      reason := isms.reason_label('approval', t.clause) || format('%s needs the approval of %s', t.name, array_to_string(missing, ', and of '));
      hint := case when request.id is null then format('Ask for it: %s.', ask)
              else format('%s asked already; the last approval carries it out: select isms.approve(%L, %L, %L).', isms.person_name(request.requester),
                          step.relation, array[step.key], t.name) end;
      return next;
    elsif current_setting('transaction_isolation') not in ('read committed', 'read uncommitted') then
      -- An older snapshot would not show what changed after the approval.
      code := 'IS003';
      reason := isms.reason_label('approval', t.clause) || format('what was approved is compared in isolation level read committed, not %s', current_setting('transaction_isolation'));
      hint := 'begin isolation level read committed';
      return next;
    elsif request.digest is distinct from isms.row_digest(b, step.key, step.scope) then
      code := 'IS003';
      reason := isms.reason_label('approval', t.clause) || 'what was approved has changed since';
      hint := format('Ask again: %s.', ask);
      return next;
    end if;
  end if;

  -- Separation, where nobody approves: of the one who acts.
  if slots = '{}' and step.actor is not null then
    for sentence in select unnest(isms.separation_reasons(t.separation, t.clause, old, new, step, step.actor, null)) loop
      code := 'IS004';
      reason := sentence;
      candidates := array(
        select c
          from unnest(isms.step_candidates(t.actors, old, new, step, step.actor)) c
         where isms.separation_reasons(t.separation, t.clause, old, new, step, c, null) = '{}');
      hint := case when candidates = '{}' then 'Somebody else must; nobody else can at present.' else 'Ask ' || isms.person_names(candidates) || '.' end;
      return next;
    end loop;
  end if;

  -- Guards.
  if t.guards <> '{}' then
    for g in
      select u.name, q.clause, q.function
        from unnest(t.guards) with ordinality u(name, i)
        left join isms.guard q on q.name = u.name
       order by u.i
    loop
      if g.function is null then
        sentence := 'no such guard is defined';
      else
        execute format('select %s($1, $2, $3)', g.function) into sentence using old, new, step;
      end if;
      if sentence is not null then
        code := 'IS005';
        reason := isms.reason_label(g.name, g.clause) || sentence;
        hint := format('Mend that first. See isms.next_steps(%L, %L).', step.relation, step.key);
        return next;
      end if;
    end loop;
  end if;
end
$$;

comment on function isms.step_reasons(isms.workflow_binding, isms.workflow_transition, jsonb, jsonb, isms.step, boolean) is 'Every reason against a transition with its SQLSTATE and what to do; asking: leave out the approvals it will need';

-- Hints.
create function isms.step_who(b isms.workflow_binding, t isms.workflow_transition, record jsonb, step isms.step) returns text
  language plpgsql stable set search_path = pg_catalog, pg_temp as $$
declare
  new_row jsonb := case when t.to_state is null then record else record || jsonb_build_object(b.state_column, t.to_state) end;
  approvers text;
begin
  step.transition := t.name;
  step.to_state := coalesce(t.to_state, step.from_state);
  select string_agg(isms.several_of(s.needed) || case when x.persons = '{}' then isms.spec_words(s.approver) else isms.person_names(x.persons) end || '''s', ' and ' order by s.slot)
    into approvers
    from isms.step_slots(record, new_row, step) s,
         lateral (select isms.step_candidates(array[s.approver], record, new_row, step) as persons) x;
  if approvers is not null then
    return 'needs ' || approvers || ' approval';
  end if;
  return replace(isms.person_names(isms.step_candidates(t.actors, record, new_row, step), ','), ' , ', ', ');
end
$$;

comment on function isms.step_who(isms.workflow_binding, isms.workflow_transition, jsonb, isms.step) is 'Who can take a step, or whose approval it needs, for messages';

create function isms.transitions_from(workflow text, state text) returns setof isms.workflow_transition
  language sql stable
begin atomic
  select t.*
    from isms.workflow_transition t
    left join isms.workflow_state s on s.workflow = t.workflow and s.name = t.to_state
   where t.workflow = transitions_from.workflow
     and (transitions_from.state = any (t.from_states)
          or (t.from_states = '{any}' and transitions_from.state is distinct from t.to_state
              and exists (select from isms.workflow_state f where f.workflow = t.workflow and f.name = transitions_from.state and not f.final)))
   order by t.to_state is null, s.position, t.name;
end;

comment on function isms.transitions_from(text, text) is 'Transitions and amendments that leave a state, in the order of the states they lead to';

create function isms.next_hint(b isms.workflow_binding, record jsonb, step isms.step, thawing text[] default null, child text default null) returns text
  language plpgsql stable set search_path = pg_catalog, pg_temp as $$
declare
  steps text;
begin
  select string_agg(format('%s (%s)', t.name, isms.step_who(b, t, record, step)), ', ')
    into steps
    from isms.transitions_from(b.workflow, record ->> b.state_column) t
    left join isms.workflow_state s on s.workflow = t.workflow and s.name = t.to_state
   where case
           when child is not null then not s.final and not (child = any (s.frozen_children) or s.frozen_children = '{*}')
           when thawing is null then t.to_state is not null
           when t.to_state is null then thawing <@ t.amended_columns
           else not s.final and isms.frozen_among(b, t.to_state, thawing, record, step) = '{}'
         end;
  return coalesce('Next: ' || steps || '. ', '') || format('See isms.next_steps(%L, %L).', step.relation, step.key);
end
$$;

comment on function isms.next_hint(isms.workflow_binding, jsonb, isms.step, text[], text) is 'What can be done from here and by whom; only what frees the columns thawing or the rows of table child, where given';

create function isms.refuse(message text, codes text[], reasons text[], hint text, b isms.workflow_binding) returns void
  language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
  raise exception using
    errcode = codes[1],
    message = refuse.message,
    detail = array_to_string(reasons, E'\n'),
    hint = coalesce(refuse.hint, 'See isms.approval_request.'),
    schema = b.schema_name,
    table = b.table_name,
    column = b.state_column,
    constraint = isms.reason_name(reasons[1]);
end
$$;

comment on function isms.refuse(text, text[], text[], text, isms.workflow_binding) is 'Refuses a step: the SQLSTATE of the first family, every reason, what to do next';

-- What an approval binds.  Values are spelled by rules no setting of the session influences.
create function isms.row_digest(b isms.workflow_binding, key text, scope text, changes jsonb default null) returns bytea
  language plpgsql stable
  set search_path = pg_catalog, pg_temp
  set timezone = 'UTC' set datestyle = 'ISO, YMD' set intervalstyle = 'postgres' set extra_float_digits = 1 set bytea_output = 'hex' set lc_monetary = 'C' as $$
declare
  parent regclass := isms.relation_name(b);
  content text;
  rows_text text;
  c record;
begin
  content := isms.read_as_owner(parent,
    format('select to_jsonb((to_jsonb(%s) - $3 - $4)::text) from %s p where %s',
           case when changes is null then 'p' else 'jsonb_populate_record(p, $5)' end, parent, isms.key_condition(b, 'p')),
    key, scope, b.state_column, b.ignore_columns, changes) #>> '{}';
  for c in select e.key as child, e.value as cover from jsonb_each(b.covers) e order by e.key loop
    rows_text := isms.read_as_owner(parent,
      format('select to_jsonb(string_agg(r.line, E''\n'' order by r.line collate "C")) from (select (to_jsonb(c) - $3)::text as line from %s c join %s p on %s where %s and to_jsonb(c) @> $4) r',
             c.child, parent,
             (select string_agg(format('c.%I = p.%I', o.key, o.value), ' and ') from jsonb_each_text(c.cover -> 'on') o),
             isms.key_condition(b, 'p')),
      key, scope, array(select jsonb_array_elements_text(c.cover -> 'ignore')), coalesce(c.cover -> 'where', '{}')) #>> '{}';
    content := content || E'\n' || c.child || E'\n' || coalesce(rows_text, '');
  end loop;
  return sha256(convert_to(content, 'UTF8'));
end
$$;

comment on function isms.row_digest(isms.workflow_binding, text, text, jsonb) is 'SHA-256 of a row, with changes applied, and of the rows it covers, without state and technical columns; the caller holds the row''s lock';
