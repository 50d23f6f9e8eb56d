-- The shipped workflows, written out: who may take which step, who approves it, what must hold, and what stays as it is.
\set SHOW_CONTEXT never
set client_min_messages = warning;
drop extension if exists isms cascade;
create extension isms;
\pset format unaligned
\pset footer off

-- * starts here, ! ends here, c may be loaded at cut-over; what is frozen while in the state.
select workflow,
       name || case when initial then '*' else '' end || case when final then '!' else '' end || case when cutover then ' c' else '' end as state,
       array_to_string(frozen_columns, ' ') || coalesce(' while ' || frozen_when, '') as frozen_columns,
       array_to_string(frozen_children, ' ') as frozen_rows
  from isms.workflow_state
 order by workflow, position;

-- Approvals: S where a standard demands the slot, P where it is practice.
select t.workflow,
       case when t.from_states = '{}' then '*new' else array_to_string(t.from_states, ', ') end as from_states,
       t.name,
       coalesce(t.to_state, '= ' || array_to_string(t.amended_columns, ', ')) as to_state,
       array_to_string(t.actors, ' / ') as who,
       (select string_agg(a.approver || coalesce(' ? ' || a.condition, '') || ' ' || a.basis, ' + ' order by a.slot)
          from isms.workflow_approval a
         where a.workflow = t.workflow and a.transition = t.name) as approvals,
       array_to_string(t.separation, ', ') as separation,
       array_to_string(t.guards, ', ') as guards,
       t.clause
  from isms.workflow_transition t
  left join isms.workflow_state s on s.workflow = t.workflow and s.name = t.to_state
 order by t.workflow, t.from_states <> '{}', (select min(f.position) from isms.workflow_state f where f.workflow = t.workflow and f.name = any (t.from_states)), t.to_state is null, s.position, t.name;

select name, clause, basis from isms.guard order by name;

-- What an approval binds beside the row itself.
select table_name, e.key as covered, e.value ->> 'where' as only, e.value ->> 'ignore' as without
  from isms.workflow_binding b, jsonb_each(b.covers) e
 order by 1, 2;

-- Nothing in them is left open: every name means something, every state can be reached and left.
select w.name, p.problem from isms.workflow w, isms.workflow_problems(w.name, true) p(problem);
select s.workflow, s.name as unreachable
  from isms.workflow_state s
 where not exists (select from isms.workflow_transition t where t.workflow = s.workflow and t.to_state = s.name);
select s.workflow, s.name as dead_end
  from isms.workflow_state s
 where not s.final
   and not exists (select from isms.workflow_transition t where t.workflow = s.workflow and t.to_state is not null and (s.name = any (t.from_states) or t.from_states = '{any}'));
select g.name as unused from isms.guard g where not exists (select from isms.workflow_transition t where g.name = any (t.guards));

drop extension isms;
