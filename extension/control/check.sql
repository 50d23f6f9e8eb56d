-- The database examining itself: checks of the server and of this database, each a query, kept over time as evidence for the
-- controls it can speak for.
create table isms.database_check (
  code text constraint database_check_pkey primary key constraint database_check_code_form check (code ~ '^[^[:space:]]+$'),
  title text not null constraint database_check_title_given check (title ~ '\S'),
  area text not null,
  severity text not null default 'medium' constraint database_check_severity_known check (severity in ('high', 'medium', 'low', 'information')),
  reach text not null default 'database' constraint database_check_reach_known check (reach in ('cluster', 'database')),
  privilege text not null default 'any role',
  needs_role text,
  pass_rule text not null default 'all' constraint database_check_pass_rule_known check (pass_rule in ('all', 'some')),
  when_none text not null default 'not_applicable' constraint database_check_when_none_known check (when_none in ('pass', 'fail', 'unknown', 'not_applicable')),
  parameters jsonb not null default '{}' constraint database_check_parameters_object check (jsonb_typeof(parameters) = 'object'),
  rationale text not null,
  remediation text not null,
  shown_by text,
  builtin boolean not null default false
);

comment on table isms.database_check is 'Checks of the server and of this database; written by the extension''s owner alone';
comment on column isms.database_check.code is 'Key';
comment on column isms.database_check.title is 'What should be so';
comment on column isms.database_check.area is 'Group for display';
comment on column isms.database_check.severity is 'high, medium, low or information';
comment on column isms.database_check.reach is 'What it speaks of: the whole cluster, or this database';
comment on column isms.database_check.privilege is 'What its query needs in order to see, in words';
comment on column isms.database_check.needs_role is 'Role without whose rights rows are hidden silently, so that the query is not even run: the result is unknown; null: the query fails or says itself what it cannot see';
comment on column isms.database_check.pass_rule is 'all: every row must be good; some: one good row is enough';
comment on column isms.database_check.when_none is 'Status where the query gives no row';
comment on column isms.database_check.parameters is 'Parameters with their defaults';
comment on column isms.database_check.rationale is 'Why, and what the check does not see';
comment on column isms.database_check.remediation is 'Statement or setting that mends it; %s stands for the offending object';
comment on column isms.database_check.shown_by is 'Test in which it fails on a seeded violation; null: not shown';
comment on column isms.database_check.builtin is 'Shipped with the extension';

-- A query gives a row for everything it judges: object (what, as SQL spells it), ok (good, bad, null: cannot be seen), evidence.
-- It finds the parameters as $1, a jsonb object, and $2, patterns of waivers, is for the frame around it.
create table isms.database_check_query (
  database_check text not null constraint database_check_query_check_fkey references isms.database_check on update cascade,
  min_version integer not null default 150000,
  max_version integer constraint database_check_query_version_order check (max_version >= min_version),
  query text not null,
  builtin boolean not null default false,
  constraint database_check_query_pkey primary key (database_check, min_version)
);

comment on table isms.database_check_query is 'Queries of checks, by server version; of those that fit, the one with the highest min_version runs';
comment on column isms.database_check_query.database_check is 'Check';
comment on column isms.database_check_query.min_version is 'First server version, as server_version_num';
comment on column isms.database_check_query.max_version is 'Last server version; null: no end';
comment on column isms.database_check_query.query is 'Query for object text, ok boolean, evidence text, one row for each thing judged, with the parameters as $1 (jsonb); written by the extension''s owner alone, for it runs with the rights of whoever evaluates';
comment on column isms.database_check_query.builtin is 'Shipped with the extension';

create table isms.database_check_control (
  database_check text not null constraint database_check_control_check_fkey references isms.database_check on update cascade,
  catalogue text not null default isms.base_catalogue(),
  reference isms.reference not null,
  builtin boolean not null default false,
  constraint database_check_control_pkey primary key (database_check, catalogue, reference),
  constraint database_check_control_control_fkey foreign key (catalogue, reference) references isms.control on update cascade
);

comment on table isms.database_check_control is 'Controls that a check speaks for';
comment on column isms.database_check_control.database_check is 'Check';
comment on column isms.database_check_control.catalogue is 'Catalogue';
comment on column isms.database_check_control.reference is 'Control';
comment on column isms.database_check_control.builtin is 'Shipped with the extension';

