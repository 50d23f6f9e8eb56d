-- Guards of the workflows nonconformity, incident and change: as in guard.sql, the row by its columns, others by relations.
-- Nonconformities: 10.2.

-- 10.2 f
create function isms.guard_nature_recorded(old jsonb, new jsonb, step isms.step) returns text
  language sql stable set search_path = pg_catalog, pg_temp
begin atomic
  select isms.guard_says(isms.guard_lacks(new, 'requirement', 'statement', 'found_where', 'found_on', 'source'),
                         isms.guard_future(new, 'found_on', step));
end;

comment on function isms.guard_nature_recorded(jsonb, jsonb, isms.step) is 'Guard: which requirement is not met, what was found, where, when, by which source';

-- 10.2 a
create function isms.guard_correction_or_reason(old jsonb, new jsonb, step isms.step) returns text
  language sql immutable parallel safe set search_path = pg_catalog, pg_temp
begin atomic
  select 'correction is missing, or no_correction_reason'
   where isms.guard_lacks(new, 'correction') is not null and isms.guard_lacks(new, 'no_correction_reason') is not null;
end;

comment on function isms.guard_correction_or_reason(jsonb, jsonb, isms.step) is 'Guard: a correction, or why there is none';

-- 10.2 a
create function isms.guard_consequences_dealt(old jsonb, new jsonb, step isms.step) returns text
  language sql immutable parallel safe set search_path = pg_catalog, pg_temp
begin atomic
  select isms.guard_lacks(new, 'consequences');
end;

comment on function isms.guard_consequences_dealt(jsonb, jsonb, isms.step) is 'Guard: the consequences are dealt with, or none are seen';

-- 10.2 b
create function isms.guard_cause_recorded(old jsonb, new jsonb, step isms.step) returns text
  language sql immutable parallel safe set search_path = pg_catalog, pg_temp
begin atomic
  select isms.guard_lacks(new, 'cause');
end;

comment on function isms.guard_cause_recorded(jsonb, jsonb, isms.step) is 'Guard: the cause is set';

-- 10.2 b
create function isms.guard_similar_checked(old jsonb, new jsonb, step isms.step) returns text
  language sql immutable parallel safe set search_path = pg_catalog, pg_temp
begin atomic
  select isms.guard_lacks(new, 'similar_cases', 'similar_looked');
end;

comment on function isms.guard_similar_checked(jsonb, jsonb, isms.step) is 'Guard: whether similar ones exist or could, and where that was looked for';

-- 10.2 b
create function isms.guard_need_decided(old jsonb, new jsonb, step isms.step) returns text
  language sql immutable parallel safe set search_path = pg_catalog, pg_temp
begin atomic
  select isms.guard_lacks(new, 'action_needed', 'need_reason');
end;

comment on function isms.guard_need_decided(jsonb, jsonb, isms.step) is 'Guard: whether the causes need action, with the reason';

-- 10.2 b
create function isms.guard_need_is_yes(old jsonb, new jsonb, step isms.step) returns text
  language sql immutable parallel safe set search_path = pg_catalog, pg_temp
begin atomic
  select 'action_needed is not yes' where new ->> 'action_needed' is distinct from 'true';
end;

comment on function isms.guard_need_is_yes(jsonb, jsonb, isms.step) is 'Guard: action is needed';

-- 10.2 b
create function isms.guard_need_is_no(old jsonb, new jsonb, step isms.step) returns text
  language sql immutable parallel safe set search_path = pg_catalog, pg_temp
begin atomic
  select 'action_needed is not no' where new ->> 'action_needed' is distinct from 'false';
end;

comment on function isms.guard_need_is_no(jsonb, jsonb, isms.step) is 'Guard: no action is needed';

-- 10.2 c
create function isms.guard_action_planned(old jsonb, new jsonb, step isms.step) returns text
  language sql stable set search_path = pg_catalog, pg_temp
