-- In which states an implementation counts: what is implemented counts today unless its latest test failed,
-- whatever is not given up counts in the target, and what is shown to work counts as verified.
create function isms.counts_in(status text, assurance text) returns integer
  language sql immutable parallel safe
begin atomic
  select case
           when status = 'retired' then 0
           when status <> 'implemented' or assurance = 'failed' then 2
           when assurance = 'verified' then 7
           else 3
         end;
end;

comment on function isms.counts_in(text, text) is 'States of a risk in which an implementation counts, as bits: 1 current, 2 target, 4 verified';

create function isms.shown_assurance(latest_result text, valid_until date, newest_evidence date, today date) returns text
  language sql immutable parallel safe
begin atomic
  select case
           when latest_result = 'fail' then 'failed'
           when latest_result = 'pass' and valid_until >= today then 'verified'
           when newest_evidence >= today and latest_result is null then 'verified'
           when latest_result = 'pass' or newest_evidence is not null then 'expired'
           else 'unverified'
         end;
end;

comment on function isms.shown_assurance(text, date, date, date) is 'verified, failed, expired or unverified: what the latest test (its result, null without one, and the last day it counts) and the newest evidence (its last day, null without any) show on a day';

-- What its own tests and evidence show; computed, never stored, since time alone changes it.
create view isms.own_assurance with (security_invoker = true) as
  select i.scope,
         i.code as implementation,
         i.status,
         isms.shown_assurance(t.result, t.valid_until, e.newest, d.today) as assurance,
         t.tested_on,
         t.result,
         case when t.result is null then nullif(e.newest, 'infinity') when t.result = 'pass' then t.valid_until end as verified_until,
         i.effectiveness,
         i.operator_implementation is not null as elsewhere
    from isms.implementation i
    join isms.scope_day d on d.scope = i.scope
    left join lateral (
      select c.result, c.valid_until, c.tested_on
        from isms.control_test c
       where c.scope = i.scope and c.implementation = i.code and c.status = 'recorded'
       order by c.tested_on desc, c.code desc
       limit 1) t on true
    left join lateral (
      select max(coalesce(e.valid_until, 'infinity')) as newest
        from isms.evidence e
       where e.scope = i.scope and e.subject_kind = 'implementation' and e.subject = i.code) e on true;

comment on view isms.own_assurance is 'Each implementation with what its own tests and evidence show today, whoever runs it';
comment on column isms.own_assurance.scope is 'Scope';
comment on column isms.own_assurance.implementation is 'Implementation';
comment on column isms.own_assurance.status is 'Status as stated';
comment on column isms.own_assurance.assurance is 'verified, failed, expired or unverified, as in isms.implementation_assurance';
comment on column isms.own_assurance.tested_on is 'Date of the latest test';
comment on column isms.own_assurance.result is 'Result of the latest test';
comment on column isms.own_assurance.verified_until is 'Last day the latest pass, or the evidence where nothing was tested, counts; null: no end, or nothing shows it';
comment on column isms.own_assurance.effectiveness is 'Its own effectiveness';
comment on column isms.own_assurance.elsewhere is 'Is it an implementation of another scope, named in operator_implementation?';

create type isms.assurance_state as (
  status text,
  assurance text,
  tested_on date,
  result text,
  verified_until date
);

comment on type isms.assurance_state is 'What one scope tells another of an implementation: status, assurance, latest test, last day it counts';

-- Along the line of scopes that run it; whoever on the way finds it failed, or retires it, is believed.
create function isms.assurance_state(scope text, implementation text, depth integer default 1) returns isms.assurance_state
  language plpgsql stable parallel restricted set search_path = pg_catalog, pg_temp as $$
declare
  own isms.own_assurance;
  running isms.implementation;
  state isms.assurance_state;
begin
  select a.* into own from isms.own_assurance a where a.scope = assurance_state.scope and a.implementation = assurance_state.implementation;
  if own.elsewhere and own.status <> 'retired' then
    select i.* into running from isms.implementation i where i.scope = assurance_state.scope and i.code = assurance_state.implementation;
    if depth < 10 and isms.is_offered(running.operated_by, running.operator_implementation, running.scope) then
      state := isms.assurance_state(running.operated_by, running.operator_implementation, depth + 1);
    end if;
    state.status := coalesce(state.status, 'unknown');
    state.assurance := coalesce(state.assurance, 'unverified');
    if own.result = 'fail' then
      state.assurance := own.assurance;
      state.tested_on := own.tested_on;
      state.result := own.result;
      state.verified_until := null;
    end if;
    return state;
  end if;
  return row(own.status, own.assurance, own.tested_on, own.result, own.verified_until)::isms.assurance_state;
end
$$;

comment on function isms.assurance_state(text, text, integer) is 'State of an implementation, taken from where it is really run; with the caller''s rights';

create function isms.operated_state(scope text, implementation text) returns isms.assurance_state
  language plpgsql stable strict parallel restricted security definer set search_path = pg_catalog, pg_temp as $$
  -- definer: another scope's rows are not the caller's to read; the state alone is told, to those who see the implementation that uses it
begin
  if scope = any (isms.visible_scopes()) then
    return isms.assurance_state(scope, implementation);
  end if;
  return null;
end
$$;

comment on function isms.operated_state(text, text) is 'State today of an implementation that another scope runs, as that scope tells it; null for implementations of scopes the caller does not see';

create function isms.offered_implementations(scope text default isms.default_scope())
  returns table (operated_by text, scope_name text, implementation text, title text, kind text, status text, assurance text, tested_on date, verified_until date)
  language plpgsql stable parallel restricted security definer set search_path = pg_catalog, pg_temp as $$
  -- definer: what is offered is told to scopes that do not see the one that offers it
