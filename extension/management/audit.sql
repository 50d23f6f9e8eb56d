-- 9.2: the audit programme, internal audits with what was looked at, and what was found.
create table isms.audit_programme (
  scope text not null default isms.default_scope() constraint audit_programme_scope_fkey references isms.scope on update cascade,
  code text not null constraint audit_programme_code_form check (code ~ '^[^[:space:]]+( [^[:space:]]+)*$'),
  title text not null constraint audit_programme_title_given check (title ~ '\S'),
  status text not null default 'draft',
  period daterange,
  frequency text,
  methods text,
  responsibilities text,
  planning text,
  reporting text,
  refers_importance text,
  earlier_results text,
  owner text constraint audit_programme_owner_fkey references isms.person on update cascade,
  custom jsonb not null default '{}' constraint audit_programme_custom_object check (jsonb_typeof(custom) = 'object'),
  created_by text default isms.actor(),
  constraint audit_programme_pkey primary key (scope, code),
  constraint audit_programme_period_bounded check (not (isempty(period) or lower_inf(period) or upper_inf(period))),
  -- 9.2.2
  constraint audit_programme_complete check (
    status = 'draft'
    or period is not null and coalesce(frequency, '') ~ '\S' and coalesce(methods, '') ~ '\S' and coalesce(responsibilities, '') ~ '\S'
       and coalesce(planning, '') ~ '\S' and coalesce(reporting, '') ~ '\S'
       and coalesce(refers_importance, '') ~ '\S' and coalesce(earlier_results, '') ~ '\S')
);

comment on table isms.audit_programme is 'Audit programmes (9.2.2); under workflow two_eyes, approved only when complete';
comment on column isms.audit_programme.scope is 'Scope';
comment on column isms.audit_programme.code is 'Key in the scope';
comment on column isms.audit_programme.title is 'Title';
comment on column isms.audit_programme.status is 'State in workflow two_eyes';
comment on column isms.audit_programme.period is 'Period it plans';
comment on column isms.audit_programme.frequency is 'How often what is audited';
comment on column isms.audit_programme.methods is 'Methods';
comment on column isms.audit_programme.responsibilities is 'Who is responsible for what';
comment on column isms.audit_programme.planning is 'How audits are planned';
comment on column isms.audit_programme.reporting is 'How and to whom results are reported';
comment on column isms.audit_programme.refers_importance is 'How the importance of the processes was taken into account';
comment on column isms.audit_programme.earlier_results is 'How the results of earlier audits were';
comment on column isms.audit_programme.owner is 'Person who manages the programme';
comment on column isms.audit_programme.custom is 'Fields of the organisation''s own';
comment on column isms.audit_programme.created_by is 'Person who recorded it';

create index audit_programme_owner_idx on isms.audit_programme (owner);

create sequence isms.audit_programme_code;

comment on sequence isms.audit_programme_code is 'Numbers for codes of audit programmes';

create trigger fill_code before insert on isms.audit_programme
  for each row when (new.code is null) execute function isms.fill_code('AP');

create table isms.internal_audit (
  scope text not null default isms.default_scope(),
  code text not null constraint internal_audit_code_form check (code ~ '^[^[:space:]]+( [^[:space:]]+)*$'),
  title text not null constraint internal_audit_title_given check (title ~ '\S'),
  status text not null default 'planned',
  programme text not null,
  planned_period daterange constraint internal_audit_planned_period_bounded check (not (isempty(planned_period) or lower_inf(planned_period) or upper_inf(planned_period))),
  criteria text,
  scope_items text[] not null default '{}',
  lead_auditor text constraint internal_audit_lead_auditor_fkey references isms.person on update cascade,
  team text[] not null default '{}',
  plan_sent_on date,
  unannounced boolean not null default false,
  unannounced_reason text,
  conclusion text,
  reported_on date,
  recipients text[] not null default '{}',
  custom jsonb not null default '{}' constraint internal_audit_custom_object check (jsonb_typeof(custom) = 'object'),
  created_by text default isms.actor(),
  constraint internal_audit_pkey primary key (scope, code),
  constraint internal_audit_programme_fkey foreign key (scope, programme) references isms.audit_programme on update cascade
);

