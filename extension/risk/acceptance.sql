-- 6.1.3 f: the owner's acceptance of what remains, for a time.
create table isms.acceptance (
  scope text not null default isms.default_scope(),
  code text not null constraint acceptance_code_form check (code ~ '^[^[:space:]]+( [^[:space:]]+)*$'),
  status text not null default 'requested',
  risk text not null,
  basis text not null default 'residual' constraint acceptance_basis_known check (basis in ('interim', 'target', 'residual')),
  ceiling text,
  validity daterange,
  justification text,
  conditions text,
  frozen jsonb,
  accepted_by text constraint acceptance_accepted_by_fkey references isms.person on update cascade,
  accepted_on date,
  created_by text default isms.actor(),
  constraint acceptance_pkey primary key (scope, code),
  constraint acceptance_risk_fkey foreign key (scope, risk) references isms.risk on update cascade,
  constraint acceptance_no_overlap exclude using gist (
    isms.text_range(scope || chr(31) || risk || chr(31) || basis, scope || chr(31) || risk || chr(31) || basis, '[]') with &&,
    validity with &&) where (status = 'accepted')
);

comment on table isms.acceptance is 'Acceptances of residual risk (6.1.3 f): on what basis, up to which level, from when to when';
comment on column isms.acceptance.scope is 'Scope';
comment on column isms.acceptance.code is 'Key in the scope';
comment on column isms.acceptance.status is 'State in workflow acceptance';
comment on column isms.acceptance.risk is 'Risk';
comment on column isms.acceptance.basis is 'Which value is accepted: interim (current, while treatment runs), target or residual';
comment on column isms.acceptance.ceiling is 'Label of the highest level accepted; the level of the basis when left out';
comment on column isms.acceptance.validity is 'Days on which it holds';
comment on column isms.acceptance.justification is 'Why';
comment on column isms.acceptance.conditions is 'Compensating measure or dated way back, above criteria';
comment on column isms.acceptance.frozen is 'What was accepted: factors, controls, method, score and level of the basis, taken at the request';
comment on column isms.acceptance.accepted_by is 'Person who accepted as the risk''s owner';
comment on column isms.acceptance.accepted_on is 'When';
comment on column isms.acceptance.created_by is 'Person who asked';

create index acceptance_risk_idx on isms.acceptance (scope, risk);

create sequence isms.acceptance_code;

comment on sequence isms.acceptance_code is 'Numbers for codes of acceptances';

create trigger fill_code before insert on isms.acceptance
  for each row when (new.code is null) execute function isms.fill_code('AC');

-- The value an acceptance speaks of.  Residual is what remains at the end of treatment: the target until it is complete, the current value after.
create function isms.risk_basis(scope text, risk text, basis text) returns table (method text, score numeric, rank integer)
  language plpgsql stable parallel safe set search_path = pg_catalog, pg_temp as $$
begin
  return query
  select a.method,
         case risk_basis.basis when 'inherent' then a.inherent_score when 'target' then a.target_score when 'residual' then a.residual_score else a.current_score end,
         case risk_basis.basis when 'inherent' then a.inherent_rank when 'target' then a.target_rank when 'residual' then a.residual_rank else a.current_rank end
    from isms.risk_assessment a
   where a.scope = risk_basis.scope and a.code = risk_basis.risk;
end
$$;

comment on function isms.risk_basis(text, text, text) is 'Method, score and rank of a risk today on a basis: inherent, current (interim), target, or residual';

-- What is above the appetite is at least unacceptable, whatever the method says of the level.
create function isms.basis_level(scope text, risk text, basis text) returns isms.risk_level
  language plpgsql stable parallel safe set search_path = pg_catalog, pg_temp as $$
declare
  level isms.risk_level;
begin
  select l.* into level
    from isms.risk_basis(basis_level.scope, basis_level.risk, basis_level.basis) b
    join isms.risk_level l on l.scope = basis_level.scope and l.method = b.method and l.rank = b.rank;
  if level.disposition in ('acceptable', 'tolerable') and isms.appetite_words(basis_level.scope, basis_level.risk, level.rank) is not null then
    level.disposition := 'unacceptable';
  end if;
  return level;
end
$$;

