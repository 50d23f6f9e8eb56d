-- Erasure of personal data: values go from the trail, what the trail proves stays, and that something was erased stands in it.

create table isms.erasure (
  id bigint generated always as identity constraint erasure_pkey primary key,
  at timestamptz not null default clock_timestamp(),
  reason text not null constraint erasure_reason_given check (reason ~ '\S'),
  table_name text,
  entries bigint not null,
  erased int8multirange not null,
  identities bigint not null,
  erased_identities uuid[] not null,
  kept bigint not null,
  role_name text not null default session_user
);

comment on table isms.erasure is 'Erasures of personal data from the trail: how much, when, why; never whose';
comment on column isms.erasure.id is 'Number';
comment on column isms.erasure.at is 'When';
comment on column isms.erasure.reason is 'Why; names the request, not the person, for it stays';
comment on column isms.erasure.table_name is 'Table whose rows'' entries were erased, with its schema; null: identities were';
comment on column isms.erasure.entries is 'How many entries';
comment on column isms.erasure.erased is 'Their numbers';
comment on column isms.erasure.identities is 'How many rows of isms.trail_identity';
comment on column isms.erasure.erased_identities is 'Their ids';
comment on column isms.erasure.kept is 'Rows still in the table, recorded anew';
comment on column isms.erasure.role_name is 'Login that asked for it';

create function isms.erase_rows("table" regclass, key text, matching jsonb, scope text, reason text, keep_row boolean,
    out erasure bigint, out entries bigint, out kept bigint, out vacuum text)
  language c set search_path = pg_catalog, pg_temp as 'MODULE_PATHNAME', 'isms_erase_rows';

comment on function isms.erase_rows(regclass, text, jsonb, text, text, boolean) is 'What isms.erase_personal_data does, once its arguments are checked';

create function isms.erase_identities(ids uuid[], reason text, out erasure bigint, out identities bigint, out vacuum text)
  language c set search_path = pg_catalog, pg_temp as 'MODULE_PATHNAME', 'isms_erase_identities';

comment on function isms.erase_identities(uuid[], text) is
  'Erases contents of isms.trail_identity by id: who acted is then not known of the entries that name it. Errors: 22023 without a reason, 25001 under repeatable read';

create function isms.erase_personal_data("table" regclass, key text default null, reason text default null, matching jsonb default null,
    scope text default null, keep_row boolean default false,
    out erasure bigint, out entries bigint, out kept bigint, out vacuum text)
  language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
  of_scope text := scope;
begin
  if (key is null) = (matching is null) then
    raise exception using
      errcode = '22023',
      message = 'either a key or values to match are needed',
      hint = 'isms.erase_personal_data(''public.customer'', ''42'', ''request 7''), or (''public.address'', matching => ''{"customer": 42}'', reason => ''request 7'').';
  end if;
  if reason is null then
    raise exception using errcode = '22023', message = 'a reason is needed', hint = 'Name the request, not the person: the reason stays.';
  end if;
  if key is not null and scope is null
     and exists (select from pg_attribute a join pg_class c on c.oid = a.attrelid
                  where c.oid = "table" and c.relnamespace = 'isms'::regnamespace and a.attname = 'scope') then
    of_scope := isms.default_scope();
  end if;
  select r.* into erasure, entries, kept, vacuum
    from isms.erase_rows(erase_personal_data."table", erase_personal_data.key, erase_personal_data.matching, of_scope,
                         erase_personal_data.reason, erase_personal_data.keep_row) r;
end
$$;

comment on function isms.erase_personal_data(regclass, text, text, jsonb, text, boolean) is
  'Erases from the trail all entries of a row, named by its key as isms.audit_trail shows it (of tables of isms in the scope given, else the session''s), '
  'or of all rows that ever had the values in matching: salt and payload go, leaf hashes and proofs stay, isms.erasure says that it was done. '
  'Rows are followed through changes of their key. One that is still in the table is refused, or with keep_row recorded anew as it is. '
  'Returns the row of isms.erasure, how many entries were erased, how many rows kept, and the command that lets the server''s files forget them. '
  'Errors: 22023 for its arguments, IS010 when a row is still there, IS011 when the trail knows nothing of the table, IS020, 25001 under repeatable read';

