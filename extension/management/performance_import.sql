-- What isms.import can load of clauses 9 and 10: measures, nonconformities and improvements.
create function isms.import_nonconformity_approvals(scope text, rows jsonb) returns void
  language sql set search_path = pg_catalog, pg_temp
begin atomic
  select isms.import_carry_over('isms.nonconformity', e.x ->> 'code', e.x ->> 'status', '{"action_agreed": "agree_action", "implemented": "agree_action", "closed": "agree_action"}',
                                e.x ->> 'approved_by', (e.x ->> 'approved_on')::date, e.x ->> 'approval_document')
    from jsonb_array_elements(rows) with ordinality e(x, n)
   where e.x ->> 'outcome' = 'new' and e.x ->> 'approved_by' is not null
   order by e.n;
end;

comment on function isms.import_nonconformity_approvals(text, jsonb) is 'Enters the approvals that a sheet of nonconformities carries over';

comment on constraint measure_code_form on isms.measure is 'a code is one line of visible characters and single spaces';
comment on constraint measure_subject_named on isms.measure is 'a measure has a subject, but one of the whole management system';
comment on constraint measure_target_whole on isms.measure is 'a target is a minimum or a maximum: target and target_is go together';
comment on constraint nonconformity_code_form on isms.nonconformity is 'a code is one line of visible characters and single spaces';
comment on constraint nonconformity_judged_by_another on isms.nonconformity is 'who owns a nonconformity does not judge the effect';
comment on constraint improvement_code_form on isms.improvement is 'a code is one line of visible characters and single spaces';
comment on constraint improvement_decision_whole on isms.improvement is 'a decision has who decided and when';
comment on constraint improvement_declined_reasoned on isms.improvement is 'declined takes a reason';
comment on constraint improvement_done_when_taken_up on isms.improvement is 'done only when taken up, with a result';

insert into isms.import_kind (kind, title, table_name, key_columns, after_procedure, builtin) values
  ('measure', 'measures', 'isms.measure', '{code}', null, true),
  ('nonconformity', 'nonconformities', 'isms.nonconformity', '{code}', 'isms.import_nonconformity_approvals', true),
  ('improvement', 'improvements', 'isms.improvement', '{code}', null, true);

with query(name, known, expects) as (
  values ('person', 'select p.value, p.word from isms.import_people() p', 'a person''s code, name or e-mail'),
         ('subject', $$select w, v.word from unnest('{control,implementation,objective,process,isms}'::text[]) w cross join lateral (values (w), (w || 's')) v(word)$$, 'control, implementation, objective, process or isms'),
         ('bound', $$values ('minimum', 'minimum'), ('minimum', 'at least'), ('minimum', '>='), ('minimum', 'min'), ('maximum', 'maximum'), ('maximum', 'at most'), ('maximum', '<='), ('maximum', 'max')$$, 'minimum or maximum'),
         ('source', $$select w, v.word from unnest('{internal_audit,certification_body,incident,measurement,management_review,control_test,supplier,report,other}'::text[]) w cross join lateral (values (w), (replace(w, '_', ' '))) v(word)$$, 'a source of nonconformities'),
         ('grade', $$values ('major', 'major'), ('minor', 'minor')$$, 'major or minor'),
         ('risk', 'select r.code, r.code from isms.risk r where r.scope = $1', 'a risk''s code'),
         ('nonconformity state', $$select w, v.word from unnest('{open,corrected,analysed,action_agreed,implemented,closed}'::text[]) w cross join lateral (values (w), (replace(w, '_', ' '))) v(word)$$, 'a state a nonconformity can be loaded in'),
         ('concerns', $$select w, w from unnest('{suitability,adequacy,effectiveness}'::text[]) w$$, 'suitability, adequacy or effectiveness'),
         ('decision', $$values ('taken_up', 'taken_up'), ('taken_up', 'taken up'), ('taken_up', 'accepted'), ('declined', 'declined'), ('declined', 'rejected')$$, 'taken_up or declined'))
