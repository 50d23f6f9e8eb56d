create function isms.claimed_actor() returns text
  language c stable parallel restricted as 'MODULE_PATHNAME', 'isms_claimed_actor_sql';

comment on function isms.claimed_actor() is 'The setting isms.actor where this transaction set it, else null; a claim, not yet an actor';

create function isms.transaction_comment() returns text
  language c stable parallel restricted as 'MODULE_PATHNAME', 'isms_comment_sql';

comment on function isms.transaction_comment() is 'The setting isms.comment where this transaction set it, else null';

create function isms.has_database_role(role_name text) returns boolean
  language c stable strict parallel restricted as 'MODULE_PATHNAME', 'isms_has_database_role_sql';

comment on function isms.has_database_role(text) is 'Is the session user a member of that database role? A superuser is; false where the role does not exist';

create function isms.actor() returns text
  language c stable parallel restricted as 'MODULE_PATHNAME', 'isms_actor_sql';

comment on function isms.actor() is 'Code of the person acting: the session user''s, or, for members of isms_application, the one the setting isms.actor names in this transaction; null if unknown';

create function isms.visible_scopes() returns text[]
  language plpgsql stable parallel restricted security definer set search_path = pg_catalog, pg_temp as $$
  -- definer: decides itself what may be seen
declare
  me text := isms.actor();
begin
  if isms.has_database_role('isms_admin') then
    return array(select s.code from isms.scope s order by s.code);
  end if;
  return array(select distinct a.scope from isms.role_assignment a where a.person = me and isms.holds_role(me, a.role, a.scope) order by 1);
end
$$;

comment on function isms.visible_scopes() is 'Scopes the actor may read: those where the person holds a role today; all for members of isms_admin and superusers';

create function isms.editable_scopes() returns text[]
  language plpgsql stable parallel restricted security definer set search_path = pg_catalog, pg_temp as $$
  -- definer: decides itself what may be changed
declare
  me text := isms.actor();
begin
  if isms.has_database_role('isms_admin') then
    return array(select s.code from isms.scope s order by s.code);
  end if;
  return array(select distinct a.scope from isms.role_assignment a where a.person = me and a.role <> 'external_auditor' and isms.holds_role(me, a.role, a.scope) order by 1);
end
$$;

comment on function isms.editable_scopes() is 'Scopes the actor may change rows of: those where the person holds a role other than external_auditor';

create function isms.may_correct(person text) returns boolean
  language plpgsql stable parallel restricted security definer set search_path = pg_catalog, pg_temp as $$
  -- definer: whether the person holds roles in scopes the caller does not see counts
declare
  me text := isms.actor();
begin
  return isms.has_database_role('isms_admin')
      or exists (select from isms.role_assignment a where a.person = may_correct.person)
         and not exists (select from isms.role_assignment a where a.person = may_correct.person and not isms.holds_role(me, 'isms_manager', a.scope));
end
$$;

comment on function isms.may_correct(text) is 'May the caller correct name, e-mail, kind and own fields of that person? An ISMS manager may, of people who hold or held roles in no scope but those';

create function isms.default_scope() returns text
  language plpgsql stable parallel restricted set search_path = pg_catalog, pg_temp as $$
declare
  wanted text := nullif(current_setting('isms.scope', true), '');
  visible text[];
begin
  if wanted is not null then
    return wanted;
  end if;
  visible := isms.visible_scopes();
  if cardinality(visible) = 1 then
    return visible[1];
  end if;
  raise exception using
    errcode = 'IS021',
    message = case when visible = '{}' then 'no scope is visible' else 'which scope is meant?' end,
    detail = case when visible = '{}' then format('%s holds no role in any scope', coalesce(isms.person_name(isms.actor()), session_user))
             else 'scope: ' || array_to_string(visible, ', ') || ' are visible' end,
    hint = case when visible = '{}' then 'Ask an ISMS manager for a role, see isms.add_person; a new installation starts with isms.setup.'
           else format('Name one: set isms.scope = %L', visible[1]) end;
end
$$;

comment on function isms.default_scope() is 'Scope of statements that name none: the setting isms.scope, else the only visible one. Errors: IS021 when none or several are visible';

-- What row security shows the caller: not for functions with rights of their own, which ask isms.visible_scopes.
create function isms.visible_scope(scope text) returns text
  language plpgsql stable parallel restricted set search_path = pg_catalog, pg_temp as $$
begin
  if not exists (select from isms.scope s where s.code = visible_scope.scope) then
    raise exception using
      errcode = 'IS021',
      message = format('scope %s is not visible', coalesce(visible_scope.scope, '(null)')),
      detail = 'scope: it does not exist, or the actor holds no role in it',
      hint = 'Those visible: ' || coalesce((select string_agg(s.code, ', ' order by s.code) from isms.scope s), 'none') || '.';
  end if;
  return visible_scope.scope;
end
$$;

comment on function isms.visible_scope(text) is 'The scope, where the caller sees it. Errors: IS021';

-- Sessions keep who they are and which roles people hold; a change makes them look again.
create function isms.forget() returns trigger
  language c as 'MODULE_PATHNAME', 'isms_forget';

comment on function isms.forget() is 'AFTER ROW trigger: sessions forget what they keep of the table of schema isms named by the argument and of those that go with it';

create trigger forget after insert or update or delete on isms.person
  for each row execute function isms.forget('role');

create trigger forget after insert or update or delete on isms.login
  for each row execute function isms.forget('role');

create trigger forget after insert or update or delete on isms.role_assignment
  for each row execute function isms.forget('role');

create trigger forget after insert or update or delete on isms.scope
  for each row execute function isms.forget('role');
