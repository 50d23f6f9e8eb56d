-- Dates of certification follow by rule; none is stored.  D is the body's decision, E the last day of the certificate.
create table isms.certification_parameter (
  name text constraint certification_parameter_pkey primary key,
  title text not null,
  period interval not null,
  basis text not null constraint certification_parameter_basis_known check (basis in ('S', 'P')),
  clause text not null,
  source text not null,
  builtin boolean not null default false
);

comment on table isms.certification_parameter is 'Periods from which the dates of certification follow';
comment on column isms.certification_parameter.name is 'Key';
comment on column isms.certification_parameter.title is 'What it is the time of';
comment on column isms.certification_parameter.period is 'How long';
comment on column isms.certification_parameter.basis is 'S: the longest the standard allows; P: practice';
comment on column isms.certification_parameter.clause is 'Clause it comes from';
comment on column isms.certification_parameter.source is 'How sure it is';
comment on column isms.certification_parameter.builtin is 'Shipped with the extension';

insert into isms.closed_table (name, readable, builtin) values ('certification_parameter', true, true);

insert into isms.certification_parameter (name, title, period, basis, clause, source, builtin) values
  ('stage_gap', 'From the end of stage 1 to the beginning of stage 2, where the cycle states no days', '6 months', 'P', '17021-1 9.3.1.2.4', 'Usual; the body says', true),
  ('majors', 'From the end of stage 2 to verified corrective action for major nonconformities', '6 months', 'S', '17021-1 9.5.3.2', 'Standard', true),
  ('surveillance_1', 'From the decision to the first surveillance audit of an initial cycle', '12 months', 'S', '17021-1 9.1.3.3', 'Standard', true),
  ('surveillance_2', 'From the decision to the second surveillance audit of an initial cycle', '24 months', 'S', '17021-1 9.1.3.2', 'Standard: in the second year', true),
  ('surveillance_window', 'How long before its last day a surveillance audit can be held', '3 months', 'P', '17021-1 9.6.2', 'Usual; the body says', true),
  ('agree_before', 'How long before the last day the date is to be agreed', '2 months', 'P', '17021-1 9.6.2', 'Usual', true),
  ('recertification_start', 'How long before the end of the certificate recertification begins', '6 months', 'P', '17021-1 9.6.3', 'Usual; the body says', true),
  ('restore', 'How long after its end a certificate can be restored', '6 months', 'S', '17021-1 9.6.3.2.5', 'Standard', true),
  ('notice', 'From a change to the notice of it', '14 days', 'P', '17021-1 8.5.3', 'The standard says without delay; the contract with the body may say more', true);

create table isms.certification_body_parameter (
  scope text not null default isms.default_scope(),
  body text not null,
  parameter text not null constraint certification_body_parameter_parameter_fkey references isms.certification_parameter on update cascade,
  period interval not null constraint certification_body_parameter_period_positive check (isms.is_period(period)),
  source text not null constraint certification_body_parameter_source_given check (source ~ '\S'),
  created_by text default isms.actor(),
  constraint certification_body_parameter_pkey primary key (scope, body, parameter),
  constraint certification_body_parameter_body_fkey foreign key (scope, body) references isms.certification_body on update cascade
);

comment on table isms.certification_body_parameter is 'Periods that a certification body sets otherwise';
comment on column isms.certification_body_parameter.scope is 'Scope';
comment on column isms.certification_body_parameter.body is 'Certification body';
comment on column isms.certification_body_parameter.parameter is 'Which period';
comment on column isms.certification_body_parameter.period is 'How long';
comment on column isms.certification_body_parameter.source is 'Where the body states it';
comment on column isms.certification_body_parameter.created_by is 'Person who recorded it';

comment on constraint certification_body_parameter_period_positive on isms.certification_body_parameter is 'period is more than nothing, at most a hundred years, and no part of it is below zero';

create index certification_body_parameter_parameter_idx on isms.certification_body_parameter (parameter);

create function isms.certification_body_parameter_stricter() returns trigger
  language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
  p isms.certification_parameter;
