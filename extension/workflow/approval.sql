-- Asking, approving, rejecting, and what comes next.
create function isms.locked_row(b isms.workflow_binding, step isms.step) returns jsonb
  language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
  record jsonb;
begin
  -- What is asked for and approved must be what is there once the lock is had, not what an older snapshot shows.
  if current_setting('transaction_isolation') not in ('read committed', 'read uncommitted') then
    raise exception using
      errcode = 'feature_not_supported',
      message = format('requests and approvals take isolation level read committed, not %s', current_setting('transaction_isolation')),
      detail = 'An older snapshot would not show a change made meanwhile.',
      hint = 'begin isolation level read committed';
  end if;
  if step.scope = any (isms.editable_scopes())
     and (b.schema_name = 'isms' or has_any_column_privilege(session_user, isms.relation_name(b), 'update')) then
    record := isms.lock_as_owner(isms.relation_name(b)::regclass,
      format('select to_jsonb(p) from %s p where %s for no key update', isms.relation_name(b), isms.key_condition(b, 'p')), step.key, step.scope);
  end if;
  if record is null then
    raise exception using
      errcode = 'no_data_found',
      message = format('there is no %s in scope %s that %s may change', isms.thing(b, step.key), step.scope, coalesce(isms.person_name(step.actor), session_user)),
      schema = b.schema_name, table = b.table_name;
  end if;
  return record;
end
$$;

comment on function isms.locked_row(isms.workflow_binding, isms.step) is 'A row the caller may change, locked. Errors: P0002, 0A000 in an isolation level that freezes the snapshot';

create function isms.step_of(table_name text, key text, transition text, comment text) returns isms.step
  language plpgsql stable set search_path = pg_catalog, pg_temp as $$
declare
  b isms.workflow_binding := isms.workflow_of(step_of.table_name);
  here text := coalesce(b.in_scope, isms.default_scope());
begin
  perform isms.require_active();
  if not exists (select from isms.workflow_transition t where t.workflow = b.workflow and t.name = step_of.transition and t.from_states <> '{}') then
    raise exception using
      errcode = 'invalid_parameter_value',
      message = format('workflow %s has no step "%s"', b.workflow, step_of.transition),
      hint = 'Steps are ' || (select string_agg(t.name, ', ' order by t.name) from isms.workflow_transition t where t.workflow = b.workflow and t.from_states <> '{}') || '.';
  end if;
  return row(b.workflow, step_of.transition, null, null, isms.relation_name(b), isms.given_key(b, step_of.key, here), isms.actor(), nullif(step_of.comment, ''), here)::isms.step;
end
$$;

comment on function isms.step_of(text, text, text, text) is 'A step somebody names by table, key and transition, in the default scope. Errors: IS020, 42P01, 22023, P0002';

-- A request is opened, approved and closed by definers; what it asks for is carried out by the caller, with the caller's own rights on the table.
-- What is asked for in one session's spelling of dates is read by another's.
create function isms.settled_json(r record) returns jsonb
  language plpgsql stable set search_path = pg_catalog, pg_temp
  set timezone = 'UTC' set datestyle = 'ISO, YMD' set intervalstyle = 'postgres' set extra_float_digits = 1 set bytea_output = 'hex' set lc_monetary = 'C' as $$
begin
  return to_jsonb(r);
end
$$;

comment on function isms.settled_json(record) is 'A row as JSON that no setting of a session spells otherwise, ranges of dates included';

create function isms.open_request(table_name text, key text, transition text, comment text, changes jsonb) returns text
  language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
  -- definer: requests are written by functions alone, and guards judge all rows
declare
  step isms.step := isms.step_of(open_request.table_name, open_request.key, open_request.transition, coalesce(open_request.comment, isms.transaction_comment()));
  b isms.workflow_binding := isms.workflow_of(open_request.table_name);
  t isms.workflow_transition;
  old_row jsonb;
  new_row jsonb;
  wanted record;
  digest bytea;
  codes text[];
  reasons text[];
  first_hint text;
  waits_for text;
  nobody text;
