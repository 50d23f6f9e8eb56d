-- Certification: bodies and their offers, one row a cycle, the body's audits, what it asks for, whom it meets, what it is told.
-- The steps of a cycle are those of workflow certification (ISO/IEC 17021-1 9).
create table isms.certification_body (
  scope text not null default isms.default_scope() constraint certification_body_scope_fkey references isms.scope on update cascade,
  code text not null constraint certification_body_code_form check (code ~ '^[^[:space:]]+( [^[:space:]]+)*$'),
  title text not null constraint certification_body_title_given check (title ~ '\S'),
  contact text,
  accreditation_body text,
  accreditation_number text,
  accreditation_standard text,
  accredited_until date constraint certification_body_accredited_until_near check (accredited_until >= '1900-01-01' and accredited_until < '3000-01-01'),
  accreditation_checked_on date,
  accreditation_checked_by text constraint certification_body_checked_by_fkey references isms.person on update cascade,
  accreditation_evidence text,
  custom jsonb not null default '{}' constraint certification_body_custom_object check (jsonb_typeof(custom) = 'object'),
  created_by text default isms.actor(),
  constraint certification_body_pkey primary key (scope, code)
);

comment on table isms.certification_body is 'Certification bodies: candidates and the one in charge, with their accreditation';
comment on column isms.certification_body.scope is 'Scope';
comment on column isms.certification_body.code is 'Key in the scope';
comment on column isms.certification_body.title is 'Name';
comment on column isms.certification_body.contact is 'Whom to reach there';
comment on column isms.certification_body.accreditation_body is 'Who accredits it';
comment on column isms.certification_body.accreditation_number is 'Number of the accreditation';
comment on column isms.certification_body.accreditation_standard is 'What it is accredited for, such as ISO/IEC 27006-1';
comment on column isms.certification_body.accredited_until is 'Last day of the accreditation';
comment on column isms.certification_body.accreditation_checked_on is 'When the accreditation was looked up';
comment on column isms.certification_body.accreditation_checked_by is 'By whom';
comment on column isms.certification_body.accreditation_evidence is 'Where it was looked up';
comment on column isms.certification_body.custom is 'Fields of the organisation''s own';
comment on column isms.certification_body.created_by is 'Person who recorded it';

create index certification_body_checked_by_idx on isms.certification_body (accreditation_checked_by);

create trigger not_in_future before insert or update of accreditation_checked_on on isms.certification_body
  for each row when (new.accreditation_checked_on > isms.today(new.scope)) execute function isms.not_in_future('accreditation_checked_on');

create sequence isms.certification_body_code;

comment on sequence isms.certification_body_code is 'Numbers for codes of certification bodies';

create trigger fill_code before insert on isms.certification_body
  for each row when (new.code is null) execute function isms.fill_code('CB');

-- The columns are those that the guards of the workflow look at, and what calendar and cost need.
create table isms.certification (
  scope text not null default isms.default_scope() constraint certification_scope_fkey references isms.scope on update cascade,
  code text not null constraint certification_code_form check (code ~ '^[^[:space:]]+( [^[:space:]]+)*$'),
  title text not null constraint certification_title_given check (title ~ '\S'),
  status text not null default 'preparing',
  kind text not null default 'initial' constraint certification_kind_known check (kind in ('initial', 'renewal', 'transfer')),
  previous text constraint certification_previous_other check (previous <> code),
  transferred_from text,
  owner text constraint certification_owner_fkey references isms.person on update cascade,
  body text,
  accreditation_body text,
  accreditation_number text,
  accreditation_standard text,
  accredited_until date,
  persons_by_site jsonb constraint certification_persons_by_site_counted
    check (jsonb_typeof(persons_by_site) = 'object' and not persons_by_site @? '$.* ? (@.type() != "number" || @ < 0)'),
  audit_days numeric constraint certification_audit_days_positive check (audit_days > 0),
  price numeric constraint certification_price_positive check (price >= 0),
  stage_1_conclusion text constraint certification_stage_1_conclusion_known check (stage_1_conclusion in ('ready', 'not_ready')),
  stage_1_ended_on date,
  stage_gap_days integer constraint certification_stage_gap_days_positive check (stage_gap_days between 1 and 36525),
  stage_2_from date,
  stage_2_ended_on date,
  significant_change boolean,
  stage_1_repeated_on date,
  certificate_number text,
  certificate_scope text,
  certificate_standard text,
  soa_version text,
  decided_on date,
  valid_from date,
  valid_until date,
  suspended_until date,
  cause_resolved text,
  body_reference text,
  body_dated date,
  body_evidence text,
  custom jsonb not null default '{}' constraint certification_custom_object check (jsonb_typeof(custom) = 'object'),
  created_by text default isms.actor(),
  constraint certification_pkey primary key (scope, code),
  constraint certification_body_fkey foreign key (scope, body) references isms.certification_body on update cascade,
  constraint certification_validity_ordered check (valid_until > valid_from),
  constraint certification_days_near
    check (greatest(stage_1_ended_on, stage_1_repeated_on, stage_2_from, stage_2_ended_on, decided_on, valid_from, valid_until, suspended_until) < '3000-01-01'
           and least(stage_1_ended_on, stage_1_repeated_on, stage_2_from, stage_2_ended_on, decided_on, valid_from, valid_until, suspended_until) >= '1900-01-01')
);

