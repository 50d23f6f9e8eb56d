-- What an asset depends on needs what the asset needs: ratings flow from each asset to those that support it, the highest
-- of each dimension (the high-water mark of FIPS 199).  Kept beside the own rating, so that assessing reads one row.

-- Whoever changes dependencies or ratings counts here first: one after another in a scope, and a transaction whose
-- snapshot is older than another's change fails (40001) instead of missing it.
create table isms.asset_structure (
  scope text constraint asset_structure_pkey primary key constraint asset_structure_scope_fkey references isms.scope on update cascade,
  changes bigint not null
);

comment on table isms.asset_structure is 'How often dependencies or ratings of a scope''s assets were changed; its row is the lock under which they are';
comment on column isms.asset_structure.scope is 'Scope';
comment on column isms.asset_structure.changes is 'Changes so far';

alter table isms.asset_structure enable row level security;

-- Nobody takes the row away under which others wait.
create policy read on isms.asset_structure for select using (scope = any ((select isms.visible_scopes())::text[]));

create policy add on isms.asset_structure for insert with check (scope = any ((select isms.editable_scopes())::text[]));

create policy change on isms.asset_structure for update using (scope = any ((select isms.editable_scopes())::text[]));

create table isms.asset_dependency (
  scope text not null default isms.default_scope(),
  asset text not null,
  supports text not null constraint asset_dependency_other check (supports <> asset),
  refuses text constraint asset_dependency_refuses_form check (refuses ~ '^C?I?A?$' and refuses <> ''),
  reason text,
  constraint asset_dependency_pkey primary key (scope, asset, supports),
  constraint asset_dependency_asset_fkey foreign key (scope, asset) references isms.asset on update cascade on delete cascade,
  constraint asset_dependency_supports_fkey foreign key (scope, supports) references isms.asset on update cascade,
  constraint asset_dependency_refusal_reasoned check (refuses is null or coalesce(reason, '') ~ '\S')
);

comment on table isms.asset_dependency is 'Which asset supports which: a server a service, a building the server; the supporting one inherits the rating';
comment on column isms.asset_dependency.scope is 'Scope';
comment on column isms.asset_dependency.asset is 'Asset that the other depends on, or is part of';
comment on column isms.asset_dependency.supports is 'Asset that depends on it';
comment on column isms.asset_dependency.refuses is 'Dimensions it does not inherit here: letters of CIA in that order';
comment on column isms.asset_dependency.reason is 'Why not, such as a second one that takes over';

comment on constraint asset_dependency_refuses_form on isms.asset_dependency is 'dimensions are letters of CIA in that order';
comment on constraint asset_dependency_refusal_reasoned on isms.asset_dependency is 'a refused dimension needs a reason';
comment on constraint asset_dependency_other on isms.asset_dependency is 'an asset does not support itself';

create index asset_dependency_supports_idx on isms.asset_dependency (scope, supports);

create function isms.inherited_ratings(scope text, assets text[]) returns table (asset text, rating isms.rating)
  language sql stable parallel safe set search_path = pg_catalog, pg_temp
begin atomic
  with recursive flow(asset, source, dimension) as (
    select d.asset, d.supports, v.dimension
      from unnest(inherited_ratings.assets) u(code)
      join isms.asset_dependency d on d.scope = inherited_ratings.scope and d.asset = u.code
      join (values ('C'), ('I'), ('A')) v(dimension) on strpos(coalesce(d.refuses, ''), v.dimension) = 0
     union
    select f.asset, d.supports, f.dimension
      from flow f
      join isms.asset_dependency d on d.scope = inherited_ratings.scope and d.asset = f.source and strpos(coalesce(d.refuses, ''), f.dimension) = 0)
  select f.asset, nullif(isms.high_water(isms.mask(a.rating, f.dimension)), 'C- I- A-'::isms.rating)
    from flow f
    join isms.asset a on a.scope = inherited_ratings.scope and a.code = f.source
   group by f.asset;
end;

comment on function isms.inherited_ratings(text, text[]) is 'What flows into these assets from all they support, directly or not: the highest own rating in each dimension that is refused nowhere on the way; no row for an asset into which nothing flows';

-- Planned for the assets at hand each time: one, or all.
create function isms.refresh_ratings(scope text, assets text[]) returns bigint
  language plpgsql set search_path = pg_catalog, pg_temp set plan_cache_mode = force_custom_plan as $$