begin
  old_row := isms.locked_row(b, step);
  step.key := isms.row_key(b, old_row);
  select * into t from isms.workflow_transition w where w.workflow = step.workflow and w.name = step.transition;
  t := isms.without_overlaid(t, step.scope);
  step.from_state := old_row ->> b.state_column;
  step.to_state := coalesce(t.to_state, step.from_state);
  if changes is not null and exists (select from jsonb_object_keys(changes) k where k <> all (t.amended_columns)) then
    raise exception using
      errcode = 'invalid_parameter_value',
      message = format('%s does not change %s', t.name, (select string_agg(k, ', ') from jsonb_object_keys(changes) k where k <> all (t.amended_columns))),
      hint = case when t.amended_columns = '{}' then 'It takes no changes.' else 'It may change ' || array_to_string(t.amended_columns, ', ') || '.' end;
  elsif t.to_state is null and changes is null then
    raise exception using
      errcode = 'invalid_parameter_value',
      message = format('%s needs the changes asked for', t.name),
      hint = format('select isms.request(%L, %L, %L, changes => ''{"%s": ...}'')', step.relation, step.key, t.name, t.amended_columns[1]);
  end if;
  if changes is null then
    new_row := old_row || jsonb_build_object(b.state_column, step.to_state);
  else
    new_row := isms.read_as_owner(isms.relation_name(b)::regclass,
      format('select to_jsonb(jsonb_populate_record(p, $3)) from %s p where %s', isms.relation_name(b), isms.key_condition(b, 'p')),
      step.key, step.scope, changes || jsonb_build_object(b.state_column, step.to_state));
    execute format('select * from jsonb_populate_record(null::%s, $1)', isms.relation_name(b)) into wanted using changes;
    changes := (select jsonb_object_agg(k.key, isms.settled_json(wanted) -> k.key) from jsonb_object_keys(changes) k(key));
  end if;

  if not exists (select from isms.transitions_from(b.workflow, step.from_state) w where w.name = t.name) then
    perform isms.refuse(
      format('%s cannot be asked for: %s is %s', t.name, isms.thing(b, step.key), step.from_state), '{IS001}',
      array[format('transition: %s leaves %s', t.name, case when t.from_states = '{any}' then 'every state that is not final' else array_to_string(t.from_states, ' or ') end)],
      isms.next_hint(b, old_row, step), b);
  end if;
  select string_agg(isms.several_of(x.needed) || isms.persons_or_role(x.who, x.approver) || coalesce(' (' || x.deputies || ')', ''), ' and ' order by x.slot)
    into waits_for
    from (select s.slot, s.approver, s.needed, isms.step_candidates(array[s.approver], old_row, new_row, step, case when 'R' = any (t.separation) then step.actor end) as who,
                 isms.step_deputy_words(s.approver, old_row, new_row, step, step.actor) as deputies
            from isms.step_slots(old_row, new_row, step) s) x;
  if waits_for is null then
    return null;
  end if;
  select array_agg(r.code), array_agg(r.reason), (array_agg(r.hint))[1]
    into codes, reasons, first_hint
    from isms.step_reasons(b, t, old_row, new_row, step, true) r;
  if codes is not null then
    perform isms.refuse(format('%s of %s cannot be asked for', t.name, isms.thing(b, step.key)), codes, reasons, first_hint, b);
  end if;
  -- Where the row names nobody active as its owner, say, asking would only wait for ever.
  select string_agg(isms.spec_words(s.approver), ' and ' order by s.slot)
    into nobody
    from isms.step_slots(old_row, new_row, step) s
   where s.approver like '@%' and isms.step_candidates(array[s.approver], old_row, new_row, step) = '{}';
  if nobody is not null then
    perform isms.refuse(
      format('%s of %s cannot be asked for', t.name, isms.thing(b, step.key)), '{IS003}',
      array[isms.reason_label('approval', t.clause) || format('it needs the approval of its %s, and nobody active is that', nobody)],
      format('Name somebody active as its %s first.', nobody), b);
  end if;
  digest := isms.row_digest(b, step.key, step.scope, changes);
  update isms.approval_request r
     set status = 'superseded', closed_by = step.actor, closed_at = clock_timestamp()
   where r.scope = step.scope and r.table_name = step.relation and r.key = step.key and r.transition = t.name and r.status = 'open';
  insert into isms.approval_request (scope, table_name, key, transition, requester, comment, changes, digest)
  values (step.scope, step.relation, step.key, t.name, step.actor, step.comment, open_request.changes, digest);
  return format('%s of %s asked for; it waits for the approval of %s', t.name, isms.thing(b, step.key), waits_for);
