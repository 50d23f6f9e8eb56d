-- Readiness: what a certification auditor would look for at stage 1, judged now from the records themselves.
-- A rule is a query that gives a row for everything it judges; a scope's verdict is counted from them.
create table isms.readiness_rule (
  code text constraint readiness_rule_pkey primary key constraint readiness_rule_code_form check (code ~ '^[^[:space:]]+$'),
  clause text not null,
  reference isms.reference not null,
  basis text not null constraint readiness_rule_basis_known check (basis in ('standard', 'practice')),
  kind text not null constraint readiness_rule_kind_known check (kind in ('record', 'document', 'consistency', 'timeliness')),
  title text not null constraint readiness_rule_title_given check (title ~ '\S'),
  remedy text not null constraint readiness_rule_remedy_given check (remedy ~ '\S'),
  parameters jsonb not null default '{}' constraint readiness_rule_parameters_object check (jsonb_typeof(parameters) = 'object'),
  query text not null,
  builtin boolean not null default false
) with (fillfactor = 10, parallel_workers = 16);

comment on table isms.readiness_rule is 'Rules of readiness; written by the extension''s owner alone';
comment on column isms.readiness_rule.code is 'Key';
comment on column isms.readiness_rule.clause is 'Clause it follows from, with the letter or the other standard where there is one';
comment on column isms.readiness_rule.reference is 'The clause, for sorting and for isms.clause';
comment on column isms.readiness_rule.basis is 'standard: the standard asks for it; practice: auditors expect it, and a scope may switch it off';
comment on column isms.readiness_rule.kind is 'record, document, consistency or timeliness';
comment on column isms.readiness_rule.title is 'What should be so';
comment on column isms.readiness_rule.remedy is 'What to do where it is not';
comment on column isms.readiness_rule.parameters is 'Parameters with their defaults';
comment on column isms.readiness_rule.query is 'SELECT of scope, relation, key, ok: one row for each thing judged, of the scopes in $2 (text[]), with the parameters as $1 (jsonb); ok is null where it cannot be told. It runs with the rights of whoever evaluates';
comment on column isms.readiness_rule.builtin is 'Shipped with the extension';

insert into isms.closed_table (name, readable, builtin) values ('readiness_rule', true, true);

-- What a scope decides about a rule: off, or by other figures.
create table isms.readiness_overlay (
  id bigint generated always as identity constraint readiness_overlay_pkey primary key,
  scope text not null default isms.default_scope() constraint readiness_overlay_scope_fkey references isms.scope on update cascade,
  rule text not null constraint readiness_overlay_rule_fkey references isms.readiness_rule on update cascade,
  switched_off boolean not null default true,
  parameters jsonb not null default '{}' constraint readiness_overlay_parameters_object check (jsonb_typeof(parameters) = 'object'),
  reason text not null constraint readiness_overlay_reason_given check (reason ~ '\S'),
  valid daterange not null default '(,)',
  created_by text default isms.actor(),
  created_at timestamptz not null default clock_timestamp()
);

comment on table isms.readiness_overlay is 'Rules of readiness that a scope switched off (practice only) or judges by parameters of its own, and why';
comment on column isms.readiness_overlay.id is 'Identity';
comment on column isms.readiness_overlay.scope is 'Scope';
comment on column isms.readiness_overlay.rule is 'Rule';
comment on column isms.readiness_overlay.switched_off is 'The rule is not judged; false: only its parameters differ';
comment on column isms.readiness_overlay.parameters is 'Parameters in place of the defaults, of the same JSON types';
comment on column isms.readiness_overlay.reason is 'Why';
comment on column isms.readiness_overlay.valid is 'Days on which it holds, in the scope''s time zone; empty: it was ended before it began';
comment on column isms.readiness_overlay.created_by is 'Person who entered it';
comment on column isms.readiness_overlay.created_at is 'When';

create index readiness_overlay_scope_idx on isms.readiness_overlay (scope, rule);

create index readiness_overlay_rule_idx on isms.readiness_overlay (rule);

-- A default says of what kind a figure is: a period, a role, a whole number, a list of such.
create function isms.figure_wanted(usual jsonb, given jsonb) returns text
  language plpgsql stable set search_path = pg_catalog, pg_temp as $$
declare
  is_period boolean;
