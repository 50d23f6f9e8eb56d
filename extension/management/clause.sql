-- What a clause asks for, in plain words, and where it is kept: isms.clause('9.3').
create table isms.clause_guide (
  reference isms.reference constraint clause_guide_pkey primary key,
  asks text not null,
  begin_with text not null,
  auditor_asks text not null,
  relations text[] not null,
  builtin boolean not null default false
);

comment on table isms.clause_guide is 'Clauses in plain words: what they ask for, what to begin with, what an auditor asks; the standard itself is what counts';
comment on column isms.clause_guide.reference is 'Clause';
comment on column isms.clause_guide.asks is 'What it asks for';
comment on column isms.clause_guide.begin_with is 'What a beginner does first, with the tables to fill';
comment on column isms.clause_guide.auditor_asks is 'What an auditor asks and wants to see';
comment on column isms.clause_guide.relations is 'Tables and views it is kept in, of schema isms';
comment on column isms.clause_guide.builtin is 'Shipped with the extension';

insert into isms.closed_table (name, readable, builtin) values ('clause_guide', true, true);

insert into isms.clause_guide (reference, asks, begin_with, auditor_asks, relations, builtin) values
('4.1',
 'Know what, inside the organisation and around it, decides whether the ISMS can do what it is meant to do; climate change is one of the things to decide on.',
 'Write down five to ten issues, some of each kind, each with somebody who looks at it again; then decide, with a reason, whether climate change matters to you.',
 'Which issues changed since last year, and what did you change because of it? Where is the decision on climate change?',
 '{context_issue,climate_decision,context_status}', true),

('4.2',
 'Know who has a stake in your information security, what they require, and which of that the ISMS takes care of.',
 'List customers, authorities, owners, staff and suppliers; give each at least one requirement with its source, and decide for each whether the ISMS addresses it.',
 'Show me the legal and contractual requirements. How does this one reach a control? Who watches for new law?',
 '{interested_party,party_requirement,context_status}', true),

('4.3',
 'Say where the ISMS begins and ends, with the issues and requirements in mind and with the interfaces to what is outside, and keep that as a document.',
 'Sort units, sites, processes and suppliers into in, out and interface; then write the scope statement as a document and have it approved.',
 'Why is this outside? What that is outside do you depend on, and how is that interface controlled? Does the certificate say the same?',
 '{scope_item,scope_dependency,scope_reference,scope_problem,document_version}', true),

('4.4',
 'Run the ISMS as processes that work together, and keep improving it.',
 'List the dozen processes the ISMS needs (risk assessment, internal audit, incident handling ...), each with an owner, and what each hands to the next.',
 'Who owns this process? What comes in, what goes out, how do you know it works?',
 '{process,process_interaction,process_status}', true),

('5.1',
 'Top management leads: it sets the direction, gives money and people, and makes security part of how the business is run.',
 'Name top management (isms.role_assignment), record what it wants of the ISMS and what it gives for it this year.',
 'To the managing director: what do you expect of the ISMS? What did you decide last year? What did it cost?',
 '{role_assignment,management_aim,resource_decision}', true),

('5.2',
 'A policy that fits the organisation, gives a frame for objectives, commits to the requirements and to improvement, is approved, known inside and available to those it concerns.',
 'One or two pages as a document of kind policy; approval by top management; then tell everybody and record it.',
 'Who approved it? Does this employee know it? How does a customer get it? Where are the two commitments?',
 '{document,document_version,communication_record,awareness_status}', true),

('5.3',
 'Everybody knows who answers for what; two duties must be somebody''s: that the ISMS conforms, and that top management hears how it performs.',
 'Appoint an ISMS manager, risk, asset and control owners and an internal auditor; nobody appoints oneself here.',
 'Who reports to top management, and when last? What happens when this person is away or leaves?',
 '{role_assignment,person_role,role,delegation}', true),

('6.1.1',
 'Think about what could keep the ISMS itself from working, and what could help it; plan what to do and how to tell whether it helped.',
 'Three to five risks and chances of the ISMS itself (loss of a key person, a merger, a new tool), each with an action and a way to judge it.',
 'These are not the risks to information: where are those to the management system? Did the action work?',
 '{opportunity,opportunity_status,action}', true),

('6.1.2',
 'Assess information security risks by a method with criteria that gives comparable results: identify, name owners, judge consequence and likelihood, determine levels, compare, put in order.',
 'Take the shipped 5 x 5 method (isms.setup did), record assets and the ten risks you would lose sleep over, rate them with their owners.',
 'Show me the method and who approved it. Would two people come to the same level here? Why is this risk acceptable?',
 '{risk_method,risk_scale_step,risk_level,asset,risk,assessment_round,risk_register}', true),

