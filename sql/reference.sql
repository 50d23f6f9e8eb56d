-- isms.reference: what it accepts, how it sorts, what is under what.

create table reference_sample (ref isms.reference);

-- In no order on purpose.
insert into reference_sample values
  ('A.5.10'), ('A.5.9'), ('A.5'), ('A.50'), ('A.5.1.1'), ('A'), ('A.5.1'), ('A.5.2'), ('A.6'), ('A.10.1'),
  ('6.1.3'), ('6.1.2'), ('6.1.2 d1'), ('6.1.2 d2'), ('6.1.2 d10'), ('6.1.2 d'), ('6.1.2 c'), ('6.1.2.1'), ('10.2'), ('10.2 f'), ('6'),
  ('AC-2'), ('AC-10'), ('AC-2(3)'), ('AC-2(12)'), ('AC-2(3)(a)'), ('AC-20'), ('AC-02'), ('AC-002'), ('ac-2.3'), ('AU-1'), ('AC-02(1)'),
  ('A&A-01'), ('GV.OC-01'), ('CC6.1'), ('CC6.10'), ('CC6.2'), ('ORP.4.A1'), ('APO13.01'), ('164.308(a)(1)(ii)'), ('3.1.1e'), ('3.1.1'),
  ('X-99999'), ('X-9999'), ('X-10000'), ('X-123456789012'), ('X-99999999999'), ('X-a'), ('X-0'), ('X-00'), ('X.1'), ('X');

-- Numbers sort as numbers, and what continues a reference follows it.
select ref from reference_sample order by ref;

-- Blanks are normalised, nothing else.
select r, r::isms.reference as canonical
  from unnest(array['  A.5.9 ', E'6.1.2\t d1', 'AC-2 (3)', 'AC-2  (3) (a)', 'ac-2', 'AC-02', E'\nA.5.9\r\n', repeat('x', 64)]) r;

-- What is not a reference: every reason is told.
select ''::isms.reference;
select '   '::isms.reference;
select 'A.5.'::isms.reference;
select '.5'::isms.reference;
select 'A..5'::isms.reference;
select '6.1.2 -d'::isms.reference;
select '6.1.3 f)'::isms.reference;
select 'AC-2(3'::isms.reference;
select 'AC-2((3))'::isms.reference;
select 'AC-2()'::isms.reference;
select 'AC-2(3)a'::isms.reference;
select '(3)'::isms.reference;
select 'A&-1'::isms.reference;
select 'A.5.9, A.5.10'::isms.reference;
select 'A.5–9'::isms.reference;
select 'Ä.5'::isms.reference;
select 'A_5'::isms.reference;
select repeat('x', 65)::isms.reference;
select repeat('é', 100000)::isms.reference;

-- A is above A.5 is above A.5.9, but nothing is above A.50 that only looks like its beginning.
select upper, lower, upper::isms.reference @> lower::isms.reference as "@>", lower::isms.reference <@ upper::isms.reference as "<@"
  from (values ('A.5', 'A.5.9'), ('A.5', 'A.5'), ('A.5', 'A.50'), ('A.5.9', 'A.5'), ('A', 'A.5.1.1'), ('A', 'AC-2'),
               ('AC-2', 'AC-2(3)'), ('AC-2', 'AC-20'), ('AC-2(3)', 'AC-2(3)(a)'), ('AC-2(1)', 'AC-2(12)'),
               ('6.1.2', '6.1.2 d1'), ('6.1.2 d', '6.1.2 d1'), ('6.1.2 d1', '6.1.2 d10'), ('6.1', '6.1.2 d1'), ('CC6', 'CC6.1'), ('CC', 'CC6.1'),
               ('A', 'A&A-01'), ('A&A', 'A&A-01'), ('3.1.1', '3.1.1e'), ('a.5', 'A.5.9')) v (upper, lower);

with recursive up (ref, above) as (
  select ref, ref from reference_sample where ref in ('A.5.1.1', '6.1.2 d1', 'AC-2(3)(a)', 'CC6.1', 'A&A-01', '164.308(a)(1)(ii)')
  union all
  select ref, isms.parent(above) from up where above is not null
)
select ref, string_agg(above::text, ' > ' order by length(above::text) desc) as path from up group by ref order by ref;

