-- What isms.import can load of clause 8: lists that people have as spreadsheets.
comment on constraint supplier_code_form on isms.supplier is 'a code is one line of visible characters and single spaces';
comment on constraint notification_duty_code_form on isms.notification_duty is 'a code is one line of visible characters and single spaces';
comment on constraint notification_duty_source_named on isms.notification_duty is 'party_requirement or reference says where the duty comes from';
comment on constraint business_impact_code_form on isms.business_impact is 'a code is one line of visible characters and single spaces';
comment on constraint business_impact_objectives_in_order on isms.business_impact is 'rto is no longer than longest_outage';
comment on constraint business_impact_rto_positive on isms.business_impact is 'rto is longer than nothing';
comment on constraint business_impact_longest_outage_positive on isms.business_impact is 'longest_outage is longer than nothing';
comment on constraint incident_code_form on isms.incident is 'a code is one line of visible characters and single spaces';
comment on constraint incident_hits_form on isms.incident is 'hits are letters of CIA in that order';

insert into isms.import_kind (kind, title, table_name, key_columns, builtin) values
  ('supplier', 'suppliers', 'isms.supplier', '{code}', true),
  ('supplier_review', 'reviews of suppliers', 'isms.supplier_review', '{supplier,reviewed_on}', true),
  ('notification_duty', 'duties to notify', 'isms.notification_duty', '{code}', true),
  ('business_impact', 'business impacts', 'isms.business_impact', '{code}', true),
  ('incident', 'incidents', 'isms.incident', '{code}', true);

-- What several columns have in common, by the name used in the list below.
with query(name, known, expects) as (
  values ('person', 'select p.value, p.word from isms.import_people() p', 'a person''s code, name or e-mail'),
         ('asset', 'select a.code, v.word from isms.asset a cross join lateral (values (a.code), (a.title)) v(word) where a.scope = $1', 'an asset''s code or title'),
         ('risk', 'select r.code, r.code from isms.risk r where r.scope = $1', 'a risk''s code'),
         ('supplier', 'select s.code, v.word from isms.supplier s cross join lateral (values (s.code), (s.title)) v(word) where s.scope = $1', 'a supplier''s code or name'),
         ('dimensions', 'select d.value, d.word from isms.import_dimensions() d', 'letters of CIA, the dimensions hit'),
         ('supplied', $$values ('product', 'product'), ('service', 'service'), ('cloud', 'cloud'), ('cloud', 'cloud service'), ('cloud', 'saas'), ('process', 'process'), ('process', 'outsourcing'), ('people', 'people'), ('people', 'staff')$$, 'product, service, cloud, process or people'),
         ('review', $$values ('satisfactory', 'satisfactory'), ('satisfactory', 'ok'), ('satisfactory', 'pass'), ('concerns', 'concerns'), ('concerns', 'minor'), ('unsatisfactory', 'unsatisfactory'), ('unsatisfactory', 'fail')$$, 'a result of a review'),
         ('basis', $$values ('law', 'law'), ('law', 'legal'), ('law', 'statutory'), ('regulation', 'regulation'), ('regulation', 'regulatory'), ('contract', 'contract'), ('contract', 'contractual'), ('other', 'other')$$, 'law, regulation, contract or other'),
         ('counts from', $$values ('detected_at', 'detected_at'), ('detected_at', 'detection'), ('occurred_at', 'occurred_at'), ('occurred_at', 'occurrence'), ('reported_at', 'reported_at'), ('reported_at', 'report')$$, 'a time of the incident'),
         ('severity', $$values ('low', 'low'), ('medium', 'medium'), ('high', 'high'), ('critical', 'critical'), ('low', '1'), ('medium', '2'), ('high', '3'), ('critical', '4')$$, 'low, medium, high or critical'),
         ('incident state', $$select w, w from unnest('{reported,confirmed,contained,resolved,closed,dismissed}'::text[]) w$$, 'a state of an incident'),
         ('duration', null, 'a time such as 4 hours or 1 day'),
         ('moment', null, 'a day with a time and a time zone, such as 2026-03-02 08:00+01'))