create index database_check_control_control_idx on isms.database_check_control (catalogue, reference);

-- What a scope wants: other limits, other lists.
create table isms.database_check_parameter (
  scope text not null default isms.default_scope() constraint database_check_parameter_scope_fkey references isms.scope on update cascade,
  database_check text not null constraint database_check_parameter_check_fkey references isms.database_check on update cascade,
  name text not null,
  value jsonb not null,
  reason text,
  created_by text default isms.actor(),
  constraint database_check_parameter_pkey primary key (scope, database_check, name)
);

comment on table isms.database_check_parameter is 'Parameters of checks where a scope departs from the default';
comment on column isms.database_check_parameter.scope is 'Scope';
comment on column isms.database_check_parameter.database_check is 'Check';
comment on column isms.database_check_parameter.name is 'Parameter, as in database_check.parameters';
comment on column isms.database_check_parameter.value is 'Value, of the JSON type the default has';
comment on column isms.database_check_parameter.reason is 'Why';
comment on column isms.database_check_parameter.created_by is 'Person who set it';

create index database_check_parameter_check_idx on isms.database_check_parameter (database_check);

-- A wider list or a lower limit makes failures vanish: the ISMS manager answers for it.
create function isms.database_check_parameter_rules() returns trigger
  language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
  me text := isms.actor();
  p isms.database_check_parameter;
  known jsonb;
begin
  foreach p in array case tg_op when 'INSERT' then array[new] when 'DELETE' then array[old] else array[old, new] end loop
    if not (isms.has_database_role('isms_admin') or coalesce(isms.holds_role(me, 'isms_manager', p.scope), false)) then
      raise exception using
        errcode = 'IS002',
        message = format('%s may not set parameters of %s', coalesce(isms.person_name(me), session_user), p.database_check),
        detail = format('actor (5.3): an ISMS manager of scope %s does', p.scope),
        schema = tg_table_schema, table = tg_table_name, constraint = 'actor';
    end if;
  end loop;
  if tg_op = 'DELETE' then
    return old;
  end if;
  select c.parameters into known from isms.database_check c where c.code = new.database_check;
  if found and not known ? new.name then
    raise exception using
      errcode = 'invalid_parameter_value',
      message = format('%s has no parameter "%s"', new.database_check, new.name),
      hint = case when known = '{}' then 'It has none.' else format('It has %s.', (select string_agg(k, ', ' order by k) from jsonb_object_keys(known) k)) end,
      schema = tg_table_schema, table = tg_table_name, column = 'name';
  elsif found and jsonb_typeof(known -> new.name) not in ('null', jsonb_typeof(new.value)) then
    raise exception using
      errcode = 'invalid_parameter_value',
      message = format('parameter %s of %s is of JSON type %s, not %s', new.name, new.database_check, jsonb_typeof(known -> new.name), jsonb_typeof(new.value)),
      hint = format('The default is %s.', known -> new.name),
      schema = tg_table_schema, table = tg_table_name, column = 'value';
  end if;
  return new;
end
$$;

comment on function isms.database_check_parameter_rules() is 'BEFORE trigger: parameters of checks are set by an ISMS manager of the scope or isms_admin, by the names and JSON types of their defaults. Errors: IS002, 22023';

create trigger parameter_rules before insert or update or delete on isms.database_check_parameter
  for each row execute function isms.database_check_parameter_rules();

-- A violation that is put up with for a time.
create table isms.database_check_waiver (
  scope text not null default isms.default_scope() constraint database_check_waiver_scope_fkey references isms.scope on update cascade,
  code text not null constraint database_check_waiver_code_form check (code ~ '^[^[:space:]]+( [^[:space:]]+)*$'),
  database_check text not null constraint database_check_waiver_check_fkey references isms.database_check on update cascade,
  object text not null default '*' constraint database_check_waiver_object_given check (object ~ '\S'),
  reason text not null constraint database_check_waiver_reason_given check (reason ~ '\S'),
  expires_on date not null constraint database_check_waiver_expires check (isfinite(expires_on)),
  status text not null default 'draft',
  created_by text default isms.actor(),
  constraint database_check_waiver_pkey primary key (scope, code)
);

