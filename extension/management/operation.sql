-- A.5.7, A.8.8, 4.1: what is heard of from outside, and whether it matters here.
create table isms.threat_report (
  scope text not null default isms.default_scope() constraint threat_report_scope_fkey references isms.scope on update cascade,
  code text not null constraint threat_report_code_form check (code ~ '^[^[:space:]]+( [^[:space:]]+)*$'),
  title text not null constraint threat_report_title_given check (title ~ '\S'),
  kind text not null default 'threat' constraint threat_report_kind_known check (kind in ('threat', 'vulnerability', 'context')),
  level text constraint threat_report_level_known check (level in ('strategic', 'operational', 'tactical')),
  source text not null constraint threat_report_source_given check (source ~ '\S'),
  reference text,
  received_on date not null,
  summary text,
  affects text,
  owner text constraint threat_report_owner_fkey references isms.person on update cascade,
  triage text constraint threat_report_triage_known check (triage in ('relevant', 'not_relevant')),
  triage_reason text,
  triaged_by text constraint threat_report_triaged_by_fkey references isms.person on update cascade,
  triaged_on date,
  custom jsonb not null default '{}' constraint threat_report_custom_object check (jsonb_typeof(custom) = 'object'),
  created_by text default isms.actor(),
  constraint threat_report_pkey primary key (scope, code),
  constraint threat_report_triage_reasoned check (triage is distinct from 'not_relevant' or coalesce(triage_reason, '') ~ '\S'),
  constraint threat_report_triage_complete check ((triage is null) = (triaged_on is null))
);

comment on table isms.threat_report is 'Intake of threats (A.5.7), vulnerabilities (A.8.8) and changes of context (4.1), each judged for what it means here';
comment on column isms.threat_report.scope is 'Scope';
comment on column isms.threat_report.code is 'Key in the scope';
comment on column isms.threat_report.title is 'Title';
comment on column isms.threat_report.kind is 'threat, vulnerability or context';
comment on column isms.threat_report.level is 'strategic (who and why), operational (how and against whom) or tactical (technical signs)';
comment on column isms.threat_report.source is 'Where it comes from: authority, interest group, vendor, press';
comment on column isms.threat_report.reference is 'Number or address there';
comment on column isms.threat_report.received_on is 'When it came in; today in the scope unless stated';
comment on column isms.threat_report.summary is 'What it says';
comment on column isms.threat_report.affects is 'What it affects here, in prose';
comment on column isms.threat_report.owner is 'Person who sees to it';
comment on column isms.threat_report.triage is 'relevant or not_relevant; null: not judged yet';
comment on column isms.threat_report.triage_reason is 'Why; needed where it is not relevant';
comment on column isms.threat_report.triaged_by is 'Who judged; the person acting unless stated';
comment on column isms.threat_report.triaged_on is 'When; today in the scope unless stated';
comment on column isms.threat_report.custom is 'Fields of the organisation''s own';
comment on column isms.threat_report.created_by is 'Person who recorded it';

create index threat_report_owner_idx on isms.threat_report (owner);

create index threat_report_triaged_by_idx on isms.threat_report (triaged_by);

create sequence isms.threat_report_code;

comment on sequence isms.threat_report_code is 'Numbers for codes of threat reports';

create trigger fill_code before insert on isms.threat_report
  for each row when (new.code is null) execute function isms.fill_code('TR');

create function isms.threat_report_dates() returns trigger
  language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
  new.received_on := coalesce(new.received_on, isms.today(new.scope));
  if new.triage is not null and new.triaged_on is null then
    new.triaged_on := isms.today(new.scope);
    new.triaged_by := coalesce(new.triaged_by, isms.actor());
  elsif new.triage is null then
    new.triaged_on := null;
    new.triaged_by := null;
  end if;
  return new;
end
$$;

comment on function isms.threat_report_dates() is 'BEFORE trigger: received today in the scope, and judged today by the person acting, unless stated; a judgement taken back takes its day with it';

create trigger fill_dates before insert or update of received_on, triage, triaged_on on isms.threat_report
  for each row when (new.received_on is null or (new.triage is null) <> (new.triaged_on is null)) execute function isms.threat_report_dates();

create trigger not_in_future before insert or update of received_on, triaged_on on isms.threat_report
  for each row when (new.received_on > isms.today(new.scope) or new.triaged_on > isms.today(new.scope)) execute function isms.not_in_future('received_on', 'triaged_on');

