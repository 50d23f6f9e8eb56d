-- Workflows are data: states, transitions, guards and who approves; the machine reads these tables and knows nothing else.
-- Order of writing: guards and conditions, workflow, states, transitions, approvals; then isms.attach_workflow for each table.
create table isms.guard (
  name text constraint guard_pkey primary key constraint guard_name_form check (name ~ '^[a-z][a-z0-9_]*$'),
  function text not null,
  clause text not null,
  basis text not null default 'P' constraint guard_basis_known check (basis in ('S', 'P')),
  builtin boolean not null default false
);

comment on table isms.guard is 'Conditions of transitions. A guard is a function (old jsonb, new jsonb, step isms.step) returning text: null, or one sentence, without the guard''s name, that says what does not hold';
comment on column isms.guard.name is 'Key; messages begin with it';
comment on column isms.guard.function is 'Function, schema-qualified, without arguments; written by the extension''s owner alone, for it runs with the machine''s rights';
comment on column isms.guard.clause is 'Clause that asks for it; plain is ISO/IEC 27001:2022';
comment on column isms.guard.basis is 'S: a standard demands it; P: practice';
comment on column isms.guard.builtin is 'Shipped with the extension';

create table isms.slot_condition (
  name text constraint slot_condition_pkey primary key constraint slot_condition_name_form check (name ~ '^[a-z][a-z0-9_]*$'),
  function text not null,
  builtin boolean not null default false
);

comment on table isms.slot_condition is 'Conditions under which an approval is needed or columns are frozen: function (old jsonb, new jsonb, step isms.step) returning boolean, null counts as true';
comment on column isms.slot_condition.name is 'Key';
comment on column isms.slot_condition.function is 'Function, schema-qualified, without arguments; written by the extension''s owner alone';
comment on column isms.slot_condition.builtin is 'Shipped with the extension';

create table isms.workflow (
  name text constraint workflow_pkey primary key constraint workflow_name_form check (name ~ '^[a-z][a-z0-9_]*$'),
  title text not null,
  builtin boolean not null default false
);

comment on table isms.workflow is 'Workflows';
comment on column isms.workflow.name is 'Key';
comment on column isms.workflow.title is 'Title';
comment on column isms.workflow.builtin is 'Shipped with the extension';

create table isms.workflow_state (
  workflow text not null constraint workflow_state_workflow_fkey references isms.workflow,
  name text not null,
  position integer not null,
  initial boolean not null default false,
  final boolean not null default false,
  cutover boolean not null default false,
  frozen_columns text[] not null default '{}',
  frozen_when text constraint workflow_state_frozen_when_fkey references isms.slot_condition,
  frozen_children text[] not null default '{}',
  retired boolean not null default false,
  builtin boolean not null default false,
  constraint workflow_state_pkey primary key (workflow, name),
  constraint workflow_state_position_key unique (workflow, position),
  constraint workflow_state_final_frozen check (not final or frozen_columns = '{*}'),
  constraint workflow_state_retired_not_initial check (not (retired and initial))
);

comment on table isms.workflow_state is 'States of a workflow and what may not change in each';
comment on column isms.workflow_state.workflow is 'Workflow';
comment on column isms.workflow_state.name is 'Value of the state column';
comment on column isms.workflow_state.position is 'Order for display';
comment on column isms.workflow_state.initial is 'Rows start here; here alone their creator may delete them';
comment on column isms.workflow_state.final is 'Nothing more is due; all columns are frozen, though a transition may lead out again';
comment on column isms.workflow_state.cutover is 'Rows of an existing register may be loaded in this state between isms.begin_cutover() and isms.end_cutover()';
comment on column isms.workflow_state.frozen_columns is 'The whole list of columns that may not change while the row stays in this state; {*} is all but the state and the binding''s ignored columns. A transition may change what is not frozen in either of its two states, or frozen in the first and not in the second, or named in its amended_columns';
comment on column isms.workflow_state.frozen_when is 'The columns are frozen only while this condition holds; null: always';
comment on column isms.workflow_state.frozen_children is 'Covered tables, schema-qualified, whose rows of this parent may not be inserted, changed or deleted; {*} is every covered table; columns the covering ignores and those the child''s own workflow can amend stay free';
comment on column isms.workflow_state.retired is 'Of an earlier version, for rows that are still in it: they may leave it, nothing leads into it';
comment on column isms.workflow_state.builtin is 'Shipped with the extension';

