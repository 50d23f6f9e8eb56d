-- What acts on a risk, and what is to be done about it (6.1.3).
create table isms.risk_control (
  scope text not null default isms.default_scope(),
  risk text not null,
  implementation text not null,
  effect_on text not null default 'likelihood' constraint risk_control_effect_on_known check (effect_on in ('likelihood', 'consequence')),
  effectiveness numeric constraint risk_control_effectiveness_fraction check (effectiveness between 0 and 1),
  reduction integer constraint risk_control_reduction_positive check (reduction between 0 and 99),
  constraint risk_control_pkey primary key (scope, risk, implementation, effect_on) include (effectiveness, reduction),
  constraint risk_control_risk_fkey foreign key (scope, risk) references isms.risk on update cascade,
  constraint risk_control_implementation_fkey foreign key (scope, implementation) references isms.implementation on update cascade
);

comment on table isms.risk_control is 'Which implementation lowers which risk, on which side and by how much (6.1.3 b)';
comment on column isms.risk_control.scope is 'Scope';
comment on column isms.risk_control.risk is 'Risk';
comment on column isms.risk_control.implementation is 'Implementation';
comment on column isms.risk_control.effect_on is 'likelihood or consequence';
comment on column isms.risk_control.effectiveness is 'Fraction of events or of loss prevented, 0 to 1; null: the implementation''s own. For rules bands and percent';
comment on column isms.risk_control.reduction is 'Steps taken off, for rules steps and vulnerability_reduction';

create index risk_control_implementation_idx on isms.risk_control (scope, implementation);

create table isms.treatment (
  scope text not null default isms.default_scope(),
  risk text not null,
  option text not null constraint treatment_option_known check (option in ('modification', 'retention', 'sharing', 'avoidance')),
  justification text,
  other_party text,
  agreement text,
  activity text,
  stops_on date,
  effect_on text constraint treatment_effect_on_known check (effect_on in ('likelihood', 'consequence')),
  effectiveness numeric constraint treatment_effectiveness_fraction check (effectiveness between 0 and 1),
  reduction integer constraint treatment_reduction_positive check (reduction between 0 and 99),
  withdrawn_on date,
  withdrawn_reason text,
  created_by text default isms.actor(),
  constraint treatment_pkey primary key (scope, risk, option),
  constraint treatment_risk_fkey foreign key (scope, risk) references isms.risk on update cascade,
  constraint treatment_effect_of_sharing check (effect_on is null or option in ('sharing', 'avoidance')),
  constraint treatment_withdrawal_reasoned check (withdrawn_on is null or coalesce(withdrawn_reason, '') ~ '\S')
);

comment on table isms.treatment is 'Treatment options chosen for a risk (6.1.3 a), several a risk';
comment on column isms.treatment.scope is 'Scope';
comment on column isms.treatment.risk is 'Risk';
comment on column isms.treatment.option is 'modification (mitigate), retention (accept), sharing (transfer) or avoidance (avoid); the everyday words are taken too';
comment on column isms.treatment.justification is 'Why this option';
comment on column isms.treatment.other_party is 'Who the risk is shared with';
comment on column isms.treatment.agreement is 'Contract or policy that shares it';
comment on column isms.treatment.activity is 'Activity that is stopped';
comment on column isms.treatment.stops_on is 'Date on which it stops';
comment on column isms.treatment.effect_on is 'What sharing or avoidance lowers: likelihood or consequence';
comment on column isms.treatment.effectiveness is 'Fraction it takes off, 0 to 1';
comment on column isms.treatment.reduction is 'Steps it takes off, for the step rules';
comment on column isms.treatment.withdrawn_on is 'Date on which the option was given up';
comment on column isms.treatment.withdrawn_reason is 'Why';
comment on column isms.treatment.created_by is 'Person who chose it';

create function isms.treatment_option() returns trigger
  language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
  new.option := case new.option
    when 'mitigate' then 'modification'
    when 'accept' then 'retention'
    when 'transfer' then 'sharing'
    when 'avoid' then 'avoidance'
    else new.option
  end;
  return new;
end
$$;

comment on function isms.treatment_option() is 'BEFORE trigger that stores the ISO word where the everyday one was given';

create trigger treatment_option before insert or update of option on isms.treatment
  for each row execute function isms.treatment_option();

-- One register for everything that is to be done, whatever it serves.
create table isms.action_subject (
  kind text constraint action_subject_pkey primary key,
  table_name text not null,
  owner_column text not null default 'owner',
  builtin boolean not null default false
);

comment on table isms.action_subject is 'What an action can serve, and the table it is looked up in by (scope, code)';
comment on column isms.action_subject.kind is 'Value of action.serves_kind';
comment on column isms.action_subject.table_name is 'Table in schema isms';
comment on column isms.action_subject.owner_column is 'Its column with the person who answers for the record, whom the steps of the action know as @parent.owner';
comment on column isms.action_subject.builtin is 'Shipped with the extension';

