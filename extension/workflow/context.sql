-- What an approver had before the eyes, and what became of it: from the trail.

-- While an approval is given nobody else changes the row or what it covers, so that what was approved is what was
-- recorded before the approval's own entry.
create function isms.decision_entry(approval bigint) returns bigint
  language plpgsql stable parallel restricted set search_path = pg_catalog, pg_temp set jit = off as $$
declare
  q isms.approval_request;
  entry bigint;
begin
  if decision_entry.approval is null then
    raise exception using errcode = 'null_value_not_allowed', message = 'no approval is named', hint = 'isms.approval lists them.';
  end if;
  select r.* into q from isms.approval a join isms.approval_request r on r.id = a.request where a.id = decision_entry.approval;
  if not found then
    raise exception using
      errcode = 'no_data_found',
      message = format('there is no approval %s that %s may see', decision_entry.approval, current_user),
      hint = 'isms.approval lists them.';
  end if;
  if split_part(q.table_name, '.', 1) <> 'isms' and not isms.may_read_trail() then
    raise exception using
      errcode = 'insufficient_privilege',
      message = format('%s may not read what is recorded of %s', current_user, q.table_name),
      detail = 'trail: Entries of tables outside isms are for members of isms_trail_reader.';
  end if;
  select h.seq into entry
    from isms.row_history('isms.approval', decision_entry.approval::text) h
   where h.operation in ('insert', 'baseline')
   limit 1;
  if entry is null then
    raise exception using
      errcode = 'no_data_found',
      message = format('approval %s is not in the trail', decision_entry.approval),
      detail = 'trail: Its entry was recorded in a part that is not here, or not at all.';
  end if;
  return entry;
end
$$;

comment on function isms.decision_entry(bigint) is 'Entry by which an approval was recorded: what was recorded before it is what the approver could see. Errors: P0002, 22004, 42501';

create function isms.changed_columns(old jsonb, new jsonb) returns text[]
  language sql immutable parallel safe set search_path = pg_catalog, pg_temp
begin atomic
  select case when old is not null and new is not null then
    array(select coalesce(o.key, n.key)
            from jsonb_each(old) o
            full join jsonb_each(new) n on n.key = o.key
           where o.value is distinct from n.value
           order by 1) end;
end;

comment on function isms.changed_columns(jsonb, jsonb) is 'Columns in which two states of a row differ; null where there are not two';

create function isms.decision_context(approval bigint,
    out table_name text, out scope text, out key text, out seen jsonb, out present jsonb, out changed text[]) returns setof record
  language plpgsql stable parallel restricted rows 20 set search_path = pg_catalog, pg_temp set jit = off
  -- keys as the trail spells them
  set timezone = 'UTC' set datestyle = 'ISO, YMD' set intervalstyle = 'postgres' set extra_float_digits = 1 set bytea_output = 'hex' set lc_monetary = 'C' as $$
declare
  entry constant bigint := isms.decision_entry(decision_context.approval);
  q isms.approval_request;
  b isms.workflow_binding;
  parent_seen jsonb;
  parent_now jsonb;
  c record;
  k record;
  -- values of the covered table's columns that make a row one of the parent's, then and now
  then_match jsonb;
  now_match jsonb;
  own boolean;