create table isms.workflow_transition (
  workflow text not null constraint workflow_transition_workflow_fkey references isms.workflow,
  name text not null constraint workflow_transition_name_form check (name ~ '^[a-z][a-z0-9_]*$'),
  from_states text[] not null default '{}',
  to_state text,
  amended_columns text[] not null default '{}',
  actors text[] not null,
  separation text[] not null default '{}',
  guards text[] not null default '{}',
  opens_request text,
  own_login boolean not null default false,
  clause text not null,
  basis text not null default 'P' constraint workflow_transition_basis_known check (basis in ('S', 'P')),
  builtin boolean not null default false,
  constraint workflow_transition_pkey primary key (workflow, name),
  constraint workflow_transition_to_fkey foreign key (workflow, to_state) references isms.workflow_state,
  constraint workflow_transition_amends check (to_state is not null or (from_states <> '{}' and amended_columns <> '{}')),
  constraint workflow_transition_actors_given check (actors <> '{}'),
  constraint workflow_transition_opens_on_insert check (opens_request is null or from_states = '{}')
);

comment on table isms.workflow_transition is 'Transitions and amendments: who may take them and what must hold';
comment on column isms.workflow_transition.workflow is 'Workflow';
comment on column isms.workflow_transition.name is 'Name, as in isms.request and isms.approve';
comment on column isms.workflow_transition.from_states is 'States it leaves; {} for the insertion of a row, {any} for every state that is not final';
comment on column isms.workflow_transition.to_state is 'State it leads to; null for an amendment: frozen columns change, the state stays';
comment on column isms.workflow_transition.amended_columns is 'Frozen columns it may change';
comment on column isms.workflow_transition.actors is 'Who may take or ask for it: ISMS roles, @column, @new.column, @relation.column, @requester, editor (holds a role other than external_auditor), isms_admin';
comment on column isms.workflow_transition.separation is 'Tested on approvers, or on the actor where nobody approves: R not the requester, A not the author, I not the owner of what is judged (columns owner, relation judged), T impartial to what is audited (relation audited), M nobody who changed it or a covered row since the last approval (by the trail), "not an approver", "not @column" and the like';
comment on column isms.workflow_transition.guards is 'Guards, all of which must hold';
comment on column isms.workflow_transition.opens_request is 'Inserting the row asks for this transition at once, with the inserting person as requester';
comment on column isms.workflow_transition.own_login is 'The person must act by a login of the person''s own, not through an application';
comment on column isms.workflow_transition.clause is 'Clause that asks for it';
comment on column isms.workflow_transition.basis is 'Of the separation and the actors: S demanded by a standard, P practice';
comment on column isms.workflow_transition.builtin is 'Shipped with the extension';

create table isms.workflow_approval (
  workflow text not null,
  transition text not null,
  slot text not null constraint workflow_approval_slot_form check (slot ~ '^[a-z][a-z0-9_]*$'),
  approver text not null,
  condition text constraint workflow_approval_condition_fkey references isms.slot_condition,
  needed integer not null default 1 constraint workflow_approval_needed_some check (needed > 0),
  basis text not null default 'P' constraint workflow_approval_basis_known check (basis in ('S', 'P')),
  builtin boolean not null default false,
  constraint workflow_approval_pkey primary key (workflow, transition, slot),
  constraint workflow_approval_transition_fkey foreign key (workflow, transition) references isms.workflow_transition
);

