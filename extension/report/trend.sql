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
