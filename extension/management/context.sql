-- 4.1, 4.2: what the organisation is in the middle of, who wants what of it, and what of that the ISMS takes on.
create table isms.context_issue (
  scope text not null default isms.default_scope() constraint context_issue_scope_fkey references isms.scope on update cascade,
  code text not null constraint context_issue_code_form check (code ~ '^[^[:space:]]+( [^[:space:]]+)*$'),
  title text not null constraint context_issue_title_given check (title ~ '\S'),
  kind text not null constraint context_issue_kind_known check (kind in ('external', 'internal')),
  climate boolean not null default false,
  effect text,
  owner text constraint context_issue_owner_fkey references isms.person on update cascade,
  reviewed_on date,
  review_every interval not null default '1 year' constraint context_issue_review_every_positive check (isms.is_period(review_every)),
  ended_on date,
  custom jsonb not null default '{}' constraint context_issue_custom_object check (jsonb_typeof(custom) = 'object'),
  created_by text default isms.actor(),
  constraint context_issue_pkey primary key (scope, code)
);

comment on table isms.context_issue is 'External and internal issues that matter to what the ISMS is to achieve (4.1)';
comment on column isms.context_issue.scope is 'Scope';
comment on column isms.context_issue.code is 'Key in the scope';
comment on column isms.context_issue.title is 'Title';
comment on column isms.context_issue.kind is 'external or internal';
comment on column isms.context_issue.climate is 'Does it come from climate change?';
comment on column isms.context_issue.effect is 'What it does to the outcome of the ISMS';
comment on column isms.context_issue.owner is 'Person who watches it';
comment on column isms.context_issue.reviewed_on is 'Last review';
comment on column isms.context_issue.review_every is 'How often it is reviewed';
comment on column isms.context_issue.ended_on is 'Last day on which it was an issue; null: it is one';
comment on column isms.context_issue.custom is 'Fields of the organisation''s own';
comment on column isms.context_issue.created_by is 'Person who recorded it';

comment on constraint context_issue_code_form on isms.context_issue is 'a code is one line of visible characters and single spaces';
comment on constraint context_issue_review_every_positive on isms.context_issue is 'review_every is more than nothing, at most a hundred years, and no part of it is below zero';

create index context_issue_owner_idx on isms.context_issue (owner);

create sequence isms.context_issue_code;

comment on sequence isms.context_issue_code is 'Numbers for codes of issues';

create trigger fill_code before insert on isms.context_issue
  for each row when (new.code is null) execute function isms.fill_code('CI');

create trigger not_in_future before insert or update of reviewed_on on isms.context_issue
  for each row when (new.reviewed_on > isms.today(new.scope)) execute function isms.not_in_future('reviewed_on');

-- 4.1: whether climate change is an issue is decided, either way, and may be decided anew.
create table isms.climate_decision (
  scope text not null default isms.default_scope() constraint climate_decision_scope_fkey references isms.scope on update cascade,
  decided_on date not null,
  relevant boolean not null,
  reason text not null constraint climate_decision_reason_given check (reason ~ '\S'),
  decided_by text default isms.actor() constraint climate_decision_decided_by_fkey references isms.person on update cascade,
  created_by text default isms.actor(),
  constraint climate_decision_pkey primary key (scope, decided_on)
);

comment on table isms.climate_decision is 'Decisions whether climate change is a relevant issue (4.1); the latest counts';
comment on column isms.climate_decision.scope is 'Scope';
comment on column isms.climate_decision.decided_on is 'Day of the decision; today in the scope unless stated';
comment on column isms.climate_decision.relevant is 'Is it relevant?';
comment on column isms.climate_decision.reason is 'Why, or why not';
comment on column isms.climate_decision.decided_by is 'Who decided';
comment on column isms.climate_decision.created_by is 'Person who recorded it';

create index climate_decision_decided_by_idx on isms.climate_decision (decided_by);

create trigger fill_date before insert on isms.climate_decision
  for each row when (new.decided_on is null) execute function isms.dated_today('decided_on');

