-- Rows beside the one that is judged: where guards, @name.column and the rules of separation find them.  A relation is a
-- row of isms.workflow_relation; one that leads to no table yet makes a guard that needs it refuse, and say so.
create function isms.step_related(step isms.step, name text, record jsonb) returns jsonb
  language plpgsql stable set search_path = pg_catalog, pg_temp as $$
declare
  relation text;
  found_rows jsonb;
begin
  select w.function into relation from isms.workflow_relation w where w.workflow = step.workflow and w.name = step_related.name;
  if found then
    execute format('select %s($1)', relation) into found_rows using record;
  end if;
  return found_rows;
end
$$;

comment on function isms.step_related(isms.step, text, jsonb) is 'What a relation of the step''s workflow gives for a row: another row, or an array of rows; null where there is none, or nothing says where';

create function isms.step_unrelated(step isms.step, name text) returns text
  language sql immutable parallel safe set search_path = pg_catalog, pg_temp
begin atomic
  select format('its %s cannot be looked up: relation %s of workflow %s leads to no table', replace(name, '_', ' '), name, (step).workflow);
end;

comment on function isms.step_unrelated(isms.step, text) is 'What a guard says where a relation it needs gives nothing';

create function isms.step_bound_rows(workflow text, matching jsonb) returns jsonb
  language plpgsql stable set search_path = pg_catalog, pg_temp as $$
declare
  b isms.workflow_binding;
  relation regclass;
  result jsonb;
begin
  for b in select w.* from isms.workflow_binding w where w.workflow = step_bound_rows.workflow order by w.schema_name, w.table_name loop
    relation := to_regclass(isms.relation_name(b));
    continue when relation is null or not b.scoped and b.in_scope is distinct from matching ->> 'scope'
      or exists (select from jsonb_object_keys(matching) k
                  where (b.scoped or k <> 'scope')
                    and not exists (select from pg_attribute a where a.attrelid = relation and a.attname = k and a.attnum > 0 and not a.attisdropped));
    result := coalesce(result, '[]') || coalesce(isms.read_as_owner(relation,
      format('select jsonb_agg(to_jsonb(x) || jsonb_build_object(''@state'', x.%I)) from %s x where %s', b.state_column, relation,
             (select string_agg(format('x.%I::text = $1 ->> %L', k, k), ' and ') from jsonb_object_keys(matching) k where b.scoped or k <> 'scope')),
      matching), '[]');
  end loop;
  return result;
end
$$;

comment on function isms.step_bound_rows(text, jsonb) is 'Rows, as a JSON array, of the tables under a workflow that have these values (scope and one column more at least), each with its state as @state; null where no such table has these columns';

create function isms.step_referred_row(workflow text, "column" text, record jsonb) returns jsonb
  language plpgsql stable set search_path = pg_catalog, pg_temp as $$
declare
  k record;
  result jsonb;
begin
  for k in
    select c.confrelid::regclass as relation, s.state_column,
           (select string_agg(format('x.%I::text = $1 ->> %L', f.attname, a.attname), ' and ')
              from unnest(c.conkey, c.confkey) u(conkey, confkey)
              join pg_attribute a on a.attrelid = c.conrelid and a.attnum = u.conkey
              join pg_attribute f on f.attrelid = c.confrelid and f.attnum = u.confkey) as condition
      from isms.workflow_binding w
      join pg_constraint c on c.conrelid = to_regclass(isms.relation_name(w)) and c.contype = 'f'
      join pg_attribute a on a.attrelid = c.conrelid and a.attname = "column" and a.attnum = any (c.conkey)
      left join pg_class r on r.oid = c.confrelid
      left join pg_namespace n on n.oid = r.relnamespace
      left join isms.workflow_binding s on s.schema_name = n.nspname and s.table_name = r.relname
     where w.workflow = step_referred_row.workflow
     order by w.schema_name, w.table_name, c.conname
  loop
    result := isms.read_as_owner(k.relation,
      format('select to_jsonb(x)%s from %s x where %s',
             case when k.state_column is null then '' else format(' || jsonb_build_object(''@state'', x.%I)', k.state_column) end, k.relation, k.condition),
      record);
    exit when result is not null;
  end loop;
  return result;
end
$$;

comment on function isms.step_referred_row(text, text, jsonb) is 'The row that a foreign key of the tables under a workflow refers to through a column, with its state as @state where it is under a workflow itself';

-- Separation of duties where more than the row is looked at.
create function isms.separation_changers(record jsonb, step isms.step, approval bigint) returns text[]
  language plpgsql stable set search_path = pg_catalog, pg_temp
  -- keys as the trail spells them
  set timezone = 'UTC' set datestyle = 'ISO, YMD' set intervalstyle = 'postgres' set extra_float_digits = 1 set bytea_output = 'hex' set lc_monetary = 'C' as $$
