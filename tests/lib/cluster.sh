# shellcheck shell=bash
# cluster.sh: a throw-away PostgreSQL cluster with the extension built from this tree.
#
# Sourced, never run.  What it promises: the server listens on a unix socket in a
# folder of its own that nobody else can enter; the extension is built from a copy and
# installed there too, so that neither the checkout, nor the machine's PostgreSQL, nor
# another cluster is touched; whatever way the script ends, the server is stopped and
# the folder removed.
#
#   find_server            PG_CONFIG, bindir, sharedir, pkglibdir, major, suites (the server's test
#                          programs); fails if there is none
#   open_folder            $work, and the traps that clean up
#   build_copy             the tree is copied to $work/isms, built and installed in $work/inst
#   start_cluster          started; PGHOST, PGPORT, PGUSER are set
#   step COMMAND...        runs a command so that an interrupt ends it at once
#   "${as_server[@]}"      the prefix that runs a command as the user who owns the server

set -u -o pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
work='' child='' keep=${KEEP:-}
export LC_ALL=C.UTF-8

# Neither the settings of a calling make nor the user's connection defaults count here.
unset MAKEFLAGS MFLAGS MAKELEVEL
unset PGHOST PGHOSTADDR PGPORT PGUSER PGDATABASE PGSERVICE PGSERVICEFILE PGOPTIONS PGDATA PGPASSFILE \
	PGPASSWORD PGSSLMODE PGCLIENTENCODING PGDATESTYLE PGTZ PGAPPNAME PGTARGETSESSIONATTRS

# The server's files stay as they are: PostgreSQL refuses to run as root.
as_server=()
[ "$(id -u)" != 0 ] || as_server=(setpriv --reuid=postgres --regid=postgres --init-groups --)

fail() {
	printf '%s\n' "$@" >&2
	exit 1
}

# Is this a PostgreSQL with a server that extensions can be built for?  Debian ships makefiles and headers apart.
usable_server() {
	local dir
	dir=$("$1" --bindir 2>/dev/null) && [ -x "$dir/postgres" ] && [ -e "$("$1" --pgxs)" ] &&
		[ -e "$("$1" --includedir-server)/postgres.h" ]
}

# PG_CONFIG if given, then the one on the PATH, then the newest of Debian's.
find_server() {
	local try
	if [ -n "${PG_CONFIG:-}" ]; then
		usable_server "$PG_CONFIG" || return 1
	else
		for try in "$(command -v pg_config)" /usr/lib/postgresql/{18,17,16,15}/bin/pg_config ''; do
			[ -n "$try" ] || return 1
			usable_server "$try" && break
		done
		PG_CONFIG=$try
	fi
	bindir=$("$PG_CONFIG" --bindir)
	sharedir=$("$PG_CONFIG" --sharedir)
	pkglibdir=$("$PG_CONFIG" --pkglibdir)
	suites=$(dirname "$("$PG_CONFIG" --pgxs)")/../test
	major=$("$PG_CONFIG" --version | sed 's/^PostgreSQL \([0-9]*\).*/\1/')
	[ "$major" -ge 15 ] || fail "isms needs PostgreSQL 15 or later; $PG_CONFIG is of version $major."
	export PG_CONFIG
	# A machine may have several servers: psql and the rest are this one's.
	export PATH=$bindir:$PATH
}

# Runs a command in a process group of its own and waits where a trap can interrupt.
step() {
	local status
	setsid "$@" &
	child=$!
	wait "$child"
	status=$?
	child=''
	return $status
}

clean_up() {
	local status=$?
	trap - EXIT
	trap '' INT TERM HUP
	[ -z "$child" ] || kill -TERM -- "-$child" 2>/dev/null
	cd /
	if [ -n "$keep" ] && [ -z "$child" ]; then
		exit $status
	fi
	if [ -n "$work" ] && [ -d "$work" ]; then
		find "$work" -name postmaster.pid -printf '%h\n' 2>/dev/null | while read -r data; do
			"${as_server[@]}" "$bindir/pg_ctl" -D "$data" -m immediate -w stop >/dev/null 2>&1
		done
		rm -rf -- "$work"
	fi
	exit $status
}

