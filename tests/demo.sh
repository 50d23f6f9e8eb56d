#!/bin/bash
# demo.sh: the demonstration organisation in a throw-away cluster, with tests/demo/demo.sql.
#
# Two pages stay, in a folder it names: the report of the organisation and its statement of applicability.
# KEEP=1 leaves the cluster running and says how to connect and how to be rid of it.

. "$(dirname "$0")/lib/cluster.sh"

find_server || fail "No PostgreSQL to work with; tests/setup.sh demo installs one."
open_folder
build_copy with_llvm=no
start_cluster
createdb demo || fail "The database could not be made."

# The existing application of the demonstration is PostgreSQL's own benchmark.
pgbench --quiet --initialize demo >"$work/pgbench.log" 2>&1 || {
	cat "$work/pgbench.log"
	fail "pgbench's tables could not be made."
}

# The report stays when the cluster is gone.
pages=$(mktemp -d "${TMPDIR:-/tmp}/isms-report.XXXXXX") || fail "There is no place for the report."

# Statements are shown as they run; errors stand where they happen.
show=(psql -X --echo-queries --pset pager=off --pset null='-' -v ON_ERROR_STOP=1 -v pages="$pages" -d demo -f tests/demo/demo.sql)
step "${show[@]}" 2>&1
status=$?
if [ -s "$pages/report.html" ]; then
	echo
	echo "The report of the organisation, for any browser: $pages/report.html"
	echo "Its statement of applicability:                  $pages/statement.html"
else
	rmdir "$pages"
fi

if [ -n "$keep" ]; then
	stop="$bindir/pg_ctl -D $work/data stop && rm -r $work"
	[ ${#as_server[@]} = 0 ] || stop="cd / && runuser -u postgres -- $stop"
	cat <<TEXT

The server goes on running.  To look around:
    $bindir/psql -h $PGHOST -p $PGPORT -U $PGUSER demo
To stop it and remove everything:
    $stop
TEXT
fi
exit $status
