-- A.5.24 to A.5.28, A.6.8: incidents, what happened when, who had to be told by when, and what was learnt.
create table isms.incident_category (
  code text constraint incident_category_pkey primary key,
  title text not null,
  builtin boolean not null default false
);

comment on table isms.incident_category is 'Catalogue of what incidents are (A.5.25); incidents may name a category of it or say it in prose';
comment on column isms.incident_category.code is 'Key';
comment on column isms.incident_category.title is 'Title';
comment on column isms.incident_category.builtin is 'Shipped with the extension';

insert into isms.closed_table (name, readable, builtin) values ('incident_category', true, true);

insert into isms.incident_category (code, title, builtin) values
  ('malware', 'Malicious software', true),
  ('deception', 'Somebody was deceived into giving something away', true),
  ('intrusion', 'Access by somebody who has none', true),
  ('misuse', 'Access used for something else', true),
  ('disclosure', 'Information reached the wrong people', true),
  ('alteration', 'Information changed that should not have', true),
  ('outage', 'A service failed or was blocked', true),
  ('loss', 'A device, medium or paper lost or stolen', true),
  ('premises', 'Entry, fire, water, power', true),
  ('supplier', 'Something happened at a supplier', true),
  ('error', 'A mistake in operation', true);

create table isms.incident (
  scope text not null default isms.default_scope() constraint incident_scope_fkey references isms.scope on update cascade,
  code text not null constraint incident_code_form check (code ~ '^[^[:space:]]+( [^[:space:]]+)*$'),
  title text not null constraint incident_title_given check (title ~ '\S'),
  status text not null default 'reported',
  description text,
  reporter text,
  handler text constraint incident_handler_fkey references isms.person on update cascade,
  category text,
  severity text constraint incident_severity_known check (severity in ('low', 'medium', 'high', 'critical')),
  assets text[] not null default '{}',
  hits text constraint incident_hits_form check (hits ~ '^C?I?A?$' and hits <> ''),
  occurred_at timestamptz,
  detected_at timestamptz not null default transaction_timestamp(),
  reported_at timestamptz,
  contained_at timestamptz,
  recovered_at timestamptz,
  containment text,
  recovery text,
  evidence text,
  evidence_digest bytea constraint incident_evidence_digest_sha256 check (octet_length(evidence_digest) = 32),
  custody text,
  no_evidence_reason text,
  lessons text,
  follow_up text,
  raises_nonconformity boolean,
  nonconformity text,
  no_nonconformity_reason text,
  affects_risk boolean,
  risk text,
  no_risk_reason text,
  custom jsonb not null default '{}' constraint incident_custom_object check (jsonb_typeof(custom) = 'object'),
  created_by text default isms.actor(),
  constraint incident_pkey primary key (scope, code),
  constraint incident_times_near
    check (greatest(occurred_at, detected_at, reported_at, contained_at, recovered_at) < '3000-01-01 00:00Z'
           and least(occurred_at, detected_at, reported_at, contained_at, recovered_at) >= '1900-01-01 00:00Z'),
  constraint incident_risk_fkey foreign key (scope, risk) references isms.risk on update cascade
);

