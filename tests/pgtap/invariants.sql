-- What holds for every method and register, tried on thousands of random ones.  Numbers are drawn by a seed, so a failure
-- comes again; each test shows what offends, with the seed that made it.  The installation is inactive: rows load unjudged.
\set ON_ERROR_STOP on
\pset format unaligned
\pset tuples_only on
\pset pager off

begin;

select no_plan();

\o /dev/null
insert into isms.scope (code, name) values ('RND', 'Random');
insert into isms.person (code, name) values ('p', 'Pat');
set local isms.scope = 'RND';

create function pg_temp.between(first integer, last integer) returns integer language sql volatile as $$
  select first + floor(random() * (last - first + 1))::integer
$$;

create type pg_temp.sample as (seed integer, method isms.risk_method, steps isms.risk_scale_step[], levels isms.risk_level[]);

-- A method that makes sense: rules that go together, scales of 2 to 8 steps from any first step, adjoining bands, a matrix that
-- never falls, levels from the lowest score on.
create function pg_temp.make(seed integer) returns pg_temp.sample language plpgsql as $$
declare
  made pg_temp.sample;
  m isms.risk_method;
  scale text;
  lowest integer[];
  size integer[];
  bound numeric;
  width numeric;
  n integer;
  minimum numeric;
  cells integer[];
begin
  perform setseed(seed / 100000.0);
  m.scope := 'RND';
  m.code := 'M' || seed;
  m.title := m.code;
  m.version := 1;
  m.score_rule := (array['matrix', 'matrix', 'product', 'sum', 'impact_threat_vulnerability'])[pg_temp.between(1, 5)];
  m.residual_rule := case m.score_rule
    when 'impact_threat_vulnerability' then (array['vulnerability_reduction', 'percent_max', 'percent_product'])[pg_temp.between(1, 3)]
    else (array['bands', 'steps', 'entered', 'percent_max', 'percent_product'])[pg_temp.between(1, 5)] end;
  m.acceptance_criteria := 'Low';
  m.when_to_assess := 'Yearly';
  m.dependence := (array['independent', 'dependent', 'unknown'])[seed % 3 + 1];
  m.control_types := 'reported';
  m.map_rows := 'likelihood';
  m.status := 'draft';
  foreach scale in array case m.score_rule when 'impact_threat_vulnerability' then '{threat,vulnerability}'::text[] else '{likelihood,consequence}' end loop
    lowest := lowest || pg_temp.between(0, 3);
    size := size || pg_temp.between(2, 8);
    bound := 0;
    for i in 1 .. size[cardinality(size)] loop
      width := pg_temp.between(1, 1000) / 7.0;
      made.steps := made.steps || row('RND', m.code, scale, lowest[cardinality(lowest)] + i - 1, 'Step ' || i,
        case when m.residual_rule = 'bands' then bound end,
        case when m.residual_rule = 'bands' and i < size[cardinality(size)] then bound + width end,
        case when m.residual_rule = 'bands' then bound + width * random()::numeric * 0.999 end)::isms.risk_scale_step;
      bound := bound + width;
    end loop;
  end loop;
  if m.score_rule = 'matrix' then
    m.matrix := array_fill(0, array[size[1], size[2]]);
    for i in 1 .. size[1] loop
      for j in 1 .. size[2] loop
        m.matrix[i][j] := greatest(coalesce(m.matrix[i - 1][j], 0), coalesce(m.matrix[i][j - 1], 0)) + pg_temp.between(0, 2);
      end loop;
    end loop;
  end if;
  minimum := case when m.residual_rule in ('percent_max', 'percent_product') or m.score_rule in ('impact_threat_vulnerability', 'matrix') then 0
                  when m.score_rule = 'product' then lowest[1] * lowest[2] else lowest[1] + lowest[2] end;
  n := pg_temp.between(1, 6);
  for i in 1 .. n loop
    made.levels := made.levels || row('RND', m.code, i, 'Level ' || i, '#00000' || i, minimum,
      (array['acceptable', 'tolerable', 'unacceptable', 'never'])[least(i, 4)], null, null, null, null)::isms.risk_level;
    minimum := minimum + pg_temp.between(1, 500) / 100.0;
  end loop;
  made.seed := seed;
  made.method := m;
  return made;
end
$$;

