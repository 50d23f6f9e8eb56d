-- Readiness kept over time, its figures by clause, and what is done about failed rules.
create table isms.readiness_result (
  id bigint generated always as identity constraint readiness_result_pkey primary key,
  scope text not null constraint readiness_result_scope_fkey references isms.scope on update cascade,
  recorded_at timestamptz not null,
  rule text not null constraint readiness_result_rule_fkey references isms.readiness_rule on update cascade,
  status text not null constraint readiness_result_status_known check (status in ('passed', 'failed', 'unknown', 'nothing_to_judge', 'switched_off')),
  judged bigint not null,
  offending bigint not null,
  unknown bigint not null,
  examples jsonb not null,
  message text not null,
  person text constraint readiness_result_person_fkey references isms.person on update cascade,
  login text not null,
  constraint readiness_result_key unique (scope, recorded_at, rule)
);

comment on table isms.readiness_result is 'Readiness as it was when somebody had it recorded; rows are added by isms.record_readiness alone and never changed';
comment on column isms.readiness_result.id is 'Identity';
comment on column isms.readiness_result.scope is 'Scope';
comment on column isms.readiness_result.recorded_at is 'When; the same for all rules of one recording';
comment on column isms.readiness_result.rule is 'Rule';
comment on column isms.readiness_result.status is 'passed, failed, unknown, nothing_to_judge or switched_off';
comment on column isms.readiness_result.judged is 'How many things were judged';
comment on column isms.readiness_result.offending is 'How many offended';
comment on column isms.readiness_result.unknown is 'How many could not be told';
comment on column isms.readiness_result.examples is 'The first ten of both: [{"table": , "key": }]';
comment on column isms.readiness_result.message is 'The result in words';
comment on column isms.readiness_result.person is 'Person who had it recorded';
comment on column isms.readiness_result.login is 'Database role the person came by';

create index readiness_result_rule_idx on isms.readiness_result (rule);

create index readiness_result_person_idx on isms.readiness_result (person);

insert into isms.closed_table (name, readable, builtin) values ('readiness_result', true, true);

create trigger kept before update or delete on isms.readiness_result
  for each row execute function isms.database_check_kept('recorded verdicts', 'Have them recorded again: select * from isms.record_readiness()');

create trigger kept_all before truncate on isms.readiness_result
  for each statement execute function isms.database_check_kept('recorded verdicts', 'Have them recorded again: select * from isms.record_readiness()');

create function isms.record_readiness(scope text default null, rules text[] default null)
  returns table (rule text, title text, status text, was text, judged bigint, offending bigint, message text)
  language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
  -- definer: results are written here alone; the rules themselves see what the caller sees
#variable_conflict use_column
declare
  in_scope text := coalesce(record_readiness.scope, isms.default_scope());
  me text := isms.actor();
  now_at timestamptz := clock_timestamp();
  found_there jsonb;
begin
  perform isms.require_active();
  if not (isms.has_database_role('isms_admin') or coalesce(isms.holds_role(me, 'isms_manager', in_scope) or isms.holds_role(me, 'internal_auditor', in_scope), false)) then
    raise exception using
      errcode = 'IS002',
      message = format('%s may not record the readiness of scope %s', coalesce(isms.person_name(me), session_user), in_scope),
      detail = 'actor (9.1): an ISMS manager or internal auditor of the scope, or isms_admin, does',
      hint = 'isms.readiness shows what would be recorded.';
  end if;
  found_there := coalesce(isms.evaluate_as_caller('readiness', in_scope, record_readiness.rules, 60000), '[]');
  return query
  with added as (
    insert into isms.readiness_result as r (scope, recorded_at, rule, status, judged, offending, unknown, examples, message, person, login)
    select in_scope, now_at, e.rule, e.status, e.judged, e.offending, e.unknown, e.examples, e.message, me, session_user
      from jsonb_to_recordset(found_there) e(rule text, status text, judged bigint, offending bigint, unknown bigint, examples jsonb, message text)
     order by e.rule
    returning r.rule, r.status, r.judged, r.offending, r.message)
  select a.rule, k.title, a.status,
         (select b.status from isms.readiness_result b where b.scope = in_scope and b.rule = a.rule order by b.recorded_at desc limit 1),
         a.judged, a.offending, a.message
    from added a
    join isms.readiness_rule k on k.code = a.rule
   order by k.reference, k.code;
