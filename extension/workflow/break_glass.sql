-- Break-glass: steps the rules refuse, in an emergency, in one transaction.  Nothing of it goes unrecorded, and it stays open
-- until somebody else has looked at it.
create table isms.broken_glass (
  id bigint generated always as identity constraint broken_glass_pkey primary key,
  actor text not null constraint broken_glass_actor_fkey references isms.person on update cascade,
  reason text not null constraint broken_glass_reason_given check (reason ~ '\S'),
  login text not null default session_user,
  transaction bigint not null default pg_current_xact_id()::text::bigint,
  broken_at timestamptz not null default transaction_timestamp()
);

comment on table isms.broken_glass is 'Transactions in which somebody called isms.break_glass, whether or not rows were touched';
comment on column isms.broken_glass.id is 'Identity';
comment on column isms.broken_glass.actor is 'Person';
comment on column isms.broken_glass.reason is 'Why';
comment on column isms.broken_glass.login is 'Database role the person came by';
comment on column isms.broken_glass.transaction is 'Transaction; it holds in this one only';
comment on column isms.broken_glass.broken_at is 'When that transaction began';

create index broken_glass_transaction_idx on isms.broken_glass (transaction);

create table isms.break_glass_use (
  id bigint generated always as identity constraint break_glass_use_pkey primary key,
  glass bigint not null constraint break_glass_use_glass_fkey references isms.broken_glass,
  scope text not null constraint break_glass_use_scope_fkey references isms.scope on update cascade,
  table_name text not null,
  key text not null,
  operation text not null,
  transition text,
  from_state text,
  to_state text,
  actor text not null constraint break_glass_use_actor_fkey references isms.person on update cascade,
  reason text not null,
  skipped text[] not null,
  used_at timestamptz not null default clock_timestamp(),
  reviewed_by text constraint break_glass_use_reviewed_by_fkey references isms.person on update cascade,
  reviewed_at timestamptz,
  review_comment text,
  constraint break_glass_use_reviewed_by_another check (reviewed_by <> actor),
  constraint break_glass_use_reviewed check ((reviewed_at is null) = (reviewed_by is null)),
  constraint break_glass_use_review_comment_given check (reviewed_at is null or coalesce(review_comment, '') ~ '\S')
);

comment on table isms.break_glass_use is 'Rows under a workflow that were written in a transaction that broke the glass; open until reviewed';
comment on column isms.break_glass_use.id is 'Identity';
comment on column isms.break_glass_use.glass is 'Breaking of the glass';
comment on column isms.break_glass_use.scope is 'Scope';
comment on column isms.break_glass_use.table_name is 'Table, as schema.table';
comment on column isms.break_glass_use.key is 'Key of the row';
comment on column isms.break_glass_use.operation is 'INSERT, UPDATE or DELETE';
comment on column isms.break_glass_use.transition is 'Transition taken; null: none, or an amendment';
comment on column isms.break_glass_use.from_state is 'State before';
comment on column isms.break_glass_use.to_state is 'State after';
comment on column isms.break_glass_use.actor is 'Person';
comment on column isms.break_glass_use.reason is 'Why the glass was broken';
comment on column isms.break_glass_use.skipped is 'What the rules had to say against it; {}: nothing';
comment on column isms.break_glass_use.used_at is 'When';
comment on column isms.break_glass_use.reviewed_by is 'ISMS manager who reviewed it';
comment on column isms.break_glass_use.reviewed_at is 'When; null: not yet';
comment on column isms.break_glass_use.review_comment is 'What the review found';

create index break_glass_use_row_idx on isms.break_glass_use (scope, table_name, key);

insert into isms.closed_table (name, readable, builtin) values ('broken_glass', false, true), ('break_glass_use', true, true);

create function isms.glass_may_break() returns void
  language c as 'MODULE_PATHNAME', 'isms_glass_may_break';

comment on function isms.glass_may_break() is 'Refuses unless the setting isms.allow_break_glass is on; has the machine hand every row of this transaction to isms.judge_row. Errors: 42501';

create function isms.glass_is_broken() returns boolean
  language c stable as 'MODULE_PATHNAME', 'isms_glass_is_broken';

comment on function isms.glass_is_broken() is 'Did this transaction break the glass? True also where a savepoint took it back';

create function isms.break_glass(reason text) returns text
  language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
  -- definer: the tables are written here and by the machine alone
declare
  me text := isms.actor();
begin
  perform isms.require_active();
  if me is null or not isms.has_database_role('isms_admin') then
    raise exception using
      errcode = 'IS002',
      message = format('%s may not break the glass', coalesce(isms.person_name(me), session_user)),
      detail = 'actor: a person who is a member of isms_admin does';
  end if;
  if coalesce(break_glass.reason, '') !~ '\S' then
    raise exception using
      errcode = 'invalid_parameter_value',
      message = 'breaking the glass takes a reason',
      hint = 'select isms.break_glass(''reason'')';
  end if;
  perform isms.glass_may_break();
  insert into isms.broken_glass (actor, reason) values (me, break_glass.reason);
  return 'until this transaction ends, steps are not judged; each row is listed in isms.open_break_glass until an ISMS manager other than '
         || isms.person_name(me) || ' has reviewed it';
end
$$;

comment on function isms.break_glass(text) is 'For an emergency: until the transaction ends, guards, approvals, separation and who may act are not enforced; every row written is listed until reviewed. For isms_admin, where isms.allow_break_glass is on. Errors: IS002, IS020, 22023, 42501';

