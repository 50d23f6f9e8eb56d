-- What isms.import can load into the risk room.
create function isms.import_scale(scope text, scale text) returns table (value text, word text)
  language sql stable parallel safe set search_path = pg_catalog, pg_temp
begin atomic
  select s.step::text, v.word
    from isms.risk_scale_step s
   cross join lateral (values (s.step::text), (s.label), (s.step || ' - ' || s.label), (s.step || ' ' || s.label), (format('%s (%s)', s.label, s.step))) v(word)
   where s.scope = import_scale.scope and s.method = isms.default_method(s.scope) and s.scale = import_scale.scale;
end;

comment on function isms.import_scale(text, text) is 'Words by which sheets name the steps of a scale of the scope''s method: number, label or both';

create function isms.import_subjects(scope text) returns table (value text, word text)
  language plpgsql stable parallel safe set search_path = pg_catalog, pg_temp as $$
declare
  s record;
begin
  for s in select a.table_name from isms.action_subject a loop
    return query execute format('select t.code, t.code from isms.%I t where t.scope = $1', s.table_name) using scope;
  end loop;
end
$$;

comment on function isms.import_subjects(text) is 'Codes of everything an action can serve';

-- 27005's four options and what people call them.
create function isms.import_options() returns table (value text, word text)
  language sql immutable parallel safe set search_path = pg_catalog, pg_temp
begin atomic
  values ('modification', 'modification'), ('modification', 'modify'), ('modification', 'mitigate'), ('modification', 'mitigation'), ('modification', 'reduce'), ('modification', 'reduction'), ('modification', 'treat'),
         ('retention', 'retention'), ('retention', 'retain'), ('retention', 'accept'), ('retention', 'acceptance'), ('retention', 'tolerate'),
         ('sharing', 'sharing'), ('sharing', 'share'), ('sharing', 'transfer'), ('sharing', 'insure'),
         ('avoidance', 'avoidance'), ('avoidance', 'avoid'), ('avoidance', 'terminate');
end;

comment on function isms.import_options() is 'Words by which sheets name the treatment options';

create function isms.import_sides() returns table (value text, word text)
  language sql immutable parallel safe set search_path = pg_catalog, pg_temp
begin atomic
  values ('likelihood', 'likelihood'), ('likelihood', 'probability'), ('likelihood', 'frequency'), ('likelihood', 'l'),
         ('consequence', 'consequence'), ('consequence', 'impact'), ('consequence', 'severity'), ('consequence', 'i'), ('consequence', 'c');
end;

comment on function isms.import_sides() is 'Words by which sheets name what a control lowers';

create function isms.import_dimensions() returns table (value text, word text)
  language sql immutable parallel safe set search_path = pg_catalog, pg_temp
begin atomic
  select d.letters, v.word
    from (values ('C', 'confidentiality'), ('I', 'integrity'), ('A', 'availability'), ('CI', 'confidentiality, integrity'), ('CA', 'confidentiality, availability'),
                 ('IA', 'integrity, availability'), ('CIA', 'confidentiality, integrity, availability')) d(letters, names)
   cross join lateral (select btrim(regexp_replace(d.letters, '(.)', '\1 ', 'g')) as spaced) s
   cross join lateral (values (d.letters), (s.spaced), (replace(s.spaced, ' ', ',')), (replace(s.spaced, ' ', ', ')), (replace(s.spaced, ' ', '/')), (d.names), (replace(d.names, ',', ''))) v(word)
  union all
  values ('CI', 'IC'), ('CA', 'AC'), ('IA', 'AI'), ('CIA', 'CAI'), ('CIA', 'ICA'), ('CIA', 'IAC'), ('CIA', 'ACI'), ('CIA', 'AIC');
end;

comment on function isms.import_dimensions() is 'Words by which sheets name the dimensions a threat hits';

-- Approvals of the register a risk or acceptance comes from, at cut-over (8.2, 7.5.3).
create function isms.import_carry_over(table_name text, code text, status text, transitions jsonb, approver text, approved_on date, document text) returns void
  language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
  if not transitions ? coalesce(status, '') then
    raise exception using
      errcode = 'IS030',
      message = format('%s names an approval, but is not in a state that had one', code),
      hint = format('States that had one are %s.', (select string_agg(k, ', ' order by k) from jsonb_object_keys(transitions) k)),
      column = 'status';
  end if;
  perform isms.carry_over(table_name, code, transitions ->> status, approver, approved_on, document);