end
$$;

comment on function isms.open_request(text, text, text, text, jsonb) is 'First half of isms.request: records it and says whose approval it waits for; null where it needs none. Errors: as isms.request';

create function isms.carry_out(table_name text, key text, transition text, comment text, changes jsonb) returns text
  language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
  step isms.step := isms.step_of(carry_out.table_name, carry_out.key, carry_out.transition, carry_out.comment);
  b isms.workflow_binding := isms.workflow_of(carry_out.table_name);
  said text := coalesce(isms.transaction_comment(), '');
  written integer;
  assignments text[];
begin
  select w.to_state into step.to_state from isms.workflow_transition w where w.workflow = step.workflow and w.name = step.transition;
  assignments := array(select format('%I = (jsonb_populate_record(p, $3)).%I', k, k) from jsonb_object_keys(carry_out.changes) k);
  if step.to_state is not null then
    assignments := assignments || format('%I = (jsonb_populate_record(p, $3)).%I', b.state_column, b.state_column);
  end if;
  perform set_config('isms.comment', coalesce(step.comment, said), true);
  execute format('update %s p set %s where %s', isms.relation_name(b), array_to_string(assignments, ', '), isms.key_condition(b, 'p'))
    using step.key, step.scope, coalesce(carry_out.changes, '{}') || jsonb_build_object(b.state_column, step.to_state);
  get diagnostics written = row_count;
  perform set_config('isms.comment', said, true);
  if written = 0 then
    raise exception using
      errcode = 'no_data_found',
      message = format('there is no %s in scope %s that %s may change', isms.thing(b, step.key), step.scope, coalesce(isms.person_name(step.actor), session_user)),
      schema = b.schema_name, table = b.table_name;
  end if;
  return format('%s is %s', isms.thing(b, step.key), coalesce('now ' || step.to_state, 'amended: ' || array_to_string(array(select jsonb_object_keys(carry_out.changes)), ', ')));
end
$$;

comment on function isms.carry_out(text, text, text, text, jsonb) is 'Takes a step by a plain UPDATE with the caller''s rights; the machine judges it. Errors: as the machine, P0002';

create function isms.request(table_name text, key text, transition text, comment text default null, changes jsonb default null) returns text
  language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
  return coalesce(isms.open_request(request.table_name, request.key, request.transition, request.comment, request.changes),
                  isms.carry_out(request.table_name, request.key, request.transition, request.comment, request.changes));
end
$$;

comment on function isms.request(text, text, text, text, jsonb) is 'Asks for a transition or amendment of a row (changes: its columns); where no approval is needed, carries it out. Says what happened and who is next. Errors: IS001 to IS006, IS022, 42P01, 22023, P0002';

create function isms.record_approval(table_name text, key text, transition text, comment text) returns isms.approval_request
  language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
  -- definer: approvals are written by functions alone
declare
  step isms.step := isms.step_of(record_approval.table_name, record_approval.key, record_approval.transition, record_approval.comment);
  b isms.workflow_binding := isms.workflow_of(record_approval.table_name);
  t isms.workflow_transition;
  me text := step.actor;
  -- Before the row's lock is waited for: what is asked for meanwhile the approver has not seen.
  asked bigint[] := array(select r.id from isms.approval_request r where r.scope = step.scope and r.table_name = step.relation and r.transition = step.transition and r.status = 'open');
  q isms.approval_request;
  old_row jsonb;
  new_row jsonb;
  wanted isms.workflow_approval;
  represented text;
  deputy record;
  slot isms.workflow_approval;
  codes text[] := '{}';
  reasons text[] := '{}';
  candidates text[];
  fewest integer;
  who text[];
  left_over integer := 0;
  first_hint text;
  message text;
