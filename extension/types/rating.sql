-- isms.rating: confidentiality, integrity and availability, each 0 to 9 or unrated, as in 'C3 I2 A-'.

create type isms.rating;

create function isms.rating_in(cstring) returns isms.rating
  language c immutable strict parallel safe
  as 'MODULE_PATHNAME', 'isms_rating_in';

comment on function isms.rating_in(cstring) is 'Confidentiality, integrity and availability from text';

create function isms.rating_out(isms.rating) returns cstring
  language c immutable strict parallel safe
  as 'MODULE_PATHNAME', 'isms_rating_out';

comment on function isms.rating_out(isms.rating) is 'Confidentiality, integrity and availability as text';

create function isms.rating_recv(internal) returns isms.rating
  language c immutable strict parallel safe
  as 'MODULE_PATHNAME', 'isms_rating_recv';

comment on function isms.rating_recv(internal) is 'Confidentiality, integrity and availability from its binary form';

create function isms.rating_send(isms.rating) returns bytea
  language c immutable strict parallel safe
  as 'MODULE_PATHNAME', 'isms_rating_send';

comment on function isms.rating_send(isms.rating) is 'Binary form of a rating';

create type isms.rating (
  input = isms.rating_in,
  output = isms.rating_out,
  receive = isms.rating_recv,
  send = isms.rating_send,
  like = pg_catalog.int4
);

comment on type isms.rating is 'Confidentiality, integrity and availability, each 0 to 9 or unrated (C3 I2 A-)';

-- So that a text column or array can be inserted; comparing still asks for the type.
create cast (text as isms.rating) with inout as assignment;

comment on cast (text as isms.rating) is 'A text where a rating is stored';

-- Ratings are integers inside, so these are the server's own functions.

create function isms.rating_eq(isms.rating, isms.rating) returns boolean
  language internal immutable strict leakproof parallel safe
  as 'int4eq';

comment on function isms.rating_eq(isms.rating, isms.rating) is 'Is the first rating equal to the second?';

create function isms.rating_ne(isms.rating, isms.rating) returns boolean
  language internal immutable strict leakproof parallel safe
  as 'int4ne';

comment on function isms.rating_ne(isms.rating, isms.rating) is 'Is the first rating different from the second?';

create function isms.rating_lt(isms.rating, isms.rating) returns boolean
  language internal immutable strict leakproof parallel safe
  as 'int4lt';

comment on function isms.rating_lt(isms.rating, isms.rating) is 'Is the first rating before the second?';

create function isms.rating_le(isms.rating, isms.rating) returns boolean
  language internal immutable strict leakproof parallel safe
  as 'int4le';

comment on function isms.rating_le(isms.rating, isms.rating) is 'Is the first rating before or equal to the second?';

create function isms.rating_ge(isms.rating, isms.rating) returns boolean
  language internal immutable strict leakproof parallel safe
  as 'int4ge';

comment on function isms.rating_ge(isms.rating, isms.rating) is 'Is the first rating after or equal to the second?';

create function isms.rating_gt(isms.rating, isms.rating) returns boolean
  language internal immutable strict leakproof parallel safe
  as 'int4gt';

comment on function isms.rating_gt(isms.rating, isms.rating) is 'Is the first rating after the second?';

create function isms.rating_cmp(isms.rating, isms.rating) returns integer
  language internal immutable strict leakproof parallel safe
  as 'btint4cmp';

comment on function isms.rating_cmp(isms.rating, isms.rating) is 'Order of two ratings: below zero, zero or above zero';

create function isms.rating_hash(isms.rating) returns integer
  language internal immutable strict leakproof parallel safe
  as 'hashint4';

comment on function isms.rating_hash(isms.rating) is 'Hash value of a rating';

create function isms.rating_hash_extended(isms.rating, bigint) returns bigint
  language internal immutable strict leakproof parallel safe
  as 'hashint4extended';

comment on function isms.rating_hash_extended(isms.rating, bigint) is 'Hash value of a rating, with a seed';

-- The operators are in pg_catalog: the only place where every session, whatever its search_path, and
-- every function of this extension finds them by their plain names.

create operator pg_catalog.= (
  function = isms.rating_eq,
  leftarg = isms.rating,
  rightarg = isms.rating,
  commutator = operator(pg_catalog.=),
  negator = operator(pg_catalog.<>),
  restrict = eqsel,
  join = eqjoinsel,
  hashes,
  merges
);

comment on operator pg_catalog.= (isms.rating, isms.rating) is 'Equal';

create operator pg_catalog.<> (
  function = isms.rating_ne,
  leftarg = isms.rating,
  rightarg = isms.rating,
  commutator = operator(pg_catalog.<>),
  negator = operator(pg_catalog.=),
  restrict = neqsel,
  join = neqjoinsel
);

comment on operator pg_catalog.<> (isms.rating, isms.rating) is 'Not equal';

