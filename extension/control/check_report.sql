-- What the results say today.  A waiver is a decision, so it counts when it is looked at, not when the check ran.
create view isms.database_check_status with (security_invoker = true) as
  select s.scope,
         c.code,
         c.title,
         c.area,
         c.severity,
         c.reach,
         k.controls,
         coalesce(r.status, 'not_run') as status,
         case
           when r.status is null then 'not_run'
           when r.status = 'fail' and w.waived >= r.offending then 'waived'
           else r.status
         end as standing,
         r.judged,
         r.offending,
         w.waived,
         r.unseen,
         r.message,
         r.evidence,
         (r.evaluated_at at time zone z.time_zone)::date as checked_on,
         s.today - (r.evaluated_at at time zone z.time_zone)::date as days,
         r.evaluated_at,
         coalesce(b.since, f.since) as since,
         b.status as previous_status,
         n.status as known_status,
         n.evaluated_at as known_at,
         u.incarnation = isms.incarnation() as of_this_database,
         u.evaluated_as,
         r.run
    from isms.scope_day s
    join isms.scope z on z.code = s.scope
    cross join isms.database_check c
    left join lateral (
      select string_agg(x.reference::text, ', ' order by x.reference) as controls
        from isms.database_check_control x
       where x.database_check = c.code and x.catalogue = isms.base_catalogue()) k on true
    left join lateral (
      select l.*
        from isms.database_check_result l
       where l.scope = s.scope and l.database_check = c.code
       order by l.id desc
       limit 1) r on true
    left join isms.database_check_run u on u.scope = r.scope and u.id = r.run
    left join lateral (
      select case
               when exists (select from isms.database_check_waiver v
                             where v.scope = s.scope and v.database_check = c.code and v.status = 'approved' and v.expires_on >= s.today and v.object = '*')
                 then r.offending
               else (select count(*)
                       from unnest(r.offenders) o(object)
                      where exists (select from isms.database_check_waiver v
                                     where v.scope = s.scope and v.database_check = c.code and v.status = 'approved' and v.expires_on >= s.today
                                       and isms.object_matches(o.object, v.object)))
             end as waived
       where r.id is not null) w on true
    -- the last result that was another one, and the first since
    left join lateral (
      select l.status,
             (select m.evaluated_at from isms.database_check_result m
               where m.scope = s.scope and m.database_check = c.code and m.id > l.id order by m.id limit 1) as since
        from isms.database_check_result l
       where l.scope = s.scope and l.database_check = c.code and l.status <> r.status
       order by l.id desc
       limit 1) b on true
    left join lateral (
      select l.evaluated_at as since
        from isms.database_check_result l
       where l.scope = s.scope and l.database_check = c.code
       order by l.id
       limit 1) f on true
    left join lateral (
      select l.status, l.evaluated_at
        from isms.database_check_result l
       where l.scope = s.scope and l.database_check = c.code and l.status <> 'unknown'
       order by l.id desc
       limit 1) n on true;

comment on view isms.database_check_status is 'Each check in each scope: the latest result, since when it has been so, what was before';
comment on column isms.database_check_status.scope is 'Scope';
comment on column isms.database_check_status.code is 'Check';
comment on column isms.database_check_status.title is 'What should be so';
comment on column isms.database_check_status.area is 'Group for display';
comment on column isms.database_check_status.severity is 'high, medium, low or information';
comment on column isms.database_check_status.reach is 'cluster or database';
comment on column isms.database_check_status.controls is 'Controls of the base catalogue it speaks for';
comment on column isms.database_check_status.status is 'Latest result: pass, fail, unknown or not_applicable; not_run: none yet';
comment on column isms.database_check_status.standing is 'The same, but waived where everything that offends is waived today';
comment on column isms.database_check_status.judged is 'How many things were judged';
comment on column isms.database_check_status.offending is 'How many offend, waived ones included';
comment on column isms.database_check_status.waived is 'How many of those are waived today; of more than 50 offenders only what waives the whole check counts for the rest';
comment on column isms.database_check_status.unseen is 'How many could not be seen or judged';
comment on column isms.database_check_status.message is 'The result in words';
comment on column isms.database_check_status.evidence is 'What was seen, the first three things';
comment on column isms.database_check_status.checked_on is 'Day of the latest result, in the scope';
comment on column isms.database_check_status.days is 'How many days ago that was';
comment on column isms.database_check_status.evaluated_at is 'Time of the latest result';
comment on column isms.database_check_status.since is 'Time of the first result since when the status has been the same';
comment on column isms.database_check_status.previous_status is 'Status before that; null: none';
comment on column isms.database_check_status.known_status is 'Latest status that is not unknown';
comment on column isms.database_check_status.known_at is 'When that was';
comment on column isms.database_check_status.of_this_database is 'Was the latest result found here? False after a restore elsewhere or a promotion';
comment on column isms.database_check_status.evaluated_as is 'Database role with whose rights it was found';
comment on column isms.database_check_status.run is 'Run of the latest result';

