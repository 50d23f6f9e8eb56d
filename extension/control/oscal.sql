-- OSCAL, the Open Security Controls Assessment Language of NIST (JSON form, version 1): catalogues and profiles come in as
-- documents.  What the document says is kept as it is in jsonb; texts are written out for reading, with parameters in place.

create function isms.oscal_list(object jsonb, name text) returns jsonb
  language sql immutable parallel safe
begin atomic
  select case when jsonb_typeof(object -> name) = 'array' then object -> name else '[]' end;
end;

comment on function isms.oscal_list(jsonb, text) is 'The array of that name in the object; empty where there is none';

create function isms.oscal_property(object jsonb, name text) returns text
  language sql immutable parallel safe set search_path = pg_catalog, pg_temp
begin atomic
  select p.x ->> 'value'
    from jsonb_array_elements(isms.oscal_list(object, 'props')) with ordinality p(x, n)
   where p.x ->> 'name' = oscal_property.name
   order by p.x ? 'class', p.n
   limit 1;
end;

comment on function isms.oscal_property(jsonb, text) is 'Value of a property of the object; of several, one without a class before the others';

-- The document's kind is the name of its only object.
create function isms.oscal_document(document jsonb, kind text, called text) returns jsonb
  language plpgsql immutable parallel safe set search_path = pg_catalog, pg_temp as $$
declare
  found_kind text;
begin
  if jsonb_typeof(document) is distinct from 'object' then
    raise exception using
      errcode = 'invalid_parameter_value',
      message = format('the document is no OSCAL %s but %s', called, coalesce('a JSON ' || jsonb_typeof(document), 'null')),
      hint = format('An OSCAL document is an object of the form {"%s": {...}}.', kind);
  end if;
  select k into found_kind
    from jsonb_object_keys(document) k
   where k in ('catalog', 'profile', 'component-definition', 'system-security-plan', 'assessment-plan', 'assessment-results', 'plan-of-action-and-milestones', 'mapping-collection')
   order by k <> kind
   limit 1;
  if found_kind is distinct from kind then
    raise exception using
      errcode = 'invalid_parameter_value',
      message = format('the document is no OSCAL %s', called),
      detail = coalesce('document: it is a ' || found_kind, format('document: it has no member "%s"', kind)),
      hint = case found_kind when 'profile' then 'A profile is read by isms.import_oscal_profile.' when 'catalog' then 'A catalogue is read by isms.import_oscal_catalog.' else format('An OSCAL document is an object of the form {"%s": {...}}.', kind) end;
  end if;
  if jsonb_typeof(document -> kind) <> 'object' then
    raise exception using
      errcode = 'invalid_parameter_value',
      message = format('"%s" of the document is no object', kind);
  end if;
  return document -> kind;
end
$$;

comment on function isms.oscal_document(jsonb, text, text) is 'The object of an OSCAL document of that kind. Errors: 22023 no object, or a document of another kind';

create function isms.oscal_nodes(catalog jsonb) returns table (path bigint[], is_group boolean, groups text[], above text, x jsonb)
  language sql immutable parallel safe set search_path = pg_catalog, pg_temp
begin atomic
  with recursive node(path, is_group, groups, above, x) as (
    select '{}'::bigint[], true, '{}'::text[], null::text, oscal_nodes.catalog
     union all
    select n.path || c.n,
           c.is_group,
           case when n.is_group and n.path <> '{}' then n.groups || coalesce(n.x ->> 'title', n.x ->> 'id', '') else n.groups end,
           case when not n.is_group then n.x ->> 'id' end,
           c.x
      from node n
     cross join lateral (
       select true, e.x, e.n
         from jsonb_array_elements(isms.oscal_list(n.x, 'groups')) with ordinality e(x, n)
        where n.is_group
        union all
       select false, e.x, e.n + jsonb_array_length(isms.oscal_list(n.x, 'groups'))
         from jsonb_array_elements(isms.oscal_list(n.x, 'controls')) with ordinality e(x, n)) c(is_group, x, n)
     where cardinality(n.path) < 20)
  select n.path, n.is_group, n.groups, n.above, n.x from node n;
end;

