-- 9.3: management reviews: inputs prepared from the data of the period and frozen at the meeting, verdicts, decisions that become actions.
create table isms.management_review (
  scope text not null default isms.default_scope() constraint management_review_scope_fkey references isms.scope on update cascade,
  code text not null constraint management_review_code_form check (code ~ '^[^[:space:]]+( [^[:space:]]+)*$'),
  title text not null constraint management_review_title_given check (title ~ '\S'),
  status text not null default 'planned',
  period daterange not null constraint management_review_period_bounded check (not (isempty(period) or lower_inf(period) or upper_inf(period))),
  planned_on date,
  held_on date,
  chaired_by text constraint management_review_chaired_by_fkey references isms.person on update cascade,
  participants text[] not null default '{}',
  suitability text constraint management_review_suitability_known check (suitability in ('yes', 'partly', 'no')),
  adequacy text constraint management_review_adequacy_known check (adequacy in ('yes', 'partly', 'no')),
  effectiveness text constraint management_review_effectiveness_known check (effectiveness in ('yes', 'partly', 'no')),
  verdict_reason text,
  minutes text,
  custom jsonb not null default '{}' constraint management_review_custom_object check (jsonb_typeof(custom) = 'object'),
  created_by text default isms.actor(),
  constraint management_review_pkey primary key (scope, code)
);

comment on table isms.management_review is 'Management reviews (9.3)';
comment on column isms.management_review.scope is 'Scope';
comment on column isms.management_review.code is 'Key in the scope';
comment on column isms.management_review.title is 'Title';
comment on column isms.management_review.status is 'State in workflow management_review';
comment on column isms.management_review.period is 'Period it looks back on';
comment on column isms.management_review.planned_on is 'Day on which it is to be held';
comment on column isms.management_review.held_on is 'Day on which it was';
comment on column isms.management_review.chaired_by is 'Member of top management who chaired it and approves what was decided';
comment on column isms.management_review.participants is 'Codes of the persons who took part';
comment on column isms.management_review.suitability is 'Is the management system suitable: yes, partly or no';
comment on column isms.management_review.adequacy is 'Is it adequate: yes, partly or no';
comment on column isms.management_review.effectiveness is 'Is it effective: yes, partly or no';
comment on column isms.management_review.verdict_reason is 'Why';
comment on column isms.management_review.minutes is 'Where the minutes are: code of a document of kind management_review, or place';
comment on column isms.management_review.custom is 'Fields of the organisation''s own';
comment on column isms.management_review.created_by is 'Person who planned it';

create index management_review_chaired_by_idx on isms.management_review (chaired_by);

create sequence isms.management_review_code;

comment on sequence isms.management_review_code is 'Numbers for codes of management reviews';

create trigger fill_code before insert on isms.management_review
  for each row when (new.code is null) execute function isms.fill_code('MR');

create trigger participants_known after insert or update of participants on isms.management_review
  for each row when (new.participants <> '{}') execute function isms.lists_people('participants');

create table isms.review_topic (
  input text constraint review_topic_pkey primary key constraint review_topic_input_letter check (input ~ '^[a-g]$'),
  title text not null,
  builtin boolean not null default false
);

comment on table isms.review_topic is 'What a management review considers (9.3.2)';
comment on column isms.review_topic.input is 'Letter in 9.3.2';
comment on column isms.review_topic.title is 'What it is about';
comment on column isms.review_topic.builtin is 'Shipped with the extension';

insert into isms.review_topic (input, title, builtin) values
  ('a', 'What became of earlier decisions', true),
  ('b', 'Issues inside and outside that changed', true),
  ('c', 'Needs and expectations of interested parties that changed', true),
  ('d', 'Performance: nonconformities, measures, audits, objectives', true),
  ('e', 'What interested parties say', true),
  ('f', 'Risks assessed and the state of their treatment', true),
  ('g', 'Opportunities to improve', true);

create table isms.review_source (
  name text constraint review_source_pkey primary key,
  input text not null constraint review_source_input_fkey references isms.review_topic,
  position integer not null,
  title text not null,
  needs text[] not null default '{}',
  query text not null,
  builtin boolean not null default false
);

