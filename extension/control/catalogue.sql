-- Catalogues of requirements and controls: the database's, not a scope's.  Whoever reads isms reads them; an own one is
-- written by the people of the scope that keeps it, the shipped ones by nobody.
create table isms.catalogue (
  code text constraint catalogue_pkey primary key constraint catalogue_code_form check (code ~ '^[^[:space:]]+( [^[:space:]]+)*$'),
  title text not null constraint catalogue_title_given check (title ~ '\S'),
  publisher text,
  edition text,
  kept_by text default isms.default_scope() constraint catalogue_kept_by_fkey references isms.scope on update cascade,
  custom jsonb not null default '{}' constraint catalogue_custom_object check (jsonb_typeof(custom) = 'object'),
  builtin boolean not null default false,
  constraint catalogue_kept check (builtin = (kept_by is null))
);

comment on table isms.catalogue is 'Catalogues of requirements and controls';
comment on column isms.catalogue.code is 'Key';
comment on column isms.catalogue.title is 'Title';
comment on column isms.catalogue.publisher is 'Who publishes it';
comment on column isms.catalogue.edition is 'Edition or version';
comment on column isms.catalogue.kept_by is 'Scope whose people may change it; null: shipped, closed';
comment on column isms.catalogue.custom is 'Fields of the organisation''s own';
comment on column isms.catalogue.builtin is 'Shipped with the extension';

create index catalogue_kept_by_idx on isms.catalogue (kept_by);

create table isms.control (
  catalogue text not null constraint control_catalogue_fkey references isms.catalogue on update cascade,
  reference isms.reference not null,
  title text not null constraint control_title_given check (title ~ '\S'),
  kind text not null default 'control' constraint control_kind_known check (kind in ('clause', 'control')),
  parent isms.reference,
  theme text,
  control_types text[] not null default '{}',
  properties text[] not null default '{}',
  concepts text[] not null default '{}',
  capabilities text[] not null default '{}',
  domains text[] not null default '{}',
  documented_information text,
  identifier text constraint control_identifier_length check (length(identifier) between 1 and 200),
  withdrawn boolean not null default false,
  statement text,
  guidance text,
  assessment text,
  parameters jsonb constraint control_parameters_array check (jsonb_typeof(parameters) = 'array'),
  parts jsonb constraint control_parts_array check (jsonb_typeof(parts) = 'array'),
  links jsonb constraint control_links_array check (jsonb_typeof(links) = 'array'),
  custom jsonb not null default '{}' constraint control_custom_object check (jsonb_typeof(custom) = 'object'),
  builtin boolean not null default false,
  constraint control_pkey primary key (catalogue, reference)
);

comment on table isms.control is 'Clauses and controls of the catalogues, by reference and short title; imported ones with their text';
comment on column isms.control.catalogue is 'Catalogue';
comment on column isms.control.reference is 'Reference, such as A.5.9 or 6.1.2';
comment on column isms.control.title is 'Short title';
comment on column isms.control.kind is 'clause (a requirement on the management system) or control';
comment on column isms.control.parent is 'The reference this one is part of';
comment on column isms.control.theme is 'Theme: Organizational, People, Physical or Technological (ISO/IEC 27002:2022); of other catalogues the groups it stands in, outermost first';
comment on column isms.control.control_types is 'Attribute control type: Preventive, Detective, Corrective';
comment on column isms.control.properties is 'Attribute information security properties';
comment on column isms.control.concepts is 'Attribute cybersecurity concepts';
comment on column isms.control.capabilities is 'Attribute operational capabilities';
comment on column isms.control.domains is 'Attribute security domains';
comment on column isms.control.documented_information is 'What documented information the clause asks for; null if none';
comment on column isms.control.identifier is 'Identifier in the document it was imported from, such as ac-2.3; null: none but its reference';
comment on column isms.control.withdrawn is 'Is it withdrawn by the publisher?';
comment on column isms.control.statement is 'What is required, as text';
comment on column isms.control.guidance is 'Guidance, as text';
comment on column isms.control.assessment is 'How it is assessed, as text';
comment on column isms.control.parameters is 'Parameters of an imported control, as in the document';
comment on column isms.control.parts is 'All parts of an imported control, as in the document';
comment on column isms.control.links is 'Links of an imported control: relation, target and text; see control_link';
comment on column isms.control.custom is 'Fields of the organisation''s own';
comment on column isms.control.builtin is 'Shipped with the extension';

