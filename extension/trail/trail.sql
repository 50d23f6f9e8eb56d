-- The trail: every change of an audited row, in entries nobody can rewrite.  Formats: extension/doc/trail-format.md.
--
-- For activation and the last part of the script:
--   isms.trail_open(ahead integer default 8) returns text       leaves and their guards; before the triggers are enabled
--   isms.trail_baseline() returns bigint                        an entry for each row of the extension's own tables; after they are enabled
--   isms.capture_attach() returns integer                       capture triggers on the extension's own tables
--   isms.incarnation() returns uuid

create function isms.incarnation() returns uuid
  language c stable parallel safe as 'MODULE_PATHNAME', 'isms_incarnation';

comment on function isms.incarnation() is
  'This installation as a life of its own: changes with restore, clone, promotion and upgrade; transaction ids compare only inside one';

create function isms.trail_guard() returns trigger
  language c as 'MODULE_PATHNAME', 'isms_trail_guard';

comment on function isms.trail_guard() is 'Trigger: refuses INSERT, UPDATE, DELETE and TRUNCATE on the tables of the trail to everyone (IS010)';

create function isms.capture() returns trigger
  language c as 'MODULE_PATHNAME', 'isms_capture';

comment on function isms.capture() is 'Trigger: records the change in the trail; its arguments are columns whose values stay out';

-- Numbers of entries.  Without a cache, so that of two transactions that change one row the later one has the larger number.
create sequence isms.trail_seq as bigint cache 1;

comment on sequence isms.trail_seq is 'Numbers of trail entries; gaps are normal, a rolled back transaction leaves one';

-- The root has no key, index or default partition: each leaf has its own key and guard, so that a dump restores
-- leaf by leaf and a writer locks its leaf alone.  The columns are ordered so that none needs padding.
create table isms.trail_entry (
  seq bigint not null,
  xid xid8 not null,
  at timestamptz not null,
  command_id integer not null,
  format smallint not null,
  operation "char" not null,
  incarnation uuid not null,
  table_version uuid not null,
  identity uuid not null,
  salt uuid,
  commitment bytea not null,
  payload text
) partition by range (seq);

comment on table isms.trail_entry is 'The trail: one entry a change, never updated';
comment on column isms.trail_entry.seq is 'Number of the entry; orders the changes of a row across transactions';
comment on column isms.trail_entry.xid is 'Top transaction, comparable inside one incarnation';
comment on column isms.trail_entry.at is 'Clock at the moment of capture';
comment on column isms.trail_entry.command_id is 'Command of the transaction that made the change; orders the changes of a row inside it';
comment on column isms.trail_entry.format is 'Format of payload and leaf, 1';
comment on column isms.trail_entry.operation is 'I insert, U update, D delete, T truncate, B baseline: a row that was there when capture began, R recorded anew: one whose earlier entries were erased';
comment on column isms.trail_entry.incarnation is 'Installation that wrote it, see isms.incarnation()';
comment on column isms.trail_entry.table_version is 'Table as it then was, see isms.trail_table_version';
comment on column isms.trail_entry.identity is 'Who, see isms.trail_identity';
comment on column isms.trail_entry.salt is 'Random bytes that keep the commitment from being guessed; null once erased';
comment on column isms.trail_entry.commitment is 'Empty; once the payload is erased, SHA-256 of salt and payload as they were';
comment on column isms.trail_entry.payload is 'The change as UTF-8 JSON, exactly the bytes that are hashed; null once erased';

-- Facts that repeat.  The id is the hash of the content: no unique constraint, a fact may stand twice, no writer waits.
create table isms.trail_identity (
  id uuid not null,
  content text
) using heap;

create index trail_identity_id_idx on isms.trail_identity (id);

comment on table isms.trail_identity is 'Who acted, as far as the server knows; a fact may stand twice';
comment on column isms.trail_identity.id is 'First 16 bytes of the SHA-256 of content';
comment on column isms.trail_identity.content is 'JSON: session_user, current_user, authenticated, application, claimed_actor, actor, replication_origin; null once erased';

create table isms.trail_table_version (
  id uuid not null,
  content text
) using heap;

create index trail_table_version_id_idx on isms.trail_table_version (id);

comment on table isms.trail_table_version is 'Tables as they were when a change was recorded; a fact may stand twice';
comment on column isms.trail_table_version.id is 'First 16 bytes of the SHA-256 of content';
comment on column isms.trail_table_version.content is 'JSON: schema, table, partition_of, columns (number, name, type, excluded), key';

