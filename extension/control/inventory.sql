-- A.5.9: this database's own schemas, tables and columns as assets, and columns that look as if they belonged to a class.

insert into isms.asset_kind (code, title, builtin) values ('database_table', 'Database table', true);

-- Tables in the register of assets.
create table isms.asset_relation (
  scope text not null default isms.default_scope(),
  asset text not null,
  schema_name text not null,
  relation_name text not null,
  kind text not null,
  owner text not null,
  class text,
  registered_on date not null,
  gone_on date,
  constraint asset_relation_pkey primary key (scope, schema_name, relation_name),
  constraint asset_relation_asset_fkey foreign key (scope, asset) references isms.asset on update cascade on delete cascade
);

comment on table isms.asset_relation is 'Which asset stands for which table of this database, by isms.register_assets or by hand';
comment on column isms.asset_relation.scope is 'Scope';
comment on column isms.asset_relation.asset is 'Asset';
comment on column isms.asset_relation.schema_name is 'Schema';
comment on column isms.asset_relation.relation_name is 'Table; as text, since it may be gone';
comment on column isms.asset_relation.kind is 'Kind of table when last registered';
comment on column isms.asset_relation.owner is 'Role that owned it then';
comment on column isms.asset_relation.class is 'Class in effect then';
comment on column isms.asset_relation.registered_on is 'When it was first registered';
comment on column isms.asset_relation.gone_on is 'When it was found gone; null: it is there';

create index asset_relation_asset_idx on isms.asset_relation (scope, asset);

create view isms.database_inventory with (security_invoker) as
  with relation as (
    select n.nspname::text as schema_name,
           c.relname::text as relation_name,
           case c.relkind when 'r' then 'table' when 'p' then 'partitioned table' when 'v' then 'view' when 'm' then 'materialized view' else 'foreign table' end
             || case when c.relispartition then ', partition' else '' end as kind,
           pg_get_userbyid(c.relowner)::text as owner,
           k.code as class,
           r.basis as class_basis,
           (select count(*) from pg_attribute a where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped) as columns,
           case when c.relkind in ('r', 'm', 'f') and c.reltuples >= 0 then c.reltuples::bigint end as estimated_rows,
           case when c.relkind in ('r', 'm') then pg_total_relation_size(c.oid) end as bytes,
           c.relrowsecurity as row_security,
           (select count(*) >= 2 from pg_trigger g where g.tgrelid = c.oid and g.tgfoid = 'isms.capture()'::regprocedure and g.tgenabled = 'A') as audited,
           obj_description(c.oid, 'pg_class') as description
      from pg_class c
      join pg_namespace n on n.oid = c.relnamespace
      left join isms.relation_classes() r on r.relid = c.oid
      left join isms.classification k on k.rank = r.rank
     where c.relkind in ('r', 'p', 'v', 'm', 'f') and c.relpersistence <> 't' and n.nspname <> 'information_schema' and n.nspname !~ '^pg_'
       and (r.relid is not null
            or n.nspname <> 'isms'
               and not exists (select from pg_depend d where d.classid = 'pg_class'::regclass and d.objid = c.oid and d.deptype = 'e'))
       and ((select isms.sees_all_relations()) or isms.sees_relation(c.oid))
  )
  select t.schema_name, t.relation_name, t.kind, t.owner, t.class, t.class_basis, t.columns, t.estimated_rows, t.bytes, t.row_security, t.audited,
         (select string_agg(a.scope || ' ' || a.asset, ', ' order by a.scope, a.asset)
            from isms.asset_relation a
           where a.schema_name = t.schema_name and a.relation_name = t.relation_name and a.gone_on is null) as assets,
         t.description
    from relation t
  union all
  select n.nspname::text, null, 'schema', pg_get_userbyid(n.nspowner)::text, min(l.label), case when min(l.label) is not null then 'label' end, null,
         sum(t.estimated_rows)::bigint, sum(t.bytes)::bigint, null, null, null, obj_description(n.oid, 'pg_namespace')
    from pg_namespace n
    join relation t on t.schema_name = n.nspname
    left join pg_seclabel l on l.classoid = 'pg_namespace'::regclass and l.objoid = n.oid and l.provider = 'isms'
   group by n.oid, n.nspname, n.nspowner
   order by 1, 2 nulls first;

