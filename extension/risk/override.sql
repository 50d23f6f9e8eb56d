create type isms.text_range as range (subtype = text, collation = "C");

comment on type isms.text_range is 'Range over text; lets an exclusion constraint compare text keys without a further extension';

-- 6.1.2 d: what an expert judges in place of what is computed, for a time and by two people.
create table isms.risk_override (
  scope text not null default isms.default_scope(),
  code text not null constraint risk_override_code_form check (code ~ '^[^[:space:]]+( [^[:space:]]+)*$'),
  status text not null default 'draft',
  risk text not null,
  state text not null default 'current' constraint risk_override_state_known check (state in ('current', 'target')),
  method text not null,
  likelihood integer,
  consequence integer,
  score numeric constraint risk_override_score_range check (score between 0 and 1000000),
  level text,
  reason text not null constraint risk_override_reason_given check (reason ~ '\S'),
  validity daterange not null constraint risk_override_validity_bounded check (not (isempty(validity) or lower_inf(validity) or upper_inf(validity))),
  expert text not null default isms.actor() constraint risk_override_expert_fkey references isms.person on update cascade,
  approved_by text constraint risk_override_approved_by_fkey references isms.person on update cascade,
  approved_on date,
  created_by text default isms.actor(),
  constraint risk_override_pkey primary key (scope, code),
  constraint risk_override_risk_fkey foreign key (scope, risk) references isms.risk on update cascade,
  constraint risk_override_method_fkey foreign key (scope, method) references isms.risk_method on update cascade,
  constraint risk_override_one_value check (
    case when likelihood is null and consequence is null then num_nonnulls(score, level) = 1
         else num_nonnulls(likelihood, consequence) = 2 and num_nonnulls(score, level) = 0 end),
  constraint risk_override_no_overlap exclude using gist (
    isms.text_range(scope || chr(31) || risk || chr(31) || state, scope || chr(31) || risk || chr(31) || state, '[]') with &&,
    validity with &&) where (status = 'approved')
);

comment on table isms.risk_override is 'Values of risks that an expert entered in place of the computed ones: why, from when to when, approved by another person';
comment on column isms.risk_override.scope is 'Scope';
comment on column isms.risk_override.code is 'Key in the scope';
comment on column isms.risk_override.status is 'State in workflow risk_override';
comment on column isms.risk_override.risk is 'Risk';
comment on column isms.risk_override.state is 'Which value is replaced: current or target';
comment on column isms.risk_override.method is 'Method of the risk when it was entered; under another one it has no effect';
comment on column isms.risk_override.likelihood is 'Likelihood, a step of the method''s scale; with consequence';
comment on column isms.risk_override.consequence is 'Consequence, a step of the method''s scale; with likelihood';
comment on column isms.risk_override.score is 'Score, instead of steps';
comment on column isms.risk_override.level is 'Label of a level, instead of steps or score; the score is its minimum';
comment on column isms.risk_override.reason is 'Why the computed value is not right';
comment on column isms.risk_override.validity is 'Days on which it holds, with an end';
comment on column isms.risk_override.expert is 'Person who judged';
comment on column isms.risk_override.approved_by is 'Person who approved, set at the approval';
comment on column isms.risk_override.approved_on is 'When';
comment on column isms.risk_override.created_by is 'Person who recorded it';

create index risk_override_risk_idx on isms.risk_override (scope, risk);

create index risk_override_method_idx on isms.risk_override (scope, method);

create index risk_override_expert_idx on isms.risk_override (expert);

create sequence isms.risk_override_code;

comment on sequence isms.risk_override_code is 'Numbers for codes of overrides';

create trigger fill_code before insert on isms.risk_override
  for each row when (new.code is null) execute function isms.fill_code('OV');

create function isms.risk_override_fill() returns trigger
  language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
  new.method := (select r.method from isms.risk r where r.scope = new.scope and r.code = new.risk);
  return new;
end
$$;

comment on function isms.risk_override_fill() is 'BEFORE INSERT trigger: the method is the risk''s';

create trigger fill_method before insert on isms.risk_override
  for each row when (new.method is null) execute function isms.risk_override_fill();

-- What the method does not know is refused where it is written.
create function isms.risk_override_known() returns trigger
  language plpgsql stable set search_path = pg_catalog, pg_temp as $$
declare
  wrong text;
begin
  select case
           when v.level is not null then format('method %s has no level %s', new.method, v.level)
           else format('%s %s is not on the scale of method %s', v.scale, v.step, new.method)
         end
    into wrong
    from (values ('likelihood', new.likelihood, null), ('consequence', new.consequence, null), ('level', null, new.level)) v(scale, step, level)
   where v.step is not null
     and not exists (select from isms.risk_scale_step s where s.scope = new.scope and s.method = new.method and s.scale = v.scale and s.step = v.step)
      or v.level is not null
     and not exists (select from isms.risk_level l where l.scope = new.scope and l.method = new.method and l.label = v.level)
   limit 1;
  if found then
    raise exception using
      errcode = 'check_violation',
      message = format('override %s: %s', new.code, wrong),
      hint = 'See isms.risk_scale_step and isms.risk_level; where a method has no likelihood and consequence, enter a score or a level.',
      schema = 'isms', table = 'risk_override', constraint = 'risk_override_known';
  end if;
  return null;
