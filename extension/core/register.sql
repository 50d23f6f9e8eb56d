-- Keys are natural: code is the next of its kind where none is given.
create function isms.fill_code() returns trigger
  language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
  number text;
  taken boolean;
begin
  loop
    number := nextval(format('%I.%I', tg_table_schema, tg_table_name || '_code'))::text;
    new.code := tg_argv[0] || '-' || lpad(number, greatest(4, length(number)), '0');
    execute format('select exists (select from %I.%I t where t.scope = $1 and t.code = $2)', tg_table_schema, tg_table_name)
       into taken using new.scope, new.code;
    exit when not taken;
  end loop;
  return new;
end
$$;

comment on function isms.fill_code() is 'BEFORE INSERT trigger for rows without a code: prefix (first argument) and the next number of the table''s sequence that is free in the scope';

-- A foreign key of a table to itself makes pg_dump warn of a circle at every dump; this trigger keeps the reference instead.
create function isms.refers_to_own_table() returns trigger
  language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
  wanted text := to_jsonb(new) ->> tg_argv[0];
  found_it boolean;
begin
  execute format('select exists (select from %I.%I t where t.scope = $1 and t.code = $2)', tg_table_schema, tg_table_name)
     into found_it using new.scope, wanted;
  if not found_it then
    raise exception using
      errcode = 'foreign_key_violation',
      message = format('%s %s names %s %s, which does not exist in scope %s', tg_table_name, new.code, tg_argv[0], wanted, new.scope),
      hint = format('Record it first, or correct %s.%s.', tg_table_name, tg_argv[0]),
      schema = tg_table_schema, table = tg_table_name, column = tg_argv[0], constraint = tg_name;
  end if;
  return null;
end
$$;

comment on function isms.refers_to_own_table() is 'AFTER trigger: the column named by the first argument must hold the code of a row of the same table and scope. Errors: 23503';

-- A default could only be the session's day.
create function isms.dated_today() returns trigger
  language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
  return jsonb_populate_record(new, jsonb_build_object(tg_argv[0], isms.today(new.scope)));
end
$$;

comment on function isms.dated_today() is 'BEFORE trigger for rows without a date: the column named by the first argument becomes today in the row''s scope';

-- 7.5.3: a record is of what was.
create function isms.not_in_future() returns trigger
  language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
  record jsonb := to_jsonb(new);
  today date := isms.today(new.scope);
  said text;