begin
  select x.* into p from isms.certification_parameter x where x.name = new.parameter;
  -- A month has no length of its own: whichever of the days of four years it begins on.
  if p.basis = 'S'
     and exists (select from generate_series(timestamp '2024-01-01', '2027-12-31', '1 day') d(day) where (d.day + new.period)::date > (d.day + p.period)::date) then
    raise exception using
      errcode = 'check_violation',
      message = format('%s of body %s is longer than the standard allows', new.parameter, new.body),
      detail = format('%s: %s allows %s', new.parameter, p.clause, isms.period_words(p.period)),
      hint = 'A body may be stricter than the standard.',
      schema = 'isms', table = 'certification_body_parameter', column = 'period', constraint = 'certification_body_parameter_stricter';
  end if;
  return null;
end
$$;

comment on function isms.certification_body_parameter_stricter() is 'AFTER trigger: no body allows more than the standard. Errors: 23514';

create trigger stricter after insert or update of parameter, period on isms.certification_body_parameter
  for each row execute function isms.certification_body_parameter_stricter();

create function isms.certification_period(scope text, body text, parameter text) returns interval
  language sql stable parallel safe
begin atomic
  select coalesce((select b.period
                     from isms.certification_body_parameter b
                    where b.scope = certification_period.scope and b.body = certification_period.body and b.parameter = certification_period.parameter),
                  (select p.period from isms.certification_parameter p where p.name = certification_period.parameter));
end;

comment on function isms.certification_period(text, text, text) is 'Period for certification: the body''s, else the usual one; null if there is none of that name';

create function isms.certificate_state(status text, valid_from date, valid_until date, restore interval, renewed boolean, today date) returns text
  language sql immutable parallel safe
  return case
    when status in ('withdrawn', 'refused', 'ended') then status
    when status not in ('certified', 'suspended') or valid_until is null then 'none'
    when renewed then 'renewed'
    when today > valid_until + restore then 'expired'
    when today > valid_until then 'restorable'
    when status = 'suspended' then 'suspended'
    when today < valid_from then 'scheduled'
    else 'valid'
  end;

comment on function isms.certificate_state(text, date, date, interval, boolean, date) is 'State of a certificate on a day: none, scheduled, valid, suspended, restorable (ended, and can be restored), expired, renewed, withdrawn, refused or ended';

create function isms.certification_calendar(scope text default isms.default_scope(), on_day date default null)
  returns table (scope text, certification text, what text, audit text, earliest date, latest date, act_on date, planned_on date, done_on date,
                 status text, days_left integer, reason text, clause text, basis text)
  language sql stable