end
$$;

comment on function isms.import_carry_over(text, text, text, jsonb, text, date, text) is 'Enters the earlier approval of a row just loaded. Errors: IS030 in a state that needs none, or without a cut-over';

create function isms.import_risk_approvals(scope text, rows jsonb) returns void
  language sql set search_path = pg_catalog, pg_temp
begin atomic
  select isms.import_carry_over('isms.risk', e.x ->> 'code', e.x ->> 'status',
                                '{"in_treatment": "approve_plan", "treated": "approve_plan", "monitored": "approve_plan", "closed": "close"}',
                                e.x ->> 'approved_by', (e.x ->> 'approved_on')::date, e.x ->> 'approval_document')
    from jsonb_array_elements(rows) with ordinality e(x, n)
   where e.x ->> 'outcome' = 'new' and e.x ->> 'approved_by' is not null
   order by e.n;
end;

comment on function isms.import_risk_approvals(text, jsonb) is 'Enters the approvals that a sheet of risks carries over';

create function isms.import_acceptance_approvals(scope text, rows jsonb) returns void
  language sql set search_path = pg_catalog, pg_temp
begin atomic
  select isms.import_carry_over('isms.acceptance', e.x ->> 'code', e.x ->> 'status', '{"accepted": "accept", "revoked": "accept"}',
                                e.x ->> 'accepted_by', (e.x ->> 'accepted_on')::date, e.x ->> 'approval_document')
    from jsonb_array_elements(rows) with ordinality e(x, n)
   where e.x ->> 'outcome' = 'new' and e.x ->> 'accepted_by' is not null
   order by e.n;
end;

comment on function isms.import_acceptance_approvals(text, jsonb) is 'Enters the approvals that a sheet of acceptances carries over';

comment on constraint risk_code_form on isms.risk is 'a code is one line of visible characters and single spaces';
comment on constraint action_code_form on isms.action is 'a code is one line of visible characters and single spaces';
comment on constraint acceptance_code_form on isms.acceptance is 'a code is one line of visible characters and single spaces';
comment on constraint risk_control_effectiveness_fraction on isms.risk_control is 'effectiveness is from 0 to 1';
comment on constraint risk_control_reduction_positive on isms.risk_control is 'reduction is a number of steps, 0 or more';
comment on constraint treatment_effectiveness_fraction on isms.treatment is 'effectiveness is from 0 to 1';
comment on constraint treatment_reduction_positive on isms.treatment is 'reduction is a number of steps, 0 or more';
comment on constraint treatment_effect_of_sharing on isms.treatment is 'only sharing and avoidance have an effect of their own; modification works through controls';
comment on constraint action_urgent_reasoned on isms.action is 'an urgent action needs urgent_reason';

insert into isms.import_kind (kind, title, table_name, key_columns, after_procedure, builtin) values
  ('risk', 'risks', 'isms.risk', '{code}', 'isms.import_risk_approvals', true),
  ('risk_control', 'links of implementations to risks', 'isms.risk_control', '{risk,implementation,effect_on}', null, true),
  ('treatment', 'treatment options chosen', 'isms.treatment', '{risk,option}', null, true),
  ('action', 'actions', 'isms.action', '{code}', null, true),
  ('acceptance', 'acceptances', 'isms.acceptance', '{code}', 'isms.import_acceptance_approvals', true);

