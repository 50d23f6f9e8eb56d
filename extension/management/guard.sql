-- Guards of the workflows document, internal_audit, finding, nonconformity, incident, change and certification.
-- They look at the row by the names of its columns, so that they serve any table that has them, and at other rows by
-- the relations of the workflow; a column or a relation that is not there is said to be missing.

-- What most of them are made of.
create function isms.guard_lacks(record jsonb, variadic columns text[]) returns text
  language sql immutable parallel safe set search_path = pg_catalog, pg_temp
begin atomic
  select case cardinality(m.missing)
           when 0 then null
           when 1 then m.missing[1] || ' is missing'
           else array_to_string(m.missing[:cardinality(m.missing) - 1], ', ') || ' and ' || m.missing[cardinality(m.missing)] || ' are missing'
         end
    from (select array(select c.name from unnest(columns) with ordinality c(name, position)
                        where coalesce(btrim(record ->> c.name, E' \t\n\r'), '') in ('', '[]', '{}')
                        order by c.position) as missing) m;
end;

comment on function isms.guard_lacks(jsonb, text[]) is 'Which of the columns are missing, null, blank or empty; null: none';

create function isms.guard_says(variadic sentences text[]) returns text
  language sql immutable parallel safe set search_path = pg_catalog, pg_temp
begin atomic
  select nullif(array_to_string(sentences, '; '), '');
end;

comment on function isms.guard_says(text[]) is 'The sentences that are not null as one; null: none';

create function isms.guard_future(record jsonb, "column" text, step isms.step) returns text
  language sql stable set search_path = pg_catalog, pg_temp
begin atomic
  select format('%s %s is in the future: in scope %s it is %s', "column", record ->> "column", (step).scope, to_char(isms.today((step).scope), 'YYYY-MM-DD'))
   where (record ->> "column")::date > isms.today((step).scope);
end;

comment on function isms.guard_future(jsonb, text, isms.step) is 'Says that a date is in the future; null: it is not, or missing';

create function isms.guard_inactive(persons jsonb, step isms.step) returns text
  language sql stable set search_path = pg_catalog, pg_temp
begin atomic
  select string_agg(format('%s is not active on %s', isms.person_name(c.code), to_char(isms.today((step).scope), 'YYYY-MM-DD')), '; ' order by c.code)
    from (select distinct p.code
            from jsonb_array_elements_text(case jsonb_typeof(persons) when 'array' then persons when 'string' then jsonb_build_array(persons) else '[]' end) p(code)) c
   where not exists (select from isms.person p
                      where p.code = c.code
                        and isms.today((step).scope) between coalesce(p.active_from, '-infinity') and coalesce(p.active_until, 'infinity'));
end;

comment on function isms.guard_inactive(jsonb, isms.step) is 'Who of a person or an array of persons is not active today; null: none';

create function isms.guard_undecided(record jsonb, decision text, key text, reason text) returns text
  language sql immutable parallel safe set search_path = pg_catalog, pg_temp
begin atomic
  select case record ->> decision
           when 'true' then isms.guard_lacks(record, key)
           when 'false' then isms.guard_lacks(record, reason)
           else decision || ' is missing: yes or no'
         end;
end;

comment on function isms.guard_undecided(jsonb, text, text, text) is 'What a decision lacks: yes with the key of a record, or no with a reason; null: nothing';

create function isms.guard_from_body(record jsonb, step isms.step) returns boolean
  language sql immutable parallel safe set search_path = pg_catalog, pg_temp
begin atomic
  select (step).workflow = 'certification' or coalesce(record ->> 'source' = 'certification_body', false);
end;

comment on function isms.guard_from_body(jsonb, isms.step) is 'Does a certification body decide? Of certifications, and of findings and nonconformities whose source it is';

-- Documents: 7.5.

-- 7.5.2 a
create function isms.guard_doc_identified(old jsonb, new jsonb, step isms.step) returns text
  language sql stable set search_path = pg_catalog, pg_temp
begin atomic
  select isms.guard_says(isms.guard_lacks(new, 'title', 'document', 'version', 'author', 'dated'),
                         isms.guard_future(new, 'dated', step));
end;

comment on function isms.guard_doc_identified(jsonb, jsonb, isms.step) is 'Guard: title, document, version, author and date are set';

-- 7.5.2 b
create function isms.guard_doc_format(old jsonb, new jsonb, step isms.step) returns text
  language sql immutable parallel safe set search_path = pg_catalog, pg_temp
begin atomic
  select isms.guard_lacks(new, 'language', 'format', 'medium');
end;

comment on function isms.guard_doc_format(jsonb, jsonb, isms.step) is 'Guard: language, format and medium are set';

