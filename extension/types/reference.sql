-- isms.reference: a clause or control reference, such as A.5.9, 6.1.2 d1 or AC-2(3).  What it accepts
-- and how it sorts stands at the top of reference.c.

create type isms.reference;

create function isms.reference_in(cstring) returns isms.reference
  language c immutable strict parallel safe
  as 'MODULE_PATHNAME', 'isms_reference_in';

comment on function isms.reference_in(cstring) is 'Clause or control reference from text';

create function isms.reference_out(isms.reference) returns cstring
  language c immutable strict parallel safe
  as 'MODULE_PATHNAME', 'isms_reference_out';

comment on function isms.reference_out(isms.reference) is 'Clause or control reference as text';

create function isms.reference_recv(internal) returns isms.reference
  language c immutable strict parallel safe
  as 'MODULE_PATHNAME', 'isms_reference_recv';

comment on function isms.reference_recv(internal) is 'Clause or control reference from its binary form';

create function isms.reference_send(isms.reference) returns bytea
  language c immutable strict parallel safe
  as 'MODULE_PATHNAME', 'isms_reference_send';

comment on function isms.reference_send(isms.reference) is 'Binary form of a reference';

create type isms.reference (
  input = isms.reference_in,
  output = isms.reference_out,
  receive = isms.reference_recv,
  send = isms.reference_send,
  internallength = variable,
  storage = main
);

comment on type isms.reference is 'Clause or control reference (A.5.9, 6.1.2 d1, AC-2(3)); sorts naturally';

-- So that a text column or array can be inserted; comparing still asks for the type.
create cast (text as isms.reference) with inout as assignment;

comment on cast (text as isms.reference) is 'A text where a reference is stored';

-- Equality and hashing of the bytes are the server's own functions.

create function isms.reference_eq(isms.reference, isms.reference) returns boolean
  language internal immutable strict leakproof parallel safe
  as 'byteaeq';

comment on function isms.reference_eq(isms.reference, isms.reference) is 'Is the first reference equal to the second?';

create function isms.reference_ne(isms.reference, isms.reference) returns boolean
  language internal immutable strict leakproof parallel safe
  as 'byteane';

comment on function isms.reference_ne(isms.reference, isms.reference) is 'Is the first reference different from the second?';

create function isms.reference_lt(isms.reference, isms.reference) returns boolean
  language c immutable strict leakproof parallel safe
  as 'MODULE_PATHNAME', 'isms_reference_lt';

comment on function isms.reference_lt(isms.reference, isms.reference) is 'Is the first reference before the second?';

create function isms.reference_le(isms.reference, isms.reference) returns boolean
  language c immutable strict leakproof parallel safe
  as 'MODULE_PATHNAME', 'isms_reference_le';

comment on function isms.reference_le(isms.reference, isms.reference) is 'Is the first reference before or equal to the second?';

create function isms.reference_ge(isms.reference, isms.reference) returns boolean
  language c immutable strict leakproof parallel safe
  as 'MODULE_PATHNAME', 'isms_reference_ge';

comment on function isms.reference_ge(isms.reference, isms.reference) is 'Is the first reference after or equal to the second?';

create function isms.reference_gt(isms.reference, isms.reference) returns boolean
  language c immutable strict leakproof parallel safe
  as 'MODULE_PATHNAME', 'isms_reference_gt';

comment on function isms.reference_gt(isms.reference, isms.reference) is 'Is the first reference after the second?';

create function isms.reference_cmp(isms.reference, isms.reference) returns integer
  language c immutable strict leakproof parallel safe
  as 'MODULE_PATHNAME', 'isms_reference_cmp';

comment on function isms.reference_cmp(isms.reference, isms.reference) is 'Order of two references: below zero, zero or above zero';

create function isms.reference_hash(isms.reference) returns integer
  language internal immutable strict leakproof parallel safe
  as 'hashvarlena';

comment on function isms.reference_hash(isms.reference) is 'Hash value of a reference';

create function isms.reference_hash_extended(isms.reference, bigint) returns bigint
  language internal immutable strict leakproof parallel safe
  as 'hashvarlenaextended';

comment on function isms.reference_hash_extended(isms.reference, bigint) is 'Hash value of a reference, with a seed';

create function isms.reference_contains(isms.reference, isms.reference) returns boolean
  language c immutable strict leakproof parallel safe
  as 'MODULE_PATHNAME', 'isms_reference_contains';

comment on function isms.reference_contains(isms.reference, isms.reference) is 'Is the second reference the first one, or under it?';

create function isms.reference_contained(isms.reference, isms.reference) returns boolean
  language c immutable strict leakproof parallel safe
  as 'MODULE_PATHNAME', 'isms_reference_contained';

comment on function isms.reference_contained(isms.reference, isms.reference) is 'Is the first reference the second one, or under it?';

