-- From a row to its entries.  What is here is derived from the entries and can be made anew; none of it is evidence.

create table isms.trail_key (
  row_hash bigint not null,
  seq bigint not null
) using heap;

create index trail_key_row_idx on isms.trail_key (row_hash, seq);

comment on table isms.trail_key is 'Look-up from rows to sealed entries, written by the seal; an entry that changed a key has two rows, one whose payload was erased none';
comment on column isms.trail_key.row_hash is 'Hash (FNV-1a) of the table''s name and the key; of an entry that emptied the table, of the name';
comment on column isms.trail_key.seq is 'Entry';

create trigger guard before insert or update or delete or truncate on isms.trail_key
  for each statement execute function isms.trail_guard();

create function isms.trail_index_keys(from_seq bigint, to_seq bigint) returns bigint
  language c strict set search_path = pg_catalog, pg_temp
  as 'MODULE_PATHNAME', 'isms_trail_index_keys';

comment on function isms.trail_index_keys(bigint, bigint) is
  'Adds to isms.trail_key what it lacks of the sealed entries from one number to another, and returns how many rows; sealing itself writes them, so there are none unless somebody took them out';

create function isms.row_key(key json) returns text
  language c immutable strict parallel safe set search_path = pg_catalog, pg_temp
  as 'MODULE_PATHNAME', 'isms_row_key';

comment on function isms.row_key(json) is 'Key of a row as isms.audit_trail shows it and isms.row_history takes it, from the columns of the key as entries have them';

create function isms.row_entries("table" regclass, key text) returns setof bigint
  language c stable strict parallel restricted rows 10 set search_path = pg_catalog, pg_temp
  as 'MODULE_PATHNAME', 'isms_row_entries';

comment on function isms.row_entries(regclass, text) is
  'Numbers of the entries of a row, those that gave it another key or its present one included, as far as the caller may read them; key as in isms.audit_trail';

-- Across transactions seq orders the entries of a row, inside one the command does.
create function isms.row_history("table" regclass, key text) returns setof isms.audit_trail
  language sql stable parallel restricted set search_path = pg_catalog, pg_temp
begin atomic
  select a.*
    from isms.audit_trail a
   where a.seq = any (array(select isms.row_entries(row_history."table", row_history.key)))
   order by min(a.seq) over (partition by a.transaction), a.command_id, a.seq;
end;

comment on function isms.row_history(regclass, text) is 'Entries of one row, oldest first; key as in isms.audit_trail. An entry that changed the key is in the history of both';

insert into isms.closed_table (name, readable, builtin) values
  ('trail_key', false, true);

insert into isms.admin_function (name, builtin) values
  ('trail_index_keys', true);
