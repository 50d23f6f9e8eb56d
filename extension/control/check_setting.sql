-- What the server is set to.  Judged is what a session of this role in this database begins with (reset_val), not what the
-- evaluating session set for itself; what other roles and databases begin with is DB-061's.
with shipped(code, title, area, severity, needs_role, pass_rule, parameters, controls, shown_by, rationale, remediation, names, condition) as (values
  ('DB-001', 'New passwords are stored as SCRAM verifiers', 'authentication', 'high', null, 'all', '{"allowed": ["scram-sha-256"]}',
   '{A.5.17,A.8.5,A.8.24}', 'tests/tap/005_database_check.pl', 'What is stored already is DB-002''s.',
   'alter system set %s = ''scram-sha-256''', '{password_encryption}', $$$1 -> 'allowed' ? s.reset_val$$),
  ('DB-014', 'A module delays guessing or judges passwords', 'authentication', 'medium', 'pg_read_all_settings', 'all', '{"modules": ["auth_delay", "credcheck", "passwordcheck"]}',
   '{A.5.17,A.8.5}', 'tests/tap/005_database_check.pl', 'The server itself counts no failed attempts. Waived where passwords are kept elsewhere (LDAP, Kerberos, certificates).',
   'alter system set %s = ''auth_delay'', then restart', '{shared_preload_libraries}', $$libraries && array(select pg_catalog.jsonb_array_elements_text($1 -> 'modules'))$$),
  ('DB-015', 'Logging in has a short time limit', 'authentication', 'low', null, 'all', '{"maximum": 60}',
   '{A.8.5}', 'tests/tap/005_database_check.pl', 'Who does not finish holds a connection that others need. In seconds.',
   'alter system set %s = ''60s''', '{authentication_timeout}', $$s.reset_val::pg_catalog.numeric <= ($1 ->> 'maximum')::pg_catalog.numeric$$),
  ('DB-038', 'Switches that break rights or data are off', 'configuration', 'high', null, 'all', '{}',
   '{A.8.9,A.8.18}', 'tests/tap/005_database_check.pl', 'They are for repairs. row_security off turns filtered reads into errors, which reports then go round.',
   'alter system reset %s', '{row_security,allow_system_table_mods,lo_compat_privileges,zero_damaged_pages,ignore_checksum_failure,ignore_system_indexes,ignore_invalid_pages}',
   $$s.reset_val = case s.name when 'row_security' then 'on' else 'off' end$$),
  ('DB-040', 'TLS is on', 'encryption', 'high', null, 'all', '{}',
   '{A.8.20,A.8.24}', 'tests/tap/005_database_check.pl', 'That it is on forces nobody to use it: DB-008. Waived where no connection leaves the machine.',
   'alter system set %s = on', '{ssl}', $$s.reset_val = 'on'$$),
  ('DB-041', 'TLS is 1.2 at least', 'encryption', 'medium', 'pg_read_all_settings', 'all', '{"allowed": ["TLSv1.2", "TLSv1.3"]}',
   '{A.8.24}', 'tests/tap/005_database_check.pl', 'RFC 8996 forbids the older ones.',
   'alter system set %s = ''TLSv1.2''', '{ssl_min_protocol_version}', $$$1 -> 'allowed' ? s.reset_val$$),
  ('DB-042', 'No weak cipher is offered', 'encryption', 'medium', 'pg_read_all_settings', 'all', '{"weak": ["RC4", "3DES", "DES", "NULL", "ENULL", "ANULL", "EXP", "EXPORT", "MD5", "LOW"]}',
   '{A.8.24}', 'tests/tap/005_database_check.pl', 'Words of the OpenSSL list that exclude (!, -) or only reorder (+) do not count. Ciphers of TLS 1.3 are not in the list.',
   'alter system set %s = ''HIGH:!aNULL''', '{ssl_ciphers}',
   $$not exists (select from pg_catalog.regexp_split_to_table(pg_catalog.upper(s.reset_val), '[:, ]+') w(word), pg_catalog.regexp_split_to_table(w.word, '[-+]') p(part)
                   where w.word !~ '^[-!+]' and $1 -> 'weak' ? p.part)$$),
  ('DB-046', 'The server listens on named addresses', 'network', 'medium', null, 'all', '{"forbidden": ["*", "0.0.0.0", "::"]}',
   '{A.8.20,A.8.21}', 'tests/tap/005_database_check.pl', 'A new network interface should not open the database. Waived where a firewall or a container''s network does it.',
   'alter system set %s = ''localhost'', then restart', '{listen_addresses}',
   $$not (libraries && array(select pg_catalog.jsonb_array_elements_text($1 -> 'forbidden')))$$),
  ('DB-050', 'Connections are logged', 'logging', 'medium', null, 'all', '{}',
   '{A.8.15}', 'tests/tap/005_database_check.pl', 'Who came, from where and by which method. From 18 on it is a list; authorization is the part that names the role.',
   'alter system set %s = on', '{log_connections}', $$s.reset_val = 'on'$$),
  ('DB-051', 'Disconnections are logged', 'logging', 'low', null, 'all', '{}',
   '{A.8.15}', 'tests/tap/005_database_check.pl', 'With the connection it says how long the session lasted.',
   'alter system set %s = on', '{log_disconnections}', $$s.reset_val = 'on'$$),
  ('DB-052', 'Lines of the log say when, who, where from', 'logging', 'medium', null, 'all', '{}',
   '{A.8.15}', 'tests/tap/005_database_check.pl', 'Time, process, user, database, client and application. csvlog and jsonlog have them all.',
   'alter system set %s = ''%%m [%%p] %%q%%u@%%d %%r %%a ''', '{log_line_prefix}',
   $$(select l.reset_val ~ '(csv|json)log' from pg_catalog.pg_settings l where l.name = 'log_destination')
     or (select pg_catalog.bool_and(s.reset_val ~ ('%-?[0-9]*[' || w.letters || ']')) from pg_catalog.unnest('{mtn,pc,u,d,hr,a}'::pg_catalog.text[]) w(letters))$$),
  ('DB-053', 'Statements that change structure are logged', 'logging', 'medium', 'pg_read_all_settings', 'some', '{"levels": ["ddl", "mod", "all"], "modules": ["pgaudit"]}',
   '{A.8.15,A.8.32}', 'tests/tap/005_database_check.pl', 'By log_statement or a module; the event triggers of isms record them in this database too, see isms.ddl_event.',
   'alter system set log_statement = ddl', '{log_statement,shared_preload_libraries}',
   $$case s.name when 'log_statement' then $1 -> 'levels' ? s.reset_val else libraries && array(select pg_catalog.jsonb_array_elements_text($1 -> 'modules')) end$$),
  ('DB-055', 'The log is collected', 'logging', 'medium', null, 'some', '{}',
   '{A.8.15}', 'tests/tap/005_database_check.pl', 'By the server''s collector, syslog or the event log. Debian''s pg_ctlcluster redirects standard error to a file instead, which the server does not know of: waived there.',
   'alter system set logging_collector = on, then restart', '{logging_collector,log_destination}',
   $$case s.name when 'logging_collector' then s.reset_val = 'on' else s.reset_val ~ 'syslog|eventlog' end$$),
  ('DB-056', 'Log files are not for everybody', 'logging', 'medium', null, 'all', '{"allowed": ["0600", "0640"]}',
   '{A.8.3,A.8.15}', 'tests/tap/005_database_check.pl', 'Logs hold statements, and statements hold data. It concerns files of the server''s collector.',
   'alter system set %s = ''0600''', '{log_file_mode}', $$$1 -> 'allowed' ? s.setting$$),
  ('DB-057', 'Errors are logged', 'logging', 'medium', null, 'all', '{"message_levels": ["error", "log", "fatal", "panic"], "statement_levels": ["log", "fatal", "panic"]}',
   '{A.8.15}', 'tests/tap/005_database_check.pl', 'The lists are the levels that keep too little.',
   'alter system reset %s', '{log_min_messages,log_min_error_statement}',
   $$not $1 -> case s.name when 'log_min_messages' then 'message_levels' else 'statement_levels' end ? s.reset_val$$),
  ('DB-058', 'The log has the agreed time zone', 'logging', 'low', null, 'all', '{"allowed": ["UTC", "GMT", "Etc/UTC"]}',
   '{A.8.17}', 'tests/tap/005_database_check.pl', 'Logs of several machines are put together by time.',
   'alter system set %s = ''UTC''', '{log_timezone}', $$$1 -> 'allowed' ? s.reset_val$$),
  ('DB-059', 'Waits, checkpoints and temporary files are logged', 'logging', 'low', null, 'all', '{}',
   '{A.8.6,A.8.16}', 'tests/tap/005_database_check.pl', 'What runs short shows there first.',
   'alter system set %s = on (a size for log_temp_files)', '{log_lock_waits,log_checkpoints,log_temp_files}', $$s.reset_val not in ('off', '-1')$$),
  ('DB-072', 'The write-ahead log allows recovery to a point in time', 'recovery', 'high', null, 'all', '{"allowed": ["replica", "logical"]}',
   '{A.8.13,A.8.14}', 'tests/tap/005_database_check.pl', 'With minimal neither an archive nor a standby is possible.',
   'alter system set %s = replica, then restart', '{wal_level}', $$$1 -> 'allowed' ? s.reset_val$$),
  ('DB-073', 'Pages have checksums', 'recovery', 'medium', null, 'all', '{}',
   '{A.5.33,A.8.13}', 'tests/tap/005_database_check.pl', 'Without them a damaged page is backed up like a good one. New clusters have them from 18 on.',
   'pg_checksums --enable, with the server stopped: %s', '{data_checksums}', $$s.setting = 'on'$$),
  ('DB-075', 'What is committed stays', 'recovery', 'high', null, 'all', '{}',
   '{A.8.13,A.8.14}', 'tests/tap/005_database_check.pl', 'Off, a crash can lose commits (synchronous_commit) or the whole cluster (the others).',
   'alter system reset %s', '{fsync,full_page_writes,synchronous_commit}', $$s.reset_val <> 'off'$$),
  ('DB-086', 'No setting waits for a restart', 'configuration', 'low', 'pg_read_all_settings', 'all', '{}',
   '{A.8.9}', 'tests/tap/005_database_check.pl', 'What the file says is not what holds.',
   'restart the server: %s', null, $$not s.pending_restart$$),
  ('DB-093', 'Statements and idle transactions have time limits', 'capacity', 'low', null, 'all', '{}',
   '{A.8.5,A.8.6}', 'tests/tap/005_database_check.pl', 'Better set for roles of applications than for all: waive it where they are, see pg_db_role_setting.',
   'alter role ... set %s = ''...''', '{idle_in_transaction_session_timeout,statement_timeout}', $$s.reset_val <> '0'$$)),