-- 7.5.3
create function isms.guard_doc_controlled(old jsonb, new jsonb, step isms.step) returns text
  language sql immutable parallel safe set search_path = pg_catalog, pg_temp
begin atomic
  select isms.guard_lacks(new || case when new ->> 'keep_for' is null then '{}' else '{"retention": "a period"}'::jsonb end, 'classification', 'readers', 'kept_at', 'retention', 'disposal');
end;

comment on function isms.guard_doc_controlled(jsonb, jsonb, isms.step) is 'Guard: classification, who may read it, where and how long it is kept and how it is disposed of are set';

-- 7.5.3 e
create function isms.guard_change_noted(old jsonb, new jsonb, step isms.step) returns text
  language sql stable set search_path = pg_catalog, pg_temp
begin atomic
  select case when r.related is null then isms.step_unrelated(step, 'versions')
         else (
          select isms.guard_lacks(new, 'change_note')
           where exists (select from jsonb_array_elements(r.related) v where v ->> 'version' <> new ->> 'version' and v ->> '@state' in ('approved', 'withdrawn', 'disposed'))) end
    from (select isms.step_related(step, 'versions', new) as related) r;
end;

comment on function isms.guard_change_noted(jsonb, jsonb, isms.step) is 'Guard: from the second version on: what changed and why';

-- 5.2, 5.3: who approves what.
create table isms.kind_approver (
  workflow text not null constraint kind_approver_workflow_fkey references isms.workflow,
  kind text not null,
  role text not null constraint kind_approver_role_fkey references isms.role,
  clause text not null,
  builtin boolean not null default false,
  constraint kind_approver_pkey primary key (workflow, kind, role)
);

comment on table isms.kind_approver is 'Roles that approve documents and changes of a kind; a kind that is not listed anybody named may approve';
comment on column isms.kind_approver.workflow is 'Workflow';
comment on column isms.kind_approver.kind is 'Kind of document or change';
comment on column isms.kind_approver.role is 'Role, one of which the approver holds';
comment on column isms.kind_approver.clause is 'Clause that asks for it';
comment on column isms.kind_approver.builtin is 'Shipped with the extension';

insert into isms.closed_table (name, readable, builtin) values ('kind_approver', true, true);

-- 5.2, 5.3
create function isms.guard_approver_fits_kind(old jsonb, new jsonb, step isms.step) returns text
  language sql stable set search_path = pg_catalog, pg_temp
begin atomic
  select isms.guard_says(
           isms.guard_lacks(new, 'approver'),
           case when k.kind is null then 'kind is missing' end,
           (select format('%s holds none of the roles that approve kind %s: %s', isms.person_name(new ->> 'approver'), k.kind, string_agg(a.role, ', ' order by a.role))
              from isms.kind_approver a
             where a.workflow = (step).workflow and a.kind = k.kind
            having not bool_or(isms.holds_role(new ->> 'approver', a.role, (step).scope)) and new ->> 'approver' is not null))
    from (select coalesce(new ->> 'kind', isms.step_related(step, 'document', new) ->> 'kind') as kind) k;
end;

comment on function isms.guard_approver_fits_kind(jsonb, jsonb, isms.step) is 'Guard: the approver named holds a role that approves this kind: isms.kind_approver';

-- 7.5.2 c
create function isms.guard_review_recorded(old jsonb, new jsonb, step isms.step) returns text
  language sql stable set search_path = pg_catalog, pg_temp
begin atomic
  select isms.guard_says(isms.guard_lacks(new, 'reviewer', 'reviewed_on', 'suitable', 'adequate'),
                         isms.guard_future(new, 'reviewed_on', step),
                         case when new ->> 'suitable' = 'false' then 'it was not found suitable' end,
                         case when new ->> 'adequate' = 'false' then 'it was not found adequate' end);
end;

comment on function isms.guard_review_recorded(jsonb, jsonb, isms.step) is 'Guard: who reviewed it, when, and that it was found suitable and adequate';

-- 7.5.3
create function isms.guard_one_current(old jsonb, new jsonb, step isms.step) returns text
  language sql stable set search_path = pg_catalog, pg_temp
begin atomic
  select case when r.related is null then isms.step_unrelated(step, 'versions')
         else (
          select format('version %s is approved and takes effect on %s', v ->> 'version', v ->> 'effective_from')
            from jsonb_array_elements(r.related) v
           where v ->> 'version' <> new ->> 'version' and v ->> '@state' = 'approved' and (v ->> 'effective_from')::date >= (new ->> 'effective_from')::date
           order by v ->> 'effective_from' desc
           limit 1) end
    from (select isms.step_related(step, 'versions', new) as related) r;
end;

