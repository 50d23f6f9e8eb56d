create table isms.risk (
  scope text not null default isms.default_scope() constraint risk_scope_fkey references isms.scope on update cascade,
  code text not null constraint risk_code_form check (code ~ '^[^[:space:]]+( [^[:space:]]+)*$'),
  title text not null constraint risk_title_given check (title ~ '\S'),
  status text not null default 'identified',
  description text,
  category text,
  asset text,
  threat text,
  vulnerability text,
  scenario text,
  source text,
  event_scenario text,
  hits text constraint risk_hits_form check (hits ~ '^C?I?A?$' and hits <> ''),
  likelihood integer,
  consequence integer,
  threat_rate integer,
  vulnerability_rate integer,
  current_likelihood integer,
  current_consequence integer,
  target_likelihood integer,
  target_consequence integer,
  owner text constraint risk_owner_fkey references isms.person on update cascade,
  method text not null,
  assessor text constraint risk_assessor_fkey references isms.person on update cascade,
  assessed_on date,
  next_review date,
  review_trigger text constraint risk_review_trigger_known
    check (review_trigger in ('interval', 'change', 'incident', 'finding', 'control_failed', 'acceptance_lapsed', 'criteria_changed', 'owner_changed')),
  review_trigger_key text,
  closure_reason text constraint risk_closure_reason_known
    check (closure_reason in ('source_removed', 'activity_stopped', 'out_of_scope', 'duplicate', 'merged', 'not_a_risk')),
  closure_note text,
  successor text constraint risk_successor_other check (successor <> code),
  custom jsonb not null default '{}' constraint risk_custom_object check (jsonb_typeof(custom) = 'object'),
  created_by text default isms.actor(),
  constraint risk_pkey primary key (scope, code),
  constraint risk_asset_fkey foreign key (scope, asset) references isms.asset on update cascade,
  constraint risk_event_scenario_fkey foreign key (scope, event_scenario) references isms.event_scenario on update cascade,
  constraint risk_method_fkey foreign key (scope, method) references isms.risk_method on update cascade
);

comment on table isms.risk is 'Risks: identified (6.1.2 c), rated (d), owned; what is done about them is in treatment, risk_control and action';
comment on column isms.risk.scope is 'Scope';
comment on column isms.risk.code is 'Key in the scope';
comment on column isms.risk.title is 'Title';
comment on column isms.risk.status is 'State in workflow risk';
comment on column isms.risk.description is 'Description';
comment on column isms.risk.category is 'Category of the organisation''s own';
comment on column isms.risk.asset is 'Asset at risk';
comment on column isms.risk.threat is 'Threat: code of isms.threat or prose';
comment on column isms.risk.vulnerability is 'Vulnerability: code of isms.vulnerability or prose';
comment on column isms.risk.scenario is 'Event in prose, where risks are identified by events instead of assets';
comment on column isms.risk.source is 'Risk source of the scenario';
comment on column isms.risk.event_scenario is 'Strategic scenario that this risk refines';
comment on column isms.risk.hits is 'Dimensions the threat hits: letters of CIA in that order';
comment on column isms.risk.likelihood is 'Inherent likelihood, a step of the method''s scale; null: not rated';
comment on column isms.risk.consequence is 'Inherent consequence, a step of the method''s scale; null: not rated';
comment on column isms.risk.threat_rate is 'Threat step, for impact_threat_vulnerability';
comment on column isms.risk.vulnerability_rate is 'Vulnerability step, for impact_threat_vulnerability';
comment on column isms.risk.current_likelihood is 'Likelihood with the controls implemented, for residual rule entered';
comment on column isms.risk.current_consequence is 'Consequence with the controls implemented, for residual rule entered';
comment on column isms.risk.target_likelihood is 'Likelihood with all planned controls too, for residual rule entered';
comment on column isms.risk.target_consequence is 'Consequence with all planned controls too, for residual rule entered';
comment on column isms.risk.owner is 'Risk owner (6.1.2 c2)';
comment on column isms.risk.method is 'Method the risk is assessed with; the approved one of the scope unless stated';
comment on column isms.risk.assessor is 'Person who assessed';
comment on column isms.risk.assessed_on is 'Date of the assessment';
comment on column isms.risk.next_review is 'Next review (8.2)';
comment on column isms.risk.review_trigger is 'Why it is reviewed; empty once it is assessed';
comment on column isms.risk.review_trigger_key is 'Key of the record that caused the review';
comment on column isms.risk.closure_reason is 'Why it was closed; empty once it is reopened';
comment on column isms.risk.closure_note is 'Closure in prose';
comment on column isms.risk.successor is 'Risk that takes its place, for duplicate and merged';
comment on column isms.risk.custom is 'Fields of the organisation''s own';
comment on column isms.risk.created_by is 'Person who recorded it';