begin atomic
  with cycle as (
    select c.*,
           d.day,
           extract(year from c.decided_on)::integer as decided_year,
           extract(year from c.valid_until)::integer as last_year,
           n.renewed_on,
           p.valid_until as previous_until,
           m.majors,
           m.verified,
           m.last_verified,
           isms.certification_period(c.scope, c.body, 'agree_before') as agree_before
      -- offset: asked once, not for each cycle
      from (select isms.visible_scope(certification_calendar.scope) as code offset 0) v
      join isms.certification c on c.scope = v.code
     cross join lateral (select coalesce(certification_calendar.on_day, isms.today(c.scope))) d(day)
      left join isms.certification p on p.scope = c.scope and p.code = c.previous
     cross join lateral (
       -- the cycle after this one, once it is decided
       select min(s.decided_on) as renewed_on
         from isms.certification s
        where s.scope = c.scope and s.previous = c.code and s.decided_on <= d.day and s.status in ('certified', 'suspended', 'withdrawn', 'ended')) n
      left join lateral (
       select count(*) as majors,
              count(f.x ->> 'body_verified_on') as verified,
              max((f.x ->> 'body_verified_on')::date) as last_verified
         from jsonb_array_elements(isms.certification_findings(to_jsonb(c))) f(x)
        where f.x ->> 'kind' = 'major' and f.x ->> '@state' <> 'withdrawn') m on c.status in ('stage_2', 'awaiting_decision')
     where c.status not in ('withdrawn', 'refused', 'ended')),
  audit as (
    -- what a cycle shows: its own audits, and the recertification held in the cycle after it.  The recertification on which its own
    -- decision rests is its stage 2, and not the next one.
    select k.code as certification, a.code,
           case
             when a.certification <> k.code then 'recertification'
             when a.kind = 'recertification' and (k.status not in ('certified', 'suspended') or coalesce(a.held_until, a.planned_from) <= k.decided_on) then 'stage_2'
             else a.kind
           end as kind,
           a.purpose, a.majors_due, a.majors_verified_on,
           case when not m.missed then coalesce(a.planned_from, a.held_from) end as planned_on,
           case when a.held_until <= k.day then a.held_until end as held_on,
           a.certification <> k.code as later,
           m.missed,
           -- a surveillance that is called neither the first nor the second is what its place among them makes it
           'surveillance_' || case when a.kind like 'surveillance%' and not m.missed
                                   then rank() over (partition by k.code, a.kind like 'surveillance%', m.missed order by coalesce(a.held_until, a.planned_from), a.code) end as by_place
      from cycle k
      join isms.certification_audit a on a.scope = k.scope and a.cancelled_on is null
      left join isms.certification s on s.scope = a.scope and s.code = a.certification
     cross join lateral (
       -- its days are over and nobody held it, as isms.certification_audit_status has it
       select coalesce(coalesce(a.planned_until, a.planned_from) < k.day and (a.held_from <= k.day) is not true, false) as missed) m
     where a.certification = k.code or s.previous = k.code and a.kind in ('stage_2', 'recertification')),
  held as (
    select a.certification,
           case a.kind when 'surveillance' then coalesce(a.by_place, a.kind) else a.kind end as kind,
           min(a.held_on) as held_on,
           min(a.planned_on) as planned_on,
           (array_agg(a.code order by a.held_on, a.missed, a.planned_on, a.code))[1] as code
      from audit a
     group by 1, 2),
  dated as (
    -- 17021-1 9.3.1.2
    select k.code as certification, 'stage_1' as what, h.code as audit, null::date as earliest, null::date as latest, null::date as act_on,
           h.planned_on, h.held_on as done_on, 'the body looks at documents, scope and readiness first' as reason, '17021-1 9.3.1.2' as clause, 'S' as basis
      from cycle k
      left join held h on h.certification = k.code and h.kind = 'stage_1'
     where k.status in ('applied', 'stage_1') and (k.kind <> 'renewal' or k.significant_change)
     union all
    select k.code, 'stage_2', h.code, k.stage_1_ended_on, l.latest, (l.latest - k.agree_before)::date, h.planned_on, h.held_on,
           format('%s from the end of stage 1', isms.period_words(coalesce(make_interval(days => k.stage_gap_days), isms.certification_period(k.scope, k.body, 'stage_gap')))), '17021-1 9.3.1.2.4', 'P'
      from cycle k
     cross join lateral (select (k.stage_1_ended_on + coalesce(make_interval(days => k.stage_gap_days), isms.certification_period(k.scope, k.body, 'stage_gap')))::date) l(latest)
      left join held h on h.certification = k.code and h.kind = 'stage_2'
     where k.status in ('stage_1', 'stage_2') and k.stage_1_ended_on is not null
     union all
    -- 17021-1 9.5.3.2, 9.6.3.2.2
    select k.code, 'majors', null, k.stage_2_ended_on, l.latest, (l.latest - k.agree_before)::date, null, case when k.verified = k.majors then k.last_verified end,
           case k.kind when 'renewal' then 'verified before the old certificate ends'
             else format('verified within %s of the end of stage 2, else stage 2 again', isms.period_words(isms.certification_period(k.scope, k.body, 'majors'))) end,
           case k.kind when 'renewal' then '17021-1 9.6.3.2.2' else '17021-1 9.5.3.2' end, 'S'
      from cycle k
     cross join lateral (
       select case k.kind when 'renewal' then k.previous_until - 1 else (k.stage_2_ended_on + isms.certification_period(k.scope, k.body, 'majors'))::date end) l(latest)
     where k.majors > 0 and k.stage_2_ended_on is not null
     union all
    -- 17021-1 9.1.3.3
    select k.code, 'surveillance_1', h.code, (l.latest - isms.certification_period(k.scope, k.body, 'surveillance_window'))::date, l.latest, (l.latest - k.agree_before)::date,
           h.planned_on, h.held_on, format('the first surveillance within %s of the decision', isms.period_words(isms.certification_period(k.scope, k.body, 'surveillance_1'))), '17021-1 9.1.3.3', 'S'
      from cycle k
     cross join lateral (select (k.decided_on + isms.certification_period(k.scope, k.body, 'surveillance_1'))::date) l(latest)
      left join held h on h.certification = k.code and h.kind = 'surveillance_1'
     where k.status in ('certified', 'suspended') and k.kind = 'initial' and k.day <= k.valid_until
     union all
    -- 17021-1 9.1.3.2; the year after the first may end earlier: 9.1.3.3
    select k.code, 'surveillance_2', h.code, (l.latest - isms.certification_period(k.scope, k.body, 'surveillance_window'))::date, l.latest,
           (least(l.latest, y.year_end) - k.agree_before)::date, h.planned_on, h.held_on,
           concat_ws(', ', format('the second surveillance within %s of the decision', isms.period_words(isms.certification_period(k.scope, k.body, 'surveillance_2'))),
             'and by ' || to_char(case when y.year_end < l.latest then y.year_end end, 'YYYY-MM-DD') || ' as the one of that calendar year'), '17021-1 9.1.3.2', 'S'
      from cycle k
     cross join lateral (select (k.decided_on + isms.certification_period(k.scope, k.body, 'surveillance_2'))::date) l(latest)
      left join held h on h.certification = k.code and h.kind = 'surveillance_2'
      left join held f on f.certification = k.code and f.kind = 'surveillance_1'
     cross join lateral (select make_date(extract(year from f.held_on)::integer + 1, 12, 31)) y(year_end)
     where k.status in ('certified', 'suspended') and k.kind = 'initial' and k.day <= k.valid_until
     union all
    -- 17021-1 9.1.3.3: one a calendar year, but in that of the decision and that of recertification
    select k.code, 'surveillance_' || y.year, a.code, make_date(y.year, 1, 1), make_date(y.year, 12, 31), (make_date(y.year, 12, 31) - k.agree_before)::date,
           a.planned_on, a.held_on, format('one surveillance in calendar year %s, in which no recertification is due', y.year), '17021-1 9.1.3.3', 'S'
      from cycle k
     cross join lateral generate_series(k.decided_year + 1, k.last_year - 1) y(year)
      left join lateral (
       select x.code, x.planned_on, x.held_on
         from audit x
        where x.certification = k.code and x.kind in ('surveillance_1', 'surveillance_2', 'surveillance', 'recertification')
          and extract(year from coalesce(x.held_on, x.planned_on)) = y.year
        order by x.held_on, x.planned_on, x.code
        limit 1) a on true
     where k.status in ('certified', 'suspended') and k.day <= k.valid_until
     union all
    -- 17021-1 9.6.3
    select k.code, 'recertification', h.code, e.earliest, k.valid_until - 1, e.earliest, h.planned_on, h.held_on, 'the audit before the certificate ends, with time for what it finds', '17021-1 9.6.3.1', 'S'
      from cycle k
     cross join lateral (select (k.valid_until - isms.certification_period(k.scope, k.body, 'recertification_start'))::date) e(earliest)
      left join held h on h.certification = k.code and h.kind = 'recertification'
     where k.status in ('certified', 'suspended') and (k.renewed_on is null or k.day <= k.valid_until)
     union all
    select k.code, 'renewal', null, null, k.valid_until - 1, (k.valid_until - 1 - k.agree_before)::date, null, k.renewed_on, 'majors verified and decision taken before the certificate ends', '17021-1 9.6.3.2.3', 'S'
      from cycle k
     where k.status in ('certified', 'suspended') and (k.renewed_on is null or k.day <= k.valid_until)
     union all
    -- 17021-1 9.6.3.2.5
    select k.code, 'restoration', null, k.valid_until + 1, l.latest, k.valid_until + 1, null, k.renewed_on,
           format('restored within %s of its end, on the old cycle''s dates; else at least stage 2 again', isms.period_words(isms.certification_period(k.scope, k.body, 'restore'))), '17021-1 9.6.3.2.5', 'S'
      from cycle k
     cross join lateral (select (k.valid_until + isms.certification_period(k.scope, k.body, 'restore'))::date) l(latest)
     where k.status in ('certified', 'suspended') and k.day > k.valid_until and k.renewed_on is null
     union all
    -- 17021-1 9.6.5
    select k.code, 'suspension', null, null, k.suspended_until, (k.suspended_until - k.agree_before)::date, null, null, 'the cause is resolved until then, else withdrawal or a smaller scope', '17021-1 9.6.5.4', 'P'
      from cycle k
     where k.status = 'suspended'
     union all
    select a.certification, 'majors', a.code, null, a.majors_due, a.majors_due, null, a.majors_verified_on, 'the day the body set', '17021-1 9.4.10', 'S'
      from audit a
     where a.majors_due is not null and not a.later
     union all
    select a.certification, 'special', a.code, null, null, null, a.planned_on, a.held_on, a.purpose, '17021-1 9.6.4', 'S'
      from audit a
     where a.kind = 'special'
     union all
    select k.code, 'accreditation', null, null, b.accredited_until, (b.accredited_until - k.agree_before)::date, null, null, 'the accreditation of the body ends before the certificate: look it up again', 'IAF MLA', 'P'
      from cycle k
      join isms.certification_body b on b.scope = k.scope and b.code = k.body
     where k.status in ('certified', 'suspended') and b.accredited_until < k.valid_until and k.day <= k.valid_until
     union all
    -- 17021-1 8.5.3
    select k.code, 'notice_' || n.code, null, n.occurred_on, l.latest, n.occurred_on, null, n.sent_on, n.what, '17021-1 8.5.3', 'S'
      from cycle k
      join isms.certification_notice n on n.scope = k.scope and n.certification = k.code
     cross join lateral (select (n.occurred_on + isms.certification_period(k.scope, k.body, 'notice'))::date) l(latest))
  select k.scope,
         x.certification,
         x.what,
         x.audit,
         x.earliest,
         x.latest,
         x.act_on,
         x.planned_on,
         x.done_on,
         case
           when x.done_on <= k.day then 'done'
           when x.latest < k.day then 'overdue'
           when x.planned_on is not null then 'planned'
           else 'open'
         end,
         case when x.done_on <= k.day then null else isms.days_between(k.day, x.latest) end,
         x.reason || case when x.done_on > x.latest then '; it was done too late'
                          when x.done_on is not null then ''
                          when x.planned_on > x.latest then '; it is planned too late'
                          when x.planned_on is null and exists (select from audit m where m.certification = x.certification and m.code = x.audit and m.missed)
                          then '; the days planned for it are over, and it was not held' else '' end,
         x.clause,
         x.basis
    from dated x
    join cycle k on k.code = x.certification
   -- once it is renewed, the rules of the cycle after it hold
   where (x.latest >= k.renewed_on and x.done_on is null and (starts_with(x.what, 'surveillance_') or x.what = 'accreditation')) is not true
   order by x.certification collate "C", coalesce(x.latest, x.planned_on), x.what collate "C", x.audit collate "C";
