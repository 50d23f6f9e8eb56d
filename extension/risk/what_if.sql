-- What would be: other methods, other controls, a control that fails.  Nothing is stored, and everything comes through isms.assess.

-- A step is told in one line.
create function isms.step_said(input text, rule text, before text, after text) returns text
  language sql immutable parallel safe
  return input || ': ' || rule || case when after is null and before is null then '' else format(' (%s to %s)', coalesce(before, '-'), coalesce(after, '-')) end;

comment on function isms.step_said(text, text, text, text) is 'A step of an explanation in a line';

create function isms.compare_methods(scope text default isms.default_scope(), by text default 'method')
  returns table (code text, title text, method text, residual_rule text, own boolean, inherent_score numeric, inherent_rank integer, inherent_level text,
                 current_score numeric, current_rank integer, current_level text, target_score numeric, target_rank integer, target_level text, target_disposition text)
  language plpgsql stable parallel restricted set search_path = pg_catalog, pg_temp as $$
#variable_conflict use_column
begin
  if compare_methods.by is null or compare_methods.by not in ('method', 'rule') then
    raise exception using
      errcode = 'invalid_parameter_value',
      message = format('methods are not compared by "%s"', compare_methods.by),
      hint = 'By method: each draft and approved method of the scope; by rule: each residual rule that goes with the risk''s own method.';
  end if;
  return query
  with candidate as materialized (
    select m.code as method, v.residual_rule, m.residual_rule = v.residual_rule as its_rule,
           isms.compile_method(jsonb_populate_record(m, jsonb_build_object('residual_rule', v.residual_rule)),
             array(select s from isms.risk_scale_step s where s.scope = m.scope and s.method = m.code),
             array(select l from isms.risk_level l where l.scope = m.scope and l.method = m.code)) as spec
      from isms.risk_method m
      cross join unnest('{entered,bands,steps,vulnerability_reduction,percent_max,percent_product}'::text[]) v(residual_rule)
     where m.scope = compare_methods.scope
       and case compare_methods.by
             when 'method' then m.status in ('draft', 'approved') and v.residual_rule = m.residual_rule
             else v.residual_rule in ('percent_max', 'percent_product')
                  or (v.residual_rule = 'vulnerability_reduction') = (m.score_rule = 'impact_threat_vulnerability')
           end)
  select r.code, r.title, c.method, c.residual_rule, c.method = r.method and c.its_rule,
         isms.assessed_score(a.result, 'inherent'), isms.assessed_rank(a.result, 'inherent'), isms.assessed_level(a.result, 'inherent'),
         isms.assessed_score(a.result, 'current'), isms.assessed_rank(a.result, 'current'), isms.assessed_level(a.result, 'current'),
         isms.assessed_score(a.result, 'target'), isms.assessed_rank(a.result, 'target'), isms.assessed_level(a.result, 'target'), isms.assessed_disposition(a.result, 'target')
    from isms.risk r
    join candidate c on compare_methods.by = 'method' or c.method = r.method
    left join isms.asset t on t.scope = r.scope and t.code = r.asset
    left join (
      select e.risk, isms.control_effect(e.effect_on, e.effectiveness, e.reduction, e.counts_in) as effect
        from isms.control_contribution e
       where e.scope = compare_methods.scope
       group by e.risk) e on e.risk = r.code
    left join (
      select o.risk, isms.control_effect(o.effect_on, o.effectiveness, o.reduction, o.counts_in) as effect
        from isms.option_contribution o
       where o.scope = compare_methods.scope
       group by o.risk) o on o.risk = r.code
    cross join lateral (
      select isms.assess(c.spec, r.likelihood, r.consequence, r.threat_rate, r.vulnerability_rate, isms.greatest(t.rating, t.inherited_rating), r.hits,
                         r.current_likelihood, r.current_consequence, r.target_likelihood, r.target_consequence, e.effect, o.effect,
                         r.status in ('treated', 'monitored', 'closed')) as result
      having true) a
   where r.scope = compare_methods.scope
   order by r.code, c.method, c.residual_rule;
end
$$;

