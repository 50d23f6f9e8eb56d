-- 6.1.2, 8.2: rounds of assessment.  What came out of one is frozen with everything it came from, a row a risk, and stays.
create table isms.assessment_round (
  scope text not null default isms.default_scope() constraint assessment_round_scope_fkey references isms.scope on update cascade,
  code text not null constraint assessment_round_code_form check (code ~ '^[^[:space:]]+( [^[:space:]]+)*$'),
  title text not null constraint assessment_round_title_given check (title ~ '\S'),
  review_trigger text not null default 'interval' constraint assessment_round_review_trigger_known
    check (review_trigger in ('interval', 'change', 'incident', 'finding', 'control_failed', 'acceptance_lapsed', 'criteria_changed', 'owner_changed')),
  purpose text,
  opened_on date not null,
  closed_on date,
  taken_by text constraint assessment_round_taken_by_fkey references isms.person on update cascade,
  taken_at timestamptz,
  status text not null default 'open',
  custom jsonb not null default '{}' constraint assessment_round_custom_object check (jsonb_typeof(custom) = 'object'),
  created_by text default isms.actor(),
  constraint assessment_round_pkey primary key (scope, code)
);

comment on table isms.assessment_round is 'Rounds of risk assessment (8.2): opened, and closed by freezing the results of all live risks';
comment on column isms.assessment_round.scope is 'Scope';
comment on column isms.assessment_round.code is 'Key in the scope';
comment on column isms.assessment_round.title is 'Title';
comment on column isms.assessment_round.review_trigger is 'Why it is held: at the planned interval, or after what';
comment on column isms.assessment_round.purpose is 'Purpose and boundary in prose';
comment on column isms.assessment_round.opened_on is 'First day';
comment on column isms.assessment_round.closed_on is 'Day on which its results were taken';
comment on column isms.assessment_round.taken_by is 'Person who took them';
comment on column isms.assessment_round.taken_at is 'When';
comment on column isms.assessment_round.status is 'State in workflow assessment_round';
comment on column isms.assessment_round.custom is 'Fields of the organisation''s own';
comment on column isms.assessment_round.created_by is 'Person who opened it';

create sequence isms.assessment_round_code;

comment on sequence isms.assessment_round_code is 'Numbers for codes of assessment rounds';

create trigger fill_code before insert on isms.assessment_round
  for each row when (new.code is null) execute function isms.fill_code('AR');

create function isms.round_opened() returns trigger
  language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
  new.opened_on := isms.today(new.scope);
  return new;
end
$$;

comment on function isms.round_opened() is 'BEFORE INSERT trigger: a round without a first day begins today';

create trigger fill_opened before insert on isms.assessment_round
  for each row when (new.opened_on is null) execute function isms.round_opened();

-- Who took the results and when is nobody's to type.
create function isms.round_closed() returns trigger
  language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
  if new.status <> 'closed' or old.status = 'closed' then
    raise exception using
      errcode = 'IS006',
      message = format('assessment round %s cannot change closed_on, taken_by or taken_at', new.code),
      detail = 'frozen: they are set when its results are taken',
      hint = format('select isms.take_assessment(%L)', new.code),
      schema = 'isms', table = 'assessment_round', column = 'closed_on';
  end if;
  new.closed_on := isms.today(new.scope);
  new.taken_by := isms.actor();
  new.taken_at := transaction_timestamp();
  return new;
end
$$;

comment on function isms.round_closed() is 'BEFORE UPDATE trigger: a round is closed today, by who acts. Errors: IS006';

create trigger fill_closed before update on isms.assessment_round
  for each row when (new.status = 'closed' and old.status <> 'closed'
                     or (new.closed_on, new.taken_by, new.taken_at) is distinct from (old.closed_on, old.taken_by, old.taken_at))
  execute function isms.round_closed();

