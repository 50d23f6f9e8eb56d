-- 6.3, 8.1, A.8.32: changes, planned, in an emergency, or discovered after they happened.
create table isms.change (
  scope text not null default isms.default_scope() constraint change_scope_fkey references isms.scope on update cascade,
  code text not null constraint change_code_form check (code ~ '^[^[:space:]]+( [^[:space:]]+)*$'),
  title text not null constraint change_title_given check (title ~ '\S'),
  status text not null default 'requested',
  kind text not null default 'operational' constraint change_kind_given check (kind ~ '\S'),
  description text,
  owner text constraint change_owner_fkey references isms.person on update cascade,
  approver text constraint change_approver_fkey references isms.person on update cascade,
  implementer text constraint change_implementer_fkey references isms.person on update cascade,
  purpose text,
  consequences text,
  isms_effect text,
  changes_scope boolean,
  changes_policy boolean,
  risks text[] not null default '{}',
  no_risk_reason text,
  requested_on date not null,
  planned_from date,
  planned_until date,
  test_plan text,
  rollback_plan text,
  no_rollback_reason text,
  emergency boolean not null default false,
  emergency_reason text,
  approval_due date,
  test_result text constraint change_test_result_known check (test_result in ('pass', 'fail')),
  implemented_on date,
  effects_reviewed text,
  effects_reviewed_on date,
  records_updated text,
  custom jsonb not null default '{}' constraint change_custom_object check (jsonb_typeof(custom) = 'object'),
  created_by text default isms.actor(),
  constraint change_pkey primary key (scope, code)
);

comment on table isms.change is 'Changes of the ISMS (6.3) and of what it protects (8.1, A.8.32): planned, in an emergency, or discovered';
comment on column isms.change.scope is 'Scope';
comment on column isms.change.code is 'Key in the scope';
comment on column isms.change.title is 'What changes';
comment on column isms.change.status is 'State in workflow change';
comment on column isms.change.kind is 'isms, operational, unintended (discovered after it happened), or a kind of the organisation''s own; isms.kind_approver says who approves it';
comment on column isms.change.description is 'Description';
comment on column isms.change.owner is 'Person responsible';
comment on column isms.change.approver is 'Person who approves: beforehand, or in the review of what could not wait';
comment on column isms.change.implementer is 'Person who carries it out';
comment on column isms.change.purpose is 'Purpose; of an unintended change, how it came about';
comment on column isms.change.consequences is 'Possible consequences';
comment on column isms.change.isms_effect is 'Effect on documents, controls, roles and resources';
comment on column isms.change.changes_scope is 'Does it change the scope of the ISMS? Null: not said, and taken for yes when it is approved';
comment on column isms.change.changes_policy is 'Does it change the policy? Null: not said, and taken for yes when it is approved';
comment on column isms.change.risks is 'Keys of the risks it affects';
comment on column isms.change.no_risk_reason is 'Why no risk is affected';
comment on column isms.change.requested_on is 'When it was asked for or discovered; today in the scope unless stated';
comment on column isms.change.planned_from is 'First day of the window planned';
comment on column isms.change.planned_until is 'Last day of it';
comment on column isms.change.test_plan is 'How it is tested';
comment on column isms.change.rollback_plan is 'The way back';
comment on column isms.change.no_rollback_reason is 'Why there is no way back';
comment on column isms.change.emergency is 'Can it not wait for approval?';
comment on column isms.change.emergency_reason is 'Why';
comment on column isms.change.approval_due is 'Day by which an emergency is approved after the fact';
comment on column isms.change.test_result is 'pass or fail';
comment on column isms.change.implemented_on is 'When it was made, or happened';
comment on column isms.change.effects_reviewed is 'What the review of its consequences found, and what was done against unintended ones';
comment on column isms.change.effects_reviewed_on is 'When';
comment on column isms.change.records_updated is 'Which documents, lines of the statement of applicability and inventories were updated, or that none is touched';
comment on column isms.change.custom is 'Fields of the organisation''s own';
comment on column isms.change.created_by is 'Person who recorded it';

create index change_owner_idx on isms.change (owner);

create index change_approver_idx on isms.change (approver);

create index change_implementer_idx on isms.change (implementer);

create sequence isms.change_code;

comment on sequence isms.change_code is 'Numbers for codes of changes';

create trigger fill_code before insert on isms.change
  for each row when (new.code is null) execute function isms.fill_code('C');

-- A default could only be the session's day.
create function isms.change_requested_today() returns trigger
  language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
  new.requested_on := isms.today(new.scope);
  return new;
end
$$;

comment on function isms.change_requested_today() is 'BEFORE INSERT trigger for changes without a date: today in their scope';

create trigger fill_date before insert on isms.change
  for each row when (new.requested_on is null) execute function isms.change_requested_today();

create trigger not_in_future before insert or update of requested_on on isms.change
  for each row when (new.requested_on > isms.today(new.scope)) execute function isms.not_in_future('requested_on');

-- An array of keys can have no foreign key; this trigger refuses what names nothing.
create function isms.refers_to_rows() returns trigger
  language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
  record jsonb := to_jsonb(new);
  missing text;
