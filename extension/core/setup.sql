-- Database roles are the cluster's, not the extension's: made and granted by call, never by the install script.
create table isms.database_role (
  role_name text constraint database_role_pkey primary key,
  purpose text not null,
  member_of text[] not null default '{}',
  builtin boolean not null default false
);

comment on table isms.database_role is 'Database roles isms.setup_roles() makes';
comment on column isms.database_role.role_name is 'Role';
comment on column isms.database_role.purpose is 'What its members may do';
comment on column isms.database_role.member_of is 'Roles it is a member of';
comment on column isms.database_role.builtin is 'Shipped with the extension';

insert into isms.database_role (role_name, purpose, member_of, builtin) values
  ('isms_reader', 'Reads the scopes in which the person behind the login holds a role', '{}', true),
  ('isms_editor', 'Writes registers, requests and approves, as far as the workflows let the person', '{isms_reader}', true),
  ('isms_trail_reader', 'Reads the whole trail, all scopes', '{isms_reader}', true),
  ('isms_application', 'An application that names the person it acts for by the setting isms.actor', '{isms_editor}', true),
  ('isms_admin', 'Administers people, logins and scopes; sees all scopes', '{isms_editor,isms_trail_reader}', true);

create function isms.setup_roles() returns setof text
  language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
  r record;
  bad text;
begin
  select string_agg(p.rolname, ', ' order by p.rolname)
    into bad
    from isms.database_role d
    join pg_roles p on p.rolname = d.role_name
   where p.rolcanlogin or p.rolsuper or p.rolcreaterole or p.rolcreatedb or p.rolreplication or p.rolbypassrls;
  if bad is not null then
    raise exception using
      errcode = 'invalid_role_specification',
      message = format('role %s exists with rights isms does not give', bad),
      detail = 'The roles of isms have neither login nor any attribute.',
      hint = format('Rename it, or: alter role %s nologin nosuperuser nocreaterole nocreatedb noreplication nobypassrls', bad);
  end if;
  for r in select d.role_name, d.member_of from isms.database_role d order by cardinality(d.member_of), d.role_name loop
    if not exists (select from pg_roles p where p.rolname = r.role_name) then
      execute format('create role %I nologin', r.role_name);
      return next r.role_name;
    end if;
  end loop;
  for r in select d.role_name, m.member_of from isms.database_role d, unnest(d.member_of) m(member_of) loop
    if not pg_has_role(r.role_name, r.member_of, 'member') then
      execute format('grant %I to %I', r.member_of, r.role_name);
    end if;
  end loop;
end
$$;

comment on function isms.setup_roles() is 'Makes the database roles of isms that do not exist yet and returns their names. Errors: 0P000 when one exists with rights it should not have';

-- Who may call what follows from what a function is: reading functions for readers, writing ones for editors, those named here for administrators.
create table isms.admin_function (
  name text constraint admin_function_pkey primary key,
  builtin boolean not null default false
);

comment on table isms.admin_function is 'Functions that only isms_admin is granted';
comment on column isms.admin_function.name is 'Function name in schema isms';
comment on column isms.admin_function.builtin is 'Shipped with the extension';

insert into isms.admin_function (name, builtin) values
  ('setup', true), ('setup_roles', true), ('grant_roles', true), ('revoke_roles', true), ('activate', true), ('enable_triggers', true);

-- Tables written by functions of isms alone, never directly by an editor.
create table isms.closed_table (
  name text constraint closed_table_pkey primary key,
  readable boolean not null,
  builtin boolean not null default false
);

comment on table isms.closed_table is 'Tables that editors may not write directly';
comment on column isms.closed_table.name is 'Table in schema isms';
comment on column isms.closed_table.readable is 'May isms_reader read it?';
comment on column isms.closed_table.builtin is 'Shipped with the extension';

insert into isms.closed_table (name, readable, builtin) values
  ('scope', true, true), ('person', true, true), ('login', false, true), ('role', true, true),
  ('error_code', true, true), ('activation', true, true), ('activation_step', true, true),
  ('database_role', true, true), ('admin_function', true, true), ('closed_table', true, true);

-- Tables without a column scope that everybody reads whole and editors write, as far as the table's own row security lets them.
create table isms.open_table (
  name text constraint open_table_pkey primary key,
  builtin boolean not null default false
);