end;

comment on function isms.certification_calendar(text, date) is 'What is to happen in the certification cycles of a scope, the default one unless stated, seen from a day, today unless stated: from when, until when, when to act, and the rule it follows from; status done, planned, open or overdue. Errors: IS021 scope not visible';

create view isms.certification_calendar with (security_invoker = true) as
  select c.scope, c.certification, c.what, c.audit, c.earliest, c.latest, c.act_on, c.planned_on, c.done_on, c.status, c.days_left, c.reason, c.clause, c.basis
    from isms.scope s
   cross join lateral isms.certification_calendar(s.code) c;

comment on view isms.certification_calendar is 'What is to happen in certification cycles, seen from today; dates follow from decision and end of the certificate';
comment on column isms.certification_calendar.scope is 'Scope';
comment on column isms.certification_calendar.certification is 'Certification cycle';
comment on column isms.certification_calendar.what is 'stage_1, stage_2, majors, surveillance_1, surveillance_2, surveillance_ and a calendar year, recertification (the audit), renewal (the decision), restoration, suspension, special, accreditation, or notice_ and its key';
comment on column isms.certification_calendar.audit is 'Audit by the certification body that is it, or whose majors they are';
comment on column isms.certification_calendar.earliest is 'First day';
comment on column isms.certification_calendar.latest is 'Last day';
comment on column isms.certification_calendar.act_on is 'Day by which to see to it';
comment on column isms.certification_calendar.planned_on is 'When it is planned';
comment on column isms.certification_calendar.done_on is 'When it was done';
comment on column isms.certification_calendar.status is 'done, planned, open or overdue';
comment on column isms.certification_calendar.days_left is 'Days to the last one, negative when it has passed; null: done, or without one';
comment on column isms.certification_calendar.reason is 'Why: the rule, in words';
comment on column isms.certification_calendar.clause is 'Clause it follows from';
comment on column isms.certification_calendar.basis is 'S: the standard; P: practice, or what the body says';

