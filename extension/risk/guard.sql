-- Guards of the workflows risk, action, acceptance and risk_method: what must hold before a step is taken.
-- A guard gets the row before (null for a new one), the row after, and the step, and returns null or one sentence.
-- They are stable: nothing in them may write.  `new` is the row as it will be; all else is read from the tables.

-- The row an action serves.
create function isms.action_parent_status(scope text, kind text, code text) returns text
  language plpgsql stable parallel safe set search_path = pg_catalog, pg_temp as $$
declare
  subject text;
  status text;
begin
  select s.table_name into subject from isms.action_subject s where s.kind = action_parent_status.kind;
  if subject is null or action_parent_status.code is null then
    return null;
  end if;
  execute format('select to_jsonb(t) ->> ''status'' from isms.%I t where t.scope = $1 and t.code = $2', subject)
     into status using action_parent_status.scope, action_parent_status.code;
  return status;
end
$$;

comment on function isms.action_parent_status(text, text, text) is 'State of the record an action serves; null if there is none';

-- 4.3
create function isms.guard_scope_open(old jsonb, new jsonb, step isms.step) returns text
  language plpgsql stable parallel safe set search_path = pg_catalog, pg_temp as $$
declare
  closed date;
begin
  select s.closed_on into closed from isms.scope s where s.code = step.scope;
  return case when closed <= isms.today(step.scope)
         then format('scope %s is not in use since %s', step.scope, to_char(closed, 'YYYY-MM-DD')) end;
end
$$;

comment on function isms.guard_scope_open(jsonb, jsonb, isms.step) is 'Guard: the scope is in use';

-- 6.1.2 c2, 5.3
create function isms.guard_owner_active(old jsonb, new jsonb, step isms.step) returns text
  language plpgsql stable parallel safe set search_path = pg_catalog, pg_temp as $$
declare
  p isms.person;
  today date := isms.today(step.scope);
  wanted text := case step.workflow when 'risk' then 'risk_owner' end;
begin
  if new ->> 'owner' is null then
    return 'owner is missing';
  end if;
  if isms.holds_role(new ->> 'owner', wanted, step.scope) then
    select x.* into p from isms.person x where x.code = new ->> 'owner';
    return case when p.kind <> 'human' then format('%s is a %s account, not a human', p.name, p.kind) end;
  end if;
  select x.* into p from isms.person x where x.code = new ->> 'owner';
  return case
    when p.active_until < today then format('%s is not active since %s', p.name, to_char(p.active_until + 1, 'YYYY-MM-DD'))
    when p.active_from > today then format('%s is active only from %s', p.name, to_char(p.active_from, 'YYYY-MM-DD'))
    else format('%s holds no role %sin scope %s today', isms.person_name(new ->> 'owner'), wanted || ' ', step.scope)
  end;
end
$$;

comment on function isms.guard_owner_active(jsonb, jsonb, isms.step) is 'Guard: the owner is a human, active today, and holds a role in the scope; the role risk_owner for risks';

-- 6.1.2 c1
create function isms.guard_dimension_hit(old jsonb, new jsonb, step isms.step) returns text
  language plpgsql stable parallel safe set search_path = pg_catalog, pg_temp as $$
begin
  return case when new ->> 'hits' is null then 'hits is missing: which of C, I and A the threat hits' end;
end
$$;

comment on function isms.guard_dimension_hit(jsonb, jsonb, isms.step) is 'Guard: at least one of confidentiality, integrity and availability is hit';

-- ISO/IEC 27005 7.2.1: by assets and threats, or by events
create function isms.guard_source_named(old jsonb, new jsonb, step isms.step) returns text
  language plpgsql stable parallel safe set search_path = pg_catalog, pg_temp as $$
begin
  if new ->> 'asset' is not null and new ->> 'threat' ~ '\S' or new ->> 'scenario' ~ '\S' and new ->> 'source' ~ '\S' or new ->> 'event_scenario' is not null then
    return null;
  end if;
  return case
    when new ->> 'asset' is not null then 'threat is missing'
    when new ->> 'threat' ~ '\S' then 'asset is missing'
    when new ->> 'scenario' ~ '\S' then 'source of the scenario is missing'
    else 'neither asset and threat nor scenario and source are named'
  end;
end
$$;

comment on function isms.guard_source_named(jsonb, jsonb, isms.step) is 'Guard: asset and threat are named, or a scenario with its source, as every event scenario has one';

-- 6.1.2 a-b
create function isms.guard_method_approved(old jsonb, new jsonb, step isms.step) returns text
  language plpgsql stable parallel safe set search_path = pg_catalog, pg_temp as $$
declare
  m isms.risk_method;
begin
  select x.* into m from isms.risk_method x where x.scope = new ->> 'scope' and x.code = new ->> 'method';
  return case
    when m.code is null then 'method is missing'
    when m.status <> 'approved' then format('method %s is %s, not approved', m.code, m.status)
    when m.approved_on is null then format('method %s has no approved_on', m.code)
    when m.approved_on > (new ->> 'assessed_on')::date
    then format('method %s is in force from %s, the assessment is dated %s', m.code, to_char(m.approved_on, 'YYYY-MM-DD'), new ->> 'assessed_on')
  end;
end
$$;

comment on function isms.guard_method_approved(jsonb, jsonb, isms.step) is 'Guard: the method was approved and in force on the day of the assessment';

-- 6.1.2 b: results are comparable when one version is used, from its first day on
create function isms.guard_method_newest(old jsonb, new jsonb, step isms.step) returns text
  language plpgsql stable parallel safe set search_path = pg_catalog, pg_temp as $$
declare
  later text := isms.method_successor(new ->> 'scope', new ->> 'method', (new ->> 'assessed_on')::date);
begin
  return case when later is not null then format('method %s has a later version in force, %s: set method and the factors on its scales', new ->> 'method', later) end;
end
$$;

comment on function isms.guard_method_newest(jsonb, jsonb, isms.step) is 'Guard: no later version of the method was in force on the day of the assessment';

-- 6.1.2 d1-d2
create function isms.guard_factors_rated(old jsonb, new jsonb, step isms.step) returns text
  language plpgsql stable parallel safe set search_path = pg_catalog, pg_temp as $$