-- What several columns have in common, by the name used in the list below.
with query(name, known, expects) as (
  values ('person', 'select p.value, p.word from isms.import_people() p', 'a person''s code, name or e-mail'),
         ('asset', 'select a.code, v.word from isms.asset a cross join lateral (values (a.code), (a.title)) v(word) where a.scope = $1', 'an asset''s code or title'),
         ('event scenario', 'select e.code, v.word from isms.event_scenario e cross join lateral (values (e.code), (e.title)) v(word) where e.scope = $1', 'an event scenario''s code or title'),
         ('implementation', 'select i.code, v.word from isms.implementation i cross join lateral (values (i.code), (i.title)) v(word) where i.scope = $1', 'an implementation''s code or title'),
         ('risk', 'select r.code, r.code from isms.risk r where r.scope = $1', 'a risk''s code'),
         ('subject', 'select s.value, s.word from isms.import_subjects($1) s', 'the code of a record an action can serve'),
         ('subject kind', 'select s.kind, s.kind from isms.action_subject s', 'a kind of record an action can serve'),
         ('likelihood', $$select s.value, s.word from isms.import_scale($1, 'likelihood') s$$, 'a step of the likelihood scale, by number or label'),
         ('consequence', $$select s.value, s.word from isms.import_scale($1, 'consequence') s$$, 'a step of the consequence scale, by number or label'),
         ('threat step', $$select s.value, s.word from isms.import_scale($1, 'threat') s$$, 'a step of the threat scale, by number or label'),
         ('vulnerability step', $$select s.value, s.word from isms.import_scale($1, 'vulnerability') s$$, 'a step of the vulnerability scale, by number or label'),
         ('level', 'select l.label, l.label from isms.risk_level l where l.scope = $1 and l.method = isms.default_method($1)', 'a risk level'),
         ('method', 'select m.code, v.word from isms.risk_method m cross join lateral (values (m.code), (m.title)) v(word) where m.scope = $1', 'a risk method'),
         ('dimensions', 'select d.value, d.word from isms.import_dimensions() d', 'letters of CIA, the dimensions hit'),
         ('option', 'select o.value, o.word from isms.import_options() o', 'a treatment option'),
         ('side', 'select s.value, s.word from isms.import_sides() s', 'likelihood or consequence'),
         ('trigger', $$select w, v.word from unnest('{interval,change,incident,finding,control_failed,acceptance_lapsed,criteria_changed,owner_changed}'::text[]) w cross join lateral (values (w), (replace(w, '_', ' '))) v(word)$$, 'a reason to review'),
         ('closure', $$select w, v.word from unnest('{source_removed,activity_stopped,out_of_scope,duplicate,merged,not_a_risk}'::text[]) w cross join lateral (values (w), (replace(w, '_', ' '))) v(word)$$, 'a reason to close'),
         ('result', $$values ('pass', 'pass'), ('pass', 'passed'), ('fail', 'fail'), ('fail', 'failed')$$, 'a result'),
         ('basis', $$values ('interim', 'interim'), ('interim', 'current'), ('target', 'target'), ('residual', 'residual')$$, 'a basis'),
         ('risk state', $$select w, v.word from unnest('{identified,in_review,assessed,in_treatment,treated,monitored,closed}'::text[]) w cross join lateral (values (w), (replace(w, '_', ' '))) v(word)$$, 'a state of a risk'),
         ('action state', $$select w, v.word from unnest('{planned,in_progress,done,verified,cancelled}'::text[]) w cross join lateral (values (w), (replace(w, '_', ' '))) v(word)$$, 'a state of an action'),
         ('acceptance state', $$select w, w from unnest('{requested,accepted,revoked}'::text[]) w$$, 'a state an acceptance can be loaded in'))
