-- What the organisation really runs; n:m to the controls of catalogues and to assets.
create table isms.implementation (
  scope text not null default isms.default_scope() constraint implementation_scope_fkey references isms.scope on update cascade,
  code text not null constraint implementation_code_form check (code ~ '^[^[:space:]]+( [^[:space:]]+)*$'),
  title text not null constraint implementation_title_given check (title ~ '\S'),
  kind text not null default 'technical' constraint implementation_kind_known check (kind in ('technical', 'process', 'policy', 'people', 'physical', 'legal')),
  owner text constraint implementation_owner_fkey references isms.person on update cascade,
  operator text not null default 'own' constraint implementation_operator_known check (operator in ('own', 'provider', 'scope')),
  operated_by text constraint implementation_operated_by_named check (operator = 'own' or coalesce(operated_by, '') ~ '\S'),
  site text,
  cost_once numeric constraint implementation_cost_once_positive check (cost_once >= 0),
  cost_yearly numeric constraint implementation_cost_yearly_positive check (cost_yearly >= 0),
  in_use_from date,
  status text not null default 'planned' constraint implementation_status_known check (status in ('planned', 'partial', 'implemented', 'retired')),
  effectiveness numeric constraint implementation_effectiveness_fraction check (effectiveness between 0 and 1),
  controls isms.reference[] not null default '{}',
  description text,
  custom jsonb not null default '{}' constraint implementation_custom_object check (jsonb_typeof(custom) = 'object'),
  created_by text default isms.actor(),
  constraint implementation_pkey primary key (scope, code)
);

comment on table isms.implementation is 'What the organisation runs to modify risk: measures as implemented or planned (6.1.3 b, 8.3)';
comment on column isms.implementation.scope is 'Scope';
comment on column isms.implementation.code is 'Key in the scope';
comment on column isms.implementation.title is 'Title';
comment on column isms.implementation.kind is 'technical, process, policy, people, physical or legal';
comment on column isms.implementation.owner is 'Control owner';
comment on column isms.implementation.operator is 'Who runs it: own, provider or another scope';
comment on column isms.implementation.operated_by is 'Name of the provider, or code of the scope, that runs it';
comment on column isms.implementation.site is 'Where';
comment on column isms.implementation.cost_once is 'Cost once, in the scope''s currency';
comment on column isms.implementation.cost_yearly is 'Cost a year, in the scope''s currency';
comment on column isms.implementation.in_use_from is 'First day in use';
comment on column isms.implementation.status is 'planned, partial, implemented or retired; only implemented ones count today';
comment on column isms.implementation.effectiveness is 'Fraction of events or of loss it prevents, 0 to 1, where a link to a risk states none';
comment on column isms.implementation.controls is 'Controls of the base catalogue it implements; kept equal to implementation_control';
comment on column isms.implementation.description is 'How it is done';
comment on column isms.implementation.custom is 'Fields of the organisation''s own';
comment on column isms.implementation.created_by is 'Person who recorded it';

create index implementation_owner_idx on isms.implementation (owner);

create sequence isms.implementation_code;

comment on sequence isms.implementation_code is 'Numbers for codes of implementations';

create trigger fill_code before insert on isms.implementation
  for each row when (new.code is null) execute function isms.fill_code('IM');

create table isms.implementation_control (
  scope text not null default isms.default_scope(),
  implementation text not null,
  catalogue text not null default isms.base_catalogue(),
  reference isms.reference not null,
  constraint implementation_control_pkey primary key (scope, implementation, catalogue, reference),
  constraint implementation_control_implementation_fkey foreign key (scope, implementation) references isms.implementation on update cascade on delete cascade,
  constraint implementation_control_control_fkey foreign key (catalogue, reference) references isms.control on update cascade
);

comment on table isms.implementation_control is 'Which implementation serves which control of which catalogue';
comment on column isms.implementation_control.scope is 'Scope';
comment on column isms.implementation_control.implementation is 'Implementation';
comment on column isms.implementation_control.catalogue is 'Catalogue';
comment on column isms.implementation_control.reference is 'Control';