comment on table isms.certification is 'Certification, a row a cycle: application, stages, decision, certificate, suspension';
comment on column isms.certification.scope is 'Scope';
comment on column isms.certification.code is 'Key in the scope';
comment on column isms.certification.title is 'Title';
comment on column isms.certification.status is 'State in workflow certification';
comment on column isms.certification.kind is 'initial, renewal or transfer';
comment on column isms.certification.previous is 'Cycle before it, which a renewal names';
comment on column isms.certification.transferred_from is 'Of a transfer: body that issued the certificate, and its number';
comment on column isms.certification.owner is 'Person who sees it through';
comment on column isms.certification.body is 'Certification body';
comment on column isms.certification.accreditation_body is 'Who accredits the body, as it was when the body was chosen';
comment on column isms.certification.accreditation_number is 'Number of that accreditation';
comment on column isms.certification.accreditation_standard is 'What it is for';
comment on column isms.certification.accredited_until is 'Last day of it';
comment on column isms.certification.persons_by_site is 'Persons doing work under the organisation''s control, an object of site and number';
comment on column isms.certification.audit_days is 'Days of stage 1 and stage 2, or of the recertification audit, as offered';
comment on column isms.certification.price is 'Price of them, as offered';
comment on column isms.certification.stage_1_conclusion is 'ready or not_ready for stage 2, as the body concludes; kept from its audits';
comment on column isms.certification.stage_1_ended_on is 'Last day of stage 1; kept from its audits';
comment on column isms.certification.stage_gap_days is 'Days that the body allows from stage 1 to stage 2';
comment on column isms.certification.stage_2_from is 'First day of stage 2 or of the recertification audit, held or planned; kept from its audits';
comment on column isms.certification.stage_2_ended_on is 'Last day of it; kept from its audits';
comment on column isms.certification.significant_change is 'Of a renewal: did something change significantly since the last audit?';
comment on column isms.certification.stage_1_repeated_on is 'Of a renewal: when stage 1 was held again; kept from its audits';
comment on column isms.certification.certificate_number is 'Number of the certificate';
comment on column isms.certification.certificate_scope is 'Scope as the certificate words it';
comment on column isms.certification.certificate_standard is 'Standard and edition';
comment on column isms.certification.soa_version is 'Version of the statement of applicability that it names, as in isms.statement_version';
comment on column isms.certification.decided_on is 'Day of the body''s decision';
comment on column isms.certification.valid_from is 'First day of the certificate';
comment on column isms.certification.valid_until is 'Last day of it';
comment on column isms.certification.suspended_until is 'Last day of the suspension';
comment on column isms.certification.cause_resolved is 'How the cause of the suspension was resolved';
comment on column isms.certification.body_reference is 'Reference of the body''s letter or report on which the last step rests';
comment on column isms.certification.body_dated is 'Its date';
comment on column isms.certification.body_evidence is 'Where it is kept';
comment on column isms.certification.custom is 'Fields of the organisation''s own';
comment on column isms.certification.created_by is 'Person who recorded it';

comment on constraint certification_persons_by_site_counted on isms.certification is 'persons_by_site is an object of site and number of persons, none below zero';
comment on constraint certification_validity_ordered on isms.certification is 'valid_until is after valid_from';
comment on constraint certification_days_near on isms.certification is 'the days of a cycle lie between 1900 and 2999';

create index certification_body_idx on isms.certification (scope, body);

create index certification_previous_idx on isms.certification (scope, previous);

create index certification_owner_idx on isms.certification (owner);

create sequence isms.certification_code;

comment on sequence isms.certification_code is 'Numbers for codes of certification cycles';

create trigger fill_code before insert on isms.certification
  for each row when (new.code is null) execute function isms.fill_code('CC');

create trigger previous after insert or update of previous on isms.certification
  for each row when (new.previous is not null) execute function isms.refers_to_own_table('previous');

-- What the body found names the cycle.
alter table isms.finding add constraint finding_certification_fkey foreign key (scope, certification) references isms.certification on update cascade;

create table isms.certification_offer (
  scope text not null default isms.default_scope(),
  certification text not null,
  body text not null,
  asked_on date,
  offered_on date,
  reference text,
  audit_days numeric constraint certification_offer_audit_days_positive check (audit_days > 0),
  price numeric constraint certification_offer_price_positive check (price >= 0),
  price_three_years numeric constraint certification_offer_price_three_years_positive check (price_three_years >= 0),
  valid_until date,
  decision text constraint certification_offer_decision_known check (decision in ('chosen', 'declined')),
  decision_reason text,
  decided_on date,
  decided_by text constraint certification_offer_decided_by_fkey references isms.person on update cascade,
  constraint certification_offer_pkey primary key (scope, certification, body),
  constraint certification_offer_certification_fkey foreign key (scope, certification) references isms.certification on update cascade,
  constraint certification_offer_body_fkey foreign key (scope, body) references isms.certification_body on update cascade,
  constraint certification_offer_decision_reasoned check (decision is null or decided_on is not null and coalesce(decision_reason, '') ~ '\S')
);

comment on table isms.certification_offer is 'What a certification body offers for a cycle, and what was decided';
comment on column isms.certification_offer.scope is 'Scope';
comment on column isms.certification_offer.certification is 'Certification cycle';
comment on column isms.certification_offer.body is 'Certification body';
comment on column isms.certification_offer.asked_on is 'When it was asked';
comment on column isms.certification_offer.offered_on is 'Date of the offer';
comment on column isms.certification_offer.reference is 'Its number, or where it is kept';
comment on column isms.certification_offer.audit_days is 'Days of stage 1 and stage 2, or of the recertification audit';
comment on column isms.certification_offer.price is 'Price of them';
comment on column isms.certification_offer.price_three_years is 'Price of the whole cycle, surveillance and fees included';
comment on column isms.certification_offer.valid_until is 'Until when the offer stands';
comment on column isms.certification_offer.decision is 'chosen or declined; null: not decided';
comment on column isms.certification_offer.decision_reason is 'Why';
comment on column isms.certification_offer.decided_on is 'When';
comment on column isms.certification_offer.decided_by is 'Who decided';

