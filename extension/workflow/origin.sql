-- Rows that come by logical replication from where they were judged already are recorded, not judged again.
create table isms.trusted_origin (
  name text constraint trusted_origin_pkey primary key,
  reason text not null constraint trusted_origin_reason_given check (reason ~ '\S'),
  trusted_by text not null,
  trusted_at timestamptz not null default clock_timestamp()
);

comment on table isms.trusted_origin is 'Replication origins whose rows the workflows and ready rules let through; the trail records them like others';
comment on column isms.trusted_origin.name is 'Name in pg_replication_origin; that of a subscription is pg_ and its oid';
comment on column isms.trusted_origin.reason is 'Why';
comment on column isms.trusted_origin.trusted_by is 'Person, or login where it is nobody''s';
comment on column isms.trusted_origin.trusted_at is 'When';

insert into isms.closed_table (name, readable, builtin) values ('trusted_origin', true, true);

create function isms.trust_origin(name text, reason text) returns void
  language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
  -- definer: trusted_origin is closed; only members of isms_admin are granted this function
begin
  perform isms.require_active();
  if not exists (select from pg_replication_origin o where o.roname = trust_origin.name) then
    raise exception using
      errcode = 'undefined_object',
      message = format('there is no replication origin "%s"', trust_origin.name),
      hint = 'Of a subscription it is pg_ and the subscription''s oid, see pg_replication_origin.';
  end if;
  insert into isms.trusted_origin (name, reason, trusted_by) values (trust_origin.name, trust_origin.reason, coalesce(isms.actor(), session_user));
end
$$;

comment on function isms.trust_origin(text, text) is 'From now on rows applied from that replication origin are recorded, not judged. For isms_admin. Errors: 42704, 23505 trusted already, 23514 no reason, IS020';

create function isms.distrust_origin(name text) returns void
  language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
  -- definer: trusted_origin is closed; only members of isms_admin are granted this function
begin
  perform isms.require_active();
  delete from isms.trusted_origin o where o.name = distrust_origin.name;
  if not found then
    raise exception using
      errcode = 'undefined_object',
      message = format('replication origin "%s" is not trusted', distrust_origin.name);
  end if;
end
$$;

comment on function isms.distrust_origin(text) is 'Ends what isms.trust_origin began. For isms_admin. Errors: 42704, IS020';

insert into isms.admin_function (name, builtin) values ('trust_origin', true), ('distrust_origin', true);