declare
  m isms.risk_method;
  factors text[];
  said text[];
  rating text;
begin
  select x.* into m from isms.risk_method x where x.scope = new ->> 'scope' and x.code = new ->> 'method';
  factors := case when m.score_rule = 'impact_threat_vulnerability' then '{threat_rate,vulnerability_rate}'::text[] else '{likelihood,consequence}' end;
  said := array(
    select case when new ->> f.name is null then f.name || ' is missing'
           else format('%s %s is not on the scale of method %s%s', f.name, new ->> f.name, m.code, format(' (%s to %s)', min(s.step), max(s.step))) end
      from unnest(factors) with ordinality f(name, position)
      left join isms.risk_scale_step s on s.scope = new ->> 'scope' and s.method = m.code and s.scale = replace(f.name, '_rate', '')
     group by f.name, f.position
    having not coalesce(bool_or(s.step = (new ->> f.name)::integer), false)
     order by f.position);
  if m.score_rule = 'impact_threat_vulnerability' then
    select isms.greatest(a.rating, a.inherited_rating)::text into rating from isms.asset a where a.scope = new ->> 'scope' and a.code = new ->> 'asset';
    said := said || array(
      select format('asset %s is not rated for %s', new ->> 'asset', string_agg(d.letter, ', '))
        from regexp_split_to_table(new ->> 'hits', '') d(letter)
       where coalesce(rating, '') !~ (d.letter || '[0-9]')
      having count(*) > 0);
  end if;
  if new ->> 'assessor' is null then
    said := said || 'assessor is missing'::text;
  end if;
  if new ->> 'assessed_on' is null then
    said := said || 'assessed_on is missing'::text;
  elsif (new ->> 'assessed_on')::date > isms.today(new ->> 'scope') then
    said := said || format('assessed_on %s is in the future: in scope %s it is %s', new ->> 'assessed_on', new ->> 'scope', to_char(isms.today(new ->> 'scope'), 'YYYY-MM-DD'));
  end if;
  return nullif(array_to_string(said, '; '), '');
end
$$;

comment on function isms.guard_factors_rated(jsonb, jsonb, isms.step) is 'Guard: every factor the method''s rule reads is set and on its scale; assessor and day of the assessment are set, not in the future';

-- 6.1.2 d3
create function isms.guard_level_recomputed(old jsonb, new jsonb, step isms.step) returns text
  language plpgsql stable parallel safe set search_path = pg_catalog, pg_temp as $$
declare
  level isms.risk_level := isms.basis_level(new ->> 'scope', new ->> 'code', 'inherent');
begin
  return case when level.rank is null then format('method %s gives no inherent level for these factors', new ->> 'method') end;
end
$$;

comment on function isms.guard_level_recomputed(jsonb, jsonb, isms.step) is 'Guard: the method itself gives a level for these factors';

-- 6.1.2 e
create function isms.guard_evaluated(old jsonb, new jsonb, step isms.step) returns text
  language plpgsql stable parallel safe set search_path = pg_catalog, pg_temp as $$
declare
  level isms.risk_level := isms.basis_level(new ->> 'scope', new ->> 'code', 'current');
begin
  return case when level.rank is null then 'the current level is not known, so it cannot be compared with the criteria' end;
end
$$;

comment on function isms.guard_evaluated(jsonb, jsonb, isms.step) is 'Guard: the current level is known, so that it is compared with the criteria';

-- 8.2
create function isms.guard_trigger_named(old jsonb, new jsonb, step isms.step) returns text
  language plpgsql stable parallel safe set search_path = pg_catalog, pg_temp as $$
declare
  trigger text := new ->> 'review_trigger';
  key text := new ->> 'review_trigger_key';
begin
  return case
    when trigger is null then 'review_trigger is missing: why the risk is looked at again'
    when trigger in ('change', 'incident', 'finding', 'control_failed', 'acceptance_lapsed') and coalesce(key, '') !~ '\S'
    then format('review_trigger_key is missing: which %s', case trigger when 'control_failed' then 'implementation' when 'acceptance_lapsed' then 'acceptance' else trigger end)
    when trigger = 'control_failed' and not exists (select from isms.implementation i where i.scope = new ->> 'scope' and i.code = key)
    then format('there is no implementation %s', key)
    when trigger = 'acceptance_lapsed' and not exists (select from isms.acceptance a where a.scope = new ->> 'scope' and a.code = key and a.risk = new ->> 'code')
    then format('risk %s has no acceptance %s', new ->> 'code', key)
  end;
end
$$;

comment on function isms.guard_trigger_named(jsonb, jsonb, isms.step) is 'Guard: why the risk is looked at again, with the key of the record that caused it where there is one';

-- 6.1.3 a
create function isms.guard_option_chosen(old jsonb, new jsonb, step isms.step) returns text
  language plpgsql stable parallel safe set search_path = pg_catalog, pg_temp as $$
declare
  live integer;
  beside_retention integer;
begin
  select count(*), count(*) filter (where t.option <> 'retention')
    into live, beside_retention
    from isms.treatment t
   where t.scope = new ->> 'scope' and t.risk = new ->> 'code' and t.withdrawn_on is null;
  return case
    when live = 0 then 'no treatment option is chosen (isms.treatment)'
    when beside_retention = 0 then 'retention alone needs no plan: take the step retain'
  end;
end
$$;

comment on function isms.guard_option_chosen(jsonb, jsonb, isms.step) is 'Guard: at least one live treatment, not retention alone';

-- 6.1.3 a-b
create function isms.guard_option_complete(old jsonb, new jsonb, step isms.step) returns text
  language plpgsql stable parallel safe set search_path = pg_catalog, pg_temp as $$
declare
  entered boolean;
