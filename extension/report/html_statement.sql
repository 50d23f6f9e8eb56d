-- 6.1.3 d: the statement of applicability as auditors want it, of a version as it was approved or as it is now.
-- Evidence is looked up: of a version what had been collected by the day its lines were taken.
create function isms.html_statement(scope text, version text default null) returns text
  language sql stable set search_path = pg_catalog, pg_temp set datestyle = 'ISO, YMD'
begin atomic
  with line as (
    select l.catalogue, l.code, l.title, l.sort_key, l.theme, l.necessary, l.reasons, l.justification, l.implementation_status, l.assurance, l.implementations, l.owners, l.run_by
      from isms.statement_lines(html_statement.scope, html_statement.version) l),
  piece as (
    select e.code, e.subject_kind, e.subject, coalesce(e.catalogue, isms.base_catalogue()) as catalogue, e.collected_on
      from isms.evidence e
      join isms.scope s on s.code = e.scope
      left join isms.statement_version v on v.scope = e.scope and v.code = html_statement.version
     where e.scope = html_statement.scope
       and e.subject_kind in ('control', 'implementation')
       and (html_statement.version is null or e.collected_on <= (v.taken_at at time zone s.time_zone)::date)),
  proof as (
    select l.catalogue, l.code,
           count(*) as pieces,
           array_to_string((array_agg(p.code order by p.collected_on desc, p.code))[1:4], ', ') as newest,
           max(p.collected_on) as collected_on
      from line l
      join piece p on p.subject_kind = 'control' and p.subject = l.code and p.catalogue = l.catalogue
                   or p.subject_kind = 'implementation' and strpos(', ' || l.implementations || ', ', ', ' || p.subject || ', ') > 0
     group by l.catalogue, l.code)
  select (select isms.html_figures(jsonb_build_array(
                   jsonb_build_array('Controls', count(*), 'looked at'),
                   jsonb_build_array('Apply', count(*) filter (where l.necessary), format('excluded %s', count(*) filter (where not l.necessary))
                                     || case when count(*) > count(l.necessary) then format('; undecided %s', count(*) - count(l.necessary)) else '' end),
                   jsonb_build_array('Implemented', count(*) filter (where l.necessary and l.implementation_status = 'implemented'), 'of those that apply'),
                   jsonb_build_array('Verified', count(*) filter (where l.necessary and l.assurance = 'verified'), 'by tests or evidence')))
            from line l)
         || string_agg(t.html, '' order by t.catalogue <> isms.base_catalogue(), t.catalogue, t.first)
    from (
      select l.catalogue,
             min(l.sort_key) as first,
             isms.html_table(
               case when l.catalogue = isms.base_catalogue() then format('Annex A: %s controls', lower(l.theme)) else concat_ws(': ', coalesce((select c.title from isms.catalogue c where c.code = l.catalogue), l.catalogue), l.theme) end
               || format(' (%s, of which %s apply)', count(*), count(*) filter (where l.necessary)),
               '{Control,Title,Applies,Justification,Implementation,Assurance,Evidence}',
               jsonb_agg(jsonb_build_array(
                 l.code,
                 l.title,
                 coalesce(case l.necessary when true then 'yes' when false then 'no' end, 'undecided'),
                 isms.html_cell(coalesce(l.justification, l.reasons), case when l.justification is not null then l.reasons end),
                 isms.html_state(l.implementation_status, concat_ws(E'\n', l.implementations, l.run_by)),
                 isms.html_state(l.assurance),
                 case when p.pieces > 0 then isms.html_cell(p.newest || case when p.pieces > 4 then format(' and %s more', p.pieces - 4) else '' end, p.collected_on::text) end)
                 order by l.sort_key),
               '{10,19,9,22,16,12,12}') as html
        from line l
        left join proof p on p.catalogue = l.catalogue and p.code = l.code
       group by l.catalogue, l.theme) t;
end;

comment on function isms.html_statement(text, text) is 'The lines of a version of the statement of applicability, or as it is now, as figures and tables of HTML, one a catalogue and theme. Errors: P0002 no such version';

create function isms.report_statement(scope text) returns text
  language sql stable set search_path = pg_catalog, pg_temp set datestyle = 'ISO, YMD'
begin atomic
  select format(E'<p>As it is now. %s</p>\n',
           coalesce((select format('In force is version %s, approved on %s by %s.', isms.html_escape(h.code), h.approved_on, isms.html_escape(coalesce(h.approved_by_name, h.approved_by)))
                       from isms.statement_history h
                      where h.scope = report_statement.scope and h.standing = 'current'), 'No version was approved yet.'))
         || isms.html_figure(isms.radar_svg(report_statement.scope))
         || isms.html_statement(report_statement.scope);
end;

comment on function isms.report_statement(text) is 'Section statement of the report: the statement of applicability as it is now, and which version is in force';

