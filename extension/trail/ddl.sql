-- Commands that would let changes go unrecorded are refused, those that change audited tables recorded.

create table isms.ddl_event (
  id bigint generated always as identity constraint ddl_event_pkey primary key,
  at timestamptz not null default clock_timestamp(),
  command text not null,
  object text not null,
  role_name text not null,
  former_schema text,
  former_table text,
  after_entry bigint,
  constraint ddl_event_former check (num_nulls(former_schema, former_table, after_entry) in (0, 3))
);

comment on table isms.ddl_event is 'Commands that changed an audited table, or dropped its capture; who gave them stands in the trail';
comment on column isms.ddl_event.id is 'Number';
comment on column isms.ddl_event.at is 'When';
comment on column isms.ddl_event.command is 'Command';
comment on column isms.ddl_event.object is 'Table, with its schema';
comment on column isms.ddl_event.role_name is 'Role in effect';
comment on column isms.ddl_event.former_schema is 'Schema before, of a table that was renamed or moved';
comment on column isms.ddl_event.former_table is 'Name before';
comment on column isms.ddl_event.after_entry is 'Last number an entry had drawn then: no larger one speaks of this table by its former name';

create function isms.cover_partition(part regclass) returns bigint
  language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
  arguments text;
begin
  select coalesce(string_agg(quote_literal(x.name), ', ' order by x.n), '')
    into arguments
    from pg_partition_ancestors(part) p
    join pg_class c on c.oid = p.relid
    join isms.audited_table a on to_regclass(format('%I.%I', a.schema_name, a.table_name)) = c.oid
    cross join unnest(a.exclude) with ordinality x (name, n);
  execute format('create trigger isms_capture_truncate after truncate on %s for each statement execute function isms.capture(%s)', part, arguments);
  execute format('alter table %s enable always trigger isms_capture_truncate', part);
  return (select isms.trail_baseline_of(c.oid) from pg_class c where c.oid = part and c.relkind = 'r');
end
$$;

comment on function isms.cover_partition(regclass) is
  'Completes the capture of a partition that came to an audited table: its TRUNCATE is recorded from now on, its rows as they are';

create function isms.watch_ddl() returns event_trigger
  -- names in a command are to be read with the caller's search_path; the function sets its own for what it asks itself
  language c as 'MODULE_PATHNAME', 'isms_watch_ddl';

comment on function isms.watch_ddl() is
  'Event trigger: refuses commands that would let changes go unrecorded, unless isms.allow_drop is on (IS010), and records in isms.ddl_event those that change an audited table';

create event trigger isms_ddl_start on ddl_command_start
  when tag in ('ALTER EXTENSION', 'ALTER TABLE', 'ALTER TRIGGER', 'CREATE FUNCTION', 'CREATE TRIGGER', 'DROP EXTENSION', 'DROP OWNED')
  execute function isms.watch_ddl();

create event trigger isms_ddl_end on ddl_command_end
  when tag in ('ALTER SCHEMA', 'ALTER TABLE', 'CREATE SCHEMA', 'CREATE TABLE', 'CREATE TABLE AS', 'SELECT INTO')
  execute function isms.watch_ddl();

create event trigger isms_ddl_drop on sql_drop
  when tag in ('ALTER TABLE', 'DROP FUNCTION', 'DROP OWNED', 'DROP SCHEMA', 'DROP TABLE', 'DROP TRIGGER')
  execute function isms.watch_ddl();

create event trigger isms_ddl_rewrite on table_rewrite
  execute function isms.watch_ddl();

-- Off until activation: a restore must find nothing that refuses.
comment on event trigger isms_ddl_start is 'Refuses commands that would let changes go unrecorded';

alter event trigger isms_ddl_start disable;

comment on event trigger isms_ddl_end is 'Records commands that change an audited table, and covers partitions and tables that come';

alter event trigger isms_ddl_end disable;

comment on event trigger isms_ddl_drop is 'Refuses or records what drops capture or a guard of the trail';

alter event trigger isms_ddl_drop disable;

comment on event trigger isms_ddl_rewrite is 'Notes tables whose rows a command rewrites, for a new baseline';

alter event trigger isms_ddl_rewrite disable;

create function isms.enable_event_triggers() returns integer
  language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
  t record;
  n integer := 0;
begin
  -- not while activation still enables the triggers of tables
  if not isms.is_active() then
    return 0;
  end if;
  for t in
    select e.evtname
      from pg_event_trigger e
      join pg_proc p on p.oid = e.evtfoid and p.pronamespace = 'isms'::regnamespace
     where e.evtenabled <> 'A'
     order by e.evtname
  loop
    execute format('alter event trigger %I enable always', t.evtname);
    n := n + 1;
  end loop;
  return n;
end
$$;

comment on function isms.enable_event_triggers() is 'Enables the event triggers of the extension, for all session replication roles, where isms is active; returns how many were not';

insert into isms.closed_table (name, readable, builtin) values
  ('ddl_event', true, true);

insert into isms.admin_function (name, builtin) values
  ('cover_partition', true), ('enable_event_triggers', true);

insert into isms.activation_step (step, position, procedure, builtin) values
  ('event triggers', 40, 'isms.enable_event_triggers', true),
  ('event triggers again', -10, 'isms.enable_event_triggers', true);