end
$$;

comment on function isms.record_readiness(text, text[]) is 'Judges the rules of readiness with the caller''s rights and keeps the results; shows each beside what it was before (null: the first time). For an ISMS manager or internal auditor of the scope, or isms_admin; default scope where none is named. Errors: IS002, IS020, IS021, 22023 no such rule';

create view isms.readiness_trend with (security_invoker = true) as
  select r.scope,
         r.recorded_at,
         count(*) as rules,
         count(*) filter (where r.status = 'passed') as passed,
         count(*) filter (where r.status = 'failed') as failed,
         count(*) filter (where r.status = 'unknown') as unknown,
         count(*) filter (where r.status = 'nothing_to_judge') as nothing_to_judge,
         count(*) filter (where r.status = 'switched_off') as switched_off,
         min(r.person) as recorded_by,
         isms.person_name(min(r.person)) as recorded_by_name
    from isms.readiness_result r
   group by r.scope, r.recorded_at;

comment on view isms.readiness_trend is 'Readiness as it was recorded, in figures';
comment on column isms.readiness_trend.scope is 'Scope';
comment on column isms.readiness_trend.recorded_at is 'When it was recorded';
comment on column isms.readiness_trend.rules is 'How many rules were judged then';
comment on column isms.readiness_trend.passed is 'Rules that passed';
comment on column isms.readiness_trend.failed is 'Rules that failed';
comment on column isms.readiness_trend.unknown is 'Rules of which something could not be told';
comment on column isms.readiness_trend.nothing_to_judge is 'Rules that had nothing to judge';
comment on column isms.readiness_trend.switched_off is 'Rules that were switched off';
comment on column isms.readiness_trend.recorded_by is 'Code of who had it recorded';
comment on column isms.readiness_trend.recorded_by_name is 'Name';

create view isms.readiness_summary with (security_invoker = true) as
  select r.scope,
         c.reference::text as code,
         c.title,
         count(*) as rules,
         count(*) filter (where r.status = 'passed') as passed,
         count(*) filter (where r.status = 'failed') as failed,
         count(*) filter (where r.status = 'unknown') as unknown,
         count(*) filter (where r.status = 'nothing_to_judge') as nothing_to_judge,
         count(*) filter (where r.status = 'switched_off') as switched_off,
         string_agg(r.rule, ', ' order by r.rule) filter (where r.status = 'failed') as failed_rules
    from isms.readiness_of((select isms.visible_scopes())::text[]) r
    join isms.readiness_rule k on k.code = r.rule
    left join isms.control c on c.catalogue = 'ISO/IEC 27001:2022' and c.kind = 'clause' and c.parent is null and k.reference <@ c.reference
   group by r.scope, c.reference, c.title;

comment on view isms.readiness_summary is 'Readiness of each visible scope today, in figures by clause';
comment on column isms.readiness_summary.scope is 'Scope';
comment on column isms.readiness_summary.code is 'Clause, 4 to 10; null: controls of Annex A, and what goes beyond the standard';
comment on column isms.readiness_summary.title is 'Title of the clause';
comment on column isms.readiness_summary.rules is 'How many rules there are';
comment on column isms.readiness_summary.passed is 'Rules that pass';
comment on column isms.readiness_summary.failed is 'Rules that fail';
comment on column isms.readiness_summary.unknown is 'Rules of which something cannot be told';
comment on column isms.readiness_summary.nothing_to_judge is 'Rules that have nothing to judge';
comment on column isms.readiness_summary.switched_off is 'Rules that are switched off';
comment on column isms.readiness_summary.failed_rules is 'Codes of those that fail';

