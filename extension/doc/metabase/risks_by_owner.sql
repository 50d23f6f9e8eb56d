-- Risks above criteria, by owner
-- Display: bar. Variables: scope (text).
select owner_name, count(*) as risks
  from isms.risk_register
 where status <> 'closed' and disposition in ('unacceptable', 'never')
   [[and scope = {{scope}}]]
 group by owner_name
 order by risks desc, owner_name;
