-- 10.2: what does not conform, from its correction to the verdict on what was done; 10.1: improvements.
create table isms.nonconformity (
  scope text not null default isms.default_scope() constraint nonconformity_scope_fkey references isms.scope on update cascade,
  code text not null constraint nonconformity_code_form check (code ~ '^[^[:space:]]+( [^[:space:]]+)*$'),
  status text not null default 'open',
  source text constraint nonconformity_source_known check (source in ('internal_audit', 'certification_body', 'incident', 'measurement', 'management_review', 'control_test', 'supplier', 'report', 'other')),
  source_key text,
  requirement text,
  statement text,
  found_where text,
  found_on date,
  owner text constraint nonconformity_owner_fkey references isms.person on update cascade,
  grade text constraint nonconformity_grade_known check (grade in ('major', 'minor')),
  correction text,
  no_correction_reason text,
  consequences text,
  cause text,
  similar_cases text,
  similar_looked text,
  action_needed boolean,
  need_reason text,
  implemented_on date,
  effectiveness_due date,
  waiting_days integer constraint nonconformity_waiting_days_positive check (waiting_days between 0 and 36500),
  effective boolean,
  judged_by text constraint nonconformity_judged_by_fkey references isms.person on update cascade constraint nonconformity_judged_by_another check (judged_by <> owner),
  judged_on date,
  judged_how text,
  changes_isms boolean,
  change text,
  no_change_reason text,
  affects_risk boolean,
  risk text,
  no_risk_reason text,
  body_reference text,
  body_dated date,
  body_evidence text,
  body_accepted_on date,
  body_verified_on date,
  custom jsonb not null default '{}' constraint nonconformity_custom_object check (jsonb_typeof(custom) = 'object'),
  created_by text default isms.actor(),
  constraint nonconformity_pkey primary key (scope, code),
  constraint nonconformity_risk_fkey foreign key (scope, risk) references isms.risk on update cascade
);

comment on table isms.nonconformity is 'Nonconformities: nature, correction, cause, action and its effect (10.2)';
comment on column isms.nonconformity.scope is 'Scope';
comment on column isms.nonconformity.code is 'Key in the scope';
comment on column isms.nonconformity.status is 'State in workflow nonconformity';
comment on column isms.nonconformity.source is 'What found it: internal_audit, certification_body, incident, measurement, management_review, control_test, supplier, report or other';
comment on column isms.nonconformity.source_key is 'Key of the record it was found by: of the finding, incident, measure, management review, control test or supplier; of other sources free text';
comment on column isms.nonconformity.requirement is 'Requirement that is not met: clause, control, law, contract';
comment on column isms.nonconformity.statement is 'What was found';
comment on column isms.nonconformity.found_where is 'Where';
comment on column isms.nonconformity.found_on is 'When; today in the scope unless stated';
comment on column isms.nonconformity.owner is 'Person who sees to it';
comment on column isms.nonconformity.grade is 'major or minor';
comment on column isms.nonconformity.correction is 'What was done at once (10.2 a)';
comment on column isms.nonconformity.no_correction_reason is 'Why nothing was';
comment on column isms.nonconformity.consequences is 'What it led to and how that was dealt with, or that nothing is seen';
comment on column isms.nonconformity.cause is 'Cause (10.2 b)';
comment on column isms.nonconformity.similar_cases is 'Similar ones that exist or could';
comment on column isms.nonconformity.similar_looked is 'Where that was looked for';
comment on column isms.nonconformity.action_needed is 'Do the causes need action?';
comment on column isms.nonconformity.need_reason is 'Why, or why not';
comment on column isms.nonconformity.implemented_on is 'Day on which the actions were in place';
comment on column isms.nonconformity.effectiveness_due is 'Day by which their effect is judged';
comment on column isms.nonconformity.waiting_days is 'Days after implemented_on before which it is too early to judge; null: 30';
comment on column isms.nonconformity.effective is 'Were they effective? (10.2 d)';
comment on column isms.nonconformity.judged_by is 'Who judged';
comment on column isms.nonconformity.judged_on is 'When';
comment on column isms.nonconformity.judged_how is 'How';
comment on column isms.nonconformity.changes_isms is 'Does the management system change? (10.2 e)';
comment on column isms.nonconformity.change is 'The change';
comment on column isms.nonconformity.no_change_reason is 'Why it does not';
comment on column isms.nonconformity.affects_risk is 'Is a risk affected?';
comment on column isms.nonconformity.risk is 'The risk, assessed since';
comment on column isms.nonconformity.no_risk_reason is 'Why none is';
comment on column isms.nonconformity.body_reference is 'Letter or report of the certification body';
comment on column isms.nonconformity.body_dated is 'Its date';
comment on column isms.nonconformity.body_evidence is 'Where it is kept';
comment on column isms.nonconformity.body_accepted_on is 'Day on which the body accepted the plan';
comment on column isms.nonconformity.body_verified_on is 'Day on which the body verified correction and action';
comment on column isms.nonconformity.custom is 'Fields of the organisation''s own';
comment on column isms.nonconformity.created_by is 'Person who recorded it';

create index nonconformity_owner_idx on isms.nonconformity (owner);

