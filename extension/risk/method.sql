-- 6.1.2 a-b: the method is data.  A row is one version; once approved it is frozen.
create table isms.risk_method (
  scope text not null default isms.default_scope() constraint risk_method_scope_fkey references isms.scope on update cascade,
  code text not null constraint risk_method_code_form check (code ~ '^[^[:space:]]+( [^[:space:]]+)*$'),
  title text not null constraint risk_method_title_given check (title ~ '\S'),
  version integer not null default 1 constraint risk_method_version_positive check (version > 0),
  score_rule text not null default 'matrix' constraint risk_method_score_rule_known
    check (score_rule in ('matrix', 'product', 'sum', 'impact_threat_vulnerability')),
  matrix integer[] constraint risk_method_matrix_two_dimensional check (array_ndims(matrix) = 2),
  residual_rule text not null default 'bands' constraint risk_method_residual_rule_known
    check (residual_rule in ('entered', 'bands', 'steps', 'vulnerability_reduction', 'percent_max', 'percent_product')),
  dependence text not null default 'independent' constraint risk_method_dependence_known check (dependence in ('independent', 'dependent', 'unknown')),
  control_types text not null default 'reported' constraint risk_method_control_types_known check (control_types in ('reported', 'refused', 'ignored')),
  acceptance_criteria text,
  when_to_assess text,
  status text not null default 'draft',
  approved_on date,
  created_by text default isms.actor(),
  predecessor text constraint risk_method_predecessor_other check (predecessor <> code),
  map_rows text not null default 'likelihood' constraint risk_method_map_rows_known check (map_rows in ('likelihood', 'consequence')),
  constraint risk_method_pkey primary key (scope, code),
  constraint risk_method_matrix_given check (score_rule <> 'matrix' or matrix is not null)
);

comment on table isms.risk_method is 'Risk assessment method (6.1.2 a-b), one row a version; approved, then frozen';
comment on column isms.risk_method.scope is 'Scope';
comment on column isms.risk_method.code is 'Key in the scope, such as 5x5';
comment on column isms.risk_method.title is 'Title';
comment on column isms.risk_method.version is 'Version';
comment on column isms.risk_method.score_rule is 'matrix: cell of matrix; product: likelihood x consequence; sum: likelihood + consequence; impact_threat_vulnerability: greatest of (impact of a dimension hit) x threat x vulnerability';
comment on column isms.risk_method.matrix is 'Scores, a row for each likelihood step (lowest first), a column for each consequence step; must not fall along a row or column';
comment on column isms.risk_method.residual_rule is 'How controls lower risk: entered (rated by the assessor), bands (on the quantity behind the step), steps, vulnerability_reduction, percent_max, percent_product';
comment on column isms.risk_method.dependence is 'How the controls of a risk depend on each other: independent (what they leave multiplies, steps add up), dependent (the best one counts), unknown (the best one counts, and what independent ones would come to is shown beside)';
comment on column isms.risk_method.control_types is 'What becomes of an implementation that acts on what the types of its controls (preventive, detective, corrective) do not act on: reported, refused or ignored';
comment on column isms.risk_method.acceptance_criteria is 'Risk acceptance criteria in prose (6.1.2 a1)';
comment on column isms.risk_method.when_to_assess is 'Criteria for performing assessments (6.1.2 a2)';
comment on column isms.risk_method.status is 'State in its workflow';
comment on column isms.risk_method.approved_on is 'First day in force';
comment on column isms.risk_method.created_by is 'Author';
comment on column isms.risk_method.predecessor is 'Method it is the next version of; no longer assessed with once this one is in force';
comment on column isms.risk_method.map_rows is 'Which side the heat map draws as rows; display alone, so it may change at any time: matrix is always rows by likelihood';

create sequence isms.risk_method_code;

comment on sequence isms.risk_method_code is 'Numbers for codes of risk methods';

create trigger fill_code before insert on isms.risk_method
  for each row when (new.code is null) execute function isms.fill_code('M');

