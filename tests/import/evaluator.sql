-- A register out of the files of an OpenFAIR evaluation: scenarios, capabilities with maturity, and
-- the mapping of labels to quantities.  Run in the folder of the files, in a scope with the shipped
-- 5x5 method; what the labels mean is decided here, everything else by isms.import.
set client_min_messages = warning;

create temp table domain (domain_id text, domain text);
\copy domain from 'mc_domains.csv' (format csv, header match)
create temp table capability (capability_id text, domain_id text, capability text, diff text);
\copy capability from 'mc_capabilities.csv' (format csv, header match)
create temp table label (type text, label text, l numeric, ml numeric, h numeric, conf numeric);
\copy label from 'mc_mappings.csv' (format csv, header match)
create temp table scenario (scenario_id text, scenario text, tcomm text, tef text, tc text, lm text, domain_id text, controls text);
\copy scenario from 'mc_qualitative_scenarios.csv' (format csv, header match)

-- A maturity stands for the fraction of attempts the capability stops: the most likely value of its label.
select count(isms.remember_alias('implementation', 'effectiveness', m.label, m.ml::text)) as maturities
  from label m where m.type = 'diff';

-- Inherent likelihood: events tried a year times the chance of an attacker able to succeed, read back from
-- the bands of the method; consequence: the likely loss, likewise.
create temp view sheet as
  select s.scenario_id,
         s.scenario as title,
         s.tcomm as threat,
         d.domain as category,
         isms.actor() as owner,
         likelihood.step::text as likelihood,
         consequence.step::text as consequence
    from scenario s
    join domain d using (domain_id)
    join label e on e.type = 'tef' and e.label = s.tef
    join label c on c.type = 'tc' and c.label = s.tc
    join label m on m.type = 'lm' and m.label = s.lm
    join isms.risk_scale_step likelihood on likelihood.scope = isms.default_scope() and likelihood.method = isms.default_method(likelihood.scope)
     and likelihood.scale = 'likelihood' and e.ml * c.ml >= likelihood.low and (likelihood.high is null or e.ml * c.ml < likelihood.high)
    join isms.risk_scale_step consequence on consequence.scope = isms.default_scope() and consequence.method = isms.default_method(consequence.scope)
     and consequence.scale = 'consequence' and m.ml >= consequence.low and (consequence.high is null or m.ml < consequence.high);
create temp view measure as
  select capability_id, capability, 'process' as kind, isms.actor() as owner, 'implemented' as status, diff from capability;
create temp view link as
  select s.scenario_id as risk, btrim(c.control) as control, 'likelihood' as lowers
    from scenario s
   cross join lateral string_to_table(s.controls, ',') c(control);

select value, reason from isms.import('implementation', 'measure', mapping => '{"capability_id": "code", "capability": "title", "diff": "effectiveness"}');
select value, reason from isms.import('risk', 'sheet', mapping => '{"scenario_id": "code"}');
select value, reason from isms.import('risk_control', 'link');
