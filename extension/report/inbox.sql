-- Rows of any table under a workflow, by a title they have.
create function isms.record_title(table_name text, scope text, key text) returns text
  language plpgsql stable set search_path = pg_catalog, pg_temp as $$
declare
  record jsonb;
begin
  if to_regclass(record_title.table_name) is null or not has_table_privilege(record_title.table_name, 'select') then
    return null;
  end if;
  execute format('select to_jsonb(p) from %s p where %s', record_title.table_name, isms.key_condition(isms.workflow_of(record_title.table_name), 'p'))
     into record using record_title.key, record_title.scope;
  return nullif(concat_ws(' ', coalesce(record ->> 'title', record ->> 'what', record ->> 'statement'), record ->> 'version'), '');
end
$$;

comment on function isms.record_title(text, text, text) is 'Title of a row under a workflow: its column title, what or statement, and its version where it has one; null where there is none or the caller may not read it';

-- What waits for the person acting.
create view isms.inbox with (security_invoker = true) as
  select i.scope, i.kind, i.code, i.title, i.what, i.due, i.since
    from (
      -- Approvals asked for that this person can give.
      select w.scope,
             split_part(w.table_name, '.', 2) as kind,
             w.key as code,
             coalesce(r.title, a.title, m.title, x.title, e.statement, v.title, isms.person_name(g.person) || ' as ' || g.role, isms.record_title(w.table_name, w.scope, w.key)) as title,
             format('%s: approval asked for by %s', w.transition, w.requester_name) as what,
             w.due,
             (w.requested_at at time zone s.time_zone)::date as since
        from isms.waiting_approvals w
        join isms.scope s on s.code = w.scope
        left join isms.risk r on w.table_name = 'isms.risk' and r.scope = w.scope and r.code = w.key
        left join isms.action a on w.table_name = 'isms.action' and a.scope = w.scope and a.code = w.key
        left join isms.risk_method m on w.table_name = 'isms.risk_method' and m.scope = w.scope and m.code = w.key
        left join isms.acceptance c on w.table_name = 'isms.acceptance' and c.scope = w.scope and c.code = w.key
        left join isms.risk_appetite e on w.table_name = 'isms.risk_appetite' and e.scope = w.scope and e.code = w.key
        left join isms.risk x on x.scope = c.scope and x.code = c.risk
        left join isms.statement_version v on w.table_name = 'isms.statement_version' and v.scope = w.scope and v.code = w.key
        left join isms.role_assignment g on w.table_name = 'isms.role_assignment' and g.scope = w.scope and g.code = w.key
       where (select isms.actor()) = any (w.candidates)
       union all
      -- 6.1.3 e, 8.3: actions to do.
      select a.scope, 'action', a.code, a.title,
             case when a.due_on < d.today then 'overdue' else case a.status when 'planned' then 'to be started' else 'to be finished' end end,
             a.due_on, a.started_on
        from isms.action a
        join isms.scope_day d on d.scope = a.scope
       where a.owner = (select isms.actor()) and a.status in ('planned', 'in_progress')
       union all
      -- 8.3: actions done for this person's risks, to be verified by somebody who does not own them.
      select a.scope, 'action', a.code, a.title, 'to be verified', null, a.done_on
        from isms.action a
        join isms.risk r on a.serves_kind = 'risk' and r.scope = a.scope and r.code = a.serves
       where a.status = 'done' and r.owner = (select isms.actor()) and a.owner is distinct from r.owner
       union all
      -- 8.2: reviews due within a month.
      select r.scope, 'risk', r.code, r.title, case when r.next_review < d.today then 'review overdue' else 'review due' end, r.next_review, r.assessed_on
        from isms.risk r
        join isms.scope_day d on d.scope = r.scope
       where r.owner = (select isms.actor()) and r.status <> 'closed' and r.next_review <= d.today + 30
       union all
      -- 9.1: tests to do, due within a month.
      select t.scope, 'control_test_plan', t.code, t.title, case when t.overdue then 'test overdue' else 'test due' end, t.due, t.last_on
        from isms.control_test_due t
        join isms.scope_day d on d.scope = t.scope
       where t.tester = (select isms.actor()) and t.due <= d.today + 30
       union all
      -- 6.1.3 f: acceptances of this person's risks that end, ended or no longer fit.
      select c.scope, 'acceptance', c.code, r.title, 'acceptance ' || c.state, c.until, c.accepted_on
        from isms.acceptance_status c
        join isms.risk r on r.scope = c.scope and r.code = c.risk
       where r.owner = (select isms.actor()) and r.status <> 'closed' and c.state in ('lapsing', 'lapsed', 'stale')
         and not exists (
           select
             from isms.acceptance l
            where l.scope = c.scope and l.risk = c.risk and l.basis = c.basis and l.status in ('requested', 'accepted') and upper(l.validity) - 1 > c.until)
       union all
      -- What other rooms ask of this person within a month, or without a date.
      select t.scope, t.kind, t.code, t.title, t.what, t.due, null
        from isms.due_items() t
        join isms.scope_day d on d.scope = t.scope
       where t.owner = (select isms.actor()) and coalesce(t.due <= d.today + 30, true)) i;

comment on view isms.inbox is 'What waits for the person acting: approvals, actions, reviews, tests, acceptances, and what isms.due_source names';
comment on column isms.inbox.scope is 'Scope';
comment on column isms.inbox.kind is 'Kind of record: risk, action, acceptance, risk_method, statement_version, control_test_plan, role_assignment, another table under a workflow, or what isms.due_source names';
comment on column isms.inbox.code is 'Key of the record';
comment on column isms.inbox.title is 'Its title; for acceptances the risk''s, for appointments who as what';
comment on column isms.inbox.what is 'What is to be done';
comment on column isms.inbox.due is 'By when; null: no date is set';
comment on column isms.inbox.since is 'Since when it waits';
