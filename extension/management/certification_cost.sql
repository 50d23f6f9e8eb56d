-- Audit days follow from the number of persons, cost from the days.  The numbers are reference rows: a scope enters its body's own.
create table isms.audit_days (
  persons_from integer constraint audit_days_pkey primary key,
  persons_to integer not null,
  initial_days numeric not null constraint audit_days_initial_positive check (initial_days > 0),
  surveillance_days numeric not null constraint audit_days_surveillance_positive check (surveillance_days > 0),
  recertification_days numeric not null constraint audit_days_recertification_positive check (recertification_days > 0),
  source text not null,
  certainty text not null,
  builtin boolean not null default false,
  constraint audit_days_ordered check (persons_to >= persons_from)
);

comment on table isms.audit_days is 'Days of audit by number of persons doing work under the organisation''s control, as a start for planning';
comment on column isms.audit_days.persons_from is 'From how many persons';
comment on column isms.audit_days.persons_to is 'Up to how many';
comment on column isms.audit_days.initial_days is 'Days of stage 1 and stage 2 together';
comment on column isms.audit_days.surveillance_days is 'Days of a surveillance audit';
comment on column isms.audit_days.recertification_days is 'Days of a recertification audit';
comment on column isms.audit_days.source is 'Where the numbers come from';
comment on column isms.audit_days.certainty is 'How sure they are';
comment on column isms.audit_days.builtin is 'Shipped with the extension';

insert into isms.closed_table (name, readable, builtin) values ('audit_days', true, true);

-- A surveillance audit takes about a third of the initial one, a recertification audit about two thirds, rounded up to half days.
insert into isms.audit_days (persons_from, persons_to, initial_days, surveillance_days, recertification_days, source, certainty, builtin)
select d.persons_from, d.persons_to, d.initial_days, ceil(d.initial_days * 2 / 3) * 0.5, ceil(d.initial_days * 4 / 3) * 0.5,
       'ISO/IEC 27006-1, annex on audit time; a third and two thirds as bodies reckon',
       'Approximate: from memory, not verified, not compared with the standard; the offer counts',
       true
  from (values (1, 10, 5), (11, 15, 6), (16, 25, 7), (26, 45, 8.5), (46, 65, 10), (66, 85, 11), (86, 125, 12), (126, 175, 13), (176, 275, 14), (276, 425, 15),
               (426, 625, 16.5), (626, 875, 17.5), (876, 1175, 18.5), (1176, 1550, 19.5), (1551, 2025, 21), (2026, 2675, 22), (2676, 3450, 23), (3451, 4350, 24),
               (4351, 5450, 25), (5451, 6800, 26), (6801, 8500, 27), (8501, 10700, 28)) d(persons_from, persons_to, initial_days);

create table isms.own_audit_days (
  scope text not null default isms.default_scope() constraint own_audit_days_scope_fkey references isms.scope on update cascade,
  persons_from integer not null constraint own_audit_days_persons_positive check (persons_from > 0),
  persons_to integer not null,
  initial_days numeric not null constraint own_audit_days_initial_positive check (initial_days > 0),
  surveillance_days numeric not null constraint own_audit_days_surveillance_positive check (surveillance_days > 0),
  recertification_days numeric not null constraint own_audit_days_recertification_positive check (recertification_days > 0),
  source text not null constraint own_audit_days_source_given check (source ~ '\S'),
  created_by text default isms.actor(),
  constraint own_audit_days_pkey primary key (scope, persons_from),
  constraint own_audit_days_ordered check (persons_to >= persons_from),
  constraint own_audit_days_no_overlap exclude using gist (
    isms.text_range(scope, scope, '[]') with &&, int8range(persons_from, persons_to, '[]') with &&)
);

comment on table isms.own_audit_days is 'Days of audit as the scope''s body states them; they go before the shipped ones';
comment on column isms.own_audit_days.scope is 'Scope';
comment on column isms.own_audit_days.persons_from is 'From how many persons';
comment on column isms.own_audit_days.persons_to is 'Up to how many';
comment on column isms.own_audit_days.initial_days is 'Days of stage 1 and stage 2 together';
comment on column isms.own_audit_days.surveillance_days is 'Days of a surveillance audit';
comment on column isms.own_audit_days.recertification_days is 'Days of a recertification audit';
comment on column isms.own_audit_days.source is 'Where the body states them';
comment on column isms.own_audit_days.created_by is 'Person who recorded them';

create function isms.audit_days_for(scope text, persons numeric)
  returns table (persons_from integer, persons_to integer, initial_days numeric, surveillance_days numeric, recertification_days numeric, source text, certainty text)
  language sql stable parallel safe rows 1
begin atomic
  select d.persons_from, d.persons_to, d.initial_days, d.surveillance_days, d.recertification_days, d.source, d.certainty
    from (select 1 as place, o.persons_from, o.persons_to, o.initial_days, o.surveillance_days, o.recertification_days, o.source, 'As the body states' as certainty
            from isms.own_audit_days o
           where o.scope = audit_days_for.scope
           union all
          select 2, a.persons_from, a.persons_to, a.initial_days, a.surveillance_days, a.recertification_days, a.source, a.certainty
            from isms.audit_days a) d
   where ceil(persons) between d.persons_from and d.persons_to
   order by d.place
   limit 1;
end;

comment on function isms.audit_days_for(text, numeric) is 'Days of audit for a number of persons: the scope''s own, else the shipped ones; no row where neither goes so far';

