-- 9.1: what is measured, how, when and by whom; what was measured; what that says of a period.
create table isms.measure (
  scope text not null default isms.default_scope() constraint measure_scope_fkey references isms.scope on update cascade,
  code text not null constraint measure_code_form check (code ~ '^[^[:space:]]+( [^[:space:]]+)*$'),
  title text not null constraint measure_title_given check (title ~ '\S'),
  status text not null default 'active' constraint measure_status_known check (status in ('active', 'retired')),
  subject_kind text not null constraint measure_subject_kind_known check (subject_kind in ('control', 'implementation', 'objective', 'process', 'isms')),
  subject text,
  method text not null constraint measure_method_given check (method ~ '\S'),
  method_version integer not null default 1 constraint measure_method_version_positive check (method_version > 0),
  unit text,
  target numeric,
  target_is text constraint measure_target_is_known check (target_is in ('minimum', 'maximum')),
  measured_every interval not null constraint measure_measured_every_positive check (isms.is_period(measured_every)),
  measurer text constraint measure_measurer_fkey references isms.person on update cascade,
  evaluated_every interval not null constraint measure_evaluated_every_positive check (isms.is_period(evaluated_every)),
  evaluator text constraint measure_evaluator_fkey references isms.person on update cascade,
  starts_on date not null constraint measure_starts_on_near check (starts_on < '3000-01-01'),
  custom jsonb not null default '{}' constraint measure_custom_object check (jsonb_typeof(custom) = 'object'),
  created_by text default isms.actor(),
  constraint measure_pkey primary key (scope, code),
  constraint measure_subject_named check ((subject_kind = 'isms') = (subject is null)),
  constraint measure_target_whole check ((target is null) = (target_is is null))
);

comment on table isms.measure is 'Measures of controls, processes, objectives and the management system: what, how, when, by whom (9.1 a-f)';
comment on column isms.measure.scope is 'Scope';
comment on column isms.measure.code is 'Key in the scope';
comment on column isms.measure.title is 'What is measured';
comment on column isms.measure.status is 'active or retired';
comment on column isms.measure.subject_kind is 'What kind of thing it says something of: control, implementation, objective, process or isms (the whole)';
comment on column isms.measure.subject is 'Which: reference of a control of the base catalogue, or code';
comment on column isms.measure.method is 'How, so that results can be compared and reproduced (9.1 b)';
comment on column isms.measure.method_version is 'Version of the method; raised when method or unit change after something was measured';
comment on column isms.measure.unit is 'Unit';
comment on column isms.measure.target is 'Target value';
comment on column isms.measure.target_is is 'minimum (at least the target) or maximum (at most)';
comment on column isms.measure.measured_every is 'How often it is measured (9.1 c)';
comment on column isms.measure.measurer is 'Who measures (9.1 d)';
comment on column isms.measure.evaluated_every is 'How often results are evaluated (9.1 e)';
comment on column isms.measure.evaluator is 'Who evaluates (9.1 f)';
comment on column isms.measure.starts_on is 'First day; today in the scope unless stated';
comment on column isms.measure.custom is 'Fields of the organisation''s own';
comment on column isms.measure.created_by is 'Person who recorded it';

comment on constraint measure_measured_every_positive on isms.measure is 'measured_every is more than nothing, at most a hundred years, and no part of it is below zero';
comment on constraint measure_evaluated_every_positive on isms.measure is 'evaluated_every is more than nothing, at most a hundred years, and no part of it is below zero';

create index measure_measurer_idx on isms.measure (measurer);

create index measure_evaluator_idx on isms.measure (evaluator);

create sequence isms.measure_code;

comment on sequence isms.measure_code is 'Numbers for codes of measures';

create trigger fill_code before insert on isms.measure
  for each row when (new.code is null) execute function isms.fill_code('ME');

create trigger fill_date before insert on isms.measure
  for each row when (new.starts_on is null) execute function isms.dated_today('starts_on');

create function isms.measure_subject() returns trigger
  language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
  found_it boolean;
