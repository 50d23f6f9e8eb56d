-- Attacks on the trail, done as somebody who may do anything in the database would do them, and what finds each of them.
-- Every attack is taken back; what is left verifies clean.
\set SHOW_CONTEXT never
set client_min_messages = warning;
drop extension if exists isms cascade;
drop schema if exists regress_tamper cascade;
create extension isms;
create schema regress_tamper;
set search_path = regress_tamper, public;
set timezone = 'UTC';
set isms.allow_drop = off;
create table account (id integer primary key, holder text, amount numeric);
create table event (id integer, month integer, what text, primary key (month, id)) partition by list (month);
create table event_1 partition of event for values in (1);
create table filler (id integer primary key);
insert into account values (1, 'Ann', 10), (2, 'Bob', 20);
select isms.activate() is not null as active;
select isms.enable_audit('account'), isms.enable_audit('event'), isms.enable_audit('filler');
select isms.seal() > 0 as sealed;
select isms.seal(null) > 0 as findings_of_that_seal;

-- Some tiles and a tail, in three seals.
insert into filler select generate_series(1, (select 256 - size % 256 from isms.checkpoint order by number desc limit 1));
insert into account select g, 'holder ' || g, g from generate_series(101, 1012) g;
select isms.seal() > 0 as sealed;
create table kept_tail as select * from isms.trail_tail;
update account set amount = 11 where id = 1;
update account set amount = 21 where id = 2;
delete from account where id = 101;
select isms.seal() as sealed;
select size % 256 as tail, size > 1024 as tiles from isms.checkpoint order by number desc limit 1;

-- What an outsider has: the newest checkpoint, taken away as text.
create table note as select isms.checkpoint_note() as text;

create table known as
  select e.seq, isms.leaf_index(e.seq) as leaf, a.table_name, a.operation, a.key,
         replace(a.table_name, 'regress_tamper.', '') || ' ' || a.key || ' ' || a.operation as label
    from isms.trail_entry e
    join isms.audit_trail a on a.seq = e.seq;

create function seq(label text) returns bigint language sql stable as $$ select k.seq from known k where k.label = seq.label $$;

create function leaf(label text) returns bigint language sql stable as $$ select k.leaf from known k where k.label = leaf.label $$;

create function consistent(size1 bigint, root1 bytea, size2 bigint, root2 bytea, proof bytea[]) returns boolean language plpgsql as $$
declare
  fn bigint := size1 - 1;   -- RFC 9162, 2.1.4.2
  sn bigint := size2 - 1;
  fr bytea;
  sr bytea;
  c bytea;
begin
  if size1 = size2 then return root1 = root2 and cardinality(proof) = 0; end if;
  if size1 & (size1 - 1) = 0 then proof := root1 || proof; end if;
  while fn & 1 = 1 loop fn := fn >> 1; sn := sn >> 1; end loop;
  fr := proof[1];
  sr := proof[1];
  foreach c in array proof[2:] loop
    if sn = 0 then return false; end if;
    if fn & 1 = 1 or fn = sn then
      fr := sha256('\x01'::bytea || c || fr);
      sr := sha256('\x01'::bytea || c || sr);
      if fn & 1 = 0 then
        while fn & 1 = 0 and fn <> 0 loop fn := fn >> 1; sn := sn >> 1; end loop;
      end if;
    else
      sr := sha256('\x01'::bytea || sr || c);
    end if;
    fn := fn >> 1;
    sn := sn >> 1;
  end loop;
  return fr = root1 and sr = root2 and sn = 0;
end $$;

-- The outsider asks for the checkpoint of today and a proof that it continues the one that was kept.
create function outsider() returns text language plpgsql as $$
declare
  kept text[] := (select string_to_array(n.text, E'\n') from note n);
  now text[];
begin
  now := string_to_array(isms.checkpoint_note(), E'\n');
  if now[2]::bigint < kept[2]::bigint then
    return 'The tree has become smaller.';
  elsif not consistent(kept[2]::bigint, decode(kept[3], 'base64'), now[2]::bigint, decode(now[3], 'base64'),
                       isms.consistency_proof(kept[2]::bigint, now[2]::bigint)) then
    return 'The tree does not continue the one of the checkpoint kept.';
  end if;
  return null;
exception when data_corrupted or no_data_found then
  return 'No proof: ' || sqlerrm;
end $$;

