-- Samples that an auditor can draw again and anybody can check (ISO 19011, A.6): which rows come is decided by a seed and by the
-- rows themselves, as they were when a checkpoint of the trail covered them.  The rule stands byte by byte in report.md.
create function isms.audit_population(population regclass, scope text, checkpoint bigint) returns table (key text, name bytea, record jsonb)
  language plpgsql stable parallel unsafe rows 1000
  set search_path = pg_catalog, pg_temp set datestyle = 'ISO, YMD' set timezone = 'UTC' set intervalstyle = 'postgres' set extra_float_digits = 1 set bytea_output = 'hex' set jit = off as $$
declare
  relation pg_class;
  of_scope boolean;
  at timestamptz := (select c.sealed_at from isms.checkpoint c where c.number = audit_population.checkpoint);
  low bigint;
begin
  select c.* into relation from pg_class c where c.oid = population;
  of_scope := relation.relnamespace = 'isms'::regnamespace
              and exists (select from pg_attribute a where a.attrelid = population and a.attname = 'scope' and not a.attisdropped);
  if relation.relkind in ('r', 'p') then
    return query
      select t.key, convert_to(t.key, 'UTF8'), t."row"
        from isms.as_of_json(population, at) t
       where not of_scope or t.scope = audit_population.scope;
    return;
  elsif relation.relkind <> 'v' then
    raise exception using
      errcode = 'wrong_object_type',
      message = format('%s is neither a table nor a view', population),
      hint = 'Samples are drawn from audited tables and from views.';
  end if;
  -- A view shows what is now; that is what a checkpoint covers when nothing came after it.  Looking back it shows what the newest one then covers.
  select u.low into low from isms.unsealed_from() u;
  if exists (select from isms.checkpoint c where c.number > audit_population.checkpoint)
     or coalesce(current_setting('isms.as_of', true), '') = '' and exists (
       select
         from isms.trail_entry e
        where e.seq > coalesce(low, 0)
          and not isms.is_sealed(e.seq, e.xid, e.incarnation, (select isms.last_snapshot()), (select isms.incarnation()))) then
    raise exception using
      errcode = 'object_not_in_prerequisite_state',
      message = format('what %s shows is not what checkpoint %s covers', population, checkpoint),
      detail = 'There are changes after it.',
      hint = 'Look back to the checkpoint: set isms.as_of to its sealed_at. An audited table''s rows are taken as they were without it.';
  end if;
  return query execute format(
    'select %s, convert_to(v.record::text, ''UTF8''), v.record from (select to_jsonb(t) as record from %s t) v where not $1 or v.record ->> ''scope'' = $2',
    case when exists (select from pg_attribute a where a.attrelid = population and a.attname = 'code' and not a.attisdropped) then 'v.record ->> ''code''' else 'null::text' end, population)
    using of_scope, scope;
end
$$;

comment on function isms.audit_population(regclass, text, bigint) is 'Rows of an audited table as a checkpoint covers them, or of a view if nothing came after it: key, name by which they are drawn, and the row. Errors: 42809, 55000, as isms.as_of_json';

create function isms.audit_sample(population regclass, n integer, seed text, scope text default isms.default_scope(), checkpoint bigint default null)
  returns table ("position" bigint, key text, record jsonb, hash bytea, size bigint, digest bytea, drawn_at bigint, tree_size bigint, root bytea)
  language plpgsql stable parallel unsafe rows 100 set search_path = pg_catalog, pg_temp set jit = off as $$
declare
  c isms.checkpoint;
begin
  select k.* into c from isms.checkpoint k where k.number = coalesce(audit_sample.checkpoint, k.number) order by k.number desc limit 1;
  if c.number is null then
    raise exception using
      errcode = 'no_data_found',
      message = case when checkpoint is null then 'there is no checkpoint yet' else format('there is no checkpoint %s', checkpoint) end,
      hint = 'isms.seal() makes one.';
  elsif coalesce(seed, '') = '' or n < 0 then
    raise exception using
      errcode = 'invalid_parameter_value',
      message = case when n < 0 then format('a sample of %s rows cannot be drawn', n) else 'a sample needs a seed' end,
      hint = 'The auditor names the seed, once the checkpoint is made; without a number of rows all come, in the order of the draw.';
  end if;
  return query
    with item as materialized (
      select p.key, p.name, p.record, sha256(convert_to(seed, 'UTF8') || E'\\x00'::bytea || p.name) as hash, sha256(p.name || E'\\x00'::bytea || convert_to(p.record::text, 'UTF8')) as leaf
        from isms.audit_population(audit_sample.population, audit_sample.scope, c.number) p),
    whole as (
      select count(*) as size, sha256(coalesce(string_agg(i.leaf, ''::bytea order by i.name, i.leaf), '')) as digest from item i),
    drawn as (
      select row_number() over (order by i.hash, i.leaf) as "position", i.key, i.record, i.hash from item i)
    select d."position", d.key, d.record, d.hash, w.size, w.digest, c.number, c.size, c.root
      from whole w
      left join drawn d on d."position" <= coalesce(n, d."position")
     order by d."position";
end
$$;

comment on function isms.audit_sample(regclass, integer, text, text, bigint) is 'n rows of an audited table or view, drawn by a seed: the same seed and checkpoint, by default the newest, give the same rows, and anybody can draw them again. size and digest are the population''s; drawn_at, tree_size and root the checkpoint''s. n null: all, in the order of the draw; where nothing is drawn, one row without position. Of tables and views of isms the rows of one scope. Errors: P0002 no checkpoint, 22023 no seed, 42809 no table or view, 55000 a view shows more than the checkpoint covers, IS011 a table that is not audited';
