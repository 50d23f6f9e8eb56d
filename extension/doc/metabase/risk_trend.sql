-- How levels moved from round to round
-- Display: stacked area. Variables: scope (text).
select closed_on, level, sum(risks) as risks
  from isms.risk_trend
 where state = 'current'
   [[and scope = {{scope}}]]
 group by closed_on, level, rank
 order by closed_on, rank;