comment on table isms.review_source is 'Where the inputs of a management review come from: queries over the registers, for the extension''s owner to add to';
comment on column isms.review_source.name is 'Name';
comment on column isms.review_source.input is 'Input it belongs to';
comment on column isms.review_source.position is 'Order within the input';
comment on column isms.review_source.title is 'What its rows are';
comment on column isms.review_source.needs is 'Tables of schema isms without which it is left out';
comment on column isms.review_source.query is 'Query that gives the rows, with the rights of who prepares: $1 is the scope, $2 the period as daterange, $3 the review; no ranges and no times in its columns, which have no spelling of their own in JSON';
comment on column isms.review_source.builtin is 'Shipped with the extension';

insert into isms.closed_table (name, readable, builtin) values ('review_topic', true, true), ('review_source', true, true);

create table isms.review_input (
  scope text not null default isms.default_scope(),
  review text not null,
  input text not null constraint review_input_input_fkey references isms.review_topic,
  text text,
  prepared jsonb not null default '{}' constraint review_input_prepared_object check (jsonb_typeof(prepared) = 'object'),
  prepared_on date,
  created_by text default isms.actor(),
  constraint review_input_pkey primary key (scope, review, input),
  constraint review_input_review_fkey foreign key (scope, review) references isms.management_review on update cascade
);

comment on table isms.review_input is 'Inputs of management reviews, a to g (9.3.2), frozen when the review is held';
comment on column isms.review_input.scope is 'Scope';
comment on column isms.review_input.review is 'Management review';
comment on column isms.review_input.input is 'Letter in 9.3.2';
comment on column isms.review_input.text is 'What is to be said of it; alone where no register holds it';
comment on column isms.review_input.prepared is 'What the registers hold: source to rows, by isms.prepare_review';
comment on column isms.review_input.prepared_on is 'When they were asked';
comment on column isms.review_input.created_by is 'Person who recorded it';

create index review_input_input_idx on isms.review_input (input);

-- What the registers hold nobody writes, whoever it is: the row asks them itself, as a new one or when prepared and prepared_on are
-- taken back.  Once the review is held they are frozen; of a review that comes from an older register they are as they were.
create function isms.review_input_prepared() returns trigger
  language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
  r isms.management_review;
  s isms.review_source;
  item_rows jsonb;
  moved boolean := tg_op = 'UPDATE' and (new.scope, new.review, new.input) is distinct from (old.scope, old.review, old.input);
begin
  if tg_op = 'UPDATE' and not moved and (new.prepared, new.prepared_on) is not distinct from (old.prepared, old.prepared_on) then
    return new;
  end if;
  select x.* into r from isms.management_review x where x.scope = new.scope and x.code = new.review;
  if r.status is distinct from 'planned' then
    return new;
  elsif (new.prepared <> '{}' or new.prepared_on is not null)
        and not (moved and (new.prepared, new.prepared_on) is not distinct from (old.prepared, old.prepared_on)) then
    raise exception using
      errcode = 'check_violation',
      message = format('what the registers hold for input %s of management review %s is written by isms.prepare_review alone', new.input, new.review),
      hint = format('select * from isms.prepare_review(%L); what is to be said of it goes into text.', new.review),
      schema = 'isms', table = 'review_input', column = 'prepared', constraint = tg_name;
  end if;
  new.prepared := '{}';
  new.prepared_on := isms.today(new.scope);
  for s in
    select x.*
      from isms.review_source x
     where x.input = new.input and not exists (select from unnest(x.needs) n(name) where to_regclass(format('isms.%I', n.name)) is null)
     order by x.position, x.name
  loop
    execute format('select coalesce(jsonb_agg(to_jsonb(q)), ''[]'') from (%s) q', s.query) into item_rows using r.scope, r.period, r.code;
    new.prepared := new.prepared || jsonb_build_object(s.name, item_rows);
  end loop;
  return new;
end
$$;