declare
  b isms.workflow_binding := isms.workflow_of(step.relation);
  relation regclass := isms.relation_name(b)::regclass;
  own_scope text := case when b.schema_name = 'isms' and b.scoped then step.scope end;
  child record;
  joined jsonb;
  since bigint;
  result text[];
begin
  select max(h.seq) into since from isms.row_history('isms.approval', approval::text) h;
  -- The row itself: who wrote anything but its state.
  select array_agg(distinct h.who) filter (where h.operation = 'insert' or h.new_values - b.state_column - b.ignore_columns <> '{}'),
         coalesce(since, min(h.seq) - 1)
    into result, since
    from isms.row_history(relation, step.key) h
   where h.scope is not distinct from own_scope and (since is null or h.seq > since);
  for child in
    select e.key as name, e.value as cover, array(select jsonb_array_elements_text(e.value -> 'ignore')) as ignored,
           (select case when count(*) = 1 then format('x.%I::text', min(a.attname))
                   else format('jsonb_build_object(%s)::text', string_agg(format('%L, x.%I', a.attname, a.attname), ', ')) end
              from pg_index i
              join pg_attribute a on a.attrelid = i.indrelid and a.attnum = any ((i.indkey::smallint[])[:i.indnkeyatts - 1])
             where i.indrelid = e.key::regclass and i.indisprimary and (a.attname <> 'scope' or i.indnkeyatts = 1)) as key
      from jsonb_each(b.covers) e
  loop
    joined := coalesce(child.cover -> 'where', '{}') || (select jsonb_object_agg(o.key, record -> o.value) from jsonb_each_text(child.cover -> 'on') o);
    result := result || array(
      -- the rows there are
      select h.who
        from jsonb_array_elements_text(coalesce(isms.read_as_owner(relation,
               format('select jsonb_agg(%s) from %s x where to_jsonb(x) @> $1', child.key, child.name), joined), '[]')) k(key)
        cross join lateral isms.row_history(child.name::regclass, k.key) h
       where h.seq > since and (h.operation <> 'update' or h.new_values - child.ignored <> '{}')
         and (h.scope is null or joined ->> 'scope' is null or h.scope = joined ->> 'scope')
      union
      -- and those that went, or went elsewhere: their entries say what they were
      select a.who
        from isms.audit_trail a
       where a.seq > since and a.table_name = child.name
         and exists (select from jsonb_each(joined) m where a.old_values ? m.key)
         and not exists (select from jsonb_each(joined) m where a.old_values ? m.key and a.old_values -> m.key <> m.value));
  end loop;
  return coalesce(result, '{}');
end
$$;

comment on function isms.separation_changers(jsonb, isms.step, bigint) is 'Who changed the row, its state aside, or a row it covers since that approval (null: ever), by the trail';

create function isms.separation_sentence(rule text, record jsonb, step isms.step, person text) returns text
  language plpgsql stable set search_path = pg_catalog, pg_temp as $$
declare
  last bigint;
  unrecorded text;
begin
  case rule
  when 'I' then
    return 'it is {}''s: ' || (isms.step_related(step, 'judged', record) ->> person);
  when 'T' then
    return '{} is not impartial to what is audited: ' || (isms.step_related(step, 'audited', record) ->> person);
  when 'M' then
    select max(a.id) into last
      from isms.approval_request r
      join isms.approval a on a.request = r.id
     where r.scope = step.scope and r.table_name = step.relation and r.key = step.key and r.status = 'carried_out';
    select string_agg(x.name, ', ' order by x.name) into unrecorded
      from (select step.relation as name
             union all
            select jsonb_object_keys((isms.workflow_of(step.relation)).covers)) x
     where not exists (select from pg_trigger t where t.tgrelid = to_regclass(x.name) and t.tgfoid = 'isms.capture()'::regprocedure and t.tgenabled = 'A');
    if unrecorded is not null then
      return format('who changed it is not known: changes of %s are not recorded, see isms.enable_audit', unrecorded);
    elsif person = any (isms.separation_changers(record, step, last)) then
      return case when last is null then '{} made or changed it' else '{} changed it since it was last approved' end;
    end if;
  when 'not an approver' then
    return (
      select '{} approved it'
        from isms.approval_request r
        join isms.approval a on a.request = r.id
       where r.scope = step.scope and r.table_name = step.relation and r.key = step.key and r.status = 'carried_out' and a.approver = person
       limit 1);
  else
  end case;
  return null;
end
$$;

comment on function isms.separation_sentence(text, jsonb, isms.step, text) is 'Why rule I (what relation judged gives: person to what), T (relation audited, the same), M (by the trail) or "not an approver" keeps the person from a step; {} stands for the name; null: it does not';
