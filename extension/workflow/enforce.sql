-- Workflows on tables of applications that know nothing of them, by who owns the table.
create table isms.enforced_workflow (
  schema_name text not null,
  table_name text not null,
  source text not null constraint enforced_workflow_source_fkey references isms.workflow,
  workflow text not null constraint enforced_workflow_workflow_fkey references isms.workflow,
  states jsonb constraint enforced_workflow_states_object check (jsonb_typeof(states) = 'object'),
  existing text not null constraint enforced_workflow_existing_known check (existing in ('refuse', 'list', 'accept')),
  enforced_by text,
  enforced_at timestamptz not null default clock_timestamp(),
  constraint enforced_workflow_pkey primary key (schema_name, table_name),
  constraint enforced_workflow_spelled check ((states is null) = (source = workflow))
);

comment on table isms.enforced_workflow is 'Tables put under a workflow by isms.enforce_workflow, and what their states are called there';
comment on column isms.enforced_workflow.schema_name is 'Schema';
comment on column isms.enforced_workflow.table_name is 'Table';
comment on column isms.enforced_workflow.source is 'Workflow asked for';
comment on column isms.enforced_workflow.workflow is 'Workflow the table is bound to: the source, or its copy in the words of the application';
comment on column isms.enforced_workflow.states is 'The application''s words for states, each with the state of the source it stands for; null: the same words';
comment on column isms.enforced_workflow.existing is 'What became of rows that were there already: refuse (there were none beyond an initial state), list, accept';
comment on column isms.enforced_workflow.enforced_by is 'Person, or login where it is nobody''s';
comment on column isms.enforced_workflow.enforced_at is 'When';

insert into isms.closed_table (name, readable, builtin) values ('enforced_workflow', true, true);

create function isms.governs_table("table" regclass) returns boolean
  language c stable strict as 'MODULE_PATHNAME', 'isms_governs_table';

comment on function isms.governs_table(regclass) is 'May the session''s user put rules on the table: its owner, or a member of isms_admin? Never inside index expressions and other code of table owners that the server runs for maintenance';

create function isms.require_governed("table" regclass) returns void
  language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
  schema_name text;
begin
  perform isms.require_active();
  select n.nspname into schema_name from pg_class c join pg_namespace n on n.oid = c.relnamespace where c.oid = require_governed."table";
  if isms.governs_table(require_governed."table") is not true then
    raise exception using
      errcode = 'insufficient_privilege',
      message = format('%s may not put rules on table %s', session_user, require_governed."table"),
      hint = 'Its owner may, and members of isms_admin.';
  elsif schema_name in ('isms', 'pg_catalog', 'information_schema') or schema_name like 'pg\_t%' then
    raise exception using
      errcode = 'wrong_object_type',
      message = format('table %s has rules of its own', require_governed."table"),
      hint = 'These functions are for permanent tables of applications.';
  end if;
end
$$;

comment on function isms.require_governed(regclass) is 'Refuses those who may not put rules on a table, and tables that are none of an application''s. Errors: 42501, 42809, IS020';

create function isms.spell_workflow(source text, spelled text, states jsonb) returns void
  language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
  spelling jsonb := (select jsonb_object_agg(m.value, m.key) from jsonb_each_text(spell_workflow.states) m);
begin
  insert into isms.workflow (name, title)
  select spelled, w.title || ', in words of ' || spelled from isms.workflow w where w.name = source;
  insert into isms.workflow_relation
  select r.* from isms.workflow_relation x, jsonb_populate_record(x, jsonb_build_object('workflow', spelled, 'builtin', false)) r where x.workflow = source;
  insert into isms.workflow_state
  select r.*
    from isms.workflow_state x, jsonb_populate_record(x, jsonb_build_object('workflow', spelled, 'builtin', false, 'name', spelling -> x.name)) r
   where x.workflow = source and spelling ? x.name;
  insert into isms.workflow_transition
  select r.*
    from isms.workflow_transition x
   cross join lateral (select coalesce(jsonb_agg(coalesce(spelling ->> f.name, f.name) order by f.i), '[]') as states
                         from unnest(x.from_states) with ordinality f(name, i)
                        where f.name = 'any' or spelling ? f.name) f
   cross join lateral jsonb_populate_record(x, jsonb_build_object('workflow', spelled, 'builtin', false, 'from_states', f.states, 'to_state', spelling -> x.to_state)) r
   where x.workflow = source and (x.to_state is null or spelling ? x.to_state) and (x.from_states = '{}' or f.states <> '[]');
  insert into isms.workflow_approval
  select r.*
    from isms.workflow_approval x
    join isms.workflow_transition t on t.workflow = spelled and t.name = x.transition
   cross join lateral jsonb_populate_record(x, jsonb_build_object('workflow', spelled, 'builtin', false)) r
   where x.workflow = source;