comment on function isms.oscal_nodes(jsonb) is 'The catalogue itself, its groups and controls, down to the twentieth level: where each stands, titles of the groups around it, identifier of the control above it';

-- Prose refers to parameters as in {{ insert: param, ac-1_prm_1 }}.
create function isms.oscal_prose(prose text, parameters jsonb) returns text
  language plpgsql immutable parallel safe set search_path = pg_catalog, pg_temp as $$
declare
  part text[];
begin
  if strpos(prose, '{{') > 0 then
    prose := regexp_replace(prose, '\}\}\s+([.,;:)])', '}}\1', 'g');
    for part in select distinct m from regexp_matches(prose, '(\{\{\s*(?:insert:\s*param(?:-id)?\s*,\s*)?([^\s{},]+)\s*\}\})', 'g') m loop
      prose := replace(prose, part[1], coalesce(parameters ->> part[2], '[Assignment: ' || part[2] || ']'));
    end loop;
  end if;
  return regexp_replace(prose, '^\s+|\s+$', '', 'g');
end
$$;

comment on function isms.oscal_prose(text, jsonb) is 'Prose with the parameters in place, each as isms.oscal_parameters writes it';

-- A value where the document sets one; else what is to be filled in, in the manner SP 800-53 is printed.  Choices name
-- parameters in turn, so they are written twice; a document that goes round in circles gains nothing by it.
create function isms.oscal_parameters(catalog jsonb) returns jsonb
  language plpgsql immutable parallel safe set search_path = pg_catalog, pg_temp as $$
declare
  parameters jsonb;
  result jsonb := '{}';
begin
  select jsonb_agg(p.x) into parameters
    from isms.oscal_nodes(catalog) n
   cross join lateral jsonb_array_elements(isms.oscal_list(n.x, 'params')) p(x)
   where p.x ->> 'id' is not null;
  for round in 0 .. 2 loop
    result := result || coalesce((
      select jsonb_object_agg(p.x ->> 'id',
               case
                 when jsonb_array_length(isms.oscal_list(p.x, 'values')) > 0 then
                   (select string_agg(v.x, ', ' order by v.n) from jsonb_array_elements_text(p.x -> 'values') with ordinality v(x, n))
                 when round > 0 and p.x ? 'select' then
                   format('[Selection%s: %s]', case p.x #>> '{select,how-many}' when 'one-or-more' then ' (one or more)' end,
                          (select string_agg(isms.oscal_prose(v.x, result), '; ' order by v.n)
                             from jsonb_array_elements_text(isms.oscal_list(p.x -> 'select', 'choice')) with ordinality v(x, n)))
                 else '[Assignment: ' || coalesce(p.x ->> 'label', p.x ->> 'id') || ']'
               end)
        from jsonb_array_elements(parameters) p(x)
       where round = 0 or p.x ? 'select'), '{}');
  end loop;
  return result;
end
$$;

comment on function isms.oscal_parameters(jsonb) is 'Text of every parameter of a catalogue, by identifier: its values, or [Assignment: label], or [Selection: choices]';

create function isms.oscal_text(part jsonb, parameters jsonb, depth integer) returns text
  language plpgsql immutable parallel safe set search_path = pg_catalog, pg_temp as $$
declare
  head text := nullif(concat_ws(' ', coalesce(isms.oscal_property(part, 'method'), isms.oscal_property(part, 'label')), part ->> 'title',
                                isms.oscal_prose(part ->> 'prose', parameters)), '');
begin
  return nullif(concat_ws(E'\n', repeat('  ', depth) || head,
    (select string_agg(isms.oscal_text(p.x, parameters, depth + (head is not null)::integer), E'\n' order by p.n)
       from jsonb_array_elements(isms.oscal_list(part, 'parts')) with ordinality p(x, n))), '');
end
$$;

comment on function isms.oscal_text(jsonb, jsonb, integer) is 'A part and those in it as lines of text, with their labels, set in by depth';

create function isms.oscal_texts(control jsonb, names text[], parameters jsonb) returns text
  language sql immutable parallel safe set search_path = pg_catalog, pg_temp