create function isms.note_break_glass(b isms.workflow_binding, step isms.step, operation text, o jsonb, n jsonb) returns boolean
  language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
  glass isms.broken_glass;
  t isms.workflow_transition;
  skipped text[] := '{}';
begin
  select * into glass
    from isms.broken_glass g
   where g.transaction = pg_current_xact_id_if_assigned()::text::bigint and g.broken_at = transaction_timestamp() and g.actor = step.actor
   order by g.id desc
   limit 1;
  if not found then
    return false;
  end if;
  if operation = 'INSERT' then
    select * into t from isms.workflow_transition w where w.workflow = b.workflow and w.from_states = '{}' and w.to_state = step.to_state;
  elsif operation = 'UPDATE' and step.from_state is distinct from step.to_state then
    select * into t from isms.transitions_from(b.workflow, step.from_state) w where w.to_state = step.to_state;
  end if;
  step.transition := t.name;
  if t.name is not null then
    begin
      skipped := array(select r.reason from isms.step_reasons(b, t, o, n, step, false) r);
    exception when others then
      -- a rule that cannot be asked must not keep anybody from an emergency's step
      skipped := array['not judged: ' || sqlerrm];
    end;
  end if;
  insert into isms.break_glass_use (glass, scope, table_name, key, operation, transition, from_state, to_state, actor, reason, skipped)
  values (glass.id, step.scope, step.relation, step.key, operation, t.name, step.from_state, step.to_state, glass.actor, glass.reason, skipped);
  return true;
end
$$;

comment on function isms.note_break_glass(isms.workflow_binding, isms.step, text, jsonb, jsonb) is 'Did the person acting break the glass in this transaction? Then what is done to the row is listed, with what the rules had against it';

create function isms.review_break_glass(uses bigint[], comment text) returns text
  language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
  -- definer: what was done is not to be rewritten, so the table is closed
declare
  me text := isms.actor();
  u isms.break_glass_use;
  number bigint;
  n integer := 0;
begin
  if coalesce(review_break_glass.comment, '') !~ '\S' then
    raise exception using
      errcode = 'IS005',
      message = 'a review says what it found',
      detail = 'reason_given (7.5.3): the comment is missing',
      hint = 'select isms.review_break_glass(''{number}'', ''what was found'')';
  end if;
  foreach number in array coalesce(uses, '{}') loop
    select * into u from isms.break_glass_use b where b.id = number and b.scope = any (isms.visible_scopes()) for update;
    if not found then
      raise exception using
        errcode = 'no_data_found',
        message = format('there is no use of break-glass %s', number),
        hint = 'isms.open_break_glass lists them.';
    elsif me is null or not isms.holds_role(me, 'isms_manager', u.scope) then
      raise exception using
        errcode = 'IS002',
        message = format('%s may not review %s', coalesce(isms.person_name(me), session_user), number),
        detail = format('actor (5.3): an ISMS manager of scope %s does', u.scope);
    elsif me = u.actor then
      raise exception using
        errcode = 'IS004',
        message = format('%s may not review %s', isms.person_name(me), number),
        detail = format('separation (A.5.3): %s broke the glass', isms.person_name(me)),
        hint = 'Ask another ISMS manager of the scope.';
    elsif u.reviewed_at is not null then
      raise exception using
        errcode = 'IS001',
        message = format('%s was reviewed by %s already', number, isms.person_name(u.reviewed_by));
    end if;
    update isms.break_glass_use b set reviewed_by = me, reviewed_at = clock_timestamp(), review_comment = review_break_glass.comment where b.id = u.id;
    n := n + 1;
  end loop;
  return format('%s reviewed', n);
end
$$;

comment on function isms.review_break_glass(bigint[], text) is 'Reviews what was done with the glass broken, all or none, by an ISMS manager other than who did it. Errors: IS001 reviewed already, IS002, IS004, IS005 no comment, P0002';

create view isms.open_break_glass with (security_invoker = true) as
  select u.scope,
         u.id,
         u.table_name,
         u.key,
         u.operation,
         u.transition,
         u.from_state,
         u.to_state,
         u.actor,
         isms.person_name(u.actor) as actor_name,
         u.reason,
         u.skipped,
         u.used_at
    from isms.break_glass_use u
   where u.reviewed_at is null;

comment on view isms.open_break_glass is 'Rows written with the glass broken that nobody has reviewed yet';
comment on column isms.open_break_glass.scope is 'Scope';
comment on column isms.open_break_glass.id is 'Number, for isms.review_break_glass';
comment on column isms.open_break_glass.table_name is 'Table, as schema.table';
comment on column isms.open_break_glass.key is 'Key of the row';
comment on column isms.open_break_glass.operation is 'INSERT, UPDATE or DELETE';
comment on column isms.open_break_glass.transition is 'Transition taken; null: none, or an amendment';
comment on column isms.open_break_glass.from_state is 'State before';
comment on column isms.open_break_glass.to_state is 'State after';
comment on column isms.open_break_glass.actor is 'Code of who did it';
comment on column isms.open_break_glass.actor_name is 'Name';
comment on column isms.open_break_glass.reason is 'Why the glass was broken';
comment on column isms.open_break_glass.skipped is 'What the rules had to say against it';
comment on column isms.open_break_glass.used_at is 'When';

insert into isms.admin_function (name, builtin) values ('break_glass', true), ('glass_may_break', true), ('note_break_glass', true);
