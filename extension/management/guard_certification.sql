-- Guards of the workflow certification: ISO/IEC 17021-1 9.

-- 17021-1 9.6.3.1
create function isms.guard_previous_named(old jsonb, new jsonb, step isms.step) returns text
  language sql stable set search_path = pg_catalog, pg_temp
begin atomic
  select isms.guard_says(
           isms.guard_lacks(new, 'kind'),
           case when new ->> 'kind' = 'renewal' then coalesce(isms.guard_lacks(new, 'previous'),
             (select format('there is no cycle %s before it', new ->> 'previous')
               where not coalesce(isms.step_related(step, 'cycles', new), '[]') @> jsonb_build_array(jsonb_build_object('code', new -> 'previous'))
                  or new ->> 'previous' = new ->> 'code')) end);
end;

comment on function isms.guard_previous_named(jsonb, jsonb, isms.step) is 'Guard: a renewal names the cycle before it';

-- 17021-1 9.6.3.1
create function isms.guard_is_renewal(old jsonb, new jsonb, step isms.step) returns text
  language sql immutable parallel safe set search_path = pg_catalog, pg_temp
begin atomic
  select isms.guard_says(
           case when new ->> 'kind' is distinct from 'renewal' then 'kind is not renewal' end,
           isms.guard_lacks(new, 'previous'));
end;

comment on function isms.guard_is_renewal(jsonb, jsonb, isms.step) is 'Guard: it is a renewal of the cycle before it';

-- 17021-1 9.6.3.1
create function isms.guard_no_significant_change(old jsonb, new jsonb, step isms.step) returns text
  language sql immutable parallel safe set search_path = pg_catalog, pg_temp
begin atomic
  select case new ->> 'significant_change'
           when 'false' then null
           when 'true' then 'a significant change takes stage 1 again: ' || isms.guard_lacks(new, 'stage_1_repeated_on')
           else 'significant_change is missing: yes or no'
         end;
end;

comment on function isms.guard_no_significant_change(jsonb, jsonb, isms.step) is 'Guard: nothing changed significantly since the last audit, or stage 1 was repeated';

-- IAF MLA
create function isms.guard_body_accredited(old jsonb, new jsonb, step isms.step) returns text
  language plpgsql stable set search_path = pg_catalog, pg_temp as $$
declare
  b isms.certification_body;
begin
  if step.transition = 'amend_certificate' then
    if new -> 'body' = old -> 'body' then
      return null;
    end if;
    -- of a transfer nobody chose an offer, which would have brought the accreditation in
    select x.* into b from isms.certification_body x where x.scope = step.scope and x.code = new ->> 'body';
  end if;
  return isms.guard_says(
    isms.guard_lacks(new, 'body', 'accreditation_body', 'accreditation_number', 'accreditation_standard', 'accredited_until'),
    case when (new ->> 'accredited_until')::date < isms.today(step.scope) then format('the accreditation ended on %s', new ->> 'accredited_until') end,
    case when b.code is not null
          and (b.accreditation_body, b.accreditation_number, b.accreditation_standard, b.accredited_until)
              is distinct from (new ->> 'accreditation_body', new ->> 'accreditation_number', new ->> 'accreditation_standard', (new ->> 'accredited_until')::date)
         then format('the accreditation entered is not the one that isms.certification_body has of %s', b.code) end);
end
$$;

comment on function isms.guard_body_accredited(jsonb, jsonb, isms.step) is 'Guard: the body and its accreditation, valid today; of a certificate that is amended only where its body changes, and then as isms.certification_body has it';

-- 4.3
create function isms.guard_scope_statement_approved(old jsonb, new jsonb, step isms.step) returns text
  language sql stable set search_path = pg_catalog, pg_temp
begin atomic
  select case when r.related is null then isms.step_unrelated(step, 'scope_statement')
         else (
          select 'no scope statement is approved and in force'
           where not exists (select from jsonb_array_elements(r.related) v where v ->> '@state' = 'approved' and (v ->> 'effective_from')::date <= isms.today((step).scope))) end
    from (select isms.step_related(step, 'scope_statement', new) as related) r;
