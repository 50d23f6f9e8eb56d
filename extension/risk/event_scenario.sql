-- The event-based way to identify risks (ISO/IEC 27005:2022 7.2.1): who would want what, and what would happen; refined into
-- operational risks on assets.
create table isms.risk_source (
  code text constraint risk_source_pkey primary key,
  title text not null,
  origin text not null constraint risk_source_origin_known check (origin in ('deliberate', 'accidental', 'environmental')),
  motivation text,
  builtin boolean not null default false
);

comment on table isms.risk_source is 'Catalogue of risk sources: who or what could set an event off';
comment on column isms.risk_source.code is 'Key; event scenarios may name it';
comment on column isms.risk_source.title is 'Title';
comment on column isms.risk_source.origin is 'deliberate, accidental or environmental';
comment on column isms.risk_source.motivation is 'What drives it; null where nobody wants anything';
comment on column isms.risk_source.builtin is 'Shipped with the extension';

create table isms.source_objective (
  code text constraint source_objective_pkey primary key,
  title text not null,
  builtin boolean not null default false
);

comment on table isms.source_objective is 'Catalogue of desired end states: what a deliberate source is after';
comment on column isms.source_objective.code is 'Key; event scenarios may name it';
comment on column isms.source_objective.title is 'Title';
comment on column isms.source_objective.builtin is 'Shipped with the extension';

insert into isms.closed_table (name, readable, builtin) values ('risk_source', true, true), ('source_objective', true, true);

insert into isms.risk_source (code, title, origin, motivation, builtin) values
  ('RS-STATE', 'State, or a group in its service', 'deliberate', 'Knowledge, influence, readiness for a conflict', true),
  ('RS-CRIME', 'Organised crime', 'deliberate', 'Money', true),
  ('RS-TERROR', 'Terrorist group', 'deliberate', 'Fear, attention', true),
  ('RS-ACTIVIST', 'Activists', 'deliberate', 'A cause, attention', true),
  ('RS-COMPETITOR', 'Competitor', 'deliberate', 'An advantage in the market', true),
  ('RS-HIRED', 'Specialist for hire', 'deliberate', 'Pay, a name in the trade', true),
  ('RS-AMATEUR', 'Curious amateur', 'deliberate', 'Play, a challenge', true),
  ('RS-AVENGER', 'Somebody with a grudge', 'deliberate', 'Revenge for a dismissal, a lost contract, an injustice felt', true),
  ('RS-INSIDER', 'Disloyal insider', 'deliberate', 'Gain, pressure by others', true),
  ('RS-STAFF', 'Staff and users in good faith', 'accidental', null, true),
  ('RS-PROVIDER', 'Supplier or provider in good faith', 'accidental', null, true),
  ('RS-TECHNOLOGY', 'Technology that fails', 'accidental', null, true),
  ('RS-NATURE', 'Nature and surroundings', 'environmental', null, true);

insert into isms.source_objective (code, title, builtin) values
  ('OB-SPY', 'Learn secrets without being seen', true),
  ('OB-FOOTHOLD', 'Stay inside for later use', true),
  ('OB-INFLUENCE', 'Change what people believe or decide', true),
  ('OB-STOP', 'Stop or hinder operation', true),
  ('OB-DESTROY', 'Destroy what is hard to replace', true),
  ('OB-PROFIT', 'Make money: extortion, theft, fraud', true),
  ('OB-FAME', 'Show what one can do', true);

create table isms.event_scenario (
  scope text not null default isms.default_scope() constraint event_scenario_scope_fkey references isms.scope on update cascade,
  code text not null constraint event_scenario_code_form check (code ~ '^[^[:space:]]+( [^[:space:]]+)*$'),
  title text not null constraint event_scenario_title_given check (title ~ '\S'),
  source text not null constraint event_scenario_source_given check (source ~ '\S'),
  objective text,
  event text not null constraint event_scenario_event_given check (event ~ '\S'),
  owner text constraint event_scenario_owner_fkey references isms.person on update cascade,
  description text,
  custom jsonb not null default '{}' constraint event_scenario_custom_object check (jsonb_typeof(custom) = 'object'),
  created_by text default isms.actor(),
  constraint event_scenario_pkey primary key (scope, code)
);

comment on table isms.event_scenario is 'Strategic scenarios: a source, what it is after, and the event that would hurt; risks refine them (6.1.2 c)';
comment on column isms.event_scenario.scope is 'Scope';
comment on column isms.event_scenario.code is 'Key in the scope';
comment on column isms.event_scenario.title is 'Title';
comment on column isms.event_scenario.source is 'Risk source: code of isms.risk_source or prose';
comment on column isms.event_scenario.objective is 'Desired end state: code of isms.source_objective or prose; null where nobody wants anything';
comment on column isms.event_scenario.event is 'What would happen to the business';
comment on column isms.event_scenario.owner is 'Risk owner who follows it';
comment on column isms.event_scenario.description is 'Description';
comment on column isms.event_scenario.custom is 'Fields of the organisation''s own';
comment on column isms.event_scenario.created_by is 'Person who recorded it';

create index event_scenario_owner_idx on isms.event_scenario (owner);

create sequence isms.event_scenario_code;

comment on sequence isms.event_scenario_code is 'Numbers for codes of event scenarios';

create trigger fill_code before insert on isms.event_scenario
  for each row when (new.code is null) execute function isms.fill_code('ES');

create table isms.event_scenario_asset (
  scope text not null default isms.default_scope(),
  event_scenario text not null,
  asset text not null,
  constraint event_scenario_asset_pkey primary key (scope, event_scenario, asset),
  constraint event_scenario_asset_event_scenario_fkey foreign key (scope, event_scenario) references isms.event_scenario on update cascade on delete cascade,
  constraint event_scenario_asset_asset_fkey foreign key (scope, asset) references isms.asset on update cascade
);

comment on table isms.event_scenario_asset is 'Business processes and other assets that an event scenario hits';
comment on column isms.event_scenario_asset.scope is 'Scope';
comment on column isms.event_scenario_asset.event_scenario is 'Event scenario';
comment on column isms.event_scenario_asset.asset is 'Asset';

create index event_scenario_asset_asset_idx on isms.event_scenario_asset (scope, asset);

comment on constraint event_scenario_code_form on isms.event_scenario is 'a code is one line of visible characters and single spaces';

-- A.6.5: who leaves hands these over.
insert into isms.owned_table (schema_name, table_name, person_column, role, builtin) values
  ('isms', 'event_scenario', 'owner', 'risk_owner', true);
