-- Cut-over: an existing register in mid-life can be loaded, seen by all as carried over.
create table isms.cutover (
  id bigint generated always as identity constraint cutover_pkey primary key,
  scope text not null constraint cutover_scope_fkey references isms.scope on update cascade,
  person text not null constraint cutover_person_fkey references isms.person on update cascade,
  reason text not null constraint cutover_reason_given check (reason ~ '\S'),
  begun_at timestamptz not null default clock_timestamp(),
  ended_at timestamptz
);

comment on table isms.cutover is 'Times in which a person may load rows of an existing register in their states';
comment on column isms.cutover.id is 'Identity';
comment on column isms.cutover.scope is 'Scope';
comment on column isms.cutover.person is 'Person who may';
comment on column isms.cutover.reason is 'Why';
comment on column isms.cutover.begun_at is 'Begin';
comment on column isms.cutover.ended_at is 'End; null: open';

create unique index cutover_open_key on isms.cutover (scope) where ended_at is null;

create table isms.carried_over (
  id bigint generated always as identity constraint carried_over_pkey primary key,
  scope text not null constraint carried_over_scope_fkey references isms.scope on update cascade,
  table_name text not null,
  key text not null,
  state text not null,
  person text not null constraint carried_over_person_fkey references isms.person on update cascade,
  loaded_at timestamptz not null default clock_timestamp(),
  judged_at timestamptz,
  renewed_at timestamptz
);

comment on table isms.carried_over is 'Rows loaded at cut-over in a state they never reached here';
comment on column isms.carried_over.id is 'Identity';
comment on column isms.carried_over.scope is 'Scope';
comment on column isms.carried_over.table_name is 'Table, as schema.table';
comment on column isms.carried_over.key is 'Key';
comment on column isms.carried_over.state is 'State it was loaded in';
comment on column isms.carried_over.person is 'Who loaded it';
comment on column isms.carried_over.loaded_at is 'When';
comment on column isms.carried_over.judged_at is 'When its guards were judged, at the end of the cut-over';
comment on column isms.carried_over.renewed_at is 'When a transition that needs approval was taken here; null: to be approved anew';

create index carried_over_row_idx on isms.carried_over (scope, table_name, key);

create table isms.import_issue (
  id bigint generated always as identity constraint import_issue_pkey primary key,
  scope text not null constraint import_issue_scope_fkey references isms.scope on update cascade,
  table_name text not null,
  key text not null,
  rule text not null,
  message text not null,
  recorded_at timestamptz not null default clock_timestamp()
);

comment on table isms.import_issue is 'What rows loaded at cut-over lack for the state they are in';
comment on column isms.import_issue.id is 'Identity';
comment on column isms.import_issue.scope is 'Scope';
comment on column isms.import_issue.table_name is 'Table, as schema.table';
comment on column isms.import_issue.key is 'Key';
comment on column isms.import_issue.rule is 'Guard with its clause, or approval';
comment on column isms.import_issue.message is 'The whole reason';
comment on column isms.import_issue.recorded_at is 'When';

create index import_issue_row_idx on isms.import_issue (scope, table_name, key);

insert into isms.closed_table (name, readable, builtin) values ('cutover', true, true), ('carried_over', true, true), ('import_issue', true, true);

create function isms.in_cutover(step isms.step) returns boolean
  language sql stable set search_path = pg_catalog, pg_temp
begin atomic
  select exists (select from isms.cutover c where c.scope = step.scope and c.person = step.actor and c.ended_at is null);
end;

comment on function isms.in_cutover(isms.step) is 'Is the acting person loading an existing register into the scope?';

create function isms.begin_cutover(reason text) returns text
  language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
  -- definer: table cutover is written here alone
declare
  in_scope text := isms.default_scope();
  me text := isms.actor();
  other text;
