-- Retention: leaves of the trail whose entries are all sealed can leave it, as ordinary tables of schema isms_archive.

create function isms.trail_sealed_up_to() returns bigint
  language sql stable parallel safe set search_path = pg_catalog, pg_temp set jit = off
begin atomic
  select coalesce((select min(e.seq) - 1
                     from isms.trail_entry e
                    where e.seq > coalesce((select u.low from isms.unsealed_from() u), 0)
                      and not isms.is_sealed(e.seq, e.xid, e.incarnation, (select isms.last_snapshot()), (select isms.incarnation()))),
                  (select max(e.seq) from isms.trail_entry e), 0);
end;

comment on function isms.trail_sealed_up_to() is 'Number up to which every entry is covered by a checkpoint';

create function isms.archive_trail(before timestamptz default now(), out leaf text, out from_seq bigint, out to_seq bigint, out entries bigint)
  returns setof record
  language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
  -- definer: leaves are the extension's, and the schema of the archives its owner's
declare
  l record;
  last_seq bigint;
  last_at timestamptz;
  current_seq bigint;
begin
  perform isms.require_active();
  if current_setting('transaction_isolation') <> 'read committed' then
    raise exception using errcode = '25001', message = 'archiving takes isolation level read committed';
  end if;
  lock table isms.trail_entry in share update exclusive mode;
  select case when s.is_called then s.last_value + 1 else s.last_value end into current_seq from isms.trail_seq s;

  if (select n.nspowner from pg_namespace n where n.nspname = 'isms_archive') <> (select c.relowner from pg_class c where c.oid = 'isms.trail_entry'::regclass) then
    raise exception using
      errcode = '42501',
      message = 'schema isms_archive belongs to another role',
      detail = 'trail: its owner could drop what is archived there.',
      hint = format('alter schema isms_archive owner to %s', (select c.relowner::regrole from pg_class c where c.oid = 'isms.trail_entry'::regclass));
  end if;

  for l in select t.leaf, t.from_seq, t.to_seq from isms.trail_leaves() t order by t.from_seq loop
    exit when l.to_seq >= current_seq;
    -- Waits for transactions that still write; readers go on.
    execute format('lock table isms.%I in share mode', l.leaf);
    execute format('select e.seq, e.at from isms.%I e order by e.seq desc limit 1', l.leaf) into last_seq, last_at;
    if last_at >= before then
      raise notice '% has entries not before %', l.leaf, before;
      exit;
    end if;
    if last_seq > isms.trail_sealed_up_to() then
      raise notice '% has entries that are not sealed yet', l.leaf;
      exit;
    end if;

    execute format($query$
      with position as (
        select q.seq, t.index * 256 + q.n - 1 as leaf
          from isms.trail_tile t
         cross join unnest(t.seqs) with ordinality q (seq, n)
         where t.level = 0 and int8range(t.first_seq, t.last_seq, '[]') && int8range($2, $3, '[]')
        union all
        select q.seq, t.first + q.n - 1
          from isms.trail_tail t
         cross join unnest(t.seqs) with ordinality q (seq, n)
      ), baseline as (
        select distinct on (e.table_version) e.table_version, e.xid, e.incarnation
          from isms.%1$I e
         where e.operation = 'B'
         order by e.table_version, e.seq desc
      ), of_table as materialized (
        select e.table_version, count(*) as entries, max(e.at) as last_at, min(p.leaf) as first_leaf, max(p.leaf) as last_leaf, b.xid, b.incarnation
          from isms.%1$I e
          left join position p on p.seq = e.seq
          left join baseline b on b.table_version = e.table_version
         group by e.table_version, b.xid, b.incarnation
      ), archive as (
        insert into isms.trail_archive (leaf, from_seq, to_seq, entries, first_leaf, last_leaf)
        select $1, $2, $3, coalesce(sum(t.entries), 0), min(t.first_leaf), max(t.last_leaf) from of_table t
        returning id, entries
      ), tables as (
        insert into isms.trail_archive_table (archive, table_version, entries, last_at, last_leaf, baseline_xid, baseline_incarnation)
        select a.id, t.table_version, t.entries, t.last_at, t.last_leaf, t.xid, t.incarnation from archive a cross join of_table t
      )
      select a.entries from archive a $query$, l.leaf)
      into entries
      using l.leaf, l.from_seq, l.to_seq;

    if not exists (select from pg_namespace n where n.nspname = 'isms_archive') then
      create schema isms_archive;
      comment on schema isms_archive is 'Leaves taken out of the trail of isms; they may be dumped and dropped';
    end if;
    execute format('alter table isms.trail_entry detach partition isms.%I', l.leaf);
    execute format('alter table isms.%I set schema isms_archive', l.leaf);
    -- It comes back with triggers made anew; isms.verify_trail() proves it then.
    delete from isms.coverage_seen s where s.table_name = format('isms.%I', l.leaf);
    leaf := l.leaf;
    from_seq := l.from_seq;
    to_seq := l.to_seq;
    return next;
  end loop;
end
$$;

comment on function isms.archive_trail(timestamptz) is
  'Moves the oldest leaves of the trail, as far as they are full, sealed and older than that time, to schema isms_archive; there they can be dumped and dropped. '
  'Looking back past them is refused from then on. Says in a notice why it stops. Errors: IS020, 25001 under repeatable read, 42501 when schema isms_archive is another role''s';

create function isms.restore_archived(leaf text) returns bigint
  language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
  -- definer: leaves are the extension's, and the schema of the archives its owner's
declare
  archive record;
  entries bigint;
  inside bigint;
begin
  perform isms.require_active();
  lock table isms.trail_entry in share update exclusive mode;
  select a.* into archive from isms.trail_archive a where a.leaf = restore_archived.leaf and a.restored_at is null;
  if not found then
    raise exception using errcode = '22023', message = format('%s is not archived', leaf), hint = 'See isms.trail_archive.';
  end if;
  if to_regclass(format('isms_archive.%I', leaf)) is null then
    raise exception using
      errcode = '42P01',
      message = format('relation isms_archive.%s does not exist', leaf),
      hint = 'Restore it from where it was dumped to first.';
  end if;
  execute format('lock table isms_archive.%I in access exclusive mode', leaf);
  execute format('select count(*), count(*) filter (where e.seq between $1 and $2) from isms_archive.%I e', leaf)
    into entries, inside using archive.from_seq, archive.to_seq;
  if (entries, inside) <> (archive.entries, archive.entries) then
    raise exception using
      errcode = 'IS010',
      message = format('isms_archive.%s is not as it was archived', leaf),
      detail = format('trail: it held %s entries and holds %s, %s of them between %s and %s.', archive.entries, entries, inside, archive.from_seq, archive.to_seq);
  end if;
  execute format('alter table isms_archive.%I set schema isms', leaf);
  execute format('alter table isms.trail_entry attach partition isms.%I for values from (%s) to (%s)', leaf, archive.from_seq, archive.to_seq + 1);
  update isms.trail_archive a set restored_at = clock_timestamp(), restored_by = session_user where a.id = archive.id;
  -- Puts back guards that are missing.
  perform isms.trail_open();
  return archive.entries;
end
$$;

comment on function isms.restore_archived(text) is
  'Brings an archived leaf back into the trail; returns its entries. Whether they are those that were sealed, isms.verify_trail() says. '
  'Errors: 22023 when it is not archived, 42P01 when the table is gone, IS010 when it holds other entries, IS020';

insert into isms.admin_function (name, builtin) values
  ('archive_trail', true), ('restore_archived', true);
