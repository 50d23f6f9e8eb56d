-- 7.2 competence, training, 7.3 awareness, 7.4 communication, and what hangs on a person.

create table isms.competence (
  scope text not null default isms.default_scope() constraint competence_scope_fkey references isms.scope on update cascade,
  code text not null constraint competence_code_form check (code ~ '^[^[:space:]]+( [^[:space:]]+)*$'),
  title text not null constraint competence_title_given check (title ~ '\S'),
  kind text not null default 'knowledge' constraint competence_kind_known check (kind in ('knowledge', 'skill', 'qualification')),
  description text,
  custom jsonb not null default '{}' constraint competence_custom_object check (jsonb_typeof(custom) = 'object'),
  created_by text default isms.actor(),
  constraint competence_pkey primary key (scope, code)
);

comment on table isms.competence is 'What people doing work that affects information security know or can do (7.2)';
comment on column isms.competence.scope is 'Scope';
comment on column isms.competence.code is 'Key in the scope';
comment on column isms.competence.title is 'Title';
comment on column isms.competence.kind is 'knowledge, skill or qualification';
comment on column isms.competence.description is 'Description';
comment on column isms.competence.custom is 'Fields of the organisation''s own';
comment on column isms.competence.created_by is 'Person who recorded it';

create sequence isms.competence_code;

comment on sequence isms.competence_code is 'Numbers for codes of competences';

create trigger fill_code before insert on isms.competence
  for each row when (new.code is null) execute function isms.fill_code('CO');

-- 7.2 a
create table isms.role_competence (
  scope text not null default isms.default_scope(),
  role text not null constraint role_competence_role_fkey references isms.role,
  competence text not null,
  created_by text default isms.actor(),
  constraint role_competence_pkey primary key (scope, role, competence),
  constraint role_competence_competence_fkey foreign key (scope, competence) references isms.competence on update cascade
);

comment on table isms.role_competence is 'Competence a role of the ISMS takes (7.2 a)';
comment on column isms.role_competence.scope is 'Scope';
comment on column isms.role_competence.role is 'Role';
comment on column isms.role_competence.competence is 'Competence';
comment on column isms.role_competence.created_by is 'Person who recorded it';

create index role_competence_competence_idx on isms.role_competence (scope, competence);

-- 7.2 b, d
create table isms.person_competence (
  scope text not null default isms.default_scope(),
  person text not null constraint person_competence_person_fkey references isms.person on update cascade,
  competence text not null,
  evidence_kind text not null constraint person_competence_evidence_kind_known check (evidence_kind in ('education', 'training', 'experience')),
  evidence text,
  valid_until date,
  created_by text default isms.actor(),
  constraint person_competence_pkey primary key (scope, person, competence, evidence_kind),
  constraint person_competence_competence_fkey foreign key (scope, competence) references isms.competence on update cascade
);

comment on table isms.person_competence is 'Competence a person has, by education, training or experience, and its evidence (7.2 b, d)';
comment on column isms.person_competence.scope is 'Scope';
comment on column isms.person_competence.person is 'Person';
comment on column isms.person_competence.competence is 'Competence';
comment on column isms.person_competence.evidence_kind is 'education, training or experience';
comment on column isms.person_competence.evidence is 'The evidence: certificate, record, where it is';
comment on column isms.person_competence.valid_until is 'Last day it counts; null: no end';
comment on column isms.person_competence.created_by is 'Person who recorded it';

create index person_competence_competence_idx on isms.person_competence (scope, competence);

create index person_competence_person_idx on isms.person_competence (person);

-- Several pieces of evidence may speak for one competence: the best counts.
create view isms.competence_held with (security_invoker = true) as
  select p.scope,
         p.competence as code,
         c.title,
         p.person,
         n.name as person_name,
         case
           when bool_or(g.given and p.valid_until is null) then null
           else max(p.valid_until) filter (where g.given)
         end as valid_until,
         coalesce(string_agg(p.evidence, '; ' order by p.evidence_kind) filter (where g.given and coalesce(p.valid_until >= d.today, true)),
                  string_agg(p.evidence, '; ' order by p.evidence_kind) filter (where g.given)) as evidence,
         case
           when bool_or(g.given and coalesce(p.valid_until >= d.today, true)) then 'held'
           when bool_or(g.given) then 'expired'
           else 'no evidence'
         end as state
    from isms.person_competence p
    join isms.competence c on c.scope = p.scope and c.code = p.competence
    join isms.scope_day d on d.scope = p.scope
    left join isms.person n on n.code = p.person
    cross join lateral (select coalesce(p.evidence, '') ~ '\S' as given) g
   group by p.scope, p.competence, c.title, p.person, n.name;