comment on function isms.review_input_prepared() is 'BEFORE trigger: an input of a planned review has what the registers hold when it is made, moved or prepared again, and nothing else. Errors: 23514';

create trigger review_input_prepared before insert or update on isms.review_input
  for each row execute function isms.review_input_prepared();

create table isms.review_decision (
  scope text not null default isms.default_scope(),
  code text not null constraint review_decision_code_form check (code ~ '^[^[:space:]]+( [^[:space:]]+)*$'),
  review text not null,
  kind text not null constraint review_decision_kind_known check (kind in ('improvement', 'change')),
  title text not null constraint review_decision_title_given check (title ~ '\S'),
  input text constraint review_decision_input_fkey references isms.review_topic,
  owner text constraint review_decision_owner_fkey references isms.person on update cascade,
  due_on date,
  no_action_reason text,
  custom jsonb not null default '{}' constraint review_decision_custom_object check (jsonb_typeof(custom) = 'object'),
  created_by text default isms.actor(),
  constraint review_decision_pkey primary key (scope, code),
  constraint review_decision_review_fkey foreign key (scope, review) references isms.management_review on update cascade
);

comment on table isms.review_decision is 'What management reviews decided (9.3.3)';
comment on column isms.review_decision.scope is 'Scope';
comment on column isms.review_decision.code is 'Key in the scope';
comment on column isms.review_decision.review is 'Management review';
comment on column isms.review_decision.kind is 'improvement, or change of the management system';
comment on column isms.review_decision.title is 'What was decided';
comment on column isms.review_decision.input is 'Input it follows from';
comment on column isms.review_decision.owner is 'Person who sees to it';
comment on column isms.review_decision.due_on is 'Due date';
comment on column isms.review_decision.no_action_reason is 'Why it takes no action';
comment on column isms.review_decision.custom is 'Fields of the organisation''s own';
comment on column isms.review_decision.created_by is 'Person who recorded it';

create index review_decision_review_idx on isms.review_decision (scope, review);

create index review_decision_owner_idx on isms.review_decision (owner);

create sequence isms.review_decision_code;

comment on sequence isms.review_decision_code is 'Numbers for codes of decisions of reviews';

create trigger fill_code before insert on isms.review_decision
  for each row when (new.code is null) execute function isms.fill_code('MD');

insert into isms.action_subject (kind, table_name, builtin) values ('review_decision', 'review_decision', true);

-- Open until every action that serves it is verified or cancelled, and one verified.
create view isms.latest_review with (security_invoker = true) as
  select r.scope,
         r.code,
         r.title,
         r.held_on
    from isms.scope s
   cross join lateral (
      select m.scope, m.code, m.title, m.held_on
        from isms.management_review m
       where m.scope = s.code and m.status in ('held', 'closed')
       order by m.held_on desc nulls last, m.code desc
       limit 1) r;

comment on view isms.latest_review is 'The management review of each scope that was held last';
comment on column isms.latest_review.scope is 'Scope';
comment on column isms.latest_review.code is 'Key of the review';
comment on column isms.latest_review.title is 'Title';
comment on column isms.latest_review.held_on is 'Day on which it was held';

create view isms.review_decision_status with (security_invoker = true) as
  select e.scope,
         e.code,
         e.title,
         e.review,
         r.held_on,
         e.kind,
         e.owner,
         p.name as owner_name,
         e.due_on,
         a.actions::integer as actions,
         a.unfinished::integer as unfinished_actions,
         case
           when r.status in ('planned', 'cancelled') then 'not_taken'
           when e.no_action_reason ~ '\S' then 'no_action'
           when a.verified > 0 and a.unfinished = 0 then 'done'
           else 'open'
         end as status,
         case when coalesce(e.no_action_reason, '') !~ '\S' and not (a.verified > 0 and a.unfinished = 0) then coalesce(e.due_on < d.today, false) else false end as overdue
    from isms.review_decision e
    join isms.management_review r on r.scope = e.scope and r.code = e.review
    join isms.scope_day d on d.scope = e.scope
   cross join lateral (
      select count(*) filter (where x.status <> 'cancelled') as actions,
             count(*) filter (where x.status not in ('verified', 'cancelled')) as unfinished,
             count(*) filter (where x.status = 'verified') as verified
        from isms.action x
       where x.scope = e.scope and x.serves_kind = 'review_decision' and x.serves = e.code) a
    left join isms.person p on p.code = e.owner;