-- What actions can serve: a rule in a scope.
create view isms.readiness_duty with (security_invoker = true) as
  select s.code as scope,
         r.code,
         r.title,
         r.clause,
         r.basis,
         a.code as action,
         a.owner,
         p.name as owner_name,
         a.due_on
    from isms.scope s
   cross join isms.readiness_rule r
    left join lateral (
      select t.code, t.owner, t.due_on
        from isms.action t
       where t.scope = s.code and t.serves_kind = 'readiness' and t.serves = r.code and t.status in ('planned', 'in_progress')
       order by t.due_on, t.code
       limit 1) a on true
    left join isms.person p on p.code = a.owner;

comment on view isms.readiness_duty is 'Each rule of readiness in each scope, with the open action that serves it';
comment on column isms.readiness_duty.scope is 'Scope';
comment on column isms.readiness_duty.code is 'Rule';
comment on column isms.readiness_duty.title is 'What should be so';
comment on column isms.readiness_duty.clause is 'Clause';
comment on column isms.readiness_duty.basis is 'standard or practice';
comment on column isms.readiness_duty.action is 'Open action that is due first; null: none';
comment on column isms.readiness_duty.owner is 'Code of who does it';
comment on column isms.readiness_duty.owner_name is 'Name';
comment on column isms.readiness_duty.due_on is 'By when';

insert into isms.action_subject (kind, table_name, builtin) values ('readiness', 'readiness_duty', true);

create function isms.act_on_readiness(owner text default isms.actor(), due_on date default null, rules text[] default null, scope text default isms.default_scope())
  returns setof text
  language plpgsql set search_path = pg_catalog, pg_temp as $$
#variable_conflict use_column
declare
  in_scope text := coalesce(act_on_readiness.scope, isms.default_scope());
  for_whom text := coalesce(act_on_readiness.owner, isms.actor());
begin
  if not exists (select from isms.person p where p.code = for_whom) then
    raise exception using
      errcode = 'IS022',
      message = format('there is no person %s', coalesce(for_whom, '(none named)')),
      hint = 'isms.person lists them.';
  elsif exists (
    select from isms.person p
     where p.code = for_whom and isms.today(in_scope) not between coalesce(p.active_from, '-infinity') and coalesce(p.active_until, 'infinity')) then
    raise exception using
      errcode = 'IS022',
      message = format('%s is not active', isms.person_name(for_whom)),
      hint = 'Name somebody who is.';
  elsif act_on_readiness.due_on < isms.today(in_scope) then
    raise exception using
      errcode = 'invalid_parameter_value',
      message = format('due_on %s is past', to_jsonb(act_on_readiness.due_on) #>> '{}'),
      hint = 'Name a day to come.';
  end if;
  -- Who asks at the same time waits, and sees then what there is an action for.
  perform pg_advisory_xact_lock(hashtextextended('isms.act_on_readiness ' || in_scope, 0));
  return query
  insert into isms.action as a (scope, title, serves_kind, serves, owner, due_on)
  select r.scope, format('%s (%s): %s', r.rule, r.clause, r.remedy), 'readiness', r.rule, for_whom, act_on_readiness.due_on
    from isms.readiness(in_scope, act_on_readiness.rules) r
    join isms.readiness_duty d on d.scope = r.scope and d.code = r.rule and d.action is null
   where r.status = 'failed'
  returning a.code;
end
$$;

comment on function isms.act_on_readiness(text, date, text[], text) is 'Makes an action of each rule of readiness that fails, of all or of those named, and has no open one; owner, the person acting where none is named, and due date are the same for all and can be changed after. Returns the codes of the actions. Errors: IS021, IS022 no such person, or one who is not active, 22023 no such rule, a day that is past';
