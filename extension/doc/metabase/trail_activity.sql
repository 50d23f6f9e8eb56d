-- Changes a day
-- Display: line. Variables: scope (text), from (date), to (date).
select day, sum(changes) as changes, count(distinct who) as people
  from isms.trail_activity
 where operation <> 'baseline' and day between {{from}} and {{to}}
   [[and scope = {{scope}}]]
 group by day
 order by day;