begin
  message := format('%s may not approve %s (%s)', coalesce(isms.person_name(me), session_user), isms.thing(b, step.key), step.transition);
  if me is null then
    perform isms.refuse(message, '{IS022}', array[format('actor: login %s is no person of this ISMS', session_user)], null, b);
  end if;
  old_row := isms.locked_row(b, step);
  step.key := isms.row_key(b, old_row);
  select * into t from isms.workflow_transition w where w.workflow = step.workflow and w.name = step.transition;
  t := isms.without_overlaid(t, step.scope);
  select * into q
    from isms.approval_request r
   where r.scope = step.scope and r.table_name = step.relation and r.key = step.key and r.transition = t.name and r.status = 'open';
  if not found then
    codes := '{IS003}';
    reasons := array[isms.reason_label('approval', t.clause) || 'nobody has asked for it'];
    first_hint := format('It begins with select isms.request(%L, %L, %L), by %s.', step.relation, step.key, t.name,
                         isms.person_names(isms.step_candidates(t.actors, old_row, old_row, step)));
    perform isms.refuse(message, codes, reasons, first_hint, b);
  end if;
  step.from_state := old_row ->> b.state_column;
  step.to_state := coalesce(t.to_state, step.from_state);
  if q.id <> all (asked) then
    perform isms.refuse(message, '{IS003}', array[isms.reason_label('approval', t.clause) || format('%s asked anew in this moment', isms.person_name(q.requester))],
                        'Look at it, then approve.', b);
  end if;
  if q.digest is distinct from isms.row_digest(b, step.key, step.scope, q.changes) then
    codes := '{IS003}';
    reasons := array[isms.reason_label('approval', t.clause) || format('what %s asked for has changed since', isms.person_name(q.requester))];
    first_hint := format('Look at it and ask again: select isms.request(%L, %L, %L).', step.relation, step.key, t.name);
    perform isms.refuse(message, codes, reasons, first_hint, b);
  end if;
  if q.changes is null then
    new_row := old_row || jsonb_build_object(b.state_column, step.to_state);
  else
    new_row := isms.read_as_owner(isms.relation_name(b)::regclass,
      format('select to_jsonb(jsonb_populate_record(p, $3)) from %s p where %s', isms.relation_name(b), isms.key_condition(b, 'p')),
      step.key, step.scope, q.changes);
  end if;
  -- What is needed follows from who asked, not from who answers.
  step.actor := q.requester;
  for slot in select s.* from isms.step_slots(old_row, new_row, step) s loop
    slot.needed := slot.needed - (select count(*) from isms.approval a where a.request = q.id and a.slot = slot.slot);
    continue when slot.needed <= 0;
    left_over := left_over + slot.needed;
    who := isms.step_candidates(array[slot.approver], old_row, new_row, step);
    if me = any (who) and (fewest is null or cardinality(who) < fewest) then
      wanted := slot;
      fewest := cardinality(who);
    end if;
  end loop;
  if wanted.slot is null then
    -- Not as oneself: perhaps for somebody who is away.
    select s.slot, d.on_behalf_of into deputy
      from isms.step_slots(old_row, new_row, step) s
      cross join lateral isms.step_deputies(s.approver, old_row, new_row, step) d
     where d.person = me and (select count(*) from isms.approval a where a.request = q.id and a.slot = s.slot) < s.needed
     order by isms.approval_reasons(t, old_row, new_row, step, me, d.on_behalf_of, q) <> '{}', s.slot, d.on_behalf_of
     limit 1;
    wanted.slot := deputy.slot;
    represented := deputy.on_behalf_of;
  end if;
  step.actor := me;

  who := isms.approval_reasons(t, old_row, new_row, step, me, represented, q);
  codes := codes || array_fill('IS004'::text, array[cardinality(who)]);
  reasons := reasons || who;
  if wanted.slot is null and left_over > 0 then
    codes := codes || 'IS002'::text;
    reasons := reasons || (isms.reason_label('actor', t.clause) || format('the approval is not %s''s to give', isms.person_name(me)));
  end if;
  if t.own_login and isms.claimed_actor() is not null then
    codes := codes || 'IS002'::text;
    reasons := reasons || (isms.reason_label('actor', t.clause) || format('%s must approve by a login of the person''s own', isms.person_name(me)));
  end if;
  if codes <> '{}' then
    candidates := array(select distinct c.code from isms.open_slots(q.id) s, unnest(s.candidates) c(code) where c.code <> me order by 1);
    message := message || case when codes[1] = 'IS004' then ': separation of duties' else '' end;
    first_hint := case when candidates = '{}' then 'Nobody else can at present.' else 'Ask ' || isms.person_names(candidates) || '.' end;
    perform isms.refuse(message, codes, reasons, first_hint, b);
  end if;
  if wanted.slot is not null then
    insert into isms.approval (request, scope, slot, approver, on_behalf_of, comment, digest)
    values (q.id, step.scope, wanted.slot, me, represented, step.comment, q.digest);
  end if;
  -- An open status tells the caller that others must approve too.
  q.status := case when left_over > 1 then 'open' else 'carried_out' end;
  return q;
