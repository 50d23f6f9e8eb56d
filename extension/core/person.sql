-- People are known by a short code; what is personal about them stays in this one table.
create table isms.person (
  code text constraint person_pkey primary key constraint person_code_form check (code ~ '^[[:alnum:]][[:alnum:]_.-]{0,39}$'),
  name text not null constraint person_name_given check (name ~ '\S'),
  email text constraint person_email_form check (email ~ '^[^@[:space:]]+@[^@[:space:]]+$'),
  kind text not null default 'human' constraint person_kind_known check (kind in ('human', 'service')),
  active_from date,
  active_until date constraint person_active_order check (active_until >= active_from),
  custom jsonb not null default '{}' constraint person_custom_object check (jsonb_typeof(custom) = 'object')
);

comment on table isms.person is 'People and service accounts that own, act or approve (5.3)';
comment on column isms.person.code is 'Short key, used everywhere else; not an e-mail address';
comment on column isms.person.name is 'Name as shown in messages and reports';
comment on column isms.person.email is 'E-mail address';
comment on column isms.person.kind is 'human or service';
comment on column isms.person.active_from is 'First day active; null: from the beginning';
comment on column isms.person.active_until is 'Last day active; null: no end';
comment on column isms.person.custom is 'Fields of the organisation''s own';

create table isms.login (
  role_name text constraint login_pkey primary key,
  person text not null constraint login_person_fkey references isms.person on update cascade
);

comment on table isms.login is 'Which person a database role is; several logins may be one person''s';
comment on column isms.login.role_name is 'Database role, as text: roles are the cluster''s and may be missing after a restore';
comment on column isms.login.person is 'Person';

create index login_person_idx on isms.login (person);

-- 5.3: the roles an ISMS assigns.
create table isms.role (
  code text constraint role_pkey primary key,
  title text not null,
  clause text not null,
  governing boolean not null default false,
  builtin boolean not null default false
);

comment on table isms.role is 'Roles of the ISMS (5.3); not database roles';
comment on column isms.role.code is 'Key';
comment on column isms.role.title is 'Title';
comment on column isms.role.clause is 'Clause that asks for it';
comment on column isms.role.governing is 'Appointment needs top management''s approval';
comment on column isms.role.builtin is 'Shipped with the extension';

insert into isms.role (code, title, clause, governing, builtin) values
  ('top_management', 'Top management', '5.1', true, true),
  ('isms_manager', 'ISMS manager', '5.3', true, true),
  ('risk_owner', 'Risk owner', '6.1.2 c2', true, true),
  ('asset_owner', 'Asset owner', 'A.5.9', false, true),
  ('control_owner', 'Control owner', '6.1.3', false, true),
  ('process_owner', 'Process owner', '8.1', false, true),
  ('internal_auditor', 'Internal auditor', '9.2', true, true),
  ('external_auditor', 'External auditor', '9.2', false, true);

create table isms.role_assignment (
  scope text not null constraint role_assignment_scope_fkey references isms.scope on update cascade,
  code text not null constraint role_assignment_code_form check (code ~ '^[^[:space:]]+( [^[:space:]]+)*$'),
  person text not null constraint role_assignment_person_fkey references isms.person on update cascade,
  role text not null constraint role_assignment_role_fkey references isms.role,
  valid_from date,
  valid_until date constraint role_assignment_valid_order check (valid_until >= valid_from),
  status text not null default 'proposed',
  created_by text,
  constraint role_assignment_pkey primary key (scope, code)
);

comment on table isms.role_assignment is 'Who holds which role in which scope, from and until when (5.3); under the appointment workflow';
comment on column isms.role_assignment.scope is 'Scope';
comment on column isms.role_assignment.code is 'Key in the scope';
comment on column isms.role_assignment.person is 'Person appointed';
comment on column isms.role_assignment.role is 'Role';
comment on column isms.role_assignment.valid_from is 'First day; null: from the appointment on';
comment on column isms.role_assignment.valid_until is 'Last day; null: no end';
comment on column isms.role_assignment.status is 'State in workflow appointment';
comment on column isms.role_assignment.created_by is 'Person who proposed';

create index role_assignment_person_idx on isms.role_assignment (person, scope) include (role, status, valid_from, valid_until);

create function isms.holds_role(person text, role text, scope text) returns boolean
  language plpgsql stable parallel restricted set search_path = pg_catalog, pg_temp as $$
declare
  day date := isms.today(holds_role.scope);
begin
  return exists (
    select
      from isms.role_assignment a
      join isms.person p on p.code = a.person
     where a.person = holds_role.person
       and (a.role = holds_role.role or holds_role.role is null)
       and a.scope = holds_role.scope
       and a.status = 'active'
       and day between coalesce(a.valid_from, '-infinity') and coalesce(a.valid_until, 'infinity')
       and day between coalesce(p.active_from, '-infinity') and coalesce(p.active_until, 'infinity'));
end
$$;

comment on function isms.holds_role(text, text, text) is 'Does the person, active today, hold the role (null: any role) in the scope today? False for what the caller may not see';

-- The same for what views show of others, who held their roles when those views are turned back to.
create function isms.held_role(person text, role text, scope text) returns boolean
  language plpgsql stable parallel restricted set search_path = pg_catalog, pg_temp as $$
declare
  day date := isms.today(held_role.scope);
begin
  return exists (
    select
      from isms.role_assignment a
      join isms.person p on p.code = a.person
     where a.person = held_role.person
       and (a.role = held_role.role or held_role.role is null)
       and a.scope = held_role.scope
       and a.status = 'active'
       and day between coalesce(a.valid_from, '-infinity') and coalesce(a.valid_until, 'infinity')
       and day between coalesce(p.active_from, '-infinity') and coalesce(p.active_until, 'infinity'));
end
$$;

comment on function isms.held_role(text, text, text) is 'As isms.holds_role, but turned back by the setting isms.as_of: for views, never for rights';

create function isms.person_name(code text) returns text
  language sql stable strict parallel restricted set search_path = pg_catalog, pg_temp
begin atomic
  select coalesce((select p.name from isms.person p where p.code = person_name.code), person_name.code);
end;

comment on function isms.person_name(text) is 'Name of a person, or the code itself where the caller may see no such person';
