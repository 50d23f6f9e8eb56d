-- 8.1, A.5.19 to A.5.23: who supplies what, and how that is kept under control.
create table isms.supplier (
  scope text not null default isms.default_scope() constraint supplier_scope_fkey references isms.scope on update cascade,
  code text not null constraint supplier_code_form check (code ~ '^[^[:space:]]+( [^[:space:]]+)*$'),
  title text not null constraint supplier_title_given check (title ~ '\S'),
  kind text not null default 'service' constraint supplier_kind_known check (kind in ('product', 'service', 'cloud', 'process', 'people')),
  what text not null constraint supplier_what_given check (what ~ '\S'),
  outsourced boolean not null default false,
  process text,
  owner text constraint supplier_owner_fkey references isms.person on update cascade,
  control_method text,
  agreement text,
  agreement_until date,
  requirements text,
  exit_plan text,
  review_every interval constraint supplier_review_every_positive check (isms.is_period(review_every)),
  reviewed_on date,
  ended_on date,
  custom jsonb not null default '{}' constraint supplier_custom_object check (jsonb_typeof(custom) = 'object'),
  created_by text default isms.actor(),
  constraint supplier_pkey primary key (scope, code)
);

comment on table isms.supplier is 'Suppliers and outsourced processes: what they provide, and by what they are controlled (8.1, A.5.19 to A.5.23)';
comment on column isms.supplier.scope is 'Scope';
comment on column isms.supplier.code is 'Key in the scope';
comment on column isms.supplier.title is 'Name of the supplier';
comment on column isms.supplier.kind is 'product, service, cloud (A.5.23), process or people';
comment on column isms.supplier.what is 'What is provided';
comment on column isms.supplier.outsourced is 'Is it a process of our own that somebody else carries out (8.1)?';
comment on column isms.supplier.process is 'Key of that process (4.4)';
comment on column isms.supplier.owner is 'Person responsible for the relation';
comment on column isms.supplier.control_method is 'How it is controlled: reports, certificates, audits, measurements';
comment on column isms.supplier.agreement is 'Contract';
comment on column isms.supplier.agreement_until is 'Last day of the contract; null: no end';
comment on column isms.supplier.requirements is 'Security requirements agreed (A.5.20)';
comment on column isms.supplier.exit_plan is 'How to leave (A.5.22, A.5.23)';
comment on column isms.supplier.review_every is 'Time from one review to the next (A.5.22)';
comment on column isms.supplier.reviewed_on is 'Last review; the newest of isms.supplier_review, or entered for one before there was a record';
comment on column isms.supplier.ended_on is 'Day on which the relation ended; null: it stands';
comment on column isms.supplier.custom is 'Fields of the organisation''s own';
comment on column isms.supplier.created_by is 'Person who recorded it';

comment on constraint supplier_review_every_positive on isms.supplier is 'review_every is more than nothing, at most a hundred years, and no part of it is below zero';

create index supplier_owner_idx on isms.supplier (owner);

create sequence isms.supplier_code;

comment on sequence isms.supplier_code is 'Numbers for codes of suppliers';

create trigger fill_code before insert on isms.supplier
  for each row when (new.code is null) execute function isms.fill_code('SU');

create trigger not_in_future before insert or update of reviewed_on on isms.supplier
  for each row when (new.reviewed_on > isms.today(new.scope)) execute function isms.not_in_future('reviewed_on');

-- A register of another clause may be named by its key before there is one.
create function isms.refers_to_register() returns trigger
  language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
  wanted text := to_jsonb(new) ->> tg_argv[0];
  found_it boolean;
begin
  if to_regclass(format('isms.%I', tg_argv[1])) is not null then
    execute format('select exists (select from isms.%I t where t.scope = $1 and t.code = $2)', tg_argv[1]) into found_it using new.scope, wanted;
    if not found_it then
      raise exception using
        errcode = 'foreign_key_violation',
        message = format('%s %s names %s %s, which does not exist in scope %s', replace(tg_table_name, '_', ' '), new.code, replace(tg_argv[1], '_', ' '), wanted, new.scope),
        hint = format('Record it first, or correct %s.%s; see isms.%s.', tg_table_name, tg_argv[0], tg_argv[1]),
        schema = tg_table_schema, table = tg_table_name, column = tg_argv[0], constraint = tg_name;
    end if;
  end if;
  return null;
