-- ISO/IEC 27002:2022, 4.2 a: a preventive control is to keep an incident from occurring, a detective one acts when it occurs, a corrective one after it.
-- So the first acts on likelihood, the others on consequence: what is found and mended sooner costs less, and has happened all the same.
-- Of 105 links of the demonstration's register, as people write them, eight do not fit; so a method says whether such a link is told of or refused.
create view isms.implementation_control_type with (security_invoker = true) as
  select c.scope,
         c.implementation,
         string_agg(distinct t.name, ', ' order by t.name) as control_types,
         bool_or(lower(t.name) = 'preventive') as on_likelihood,
         bool_or(lower(t.name) in ('detective', 'corrective')) as on_consequence
    from isms.implementation_control c
    join isms.control k on k.catalogue = c.catalogue and k.reference = c.reference
    cross join lateral unnest(k.control_types) t(name)
   where lower(t.name) in ('preventive', 'detective', 'corrective')
   group by c.scope, c.implementation;

comment on view isms.implementation_control_type is 'What implementations may act on, by the types of the controls they serve; those without controls, or with controls of no type, are not restricted and not here';
comment on column isms.implementation_control_type.scope is 'Scope';
comment on column isms.implementation_control_type.implementation is 'Implementation';
comment on column isms.implementation_control_type.control_types is 'Types of its controls';
comment on column isms.implementation_control_type.on_likelihood is 'Is one of them preventive?';
comment on column isms.implementation_control_type.on_consequence is 'Is one of them detective or corrective?';

create view isms.control_type_conflict with (security_invoker = true) as
  select c.scope,
         c.risk,
         c.implementation,
         c.effect_on,
         t.control_types,
         r.method,
         format('its controls are %s, which acts on %s', t.control_types, case when t.on_likelihood then 'likelihood' else 'consequence' end) as said
    from isms.risk_control c
    join isms.risk r on r.scope = c.scope and r.code = c.risk
    join isms.risk_method m on m.scope = r.scope and m.code = r.method
    join isms.implementation_control_type t on t.scope = c.scope and t.implementation = c.implementation
   where not case c.effect_on when 'likelihood' then t.on_likelihood else t.on_consequence end
     and m.control_types <> 'ignored';

comment on view isms.control_type_conflict is 'Links of implementations to risks that act on what the types of their controls do not act on; they count all the same';
comment on column isms.control_type_conflict.scope is 'Scope';
comment on column isms.control_type_conflict.risk is 'Risk';
comment on column isms.control_type_conflict.implementation is 'Implementation';
comment on column isms.control_type_conflict.effect_on is 'What the link says it acts on';
comment on column isms.control_type_conflict.control_types is 'Types of the controls it serves';
comment on column isms.control_type_conflict.method is 'Method of the risk';
comment on column isms.control_type_conflict.said is 'The same in words';

-- Judged when the link is written, once a statement; controls that an implementation serves later are told of in the view.
create function isms.check_control_types(links isms.risk_control[]) returns void
  language plpgsql stable set search_path = pg_catalog, pg_temp as $$
declare
  wrong record;
begin
  select string_agg(format('%s on the %s of risk %s: %s', c.implementation, c.effect_on, c.risk, c.said), E'\n' order by c.risk, c.implementation, c.effect_on) as all_of_them,
         (array_agg(format('implementation %s cannot act on the %s of risk %s', c.implementation, c.effect_on, c.risk) order by c.risk, c.implementation, c.effect_on))[1] as first
    into wrong
    from unnest(links) w
    join isms.control_type_conflict c on c.scope = w.scope and c.risk = w.risk and c.implementation = w.implementation and c.effect_on = w.effect_on
    join isms.risk_method m on m.scope = c.scope and m.code = c.method and m.control_types = 'refused';
  if wrong.first is not null then
    raise exception using
      errcode = 'check_violation',
      message = wrong.first,
      detail = wrong.all_of_them,
      hint = 'Have it act on the other side, add the control that does this to the implementation, or assess with a method whose control_types are reported or ignored.',
      schema = 'isms', table = 'risk_control', column = 'effect_on', constraint = 'risk_control_type';
  end if;
end
$$;

comment on function isms.check_control_types(isms.risk_control[]) is 'Refuses links where the risk''s method says that implementations act on what the types of their controls act on. Errors: 23514';

create function isms.risk_control_type() returns trigger
  language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
  if exists (select from isms.risk_method m where m.control_types = 'refused') then
    perform isms.check_control_types(array(select row(w.*)::isms.risk_control from written w));
  end if;
  return null;
end
$$;

comment on function isms.risk_control_type() is 'AFTER INSERT statement trigger: new links fit the types of the controls. Errors: 23514';

create function isms.risk_control_type_changed() returns trigger
  language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
  if exists (select from isms.risk_method m where m.control_types = 'refused') then
    perform isms.check_control_types(array(
      select row(w.*)::isms.risk_control
        from written w
       where not exists (
         select from before b
          where b.scope = w.scope and b.risk = w.risk and b.implementation = w.implementation and b.effect_on = w.effect_on)));
  end if;
  return null;
end
$$;

comment on function isms.risk_control_type_changed() is 'AFTER UPDATE statement trigger: links with another key fit the types of the controls. Errors: 23514';

create trigger control_type_insert after insert on isms.risk_control
  referencing new table as written for each statement execute function isms.risk_control_type();

create trigger control_type_update after update on isms.risk_control
  referencing old table as before new table as written for each statement execute function isms.risk_control_type_changed();