create index risk_asset_idx on isms.risk (scope, asset);

create index risk_event_scenario_idx on isms.risk (scope, event_scenario) where event_scenario is not null;

create index risk_owner_idx on isms.risk (owner);

create sequence isms.risk_code;

comment on sequence isms.risk_code is 'Numbers for codes of risks';

create trigger fill_code before insert on isms.risk
  for each row when (new.code is null) execute function isms.fill_code('R');

create function isms.risk_fill_method() returns trigger
  language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
  if not new.scope = any (isms.editable_scopes()) then
    raise exception using
      errcode = 'IS021',
      message = format('%s may record nothing in scope %s', coalesce(isms.person_name(isms.actor()), session_user), new.scope),
      detail = 'scope: it takes a role in it other than external auditor',
      schema = 'isms', table = 'risk', column = 'scope', constraint = 'scope';
  end if;
  new.method := isms.default_method(new.scope);
  if new.method is null then
    raise exception using
      errcode = 'IS040',
      message = format('scope %s has no approved risk method', new.scope),
      detail = 'method: an assessment needs approved criteria (6.1.2 a-b)',
      hint = format('Copy the shipped one: select isms.copy_method(''5x5'', %L), then approve it.', new.scope);
  end if;
  return new;
end
$$;

comment on function isms.risk_fill_method() is 'BEFORE INSERT trigger for risks without a method: the scope''s approved one. Errors: IS040 when there is none, IS021 in a scope that is not the caller''s';

create trigger fill_method before insert on isms.risk
  for each row when (new.method is null) execute function isms.risk_fill_method();

create function isms.risk_hits() returns trigger
  language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
  if new.hits !~* '^[cia]([ ,;/]*[cia])*$' then
    raise exception using
      errcode = 'check_violation',
      message = format('risk %s cannot hit "%s"', new.code, new.hits),
      detail = 'Dimensions are C (confidentiality), I (integrity) and A (availability).',
      hint = 'Write the letters of those it hits, such as C, IA or CIA; leave it null while not known.',
      schema = 'isms', table = 'risk', column = 'hits', constraint = 'risk_hits_form';
  end if;
  new.hits := case when new.hits ~* 'c' then 'C' else '' end || case when new.hits ~* 'i' then 'I' else '' end || case when new.hits ~* 'a' then 'A' else '' end;
  return new;
end
$$;

comment on function isms.risk_hits() is 'BEFORE trigger: the letters of CIA in that order, in whatever order, case and with whatever separators they were given. Errors: 23514 anything else';

create trigger hits before insert or update of hits on isms.risk
  for each row when (new.hits !~ '^C?I?A?$' or new.hits = '') execute function isms.risk_hits();

create trigger successor after insert or update of successor on isms.risk
  for each row when (new.successor is not null) execute function isms.refers_to_own_table('successor');

-- 8.2: a reason for a review or a closure holds for that one; the trail keeps it.
create function isms.risk_reason_spent() returns trigger
  language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
  if new.status = 'assessed' then
    new.review_trigger := null;
    new.review_trigger_key := null;
  else
    new.closure_reason := null;
    new.closure_note := null;
    new.successor := null;
  end if;
  return new;
end
$$;

comment on function isms.risk_reason_spent() is 'BEFORE UPDATE trigger: an assessment ends the review and clears its reason, reopening clears the reason of the closure';

create trigger reason_spent before update on isms.risk
  for each row when (old.status = 'in_review' and new.status = 'assessed' or old.status = 'closed' and new.status <> 'closed')
  execute function isms.risk_reason_spent();