create function found(out found_by text, out problem text, out entry text, out detail text, out times bigint) returns setof record language sql as $$
  select 'verify_trail', v.problem, coalesce(k.label, case when v.entry is not null then 'unknown' end), regexp_replace(v.detail, '(?<=Tile |Checkpoint )\d+|\d\d+', 'N', 'g'), count(*)
    from isms.verify_trail() v
    left join known k on k.seq = v.entry
   group by v.problem, 3, 4, case when v.problem <> 'entry missing' then v.entry end
  union all
  select 'reconcile', r.what, case when count(*) = 1 then min('account ' || r.key || coalesce(' ' || r.column_name, '')) end, null, count(*)
    from isms.reconcile('account') r
   group by r.what
  union all
  select 'outsider', outsider(), null, null, 1 where outsider() is not null
$$;

-- The guards, out of the way.
create function lift_guards() returns void language plpgsql as $$
begin
  perform set_config('isms.allow_drop', 'on', true);
  alter table isms.trail_entry disable trigger user;
  alter table isms.trail_leaf_1 disable trigger user;
  alter table isms.trail_identity disable trigger user;
  alter table isms.trail_table_version disable trigger user;
  alter table isms.checkpoint disable trigger user;
  alter table isms.trail_tile disable trigger user;
  alter table isms.trail_tail disable trigger user;
end $$;

-- Does it, looks, and takes it back.
create function attack(command text, out found_by text, out problem text, out entry text, out detail text, out times bigint) returns setof record language plpgsql as $$
declare
  all_found text[];
begin
  begin
    perform lift_guards();
    execute command;
    all_found := array(select row(f.*)::text from found() f order by f.found_by desc, f.problem, f.entry, f.detail);
    raise exception using errcode = 'TAKEN', message = 'taken back';
  exception when sqlstate 'TAKEN' then null;
  end;
  return query
  select f.* from unnest(all_found) with ordinality a (found, n)
    cross join lateral (select * from taken_apart(a.found)) f
   order by a.n;
  if not found then
    return query select 'nobody', null::text, null::text, null::text, null::bigint;
  end if;
end $$;

create type finding as (found_by text, problem text, entry text, detail text, times bigint);

create function taken_apart(finding text) returns finding language sql as $$ select $1::finding $$;

select * from found();

-- With the guards on nobody gets through, in whatever role.
\set VERBOSITY sqlstate
set session_replication_role = replica;
update isms.trail_entry set payload = '{}';
delete from isms.trail_leaf_1;
insert into isms.trail_tail values (0, '{}', '');
truncate isms.checkpoint;
copy isms.trail_identity from stdin;
\.
reset session_replication_role;

-- Nor the owner of the trail, without being superuser: the setting that opens it is a superuser's.
create role regress_owner;
begin;
alter table isms.trail_leaf_1 owner to regress_owner;
grant usage on schema isms to regress_owner;
set local role regress_owner;
savepoint s;
update isms.trail_leaf_1 set payload = '{}';
rollback to s;
alter table isms.trail_leaf_1 disable trigger guard;
rollback to s;
set isms.allow_drop = on;
rollback to s;
drop trigger guard_row on isms.trail_leaf_1;
rollback;
drop role regress_owner;
\set VERBOSITY default

-- The ways a superuser gets below the guards, and what coverage says as long as it is so.
begin;
set local isms.allow_drop = on;
alter table isms.trail_leaf_1 disable trigger user;
update isms.trail_leaf_1 set payload = '{}' where seq = seq('account 1 baseline');
select * from isms.coverage();
rollback;

begin;
alter event trigger isms_ddl_start disable;
alter event trigger isms_ddl_drop disable;
drop trigger guard on isms.trail_leaf_1;
alter table isms.trail_leaf_1 disable trigger guard_row;
update isms.trail_leaf_1 set payload = '{}' where seq = seq('account 1 baseline');
select * from isms.coverage();
rollback;

begin;
set local allow_system_table_mods = on;
update pg_trigger set tgenabled = 'D' where tgrelid = 'isms.trail_leaf_1'::regclass;
update pg_class set relname = relname where oid = 'isms.trail_leaf_1'::regclass;
update isms.trail_leaf_1 set payload = '{}' where seq = seq('account 1 baseline');
select * from isms.coverage();
rollback;

begin;
set local allow_system_table_mods = on;
update pg_trigger set tgenabled = 'R' where tgname = 'isms_capture' and tgrelid = 'account'::regclass;
update pg_proc set prosrc = 'isms_trail_guard' where oid = 'isms.capture()'::regprocedure;
select * from isms.coverage();
rollback;