comment on view isms.competence_held is 'Competence of people with its state today: the best of its evidence counts (7.2 b, d)';
comment on column isms.competence_held.scope is 'Scope';
comment on column isms.competence_held.code is 'Competence';
comment on column isms.competence_held.title is 'Title';
comment on column isms.competence_held.person is 'Person';
comment on column isms.competence_held.person_name is 'Name';
comment on column isms.competence_held.valid_until is 'Last day the evidence counts; null: no end, or there is none';
comment on column isms.competence_held.evidence is 'The evidence that counts today, else what counted';
comment on column isms.competence_held.state is 'held, expired or no evidence';

-- Who holds which role today.
create view isms.person_role with (security_invoker = true) as
  select a.scope,
         a.role as code,
         r.title,
         a.person,
         p.name as person_name,
         min(coalesce(a.valid_from, p.active_from)) as since
    from isms.role_assignment a
    join isms.role r on r.code = a.role
    join isms.person p on p.code = a.person
    join isms.scope_day d on d.scope = a.scope
   where a.status = 'active'
     -- said so that the planner expects most to be there
     and (a.valid_from > d.today) is not true
     and (a.valid_until < d.today) is not true
     and (p.active_from > d.today) is not true
     and (p.active_until < d.today) is not true
   group by a.scope, a.role, r.title, a.person, p.name;

comment on view isms.person_role is 'Who holds which role today (5.3)';
comment on column isms.person_role.scope is 'Scope';
comment on column isms.person_role.code is 'Role';
comment on column isms.person_role.title is 'Title';
comment on column isms.person_role.person is 'Person';
comment on column isms.person_role.person_name is 'Name';
comment on column isms.person_role.since is 'First day, where one is recorded';

create view isms.competence_gap with (security_invoker = true) as
  select h.scope,
         n.competence as code,
         c.title,
         h.person,
         h.person_name,
         string_agg(h.code, ', ' order by h.code) as roles,
         coalesce(x.state, 'missing') as gap,
         x.valid_until
    from isms.person_role h
    join isms.person p on p.code = h.person and p.kind = 'human'
    join isms.role_competence n on n.scope = h.scope and n.role = h.code
    join isms.competence c on c.scope = n.scope and c.code = n.competence
    left join isms.competence_held x on x.scope = h.scope and x.code = n.competence and x.person = h.person
   where x.state is distinct from 'held'
   group by h.scope, n.competence, c.title, h.person, h.person_name, x.state, x.valid_until;

comment on view isms.competence_gap is 'Competence that people lack for the roles they hold today (7.2)';
comment on column isms.competence_gap.scope is 'Scope';
comment on column isms.competence_gap.code is 'Competence';
comment on column isms.competence_gap.title is 'Title';
comment on column isms.competence_gap.person is 'Person';
comment on column isms.competence_gap.person_name is 'Name';
comment on column isms.competence_gap.roles is 'Roles that take it';
comment on column isms.competence_gap.gap is 'missing, no evidence or expired';
comment on column isms.competence_gap.valid_until is 'Day on which the evidence expired';

-- 9.2.2 b: what guard team_competent looks at.
create function isms.audit_competence(audit jsonb) returns jsonb
  language sql stable set search_path = pg_catalog, pg_temp
begin atomic
  select coalesce(jsonb_agg(jsonb_build_object('person', t.person, 'competence', n.title, 'evidence', h.evidence, 'valid_until', h.valid_until)
                            order by t.person, n.code), '[]')
    from (select audit ->> 'lead_auditor' where audit ->> 'lead_auditor' is not null
           union
          select jsonb_array_elements_text(case jsonb_typeof(audit -> 'team') when 'array' then audit -> 'team' else '[]' end)) t(person)
    join (
      select c.code, c.title, r.competence is not null as required, bool_or(r.competence is not null) over () as any_required
        from isms.competence c
        left join isms.role_competence r on r.scope = c.scope and r.competence = c.code and r.role = 'internal_auditor'
       where c.scope = audit ->> 'scope') n on n.required or not n.any_required
    left join isms.competence_held h on h.scope = audit ->> 'scope' and h.code = n.code and h.person = t.person
   where n.required or h.person is not null;
end;

comment on function isms.audit_competence(jsonb) is 'Relation competence of internal audits: for who leads it and each in the team the competences role internal_auditor takes, with evidence where held; where the role takes none, all the person has';

insert into isms.workflow_relation (workflow, name, function, builtin) values
  ('internal_audit', 'competence', 'isms.audit_competence', true);