comment on table isms.open_table is 'Tables without a scope that everybody may read whole and editors may write, where their row security lets them';
comment on column isms.open_table.name is 'Table in schema isms';
comment on column isms.open_table.builtin is 'Shipped with the extension';

insert into isms.closed_table (name, readable, builtin) values ('open_table', true, true);

create function isms.grant_roles() returns text
  language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
  t record;
  f record;
begin
  grant usage on schema isms to isms_reader;
  for t in
    select c.oid::regclass as relation, c.relkind, k.name is not null as closed, coalesce(k.readable, true) as readable,
           exists (select from pg_depend i where i.classid = 'pg_class'::regclass and i.objid = c.oid and i.deptype = 'i') as identity,
           exists (select from isms.import_kind i where c.relname = 'import_' || i.kind) as ready,
           exists (select from pg_attribute a where a.attrelid = c.oid and a.attname = 'scope' and not a.attisdropped)
             or exists (select from isms.open_table o where o.name = c.relname) as to_be_written,
           (select string_agg(quote_ident(a.attname), ', ') filter (where a.attidentity = '') from pg_attribute a where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped having bool_or(a.attidentity <> '')) as columns
      from pg_class c
      join pg_depend d on d.classid = 'pg_class'::regclass and d.objid = c.oid and d.deptype = 'e'
      join pg_extension e on e.oid = d.refobjid and d.refclassid = 'pg_extension'::regclass and e.extname = 'isms'
      left join isms.closed_table k on k.name = c.relname
     where c.relkind in ('r', 'p', 'v', 'S')
  loop
    if t.relkind = 'S' then
      -- Numbers for codes; the server takes those of identity columns itself.
      if not t.closed and not t.identity then
        execute format('grant usage on sequence %s to isms_editor', t.relation);
      end if;
    else
      if t.readable then
        execute format('grant select on %s to isms_reader', t.relation);
      end if;
      if t.relkind = 'r' and t.to_be_written and not t.closed then
        execute format('grant update, delete on %s to isms_editor', t.relation);
        -- A number that is larger than any to come would be the latest for good: those of identity columns are the database's.
        execute format('revoke insert on %s from isms_editor', t.relation);
        execute format('grant insert%s on %s to isms_editor', ' (' || t.columns || ')', t.relation);
      end if;
      if t.ready then
        execute format('grant insert, delete on %s to isms_editor', t.relation);
      end if;
    end if;
  end loop;
  grant select, insert, update, delete on isms.scope, isms.person, isms.login, isms.actor_source, isms.application_user, isms.health_limit to isms_admin;
  grant update (name, email, kind, custom) on isms.person to isms_editor;
  for f in
    select p.oid::regprocedure as signature, p.prokind,
           case when a.name is not null then 'isms_admin' when p.provolatile = 'v' then 'isms_editor' else 'isms_reader' end as grantee
      from pg_proc p
      join pg_depend d on d.classid = 'pg_proc'::regclass and d.objid = p.oid and d.deptype = 'e'
      join pg_extension e on e.oid = d.refobjid and d.refclassid = 'pg_extension'::regclass and e.extname = 'isms'
      left join isms.admin_function a on a.name = p.proname
     where p.prorettype <> 'trigger'::regtype
  loop
    execute format('grant execute on routine %s to %I', f.signature, f.grantee);
  end loop;
  grant set on parameter isms.actor to isms_application;
  return 'rights granted to isms_reader, isms_editor, isms_trail_reader, isms_application and isms_admin';
end
$$;

comment on function isms.grant_roles() is 'Grants the database roles their rights; to be called again after ALTER EXTENSION isms UPDATE';

create function isms.revoke_roles() returns text
  language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
  r record;
begin
  for r in select d.role_name from isms.database_role d join pg_roles p on p.rolname = d.role_name loop
    execute format('revoke all on all tables in schema isms from %I', r.role_name);
    execute format('revoke all on all sequences in schema isms from %I', r.role_name);
    execute format('revoke all on all routines in schema isms from %I', r.role_name);
    execute format('revoke all on schema isms from %I', r.role_name);
    execute format('revoke set on parameter isms.actor from %I', r.role_name);
  end loop;
  return 'rights revoked; the roles can be dropped';
end
$$;

comment on function isms.revoke_roles() is 'Takes the rights of the database roles away again, before they are dropped';

