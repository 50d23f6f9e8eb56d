-- 6.1.3 f: the owner's acceptance of what remains, for a time.
create type isms.text_range as range (subtype = text, collation = "C");

comment on type isms.text_range is 'Range over text; lets an exclusion constraint compare text keys without a further extension';

create table isms.acceptance (
  scope text not null default isms.default_scope(),
  code text not null,
  risk text not null,
  basis text not null default 'residual' constraint acceptance_basis_known check (basis in ('interim', 'target', 'residual')),
  ceiling text,
  validity daterange,
  justification text,
  conditions text,
  frozen jsonb,
  accepted_by text constraint acceptance_accepted_by_fkey references isms.person on update cascade,
  accepted_on date,
  status text not null default 'requested',
  created_by text default isms.actor(),
  constraint acceptance_pkey primary key (scope, code),
  constraint acceptance_risk_fkey foreign key (scope, risk) references isms.risk on update cascade,
  constraint acceptance_no_overlap exclude using gist (
    isms.text_range(scope || chr(31) || risk || chr(31) || basis, scope || chr(31) || risk || chr(31) || basis, '[]') with &&,
    validity with &&) where (status = 'accepted')
);

comment on table isms.acceptance is 'Acceptances of residual risk (6.1.3 f): on what basis, up to which level, from when to when';
comment on column isms.acceptance.scope is 'Scope';
comment on column isms.acceptance.code is 'Key in the scope';
comment on column isms.acceptance.risk is 'Risk';
comment on column isms.acceptance.basis is 'Which value is accepted: interim (current, while treatment runs), target or residual';
comment on column isms.acceptance.ceiling is 'Label of the highest level accepted; the level of the basis when left out';
comment on column isms.acceptance.validity is 'Days on which it holds';
comment on column isms.acceptance.justification is 'Why';
comment on column isms.acceptance.conditions is 'Compensating measure or dated way back, above criteria';
comment on column isms.acceptance.frozen is 'What was accepted: factors, controls, method, score and level of the basis, taken at the request';
comment on column isms.acceptance.accepted_by is 'Person who accepted as the risk''s owner';
comment on column isms.acceptance.accepted_on is 'When';
comment on column isms.acceptance.status is 'State in workflow acceptance';
comment on column isms.acceptance.created_by is 'Person who asked';

create index acceptance_risk_idx on isms.acceptance (scope, risk);

create sequence isms.acceptance_code;

comment on sequence isms.acceptance_code is 'Numbers for codes of acceptances';

create trigger fill_code before insert on isms.acceptance
  for each row when (new.code is null) execute function isms.fill_code('AC');
