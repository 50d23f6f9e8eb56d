-- Sealing: entries become leaves of a Merkle tree (RFC 9162, section 2.1) that only grows; a checkpoint is its size and root.
-- None of these tables has a primary key: they are part of the trail, not audited by it.  Written in C, below the guards, alone.
create table isms.checkpoint (
  number bigint not null,
  size bigint not null,
  root bytea not null,
  added bigint not null,
  sealed_at timestamptz not null,
  incarnation uuid not null,
  snapshot pg_snapshot not null,
  next_xid xid8 not null,
  frontier bigint not null,
  wal_position pg_lsn not null
) using heap;

create unique index checkpoint_number_idx on isms.checkpoint (number);

create index checkpoint_incarnation_idx on isms.checkpoint (incarnation, number);

create index checkpoint_sealed_at_idx on isms.checkpoint (sealed_at);

comment on table isms.checkpoint is 'Seals of the trail: size and root of the tree at a time, and the snapshot that tells which entries are in it';
comment on column isms.checkpoint.number is 'Number, from 1, without gaps';
comment on column isms.checkpoint.size is 'Leaves of the tree: entries sealed so far';
comment on column isms.checkpoint.root is 'Root of the tree, SHA-256';
comment on column isms.checkpoint.added is 'Entries this seal took in; 0: nothing happened, made to show that sealing goes on';
comment on column isms.checkpoint.sealed_at is 'When its snapshot was taken';
comment on column isms.checkpoint.incarnation is 'Installation that sealed, see isms.incarnation()';
comment on column isms.checkpoint.snapshot is 'Transactions whose entries are sealed, of this incarnation';
comment on column isms.checkpoint.next_xid is 'Transactions from this one on have only entries beyond frontier';
comment on column isms.checkpoint.frontier is 'Last number an entry had drawn';
comment on column isms.checkpoint.wal_position is 'Position of the write-ahead log: the entries stand before it';

create table isms.trail_tile (
  level smallint not null,
  index bigint not null,
  hashes bytea not null,
  root bytea not null,
  seqs bigint[],
  first_seq bigint,
  last_seq bigint
) using heap;

alter table isms.trail_tile alter column hashes set storage external;

-- Compressing numbers that rise costs a fifth of a seal, for five bytes an entry.
alter table isms.trail_tile alter column seqs set storage plain;

create unique index trail_tile_index_idx on isms.trail_tile (level, index);

create index trail_tile_seqs_idx on isms.trail_tile using gist (int8range(first_seq, last_seq, '[]')) where level = 0;

comment on table isms.trail_tile is 'The tree in tiles of 256 hashes, each written once, when full (C2SP tlog-tiles)';
comment on column isms.trail_tile.level is 'Level: hashes are nodes of height 8 x level; 0: leaves';
comment on column isms.trail_tile.index is 'Position in the level, from 0';
comment on column isms.trail_tile.hashes is 'Hashes, 32 bytes each';
comment on column isms.trail_tile.root is 'Their common root: a hash of the level above';
comment on column isms.trail_tile.seqs is 'Entries whose leaves these are, in order; level 0';
comment on column isms.trail_tile.first_seq is 'Least of them';
comment on column isms.trail_tile.last_seq is 'Largest of them';

create table isms.trail_tail (
  first bigint not null,
  seqs bigint[] not null,
  hashes bytea not null
) using heap;

comment on table isms.trail_tail is 'Leaves beyond the last full tile, replaced by each seal';
comment on column isms.trail_tail.first is 'Position of the first of them in the tree';
comment on column isms.trail_tail.seqs is 'Entries whose leaves these are, in order';
comment on column isms.trail_tail.hashes is 'The leaves, 32 bytes each';

create trigger guard before insert or update or delete or truncate on isms.checkpoint
  for each statement execute function isms.trail_guard();

create trigger guard before insert or update or delete or truncate on isms.trail_tile
  for each statement execute function isms.trail_guard();

create trigger guard before insert or update or delete or truncate on isms.trail_tail
  for each statement execute function isms.trail_guard();

-- Lives of the installation, each begun by an entry that names what came before it.
create table isms.trail_incarnation (
  incarnation uuid constraint trail_incarnation_pkey primary key,
  opened_at timestamptz not null default clock_timestamp(),
  previous uuid,
  previous_size bigint not null,
  previous_root bytea
);

