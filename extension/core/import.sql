-- Bulk load: rows of any table of text columns are checked as a set, every bad value comes back with its
-- line and its nearest known value, and nothing is stored unless all is good (or the good rows are asked for).
-- What can be imported is data: a kind is a table, its columns say how a cell becomes a value.
create table isms.import_kind (
  kind text constraint import_kind_pkey primary key constraint import_kind_form check (kind ~ '^[a-z][a-z_]*$' and kind not in ('kind', 'column', 'alias', 'problem', 'issue')),
  title text not null,
  table_name text not null,
  key_columns text[] not null constraint import_kind_key_given check (cardinality(key_columns) > 0),
  insert_procedure text,
  after_procedure text,
  within text[] not null default '{}' constraint import_kind_within_key check (within <@ key_columns),
  builtin boolean not null default false
);

comment on table isms.import_kind is 'What isms.import can load; each room registers its own';
comment on column isms.import_kind.kind is 'Name, as given to isms.import; the ready table is isms.import_<kind>';
comment on column isms.import_kind.title is 'What the rows are';
comment on column isms.import_kind.table_name is 'Table the rows go into, schema-qualified';
comment on column isms.import_kind.key_columns is 'Columns that tell rows apart, beside scope where the table has it';
comment on column isms.import_kind.insert_procedure is 'Function (scope text, rows jsonb) that stores new rows instead of a plain INSERT';
comment on column isms.import_kind.after_procedure is 'Function (scope text, rows jsonb) called with the new and changed rows once they are stored';
comment on column isms.import_kind.within is 'Columns of the key that say which part of the table a sheet is about: only rows that share them with one of its rows can be gone';
comment on column isms.import_kind.builtin is 'Shipped with the extension';

create table isms.import_column (
  kind text not null constraint import_column_kind_fkey references isms.import_kind,
  column_name text not null constraint import_column_name_free check (column_name not in ('line', 'outcome', 'changed')),
  position integer not null,
  type text not null default 'text' constraint import_column_type_known check (type in ('text', 'integer', 'numeric', 'fraction', 'date', 'boolean', 'input')),
  many boolean not null default false,
  required boolean not null default false,
  default_value text,
  known text,
  pattern text,
  expects text,
  present text,
  ready boolean not null default true,
  aliases text[] not null default '{}',
  builtin boolean not null default false,
  constraint import_column_pkey primary key (kind, column_name),
  constraint import_column_expectation_named check (expects is not null or (known is null and pattern is null and type <> 'input'))
);

comment on table isms.import_column is 'Columns of the kinds: how the text of a cell becomes a value';
comment on column isms.import_column.kind is 'Kind';
comment on column isms.import_column.column_name is 'Column; where the kind''s table has one of that name, the value goes there';
comment on column isms.import_column.position is 'Order in the ready table';
comment on column isms.import_column.type is 'text, integer, numeric, fraction (0.6 or 60 %), date, boolean, or input: whatever the type of the table''s column reads';
comment on column isms.import_column.many is 'Is a cell a list, separated by semicolons or commas?';
comment on column isms.import_column.required is 'Must a new row have it?';
comment on column isms.import_column.default_value is 'Value of an empty cell of a new row; in a row that exists, an empty cell then leaves the value as it is';
comment on column isms.import_column.known is 'Query for the accepted words, (value, word), $1 the scope; a cell must be one of the words';
comment on column isms.import_column.pattern is 'Regular expression the text must match';
comment on column isms.import_column.expects is 'What is expected, as it stands after "not" in a refusal';
comment on column isms.import_column.present is 'Expression for the list stored elsewhere for row t of the table; such lists are added to, never cut';
comment on column isms.import_column.ready is 'Is it a column of the ready table?';
comment on column isms.import_column.aliases is 'Other headers people give the column';
comment on column isms.import_column.builtin is 'Shipped with the extension';

insert into isms.closed_table (name, readable, builtin) values ('import_kind', true, true), ('import_column', true, true);

create table isms.import_alias (
  scope text not null default isms.default_scope() constraint import_alias_scope_fkey references isms.scope on update cascade,
  kind text not null constraint import_alias_kind_fkey references isms.import_kind,
  column_name text not null,
  alias text not null,
  value text not null,
  constraint import_alias_pkey primary key (scope, kind, column_name, alias)
);

comment on table isms.import_alias is 'What the organisation''s own words in sheets mean, such as "High (4)"; see isms.remember_alias';
comment on column isms.import_alias.scope is 'Scope';
comment on column isms.import_alias.kind is 'Kind';
comment on column isms.import_alias.column_name is 'Column of the kind';
comment on column isms.import_alias.alias is 'Word as found in sheets, in the form of isms.import_word';
comment on column isms.import_alias.value is 'Word it stands for, accepted by the column';

create type isms.import_problem as (
  line bigint,
  column_name text,
  value text,
  reason text,
  nearest text
);

comment on type isms.import_problem is 'A value an import refuses';

-- Reading values.  No setting of the session has a say in it.

create function isms.import_word(word text) returns text
  language sql immutable strict parallel safe
begin atomic
  select lower(regexp_replace(regexp_replace(word, '^\s+|\s+$', '', 'g'), '\s+', ' ', 'g'));
end;

comment on function isms.import_word(text) is 'A word as imports compare it: lower case, spaces single';

create function isms.import_header(header text) returns text
  language sql immutable strict parallel safe
begin atomic
  select nullif(lower(regexp_replace(header, '[^[:alnum:]]+', '', 'g')), '');
end;

comment on function isms.import_header(text) is 'A header as imports compare it: letters and digits only, lower case; null if it has none';

create function isms.import_formats(formats jsonb) returns jsonb
  language plpgsql immutable parallel safe set search_path = pg_catalog, pg_temp set standard_conforming_strings = on as $$
declare
  given jsonb := coalesce(formats, '{}');
  date_format text := coalesce(given ->> 'date', 'YYYY-MM-DD');
  decimal_sign text := coalesce(given ->> 'decimal', '.');
  group_sign text := given ->> 'group';
  wrong text;
