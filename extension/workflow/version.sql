-- Versions of definitions.  A version is a whole definition; each that was in force is kept.  Rows under way keep a legal path: where a new
-- version drops a state that rows are in, the state stays as a retired one, which nothing leads into, with the old ways out of it.
create table isms.workflow_version (
  workflow text not null,
  version integer not null constraint workflow_version_version_positive check (version > 0),
  definition jsonb not null,
  note text,
  made_by text,
  made_at timestamptz not null default clock_timestamp(),
  constraint workflow_version_pkey primary key (workflow, version)
);

comment on table isms.workflow_version is 'Versions of workflows that are not shipped, the highest in force; kept when the workflow is gone. Shipped ones have the version of the extension';
comment on column isms.workflow_version.workflow is 'Workflow';
comment on column isms.workflow_version.version is 'Number, from 1';
comment on column isms.workflow_version.definition is 'isms.workflow_definition() as it was';
comment on column isms.workflow_version.note is 'What changed and why; the comment of the transaction where the tables were written directly';
comment on column isms.workflow_version.made_by is 'Person, or login where it is nobody''s';
comment on column isms.workflow_version.made_at is 'When';

insert into isms.closed_table (name, readable, builtin) values ('workflow_version', true, true);

create function isms.workflow_definition(workflow text) returns jsonb
  language sql stable strict set search_path = pg_catalog, pg_temp
begin atomic
  select jsonb_build_object(
           'title', w.title,
           'states', coalesce((select jsonb_agg(to_jsonb(s) - '{workflow,builtin,position}'::text[] order by s.position) from isms.workflow_state s where s.workflow = w.name), '[]'),
           'transitions', coalesce((select jsonb_agg(to_jsonb(t) - '{workflow,builtin}'::text[] order by t.name) from isms.workflow_transition t where t.workflow = w.name), '[]'),
           'approvals', coalesce((select jsonb_agg(to_jsonb(a) - '{workflow,builtin}'::text[] order by a.transition, a.slot) from isms.workflow_approval a where a.workflow = w.name), '[]'),
           'relations', coalesce((select jsonb_agg(to_jsonb(r) - '{workflow,builtin}'::text[] order by r.name) from isms.workflow_relation r where r.workflow = w.name), '[]'))
    from isms.workflow w
   where w.name = workflow_definition.workflow;
end;

comment on function isms.workflow_definition(text) is 'A workflow as one JSON object: title, states in order, transitions, approvals, relations, each an array of objects with the columns of their tables; null if there is no such workflow';

create function isms.held_states(workflow text) returns table (state text, relation text, "rows" bigint)
  language plpgsql stable set search_path = pg_catalog, pg_temp as $$
declare
  b isms.workflow_binding;
begin
  for b in select w.* from isms.workflow_binding w where w.workflow = held_states.workflow order by w.schema_name, w.table_name loop
    continue when to_regclass(isms.relation_name(b)) is null;
    return query
    select g ->> 'state', isms.relation_name(b), (g ->> 'rows')::bigint
      from jsonb_array_elements(coalesce(isms.read_as_owner(isms.relation_name(b)::regclass,
             format('select jsonb_agg(jsonb_build_object(''state'', h.state, ''rows'', h.n) order by h.state) from (select p.%I::text as state, count(*) as n from %s p group by 1) h',
                    b.state_column, isms.relation_name(b)), ''::text), '[]')) g;
  end loop;
end
$$;

comment on function isms.held_states(text) is 'In which states rows of the tables under a workflow are, and how many; reads these tables whole';

create function isms.stranded_rows(workflow text) returns setof text
  language sql stable set search_path = pg_catalog, pg_temp
begin atomic
  with recursive step (from_state, to_state) as (
    select s.name, t.to_state
      from isms.workflow_state s
     cross join lateral isms.transitions_from(s.workflow, s.name) t
     where s.workflow = stranded_rows.workflow and t.to_state is not null),
  living (state) as (
    -- A state that rows may rest in, or come and go through for ever, is one the definition means; a retired one must lead out.
    select s.name
      from isms.workflow_state s
     where s.workflow = stranded_rows.workflow and (s.final or not s.retired and exists (select from step p where p.from_state = s.name))
    union
    select p.from_state from living l join step p on p.to_state = l.state)
  select format('%s: no way out for rows of %s', coalesce(h.state, '(null)'), string_agg(format('%s (%s)', h.relation, h.rows), ', ' order by h.relation))
    from isms.held_states(stranded_rows.workflow) h
   where not exists (select from living l where l.state = h.state)
   group by h.state
   order by h.state;
