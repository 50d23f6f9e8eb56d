-- What users call or read is in the documentation: asked of the system catalogues, so that what is added later is
-- looked for too.  Each test shows what is named in no file of extension/doc.
\set ON_ERROR_STOP on
\pset format unaligned
\pset tuples_only on
\pset pager off

begin;

select no_plan();

\set doc `cat extension/doc/*.md`

create temp table doc as select :'doc' as text;

-- Every word, and those that stand as names: in a heading, after isms. or in code; of functions, with the parenthesis.
create temp table word as
  select distinct w[1] as word from doc, regexp_matches(doc.text, '[A-Za-z0-9_]+', 'g') w;

create temp table name as
  select distinct w[1] as word from doc, regexp_matches(doc.text, '(?:### |isms\.|`)([a-z0-9_]+)', 'g') w;

create temp table called as
  select distinct w[1] as word from doc, regexp_matches(doc.text, '([a-z0-9_]+)\(', 'g') w;

-- The reference lists what others are made of, by name alone.
create temp table inner_part as
  select distinct w[1] as word from doc, regexp_matches(substring(doc.text from '## Inner parts(.*?)(?:\n#|$)'), '`([a-z0-9_]+)`', 'g') w;

select isnt_empty('select from called', 'the documentation is there');

create temp view member as
  select d.classid, d.objid
    from pg_depend d
    join pg_extension e on e.oid = d.refobjid and e.extname = 'isms'
   where d.refclassid = 'pg_extension'::regclass and d.deptype = 'e';

select is_empty($$
  select c.oid::regclass
    from pg_class c
    join member m on m.classid = 'pg_class'::regclass and m.objid = c.oid
   where c.relkind in ('r', 'p', 'v', 'm', 'f') and c.relname not in (table name)
   order by 1 $$, 'every table and view is documented');

select is_empty($$
  select t.oid::regtype
    from pg_type t
    join member m on m.classid = 'pg_type'::regclass and m.objid = t.oid
   where t.typelem = 0 and t.typname not in (table name)
   order by 1 $$, 'so is every type');

-- Internal: guards and conditions (named without their prefix below), trigger functions, relations of workflows, what types,
-- imports and the machine are made of.  What a user calls is never of these forms.
create temp view internal as
  select p.oid
    from pg_proc p
    join member m on m.classid = 'pg_proc'::regclass and m.objid = p.oid
   where p.prorettype = 'trigger'::regtype
      or p.proname ~ '^(combine|worst)_(add|merge|serialize|deserialize|result|range)$|^(guard|condition|reference|rating|estimate|effect|step|implementation_set|override_set)_|^text_(multi)?range$'
      or p.proname ~ '_(in|out|recv|send)$'
      or 'isms.' || p.proname in (select w.function from isms.workflow_relation w)
      or p.proname ~ '^import_' and p.proname not in ('import_rows', 'import_compare', 'import_oscal_catalog', 'import_oscal_profile')
      or p.proname in (table inner_part);

select is_empty($$
  select p.oid::regprocedure
    from pg_proc p
    join member m on m.classid = 'pg_proc'::regclass and m.objid = p.oid
   where p.oid not in (table internal) and p.proname not in (table called)
   order by 1::text $$, 'every function that users call is documented');

select is_empty($$
  select p.oid::regprocedure, a.name
    from pg_proc p
    join member m on m.classid = 'pg_proc'::regclass and m.objid = p.oid
   cross join unnest(p.proargnames[:p.pronargs]) a(name)
   where p.oid not in (table internal) and a.name <> '' and a.name not in (table word)
   order by 1::text, 2 $$, 'and so are the names of its arguments');

-- Settings are known once the library is loaded.
select is(isms.claimed_actor(), null, 'the library is loaded');

select is_empty($$
  select s.name
    from pg_settings s
   where s.name like 'isms.%' and not exists (select from doc where strpos(doc.text, '`' || s.name || '`') > 0) $$, 'every setting is documented');

select is_empty($$
  select e.code
    from isms.error_code e
   where e.code not in (table word) $$, 'every error code is documented');

select is_empty($$
  select r.role_name from isms.database_role r where r.role_name not in (table word)
   union all
  select r.code from isms.role r where r.code not in (table word) $$, 'every role is documented');

select is_empty($$
  select 'guard ' || g.name from isms.guard g where g.name not in (table word)
   union all
  select 'condition ' || c.name from isms.slot_condition c where c.name not in (table word)
   union all
  select format('step %s of %s', t.name, t.workflow) from isms.workflow_transition t where t.name not in (table word)
   union all
  select format('state %s of %s', s.name, s.workflow) from isms.workflow_state s where s.name not in (table word) $$,
  'every guard, condition, step and state of the shipped workflows is documented');

select is_empty($$
  select i.kind from isms.import_kind i where i.kind not in (table word) $$, 'every kind of import is documented');

-- Columns of what people write and read.
select is_empty($$
  select c.oid::regclass, a.attname
    from pg_class c
    join member m on m.classid = 'pg_class'::regclass and m.objid = c.oid
    join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
   where c.relkind in ('r', 'p', 'v') and a.attname not in (table word)
   order by 1::text, 2 $$, 'every column of every table and view is documented');

select * from finish();

rollback;
