-- Applications whose users are not persons here: what they set as isms.actor is a name of their own.
create table isms.actor_source (
  application text constraint actor_source_pkey primary key
);

comment on table isms.actor_source is 'Logins of applications that set isms.actor to names of their own users; what is no user of theirs is nobody, a person''s code too';
comment on column isms.actor_source.application is 'Database role the application logs in as';

create table isms.application_user (
  application text not null constraint application_user_application_fkey references isms.actor_source on delete cascade on update cascade,
  user_name text not null constraint application_user_name_given check (user_name <> ''),
  person text not null constraint application_user_person_fkey references isms.person on update cascade,
  constraint application_user_pkey primary key (application, user_name)
);

comment on table isms.application_user is 'Which person a user of an application is';
comment on column isms.application_user.application is 'Database role the application logs in as';
comment on column isms.application_user.user_name is 'What the application sets as isms.actor';
comment on column isms.application_user.person is 'Person';

insert into isms.closed_table (name, readable, builtin) values ('actor_source', false, true), ('application_user', false, true);

alter table isms.actor_source enable row level security;

create policy administer on isms.actor_source using (isms.has_database_role('isms_admin'));

alter table isms.application_user enable row level security;

create policy administer on isms.application_user using (isms.has_database_role('isms_admin'));

create trigger forget after insert or update or delete on isms.actor_source
  for each row execute function isms.forget('role');

create trigger forget after insert or update or delete on isms.application_user
  for each row execute function isms.forget('role');

create function isms.actor_source(application text, users jsonb default '{}') returns text
  language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
  unknown text;
begin
  if not exists (select from pg_roles r join pg_roles g on g.rolname = 'isms_application' where r.rolname = actor_source.application and pg_has_role(r.oid, g.oid, 'member')) then
    raise exception using
      errcode = 'invalid_parameter_value',
      message = format('login "%s" may not say who acts', actor_source.application),
      hint = format('It has to be a member of isms_application: grant isms_application to %I.', actor_source.application);
  end if;
  select string_agg(format('"%s"', u.value), ', ' order by u.value) into unknown
    from jsonb_each_text(users) u
   where u.value is not null and not exists (select from isms.person p where p.code = u.value);
  if unknown is not null then
    raise exception using
      errcode = 'invalid_parameter_value',
      message = format('no such person: %s', unknown),
      hint = 'users => ''{"name in the application": "code of the person"}''; null takes a user away.';
  end if;
  insert into isms.actor_source (application) values (actor_source.application) on conflict do nothing;
  delete from isms.application_user a
   using jsonb_each_text(users) u
   where a.application = actor_source.application and a.user_name = u.key and u.value is null;
  insert into isms.application_user (application, user_name, person)
  select actor_source.application, u.key, u.value from jsonb_each_text(users) u where u.value is not null
      on conflict on constraint application_user_pkey do update set person = excluded.person where application_user.person <> excluded.person;
  return format('what %s sets as isms.actor is a user of its own; persons here are %s of them', actor_source.application,
                (select count(*) from isms.application_user a where a.application = actor_source.application));
end
$$;

comment on function isms.actor_source(text, jsonb) is 'From now on isms.actor, set by this login of an application, is a name of the application''s own; users says which person each is, null takes one away. For isms_admin. Errors: 22023, 42501';

insert into isms.admin_function (name, builtin) values ('actor_source', true);
