-- Evidence (7.5.3): kept elsewhere, known here by its SHA-256, where it is, whose hands it went through and until when it counts.
create table isms.evidence_subject (
  kind text constraint evidence_subject_pkey primary key,
  table_name text not null,
  builtin boolean not null default false
);

comment on table isms.evidence_subject is 'What evidence can be of, and the table it is looked up in: by catalogue and reference in control, by (scope, code) in any other';
comment on column isms.evidence_subject.kind is 'Value of evidence.subject_kind';
comment on column isms.evidence_subject.table_name is 'Table in schema isms; of one that is not there, the record is not looked for';
comment on column isms.evidence_subject.builtin is 'Shipped with the extension';

insert into isms.closed_table (name, readable, builtin) values ('evidence_subject', true, true);

insert into isms.evidence_subject (kind, table_name, builtin) values
  ('requirement', 'control', true),
  ('control', 'control', true),
  ('implementation', 'implementation', true),
  ('asset', 'asset', true),
  ('control_test', 'control_test', true),
  ('finding', 'finding', true);

create table isms.evidence (
  scope text not null default isms.default_scope() constraint evidence_scope_fkey references isms.scope on update cascade,
  code text not null constraint evidence_code_form check (code ~ '^[^[:space:]]+( [^[:space:]]+)*$'),
  title text not null constraint evidence_title_given check (title ~ '\S'),
  kind text not null default 'record' constraint evidence_kind_known check (kind in
    ('record', 'document', 'configuration', 'log', 'screenshot', 'photograph', 'interview', 'observation', 'measurement', 'certificate')),
  subject_kind text not null constraint evidence_subject_kind_fkey references isms.evidence_subject,
  subject text not null,
  catalogue text constraint evidence_catalogue_fkey references isms.catalogue on update cascade,
  source text,
  digest bytea constraint evidence_digest_sha256 check (octet_length(digest) = 32),
  locator text,
  collected_on date not null,
  collected_by text default isms.actor() constraint evidence_collected_by_fkey references isms.person on update cascade,
  covers daterange,
  valid_until date,
  created_by text default isms.actor(),
  constraint evidence_pkey primary key (scope, code),
  constraint evidence_digest_or_locator check (digest is not null or coalesce(locator, '') ~ '\S'),
  constraint evidence_catalogue_of_reference check (catalogue is null or subject_kind in ('requirement', 'control'))
);

comment on table isms.evidence is 'Evidence: what it proves, its digest and where it is kept (7.5.3)';
comment on column isms.evidence.scope is 'Scope';
comment on column isms.evidence.code is 'Key in the scope';
comment on column isms.evidence.title is 'Title';
comment on column isms.evidence.kind is 'record, document, configuration, log, screenshot, photograph, interview, observation, measurement or certificate';
comment on column isms.evidence.subject_kind is 'What kind of record it proves: evidence_subject.kind';
comment on column isms.evidence.subject is 'Key of that record; of a requirement (6.1.2) or control (A.5.9) its reference';
comment on column isms.evidence.catalogue is 'Catalogue of that reference; null: the base catalogue';
comment on column isms.evidence.source is 'System or person it comes from';
comment on column isms.evidence.digest is 'SHA-256 of the file, 32 bytes; stays as it was recorded';
comment on column isms.evidence.locator is 'Where it is kept';
comment on column isms.evidence.collected_on is 'When it was collected; today in the scope unless stated';
comment on column isms.evidence.collected_by is 'Person who collected it';
comment on column isms.evidence.covers is 'Period it speaks of';
comment on column isms.evidence.valid_until is 'Last day it counts; null: no end';
comment on column isms.evidence.created_by is 'Person who recorded it';

create index evidence_subject_idx on isms.evidence (scope, subject_kind, subject);

create index evidence_catalogue_idx on isms.evidence (catalogue);

create sequence isms.evidence_code;

comment on sequence isms.evidence_code is 'Numbers for codes of evidence';

create trigger fill_code before insert on isms.evidence
  for each row when (new.code is null) execute function isms.fill_code('E');

create function isms.evidence_fill() returns trigger
  language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
  -- A default could only be the session's day.
  new.collected_on := coalesce(new.collected_on, isms.today(new.scope));
  if new.subject_kind in ('requirement', 'control') then
    new.subject := new.subject::isms.reference::text;
  end if;
  return new;
end
$$;

comment on function isms.evidence_fill() is 'BEFORE trigger: evidence is of today in its scope unless stated, and references are spelled in one way. Errors: 22P02 no reference';