begin
  entered := exists (select from isms.risk_method m
                      where m.scope = new ->> 'scope' and m.code = new ->> 'method' and m.residual_rule = 'entered'
                        and new ->> 'target_likelihood' is not null and new ->> 'target_consequence' is not null);
  return (
    select string_agg(format('%s lacks %s', t.option, lacks.what), '; ' order by t.option)
      from isms.treatment t
     cross join lateral (
       select nullif(concat_ws(', ',
                case when t.option = 'modification'
                      and not exists (select from isms.risk_control c where c.scope = t.scope and c.risk = t.risk)
                     then 'a control (isms.risk_control)' end,
                case when t.option = 'sharing' and coalesce(t.other_party, '') !~ '\S' then 'other_party' end,
                case when t.option = 'sharing' and coalesce(t.agreement, '') !~ '\S' then 'agreement' end,
                case when t.option = 'sharing' and not entered
                      and (t.effect_on is null or t.effectiveness is null and t.reduction is null)
                     then 'effect_on with effectiveness or reduction' end,
                case when t.option = 'avoidance' and coalesce(t.activity, '') !~ '\S' then 'activity' end,
                case when t.option = 'avoidance' and t.stops_on is null then 'stops_on' end,
                case when t.option = 'retention' and coalesce(t.justification, '') !~ '\S' then 'justification' end), '') as what) lacks
     where t.scope = new ->> 'scope' and t.risk = new ->> 'code' and t.withdrawn_on is null and lacks.what is not null);
end
$$;

comment on function isms.guard_option_complete(jsonb, jsonb, isms.step) is 'Guard: each option states what it needs: modification a control; sharing the other party, agreement and effect; avoidance the activity and its last day; retention a justification';

-- 6.1.3 c-d: what the plan needs cannot be excluded; an undecided control counts as necessary
create function isms.guard_controls_in_soa(old jsonb, new jsonb, step isms.step) returns text
  language plpgsql stable parallel safe set search_path = pg_catalog, pg_temp as $$
begin
  return (
    select 'excluded in the statement of applicability: ' || string_agg(distinct format('%s (of %s)', l.reference, l.implementation), ', ')
      from isms.risk_control c
      join isms.implementation_control l on l.scope = c.scope and l.implementation = c.implementation
      join isms.applicability a on a.scope = l.scope and a.catalogue = l.catalogue and a.reference = l.reference
     where c.scope = new ->> 'scope' and c.risk = new ->> 'code' and not a.necessary);
end
$$;

comment on function isms.guard_controls_in_soa(jsonb, jsonb, isms.step) is 'Guard: no control of the plan is excluded in the statement of applicability';

-- 6.1.3 e: each option but retention has an action; an action that names no option counts for all
create function isms.guard_plan_complete(old jsonb, new jsonb, step isms.step) returns text
  language plpgsql stable parallel safe set search_path = pg_catalog, pg_temp as $$
begin
  return nullif(concat_ws('; ',
    (select 'no action for ' || string_agg(t.option, ', ' order by t.option)
       from isms.treatment t
      where t.scope = new ->> 'scope' and t.risk = new ->> 'code' and t.withdrawn_on is null and t.option <> 'retention'
        and not exists (select from isms.action a
                         where a.scope = t.scope and a.serves_kind = 'risk' and a.serves = t.risk and a.status <> 'cancelled'
                           and coalesce(a.option, t.option) = t.option)),
    (select string_agg(format('%s lacks %s', a.code,
              concat_ws(', ', case when a.owner is null then 'owner' end, case when a.due_on is null then 'due_on' end,
                              case when coalesce(a.resources, '') !~ '\S' then 'resources' end)), '; ' order by a.code)
       from isms.action a
      where a.scope = new ->> 'scope' and a.serves_kind = 'risk' and a.serves = new ->> 'code' and a.status <> 'cancelled'
        and (a.owner is null or a.due_on is null or coalesce(a.resources, '') !~ '\S'))), '');
end
$$;

comment on function isms.guard_plan_complete(jsonb, jsonb, isms.step) is 'Guard: each option but retention has an action, and every action an owner, due date and resources';

-- ISO/IEC 27005 8.6
create function isms.guard_target_rated(old jsonb, new jsonb, step isms.step) returns text
  language plpgsql stable parallel safe set search_path = pg_catalog, pg_temp as $$
declare
  target isms.risk_level := isms.basis_level(new ->> 'scope', new ->> 'code', 'target');
  current isms.risk_level := isms.basis_level(new ->> 'scope', new ->> 'code', 'current');
begin
  return case
    when target.rank is null then 'the target level is not known'
    when target.rank > current.rank then format('the target level %s is above the current level %s', target.label, current.label)
  end;
end
$$;

comment on function isms.guard_target_rated(jsonb, jsonb, isms.step) is 'Guard: the target level is known and not above the current one';

-- 6.1.3 f
create function isms.guard_target_covered(old jsonb, new jsonb, step isms.step) returns text
  language plpgsql stable parallel safe set search_path = pg_catalog, pg_temp as $$
declare
  target isms.risk_level := isms.basis_level(new ->> 'scope', new ->> 'code', 'target');
begin
  if target.rank is null or target.disposition = 'acceptable'
     or exists (select from isms.acceptance_status s
                 where s.scope = new ->> 'scope' and s.risk = new ->> 'code' and s.basis = 'target' and s.state in ('valid', 'lapsing')) then
    return null;
  end if;
  return format('the target level %s is not acceptable as it is (%s%s), and no valid acceptance with basis target covers it', target.label, target.disposition,
                isms.appetite_words(new ->> 'scope', new ->> 'code', target.rank));
end
$$;

comment on function isms.guard_target_covered(jsonb, jsonb, isms.step) is 'Guard: the target level is acceptable, or a valid acceptance with basis target covers it';

-- ISO/IEC 27005 8.6.3
create function isms.guard_interim_covered(old jsonb, new jsonb, step isms.step) returns text
  language plpgsql stable parallel safe set search_path = pg_catalog, pg_temp as $$
declare
  current isms.risk_level := isms.basis_level(new ->> 'scope', new ->> 'code', 'current');
  last_due date;