comment on view isms.database_inventory is 'Schemas, tables and views of this database as they are now, but for the server''s and, where they carry no class, extensions'' own; those the caller may see';
comment on column isms.database_inventory.schema_name is 'Schema';
comment on column isms.database_inventory.relation_name is 'Table or view; null: the schema itself';
comment on column isms.database_inventory.kind is 'schema, table, partitioned table, view, materialized view or foreign table';
comment on column isms.database_inventory.owner is 'Role that owns it';
comment on column isms.database_inventory.class is 'Class in effect; of a schema its label, the class of what carries none in it';
comment on column isms.database_inventory.class_basis is 'Where the class is from: label, columns, partition (of a classified table), schema';
comment on column isms.database_inventory.columns is 'Number of columns';
comment on column isms.database_inventory.estimated_rows is 'Rows as the planner last counted them; null: never';
comment on column isms.database_inventory.bytes is 'Size with indexes; of a schema that of the tables shown';
comment on column isms.database_inventory.row_security is 'Row security is on';
comment on column isms.database_inventory.audited is 'Its changes are recorded';
comment on column isms.database_inventory.assets is 'Assets registered for it, with their scopes';
comment on column isms.database_inventory.description is 'Its comment';

create view isms.column_inventory with (security_invoker) as
  select n.nspname::text as schema_name,
         c.relname::text as relation_name,
         a.attname::text as column_name,
         format_type(a.atttypid, a.atttypmod) as type,
         k.code as class,
         l.rank is not null as own_class,
         col_description(c.oid, a.attnum) as description
    from pg_class c
    join pg_namespace n on n.oid = c.relnamespace
    join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
    left join isms.relation_classes() r on r.relid = c.oid
    left join isms.column_classes() l on l.relid = c.oid and l.attnum = a.attnum
    left join isms.classification k on k.rank = coalesce(l.rank, r.base_rank)
   where c.relkind in ('r', 'p', 'v', 'm', 'f') and c.relpersistence <> 't' and n.nspname <> 'information_schema' and n.nspname !~ '^pg_'
     and (r.relid is not null
          or n.nspname <> 'isms'
             and not exists (select from pg_depend d where d.classid = 'pg_class'::regclass and d.objid = c.oid and d.deptype = 'e'))
     and ((select isms.sees_all_relations()) or isms.sees_relation(c.oid))
   order by 1, 2, a.attnum;

comment on view isms.column_inventory is 'Columns of what stands in isms.database_inventory';
comment on column isms.column_inventory.schema_name is 'Schema';
comment on column isms.column_inventory.relation_name is 'Table or view';
comment on column isms.column_inventory.column_name is 'Column';
comment on column isms.column_inventory.type is 'Type';
comment on column isms.column_inventory.class is 'Class in effect: its own, else the table''s';
comment on column isms.column_inventory.own_class is 'It carries a class of its own';
comment on column isms.column_inventory.description is 'Its comment';

create function isms.asset_code_for(scope text, schema_name text, relation_name text) returns text
  language plpgsql stable set search_path = pg_catalog, pg_temp as $$
declare
  base text := regexp_replace(asset_code_for.schema_name || '.' || asset_code_for.relation_name, '[[:space:][:cntrl:]]+', '_', 'g');
  wanted text := base;
  n integer := 1;
begin
  while exists (select from isms.asset a where a.scope = asset_code_for.scope and a.code = wanted) loop
    n := n + 1;
    wanted := base || '~' || n;
  end loop;
  return wanted;
end
$$;

comment on function isms.asset_code_for(text, text, text) is 'A code for a table''s asset that is free in the scope: its name with its schema, blanks as underscores, a number where that is taken';

create function isms.register_assets(schemas text default '%', relations text default '%',
    out asset text, out schema_name text, out relation_name text, out outcome text) returns setof record
  language plpgsql rows 100 set search_path = pg_catalog, pg_temp as $$
declare
  in_scope text := isms.default_scope();
  t record;