create index nonconformity_judged_by_idx on isms.nonconformity (judged_by);

create index nonconformity_risk_idx on isms.nonconformity (scope, risk);

create sequence isms.nonconformity_code;

comment on sequence isms.nonconformity_code is 'Numbers for codes of nonconformities';

create trigger fill_code before insert on isms.nonconformity
  for each row when (new.code is null) execute function isms.fill_code('NC');

create trigger fill_date before insert on isms.nonconformity
  for each row when (new.found_on is null) execute function isms.dated_today('found_on');

create trigger source_key after insert or update of scope, source, source_key on isms.nonconformity
  for each row when (new.source_key is not null) execute function isms.names_record('source_key', 'source',
    '{"internal_audit": "finding", "certification_body": "finding", "incident": "incident", "measurement": "measure", "management_review": "management_review", "control_test": "control_test", "supplier": "supplier"}', 'cutover');

-- 10.2 f, g: closed, it and what was done about it stay as they were.
do $$
begin
  perform isms.attach_workflow('isms.nonconformity', 'nonconformity', 'status', covers => '{
    "isms.action": {"on": {"scope": "scope", "serves": "code"}, "where": {"serves_kind": "nonconformity"},
      "ignore": ["status", "started_on", "done_on", "check_result", "checked_by", "checked_on", "replaced_by", "urgent", "urgent_reason", "custom"]}}');
end
$$;

create table isms.improvement (
  scope text not null default isms.default_scope() constraint improvement_scope_fkey references isms.scope on update cascade,
  code text not null constraint improvement_code_form check (code ~ '^[^[:space:]]+( [^[:space:]]+)*$'),
  title text not null constraint improvement_title_given check (title ~ '\S'),
  source text,
  concerns text constraint improvement_concerns_known check (concerns in ('suitability', 'adequacy', 'effectiveness')),
  benefit text,
  owner text constraint improvement_owner_fkey references isms.person on update cascade,
  proposed_on date not null,
  decision text constraint improvement_decision_known check (decision in ('taken_up', 'declined')),
  decision_reason text,
  decided_by text constraint improvement_decided_by_fkey references isms.person on update cascade,
  decided_on date,
  result text,
  done_on date,
  custom jsonb not null default '{}' constraint improvement_custom_object check (jsonb_typeof(custom) = 'object'),
  created_by text default isms.actor(),
  constraint improvement_pkey primary key (scope, code),
  constraint improvement_decision_whole check ((decision is null) = (decided_by is null) and (decision is null) = (decided_on is null)),
  constraint improvement_declined_reasoned check (decision is distinct from 'declined' or coalesce(decision_reason, '') ~ '\S'),
  constraint improvement_done_when_taken_up check (done_on is null or coalesce(decision = 'taken_up', false) and coalesce(result, '') ~ '\S')
);

comment on table isms.improvement is 'Improvements of the management system, proposed, decided and done (10.1); actions that serve them carry them out';
comment on column isms.improvement.scope is 'Scope';
comment on column isms.improvement.code is 'Key in the scope';
comment on column isms.improvement.title is 'What would be better';
comment on column isms.improvement.source is 'Where the idea comes from';
comment on column isms.improvement.concerns is 'What it improves: suitability, adequacy or effectiveness';
comment on column isms.improvement.benefit is 'What is expected of it';
comment on column isms.improvement.owner is 'Person who sees to it';
comment on column isms.improvement.proposed_on is 'When it was proposed; today in the scope unless stated';
comment on column isms.improvement.decision is 'taken_up or declined; null: not decided yet';
comment on column isms.improvement.decision_reason is 'Why; needed where it was declined';
comment on column isms.improvement.decided_by is 'Who decided';
comment on column isms.improvement.decided_on is 'When';
comment on column isms.improvement.result is 'What came of it';
comment on column isms.improvement.done_on is 'When it was done';
comment on column isms.improvement.custom is 'Fields of the organisation''s own';
comment on column isms.improvement.created_by is 'Person who proposed it';

create index improvement_owner_idx on isms.improvement (owner);

create index improvement_decided_by_idx on isms.improvement (decided_by);

create sequence isms.improvement_code;

comment on sequence isms.improvement_code is 'Numbers for codes of improvements';

create trigger fill_code before insert on isms.improvement
  for each row when (new.code is null) execute function isms.fill_code('IP');

create trigger fill_date before insert on isms.improvement
  for each row when (new.proposed_on is null) execute function isms.dated_today('proposed_on');

create trigger not_in_future before insert or update of proposed_on, decided_on, done_on on isms.improvement
  for each row when (new.proposed_on > isms.today(new.scope) or new.decided_on > isms.today(new.scope) or new.done_on > isms.today(new.scope)) execute function isms.not_in_future('proposed_on', 'decided_on', 'done_on');

insert into isms.action_subject (kind, table_name, builtin) values
  ('nonconformity', 'nonconformity', true),
  ('improvement', 'improvement', true);

-- A.6.5: who leaves hands these over.
insert into isms.owned_table (schema_name, table_name, person_column, role, state_column, ended_states, builtin) values
  ('isms', 'nonconformity', 'owner', null, 'status', '{closed,void}', true);