begin
  if current.disposition is distinct from 'never' then
    return null;
  end if;
  select max(a.due_on) into last_due
    from isms.action a
   where a.scope = new ->> 'scope' and a.serves_kind = 'risk' and a.serves = new ->> 'code' and a.status <> 'cancelled';
  if exists (select from isms.acceptance_status s
              where s.scope = new ->> 'scope' and s.risk = new ->> 'code' and s.basis = 'interim' and s.state in ('valid', 'lapsing')
                and (last_due is null or s.until >= last_due)) then
    return null;
  end if;
  return format('the current level %s may not be carried (never), and no valid acceptance with basis interim reaches %s', current.label,
                coalesce(to_char(last_due, 'YYYY-MM-DD'), 'the end of the plan'));
end
$$;

comment on function isms.guard_interim_covered(jsonb, jsonb, isms.step) is 'Guard: the current level may be carried, or an acceptance with basis interim reaches to the last due date';

-- the method's treat-within, counted from the assessment
create function isms.guard_due_within_level(old jsonb, new jsonb, step isms.step) returns text
  language plpgsql stable parallel safe set search_path = pg_catalog, pg_temp as $$
declare
  current isms.risk_level := isms.basis_level(new ->> 'scope', new ->> 'code', 'current');
  latest date := coalesce((new ->> 'assessed_on')::date, isms.today(new ->> 'scope')) + current.treat_within;
begin
  return (
    select format('level %s is to be treated by %s, %s %s due later', current.label, to_char(latest, 'YYYY-MM-DD'),
                  string_agg(format('%s (%s)', a.code, to_char(a.due_on, 'YYYY-MM-DD')), ', ' order by a.code),
                  case count(*) when 1 then 'is' else 'are' end)
      from isms.action a
     where a.scope = new ->> 'scope' and a.serves_kind = 'risk' and a.serves = new ->> 'code' and a.status <> 'cancelled' and a.due_on > latest
    having count(*) > 0);
end
$$;

comment on function isms.guard_due_within_level(jsonb, jsonb, isms.step) is 'Guard: the last due date is within the method''s treat-within of the current level, counted from the assessment';

-- 6.1.3 a
create function isms.guard_retention_only(old jsonb, new jsonb, step isms.step) returns text
  language plpgsql stable parallel safe set search_path = pg_catalog, pg_temp as $$
declare
  others text;
  justified boolean;
begin
  select string_agg(t.option, ', ' order by t.option) filter (where t.option <> 'retention'),
         bool_or(t.justification ~ '\S') filter (where t.option = 'retention')
    into others, justified
    from isms.treatment t
   where t.scope = new ->> 'scope' and t.risk = new ->> 'code' and t.withdrawn_on is null;
  return case
    when others is not null then format('the treatment is %s, not retention alone', others)
    when justified is null then 'retention is not chosen (isms.treatment)'
    when not justified then 'retention lacks justification'
  end;
end
$$;

comment on function isms.guard_retention_only(jsonb, jsonb, isms.step) is 'Guard: every live treatment is retention, with a justification';

-- 6.1.3 f: what is carried from now on is the current level
create function isms.guard_acceptance_valid(old jsonb, new jsonb, step isms.step) returns text
  language plpgsql stable parallel safe set search_path = pg_catalog, pg_temp as $$
declare
  current isms.risk_level := isms.basis_level(new ->> 'scope', new ->> 'code', 'current');
  above text := isms.appetite_words(new ->> 'scope', new ->> 'code', current.rank);
  newest record;
begin
  if current.rank is null then
    return 'the current level is not known';
  end if;
  if current.disposition = 'acceptable' then
    return null;
  end if;
  select s.code, s.state, s.ceiling, s.ceiling_rank into newest
    from isms.acceptance_status s
   where s.scope = new ->> 'scope' and s.risk = new ->> 'code' and s.basis = 'residual'
   order by s.state in ('valid', 'lapsing') desc, s.until desc nulls last
   limit 1;
  return case
    when newest.code is null then format('level %s is not acceptable as it is (%s%s), and there is no acceptance with basis residual', current.label, current.disposition, above)
    when newest.state not in ('valid', 'lapsing') then format('level %s is not acceptable as it is (%s%s), and acceptance %s is %s', current.label, current.disposition, above, newest.code, newest.state)
    when newest.ceiling_rank < current.rank then format('acceptance %s reaches up to %s, the current level is %s', newest.code, newest.ceiling, current.label)
  end;
end
$$;

comment on function isms.guard_acceptance_valid(jsonb, jsonb, isms.step) is 'Guard: the current level is acceptable, or a valid acceptance with basis residual covers it';

-- 8.2
create function isms.guard_review_date_set(old jsonb, new jsonb, step isms.step) returns text
  language plpgsql stable parallel safe set search_path = pg_catalog, pg_temp as $$
declare
  next_review date := (new ->> 'next_review')::date;
  today date := isms.today(new ->> 'scope');
  level isms.risk_level := isms.basis_level(new ->> 'scope', new ->> 'code', 'current');
  latest date := today + level.review_every;
begin
  return case
    when next_review is null then 'next_review is missing' || coalesce(': level ' || level.label || ' is reviewed by ' || to_char(latest, 'YYYY-MM-DD') || ' at the latest', '')
    when next_review < today then format('next_review %s is past', to_char(next_review, 'YYYY-MM-DD'))
    when next_review > latest then format('next_review %s is late: level %s is reviewed by %s', to_char(next_review, 'YYYY-MM-DD'), level.label, to_char(latest, 'YYYY-MM-DD'))
  end;
end
$$;

comment on function isms.guard_review_date_set(jsonb, jsonb, isms.step) is 'Guard: the next review is set and within the level''s review-every';

-- 8.3, 10.2 c
create function isms.guard_actions_finished(old jsonb, new jsonb, step isms.step) returns text
  language plpgsql stable parallel safe set search_path = pg_catalog, pg_temp as $$
declare
  unfinished text;
  verified integer;
begin
  select string_agg(format('%s is %s', a.code, a.status), ', ' order by a.code) filter (where a.status not in ('verified', 'cancelled')),
         count(*) filter (where a.status = 'verified')
    into unfinished, verified
    from isms.action a
   where a.scope = new ->> 'scope' and a.serves_kind = step.workflow and a.serves = new ->> 'code';
  return coalesce(unfinished, case when verified = 0 then 'no action is verified' end);
end
$$;