begin
  for n in 0 .. tg_nargs - 1 loop
    said := record ->> tg_argv[n];
    if said ~ '^[[(]' then
      said := to_jsonb(upper(said::daterange) - 1) #>> '{}';
    end if;
    if (case when said ~ 'T' then said::timestamptz > clock_timestamp() else said::date > today end) then
      raise exception using
        errcode = 'check_violation',
        message = format('%s: %s %s is in the future: in scope %s it is %s', concat_ws(' ', replace(tg_table_name, '_', ' '), record ->> 'code'), tg_argv[n], said, new.scope,
                         case when said ~ 'T' then to_char(clock_timestamp() at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SSZ') else to_char(today, 'YYYY-MM-DD') end),
        hint = format('Correct %s, or record it when it has happened.', tg_argv[n]),
        schema = tg_table_schema, table = tg_table_name, column = tg_argv[n], constraint = tg_name;
    end if;
  end loop;
  return new;
end
$$;

comment on function isms.not_in_future() is 'BEFORE trigger: no column its arguments name lies in the future, by the day in the row''s scope or, of times, by the clock; of ranges the last day counts. Errors: 23514';

create function isms.is_given(words text) returns boolean
  language c immutable parallel safe as 'MODULE_PATHNAME', 'isms_is_given';

comment on function isms.is_given(text) is 'Does a text hold anything but white space? False for null';

-- Where a day plus a period is asked for, there must be such a day: no row may keep a view from answering.
create function isms.is_period(period interval) returns boolean
  language sql immutable parallel safe
  return period > interval '0' and period <= interval '100 years'
     and least(extract(year from period), extract(month from period), extract(day from period),
               extract(hour from period), extract(minute from period), extract(second from period)) >= 0;

comment on function isms.is_period(interval) is 'Is it more than nothing, at most a hundred years, and no part of it below zero?';

create function isms.days_between(first date, last date) returns integer
  language sql immutable parallel safe
  return case when isfinite(first) and isfinite(last) then last - first end;

comment on function isms.days_between(date, date) is 'Days from one day to another, negative when the second comes first; null where one is infinite or not known';

-- No foreign key can be of the elements of an array.
create function isms.lists_people() returns trigger
  language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
  unknown text;
begin
  -- as a foreign key would: whoever the writer may see
  unknown := isms.read_as_owner('isms.person',
    'select to_jsonb(string_agg(coalesce(u.code, ''null''), '', '' order by u.position))
       from jsonb_array_elements_text($1) with ordinality u(code, position)
      where not exists (select from isms.person p where p.code = u.code)', to_jsonb(new) -> tg_argv[0]) #>> '{}';
  if unknown is not null then
    raise exception using
      errcode = 'foreign_key_violation',
      message = format('%s of %s %s names nobody known: %s', tg_argv[0], replace(tg_table_name, '_', ' '), new.code, unknown),
      hint = 'Codes of people are in isms.person; isms.add_person adds them.',
      schema = tg_table_schema, table = tg_table_name, column = tg_argv[0], constraint = tg_name;
  end if;
  return null;
end
$$;

comment on function isms.lists_people() is 'AFTER trigger: every element of the array in the column named by the first argument is the code of a person. Errors: 23503';

-- What is named may be of several tables, or of a room below, so no foreign key can say it.
create function isms.names_record() returns trigger
  language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
  record jsonb := to_jsonb(new);
  wanted text := record ->> tg_argv[0];
  kind text := coalesce(record ->> tg_argv[1], tg_argv[0]);
  subject text := tg_argv[2]::jsonb ->> kind;
  found_it boolean;
begin
  if subject is null or to_regclass(format('isms.%I', subject)) is null then
    return null;
  end if;
  execute format('select exists (select from isms.%I t where t.scope = $1 and t.code = $2)', subject) into found_it using new.scope, wanted;
  -- of older registers one comes after the other
  if not found_it and tg_argv[3] = 'cutover' then
    found_it := isms.in_cutover(row(null, null, null, null, null, null, isms.actor(), null, new.scope)::isms.step);
  end if;
  if not found_it then
    raise exception using
      errcode = 'foreign_key_violation',
      message = format('%s%s refers to %s %s, which does not exist in scope %s', replace(tg_table_name, '_', ' '), ' ' || (record ->> 'code'), replace(subject, '_', ' '), wanted, new.scope),
      hint = format('Record it first, or correct %s.%s; see isms.%s.', tg_table_name, tg_argv[0], subject),
      schema = tg_table_schema, table = tg_table_name, column = tg_argv[0], constraint = tg_name;
  end if;
  return null;
end
$$;

comment on function isms.names_record() is 'AFTER trigger: the first argument''s column must hold the code of a record of the same scope; the second names the column that says of which kind, the third gives the tables by kind, as a JSON object. Kinds that are not in it, or have no table, are free text; with cutover as the fourth what is loaded at cut-over may name what comes after it. Errors: 23503';

-- 7.5.3, 9.1: results stay as they were recorded.
create function isms.only_added() returns trigger
  language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
  raise exception using
    errcode = case tg_op when 'UPDATE' then 'IS006' else 'IS007' end,
    message = format('rows of isms.%s are only added', tg_table_name),
    detail = format('%s: what was recorded stays as it was (7.5.3)', case tg_op when 'UPDATE' then 'frozen' else 'deletion' end),
    hint = tg_argv[0],
    schema = tg_table_schema, table = tg_table_name;
end
$$;

comment on function isms.only_added() is 'BEFORE trigger of tables whose rows are only added; its argument is the hint. Errors: IS006, IS007';

create sequence isms.role_assignment_code;

comment on sequence isms.role_assignment_code is 'Numbers for codes of role assignments';

create trigger fill_code before insert on isms.role_assignment
  for each row when (new.code is null) execute function isms.fill_code('RA');

alter table isms.role_assignment alter scope set default isms.default_scope(), alter created_by set default isms.actor();

create function isms.scope_parent() returns trigger
  language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
  if exists (
    with recursive above(code) as (
      select new.parent
       union
      select s.parent from above a join isms.scope s on s.code = a.code where s.parent is not null)
    select from above a where a.code = new.code) then
    raise exception using
      errcode = 'check_violation',
      message = format('scope %s would be part of itself', new.code),
      hint = 'Name a parent outside of it.',
      schema = 'isms', table = 'scope', column = 'parent', constraint = tg_name;
  end if;
  if not exists (select from isms.scope s where s.code = new.parent) then
    raise exception using
      errcode = 'foreign_key_violation',
      message = format('parent %s of scope %s does not exist', new.parent, new.code),
      hint = 'Record it first.',
      schema = 'isms', table = 'scope', column = 'parent', constraint = tg_name;
  end if;
  return null;
end
$$;

comment on function isms.scope_parent() is 'AFTER trigger: a scope''s parent exists and is not part of the scope itself. Errors: 23503, 23514';

create trigger parent after insert or update of code, parent on isms.scope
  for each row when (new.parent is not null) execute function isms.scope_parent();