end
$$;

comment on function isms.risk_override_known() is 'AFTER trigger: steps and level of an override are the method''s. Errors: 23514';

create trigger known after insert or update of scope, method, likelihood, consequence, level on isms.risk_override
  for each row execute function isms.risk_override_known();

create function isms.risk_override_approved() returns trigger
  language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
  if new.status = 'draft' then
    new.approved_by := null;
    new.approved_on := null;
    return new;
  elsif new.status <> 'approved' or old.status = 'approved' then
    raise exception using
      errcode = 'IS006',
      message = format('override %s cannot change approved_by or approved_on', new.code),
      detail = 'frozen: they are set when it is approved',
      schema = 'isms', table = 'risk_override', column = 'approved_by';
  end if;
  new.approved_by := coalesce((
    select coalesce(a.on_behalf_of, a.approver)
      from isms.approval_request q
      join isms.approval a on a.request = q.id and a.slot in ('second_person', 'top_management')
     where q.scope = new.scope and q.table_name = 'isms.risk_override' and q.key = new.code and q.transition = 'approve' and q.status = 'open'
     order by a.slot desc
     limit 1),
    isms.actor());
  new.approved_on := isms.today(new.scope);
  return new;
end
$$;

comment on function isms.risk_override_approved() is 'BEFORE UPDATE trigger: an override is approved by who approved it and today, and by nobody once it is a draft again. Errors: IS006';

create trigger fill_approved before update on isms.risk_override
  for each row when (new.status = 'approved' and old.status <> 'approved'
                     or new.status = 'draft' and old.status = 'approved'
                     or (new.approved_by, new.approved_on) is distinct from (old.approved_by, old.approved_on))
  execute function isms.risk_override_approved();

-- Today alone says whether one holds; asked by a function, since of the operator the planner expects next to nothing.
create view isms.override_in_force with (security_invoker = true) as
  select o.scope,
         o.risk,
         o.state,
         o.code,
         o.likelihood,
         o.consequence,
         coalesce(o.score, l.minimum) as score,
         o.reason,
         o.expert,
         e.name as expert_name,
         o.approved_by,
         a.name as approved_by_name,
         upper(o.validity) - 1 as until,
         format('%s by %s, approved by %s, until %s: %s', o.code, coalesce(e.name, o.expert), coalesce(a.name, o.approved_by, 'nobody'),
                to_char(upper(o.validity) - 1, 'YYYY-MM-DD'), o.reason) as said
    from isms.risk_override o
    join isms.scope_day d on d.scope = o.scope
    join isms.risk r on r.scope = o.scope and r.code = o.risk and r.method = o.method
    left join isms.risk_level l on l.scope = o.scope and l.method = o.method and l.label = o.level
    left join isms.person e on e.code = o.expert
    left join isms.person a on a.code = o.approved_by
   where o.status = 'approved'
     and elem_contained_by_range(d.today, o.validity);

comment on view isms.override_in_force is 'Overrides that replace a computed value today: approved, on a day of their validity, entered for the method that the risk has';
comment on column isms.override_in_force.scope is 'Scope';
comment on column isms.override_in_force.risk is 'Risk';
comment on column isms.override_in_force.state is 'current or target';
comment on column isms.override_in_force.code is 'Override';
comment on column isms.override_in_force.likelihood is 'Likelihood entered';
comment on column isms.override_in_force.consequence is 'Consequence entered';
comment on column isms.override_in_force.score is 'Score entered, or the minimum of the level entered';
comment on column isms.override_in_force.reason is 'Why';
comment on column isms.override_in_force.expert is 'Person who judged';
comment on column isms.override_in_force.expert_name is 'Name';
comment on column isms.override_in_force.approved_by is 'Person who approved';
comment on column isms.override_in_force.approved_by_name is 'Name';
comment on column isms.override_in_force.until is 'Last day';
comment on column isms.override_in_force.said is 'All of it in a sentence';

-- Functions, so that a register without overrides plans and pays for none.
create function isms.override_said(scope text, risk text) returns text
  language plpgsql stable parallel safe set search_path = pg_catalog, pg_temp as $$
begin
  return (select string_agg(i.said, E'\n' order by i.state) from isms.override_in_force i where i.scope = override_said.scope and i.risk = override_said.risk);
end
$$;

comment on function isms.override_said(text, text) is 'What experts entered for a risk, by whom, approved by whom, until when and why, a line each; null if nothing is in force';

create function isms.override_until(scope text, risk text) returns date
  language plpgsql stable parallel safe set search_path = pg_catalog, pg_temp as $$
begin
  return (select min(i.until) from isms.override_in_force i where i.scope = override_until.scope and i.risk = override_until.risk);
end
$$;

comment on function isms.override_until(text, text) is 'Last day of what experts entered for a risk, the earlier of two; null if nothing is in force';
