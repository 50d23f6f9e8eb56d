-- Every rule of readiness: cases in which it passes and cases in which it fails, as tables to read (folder readiness).
-- The extension is not active, so that rows in any state can simply be put there; a case is undone before the next.
\set ON_ERROR_STOP on
\pset format unaligned
\pset tuples_only on
\pset pager off

begin;

select no_plan();

insert into isms.scope (code, name) values ('T', 'Tested'), ('OTHER', 'Judged beside it');

insert into isms.person (code, name, email) values
  ('dana', 'Dana Ruiz', 'dana@t.example'), ('li', 'Li Wei', 'li@t.example'), ('sam', 'Sam Okoro', 'sam@t.example'), ('eve', 'Eve Stone', 'eve@t.example');

-- Whoever looks must be allowed to: an outsider, so that no rule about the organisation's own people counts her.
insert into isms.login (role_name, person) values (session_user, 'eve');

insert into isms.role_assignment (scope, code, person, role, status) values ('T', 'RA-eve', 'eve', 'external_auditor', 'active');

create temp table readiness_case (
  id integer generated always as identity,
  rule text,
  expected text,     -- status
  what text,         -- the case in words
  given text         -- statements that make it
);

\ir readiness/product.sql
\ir readiness/context_to_treatment.sql
\ir readiness/objective_to_improvement.sql

create function pg_temp.judged(rule text, given text) returns text language plpgsql as $$
declare
  found_status text;
begin
  begin
    execute given;
    -- a query that fails is no answer
    select case when r.status = 'unknown' and r.message !~ 'cannot be told' then r.message else r.status || coalesce(': ' || nullif(r.message, ''), '') end
      into found_status
      from isms.readiness('T', array[judged.rule]) r;
    raise exception sqlstate 'RB000';
  exception
    when sqlstate 'RB000' then null;
    when others then return sqlerrm;
  end;
  return found_status;
end
$$;

select matches(pg_temp.judged(c.rule, c.given), '^' || c.expected || '(:|$)', concat_ws(' ', c.rule, c.expected || ':', c.what))
  from readiness_case c
 order by c.rule, c.expected desc, c.id;

select is_empty(
  $$ select r.code, v.status
       from isms.readiness_rule r
      cross join (values ('passed'), ('failed')) v(status)
      where not exists (select from readiness_case c where c.rule = r.code and c.expected = v.status)
        and (r.code, v.status) <> ('RI-003', 'passed') and (r.code, v.status) <> ('RI-003', 'failed') $$,
  'every rule has a case that passes and one that fails');

-- Several scopes are judged by one query.
create function pg_temp.judged_beside(rule text, given text) returns text language plpgsql as $$
declare
  found_status text;
begin
  begin
    execute given;
    select r.status || ': ' || r.message into found_status from isms.readiness_of('{OTHER,T}', array[judged_beside.rule]) r where r.scope = 'OTHER';
    raise exception sqlstate 'RB000';
  exception
    when sqlstate 'RB000' then null;
    when others then return sqlerrm;
  end;
  return found_status;
end
$$;

select is_empty(
  $$ select c.rule, c.what
       from readiness_case c
      where c.expected = 'passed' and c.given !~ 'isms\.document_kind' -- all scopes'
        and pg_temp.judged_beside(c.rule, c.given) is distinct from pg_temp.judged_beside(c.rule, '') $$,
  'what one scope holds changes nothing in another, though both are judged at once');

select is_empty(
  $$ select c.rule, c.what
       from readiness_case c
      where c.rule ~ '^RD-0(33|35|36|37|4[0-4]|46|48|53|5[5-9]|60)' and c.expected = 'failed'
        and pg_temp.judged(c.rule, c.given || '; update isms.risk set status = ''closed''') !~ '^(passed|nothing_to_judge):' $$,
  'no risk fails a rule any more once it is closed');

select is_empty(
  $$ select c.rule, c.what
       from readiness_case c
      where c.rule ~ '^RD-0(40|42|43|44|57)' and c.expected = 'failed'
        and pg_temp.judged(c.rule, c.given || '; update isms.treatment set withdrawn_on = isms.today(''T''), withdrawn_reason = ''Too dear''') !~ '^nothing_to_judge:' $$,
  'nor does an option once it is given up');

select is_empty(
  $$ select r.code from isms.readiness_rule r where r.query !~ '\$2' $$,
  'every rule looks at the scopes asked for only');

select * from finish();

rollback;
