-- Versions of the statement of applicability (6.1.3 d): what was approved stays readable as it was, line by line.
create table isms.statement_version (
  scope text not null default isms.default_scope() constraint statement_version_scope_fkey references isms.scope on update cascade,
  code text not null constraint statement_version_code_form check (code ~ '^[^[:space:]]+( [^[:space:]]+)*$'),
  title text not null default 'Statement of applicability' constraint statement_version_title_given check (title ~ '\S'),
  note text,
  status text not null default 'draft',
  taken_at timestamptz,
  approved_by text constraint statement_version_approved_by_fkey references isms.person on update cascade,
  approved_on date,
  custom jsonb not null default '{}' constraint statement_version_custom_object check (jsonb_typeof(custom) = 'object'),
  created_by text default isms.actor(),
  constraint statement_version_pkey primary key (scope, code)
);

comment on table isms.statement_version is 'Versions of the statement of applicability, each with its lines as they were when it was submitted (6.1.3 d, 7.5.2)';
comment on column isms.statement_version.scope is 'Scope';
comment on column isms.statement_version.code is 'Version, as in 2026-1';
comment on column isms.statement_version.title is 'Title';
comment on column isms.statement_version.note is 'What changed and why';
comment on column isms.statement_version.status is 'State in workflow statement';
comment on column isms.statement_version.taken_at is 'When its lines were taken: at the last submission';
comment on column isms.statement_version.approved_by is 'Person who approved';
comment on column isms.statement_version.approved_on is 'When; the newest approved version is the one in force';
comment on column isms.statement_version.custom is 'Fields of the organisation''s own';
comment on column isms.statement_version.created_by is 'Person who began it';

create index statement_version_approved_by_idx on isms.statement_version (approved_by);

create sequence isms.statement_version_code;

comment on sequence isms.statement_version_code is 'Numbers for codes of statement versions';

create trigger fill_code before insert on isms.statement_version
  for each row when (new.code is null) execute function isms.fill_code('SA');

-- No foreign keys to controls: a line stays as it was, whatever becomes of the catalogue.
create table isms.statement_line (
  scope text not null,
  version text not null,
  catalogue text not null,
  code text not null,
  title text not null,
  sort_key text not null,
  theme text,
  necessary boolean,
  reasons text,
  justification text,
  implementation_status text,
  assurance text,
  implementations text,
  owners text,
  run_by text,
  constraint statement_line_pkey primary key (scope, version, catalogue, code),
  constraint statement_line_version_fkey foreign key (scope, version) references isms.statement_version on update cascade on delete cascade
);

comment on table isms.statement_line is 'Lines of a version of the statement, taken from isms.statement_of_applicability when it was submitted; written by that alone';
comment on column isms.statement_line.scope is 'Scope';
comment on column isms.statement_line.version is 'Version';
comment on column isms.statement_line.catalogue is 'Catalogue of the control';
comment on column isms.statement_line.code is 'Reference of the control';
comment on column isms.statement_line.title is 'Short title';
comment on column isms.statement_line.sort_key is 'Sorts references naturally';
comment on column isms.statement_line.theme is 'Theme';
comment on column isms.statement_line.necessary is 'Necessary? Null: undecided';
comment on column isms.statement_line.reasons is 'Why it is necessary';
comment on column isms.statement_line.justification is 'Prose; for exclusions the reason';
comment on column isms.statement_line.implementation_status is 'Status then';
comment on column isms.statement_line.assurance is 'What tests and evidence showed then';
comment on column isms.statement_line.implementations is 'Implementations that served it';
comment on column isms.statement_line.owners is 'Their owners';
comment on column isms.statement_line.run_by is 'Providers and other scopes that ran them';

insert into isms.closed_table (name, readable, builtin) values ('statement_line', true, true);

create function isms.statement_take() returns trigger
  language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
  -- definer: lines are written by a submission alone, never by whoever submits
