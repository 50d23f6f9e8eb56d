-- Evidence packs: the records of an audit with their entries in the trail, to be checked where there is neither this database
-- nor isms, by SHA-256 alone.
create function isms.audit_records(audit text, kind text, scope text) returns table (table_name text, key text)
  language plpgsql stable parallel restricted set search_path = pg_catalog, pg_temp as $$
declare
  t record;
  items text[] := '{}';
  found_keys jsonb := '{}';
begin
  -- the audit itself, and what was looked at or asked for
  if kind = 'internal_audit' then
    items := (select a.scope_items from isms.internal_audit a where a.scope = audit_records.scope and a.code = audit_records.audit);
    found_keys := jsonb_build_object(
      'internal_audit', jsonb_build_array(audit),
      'audit_programme', (select jsonb_agg(a.programme) from isms.internal_audit a where a.scope = audit_records.scope and a.code = audit_records.audit),
      'audit_item', (select jsonb_agg(jsonb_build_object('audit', i.audit, 'item', i.item)::text) from isms.audit_item i where i.scope = audit_records.scope and i.audit = audit_records.audit),
      'finding', (select jsonb_agg(f.code) from isms.finding f where f.scope = audit_records.scope and f.audit = audit_records.audit));
  else
    found_keys := (
      select jsonb_build_object(
               'certification_audit', jsonb_build_array(a.code),
               'certification', jsonb_build_array(a.certification),
               'certification_body', (select jsonb_agg(c.body) from isms.certification c where c.scope = a.scope and c.code = a.certification and c.body is not null),
               'statement_version', (select jsonb_agg(v.code) from isms.certification c join isms.statement_version v on v.scope = c.scope and v.code = c.soa_version where c.scope = a.scope and c.code = a.certification),
               'audit_agenda', (select jsonb_agg(g.code) from isms.audit_agenda g where g.scope = a.scope and g.audit = a.code),
               'evidence_request', (select jsonb_agg(e.code) from isms.evidence_request e where e.scope = a.scope and e.audit = a.code),
               'evidence', (select jsonb_agg(e.evidence) from isms.evidence_request e where e.scope = a.scope and e.audit = a.code and e.evidence is not null),
               -- what the body found names the cycle
               'finding', (select jsonb_agg(f.code) from isms.finding f where f.scope = a.scope and f.certification = a.certification))
        from isms.certification_audit a
       where a.scope = audit_records.scope and a.code = audit_records.audit);
  end if;
  found_keys := jsonb_strip_nulls(found_keys);

  -- what became of the findings
  found_keys := found_keys || jsonb_strip_nulls(jsonb_build_object(
    'nonconformity', (select jsonb_agg(distinct f.nonconformity) from isms.finding f where f.scope = audit_records.scope and found_keys -> 'finding' ? f.code and f.nonconformity is not null)));
  found_keys := found_keys || jsonb_strip_nulls(jsonb_build_object(
    'action', (select jsonb_agg(a.code) from isms.action a where a.scope = audit_records.scope and a.serves_kind in ('finding', 'nonconformity') and found_keys -> a.serves_kind ? a.serves)));

  -- the registers behind the items: what has that code, and what implements that control
  if items <> '{}' then
    for t in
      select distinct o.table_name
        from isms.owned_table o
        join pg_attribute a on a.attrelid = to_regclass(format('isms.%I', o.table_name)) and a.attname = 'code' and not a.attisdropped
       where o.schema_name = 'isms'
       order by 1
    loop
      execute format($q$
        select $3 || jsonb_strip_nulls(jsonb_build_object(%1$L, (
                 select jsonb_agg(distinct k)
                   from (select jsonb_array_elements($3 -> %1$L) union select to_jsonb(x.code) from isms.%1$I x where x.scope = $1 and x.code = any ($2)) u(k))))$q$, t.table_name)
        into found_keys using scope, items, found_keys;
    end loop;
    found_keys := found_keys || jsonb_strip_nulls(jsonb_build_object(
      'implementation', (
        select jsonb_agg(distinct k)
          from (select jsonb_array_elements(found_keys -> 'implementation')
                union select to_jsonb(l.implementation) from isms.implementation_control l where l.scope = audit_records.scope and l.reference::text = any (items)) u(k)),
      'applicability', (
        select jsonb_agg(jsonb_build_object('catalogue', p.catalogue, 'reference', p.reference)::text)
          from isms.applicability p
         where p.scope = audit_records.scope and p.reference::text = any (items))));
  end if;
  found_keys := found_keys || jsonb_strip_nulls(jsonb_build_object(
    'control_test', (select jsonb_agg(c.code) from isms.control_test c where c.scope = audit_records.scope and found_keys -> 'implementation' ? c.implementation)));

  -- what shows it
  found_keys := found_keys || jsonb_strip_nulls(jsonb_build_object(
    'evidence', (
      select jsonb_agg(distinct k)
        from (select jsonb_array_elements(found_keys -> 'evidence')
              union
              select to_jsonb(e.code)
                from isms.evidence e
                join isms.evidence_subject s on s.kind = e.subject_kind
               where e.scope = audit_records.scope
                 and (found_keys -> s.table_name ? e.subject or s.table_name = 'control' and e.subject = any (items))) u(k))));

  -- who approved what
  return query
    with reached as materialized (
      select 'isms.' || r.key as table_name, e.key
        from jsonb_each(found_keys) r
       cross join lateral jsonb_array_elements_text(r.value) e(key)),
    asked as materialized (
      select q.id
        from reached r
        join isms.approval_request q on q.scope = audit_records.scope and q.table_name = r.table_name and q.key = r.key)
    select r.table_name, r.key from reached r
     union all
    select 'isms.approval_request', a.id::text from asked a
     union all
    select 'isms.approval', p.id::text from asked a join isms.approval p on p.request = a.id;