declare
  refreshed bigint;
  below text[] := array(
    with recursive below(asset) as (
      select u.code from unnest(refresh_ratings.assets) u(code)
       union
      select d.asset from below b join isms.asset_dependency d on d.scope = refresh_ratings.scope and d.supports = b.asset)
    select b.asset from below b);
begin
  update isms.asset a
     set inherited_rating = w.rating
    from (
      select u.code, i.rating
        from unnest(below) u(code)
        left join isms.inherited_ratings(refresh_ratings.scope, below) i on i.asset = u.code) w
   where a.scope = refresh_ratings.scope and a.code = w.code and a.inherited_rating is distinct from w.rating;
  get diagnostics refreshed = row_count;
  return refreshed;
end
$$;

comment on function isms.refresh_ratings(text, text[]) is 'Computes the inherited ratings of these assets and of all that support them anew; returns how many changed. Triggers and activation do it';

-- Breadth first, so that what is named is the shortest way round.
create function isms.asset_cycle(scope text, assets text[]) returns text
  language plpgsql stable parallel safe set search_path = pg_catalog, pg_temp as $$
declare
  first text;
  frontier text[];
  came_from jsonb := '{}';
  edge record;
  step text;
  said text;
begin
  with recursive above(first, asset) as (
    select d.asset, d.supports from unnest(asset_cycle.assets) u(code) join isms.asset_dependency d on d.scope = asset_cycle.scope and d.asset = u.code
     union
    select a.first, d.supports from above a join isms.asset_dependency d on d.scope = asset_cycle.scope and d.asset = a.asset)
  select a.first into first from above a where a.asset = a.first order by a.first collate "C" limit 1;
  if first is null then
    return null;
  end if;
  frontier := array[first];
  while not came_from ? first loop
    step := null;
    for edge in
      select distinct on (d.supports) d.supports, d.asset
        from isms.asset_dependency d
       where d.scope = asset_cycle.scope and d.asset = any (frontier) and not came_from ? d.supports
       order by d.supports, d.asset collate "C"
    loop
      came_from := came_from || jsonb_build_object(edge.supports, edge.asset);
    end loop;
    frontier := array(select k.key from jsonb_each_text(came_from) k where k.value = any (frontier));
  end loop;
  step := first;
  loop
    said := format('%s supports %s', came_from ->> step, step) || coalesce(', ' || said, '');
    step := came_from ->> step;
    exit when step = first;
  end loop;
  return said;
end
$$;

comment on function isms.asset_cycle(text, text[]) is 'The shortest way on which one of these assets would support itself, as a sentence; null: there is none';

create function isms.count_structure(scope text) returns void
  language sql set search_path = pg_catalog, pg_temp
begin atomic
  insert into isms.asset_structure as s (scope, changes)
  values (count_structure.scope, 1)
  on conflict (scope) do update set changes = s.changes + 1;
end;

comment on function isms.count_structure(text) is 'Counts a change of a scope''s dependencies or ratings, and so waits for those that others have not committed. Errors: 40001 where they committed after this transaction''s snapshot';

create function isms.follow_dependencies(scope text, assets text[]) returns void
  language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
  cycle text;
begin
  perform isms.count_structure(follow_dependencies.scope);
  cycle := isms.asset_cycle(follow_dependencies.scope, follow_dependencies.assets);
  if cycle is not null then
    raise exception using
      errcode = 'check_violation',
      message = format('asset %s would support itself', substring(cycle from '^(.*?) supports ')),
      detail = 'cycle: ' || cycle,
      hint = 'Leave out the dependency that does not hold, or record as one asset what depends on each other.',
      schema = 'isms', table = 'asset_dependency', constraint = 'asset_dependency_acyclic';
  end if;
  perform isms.refresh_ratings(follow_dependencies.scope, follow_dependencies.assets);
end
$$;

comment on function isms.follow_dependencies(text, text[]) is 'What a change of the dependencies of these assets brings: the check for cycles, and ratings. Errors: 23514 a cycle, with the way round in DETAIL; as isms.count_structure';

create function isms.asset_dependency_moved() returns trigger
  language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
  c record;
begin
  for c in select m.scope, array_agg(distinct m.asset) as assets from moved m group by m.scope order by m.scope loop
    perform isms.follow_dependencies(c.scope, c.assets);
  end loop;
  return null;
end
$$;

