-- What is late, and whose it is
-- Display: table. Variables: scope (text), owner (text).
select kind, code, title, owner_name, what, due, days
  from isms.overdue
 where true
   [[and scope = {{scope}}]]
   [[and owner = {{owner}}]]
 order by days desc, kind, code;