comment on constraint certification_offer_decision_reasoned on isms.certification_offer is 'a decision on an offer has decided_on and decision_reason, why';

create index certification_offer_body_idx on isms.certification_offer (scope, body);

create index certification_offer_decided_by_idx on isms.certification_offer (decided_by);

create unique index certification_offer_one_chosen on isms.certification_offer (scope, certification) where decision = 'chosen';

comment on index isms.certification_offer_one_chosen is 'Of the offers for a cycle one is chosen';

create function isms.choose_offer(certification text, body text, reason text) returns text
  language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
  in_scope text := isms.default_scope();
  cycle isms.certification;
  others bigint;
begin
  select c.* into cycle from isms.certification c where c.scope = in_scope and c.code = choose_offer.certification;
  if not found or not exists (
    select from isms.certification_offer o where o.scope = in_scope and o.certification = cycle.code and o.body = choose_offer.body) then
    raise exception using
      errcode = 'no_data_found',
      message = format('there is no offer of %s for certification %s in scope %s', choose_offer.body, choose_offer.certification, in_scope),
      hint = 'Record it first in isms.certification_offer.',
      schema = 'isms', table = 'certification_offer';
  elsif cycle.status <> 'preparing' then
    raise exception using
      errcode = 'object_not_in_prerequisite_state',
      message = format('the body of certification %s was chosen', cycle.code),
      detail = format('It is %s.', cycle.status),
      hint = 'A certificate is transferred to another body by its letter: step amend_certificate.',
      schema = 'isms', table = 'certification';
  end if;
  update isms.certification_offer o
     set decision = 'declined', decision_reason = format('%s was chosen', choose_offer.body), decided_on = isms.today(in_scope), decided_by = isms.actor()
   where o.scope = in_scope and o.certification = cycle.code and o.body <> choose_offer.body and o.decision is distinct from 'declined';
  get diagnostics others = row_count;
  update isms.certification_offer o
     set decision = 'chosen', decision_reason = choose_offer.reason, decided_on = isms.today(in_scope), decided_by = isms.actor()
   where o.scope = in_scope and o.certification = cycle.code and o.body = choose_offer.body;
  update isms.certification c
     set body = b.code,
         accreditation_body = b.accreditation_body,
         accreditation_number = b.accreditation_number,
         accreditation_standard = b.accreditation_standard,
         accredited_until = b.accredited_until,
         audit_days = o.audit_days,
         price = o.price
    from isms.certification_offer o
    join isms.certification_body b on b.scope = o.scope and b.code = o.body
   where c.scope = in_scope and c.code = cycle.code and o.scope = c.scope and o.certification = c.code and o.body = choose_offer.body;
  return format('%s is the body of certification %s; %s declined', choose_offer.body, cycle.code, case others when 1 then '1 other offer' else others || ' other offers' end);
end
$$;

comment on function isms.choose_offer(text, text, text) is 'Chooses an offer for a cycle in preparation, with a reason: the others are declined, and body, accreditation, audit days and price go into the cycle. Errors: P0002 no such offer, 55000 the cycle is beyond preparation';

create table isms.certification_audit (
  scope text not null default isms.default_scope(),
  code text not null constraint certification_audit_code_form check (code ~ '^[^[:space:]]+( [^[:space:]]+)*$'),
  certification text not null,
  kind text not null constraint certification_audit_kind_known
    check (kind in ('stage_1', 'stage_2', 'surveillance_1', 'surveillance_2', 'surveillance', 'recertification', 'special')),
  purpose text,
  planned_from date,
  planned_until date,
  audit_days numeric constraint certification_audit_days_positive check (audit_days > 0),
  lead_auditor text,
  team text,
  sites text[] not null default '{}',
  held_from date,
  held_until date,
  conclusion text,
  summary text,
  report_reference text,
  report_dated date,
  majors_due date,
  majors_verified_on date,
  cancelled_on date,
  cancelled_reason text,
  custom jsonb not null default '{}' constraint certification_audit_custom_object check (jsonb_typeof(custom) = 'object'),
  created_by text default isms.actor(),
  constraint certification_audit_pkey primary key (scope, code),
  constraint certification_audit_certification_fkey foreign key (scope, certification) references isms.certification on update cascade,
  constraint certification_audit_planned_ordered check (planned_until >= planned_from),
  constraint certification_audit_held_ordered check (held_until is null or coalesce(held_until >= held_from, false)),
  constraint certification_audit_conclusion_fits check (
    conclusion is null
    or held_until is not null and case kind when 'stage_1' then conclusion in ('ready', 'not_ready') else conclusion in ('positive', 'negative') end),
  constraint certification_audit_days_near
    check (greatest(planned_from, planned_until, held_from, held_until, majors_due) < '3000-01-01'
           and least(planned_from, planned_until, held_from, held_until, majors_due) >= '1900-01-01'),
  constraint certification_audit_special_reasoned check (kind <> 'special' or coalesce(purpose, '') ~ '\S'),
  constraint certification_audit_cancellation_reasoned check (cancelled_on is null or held_from is null and coalesce(cancelled_reason, '') ~ '\S')
);

