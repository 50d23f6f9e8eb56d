-- What must hold whenever anybody looks.  A guard sees other rows as they were when its statement began: two transactions at once, or
-- a row written beside the one that was judged, could together break what each of them kept.  So the few rules without which nothing
-- else can be relied on are looked at again at the end of each transaction, under a lock that two of them cannot hold at once.
create function isms.broken_rule(message text, rule text, detail text, hint text, relation text) returns void
  language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
  raise exception using
    errcode = 'IS009',
    message = broken_rule.message,
    detail = format('%s %s', rule, broken_rule.detail),
    hint = broken_rule.hint,
    schema = 'isms', table = relation, constraint = split_part(rule, ' ', 1);
end
$$;

comment on function isms.broken_rule(text, text, text, text, text) is 'Refuses what at the end of a transaction breaks a rule. Errors: IS009';

-- Each look takes a snapshot of its own, taken after the lock.
create function isms.require_new_snapshots(relation text) returns void
  language plpgsql stable set search_path = pg_catalog, pg_temp as $$
begin
  if current_setting('transaction_isolation') = 'repeatable read' then
    raise exception using
      errcode = 'feature_not_supported',
      message = format('this change of %s takes another isolation level than repeatable read', replace(relation, '_', ' ')),
      detail = 'What others commit meanwhile has to be seen at its end.',
      hint = 'Read committed is the default; serializable will do too.',
      schema = 'isms', table = relation;
  end if;
end
$$;

comment on function isms.require_new_snapshots(text) is 'Refuses an isolation level in which what others commit meanwhile is neither seen nor noticed. Errors: 0A000';

-- 5.1: without top management nobody could be appointed to a governing role any more.
create function isms.keep_top_management() returns trigger
  language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
  -- definer: looks at the appointments of all, whatever who ends one may see
declare
  here text;
begin
  perform isms.require_new_snapshots(tg_table_name);
  for here in
    select distinct a.scope
      from isms.role_assignment a
     where a.role = 'top_management'
       and case tg_table_name when 'person' then a.status = 'active' and a.person = to_jsonb(old) ->> 'code'
                              else (a.scope, a.code) = (to_jsonb(old) ->> 'scope', to_jsonb(old) ->> 'code') end
     order by a.scope
  loop
    perform from isms.scope s where s.code = here for no key update;
    if exists (select from isms.scope s where s.code = here and coalesce(s.closed_on > isms.today(here), true))
       and not exists (select from isms.role_assignment a where a.scope = here and a.role = 'top_management' and isms.holds_role(a.person, a.role, a.scope))
       and not isms.is_overlaid(row('appointment', 'end', null, null, null, null, null, null, here)::isms.step, 'guard', 'top_management_remains') then
      perform isms.broken_rule(format('scope %s would be left without top management', here), 'top_management_remains (5.1):',
                               'somebody active holds that role at any time', 'Appoint somebody else first.', tg_table_name);
    end if;
  end loop;
  return null;
end
$$;

comment on function isms.keep_top_management() is 'Trigger at the end of a transaction that ended an appointment of top management, or the time of a person: the scope has another. Errors: IS009, 0A000';

create constraint trigger top_management_remains after update on isms.role_assignment deferrable initially deferred
  for each row when (old.role = 'top_management' and old.status = 'active' and new.status <> 'active') execute function isms.keep_top_management();

create constraint trigger top_management_remains after update on isms.person deferrable initially deferred
  for each row when (old.active_from is distinct from new.active_from or old.active_until is distinct from new.active_until) execute function isms.keep_top_management();

-- 9.2.2 b, A.5.3: who answers for the ISMS does not audit it.
create function isms.keep_roles_apart() returns trigger
  language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
  -- definer: looks at the appointments of all, whatever who appoints may see
begin
  perform isms.require_new_snapshots(tg_table_name);
  perform from isms.person p where p.code = new.person for no key update;
  if (select count(distinct a.role) > 1
        from isms.role_assignment a
       where a.scope = new.scope and a.person = new.person and a.role in ('isms_manager', 'internal_auditor') and a.status = 'active'
         and coalesce(a.valid_until, 'infinity') >= isms.today(a.scope))
     and not isms.is_overlaid(row('appointment', 'appoint', null, null, null, null, null, null, new.scope)::isms.step, 'guard', 'roles_compatible') then
    perform isms.broken_rule(format('%s would be isms_manager and internal_auditor of scope %s', isms.person_name(new.person), new.scope), 'roles_compatible (A.5.3, 9.2.2 b):',
                             'who answers for the ISMS does not audit it', 'End the one appointment first.', tg_table_name);
  end if;
  return null;
