-- Necessary controls that nothing shows to work
-- Display: table. Variables: scope (text).
select code, title, implementation_status, assurance, last_evidence, last_test, risks, open_findings
  from isms.control_coverage
 where applicable and assurance is distinct from 'verified'
   [[and scope = {{scope}}]]
 order by sort_key;