insert into isms.import_column (kind, column_name, position, type, required, default_value, known, expects, pattern, ready, aliases, builtin)
select c.kind, c.column_name, c.position, c.type, c.required, c.default_value, q.known, coalesce(q.expects, c.expects), c.pattern, c.ready, c.aliases, true
  from (values
    ('risk', 'code', 1, 'text', false, null, null, null, null, true, '{id,risk id,risk,no,number,ref}'::text[]),
    ('risk', 'title', 2, 'text', true, null, null, null, null, true, '{name,risk title,risk name}'),
    ('risk', 'asset', 3, 'text', false, null, 'asset', null, null, true, '{asset code,asset at risk}'),
    ('risk', 'threat', 4, 'text', false, null, null, null, null, true, '{}'),
    ('risk', 'vulnerability', 5, 'text', false, null, null, null, null, true, '{weakness}'),
    ('risk', 'hits', 6, 'text', false, null, 'dimensions', null, null, true, '{cia,dimensions}'),
    ('risk', 'likelihood', 7, 'text', false, null, 'likelihood', null, null, true, '{l,probability,p,frequency,inherent likelihood}'),
    ('risk', 'consequence', 8, 'text', false, null, 'consequence', null, null, true, '{c,i,impact,severity,inherent impact,inherent consequence}'),
    ('risk', 'owner', 9, 'text', false, null, 'person', null, null, true, '{risk owner,responsible}'),
    ('risk', 'assessor', 10, 'text', false, null, 'person', null, null, true, '{assessed by}'),
    ('risk', 'assessed_on', 11, 'date', false, null, null, null, null, true, '{assessment date,date assessed}'),
    ('risk', 'next_review', 12, 'date', false, null, null, null, null, true, '{review,review date,due,review due}'),
    ('risk', 'category', 13, 'text', false, null, null, null, null, true, '{risk category,type}'),
    ('risk', 'description', 20, 'text', false, null, null, null, null, false, '{remarks,comment,notes}'),
    ('risk', 'scenario', 21, 'text', false, null, null, null, null, false, '{event,risk scenario}'),
    ('risk', 'source', 22, 'text', false, null, null, null, null, false, '{risk source,threat source}'),
    ('risk', 'event_scenario', 37, 'text', false, null, 'event scenario', null, null, false, '{strategic scenario}'),
    ('risk', 'threat_rate', 23, 'text', false, null, 'threat step', null, null, false, '{threat level}'),
    ('risk', 'vulnerability_rate', 24, 'text', false, null, 'vulnerability step', null, null, false, '{vulnerability level}'),
    ('risk', 'current_likelihood', 25, 'text', false, null, 'likelihood', null, null, false, '{}'),
    ('risk', 'current_consequence', 26, 'text', false, null, 'consequence', null, null, false, '{current impact}'),
    ('risk', 'target_likelihood', 27, 'text', false, null, 'likelihood', null, null, false, '{}'),
    ('risk', 'target_consequence', 28, 'text', false, null, 'consequence', null, null, false, '{target impact}'),
    ('risk', 'method', 29, 'text', false, null, 'method', null, null, false, '{}'),
    ('risk', 'review_trigger', 30, 'text', false, null, 'trigger', null, null, false, '{}'),
    ('risk', 'closure_reason', 31, 'text', false, null, 'closure', null, null, false, '{}'),
    ('risk', 'closure_note', 32, 'text', false, null, null, null, null, false, '{}'),
    ('risk', 'status', 33, 'text', false, 'identified', 'risk state', null, null, false, '{state}'),
    ('risk', 'approved_by', 34, 'text', false, null, 'person', null, null, false, '{approver}'),
    ('risk', 'approved_on', 35, 'date', false, null, null, null, null, false, '{approval date}'),
    ('risk', 'approval_document', 36, 'text', false, null, null, null, null, false, '{approval,document}'),

    ('risk_control', 'risk', 1, 'text', true, null, 'risk', null, null, true, '{risk id,risk code}'),
    ('risk_control', 'implementation', 2, 'text', true, null, 'implementation', null, null, true, '{control,measure}'),
    ('risk_control', 'effect_on', 3, 'text', false, 'likelihood', 'side', null, null, true, '{lowers,effect}'),
    ('risk_control', 'effectiveness', 4, 'fraction', false, null, null, null, null, true, '{strength}'),
    ('risk_control', 'reduction', 5, 'integer', false, null, null, null, null, true, '{steps}'),

    ('treatment', 'risk', 1, 'text', true, null, 'risk', null, null, true, '{risk id,risk code}'),
    ('treatment', 'option', 2, 'text', true, null, 'option', null, null, true, '{treatment,treatment option,strategy,response}'),
    ('treatment', 'justification', 3, 'text', false, null, null, null, null, true, '{reason,remarks,comment}'),
    ('treatment', 'other_party', 4, 'text', false, null, null, null, null, true, '{shared with,insurer}'),
    ('treatment', 'agreement', 5, 'text', false, null, null, null, null, true, '{contract,policy}'),
    ('treatment', 'activity', 6, 'text', false, null, null, null, null, true, '{}'),
    ('treatment', 'stops_on', 7, 'date', false, null, null, null, null, true, '{end date}'),
    ('treatment', 'effect_on', 8, 'text', false, null, 'side', null, null, true, '{lowers,effect}'),
    ('treatment', 'effectiveness', 9, 'fraction', false, null, null, null, null, true, '{}'),
    ('treatment', 'reduction', 10, 'integer', false, null, null, null, null, false, '{steps}'),

    ('action', 'code', 1, 'text', false, null, null, null, null, true, '{id,action id,action,no,number,ref}'),
    ('action', 'title', 2, 'text', true, null, null, null, null, true, '{name,task,description}'),
    ('action', 'serves', 3, 'text', true, null, 'subject', null, null, true, '{risk,risk id,for}'),
    ('action', 'implementation', 4, 'text', false, null, 'implementation', null, null, true, '{control,measure}'),
    ('action', 'owner', 5, 'text', false, null, 'person', null, null, true, '{responsible,assignee}'),
    ('action', 'due_on', 6, 'date', false, null, null, null, null, true, '{due,due date,deadline}'),
    ('action', 'resources', 7, 'text', false, null, null, null, null, true, '{budget,effort}'),
    ('action', 'serves_kind', 20, 'text', false, 'risk', 'subject kind', null, null, false, '{}'),
    ('action', 'urgent', 21, 'boolean', false, 'false', null, null, null, false, '{}'),
    ('action', 'urgent_reason', 22, 'text', false, null, null, null, null, false, '{}'),
    ('action', 'started_on', 23, 'date', false, null, null, null, null, false, '{started,start date}'),
    ('action', 'done_on', 24, 'date', false, null, null, null, null, false, '{done,finished,completed on}'),
    ('action', 'check_result', 25, 'text', false, null, 'result', null, null, false, '{result}'),
    ('action', 'checked_by', 26, 'text', false, null, 'person', null, null, false, '{}'),
    ('action', 'checked_on', 27, 'date', false, null, null, null, null, false, '{}'),
    ('action', 'status', 28, 'text', false, 'planned', 'action state', null, null, false, '{state}'),

    ('acceptance', 'code', 1, 'text', false, null, null, null, null, true, '{id,no,number,ref}'),
    ('acceptance', 'risk', 2, 'text', true, null, 'risk', null, null, true, '{risk id,risk code}'),
    ('acceptance', 'basis', 3, 'text', false, 'residual', 'basis', null, null, true, '{}'),
    ('acceptance', 'ceiling', 4, 'text', false, null, 'level', null, null, true, '{level,accepted level}'),
    ('acceptance', 'validity', 5, 'input', false, null, null, 'a period such as [2026-01-01,2026-12-31]', '^[\[(]\d{4}-\d\d-\d\d, *\d{4}-\d\d-\d\d[\])]$', true, '{valid,period}'),
    ('acceptance', 'conditions', 6, 'text', false, null, null, null, null, true, '{}'),
    ('acceptance', 'justification', 7, 'text', false, null, null, null, null, true, '{reason,remarks,comment}'),
    ('acceptance', 'accepted_by', 20, 'text', false, null, 'person', null, null, false, '{}'),
    ('acceptance', 'accepted_on', 21, 'date', false, null, null, null, null, false, '{}'),
    ('acceptance', 'approval_document', 23, 'text', false, null, null, null, null, false, '{approval,document}'),
    ('acceptance', 'status', 22, 'text', false, 'requested', 'acceptance state', null, null, false, '{state}')
  ) c(kind, column_name, position, type, required, default_value, query, expects, pattern, ready, aliases)
  left join query q on q.name = c.query;

