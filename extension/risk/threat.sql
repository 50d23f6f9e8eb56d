create table isms.threat (
  code text constraint threat_pkey primary key,
  title text not null,
  category text not null,
  hits text constraint threat_hits_form check (hits ~ '^C?I?A?$' and hits <> ''),
  builtin boolean not null default false
);

comment on table isms.threat is 'Catalogue of threats';
comment on column isms.threat.code is 'Key; risks may name it';
comment on column isms.threat.title is 'Title';
comment on column isms.threat.category is 'Category';
comment on column isms.threat.hits is 'Dimensions it usually hits';
comment on column isms.threat.builtin is 'Shipped with the extension';

create table isms.vulnerability (
  code text constraint vulnerability_pkey primary key,
  title text not null,
  category text not null,
  builtin boolean not null default false
);

comment on table isms.vulnerability is 'Catalogue of vulnerabilities';
comment on column isms.vulnerability.code is 'Key; risks may name it';
comment on column isms.vulnerability.title is 'Title';
comment on column isms.vulnerability.category is 'Category';
comment on column isms.vulnerability.builtin is 'Shipped with the extension';

insert into isms.closed_table (name, readable, builtin) values ('threat', true, true), ('vulnerability', true, true);

insert into isms.threat (code, title, category, hits, builtin) values
  ('TH-CRED', 'Stolen or guessed credentials', 'attack', 'CIA', true),
  ('TH-PHISH', 'Phishing and social engineering', 'attack', 'CI', true),
  ('TH-MALWARE', 'Malware, ransomware included', 'attack', 'CIA', true),
  ('TH-EXPLOIT', 'Exploitation of a software flaw', 'attack', 'CIA', true),
  ('TH-DOS', 'Denial of service', 'attack', 'A', true),
  ('TH-INTERCEPT', 'Interception of traffic or signals', 'attack', 'C', true),
  ('TH-INSIDER', 'Abuse of rights by an insider', 'attack', 'CIA', true),
  ('TH-THEFT', 'Theft of equipment, media or documents', 'attack', 'CA', true),
  ('TH-FRAUD', 'Fraud or forgery of records', 'attack', 'I', true),
  ('TH-SUPPLY', 'Compromised supplier or component', 'attack', 'CIA', true),
  ('TH-ERROR', 'Error in use or operation', 'mistake', 'CIA', true),
  ('TH-DISCLOSE', 'Disclosure by mistake', 'mistake', 'C', true),
  ('TH-LOSS', 'Loss of equipment, media or documents', 'mistake', 'CA', true),
  ('TH-CHANGE', 'Change with unintended effects', 'mistake', 'IA', true),
  ('TH-FAILURE', 'Failure of equipment or software', 'failure', 'IA', true),
  ('TH-POWER', 'Loss of power or cooling', 'failure', 'A', true),
  ('TH-NETWORK', 'Loss of telecommunication', 'failure', 'A', true),
  ('TH-PROVIDER', 'Failure of a provider', 'failure', 'A', true),
  ('TH-STAFF', 'Loss of key people', 'failure', 'A', true),
  ('TH-FIRE', 'Fire', 'nature', 'A', true),
  ('TH-WATER', 'Water damage or flood', 'nature', 'A', true),
  ('TH-WEATHER', 'Storm, heat or other weather', 'nature', 'A', true),
  ('TH-LEGAL', 'Breach of law or contract', 'compliance', 'CI', true);

insert into isms.vulnerability (code, title, category, builtin) values
  ('VU-NO2FA', 'No second factor', 'access', true),
  ('VU-RIGHTS', 'Rights wider than needed', 'access', true),
  ('VU-LEAVERS', 'Access of leavers not withdrawn', 'access', true),
  ('VU-UNPATCHED', 'Known flaws not corrected in time', 'software', true),
  ('VU-OBSOLETE', 'Software no longer maintained', 'software', true),
  ('VU-CODE', 'Insecure design or code', 'software', true),
  ('VU-CONFIG', 'Insecure configuration', 'software', true),
  ('VU-CLEAR', 'Information stored or sent in clear', 'cryptography', true),
  ('VU-NOBACKUP', 'No tested backup', 'operations', true),
  ('VU-NOLOG', 'Events not logged or not looked at', 'operations', true),
  ('VU-SINGLE', 'Single point of failure', 'operations', true),
  ('VU-NOTEST', 'Changes not tested', 'operations', true),
  ('VU-FLAT', 'Network not separated', 'network', true),
  ('VU-AWARE', 'People unaware of the danger', 'people', true),
  ('VU-KEYPERSON', 'Knowledge held by one person', 'people', true),
  ('VU-ENTRY', 'Weak entry controls', 'premises', true),
  ('VU-FIREPROT', 'Weak protection against fire and water', 'premises', true),
  ('VU-CONTRACT', 'Security not agreed with the supplier', 'supplier', true),
  ('VU-DISPOSAL', 'Careless disposal of media', 'premises', true);