begin
  select r.* into q from isms.approval a join isms.approval_request r on r.id = a.request where a.id = decision_context.approval;
  b := isms.workflow_of(q.table_name);
  own := b.schema_name = 'isms';
  select s."row", n."row" into parent_seen, parent_now
    from isms.row_recorded(q.table_name::regclass, q.key, case when own and b.scoped then q.scope end, entry - 1) s,
         isms.row_recorded(q.table_name::regclass, q.key, case when own and b.scoped then q.scope end, null) n;
  if parent_seen is null then
    raise exception using
      errcode = 'IS011',
      message = format('what approval %s was about is not in the trail', decision_context.approval),
      detail = format('audit: %s was not audited then, or what was recorded of it was erased since.', q.table_name),
      hint = format('select isms.enable_audit(%L) has it recorded from now on.', q.table_name);
  end if;
  table_name := q.table_name;
  scope := case when own and b.scoped then q.scope end;
  key := q.key;
  seen := parent_seen;
  present := parent_now;
  changed := isms.changed_columns(seen, present);
  return next;

  for c in
    select e.key as child, e.value as cover, d.relation, i.columns
      from jsonb_each(b.covers) e
     cross join lateral (select to_regclass(e.key) as relation) d
     cross join lateral (select array_agg(a.attname order by u.n) as columns
                           from pg_index x
                          cross join unnest(x.indkey) with ordinality u (number, n)
                           join pg_attribute a on a.attrelid = x.indrelid and a.attnum = u.number
                          where x.indrelid = d.relation and x.indisprimary and u.n <= x.indnkeyatts
                            and (a.attname <> 'scope' or x.indnkeyatts = 1)) i
     where d.relation is not null
     order by e.key
  loop
    select coalesce(c.cover -> 'where', '{}') || jsonb_object_agg(o.key, parent_seen -> o.value),
           coalesce(c.cover -> 'where', '{}') || jsonb_object_agg(o.key, parent_now -> o.value)
      into then_match, now_match
      from jsonb_each_text(c.cover -> 'on') o;
    for k in
      with there as (
        -- the rows there are
        select case when cardinality(c.columns) = 1 then r.value ->> c.columns[1]
                    else (select jsonb_object_agg(n, r.value -> n)::text from unnest(c.columns) n) end as key,
               case when c.child like 'isms.%' then r.value ->> 'scope' end as scope
          from jsonb_array_elements(isms.read_as_owner(q.table_name::regclass,
                 format('select jsonb_agg(to_jsonb(c)) from %s c join %s p on %s where %s and to_jsonb(c) @> $3',
                        c.child, q.table_name,
                        (select string_agg(format('c.%I = p.%I', o.key, o.value), ' and ') from jsonb_each_text(c.cover -> 'on') o),
                        isms.key_condition(b, 'p')),
                 q.key, q.scope, coalesce(c.cover -> 'where', '{}'))) r
      ), since as (
        -- and those that went, or went elsewhere: their entries say what they were
        select a.key, a.scope
          from isms.audit_trail a
         where a.seq >= entry and a.table_name = c.child
           and exists (select from jsonb_each(then_match) m where a.old_values ? m.key)
           and not exists (select from jsonb_each(then_match) m where a.old_values ? m.key and a.old_values -> m.key not in (m.value, now_match -> m.key))
      )
      select r.key, r.scope, s."row" as was, n."row" as is_now
        from (select * from there union select * from since) r
       cross join lateral isms.row_recorded(c.relation, r.key, r.scope, entry - 1) s
       cross join lateral isms.row_recorded(c.relation, r.key, r.scope, null) n
       order by r.scope, r.key collate "C"
    loop
      table_name := c.child;
      scope := k.scope;
      key := k.key;
      seen := case when k.was @> then_match then k.was end;
      present := case when k.is_now @> now_match then k.is_now end;
      changed := isms.changed_columns(seen, present);
      continue when seen is null and present is null;
      return next;
    end loop;
  end loop;
end
$$;

comment on function isms.decision_context(bigint) is
  'The row an approval was about and the rows it covers, as they were recorded when it was given (seen; null: added since) and as they are now (present; null: no longer there), and which columns differ; states and technical columns too. '
  'Errors: P0002 for an approval the caller may not see, 22004, IS011 where the table was not audited, 42501';

create function isms.decision_changes(approval bigint,
    out table_name text, out scope text, out key text, out column_name text, out old_value jsonb, out new_value jsonb,
    out changed_at timestamptz, out who text, out operation text, out seq bigint) returns setof record
  language sql stable parallel restricted rows 20 set search_path = pg_catalog, pg_temp set jit = off
begin atomic
  select c.table_name, c.scope, c.key, v.column_name, v.old_value, v.new_value, h.at, h.who, h.operation, h.seq
    from isms.decision_context(decision_changes.approval) c
   cross join lateral isms.row_history(c.table_name::regclass, c.key) h
   cross join lateral (select n.key, h.old_values -> n.key, n.value from jsonb_each(h.new_values) n where h.operation = 'update'
                       union all
                       select null, h.old_values, h.new_values where h.operation <> 'update') v (column_name, old_value, new_value)
   where h.seq > isms.decision_entry(decision_changes.approval)
     and h.operation not in ('baseline', 'recorded anew', 'archived')
     and h.scope is not distinct from c.scope
   order by h.seq, v.column_name;
end;

comment on function isms.decision_changes(bigint) is
  'What was changed since an approval in the rows isms.decision_context shows: column by column, by whom and when; a row that came or went as a whole, without a column. Errors: as isms.decision_context';