comment on table isms.trail_incarnation is 'Incarnations that were activated: its row, as an entry, opens each one''s part of the trail';
comment on column isms.trail_incarnation.incarnation is 'isms.incarnation() then';
comment on column isms.trail_incarnation.opened_at is 'When';
comment on column isms.trail_incarnation.previous is 'Incarnation of the newest checkpoint then';
comment on column isms.trail_incarnation.previous_size is 'Its size; 0: there was none';
comment on column isms.trail_incarnation.previous_root is 'Its root';

create function isms.open_incarnation() returns void
  language sql set search_path = pg_catalog, pg_temp
begin atomic
  insert into isms.trail_incarnation (incarnation, previous, previous_size, previous_root)
  select isms.incarnation(), c.incarnation, coalesce(c.size, 0), c.root
    from (values (true)) one
    left join lateral (select * from isms.checkpoint k order by k.number desc limit 1) c on true
      on conflict do nothing;
end;

comment on function isms.open_incarnation() is 'Writes the entry that opens this incarnation; part of activation';

-- Sealing.
create function isms.leaf_index(entry bigint) returns bigint
  language plpgsql stable strict parallel safe security definer set search_path = pg_catalog, pg_temp as $$
  -- definer: it tells no more than whether a number is sealed
declare
  position bigint;
begin
  select t.index * 256 + array_position(t.seqs, leaf_index.entry) - 1 into position
    from isms.trail_tile t
   where t.level = 0 and int8range(t.first_seq, t.last_seq, '[]') @> leaf_index.entry and leaf_index.entry = any (t.seqs)
   limit 1;
  if position is null then
    select t.first + array_position(t.seqs, leaf_index.entry) - 1 into position
      from isms.trail_tail t
     where leaf_index.entry = any (t.seqs)
     limit 1;
  end if;
  return position;
end
$$;

comment on function isms.leaf_index(bigint) is 'Position of an entry in the tree, from 0; null while it is not sealed';

-- An entry not sealed is beyond the last frontier, unless its transaction was under way then: it is beyond the frontier
-- of the checkpoint before that transaction began.
create function isms.unsealed_from(out low bigint, out ended xid8[]) returns record
  language sql stable parallel safe set search_path = pg_catalog, pg_temp
begin atomic
  with last as materialized (
    select c.* from isms.checkpoint c where c.incarnation = isms.incarnation() order by c.number desc limit 1
  ), ended as materialized (
    select o.xid
      from last l
     cross join lateral (select pg_snapshot_xip(l.snapshot)
                         union all
                         select x::text::xid8
                           from generate_series(pg_snapshot_xmax(l.snapshot)::text::numeric, l.next_xid::text::numeric - 1) x) o (xid)
     where pg_visible_in_snapshot(o.xid, pg_current_snapshot())
  )
  select case when e.least is null then l.frontier
              else coalesce((select c.frontier
                               from isms.checkpoint c
                              where c.incarnation = l.incarnation and c.next_xid <= e.least
                              order by c.number desc
                              limit 1), 0) end,
         (select array_agg(x.xid) from ended x)
    from last l
   cross join (select (select x.xid from ended x order by x.xid limit 1) as least) e;
end;

comment on function isms.unsealed_from(out bigint, out xid8[]) is
  'Entries not yet sealed have numbers above low; ended: transactions under way at the last seal that have ended. Nulls before the first seal of the incarnation';

create function isms.seal(heartbeat interval default '1 hour') returns bigint
  language c security definer set search_path = pg_catalog, pg_temp set jit = off
  as 'MODULE_PATHNAME', 'isms_seal';
  -- definer: it reads every entry and writes the tree, which nobody may

comment on function isms.seal(interval) is
  'Seals every committed entry and makes a checkpoint; returns how many entries. With none it makes one only if the newest is older than heartbeat (null: never). In a transaction of its own, READ COMMITTED. Errors: 25001, IS020';

create function isms.last_snapshot() returns pg_snapshot
  language sql stable parallel safe set search_path = pg_catalog, pg_temp
begin atomic
  select c.snapshot from isms.checkpoint c where c.incarnation = isms.incarnation() order by c.number desc limit 1;