comment on table isms.database_check_waiver is 'Offending objects that are put up with until a day, under workflow two_eyes: what nobody but the requester approved counts for nothing';
comment on column isms.database_check_waiver.scope is 'Scope';
comment on column isms.database_check_waiver.code is 'Key in the scope';
comment on column isms.database_check_waiver.database_check is 'Check';
comment on column isms.database_check_waiver.object is 'Object as in the findings; * stands for anything, alone for the whole check';
comment on column isms.database_check_waiver.reason is 'Why it is put up with';
comment on column isms.database_check_waiver.expires_on is 'Last day it counts, in the scope''s time zone';
comment on column isms.database_check_waiver.status is 'draft, approved or closed';
comment on column isms.database_check_waiver.created_by is 'Person who drafted it';

create index database_check_waiver_check_idx on isms.database_check_waiver (database_check, scope);

create sequence isms.database_check_waiver_code;

comment on sequence isms.database_check_waiver_code is 'Numbers for codes of waivers';

create trigger fill_code before insert on isms.database_check_waiver
  for each row when (new.code is null) execute function isms.fill_code('DW');

create function isms.object_matches(object text, pattern text) returns boolean
  language sql immutable strict parallel safe set search_path = pg_catalog, pg_temp
begin atomic
  select object_matches.object like replace(replace(replace(replace(object_matches.pattern, '\', '\\'), '%', '\%'), '_', '\_'), '*', '%');
end;

comment on function isms.object_matches(text, text) is 'Does a waiver''s pattern cover the object? * stands for anything, every other character for itself';

-- What was found: facts, never written over.
create table isms.database_check_run (
  id bigint generated always as identity constraint database_check_run_pkey primary key,
  scope text not null constraint database_check_run_scope_fkey references isms.scope on update cascade,
  began_at timestamptz not null,
  ended_at timestamptz not null,
  person text constraint database_check_run_person_fkey references isms.person on update cascade,
  login text not null,
  evaluated_as text not null,
  server_version integer not null,
  database_name text not null,
  incarnation uuid not null,
  constraint database_check_run_scope_key unique (scope, id)
);

comment on table isms.database_check_run is 'Runs of database checks';
comment on column isms.database_check_run.id is 'Identity';
comment on column isms.database_check_run.scope is 'Scope whose parameters and waivers counted';
comment on column isms.database_check_run.began_at is 'When it began';
comment on column isms.database_check_run.ended_at is 'When the last check was done';
comment on column isms.database_check_run.person is 'Person who ran it';
comment on column isms.database_check_run.login is 'Database role the person came by';
comment on column isms.database_check_run.evaluated_as is 'Database role with whose rights the queries ran';
comment on column isms.database_check_run.server_version is 'server_version_num of the server';
comment on column isms.database_check_run.database_name is 'Database';
comment on column isms.database_check_run.incarnation is 'isms.incarnation() of the database: results of another one say nothing of this one';

create index database_check_run_person_idx on isms.database_check_run (person);

create table isms.database_check_result (
  id bigint generated always as identity constraint database_check_result_pkey primary key,
  scope text not null,
  run bigint not null,
  database_check text not null constraint database_check_result_check_fkey references isms.database_check on update cascade,
  status text not null constraint database_check_result_status_known check (status in ('pass', 'fail', 'unknown', 'not_applicable')),
  judged bigint not null,
  offending bigint not null,
  waived bigint not null,
  unseen bigint not null,
  offenders text[] not null,
  details jsonb not null,
  evidence text,
  message text not null,
  parameters jsonb not null,
  evaluated_at timestamptz not null,
  constraint database_check_result_run_fkey foreign key (scope, run) references isms.database_check_run (scope, id) on update cascade
);

comment on table isms.database_check_result is 'Results of database checks, as they were found; rows are added by isms.run_database_checks alone and never changed';
comment on column isms.database_check_result.id is 'Identity';
comment on column isms.database_check_result.scope is 'Scope';
comment on column isms.database_check_result.run is 'Run';
comment on column isms.database_check_result.database_check is 'Check';
comment on column isms.database_check_result.status is 'pass, fail, unknown (could not be seen or evaluated) or not_applicable; a waiver changes nothing here';
comment on column isms.database_check_result.judged is 'How many things were judged';
comment on column isms.database_check_result.offending is 'How many of them offend, waived ones included';
comment on column isms.database_check_result.waived is 'How many of those were waived then';
comment on column isms.database_check_result.unseen is 'How many could not be seen or judged';
comment on column isms.database_check_result.offenders is 'The first 50 offending objects';
comment on column isms.database_check_result.details is 'The same with what was seen: [{"object": , "evidence": }]';
comment on column isms.database_check_result.evidence is 'What was seen, the first three things, offending ones first';
comment on column isms.database_check_result.message is 'The result in words';
comment on column isms.database_check_result.parameters is 'Parameters that counted';
comment on column isms.database_check_result.evaluated_at is 'When';

create index database_check_result_latest_idx on isms.database_check_result (scope, database_check, id);

create index database_check_result_run_idx on isms.database_check_result (scope, run);

create index database_check_result_check_idx on isms.database_check_result (database_check);

insert into isms.closed_table (name, readable, builtin) values
  ('database_check', true, true), ('database_check_query', true, true), ('database_check_control', true, true),
  ('database_check_run', true, true), ('database_check_result', true, true);

-- 7.5.3: what was found stays found.  A scope's new code is carried along.
create function isms.database_check_kept() returns trigger
  language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
  if tg_op = 'UPDATE' and new.scope <> old.scope and to_jsonb(new) - 'scope' = to_jsonb(old) - 'scope' then
    return new;
  end if;
  raise exception using
    errcode = case tg_op when 'UPDATE' then 'IS006' else 'IS007' end,
    message = format('%s are kept as they were found', coalesce(tg_argv[0], 'results of database checks')),
    detail = case tg_op when 'UPDATE' then 'frozen (7.5.3): a result is a record of what was so then' else 'deletion (7.5.3): a result is a record of what was so then' end,
    hint = coalesce(tg_argv[1], 'Run the checks again: select * from isms.run_database_checks()'),
    schema = tg_table_schema, table = tg_table_name, constraint = case tg_op when 'UPDATE' then 'frozen' else 'deletion' end;
end
$$;

comment on function isms.database_check_kept() is 'BEFORE trigger: results, named by the first argument, are neither changed nor deleted; the second is the hint. Without arguments, those of database checks. Errors: IS006, IS007';

create trigger kept before update or delete on isms.database_check_run
  for each row execute function isms.database_check_kept();

create trigger kept_all before truncate on isms.database_check_run
  for each statement execute function isms.database_check_kept();

create trigger kept before update or delete on isms.database_check_result
  for each row execute function isms.database_check_kept();

create trigger kept_all before truncate on isms.database_check_result
  for each statement execute function isms.database_check_kept();

create function isms.query_read_only(query text, parameters jsonb, patterns text[], milliseconds integer) returns jsonb
  language c stable strict as 'MODULE_PATHNAME', 'isms_query_read_only';

comment on function isms.query_read_only(text, jsonb, text[], integer) is 'The one jsonb of a query that sees parameters as $1 and patterns as $2, run so that neither it nor what it calls can write. Errors: 25006 it tried to, 53400 it took longer than milliseconds';

-- Settings are pinned so that evidence reads the same everywhere; a check that waits for a lock gives up.
create function isms.evaluate_database_checks(scope text default null, codes text[] default null, milliseconds integer default 10000)
  returns table (code text, title text, status text, judged bigint, offending bigint, waived bigint, unseen bigint,
                 offenders text[], details jsonb, evidence text, message text, parameters jsonb, evaluated_at timestamptz)
  language plpgsql stable set search_path = pg_catalog, pg_temp
  set lock_timeout = '2s' set timezone = 'UTC' set datestyle = 'ISO, YMD' set intervalstyle = 'postgres' set extra_float_digits = 1 set bytea_output = 'hex' set standard_conforming_strings = on as $$
#variable_conflict use_column
declare
  in_scope text := isms.visible_scope(coalesce(evaluate_database_checks.scope, isms.default_scope()));
  wanted text[] := evaluate_database_checks.codes;
  today date := isms.today(in_scope);
  c isms.database_check;
  version integer := current_setting('server_version_num');
  patterns text[];
  query text;
  seen jsonb;
begin
  if exists (select from unnest(wanted) u(w) where not exists (select from isms.database_check k where k.code = u.w)) then
    raise exception using
      errcode = 'invalid_parameter_value',
      message = 'there is no check ' || (select string_agg(coalesce(u.w, 'null'), ', ') from unnest(wanted) u(w) where not exists (select from isms.database_check k where k.code = u.w)),
      hint = 'isms.database_check lists them.';
  end if;
  for c in select k.* from isms.database_check k where wanted is null or k.code = any (wanted) order by k.code collate "C" loop
    code := c.code;
    title := c.title;
    status := 'unknown';
    seen := null;
    message := null;
    parameters := c.parameters || coalesce((
      select jsonb_object_agg(p.name, p.value)
        from isms.database_check_parameter p
       where p.scope = in_scope and p.database_check = c.code and c.parameters ? p.name), '{}');
    patterns := array(
      select w.object
        from isms.database_check_waiver w
       where w.scope = in_scope and w.database_check = c.code and w.status = 'approved' and w.expires_on >= today);
    select q.query into query
      from isms.database_check_query q
     where q.database_check = c.code and version between q.min_version and coalesce(q.max_version, version)
     order by q.min_version desc
     limit 1;
    if not found then
      status := 'not_applicable';
      message := format('says nothing of PostgreSQL %s', current_setting('server_version'));
    elsif c.needs_role is not null and not pg_has_role(current_user, c.needs_role, 'usage') then
      message := format('%s does not see it: it takes %s', current_user, c.privilege);
    else
      begin
        seen := isms.query_read_only(format($frame$
          select pg_catalog.jsonb_build_object(
                   'judged', pg_catalog.count(*),
                   'good', pg_catalog.count(*) filter (where r.verdict = 4),
                   'unseen', pg_catalog.count(*) filter (where r.verdict = 3),
                   'waived', pg_catalog.count(*) filter (where r.verdict = 2),
                   'details', coalesce(pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object('object', r.object, 'evidence', r.evidence) order by r.number)
                                         filter (where r.verdict < 3 and r.number <= 50), '[]'),
                   'evidence', pg_catalog.string_agg(pg_catalog.concat_ws(': ', r.object, r.evidence), '; ' order by r.number) filter (where r.number <= 3))
            from (select v.*, pg_catalog.row_number() over (order by v.verdict, v.object collate "C", v.evidence collate "C") as number
                    from (select q.object, q.evidence,
                                 case when q.ok then 4
                                      when q.ok is null then 3
                                      when exists (select from pg_catalog.unnest($2) p(pattern) where isms.object_matches(q.object, p.pattern)) then 2
                                      else 1 end as verdict
                            from (%s) q(object, ok, evidence)) v) r $frame$, query), parameters, patterns, milliseconds);
      exception when others then
        message := sqlerrm;
      end;
    end if;
    judged := coalesce((seen ->> 'judged')::bigint, 0);
    unseen := coalesce((seen ->> 'unseen')::bigint, 0);
    waived := coalesce((seen ->> 'waived')::bigint, 0);
    offending := judged - unseen - coalesce((seen ->> 'good')::bigint, 0);
    details := coalesce(seen -> 'details', '[]');
    evidence := seen ->> 'evidence';
    if c.pass_rule = 'some' and (seen ->> 'good')::bigint > 0 then
      offending := 0;
      waived := 0;
      details := '[]';
      evidence := null;
    end if;
    offenders := array(select d ->> 'object' from jsonb_array_elements(details) d);
    if seen is not null then
      status := case
        when judged = 0 then c.when_none
        when c.pass_rule = 'some' and unseen > 0 and (seen ->> 'good')::bigint = 0 then 'unknown'
        when offending > 0 then 'fail'
        when unseen > 0 and c.pass_rule = 'all' then 'unknown'
        else 'pass'
      end;
      message := case
        when judged = 0 then case c.when_none when 'unknown' then 'nothing could be seen' when 'not_applicable' then 'nothing to judge' else 'nothing of the kind is there' end
        else concat_ws(', ',
               case status when 'fail' then format('%s of %s offend', offending, judged) when 'pass' then format('%s judged', judged) end,
               case when waived > 0 then format('%s waived', waived) end,
               case when unseen > 0 then format('%s of %s could not be judged', unseen, judged) end)
      end;
    end if;
    evaluated_at := clock_timestamp();
    return next;
  end loop;
end
$$;

comment on function isms.evaluate_database_checks(text, text[], integer) is 'Evaluates database checks, all or those named, with the caller''s rights and the parameters and waivers of the scope, and stores nothing; what the caller may not see is unknown. No check takes longer than milliseconds, nor waits more than two seconds for a lock. Default scope where none is named. Errors: IS021, 22023 no such check';

create function isms.evaluate_as_caller(what text, scope text, codes text[], milliseconds integer) returns jsonb
  language c as 'MODULE_PATHNAME', 'isms_evaluate_as_caller';

comment on function isms.evaluate_as_caller(text, text, text[], integer) is 'Rows of isms.evaluate_database_checks (what = checks) or isms.readiness (what = readiness), evaluated as the role at the top of the session, whoever''s rights are in force. Errors: as there, 22023, 42501';

insert into isms.admin_function (name, builtin) values ('evaluate_as_caller', true);

create function isms.run_database_checks(scope text default null, codes text[] default null, milliseconds integer default 10000)
  returns table (run bigint, code text, title text, status text, judged bigint, offending bigint, waived bigint, message text)
  language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
  -- definer: results are written here alone; the checks themselves see what the caller sees
#variable_conflict use_column
declare
  in_scope text := coalesce(run_database_checks.scope, isms.default_scope());
  me text := isms.actor();
  began timestamptz := clock_timestamp();
  found_there jsonb;
begin
  perform isms.require_active();
  if not (isms.has_database_role('isms_admin') or coalesce(isms.holds_role(me, 'isms_manager', in_scope) or isms.holds_role(me, 'control_owner', in_scope)
          or isms.holds_role(me, 'internal_auditor', in_scope), false)) then
    raise exception using
      errcode = 'IS002',
      message = format('%s may not run the database checks of scope %s', coalesce(isms.person_name(me), session_user), in_scope),
      detail = 'actor (9.1): an ISMS manager, control owner or internal auditor of the scope, or isms_admin, does',
      hint = 'isms.evaluate_database_checks shows what they would find.';
  end if;
  found_there := coalesce(isms.evaluate_as_caller('checks', in_scope, run_database_checks.codes, milliseconds), '[]');
  insert into isms.database_check_run (scope, began_at, ended_at, person, login, evaluated_as, server_version, database_name, incarnation)
  values (in_scope, began, clock_timestamp(), me, session_user, coalesce(nullif(current_setting('role'), 'none'), session_user),
          current_setting('server_version_num')::integer, current_database(), isms.incarnation())
  returning id into run;
  return query
  with added as (
    insert into isms.database_check_result as r
           (scope, run, database_check, status, judged, offending, waived, unseen, offenders, details, evidence, message, parameters, evaluated_at)
    select in_scope, run_database_checks.run, e.code, e.status, e.judged, e.offending, e.waived, e.unseen, e.offenders, e.details, e.evidence, e.message, e.parameters, e.evaluated_at
      from jsonb_to_recordset(found_there)
           e(code text, status text, judged bigint, offending bigint, waived bigint, unseen bigint, offenders text[], details jsonb, evidence text, message text, parameters jsonb, evaluated_at timestamptz)
     order by e.code collate "C"
    returning r.run, r.database_check, r.status, r.judged, r.offending, r.waived, r.message)
  select a.run, a.database_check, k.title, a.status, a.judged, a.offending, a.waived, a.message
    from added a
    join isms.database_check k on k.code = a.database_check
   order by a.database_check collate "C";
end
$$;

comment on function isms.run_database_checks(text, text[], integer) is 'Evaluates database checks as isms.evaluate_database_checks does, with the caller''s rights, and stores the results as one run. For an isms_manager, control_owner or internal_auditor of the scope, or isms_admin. Errors: IS002, IS020, IS021, 22023 no such check';

do $$
begin
  perform isms.attach_workflow('isms.database_check_waiver', 'two_eyes', 'status');
end
$$;