comment on view isms.review_decision_status is 'Decisions of management reviews and what became of them';
comment on column isms.review_decision_status.scope is 'Scope';
comment on column isms.review_decision_status.code is 'Key of the decision';
comment on column isms.review_decision_status.title is 'What was decided';
comment on column isms.review_decision_status.review is 'Management review';
comment on column isms.review_decision_status.held_on is 'When it was held';
comment on column isms.review_decision_status.kind is 'improvement or change';
comment on column isms.review_decision_status.owner is 'Person who sees to it';
comment on column isms.review_decision_status.owner_name is 'Name';
comment on column isms.review_decision_status.due_on is 'Due date';
comment on column isms.review_decision_status.actions is 'Actions that serve it';
comment on column isms.review_decision_status.unfinished_actions is 'Those of them that are neither verified nor cancelled';
comment on column isms.review_decision_status.status is 'open, done (its actions are verified), no_action, or not_taken while the review was not held';
comment on column isms.review_decision_status.overdue is 'Is it late today?';

insert into isms.review_source (name, input, position, title, needs, query, builtin) values
  ('earlier_decisions', 'a', 1, 'Decisions of earlier reviews: all that are open, and those that were not at the last', '{}', $q$
    select s.code, s.review, s.title, s.kind, s.owner, s.due_on, s.status, s.overdue
      from isms.review_decision_status s
     where s.scope = $1 and s.review <> $3
       and (s.status = 'open'
            or s.status = 'done' and exists (select from isms.action a where a.scope = s.scope and a.serves_kind = 'review_decision' and a.serves = s.code and a.checked_on <@ $2))
     order by s.due_on, s.code$q$, true),
  ('issues', 'b', 1, 'Issues as they are, those reviewed in the period marked', '{context_issue}', $q$
    select t.r ->> 'code' as code, t.r ->> 'title' as title, t.r ->> 'kind' as kind, t.r ->> 'climate' as climate, (t.r ->> 'reviewed_on')::date <@ $2 as reviewed_in_period
      from (select to_jsonb(x) as r from isms.context_issue x where x.scope = $1) t
     where coalesce((t.r ->> 'ended_on')::date >= lower($2), true)
     order by 1$q$, true),
  ('climate', 'b', 2, 'Whether climate change is relevant: the latest decision', '{climate_decision}', $q$
    select t.r ->> 'relevant' as relevant, t.r ->> 'reason' as reason, t.r ->> 'decided_on' as decided_on
      from (select to_jsonb(x) as r from isms.climate_decision x where x.scope = $1) t
     order by 3 desc
     limit 1$q$, true),
  ('interested_parties', 'c', 1, 'Interested parties, those reviewed in the period marked', '{interested_party}', $q$
    select t.r ->> 'code' as code, t.r ->> 'title' as title, (t.r ->> 'reviewed_on')::date <@ $2 as reviewed_in_period
      from (select to_jsonb(x) as r from isms.interested_party x where x.scope = $1) t
     where coalesce((t.r ->> 'ended_on')::date >= lower($2), true)
     order by 1$q$, true),
  ('requirements', 'c', 2, 'Requirements of theirs that nobody decided on', '{party_requirement}', $q$
    select t.r ->> 'code' as code, t.r ->> 'party' as party, t.r ->> 'title' as title, t.r ->> 'kind' as kind
      from (select to_jsonb(x) as r from isms.party_requirement x where x.scope = $1) t
     where t.r ->> 'addressed' is null and coalesce((t.r ->> 'ended_on')::date >= lower($2), true)
     order by 1$q$, true),
  ('nonconformities', 'd', 1, 'Nonconformities found in the period or open', '{}', $q$
    select n.code, n.statement, n.source, n.grade, n.status, n.found_on, n.found_on <@ $2 as found_in_period, n.owner, n.effective
      from isms.nonconformity n
     where n.scope = $1 and n.status <> 'void' and (n.found_on <@ $2 or n.status <> 'closed')
     order by n.found_on, n.code$q$, true),
  ('corrective_actions', 'd', 2, 'Corrective actions by state', '{}', $q$
    select a.status, count(*) as actions, count(*) filter (where a.status in ('planned', 'in_progress') and a.due_on < isms.today($1)) as overdue
      from isms.action a
     where a.scope = $1 and a.serves_kind = 'nonconformity'
     group by a.status
     order by a.status$q$, true),
  ('measures', 'd', 3, 'Measures in use: latest value, target, trend', '{}', $q$
    select m.code, m.title, m.latest_value, m.measured_on, m.target, m.target_is, m.status, m.trend, m.overdue
      from isms.measure_status m
     where m.scope = $1 and m.status <> 'retired'
     order by m.code$q$, true),
  ('evaluations', 'd', 4, 'Evaluations of performance in the period', '{}', $q$
    select e.code, e.title, e.evaluated_on, e.effective, e.conclusion
      from isms.performance_evaluation e
     where e.scope = $1 and e.status <> 'draft' and e.period && $2
     order by e.evaluated_on, e.code$q$, true),
  ('audits', 'd', 5, 'Internal audits in the period', '{}', $q$
    select i.code, i.title, i.status, lower(i.planned_period) as planned_from, i.reported_on, i.conclusion,
           count(f.code) filter (where f.kind = 'major') as major, count(f.code) filter (where f.kind = 'minor') as minor,
           count(f.code) filter (where f.kind in ('observation', 'opportunity')) as observations
      from isms.internal_audit i
      left join isms.finding f on f.scope = i.scope and f.audit = i.code and f.status not in ('draft', 'withdrawn')
     where i.scope = $1 and (i.planned_period && $2 or i.reported_on <@ $2)
     group by i.scope, i.code
     order by 4, i.code$q$, true),
  ('objectives', 'd', 6, 'Objectives of the period', '{objective}', $q$
    select t.r ->> 'code' as code, t.r ->> 'title' as title, t.r ->> 'target' as target, t.r ->> 'unit' as unit, t.r ->> 'due_on' as due_on, t.r ->> 'status' as status
      from (select to_jsonb(x) as r from isms.objective x where x.scope = $1) t
     order by 1$q$, true),
  ('incidents', 'd', 7, 'Incidents of the period or not closed', '{incident}', $q$
    select t.r ->> 'code' as code, t.r ->> 'title' as title, t.r ->> 'category' as category, t.r ->> 'severity' as severity, t.r ->> 'status' as status,
           ((t.r ->> 'detected_at')::timestamptz at time zone s.time_zone)::date as detected_on
      from isms.scope s,
           lateral (select to_jsonb(x) as r from isms.incident x where x.scope = s.code) t
     where s.code = $1 and t.r ->> 'status' <> 'dismissed'
       and (((t.r ->> 'detected_at')::timestamptz at time zone s.time_zone)::date <@ $2 or t.r ->> 'status' <> 'closed')
     order by 6, 1$q$, true),
  ('risks', 'f', 1, 'Risks by current level', '{}', $q$
    select r.current_level as level, r.current_rank as rank, count(*) as risks, count(*) filter (where r.assessed_on <@ $2) as assessed_in_period
      from isms.risk_assessment r
     where r.scope = $1 and r.status <> 'closed'
     group by r.current_level, r.current_rank
     order by r.current_rank desc nulls last$q$, true),
  ('treatment', 'f', 2, 'Actions of the treatment plan by state', '{}', $q$
    select a.status, count(*) as actions, count(*) filter (where a.status in ('planned', 'in_progress') and a.due_on < isms.today($1)) as overdue
      from isms.action a
     where a.scope = $1 and a.serves_kind = 'risk'
     group by a.status
     order by a.status$q$, true),
  ('acceptances', 'f', 3, 'Acceptances that ended, end or no longer fit', '{}', $q$
    select c.code, c.risk, c.basis, c.state, c.until
      from isms.acceptance_status c
     where c.scope = $1 and c.state in ('lapsing', 'lapsed', 'stale')
     order by c.code$q$, true),
  ('improvements', 'g', 1, 'Improvements proposed in the period or not decided', '{}', $q$
    select i.code, i.title, i.concerns, i.decision, i.proposed_on, i.done_on
      from isms.improvement i
     where i.scope = $1 and (i.decision is null or i.proposed_on <@ $2 or i.decided_on <@ $2)
     order by i.code$q$, true),
  ('opportunities', 'g', 2, 'Opportunities that audits found', '{}', $q$
    select f.code, f.statement as title, f.status, f.decision
      from isms.finding f
     where f.scope = $1 and f.kind = 'opportunity' and f.status not in ('draft', 'withdrawn') and (f.status <> 'closed' or f.found_on <@ $2)
     order by f.code$q$, true);