begin
  wrong := case
    when jsonb_typeof(given) <> 'object' then 'formats: not an object'
    when exists (select from jsonb_object_keys(given) k where k not in ('date', 'decimal', 'group')) then
      (select 'formats: unknown format ' || string_agg(k, ', ') from jsonb_object_keys(given) k where k not in ('date', 'decimal', 'group'))
    when decimal_sign not in ('.', ',') then format('decimal: "%s"', decimal_sign)
    when group_sign not in ('.', ',', ' ', '''') or group_sign = decimal_sign then format('group: "%s"', group_sign)
    when date_format !~ 'YYYY' or date_format !~ 'M' or date_format !~ 'D'
      or regexp_replace(regexp_replace(regexp_replace(date_format, 'YYYY', ''), 'Mon|MM|M', ''), 'DD|D', '') !~ '^[-./, ]*$' then format('date: "%s"', date_format)
  end;
  if wrong is not null then
    raise exception using
      errcode = 'invalid_parameter_value',
      message = 'formats of the import are not understood',
      detail = wrong,
      hint = 'As in {"date": "DD.MM.YYYY", "decimal": ",", "group": "."}: a date is made of YYYY, MM, M or Mon, DD or D and signs between; decimal is "." or ","; group, if any, is ".", ",", a space or an apostrophe.';
  end if;
  return jsonb_build_object(
    'decimal', decimal_sign,
    'group', group_sign,
    'date', date_format,
    'pattern', '^' || replace(replace(replace(replace(replace(replace(regexp_replace(date_format, '([-./, ])', '[\1]', 'g'),
                 'YYYY', '(\d{4})'), 'Mon', '([[:alpha:]]{3})'), 'MM', '(\d{2})'), 'DD', '(\d{2})'), 'M', '(\d{1,2})'), 'D', '(\d{1,2})') || '$',
    'year', 1 + (strpos(date_format, 'Y') > strpos(date_format, 'M'))::integer + (strpos(date_format, 'Y') > strpos(date_format, 'D'))::integer,
    'month', 1 + (strpos(date_format, 'M') > strpos(date_format, 'Y'))::integer + (strpos(date_format, 'M') > strpos(date_format, 'D'))::integer,
    'day', 1 + (strpos(date_format, 'D') > strpos(date_format, 'Y'))::integer + (strpos(date_format, 'D') > strpos(date_format, 'M'))::integer);
end
$$;

comment on function isms.import_formats(jsonb) is 'Formats of an import checked and completed: ISO dates and a decimal point unless stated. Errors: 22023 formats not understood';

create function isms.import_number(value text, formats jsonb) returns numeric
  language plpgsql immutable strict parallel safe set search_path = pg_catalog, pg_temp as $$
declare
  decimal_sign text := formats ->> 'decimal';
  group_sign text := formats ->> 'group';
begin
  if value ~ ('^[+-]?[0-9]{1,3}([' || group_sign || '][0-9]{3})+([' || decimal_sign || '][0-9]+)?$') then
    value := replace(value, group_sign, '');
  elsif value !~ ('^[+-]?[0-9]+([' || decimal_sign || '][0-9]+)?$') then
    return null;
  end if;
  return case when length(value) <= 100 then replace(value, decimal_sign, '.')::numeric end;
end
$$;

comment on function isms.import_number(text, jsonb) is 'Number from text, null if it is none: digits with the stated decimal and group signs and nothing else; 1e3, as sheets write what they have rounded, is refused';

create function isms.import_date(value text, formats jsonb) returns date
  language plpgsql immutable strict parallel safe set search_path = pg_catalog, pg_temp as $$
declare
  part text[] := regexp_match(value, formats ->> 'pattern');
  y integer;
  m integer;
  d integer;
begin
  if part is null then
    return null;
  end if;
  y := part[(formats ->> 'year')::integer];
  m := case when part[(formats ->> 'month')::integer] ~ '[0-9]' then part[(formats ->> 'month')::integer]::integer
       else array_position('{jan,feb,mar,apr,may,jun,jul,aug,sep,oct,nov,dec}'::text[], lower(part[(formats ->> 'month')::integer])) end;
  d := part[(formats ->> 'day')::integer];
  if y > 0 and m between 1 and 12 and d between 1 and extract(day from make_date(y, m, 1) + interval '1 month' - interval '1 day') then
    return make_date(y, m, d);
  end if;
  return null;
end
$$;

comment on function isms.import_date(text, jsonb) is 'Date from text in the stated format, null if it is none; months by English name are read for Mon';

create function isms.import_accepts(value text, type text) returns boolean
  language plpgsql stable strict parallel safe set search_path = pg_catalog, pg_temp as $$
begin
  execute format('select %L::%s', value, type);
  return true;
exception when data_exception or syntax_error then
  return false;
end
$$;

comment on function isms.import_accepts(text, text) is 'Does the type read the text? The type''s name is trusted';

create function isms.import_list(list text) returns table (item text, n bigint)
  language sql immutable parallel safe rows 5
begin atomic
  select regexp_replace(t.part, '^\s+|\s+$', '', 'g'), t.n
    from regexp_split_to_table(list, '[;,]') with ordinality t(part, n)
   where strpos(list, '"') = 0
   union all
  select case when t.word ~ '^"(?:[^"]|"")*"$' then replace(substr(t.word, 2, length(t.word) - 2), '""', '"') else t.word end, m.n
    from regexp_matches(';' || list, '[;,](\s*"(?:[^"]|"")*"\s*(?=[;,]|$)|[^;,]*)', 'g') with ordinality m(part, n)
   cross join lateral (select regexp_replace(m.part[1], '^\s+|\s+$', '', 'g')) t(word)
   where strpos(list, '"') > 0;
end;

comment on function isms.import_list(text) is 'Items of a cell that is a list: separated by semicolons or commas; one that holds these, quotes or blanks around it stands in double quotes, those inside doubled';

create function isms.import_grams(word text) returns text[]
  language sql immutable strict parallel safe set search_path = pg_catalog, pg_temp
begin atomic
  select array(select distinct substr(' ' || word || ' ', i, 2) from generate_series(1, length(word) + 1) i);
end;

comment on function isms.import_grams(text) is 'Pairs of neighbouring letters, by which the nearest known word is found';

-- Which column of the sheet is which of the kind.

create function isms.import_known_kind(kind text) returns isms.import_kind
  language plpgsql stable parallel safe set search_path = pg_catalog, pg_temp as $$
declare
  found_kind isms.import_kind;
begin
  select * into found_kind from isms.import_kind k where k.kind = import_known_kind.kind;
  if not found then
    raise exception using
      errcode = 'invalid_parameter_value',
      message = format('there is no kind "%s" to import', kind),
      hint = 'Kinds are ' || (select string_agg(k.kind, ', ' order by k.kind) from isms.import_kind k) || '.';
  end if;
  return found_kind;
end
$$;

comment on function isms.import_known_kind(text) is 'The kind of that name. Errors: 22023 unknown kind, with the kinds there are';

create function isms.import_headers(staging regclass) returns text[]
  language plpgsql stable parallel safe set search_path = pg_catalog, pg_temp as $$
declare
  headers text[];
  others text;
begin
  select array_agg(a.attname::text order by a.attnum) filter (where t.typcategory = 'S'),
         string_agg(format('%s: %s', a.attname, format_type(a.atttypid, a.atttypmod)), E'\n' order by a.attnum) filter (where t.typcategory <> 'S')
    into headers, others
    from pg_attribute a
    join pg_type t on t.oid = a.atttypid
   where a.attrelid = staging and a.attnum > 0 and not a.attisdropped;
  if others is not null then
    raise exception using
      errcode = 'IS030',
      message = format('columns of %s are not text', staging),
      detail = others,
      hint = 'Load the sheet into text columns; isms.import reads numbers and dates itself, by the formats it is given.';
  end if;
  return coalesce(headers, '{}');
end
$$;

comment on function isms.import_headers(regclass) is 'Columns of a sheet. Errors: IS030 when some are not text';

create function isms.import_mapping(kind text, headers text[], mapping jsonb) returns jsonb
  language plpgsql stable parallel safe set search_path = pg_catalog, pg_temp as $$
declare
  result jsonb := '{}';
  given record;
  header text;
  target text;
  candidate record;
begin
  if mapping is not null and jsonb_typeof(mapping) <> 'object' then
    raise exception using
      errcode = 'invalid_parameter_value',
      message = 'mapping of the import is not an object',
      hint = 'As in {"risk": "code", "remarks": null}: column of the sheet, column of the kind or null.';
  end if;
  for given in select m.key, m.value from jsonb_each_text(mapping) m order by m.key loop
    header := coalesce((select h from unnest(headers) h where h = given.key),
                       (select min(h) from unnest(headers) h where isms.import_header(h) = isms.import_header(given.key) having count(*) = 1));
    target := coalesce((select c.column_name from isms.import_column c where c.kind = import_mapping.kind and c.column_name = given.value),
                       (select min(c.column_name) from isms.import_column c where c.kind = import_mapping.kind and isms.import_header(c.column_name) = isms.import_header(given.value)));
    if header is null then
      raise exception using
        errcode = 'IS030',
        message = format('the sheet has no column "%s"', given.key),
        hint = 'Its columns are ' || array_to_string(headers, ', ') || '.';
    elsif target is null and given.value is not null then
      raise exception using
        errcode = 'IS030',
        message = format('kind %s has no column "%s"', kind, given.value),
        hint = 'Its columns are ' || (select string_agg(c.column_name, ', ' order by c.position) from isms.import_column c where c.kind = import_mapping.kind) || '.';
    elsif exists (select from jsonb_each_text(result) r where r.value = target) then
      raise exception using
        errcode = 'IS030',
        message = format('two columns of the sheet are mapped to %s', target),
        detail = format('mapping: "%s" and "%s"', (select r.key from jsonb_each_text(result) r where r.value = target), header);
    end if;
    result := result || jsonb_build_object(header, target);
  end loop;
  for candidate in
    select h.header, c.column_name
      from unnest(headers) with ordinality h(header, n)
      join isms.import_column c on c.kind = import_mapping.kind
     cross join lateral (
       select case
                when h.header = c.column_name then 1
                when isms.import_header(h.header) = isms.import_header(c.column_name) then 2
                when isms.import_header(h.header) in (select isms.import_header(a) from unnest(c.aliases) a) then 3
              end as rank) r
     where r.rank is not null
     order by r.rank, h.n, c.position
  loop
    if not result ? candidate.header and not exists (select from jsonb_each_text(result) r where r.value = candidate.column_name) then
      result := result || jsonb_build_object(candidate.header, candidate.column_name);
    end if;
  end loop;
  return (select coalesce(jsonb_object_agg(h, null), '{}') from unnest(headers) h) || result;
end
$$;

comment on function isms.import_mapping(text, text[], jsonb) is 'Column of the kind for every column of the sheet, null for one that is not used: as given, the rest proposed from the headers. Errors: IS030 a column named in the mapping does not exist, 22023 mapping is not an object';

create function isms.propose_mapping(kind text, staging regclass) returns jsonb
  language sql stable parallel safe set search_path = pg_catalog, pg_temp
begin atomic
  select isms.import_mapping((isms.import_known_kind(kind)).kind, isms.import_headers(staging), null);
end;

comment on function isms.propose_mapping(text, regclass) is 'What isms.import makes of the sheet''s headers: column of the kind for each, null for one it would not use; to be edited and given as its mapping. Errors: 22023 unknown kind, IS030 columns that are not text';

-- One column of the sheet, all rows at once.

create function isms.import_cells(kind text, scope text, rows jsonb, header text, column_name text, formats jsonb)
  returns table (line bigint, n bigint, item text, value text, reason text, nearest text)
  language plpgsql stable parallel safe set search_path = pg_catalog, pg_temp set enable_nestloop = off set standard_conforming_strings = on set jit = off as $$
declare
  c isms.import_column;
  known text;
  expects text;
  reading text;
begin
  select * into c from isms.import_column x where x.kind = import_cells.kind and x.column_name = import_cells.column_name;
  known := case c.type
    when 'boolean' then $q$values ('true', 'yes'), ('true', 'y'), ('true', 'true'), ('true', '1'), ('false', 'no'), ('false', 'n'), ('false', 'false'), ('false', '0')$q$
    else coalesce(c.known, 'select null::text, null::text where false')
  end;
  expects := coalesce(c.expects, case c.type
    when 'integer' then 'a whole number'
    when 'numeric' then format('a number such as 1234%s5', formats ->> 'decimal')
    when 'fraction' then format('a fraction such as 0%s6 or 60 %%', formats ->> 'decimal')
    when 'date' then format('a date of the form %s', formats ->> 'date')
    when 'boolean' then 'yes or no'
  end);
  reading := case
    when c.type = 'boolean' or c.known is not null then 'case when e.n = 1 then e.value when e.n is null and l.n = 1 then l.value end'
    when c.type = 'integer' then '(select v::integer::text from isms.import_number(w.word, $4) v where v = trunc(v) and abs(v) < 2147483648)'
    when c.type = 'numeric' then 'isms.import_number(w.word, $4)::text'
    when c.type = 'fraction' then $q$case when w.word ~ '%$' then trim_scale(isms.import_number(regexp_replace(w.word, '\s*%$', ''), $4) / 100) else isms.import_number(w.word, $4) end::text$q$
    when c.type = 'date' then 'to_jsonb(isms.import_date(w.word, $4)) #>> ''{}'''
    when c.type = 'input' then format('case when isms.import_accepts(w.word, %L) then w.word end', isms.import_type(kind, column_name))
    else 'w.word'
  end;
  if c.pattern is not null then
    reading := format('case when w.word ~ %L then %s end', c.pattern, reading);
  end if;
  return query execute format($q$
    with known(value, word) as materialized (%s),
    exact as materialized (
      -- a value is itself, whatever else it is the name of
      select k.word, coalesce(min(k.value) filter (where k.value = k.word), min(k.value)) as value,
             case when bool_or(k.value = k.word) then 1 else count(distinct k.value) end as n, string_agg(distinct k.value, ', ') as all_of_them
        from known k group by k.word),
    loose as materialized (
      select isms.import_word(k.word) as word, min(k.value) as value, count(distinct k.value) as n, string_agg(distinct k.value, ', ') as all_of_them
        from known k group by 1),
    cell as materialized (
      select r.line, i.n, i.item, %s as value, case when coalesce(e.n, l.n) > 1 then coalesce(e.all_of_them, l.all_of_them) end as ambiguous
        from jsonb_array_elements($2) with ordinality r(x, line)
       cross join lateral %s i(item, n)
        left join isms.import_alias a on a.scope = $1 and a.kind = $5 and a.column_name = $6 and a.alias = isms.import_word(i.item)
       cross join lateral (select coalesce(a.value, i.item) as word offset 0) w
        left join exact e on e.word = w.word
        left join loose l on l.word = isms.import_word(w.word)
       where i.item <> ''),
    bad as (
      select distinct c.item from cell c where c.value is null order by 1 limit 50),
    near as (
      select distinct on (s.item) s.item, s.value
        from (
          select b.item, k.value, k.word, 2.0 * count(*) / (cardinality(b.grams) + cardinality(k.grams)) as likeness
            from (select b.item, isms.import_grams(isms.import_word(b.item)) as grams from bad b) b
           cross join lateral unnest(b.grams) g(gram)
            join (select l.value, l.word, isms.import_grams(l.word) as grams, h.gram
                    from loose l, lateral unnest(isms.import_grams(l.word)) h(gram)
                   where exists (select from bad)) k on k.gram = g.gram
           group by b.item, b.grams, k.value, k.word, k.grams) s
       where s.likeness >= 0.4
       order by s.item, s.likeness desc, s.value),
    choice as (
      select string_agg(distinct k.value, ', ' order by k.value) as list from known k where $8 having count(distinct k.value) between 1 and 12)
    select c.line, c.n, c.item, c.value,
           case
             when c.value is not null then null
             when c.ambiguous is not null then 'means more than one: ' || c.ambiguous
             else 'not ' || $7 || coalesce(' (' || (select h.list from choice h) || ')', '')
           end,
           case when c.value is null then m.value end
      from cell c
      left join near m on m.item = c.item and c.value is null and c.ambiguous is null$q$,
    known,
    reading,
    case when c.many then '(select p.item, p.n from isms.import_list(r.x ->> $3) p)'
         else $q$(select regexp_replace(r.x ->> $3, '^\s+|\s+$', '', 'g'), 1::bigint)$q$ end)
    using scope, rows, header, formats, kind, column_name, expects, c.type <> 'boolean';
end
$$;

comment on function isms.import_cells(text, text, jsonb, text, text, jsonb) is 'Values of one column of a sheet, a row for each item that is not empty; value is null where the item is refused, reason and nearest say why and what may have been meant (for the first 50 different ones)';

create function isms.import_type(kind text, column_name text) returns text
  language sql stable parallel safe set search_path = pg_catalog, pg_temp
begin atomic
  select coalesce(format_type(a.atttypid, a.atttypmod), case when c.many then 'text[]' else 'text' end)
    from isms.import_column c
    join isms.import_kind k on k.kind = c.kind
    left join pg_attribute a on a.attrelid = to_regclass(k.table_name) and a.attname = c.column_name and a.attnum > 0 and not a.attisdropped
   where c.kind = import_type.kind and c.column_name = import_type.column_name;
end;

comment on function isms.import_type(text, text) is 'Type of the column in the kind''s table; text, or an array of it, where the table has no such column';

-- The rows of the sheet, as objects of values by column, with their line, and what they mean for the table.

create function isms.import_read(kind text, scope text, rows jsonb, mapping jsonb, formats jsonb, out good jsonb, out problems isms.import_problem[])
  language plpgsql stable parallel safe set search_path = pg_catalog, pg_temp set enable_nestloop = off set jit = off as $$
declare
  keys jsonb;
begin
  select coalesce(jsonb_object_agg(c.column_name, c.default_value), '{}')
    into keys
    from isms.import_kind k
    join isms.import_column c on c.kind = k.kind and c.column_name = any (k.key_columns) and c.default_value is not null
   where k.kind = import_read.kind;
  with cell as materialized (
    select m.key as header, c.column_name, c.many, x.line, x.n, x.item, x.value, x.reason, x.nearest
      from jsonb_each_text(mapping) m
      join isms.import_column c on c.kind = import_read.kind and c.column_name = m.value
     cross join lateral isms.import_cells(import_read.kind, import_read.scope, import_read.rows, m.key, c.column_name, import_read.formats) x),
  merged as (
    select a.line, jsonb_object_agg(a.column_name, a.value) as object
      from (select x.line, x.column_name,
                   case when x.many then to_jsonb(array_agg(x.value order by x.n) filter (where x.value is not null)) else to_jsonb(min(x.value)) end as value
              from (select y.line, y.column_name, y.many, y.value, min(y.n) as n from cell y group by 1, 2, 3, 4) x
             group by x.line, x.column_name, x.many) a
     group by a.line)
  select (select coalesce(jsonb_agg(keys || jsonb_strip_nulls(m.object) || jsonb_build_object('line', m.line) order by m.line), '[]') from merged m),
         (select coalesce(array_agg((x.line, x.header, x.item, x.reason, x.nearest)::isms.import_problem order by x.line, x.header, x.n), '{}') from cell x where x.value is null)
    into good, problems;
end
$$;

comment on function isms.import_read(text, text, jsonb, jsonb, jsonb) is 'Values of a whole sheet, lines without any left out, and the cells that were refused';

create function isms.import_record(kind text) returns text
  language sql stable parallel safe set search_path = pg_catalog, pg_temp
begin atomic
  select string_agg(format('%I %s', c.column_name, isms.import_type(c.kind, c.column_name)), ', ' order by c.position)
    from isms.import_column c
   where c.kind = import_record.kind;
end;

comment on function isms.import_record(text) is 'Columns of a kind with their types, as a column definition list';

create function isms.import_match(kind text) returns text
  language sql stable parallel safe set search_path = pg_catalog, pg_temp
begin atomic
  select concat_ws(' and ',
                   (select 't.scope = $1' from pg_attribute a where a.attrelid = to_regclass(k.table_name) and a.attname = 'scope' and not a.attisdropped),
                   (select string_agg(format('t.%1$I = r.%1$I', u.name), ' and ' order by u.n) from unnest(k.key_columns) with ordinality u(name, n)))
    from isms.import_kind k
   where k.kind = import_match.kind;
end;

comment on function isms.import_match(text) is 'Condition under which a row t of the kind''s table is the row r of the sheet; $1 is the scope';

create function isms.import_within(kind text) returns text
  language sql stable parallel safe set search_path = pg_catalog, pg_temp
begin atomic
  select coalesce((select 't.scope = $1 and ' from pg_attribute a where a.attrelid = to_regclass(k.table_name) and a.attname = 'scope' and not a.attisdropped), '')
         || case when k.within = '{}' then ''
            else format('exists (select from jsonb_to_recordset($2) r(%s) where %s) and ', isms.import_record(k.kind),
                        (select string_agg(format('t.%1$I = r.%1$I', u.name), ' and ' order by u.n) from unnest(k.within) with ordinality u(name, n))) end
    from isms.import_kind k
   where k.kind = import_within.kind;
end;

comment on function isms.import_within(text) is 'Condition, with "and" after it, under which a row t of the kind''s table is of the part the rows $2 of the sheet are about; $1 is the scope';

create function isms.import_columns(kind text, mapping jsonb)
  returns table (column_name text, header text, in_table boolean, is_key boolean, default_value text, present text, required boolean, type text)
  language sql stable parallel safe set search_path = pg_catalog, pg_temp
begin atomic
  select c.column_name, m.key, a.attname is not null, c.column_name = any (k.key_columns), c.default_value, c.present, c.required, isms.import_type(c.kind, c.column_name)
    from isms.import_kind k
    join isms.import_column c on c.kind = k.kind
    left join jsonb_each_text(import_columns.mapping) m on m.value = c.column_name
    left join pg_attribute a on a.attrelid = to_regclass(k.table_name) and a.attname = c.column_name and a.attnum > 0 and not a.attisdropped
   where k.kind = import_columns.kind
     -- what the table needs and has no default for is the kind's, also where the sheet lacks the column
     and (m.key is not null or c.column_name = any (k.key_columns) or c.default_value is not null and a.attnotnull and not a.atthasdef)
   order by c.position;
end;

comment on function isms.import_columns(text, jsonb) is 'Columns of a kind that take part in an import: those the sheet gives, the key, and those whose default only the kind has';

create function isms.import_outcome(kind text, scope text, rows jsonb, mapping jsonb) returns jsonb
  language plpgsql stable parallel safe set search_path = pg_catalog, pg_temp set enable_nestloop = off set standard_conforming_strings = on set jit = off as $$
declare
  k isms.import_kind := isms.import_known_kind(kind);
  differences text;
  result jsonb;
begin
  select string_agg(
           case
             when c.present is not null then format('case when not r.%1$I <@ coalesce((%2$s), ''{}'') then %1$L end', c.column_name, c.present)
             else format('case when %3$s r.%1$I is distinct from %2$s then %1$L end', c.column_name, v.stored, case when c.default_value is not null then format('r.%I is not null and', c.column_name) end)
           end, ', ')
    into differences
    from isms.import_columns(kind, mapping) c
    -- blanks around a text, an empty text and an empty list are what no sheet can say
   cross join lateral (select format(case when c.type = 'text' then $q$nullif(regexp_replace(t.%I, '^\s+|\s+$', '', 'g'), '')$q$ when c.type ~ '\[\]$' then $q$nullif(t.%I, '{}')$q$ else 't.%I' end, c.column_name)) v(stored)
   where not c.is_key and (c.in_table or c.present is not null);
  execute format($q$
    select coalesce(jsonb_agg(e.x || jsonb_build_object('outcome', case when d.there is null then 'new' when d.changed = '{}' then 'unchanged' else 'changed' end, 'changed', case when d.there is null then '[]' else to_jsonb(d.changed) end) order by e.n), '[]')
      from jsonb_array_elements($2) with ordinality e(x, n)
      join (
        select r.line, t.%I as there, array_remove(array[%s]::text[], null) as changed
          from jsonb_to_recordset($2) r(line bigint, %s)
          left join %s t on %s) d on d.line = (e.x ->> 'line')::bigint$q$,
    k.key_columns[1], differences, isms.import_record(kind), k.table_name, isms.import_match(kind))
    into result using scope, rows;
  return result;
end
$$;

comment on function isms.import_outcome(text, text, jsonb, jsonb) is 'The rows with what each is to the table: new, changed (and in which columns) or unchanged';

create function isms.import_row_problems(kind text, scope text, rows jsonb, bad bigint[], mapping jsonb, sheet jsonb) returns setof isms.import_problem
  language plpgsql stable parallel safe set search_path = pg_catalog, pg_temp set enable_nestloop = off set standard_conforming_strings = on set jit = off as $$
declare
  k isms.import_kind := isms.import_known_kind(kind);
  record text := isms.import_record(kind);
  c record;
  merged text;
begin
  -- Needed values
  for c in select x.column_name, m.key as header from isms.import_column x left join jsonb_each_text(mapping) m on m.value = x.column_name where x.kind = import_row_problems.kind and x.required order by x.position loop
    if c.header is null then
      return query
        select null::bigint, c.column_name, null::text, format('needed by new rows (%s), but no column of the sheet gives it', count(*)), null::text
          from jsonb_array_elements(rows) e(x)
         where e.x ->> 'outcome' = 'new' and e.x ->> c.column_name is null
        having count(*) > 0;
    else
      return query
        select (e.x ->> 'line')::bigint, c.header, null::text, 'empty, but needed', null::text
          from jsonb_array_elements(rows) e(x)
         where e.x ->> c.column_name is null and coalesce(sheet -> ((e.x ->> 'line')::integer - 1) ->> c.header, '') !~ '\S';
    end if;
  end loop;

  -- Keys met twice
  return query execute format($q$
    select d.line, %2$L::text, concat_ws(', ', %3$s), 'second time, first in line ' || d.first, null::text
      from (select r.*, min(r.line) over (partition by %1$s) as first from jsonb_to_recordset($1) r(line bigint, %4$s) where (%1$s) is not null) d
     where d.line > d.first
     order by d.line$q$,
    (select string_agg(format('%I', u), ', ') from unnest(k.key_columns) u),
    coalesce((select m.key from jsonb_each_text(mapping) m where m.value = k.key_columns[1]), k.key_columns[1]),
    (select string_agg(format('d.%I', u), ', ' order by n) from unnest(k.key_columns) with ordinality v(u, n)),
    record) using rows;

  -- The table's own rules, on the row as it would be
  select string_agg(format('%s as %I',
           case
             when a.attgenerated <> '' then format('t.%I', a.attname)
             when i.column_name is not null then format('case when t.%2$I is null then coalesce(r.%1$I, (%3$s)::%4$s) else %5$s end', a.attname, k.key_columns[1],
               case when i.default_value is null then 'null' else quote_literal(i.default_value) end, i.type,
               case when i.default_value is null then format('r.%I', a.attname) else format('coalesce(r.%1$I, t.%1$I)', a.attname) end)
             else format('case when t.%I is null then %s else t.%I end', k.key_columns[1],
               coalesce(pg_get_expr(d.adbin, d.adrelid), format('null::%s', format_type(a.atttypid, a.atttypmod))), a.attname)
           end, a.attname), ', ')
    into merged
    from pg_attribute a
    left join isms.import_columns(kind, mapping) i on i.column_name = a.attname
    left join pg_attrdef d on d.adrelid = a.attrelid and d.adnum = a.attnum
   where a.attrelid = k.table_name::regclass and a.attnum > 0 and not a.attisdropped;
  for c in
    select o.conname, pg_get_expr(o.conbin, o.conrelid) as rule, obj_description(o.oid, 'pg_constraint') as said, i.header, i.column_name
      from pg_constraint o
      join lateral (
        select x.header, x.column_name
          from isms.import_columns(import_row_problems.kind, mapping) x
          join pg_attribute a on a.attrelid = o.conrelid and a.attname = x.column_name and a.attnum = any (o.conkey)
         where x.header is not null
         order by array_position(o.conkey, a.attnum)
         limit 1) i on true
     where o.conrelid = k.table_name::regclass and o.contype = 'c'
     order by o.conname
  loop
    return query execute format($q$
      select m."(line)", %1$L::text, $3 -> (m."(line)" - 1)::integer ->> %1$L, %2$L::text, null::text
        from (select r.line as "(line)", r.outcome as "(outcome)", %3$s
                from jsonb_to_recordset($2) r(line bigint, outcome text, %4$s)
                left join %5$s t on %6$s) m
       where not (%7$s) and m."(outcome)" <> 'unchanged' and m."(line)" <> all ($4)
       order by 1$q$,
      c.header, coalesce(c.said, format('breaks %s: %s', c.conname, c.rule)), merged, record, k.table_name, isms.import_match(kind), c.rule)
      using scope, rows, sheet, bad;
  end loop;
end
$$;

comment on function isms.import_row_problems(text, text, jsonb, bigint[], jsonb, jsonb) is 'What is wrong with rows beyond single cells: needed values missing, keys met twice and, for lines that are not bad already, rules of the table broken';

-- Storing.

create function isms.import_store(kind text, scope text, rows jsonb, mapping jsonb) returns void
  language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
  k isms.import_kind := isms.import_known_kind(kind);
  record text := isms.import_record(kind);
  columns text;
  inserted text;
  updated text;
begin
  select string_agg(format('%I', c.name), ', '), string_agg(c.value, ', ')
    into columns, inserted
    from (select x.column_name as name, case when x.default_value is null then format('r.%I', x.column_name) else format('coalesce(r.%I, %L)', x.column_name, x.default_value) end as value
            from isms.import_columns(kind, mapping) x
           where x.in_table
          union all
          select f.name, f.value
            from (values ('scope', '$1'), ('created_by', '$3')) f(name, value)
            join pg_attribute a on a.attrelid = k.table_name::regclass and a.attname = f.name and not a.attisdropped) c;
  select string_agg(case when c.default_value is null then format('%1$I = r.%1$I', c.column_name) else format('%1$I = coalesce(r.%1$I, t.%1$I)', c.column_name) end, ', ')
    into updated
    from isms.import_columns(kind, mapping) c
   where c.in_table and not c.is_key;
  if k.insert_procedure is not null then
    execute format('select %s($1, (select jsonb_agg(e.x order by e.n) from jsonb_array_elements($2) with ordinality e(x, n) where e.x ->> ''outcome'' = ''new''))', k.insert_procedure)
      using scope, rows;
  else
    execute format('insert into %s (%s) select %s from jsonb_to_recordset($2) r(line bigint, outcome text, %s) where r.outcome = ''new'' order by r.line',
                   k.table_name, columns, inserted, record)
      using scope, rows, isms.actor();
  end if;
  if updated is not null then
    execute format('update %s t set %s from jsonb_to_recordset($2) r(line bigint, outcome text, %s) where r.outcome = ''changed'' and %s',
                   k.table_name, updated, record, isms.import_match(kind))
      using scope, rows;
  end if;
  if k.after_procedure is not null then
    execute format('select %s($1, (select jsonb_agg(e.x order by e.n) from jsonb_array_elements($2) with ordinality e(x, n) where e.x ->> ''outcome'' <> ''unchanged''))', k.after_procedure)
      using scope, rows;
  end if;
end
$$;

comment on function isms.import_store(text, text, jsonb, jsonb) is 'Stores new rows and changes changed ones, in the columns the sheet gives';

create function isms.import_sheet(kind text, headers text[], rows jsonb, mapping jsonb, dry_run boolean, formats jsonb, on_error text)
  returns table (line bigint, column_name text, value text, reason text, nearest text)
  language plpgsql set search_path = pg_catalog, pg_temp as $$
#variable_conflict use_column
declare
  k isms.import_kind := isms.import_known_kind(import_sheet.kind);
  in_scope text := isms.default_scope();
  read_formats jsonb := isms.import_formats(import_sheet.formats);
  map jsonb;
  objects jsonb;
  problems isms.import_problem[];
  bad bigint[];
  lacking bigint[];
  good jsonb;
  one record;
  undo boolean := false;
  said text;
  detail text;
  at_column text;
  gone bigint;
begin
  if on_error is null or on_error not in ('refuse', 'skip') then
    raise exception using
      errcode = 'invalid_parameter_value',
      message = format('on_error of the import is "%s"', on_error),
      hint = 'refuse: nothing is stored if any row is bad; skip: the good rows are stored.';
  end if;
  perform isms.require_active();
  if not in_scope = any (isms.editable_scopes()) then
    raise exception using
      errcode = 'IS021',
      message = format('%s may not import into scope %s', coalesce(isms.person_name(isms.actor()), session_user), in_scope),
      detail = 'scope: an import needs a role in it other than external auditor';
  end if;
  map := isms.import_mapping(k.kind, headers, import_sheet.mapping);

  select r.good, r.problems into objects, problems from isms.import_read(k.kind, in_scope, rows, map, read_formats) r;
  bad := array(select distinct p.line from unnest(problems) p where p.line is not null);
  objects := isms.import_outcome(k.kind, in_scope, objects, map);
  problems := problems || array(select p from isms.import_row_problems(k.kind, in_scope, objects, bad, map, rows) p);
  lacking := array(
    select (e.x ->> 'line')::bigint
      from jsonb_array_elements(objects) e(x)
     where e.x ->> 'outcome' = 'new' and exists (select from unnest(problems) p where p.line is null and e.x ->> p.column_name is null));
  bad := array(select p.line from unnest(problems) p where p.line is not null union select unnest(lacking));
  select coalesce(jsonb_agg(e.x order by e.n), '[]') into good
    from jsonb_array_elements(objects) with ordinality e(x, n) where (e.x ->> 'line')::bigint <> all (bad);

  -- What the tables' triggers have to say is known only by trying; if it comes to an error, row by row, so that each names its line.
  begin
    begin
      perform isms.import_store(k.kind, in_scope, good, map);
    exception when others then
      if left(sqlstate, 2) not in ('22', '23', 'IS', 'P0') then
        raise;
      end if;
      for one in select e.x, (e.x ->> 'line')::bigint as line from jsonb_array_elements(good) with ordinality e(x, n) order by e.n loop
        begin
          perform isms.import_store(k.kind, in_scope, jsonb_build_array(one.x), map);
        exception when others then
          if left(sqlstate, 2) not in ('22', '23', 'IS', 'P0') then
            raise;
          end if;
          get stacked diagnostics said = message_text, detail = pg_exception_detail, at_column = column_name;
          at_column := (select m.key from jsonb_each_text(map) m where m.value = at_column);
          problems := problems || (one.line, at_column, rows -> (one.line - 1)::integer ->> at_column,
                                   said || coalesce('; ' || nullif(replace(detail, E'\n', '; '), ''), ''), null)::isms.import_problem;
        end;
      end loop;
    end;
    bad := array(select p.line from unnest(problems) p where p.line is not null union select unnest(lacking));
    if dry_run or (on_error = 'refuse' and cardinality(problems) > 0) then
      undo := true;
      raise exception using errcode = 'IS030', message = 'import undone';
    end if;
  exception when sqlstate 'IS030' then
    if not undo then
      raise;
    end if;
  end;

  return query
    select p.line, p.column_name, p.value, p.reason, p.nearest from unnest(problems) p order by p.line nulls first, p.column_name;
  if dry_run then
    return query
      select null::bigint, m.key, null::text, 'column not used', null::text from jsonb_each_text(map) m where m.value is null order by m.key;
  elsif on_error = 'refuse' and cardinality(problems) > 0 then
    return query select null::bigint, null::text, cardinality(bad)::text, 'refused, nothing stored', null::text;
    return;
  end if;
  execute format('select count(*) from %s t where %snot exists (select from jsonb_to_recordset($2) r(%s) where %s)', k.table_name,
                 isms.import_within(k.kind), isms.import_record(k.kind), isms.import_match(k.kind))
     into gone using in_scope, objects;
  return query
    select null::bigint, null::text, o.n::text, o.outcome, null::text
      from (select 1, 'new', (select count(*) from jsonb_array_elements(good) e(x) where e.x ->> 'outcome' = 'new' and (e.x ->> 'line')::bigint <> all (bad))
            union all
            select 2, 'changed', (select count(*) from jsonb_array_elements(good) e(x) where e.x ->> 'outcome' = 'changed' and (e.x ->> 'line')::bigint <> all (bad))
            union all
            select 3, 'unchanged', (select count(*) from jsonb_array_elements(good) e(x) where e.x ->> 'outcome' = 'unchanged')
            union all
            select 4, 'gone', gone
            union all
            select 5, 'refused', cardinality(bad)) o(position, outcome, n)
     where o.n > 0
     order by o.position;
  if not found then
    return query select null::bigint, null::text, '0', 'unchanged', null::text;
  end if;
end
$$;

comment on function isms.import_sheet(text, text[], jsonb, jsonb, boolean, jsonb, text) is 'What isms.import and isms.import_rows have in common';

create function isms.import_lines(staging regclass) returns jsonb
  language plpgsql stable parallel safe set search_path = pg_catalog, pg_temp as $$
declare
  result jsonb;
begin
  execute format('select coalesce(jsonb_agg(to_jsonb(t.*)%s), ''[]'') from %s t',
                 case when (select c.relkind from pg_class c where c.oid = staging) = 'r' then ' order by t.ctid' else '' end, staging)
     into result;
  return result;
end
$$;

comment on function isms.import_lines(regclass) is 'Rows of a sheet in the order they lie in the table, which for a table filled by one COPY is the order of the file';

create function isms.import(kind text, staging regclass, mapping jsonb default null, dry_run boolean default false, formats jsonb default '{}', on_error text default 'refuse')
  returns table (line bigint, column_name text, value text, reason text, nearest text)
  language sql set search_path = pg_catalog, pg_temp
begin atomic
  select * from isms.import_sheet(kind, isms.import_headers(staging), isms.import_lines(staging), mapping, dry_run, formats, on_error);
end;

comment on function isms.import(text, regclass, jsonb, boolean, jsonb, text) is 'Loads the rows of a table of text columns into the default scope. Bad values come back with their line (the first row is line 1), column, value, reason and nearest known value, and nothing is stored unless on_error is skip. Otherwise a row for each outcome that occurred, new, changed, unchanged and, in the table but not in the sheet, gone: count as value, word as reason. A dry run tries everything, takes it back and names the unused columns too. Columns the mapping leaves out are found by their headers; an empty cell is no value. Errors: 22023 unknown kind, formats or on_error, IS021 scope not the caller''s, IS030 mapping or sheet unusable';

create function isms.import_rows(kind text, rows jsonb, mapping jsonb default null, dry_run boolean default false, formats jsonb default '{}', on_error text default 'refuse')
  returns table (line bigint, column_name text, value text, reason text, nearest text)
  language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
  if jsonb_typeof(rows) is distinct from 'array' or jsonb_path_exists(rows, '$[*] ? (@.type() != "object")') then
    raise exception using
      errcode = 'invalid_parameter_value',
      message = 'rows of the import are not an array of objects';
  end if;
  return query
    select *
      from isms.import_sheet(kind, array(select distinct h from jsonb_array_elements(rows) e(x), jsonb_object_keys(e.x) h order by 1), rows, mapping, dry_run, formats, on_error);
end
$$;

comment on function isms.import_rows(text, jsonb, jsonb, boolean, jsonb, text) is 'isms.import for rows that come from an application as an array of JSON objects. Errors: as isms.import, 22023 not an array of objects';

create function isms.import_compare(kind text, staging regclass, mapping jsonb default null, formats jsonb default '{}')
  returns table (line bigint, key text, outcome text, changed text[])
  language plpgsql stable parallel safe set search_path = pg_catalog, pg_temp as $$
declare
  k isms.import_kind := isms.import_known_kind(import_compare.kind);
  in_scope text := isms.default_scope();
  map jsonb := isms.import_mapping(k.kind, isms.import_headers(staging), import_compare.mapping);
  objects jsonb;
  bad bigint[];
begin
  select r.good, array(select p.line from unnest(r.problems) p)
    into objects, bad
    from isms.import_read(k.kind, in_scope, isms.import_lines(staging), map, isms.import_formats(import_compare.formats)) r;
  objects := isms.import_outcome(k.kind, in_scope, objects, map);
  return query execute format($q$
    select r.line, concat_ws(', ', %1$s), case when r.line = any ($3) then 'refused' else r.outcome end, r.changed
      from jsonb_to_recordset($2) r(line bigint, outcome text, changed text[], %2$s)
    union all
    select null, concat_ws(', ', %3$s), 'gone', null
      from %4$s t
     where %5$snot exists (select from jsonb_to_recordset($2) r(%2$s) where %6$s)
     order by 1, 2$q$,
    (select string_agg(format('r.%I', u), ', ' order by n) from unnest(k.key_columns) with ordinality v(u, n)),
    isms.import_record(k.kind),
    (select string_agg(format('t.%I', u), ', ' order by n) from unnest(k.key_columns) with ordinality v(u, n)),
    k.table_name,
    isms.import_within(k.kind),
    isms.import_match(k.kind))
    using in_scope, objects, bad;
end
$$;

comment on function isms.import_compare(text, regclass, jsonb, jsonb) is 'Each line of a sheet against the register: new, changed and in which columns, unchanged, refused because a cell is bad; and without a line what is gone from the sheet. Errors: as isms.import';

create function isms.remember_alias(kind text, column_name text, alias text, value text) returns void
  language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
  k isms.import_kind := isms.import_known_kind(remember_alias.kind);
  in_scope text := isms.default_scope();
  refused record;
begin
  if not exists (select from isms.import_column c where c.kind = k.kind and c.column_name = remember_alias.column_name) then
    raise exception using
      errcode = 'IS030',
      message = format('kind %s has no column "%s"', kind, column_name),
      hint = 'Its columns are ' || (select string_agg(c.column_name, ', ' order by c.position) from isms.import_column c where c.kind = k.kind) || '.';
  end if;
  select c.reason, c.nearest into refused
    from isms.import_cells(k.kind, in_scope, jsonb_build_array(jsonb_build_object('x', remember_alias.value)), 'x', remember_alias.column_name, isms.import_formats('{}')) c
   where c.value is null;
  if found then
    raise exception using
      errcode = 'IS030',
      message = format('"%s" cannot stand for "%s"', alias, value),
      detail = format('%s: %s', column_name, refused.reason),
      hint = coalesce('Did you mean ' || refused.nearest || '?', 'Give a value the column takes in a sheet.');
  end if;
  insert into isms.import_alias (scope, kind, column_name, alias, value)
  values (in_scope, k.kind, remember_alias.column_name, isms.import_word(remember_alias.alias), remember_alias.value)
  on conflict on constraint import_alias_pkey do update set value = excluded.value;
end
$$;

comment on function isms.remember_alias(text, text, text, text) is 'From now on the alias in that column of sheets means the value, in the default scope. Errors: 22023 unknown kind, IS030 unknown column or a value the column does not accept';

-- Ready tables.

create function isms.import_staged() returns trigger
  language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
  rows jsonb;
  there bigint;
  problems text[];
begin
  select coalesce(jsonb_agg(to_jsonb(s.*)), '[]') into rows from staged s;
  execute format('select count(*) from %I.%I', tg_table_schema, tg_table_name) into there;
  if there > jsonb_array_length(rows) then
    raise exception using
      errcode = 'IS030',
      message = format('isms.%s holds rows that were never imported', tg_table_name),
      hint = format('They came while isms was inactive. Empty it first: truncate isms.%I', tg_table_name);
  end if;
  problems := array(
    select concat_ws(', ', 'line ' || p.line, p.column_name) || coalesce(' "' || p.value || '"', '') || ': ' || p.reason || coalesce('; nearest is ' || p.nearest, '')
      from isms.import_rows(tg_argv[0], rows) p
     where p.column_name is not null or p.line is not null);
  if problems <> '{}' then
    raise exception using
      errcode = 'IS030',
      message = format('nothing is stored in %s: %s bad %s', tg_argv[0], cardinality(problems), case cardinality(problems) when 1 then 'value' else 'values' end),
      detail = array_to_string(problems[:50], E'\n') || case when cardinality(problems) > 50 then format(E'\nand %s more', cardinality(problems) - 50) else '' end,
      hint = format('Correct the sheet, or teach isms its words by isms.remember_alias(%L, ...).', tg_argv[0]),
      schema = tg_table_schema, table = tg_table_name;
  end if;
  execute format('delete from %I.%I', tg_table_schema, tg_table_name);
  return null;
end
$$;

comment on function isms.import_staged() is 'AFTER INSERT trigger of the ready tables: imports what was inserted, as the kind in its argument, all or nothing, and empties the table';

create function isms.make_import_table(kind text) returns void
  language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
  k isms.import_kind := isms.import_known_kind(make_import_table.kind);
  name text := 'import_' || k.kind;
  c record;
begin
  execute format('create table isms.%I (%s)', name,
                 (select string_agg(format('%I text', x.column_name), ', ' order by x.position) from isms.import_column x where x.kind = k.kind and x.ready));
  execute format('comment on table isms.%I is %L', name, format('Takes a sheet of %s by COPY: what is inserted goes through isms.import, all or nothing, and the table is empty again', k.title));
  for c in select x.column_name, coalesce(x.expects, x.type) as expects, x.many, x.required from isms.import_column x where x.kind = k.kind and x.ready loop
    execute format('comment on column isms.%I.%I is %L', name, c.column_name, upper(left(c.expects, 1)) || substr(c.expects, 2) || case when c.many then ', several separated by semicolons' else '' end || case when c.required then '; needed' else '' end);
  end loop;
  execute format('create trigger staged after insert on isms.%I referencing new table as staged for each statement execute function isms.import_staged(%L)', name, k.kind);
end
$$;

comment on function isms.make_import_table(text) is 'Makes the ready table of a kind; called by the install script once the kind''s columns are registered';

insert into isms.admin_function (name, builtin) values ('make_import_table', true);

-- Kind person.

create function isms.import_people() returns table (value text, word text)
  language sql stable parallel restricted set search_path = pg_catalog, pg_temp
begin atomic
  select p.code, v.word from isms.person p cross join lateral (values (p.code), (p.name), (p.email)) v(word) where v.word is not null;
end;

comment on function isms.import_people() is 'Words by which sheets name the people the caller may see: code, name, e-mail';

create function isms.import_person_new(scope text, rows jsonb) returns void
  language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
  p record;
begin
  for p in
    select e.x, coalesce(array(select jsonb_array_elements_text(e.x -> 'roles')), '{}') as roles from jsonb_array_elements(rows) with ordinality e(x, n) order by e.n
  loop
    perform isms.add_person(p.x ->> 'code', p.x ->> 'name', p.x ->> 'email', p.x ->> 'login', p.roles, coalesce(p.x ->> 'kind', 'human'));
  end loop;
end
$$;

comment on function isms.import_person_new(text, jsonb) is 'Adds the people of a sheet as isms.add_person does, appointments included';

create function isms.import_person_roles(scope text, rows jsonb) returns void
  language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
  p record;
begin
  for p in
    select e.x ->> 'code' as person, r.role
      from jsonb_array_elements(rows) with ordinality e(x, n)
     cross join lateral jsonb_array_elements_text(e.x -> 'roles') r(role)
     where e.x ->> 'outcome' = 'changed'
       and not exists (select from isms.role_assignment a where a.scope = import_person_roles.scope and a.person = e.x ->> 'code' and a.role = r.role and a.status in ('proposed', 'active'))
     order by e.n
  loop
    perform isms.appoint(p.person, p.role);
  end loop;
end
$$;

comment on function isms.import_person_roles(text, jsonb) is 'Proposes the further roles a sheet gives to people already known, and makes the appointments the caller may make';

insert into isms.import_kind (kind, title, table_name, key_columns, insert_procedure, after_procedure, builtin) values
  ('person', 'people', 'isms.person', '{code}', 'isms.import_person_new', 'isms.import_person_roles', true);

insert into isms.import_column (kind, column_name, position, type, many, required, default_value, known, pattern, expects, present, ready, aliases, builtin) values
  ('person', 'code', 1, 'text', false, true, null, null, '^[[:alnum:]][[:alnum:]_.-]{0,39}$', 'a short code of letters, digits, ".", "_" and "-"', null, true, '{id,short,initials}', true),
  ('person', 'name', 2, 'text', false, true, null, null, null, null, null, true, '{full name,display name}', true),
  ('person', 'email', 3, 'text', false, false, null, null, '^[^@[:space:]]+@[^@[:space:]]+$', 'an e-mail address', null, true, '{mail,e-mail address}', true),
  ('person', 'kind', 4, 'text', false, false, 'human', $$values ('human', 'human'), ('human', 'person'), ('service', 'service'), ('service', 'service account')$$, null, 'a kind of person', null, true, '{type}', true),
  ('person', 'roles', 5, 'text', true, false, null, $$select r.code, v.word from isms.role r cross join lateral (values (r.code), (r.title), (replace(r.code, '_', ' '))) v(word)$$, null, 'a role',
   $$array(select a.role from isms.role_assignment a where a.scope = $1 and a.person = t.code and a.status in ('proposed', 'active'))$$, true, '{role}', true),
  ('person', 'login', 6, 'text', false, false, null, null, null, null, null, false, '{database role,user}', true);

select isms.make_import_table('person');