begin
  perform isms.require_active();
  if me is null or not in_scope = any (isms.editable_scopes()) or not (isms.holds_role(me, 'isms_manager', in_scope) or isms.has_database_role('isms_admin')) then
    raise exception using
      errcode = 'IS002',
      message = format('%s may not begin a cut-over of scope %s', coalesce(isms.person_name(me), session_user), in_scope),
      detail = 'actor: an ISMS manager of the scope does (5.3)';
  end if;
  select c.person into other from isms.cutover c where c.scope = in_scope and c.ended_at is null;
  if other is not null then
    raise exception using
      errcode = 'IS030',
      message = format('a cut-over of scope %s is under way', in_scope),
      detail = format('cut-over: begun by %s', isms.person_name(other)),
      hint = format('%s ends it: select isms.end_cutover().', isms.person_name(other));
  end if;
  insert into isms.cutover (scope, person, reason) values (in_scope, me, begin_cutover.reason);
  return format('cut-over of scope %s begun: rows that %s inserts may be in mid-life until isms.end_cutover()', in_scope, isms.person_name(me));
end
$$;

comment on function isms.begin_cutover(text) is 'From now on the caller, an isms_manager, may insert rows of an existing register in the states they are in. Errors: IS002, IS030 when one is under way';

create function isms.end_cutover() returns text
  language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
  -- definer: judges all rows loaded and writes closed tables
declare
  in_scope text := isms.default_scope();
  me text := isms.actor();
  r isms.carried_over;
  b isms.workflow_binding;
  t isms.workflow_transition;
  step isms.step;
  record jsonb;
  query text;
  lines text[];
  best text[];
  carried isms.approval_request;
  seen bytea;
  rows_judged integer := 0;
  issues integer := 0;
begin
  if not exists (select from isms.cutover c where c.scope = in_scope and c.ended_at is null and c.person = me) then
    raise exception using
      errcode = 'IS030',
      message = format('%s has no cut-over of scope %s under way', coalesce(isms.person_name(me), session_user), in_scope),
      hint = coalesce((select format('Ask %s, who began it.', isms.person_name(c.person)) from isms.cutover c where c.scope = in_scope and c.ended_at is null), 'One begins by select isms.begin_cutover(''reason'').');
  end if;
  -- What was approved elsewhere is the row with all it covers, and that came after it.
  for carried in select x.* from isms.approval_request x
                  where x.scope = in_scope and x.carried_over and x.requested_at >= (select c.begun_at from isms.cutover c where c.scope = in_scope and c.ended_at is null) loop
    seen := isms.row_digest(isms.workflow_of(carried.table_name), carried.key, carried.scope);
    update isms.approval_request x set digest = seen where x.id = carried.id and x.digest <> seen;
    update isms.approval a set digest = seen where a.request = carried.id and a.digest <> seen;
  end loop;
  for r in select c.* from isms.carried_over c where c.scope = in_scope and c.judged_at is null order by c.table_name, c.id loop
    if b.table_name is null or isms.relation_name(b) <> r.table_name then
      b := isms.workflow_of(r.table_name);
      query := format('select to_jsonb(p) from %s p where %s', r.table_name, isms.key_condition(b, 'p'));
    end if;
    record := isms.read_as_owner(r.table_name::regclass, query, r.key, r.scope);
    continue when record is null;
    rows_judged := rows_judged + 1;
    step := row(b.workflow, null, record ->> b.state_column, record ->> b.state_column, r.table_name, r.key, me, null, r.scope);
    -- Of several ways into the state, the one that lacks least.
    best := null;
    for t in select w.* from isms.workflow_transition w where w.workflow = b.workflow and w.to_state = step.to_state and w.from_states <> '{}' order by w.name loop
      step.transition := t.name;
      lines := array(select x.reason from isms.step_reasons(b, t, record, record, step, true) x where x.code = 'IS005')
               || array(select isms.reason_label('approval', t.clause) || format('%s was not approved by %s here, nor is an earlier approval entered', t.name, case when s.approver like '@%' then 'the ' else '' end || isms.spec_words(s.approver))
                          from isms.step_slots(record, record, step) s
                         where (select count(distinct a.approver) from isms.approval_request q join isms.approval a on a.request = q.id and a.slot = s.slot
                                 where q.scope = r.scope and q.table_name = r.table_name and q.key = r.key and q.transition = t.name) < s.needed);
      if best is null or cardinality(lines) < cardinality(best) then
        best := lines;
      end if;
    end loop;
    insert into isms.import_issue (scope, table_name, key, rule, message)
    select r.scope, r.table_name, r.key, split_part(l, ':', 1), l from unnest(best) l;
    issues := issues + coalesce(cardinality(best), 0);
  end loop;
  update isms.carried_over c set judged_at = clock_timestamp() where c.scope = in_scope and c.judged_at is null;
  update isms.cutover c set ended_at = clock_timestamp() where c.scope = in_scope and c.ended_at is null;
  return format('cut-over of scope %s ended: %s rows carried over, %s issues, see isms.import_issue', in_scope, rows_judged, issues);