create function isms.prepare_review(review text) returns table (input text, source text, items integer)
  language plpgsql set search_path = pg_catalog, pg_temp as $$
#variable_conflict use_column
declare
  in_scope text := isms.default_scope();
  r isms.management_review;
begin
  select x.* into r from isms.management_review x where x.scope = in_scope and x.code = prepare_review.review for share;
  if not found then
    raise exception using
      errcode = 'no_data_found',
      message = format('there is no management review %s in scope %s that %s may change', prepare_review.review, in_scope, coalesce(isms.person_name(isms.actor()), session_user)),
      hint = 'isms.management_review lists them.';
  elsif r.status <> 'planned' then
    raise exception using
      errcode = 'IS006',
      message = format('inputs of management review %s cannot be prepared while it is %s', r.code, r.status),
      detail = 'frozen: what was considered stays as it was at the meeting (9.3.2)',
      hint = 'What came later is for the next review.',
      schema = 'isms', table = 'review_input', constraint = 'frozen';
  end if;
  update isms.review_input i set prepared = '{}', prepared_on = null where i.scope = r.scope and i.review = r.code;
  insert into isms.review_input (scope, review, input)
  select r.scope, r.code, t.input
    from isms.review_topic t
   where not exists (select from isms.review_input i where i.scope = r.scope and i.review = r.code and i.input = t.input);
  return query
    select i.input, s.name, jsonb_array_length(i.prepared -> s.name)
      from isms.review_input i
      join isms.review_source s on s.input = i.input and i.prepared ? s.name
     where i.scope = r.scope and i.review = r.code
     order by i.input, s.position, s.name;
