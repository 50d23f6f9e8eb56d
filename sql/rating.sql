-- isms.rating: confidentiality, integrity and availability, each 0 to 9 or unrated.

-- Any order, either case, with or without blanks, '=' or ':'; what is left out is unrated.
select t, t::isms.rating as rating
  from unnest(array['C3 I2 A-', 'a1 c9 i0', 'C3I2A1', 'C=3 I:2', 'C3', ' A- ', E'I5\tC4\n', 'c-i-a-']) t;

select ''::isms.rating;
select '  '::isms.rating;
select 'C'::isms.rating;
select 'C10 I1 A1'::isms.rating;
select 'C3 C4'::isms.rating;
select 'X3'::isms.rating;
select 'C3, I2'::isms.rating;
select 'C==3'::isms.rating;
select 'C 3'::isms.rating;
select 'C-1'::isms.rating;
select 'C３'::isms.rating;
select 'é1'::isms.rating;
select ('C3 ' || repeat('é', 100000))::isms.rating;

-- From numbers, and back.
select isms.rating(3, 2, null), isms.rating(null, null, null), isms.rating(0, 0, 0), isms.rating(9, 9, 9);
select isms.rating(3, 10, 1);
select isms.rating(3, 1, -1);
select isms.confidentiality(r) as c, isms.integrity(r) as i, isms.availability(r) as a, isms.max(r)
  from unnest(array['C3 I2 A-', 'C0', 'A9 I1', 'C-']::isms.rating[]) r;

-- All 1331 values go out and in unchanged.
create temporary table rating_sample as
  select isms.rating(c, i, a) as rating, c, i, a
    from (select nullif(g, -1) as c from generate_series(-1, 9) g) c,
         (select nullif(g, -1) as i from generate_series(-1, 9) g) i,
         (select nullif(g, -1) as a from generate_series(-1, 9) g) a;
select count(distinct rating), count(distinct rating::text) from rating_sample;
select * from rating_sample
 where rating::text::isms.rating <> rating
    or isms.confidentiality(rating) is distinct from c or isms.integrity(rating) is distinct from i or isms.availability(rating) is distinct from a
    or isms.max(rating) is distinct from greatest(c, i, a)
    or rating::text <> 'C' || coalesce(c::text, '-') || ' I' || coalesce(i::text, '-') || ' A' || coalesce(a::text, '-');

-- The order: confidentiality, then integrity, then availability, unrated first.
select string_agg(rating::text, ', ' order by rating)
  from unnest(array['C3 I2 A1', 'C3 I2 A-', 'C3 I2 A0', 'C- I9 A9', 'C-', 'C0', 'A1', 'C3 I-', 'C9']::isms.rating[]) rating;
select count(*)
  from (select rating, lead(rating) over (order by c nulls first, i nulls first, a nulls first) as next from rating_sample) s
 where rating < next;
select x.rating, y.rating
  from (select * from rating_sample where c in (0, 9) or c is null) x cross join rating_sample y
 where (x.rating = y.rating) <> ((x.c, x.i, x.a) is not distinct from (y.c, y.i, y.a))
    or (x.rating = y.rating) <> (isms.rating_cmp(x.rating, y.rating) = 0)
    or (x.rating <> y.rating) <> (isms.rating_cmp(x.rating, y.rating) <> 0)
    or (x.rating < y.rating) <> (isms.rating_cmp(x.rating, y.rating) < 0)
    or (x.rating <= y.rating) <> (isms.rating_cmp(x.rating, y.rating) <= 0)
    or (x.rating >= y.rating) <> (isms.rating_cmp(x.rating, y.rating) >= 0)
    or (x.rating > y.rating) <> (isms.rating_cmp(x.rating, y.rating) > 0)
    or isms.rating_cmp(x.rating, y.rating) <> - isms.rating_cmp(y.rating, x.rating)
    or x.rating = y.rating and (isms.rating_hash(x.rating) <> isms.rating_hash(y.rating)
                                or isms.rating_hash_extended(x.rating, 42) <> isms.rating_hash_extended(y.rating, 42));