begin atomic
  select coalesce(string_agg(format('action %s: %s', a.code, isms.guard_lacks(to_jsonb(a), 'owner', 'due_on')), '; ' order by a.code)
                    filter (where a.owner is null or a.due_on is null),
                  case when count(*) = 0 then format('no action serves %s', new ->> 'code') end)
    from isms.action a
   where a.scope = (step).scope and a.serves_kind = (step).workflow and a.serves = new ->> 'code' and a.status <> 'cancelled';
end;

comment on function isms.guard_action_planned(jsonb, jsonb, isms.step) is 'Guard: an action serves it, and each has an owner and a due date';

-- 17021-1 3.12
create function isms.guard_not_major(old jsonb, new jsonb, step isms.step) returns text
  language sql stable set search_path = pg_catalog, pg_temp
begin atomic
  select isms.guard_says(
           isms.guard_lacks(new, 'grade'),
           case when new ->> 'grade' = 'major' then 'it is graded major'
                when exists (select from isms.row_history((step).relation::regclass, (step).key) h
                              where h.operation = 'update' and h.old_values ->> 'grade' = 'major' and (h.scope is null or h.scope = (step).scope)) then 'it was graded major' end);
end;

comment on function isms.guard_not_major(jsonb, jsonb, isms.step) is 'Guard: it is not graded major, and by the trail never was';

-- 10.2 d
create function isms.guard_effectiveness_due_set(old jsonb, new jsonb, step isms.step) returns text
  language sql stable set search_path = pg_catalog, pg_temp
begin atomic
  select isms.guard_says(
           isms.guard_lacks(new, 'implemented_on', 'effectiveness_due'), isms.guard_future(new, 'implemented_on', step),
           case when (new ->> 'effectiveness_due')::date < (new ->> 'implemented_on')::date
                then format('effectiveness_due %s is before implemented_on %s', new ->> 'effectiveness_due', new ->> 'implemented_on') end,
           (select format('implemented_on %s is before action %s was done, on %s', new ->> 'implemented_on', a.code, to_char(a.done_on, 'YYYY-MM-DD'))
              from isms.action a
             where a.scope = (step).scope and a.serves_kind = (step).workflow and a.serves = new ->> 'code' and a.status = 'verified'
               and a.done_on > (new ->> 'implemented_on')::date
             order by a.done_on desc, a.code
             limit 1));
end;

comment on function isms.guard_effectiveness_due_set(jsonb, jsonb, isms.step) is 'Guard: the day the actions were implemented and the day their effect is judged are set, in order, not before the last action was done';

-- 10.2 d
create function isms.guard_judged_late_enough(old jsonb, new jsonb, step isms.step) returns text
  language sql stable set search_path = pg_catalog, pg_temp
begin atomic
  select isms.guard_says(
           isms.guard_lacks(new, 'implemented_on', 'judged_on'),
           case when (new ->> 'judged_on')::date < d.first then format('judged_on %s is too early, %s at the earliest', new ->> 'judged_on', to_char(d.first, 'YYYY-MM-DD')) end)
    from (select (new ->> 'implemented_on')::date + coalesce((new ->> 'waiting_days')::integer, 30) as first) d;
end;

comment on function isms.guard_judged_late_enough(jsonb, jsonb, isms.step) is 'Guard: the effect is judged waiting_days, 30 unless stated, after the actions were implemented, or later';

-- 10.2 d
create function isms.guard_judged_effective(old jsonb, new jsonb, step isms.step) returns text
  language sql stable set search_path = pg_catalog, pg_temp
begin atomic
  select isms.guard_says(
           isms.guard_lacks(new, 'effective', 'judged_by', 'judged_on', 'judged_how'), isms.guard_future(new, 'judged_on', step),
           case when new ->> 'effective' <> 'true' then 'effective is not yes' end,
           (select format('judged_by is %s: %s', isms.person_name(new ->> 'judged_by'), j.judged ->> (new ->> 'judged_by'))
              from (select isms.step_related(step, 'judged', new) as judged) j
             where j.judged ? (new ->> 'judged_by')),
           (select format('judged_on %s is before action %s was verified, on %s', new ->> 'judged_on', a.code, to_char(a.checked_on, 'YYYY-MM-DD'))
              from isms.action a
             where a.scope = (step).scope and a.serves_kind = (step).workflow and a.serves = new ->> 'code' and a.status = 'verified'
               and a.checked_on > (new ->> 'judged_on')::date
             order by a.checked_on desc, a.code
             limit 1));
