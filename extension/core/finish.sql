-- Last part: what every table and function of the extension gets.  One loop instead of the same four statements at each table.
do $$
declare
  t record;
  f record;
  g record;
begin
  -- Nothing for PUBLIC; isms.grant_roles() gives by role.
  for f in
    select p.oid::regprocedure as signature
      from pg_proc p
     where p.pronamespace = 'isms'::regnamespace
       -- the owner of an audited table must be able to add a partition; the second is in the condition of triggers, which whoever writes the table asks
       and p.oid not in ('isms.capture()'::regprocedure, 'isms.judges_row(oid, text, text)'::regprocedure)
  loop
    execute format('revoke all on routine %s from public', f.signature);
  end loop;

  -- A body that is kept as text is read anew in each session: a backslash in it is one, whatever the session says of literals.  In E'' it is one anyway.
  for f in
    select p.oid::regprocedure as signature
      from pg_proc p
      join pg_language l on l.oid = p.prolang and l.lanname = 'plpgsql'
     where p.pronamespace = 'isms'::regnamespace and regexp_replace(p.prosrc, 'E''[^'']*''', '', 'g') ~ E'\\\\'
  loop
    execute format('alter routine %s set standard_conforming_strings = on', f.signature);
  end loop;

  for t in
    select c.oid, c.relname, c.relkind,
           exists (select from pg_attribute a where a.attrelid = c.oid and a.attname = 'scope' and not a.attisdropped) as of_scope,
           exists (select from pg_attribute a where a.attrelid = c.oid and a.attname = 'builtin' and not a.attisdropped) as has_builtin
      from pg_class c
     where c.relnamespace = 'isms'::regnamespace and c.relkind in ('r', 'p', 'S')
     order by c.relname
  loop
    -- Users' rows go into dumps, shipped rows and the activation do not.
    if t.relname <> 'activation' then
      perform pg_extension_config_dump(t.oid, case when t.has_builtin then 'where not builtin' else '' end);
    end if;

    -- A scope's rows are seen by those who hold a role in it and written by those who hold more than an external auditor's.
    -- The list of scopes is asked for once a query, not once a row.
    if t.of_scope and not exists (select from pg_policy p where p.polrelid = t.oid) then
      execute format('alter table isms.%I enable row level security', t.relname);
      execute format('create policy read on isms.%I for select using (scope = any ((select isms.visible_scopes())::text[]))', t.relname);
      execute format('create policy add on isms.%I for insert with check (scope = any ((select isms.editable_scopes())::text[]))', t.relname);
      execute format('create policy change on isms.%I for update using (scope = any ((select isms.editable_scopes())::text[]))', t.relname);
      execute format('create policy remove on isms.%I for delete using (scope = any ((select isms.editable_scopes())::text[]))', t.relname);
    end if;
  end loop;

  perform isms.capture_attach();

  -- Rules and capture are off until isms.activate(): a plain restore must find no trigger that refuses or doubles rows.
  for g in
    select d.tgrelid::regclass as relation, d.tgname
      from pg_trigger d
      join pg_class c on c.oid = d.tgrelid
     where c.relnamespace = 'isms'::regnamespace and not d.tgisinternal
  loop
    execute format('alter table %s disable trigger %I', g.relation, g.tgname);
  end loop;
end
$$;

-- Tables without a column scope.
alter table isms.scope enable row level security;

create policy read on isms.scope for select using (code = any ((select isms.visible_scopes())::text[]));

create policy write on isms.scope using (isms.has_database_role('isms_admin'));

alter table isms.person enable row level security;

create policy read on isms.person for select
  using (code = (select isms.actor())
         or code in (select a.person from isms.role_assignment a)
         or (select isms.has_database_role('isms_admin')));

create policy write on isms.person using (isms.has_database_role('isms_admin'));

-- isms.grant_roles() gives the columns: a name or an address, never who the person is or until when.
create policy correct on isms.person for update using (isms.may_correct(code));

alter table isms.login enable row level security;

create policy administer on isms.login using (isms.has_database_role('isms_admin'));
