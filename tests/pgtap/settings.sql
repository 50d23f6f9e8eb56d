-- The same numbers come out whatever a session's settings are: two scopes are filled alike, one of
-- them under settings that differ in everything, and every view is read under both.
\set ON_ERROR_STOP on
\pset format unaligned
\pset tuples_only on
\pset pager off

begin;

select no_plan();

-- Operators and functions that lie, in a schema that comes before pg_catalog.
create schema regress_liar;
create function regress_liar.never(text, text) returns boolean language sql immutable as 'select false';
create operator regress_liar.= (leftarg = text, rightarg = text, function = regress_liar.never);
create function regress_liar.wrong(integer, integer) returns boolean language sql immutable as 'select true';
create operator regress_liar.> (leftarg = integer, rightarg = integer, function = regress_liar.wrong);
create function regress_liar.shout(text, text) returns text language sql immutable as $$select 'shouted'::text$$;
create operator regress_liar.|| (leftarg = text, rightarg = text, function = regress_liar.shout);
create function regress_liar.now() returns timestamptz language sql stable as $$select timestamptz '1999-01-01'$$;
create function regress_liar.lower(text) returns text language sql immutable as $$select 'lowered'::text$$;
create function regress_liar.max_of(numeric, numeric) returns numeric language sql immutable as 'select -1::numeric';
create aggregate regress_liar.max(numeric) (sfunc = regress_liar.max_of, stype = numeric);

-- At every moment the day in Kiritimati is not the day in Niue.
create procedure pg_temp.usual() language sql as $$
  select set_config('DateStyle', 'ISO, YMD', true), set_config('TimeZone', 'Pacific/Niue', true),
         set_config('extra_float_digits', '1', true), set_config('IntervalStyle', 'postgres', true),
         set_config('bytea_output', 'hex', true), set_config('xmloption', 'content', true),
         set_config('array_nulls', 'on', true), set_config('standard_conforming_strings', 'on', true),
         set_config('search_path', 'public', true)
$$;
create procedure pg_temp.strange() language sql as $$
  select set_config('DateStyle', 'German, DMY', true), set_config('TimeZone', 'Pacific/Kiritimati', true),
         set_config('extra_float_digits', '-15', true), set_config('IntervalStyle', 'sql_standard', true),
         set_config('bytea_output', 'escape', true), set_config('xmloption', 'document', true),
         set_config('array_nulls', 'off', true), set_config('standard_conforming_strings', 'off', true),
         set_config('search_path', 'regress_liar, pg_catalog, public', true)
$$;

create function pg_temp.fill(scope text) returns void language plpgsql set search_path = pg_catalog as $fill$
begin
  perform set_config('isms.scope', scope, true);
  insert into isms.asset (code, title, kind, rating, owner) values ('CRM', 'Customer database', 'information', 'C3 I3 A2', 'dana');
  insert into isms.risk (code, title, asset, threat, vulnerability, hits, likelihood, consequence, owner) values
    ('R-001', 'Customer data stolen', 'CRM', 'Stolen credentials', 'No second factor', 'C', 4, 4, 'dana'),
    ('R-002', 'Unreadable backup', 'CRM', 'Failure', 'Never tried', 'A', 2, 5, 'dana'),
    ('R-003', 'Not rated yet', 'CRM', 'Fire', 'One site', 'A', null, null, 'dana');
  insert into isms.implementation (code, title, kind, owner, status, controls) values
    ('MFA', 'Second factor', 'technical', 'dana', 'implemented', '{A.5.17,A.8.5}'),
    ('LOG', 'Logging', 'technical', 'dana', 'planned', '{A.8.15}');
  insert into isms.risk_control (risk, implementation, effect_on, effectiveness) values
    ('R-001', 'MFA', 'likelihood', 0.9), ('R-001', 'LOG', 'consequence', 1 / 3.0), ('R-002', 'LOG', 'likelihood', 0.7);
  insert into isms.treatment (risk, option, justification) values ('R-001', 'modification', 'Cheapest way');
  insert into isms.action (code, title, serves, implementation, owner, due_on, resources) values
    ('T-001', 'Roll out second factor', 'R-001', 'MFA', 'dana', date '2026-05-04', '10 days');
