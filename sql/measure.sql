-- Measures: what, how, when, by whom; measurements are only added, corrections name what they correct; the latest valid value against the target;
-- what is overdue; a period evaluated (clause 9.1).
\set SHOW_CONTEXT never
set client_min_messages = warning;
drop extension if exists isms cascade;
create extension isms;
create role regress_li login;
create role regress_pat login;

-- What a statement is refused with, dates masked.
create function pg_temp.attempt(statement text) returns text language plpgsql as $$
declare
  state text; said text; detail text; hint text;
begin
  execute statement;
  return 'done';
exception when others then
  get stacked diagnostics state = returned_sqlstate, said = message_text, detail = pg_exception_detail, hint = pg_exception_hint;
  return regexp_replace(concat_ws(E'\n', state || ': ' || said, 'DETAIL: ' || nullif(case when state ~ '^IS' then detail end, ''), 'HINT: ' || nullif(hint, '')), '\d{4}-\d\d-\d\d', 'DATE', 'g');
end
$$;

do $$ begin
  perform isms.setup('ACME', 'Acme Ltd', 'dana', 'Dana Ruiz');
  perform isms.add_person('li', 'Li Wei', login => 'regress_li', roles => '{control_owner}');
  perform isms.add_person('pat', 'Pat Moss', login => 'regress_pat', roles => '{process_owner}');
end $$;
\pset format unaligned
\pset tuples_only on

-- 9.1 a-f: of what, how, how often and by whom; of something that exists.
select pg_temp.attempt($$insert into isms.measure (title, subject_kind, subject, method, measured_every, evaluated_every) values ('Accounts', 'control', 'A.99.1', 'Count', '1 month', '1 year')$$);
select pg_temp.attempt($$insert into isms.measure (title, subject_kind, method, measured_every, evaluated_every) values ('Accounts', 'control', 'Count', '1 month', '1 year')$$);
select pg_temp.attempt($$insert into isms.measure (title, subject_kind, method, measured_every, evaluated_every) values ('Accounts', 'isms', 'Count', '-1 month', '1 year')$$);
select pg_temp.attempt($$insert into isms.measure (title, subject_kind, method, target, measured_every, evaluated_every) values ('Accounts', 'isms', 'Count', 5, '1 month', '1 year')$$);
insert into isms.measure (code, title, subject_kind, subject, method, unit, target, target_is, measured_every, measurer, evaluated_every, evaluator, starts_on) values
  ('LEAVERS', 'Accounts of leavers closed within a day', 'control', 'A.5.18', 'Closed in time by all of the month', '%', 95, 'minimum', '1 month', 'li', '1 year', 'pat', current_date - 100),
  ('MAILS', 'Staff who fall for a trial mail', 'isms', null, 'Clicked by sent', '%', 5, 'maximum', '6 months', 'li', '1 year', 'pat', current_date - 100),
  ('TICKETS', 'Tickets', 'isms', null, 'Count', null, null, null, '1 month', 'li', '1 year', 'pat', current_date - 10);

-- Measurements are only added.
set session authorization regress_li;
insert into isms.measurement (measure, measured_on, value, evidence) values ('LEAVERS', current_date - 90, 90, 'Report 1'), ('LEAVERS', current_date - 60, 96, 'Report 2') returning measured_by, method_version;
insert into isms.measurement (measure, value) values ('MAILS', 7) returning measured_on = isms.today(scope), measured_by;
select pg_temp.attempt($$insert into isms.measurement (measure, measured_on, value) values ('LEAVERS', current_date + 2, 99)$$);
select pg_temp.attempt($$insert into isms.measurement (measure) values ('LEAVERS')$$);
-- Their numbers are the database's: one that is larger than any to come would be the latest for good.
select pg_temp.attempt($$insert into isms.measurement (id, measure, value) overriding system value values (9223372036854775807, 'LEAVERS', 99999)$$);
select pg_temp.attempt($$update isms.measurement set value = 99$$);
select pg_temp.attempt($$delete from isms.measurement$$);
reset session authorization;
select pg_temp.attempt($$truncate isms.measurement$$);
select code, latest_value, status, trend, overdue, days_overdue between 28 and 33 as a_month_late from isms.measure_status order by code;
select code, title, owner_name, what, days between 28 and 33 as a_month_late from isms.overdue where kind = 'measure';
set session authorization regress_li;
select kind, code, what from isms.inbox where kind = 'measure' order by code;
reset session authorization;

-- A correction is a new row that names the old one, once, with a reason; the latest valid value counts.
set session authorization regress_li;
select pg_temp.attempt($$insert into isms.measurement (measure, measured_on, value, corrects) select 'LEAVERS', current_date - 60, 80, max(id) from isms.measurement where measure = 'LEAVERS'$$);
select pg_temp.attempt($$insert into isms.measurement (measure, measured_on, value, corrects, correction_reason) select 'MAILS', current_date - 60, 80, max(id), 'Miscounted' from isms.measurement where measure = 'LEAVERS'$$);
insert into isms.measurement (measure, measured_on, value, corrects, correction_reason) select 'LEAVERS', current_date - 60, 80, max(id), 'Site 2 was missing' from isms.measurement where measure = 'LEAVERS';
select pg_temp.attempt($$insert into isms.measurement (measure, measured_on, value, corrects, correction_reason) select 'LEAVERS', current_date - 60, 85, corrects, 'Miscounted' from isms.measurement where corrects is not null$$);
select measured_on - current_date, value, corrects is not null as corrects, id in (select v.id from isms.valid_measurement v) as valid from isms.measurement where measure = 'LEAVERS' order by id;
select code, latest_value, previous_value, status, trend from isms.measure_status where code = 'LEAVERS';
-- One that was none is corrected by nothing.
insert into isms.measurement (measure, corrects, correction_reason) select 'LEAVERS', max(id), 'Both were of another month' from isms.measurement where measure = 'LEAVERS';
select code, latest_value, previous_value, status from isms.measure_status where code = 'LEAVERS';
insert into isms.measurement (measure, measured_on, value) values ('LEAVERS', current_date - 3, 97);
select code, latest_value, previous_value, status, trend, overdue from isms.measure_status order by code;

