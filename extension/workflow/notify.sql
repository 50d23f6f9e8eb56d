-- Who waits for news of approvals need not ask again and again: LISTEN isms_inbox.
create function isms.notify_inbox() returns trigger
  language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
  q isms.approval_request;
  event text;
  persons text[];
  payload jsonb;
begin
  if tg_table_name = 'approval' then
    select * into q from isms.approval_request r where r.id = (to_jsonb(new) ->> 'request')::bigint;
    event := 'approved';
  else
    q := new;
    event := case when q.status = 'open' then 'opened' else 'closed' end;
  end if;
  if q.carried_over then
    return null;
  end if;
  -- Who is to act now; of a request that has ended, who asked.
  persons := case when event = 'closed' then array[q.requester]
             else array(select distinct c.code from isms.open_slots(q.id) s, unnest(s.candidates) c(code) order by 1) end;
  payload := jsonb_build_object('event', event, 'status', q.status, 'request', q.id, 'scope', q.scope, 'table', q.table_name, 'key', q.key,
                                'transition', q.transition, 'persons', to_jsonb(persons));
  -- A notification holds less than 8000 bytes; isms.waiting_approvals tells the rest.
  if octet_length(payload::text) > 7900 then
    payload := payload - 'persons';
  end if;
  if octet_length(payload::text) > 7900 then
    payload := payload - 'key';
  end if;
  perform pg_notify('isms_inbox', payload::text);
  return null;
end
$$;

comment on function isms.notify_inbox() is 'AFTER trigger of requests and approvals: NOTIFY isms_inbox with JSON of event (opened, approved, closed), status, request, scope, table, key, transition and persons: who can approve now, or who asked';

create trigger notify_inbox after insert on isms.approval
  for each row execute function isms.notify_inbox();

create trigger notify_inbox after insert on isms.approval_request
  for each row execute function isms.notify_inbox();

create trigger notify_inbox_closed after update on isms.approval_request
  for each row when (old.status is distinct from new.status) execute function isms.notify_inbox();
