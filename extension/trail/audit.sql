-- What is audited, and how it reads.

create table isms.audited_table (
  schema_name text not null,
  table_name text not null,
  exclude name[] not null default '{}',
  since timestamptz not null default clock_timestamp(),
  constraint audited_table_pkey primary key (schema_name, table_name)
);

comment on table isms.audited_table is 'Tables put under audit by isms.enable_audit; names as text, since a dump must survive the table';
comment on column isms.audited_table.schema_name is 'Schema of the table';
comment on column isms.audited_table.table_name is 'Name of the table';
comment on column isms.audited_table.exclude is 'Columns recorded as changed, never with their value';
comment on column isms.audited_table.since is 'When capture began, or began anew';

create function isms.enable_audit("table" regclass, exclude name[] default '{}') returns bigint
  language c set search_path = pg_catalog, pg_temp as 'MODULE_PATHNAME', 'isms_enable_audit';

comment on function isms.enable_audit(regclass, name[]) is
  'Records every change of the table from now on; returns the number of rows recorded as they are now';

create function isms.disable_audit("table" regclass) returns void
  language c set search_path = pg_catalog, pg_temp as 'MODULE_PATHNAME', 'isms_disable_audit';

comment on function isms.disable_audit(regclass) is 'Ends the recording of a table''s changes; what was recorded stays';

create function isms.trail_baseline_of("table" regclass) returns bigint
  language c set search_path = pg_catalog, pg_temp as 'MODULE_PATHNAME', 'isms_baseline';

comment on function isms.trail_baseline_of(regclass) is 'Writes an entry for each row of an audited table, as it is now';

-- The extension's own tables: all that have a key, which the trail itself and the staging tables of imports, empty
-- again at once, have not; and not the activation, whose rows are this installation's alone.
create function isms.capture_attach() returns integer
  language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
  t record;
  n integer := 0;
begin
  for t in
    select c.oid::regclass as name
      from pg_class c
     where c.relnamespace = 'isms'::regnamespace and c.relkind = 'r' and not c.relispartition
       and c.relname <> 'activation'
       and exists (select from pg_index i where i.indrelid = c.oid and i.indisprimary)
       and not exists (select from pg_trigger g where g.tgrelid = c.oid and g.tgname = 'isms_capture')
     order by c.relname
  loop
    execute format('create trigger isms_capture after insert or update or delete on %s for each row execute function isms.capture()', t.name);
    execute format('create trigger isms_capture_truncate after truncate on %s for each statement execute function isms.capture()', t.name);
    n := n + 1;
  end loop;
  return n;
end
$$;

comment on function isms.capture_attach() is 'Puts capture triggers on those of the extension''s tables that have none';

create function isms.trail_baseline() returns bigint
  language sql set search_path = pg_catalog, pg_temp
begin atomic
  select coalesce(sum(isms.trail_baseline_of(g.tgrelid)), 0)::bigint
    from pg_trigger g
    join pg_class c on c.oid = g.tgrelid
   where g.tgname = 'isms_capture' and c.relnamespace = 'isms'::regnamespace;
end;

comment on function isms.trail_baseline() is 'Writes an entry for each row of the extension''s own tables, as it is now; part of activation';

create view isms.trail_table with (security_invoker) as
  with installed as (
    select c.oid, n.nspname::text as schema_name, c.relname::text as table_name,
           exists (select from pg_trigger g
                    where g.tgrelid = c.oid and g.tgname = 'isms_capture'
                      and g.tgfoid = 'isms.capture'::regproc and g.tgenabled = 'A') as row_trigger,
           exists (select from pg_trigger g
                    where g.tgrelid = c.oid and g.tgname = 'isms_capture_truncate'
                      and g.tgfoid = 'isms.capture'::regproc and g.tgenabled = 'A') as truncate_trigger
      from pg_class c
      join pg_namespace n on n.oid = c.relnamespace
     where c.relkind in ('r', 'p')
  )
  select a.schema_name, a.table_name, false as own, a.exclude::text[] as exclude, a.since,
         i.oid is not null as present,
         coalesce(i.row_trigger and i.truncate_trigger
                  and not exists (select
                                    from pg_partition_tree(i.oid) p
                                    join installed j on j.oid = p.relid
                                   where not (j.row_trigger and j.truncate_trigger)), false) as complete
    from isms.audited_table a
    left join installed i on i.schema_name = a.schema_name and i.table_name = a.table_name
  union all
  select i.schema_name, i.table_name, true, '{}', null, true, i.row_trigger and i.truncate_trigger
    from installed i
   where i.schema_name = 'isms'
     and exists (select from pg_trigger g where g.tgrelid = i.oid and g.tgfoid = 'isms.capture'::regproc);

comment on view isms.trail_table is 'Audited tables, those of the extension too, and whether capture is really on';
comment on column isms.trail_table.schema_name is 'Schema of the table';
comment on column isms.trail_table.table_name is 'Name of the table';
comment on column isms.trail_table.own is 'A table of the extension';
comment on column isms.trail_table.exclude is 'Columns recorded as changed, never with their value';
comment on column isms.trail_table.since is 'When capture began, or began anew';
comment on column isms.trail_table.present is 'The table exists under this name';
comment on column isms.trail_table.complete is 'Its triggers, and those of all its partitions, are there and enabled always';