end;

comment on function isms.stranded_rows(text) is 'States that rows are in and that the definition does not know, or lets nobody leave though they are not final; none if every row has a legal path';

create function isms.record_version(workflow text, note text) returns integer
  language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
  present jsonb := isms.workflow_definition(record_version.workflow);
  last isms.workflow_version;
begin
  select * into last from isms.workflow_version v where v.workflow = record_version.workflow order by v.version desc limit 1;
  if last.definition is distinct from present then
    insert into isms.workflow_version (workflow, version, definition, note, made_by)
    values (record_version.workflow, coalesce(last.version, 0) + 1, present, record_version.note, coalesce(isms.actor(), session_user))
    returning * into last;
  end if;
  return last.version;
end
$$;

comment on function isms.record_version(text, text) is 'Keeps the definition of a workflow as its next version if it differs from the last one; returns the number of the version in force';

create function isms.workflow_revised() returns trigger
  language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
  -- definer: at the end of the transaction of whoever called isms.enforce_workflow it writes what is the extension's owner's
declare
  revised text := case when tg_op = 'DELETE' then old.workflow else new.workflow end;
  stranded text;
begin
  if not exists (select from isms.workflow w where w.name = revised) then
    return null;
  end if;
  -- The first of a transaction's changes finds them all made, the others nothing to do.
  if isms.workflow_definition(revised) is distinct from
     (select v.definition from isms.workflow_version v where v.workflow = revised order by v.version desc limit 1) then
    select string_agg(s, E'\n') into stranded from isms.stranded_rows(revised) s;
    if stranded is not null then
      raise exception using
        errcode = 'IS008',
        message = format('workflow "%s" cannot become what was written: rows under way would be stuck', revised),
        detail = stranded,
        hint = 'isms.revise_workflow keeps the states that rows are in, and the ways out of them.',
        schema = tg_table_schema, table = tg_table_name;
    end if;
    perform isms.record_version(revised, isms.transaction_comment());
  end if;
  return null;
end
$$;

comment on function isms.workflow_revised() is 'Trigger at the end of a transaction that wrote the definition of a workflow that is not shipped: every row under way has a legal path, and the version is kept. Errors: IS008';

do $$
declare
  t text;
begin
  foreach t in array '{workflow_state,workflow_transition,workflow_approval,workflow_relation}'::text[] loop
    execute format('create constraint trigger workflow_revised after insert or update on isms.%I deferrable initially deferred for each row when (not new.builtin) execute function isms.workflow_revised()', t);
    execute format('create constraint trigger workflow_reduced after delete on isms.%I deferrable initially deferred for each row when (not old.builtin) execute function isms.workflow_revised()', t);
  end loop;
end
$$;

create function isms.definition_problems(definition jsonb) returns setof text
  language sql stable set search_path = pg_catalog, pg_temp
begin atomic
  select 'a definition is a JSON object' where jsonb_typeof(definition) <> 'object'
  union all
  select format('%s: a definition has title, states, transitions, approvals and relations', d.key)
    from jsonb_each(case jsonb_typeof(definition) when 'object' then definition end) d
   where d.key not in ('title', 'states', 'transitions', 'approvals', 'relations')
  union all
  select format('%s: an array of objects', d.key)
    from jsonb_each(case jsonb_typeof(definition) when 'object' then definition end) d
   where d.key in ('states', 'transitions', 'approvals', 'relations')
     and (jsonb_typeof(d.value) <> 'array' or jsonb_path_exists(d.value, 'strict $[*] ? (@.type() <> "object")'))
  union all
  select format('%s: no such column, %s', d.key, k)
    from jsonb_each(case jsonb_typeof(definition) when 'object' then definition end) d
   cross join lateral jsonb_array_elements(case jsonb_typeof(d.value) when 'array' then d.value end) e
   cross join lateral jsonb_object_keys(case jsonb_typeof(e) when 'object' then e end) k
   where d.key in ('states', 'transitions', 'approvals', 'relations')
     and not exists (select from pg_attribute a
                      where a.attrelid = to_regclass('isms.workflow_' || rtrim(d.key, 's')) and a.attname = k and a.attnum > 0
                        and k not in ('workflow', 'builtin', 'position'));