end
$$;

comment on function isms.end_cutover() is 'Ends the caller''s cut-over: what the rows loaded lack for their states becomes rows of isms.import_issue. Errors: IS030 when none is under way';

create function isms.carry_over(table_name text, key text, transition text, approver text, approved_on date, document text) returns text
  language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
  -- definer: approvals are written by functions alone
declare
  b isms.workflow_binding := isms.workflow_of(carry_over.table_name);
  step isms.step;
  record jsonb;
  slot text;
  request_id bigint;
  digest bytea;
begin
  step := row(b.workflow, carry_over.transition, null, null, isms.relation_name(b), carry_over.key, isms.actor(), null, coalesce(b.in_scope, isms.default_scope()));
  if not isms.in_cutover(step) then
    raise exception using
      errcode = 'IS030',
      message = format('%s has no cut-over of scope %s under way', coalesce(isms.person_name(step.actor), session_user), step.scope),
      hint = 'Begin one: select isms.begin_cutover(''reason'').';
  end if;
  step.key := isms.given_key(b, step.key, step.scope);
  record := isms.locked_row(b, step);
  step.key := isms.row_key(b, record);
  select a.slot into slot
    from isms.workflow_approval a
   where a.workflow = b.workflow and a.transition = carry_over.transition
     and (select count(*) from isms.approval_request q join isms.approval g on g.request = q.id and g.slot = a.slot
           where q.scope = step.scope and q.table_name = step.relation and q.key = step.key and q.transition = step.transition and q.carried_over) < a.needed
   order by isms.step_permits(array[a.approver], record, record, step, carry_over.approver) desc, a.slot
   limit 1;
  if slot is null or document is null or document !~ '\S' or approved_on is null then
    raise exception using
      errcode = case when slot is null then 'IS030' else 'invalid_parameter_value' end,
      message = case when slot is null then format('%s of %s needs no further approval', carry_over.transition, isms.thing(b, step.key))
                else 'an approval is carried over with its date and the document that shows it' end;
  end if;
  digest := isms.row_digest(b, step.key, step.scope);
  select q.id into request_id
    from isms.approval_request q
   where q.scope = step.scope and q.table_name = step.relation and q.key = step.key and q.transition = step.transition and q.carried_over;
  if request_id is null then
    insert into isms.approval_request (scope, table_name, key, transition, requester, comment, digest, status, closed_by, closed_at, carried_over)
    values (step.scope, step.relation, step.key, step.transition, step.actor, 'carried over', digest, 'carried_out', step.actor, clock_timestamp(), true)
    returning id into request_id;
  elsif exists (select from isms.approval a where a.request = request_id and a.approver = carry_over.approver) then
    raise exception using
      errcode = 'IS030',
      message = format('the approval by %s is carried over already', isms.person_name(carry_over.approver));
  end if;
  insert into isms.approval (request, scope, slot, approver, digest, carried_over, approved_on, document)
  values (request_id, step.scope, slot, carry_over.approver, digest, true, carry_over.approved_on, carry_over.document);
  return format('%s of %s: approval by %s of %s carried over', step.transition, isms.thing(b, step.key), isms.person_name(carry_over.approver), to_char(carry_over.approved_on, 'YYYY-MM-DD'));
end
$$;

comment on function isms.carry_over(text, text, text, text, date, text) is 'Enters an approval given in an earlier register: who, when, which document shows it; during the caller''s cut-over. Errors: IS030, 42P01, P0002 no such row';