end
$$;

comment on function isms.keep_roles_apart() is 'Trigger at the end of a transaction that made an appointment: nobody is isms_manager and internal_auditor of one scope. Errors: IS009, 0A000';

create constraint trigger roles_compatible after insert or update on isms.role_assignment deferrable initially deferred
  for each row when (new.status = 'active' and new.role in ('isms_manager', 'internal_auditor')) execute function isms.keep_roles_apart();

-- 7.5.3: of versions that take effect on different days the newest is the one in force; two of one day would be none.
create unique index document_version_one_a_day on isms.document_version (scope, document, effective_from) where status = 'approved';

comment on index isms.document_version_one_a_day is 'Exactly one version of a document is in force: no two that are approved take effect on one day';

-- 7.5.1 a: two versions of a mandatory document are not withdrawn past each other.
create function isms.keep_mandatory_document() returns trigger
  language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
  -- definer: looks at all versions, whatever who withdraws one may see
begin
  perform isms.require_new_snapshots(tg_table_name);
  perform from isms.document d where d.scope = new.scope and d.code = new.document for no key update;
  if isms.document_needed(new.scope, new.document)
     and (select v.status
            from isms.document_version v
           where v.scope = new.scope and v.document = new.document and isms.document_stands(v.status, v.withdrawn_on) and v.effective_from <= isms.today(v.scope)
           order by v.effective_from desc
           limit 1) is distinct from 'approved' then
    perform isms.broken_rule(format('document %s would be left without a version in force', new.document), 'mandatory_replaced (7.5.1 a):',
                             'it is mandatory', 'Approve another version first.', tg_table_name);
  end if;
  return null;
end
$$;

comment on function isms.keep_mandatory_document() is 'Trigger at the end of a transaction that withdrew an approved version: a mandatory document has another in force. Errors: IS009, 0A000';

create constraint trigger mandatory_replaced after update on isms.document_version deferrable initially deferred
  for each row when (old.status = 'approved' and new.status <> 'approved') execute function isms.keep_mandatory_document();

-- 9.2.2 c, 10.2: findings are rows of their own, which may be written at any time; a report is not added to behind its back.
create function isms.keep_report() returns trigger
  language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
  -- definer: looks at all findings of the audit, whatever who writes one may see
declare
  a isms.internal_audit;
  named text := to_jsonb(new) ->> case tg_table_name when 'finding' then 'audit' else 'code' end;
  bad text;
begin
  perform isms.require_new_snapshots(tg_table_name);
  -- Who reports the audit holds its row against this lock until it is committed.
  select x.* into a from isms.internal_audit x where x.scope = new.scope and x.code = named for share;
  if a.status in ('reported', 'closed') then
    select string_agg(f.code, ', ' order by f.code) into bad from isms.finding f where f.scope = a.scope and f.audit = a.code and f.status = 'draft';
    if bad is not null then
      perform isms.broken_rule(format('internal audit %s is %s, and draft would be %s', a.code, a.status, bad), 'findings_final (9.2.2 c):',
                               'what an audit found is in its report',
                               case a.status when 'reported' then format('Who leads the audit corrects the report: select isms.request(''isms.internal_audit'', %L, ''correct_report'', ''...'').', a.code)
                                             else 'What is seen later is found by another audit.' end, tg_table_name);
    end if;
  end if;
  if a.status = 'closed' then
    select string_agg(f.code, ', ' order by f.code) into bad
      from isms.finding f
     where f.scope = a.scope and f.audit = a.code and f.kind in ('major', 'minor') and f.status <> 'withdrawn' and f.nonconformity is null;
    if bad is not null then
      perform isms.broken_rule(format('internal audit %s is closed, and no nonconformity would be there of %s', a.code, bad), 'nonconformities_raised (10.2):',
                               'each finding of a nonconformity has its nonconformity', 'Raise it, and name it in finding.nonconformity.', tg_table_name);
    end if;
  end if;
  return null;
end
$$;

comment on function isms.keep_report() is 'Trigger at the end of a transaction that wrote a finding, or reported or closed an internal audit: no finding of a report is a draft, none of a closed audit lacks its nonconformity. Errors: IS009, 0A000';

create constraint trigger report_final after insert or update of status, kind, audit, nonconformity on isms.finding deferrable initially deferred
  for each row when (new.audit is not null and (new.status = 'draft' or new.kind in ('major', 'minor') and new.status <> 'withdrawn' and new.nonconformity is null)) execute function isms.keep_report();

create constraint trigger report_final after insert or update of status on isms.internal_audit deferrable initially deferred
  for each row when (new.status in ('reported', 'closed')) execute function isms.keep_report();