create trigger fill before insert or update of collected_on, subject_kind, subject on isms.evidence
  for each row execute function isms.evidence_fill();

create function isms.evidence_subject() returns trigger
  language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
  place text;
  found_it boolean;
begin
  select s.table_name into place from isms.evidence_subject s where s.kind = new.subject_kind;
  if place = 'control' then
    found_it := exists (
      select
        from isms.control c
       where c.catalogue = coalesce(new.catalogue, isms.base_catalogue()) and c.reference = new.subject::isms.reference
         and c.kind = case new.subject_kind when 'requirement' then 'clause' else 'control' end);
  elsif place is null or to_regclass(format('isms.%I', place)) is null then
    return null;
  else
    execute format('select exists (select from isms.%I t where t.scope = $1 and t.code = $2)', place) into found_it using new.scope, new.subject;
  end if;
  if not found_it then
    raise exception using
      errcode = 'foreign_key_violation',
      message = format('evidence %s is of %s %s, which does not exist in %s', new.code, new.subject_kind, new.subject,
                       case place when 'control' then coalesce(new.catalogue, isms.base_catalogue()) else 'scope ' || new.scope end),
      hint = format('Record it first, or correct evidence.subject; see isms.%s.', place),
      schema = 'isms', table = 'evidence', column = 'subject', constraint = tg_name;
  end if;
  return null;
end
$$;

comment on function isms.evidence_subject() is 'AFTER trigger: the record that evidence is of must exist, where its kind is a table; it may be of several tables, so no foreign key can say it. Errors: 23503';

create trigger evidence_subject after insert or update of scope, subject_kind, subject, catalogue on isms.evidence
  for each row execute function isms.evidence_subject();

-- In place of the foreign keys that cannot be: a changed code is carried along, and what has evidence stays.
create function isms.evidence_follows() returns trigger
  language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
  kept text;
begin
  if tg_op = 'UPDATE' then
    update isms.evidence e
       set subject = new.code
     where e.scope = new.scope and e.subject_kind = tg_table_name and e.subject = old.code;
    return null;
  end if;
  kept := (select string_agg(e.code, ', ' order by e.code) from isms.evidence e where e.scope = old.scope and e.subject_kind = tg_table_name and e.subject = old.code);
  if kept is not null then
    raise exception using
      errcode = 'foreign_key_violation',
      message = format('%s %s has evidence', replace(tg_table_name, '_', ' '), old.code),
      detail = format('Evidence of it: %s', kept),
      hint = 'Evidence is kept with what it proves (7.5.3).',
      schema = tg_table_schema, table = tg_table_name, constraint = tg_name;
  end if;
  return null;
end
$$;

comment on function isms.evidence_follows() is 'AFTER trigger of tables that evidence can be of: evidence follows a changed code, and keeps what it proves from being deleted. Errors: 23503';

create trigger evidence_follows after update of code on isms.implementation
  for each row when (new.code <> old.code) execute function isms.evidence_follows();

create trigger evidence_keeps after delete on isms.implementation
  for each row execute function isms.evidence_follows();

create trigger evidence_follows after update of code on isms.asset
  for each row when (new.code <> old.code) execute function isms.evidence_follows();

create trigger evidence_keeps after delete on isms.asset
  for each row execute function isms.evidence_follows();

create function isms.evidence_follows_reference() returns trigger
  language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
  update isms.evidence e
     set subject = new.reference::text
   where e.subject_kind = case new.kind when 'clause' then 'requirement' else 'control' end
     and coalesce(e.catalogue, isms.base_catalogue()) = new.catalogue and e.subject = old.reference::text;
  return null;
end
$$;

comment on function isms.evidence_follows_reference() is 'AFTER trigger: evidence follows the changed reference of a control of one''s own';

create trigger evidence_follows after update of reference on isms.control
  for each row when (new.reference <> old.reference) execute function isms.evidence_follows_reference();

create function isms.evidence_digest() returns trigger
  language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
  raise exception using
    errcode = 'IS006',
    message = format('the digest of evidence %s stays as it was recorded', old.code),
    detail = 'frozen (7.5.3): another digest would be other evidence',
    hint = 'Record the other file as evidence of its own.',
    schema = 'isms', table = 'evidence', column = 'digest', constraint = tg_name;
end
$$;

comment on function isms.evidence_digest() is 'BEFORE trigger: a digest, once recorded, is not changed. Errors: IS006';

