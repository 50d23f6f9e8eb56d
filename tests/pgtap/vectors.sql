-- The vectors of trail-format.md, read from there: the product comes to the same, and so does what the text says.
\set ON_ERROR_STOP on
\pset format unaligned
\pset tuples_only on
\pset pager off

begin;

select no_plan();

\set doc `cat extension/doc/trail-format.md`

-- Lines with a name begin a vector, those without go on with it.
create temp table line as
  select l.n, l.m[1] as name, decode(l.m[2], 'hex') as hash
    from (select n, regexp_match(text, '^    (\S.*\S|) +([0-9a-f]{64})$') as m
            from string_to_table(substr(:'doc', position('## Tree' in :'doc')), E'\n') with ordinality t (text, n)) l
   where l.m is not null;

create temp table vector as
  select name, array_agg(hash order by n) as hashes
    from (select n, hash, (array_agg(nullif(name, '')) filter (where name <> '') over (order by n))[count(*) filter (where name <> '') over (order by n)] as name from line) l
   group by name;

create function pg_temp.vector(name text) returns bytea[] language sql as $$ select v.hashes from vector v where v.name = vector.name $$;

select is((select count(*) from vector), 18::bigint, 'seven leaves, eight roots, three proofs');

-- As the text defines them.
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

create temp table leaf as
  select n, (pg_temp.vector('leaf ' || n))[1] as hash from generate_series(0, 6) n;

select is(hash, sha256(set_byte('\x0000', 1, n)), 'leaf ' || n) from leaf order by n;

select is((pg_temp.vector('root ' || n))[1], pg_temp.tree(array(select hash from leaf where leaf.n < s.n order by leaf.n)), 'root ' || n || ' by the definition')
  from generate_series(0, 7) s (n);

-- As the product has them, of a tree with these leaves. Not activated, the extension has its guards down.
insert into isms.trail_tail
  select 0, array(select generate_series(1, 7)), string_agg(hash, '' order by n) from leaf;

insert into isms.checkpoint
  values (1, 7, (pg_temp.vector('root 7'))[1], 7, now(), '00112233-4455-6677-8899-aabbccddeeff', pg_current_snapshot(), '3', 7, '0/0');

select is(isms.tree_root(n), (pg_temp.vector('root ' || n))[1], 'root ' || n) from generate_series(0, 7) n;

select is(isms.inclusion_path(4, 7), pg_temp.vector('leaf 4 in 7'), 'inclusion');

select is(isms.consistency_proof(3, 7), pg_temp.vector('from 3 to 7'), 'consistency');

select is(isms.consistency_proof(4, 7), pg_temp.vector('from 4 to 7'), 'consistency with a full subtree');

set isms.origin = 'example.com/isms';

select is(isms.checkpoint_note(),
          (select regexp_replace(m[1], '(^|\n)    ', '\1', 'g')
             from regexp_match(:'doc', E'isms.origin `example.com/isms`:\n\n((?:    [^\n]+\n?){3})') m
            limit 1),
          'note');

select * from finish();

rollback;