-- 4.3: the text of the scope statement in force on a day, else where it is kept.
create function isms.scope_statement(scope text, day date) returns text
  language sql stable set search_path = pg_catalog, pg_temp set datestyle = 'ISO, YMD'
begin atomic
  select coalesce(v.body, concat_ws(', ', v.title, 'version ' || v.version, v.place, 'SHA-256 ' || encode(v.digest, 'hex')))
    from isms.document_version v
   where v.scope = scope_statement.scope and v.kind = 'scope' and isms.document_stands(v.status, v.withdrawn_on) and v.effective_from <= scope_statement.day
   order by v.effective_from desc, v.document, v.version desc
   limit 1;
end;

comment on function isms.scope_statement(text, date) is 'The approved scope statement (4.3) in force on a day: its text, or title, version and place; null: there was none';

create function isms.statement_of_applicability_html(scope text default null, version text default null) returns text
  language plpgsql stable set search_path = pg_catalog, pg_temp set datestyle = 'ISO, YMD' as $$
declare
  s isms.scope := isms.report_scope(scope);
  lines text := isms.html_statement(s.code, version);  -- no such version is refused here
  v isms.statement_version;
  q isms.approval_request;
  approvers text;
  problems integer;
  about jsonb;
  notice text := '';
begin
  if version is not null then
    select x.* into v from isms.statement_version x where x.scope = s.code and x.code = version;
    select r.* into q
      from isms.approval_request r
     where r.scope = s.code and r.table_name = 'isms.statement_version' and r.key = version and r.transition = 'approve' and r.status = 'carried_out'
     order by r.id desc
     limit 1;
    select string_agg(isms.person_name(a.approver) || coalesce(' for ' || isms.person_name(a.on_behalf_of), ''), ', ' order by a.id)
      into approvers
      from isms.approval a
     where a.request = q.id;
    if v.status <> 'approved' then
      notice := format(E'<p class="notice">This version is %s, not in force.</p>\n', case v.status when 'draft' then 'a draft' when 'in_review' then 'in review' else replace(v.status, '_', ' ') end);
    elsif exists (select from isms.statement_history h where h.scope = s.code and h.code = version and h.standing = 'superseded') then
      notice := format(E'<p class="notice">Superseded by version %s.</p>\n', (select isms.html_escape(h.code) from isms.statement_history h where h.scope = s.code and h.standing = 'current'));
    end if;
    if q.id is not null and v.status = 'approved' and isms.row_digest(isms.workflow_of('isms.statement_version'), version, s.code, q.changes) is distinct from q.digest then
      notice := notice || E'<p class="notice">What the database holds now is not what was approved: its digest differs.</p>\n';
    end if;
    about := jsonb_build_array(
      jsonb_build_array('Version', version),
      jsonb_build_array('Lines as of', to_char(v.taken_at at time zone s.time_zone, 'YYYY-MM-DD HH24:MI')),
      jsonb_build_array('Approved on', v.approved_on::text),
      jsonb_build_array('Approved by', coalesce(approvers, isms.person_name(v.approved_by))),
      jsonb_build_array('What changed', v.note, 'text'),
      jsonb_build_array('Digest approved (SHA-256)', encode(q.digest, 'hex'), 'digest'));
  else
    select count(*) into problems from isms.statement_problem p where p.scope = s.code;
    notice := E'<p class="notice">Draft: the statement as it is now, approved by nobody.'
              || case when problems > 0 then format(' %s points stand against an approval, see isms.statement_problem.', problems) else '' end || E'</p>\n';
    about := jsonb_build_array(jsonb_build_array('Version', 'as it is now'));
  end if;
  about := about || jsonb_build_array(jsonb_build_array('Scope statement (4.3)',
             coalesce(isms.scope_statement(s.code, coalesce((v.taken_at at time zone s.time_zone)::date, isms.today(s.code))), 'no scope statement was in force'), 'text'))
           || isms.report_made(s);
  return isms.html_page(s.name || ': Statement of applicability' || coalesce(' ' || version, ''),
    E'<header>\n<p class="kind">' || isms.html_escape(coalesce(v.title, 'Statement of applicability')) || E'</p>\n<h1>' || isms.html_escape(s.name) || E'</h1>\n'
    || isms.html_about(about) || E'</header>\n' || notice || coalesce(lines, E'<p class="empty">Nothing recorded.</p>\n')
    || case when version is not null then E'<p class="quiet">Evidence is looked up in its register: what had been collected by the day the lines were taken. It is no part of what was approved.</p>\n' else '' end);
end
$$;

comment on function isms.statement_of_applicability_html(text, text) is 'The statement of applicability of a scope, by default the default one, as one page of HTML: a version as it was taken and approved, with its scope statement, approver and digest, or, without one, as it is now. Errors: IS021 scope not visible, P0002 no such version';