-- High water: the higher of each; unrated and NULL lose.
select isms.greatest('C3 I- A1', 'C2 I5 A-'), isms.greatest('C-', 'C-'), isms.greatest('C1', null), isms.greatest(null, 'C1'), isms.greatest(null, null) is null as none;
select isms.high_water(r) from unnest(array['C3 A1', null, 'C2 I5', 'A4']::isms.rating[]) r;
select isms.high_water(r) is null as none from unnest(array[null]::isms.rating[]) r;
select isms.high_water(r) is null as none from unnest('{}'::isms.rating[]) r;
select x.rating, y.rating
  from (select * from rating_sample where a in (0, 5) or a is null) x cross join (select * from rating_sample where i in (0, 5) or i is null) y
 where isms.greatest(x.rating, y.rating) <> isms.rating(greatest(x.c, y.c), greatest(x.i, y.i), greatest(x.a, y.a));

-- In parallel too.
create table rating_parallel as select rating from rating_sample cross join generate_series(1, 10);
alter table rating_parallel set (parallel_workers = 2);
set parallel_setup_cost = 0;
set min_parallel_table_scan_size = 0;
explain (costs off) select isms.high_water(rating) from rating_parallel;
select isms.high_water(rating) from rating_parallel;
reset parallel_setup_cost;
reset min_parallel_table_scan_size;

-- What a threat does not hit does not count.
select hits, isms.mask('C3 I2 A1', hits) from unnest(array['CIA', 'C', 'ai', '', 'A']) hits;
select isms.max(isms.mask('C3 I2 A-', 'A')) is null as not_rated;
select isms.mask('C3 I2 A1', 'CX');
select isms.mask('C3 I2 A1', 'C,I');
select isms.mask('C3 I2 A1', 'CC');
select isms.mask('C3 I2 A1', 'Cé');

-- NULL in, NULL out.
select isms.max(null) as max, isms.confidentiality(null) as c, isms.mask(null, 'C') as mask, isms.mask('C1', null) as hits, null::isms.rating = 'C1' as equal;

-- The operator classes are complete, and used.
select opcname, amname, amvalidate(c.oid)
  from pg_opclass c join pg_am a on a.oid = opcmethod
 where opcintype = 'isms.rating'::regtype order by amname;
create table rating_index (rating isms.rating primary key);
insert into rating_index select rating from rating_sample;
create index rating_hash_index on rating_index using hash (rating);
analyze rating_index;
set enable_seqscan = off;
set enable_bitmapscan = off;
set enable_indexonlyscan = off;
begin;
alter table rating_index drop constraint rating_index_pkey;
explain (costs off) select rating from rating_index where rating = 'C3 I2 A1';
select rating from rating_index where rating = 'C3 I2 A1';
rollback;
explain (costs off) select rating from rating_index where rating > 'C3 I2 A8' order by rating limit 3;
select rating from rating_index where rating > 'C3 I2 A8' order by rating limit 3;
reset enable_seqscan;
reset enable_bitmapscan;
reset enable_indexonlyscan;
insert into rating_index values ('i2 c3');

-- Texts can be stored.
create temporary table rating_text (rating isms.rating);
insert into rating_text select t from (values ('a1'::text)) v (t);
select rating, rating::text || '!' as text from rating_text;

-- The binary form is three bytes, each checked.
select r, isms.rating_send(r) from unnest(array['C3 I2 A-', 'C0 I9 A1']::isms.rating[]) r;
\getenv results PG_ABS_BUILDDIR
\cd :results
\copy (select rating from rating_sample) to 'results/rating.copy' (format binary)
create temporary table rating_back (rating isms.rating);
\copy rating_back from 'results/rating.copy' (format binary)
select count(*), count(distinct rating) from rating_back;
\copy rating_back from program 'printf "PGCOPY\n\377\r\n\000\000\000\000\000\000\000\000\000\000\001\000\000\000\003\001\012\000\377\377"' (format binary)
\copy rating_back from program 'printf "PGCOPY\n\377\r\n\000\000\000\000\000\000\000\000\000\000\001\000\000\000\003\001\000\376\377\377"' (format binary)
\copy rating_back from program 'printf "PGCOPY\n\377\r\n\000\000\000\000\000\000\000\000\000\000\001\000\000\000\002\001\000\377\377"' (format binary)
\copy rating_back from program 'printf "PGCOPY\n\377\r\n\000\000\000\000\000\000\000\000\000\000\001\000\000\000\004\001\000\000\000\377\377"' (format binary)

-- Plain operators are found whatever the search_path, and leak nothing to functions under row security.
set search_path = pg_catalog, pg_temp;
select 'C3'::isms.rating > 'C2' as ">", 'C3'::isms.rating = 'c3' as "=";
select oprname from pg_operator o join pg_proc p on p.oid = oprcode
 where oprleft = 'isms.rating'::regtype and not proleakproof;
reset search_path;

drop table rating_parallel, rating_index;
