-- Trainings by state
-- Display: stacked bar. Variables: scope (text).
select title, state, count(*) as people
  from isms.training_status
 where true
   [[and scope = {{scope}}]]
 group by title, state
 order by title, state;
