#!/bin/bash
# setup.sh demo|test|bench: installs from Debian's archive what the command needs and the machine lacks.
#
# Silent when nothing is missing.  Asks for root's rights only then.  Makes and starts
# no PostgreSQL cluster, changes none that is there.

. "$(dirname "$0")/lib/cluster.sh"

missing=() why=()
need() {
	missing+=("$1")
	why+=("$2")
}

as_root=()
[ "$(id -u)" = 0 ] || as_root=(sudo)

find_missing() {
	missing=() why=()
	if find_server; then
		have=$sharedir/extension
	else
		[ -z "${PG_CONFIG:-}" ] || [ -x "$PG_CONFIG" ] || command -v "$PG_CONFIG" >/dev/null ||
			fail "PG_CONFIG=$PG_CONFIG is no program."
		major=$(wanted_major)
		have=/usr/share/postgresql/$major/extension
		[ -x "/usr/lib/postgresql/$major/bin/postgres" ] || need "postgresql-$major" "the database server"
		[ -e "/usr/include/postgresql/$major/server/postgres.h" ] ||
			need "postgresql-server-dev-$major" "the server's headers"
	fi
	# Looked at with -E: the compiler alone is not enough, it needs the C library's headers.
	echo '#include <stdio.h>' | cc -E - >/dev/null 2>&1 || need build-essential "the C compiler"
	[ "$1" != bench ] || find_peers
	[ "$1" = test ] || return 0
	command -v prove >/dev/null || need perl "prove, which runs tests"
	command -v pg_prove >/dev/null || need libtap-parser-sourcehandler-pgtap-perl "pg_prove, which runs pgTAP tests"
	perl -MIPC::Run -e 1 2>/dev/null || need libipc-run-perl "IPC::Run, with which tests drive servers"
	command -v openssl >/dev/null || need openssl "signatures of a witness"
	[ -e "$have/pgtap.control" ] || need "postgresql-$major-pgtap" "pgTAP, tests written in SQL"
	if [ ! -x /usr/sbin/pgbouncer ] && { [ -z "$listed" ] || available pgbouncer; }; then
		need pgbouncer "a connection pool, through which nobody may act as somebody else"
	fi
	if ! /usr/bin/python3 -c 'import icalendar' 2>/dev/null && { [ -z "$listed" ] || available python3-icalendar; }; then
		need python3-icalendar "another program that reads calendars"
	fi
	if [ ! -e "$have/plpgsql_check.control" ] && { [ -z "$listed" ] || available "postgresql-$major-plpgsql-check"; }; then
		need "postgresql-$major-plpgsql-check" "plpgsql_check, which compiles function bodies"
	fi
	if ! command -v chromium >/dev/null && { [ -z "$listed" ] || available chromium; }; then
		need chromium "a browser, which shows what people see of charts and reports"
		need fonts-dejavu-core "letters for it"
	fi
	find_clients
}