-- 7.2 c: training, who needs it, who had it and whether it helped.
create table isms.training (
  scope text not null default isms.default_scope() constraint training_scope_fkey references isms.scope on update cascade,
  code text not null constraint training_code_form check (code ~ '^[^[:space:]]+( [^[:space:]]+)*$'),
  title text not null constraint training_title_given check (title ~ '\S'),
  description text,
  owner text constraint training_owner_fkey references isms.person on update cascade,
  gives text,
  covers_policy boolean not null default false,
  covers_contribution boolean not null default false,
  covers_consequences boolean not null default false,
  repeat_every interval constraint training_repeat_every_positive check (isms.is_period(repeat_every)),
  custom jsonb not null default '{}' constraint training_custom_object check (jsonb_typeof(custom) = 'object'),
  created_by text default isms.actor(),
  constraint training_pkey primary key (scope, code),
  constraint training_gives_fkey foreign key (scope, gives) references isms.competence on update cascade
);

comment on table isms.training is 'Training and other ways to acquire competence and awareness (7.2 c, 7.3)';
comment on column isms.training.scope is 'Scope';
comment on column isms.training.code is 'Key in the scope';
comment on column isms.training.title is 'Title';
comment on column isms.training.description is 'Description';
comment on column isms.training.owner is 'Person who sees to it';
comment on column isms.training.gives is 'Competence it is to give';
comment on column isms.training.covers_policy is 'Does it make aware of the policy? (7.3 a)';
comment on column isms.training.covers_contribution is 'Does it tell what people contribute, and the benefits? (7.3 b)';
comment on column isms.training.covers_consequences is 'Does it tell what not conforming means? (7.3 c)';
comment on column isms.training.repeat_every is 'How long a completion counts; null: for good';
comment on column isms.training.custom is 'Fields of the organisation''s own';
comment on column isms.training.created_by is 'Person who recorded it';

comment on constraint training_repeat_every_positive on isms.training is 'repeat_every is more than nothing, at most a hundred years, and no part of it is below zero';

create index training_gives_idx on isms.training (scope, gives);

create index training_owner_idx on isms.training (owner);

create sequence isms.training_code;

comment on sequence isms.training_code is 'Numbers for codes of trainings';

create trigger fill_code before insert on isms.training
  for each row when (new.code is null) execute function isms.fill_code('TR');

create table isms.training_need (
  scope text not null default isms.default_scope(),
  code text not null constraint training_need_code_form check (code ~ '^[^[:space:]]+( [^[:space:]]+)*$'),
  training text not null,
  role text constraint training_need_role_fkey references isms.role,
  person text constraint training_need_person_fkey references isms.person on update cascade,
  due_on date,
  within interval constraint training_need_within_positive check (isms.is_period(within)),
  reason text,
  created_by text default isms.actor(),
  constraint training_need_pkey primary key (scope, code),
  constraint training_need_once unique nulls not distinct (scope, training, role, person),
  constraint training_need_role_or_person check (num_nonnulls(role, person) <= 1),
  constraint training_need_training_fkey foreign key (scope, training) references isms.training on update cascade on delete cascade
);

comment on table isms.training_need is 'Who needs a training: a role, a person, or with neither everybody who holds a role';
comment on column isms.training_need.scope is 'Scope';
comment on column isms.training_need.code is 'Key in the scope';
comment on column isms.training_need.training is 'Training';
comment on column isms.training_need.role is 'Role whose holders need it';
comment on column isms.training_need.person is 'Person who needs it';
comment on column isms.training_need.due_on is 'By when';
comment on column isms.training_need.within is 'How soon after the role began, where its first day is recorded';
comment on column isms.training_need.reason is 'Why';
comment on column isms.training_need.created_by is 'Person who recorded it';

comment on constraint training_need_within_positive on isms.training_need is 'within is more than nothing, at most a hundred years, and no part of it is below zero';

create index training_need_person_idx on isms.training_need (person);

create sequence isms.training_need_code;

comment on sequence isms.training_need_code is 'Numbers for codes of training needs';

create trigger fill_code before insert on isms.training_need
  for each row when (new.code is null) execute function isms.fill_code('TN');

create table isms.training_completion (
  scope text not null default isms.default_scope(),
  training text not null,
  person text not null constraint training_completion_person_fkey references isms.person on update cascade,
  completed_on date not null,
  evidence text,
  evaluation text,
  effective boolean constraint training_completion_effective_told check (effective is null or coalesce(evaluation, '') ~ '\S'),
  created_by text default isms.actor(),
  constraint training_completion_pkey primary key (scope, training, person, completed_on),
  constraint training_completion_training_fkey foreign key (scope, training) references isms.training on update cascade
);

comment on table isms.training_completion is 'Who completed which training when, and whether it helped (7.2 c, d)';
comment on column isms.training_completion.scope is 'Scope';
comment on column isms.training_completion.training is 'Training';
comment on column isms.training_completion.person is 'Person';
comment on column isms.training_completion.completed_on is 'When';
comment on column isms.training_completion.evidence is 'Certificate, attendance list, where it is';
comment on column isms.training_completion.evaluation is 'How its effect was judged (7.2 c)';
comment on column isms.training_completion.effective is 'Did it help? No: it is needed again; null: not judged';
comment on column isms.training_completion.created_by is 'Person who recorded it';