begin
  if new.subject_kind = 'control' then
    found_it := exists (select from isms.control c where c.catalogue = isms.base_catalogue() and c.reference::text = new.subject);
  elsif to_regclass(format('isms.%I', new.subject_kind)) is null then
    return null;
  else
    execute format('select exists (select from isms.%I t where t.scope = $1 and t.code = $2)', new.subject_kind) into found_it using new.scope, new.subject;
  end if;
  if not found_it then
    raise exception using
      errcode = 'foreign_key_violation',
      message = format('measure %s is of %s %s, which does not exist in scope %s', new.code, new.subject_kind, new.subject, new.scope),
      hint = format('Record it first, or correct measure.subject; see isms.%s.', new.subject_kind),
      schema = 'isms', table = 'measure', column = 'subject', constraint = tg_name;
  end if;
  return null;
end
$$;

comment on function isms.measure_subject() is 'AFTER trigger: what is measured must exist; it may be of several tables, so no foreign key can say it. Errors: 23503';

create trigger measure_subject after insert or update of scope, subject_kind, subject on isms.measure
  for each row when (new.subject is not null) execute function isms.measure_subject();

create table isms.measurement (
  id bigint generated always as identity constraint measurement_pkey primary key,
  scope text not null default isms.default_scope(),
  measure text not null,
  measured_on date not null,
  value numeric,
  method_version integer not null,
  measured_by text default isms.actor() constraint measurement_measured_by_fkey references isms.person on update cascade,
  evidence text,
  corrects bigint,
  correction_reason text,
  created_by text default isms.actor(),
  constraint measurement_measure_fkey foreign key (scope, measure) references isms.measure on update cascade,
  constraint measurement_value_given check (value is not null and value <> 'NaN' or corrects is not null and value is null),
  constraint measurement_corrects_earlier check (corrects < id),
  constraint measurement_correction_reasoned check (corrects is null or coalesce(correction_reason, '') ~ '\S'),
  constraint measurement_corrects_key unique (corrects)
);

comment on table isms.measurement is 'What was measured; rows are only added, a correction is a new row that names the old (9.1)';
comment on column isms.measurement.id is 'Key';
comment on column isms.measurement.scope is 'Scope';
comment on column isms.measurement.measure is 'Measure';
comment on column isms.measurement.measured_on is 'Day it speaks of; today in the scope unless stated';
comment on column isms.measurement.value is 'Value in the measure''s unit; null in a correction: the old one was none';
comment on column isms.measurement.method_version is 'Version of the method it was measured by; the measure''s unless stated';
comment on column isms.measurement.measured_by is 'Who measured';
comment on column isms.measurement.evidence is 'Where it can be looked up';
comment on column isms.measurement.corrects is 'Measurement of the same measure that it takes the place of';
comment on column isms.measurement.correction_reason is 'Why';
comment on column isms.measurement.created_by is 'Person who recorded it';

create index measurement_latest_idx on isms.measurement (scope, measure, measured_on desc, id desc);

create index measurement_measured_by_idx on isms.measurement (measured_by);

create function isms.measurement_fill() returns trigger
  language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
  new.measured_on := coalesce(new.measured_on, isms.today(new.scope));
  new.method_version := coalesce(new.method_version, (select m.method_version from isms.measure m where m.scope = new.scope and m.code = new.measure));
  return new;
end
$$;

comment on function isms.measurement_fill() is 'BEFORE INSERT trigger for measurements without date or version: today in the scope, by the measure''s present method';

create trigger fill before insert on isms.measurement
  for each row when (new.measured_on is null or new.method_version is null) execute function isms.measurement_fill();

create trigger not_in_future before insert on isms.measurement
  for each row when (new.measured_on > isms.today(new.scope)) execute function isms.not_in_future('measured_on');

create function isms.measurement_holds() returns trigger
  language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
  bad record;