comment on function isms.guard_actions_finished(jsonb, jsonb, isms.step) is 'Guard: every action serving the record is verified or cancelled, at least one verified';

-- 8.3
create function isms.guard_evidence_complete(old jsonb, new jsonb, step isms.step) returns text
  language plpgsql stable parallel safe set search_path = pg_catalog, pg_temp as $$
begin
  return (
    select 'no evidence for ' || string_agg(a.code, ', ' order by a.code)
      from isms.action a
     where a.scope = new ->> 'scope' and a.serves_kind = step.workflow and a.serves = new ->> 'code' and a.status <> 'cancelled'
       and not exists (select from isms.evidence e
                        where e.scope = a.scope and e.subject_kind = 'action' and e.subject = a.code and e.collected_on <= isms.today(a.scope)));
end
$$;

comment on function isms.guard_evidence_complete(jsonb, jsonb, isms.step) is 'Guard: every action serving the record that is not cancelled has evidence';

-- 8.3
create function isms.guard_evidence_attached(old jsonb, new jsonb, step isms.step) returns text
  language plpgsql stable parallel safe set search_path = pg_catalog, pg_temp as $$
begin
  return case
    when not exists (select from isms.evidence e
                      where e.scope = new ->> 'scope' and e.subject_kind = 'action' and e.subject = new ->> 'code'
                        and e.collected_on <= isms.today(e.scope))
    then format('there is no evidence for %s collected on or before today (isms.evidence)', new ->> 'code')
  end;
end
$$;

comment on function isms.guard_evidence_attached(jsonb, jsonb, isms.step) is 'Guard: the action has evidence collected on or before today';

-- 8.3, 9.1
create function isms.guard_controls_effective(old jsonb, new jsonb, step isms.step) returns text
  language plpgsql stable parallel safe set search_path = pg_catalog, pg_temp as $$
begin
  return (
    select string_agg(distinct case when v.status <> 'implemented' then format('%s is %s', v.implementation, v.status)
                               else format('%s failed its test of %s', v.implementation, to_char(v.tested_on, 'YYYY-MM-DD')) end, ', ')
      from isms.risk_control c
      join isms.implementation_assurance v on v.scope = c.scope and v.implementation = c.implementation
     where c.scope = new ->> 'scope' and c.risk = new ->> 'code' and (v.status <> 'implemented' or v.assurance = 'failed'));
end
$$;

comment on function isms.guard_controls_effective(jsonb, jsonb, isms.step) is 'Guard: every control of the risk is implemented and its latest test did not fail';

-- 8.2
create function isms.guard_assessed_after(old jsonb, new jsonb, step isms.step) returns text
  language plpgsql stable parallel safe set search_path = pg_catalog, pg_temp as $$
declare
  verified date;
begin
  select max(coalesce(a.checked_on, a.done_on)) into verified
    from isms.action a
   where a.scope = new ->> 'scope' and a.serves_kind = step.workflow and a.serves = new ->> 'code' and a.status = 'verified';
  return case
    when new ->> 'assessed_on' is null then 'assessed_on is missing'
    when (new ->> 'assessed_on')::date > isms.today(new ->> 'scope') then format('assessed_on %s is in the future: in scope %s it is %s', new ->> 'assessed_on', new ->> 'scope', to_char(isms.today(new ->> 'scope'), 'YYYY-MM-DD'))
    when (new ->> 'assessed_on')::date < verified
    then format('the assessment is dated %s, the last action was verified on %s', new ->> 'assessed_on', to_char(verified, 'YYYY-MM-DD'))
  end;
end
$$;

comment on function isms.guard_assessed_after(jsonb, jsonb, isms.step) is 'Guard: the assessment is dated on or after the last verified action';

-- 8.2: never "treated"; a treated risk is monitored
create function isms.guard_closure_reason(old jsonb, new jsonb, step isms.step) returns text
  language plpgsql stable parallel safe set search_path = pg_catalog, pg_temp as $$
declare
  lacks text;
begin
  lacks := concat_ws(', ',
    case when new ->> 'closure_reason' is null then 'closure_reason' end,
    case when coalesce(new ->> 'closure_note', '') !~ '\S' then 'closure_note' end,
    case when new ->> 'closure_reason' in ('duplicate', 'merged') and new ->> 'successor' is null then 'successor' end);
  return case when lacks <> '' then format('%s %s missing', lacks, case when lacks ~ ',' then 'are' else 'is' end) end;
end
$$;

comment on function isms.guard_closure_reason(jsonb, jsonb, isms.step) is 'Guard: reason and note are set; the successor too for duplicate and merged';

-- 7.5.3
create function isms.guard_closure_evidenced(old jsonb, new jsonb, step isms.step) returns text
  language plpgsql stable parallel safe set search_path = pg_catalog, pg_temp as $$
begin
  return case
    when new ->> 'closure_reason' in ('source_removed', 'activity_stopped')
     and not exists (select from isms.evidence e
                      where e.scope = new ->> 'scope' and e.subject_kind = 'risk' and e.subject = new ->> 'code'
                        and e.collected_on <= isms.today(e.scope))
    then format('there is no evidence on risk %s that shows %s (isms.evidence)', new ->> 'code', new ->> 'closure_reason')
  end;
end
$$;

comment on function isms.guard_closure_evidenced(jsonb, jsonb, isms.step) is 'Guard: source_removed and activity_stopped carry evidence';

-- 8.3
create function isms.guard_no_open_action(old jsonb, new jsonb, step isms.step) returns text
  language plpgsql stable parallel safe set search_path = pg_catalog, pg_temp as $$
begin
  return (
    select string_agg(format('%s is %s', a.code, a.status), ', ' order by a.code)
      from isms.action a
     where a.scope = new ->> 'scope' and a.serves_kind = step.workflow and a.serves = new ->> 'code' and a.status in ('planned', 'in_progress', 'done'));
end
$$;

comment on function isms.guard_no_open_action(jsonb, jsonb, isms.step) is 'Guard: no action serving the record is planned, in progress or done';

-- 6.1.3 e, 10.2 c, 9.3.3; that the record exists is checked by trigger action_serves
create function isms.guard_serves_set(old jsonb, new jsonb, step isms.step) returns text
  language plpgsql stable parallel safe set search_path = pg_catalog, pg_temp as $$
