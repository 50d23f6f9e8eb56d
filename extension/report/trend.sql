-- 8.2: what was found last, as it was frozen.  Nothing is computed from controls, so it answers for many risks where the register takes its time.
create view isms.latest_assessment with (security_invoker = true) as
  select r.scope,
         r.code,
         r.title,
         r.asset,
         r.category,
         r.owner,
         o.name as owner_name,
         r.status,
         r.next_review,
         l.code as round,
         l.closed_on as taken_on,
         x.method,
         x.inherent_rank,
         x.inherent_level,
         x.current_rank,
         x.current_level,
         c.colour as current_colour,
         x.current_disposition as disposition,
         x.target_rank,
         x.target_level,
         x.verified_rank,
         x.verified_level,
         x.above_criteria,
         x.within_appetite,
         x.risk is null or (x.method, x.asset, x.hits, x.likelihood, x.consequence, x.threat_rate, x.vulnerability_rate)
           is distinct from (r.method, r.asset, r.hits, r.likelihood, r.consequence, r.threat_rate, r.vulnerability_rate) as rated_since
    from isms.risk r
    left join isms.latest_round l on l.scope = r.scope
    left join isms.assessment_result x on x.scope = l.scope and x.round = l.code and x.risk = r.code
    left join isms.risk_level c on c.scope = x.scope and c.method = x.method and c.rank = x.current_rank
    left join isms.person o on o.code = r.owner;

comment on view isms.latest_assessment is 'Each risk with its owner and state of now and the levels that the latest closed round of assessment found; those are null in risks it did not have';
comment on column isms.latest_assessment.scope is 'Scope';
comment on column isms.latest_assessment.code is 'Key of the risk';
comment on column isms.latest_assessment.title is 'Title';
comment on column isms.latest_assessment.asset is 'Asset at risk';
comment on column isms.latest_assessment.category is 'Category';
comment on column isms.latest_assessment.owner is 'Risk owner';
comment on column isms.latest_assessment.owner_name is 'Name of the risk owner';
comment on column isms.latest_assessment.status is 'State in workflow risk';
comment on column isms.latest_assessment.next_review is 'Next review';
comment on column isms.latest_assessment.round is 'Key of the round; null: no round of the scope is closed';
comment on column isms.latest_assessment.taken_on is 'Day on which its results were taken';
comment on column isms.latest_assessment.method is 'Method the risk was assessed with then';
comment on column isms.latest_assessment.inherent_rank is 'Rank of the level before controls';
comment on column isms.latest_assessment.inherent_level is 'Label of that level';
comment on column isms.latest_assessment.current_rank is 'Rank of the level with what was implemented then';
comment on column isms.latest_assessment.current_level is 'Label of that level';
comment on column isms.latest_assessment.current_colour is 'Its colour';
comment on column isms.latest_assessment.disposition is 'Its disposition';
comment on column isms.latest_assessment.target_rank is 'Rank of the level with everything planned then';
comment on column isms.latest_assessment.target_level is 'Label of that level';
comment on column isms.latest_assessment.verified_rank is 'Rank of the level with what was shown to work then';
comment on column isms.latest_assessment.verified_level is 'Label of that level';
comment on column isms.latest_assessment.above_criteria is 'Was it above criteria?';
comment on column isms.latest_assessment.within_appetite is 'Was it within its appetite?';
comment on column isms.latest_assessment.rated_since is 'Is it rated otherwise now, or was it not in the round? Whether controls changed is not looked at';

-- 9.1, 9.3.2 d-e: how risk developed from round to round, a row for every level of a state, empty ones too.
create view isms.risk_trend with (security_invoker = true) as
  with placed as (
    select x.scope, x.round, s.state, s.state_order, x.method, s.rank,
           count(*) as risks,
           count(*) filter (where s.state = 'current' and x.above_criteria) as above_criteria,
           count(*) filter (where s.state = 'current' and not x.within_appetite) as above_appetite
      from isms.assessment_result x
      cross join lateral (
        values ('inherent', 1, x.inherent_rank), ('current', 2, x.current_rank), ('target', 3, x.target_rank)) s(state, state_order, rank)
     group by x.scope, x.round, s.state, s.state_order, x.method, s.rank),
  total as (
    select p.scope, p.round, p.state, p.state_order,
           sum(p.risks)::bigint as all_risks,
           coalesce(sum(p.risks) filter (where p.rank is null), 0)::bigint as not_rated,
           round(sum(p.rank * p.risks) / nullif(sum(p.risks) filter (where p.rank is not null), 0), 2) as mean_rank,
           sum(p.above_criteria)::bigint as above_criteria,
           sum(p.above_appetite)::bigint as above_appetite
      from placed p
     group by p.scope, p.round, p.state, p.state_order),
  level as (
    select u.scope, u.round, u.state, l.method, l.rank, l.label, l.disposition, l.colour
      from (select distinct p.scope, p.round, p.state, p.method from placed p) u
      join isms.risk_level l on l.scope = u.scope and l.method = u.method)
  select a.scope,
         a.code,
         a.title,
         a.closed_on,
         t.state,
         t.state_order,
         l.method,
         l.rank,
         l.label as level,
         l.disposition,
         l.colour,
         coalesce(p.risks, 0) as risks,
         t.all_risks,
         t.not_rated,
         t.mean_rank,
         case t.state when 'current' then t.above_criteria end as above_criteria,
         case t.state when 'current' then t.above_appetite end as above_appetite
    from isms.assessment_round a
    join total t on t.scope = a.scope and t.round = a.code
    join level l on l.scope = t.scope and l.round = t.round and l.state = t.state
    left join placed p on p.scope = l.scope and p.round = l.round and p.state = l.state and p.method = l.method and p.rank = l.rank
   where a.status = 'closed';

comment on view isms.risk_trend is 'How risk developed: for each closed round of assessment and state, how many risks had each level, with totals of the round beside';
comment on column isms.risk_trend.scope is 'Scope';
comment on column isms.risk_trend.code is 'Key of the round';
comment on column isms.risk_trend.title is 'Title of the round';
comment on column isms.risk_trend.closed_on is 'Day on which its results were taken';
comment on column isms.risk_trend.state is 'inherent, current or target';
comment on column isms.risk_trend.state_order is 'Order of the states';
comment on column isms.risk_trend.method is 'Method the level is one of';
comment on column isms.risk_trend.rank is 'Rank of the level';
comment on column isms.risk_trend.level is 'Level';
comment on column isms.risk_trend.disposition is 'Disposition of the level';
comment on column isms.risk_trend.colour is 'Colour of the level';
comment on column isms.risk_trend.risks is 'How many risks had it';
comment on column isms.risk_trend.all_risks is 'How many risks the round has';
comment on column isms.risk_trend.not_rated is 'How many of them had no level in the state';
comment on column isms.risk_trend.mean_rank is 'Mean rank of those that had one';
comment on column isms.risk_trend.above_criteria is 'How many were above criteria, of the current state';
comment on column isms.risk_trend.above_appetite is 'How many were above their appetite, of the current state';