end
$$;

comment on function isms.prepare_review(text) is 'Fills the seven inputs of a planned review of the default scope from the registers, for its period, and returns how many rows each source gave; text stays. Errors: P0002, IS006 once it is held';

create function isms.act_on_decisions(review text) returns setof text
  language sql set search_path = pg_catalog, pg_temp
begin atomic
  insert into isms.action (scope, title, serves_kind, serves, owner, due_on)
  select e.scope, e.title, 'review_decision', e.code, e.owner, e.due_on
    from isms.review_decision e
   where e.scope = isms.default_scope() and e.review = act_on_decisions.review and coalesce(e.no_action_reason, '') !~ '\S'
     and not exists (select from isms.action a where a.scope = e.scope and a.serves_kind = 'review_decision' and a.serves = e.code and a.status <> 'cancelled')
   order by e.code
  returning code;
end;

comment on function isms.act_on_decisions(text) is 'Makes an action of each decision of a review of the default scope that has none and takes one; returns their codes (9.3.3)';

-- Guards.

-- 9.3.1
create function isms.guard_chaired_by_top_management(old jsonb, new jsonb, step isms.step) returns text
  language sql stable set search_path = pg_catalog, pg_temp
begin atomic
  select isms.guard_says(
           isms.guard_lacks(new, 'held_on', 'chaired_by', 'participants'), isms.guard_future(new, 'held_on', step),
           (select format('%s is not top_management', isms.person_name(new ->> 'chaired_by'))
             where new ->> 'chaired_by' is not null and not isms.holds_role(new ->> 'chaired_by', 'top_management', (step).scope)));
