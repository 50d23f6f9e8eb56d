-- 6.1.3 c-d: the decision on every control of the base catalogue.  A control without a row is undecided and shown as such.
create table isms.applicability (
  scope text not null default isms.default_scope() constraint applicability_scope_fkey references isms.scope on update cascade,
  catalogue text not null default isms.base_catalogue(),
  reference isms.reference not null,
  necessary boolean not null,
  reasons text[] not null default '{}' constraint applicability_reasons_known check (reasons <@ '{risk,law,contract,business}'),
  justification text,
  implementation_status text not null default 'not_started' constraint applicability_status_known check (implementation_status in ('not_started', 'planned', 'partial', 'implemented', 'not_applicable')),
  custom jsonb not null default '{}' constraint applicability_custom_object check (jsonb_typeof(custom) = 'object'),
  created_by text default isms.actor(),
  constraint applicability_pkey primary key (scope, catalogue, reference),
  constraint applicability_control_fkey foreign key (catalogue, reference) references isms.control on update cascade,
  constraint applicability_inclusion_reasoned check (not necessary or cardinality(reasons) > 0),
  constraint applicability_exclusion_justified check (necessary or coalesce(justification, '') ~ '\S'),
  constraint applicability_exclusion_status check (necessary or implementation_status = 'not_applicable')
);

comment on table isms.applicability is 'Decision on each control for the statement of applicability (6.1.3 d)';
comment on column isms.applicability.scope is 'Scope';
comment on column isms.applicability.catalogue is 'Catalogue';
comment on column isms.applicability.reference is 'Control';
comment on column isms.applicability.necessary is 'Is the control necessary?';
comment on column isms.applicability.reasons is 'Why it is necessary: risk, law, contract, business';
comment on column isms.applicability.justification is 'Prose; required for an exclusion';
comment on column isms.applicability.implementation_status is 'Status as declared';
comment on column isms.applicability.custom is 'Fields of the organisation''s own';
comment on column isms.applicability.created_by is 'Person who decided';

create function isms.applicability_fill() returns trigger
  language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
  if exists (select from isms.control c where c.catalogue = new.catalogue and c.reference = new.reference and c.kind <> 'control') then
    raise exception using
      errcode = 'check_violation',
      message = format('%s of %s is a requirement, not a control', new.reference, new.catalogue),
      detail = 'Requirements of the management system all apply; the statement of applicability decides on controls (6.1.3 d).',
      hint = 'Controls of Annex A are written with the letter, as in A.5.1.',
      schema = 'isms', table = 'applicability', column = 'reference', constraint = tg_name;
  end if;
  if not new.necessary and new.implementation_status = 'not_started' then
    new.implementation_status := 'not_applicable';
  end if;
  return new;
end
$$;

comment on function isms.applicability_fill() is 'BEFORE trigger: decisions are on controls; what is not necessary and was not begun is not applicable. Errors: 23514 a clause';

create trigger of_control before insert or update of catalogue, reference, necessary, implementation_status on isms.applicability
  for each row execute function isms.applicability_fill();