create function isms.certification_cost(scope text, day_rate numeric, expenses_per_day numeric default 0, fee_per_year numeric default 0, adjustment numeric default 0, certification text default null)
  returns table (line integer, year integer, item text, site text, persons numeric, days numeric, amount numeric, reason text)
  language plpgsql stable set search_path = pg_catalog, pg_temp as $$
#variable_conflict use_column
declare
  cycle isms.certification;
  band record;
  total numeric;
  first_days numeric;
  yearly_days numeric;
  first text;
begin
  -- NaN is above everything, infinity included
  if certification_cost.scope is null or day_rate is null or least(day_rate, expenses_per_day, fee_per_year) < 0
     or greatest(day_rate, expenses_per_day, fee_per_year) >= 'Infinity' or adjustment <= -1 or adjustment >= 'Infinity' then
    raise exception using
      errcode = 'invalid_parameter_value',
      message = 'the cost of certification cannot be computed',
      detail = concat_ws(E'\n', case when certification_cost.scope is null then 'scope: it is missing' end,
                         case when day_rate is null then 'day_rate: it is missing' end,
                         case when least(day_rate, expenses_per_day, fee_per_year) < 0 then 'rates: none is below zero' end,
                         case when greatest(day_rate, expenses_per_day, fee_per_year) >= 'Infinity' then 'rates: each is a number, none infinite' end,
                         case when adjustment <= -1 then 'adjustment: -0.2 means a fifth less; it is above -1' end,
                         case when adjustment >= 'Infinity' then 'adjustment: it is a number, not infinite' end),
      hint = 'Such as: select * from isms.certification_cost(''ACME'', 1300, expenses_per_day => 150, fee_per_year => 600)';
  end if;
  perform isms.visible_scope(certification_cost.scope);
  select c.*
    into cycle
    from isms.certification c
   where c.scope = certification_cost.scope
     and case when certification_cost.certification is null then c.status not in ('withdrawn', 'refused', 'ended') else c.code = certification_cost.certification end
   -- the newest cycle, unless one is named
   order by c.decided_on desc nulls first, c.code collate "C" desc
   limit 1;
  if not found then
    raise exception using
      errcode = 'no_data_found',
      message = format('there is no certification %sin scope %s', coalesce(certification_cost.certification || ' ', ''), certification_cost.scope),
      hint = 'Record it with persons_by_site: insert into isms.certification.',
      schema = 'isms', table = 'certification';
  end if;
  -- 27006-1: persons doing work under the organisation's control, of all sites together
  return query
    select (row_number() over (order by s.key collate "C"))::integer, null::integer, 'persons', s.key, s.value::numeric, null::numeric, null::numeric, null::text
      from jsonb_each_text(cycle.persons_by_site) s
     order by 1;
  select sum(s.value::numeric) into total from jsonb_each_text(cycle.persons_by_site) s;
  select d.* into band from isms.audit_days_for(cycle.scope, total) d;
  first := case cycle.kind when 'renewal' then 'recertification' else 'initial' end;
  -- half days
  first_days := trim_scale(ceil(case cycle.kind when 'renewal' then band.recertification_days else band.initial_days end * (1 + coalesce(adjustment, 0)) * 2) * 0.5);
  yearly_days := trim_scale(ceil(band.surveillance_days * (1 + coalesce(adjustment, 0)) * 2) * 0.5);
  line := (select count(*) from jsonb_object_keys(cycle.persons_by_site));
  return query
    select (line + v.place)::integer, v.year, v.item, null::text, v.persons, trim_scale(v.days), trim_scale(v.amount), v.reason
      from (values
        (1, null, 'all persons', total, null, null,
         case when total is null then 'persons_by_site is not recorded'
              when band.source is null then format('no row of audit_days or own_audit_days for %s persons', total)
              else format('band of %s to %s persons; %s. %s.', band.persons_from, band.persons_to, band.source, band.certainty) end),
        (2, 1, first, null::numeric, first_days, first_days * day_rate, case when adjustment <> 0 then format('%s %% of the days of the band', round(100 * (1 + adjustment))) end),
        (3, 2, 'surveillance_1', null, yearly_days, yearly_days * day_rate, null),
        (4, 3, 'surveillance_2', null, yearly_days, yearly_days * day_rate, null),
        (5, null, 'expenses', null, first_days + 2 * yearly_days, (first_days + 2 * yearly_days) * coalesce(expenses_per_day, 0), 'travel and lodging, a rate a day'),
        (6, null, 'fees', null, null, 3 * coalesce(fee_per_year, 0), 'register and certificate, three years'),
        (7, null, 'three years', null, first_days + 2 * yearly_days,
         (first_days + 2 * yearly_days) * (day_rate + coalesce(expenses_per_day, 0)) + 3 * coalesce(fee_per_year, 0),
         case when cycle.audit_days is not null or cycle.price is not null
              then format('offered for the %s audit: %s days, %s', first, coalesce(cycle.audit_days::text, 'unknown'), coalesce(cycle.price::text, 'no price')) end)) v(place, year, item, persons, days, amount, reason)
     order by v.place;
end
$$;

comment on function isms.certification_cost(text, numeric, numeric, numeric, numeric, text) is 'What three years of certification cost: persons by site, audit days by isms.audit_days_for, adjusted and rounded up to half days, at a day rate, expenses, fees and the total, in the scope''s currency; of the newest cycle unless one is named; null where the persons or their band are not known. Errors: P0002 no such cycle, IS021 scope not visible, 22023';