create view isms.certification_status with (security_invoker = true) as
  select c.scope,
         c.code,
         c.title,
         c.kind,
         c.status,
         isms.certificate_state(c.status, c.valid_from, c.valid_until, isms.certification_period(c.scope, c.body, 'restore'),
           exists (select
                     from isms.certification s
                    where s.scope = c.scope and s.previous = c.code and s.status in ('certified', 'suspended', 'withdrawn', 'ended')
                      and s.decided_on is not null and s.valid_from <= d.today), d.today) as state,
         c.owner,
         p.name as owner_name,
         c.body,
         b.title as body_name,
         c.certificate_number,
         c.certificate_scope,
         c.certificate_standard,
         c.soa_version,
         c.decided_on,
         c.valid_from,
         c.valid_until,
         c.valid_until - d.today as days_left,
         n.what as next_what,
         n.latest as next_latest,
         n.act_on as next_act_on,
         coalesce(n.overdue, 0) as overdue
    from isms.certification c
    join isms.scope_day d on d.scope = c.scope
    left join isms.person p on p.code = c.owner
    left join isms.certification_body b on b.scope = c.scope and b.code = c.body
    left join (
      select x.scope,
             x.certification,
             count(*) filter (where x.status = 'overdue') as overdue,
             (array_agg(x.what order by x.latest, x.what collate "C") filter (where x.status in ('open', 'planned') and x.latest is not null))[1] as what,
             (array_agg(x.latest order by x.latest, x.what collate "C") filter (where x.status in ('open', 'planned') and x.latest is not null))[1] as latest,
             (array_agg(x.act_on order by x.latest, x.what collate "C") filter (where x.status in ('open', 'planned') and x.latest is not null))[1] as act_on
        from isms.certification_calendar x
       group by x.scope, x.certification) n on n.scope = c.scope and n.certification = c.code;