comment on function isms.guard_one_current(jsonb, jsonb, isms.step) is 'Guard: no other approved version takes effect on the same day or later';

-- What replaced another did so, whatever became of its text since; what was withdrawn is as if it had not.
create function isms.document_stands(status text, withdrawn_on date) returns boolean
  language sql immutable parallel safe
  return status = 'approved' or (status = 'disposed' and withdrawn_on is null);

comment on function isms.document_stands(text, date) is 'Was a version approved, and not withdrawn since? That it was disposed of does not count: what it replaced stays replaced';

-- 7.5.1 a: the last in force of a kind that a standard demands, and that is no register here, is needed whatever its row says.
create function isms.document_needed(scope text, document text) returns boolean
  language plpgsql stable set search_path = pg_catalog, pg_temp as $$
begin
  return (select d.mandatory
                 or k.mandatory and k.kept_in is null
                    and not exists (select from isms.document_status s
                                     where s.scope = d.scope and s.kind = d.kind and s.code <> d.code and s.state in ('current', 'review_due'))
            from isms.document d
            join isms.document_kind k on k.code = d.kind
           where d.scope = document_needed.scope and d.code = document_needed.document);
end
$$;

comment on function isms.document_needed(text, text) is 'May the document not be left without a version in force? It is mandatory by its row, or the last in force of a kind a standard demands as a document';

-- 7.5.1 a
create function isms.guard_mandatory_replaced(old jsonb, new jsonb, step isms.step) returns text
  language sql stable set search_path = pg_catalog, pg_temp
begin atomic
  select case when d.related is null then isms.step_unrelated(step, 'document')
              when v.related is null then isms.step_unrelated(step, 'versions')
              when (d.related ->> 'mandatory' = 'true' or isms.document_needed((step).scope, new ->> 'document'))
                   and (select x ->> '@state'
                          from jsonb_array_elements(v.related) x
                         where x ->> 'version' <> new ->> 'version' and isms.document_stands(x ->> '@state', (x ->> 'withdrawn_on')::date)
                           and (x ->> 'effective_from')::date <= isms.today((step).scope)
                         order by (x ->> 'effective_from')::date desc
                         limit 1) is distinct from 'approved'
              then format('document %s is mandatory and has no other version in force', new ->> 'document') end
    from (select isms.step_related(step, 'document', new) as related) d,
         (select isms.step_related(step, 'versions', new) as related) v
   where (step).from_state = 'approved';
end;

comment on function isms.guard_mandatory_replaced(jsonb, jsonb, isms.step) is 'Guard: a mandatory document is not left without a version in force';

-- 7.5.3 f: a period begins when the version stopped being in force, as isms.document_status counts it.
create function isms.guard_disposal_due(old jsonb, new jsonb, step isms.step) returns text
  language sql stable set search_path = pg_catalog, pg_temp
begin atomic
  select case when d.related is null then isms.step_unrelated(step, 'document')
              when v.related is null then isms.step_unrelated(step, 'versions')
              else isms.guard_says(
                case when (step).from_state = 'approved' and (e.replaced_on <= t.today) is not true
                     then case when (new ->> 'effective_from')::date > t.today then 'it is not in force yet' else 'it is in force' end end,
                case when new ->> 'keep_for' is null then format('it is kept as its retention says (%s), and keep_for names no period', coalesce(new ->> 'retention', 'nothing'))
                     when k.kept_until >= t.today then format('it is kept until %s', to_char(k.kept_until, 'YYYY-MM-DD')) end,
                case when d.related ->> 'hold' ~ '\S' then format('document %s is on hold: %s', new ->> 'document', d.related ->> 'hold') end,
                case when new ->> 'body' is not null then 'its text would stay: ask for it with the changes {"body": null}' end) end
    from (select isms.today((step).scope) as today) t
   cross join (select isms.step_related(step, 'document', new) as related) d
   cross join (select isms.step_related(step, 'versions', new) as related) v
   cross join lateral (
     select min((x ->> 'effective_from')::date) as replaced_on
       from jsonb_array_elements(v.related) x
      where x ->> 'version' <> new ->> 'version' and isms.document_stands(x ->> '@state', (x ->> 'withdrawn_on')::date)
        and (x ->> 'effective_from')::date > coalesce((new ->> 'effective_from')::date, '-infinity')) e
   cross join lateral (select (least(e.replaced_on, (new ->> 'withdrawn_on')::date) + (new ->> 'keep_for')::interval)::date as kept_until) k;
end;

comment on function isms.guard_disposal_due(jsonb, jsonb, isms.step) is 'Guard: it is no longer in force, the period for which it is kept is over, its document is not on hold, and its text goes';

