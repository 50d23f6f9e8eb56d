-- What the certification cycle asks for by when
-- Display: table. Variables: scope (text).
select what, earliest, latest, act_on, status, days_left
  from isms.certification_calendar
 where done_on is null
   [[and scope = {{scope}}]]
 order by latest;
