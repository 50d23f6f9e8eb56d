-- 6.1.2 c: what could be a risk and is none yet.  Candidates are proposed, never made; what was set aside stays so, with its reason.
create table isms.candidate_dismissal (
  scope text not null default isms.default_scope() constraint candidate_dismissal_scope_fkey references isms.scope on update cascade,
  code text not null constraint candidate_dismissal_code_form check (code ~ '^[^[:space:]]+( [^[:space:]]+)*$'),
  asset text,
  threat text not null,
  vulnerability text,
  reason text not null constraint candidate_dismissal_reason_given check (reason ~ '\S'),
  dismissed_on date,
  created_by text default isms.actor(),
  constraint candidate_dismissal_pkey primary key (scope, code),
  constraint candidate_dismissal_once unique nulls not distinct (scope, asset, threat, vulnerability),
  constraint candidate_dismissal_asset_fkey foreign key (scope, asset) references isms.asset on update cascade
);

comment on table isms.candidate_dismissal is 'Candidates looked at and set aside; deleted, they are proposed again';
comment on column isms.candidate_dismissal.scope is 'Scope';
comment on column isms.candidate_dismissal.code is 'Key in the scope';
comment on column isms.candidate_dismissal.asset is 'Asset; null: all';
comment on column isms.candidate_dismissal.threat is 'Threat';
comment on column isms.candidate_dismissal.vulnerability is 'Vulnerability; null: all';
comment on column isms.candidate_dismissal.reason is 'Why it is no risk';
comment on column isms.candidate_dismissal.dismissed_on is 'When; today in the scope unless stated';
comment on column isms.candidate_dismissal.created_by is 'Person who set it aside';

create sequence isms.candidate_dismissal_code;

comment on sequence isms.candidate_dismissal_code is 'Numbers for codes of dismissals';

create trigger fill_code before insert on isms.candidate_dismissal
  for each row when (new.code is null) execute function isms.fill_code('CD');

create function isms.candidate_dismissal_day() returns trigger
  language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
  new.dismissed_on := isms.today(new.scope);
  return new;
end
$$;

comment on function isms.candidate_dismissal_day() is 'BEFORE INSERT trigger: a dismissal without a day is of today in its scope';

create trigger fill_day before insert on isms.candidate_dismissal
  for each row when (new.dismissed_on is null) execute function isms.candidate_dismissal_day();

create trigger catalogued after insert or update of scope, threat, vulnerability on isms.candidate_dismissal
  for each row execute function isms.names_known_threat();

-- Risks name threats and vulnerabilities by code, title or in prose; prose stands for no entry of the catalogues.
create view isms.identified_risk with (security_invoker = true) as
  select r.scope,
         r.code,
         r.asset,
         r.status,
         t.code as threat,
         v.code as vulnerability
    from isms.risk r
    left join (
      select k.scope, min(k.code collate "C") as code, lower(w.word) as word
        from isms.known_threat k
       cross join lateral (values (k.code), (k.title)) w(word)
       group by k.scope, lower(w.word)) t on t.scope = r.scope and t.word = lower(r.threat)
    left join (
      select k.scope, min(k.code collate "C") as code, lower(w.word) as word
        from isms.known_vulnerability k
       cross join lateral (values (k.code), (k.title)) w(word)
       group by k.scope, lower(w.word)) v on v.scope = r.scope and v.word = lower(r.vulnerability);

comment on view isms.identified_risk is 'Which entries of the catalogues each risk is about';
comment on column isms.identified_risk.scope is 'Scope';
comment on column isms.identified_risk.code is 'Risk';
comment on column isms.identified_risk.asset is 'Asset';
comment on column isms.identified_risk.status is 'State in workflow risk';
comment on column isms.identified_risk.threat is 'Threat whose code or title the risk names; null: it says something else';
comment on column isms.identified_risk.vulnerability is 'Vulnerability whose code or title the risk names; null: it names none or says something else';

create function isms.risk_candidates(for_asset text default null, for_threat text default null, minimum integer default 3)
  returns table (rank bigint, asset text, asset_title text, threat text, threat_title text, vulnerability text, vulnerability_title text,
                 title text, hits text, rating integer, asset_has_risk boolean, threat_has_risk boolean)
  language sql stable parallel restricted rows 1000 set search_path = pg_catalog, pg_temp