begin
  select a.measure, a.scope, a.corrects into bad
    from added a
   where a.corrects is not null
     and not exists (select from isms.measurement m where m.id = a.corrects and m.scope = a.scope and m.measure = a.measure)
   order by a.id
   limit 1;
  if found then
    raise exception using
      errcode = 'foreign_key_violation',
      message = format('measurement %s is none of measure %s in scope %s', bad.corrects, bad.measure, bad.scope),
      hint = 'Name by corrects the id of the measurement it takes the place of.',
      schema = 'isms', table = 'measurement', column = 'corrects', constraint = tg_name;
  end if;
  return null;
end
$$;

comment on function isms.measurement_holds() is 'AFTER INSERT trigger: a correction is of the same measure. Errors: 23503';

create trigger measurement_holds after insert on isms.measurement
  referencing new table as added
  for each statement execute function isms.measurement_holds();

create trigger only_added before update or delete on isms.measurement
  for each row execute function isms.only_added('Add a row that names the wrong one by corrects.');

create trigger only_added_all before truncate on isms.measurement
  for each statement execute function isms.only_added('Add a row that names the wrong one by corrects.');

-- 9.1 b: results by one version of a method can be compared.
create function isms.measure_method_kept() returns trigger
  language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
  if exists (select from isms.measurement m where m.scope = old.scope and m.measure = old.code and m.method_version = new.method_version) then
    raise exception using
      errcode = 'IS006',
      message = format('method and unit of measure %s cannot change: something was measured by version %s', new.code, new.method_version),
      detail = 'frozen: results by one version of a method are compared with each other (9.1 b)',
      hint = 'Raise method_version with it.',
      schema = 'isms', table = 'measure', column = 'method', constraint = 'frozen';
  end if;
  return null;
end
$$;

comment on function isms.measure_method_kept() is 'AFTER UPDATE trigger: a method by which something was measured changes only with its version. Errors: IS006';

create trigger method_kept after update of method, unit on isms.measure
  for each row when (old.method is distinct from new.method or old.unit is distinct from new.unit) execute function isms.measure_method_kept();

create view isms.valid_measurement with (security_invoker = true) as
  select m.scope,
         m.measure,
         m.id,
         m.measured_on,
         m.value,
         m.method_version,
         m.measured_by,
         m.corrects,
         p.name as measured_by_name
    from isms.measurement m
    left join isms.person p on p.code = m.measured_by
   where m.value is not null
     and not exists (select from isms.measurement c where c.corrects = m.id);

comment on view isms.valid_measurement is 'Measurements that no other one corrects';
comment on column isms.valid_measurement.scope is 'Scope';
comment on column isms.valid_measurement.measure is 'Measure';
comment on column isms.valid_measurement.id is 'Key of the measurement';
comment on column isms.valid_measurement.measured_on is 'Day it speaks of';
comment on column isms.valid_measurement.value is 'Value';
comment on column isms.valid_measurement.method_version is 'Version of the method';
comment on column isms.valid_measurement.measured_by is 'Who measured';
comment on column isms.valid_measurement.corrects is 'Measurement that it took the place of';
comment on column isms.valid_measurement.measured_by_name is 'Name of who measured';

create function isms.meets_target(value numeric, target numeric, target_is text) returns boolean
  language sql immutable parallel safe
  return case target_is when 'minimum' then value >= target when 'maximum' then value <= target end;

comment on function isms.meets_target(numeric, numeric, text) is 'Does a value reach the target, a minimum or a maximum? Null without value or target';

-- 9.1: what the measures say of a period, and of the management system.
create table isms.performance_evaluation (
  scope text not null default isms.default_scope() constraint performance_evaluation_scope_fkey references isms.scope on update cascade,
  code text not null constraint performance_evaluation_code_form check (code ~ '^[^[:space:]]+( [^[:space:]]+)*$'),
  title text not null constraint performance_evaluation_title_given check (title ~ '\S'),
  period daterange not null constraint performance_evaluation_period_bounded check (not (isempty(period) or lower_inf(period) or upper_inf(period))),
  evaluator text constraint performance_evaluation_evaluator_fkey references isms.person on update cascade,
  evaluated_on date,
  effective boolean,
  conclusion text,
  status text not null default 'draft',
  custom jsonb not null default '{}' constraint performance_evaluation_custom_object check (jsonb_typeof(custom) = 'object'),
  created_by text default isms.actor(),
  constraint performance_evaluation_pkey primary key (scope, code),
  constraint performance_evaluation_complete check (
    status = 'draft' or evaluator is not null and evaluated_on is not null and effective is not null and coalesce(conclusion, '') ~ '\S')
);