begin
  return case when new ->> 'serves' is null then format('serves is missing: which %s', new ->> 'serves_kind') end;
end
$$;

comment on function isms.guard_serves_set(jsonb, jsonb, isms.step) is 'Guard: the action names the record it serves';

-- 6.1.3 f: nothing starts before its plan is approved, unless urgent
create function isms.guard_plan_approved(old jsonb, new jsonb, step isms.step) returns text
  language plpgsql stable parallel safe set search_path = pg_catalog, pg_temp as $$
declare
  parent text;
begin
  if new ->> 'urgent' = 'true' then
    return null;
  end if;
  parent := isms.action_parent_status(new ->> 'scope', new ->> 'serves_kind', new ->> 'serves');
  return case
    when new ->> 'serves_kind' = 'risk' and coalesce(parent, '') not in ('in_treatment', 'treated', 'monitored')
    then format('the plan of risk %s is not approved, the risk is %s; urgent with urgent_reason would pass', new ->> 'serves', coalesce(parent, 'unknown'))
    when new ->> 'serves_kind' = 'nonconformity' and coalesce(parent, '') not in ('action_agreed', 'implemented')
    then format('the action on nonconformity %s is not agreed, it is %s; urgent with urgent_reason would pass', new ->> 'serves', coalesce(parent, 'unknown'))
  end;
end
$$;

comment on function isms.guard_plan_approved(jsonb, jsonb, isms.step) is 'Guard: the plan the action belongs to is approved, or the action is urgent';

-- 8.1
create function isms.guard_due_set(old jsonb, new jsonb, step isms.step) returns text
  language plpgsql stable parallel safe set search_path = pg_catalog, pg_temp as $$
begin
  return case
    when new ->> 'due_on' is null then 'due_on is missing'
    when (new ->> 'due_on')::date < isms.today(new ->> 'scope') then format('due_on %s is past', new ->> 'due_on')
  end;
end
$$;

comment on function isms.guard_due_set(jsonb, jsonb, isms.step) is 'Guard: the due date is set, today or later';

-- 8.3
create function isms.guard_done_dated(old jsonb, new jsonb, step isms.step) returns text
  language plpgsql stable parallel safe set search_path = pg_catalog, pg_temp as $$
declare
  lacks text := concat_ws(' and ', case when new ->> 'started_on' is null then 'started_on' end, case when new ->> 'done_on' is null then 'done_on' end);
begin
  return case
    when lacks <> '' then format('%s %s missing', lacks, case when lacks ~ ' ' then 'are' else 'is' end)
    when (new ->> 'done_on')::date < (new ->> 'started_on')::date then format('done_on %s is before started_on %s', new ->> 'done_on', new ->> 'started_on')
    when (new ->> 'done_on')::date > isms.today(new ->> 'scope') then format('done_on %s is in the future: in scope %s it is %s', new ->> 'done_on', new ->> 'scope', to_char(isms.today(new ->> 'scope'), 'YYYY-MM-DD'))
  end;
end
$$;

comment on function isms.guard_done_dated(jsonb, jsonb, isms.step) is 'Guard: started on or before done, done on or before today';

-- 6.1.3 d: what was built is in use when the action is done
create function isms.guard_control_implemented(old jsonb, new jsonb, step isms.step) returns text
  language plpgsql stable parallel safe set search_path = pg_catalog, pg_temp as $$
declare
  built isms.implementation;
begin
  select i.* into built from isms.implementation i where i.scope = new ->> 'scope' and i.code = new ->> 'implementation';
  -- what another scope runs is as far as that scope says
  built.status := coalesce((select v.status from isms.implementation_assurance v where v.scope = built.scope and v.implementation = built.code), built.status);
  return case
    when built.status <> 'implemented' then format('implementation %s is %s, not implemented', built.code, built.status)
    when built.in_use_from > (new ->> 'done_on')::date
    then format('implementation %s is in use from %s, the action is done on %s', built.code, to_char(built.in_use_from, 'YYYY-MM-DD'), new ->> 'done_on')
  end;
end
$$;

comment on function isms.guard_control_implemented(jsonb, jsonb, isms.step) is 'Guard: the implementation it builds is implemented, since the day it was done or before';

-- 9.1
create function isms.guard_check_recorded(old jsonb, new jsonb, step isms.step) returns text
  language plpgsql stable parallel safe set search_path = pg_catalog, pg_temp as $$
declare
  lacks text := concat_ws(', ', case when new ->> 'check_result' is null then 'check_result' end, case when new ->> 'checked_by' is null then 'checked_by' end,
                          case when new ->> 'checked_on' is null then 'checked_on' end);
begin
  return case
    when lacks <> '' then format('%s %s missing', lacks, case when lacks ~ ',' then 'are' else 'is' end)
    when new ->> 'check_result' <> 'pass' then format('check_result is %s: send it back', new ->> 'check_result')
    when (new ->> 'checked_on')::date < (new ->> 'done_on')::date then format('checked_on %s is before done_on %s', new ->> 'checked_on', new ->> 'done_on')
    when (new ->> 'checked_on')::date > isms.today(new ->> 'scope') then format('checked_on %s is in the future: in scope %s it is %s', new ->> 'checked_on', new ->> 'scope', to_char(isms.today(new ->> 'scope'), 'YYYY-MM-DD'))
  end;
end
$$;

comment on function isms.guard_check_recorded(jsonb, jsonb, isms.step) is 'Guard: the check passed, by whom, on or after the day it was done';

-- 8.3: an action of an approved plan does not just vanish
create function isms.guard_replaced_or_replanned(old jsonb, new jsonb, step isms.step) returns text
  language plpgsql stable parallel safe set search_path = pg_catalog, pg_temp as $$
declare
  parent text;