end;

comment on function isms.guard_judged_effective(jsonb, jsonb, isms.step) is 'Guard: the actions were judged effective: by whom, when, how; not before the last action was verified, nor by who owns or owned it or one of them';

-- 10.2 d
create function isms.guard_judged_ineffective(old jsonb, new jsonb, step isms.step) returns text
  language sql stable set search_path = pg_catalog, pg_temp
begin atomic
  select isms.guard_says(
           isms.guard_lacks(new, 'effective', 'judged_by', 'judged_on', 'judged_how'), isms.guard_future(new, 'judged_on', step),
           case when new ->> 'effective' <> 'false' then 'effective is not no' end,
           (select format('judged_by is %s: %s', isms.person_name(new ->> 'judged_by'), j.judged ->> (new ->> 'judged_by'))
              from (select isms.step_related(step, 'judged', new) as judged) j
             where j.judged ? (new ->> 'judged_by')),
           (select format('judged_on %s is before action %s was verified, on %s', new ->> 'judged_on', a.code, to_char(a.checked_on, 'YYYY-MM-DD'))
              from isms.action a
             where a.scope = (step).scope and a.serves_kind = (step).workflow and a.serves = new ->> 'code' and a.status = 'verified'
               and a.checked_on > (new ->> 'judged_on')::date
             order by a.checked_on desc, a.code
             limit 1));
end;

comment on function isms.guard_judged_ineffective(jsonb, jsonb, isms.step) is 'Guard: the actions were judged not effective: by whom, when, how; not before the last action was verified, nor by who owns or owned it or one of them';

-- 10.2 e
create function isms.guard_isms_change_decided(old jsonb, new jsonb, step isms.step) returns text
  language sql immutable parallel safe set search_path = pg_catalog, pg_temp
begin atomic
  select isms.guard_undecided(new, 'changes_isms', 'change', 'no_change_reason');
end;

comment on function isms.guard_isms_change_decided(jsonb, jsonb, isms.step) is 'Guard: whether the ISMS changes: yes with the change, or no with a reason';

-- 8.2
create function isms.guard_risk_decided(old jsonb, new jsonb, step isms.step) returns text
  language sql stable set search_path = pg_catalog, pg_temp
begin atomic
  select isms.guard_says(
           isms.guard_undecided(new, 'affects_risk', 'risk', 'no_risk_reason'),
           (select case when r.code is null then format('there is no risk %s', new ->> 'risk')
                        when coalesce(r.assessed_on < s.since, r.assessed_on is null) then format('risk %s was not assessed since %s', r.code, to_char(s.since, 'YYYY-MM-DD')) end
              from (select coalesce((new ->> 'found_on')::date, ((new ->> 'detected_at')::timestamptz at time zone (select c.time_zone from isms.scope c where c.code = (step).scope))::date) as since) s
              left join isms.risk r on r.scope = (step).scope and r.code = new ->> 'risk'
             where new ->> 'affects_risk' = 'true' and new ->> 'risk' is not null));
end;

comment on function isms.guard_risk_decided(jsonb, jsonb, isms.step) is 'Guard: whether a risk is affected: yes with the risk, assessed since, or no with a reason';

-- What is not graded may be a major one; what once was is not made a minor one first.
create function isms.condition_from_audit_or_major(old jsonb, new jsonb, step isms.step) returns boolean
  language sql stable set search_path = pg_catalog, pg_temp
begin atomic
  select coalesce(new ->> 'source', 'internal_audit') = 'internal_audit'
         or coalesce(isms.step_bound_rows('finding', jsonb_build_object('scope', (step).scope, 'nonconformity', new -> 'code')) @> '[{"source": "internal_audit"}]', false)
         or coalesce(new ->> 'grade', 'major') = 'major'
         or exists (select from isms.row_history((step).relation::regclass, (step).key) h
                     where h.operation = 'update' and h.old_values ->> 'grade' = 'major' and (h.scope is null or h.scope = (step).scope));
