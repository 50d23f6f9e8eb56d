-- Readiness by clause
-- Display: stacked bar. Variables: scope (text).
select code as clause, title, passed, failed, unknown, nothing_to_judge, failed_rules
  from isms.readiness_summary
 where true
   [[and scope = {{scope}}]]
 order by code;