create trigger not_in_future before insert or update of decided_on on isms.climate_decision
  for each row when (new.decided_on > isms.today(new.scope)) execute function isms.not_in_future('decided_on');

create table isms.interested_party (
  scope text not null default isms.default_scope() constraint interested_party_scope_fkey references isms.scope on update cascade,
  code text not null constraint interested_party_code_form check (code ~ '^[^[:space:]]+( [^[:space:]]+)*$'),
  title text not null constraint interested_party_title_given check (title ~ '\S'),
  climate_considered boolean,
  owner text constraint interested_party_owner_fkey references isms.person on update cascade,
  reviewed_on date,
  review_every interval not null default '1 year' constraint interested_party_review_every_positive check (isms.is_period(review_every)),
  ended_on date,
  description text,
  custom jsonb not null default '{}' constraint interested_party_custom_object check (jsonb_typeof(custom) = 'object'),
  created_by text default isms.actor(),
  constraint interested_party_pkey primary key (scope, code)
);

comment on table isms.interested_party is 'Interested parties that are relevant to the ISMS (4.2 a)';
comment on column isms.interested_party.scope is 'Scope';
comment on column isms.interested_party.code is 'Key in the scope';
comment on column isms.interested_party.title is 'Who it is';
comment on column isms.interested_party.climate_considered is 'Was it considered whether it has requirements related to climate change? Null or false: not yet';
comment on column isms.interested_party.owner is 'Person who keeps in touch';
comment on column isms.interested_party.reviewed_on is 'Last review of the party and its requirements';
comment on column isms.interested_party.review_every is 'How often that is reviewed';
comment on column isms.interested_party.ended_on is 'Last day on which it was relevant; null: it is';
comment on column isms.interested_party.description is 'What it has to do with the organisation';
comment on column isms.interested_party.custom is 'Fields of the organisation''s own';
comment on column isms.interested_party.created_by is 'Person who recorded it';

comment on constraint interested_party_code_form on isms.interested_party is 'a code is one line of visible characters and single spaces';
comment on constraint interested_party_review_every_positive on isms.interested_party is 'review_every is more than nothing, at most a hundred years, and no part of it is below zero';

create index interested_party_owner_idx on isms.interested_party (owner);

create sequence isms.interested_party_code;

comment on sequence isms.interested_party_code is 'Numbers for codes of interested parties';

create trigger fill_code before insert on isms.interested_party
  for each row when (new.code is null) execute function isms.fill_code('IP');

create trigger not_in_future before insert or update of reviewed_on on isms.interested_party
  for each row when (new.reviewed_on > isms.today(new.scope)) execute function isms.not_in_future('reviewed_on');

create table isms.party_requirement (
  scope text not null default isms.default_scope(),
  code text not null constraint party_requirement_code_form check (code ~ '^[^[:space:]]+( [^[:space:]]+)*$'),
  title text not null constraint party_requirement_title_given check (title ~ '\S'),
  party text not null,
  kind text not null constraint party_requirement_kind_known check (kind in ('law', 'contract', 'regulation', 'expectation')),
  reference text,
  addressed boolean,
  addressed_how text,
  owner text constraint party_requirement_owner_fkey references isms.person on update cascade,
  ended_on date,
  custom jsonb not null default '{}' constraint party_requirement_custom_object check (jsonb_typeof(custom) = 'object'),
  created_by text default isms.actor(),
  constraint party_requirement_pkey primary key (scope, code),
  constraint party_requirement_party_fkey foreign key (scope, party) references isms.interested_party on update cascade,
  constraint party_requirement_decision_reasoned check (addressed is null or coalesce(addressed_how, '') ~ '\S')
);