-- Catalogues of the scope's own, and event scenarios.
create function isms.import_event_scenario_assets(scope text, rows jsonb) returns void
  language sql set search_path = pg_catalog, pg_temp
begin atomic
  insert into isms.event_scenario_asset (scope, event_scenario, asset)
  select import_event_scenario_assets.scope, e.x ->> 'code', a.asset
    from jsonb_array_elements(rows) e(x)
   cross join lateral jsonb_array_elements_text(e.x -> 'assets') a(asset)
  on conflict do nothing;
end;

comment on function isms.import_event_scenario_assets(text, jsonb) is 'Links event scenarios of a sheet to the assets it names; links are added, never cut';

insert into isms.import_kind (kind, title, table_name, key_columns, after_procedure, builtin) values
  ('own_threat', 'threats of one''s own', 'isms.own_threat', '{code}', null, true),
  ('own_vulnerability', 'vulnerabilities of one''s own', 'isms.own_vulnerability', '{code}', null, true),
  ('own_threat_vulnerability', 'pairs of threat and vulnerability', 'isms.own_threat_vulnerability', '{threat,vulnerability}', null, true),
  ('event_scenario', 'event scenarios', 'isms.event_scenario', '{code}', 'isms.import_event_scenario_assets', true);

with query(name, known, expects) as (
  values ('kind', 'select k.code, v.word from isms.asset_kind k cross join lateral (values (k.code), (k.title)) v(word)', 'a kind of asset'),
         ('origin', $$select w, w from unnest('{deliberate,accidental,environmental}'::text[]) w$$, 'deliberate, accidental or environmental'),
         ('dimensions', 'select d.value, d.word from isms.import_dimensions() d', 'letters of CIA, the dimensions hit'),
         ('threat', 'select t.code, v.word from isms.known_threat t cross join lateral (values (t.code), (t.title)) v(word) where t.scope = $1', 'a threat of the catalogue'),
         ('vulnerability', 'select k.code, v.word from isms.known_vulnerability k cross join lateral (values (k.code), (k.title)) v(word) where k.scope = $1', 'a vulnerability of the catalogue'),
         ('person', 'select p.value, p.word from isms.import_people() p', 'a person''s code, name or e-mail'),
         ('asset', 'select a.code, v.word from isms.asset a cross join lateral (values (a.code), (a.title)) v(word) where a.scope = $1', 'an asset''s code or title'))