create operator pg_catalog.< (
  function = isms.rating_lt,
  leftarg = isms.rating,
  rightarg = isms.rating,
  commutator = operator(pg_catalog.>),
  negator = operator(pg_catalog.>=),
  restrict = scalarltsel,
  join = scalarltjoinsel
);

comment on operator pg_catalog.< (isms.rating, isms.rating) is 'Before';

create operator pg_catalog.<= (
  function = isms.rating_le,
  leftarg = isms.rating,
  rightarg = isms.rating,
  commutator = operator(pg_catalog.>=),
  negator = operator(pg_catalog.>),
  restrict = scalarlesel,
  join = scalarlejoinsel
);

comment on operator pg_catalog.<= (isms.rating, isms.rating) is 'Before or equal';

create operator pg_catalog.>= (
  function = isms.rating_ge,
  leftarg = isms.rating,
  rightarg = isms.rating,
  commutator = operator(pg_catalog.<=),
  negator = operator(pg_catalog.<),
  restrict = scalargesel,
  join = scalargejoinsel
);

comment on operator pg_catalog.>= (isms.rating, isms.rating) is 'After or equal';

create operator pg_catalog.> (
  function = isms.rating_gt,
  leftarg = isms.rating,
  rightarg = isms.rating,
  commutator = operator(pg_catalog.<),
  negator = operator(pg_catalog.<=),
  restrict = scalargtsel,
  join = scalargtjoinsel
);

comment on operator pg_catalog.> (isms.rating, isms.rating) is 'After';

create operator class isms.rating_ops default for type isms.rating using btree as
  operator 1 pg_catalog.<,
  operator 2 pg_catalog.<=,
  operator 3 pg_catalog.=,
  operator 4 pg_catalog.>=,
  operator 5 pg_catalog.>,
  function 1 isms.rating_cmp(isms.rating, isms.rating),
  function 2 (isms.rating, isms.rating) pg_catalog.btint4sortsupport(internal),
  function 4 (isms.rating, isms.rating) pg_catalog.btequalimage(oid);

comment on operator class isms.rating_ops using btree is 'By confidentiality, then integrity, then availability, unrated first';

comment on operator family isms.rating_ops using btree is 'By confidentiality, then integrity, then availability, unrated first';

create operator class isms.rating_ops default for type isms.rating using hash as
  operator 1 pg_catalog.=,
  function 1 isms.rating_hash(isms.rating),
  function 2 isms.rating_hash_extended(isms.rating, bigint);

comment on operator class isms.rating_ops using hash is 'Equality of ratings';

comment on operator family isms.rating_ops using hash is 'Equality of ratings';

create function isms.rating(confidentiality integer, integrity integer, availability integer) returns isms.rating
  language c immutable parallel safe
  as 'MODULE_PATHNAME', 'isms_rating_make';

comment on function isms.rating(confidentiality integer, integrity integer, availability integer) is 'The rating of these three, NULL standing for unrated';

create function isms.confidentiality(isms.rating) returns integer
  language c immutable strict leakproof parallel safe
  as 'MODULE_PATHNAME', 'isms_rating_confidentiality';

comment on function isms.confidentiality(isms.rating) is 'The confidentiality of a rating, NULL if unrated';

create function isms.integrity(isms.rating) returns integer
  language c immutable strict leakproof parallel safe
  as 'MODULE_PATHNAME', 'isms_rating_integrity';

comment on function isms.integrity(isms.rating) is 'The integrity of a rating, NULL if unrated';

create function isms.availability(isms.rating) returns integer
  language c immutable strict leakproof parallel safe
  as 'MODULE_PATHNAME', 'isms_rating_availability';

comment on function isms.availability(isms.rating) is 'The availability of a rating, NULL if unrated';

create function isms.max(isms.rating) returns integer
  language c immutable strict leakproof parallel safe
  as 'MODULE_PATHNAME', 'isms_rating_max_sql';

comment on function isms.max(isms.rating) is 'The highest of the three, NULL if all are unrated';

create function isms.greatest(isms.rating, isms.rating) returns isms.rating
  language c immutable leakproof parallel safe
  as 'MODULE_PATHNAME', 'isms_rating_greatest';

comment on function isms.greatest(isms.rating, isms.rating) is 'The higher of each of the three; unrated and NULL lose';

create function isms.mask(isms.rating, hits text) returns isms.rating
  language c immutable strict parallel safe
  as 'MODULE_PATHNAME', 'isms_rating_mask_sql';

comment on function isms.mask(isms.rating, hits text) is 'The rating of the dimensions that the letters C, I, A name, the others unrated';

create aggregate isms.high_water(isms.rating) (
  sfunc = isms.greatest,
  stype = isms.rating,
  combinefunc = isms.greatest,
  parallel = safe
);

comment on aggregate isms.high_water(isms.rating) is 'The highest of each of the three over all rows';