end;

comment on function isms.guard_scope_statement_approved(jsonb, jsonb, isms.step) is 'Guard: a scope statement is approved and in force';

-- 27006-1 9.1.4
create function isms.guard_persons_declared(old jsonb, new jsonb, step isms.step) returns text
  language sql immutable parallel safe set search_path = pg_catalog, pg_temp
begin atomic
  select isms.guard_lacks(new, 'persons_by_site');
end;

comment on function isms.guard_persons_declared(jsonb, jsonb, isms.step) is 'Guard: the persons doing work under the organisations control, by site';

-- 27006-1 9.1.4
create function isms.guard_offer_recorded(old jsonb, new jsonb, step isms.step) returns text
  language sql immutable parallel safe set search_path = pg_catalog, pg_temp
begin atomic
  select isms.guard_lacks(new, 'audit_days', 'price');
end;

comment on function isms.guard_offer_recorded(jsonb, jsonb, isms.step) is 'Guard: audit days and price offered';

-- 17021-1 9.3.1.2.2
create function isms.guard_mandatory_documents(old jsonb, new jsonb, step isms.step) returns text
  language sql stable set search_path = pg_catalog, pg_temp
begin atomic
  select case when r.related is null then isms.step_unrelated(step, 'mandatory_documents')
         else (
          select string_agg(format('%s %s', d ->> 'rule', d ->> 'status'), ', ' order by d ->> 'rule')
            from jsonb_array_elements(r.related) d
           where d ->> 'status' <> 'passed') end
    from (select isms.step_related(step, 'mandatory_documents', new) as related) r;
end;

comment on function isms.guard_mandatory_documents(jsonb, jsonb, isms.step) is 'Guard: the documented information that a standard demands is there';

-- 17021-1 9.3.1.2.2 g; 27006-1
create function isms.guard_audit_and_review_planned(old jsonb, new jsonb, step isms.step) returns text
  language sql stable set search_path = pg_catalog, pg_temp
begin atomic
  select isms.guard_says(
           case when a.related is null then isms.step_unrelated(step, 'audits')
                when not exists (select from jsonb_array_elements(a.related) x where x ->> '@state' <> 'cancelled' and x ->> 'planned_period' is not null)
                then 'no internal audit is dated' end,
           case when v.related is null then isms.step_unrelated(step, 'reviews')
                when not exists (select from jsonb_array_elements(v.related) x where x ->> 'held_on' is not null) then 'no management review is dated' end)
    from (select isms.step_related(step, 'audits', new) as related) a,
         (select isms.step_related(step, 'reviews', new) as related) v;
end;

comment on function isms.guard_audit_and_review_planned(jsonb, jsonb, isms.step) is 'Guard: internal audit and management review are dated';

-- 17021-1 9.3.1.2.2 g; 27006-1
create function isms.guard_audit_and_review_done(old jsonb, new jsonb, step isms.step) returns text
  language sql stable set search_path = pg_catalog, pg_temp
begin atomic
  select isms.guard_says(
           case when a.related is null then isms.step_unrelated(step, 'audits') else d.uncovered end,
           case when v.related is null then isms.step_unrelated(step, 'reviews')
                when not exists (select from jsonb_array_elements(v.related) x
                                  where (x ->> 'held_on')::date between coalesce(d.last, '-infinity') and isms.today((step).scope))
                then 'no management review was held' || coalesce(' since the audit reported on ' || to_char(d.last, 'YYYY-MM-DD'), '') end)
    from (select isms.step_related(step, 'audits', new) as related) a,
         (select isms.step_related(step, 'reviews', new) as related) v,
         lateral (
           select max((x ->> 'reported_on')::date) as last,
                  (select 'no reported audit covers clause ' || string_agg(c.clause::text, ', ' order by c.clause)
                     from generate_series(4, 10) c(clause)
                    where not coalesce(jsonb_path_query_array(jsonb_agg(x -> 'scope_items'), '$[*][*]') @? format('$[*] ? (@ like_regex "^%s(\\.|$)")', c.clause)::jsonpath, false)) as uncovered
             from jsonb_array_elements(a.related) x
            where x ->> '@state' in ('reported', 'closed')) d;
