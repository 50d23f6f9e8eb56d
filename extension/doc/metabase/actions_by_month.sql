-- Actions of the treatment plan by the month they are due
-- Display: bar. Variables: scope (text).
select date_trunc('month', due)::date as month, count(*) as actions, count(*) filter (where overdue) as overdue
  from isms.risk_treatment_plan
 where kind = 'action' and status in ('planned', 'in_progress')
   [[and scope = {{scope}}]]
 group by 1
 order by 1;
