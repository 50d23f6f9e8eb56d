create domain isms.reference as text; create domain isms.rating as text;
create function isms.sort_key(isms.reference) returns text language sql immutable as 'select $1::text';