end;

comment on function isms.guard_chaired_by_top_management(jsonb, jsonb, isms.step) is 'Guard: a member of top management chaired it, on a day that is not in the future, with participants';

-- 9.3.2
create function isms.guard_inputs_complete(old jsonb, new jsonb, step isms.step) returns text
  language sql stable set search_path = pg_catalog, pg_temp
begin atomic
  select string_agg(format('input %s: %s', t.input, case when i.input is null then 'is not prepared, see isms.prepare_review' else 'the registers hold nothing and text is missing' end), '; ' order by t.input)
    from isms.review_topic t
    left join isms.review_input i on i.scope = (step).scope and i.review = new ->> 'code' and i.input = t.input
   where i.input is null
      or coalesce(i.text, '') !~ '\S' and not exists (select from jsonb_each(i.prepared) p where p.value <> '[]');
end;

comment on function isms.guard_inputs_complete(jsonb, jsonb, isms.step) is 'Guard: inputs a to g are prepared; where the registers hold nothing, text says what was considered';

-- 9.3.1
create function isms.guard_verdicts_set(old jsonb, new jsonb, step isms.step) returns text
  language sql immutable parallel safe set search_path = pg_catalog, pg_temp
begin atomic
  select isms.guard_lacks(new, 'suitability', 'adequacy', 'effectiveness', 'verdict_reason');
end;

comment on function isms.guard_verdicts_set(jsonb, jsonb, isms.step) is 'Guard: suitability, adequacy and effectiveness are judged, with the reason';

-- 9.3.3
create function isms.guard_decisions_followed(old jsonb, new jsonb, step isms.step) returns text
  language sql stable set search_path = pg_catalog, pg_temp
begin atomic
  select case when not exists (select from isms.review_decision e where e.scope = (step).scope and e.review = new ->> 'code')
              then 'no decision is recorded; that nothing changes is one too, with no_action_reason'
         else string_agg(d.said, '; ' order by d.code) end
    from (select e.code,
                 case when count(a.code) = 0 then format('decision %s has neither an action nor a reason for none, see isms.act_on_decisions', e.code)
                      else 'of decision ' || e.code || string_agg(format(' action %s: %s', a.code, isms.guard_lacks(to_jsonb(a), 'owner', 'due_on')), ',' order by a.code)
                                                         filter (where a.owner is null or a.due_on is null) end as said
            from isms.review_decision e
            left join isms.action a on a.scope = e.scope and a.serves_kind = 'review_decision' and a.serves = e.code and a.status <> 'cancelled'
           where e.scope = (step).scope and e.review = new ->> 'code' and coalesce(e.no_action_reason, '') !~ '\S'
           group by e.scope, e.code) d;
end;

comment on function isms.guard_decisions_followed(jsonb, jsonb, isms.step) is 'Guard: something was decided, and each decision has an action with owner and due date, or a reason why none is needed';

-- Workflow.
insert into isms.guard (name, function, clause, basis, builtin) values
  ('chaired_by_top_management', 'isms.guard_chaired_by_top_management', '9.3.1', 'S', true),
  ('inputs_complete', 'isms.guard_inputs_complete', '9.3.2', 'S', true),
  ('verdicts_set', 'isms.guard_verdicts_set', '9.3.1', 'S', true),
  ('decisions_followed', 'isms.guard_decisions_followed', '9.3.3', 'P', true);

insert into isms.workflow (name, title, builtin) values
  ('management_review', 'Management review: plan, hold, have it approved', true);

insert into isms.workflow_state (workflow, position, name, initial, final, cutover, frozen_columns, frozen_children, builtin) values
  ('management_review', 1, 'planned', true, false, true, '{}', '{}', true),
  ('management_review', 2, 'held', false, false, true, '{scope,code,title,period,planned_on,held_on,chaired_by,participants,created_by}', '{isms.review_input}', true),
  ('management_review', 3, 'closed', false, true, true, '{*}', '{*}', true),
  ('management_review', 4, 'cancelled', false, true, true, '{*}', '{*}', true);