comment on view isms.certification_status is 'Certification cycles with the state of the certificate today and what is next';
comment on column isms.certification_status.scope is 'Scope';
comment on column isms.certification_status.code is 'Certification cycle';
comment on column isms.certification_status.title is 'Title';
comment on column isms.certification_status.kind is 'initial, renewal or transfer';
comment on column isms.certification_status.status is 'State of the cycle';
comment on column isms.certification_status.state is 'State of the certificate: none, scheduled, valid, suspended, restorable, expired, renewed, withdrawn, refused or ended';
comment on column isms.certification_status.owner is 'Person who sees it through';
comment on column isms.certification_status.owner_name is 'Name';
comment on column isms.certification_status.body is 'Certification body';
comment on column isms.certification_status.body_name is 'Its name';
comment on column isms.certification_status.certificate_number is 'Number of the certificate';
comment on column isms.certification_status.certificate_scope is 'Scope as the certificate words it';
comment on column isms.certification_status.certificate_standard is 'Standard and edition';
comment on column isms.certification_status.soa_version is 'Version of the statement of applicability';
comment on column isms.certification_status.decided_on is 'Day of the decision';
comment on column isms.certification_status.valid_from is 'First day';
comment on column isms.certification_status.valid_until is 'Last day';
comment on column isms.certification_status.days_left is 'Days to the last one, negative when it has passed';
comment on column isms.certification_status.next_what is 'What is next in the calendar';
comment on column isms.certification_status.next_latest is 'Last day for it';
comment on column isms.certification_status.next_act_on is 'Day by which to see to it';
comment on column isms.certification_status.overdue is 'How much of the calendar is overdue';

-- What is due: dates of the calendar, the day to arrange for one that nothing is planned for, notices and evidence.
insert into isms.due_source (name, query, builtin) values
  ('certification', $$
   select c.scope, 'certification', c.certification, k.title, k.owner, v.what, v.due
     from isms.certification_calendar c
     join isms.certification k on k.scope = c.scope and k.code = c.certification
    cross join lateral (values (c.what, c.latest, true), (c.what || ' to be arranged', c.act_on, c.status = 'open' and c.act_on < c.latest)) v(what, due, counts)
    where c.status <> 'done' and c.latest is not null and v.counts and not starts_with(c.what, 'notice_') $$, true),
  ('certification notice', $$
   select n.scope, 'certification_notice', n.code, n.what, n.owner, 'the body to be told', (n.occurred_on + isms.certification_period(n.scope, k.body, 'notice'))::date
     from isms.certification_notice n
     join isms.certification k on k.scope = n.scope and k.code = n.certification
    where n.sent_on is null $$, true),
  ('evidence request', $$
   select e.scope, 'evidence_request', e.code, e.what, e.owner, 'to be delivered', e.due_on
     from isms.evidence_request e
    where e.delivered_on is null $$, true);
