-- Who sees what: asked of every table, view, sequence and function there is, in a database with two
-- scopes in use.  Dana Ruiz has roles in ACME, Bo Lind in BETA; nobody has in both but who founded them.
\set ON_ERROR_STOP on
\pset format unaligned
\pset tuples_only on
\pset pager off

begin;

select no_plan();

create role regress_dana login;
create role regress_bo login;
create role regress_reader login;
create role regress_nobody login;

\o /dev/null
select isms.setup('ACME', 'Acme Ltd', 'root', 'First Person');
set local isms.scope = 'ACME';
select isms.add_person('dana', 'Dana Ruiz', login => 'regress_dana', roles => '{risk_owner,asset_owner,control_owner}');
select isms.setup('BETA', 'Beta Ltd', 'root', 'First Person');
set local isms.scope = 'BETA';
select isms.add_person('bo', 'Bo Lind', login => 'regress_bo', roles => '{risk_owner,asset_owner,control_owner}');
set local isms.scope = '';

create function pg_temp.fill(scope text, owner text) returns void language plpgsql as $$
begin
  perform set_config('isms.scope', scope, true);
  insert into isms.asset (code, title, kind, rating, owner) values ('CRM', 'Customer database', 'information', 'C3 I3 A2', owner);
  insert into isms.risk (code, title, asset, threat, vulnerability, hits, likelihood, consequence, owner)
  values ('R-001', 'Customer data stolen', 'CRM', 'Stolen credentials', 'No second factor', 'C', 4, 4, owner);
  insert into isms.implementation (code, title, kind, owner, status, controls)
  values ('MFA', 'Second factor', 'technical', owner, 'planned', '{A.5.17,A.8.5}');
  insert into isms.risk_control (risk, implementation, effect_on, effectiveness) values ('R-001', 'MFA', 'likelihood', 0.9);
  insert into isms.treatment (risk, option, justification) values ('R-001', 'modification', 'Cheapest way');
  insert into isms.action (code, title, serves, implementation, owner, due_on, resources)
  values ('T-001', 'Roll out second factor', 'R-001', 'MFA', owner, current_date + 60, '10 days');
  insert into isms.control_test_plan (code, title, implementation) values ('CP-1', 'Ten logins', 'MFA');
  insert into isms.control_test (code, plan, result) values ('CT-1', 'CP-1', 'pass');
  insert into isms.evidence (code, title, subject_kind, subject, locator) values ('E-1', 'Settings', 'implementation', 'MFA', 'share');
  insert into isms.evidence_custody (evidence, holder) values ('E-1', owner);
  insert into isms.applicability (reference, necessary, reasons) values ('A.8.5', true, '{risk}');
  insert into isms.statement_version (code) values ('1');
  insert into isms.document (code, title, kind, owner) values ('POL', 'Policy', 'policy', owner);
  insert into isms.document_version (document, version, body) values ('POL', '1', 'We protect');
  insert into isms.document_link (document, subject_kind, subject) values ('POL', 'control', 'A.5.1');
  insert into isms.awareness_record (person, document, version) values (owner, 'POL', '1');
  insert into isms.competence (code, title) values ('RISK', 'Risk assessment');
  insert into isms.role_competence (role, competence) values ('risk_owner', 'RISK');
  insert into isms.person_competence (person, competence, evidence_kind, evidence) values (owner, 'RISK', 'training', 'Course');
  insert into isms.training (code, title) values ('AWARE', 'Awareness');
  insert into isms.training_need (training) values ('AWARE');
  insert into isms.training_completion (training, person, completed_on) values ('AWARE', owner, current_date);
  insert into isms.communication_item (code, what, occasion, with_whom, how) values ('C-1', 'Policy', 'Yearly', 'Everybody', 'Intranet');
  insert into isms.communication_record (item, sent_to) values ('C-1', 'Everybody');
  insert into isms.measure (code, title, subject_kind, method, measured_every, measurer, evaluated_every) values ('ME-1', 'Mails', 'isms', 'Count', '1 month', owner, '1 year');
  insert into isms.measurement (measure, value) values ('ME-1', 4);
  insert into isms.performance_evaluation (code, title, period) values ('PE-1', 'The year', daterange(current_date - 365, current_date + 1));
  perform isms.prepare_evaluation('PE-1');
  insert into isms.audit_programme (code, title, period) values ('AP-1', 'The year', daterange(current_date - 365, current_date + 1));
  insert into isms.finding (code, source, kind, statement, auditee) values ('F-1', 'certification_body', 'observation', 'Paper', owner);
  insert into isms.nonconformity (code, source, requirement, statement, found_where, owner) values ('NC-1', 'report', 'A.5.18', 'Open account', 'Site 1', owner);
  insert into isms.improvement (code, title, owner) values ('IP-1', 'Measure by program', owner);
  insert into isms.management_review (code, title, period, planned_on) values ('MR-1', 'The year', daterange(current_date - 365, current_date + 1), current_date - 1);
  perform isms.prepare_review('MR-1');
  insert into isms.review_decision (code, review, kind, title, owner) values ('MD-1', 'MR-1', 'change', 'Site 2', owner);