comment on table isms.certification_audit is 'Audits by the certification body, planned and held (ISO/IEC 17021-1 9.2-9.6)';
comment on column isms.certification_audit.scope is 'Scope';
comment on column isms.certification_audit.code is 'Key in the scope';
comment on column isms.certification_audit.certification is 'Certification cycle';
comment on column isms.certification_audit.kind is 'stage_1, stage_2, surveillance_1, surveillance_2, surveillance (of an initial cycle the first or second by its place, else a further one), recertification or special (9.6.4)';
comment on column isms.certification_audit.purpose is 'What it is for: of a special one the change of scope, the transfer, the suspension';
comment on column isms.certification_audit.planned_from is 'First day, as planned';
comment on column isms.certification_audit.planned_until is 'Last day, as planned';
comment on column isms.certification_audit.audit_days is 'Days of all auditors together';
comment on column isms.certification_audit.lead_auditor is 'The body''s lead auditor';
comment on column isms.certification_audit.team is 'Others of its team';
comment on column isms.certification_audit.sites is 'Sites it visits';
comment on column isms.certification_audit.held_from is 'First day on which it was held';
comment on column isms.certification_audit.held_until is 'Last day; null: not ended';
comment on column isms.certification_audit.conclusion is 'Of stage 1 ready or not_ready; of others positive or negative';
comment on column isms.certification_audit.summary is 'What the body concludes';
comment on column isms.certification_audit.report_reference is 'Number of the report, or where it is kept';
comment on column isms.certification_audit.report_dated is 'Its date';
comment on column isms.certification_audit.majors_due is 'Day the body set for its major nonconformities';
comment on column isms.certification_audit.majors_verified_on is 'Day on which it had verified them';
comment on column isms.certification_audit.cancelled_on is 'When it was called off';
comment on column isms.certification_audit.cancelled_reason is 'Why';
comment on column isms.certification_audit.custom is 'Fields of the organisation''s own';
comment on column isms.certification_audit.created_by is 'Person who recorded it';

comment on constraint certification_audit_held_ordered on isms.certification_audit is 'held_until is not before held_from, and not without it';
comment on constraint certification_audit_conclusion_fits on isms.certification_audit is 'a conclusion comes when the audit was held, held_until: ready or not_ready of stage_1, positive or negative of the others';
comment on constraint certification_audit_days_near on isms.certification_audit is 'the days of an audit lie between 1900 and 2999';
comment on constraint certification_audit_special_reasoned on isms.certification_audit is 'a special audit needs purpose, what it is for';
comment on constraint certification_audit_cancellation_reasoned on isms.certification_audit is 'what is cancelled was not held, and needs cancelled_reason, why';

create index certification_audit_certification_idx on isms.certification_audit (scope, certification);

create sequence isms.certification_audit_code;

comment on sequence isms.certification_audit_code is 'Numbers for codes of the body''s audits';

create trigger fill_code before insert on isms.certification_audit
  for each row when (new.code is null) execute function isms.fill_code('CA');

create trigger not_in_future before insert or update of held_from, held_until, majors_verified_on on isms.certification_audit
  for each row when (new.held_from > isms.today(new.scope) or new.held_until > isms.today(new.scope) or new.majors_verified_on > isms.today(new.scope)) execute function isms.not_in_future('held_from', 'held_until', 'majors_verified_on');

create function isms.certification_stages(scope text, certification text, out one_ended date, out one_concluded text, out two_from date, out two_ended date)
  language sql stable strict set search_path = pg_catalog, pg_temp
begin atomic
  select (array_agg(a.held_until order by a.held_until desc nulls last, a.code desc) filter (where a.kind = 'stage_1'))[1],
         (array_agg(a.conclusion order by a.held_until desc nulls last, a.code desc) filter (where a.kind = 'stage_1'))[1],
         (array_agg(coalesce(a.held_from, a.planned_from) order by coalesce(a.held_from, a.planned_from) desc nulls last) filter (where a.kind <> 'stage_1'))[1],
         (array_agg(a.held_until order by coalesce(a.held_from, a.planned_from) desc nulls last) filter (where a.kind <> 'stage_1'))[1]
    from isms.certification_audit a
   where a.scope = certification_stages.scope and a.certification = certification_stages.certification
     and a.cancelled_on is null and a.kind in ('stage_1', 'stage_2', 'recertification');
end;

comment on function isms.certification_stages(text, text) is 'What the audits of a cycle say of its stages: when the newest stage 1 ended and its conclusion, when the newest stage 2 or recertification began and ended; null where none does';

-- Nobody types the days of an audit twice: the newest audit of a stage says what the cycle's guards look at, until the decision that
-- rests on it.  What an audit that is changed or removed said goes with it; what was entered in the cycle itself stays.
create function isms.certification_audit_stage() returns trigger
  language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
  cycle isms.certification;
