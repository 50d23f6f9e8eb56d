-- What is no longer in the trail, but in archives: for those who read what is.

create table isms.trail_archive (
  id bigint generated always as identity constraint trail_archive_pkey primary key,
  leaf text not null,
  from_seq bigint not null,
  to_seq bigint not null constraint trail_archive_order check (to_seq >= from_seq),
  entries bigint not null,
  first_leaf bigint,
  last_leaf bigint,
  archived_at timestamptz not null default clock_timestamp(),
  archived_by text not null default session_user,
  restored_at timestamptz,
  restored_by text
);

comment on table isms.trail_archive is 'Leaves taken out of the trail, and brought back';
comment on column isms.trail_archive.id is 'Number';
comment on column isms.trail_archive.leaf is 'Table, in schema isms_archive';
comment on column isms.trail_archive.from_seq is 'First number it covers';
comment on column isms.trail_archive.to_seq is 'Last number it covers';
comment on column isms.trail_archive.entries is 'Entries it held; numbers have gaps';
comment on column isms.trail_archive.first_leaf is 'Least of their places in the tree';
comment on column isms.trail_archive.last_leaf is 'Largest of their places in the tree; others are in between';
comment on column isms.trail_archive.archived_at is 'When it was taken out';
comment on column isms.trail_archive.archived_by is 'Login that did';
comment on column isms.trail_archive.restored_at is 'When it was brought back; null: it was not';
comment on column isms.trail_archive.restored_by is 'Login that did';

create unique index trail_archive_away on isms.trail_archive (leaf) where restored_at is null;

-- What reconcile and as_of must know of entries they can't read.
create table isms.trail_archive_table (
  archive bigint constraint trail_archive_table_archive_fkey references isms.trail_archive,
  table_version uuid,
  entries bigint not null,
  last_at timestamptz not null,
  last_leaf bigint not null,
  baseline_xid xid8,
  baseline_incarnation uuid,
  constraint trail_archive_table_pkey primary key (archive, table_version)
);

comment on table isms.trail_archive_table is 'Of which tables an archive holds entries';
comment on column isms.trail_archive_table.archive is 'Archive';
comment on column isms.trail_archive_table.table_version is 'Table as it then was, see isms.trail_table_version';
comment on column isms.trail_archive_table.entries is 'How many';
comment on column isms.trail_archive_table.last_at is 'When the last of them was recorded';
comment on column isms.trail_archive_table.last_leaf is 'Largest of their places in the tree; looking back to a checkpoint that does not cover it takes the archive';
comment on column isms.trail_archive_table.baseline_xid is 'Transaction of the last baseline here, of which a part may have stayed in the trail';
comment on column isms.trail_archive_table.baseline_incarnation is 'Installation that transaction ran in';

insert into isms.closed_table (name, readable, builtin) values
  ('trail_archive', true, true), ('trail_archive_table', true, true);