end
$$;

comment on function isms.spell_workflow(text, text, jsonb) is 'Copies a workflow under another name, its states in other words; states without a word, and steps that lead there, are left out';

create function isms.forget_spelling(spelled text) returns void
  language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
  -- Overlays say what was switched off and why, and name the workflow.
  if exists (select from isms.workflow_overlay o where o.workflow = spelled) then
    return;
  end if;
  delete from isms.workflow_approval a where a.workflow = spelled;
  delete from isms.workflow_transition t where t.workflow = spelled;
  delete from isms.workflow_state s where s.workflow = spelled;
  delete from isms.workflow_relation r where r.workflow = spelled;
  delete from isms.workflow w where w.name = spelled;
end
$$;

comment on function isms.forget_spelling(text) is 'Removes a copy that isms.spell_workflow made, unless overlays refer to it';

create function isms.covered_by_keys("table" regclass, covers text[]) returns jsonb
  language plpgsql stable set search_path = pg_catalog, pg_temp as $$
declare
  child text;
  relation regclass;
  keys integer;
  link jsonb;
  result jsonb := '{}';
begin
  foreach child in array covers loop
    relation := child::regclass;
    select count(*),
           (array_agg((select jsonb_object_agg(a.attname, p.attname)
                         from unnest(c.conkey, c.confkey) k(own, other)
                         join pg_attribute a on a.attrelid = c.conrelid and a.attnum = k.own
                         join pg_attribute p on p.attrelid = c.confrelid and p.attnum = k.other)))[1]
      into keys, link
      from pg_constraint c
     where c.contype = 'f' and c.conrelid = relation and c.confrelid = covered_by_keys."table";
    if keys <> 1 then
      raise exception using
        errcode = 'invalid_parameter_value',
        message = format('table %s has %s to %s', relation, case keys when 0 then 'no foreign key' else 'several foreign keys' end, covered_by_keys."table"),
        hint = 'A covered table is found by its one foreign key; else the extension''s owner says how by isms.attach_workflow.';
    end if;
    result := result || jsonb_build_object((select format('%I.%I', n.nspname, c.relname) from pg_class c join pg_namespace n on n.oid = c.relnamespace where c.oid = relation),
                                           jsonb_build_object('on', link));
  end loop;
  return result;
end
$$;

comment on function isms.covered_by_keys(regclass, text[]) is 'What isms.attach_workflow takes as covers, for child tables by their foreign keys. Errors: 22023, 42P01';

create function isms.drop_workflow_triggers(schema_name text, table_name text) returns void
  language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
  t record;
begin
  for t in
    select g.tgrelid::regclass as relation, g.tgname
      from pg_trigger g
      join pg_proc p on p.oid = g.tgfoid
     where p.pronamespace = 'isms'::regnamespace and not g.tgisinternal and g.tgparentid = 0
       and (p.proname in ('workflow_machine', 'workflow_truncate') and g.tgnargs <= 1
              and g.tgrelid = to_regclass(format('%I.%I', drop_workflow_triggers.schema_name, drop_workflow_triggers.table_name))
            or p.proname in ('workflow_child', 'workflow_truncate') and g.tgnargs = 3
               and starts_with(encode(g.tgargs, 'escape'), drop_workflow_triggers.schema_name || '\000' || drop_workflow_triggers.table_name || '\000'))
  loop
    execute format('drop trigger %I on %s', t.tgname, t.relation);
  end loop;
end
$$;

comment on function isms.drop_workflow_triggers(text, text) is 'Drops the triggers of a bound table and of the tables it covers';

create function isms.disable_workflow("table" regclass, reason text default null) returns text
  language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
  -- definer: definitions and bindings are the extension's owner's; who may is asked first
declare
  b isms.workflow_binding;
  e isms.enforced_workflow;
  settled integer;
