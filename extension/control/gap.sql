-- Gap analysis: what the implementations that serve one catalogue are worth against another.  An equal or wider control
-- carries its implementation over whole, a narrower or overlapping one in part, and the joint links of a target whole once
-- all of them are implemented.

create function isms.coverage_of(scope text, from_catalogue text, to_catalogue text)
  returns table (code text, title text, sort_key text, theme text, coverage text, implementations text, through text, reason text)
  language sql stable parallel restricted set search_path = pg_catalog, pg_temp as $$
  -- 3: implemented, and the latest test did not fail; 2: in part, or it failed; 1: planned.  Of several implementations the best counts.
  with strength as materialized (
    select l.catalogue,
           l.reference,
           max(case
                 when a.status = 'implemented' and a.assurance <> 'failed' then 3
                 when a.status in ('implemented', 'partial') then 2
                 else 1
               end) as strength,
           array_agg(l.implementation order by l.implementation) as implementations
      from isms.implementation_control l
      join isms.implementation_assurance a on a.scope = l.scope and a.implementation = l.implementation
     where l.scope = coverage_of.scope and a.status <> 'retired'
       and (coverage_of.from_catalogue is null or l.catalogue in (coverage_of.from_catalogue, coverage_of.to_catalogue))
     group by l.catalogue, l.reference),
  -- The scope's own link of two controls goes before the one that is shipped.
  counted as materialized (
    select distinct on (m.source_catalogue, m.source, m.target_catalogue, m.target) m.*
      from isms.control_mapping m
     where coverage_of.to_catalogue in (m.source_catalogue, m.target_catalogue)
       and (m.scope is null or m.scope = coverage_of.scope)
     order by m.source_catalogue, m.source, m.target_catalogue, m.target, m.scope nulls last),
  mapped(target, catalogue, source, relation, joint) as (
    select m.target, m.source_catalogue, m.source, m.relation, m.joint
      from counted m
     where m.target_catalogue = coverage_of.to_catalogue
     union all
    select m.source, m.target_catalogue, m.target,
           case m.relation when 'subset_of' then 'superset_of' when 'superset_of' then 'subset_of' else m.relation end, false
      from counted m
     where m.source_catalogue = coverage_of.to_catalogue),
  link as (
    select d.reference as target, d.catalogue, d.reference as source, null as relation, false as joint, d.strength, d.implementations, null as excluded
      from strength d
     where d.catalogue = coverage_of.to_catalogue
     union all
    select m.target, m.catalogue, m.source, m.relation, m.joint, coalesce(s.strength, 0), s.implementations,
           case when not a.necessary then coalesce(a.justification, '') end
      from mapped m
      left join strength s on s.catalogue = m.catalogue and s.reference = m.source
      left join isms.applicability a on a.scope = coverage_of.scope and a.catalogue = m.catalogue and a.reference = m.source
     where m.relation <> 'not_related' and (coverage_of.from_catalogue is null or m.catalogue = coverage_of.from_catalogue)),
  -- What a link is worth by itself, and what the joint ones of a catalogue are worth together.
  weighed as (
    select l.*,
           case when l.relation in ('subset_of', 'intersects_with') then least(l.strength, 2) else l.strength end as alone,
           case when l.joint then min(l.strength) filter (where l.joint) over (partition by l.target, l.catalogue) else 0 end as together,
           l.source::text || case when coverage_of.from_catalogue is null and l.relation is not null then ' of ' || l.catalogue else '' end as named
      from link l),
  judged as (
    select w.target,
           max(greatest(w.alone, w.together)) as value,
           count(w.relation) as links,
           bool_or(w.relation is null and w.strength = 3) as direct,
           string_agg(case when w.relation is null then 'itself: ' else format('%s (%s): ', w.named, w.relation) end || coalesce(array_to_string(w.implementations, ', '), 'none'), '; '
                      order by w.relation is not null, w.catalogue collate "C", w.source) as through,
           string_agg(w.named, ', ' order by w.source) filter (where w.alone = 3 and w.relation is not null) as whole,
           string_agg(w.named, ', ' order by w.source) filter (where w.together = 3) as parts,
           string_agg(w.named, ', ' order by w.source) filter (where w.joint and w.strength < 2 and w.excluded is null) as lacking,
           string_agg(w.named, ', ' order by w.source) filter (where w.strength = 3 and w.alone = 2 and not w.joint) as narrower,
           string_agg(w.named, ', ' order by w.source) filter (where w.strength = 2) as half,
           string_agg(w.named, ', ' order by w.source) filter (where w.strength = 0 and w.excluded is null) as missing,
           string_agg(format('%s (%s)', w.named, w.excluded), ', ' order by w.source) filter (where w.excluded is not null and w.strength = 0) as excluded
      from weighed w
     group by w.target),
  serving as (
    select l.target, string_agg(distinct i.code, ', ') as implementations
      from link l
     cross join lateral unnest(l.implementations) i(code)
     group by l.target)
  select c.reference::text,
         c.title,
         isms.sort_key(c.reference),
         c.theme,
         case
           when not a.necessary then 'excluded'
           when j.value = 3 then 'covered'
           when j.value = 2 then 'partly'
           when j.value = 1 then 'planned'
           else 'not_covered'
         end,
         s.implementations,
         j.through,
         case
           when not a.necessary then 'not necessary: ' || a.justification
           when j.target is null and coverage_of.from_catalogue is null then 'no implementation serves it'
           when j.target is null then 'new: nothing in ' || coverage_of.from_catalogue || ' corresponds to it'
           when j.direct then 'implemented for the control itself'
           when j.value = 3 and j.whole is not null then 'equal or wider, and implemented: ' || j.whole
           when j.value = 3 then 'made up of what is implemented: ' || j.parts
           when j.value = 2 then concat_ws('; ', 'parts are lacking: ' || j.lacking, 'no more than a part: ' || j.narrower, 'in part, or failed the latest test: ' || j.half, 'excluded: ' || j.excluded)
           when j.value = 1 then 'planned only: ' || s.implementations
           else concat_ws('; ', 'not implemented: ' || j.missing, 'excluded: ' || j.excluded)
         end
    from isms.control c
    left join judged j on j.target = c.reference
    left join serving s on s.target = c.reference
    left join isms.applicability a on a.scope = coverage_of.scope and a.catalogue = c.catalogue and a.reference = c.reference
   where c.catalogue = coverage_of.to_catalogue and c.kind = 'control' and not c.withdrawn