create view isms.database_check_finding with (security_invoker = true) as
  select s.scope,
         s.code,
         s.title,
         s.severity,
         d.value ->> 'object' as object,
         d.value ->> 'evidence' as evidence,
         w.code is not null as waived,
         w.code as waiver,
         w.expires_on as waived_until,
         replace(c.remediation, '%s', d.value ->> 'object') as remediation,
         s.evaluated_at
    from isms.database_check_status s
    join isms.database_check c on c.code = s.code
    join isms.database_check_result r on r.scope = s.scope and r.run = s.run and r.database_check = s.code
    join isms.scope_day y on y.scope = s.scope
    cross join lateral jsonb_array_elements(r.details) d(value)
    left join lateral (
      select v.code, v.expires_on
        from isms.database_check_waiver v
       where v.scope = s.scope and v.database_check = s.code and v.status = 'approved' and v.expires_on >= y.today
         and isms.object_matches(d.value ->> 'object', v.object)
       order by v.expires_on desc, v.code
       limit 1) w on true;

comment on view isms.database_check_finding is 'Objects that offend by the latest result of each check, the first 50, and how to mend them';
comment on column isms.database_check_finding.scope is 'Scope';
comment on column isms.database_check_finding.code is 'Check';
comment on column isms.database_check_finding.title is 'What should be so';
comment on column isms.database_check_finding.severity is 'high, medium, low or information';
comment on column isms.database_check_finding.object is 'Object, as SQL spells it';
comment on column isms.database_check_finding.evidence is 'What was seen of it';
comment on column isms.database_check_finding.waived is 'Waived today?';
comment on column isms.database_check_finding.waiver is 'Waiver, the longest';
comment on column isms.database_check_finding.waived_until is 'Its last day';
comment on column isms.database_check_finding.remediation is 'Statement or setting that mends it';
comment on column isms.database_check_finding.evaluated_at is 'When it was found';

create view isms.database_check_trend with (security_invoker = true) as
  select u.scope,
         u.id as run,
         (u.began_at at time zone z.time_zone)::date as checked_on,
         u.began_at,
         count(*) as checks,
         count(*) filter (where r.status = 'pass') as passed,
         count(*) filter (where r.status = 'fail' and r.waived < r.offending) as failed,
         count(*) filter (where r.status = 'fail' and r.waived >= r.offending) as waived,
         count(*) filter (where r.status = 'unknown') as unknown,
         count(*) filter (where r.status = 'not_applicable') as not_applicable,
         sum(r.judged)::bigint as judged,
         sum(r.offending)::bigint as offending,
         u.evaluated_as,
         u.person,
         u.server_version,
         u.database_name,
         p.name as person_name
    from isms.database_check_run u
    join isms.scope z on z.code = u.scope
    left join isms.person p on p.code = u.person
    join isms.database_check_result r on r.scope = u.scope and r.run = u.id
   group by u.id, z.code, p.code;

comment on view isms.database_check_trend is 'Each run of the checks in figures, waivers as they were then';
comment on column isms.database_check_trend.scope is 'Scope';
comment on column isms.database_check_trend.run is 'Run';
comment on column isms.database_check_trend.checked_on is 'Day, in the scope';
comment on column isms.database_check_trend.began_at is 'When it began';
comment on column isms.database_check_trend.checks is 'How many checks';
comment on column isms.database_check_trend.passed is 'How many passed';
comment on column isms.database_check_trend.failed is 'How many failed';
comment on column isms.database_check_trend.waived is 'How many failed with everything that offended waived';
comment on column isms.database_check_trend.unknown is 'How many could not be seen or evaluated';
comment on column isms.database_check_trend.not_applicable is 'How many had nothing to judge';
comment on column isms.database_check_trend.judged is 'How many things were judged';
comment on column isms.database_check_trend.offending is 'How many of them offended';
comment on column isms.database_check_trend.evaluated_as is 'Database role with whose rights';
comment on column isms.database_check_trend.person is 'Person who ran it';
comment on column isms.database_check_trend.server_version is 'server_version_num';
comment on column isms.database_check_trend.database_name is 'Database';
comment on column isms.database_check_trend.person_name is 'Name of that person';

-- 6.1.3 d, 9.1: what the server shows of a control.
create view isms.database_check_by_control with (security_invoker = true) as
  select s.scope,
         c.reference::text as code,
         c.title,
         isms.sort_key(c.reference) as sort_key,
         case
           when count(*) filter (where s.standing = 'fail') > 0 then 'fail'
           when count(*) filter (where s.standing in ('unknown', 'not_run')) > 0 then 'unknown'
           when count(*) filter (where s.standing = 'waived') > 0 then 'waived'
           when count(*) filter (where s.standing = 'pass') > 0 then 'pass'
           else 'not_applicable'
         end as standing,
         count(*) as checks,
         count(*) filter (where s.standing = 'pass') as passed,
         count(*) filter (where s.standing = 'fail') as failed,
         count(*) filter (where s.standing = 'waived') as waived,
         count(*) filter (where s.standing in ('unknown', 'not_run')) as unknown,
         count(*) filter (where s.standing = 'not_applicable') as not_applicable,
         string_agg(s.code, ', ' order by s.code collate "C") filter (where s.standing = 'fail') as failing,
         max(s.days) as oldest_days,
         i.implementations
    from isms.database_check_control k
    join isms.control c on c.catalogue = k.catalogue and c.reference = k.reference
    join isms.database_check_status s on s.code = k.database_check
    left join lateral (
      select string_agg(l.implementation, ', ' order by l.implementation collate "C") as implementations
        from isms.implementation_control l
        join isms.implementation m on m.scope = l.scope and m.code = l.implementation and m.status <> 'retired'
       where l.scope = s.scope and l.catalogue = k.catalogue and l.reference = k.reference) i on true
   where k.catalogue = isms.base_catalogue()
   group by s.scope, c.catalogue, c.reference, i.implementations;