comment on table isms.performance_evaluation is 'Evaluations of performance and effectiveness for a period (9.1); under workflow two_eyes, approved only when complete';
comment on column isms.performance_evaluation.scope is 'Scope';
comment on column isms.performance_evaluation.code is 'Key in the scope';
comment on column isms.performance_evaluation.title is 'Title';
comment on column isms.performance_evaluation.period is 'Period it is about';
comment on column isms.performance_evaluation.evaluator is 'Who evaluated';
comment on column isms.performance_evaluation.evaluated_on is 'When';
comment on column isms.performance_evaluation.effective is 'Was the management system effective in the period?';
comment on column isms.performance_evaluation.conclusion is 'What the results say';
comment on column isms.performance_evaluation.status is 'State in workflow two_eyes';
comment on column isms.performance_evaluation.custom is 'Fields of the organisation''s own';
comment on column isms.performance_evaluation.created_by is 'Person who recorded it';

create index performance_evaluation_evaluator_idx on isms.performance_evaluation (evaluator);

create sequence isms.performance_evaluation_code;

comment on sequence isms.performance_evaluation_code is 'Numbers for codes of performance evaluations';

create trigger fill_code before insert on isms.performance_evaluation
  for each row when (new.code is null) execute function isms.fill_code('PE');

create trigger not_in_future before insert or update of evaluated_on on isms.performance_evaluation
  for each row when (new.evaluated_on > isms.today(new.scope)) execute function isms.not_in_future('evaluated_on');

create table isms.performance_result (
  scope text not null default isms.default_scope(),
  evaluation text not null,
  measure text not null,
  method_version integer,
  measurements integer not null,
  lowest numeric,
  mean numeric,
  highest numeric,
  latest numeric,
  target numeric,
  target_is text,
  met boolean,
  comment text,
  constraint performance_result_pkey primary key (scope, evaluation, measure),
  constraint performance_result_evaluation_fkey foreign key (scope, evaluation) references isms.performance_evaluation on update cascade,
  constraint performance_result_measure_fkey foreign key (scope, measure) references isms.measure on update cascade
);

comment on table isms.performance_result is 'What each measure showed in the period of an evaluation, as it was when evaluated';
comment on column isms.performance_result.scope is 'Scope';
comment on column isms.performance_result.evaluation is 'Performance evaluation';
comment on column isms.performance_result.measure is 'Measure';
comment on column isms.performance_result.method_version is 'Version of the method, the latest measured by in the period; earlier ones are not mixed in';
comment on column isms.performance_result.measurements is 'Valid measurements in the period';
comment on column isms.performance_result.lowest is 'Lowest value';
comment on column isms.performance_result.mean is 'Mean value';
comment on column isms.performance_result.highest is 'Highest value';
comment on column isms.performance_result.latest is 'Latest value';
comment on column isms.performance_result.target is 'Target';
comment on column isms.performance_result.target_is is 'minimum or maximum';
comment on column isms.performance_result.met is 'Did the latest value reach it? Null: not measured, or no target';
comment on column isms.performance_result.comment is 'What the evaluator says of it';

create index performance_result_measure_idx on isms.performance_result (scope, measure);

-- 9.1: what was measured is not for the evaluator to write: a row asks the measurements itself, as a new one or when its figures are taken back.
create function isms.performance_result_measured() returns trigger
  language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
  e isms.performance_evaluation;
  given jsonb := to_jsonb(new) - '{scope,evaluation,measure,comment}'::text[];
