-- Threats and vulnerabilities: those shipped, and a scope's own beside them or, by the same code, in their place.
create table isms.threat (
  code text constraint threat_pkey primary key,
  title text not null,
  category text not null,
  hits text constraint threat_hits_form check (hits ~ '^C?I?A?$' and hits <> ''),
  origins text[] not null default '{}' constraint threat_origins_known check (origins <@ '{deliberate,accidental,environmental}'),
  kinds text[] not null default '{}',
  builtin boolean not null default false
);

comment on table isms.threat is 'Catalogue of threats';
comment on column isms.threat.code is 'Key; risks may name it';
comment on column isms.threat.title is 'Title';
comment on column isms.threat.category is 'Category';
comment on column isms.threat.hits is 'Dimensions it usually hits';
comment on column isms.threat.origins is 'What it comes from: deliberate, accidental, environmental (ISO/IEC 27005 annex A)';
comment on column isms.threat.kinds is 'Kinds of assets it strikes directly; empty: any';
comment on column isms.threat.builtin is 'Shipped with the extension';

create table isms.vulnerability (
  code text constraint vulnerability_pkey primary key,
  title text not null,
  category text not null,
  kinds text[] not null default '{}',
  builtin boolean not null default false
);

comment on table isms.vulnerability is 'Catalogue of vulnerabilities';
comment on column isms.vulnerability.code is 'Key; risks may name it';
comment on column isms.vulnerability.title is 'Title';
comment on column isms.vulnerability.category is 'Category';
comment on column isms.vulnerability.kinds is 'Kinds of assets it is found in; empty: any';
comment on column isms.vulnerability.builtin is 'Shipped with the extension';

insert into isms.closed_table (name, readable, builtin) values ('threat', true, true), ('vulnerability', true, true);

insert into isms.threat (code, title, category, hits, origins, kinds, builtin) values
  ('TH-CRED', 'Stolen or guessed credentials', 'attack', 'CIA', '{deliberate}', '{information,database_table,software,hardware,network,service,supplier}', true),
  ('TH-PHISH', 'Phishing and social engineering', 'attack', 'CI', '{deliberate}', '{information,process,service,people}', true),
  ('TH-MALWARE', 'Malware, ransomware included', 'attack', 'CIA', '{deliberate}', '{information,database_table,software,hardware,network,service}', true),
  ('TH-EXPLOIT', 'Exploitation of a software flaw', 'attack', 'CIA', '{deliberate}', '{software,hardware,network,service}', true),
  ('TH-DOS', 'Denial of service', 'attack', 'A', '{deliberate}', '{software,network,service,supplier}', true),
  ('TH-INTERCEPT', 'Interception of traffic or signals', 'attack', 'C', '{deliberate}', '{information,database_table,network,service,people}', true),
  ('TH-INSIDER', 'Abuse of rights by an insider', 'attack', 'CIA', '{deliberate}', '{information,database_table,process,software,service,people,knowledge}', true),
  ('TH-THEFT', 'Theft of equipment, media or documents', 'attack', 'CA', '{deliberate}', '{hardware,premises,paper}', true),
  ('TH-FRAUD', 'Fraud or forgery of records', 'attack', 'I', '{deliberate}', '{information,database_table,process,paper}', true),
  ('TH-SUPPLY', 'Compromised supplier or component', 'attack', 'CIA', '{deliberate}', '{software,hardware,service,supplier}', true),
  ('TH-ERROR', 'Error in use or operation', 'mistake', 'CIA', '{accidental}', '{information,database_table,process,software,network,service,people}', true),
  ('TH-DISCLOSE', 'Disclosure by mistake', 'mistake', 'C', '{accidental}', '{information,database_table,process,software,service,people,paper,knowledge}', true),
  ('TH-LOSS', 'Loss of equipment, media or documents', 'mistake', 'CA', '{accidental}', '{hardware,paper}', true),
  ('TH-CHANGE', 'Change with unintended effects', 'mistake', 'IA', '{accidental}', '{process,software,hardware,network,service}', true),
  ('TH-FAILURE', 'Failure of equipment or software', 'failure', 'IA', '{accidental,environmental}', '{software,hardware,network,service}', true),
  ('TH-POWER', 'Loss of power or cooling', 'failure', 'A', '{deliberate,accidental,environmental}', '{hardware,network,premises}', true),
  ('TH-NETWORK', 'Loss of telecommunication', 'failure', 'A', '{deliberate,accidental,environmental}', '{network,service,premises}', true),
  ('TH-PROVIDER', 'Failure of a provider', 'failure', 'A', '{deliberate,accidental,environmental}', '{process,service,supplier}', true),
  ('TH-STAFF', 'Loss of key people', 'failure', 'A', '{deliberate,accidental,environmental}', '{process,people,knowledge}', true),
  ('TH-FIRE', 'Fire', 'nature', 'A', '{deliberate,accidental,environmental}', '{hardware,premises,paper}', true),
  ('TH-WATER', 'Water damage or flood', 'nature', 'A', '{accidental,environmental}', '{hardware,premises,paper}', true),
  ('TH-WEATHER', 'Storm, heat or other weather', 'nature', 'A', '{environmental}', '{hardware,network,premises}', true),
  ('TH-LEGAL', 'Breach of law or contract', 'compliance', 'CI', '{deliberate,accidental}', '{information,database_table,process,paper,supplier}', true);