comment on function isms.compare_methods(text, text) is 'Each risk of a scope under each of its draft and approved methods (by method), or under each residual rule that goes with its own method (by rule); as computed, without what experts entered. Errors: 22023 another by';

-- What is wrong with changes, a sentence a row.
create function isms.what_if_problems(scope text, risk text, changes jsonb) returns setof text
  language plpgsql stable parallel safe set search_path = pg_catalog, pg_temp as $$
declare
  acts text[];
  item jsonb;
  kind text;
begin
  if jsonb_typeof(changes) is distinct from 'object' then
    return next 'changes are an object, such as {"fail": ["MFA"]}';
    return;
  end if;
  select array_agg(distinct c.name) into acts
    from (select c.name from isms.control_contribution c where c.scope = what_if_problems.scope and c.risk = what_if_problems.risk
           union all
          select o.name from isms.option_contribution o where o.scope = what_if_problems.scope and o.risk = what_if_problems.risk) c;
  return query
  select format('"%s" is no change; changes are factors, add, change, remove, fail, implement and dependence', k)
    from jsonb_object_keys(changes) k
   where k not in ('factors', 'add', 'change', 'remove', 'fail', 'implement', 'dependence')
   order by k;
  if changes ? 'dependence' and coalesce(changes ->> 'dependence' not in ('independent', 'dependent', 'unknown'), true) then
    return next format('dependence is independent, dependent or unknown, not %s', changes -> 'dependence');
  end if;

  if changes ? 'factors' then
    if jsonb_typeof(changes -> 'factors') <> 'object' then
      return next 'factors is an object, such as {"likelihood": 2}';
    else
      return query
      select case
               when f.scale is null and f.key <> 'hits'
                 then format('"%s" is no factor; factors are likelihood, consequence, threat_rate, vulnerability_rate, hits and the current and target ones', f.key)
               when f.key = 'hits' then format('hits is made of the letters C, I and A in that order, not %s', f.value)
               else format('%s %s is not on the scale of method %s', f.key, f.value, r.method)
             end
        from isms.risk r
        cross join lateral (
          select k.key, k.value, s.scale
            from jsonb_each(changes -> 'factors') k
            left join (values ('likelihood', 'likelihood'), ('consequence', 'consequence'), ('threat_rate', 'threat'), ('vulnerability_rate', 'vulnerability'),
                              ('current_likelihood', 'likelihood'), ('current_consequence', 'consequence'), ('target_likelihood', 'likelihood'), ('target_consequence', 'consequence')) s(key, scale)
              on s.key = k.key) f
       where r.scope = what_if_problems.scope and r.code = what_if_problems.risk
         and case
               when f.key = 'hits' then jsonb_typeof(f.value) <> 'null' and (jsonb_typeof(f.value) <> 'string' or f.value #>> '{}' !~ '^C?I?A?$' or f.value #>> '{}' = '')
               when f.scale is null then true
               when jsonb_typeof(f.value) = 'null' then false
               else not exists (
                 select from isms.risk_scale_step s
                  where s.scope = r.scope and s.method = r.method and s.scale = f.scale and to_jsonb(s.step) = f.value)
             end
       order by f.key;
    end if;
  end if;

  foreach kind in array '{remove,fail,implement}'::text[] loop
    continue when not changes ? kind;
    if jsonb_typeof(changes -> kind) <> 'array' then
      return next format('%s is a list of names, such as ["MFA"]', kind);
      continue;
    end if;
    return query
    select case when jsonb_typeof(n) <> 'string' then format('%s: %s is no name', kind, n)
                else format('%s: %s does not act on risk %s', kind, n #>> '{}', what_if_problems.risk) end
      from jsonb_array_elements(changes -> kind) n
     where jsonb_typeof(n) <> 'string' or not coalesce(n #>> '{}' = any (acts), false);
  end loop;

  foreach kind in array '{add,change}'::text[] loop
    continue when not changes ? kind;
    if jsonb_typeof(changes -> kind) <> 'array' then
      return next format('%s is a list of objects, such as [{"implementation": "MFA", "effectiveness": 0.5}]', kind);
      continue;
    end if;
    for item in select i from jsonb_array_elements(changes -> kind) i loop
      if jsonb_typeof(item) <> 'object' or jsonb_typeof(item -> 'implementation') is distinct from 'string' then
        return next format('%s: %s names no implementation', kind, item);
        continue;
      end if;
      return query
      select format('%s %s: "%s" is not known; what is stated is implementation, effect_on, effectiveness, reduction%s', kind, item ->> 'implementation', k, case kind when 'add' then ' and status' else '' end)
        from jsonb_object_keys(item) k
       where k not in ('implementation', 'effect_on', 'effectiveness', 'reduction') and (k <> 'status' or kind <> 'add')
       order by k;
      if coalesce(item ->> 'effect_on', 'likelihood') not in ('likelihood', 'consequence') then
        return next format('%s %s: effect_on is likelihood or consequence, not %s', kind, item ->> 'implementation', item -> 'effect_on');
        continue;
      end if;
      if (case jsonb_typeof(item -> 'effectiveness')
            when 'number' then (item ->> 'effectiveness')::numeric not between 0 and 1
            when 'null' then false
            else item ? 'effectiveness'
          end) then
        return next format('%s %s: effectiveness is a number from 0 to 1, not %s', kind, item ->> 'implementation', item -> 'effectiveness');
      end if;
      if (case jsonb_typeof(item -> 'reduction')
            when 'number' then (item ->> 'reduction')::numeric not between 0 and 99 or (item ->> 'reduction')::numeric % 1 <> 0
            when 'null' then false
            else item ? 'reduction'
          end) then
        return next format('%s %s: reduction is a whole number from 0 to 99, not %s', kind, item ->> 'implementation', item -> 'reduction');
      end if;
      if kind = 'add' and coalesce(item ->> 'status', 'implemented') not in ('planned', 'implemented') then
        return next format('add %s: status is planned or implemented, not %s', item ->> 'implementation', item -> 'status');
      end if;
      if exists (
        select from isms.risk_control c
         where c.scope = what_if_problems.scope and c.risk = what_if_problems.risk
           and c.implementation = item ->> 'implementation' and c.effect_on = coalesce(item ->> 'effect_on', 'likelihood')) <> (kind = 'change') then
        return next format(case kind when 'add' then 'add %s: it acts on the %s of risk %s already' else 'change %s: it does not act on the %s of risk %s' end,
                           item ->> 'implementation', coalesce(item ->> 'effect_on', 'likelihood'), what_if_problems.risk);
      end if;
    end loop;
  end loop;
end
$$;

comment on function isms.what_if_problems(text, text, jsonb) is 'What is wrong with the changes of isms.what_if, a sentence a row; no rows: nothing';

create function isms.what_if(code text, changes jsonb)
  returns table (state text, score_before numeric, rank_before integer, level_before text, score_after numeric, rank_after integer, level_after text, explanation text[])
  language plpgsql stable parallel restricted set search_path = pg_catalog, pg_temp as $$
#variable_conflict use_column
declare
  in_scope text := isms.default_scope();
  problems text[];
  before isms.risk;
  after isms.risk;
  had isms.stated_effect[];
  has isms.stated_effect[];
  overridden isms.stated_override[];
begin
  select r.* into before from isms.risk r where r.scope = in_scope and r.code = what_if.code;
  if not found then
    raise exception using
      errcode = 'no_data_found',
      message = format('there is no risk %s in scope %s', what_if.code, in_scope),
      hint = 'See isms.risk_register; another scope is named by isms.scope.';
  end if;
  problems := array(select p from isms.what_if_problems(in_scope, what_if.code, coalesce(changes, 'null')) p);
  if problems <> '{}' then
    raise exception using
      errcode = 'invalid_parameter_value',
      message = format('these changes of risk %s cannot be thought through', what_if.code),
      detail = array_to_string(problems, E'\n'),
      hint = 'Example: {"factors": {"likelihood": 2}, "fail": ["MFA"], "add": [{"implementation": "VPN", "effect_on": "likelihood", "effectiveness": 0.5}]}.';
  end if;

  after := jsonb_populate_record(before, coalesce(changes -> 'factors', '{}'));
  had := isms.stated_controls(in_scope, what_if.code);
  select array_agg(row(h.name, h.effect_on, coalesce(c.stated -> 'effectiveness', to_jsonb(h.effectiveness))::text::numeric,
                       coalesce(c.stated -> 'reduction', to_jsonb(h.reduction))::text::integer,
                       case when changes -> 'fail' ? h.name then h.counts_in & 2 when changes -> 'implement' ? h.name then h.counts_in | 3 else h.counts_in end,
                       case when changes -> 'fail' ? h.name then 'supposed to fail' else h.standing end, h.remark)::isms.stated_effect order by h.place)
    into has
    from unnest(had) with ordinality h(name, effect_on, effectiveness, reduction, counts_in, standing, remark, place)
    left join lateral (
      select nullif(jsonb_strip_nulls(i), '{}') as stated
        from jsonb_array_elements(changes -> 'change') i
       where i ->> 'implementation' = h.name and coalesce(i ->> 'effect_on', 'likelihood') = h.effect_on
       limit 1) c on true
   where not coalesce(changes -> 'remove' ? h.name, false);
  has := has || array(
    select row(i ->> 'implementation', coalesce(i ->> 'effect_on', 'likelihood'), coalesce((i ->> 'effectiveness')::numeric, m.effectiveness), (i ->> 'reduction')::integer,
               isms.counts_in(coalesce(i ->> 'status', 'implemented'), 'unverified'), 'supposed', null)::isms.stated_effect
      from jsonb_array_elements(changes -> 'add') i
      left join isms.implementation m on m.scope = in_scope and m.code = i ->> 'implementation');
  overridden := array(
    select row(i.state, i.likelihood, i.consequence, i.score, i.said)::isms.stated_override
      from isms.override_in_force i where i.scope = in_scope and i.risk = what_if.code);

  return query
  with spec as materialized (
    select isms.compile_method(m, s.steps, l.levels) as before,
           isms.compile_method(jsonb_populate_record(m, jsonb_strip_nulls(jsonb_build_object('dependence', changes ->> 'dependence'))), s.steps, l.levels) as after,
           (select isms.greatest(t.rating, t.inherited_rating) from isms.asset t where t.scope = in_scope and t.code = before.asset) as rating,
           (select isms.override_set(in_scope, what_if.code, o.state, o.likelihood, o.consequence, o.score) from unnest(overridden) o) as overrides
      from isms.risk_method m
      cross join lateral (select array(select s from isms.risk_scale_step s where s.scope = m.scope and s.method = m.code) as steps) s
      cross join lateral (select array(select l from isms.risk_level l where l.scope = m.scope and l.method = m.code) as levels) l
     where m.scope = in_scope and m.code = before.method),
  assessed as materialized (
    select isms.assess(x.before, before.likelihood, before.consequence, before.threat_rate, before.vulnerability_rate, x.rating, before.hits,
                       before.current_likelihood, before.current_consequence, before.target_likelihood, before.target_consequence,
                       (select isms.control_effect(h.effect_on, h.effectiveness, h.reduction, h.counts_in) from unnest(had) h), null, false, x.overrides, in_scope, what_if.code) as before,
           isms.assess(x.after, after.likelihood, after.consequence, after.threat_rate, after.vulnerability_rate, x.rating, after.hits,
                       after.current_likelihood, after.current_consequence, after.target_likelihood, after.target_consequence,
                       (select isms.control_effect(h.effect_on, h.effectiveness, h.reduction, h.counts_in) from unnest(has) h), null, false, x.overrides, in_scope, what_if.code) as after
      from spec x),
  said as (
    select p.state, array_agg(isms.step_said(p.input, p.rule, p.before, p.after) order by p.step) as explanation
      from spec x
      cross join lateral isms.assess_steps(x.after, after.likelihood, after.consequence, after.threat_rate, after.vulnerability_rate, x.rating, after.hits,
                                           after.current_likelihood, after.current_consequence, after.target_likelihood, after.target_consequence, has, overridden) p
     group by p.state)
  select v.state,
         isms.assessed_score(a.before, v.state), isms.assessed_rank(a.before, v.state), isms.assessed_level(a.before, v.state),
         isms.assessed_score(a.after, v.state), isms.assessed_rank(a.after, v.state), isms.assessed_level(a.after, v.state), s.explanation
    from assessed a
    cross join unnest('{inherent,current,target,verified}'::text[]) with ordinality v(state, place)
    left join said s on s.state = v.state
   order by v.place;
end
$$;

comment on function isms.what_if(text, jsonb) is 'Each state of a risk as it is and as it would be with changes: factors, controls added, changed, removed, failed or implemented, another dependence; with the explanation of what would be. Stores nothing. Errors: P0002 no such risk, 22023 changes that make no sense, every reason in the detail';

-- A control's failure, or its end, through everything that leans on it.
create function isms.impact_of(what text, change text default 'fails')
  returns table (kind text, code text, title text, owner text, before text, after text, over_criteria boolean, said text)
  language plpgsql stable parallel restricted set search_path = pg_catalog, pg_temp as $$
#variable_conflict use_column
declare
  in_scope text := isms.default_scope();
  hit text[];
begin
  if impact_of.change is null or impact_of.change not in ('fails', 'ends') then
    raise exception using
      errcode = 'invalid_parameter_value',
      message = format('there is no change "%s"', impact_of.change),
      hint = 'A control fails (its latest test failed: it counts in the target alone) or ends (it is retired and counts nowhere).';
  end if;
  select array_agg(i.code) into hit from isms.implementation i where i.scope = in_scope and i.code = impact_of.what;
  if hit is null then
    -- a control of the base catalogue before those of others with its reference
    select array_agg(distinct c.implementation) into hit
      from isms.implementation_control c
     where c.scope = in_scope and c.reference::text = impact_of.what
       and (c.catalogue = isms.base_catalogue()
            or not exists (select from isms.control k where k.catalogue = isms.base_catalogue() and k.kind = 'control' and k.reference::text = impact_of.what));
  end if;
  if hit is null and not exists (select from isms.control c where c.kind = 'control' and c.reference::text = impact_of.what) then
    raise exception using
      errcode = 'no_data_found',
      message = format('there is no implementation and no control %s in scope %s', impact_of.what, in_scope),
      hint = 'See isms.implementation and isms.statement_of_applicability.';
  end if;

  return query
  with assessed as materialized (
    select r.code, r.title, r.owner, r.method, x.current_rank, x.current_level, x.target_rank, x.residual_rank, x.residual_basis,
           isms.assess(m.spec, r.likelihood, r.consequence, r.threat_rate, r.vulnerability_rate, isms.greatest(t.rating, t.inherited_rating), r.hits,
                       r.current_likelihood, r.current_consequence, r.target_likelihood, r.target_consequence,
                       (select isms.control_effect(c.effect_on, c.effectiveness, c.reduction,
                                 case when c.name <> all (hit) then c.counts_in when impact_of.change = 'fails' then c.counts_in & 2 else 0 end)
                          from isms.control_contribution c where c.scope = r.scope and c.risk = r.code),
                       (select isms.control_effect(o.effect_on, o.effectiveness, o.reduction, o.counts_in)
                          from isms.option_contribution o where o.scope = r.scope and o.risk = r.code),
                       r.status in ('treated', 'monitored', 'closed'), v.overrides, r.scope, r.code) as result
      from isms.risk r
      join isms.risk_assessment x on x.scope = r.scope and x.code = r.code
      join isms.risk_method_spec m on m.scope = r.scope and m.method = r.method
      left join isms.asset t on t.scope = r.scope and t.code = r.asset
      cross join (select isms.override_set(i.scope, i.risk, i.state, i.likelihood, i.consequence, i.score) as overrides from isms.override_in_force i where i.scope = in_scope) v
     where r.scope = in_scope
       and r.status <> 'closed'
       and r.code in (select c.risk from isms.risk_control c where c.scope = in_scope and c.implementation = any (hit))),
  level as materialized (
    select l.method, l.rank, l.label, isms.is_above_criteria(l) as above from isms.risk_level l where l.scope = in_scope),
  line as (
    select l.catalogue, l.reference,
           bool_or(v.assurance = 'failed') as failed,
           bool_or(v.assurance = 'failed') filter (where l.implementation <> all (hit)) as failed_without,
           bool_and(v.assurance = 'verified') filter (where l.implementation <> all (hit)) as verified_without,
           bool_or(v.assurance = 'expired') filter (where l.implementation <> all (hit)) as expired_without,
           count(*) filter (where l.implementation <> all (hit)) as others
      from isms.implementation_control l
      join isms.implementation m on m.scope = l.scope and m.code = l.implementation and m.status <> 'retired'
      join isms.implementation_assurance v on v.scope = l.scope and v.implementation = l.implementation
     where l.scope = in_scope
     group by l.catalogue, l.reference
    having bool_or(l.implementation = any (hit)))
  select y.kind, y.code, y.title, y.owner, y.before, y.after, y.over_criteria, y.said
    from (
      select 1 as place, 'risk' as kind, a.code, a.title, a.owner, a.current_level as before, isms.assessed_level(a.result, 'current') as after,
             coalesce(n.above and not o.above, false) as over_criteria,
             case when n.above and not o.above then 'current level goes over the criteria' else 'current level rises' end as said
        from assessed a
        left join level o on o.method = a.method and o.rank = a.current_rank
        left join level n on n.method = a.method and n.rank = isms.assessed_rank(a.result, 'current')
       where isms.assessed_rank(a.result, 'current') > a.current_rank
       union all
      select 2, 'risk', a.code, a.title, a.owner, o.label, n.label, coalesce(n.above and not o.above, false),
             case when n.above and not o.above then 'target level goes over the criteria' else 'target level rises' end
        from assessed a
        left join level o on o.method = a.method and o.rank = a.target_rank
        left join level n on n.method = a.method and n.rank = isms.assessed_rank(a.result, 'target')
       where isms.assessed_rank(a.result, 'target') > a.target_rank
       union all
      select 3, 'acceptance', c.code, a.title, a.owner, c.state, 'stale', null::boolean,
             format('the level it accepts (%s, of risk %s) rises above %s', c.basis, c.risk, c.ceiling)
        from isms.acceptance_status c
        join assessed a on a.code = c.risk
       where c.scope = in_scope
         and c.state in ('valid', 'lapsing', 'scheduled')
         and isms.assessed_rank(a.result, case c.basis when 'interim' then 'current' else c.basis end) > c.ceiling_rank
       union all
      select 4, 'statement', s.code, s.title, s.owners, s.assurance, n.after, null,
             case when n.after is null then 'no implementation serves it any more' else 'falls in the statement of applicability' end
        from isms.statement_of_applicability s
        join line l on l.catalogue = s.catalogue and l.reference::text = s.code
        cross join lateral (
          select case
                   when impact_of.change = 'fails' or l.failed_without then 'failed'
                   when l.others = 0 then null
                   when l.verified_without then 'verified'
                   when l.expired_without then 'expired'
                   else 'unverified'
                 end as after) n
       where s.scope = in_scope
         and s.assurance is distinct from n.after
         and s.assurance <> 'failed'
         and not (impact_of.change = 'ends' and coalesce(n.after = 'verified', false))) y
   order by y.place, y.over_criteria desc nulls last, y.code collate "C";
end
$$;

comment on function isms.impact_of(text, text) is 'What follows if an implementation, or all that serve a control, fails or ends: risks whose current or target level rises and those that go over the criteria, acceptances that go stale, lines of the statement of applicability that fall. Stores nothing. Errors: P0002 no such control, 22023 another change';

-- Leave one out: the effect of a risk's controls without each of them, and of each alone, in one pass over the links.
create function isms.control_importance(scope text default isms.default_scope())
  returns table (implementation text, title text, owner text, standing text, risks integer, holds_down integer, ranks_alone integer, released integer, ranks_released integer, over_criteria integer)
  language plpgsql stable parallel restricted set search_path = pg_catalog, pg_temp as $$
#variable_conflict use_column
begin
  return query
  with link as materialized (
    select c.risk, c.name, c.effect_on, c.effectiveness, c.reduction, c.counts_in & 1 as counts_in
      from isms.control_contribution c
     where c.scope = control_importance.scope),
  one as materialized (
    select distinct on (w.risk, w.name)
           w.risk, w.name, w.counts_in = 1 as counts, w.without, w.alone
      from (
        select l.risk, l.name, l.counts_in,
               isms.control_effect(l.effect_on, l.effectiveness, l.reduction, l.counts_in)
                 over (partition by l.risk order by l.name groups between unbounded preceding and unbounded following exclude group) as without,
               isms.control_effect(l.effect_on, l.effectiveness, l.reduction, l.counts_in)
                 over (partition by l.risk order by l.name groups between current row and current row) as alone
          from link l) w
     order by w.risk, w.name),
  risk as materialized (
    select r.code, m.spec, r.likelihood, r.consequence, r.threat_rate, r.vulnerability_rate, isms.greatest(t.rating, t.inherited_rating) as rating, r.hits, r.current_likelihood, r.current_consequence,
           o.effect as options, r.status in ('treated', 'monitored', 'closed') as treated, e.effect,
           array(select l.rank from isms.risk_level l where l.scope = r.scope and l.method = r.method and isms.is_above_criteria(l)) as above
      from isms.risk r
      join isms.risk_method_spec m on m.scope = r.scope and m.method = r.method
      left join isms.asset t on t.scope = r.scope and t.code = r.asset
      left join (select l.risk, isms.control_effect(l.effect_on, l.effectiveness, l.reduction, l.counts_in) as effect from link l group by l.risk) e on e.risk = r.code
      left join (
        select o.risk, isms.control_effect(o.effect_on, o.effectiveness, o.reduction, o.counts_in) as effect
          from isms.option_contribution o
         where o.scope = control_importance.scope
         group by o.risk) o on o.risk = r.code
     where r.scope = control_importance.scope
       and r.status <> 'closed'),
  level as (
    select o.name, o.counts, r.above,
           isms.assessed_rank(a.today, 'inherent') as inherent, isms.assessed_rank(a.today, 'current') as today,
           isms.assessed_rank(a.without, 'current') as without, isms.assessed_rank(a.alone, 'current') as alone
      from one o
      join risk r on r.code = o.risk
      cross join lateral (
        select isms.assess(r.spec, r.likelihood, r.consequence, r.threat_rate, r.vulnerability_rate, r.rating, r.hits,
                           r.current_likelihood, r.current_consequence, null, null, r.effect, r.options, r.treated) as today,
               isms.assess(r.spec, r.likelihood, r.consequence, r.threat_rate, r.vulnerability_rate, r.rating, r.hits,
                           r.current_likelihood, r.current_consequence, null, null, o.without, r.options, r.treated) as without,
               isms.assess(r.spec, r.likelihood, r.consequence, r.threat_rate, r.vulnerability_rate, r.rating, r.hits,
                           r.current_likelihood, r.current_consequence, null, null, o.alone, null, r.treated) as alone
        having true) a)
  select i.code, i.title, i.owner, a.standing,
         count(l.name)::integer,
         (count(*) filter (where l.counts and l.alone < l.inherent))::integer,
         coalesce(sum(l.inherent - l.alone) filter (where l.counts and l.alone < l.inherent), 0)::integer,
         (count(*) filter (where l.without > l.today))::integer,
         coalesce(sum(l.without - l.today) filter (where l.without > l.today), 0)::integer,
         (count(*) filter (where l.without = any (l.above) and not l.today = any (l.above)))::integer
    from isms.implementation i
    join isms.implementation_assurance a on a.scope = i.scope and a.implementation = i.code
    left join level l on l.name = i.code
   where i.scope = control_importance.scope
   group by i.code, i.title, i.owner, a.standing
   order by 10 desc, 9 desc, 7 desc, i.code collate "C";
end
$$;

comment on function isms.control_importance(text) is 'What each implementation holds down today: the risks it acts on, those it lowers by itself and by how many ranks, those that rise if it fails and by how many, those that go over the criteria then; as computed, without what experts entered';