end
$$;

comment on function isms.refers_to_register() is 'AFTER trigger: the column named by the first argument must hold the code of a row of the table named by the second, of the same scope, where there is such a table. Errors: 23503';

create trigger process after insert or update of scope, process on isms.supplier
  for each row when (new.process is not null) execute function isms.refers_to_register('process', 'process');

create table isms.supplier_asset (
  scope text not null default isms.default_scope(),
  supplier text not null,
  asset text not null,
  access text,
  constraint supplier_asset_pkey primary key (scope, supplier, asset),
  constraint supplier_asset_supplier_fkey foreign key (scope, supplier) references isms.supplier on update cascade on delete cascade,
  constraint supplier_asset_asset_fkey foreign key (scope, asset) references isms.asset on update cascade
);

comment on table isms.supplier_asset is 'Which assets a supplier provides, holds or can reach (A.5.19, A.5.21)';
comment on column isms.supplier_asset.scope is 'Scope';
comment on column isms.supplier_asset.supplier is 'Supplier';
comment on column isms.supplier_asset.asset is 'Asset';
comment on column isms.supplier_asset.access is 'What it can do with it';

create index supplier_asset_asset_idx on isms.supplier_asset (scope, asset);

create table isms.supplier_review (
  scope text not null default isms.default_scope(),
  supplier text not null,
  reviewed_on date not null,
  reviewer text default isms.actor() constraint supplier_review_reviewer_fkey references isms.person on update cascade,
  basis text not null constraint supplier_review_basis_given check (basis ~ '\S'),
  result text not null constraint supplier_review_result_known check (result in ('satisfactory', 'concerns', 'unsatisfactory')),
  findings text,
  follow_up text,
  created_by text default isms.actor(),
  constraint supplier_review_pkey primary key (scope, supplier, reviewed_on),
  constraint supplier_review_supplier_fkey foreign key (scope, supplier) references isms.supplier on update cascade,
  constraint supplier_review_follow_up_named check (result = 'satisfactory' or coalesce(follow_up, '') ~ '\S')
);

comment on table isms.supplier_review is 'Reviews of suppliers: what was looked at and what came of it (A.5.22)';
comment on column isms.supplier_review.scope is 'Scope';
comment on column isms.supplier_review.supplier is 'Supplier';
comment on column isms.supplier_review.reviewed_on is 'When; today in the scope unless stated';
comment on column isms.supplier_review.reviewer is 'Who reviewed';
comment on column isms.supplier_review.basis is 'What was looked at: report, certificate, audit, measurements';
comment on column isms.supplier_review.result is 'satisfactory, concerns or unsatisfactory';
comment on column isms.supplier_review.findings is 'What was found';
comment on column isms.supplier_review.follow_up is 'What follows; needed where it was not satisfactory';
comment on column isms.supplier_review.created_by is 'Person who recorded it';

create index supplier_review_reviewer_idx on isms.supplier_review (reviewer);

create function isms.supplier_review_today() returns trigger
  language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
  new.reviewed_on := isms.today(new.scope);
  return new;
end
$$;

comment on function isms.supplier_review_today() is 'BEFORE INSERT trigger for reviews without a date: today in their scope';

create trigger fill_date before insert on isms.supplier_review
  for each row when (new.reviewed_on is null) execute function isms.supplier_review_today();

create trigger not_in_future before insert or update of reviewed_on on isms.supplier_review
  for each row when (new.reviewed_on > isms.today(new.scope)) execute function isms.not_in_future('reviewed_on');