begin atomic
  with here(scope) as materialized (
    select isms.default_scope()),
  rated as (
    select a.scope, a.code, a.title, a.kind, isms.greatest(a.rating, a.inherited_rating) as rating
      from isms.asset a
     where a.scope = (select h.scope from here h) and (for_asset is null or a.code = for_asset)),
  known as materialized (
    select r.asset, r.threat, r.vulnerability
      from isms.identified_risk r
     where r.scope = (select h.scope from here h)),
  found as (
    select a.code as asset, a.title as asset_title, t.code as threat, t.title as threat_title, v.code as vulnerability, v.title as vulnerability_title,
           case when t.hits like '%C%' and isms.confidentiality(a.rating) >= minimum then 'C' else '' end
           || case when t.hits like '%I%' and isms.integrity(a.rating) >= minimum then 'I' else '' end
           || case when t.hits like '%A%' and isms.availability(a.rating) >= minimum then 'A' else '' end as hits,
           a.rating
      from rated a
      join isms.known_threat t on t.scope = a.scope and (t.kinds = '{}' or a.kind = any (t.kinds))
      join isms.known_threat_vulnerability p on p.scope = t.scope and p.threat = t.code
      join isms.known_vulnerability v on v.scope = p.scope and v.code = p.vulnerability and (v.kinds = '{}' or a.kind = any (v.kinds))
     where for_threat is null or t.code = for_threat),
  open as (
    select f.*, isms.max(isms.mask(f.rating, f.hits)) as highest,
           row_number() over (partition by f.asset, f.threat order by f.vulnerability collate "C") as nth,
           a.asset is not null as asset_has_risk,
           t.threat is not null as threat_has_risk
      from found f
      left join (select distinct k.asset from known k) a on a.asset = f.asset
      left join (select distinct k.threat from known k) t on t.threat = f.threat
     where f.hits <> ''
       and not exists (select from known k where k.asset = f.asset and k.threat = f.threat and k.vulnerability = f.vulnerability)
       and not exists (select from known k where k.asset = f.asset and k.threat = f.threat and k.vulnerability is null)
       and not exists (
         select
           from isms.candidate_dismissal d
          where d.scope = (select h.scope from here h) and d.threat = f.threat and coalesce(d.asset, f.asset) = f.asset
            and coalesce(d.vulnerability, f.vulnerability) = f.vulnerability))
  select row_number() over (order by o.highest desc, o.asset_has_risk, o.threat_has_risk, o.nth, length(o.hits) desc, o.asset collate "C", o.threat collate "C", o.vulnerability collate "C"),
         o.asset, o.asset_title, o.threat, o.threat_title, o.vulnerability, o.vulnerability_title,
         format('%s: %s (%s)', o.asset_title, o.threat_title, o.vulnerability_title),
         o.hits, o.highest, o.asset_has_risk, o.threat_has_risk
    from open o
   order by 1;
end;

comment on function isms.risk_candidates(text, text, integer) is 'What could be a risk in the default scope and is none yet: asset, threat and vulnerability that go together by kind, where the threat hits a dimension in which the asset is effectively rated at least the minimum. The most useful first: by the highest rating hit, then assets without any risk, threats without any, and each asset and threat once before again. Errors: IS021';

create function isms.adopt_candidate(asset text, threat text, vulnerability text, title text default null, owner text default null) returns text
  language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
  in_scope text := isms.default_scope();
  candidate record;
  covering text;
  reason text;
  made text;
begin
  select c.title, c.hits into candidate
    from isms.risk_candidates(adopt_candidate.asset, adopt_candidate.threat, 0) c
   where c.vulnerability = adopt_candidate.vulnerability;
  if not found then
    select string_agg(r.code, ', ' order by r.code collate "C") into covering
      from isms.identified_risk r
     where r.scope = in_scope and r.asset = adopt_candidate.asset and r.threat = adopt_candidate.threat and coalesce(r.vulnerability, adopt_candidate.vulnerability) = adopt_candidate.vulnerability;
    select d.code || ': ' || d.reason into reason
      from isms.candidate_dismissal d
     where d.scope = in_scope and d.threat = adopt_candidate.threat and coalesce(d.asset, adopt_candidate.asset) = adopt_candidate.asset
       and coalesce(d.vulnerability, adopt_candidate.vulnerability) = adopt_candidate.vulnerability
     order by d.code collate "C"
     limit 1;
    raise exception using
      errcode = 'no_data_found',
      message = format('%s, %s, %s is no candidate in scope %s', adopt_candidate.asset, adopt_candidate.threat, adopt_candidate.vulnerability, in_scope),
      detail = case
        when covering is not null then 'covered: by ' || covering
        when reason is not null then 'dismissed: ' || reason
        else 'fit: by kinds, dimensions and ratings these do not go together, or one does not exist'
      end,
      hint = 'select * from isms.risk_candidates(); a risk that is none of these is inserted into isms.risk.',
      schema = 'isms', table = 'risk';
  end if;
  insert into isms.risk (scope, title, asset, threat, vulnerability, hits, owner)
  values (in_scope, coalesce(adopt_candidate.title, candidate.title), adopt_candidate.asset, adopt_candidate.threat, adopt_candidate.vulnerability, candidate.hits, adopt_candidate.owner)
  returning code into made;
  return made;