create trigger predecessor after insert or update of predecessor on isms.risk_method
  for each row when (new.predecessor is not null) execute function isms.refers_to_own_table('predecessor');

create table isms.risk_scale_step (
  scope text not null default isms.default_scope(),
  method text not null,
  scale text not null constraint risk_scale_step_scale_known check (scale in ('likelihood', 'consequence', 'threat', 'vulnerability')),
  step integer not null constraint risk_scale_step_range check (step between 0 and 99),
  label text not null,
  low numeric constraint risk_scale_step_low_positive check (low >= 0),
  high numeric constraint risk_scale_step_band_order check (high > low),
  value numeric constraint risk_scale_step_value_in_band check (value >= low and (high is null or value < high)),
  constraint risk_scale_step_pkey primary key (scope, method, scale, step),
  constraint risk_scale_step_method_fkey foreign key (scope, method) references isms.risk_method on update cascade on delete cascade
);

comment on table isms.risk_scale_step is 'Steps of the scales of a method, with the band of the quantity each stands for';
comment on column isms.risk_scale_step.scope is 'Scope';
comment on column isms.risk_scale_step.method is 'Method';
comment on column isms.risk_scale_step.scale is 'likelihood (events a year), consequence (money), threat or vulnerability (steps only)';
comment on column isms.risk_scale_step.step is 'Step; the lowest of a scale is its floor';
comment on column isms.risk_scale_step.label is 'Label';
comment on column isms.risk_scale_step.low is 'Lower bound of the band, included';
comment on column isms.risk_scale_step.high is 'Upper bound of the band, not included; null: open';
comment on column isms.risk_scale_step.value is 'Quantity the step stands for; null: the geometric mean of the bounds';

create table isms.risk_level (
  scope text not null default isms.default_scope(),
  method text not null,
  rank integer not null constraint risk_level_rank_positive check (rank between 1 and 20),
  label text not null,
  colour text not null constraint risk_level_colour_form check (colour ~ '^#[0-9a-f]{6}$'),
  minimum numeric not null,
  disposition text not null constraint risk_level_disposition_known check (disposition in ('acceptable', 'tolerable', 'unacceptable', 'never')),
  accepted_by_role text constraint risk_level_accepted_by_fkey references isms.role,
  longest_acceptance interval,
  treat_within interval,
  review_every interval,
  constraint risk_level_pkey primary key (scope, method, rank),
  constraint risk_level_label_key unique (scope, method, label),
  constraint risk_level_minimum_key unique (scope, method, minimum),
  constraint risk_level_method_fkey foreign key (scope, method) references isms.risk_method on update cascade on delete cascade
);

comment on table isms.risk_level is 'Levels of a method: from which score, what is to be done and by when (6.1.2 a1)';
comment on column isms.risk_level.scope is 'Scope';
comment on column isms.risk_level.method is 'Method';
comment on column isms.risk_level.rank is 'Order, 1 is the lowest';
comment on column isms.risk_level.label is 'Label';
comment on column isms.risk_level.colour is 'Colour, #rrggbb';
comment on column isms.risk_level.minimum is 'Lowest score of the level';
comment on column isms.risk_level.disposition is 'acceptable, tolerable, unacceptable, or never (may not be accepted)';
comment on column isms.risk_level.accepted_by_role is 'Role whose acceptance is needed beside the owner''s';
comment on column isms.risk_level.longest_acceptance is 'Longest validity of an acceptance';
comment on column isms.risk_level.treat_within is 'Time until treatment must be finished';
comment on column isms.risk_level.review_every is 'Time until the next review';

create function isms.default_method(scope text) returns text
  language sql stable strict parallel safe set search_path = pg_catalog, pg_temp
begin atomic
  select m.code
    from isms.risk_method m
   where m.scope = default_method.scope and m.status = 'approved' and m.approved_on <= isms.today(m.scope)
   order by m.approved_on desc, m.version desc, m.code
   limit 1;
end;

comment on function isms.default_method(text) is 'The approved method in force in a scope, the newest where there are several; null if none';