insert into isms.vulnerability (code, title, category, kinds, builtin) values
  ('VU-NO2FA', 'No second factor', 'access', '{information,database_table,software,network,service,supplier}', true),
  ('VU-RIGHTS', 'Rights wider than needed', 'access', '{information,database_table,process,software,service,people}', true),
  ('VU-LEAVERS', 'Access of leavers not withdrawn', 'access', '{information,database_table,software,network,service,people,premises}', true),
  ('VU-UNPATCHED', 'Known flaws not corrected in time', 'software', '{software,hardware,network,service}', true),
  ('VU-OBSOLETE', 'Software no longer maintained', 'software', '{software,hardware,network,service}', true),
  ('VU-CODE', 'Insecure design or code', 'software', '{software,service}', true),
  ('VU-CONFIG', 'Insecure configuration', 'software', '{software,hardware,network,service}', true),
  ('VU-CLEAR', 'Information stored or sent in clear', 'cryptography', '{information,database_table,software,hardware,network,service}', true),
  ('VU-NOBACKUP', 'No tested backup', 'operations', '{information,database_table,software,hardware,service,paper}', true),
  ('VU-NOLOG', 'Events not logged or not looked at', 'operations', '{information,database_table,process,software,network,service}', true),
  ('VU-SINGLE', 'Single point of failure', 'operations', '{process,software,hardware,network,service,premises,supplier}', true),
  ('VU-NOTEST', 'Changes not tested', 'operations', '{process,software,hardware,network,service}', true),
  ('VU-FLAT', 'Network not separated', 'network', '{software,hardware,network,service}', true),
  ('VU-AWARE', 'People unaware of the danger', 'people', '{information,process,people,paper,knowledge}', true),
  ('VU-KEYPERSON', 'Knowledge held by one person', 'people', '{process,people,knowledge}', true),
  ('VU-ENTRY', 'Weak entry controls', 'premises', '{hardware,premises,paper}', true),
  ('VU-FIREPROT', 'Weak protection against fire and water', 'premises', '{hardware,premises,paper}', true),
  ('VU-CONTRACT', 'Security not agreed with the supplier', 'supplier', '{information,process,service,supplier}', true),
  ('VU-DISPOSAL', 'Careless disposal of media', 'premises', '{hardware,paper}', true);

create table isms.own_threat (
  scope text not null default isms.default_scope() constraint own_threat_scope_fkey references isms.scope on update cascade,
  code text not null constraint own_threat_code_form check (code ~ '^[^[:space:]]+( [^[:space:]]+)*$'),
  title text not null constraint own_threat_title_given check (title ~ '\S'),
  category text not null default 'own',
  hits text constraint own_threat_hits_form check (hits ~ '^C?I?A?$' and hits <> ''),
  origins text[] not null default '{}' constraint own_threat_origins_known check (origins <@ '{deliberate,accidental,environmental}'),
  kinds text[] not null default '{}',
  created_by text default isms.actor(),
  constraint own_threat_pkey primary key (scope, code)
);

comment on table isms.own_threat is 'A scope''s own threats; one with the code of a shipped one takes its place there';
comment on column isms.own_threat.scope is 'Scope';
comment on column isms.own_threat.code is 'Key in the scope; risks may name it';
comment on column isms.own_threat.title is 'Title';
comment on column isms.own_threat.category is 'Category';
comment on column isms.own_threat.hits is 'Dimensions it usually hits; null: all';
comment on column isms.own_threat.origins is 'What it comes from: deliberate, accidental, environmental';
comment on column isms.own_threat.kinds is 'Kinds of assets it strikes directly; empty: any';
comment on column isms.own_threat.created_by is 'Person who recorded it';

create sequence isms.own_threat_code;

comment on sequence isms.own_threat_code is 'Numbers for codes of a scope''s own threats';

create trigger fill_code before insert on isms.own_threat
  for each row when (new.code is null) execute function isms.fill_code('TH');

