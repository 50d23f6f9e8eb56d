-- What isms.import takes in is given out again in the same columns: the file of an export imports as unchanged.
create function isms.export_list(items text[]) returns text
  language sql immutable parallel safe set search_path = pg_catalog, pg_temp
begin atomic
  select string_agg(case when u.item ~ '[;,"]|^\s|\s$|^$' then '"' || replace(u.item, '"', '""') || '"' else u.item end, '; ' order by u.n)
    from unnest(items) with ordinality u(item, n);
end;

comment on function isms.export_list(text[]) is 'A list as isms.import_list reads it; null if it has no item';

create function isms.export_column(kind text, every boolean default false) returns table (column_name text, is_key boolean, is_default text, value text, among text)
  language sql stable parallel safe set search_path = pg_catalog, pg_temp
begin atomic
  select c.column_name,
         c.column_name = any (k.key_columns),
         case when not c.ready then c.default_value end,
         case
           when c.present is not null then format('isms.export_list((%s)::text[])', c.present)
           when c.many then format('isms.export_list(t.%I::text[])', c.column_name)
           else format('t.%I::text', c.column_name)
         end,
         c.known
    from isms.import_kind k
    join isms.import_column c on c.kind = k.kind
    left join pg_attribute a on a.attrelid = to_regclass(k.table_name) and a.attname = c.column_name and a.attnum > 0 and not a.attisdropped
   where k.kind = export_column.kind
     and (a.attname is not null or c.present is not null)
     and (export_column.every or c.ready or c.column_name = any (k.key_columns))
   order by c.position, c.column_name;
end;

comment on function isms.export_column(text, boolean) is 'Columns of a kind that an export is made of: those of the ready table and the key''s, or every one the table has; with the expression that gives the cell and the query for the words the column takes';

create function isms.export_header(kind text, every boolean default false) returns text[]
  language sql stable parallel safe set search_path = pg_catalog, pg_temp
begin atomic
  select array_agg(c.column_name order by c.n)
    from isms.export_column((isms.import_known_kind(kind)).kind, every) with ordinality c(column_name, is_key, is_default, value, among, n)
   where every or c.is_default is null;
end;

comment on function isms.export_header(text, boolean) is 'Headers of an export: those of the ready table isms.import_<kind>, or every column. Errors: 22023 unknown kind';

-- Types write their values by the session's settings; a file is read in another session.
create function isms.export_rows(kind text, scope text default isms.default_scope(), every boolean default false) returns setof text[]
  language plpgsql stable parallel restricted rows 1000
  set search_path = pg_catalog, pg_temp set datestyle = 'ISO, YMD' set timezone = 'UTC' set intervalstyle = 'postgres' set extra_float_digits = 1 set bytea_output = 'hex' set standard_conforming_strings = on set jit = off as $$
declare
  k isms.import_kind := isms.import_known_kind(export_rows.kind);
  cells text;
  conditions text;
begin
  select string_agg(c.value, ', ' order by c.n) filter (where every or c.is_default is null),
         -- a key that the ready table has no column for is the one it fills in
         string_agg(format('t.%I::text = %L', c.column_name, c.is_default), ' and ') filter (where not every and c.is_default is not null)
    into cells, conditions
    from isms.export_column(k.kind, every) with ordinality c(column_name, is_key, is_default, value, among, n);
  conditions := concat_ws(' and ', 'true', conditions,
    (select string_agg(case a.attname when 'scope' then 't.scope = $1' else 'not t.builtin' end, ' and ' order by a.attname desc)
       from pg_attribute a
      where a.attrelid = k.table_name::regclass and a.attname in ('scope', 'builtin') and not a.attisdropped),
    -- what another scope keeps is not this one's to import
    (select string_agg(format('t.%I::text in (select w.value from (%s) w(value, word))', c.column_name, c.among), ' and ')
       from isms.export_column(k.kind, every) c
      where c.is_key and c.among is not null));
  return query execute format('select array[%s] from %s t where %s order by %s', cells, k.table_name, conditions,
    (select string_agg(format(case when a.atttypid in ('text'::regtype, 'name'::regtype) then 't.%I collate "C"' else 't.%I' end, u.name), ', ' order by u.n)
       from unnest(k.key_columns) with ordinality u(name, n)
       join pg_attribute a on a.attrelid = k.table_name::regclass and a.attname = u.name))
    using scope;
end
$$;

comment on function isms.export_rows(text, text, boolean) is 'Rows of a scope that isms.import of that kind would find unchanged, cells as text in the order of isms.export_header; dates, numbers and times as an import reads them by default, whatever the session''s settings. Shipped rows are left out, and those another scope keeps. Errors: 22023 unknown kind, IS021';

create function isms.export_query(kind text, scope text default isms.default_scope(), every boolean default false) returns text
  language sql stable parallel restricted set search_path = pg_catalog, pg_temp
begin atomic
  select format('select %s from isms.export_rows(%L, %L, %L) r(cells)',
                (select string_agg(format('r.cells[%s] as %I', h.n, h.name), ', ' order by h.n) from unnest(isms.export_header(kind, every)) with ordinality h(name, n)),
                kind, scope, every);
end;

comment on function isms.export_query(text, text, boolean) is 'SELECT, for COPY (...) TO, that gives the rows of a kind under the headers of its ready table, or with every column there is to isms.import. Errors: as isms.export_rows';

create function isms.csv_line(cells text[]) returns text
  language sql immutable parallel safe set search_path = pg_catalog, pg_temp
begin atomic
  select string_agg(case
                      when u.cell is null then ''
                      when u.cell ~ '[",\r\n]|^\s|\s$|^$|^\\\.$' then '"' || replace(u.cell, '"', '""') || '"'
                      else u.cell
                    end, ',' order by u.n)
    from unnest(cells) with ordinality u(cell, n);
end;

comment on function isms.csv_line(text[]) is 'A record of a CSV file (RFC 4180), without the end of line; a cell that is null is empty, an empty text quoted';

create function isms.export_csv(kind text, scope text default isms.default_scope(), every boolean default false) returns setof text
  language sql stable parallel restricted rows 1000 set search_path = pg_catalog, pg_temp
begin atomic
  select isms.csv_line(isms.export_header(kind, every))
   union all
  select isms.csv_line(r) from isms.export_rows(kind, scope, every) r;
end;

comment on function isms.export_csv(text, text, boolean) is 'A CSV file of the rows of a kind, a record a row, header first, for clients without COPY. Errors: as isms.export_rows';