begin
  if num_nulls(register_assets.schemas, register_assets.relations) > 0 then
    raise exception using errcode = 'null_value_not_allowed', message = 'schemas and relations must not be null';
  end if;
  -- two calls at once would both make what is missing
  lock table isms.asset_relation in share row exclusive mode;
  for t in
    select i.schema_name, i.relation_name, i.kind, i.owner, i.class, i.description,
           l.asset, l.gone_on, l.asset is not null as linked,
           (l.kind, l.owner) = (i.kind, i.owner) and l.class is not distinct from i.class as same
      from isms.database_inventory i
      left join isms.asset_relation l on l.scope = in_scope and l.schema_name = i.schema_name and l.relation_name = i.relation_name
     where i.kind in ('table', 'partitioned table', 'materialized view', 'foreign table') and i.schema_name <> 'isms'
       and i.schema_name like register_assets.schemas and i.relation_name like register_assets.relations
     order by i.schema_name, i.relation_name
  loop
    register_assets.asset := t.asset;
    register_assets.schema_name := t.schema_name;
    register_assets.relation_name := t.relation_name;
    if not t.linked then
      register_assets.asset := isms.asset_code_for(in_scope, t.schema_name, t.relation_name);
      insert into isms.asset (scope, code, title, kind, location, description)
      values (in_scope, register_assets.asset, upper(substr(t.kind, 1, 1)) || substr(t.kind, 2) || format(' %I.%I', t.schema_name, t.relation_name), 'database_table',
              'Database ' || current_database(), t.description);
      insert into isms.asset_relation (scope, asset, schema_name, relation_name, kind, owner, class, registered_on)
      values (in_scope, register_assets.asset, t.schema_name, t.relation_name, t.kind, t.owner, t.class, isms.today(in_scope));
      register_assets.outcome := 'new';
    elsif t.gone_on is not null or not t.same then
      update isms.asset_relation l
         set kind = t.kind, owner = t.owner, class = t.class, gone_on = null
       where l.scope = in_scope and l.schema_name = t.schema_name and l.relation_name = t.relation_name;
      register_assets.outcome := case when t.gone_on is not null then 'back' else 'changed' end;
    else
      register_assets.outcome := 'unchanged';
    end if;
    return next;
  end loop;
  return query
    update isms.asset_relation l
       set gone_on = isms.today(in_scope)
     where l.scope = in_scope and l.gone_on is null
       and l.schema_name like register_assets.schemas and l.relation_name like register_assets.relations
       and not exists (select from pg_class c join pg_namespace n on n.oid = c.relnamespace
                        where n.nspname = l.schema_name and c.relname = l.relation_name and c.relkind in ('r', 'p', 'm', 'f', 'v'))
    returning l.asset, l.schema_name, l.relation_name, 'gone';
end
$$;

comment on function isms.register_assets(text, text) is
  'Keeps an asset of kind database_table in the default scope for each table that the caller sees and whose schema and name are like the patterns: new, changed (kind, owner, class), unchanged, gone, or back. '
  'Deletes nothing, and writes no asset that is there. Errors: IS021, 22004';

-- Names and types that speak of personal data or secrets.
create table isms.sensitive_name (
  code text constraint sensitive_name_pkey primary key,
  pattern text not null constraint sensitive_name_pattern_valid check ('' ~ pattern is not null),
  types text not null default 'SUVD' constraint sensitive_name_types_form check (types ~ '^[A-Za-z]+$'),
  class text not null,
  why text not null constraint sensitive_name_why_given check (why ~ '\S'),
  builtin boolean not null default false
);

comment on table isms.sensitive_name is 'What columns are called that hold personal data or secrets, in English and German';
comment on column isms.sensitive_name.code is 'Key';
comment on column isms.sensitive_name.pattern is 'Regular expression for a word or words of the name in small letters, words parted by underscores; also tried on the name of a domain';
comment on column isms.sensitive_name.types is 'Categories of types it is about, letters of pg_type.typcategory';
comment on column isms.sensitive_name.class is 'Class to suggest; where the scheme has none of that name, its highest';
comment on column isms.sensitive_name.why is 'What it probably holds';
comment on column isms.sensitive_name.builtin is 'Shipped with the extension';

