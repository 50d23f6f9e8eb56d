-- Which rules of readiness fall with a control: what isms.impact_of says of risks and acceptances, seen by the rules that judge them.
create function isms.readiness_impact(what text, change text default 'fails')
  returns table (rule text, clause text, title text, table_name text, key text, said text)
  language plpgsql stable set search_path = pg_catalog, pg_temp as $$
#variable_conflict use_column
declare
  in_scope text := isms.default_scope();
  found_there jsonb := (select jsonb_agg(to_jsonb(i)) from isms.impact_of(readiness_impact.what, readiness_impact.change) i);
begin
  return query
  with impact as (
    select i.kind, i.code, i.before, i.after, i.said from jsonb_to_recordset(coalesce(found_there, '[]')) i(kind text, code text, before text, after text, said text)),
  rises as (
    select r.code, r.status, i.said ~ '^current' as current, b.disposition as before, a.disposition as after,
           exists (select from isms.treatment t where t.scope = r.scope and t.risk = r.code and t.withdrawn_on is null) as chosen, i.after as level
      from impact i
      join isms.risk r on r.scope = in_scope and r.code = i.code
      left join isms.risk_level b on b.scope = r.scope and b.method = r.method and b.label = i.before
      join isms.risk_level a on a.scope = r.scope and a.method = r.method and a.label = i.after
     where i.kind = 'risk'),
  falls as (
    select 'RD-041' as rule, s.code as key, format('its level today would be %s, and no option is chosen', s.level) as said
      from rises s
     where s.current and s.before = 'acceptable' and s.after <> 'acceptable' and not s.chosen
     union all
    select 'RD-058', s.code, format('what remains would be %s, and nobody accepted that', s.level)
      from rises s
     where s.before = 'acceptable' and s.after <> 'acceptable' and case when s.current then s.status in ('treated', 'monitored') else s.status = 'in_treatment' end
     union all
    select 'RD-058', a.risk, format('acceptance %s would be stale', a.code)
      from impact i
      join isms.acceptance a on a.scope = in_scope and a.code = i.code and a.basis in ('target', 'residual')
      join isms.risk r on r.scope = a.scope and r.code = a.risk and r.status in ('in_treatment', 'treated', 'monitored')
     where i.kind = 'acceptance'),
  offends as materialized (
    select r.rule, coalesce(o.key, '') from (select distinct f.rule from falls f) r cross join lateral isms.readiness_offending(r.rule) o)
  select f.rule, k.clause, k.title, 'isms.risk', f.key, string_agg(f.said, '; ' order by f.said)
    from falls f
    join isms.readiness_rule k on k.code = f.rule
   where (f.rule, f.key) not in (table offends)
   group by f.rule, k.reference, k.clause, k.title, f.key
   order by k.reference, f.rule, f.key collate "C";
end
$$;

comment on function isms.readiness_impact(text, text) is 'Rules of readiness that fall if an implementation, or all that serve a control, fails or ends, with the risks they would fall by: those in order today that would be without an option (6.1.3 a) or without an acceptance that covers them (6.1.3 f). Of the default scope. Errors: as isms.impact_of';