-- Annex A is listed whole, whatever else is (6.1.3 c).  What other scopes run has the status they tell.
create view isms.statement_of_applicability with (security_invoker = true) as
  select s.scope,
         c.reference::text as code,
         c.title,
         isms.sort_key(c.reference) as sort_key,
         c.theme,
         a.necessary,
         array_to_string(a.reasons, ', ') as reasons,
         a.justification,
         case
           when a.necessary is null then 'undecided'
           when a.necessary and i.elsewhere then i.told
           else a.implementation_status
         end as implementation_status,
         case
           when i.failed then 'failed'
           when i.verified or i.implementations is null and e.newest >= s.today then 'verified'
           when i.expired or i.implementations is null and e.newest is not null then 'expired'
           when i.implementations is not null then 'unverified'
         end as assurance,
         i.implementations,
         i.owners,
         c.catalogue,
         a.implementation_status as declared_status,
         i.run_by,
         i.tested_on,
         i.result
    from isms.scope_day s
    cross join isms.control c
    left join isms.applicability a on a.scope = s.scope and a.catalogue = c.catalogue and a.reference = c.reference
    left join (
      select l.scope, l.catalogue, l.reference,
             bool_or(v.assurance = 'failed') as failed,
             bool_and(v.assurance = 'verified') as verified,
             bool_or(v.assurance = 'expired') as expired,
             string_agg(l.implementation, ', ' order by l.implementation) as implementations,
             string_agg(distinct m.owner, ', ') as owners,
             bool_and(m.operator_implementation is not null) as elsewhere,
             case
               when bool_and(v.status = 'implemented') then 'implemented'
               when bool_or(v.status in ('implemented', 'partial')) then 'partial'
               when bool_and(v.status = 'planned') then 'planned'
               else 'unknown'
             end as told,
             string_agg(distinct case m.operator when 'provider' then 'provider ' || coalesce(m.operated_by, '?') when 'scope' then 'scope ' || m.operated_by end, ', ') as run_by,
             max(v.tested_on) as tested_on,
             (array_agg(v.result order by v.tested_on desc, v.result) filter (where v.tested_on is not null))[1] as result
        from isms.implementation_control l
        join isms.implementation m on m.scope = l.scope and m.code = l.implementation and m.status <> 'retired'
        join isms.implementation_assurance v on v.scope = l.scope and v.implementation = l.implementation
       group by l.scope, l.catalogue, l.reference) i
      on i.scope = s.scope and i.catalogue = c.catalogue and i.reference = c.reference
    left join (
      select v.scope, coalesce(v.catalogue, isms.base_catalogue()) as catalogue, v.subject, max(coalesce(v.valid_until, 'infinity')) as newest
        from isms.evidence v
       where v.subject_kind = 'control'
       group by 1, 2, 3) e
      on e.scope = s.scope and e.catalogue = c.catalogue and e.subject = c.reference::text
   where c.kind = 'control'
     and (c.catalogue = isms.base_catalogue() or a.reference is not null);

comment on view isms.statement_of_applicability is 'Statement of applicability (6.1.3 d): a row for every Annex A control and every other control decided on; undecided ones show as such';
comment on column isms.statement_of_applicability.scope is 'Scope';
comment on column isms.statement_of_applicability.code is 'Reference of the control';
comment on column isms.statement_of_applicability.title is 'Short title';
comment on column isms.statement_of_applicability.sort_key is 'Sorts references naturally';
comment on column isms.statement_of_applicability.theme is 'Theme';
comment on column isms.statement_of_applicability.necessary is 'Necessary? Null: undecided';
comment on column isms.statement_of_applicability.reasons is 'Why it is necessary';
comment on column isms.statement_of_applicability.justification is 'Prose; for exclusions the reason';
comment on column isms.statement_of_applicability.implementation_status is 'Status as declared; where every implementation is another scope''s, as those scopes tell (unknown where they do not any more); undecided where there is no decision';
comment on column isms.statement_of_applicability.assurance is 'What tests and evidence of its implementations show: failed (one is enough), verified (all), expired, unverified; without an implementation what evidence of the control itself shows, else null';
comment on column isms.statement_of_applicability.implementations is 'Implementations that serve it';
comment on column isms.statement_of_applicability.owners is 'Their owners';
comment on column isms.statement_of_applicability.catalogue is 'Catalogue of the control';
comment on column isms.statement_of_applicability.declared_status is 'Status as declared, whoever runs it';
comment on column isms.statement_of_applicability.run_by is 'Providers and other scopes that run implementations of it; ? for one that is not named';
comment on column isms.statement_of_applicability.tested_on is 'Date of the latest test of an implementation';
comment on column isms.statement_of_applicability.result is 'Its result; of several on that day the first by name: fail, not_applicable, pass, unknown';