create temp table made as
  select (m).seed, (m).method.code, (m).method.score_rule, (m).method.residual_rule, (m).method, (m).steps, (m).levels,
         isms.compile_method((m).method, (m).steps, (m).levels) as spec
    from (select pg_temp.make(n) as m from generate_series(1, 3000) n offset 0) x;
\o

select is(count(distinct (score_rule, residual_rule)), 18::bigint, 'every pair of rules that go together was drawn') from made;

-- Levels never fall where a factor rises.
create temp view cell as
  select m.seed, m.score_rule, a.step as first, b.step as second, i.impact,
         isms.assess(m.spec, a.step, b.step, a.step, b.step, ('C' || i.impact)::isms.rating, 'C', null, null, null, null, null, null, false) as result
    from made m
   cross join lateral (select (s).step from unnest(m.steps) s where (s).scale in ('likelihood', 'threat')) a
   cross join lateral (select (s).step from unnest(m.steps) s where (s).scale in ('consequence', 'vulnerability')) b
   cross join lateral generate_series(0, case m.score_rule when 'impact_threat_vulnerability' then 4 else 0 end) i(impact);

create temp table ranked as select seed, first, second, impact, isms.assessed_rank(result, 'inherent') as rank, isms.assessed_score(result, 'inherent') as score from cell;

select isnt_empty('select from ranked having count(*) > 50000', 'cells were tried');

select is_empty('select seed, first, second, impact from ranked where rank is null', 'every cell of every method has a level');

select is_empty($$
  select seed, first, second, impact
    from (select r.*, lag(rank) over f as one_less, lag(rank) over s as other_less, lag(rank) over i as impact_less,
                 lag(score) over f as score_less, lag(score) over s as other_score_less
            from ranked r
          window f as (partition by seed, second, impact order by first), s as (partition by seed, first, impact order by second),
                 i as (partition by seed, first, second order by impact)) x
   where rank < one_less or rank < other_less or rank < impact_less or score < score_less or score < other_score_less $$,
  'a higher step never has a lower score or level');

-- Unknown is never taken for zero: whichever factor is missing, or not on its scale, there is no level in any state.
create temp table holed as
  select m.seed, m.score_rule, m.residual_rule, h.hole,
         isms.assess(m.spec,
           case when h.hole = 1 then null when h.hole = 3 then 99 else a.step end, case h.hole when 2 then null else b.step end,
           case when h.hole = 1 then null when h.hole = 3 then 99 else a.step end, case h.hole when 2 then null else b.step end,
           (case h.hole when 4 then 'C3 I-' else 'C3 I2' end)::isms.rating, 'CI', a.step, b.step, a.step, b.step,
           (select isms.control_effect('likelihood', 1, 9, 7)), (select isms.control_effect('consequence', 1, 9, 7)), false) as result
    from made m
   cross join lateral (select (s).step from unnest(m.steps) s where (s).scale in ('likelihood', 'threat') order by 1 desc limit 1) a
   cross join lateral (select (s).step from unnest(m.steps) s where (s).scale in ('consequence', 'vulnerability') order by 1 desc limit 1) b
   cross join generate_series(1, 4) h(hole)
   where h.hole < 4 or m.score_rule = 'impact_threat_vulnerability';

select is_empty($$
  select h.seed, h.hole, s, isms.assessed_score(h.result, s)
    from holed h, unnest('{inherent,current,target,verified}'::text[]) s
   where (isms.assessed_score(h.result, s) is not null or isms.assessed_rank(h.result, s) is not null or isms.assessed_level(h.result, s) is not null)
     and not (h.residual_rule = 'entered' and s in ('current', 'target')) $$,
  'a factor not rated, not on its scale, or a dimension not rated leaves the risk without score and level, whatever acts on it');

select isnt_empty('select from holed having count(*) > 9000', 'they were tried');

