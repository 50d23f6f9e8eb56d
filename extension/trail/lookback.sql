-- Tables as they were at a checkpoint, from the trail.

create function isms.table_at("table" regclass, at timestamptz, out part text, out key json, out "row" json) returns setof record
  language c stable strict parallel unsafe rows 1000 set search_path = pg_catalog, pg_temp
  as 'MODULE_PATHNAME', 'isms_table_at';

comment on function isms.table_at(regclass, timestamptz) is 'What isms.as_of_json shows, as JSON with all columns of the key';

create function isms.as_of(anyelement, timestamptz) returns setof anyelement
  language c stable parallel unsafe rows 1000 set search_path = pg_catalog, pg_temp
  as 'MODULE_PATHNAME', 'isms_as_of';

comment on function isms.as_of(anyelement, timestamptz) is
  'Rows of an audited table as they were: select * from isms.as_of(null::isms.risk, ''2026-01-31''): the state at the newest checkpoint not after that time. '
  'Columns are today''s, followed back through renames; a value that no longer fits its column is null. '
  'Errors: 22023 when the first checkpoint, or the trail of the table, is later, IS011 when it has none, 42501 without SELECT on the table or where its row security can''t be applied';

create function isms.as_of_json("table" regclass, at timestamptz, out scope text, out key text, out "row" jsonb) returns setof record
  language sql stable strict parallel unsafe rows 1000 set search_path = pg_catalog, pg_temp
begin atomic
  select t."row" ->> 'scope', isms.row_key(t.key), t."row"::jsonb
    from isms.table_at(as_of_json."table", as_of_json.at) t;
end;

comment on function isms.as_of_json(regclass, timestamptz) is
  'As isms.as_of, with rows as JSON, in which every value is whole, also one that no longer fits its column';

create function isms.diff("table" regclass, "from" timestamptz, "to" timestamptz,
    out scope text, out key text, out change text, out columns text[], out old_row jsonb, out new_row jsonb) returns setof record
  language sql stable strict parallel unsafe rows 1000 set search_path = pg_catalog, pg_temp
begin atomic
  -- rows of a table without a key are told apart by all they have, and by number where they are alike
  with old as (
    select coalesce(t.key, t."row")::text as name, t.key, t."row",
           row_number() over (partition by coalesce(t.key, t."row")::text) as n
      from isms.table_at(diff."table", diff."from") t
  ), new as (
    select coalesce(t.key, t."row")::text as name, t.key, t."row",
           row_number() over (partition by coalesce(t.key, t."row")::text) as n
      from isms.table_at(diff."table", diff."to") t
  )
  select coalesce(n."row", o."row") ->> 'scope',
         isms.row_key(coalesce(n.key, o.key)),
         case when o.name is null then 'added' when n.name is null then 'removed' else 'changed' end,
         case when o.name is not null and n.name is not null then
           array(select a.key
                   from json_each(n."row") with ordinality a (key, value, position)
                   left join json_each(o."row") b on b.key = a.key
                  where a.value::text is distinct from b.value::text
                  order by a.position)
         end,
         o."row"::jsonb,
         n."row"::jsonb
    from old o
    full join new n on n.name = o.name and n.n = o.n
   where o."row"::text is distinct from n."row"::text
   order by coalesce(n.name, o.name), coalesce(n.n, o.n);
end;

comment on function isms.diff(regclass, timestamptz, timestamptz) is
  'How a table differs between two times: rows added, changed (in which columns) and removed; a row whose key changed is removed and added';