comment on table isms.party_requirement is 'What interested parties require (4.2 b), and whether the ISMS addresses it (4.2 c); laws, contracts and regulations too (A.5.31)';
comment on column isms.party_requirement.scope is 'Scope';
comment on column isms.party_requirement.code is 'Key in the scope';
comment on column isms.party_requirement.title is 'What is required';
comment on column isms.party_requirement.party is 'Interested party';
comment on column isms.party_requirement.kind is 'law, contract, regulation or expectation';
comment on column isms.party_requirement.reference is 'Where it stands: act and article, contract and section';
comment on column isms.party_requirement.addressed is 'Does the ISMS address it? Null: not decided';
comment on column isms.party_requirement.addressed_how is 'How it does, or why not';
comment on column isms.party_requirement.owner is 'Person who sees to it';
comment on column isms.party_requirement.ended_on is 'Last day on which it was required; null: it is';
comment on column isms.party_requirement.custom is 'Fields of the organisation''s own';
comment on column isms.party_requirement.created_by is 'Person who recorded it';

comment on constraint party_requirement_code_form on isms.party_requirement is 'a code is one line of visible characters and single spaces';
comment on constraint party_requirement_decision_reasoned on isms.party_requirement is 'what is addressed needs addressed_how, how; and what is not, why not (4.2 c)';

create index party_requirement_party_idx on isms.party_requirement (scope, party);

create index party_requirement_owner_idx on isms.party_requirement (owner);

create sequence isms.party_requirement_code;

comment on sequence isms.party_requirement_code is 'Numbers for codes of requirements';

create trigger fill_code before insert on isms.party_requirement
  for each row when (new.code is null) execute function isms.fill_code('RQ');

-- 6.1.3 d: a control that is necessary because of a law or a contract names what asks for it.
create table isms.requirement_control (
  scope text not null default isms.default_scope(),
  requirement text not null,
  catalogue text not null default isms.base_catalogue(),
  reference isms.reference not null,
  created_by text default isms.actor(),
  constraint requirement_control_pkey primary key (scope, requirement, catalogue, reference),
  constraint requirement_control_requirement_fkey foreign key (scope, requirement) references isms.party_requirement on update cascade on delete cascade,
  constraint requirement_control_control_fkey foreign key (catalogue, reference) references isms.control on update cascade
);

comment on table isms.requirement_control is 'Which requirement of an interested party asks for which control (6.1.3 d, A.5.31)';
comment on column isms.requirement_control.scope is 'Scope';
comment on column isms.requirement_control.requirement is 'Requirement';
comment on column isms.requirement_control.catalogue is 'Catalogue';
comment on column isms.requirement_control.reference is 'Control';
comment on column isms.requirement_control.created_by is 'Person who linked them';

create index requirement_control_control_idx on isms.requirement_control (catalogue, reference, scope);

-- A.6.5: who leaves hands these over.
insert into isms.owned_table (schema_name, table_name, person_column, role, builtin) values
  ('isms', 'context_issue', 'owner', null, true),
  ('isms', 'interested_party', 'owner', null, true),
  ('isms', 'party_requirement', 'owner', null, true);