-- Entries changed.
select * from attack($$ update isms.trail_entry set payload = replace(payload, '[20,21]', '[20,20]') where seq = seq('account 2 update') $$);
select * from attack($$ update isms.trail_entry set payload = null where seq = seq('account 1 baseline') $$);
select * from attack($$ update isms.trail_entry set salt = gen_random_uuid() where seq = seq('account 1 baseline') $$);
select * from attack($$ update isms.trail_entry set at = at - interval '1 day' where seq = seq('account 1 baseline') $$);
select * from attack($$ update isms.trail_entry set xid = '5' where seq = seq('account 1 baseline') $$);
select * from attack($$ update isms.trail_entry set command_id = command_id + 1 where seq = seq('account 1 baseline') $$);
select * from attack($$ update isms.trail_entry set format = 2 where seq = seq('account 1 baseline') $$);
select * from attack($$ update isms.trail_entry set operation = 'I' where seq = seq('account 1 baseline') $$);
select * from attack($$ update isms.trail_entry set incarnation = gen_random_uuid() where seq = seq('account 1 baseline') $$);
select * from attack($$ update isms.trail_entry set table_version = (select e.table_version from isms.trail_entry e order by seq limit 1) where seq = seq('account 1 baseline') $$);
select * from attack($$ update isms.trail_entry set commitment = sha256('') where seq = seq('account 1 baseline') $$);
select * from attack($$
  insert into isms.trail_identity select encode(substr(sha256('{"session_user":"eve"}'), 1, 16), 'hex')::uuid, '{"session_user":"eve"}';
  update isms.trail_entry set identity = encode(substr(sha256('{"session_user":"eve"}'), 1, 16), 'hex')::uuid where seq = seq('account 1 baseline') $$);
select * from attack($$ alter table isms.trail_entry alter identity drop not null;
  update isms.trail_entry set identity = null where seq = seq('account 1 baseline') $$);
select * from attack($$ update isms.trail_entry set seq = -seq + 10000000 where seq = seq('account 1 baseline') $$);

-- Entries removed: one, the last ones, all.
select * from attack($$ delete from isms.trail_entry where seq = seq('account 102 insert') $$);
select * from attack($$ delete from isms.trail_entry where seq >= seq('account 1 update') and seq <= seq('account 101 delete') $$);
select size as size from isms.checkpoint order by number desc limit 1 \gset
select problem, sum(times) = :size as each_one from attack('truncate isms.trail_leaf_1') where found_by = 'verify_trail' group by 1;
select problem, sum(times) = :size as each_one from attack('alter table isms.trail_entry detach partition isms.trail_leaf_1') where found_by = 'verify_trail' group by 1;

-- Entries put in: with the number and transaction of one that is gone, of a gap, of another life, of the future, twice.
create function forged(seq bigint, xid xid8, incarnation uuid default isms.incarnation()) returns isms.trail_entry language sql as $$
  select e.seq, e.xid, e.at, e.command_id, e.format, e.operation, e.incarnation, e.table_version, e.identity, e.salt, e.commitment, e.payload
    from (select forged.seq, forged.xid, o.at, o.command_id, o.format, 'I'::"char" as operation, forged.incarnation, o.table_version, o.identity,
                 gen_random_uuid() as salt, ''::bytea as commitment, '{"id":99,"holder":"Eve","amount":1000000}' as payload
            from isms.trail_entry o where o.seq = seq('account 102 insert')) e
$$;

create table gap as select nextval('isms.trail_seq') as seq;
update account set amount = 22 where id = 2;
select isms.seal() as sealed;
insert into known select e.seq, isms.leaf_index(e.seq), null, null, null, 'account 2 second update' from isms.trail_entry e order by seq desc limit 1;
update note set text = isms.checkpoint_note();
select * from found();
select * from attack($$ insert into isms.trail_entry select (forged(g.seq, e.xid)).* from gap g, isms.trail_entry e where e.seq = seq('account 102 insert') $$);
select * from attack($$ insert into isms.trail_entry select (forged(g.seq, pg_current_xact_id())).* from gap g $$);
select * from attack($$ insert into isms.trail_entry select (forged(nextval('isms.trail_seq'), '3', gen_random_uuid())).* $$);
select * from attack($$ insert into isms.trail_entry select (forged(nextval('isms.trail_seq'), '99999999999')).* $$);
select * from attack($$ insert into isms.trail_entry select (forged(g.seq, '3', gen_random_uuid())).* from gap g $$);
select * from attack($$ alter table isms.trail_leaf_1 drop constraint trail_leaf_1_pkey; insert into isms.trail_leaf_1 select * from isms.trail_entry where seq = seq('account 1 update') $$);