('6.1.3',
 'Choose how to treat each risk, determine the controls that are needed, compare them with Annex A so that none is forgotten, state that for every control, plan it, and have the owners approve the plan and accept what remains.',
 'For each risk above the criteria an option and the implementations that act on it; then go through isms.statement_of_applicability line by line; ask the owners with isms.request.',
 'Why is this control out? Which risk needs that one? Who accepted this residual risk, when, and did it change since?',
 '{treatment,risk_control,implementation,action,acceptance,applicability,requirement_control,statement_version,risk_treatment_plan,statement_of_applicability,statement_problem}', true),

('6.2',
 'Objectives for security at the levels that matter: measurable where possible, followed up, told to people, updated, each with a plan: what, with what, who, until when, how judged.',
 'Three objectives are enough. Give each a measure with target and baseline, a plan, and a first result.',
 'How far are you? What did you do when it went the wrong way? How does it follow from the policy and the risks?',
 '{objective,objective_result,objective_status}', true),

('6.3',
 'When the ISMS itself is to change, change it in a planned way.',
 'Record the next change (a new method, another site) as isms.change with isms = true before it takes effect.',
 'Show me the last change to the ISMS. Who planned it, what did you look at before, when did it take effect?',
 '{change,change_status}', true),

('7.1',
 'Find out what the ISMS needs - people, money, tools - and provide it.',
 'Record this year''s decision on budget and people with what it is for.',
 'Was anything asked for and refused? How do you know that it is enough?',
 '{resource_decision}', true),

('7.2',
 'People whose work affects security are competent by education, training or experience; gaps are closed, and whether that helped is judged; there is evidence.',
 'State what each role takes, record what people have with its evidence, and give each gap a training.',
 'What must your internal auditor be able to do, and how do you know? What came of this training?',
 '{competence,role_competence,person_competence,training,training_need,training_completion,competence_gap,training_status}', true),

('7.3',
 'Everybody knows the policy, what they contribute, and what happens when they don''t.',
 'A short briefing for all once a year, recorded by person and version of the policy.',
 'To anybody: what is the policy about, where do you report an incident? Show me that this newcomer was told.',
 '{awareness_record,awareness_status}', true),

('7.4',
 'Decide what is communicated about the ISMS, when, with whom and how, inside and outside.',
 'A plan of five to ten items: policy, incidents, results to management, customers'' questions, authorities.',
 'Who talks to the authority after an incident? When did you last report to the board?',
 '{communication_item,communication_record,communication_status}', true),

('7.5.1',
 'Keep the documented information the standard asks for, and what you find necessary yourselves.',
 'select * from isms.mandatory_documents(''SCOPE'') shows the pack with its gaps.',
 'Where is your list of documents? Who may see them?',
 '{document,document_kind,document_status}', true),

('7.5.2',
 'Documents are identified, in a form and medium people can use, reviewed and approved.',
 'Give each document a code, an owner and a kind; a version is approved by another than its author.',
 'Who wrote this and who approved it? How do I know that this is the valid version?',
 '{document_version,document_status}', true),

('7.5.3',
 'Documents and records are there when needed and protected; distribution, storage, changes, retention and disposal are controlled; documents from outside are identified.',
 'State classification, access, place, retention and disposal for each version, and dispose of it when its time is over; list the outside documents you depend on with their edition.',
 'Show me a record that should be two years old. Who could have changed it? How do you know that this external document is the current one?',
 '{document_version,document_link,document_status,audit_trail,evidence}', true),

('8.1',
 'Carry out what was planned: criteria for the processes, evidence that they ran so, changes under control - those nobody meant as well - and outsourced work under control.',
 'Give each planned process its criteria; record that it ran; list suppliers with owner, way of control and review.',
 'Show me that this ran last quarter. What happened after that change? How do you control this supplier?',
 '{process,process_record,change,supplier,supplier_review,process_status,supplier_status,change_status}', true),

('8.2',
 'Assess risks again at planned intervals and when something significant changes; keep the results.',
 'Open a round (insert into isms.assessment_round), go through the register with the owners, close it: the results are frozen.',
 'When was the last assessment, and what came out differently? What after the last big change?',
 '{assessment_round,assessment_result,threat_report,latest_assessment,risk_trend}', true),

('8.3',
 'Carry out the treatment plan and keep the results.',
 'Finish actions with evidence; isms.risk_treatment_plan shows what is open.',
 'This action is done: show me. Did the level fall as you meant it to?',
 '{action,evidence,risk_treatment_plan,corrective_action_status}', true),

('9.1',
 'Decide what is monitored and measured, how, when and by whom, and who evaluates it; then evaluate performance and effectiveness.',
 'Five measures with method and target, each with somebody who measures; a yearly evaluation with a conclusion.',
 'What does this figure tell you, and what did you do about it? Would I get the same number?',
 '{measure,measurement,performance_evaluation,measure_status,control_test,control_test_due}', true),

('9.2.1',
 'Audit yourselves at planned intervals: do you do what the standard and you yourselves ask for, and does it work?',
 'Plan one audit that covers all clauses and the applicable controls before stage 1, by somebody who does not audit own work.',
 'Show me the last internal audit. What did it find, and what did it not look at?',
 '{internal_audit,audit_item,finding,open_findings}', true),