begin
  case jsonb_typeof(usual)
    when 'number' then
      return case when (usual #>> '{}')::numeric % 1 = 0 and ((given #>> '{}')::numeric % 1 <> 0 or (given #>> '{}')::numeric not between 0 and 2147483647) then 'a whole number, 0 or more' end;
    when 'array' then
      return case when given = '[]' or exists (select from jsonb_array_elements(given) g where jsonb_typeof(g.value) <> jsonb_typeof(usual -> 0)) then 'a list of one or more, each a ' || jsonb_typeof(usual -> 0) end;
    when 'string' then
      if exists (select from isms.role r where r.code = usual #>> '{}') then
        return case when not exists (select from isms.role r where r.code = given #>> '{}') then 'a role: ' || (select string_agg(r.code, ', ' order by r.code) from isms.role r) end;
      end if;
      begin
        is_period := isms.is_period((usual #>> '{}')::interval);
        return case when not isms.is_period((given #>> '{}')::interval) then 'a period of more than nothing, at most a hundred years, no part of it below zero' end;
      exception when data_exception then
        return case when is_period then 'a period such as ' || (usual #>> '{}') end;
      end;
    else
      return null;
  end case;
end
$$;

comment on function isms.figure_wanted(jsonb, jsonb) is 'What a parameter of a rule of readiness has to be, by the kind of its default, where the value given is not; null: it is';

create function isms.readiness_overlay_rules() returns trigger
  language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
  me text := isms.actor();
  o isms.readiness_overlay := coalesce(new, old);
  r isms.readiness_rule;
  wrong text;
  wanted text;
begin
  select k.* into r from isms.readiness_rule k where k.code = o.rule;
  if not coalesce(isms.holds_role(me, 'isms_manager', o.scope), false) then
    raise exception using
      errcode = 'IS002',
      message = format('%s may not say how %s is judged', coalesce(isms.person_name(me), session_user), o.rule),
      detail = format('actor (5.3): an ISMS manager of scope %s does', o.scope),
      schema = tg_table_schema, table = tg_table_name, constraint = 'actor';
  elsif tg_op = 'DELETE' then
    raise exception using
      errcode = 'IS007',
      message = format('what was decided about %s is kept', o.rule),
      detail = 'deletion (7.5.3): that a rule was off is part of what was known then',
      hint = format('End it: update isms.readiness_overlay set valid = valid * daterange(null, current_date) where id = %s', o.id),
      schema = tg_table_schema, table = tg_table_name, constraint = 'deletion';
  elsif tg_op = 'UPDATE' and to_jsonb(new) - '{reason,valid}'::text[] <> to_jsonb(old) - '{reason,valid}'::text[] then
    raise exception using
      errcode = 'IS006',
      message = format('the overlay of %s cannot be made another one', o.rule),
      detail = 'frozen: only reason and valid change',
      hint = 'End it and enter a new one.',
      schema = tg_table_schema, table = tg_table_name, constraint = 'frozen';
  elsif tg_op = 'INSERT' and new.created_by is distinct from me then
    raise exception using
      errcode = 'IS002',
      message = format('created_by is %s, but %s enters it', coalesce(isms.person_name(new.created_by), 'missing'), isms.person_name(me)),
      hint = 'Leave created_by out.',
      schema = tg_table_schema, table = tg_table_name, column = 'created_by', constraint = 'actor';
  elsif new.switched_off and r.basis = 'standard' then
    raise exception using
      errcode = 'invalid_parameter_value',
      message = format('%s cannot be switched off', o.rule),
      detail = format('basis: the standard asks for it (%s)', r.clause),
      hint = 'Only rules whose basis is practice can be.',
      schema = tg_table_schema, table = tg_table_name, column = 'switched_off';
  end if;
  select p.key into wrong
    from jsonb_each(new.parameters) p
   where not r.parameters ? p.key or jsonb_typeof(r.parameters -> p.key) <> jsonb_typeof(p.value)
   order by p.key
   limit 1;
  if wrong is not null then
    raise exception using
      errcode = 'invalid_parameter_value',
      message = format('%s has no parameter "%s" of JSON type %s', o.rule, wrong, jsonb_typeof(new.parameters -> wrong)),
      hint = format('Its parameters and their defaults: %s.', r.parameters),
      schema = tg_table_schema, table = tg_table_name, column = 'parameters';
  end if;
  for wrong in select p.key from jsonb_each(new.parameters) p where tg_op = 'INSERT' order by p.key loop
    wanted := isms.figure_wanted(r.parameters -> wrong, new.parameters -> wrong);
    if wanted is not null then
      raise exception using
        errcode = 'invalid_parameter_value',
        message = format('"%s" of %s cannot be %s', wrong, o.rule, new.parameters -> wrong),
        detail = 'It is ' || wanted || '.',
        hint = format('Its parameters and their defaults: %s.', r.parameters),
        schema = tg_table_schema, table = tg_table_name, column = 'parameters';
    end if;
  end loop;
  return new;
end
$$;

comment on function isms.readiness_overlay_rules() is 'BEFORE trigger: an ISMS manager of the scope switches off what is practice, and gives parameters by the names and kinds of their defaults; overlays are ended, not deleted. Errors: IS002, IS006, IS007, 22023';

create trigger overlay_rules before insert or update or delete on isms.readiness_overlay
  for each row execute function isms.readiness_overlay_rules();

-- By which figures scopes judge rules today, and which they do not judge.
create function isms.readiness_settings(scopes text[], rules text[]) returns table (rule text, scope text, switched_off boolean, parameters jsonb, said text)
  language sql stable parallel restricted
begin atomic
  with overlay as materialized (
    select o.rule, o.scope, coalesce(bool_or(o.switched_off), false) as switched_off, string_agg(distinct o.reason, '; ') filter (where o.switched_off) as why_off,
           jsonb_object_agg(v.key, v.value order by o.id) filter (where v.key is not null) as parameters,
           string_agg(distinct o.reason, '; ') filter (where v.key is not null) as why_others
      from isms.readiness_overlay o
      join isms.scope_day d on d.scope = o.scope
      left join lateral jsonb_each(o.parameters) v on not o.switched_off
     where o.scope = any (readiness_settings.scopes)
       and (readiness_settings.rules is null or o.rule = any (readiness_settings.rules))
       and o.valid @> d.today
     group by o.rule, o.scope)
  select k.code, s.scope, f.off, k.parameters || coalesce(o.parameters, '{}'),
         case when f.off then 'switched off: ' || o.why_off
              else 'by other figures: ' || (
                select string_agg(format('%s %s, not %s', p.key, p.value, k.parameters -> p.key), ', ' order by p.key)
                  from jsonb_each(o.parameters) p
                 where p.value <> k.parameters -> p.key) || ': ' || o.why_others end
    from isms.readiness_rule k
   cross join (select distinct u.scope from unnest(readiness_settings.scopes) u(scope)) s
    left join overlay o on o.rule = k.code and o.scope = s.scope
   cross join lateral (select k.basis = 'practice' and coalesce(o.switched_off, false) as off) f
   where readiness_settings.rules is null or k.code = any (readiness_settings.rules);
end;

comment on function isms.readiness_settings(text[], text[]) is 'How scopes judge rules of readiness today, all or those named: switched off (practice only), or by which parameters: the defaults, with what overlays give in their place; what a verdict says of it, null where it is as usual';

create function isms.check_readiness_request(scopes text[], rules text[]) returns void
  language plpgsql stable set search_path = pg_catalog, pg_temp as $$
declare
  missing text := (select string_agg(coalesce(u.c, 'null'), ', ' order by u.c) from unnest(rules) u(c) where not exists (select from isms.readiness_rule k where k.code = u.c));
begin
  perform isms.visible_scope(u.s) from unnest(scopes) u(s);
  if missing is not null then
    raise exception using
      errcode = 'invalid_parameter_value',
      message = 'there is no rule ' || missing,
      hint = 'isms.readiness_rule lists them.';
  end if;
end
$$;

comment on function isms.check_readiness_request(text[], text[]) is 'Refuses scopes that are not visible and rules that do not exist. Errors: IS021, 22023';

-- Where rules are shared out among workers, none has workers of its own: there would be more of them than processors.
create function isms.judge_readiness(query text, parameters jsonb, scopes text[], milliseconds integer) returns jsonb
  language c stable strict parallel safe cost 400000 set max_parallel_workers_per_gather = 0 as 'MODULE_PATHNAME', 'isms_judge_readiness';

comment on function isms.judge_readiness(text, jsonb, text[], integer) is 'Verdicts of a rule of readiness: {scope: {judged, offending, unknown, examples}}. The query sees parameters as $1 and scopes as $2 and runs so that neither it nor what it calls can write. Errors: 25006 it tried to, 42804 its columns are others, 53400 it took longer than milliseconds';

-- Rules are shared out among parallel workers, so that the table has few on a page: pages are what workers take.  Planned anew each time: a plan kept
-- for many rules would have workers started for one.
create function isms.judge_rules(asked jsonb, milliseconds integer) returns table (n bigint, counted jsonb)
  language plpgsql stable strict set search_path = pg_catalog, pg_temp as $$
begin
  return query execute
    'select a.n, isms.judge_readiness(case when not a.off then k.query end, a.parameters, a.scopes, $2)
       from isms.readiness_rule k
       join rows from (jsonb_to_recordset($1) as (rule text, parameters jsonb, off boolean, scopes text[])) with ordinality a(rule, parameters, off, scopes, n) on a.rule = k.code
      where k.code = any ($3)'
    using asked, milliseconds, array(select a.value ->> 'rule' from jsonb_array_elements(asked) a);
end
$$;

comment on function isms.judge_rules(jsonb, integer) is 'Verdicts as isms.judge_readiness gives them for an array of {rule, parameters, off, scopes}, each with its place in the array; null where off. An error of one is the error of all';

-- Scopes that judge a rule by the same parameters are judged by one query.  Compiling such a query takes longer than running it.
create function isms.readiness_of(scopes text[], rules text[] default null, milliseconds integer default 60000)
  returns table (scope text, rule text, clause text, title text, basis text, status text, judged bigint, offending bigint, unknown bigint,
                 examples jsonb, remedy text, message text)
  language plpgsql stable set search_path = pg_catalog, pg_temp set standard_conforming_strings = on set jit = off as $$
#variable_conflict use_column
declare
  asked jsonb;
  counted jsonb[] := '{}';
  refused text[] := '{}';
begin
  perform isms.check_readiness_request(readiness_of.scopes, readiness_of.rules);
  asked := (
    select jsonb_agg(to_jsonb(a) order by a.rule)
      from (select p.rule, p.parameters, p.switched_off as off, p.said, array_agg(p.scope order by p.scope) as scopes
              from isms.readiness_settings(readiness_of.scopes, readiness_of.rules) p
             group by p.rule, p.parameters, p.switched_off, p.said) a);
  begin
    counted := array(select j.counted from isms.judge_rules(asked, milliseconds) j order by j.n);
  exception when others then    -- by which rule?  Workers cannot catch an error.
    for n in 1 .. jsonb_array_length(asked) loop
      begin
        counted[n] := (select j.counted from isms.judge_rules(jsonb_build_array(asked -> n - 1), milliseconds) j);
      exception when others then
        refused[n] := sqlerrm;
      end;
    end loop;
  end;
  return query
  select u.scope, k.code, k.clause, k.title, k.basis,
         case when a.off then 'switched_off'
              when counted[a.n] is null then 'unknown'
              when v.offending > 0 then 'failed'
              when v.unknown > 0 then 'unknown'
              when v.judged > 0 then 'passed'
              else 'nothing_to_judge' end,
         coalesce(v.judged, 0), coalesce(v.offending, 0), coalesce(v.unknown, 0), coalesce(v.examples, '[]'), k.remedy,
         concat_ws('; ',
           case when a.off then null
                when counted[a.n] is null then refused[a.n]
                when v.judged > 0 then
                  concat_ws(', ', format('%s judged', v.judged),
                            case when v.offending > 0 then format('%s offend', v.offending) end,
                            case when v.unknown > 0 then format('%s cannot be told', v.unknown) end)
                else 'nothing of the kind is there' end,
           a.said)
    from isms.readiness_rule k
    join rows from (jsonb_to_recordset(asked) as (rule text, off boolean, said text, scopes text[])) with ordinality a(rule, off, said, scopes, n) on a.rule = k.code
   cross join unnest(a.scopes) u(scope)
    left join lateral jsonb_to_record(counted[a.n] -> u.scope) v(judged bigint, offending bigint, unknown bigint, examples jsonb) on true
   order by k.reference, k.code, a.n, u.scope;
end
$$;

comment on function isms.readiness_of(text[], text[], integer) is 'Judges the rules of readiness, all or those named, for several scopes at once, with the caller''s rights: passed, failed, unknown (something could not be told or seen), nothing_to_judge or switched_off; how much was judged, and the first ten rows that offend or cannot be told. A null rules array means all; no rule takes longer than milliseconds. Errors: IS021, 22023 no such rule';

create function isms.readiness(scope text default null, rules text[] default null)
  returns table (scope text, rule text, clause text, title text, basis text, status text, judged bigint, offending bigint, unknown bigint,
                 examples jsonb, remedy text, message text)
  language sql stable set search_path = pg_catalog, pg_temp
begin atomic
  select r.scope, r.rule, r.clause, r.title, r.basis, r.status, r.judged, r.offending, r.unknown, r.examples, r.remedy, r.message
    from isms.readiness_of(array[coalesce(readiness.scope, isms.default_scope())], readiness.rules) r;
end;

comment on function isms.readiness(text, text[]) is 'Would the scope pass stage 1 today? Every rule of readiness, or those named, judged from the records now; default scope where none is named. Errors: as isms.readiness_of';

-- All that offends, not the first ten.
create function isms.readiness_offending(rule text, scope text default null) returns table (table_name text, key text, status text)
  language plpgsql stable set search_path = pg_catalog, pg_temp set standard_conforming_strings = on set jit = off as $$
#variable_conflict use_column
declare
  in_scope text := coalesce(readiness_offending.scope, isms.default_scope());
  query text := (select k.query from isms.readiness_rule k where k.code = readiness_offending.rule);
begin
  perform isms.check_readiness_request(array[in_scope], array[readiness_offending.rule]);
  return query
  select o.table_name, o.key, o.status
    from jsonb_to_recordset(coalesce(isms.query_read_only(format($frame$
           select pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object('table_name', q.relation, 'key', q.key,
                                                                      'status', case when q.ok is null then 'unknown' else 'failed' end)
                                       order by q.ok nulls last, q.relation, q.key collate "C")
             from (%s) q(scope, relation, key, ok)
            where q.ok is not true $frame$, query), (select p.parameters from isms.readiness_settings(array[in_scope], array[readiness_offending.rule]) p), array[in_scope], 60000), '[]')) o(table_name text, key text, status text);
end
$$;

comment on function isms.readiness_offending(text, text) is 'Every row that offends against a rule of readiness or cannot be told, by table and key; a null key: what should be there is not. Default scope where none is named. Errors: IS021, 22023 no such rule, and what the rule''s query raises';

-- Emergency exits and old registers stay in sight until somebody has dealt with them.
insert into isms.readiness_rule (code, clause, reference, basis, kind, title, remedy, query, builtin) values
('RI-001', '7.5.3', '7.5.3', 'standard', 'record',
 'Whatever was written with the glass broken has been reviewed by an ISMS manager other than who did it',
 'Review it: isms.open_break_glass lists it, isms.review_break_glass records what was found.', $$
 select u.scope, u.table_name, u.key, u.reviewed_at is not null
   from isms.break_glass_use u
  where u.scope = any ($2)
$$, true),

('RI-002', '7.5.3', '7.5.3', 'practice', 'record',
 'Every row that came from an older register has been approved here since',
 'Take it through its approval once: isms.carried_over lists the rows, isms.import_issue what they lack.', $$
 select c.scope, c.table_name, c.key, c.renewed_at is not null
   from isms.carried_over c
  where c.scope = any ($2)
$$, true),

('RI-003', '7.5.3', '7.5.3', 'practice', 'consistency',
 'No rule of a workflow that is practice is switched off; what it would have caught cannot be told',
 'End the overlay in isms.workflow_overlay when its reason no longer holds.', $$
 select d.scope, 'isms.workflow_overlay', o.id::text, null::boolean
   from isms.scope_day d
   join isms.workflow_overlay o on o.scope = d.scope
  where d.scope = any ($2) and o.valid @> d.today
  union all
 select d.scope, 'isms.workflow_overlay', o.id::text, null
   from isms.scope_day d
  cross join isms.workflow_overlay o
  where d.scope = any ($2) and o.scope is null and o.valid @> d.today
$$, true);