begin
  execute format('select string_agg(k, '', '' order by k) from jsonb_array_elements_text($2) k where not exists (select from isms.%I t where t.scope = $1 and t.code = k)', tg_argv[1])
     into missing using new.scope, record -> tg_argv[0];
  if missing is not null then
    raise exception using
      errcode = 'foreign_key_violation',
      message = format('%s %s names %s %s, which %s not exist in scope %s', tg_table_name, new.code, tg_argv[1], missing, case when missing like '%,%' then 'do' else 'does' end, new.scope),
      hint = format('Record it first, or correct %s.%s; see isms.%s.', tg_table_name, tg_argv[0], tg_argv[1]),
      schema = tg_table_schema, table = tg_table_name, column = tg_argv[0], constraint = tg_name;
  end if;
  return null;
end
$$;

comment on function isms.refers_to_rows() is 'AFTER trigger: the array column named by the first argument must hold codes of rows of the table named by the second, of the same scope. Errors: 23503';

create trigger risks after insert or update of scope, risks on isms.change
  for each row when (new.risks <> '{}') execute function isms.refers_to_rows('risks', 'risk');

create table isms.change_asset (
  scope text not null default isms.default_scope(),
  change text not null,
  asset text not null,
  what text,
  constraint change_asset_pkey primary key (scope, change, asset),
  constraint change_asset_change_fkey foreign key (scope, change) references isms.change on update cascade,
  constraint change_asset_asset_fkey foreign key (scope, asset) references isms.asset on update cascade
);

comment on table isms.change_asset is 'Which assets a change touches; part of what is approved';
comment on column isms.change_asset.scope is 'Scope';
comment on column isms.change_asset.change is 'Change';
comment on column isms.change_asset.asset is 'Asset';
comment on column isms.change_asset.what is 'What changes about it';

create index change_asset_asset_idx on isms.change_asset (scope, asset);

create view isms.change_status with (security_invoker = true) as
  select c.scope,
         c.code,
         c.title,
         c.kind,
         c.emergency,
         c.status,
         c.owner,
         o.name as owner_name,
         c.requested_on,
         c.planned_from,
         c.planned_until,
         c.implemented_on,
         a.approved_on,
         case
           when c.status in ('closed', 'rejected', 'cancelled') then 'ended'
           when c.status in ('implemented', 'rolled_back') and a.approved_on is null then 'approval outstanding'
           when c.status in ('implemented', 'rolled_back') then 'to be reviewed'
           when c.status = 'approved' and c.planned_until < d.today then 'window missed'
           when c.status = 'approved' and c.planned_from <= d.today then 'to be made'
           when c.status = 'approved' then 'planned'
           when c.status = 'assessed' then 'to be approved'
           else 'to be assessed'
         end as standing,
         case
           when c.status in ('implemented', 'rolled_back') and a.approved_on is null then c.approval_due
           when c.status = 'approved' then c.planned_until
         end as due
    from isms.change c
    join isms.scope_day d on d.scope = c.scope
    join isms.scope s on s.code = c.scope
    left join isms.person o on o.code = c.owner
    left join lateral (
      select max((r.closed_at at time zone s.time_zone)::date) as approved_on
        from isms.approval_request r
       where r.scope = c.scope and r.table_name = 'isms.change' and r.key = c.code and r.transition in ('approve', 'review') and r.status = 'carried_out') a on true;

comment on view isms.change_status is 'Changes with what is to happen next: what was made unapproved, what missed its window';
comment on column isms.change_status.scope is 'Scope';
comment on column isms.change_status.code is 'Change';
comment on column isms.change_status.title is 'What changes';
comment on column isms.change_status.kind is 'Kind';
comment on column isms.change_status.emergency is 'Was it made without waiting for approval?';
comment on column isms.change_status.status is 'State in workflow change';
comment on column isms.change_status.owner is 'Person responsible';
comment on column isms.change_status.owner_name is 'Name';
comment on column isms.change_status.requested_on is 'When it was asked for or discovered';
comment on column isms.change_status.planned_from is 'First day of the window planned';
comment on column isms.change_status.planned_until is 'Last day of it';
comment on column isms.change_status.implemented_on is 'When it was made, or happened';
comment on column isms.change_status.approved_on is 'When it was approved, before or after; null: it was not';
comment on column isms.change_status.standing is 'to be assessed, to be approved, planned, to be made, window missed, approval outstanding (made without approval), to be reviewed, or ended';
comment on column isms.change_status.due is 'Last day for that, where there is one';

insert into isms.evidence_subject (kind, table_name, builtin) values ('change', 'change', true);

-- 8.1: what is to be done for a change, or against its consequences, is an action.
insert into isms.action_subject (kind, table_name, builtin) values ('change', 'change', true);

do $$
begin
  perform isms.attach_workflow('isms.change', 'change', 'status', covers => '{
    "isms.change_asset": {"on": {"scope": "scope", "change": "code"}}}');
end
$$;

insert into isms.due_source (name, query, builtin) values
  ('change', $$select c.scope, 'change', c.code, c.title, case when c.status = 'approved' then x.implementer else c.owner end, c.standing, c.due
                 from isms.change_status c
                 join isms.change x on x.scope = c.scope and x.code = c.code
                where c.standing not in ('ended', 'planned')$$, true);

-- A.6.5: who leaves hands these over.
insert into isms.owned_table (schema_name, table_name, person_column, role, state_column, ended_states, builtin) values
  ('isms', 'change', 'owner', null, 'status', '{closed,rejected,cancelled}', true),
  ('isms', 'change', 'approver', null, 'status', '{approved,closed,rejected,cancelled}', true),
  ('isms', 'change', 'implementer', null, 'status', '{implemented,rolled_back,closed,rejected,cancelled}', true);
