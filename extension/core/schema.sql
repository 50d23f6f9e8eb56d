\echo Use "create extension isms" to load this file. \quit

-- Never "if not exists": a squatted schema must make the installation fail.
create schema isms;

comment on schema isms is 'Information security management system: registers, rules and audit trail';