begin
  for cycle in select c.* from isms.certification c where (c.scope, c.code) in ((old.scope, old.certification), (new.scope, new.certification)) order by c.code loop
    if cycle.status in ('certified', 'suspended') then
      -- 17021-1 9.5.  A cycle that comes from an older register comes before its audits.
      if (old.kind in ('stage_1', 'stage_2') or new.kind in ('stage_1', 'stage_2')
          or old.kind = 'recertification' and coalesce(old.held_until, old.planned_from) <= cycle.decided_on
          or new.kind = 'recertification' and coalesce(new.held_until, new.planned_from) <= cycle.decided_on)
         and (old.certification, old.kind, old.planned_from, old.planned_until, old.held_from, old.held_until, old.conclusion, old.cancelled_on)
             is distinct from (new.certification, new.kind, new.planned_from, new.planned_until, new.held_from, new.held_until, new.conclusion, new.cancelled_on)
         and not isms.in_cutover(row('certification', null, null, null, null, null, isms.actor(), null, cycle.scope)::isms.step) then
        raise exception using
          errcode = 'IS006',
          message = format('certification audit %s cannot be %s: certification %s is decided', coalesce(new.code, old.code),
                           case tg_op when 'INSERT' then 'added' when 'DELETE' then 'removed' else 'changed' end, cycle.code),
          detail = format('frozen: the decision of %s rests on the stages and their days (17021-1 9.5)', to_char(cycle.decided_on, 'YYYY-MM-DD')),
          hint = 'What comes after it is a surveillance, a special or a recertification audit, or a stage of the next cycle.',
          schema = 'isms', table = 'certification_audit', column = 'kind', constraint = 'frozen';
      end if;
    elsif old.kind in ('stage_1', 'stage_2', 'recertification') or new.kind in ('stage_1', 'stage_2', 'recertification') then
      update isms.certification c
         set stage_1_ended_on = s.one_ended,
             stage_1_conclusion = s.one_concluded,
             stage_1_repeated_on = s.repeated,
             stage_2_from = s.two_from,
             stage_2_ended_on = s.two_ended
        from (
          select coalesce(x.one_ended, nullif(cycle.stage_1_ended_on, case old.kind when 'stage_1' then old.held_until end)) as one_ended,
                 coalesce(x.one_concluded, nullif(cycle.stage_1_conclusion, case old.kind when 'stage_1' then old.conclusion end)) as one_concluded,
                 case cycle.kind when 'renewal' then coalesce(x.one_ended, nullif(cycle.stage_1_repeated_on, case old.kind when 'stage_1' then old.held_until end))
                   else cycle.stage_1_repeated_on end as repeated,
                 coalesce(x.two_from, nullif(cycle.stage_2_from, case when old.kind <> 'stage_1' then coalesce(old.held_from, old.planned_from) end)) as two_from,
                 coalesce(x.two_ended, nullif(cycle.stage_2_ended_on, case when old.kind <> 'stage_1' then old.held_until end)) as two_ended
            from isms.certification_stages(cycle.scope, cycle.code) x) s
       where c.scope = cycle.scope and c.code = cycle.code
         and (c.stage_1_ended_on, c.stage_1_conclusion, c.stage_1_repeated_on, c.stage_2_from, c.stage_2_ended_on)
             is distinct from (s.one_ended, s.one_concluded, s.repeated, s.two_from, s.two_ended);
    end if;
  end loop;
  return null;
end
$$;

comment on function isms.certification_audit_stage() is 'AFTER trigger: the days and the conclusion of stage 1, stage 2 and recertification audits go into their cycle, and stay once it is decided. Errors: IS006';

create trigger certification_audit_stage after insert or update or delete on isms.certification_audit
  for each row execute function isms.certification_audit_stage();

-- 17021-1 9.5.3.2: the time for corrections runs from the last day of stage 2.
create function isms.certification_stage_kept() returns trigger
  language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
  audits record;
  wrong text;
begin
  select x.* into audits from isms.certification_stages(new.scope, new.code) x;
  wrong := case
    when new.stage_1_ended_on is distinct from audits.one_ended and audits.one_ended is not null then 'stage_1_ended_on'
    when new.stage_1_conclusion is distinct from audits.one_concluded and audits.one_concluded is not null then 'stage_1_conclusion'
    when new.stage_2_from is distinct from audits.two_from and audits.two_from is not null then 'stage_2_from'
    when new.stage_2_ended_on is distinct from audits.two_ended and audits.two_ended is not null then 'stage_2_ended_on' end;
  if wrong is not null then
    raise exception using
      errcode = 'IS006',
      message = format('%s of certification %s cannot be changed', wrong, new.code),
      detail = format('frozen: an audit says that it is %s (17021-1 9.5)',
                      case wrong when 'stage_1_conclusion' then audits.one_concluded
                        else to_char(case wrong when 'stage_1_ended_on' then audits.one_ended when 'stage_2_from' then audits.two_from else audits.two_ended end, 'YYYY-MM-DD') end),
      hint = 'It follows from isms.certification_audit.',
      schema = 'isms', table = 'certification', column = wrong, constraint = 'frozen';
  end if;
  return new;
end
$$;

comment on function isms.certification_stage_kept() is 'BEFORE trigger: the days and the conclusion of the stages of a cycle are what its audits say, where there are any. Errors: IS006';

create trigger stage_kept before update of stage_1_ended_on, stage_1_conclusion, stage_2_from, stage_2_ended_on on isms.certification
  for each row when (old.status not in ('certified', 'suspended')
                     and (old.stage_1_ended_on, old.stage_1_conclusion, old.stage_2_from, old.stage_2_ended_on)
                     is distinct from (new.stage_1_ended_on, new.stage_1_conclusion, new.stage_2_from, new.stage_2_ended_on))
  execute function isms.certification_stage_kept();

