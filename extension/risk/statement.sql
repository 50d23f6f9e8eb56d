-- The statement of applicability against the risks (6.1.3 b-d): what is wrong with it, and what keeps a version from being approved.
insert into isms.evidence_subject (kind, table_name, builtin) values
  ('risk', 'risk', true),
  ('action', 'action', true);

create trigger evidence_follows after update of code on isms.risk
  for each row when (new.code <> old.code) execute function isms.evidence_follows();

create trigger evidence_keeps after delete on isms.risk
  for each row execute function isms.evidence_follows();

create trigger evidence_follows after update of code on isms.action
  for each row when (new.code <> old.code) execute function isms.evidence_follows();

create trigger evidence_keeps after delete on isms.action
  for each row execute function isms.evidence_follows();

-- A control that law or a customer asks for is built without a risk.
insert into isms.action_subject (kind, table_name, builtin) values ('implementation', 'implementation', true);

-- Each rule is a guard of the workflow below; its clause and basis are the guard's.  Risks and actions are looked up for the
-- controls that ask for them, by index: a statement is short, a register may be long.
create view isms.statement_problem with (security_invoker = true) as
  select p.scope,
         p.rule,
         g.clause,
         g.basis,
         p.subject,
         p.code,
         p.title,
         p.problem,
         p.sort_key,
         p.catalogue
    from (
      select s.scope, r.rule, 'control' as subject, s.code, s.title, r.problem, s.sort_key, s.catalogue
        from isms.statement_of_applicability s
       cross join lateral (values
         ('controls_decided', case when s.necessary is null then 'nobody has decided whether it is necessary' end),
         ('inclusion_reasoned', case when s.necessary and s.reasons !~ '\S' then 'necessary, without a reason' end),
         ('exclusion_justified', case when not s.necessary and coalesce(s.justification, '') !~ '\S' then 'not necessary, without a justification' end),
         ('exclusion_unused', case when not s.necessary then (
           select format('not necessary, but %s needs it', string_agg(distinct c.risk, ', '))
             from isms.implementation_control l
             join isms.implementation i on i.scope = l.scope and i.code = l.implementation and i.status <> 'retired'
             join isms.risk_control c on c.scope = l.scope and c.implementation = l.implementation
             join isms.risk r on r.scope = c.scope and r.code = c.risk and r.status <> 'closed'
            where l.scope = s.scope and l.catalogue = s.catalogue and l.reference = s.code::isms.reference
           having count(*) > 0) end),
         ('need_shown', case when s.necessary and 'risk' = any (string_to_array(s.reasons, ', ')) and not exists (
           select
             from isms.implementation_control l
             join isms.implementation i on i.scope = l.scope and i.code = l.implementation and i.status <> 'retired'
             join isms.risk_control c on c.scope = l.scope and c.implementation = l.implementation
             join isms.risk r on r.scope = c.scope and r.code = c.risk and r.status <> 'closed'
            where l.scope = s.scope and l.catalogue = s.catalogue and l.reference = s.code::isms.reference) then 'necessary because of risk, but no risk needs it' end),
         ('implementation_planned', case when s.necessary and s.implementation_status <> 'implemented' and not exists (
           select
             from isms.implementation_control l
             join isms.action a on a.scope = l.scope and a.status in ('planned', 'in_progress', 'done')
                               and (a.implementation = l.implementation or a.serves_kind = 'implementation' and a.serves = l.implementation)
            where l.scope = s.scope and l.catalogue = s.catalogue and l.reference = s.code::isms.reference)
           then format('%s, and no open action builds it', replace(s.implementation_status, '_', ' ')) end),
         ('status_supported', case when s.necessary and s.implementation_status = 'implemented' and s.assurance = 'failed' then 'implemented, but a test of it failed' end)) r(rule, problem)
       where r.problem is not null
       union all
      select i.scope, 'operator_known', 'implementation', i.code, i.title,
             case i.operator when 'provider' then 'run by a provider that is not named'
                             else format('scope %s does not offer %s any more', i.operated_by, i.operator_implementation) end,
             i.code, null
        from isms.implementation i
        join isms.implementation_assurance v on v.scope = i.scope and v.implementation = i.code
       where i.status <> 'retired'
         and (i.operator = 'provider' and coalesce(i.operated_by, '') !~ '\S' or i.operator_implementation is not null and v.status = 'unknown')
       union all
      -- 6.1.3 b: what is neither kept, shared nor given up has a control
      select r.scope, 'risks_covered', 'risk', r.code, r.title, 'no control holds it', r.code, null
        from isms.risk r
       where r.status in ('assessed', 'in_treatment', 'treated', 'monitored')
         and not exists (
           select
             from isms.risk_control c
             join isms.implementation i on i.scope = c.scope and i.code = c.implementation and i.status <> 'retired'
            where c.scope = r.scope and c.risk = r.code)
         and not exists (
           select
             from isms.treatment t
            where t.scope = r.scope and t.risk = r.code and t.withdrawn_on is null and t.option <> 'modification')) p
    join isms.guard g on g.name = p.rule;

