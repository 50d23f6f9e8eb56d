-- Sealing: which entries, in which order, and that the tree is the one RFC 9162 defines.
\set SHOW_CONTEXT never
set client_min_messages = warning;
drop extension if exists isms cascade;
create extension isms;
set client_min_messages = notice;
select isms.seal();                                                   -- nothing is sealed before activation
select isms.activate() is not null as activated;

-- The entry that opens the incarnation is the first leaf.
select isms.seal() > 0 as sealed;
select table_name, operation, sealed, new_values - '{opened_at,incarnation}'::text[] as values from isms.audit_trail order by seq limit 1;

create table public.seal_demo (id integer primary key, name text);
select isms.enable_audit('public.seal_demo');
insert into public.seal_demo select g, 'row ' || g from generate_series(1, 1000) g;
update public.seal_demo set name = 'changed' where id % 10 = 0;
select unsealed > 1100 as entries_wait, oldest_unsealed is not null as since from isms.trail_status;
select isms.seal() > 1100 as sealed;
select count(*) filter (where not sealed) as not_sealed from isms.audit_trail where table_name = 'public.seal_demo';

-- Coverage changed since the last look (a table more), which the seal records after its snapshot: for the next one.
select isms.seal() as findings_of_the_seal_before;

-- Nothing new: no checkpoint but the one in an hour that shows sealing goes on.
select isms.seal(), max(number) as number from isms.checkpoint;
select isms.seal(null), max(number) as number from isms.checkpoint;
select isms.seal('0 s') as added;
select number, added, size = lag(size) over (order by number) as same_size, root = lag(root) over (order by number) as same_root
  from isms.checkpoint order by number desc limit 1;

-- The tree, computed by its definition from the entries in the order of their leaves.
create function pg_temp.tree(hashes bytea[]) returns bytea language plpgsql as $$
declare
  n integer := cardinality(hashes);
  k integer := 1;
begin
  if n = 0 then return sha256(''); end if;
  if n = 1 then return hashes[1]; end if;
  while k * 2 < n loop k := k * 2; end loop;
  return sha256('\x01'::bytea || pg_temp.tree(hashes[1:k]) || pg_temp.tree(hashes[k + 1:n]));
end $$;

create temp view leaf as
  select isms.leaf_index(e.seq) as position, isms.leaf_hash(e) as hash from isms.trail_entry e;

select c.number, c.root = pg_temp.tree(array(select l.hash from leaf l where l.position < c.size order by l.position)) as as_defined,
       c.root = isms.tree_root(c.size) as as_kept
  from isms.checkpoint c order by c.number;
select count(*) = (select size from isms.checkpoint order by number desc limit 1) as every_entry,
       count(distinct position) = count(*) as once, min(position) as first, max(position) = count(*) - 1 as no_gap
  from leaf;
select isms.tree_root(0) = sha256('') as empty_tree;

-- At sizes around tiles and powers of two.
select s as size, isms.tree_root(s) = pg_temp.tree(array(select l.hash from leaf l where l.position < s order by l.position)) as right
  from unnest(array[1, 2, 3, 7, 8, 255, 256, 257, 511, 512, 513, 1000, 1023, 1024, 1025]) s;

-- Proofs.
create function pg_temp.included(leaf bytea, index bigint, size bigint, proof bytea[]) returns bytea language plpgsql as $$
declare
  fn bigint := index;   -- RFC 9162, 2.1.3.2
  sn bigint := size - 1;
  r bytea := leaf;
  p bytea;
begin
  foreach p in array proof loop
    if sn = 0 then return null; end if;
    if fn & 1 = 1 or fn = sn then
      r := sha256('\x01'::bytea || p || r);
      if fn & 1 = 0 then
        while fn & 1 = 0 and fn <> 0 loop fn := fn >> 1; sn := sn >> 1; end loop;
      end if;
    else
      r := sha256('\x01'::bytea || r || p);
    end if;
    fn := fn >> 1;
    sn := sn >> 1;
  end loop;
  return case when sn = 0 then r end;
end $$;