end
$$;
select pg_temp.fill('ACME', 'dana'), pg_temp.fill('BETA', 'bo');
grant isms_reader to regress_reader;
\o

-- Every table and view with a column scope, as this role sees it: rows of other scopes, rows of its own.
create function pg_temp.seen(role_name text, own text, out relation text, out own_rows bigint, out other_rows bigint)
  returns setof record language plpgsql as $$
declare
  r record;
begin
  for r in
    select c.oid::regclass::text as name, has_table_privilege(role_name, c.oid, 'select') as readable
      from pg_class c
      join pg_attribute a on a.attrelid = c.oid and a.attname = 'scope' and not a.attisdropped
     where c.relnamespace = 'isms'::regnamespace and c.relkind in ('r', 'p', 'v')
     order by 1
  loop
    relation := r.name;
    if r.readable then
      execute format('set local session authorization %I', role_name);
      begin
        execute format('select count(*) filter (where scope = $1), count(*) filter (where scope <> $1) from %s', r.name)
           into own_rows, other_rows using own;
      exception when insufficient_privilege then
        own_rows := null;
        other_rows := null;
      end;
      set local session authorization default;
      return next;
    end if;
  end loop;
end
$$;

select is_empty($$select relation, other_rows from pg_temp.seen('regress_dana', 'ACME') where other_rows > 0$$,
  'Dana Ruiz sees no row of BETA in any table or view');

select is_empty($$select relation, other_rows from pg_temp.seen('regress_bo', 'BETA') where other_rows > 0$$,
  'Bo Lind sees no row of ACME in any table or view');

select is_empty($$select relation, own_rows, other_rows from pg_temp.seen('regress_reader', 'ACME') where own_rows + other_rows > 0$$,
  'a reader who holds no role sees no row of any scope');

-- The three tests above say nothing of what is empty.
select set_eq($$select relation from pg_temp.seen('regress_dana', 'ACME') where own_rows > 0 and relation = any ('{isms.asset,isms.risk,isms.implementation,isms.risk_control,isms.treatment,isms.action,isms.risk_method,isms.role_assignment,isms.document,isms.document_version,isms.document_link,isms.document_status,isms.awareness_record,isms.competence,isms.role_competence,isms.person_competence,isms.competence_held,isms.training,isms.training_need,isms.training_completion,isms.training_status,isms.communication_item,isms.communication_record,isms.communication_status,isms.person_role,isms.control_test_plan,isms.control_test,isms.evidence,isms.evidence_custody,isms.evidence_chain,isms.applicability,isms.statement_version,isms.statement_problem,isms.control_coverage}')$$,
  '{isms.asset,isms.risk,isms.implementation,isms.risk_control,isms.treatment,isms.action,isms.risk_method,isms.role_assignment,isms.document,isms.document_version,isms.document_link,isms.document_status,isms.awareness_record,isms.competence,isms.role_competence,isms.person_competence,isms.competence_held,isms.training,isms.training_need,isms.training_completion,isms.training_status,isms.communication_item,isms.communication_record,isms.communication_status,isms.person_role,isms.control_test_plan,isms.control_test,isms.evidence,isms.evidence_custody,isms.evidence_chain,isms.applicability,isms.statement_version,isms.statement_problem,isms.control_coverage}'::text[],
  'Dana Ruiz sees the rows of ACME');

