-- Clause 4: what surrounds the organisation, who wants what of it, how it runs and where the ISMS ends.
create temp table sheet_context_issue (like isms.import_context_issue);
create temp table sheet_interested_party (like isms.import_interested_party);
create temp table sheet_supplier (like isms.import_supplier, process text, exit_plan text);
\copy sheet_context_issue (code, title, kind, climate, effect, owner, reviewed_on) from 'tests/demo/context_issue.csv' (format csv, header match)
\copy sheet_interested_party (code, title, climate_considered, owner, reviewed_on, description) from 'tests/demo/interested_party.csv' (format csv, header match)
update sheet_context_issue set reviewed_on = pg_temp.shift(reviewed_on);
update sheet_interested_party set reviewed_on = pg_temp.shift(reviewed_on);
do $$ begin
  perform isms.import('context_issue', 'sheet_context_issue');
  perform isms.import('interested_party', 'sheet_interested_party');
end $$;
\copy isms.import_party_requirement (code, title, party, kind, reference, addressed, addressed_how, owner) from 'tests/demo/party_requirement.csv' (format csv, header match)
insert into isms.requirement_control (requirement, reference)
select x.requirement, r
  from (values
    ('RQ-GDPR', '{A.5.5,A.5.24,A.5.31,A.5.34,A.8.10,A.8.15,A.8.24}'::isms.reference[]), ('RQ-NIS2', '{A.5.5,A.5.24,A.5.31}'), ('RQ-TRACE', '{A.5.33}'), ('RQ-BENCH', '{A.5.30,A.8.6,A.8.14}'),
    ('RQ-BREACH', '{A.5.26}'), ('RQ-CERT', '{A.5.1,A.5.35,A.6.3,A.8.5}'), ('RQ-PRIVATE', '{A.6.4,A.8.15}')) x(requirement, controls),
       unnest(x.controls) r;
insert into isms.climate_decision (decided_on, relevant, reason, decided_by)
values (current_date - 350, true, 'Cooling of the server room and water in the archive cellar; customers ask for repair instead of new instruments', 'mara');
\copy isms.import_process (code, title, owner, purpose, criteria, planned, outsourced, provider) from 'tests/demo/process.csv' (format csv, header match)
\copy isms.import_process_interaction (from_process, to_process, what) from 'tests/demo/process_interaction.csv' (format csv, header match)
insert into isms.process_record (process, period, evidence)
select x.process, daterange(current_date - x.until - 365, current_date - x.until), x.evidence
  from (values
    ('ORDER', 30, 'Order list of the ERP system, unbroken serial numbers'),
    ('RELEASE', 20, '31 releases, each with two names and a signature'),
    ('OPERATE', 10, 'Twelve monthly reports'),
    ('SUPPORT', 45, 'Consents of 912 customers in the service log'),
    ('PURCHASE', 60, 'Supplier file'),
    ('PAYROLL', 25, 'Twelve files with two signatures'),
    ('RISKS', 15, 'Minutes of two rounds'),
    ('INCIDENT', 5, 'Register of incidents'),
    ('CONTINUE', 90, 'Minutes of the exercise')) x(process, until, evidence);
insert into isms.process_record (process, period, evidence, as_planned, deviation)
values ('JOINER', daterange(current_date - 455, current_date - 90), 'List of 14 leavers', false, 'Accounts of two leavers of the plant were open for weeks: NC-1');
-- The boundary names suppliers too.
\copy sheet_supplier (code, title, kind, what, outsourced, owner, control_method, agreement, agreement_until, requirements, review_every, process, exit_plan) from 'tests/demo/supplier.csv' (format csv, header match)
update sheet_supplier set agreement_until = pg_temp.shift(agreement_until);
do $$ begin perform isms.import('supplier', 'sheet_supplier'); end $$;
\copy isms.import_scope_item (code, title, kind, refers, standing, reason) from 'tests/demo/scope_item.csv' (format csv, header match)
\copy isms.import_scope_dependency (item, depends_on, what) from 'tests/demo/scope_dependency.csv' (format csv, header match)
insert into isms.scope_reference (kind, key, note) values
  ('issue', 'CI-FACTORY', 'Why the machine network is in'), ('issue', 'CI-GROWTH', 'Why BenchLink is in'), ('issue', 'CI-HEAT', 'Why the cellar is in'),
  ('requirement', 'RQ-BENCH', null), ('requirement', 'RQ-GDPR', null), ('requirement', 'RQ-CERT', null);
