-- The error codes of class IS, one a rule family, as data so that the reference and the tests read the same list.
create table isms.error_code (
  code text constraint error_code_pkey primary key constraint error_code_form check (code ~ '^IS[0-9]{3}$' and code <> 'IS000'),
  name text not null,
  meaning text not null,
  builtin boolean not null default false
);

comment on table isms.error_code is 'SQLSTATE codes of class IS that isms raises, one a rule family';
comment on column isms.error_code.code is 'SQLSTATE';
comment on column isms.error_code.name is 'Short name';
comment on column isms.error_code.meaning is 'What was refused';
comment on column isms.error_code.builtin is 'Shipped with the extension';

insert into isms.error_code (code, name, meaning, builtin) values
  ('IS001', 'transition', 'No such step from the state the row is in, or a state no row may start in', true),
  ('IS002', 'actor', 'The person acting may not take this step', true),
  ('IS003', 'approval', 'An approval is missing, void or not to be given', true),
  ('IS004', 'separation', 'Separation of duties: not by the same person', true),
  ('IS005', 'guard', 'A condition of the step does not hold', true),
  ('IS006', 'frozen', 'The column is frozen in the state the row is in', true),
  ('IS007', 'deletion', 'The row may not be deleted', true),
  ('IS008', 'version', 'A definition would leave rows under way without a legal path', true),
  ('IS009', 'integrity', 'A rule that holds at the end of every transaction would be broken', true),
  ('IS010', 'trail', 'The audit trail may not be changed', true),
  ('IS011', 'audit', 'The table cannot be audited, or is not', true),
  ('IS020', 'inactive', 'The installation is not active', true),
  ('IS021', 'scope', 'No scope, or not which of several, or not visible', true),
  ('IS022', 'person', 'No person known for this login, or not this person', true),
  ('IS030', 'import', 'Rows of an import are bad', true),
  ('IS040', 'method', 'The scope has no approved risk method to assess with', true),
  ('IS050', 'classification', 'No class of the scheme, or nothing that carries a class', true),
  ('IS051', 'handling', 'A rule for handling what is classified refuses the command', true);
