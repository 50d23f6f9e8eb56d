-- 4.4, 8.1: the processes the ISMS needs, what they give each other, and what shows that they ran as planned.
create table isms.process (
  scope text not null default isms.default_scope() constraint process_scope_fkey references isms.scope on update cascade,
  code text not null constraint process_code_form check (code ~ '^[^[:space:]]+( [^[:space:]]+)*$'),
  title text not null constraint process_title_given check (title ~ '\S'),
  owner text constraint process_owner_fkey references isms.person on update cascade,
  purpose text,
  criteria text,
  planned boolean not null default false,
  outsourced boolean not null default false,
  provider text,
  record_every interval not null default '1 year' constraint process_record_every_positive check (isms.is_period(record_every)),
  ended_on date,
  custom jsonb not null default '{}' constraint process_custom_object check (jsonb_typeof(custom) = 'object'),
  created_by text default isms.actor(),
  constraint process_pkey primary key (scope, code)
);

comment on table isms.process is 'Processes the ISMS needs (4.4), with the criteria by which they are controlled (8.1)';
comment on column isms.process.scope is 'Scope';
comment on column isms.process.code is 'Key in the scope';
comment on column isms.process.title is 'Title';
comment on column isms.process.owner is 'Process owner';
comment on column isms.process.purpose is 'What it is for';
comment on column isms.process.criteria is 'By what it is judged whether it runs as it should';
comment on column isms.process.planned is 'Is it only planned, not in operation yet?';
comment on column isms.process.outsourced is 'Does somebody outside run it, or a part of it?';
comment on column isms.process.provider is 'Who, where it is outsourced';
comment on column isms.process.record_every is 'How much time a record covers at most';
comment on column isms.process.ended_on is 'Last day on which it ran; null: it runs, or will';
comment on column isms.process.custom is 'Fields of the organisation''s own';
comment on column isms.process.created_by is 'Person who recorded it';

comment on constraint process_code_form on isms.process is 'a code is one line of visible characters and single spaces';
comment on constraint process_record_every_positive on isms.process is 'record_every is more than nothing, at most a hundred years, and no part of it is below zero';

create index process_owner_idx on isms.process (owner);

create sequence isms.process_code;

comment on sequence isms.process_code is 'Numbers for codes of processes';

create trigger fill_code before insert on isms.process
  for each row when (new.code is null) execute function isms.fill_code('PR');

create table isms.process_interaction (
  scope text not null default isms.default_scope(),
  from_process text not null,
  to_process text not null constraint process_interaction_other check (to_process <> from_process),
  what text not null constraint process_interaction_what_given check (what ~ '\S'),
  constraint process_interaction_pkey primary key (scope, from_process, to_process),
  constraint process_interaction_from_process_fkey foreign key (scope, from_process) references isms.process on update cascade on delete cascade,
  constraint process_interaction_to_process_fkey foreign key (scope, to_process) references isms.process on update cascade on delete cascade
);

comment on table isms.process_interaction is 'What processes give each other (4.4)';
comment on column isms.process_interaction.scope is 'Scope';
comment on column isms.process_interaction.from_process is 'Process that gives';
comment on column isms.process_interaction.to_process is 'Process that takes, and so depends on it';
comment on column isms.process_interaction.what is 'What is given';

comment on constraint process_interaction_other on isms.process_interaction is 'a process gives something to another one';

create index process_interaction_to_process_idx on isms.process_interaction (scope, to_process);

create table isms.process_record (
  scope text not null default isms.default_scope(),
  process text not null,
  period daterange not null constraint process_record_period_given check (not isempty(period) and lower(period) is not null and upper(period) is not null),
  evidence text not null constraint process_record_evidence_given check (evidence ~ '\S'),
  as_planned boolean not null default true,
  deviation text,
  created_by text default isms.actor(),
  constraint process_record_pkey primary key (scope, process, period),
  constraint process_record_process_fkey foreign key (scope, process) references isms.process on update cascade,
  constraint process_record_deviation_described check (as_planned or coalesce(deviation, '') ~ '\S')
);