-- Shipped methods, copied into a scope by isms.copy_method.
create table isms.shipped_method (
  code text constraint shipped_method_pkey primary key,
  title text not null,
  definition jsonb not null,
  builtin boolean not null default false
);

comment on table isms.shipped_method is 'Methods to copy into a scope';
comment on column isms.shipped_method.code is 'Key';
comment on column isms.shipped_method.title is 'Title';
comment on column isms.shipped_method.definition is 'Object with method (columns of risk_method), steps (rows of risk_scale_step) and levels (rows of risk_level)';
comment on column isms.shipped_method.builtin is 'Shipped with the extension';

insert into isms.closed_table (name, readable, builtin) values ('shipped_method', true, true);

-- Matrix after ISO/IEC 27005, rows by likelihood.
insert into isms.shipped_method (code, title, definition, builtin) values ('5x5', 'Five by five', '{
  "method": {
    "score_rule": "matrix",
    "matrix": [[0, 0, 1, 1, 1], [0, 1, 1, 2, 2], [1, 1, 2, 3, 3], [1, 2, 3, 3, 4], [2, 3, 3, 4, 4]],
    "residual_rule": "bands",
    "acceptance_criteria": "Very low and Low are acceptable as they are. Medium may be retained by its owner for a year, High by its owner and top management for half a year. Very high is never retained.",
    "when_to_assess": "Yearly, and when assets, threats, requirements or controls change, after an incident, and when an acceptance ends."
  },
  "steps": [
    {"scale": "likelihood", "step": 1, "label": "Less than once in three years", "low": 0, "high": 0.33, "value": 0.1},
    {"scale": "likelihood", "step": 2, "label": "Once in one to three years", "low": 0.33, "high": 1},
    {"scale": "likelihood", "step": 3, "label": "Once a year", "low": 1, "high": 2},
    {"scale": "likelihood", "step": 4, "label": "A few times a year", "low": 2, "high": 5},
    {"scale": "likelihood", "step": 5, "label": "Every other month or more", "low": 5, "value": 12},
    {"scale": "consequence", "step": 1, "label": "Below 10 thousand", "low": 0, "high": 10000, "value": 3000},
    {"scale": "consequence", "step": 2, "label": "10 to 50 thousand", "low": 10000, "high": 50000},
    {"scale": "consequence", "step": 3, "label": "50 to 250 thousand", "low": 50000, "high": 250000},
    {"scale": "consequence", "step": 4, "label": "250 thousand to a million", "low": 250000, "high": 1000000},
    {"scale": "consequence", "step": 5, "label": "A million or more", "low": 1000000, "value": 3000000}
  ],
  "levels": [
    {"rank": 1, "label": "Very low", "colour": "#2c7bb6", "minimum": 0, "disposition": "acceptable", "review_every": "1 year"},
    {"rank": 2, "label": "Low", "colour": "#abd9e9", "minimum": 1, "disposition": "acceptable", "review_every": "1 year"},
    {"rank": 3, "label": "Medium", "colour": "#ffffbf", "minimum": 2, "disposition": "tolerable", "accepted_by_role": "risk_owner", "longest_acceptance": "1 year", "treat_within": "1 year", "review_every": "6 months"},
    {"rank": 4, "label": "High", "colour": "#fdae61", "minimum": 3, "disposition": "unacceptable", "accepted_by_role": "top_management", "longest_acceptance": "6 months", "treat_within": "6 months", "review_every": "3 months"},
    {"rank": 5, "label": "Very high", "colour": "#d7191c", "minimum": 4, "disposition": "never", "accepted_by_role": "top_management", "treat_within": "3 months", "review_every": "1 month"}
  ]
}', true);

create function isms.copy_method(shipped text, scope text, code text default null) returns text
  language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
  source isms.shipped_method;
  new_code text := coalesce(copy_method.code, shipped);