create table isms.threat_report_asset (
  scope text not null default isms.default_scope(),
  report text not null,
  asset text not null,
  constraint threat_report_asset_pkey primary key (scope, report, asset),
  constraint threat_report_asset_report_fkey foreign key (scope, report) references isms.threat_report on update cascade on delete cascade,
  constraint threat_report_asset_asset_fkey foreign key (scope, asset) references isms.asset on update cascade
);

comment on table isms.threat_report_asset is 'Which assets a threat report is about';
comment on column isms.threat_report_asset.scope is 'Scope';
comment on column isms.threat_report_asset.report is 'Threat report';
comment on column isms.threat_report_asset.asset is 'Asset';

create index threat_report_asset_asset_idx on isms.threat_report_asset (scope, asset);

create table isms.threat_report_risk (
  scope text not null default isms.default_scope(),
  report text not null,
  risk text not null,
  opened_on date,
  constraint threat_report_risk_pkey primary key (scope, report, risk),
  constraint threat_report_risk_report_fkey foreign key (scope, report) references isms.threat_report on update cascade on delete cascade,
  constraint threat_report_risk_risk_fkey foreign key (scope, risk) references isms.risk on update cascade
);

comment on table isms.threat_report_risk is 'Which risks are to be looked at again because of a threat report (8.2)';
comment on column isms.threat_report_risk.scope is 'Scope';
comment on column isms.threat_report_risk.report is 'Threat report';
comment on column isms.threat_report_risk.risk is 'Risk';
comment on column isms.threat_report_risk.opened_on is 'When isms.open_reassessment moved it into review for this report';

create index threat_report_risk_risk_idx on isms.threat_report_risk (scope, risk);

-- 8.2: significant changes, and what has happened, lead to a new assessment.
create function isms.open_reassessment(report text, kind text default 'threat_report')
  returns table (risk text, was text, is_now text, reason text)
  language plpgsql set search_path = pg_catalog, pg_temp as $$
#variable_conflict use_column
declare
  in_scope text := isms.default_scope();
  source jsonb;
  risks text[];
  trigger_key text;
  detail text;
begin
  perform isms.require_active();
  case kind
    when 'threat_report' then
      select to_jsonb(t), array(select n.risk from isms.threat_report_risk n where n.scope = in_scope and n.report = t.code)
        into source, risks
        from isms.threat_report t
       where t.scope = in_scope and t.code = open_reassessment.report;
    when 'change' then
      select to_jsonb(c), c.risks into source, risks from isms.change c where c.scope = in_scope and c.code = open_reassessment.report;
    when 'incident' then
      select to_jsonb(i), array_remove(array[i.risk], null) into source, risks from isms.incident i where i.scope = in_scope and i.code = open_reassessment.report;
    else
      raise exception using
        errcode = 'invalid_parameter_value',
        message = format('a reassessment cannot be opened for %s', coalesce(quote_ident(kind), 'null')),
        hint = 'It is opened for a threat_report, a change or an incident.';
  end case;
  if source is null then
    raise exception using
      errcode = 'no_data_found',
      message = format('there is no %s %s in scope %s', replace(kind, '_', ' '), report, in_scope),
      hint = format('See isms.%s; another scope is named by isms.scope.', kind),
      schema = 'isms', table = kind;
  elsif kind = 'threat_report' and source ->> 'triage' is distinct from 'relevant' then
    raise exception using
      errcode = 'object_not_in_prerequisite_state',
      message = format('threat report %s opens no reassessment', report),
      detail = case when source ->> 'triage' is null then 'It was not judged yet.' else format('It was found not relevant: %s', source ->> 'triage_reason') end,
      hint = format('update isms.threat_report set triage = ''relevant'' where code = %L', report),
      schema = 'isms', table = kind, column = 'triage';
  elsif risks = '{}' then
    raise exception using
      errcode = 'object_not_in_prerequisite_state',
      message = format('%s %s names no risk', replace(kind, '_', ' '), report),
      hint = case kind when 'threat_report' then 'isms.threat_report_risk names them.' when 'change' then 'Column risks names them.' else 'Column risk names it.' end,
      schema = 'isms', table = kind;
  end if;
  for risk in select k from unnest(risks) k order by k loop
    was := null;
    is_now := null;
    reason := null;
    select r.status, r.status, concat_ws(' ', r.review_trigger, r.review_trigger_key) into was, is_now, trigger_key
      from isms.risk r
     where r.scope = in_scope and r.code = risk;
    if was is null then
      reason := 'there is no such risk';
    elsif was = 'in_review' then
      reason := format('it is in review already: %s', trigger_key);
    else
      begin
        update isms.risk r
           set status = 'in_review', review_trigger = case kind when 'incident' then 'incident' else 'change' end, review_trigger_key = open_reassessment.report
         where r.scope = in_scope and r.code = risk
         returning r.status into is_now;
        if not found then
          is_now := was;
          reason := 'it may not be changed by this login';
        end if;
      exception when others then
        if sqlstate not like 'IS0%' then
          raise;
        end if;
        get stacked diagnostics detail = pg_exception_detail;
        reason := coalesce(nullif(detail, ''), sqlerrm);
      end;
    end if;
    if reason is null and kind = 'threat_report' then
      update isms.threat_report_risk n set opened_on = isms.today(in_scope) where n.scope = in_scope and n.report = open_reassessment.report and n.risk = open_reassessment.risk;
    end if;
    return next;
  end loop;