comment on table isms.incident is 'Information security events and incidents: reported, assessed, contained, resolved, learnt from (A.5.24 to A.5.28, A.6.8)';
comment on column isms.incident.scope is 'Scope';
comment on column isms.incident.code is 'Key in the scope';
comment on column isms.incident.title is 'Title';
comment on column isms.incident.status is 'State in workflow incident';
comment on column isms.incident.description is 'Description';
comment on column isms.incident.reporter is 'Who reported it, in prose: anybody can, people without a login too';
comment on column isms.incident.handler is 'Person who handles it';
comment on column isms.incident.category is 'Code of isms.incident_category or prose';
comment on column isms.incident.severity is 'low, medium, high or critical';
comment on column isms.incident.assets is 'Keys of the assets it affects';
comment on column isms.incident.hits is 'Dimensions it hits: letters of CIA in that order';
comment on column isms.incident.occurred_at is 'When it began, as far as known';
comment on column isms.incident.detected_at is 'When it was noticed; limits of notifications count from here unless their duty says otherwise';
comment on column isms.incident.reported_at is 'When it was reported';
comment on column isms.incident.contained_at is 'When it could spread no more';
comment on column isms.incident.recovered_at is 'When things worked again';
comment on column isms.incident.containment is 'How it was contained';
comment on column isms.incident.recovery is 'How it was recovered from';
comment on column isms.incident.evidence is 'What was kept as evidence';
comment on column isms.incident.evidence_digest is 'SHA-256 of it, 32 bytes';
comment on column isms.incident.custody is 'Who keeps it, where';
comment on column isms.incident.no_evidence_reason is 'Why nothing was kept';
comment on column isms.incident.lessons is 'What was learnt';
comment on column isms.incident.follow_up is 'What follows from that';
comment on column isms.incident.raises_nonconformity is 'Is it a nonconformity too?';
comment on column isms.incident.nonconformity is 'Key of that nonconformity';
comment on column isms.incident.no_nonconformity_reason is 'Why it is none';
comment on column isms.incident.affects_risk is 'Does a risk look different now?';
comment on column isms.incident.risk is 'That risk, known before or new';
comment on column isms.incident.no_risk_reason is 'Why none does';
comment on column isms.incident.custom is 'Fields of the organisation''s own';
comment on column isms.incident.created_by is 'Person who recorded it';

comment on constraint incident_times_near on isms.incident is 'times of an incident lie between 1900 and 2999';

create index incident_handler_idx on isms.incident (handler);

create index incident_risk_idx on isms.incident (scope, risk) where risk is not null;

create sequence isms.incident_code;

comment on sequence isms.incident_code is 'Numbers for codes of incidents';

create trigger fill_code before insert on isms.incident
  for each row when (new.code is null) execute function isms.fill_code('IN');

create trigger assets after insert or update of scope, assets on isms.incident
  for each row when (new.assets <> '{}') execute function isms.refers_to_rows('assets', 'asset');

create trigger nonconformity after insert or update of scope, nonconformity on isms.incident
  for each row when (new.nonconformity is not null) execute function isms.refers_to_register('nonconformity', 'nonconformity');

-- A.5.28: the timeline is only added to.
create table isms.incident_event (
  scope text not null default isms.default_scope(),
  incident text not null,
  number integer not null,
  at timestamptz not null default transaction_timestamp(),
  what text not null constraint incident_event_what_given check (what ~ '\S'),
  who text default isms.actor(),
  corrects integer,
  recorded_at timestamptz not null default transaction_timestamp(),
  created_by text default isms.actor(),
  constraint incident_event_pkey primary key (scope, incident, number),
  constraint incident_event_incident_fkey foreign key (scope, incident) references isms.incident on update cascade,
  constraint incident_event_corrects_earlier check (corrects < number)
);

comment on table isms.incident_event is 'Timeline of an incident: what happened and what was done; entries are only added, a wrong one is corrected by another (A.5.28)';
comment on column isms.incident_event.scope is 'Scope';
comment on column isms.incident_event.incident is 'Incident';
comment on column isms.incident_event.number is 'Number in the incident, in the order of recording';
comment on column isms.incident_event.at is 'When it happened';
comment on column isms.incident_event.what is 'What happened or was done';
comment on column isms.incident_event.who is 'Who did it or saw it, in prose or a person''s code';
comment on column isms.incident_event.corrects is 'Number of the entry it corrects';
comment on column isms.incident_event.recorded_at is 'When it was recorded';
comment on column isms.incident_event.created_by is 'Person who recorded it';

create function isms.incident_event_number() returns trigger
  language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
  -- Whoever else adds to this incident waits; of the wrong one the foreign key tells.
  perform from isms.incident i where i.scope = new.scope and i.code = new.incident for no key update;
  select coalesce(max(e.number), 0) + 1 into new.number from isms.incident_event e where e.scope = new.scope and e.incident = new.incident;
  return new;
