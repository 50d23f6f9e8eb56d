-- The risk register with what it rests on, as one document.
-- Right after a bulk load the planner knows nothing of the tables and takes each for a few rows: nothing is read twice, nor row by row.
create function isms.register_json(scope text default isms.default_scope()) returns jsonb
  language sql stable parallel restricted
  set search_path = pg_catalog, pg_temp set datestyle = 'ISO, YMD' set timezone = 'UTC' set intervalstyle = 'postgres' set jit = off set enable_nestloop = off
begin atomic
  with method as materialized (
    select m.code,
           to_jsonb(m) - 'scope' || jsonb_build_object(
             'scales', coalesce((
               select jsonb_object_agg(x.scale, x.steps)
                 from (select s.scale, jsonb_agg(to_jsonb(s) - '{scope,method,scale}'::text[] order by s.step) as steps
                         from isms.risk_scale_step s
                        where s.scope = m.scope and s.method = m.code
                        group by s.scale) x), '{}'),
             'levels', coalesce((
               select jsonb_agg(to_jsonb(l) - '{scope,method}'::text[] order by l.rank) from isms.risk_level l where l.scope = m.scope and l.method = m.code), '[]')) as document
      from isms.risk_method m
     where m.scope = register_json.scope),
  implementation as materialized (
    select i.code, to_jsonb(i) - 'scope' || jsonb_build_object('standing', a.standing, 'assets', coalesce(l.assets, '[]')) as document
      from isms.implementation i
      left join isms.implementation_assurance a on a.scope = i.scope and a.implementation = i.code
      left join (select k.implementation, jsonb_agg(k.asset order by k.asset collate "C") as assets
                   from isms.implementation_asset k
                  where k.scope = register_json.scope
                  group by k.implementation) l on l.implementation = i.code
     where i.scope = register_json.scope),
  control as materialized (
    select c.risk,
           jsonb_agg(jsonb_build_object('implementation', c.name, 'effect_on', c.effect_on, 'effectiveness', c.effectiveness, 'reduction', c.reduction, 'counts_in', c.counts_in, 'standing', c.standing)
             order by c.name collate "C", c.effect_on) as list
      from isms.control_contribution c
     where c.scope = register_json.scope
     group by c.risk),
  treatment as materialized (
    select t.risk, jsonb_agg(to_jsonb(t) - '{scope,risk}'::text[] order by t.option) as list
      from isms.treatment t
     where t.scope = register_json.scope
     group by t.risk),
  action as materialized (
    select a.serves as risk, jsonb_agg(to_jsonb(a) - '{scope,serves,serves_kind}'::text[] order by a.code collate "C") as list
      from isms.action a
     where a.scope = register_json.scope and a.serves_kind = 'risk'
     group by a.serves),
  acceptance as materialized (
    select c.risk, jsonb_agg(to_jsonb(c) - '{scope,risk}'::text[] || jsonb_build_object('state', s.state, 'since', s.since, 'until', s.until) order by c.code collate "C") as list
      from isms.acceptance c
      left join isms.acceptance_status s on s.scope = c.scope and s.code = c.code
     where c.scope = register_json.scope
     group by c.risk),
  risk as materialized (
    select r.code,
           to_jsonb(r) - 'scope' || jsonb_build_object(
             'register', to_jsonb(v) - '{scope,code,title}'::text[],
             'treatments', coalesce(t.list, '[]'),
             'controls', coalesce(c.list, '[]'),
             'actions', coalesce(n.list, '[]'),
             'acceptances', coalesce(s.list, '[]')) as document
      from isms.risk r
      join isms.risk_register v on v.scope = r.scope and v.code = r.code
      left join treatment t on t.risk = r.code
      left join control c on c.risk = r.code
      left join action n on n.risk = r.code
      left join acceptance s on s.risk = r.code
     where r.scope = register_json.scope)
  select jsonb_build_object(
           'format', 'isms register 1',
           'scope', to_jsonb(s) - 'custom',
           'day', isms.today(s.code),
           'methods', coalesce((select jsonb_agg(m.document order by m.code collate "C") from method m), '[]'),
           'assets', coalesce((select jsonb_agg(to_jsonb(a) - 'scope' order by a.code collate "C") from isms.asset a where a.scope = s.code), '[]'),
           'implementations', coalesce((select jsonb_agg(i.document order by i.code collate "C") from implementation i), '[]'),
           'risks', coalesce((select jsonb_agg(r.document order by r.code collate "C") from risk r), '[]'))
    from isms.scope s
   where s.code = register_json.scope;
end;

comment on function isms.register_json(text) is 'The risk register as one document: scope, methods with their scales and levels, assets, implementations and, risk by risk, what is recorded, what isms.risk_register says of it, treatments, controls, actions and acceptances. Null for a scope the caller may not see. Errors: IS021';
