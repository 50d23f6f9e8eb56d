-- What is wrong with the people a workflow needs, and what a workflow looks like.
create function isms.workflow_gaps(scope text default null) returns table (workflow text, transition text, slot text, gap text, reason text, persons text[])
  language plpgsql stable security definer set search_path = pg_catalog, pg_temp as $$
  -- definer: who holds a database role may not be the caller's to see; only visible scopes are told of
declare
  here text := coalesce(workflow_gaps.scope, isms.default_scope());
  step isms.step;
  t isms.workflow_transition;
  a isms.workflow_approval;
  askers text[];
  approvers text[];
  everybody text[];
  condition text;
  slots integer;
begin
  if not coalesce(here = any (isms.visible_scopes()), false) then
    raise exception using
      errcode = 'IS021',
      message = format('scope %s is not visible', here),
      detail = 'scope: it does not exist, or the actor holds no role in it',
      hint = 'isms.scope lists those that are.';
  end if;
  step.scope := here;
  for t in
    select x.*
      from isms.workflow_transition x
     where exists (select from isms.workflow_binding b where b.workflow = x.workflow and coalesce(b.in_scope, here) = here)
     order by x.workflow, x.name
  loop
    t := isms.without_overlaid(t, here);
    step.workflow := t.workflow;
    step.transition := t.name;
    workflow := t.workflow;
    transition := t.name;
    slot := null;
    -- Whom a row names is not known before there is a row.
    askers := case when exists (select from unnest(t.actors) s where s like '@%') then null else isms.step_candidates(t.actors, null, null, step) end;
    if askers = '{}' then
      gap := 'nobody';
      reason := format('nobody is %s', (select string_agg(isms.spec_words(s), ' or ') from unnest(t.actors) s));
      persons := askers;
      return next;
    end if;
    everybody := '{}';
    slots := 0;
    for a in
      select w.*
        from isms.workflow_approval w
       where w.workflow = t.workflow and w.transition = t.name and w.approver not like '@%' and not isms.is_overlaid(step, 'slot', w.slot)
       order by w.slot
    loop
      approvers := isms.step_candidates(array[a.approver], null, null, step);
      -- A delegate is no help where only who is represented can ask.
      approvers := approvers || array(select distinct d.to_person
                                        from isms.delegation d
                                       where not coalesce(askers <@ approvers, false) and d.scope = here and d.from_person = any (approvers) and d.to_person <> all (approvers) and isms.delegation_covers(d, a.approver)
                                       order by 1);
      condition := coalesce(', needed where ' || replace(a.condition, '_', ' '), '');
      slot := a.slot;
      persons := approvers;
      if approvers = '{}' then
        gap := 'nobody';
        reason := format('nobody is %s, whose approval it takes%s', isms.spec_words(a.approver), condition);
        return next;
      elsif cardinality(approvers) = 1 then
        gap := 'one person';
        reason := format('only %s can approve as %s%s', isms.person_name(approvers[1]), isms.spec_words(a.approver), condition)
                  || case when not 'R' = any (t.separation) then ''
                          when askers = approvers then ', and nobody else can ask for it'
                          else ', and not what that person asks for' end;
        return next;
      end if;
      everybody := everybody || array(select p from unnest(approvers) p where p <> all (everybody));
      slots := slots + a.needed;
    end loop;
    -- Each fills one slot, and where R holds who asks fills none.
    if slots > 1 and slots > cardinality(everybody) - (case when 'R' = any (t.separation) and askers <@ everybody then 1 else 0 end) and everybody <> '{}' then
      slot := null;
      gap := 'one person';
      reason := format('%s approvals are each another person''s%s, and only %s can give them', slots,
                       case when 'R' = any (t.separation) and askers <@ everybody then ', none who asks' else '' end, isms.person_names(everybody, 'and'));
      persons := everybody;
      return next;
    end if;
  end loop;
end
$$;

comment on function isms.workflow_gaps(text) is 'Steps of the workflows in use that nobody in the scope can take or approve today (nobody), and approvals that hang on one person (one person); what names the person in a row is not looked at. Default scope where none is named. Errors: IS021';

create function isms.dot_quote(text text) returns text
  language sql immutable parallel safe
begin atomic
  select '"' || replace(replace(replace(text, '\', '\\'), '"', '\"'), E'\n', '\n') || '"';
end;

comment on function isms.dot_quote(text) is 'Text as a quoted string of Graphviz';

create function isms.workflow_dot(workflow text) returns text
  language plpgsql stable set search_path = pg_catalog, pg_temp as $$
declare
  lines text[];
begin
  if not exists (select from isms.workflow w where w.name = workflow_dot.workflow) then
    raise exception using
      errcode = 'no_data_found',
      message = format('there is no workflow "%s"', workflow_dot.workflow),
      hint = 'isms.workflow lists them.';
  end if;
  lines := array['digraph ' || isms.dot_quote(workflow_dot.workflow) || ' {',
                 '  label=' || isms.dot_quote((select w.title from isms.workflow w where w.name = workflow_dot.workflow)) || '; rankdir=LR; node [shape=box];']
    || array(
      select format('  %s%s;', isms.dot_quote(s.name), case when s.retired then ' [style=dotted]' when s.final then ' [shape=doublecircle]' when s.initial then ' [style=bold]' else '' end)
        from isms.workflow_state s
       where s.workflow = workflow_dot.workflow
       order by s.position)
    || array(
      select format('  %s [shape=point];', isms.dot_quote('@' || t.name))
        from isms.workflow_transition t
       where t.workflow = workflow_dot.workflow and t.from_states = '{}'
       order by t.name)
    || array(
      select format('  %s -> %s [label=%s%s];', isms.dot_quote(e.source), isms.dot_quote(coalesce(e.to_state, e.source)),
                    isms.dot_quote(concat_ws(E'\n', e.name,
                      (select string_agg(isms.spec_words(u.s), ' / ' order by u.i) from unnest(e.actors) with ordinality u(s, i)),
                      (select 'approved by ' || string_agg(isms.several_of(a.needed) || isms.spec_words(a.approver) || coalesce(' where ' || replace(a.condition, '_', ' '), ''), ' and ' order by a.slot)
                         from isms.workflow_approval a
                        where a.workflow = workflow_dot.workflow and a.transition = e.name))),
                    case when e.to_state is null then ', style=dashed' else '' end)
        from (select t.name, t.to_state, t.actors, '@' || t.name as source, 0 as position
                from isms.workflow_transition t
               where t.workflow = workflow_dot.workflow and t.from_states = '{}'
               union all
              select t.name, t.to_state, t.actors, s.name, s.position
                from isms.workflow_state s
               cross join lateral isms.transitions_from(s.workflow, s.name) t
               where s.workflow = workflow_dot.workflow) e
       order by e.position, e.to_state is null, e.name)
    || '}'::text;
  return array_to_string(lines, E'\n');
end
$$;

comment on function isms.workflow_dot(text) is 'A workflow as text for Graphviz: states (bold: rows start there, double: final, dotted: retired), steps with who takes and who approves them, amendments dashed. Errors: P0002';