create table isms.assessment_result (
  scope text not null,
  round text not null,
  risk text not null,
  title text not null,
  status text not null,
  owner text,
  category text,
  asset text,
  asset_rating text,
  hits text,
  method text not null,
  method_version integer not null,
  likelihood integer,
  consequence integer,
  threat_rate integer,
  vulnerability_rate integer,
  current_likelihood integer,
  current_consequence integer,
  target_likelihood integer,
  target_consequence integer,
  controls jsonb not null,
  assessor text,
  assessed_on date,
  inherent_score numeric,
  inherent_rank integer,
  inherent_level text,
  inherent_disposition text,
  current_score numeric,
  current_rank integer,
  current_level text,
  current_disposition text,
  target_score numeric,
  target_rank integer,
  target_level text,
  target_disposition text,
  verified_rank integer,
  verified_level text,
  residual_basis text not null,
  appetite text,
  within_appetite boolean,
  above_criteria boolean,
  overridden text,
  constraint assessment_result_pkey primary key (scope, round, risk),
  constraint assessment_result_round_fkey foreign key (scope, round) references isms.assessment_round on update cascade,
  constraint assessment_result_risk_fkey foreign key (scope, risk) references isms.risk on update cascade,
  constraint assessment_result_method_fkey foreign key (scope, method) references isms.risk_method on update cascade
);

comment on table isms.assessment_result is 'What a round of assessment came to, a row a risk that was not closed: factors, controls, method, and the level in each state; written by isms.take_assessment alone, never changed';
comment on column isms.assessment_result.scope is 'Scope';
comment on column isms.assessment_result.round is 'Round';
comment on column isms.assessment_result.risk is 'Risk';
comment on column isms.assessment_result.title is 'Title of the risk';
comment on column isms.assessment_result.status is 'State of the risk';
comment on column isms.assessment_result.owner is 'Risk owner';
comment on column isms.assessment_result.category is 'Category';
comment on column isms.assessment_result.asset is 'Asset at risk';
comment on column isms.assessment_result.asset_rating is 'Rating of the asset, with what it inherited';
comment on column isms.assessment_result.hits is 'Dimensions the threat hits';
comment on column isms.assessment_result.method is 'Method it was assessed with';
comment on column isms.assessment_result.method_version is 'Version of the method';
comment on column isms.assessment_result.likelihood is 'Inherent likelihood as rated';
comment on column isms.assessment_result.consequence is 'Inherent consequence as rated';
comment on column isms.assessment_result.threat_rate is 'Threat as rated';
comment on column isms.assessment_result.vulnerability_rate is 'Vulnerability as rated';
comment on column isms.assessment_result.current_likelihood is 'Current likelihood as entered';
comment on column isms.assessment_result.current_consequence is 'Current consequence as entered';
comment on column isms.assessment_result.target_likelihood is 'Target likelihood as entered';
comment on column isms.assessment_result.target_consequence is 'Target consequence as entered';
comment on column isms.assessment_result.controls is 'What acted on the risk: for each implementation and side, such as MFA likelihood, and each option with an effect, an array of effectiveness, reduction and the states it counted in, as bits (1 current, 2 target, 4 verified)';
comment on column isms.assessment_result.assessor is 'Person who assessed';
comment on column isms.assessment_result.assessed_on is 'Date of the assessment';
comment on column isms.assessment_result.inherent_score is 'Score before controls';
comment on column isms.assessment_result.inherent_rank is 'Rank of the level before controls';
comment on column isms.assessment_result.inherent_level is 'Level before controls';
comment on column isms.assessment_result.inherent_disposition is 'Disposition of the level before controls';
comment on column isms.assessment_result.current_score is 'Score with the controls that were implemented and had not failed their latest test';
comment on column isms.assessment_result.current_rank is 'Rank of the level with the controls that were implemented and had not failed their latest test';
comment on column isms.assessment_result.current_level is 'Level with the controls that were implemented and had not failed their latest test';
comment on column isms.assessment_result.current_disposition is 'Disposition of the level with the controls that were implemented and had not failed their latest test';
comment on column isms.assessment_result.target_score is 'Score with everything planned too';
comment on column isms.assessment_result.target_rank is 'Rank of the level with everything planned too';
comment on column isms.assessment_result.target_level is 'Level with everything planned too';
comment on column isms.assessment_result.target_disposition is 'Disposition of the level with everything planned too';
comment on column isms.assessment_result.verified_rank is 'Rank of the level with the controls alone that tests or evidence showed to work';
comment on column isms.assessment_result.verified_level is 'Level with the controls alone that tests or evidence showed to work';
comment on column isms.assessment_result.residual_basis is 'Which state the residual risk was read from, target or current';
comment on column isms.assessment_result.appetite is 'Highest level within the appetite that counted for the risk';
comment on column isms.assessment_result.within_appetite is 'Was the current level within it?';
comment on column isms.assessment_result.overridden is 'States whose value an expert had entered: current, target, or both';
comment on column isms.assessment_result.above_criteria is 'Was the current level above criteria: by its disposition, by who had to accept it, or above the appetite? Null while not rated';