end;

comment on function isms.last_snapshot() is 'Snapshot of this incarnation''s newest checkpoint: what is visible in it is sealed; null before the first';

create function isms.was_sealed(entry bigint, transaction xid8, incarnation uuid) returns boolean
  language plpgsql stable parallel safe security definer set search_path = pg_catalog, pg_temp as $$
  -- definer: as isms.leaf_index
declare
  last pg_snapshot;
begin
  select c.snapshot into last from isms.checkpoint c where c.incarnation = was_sealed.incarnation order by c.number desc limit 1;
  return coalesce(pg_visible_in_snapshot(transaction, last), false) or isms.leaf_index(entry) is not null;
end
$$;

comment on function isms.was_sealed(bigint, xid8, uuid) is
  'Is an entry of another incarnation covered by a checkpoint? By the last of its own, or by a later incarnation that found it left';

create function isms.is_sealed(entry bigint, transaction xid8, incarnation uuid, last pg_snapshot, current uuid) returns boolean
  language sql stable parallel safe
begin atomic
  select case when incarnation = current then coalesce(pg_catalog.pg_visible_in_snapshot(transaction, last), false)
              else isms.was_sealed(entry, transaction, incarnation) end;
end;

comment on function isms.is_sealed(bigint, xid8, uuid, pg_snapshot, uuid) is
  'Is an entry covered by a checkpoint? last: isms.last_snapshot(), current: isms.incarnation(), asked for once a query';

create function isms.trail_status(out active boolean, out checkpoint bigint, out size bigint, out root bytea, out sealed_at timestamptz,
                                  out unsealed bigint, out oldest_unsealed timestamptz, out oldest_age interval) returns record
  language plpgsql stable parallel safe security definer set search_path = pg_catalog, pg_temp set jit = off as $$
  -- definer: it counts entries the caller may not read
declare
  low bigint;
begin
  active := isms.is_active();
  select c.number, c.size, c.root, c.sealed_at into checkpoint, size, root, sealed_at from isms.checkpoint c order by c.number desc limit 1;
  select u.low into low from isms.unsealed_from() u;
  select count(*), min(e.at) into unsealed, oldest_unsealed
    from isms.trail_entry e
    left join (select distinct on (c.incarnation) c.incarnation, c.snapshot
                 from isms.checkpoint c
                order by c.incarnation, c.number desc) l on l.incarnation = e.incarnation
   where e.seq > coalesce(low, 0)
     -- what isms.is_sealed says, of all entries at once
     and case when pg_visible_in_snapshot(e.xid, l.snapshot) then false
              when e.incarnation = (select isms.incarnation()) then true
              else isms.leaf_index(e.seq) is null end;
  oldest_age := greatest(now() - oldest_unsealed, interval '0');
end
$$;

comment on function isms.trail_status() is 'How sealing stands: newest checkpoint, entries that wait for a seal and the age of the oldest';

create view isms.trail_status with (security_invoker) as
  select s.active, s.checkpoint, s.size, s.root, s.sealed_at, s.unsealed, s.oldest_unsealed, s.oldest_age
    from isms.trail_status() s;

comment on view isms.trail_status is 'How sealing stands';
comment on column isms.trail_status.active is 'Capture and rules are on; while false, call isms.activate()';
comment on column isms.trail_status.checkpoint is 'Number of the newest checkpoint';
comment on column isms.trail_status.size is 'Entries it covers';
comment on column isms.trail_status.root is 'Root of the tree';
comment on column isms.trail_status.sealed_at is 'When it was made';
comment on column isms.trail_status.unsealed is 'Entries that wait for a seal';
comment on column isms.trail_status.oldest_unsealed is 'When the oldest of them was recorded';
comment on column isms.trail_status.oldest_age is 'How long it waits';

insert into isms.closed_table (name, readable, builtin) values
  ('checkpoint', true, true), ('trail_tile', true, true), ('trail_tail', true, true), ('trail_incarnation', true, true);

insert into isms.admin_function (name, builtin) values
  ('seal', true), ('open_incarnation', true);

insert into isms.activation_step (step, position, procedure, builtin) values
  ('opening entry', 0, 'isms.open_incarnation', true);