create function isms.erase_person(person text, reason text, logins boolean default false, keep_row boolean default false,
    out entries bigint, out identities bigint, out kept bigint, out vacuum text)
  language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
  names text[];
  ids uuid[];
  one record;
begin
  if person is null or reason is null then
    raise exception using errcode = '22004', message = 'a person and a reason are needed';
  end if;
  entries := 0;
  identities := 0;
  kept := 0;

  -- Logins the person ever had; asked for before the entries that say so are gone.
  select array(select l.role_name from isms.login l where l.person = erase_person.person
               union
               select v.role_name
                 from isms.trail_entry e
                 join isms.trail_table_version t on t.id = e.table_version
                cross join lateral (select case e.operation when 'U' then e.payload::jsonb -> 0 else e.payload::jsonb end as named,
                                           case when e.operation = 'U' then e.payload::jsonb -> 1 -> 'person' else jsonb_build_array(e.payload::jsonb -> 'person') end as people) p
                cross join lateral (select p.named ->> 'role_name' as role_name) v
                where (t.content::json ->> 'schema', t.content::json ->> 'table') = ('isms', 'login')
                  and e.payload is not null
                  and p.people @> to_jsonb(erase_person.person))
    into names;

  for one in
    select r.*
      from (values ('isms.person'::regclass, 'code'), ('isms.login', 'person')) t (name, column_name)
     cross join lateral isms.erase_rows(t.name, null, jsonb_build_object(t.column_name, erase_person.person), null, erase_person.reason, erase_person.keep_row) r
  loop
    entries := entries + one.entries;
    kept := kept + one.kept;
    vacuum := coalesce(one.vacuum, vacuum);
  end loop;

  if logins then
    select array_agg(distinct i.id)
      into ids
      from isms.trail_identity i
     cross join lateral (select i.content::jsonb as c) j
     where j.c ->> 'session_user' = any (names)
        or j.c ->> 'current_user' = any (names)
        or regexp_replace(j.c ->> 'authenticated', '^[^:]*:', '') = any (names)
        or erase_person.person in (j.c ->> 'claimed_actor', j.c ->> 'actor');
    if ids is not null then
      select r.identities into identities from isms.erase_identities(ids, erase_person.reason) r;
      vacuum := concat_ws(', ', coalesce(vacuum, 'vacuum isms.trail_identity'), case when vacuum is not null then 'isms.trail_identity' end);
    end if;
  end if;
end
$$;

comment on function isms.erase_person(text, text, boolean, boolean) is
  'Erases from the trail the entries of a person''s row in isms.person and of its logins, and with logins who acted wherever the person did, under any login it ever had. '
  'Rows still there are refused, or with keep_row recorded anew: change name and address in isms.person first. Returns as isms.erase_personal_data does. Errors: the same';

-- A payload can be taken off below the guards without touching any proof; only isms.erasure, which is in the trail, says that it was meant.
create function isms.unexplained_erasures() returns table (seq bigint, identity uuid)
  language sql stable parallel safe rows 10 set search_path = pg_catalog, pg_temp
begin atomic
  select e.seq, null::uuid
    from isms.trail_entry e
   where e.payload is null
     and not coalesce((select range_agg(r.r) from isms.erasure x cross join unnest(x.erased) r (r)) @> e.seq, false)
  union all
  select null, i.id
    from isms.trail_identity i
   where i.content is null
     and not exists (select from isms.erasure x where i.id = any (x.erased_identities))
   order by 1, 2;
end;

comment on function isms.unexplained_erasures() is 'Entries without their payload and rows of isms.trail_identity without their content that no row of isms.erasure accounts for';

insert into isms.closed_table (name, readable, builtin) values
  ('erasure', true, true);

insert into isms.admin_function (name, builtin) values
  ('erase_rows', true), ('erase_identities', true), ('erase_personal_data', true), ('erase_person', true);