begin
  select * into source from isms.shipped_method m where m.code = shipped;
  if not found then
    raise exception using
      errcode = 'invalid_parameter_value',
      message = format('there is no shipped method "%s"', shipped),
      hint = 'Shipped methods are ' || (select string_agg(m.code, ', ' order by m.code) from isms.shipped_method m) || '.';
  end if;
  insert into isms.risk_method (scope, code, title, score_rule, matrix, residual_rule, dependence, control_types, acceptance_criteria, when_to_assess)
  select copy_method.scope, new_code, source.title, m.score_rule,
         (select array_agg(array(select value::integer from jsonb_array_elements_text(r.cells) with ordinality c(value, i) order by i) order by r.n)
            from jsonb_array_elements(source.definition #> '{method,matrix}') with ordinality r(cells, n)),
         m.residual_rule, coalesce(m.dependence, 'independent'), coalesce(m.control_types, 'reported'), m.acceptance_criteria, m.when_to_assess
    from jsonb_to_record(source.definition -> 'method') m(score_rule text, residual_rule text, dependence text, control_types text, acceptance_criteria text, when_to_assess text);
  insert into isms.risk_scale_step (scope, method, scale, step, label, low, high, value)
  select copy_method.scope, new_code, s.scale, s.step, s.label, s.low, s.high, s.value
    from jsonb_to_recordset(source.definition -> 'steps') s(scale text, step integer, label text, low numeric, high numeric, value numeric);
  insert into isms.risk_level (scope, method, rank, label, colour, minimum, disposition, accepted_by_role, longest_acceptance, treat_within, review_every)
  select copy_method.scope, new_code, l.rank, l.label, l.colour, l.minimum, l.disposition, l.accepted_by_role, l.longest_acceptance, l.treat_within, l.review_every
    from jsonb_to_recordset(source.definition -> 'levels') l(rank integer, label text, colour text, minimum numeric, disposition text, accepted_by_role text, longest_acceptance interval, treat_within interval, review_every interval);
  return new_code;
end
$$;

comment on function isms.copy_method(text, text, text) is 'Copies a shipped method into a scope as a draft and returns its code. Errors: 22023 unknown shipped method';

-- 7.5.3: an approved method is not changed; its next version is made from it, approved, and taken up risk by risk, each when it is assessed again.
create function isms.revise_method(scope text, code text, new_code text default null) returns text
  language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
  source isms.risk_method;
  taken isms.risk_method;
begin
  select * into source from isms.risk_method m where m.scope = revise_method.scope and m.code = revise_method.code;
  if not found then
    raise exception using
      errcode = 'no_data_found',
      message = format('there is no method %s in scope %s', revise_method.code, revise_method.scope),
      hint = 'See isms.risk_method; a shipped one is copied by isms.copy_method.',
      schema = 'isms', table = 'risk_method';
  end if;
  new_code := coalesce(new_code, regexp_replace(source.code, format('-%s$', source.version), '') || '-' || source.version + 1);
  select * into taken from isms.risk_method m where m.scope = source.scope and m.code = new_code;
  if found then
    raise exception using
      errcode = 'unique_violation',
      message = format('there is a method %s already', new_code),
      detail = format('It is version %s, %s.', taken.version, taken.status),
      hint = format('Work on that one, or give the new one a code: select isms.revise_method(%L, %L, ''...'').', source.scope, source.code),
      schema = 'isms', table = 'risk_method', column = 'code', constraint = 'risk_method_pkey';
  end if;
  -- whole rows, so that no column is forgotten
  insert into isms.risk_method
  select (jsonb_populate_record(source, jsonb_build_object(
            'code', new_code, 'version', source.version + 1, 'predecessor', source.code,
            'status', 'draft', 'approved_on', null, 'created_by', isms.actor()))).*;
  insert into isms.risk_scale_step
  select (jsonb_populate_record(s, jsonb_build_object('method', new_code))).*
    from isms.risk_scale_step s
   where s.scope = source.scope and s.method = source.code;
  insert into isms.risk_level
  select (jsonb_populate_record(l, jsonb_build_object('method', new_code))).*
    from isms.risk_level l
   where l.scope = source.scope and l.method = source.code;
  return new_code;
end
$$;

comment on function isms.revise_method(text, text, text) is 'Makes the next version of a method, a draft with the same scales and levels, and returns its code, such as 5x5-2. Errors: P0002 no such method, 23505 the code is taken';

create function isms.method_successor(scope text, code text, day date) returns text
  language plpgsql stable parallel safe set search_path = pg_catalog, pg_temp as $$
begin
  return (
    with recursive later as (
      select m.code, m.status, m.approved_on, m.version
        from isms.risk_method m
       where m.scope = method_successor.scope and m.predecessor = method_successor.code
       union
      select m.code, m.status, m.approved_on, m.version
        from later p
        join isms.risk_method m on m.scope = method_successor.scope and m.predecessor = p.code)
    select l.code
      from later l
     where l.code <> method_successor.code and l.status = 'approved' and l.approved_on <= day
     order by l.version desc, l.approved_on desc, l.code
     limit 1);
end
$$;

comment on function isms.method_successor(text, text, date) is 'The newest later version of a method that is approved and in force on a day; null if none';

-- An unchanged copy needs no second person's approval.
create function isms.method_adapted(scope text, code text) returns boolean
  language plpgsql stable parallel safe set search_path = pg_catalog, pg_temp as $$
begin
  return not exists (
    select
      from isms.shipped_method p
     cross join lateral jsonb_to_record(p.definition -> 'method') d(score_rule text, matrix jsonb, residual_rule text, dependence text, control_types text, acceptance_criteria text, when_to_assess text)
      join isms.risk_method m
        on m.score_rule = d.score_rule and m.residual_rule = d.residual_rule and m.dependence = coalesce(d.dependence, 'independent')
       and m.control_types = coalesce(d.control_types, 'reported') and m.acceptance_criteria = d.acceptance_criteria
       and m.when_to_assess = d.when_to_assess and to_jsonb(m.matrix) is not distinct from d.matrix
     where m.scope = method_adapted.scope and m.code = method_adapted.code
       and not exists (
         (select s.scale, s.step, s.label, s.low, s.high, s.value
            from isms.risk_scale_step s where s.scope = m.scope and s.method = m.code)
         except
         select x.scale, x.step, x.label, x.low, x.high, x.value
           from jsonb_to_recordset(p.definition -> 'steps') x(scale text, step integer, label text, low numeric, high numeric, value numeric))
       and not exists (
         (select x.rank, x.label, x.colour, x.minimum, x.disposition, x.accepted_by_role, x.longest_acceptance, x.treat_within, x.review_every
            from jsonb_to_recordset(p.definition -> 'levels') x(rank integer, label text, colour text, minimum numeric, disposition text, accepted_by_role text, longest_acceptance interval, treat_within interval, review_every interval))
         except
         select l.rank, l.label, l.colour, l.minimum, l.disposition, l.accepted_by_role, l.longest_acceptance, l.treat_within, l.review_every
           from isms.risk_level l where l.scope = m.scope and l.method = m.code)
       and (select count(*) from isms.risk_scale_step s where s.scope = m.scope and s.method = m.code) = jsonb_array_length(p.definition -> 'steps')
       and (select count(*) from isms.risk_level l where l.scope = m.scope and l.method = m.code) = jsonb_array_length(p.definition -> 'levels'));
end
$$;

comment on function isms.method_adapted(text, text) is 'Does a method differ from every shipped one in rules, scales, levels or criteria?';

create function isms.setup_method(scope text) returns void
  language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
  perform isms.copy_method('5x5', setup_method.scope);
  update isms.risk_method m
     set status = 'approved', approved_on = isms.today(m.scope)
   where m.scope = setup_method.scope and m.code = '5x5';
end
$$;

comment on function isms.setup_method(text) is 'Step of isms.setup: an approved copy of the shipped 5x5 method';

insert into isms.setup_step (step, position, procedure, builtin) values ('risk method', 10, 'isms.setup_method', true);
