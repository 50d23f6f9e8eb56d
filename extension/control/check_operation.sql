-- What goes on: logging in force, recovery, what is installed, what runs short, what is classified.
with shipped(code, title, area, severity, reach, privilege, needs_role, pass_rule, when_none, parameters, controls, shown_by, rationale, remediation, query) as (values
  ('DB-043', 'Remote sessions are encrypted', 'encryption', 'high', 'cluster', 'pg_read_all_stats (pg_monitor has it)', 'pg_read_all_stats', 'all', 'not_applicable', '{"local": ["127.0.0.0/8", "::1/128"]}',
   '{A.5.14,A.8.24}', 'tests/tap/005_database_check.pl',
   'By TLS or GSSAPI. A picture of this moment; local names the networks that need none.',
   'hostssl instead of host for where %s comes from, in pg_hba.conf',
   $$select pg_catalog.concat_ws(' ', pg_catalog.quote_ident(a.usename), 'from', pg_catalog.host(a.client_addr)),
             pg_catalog.bool_and(coalesce(s.ssl, false) or coalesce(g.encrypted, false)), pg_catalog.count(*) || ' sessions'
       from pg_catalog.pg_stat_activity a
       left join pg_catalog.pg_stat_ssl s on s.pid = a.pid
       left join pg_catalog.pg_stat_gssapi g on g.pid = a.pid
      where a.client_addr is not null
        and not exists (select from pg_catalog.jsonb_array_elements_text($1 -> 'local') l(network) where a.client_addr <<= l.network::pg_catalog.inet)
      group by a.usename, a.client_addr$$),
  ('DB-044', 'Sessions use a current TLS version', 'encryption', 'medium', 'cluster', 'pg_read_all_stats (pg_monitor has it)', 'pg_read_all_stats', 'all', 'not_applicable', '{"allowed": ["TLSv1.2", "TLSv1.3"]}',
   '{A.8.24}', 'tests/tap/005_database_check.pl',
   'Sessions from before ssl_min_protocol_version was raised go on. A picture of this moment.',
   'alter system set ssl_min_protocol_version = ''TLSv1.2''; the client of %s connects anew',
   $$select pg_catalog.concat_ws(' ', pg_catalog.quote_ident(a.usename), 'from', coalesce(pg_catalog.host(a.client_addr), 'here')), $1 -> 'allowed' ? s.version, s.version || ', ' || pg_catalog.count(*) || ' sessions'
       from pg_catalog.pg_stat_ssl s
       join pg_catalog.pg_stat_activity a on a.pid = s.pid
      where s.ssl
      group by a.usename, a.client_addr, s.version$$),
  ('DB-045', 'Functions to encrypt columns are at hand', 'encryption', 'information', 'database', 'any role', null, 'some', 'not_applicable', '{"extensions": ["pgcrypto", "pgsodium"], "needed": false}',
   '{A.8.24}', 'tests/pgtap/database_check.sql',
   'Asked only where needed is true: set it if the statement of applicability claims encrypted columns. That columns are encrypted is not seen.',
   'create extension %s',
   $$select w.name, exists (select from pg_catalog.pg_extension e where e.extname = w.name), null
       from pg_catalog.jsonb_array_elements_text($1 -> 'extensions') w(name)
      where ($1 ->> 'needed')::pg_catalog.bool$$),
  ('DB-054', 'pgaudit logs what changes data, structure and roles', 'logging', 'medium', 'cluster', 'any role', null, 'all', 'not_applicable', '{"classes": ["ddl", "role", "write"]}',
   '{A.8.15,A.8.16}', 'tests/tap/005_database_check.pl',
   'Where pgaudit is loaded. A class taken out again (-ddl) does not count.',
   'alter system set pgaudit.log = ''ddl, role, write''; missing: %s',
   $$select c.class, (c.class = any (w.words) or 'all' = any (w.words)) and not '-' || c.class = any (w.words), 'pgaudit.log = ' || s.reset_val
       from pg_catalog.pg_settings s,
            pg_catalog.jsonb_array_elements_text($1 -> 'classes') c(class),
            lateral (select pg_catalog.regexp_split_to_array(pg_catalog.lower(s.reset_val), '[, ]+')) w(words)
      where s.name = 'pgaudit.log'$$),
  ('DB-060', 'Replication commands are logged', 'logging', 'low', 'cluster', 'any role', null, 'all', 'not_applicable', '{}',
   '{A.8.15}', 'tests/tap/005_database_check.pl',
   'Asked where there is a replication slot or a standby: who copies the whole cluster should leave a trace.',
   'alter system set %s = on',
   $$select s.name, s.reset_val = 'on', s.reset_val
       from pg_catalog.pg_settings s
      where s.name = 'log_replication_commands'
        and (exists (select from pg_catalog.pg_replication_slots) or exists (select from pg_catalog.pg_stat_replication))$$),
  ('DB-061', 'No role or database is set to log less or to go past triggers', 'logging', 'high', 'cluster', 'any role', null, 'all', 'not_applicable',
   '{"pattern": "^(log_statement=none|log_min_error_statement=(log|fatal|panic)|log_min_messages=(log|fatal|panic)|session_replication_role=replica|row_security=off|pgaudit\\.log=none|event_triggers=(off|false|no|0)|isms\\.allow_drop=(on|true|yes|1))$"}',
   '{A.8.9,A.8.15}', 'tests/pgtap/database_check.sql',
   'ALTER ROLE and ALTER DATABASE ... SET go before the configuration file.',
   'alter role or database ... reset: %s',
   $$select pg_catalog.concat_ws(' ', 'role ' || pg_catalog.quote_ident(r.rolname), 'database ' || pg_catalog.quote_ident(d.datname), pg_catalog.split_part(x.setting, '=', 1)),
             x.setting !~* ($1 ->> 'pattern'), x.setting
       from pg_catalog.pg_db_role_setting s
       left join pg_catalog.pg_roles r on r.oid = s.setrole
       left join pg_catalog.pg_database d on d.oid = s.setdatabase,
            pg_catalog.unnest(s.setconfig) x(setting)$$),
  ('DB-062', 'No trigger is switched off', 'logging', 'high', 'database', 'any role', null, 'all', 'not_applicable', '{}',
   '{A.5.33,A.8.15}', 'tests/pgtap/database_check.sql',
   'A disabled trigger, or one that fires for replicas alone, leaves a gap in what it records or enforces; of foreign keys too. The triggers of isms are off until isms.activate().',
   'alter table ... enable trigger: %s',
   $$select pg_catalog.quote_ident(t.tgname) || ' on ' || t.tgrelid::pg_catalog.regclass::pg_catalog.text, t.tgenabled in ('O', 'A'), case t.tgenabled when 'D' then 'disabled' when 'R' then 'for replicas alone' end
       from pg_catalog.pg_trigger t$$),
  ('DB-063', 'Audit triggers fire always', 'logging', 'medium', 'database', 'any role', null, 'all', 'not_applicable', '{"pattern": "audit|isms_capture"}',
   '{A.8.15}', 'tests/pgtap/database_check.sql',
   'session_replication_role = replica skips triggers that are not ENABLE ALWAYS. Found by the name of the trigger or of its function.',
   'alter table ... enable always trigger: %s',
   $$select pg_catalog.quote_ident(t.tgname) || ' on ' || t.tgrelid::pg_catalog.regclass::pg_catalog.text, t.tgenabled = 'A', case t.tgenabled when 'O' then 'not in replica role' when 'D' then 'disabled' when 'R' then 'for replicas alone' end
       from pg_catalog.pg_trigger t
       join pg_catalog.pg_proc p on p.oid = t.tgfoid
      where not t.tgisinternal and (t.tgname ~* ($1 ->> 'pattern') or p.proname ~* ($1 ->> 'pattern'))$$),
  ('DB-064', 'Changes of structure are seen by an event trigger', 'logging', 'medium', 'database', 'any role', null, 'some', 'fail', '{}',
   '{A.8.15,A.8.32}', 'tests/pgtap/database_check.sql',
   'That of isms counts once it is active.',
   'select isms.activate(), or: alter event trigger %s enable always',
   $$select pg_catalog.quote_ident(e.evtname), e.evtenabled in ('O', 'A'), e.evtevent
       from pg_catalog.pg_event_trigger e
      where e.evtevent in ('ddl_command_end', 'sql_drop')$$),
  ('DB-070', 'The write-ahead log is archived', 'recovery', 'high', 'cluster', 'any role', null, 'all', 'unknown', '{}',
   '{A.8.13}', 'tests/tap/005_database_check.pl',
   'Waived where pg_receivewal or a storage snapshot does it. That a backup can be restored is shown by restoring it.',
   'alter system set archive_mode = on and archive_command = ''...'', then restart: %s',
   $$select s.name, s.reset_val in ('on', 'always'), s.reset_val from pg_catalog.pg_settings s where s.name = 'archive_mode'
      union all
     select 'archive_command', pg_catalog.bool_or(s.reset_val <> ''), case when pg_catalog.bool_or(s.reset_val <> '') then 'set' else 'neither command nor library' end
       from pg_catalog.pg_settings s
      where s.name in ('archive_command', 'archive_library')$$),
  ('DB-071', 'The archiver keeps up', 'recovery', 'high', 'cluster', 'any role', null, 'all', 'not_applicable', '{"maximum_minutes": 60}',
   '{A.8.13}', 'tests/tap/005_database_check.pl',
   'Asked while archive_mode is on. Nothing archived for long offends only where archive_timeout makes the server archive when idle.',
   'see the server''s log for what archive_command says: %s',
   $$select 'archiver',
             not (coalesce(a.last_failed_time, '-infinity') > coalesce(a.last_archived_time, '-infinity')
                  or t.reset_val <> '0' and coalesce(a.last_archived_time, a.stats_reset) < pg_catalog.clock_timestamp() - pg_catalog.make_interval(mins => ($1 ->> 'maximum_minutes')::pg_catalog.int4)),
             pg_catalog.concat_ws(', ', a.archived_count || ' archived', 'last ' || a.last_archived_time, a.failed_count || ' failed', 'last ' || a.last_failed_time)
       from pg_catalog.pg_stat_archiver a
       join pg_catalog.pg_settings s on s.name = 'archive_mode' and s.reset_val in ('on', 'always')
       join pg_catalog.pg_settings t on t.name = 'archive_timeout'$$),
  ('DB-074', 'No checksum failed', 'recovery', 'high', 'cluster', 'any role', null, 'all', 'not_applicable', '{}',
   '{A.5.33,A.8.16}', 'tests/tap/005_database_check.pl',
   'A failure is damage: of the disk, the memory or by hand. Where pages have no checksums there is nothing to judge.',
   'restore what is damaged in database %s, then select pg_stat_reset() there',
   $$select coalesce(pg_catalog.quote_ident(d.datname), 'shared'), d.checksum_failures = 0, pg_catalog.concat_ws(', ', d.checksum_failures || ' failures', 'last ' || d.checksum_last_failure)
       from pg_catalog.pg_stat_database d
      where d.checksum_failures is not null$$),
  ('DB-076', 'Standbys stream', 'recovery', 'medium', 'cluster', 'pg_read_all_stats (pg_monitor has it)', 'pg_read_all_stats', 'all', 'not_applicable', '{"minimum": 1}',
   '{A.5.30,A.8.14}', 'tests/tap/005_database_check.pl',
   'minimum is how many the continuity plan counts on, 0 where none. Asked on the primary.',
   'see the log of the standby: %s',
   $$select 'streaming standbys', pg_catalog.count(*) filter (where r.state = 'streaming') >= ($1 ->> 'minimum')::pg_catalog.numeric, pg_catalog.count(*) filter (where r.state = 'streaming')::pg_catalog.text
       from pg_catalog.pg_stat_replication r
     having not pg_catalog.pg_is_in_recovery()$$),
  ('DB-077', 'Standbys keep up', 'recovery', 'medium', 'cluster', 'pg_read_all_stats (pg_monitor has it)', 'pg_read_all_stats', 'all', 'not_applicable', '{"maximum_seconds": 60}',
   '{A.5.30,A.8.14}', 'tests/tap/005_database_check.pl',
   'The lag in replaying is what a failover loses or waits for. A picture of this moment; a standby that has caught up has none.',
   'see the load and the log of the standby: %s',
   $$select pg_catalog.concat_ws(' ', pg_catalog.quote_ident(r.application_name), pg_catalog.host(r.client_addr)),
             coalesce(r.replay_lag <= pg_catalog.make_interval(secs => ($1 ->> 'maximum_seconds')::pg_catalog.float8), true), coalesce('lag ' || r.replay_lag, 'caught up')
       from pg_catalog.pg_stat_replication r$$),
  ('DB-078', 'No replication slot is abandoned', 'recovery', 'medium', 'cluster', 'any role', null, 'all', 'not_applicable', '{"allowed": []}',
   '{A.8.6,A.8.14}', 'tests/tap/005_database_check.pl',
   'A slot nobody reads keeps write-ahead log until the disk is full, unless max_slot_wal_keep_size bounds it.',
   'select pg_drop_replication_slot(''%s'')',
   $$select s.slot_name::pg_catalog.text, s.active or $1 -> 'allowed' ? s.slot_name::pg_catalog.text, pg_catalog.concat_ws(', ', case when s.active then 'active' else 'inactive' end, 'write-ahead log ' || s.wal_status,
             pg_catalog.pg_size_pretty(pg_catalog.pg_wal_lsn_diff(case when pg_catalog.pg_is_in_recovery() then pg_catalog.pg_last_wal_replay_lsn() else pg_catalog.pg_current_wal_lsn() end, s.restart_lsn)))
       from pg_catalog.pg_replication_slots s$$),
  ('DB-079', 'Tables survive a crash', 'recovery', 'medium', 'database', 'any role', null, 'all', 'not_applicable', '{"allowed": []}',
   '{A.5.33,A.8.13}', 'tests/pgtap/database_check.sql',
   'An unlogged table is emptied by a crash and is not on standbys: fit for what can be made again, named in allowed.',
   'alter table %s set logged',
   $$select c.oid::pg_catalog.regclass::pg_catalog.text, c.relpersistence <> 'u' or $1 -> 'allowed' ? c.oid::pg_catalog.regclass::pg_catalog.text, case c.relpersistence when 'u' then 'unlogged' end
       from pg_catalog.pg_class c
       join pg_catalog.pg_namespace n on n.oid = c.relnamespace and n.nspname <> 'information_schema' and n.nspname !~ '^pg_'
      where c.relkind = 'r' and c.relpersistence <> 't'$$),
  ('DB-080', 'The major version is maintained', 'software', 'high', 'cluster', 'any role', null, 'all', 'unknown',
   '{"end_of_life": {"13": "2025-11-13", "14": "2026-11-12", "15": "2027-11-11", "16": "2028-11-09", "17": "2029-11-08", "18": "2030-11-14"}}',
   '{A.8.8}', 'tests/pgtap/database_check.sql',
   'After that day no fault is mended. The days are those the project publishes; a version that is not in the list is unknown.',
   'upgrade from %s: pg_upgrade, or a dump and a restore',
   $$select 'PostgreSQL ' || v.major, ($1 -> 'end_of_life' ->> v.major)::pg_catalog.date > pg_catalog.clock_timestamp()::pg_catalog.date, coalesce('maintained until ' || ($1 -> 'end_of_life' ->> v.major), 'end of life not in the list')
       from (select (pg_catalog.current_setting('server_version_num')::pg_catalog.int4 / 10000)::pg_catalog.text) v(major)$$),
  ('DB-081', 'The minor version is the newest known', 'software', 'high', 'cluster', 'any role', null, 'all', 'unknown', '{"newest": {}}',
   '{A.8.8}', 'tests/pgtap/database_check.sql',
   'A minor release mends faults and vulnerabilities alone. newest is kept by the scope, {"15": 20}; until it names the major version the result is unknown.',
   'install the newest packages of %s and restart',
   $$select 'PostgreSQL ' || v.major, v.minor >= ($1 -> 'newest' ->> v.major)::pg_catalog.int4,
             pg_catalog.concat(v.major, '.', v.minor, ', newest known ', coalesce(($1 -> 'newest' ->> v.major), 'none'))
       from (select (n / 10000)::pg_catalog.text, n % 10000 from (select pg_catalog.current_setting('server_version_num')::pg_catalog.int4) x(n)) v(major, minor)$$),
  ('DB-082', 'Extensions are at the version that is installed', 'software', 'medium', 'database', 'any role', null, 'all', 'unknown', '{}',
   '{A.8.8,A.8.19}', 'tests/pgtap/database_check.sql',
   'New packages bring the files; each database has its extensions updated by a statement.',
   'alter extension %s update',
   $$select pg_catalog.quote_ident(e.extname), e.extversion = a.default_version, pg_catalog.concat(e.extversion, ', available ', coalesce(a.default_version, 'none'))
       from pg_catalog.pg_extension e
       left join pg_catalog.pg_available_extensions a on a.name = e.extname$$),
  ('DB-083', 'Extensions are among those allowed', 'software', 'medium', 'database', 'any role', null, 'all', 'unknown', '{"allowed": ["plpgsql", "isms"]}',
   '{A.8.19}', 'tests/pgtap/database_check.sql',
   'Code that runs with the server''s rights is chosen.',
   'drop extension %s',
   $$select pg_catalog.quote_ident(e.extname), $1 -> 'allowed' ? e.extname::pg_catalog.text, e.extversion from pg_catalog.pg_extension e$$),
  ('DB-084', 'No untrusted language is installed', 'software', 'high', 'database', 'any role', null, 'all', 'unknown', '{"allowed": []}',
   '{A.8.18,A.8.19}', 'tests/pgtap/database_check.sql',
   'A function in one reaches the server''s files and network. c and internal are the server''s own.',
   'drop language %s',
   $$select pg_catalog.quote_ident(l.lanname), l.lanpltrusted or $1 -> 'allowed' ? l.lanname::pg_catalog.text, case when not l.lanpltrusted then 'untrusted' end
       from pg_catalog.pg_language l
      where l.lanispl$$),
  ('DB-085', 'Preloaded libraries are among those allowed', 'software', 'high', 'cluster', 'pg_read_all_settings (pg_monitor has it)', 'pg_read_all_settings', 'all', 'unknown',
   '{"allowed": ["isms", "pgaudit", "pg_stat_statements", "auth_delay", "passwordcheck", "credcheck"]}',
   '{A.8.9,A.8.19}', 'tests/tap/005_database_check.pl',
   'They run in every session.',
   'alter system set ... without %s, then restart',
   $$select coalesce(l.name, s.name), l.name is null or $1 -> 'allowed' ? l.name, case when l.name is null then 'none' else s.name end
       from pg_catalog.pg_settings s
       left join lateral (select pg_catalog.regexp_replace(pg_catalog.btrim(w.word, ' "'), '^\$libdir/(plugins/)?|\.so$', '', 'g')
                            from pg_catalog.regexp_split_to_table(s.reset_val, ',') w(word)
                           where w.word ~ '[^ "]') l(name) on true
      where s.name in ('shared_preload_libraries', 'session_preload_libraries', 'local_preload_libraries')$$),
  ('DB-087', 'The configuration is the approved one', 'configuration', 'medium', 'cluster', 'pg_read_all_settings (pg_monitor has it)', 'pg_read_all_settings', 'all', 'unknown', '{"fingerprint": ""}',
   '{A.8.9,A.8.32}', 'tests/tap/005_database_check.pl',
   'SHA-256 of name=value of what files, command line and environment set, settings that sessions choose for themselves aside. The evidence shows it; set as parameter fingerprint it is the baseline, and until then the result is unknown.',
   'find what was changed, or set the parameter to what %s is now',
   $$select 'fingerprint', f.digest = nullif($1 ->> 'fingerprint', ''), f.digest
       from (select pg_catalog.encode(pg_catalog.sha256(pg_catalog.convert_to(pg_catalog.string_agg(s.name || '=' || s.reset_val, E'\n' order by s.name collate "C"), 'UTF8')), 'hex')
               from pg_catalog.pg_settings s
              where s.source in ('configuration file', 'command line', 'environment variable') and s.context not in ('user', 'internal')) f(digest)$$),
  ('DB-088', 'Settings made with ALTER SYSTEM are known', 'configuration', 'low', 'cluster', 'superuser, or EXECUTE on pg_show_all_file_settings() and SELECT on pg_file_settings', null, 'all', 'not_applicable', '{"allowed": []}',
   '{A.8.9,A.8.32}', 'tests/tap/005_database_check.pl',
   'They go past the file that is managed. allowed names the settings for which there is a change record.',
   'alter system reset %s',
   $$select f.name, $1 -> 'allowed' ? f.name, f.setting
       from pg_catalog.pg_file_settings f
      where f.sourcefile ~ 'postgresql\.auto\.conf$'$$),
  ('DB-089', 'Foreign servers are among those allowed', 'network', 'medium', 'database', 'any role', null, 'all', 'not_applicable', '{"allowed": []}',
   '{A.8.20,A.8.31}', 'tests/pgtap/database_check.sql',
   'A link from test to production, or the other way, joins what is kept apart.',
   'drop server %s',
   $$select pg_catalog.quote_ident(s.srvname), $1 -> 'allowed' ? s.srvname::pg_catalog.text, (select pg_catalog.string_agg(o.setting, ', ') from pg_catalog.unnest(s.srvoptions) o(setting) where o.setting ~* '^(host|hostaddr|port|dbname|filename)=')
       from pg_catalog.pg_foreign_server s$$),
  ('DB-090', 'Connections are to spare', 'capacity', 'medium', 'cluster', 'pg_read_all_stats (pg_monitor has it)', 'pg_read_all_stats', 'all', 'unknown', '{"maximum_fraction": 0.8}',
   '{A.8.6}', 'tests/pgtap/database_check.sql',
   'A picture of this moment.',
   'a connection pool, or more max_connections: %s',
   $$select 'connections', pg_catalog.count(*) < ($1 ->> 'maximum_fraction')::pg_catalog.numeric * pg_catalog.current_setting('max_connections')::pg_catalog.numeric,
             pg_catalog.concat(pg_catalog.count(*), ' of ', pg_catalog.current_setting('max_connections'))
       from pg_catalog.pg_stat_activity a
      where a.backend_type = 'client backend'$$),
  ('DB-091', 'Transaction ids are frozen in time', 'capacity', 'high', 'cluster', 'any role', null, 'all', 'unknown', '{"maximum_age": 500000000}',
   '{A.8.6}', 'tests/pgtap/database_check.sql',
   'At two thousand million the server stops writing. autovacuum begins at autovacuum_freeze_max_age, 200 million unless set, so an age far above says that it does not get there. Multixacts count as well.',
   'vacuum (freeze) in database %s; look for old transactions, prepared ones and slots',
   $$select pg_catalog.quote_ident(d.datname), greatest(pg_catalog.age(d.datfrozenxid), pg_catalog.mxid_age(d.datminmxid)) <= ($1 ->> 'maximum_age')::pg_catalog.numeric,
             pg_catalog.concat('age ', pg_catalog.age(d.datfrozenxid), ', of multixacts ', pg_catalog.mxid_age(d.datminmxid))
       from pg_catalog.pg_database d$$),
  ('DB-092', 'Sequences are not used up', 'capacity', 'medium', 'database', 'SELECT on each sequence', null, 'all', 'not_applicable', '{"maximum_fraction": 0.8}',
   '{A.8.6}', 'tests/pgtap/database_check.sql',
   'When one is, every INSERT fails. Those that go round are passed over; a column narrower than its sequence is not seen.',
   'alter table ... alter column ... type bigint; alter sequence %s as bigint',
   $$select s.object, case when s.used is not null then s.used <= ($1 ->> 'maximum_fraction')::pg_catalog.numeric when s.readable then true end,
             case when not s.readable then 'may not be read' when s.used is null then 'unused' else pg_catalog.round(100 * s.used, 1) || ' %' end
       from (select c.oid::pg_catalog.regclass::pg_catalog.text, r.readable,
                    case when q.seqincrement > 0 then l.last - q.seqmin else q.seqmax - l.last end / nullif(q.seqmax::pg_catalog.numeric - q.seqmin, 0)
               from pg_catalog.pg_sequence q
               join pg_catalog.pg_class c on c.oid = q.seqrelid and c.relpersistence = 'p',
                    lateral (select pg_catalog.has_sequence_privilege(c.oid, 'select, usage')) r(readable),
                    lateral (select case when r.readable then pg_catalog.pg_sequence_last_value(c.oid) end::pg_catalog.numeric) l(last)
              where not q.seqcycle) s(object, readable, used)$$),
  ('DB-094', 'No transaction lies idle for long', 'capacity', 'medium', 'cluster', 'pg_read_all_stats (pg_monitor has it)', 'pg_read_all_stats', 'all', 'unknown', '{"maximum_minutes": 15}',
   '{A.8.6,A.8.16}', 'tests/tap/005_database_check.pl',
   'It keeps locks and rows that were deleted. A picture of this moment.',
   'select pg_terminate_backend(<pid>): %s',
   $$select pg_catalog.concat_ws(' ', 'process', a.pid, pg_catalog.quote_ident(a.usename)),
             a.state !~ '^idle in transaction' or pg_catalog.clock_timestamp() - a.xact_start <= pg_catalog.make_interval(mins => ($1 ->> 'maximum_minutes')::pg_catalog.int4),
             pg_catalog.concat(a.state, ' since ', a.xact_start)
       from pg_catalog.pg_stat_activity a
      where a.backend_type = 'client backend' and a.state is not null$$),
  ('DB-100', 'Tables are classified', 'classification', 'medium', 'database', 'any role', null, 'all', 'not_applicable', '{"pattern": "class(ification)?[:=]"}',
   '{A.5.9,A.5.12,A.5.13}', 'tests/pgtap/database_check.sql',
   'By a security label of any provider, or by a comment that pattern finds. Members of extensions and partitions are passed over.',
   'comment on table %s is ''... classification: internal''',
   $$select c.oid::pg_catalog.regclass::pg_catalog.text,
             exists (select from pg_catalog.pg_seclabel l where l.classoid = 'pg_catalog.pg_class'::pg_catalog.regclass and l.objoid = c.oid and l.objsubid = 0)
             or coalesce(pg_catalog.obj_description(c.oid, 'pg_class') ~* ($1 ->> 'pattern'), false), null
       from pg_catalog.pg_class c
       join pg_catalog.pg_namespace n on n.oid = c.relnamespace and n.nspname not in ('information_schema', 'isms') and n.nspname !~ '^pg_'
      where c.relkind in ('r', 'p') and not c.relispartition
        and not exists (select from pg_catalog.pg_depend d where d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass and d.objid = c.oid and d.deptype = 'e')$$),
  ('DB-101', 'Columns that look personal are labelled', 'classification', 'low', 'database', 'any role', null, 'all', 'not_applicable',
   '{"pattern": "e_?mail|phone|birth|ssn|passport|iban|salary|address"}',
   '{A.5.34,A.8.11}', 'tests/pgtap/database_check.sql',
   'By their names alone; a label of any provider counts, a masking rule of anon is one.',
   'security label for ... on column %s is ''...''',
   $$select c.oid::pg_catalog.regclass::pg_catalog.text || '.' || pg_catalog.quote_ident(a.attname),
             exists (select from pg_catalog.pg_seclabel l where l.classoid = 'pg_catalog.pg_class'::pg_catalog.regclass and l.objoid = c.oid and l.objsubid = a.attnum), null
       from pg_catalog.pg_class c
       join pg_catalog.pg_namespace n on n.oid = c.relnamespace and n.nspname not in ('information_schema', 'isms') and n.nspname !~ '^pg_'
       join pg_catalog.pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
      where c.relkind in ('r', 'p') and not c.relispartition and a.attname ~* ($1 ->> 'pattern')
        and not exists (select from pg_catalog.pg_depend d where d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass and d.objid = c.oid and d.deptype = 'e')$$),
  ('DB-102', 'Publications name their tables', 'classification', 'medium', 'database', 'any role', null, 'all', 'not_applicable', '{"allowed": []}',
   '{A.5.14,A.8.12}', 'tests/pgtap/database_check.sql',
   'FOR ALL TABLES and FOR TABLES IN SCHEMA send out what is made later, too.',
   'drop publication %s; create publication ... for table ...',
   $$select pg_catalog.quote_ident(p.pubname), $1 -> 'allowed' ? p.pubname::pg_catalog.text or not p.puballtables and s.names is null,
             case when p.puballtables then 'all tables' else 'tables in schema ' || s.names end
       from pg_catalog.pg_publication p,
            lateral (select pg_catalog.string_agg(n.nspname, ', ' order by n.nspname)
                       from pg_catalog.pg_publication_namespace x
                       join pg_catalog.pg_namespace n on n.oid = x.pnnspid
                      where x.pnpubid = p.oid) s(names)$$)),
checks as (
  insert into isms.database_check (code, title, area, severity, reach, privilege, needs_role, pass_rule, when_none, parameters, shown_by, rationale, remediation, builtin)
  select s.code, s.title, s.area, s.severity, s.reach, s.privilege, s.needs_role, s.pass_rule, s.when_none, s.parameters::jsonb, s.shown_by, s.rationale, s.remediation, true from shipped s),
controls as (
  insert into isms.database_check_control (database_check, reference, builtin)
  select s.code, r.reference, true from shipped s, unnest(s.controls::isms.reference[]) r(reference))
insert into isms.database_check_query (database_check, query, builtin)
select s.code, s.query, true from shipped s;