-- The same of what an assessor enters: a state whose steps are missing has no level.
select is_empty($$
  select m.seed, h.hole, s
    from made m
   cross join lateral (select (s).step from unnest(m.steps) s where (s).scale = 'likelihood' limit 1) a
   cross join lateral (select (s).step from unnest(m.steps) s where (s).scale = 'consequence' limit 1) b
   cross join generate_series(1, 4) h(hole)
   cross join lateral (select isms.assess(m.spec, a.step, b.step, null, null, null, null, case when h.hole <> 1 then a.step end, case when h.hole <> 2 then b.step end,
                                          case when h.hole <> 3 then a.step end, case when h.hole <> 4 then b.step end, null, null, false) as result) r
   cross join unnest('{current,target}'::text[]) s
   where m.residual_rule = 'entered'
     and (isms.assessed_rank(r.result, s) is null) <> (h.hole in (1, 2) and s = 'current' or h.hole in (3, 4) and s = 'target') $$,
  'what is entered for one state says nothing of another');

-- A check finds nothing in what makes sense, and what is broken in what does not.
\o /dev/null
insert into isms.risk_method select (m.method).* from made m where m.seed <= 150;
insert into isms.risk_scale_step select s.* from made m, unnest(m.steps) s where m.seed <= 150;
insert into isms.risk_level select l.* from made m, unnest(m.levels) l where m.seed <= 150;
\o

select is_empty($$select m.code, f from isms.risk_method m, isms.check_method(m.scope, m.code) f$$, 'nothing is found in a method that makes sense');

-- Each kind of damage on every method it can be done to; what the check says of it, null where it says nothing.
create function pg_temp.damaged(code text, damage text) returns text language plpgsql as $$
declare
  found text;
  cell integer[];
begin
  perform setseed(substr(code, 2)::integer / 1000.0);
  begin
    if damage in ('fall', 'hole', 'size') then
      select case damage
               when 'size' then m.matrix || m.matrix[1:1][:]
               else m.matrix end
        into cell
        from isms.risk_method m where m.code = damaged.code;
      if damage = 'fall' then
        cell[array_length(cell, 1)][array_length(cell, 2)] := cell[array_length(cell, 1)][array_length(cell, 2) - 1] - 1;
      elsif damage = 'hole' then
        cell[pg_temp.between(1, array_length(cell, 1))][pg_temp.between(1, array_length(cell, 2))] := null;
      end if;
      update isms.risk_method m set matrix = cell where m.code = damaged.code;
    elsif damage = 'gap' then
      update isms.risk_scale_step s set high = high + 0.1
       where s.method = damaged.code and s.scale = 'likelihood' and s.step = (select min(x.step) from isms.risk_scale_step x where x.method = damaged.code and x.scale = 'likelihood');
    elsif damage = 'step' then
      delete from isms.risk_scale_step s
       where s.method = damaged.code and s.scale in ('likelihood', 'threat') and s.step = (select min(x.step) + 1 from isms.risk_scale_step x where x.method = damaged.code and x.scale = s.scale);
    elsif damage = 'order' then
      update isms.risk_level l set minimum = l.minimum - 100 where l.method = damaged.code and l.rank = 2;
    elsif damage = 'milder' then
      update isms.risk_level l set disposition = 'acceptable' where l.method = damaged.code and l.rank = 3;
    elsif damage = 'lowest' then
      update isms.risk_level l set minimum = l.minimum + 1000 where l.method = damaged.code;
    end if;
    select string_agg(f, '; ') into found from isms.check_method('RND', damaged.code) f;
    raise exception using errcode = 'ZZ000';
  exception when sqlstate 'ZZ000' then
    return found;
  end;
end
$$;

create temp table harm as
  select m.code, d.damage, pg_temp.damaged(m.code, d.damage) as found
    from made m
    join (values ('fall', 'matrix'), ('hole', 'matrix'), ('size', 'matrix'), ('gap', 'bands'), ('step', 'scale'), ('order', 'level'), ('milder', 'level'), ('lowest', 'level')) d(damage, where_)
      on d.where_ = 'matrix' and m.score_rule = 'matrix' or d.where_ = 'bands' and m.residual_rule = 'bands'
         or d.where_ = 'scale' or d.where_ = 'level' and (d.damage = 'lowest' or cardinality(m.levels) >= 3)
   where m.seed <= 150;

select is_empty('select code, damage from harm where found is null', 'a fall, a hole, a size that is not the scales'', a gap, a missing step, levels out of order, milder or out of reach are all found');
select is(count(distinct damage), 8::bigint, 'each was tried') from harm;