end;

comment on function isms.guard_audit_and_review_done(jsonb, jsonb, isms.step) is 'Guard: internal audits that together cover clauses 4 to 10 are reported, and a management review was held after the last of them';

-- 17021-1 9.3.1.2.3-4
create function isms.guard_stage_1_ready(old jsonb, new jsonb, step isms.step) returns text
  language sql immutable parallel safe set search_path = pg_catalog, pg_temp
begin atomic
  select isms.guard_says(
           isms.guard_lacks(new, 'stage_1_conclusion', 'stage_1_ended_on'),
           case when new ->> 'stage_1_conclusion' <> 'ready' then format('stage_1_conclusion is %s', new ->> 'stage_1_conclusion') end);
end;

comment on function isms.guard_stage_1_ready(jsonb, jsonb, isms.step) is 'Guard: the body concludes that stage 2 can follow';

-- 17021-1 9.3.1.2.3-4
create function isms.guard_concerns_answered(old jsonb, new jsonb, step isms.step) returns text
  language sql stable set search_path = pg_catalog, pg_temp
begin atomic
  select case when r.related is null then isms.step_unrelated(step, 'findings')
         else (
          select string_agg(format('concern %s has no answer', f ->> 'code'), '; ' order by f ->> 'code')
            from jsonb_array_elements(r.related) f
           where f ->> 'kind' = 'concern' and f ->> '@state' <> 'withdrawn' and isms.guard_lacks(f, 'answer') is not null) end
    from (select isms.step_related(step, 'findings', new) as related) r;
end;

comment on function isms.guard_concerns_answered(jsonb, jsonb, isms.step) is 'Guard: each area of concern has an answer';

-- 17021-1 9.3.1.2.3-4
create function isms.guard_stage_1_fresh(old jsonb, new jsonb, step isms.step) returns text
  language sql stable set search_path = pg_catalog, pg_temp
begin atomic
  select isms.guard_says(
           isms.guard_lacks(new, 'stage_1_ended_on', 'stage_2_from', 'stage_gap_days'),
           case when (new ->> 'stage_2_from')::date > d.last then format('stage_2_from %s is too late, %s at the latest', new ->> 'stage_2_from', to_char(d.last, 'YYYY-MM-DD')) end)
    from (select (new ->> 'stage_1_ended_on')::date + (new ->> 'stage_gap_days')::integer as last) d;
end;

comment on function isms.guard_stage_1_fresh(jsonb, jsonb, isms.step) is 'Guard: stage 2 begins within the days the body allows after stage 1';

-- 17021-1 9.4
create function isms.guard_stage_2_reported(old jsonb, new jsonb, step isms.step) returns text
  language sql stable set search_path = pg_catalog, pg_temp
begin atomic
  select isms.guard_says(
           isms.guard_lacks(new, 'stage_2_ended_on'), isms.guard_future(new, 'stage_2_ended_on', step),
           case when f.related is null then isms.step_unrelated(step, 'findings')
                else (select string_agg(format('finding %s is not graded', x ->> 'code'), '; ' order by x ->> 'code')
                        from jsonb_array_elements(f.related) x where x ->> 'kind' is null) end)
    from (select isms.step_related(step, 'findings', new) as related) f;
end;

comment on function isms.guard_stage_2_reported(jsonb, jsonb, isms.step) is 'Guard: stage 2 has its last day, and its findings are graded';

-- 17021-1 9.5.2
create function isms.guard_majors_verified(old jsonb, new jsonb, step isms.step) returns text
  language sql stable set search_path = pg_catalog, pg_temp
begin atomic
  select case when r.related is null then isms.step_unrelated(step, 'findings')
         else (
          select string_agg(format('finding %s (major) is not verified', f ->> 'code'), '; ' order by f ->> 'code')
            from jsonb_array_elements(r.related) f
           where f ->> 'kind' = 'major' and f ->> '@state' <> 'withdrawn' and f ->> 'body_verified_on' is null) end
    from (select isms.step_related(step, 'findings', new) as related) r;