begin
  if new ->> 'replaced_by' is not null then
    return null;
  end if;
  parent := isms.action_parent_status(new ->> 'scope', new ->> 'serves_kind', new ->> 'serves');
  return case
    when new ->> 'serves_kind' = 'risk' and parent in ('in_treatment', 'treated', 'monitored')
    then format('replaced_by is missing, and risk %s is %s: name the action that takes its place, or take the risk through replan', new ->> 'serves', parent)
    when new ->> 'serves_kind' = 'nonconformity' and parent in ('action_agreed', 'implemented')
    then format('replaced_by is missing, and nonconformity %s is %s: name the action that takes its place, or take the nonconformity through rethink', new ->> 'serves', parent)
  end;
end
$$;

comment on function isms.guard_replaced_or_replanned(jsonb, jsonb, isms.step) is 'Guard: another action takes its place, or its plan is open again';

-- 6.1.3 f
create function isms.guard_basis_set(old jsonb, new jsonb, step isms.step) returns text
  language plpgsql stable parallel safe set search_path = pg_catalog, pg_temp as $$
declare
  level isms.risk_level := isms.basis_level(new ->> 'scope', new ->> 'risk', new ->> 'basis');
begin
  return case
    when level.rank is null then format('the %s level of risk %s is not known', case new ->> 'basis' when 'interim' then 'current' else new ->> 'basis' end, new ->> 'risk')
    when not exists (select from isms.risk_level l where l.scope = level.scope and l.method = level.method and l.label = new ->> 'ceiling')
    then format('ceiling %s is not a level of method %s: %s', coalesce(new ->> 'ceiling', 'is missing and'), level.method,
                (select string_agg(l.label, ', ' order by l.rank) from isms.risk_level l where l.scope = level.scope and l.method = level.method))
  end;
end
$$;

comment on function isms.guard_basis_set(jsonb, jsonb, isms.step) is 'Guard: the level it speaks of is known, and the ceiling is a level of the method';

-- ISO/IEC 27005 6.4.2
create function isms.guard_justification_given(old jsonb, new jsonb, step isms.step) returns text
  language plpgsql stable parallel safe set search_path = pg_catalog, pg_temp as $$
declare
  given integer := coalesce(length(regexp_replace(new ->> 'justification', '\s', '', 'g')), 0);
  level isms.risk_level;
begin
  if given = 0 then
    return 'justification is missing';
  end if;
  if given >= 10 then
    return null;
  end if;
  level := isms.basis_level(new ->> 'scope', new ->> 'risk', new ->> 'basis');
  return case when isms.is_above_criteria(level)
         then format('level %s is above criteria%s: the justification must say which benefit or constraint makes treatment unreasonable', level.label,
                     isms.appetite_words(new ->> 'scope', new ->> 'risk', level.rank)) end;
end
$$;

comment on function isms.guard_justification_given(jsonb, jsonb, isms.step) is 'Guard: prose; above criteria at least 10 characters that are not blank';

-- ISO/IEC 27005 6.4.2
create function isms.guard_validity_set(old jsonb, new jsonb, step isms.step) returns text
  language plpgsql stable parallel safe set search_path = pg_catalog, pg_temp as $$
declare
  validity daterange := (new ->> 'validity')::daterange;
begin
  return case
    when validity is null then 'validity is missing'
    when isempty(validity) then 'validity is empty'
    when upper_inf(validity) or not isfinite(upper(validity)) then 'validity has no end'
    when upper(validity) <= isms.today(new ->> 'scope') then format('validity ended on %s', to_char(upper(validity) - 1, 'YYYY-MM-DD'))
  end;
end
$$;

comment on function isms.guard_validity_set(jsonb, jsonb, isms.step) is 'Guard: the validity has an end that is not past';

-- ISO/IEC 27005 6.4.2; what is carried while treatment runs, no longer than treatment may take
create function isms.guard_validity_within_level(old jsonb, new jsonb, step isms.step) returns text
  language plpgsql stable parallel safe set search_path = pg_catalog, pg_temp as $$
declare
  validity daterange := (new ->> 'validity')::daterange;
  first date := coalesce(lower(validity), isms.today(new ->> 'scope'));
  level isms.risk_level;
  latest date;
begin
  select l.* into level
    from isms.risk r
    join isms.risk_level l on l.scope = r.scope and l.method = r.method and l.label = new ->> 'ceiling'
   where r.scope = new ->> 'scope' and r.code = new ->> 'risk';
  latest := first + coalesce(level.longest_acceptance, case when new ->> 'basis' = 'interim' then level.treat_within end);
  return case
    when upper(validity) > latest
    then format('level %s may be accepted until %s at the latest, validity ends on %s', level.label, to_char(latest - 1, 'YYYY-MM-DD'), to_char(upper(validity) - 1, 'YYYY-MM-DD'))
  end;
end
$$;

comment on function isms.guard_validity_within_level(jsonb, jsonb, isms.step) is 'Guard: the validity is no longer than the longest acceptance of the ceiling''s level; for basis interim, where it has none, than its treat-within';

-- 6.1.3 f; the exclusion constraint acceptance_no_overlap decides, this says it early
create function isms.guard_no_overlap(old jsonb, new jsonb, step isms.step) returns text
  language plpgsql stable parallel safe set search_path = pg_catalog, pg_temp as $$
begin
  return (
    select format('acceptance %s of risk %s with basis %s holds until %s', a.code, a.risk, a.basis, to_char(upper(a.validity) - 1, 'YYYY-MM-DD'))
      from isms.acceptance a
     where a.scope = new ->> 'scope' and a.risk = new ->> 'risk' and a.basis = new ->> 'basis' and a.code <> new ->> 'code'
       and a.status = 'accepted' and a.validity && (new ->> 'validity')::daterange
     order by a.code
     limit 1);
end
$$;

comment on function isms.guard_no_overlap(jsonb, jsonb, isms.step) is 'Guard: no other accepted acceptance of the risk and basis overlaps';

-- 6.1.3 f
create function isms.guard_frozen_is_now(old jsonb, new jsonb, step isms.step) returns text
  language plpgsql stable parallel safe set search_path = pg_catalog, pg_temp as $$
declare
  now jsonb := isms.acceptance_frozen(new ->> 'scope', new ->> 'risk', new ->> 'basis');