begin atomic
  select string_agg(isms.oscal_text(p.x, parameters, 0), E'\n' order by p.n)
    from jsonb_array_elements(isms.oscal_list(control, 'parts')) with ordinality p(x, n)
   where p.x ->> 'name' = any (names);
end;

comment on function isms.oscal_texts(jsonb, text[], jsonb) is 'Text of a control''s parts of these names';

-- The label is what people cite; the identifier serves where there is none that reads as a reference.
create function isms.oscal_reference(control jsonb) returns isms.reference
  language sql stable parallel safe set search_path = pg_catalog, pg_temp
begin atomic
  select case
           when isms.import_accepts(isms.oscal_property(control, 'label'), 'isms.reference') then isms.oscal_property(control, 'label')
           when isms.import_accepts(control ->> 'id', 'isms.reference') then control ->> 'id'
         end::isms.reference;
end;

comment on function isms.oscal_reference(jsonb) is 'Reference of a control: its label, else its identifier, null if neither is one';

create function isms.oscal_problems(catalog jsonb) returns setof text
  language sql stable parallel safe set search_path = pg_catalog, pg_temp set standard_conforming_strings = on as $$
  with node as materialized (
    select n.path, n.is_group, n.x, jsonb_typeof(n.x) as type,
           coalesce(n.x ->> 'id', '"' || left(n.x ->> 'title', 80) || '"',
                    case n.path when '{}' then 'the catalogue' else format('%s number %s', case when n.is_group then 'group' else 'control' end, array_to_string(n.path, '.')) end) as name
      from isms.oscal_nodes(oscal_problems.catalog) n),
  control as materialized (
    select n.path, n.name, n.x, n.x ->> 'id' as id, isms.oscal_reference(n.x) as reference
      from node n
     where not n.is_group and n.type = 'object'),
  problem(path, text) as (
    select n.path, format('%s: is no object', n.name)
      from node n
     where n.type <> 'object'
     union all
    select n.path, format('%s: "%s" is no array', n.name, k.name)
      from node n
     cross join unnest('{groups,controls,params,props,parts,links}'::text[]) k(name)
     where n.type = 'object' and jsonb_typeof(n.x -> k.name) <> 'array'
     union all
    select n.path, format('%s: is deeper than 20 levels', n.name)
      from node n
     where cardinality(n.path) = 20
     union all
    select c.path, format('%s: has no id', c.name)
      from control c
     where jsonb_typeof(c.x -> 'id') is distinct from 'string' or c.id !~ '\S'
     union all
    select c.path, format('%s: the id is longer than 200 characters', left(c.name, 80))
      from control c
     where length(c.id) > 200
     union all
    select c.path, format('%s: has no title', c.name)
      from control c
     where coalesce(c.x ->> 'title', '') !~ '\S'
     union all
    select c.path, format('%s: neither its label nor its id is a reference', c.name)
      from control c
     where c.id ~ '\S' and c.reference is null
     union all
    select min(c.path), format('%s: %s controls have this id', c.id, count(*))
      from control c
     group by c.id
    having count(*) > 1 and c.id is not null
     union all
    select min(c.path), format('%s: is the reference of %s', c.reference, string_agg(c.id, ', ' order by c.path))
      from control c
     group by c.reference
    having count(distinct c.id) > 1 and c.reference is not null
     union all
    select '{}', 'the catalogue: has no control'
     where not exists (select from control))
  select p.text from problem p order by p.path, p.text
$$;

comment on function isms.oscal_problems(jsonb) is 'What keeps a catalogue from being imported, a sentence each';

create function isms.oscal_controls(catalog jsonb, code text) returns setof isms.control
  language sql stable parallel safe set search_path = pg_catalog, pg_temp
