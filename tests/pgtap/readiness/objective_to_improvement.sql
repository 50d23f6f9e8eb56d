-- A row of each register that is in order.  @-30 is the day thirty days ago; needs are put there first.
create temp table readiness_row (
  relation text primary key,
  given jsonb,
  needs text[] not null default '{}'
);

-- The row in order, but for what is given.
create function pg_temp.put(relation text, given jsonb default '{}', needed boolean default false) returns void language plpgsql as $$
declare
  r readiness_row;
  said text;
  day text;
  columns text;
begin
  select x.* into strict r from readiness_row x where x.relation = put.relation;
  perform pg_temp.put(n, needed => true) from unnest(r.needs) n;
  said := (r.given || put.given)::text;
  loop
    day := substring(said from '@(-?\d+)');
    exit when day is null;
    said := regexp_replace(said, '@' || day || '(?!\d)', to_char(isms.today('T') + day::integer, 'YYYY-MM-DD'), 'g');
  end loop;
  select string_agg(quote_ident(k), ', ') into columns from jsonb_object_keys(said::jsonb) k;
  execute format('insert into isms.%1$I (%2$s) overriding system value select %2$s from jsonb_populate_record(null::isms.%1$I, $1) %3$s',
                 r.relation, columns, case when needed then 'on conflict do nothing' end) using said::jsonb;
end
$$;

insert into readiness_row (relation, given, needs) values
('scope', '{"code": "U", "name": "Another"}', default),
('person', '{"code": "gone", "name": "Gone Away", "active_until": "@-1"}', default),
('document', '{"scope": "T", "code": "POL", "title": "Policy", "kind": "policy", "mandatory": true, "acknowledged": true}', default),
('party_requirement', '{"scope": "T", "code": "RQ-1", "party": "IP-1", "title": "Keep data safe", "kind": "contract"}', '{interested_party}'),
('interested_party', '{"scope": "T", "code": "IP-1", "title": "Customers"}', default),
('objective', '{"scope": "T", "code": "OB-1", "title": "Fewer incidents", "policy": "POL", "refers_kind": "requirement", "refers": "RQ-1", "measure": "Incidents", "unit": "a year",
   "baseline": 12, "target": 6, "target_is": "maximum", "plan_what": "Train everybody", "resources": "10 days", "owner": "dana", "due_on": "@200", "evaluation": "Count them",
   "monitor_every": "90 days", "period": "[@-30,@335)", "communicated_on": "@-20", "status": "approved"}', '{document,party_requirement}'),
('objective_result', '{"id": 1, "scope": "T", "objective": "OB-1", "measured_on": "@-10", "value": 10}', default),
('change', '{"scope": "T", "code": "C-1", "title": "Second site", "kind": "isms", "purpose": "Growth", "requested_on": "@-40", "planned_from": "@-20", "planned_until": "@-10", "implemented_on": "@-15",
   "status": "implemented"}', default),
('action', '{"scope": "T", "code": "T-1", "title": "Encrypt", "serves_kind": "risk", "serves": "R-1", "owner": "li", "due_on": "@30", "resources": "2 days", "status": "planned"}', default);