-- A register of 3,000 risks under 40 methods, five links a risk on average.
\o /dev/null
select setseed(0.25);
insert into isms.asset (code, title, kind, rating)
select 'A' || n, 'A', 'information', format('C%s I%s A%s', pg_temp.between(0, 4), pg_temp.between(0, 4), case pg_temp.between(0, 4) when 0 then '-' else pg_temp.between(0, 4)::text end)::isms.rating
  from generate_series(1, 30) n;
insert into isms.implementation (code, title, status, effectiveness)
select 'I' || n, 'I', (array['planned', 'implemented', 'implemented', 'partial', 'retired'])[pg_temp.between(1, 5)], case when n % 3 > 0 then round(random()::numeric, 2) end
  from generate_series(1, 60) n;
insert into isms.control_test (code, implementation, result, tested_on, valid_until)
select 'T' || n, 'I' || n, (array['pass', 'pass', 'fail'])[pg_temp.between(1, 3)], isms.today('RND'), isms.today('RND') + 300 from generate_series(1, 40) n;
insert into isms.risk (code, title, asset, category, hits, method, likelihood, consequence, threat_rate, vulnerability_rate, current_likelihood, current_consequence, target_likelihood, target_consequence, owner, status)
select 'R' || lpad(n::text, 4, '0'), 'Risk', 'A' || pg_temp.between(1, 30), 'K' || n % 5, (array['C', 'I', 'A', 'CI', 'CIA'])[pg_temp.between(1, 5)], 'M' || 1 + n % 40,
       case m.score_rule when 'impact_threat_vulnerability' then 2 else d.r[1] end, case m.score_rule when 'impact_threat_vulnerability' then 2 else d.r[2] end,
       d.r[1], d.r[2], d.r[3], d.r[4], d.r[3], d.r[4], 'p', (array['identified', 'assessed', 'in_treatment', 'treated', 'monitored', 'closed'])[pg_temp.between(1, 6)]
  from generate_series(1, 3000) n
  join made m on m.seed = 1 + n % 40
 cross join lateral (
   select array_agg(case when pg_temp.between(1, 15) > 1 then (select pg_temp.between(min((s).step), max((s).step)) from unnest(m.steps) s where (s).scale = any (x.scales)) end order by x.i) as r
     from (values (1, '{likelihood,threat}'::text[]), (2, '{consequence,vulnerability}'), (3, '{likelihood}'), (4, '{consequence}')) x(i, scales)) d;
insert into isms.risk_control (risk, implementation, effect_on, effectiveness, reduction)
select r.code, 'I' || pg_temp.between(1, 60), (array['likelihood', 'consequence'])[pg_temp.between(1, 2)],
       case when pg_temp.between(1, 2) = 1 then round(random()::numeric, 3) end, case when pg_temp.between(1, 2) = 1 then pg_temp.between(0, 2) end
  from isms.risk r, generate_series(1, 5)
    on conflict do nothing;
insert into isms.treatment (risk, option, effect_on, effectiveness, stops_on)
select r.code, o, 'consequence', round(random()::numeric, 2), case when o = 'avoidance' then isms.today('RND') + pg_temp.between(-5, 5) end
  from isms.risk r, unnest('{sharing,avoidance}'::text[]) o where pg_temp.between(1, 4) = 1;
insert into isms.risk_appetite (code, asset, category, level, statement, validity, status)
select 'AP' || n, case when n < 6 then 'A' || n end, case when n between 6 and 8 then 'K' || n - 5 end, 'Level ' || pg_temp.between(1, 5), 'x', daterange(isms.today('RND') - 9, null), 'approved' from generate_series(1, 9) n;
analyze;
create temp table plain as select * from isms.risk_register;
\o

select isnt_empty($$select from plain having count(*) = 3000 and count(current_rank) between 1000 and 2900 and count(*) filter (where current_rank < inherent_rank) > 300
  and count(*) filter (where not within_appetite) > 100 and count(*) filter (where within_appetite) > 100$$, 'a register of all kinds was made');

-- No control, option or state raises a level; what is shown to work does no more than what is there.
select is_empty($$
  select r.code, r.inherent_score, r.current_score, r.target_score
    from plain r
    join isms.risk_method m on m.scope = r.scope and m.code = r.method
   where m.residual_rule <> 'entered' and (r.current_score > r.inherent_score or r.target_score > r.current_score or r.current_rank > r.inherent_rank or r.target_rank > r.current_rank or r.verified_rank < r.current_rank) $$,
  'nothing that acts on a risk raises it, and what is planned too lowers it no less');

