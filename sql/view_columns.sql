-- The columns of every view, in their order: what people build on.  A column may come at the end; one that changes its name, type or
-- place breaks somebody's report.
\set SHOW_CONTEXT never
set client_min_messages = warning;
drop extension if exists isms cascade;
create extension isms;
\pset format unaligned
\pset tuples_only on
\pset fieldsep ' '
select c.relname, a.attnum, a.attname, format_type(a.atttypid, a.atttypmod)
  from pg_class c
  join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
 where c.relnamespace = 'isms'::regnamespace and c.relkind in ('v', 'm')
 order by c.relname collate "C", a.attnum;
