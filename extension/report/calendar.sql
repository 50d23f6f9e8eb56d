-- Dates as iCalendar (RFC 5545), for the calendars people have.
create function isms.calendar_items(scope text) returns table (kind text, code text, title text, owner text, what text, due date)
  language plpgsql stable parallel restricted set search_path = pg_catalog, pg_temp as $$
begin
  return query
    select i.kind, i.code, i.title, i.owner, i.what, i.due
      from (
        select 'action' as kind, a.code, a.title, a.owner, 'to be done' as what, a.due_on as due
          from isms.action a
         where a.scope = calendar_items.scope and a.status in ('planned', 'in_progress')
         union all
        select 'risk', r.code, r.title, r.owner, 'review', r.next_review
          from isms.risk r
         where r.scope = calendar_items.scope and r.status <> 'closed'
         union all
        -- one that another goes on from is not the end
        select 'acceptance', c.code, r.title, r.owner, 'acceptance ends', upper(c.validity) - 1
          from isms.acceptance c
          join isms.risk r on r.scope = c.scope and r.code = c.risk and r.status <> 'closed'
         where c.scope = calendar_items.scope and c.status = 'accepted'
           and not exists (
             select
               from isms.acceptance l
              where l.scope = c.scope and l.risk = c.risk and l.basis = c.basis and l.status = 'accepted' and upper(l.validity) > upper(c.validity))
         union all
        select 'control_test_plan', t.code, t.title, t.tester, 'test', t.due
          from isms.control_test_due t
         where t.scope = calendar_items.scope
         union all
        select d.kind, d.code, d.title, d.owner, d.what, d.due
          from isms.due_items() d
         where d.scope = calendar_items.scope
         union all
        select 'certification', n.certification, k.title, k.owner, n.what || ' as planned', n.planned_on
          from isms.certification_calendar n
          join isms.certification k on k.scope = n.scope and k.code = n.certification
         where n.scope = calendar_items.scope and n.status = 'planned') i
     where i.due between '0001-01-01' and '9999-12-31';
end
$$;

comment on function isms.calendar_items(text) is 'What has a day in a scope: actions, reviews of risks, ends of acceptances, tests of controls, audits as planned, and what isms.due_items() gives';

-- 3.3.11: what a text may hold, and how.
create function isms.ics_text(value text) returns text
  language sql immutable parallel safe set search_path = pg_catalog, pg_temp
begin atomic
  select regexp_replace(regexp_replace(regexp_replace(value, '([\\;,])', '\\\1', 'g'), '\r\n|\r|\n', '\\n', 'g'), '[\x01-\x08\x0b-\x1f\x7f]', '', 'g');
end;

comment on function isms.ics_text(text) is 'A text as a value of iCalendar: backslash, semicolon, comma and line ends escaped, other control characters left out (RFC 5545, 3.3.11)';

-- 3.1: at most 75 octets a line without its end; a line that goes on begins with a space, which counts.
create function isms.ics_line(line text) returns text
  language plpgsql immutable strict parallel safe set search_path = pg_catalog, pg_temp as $$
declare
  result text := '';
  used integer := 0;
  character text;
  size integer;
begin
  if octet_length(convert_to(line, 'UTF8')) <= 75 then
    return line || E'\r\n';
  end if;
  foreach character in array string_to_array(line, null) loop
    size := octet_length(convert_to(character, 'UTF8'));
    if used + size > 75 then
      result := result || E'\r\n ';
      used := 1;
    end if;
    result := result || character;
    used := used + size;
  end loop;
  return result || E'\r\n';
end
$$;

comment on function isms.ics_line(text) is 'A content line of iCalendar with its end: folded at 75 octets of UTF-8, between characters (RFC 5545, 3.1)';

create function isms.uuid5(space uuid, name text) returns uuid
  language c immutable strict parallel safe as 'MODULE_PATHNAME', 'isms_uuid5';

