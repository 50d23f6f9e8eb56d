-- Requests and approvals.  An approval binds what was seen: a digest of the row and of the rows it covers.
create table isms.approval_request (
  id bigint generated always as identity constraint approval_request_pkey primary key,
  scope text not null constraint approval_request_scope_fkey references isms.scope on update cascade,
  table_name text not null,
  key text not null,
  transition text not null,
  requester text not null constraint approval_request_requester_fkey references isms.person on update cascade,
  comment text,
  changes jsonb constraint approval_request_changes_object check (jsonb_typeof(changes) = 'object'),
  digest bytea not null,
  requested_at timestamptz not null default clock_timestamp(),
  due date,
  status text not null default 'open' constraint approval_request_status_known
    check (status in ('open', 'carried_out', 'rejected', 'withdrawn', 'superseded')),
  closed_by text constraint approval_request_closed_by_fkey references isms.person on update cascade,
  closed_at timestamptz,
  closing_comment text,
  carried_over boolean not null default false,
  constraint approval_request_closed check ((status = 'open') = (closed_at is null))
);

comment on table isms.approval_request is 'Who asked for which transition of which row, and what became of it';
comment on column isms.approval_request.id is 'Identity';
comment on column isms.approval_request.scope is 'Scope';
comment on column isms.approval_request.table_name is 'Table, as schema.table';
comment on column isms.approval_request.key is 'Key of the row';
comment on column isms.approval_request.transition is 'Transition or amendment asked for';
comment on column isms.approval_request.requester is 'Person who asked';
comment on column isms.approval_request.comment is 'Reason given';
comment on column isms.approval_request.changes is 'Columns to change along, for amendments';
comment on column isms.approval_request.digest is 'SHA-256 of the row with these changes and of the rows it covers, without state and technical columns; an approval is void once it differs';
comment on column isms.approval_request.requested_at is 'When';
comment on column isms.approval_request.due is 'Answer due';
comment on column isms.approval_request.status is 'open, carried_out, rejected, withdrawn, or superseded (by a newer request, or because the row went another way)';
comment on column isms.approval_request.closed_by is 'Person who ended it';
comment on column isms.approval_request.closed_at is 'When it ended';
comment on column isms.approval_request.closing_comment is 'Why it was rejected or withdrawn';
comment on column isms.approval_request.carried_over is 'Entered at cut-over from an earlier register';

create unique index approval_request_open_key on isms.approval_request (scope, table_name, key, transition) where status = 'open';

create index approval_request_row_idx on isms.approval_request (scope, table_name, key);

create table isms.approval (
  id bigint generated always as identity constraint approval_pkey primary key,
  request bigint not null constraint approval_request_fkey references isms.approval_request,
  scope text not null constraint approval_scope_fkey references isms.scope on update cascade,
  slot text not null,
  approver text not null constraint approval_approver_fkey references isms.person on update cascade,
  on_behalf_of text constraint approval_on_behalf_of_fkey references isms.person on update cascade,
  comment text,
  digest bytea not null,
  approved_at timestamptz not null default clock_timestamp(),
  carried_over boolean not null default false,
  approved_on date,
  document text,
  constraint approval_person_key unique (request, approver),
  constraint approval_carried_over_documented check (not carried_over or (approved_on is not null and coalesce(document, '') ~ '\S'))
);

comment on table isms.approval is 'Approvals given; each of a request by another person';
comment on column isms.approval.id is 'Identity';
comment on column isms.approval.request is 'Request';
comment on column isms.approval.scope is 'Scope';
comment on column isms.approval.slot is 'Slot of the transition it fills';
comment on column isms.approval.approver is 'Person who approved';
comment on column isms.approval.on_behalf_of is 'Person represented by delegation, whose approval it counts as; null: nobody';
comment on column isms.approval.comment is 'Comment';
comment on column isms.approval.digest is 'Digest of what was approved';
comment on column isms.approval.approved_at is 'When';
comment on column isms.approval.carried_over is 'Entered at cut-over from an earlier register';
comment on column isms.approval.approved_on is 'Date of the earlier approval';
comment on column isms.approval.document is 'Document that shows it';

-- Rows come from isms.request, approve, reject, withdraw, carry_over and the machine alone.
insert into isms.closed_table (name, readable, builtin) values ('approval_request', true, true), ('approval', true, true);