comment on view isms.statement_problem is 'What is wrong with the statement of applicability now, a row for each rule and control, implementation or risk (6.1.3 b-d); what keeps a version from being approved';
comment on column isms.statement_problem.scope is 'Scope';
comment on column isms.statement_problem.rule is 'Rule, a guard of workflow statement';
comment on column isms.statement_problem.clause is 'Clause that asks for it';
comment on column isms.statement_problem.basis is 'S: the standard demands it; P: practice, can be switched off by an overlay';
comment on column isms.statement_problem.subject is 'What has the problem: control, implementation or risk';
comment on column isms.statement_problem.code is 'Its reference or key';
comment on column isms.statement_problem.title is 'Its title';
comment on column isms.statement_problem.problem is 'What is wrong';
comment on column isms.statement_problem.sort_key is 'Sorts references naturally';
comment on column isms.statement_problem.catalogue is 'Catalogue of the control; null of others';

-- What has the same problem is named together: a statement nobody began has 93 problems of one kind.
create function isms.statement_says(scope text, rule text) returns text
  language sql stable set search_path = pg_catalog, pg_temp as $$
  select string_agg(format('%s: %s', g.codes, g.problem), '; ' order by g.first)
    from (select string_agg(p.code, ', ' order by p.sort_key) as codes, p.problem, min(p.sort_key) as first
            from isms.statement_problem p
           where p.scope = statement_says.scope and p.rule = statement_says.rule
           group by p.problem) g
$$;

comment on function isms.statement_says(text, text) is 'What isms.statement_problem has of a rule, as one sentence; null: nothing';

-- 6.1.3 d: "the necessary controls", of all of Annex A
create function isms.guard_controls_decided(old jsonb, new jsonb, step isms.step) returns text
  language sql stable set search_path = pg_catalog, pg_temp
begin atomic
  select isms.statement_says((step).scope, 'controls_decided');
end;

comment on function isms.guard_controls_decided(jsonb, jsonb, isms.step) is 'Guard: every control of Annex A is decided on';

-- 6.1.3 d
create function isms.guard_inclusion_reasoned(old jsonb, new jsonb, step isms.step) returns text
  language sql stable set search_path = pg_catalog, pg_temp
begin atomic
  select isms.statement_says((step).scope, 'inclusion_reasoned');
end;

comment on function isms.guard_inclusion_reasoned(jsonb, jsonb, isms.step) is 'Guard: every necessary control has a reason';

-- 6.1.3 d
create function isms.guard_exclusion_justified(old jsonb, new jsonb, step isms.step) returns text
  language sql stable set search_path = pg_catalog, pg_temp
begin atomic
  select isms.statement_says((step).scope, 'exclusion_justified');
end;

comment on function isms.guard_exclusion_justified(jsonb, jsonb, isms.step) is 'Guard: every excluded control has a justification';

-- 6.1.3 c
create function isms.guard_exclusion_unused(old jsonb, new jsonb, step isms.step) returns text
  language sql stable set search_path = pg_catalog, pg_temp
begin atomic
  select isms.statement_says((step).scope, 'exclusion_unused');
end;

comment on function isms.guard_exclusion_unused(jsonb, jsonb, isms.step) is 'Guard: no live risk needs an excluded control';

-- 6.1.3 b-c
create function isms.guard_need_shown(old jsonb, new jsonb, step isms.step) returns text
  language sql stable set search_path = pg_catalog, pg_temp
begin atomic
  select isms.statement_says((step).scope, 'need_shown');
end;

comment on function isms.guard_need_shown(jsonb, jsonb, isms.step) is 'Guard: a live risk needs each control that is necessary because of risk';

-- 6.1.3 d-e: what is necessary and not there is on its way
create function isms.guard_implementation_planned(old jsonb, new jsonb, step isms.step) returns text
  language sql stable set search_path = pg_catalog, pg_temp
begin atomic
  select isms.statement_says((step).scope, 'implementation_planned');
end;

comment on function isms.guard_implementation_planned(jsonb, jsonb, isms.step) is 'Guard: each necessary control that is not implemented has an open action on an implementation of it';

-- 9.1
create function isms.guard_status_supported(old jsonb, new jsonb, step isms.step) returns text
  language sql stable set search_path = pg_catalog, pg_temp
begin atomic
  select isms.statement_says((step).scope, 'status_supported');
end;

comment on function isms.guard_status_supported(jsonb, jsonb, isms.step) is 'Guard: the latest test of no control that is said to be implemented failed';

-- 8.1: "externally provided processes"
create function isms.guard_operator_known(old jsonb, new jsonb, step isms.step) returns text
  language sql stable set search_path = pg_catalog, pg_temp