-- The trail as people read it.
create view isms.audit_trail with (security_invoker) as
  select e.seq,
         e.at,
         v.table_name,
         case
           when e.erased or e.operation = 'T' or cardinality(v.key) = 0 then null
           when cardinality(v.key) = 1 then e.named ->> v.key[1]
           else (select jsonb_object_agg(k, e.named -> k) from unnest(v.key) k)::text
         end as key,
         case when v.own then e.named ->> 'scope' end as scope,
         case e.operation
           when 'I' then 'insert' when 'U' then 'update' when 'D' then 'delete'
           when 'T' then 'truncate' when 'B' then 'baseline' when 'R' then 'recorded anew' else e.operation::text
         end as operation,
         coalesce(w.identity ->> 'actor', isms.trail_person(w.identity ->> 'session_user'), w.identity ->> 'session_user') as who,
         w.identity ->> 'session_user' as session_user_name,
         w.identity ->> 'current_user' as current_user_name,
         w.identity ->> 'application' as application,
         w.identity ->> 'claimed_actor' as claimed_actor,
         case
           when e.operation = 'D' then e.changes
           when e.operation = 'U' and not e.erased then (select coalesce(jsonb_object_agg(c.key, c.value -> 0), '{}') from jsonb_each(e.changes) c)
         end as old_values,
         case
           when e.operation in ('I', 'B', 'R') then e.changes
           when e.operation = 'U' and not e.erased then (select coalesce(jsonb_object_agg(c.key, c.value -> 1), '{}') from jsonb_each(e.changes) c)
         end as new_values,
         e.xid as transaction,
         e.command_id,
         isms.is_sealed(e.seq, e.xid, e.incarnation, s.last, s.current) as sealed,
         v.part,
         e.erased
    from (select t.seq, t.at, t.operation, t.incarnation, t.table_version, t.identity, t.xid, t.command_id, t.payload is null as erased,
                 case when t.operation = 'U' then t.payload::jsonb -> 0 else t.payload::jsonb end as named,
                 case when t.operation = 'U' then t.payload::jsonb -> 1 else t.payload::jsonb end as changes
            from isms.trail_entry t) e
    left join (select d.id,
                      d.content ->> 'schema' = 'isms' as own,
                      format('%I.%I', coalesce(d.content #>> '{partition_of,schema}', d.content ->> 'schema'),
                                      coalesce(d.content #>> '{partition_of,table}', d.content ->> 'table')) as table_name,
                      case when d.content -> 'partition_of' is not null
                           then format('%I.%I', d.content ->> 'schema', d.content ->> 'table') end as part,
                      array(select k from jsonb_array_elements_text(d.content -> 'key') k
                             where k <> 'scope' or jsonb_array_length(d.content -> 'key') = 1) as key
                 from (select distinct t.id, t.content::jsonb as content from isms.trail_table_version t) d) v on v.id = e.table_version
    cross join lateral (select isms.trail_identity_content(e.identity)::jsonb as identity) w
    cross join (select isms.last_snapshot() as last, isms.incarnation() as current) s;

comment on view isms.audit_trail is 'Every recorded change: who, when, what, from which values to which';
comment on column isms.audit_trail.seq is 'Number of the entry; gaps are normal';
comment on column isms.audit_trail.at is 'Clock at the moment of capture';
comment on column isms.audit_trail.table_name is 'Table, with its schema; of a partition the table it is part of';
comment on column isms.audit_trail.key is 'Key of the row inside its scope: the value, or JSON where several columns make it; null without a key';
comment on column isms.audit_trail.scope is 'Scope of the row, for tables of isms';
comment on column isms.audit_trail.operation is 'insert, update, delete, truncate; baseline: a row that was there when capture began; recorded anew: one whose earlier entries were erased, as it was then';
comment on column isms.audit_trail.who is 'Person: the one an application acted for, else the one whose login it was; else the session user';
comment on column isms.audit_trail.session_user_name is 'Login';
comment on column isms.audit_trail.current_user_name is 'Role in effect, after SET ROLE or in a security definer function';
comment on column isms.audit_trail.application is 'application_name of the session';
comment on column isms.audit_trail.claimed_actor is 'Person named by the setting isms.actor: an application''s assertion';
comment on column isms.audit_trail.old_values is 'Update: the changed columns as they were; delete: the row. Null in both: an excluded column changed';
comment on column isms.audit_trail.new_values is 'Update: the changed columns as they became; insert, baseline and recorded anew: the row';
comment on column isms.audit_trail.transaction is 'Transaction, comparable inside one installation';
comment on column isms.audit_trail.command_id is 'Command inside the transaction';
comment on column isms.audit_trail.sealed is 'Covered by a checkpoint';
comment on column isms.audit_trail.part is 'Partition that held the row, of a partitioned table';
comment on column isms.audit_trail.erased is 'Personal data of the row were erased: key and values are gone, see isms.erasure';

insert into isms.closed_table (name, readable, builtin) values
  ('trail_seq', false, true), ('trail_entry', true, true), ('trail_identity', true, true), ('trail_table_version', true, true), ('audited_table', true, true);

insert into isms.admin_function (name, builtin) values
  ('trail_open', true), ('trail_guard_leaf', true), ('trail_baseline', true), ('trail_baseline_of', true), ('capture_attach', true);

insert into isms.activation_step (step, position, procedure, builtin) values
  ('trail leaves', -100, 'isms.trail_open', true),
  ('trail baseline', 10, 'isms.trail_baseline', true);