insert into isms.sensitive_name (code, pattern, types, class, why, builtin) values
  ('email', 'e?_?mails?(_?(address|adresse|adr))?', 'SUA', 'confidential', 'E-mail address', true),
  ('phone', '(tele)?(phone|fon)s?|tel|mobile|cell|handy|fax|(phone|fax|mobile|tel|telefon|handy)_?(no|nr|number|nummer)|(telefon|mobil|handy|fax)nummer', 'SUN', 'confidential', 'Telephone number', true),
  ('name', '(first|last|given|family|middle|maiden|birth|full|sur|pre)_?name|vorname|nachname|familienname|geburtsname|spitzname', 'SU', 'confidential', 'Name of a person', true),
  ('address', '(street|postal|home|mailing|billing|shipping)_?address|street|stra(ss|.{1,2})e|hausnummer|anschrift|adresse|zip_?code|post_?code|postleitzahl|plz', 'SUN', 'confidential', 'Postal address', true),
  ('birth', '(date_of_)?birth(_?(date|day|place|year))?|birthday|dob|geburts?_?(datum|tag|ort|jahr)?|geb_?dat(um)?', 'SUDN', 'confidential', 'Birth', true),
  ('sex', 'sex|gender|geschlecht|anrede', 'SUEN', 'confidential', 'Sex', true),
  ('nationality', 'nationality|citizenship|staatsangeh(oe|.{1,2})rigkeit|nationalit(ae|.{1,2})t', 'SUE', 'confidential', 'Nationality', true),
  ('marital', 'marital(_?status)?|familienstand', 'SUEN', 'confidential', 'Marital status', true),
  ('bank', 'iban|bic|swift|(bank_?)?account_?(no|nr|number)|kontonummer|konto_?nr|bank_?(account|verbindung)|sort_?code|blz|bankleitzahl', 'SUN', 'confidential', 'Bank account', true),
  ('card', '(credit|debit)_?card(_?(no|nr|number))?|card_?(no|nr|number)|kredit_?karten?_?(nr|nummer)?|cvv2?|cvc2?', 'SUN', 'secret', 'Payment card', true),
  ('pay', 'salary|salaries|wages?|payroll|gehalt|gehaelter|lohn|verg(ue|.{1,2})tung|bonus', 'SUN', 'confidential', 'Pay', true),
  ('tax', 'tax_?(id|no|nr|number)|vat_?id|tin|steuer_?(id|nr|nummer)|steueridentifikationsnummer|ust_?id', 'SUN', 'confidential', 'Tax number', true),
  ('social', 'ssn|social_?security(_?(no|nr|number))?|national_?insurance(_?(no|nr|number))?|nino|sozialversicherungs_?(nr|nummer)|sv_?(nr|nummer)|rentenversicherungs_?(nr|nummer)', 'SUN', 'confidential', 'Social security number', true),
  ('document', 'passport(_?(no|nr|number))?|id_?card(_?(no|nr|number))?|driving_?licen[cs]e|reisepass(_?(nr|nummer))?|(personal)?ausweis(_?(nr|nummer))?|f(ue|.{1,2})hrerschein(_?(nr|nummer))?', 'SUN', 'confidential', 'Identity document', true),
  ('health', 'health|medical(_?.+)?|diagnos[ei]s?|icd_?(10|11)?|blood_?(type|group)|allerg(y|ies)|medication|disability|gesundheit|befund|krankheit|blutgruppe|medikation|behinderung|krankenkasse', 'SUAEN', 'secret', 'Health (GDPR, art. 9)', true),
  ('belief', 'religion|religious(_?.+)?|denomination|konfession|ethnic(ity|_?.+)?|race|political(_?.+)?|partei(zugeh(oe|.{1,2})rigkeit)?|trade_?union|gewerkschaft|sexual_?orientation', 'SUE', 'secret', 'Belief, origin, opinion (GDPR, art. 9)', true),
  ('criminal', 'criminal(_?.+)?|conviction|vorstrafen?|f(ue|.{1,2})hrungszeugnis', 'SUEA', 'secret', 'Convictions (GDPR, art. 10)', true),
  ('biometric', 'biometric(_?.+)?|finger_?print|face_?id|iris|fingerabdruck|dna|genom', 'SUV', 'secret', 'Biometric or genetic data (GDPR, art. 9)', true),
  ('password', 'pass_?(word|wd|phrase|code)|pwd|pw|passwort|kennwort|(password|passwort|pw)_?(hash|salt)|pin|pin_?(code|nr)|geheimzahl', 'SUVN', 'secret', 'Password', true),
  ('token', '(.+_)?(token|secret)s?|(.+_)?api_?key|(.+_)?private_?key|(.+_)?secret_?key|credentials?|otp(_?.+)?|totp(_?.+)?|geheimnis|(privater_?)?schl(ue|.{1,2})ssel', 'SUV', 'secret', 'Key or token', true),
  ('network', 'ip|ip_?addr(ess)?|client_?ip|remote_?addr|mac_?addr(ess)?|ip_?adresse', 'SUI', 'confidential', 'Network address of a device', true),
  ('place', 'latitude|longitude|lat|lon|lng|geo_?(location|point)|gps(_?.+)?|breitengrad|l(ae|.{1,2})ngengrad|standort', 'SUNG', 'confidential', 'Place', true),
  ('photo', 'photo|portrait|avatar|selfie|passbild|foto', 'UV', 'confidential', 'Picture of a person', true);

alter table isms.sensitive_name enable row level security;

create policy read on isms.sensitive_name for select using (true);

create policy manage on isms.sensitive_name using (not builtin and (select isms.manages_all_scopes()));