end
$$;

comment on function isms.record_approval(text, text, text, text) is 'First half of isms.approve: records the caller''s approval and returns the request, status open while others must approve too. Errors: as isms.approve';

create function isms.approve(table_name text, keys text[], transition text, comment text default null) returns setof text
  language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
  k text;
  q isms.approval_request;
  bad text[] := '{}';
  first_code text;
  said text;
  why text;
  for_whom text;
begin
  if keys is null or array_position(keys, null) is not null then
    raise exception using
      errcode = 'invalid_parameter_value',
      message = 'what is to be approved is not named',
      hint = format('select isms.approve(%L, ''{key}'', %L)', coalesce(approve.table_name, 'table'), coalesce(approve.transition, 'step'));
  end if;
  foreach k in array keys loop
    begin
      q := isms.record_approval(approve.table_name, k, approve.transition, approve.comment);
      for_whom := coalesce((select ' for ' || isms.person_name(a.on_behalf_of) from isms.approval a where a.request = q.id and a.approver = isms.actor()), '');
      if q.status = 'open' then
        return next format('%s of %s approved%s; it waits for %s', approve.transition, isms.thing(isms.workflow_of(approve.table_name), k), for_whom,
                           (select string_agg(isms.several_of(w.missing) || isms.persons_or_role(w.candidates, w.approver), ' and ' order by w.slot) from isms.waiting_approvals w where w.request = q.id));
      else
        return next isms.carry_out(approve.table_name, k, approve.transition, coalesce(q.comment, approve.comment), q.changes) || for_whom;
      end if;
    exception when others then
      if cardinality(keys) = 1 or sqlstate not like 'IS%' then
        raise;
      end if;
      get stacked diagnostics said = message_text, why = pg_exception_detail;
      first_code := coalesce(first_code, sqlstate);
      bad := bad || (k || ': ' || said || coalesce(E'\n  ' || replace(nullif(why, ''), E'\n', E'\n  '), ''));
    end;
  end loop;
  if bad <> '{}' then
    raise exception using
      errcode = first_code,
      message = format('%s: %s of %s refused, none approved', approve.transition, cardinality(bad), cardinality(keys)),
      detail = array_to_string(bad, E'\n'),
      hint = 'Mend or leave out those.';
  end if;
end
$$;

comment on function isms.approve(text, text[], text, text) is 'Approves what was asked for, all keys or none; the last approval carries it out. Says for each key what happened and who is next. Errors: IS001 to IS006, IS022, 42P01, 22023, P0002';

create function isms.close_request(table_name text, key text, transition text, comment text, as_requester boolean) returns text
  language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
  -- definer: requests are written by functions alone