select set_eq($$select relation from pg_temp.seen('regress_dana', 'ACME') where own_rows > 0 and relation = any ('{isms.measure,isms.measurement,isms.valid_measurement,isms.measure_status,isms.performance_evaluation,isms.performance_result,isms.audit_programme,isms.audit_programme_status,isms.finding,isms.open_findings,isms.nonconformity,isms.corrective_action_status,isms.improvement,isms.management_review,isms.review_input,isms.review_decision,isms.review_decision_status,isms.management_review_input,isms.overdue}')$$,
  '{isms.measure,isms.measurement,isms.valid_measurement,isms.measure_status,isms.performance_evaluation,isms.performance_result,isms.audit_programme,isms.audit_programme_status,isms.finding,isms.open_findings,isms.nonconformity,isms.corrective_action_status,isms.improvement,isms.management_review,isms.review_input,isms.review_decision,isms.review_decision_status,isms.management_review_input,isms.overdue}'::text[],
  'those of clauses 9 and 10 too');

select is_empty($$select relation from pg_temp.seen('regress_dana', 'ACME') where own_rows is null$$,
  'what she may read she can read: no view asks for a right beneath it that she lacks');

-- Writing across: each table that an editor may write, every row of the other scope.  A refusal
-- by a rule would say that the row was reached.
create function pg_temp.written(role_name text, other text, out relation text, out reached text)
  returns setof record language plpgsql as $$
declare
  r record;
  changed bigint;
begin
  for r in
    select c.oid::regclass::text as name
      from pg_class c
      join pg_attribute a on a.attrelid = c.oid and a.attname = 'scope' and not a.attisdropped
     where c.relnamespace = 'isms'::regnamespace and c.relkind in ('r', 'p')
       and has_table_privilege(role_name, c.oid, 'delete')
     order by 1
  loop
    relation := r.name;
    execute format('set local session authorization %I', role_name);
    begin
      execute format('delete from %s where scope = $1', r.name) using other;
      get diagnostics changed = row_count;
      reached := nullif(changed, 0) || ' rows';
    exception when others then
      reached := sqlerrm;
    end;
    set local session authorization default;
    return next;
  end loop;
end
$$;

select is_empty($$select relation, reached from pg_temp.written('regress_dana', 'BETA') where reached is not null$$,
  'Dana Ruiz can delete no row of BETA');

set local session authorization regress_dana;
select throws_ok($$insert into isms.asset (scope, code, title, kind, owner) values ('BETA', 'X', 'X', 'information', 'dana')$$,
  '42501', null, 'Dana Ruiz can put no row into BETA');
set local session authorization default;

-- What is added to a table that numbers its rows gets the next number.
select is_empty($$
  select format('%s.%s', a.attrelid::regclass, a.attname), r.role_name
    from pg_attribute a
   cross join isms.database_role r
   where a.attidentity <> '' and a.attrelid in (select c.oid from pg_class c where c.relnamespace = 'isms'::regnamespace)
     and has_column_privilege(r.role_name, a.attrelid, a.attnum, 'insert') $$,
  'no role names the number of a row itself');

-- A role that was given nothing.
select is_empty($$
  select c.oid::regclass
    from pg_class c
   where c.relnamespace = 'isms'::regnamespace and c.relkind in ('r', 'p', 'v', 'm')
     and has_table_privilege('regress_nobody', c.oid, 'select, insert, update, delete, truncate, references, trigger') $$,
  'a role without grants can do nothing with any table or view');

select is_empty($$
  select c.oid::regclass
    from pg_class c
   where c.relnamespace = 'isms'::regnamespace
     and case c.relkind when 'S' then has_sequence_privilege('regress_nobody', c.oid, 'usage, select, update') end $$,
  'nor with any sequence');

select is_empty($$
  select p.oid::regprocedure
    from pg_proc p
   where p.pronamespace = 'isms'::regnamespace and has_function_privilege('regress_nobody', p.oid, 'execute')
     and p.oid not in ('isms.capture()'::regprocedure, 'isms.judges_row(oid, text, text)'::regprocedure) $$,
  'nor with any function but the capture trigger''s, which only fires');

select ok(not has_schema_privilege('regress_nobody', 'isms', 'usage, create'), 'nor with the schema');

select * from finish();

rollback;