comment on table isms.process_record is 'What shows that a process was carried out as planned (8.1)';
comment on column isms.process_record.scope is 'Scope';
comment on column isms.process_record.process is 'Process';
comment on column isms.process_record.period is 'Days it speaks of';
comment on column isms.process_record.evidence is 'What shows it, and where that is kept';
comment on column isms.process_record.as_planned is 'Was it carried out as planned?';
comment on column isms.process_record.deviation is 'What was otherwise, and what came of it';
comment on column isms.process_record.created_by is 'Person who recorded it';

comment on constraint process_record_deviation_described on isms.process_record is 'what was not carried out as planned needs a deviation, what was otherwise (8.1)';

create trigger not_in_future before insert or update of period on isms.process_record
  for each row when (upper(new.period) - 1 > isms.today(new.scope)) execute function isms.not_in_future('period');

-- A.6.5: who leaves hands these over.
insert into isms.owned_table (schema_name, table_name, person_column, role, builtin) values
  ('isms', 'process', 'owner', 'process_owner', true);

create view isms.process_status with (security_invoker = true) as
  select x.scope,
         x.code,
         x.title,
         x.owner,
         o.name as owner_name,
         x.planned,
         x.outsourced,
         x.takes_from,
         x.gives_to,
         x.recorded_until,
         x.record_due,
         nullif(concat_ws('; ',
           case when x.owner is null then 'nobody owns it' end,
           case when coalesce(x.purpose, '') !~ '\S' then 'purpose not stated' end,
           case when coalesce(x.criteria, '') !~ '\S' then 'no criteria' end,
           case when x.takes_from is null and x.gives_to is null then 'nothing said of what it takes and gives' end,
           case when x.outsourced and coalesce(x.provider, '') !~ '\S' then 'outsourced, provider not named' end,
           case when not x.planned and x.recorded_until is null then 'no record that it was carried out' end,
           case when x.record_due < x.today then 'record overdue' end,
           case when x.latest_as_planned is false then 'not carried out as planned, by the latest record' end), '') as problems
    from (
      select p.*,
             d.today,
             (select string_agg(i.from_process, ', ' order by i.from_process collate "C")
                from isms.process_interaction i
                join isms.process f on f.scope = i.scope and f.code = i.from_process
               where i.scope = p.scope and i.to_process = p.code and coalesce(f.ended_on, 'infinity') >= d.today) as takes_from,
             (select string_agg(i.to_process, ', ' order by i.to_process collate "C")
                from isms.process_interaction i
                join isms.process t on t.scope = i.scope and t.code = i.to_process
               where i.scope = p.scope and i.from_process = p.code and coalesce(t.ended_on, 'infinity') >= d.today) as gives_to,
             upper(l.period) - 1 as recorded_until,
             case when not p.planned then (upper(l.period) - 1 + p.record_every)::date end as record_due,
             l.as_planned as latest_as_planned
        from isms.process p
        join isms.scope_day d on d.scope = p.scope
        left join lateral (select r.period, r.as_planned from isms.process_record r where r.scope = p.scope and r.process = p.code order by upper(r.period) desc, r.period desc limit 1) l on true
       where coalesce(p.ended_on, 'infinity') >= d.today) x
    left join isms.person o on o.code = x.owner;

comment on view isms.process_status is 'Processes as they are today: what they take and give, until when records show that they ran, and what is wrong (4.4, 8.1)';
comment on column isms.process_status.scope is 'Scope';
comment on column isms.process_status.code is 'Key in the scope';
comment on column isms.process_status.title is 'Title';
comment on column isms.process_status.owner is 'Process owner';
comment on column isms.process_status.owner_name is 'Name';
comment on column isms.process_status.planned is 'Is it only planned, not in operation yet?';
comment on column isms.process_status.outsourced is 'Does somebody outside run it, or a part of it?';
comment on column isms.process_status.takes_from is 'Processes that give it something';
comment on column isms.process_status.gives_to is 'Processes it gives something';
comment on column isms.process_status.recorded_until is 'Last day a record speaks of';
comment on column isms.process_status.record_due is 'Last day the next record may speak of; null: none yet, or only planned';
comment on column isms.process_status.problems is 'What is wrong; null: nothing';

insert into isms.due_source (name, query, builtin) values
  ('process', $$select p.scope, 'process', p.code, p.title, p.owner, 'record', p.record_due from isms.process_status p where p.record_due is not null$$, true);