-- The operators are in pg_catalog: the only place where every session, whatever its search_path, and
-- every function of this extension finds them by their plain names.

create operator pg_catalog.= (
  function = isms.reference_eq,
  leftarg = isms.reference,
  rightarg = isms.reference,
  commutator = operator(pg_catalog.=),
  negator = operator(pg_catalog.<>),
  restrict = eqsel,
  join = eqjoinsel,
  hashes,
  merges
);

comment on operator pg_catalog.= (isms.reference, isms.reference) is 'Equal';

create operator pg_catalog.<> (
  function = isms.reference_ne,
  leftarg = isms.reference,
  rightarg = isms.reference,
  commutator = operator(pg_catalog.<>),
  negator = operator(pg_catalog.=),
  restrict = neqsel,
  join = neqjoinsel
);

comment on operator pg_catalog.<> (isms.reference, isms.reference) is 'Not equal';

create operator pg_catalog.< (
  function = isms.reference_lt,
  leftarg = isms.reference,
  rightarg = isms.reference,
  commutator = operator(pg_catalog.>),
  negator = operator(pg_catalog.>=),
  restrict = scalarltsel,
  join = scalarltjoinsel
);

comment on operator pg_catalog.< (isms.reference, isms.reference) is 'Before';

create operator pg_catalog.<= (
  function = isms.reference_le,
  leftarg = isms.reference,
  rightarg = isms.reference,
  commutator = operator(pg_catalog.>=),
  negator = operator(pg_catalog.>),
  restrict = scalarlesel,
  join = scalarlejoinsel
);

comment on operator pg_catalog.<= (isms.reference, isms.reference) is 'Before or equal';

create operator pg_catalog.>= (
  function = isms.reference_ge,
  leftarg = isms.reference,
  rightarg = isms.reference,
  commutator = operator(pg_catalog.<=),
  negator = operator(pg_catalog.<),
  restrict = scalargesel,
  join = scalargejoinsel
);

comment on operator pg_catalog.>= (isms.reference, isms.reference) is 'After or equal';

create operator pg_catalog.> (
  function = isms.reference_gt,
  leftarg = isms.reference,
  rightarg = isms.reference,
  commutator = operator(pg_catalog.<),
  negator = operator(pg_catalog.<=),
  restrict = scalargtsel,
  join = scalargtjoinsel
);

comment on operator pg_catalog.> (isms.reference, isms.reference) is 'After';

create operator pg_catalog.@> (
  function = isms.reference_contains,
  leftarg = isms.reference,
  rightarg = isms.reference,
  commutator = operator(pg_catalog.<@),
  restrict = matchingsel,
  join = matchingjoinsel
);

comment on operator pg_catalog.@> (isms.reference, isms.reference) is 'Contains, or is equal: A.5 @> A.5.9';

create operator pg_catalog.<@ (
  function = isms.reference_contained,
  leftarg = isms.reference,
  rightarg = isms.reference,
  commutator = operator(pg_catalog.@>),
  restrict = matchingsel,
  join = matchingjoinsel
);

comment on operator pg_catalog.<@ (isms.reference, isms.reference) is 'Is under, or equal: A.5.9 <@ A.5';

create operator class isms.reference_ops default for type isms.reference using btree as
  operator 1 pg_catalog.<,
  operator 2 pg_catalog.<=,
  operator 3 pg_catalog.=,
  operator 4 pg_catalog.>=,
  operator 5 pg_catalog.>,
  function 1 isms.reference_cmp(isms.reference, isms.reference),
  function 4 (isms.reference, isms.reference) pg_catalog.btequalimage(oid);

comment on operator class isms.reference_ops using btree is 'Natural order of references: A.5.9 before A.5.10';

comment on operator family isms.reference_ops using btree is 'Natural order of references: A.5.9 before A.5.10';

create operator class isms.reference_ops default for type isms.reference using hash as
  operator 1 pg_catalog.=,
  function 1 isms.reference_hash(isms.reference),
  function 2 isms.reference_hash_extended(isms.reference, bigint);

comment on operator class isms.reference_ops using hash is 'Equality of references';

comment on operator family isms.reference_ops using hash is 'Equality of references';

create function isms.parent(isms.reference) returns isms.reference
  language c immutable strict parallel safe
  as 'MODULE_PATHNAME', 'isms_parent';

comment on function isms.parent(isms.reference) is 'The next reference above (A.5 for A.5.9, AC-2 for AC-2(3)), NULL at the top';

create function isms.sort_key(isms.reference) returns text
  language c immutable strict parallel safe
  as 'MODULE_PATHNAME', 'isms_sort_key';

comment on function isms.sort_key(isms.reference) is 'Text whose order in collation "C" is the natural order of references, for tools that sort text';