insert into isms.import_column (kind, column_name, position, type, many, required, default_value, known, expects, ready, aliases, builtin)
select c.kind, c.column_name, c.position, c.type, c.column_name = 'assets', c.required, c.default_value, q.known, q.expects, c.ready, c.aliases, true
  from (values
    ('supplier', 'code', 1, 'text', false, null, null, true, '{id,no,number,supplier id}'::text[]),
    ('supplier', 'title', 2, 'text', true, null, null, true, '{name,supplier,vendor,provider}'),
    ('supplier', 'kind', 3, 'text', false, 'service', 'supplied', true, '{type}'),
    ('supplier', 'what', 4, 'text', true, null, null, true, '{service,provides,description}'),
    ('supplier', 'outsourced', 5, 'boolean', false, 'false', null, true, '{outsourcing}'),
    ('supplier', 'owner', 6, 'text', false, null, 'person', true, '{responsible,contact}'),
    ('supplier', 'control_method', 7, 'text', false, null, null, true, '{control,how controlled}'),
    ('supplier', 'agreement', 8, 'text', false, null, null, true, '{contract}'),
    ('supplier', 'agreement_until', 9, 'date', false, null, null, true, '{contract end,valid until}'),
    ('supplier', 'requirements', 10, 'text', false, null, null, true, '{security requirements}'),
    ('supplier', 'review_every', 11, 'input', false, null, 'duration', true, '{interval,review interval}'),
    ('supplier', 'reviewed_on', 12, 'date', false, null, null, true, '{last review}'),
    ('supplier', 'ended_on', 13, 'date', false, null, null, false, '{ended}'),
    ('supplier', 'exit_plan', 14, 'text', false, null, null, false, '{exit}'),
    ('supplier', 'process', 15, 'text', false, null, null, false, '{}'),

    ('supplier_review', 'supplier', 1, 'text', true, null, 'supplier', true, '{vendor,provider}'),
    ('supplier_review', 'reviewed_on', 2, 'date', true, null, null, true, '{date,on}'),
    ('supplier_review', 'reviewer', 3, 'text', false, null, 'person', true, '{by}'),
    ('supplier_review', 'basis', 4, 'text', true, null, null, true, '{evidence,what}'),
    ('supplier_review', 'result', 5, 'text', true, null, 'review', true, '{verdict}'),
    ('supplier_review', 'findings', 6, 'text', false, null, null, true, '{remarks}'),
    ('supplier_review', 'follow_up', 7, 'text', false, null, null, true, '{action}'),

    ('notification_duty', 'code', 1, 'text', false, null, null, true, '{id,no,number}'),
    ('notification_duty', 'title', 2, 'text', true, null, null, true, '{name,duty}'),
    ('notification_duty', 'basis', 3, 'text', true, null, 'basis', true, '{kind,type}'),
    ('notification_duty', 'party_requirement', 4, 'text', false, null, null, true, '{requirement}'),
    ('notification_duty', 'reference', 5, 'text', false, null, null, true, '{article,clause,source}'),
    ('notification_duty', 'recipient', 6, 'text', true, null, null, true, '{to,who,authority}'),
    ('notification_duty', 'applies_when', 7, 'text', false, null, null, true, '{when,condition}'),
    ('notification_duty', 'time_limit', 8, 'input', true, null, 'duration', true, '{limit,within,deadline}'),
    ('notification_duty', 'counts_from', 9, 'text', false, 'detected_at', 'counts from', true, '{from}'),
    ('notification_duty', 'owner', 10, 'text', false, null, 'person', true, '{responsible}'),

    ('business_impact', 'code', 1, 'text', false, null, null, true, '{id,no,number}'),
    ('business_impact', 'title', 2, 'text', true, null, null, true, '{name,process name,service}'),
    ('business_impact', 'process', 3, 'text', false, null, null, true, '{process code}'),
    ('business_impact', 'impact', 4, 'text', false, null, null, true, '{consequence,description}'),
    ('business_impact', 'rto', 5, 'input', false, null, 'duration', true, '{recovery time objective,recovery time}'),
    ('business_impact', 'rpo', 6, 'input', false, null, 'duration', true, '{recovery point objective,data loss}'),
    ('business_impact', 'longest_outage', 7, 'input', false, null, 'duration', true, '{mtpd,mao,mtd,maximum tolerable period of disruption,maximum outage}'),
    ('business_impact', 'minimum_service', 8, 'text', false, null, null, true, '{mbco,minimum}'),
    ('business_impact', 'owner', 9, 'text', false, null, 'person', true, '{responsible}'),
    ('business_impact', 'assessed_on', 10, 'date', false, null, null, true, '{analysed on,date}'),
    ('business_impact', 'review_every', 11, 'input', false, null, 'duration', true, '{interval,review interval}'),

    ('incident', 'code', 1, 'text', false, null, null, true, '{id,no,number,ticket}'),
    ('incident', 'title', 2, 'text', true, null, null, true, '{name,incident,subject}'),
    ('incident', 'description', 3, 'text', false, null, null, true, '{details}'),
    ('incident', 'reporter', 4, 'text', false, null, null, true, '{reported by}'),
    ('incident', 'handler', 5, 'text', false, null, 'person', true, '{owner,responsible,assignee}'),
    ('incident', 'category', 6, 'text', false, null, null, true, '{type,kind}'),
    ('incident', 'severity', 7, 'text', false, null, 'severity', true, '{priority}'),
    ('incident', 'assets', 8, 'text', false, null, 'asset', true, '{asset,affected}'),
    ('incident', 'hits', 9, 'text', false, null, 'dimensions', true, '{cia,dimensions}'),
    ('incident', 'occurred_at', 10, 'input', false, null, 'moment', true, '{occurred}'),
    ('incident', 'detected_at', 11, 'input', true, null, 'moment', true, '{detected,date}'),
    ('incident', 'reported_at', 12, 'input', false, null, 'moment', true, '{reported}'),
    ('incident', 'contained_at', 13, 'input', false, null, 'moment', false, '{contained}'),
    ('incident', 'recovered_at', 14, 'input', false, null, 'moment', false, '{recovered,resolved}'),
    ('incident', 'containment', 15, 'text', false, null, null, false, '{}'),
    ('incident', 'recovery', 16, 'text', false, null, null, false, '{solution}'),
    ('incident', 'no_evidence_reason', 17, 'text', false, null, null, false, '{}'),
    ('incident', 'lessons', 18, 'text', false, null, null, false, '{lessons learned,lesson}'),
    ('incident', 'follow_up', 19, 'text', false, null, null, false, '{measures}'),
    ('incident', 'raises_nonconformity', 20, 'boolean', false, null, null, false, '{}'),
    ('incident', 'nonconformity', 21, 'text', false, null, null, false, '{}'),
    ('incident', 'no_nonconformity_reason', 22, 'text', false, null, null, false, '{}'),
    ('incident', 'affects_risk', 23, 'boolean', false, null, null, false, '{}'),
    ('incident', 'risk', 24, 'text', false, null, 'risk', false, '{}'),
    ('incident', 'no_risk_reason', 25, 'text', false, null, null, false, '{}'),
    ('incident', 'status', 26, 'text', false, null, 'incident state', false, '{state}')
  ) c(kind, column_name, position, type, required, default_value, query, ready, aliases)
  left join query q on q.name = c.query;

select isms.make_import_table(k) from unnest('{supplier,supplier_review,notification_duty,business_impact,incident}'::text[]) k;
