-- Who may do what with the objects of this database, and what goes round it.
with shipped(code, title, area, severity, reach, privilege, needs_role, when_none, parameters, controls, shown_by, rationale, remediation, query) as (values
  ('DB-026', 'Functions that reach the server''s files are nobody''s but superusers''', 'privileges', 'high', 'database', 'any role', null, 'unknown', '{"allowed": []}',
   '{A.8.3,A.8.18}', 'tests/pgtap/database_check.sql',
   'Granted by hand they read or write what the server''s account may. Roles in allowed may have them, and so may predefined roles, whose members DB-023 names.',
   'revoke execute on function %s from <role>',
   $$select p.oid::pg_catalog.regprocedure::pg_catalog.text, g.names is null, 'granted to ' || g.names
       from pg_catalog.pg_proc p,
            lateral (select pg_catalog.string_agg(distinct case a.grantee when 0 then 'public' else r.rolname end, ', ')
                       from pg_catalog.aclexplode(coalesce(p.proacl, pg_catalog.acldefault('f', p.proowner))) a
                       left join pg_catalog.pg_roles r on r.oid = a.grantee
                      where a.grantee = 0 or a.grantee <> p.proowner and not r.rolsuper and r.rolname !~ '^pg_' and not $1 -> 'allowed' ? r.rolname::pg_catalog.text) g(names)
      where p.pronamespace = 'pg_catalog'::pg_catalog.regnamespace
        and p.proname in ('pg_read_file', 'pg_read_binary_file', 'pg_stat_file', 'pg_ls_dir', 'lo_import', 'lo_export')$$),
  ('DB-030', 'PUBLIC may create in no schema', 'privileges', 'high', 'database', 'any role', null, 'unknown', '{}',
   '{A.5.15,A.8.3}', 'tests/pgtap/database_check.sql',
   'An object in a schema of somebody''s search_path is called in place of the one meant (CVE-2018-1058). Databases that come from before 15 still have it on schema public.',
   'revoke create on schema %s from public',
   $$select pg_catalog.quote_ident(n.nspname),
             not exists (select from pg_catalog.aclexplode(coalesce(n.nspacl, pg_catalog.acldefault('n', n.nspowner))) a where a.grantee = 0 and a.privilege_type = 'CREATE'), null
       from pg_catalog.pg_namespace n
      where n.nspname !~ '^pg_(toast_)?temp_'$$),
  ('DB-031', 'Nothing that holds data is granted to PUBLIC', 'privileges', 'high', 'database', 'any role', null, 'not_applicable', '{"allowed": []}',
   '{A.8.3}', 'tests/pgtap/database_check.sql',
   'PUBLIC is every role, also those made later. Grants on columns count; what an extension granted when it was created does not.',
   'revoke all on %s from public',
   $$select c.oid::pg_catalog.regclass::pg_catalog.text, g.privileges is null or $1 -> 'allowed' ? c.oid::pg_catalog.regclass::pg_catalog.text, g.privileges
       from pg_catalog.pg_class c
       join pg_catalog.pg_namespace n on n.oid = c.relnamespace and n.nspname <> 'information_schema' and n.nspname !~ '^pg_',
            lateral (select pg_catalog.string_agg(distinct pg_catalog.lower(p.privilege_type), ', ')
                       from (select a.privilege_type, 0 as attnum from pg_catalog.aclexplode(c.relacl) a where a.grantee = 0
                              union all
                             select a.privilege_type, t.attnum
                               from pg_catalog.pg_attribute t, pg_catalog.aclexplode(t.attacl) a
                              where t.attrelid = c.oid and not t.attisdropped and a.grantee = 0) p
                      where not exists (select from pg_catalog.pg_init_privs i, pg_catalog.aclexplode(i.initprivs) b
                                         where i.classoid = 'pg_catalog.pg_class'::pg_catalog.regclass and i.objoid = c.oid and i.objsubid = p.attnum
                                           and b.grantee = 0 and b.privilege_type = p.privilege_type)) g(privileges)
      where c.relkind in ('r', 'p', 'v', 'm', 'f', 'S')$$),
  ('DB-032', 'PUBLIC may not connect to databases', 'privileges', 'low', 'cluster', 'any role', null, 'unknown', '{"allowed": []}',
   '{A.8.3}', 'tests/pgtap/database_check.sql',
   'The server grants CONNECT and TEMPORARY to PUBLIC when a database is made.',
   'revoke connect, temporary on database %s from public',
   $$select pg_catalog.quote_ident(d.datname), g.privileges is null or $1 -> 'allowed' ? d.datname::pg_catalog.text, g.privileges
       from pg_catalog.pg_database d,
            lateral (select pg_catalog.string_agg(pg_catalog.lower(a.privilege_type), ', ' order by a.privilege_type)
                       from pg_catalog.aclexplode(coalesce(d.datacl, pg_catalog.acldefault('d', d.datdba))) a
                      where a.grantee = 0 and a.privilege_type in ('CONNECT', 'TEMPORARY', 'CREATE')) g(privileges)
      where d.datallowconn$$),
  ('DB-033', 'Default privileges give PUBLIC nothing', 'privileges', 'medium', 'database', 'any role', null, 'not_applicable', '{}',
   '{A.8.3}', 'tests/pgtap/database_check.sql',
   'ALTER DEFAULT PRIVILEGES opens what does not exist yet. EXECUTE on functions and USAGE on types, which the server gives PUBLIC unasked, show only where default privileges name them.',
   'alter default privileges for role ... revoke all on ... from public: %s',
   $$select pg_catalog.concat_ws(' ', pg_catalog.quote_ident(r.rolname),
                                  case d.defaclobjtype when 'r' then 'tables' when 'S' then 'sequences' when 'f' then 'functions' when 'T' then 'types' when 'n' then 'schemas' else 'large objects' end,
                                  'in ' || pg_catalog.quote_ident(n.nspname)),
             g.privileges is null, g.privileges
       from pg_catalog.pg_default_acl d
       join pg_catalog.pg_roles r on r.oid = d.defaclrole
       left join pg_catalog.pg_namespace n on n.oid = d.defaclnamespace,
            lateral (select pg_catalog.string_agg(pg_catalog.lower(a.privilege_type), ', ' order by a.privilege_type) from pg_catalog.aclexplode(d.defaclacl) a where a.grantee = 0) g(privileges)$$),
  ('DB-034', 'SECURITY DEFINER functions pin their search_path', 'privileges', 'high', 'database', 'any role', null, 'not_applicable', '{}',
   '{A.8.2,A.8.28}', 'tests/pgtap/database_check.sql',
   'Otherwise the caller chooses which functions and operators run with the owner''s rights. Bodies of BEGIN ATOMIC are parsed once, but what they call is not: they are judged alike.',
   'alter function %s set search_path = pg_catalog, pg_temp',
   $$select p.oid::pg_catalog.regprocedure::pg_catalog.text, exists (select from pg_catalog.unnest(p.proconfig) s(setting) where s.setting ~ '^search_path='), 'owned by ' || pg_catalog.pg_get_userbyid(p.proowner)
       from pg_catalog.pg_proc p
       join pg_catalog.pg_namespace n on n.oid = p.pronamespace and n.nspname not in ('pg_catalog', 'information_schema')
      where p.prosecdef$$),
  ('DB-035', 'SECURITY DEFINER functions are not for PUBLIC', 'privileges', 'high', 'database', 'any role', null, 'not_applicable', '{"allowed": []}',
   '{A.8.2,A.8.3}', 'tests/pgtap/database_check.sql',
   'The server grants EXECUTE to PUBLIC unasked. Trigger functions cannot be called and are passed over; allowed names functions as the findings spell them.',
   'revoke execute on function %s from public',
   $$select o.object, $1 -> 'allowed' ? o.object or not exists (select from pg_catalog.aclexplode(coalesce(p.proacl, pg_catalog.acldefault('f', p.proowner))) a where a.grantee = 0),
             'owned by ' || pg_catalog.pg_get_userbyid(p.proowner)
       from pg_catalog.pg_proc p
       join pg_catalog.pg_namespace n on n.oid = p.pronamespace and n.nspname not in ('pg_catalog', 'information_schema'),
            lateral (select p.oid::pg_catalog.regprocedure::pg_catalog.text) o(object)
      where p.prosecdef and p.prorettype not in ('pg_catalog.trigger'::pg_catalog.regtype, 'pg_catalog.event_trigger'::pg_catalog.regtype)$$),
  ('DB-036', 'Row security and policies go together', 'privileges', 'high', 'database', 'any role', null, 'not_applicable', '{}',
   '{A.8.3}', 'tests/pgtap/database_check.sql',
   'A policy without row security protects nothing; row security without a policy shows nobody anything, which is safe but hardly meant, except for partitions read by their parent alone.',
   'alter table %s enable row level security, or create a policy',
   $$select c.oid::pg_catalog.regclass::pg_catalog.text, c.relrowsecurity = (p.policies > 0) or c.relrowsecurity and c.relispartition, case when c.relrowsecurity then 'row security, ' else 'no row security, ' end || p.policies || ' policies'
       from pg_catalog.pg_class c,
            lateral (select pg_catalog.count(*) from pg_catalog.pg_policy y where y.polrelid = c.oid) p(policies)
      where c.relkind in ('r', 'p') and (c.relrowsecurity or p.policies > 0)$$),
  ('DB-037', 'Row security holds for owners too', 'privileges', 'low', 'database', 'any role', null, 'not_applicable', '{"allowed": []}',
   '{A.8.3}', 'tests/pgtap/database_check.sql',
   'Without FORCE the owner sees every row. Owners who bypass row security whatever a table says are DB-020''s and DB-021''s; members of extensions are passed over.',
   'alter table %s force row level security',
   $$select c.oid::pg_catalog.regclass::pg_catalog.text, c.relforcerowsecurity or $1 -> 'allowed' ? c.oid::pg_catalog.regclass::pg_catalog.text, 'owned by ' || r.rolname
       from pg_catalog.pg_class c
       join pg_catalog.pg_roles r on r.oid = c.relowner and not r.rolsuper and not r.rolbypassrls
      where c.relrowsecurity
        and not exists (select from pg_catalog.pg_depend d where d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass and d.objid = c.oid and d.deptype = 'e')$$),
  ('DB-039', 'Views over row-secured tables read with their caller''s rights', 'privileges', 'high', 'database', 'any role', null, 'not_applicable', '{"allowed": []}',
   '{A.8.3}', 'tests/pgtap/database_check.sql',
   'A view without security_invoker reads as its owner and so past the policies; a materialized view always does. Views over such views are found. A view that is meant to is named in allowed.',
   'alter view %s set (security_invoker = true)',
   $$with recursive over(oid) as (
       select c.oid from pg_catalog.pg_class c where c.relrowsecurity
        union
       select w.ev_class
         from over o
         join pg_catalog.pg_depend d on d.refclassid = 'pg_catalog.pg_class'::pg_catalog.regclass and d.refobjid = o.oid and d.classid = 'pg_catalog.pg_rewrite'::pg_catalog.regclass
         join pg_catalog.pg_rewrite w on w.oid = d.objid)
     select c.oid::pg_catalog.regclass::pg_catalog.text,
            $1 -> 'allowed' ? c.oid::pg_catalog.regclass::pg_catalog.text
            or c.relkind = 'v' and exists (select from pg_catalog.pg_options_to_table(c.reloptions) o where o.option_name = 'security_invoker' and o.option_value::pg_catalog.bool),
            case c.relkind when 'm' then 'materialized, ' else '' end || 'owned by ' || pg_catalog.pg_get_userbyid(c.relowner)
       from over o
       join pg_catalog.pg_class c on c.oid = o.oid and c.relkind in ('v', 'm')$$),
  ('DB-047', 'No password stands in the catalogs', 'privileges', 'medium', 'database', 'superuser', null, 'not_applicable', '{"allowed": []}',
   '{A.5.17,A.8.24}', 'tests/pgtap/database_check.sql',
   'Passwords of user mappings, foreign servers and subscriptions are stored as they are, and so in every dump. The evidence never shows them.',
   'a password file or a certificate instead, for %s',
   $$select o.object, $1 -> 'allowed' ? o.object or not o.secret, case when o.secret then 'password in clear' end
       from (select 'user mapping ' || pg_catalog.quote_ident(coalesce(u.usename, 'public')) || ' on ' || pg_catalog.quote_ident(u.srvname),
                    exists (select from pg_catalog.unnest(m.umoptions) x(setting) where x.setting ~* '^[a-z_]*(password|passwd|secret)[a-z_]*=')
               from pg_catalog.pg_user_mapping m
               join pg_catalog.pg_user_mappings u on u.umid = m.oid
              union all
             select 'server ' || pg_catalog.quote_ident(s.srvname),
                    exists (select from pg_catalog.unnest(s.srvoptions) x(setting) where x.setting ~* '^[a-z_]*(password|passwd|secret)[a-z_]*=')
               from pg_catalog.pg_foreign_server s
              union all
             select 'subscription ' || pg_catalog.quote_ident(s.subname), s.subconninfo ~* '(^|[ ?&])password *=' or s.subconninfo ~ '://[^/@]*:[^/@]+@'
               from pg_catalog.pg_subscription s
              where s.subdbid = (select d.oid from pg_catalog.pg_database d where d.datname = pg_catalog.current_database())) o(object, secret)$$)),
checks as (
  insert into isms.database_check (code, title, area, severity, reach, privilege, needs_role, when_none, parameters, shown_by, rationale, remediation, builtin)
  select s.code, s.title, s.area, s.severity, s.reach, s.privilege, s.needs_role, s.when_none, s.parameters::jsonb, s.shown_by, s.rationale, s.remediation, true from shipped s),
controls as (
  insert into isms.database_check_control (database_check, reference, builtin)
  select s.code, r.reference, true from shipped s, unnest(s.controls::isms.reference[]) r(reference))
insert into isms.database_check_query (database_check, query, builtin)
select s.code, s.query, true from shipped s;
