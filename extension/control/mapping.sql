-- Which control of one catalogue answers which of another.  The relations are those of set theory relationship mapping
-- (NIST IR 8477): the source is seen as a set of requirements, and so is the target.  What answers what is a judgement, so
-- each scope has its own beside those shipped, and goes before them with it.
create table isms.control_mapping (
  source_catalogue text not null,
  source isms.reference not null,
  target_catalogue text not null default isms.base_catalogue(),
  target isms.reference not null,
  relation text not null constraint control_mapping_relation_known check (relation in ('equal', 'subset_of', 'superset_of', 'intersects_with', 'not_related')),
  joint boolean not null default false,
  note text,
  scope text default isms.default_scope() constraint control_mapping_scope_fkey references isms.scope on update cascade,
  keeper text not null generated always as (coalesce(scope, '')) stored,
  builtin boolean not null default false,
  constraint control_mapping_pkey primary key (source_catalogue, source, target_catalogue, target, keeper),
  constraint control_mapping_source_fkey foreign key (source_catalogue, source) references isms.control on update cascade,
  constraint control_mapping_target_fkey foreign key (target_catalogue, target) references isms.control on update cascade,
  constraint control_mapping_catalogues_differ check (source_catalogue <> target_catalogue),
  constraint control_mapping_joint_part check (not joint or relation in ('subset_of', 'intersects_with')),
  constraint control_mapping_kept check (builtin = (scope is null))
);

comment on table isms.control_mapping is 'Links between controls of two catalogues, with the relation of set theory (NIST IR 8477)';
comment on column isms.control_mapping.source_catalogue is 'Catalogue of the source';
comment on column isms.control_mapping.source is 'Control the link comes from';
comment on column isms.control_mapping.target_catalogue is 'Catalogue of the target';
comment on column isms.control_mapping.target is 'Control the link goes to';
comment on column isms.control_mapping.relation is 'The source is equal to, subset_of, superset_of, intersects_with or not_related to the target';
comment on column isms.control_mapping.joint is 'Do the joint links of a target, from one catalogue, make it up together, as where several controls were merged into one?';
comment on column isms.control_mapping.note is 'Why, in prose';
comment on column isms.control_mapping.scope is 'Scope whose link it is; null: shipped, closed, for every scope';
comment on column isms.control_mapping.keeper is 'The scope, empty for what is shipped: a key has no nulls';
comment on column isms.control_mapping.builtin is 'Shipped with the extension';

comment on constraint control_mapping_catalogues_differ on isms.control_mapping is 'a mapping leads from one catalogue to another';
comment on constraint control_mapping_joint_part on isms.control_mapping is 'joint are links from a part of the target: subset_of or intersects_with';

create index control_mapping_target_idx on isms.control_mapping (target_catalogue, target);

create index control_mapping_scope_idx on isms.control_mapping (scope);

alter table isms.control_mapping enable row level security;

create policy read on isms.control_mapping for select using (scope is null or scope = any ((select isms.visible_scopes())::text[]));

create policy add on isms.control_mapping for insert with check (not builtin and scope = any ((select isms.editable_scopes())::text[]));

create policy change on isms.control_mapping for update using (not builtin and scope = any ((select isms.editable_scopes())::text[]));

create policy remove on isms.control_mapping for delete using (not builtin and scope = any ((select isms.editable_scopes())::text[]));

-- A relation holds read backwards too, turned round; that links make up a target together does not.
create view isms.control_correspondence with (security_invoker = true) as
  select m.source_catalogue as from_catalogue,
         m.source::text as from_code,
         s.title as from_title,
         isms.sort_key(m.source) as from_sort_key,
         m.relation,
         m.target_catalogue as to_catalogue,
         m.target::text as to_code,
         t.title as to_title,
         isms.sort_key(m.target) as to_sort_key,
         m.joint,
         m.note,
         false as backwards,
         m.scope
    from isms.control_mapping m
    join isms.control s on s.catalogue = m.source_catalogue and s.reference = m.source
    join isms.control t on t.catalogue = m.target_catalogue and t.reference = m.target
   union all
  select m.target_catalogue,
         m.target::text,
         t.title,
         isms.sort_key(m.target),
         case m.relation when 'subset_of' then 'superset_of' when 'superset_of' then 'subset_of' else m.relation end,
         m.source_catalogue,
         m.source::text,
         s.title,
         isms.sort_key(m.source),
         false,
         m.note,
         true,
         m.scope
    from isms.control_mapping m
    join isms.control s on s.catalogue = m.source_catalogue and s.reference = m.source
    join isms.control t on t.catalogue = m.target_catalogue and t.reference = m.target;

comment on view isms.control_correspondence is 'Mappings between catalogues read in both directions, with titles';
comment on column isms.control_correspondence.from_catalogue is 'Catalogue read from';
comment on column isms.control_correspondence.from_code is 'Control read from';
comment on column isms.control_correspondence.from_title is 'Its title';
comment on column isms.control_correspondence.from_sort_key is 'Sorts it naturally';
comment on column isms.control_correspondence.relation is 'The first is equal to, subset_of, superset_of, intersects_with or not_related to the second';
comment on column isms.control_correspondence.to_catalogue is 'Catalogue read to';
comment on column isms.control_correspondence.to_code is 'Control read to';
comment on column isms.control_correspondence.to_title is 'Its title';
comment on column isms.control_correspondence.to_sort_key is 'Sorts it naturally';
comment on column isms.control_correspondence.joint is 'Do the joint links make up the second together?';
comment on column isms.control_correspondence.note is 'Why, in prose';
comment on column isms.control_correspondence.backwards is 'Is it read against the direction it is recorded in?';
comment on column isms.control_correspondence.scope is 'Scope whose link it is; null: shipped';