end
$$;

comment on function isms.incident_event_number() is 'BEFORE INSERT trigger: the next number of the incident, whatever was named; what comes by replication has its own';

create trigger number before insert on isms.incident_event
  for each row when (new.number is null or current_setting('session_replication_role') <> 'replica') execute function isms.incident_event_number();

create trigger not_in_future before insert on isms.incident_event
  for each row when (new.at > clock_timestamp()) execute function isms.not_in_future('at');

create function isms.incident_event_corrects() returns trigger
  language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
  if not exists (select from isms.incident_event e where e.scope = new.scope and e.incident = new.incident and e.number = new.corrects) then
    raise exception using
      errcode = 'foreign_key_violation',
      message = format('entry %s of incident %s corrects %s, which does not exist', new.number, new.incident, new.corrects),
      hint = 'Correct incident_event.corrects.',
      schema = 'isms', table = 'incident_event', column = 'corrects', constraint = tg_name;
  end if;
  return null;
end
$$;

comment on function isms.incident_event_corrects() is 'AFTER trigger: what an entry corrects is an entry of the same incident; a foreign key of a table to itself would make pg_dump warn. Errors: 23503';

create trigger corrects after insert on isms.incident_event
  for each row when (new.corrects is not null) execute function isms.incident_event_corrects();

create function isms.incident_event_stands() returns trigger
  language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
  raise exception using
    errcode = case tg_op when 'UPDATE' then 'IS006' else 'IS007' end,
    message = format('entry %s of incident %s cannot be %s', old.number, old.incident, case tg_op when 'UPDATE' then 'changed' else 'deleted' end),
    detail = format('%s (A.5.28): the timeline of an incident is only added to', case tg_op when 'UPDATE' then 'frozen' else 'deletion' end),
    hint = format('Add an entry that says what is right, with corrects = %s.', old.number),
    schema = 'isms', table = 'incident_event', constraint = tg_name;
end
$$;

comment on function isms.incident_event_stands() is 'BEFORE trigger: refuses to change or delete entries of a timeline, but lets them follow a new key of their incident. Errors: IS006, IS007';

create trigger stands before update on isms.incident_event
  for each row when ((old.number, old.at, old.what, old.who, old.corrects, old.recorded_at, old.created_by)
                     is distinct from (new.number, new.at, new.what, new.who, new.corrects, new.recorded_at, new.created_by))
  execute function isms.incident_event_stands();

create trigger remains before delete on isms.incident_event
  for each row execute function isms.incident_event_stands();

-- A.5.5, A.5.31, A.5.34: whom law or contract demands to be told, and how soon.
create table isms.notification_duty (
  scope text not null default isms.default_scope() constraint notification_duty_scope_fkey references isms.scope on update cascade,
  code text not null constraint notification_duty_code_form check (code ~ '^[^[:space:]]+( [^[:space:]]+)*$'),
  title text not null constraint notification_duty_title_given check (title ~ '\S'),
  basis text not null constraint notification_duty_basis_known check (basis in ('law', 'regulation', 'contract', 'other')),
  party_requirement text,
  reference text,
  recipient text not null constraint notification_duty_recipient_given check (recipient ~ '\S'),
  applies_when text,
  time_limit interval not null constraint notification_duty_time_limit_positive check (isms.is_period(time_limit)),
  counts_from text not null default 'detected_at' constraint notification_duty_counts_from_known check (counts_from in ('occurred_at', 'detected_at', 'reported_at')),
  owner text constraint notification_duty_owner_fkey references isms.person on update cascade,
  retired_on date,
  created_by text default isms.actor(),
  constraint notification_duty_pkey primary key (scope, code),
  constraint notification_duty_source_named check (coalesce(party_requirement, reference, '') ~ '\S')
);

