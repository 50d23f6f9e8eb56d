-- Catalogues of requirements and controls; everybody reads them, no scope owns them.
create table isms.catalogue (
  code text constraint catalogue_pkey primary key,
  title text not null,
  publisher text,
  edition text,
  builtin boolean not null default false
);

comment on table isms.catalogue is 'Catalogues of requirements and controls';
comment on column isms.catalogue.code is 'Key';
comment on column isms.catalogue.title is 'Title';
comment on column isms.catalogue.publisher is 'Who publishes it';
comment on column isms.catalogue.edition is 'Edition or version';
comment on column isms.catalogue.builtin is 'Shipped with the extension';

create table isms.control (
  catalogue text not null constraint control_catalogue_fkey references isms.catalogue on update cascade,
  reference isms.reference not null,
  title text not null,
  kind text not null default 'control' constraint control_kind_known check (kind in ('clause', 'control')),
  parent isms.reference,
  theme text,
  control_types text[] not null default '{}',
  properties text[] not null default '{}',
  concepts text[] not null default '{}',
  capabilities text[] not null default '{}',
  domains text[] not null default '{}',
  documented_information text,
  builtin boolean not null default false,
  constraint control_pkey primary key (catalogue, reference)
);

comment on table isms.control is 'Clauses and controls of the catalogues, by reference and short title';
comment on column isms.control.catalogue is 'Catalogue';
comment on column isms.control.reference is 'Reference, such as A.5.9 or 6.1.2';
comment on column isms.control.title is 'Short title';
comment on column isms.control.kind is 'clause (a requirement on the management system) or control';
comment on column isms.control.parent is 'The reference this one is part of';
comment on column isms.control.theme is 'Theme: Organizational, People, Physical or Technological (ISO/IEC 27002:2022)';
comment on column isms.control.control_types is 'Attribute control type: Preventive, Detective, Corrective';
comment on column isms.control.properties is 'Attribute information security properties';
comment on column isms.control.concepts is 'Attribute cybersecurity concepts';
comment on column isms.control.capabilities is 'Attribute operational capabilities';
comment on column isms.control.domains is 'Attribute security domains';
comment on column isms.control.documented_information is 'What documented information the clause asks for; null if none';
comment on column isms.control.builtin is 'Shipped with the extension';

insert into isms.closed_table (name, readable, builtin) values ('catalogue', true, true), ('control', true, true);

create function isms.base_catalogue() returns text
  language sql immutable parallel safe set search_path = pg_catalog, pg_temp
begin atomic
  select 'ISO/IEC 27001:2022'::text;
end;

comment on function isms.base_catalogue() is 'Catalogue that references without one mean, and that every statement of applicability lists (6.1.3 c)';