create index implementation_control_control_idx on isms.implementation_control (catalogue, reference, scope);

create function isms.implementation_controls() returns trigger
  language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
  delete from isms.implementation_control c
   where c.scope = new.scope and c.implementation = new.code and c.catalogue = isms.base_catalogue()
     and c.reference <> all (new.controls);
  insert into isms.implementation_control (scope, implementation, catalogue, reference)
  select new.scope, new.code, isms.base_catalogue(), r from unnest(new.controls) u(r)
  on conflict do nothing;
  return null;
end
$$;

comment on function isms.implementation_controls() is 'Keeps implementation_control equal to the array controls, for the base catalogue; an unknown reference is a foreign-key error';

create trigger implementation_controls after insert or update of controls on isms.implementation
  for each row execute function isms.implementation_controls();

create function isms.implementation_control_listed() returns trigger
  language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
  if tg_op = 'INSERT' then
    update isms.implementation i
       set controls = i.controls || new.reference
     where i.scope = new.scope and i.code = new.implementation and new.reference <> all (i.controls);
  else
    update isms.implementation i
       set controls = array_remove(i.controls, old.reference)
     where i.scope = old.scope and i.code = old.implementation and old.reference = any (i.controls);
  end if;
  return null;
end
$$;

comment on function isms.implementation_control_listed() is 'AFTER trigger: what is linked to a control of the base catalogue directly stands in implementation.controls too';

create trigger listed_insert after insert on isms.implementation_control
  for each row when (new.catalogue = isms.base_catalogue()) execute function isms.implementation_control_listed();

create trigger listed_delete after delete on isms.implementation_control
  for each row when (old.catalogue = isms.base_catalogue()) execute function isms.implementation_control_listed();

create table isms.implementation_asset (
  scope text not null default isms.default_scope(),
  implementation text not null,
  asset text not null,
  constraint implementation_asset_pkey primary key (scope, implementation, asset),
  constraint implementation_asset_implementation_fkey foreign key (scope, implementation) references isms.implementation on update cascade on delete cascade,
  constraint implementation_asset_asset_fkey foreign key (scope, asset) references isms.asset on update cascade
);

comment on table isms.implementation_asset is 'Which implementation protects which asset';
comment on column isms.implementation_asset.scope is 'Scope';
comment on column isms.implementation_asset.implementation is 'Implementation';
comment on column isms.implementation_asset.asset is 'Asset';

create index implementation_asset_asset_idx on isms.implementation_asset (scope, asset);

create table isms.evidence (
  scope text not null default isms.default_scope() constraint evidence_scope_fkey references isms.scope on update cascade,
  code text not null constraint evidence_code_form check (code ~ '^[^[:space:]]+( [^[:space:]]+)*$'),
  title text not null constraint evidence_title_given check (title ~ '\S'),
  subject_kind text not null constraint evidence_subject_kind_known check (subject_kind in ('requirement', 'implementation', 'action', 'risk', 'finding')),
  subject text not null,
  digest bytea constraint evidence_digest_sha256 check (octet_length(digest) = 32),
  locator text,
  collected_on date not null,
  collected_by text default isms.actor() constraint evidence_collected_by_fkey references isms.person on update cascade,
  covers daterange,
  valid_until date,
  created_by text default isms.actor(),
  constraint evidence_pkey primary key (scope, code),
  constraint evidence_digest_or_locator check (digest is not null or coalesce(locator, '') ~ '\S')
);

comment on table isms.evidence is 'Evidence: what it proves, its digest and where it is kept (7.5.3)';
comment on column isms.evidence.scope is 'Scope';
comment on column isms.evidence.code is 'Key in the scope';
comment on column isms.evidence.title is 'Title';
comment on column isms.evidence.subject_kind is 'What kind of record it proves';
comment on column isms.evidence.subject is 'Key of that record';
comment on column isms.evidence.digest is 'SHA-256 of the file, 32 bytes';
comment on column isms.evidence.locator is 'Where it is kept';
comment on column isms.evidence.collected_on is 'When it was collected; today in the scope unless stated';
comment on column isms.evidence.collected_by is 'Person who collected it';
comment on column isms.evidence.covers is 'Period it speaks of';
comment on column isms.evidence.valid_until is 'Last day it counts; null: no end';
comment on column isms.evidence.created_by is 'Person who recorded it';