declare
  step isms.step := isms.step_of(close_request.table_name, close_request.key, close_request.transition, close_request.comment);
  b isms.workflow_binding := isms.workflow_of(close_request.table_name);
  t isms.workflow_transition;
  q isms.approval_request;
  record jsonb;
  message text := format('%s may not %s %s (%s)', coalesce(isms.person_name(step.actor), session_user), case when as_requester then 'withdraw' else 'reject' end, isms.thing(b, step.key), step.transition);
  may text[];
begin
  record := isms.locked_row(b, step);
  step.key := isms.row_key(b, record);
  select * into t from isms.workflow_transition w where w.workflow = step.workflow and w.name = step.transition;
  t := isms.without_overlaid(t, step.scope);
  select * into q
    from isms.approval_request r
   where r.scope = step.scope and r.table_name = step.relation and r.key = step.key and r.transition = t.name and r.status = 'open';
  if not found then
    perform isms.refuse(message, '{IS003}', array[isms.reason_label('approval', t.clause) || 'nobody has asked for it'], null, b);
  end if;
  if as_requester then
    may := array[q.requester];
  else
    may := isms.step_candidates(array(select a.approver from isms.workflow_approval a where a.workflow = t.workflow and a.transition = t.name),
                                record, record || coalesce(q.changes, '{}'), step)
           || array(select d.person
                      from isms.workflow_approval a
                      cross join lateral isms.step_deputies(a.approver, record, record || coalesce(q.changes, '{}'), step) d
                     where a.workflow = t.workflow and a.transition = t.name and q.requester not in (d.person, d.on_behalf_of));
  end if;
  if step.actor is null or step.actor <> all (may) then
    perform isms.refuse(message, '{IS002}', array[isms.reason_label('actor', t.clause) || case when as_requester then 'who asked withdraws' else 'who could approve rejects' end],
                        'Ask ' || isms.person_names(may) || '.', b);
  elsif not as_requester and coalesce(step.comment, '') !~ '\S' then
    perform isms.refuse(message, '{IS005}', array['reason_given (7.5.3): a rejection says why'], format('select isms.reject(%L, %L, %L, ''why'')', step.relation, step.key, t.name), b);
  end if;
  update isms.approval_request r
     set status = case when as_requester then 'withdrawn' else 'rejected' end, closed_by = step.actor, closed_at = clock_timestamp(), closing_comment = step.comment
   where r.id = q.id;
  return format('%s of %s %s', t.name, isms.thing(b, step.key),
                case when as_requester then 'withdrawn' else format('rejected; %s asked for it', isms.person_name(q.requester)) end);
end
$$;

comment on function isms.close_request(text, text, text, text, boolean) is 'What isms.reject and isms.withdraw share';

-- Where the insertion of a row is itself the request, as with acceptances, the row goes where its workflow says: to be rejected or withdrawn.
create function isms.end_request(table_name text, key text, transition text, comment text, way_out text) returns text
  language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
  b isms.workflow_binding := isms.workflow_of(end_request.table_name);
  said text := isms.close_request(end_request.table_name, end_request.key, end_request.transition, end_request.comment, way_out = 'withdraw');
begin
  if exists (select from isms.workflow_transition o where o.workflow = b.workflow and o.opens_request = end_request.transition)
     and exists (select
                   from isms.workflow_transition t
                   join isms.workflow_transition w on w.workflow = t.workflow and w.name = way_out
                   join isms.workflow_state s on s.workflow = w.workflow and s.name = w.to_state and s.final
                  where t.workflow = b.workflow and t.name = end_request.transition and t.from_states <@ w.from_states) then
    return said || '; ' || isms.carry_out(end_request.table_name, end_request.key, way_out, end_request.comment, null);
  end if;
  return said;
end
$$;

comment on function isms.end_request(text, text, text, text, text) is 'What isms.reject and isms.withdraw share: closes the request and, where a step named way_out leads from there to an end, takes it. Errors: as isms.close_request, and the machine''s';