comment on function isms.basis_level(text, text, text) is 'Level of a risk today on a basis (inherent, current, target, interim, residual), unacceptable at least where it is above the appetite; null while not known';

-- Above criteria: a level that is not for the risk's owner alone to accept (6.1.2 a1).
create function isms.is_above_criteria(level isms.risk_level) returns boolean
  language sql immutable parallel safe
  return (level).disposition in ('unacceptable', 'never') or coalesce((level).accepted_by_role, 'risk_owner') <> 'risk_owner';

comment on function isms.is_above_criteria(isms.risk_level) is 'Does the level need more than its owner''s acceptance?';

-- 6.1.3 f: what exactly was accepted.
create function isms.acceptance_frozen(scope text, risk text, basis text) returns jsonb
  language plpgsql stable parallel safe set search_path = pg_catalog, pg_temp as $$
begin
  return (
    select jsonb_build_object(
             'asset', r.asset, 'hits', r.hits, 'method', r.method, 'owner', r.owner,
             'factors', jsonb_build_object(
               'likelihood', r.likelihood, 'consequence', r.consequence, 'threat_rate', r.threat_rate, 'vulnerability_rate', r.vulnerability_rate,
               'current_likelihood', r.current_likelihood, 'current_consequence', r.current_consequence,
               'target_likelihood', r.target_likelihood, 'target_consequence', r.target_consequence),
             'controls', coalesce((
               select jsonb_agg(jsonb_build_object('implementation', c.implementation, 'effect_on', c.effect_on,
                                                   'effectiveness', c.effectiveness, 'reduction', c.reduction) order by c.implementation, c.effect_on)
                 from isms.risk_control c
                where c.scope = r.scope and c.risk = r.code), '[]'),
             'score', b.score,
             'level', l.label)
           || jsonb_strip_nulls(jsonb_build_object('entered', isms.override_said(r.scope, r.code)))
      from isms.risk r
      left join isms.risk_basis(r.scope, r.code, acceptance_frozen.basis) b on true
      left join isms.risk_level l on l.scope = r.scope and l.method = b.method and l.rank = b.rank
     where r.scope = acceptance_frozen.scope and r.code = acceptance_frozen.risk);
end
$$;

comment on function isms.acceptance_frozen(text, text, text) is 'Asset, dimensions, method, owner, factors, controls, score and level of a risk as they are now, and what experts entered, for the record of an acceptance';

create function isms.acceptance_fill() returns trigger
  language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
  new.frozen := isms.acceptance_frozen(new.scope, new.risk, new.basis);
  new.ceiling := coalesce(new.ceiling, new.frozen ->> 'level');
  return new;
end
$$;

comment on function isms.acceptance_fill() is 'BEFORE INSERT trigger: records what is accepted, and its level as the ceiling where none is given';

create trigger fill_frozen before insert on isms.acceptance
  for each row execute function isms.acceptance_fill();

-- The approval binds what was asked for; who accepted and when follow from it, and are nobody's to type.
create function isms.acceptance_accepted() returns trigger
  language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
  if new.status <> 'accepted' or old.status = 'accepted' then
    raise exception using
      errcode = 'IS006',
      message = format('acceptance %s cannot change accepted_by or accepted_on', new.code),
      detail = 'frozen: they are set when it is accepted',
      schema = 'isms', table = 'acceptance', column = 'accepted_by';
  end if;
  new.accepted_by := coalesce((
    select coalesce(a.on_behalf_of, a.approver)
      from isms.approval_request q
      join isms.approval a on a.request = q.id and a.slot = 'owner'
     where q.scope = new.scope and q.table_name = 'isms.acceptance' and q.key = new.code and q.transition = 'accept' and q.status = 'open'),
    isms.actor());
  new.accepted_on := isms.today(new.scope);
  return new;
end
$$;

comment on function isms.acceptance_accepted() is 'BEFORE UPDATE trigger: an acceptance is of who approved as the owner (without an approval, of who acts), and of today. Errors: IS006';

create trigger fill_accepted before update on isms.acceptance
  for each row when (new.status = 'accepted' and old.status <> 'accepted'
                     or (new.accepted_by, new.accepted_on) is distinct from (old.accepted_by, old.accepted_on))
  execute function isms.acceptance_accepted();