create index evidence_subject_idx on isms.evidence (scope, subject_kind, subject);

create sequence isms.evidence_code;

comment on sequence isms.evidence_code is 'Numbers for codes of evidence';

create function isms.evidence_subject() returns trigger
  language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
  found_it boolean;
begin
  if to_regclass(format('isms.%I', new.subject_kind)) is null then
    return null;
  end if;
  execute format('select exists (select from isms.%I t where t.scope = $1 and t.code = $2)', new.subject_kind) into found_it using new.scope, new.subject;
  if not found_it then
    raise exception using
      errcode = 'foreign_key_violation',
      message = format('evidence %s is of %s %s, which does not exist in scope %s', new.code, new.subject_kind, new.subject, new.scope),
      hint = format('Record it first, or correct evidence.subject; see isms.%s.', new.subject_kind),
      schema = 'isms', table = 'evidence', column = 'subject', constraint = tg_name;
  end if;
  return null;
end
$$;

comment on function isms.evidence_subject() is 'AFTER trigger: the record that evidence is of must exist, where its kind is a table; it may be of several tables, so no foreign key can say it. Errors: 23503';

create trigger evidence_subject after insert or update of scope, subject_kind, subject on isms.evidence
  for each row execute function isms.evidence_subject();

create trigger fill_code before insert on isms.evidence
  for each row when (new.code is null) execute function isms.fill_code('E');

-- A default could only be the session's day.
create function isms.evidence_collected_today() returns trigger
  language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
  new.collected_on := isms.today(new.scope);
  return new;
end
$$;

comment on function isms.evidence_collected_today() is 'BEFORE INSERT trigger for evidence without a date: today in its scope';

create trigger fill_date before insert on isms.evidence
  for each row when (new.collected_on is null) execute function isms.evidence_collected_today();

create table isms.control_test (
  scope text not null default isms.default_scope(),
  code text not null constraint control_test_code_form check (code ~ '^[^[:space:]]+( [^[:space:]]+)*$'),
  implementation text not null,
  tested_on date not null,
  result text not null constraint control_test_result_known check (result in ('pass', 'fail', 'unknown', 'not_applicable')),
  tester text default isms.actor() constraint control_test_tester_fkey references isms.person on update cascade,
  method text,
  valid_until date not null,
  created_by text default isms.actor(),
  constraint control_test_pkey primary key (scope, code),
  constraint control_test_implementation_fkey foreign key (scope, implementation) references isms.implementation on update cascade,
  constraint control_test_valid_order check (valid_until >= tested_on)
);

comment on table isms.control_test is 'Results of testing implementations (9.1); the latest one decides';
comment on column isms.control_test.scope is 'Scope';
comment on column isms.control_test.code is 'Key in the scope';
comment on column isms.control_test.implementation is 'Implementation tested';
comment on column isms.control_test.tested_on is 'When; today in the scope unless stated';
comment on column isms.control_test.result is 'pass, fail, unknown or not_applicable';
comment on column isms.control_test.tester is 'Who tested';
comment on column isms.control_test.method is 'How';
comment on column isms.control_test.valid_until is 'Last day a pass counts as verified; a year from the test unless stated';
comment on column isms.control_test.created_by is 'Person who recorded it';

create index control_test_latest_idx on isms.control_test (scope, implementation, tested_on desc, code desc) include (result, valid_until);

create sequence isms.control_test_code;

comment on sequence isms.control_test_code is 'Numbers for codes of control tests';

create trigger fill_code before insert on isms.control_test
  for each row when (new.code is null) execute function isms.fill_code('CT');

create function isms.control_test_dates() returns trigger
  language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
  new.tested_on := coalesce(new.tested_on, isms.today(new.scope));
  new.valid_until := coalesce(new.valid_until, (new.tested_on + interval '1 year')::date);
  return new;