comment on table isms.notification_duty is 'Duties to tell somebody of incidents, by law or contract (A.5.5, A.5.31, A.5.34); each is decided for each incident';
comment on column isms.notification_duty.scope is 'Scope';
comment on column isms.notification_duty.code is 'Key in the scope';
comment on column isms.notification_duty.title is 'Title';
comment on column isms.notification_duty.basis is 'law, regulation, contract or other';
comment on column isms.notification_duty.party_requirement is 'Key of the requirement of an interested party it comes from (4.2)';
comment on column isms.notification_duty.reference is 'Article or clause, in prose';
comment on column isms.notification_duty.recipient is 'Who is to be told, and how they are reached';
comment on column isms.notification_duty.applies_when is 'Of which incidents, in prose';
comment on column isms.notification_duty.time_limit is 'How soon';
comment on column isms.notification_duty.counts_from is 'Time of the incident it counts from: occurred_at, detected_at or reported_at';
comment on column isms.notification_duty.owner is 'Person responsible for it';
comment on column isms.notification_duty.retired_on is 'First day on which it holds no more; null: it holds';
comment on column isms.notification_duty.created_by is 'Person who recorded it';

comment on constraint notification_duty_time_limit_positive on isms.notification_duty is 'time_limit is more than nothing, at most a hundred years, and no part of it is below zero';

create index notification_duty_owner_idx on isms.notification_duty (owner);

create sequence isms.notification_duty_code;

comment on sequence isms.notification_duty_code is 'Numbers for codes of duties to notify';

create trigger fill_code before insert on isms.notification_duty
  for each row when (new.code is null) execute function isms.fill_code('ND');

create trigger party_requirement after insert or update of scope, party_requirement on isms.notification_duty
  for each row when (new.party_requirement is not null) execute function isms.refers_to_register('party_requirement', 'party_requirement');

create table isms.incident_notification (
  scope text not null default isms.default_scope(),
  incident text not null,
  duty text not null,
  due boolean,
  reason text,
  limit_at timestamptz constraint incident_notification_limit_finite check (isfinite(limit_at)),
  limit_reason text,
  sent_at timestamptz,
  sent_by text constraint incident_notification_sent_by_fkey references isms.person on update cascade,
  reference text,
  created_by text default isms.actor(),
  constraint incident_notification_pkey primary key (scope, incident, duty),
  constraint incident_notification_incident_fkey foreign key (scope, incident) references isms.incident on update cascade,
  constraint incident_notification_duty_fkey foreign key (scope, duty) references isms.notification_duty on update cascade,
  constraint incident_notification_not_due_reasoned check (due is distinct from false or coalesce(reason, '') ~ '\S'),
  constraint incident_notification_sent_is_due check (sent_at is null or coalesce(due, false))
);

comment on table isms.incident_notification is 'What was decided about a duty to notify for an incident, its limit, and when it was met';
comment on column isms.incident_notification.scope is 'Scope';
comment on column isms.incident_notification.incident is 'Incident';
comment on column isms.incident_notification.duty is 'Duty';
comment on column isms.incident_notification.due is 'Does the incident have to be told? Null: not decided';
comment on column isms.incident_notification.reason is 'Why; needed where it does not';
comment on column isms.incident_notification.limit_at is 'Last moment for it; from the duty''s time limit and the incident''s time unless stated; set to null it is worked out anew';
comment on column isms.incident_notification.limit_reason is 'Why it is later than the duty''s own limit, such as an extension granted; without one the duty''s own holds';
comment on column isms.incident_notification.sent_at is 'When it was sent';
comment on column isms.incident_notification.sent_by is 'Person who sent it';
comment on column isms.incident_notification.reference is 'Receipt, number, where the text is kept';
comment on column isms.incident_notification.created_by is 'Person who recorded it';

create index incident_notification_duty_idx on isms.incident_notification (scope, duty);

create index incident_notification_sent_by_idx on isms.incident_notification (sent_by);

create function isms.notification_limit(scope text, incident text, duty text) returns timestamptz
  language sql stable set search_path = pg_catalog, pg_temp
