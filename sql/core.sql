-- Core: the life of an installation, who acts, which scopes are seen.
\set SHOW_CONTEXT never
set client_min_messages = warning;
drop extension if exists isms cascade;
create extension isms;

-- An installation starts inactive, with every trigger off and nothing granted.
select isms.is_active();
select count(*) filter (where t.tgenabled <> 'D') as triggers_on
  from pg_trigger t join isms.own_tables() o on o = t.tgrelid where not t.tgisinternal;
select count(*) as granted_to_public
  from pg_class c, aclexplode(c.relacl) a where c.relnamespace = 'isms'::regnamespace and a.grantee = 0;

-- One call makes it usable.
select regexp_replace(isms.setup('ALPHA', 'Alpha Ltd', 'dana', 'Dana Ruiz', 'dana@alpha.example'), 'database roles [^;]*?(made|there)', 'database roles ...');
select isms.is_active(), isms.actor(), isms.default_scope();
select isms.activate();
select count(*) filter (where t.tgenabled <> 'A') as triggers_not_always
  from pg_trigger t join isms.own_tables() o on o = t.tgrelid where not t.tgisinternal;
select role, person, status from isms.role_assignment order by role;

-- People and their logins.
create role regress_li login;
create role regress_sam login;
create role regress_eve login;
select isms.add_person('li', 'Li Wei', 'li@alpha.example', login => 'regress_li', roles => '{risk_owner,control_owner}');
select isms.add_person('sam', 'Sam Okoro', login => 'regress_sam', roles => '{external_auditor}');
select isms.add_person('x', 'X', roles => '{risk_owner,janitor}');
select isms.add_person('y', 'Y', login => 'regress_nobody');
select isms.add_person('z', 'Z', email => 'not an address');
select isms.add_person('li', 'Li Again');
select code, name from isms.person order by code;

-- A second scope.
\set VERBOSITY sqlstate
select isms.setup('BETA', 'Beta Ltd', 'eve', 'Eve');
\set VERBOSITY default
select regexp_replace(isms.setup('BETA', 'Beta Ltd', 'dana', 'Dana Ruiz'), 'database roles [^;]*?(made|there)', 'database roles ...');
insert into isms.asset (code, title, kind) values ('A1', 'Which scope?', 'paper');
set isms.scope = 'BETA';
insert into isms.asset (code, title, kind) values ('B1', 'Contracts', 'paper') returning scope;
select isms.add_person('eve', 'Eve Adams', login => 'regress_eve', roles => '{risk_owner}');
set isms.scope = 'ALPHA';
insert into isms.asset (title, kind, rating) values ('Cash book', 'paper', 'C1 I3 A2') returning scope, code, created_by;
insert into isms.asset (code, title, kind) values ('AS-0002', 'Taken', 'paper');
insert into isms.asset (title, kind) values ('The next free number', 'paper') returning code;
reset isms.scope;

-- A reader of one scope sees nothing of the other, in any table or view.
create function pg_temp.rows_of(scope text) returns table (relation text, n bigint) language plpgsql as $$
declare
  c record;
begin
  for c in
    select k.oid::regclass as relation from pg_class k join pg_attribute a on a.attrelid = k.oid and a.attname = 'scope'
     where k.relnamespace = 'isms'::regnamespace and k.relkind in ('r', 'v') and has_table_privilege(k.oid, 'select')
  loop
    execute format('select count(*) from %s where scope = $1', c.relation) into n using rows_of.scope;
    relation := c.relation;
    if n > 0 then
      return next;
    end if;
  end loop;
end
$$;
set session authorization regress_eve;
select isms.actor(), isms.visible_scopes(), isms.default_scope();
select count(*) > 3 as sees_own from pg_temp.rows_of('BETA');
select * from pg_temp.rows_of('ALPHA');
select code from isms.scope;
select code from isms.person order by code;
insert into isms.asset (scope, code, title, kind) values ('ALPHA', 'A9', 'Foreign', 'paper');
update isms.asset set title = 'mine' where scope = 'ALPHA';
table isms.login;

-- An external auditor reads and does not write.
set session authorization regress_sam;
select count(*) from isms.asset;
insert into isms.asset (code, title, kind) values ('A9', 'Auditor''s', 'paper');

-- A role without grants can do nothing.
reset session authorization;
create role regress_nobody login;
set session authorization regress_nobody;
select count(*) from isms.asset;
select isms.actor();
reset session authorization;

-- Nobody can be somebody else: the setting isms.actor is refused to others and holds for one transaction.
set session authorization regress_li;
set isms.actor = 'dana';
select isms.actor();
reset session authorization;
create role regress_app login;
grant isms_application to regress_app;
set session authorization regress_app;
select isms.actor();
begin;
set local isms.actor = 'li';
select isms.actor(), isms.visible_scopes();
savepoint s;
set local isms.actor = 'nobody';
select isms.actor();
rollback to s;
select isms.actor();
commit;
select isms.actor();
set isms.actor = 'li';
select isms.actor();
select isms.claimed_actor();
begin;
savepoint s;
set local isms.actor = 'dana';
rollback to s;
select isms.actor() as not_the_old_value;
commit;
reset isms.actor;
reset session authorization;

-- Today is the scope's.
update isms.scope set time_zone = 'Pacific/Kiritimati' where code = 'ALPHA';
update isms.scope set time_zone = 'Etc/GMT+12' where code = 'BETA';
select isms.today('ALPHA') > isms.today('BETA') as differs, isms.today('NONE');
update isms.scope set time_zone = 'Mars/Olympus' where code = 'BETA';
update isms.scope set parent = 'ALPHA' where code = 'BETA';
update isms.scope set parent = 'BETA' where code = 'ALPHA';
update isms.scope set parent = 'GAMMA' where code = 'ALPHA';

-- Every error code a function can raise is listed.
select code, name from isms.error_code order by code;

-- Clean removal.
select isms.revoke_roles();
drop role regress_li, regress_sam, regress_eve, regress_nobody;
drop owned by regress_app;
drop role regress_app;