-- What looks in every respect like one not sealed yet is not told from one, unless the table tells.
select * from attack($$ insert into isms.trail_entry select (forged(nextval('isms.trail_seq'), pg_current_xact_id())).* $$);
select * from attack($$ insert into isms.trail_entry select (forged(nextval('isms.trail_seq'), pg_current_xact_id())).*;
  alter table account disable trigger isms_capture; insert into account values (99, 'Eve', 1000000) $$);

-- Order: two entries change their numbers; two leaves their places, more and more thoroughly.
select * from attack($$ update isms.trail_entry set seq = case seq when seq('account 1 update') then 9999999 else 9999998 end
  where seq in (seq('account 1 update'), seq('account 2 update'));
  update isms.trail_entry set seq = case seq when 9999999 then seq('account 2 update') else seq('account 1 update') end where seq > 9999990 $$);

create function swapped(hashes bytea, a integer, b integer) returns bytea language sql as $$
  select overlay(overlay(hashes placing substr(hashes, b * 32 + 1, 32) from a * 32 + 1) placing substr(hashes, a * 32 + 1, 32) from b * 32 + 1)
$$;

create function swapped(seqs bigint[], a integer, b integer) returns bigint[] language plpgsql as $$
declare
  kept bigint := seqs[a + 1];
begin
  seqs[a + 1] := seqs[b + 1];
  seqs[b + 1] := kept;
  return seqs;
end $$;

create function tree(hashes bytea) returns bytea language plpgsql as $$
declare
  n integer := length(hashes) / 32;
  k integer := 1;
begin
  if n = 1 then return hashes; end if;
  while k * 2 < n loop k := k * 2; end loop;
  return sha256('\x01'::bytea || tree(substr(hashes, 1, k * 32)) || tree(substr(hashes, k * 32 + 1)));
end $$;

create table place as select k.leaf / 256 as tile, k.leaf % 256 as in_tile from known k where k.label = 'account 200 insert';
select in_tile between 3 and 250 as inside from place;
select * from attack($$ update isms.trail_tile t set hashes = swapped(hashes, p.in_tile::int, p.in_tile::int + 1) from place p where level = 0 and index = p.tile $$);
select * from attack($$ update isms.trail_tile t set hashes = swapped(hashes, p.in_tile::int, p.in_tile::int + 1), seqs = swapped(seqs, p.in_tile::int, p.in_tile::int + 1) from place p where level = 0 and index = p.tile $$);
select * from attack($$ update isms.trail_tile t set hashes = swapped(hashes, p.in_tile::int, p.in_tile::int + 1), seqs = swapped(seqs, p.in_tile::int, p.in_tile::int + 1) from place p where level = 0 and index = p.tile;
  update isms.trail_tile set root = tree(hashes) $$);
select * from attack($$ update isms.trail_tile t set hashes = swapped(hashes, p.in_tile::int, p.in_tile::int + 1), seqs = swapped(seqs, p.in_tile::int, p.in_tile::int + 1) from place p where level = 0 and index = p.tile;
  update isms.trail_tile set root = tree(hashes); update isms.checkpoint set root = isms.tree_root(size) $$);
select * from attack($$ update isms.trail_tail set seqs = swapped(seqs, 98, 99), hashes = swapped(hashes, 98, 99) $$);

-- Leaves: the tile and everything above it made to fit the altered entry.
create function refit(label text, upto text) returns void language plpgsql as $$
declare
  l bigint := leaf(label);
  hash bytea := (select isms.leaf_hash(e) from isms.trail_entry e where e.seq = seq(label));
begin
  update isms.trail_tile set hashes = overlay(hashes placing hash from (l % 256)::integer * 32 + 1) where level = 0 and index = l / 256;
  if upto = 'leaf' then return; end if;
  update isms.trail_tile set root = tree(hashes) where level = 0 and index = l / 256;
  for n in 1 .. 2 loop
    update isms.trail_tile t set hashes = (select string_agg(c.root, '' order by c.index) from isms.trail_tile c where c.level = n - 1 and c.index / 256 = t.index)
     where t.level = n;
    update isms.trail_tile set root = tree(hashes) where level = n;
  end loop;
  if upto = 'tile' then return; end if;
  update isms.checkpoint c set root = isms.tree_root(c.size) where c.size > l;