begin
  if tg_op = 'UPDATE' and (new.approved_by, new.approved_on, new.taken_at) is distinct from (old.approved_by, old.approved_on, old.taken_at) then
    raise exception using
      errcode = 'IS006',
      message = format('statement %s cannot change taken_at, approved_by or approved_on', new.code),
      detail = 'frozen: they are set when it is submitted and approved',
      schema = 'isms', table = 'statement_version', constraint = tg_name;
  elsif new.status = 'in_review' and old.status = 'draft' then
    -- the row is a draft still: its lines are not frozen yet
    delete from isms.statement_line l where l.scope = old.scope and l.version = old.code;
    insert into isms.statement_line (scope, version, catalogue, code, title, sort_key, theme, necessary, reasons, justification, implementation_status, assurance, implementations, owners, run_by)
    select s.scope, old.code, s.catalogue, s.code, s.title, s.sort_key, s.theme, s.necessary, s.reasons, s.justification, s.implementation_status, s.assurance, s.implementations, s.owners, s.run_by
      from isms.statement_of_applicability s
     where s.scope = old.scope;
    new.taken_at := clock_timestamp();
  elsif new.status = 'approved' and old.status <> 'approved' then
    new.approved_by := coalesce((
      select coalesce(a.on_behalf_of, a.approver)
        from isms.approval_request q
        join isms.approval a on a.request = q.id and a.slot = 'approver'
       where q.scope = new.scope and q.table_name = 'isms.statement_version' and q.key = new.code and q.transition = 'approve' and q.status = 'open'
       order by a.id desc
       limit 1),
      isms.actor());
    new.approved_on := isms.today(new.scope);
  end if;
  return new;
end
$$;

comment on function isms.statement_take() is 'BEFORE UPDATE trigger: a submission takes the lines as they are, an approval is of who gave it and of today; neither is typed. Errors: IS006';

create trigger take before update of status, taken_at, approved_by, approved_on on isms.statement_version
  for each row execute function isms.statement_take();

create function isms.statement_begin() returns trigger
  language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
  new.taken_at := null;
  -- of one loaded at cut-over they are as they were
  if new.status <> 'approved' then
    new.approved_by := null;
    new.approved_on := null;
  end if;
  return new;
end
$$;

comment on function isms.statement_begin() is 'BEFORE INSERT trigger: a new version has no lines yet, and nobody has approved it';

create trigger begin before insert on isms.statement_version
  for each row when (num_nonnulls(new.taken_at, new.approved_by, new.approved_on) > 0) execute function isms.statement_begin();

create view isms.statement_history with (security_invoker = true) as
  select v.scope,
         v.code,
         v.title,
         v.note,
         v.status,
         case
           when v.status <> 'approved' then v.status
           when row_number() over (partition by v.scope, v.status order by v.approved_on desc, v.taken_at desc, v.code desc) = 1 then 'current'
           else 'superseded'
         end as standing,
         v.approved_by,
         p.name as approved_by_name,
         v.approved_on,
         (v.taken_at at time zone s.time_zone)::date as taken_on,
         l.lines,
         l.necessary,
         l.implemented
    from isms.statement_version v
    join isms.scope s on s.code = v.scope
    left join isms.person p on p.code = v.approved_by
    left join lateral (
      select count(*) as lines,
             count(*) filter (where n.necessary) as necessary,
             count(*) filter (where n.necessary and n.implementation_status = 'implemented') as implemented
        from isms.statement_line n
       where n.scope = v.scope and n.version = v.code) l on true;

comment on view isms.statement_history is 'Versions of the statement of applicability, which one is in force, and what it counts';
comment on column isms.statement_history.scope is 'Scope';
comment on column isms.statement_history.code is 'Version';
comment on column isms.statement_history.title is 'Title';
comment on column isms.statement_history.note is 'What changed and why';
comment on column isms.statement_history.status is 'State in workflow statement';
comment on column isms.statement_history.standing is 'draft, in_review, current (the newest approved), superseded or withdrawn';
comment on column isms.statement_history.approved_by is 'Person who approved';
comment on column isms.statement_history.approved_by_name is 'Name';
comment on column isms.statement_history.approved_on is 'When';
comment on column isms.statement_history.taken_on is 'Day its lines were taken, in the scope';
comment on column isms.statement_history.lines is 'Controls in it';
comment on column isms.statement_history.necessary is 'Of them necessary';
comment on column isms.statement_history.implemented is 'Of them implemented';

