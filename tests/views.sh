#!/bin/bash
# views.sh: writes what the database's comments say of every view and column into extension/doc/views.md.
#
# What it finds under "### name" up to the next heading it keeps, but for the first paragraph and the table of columns; a view
# that has no heading comes to the end, with a query that waits for a better one.

. "$(dirname "$0")/lib/cluster.sh"

find_server || fail "No PostgreSQL to ask; tests/setup.sh demo installs one."
open_folder
build_copy with_llvm=no
start_cluster
psql -Xq -v ON_ERROR_STOP=1 -d postgres -c 'create extension isms' || exit
psql -XAtq -v ON_ERROR_STOP=1 -d postgres >"$work/views.txt" <<'SQL' || exit
select format(E'### %s\n\n%s.\n\n%s', c.relname, obj_description(c.oid, 'pg_class'),
              string_agg(format('| %s | %s | %s |', a.attname, format_type(a.atttypid, null), replace(col_description(c.oid, a.attnum), '|', '\|')), E'\n' order by a.attnum))
  from pg_class c
  join pg_attribute a on a.attrelid = c.oid and a.attnum > 0
 where c.relnamespace = 'isms'::regnamespace and c.relkind = 'v'
 group by c.oid, c.relname
 order by c.relname;
SQL
perl -0777 -i -pe '
	BEGIN {
		open my $in, "<", shift or die;
		local $/;
		for (split /^### /m, <$in>) { $said{$1} = $2, $columns{$1} = $3 if /^(\w+)\n\n(.*?)\n\n(.*?)\n*\z/s }
	}
	my $head = "| column | type | meaning |\n| --- | --- | --- |\n";
	s{^### (\w+)\n\n[^\n]*\n(.*?)(?:\Q$head\E(?:\|[^\n]*\n)*)}{my $n = $1; $known{$n} = 1; exists $said{$n} ? "### $n\n\n$said{$n}\n$2$head$columns{$n}\n" : ""}gmse;
	for my $n (grep { !$known{$_} } sort keys %said) {
		$new .= "\n### $n\n\n$said{$n}\n\nAll of it:\n\n```sql\nselect * from isms.$n;\n```\n\n$head$columns{$n}\n";
	}
	$_ .= $new // "";
' "$work/views.txt" "$root/extension/doc/views.md"