end
$$;

comment on function isms.adopt_candidate(text, text, text, text, text) is 'Makes a risk of a candidate of the default scope, whatever its rating, and returns its code; the title is the proposed one unless given. Errors: P0002 no such candidate, with the risk that covers it or the reason it was dismissed for; as an INSERT into risk';

-- Coverage, seen from the assets and from the threats.

create view isms.asset_coverage with (security_invoker = true) as
  select a.scope,
         a.code,
         a.title,
         a.kind,
         a.owner,
         isms.greatest(a.rating, a.inherited_rating)::text as effective_rating,
         coalesce(r.risks, 0) as risks,
         coalesce(r.open_risks, 0) as open_risks,
         coalesce(r.threats, 0) as threats,
         r.risks is null as uncovered,
         p.name as owner_name
    from isms.asset a
    left join isms.person p on p.code = a.owner
    left join (
      select i.scope, i.asset,
             count(*)::integer as risks,
             count(*) filter (where i.status <> 'closed')::integer as open_risks,
             count(distinct i.threat)::integer as threats
        from isms.identified_risk i
       where i.asset is not null
       group by i.scope, i.asset) r on r.scope = a.scope and r.asset = a.code;

comment on view isms.asset_coverage is 'How far each asset''s risks are identified';
comment on column isms.asset_coverage.scope is 'Scope';
comment on column isms.asset_coverage.code is 'Asset';
comment on column isms.asset_coverage.title is 'Title';
comment on column isms.asset_coverage.kind is 'Kind';
comment on column isms.asset_coverage.owner is 'Asset owner';
comment on column isms.asset_coverage.effective_rating is 'Own and inherited rating, the greater of both in each dimension; null: not rated';
comment on column isms.asset_coverage.risks is 'How many risks name it';
comment on column isms.asset_coverage.open_risks is 'How many of them are not closed';
comment on column isms.asset_coverage.threats is 'How many threats of the catalogue they name';
comment on column isms.asset_coverage.uncovered is 'Has it no risk at all?';
comment on column isms.asset_coverage.owner_name is 'Name of the asset owner';

create view isms.threat_coverage with (security_invoker = true) as
  select t.scope,
         t.code,
         t.title,
         t.category,
         t.shipped,
         coalesce(r.risks, 0) as risks,
         coalesce(r.assets, 0) as assets,
         coalesce(d.dismissals, 0) as dismissals,
         r.risks is null and d.dismissals is null as unconsidered
    from isms.known_threat t
    left join (
      select i.scope, i.threat, count(*)::integer as risks, count(distinct i.asset)::integer as assets
        from isms.identified_risk i
       where i.threat is not null
       group by i.scope, i.threat) r on r.scope = t.scope and r.threat = t.code
    left join (
      select x.scope, x.threat, count(*)::integer as dismissals
        from isms.candidate_dismissal x
       group by x.scope, x.threat) d on d.scope = t.scope and d.threat = t.code;

comment on view isms.threat_coverage is 'Which threats of the catalogue were considered';
comment on column isms.threat_coverage.scope is 'Scope';
comment on column isms.threat_coverage.code is 'Threat';
comment on column isms.threat_coverage.title is 'Title';
comment on column isms.threat_coverage.category is 'Category';
comment on column isms.threat_coverage.shipped is 'Is it the shipped one?';
comment on column isms.threat_coverage.risks is 'How many risks name it by code or title';
comment on column isms.threat_coverage.assets is 'How many assets they are about';
comment on column isms.threat_coverage.dismissals is 'How many dismissals name it';
comment on column isms.threat_coverage.unconsidered is 'Does no risk and no dismissal name it?';