insert into isms.workflow_transition (workflow, name, from_states, to_state, amended_columns, actors, separation, guards, clause, basis, builtin) values
  ('management_review', 'plan', '{}', 'planned', '{}', '{isms_manager,top_management}', '{}',
   '{}', '9.3.1', 'P', true),
  ('management_review', 'hold', '{planned}', 'held', '{}', '{isms_manager,top_management}', '{}',
   '{chaired_by_top_management,inputs_complete}', '9.3.1, 9.3.2', 'P', true),
  ('management_review', 'close', '{held}', 'closed', '{}', '{editor}', '{R}',
   '{verdicts_set,decisions_followed}', '9.3.3', 'P', true),
  -- who chaired it left before it was approved
  ('management_review', 'amend_chair', '{held}', null, '{chaired_by}', '{isms_manager,top_management}', '{}',
   '{reason_given,chaired_by_top_management}', '9.3.3, 5.3', 'P', true),
  ('management_review', 'cancel', '{planned}', 'cancelled', '{}', '{isms_manager,top_management}', '{}',
   '{reason_given}', '9.3.1', 'P', true);

insert into isms.workflow_approval (workflow, transition, slot, approver, condition, basis, builtin) values
  ('management_review', 'close', 'chair', '@chaired_by', null, 'P', true),
  ('management_review', 'amend_chair', 'new_chair', '@new.chaired_by', null, 'P', true);

do $$
begin
  perform isms.attach_workflow('isms.management_review', 'management_review', 'status', covers => '{
    "isms.review_input": {"on": {"scope": "scope", "review": "code"}},
    "isms.review_decision": {"on": {"scope": "scope", "review": "code"}}}');
end
$$;

create function isms.certification_reviews(certification jsonb) returns jsonb
  language plpgsql stable set search_path = pg_catalog, pg_temp as $$
begin
  return isms.read_as_owner('isms.management_review',
    'select coalesce(jsonb_agg(jsonb_build_object(''code'', r.code, ''held_on'', coalesce(r.held_on, r.planned_on))), ''[]'')
       from isms.management_review r
      where r.scope = $1 ->> ''scope'' and (r.status in (''held'', ''closed'') or r.status = ''planned'' and r.planned_on > isms.today(r.scope))', certification);
end
$$;

comment on function isms.certification_reviews(jsonb) is 'Relation reviews of certification cycles: the management reviews held, and those that are to come';

insert into isms.workflow_relation (workflow, name, function, builtin) values
  ('certification', 'reviews', 'isms.certification_reviews', true);

-- 9.3.3, 7.5: minutes are of a review that was held, with what it concluded.
create function isms.content_management_review(version jsonb) returns text
  language sql stable set search_path = pg_catalog, pg_temp
begin atomic
  select case when count(*) = 0 then 'no management review that was held names it as its minutes (9.3.3)'
              else string_agg(format('review %s: %s', r.code, l.lacks), '; ' order by r.code) filter (where l.lacks is not null) end
    from isms.management_review r
   cross join lateral (select isms.guard_lacks(to_jsonb(r), 'suitability', 'adequacy', 'effectiveness', 'verdict_reason') as lacks) l
   where r.scope = version ->> 'scope' and r.minutes = version ->> 'document' and r.status in ('held', 'closed');
end;

comment on function isms.content_management_review(jsonb) is 'Check of minutes of management reviews: a review held names the document as its minutes, and has its verdicts (9.3.3)';

insert into isms.document_check (name, kind, function, clause, builtin) values
  ('management_review', 'management_review', 'isms.content_management_review', '9.3.3', true);

-- A.6.5: who leaves hands these over.
insert into isms.owned_table (schema_name, table_name, person_column, role, state_column, ended_states, builtin) values
  ('isms', 'management_review', 'chaired_by', 'top_management', 'status', '{closed,cancelled}', true);