('9.2.2',
 'A programme: how often, how, who, what is looked at when, in view of what matters and of earlier results; criteria, scope, impartial auditors, results to management.',
 'An isms.audit_programme for the three years, approved by a second person, with one audit a year at least.',
 'Why is this area audited less often? Who audited the auditor''s own department? Who got the report?',
 '{audit_programme,internal_audit,audit_item,audit_programme_status}', true),

('9.3.1',
 'Top management reviews the ISMS at planned intervals: is it suitable, adequate, effective?',
 'Plan one review a year after the internal audit, and hold it with top management in the room.',
 'Who took part? What was the verdict?',
 '{management_review}', true),

('9.3.2',
 'The review looks at earlier actions, changes around and inside, needs of interested parties, performance (nonconformities, measures, audits, objectives), feedback, risks and plan, and chances to improve.',
 'isms.prepare_review fills the inputs from the registers; look at them, add what figures can''t say.',
 'Show me each input. What did the review say to this trend?',
 '{review_input,review_topic,management_review_input}', true),

('9.3.3',
 'The review ends in decisions on improvement and on changes the ISMS needs, and that is recorded.',
 'Record each decision with who and until when; they become actions.',
 'What became of the decisions of the last review?',
 '{review_decision,review_decision_status}', true),

('10.1',
 'Keep improving whether the ISMS is suitable, adequate and effective.',
 'Record two or three improvements a year, from audits, incidents and ideas.',
 'What is better than last year, and how can you tell?',
 '{improvement}', true),

('10.2',
 'When something does not conform: correct it and deal with the consequences, find the cause, look for the like elsewhere, act where needed, judge whether it worked, change the ISMS if need be, and keep the record.',
 'Record the first nonconformity as isms.nonconformity and take it through its steps; somebody else judges the effect later.',
 'What was the cause - and why that? Where else could it happen? How do you know it is gone?',
 '{nonconformity,corrective_action_status,finding}', true);

create function isms.clause(reference text, scope text default null)
  returns table (clause text, part text, name text, says text, state text)
  language plpgsql stable set search_path = pg_catalog, pg_temp as $$
#variable_conflict use_column
declare
  in_scope text := isms.visible_scope(coalesce(clause.scope, isms.default_scope()));
  -- a lettered point, such as 6.1.3 d, is told of with its clause
  wanted isms.reference := regexp_replace(clause.reference, '[ .]+[a-z]+[0-9]*\s*$', '')::isms.reference;
  g isms.clause_guide;
  relation text;
  kind "char";
  rows bigint;
begin
  if not exists (select from isms.clause_guide k where k.reference <@ wanted) then
    raise exception using
      errcode = 'no_data_found',
      message = format('there is no clause %s', coalesce(clause.reference, '(none named)')),
      hint = case when clause.reference ~ '^A\.' then 'Of controls tells isms.control_coverage.' else 'Clauses go from 4 to 10, such as 6.1.3; isms.clause_guide lists them.' end;
  end if;
  for g in select k.* from isms.clause_guide k where k.reference <@ wanted order by k.reference loop
    clause := g.reference::text;
    state := null;
    name := null;
    part := 'asks';
    says := g.asks;
    select c.title into name from isms.control c where c.catalogue = 'ISO/IEC 27001:2022' and c.reference = g.reference;
    return next;
    name := null;
    part := 'begin with';
    says := g.begin_with;
    return next;
    part := 'auditor asks';
    says := g.auditor_asks;
    return next;
    foreach relation in array g.relations loop
      name := 'isms.' || relation;
      says := obj_description(to_regclass(format('isms.%I', relation)), 'pg_class');
      select c.relkind into kind from pg_class c where c.oid = to_regclass(format('isms.%I', relation));
      part := case kind when 'v' then 'view' else 'table' end;
      state := null;
      if part = 'table' and has_table_privilege(format('isms.%I', relation), 'select')
         and exists (select from pg_attribute a where a.attrelid = to_regclass(format('isms.%I', relation)) and a.attname = 'scope') then
        execute format('select count(*) from isms.%I t where t.scope = $1', relation) into rows using in_scope;
        state := format('%s %s', rows, case rows when 1 then 'row' else 'rows' end);
      end if;
      return next;
    end loop;
    return query
    select g.reference::text, 'rule', r.rule, r.title, r.status || ': ' || r.message
      from isms.readiness(in_scope, array(select k.code from isms.readiness_rule k where k.reference = g.reference)) r;
  end loop;
end
$$;

comment on function isms.clause(text, text) is 'What a clause of ISO/IEC 27001 and those under it, or the clause of a point such as 6.1.3 d, ask for in plain words, what to begin with, what an auditor asks; the tables and views it is kept in with how much is there, and its rules of readiness with their state. Default scope where none is named. Errors: P0002 no such clause, IS021, 22P02 not a reference';