end $$;

select * from attack($$ update isms.trail_entry set payload = replace(payload, 'Ann', 'Eve') where seq = seq('account 1 baseline'); select refit('account 1 baseline', 'leaf') $$);
select * from attack($$ update isms.trail_entry set payload = replace(payload, 'Ann', 'Eve') where seq = seq('account 1 baseline'); select refit('account 1 baseline', 'tile') $$);
select * from attack($$ update isms.trail_entry set payload = replace(payload, 'Ann', 'Eve') where seq = seq('account 1 baseline'); select refit('account 1 baseline', 'checkpoint') $$);

-- Tiles and tail otherwise: removed, added, cut short, their lists of entries altered.
select * from attack($$ delete from isms.trail_tile where level = 0 and index = 1 $$);
select * from attack($$ insert into isms.trail_tile select level, (select size / 256 from isms.checkpoint order by number desc limit 1), hashes, root, seqs, first_seq, last_seq from isms.trail_tile where level = 0 and index = 1 $$);
select * from attack($$ insert into isms.trail_tile (level, index, hashes, root) select 1, 0, string_agg(root, '' order by index), sha256('') from isms.trail_tile $$);
select * from attack($$ update isms.trail_tile set hashes = substr(hashes, 2) where level = 0 and index = 1 $$);
select * from attack($$ update isms.trail_tile set first_seq = 9000000, last_seq = 9000001 where level = 0 and index = 1 $$);
select * from attack($$ update isms.trail_tile set seqs = array_fill(null::bigint, array[256]) where level = 0 and index = 1 $$);
select * from attack($$ update isms.trail_tile set seqs = (swapped(seqs || -5::bigint, (select in_tile::int from place), 256))[1:256] where level = 0 and index = (select tile from place) $$);
select * from attack($$ delete from isms.trail_tail $$);
select * from attack($$ insert into isms.trail_tail values (0, array[1], sha256('')) $$);
select * from attack($$ update isms.trail_tail set first = 0 $$);
select * from attack($$ update isms.trail_tail set hashes = overlay(hashes placing sha256('') from 99 * 32 + 1) $$);

-- Checkpoints.
select * from attack($$ update isms.checkpoint set root = sha256('') where number = 3 $$);
select * from attack($$ update isms.checkpoint set size = size + 1 where number = 3 $$);
select * from attack($$ delete from isms.checkpoint where number = 3 $$);
select * from attack($$ delete from isms.checkpoint where number = (select max(number) from isms.checkpoint) $$);
select found_by, problem, detail from attack('truncate isms.checkpoint');
-- The time of a checkpoint is not in its root: an outsider's clock says when it was seen.
select * from attack($$ update isms.checkpoint set sealed_at = sealed_at - interval '1 day' where number = 3 $$);
-- An entry kept from the next seal: here the snapshot is made to say that all that comes is sealed.
select * from attack($$ update account set amount = 12 where id = 1;
  update isms.checkpoint set snapshot = pg_snapshot(pg_snapshot_xmax(snapshot)::text::bigint + 100000 || ':' || pg_snapshot_xmax(snapshot)::text::bigint + 100000 || ':') where number = (select max(number) from isms.checkpoint) $$);

-- The end cut off so that everything fits: the last checkpoints, what they sealed, and the tail as it was.
select * from attack($$ delete from isms.checkpoint where size > (select first + cardinality(seqs) from kept_tail);
  delete from isms.trail_entry where seq >= seq('account 1 update');
  delete from isms.trail_tail; insert into isms.trail_tail select * from kept_tail $$);

-- What entries name: who, and which table.
create table who as select e.identity, e.table_version from isms.trail_entry e where e.seq = seq('account 1 update');
select problem, entry is not null as entry_named, detail ~ 'N' as detail from attack($$ update isms.trail_identity set content = replace(content, session_user, 'eve') where id = (select identity from who) $$) where found_by = 'verify_trail';
select problem, entry is not null as entry_named, detail ~ 'N' as detail from attack($$ delete from isms.trail_identity where id = (select identity from who) $$);
select problem, entry from attack($$ update isms.trail_table_version set content = replace(content, '"account"', '"harmless"') where id = (select table_version from who) $$) where found_by = 'verify_trail';
select problem, entry from attack($$ delete from isms.trail_table_version where id = (select table_version from who) $$) where found_by = 'verify_trail';
-- Without content, as an erasure leaves it, a fact is not false; but an erasure stands in isms.erasure.
select * from attack($$ update isms.trail_identity set content = null where id = (select identity from who) $$);