create index assessment_result_risk_idx on isms.assessment_result (scope, risk);

create index assessment_result_method_idx on isms.assessment_result (scope, method);

insert into isms.closed_table (name, readable, builtin) values ('assessment_result', true, true);

create view isms.latest_round with (security_invoker = true) as
  select r.scope,
         r.code,
         r.title,
         r.closed_on
    from isms.scope s
   cross join lateral (
      select a.scope, a.code, a.title, a.closed_on
        from isms.assessment_round a
       where a.scope = s.code and a.status = 'closed'
       order by a.closed_on desc nulls last, a.taken_at desc nulls last, a.code desc
       limit 1) r;

comment on view isms.latest_round is 'The round of assessment of each scope that was closed last';
comment on column isms.latest_round.scope is 'Scope';
comment on column isms.latest_round.code is 'Key of the round';
comment on column isms.latest_round.title is 'Title';
comment on column isms.latest_round.closed_on is 'Day on which its results were taken';

create function isms.assessment_now(scope text, round text default null) returns setof isms.assessment_result
  language sql stable parallel safe
begin atomic
  select r.scope,
         assessment_now.round,
         r.code,
         r.title,
         r.status,
         r.owner,
         r.category,
         r.asset,
         isms.greatest(t.rating, t.inherited_rating)::text,
         r.hits,
         r.method,
         m.version,
         r.likelihood,
         r.consequence,
         r.threat_rate,
         r.vulnerability_rate,
         r.current_likelihood,
         r.current_consequence,
         r.target_likelihood,
         r.target_consequence,
         coalesce(c.controls, '{}') || coalesce(o.options, '{}'),
         r.assessor,
         r.assessed_on,
         a.inherent_score,
         a.inherent_rank,
         a.inherent_level,
         a.inherent_disposition,
         a.current_score,
         a.current_rank,
         a.current_level,
         a.current_disposition,
         a.target_score,
         a.target_rank,
         a.target_level,
         a.target_disposition,
         a.verified_rank,
         a.verified_level,
         a.residual_basis,
         isms.appetite_for((select isms.appetite_map()), r.scope, r.method, r.asset, r.category) ->> 1,
         isms.is_within_appetite((select isms.appetite_map()), r.scope, r.method, r.asset, r.category, a.current_rank),
         isms.is_above_criteria(l) or not coalesce(isms.is_within_appetite((select isms.appetite_map()), r.scope, r.method, r.asset, r.category, a.current_rank), true),
         a.overridden
    from isms.risk r
    join isms.risk_assessment a on a.scope = r.scope and a.code = r.code
    join isms.risk_method m on m.scope = r.scope and m.code = r.method
    left join isms.asset t on t.scope = r.scope and t.code = r.asset
    left join isms.risk_level l on l.scope = r.scope and l.method = r.method and l.rank = a.current_rank
    left join (
      select x.scope, x.risk, jsonb_object_agg(x.name || ' ' || x.effect_on, jsonb_build_array(x.effectiveness, x.reduction, x.counts_in)) as controls
        from isms.control_contribution x
       where x.counts_in <> 0
       group by x.scope, x.risk) c on c.scope = r.scope and c.risk = r.code
    left join (
      select x.scope, x.risk, jsonb_object_agg(x.name || ' ' || x.effect_on, jsonb_build_array(x.effectiveness, x.reduction, x.counts_in)) as options
        from isms.option_contribution x
       group by x.scope, x.risk) o on o.scope = r.scope and o.risk = r.code
   where r.scope = assessment_now.scope and r.status <> 'closed';
end;

comment on function isms.assessment_now(text, text) is 'What a round would freeze if it was taken now';

-- One statement, one snapshot: all risks as they stand at one moment.
create function isms.take_assessment(round text) returns text
  language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
  -- definer: results are written by this function alone; who may is decided by the workflow, when the round is closed
declare
  in_scope text := isms.default_scope();
  taken isms.assessment_round;
  risks bigint;
  unrated bigint;