end
$$;

comment on function isms.audit_records(text, text, text) is 'Records in reach of an audit, by table and key as in isms.audit_trail: the audit, what was looked at or asked for, findings and what became of them, the registers behind its items, tests, evidence, approvals';

-- Across transactions seq orders the entries of a row, inside one the command does; one whose code changed goes on from its earlier one.
create function isms.record_entries("table" regclass, key text, scope text, out entries bigint[], out "row" jsonb) returns record
  language plpgsql stable parallel restricted set search_path = pg_catalog, pg_temp set jit = off as $$
declare
  called text := key;
  before bigint := 9223372036854775807;
  e record;
  these bigint[];
  first record;
begin
  entries := '{}';
  loop
    these := '{}';
    first := null;
    for e in
      select x.seq, x.operation, x.payload
        from (select t.seq, t.command_id, t.operation, t.payload, min(t.seq) over (partition by t.incarnation, t.xid) as began
                from isms.trail_entry t
               where t.seq = any (array(select isms.row_entries(record_entries."table", called)))
                 and t.seq < before
                 and isms.entry_scope(t.operation, t.payload) = record_entries.scope) x
       order by x.began, x.command_id, x.seq
    loop
      -- what had the name before and was given another is another row
      if e.operation = 'U' and isms.row_key(e.payload::json -> 0) = called
         and exists (select from jsonb_object_keys(e.payload::jsonb -> 0) k where e.payload::jsonb -> 1 ? k) then
        these := '{}';
        first := null;
        continue;
      end if;
      these := these || e.seq;
      if first is null then
        first := e;
      end if;
    end loop;
    entries := these || entries;
    exit when first is null or first.operation <> 'U' or isms.row_key(first.payload::json -> 0) = called;
    called := isms.row_key(first.payload::json -> 0);
    before := first.seq;
  end loop;

  for e in
    select t.operation, t.payload::jsonb as payload
      from unnest(entries) with ordinality u(seq, n)
      join isms.trail_entry t on t.seq = u.seq
     order by u.n
  loop
    "row" := case
      when e.operation in ('I', 'B', 'R') then e.payload
      when e.operation = 'U' then "row" || (select coalesce(jsonb_object_agg(c.key, c.value -> 1), '{}') from jsonb_each(e.payload -> 1) c)
    end;
  end loop;
end
$$;

comment on function isms.record_entries(regclass, text, text) is 'Numbers of the entries of a row, in the order of its changes and back through changes of its key, and what they add up to; key as in isms.audit_trail';

create function isms.evidence_pack(audit text, scope text default isms.default_scope(), kind text default null) returns jsonb
  language plpgsql stable parallel restricted set search_path = pg_catalog, pg_temp set timezone = 'UTC' set jit = off as $$
declare
  kinds text[] := array(
    select k
      from (select 'internal_audit' from isms.internal_audit a where a.scope = evidence_pack.scope and a.code = evidence_pack.audit
            union all
            select 'certification_audit' from isms.certification_audit a where a.scope = evidence_pack.scope and a.code = evidence_pack.audit) f(k)
     where k = coalesce(evidence_pack.kind, k));
  c isms.checkpoint;