end
$$;

comment on function isms.control_test_dates() is 'BEFORE INSERT trigger for tests without dates: tested today in the scope, valid for a year';

create trigger fill_dates before insert on isms.control_test
  for each row when (new.tested_on is null or new.valid_until is null) execute function isms.control_test_dates();

-- Fenced by offset: the day is asked for once a scope, not once a row.
create view isms.scope_day with (security_invoker = true) as
  select s.code as scope,
         d.today
    from isms.scope s
    cross join lateral (select isms.today(s.code) as today offset 0) d;

comment on view isms.scope_day is 'The date in each scope; for views over many rows';
comment on column isms.scope_day.scope is 'Scope';
comment on column isms.scope_day.today is 'isms.today(scope)';

-- In which states an implementation counts: what is implemented counts today unless its latest test failed,
-- whatever is not given up counts in the target, and what is shown to work counts as verified.
create function isms.counts_in(status text, assurance text) returns integer
  language sql immutable parallel safe
begin atomic
  select case
           when status = 'retired' then 0
           when status <> 'implemented' or assurance = 'failed' then 2
           when assurance = 'verified' then 7
           else 3
         end;
end;

comment on function isms.counts_in(text, text) is 'States of a risk in which an implementation counts, as bits: 1 current, 2 target, 4 verified';

-- Assurance of implementations, from tests and evidence; computed, never stored, since time alone changes it.
-- Fenced by offset: worked out once an implementation, not once a risk it acts on.
create view isms.implementation_assurance with (security_invoker = true) as
  select i.scope,
         i.code as implementation,
         i.status,
         a.assurance,
         a.tested_on,
         a.result,
         i.effectiveness,
         a.counts_in,
         a.standing
    from isms.implementation i
    join isms.scope_day d on d.scope = i.scope
    cross join lateral (
      select v.assurance,
             t.tested_on,
             t.result,
             isms.counts_in(i.status, v.assurance) as counts_in,
             case when i.status = 'implemented' then 'implemented, ' || v.assurance else i.status end as standing
        from (values (true)) one
        left join lateral (
          select c.result, c.valid_until, c.tested_on
            from isms.control_test c
           where c.scope = i.scope and c.implementation = i.code
           order by c.tested_on desc, c.code desc
           limit 1) t on true
        left join lateral (
          select max(coalesce(e.valid_until, 'infinity')) as newest
            from isms.evidence e
           where e.scope = i.scope and e.subject_kind = 'implementation' and e.subject = i.code) e on true
        cross join lateral (
          select case
                   when t.result = 'fail' then 'failed'
                   when t.result = 'pass' and t.valid_until >= d.today then 'verified'
                   when e.newest >= d.today and t.result is null then 'verified'
                   when t.result = 'pass' or e.newest is not null then 'expired'
                   else 'unverified'
                 end as assurance) v
      offset 0) a;

comment on view isms.implementation_assurance is 'Each implementation with what its tests and evidence show today';
comment on column isms.implementation_assurance.scope is 'Scope';
comment on column isms.implementation_assurance.implementation is 'Implementation';
comment on column isms.implementation_assurance.status is 'Declared status';
comment on column isms.implementation_assurance.assurance is 'verified: the latest test passed and still counts, or there is valid evidence and no test; failed: the latest test failed; expired: it was verified once; unverified: nothing shows it';
comment on column isms.implementation_assurance.tested_on is 'Date of the latest test';
comment on column isms.implementation_assurance.result is 'Result of the latest test';
comment on column isms.implementation_assurance.effectiveness is 'Its own effectiveness, where a link to a risk states none';
comment on column isms.implementation_assurance.counts_in is 'States of a risk in which it counts, as bits: 1 current, 2 target, 4 verified';
comment on column isms.implementation_assurance.standing is 'Status and assurance in words';

-- A.6.5: who leaves hands these over.
insert into isms.owned_table (schema_name, table_name, person_column, role, state_column, ended_states, builtin) values
  ('isms', 'implementation', 'owner', 'control_owner', 'status', '{retired}', true);
