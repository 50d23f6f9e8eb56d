-- Views are what reports are made of: what each of them promises, asked of the system catalogues, so that what is added later
-- is looked at too.
\set ON_ERROR_STOP on
\pset format unaligned
\pset tuples_only on
\pset pager off

begin;

select no_plan();

\set doc `cat extension/doc/views.md`

create temp view column_of as
  select c.relname::text as view, a.attnum as position, a.attname::text as name, format_type(a.atttypid, null) as type, col_description(c.oid, a.attnum) as comment
    from pg_class c
    join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
   where c.relnamespace = 'isms'::regnamespace and c.relkind = 'v';

select cmp_ok((select count(distinct view) from column_of), '>', 80::bigint, 'there are views');

-- What is no such type is named here, with the reason.
create temp table exception (view text, name text, type text, reason text);
insert into exception values
  ('audit_trail', 'old_values', 'jsonb', 'a row of any table'),
  ('audit_trail', 'new_values', 'jsonb', 'a row of any table'),
  ('audit_trail', 'transaction', 'xid8', 'compared with the server''s'),
  ('trail_status', 'root', 'bytea', 'a hash'),
  ('trail_status', 'oldest_age', 'interval', 'an age'),
  ('risk_method_spec', 'spec', 'isms.method_spec', 'an inner part of the register'),
  ('trail_table', 'exclude', 'text[]', 'names of columns, which may hold commas'),
  ('open_break_glass', 'skipped', 'text[]', 'sentences'),
  ('waiting_approvals', 'candidates', 'text[]', 'asked for one person'),
  ('waiting_approvals', 'deputies', 'text[]', 'asked for one person'),
  ('known_threat', 'origins', 'text[]', 'asked for one origin'),
  ('known_threat', 'kinds', 'text[]', 'asked for one kind'),
  ('known_vulnerability', 'kinds', 'text[]', 'asked for one kind');

select is_empty($$
  select c.view, c.name, c.type
    from column_of c
    left join exception e using (view, name, type)
   where e.view is null
     and c.type <> all ('{text,integer,bigint,numeric,boolean,date,timestamp with time zone}')
     -- sums of money come from curves
     and not (c.type = 'double precision' and c.view in ('risk_loss_summary', 'risk_loss_effect'))
   order by 1, c.position $$, 'columns have the built-in types that every tool knows');

select is_empty('select view, name, type from exception except select view, name, type from column_of', 'no exception is made in vain');

select is_empty($$
  select view, name from column_of where name = 'scope' and type <> 'text' or name in ('code', 'title') and type <> 'text' $$, 'scope, code and title are text');

select is_empty($$
  select c.view
    from column_of c
   where c.name = 'code' and c.position <> 2
     and exists (select from column_of s where s.view = c.view and s.name = 'scope')
     -- rows of several registers, or several rows a record, begin with what tells them apart
     and c.view not in ('inbox', 'overdue', 'override_in_force', 'statement_problem')
   order by 1 $$, 'where rows are records of a register, scope comes first and code second');

select is_empty($$
  select p.view, p.name
    from column_of p
   where p.name in ('owner', 'accepted_by', 'responsible', 'auditee', 'lead_auditor', 'judged_by', 'person', 'actor', 'requester', 'tester', 'holder', 'measurer', 'evaluator', 'author', 'approver', 'measured_by', 'created_by', 'approved_by')
     and exists (select from column_of s where s.view = p.view and s.name = 'scope')
     and not exists (select from column_of n where n.view = p.view and n.name = p.name || '_name')
     -- what other views and functions are made of; the approver of a slot is a role or a column
     and p.view not in ('risk_assessment', 'risk_assessment_by_method', 'document_in_force', 'waiting_approvals')
   order by 1, 2 $$, 'people appear by code and by name');

select is_empty($$
  select c.oid::regclass
    from pg_class c
   where c.relnamespace = 'isms'::regnamespace and c.relkind = 'v'
     and not coalesce(c.reloptions && '{security_invoker=true,security_invoker=on,security_invoker}', false)
   order by 1 $$, 'every view shows what its reader may see');

select is_empty($$select view, name from column_of where comment is null$$, 'every column is commented');

-- The page about them says the same as the database: tests/views.sh writes it.
create temp table told as
  select (regexp_match(s.section, '^([a-z0-9_]+)\n'))[1] as view, s.section
    from regexp_split_to_table(:'doc', '\n### ') s(section);

select is_empty('select distinct view from column_of except select view from told', 'every view has its place in views.md');

select is_empty('select view from told where view is not null except select view from column_of', 'which tells of no other');

select is_empty($$select view from told where view is not null group by view having count(*) > 1$$, 'and of none twice');

select is_empty($$
  select t.view
    from told t
    join (select view, string_agg(format('| %s | %s | %s |', name, type, replace(comment, '|', '\|')), E'\n' order by position) as rows from column_of group by view) c using (view)
   where position(E'| --- | --- | --- |\n' || c.rows || E'\n' in t.section || E'\n') = 0
      or t.section !~ ('\n```sql\n[^`]*isms\.' || t.view || '\M')
   order by 1 $$, 'with all its columns as they are, and a query');

select finish();

rollback;