create function isms.condition_was_approved(old jsonb, new jsonb, step isms.step) returns boolean
  language sql stable set search_path = pg_catalog, pg_temp
begin atomic
  select (step).from_state = 'approved';
end;

comment on function isms.condition_was_approved(jsonb, jsonb, isms.step) is 'Slot condition: it was approved';

-- Internal audits: 9.2.

-- 9.2.2
create function isms.guard_programme_approved(old jsonb, new jsonb, step isms.step) returns text
  language sql stable set search_path = pg_catalog, pg_temp
begin atomic
  select case when p.related is null then coalesce(isms.guard_lacks(new, 'programme'), isms.step_unrelated(step, 'programme'))
              else isms.guard_says(
                case when coalesce(p.related ->> '@state', p.related ->> 'status', '') <> 'approved' then format('programme %s is not approved', new ->> 'programme') end,
                'the programme''s ' || isms.guard_lacks(p.related, 'period', 'frequency', 'methods', 'responsibilities', 'planning', 'reporting'),
                isms.guard_lacks(new, 'planned_period'),
                case when not (p.related ->> 'period')::daterange @> (new ->> 'planned_period')::daterange
                     then 'planned_period is outside the period of the programme' end)
         end
    from (select isms.step_related(step, 'programme', new) as related) p;
end;

comment on function isms.guard_programme_approved(jsonb, jsonb, isms.step) is 'Guard: an approved audit programme covers the date, with frequency, methods, responsibilities, planning and reporting';

-- 9.2.2 a
create function isms.guard_criteria_and_scope(old jsonb, new jsonb, step isms.step) returns text
  language sql immutable parallel safe set search_path = pg_catalog, pg_temp
begin atomic
  select isms.guard_lacks(new, 'criteria', 'scope_items');
end;

comment on function isms.guard_criteria_and_scope(jsonb, jsonb, isms.step) is 'Guard: criteria and scope items are listed';

-- 9.2.2 b
create function isms.guard_team_named(old jsonb, new jsonb, step isms.step) returns text
  language sql stable set search_path = pg_catalog, pg_temp
begin atomic
  select isms.guard_says(
           isms.guard_lacks(new, 'lead_auditor', 'team'),
           case when new -> 'team' <> '[]' and not new -> 'team' ? (new ->> 'lead_auditor') then format('%s leads and is not in the team', isms.person_name(new ->> 'lead_auditor')) end,
           isms.guard_inactive(new -> 'team', step));
end;

comment on function isms.guard_team_named(jsonb, jsonb, isms.step) is 'Guard: one lead, who is in the team; everybody in it active';

-- 9.2.2 b, 7.2
create function isms.guard_team_competent(old jsonb, new jsonb, step isms.step) returns text
  language sql stable set search_path = pg_catalog, pg_temp
begin atomic
  select case when r.related is null then isms.step_unrelated(step, 'competence')
         else (
          select string_agg(case when x.person is null then format('no competence of %s is recorded', isms.person_name(t.code))
                            when coalesce(btrim(x.evidence), '') = '' then format('%s of %s has no evidence', x.competence, isms.person_name(t.code))
                            else format('%s of %s expired on %s', x.competence, isms.person_name(t.code), to_char(x.valid_until, 'YYYY-MM-DD')) end, '; ' order by t.code, x.competence)
            from (select new ->> 'lead_auditor' where new ->> 'lead_auditor' is not null
                   union
                  select jsonb_array_elements_text(case jsonb_typeof(new -> 'team') when 'array' then new -> 'team' else '[]' end)) t(code)
            left join jsonb_to_recordset(r.related) x(person text, competence text, evidence text, valid_until date) on x.person = t.code
           where x.person is null or coalesce(btrim(x.evidence), '') = '' or x.valid_until < isms.today((step).scope)) end
    from (select isms.step_related(step, 'competence', new) as related) r;
end;

comment on function isms.guard_team_competent(jsonb, jsonb, isms.step) is 'Guard: who leads it and everybody in the team hold the competences required, with evidence that has not expired';

-- What nobody knows nobody can be asked about: whose it is could not be told.
create function isms.unknown_items(scope text, items text[]) returns text[]
  language plpgsql stable set search_path = pg_catalog, pg_temp as $$
declare
  t record;
  known text[] := '{}';
begin
  for t in
    select distinct c.oid::regclass as relation
      from isms.owned_table x
      join pg_class c on c.oid = to_regclass(format('%I.%I', x.schema_name, x.table_name))
      join pg_attribute a on a.attrelid = c.oid and a.attname = 'code'
  loop
    known := known || array(
      select jsonb_array_elements_text(isms.read_as_owner(t.relation,
        format('select coalesce(jsonb_agg(x.code), ''[]'') from %s x where x.scope = $1 and x.code = any ($2)', t.relation), unknown_items.scope, items)));
  end loop;
  return array(
    select u.item
      from unnest(items) with ordinality u(item, position)
     where u.item <> all (known)
       and not exists (select from isms.control c where c.reference::text = u.item or starts_with(c.reference::text, u.item || '.'))
     order by u.position);
