-- Necessary controls by theme and status
-- Display: stacked bar. Variables: scope (text).
select theme, implementation_status, count(*) as controls
  from isms.statement_of_applicability
 where necessary
   [[and scope = {{scope}}]]
 group by theme, implementation_status
 order by min(sort_key), implementation_status;