insert into readiness_case (rule, expected, what, given) values
('RD-061', 'passed', 'an objective is approved for a period that is now', $$ select pg_temp.put('objective') $$),
('RD-061', 'passed', 'on the last day of its period', $$ select pg_temp.put('objective', '{"period": "[@-30,@1)"}') $$),
('RD-061', 'failed', 'none is recorded', ''),
('RD-061', 'failed', 'one is only drafted', $$ select pg_temp.put('objective', '{"status": "draft"}') $$),
('RD-061', 'failed', 'its period was over yesterday', $$ select pg_temp.put('objective', '{"period": "[@-365,@0)"}') $$),
('RD-061', 'failed', 'it is another scope''s', $$ select pg_temp.put('scope'), pg_temp.put('objective', '{"scope": "U", "policy": null}') $$),
('RD-062', 'passed', 'the objective names the policy', $$ select pg_temp.put('objective') $$),
('RD-062', 'failed', 'it names none', $$ select pg_temp.put('objective', '{"policy": null}') $$),
('RD-062', 'failed', 'it names a template', $$ select pg_temp.put('document', '{"kind": "template"}'), pg_temp.put('objective') $$),
('RD-062', 'nothing_to_judge', 'it is closed', $$ select pg_temp.put('objective', '{"policy": null, "status": "closed"}') $$),
('RD-063', 'passed', 'measure, unit, baseline and target are set', $$ select pg_temp.put('objective') $$),
('RD-063', 'passed', 'it says why it cannot be measured', $$ select pg_temp.put('objective', '{"baseline": null, "target": null, "target_is": null, "not_measurable_reason": "A question of trust"}') $$),
('RD-063', 'failed', 'the baseline is missing', $$ select pg_temp.put('objective', '{"baseline": null}') $$),
('RD-063', 'failed', 'the unit is blank, and so is the reason', $$ select pg_temp.put('objective', '{"unit": " ", "not_measurable_reason": " "}') $$),
('RD-064', 'passed', 'it refers to a requirement', $$ select pg_temp.put('objective') $$),
('RD-064', 'failed', 'it refers to nothing', $$ select pg_temp.put('objective', '{"refers_kind": null, "refers": null}') $$),
('RD-064', 'failed', 'the risk it refers to is not there', $$ select pg_temp.put('objective', '{"refers_kind": "risk", "refers": "RQ-1"}') $$),
('RD-065', 'passed', 'the latest result is as old as the interval', $$ select pg_temp.put('objective', '{"period": "[@-300,@65)"}'), pg_temp.put('objective_result', '{"measured_on": "@-90"}') $$),
('RD-065', 'passed', 'there is none, and the objective began not that long ago', $$ select pg_temp.put('objective') $$),
('RD-065', 'failed', 'the latest result is a day older', $$ select pg_temp.put('objective', '{"period": "[@-300,@65)"}'), pg_temp.put('objective_result', '{"measured_on": "@-91"}') $$),
('RD-065', 'failed', 'the later result was corrected: it was of an earlier day', $$
  select pg_temp.put('objective', '{"period": "[@-300,@65)"}'), pg_temp.put('objective_result'),
         pg_temp.put('objective_result', '{"id": 2, "measured_on": "@-100", "corrects": 1, "note": "Of another month"}') $$),
('RD-066', 'passed', 'it was communicated', $$ select pg_temp.put('objective') $$),
('RD-066', 'failed', 'it was not', $$ select pg_temp.put('objective', '{"communicated_on": null}') $$),
('RD-066', 'failed', 'it will be tomorrow', $$ select pg_temp.put('objective', '{"communicated_on": "@1"}') $$),
('RD-067', 'passed', 'it began less than 12 months ago', $$ select pg_temp.put('objective') $$),
('RD-067', 'passed', 'it is older, and was confirmed since', $$ select pg_temp.put('objective', '{"period": "[@-700,@65)", "confirmed_on": "@-300"}') $$),
('RD-067', 'failed', 'it was confirmed too long ago', $$ select pg_temp.put('objective', '{"period": "[@-700,@65)", "confirmed_on": "@-370"}') $$),
('RD-067', 'failed', 'it is said to be confirmed tomorrow', $$ select pg_temp.put('objective', '{"period": "[@-700,@65)", "confirmed_on": "@1"}') $$),
('RD-068', 'passed', 'its plan is complete', $$ select pg_temp.put('objective') $$),
('RD-068', 'failed', 'the resources are missing', $$ select pg_temp.put('objective', '{"resources": null}') $$),
('RD-068', 'failed', 'there is no date', $$ select pg_temp.put('objective', '{"due_on": null}') $$),
('RD-068', 'failed', 'who is responsible has left', $$ select pg_temp.put('person'), pg_temp.put('objective', '{"owner": "gone"}') $$),
('RD-069', 'passed', 'the change was planned before it took effect', $$ select pg_temp.put('change') $$),
('RD-069', 'failed', 'it was entered after it took effect', $$ select pg_temp.put('change', '{"requested_on": "@-14"}') $$),
('RD-069', 'failed', 'nothing was planned', $$ select pg_temp.put('change', '{"kind": "operational", "changes_scope": true, "planned_from": null}') $$),
('RD-069', 'unknown', 'nobody knows when it took effect', $$ select pg_temp.put('change', '{"implemented_on": null}') $$),
('RD-069', 'nothing_to_judge', 'the change is operational', $$ select pg_temp.put('change', '{"kind": "operational", "planned_from": null}') $$),
('RD-069', 'nothing_to_judge', 'it was years ago', $$ select pg_temp.put('change', '{"requested_on": "@-900", "implemented_on": "@-950"}') $$),
('RD-070', 'passed', 'objective and action say what they take', $$ select pg_temp.put('objective'), pg_temp.put('action') $$),
('RD-070', 'failed', 'the action does not', $$ select pg_temp.put('objective'), pg_temp.put('action', '{"resources": null}') $$),
('RD-070', 'failed', 'the objective does not', $$ select pg_temp.put('objective', '{"resources": " "}') $$),
('RD-070', 'nothing_to_judge', 'the action is cancelled', $$ select pg_temp.put('action', '{"resources": null, "status": "cancelled"}') $$);
