-- 4.3: where the ISMS ends.  What is out and yet needed by what is in is an interface, whatever register says that it is needed.
create table isms.scope_item (
  scope text not null default isms.default_scope() constraint scope_item_scope_fkey references isms.scope on update cascade,
  code text not null constraint scope_item_code_form check (code ~ '^[^[:space:]]+( [^[:space:]]+)*$'),
  title text not null constraint scope_item_title_given check (title ~ '\S'),
  kind text not null constraint scope_item_kind_known check (kind in ('unit', 'site', 'process', 'asset', 'network', 'supplier')),
  refers text,
  standing text constraint scope_item_standing_known check (standing in ('in', 'out', 'interface')),
  reason text,
  custom jsonb not null default '{}' constraint scope_item_custom_object check (jsonb_typeof(custom) = 'object'),
  created_by text default isms.actor(),
  constraint scope_item_pkey primary key (scope, code),
  constraint scope_item_exclusion_reasoned check (standing is distinct from 'out' or coalesce(reason, '') ~ '\S')
);

comment on table isms.scope_item is 'What is in the scope of the ISMS, out of it, or an interface between both (4.3)';
comment on column isms.scope_item.scope is 'Scope';
comment on column isms.scope_item.code is 'Key in the scope';
comment on column isms.scope_item.title is 'Title';
comment on column isms.scope_item.kind is 'unit, site, process, asset, network or supplier';
comment on column isms.scope_item.refers is 'Code of the record it is: of kind process, asset and supplier in the register of that name; of other kinds free text';
comment on column isms.scope_item.standing is 'in, out or interface; null: not decided';
comment on column isms.scope_item.reason is 'Why it is out; of an interface what crosses it and who sees to that';
comment on column isms.scope_item.custom is 'Fields of the organisation''s own';
comment on column isms.scope_item.created_by is 'Person who recorded it';

comment on constraint scope_item_code_form on isms.scope_item is 'a code is one line of visible characters and single spaces';
comment on constraint scope_item_exclusion_reasoned on isms.scope_item is 'what is out of scope needs a reason (4.3)';

create index scope_item_refers_idx on isms.scope_item (scope, kind, refers);

create sequence isms.scope_item_code;

comment on sequence isms.scope_item_code is 'Numbers for codes of scope items';

create trigger fill_code before insert on isms.scope_item
  for each row when (new.code is null) execute function isms.fill_code('SI');

create trigger refers after insert or update of scope, kind, refers on isms.scope_item
  for each row when (new.refers is not null) execute function isms.names_record('refers', 'kind', '{"process": "process", "asset": "asset", "supplier": "supplier"}');

create table isms.scope_dependency (
  scope text not null default isms.default_scope(),
  item text not null,
  depends_on text not null constraint scope_dependency_other check (depends_on <> item),
  what text,
  constraint scope_dependency_pkey primary key (scope, item, depends_on),
  constraint scope_dependency_item_fkey foreign key (scope, item) references isms.scope_item on update cascade on delete cascade,
  constraint scope_dependency_depends_on_fkey foreign key (scope, depends_on) references isms.scope_item on update cascade
);

comment on table isms.scope_dependency is 'Which scope item depends on which (4.3 c), beside what the registers of assets and processes say';
comment on column isms.scope_dependency.scope is 'Scope';
comment on column isms.scope_dependency.item is 'Item that needs the other';
comment on column isms.scope_dependency.depends_on is 'Item that it needs';
comment on column isms.scope_dependency.what is 'What it needs of it';

comment on constraint scope_dependency_other on isms.scope_dependency is 'an item does not depend on itself';

create index scope_dependency_depends_on_idx on isms.scope_dependency (scope, depends_on);

create table isms.scope_reference (
  scope text not null default isms.default_scope() constraint scope_reference_scope_fkey references isms.scope on update cascade,
  kind text not null constraint scope_reference_kind_known check (kind in ('issue', 'requirement')),
  key text not null,
  note text,
  constraint scope_reference_pkey primary key (scope, kind, key)
);

comment on table isms.scope_reference is 'Issues and requirements that the scope statement refers to (4.3 a, b)';
comment on column isms.scope_reference.scope is 'Scope';
comment on column isms.scope_reference.kind is 'issue or requirement';
comment on column isms.scope_reference.key is 'Its code';
comment on column isms.scope_reference.note is 'What follows from it for the scope';

create trigger key after insert or update on isms.scope_reference
  for each row execute function isms.names_record('key', 'kind', '{"issue": "context_issue", "requirement": "party_requirement"}');