end;

comment on function isms.condition_from_audit_or_major(jsonb, jsonb, isms.step) is 'Slot condition: an internal audit found it, as its source says or a finding that names it; or it is graded major, was so by the trail, or is not graded';

-- Incidents: A.5.24 to A.5.28.

-- A.5.26
create function isms.guard_times_ordered(old jsonb, new jsonb, step isms.step) returns text
  language sql stable set search_path = pg_catalog, pg_temp
begin atomic
  select string_agg(format('%s is before %s', t.name, t.earlier), '; ' order by t.position)
    from (select s.name, s.position, s.at, lag(s.name) over o as earlier, lag(s.at) over o as earlier_at
            from (select u.name, u.position, (new ->> u.name)::timestamptz as at
                    from unnest('{occurred_at,detected_at,reported_at,contained_at,recovered_at}'::text[]) with ordinality u(name, position)) s
           where s.at is not null
          window o as (order by s.position)) t
   where t.at < t.earlier_at;
end;

comment on function isms.guard_times_ordered(jsonb, jsonb, isms.step) is 'Guard: occurred, detected, reported, contained, recovered in this order, as far as known';

-- A.5.24, A.5.25
create function isms.guard_handler_named(old jsonb, new jsonb, step isms.step) returns text
  language sql stable set search_path = pg_catalog, pg_temp
begin atomic
  select isms.guard_says(isms.guard_lacks(new, 'handler'), isms.guard_inactive(new -> 'handler', step));
end;

comment on function isms.guard_handler_named(jsonb, jsonb, isms.step) is 'Guard: the handler is set and active';

-- A.5.24, A.5.25
create function isms.guard_classified(old jsonb, new jsonb, step isms.step) returns text
  language sql immutable parallel safe set search_path = pg_catalog, pg_temp
begin atomic
  select isms.guard_lacks(new, 'category', 'severity');
end;

comment on function isms.guard_classified(jsonb, jsonb, isms.step) is 'Guard: category and severity are set';

-- A.5.24, A.5.25
create function isms.guard_affected_named(old jsonb, new jsonb, step isms.step) returns text
  language sql immutable parallel safe set search_path = pg_catalog, pg_temp
begin atomic
  select isms.guard_lacks(new, 'assets', 'hits');
end;

comment on function isms.guard_affected_named(jsonb, jsonb, isms.step) is 'Guard: the assets and which of C, I and A are named';

-- A.5.26
create function isms.guard_containment_recorded(old jsonb, new jsonb, step isms.step) returns text
  language sql immutable parallel safe set search_path = pg_catalog, pg_temp
begin atomic
  select isms.guard_lacks(new, 'containment', 'contained_at');
end;

comment on function isms.guard_containment_recorded(jsonb, jsonb, isms.step) is 'Guard: how and when it was contained';

-- A.5.26
create function isms.guard_recovery_recorded(old jsonb, new jsonb, step isms.step) returns text
  language sql immutable parallel safe set search_path = pg_catalog, pg_temp
begin atomic
  select isms.guard_lacks(new, 'recovery', 'recovered_at');
end;

comment on function isms.guard_recovery_recorded(jsonb, jsonb, isms.step) is 'Guard: how and when it was recovered from';

-- A.5.27
create function isms.guard_lessons_recorded(old jsonb, new jsonb, step isms.step) returns text
  language sql immutable parallel safe set search_path = pg_catalog, pg_temp
begin atomic
  select isms.guard_lacks(new, 'lessons', 'follow_up');
end;

comment on function isms.guard_lessons_recorded(jsonb, jsonb, isms.step) is 'Guard: the lesson, and what follows from it';

-- A.5.5, A.5.31, A.5.34
create function isms.guard_duties_decided(old jsonb, new jsonb, step isms.step) returns text
  language sql stable set search_path = pg_catalog, pg_temp