end
$fill$;

-- A view's rows byte by byte; binary output depends on no setting.
create function pg_temp.bytes_of(view_name text) returns text[] language plpgsql as $$
declare
  bytes text[];
begin
  execute pg_catalog.format('select pg_catalog.array_agg(pg_catalog.encode(pg_catalog.record_send(v), $f$hex$f$) order by pg_catalog.record_send(v)) from %s v', view_name) into bytes;
  return bytes;
end
$$;

create temp table seen (view_name text, settings text, bytes text[]);

create temp view view_to_read as
  select c.oid::regclass::text as name
    from pg_class c
   where c.relnamespace = 'isms'::regnamespace and c.relkind = 'v'
     and c.relname <> 'risk_method_spec' -- has no binary form; what is computed from it is read
   order by 1;

-- Founding a scope takes over the session's time zone, on purpose; both get the same.
call pg_temp.usual();
\o /dev/null
select isms.setup('ACME', 'One', 'dana', 'Dana Ruiz'), isms.setup('BETA', 'The other', 'dana', 'Dana Ruiz');
select pg_temp.fill('ACME');
call pg_temp.strange();
select pg_temp.fill('BETA');
\o
call pg_temp.usual();
insert into seen select name, 'usual', pg_temp.bytes_of(name) from view_to_read;
call pg_temp.strange();
insert into pg_temp.seen select name, 'strange', pg_temp.bytes_of(name) from pg_temp.view_to_read;
call pg_temp.usual();

select is((select count(*) from seen where settings = 'strange'), (select count(*) from view_to_read), 'every view was read under both');

select is_empty($$
  select u.view_name
    from seen u
    join seen s on s.view_name = u.view_name and s.settings = 'strange'
   where u.settings = 'usual' and u.bytes is distinct from s.bytes $$, 'every view has the same rows under both, to the last byte');

select to_regclass('isms.risk_register') is not null as has_register \gset
\if :has_register
select results_eq(
  $$select to_jsonb(r) - 'scope' from isms.risk_register r where scope = 'ACME' order by code$$,
  $$select to_jsonb(r) - 'scope' from isms.risk_register r where scope = 'BETA' order by code$$,
  'the register of both scopes says the same');
\endif

-- Tables, the trail aside: the rows that were written differ in the scope's code alone.
create function pg_temp.written(table_name text, own text) returns setof jsonb language plpgsql as $$
begin
  return query execute format('select replace(to_jsonb(t)::text, $1, ''SCOPE'')::jsonb from %s t where t.scope = $1 order by 1', table_name) using own;
end
$$;

create temp table written as
  select c.oid::regclass::text as table_name
    from pg_class c
    join pg_attribute a on a.attrelid = c.oid and a.attname = 'scope' and not a.attisdropped
   where c.relnamespace = 'isms'::regnamespace and c.relkind = 'r' and c.relname !~ '^trail'
     and c.relname <> 'role_assignment'; -- its numbers go on from scope to scope

create temp view difference as
  select w.table_name, x.row, x.side
    from written w,
         lateral (select a as row, 'usual' as side from pg_temp.written(w.table_name, 'ACME') a
                  union all
                  select b, 'strange' from pg_temp.written(w.table_name, 'BETA') b) x;

select is_empty($$
  select table_name, row, string_agg(side, ' and ')
    from difference
   group by table_name, row
  having count(*) filter (where side = 'usual') <> count(*) filter (where side = 'strange') $$, 'the same rows were written under both');

select isnt_empty($$select from difference where side = 'strange' and table_name = 'isms.risk_control'$$, 'and rows were written');

select * from finish();

rollback;