create function isms.reject(table_name text, key text, transition text, comment text) returns text
  language sql set search_path = pg_catalog, pg_temp
begin atomic
  select isms.end_request(reject.table_name, reject.key, reject.transition, reject.comment, 'reject');
end;

comment on function isms.reject(text, text, text, text) is 'Rejects what was asked for, with a reason; by who could approve it. A row that was itself the request, such as an acceptance, is rejected with it. Errors: IS002, IS003 nothing asked for, IS005 no reason';

create function isms.withdraw(table_name text, key text, transition text, comment text default null) returns text
  language sql set search_path = pg_catalog, pg_temp
begin atomic
  select isms.end_request(withdraw.table_name, withdraw.key, withdraw.transition, withdraw.comment, 'withdraw');
end;

comment on function isms.withdraw(text, text, text, text) is 'Takes back what the caller asked for. A row that was itself the request, such as an acceptance, is withdrawn with it. Errors: IS002, IS003 nothing asked for';

-- What waits, and what comes next.
create function isms.open_slots(request bigint) returns table (slot text, approver text, missing bigint, candidates text[], deputies text[])
  language plpgsql stable security definer set search_path = pg_catalog, pg_temp as $$
  -- definer: whose approval is needed may depend on rows the caller does not see; only requests of visible scopes are told
declare
  q isms.approval_request;
  b isms.workflow_binding;
  t isms.workflow_transition;
  step isms.step;
  old_row jsonb;
  new_row jsonb;
begin
  select * into q from isms.approval_request r where r.id = open_slots.request and r.status = 'open' and r.scope = any (isms.visible_scopes());
  if not found then
    return;
  end if;
  b := isms.workflow_of(q.table_name);
  select * into t from isms.workflow_transition w where w.workflow = b.workflow and w.name = q.transition;
  t := isms.without_overlaid(t, q.scope);
  old_row := isms.read_as_owner(q.table_name::regclass, format('select to_jsonb(p) from %s p where %s', q.table_name, isms.key_condition(b, 'p')), q.key, q.scope);
  if old_row is null then
    return;
  end if;
  step := row(b.workflow, t.name, old_row ->> b.state_column, coalesce(t.to_state, old_row ->> b.state_column), q.table_name, q.key, q.requester, q.comment, q.scope);
  new_row := old_row || coalesce(q.changes, '{}') || jsonb_build_object(b.state_column, step.to_state);
  return query
    select s.slot, s.approver, s.needed - g.given,
           array(select u.c
                   from (select n.c, n.i, null as represented
                           from unnest(isms.step_candidates(array[s.approver], old_row, new_row, step)) with ordinality n(c, i)
                          union all
                         select d.person, null, d.on_behalf_of from unnest(x.persons, x.represented) d(person, on_behalf_of)) u
                  where isms.approval_reasons(t, old_row, new_row, step, u.c, u.represented, q) = '{}'
                  group by u.c
                  order by min(u.i), u.c),
           array(select format('%s for %s', d.person, d.on_behalf_of)
                   from unnest(x.persons, x.represented) d(person, on_behalf_of)
                  where isms.approval_reasons(t, old_row, new_row, step, d.person, d.on_behalf_of, q) = '{}')
      from isms.step_slots(old_row, new_row, step) s
      cross join lateral (select coalesce(array_agg(d.person), '{}') as persons, array_agg(d.on_behalf_of) as represented
                            from isms.step_deputies(s.approver, old_row, new_row, step) d) x
      cross join lateral (select count(*) as given from isms.approval a where a.request = q.id and a.slot = s.slot) g
     where g.given < s.needed;
end
$$;

comment on function isms.open_slots(bigint) is 'Approvals an open request still needs, who can give each, and which of them for whom by delegation';

create view isms.waiting_approvals with (security_invoker = true) as
  select r.id as request,
         r.scope,
         r.table_name,
         r.key,
         r.transition,
         s.slot,
         s.approver,
         s.missing,
         s.candidates,
         s.deputies,
         r.requester,
         isms.person_name(r.requester) as requester_name,
         r.comment,
         r.requested_at,
         r.due
    from isms.approval_request r
    cross join lateral isms.open_slots(r.id) s
   where r.status = 'open';