begin
  if cardinality(kinds) <> 1 then
    raise exception using
      errcode = case when kinds = '{}' then 'no_data_found' else 'invalid_parameter_value' end,
      message = case when kinds = '{}' then format('there is no audit %s in scope %s', audit, scope) else format('there are two audits %s in scope %s', audit, scope) end,
      hint = case when kinds = '{}' then 'isms.internal_audit and isms.certification_audit list them.' else 'Name the kind: internal_audit or certification_audit.' end;
  end if;
  select k.* into c from isms.checkpoint k order by k.number desc limit 1;
  if not found then
    raise exception using
      errcode = 'no_data_found',
      message = 'there is no checkpoint yet',
      hint = 'isms.seal() makes one.';
  end if;
  return (
    with record as materialized (
      select r.table_name, r.key, h.entries, h."row"
        from isms.audit_records(evidence_pack.audit, kinds[1], evidence_pack.scope) r
       cross join lateral isms.record_entries(r.table_name::regclass, r.key, evidence_pack.scope) h),
    entry as materialized (
      select e.*, isms.leaf_index(e.seq) as leaf
        from isms.trail_entry e
       where e.seq in (select unnest(r.entries) from record r)),
    version as (
      select v.id, min(v.content) as content from isms.trail_table_version v where v.id in (select e.table_version from entry e) group by v.id)
    select jsonb_build_object(
             'format', 'isms evidence pack 1',
             'scope', evidence_pack.scope,
             'audit', jsonb_build_object('kind', kinds[1], 'code', evidence_pack.audit),
             'checkpoint', jsonb_build_object(
               'number', c.number, 'size', c.size, 'root', encode(c.root, 'hex'), 'sealed_at', c.sealed_at, 'note', isms.checkpoint_note(c.number)),
             'cosigned', (
               select jsonb_agg(jsonb_build_object(
                        'number', k.number,
                        'note', s.note,
                        'signatures', s.lines,
                        'consistency', (select coalesce(jsonb_agg(encode(p.hash, 'hex') order by p.n), '[]') from unnest(isms.consistency_proof(k.size, c.size)) with ordinality p(hash, n))) order by k.number)
                 from (select g.checkpoint, g.note, jsonb_agg(format('— %s %s', g.key_name, translate(encode(g.key_id || g.signature, 'base64'), E'\n', '')) order by g.id) as lines
                         from isms.cosignature g
                        where g.checkpoint = (select max(x.checkpoint) from isms.cosignature x)
                        group by g.checkpoint, g.note) s
                 join isms.checkpoint k on k.number = s.checkpoint),
             'records', (
               select jsonb_agg(jsonb_build_object(
                        'table', r.table_name,
                        'key', r.key,
                        'row', r."row",
                        'entries', array(select s::text from unnest(r.entries) with ordinality u(s, n) order by n)) order by r.table_name collate "C", r.key collate "C")
                 from record r),
             'entries', coalesce((
               select jsonb_agg(jsonb_strip_nulls(jsonb_build_object(
                        'format', e.format,
                        'incarnation', e.incarnation,
                        'seq', e.seq::text,
                        'xid', e.xid::text,
                        'command_id', e.command_id,
                        'at', ((extract(epoch from e.at) * 1000000)::bigint)::text,
                        'table_version', e.table_version,
                        'operation', e.operation,
                        'identity', e.identity,
                        'salt', e.salt,
                        'payload', e.payload,
                        'commitment', case when e.payload is null then encode(e.commitment, 'hex') end,
                        'leaf', case when e.leaf < c.size then e.leaf end,
                        'proof', case when e.leaf < c.size then (
                           select coalesce(jsonb_agg(encode(p.hash, 'hex') order by p.n), '[]') from unnest(isms.inclusion_path(e.leaf, c.size)) with ordinality p(hash, n)) end)) order by e.seq)
                 from entry e), '[]'),
             'table_versions', coalesce((select jsonb_object_agg(v.id, v.content) from version v), '{}'),
             'identities', coalesce((
               select jsonb_object_agg(i.identity, isms.trail_identity_content(i.identity)) filter (where isms.trail_identity_content(i.identity) is not null)
                 from (select distinct e.identity from entry e) i), '{}')));
end
$$;

comment on function isms.evidence_pack(text, text, text) is 'The records of an internal audit or of one by the certification body, with every entry the trail has of them, its proof in the newest checkpoint and what the entries name; entries without leaf and proof are not sealed yet. With the checkpoint that witnesses signed last, and the proof that the newest goes on from it. To be checked off line, see report.md. kind (internal_audit or certification_audit) where both have the code. Errors: P0002 no such audit, or no checkpoint; 22023 both kinds';