end;

comment on function isms.guard_majors_verified(jsonb, jsonb, isms.step) is 'Guard: the body verified correction and corrective action of each major nonconformity';

-- 17021-1 9.5.2
create function isms.guard_minors_planned(old jsonb, new jsonb, step isms.step) returns text
  language sql stable set search_path = pg_catalog, pg_temp
begin atomic
  select case when r.related is null then isms.step_unrelated(step, 'findings')
         else (
          select string_agg(format('the plan for finding %s (minor) is not accepted', f ->> 'code'), '; ' order by f ->> 'code')
            from jsonb_array_elements(r.related) f
           where f ->> 'kind' = 'minor' and f ->> '@state' <> 'withdrawn' and f ->> 'body_accepted_on' is null) end
    from (select isms.step_related(step, 'findings', new) as related) r;
end;

comment on function isms.guard_minors_planned(jsonb, jsonb, isms.step) is 'Guard: the body accepted the plan for each minor nonconformity';

-- 17021-1 9.5.3.2, 9.6.3.2.2-5
create function isms.guard_decided_in_time(old jsonb, new jsonb, step isms.step) returns text
  language sql stable set search_path = pg_catalog, pg_temp
begin atomic
  select isms.guard_says(
           isms.guard_lacks(new, 'decided_on'), isms.guard_future(new, 'decided_on', step),
           case when new ->> 'kind' = 'renewal'
                then (select case when p ->> 'valid_until' is null then format('the end of certificate %s is not known', coalesce(new ->> 'previous', 'before'))
                                  when (new ->> 'decided_on')::date > ((p ->> 'valid_until')::date + interval '6 months')::date
                                  then format('the certificate before ended on %s, it can be renewed until %s', p ->> 'valid_until', to_char((p ->> 'valid_until')::date + interval '6 months', 'YYYY-MM-DD')) end
                        from (select 1) one
                        left join jsonb_array_elements(coalesce(isms.step_related(step, 'cycles', new), '[]')) p on p ->> 'code' = new ->> 'previous')
                else coalesce(
                  isms.guard_lacks(new, 'stage_2_ended_on'),
                  (select format('finding %s was verified on %s, after %s', f ->> 'code', f ->> 'body_verified_on', to_char(s.last, 'YYYY-MM-DD'))
                     from (select ((new ->> 'stage_2_ended_on')::date + interval '6 months')::date as last) s,
                          jsonb_array_elements(coalesce(isms.step_related(step, 'findings', new), '[]')) f
                    where f ->> 'kind' = 'major' and f ->> '@state' <> 'withdrawn' and (f ->> 'body_verified_on')::date > s.last
                    order by f ->> 'code'
                    limit 1)) end);
end;

comment on function isms.guard_decided_in_time(jsonb, jsonb, isms.step) is 'Guard: initial: majors verified within 6 months of the last day of stage 2; renewal: decided before the old certificate expires, or at most 6 months after it';

-- 17021-1 9.5.3.2
create function isms.guard_majors_too_late(old jsonb, new jsonb, step isms.step) returns text
  language sql stable set search_path = pg_catalog, pg_temp
begin atomic
  select coalesce(
           isms.guard_lacks(new, 'stage_2_ended_on'),
           case when f.related is null then isms.step_unrelated(step, 'findings')
                when not exists (select from jsonb_array_elements(f.related) x
                                  where x ->> 'kind' = 'major' and x ->> '@state' <> 'withdrawn' and coalesce((x ->> 'body_verified_on')::date, isms.today((step).scope)) > s.last)
                then format('no major nonconformity is past %s', to_char(s.last, 'YYYY-MM-DD')) end)
    from (select ((new ->> 'stage_2_ended_on')::date + interval '6 months')::date as last) s,
         (select isms.step_related(step, 'findings', new) as related) f;
end;

