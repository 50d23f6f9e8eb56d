-- Ratings flow from each asset to those that support it: the highest in each dimension, never unknown as zero, never round in a circle.
\set SHOW_CONTEXT never
set client_min_messages = warning;
drop extension if exists isms cascade;
create extension isms;
insert into isms.scope (code, name, time_zone) values ('A', 'Alpha', 'UTC'), ('B', 'Beta', 'UTC');
set isms.scope = 'A';

-- Loaded while the rules are off: activation computes what is inherited.
insert into isms.asset (code, title, kind, rating) values
  ('ORDER', 'Order to delivery', 'process', 'C2 I4 A3'),
  ('CRM', 'Customer database', 'information', 'C3 I3 A-'),
  ('ERP', 'ERP system', 'software', 'C1 I- A2'),
  ('SERVER', 'Server', 'hardware', null),
  ('ROOM', 'Server room', 'premises', 'C1 I1 A1'),
  ('WIKI', 'Wiki, not rated yet', 'software', null);
insert into isms.asset (scope, code, title, kind, rating) values ('B', 'ORDER', 'The same code in another scope', 'process', 'C9 I9 A9'), ('B', 'ERP', 'The same', 'software', null);
insert into isms.asset_dependency (asset, supports) values ('ERP', 'ORDER'), ('ERP', 'CRM'), ('SERVER', 'ERP'), ('ROOM', 'SERVER');
select count(*) from isms.asset where inherited_rating is not null;
select isms.activate() \g /dev/null
prepare seen as
  select code, own_rating, inherited_rating, effective_rating as effective, confidentiality_from as c, integrity_from as i, availability_from as a, unknown
    from isms.asset_rating where scope = 'A' order by code collate "C";
prepare stored as
  select code, rating, inherited_rating from isms.asset where scope = 'A' and inherited_rating is not null order by code collate "C";
execute seen;
execute stored;

-- What is rated nowhere stays unrated, and shows as unknown in all that it flows into.
insert into isms.asset_dependency (asset, supports) values ('SERVER', 'WIKI');
execute seen;
update isms.asset set rating = 'C0 I0 A0' where code = 'WIKI';
execute seen;

-- A changed rating flows down at once; a dependency that ends takes its rating away.
update isms.asset set rating = 'C5 I4 A3' where scope = 'A' and code = 'ORDER';
execute stored;
delete from isms.asset_dependency where asset = 'ERP' and supports = 'ORDER';
execute stored;

-- Redundancy: a dimension is refused on one way and may still come by another; without a reason it is not refused.
insert into isms.asset_dependency (asset, supports, refuses, reason) values ('ERP', 'ORDER', 'A', 'Orders are taken on paper for a week');
execute stored;
insert into isms.asset_dependency (asset, supports, refuses) values ('SERVER', 'ORDER', 'A');
insert into isms.asset_dependency (asset, supports) values ('SERVER', 'ORDER');
execute stored;
update isms.asset_dependency set refuses = 'CIA', reason = 'Not on this server' where asset = 'SERVER' and supports = 'ORDER';
execute stored;

-- No asset supports itself, by whatever way round; the way is named.
insert into isms.asset_dependency (asset, supports) values ('CRM', 'CRM');
insert into isms.asset_dependency (asset, supports) values ('CRM', 'ROOM');
update isms.asset_dependency set supports = 'ROOM' where asset = 'SERVER' and supports = 'ERP';
insert into isms.asset_dependency (asset, supports) values ('WIKI', 'CRM'), ('CRM', 'WIKI');
select count(*) from isms.asset_dependency;
-- A dependency brought over from another scope is judged where it arrives.
insert into isms.asset_dependency (scope, asset, supports) values ('B', 'ORDER', 'ERP');
update isms.asset_dependency set scope = 'A' where scope = 'B';
delete from isms.asset_dependency where scope = 'B';

-- An inherited rating that somebody writes is put right.
update isms.asset set inherited_rating = 'C9 I9 A9' where scope = 'A';
insert into isms.asset (code, title, kind, inherited_rating) values ('NEW', 'New', 'hardware', 'C9 I9 A9');
execute stored;

-- A new code is carried along; an asset that something depends on goes only after its dependencies, what it depends on with them.
update isms.asset set code = 'ORDERS', rating = 'C6 I6 A6' where scope = 'A' and code = 'ORDER';
execute stored;
delete from isms.asset where code = 'CRM';
delete from isms.asset where code = 'ROOM';
select asset, supports, refuses from isms.asset_dependency order by asset collate "C", supports collate "C";
begin;
truncate isms.asset_dependency;
execute stored;
rollback;
-- A scope that gets another code keeps all of it.
update isms.scope set code = 'A2' where code = 'A';
select scope, code, inherited_rating from isms.asset where inherited_rating is not null order by code collate "C";
update isms.scope set code = 'A' where code = 'A2';

-- Random graphs, changed in every way: stored and shown are what a naive recursion over own ratings finds.
delete from isms.asset_dependency;
delete from isms.asset;
create function pg_temp.naive(code text) returns isms.rating language plpgsql as $$
declare
  own isms.rating := (select a.rating from isms.asset a where a.code = naive.code);
  d record;
begin
  for d in select x.supports, translate('CIA', coalesce(x.refuses, ''), '') as passes from isms.asset_dependency x where x.asset = naive.code loop
    own := isms.greatest(own, isms.mask(pg_temp.naive(d.supports), d.passes));
  end loop;
  return nullif(own, 'C- I- A-');
