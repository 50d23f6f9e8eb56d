#!/bin/bash
# run.sh [NAME...]: the benchmarks tests/bench/NAME.sql and NAME.sh, each in a database of its own.
#
# A benchmark measures with
#
#     call bench.measure(topic, variant, statement [, times => 3])
#
# or inserts rows into bench.run itself; here the medians are printed and their ratio to the
# topic's first variant.  One that measures more than seconds prints what it found.  Nothing
# is asserted: machines differ.  A shell script finds in AS_SERVER the words that run a
# command as the user who owns the server.

. "$(dirname "$0")/../lib/cluster.sh"

find_server || fail "No PostgreSQL to measure; tests/setup.sh bench installs one."
open_folder
build_copy with_llvm=no
start_cluster "shared_buffers = 256MB" "max_wal_size = 4GB" "autovacuum = off" "jit = off"
shopt -s nullglob
export AS_SERVER="${as_server[*]}"

if [ $# -gt 0 ]; then
	files=()
	for name in "$@"; do
		found=(tests/bench/"$name".s[qh]*)
		[ ${#found[@]} -gt 0 ] || fail "There is no benchmark $name."
		files+=("${found[@]}")
	done
else
	files=(tests/bench/*.sql tests/bench/*.sh)
fi

failed=0
for file in "${files[@]}"; do
	name=$(basename "${file%.*}")
	[ "$name" != run ] && [ "$name" != measure ] || continue
	export PGDATABASE=bench_$name
	createdb "$PGDATABASE" && psql -Xq -v ON_ERROR_STOP=1 -f tests/bench/measure.sql || exit
	echo "== $name"
	case $file in
		*.sql) step psql -Xq -v ON_ERROR_STOP=1 -P pager=off -f "$file" ;;
		*.sh) step bash "$file" ;;
	esac || failed=1
	psql -Xq -P pager=off -P footer=off <<-SQL
		select exists (select from bench.run) as measured \gset
		\if :measured
		select * from bench.result;
		\endif
	SQL
	dropdb --maintenance-db=postgres "$PGDATABASE"
	unset PGDATABASE
done
exit $failed