$$;

comment on function isms.coverage_of(text, text, text) is 'What isms.gap_analysis says of one scope and catalogue; from a null catalogue: from all';

create function isms.gap_analysis(from_catalogue text, to_catalogue text, scope text default isms.default_scope())
  returns table (code text, title text, sort_key text, theme text, coverage text, implementations text, through text, reason text)
  language plpgsql stable parallel restricted set search_path = pg_catalog, pg_temp as $$
declare
  unknown text := (select string_agg(c, ', ') from unnest(array[from_catalogue, to_catalogue]) c where c not in (select k.code from isms.catalogue k));
begin
  if unknown is not null or from_catalogue is null or to_catalogue is null then
    raise exception using
      errcode = 'no_data_found',
      message = format('there is no catalogue %s', coalesce(unknown, '(null)')),
      hint = 'There are ' || (select string_agg(k.code, ', ' order by k.code) from isms.catalogue k) || '.';
  end if;
  perform isms.visible_scope(gap_analysis.scope);
  return query select * from isms.coverage_of(gap_analysis.scope, from_catalogue, to_catalogue) g order by g.sort_key collate "C";
end
$$;

comment on function isms.gap_analysis(text, text, text) is 'Every control of a catalogue and whether what is implemented against another one covers it: covered, partly, planned, not_covered or, by decision, excluded; by which implementations, through which links, and why. What already serves the control itself counts too. Errors: P0002 no such catalogue, IS021 scope not visible';

create view isms.gap_analysis with (security_invoker = true) as
  select s.code as scope,
         g.code,
         g.title,
         k.code as catalogue,
         g.sort_key,
         g.theme,
         g.coverage,
         g.implementations,
         g.through,
         g.reason
    from isms.scope s
   cross join isms.catalogue k
   cross join lateral isms.coverage_of(s.code, null, k.code) g;