create table isms.classification_dismissal (
  schema_name text,
  relation_name text,
  column_name text,
  reason text not null constraint classification_dismissal_reason_given check (reason ~ '\S'),
  created_by text default isms.actor(),
  constraint classification_dismissal_pkey primary key (schema_name, relation_name, column_name)
);

comment on table isms.classification_dismissal is 'Columns that isms.classification_suggestion is wrong about';
comment on column isms.classification_dismissal.schema_name is 'Schema';
comment on column isms.classification_dismissal.relation_name is 'Table or view';
comment on column isms.classification_dismissal.column_name is 'Column';
comment on column isms.classification_dismissal.reason is 'Why it needs no class';
comment on column isms.classification_dismissal.created_by is 'Person who recorded it';

alter table isms.classification_dismissal enable row level security;

create policy read on isms.classification_dismissal for select using (true);

create policy manage on isms.classification_dismissal using ((select isms.manages_all_scopes()));

insert into isms.open_table (name, builtin) values ('sensitive_name', true), ('classification_dismissal', true);

-- Names and types alone: no row is read.
create view isms.classification_suggestion with (security_invoker) as
  with class as (
    select k.code, k.rank, k.rank = max(k.rank) over () as highest from isms.classification k
  ), col as (
    select c.oid as relid, a.attnum, n.nspname, c.relname, a.attname, t.typname, t.typtype, t.typcategory, c.relkind,
           format_type(a.atttypid, a.atttypmod) as type,
           coalesce(l.rank, r.base_rank) as rank,
           trim(both '_' from lower(regexp_replace(regexp_replace(a.attname::text, '([a-z0-9])([A-Z])', '\1_\2', 'g'), '[[:space:][:punct:]]+', '_', 'g'))) as words
      from pg_class c
      join pg_namespace n on n.oid = c.relnamespace
      join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
      join pg_type t on t.oid = a.atttypid
      left join isms.relation_classes() r on r.relid = c.oid
      left join isms.column_classes() l on l.relid = c.oid and l.attnum = a.attnum
     where c.relkind in ('r', 'p', 'm', 'f') and not c.relispartition and c.relpersistence <> 't'
       and n.nspname not in ('information_schema', 'isms') and n.nspname !~ '^pg_'
       and not exists (select from pg_depend d where d.classid = 'pg_class'::regclass and d.objid = c.oid and d.deptype = 'e')
       and ((select isms.sees_all_relations()) or isms.sees_relation(c.oid))
  )
  select v.nspname::text as schema_name,
         v.relname::text as relation_name,
         v.attname::text as column_name,
         v.type,
         string_agg(v.why, '; ' order by v.suggested desc, v.why) as why,
         (array_agg(v.class order by v.suggested desc, v.class))[1] as class,
         (select k.code from class k where k.rank = v.rank) as present_class,
         format('select isms.classify(%L, %L, %L)', format('%I.%I', v.nspname, v.relname), (array_agg(v.class order by v.suggested desc, v.class))[1], v.attname) as statement
    from (select c.relid, c.attnum, c.nspname, c.relname, c.attname, c.type, c.rank, s.why, k.code as class, k.rank as suggested
            from col c
            join isms.sensitive_name s
              on position(c.typcategory in s.types::text) > 0
             and (c.words ~ ('(^|_)(' || s.pattern || ')[0-9]*(_|$)') or c.typtype = 'd' and lower(c.typname::text) ~ ('^(' || s.pattern || ')$'))
            join class k on k.code = s.class or k.highest and not exists (select from class x where x.code = s.class)) v
   where coalesce(v.rank, v.suggested - 1) < v.suggested
     and not exists (select from isms.classification_dismissal d
                      where d.schema_name = v.nspname and d.relation_name = v.relname and d.column_name = v.attname)
   group by v.relid, v.attnum, v.nspname, v.relname, v.attname, v.type, v.rank
   order by 1, 2, v.attnum;

comment on view isms.classification_suggestion is 'Columns whose name or type speaks of personal data or secrets and that carry no class as high; those the caller may see. No data is read';
comment on column isms.classification_suggestion.schema_name is 'Schema';
comment on column isms.classification_suggestion.relation_name is 'Table';
comment on column isms.classification_suggestion.column_name is 'Column';
comment on column isms.classification_suggestion.type is 'Type';
comment on column isms.classification_suggestion.why is 'What it probably holds';
comment on column isms.classification_suggestion.class is 'Class to give it';
comment on column isms.classification_suggestion.present_class is 'Class in effect now';
comment on column isms.classification_suggestion.statement is 'Statement that classifies it; insert into isms.classification_dismissal where the view is wrong';
