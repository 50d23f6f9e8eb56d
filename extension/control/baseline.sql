-- A baseline picks controls of one catalogue: the least that systems of a kind need, a customer's list, a profile.
create table isms.baseline (
  code text constraint baseline_pkey primary key constraint baseline_code_form check (code ~ '^[^[:space:]]+( [^[:space:]]+)*$'),
  catalogue text not null constraint baseline_catalogue_fkey references isms.catalogue on update cascade,
  title text not null constraint baseline_title_given check (title ~ '\S'),
  edition text,
  kept_by text not null default isms.default_scope() constraint baseline_kept_by_fkey references isms.scope on update cascade,
  custom jsonb not null default '{}' constraint baseline_custom_object check (jsonb_typeof(custom) = 'object'),
  constraint baseline_of_catalogue unique (code, catalogue)
);

comment on table isms.baseline is 'Selections of controls of a catalogue, such as the profiles of SP 800-53';
comment on column isms.baseline.code is 'Key';
comment on column isms.baseline.catalogue is 'Catalogue it picks from';
comment on column isms.baseline.title is 'Title';
comment on column isms.baseline.edition is 'Edition or version';
comment on column isms.baseline.kept_by is 'Scope whose people may change it';
comment on column isms.baseline.custom is 'Fields of the organisation''s own';

create index baseline_catalogue_idx on isms.baseline (catalogue);

create index baseline_kept_by_idx on isms.baseline (kept_by);

create table isms.baseline_control (
  baseline text not null,
  identifier text not null constraint baseline_control_identifier_length check (length(identifier) between 1 and 200),
  catalogue text not null,
  reference isms.reference,
  constraint baseline_control_pkey primary key (baseline, identifier),
  constraint baseline_control_baseline_fkey foreign key (baseline, catalogue) references isms.baseline (code, catalogue) on update cascade on delete cascade,
  constraint baseline_control_control_fkey foreign key (catalogue, reference) references isms.control on update cascade
);

comment on table isms.baseline_control is 'Controls a baseline picks; those its catalogue does not have stay named by their identifier';
comment on column isms.baseline_control.baseline is 'Baseline';
comment on column isms.baseline_control.identifier is 'Identifier the control was picked by: control.identifier, else the reference';
comment on column isms.baseline_control.catalogue is 'The baseline''s catalogue';
comment on column isms.baseline_control.reference is 'The control; null while the catalogue has none with that identifier';

create index baseline_control_control_idx on isms.baseline_control (catalogue, reference);

create function isms.baseline_control_fill() returns trigger
  language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
  new.catalogue := coalesce(new.catalogue, (select b.catalogue from isms.baseline b where b.code = new.baseline));
  if new.identifier is null then
    new.identifier := coalesce((select c.identifier from isms.control c where c.catalogue = new.catalogue and c.reference = new.reference), new.reference::text);
  elsif new.reference is null then
    new.reference := (
      select c.reference
        from isms.control c
       where c.catalogue = new.catalogue and coalesce(c.identifier, c.reference::text) = new.identifier);
  end if;
  return new;
end
$$;

comment on function isms.baseline_control_fill() is 'BEFORE INSERT trigger: a control is picked by its reference or by its identifier, the other follows, and so does the catalogue';

create trigger fill before insert on isms.baseline_control
  for each row when (new.identifier is null or new.reference is null or new.catalogue is null) execute function isms.baseline_control_fill();

alter table isms.baseline enable row level security;

create policy read on isms.baseline for select using (true);

create policy add on isms.baseline for insert with check (kept_by = any ((select isms.editable_scopes())::text[]));

create policy change on isms.baseline for update using (kept_by = any ((select isms.editable_scopes())::text[]));

create policy remove on isms.baseline for delete using (kept_by = any ((select isms.editable_scopes())::text[]));

alter table isms.baseline_control enable row level security;

create policy read on isms.baseline_control for select using (true);

create policy add on isms.baseline_control for insert
  with check (baseline in (select b.code from isms.baseline b where b.kept_by = any ((select isms.editable_scopes())::text[])));

create policy change on isms.baseline_control for update
  using (baseline in (select b.code from isms.baseline b where b.kept_by = any ((select isms.editable_scopes())::text[])));

create policy remove on isms.baseline_control for delete
  using (baseline in (select b.code from isms.baseline b where b.kept_by = any ((select isms.editable_scopes())::text[])));

insert into isms.open_table (name, builtin) values ('baseline', true), ('baseline_control', true);

create function isms.known_baseline(code text) returns text
  language plpgsql stable parallel safe set search_path = pg_catalog, pg_temp as $$
begin
  if not exists (select from isms.baseline b where b.code = known_baseline.code) then
    raise exception using
      errcode = 'no_data_found',
      message = format('there is no baseline %s', code),
      hint = coalesce('There are ' || (select string_agg(b.code, ', ' order by b.code) from isms.baseline b) || '.',
                      'isms.import_oscal_profile makes one, or insert into isms.baseline.');
  end if;
  return code;
end
$$;

comment on function isms.known_baseline(text) is 'The code itself. Errors: P0002 no such baseline, with those there are';

create function isms.compare_baselines(a text, b text)
  returns table (code text, title text, sort_key text, theme text, in_a boolean, in_b boolean)
  language sql stable parallel safe set search_path = pg_catalog, pg_temp
begin atomic
  with picked as (
    select p.identifier,
           coalesce(min(p.catalogue) filter (where p.reference is not null and p.baseline = compare_baselines.a),
                    min(p.catalogue) filter (where p.reference is not null)) as catalogue,
           bool_or(p.baseline = compare_baselines.a) as in_a,
           bool_or(p.baseline = compare_baselines.b) as in_b
      from isms.baseline_control p
     where p.baseline in (isms.known_baseline(compare_baselines.a), isms.known_baseline(compare_baselines.b))
     group by p.identifier)
  select coalesce(c.reference::text, k.identifier), c.title, isms.sort_key(c.reference), c.theme, k.in_a, k.in_b
    from picked k
    left join isms.control c on c.catalogue = k.catalogue and coalesce(c.identifier, c.reference::text) = k.identifier
   order by isms.sort_key(c.reference) collate "C" nulls last, k.identifier collate "C";
end;

comment on function isms.compare_baselines(text, text) is 'Every control that either baseline picks, and which of them do; code is the identifier where the catalogue does not have it. Errors: P0002 no such baseline';