create table isms.certification_notice (
  scope text not null default isms.default_scope(),
  code text not null constraint certification_notice_code_form check (code ~ '^[^[:space:]]+( [^[:space:]]+)*$'),
  certification text not null,
  kind text not null constraint certification_notice_kind_known
    check (kind in ('organisation', 'contact', 'scope', 'isms', 'incident', 'transfer', 'suspension', 'restoration', 'withdrawal', 'appeal', 'complaint', 'other')),
  what text not null constraint certification_notice_what_given check (what ~ '\S'),
  change text,
  occurred_on date not null constraint certification_notice_occurred_on_near check (occurred_on >= '1900-01-01' and occurred_on < '3000-01-01'),
  owner text constraint certification_notice_owner_fkey references isms.person on update cascade,
  sent_on date,
  sent_by text constraint certification_notice_sent_by_fkey references isms.person on update cascade,
  reference text,
  answered_on date,
  answer text,
  created_by text default isms.actor(),
  constraint certification_notice_pkey primary key (scope, code),
  constraint certification_notice_certification_fkey foreign key (scope, certification) references isms.certification on update cascade,
  constraint certification_notice_sent_after check (sent_on >= occurred_on)
);

comment on table isms.certification_notice is 'What the certification body is to be told, and when it was (ISO/IEC 17021-1 8.5.3)';
comment on column isms.certification_notice.scope is 'Scope';
comment on column isms.certification_notice.code is 'Key in the scope';
comment on column isms.certification_notice.certification is 'Certification cycle';
comment on column isms.certification_notice.kind is 'About what: organisation, contact, scope, isms, incident, transfer, suspension, restoration, withdrawal, appeal, complaint or other';
comment on column isms.certification_notice.what is 'What the body is to know';
comment on column isms.certification_notice.change is 'Change it comes from';
comment on column isms.certification_notice.occurred_on is 'When it happened or was decided';
comment on column isms.certification_notice.owner is 'Person who is to tell';
comment on column isms.certification_notice.sent_on is 'When it was told';
comment on column isms.certification_notice.sent_by is 'Who told';
comment on column isms.certification_notice.reference is 'Letter or message';
comment on column isms.certification_notice.answered_on is 'When the body answered';
comment on column isms.certification_notice.answer is 'What it answered';
comment on column isms.certification_notice.created_by is 'Person who recorded it';

comment on constraint certification_notice_occurred_on_near on isms.certification_notice is 'occurred_on lies between 1900 and 2999';
comment on constraint certification_notice_sent_after on isms.certification_notice is 'sent_on is not before occurred_on';

create index certification_notice_certification_idx on isms.certification_notice (scope, certification);

create index certification_notice_owner_idx on isms.certification_notice (owner);

create index certification_notice_sent_by_idx on isms.certification_notice (sent_by);

create sequence isms.certification_notice_code;

comment on sequence isms.certification_notice_code is 'Numbers for codes of notices to certification bodies';

create trigger fill_code before insert on isms.certification_notice
  for each row when (new.code is null) execute function isms.fill_code('CN');

create trigger not_in_future before insert or update of occurred_on, sent_on, answered_on on isms.certification_notice
  for each row when (new.occurred_on > isms.today(new.scope) or new.sent_on > isms.today(new.scope) or new.answered_on > isms.today(new.scope)) execute function isms.not_in_future('occurred_on', 'sent_on', 'answered_on');

create table isms.evidence_request (
  scope text not null default isms.default_scope(),
  code text not null constraint evidence_request_code_form check (code ~ '^[^[:space:]]+( [^[:space:]]+)*$'),
  audit text not null,
  what text not null constraint evidence_request_what_given check (what ~ '\S'),
  requirement text,
  owner text constraint evidence_request_owner_fkey references isms.person on update cascade,
  asked_on date,
  due_on date,
  delivered_on date,
  delivered text,
  evidence text,
  -- for handing over: what is delivered is nobody's any more
  status text not null generated always as (case when delivered_on is null then 'open' else 'delivered' end) stored,
  created_by text default isms.actor(),
  constraint evidence_request_pkey primary key (scope, code),
  constraint evidence_request_audit_fkey foreign key (scope, audit) references isms.certification_audit on update cascade,
  constraint evidence_request_evidence_fkey foreign key (scope, evidence) references isms.evidence on update cascade,
  constraint evidence_request_delivery_named check (delivered_on is null or evidence is not null or coalesce(delivered, '') ~ '\S')
);

comment on table isms.evidence_request is 'What the certification body asks to see at an audit: from whom, until when, what it got';
comment on column isms.evidence_request.scope is 'Scope';
comment on column isms.evidence_request.code is 'Key in the scope';
comment on column isms.evidence_request.audit is 'Audit by the certification body';
comment on column isms.evidence_request.what is 'What it asks for';
comment on column isms.evidence_request.requirement is 'Clause or control it is about';
comment on column isms.evidence_request.owner is 'Person who is to deliver it';
comment on column isms.evidence_request.asked_on is 'When it was asked for';
comment on column isms.evidence_request.due_on is 'Until when';
comment on column isms.evidence_request.delivered_on is 'When it was delivered';
comment on column isms.evidence_request.delivered is 'What was delivered';
comment on column isms.evidence_request.evidence is 'Record of it in isms.evidence';
comment on column isms.evidence_request.status is 'open or delivered';
comment on column isms.evidence_request.created_by is 'Person who recorded it';

comment on constraint evidence_request_delivery_named on isms.evidence_request is 'what was delivered is named: delivered, or evidence';

create index evidence_request_audit_idx on isms.evidence_request (scope, audit);

create index evidence_request_evidence_idx on isms.evidence_request (scope, evidence);

create index evidence_request_owner_idx on isms.evidence_request (owner);

create trigger not_in_future before insert or update of asked_on, delivered_on on isms.evidence_request
  for each row when (new.asked_on > isms.today(new.scope) or new.delivered_on > isms.today(new.scope)) execute function isms.not_in_future('asked_on', 'delivered_on');

create sequence isms.evidence_request_code;