select bool_and(pg_temp.included(l.hash, l.position, c.size, isms.inclusion_path(l.position, c.size)) = c.root) as proven, count(*) > 500 as of_many
  from isms.checkpoint c join leaf l on l.position < c.size and (l.position % 7 = 0 or l.position > c.size - 20);
select bool_and(pg_temp.included(l.hash, l.position, s, isms.inclusion_path(l.position, s)) = isms.tree_root(s)) as proven
  from generate_series(1, 300, 13) s join leaf l on l.position < s;
select p.leaf = isms.leaf_index(e.seq) as position, p.leaf_hash = isms.leaf_hash(e) as leaf, pg_temp.included(p.leaf_hash, p.leaf, p.tree_size, p.proof) = p.root as proven
  from (select * from isms.trail_entry order by seq limit 1 offset 777) e, isms.inclusion_proof(e.seq) p;
create function pg_temp.consistent(size1 bigint, root1 bytea, size2 bigint, root2 bytea, proof bytea[]) returns boolean language plpgsql as $$
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

select bool_and(pg_temp.consistent(a.size, a.root, b.size, b.root, isms.consistency_proof(a.size, b.size))) as consistent, count(*) as checkpoints
  from isms.checkpoint a join isms.checkpoint b on b.number >= a.number;
select bool_and(pg_temp.consistent(a, isms.tree_root(a), b, isms.tree_root(b), isms.consistency_proof(a, b))) as consistent
  from generate_series(1, 1100, 37) a, generate_series(1, 1200, 41) b
 where a <= b;
select pg_temp.consistent(500, isms.tree_root(501), 1000, isms.tree_root(1000), isms.consistency_proof(500, 1000)) as of_another_tree;
select isms.consistency_proof(5, 5) as same, isms.consistency_proof(0, 5) as from_nothing, isms.consistency_proof(null, 5) as of_null;
select isms.consistency_proof(6, 4);
select isms.inclusion_path(10, 10);
insert into public.seal_demo values (5000, 'later');
\set VERBOSITY sqlstate
select isms.consistency_proof(6, 1000000000);
select isms.tree_root(-1);
select isms.inclusion_path(-1, 10);
select isms.inclusion_proof(max(seq)) from isms.trail_entry;
select * from isms.inclusion_proof(null);
\set VERBOSITY default

-- Where sealing is refused.
begin transaction isolation level repeatable read;
select isms.seal();
rollback;
begin;
insert into public.seal_demo values (5001, 'of this transaction');
select isms.seal();
rollback;
begin read only;
select isms.seal();
rollback;

-- The text an outsider keeps (C2SP tlog-checkpoint).
set isms.origin = 'example.com/isms';
select isms.checkpoint_note() = 'example.com/isms/' || c.incarnation || E'\n' || c.size || E'\n' || encode(c.root, 'base64') || E'\n' as as_specified
  from isms.checkpoint c order by number desc limit 1;
select isms.checkpoint_note(99999);
reset isms.origin;

select * from isms.verify_trail();
select * from isms.verify_trail(first => 300, leaves => 256);
select * from isms.verify_trail(only_table => 'public.seal_demo');
select * from isms.verify_trail(first => -1);

-- Nobody writes the tree.
delete from isms.checkpoint;
update isms.trail_tile set index = 0;
insert into isms.trail_tail values (0, '{}', '');
truncate isms.checkpoint;
select isms.disable_audit('public.seal_demo');
drop table public.seal_demo;

-- Leaves are made ahead of need.
set client_min_messages = warning;
drop extension isms cascade;
create extension isms;
create or replace function isms.trail_leaf_size() returns bigint language sql immutable return 1000::bigint;
set client_min_messages = notice;
select isms.activate() is not null as activated;
create table public.seal_demo (id integer primary key);
select isms.enable_audit('public.seal_demo');
select max(l.to_seq) as last, least(max(l.to_seq) - (select s.last_value from isms.trail_seq s) - 500, 50000) as room from isms.trail_leaves() l \gset
insert into public.seal_demo select g from generate_series(1, :room) g;
select isms.seal() > 0 as sealed;
insert into public.seal_demo select -g from generate_series(1, 3000) g;
select max(to_seq) - :last as made from isms.trail_leaves();
drop table public.seal_demo;