comment on table isms.internal_audit is 'Internal audits (9.2)';
comment on column isms.internal_audit.scope is 'Scope';
comment on column isms.internal_audit.code is 'Key in the scope';
comment on column isms.internal_audit.title is 'Title';
comment on column isms.internal_audit.status is 'State in workflow internal_audit';
comment on column isms.internal_audit.programme is 'Audit programme';
comment on column isms.internal_audit.planned_period is 'When it takes place';
comment on column isms.internal_audit.criteria is 'What it is audited against (9.2.2 a)';
comment on column isms.internal_audit.scope_items is 'What is audited: codes of what people own, references of controls and of clauses';
comment on column isms.internal_audit.lead_auditor is 'Person who leads it';
comment on column isms.internal_audit.team is 'Codes of the auditors, the lead among them';
comment on column isms.internal_audit.plan_sent_on is 'Day on which the audited were told';
comment on column isms.internal_audit.unannounced is 'They were not to be told';
comment on column isms.internal_audit.unannounced_reason is 'Why not';
comment on column isms.internal_audit.conclusion is 'Overall conclusion';
comment on column isms.internal_audit.reported_on is 'Day of the report';
comment on column isms.internal_audit.recipients is 'Codes of the persons it went to';
comment on column isms.internal_audit.custom is 'Fields of the organisation''s own';
comment on column isms.internal_audit.created_by is 'Person who planned it';

create index internal_audit_programme_idx on isms.internal_audit (scope, programme);

create index internal_audit_lead_auditor_idx on isms.internal_audit (lead_auditor);

create sequence isms.internal_audit_code;

comment on sequence isms.internal_audit_code is 'Numbers for codes of internal audits';

create trigger fill_code before insert on isms.internal_audit
  for each row when (new.code is null) execute function isms.fill_code('IA');

create trigger team_known after insert or update of team on isms.internal_audit
  for each row when (new.team <> '{}') execute function isms.lists_people('team');

create trigger recipients_known after insert or update of recipients on isms.internal_audit
  for each row when (new.recipients <> '{}') execute function isms.lists_people('recipients');

create table isms.audit_item (
  scope text not null default isms.default_scope(),
  audit text not null,
  item text not null constraint audit_item_item_given check (item ~ '\S'),
  result text constraint audit_item_result_known check (result in ('conforms', 'finding', 'not_examined')),
  reason text,
  sample text,
  persons_met text,
  evidence text,
  created_by text default isms.actor(),
  constraint audit_item_pkey primary key (scope, audit, item),
  constraint audit_item_audit_fkey foreign key (scope, audit) references isms.internal_audit on update cascade
);

comment on table isms.audit_item is 'What an audit looked at and what it showed, conformity included (9.2.1, 9.2.2)';
comment on column isms.audit_item.scope is 'Scope';
comment on column isms.audit_item.audit is 'Internal audit';
comment on column isms.audit_item.item is 'Item of its scope_items';
comment on column isms.audit_item.result is 'conforms, finding or not_examined';
comment on column isms.audit_item.reason is 'Why it was not examined';
comment on column isms.audit_item.sample is 'Sample: how many of how many, and how drawn';
comment on column isms.audit_item.persons_met is 'Who was spoken with';
comment on column isms.audit_item.evidence is 'What shows the result';
comment on column isms.audit_item.created_by is 'Person who recorded it';

-- 9.2.2 b: who has a part in it is asked of scope_items, so nothing is looked at beside them.
create function isms.audit_item_in_scope() returns trigger
  language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
  if not exists (select from isms.internal_audit a where a.scope = new.scope and a.code = new.audit and new.item = any (a.scope_items)) then
    raise exception using
      errcode = 'foreign_key_violation',
      message = format('%s is not among scope_items of internal audit %s', new.item, new.audit),
      hint = 'Put it there first; once the audit is in progress that is step amend_audit, which asks anew who has a part in what is audited.',
      schema = 'isms', table = 'audit_item', column = 'item', constraint = tg_name;
  end if;
  return null;
