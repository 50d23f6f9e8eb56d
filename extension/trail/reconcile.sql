-- Is a table what its entries add up to?  A proof over the trail says nothing of changes the trail never saw.

create function isms.compare_with_trail("table" regclass,
    out part text, out key json, out what text, out column_name text, out recorded json, out found json, out entry bigint) returns setof record
  language c stable strict parallel restricted rows 10 set search_path = pg_catalog, pg_temp
  as 'MODULE_PATHNAME', 'isms_compare_with_trail';

comment on function isms.compare_with_trail(regclass) is 'What isms.reconcile shows, with the whole key as JSON';

create function isms.reconcile("table" regclass,
    out part text, out scope text, out key text, out what text, out column_name text, out recorded json, out found json, out entry bigint) returns setof record
  language sql stable strict parallel restricted rows 10 set search_path = pg_catalog, pg_temp
begin atomic
  select c.part, coalesce(c.key, c.found, c.recorded) ->> 'scope', isms.row_key(c.key), c.what, c.column_name, c.recorded, c.found, c.entry
    from isms.compare_with_trail(reconcile."table") c
   order by c.part, c.key::text, c.entry, c.what, c.column_name, c.recorded::text, c.found::text;
end;

comment on function isms.reconcile(regclass) is
  'Adds up the entries of an audited table and compares with its rows: one row per difference, none if every change since isms.enable_audit was recorded; '
  'entry: the one that found a row otherwise than recorded until then, null: it is so now. '
  'Needs memory for the table''s rows. For those who read the whole trail. Errors: IS011 when the table is not audited';