comment on view isms.waiting_approvals is 'Approvals asked for and not yet given, one row a slot';
comment on column isms.waiting_approvals.request is 'Request';
comment on column isms.waiting_approvals.scope is 'Scope';
comment on column isms.waiting_approvals.table_name is 'Table, as schema.table';
comment on column isms.waiting_approvals.key is 'Key of the row';
comment on column isms.waiting_approvals.transition is 'Transition or amendment asked for';
comment on column isms.waiting_approvals.slot is 'Slot to fill';
comment on column isms.waiting_approvals.approver is 'Who may, as the workflow says';
comment on column isms.waiting_approvals.missing is 'How many approvals the slot still needs';
comment on column isms.waiting_approvals.candidates is 'Codes of the people who can now, as themselves or for somebody else';
comment on column isms.waiting_approvals.deputies is 'Who of them for whom, by delegation: codes, such as sam for li';
comment on column isms.waiting_approvals.requester is 'Code of who asked';
comment on column isms.waiting_approvals.requester_name is 'Name of who asked';
comment on column isms.waiting_approvals.comment is 'Reason given';
comment on column isms.waiting_approvals.requested_at is 'When';
comment on column isms.waiting_approvals.due is 'Answer due';

create function isms.next_steps(table_name text, key text)
  returns table (step text, to_state text, allowed boolean, reasons text[], who text, needs_approval text)
  language plpgsql stable security definer set search_path = pg_catalog, pg_temp as $$
  -- definer: guards judge all rows; only rows the caller may see are told of
declare
  b isms.workflow_binding := isms.workflow_of(next_steps.table_name);
  here isms.step;
  record jsonb;
  new_row jsonb;
  t isms.workflow_transition;
begin
  here := row(b.workflow, null, null, null, isms.relation_name(b), null, isms.actor(), isms.transaction_comment(), coalesce(b.in_scope, isms.default_scope()));
  here.key := isms.given_key(b, next_steps.key, here.scope);
  if (not b.scoped or here.scope = any (isms.visible_scopes())) and (b.schema_name = 'isms' or has_table_privilege(session_user, here.relation, 'select')) then
    record := isms.read_as_owner(here.relation::regclass, format('select to_jsonb(p) from %s p where %s', here.relation, isms.key_condition(b, 'p')), here.key, here.scope);
  end if;
  if record is null then
    raise exception using
      errcode = 'no_data_found',
      message = format('there is no %s in scope %s', isms.thing(b, here.key), here.scope),
      schema = b.schema_name, table = b.table_name;
  end if;
  here.from_state := record ->> b.state_column;
  for t in select w.* from isms.transitions_from(b.workflow, here.from_state) w loop
    t := isms.without_overlaid(t, here.scope);
    here.transition := t.name;
    here.to_state := coalesce(t.to_state, here.from_state);
    new_row := record || jsonb_build_object(b.state_column, here.to_state);
    step := t.name;
    to_state := here.to_state;
    reasons := array(select r.reason from isms.step_reasons(b, t, record, new_row, here, true) r);
    allowed := reasons = '{}';
    who := isms.person_names(isms.step_candidates(t.actors, record, new_row, here));
    select string_agg(isms.several_of(s.needed) || isms.persons_or_role(x.persons, s.approver) || coalesce(' (' || isms.step_deputy_words(s.approver, record, new_row, here, here.actor) || ')', ''), ' and ' order by s.slot)
      into needs_approval
      from isms.step_slots(record, new_row, here) s,
           lateral (select isms.step_candidates(array[s.approver], record, new_row, here, case when 'R' = any (t.separation) then here.actor end) as persons) x;
    return next;
  end loop;
end
$$;

comment on function isms.next_steps(text, text) is 'Steps and amendments from the row''s state: may the caller take or ask for each, every reason why not, who could, whose approval it needs. Errors: 42P01, P0002';
