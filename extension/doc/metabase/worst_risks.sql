-- The worst risks
-- Display: table. Variables: scope (text), owner (text).
select scope, code, title, owner_name, inherent_level, current_level, target_level, treatment_status, acceptance_state
  from isms.risk_register
 where status <> 'closed'
   [[and scope = {{scope}}]]
   [[and owner = {{owner}}]]
 order by current_rank desc nulls last, inherent_rank desc nulls last, code
 limit 20;