create trigger digest before update of digest on isms.evidence
  for each row when (old.digest is not null and new.digest is distinct from old.digest) execute function isms.evidence_digest();

create function isms.add_evidence(title text, subject_kind text, subject text, content bytea default null, locator text default null, kind text default 'record',
                                  source text default null, covers daterange default null, valid_until date default null, catalogue text default null) returns text
  language sql set search_path = pg_catalog, pg_temp
begin atomic
  insert into isms.evidence (title, subject_kind, subject, digest, locator, kind, source, covers, valid_until, catalogue)
  values (add_evidence.title, add_evidence.subject_kind, add_evidence.subject, sha256(content), add_evidence.locator, add_evidence.kind,
          add_evidence.source, add_evidence.covers, add_evidence.valid_until, add_evidence.catalogue)
  returning code;
end;

comment on function isms.add_evidence(text, text, text, bytea, text, text, text, daterange, date, text) is 'Records evidence in the default scope with the digest of its content, which is not stored, and returns its code. Errors: 22P02 no reference, 23503 no such subject or kind of subject, 23514 neither content nor locator, or out of form';

create function isms.check_evidence(code text, content bytea) returns boolean
  language plpgsql stable set search_path = pg_catalog, pg_temp as $$
declare
  in_scope text := isms.default_scope();
  recorded bytea;
begin
  select e.digest into recorded from isms.evidence e where e.scope = in_scope and e.code = check_evidence.code;
  if not found then
    raise exception using
      errcode = 'no_data_found',
      message = format('there is no evidence %s in scope %s', coalesce(check_evidence.code, 'null'), in_scope),
      hint = 'isms.evidence lists it; the setting isms.scope chooses the scope.';
  end if;
  return recorded = sha256(content);
end
$$;

comment on function isms.check_evidence(text, bytea) is 'Is this content what the digest of a piece of evidence was taken of? Null where it has no digest. Errors: P0002 no such evidence';

-- A.5.28: whose hands it went through.  Nothing in the chain changes; what was wrong is said in a further link.
create table isms.evidence_custody (
  scope text not null default isms.default_scope(),
  evidence text not null,
  position integer not null constraint evidence_custody_position_positive check (position > 0),
  holder text constraint evidence_custody_holder_fkey references isms.person on update cascade,
  outside text,
  place text,
  received_at timestamptz not null default clock_timestamp(),
  reason text,
  created_by text default isms.actor(),
  constraint evidence_custody_pkey primary key (scope, evidence, position),
  constraint evidence_custody_evidence_fkey foreign key (scope, evidence) references isms.evidence on update cascade,
  constraint evidence_custody_held check ((holder is null) = (coalesce(outside, '') ~ '\S'))
);

comment on table isms.evidence_custody is 'Who received evidence, after who collected it (A.5.28); grows only';
comment on column isms.evidence_custody.scope is 'Scope';
comment on column isms.evidence_custody.evidence is 'Evidence';
comment on column isms.evidence_custody.position is 'Place in the chain; the next one unless stated';
comment on column isms.evidence_custody.holder is 'Person who received it';
comment on column isms.evidence_custody.outside is 'Who received it, where that is nobody of this ISMS';
comment on column isms.evidence_custody.place is 'Where it is kept from then on';
comment on column isms.evidence_custody.received_at is 'When; now unless stated';
comment on column isms.evidence_custody.reason is 'Why it was handed over';
comment on column isms.evidence_custody.created_by is 'Person who recorded it';

create index evidence_custody_holder_idx on isms.evidence_custody (holder);

create function isms.evidence_custody_next() returns trigger
  language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
  newest isms.evidence_custody;
begin
  select c.* into newest from isms.evidence_custody c where c.scope = new.scope and c.evidence = new.evidence order by c.position desc limit 1;
  new.position := coalesce(new.position, coalesce(newest.position, 0) + 1);
  if new.position <> coalesce(newest.position, 0) + 1 or new.received_at < newest.received_at or new.received_at > clock_timestamp() then
    raise exception using
      errcode = 'check_violation',
      message = format('evidence %s cannot be handed over so', new.evidence),
      detail = concat_ws(E'\n',
        case when new.position <> coalesce(newest.position, 0) + 1 then format('position: the next one is %s, not %s', coalesce(newest.position, 0) + 1, new.position) end,
        case when new.received_at < newest.received_at then 'received_at: it is before the last link''s' end,
        case when new.received_at > clock_timestamp() then 'received_at: it is in the future' end),
      hint = 'Leave position out; links are recorded in the order in which they happened.',
      schema = 'isms', table = 'evidence_custody', constraint = tg_name;
  end if;
  return new;