-- The event-based side.

create view isms.event_scenario_status with (security_invoker = true) as
  select e.scope,
         e.code,
         e.title,
         coalesce(s.title, e.source) as source,
         s.origin,
         coalesce(o.title, e.objective) as objective,
         e.event,
         e.owner,
         p.name as owner_name,
         a.assets,
         a.rating as assets_rating,
         coalesce(r.risks, 0) as risks,
         coalesce(r.unrated, 0) as unrated,
         r.codes as refined_by,
         a.unrefined as assets_unrefined,
         r.worst_risk,
         r.worst_rank as worst_current_rank,
         r.worst_level as worst_current_level,
         r.worst_disposition as worst_current_disposition
    from isms.event_scenario e
    left join isms.risk_source s on s.code = e.source
    left join isms.source_objective o on o.code = e.objective
    left join isms.person p on p.code = e.owner
    left join (
      select x.scope, x.event_scenario,
             string_agg(x.asset, ', ' order by x.asset collate "C") as assets,
             isms.high_water(isms.greatest(t.rating, t.inherited_rating))::text as rating,
             string_agg(x.asset, ', ' order by x.asset collate "C") filter (where not exists (
               select from isms.risk k where k.scope = x.scope and k.event_scenario = x.event_scenario and k.asset = x.asset)) as unrefined
        from isms.event_scenario_asset x
        join isms.asset t on t.scope = x.scope and t.code = x.asset
       group by x.scope, x.event_scenario) a on a.scope = e.scope and a.event_scenario = e.code
    left join (
      select k.scope, k.event_scenario,
             count(*)::integer as risks,
             count(*) filter (where y.current_rank is null and y.status <> 'closed')::integer as unrated,
             string_agg(k.code, ', ' order by k.code collate "C") as codes,
             (array_agg(k.code order by y.current_rank desc, k.code collate "C") filter (where y.current_rank is not null and y.status <> 'closed'))[1] as worst_risk,
             max(y.current_rank) filter (where y.status <> 'closed') as worst_rank,
             (array_agg(y.current_level order by y.current_rank desc, k.code collate "C") filter (where y.current_rank is not null and y.status <> 'closed'))[1] as worst_level,
             (array_agg(y.current_disposition order by y.current_rank desc, k.code collate "C") filter (where y.current_rank is not null and y.status <> 'closed'))[1] as worst_disposition
        from isms.risk k
        join isms.risk_assessment y on y.scope = k.scope and y.code = k.code
       where k.event_scenario is not null
       group by k.scope, k.event_scenario) r on r.scope = e.scope and r.event_scenario = e.code;

comment on view isms.event_scenario_status is 'Strategic scenarios with the risks that refine them and the worst level carried today';
comment on column isms.event_scenario_status.scope is 'Scope';
comment on column isms.event_scenario_status.code is 'Event scenario';
comment on column isms.event_scenario_status.title is 'Title';
comment on column isms.event_scenario_status.source is 'Risk source, by its title where it is of the catalogue';
comment on column isms.event_scenario_status.origin is 'deliberate, accidental or environmental; null: the source is not of the catalogue';
comment on column isms.event_scenario_status.objective is 'Desired end state, by its title where it is of the catalogue';
comment on column isms.event_scenario_status.event is 'What would happen to the business';
comment on column isms.event_scenario_status.owner is 'Risk owner who follows it';
comment on column isms.event_scenario_status.owner_name is 'Name';
comment on column isms.event_scenario_status.assets is 'Assets it hits';
comment on column isms.event_scenario_status.assets_rating is 'Highest of their effective ratings in each dimension; null: none is rated';
comment on column isms.event_scenario_status.risks is 'How many risks refine it, closed ones included';
comment on column isms.event_scenario_status.unrated is 'How many of them are not closed and have no current level: the worst may be worse';
comment on column isms.event_scenario_status.refined_by is 'Their codes; null: not refined yet';
comment on column isms.event_scenario_status.assets_unrefined is 'Assets it hits on which no risk refines it; null: none';
comment on column isms.event_scenario_status.worst_risk is 'Risk with the highest current level that is not closed; null: none is rated';
comment on column isms.event_scenario_status.worst_current_rank is 'Rank of that level';
comment on column isms.event_scenario_status.worst_current_level is 'Its label';
comment on column isms.event_scenario_status.worst_current_disposition is 'Its disposition';
