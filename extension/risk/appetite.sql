-- 6.1.2 a1: how much risk the organisation is willing to carry, where the method alone would let it carry more.
-- An appetite tightens what the method says of a level and never loosens it: what is above it needs what an unacceptable level needs.
create table isms.risk_appetite (
  scope text not null default isms.default_scope() constraint risk_appetite_scope_fkey references isms.scope on update cascade,
  code text not null constraint risk_appetite_code_form check (code ~ '^[^[:space:]]+( [^[:space:]]+)*$'),
  asset text,
  category text constraint risk_appetite_category_given check (category ~ '\S'),
  level text not null constraint risk_appetite_level_given check (level ~ '\S'),
  statement text not null constraint risk_appetite_statement_given check (statement ~ '\S'),
  validity daterange not null constraint risk_appetite_validity_not_empty check (not isempty(validity)),
  approved_by text constraint risk_appetite_approved_by_fkey references isms.person on update cascade,
  approved_on date,
  status text not null default 'draft',
  created_by text default isms.actor(),
  constraint risk_appetite_pkey primary key (scope, code),
  constraint risk_appetite_one_target check (num_nonnulls(asset, category) <= 1),
  constraint risk_appetite_asset_fkey foreign key (scope, asset) references isms.asset on update cascade,
  constraint risk_appetite_no_overlap exclude using gist (
    isms.text_range(scope || chr(31) || coalesce('a' || asset, 'c' || category, 's'), scope || chr(31) || coalesce('a' || asset, 'c' || category, 's'), '[]') with &&,
    validity with &&) where (status = 'approved')
);

comment on table isms.risk_appetite is 'Highest level the organisation is willing to carry: of an asset, a category, or the whole scope; the most specific one counts';
comment on column isms.risk_appetite.scope is 'Scope';
comment on column isms.risk_appetite.code is 'Key in the scope';
comment on column isms.risk_appetite.asset is 'Asset it is for, with those it depends on';
comment on column isms.risk_appetite.category is 'Category of risks it is for, where no asset is named; neither: all risks of the scope';
comment on column isms.risk_appetite.level is 'Label of the highest level within the appetite; under a method without such a level no risk is within it';
comment on column isms.risk_appetite.statement is 'The appetite in prose';
comment on column isms.risk_appetite.validity is 'Days on which it holds';
comment on column isms.risk_appetite.approved_by is 'Person who approved it for top management';
comment on column isms.risk_appetite.approved_on is 'When';
comment on column isms.risk_appetite.status is 'State in workflow risk_appetite';
comment on column isms.risk_appetite.created_by is 'Author';

create index risk_appetite_asset_idx on isms.risk_appetite (scope, asset);

create sequence isms.risk_appetite_code;

comment on sequence isms.risk_appetite_code is 'Numbers for codes of risk appetites';

create trigger fill_code before insert on isms.risk_appetite
  for each row when (new.code is null) execute function isms.fill_code('AP');

create function isms.appetite_fill_validity() returns trigger
  language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
  new.validity := daterange(isms.today(new.scope), null);
  return new;
end
$$;

comment on function isms.appetite_fill_validity() is 'BEFORE INSERT trigger: an appetite without validity holds from today on';

create trigger fill_validity before insert on isms.risk_appetite
  for each row when (new.validity is null) execute function isms.appetite_fill_validity();

-- Who approved and when follow from the approval, and are nobody's to type.
create function isms.appetite_approved() returns trigger
  language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
  if new.status <> 'approved' or old.status = 'approved' then
    raise exception using
      errcode = 'IS006',
      message = format('risk appetite %s cannot change approved_by or approved_on', new.code),
      detail = 'frozen: they are set when it is approved',
      schema = 'isms', table = 'risk_appetite', column = 'approved_by';
  end if;
  new.approved_by := coalesce((
    select coalesce(a.on_behalf_of, a.approver)
      from isms.approval_request q
      join isms.approval a on a.request = q.id and a.slot = 'top_management'
     where q.scope = new.scope and q.table_name = 'isms.risk_appetite' and q.key = new.code and q.transition = 'approve' and q.status = 'open'
     order by a.id
     limit 1),
    isms.actor());
  new.approved_on := isms.today(new.scope);
  return new;