create index training_completion_person_idx on isms.training_completion (person);

create trigger not_in_future before insert or update of completed_on on isms.training_completion
  for each row when (new.completed_on > isms.today(new.scope)) execute function isms.not_in_future('completed_on');

-- Ready items, copied into a scope by isms.copy_training.
create table isms.shipped_training (
  code text constraint shipped_training_pkey primary key,
  title text not null,
  description text not null,
  roles text[] not null,
  covers_policy boolean not null,
  covers_contribution boolean not null,
  covers_consequences boolean not null,
  repeat_every interval,
  within interval,
  builtin boolean not null default false
);

comment on table isms.shipped_training is 'Trainings to copy into a scope';
comment on column isms.shipped_training.code is 'Key';
comment on column isms.shipped_training.title is 'Title';
comment on column isms.shipped_training.description is 'Description';
comment on column isms.shipped_training.roles is 'Roles that need it; none: everybody';
comment on column isms.shipped_training.covers_policy is 'Does it make aware of the policy?';
comment on column isms.shipped_training.covers_contribution is 'Does it tell what people contribute?';
comment on column isms.shipped_training.covers_consequences is 'Does it tell what not conforming means?';
comment on column isms.shipped_training.repeat_every is 'How long a completion counts';
comment on column isms.shipped_training.within is 'How soon after the role began';
comment on column isms.shipped_training.builtin is 'Shipped with the extension';

insert into isms.closed_table (name, readable, builtin) values ('shipped_training', true, true);

insert into isms.shipped_training (code, title, description, roles, covers_policy, covers_contribution, covers_consequences, repeat_every, within, builtin) values
  ('STANDARD', 'ISO/IEC 27001 for those who lead', 'What clauses 4 to 10 ask of top management and of who runs the ISMS: direction, resources, criteria, reviews, improvement',
   '{top_management,isms_manager}', true, true, true, '3 years', '90 days', true),
  ('TREATMENT-PLAN', 'The risk treatment plan', 'Which risks were found, what was decided about them, who does what until when, and what is accepted meanwhile',
   '{top_management,risk_owner,control_owner,process_owner}', false, true, false, '1 year', '90 days', true),
  ('AWARENESS', 'Information security at work', 'The policy, what each of us contributes, what happens if we don''t, and how to report what looks wrong',
   '{}', true, true, true, '1 year', '30 days', true),
  ('AUDITING', 'Auditing a management system', 'Principles, planning, sampling, interviewing, grading and reporting; independence',
   '{internal_auditor}', false, false, false, '3 years', '180 days', true);

create function isms.copy_training(shipped text default null, scope text default null) returns setof text
  language plpgsql set search_path = pg_catalog, pg_temp as $$
#variable_conflict use_column
declare
  here text := coalesce(copy_training.scope, isms.default_scope());
  t isms.shipped_training;
begin
  if copy_training.shipped is not null and not exists (select from isms.shipped_training s where s.code = copy_training.shipped) then
    raise exception using
      errcode = 'invalid_parameter_value',
      message = format('there is no shipped training "%s"', copy_training.shipped),
      hint = 'Shipped trainings are ' || (select string_agg(s.code, ', ' order by s.code) from isms.shipped_training s) || '.';
  end if;
  for t in select s.* from isms.shipped_training s where s.code = coalesce(copy_training.shipped, s.code) order by s.code loop
    insert into isms.training (scope, code, title, description, covers_policy, covers_contribution, covers_consequences, repeat_every)
    values (here, t.code, t.title, t.description, t.covers_policy, t.covers_contribution, t.covers_consequences, t.repeat_every);
    insert into isms.training_need (scope, training, role, within)
    select here, t.code, r.role, t.within
      from unnest(case t.roles when '{}' then array[null]::text[] else t.roles end) r(role);
    return next t.code;
  end loop;
end
$$;

comment on function isms.copy_training(text, text) is 'Copies a shipped training, or all of them, into a scope with the roles that need it, and returns the codes. Errors: 22023 unknown shipped training, 23505 it is there already';