begin
  perform isms.require_governed(disable_workflow."table");
  select w.* into b
    from isms.workflow_binding w
    join pg_class c on c.relname = w.table_name
    join pg_namespace n on n.oid = c.relnamespace and n.nspname = w.schema_name
   where c.oid = disable_workflow."table";
  if not found then
    raise exception using
      errcode = 'undefined_object',
      message = format('table %s is under no workflow', disable_workflow."table"),
      hint = 'isms.workflow_binding lists the tables that are.';
  end if;
  perform isms.drop_workflow_triggers(b.schema_name, b.table_name);
  update isms.approval_request r
     set status = 'superseded', closed_by = isms.actor(), closed_at = clock_timestamp(), closing_comment = concat_ws(': ', 'the table is under no workflow any more', nullif(reason, ''))
   where r.table_name = isms.relation_name(b) and r.status = 'open';
  get diagnostics settled = row_count;
  delete from isms.workflow_binding w where w.schema_name = b.schema_name and w.table_name = b.table_name;
  delete from isms.enforced_workflow w where w.schema_name = b.schema_name and w.table_name = b.table_name returning w.* into e;
  delete from isms.table_rule r where r.schema_name = b.schema_name and r.table_name = b.table_name and r.rule = 'require_approval';
  if e.states is not null then
    perform isms.forget_spelling(e.workflow);
  end if;
  return format('%s is under no workflow any more', isms.relation_name(b))
         || case when settled > 0 then format('; what was asked for and not settled, %s in number, is superseded', settled) else '' end;
end
$$;

comment on function isms.disable_workflow(regclass, text) is 'Takes a table of an application out of its workflow, by its owner or isms_admin; open requests are superseded with the reason. Errors: 42501, 42704, 42809, IS020';

create function isms.enforce_workflow("table" regclass, state_column text, workflow text, states jsonb default null, covers text[] default '{}', ignore text[] default '{}',
                                      existing text default 'refuse', in_scope text default null) returns text
  language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
  -- definer: definitions and bindings are the extension's owner's; who may is asked first
declare
  relation text;
  of_scope text;
  me text := isms.actor();
  problem text;
  spelled text := enforce_workflow.workflow;
  child text;
  found_there jsonb;
  b isms.workflow_binding;
  known text[];
  lines text;
  n bigint;