begin atomic
  -- Days and months are those of the scope's calendar, hours are hours.
  select (case d.counts_from when 'occurred_at' then i.occurred_at when 'reported_at' then i.reported_at else i.detected_at end at time zone s.time_zone
            + date_trunc('day', d.time_limit)) at time zone s.time_zone + (d.time_limit - date_trunc('day', d.time_limit))
    from isms.incident i
    join isms.notification_duty d on d.scope = i.scope and d.code = notification_limit.duty
    join isms.scope s on s.code = i.scope
   where i.scope = notification_limit.scope and i.code = notification_limit.incident;
end;

comment on function isms.notification_limit(text, text, text) is 'Last moment to meet a duty to notify for an incident; null where the time it counts from is not known';

create function isms.incident_notification_limit() returns trigger
  language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
  new.limit_at := isms.notification_limit(new.scope, new.incident, new.duty);
  return new;
end
$$;

comment on function isms.incident_notification_limit() is 'BEFORE trigger for notifications that are due and have no limit: isms.notification_limit';

create trigger fill_limit before insert or update of due, limit_at on isms.incident_notification
  for each row when (new.due and new.limit_at is null) execute function isms.incident_notification_limit();

create trigger not_in_future before insert or update of sent_at on isms.incident_notification
  for each row when (new.sent_at > clock_timestamp()) execute function isms.not_in_future('sent_at');

-- Each duty that holds is asked for, also those nobody thought of.
create function isms.incident_duties(incident jsonb) returns jsonb
  language sql stable set search_path = pg_catalog, pg_temp
begin atomic
  select coalesce(jsonb_agg(jsonb_build_object('duty', d.code, 'due', n.due, 'limit_at', n.limit_at, 'duty_limit_at', isms.notification_limit(d.scope, incident_duties.incident ->> 'code', d.code),
                                               'limit_reason', n.limit_reason, 'sent_at', n.sent_at) order by d.code), '[]')
    from isms.notification_duty d
    left join isms.incident_notification n on n.scope = d.scope and n.duty = d.code and n.incident = incident_duties.incident ->> 'code'
   where d.scope = incident_duties.incident ->> 'scope'
     and (n.duty is not null or d.retired_on is null or d.retired_on > isms.today(d.scope));
end;

comment on function isms.incident_duties(jsonb) is 'Relation duties of incidents: each duty to notify of the scope with what was decided';

create function isms.incident_judged(incident jsonb) returns jsonb
  language sql stable set search_path = pg_catalog, pg_temp
begin atomic
  select isms.former_persons('isms.incident', incident ->> 'scope', array[incident ->> 'code'], 'handler');
end;

comment on function isms.incident_judged(jsonb) is 'Relation judged of incidents: who handled it before';

insert into isms.workflow_relation (workflow, name, function, builtin) values
  ('incident', 'duties', 'isms.incident_duties', true),
  ('incident', 'judged', 'isms.incident_judged', true);

create view isms.incident_notification_status with (security_invoker = true) as
  select i.scope,
         i.code as incident,
         i.title,
         d.code as duty,
         d.title as duty_title,
         d.basis,
         d.reference,
         d.recipient,
         coalesce(d.owner, i.handler) as owner,
         p.name as owner_name,
         n.due,
         e.limit_at,
         n.sent_at,
         case
           when not n.due then 'not due'
           when n.sent_at > e.limit_at then 'sent late'
           when n.sent_at is not null then 'sent'
           when n.due and e.limit_at < isms.now() then 'overdue'
           when n.due then 'to be sent'
           when e.limit_at < isms.now() then 'undecided, limit passed'
           else 'undecided'
         end as state,
         l.duty_limit_at,
         n.limit_reason
    from isms.incident i
    join isms.scope_day t on t.scope = i.scope
    join isms.notification_duty d on d.scope = i.scope
    left join isms.incident_notification n on n.scope = i.scope and n.incident = i.code and n.duty = d.code
    left join isms.person p on p.code = coalesce(d.owner, i.handler)
    cross join lateral (select isms.notification_limit(i.scope, i.code, d.code) as duty_limit_at) l
    -- Of an incident that is over the limit stays that by which it was closed.
    cross join lateral (select case when n.limit_at > l.duty_limit_at and coalesce(n.limit_reason, '') !~ '\S' and i.status not in ('closed', 'dismissed') then l.duty_limit_at
                                    else coalesce(n.limit_at, l.duty_limit_at) end as limit_at) e
   where n.duty is not null
      or i.status not in ('closed', 'dismissed') and (d.retired_on is null or d.retired_on > t.today);