comment on sequence isms.evidence_request_code is 'Numbers for codes of evidence requests';

create trigger fill_code before insert on isms.evidence_request
  for each row when (new.code is null) execute function isms.fill_code('ER');

create table isms.audit_agenda (
  scope text not null default isms.default_scope(),
  code text not null constraint audit_agenda_code_form check (code ~ '^[^[:space:]]+( [^[:space:]]+)*$'),
  audit text not null,
  day date not null,
  starts time not null,
  ends time not null,
  site text,
  topic text not null constraint audit_agenda_topic_given check (topic ~ '\S'),
  requirement text,
  auditor text,
  interviewee text constraint audit_agenda_interviewee_fkey references isms.person on update cascade,
  note text,
  created_by text default isms.actor(),
  constraint audit_agenda_pkey primary key (scope, code),
  constraint audit_agenda_audit_fkey foreign key (scope, audit) references isms.certification_audit on update cascade,
  constraint audit_agenda_time_ordered check (ends > starts),
  -- deferrable: an UPDATE that swaps two slots is judged when it is through
  constraint audit_agenda_interviewee_once exclude using gist (
    isms.text_range(scope || chr(31) || interviewee, scope || chr(31) || interviewee, '[]') with &&,
    tsrange(day + starts, day + ends) with &&) where (interviewee is not null) deferrable initially immediate
);

comment on table isms.audit_agenda is 'Agenda of an audit by the certification body: day, time, site, topic, who is met';
comment on column isms.audit_agenda.scope is 'Scope';
comment on column isms.audit_agenda.code is 'Key in the scope';
comment on column isms.audit_agenda.audit is 'Audit by the certification body';
comment on column isms.audit_agenda.day is 'Day';
comment on column isms.audit_agenda.starts is 'Beginning, in the site''s time';
comment on column isms.audit_agenda.ends is 'End';
comment on column isms.audit_agenda.site is 'Site, or where to connect';
comment on column isms.audit_agenda.topic is 'What is looked at';
comment on column isms.audit_agenda.requirement is 'Clauses or controls';
comment on column isms.audit_agenda.auditor is 'The body''s auditor';
comment on column isms.audit_agenda.interviewee is 'Person who is met; a row each where they are several';
comment on column isms.audit_agenda.note is 'What is to be prepared';
comment on column isms.audit_agenda.created_by is 'Person who recorded it';

comment on constraint audit_agenda_interviewee_once on isms.audit_agenda is 'nobody is met twice at one time';
comment on constraint audit_agenda_time_ordered on isms.audit_agenda is 'ends is after starts';

create index audit_agenda_audit_idx on isms.audit_agenda (scope, audit, day, starts);

create index audit_agenda_interviewee_idx on isms.audit_agenda (interviewee);

create sequence isms.audit_agenda_code;

comment on sequence isms.audit_agenda_code is 'Numbers for codes of agenda items';

create trigger fill_code before insert on isms.audit_agenda
  for each row when (new.code is null) execute function isms.fill_code('AG');

create view isms.certification_audit_status with (security_invoker = true) as
  select a.scope,
         a.code,
         a.kind,
         a.certification,
         coalesce(a.held_from, a.planned_from) as first_day,
         coalesce(a.held_until, a.planned_until) as last_day,
         case
           when a.cancelled_on is not null then 'cancelled'
           when a.held_until is not null and a.held_until <= d.today then 'held'
           when a.held_from <= d.today then 'going on'
           when a.planned_from is null then 'not planned'
           when coalesce(a.planned_until, a.planned_from) < d.today then 'missed'
           else 'planned'
         end as state,
         a.conclusion,
         e.requests,
         e.open_requests,
         e.overdue_requests,
         g.agenda_items,
         g.outside_items,
         g.interviewees
    from isms.certification_audit a
    join isms.scope_day d on d.scope = a.scope
    cross join lateral (
      select count(*) as requests,
             count(*) filter (where r.delivered_on is null) as open_requests,
             count(*) filter (where r.delivered_on is null and r.due_on < d.today) as overdue_requests
        from isms.evidence_request r
       where r.scope = a.scope and r.audit = a.code) e
    cross join lateral (
      select count(*) as agenda_items,
             count(*) filter (where not i.day between coalesce(a.held_from, a.planned_from) and coalesce(a.held_until, a.planned_until, a.held_from, a.planned_from)) as outside_items,
             count(distinct i.interviewee) as interviewees
        from isms.audit_agenda i
       where i.scope = a.scope and i.audit = a.code) g;

comment on view isms.certification_audit_status is 'Audits by the certification body with their state today, what is asked for and the agenda';
comment on column isms.certification_audit_status.scope is 'Scope';
comment on column isms.certification_audit_status.code is 'Audit';
comment on column isms.certification_audit_status.kind is 'Kind of audit';
comment on column isms.certification_audit_status.certification is 'Certification cycle';
comment on column isms.certification_audit_status.first_day is 'First day, held or planned';
comment on column isms.certification_audit_status.last_day is 'Last day, held or planned';
comment on column isms.certification_audit_status.state is 'not planned, planned, missed (its days are over and it was not held), going on, held or cancelled';
comment on column isms.certification_audit_status.conclusion is 'What the body concludes';
comment on column isms.certification_audit_status.requests is 'Evidence requests';
comment on column isms.certification_audit_status.open_requests is 'Those not delivered';
comment on column isms.certification_audit_status.overdue_requests is 'Those not delivered whose day has passed';
comment on column isms.certification_audit_status.agenda_items is 'Items of the agenda';
comment on column isms.certification_audit_status.outside_items is 'Those on a day that is none of the audit''s';
comment on column isms.certification_audit_status.interviewees is 'Persons who are met';

