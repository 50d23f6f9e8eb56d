-- The life of an installation: inactive after CREATE EXTENSION and after a restore, until isms.activate().
create table isms.activation (
  incarnation uuid constraint activation_pkey primary key,
  activated_at timestamptz not null default transaction_timestamp(),
  activated_by text not null default session_user
);

comment on table isms.activation is 'Incarnations of this database that were activated; not dumped, so that a restored database is inactive';
comment on column isms.activation.incarnation is 'isms.incarnation() at activation';
comment on column isms.activation.activated_at is 'When';
comment on column isms.activation.activated_by is 'Database role that activated';

-- What activation has to do beyond enabling triggers; each room registers its own.
create table isms.activation_step (
  step text constraint activation_step_pkey primary key,
  position integer not null,
  procedure text not null,
  builtin boolean not null default false
);

comment on table isms.activation_step is 'Functions that isms.activate() calls, in order of position';
comment on column isms.activation_step.step is 'Name';
comment on column isms.activation_step.position is 'Order';
comment on column isms.activation_step.procedure is 'Function without arguments, schema-qualified, without parentheses';
comment on column isms.activation_step.builtin is 'Shipped with the extension';

create function isms.is_active() returns boolean
  language plpgsql stable parallel safe security definer set search_path = pg_catalog, pg_temp as $$
  -- definer: everybody may know whether the rules are in force
begin
  return exists (select from isms.activation a where a.incarnation = isms.incarnation());
end
$$;

comment on function isms.is_active() is 'Was this incarnation of the database activated? False after CREATE EXTENSION and after a restore';

create function isms.require_active() returns void
  language plpgsql stable parallel safe set search_path = pg_catalog, pg_temp as $$
begin
  if not isms.is_active() then
    raise exception using
      errcode = 'IS020',
      message = 'isms is not active in this database',
      detail = 'inactive: neither the rules nor the trail are on, as after CREATE EXTENSION, a restore or a promotion',
      hint = 'The owner of the extension activates it: select isms.activate(). A new installation starts with isms.setup.';
  end if;
end
$$;

comment on function isms.require_active() is 'Refuses what would bypass rules that are off. Errors: IS020';

create function isms.own_tables() returns setof regclass
  language sql stable parallel safe set search_path = pg_catalog, pg_temp
begin atomic
  select c.oid::regclass
    from pg_depend d
    join pg_extension e on e.oid = d.refobjid and e.extname = 'isms'
    join pg_class c on c.oid = d.objid and c.relkind in ('r', 'p')
   where d.classid = 'pg_class'::regclass and d.refclassid = 'pg_extension'::regclass and d.deptype = 'e'
   order by c.relname;
end;

comment on function isms.own_tables() is 'Tables that belong to the extension';

create function isms.enable_triggers() returns integer
  language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
  t record;
  n integer := 0;
begin
  for t in
    select g.tgrelid::regclass as relation, g.tgname
      from pg_trigger g
      join isms.own_tables() o on o = g.tgrelid
     where not g.tgisinternal and g.tgenabled <> 'A'
     order by 1, 2
  loop
    execute format('alter table %s enable always trigger %I', t.relation, t.tgname);
    n := n + 1;
  end loop;
  return n;
end
$$;

comment on function isms.enable_triggers() is 'Enables every trigger of the extension''s own tables, for all session replication roles; returns how many were not';

create function isms.activate() returns text
  language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
  triggers integer;
  step record;
begin
  for step in select s.procedure from isms.activation_step s where s.position < 0 order by s.position loop
    execute format('select %s()', step.procedure);
  end loop;
  triggers := isms.enable_triggers();
  if isms.is_active() then
    return case triggers when 0 then 'isms is active already' else format('isms was active; %s triggers were off and are on again', triggers) end;
  end if;
  insert into isms.activation (incarnation) values (isms.incarnation());
  for step in select s.procedure from isms.activation_step s where s.position >= 0 order by s.position loop
    execute format('select %s()', step.procedure);
  end loop;
  return format('isms is active: %s triggers on, incarnation %s', triggers, isms.incarnation());
end
$$;

comment on function isms.activate() is 'Turns the rules and the trail on, after CREATE EXTENSION, a restore, a promotion or an upgrade; for the extension''s owner. Steps with a position below zero run before the triggers are on, and whenever it is called again';