begin
  perform isms.require_governed(enforce_workflow."table");
  foreach child in array enforce_workflow.covers loop
    perform isms.require_governed(child::regclass);
  end loop;
  select format('%I.%I', s.nspname, c.relname) into relation from pg_class c join pg_namespace s on s.oid = c.relnamespace where c.oid = enforce_workflow."table";

  -- What is asked for makes sense.
  problem := case
    when coalesce(enforce_workflow.existing, '') not in ('refuse', 'list', 'accept') then 'existing is refuse, list or accept'
    when not exists (select from isms.workflow w where w.name = enforce_workflow.workflow) then format('there is no workflow "%s"', enforce_workflow.workflow)
    when jsonb_typeof(states) <> 'object' or exists (select from jsonb_each(states) m where jsonb_typeof(m.value) <> 'string') then 'states is a JSON object: {"word of the table": "state of the workflow"}'
    when states is not null and not exists (select from jsonb_each_text(states) m join isms.workflow_state s on s.workflow = enforce_workflow.workflow and s.name = m.value and s.initial)
      then 'no word stands for an initial state'
    else coalesce(
      (select format('"%s" stands for %s, which is no state of workflow %s', m.key, m.value, enforce_workflow.workflow)
         from jsonb_each_text(states) m
        where not exists (select from isms.workflow_state s where s.workflow = enforce_workflow.workflow and s.name = m.value)
        limit 1),
      (select format('%s all stand for %s; each state has one word', string_agg(format('"%s"', m.key), ', ' order by m.key), m.value)
         from jsonb_each_text(states) m group by m.value having count(*) > 1 limit 1))
    end;
  if problem is not null then
    raise exception using
      errcode = 'invalid_parameter_value',
      message = format('table %s cannot be put under workflow "%s"', relation, enforce_workflow.workflow),
      detail = problem,
      hint = coalesce('States of ' || enforce_workflow.workflow || ' are '
                      || (select string_agg(s.name, ', ' order by s.position) from isms.workflow_state s where s.workflow = enforce_workflow.workflow) || '.',
                      'isms.workflow lists them.');
  end if;
  of_scope := case when not exists (select from pg_attribute a where a.attrelid = enforce_workflow."table" and a.attname = 'scope' and a.attnum > 0 and not a.attisdropped)
                   then coalesce(enforce_workflow.in_scope, isms.default_scope()) end;
  if of_scope is not null and not exists (select from isms.scope s where s.code = of_scope) then
    raise exception using
      errcode = 'IS021',
      message = format('there is no scope %s', of_scope);
  end if;

  -- Nobody writes from here on; what was enforced before is replaced.
  execute format('lock table %s in share row exclusive mode', relation);
  if exists (select from isms.workflow_binding w where format('%I.%I', w.schema_name, w.table_name) = relation) then
    perform isms.disable_workflow(enforce_workflow."table", 'another one takes its place');
  end if;
  if states is not null then
    spelled := rtrim(left(enforce_workflow.workflow || '_of_' || regexp_replace(lower(replace(relation, '"', '')), '[^a-z0-9]+', '_', 'g'), 200), '_');
    while exists (select from isms.workflow w where w.name = spelled) loop
      spelled := spelled || '_x';
    end loop;
    perform isms.spell_workflow(enforce_workflow.workflow, spelled, states);
  end if;
  perform isms.attach_workflow(relation, spelled, enforce_workflow.state_column, isms.covered_by_keys(enforce_workflow."table", enforce_workflow.covers), enforce_workflow.ignore, of_scope);
  b := isms.workflow_of(relation);
  insert into isms.enforced_workflow (schema_name, table_name, source, workflow, states, existing, enforced_by)
  values (b.schema_name, b.table_name, enforce_workflow.workflow, spelled, states, enforce_workflow.existing, coalesce(me, session_user));

  -- Rows that are there already.
  found_there := coalesce(isms.read_as_owner(enforce_workflow."table",
    format('select jsonb_agg(jsonb_build_object(''state'', g.state, ''rows'', g.n)) from (select p.%1$I::text as state, count(*) as n from %2$s p where (p.%1$I::text = any ($1)) is not true group by 1) g',
           enforce_workflow.state_column, relation),
    array(select s.name from isms.workflow_state s where s.workflow = spelled and s.initial)), '[]');
  known := array(select s.name from isms.workflow_state s where s.workflow = spelled and not s.initial);
  select sum((g ->> 'rows')::bigint), string_agg(format('state: %s %s', g ->> 'rows', coalesce('in "' || (g ->> 'state') || '"', 'in none')), E'\n' order by g ->> 'state')
    into n, lines
    from jsonb_array_elements(found_there) g
   where (g ->> 'state' = any (known)) is not true;
  if n > 0 then
    raise exception using
      errcode = 'invalid_parameter_value',
      message = format('rows of %s are in states that have no meaning in workflow %s: %s', relation, enforce_workflow.workflow, n),
      detail = lines,
      hint = 'Say by states what each stands for, or correct the rows.';
  end if;
  select sum((g ->> 'rows')::bigint), string_agg(format('transition: %s in "%s"', g ->> 'rows', g ->> 'state'), E'\n' order by g ->> 'state')
    into n, lines
    from jsonb_array_elements(found_there) g
   where g ->> 'state' = any (known);
  if n > 0 and enforce_workflow.existing = 'refuse' then
    raise exception using
      errcode = 'IS001',
      message = format('rows of %s are in states they took no step to: %s', relation, n),
      detail = lines,
      hint = 'existing => ''list'' takes them and lists them in isms.carried_over until they are approved anew, ''accept'' takes them as they are.';
  elsif n > 0 and enforce_workflow.existing = 'list' then
    if me is null then
      raise exception using
        errcode = 'IS022',
        message = format('rows of %s cannot be listed as carried over', relation),
        detail = format('actor: login %s is no person of this ISMS', session_user),
        hint = 'A person says that they are what they are.';
    end if;
    insert into isms.carried_over (scope, table_name, key, state, person, judged_at)
    select isms.row_scope(b, r), relation, isms.row_key(b, r), r ->> b.state_column, me, clock_timestamp()
      from jsonb_array_elements(isms.read_as_owner(enforce_workflow."table",
             format('select jsonb_agg(to_jsonb(p)) from %s p where p.%I::text = any ($1)', relation, b.state_column), known)) r;
  end if;
  return format('%s is under workflow %s', relation, enforce_workflow.workflow)
         || case when states is not null then format(' (as %s)', spelled) else '' end
         || case when n > 0 then format('; rows that are beyond an initial state already: %s, %s', n, case enforce_workflow.existing when 'list' then 'listed in isms.carried_over' else 'accepted' end) else '' end;
end
$$;

comment on function isms.enforce_workflow(regclass, text, text, jsonb, text[], text[], text, text) is 'Puts a table of an application under a workflow, by its owner or isms_admin. states: the table''s own words, {"new": "draft"}; covers: child tables, by their foreign key; ignore: technical columns; existing: what becomes of rows beyond an initial state (refuse, list, accept); in_scope: whose roles count. Errors: 22023, 42501, 42703, 42809, 42P16, 0A000, IS001, IS020 to IS022';

insert into isms.admin_function (name, builtin) values ('spell_workflow', true), ('forget_spelling', true), ('drop_workflow_triggers', true);
