-- What time alone changes is computed here, never stored.

create function isms.acceptance_state(status text, validity daterange, stale boolean, today date) returns text
  language sql immutable parallel safe
  return case
    when status = 'requested' then 'pending'
    when status = 'revoked' then 'revoked'
    when status <> 'accepted' then 'none'
    when upper(validity) <= today then 'lapsed'
    when stale then 'stale'
    when lower(validity) > today then 'scheduled'
    when upper(validity) - today <= 30 then 'lapsing'
    else 'valid'
  end;

comment on function isms.acceptance_state(text, daterange, boolean, date) is 'State of an acceptance on a day: none, pending, scheduled, valid, lapsing (ends within 30 days), lapsed, stale or revoked';

create view isms.acceptance_status with (security_invoker = true) as
  select a.scope,
         a.code,
         a.risk,
         a.basis,
         isms.acceptance_state(a.status, a.validity,
           isms.acceptance_stale(a.frozen, c.rank, p.rank, r.asset, r.hits, r.method, a.accepted_by, r.owner), d.today) as state,
         lower(a.validity) as since,
         upper(a.validity) - 1 as until,
         a.ceiling,
         c.rank as ceiling_rank,
         p.rank as present_rank,
         a.accepted_by,
         a.accepted_on,
         q.name as accepted_by_name
    from isms.acceptance a
    join isms.scope_day d on d.scope = a.scope
    join isms.risk r on r.scope = a.scope and r.code = a.risk
    join isms.risk_assessment x on x.scope = a.scope and x.code = a.risk
    left join isms.risk_level c on c.scope = r.scope and c.method = r.method and c.label = a.ceiling
    left join isms.person q on q.code = a.accepted_by
    cross join lateral (select case a.basis when 'interim' then x.current_rank when 'target' then x.target_rank else x.residual_rank end) p(rank);

comment on view isms.acceptance_status is 'Acceptances with their state today';
comment on column isms.acceptance_status.scope is 'Scope';
comment on column isms.acceptance_status.code is 'Acceptance';
comment on column isms.acceptance_status.risk is 'Risk';
comment on column isms.acceptance_status.basis is 'interim, target or residual';
comment on column isms.acceptance_status.state is 'none (rejected or withdrawn), pending, scheduled, valid, lapsing (ends within 30 days), lapsed, stale or revoked';
comment on column isms.acceptance_status.since is 'First day on which it holds';
comment on column isms.acceptance_status.until is 'Last day on which it holds';
comment on column isms.acceptance_status.ceiling is 'Highest level accepted';
comment on column isms.acceptance_status.ceiling_rank is 'Its rank in the risk''s method; null if the method has no such level';
comment on column isms.acceptance_status.present_rank is 'Rank of the basis today; null: not known';
comment on column isms.acceptance_status.accepted_by is 'Person who accepted';
comment on column isms.acceptance_status.accepted_on is 'When';
comment on column isms.acceptance_status.accepted_by_name is 'Name of the person who accepted';

-- What has to be done by a day, wherever it is kept: rooms after this one register theirs.
create table isms.due_source (
  name text constraint due_source_pkey primary key,
  query text not null,
  builtin boolean not null default false
);

comment on table isms.due_source is 'Queries whose rows are things to do, for isms.inbox and isms.overdue: scope, kind, code, title, owner, what, due';
comment on column isms.due_source.name is 'Key';
comment on column isms.due_source.query is 'SELECT of seven columns; it runs with the rights of who reads the views';
comment on column isms.due_source.builtin is 'Shipped with the extension';

insert into isms.closed_table (name, readable, builtin) values ('due_source', true, true);

create function isms.due_items() returns table (scope text, kind text, code text, title text, owner text, what text, due date)
  language plpgsql stable set search_path = pg_catalog, pg_temp as $$
declare
  source text;
begin
  for source in select s.query from isms.due_source s order by s.name loop
    return query execute source;
  end loop;
end
$$;

comment on function isms.due_items() is 'What the queries of isms.due_source give: things to do, by whom, by when';

create view isms.overdue with (security_invoker = true) as
  select o.scope, o.kind, o.code, o.title, o.owner, p.name as owner_name, o.what, o.due, isms.days_between(o.due, d.today) as days
    from (
      select a.scope, 'action' as kind, a.code, a.title, a.owner, 'to be done' as what, a.due_on as due
        from isms.action a
       where a.status in ('planned', 'in_progress')
       union all
      select r.scope, 'risk', r.code, r.title, r.owner, 'review', r.next_review
        from isms.risk r
       where r.status <> 'closed'
       union all
      select c.scope, 'acceptance', c.code, r.title, r.owner, 'acceptance ended', upper(c.validity) - 1
        from isms.acceptance c
        join isms.risk r on r.scope = c.scope and r.code = c.risk and r.status <> 'closed'
       where c.status = 'accepted'
         and not exists (
           select
             from isms.acceptance l
            where l.scope = c.scope and l.risk = c.risk and l.basis = c.basis and l.status = 'accepted'
              and upper(l.validity) > upper(c.validity))
       union all
      select t.scope, 'control_test_plan', t.code, t.title, t.tester, 'test', t.due
        from isms.control_test_due t
       where t.overdue
       union all
      select i.scope, i.kind, i.code, i.title, i.owner, i.what, i.due
        from isms.due_items() i) o
    join isms.scope_day d on d.scope = o.scope
    left join isms.person p on p.code = o.owner
   where o.due < d.today;

comment on view isms.overdue is 'Everything whose day has passed: actions, reviews of risks, acceptances, tests of controls (8.2, 8.3, 9.1), and what isms.due_source names';
comment on column isms.overdue.scope is 'Scope';
comment on column isms.overdue.kind is 'Kind of record: action, risk, acceptance, control_test_plan, document, training, or what else isms.due_source names';
comment on column isms.overdue.code is 'Key in the scope';
comment on column isms.overdue.title is 'Title; for acceptances the risk''s';
comment on column isms.overdue.owner is 'Person responsible';
comment on column isms.overdue.owner_name is 'Name';
comment on column isms.overdue.what is 'What should have happened';
comment on column isms.overdue.due is 'Last day for it';
comment on column isms.overdue.days is 'Days since';