insert into isms.import_column (kind, column_name, position, type, required, default_value, known, expects, pattern, ready, aliases, builtin)
select c.kind, c.column_name, c.position, c.type, c.required, c.default_value, q.known, coalesce(q.expects, c.expects), c.pattern, c.ready, c.aliases, true
  from (values
    ('measure', 'code', 1, 'text', false, null, null, null, null, true, '{id,measure id,kpi,no,number,ref}'::text[]),
    ('measure', 'title', 2, 'text', true, null, null, null, null, true, '{name,measure,what}'),
    ('measure', 'subject_kind', 3, 'text', false, 'isms', 'subject', null, null, true, '{kind,type}'),
    ('measure', 'subject', 4, 'text', false, null, null, null, null, true, '{of,control,process,objective}'),
    ('measure', 'method', 5, 'text', true, null, null, null, null, true, '{how,formula}'),
    ('measure', 'unit', 6, 'text', false, null, null, null, null, true, '{}'),
    ('measure', 'target', 7, 'numeric', false, null, null, null, null, true, '{goal,target value}'),
    ('measure', 'target_is', 8, 'text', false, null, 'bound', null, null, true, '{direction}'),
    ('measure', 'measured_every', 9, 'input', true, null, null, 'a time such as 1 month', '^(\d+ *(day|week|mon|month|year)s? *)+$', true, '{frequency,how often,cadence}'),
    ('measure', 'measurer', 10, 'text', false, null, 'person', null, null, true, '{responsible,measured by,owner}'),
    ('measure', 'evaluated_every', 11, 'input', true, null, null, 'a time such as 1 year', '^(\d+ *(day|week|mon|month|year)s? *)+$', true, '{evaluation frequency}'),
    ('measure', 'evaluator', 12, 'text', false, null, 'person', null, null, true, '{evaluated by}'),
    ('measure', 'starts_on', 20, 'date', false, null, null, null, null, false, '{from,since}'),

    ('nonconformity', 'code', 1, 'text', false, null, null, null, null, true, '{id,nonconformity,nc,no,number,ref}'),
    ('nonconformity', 'source', 2, 'text', true, null, 'source', null, null, true, '{found by}'),
    ('nonconformity', 'requirement', 3, 'text', true, null, null, null, null, true, '{clause,control}'),
    ('nonconformity', 'statement', 4, 'text', true, null, null, null, null, true, '{title,description,finding}'),
    ('nonconformity', 'found_where', 5, 'text', true, null, null, null, null, true, '{where,place,site}'),
    ('nonconformity', 'found_on', 6, 'date', false, null, null, null, null, true, '{date,when,found}'),
    ('nonconformity', 'owner', 7, 'text', false, null, 'person', null, null, true, '{responsible}'),
    ('nonconformity', 'grade', 8, 'text', false, null, 'grade', null, null, true, '{severity,class}'),
    ('nonconformity', 'correction', 20, 'text', false, null, null, null, null, false, '{}'),
    ('nonconformity', 'no_correction_reason', 21, 'text', false, null, null, null, null, false, '{}'),
    ('nonconformity', 'consequences', 22, 'text', false, null, null, null, null, false, '{}'),
    ('nonconformity', 'cause', 23, 'text', false, null, null, null, null, false, '{root cause}'),
    ('nonconformity', 'similar_cases', 24, 'text', false, null, null, null, null, false, '{}'),
    ('nonconformity', 'similar_looked', 25, 'text', false, null, null, null, null, false, '{}'),
    ('nonconformity', 'action_needed', 26, 'boolean', false, null, null, null, null, false, '{}'),
    ('nonconformity', 'need_reason', 27, 'text', false, null, null, null, null, false, '{}'),
    ('nonconformity', 'implemented_on', 28, 'date', false, null, null, null, null, false, '{}'),
    ('nonconformity', 'effectiveness_due', 29, 'date', false, null, null, null, null, false, '{}'),
    ('nonconformity', 'effective', 30, 'boolean', false, null, null, null, null, false, '{}'),
    ('nonconformity', 'judged_by', 31, 'text', false, null, 'person', null, null, false, '{verified by}'),
    ('nonconformity', 'judged_on', 32, 'date', false, null, null, null, null, false, '{verified on}'),
    ('nonconformity', 'judged_how', 33, 'text', false, null, null, null, null, false, '{}'),
    ('nonconformity', 'changes_isms', 34, 'boolean', false, null, null, null, null, false, '{}'),
    ('nonconformity', 'change', 35, 'text', false, null, null, null, null, false, '{}'),
    ('nonconformity', 'no_change_reason', 36, 'text', false, null, null, null, null, false, '{}'),
    ('nonconformity', 'affects_risk', 37, 'boolean', false, null, null, null, null, false, '{}'),
    ('nonconformity', 'risk', 38, 'text', false, null, 'risk', null, null, false, '{}'),
    ('nonconformity', 'no_risk_reason', 39, 'text', false, null, null, null, null, false, '{}'),
    ('nonconformity', 'status', 40, 'text', false, 'open', 'nonconformity state', null, null, false, '{state}'),
    ('nonconformity', 'approved_by', 41, 'text', false, null, 'person', null, null, false, '{approver}'),
    ('nonconformity', 'approved_on', 42, 'date', false, null, null, null, null, false, '{approval date}'),
    ('nonconformity', 'approval_document', 43, 'text', false, null, null, null, null, false, '{approval,document}'),

    ('improvement', 'code', 1, 'text', false, null, null, null, null, true, '{id,improvement,no,number,ref}'),
    ('improvement', 'title', 2, 'text', true, null, null, null, null, true, '{name,idea}'),
    ('improvement', 'source', 3, 'text', false, null, null, null, null, true, '{from}'),
    ('improvement', 'concerns', 4, 'text', false, null, 'concerns', null, null, true, '{}'),
    ('improvement', 'benefit', 5, 'text', false, null, null, null, null, true, '{expected benefit}'),
    ('improvement', 'owner', 6, 'text', false, null, 'person', null, null, true, '{responsible}'),
    ('improvement', 'proposed_on', 7, 'date', false, null, null, null, null, true, '{date,proposed}'),
    ('improvement', 'decision', 8, 'text', false, null, 'decision', null, null, true, '{}'),
    ('improvement', 'decision_reason', 9, 'text', false, null, null, null, null, true, '{reason}'),
    ('improvement', 'decided_by', 10, 'text', false, null, 'person', null, null, true, '{}'),
    ('improvement', 'decided_on', 11, 'date', false, null, null, null, null, true, '{}'),
    ('improvement', 'result', 20, 'text', false, null, null, null, null, false, '{}'),
    ('improvement', 'done_on', 21, 'date', false, null, null, null, null, false, '{done}')
  ) c(kind, column_name, position, type, required, default_value, query, expects, pattern, ready, aliases)
  left join query q on q.name = c.query;

select isms.make_import_table(k) from unnest('{measure,nonconformity,improvement}'::text[]) k;
