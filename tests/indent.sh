#!/bin/bash
# indent.sh [--check]: PostgreSQL's pgindent over the C files, in place or only telling.
#
# pgindent comes with the development files of PostgreSQL 17 and later.  Where the
# server here is older, the one in a chroot of `make test-versions` is used.

cd "$(dirname "$0")/.." || exit
shopt -s nullglob
versions=${VERSIONS_DIR:-${TMPDIR:-/tmp}/isms-versions}
mode=(--check --diff)
[ "${1:-}" = --check ] || mode=()
files=(extension/*/*.[ch])

# Names that pgindent has to know as types: PostgreSQL's list, and ours read from the source.
own_types() {
	sed -nE 's/^\} ([A-Za-z_0-9]+);.*/\1/p; s/^typedef .*[ *]([A-Za-z_0-9]+);.*/\1/p; s/^typedef struct ([A-Za-z_0-9]+)$/\1/p' "${files[@]}" | sort -u | paste -sd' '
}
types=$(own_types)

for bin in "$(${PG_CONFIG:-pg_config} --bindir 2>/dev/null)" /usr/lib/postgresql/{18,17}/bin; do
	if [ -x "$bin/pgindent" ]; then
		exec env PATH="$bin:$PATH" "$bin/pgindent" "${mode[@]}" \
			--typedefs="$("$bin/pg_config" --sharedir)/typedefs.list" \
			${types:+--list-of-typedefs="$types"} "${files[@]}"
	fi
done

for major in 18 17; do
	chroot=$versions/pg$major bin=/usr/lib/postgresql/$major/bin
	if [ -x "$chroot$bin/pgindent" ] && [ "$(id -u)" = 0 ]; then
		copy=$(mktemp -d "$chroot/tmp/indent.XXXXXX")
		trap 'rm -rf -- "$copy"' EXIT
		cp --parents "${files[@]}" "$copy"
		chroot "$chroot" env PATH="$bin:/usr/bin:/bin" sh -c 'cd "$1" && shift && exec pgindent "$@"' sh "${copy#"$chroot"}" \
			"${mode[@]}" --typedefs="/usr/share/postgresql/$major/typedefs.list" \
			${types:+--list-of-typedefs="$types"} "${files[@]}"
		status=$?
		if [ ${#mode[@]} = 0 ] && [ $status = 0 ]; then
			for file in "${files[@]}"; do
				cmp -s "$copy/$file" "$file" || cp "$copy/$file" "$file"
			done
		fi
		exit $status
	fi
done

echo "No pgindent here: it comes with postgresql-server-dev-17 or later, and is in the chroots of make test-versions." >&2
exit 3