# What reporting tools connect with (tests/tap/070_clients.pl leaves out those that are not there): where Debian's archive has them.
find_clients() {
	command -v apt-get >/dev/null || return 0
	[ ${#as_root[@]} = 0 ] || sudo -n true 2>/dev/null || return 0
	optional() { # FILE PACKAGE WHY
		[ -n "$(compgen -G "$1")" ] || { [ -n "$listed" ] && ! available "$2"; } || need "$2" "$3"
	}
	optional '/usr/bin/javac' default-jdk-headless "Java, of which one client is"
	optional '/usr/share/java/postgresql.jar' libpostgresql-jdbc-java "the JDBC driver"
	optional '/usr/include/postgresql/libpq-fe.h' libpq-dev "libpq's header, for a client in C"
	optional '/usr/lib/python3/dist-packages/psycopg2' python3-psycopg2 "the client for Python"
	optional '/usr/include/sql.h' unixodbc-dev "ODBC"
	optional '/usr/lib/*/odbc/psqlodbca.so' odbc-postgresql "the ODBC driver"
	optional '/usr/bin/Rscript' r-base-core "R, which draws a chart"
	optional '/usr/lib/python3/dist-packages/yaml' python3-yaml "a reader of YAML"
}

# What the benchmarks compare with: left out where Debian's archive has no package for this server, or nobody can install it.
find_peers() {
	local name
	[ "$have" = "/usr/share/postgresql/$major/extension" ] && command -v apt-get >/dev/null || return 0
	[ ${#as_root[@]} = 0 ] || command -v sudo >/dev/null || return 0
	for name in pgaudit periods table_log; do
		if [ ! -e "$have/$name.control" ] && { [ -z "$listed" ] || available "postgresql-$major-${name/_/}"; }; then
			need "postgresql-$major-${name/_/}" "an extension to compare with"
		fi
	done
}

available() { apt-cache show "$1" >/dev/null 2>&1; }

# Of PG_CONFIG, else of the newest server installed, else Debian's own choice.
wanted_major() {
	local m
	if [ -n "${PG_CONFIG:-}" ]; then
		"$PG_CONFIG" --version | sed 's/^PostgreSQL \([0-9]*\).*/\1/'
		return
	fi
	for m in 18 17 16 15; do
		[ -x "/usr/lib/postgresql/$m/bin/postgres" ] && echo "$m" && return
	done
	m=$(apt-cache depends postgresql 2>/dev/null | sed -n 's/^ *Depends: postgresql-\([0-9]*\)$/\1/p')
	echo "${m:-15}"
}

listed=
find_missing "${1:-test}"
[ ${#missing[@]} -gt 0 ] || exit 0
command -v apt-get >/dev/null || fail "Missing here: ${why[*]}." "Install them with this system's package manager (Debian calls them ${missing[*]})."

# The lists first: what is there and what Debian's default server is stands in them.
if [ ${#as_root[@]} -gt 0 ] && ! command -v sudo >/dev/null; then
	fail "Packages are missing, and installing them needs root's rights or sudo.  As root:" \
		"    apt-get update && apt-get install --no-install-recommends ${missing[*]}"
fi
if [ ${#as_root[@]} -gt 0 ] && ! sudo -n true 2>/dev/null; then
	[ -t 0 ] || [ -e /dev/tty ] || fail "sudo wants a password and there is no terminal to ask for it."
	echo "sudo is needed to install packages and may ask for your password."
	sudo -v || fail "Without sudo, ask somebody to install as root:" \
		"    apt-get update && apt-get install --no-install-recommends ${missing[*]}"
fi
root_do() { "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive LC_ALL=C.UTF-8 "$@" </dev/null; }
log=$(mktemp)
own_setting=/etc/postgresql-common/createcluster.d/isms-no-cluster.conf
setting_made=
trap 'rm -f "$log"; [ -z "$setting_made" ] || root_do rm -f "$own_setting"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

echo "Reading Debian's package lists ..."
root_do apt-get update >"$log" 2>&1 || {
	cat "$log"
	echo "apt-get update failed; going on with the lists that are here."
}
listed=yes
find_missing "${1:-test}"
[ ${#missing[@]} -gt 0 ] || exit 0
echo "Installing with apt-get, because they are missing here:"
for i in "${!missing[@]}"; do printf '    %-40s %s\n' "${missing[i]}" "${why[i]}"; done

# Debian's package would make and start a cluster on port 5432: not asked for here.
if ! dpkg-query -W -f '${Status}\n' "postgresql-$major" 2>/dev/null | grep -q ' installed$' && [ ! -e "$own_setting" ]; then
	root_do mkdir -p "${own_setting%/*}"
	echo "create_main_cluster = false" | "${as_root[@]}" tee "$own_setting" >/dev/null && setting_made=yes
fi
root_do apt-get install -y --no-install-recommends "${missing[@]}" >"$log" 2>&1 || {
	tail -40 "$log"
	fail "apt-get could not install them."
}
find_missing "${1:-test}"
[ ${#missing[@]} = 0 ] || fail "Installed, but still missing: ${missing[*]}."
echo "Done."