begin atomic
  select isms.statement_says((step).scope, 'operator_known');
end;

comment on function isms.guard_operator_known(jsonb, jsonb, isms.step) is 'Guard: providers are named, and what another scope runs is still offered by it';

-- 6.1.3 b
create function isms.guard_risks_covered(old jsonb, new jsonb, step isms.step) returns text
  language sql stable set search_path = pg_catalog, pg_temp
begin atomic
  select isms.statement_says((step).scope, 'risks_covered');
end;

comment on function isms.guard_risks_covered(jsonb, jsonb, isms.step) is 'Guard: each assessed risk that is not retained, shared or avoided has a control that is not retired';

-- 7.5.2 c: what is approved is what there is
create function isms.guard_lines_current(old jsonb, new jsonb, step isms.step) returns text
  language sql stable set search_path = pg_catalog, pg_temp
begin atomic
  select 'changed since it was submitted: ' || string_agg(c.code, ', ' order by c.position)
    from (select d.code, min(d.position) as position
            from isms.statement_differences((step).scope, new ->> 'code', null) with ordinality d(catalogue, code, title, change, what, before, after, position)
           where d.what not in ('assurance', 'owners')
           group by d.code) c;
end;

comment on function isms.guard_lines_current(jsonb, jsonb, isms.step) is 'Guard: decisions, statuses and implementations are as they were when it was submitted';

insert into isms.guard (name, function, clause, basis, builtin) values
  ('controls_decided', 'isms.guard_controls_decided', '6.1.3 d', 'S', true),
  ('inclusion_reasoned', 'isms.guard_inclusion_reasoned', '6.1.3 d', 'S', true),
  ('exclusion_justified', 'isms.guard_exclusion_justified', '6.1.3 d', 'S', true),
  ('exclusion_unused', 'isms.guard_exclusion_unused', '6.1.3 c', 'S', true),
  ('need_shown', 'isms.guard_need_shown', '6.1.3 b-c', 'P', true),
  ('implementation_planned', 'isms.guard_implementation_planned', '6.1.3 d-e', 'S', true),
  ('status_supported', 'isms.guard_status_supported', '9.1', 'P', true),
  ('operator_known', 'isms.guard_operator_known', '8.1', 'P', true),
  ('risks_covered', 'isms.guard_risks_covered', '6.1.3 b', 'P', true),
  ('lines_current', 'isms.guard_lines_current', '7.5.2 c', 'S', true);

insert into isms.workflow (name, title, builtin) values
  ('statement', 'Version of the statement of applicability: draft, review, approval, withdrawal', true);

insert into isms.workflow_state (workflow, name, position, initial, final, cutover, frozen_columns, frozen_children, builtin) values
  ('statement', 'draft', 1, true, false, true, '{}', '{}', true),
  ('statement', 'in_review', 2, false, false, false, '{*}', '{*}', true),
  ('statement', 'approved', 3, false, false, true, '{*}', '{*}', true),
  ('statement', 'withdrawn', 4, false, true, true, '{*}', '{*}', true);

insert into isms.workflow_transition (workflow, name, from_states, to_state, amended_columns, actors, separation, guards, clause, basis, builtin) values
  ('statement', 'draft', '{}', 'draft', '{}', '{editor}', '{}', '{}', '7.5.2', 'P', true),
  ('statement', 'submit', '{draft}', 'in_review', '{}', '{isms_manager,top_management}', '{}',
   '{controls_decided,inclusion_reasoned,exclusion_justified,exclusion_unused,need_shown,implementation_planned,status_supported,operator_known,risks_covered}', '6.1.3 d', 'P', true),
  ('statement', 'approve', '{in_review}', 'approved', '{}', '{isms_manager,top_management}', '{R}',
   '{controls_decided,inclusion_reasoned,exclusion_justified,exclusion_unused,need_shown,implementation_planned,status_supported,operator_known,risks_covered,lines_current}', '6.1.3 d, 7.5.2 c', 'P', true),
  ('statement', 'return', '{in_review}', 'draft', '{}', '{isms_manager,top_management}', '{}', '{reason_given}', '7.5.2 c', 'P', true),
  ('statement', 'withdraw', '{draft,approved}', 'withdrawn', '{}', '{isms_manager,top_management}', '{}', '{reason_given}', '7.5.3 e-f', 'P', true);

insert into isms.workflow_approval (workflow, transition, slot, approver, condition, basis, builtin) values
  ('statement', 'approve', 'approver', '@scope.managers', null, 'S', true);

insert into isms.workflow_relation (workflow, name, function, builtin) values
  ('statement', 'scope', 'isms.method_scope', true);

do $$
begin
  perform isms.attach_workflow('isms.statement_version', 'statement', 'status', ignore => '{taken_at,approved_by,approved_on}', covers => '{
    "isms.statement_line": {"on": {"scope": "scope", "version": "code"}}}');
end
$$;
