-- What witnesses outside signed: lines of C2SP signed notes below the note of a checkpoint, kept beside it for whoever asks later.
create table isms.cosignature (
  id bigint generated always as identity constraint cosignature_pkey primary key,
  checkpoint bigint not null,
  note text not null,
  key_name text not null,
  key_id bytea not null,
  signature bytea not null,
  signed_at timestamptz,
  added_at timestamptz not null default clock_timestamp(),
  login text not null default session_user,
  constraint cosignature_once unique (checkpoint, key_name, key_id, signature)
);

comment on table isms.cosignature is 'Signatures of witnesses on checkpoints, as isms.add_cosignatures took them; checked by whoever has the witness''s key, not here';
comment on column isms.cosignature.id is 'Identity';
comment on column isms.cosignature.checkpoint is 'Number of the checkpoint';
comment on column isms.cosignature.note is 'The text that was signed: three lines, see isms.checkpoint_note';
comment on column isms.cosignature.key_name is 'Name of the key, as its line has it';
comment on column isms.cosignature.key_id is 'Four bytes that tell keys of one name apart';
comment on column isms.cosignature.signature is 'What follows them: of a cosignature/v1, eight bytes of time and the Ed25519 signature';
comment on column isms.cosignature.signed_at is 'The witness''s time, where the signature has the form of a cosignature/v1';
comment on column isms.cosignature.added_at is 'When it was stored here';
comment on column isms.cosignature.login is 'Database role that stored it';

insert into isms.closed_table (name, readable, builtin) values ('cosignature', true, true);

-- C2SP signed-note, tlog-cosignature.
create function isms.add_cosignatures(note text) returns bigint
  language plpgsql strict security definer set search_path = pg_catalog, pg_temp as $$
  -- definer: the table is written here alone
declare
  said text := substring(note from '^([^\n]+\n[0-9]+\n[A-Za-z0-9+/]{43}=\n)\n');
  line text;
  part text[];
  raw bytea;
  c isms.checkpoint;
  added bigint := 0;
begin
  if said is null or octet_length(note) > 65536 then
    raise exception using
      errcode = 'invalid_parameter_value',
      message = 'this is no signed note of a checkpoint',
      detail = 'A signed note is the text of isms.checkpoint_note(), an empty line, and a line for each signature.';
  end if;
  -- size and root are what a signature holds the trail to; the name is the organisation's to choose, the incarnation is not
  select k.* into c
    from isms.checkpoint k
   where k.size::text = split_part(said, E'\n', 2) and k.root = decode(split_part(said, E'\n', 3), 'base64')
     and split_part(said, E'\n', 1) like '%/' || k.incarnation
   order by k.number
   limit 1;
  if not found then
    raise exception using
      errcode = 'no_data_found',
      message = 'the trail has no such checkpoint',
      detail = format('signed was: %s', replace(rtrim(said, E'\n'), E'\n', ', ')),
      hint = 'A note that was taken here and is not known any more means that the past was rewritten: see isms.verify_trail().';
  end if;
  foreach line in array regexp_split_to_array(rtrim(substr(note, length(said) + 2), E'\n'), E'\n') loop
    part := regexp_match(line, '^— ([^[:space:]+]+) ([A-Za-z0-9+/]{8,}={0,2})$');
    if part is null or length(part[2]) % 4 <> 0 then
      raise exception using
        errcode = 'invalid_parameter_value',
        message = format('"%s" is no line of a signature', left(line, 100)),
        detail = 'It has an em dash, a blank, the name of the key, a blank, and base64 of four bytes that identify the key and the signature.';
    end if;
    raw := decode(part[2], 'base64');
    insert into isms.cosignature (checkpoint, note, key_name, key_id, signature, signed_at)
    values (c.number, said, part[1], substr(raw, 1, 4), substr(raw, 5),
            case when length(raw) = 76 and get_byte(raw, 4) = 0 and get_byte(raw, 5) = 0 and get_byte(raw, 6) = 0 then
              to_timestamp(('x' || encode(substr(raw, 5, 8), 'hex'))::bit(64)::bigint) end)
    on conflict on constraint cosignature_once do nothing;
    if found then
      added := added + 1;
    end if;
  end loop;
  return added;
end
$$;

comment on function isms.add_cosignatures(text) is
  'Stores the signatures of a signed note (C2SP) beside the checkpoint whose size and root it has, and returns how many are new; null for null. Whether they are the witness''s is not checked: that needs its key, and whom one trusts. For isms_admin. Errors: 22023 no signed note, P0002 no such checkpoint';

insert into isms.admin_function (name, builtin) values ('add_cosignatures', true);
