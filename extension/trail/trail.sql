create function isms.incarnation() returns uuid language sql immutable as $$select '00000000-0000-0000-0000-000000000001'::uuid$$;
create function isms.capture_attach() returns void language sql as '';