end;

comment on function isms.definition_problems(jsonb) is 'What keeps a JSON value from being a definition of a workflow in the form of isms.workflow_definition(); none if nothing';

create function isms.write_definition(workflow text, definition jsonb) returns void
  language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
  delete from isms.workflow_approval a where a.workflow = write_definition.workflow;
  delete from isms.workflow_transition t where t.workflow = write_definition.workflow;
  delete from isms.workflow_state s where s.workflow = write_definition.workflow;
  delete from isms.workflow_relation r where r.workflow = write_definition.workflow;
  update isms.workflow w set title = definition ->> 'title' where w.name = write_definition.workflow and w.title <> definition ->> 'title';
  insert into isms.workflow_relation
  select r.*
    from jsonb_array_elements(definition -> 'relations') x
   cross join lateral jsonb_populate_record(null::isms.workflow_relation, x || jsonb_build_object('workflow', write_definition.workflow, 'builtin', false)) r;
  insert into isms.workflow_state
  select r.*
    from jsonb_array_elements(definition -> 'states') with ordinality e(x, i)
   cross join lateral jsonb_populate_record(null::isms.workflow_state,
     '{"initial": false, "final": false, "cutover": false, "frozen_columns": [], "frozen_children": [], "retired": false}' || x
     || jsonb_build_object('workflow', write_definition.workflow, 'builtin', false, 'position', i)) r;
  insert into isms.workflow_transition
  select r.*
    from jsonb_array_elements(definition -> 'transitions') x
   cross join lateral jsonb_populate_record(null::isms.workflow_transition,
     '{"from_states": [], "amended_columns": [], "separation": [], "guards": [], "own_login": false, "clause": "-", "basis": "P"}' || x
     || jsonb_build_object('workflow', write_definition.workflow, 'builtin', false)) r;
  insert into isms.workflow_approval
  select r.*
    from jsonb_array_elements(definition -> 'approvals') x
   cross join lateral jsonb_populate_record(null::isms.workflow_approval,
     '{"needed": 1, "basis": "P"}' || x || jsonb_build_object('workflow', write_definition.workflow, 'builtin', false)) r;
end
$$;

comment on function isms.write_definition(text, jsonb) is 'Replaces the definition of a workflow; what an object leaves out is the column''s default';

-- The definition wanted, and what rows in states that it drops need of the present one.  A way out that the new version has for other states is opened
-- to the retired ones; other ways stay under their names, or beside a new step of that name.
create function isms.with_ways_out(wanted jsonb, present jsonb, retired text[], version integer) returns jsonb
  language sql immutable set search_path = pg_catalog, pg_temp
