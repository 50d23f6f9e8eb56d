create extension isms;

select extname, extversion from pg_extension where extname = 'isms';
