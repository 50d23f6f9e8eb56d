-- Who gets in, and as whom: passwords, pg_hba.conf, roles.
-- The object of a rule of pg_hba.conf is its text, not its line: lines move, and waivers name objects.
with shipped(code, title, area, severity, reach, privilege, needs_role, when_none, parameters, controls, shown_by, rationale, remediation, query) as (values
  ('DB-002', 'Stored passwords are SCRAM verifiers', 'authentication', 'high', 'cluster', 'superuser, or SELECT on pg_authid', null, 'not_applicable', '{}',
   '{A.5.17,A.8.24}', 'tests/pgtap/database_check.sql',
   'An MD5 hash can be replayed without being cracked; PostgreSQL 18 warns of them. A password keeps its form until it is set again, whatever password_encryption says.',
   'alter role %s password null; then \password %s',
   $$select pg_catalog.quote_ident(r.rolname), r.rolpassword ~ '^SCRAM-SHA-256\$', case when r.rolpassword ~ '^md5' then 'MD5' when r.rolpassword ~ '^SCRAM-SHA-256\$' then 'SCRAM' else 'of an unknown form' end
       from pg_catalog.pg_authid r
      where r.rolcanlogin and r.rolpassword is not null$$),
  ('DB-003', 'SCRAM verifiers are made with enough iterations', 'authentication', 'medium', 'cluster', 'superuser, or SELECT on pg_authid', null, 'not_applicable', '{"minimum": 4096}',
   '{A.5.17,A.8.24}', 'tests/pgtap/database_check.sql',
   'The count makes guessing from a stolen verifier dear; 4096 is the server''s default and the least RFC 7677 allows, scram_iterations (16 and later) sets more for new ones.',
   'set scram_iterations = 4096; then \password %s',
   $$select pg_catalog.quote_ident(r.rolname), i.n >= ($1 ->> 'minimum')::pg_catalog.numeric, i.n || ' iterations'
       from pg_catalog.pg_authid r,
            lateral (select substring(r.rolpassword from '^SCRAM-SHA-256\$(\d+):')::pg_catalog.numeric) i(n)
      where r.rolpassword ~ '^SCRAM-SHA-256\$'$$),
  ('DB-004', 'No login role is past its validity', 'authentication', 'medium', 'cluster', 'any role', null, 'not_applicable', '{}',
   '{A.5.16,A.5.18,A.6.5}', 'tests/pgtap/database_check.sql',
   'VALID UNTIL stops passwords alone: a certificate, peer or Kerberos still lets the role in.',
   'alter role %s nologin',
   $$select pg_catalog.quote_ident(r.rolname), r.rolvaliduntil > pg_catalog.clock_timestamp(), 'valid until ' || r.rolvaliduntil
       from pg_catalog.pg_roles r
      where r.rolcanlogin and r.rolvaliduntil < 'infinity'$$),
  ('DB-005', 'Login roles have an end of validity', 'authentication', 'information', 'cluster', 'any role', null, 'not_applicable', '{"exempt": []}',
   '{A.5.17,A.5.18}', 'tests/pgtap/database_check.sql',
   'A matter of policy: accounts of people can be made to be renewed, accounts of programs rarely. Roles in exempt are passed over.',
   'alter role %s valid until ''<date>''',
   $$select pg_catalog.quote_ident(r.rolname), coalesce(r.rolvaliduntil < 'infinity', false), coalesce('valid until ' || r.rolvaliduntil, 'no end')
       from pg_catalog.pg_roles r
      where r.rolcanlogin and not $1 -> 'exempt' ? r.rolname::pg_catalog.text$$),
  ('DB-006', 'No rule of pg_hba.conf trusts', 'authentication', 'high', 'cluster', 'superuser, or EXECUTE on pg_hba_file_rules() and SELECT on its view', null, 'unknown', '{}',
   '{A.5.15,A.8.5}', 'tests/tap/005_database_check.pl',
   'With trust anybody who reaches the socket or port is any role. The file is judged as it stands, loaded or not; a rule that an earlier one hides is judged too.',
   'in pg_hba.conf, then select pg_reload_conf(): %s -> scram-sha-256, peer or cert',
   $$select h.rule, h.auth_method <> 'trust', h.place$$),
  ('DB-007', 'No rule of pg_hba.conf takes weak methods', 'authentication', 'medium', 'cluster', 'superuser, or EXECUTE on pg_hba_file_rules() and SELECT on its view', null, 'unknown',
   '{"methods": ["password", "md5", "ident"]}',
   '{A.5.17,A.8.5}', 'tests/tap/005_database_check.pl',
   'password sends it in the clear, ident believes the client''s machine, md5 still takes MD5 hashes where one is stored.',
   'in pg_hba.conf, then select pg_reload_conf(): %s -> scram-sha-256',
   $$select h.rule, not $1 -> 'methods' ? h.auth_method, h.place$$),
  ('DB-008', 'Remote rules of pg_hba.conf force encryption', 'authentication', 'high', 'cluster', 'superuser, or EXECUTE on pg_hba_file_rules() and SELECT on its view', null, 'unknown', '{}',
   '{A.5.14,A.8.20,A.8.24}', 'tests/tap/005_database_check.pl',
   'A rule of type host takes connections with and without TLS. Loopback and samehost are passed over.',
   'in pg_hba.conf, then select pg_reload_conf(): %s -> hostssl or hostgssenc',
   $$select h.rule, h.near or h.auth_method = 'reject' or h.type in ('hostssl', 'hostgssenc'), h.place$$),
  ('DB-009', 'No rule of pg_hba.conf is open to wide networks', 'authentication', 'high', 'cluster', 'superuser, or EXECUTE on pg_hba_file_rules() and SELECT on its view', null, 'unknown',
   '{"minimum_prefix": 16, "minimum_prefix_v6": 32}',
   '{A.8.20,A.8.22}', 'tests/tap/005_database_check.pl',
   'A rule should name the networks that have business here. Names of hosts are not resolved.',
   'in pg_hba.conf, then select pg_reload_conf(): narrow the address of %s',
   $$select h.rule,
             h.near or h.auth_method = 'reject'
             or h.address <> 'all'
                and case when h.netmask is null then true
                         when h.netmask !~ ':' then pg_catalog.length(pg_catalog.replace((h.netmask::pg_catalog.inet - pg_catalog.inet '0.0.0.0')::pg_catalog.bit(32)::pg_catalog.text, '0', ''))
                                                    >= ($1 ->> 'minimum_prefix')::pg_catalog.numeric
                         else 4 * pg_catalog.length(pg_catalog.replace(pg_catalog.substring(h.netmask, '^((?:ffff(?::|$))*)'), ':', '')) >= ($1 ->> 'minimum_prefix_v6')::pg_catalog.numeric
                     end,
             h.place$$),
  ('DB-010', 'Remote rules of pg_hba.conf name databases and users', 'authentication', 'low', 'cluster', 'superuser, or EXECUTE on pg_hba_file_rules() and SELECT on its view', null, 'unknown', '{}',
   '{A.5.15,A.8.3}', 'tests/tap/005_database_check.pl',
   'all lets in whatever is created later, too.',
   'in pg_hba.conf, then select pg_reload_conf(): name the databases and users of %s',
   $$select h.rule, h.near or h.auth_method = 'reject' or not ('all' = any (h.database) or 'all' = any (h.user_name)), h.place$$),
  ('DB-011', 'No superuser can come from another machine', 'authentication', 'high', 'cluster', 'superuser, or EXECUTE on pg_hba_file_rules() and SELECT on its view', null, 'unknown', '{}',
   '{A.8.2}', 'tests/tap/005_database_check.pl',
   'Administrators come by the local socket, or as a role without the attribute. Groups (+role) and patterns (/regex, 16 and later) are resolved; an earlier reject is not taken into account.',
   'in pg_hba.conf, then select pg_reload_conf(): a line that rejects superusers before %s',
   $$select h.rule,
             h.near or h.auth_method = 'reject' or s.names is null,
             pg_catalog.concat_ws(', ', h.place, s.names)$$),
  ('DB-012', 'Configuration files parse', 'configuration', 'high', 'cluster', 'superuser, or EXECUTE on pg_hba_file_rules(), pg_ident_file_mappings(), pg_show_all_file_settings() and SELECT on their views', null, 'unknown', '{}',
   '{A.8.9}', 'tests/tap/005_database_check.pl',
   'A file with an error is not loaded as a whole: the server goes on with what it read before, until it is restarted. A setting that waits for a restart shows here as well.',
   'correct %s, then select pg_reload_conf()',
   $$select 'pg_hba.conf line ' || h.line_number, h.error is null, h.error from pg_catalog.pg_hba_file_rules h
      union all
     select 'pg_ident.conf line ' || m.line_number, m.error is null, m.error from pg_catalog.pg_ident_file_mappings m
      union all
     select pg_catalog.concat(pg_catalog.regexp_replace(f.sourcefile, '^.*/', ''), ' line ', f.sourceline), f.error is null, pg_catalog.concat_ws(': ', f.name, f.error)
       from pg_catalog.pg_file_settings f$$),
  ('DB-013', 'No line of pg_ident.conf leads to a superuser or takes everybody', 'authentication', 'high', 'cluster', 'superuser, or EXECUTE on pg_ident_file_mappings() and SELECT on its view', null, 'not_applicable', '{"allowed": []}',
   '{A.5.16,A.8.2}', 'tests/tap/005_database_check.pl',
   'A map decides which account of another system is which role. allowed names lines, as the findings spell them.',
   'in pg_ident.conf, then select pg_reload_conf(): take %s out',
   $$select o.object,
             $1 -> 'allowed' ? o.object
             or m.sys_name !~ '^/\^?\(?\.[*+]\)?\$?$' and m.pg_username is distinct from 'all'
                and not exists (select from pg_catalog.pg_roles r where r.rolsuper and r.rolname = m.pg_username),
             'line ' || m.line_number
       from pg_catalog.pg_ident_file_mappings m,
            lateral (select pg_catalog.concat_ws(' ', m.map_name, m.sys_name, m.pg_username)) o(object)
      where m.error is null$$),
  ('DB-020', 'Few superusers can log in', 'roles', 'high', 'cluster', 'any role', null, 'pass', '{"maximum": 2}',
   '{A.5.3,A.8.2}', 'tests/pgtap/database_check.sql',
   'No rule in the database holds for a superuser. If there are more than maximum, all are shown.',
   'alter role %s nosuperuser',
   $$select pg_catalog.quote_ident(r.rolname), pg_catalog.count(*) over () <= ($1 ->> 'maximum')::pg_catalog.numeric, null
       from pg_catalog.pg_roles r
      where r.rolsuper and r.rolcanlogin$$),
  ('DB-021', 'No role but those allowed bypasses row security', 'roles', 'high', 'cluster', 'any role', null, 'not_applicable', '{"allowed": []}',
   '{A.8.2,A.8.3}', 'tests/pgtap/database_check.sql',
   'BYPASSRLS reads and writes the rows of every tenant. Superusers are counted by DB-020.',
   'alter role %s nobypassrls',
   $$select pg_catalog.quote_ident(r.rolname), not r.rolbypassrls or $1 -> 'allowed' ? r.rolname::pg_catalog.text, case when r.rolbypassrls then 'bypassrls' end
       from pg_catalog.pg_roles r
      where not r.rolsuper and r.rolname !~ '^pg_'$$),
  ('DB-022', 'No role but those allowed makes roles or databases, or replicates', 'roles', 'high', 'cluster', 'any role', null, 'not_applicable', '{"allowed": []}',
   '{A.5.18,A.8.2}', 'tests/pgtap/database_check.sql',
   'CREATEROLE up to 15 grants itself almost anything; REPLICATION reads every database''s files.',
   'alter role %s nocreaterole nocreatedb noreplication',
   $$select pg_catalog.quote_ident(r.rolname), a.attributes = '' or $1 -> 'allowed' ? r.rolname::pg_catalog.text, a.attributes
       from pg_catalog.pg_roles r,
            lateral (select pg_catalog.concat_ws(' ', case when r.rolcreaterole then 'createrole' end, case when r.rolcreatedb then 'createdb' end, case when r.rolreplication then 'replication' end)) a(attributes)
      where not r.rolsuper and r.rolname !~ '^pg_'$$),
  ('DB-023', 'No role but those allowed is in a dangerous predefined role', 'roles', 'high', 'cluster', 'any role', null, 'not_applicable',
   '{"roles": ["pg_execute_server_program", "pg_read_server_files", "pg_write_server_files", "pg_read_all_data", "pg_write_all_data"], "allowed": []}',
   '{A.8.2,A.8.3,A.8.18}', 'tests/pgtap/database_check.sql',
   'The first three are as good as superuser, the others read or write every table. Members of members are found; from 16 on a membership that neither inherits nor can be set gives nothing.',
   'revoke <role> from %s',
   $$select pg_catalog.quote_ident(r.rolname), g.names is null or $1 -> 'allowed' ? r.rolname::pg_catalog.text, 'in ' || g.names
       from pg_catalog.pg_roles r,
            lateral (select pg_catalog.string_agg(x.rolname, ', ' order by x.rolname)
                       from pg_catalog.pg_roles x
                      where $1 -> 'roles' ? x.rolname::pg_catalog.text and pg_catalog.pg_has_role(r.oid, x.oid, 'member')) g(names)
      where not r.rolsuper and r.rolname !~ '^pg_'$$),
  ('DB-024', 'No role but those allowed hands memberships on', 'roles', 'medium', 'cluster', 'any role', null, 'not_applicable', '{"allowed": []}',
   '{A.5.18,A.8.2}', 'tests/pgtap/database_check.sql',
   'ADMIN OPTION gives the role to others, past whoever approves. From 16 on who creates a role has it on that role. allowed names members.',
   'revoke admin option for %s',
   $$select pg_catalog.quote_ident(g.rolname) || ' from ' || pg_catalog.quote_ident(u.rolname), not m.admin_option or u.rolsuper or $1 -> 'allowed' ? u.rolname::pg_catalog.text,
             case when m.admin_option then 'admin option' end
       from pg_catalog.pg_auth_members m
       join pg_catalog.pg_roles u on u.oid = m.member
       join pg_catalog.pg_roles g on g.oid = m.roleid$$),
  ('DB-025', 'Tables belong to roles that do not log in', 'roles', 'medium', 'database', 'any role', null, 'not_applicable', '{"allowed": []}',
   '{A.5.3,A.8.2}', 'tests/pgtap/database_check.sql',
   'An owner can change the structure, switch triggers and row security off and grant at will: who works with the data should not be it. Superusers are counted by DB-020; members of extensions are passed over.',
   'alter role %s nologin',
   $$select pg_catalog.quote_ident(r.rolname), not r.rolcanlogin or r.rolsuper or $1 -> 'allowed' ? r.rolname::pg_catalog.text, pg_catalog.count(*) || ' tables'
       from pg_catalog.pg_class c
       join pg_catalog.pg_namespace n on n.oid = c.relnamespace and n.nspname <> 'information_schema' and n.nspname !~ '^pg_'
       join pg_catalog.pg_roles r on r.oid = c.relowner
      where c.relkind in ('r', 'p')
        and not exists (select from pg_catalog.pg_depend d where d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass and d.objid = c.oid and d.deptype = 'e')
      group by r.oid, r.rolname, r.rolcanlogin, r.rolsuper$$),
  ('DB-027', 'Login roles have a connection limit', 'roles', 'low', 'cluster', 'any role', null, 'not_applicable', '{"exempt": []}',
   '{A.8.5,A.8.6}', 'tests/pgtap/database_check.sql',
   'One account should not take all connections. Superusers have some of their own.',
   'alter role %s connection limit 20',
   $$select pg_catalog.quote_ident(r.rolname), r.rolconnlimit >= 0 or $1 -> 'exempt' ? r.rolname::pg_catalog.text, case when r.rolconnlimit >= 0 then 'limit ' || r.rolconnlimit else 'no limit' end
       from pg_catalog.pg_roles r
      where r.rolcanlogin and not r.rolsuper$$),
  ('DB-028', 'No account is used from many machines at once', 'roles', 'medium', 'cluster', 'pg_read_all_stats (pg_monitor has it)', 'pg_read_all_stats', 'not_applicable', '{"maximum": 5, "exempt": []}',
   '{A.5.16,A.8.16}', 'tests/tap/005_database_check.pl',
   'It may be shared. A picture of this moment: run it often; exempt names accounts of applications.',
   'alter role %s connection limit 1, and an account for each person',
   $$select pg_catalog.quote_ident(a.usename), pg_catalog.count(distinct a.client_addr) <= ($1 ->> 'maximum')::pg_catalog.numeric or $1 -> 'exempt' ? a.usename::pg_catalog.text,
             pg_catalog.count(distinct a.client_addr) || ' addresses'
       from pg_catalog.pg_stat_activity a
      where a.client_addr is not null and a.usename is not null
      group by a.usename$$)),