comment on function isms.asset_dependency_moved() is 'AFTER INSERT, DELETE trigger: ratings flow as the dependencies go, and none goes round in a circle. Errors: as isms.follow_dependencies';

create function isms.asset_dependency_changed() returns trigger
  language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
  c record;
begin
  -- A scope that got another code changes nothing else.
  if exists (select from before b where not exists (select from isms.scope s where s.code = b.scope)) then
    return null;
  end if;
  for c in
    select m.scope, array_agg(distinct m.asset) as assets
      from (select b.scope, b.asset, b.supports, b.refuses from before b
             union all
            select a.scope, a.asset, a.supports, a.refuses from after a) m
     group by m.scope
     order by m.scope
  loop
    perform isms.follow_dependencies(c.scope, c.assets);
  end loop;
  return null;
end
$$;

comment on function isms.asset_dependency_changed() is 'AFTER UPDATE trigger: ratings flow as the dependencies go, and none goes round in a circle. Errors: as isms.follow_dependencies';

create function isms.asset_dependency_emptied() returns trigger
  language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
  update isms.asset a set inherited_rating = null where a.inherited_rating is not null;
  return null;
end
$$;

comment on function isms.asset_dependency_emptied() is 'AFTER TRUNCATE trigger: without dependencies nothing is inherited';

create trigger inherit_insert after insert on isms.asset_dependency
  referencing new table as moved for each statement execute function isms.asset_dependency_moved();

create trigger inherit_delete after delete on isms.asset_dependency
  referencing old table as moved for each statement execute function isms.asset_dependency_moved();

create trigger inherit_update after update on isms.asset_dependency
  referencing old table as before new table as after for each statement execute function isms.asset_dependency_changed();

create trigger inherit_truncate after truncate on isms.asset_dependency
  for each statement execute function isms.asset_dependency_emptied();

create function isms.asset_rating_given() returns trigger
  language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
  c record;
begin
  for c in select a.scope, array_agg(a.code) as assets from after a where a.inherited_rating is not null group by a.scope order by a.scope loop
    perform isms.refresh_ratings(c.scope, c.assets);
  end loop;
  return null;
end
$$;

comment on function isms.asset_rating_given() is 'AFTER INSERT trigger: an inherited rating that somebody wrote is put right';

create function isms.asset_rating_changed() returns trigger
  language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
  c record;
begin
  -- A scope that got another code changes nothing else.
  if exists (select from before b where not exists (select from isms.scope s where s.code = b.scope)) then
    return null;
  end if;
  for c in
    select m.scope, array_agg(distinct m.code) as assets, bool_or(m.rated) as rated
      from (select r.scope, r.code, true as rated
              from (select a.scope, a.code, a.rating from after a except select b.scope, b.code, b.rating from before b) r
             union all
            select i.scope, i.code, false
              from (select a.scope, a.code, a.inherited_rating from after a except select b.scope, b.code, b.inherited_rating from before b) i) m
     group by m.scope
     order by m.scope
  loop
    if c.rated then
      perform isms.count_structure(c.scope);
    end if;
    perform isms.refresh_ratings(c.scope, c.assets);
  end loop;
  return null;
end
$$;

comment on function isms.asset_rating_changed() is 'AFTER UPDATE trigger: a changed rating flows to the assets that support the changed ones, and an inherited rating that somebody wrote is put right. Errors: as isms.count_structure';

create trigger inherit_insert after insert on isms.asset
  referencing new table as after for each statement execute function isms.asset_rating_given();

create trigger inherit_update after update on isms.asset
  referencing old table as before new table as after for each statement execute function isms.asset_rating_changed();

-- What was loaded while the triggers were off.
create function isms.inherit_all() returns bigint
  language sql set search_path = pg_catalog, pg_temp
begin atomic
  select coalesce(sum(isms.refresh_ratings(a.scope, a.assets)), 0)::bigint
    from (select x.scope, array_agg(x.code) as assets from isms.asset x group by x.scope) a;
end;

comment on function isms.inherit_all() is 'Computes every inherited rating anew; returns how many changed. Activation does it once, for what was loaded before';

insert into isms.activation_step (step, position, procedure, builtin) values ('inherited ratings', 20, 'isms.inherit_all', true);