-- The same answer on every run, whatever plan, however many workers.
create function pg_temp.differ(variadic settings text[]) returns bigint language plpgsql as $$
declare
  n bigint;
  s text;
begin
  foreach s in array settings loop
    perform set_config(split_part(s, '=', 1), split_part(s, '=', 2), true);
  end loop;
  select count(*) into n from ((table plain except select * from isms.risk_register) union all (select * from isms.risk_register except table plain)) d;
  foreach s in array settings loop
    execute format('set local %s to default', split_part(s, '=', 1));
  end loop;
  return n;
end
$$;

create function pg_temp.workers(query text) returns boolean language plpgsql as $$
declare
  line text;
begin
  for line in execute 'explain ' || query loop
    if line ~ 'Workers Planned' then
      return true;
    end if;
  end loop;
  return false;
end
$$;

select is(pg_temp.differ('enable_seqscan=on'), 0::bigint, 'the register says the same when asked again');
select is(pg_temp.differ('enable_mergejoin=off'), 0::bigint, 'and by hash joins');
select is(pg_temp.differ('enable_mergejoin=off', 'enable_hashjoin=off', 'enable_memoize=off'), 0::bigint, 'by nested loops');
select is(pg_temp.differ('enable_hashagg=off', 'enable_hashjoin=off', 'work_mem=64kB'), 0::bigint, 'sorted on disk');
select is(pg_temp.differ('parallel_setup_cost=0', 'parallel_tuple_cost=0', 'min_parallel_table_scan_size=0', 'min_parallel_index_scan_size=0', 'max_parallel_workers_per_gather=1'), 0::bigint, 'by one worker');
select is(pg_temp.differ('parallel_setup_cost=0', 'parallel_tuple_cost=0', 'min_parallel_table_scan_size=0', 'min_parallel_index_scan_size=0', 'max_parallel_workers_per_gather=4'), 0::bigint, 'and by several');

set local parallel_setup_cost = 0;
set local parallel_tuple_cost = 0;
set local min_parallel_table_scan_size = 0;
set local min_parallel_index_scan_size = 0;
set local max_parallel_workers_per_gather = 4;
select ok(pg_temp.workers('select * from isms.risk_register'), 'workers are planned for the register there');

-- Effects are added up in pieces, by workers: in whatever order, the same.
create temp view joined as
  select e.risk, m.seed, isms.assessed_score(r.result, 'current') as current, isms.assessed_score(r.result, 'target') as target, isms.assessed_score(r.result, 'verified') as verified
    from (select c.risk, isms.control_effect(c.effect_on, c.effectiveness, c.reduction, c.counts_in) as effect from isms.control_contribution c group by c.risk) e
    join made m on m.residual_rule in ('bands', 'percent_product') and m.score_rule <> 'impact_threat_vulnerability' and m.seed <= 60
   cross join lateral (select max((s).step) filter (where (s).scale = 'likelihood') as likelihood, max((s).step) filter (where (s).scale = 'consequence') as consequence from unnest(m.steps) s) f
   cross join lateral (select isms.assess(m.spec, f.likelihood, f.consequence, null, null, null, null, null, null, null, null, e.effect, null, false) as result) r;
select ok(pg_temp.workers('select * from joined'), 'and for the effects of controls');
create temp table in_pieces as table joined;
set local max_parallel_workers_per_gather = 0;
select is_empty($$select risk, seed from in_pieces p full join joined j using (risk, seed) where (p.current, p.target, p.verified) is distinct from (j.current, j.target, j.verified)$$, 'scores from effects that workers added up are those of one');

-- The explanation of a risk ends where the register does.
select is_empty($$
  select r.code, s.state
    from (select * from plain where code < 'R0300') r
   cross join lateral (values ('inherent', r.inherent_score), ('current', r.current_score), ('target', r.target_score)) s(state, score)
    left join lateral (select max(x.after) filter (where x.input = 'score') as score from isms.explain_risk(r.code) x where x.state = s.state) e on true
   where e.score is distinct from s.score::text $$, 'each explanation ends where the register does');

-- A method that differs in nothing changes nothing, and a preview is what comes of it.
\o /dev/null
select isms.revise_method('RND', 'M' || n, 'S' || n) from generate_series(1, 40, 5) n;
\o
create temp table preview as
  select p.* from generate_series(1, 40, 5) n, isms.preview_method('S' || n, 'M' || n) p;
