-- From a row to its entries.  What is here is derived from the entries and can be made anew; none of it is evidence.

create table isms.trail_key (
  row_hash bigint not null,
  seq bigint not null
) using heap;

create index trail_key_row_idx on isms.trail_key (row_hash, seq);

comment on table isms.trail_key is 'Look-up from rows to sealed entries, written by the seal; an entry that changed a key has two rows, one whose payload was erased none';
comment on column isms.trail_key.row_hash is 'Hash (FNV-1a) of the table''s name and the key; of an entry that emptied the table, of the name';
comment on column isms.trail_key.seq is 'Entry';

create trigger guard before insert or update or delete or truncate on isms.trail_key
  for each statement execute function isms.trail_guard();

create function isms.trail_index_keys(from_seq bigint, to_seq bigint) returns bigint
  language c strict set search_path = pg_catalog, pg_temp
  as 'MODULE_PATHNAME', 'isms_trail_index_keys';

comment on function isms.trail_index_keys(bigint, bigint) is
  'Adds to isms.trail_key what it lacks of the sealed entries from one number to another, and returns how many rows; sealing itself writes them, so there are none unless somebody took them out';

create function isms.row_key(key json) returns text
  language c immutable strict parallel safe set search_path = pg_catalog, pg_temp
  as 'MODULE_PATHNAME', 'isms_row_key';

comment on function isms.row_key(json) is 'Key of a row as isms.audit_trail shows it and isms.row_history takes it, from the columns of the key as entries have them';

create function isms.row_entries("table" regclass, key text) returns setof bigint
  language c stable strict parallel restricted rows 10 set search_path = pg_catalog, pg_temp
  as 'MODULE_PATHNAME', 'isms_row_entries';

comment on function isms.row_entries(regclass, text) is
  'Numbers of the entries of a row, those that gave it another key or its present one included, as far as the caller may read them; key as in isms.audit_trail';

-- Across transactions seq orders the entries of a row, inside one the command does.
create function isms.row_history("table" regclass, key text) returns setof isms.audit_trail
  language sql stable parallel restricted rows 10 set search_path = pg_catalog, pg_temp set jit = off
begin atomic
  select h.*
    from (select a.*
            from isms.audit_trail a
           where a.seq = any (array(select isms.row_entries(row_history."table", row_history.key)))
          union all
          -- what the trail no longer holds
          select r.to_seq, max(t.last_at), isms.recorded_table(min(t.table_version::text)::uuid), row_history.key, null, 'archived', null, null, null, null, null, null,
                 jsonb_build_object('archive', format('isms_archive.%I', r.leaf), 'entries of the table', sum(t.entries)),
                 null, null, true, null, false
            from isms.trail_archive r
            join isms.trail_archive_table t on t.archive = r.id
           where r.restored_at is null and t.table_version = any (isms.table_versions_of(row_history."table"))
           group by r.to_seq, r.leaf) h
   order by h.operation <> 'archived', min(h.seq) over (partition by h.transaction), h.command_id, h.seq;
end;

comment on function isms.row_history(regclass, text) is
  'Entries of one row, oldest first; key as in isms.audit_trail. An entry that changed the key is in the history of both. A row ''archived'' for each archive with entries of the table, perhaps of this row';

-- A row as its entries add up to, one after the other; where it came from another key, that one's before it.
create function isms.row_recorded("table" regclass, key text, scope text, until bigint, out "row" jsonb, out origin jsonb) returns record
  language plpgsql stable parallel restricted set search_path = pg_catalog, pg_temp set jit = off as $$
declare
  h record;
  before record;
  set_by jsonb;
  -- an archive that may hold what the row was; null once the trail says it
  archive text;