begin atomic
  select case when r.related is null then isms.step_unrelated(step, 'duties')
         else (
          select string_agg(format('%s: %s', d ->> 'duty', case when d ->> 'due' is null then 'not decided' when d ->> 'limit_at' is null then 'the limit is missing'
                                                                else 'the limit is later than the duty''s, without limit_reason' end), '; ' order by d ->> 'duty')
            from jsonb_array_elements(r.related) d
           where d ->> 'due' is null or d ->> 'due' = 'true' and (d ->> 'limit_at' is null or (d ->> 'limit_at')::timestamptz > (d ->> 'duty_limit_at')::timestamptz and isms.guard_lacks(d, 'limit_reason') is not null)) end
    from (select isms.step_related(step, 'duties', new) as related) r;
end;

comment on function isms.guard_duties_decided(jsonb, jsonb, isms.step) is 'Guard: each duty to notify is decided, with its limit where it is due, one later than the duty''s only with a reason';

-- A.5.5, A.5.31, A.5.34
create function isms.guard_duties_met(old jsonb, new jsonb, step isms.step) returns text
  language sql stable set search_path = pg_catalog, pg_temp
begin atomic
  select case when r.related is null then isms.step_unrelated(step, 'duties')
         else (
          select string_agg(format('%s: %s', d ->> 'duty', case when d ->> 'sent_at' is null then 'not sent' else 'the limit is later than the duty''s, without limit_reason' end), '; ' order by d ->> 'duty')
            from jsonb_array_elements(r.related) d
           where d ->> 'due' = 'true' and (d ->> 'sent_at' is null or (d ->> 'limit_at')::timestamptz > (d ->> 'duty_limit_at')::timestamptz and isms.guard_lacks(d, 'limit_reason') is not null)) end
    from (select isms.step_related(step, 'duties', new) as related) r;
end;

comment on function isms.guard_duties_met(jsonb, jsonb, isms.step) is 'Guard: each notification that is due was sent, and its limit is not later than the duty''s without a reason';

-- A.5.28
create function isms.guard_evidence_kept(old jsonb, new jsonb, step isms.step) returns text
  language sql immutable parallel safe set search_path = pg_catalog, pg_temp
begin atomic
  select 'evidence with evidence_digest and custody is missing, or no_evidence_reason'
   where isms.guard_lacks(new, 'evidence', 'evidence_digest', 'custody') is not null and isms.guard_lacks(new, 'no_evidence_reason') is not null;
end;

comment on function isms.guard_evidence_kept(jsonb, jsonb, isms.step) is 'Guard: evidence with its digest and who keeps it where, or why there is none';

-- 10.2
create function isms.guard_nonconformity_decided(old jsonb, new jsonb, step isms.step) returns text
  language sql immutable parallel safe set search_path = pg_catalog, pg_temp
begin atomic
  select isms.guard_undecided(new, 'raises_nonconformity', 'nonconformity', 'no_nonconformity_reason');
end;

comment on function isms.guard_nonconformity_decided(jsonb, jsonb, isms.step) is 'Guard: whether it is a nonconformity: yes with it, or no with a reason';

create function isms.condition_was_confirmed(old jsonb, new jsonb, step isms.step) returns boolean
  language sql stable set search_path = pg_catalog, pg_temp
begin atomic
  select (step).from_state = 'confirmed';
end;

comment on function isms.condition_was_confirmed(jsonb, jsonb, isms.step) is 'Slot condition: it was confirmed';

-- Changes: 6.3, 8.1, A.8.32.

-- 8.1
create function isms.guard_kind_planned(old jsonb, new jsonb, step isms.step) returns text
  language sql immutable parallel safe set search_path = pg_catalog, pg_temp
begin atomic
  select case when new ->> 'kind' is null then 'kind is missing' when new ->> 'kind' = 'unintended' then 'an unintended change is recorded as discovered' end;
end;

comment on function isms.guard_kind_planned(jsonb, jsonb, isms.step) is 'Guard: the kind is one of planned changes';

-- 8.1
create function isms.guard_kind_unintended(old jsonb, new jsonb, step isms.step) returns text
  language sql stable set search_path = pg_catalog, pg_temp
