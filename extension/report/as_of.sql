-- What the setting isms.as_of leaves alone.
insert into isms.lookback_exception (kind, name, time_column, builtin) values
  -- The rights of who looks back are those of today.
  ('function', 'visible_scopes', null, true),
  ('function', 'visible_scope', null, true),
  ('function', 'editable_scopes', null, true),
  ('function', 'holds_role', null, true),
  ('function', 'may_correct', null, true),
  ('function', 'default_scope', null, true),
  ('function', 'manages_all_scopes', null, true),
  ('function', 'may_read_trail', null, true),
  ('function', 'is_active', null, true),
  ('function', 'require_active', null, true),
  -- Definitions that are run: what was defined then may not fit what is there now.
  ('table', 'due_source', null, true),
  ('table', 'review_source', null, true),
  ('table', 'readiness_rule', null, true),
  ('table', 'document_check', null, true),
  ('table', 'guard', null, true),
  ('table', 'slot_condition', null, true),
  ('table', 'workflow_relation', null, true),
  -- The database itself, which was not recorded.
  ('view', 'database_inventory', null, true),
  ('view', 'column_inventory', null, true),
  ('view', 'classification_suggestion', null, true),
  ('view', 'handling_violation', null, true),
  ('function', 'sees_all_relations', null, true),
  ('function', 'sees_relation', null, true),
  ('function', 'class_labels', null, true),
  ('function', 'column_classes', null, true),
  ('function', 'relation_classes', null, true),
  ('function', 'classification_of', null, true),
  ('function', 'view_readings', null, true),
  ('function', 'handling_findings', null, true),
  ('function', 'own_tables', null, true),
  -- The trail, and whether it is whole.
  ('view', 'trail_status', null, true),
  ('view', 'trail_table', null, true),
  ('table', 'trail_entry', 'at', true),
  ('table', 'checkpoint', 'sealed_at', true),
  ('function', 'trail_status', null, true),
  ('function', 'trail_span', null, true),
  ('function', 'trail_leaves', null, true),
  ('function', 'trail_leaf_size', null, true),
  ('function', 'trail_sealed_up_to', null, true),
  ('function', 'leaf_index', null, true),
  ('function', 'unsealed_from', null, true),
  ('function', 'was_sealed', null, true),
  ('function', 'inclusion_path', null, true),
  ('function', 'inclusion_proof', null, true),
  ('function', 'consistency_proof', null, true),
  ('function', 'tree_root', null, true),
  ('function', 'checkpoint_note', null, true),
  ('function', 'table_versions_of', null, true),
  ('function', 'own_table_versions', null, true),
  ('function', 'unlawful_entries', null, true),
  ('function', 'recorded_table', null, true),
  ('function', 'verify_trail', null, true),
  ('function', 'check_trail', null, true),
  ('function', 'coverage', null, true),
  ('function', 'coverage_triggers', null, true),
  ('function', 'reconcile', null, true),
  ('function', 'unexplained_erasures', null, true),
  ('function', 'audit_rule', null, true),
  ('function', 'tables_to_take_in', null, true),
  -- These are told a time.
  ('function', 'as_of_json', null, true),
  ('function', 'diff', null, true),
  ('function', 'row_history', null, true),
  ('function', 'row_recorded', null, true),
  ('function', 'last_changes', null, true),
  ('function', 'decision_context', null, true),
  ('function', 'decision_changes', null, true);

-- The library is to be there before a query that is turned back is planned.  A view without another one beneath it refers to
-- a table that brings it in; the condition is gone before the query is planned.  What is defined twice would tell in two places
-- what a view shows, so it is laid around the one definition here.
do $$
declare
  v record;
  f record;
begin
  for v in
    with turned as (
      select c.oid, c.relname
        from pg_class c
       where c.relnamespace = 'isms'::regnamespace and c.relkind = 'v'
         and not exists (select from isms.lookback_exception e where e.kind = 'view' and e.name = c.relname))
    select t.oid, t.relname
      from turned t
     where not exists (
             select
               from pg_rewrite r
               join pg_depend d on d.classid = 'pg_rewrite'::regclass and d.objid = r.oid and d.refclassid = 'pg_class'::regclass
               join turned o on o.oid = d.refobjid and o.oid <> t.oid
              where r.ev_class = t.oid)
     order by t.relname
  loop
    execute format('create or replace view isms.%1$I with (security_invoker = true) as select %1$I.* from (%2$s) %1$I where true or exists (select from isms.lookback_exception)',
                   v.relname, rtrim(pg_get_viewdef(v.oid), ';'));
  end loop;

  for f in
    select p.oid::regprocedure as signature
      from pg_proc p
      join pg_language l on l.oid = p.prolang and l.lanname in ('sql', 'plpgsql')
     where p.pronamespace = 'isms'::regnamespace and p.provolatile = 's' and p.prokind = 'f' and p.prosupport = 0
       and not exists (select from isms.lookback_exception e where e.kind = 'function' and e.name = p.proname)
  loop
    execute format('alter function %s support isms.lookback_loads', f.signature);
  end loop;
end
$$;