create view isms.scope_problem with (security_invoker = true) as
  with need as (
    select d.scope, d.item, d.depends_on, 'scope_dependency' as by
      from isms.scope_dependency d
     union all
    select i.scope, i.code, n.code, r.by
      from (
        select d.scope, 'asset' as kind, d.supports as of, 'asset' as needs_kind, d.asset as needs, 'asset_dependency' as by from isms.asset_dependency d
         union all
        select p.scope, 'process', p.to_process, 'process', p.from_process, 'process_interaction' from isms.process_interaction p
         union all
        select s.scope, 'asset', s.asset, 'supplier', s.supplier, 'supplier_asset' from isms.supplier_asset s
         union all
        select s.scope, 'process', s.process, 'supplier', s.code, 'supplier' from isms.supplier s where s.process is not null) r
      join isms.scope_item i on i.scope = r.scope and i.kind = r.kind and i.refers = r.of
      join isms.scope_item n on n.scope = r.scope and n.kind = r.needs_kind and n.refers = r.needs and n.code <> i.code
      join isms.scope_day t on t.scope = r.scope
     -- what has ended needs nothing and gives nothing
     where not exists (select from isms.process p where r.kind = 'process' and p.scope = r.scope and p.code = r.of and p.ended_on < t.today)
       and not exists (select from isms.process p where r.needs_kind = 'process' and p.scope = r.scope and p.code = r.needs and p.ended_on < t.today)
       and not exists (select from isms.supplier s where r.needs_kind = 'supplier' and s.scope = r.scope and s.code = r.needs and s.ended_on <= t.today))
  select i.scope, i.code, i.title, i.kind, i.standing, 'undecided' as problem, null::text as other, 'whether it is in scope is not decided' as explanation
    from isms.scope_item i
   where i.standing is null
   union all
  select o.scope, o.code, o.title, o.kind, o.standing, 'no_interface', n.item, format('it is out of scope, and %s, which is in, depends on it (%s)', n.item, string_agg(distinct n.by, ', ' order by n.by))
    from isms.scope_item o
    join need n on n.scope = o.scope and n.depends_on = o.code
    join isms.scope_item i on i.scope = n.scope and i.code = n.item and i.standing = 'in'
   where o.standing = 'out'
   group by o.scope, o.code, n.item
   union all
  select f.scope, f.code, f.title, f.kind, f.standing, 'no_dependency', null, 'an interface, and nothing in scope depends on it or the other way round'
    from isms.scope_item f
   where f.standing = 'interface'
     and not exists (
       select
         from need n
         join isms.scope_item i on i.scope = n.scope and i.code = n.item and i.standing = 'in'
        where n.scope = f.scope and n.depends_on = f.code)
     and not exists (
       select
         from need n
         join isms.scope_item i on i.scope = n.scope and i.code = n.depends_on and i.standing = 'in'
        where n.scope = f.scope and n.item = f.code)
   union all
  select f.scope, f.code, f.title, f.kind, f.standing, 'not_described', null, 'what crosses the interface is not described'
    from isms.scope_item f
   where f.standing = 'interface' and coalesce(f.reason, '') !~ '\S'
   union all
  select i.scope, i.code, i.title, i.kind, i.standing, 'gone', i.refers, format('%s %s is not in its register any more', i.kind, i.refers)
    from isms.scope_item i
   where i.kind = 'asset' and not exists (select from isms.asset a where a.scope = i.scope and a.code = i.refers) and i.refers is not null
      or i.kind = 'process' and not exists (select from isms.process p where p.scope = i.scope and p.code = i.refers) and i.refers is not null
      or i.kind = 'supplier' and not exists (select from isms.supplier s where s.scope = i.scope and s.code = i.refers) and i.refers is not null
   union all
  select r.scope, null, null, null, null, 'reference_gone', r.key, format('the scope statement refers to %s %s, which is not in its register any more', r.kind, r.key)
    from isms.scope_reference r
   where r.kind = 'issue' and not exists (select from isms.context_issue c where c.scope = r.scope and c.code = r.key)
      or r.kind = 'requirement' and not exists (select from isms.party_requirement q where q.scope = r.scope and q.code = r.key)
   union all
  select s.code, null, null, null, null, k.problem, null, k.explanation
    from isms.scope s
   cross join (values
     ('no_issue', 'issue', 'the scope statement refers to no issue (4.3 a)'),
     ('no_requirement', 'requirement', 'the scope statement refers to no requirement of an interested party (4.3 b)')) k(problem, kind, explanation)
   where exists (select from isms.scope_item i where i.scope = s.code)
     and not exists (select from isms.scope_reference r where r.scope = s.code and r.kind = k.kind)
   union all
  select s.code, null, null, null, null, 'nothing_in', null, 'nothing is in scope'
    from isms.scope s
   where not exists (select from isms.scope_item i where i.scope = s.code and i.standing = 'in');

comment on view isms.scope_problem is 'What is wrong with the boundary of the ISMS (4.3); no row: nothing';
comment on column isms.scope_problem.scope is 'Scope';
comment on column isms.scope_problem.code is 'Scope item; null: the scope as a whole';
comment on column isms.scope_problem.title is 'Its title';
comment on column isms.scope_problem.kind is 'Its kind';
comment on column isms.scope_problem.standing is 'Its standing';
comment on column isms.scope_problem.problem is 'undecided, no_interface (out, and what is in depends on it), no_dependency and not_described (of interfaces), gone, reference_gone, no_issue, no_requirement or nothing_in';
comment on column isms.scope_problem.other is 'The item that depends on it, or the record that is gone';
comment on column isms.scope_problem.explanation is 'The same as a sentence';