-- The parents of a reference are all that is above it.
with recursive up (ref, above) as (
  select ref, isms.parent(ref) from reference_sample
  union all
  select ref, isms.parent(above) from up where above is not null
)
select l.ref as lower, u.ref as upper
  from reference_sample l cross join reference_sample u
 where (u.ref @> l.ref and u.ref <> l.ref) is distinct from exists (select from up where up.ref = l.ref and up.above = u.ref);

-- The sort key agrees with the order; only leading zeros are lost in it.
select ref, isms.sort_key(ref) from reference_sample where ref in ('A.5.9', 'A.5.10', 'AC-2(3)', 'AC-02(1)', 'X-0', 'X-9999', 'X-10000', 'X-123456789012') order by ref;
select a.ref, b.ref
  from reference_sample a cross join reference_sample b
 where a.ref < b.ref and isms.sort_key(a.ref) collate "C" > isms.sort_key(b.ref);
select string_agg(ref::text, ' ' order by ref) as same_key from reference_sample group by isms.sort_key(ref) having count(*) > 1 order by 1;

-- Laws that must hold for every pair and triple: no rows.
select a.ref from reference_sample a where a.ref::text::isms.reference::text <> a.ref::text;
select a.ref, b.ref, isms.reference_cmp(a.ref, b.ref)
  from reference_sample a cross join reference_sample b
 where isms.reference_cmp(a.ref, b.ref) <> - isms.reference_cmp(b.ref, a.ref)
    or (a.ref = b.ref) <> (a.ref::text = b.ref::text)
    or (a.ref = b.ref) <> (isms.reference_cmp(a.ref, b.ref) = 0)
    or (a.ref <> b.ref) <> (isms.reference_cmp(a.ref, b.ref) <> 0)
    or (a.ref < b.ref) <> (isms.reference_cmp(a.ref, b.ref) < 0)
    or (a.ref <= b.ref) <> (isms.reference_cmp(a.ref, b.ref) <= 0)
    or (a.ref >= b.ref) <> (isms.reference_cmp(a.ref, b.ref) >= 0)
    or (a.ref > b.ref) <> (isms.reference_cmp(a.ref, b.ref) > 0)
    or (a.ref @> b.ref) <> (b.ref <@ a.ref)
    or (a.ref @> b.ref and a.ref > b.ref);
select a.ref, b.ref, c.ref
  from reference_sample a cross join reference_sample b cross join reference_sample c
 where a.ref < b.ref and b.ref < c.ref and not a.ref < c.ref
    or a.ref @> b.ref and b.ref @> c.ref and not a.ref @> c.ref;

-- Equal values have equal hashes, however they are stored (short or long header) and written.
create temporary table reference_pair as
  select ref as a, (' ' || ref::text || ' ')::isms.reference as b from reference_sample;
select a, b from reference_pair
 where isms.reference_hash(a) <> isms.reference_hash(b) or isms.reference_hash_extended(a, 42) <> isms.reference_hash_extended(b, 42)
    or a <> b or isms.reference_cmp(a, b) <> 0
    or isms.reference_hash(a) <> isms.reference_hash(b::text::isms.reference);
select count(distinct isms.reference_hash(ref)) = count(*) as spread from reference_sample;

-- Random texts: whatever is accepted comes back the same, and its parts are references too.
do $$
declare
  alphabet constant text := 'AZaz019.-() &é';
  given text;
  r isms.reference;
  accepted integer := 0;
  refused integer := 0;
begin
  perform setseed(0.27001);
  for i in 1 .. 20000 loop
    select string_agg(substr(alphabet, 1 + floor(random() * length(alphabet))::integer, 1), '') into given
      from generate_series(1, 1 + floor(random() * 6)::integer) g where i = i;
    begin
      r := given::isms.reference;
      accepted := accepted + 1;
    exception when invalid_text_representation then
      refused := refused + 1;
      continue;
    end;
    if r::text::isms.reference::text <> r::text then
      raise 'not a fixed point: "%"', given;
    end if;
    while r is not null loop
      if r::text::isms.reference <> r or not coalesce(isms.parent(r) @> r and isms.parent(r) < r, true) then
        raise 'bad part "%" of "%"', r, given;
      end if;
      r := isms.parent(r);
    end loop;
  end loop;
  raise notice 'some were accepted: %, some were refused: %', accepted > 1000, refused > 1000;
end
$$;

-- The operator classes are complete, and used.
select opcname, amname, amvalidate(c.oid)
  from pg_opclass c join pg_am a on a.oid = opcmethod
 where opcintype = 'isms.reference'::regtype order by amname;
