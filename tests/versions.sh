#!/bin/bash
# versions.sh [MAJOR...]: builds and runs all tests on PostgreSQL 17 and 18, or on those named.
#
# Each runs in a chroot with the Debian release that has it, made once by mmdebstrap
# (needs root, network and 1.5 GB each) and kept in VERSIONS_DIR.  Nothing is mounted.

set -u -o pipefail
cd "$(dirname "$0")/.." || exit
versions=${VERSIONS_DIR:-${TMPDIR:-/tmp}/isms-versions}
declare -A release=([15]=bookworm [17]=trixie [18]=forky)
[ $# -gt 0 ] || set -- 17 18

if [ "$(id -u)" != 0 ]; then
	echo "Chroots need root: sudo make test-versions" >&2
	exit 1
fi
if ! command -v mmdebstrap >/dev/null; then
	echo "Installing mmdebstrap, which makes the chroots."
	export DEBIAN_FRONTEND=noninteractive
	apt-get update >/dev/null && apt-get install -y --no-install-recommends mmdebstrap >/dev/null || exit
fi

copy='' chroot='' child=''
clean_up() {
	local status=$?
	trap - EXIT
	[ -z "$child" ] || { kill "$child" && wait "$child"; } 2>/dev/null
	[ -z "$copy" ] || rm -rf -- "$chroot$copy"
	exit $status
}
trap clean_up EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP

# Old lists are taken too, or a machine could not test what it could test yesterday.
make_chroot() { # MAJOR
	echo "Making a chroot with PostgreSQL $1 (${release[$1]}) in $chroot ..."
	mkdir -p "$versions"
	mmdebstrap --mode=root --variant=apt \
		--aptopt='Acquire::Check-Valid-Until "false"' --aptopt='APT::Install-Recommends "false"' --dpkgopt=force-unsafe-io \
		--setup-hook='mkdir -p "$1"/etc/postgresql-common/createcluster.d; echo "create_main_cluster = false" >"$1"/etc/postgresql-common/createcluster.d/none.conf' \
		--include="postgresql-$1,postgresql-server-dev-$1,postgresql-$1-pgtap,libtap-parser-sourcehandler-pgtap-perl,libipc-run-perl,build-essential,perl" \
		"${release[$1]}" "$chroot.new" >"$chroot.log" 2>&1 || {
		tail -20 "$chroot.log" >&2
		rm -rf -- "$chroot.new"
		return 1
	}
	mv "$chroot.new" "$chroot"
}

failed=()
for major in "$@"; do
	chroot=$versions/pg$major
	if [ -z "${release[$major]:-}" ]; then
		echo "No Debian release is known here for PostgreSQL $major." >&2
		exit 1
	fi
	[ -x "$chroot/usr/lib/postgresql/$major/bin/postgres" ] || make_chroot "$major" || {
		failed+=("$major")
		continue
	}
	dir=$(mktemp -d "$chroot/tmp/tree.XXXXXX") || exit
	copy=${dir#"$chroot"}
	tar --exclude=./.git --exclude='*.o' --exclude='*.bc' --exclude='*.so' -cf - . | tar -C "$dir" --no-same-owner -xf - || exit
	echo "== PostgreSQL $major"
	chroot "$chroot" env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root TMPDIR=/tmp \
		PG_CONFIG="/usr/lib/postgresql/$major/bin/pg_config" \
		bash "$copy/tests/run.sh" ${TESTS:-} &
	child=$!
	wait $child || failed+=("$major")
	child=''
	rm -rf -- "$dir"
	copy=''
done

if [ ${#failed[@]} -gt 0 ]; then
	echo "Failed on PostgreSQL ${failed[*]}"
	exit 1
fi
echo "Passed on PostgreSQL $*"
