-- A.5.9: whatever has value for the organisation, not only information technology.
create table isms.asset_kind (
  code text constraint asset_kind_pkey primary key,
  title text not null,
  builtin boolean not null default false
);

comment on table isms.asset_kind is 'Kinds of assets';
comment on column isms.asset_kind.code is 'Key';
comment on column isms.asset_kind.title is 'Title';
comment on column isms.asset_kind.builtin is 'Shipped with the extension';

insert into isms.closed_table (name, readable, builtin) values ('asset_kind', true, true);

insert into isms.asset_kind (code, title, builtin) values
  ('information', 'Information', true),
  ('process', 'Business process', true),
  ('software', 'Software', true),
  ('hardware', 'Hardware', true),
  ('network', 'Network', true),
  ('service', 'Service', true),
  ('people', 'People', true),
  ('premises', 'Premises', true),
  ('paper', 'Paper records', true),
  ('knowledge', 'Knowledge and skills', true),
  ('supplier', 'Supplied product or service', true);

create table isms.asset (
  scope text not null default isms.default_scope() constraint asset_scope_fkey references isms.scope on update cascade,
  code text not null constraint asset_code_form check (code ~ '^[^[:space:]]+( [^[:space:]]+)*$'),
  title text not null constraint asset_title_given check (title ~ '\S'),
  kind text not null constraint asset_kind_fkey references isms.asset_kind on update cascade,
  rating isms.rating,
  inherited_rating isms.rating,
  owner text constraint asset_owner_fkey references isms.person on update cascade,
  location text,
  description text,
  custom jsonb not null default '{}' constraint asset_custom_object check (jsonb_typeof(custom) = 'object'),
  created_by text default isms.actor(),
  constraint asset_pkey primary key (scope, code)
);

comment on table isms.asset is 'Inventory of assets with their owners (A.5.9)';
comment on column isms.asset.scope is 'Scope';
comment on column isms.asset.code is 'Key in the scope';
comment on column isms.asset.title is 'Title';
comment on column isms.asset.kind is 'Kind';
comment on column isms.asset.rating is 'What losing confidentiality, integrity or availability would mean, 0-9 each';
comment on column isms.asset.inherited_rating is 'What flows in from the assets it supports, kept by triggers; its effective rating is the greater of both';
comment on column isms.asset.owner is 'Asset owner';
comment on column isms.asset.location is 'Where it is';
comment on column isms.asset.description is 'Description';
comment on column isms.asset.custom is 'Fields of the organisation''s own';
comment on column isms.asset.created_by is 'Person who recorded it';

create index asset_owner_idx on isms.asset (owner);

create sequence isms.asset_code;

comment on sequence isms.asset_code is 'Numbers for codes of assets';

create trigger fill_code before insert on isms.asset
  for each row when (new.code is null) execute function isms.fill_code('AS');

-- A.6.5: who leaves hands these over.
insert into isms.owned_table (schema_name, table_name, person_column, role, builtin) values
  ('isms', 'asset', 'owner', 'asset_owner', true);