create function isms.supplier_reviewed() returns trigger
  language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
  if tg_op <> 'INSERT' then
    update isms.supplier s
       set reviewed_on = (select max(r.reviewed_on) from isms.supplier_review r where r.scope = s.scope and r.supplier = s.code)
     where s.scope = old.scope and s.code = old.supplier and s.reviewed_on = old.reviewed_on;
  end if;
  if tg_op <> 'DELETE' then
    update isms.supplier s
       set reviewed_on = new.reviewed_on
     where s.scope = new.scope and s.code = new.supplier and coalesce(s.reviewed_on < new.reviewed_on, true);
  end if;
  return null;
end
$$;

comment on function isms.supplier_reviewed() is 'AFTER trigger: a supplier''s reviewed_on is its newest review';

create trigger reviewed after insert or update of reviewed_on or delete on isms.supplier_review
  for each row execute function isms.supplier_reviewed();

create view isms.supplier_status with (security_invoker = true) as
  select s.scope,
         s.code,
         s.title,
         s.kind,
         s.what,
         s.outsourced,
         s.owner,
         p.name as owner_name,
         s.agreement_until,
         s.reviewed_on,
         n.next_review,
         l.result as last_result,
         case when coalesce(s.ended_on <= d.today, false) then 'ended' when f.problems is null then 'in control' else 'open' end as standing,
         case when coalesce(s.ended_on <= d.today, false) then null else f.problems end as problems
    from isms.supplier s
    join isms.scope_day d on d.scope = s.scope
    left join isms.person p on p.code = s.owner
    left join lateral (
      select r.result
        from isms.supplier_review r
       where r.scope = s.scope and r.supplier = s.code
       order by r.reviewed_on desc
       limit 1) l on true
    cross join lateral (select (s.reviewed_on + s.review_every)::date as next_review) n
    cross join lateral (
      select nullif(concat_ws('; ',
        case when s.owner is null then 'nobody is responsible' end,
        case when coalesce(s.control_method, '') !~ '\S' then 'no control method' end,
        case when s.review_every is null then 'no interval of review' end,
        case when s.agreement_until < d.today then 'the agreement ended' end,
        case when s.reviewed_on is null then 'never reviewed' when n.next_review < d.today then 'review overdue' end,
        case when l.result <> 'satisfactory' then 'last review: ' || l.result end), '') as problems) f;

comment on view isms.supplier_status is 'Suppliers, whether each is under control today, and what is missing (8.1, A.5.22)';
comment on column isms.supplier_status.scope is 'Scope';
comment on column isms.supplier_status.code is 'Supplier';
comment on column isms.supplier_status.title is 'Name of the supplier';
comment on column isms.supplier_status.kind is 'Kind';
comment on column isms.supplier_status.what is 'What is provided';
comment on column isms.supplier_status.outsourced is 'Is it a process of our own?';
comment on column isms.supplier_status.owner is 'Person responsible for the relation';
comment on column isms.supplier_status.owner_name is 'Name';
comment on column isms.supplier_status.agreement_until is 'Last day of the contract';
comment on column isms.supplier_status.reviewed_on is 'Last review';
comment on column isms.supplier_status.next_review is 'Next review';
comment on column isms.supplier_status.last_result is 'Result of the last review: satisfactory, concerns or unsatisfactory';
comment on column isms.supplier_status.standing is 'in control, open (see problems) or ended';
comment on column isms.supplier_status.problems is 'What keeps it from being under control, in words; null: nothing';

insert into isms.evidence_subject (kind, table_name, builtin) values ('supplier', 'supplier', true);

-- What is to be done about one is an action.
insert into isms.action_subject (kind, table_name, builtin) values ('supplier', 'supplier', true);

insert into isms.due_source (name, query, builtin) values
  ('supplier', $$select s.scope, 'supplier', s.code, s.title, s.owner, w.what, w.due
                   from isms.supplier_status s
                  cross join lateral (values (case when s.reviewed_on is null then 'first review' else 'review' end, s.next_review), ('agreement ends', s.agreement_until)) w(what, due)
                  where s.standing <> 'ended' and (w.due is not null or w.what = 'first review')$$, true);

-- A.6.5: who leaves hands these over.
insert into isms.owned_table (schema_name, table_name, person_column, role, state_column, ended_states, builtin) values
  ('isms', 'supplier', 'owner', null, null, '{}', true);
