-- The statement of applicability (6.1.3 d): every control, whether it is necessary and why, what is declared, and what tests and evidence show.
\set SHOW_CONTEXT never
set client_min_messages = warning;
drop extension if exists isms cascade;
create extension isms;
do $$ begin
  perform isms.setup('ACME', 'Acme Ltd', 'dana', 'Dana Ruiz', 'dana@acme.example');
  perform isms.add_person('li', 'Li Wei', roles => '{control_owner}');
end $$;
\pset format unaligned
\pset footer off

-- What is shipped: 93 controls in four themes, each with the five attributes of ISO/IEC 27002, and the clauses.
select theme, count(*), (array_agg(reference order by reference))[1] as first, (array_agg(reference order by reference desc))[1] as last from isms.control where catalogue = isms.base_catalogue() and kind = 'control' group by theme order by 3;
select count(*) as without_an_attribute from isms.control
 where catalogue = isms.base_catalogue() and kind = 'control' and '{}' in (control_types, properties, concepts, capabilities, domains);
select kind, count(*), count(documented_information) as with_documented_information from isms.control where catalogue = isms.base_catalogue() group by kind order by kind;

-- Complete by construction, in the order of the standard: what nobody decided on shows as undecided.
select count(*), count(necessary) as decided, count(*) filter (where implementation_status = 'undecided') as undecided from isms.statement_of_applicability;
select string_agg(code, ' ' order by sort_key) from isms.statement_of_applicability where code like 'A.5.%';

-- Decided: a reason for what is necessary, prose for what is not.
insert into isms.applicability (reference, necessary, reasons, implementation_status) values ('A.5.15', true, '{risk,law}', 'partial'), ('A.8.5', true, '{risk}', 'implemented'), ('A.8.13', true, '{contract}', 'planned');
insert into isms.applicability (reference, necessary, justification) values ('A.8.30', false, 'All software is written by our own employees');
select code, necessary, reasons, justification, implementation_status, assurance from isms.statement_of_applicability where necessary is not null order by sort_key;
insert into isms.applicability (reference, necessary, reasons) values ('A.8.5', false, '{}');
update isms.applicability set reasons = '{}' where reference = 'A.8.5';
update isms.applicability set necessary = false where reference = 'A.8.5';

-- One implementation serves several controls and protects several assets, one control has several implementations.
insert into isms.asset (code, title, kind) values ('CRM', 'Customer database', 'information'), ('HQ', 'Head office', 'premises');
insert into isms.implementation (code, title, owner, status, controls) values
  ('MFA', 'Second factor', 'li', 'implemented', '{A.8.5,A.5.15}'), ('SSO', 'One sign-in', 'li', 'implemented', '{A.8.5}'), ('OLD', 'Password cards', 'li', 'retired', '{A.8.5}');
insert into isms.implementation_asset (implementation, asset) values ('MFA', 'CRM'), ('MFA', 'HQ'), ('SSO', 'CRM');
select code, implementations, owners, assurance from isms.statement_of_applicability where implementations is not null order by sort_key;
-- The list and the links are one thing, whichever is written.
update isms.implementation set controls = '{A.8.5,A.8.13}' where code = 'MFA';
insert into isms.implementation_control (implementation, reference) values ('SSO', 'A.5.16');
delete from isms.implementation_control where implementation = 'MFA' and reference = 'A.8.5';
select i.code, i.controls, array_agg(c.reference order by c.reference) as linked from isms.implementation i join isms.implementation_control c on c.scope = i.scope and c.implementation = i.code group by i.scope, i.code, i.controls order by 1;
update isms.implementation set controls = '{A.8.5}' where code in ('MFA', 'SSO');

-- Assurance is shown, not declared: the latest test, or evidence where nothing was tested; one failure counts for all, all must be verified.
create function pg_temp.shown() returns text language sql as $$ select format('%s, declared %s', assurance, implementation_status) from isms.statement_of_applicability where code = 'A.8.5' $$;
insert into isms.control_test (implementation, result, tested_on, valid_until) values ('MFA', 'pass', current_date - 10, current_date + 100);
select pg_temp.shown() as one_of_two_tested;
insert into isms.evidence (title, subject_kind, subject, locator, valid_until) values ('Configuration', 'implementation', 'SSO', 'share/sso.pdf', current_date + 1);
select pg_temp.shown() as the_other_by_evidence;
update isms.evidence set valid_until = current_date - 1 where subject = 'SSO';
select pg_temp.shown() as evidence_ran_out;
insert into isms.control_test (implementation, result, tested_on, valid_until) values ('SSO', 'fail', current_date, current_date + 100);
select pg_temp.shown() as failed;
insert into isms.control_test (implementation, result, tested_on, valid_until) values ('OLD', 'fail', current_date, current_date + 100), ('SSO', 'pass', current_date, current_date + 100);
select pg_temp.shown() as retired_ones_do_not_count;
select implementation, status, assurance from isms.implementation_assurance order by 1;

-- Who runs it, where that is somebody else; a failed test shows beside what is declared, evidence of the control itself where nothing implements it.
update isms.implementation set operator = 'provider', operated_by = 'Login Ltd' where code = 'SSO';
insert into isms.evidence (title, subject_kind, subject, locator) values ('Rules of access', 'control', 'A.5.15', 'intranet');
select code, implementation_status, declared_status, assurance, run_by, result from isms.statement_of_applicability where code in ('A.5.15', 'A.8.5') order by sort_key;

-- Names are data.
insert into isms.implementation (code, title, status, controls) values ('x''); drop table isms.risk; --', '%s $1 \', 'implemented', '{A.8.30}');
select implementations from isms.statement_of_applicability where code = 'A.8.30';
delete from isms.implementation where code like 'x%';

-- Controls of a catalogue of one's own appear once they are decided on, Annex A stays whole.
insert into isms.catalogue (code, title) values ('HOUSE', 'House rules');
insert into isms.control (catalogue, reference, title) values ('HOUSE', 'H.1', 'Clean desks'), ('HOUSE', 'H.2', 'Locked drawers');
insert into isms.applicability (catalogue, reference, necessary, reasons) values ('HOUSE', 'H.1', true, '{business}');
insert into isms.implementation_control (implementation, catalogue, reference) values ('MFA', 'HOUSE', 'H.1');
select count(*) from isms.statement_of_applicability;
select code, title, necessary, implementations, catalogue from isms.statement_of_applicability where code like 'H.%';
select controls from isms.implementation where code = 'MFA';

-- Every scope decides for itself.
do $$ begin perform isms.setup('BETA', 'Beta Ltd', 'dana', 'Dana Ruiz'); end $$;
select scope, count(*), count(necessary) as decided from isms.statement_of_applicability group by scope order by scope;

drop extension isms cascade;