end
$$;

comment on function isms.audit_item_in_scope() is 'AFTER trigger: what was looked at is one of the audit''s scope_items (9.2.2 b). Errors: 23503';

create trigger item_in_scope after insert or update of scope, audit, item on isms.audit_item
  for each row execute function isms.audit_item_in_scope();

-- 9.2.2 b: what an audit showed its auditors say, not whoever may edit registers, the audited among them.
create function isms.audit_item_by_team() returns trigger
  language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
  i isms.audit_item := coalesce(new, old);
  me text := isms.actor();
begin
  if (old.result, old.reason, old.sample, old.persons_met, old.evidence) is distinct from (new.result, new.reason, new.sample, new.persons_met, new.evidence)
     and not exists (select from isms.internal_audit a where a.scope = i.scope and a.code = i.audit and me = any (a.team || a.lead_auditor))
     and not isms.in_cutover(row('internal_audit', null, null, null, null, null, me, null, i.scope)::isms.step) then
    raise exception using
      errcode = 'IS002',
      message = format('%s may not record what internal audit %s showed', coalesce(isms.person_name(me), session_user), i.audit),
      detail = 'actor (9.2.2 b): its team does',
      hint = 'Items to be looked at are entered without a result.',
      schema = tg_table_schema, table = tg_table_name, column = 'result', constraint = 'actor';
  end if;
  return null;
end
$$;

comment on function isms.audit_item_by_team() is 'AFTER trigger: what an audit showed is recorded, changed and removed by its team (9.2.2 b). Errors: IS002';

create trigger by_team after insert or update or delete on isms.audit_item
  for each row execute function isms.audit_item_by_team();

create table isms.finding (
  scope text not null default isms.default_scope() constraint finding_scope_fkey references isms.scope on update cascade,
  code text not null constraint finding_code_form check (code ~ '^[^[:space:]]+( [^[:space:]]+)*$'),
  status text not null default 'draft',
  source text not null default 'internal_audit' constraint finding_source_known check (source in ('internal_audit', 'certification_body', 'other')),
  audit text,
  item text,
  certification text,
  kind text constraint finding_kind_known check (kind in ('major', 'minor', 'observation', 'opportunity', 'concern')),
  requirement text,
  evidence text,
  statement text,
  auditee text constraint finding_auditee_fkey references isms.person on update cascade,
  nonconformity text,
  decision text constraint finding_decision_known check (decision in ('taken_up', 'declined')),
  decision_reason text,
  answer text,
  found_on date not null,
  body_reference text,
  body_dated date,
  body_evidence text,
  body_accepted_on date,
  body_verified_on date,
  custom jsonb not null default '{}' constraint finding_custom_object check (jsonb_typeof(custom) = 'object'),
  created_by text default isms.actor(),
  constraint finding_pkey primary key (scope, code),
  constraint finding_audit_fkey foreign key (scope, audit) references isms.internal_audit on update cascade,
  constraint finding_nonconformity_fkey foreign key (scope, nonconformity) references isms.nonconformity on update cascade,
  constraint finding_audit_of_source check ((source = 'internal_audit') = (audit is not null))
);

comment on table isms.finding is 'What audits found, the certification body''s included (9.2)';
comment on column isms.finding.scope is 'Scope';
comment on column isms.finding.code is 'Key in the scope';
comment on column isms.finding.status is 'State in workflow finding';
comment on column isms.finding.source is 'internal_audit, certification_body or other';
comment on column isms.finding.audit is 'Internal audit that found it';
comment on column isms.finding.item is 'Which of the audit''s scope_items it is of; null: what its requirement is, or is under';
comment on column isms.finding.certification is 'Certification cycle whose audit found it';
comment on column isms.finding.kind is 'major, minor, observation, opportunity or concern';
comment on column isms.finding.requirement is 'Requirement it is held against';
comment on column isms.finding.evidence is 'What shows it';
comment on column isms.finding.statement is 'What was found';
comment on column isms.finding.auditee is 'Person who answers for what was audited';
comment on column isms.finding.nonconformity is 'Nonconformity it led to';
comment on column isms.finding.decision is 'What becomes of an observation or opportunity: taken_up or declined';
comment on column isms.finding.decision_reason is 'Why';
comment on column isms.finding.answer is 'Answer to an area of concern';
comment on column isms.finding.found_on is 'When it was found; today in the scope unless stated';
comment on column isms.finding.body_reference is 'Letter or report of the certification body';
comment on column isms.finding.body_dated is 'Its date';
comment on column isms.finding.body_evidence is 'Where it is kept';
comment on column isms.finding.body_accepted_on is 'Day on which the body accepted the plan';
comment on column isms.finding.body_verified_on is 'Day on which the body verified correction and action';
comment on column isms.finding.custom is 'Fields of the organisation''s own';
comment on column isms.finding.created_by is 'Person who recorded it';