-- 9.1 b: what was measured by one version of a method can be compared.
reset session authorization;
select pg_temp.attempt($$update isms.measure set method = 'Closed within two days' where code = 'LEAVERS'$$);
update isms.measure set method = 'Closed within two days', method_version = 2 where code = 'LEAVERS';
insert into isms.measurement (measure, measured_on, value) values ('LEAVERS', current_date, 99) returning method_version;
select latest_value, previous_value, trend is null as nothing_to_compare from isms.measure_status where code = 'LEAVERS';

-- 9.1 e, f: a period evaluated: prepared from the data, complete, approved by a second person, and as it was from then on.
select code, evaluation_overdue from isms.measure_status where evaluation_overdue order by code;
update isms.measure set evaluated_every = '3 months' where code = 'LEAVERS';
select code, evaluation_overdue from isms.measure_status where evaluation_overdue order by code;
insert into isms.performance_evaluation (code, title, period) values ('PE-1', 'The quarter', daterange(current_date - 95, current_date + 1));
select pg_temp.attempt($$select isms.prepare_evaluation('PE-9')$$);
select isms.prepare_evaluation('PE-1');
select measure, method_version, measurements, lowest, mean, highest, latest, target, target_is, met from isms.performance_result order by measure;
update isms.performance_result set comment = 'New to all' where measure = 'MAILS';
-- What was measured nobody writes.
select pg_temp.attempt(s) from unnest(array[
    $$update isms.performance_result set latest = 0, met = true where measure = 'MAILS'$$,
    $$insert into isms.performance_result (evaluation, measure, measurements, latest, met) values ('PE-1', 'MAILS', 9, 0, true) on conflict on constraint performance_result_pkey do update set latest = excluded.latest$$,
    $$update isms.performance_result set measure = 'LEAVERS' where measure = 'MAILS'$$]) s;
delete from isms.performance_result where measure = 'MAILS';
select pg_temp.attempt($$insert into isms.performance_result (evaluation, measure, measurements) values ('PE-1', 'MAILS', 9)$$);
insert into isms.performance_result (evaluation, measure, comment) values ('PE-1', 'MAILS', 'New to all') returning measurements, latest, target, met;
select isms.request('isms.performance_evaluation', 'PE-1', 'approve', 'The quarter is over');
set session authorization regress_pat;
select pg_temp.attempt($$select isms.approve('isms.performance_evaluation', '{PE-1}', 'approve')$$);
reset session authorization;
update isms.performance_evaluation set evaluator = 'pat', evaluated_on = current_date, effective = true, conclusion = 'Leavers improve, mails do not';
insert into isms.measurement (measure, measured_on, value) values ('MAILS', current_date, 4);
select isms.prepare_evaluation('PE-1');
select measure, measurements, latest, met, comment from isms.performance_result where measure = 'MAILS';
select isms.request('isms.performance_evaluation', 'PE-1', 'approve', 'The quarter is over');
set session authorization regress_pat;
select isms.approve('isms.performance_evaluation', '{PE-1}', 'approve');
insert into isms.measurement (measure, measured_on, value) values ('MAILS', current_date, 9);
select pg_temp.attempt($$select isms.prepare_evaluation('PE-1')$$);
select pg_temp.attempt($$update isms.performance_result set met = true$$);
select code, evaluated_on = current_date as today, evaluation_overdue from isms.measure_status order by code;

-- Retired, nothing is due.
reset session authorization;
update isms.measure set status = 'retired' where code = 'TICKETS';
select status, measure_due, evaluation_due, overdue from isms.measure_status where code = 'TICKETS';

-- Measures from a sheet; measurements by COPY.
insert into isms.import_measure (code, title, method, target, target_is, measured_every, evaluated_every, measurer) values ('PATCH', 'Servers patched in time', 'Patched by all', '90', 'at least', 'sometimes', '1 year', 'Li Wei');
insert into isms.import_measure (code, title, method, target, target_is, measured_every, evaluated_every, measurer) values ('PATCH', 'Servers patched in time', 'Patched by all', '90', 'at least', '1 month', '1 year', 'Li Wei');
select code, subject_kind, target, target_is, measured_every, measurer from isms.measure where code = 'PATCH';
copy isms.measurement (measure, measured_on, value) from stdin with (format csv);
PATCH,2026-01-31,88
PATCH,2026-02-28,92.5
\.
select latest_value, previous_value, status from isms.measure_status where code = 'PATCH';

drop extension isms cascade;
drop role regress_li, regress_pat;