create trigger guard before insert or update or delete or truncate on isms.trail_entry
  for each statement execute function isms.trail_guard();

create trigger guard before insert or update or delete or truncate on isms.trail_identity
  for each statement execute function isms.trail_guard();

create trigger guard before insert or update or delete or truncate on isms.trail_table_version
  for each statement execute function isms.trail_guard();

-- A leaf holds this many entries.
create function isms.trail_leaf_size() returns bigint
  language sql immutable parallel safe set search_path = pg_catalog, pg_temp
begin atomic
  select 10000000::bigint;
end;

comment on function isms.trail_leaf_size() is 'Entries a leaf of the trail holds';

create function isms.trail_guard_leaf(leaf regclass) returns void
  language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
  execute format('create or replace trigger guard before insert or update or delete or truncate on %s for each statement execute function isms.trail_guard()', leaf);
  execute format('create or replace trigger guard_row before insert or update or delete on %s for each row execute function isms.trail_guard()', leaf);
  execute format('alter table %s enable always trigger guard, enable always trigger guard_row', leaf);
end
$$;

comment on function isms.trail_guard_leaf(regclass) is 'Puts the guard triggers on a leaf, anew where there are some';

create function isms.trail_leaves(out leaf text, out from_seq bigint, out to_seq bigint) returns setof record
  language sql stable parallel safe rows 10 set search_path = pg_catalog, pg_temp
begin atomic
  select c.relname::text, b.bound[1]::bigint, b.bound[2]::bigint - 1
    from pg_inherits i
    join pg_class c on c.oid = i.inhrelid
   cross join lateral regexp_match(pg_get_expr(c.relpartbound, c.oid), '(\d+)\D+(\d+)') b (bound)
   where i.inhparent = 'isms.trail_entry'::regclass
   order by 2;
end;

comment on function isms.trail_leaves() is 'Leaves of the trail and the numbers of entries they cover';

-- Leaves are made at run time: members of the extension would lose their rows in a dump.
create function isms.trail_open(ahead integer default 8) returns text
  language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
  size constant bigint := isms.trail_leaf_size();
  largest bigint;
  current_leaf bigint;
  covered bigint;
  number bigint;
  leaf record;
  made integer := 0;
  mended integer := 0;
begin
  lock table isms.trail_entry in share update exclusive mode;

  -- After a restore the numbers go on behind the entries, those in archives too, and behind what the checkpoints call drawn.
  select greatest((select max(e.seq) from isms.trail_entry e),
                  (select max(a.to_seq) from isms.trail_archive a),
                  (select c.frontier from isms.checkpoint c order by c.number desc limit 1))
    into largest;
  if largest > (select case when s.is_called then s.last_value else 0 end from isms.trail_seq s) then
    perform setval('isms.trail_seq', largest);
  end if;
  select (case when s.is_called then s.last_value + 1 else s.last_value end - 1) / size into current_leaf from isms.trail_seq s;

  for leaf in
    select i.inhrelid::regclass as name,
           (select count(*) from pg_trigger t
             where t.tgrelid = i.inhrelid and t.tgname in ('guard', 'guard_row')
               and t.tgfoid = 'isms.trail_guard'::regproc and t.tgenabled = 'A') as guards
      from pg_inherits i
     where i.inhparent = 'isms.trail_entry'::regclass
     order by i.inhrelid
  loop
    if leaf.guards < 2 then
      perform isms.trail_guard_leaf(leaf.name);
      mended := mended + 1;
    end if;
  end loop;

  -- The leaves there are, and those in archives, may be of another size.
  select coalesce(max(l.to_seq), current_leaf * size) into covered from isms.trail_leaves() l;
  select coalesce(max(substring(c.relname from '^trail_leaf_(\d+)$')::bigint), current_leaf)
    into number
    from pg_class c
    join pg_inherits i on i.inhrelid = c.oid
   where i.inhparent = 'isms.trail_entry'::regclass;
  while covered < (current_leaf + ahead + 1) * size loop
    number := number + 1;
    execute format('create table isms.trail_leaf_%s (like isms.trail_entry including all) using heap', number);
    execute format('comment on table isms.trail_leaf_%s is %L', number, format('Entries %s to %s of isms.trail_entry', covered + 1, covered + size));
    execute format('alter table isms.trail_leaf_%1$s add constraint trail_leaf_%1$s_pkey primary key (seq) with (fillfactor = 100)', number);
    execute format('alter table isms.trail_leaf_%s enable row level security', number);
    execute format('revoke all on isms.trail_leaf_%s from public', number);
    perform isms.trail_guard_leaf(format('isms.trail_leaf_%s', number));
    execute format('alter table isms.trail_entry attach partition isms.trail_leaf_%s for values from (%s) to (%s)', number, covered + 1, covered + size + 1);
    covered := covered + size;
    made := made + 1;
  end loop;
  return format('%s leaves made, %s guards put back', made, mended);