#variable_conflict use_column
begin
  return query
  select i.scope, s.name, i.code, i.title, i.kind, (a.state).status, (a.state).assurance, (a.state).tested_on, (a.state).verified_until
    from isms.implementation i
    join isms.scope s on s.code = i.scope
   cross join lateral (select isms.assurance_state(i.scope, i.code) as state offset 0) a
   where i.offered <> 'no' and i.status <> 'retired' and i.scope <> offered_implementations.scope
     and offered_implementations.scope = any (isms.visible_scopes())
     and isms.is_offered(i.scope, i.code, offered_implementations.scope)
   order by i.scope, i.code;
end
$$;

comment on function isms.offered_implementations(text) is 'Implementations that other scopes offer to a scope, with their state today: what implementation.operated_by and operator_implementation can name';

-- Fenced by offset: worked out once an implementation, not once a risk it acts on; who runs it is asked only where it is another scope.
create view isms.implementation_assurance with (security_invoker = true) as
  select o.scope,
         o.implementation,
         a.status,
         a.assurance,
         a.tested_on,
         a.result,
         o.effectiveness,
         a.counts_in,
         a.standing,
         a.verified_until,
         o.status as stated_status
    from isms.own_assurance o
    cross join lateral (
      select v.status,
             v.assurance,
             v.tested_on,
             v.result,
             v.verified_until,
             isms.counts_in(v.status, v.assurance) as counts_in,
             case when v.status = 'implemented' then 'implemented, ' || v.assurance else v.status end as standing
        from (select case when o.elsewhere then isms.operated_state(o.scope, o.implementation) end as state offset 0) e
        cross join lateral (
          select case when o.elsewhere then (e.state).status else o.status end as status,
                 case when o.elsewhere then (e.state).assurance else o.assurance end as assurance,
                 case when o.elsewhere then (e.state).tested_on else o.tested_on end as tested_on,
                 case when o.elsewhere then (e.state).result else o.result end as result,
                 case when o.elsewhere then (e.state).verified_until else o.verified_until end as verified_until) v
      offset 0) a;

comment on view isms.implementation_assurance is 'Each implementation with what its tests and evidence show today; of one that another scope runs, what that scope tells';
comment on column isms.implementation_assurance.scope is 'Scope';
comment on column isms.implementation_assurance.implementation is 'Implementation';
comment on column isms.implementation_assurance.status is 'Status: as stated, or as told by the scope that runs it; unknown where that does not offer it any more';
comment on column isms.implementation_assurance.assurance is 'verified: the latest test passed and still counts, or there is valid evidence and no test; failed: the latest test failed; expired: it was verified once; unverified: nothing shows it';
comment on column isms.implementation_assurance.tested_on is 'Date of the latest test';
comment on column isms.implementation_assurance.result is 'Result of the latest test';
comment on column isms.implementation_assurance.effectiveness is 'Its own effectiveness, where a link to a risk states none';
comment on column isms.implementation_assurance.counts_in is 'States of a risk in which it counts, as bits: 1 current, 2 target, 4 verified';
comment on column isms.implementation_assurance.standing is 'Status and assurance in words';
comment on column isms.implementation_assurance.verified_until is 'Last day what shows it counts; null: no end, or nothing shows it';
comment on column isms.implementation_assurance.stated_status is 'Status as stated in this scope';

-- The same for all at once: tests and evidence are read once through, where the views above look them up for each, and only for
-- what is implemented; nothing they show makes anything else count.  Asked by a function, since statistics that know of none yet
-- would have a few of them met one by one.
create view isms.implementation_count with (security_invoker = true) as
  select i.scope,
         i.code as implementation,
         i.effectiveness,
         isms.counts_in(i.status, null) as counts_in
    from isms.implementation i
   where i.operator_implementation is null
     and i.status <> 'implemented'
   union all
  select i.scope,
         i.code,
         i.effectiveness,
         isms.counts_in(i.status, isms.shown_assurance(t.result, t.valid_until, e.newest, d.today))
    from isms.implementation i
    join isms.scope_day d on d.scope = i.scope
    left join (
      select distinct on (c.scope, c.implementation) c.scope, c.implementation, c.result, c.valid_until
        from isms.control_test c
       where c.status = 'recorded'
       order by c.scope, c.implementation, c.tested_on desc, c.code desc) t on t.scope = i.scope and t.implementation = i.code
    left join (
      select e.scope, e.subject, max(coalesce(e.valid_until, 'infinity')) as newest
        from isms.evidence e
       where e.subject_kind = 'implementation'
       group by e.scope, e.subject) e on e.scope = i.scope and e.subject = i.code
   where i.operator_implementation is null
     and texteq(i.status, 'implemented')
   union all
  select i.scope,
         i.code,
         i.effectiveness,
         isms.counts_in((o.state).status, (o.state).assurance)
    from isms.implementation i
   cross join lateral (select isms.operated_state(i.scope, i.code) as state offset 0) o
   where i.operator_implementation is not null;

comment on view isms.implementation_count is 'Where each implementation counts, as isms.implementation_assurance has it, worked out for all of them at once: for those who read most of it';
comment on column isms.implementation_count.scope is 'Scope';
comment on column isms.implementation_count.implementation is 'Implementation';
comment on column isms.implementation_count.effectiveness is 'Its own effectiveness, where a link to a risk states none';
comment on column isms.implementation_count.counts_in is 'States of a risk in which it counts, as bits: 1 current, 2 target, 4 verified';
