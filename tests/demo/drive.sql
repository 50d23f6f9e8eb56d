-- Takes the treated risks through their workflow, each step by the person whose step it is.
create temp table wanted (risk text primary key, wanted_state text);
\copy wanted from 'tests/demo/treatment_state.csv' (format csv, header match)
create temp table sheet_acceptance (like isms.import_acceptance);
\copy sheet_acceptance (code, risk, basis, ceiling, validity, conditions, justification) from 'tests/demo/acceptance.csv' (format csv, header match)

-- The superuser may assert an actor, as an application does; the trail records both.
create procedure pg_temp.act(person text, statement text) language plpgsql as $$
begin
  perform set_config('isms.actor', person, true);
  execute statement;
end
$$;

-- One asks, another approves.
create procedure pg_temp.decide(asker text, approver text, relation text, keys text[], step text, why text) language plpgsql as $$
begin
  perform set_config('isms.actor', asker, true);
  perform isms.request(relation, k, step, why) from unnest(keys) k;
  perform set_config('isms.actor', approver, true);
  perform isms.approve(relation, keys, step);
end
$$;

create procedure pg_temp.drive() language plpgsql as $$
declare
  w record;
  a record;
  today text := format('%L', current_date);
begin
  for w in
    select x.risk, r.owner, array_position('{identified,assessed,in_treatment,treated,monitored}', replace(x.wanted_state, 'approved', 'in_treatment')) as goal, x.wanted_state,
           (select bool_and(t.option = 'retention') from isms.treatment t where t.risk = x.risk) as retained
      from wanted x
      join isms.risk r on r.code = x.risk
     order by x.risk
  loop
    if w.wanted_state = 'withdrawn' then
      call pg_temp.act(w.owner, format('update isms.treatment set withdrawn_on = current_date, withdrawn_reason = ''The vault cannot hold folders; another way is looked for'' where risk = %L', w.risk));
    end if;
    continue when coalesce(w.goal, 1) < 2;
    call pg_temp.act(w.owner, format('update isms.risk set status = ''assessed'', assessed_on = current_date where code = %L', w.risk));
    continue when w.goal < 3;
    if w.retained then
      -- What is above the criteria needs an acceptance before it is retained.
      perform set_config('isms.actor', 'dana', true);
      insert into isms.acceptance (code, risk, basis, ceiling, validity, justification, conditions)
      select s.code, s.risk, s.basis, s.ceiling, daterange(current_date, current_date + 170), s.justification, s.conditions
        from sheet_acceptance s where s.risk = w.risk;
      if found then
        call pg_temp.act(w.owner, format('select isms.approve(''isms.acceptance'', array(select code from isms.acceptance where risk = %L), ''accept'')', w.risk));
      end if;
      call pg_temp.act(w.owner, format('update isms.risk set status = ''monitored'', next_review = current_date + 90 where code = %L', w.risk));
      continue;
    end if;
    call pg_temp.act('dana', format('select isms.request(''isms.risk'', %L, ''approve_plan'', ''Plan of the treatment round'')', w.risk));
    call pg_temp.act(w.owner, format('select isms.approve(''isms.risk'', array[%L], ''approve_plan'')', w.risk));
    continue when w.wanted_state = 'approved';
    for a in select x.code, x.owner, x.implementation from isms.action x where x.serves = w.risk order by x.code loop
      -- Work on the first action has begun; where the treatment is to be complete, on all, to the end.
      call pg_temp.act(a.owner, format('update isms.action set status = ''in_progress'', started_on = current_date where code = %L', a.code));
      exit when w.goal < 4;
      if a.implementation is not null then
        call pg_temp.act('dana', format('update isms.implementation set status = ''implemented'', in_use_from = current_date where code = %L', a.implementation));
        call pg_temp.act('sam', format('insert into isms.control_test (implementation, result, method) values (%L, ''pass'', ''Sample of ten cases'')', a.implementation));
      end if;
      call pg_temp.act(a.owner, format('insert into isms.evidence (title, subject_kind, subject, locator) values (''Handover note'', ''action'', %L, ''records/%s.pdf'')', a.code, a.code));
      call pg_temp.act(a.owner, format('update isms.action set status = ''done'', done_on = current_date where code = %L', a.code));
      call pg_temp.act('dana', format('update isms.action set status = ''verified'', check_result = ''pass'', checked_by = ''dana'', checked_on = current_date where code = %L', a.code));
    end loop;
    continue when w.goal < 4;
    call pg_temp.act(w.owner, format('update isms.risk set status = ''treated'', assessed_on = current_date where code = %L', w.risk));
    continue when w.goal < 5;
    call pg_temp.act(w.owner, format('update isms.risk set status = ''monitored'', next_review = current_date + 90 where code = %L', w.risk));
  end loop;
  -- One action waits to be verified, another is given up for a better one.
  call pg_temp.act('viktor', 'insert into isms.evidence (title, subject_kind, subject, locator) values (''List of sticks handed in'', ''action'', ''T-033'', ''records/T-033.pdf'')');
  call pg_temp.act('viktor', 'update isms.action set status = ''done'', done_on = current_date where code = ''T-033''');
  call pg_temp.act('tomas', 'insert into isms.action (code, title, serves, implementation, owner, due_on, resources)
    values (''T-035'', ''Hold the key ceremony at the notary, who keeps the second key'', ''R-006'', ''SIGNFW'', ''omar'', current_date + 100, ''2 days and 900 a year'')');
  call pg_temp.act('omar', 'update isms.action set replaced_by = ''T-035'' where code = ''T-008''');
  call pg_temp.act('dana', 'select isms.request(''isms.action'', ''T-008'', ''cancel'', ''The notary is cheaper than tokens and two key holders'')');
  call pg_temp.act('tomas', 'select isms.approve(''isms.action'', ''{T-008}'', ''cancel'')');
  -- And one risk is gone for good.
  call pg_temp.act('viktor', 'insert into isms.evidence (title, subject_kind, subject, locator) values (''Release note of electronic certificates'', ''risk'', ''R-033'', ''records/certificates.pdf'')');
  call pg_temp.act('dana', 'select isms.request(''isms.risk'', ''R-033'', ''close'', ''Certificates carry no signature that could be copied any more'',
    ''{"closure_reason": "source_removed", "closure_note": "All certificates are issued and checked electronically"}'')');
  call pg_temp.act('viktor', 'select isms.approve(''isms.risk'', ''{R-033}'', ''close'')');
  perform set_config('isms.actor', '', true);
end
$$;
call pg_temp.drive();