begin atomic
  with parameters(names) as materialized (
    select isms.oscal_parameters(catalog)),
  resource as materialized (
    select '#' || (r.x ->> 'uuid') as target, min(coalesce(r.x ->> 'title', r.x #>> '{citation,text}', r.x ->> 'description')) as text
      from jsonb_array_elements(isms.oscal_list(catalog -> 'back-matter', 'resources')) r(x)
     group by 1),
  node as materialized (
    select n.groups, n.above, n.x, isms.oscal_reference(n.x) as reference
      from isms.oscal_nodes(catalog) n
     where not n.is_group)
  select oscal_controls.code,
         n.reference,
         n.x ->> 'title',
         'control',
         a.reference,
         nullif(array_to_string(n.groups, ' / '), ''),
         '{}'::text[], '{}'::text[], '{}'::text[], '{}'::text[], '{}'::text[],
         null::text,
         n.x ->> 'id',
         coalesce(lower(isms.oscal_property(n.x, 'status')) = 'withdrawn', false),
         isms.oscal_texts(n.x, '{statement}', p.names),
         isms.oscal_texts(n.x, '{guidance}', p.names),
         isms.oscal_texts(n.x, '{assessment,assessment-objective,assessment-method,objective}', p.names),
         n.x -> 'params',
         n.x -> 'parts',
         (select jsonb_agg(jsonb_strip_nulls(jsonb_build_object('relation', l.x ->> 'rel', 'target', l.x ->> 'href', 'text', coalesce(l.x ->> 'text', r.text))) order by l.n)
            from jsonb_array_elements(isms.oscal_list(n.x, 'links')) with ordinality l(x, n)
            left join resource r on r.target = l.x ->> 'href'),
         '{}'::jsonb,
         false
    from node n
   cross join parameters p
    left join node a on a.x ->> 'id' = n.above;
end;

comment on function isms.oscal_controls(jsonb, text) is 'The controls of an OSCAL catalogue, as rows of isms.control';

-- Who may write a catalogue or baseline is row security's to say; here it is said in words first.
create function isms.require_keeper(kept_by text, what text) returns void
  language plpgsql stable parallel restricted set search_path = pg_catalog, pg_temp as $$
begin
  if kept_by is null then
    raise exception using
      errcode = 'insufficient_privilege',
      message = format('%s is shipped with isms and closed', what),
      hint = 'Choose another code.';
  elsif not kept_by = any (isms.editable_scopes()) then
    raise exception using
      errcode = 'insufficient_privilege',
      message = format('%s may not change %s', coalesce(isms.person_name(isms.actor()), session_user), what),
      detail = format('kept_by: scope %s keeps it', kept_by),
      hint = format('People with a role in scope %s, other than external auditor, may.', kept_by);
  end if;
end
$$;

comment on function isms.require_keeper(text, text) is 'Refuses who may not write for the scope that keeps a catalogue or baseline. Errors: 42501';

create function isms.oscal_which(reference text[]) returns text
  language sql immutable parallel safe set search_path = pg_catalog, pg_temp
begin atomic
  select nullif(array_to_string(oscal_which.reference[:10], ', '), '')
         || case when cardinality(oscal_which.reference) > 10 then format(' and %s more', cardinality(oscal_which.reference) - 10) else '' end;
end;

comment on function isms.oscal_which(text[]) is 'The first ten of a list, and how many more there are';

create function isms.import_oscal_catalog(document jsonb, code text default null, title text default null)
  returns table (outcome text, controls bigint, which text)
  language plpgsql set search_path = pg_catalog, pg_temp set enable_nestloop = off set jit = off as $$
#variable_conflict use_column
declare
  catalog jsonb := isms.oscal_document(document, 'catalog', 'catalogue');
  named text := coalesce(import_oscal_catalog.title, catalog #>> '{metadata,title}');
  in_catalogue text := coalesce(import_oscal_catalog.code, left(regexp_replace(regexp_replace(named, '\s+', ' ', 'g'), '^ | $', '', 'g'), 100));
  published_by text := (select p.x ->> 'name' from jsonb_array_elements(isms.oscal_list(catalog -> 'metadata', 'parties')) with ordinality p(x, n) where p.x ->> 'type' = 'organization' order by p.n limit 1);
  in_edition text := catalog #>> '{metadata,version}';
  problems text[];
  items isms.control[];
  identifiers text[];
  keeper text;
begin
  perform isms.require_active();
  if coalesce(in_catalogue, '') !~ '\S' or coalesce(named, '') !~ '\S' then
    raise exception using
      errcode = 'IS030',
      message = 'the catalogue has no title',
      detail = 'metadata: has no title',
      hint = 'Name code and title in the call.';
  end if;
  problems := array(select isms.oscal_problems(catalog));
  if problems <> '{}' then
    raise exception using
      errcode = 'IS030',
      message = format('nothing is stored of catalogue %s: %s', in_catalogue, case cardinality(problems) when 1 then 'something is wrong with it' else cardinality(problems) || ' things are wrong with it' end),
      detail = array_to_string(problems[:50], E'\n') || case when cardinality(problems) > 50 then format(E'\nand %s more', cardinality(problems) - 50) else '' end,
      hint = 'Every control needs an id of its own, a title, and a label or id that reads as a reference.';
  end if;

  select c.kept_by into keeper from isms.catalogue c where c.code = in_catalogue;
  if found then
    perform isms.require_keeper(keeper, 'catalogue ' || in_catalogue);
    update isms.catalogue c
       set title = named, publisher = coalesce(published_by, c.publisher), edition = coalesce(in_edition, c.edition)
     where c.code = in_catalogue
       and (c.title, c.publisher, c.edition) is distinct from (named, coalesce(published_by, c.publisher), coalesce(in_edition, c.edition));
  else
    perform isms.require_keeper(isms.default_scope(), 'catalogue ' || in_catalogue);
    insert into isms.catalogue (code, title, publisher, edition) values (in_catalogue, named, published_by, in_edition);
  end if;
  items := array(select i from isms.oscal_controls(catalog, in_catalogue) i);
  identifiers := array(select i.identifier from unnest(items) i);

  return query
    -- The identifier tells which control is which; the reference where it is new in the document or was typed in here.
    with item as materialized (
      select i.*, coalesce(a.reference, b.reference) as stored
        from unnest(items) i
        left join isms.control a on a.catalogue = in_catalogue and a.identifier = i.identifier
        left join isms.control b on b.catalogue = in_catalogue and b.reference = i.reference and (b.identifier is null or b.identifier <> all (identifiers))),
    changed as (
      update isms.control c
         set reference = i.reference, identifier = i.identifier, title = i.title, parent = i.parent, theme = i.theme, withdrawn = i.withdrawn,
             statement = i.statement, guidance = i.guidance, assessment = i.assessment, parameters = i.parameters, parts = i.parts, links = i.links
        from item i
       where c.catalogue = in_catalogue and c.reference = i.stored
         and (c.reference, c.identifier, c.title, c.parent, c.theme, c.withdrawn, c.statement, c.guidance, c.assessment, c.parameters, c.parts, c.links)
             is distinct from
             (i.reference, i.identifier, i.title, i.parent, i.theme, i.withdrawn, i.statement, i.guidance, i.assessment, i.parameters, i.parts, i.links)
      returning c.reference),
    added as (
      insert into isms.control
      select n.*
        from unnest(items) n
       where n.reference in (select i.reference from item i where i.stored is null)
      returning reference),
    outcome(position, word, reference) as (
      select 1, 'new', a.reference from added a
       union all
      select 2, 'changed', c.reference from changed c
       union all
      select 3, 'unchanged', i.reference from item i where i.stored is not null and i.reference not in (select c.reference from changed c)
       union all
      select 4, 'gone', c.reference from isms.control c where c.catalogue = in_catalogue and c.identifier is not null and c.reference not in (select i.stored from item i where i.stored is not null))
    select o.word, count(*), case when o.word <> 'unchanged' then isms.oscal_which(array_agg(o.reference::text order by o.reference)) end
      from outcome o
     group by o.position, o.word
     order by o.position;

  -- What baselines named before the catalogue had it
  update isms.baseline_control b
     set reference = c.reference
    from isms.control c
   where b.catalogue = in_catalogue and b.reference is null and c.catalogue = in_catalogue and c.identifier = b.identifier;
end
$$;

comment on function isms.import_oscal_catalog(jsonb, text, text) is 'Stores an OSCAL catalogue with its controls and enhancements, under the code and title given, else the document''s. A row for each outcome that occurred: new, changed, unchanged and, in the catalogue but no longer in the document, gone; these stay. Errors: 22023 no OSCAL catalogue, IS030 what is wrong with it, 42501 catalogue of another scope or shipped, IS020, IS021';

-- Which controls one clause of a profile means: by identifier, by pattern (* and ?), with those under them if asked.
create function isms.oscal_selected(selection jsonb, catalogue text) returns setof text
  language sql stable parallel safe set search_path = pg_catalog, pg_temp
begin atomic
  with recursive control(identifier, reference, parent) as materialized (
    select coalesce(c.identifier, c.reference::text), c.reference, c.parent
      from isms.control c
     where c.catalogue = oscal_selected.catalogue and c.kind = 'control'),
  selected(identifier, children) as (
    select i.id, s.x ->> 'with-child-controls' = 'yes'
      from jsonb_array_elements(selection) s(x)
     cross join lateral jsonb_array_elements_text(isms.oscal_list(s.x, 'with-ids')) i(id)
     union
    select c.identifier, s.x ->> 'with-child-controls' = 'yes'
      from jsonb_array_elements(selection) s(x)
     cross join lateral jsonb_array_elements(isms.oscal_list(s.x, 'matching')) m(x)
      join control c on c.identifier ~ ('^' || replace(replace(regexp_replace(m.x ->> 'pattern', '([^[:alnum:]*?])', '\\\1', 'g'), '*', '.*'), '?', '.') || '$')
     union
    select k.identifier, true
      from selected d
      join control c on c.identifier = d.identifier
      join control k on k.parent = c.reference
     where d.children)
  select distinct d.identifier from selected d;
end;

comment on function isms.oscal_selected(jsonb, text) is 'Identifiers that include-controls or exclude-controls of an OSCAL profile means in a catalogue';

create function isms.import_oscal_profile(document jsonb, code text, catalogue text, title text default null)
  returns table (outcome text, controls bigint, which text)
  language plpgsql set search_path = pg_catalog, pg_temp as $$
#variable_conflict use_column
declare
  profile jsonb := isms.oscal_document(document, 'profile', 'profile');
  baseline_code text := import_oscal_profile.code;
  in_catalogue text := import_oscal_profile.catalogue;
  named text := coalesce(import_oscal_profile.title, profile #>> '{metadata,title}', baseline_code);
  in_edition text := profile #>> '{metadata,version}';
  old isms.baseline;
  problems text[];
  picked text[];
begin
  perform isms.require_active();
  if not exists (select from isms.catalogue c where c.code = in_catalogue) then
    raise exception using
      errcode = 'no_data_found',
      message = format('there is no catalogue %s', coalesce(in_catalogue, '(null)')),
      hint = 'There are ' || (select string_agg(c.code, ', ' order by c.code) from isms.catalogue c) || '.';
  end if;
  problems := array(
    select 'imports: is missing, or empty'
     where jsonb_array_length(isms.oscal_list(profile, 'imports')) = 0
     union all
    select format('import %s: has neither include-all nor include-controls', i.n)
      from jsonb_array_elements(isms.oscal_list(profile, 'imports')) with ordinality i(x, n)
     where not coalesce(i.x ? 'include-all' or jsonb_typeof(i.x -> 'include-controls') = 'array', false)
     union all
    select format('import %s: an identifier is no text of 1 to 200 characters', i.n)
      from jsonb_array_elements(isms.oscal_list(profile, 'imports')) with ordinality i(x, n)
     where exists (
       select
         from jsonb_path_query(i.x, 'lax $.*."with-ids"[*]') w(x)
        where jsonb_typeof(w.x) <> 'string' or length(w.x #>> '{}') not between 1 and 200));
  if problems <> '{}' then
    raise exception using
      errcode = 'IS030',
      message = format('nothing is stored of baseline %s', baseline_code),
      detail = array_to_string(problems, E'\n'),
      hint = 'A profile has imports, each with include-all or include-controls.';
  end if;

  select * into old from isms.baseline b where b.code = baseline_code;
  if not found then
    perform isms.require_keeper(isms.default_scope(), 'baseline ' || baseline_code);
    insert into isms.baseline (code, catalogue, title, edition) values (baseline_code, in_catalogue, named, in_edition);
  else
    perform isms.require_keeper(old.kept_by, 'baseline ' || baseline_code);
    if old.catalogue <> in_catalogue then
      raise exception using
        errcode = 'invalid_parameter_value',
        message = format('baseline %s picks from catalogue %s', baseline_code, old.catalogue),
        hint = 'Import the profile under another code.';
    end if;
    update isms.baseline b
       set title = named, edition = coalesce(in_edition, b.edition)
     where b.code = baseline_code and (b.title, b.edition) is distinct from (named, coalesce(in_edition, b.edition));
  end if;

  picked := array(
    select distinct s.identifier
      from jsonb_array_elements(profile -> 'imports') i(x)
     cross join lateral (
       (select coalesce(c.identifier, c.reference::text)
          from isms.control c
         where c.catalogue = in_catalogue and c.kind = 'control' and i.x ? 'include-all'
         union
        select isms.oscal_selected(isms.oscal_list(i.x, 'include-controls'), in_catalogue))
        except
       select isms.oscal_selected(isms.oscal_list(i.x, 'exclude-controls'), in_catalogue)) s(identifier));

  return query
    with pick as materialized (
      select p.identifier, c.reference
        from unnest(picked) p(identifier)
        left join isms.control c on c.catalogue = in_catalogue and coalesce(c.identifier, c.reference::text) = p.identifier),
    gone as (
      delete from isms.baseline_control b
       where b.baseline = baseline_code and b.identifier <> all (picked)
      returning b.identifier, b.reference),
    added as (
      insert into isms.baseline_control (baseline, identifier, catalogue, reference)
      select baseline_code, p.identifier, in_catalogue, p.reference
        from pick p
       where not exists (select from isms.baseline_control b where b.baseline = baseline_code and b.identifier = p.identifier)
      returning identifier, reference),
    outcome(position, word, identifier, reference) as (
      select 1, 'new', a.identifier, a.reference from added a
       union all
      select 2, 'unchanged', p.identifier, p.reference from pick p where p.identifier not in (select a.identifier from added a)
       union all
      select 3, 'removed', g.identifier, g.reference from gone g
       union all
      select 4, 'not in the catalogue', p.identifier, p.reference from pick p where p.reference is null)
    select o.word, count(*), case when o.word <> 'unchanged' then isms.oscal_which(array_agg(coalesce(o.reference::text, o.identifier) order by o.reference, o.identifier collate "C")) end
      from outcome o
     group by o.position, o.word
     order by o.position;
end
$$;

comment on function isms.import_oscal_profile(jsonb, text, text, text) is 'Makes the baseline of that code what an OSCAL profile picks from the catalogue. A row for each outcome that occurred: new, unchanged, removed and, counted there too, not in the catalogue. Errors: 22023 no OSCAL profile, or the baseline picks from another catalogue, IS030 what is wrong with it, P0002 no such catalogue, 42501 baseline of another scope, IS020, IS021';

create view isms.control_link with (security_invoker = true) as
  select c.catalogue,
         c.reference::text as code,
         c.title,
         isms.sort_key(c.reference) as sort_key,
         l.x ->> 'relation' as relation,
         coalesce(t.reference::text, l.x ->> 'target') as target,
         coalesce(t.title, l.x ->> 'text') as target_title,
         t.reference is not null as is_control
    from isms.control c
   cross join lateral jsonb_array_elements(c.links) l(x)
    left join isms.control t on t.catalogue = c.catalogue and l.x ->> 'target' = '#' || t.identifier;

comment on view isms.control_link is 'Links of imported controls: related ones, those required, moved to or incorporated into, references';
comment on column isms.control_link.catalogue is 'Catalogue';
comment on column isms.control_link.code is 'Control';
comment on column isms.control_link.title is 'Its title';
comment on column isms.control_link.sort_key is 'Sorts it naturally';
comment on column isms.control_link.relation is 'Kind of link, in the document''s word: related, required, reference, moved-to, incorporated-into';
comment on column isms.control_link.target is 'The other control, else where the link points to';
comment on column isms.control_link.target_title is 'Title of the other control or of the resource';
comment on column isms.control_link.is_control is 'Is the target a control of the catalogue? A resolved profile links to controls it leaves out';