create table reference_index (ref isms.reference primary key);
insert into reference_index select ('A.' || i || '.' || j)::isms.reference from generate_series(1, 100) i, generate_series(1, 100) j;
create index reference_hash_index on reference_index using hash (ref);
analyze reference_index;
set enable_seqscan = off;
set enable_bitmapscan = off;
set enable_indexonlyscan = off;
begin;
alter table reference_index drop constraint reference_index_pkey;
explain (costs off) select ref from reference_index where ref = 'A.5.9';
select ref from reference_index where ref = 'A.5.9';
rollback;
drop index reference_hash_index;
explain (costs off) select ref from reference_index where ref > 'A.5.98' order by ref limit 3;
select ref from reference_index where ref > 'A.5.98' order by ref limit 3;
reset enable_seqscan;
reset enable_bitmapscan;
reset enable_indexonlyscan;
select allequalimage from (select amproc::regproc = 'btequalimage'::regproc as allequalimage from pg_amproc
  where amproclefttype = 'isms.reference'::regtype and amprocnum = 4) s;

-- Joins may hash and merge.
create table reference_other as select ref from reference_index;
analyze reference_other;
explain (costs off) select from reference_index a join reference_other b using (ref);
set enable_hashjoin = off;
set enable_nestloop = off;
explain (costs off) select from reference_index a join reference_other b on a.ref = b.ref;
reset enable_hashjoin;
reset enable_nestloop;
insert into reference_index values (' A.5.9');

-- The planner can count what is under a reference.
create function pg_temp.estimated_rows(query text) returns bigint language plpgsql as $$
declare
  plan json;
begin
  execute 'explain (format json) ' || query into plan;
  return (plan #>> '{0,Plan,Plan Rows}')::numeric;
end
$$;
select pg_temp.estimated_rows($$select from reference_index where 'A.5' @> ref$$) between 20 and 500 as sensible;

-- Texts and arrays of texts can be stored; comparing needs the type.
create table reference_array (refs isms.reference[]);
insert into reference_array values (array['A.5.9', 'AC-2 (3)']), ('{A.5.10,"6.1.2 d1"}');
insert into reference_array select array[t] from (values ('A.8.1'::text)) v (t);
select refs, 'A.5.10' = any (refs) as has from reference_array order by refs;
select 'A.5.9'::isms.reference = 'A.5.9'::text;
select 'A.5.9'::isms.reference || ' Inventory' as label, 'A.5.9'::isms.reference::text;

-- NULL in, NULL out.
select null::isms.reference = 'A' as equal, null::isms.reference @> 'A' as contains, isms.parent(null) as parent, isms.sort_key(null) as key;

-- The binary form is the text; it is checked like the text.
select isms.reference_send('AC-2 (3)');
\getenv results PG_ABS_BUILDDIR
\cd :results
\copy (select ref from reference_sample order by ref) to 'results/reference.copy' (format binary)
create temporary table reference_back (ref isms.reference);
\copy reference_back from 'results/reference.copy' (format binary)
select count(*) = (select count(*) from reference_sample) as all_back,
       not exists (select ref::text from reference_sample except select ref::text from reference_back) as same
  from reference_back;
\copy reference_back from program 'printf "PGCOPY\n\377\r\n\000\000\000\000\000\000\000\000\000\000\001\000\000\000\006 A.5. \377\377"' (format binary)
\copy reference_back from program 'printf "PGCOPY\n\377\r\n\000\000\000\000\000\000\000\000\000\000\001\000\000\000\000\377\377"' (format binary)
truncate reference_back;
\copy reference_back from program 'printf "PGCOPY\n\377\r\n\000\000\000\000\000\000\000\000\000\000\001\000\000\000\006 A.5.9\377\377"' (format binary)
select ref::text = 'A.5.9' as canonical from reference_back;

-- Plain operators are found whatever the search_path, and leak nothing to functions under row security.
set search_path = pg_catalog, pg_temp;
select 'A.5.9'::isms.reference < 'A.5.10' as "<", 'A.5'::isms.reference @> 'A.5.9' as "@>";
select oprname from pg_operator o join pg_proc p on p.oid = oprcode
 where oprleft = 'isms.reference'::regtype and not proleakproof;
reset search_path;

drop table reference_sample, reference_index, reference_other, reference_array;