-- What a new scope needs beyond its row; each room registers its own: function(scope text).
create table isms.setup_step (
  step text constraint setup_step_pkey primary key,
  position integer not null,
  procedure text not null,
  builtin boolean not null default false
);

comment on table isms.setup_step is 'Functions that isms.setup() calls for a new scope, in order of position';
comment on column isms.setup_step.step is 'Name';
comment on column isms.setup_step.position is 'Order';
comment on column isms.setup_step.procedure is 'Function with the scope''s code as its argument, schema-qualified, without parentheses';
comment on column isms.setup_step.builtin is 'Shipped with the extension';

insert into isms.closed_table (name, readable, builtin) values ('setup_step', true, true);

create function isms.setup(scope text, name text, person text, person_name text, email text default null) returns text
  language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
  made text;
  step record;
begin
  if exists (select from isms.scope s where s.code = setup.scope) then
    raise exception using
      errcode = 'unique_violation',
      message = format('scope %s is there already', setup.scope),
      hint = 'Its people are added by isms.add_person; isms.setup founds a new scope.',
      schema = 'isms', table = 'scope', column = 'code', constraint = 'scope_pkey';
  end if;
  select string_agg(r, ', ') into made from isms.setup_roles() r;
  -- Rights after triggers: a GRANT changes a table's row in pg_class without its lock, and an ANALYZE that waits for that
  -- row holds the lock that triggers need.
  perform isms.activate();
  perform isms.grant_roles();
  perform set_config('isms.scope', setup.scope, true);
  insert into isms.scope (code, name, time_zone)
  values (setup.scope, setup.name, case when current_setting('TimeZone') in (select z.name from pg_timezone_names z) then current_setting('TimeZone') else 'UTC' end);
  insert into isms.person (code, name, email) values (setup.person, setup.person_name, setup.email)
  on conflict (code) do nothing;
  insert into isms.login (role_name, person) values (session_user, setup.person)
  on conflict (role_name) do nothing;
  if (select l.person from isms.login l where l.role_name = session_user) <> setup.person then
    raise exception using
      errcode = 'IS022',
      message = format('login %s is not %s', session_user, setup.person),
      detail = format('login: %s is %s already', session_user, (select l.person from isms.login l where l.role_name = session_user)),
      hint = 'Call isms.setup with that person, or log in as another role.';
  end if;
  insert into isms.role_assignment (scope, person, role, status) values
    (setup.scope, setup.person, 'top_management', 'active'),
    (setup.scope, setup.person, 'isms_manager', 'active');
  for step in select s.procedure from isms.setup_step s order by s.position loop
    execute format('select %s($1)', step.procedure) using setup.scope;
  end loop;
  -- Every view joins it, and the planner takes a table it knows nothing of for hundreds of rows.
  analyze isms.scope;
  return format('isms is ready: %s, the rules and the trail are on, scope %s (%s) has an approved 5x5 risk method, you are %s (isms_manager, top_management)',
                case when made is null then 'database roles were there' else 'database roles ' || made || ' made' end,
                setup.scope, setup.name, setup.person_name);
end
$$;

comment on function isms.setup(text, text, text, text, text) is 'Makes roles, activates, founds a scope with an approved copy of the shipped method, and makes the caller its first isms_manager and top_management; for the extension''s owner. Call it again for another scope';

-- 5.3: proposes, and appoints where the caller may and no other approval is needed.
create function isms.appoint(person text, role text) returns text
  language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
  in_scope text := isms.default_scope();
  assignment text;
begin
  -- Who holds the role is not given it twice; what was rejected is asked for anew.
  select a.code into assignment
    from isms.role_assignment a
   where a.scope = in_scope and a.person = appoint.person and a.role = appoint.role and a.status in ('proposed', 'active')
     and coalesce(a.valid_until, 'infinity') >= isms.today(a.scope)
   order by a.status, a.code
   limit 1;
  if assignment is null then
    insert into isms.role_assignment (scope, person, role) values (in_scope, appoint.person, appoint.role) returning code into assignment;
  end if;
  if (select a.status from isms.role_assignment a where a.scope = in_scope and a.code = assignment) = 'proposed' then
    perform isms.request('isms.role_assignment', assignment, 'appoint');
  end if;
  return (select a.status from isms.role_assignment a where a.scope = in_scope and a.code = assignment);