-- what the queries of rules of pg_hba.conf share
rules(text) as (values ($$
       from (select r.*,
                    pg_catalog.concat_ws(' ', r.type, pg_catalog.array_to_string(r.database, ','), pg_catalog.array_to_string(r.user_name, ','), r.address, r.netmask, r.auth_method) as rule,
                    'line ' || r.line_number as place,
                    coalesce(r.type = 'local' or r.address in ('localhost', 'samehost') or r.address ~ '^127\.' and r.netmask ~ '^255\.'
                             or r.address = '::1' and r.netmask = 'ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff', false) as near
               from pg_catalog.pg_hba_file_rules r
              where r.error is null) h$$)),
superusers(text) as (values ($$,
            lateral (select pg_catalog.string_agg(r.rolname, ', ' order by r.rolname)
                       from pg_catalog.pg_roles r
                      where r.rolsuper and r.rolcanlogin
                        and exists (select from pg_catalog.unnest(h.user_name) u(name)
                                     where u.name in ('all', r.rolname)
                                        or u.name ~ '^/' and r.rolname ~ pg_catalog.substr(u.name, 2)
                                        or u.name ~ '^\+'
                                           and r.oid in (with recursive member(oid) as (
                                                           select m.member from pg_catalog.pg_auth_members m join pg_catalog.pg_roles g on g.oid = m.roleid and g.rolname = pg_catalog.substr(u.name, 2)
                                                            union
                                                           select m.member from member x join pg_catalog.pg_auth_members m on m.roleid = x.oid)
                                                         select x.oid from member x))) s(names)$$)),