create unique index control_identifier_idx on isms.control (catalogue, identifier);

create index control_parent_idx on isms.control (catalogue, parent) where parent is not null;

-- What a foreign key would do; of a table to itself, pg_dump would warn of a circle at every dump.
create function isms.control_parent() returns trigger
  language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
  child isms.reference;
begin
  if tg_op = 'DELETE' then
    select c.reference into child from isms.control c where c.catalogue = old.catalogue and c.parent = old.reference order by c.reference limit 1;
    if found then
      raise exception using
        errcode = 'foreign_key_violation',
        message = format('%s of %s cannot be deleted: %s is part of it', old.reference, old.catalogue, child),
        schema = 'isms', table = 'control', column = 'parent', constraint = tg_name;
    end if;
    return null;
  end if;
  if tg_op = 'UPDATE' and new.reference <> old.reference then
    update isms.control c set parent = new.reference where c.catalogue = new.catalogue and c.parent = old.reference;
  end if;
  if new.parent is not null and not exists (select from isms.control c where c.catalogue = new.catalogue and c.reference = new.parent) then
    raise exception using
      errcode = 'foreign_key_violation',
      message = format('%s is part of %s, which %s does not have', new.reference, new.parent, new.catalogue),
      hint = 'Record it first, or leave parent empty.',
      schema = 'isms', table = 'control', column = 'parent', constraint = tg_name;
  end if;
  return null;
end
$$;

comment on function isms.control_parent() is 'AFTER trigger: a control''s parent is in its catalogue, follows when its reference changes, and is not deleted. Errors: 23503';

create trigger parent_insert after insert on isms.control
  for each row when (new.parent is not null) execute function isms.control_parent();

create trigger parent_update after update of reference, parent on isms.control
  for each row when (new.reference is distinct from old.reference or new.parent is distinct from old.parent) execute function isms.control_parent();

create trigger parent_delete after delete on isms.control
  for each row execute function isms.control_parent();

alter table isms.catalogue enable row level security;

create policy read on isms.catalogue for select using (true);

create policy add on isms.catalogue for insert with check (not builtin and kept_by = any ((select isms.editable_scopes())::text[]));

create policy change on isms.catalogue for update using (not builtin and kept_by = any ((select isms.editable_scopes())::text[]));

create policy remove on isms.catalogue for delete using (not builtin and kept_by = any ((select isms.editable_scopes())::text[]));

alter table isms.control enable row level security;

create policy read on isms.control for select using (true);

create policy add on isms.control for insert
  with check (not builtin and catalogue in (select c.code from isms.catalogue c where c.kept_by = any ((select isms.editable_scopes())::text[])));

create policy change on isms.control for update
  using (not builtin and catalogue in (select c.code from isms.catalogue c where c.kept_by = any ((select isms.editable_scopes())::text[])));

create policy remove on isms.control for delete
  using (not builtin and catalogue in (select c.code from isms.catalogue c where c.kept_by = any ((select isms.editable_scopes())::text[])));

insert into isms.open_table (name, builtin) values ('catalogue', true), ('control', true);

create function isms.base_catalogue() returns text
  language sql immutable parallel safe set search_path = pg_catalog, pg_temp
begin atomic
  select 'ISO/IEC 27001:2022'::text;
end;

comment on function isms.base_catalogue() is 'Catalogue that references without one mean, and that every statement of applicability lists (6.1.3 c)';
