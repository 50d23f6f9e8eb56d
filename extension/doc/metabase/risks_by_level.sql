-- Risks by level, as carried today
-- Display: bar. Variables: scope (text).
select current_level, count(*) as risks
  from isms.risk_register
 where status <> 'closed'
   [[and scope = {{scope}}]]
 group by current_level, current_rank
 order by current_rank nulls first;