begin
  perform isms.require_active();
  select * into taken
    from isms.assessment_round a
   where a.scope = in_scope and a.code = take_assessment.round and a.scope = any (isms.editable_scopes())
     for update;
  if not found then
    raise exception using
      errcode = 'no_data_found',
      message = format('there is no assessment round %s in scope %s that %s may take', take_assessment.round, in_scope, coalesce(isms.person_name(isms.actor()), session_user)),
      hint = 'Open one: insert into isms.assessment_round (title) values (''...'').',
      schema = 'isms', table = 'assessment_round';
  end if;
  if taken.status <> 'open' then
    raise exception using
      errcode = 'IS001',
      message = format('assessment round %s cannot be taken', taken.code),
      detail = format('transition: it is %s, not open', taken.status),
      hint = 'Open another: insert into isms.assessment_round (title) values (''...'').',
      schema = 'isms', table = 'assessment_round', column = 'status', constraint = 'transition';
  end if;
  insert into isms.assessment_result select n.* from isms.assessment_now(taken.scope, taken.code) n;
  get diagnostics risks = row_count;
  update isms.assessment_round a set status = 'closed' where a.scope = taken.scope and a.code = taken.code;
  select count(*) into unrated from isms.assessment_result x where x.scope = taken.scope and x.round = taken.code and x.current_rank is null;
  return format('assessment round %s is now closed: %s risks, %s of them not rated', taken.code, risks, unrated);
end
$$;

comment on function isms.take_assessment(text) is 'Freezes the results of all live risks and closes the round (step close). Errors: P0002 no such round, IS001 it is not open, and what the workflow refuses';

create function isms.counted_words(counts_in integer) returns text
  language sql immutable strict parallel safe
  return coalesce(nullif(concat_ws(' and ', case when counts_in & 1 <> 0 then 'current' end, case when counts_in & 2 <> 0 then 'target' end, case when counts_in & 4 <> 0 then 'verified' end), ''), 'no state');

comment on function isms.counted_words(integer) is 'States in which a control counts, in words';

create function isms.controls_moved(before jsonb, after jsonb) returns text
  language plpgsql immutable parallel safe set search_path = pg_catalog, pg_temp as $$