begin atomic
  select wanted
         || jsonb_build_object('states', (wanted -> 'states') || coalesce(
              (select jsonb_agg(e.s || '{"retired": true, "initial": false}' order by e.i)
                 from jsonb_array_elements(present -> 'states') with ordinality e(s, i)
                where e.s ->> 'name' = any (retired)), '[]'))
         || jsonb_build_object('transitions', coalesce(
              (select jsonb_agg(case when k.states is null then n.t else jsonb_set(n.t, '{from_states}', coalesce(n.t -> 'from_states', '[]') || k.states) end order by n.i)
                 from jsonb_array_elements(wanted -> 'transitions') with ordinality n(t, i)
                 left join lateral (
                   select jsonb_agg(f) as states
                     from jsonb_array_elements(present -> 'transitions') o(t), jsonb_array_elements_text(o.t -> 'from_states') f
                    where o.t ->> 'name' = n.t ->> 'name' and o.t ->> 'to_state' = n.t ->> 'to_state' and f = any (retired)
                      and not n.t -> 'from_states' ?| array[f, 'any']) k on true), '[]')
            || coalesce(
              (select jsonb_agg(o.t || jsonb_build_object('from_states', k.states, 'name',
                                  (o.t ->> 'name') || case when exists (select from jsonb_array_elements(wanted -> 'transitions') n(t) where n.t ->> 'name' = o.t ->> 'name')
                                                           then '_of_version_' || version else '' end) order by o.i)
                 from jsonb_array_elements(present -> 'transitions') with ordinality o(t, i)
                cross join lateral (select jsonb_agg(f) as states from jsonb_array_elements_text(o.t -> 'from_states') f where f = any (retired)) k
                where k.states is not null
                  and (o.t ->> 'to_state' is null or o.t ->> 'to_state' = any (retired)
                       or exists (select from jsonb_array_elements(wanted -> 'states') s where s ->> 'name' = o.t ->> 'to_state'))
                  and not exists (select from jsonb_array_elements(wanted -> 'transitions') n(t)
                                   where n.t ->> 'name' = o.t ->> 'name' and n.t ->> 'to_state' = o.t ->> 'to_state')), '[]'));
end;

comment on function isms.with_ways_out(jsonb, jsonb, text[], integer) is 'A definition with the retired states of the one before it (of that version), and the ways out of them';

create function isms.settle_requests(workflow text, former integer) returns void
  language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
  r record;
  b isms.workflow_binding;
  state text;
  step text;
begin
  for r in
    select q.id, q.transition, q.key, q.scope, w as binding
      from isms.workflow_binding w
      join isms.approval_request q on q.table_name = isms.relation_name(w) and q.status = 'open'
     where w.workflow = settle_requests.workflow
     order by q.id
  loop
    b := r.binding;
    state := isms.read_as_owner(isms.relation_name(b)::regclass,
      format('select to_jsonb(p.%I::text) from %s p where %s', b.state_column, isms.relation_name(b), isms.key_condition(b, 'p')), r.key, r.scope) #>> '{}';
    step := null;
    select t.name into step
      from isms.transitions_from(b.workflow, state) t
     where t.name in (r.transition, r.transition || '_of_version_' || former)
     order by t.name
     limit 1;
    if step is null then
      update isms.approval_request q
         set status = 'superseded', closed_by = isms.actor(), closed_at = clock_timestamp(),
             closing_comment = format('workflow %s has no such step from %s any more', b.workflow, state)
       where q.id = r.id;
    elsif step <> r.transition then
      update isms.approval_request q set transition = step where q.id = r.id;
    end if;
  end loop;
end
$$;

comment on function isms.settle_requests(text, integer) is 'Open requests of a workflow that was revised follow a step kept under another name, and are superseded where the step is gone; former: the version before';

create function isms.revise_workflow(workflow text, definition jsonb default null, note text default null) returns integer
  language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
  revised text := revise_workflow.workflow;
  present jsonb;
  wanted jsonb;
  problems text;
  held text[];
  retired text[] := '{}';
  reached text[];
  former integer;
  number integer;
  b isms.workflow_binding;