end
$$;

comment on function isms.open_reassessment(text, text) is 'Moves the risks that a threat report judged relevant (or a change, or an incident: kind) names in the default scope into review, with it as the trigger; closed ones are reopened. One row a risk: its state before and now, and where it was not moved why. Errors: P0002 no such record, 55000 not judged relevant or no risk named, 22023';

create view isms.threat_report_status with (security_invoker = true) as
  select t.scope,
         t.code,
         t.title,
         t.kind,
         t.source,
         t.received_on,
         isms.days_between(t.received_on, d.today) as days,
         t.owner,
         p.name as owner_name,
         t.triage,
         t.triaged_on,
         n.risks,
         n.in_review,
         n.reassessed,
         case
           when t.triage is null then 'to be judged'
           when t.triage = 'not_relevant' then 'not relevant'
           when n.risks = 0 then 'no risk named'
           when n.reassessed = n.risks then 'reassessed'
           when n.reassessed + n.in_review = n.risks then 'in review'
           else 'to be opened'
         end as standing
    from isms.threat_report t
    join isms.scope_day d on d.scope = t.scope
    left join isms.person p on p.code = t.owner
    cross join lateral (
      select count(*) as risks,
             count(*) filter (where r.status = 'in_review') as in_review,
             count(*) filter (where r.status <> 'in_review' and (r.assessed_on >= x.opened_on or r.assessed_on > t.received_on)) as reassessed
        from isms.threat_report_risk x
        join isms.risk r on r.scope = x.scope and r.code = x.risk
       where x.scope = t.scope and x.report = t.code) n;

comment on view isms.threat_report_status is 'Threat reports and what became of them: judged, risks in review, risks assessed since (A.5.7, 8.2)';
comment on column isms.threat_report_status.scope is 'Scope';
comment on column isms.threat_report_status.code is 'Threat report';
comment on column isms.threat_report_status.title is 'Title';
comment on column isms.threat_report_status.kind is 'threat, vulnerability or context';
comment on column isms.threat_report_status.source is 'Where it comes from';
comment on column isms.threat_report_status.received_on is 'When it came in';
comment on column isms.threat_report_status.days is 'Days since';
comment on column isms.threat_report_status.owner is 'Person who sees to it';
comment on column isms.threat_report_status.owner_name is 'Name';
comment on column isms.threat_report_status.triage is 'relevant or not_relevant; null: not judged yet';
comment on column isms.threat_report_status.triaged_on is 'When it was judged';
comment on column isms.threat_report_status.risks is 'How many risks it names';
comment on column isms.threat_report_status.in_review is 'How many of them are in review';
comment on column isms.threat_report_status.reassessed is 'How many were assessed since it was opened for them, or came in';
comment on column isms.threat_report_status.standing is 'to be judged, not relevant, no risk named, to be opened, in review or reassessed';

-- What is to be done about one is an action.
insert into isms.action_subject (kind, table_name, builtin) values ('threat_report', 'threat_report', true);

insert into isms.due_source (name, query, builtin) values
  -- One that nobody sees to waits for every ISMS manager.
  ('threat_report', $$select t.scope, 'threat_report', t.code, t.title, m.person, t.standing, null::date
                        from isms.threat_report_status t
                       cross join lateral (
                         select t.owner
                          where t.owner is not null
                          union
                         select a.person
                           from isms.role_assignment a
                          where t.owner is null and a.scope = t.scope and a.role = 'isms_manager' and isms.held_role(a.person, a.role, a.scope)) m(person)
                       where t.standing in ('to be judged', 'to be opened')$$, true);

-- A.6.5: who leaves hands these over.
insert into isms.owned_table (schema_name, table_name, person_column, role, state_column, ended_states, builtin) values
  ('isms', 'threat_report', 'owner', null, null, '{}', true);
