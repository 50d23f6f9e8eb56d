-- What is not well
-- Display: table.
select state, metric, scope, kind, value, unit, message
  from isms.health
 where state <> 'ok'
 order by state, metric;