-- The definition itself, from own ratings and dependencies alone.
create view isms.asset_rating with (security_invoker = true) as
  with recursive flow(scope, asset, source, dimension) as (
    select a.scope, a.code, a.code, v.dimension
      from isms.asset a
     cross join (values ('C'), ('I'), ('A')) v(dimension)
     union
    select f.scope, d.asset, f.source, f.dimension
      from flow f
      join isms.asset_dependency d on d.scope = f.scope and d.supports = f.asset and strpos(coalesce(d.refuses, ''), f.dimension) = 0),
  input as (
    select f.scope, f.asset, f.source, f.dimension,
           case f.dimension
             when 'C' then isms.confidentiality(s.rating)
             when 'I' then isms.integrity(s.rating)
             else isms.availability(s.rating)
           end as value
      from flow f
      join isms.asset s on s.scope = f.scope and s.code = f.source),
  high as (
    select i.scope, i.asset, i.dimension,
           max(i.value) filter (where i.source <> i.asset) as inherited,
           max(i.value) as value,
           (array_agg(i.source order by i.value desc, i.source <> i.asset, i.source collate "C") filter (where i.value is not null))[1] as source
      from input i
     group by i.scope, i.asset, i.dimension),
  gap as (
    select i.scope, i.asset, i.dimension, bool_or(h.value is null) as unknown
      from input i
      join high h on h.scope = i.scope and h.asset = i.source and h.dimension = i.dimension
     group by i.scope, i.asset, i.dimension),
  side as (
    select h.scope, h.asset,
           nullif(isms.rating(max(h.inherited) filter (where h.dimension = 'C'), max(h.inherited) filter (where h.dimension = 'I'), max(h.inherited) filter (where h.dimension = 'A')), 'C- I- A-'::isms.rating) as inherited,
           max(h.value) filter (where h.dimension = 'C') as c,
           max(h.source) filter (where h.dimension = 'C') as c_from,
           max(h.value) filter (where h.dimension = 'I') as i,
           max(h.source) filter (where h.dimension = 'I') as i_from,
           max(h.value) filter (where h.dimension = 'A') as a,
           max(h.source) filter (where h.dimension = 'A') as a_from,
           nullif(string_agg(h.dimension, '' order by array_position('{C,I,A}', h.dimension)) filter (where g.unknown), '') as unknown
      from high h
      join gap g on g.scope = h.scope and g.asset = h.asset and g.dimension = h.dimension
     group by h.scope, h.asset)
  select t.scope,
         t.code,
         t.title,
         t.kind,
         t.owner,
         t.rating::text as own_rating,
         s.inherited::text as inherited_rating,
         nullif(isms.rating(s.c, s.i, s.a), 'C- I- A-'::isms.rating)::text as effective_rating,
         s.c as confidentiality,
         s.c_from as confidentiality_from,
         s.i as integrity,
         s.i_from as integrity_from,
         s.a as availability,
         s.a_from as availability_from,
         s.unknown,
         p.name as owner_name
    from isms.asset t
    join side s on s.scope = t.scope and s.asset = t.code
    left join isms.person p on p.code = t.owner;

comment on view isms.asset_rating is 'Own, inherited and effective rating of each asset, and where each dimension comes from';
comment on column isms.asset_rating.scope is 'Scope';
comment on column isms.asset_rating.code is 'Asset';
comment on column isms.asset_rating.title is 'Title';
comment on column isms.asset_rating.kind is 'Kind';
comment on column isms.asset_rating.owner is 'Asset owner';
comment on column isms.asset_rating.own_rating is 'Rating somebody gave it; null: none';
comment on column isms.asset_rating.inherited_rating is 'Highest of all it supports, directly or not; null: nothing rated flows in';
comment on column isms.asset_rating.effective_rating is 'The greater of both in each dimension, which risks are assessed with; null: nothing is rated';
comment on column isms.asset_rating.confidentiality is 'Effective confidentiality; null: not rated';
comment on column isms.asset_rating.confidentiality_from is 'Asset whose own rating it is: itself before others, then the first by code';
comment on column isms.asset_rating.integrity is 'Effective integrity; null: not rated';
comment on column isms.asset_rating.integrity_from is 'Asset whose own rating it is';
comment on column isms.asset_rating.availability is 'Effective availability; null: not rated';
comment on column isms.asset_rating.availability_from is 'Asset whose own rating it is';
comment on column isms.asset_rating.unknown is 'Dimensions in which the asset, or one whose rating flows in, is rated neither itself nor by inheritance: there the effective rating may be too low; null: none';
comment on column isms.asset_rating.owner_name is 'Name of the asset owner';