begin
  return (
    select format('changed since the request: %s; withdraw it and ask anew', string_agg(k, ', ' order by k))
      from (select jsonb_object_keys(now)
             union
            select jsonb_object_keys(case jsonb_typeof(new -> 'frozen') when 'object' then new -> 'frozen' else '{}' end)) u(k)
     where now -> k is distinct from new -> 'frozen' -> k
    having count(*) > 0);
end
$$;

comment on function isms.guard_frozen_is_now(jsonb, jsonb, isms.step) is 'Guard: asset, dimensions, method, owner, factors, controls, score, level and what experts entered are those of the request';

-- 6.1.3 f
create function isms.guard_ceiling_covers(old jsonb, new jsonb, step isms.step) returns text
  language plpgsql stable parallel safe set search_path = pg_catalog, pg_temp as $$
declare
  level isms.risk_level := isms.basis_level(new ->> 'scope', new ->> 'risk', new ->> 'basis');
  ceiling integer;
begin
  select l.rank into ceiling from isms.risk_level l where l.scope = level.scope and l.method = level.method and l.label = new ->> 'ceiling';
  return case when coalesce(ceiling < level.rank, true) then format('the ceiling is %s, the %s level is %s', new ->> 'ceiling', new ->> 'basis', coalesce(level.label, 'not known')) end;
end
$$;

comment on function isms.guard_ceiling_covers(jsonb, jsonb, isms.step) is 'Guard: the ceiling is at or above the present level';

-- ISO/IEC 27005 6.4.2
create function isms.guard_conditions_set(old jsonb, new jsonb, step isms.step) returns text
  language plpgsql stable parallel safe set search_path = pg_catalog, pg_temp as $$
declare
  level isms.risk_level;
begin
  if new ->> 'conditions' ~ '\S' then
    return null;
  end if;
  level := isms.basis_level(new ->> 'scope', new ->> 'risk', new ->> 'basis');
  return case when isms.is_above_criteria(level)
         then format('level %s is above criteria%s: conditions must name a compensating measure or a dated way back', level.label,
                     isms.appetite_words(new ->> 'scope', new ->> 'risk', level.rank)) end;
end
$$;

comment on function isms.guard_conditions_set(jsonb, jsonb, isms.step) is 'Guard: above criteria a compensating measure or a dated way back is named';

-- 4.2, A.5.31; what is carried for the time of its treatment only (basis interim) is not retained
create function isms.guard_acceptable_at_all(old jsonb, new jsonb, step isms.step) returns text
  language plpgsql stable parallel safe set search_path = pg_catalog, pg_temp as $$
declare
  level isms.risk_level;
begin
  if new ->> 'basis' = 'interim' then
    return null;
  end if;
  level := isms.basis_level(new ->> 'scope', new ->> 'risk', new ->> 'basis');
  return case when level.disposition = 'never' then format('level %s may never be accepted under method %s', level.label, level.method) end;
end
$$;

comment on function isms.guard_acceptable_at_all(jsonb, jsonb, isms.step) is 'Guard: the level may be accepted; what is carried only while it is treated (basis interim) always';

-- 6.1.2 a: of a method, scales complete, matrix monotone, criteria set
create function isms.guard_kind_content(old jsonb, new jsonb, step isms.step) returns text
  language plpgsql stable set search_path = pg_catalog, pg_temp as $$
declare
  content jsonb;
begin
  if step.relation = 'isms.risk_method' then
    return (select string_agg(f.finding, '; ') from isms.check_method(new ->> 'scope', new ->> 'code') f(finding));
  end if;
  -- of documents, relation content gives what is wrong as an array of sentences
  content := isms.step_related(step, 'content', new);
  return case when content is null then isms.step_unrelated(step, 'content')
         else nullif(array_to_string(array(select jsonb_array_elements_text(content)), '; '), '') end;
end
$$;

comment on function isms.guard_kind_content(jsonb, jsonb, isms.step) is 'Guard: a method is complete and monotone, with acceptance criteria and when to assess; of any other document, relation content finds nothing wrong';

-- 6.1.2 a1
create function isms.guard_appetite_level(old jsonb, new jsonb, step isms.step) returns text
  language plpgsql stable parallel safe set search_path = pg_catalog, pg_temp as $$
begin
  return (
    select format('level %s is not one of an approved method: %s', new ->> 'level', coalesce(string_agg(distinct l.label, ', '), 'there is none'))
      from isms.risk_method m
      join isms.risk_level l on l.scope = m.scope and l.method = m.code
     where m.scope = new ->> 'scope' and m.status = 'approved'
    having not coalesce(bool_or(l.label = new ->> 'level'), false));
end
$$;

comment on function isms.guard_appetite_level(jsonb, jsonb, isms.step) is 'Guard: the level of the appetite is one of an approved method';

-- 8.2: what a round came to is recorded when it is closed
create function isms.guard_results_taken(old jsonb, new jsonb, step isms.step) returns text
  language plpgsql stable parallel safe set search_path = pg_catalog, pg_temp as $$
begin
  return case
    when not exists (select from isms.assessment_result x where x.scope = new ->> 'scope' and x.round = new ->> 'code')
     and exists (select from isms.risk r where r.scope = new ->> 'scope' and r.status <> 'closed')
    then format('its results are not taken: select isms.take_assessment(%L) does both', new ->> 'code')
  end;
end
$$;

comment on function isms.guard_results_taken(jsonb, jsonb, isms.step) is 'Guard: the results of the round are taken, if there are risks';

-- 7.5.3: in force from the approval on, not before; of one carried over the day is as it was
create function isms.guard_effective_set(old jsonb, new jsonb, step isms.step) returns text
  language plpgsql stable parallel safe set search_path = pg_catalog, pg_temp as $$
declare
  first_day text := case step.workflow when 'risk_method' then 'approved_on' else 'effective_from' end;
begin
  return case
    when new ->> first_day is null then first_day || ' is missing: its first day in force'
    when step.from_state <> step.to_state and (new ->> first_day)::date < isms.today(step.scope) then format('%s %s is past', first_day, new ->> first_day)
  end;
end
$$;

comment on function isms.guard_effective_set(jsonb, jsonb, isms.step) is 'Guard: the first day in force, approved_on of methods and effective_from of documents, is set, today or later';