-- An erasure leaves the leaf, and is recorded; after it nobody can put anything else there.
create table erased as
  select sha256(uuid_send(e.salt) || convert_to(e.payload, 'UTF8')) as commitment from isms.trail_entry e where e.seq = seq('account 102 insert');
select found_by, problem, entry, times from attack($$ update isms.trail_entry set salt = null, payload = null, commitment = (table erased) where seq = seq('account 102 insert') $$) where found_by <> 'reconcile';
select found_by, problem, entry, times from attack($$ update isms.trail_entry set salt = null, payload = null, commitment = sha256('other') where seq = seq('account 102 insert') $$) where found_by <> 'reconcile';
select found_by, problem, entry, times from attack($$ update isms.trail_entry set salt = gen_random_uuid(), payload = '{}', commitment = '' where seq = seq('account 102 insert') $$) where found_by <> 'reconcile';

-- The number lowered, to use some again: of what is there none can be, and the writer fails.
select last_value as number from isms.trail_seq \gset
\set VERBOSITY sqlstate
begin;
select setval('isms.trail_seq', seq('account 1 update') - 1) is not null as lowered;
update account set amount = 13 where id = 1;
rollback;
\set VERBOSITY default
select * from attack($$ delete from isms.trail_entry where seq >= seq('account 1 update'); select setval('isms.trail_seq', seq('account 1 update') - 1);
  update account set amount = 13 where id = 1 $$);
select setval('isms.trail_seq', :number) is not null as put_back;

-- Unsealed entries, taken out or altered: only the table tells.
update account set amount = 31 where id = 102;
select seq as last from isms.trail_entry order by seq desc limit 1 \gset
insert into known values (:last, null, null, null, null, 'account 102 update');
select * from attack($$ delete from isms.trail_entry where seq = seq('account 102 update') $$);
select * from attack($$ update isms.trail_entry set payload = replace(payload, '31', '32') where seq = seq('account 102 update') $$);
-- Who did it, and when, is not in the table.
select * from attack($$ insert into isms.trail_identity select encode(substr(sha256('{"session_user":"eve"}'), 1, 16), 'hex')::uuid, '{"session_user":"eve"}';
  update isms.trail_entry set at = at - interval '1 millisecond', identity = encode(substr(sha256('{"session_user":"eve"}'), 1, 16), 'hex')::uuid where seq = seq('account 102 update') $$);
select isms.seal() as sealed;
select * from found();

-- Capture off for a while, while nobody looks: the trigger is another than before, and the table is not what was recorded.
begin;
set local isms.allow_drop = on;
alter table account disable trigger user;
update account set amount = 1000000 where id = 102;
alter table account enable always trigger isms_capture;
alter table account enable always trigger isms_capture_truncate;
commit;
select * from isms.coverage();
select * from found();
select isms.seal() > 0 as sealed;
select table_name, trigger_name, what, stands from isms.coverage_event where table_name = 'regress_tamper.account' order by id;
select * from isms.coverage();
-- The same with the catalogue alone: the coverage of tables of isms is seen likewise.
set allow_system_table_mods = on;
update pg_trigger set tgenabled = 'D' where tgrelid = 'isms.person'::regclass and tgname = 'isms_capture';
update pg_class set relname = relname where oid = 'isms.person'::regclass;
insert into isms.person (code, name) values ('eve', 'Eve Hidden');
update pg_trigger set tgenabled = 'A' where tgrelid = 'isms.person'::regclass and tgname = 'isms_capture';
update pg_class set relname = relname where oid = 'isms.person'::regclass;
reset allow_system_table_mods;
select * from isms.coverage();
select what, key from isms.reconcile('isms.person');
-- And with what coverage remembers made to fit, its own capture off: then coverage is silent, reconcile is not.
select isms.seal() > 0 as sealed;
begin;
set local isms.allow_drop = on;
alter table account disable trigger isms_capture;
alter table isms.coverage_seen disable trigger isms_capture;
update account set amount = 2000000 where id = 103;
alter table account enable always trigger isms_capture;
alter table isms.coverage_seen enable always trigger isms_capture;
alter table isms.coverage_seen disable trigger isms_capture;
update isms.coverage_seen s set trigger_xmin = t.trigger_xmin
  from isms.coverage_triggers() t
 where (t.table_name, t.trigger_name) = (s.table_name, s.trigger_name) and t.trigger_xmin <> s.trigger_xmin;