create table isms.own_vulnerability (
  scope text not null default isms.default_scope() constraint own_vulnerability_scope_fkey references isms.scope on update cascade,
  code text not null constraint own_vulnerability_code_form check (code ~ '^[^[:space:]]+( [^[:space:]]+)*$'),
  title text not null constraint own_vulnerability_title_given check (title ~ '\S'),
  category text not null default 'own',
  kinds text[] not null default '{}',
  created_by text default isms.actor(),
  constraint own_vulnerability_pkey primary key (scope, code)
);

comment on table isms.own_vulnerability is 'A scope''s own vulnerabilities; one with the code of a shipped one takes its place there';
comment on column isms.own_vulnerability.scope is 'Scope';
comment on column isms.own_vulnerability.code is 'Key in the scope; risks may name it';
comment on column isms.own_vulnerability.title is 'Title';
comment on column isms.own_vulnerability.category is 'Category';
comment on column isms.own_vulnerability.kinds is 'Kinds of assets it is found in; empty: any';
comment on column isms.own_vulnerability.created_by is 'Person who recorded it';

create sequence isms.own_vulnerability_code;

comment on sequence isms.own_vulnerability_code is 'Numbers for codes of a scope''s own vulnerabilities';

create trigger fill_code before insert on isms.own_vulnerability
  for each row when (new.code is null) execute function isms.fill_code('VU');

comment on constraint own_threat_code_form on isms.own_threat is 'a code is one line of visible characters and single spaces';
comment on constraint own_threat_hits_form on isms.own_threat is 'dimensions are letters of CIA in that order';
comment on constraint own_threat_origins_known on isms.own_threat is 'origins are deliberate, accidental, environmental';
comment on constraint own_vulnerability_code_form on isms.own_vulnerability is 'a code is one line of visible characters and single spaces';

create function isms.kinds_known() returns trigger
  language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
  unknown text := (select string_agg(u.kind, ', ') from unnest(new.kinds) u(kind) where not exists (select from isms.asset_kind k where k.code = u.kind));
begin
  if unknown is not null then
    raise exception using
      errcode = 'foreign_key_violation',
      message = format('%s %s names kinds of assets that do not exist: %s', replace(tg_table_name, '_', ' '), new.code, unknown),
      hint = 'Kinds are ' || (select string_agg(k.code, ', ' order by k.code collate "C") from isms.asset_kind k) || '.',
      schema = tg_table_schema, table = tg_table_name, column = 'kinds', constraint = tg_name;
  end if;
  return null;
end
$$;

comment on function isms.kinds_known() is 'AFTER trigger: the array kinds names kinds of assets that exist. Errors: 23503';

create trigger kinds after insert or update of kinds on isms.own_threat
  for each row when (new.kinds <> '{}') execute function isms.kinds_known();

create trigger kinds after insert or update of kinds on isms.own_vulnerability
  for each row when (new.kinds <> '{}') execute function isms.kinds_known();

-- The catalogues as a scope has them.
create view isms.known_threat with (security_invoker = true) as
  select s.code as scope, t.code, t.title, t.category, coalesce(t.hits, 'CIA') as hits, t.origins, t.kinds, true as shipped
    from isms.scope s
   cross join isms.threat t
   where not exists (select from isms.own_threat o where o.scope = s.code and o.code = t.code)
   union all
  select o.scope, o.code, o.title, o.category, coalesce(o.hits, 'CIA'), o.origins, o.kinds, false
    from isms.own_threat o;

comment on view isms.known_threat is 'Threats each scope reckons with: shipped ones and its own';
comment on column isms.known_threat.scope is 'Scope';
comment on column isms.known_threat.code is 'Threat';
comment on column isms.known_threat.title is 'Title';
comment on column isms.known_threat.category is 'Category';
comment on column isms.known_threat.hits is 'Dimensions it usually hits';
comment on column isms.known_threat.origins is 'What it comes from: deliberate, accidental, environmental';
comment on column isms.known_threat.kinds is 'Kinds of assets it strikes directly; empty: any';
comment on column isms.known_threat.shipped is 'Is it the shipped one?';

create view isms.known_vulnerability with (security_invoker = true) as
  select s.code as scope, v.code, v.title, v.category, v.kinds, true as shipped
    from isms.scope s
   cross join isms.vulnerability v
   where not exists (select from isms.own_vulnerability o where o.scope = s.code and o.code = v.code)
   union all
  select o.scope, o.code, o.title, o.category, o.kinds, false
    from isms.own_vulnerability o;

comment on view isms.known_vulnerability is 'Vulnerabilities each scope reckons with: shipped ones and its own';
comment on column isms.known_vulnerability.scope is 'Scope';
comment on column isms.known_vulnerability.code is 'Vulnerability';
comment on column isms.known_vulnerability.title is 'Title';
comment on column isms.known_vulnerability.category is 'Category';
comment on column isms.known_vulnerability.kinds is 'Kinds of assets it is found in; empty: any';
comment on column isms.known_vulnerability.shipped is 'Is it the shipped one?';