begin
  return (
    select string_agg(k.name || ' ' || m.what, ', ' order by k.name collate "C")
      from (select jsonb_object_keys(coalesce(before, '{}')) union select jsonb_object_keys(coalesce(after, '{}'))) k(name)
     cross join lateral (
       select case
                when not coalesce(before ? k.name, false) then 'added'
                when not coalesce(after ? k.name, false) then 'removed'
                else concat_ws(' and ',
                  case when before #> array[k.name, '0'] is distinct from after #> array[k.name, '0']
                       then format('from %s to %s', coalesce(before #>> array[k.name, '0'], 'no effectiveness'), coalesce(after #>> array[k.name, '0'], 'no effectiveness')) end,
                  case when before #> array[k.name, '1'] is distinct from after #> array[k.name, '1']
                       then format('from %s to %s', coalesce((before #>> array[k.name, '1']) || ' steps', 'no reduction'), coalesce((after #>> array[k.name, '1']) || ' steps', 'no reduction')) end,
                  case when before #> array[k.name, '2'] is distinct from after #> array[k.name, '2']
                       then format('counts in %s, before in %s', isms.counted_words((after #>> array[k.name, '2'])::integer), isms.counted_words((before #>> array[k.name, '2'])::integer)) end)
              end) m(what)
     where before -> k.name is distinct from after -> k.name);
end
$$;

comment on function isms.controls_moved(jsonb, jsonb) is 'What changed between two records of controls, in words; null if nothing did';

create function isms.compare_rounds(from_round text, to_round text default null)
  returns table (risk text, title text, change text, factors text, asset text, controls text, method text, appetite text,
                 inherent_rank_before integer, inherent_level_before text, inherent_rank_after integer, inherent_level_after text,
                 current_rank_before integer, current_level_before text, current_rank_after integer, current_level_after text,
                 target_rank_before integer, target_level_before text, target_rank_after integer, target_level_after text)
  language plpgsql stable parallel restricted set search_path = pg_catalog, pg_temp as $$
#variable_conflict use_column
declare
  in_scope text := isms.default_scope();
  name text;
  taken isms.assessment_round;
begin
  foreach name in array array_remove(array[coalesce(from_round, ''), to_round], null) loop
    select * into taken from isms.assessment_round a where a.scope = in_scope and a.code = name;
    if not found then
      raise exception using
        errcode = 'no_data_found',
        message = format('there is no assessment round %s in scope %s', name, in_scope),
        hint = 'See isms.assessment_round; another scope is named by isms.scope.',
        schema = 'isms', table = 'assessment_round';
    elsif taken.status <> 'closed' then
      raise exception using
        errcode = 'object_not_in_prerequisite_state',
        message = format('assessment round %s has no results', name),
        detail = format('It is %s.', taken.status),
        hint = case taken.status when 'open' then format('select isms.take_assessment(%L); what stands now is compared with by leaving the second round out.', name) end,
        schema = 'isms', table = 'assessment_round';
    end if;
  end loop;
  return query
  with b as (
    select x.* from isms.assessment_result x where x.scope = in_scope and x.round = from_round),
  a as (
    select x.* from isms.assessment_result x where to_round is not null and x.scope = in_scope and x.round = to_round
     union all
    select x.* from isms.assessment_now(in_scope) x where to_round is null),
  pair as (
    select coalesce(a.risk, b.risk) as risk, coalesce(a.title, b.title) as title, a, b,
           case when b.risk is null then 'new' when a.risk is null then 'gone' else 'changed' end as change,
           b.risk is not null and a.risk is not null as both_there
      from b
      full join a on a.risk = b.risk
     where (a.likelihood, a.consequence, a.threat_rate, a.vulnerability_rate, a.current_likelihood, a.current_consequence, a.target_likelihood, a.target_consequence,
            a.hits, a.asset, a.asset_rating, a.controls, a.method, a.method_version, a.appetite, a.overridden, a.inherent_rank, a.current_rank, a.target_rank)
           is distinct from
           (b.likelihood, b.consequence, b.threat_rate, b.vulnerability_rate, b.current_likelihood, b.current_consequence, b.target_likelihood, b.target_consequence,
            b.hits, b.asset, b.asset_rating, b.controls, b.method, b.method_version, b.appetite, b.overridden, b.inherent_rank, b.current_rank, b.target_rank))
  select p.risk, p.title, p.change,
         case when p.both_there then
           (select string_agg(format('%s %s to %s', f.name, coalesce(f.before, 'not rated'), coalesce(f.after, 'not rated')), ', ' order by f.place)
              from (values (1, 'likelihood', (p.b).likelihood::text, (p.a).likelihood::text), (2, 'consequence', (p.b).consequence::text, (p.a).consequence::text),
                           (3, 'threat', (p.b).threat_rate::text, (p.a).threat_rate::text), (4, 'vulnerability', (p.b).vulnerability_rate::text, (p.a).vulnerability_rate::text),
                           (5, 'current likelihood', (p.b).current_likelihood::text, (p.a).current_likelihood::text), (6, 'current consequence', (p.b).current_consequence::text, (p.a).current_consequence::text),
                           (7, 'target likelihood', (p.b).target_likelihood::text, (p.a).target_likelihood::text), (8, 'target consequence', (p.b).target_consequence::text, (p.a).target_consequence::text),
                           (9, 'hits', (p.b).hits, (p.a).hits),
                           (10, 'entered by an expert', coalesce((p.b).overridden, 'none'), coalesce((p.a).overridden, 'none'))) f(place, name, before, after)
             where f.before is distinct from f.after) end,
         case when p.both_there and ((p.b).asset, (p.b).asset_rating) is distinct from ((p.a).asset, (p.a).asset_rating)
              then format('%s to %s', coalesce(concat_ws(' ', (p.b).asset, (p.b).asset_rating), 'none'), coalesce(concat_ws(' ', (p.a).asset, (p.a).asset_rating), 'none')) end,
         case when p.both_there and (p.b).controls is distinct from (p.a).controls then isms.controls_moved((p.b).controls, (p.a).controls) end,
         case when p.both_there and ((p.b).method, (p.b).method_version) is distinct from ((p.a).method, (p.a).method_version)
              then format('%s (version %s) to %s (version %s)', (p.b).method, (p.b).method_version, (p.a).method, (p.a).method_version) end,
         case when p.both_there and (p.b).appetite is distinct from (p.a).appetite then format('%s to %s', coalesce((p.b).appetite, 'none'), coalesce((p.a).appetite, 'none')) end,
         (p.b).inherent_rank, (p.b).inherent_level, (p.a).inherent_rank, (p.a).inherent_level,
         (p.b).current_rank, (p.b).current_level, (p.a).current_rank, (p.a).current_level,
         (p.b).target_rank, (p.b).target_level, (p.a).target_rank, (p.a).target_level
    from pair p
   order by p.risk;
end
$$;

comment on function isms.compare_rounds(text, text) is 'What differs between two rounds, or a round and now: new, gone and changed risks, which input moved, in words, and the levels before and after; risks without any difference are left out. Errors: P0002 no such round, 55000 it has no results';