checks as (
  insert into isms.database_check (code, title, area, severity, reach, privilege, needs_role, pass_rule, when_none, parameters, shown_by, rationale, remediation, builtin)
  select s.code, s.title, s.area, s.severity, 'cluster', case when s.needs_role is null then 'any role' else 'pg_read_all_settings (pg_monitor has it)' end, s.needs_role, s.pass_rule, 'unknown',
         s.parameters::jsonb, s.shown_by, s.rationale, replace(s.remediation, '%%', '%'), true from shipped s),
controls as (
  insert into isms.database_check_control (database_check, reference, builtin)
  select s.code, r.reference, true from shipped s, unnest(s.controls::isms.reference[]) r(reference))
insert into isms.database_check_query (database_check, query, builtin)
select s.code,
       format($query$select s.name, %s, case when s.setting = s.reset_val or s.vartype = 'integer' then coalesce(nullif(s.setting, ''), 'empty') else pg_catalog.concat(s.reset_val, ' (here ', s.setting, ')') end
       from pg_catalog.pg_settings s%s%s$query$,
              s.condition,
              case when s.condition ~ 'libraries' then $list$,
            lateral (select array(select pg_catalog.btrim(w.word, ' "') from pg_catalog.regexp_split_to_table(s.reset_val, ',') w(word))) l(libraries)$list$ end,
              E'\n      where s.name = any (' || quote_literal(s.names) || ')'),
       true
  from shipped s;

-- From 18 on a list of what is logged.
insert into isms.database_check_query (database_check, min_version, query, builtin)
select q.database_check, 180000,
       replace(q.query, $$s.reset_val = 'on'$$, $$s.reset_val ~ '(^|[, ])(on|true|yes|1|all|authorization)($|[, ])'$$), true
  from isms.database_check_query q
 where q.database_check = 'DB-050';

-- Where there is no collector its files' mode says nothing.
update isms.database_check_query q
   set query = q.query || $$ and exists (select from pg_catalog.pg_settings c where c.name = 'logging_collector' and c.reset_val = 'on')$$
 where q.database_check = 'DB-056';

update isms.database_check c set when_none = 'not_applicable' where c.code = 'DB-056';