end
$$;

comment on function isms.unknown_items(text, text[]) is 'Which items of an audit are neither a clause or control, or what such are under, nor the code of what people of the scope own';

-- 9.2.2 b
create function isms.guard_team_impartial(old jsonb, new jsonb, step isms.step) returns text
  language sql stable set search_path = pg_catalog, pg_temp
begin atomic
  select case when a.related is null then isms.step_unrelated(step, 'audited')
              else isms.guard_says(
                (select string_agg(format('%s: %s', isms.person_name(t.code), a.related ->> t.code), '; ' order by t.code)
                   from (select new ->> 'lead_auditor'
                          union
                         select jsonb_array_elements_text(case jsonb_typeof(new -> 'team') when 'array' then new -> 'team' else '[]' end)) t(code)
                  where a.related ? t.code),
                (select string_agg(format('"%s" is no clause, no control and nothing anybody owns', u.item), '; ' order by u.position)
                   from unnest(isms.unknown_items((step).scope, array(
                          select jsonb_array_elements_text(case jsonb_typeof(new -> 'scope_items') when 'array' then new -> 'scope_items' else '[]' end)))) with ordinality u(item, position))) end
    from (select isms.step_related(step, 'audited', new) as related) a;
end;

comment on function isms.guard_team_impartial(jsonb, jsonb, isms.step) is 'Guard: nobody in the team is involved in what is audited, see isms.involved_in; all of it is known, see isms.unknown_items';

-- 19011 6.3.2
create function isms.guard_auditee_informed(old jsonb, new jsonb, step isms.step) returns text
  language sql stable set search_path = pg_catalog, pg_temp
begin atomic
  select case when new ->> 'unannounced' = 'true' then isms.guard_lacks(new, 'unannounced_reason')
              else isms.guard_says(isms.guard_lacks(new, 'plan_sent_on'), isms.guard_future(new, 'plan_sent_on', step)) end;
end;

comment on function isms.guard_auditee_informed(jsonb, jsonb, isms.step) is 'Guard: the plan was sent on or before the start, unless unannounced with a reason';

-- A finding that names no item is of the one that its requirement is, or is under.
create function isms.is_of_item(finding jsonb, variadic items text[]) returns boolean
  language sql immutable parallel safe set search_path = pg_catalog, pg_temp
begin atomic
  select coalesce(bool_or(case when finding ->> 'item' is not null then finding ->> 'item' = i.item
                               else starts_with((finding ->> 'requirement') || '.', i.item || '.') end), false)
    from unnest(items) i(item);
end;

comment on function isms.is_of_item(jsonb, text[]) is 'Is a finding of one of these items of an audit: by its item, or where it names none, because its requirement is one or under one?';

-- 9.2.2, 19011 6.4
create function isms.guard_coverage_recorded(old jsonb, new jsonb, step isms.step) returns text
  language sql stable set search_path = pg_catalog, pg_temp
begin atomic
  select case when r.related is null then isms.step_unrelated(step, 'items')
         else (
          select string_agg(format('%s: %s', coalesce(i.item, x.item),
                                   case when x.item is null then 'no result is recorded'
                                        when i.item is null then 'it has a result and is not among scope_items'
                                        when x.result = 'not_examined' then 'the reason why it was not examined is missing'
                                        when coalesce(x.result, '') not in ('conforms', 'finding') then 'result is missing'
                                        when not (coalesce(x.sample, '') ~ '\S' and coalesce(x.persons_met, '') ~ '\S') then 'sample and persons met are not noted'
                                        when x.result = 'conforms' then format('it conforms, and finding %s says that it does not', f.against)
                                        else 'its result is a finding, and no finding of the audit is of it' end), '; ' order by i.position, x.item collate "C")
            from jsonb_array_elements_text(case jsonb_typeof(new -> 'scope_items') when 'array' then new -> 'scope_items' else '[]' end) with ordinality i(item, position)
            full join jsonb_to_recordset(r.related) x(item text, result text, reason text, sample text, persons_met text) on x.item = i.item
           cross join lateral (
             select count(*) > 0 as found, min(g ->> 'code' collate "C") filter (where g ->> 'kind' in ('major', 'minor')) as against
               from jsonb_array_elements(coalesce(g.related, '[]')) e(g)
              where g ->> '@state' <> 'withdrawn' and isms.is_of_item(g, x.item)) f
           where i.item is null
              or not coalesce(case x.result when 'not_examined' then x.reason ~ '\S'
                              when 'conforms' then x.sample ~ '\S' and x.persons_met ~ '\S' and f.against is null
                              when 'finding' then x.sample ~ '\S' and x.persons_met ~ '\S' and f.found end, false)) end
    from (select isms.step_related(step, 'items', new) as related) r,
         (select isms.step_related(step, 'findings', new) as related) g;
