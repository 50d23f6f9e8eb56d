-- Proofs, and the trail's verification by itself.
create function isms.inclusion_path(leaf bigint, size bigint) returns bytea[]
  language c stable strict parallel safe security definer set search_path = pg_catalog, pg_temp
  as 'MODULE_PATHNAME', 'isms_inclusion_path';
  -- definer: hashes tell nothing of what was hashed

comment on function isms.inclusion_path(bigint, bigint) is
  'Proof that a leaf, by its position from 0, is in the tree of that size: hashes from the leaf up (RFC 9162, 2.1.3.1). Errors: 22023';

create function isms.consistency_proof(size1 bigint, size2 bigint) returns bytea[]
  language c stable strict parallel safe security definer set search_path = pg_catalog, pg_temp
  as 'MODULE_PATHNAME', 'isms_consistency_proof';
  -- definer: as isms.inclusion_path

comment on function isms.consistency_proof(bigint, bigint) is
  'Proof that the tree of size1 is the beginning of that of size2 (RFC 9162, 2.1.4.1). Errors: 22023';

create function isms.tree_root(size bigint) returns bytea
  language c stable strict parallel safe security definer set search_path = pg_catalog, pg_temp
  as 'MODULE_PATHNAME', 'isms_tree_root';
  -- definer: as isms.inclusion_path

comment on function isms.tree_root(bigint) is 'Root of the tree when it had that size, from its tiles. Errors: 22023';

create function isms.inclusion_proof(entry bigint, size bigint default null, out leaf bigint, out tree_size bigint, out leaf_hash bytea, out proof bytea[], out root bytea) returns record
  language plpgsql stable parallel safe set search_path = pg_catalog, pg_temp as $$
begin
  select isms.leaf_hash(e) into inclusion_proof.leaf_hash from isms.trail_entry e where e.seq = inclusion_proof.entry;
  leaf := case when found then isms.leaf_index(entry) end;
  tree_size := coalesce(inclusion_proof.size, (select c.size from isms.checkpoint c order by c.number desc limit 1), 0);
  if leaf is null or leaf >= tree_size then
    raise exception using
      errcode = 'invalid_parameter_value',
      message = format('entry %s is not in the tree of %s entries', coalesce(entry::text, 'null'), tree_size),
      detail = case when leaf_hash is null then 'There is no such entry that you may read.'
                    when leaf is null then 'It is not sealed yet.'
                    else format('It is leaf %s.', leaf) end,
      hint = case when leaf_hash is null then 'isms.audit_trail lists the entries you may read.' else 'isms.seal() takes in what is new.' end;
  end if;
  proof := isms.inclusion_path(leaf, tree_size);
  root := isms.tree_root(tree_size);
end
$$;

comment on function isms.inclusion_proof(bigint, bigint) is
  'Proof that an entry is in the tree of that size, by default the newest checkpoint''s: position, leaf, hashes from the leaf up (RFC 9162, 2.1.3) and the root they lead to. Errors: 22023';

create function isms.table_versions_of(name regclass) returns uuid[]
  language sql stable parallel safe security definer set search_path = pg_catalog, pg_temp
  -- definer: identifiers alone