begin
  perform isms.require_active();
  select coalesce(
    case when w.name is null then format('there is no workflow "%s"', revised)
         when w.builtin then 'it is shipped with the extension' end,
    (select string_agg(p, E'\n') from isms.definition_problems(definition) p))
    into problems
    from (values (true)) one
    left join isms.workflow w on w.name = revised;
  if problems is null then
    -- Nobody enters a state meanwhile.
    for b in select w.* from isms.workflow_binding w where w.workflow = revised and to_regclass(isms.relation_name(w)) is not null order by w.schema_name, w.table_name loop
      execute format('lock table %s in access exclusive mode', isms.relation_name(b));
    end loop;
    lock table isms.workflow in share row exclusive mode;
    present := isms.workflow_definition(revised);
    former := isms.record_version(revised, null);
    wanted := present || jsonb_build_object('states', (select coalesce(jsonb_agg(e.s order by e.i), '[]')
                                                         from jsonb_array_elements(present -> 'states') with ordinality e(s, i)
                                                        where not (e.s ->> 'retired')::boolean))
              || coalesce(definition, '{}');

    -- States that go though rows are in them, and those on their ways to one that stays.
    held := array(select h.state from isms.held_states(revised) h);
    reached := array(
      select e.s ->> 'name' from jsonb_array_elements(present -> 'states') e(s) where e.s ->> 'name' = any (held)
      except
      select e.s ->> 'name' from jsonb_array_elements(wanted -> 'states') e(s));
    while reached <> '{}' loop
      retired := retired || reached;
      reached := array(
        select distinct t.to_state
          from unnest(reached) r(state)
         cross join lateral isms.transitions_from(revised, r.state) t
         where t.to_state <> all (retired)
           and not exists (select from jsonb_array_elements(wanted -> 'states') e(s) where e.s ->> 'name' = t.to_state));
    end loop;
    -- Steps that are not given stay as far as their states do, and so do approvals.
    if not coalesce(definition ? 'transitions', false) then
      wanted := wanted || jsonb_build_object('transitions', (
        select coalesce(jsonb_agg(jsonb_set(x.t, '{from_states}', to_jsonb(x.states)) order by x.i), '[]')
          from (select e.t, e.i,
                       array(select f from jsonb_array_elements_text(e.t -> 'from_states') with ordinality u(f, k)
                              where f = 'any' or exists (select from jsonb_array_elements(wanted -> 'states') s where s ->> 'name' = f) order by k) as states
                  from jsonb_array_elements(present -> 'transitions') with ordinality e(t, i)) x
         where (x.states <> '{}' or x.t -> 'from_states' = '[]')
           and (x.t ->> 'to_state' is null or exists (select from jsonb_array_elements(wanted -> 'states') s where s ->> 'name' = x.t ->> 'to_state'))));
    end if;
    if not coalesce(definition ? 'approvals', false) then
      wanted := wanted || jsonb_build_object('approvals', (
        select coalesce(jsonb_agg(a order by i), '[]')
          from jsonb_array_elements(present -> 'approvals') with ordinality e(a, i)
         where exists (select from jsonb_array_elements(wanted -> 'transitions') t where t ->> 'name' = a ->> 'transition')));
    end if;
    wanted := isms.with_ways_out(wanted, present, retired, former);
    -- Approvals of the ways kept.
    wanted := wanted || jsonb_build_object('approvals', (wanted -> 'approvals') || (
      select coalesce(jsonb_agg(a || jsonb_build_object('transition', t ->> 'name') order by i), '[]')
        from jsonb_array_elements(present -> 'approvals') with ordinality e(a, i)
        join jsonb_array_elements(wanted -> 'transitions') t
          on t ->> 'name' in (a ->> 'transition', (a ->> 'transition') || '_of_version_' || former)
       where not exists (select from jsonb_array_elements(definition -> 'transitions') n where n ->> 'name' = t ->> 'name')
         and not exists (select from jsonb_array_elements(wanted -> 'approvals') o where o ->> 'transition' = t ->> 'name' and o ->> 'slot' = a ->> 'slot')));
    perform isms.write_definition(revised, wanted);
    select string_agg(p, E'\n')
      into problems
      from (select isms.workflow_problems(revised, true)
            union all
            select isms.stranded_rows(revised)) x(p);
  end if;
  if problems is not null then
    raise exception using
      errcode = 'invalid_parameter_value',
      message = format('workflow "%s" cannot be revised', revised),
      detail = problems,
      hint = 'Begin with what isms.workflow_definition() gives. Shipped workflows are copied under another name, or what is practice in them is switched off by isms.workflow_overlay.';
  end if;
  number := isms.record_version(revised, note);

  perform isms.settle_requests(revised, former);
  return number;
end
$$;

comment on function isms.revise_workflow(text, jsonb, text) is 'Gives a workflow that is not shipped a new definition, in the form of isms.workflow_definition() (what it leaves out stays), and returns the number of the version. States that rows are in stay as retired ones with the ways out of them; without a definition, retired states that no row is in any more go. For the extension''s owner. Errors: 22023, 23xxx, IS020';

insert into isms.admin_function (name, builtin) values ('revise_workflow', true), ('write_definition', true), ('record_version', true), ('settle_requests', true);