end;

comment on function isms.guard_coverage_recorded(jsonb, jsonb, isms.step) is 'Guard: each scope item, and nothing else, conforms, has a finding, or was not examined with a reason; sample and persons met are noted; where one has a finding, one that was not withdrawn is of it, and where it conforms none of a nonconformity is';

-- 9.2.2 c
create function isms.guard_findings_final(old jsonb, new jsonb, step isms.step) returns text
  language sql stable set search_path = pg_catalog, pg_temp
begin atomic
  select case when r.related is null then isms.step_unrelated(step, 'findings')
         else (
          select string_agg(format('finding %s is %s', f ->> 'code', f ->> '@state'), ', ' order by f ->> 'code')
            from jsonb_array_elements(r.related) f
           where f ->> '@state' in ('draft', 'contested')) end
    from (select isms.step_related(step, 'findings', new) as related) r;
end;

comment on function isms.guard_findings_final(jsonb, jsonb, isms.step) is 'Guard: no finding is in draft or contested';

-- 9.2.2 c
create function isms.guard_conclusion_set(old jsonb, new jsonb, step isms.step) returns text
  language sql immutable parallel safe set search_path = pg_catalog, pg_temp
begin atomic
  select isms.guard_lacks(new, 'conclusion');
end;

comment on function isms.guard_conclusion_set(jsonb, jsonb, isms.step) is 'Guard: the overall conclusion is set';

-- 9.2.2 c
create function isms.guard_report_sent(old jsonb, new jsonb, step isms.step) returns text
  language sql stable set search_path = pg_catalog, pg_temp
begin atomic
  select isms.guard_says(
           isms.guard_lacks(new, 'reported_on', 'recipients'), isms.guard_future(new, 'reported_on', step),
           case when (new ->> 'reported_on')::date < lower((new ->> 'planned_period')::daterange)
                then format('reported_on %s is before the audit, which begins on %s', new ->> 'reported_on', to_char(lower((new ->> 'planned_period')::daterange), 'YYYY-MM-DD')) end,
           case when not exists (select
                                   from jsonb_array_elements_text(case jsonb_typeof(new -> 'recipients') when 'array' then new -> 'recipients' else '[]' end) p(code),
                                        unnest('{top_management,isms_manager,process_owner}'::text[]) m(role)
                                  where isms.holds_role(p.code, m.role, (step).scope))
                then 'nobody among the recipients is top_management, isms_manager or process_owner' end);
end;

comment on function isms.guard_report_sent(jsonb, jsonb, isms.step) is 'Guard: the report is dated, not before the audit, and went to recipients, relevant management among them';

-- 10.2
create function isms.guard_nonconformities_raised(old jsonb, new jsonb, step isms.step) returns text
  language sql stable set search_path = pg_catalog, pg_temp
begin atomic
  select case when r.related is null then isms.step_unrelated(step, 'findings')
         else (
          select string_agg(format('finding %s (%s) has no nonconformity', f ->> 'code', f ->> 'kind'), '; ' order by f ->> 'code')
            from jsonb_array_elements(r.related) f
           where f ->> 'kind' in ('major', 'minor') and f ->> '@state' <> 'withdrawn' and f ->> 'nonconformity' is null) end
    from (select isms.step_related(step, 'findings', new) as related) r;
end;

comment on function isms.guard_nonconformities_raised(jsonb, jsonb, isms.step) is 'Guard: each finding of a nonconformity has its nonconformity';

-- 9.2.2
create function isms.guard_replacement_planned(old jsonb, new jsonb, step isms.step) returns text
  language sql stable set search_path = pg_catalog, pg_temp
begin atomic
  select case when r.related is null then isms.step_unrelated(step, 'audits')
         else (
          select 'no other audit of this scope is planned in the programme'
           where not exists (select from jsonb_array_elements(r.related) a
                              where a ->> 'code' <> new ->> 'code' and a ->> '@state' = 'planned' and a -> 'scope_items' @> (new -> 'scope_items'))) end
    from (select isms.step_related(step, 'audits', new) as related) r;
end;

comment on function isms.guard_replacement_planned(jsonb, jsonb, isms.step) is 'Guard: another audit with the same scope is planned within the programme';