create index finding_audit_idx on isms.finding (scope, audit);

create index finding_nonconformity_idx on isms.finding (scope, nonconformity);

create index finding_certification_idx on isms.finding (scope, certification);

create index finding_auditee_idx on isms.finding (auditee);

create sequence isms.finding_code;

comment on sequence isms.finding_code is 'Numbers for codes of findings';

create trigger fill_code before insert on isms.finding
  for each row when (new.code is null) execute function isms.fill_code('F');

create trigger fill_date before insert on isms.finding
  for each row when (new.found_on is null) execute function isms.dated_today('found_on');

-- The audits are found before their items: fenced by offset, or the day of each scope is asked for first.
create function isms.audited_items(scopes text[], within interval) returns table (scope text, item text, reported_on date)
  language sql stable parallel restricted
begin atomic
  select i.scope, i.item, a.reported_on
    from isms.audit_item i
    join (
      select x.scope, x.code, x.reported_on
        from isms.internal_audit x
        join isms.scope_day d on d.scope = x.scope
       where x.scope = any (audited_items.scopes) and x.status in ('reported', 'closed') and (x.reported_on + (select audited_items.within))::date >= d.today
      offset 0) a on a.scope = i.scope and a.code = i.audit
   where i.scope = any (audited_items.scopes) and i.result in ('conforms', 'finding');
end;

comment on function isms.audited_items(text[], interval) is 'What internal audits of the scopes that were reported within a time until today looked at, and when each was reported; an item once for each audit';

-- 9.2.2: rows beside the one that is judged.
create function isms.audit_items(audit jsonb) returns jsonb
  language plpgsql stable set search_path = pg_catalog, pg_temp as $$
begin
  return isms.read_as_owner('isms.audit_item',
    'select coalesce(jsonb_agg(to_jsonb(i)), ''[]'') from isms.audit_item i where i.scope = $1 ->> ''scope'' and i.audit = $1 ->> ''code''', audit);
end
$$;

comment on function isms.audit_items(jsonb) is 'Relation items of internal audits: what was looked at';

insert into isms.workflow_relation (workflow, name, function, builtin) values
  ('internal_audit', 'items', 'isms.audit_items', true);

do $$
begin
  -- who manages it may change without approving it anew
  perform isms.attach_workflow('isms.audit_programme', 'two_eyes', 'status', ignore => '{owner}');
  perform isms.attach_workflow('isms.internal_audit', 'internal_audit', 'status', covers => '{
    "isms.audit_item": {"on": {"scope": "scope", "audit": "code"}}}');
  perform isms.attach_workflow('isms.finding', 'finding', 'status');
end
$$;

insert into isms.action_subject (kind, table_name, owner_column, builtin) values ('finding', 'finding', 'auditee', true);

-- A.6.5: who leaves hands these over.
insert into isms.owned_table (schema_name, table_name, person_column, role, state_column, ended_states, builtin) values
  ('isms', 'audit_programme', 'owner', null, 'status', '{closed}', true),
  ('isms', 'internal_audit', 'lead_auditor', 'internal_auditor', 'status', '{closed,cancelled}', true),
  ('isms', 'finding', 'auditee', null, 'status', '{closed,withdrawn}', true);