end
$$;

comment on function isms.trail_open(integer) is
  'Makes the leaves of the trail for the entries to come, puts back missing guards and lets the numbers go on behind a restored trail';

-- Who may read what.  Entries of the extension's own tables follow the scope of their row; those of other tables
-- and of rows without a scope are for those who read the whole trail.
create function isms.may_read_trail() returns boolean
  language sql stable parallel safe set search_path = pg_catalog, pg_temp
begin atomic
  select exists (select from pg_roles r
                  where r.rolname in ('isms_trail_reader', 'isms_admin') and pg_has_role(r.oid, 'usage'));
end;

comment on function isms.may_read_trail() is 'Does the current user read the whole trail, all scopes?';

create function isms.own_table_versions() returns setof uuid
  language sql stable parallel safe security definer set search_path = pg_catalog, pg_temp
  -- definer: the policies of the trail ask, for readers who may not see the dictionary
begin atomic
  select distinct v.id from isms.trail_table_version v where v.content::json ->> 'schema' = 'isms';
end;

comment on function isms.own_table_versions() is 'Table versions that describe tables of the extension';

-- Without a setting the planner puts it in the policy's place: five times as fast for each entry a reader passes over.
create function isms.entry_scope(operation "char", payload text) returns text
  language sql immutable parallel safe
begin atomic
  select case operation when 'U' then payload::json -> 0 ->> 'scope' else payload::json ->> 'scope' end;
end;

comment on function isms.entry_scope("char", text) is 'Scope of the row an entry is about, for tables with a column scope';

alter table isms.trail_entry enable row level security;

create policy read on isms.trail_entry for select
  using ((select isms.may_read_trail())
         or (isms.entry_scope(operation, payload) = any ((select isms.visible_scopes())::text[])
             and table_version in (select isms.own_table_versions())));

alter table isms.trail_table_version enable row level security;

create policy read on isms.trail_table_version for select
  using ((select isms.may_read_trail()) or content::json ->> 'schema' = 'isms');

alter table isms.trail_identity enable row level security;

create policy read on isms.trail_identity for select
  using ((select isms.may_read_trail()));

create function isms.trail_identity_content(id uuid) returns text
  language plpgsql stable strict parallel safe security definer set search_path = pg_catalog, pg_temp as $$
  -- definer: who reads an entry may read who made it, but not the list of all who ever acted
begin
  return (select i.content from isms.trail_identity i where i.id = trail_identity_content.id and i.content is not null limit 1);
end
$$;

comment on function isms.trail_identity_content(uuid) is 'The fact in isms.trail_identity an entry names; null once erased';

create function isms.trail_person(login text) returns text
  language plpgsql stable strict parallel safe security definer set search_path = pg_catalog, pg_temp as $$
  -- definer: table login is for administrators
begin
  return (select l.person from isms.login l where l.role_name = trail_person.login);
end
$$;

comment on function isms.trail_person(text) is 'The person whose login this is now';

-- What a leaf of the tree is, see trail-format.md.
create function isms.leaf_hash(entry isms.trail_entry) returns bytea
  language sql stable parallel safe set search_path = pg_catalog, pg_temp
begin atomic
  select sha256('\x00'::bytea
                || int2send(entry.format) || uuid_send(entry.incarnation) || int8send(entry.seq) || xid8send(entry.xid)
                || int4send(entry.command_id) || int8send((extract(epoch from entry.at) * 1000000)::bigint)
                || uuid_send(entry.table_version) || charsend(entry.operation) || uuid_send(entry.identity)
                || case when entry.payload is null then entry.commitment
                   else sha256(uuid_send(entry.salt) || convert_to(entry.payload, 'UTF8')) end);
end;

comment on function isms.leaf_hash(isms.trail_entry) is 'SHA-256 of an entry as the tree will hold it (RFC 9162 leaf)';