create function isms.condition_audit_late(old jsonb, new jsonb, step isms.step) returns boolean
  language sql stable set search_path = pg_catalog, pg_temp
begin atomic
  select not (isms.step_related(step, 'programme', new) ->> 'period')::daterange @> (new ->> 'planned_period')::daterange;
end;

comment on function isms.condition_audit_late(jsonb, jsonb, isms.step) is 'Slot condition: the audit is moved out of the programmes period; null where that cannot be told';

-- Findings: 9.2.2, ISO 19011 6.4.8.

-- 9.2.2
create function isms.guard_finding_complete(old jsonb, new jsonb, step isms.step) returns text
  language sql stable set search_path = pg_catalog, pg_temp
begin atomic
  select isms.guard_says(
           isms.guard_lacks(new, 'kind', 'requirement', 'evidence', 'statement'),
           case when new ->> 'kind' not in ('major', 'minor', 'observation', 'opportunity', 'concern') then format('kind %s is none of major, minor, observation, opportunity, concern', new ->> 'kind') end,
           case when a.related is not null and isms.guard_lacks(new, 'requirement') is null
                     and not isms.is_of_item(new, variadic array(select jsonb_array_elements_text(case jsonb_typeof(a.related -> 'scope_items') when 'array' then a.related -> 'scope_items' else '[]' end)))
                then 'item is none of the audit''s scope_items, nor is the requirement one or under one' end)
    from (select isms.step_related(step, 'audit', new) as related) a;
end;

comment on function isms.guard_finding_complete(jsonb, jsonb, isms.step) is 'Guard: kind, requirement, evidence and statement are set; what an internal audit found is of one of its scope items';

-- 9.2.2 b
create function isms.guard_recorder_fits(old jsonb, new jsonb, step isms.step) returns text
  language sql stable set search_path = pg_catalog, pg_temp
begin atomic
  select case
           -- handing it to somebody else makes nobody the one who found it
           when (step).transition = 'withdraw'
                and exists (select from isms.row_history((step).relation::regclass, (step).key) h
                             where h.operation = 'update' and h.old_values ->> 'auditee' = (step).actor and (h.scope is null or h.scope = (step).scope))
           then format('%s answered for what was audited before', isms.person_name((step).actor))
           when isms.guard_from_body(new, step)
           then (select format('%s is no isms_manager, who records what the certification body found', isms.person_name((step).actor))
                  where not isms.holds_role((step).actor, 'isms_manager', (step).scope))
           when a.audit is null then isms.step_unrelated(step, 'audit')
           when (step).actor = a.audit ->> 'lead_auditor' then null
           when (step).transition = 'close'
           then (select format('%s is no internal_auditor', isms.person_name((step).actor))
                  where not isms.holds_role((step).actor, 'internal_auditor', (step).scope))
           when (step).transition = 'withdraw' then format('%s does not lead audit %s', isms.person_name((step).actor), a.audit ->> 'code')
           when not coalesce(a.audit -> 'team' ? (step).actor, false) then format('%s is not in the team of audit %s', isms.person_name((step).actor), a.audit ->> 'code')
         end
    from (select isms.step_related(step, 'audit', new) as audit) a
   where (step).actor is not null;
end;

comment on function isms.guard_recorder_fits(jsonb, jsonb, isms.step) is 'Guard: what an internal audit finds its team records, its lead withdraws and any internal auditor closes; what a certification body finds the ISMS manager records; nobody withdraws what they answered for';

-- 10.2
create function isms.guard_nonconformity_linked(old jsonb, new jsonb, step isms.step) returns text
  language sql stable set search_path = pg_catalog, pg_temp
begin atomic
  select case when n.related is null then coalesce(isms.guard_lacks(new, 'nonconformity'), format('there is no nonconformity %s', new ->> 'nonconformity'))
              else isms.guard_says(
                case when n.related ->> '@state' = 'void' then format('nonconformity %s is void', new ->> 'nonconformity')
                     -- what comes back after it was closed is another one
                     when n.related ->> '@state' = 'closed' and (n.related ->> 'found_on')::date < (new ->> 'found_on')::date
                     then format('nonconformity %s is closed and was found on %s, before the finding', new ->> 'nonconformity', n.related ->> 'found_on') end,
                case when new ->> 'kind' = 'major' and n.related ->> 'grade' is distinct from 'major'
                     then format('the finding is major, and nonconformity %s is %s', new ->> 'nonconformity', coalesce('graded ' || (n.related ->> 'grade'), 'not graded')) end,
                case when (step).transition = 'amend_nonconformity' and o.related ->> '@state' <> 'void'
                     then format('nonconformity %s, with which it was agreed, is not void', old ->> 'nonconformity') end) end
    from (select isms.step_related(step, 'nonconformity', new) as related) n,
         (select isms.step_related(step, 'nonconformity', old) as related) o
   where new ->> 'kind' in ('major', 'minor');