begin atomic
  select isms.guard_says(
           case when new ->> 'kind' is distinct from 'unintended' then 'kind is not unintended' end,
           isms.guard_lacks(new, 'implemented_on'), isms.guard_future(new, 'implemented_on', step));
end;

comment on function isms.guard_kind_unintended(jsonb, jsonb, isms.step) is 'Guard: the kind is unintended, and it happened on a day that is not in the future';

-- 8.1
create function isms.guard_emergency_declared(old jsonb, new jsonb, step isms.step) returns text
  language sql stable set search_path = pg_catalog, pg_temp
begin atomic
  select isms.guard_says(
           case when new ->> 'emergency' is distinct from 'true' then 'emergency is not yes' else isms.guard_lacks(new, 'emergency_reason', 'approval_due', 'implemented_on') end,
           isms.guard_future(new, 'implemented_on', step));
end;

comment on function isms.guard_emergency_declared(jsonb, jsonb, isms.step) is 'Guard: emergency, with a reason, the day by which it is approved, and the day it was made, which is not in the future';

-- 6.3
create function isms.guard_change_described(old jsonb, new jsonb, step isms.step) returns text
  language sql immutable parallel safe set search_path = pg_catalog, pg_temp
begin atomic
  select isms.guard_lacks(new, 'purpose', 'consequences');
end;

comment on function isms.guard_change_described(jsonb, jsonb, isms.step) is 'Guard: purpose and possible consequences are set';

-- 6.3
create function isms.guard_isms_effect_recorded(old jsonb, new jsonb, step isms.step) returns text
  language sql immutable parallel safe set search_path = pg_catalog, pg_temp
begin atomic
  select isms.guard_lacks(new, 'isms_effect');
end;

comment on function isms.guard_isms_effect_recorded(jsonb, jsonb, isms.step) is 'Guard: the effect on documents, controls, roles and resources is set';

-- 8.2
create function isms.guard_risk_assessed(old jsonb, new jsonb, step isms.step) returns text
  language sql stable set search_path = pg_catalog, pg_temp
begin atomic
  select case
           when isms.guard_lacks(new, 'risks') is null
           then isms.guard_says(
                  isms.guard_lacks(new, 'requested_on'),
                  (select string_agg(case when r.code is null then format('there is no risk %s', k.code)
                                          when r.assessed_on is null then format('risk %s is not assessed', k.code)
                                          when r.assessed_on < (new ->> 'requested_on')::date then format('risk %s was not assessed since %s', k.code, new ->> 'requested_on')
                                          else format('risk %s was assessed on %s, after planned_from %s', k.code, to_char(r.assessed_on, 'YYYY-MM-DD'), new ->> 'planned_from') end, '; ' order by k.code)
                     from jsonb_array_elements_text(case jsonb_typeof(new -> 'risks') when 'array' then new -> 'risks' else jsonb_build_array(new -> 'risks') end) k(code)
                     left join isms.risk r on r.scope = (step).scope and r.code = k.code
                    where r.assessed_on is null or r.assessed_on < (new ->> 'requested_on')::date or r.assessed_on > (new ->> 'planned_from')::date))
           when isms.guard_lacks(new, 'no_risk_reason') is not null then 'risks is missing, or no_risk_reason'
         end;
end;

comment on function isms.guard_risk_assessed(jsonb, jsonb, isms.step) is 'Guard: each risk affected was assessed after the request and before the change takes effect, or why none is affected';

-- 6.3
create function isms.guard_plan_dated(old jsonb, new jsonb, step isms.step) returns text
  language sql stable set search_path = pg_catalog, pg_temp
begin atomic
  select isms.guard_says(
           isms.guard_lacks(new, 'planned_from', 'planned_until'),
           case when (new ->> 'planned_from')::date < isms.today((step).scope) then format('planned_from %s is past', new ->> 'planned_from') end,
           case when (new ->> 'planned_until')::date < (new ->> 'planned_from')::date then format('planned_until %s is before planned_from %s', new ->> 'planned_until', new ->> 'planned_from') end);
end;

comment on function isms.guard_plan_dated(jsonb, jsonb, isms.step) is 'Guard: the planned start is after the approval, the end not before it';