begin atomic
  select coalesce(array_agg(distinct v.id), '{}')
    from pg_class c
    join pg_namespace n on n.oid = c.relnamespace
    join isms.trail_table_version v
      on (v.content::json ->> 'schema' = n.nspname and v.content::json ->> 'table' = c.relname)
      or (v.content::json #>> '{partition_of,schema}' = n.nspname and v.content::json #>> '{partition_of,table}' = c.relname)
   where c.oid = name;
end;

comment on function isms.table_versions_of(regclass) is 'Versions of a table, and of its partitions, that entries name';

create function isms.unlawful_entries(unsealed bigint[]) returns table (seq bigint, table_version uuid, why text)
  language sql stable parallel restricted set search_path = pg_catalog, pg_temp
begin atomic
  with last as materialized (
    select distinct on (c.incarnation) c.incarnation, c.snapshot from isms.checkpoint c order by c.incarnation, c.number desc
  ), current as materialized (
    select f.next_xid, l.snapshot
      from last l
     cross join lateral (select c.next_xid from isms.checkpoint c where c.incarnation = l.incarnation order by c.number limit 1) f
     where l.incarnation = isms.incarnation()
  ), judged as (
    select e.seq, e.table_version,
           case
             when pg_visible_in_snapshot(e.xid, l.snapshot) then 'Its transaction had ended at the last seal, which did not find it.'
             when (select c.frontier from isms.checkpoint c where c.incarnation = e.incarnation and c.next_xid <= e.xid order by c.number desc limit 1) >= e.seq
               then 'Its number had been drawn before its transaction began.'
             when e.incarnation = isms.incarnation() and not pg_visible_in_snapshot(e.xid, pg_current_snapshot())
                  and e.xid is distinct from pg_current_xact_id_if_assigned()
               then 'Its transaction has not ended yet.'
             -- the first seal of an incarnation took in what was left; but a transaction that was prepared before a promotion
             -- and committed after it goes on in the next incarnation
             when e.incarnation <> isms.incarnation() and (pg_visible_in_snapshot(e.xid, o.snapshot) or e.xid >= o.next_xid)
               then 'Its incarnation had ended when it was written.'
           end as why
      from isms.trail_entry e
      left join last l on l.incarnation = e.incarnation
      left join current o on true
     where e.seq = any (unlawful_entries.unsealed)
  )
  select j.seq, j.table_version, j.why from judged j where j.why is not null;
end;

comment on function isms.unlawful_entries(bigint[]) is 'Which of these entries, in no tile, cannot have come about by recording a change';

create function isms.check_trail(first bigint, leaves bigint, versions uuid[]) returns table (problem text, leaf bigint, entry bigint, table_version uuid, detail text)
  language c stable parallel restricted security definer set search_path = pg_catalog, pg_temp set jit = off
  as 'MODULE_PATHNAME', 'isms_verify_trail';
  -- definer: it reads every entry and tells their numbers alone

comment on function isms.check_trail(bigint, bigint, uuid[]) is 'What isms.verify_trail calls: leaves of a range, only entries of these table versions';

create function isms.recorded_table(version uuid) returns text
  language sql stable strict parallel safe security definer set search_path = pg_catalog, pg_temp
  -- definer: the name alone
begin atomic
  select format('%I.%I', coalesce(v.content::json #>> '{partition_of,schema}', v.content::json ->> 'schema'),
                         coalesce(v.content::json #>> '{partition_of,table}', v.content::json ->> 'table'))
    from isms.trail_table_version v
   where v.id = version
   limit 1;
end;

comment on function isms.recorded_table(uuid) is 'Table, with its schema, that a table version describes';

create function isms.verify_trail(first bigint default 0, leaves bigint default null, only_table regclass default null,
                                  out problem text, out leaf bigint, out entry bigint, out table_name text, out detail text) returns setof record
  language sql stable parallel restricted rows 10 set search_path = pg_catalog, pg_temp
begin atomic
  select t.problem, t.leaf, t.entry,
         isms.recorded_table(coalesce(t.table_version, (select e.table_version from isms.trail_entry e where e.seq = t.entry limit 1))), t.detail
    from isms.check_trail(verify_trail.first, verify_trail.leaves,
                          case when verify_trail.only_table is not null then isms.table_versions_of(verify_trail.only_table) end) t;
end;

comment on function isms.verify_trail(bigint, bigint, regclass) is
  'Hashes every sealed entry and compares with the tree and its checkpoints: a row for each problem, none if the trail is whole. leaves from first on (256 at a time), or all; only_table hashes the entries of one table alone. NOTICE each million';

-- When the trail was last verified, and what was found: a question of monitoring, which isms.verify_trail, being a question itself, leaves open.
create table isms.trail_verification (
  id bigint generated always as identity constraint trail_verification_pkey primary key,
  began_at timestamptz not null,
  ended_at timestamptz not null,
  first bigint not null,
  leaves bigint,
  checkpoint bigint,
  size bigint,
  problems bigint not null,
  login text not null default session_user,
  incarnation uuid not null default isms.incarnation()
);

comment on table isms.trail_verification is 'Verifications of the trail, as isms.verify_and_record made them';
comment on column isms.trail_verification.id is 'Identity';
comment on column isms.trail_verification.began_at is 'When it began';
comment on column isms.trail_verification.ended_at is 'When it was done';
comment on column isms.trail_verification.first is 'First leaf looked at';
comment on column isms.trail_verification.leaves is 'How many from there; null: all';
comment on column isms.trail_verification.checkpoint is 'Newest checkpoint at the beginning; null: there was none';
comment on column isms.trail_verification.size is 'Entries it covers';
comment on column isms.trail_verification.problems is 'How many problems were found';
comment on column isms.trail_verification.login is 'Database role that asked';
comment on column isms.trail_verification.incarnation is 'isms.incarnation() of the database';

create function isms.verify_and_record(first bigint default 0, leaves bigint default null,
                                       out problem text, out leaf bigint, out entry bigint, out table_name text, out detail text) returns setof record
  language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
  -- definer: the table is written here alone
declare
  began timestamptz := clock_timestamp();
  newest isms.checkpoint;
  n bigint;
begin
  select c.* into newest from isms.checkpoint c order by c.number desc limit 1;
  return query
  select v.problem, v.leaf, v.entry, v.table_name, v.detail from isms.verify_trail(verify_and_record.first, verify_and_record.leaves) v;
  get diagnostics n = row_count;
  insert into isms.trail_verification (began_at, ended_at, first, leaves, checkpoint, size, problems)
  values (began, clock_timestamp(), verify_and_record.first, verify_and_record.leaves, newest.number, newest.size, n);
end
$$;

comment on function isms.verify_and_record(bigint, bigint) is
  'isms.verify_trail, and a row of isms.trail_verification that says when and with what result: for a nightly job, on the primary. For isms_admin';

insert into isms.closed_table (name, readable, builtin) values ('trail_verification', true, true);

insert into isms.admin_function (name, builtin) values ('verify_and_record', true);

create function isms.checkpoint_note(checkpoint bigint default null) returns text
  language plpgsql stable parallel safe set search_path = pg_catalog, pg_temp as $$
declare
  c isms.checkpoint;
begin
  select k.* into c from isms.checkpoint k where k.number = coalesce(checkpoint_note.checkpoint, k.number) order by k.number desc limit 1;
  if not found then
    raise exception using
      errcode = 'no_data_found',
      message = case when checkpoint is null then 'there is no checkpoint yet' else format('there is no checkpoint %s', checkpoint) end,
      hint = 'isms.seal() makes one.';
  end if;
  -- a line of base64 as RFC 4648 has it, without the breaks of MIME
  return format(E'%s/%s\n%s\n%s\n', coalesce(nullif(current_setting('isms.origin', true), ''), current_database()), c.incarnation, c.size,
                translate(encode(c.root, 'base64'), E'\n', ''));
end
$$;

comment on function isms.checkpoint_note(bigint) is
  'A checkpoint, by default the newest, as C2SP tlog-checkpoint text without signatures: origin (setting isms.origin or the database''s name, and the incarnation), size, root. Errors: P0002';