comment on function isms.guard_majors_too_late(jsonb, jsonb, isms.step) is 'Guard: a major nonconformity was not verified within 6 months of the last day of stage 2';

-- 27006-1 8.2.2, 17021-1 9.6.3.2.3-5
create function isms.guard_certificate_complete(old jsonb, new jsonb, step isms.step) returns text
  language sql stable set search_path = pg_catalog, pg_temp
begin atomic
  select isms.guard_says(
           isms.guard_lacks(new, 'certificate_number', 'certificate_scope', 'certificate_standard', 'soa_version', 'decided_on', 'valid_from', 'valid_until'),
           -- where statements are kept here, it is one of them
           (select format('no version %s of the statement of applicability is approved', new ->> 'soa_version')
             where exists (select from isms.statement_version v where v.scope = (step).scope and v.status = 'approved')
               and not exists (select from isms.statement_version v where v.scope = (step).scope and v.status = 'approved' and v.code = new ->> 'soa_version')
               and isms.guard_lacks(new, 'soa_version') is null),
           case when (new ->> 'valid_from')::date < (new ->> 'decided_on')::date
                then format('valid_from %s is before the decision, on %s', new ->> 'valid_from', new ->> 'decided_on') end,
           case when (new ->> 'valid_until')::date > d.last then format('valid_until %s is too late, %s at the latest', new ->> 'valid_until', to_char(d.last, 'YYYY-MM-DD')) end)
    from (select coalesce(case when new ->> 'kind' = 'renewal'
                               then (select ((p ->> 'valid_until')::date + interval '3 years')::date
                                       from jsonb_array_elements(coalesce(isms.step_related(step, 'cycles', new), '[]')) p
                                      where p ->> 'code' = new ->> 'previous'
                                        and (new ->> 'decided_on')::date <= ((p ->> 'valid_until')::date + interval '6 months')::date) end,
                          ((new ->> 'decided_on')::date + interval '3 years')::date) as last) d;
end;

comment on function isms.guard_certificate_complete(jsonb, jsonb, isms.step) is 'Guard: number, scope, standard, version of the statement of applicability, an approved one where they are kept here, decision, validity: from the decision or later, 3 years at most, of a renewal 3 years on from the old end';

-- 17021-1 9.6.5.4
create function isms.guard_suspension_end_set(old jsonb, new jsonb, step isms.step) returns text
  language sql stable set search_path = pg_catalog, pg_temp
begin atomic
  select isms.guard_says(
           isms.guard_lacks(new, 'suspended_until'),
           case when (new ->> 'suspended_until')::date < isms.today((step).scope) then format('suspended_until %s is past', new ->> 'suspended_until')
                when (new ->> 'suspended_until')::date > d.last then format('suspended_until %s is too late, %s at the latest', new ->> 'suspended_until', to_char(d.last, 'YYYY-MM-DD')) end)
    from (select (isms.today((step).scope) + interval '6 months')::date as last) d;
end;

comment on function isms.guard_suspension_end_set(jsonb, jsonb, isms.step) is 'Guard: the end of the suspension is set, at most 6 months away';

-- 17021-1 9.6.5.4
create function isms.guard_cause_resolved(old jsonb, new jsonb, step isms.step) returns text
  language sql immutable parallel safe set search_path = pg_catalog, pg_temp
begin atomic
  select isms.guard_lacks(new, 'cause_resolved');
end;

comment on function isms.guard_cause_resolved(jsonb, jsonb, isms.step) is 'Guard: how the cause of the suspension was resolved';

create function isms.condition_no_successor(old jsonb, new jsonb, step isms.step) returns boolean
  language sql stable set search_path = pg_catalog, pg_temp
begin atomic
  select not exists (select from jsonb_array_elements(s.related) x where x ->> 'previous' = new ->> 'code' and x ->> '@state' not in ('refused', 'ended'))
    from (select isms.step_related(step, 'cycles', new) as related) s
   where s.related is not null;
end;

comment on function isms.condition_no_successor(jsonb, jsonb, isms.step) is 'Slot condition: no other cycle names this one as the one before it; null where that cannot be told';