select is_empty($$
  select risk, state from preview
   where (score_before, rank_before, level_before, disposition_before) is distinct from (score_after, rank_after, level_after, disposition_after) or change not in ('same', 'not rated')$$,
  'the preview of a method that differs in nothing changes nothing');
create temp table foreseen as
  select x.risk, x.state, x.score_after, x.rank_after, x.level_after from unnest('{M2,M3,M5,M8}'::text[]) m, isms.preview_method(m, 'M4') x where m = 'M' || 2 + right(x.risk, 1)::integer % 2 * 3;
update isms.risk set method = 'M' || 2 + right(code, 1)::integer % 2 * 3 where method = 'M4' and status <> 'closed';
select is_empty($$
  select f.risk, f.state
    from foreseen f
    join isms.risk_register r on r.code = f.risk
   where (f.score_after, f.rank_after, f.level_after) is distinct from
         (case f.state when 'inherent' then r.inherent_score when 'current' then r.current_score else r.target_score end,
          case f.state when 'inherent' then r.inherent_rank when 'current' then r.current_rank else r.target_rank end,
          case f.state when 'inherent' then r.inherent_level when 'current' then r.current_level else r.target_level end)$$, 'what a preview foresees is what the register shows once the method is another');
select isnt_empty('select from foreseen having count(*) > 100', 'risks were moved');

-- A round has what the register has, and of two rounds no level moves without an input that did.
\o /dev/null
insert into isms.assessment_round (code, title, opened_on, status) values ('FIRST', 'First', isms.today('RND'), 'closed');
insert into isms.assessment_result select n.* from isms.assessment_now('RND', 'FIRST') n;
\o
select is_empty($$select risk from isms.compare_rounds('FIRST')$$, 'a round does not differ from the moment it was taken');
select is_empty($$
  select r.code
    from isms.risk_register r
    full join isms.assessment_result x on x.scope = r.scope and x.risk = r.code
   where r.status <> 'closed'
     and (x.inherent_score, x.current_score, x.target_score, x.inherent_level, x.current_level, x.target_level, x.verified_level, x.within_appetite, x.residual_basis)
         is distinct from (r.inherent_score, r.current_score, r.target_score, r.inherent_level, r.current_level, r.target_level, r.verified_level, r.within_appetite, r.residual_basis) $$,
  'and has what the register has');
\o /dev/null
select setseed(0.75);
update isms.risk set likelihood = pg_temp.between(0, 4) where pg_temp.between(1, 9) = 1;
update isms.risk set status = 'closed' where pg_temp.between(1, 20) = 1;
update isms.implementation set status = 'implemented' where pg_temp.between(1, 4) = 1;
update isms.asset set rating = 'C4 I4 A4' where pg_temp.between(1, 6) = 1;
delete from isms.risk_control where pg_temp.between(1, 10) = 1;
insert into isms.risk_control (risk, implementation, effect_on, effectiveness, reduction) select code, 'I7', 'likelihood', 0.5, 1 from isms.risk where pg_temp.between(1, 15) = 1 on conflict do nothing;
insert into isms.risk (code, title, method, likelihood, consequence) select 'N' || n, 'New', 'M2', 3, 3 from generate_series(1, 20) n;
create temp table moved as select * from isms.compare_rounds('FIRST');
\o
select is_empty($$
  select risk from moved
   where change = 'changed' and num_nonnulls(factors, asset, controls, method, appetite) = 0 $$, 'no level moves without an input that moved');
select is_empty($$
  select x.risk
    from isms.assessment_result x
    join isms.risk_register r on r.scope = x.scope and r.code = x.risk and r.status <> 'closed'
    left join moved m on m.risk = x.risk
   where (x.inherent_rank, x.current_rank, x.target_rank) is distinct from (r.inherent_rank, r.current_rank, r.target_rank)
     and (m.risk is null or (m.inherent_rank_after, m.current_rank_after, m.target_rank_after) is distinct from (r.inherent_rank, r.current_rank, r.target_rank)) $$, 'and none that moved is left out');
select set_eq('select change from moved', '{new,gone,changed}'::text[], 'risks came, went and changed');

select * from finish();

rollback;