comment on function isms.uuid5(uuid, text) is 'UUID of a name in a name space, version 5 (RFC 9562, 5.5)';

-- The name space is that of URLs (RFC 9562, 6.6), so that anybody can make the same from the key.
create function isms.name_uuid(variadic key text[]) returns uuid
  language sql stable parallel safe set search_path = pg_catalog, pg_temp
begin atomic
  select isms.uuid5('6ba7b811-9dad-11d1-80b4-00c04fd430c8',
                    'isms:' || to_jsonb(array[coalesce(nullif(current_setting('isms.origin', true), ''), current_database()::text)] || key)::text);
end;

comment on function isms.name_uuid(text[]) is 'UUID of a thing by its natural key: version 5 of isms: and a JSON array of the origin (setting isms.origin, or the database''s name) and the key''s parts, in the name space of URLs';

create function isms.calendar_ics(scope text default isms.default_scope(), person text default null) returns text
  language plpgsql stable parallel restricted set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
declare
  called text := (select s.name from isms.scope s where s.code = calendar_ics.scope);
  who text := (select p.name from isms.person p where p.code = calendar_ics.person);
  stamp text := to_char(now(), 'YYYYMMDD"T"HH24MISS"Z"');
  events text;
begin
  if called is null or who is null and person is not null then
    raise exception using
      errcode = 'no_data_found',
      message = case when called is null then format('there is no scope %s that you may see', scope) else format('there is no person %s that you may see', person) end,
      hint = case when called is null then 'isms.scope lists those you may.' else 'Codes of people are in isms.person.' end;
  end if;
  select string_agg(isms.ics_line('BEGIN:VEVENT')
                    || isms.ics_line('UID:' || isms.name_uuid(calendar_ics.scope, i.kind, i.code, i.what, i.n::text))
                    || isms.ics_line('DTSTAMP:' || stamp)
                    || isms.ics_line('DTSTART;VALUE=DATE:' || to_char(i.due, 'YYYYMMDD'))
                    || isms.ics_line('SUMMARY:' || isms.ics_text(format('%s: %s (%s %s)', i.title, i.what, replace(i.kind, '_', ' '), i.code)))
                    || coalesce(isms.ics_line('DESCRIPTION:' || isms.ics_text('Responsible: ' || p.name)), '')
                    || isms.ics_line('CATEGORIES:' || isms.ics_text(replace(i.kind, '_', ' ')))
                    || isms.ics_line('TRANSP:TRANSPARENT')
                    || isms.ics_line('END:VEVENT'), '' order by i.due, i.kind collate "C", i.code collate "C", i.what collate "C", i.n)
    into events
    from (select c.*, row_number() over (partition by c.kind, c.code, c.what order by c.due, c.title, c.owner) as n from isms.calendar_items(calendar_ics.scope) c) i
    left join isms.person p on p.code = i.owner
   where calendar_ics.person is null or i.owner = calendar_ics.person;
  return isms.ics_line('BEGIN:VCALENDAR')
         || isms.ics_line('VERSION:2.0')
         || isms.ics_line('PRODID:-//isms//isms//EN')
         || isms.ics_line('CALSCALE:GREGORIAN')
         || isms.ics_line('X-WR-CALNAME:' || isms.ics_text(concat_ws(', ', called, who)))
         -- 3.6: a calendar has at least one component
         || coalesce(events, (select string_agg(isms.ics_line(l), '' order by n)
              from unnest('{BEGIN:VTIMEZONE,TZID:UTC,BEGIN:STANDARD,DTSTART:19700101T000000,TZOFFSETFROM:+0000,TZOFFSETTO:+0000,END:STANDARD,END:VTIMEZONE}'::text[]) with ordinality u(l, n)))
         || isms.ics_line('END:VCALENDAR');
end
$$;

comment on function isms.calendar_ics(text, text) is 'What has a day in a scope as iCalendar (RFC 5545), of one person or of all: an event a day, whose UID stays when the day moves. Errors: P0002 no such scope or person, IS021';