comment on view isms.gap_analysis is 'For each scope and catalogue every control, and whether what is implemented covers it, by whichever catalogue''s link';
comment on column isms.gap_analysis.scope is 'Scope';
comment on column isms.gap_analysis.code is 'Reference of the control';
comment on column isms.gap_analysis.title is 'Title';
comment on column isms.gap_analysis.catalogue is 'Catalogue it is a control of';
comment on column isms.gap_analysis.sort_key is 'Sorts references naturally';
comment on column isms.gap_analysis.theme is 'Theme or group';
comment on column isms.gap_analysis.coverage is 'covered, partly, planned, not_covered, or excluded: the scope decided that it is not necessary';
comment on column isms.gap_analysis.implementations is 'Implementations that serve it, or a control linked to it';
comment on column isms.gap_analysis.through is 'Each link with its relation and implementations';
comment on column isms.gap_analysis.reason is 'Why it is so';

create view isms.baseline_coverage with (security_invoker = true) as
  select s.code as scope,
         c.code,
         c.title,
         b.code as baseline,
         b.catalogue,
         c.sort_key,
         c.theme,
         c.coverage,
         c.implementations,
         c.reason
    from isms.scope s
   cross join isms.baseline b
   cross join lateral (
     select coalesce(p.reference::text, p.identifier) as code,
            g.title,
            isms.sort_key(p.reference) as sort_key,
            g.theme,
            case
              when p.reference is null then 'unknown'
              when g.code is null then 'withdrawn'
              else g.coverage
            end as coverage,
            g.implementations,
            case when p.reference is null then 'the catalogue has no such control' else g.reason end as reason
       from isms.baseline_control p
       left join isms.coverage_of(s.code, null, b.catalogue) g on g.code = p.reference::text
      where p.baseline = b.code) c;

comment on view isms.baseline_coverage is 'For each scope and baseline every control it picks, and whether what is implemented covers it';
comment on column isms.baseline_coverage.scope is 'Scope';
comment on column isms.baseline_coverage.code is 'Reference of the control; its identifier where the catalogue does not have it';
comment on column isms.baseline_coverage.title is 'Title';
comment on column isms.baseline_coverage.baseline is 'Baseline';
comment on column isms.baseline_coverage.catalogue is 'Its catalogue';
comment on column isms.baseline_coverage.sort_key is 'Sorts references naturally';
comment on column isms.baseline_coverage.theme is 'Theme or group';
comment on column isms.baseline_coverage.coverage is 'covered, partly, planned, not_covered, excluded; unknown: the catalogue does not have it; withdrawn: its publisher withdrew it';
comment on column isms.baseline_coverage.implementations is 'Implementations that serve it, or a control linked to it';
comment on column isms.baseline_coverage.reason is 'Why it is so';

create view isms.baseline_summary with (security_invoker = true) as
  select c.scope,
         b.code,
         b.title,
         b.catalogue,
         count(*)::integer as controls,
         (count(*) filter (where c.coverage = 'covered'))::integer as covered,
         (count(*) filter (where c.coverage = 'partly'))::integer as partly,
         (count(*) filter (where c.coverage = 'planned'))::integer as planned,
         (count(*) filter (where c.coverage = 'not_covered'))::integer as not_covered,
         (count(*) filter (where c.coverage = 'excluded'))::integer as excluded,
         (count(*) filter (where c.coverage in ('unknown', 'withdrawn')))::integer as unknown
    from isms.baseline b
    join isms.baseline_coverage c on c.baseline = b.code
   group by c.scope, b.code;

comment on view isms.baseline_summary is 'Each baseline in each scope: how many of its controls are covered';
comment on column isms.baseline_summary.scope is 'Scope';
comment on column isms.baseline_summary.code is 'Baseline';
comment on column isms.baseline_summary.title is 'Its title';
comment on column isms.baseline_summary.catalogue is 'Its catalogue';
comment on column isms.baseline_summary.controls is 'Controls it picks';
comment on column isms.baseline_summary.covered is 'Covered by what is implemented';
comment on column isms.baseline_summary.partly is 'Covered in part';
comment on column isms.baseline_summary.planned is 'Covered once what is planned is implemented';
comment on column isms.baseline_summary.not_covered is 'Not covered';
comment on column isms.baseline_summary.excluded is 'Decided not to be necessary';
comment on column isms.baseline_summary.unknown is 'Not to be judged: not in the catalogue, or withdrawn';