end
$$;

comment on function isms.appetite_approved() is 'BEFORE UPDATE trigger: an appetite is of who approved for top management (without an approval, of who acts), and of today. Errors: IS006';

create trigger fill_approved before update on isms.risk_appetite
  for each row when (new.status = 'approved' and old.status <> 'approved'
                     or (new.approved_by, new.approved_on) is distinct from (old.approved_by, old.approved_on))
  execute function isms.appetite_approved();

-- All that holds today, for every method: worked out once a query, looked up once a risk.  Targets are told apart by bytes, and
-- by what differs most first.
create function isms.appetite_map() returns jsonb
  language plpgsql stable parallel safe set search_path = pg_catalog, pg_temp as $$
begin
  return (
    with recursive held as (
      select p.scope, p.asset, p.category, p.code, p.level, p.asset as named
        from isms.risk_appetite p
        join isms.scope_day d on d.scope = p.scope
       where p.status = 'approved' and elem_contained_by_range(d.today, p.validity)
       union
      -- what an asset depends on is held to its appetite
      select h.scope, d.asset, h.category, h.code, h.level, h.named
        from held h
        join isms.asset_dependency d on d.scope = h.scope and d.supports = h.asset)
    select jsonb_object_agg(concat_ws(chr(31), k.scope, k.method, k.target), jsonb_build_array(k.code, k.level, k.rank))
      from (
        -- its own, else the strictest of those it supports
        select distinct on (h.target collate "C", h.scope collate "C", m.code collate "C") h.scope, m.code as method, h.target, h.code, h.level, l.rank
          from (select scope, coalesce('a' || asset, 'c' || category, 's') as target, code, level, asset <> named as inherited from held) h
          join isms.risk_method m on m.scope = h.scope
          left join isms.risk_level l on l.scope = m.scope and l.method = m.code and l.label = h.level
         order by h.target collate "C", h.scope collate "C", m.code collate "C", h.inherited, l.rank nulls first, h.code) k);
end
$$;

comment on function isms.appetite_map() is 'The appetites that hold today, for isms.appetite_for; null if there are none';

-- One precedence: of the asset (its own, else by inheritance), else of the category, else of the scope.
create function isms.appetite_for(appetites jsonb, scope text, method text, asset text, category text) returns jsonb
  language c immutable parallel safe
  as 'MODULE_PATHNAME', 'isms_appetite_for';

comment on function isms.appetite_for(jsonb, text, text, text, text) is 'The appetite that counts for a risk, as an array of its code, its level and the rank of that in the risk''s method; null where none does';

create function isms.is_within_appetite(appetites jsonb, scope text, method text, asset text, category text, rank integer) returns boolean
  language c immutable parallel safe
  as 'MODULE_PATHNAME', 'isms_is_within_appetite';

comment on function isms.is_within_appetite(jsonb, text, text, text, text, integer) is 'Is a rank within the appetite that counts for a risk? Null where none does or the rank is not known; false where the method has no such level';

create function isms.appetite_words(scope text, risk text, rank integer) returns text
  language plpgsql stable parallel safe set search_path = pg_catalog, pg_temp as $$
begin
  return (
    select format(', above appetite %s (%s)', p.appetite ->> 0, p.appetite ->> 1)
      from isms.appetite_map() m
     cross join isms.risk r
     cross join lateral (select isms.appetite_for(m, r.scope, r.method, r.asset, r.category) as appetite) p
     where r.scope = appetite_words.scope and r.code = appetite_words.risk
       and not isms.is_within_appetite(m, r.scope, r.method, r.asset, r.category, appetite_words.rank));
end
$$;

comment on function isms.appetite_words(text, text, integer) is 'What a refusal adds where a level is above the appetite: its key and level; else null';