# TMPDIR if the server's user can work there and the socket's name stays short, else /tmp.
open_folder() {
	local base
	trap clean_up EXIT
	trap 'exit 129' HUP
	trap 'exit 130' INT
	trap 'exit 143' TERM
	for base in "${TMPDIR:-/tmp}" /tmp; do
		[[ $base == /* && ${#base} -le 60 ]] && work=$(mktemp -d "$base/isms.XXXXXX" 2>/dev/null) || continue
		[ ${#as_server[@]} = 0 ] || chown postgres: "$work"
		"${as_server[@]}" mkdir "$work/socket" 2>/dev/null && cd "$work" && return
		rm -rf -- "$work"
		work=''
	done
	fail "Neither TMPDIR nor /tmp is a folder that the server's user can write to."
}

# Does this server find extensions outside its own folders, and how is it told?
foreign_extension_settings() {
	local known
	known=$("${as_server[@]}" "$bindir/postgres" --describe-config | cut -f1)
	if grep -qx extension_control_path <<<"$known"; then
		echo "extension_control_path = '$work/inst$sharedir:\$system'"
		echo "dynamic_library_path = '$work/inst$pkglibdir:\$libdir'"
	elif grep -qx extension_destdir <<<"$known"; then
		echo "extension_destdir = '$work/inst'"
	fi
}

# build_copy [MAKE ARGUMENT...]: what the compiler says is left in $work/build.log
build_copy() {
	local destdir=$work/inst
	mkdir "$work/isms" "$work/inst"
	tar -C "$root" --exclude=./.git --exclude='*.o' --exclude='*.bc' --exclude='*.so' --exclude=./results \
		--exclude='./tmp_check*' --exclude='extension/isms--*.sql' -cf - . | tar -C "$work/isms" --no-same-owner -xf - ||
		fail "The tree could not be copied to $work."
	foreign_extension_settings >"$work/extension.conf"
	if [ ! -s "$work/extension.conf" ]; then
		echo "This server looks for extensions in its own folders only: isms is installed there ($pkglibdir)."
		destdir=
	fi
	step make -C "$work/isms" -j"$(nproc)" "$@" all >"$work/build.log" 2>&1 || {
		cat "$work/build.log"
		fail "The extension does not build."
	}
	if [ -z "$destdir" ] && [ ! -w "$pkglibdir" ]; then
		sudo make -C "$work/isms" "PG_CONFIG=$PG_CONFIG" "$@" install >/dev/null
	else
		make -C "$work/isms" "$@" DESTDIR="$destdir" install >/dev/null
	fi || fail "The extension could not be installed."
	[ ${#as_server[@]} = 0 ] || chown -R postgres: "$work"
}

# start_cluster [SETTING...]: each setting is a line of postgresql.conf
start_cluster() {
	local setting
	cd "$work/isms" || exit
	# A port that no other server uses is not needed: the socket's folder is ours.
	export PGHOST=$work/socket PGPORT=5432 PGUSER=postgres
	step "${as_server[@]}" "$bindir/initdb" -D "$work/data" -U postgres -A trust -E UTF8 --locale=C.UTF-8 \
		--no-sync >"$work/initdb.log" 2>&1 || {
		cat "$work/initdb.log"
		fail "The throw-away cluster could not be made."
	}
	{
		echo "listen_addresses = ''"
		echo "unix_socket_directories = '$PGHOST'"
		echo "port = $PGPORT"
		echo "timezone = 'UTC'"
		echo "fsync = off"
		cat "$work/extension.conf"
		for setting in "$@"; do echo "$setting"; done
	} >>"$work/data/postgresql.conf"
	"${as_server[@]}" "$bindir/pg_ctl" -D "$work/data" -l "$work/server.log" -w start >/dev/null || {
		cat "$work/server.log"
		fail "The throw-away cluster did not start."
	}
}