insert into isms.action_subject (kind, table_name, builtin) values ('risk', 'risk', true);

insert into isms.closed_table (name, readable, builtin) values ('action_subject', true, true);

create table isms.action (
  scope text not null default isms.default_scope() constraint action_scope_fkey references isms.scope on update cascade,
  code text not null constraint action_code_form check (code ~ '^[^[:space:]]+( [^[:space:]]+)*$'),
  title text not null constraint action_title_given check (title ~ '\S'),
  status text not null default 'planned',
  serves_kind text not null default 'risk' constraint action_serves_kind_fkey references isms.action_subject,
  serves text,
  option text constraint action_option_of_risk check (option is null or serves_kind = 'risk'),
  implementation text,
  owner text constraint action_owner_fkey references isms.person on update cascade,
  due_on date,
  resources text,
  urgent boolean not null default false,
  urgent_reason text constraint action_urgent_reasoned check (not urgent or coalesce(urgent_reason, '') ~ '\S'),
  started_on date,
  done_on date,
  check_result text constraint action_check_result_known check (check_result in ('pass', 'fail')),
  checked_by text constraint action_checked_by_fkey references isms.person on update cascade,
  checked_on date,
  replaced_by text constraint action_replaced_by_other check (replaced_by <> code),
  custom jsonb not null default '{}' constraint action_custom_object check (jsonb_typeof(custom) = 'object'),
  created_by text default isms.actor(),
  constraint action_pkey primary key (scope, code),
  constraint action_option_fkey foreign key (scope, serves, option) references isms.treatment on update cascade,
  constraint action_implementation_fkey foreign key (scope, implementation) references isms.implementation on update cascade
);

comment on table isms.action is 'Everything that is to be done: for a risk (6.1.3 e) and for what later rooms register';
comment on column isms.action.scope is 'Scope';
comment on column isms.action.code is 'Key in the scope';
comment on column isms.action.title is 'What is to be done';
comment on column isms.action.status is 'State in workflow action';
comment on column isms.action.serves_kind is 'Kind of record it serves';
comment on column isms.action.serves is 'Code of that record';
comment on column isms.action.option is 'Treatment option it carries out; null: the plan as a whole';
comment on column isms.action.implementation is 'Implementation it builds';
comment on column isms.action.owner is 'Person responsible';
comment on column isms.action.due_on is 'Due date';
comment on column isms.action.resources is 'Resources';
comment on column isms.action.urgent is 'May start before the plan is approved';
comment on column isms.action.urgent_reason is 'Why';
comment on column isms.action.started_on is 'Date started';
comment on column isms.action.done_on is 'Date done';
comment on column isms.action.check_result is 'Result of the check: pass or fail';
comment on column isms.action.checked_by is 'Who checked';
comment on column isms.action.checked_on is 'When';
comment on column isms.action.replaced_by is 'Action that takes its place';
comment on column isms.action.custom is 'Fields of the organisation''s own';
comment on column isms.action.created_by is 'Person who planned it';

create index action_serves_idx on isms.action (scope, serves_kind, serves);

create index action_implementation_idx on isms.action (scope, implementation);

create index action_owner_idx on isms.action (owner);

create sequence isms.action_code;

comment on sequence isms.action_code is 'Numbers for codes of actions';

create trigger fill_code before insert on isms.action
  for each row when (new.code is null) execute function isms.fill_code('T');

create trigger treatment_option before insert or update of option on isms.action
  for each row when (new.option is not null) execute function isms.treatment_option();

create function isms.action_serves() returns trigger
  language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
  subject text;
  found_it boolean;
begin
  select s.table_name into subject from isms.action_subject s where s.kind = new.serves_kind;
  execute format('select exists (select from isms.%I t where t.scope = $1 and t.code = $2)', subject) into found_it using new.scope, new.serves;
  if not found_it then
    raise exception using
      errcode = 'foreign_key_violation',
      message = format('action %s serves %s %s, which does not exist in scope %s', new.code, new.serves_kind, new.serves, new.scope),
      hint = format('Record it first, or correct action.serves; see isms.%s.', subject),
      schema = 'isms', table = 'action', column = 'serves', constraint = 'action_serves';
  end if;
  return null;
end
$$;

comment on function isms.action_serves() is 'AFTER trigger: the record an action serves must exist; what it serves may be of several tables, so no foreign key can say it';

create trigger action_serves after insert or update of scope, serves_kind, serves on isms.action
  for each row when (new.serves is not null) execute function isms.action_serves();

create trigger replaced_by after insert or update of replaced_by on isms.action
  for each row when (new.replaced_by is not null) execute function isms.refers_to_own_table('replaced_by');