-- A version's lines, or today's.
create function isms.statement_lines(scope text, version text) returns setof isms.statement_line
  language plpgsql stable set search_path = pg_catalog, pg_temp as $$
begin
  if version is null then
    return query
    select s.scope, ''::text, s.catalogue, s.code, s.title, s.sort_key, s.theme, s.necessary, s.reasons, s.justification, s.implementation_status, s.assurance, s.implementations, s.owners, s.run_by
      from isms.statement_of_applicability s
     where s.scope = statement_lines.scope;
  elsif not exists (select from isms.statement_version v where v.scope = statement_lines.scope and v.code = version) then
    raise exception using
      errcode = 'no_data_found',
      message = format('there is no version %s of the statement of applicability in scope %s', version, scope),
      hint = coalesce('There are ' || (select string_agg(v.code, ', ' order by v.code) from isms.statement_version v where v.scope = statement_lines.scope) || '.',
                      'isms.statement_version has none yet.');
  else
    return query
    select l.* from isms.statement_line l where l.scope = statement_lines.scope and l.version = statement_lines.version;
  end if;
end
$$;

comment on function isms.statement_lines(text, text) is 'Lines of a version of the statement of applicability; of null, as the statement is now. Errors: P0002 no such version';

create function isms.statement_differences(scope text, a text, b text)
  returns table (catalogue text, code text, title text, change text, what text, before text, after text)
  language sql stable set search_path = pg_catalog, pg_temp
begin atomic
  select coalesce(n.catalogue, o.catalogue),
         coalesce(n.code, o.code),
         coalesce(n.title, o.title),
         case when o.code is null then 'added' when n.code is null then 'removed' else 'changed' end,
         w.what,
         w.before,
         w.after
    from isms.statement_lines(statement_differences.scope, a) o
    full join isms.statement_lines(statement_differences.scope, b) n on n.catalogue = o.catalogue and n.code = o.code
   cross join lateral (values
     ('title', o.title, n.title),
     ('necessary', case o.necessary when true then 'yes' when false then 'no' end, case n.necessary when true then 'yes' when false then 'no' end),
     ('reasons', nullif(o.reasons, ''), nullif(n.reasons, '')),
     ('justification', o.justification, n.justification),
     ('implementation_status', o.implementation_status, n.implementation_status),
     ('assurance', o.assurance, n.assurance),
     ('implementations', o.implementations, n.implementations),
     ('owners', o.owners, n.owners),
     ('run_by', o.run_by, n.run_by)) w(what, before, after)
   where w.before is distinct from w.after
     and (w.what = 'title' or o.code is not null and n.code is not null)
   order by coalesce(n.catalogue, o.catalogue) <> isms.base_catalogue(), coalesce(n.catalogue, o.catalogue), coalesce(n.sort_key, o.sort_key), w.what;
end;

comment on function isms.statement_differences(text, text, text) is 'What differs between two versions of a scope''s statement, null being now: a row for each control and column. Errors: P0002 no such version';

create function isms.compare_statements(a text, b text default null)
  returns table (catalogue text, code text, title text, change text, what text, before text, after text)
  language sql stable set search_path = pg_catalog, pg_temp
begin atomic
  select d.catalogue, d.code, d.title, d.change, d.what, d.before, d.after from isms.statement_differences(isms.default_scope(), a, b) d;
end;

comment on function isms.compare_statements(text, text) is 'What changed from version a of the statement of applicability to version b, or to now: a row for each control and column. Errors: P0002 no such version';