create view isms.context_status with (security_invoker = true) as
  select x.scope,
         x.code,
         x.title,
         x.record,
         x.kind,
         x.owner,
         p.name as owner_name,
         x.reviewed_on,
         (x.reviewed_on + x.review_every)::date as review_due,
         nullif(concat_ws('; ', x.lacks, case when (x.reviewed_on + x.review_every)::date < d.today then 'review overdue' end), '') as problems
    from (
      select i.scope, i.code, i.title, 'issue' as record, i.kind, i.owner, i.reviewed_on, i.review_every,
             nullif(concat_ws('; ',
                   case when coalesce(i.effect, '') !~ '\S' then 'effect not stated' end,
                   case when i.owner is null then 'nobody watches it' end,
                   case when i.reviewed_on is null then 'never reviewed' end,
                   case when i.climate and not c.relevant then 'climate change was decided not to be relevant' end), '') as lacks
        from isms.context_issue i
        join isms.scope_day d on d.scope = i.scope
        left join lateral (select l.relevant from isms.climate_decision l where l.scope = i.scope order by l.decided_on desc limit 1) c on true
       where coalesce(i.ended_on, 'infinity') >= d.today
       union all
      select s.code, to_char(c.decided_on, 'YYYY-MM-DD'),
             case c.relevant when true then 'Climate change is relevant' when false then 'Climate change is not relevant' else 'Is climate change relevant?' end,
             'climate_decision', null, c.decided_by, null, null,
             nullif(concat_ws('; ',
                   case when c.relevant is null then 'climate change not decided' end,
                   case when c.relevant
                         and not exists (select
                                           from isms.context_issue i
                                           join isms.scope_day d on d.scope = i.scope
                                          where i.scope = s.code and i.climate and coalesce(i.ended_on, 'infinity') >= d.today)
                        then 'no issue says what climate change does' end), '')
        from isms.scope s
        left join lateral (select l.* from isms.climate_decision l where l.scope = s.code order by l.decided_on desc limit 1) c on true
       union all
      select y.scope, y.code, y.title, 'party', null, y.owner, y.reviewed_on, y.review_every,
             nullif(concat_ws('; ',
                   case when not exists (select from isms.party_requirement r where r.scope = y.scope and r.party = y.code and coalesce(r.ended_on, 'infinity') >= d.today) then 'no requirement recorded' end,
                   case when y.climate_considered is not true then 'requirements related to climate change not considered' end,
                   case when y.owner is null then 'nobody keeps in touch' end,
                   case when y.reviewed_on is null then 'never reviewed' end), '')
        from isms.interested_party y
        join isms.scope_day d on d.scope = y.scope
       where coalesce(y.ended_on, 'infinity') >= d.today
       union all
      select r.scope, r.code, r.title, 'requirement', r.kind, r.owner, null, null,
             nullif(concat_ws('; ',
                   case when r.addressed is null then 'not decided whether the ISMS addresses it' end,
                   case when r.addressed and r.owner is null then 'nobody sees to it' end,
                   case when coalesce(y.ended_on, 'infinity') < d.today then format('party %s is not relevant any more', y.code) end), '')
        from isms.party_requirement r
        join isms.interested_party y on y.scope = r.scope and y.code = r.party
        join isms.scope_day d on d.scope = r.scope
       where coalesce(r.ended_on, 'infinity') >= d.today) x
    join isms.scope_day d on d.scope = x.scope
    left join isms.person p on p.code = x.owner;

comment on view isms.context_status is 'Issues, the decision on climate change, interested parties and their requirements as they are today, with what is wrong with each (4.1, 4.2)';
comment on column isms.context_status.scope is 'Scope';
comment on column isms.context_status.code is 'Key in the scope; of the decision its day, null while there is none';
comment on column isms.context_status.title is 'Title';
comment on column isms.context_status.record is 'issue, climate_decision, party or requirement';
comment on column isms.context_status.kind is 'external or internal; of requirements law, contract, regulation or expectation';
comment on column isms.context_status.owner is 'Owner; of the decision who decided';
comment on column isms.context_status.owner_name is 'Name';
comment on column isms.context_status.reviewed_on is 'Last review';
comment on column isms.context_status.review_due is 'Last day for the next review; null: never reviewed, or nothing to review';
comment on column isms.context_status.problems is 'What is wrong; null: nothing';

insert into isms.due_source (name, query, builtin) values
  ('context_issue', $$select i.scope, 'context_issue', i.code, i.title, i.owner, 'review', coalesce((i.reviewed_on + i.review_every)::date, d.today)
                        from isms.context_issue i join isms.scope_day d on d.scope = i.scope where coalesce(i.ended_on, 'infinity') >= d.today$$, true),
  ('interested_party', $$select y.scope, 'interested_party', y.code, y.title, y.owner, 'review', coalesce((y.reviewed_on + y.review_every)::date, d.today)
                           from isms.interested_party y join isms.scope_day d on d.scope = y.scope where coalesce(y.ended_on, 'infinity') >= d.today$$, true);