checks as (
  insert into isms.database_check (code, title, area, severity, reach, privilege, needs_role, when_none, parameters, shown_by, rationale, remediation, builtin)
  select s.code, s.title, s.area, s.severity, s.reach, s.privilege, s.needs_role, s.when_none, s.parameters::jsonb, s.shown_by, s.rationale, s.remediation, true from shipped s),
controls as (
  insert into isms.database_check_control (database_check, reference, builtin)
  select s.code, r.reference, true from shipped s, unnest(s.controls::isms.reference[]) r(reference))
insert into isms.database_check_query (database_check, query, builtin)
select s.code,
       s.query || case when s.query ~ 'h\.place' then (table rules) || case when s.query ~ 's\.names' then (table superusers) else '' end else '' end,
       true
  from shipped s;

-- From 16 on files can include others, so a line has a file; and memberships have options.
insert into isms.database_check_query (database_check, min_version, query, builtin)
select q.database_check, 160000,
       regexp_replace(replace(q.query, $$x.oid, 'member'$$, $$x.oid, 'usage, set'$$),
                      $$'[a-z_.]*\s?line ' \|\| (\w)\.line_number$$, $$pg_catalog.concat(pg_catalog.regexp_replace(\1.file_name, '^.*/', ''), ' line ', \1.line_number)$$, 'g'),
       true
  from isms.database_check_query q
 where q.query ~ $$line ' \|\| \w\.line_number|'member'$$;