end
$$;
create function pg_temp.some_rating() returns isms.rating language sql volatile as $$
  select case when random() < 0.7 then isms.rating(nullif((random() * 5)::integer, 5), nullif((random() * 5)::integer, 5), nullif((random() * 5)::integer, 5)) end
$$;
create function pg_temp.some_refusal() returns text language sql volatile as $$
  select case when random() < 0.3 then (array['C', 'I', 'A', 'CI', 'CA', 'IA', 'CIA'])[1 + floor(random() * 7)] end
$$;
create temp table difference (round integer, code text, stored isms.rating, shown text, naive isms.rating);
create temp table judged (round integer, assets bigint, higher bigint);
create procedure pg_temp.compare(round integer) language sql as $$
  insert into difference
  select compare.round, a.code, nullif(isms.greatest(a.rating, a.inherited_rating), 'C- I- A-'), r.effective_rating, n.naive
    from isms.asset a
    join isms.asset_rating r using (scope, code)
   cross join lateral (select pg_temp.naive(a.code) as naive) n
   where nullif(isms.greatest(a.rating, a.inherited_rating), 'C- I- A-') is distinct from n.naive or r.effective_rating is distinct from n.naive::text
      or a.inherited_rating::text is distinct from r.inherited_rating;
  insert into judged
  select compare.round, count(*), count(*) filter (where r.effective_rating is distinct from r.own_rating) from isms.asset_rating r;
$$;
do $$
begin
  perform setseed(0.27001);
  for round in 1 .. 12 loop
    delete from isms.asset_dependency;
    delete from isms.asset;
    insert into isms.asset (code, title, kind, rating) select lpad(n::text, 2, '0'), 'Asset', 'service', pg_temp.some_rating() from generate_series(1, 14) n;
    -- From the lower to the higher number only: no circle.
    insert into isms.asset_dependency (asset, supports, refuses, reason)
    select lpad(a::text, 2, '0'), lpad(b::text, 2, '0'), pg_temp.some_refusal(), 'random' from generate_series(1, 13) a, generate_series(2, 14) b where a < b and random() < 0.15;
    call pg_temp.compare(round);
    update isms.asset set rating = pg_temp.some_rating() where random() < 0.3;
    call pg_temp.compare(round);
    update isms.asset_dependency set refuses = pg_temp.some_refusal() where random() < 0.3;
    call pg_temp.compare(round);
    delete from isms.asset_dependency where random() < 0.2;
    call pg_temp.compare(round);
    update isms.asset_dependency set supports = '14' where asset < '14' and (asset, '14') not in (select d.asset, d.supports from isms.asset_dependency d)
      and (asset, supports) in (select d.asset, max(d.supports) from isms.asset_dependency d group by d.asset) and random() < 0.5;
    call pg_temp.compare(round);
    update isms.asset set code = 'X' || code where random() < 0.3;
    call pg_temp.compare(round);
  end loop;
end
$$;
select count(*) as comparisons, bool_and(assets = 14) as of_all, sum(higher) > 100 as many_inherit from judged;
select * from difference;

-- Assessing reads the effective rating, as do the explanation and the guard factors_rated.
set isms.allow_drop = on;
drop extension isms cascade;
create extension isms;
insert into isms.scope (code, name, time_zone) values ('A', 'Alpha', 'UTC');
insert into isms.person (code, name) values ('li', 'Li Wei');
insert into isms.risk_method (scope, code, title, score_rule, residual_rule, acceptance_criteria, when_to_assess, status, approved_on)
values ('A', 'M', 'Impact, threat, vulnerability', 'impact_threat_vulnerability', 'vulnerability_reduction', 'x', 'x', 'approved', '2026-01-01');
insert into isms.risk_scale_step (scope, method, scale, step, label)
select 'A', 'M', s, n, n::text from unnest('{threat,vulnerability}'::text[]) s, generate_series(0, 5) n;
insert into isms.risk_level (scope, method, rank, label, colour, minimum, disposition) values
  ('A', 'M', 1, 'Low', '#1a9641', 0, 'acceptable'), ('A', 'M', 2, 'High', '#d7191c', 20, 'never');
insert into isms.asset (scope, code, title, kind, rating) values ('A', 'CRM', 'Customer database', 'information', 'C4 I3 A-'), ('A', 'SERVER', 'Server', 'hardware', 'C1 I1 A1');
insert into isms.risk (scope, code, title, asset, threat, hits, threat_rate, vulnerability_rate, owner, method, assessor, assessed_on)
values ('A', 'R-1', 'Server stolen', 'SERVER', 'TH-THEFT', 'CA', 3, 2, 'li', 'M', 'li', '2026-02-01');
select inherent_score, inherent_level from isms.risk_register;
select isms.activate() \g /dev/null
insert into isms.asset_dependency (scope, asset, supports) values ('A', 'SERVER', 'CRM');
select inherent_score, inherent_level from isms.risk_register;
select input, rule, after from isms.explain_risk('R-1') where state = 'inherent' and input in ('impact', 'score');
update isms.asset set rating = null where code = 'SERVER';
select inherent_score, inherent_level from isms.risk_register;
select isms.guard_factors_rated(null, to_jsonb(r), null) from isms.risk r;
update isms.asset set rating = 'A0' where code = 'SERVER';
select inherent_score, isms.guard_factors_rated(null, to_jsonb(r), null) from isms.risk r join isms.risk_register g using (scope, code);