create view isms.training_status with (security_invoker = true) as
  select n.scope,
         n.training as code,
         t.title,
         n.person,
         n.person_name,
         n.roles,
         s.state,
         s.due,
         c.completed_on,
         c.effective,
         t.owner,
         o.name as owner_name
    from (
      select w.scope, w.training, h.person, h.person_name,
             string_agg(distinct w.role, ', ') as roles,
             min(coalesce(w.due_on, (h.since + w.within)::date)) as due
        from isms.training_need w
        join isms.person_role h on h.scope = w.scope and h.code = coalesce(w.role, h.code) and h.person = coalesce(w.person, h.person)
       group by w.scope, w.training, h.person, h.person_name) n
    join isms.training t on t.scope = n.scope and t.code = n.training
    join isms.scope_day d on d.scope = n.scope
    left join isms.person o on o.code = t.owner
    left join lateral (
      select x.completed_on, x.effective, coalesce(x.effective, true) as counts, (x.completed_on + t.repeat_every)::date as until
        from isms.training_completion x
       where x.scope = n.scope and x.training = n.training and x.person = n.person
       order by x.completed_on desc
       limit 1) c on true
    cross join lateral (
      select case when c.counts then c.until else n.due end as due,
             case
               when c.counts and (c.until is null or c.until >= d.today) then 'completed'
               when case when c.counts then c.until else n.due end < d.today then 'overdue'
               else 'due'
             end as state) s;

comment on view isms.training_status is 'Trainings people need today, by role or by name, with their state (7.2 c)';
comment on column isms.training_status.scope is 'Scope';
comment on column isms.training_status.code is 'Training';
comment on column isms.training_status.title is 'Title';
comment on column isms.training_status.person is 'Person';
comment on column isms.training_status.person_name is 'Name';
comment on column isms.training_status.roles is 'Roles it is needed for; null: everybody needs it, or this person by name';
comment on column isms.training_status.state is 'completed, due or overdue; due again when a completion no longer counts or did not help';
comment on column isms.training_status.due is 'By when, the next time where it is completed; null: no date is set';
comment on column isms.training_status.completed_on is 'Last completion';
comment on column isms.training_status.effective is 'Did it help? Null: not judged';
comment on column isms.training_status.owner is 'Person who sees to it';
comment on column isms.training_status.owner_name is 'Name of that person';

-- 7.3
create table isms.awareness_record (
  scope text not null default isms.default_scope(),
  person text not null default isms.actor() constraint awareness_record_person_fkey references isms.person on update cascade,
  document text not null,
  version text not null,
  aware_on date not null,
  means text,
  contribution boolean not null default false,
  consequences boolean not null default false,
  created_by text default isms.actor(),
  constraint awareness_record_pkey primary key (scope, person, document, version),
  constraint awareness_record_version_fkey foreign key (scope, document, version) references isms.document_version on update cascade
);

comment on table isms.awareness_record is 'Who was made aware of which version of a policy (7.3)';
comment on column isms.awareness_record.scope is 'Scope';
comment on column isms.awareness_record.person is 'Person; who acts unless stated';
comment on column isms.awareness_record.document is 'Document';
comment on column isms.awareness_record.version is 'Version';
comment on column isms.awareness_record.aware_on is 'When; today in the scope unless stated';
comment on column isms.awareness_record.means is 'How: read, briefing, training';
comment on column isms.awareness_record.contribution is 'And of what one contributes (7.3 b)';
comment on column isms.awareness_record.consequences is 'And of what not conforming means (7.3 c)';
comment on column isms.awareness_record.created_by is 'Person who recorded it';

create index awareness_record_version_idx on isms.awareness_record (scope, document, version);

create function isms.awareness_record_today() returns trigger
  language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
  new.aware_on := isms.today(new.scope);
  return new;
end
$$;

comment on function isms.awareness_record_today() is 'BEFORE INSERT trigger for records without a date: today in the scope';

create trigger fill_date before insert on isms.awareness_record
  for each row when (new.aware_on is null) execute function isms.awareness_record_today();

create trigger not_in_future before insert or update of aware_on on isms.awareness_record
  for each row when (new.aware_on > isms.today(new.scope)) execute function isms.not_in_future('aware_on');

create view isms.awareness_status with (security_invoker = true) as
  select s.scope,
         s.code,
         s.title,
         s.version,
         h.person,
         h.person_name,
         case
           when a.aware_on is not null then 'aware'
           when exists (select from isms.awareness_record o where o.scope = s.scope and o.document = s.code and o.person = h.person) then 'of another version'
           else 'missing'
         end as state,
         a.aware_on,
         coalesce(a.contribution, false) or exists (
           select from isms.training_status t join isms.training x on x.scope = t.scope and x.code = t.code
            where t.scope = s.scope and t.person = h.person and t.state = 'completed' and x.covers_contribution) as contribution,
         coalesce(a.consequences, false) or exists (
           select from isms.training_status t join isms.training x on x.scope = t.scope and x.code = t.code
            where t.scope = s.scope and t.person = h.person and t.state = 'completed' and x.covers_consequences) as consequences
    from isms.document_status s
    join isms.document d on d.scope = s.scope and d.code = s.code and d.acknowledged
    join (select distinct r.scope, r.person, r.person_name from isms.person_role r where r.code <> 'external_auditor') h on h.scope = s.scope
    join isms.person p on p.code = h.person and p.kind = 'human'
    left join isms.awareness_record a on a.scope = s.scope and a.person = h.person and a.document = s.code and a.version = s.version
   where s.state in ('current', 'review_due') and not s.external;