alter table isms.coverage_seen enable always trigger isms_capture;
commit;
select * from isms.coverage();
select what, key, column_name from isms.reconcile('account') where key = '103';
select distinct what, key::jsonb ->> 'table_name' as table_name, key::jsonb ->> 'trigger_name' as trigger_name, column_name from isms.reconcile('isms.coverage_seen') order by 2, 3;

-- Taken back by hand, it stands in the trail: reconcile shows the entry that found the row otherwise than recorded.
update account set amount = case id when 102 then 31 else 103 end where id in (102, 103);
select what, key, column_name, recorded, found, entry is not null as by_entry from isms.reconcile('account');
-- Capture made anew begins with the rows as they are, and reconcile with it; what was before stays in the trail.
select isms.enable_audit('account');
select what, key, column_name, recorded, found, entry is not null as by_entry from isms.reconcile('account');

-- Ways round the table that are no ways round capture: into the partition, by COPY, by ALTER TABLE ... USING.
insert into event_1 values (1, 1, 'direct');
copy event_1 from stdin;
2	1	copied
\.
alter table event alter what type varchar using upper(what);
select * from isms.reconcile('event');
-- With the event triggers off the last is not seen; coverage says they are, reconcile which rows.
begin;
alter event trigger isms_ddl_start disable;
alter event trigger isms_ddl_end disable;
alter event trigger isms_ddl_rewrite disable;
alter table event alter what type text using lower(what);
select * from isms.coverage() where table_name in ('event trigger', 'regress_tamper.event', 'regress_tamper.event_1');
select key, what, column_name, recorded, found from isms.reconcile('event');
rollback;

-- A fork: an old entry rewritten, all that follows made to fit, and sealing goes on.  Inside all is well.
select isms.seal() > 0 as sealed;
delete from isms.person where code = 'eve';
begin;
select lift_guards();
create table before_fork as select * from isms.trail_entry where seq = seq('account 1 baseline');
update isms.trail_entry set payload = replace(payload, 'Ann', 'Eve') where seq = seq('account 1 baseline');
select refit('account 1 baseline', 'checkpoint');
commit;
insert into account values (5, 'later', 5);
set isms.allow_drop = on;
select isms.activate() is not null as guards_are_back;
set isms.allow_drop = off;
select isms.seal() > 0 as sealed;
select * from isms.verify_trail();
select outsider();
begin;
select lift_guards();
update isms.trail_entry e set payload = b.payload from before_fork b where e.seq = b.seq;
select refit('account 1 baseline', 'checkpoint');
commit;
select * from isms.verify_trail();
select outsider();

-- Tiles above tiles: the same all the way up.
insert into filler select generate_series(10001, 75600);
select isms.seal() > 65000 as sealed;
update note set text = isms.checkpoint_note();
select level, count(*) > 0 as tiles from isms.trail_tile group by 1 order by 1;
select found_by, problem, entry, detail from attack($$ update isms.trail_entry set payload = replace(payload, 'Ann', 'Eve') where seq = seq('account 1 baseline'); select refit('account 1 baseline', 'tile') $$) where found_by <> 'reconcile' group by 1, 2, 3, 4;
select * from attack($$ update isms.trail_entry set payload = replace(payload, 'Ann', 'Eve') where seq = seq('account 1 baseline'); select refit('account 1 baseline', 'checkpoint') $$) where found_by <> 'reconcile';
select * from attack($$ update isms.trail_tile set hashes = swapped(hashes, 1, 2) where level = 1 $$) where found_by <> 'reconcile';
select * from attack($$ update isms.trail_tile set root = sha256('') where level = 1 $$) where found_by <> 'reconcile';
select * from attack($$ delete from isms.trail_tile where level = 1 $$) where found_by <> 'reconcile';

-- And nothing is left of all that.
select * from isms.verify_trail();
select outsider();
select isms.disable_audit('account'), isms.disable_audit('event'), isms.disable_audit('filler');
set client_min_messages = error;
drop schema regress_tamper cascade;