comment on table isms.workflow_approval is 'Approvals a transition needs; each is another person''s';
comment on column isms.workflow_approval.workflow is 'Workflow';
comment on column isms.workflow_approval.transition is 'Transition';
comment on column isms.workflow_approval.slot is 'Name of the slot, such as owner';
comment on column isms.workflow_approval.approver is 'Who may fill it, in the notation of workflow_transition.actors';
comment on column isms.workflow_approval.condition is 'Needed only while this condition holds; null: always';
comment on column isms.workflow_approval.needed is 'How many people must approve in this slot';
comment on column isms.workflow_approval.basis is 'S: a standard demands it; P: practice';
comment on column isms.workflow_approval.builtin is 'Shipped with the extension';

create table isms.workflow_relation (
  workflow text not null constraint workflow_relation_workflow_fkey references isms.workflow,
  name text not null,
  function text not null,
  builtin boolean not null default false,
  constraint workflow_relation_pkey primary key (workflow, name)
);

comment on table isms.workflow_relation is 'What @name.column means: function (record jsonb) returning the related row as jsonb, or null';
comment on column isms.workflow_relation.workflow is 'Workflow';
comment on column isms.workflow_relation.name is 'Name between @ and the dot';
comment on column isms.workflow_relation.function is 'Function, schema-qualified, without arguments; written by the extension''s owner alone; for guards it may give an array of rows';
comment on column isms.workflow_relation.builtin is 'Shipped with the extension';

create table isms.workflow_binding (
  schema_name text not null,
  table_name text not null,
  workflow text not null constraint workflow_binding_workflow_fkey references isms.workflow,
  state_column text not null,
  key_columns text[] not null,
  scoped boolean not null,
  in_scope text constraint workflow_binding_in_scope_fkey references isms.scope on update cascade,
  covers jsonb not null default '{}' constraint workflow_binding_covers_object check (jsonb_typeof(covers) = 'object'),
  ignore_columns text[] not null default '{}',
  builtin boolean not null default false,
  constraint workflow_binding_pkey primary key (schema_name, table_name),
  constraint workflow_binding_scope_known check (scoped = (in_scope is null))
);

comment on table isms.workflow_binding is 'Tables under a workflow; names are text, for a regclass restores as a stray number';
comment on column isms.workflow_binding.schema_name is 'Schema';
comment on column isms.workflow_binding.table_name is 'Table';
comment on column isms.workflow_binding.workflow is 'Workflow';
comment on column isms.workflow_binding.state_column is 'Column that holds the state';
comment on column isms.workflow_binding.key_columns is 'Primary key without scope; the key in messages and functions is its one value, or a JSON object of several';
comment on column isms.workflow_binding.scoped is 'The table has a column scope';
comment on column isms.workflow_binding.in_scope is 'Scope whose roles count where the table has no column scope';
comment on column isms.workflow_binding.covers is 'Covered tables: {"schema.table": {"on": {"child column": "parent column"}, "where": {"child column": "value"}, "ignore": ["progress column"], "allow": ["insert"]}}; approvals bind their rows too';
comment on column isms.workflow_binding.ignore_columns is 'Technical columns that neither freeze nor count in an approval''s digest';
comment on column isms.workflow_binding.builtin is 'Shipped with the extension';

create type isms.step as (
  workflow text,
  transition text,
  from_state text,
  to_state text,
  relation text,
  key text,
  actor text,
  comment text,
  scope text
);

comment on type isms.step is 'What a guard is told beside the old and the new row: workflow, transition, states, table (schema.table), key, person acting, comment, scope';

insert into isms.closed_table (name, readable, builtin) values
  ('guard', true, true), ('slot_condition', true, true), ('workflow', true, true), ('workflow_state', true, true),
  ('workflow_transition', true, true), ('workflow_approval', true, true), ('workflow_relation', true, true), ('workflow_binding', true, true);