comment on view isms.awareness_status is 'Everybody with a role today, and each document in force that is to be acknowledged: who knows the version in force (7.3)';
comment on column isms.awareness_status.scope is 'Scope';
comment on column isms.awareness_status.code is 'Document';
comment on column isms.awareness_status.title is 'Title';
comment on column isms.awareness_status.version is 'Version in force';
comment on column isms.awareness_status.person is 'Person';
comment on column isms.awareness_status.person_name is 'Name';
comment on column isms.awareness_status.state is 'aware, of another version (only), or missing';
comment on column isms.awareness_status.aware_on is 'Since when';
comment on column isms.awareness_status.contribution is 'Aware of what one contributes, by that record or a training completed (7.3 b)';
comment on column isms.awareness_status.consequences is 'Aware of what not conforming means, by that record or a training completed (7.3 c)';

-- 7.4
create table isms.communication_item (
  scope text not null default isms.default_scope() constraint communication_item_scope_fkey references isms.scope on update cascade,
  code text not null constraint communication_item_code_form check (code ~ '^[^[:space:]]+( [^[:space:]]+)*$'),
  what text not null constraint communication_item_what_given check (what ~ '\S'),
  occasion text not null constraint communication_item_occasion_given check (occasion ~ '\S'),
  repeat_every interval constraint communication_item_repeat_every_positive check (isms.is_period(repeat_every)),
  next_on date,
  with_whom text not null constraint communication_item_with_whom_given check (with_whom ~ '\S'),
  how text not null constraint communication_item_how_given check (how ~ '\S'),
  direction text not null default 'internal' constraint communication_item_direction_known check (direction in ('internal', 'external', 'both')),
  responsible text constraint communication_item_responsible_fkey references isms.person on update cascade,
  custom jsonb not null default '{}' constraint communication_item_custom_object check (jsonb_typeof(custom) = 'object'),
  created_by text default isms.actor(),
  constraint communication_item_pkey primary key (scope, code)
);

comment on table isms.communication_item is 'What is communicated, when, with whom and how (7.4)';
comment on column isms.communication_item.scope is 'Scope';
comment on column isms.communication_item.code is 'Key in the scope';
comment on column isms.communication_item.what is 'On what (7.4 a)';
comment on column isms.communication_item.occasion is 'When: monthly, after an incident, when the policy changes (7.4 b)';
comment on column isms.communication_item.repeat_every is 'How often, where it is regular';
comment on column isms.communication_item.next_on is 'Next time; null: repeat_every after the last';
comment on column isms.communication_item.with_whom is 'With whom (7.4 c)';
comment on column isms.communication_item.how is 'How (7.4 d)';
comment on column isms.communication_item.direction is 'internal, external or both';
comment on column isms.communication_item.responsible is 'Person who sees to it';
comment on column isms.communication_item.custom is 'Fields of the organisation''s own';
comment on column isms.communication_item.created_by is 'Person who recorded it';

comment on constraint communication_item_repeat_every_positive on isms.communication_item is 'repeat_every is more than nothing, at most a hundred years, and no part of it is below zero';

create index communication_item_responsible_idx on isms.communication_item (responsible);

create sequence isms.communication_item_code;

comment on sequence isms.communication_item_code is 'Numbers for codes of communication items';

create trigger fill_code before insert on isms.communication_item
  for each row when (new.code is null) execute function isms.fill_code('CI');

create table isms.communication_record (
  scope text not null default isms.default_scope() constraint communication_record_scope_fkey references isms.scope on update cascade,
  code text not null constraint communication_record_code_form check (code ~ '^[^[:space:]]+( [^[:space:]]+)*$'),
  item text,
  what text,
  sent_on date not null,
  sent_to text not null constraint communication_record_sent_to_given check (sent_to ~ '\S'),
  how text,
  document text,
  version text,
  evidence text,
  created_by text default isms.actor(),
  constraint communication_record_pkey primary key (scope, code),
  constraint communication_record_what_given check (item is not null or document is not null or coalesce(what, '') ~ '\S'),
  constraint communication_record_version_of_document check ((document is null) = (version is null)),
  constraint communication_record_item_fkey foreign key (scope, item) references isms.communication_item on update cascade,
  constraint communication_record_version_fkey foreign key (scope, document, version) references isms.document_version on update cascade
);

comment on table isms.communication_record is 'Log of what was communicated (7.4); of a policy with its version (5.2 f-g)';
comment on column isms.communication_record.scope is 'Scope';
comment on column isms.communication_record.code is 'Key in the scope';
comment on column isms.communication_record.item is 'Item of the plan; null: unplanned';
comment on column isms.communication_record.what is 'What was said';
comment on column isms.communication_record.sent_on is 'When; today in the scope unless stated';
comment on column isms.communication_record.sent_to is 'To whom';
comment on column isms.communication_record.how is 'How';
comment on column isms.communication_record.document is 'Document sent';
comment on column isms.communication_record.version is 'Its version';
comment on column isms.communication_record.evidence is 'Where a copy is';
comment on column isms.communication_record.created_by is 'Person who recorded it';

