-- Measures beside their targets
-- Display: table. Variables: scope (text).
select code, title, latest_value, target, unit, status, trend, measured_on, overdue
  from isms.measure_status
 where true
   [[and scope = {{scope}}]]
 order by code;