begin
  for h in
    select a.*,
           -- what the row is called after an update of its key
           case when a.operation <> 'update' or not a.new_values ?| v.key then a.key
                when cardinality(v.key) = 1 then a.new_values ->> v.key[1]
                else (a.key::jsonb || (select jsonb_object_agg(k, a.new_values -> k) from unnest(v.key) k where a.new_values ? k))::text
           end as new_key,
           case when a.operation = 'update' then coalesce(a.new_values ->> 'scope', a.scope) else a.scope end as new_scope
      from isms.row_history(row_recorded."table", row_recorded.key) with ordinality a
      left join lateral (select array(select k from jsonb_array_elements_text(t.content::jsonb -> 'key') k
                                       where k <> 'scope' or jsonb_array_length(t.content::jsonb -> 'key') = 1) as key
                           from isms.trail_table_version t
                          where t.id = (select e.table_version from isms.trail_entry e where e.seq = a.seq)
                          limit 1) v on true
     where a.seq <= coalesce(row_recorded.until, a.seq) or a.operation = 'archived'
     order by a.ordinality
  loop
    if h.operation = 'archived' then
      archive := h.new_values ->> 'archive';
      continue;
    end if;
    set_by := jsonb_build_object('seq', h.seq, 'at', h.at, 'who', h.who, 'operation', h.operation);
    if h.operation in ('insert', 'baseline', 'recorded anew') then
      if (h.key, h.scope) is not distinct from (row_recorded.key, row_recorded.scope) then
        archive := null;
        "row" := h.new_values;
        select coalesce(jsonb_object_agg(c, set_by), '{}') || jsonb_build_object('', set_by) into origin from jsonb_object_keys(h.new_values) c;
      end if;
    elsif h.operation = 'delete' then
      if (h.key, h.scope) is not distinct from (row_recorded.key, row_recorded.scope) then
        archive := null;
        "row" := null;
        origin := null;
      end if;
    else
      if (h.key, h.scope) is distinct from (row_recorded.key, row_recorded.scope) then
        continue when (h.new_key, h.new_scope) is distinct from (row_recorded.key, row_recorded.scope);
        before := isms.row_recorded(row_recorded."table", h.key, h.scope, h.seq - 1);
        archive := null;
        "row" := before."row";
        origin := before.origin;
      end if;
      if (h.new_key, h.new_scope) is distinct from (row_recorded.key, row_recorded.scope) then
        "row" := null;
        origin := null;
      else
        "row" := "row" || h.new_values;
        origin := origin || (select coalesce(jsonb_object_agg(c, set_by), '{}') from jsonb_object_keys(h.new_values) c);
      end if;
    end if;
  end loop;
  if archive is not null then
    raise exception using
      errcode = '55000',
      message = format('what row %s of %s was stands in %s', row_recorded.key, row_recorded."table", archive),
      hint = format('select isms.restore_archived(%L) brings it back into the trail; a new baseline, by isms.enable_audit(), for tables of isms isms.trail_baseline_of(), makes later changes add up.', split_part(archive, '.', 2));
  end if;
end
$$;

comment on function isms.row_recorded(regclass, text, text, bigint) is
  'A row as it is recorded, after the entry given or the last, and which entry set each of its columns ('''': which one made it); nulls while there was none. Columns are named as they were. Errors: 55000 where that stands in an archive';

create function isms.last_changes("table" regclass, key text,
    out scope text, out column_name text, out value jsonb, out changed_at timestamptz, out who text, out operation text, out seq bigint) returns setof record
  language sql stable strict parallel restricted rows 20 set search_path = pg_catalog, pg_temp set jit = off
begin atomic
  with history as materialized (
    select a.scope, a.operation, a.new_values from isms.row_history(last_changes."table", last_changes.key) a
  ), recorded as (
    select s.scope, r."row", r.origin
      from (select a.scope from history a where a.operation <> 'archived'
            union
            select a.new_values ->> 'scope' from history a where a.scope is not null and a.new_values ? 'scope'
            union
            -- says that all there is to know is in an archive
            select null where not exists (select from history a where a.operation <> 'archived')) s
     cross join lateral isms.row_recorded(last_changes."table", last_changes.key, s.scope, null) r
     where r."row" is not null
  ), entry as (
    -- a column keeps its number through renames, as long as the installation is the same
    select r.scope, o.key as name, r."row" -> o.key as value, o.value as set_by, o.seq,
           case when (select e.incarnation from isms.trail_entry e where e.seq = o.seq) = isms.incarnation()
                then (select c ->> 'number' from jsonb_array_elements(v.content -> 'columns') c where c ->> 'name' = o.key)::smallint end as number,
           v.content
      from recorded r
     -- a number of its own: row security keeps an expression that might leak what it reads away from the trail's index
     cross join lateral (select j.key, j.value, (j.value ->> 'seq')::bigint as seq from jsonb_each(r.origin) j offset 0) o
     cross join lateral (select t.content::jsonb as content
                           from isms.trail_table_version t
                          where t.id = (select e.table_version from isms.trail_entry e where e.seq = o.seq)
                          limit 1) v
  )
  select r.scope, a.attname::text, l.value, (l.set_by ->> 'at')::timestamptz, l.set_by ->> 'who', l.set_by ->> 'operation', l.seq
    from recorded r
    join pg_attribute a on a.attrelid = last_changes."table" and a.attnum > 0 and not a.attisdropped
    left join lateral (select e.value, e.set_by, e.seq
                         from entry e
                        where e.scope is not distinct from r.scope
                          and (case when e.name = '' then exists (select from jsonb_array_elements(e.content -> 'columns') c
                                                                   where c ->> 'name' = a.attname and c ? 'excluded')
                                    when e.number is not null then e.number = a.attnum
                                    else e.name = a.attname end)
                        order by e.name = '', e.seq desc
                        limit 1) l on true
   order by r.scope, a.attnum;
end;

comment on function isms.last_changes(regclass, text) is
  'For each column of a row that is there: its recorded value and the entry that last set it; key as in isms.audit_trail. Nulls where none did: a column added since with a default. No row, where the row is not there. Errors: 55000 where what it was stands in an archive';

insert into isms.closed_table (name, readable, builtin) values
  ('trail_key', false, true);

insert into isms.admin_function (name, builtin) values
  ('trail_index_keys', true);