end;

comment on function isms.guard_nonconformity_linked(jsonb, jsonb, isms.step) is 'Guard: a finding of a nonconformity has it: none that is void, or was closed before; graded major where the finding is. Once agreed another one takes the place of one that is void';

-- 10.2
create function isms.guard_nonconformity_closed(old jsonb, new jsonb, step isms.step) returns text
  language sql stable set search_path = pg_catalog, pg_temp
begin atomic
  select case when n.related is null then coalesce(isms.guard_lacks(new, 'nonconformity'), format('there is no nonconformity %s', new ->> 'nonconformity'))
              when n.related ->> '@state' <> 'closed' then format('nonconformity %s is %s', new ->> 'nonconformity', n.related ->> '@state') end
    from (select isms.step_related(step, 'nonconformity', new) as related) n
   where new ->> 'kind' in ('major', 'minor');
end;

comment on function isms.guard_nonconformity_closed(jsonb, jsonb, isms.step) is 'Guard: the nonconformity of a finding of one is closed';

-- 10.1
create function isms.guard_decision_recorded(old jsonb, new jsonb, step isms.step) returns text
  language sql stable set search_path = pg_catalog, pg_temp
begin atomic
  select case new ->> 'decision'
           when 'taken_up' then (
             select format('no action serves finding %s', new ->> 'code')
              where not exists (select from isms.action a
                                 where a.scope = (step).scope and a.serves_kind = (step).workflow and a.serves = new ->> 'code' and a.status <> 'cancelled'))
           when 'declined' then isms.guard_lacks(new, 'decision_reason')
           else 'decision is missing: taken_up or declined'
         end
   where new ->> 'kind' in ('observation', 'opportunity');
end;

comment on function isms.guard_decision_recorded(jsonb, jsonb, isms.step) is 'Guard: an observation or opportunity is taken up, with an action, or declined with a reason';

-- 17021-1 9.4.9-9.4.10, 9.5
create function isms.guard_body_reference(old jsonb, new jsonb, step isms.step) returns text
  language sql stable set search_path = pg_catalog, pg_temp
begin atomic
  -- Where the state froze the letter, the one that is there is that of the step before; others are in the trail.
  select isms.guard_says(
           isms.guard_lacks(new, 'body_reference', 'body_dated', 'body_evidence'), isms.guard_future(new, 'body_dated', step),
           case when l.kept and (btrim(new ->> 'body_reference') = btrim(old ->> 'body_reference')
                                 or exists (select from isms.row_history((step).relation::regclass, (step).key) h
                                             where h.operation = 'update' and btrim(h.old_values ->> 'body_reference') = btrim(new ->> 'body_reference') and (h.scope is null or h.scope = (step).scope)))
                then format('body_reference %s is the letter of a step before', new ->> 'body_reference') end,
           case when l.kept and (new ->> 'body_dated')::date < (old ->> 'body_dated')::date
                then format('body_dated %s is before the letter of a step before, of %s', new ->> 'body_dated', old ->> 'body_dated') end)
    from (select exists (select from isms.workflow_state s
                          where s.workflow = (step).workflow and s.name = (step).from_state and 'body_reference' = any (s.frozen_columns)) as kept) l
   where isms.guard_from_body(new, step);
end;

comment on function isms.guard_body_reference(jsonb, jsonb, isms.step) is 'Guard: where a certification body decides, its letter or report is named, another for each step: reference, date, evidence';

-- 17021-1 9.4.9-9.4.10, 9.5
create function isms.guard_body_accepted_plan(old jsonb, new jsonb, step isms.step) returns text
  language sql stable set search_path = pg_catalog, pg_temp
begin atomic
  select isms.guard_says(isms.guard_lacks(new, 'body_accepted_on'), isms.guard_future(new, 'body_accepted_on', step))
   where isms.guard_from_body(new, step);
end;

comment on function isms.guard_body_accepted_plan(jsonb, jsonb, isms.step) is 'Guard: where a certification body found it, it accepted the plan';

-- 17021-1 9.4.9-9.4.10, 9.5
create function isms.guard_body_closed(old jsonb, new jsonb, step isms.step) returns text
  language sql stable set search_path = pg_catalog, pg_temp
begin atomic
  select isms.guard_says(isms.guard_lacks(new, 'body_verified_on'), isms.guard_future(new, 'body_verified_on', step))
   where isms.guard_from_body(new, step);
end;

comment on function isms.guard_body_closed(jsonb, jsonb, isms.step) is 'Guard: where a certification body found it, it verified the correction and the action';
