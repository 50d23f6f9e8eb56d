-- Heat map of what is carried today
-- Display: pivot table: likelihood down, consequence across. Variables: scope (text).
select likelihood, likelihood_label, consequence, consequence_label, sum(risks) as risks
  from isms.heat_map
 where state = 'current'
   [[and scope = {{scope}}]]
 group by likelihood, likelihood_label, consequence, consequence_label
 order by likelihood desc, consequence;