end
$$;

comment on function isms.evidence_custody_next() is 'BEFORE INSERT trigger: the chain of custody grows by its next link, never back in time or ahead of it. Errors: 23514';

create trigger next before insert on isms.evidence_custody
  for each row execute function isms.evidence_custody_next();

create function isms.evidence_custody_kept() returns trigger
  language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
  raise exception using
    errcode = case tg_op when 'DELETE' then 'IS007' else 'IS006' end,
    message = format('link %s in the custody of evidence %s is kept as it is', old.position, old.evidence),
    detail = case tg_op when 'DELETE' then 'deletion' else 'frozen' end || ' (A.5.28): a chain of custody grows only',
    hint = 'Record a further link that says what was wrong.',
    schema = 'isms', table = 'evidence_custody', constraint = tg_name;
end
$$;

comment on function isms.evidence_custody_kept() is 'BEFORE trigger: links of a chain of custody are neither changed nor deleted. Errors: IS006, IS007';

-- A changed code of the evidence or of a person comes along by foreign key; nothing else does.
create trigger kept before update on isms.evidence_custody
  for each row when ((new.position, new.outside, new.place, new.received_at, new.reason, new.created_by)
                     is distinct from (old.position, old.outside, old.place, old.received_at, old.reason, old.created_by))
  execute function isms.evidence_custody_kept();

create trigger kept_deleted before delete on isms.evidence_custody
  for each row execute function isms.evidence_custody_kept();

create function isms.evidence_custody_carried() returns trigger
  language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
  -- after a changed code the old one is gone
  if exists (select from isms.evidence e where e.scope = old.scope and e.code = old.evidence) and (new.scope, new.evidence) <> (old.scope, old.evidence)
     or exists (select from isms.person p where p.code = old.holder) and new.holder is distinct from old.holder
     or old.holder is null and new.holder is not null then
    raise exception using
      errcode = 'IS006',
      message = format('link %s in the custody of evidence %s is kept as it is', old.position, old.evidence),
      detail = 'frozen (A.5.28): a chain of custody grows only',
      hint = 'Record a further link that says what was wrong.',
      schema = 'isms', table = 'evidence_custody', constraint = tg_name;
  end if;
  return new;
end
$$;

comment on function isms.evidence_custody_carried() is 'BEFORE trigger: evidence and holder of a link follow a changed code, and are else not changed. Errors: IS006';

create trigger carried before update of scope, evidence, holder on isms.evidence_custody
  for each row execute function isms.evidence_custody_carried();

create view isms.evidence_chain with (security_invoker = true) as
  select l.scope,
         l.code,
         l.title,
         l.position,
         l.holder,
         coalesce(p.name, l.outside) as holder_name,
         l.place,
         l.since,
         lead(l.since) over (partition by l.scope, l.code order by l.position) as until,
         l.reason
    from (
      select e.scope, e.code, e.title, 0 as position, e.collected_by as holder, null::text as outside, e.locator as place,
             e.collected_on::timestamp at time zone s.time_zone as since, 'collected'::text as reason
        from isms.evidence e
        join isms.scope s on s.code = e.scope
       union all
      select c.scope, c.evidence, e.title, c.position, c.holder, c.outside, c.place, c.received_at, c.reason
        from isms.evidence_custody c
        join isms.evidence e on e.scope = c.scope and e.code = c.evidence) l
    left join isms.person p on p.code = l.holder;

comment on view isms.evidence_chain is 'Chain of custody of each piece of evidence, from who collected it to who has it now (A.5.28)';
comment on column isms.evidence_chain.scope is 'Scope';
comment on column isms.evidence_chain.code is 'Evidence';
comment on column isms.evidence_chain.title is 'Its title';
comment on column isms.evidence_chain.position is 'Place in the chain; 0: who collected it';
comment on column isms.evidence_chain.holder is 'Person who had it; null: somebody outside';
comment on column isms.evidence_chain.holder_name is 'Name of who had it';
comment on column isms.evidence_chain.place is 'Where';
comment on column isms.evidence_chain.since is 'From when; for who collected it the beginning of the day in the scope';
comment on column isms.evidence_chain.until is 'Until when; null: has it now';
comment on column isms.evidence_chain.reason is 'Why it was handed over';