create index communication_record_item_idx on isms.communication_record (scope, item, sent_on);

create index communication_record_version_idx on isms.communication_record (scope, document, version);

create sequence isms.communication_record_code;

comment on sequence isms.communication_record_code is 'Numbers for codes of communication records';

create trigger fill_code before insert on isms.communication_record
  for each row when (new.code is null) execute function isms.fill_code('CR');

create function isms.communication_record_today() returns trigger
  language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
  new.sent_on := isms.today(new.scope);
  return new;
end
$$;

comment on function isms.communication_record_today() is 'BEFORE INSERT trigger for records without a date: today in the scope';

create trigger fill_date before insert on isms.communication_record
  for each row when (new.sent_on is null) execute function isms.communication_record_today();

create trigger not_in_future before insert or update of sent_on on isms.communication_record
  for each row when (new.sent_on > isms.today(new.scope)) execute function isms.not_in_future('sent_on');

create view isms.communication_status with (security_invoker = true) as
  select i.scope,
         i.code,
         i.what as title,
         i.with_whom,
         i.how,
         i.direction,
         i.responsible,
         p.name as responsible_name,
         r.last_sent,
         u.due,
         case
           when u.due < d.today then 'overdue'
           when u.due is not null then 'due'
           when r.last_sent is null then 'never sent'
           else 'sent'
         end as state
    from isms.communication_item i
    join isms.scope_day d on d.scope = i.scope
    left join isms.person p on p.code = i.responsible
    cross join lateral (select max(x.sent_on) as last_sent from isms.communication_record x where x.scope = i.scope and x.item = i.code) r
    cross join lateral (
      select case when i.next_on > r.last_sent or r.last_sent is null then i.next_on else (r.last_sent + i.repeat_every)::date end as due) u;

comment on view isms.communication_status is 'The communication plan with what was sent last and what is due (7.4)';
comment on column isms.communication_status.scope is 'Scope';
comment on column isms.communication_status.code is 'Item';
comment on column isms.communication_status.title is 'On what';
comment on column isms.communication_status.with_whom is 'With whom';
comment on column isms.communication_status.how is 'How';
comment on column isms.communication_status.direction is 'internal, external or both';
comment on column isms.communication_status.responsible is 'Person who sees to it';
comment on column isms.communication_status.responsible_name is 'Name';
comment on column isms.communication_status.last_sent is 'When it was last sent';
comment on column isms.communication_status.due is 'When it is due: next_on until it was sent, then repeat_every after; null: when its occasion comes';
comment on column isms.communication_status.state is 'due, overdue, or without a date: sent, never sent';

-- A.6.5: who leaves hands these over.
insert into isms.owned_table (schema_name, table_name, person_column, role, state_column, ended_states, builtin) values
  ('isms', 'training', 'owner', null, null, '{}', true),
  ('isms', 'communication_item', 'responsible', null, null, '{}', true);

insert into isms.due_source (name, query, builtin) values
  ('document', $$
   select s.scope, 'document', s.code, s.title, s.owner,
          case when s.state in ('superseded', 'withdrawn') then format('dispose of version %s', s.version) when s.external then 'check for a newer edition' else 'review' end,
          case when s.state in ('superseded', 'withdrawn') then s.kept_until + 1 else s.due end
     from isms.document_status s
    where s.state in ('current', 'review_due') and (s.due is not null or s.state = 'review_due')
       or s.state in ('superseded', 'withdrawn') and s.kept_until is not null and s.hold is null $$, true),
  ('policy to know', $$
   select s.scope, 'document', s.code, s.title, s.person, format('to be read: version %s', s.version), null::date
     from isms.awareness_status s
    where s.state <> 'aware' $$, true),
  ('training', $$
   select s.scope, 'training', s.code, s.title, s.person, 'to be completed', s.due
     from isms.training_status s
    where s.state <> 'completed' or s.due is not null $$, true),
  ('competence', $$
   select h.scope, 'competence', h.code, h.title, h.person, 'evidence ends', h.valid_until
     from isms.competence_held h
    where h.valid_until is not null
      and exists (select
                    from isms.person_role r
                    join isms.role_competence n on n.scope = r.scope and n.role = r.code
                   where r.scope = h.scope and r.person = h.person and n.competence = h.code) $$, true),
  ('communication', $$
   select s.scope, 'communication_item', s.code, s.title, s.responsible, 'to be communicated', s.due
     from isms.communication_status s
    where s.due is not null $$, true);

