#!/bin/bash
# lint.sh: what can be seen in the files without a server.  Writes TAP; run in the built tree.

cd "$(dirname "$0")/.." || exit
shopt -s nullglob globstar
number=0 bad=0

# A check is a command that prints what offends, and nothing when all is well.
check() { # PROMISE COMMAND...
	local promise=$1 offending
	shift
	offending=$("$@" 2>&1)
	number=$((number + 1))
	if [ -z "$offending" ]; then
		echo "ok $number - $promise"
	else
		echo "not ok $number - $promise"
		sed 's/^/#   /' <<<"$offending"
		bad=1
	fi
}

scripts=(tests/**/*.sh .ci/run)
shell_syntax() { for f in "${scripts[@]}"; do bash -n "$f"; done; }
shell_executable() { for f in tests/*.sh tests/bench/*.sh .ci/run; do [ -x "$f" ] || echo "$f"; done; }
check "shell scripts parse" shell_syntax
check "shell scripts can be run" shell_executable
if command -v shellcheck >/dev/null; then
	check "shellcheck has no complaint" shellcheck -x -S warning -e SC1090,SC1091,SC2034,SC2154 -f gcc "${scripts[@]}"
fi

parts=()
for f in extension/*/**/*.sql; do parts+=("$f"); done
sql() { grep -nHiE "$1" "${parts[@]}"; }
check "the install script has no create or replace" sql '^\s*create or replace '
check "the install script has no if not exists" sql '^\s*create .*if not exists'
check "the install script grants nothing to a role" sql '^grant .* to [a-z_]+'
check "no line ends in a space" grep -nHE '[ 	]+$' "${scripts[@]}" "${parts[@]}" extension/**/*.[ch] tests/**/*.{sql,pl} sql/*.sql Makefile
check "no words of unfinished work" grep -rnIwE 'T[O]DO|F[I]XME|X[X]X|H[A]CK' extension tests Makefile
long_files() { wc -l extension/**/*.[ch] | awk '$2 != "total" && $1 > 1200 {print $2 ": " $1 " lines"}'; }
check "no C file is over 1,200 lines" long_files
# What the library shows beside the entry points that the server asks for.
foreign_symbols() {
	nm -D --defined-only isms.so | awk '{print $3}' |
		grep -vE '^(isms_|pg_finfo_isms_|_PG_init$|Pg_magic_func$|_init$|_fini$|__bss_start$|_edata$|_end$)'
}
[ ! -e isms.so ] || check "every symbol the library shows begins with isms_" foreign_symbols

echo "1..$number"
exit $bad