insert into isms.import_column (kind, column_name, position, type, many, required, default_value, known, expects, present, aliases, builtin)
select c.kind, c.column_name, c.position, 'text', c.many, c.required, c.default_value, q.known, q.expects, c.present, c.aliases, true
  from (values
    ('own_threat', 'code', 1, false, false, null, null, null, '{id,threat,no,number,ref}'::text[]),
    ('own_threat', 'title', 2, false, true, null, null, null, '{name}'),
    ('own_threat', 'category', 3, false, false, 'own', null, null, '{type}'),
    ('own_threat', 'hits', 4, false, false, null, 'dimensions', null, '{cia,dimensions}'),
    ('own_threat', 'origins', 5, true, false, '{}', 'origin', null, '{origin,source}'),
    ('own_threat', 'kinds', 6, true, false, '{}', 'kind', null, '{asset kinds,asset types}'),

    ('own_vulnerability', 'code', 1, false, false, null, null, null, '{id,vulnerability,no,number,ref}'),
    ('own_vulnerability', 'title', 2, false, true, null, null, null, '{name}'),
    ('own_vulnerability', 'category', 3, false, false, 'own', null, null, '{type}'),
    ('own_vulnerability', 'kinds', 4, true, false, '{}', 'kind', null, '{asset kinds,asset types}'),

    ('own_threat_vulnerability', 'threat', 1, false, true, null, 'threat', null, '{}'),
    ('own_threat_vulnerability', 'vulnerability', 2, false, true, null, 'vulnerability', null, '{weakness}'),

    ('event_scenario', 'code', 1, false, false, null, null, null, '{id,scenario,no,number,ref}'),
    ('event_scenario', 'title', 2, false, true, null, null, null, '{name}'),
    ('event_scenario', 'source', 3, false, true, null, null, null, '{risk source}'),
    ('event_scenario', 'objective', 4, false, false, null, null, null, '{desired end state,target objective}'),
    ('event_scenario', 'event', 5, false, true, null, null, null, '{what happens,feared event}'),
    ('event_scenario', 'owner', 6, false, false, null, 'person', null, '{risk owner,responsible}'),
    ('event_scenario', 'assets', 7, true, false, null, 'asset',
     'array(select l.asset from isms.event_scenario_asset l where l.scope = t.scope and l.event_scenario = t.code)', '{affects,processes,asset}'),
    ('event_scenario', 'description', 8, false, false, null, null, null, '{remarks,comment,notes}')
  ) c(kind, column_name, position, many, required, default_value, query, present, aliases)
  left join query q on q.name = c.query;

select isms.make_import_table(k) from unnest('{risk,risk_control,treatment,action,acceptance,own_threat,own_vulnerability,own_threat_vulnerability,event_scenario}'::text[]) k;