-- Who joins, moves or leaves: all that hangs on the person in one list.
create function isms.person_impact(person text, scope text default null)
  returns table (matter text, relation text, key text, title text, what text, due date)
  language plpgsql stable set search_path = pg_catalog, pg_temp as $$
#variable_conflict use_column
declare
  who text := person_impact.person;
  here text := coalesce(person_impact.scope, isms.default_scope());
  t isms.owned_table;
begin
  if not exists (select from isms.person p where p.code = who) then
    raise exception using
      errcode = 'IS022',
      message = format('there is no person %s', coalesce(who, '(none named)')),
      hint = 'isms.person lists them.';
  end if;
  return query
    select 'role', 'isms.role_assignment', a.code, r.title,
           coalesce('also held by ' || (select string_agg(o.person_name, ', ' order by o.person_name)
                                          from isms.person_role o
                                         where o.scope = here and o.code = a.role and o.person <> who), 'held alone'),
           a.valid_until
      from isms.role_assignment a
      join isms.role r on r.code = a.role
     where a.scope = here and a.person = who and a.status in ('proposed', 'active') and coalesce(a.valid_until, 'infinity') >= isms.today(here)
     order by a.role, a.code;
  return query
    select 'step held alone', g.workflow, g.transition, w.title, g.reason, null::date
      from isms.workflow_gaps(here) g
      join isms.workflow w on w.name = g.workflow
     where g.persons = array[who]
     order by g.workflow, g.transition, g.slot;
  for t in select o.* from isms.owned_table o where to_regclass(format('%I.%I', o.schema_name, o.table_name)) is not null order by o.schema_name, o.table_name, o.person_column loop
    return query execute
      format($q$select 'owns', %L, x.code, coalesce(to_jsonb(x) ->> 'title', to_jsonb(x) ->> 'what'), %L, (to_jsonb(x) ->> 'due_on')::date
                  from %I.%I x where x.scope = $1 and x.%I = $2%s order by x.code$q$,
             format('%I.%I', t.schema_name, t.table_name), t.person_column, t.schema_name, t.table_name, t.person_column,
             case when t.state_column is null then '' else format(' and x.%I <> all ($3)', t.state_column) end)
      using here, who, t.ended_states;
  end loop;
  return query
    select 'writes', 'isms.document_version', v.document || ' ' || v.version, v.title, concat_ws(', ', case when v.author = who then 'author' end, case when v.approver = who then 'approver' end), null::date
      from isms.document_version v
     where v.scope = here and who in (v.author, v.approver) and v.status in ('draft', 'in_review')
     order by v.document, v.version;
  return query
    select 'to approve', w.table_name, w.key, w.transition, case when w.candidates = array[who] then 'nobody else can' else 'as ' || w.slot end, w.due
      from isms.waiting_approvals w
     where w.scope = here and who = any (w.candidates)
     order by w.request, w.slot;
  return query
    select 'asked for', q.table_name, q.key, q.transition, 'waits for approval', q.due
      from isms.approval_request q
     where q.scope = here and q.requester = who and q.status = 'open'
     order by q.id;
  return query
    select 'delegation', 'isms.delegation', d.id::text, d.reason,
           case when d.from_person = who then 'to ' || isms.person_name(d.to_person) else 'from ' || isms.person_name(d.from_person) end, upper(d.valid) - 1
      from isms.delegation d
     where d.scope = here and who in (d.from_person, d.to_person) and upper(d.valid) > isms.today(here)
     order by d.id;
  return query
    select 'training', 'isms.training', s.code, s.title, s.state, s.due
      from isms.training_status s
     where s.scope = here and s.person = who and s.state <> 'completed'
     order by s.code;
  return query
    select 'awareness', 'isms.document', s.code, s.title, s.state || ': version ' || s.version, null::date
      from isms.awareness_status s
     where s.scope = here and s.person = who and s.state <> 'aware'
     order by s.code;
  return query
    select 'competence', 'isms.competence', g.code, g.title, g.gap || ' for ' || g.roles, g.valid_until
      from isms.competence_gap g
     where g.scope = here and g.person = who
     order by g.code;
  -- what the organisation can do no more without the person
  return query
    select 'competence', 'isms.competence', h.code, h.title, 'held alone', null::date
      from isms.competence_held h
     where h.scope = here and h.person = who and h.state = 'held'
       and exists (select from isms.role_competence r where r.scope = here and r.competence = h.code)
       and not exists (select from isms.competence_held o where o.scope = here and o.code = h.code and o.person <> who and o.state = 'held')
     order by h.code;
end
$$;

comment on function isms.person_impact(text, text) is 'Everything that hangs on a person in a scope, the default one where none is named: roles and steps held alone, what is owned, written, to be approved or asked for, delegations, trainings, awareness and competence due (A.6.5). Errors: IS021, IS022';