comment on view isms.incident_notification_status is 'Who has to be told of which incident by when, and whether that was done (A.5.5, A.5.31, A.5.34)';
comment on column isms.incident_notification_status.scope is 'Scope';
comment on column isms.incident_notification_status.incident is 'Incident';
comment on column isms.incident_notification_status.title is 'Its title';
comment on column isms.incident_notification_status.duty is 'Duty to notify';
comment on column isms.incident_notification_status.duty_title is 'Its title';
comment on column isms.incident_notification_status.basis is 'law, regulation, contract or other';
comment on column isms.incident_notification_status.reference is 'Article or clause';
comment on column isms.incident_notification_status.recipient is 'Who is to be told';
comment on column isms.incident_notification_status.owner is 'Person responsible: the duty''s, else who handles the incident';
comment on column isms.incident_notification_status.owner_name is 'Name';
comment on column isms.incident_notification_status.due is 'Does the incident have to be told? Null: not decided';
comment on column isms.incident_notification_status.limit_at is 'Last moment for it, counted as if due while not decided; one that was moved later counts only with a reason';
comment on column isms.incident_notification_status.sent_at is 'When it was sent';
comment on column isms.incident_notification_status.state is 'undecided, undecided, limit passed, to be sent, overdue, sent, sent late or not due';
comment on column isms.incident_notification_status.duty_limit_at is 'The duty''s own limit, from the incident''s times as they are now';
comment on column isms.incident_notification_status.limit_reason is 'Why it is later than the duty''s own';

insert into isms.evidence_subject (kind, table_name, builtin) values ('incident', 'incident', true);

-- A.5.27: what is to be done about an incident is an action.
insert into isms.action_subject (kind, table_name, owner_column, builtin) values ('incident', 'incident', 'handler', true);

do $$
begin
  perform isms.attach_workflow('isms.incident', 'incident', 'status', covers => '{
    "isms.incident_event": {"on": {"scope": "scope", "incident": "code"}},
    "isms.incident_notification": {"on": {"scope": "scope", "incident": "code"}}}');
end
$$;

insert into isms.due_source (name, query, builtin) values
  -- One that nobody handles yet, and one that is to be closed, waits for every ISMS manager.
  ('incident', $$select i.scope, 'incident', i.code, i.title, m.person,
                        case i.status when 'reported' then 'to be confirmed' when 'confirmed' then 'to be contained' when 'contained' then 'to be resolved' else 'to be closed' end, null::date
                   from isms.incident i
                  cross join lateral (
                    select i.handler
                     where i.handler is not null and i.status <> 'resolved'
                     union
                    select a.person
                      from isms.role_assignment a
                     where (i.handler is null or i.status = 'resolved') and a.scope = i.scope and a.role = 'isms_manager' and isms.held_role(a.person, a.role, a.scope)
                       and a.person is distinct from i.handler) m(person)
                  where i.status in ('reported', 'confirmed', 'contained', 'resolved')$$, true),
  ('incident_notification', $$select n.scope, 'incident', n.incident, n.title, n.owner, format('notification %s: %s', n.duty, n.state), (n.limit_at at time zone s.time_zone)::date
                                from isms.incident_notification_status n
                                join isms.scope s on s.code = n.scope
                               where n.state not in ('sent', 'sent late', 'not due')$$, true);

-- A.6.5: who leaves hands these over.
insert into isms.owned_table (schema_name, table_name, person_column, role, state_column, ended_states, builtin) values
  ('isms', 'incident', 'handler', null, 'status', '{closed,dismissed}', true),
  ('isms', 'notification_duty', 'owner', null, null, '{}', true);