comment on view isms.database_check_by_control is 'What the database checks show of each control they speak for, beside the statement of applicability';
comment on column isms.database_check_by_control.scope is 'Scope';
comment on column isms.database_check_by_control.code is 'Reference of the control';
comment on column isms.database_check_by_control.title is 'Short title';
comment on column isms.database_check_by_control.sort_key is 'Sorts references naturally';
comment on column isms.database_check_by_control.standing is 'The worst of its checks: fail, unknown (or never run), waived, pass, not_applicable';
comment on column isms.database_check_by_control.checks is 'How many checks speak for it';
comment on column isms.database_check_by_control.passed is 'How many pass';
comment on column isms.database_check_by_control.failed is 'How many fail';
comment on column isms.database_check_by_control.waived is 'How many fail with everything that offends waived today';
comment on column isms.database_check_by_control.unknown is 'How many are unknown or were never run';
comment on column isms.database_check_by_control.not_applicable is 'How many had nothing to judge';
comment on column isms.database_check_by_control.failing is 'Checks that fail';
comment on column isms.database_check_by_control.oldest_days is 'Age in days of the oldest of these results';
comment on column isms.database_check_by_control.implementations is 'Implementations that serve the control';

-- 9.1: the way from results to assurance: the checks count as a test of what the organisation runs, said by a person.
create function isms.test_by_database_checks(implementation text, codes text[] default null) returns text
  language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
  in_scope text := isms.default_scope();
  wanted text[] := test_by_database_checks.codes;
  results record;
  made text;
begin
  if not exists (select from isms.implementation i where i.scope = in_scope and i.code = test_by_database_checks.implementation) then
    raise exception using
      errcode = 'no_data_found',
      message = format('there is no implementation %s in scope %s', test_by_database_checks.implementation, in_scope),
      hint = 'isms.implementation lists them.';
  end if;
  wanted := coalesce(wanted, array(
    select distinct k.database_check
      from isms.implementation_control l
      join isms.database_check_control k on k.catalogue = l.catalogue and k.reference = l.reference
     where l.scope = in_scope and l.implementation = test_by_database_checks.implementation));
  if exists (select from unnest(wanted) u(w) where not exists (select from isms.database_check k where k.code = u.w)) or wanted = '{}' then
    raise exception using
      errcode = 'invalid_parameter_value',
      message = case when wanted = '{}' then format('no check speaks for the controls of %s', test_by_database_checks.implementation)
                else 'there is no check ' || (select string_agg(coalesce(u.w, 'null'), ', ') from unnest(wanted) u(w) where not exists (select from isms.database_check k where k.code = u.w)) end,
      hint = 'isms.database_check and isms.database_check_control list them.';
  end if;
  -- What was found in another database is not known of this one.
  select count(*) filter (where v.standing = 'fail') as failed,
         count(*) filter (where v.standing = 'waived') as waived,
         count(*) filter (where v.standing = 'pass') as passed,
         count(*) filter (where v.standing = 'not_applicable') as not_applicable,
         count(*) filter (where v.standing = 'unknown') as unknown,
         string_agg(v.code, ', ' order by v.code collate "C") as codes
    into results
    from (select s.code, case when s.standing = 'not_run' or not s.of_this_database then 'unknown' else s.standing end as standing
            from isms.database_check_status s
           where s.scope = in_scope and s.code = any (wanted)) v;
  insert into isms.control_test (scope, implementation, result, method)
  values (in_scope, test_by_database_checks.implementation,
          case when results.failed > 0 then 'fail'
               when results.unknown > 0 then 'unknown'
               when results.passed + results.waived > 0 then 'pass'
               else 'not_applicable' end,
          format('Database checks %s: %s passed, %s failed, %s waived, %s unknown, %s not applicable', results.codes,
                 results.passed, results.failed, results.waived, results.unknown, results.not_applicable))
  returning code into made;
  return made;
end
$$;

comment on function isms.test_by_database_checks(text, text[]) is 'Records the latest results of database checks, of those named or of all that speak for its controls, as a control_test of an implementation in the default scope, and returns its code: fail if one fails, unknown if one is unknown, was not run or was found in another database, pass otherwise; waived ones are named. Errors: P0002, 22023';