end
$$;

comment on function isms.appoint(text, text) is 'Proposes a person for a role in the default scope and asks for the appointment; returns active, or proposed while top management has to approve. A role the person holds already stays as it is. Errors: as isms.request';

create function isms.add_person(code text, name text, email text default null, login text default null, roles text[] default '{}', kind text default 'human') returns text
  language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
  -- definer: an ISMS manager may add people without being a database administrator
declare
  in_scope text := isms.default_scope();
  me text := isms.actor();
  r text;
  grantee text := case when roles <@ '{external_auditor}' then 'isms_reader' else 'isms_editor' end;
  waiting text[] := '{}';
begin
  if not (isms.has_database_role('isms_admin') or isms.holds_role(me, 'isms_manager', in_scope) or isms.holds_role(me, 'top_management', in_scope)) then
    raise exception using
      errcode = 'IS002',
      message = format('%s may not add people to scope %s', coalesce(isms.person_name(me), session_user), in_scope),
      detail = 'actor: an ISMS manager or top management of the scope does (5.3)',
      hint = 'Ask ' || coalesce((select string_agg(distinct isms.person_name(a.person), ' or ') from isms.role_assignment a where a.scope = in_scope and a.scope = any (isms.visible_scopes()) and a.role = 'isms_manager' and isms.holds_role(a.person, a.role, a.scope)), 'an administrator') || '.';
  end if;
  if exists (select from unnest(roles) u(r) where not exists (select from isms.role x where x.code = u.r)) then
    raise exception using
      errcode = 'invalid_parameter_value',
      message = format('unknown role: %s', (select string_agg(u.r, ', ') from unnest(roles) u(r) where not exists (select from isms.role x where x.code = u.r))),
      hint = 'Roles are ' || (select string_agg(x.code, ', ' order by x.code) from isms.role x) || '.';
  end if;
  if exists (select from isms.person p where p.code = add_person.code) then
    raise exception using
      errcode = 'unique_violation',
      message = format('person %s is there already', add_person.code),
      hint = 'isms.appoint gives roles, isms.login ties logins; another person needs another code.',
      schema = 'isms', table = 'person', column = 'code', constraint = 'person_pkey';
  end if;
  insert into isms.person (code, name, email, kind) values (add_person.code, add_person.name, add_person.email, add_person.kind);
  if login is not null then
    if not exists (select from pg_roles p where p.rolname = login) then
      raise exception using
        errcode = 'undefined_object',
        message = format('role "%s" does not exist', login),
        hint = format('create role %I login', login);
    end if;
    -- A login with rights beyond those of isms is the administrator's to hand out: the definer's right to grant must not be lent.
    if exists (
      select
        from pg_roles p
       where p.rolname = login
         and (not p.rolcanlogin
              or not isms.has_database_role('isms_admin')
                 and (p.rolsuper or p.rolcreaterole or p.rolcreatedb or p.rolreplication or p.rolbypassrls
                      or exists (select from pg_roles g where g.rolname in ('isms_admin', 'isms_application', 'isms_trail_reader') and pg_has_role(p.oid, g.oid, 'member'))))) then
      raise exception using
        errcode = 'IS022',
        message = format('login %s is not %s''s to give to a person', login, coalesce(isms.person_name(me), session_user)),
        detail = 'login: it is no login, or has rights of its own beyond reading and editing',
        hint = 'An administrator ties it: see table isms.login.';
    end if;
    insert into isms.login (role_name, person) values (login, add_person.code);
    execute format('grant %I to %I', grantee, login);
  end if;
  foreach r in array roles loop
    if isms.appoint(add_person.code, r) = 'proposed' then
      waiting := waiting || r;
    end if;
  end loop;
  return format('%s added%s%s', add_person.name,
                case when roles = '{}' then '' else ' as ' || array_to_string(roles, ', ') end,
                case when waiting = '{}' then '' else format('; %s waits for top management''s approval', array_to_string(waiting, ', ')) end);
end
$$;

comment on function isms.add_person(text, text, text, text, text[], text) is 'Adds a person to the default scope, ties the login to it and proposes and, where the caller may, makes the appointments. For an isms_manager, top_management or isms_admin. Errors: IS002, 22023 unknown role, 23505 the code is somebody''s, 42704 no such login, IS022 a login with rights of its own';