-- 17021-1 9.3.1.2.2: what the documented information says of itself, as far as the register of documents is there.
create function isms.certification_documents(certification jsonb) returns jsonb
  language plpgsql stable set search_path = pg_catalog, pg_temp as $$
declare
  result jsonb;
begin
  if to_regprocedure('isms.mandatory_documents(text)') is null then
    return null;
  end if;
  execute $query$
    select coalesce(jsonb_agg(jsonb_build_object(
             'rule', coalesce(d.x ->> 'title', d.x ->> 'kind'),
             'status', case when d.x ->> 'state' in ('current', 'review_due', 'recorded', 'not_yet') then 'passed' else d.x ->> 'state' end)), '[]')
      from isms.mandatory_documents($1) m
     cross join lateral (select to_jsonb(m)) d(x) $query$
     into result using certification ->> 'scope';
  return result;
end
$$;

comment on function isms.certification_documents(jsonb) is 'Relation mandatory_documents of certification cycles: each piece of mandatory documented information, passed where it is in force or recorded; null where no register of documents is there';

insert into isms.workflow_relation (workflow, name, function, builtin) values
  ('certification', 'mandatory_documents', 'isms.certification_documents', true);

insert into isms.action_subject (kind, table_name, builtin) values
  ('certification', 'certification', true);

insert into isms.owned_table (schema_name, table_name, person_column, role, state_column, ended_states, builtin) values
  ('isms', 'certification', 'owner', null, 'status', '{withdrawn,refused,ended}', true),
  ('isms', 'evidence_request', 'owner', null, 'status', '{delivered}', true);

do $$
begin
  perform isms.attach_workflow('isms.certification', 'certification', 'status', covers => '{
    "isms.certification_offer": {"on": {"scope": "scope", "certification": "code"}},
    "isms.certification_audit": {"on": {"scope": "scope", "certification": "code"}}}');
end
$$;

-- Auditors send lists; they come in by isms.import.
comment on constraint evidence_request_delivery_named on isms.evidence_request is 'what is delivered is named, or recorded in isms.evidence';
comment on constraint audit_agenda_time_ordered on isms.audit_agenda is 'an item ends after it begins';

insert into isms.import_kind (kind, title, table_name, key_columns, builtin) values
  ('evidence_request', 'what the certification body asks to see', 'isms.evidence_request', '{code}', true),
  ('audit_agenda', 'items of an audit''s agenda', 'isms.audit_agenda', '{code}', true);

with query(name, known, expects) as (
  values ('person', 'select p.value, p.word from isms.import_people() p', 'a person''s code, name or e-mail'),
         ('audit', 'select a.code, a.code from isms.certification_audit a where a.scope = $1', 'the code of an audit by the certification body'),
         ('evidence', 'select e.code, e.code from isms.evidence e where e.scope = $1', 'the code of a piece of evidence'))
insert into isms.import_column (kind, column_name, position, type, required, known, expects, aliases, builtin)
select c.kind, c.column_name, c.position, c.type, c.required, q.known, coalesce(q.expects, c.expects), c.aliases, true
  from (values
    ('evidence_request', 'code', 1, 'text', false, null, null, '{id,request,no,number,ref}'::text[]),
    ('evidence_request', 'audit', 2, 'text', true, 'audit', null, '{}'),
    ('evidence_request', 'what', 3, 'text', true, null, null, '{evidence requested,document,item,description}'),
    ('evidence_request', 'requirement', 4, 'text', false, null, null, '{clause,control,reference}'),
    ('evidence_request', 'owner', 5, 'text', false, 'person', null, '{responsible,from whom}'),
    ('evidence_request', 'asked_on', 6, 'date', false, null, null, '{requested on,date}'),
    ('evidence_request', 'due_on', 7, 'date', false, null, null, '{due,due date,until}'),
    ('evidence_request', 'delivered_on', 8, 'date', false, null, null, '{delivered on}'),
    ('evidence_request', 'delivered', 9, 'text', false, null, null, '{answer,file}'),
    ('evidence_request', 'evidence', 10, 'text', false, 'evidence', null, '{}'),

    ('audit_agenda', 'code', 1, 'text', false, null, null, '{id,item,no,number,ref}'),
    ('audit_agenda', 'audit', 2, 'text', true, 'audit', null, '{}'),
    ('audit_agenda', 'day', 3, 'date', true, null, null, '{date}'),
    ('audit_agenda', 'starts', 4, 'input', true, null, 'a time such as 09:30', '{from,start,begin}'),
    ('audit_agenda', 'ends', 5, 'input', true, null, 'a time such as 10:30', '{to,until,end}'),
    ('audit_agenda', 'site', 6, 'text', false, null, null, '{place,location,where}'),
    ('audit_agenda', 'topic', 7, 'text', true, null, null, '{subject,process,what}'),
    ('audit_agenda', 'requirement', 8, 'text', false, null, null, '{clause,control,reference}'),
    ('audit_agenda', 'auditor', 9, 'text', false, null, null, '{}'),
    ('audit_agenda', 'interviewee', 10, 'text', false, 'person', null, '{auditee,whom,person}'),
    ('audit_agenda', 'note', 11, 'text', false, null, null, '{remarks,comment,notes}')
  ) c(kind, column_name, position, type, required, query, expects, aliases)
  left join query q on q.name = c.query;

select isms.make_import_table(k) from unnest('{evidence_request,audit_agenda}'::text[]) k;