begin
  if tg_op = 'UPDATE' and to_jsonb(new) - 'comment' = to_jsonb(old) - 'comment' then
    return new;
  end if;
  select x.* into e from isms.performance_evaluation x where x.scope = new.scope and x.code = new.evaluation;
  if e.status is distinct from 'draft' and jsonb_strip_nulls(given) <> '{}' then
    return new;
  end if;
  select m.target, m.target_is into new.target, new.target_is from isms.measure m where m.scope = new.scope and m.code = new.measure;
  select x.value, x.method_version into new.latest, new.method_version
    from isms.valid_measurement x
   where x.scope = new.scope and x.measure = new.measure and x.measured_on <@ e.period
   order by x.measured_on desc, x.id desc
   limit 1;
  select count(*), min(v.value), round(avg(v.value), 6), max(v.value) into new.measurements, new.lowest, new.mean, new.highest
    from isms.valid_measurement v
   where v.scope = new.scope and v.measure = new.measure and v.measured_on <@ e.period and v.method_version = new.method_version;
  new.met := isms.meets_target(new.latest, new.target, new.target_is);
  if jsonb_strip_nulls(given) <> '{}' and given <> to_jsonb(new) - '{scope,evaluation,measure,comment}'::text[] then
    raise exception using
      errcode = 'check_violation',
      message = format('what measure %s showed in the period of performance evaluation %s is written by isms.prepare_evaluation alone', new.measure, new.evaluation),
      hint = format('select isms.prepare_evaluation(%L); what is to be said of it goes into comment.', new.evaluation),
      schema = 'isms', table = 'performance_result', constraint = tg_name;
  end if;
  return new;
end
$$;

comment on function isms.performance_result_measured() is 'BEFORE trigger: a result without figures gets those of what was measured in the period of its evaluation; while that is a draft it has no others. Errors: 23514';

create trigger measured before insert or update on isms.performance_result
  for each row execute function isms.performance_result_measured();

do $$
begin
  perform isms.attach_workflow('isms.performance_evaluation', 'two_eyes', 'status', covers => '{
    "isms.performance_result": {"on": {"scope": "scope", "evaluation": "code"}}}');
end
$$;

create function isms.prepare_evaluation(evaluation text) returns integer
  language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
  in_scope text := isms.default_scope();
  e isms.performance_evaluation;
  n integer;
begin
  select x.* into e from isms.performance_evaluation x where x.scope = in_scope and x.code = evaluation;
  if not found then
    raise exception using
      errcode = 'no_data_found',
      message = format('there is no performance evaluation %s in scope %s', evaluation, in_scope),
      hint = 'isms.performance_evaluation lists them.';
  end if;
  -- isms.performance_result_measured fills in the rest
  insert into isms.performance_result (scope, evaluation, measure)
  select m.scope, e.code, m.code
    from isms.measure m
   where m.scope = in_scope and m.starts_on < upper(e.period)
     and (m.status = 'active' or exists (select from isms.valid_measurement v where v.scope = m.scope and v.measure = m.code and v.measured_on <@ e.period))
  on conflict on constraint performance_result_pkey do update
    set method_version = excluded.method_version, measurements = excluded.measurements, lowest = excluded.lowest, mean = excluded.mean, highest = excluded.highest, latest = excluded.latest,
        target = excluded.target, target_is = excluded.target_is, met = excluded.met;
  get diagnostics n = row_count;
  return n;
end
$$;

comment on function isms.prepare_evaluation(text) is 'Fills the results of a performance evaluation of the default scope from what was measured in its period, and returns how many measures there are; comments stay. Errors: P0002, IS006 once it is approved';

-- A.6.5: who leaves hands these over.
insert into isms.owned_table (schema_name, table_name, person_column, role, state_column, ended_states, builtin) values
  ('isms', 'measure', 'measurer', null, 'status', '{retired}', true),
  ('isms', 'measure', 'evaluator', null, 'status', '{retired}', true);