-- 6.3
create function isms.guard_in_window(old jsonb, new jsonb, step isms.step) returns text
  language sql stable set search_path = pg_catalog, pg_temp
begin atomic
  select isms.guard_says(
           isms.guard_lacks(new, 'implemented_on'), isms.guard_future(new, 'implemented_on', step),
           case when not (new ->> 'implemented_on')::date between (new ->> 'planned_from')::date and (new ->> 'planned_until')::date
                then format('implemented_on %s is outside %s to %s', new ->> 'implemented_on', new ->> 'planned_from', new ->> 'planned_until') end);
end;

comment on function isms.guard_in_window(jsonb, jsonb, isms.step) is 'Guard: it was done inside the window planned';

-- A.8.32
create function isms.guard_test_planned(old jsonb, new jsonb, step isms.step) returns text
  language sql immutable parallel safe set search_path = pg_catalog, pg_temp
begin atomic
  select isms.guard_lacks(new, 'test_plan');
end;

comment on function isms.guard_test_planned(jsonb, jsonb, isms.step) is 'Guard: the test is planned';

-- A.8.32
create function isms.guard_test_passed(old jsonb, new jsonb, step isms.step) returns text
  language sql immutable parallel safe set search_path = pg_catalog, pg_temp
begin atomic
  select case when new ->> 'test_result' is null then 'test_result is missing' when new ->> 'test_result' <> 'pass' then format('test_result is %s', new ->> 'test_result') end;
end;

comment on function isms.guard_test_passed(jsonb, jsonb, isms.step) is 'Guard: the test passed';

-- A.8.32
create function isms.guard_way_back(old jsonb, new jsonb, step isms.step) returns text
  language sql immutable parallel safe set search_path = pg_catalog, pg_temp
begin atomic
  select 'rollback_plan is missing, or no_rollback_reason'
   where isms.guard_lacks(new, 'rollback_plan') is not null and isms.guard_lacks(new, 'no_rollback_reason') is not null;
end;

comment on function isms.guard_way_back(jsonb, jsonb, isms.step) is 'Guard: a way back, or why there is none';

-- 8.1, 6.3
create function isms.guard_consequences_reviewed(old jsonb, new jsonb, step isms.step) returns text
  language sql stable set search_path = pg_catalog, pg_temp
begin atomic
  select isms.guard_says(isms.guard_lacks(new, 'effects_reviewed', 'effects_reviewed_on'),
                         isms.guard_future(new, 'effects_reviewed_on', step));
end;

comment on function isms.guard_consequences_reviewed(jsonb, jsonb, isms.step) is 'Guard: unintended effects were reviewed and mitigated';

-- 8.1, 6.3
create function isms.guard_records_updated(old jsonb, new jsonb, step isms.step) returns text
  language sql immutable parallel safe set search_path = pg_catalog, pg_temp
begin atomic
  select isms.guard_lacks(new, 'records_updated');
end;

comment on function isms.guard_records_updated(jsonb, jsonb, isms.step) is 'Guard: which documents, lines of the statement of applicability and inventories were updated, or that none is touched';

create function isms.condition_changes_scope_or_policy(old jsonb, new jsonb, step isms.step) returns boolean
  language sql stable set search_path = pg_catalog, pg_temp
begin atomic
  select (new ->> 'changes_scope')::boolean or (new ->> 'changes_policy')::boolean;
end;

comment on function isms.condition_changes_scope_or_policy(jsonb, jsonb, isms.step) is 'Slot condition: the change touches the scope or the policy; null where that is not said';

create function isms.condition_not_approved_before(old jsonb, new jsonb, step isms.step) returns boolean
  language sql stable set search_path = pg_catalog, pg_temp
begin atomic
  select not exists (select from isms.approval_request r
                      where r.scope = (step).scope and r.table_name = (step).relation and r.key = (step).key and r.transition = 'approve' and r.status = 'carried_out');
end;

comment on function isms.condition_not_approved_before(jsonb, jsonb, isms.step) is 'Slot condition: nobody approved the change before it was made';
