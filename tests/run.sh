#!/bin/bash
# run.sh [KIND...]: builds the extension and runs its tests in a throw-away cluster.
#
# Kinds: build lint regress isolation pgtap tap; all of them without arguments.
# The last line is "N passed, M failed"; the exit status is 0 only if M is 0.
# KEEP=1 leaves the folder with logs and results, and says where it is.

. "$(dirname "$0")/lib/cluster.sh"

kinds=" ${*:-build lint regress isolation pgtap tap} "
passed=0 failed=0 failures=()
wanted() { [[ $kinds == *" $1 "* ]]; }

result() { # NAME OKS FAILURES [LOG]
	passed=$((passed + $2)) failed=$((failed + $3))
	if [ "$3" = 0 ]; then
		printf 'ok      %s (%s)\n' "$1" "$2"
	else
		printf 'FAILED  %s (%s of %s)\n' "$1" "$3" "$(($2 + $3))"
		failures+=("$1")
		[ -z "${4:-}" ] || grep -vE '^ok ' "$4" | sed 's/^/    /'
	fi
}

# A program that writes TAP: each assertion counts; dying or a wrong plan is one failure more.
# What it logs elsewhere is in $program_log.
tap() { # NAME COMMAND...
	local name=$1 log status oks nots skip
	shift
	log=$work/log/${name//\//.}.log
	step "$@" >"$log" 2>&1
	status=$?
	oks=$(grep '^ok ' "$log" | grep -vic '# skip')
	nots=$(grep -c '^not ok ' "$log")
	skip=$(sed -n 's/.* \.\. skipped: //p' "$log")
	if [ -n "$skip" ]; then
		printf 'skipped %s (%s)\n' "$name" "$skip"
		return
	fi
	[ $status = 0 ] || [ "$nots" -gt 0 ] || nots=1
	[ $((oks + nots)) -gt 0 ] || nots=1
	[ $status = 0 ] || [ ! -e "${program_log:-}" ] || tail -n 20 "$program_log" >>"$log"
	result "$name" "$oks" "$nots" "$log"
}

# pg_regress and pg_isolation_regress: a file is a test; they differ in how they say so by version.
regress() { # PROGRAM NAME FOLDER TEST...
	local program=$1 name=$2 folder=$3 log=$work/log/$2.log out=$work/$2 status
	# a test begins by dropping what the one before it left
	local -x PGOPTIONS='-c isms.allow_drop=on'
	shift 3
	"${as_server[@]}" mkdir "$out"
	step "${as_server[@]}" "$program" --inputdir="$folder" --outputdir="$out" --bindir="$bindir" \
		--host="$PGHOST" --port="$PGPORT" --user="$PGUSER" --dbname="regress_$name" --load-extension=isms "$@" >"$log" 2>&1
	status=$?
	local oks nots
	oks=$(grep -cE '^ok |\.\.\. +ok( |$)' "$log")
	nots=$(grep -cE '^not ok |\.\.\. +FAILED' "$log")
	[ $status = 0 ] || [ "$nots" -gt 0 ] || nots=1
	[ ! -s "$out/regression.diffs" ] || cat "$out/regression.diffs" >>"$log"
	result "$name" "$oks" "$nots" "$log"
}

find_server || fail "No PostgreSQL to test with; tests/setup.sh test installs one."
started=$SECONDS
open_folder
echo "isms on PostgreSQL $("$PG_CONFIG" --version | cut -d' ' -f2), in $work"
build_copy
mkdir "$work/log"
[ ${#as_server[@]} = 0 ] || chown postgres: "$work/log"

if wanted build; then
	grep -E 'warning: ' "$work/build.log" >"$work/log/warnings.log"
	result "build without warnings" "$([ -s "$work/log/warnings.log" ] && echo 0 || echo 1)" \
		"$(grep -c . "$work/log/warnings.log")" "$work/build.log"
fi

cd "$work/isms" || exit
if wanted lint; then
	tap lint tests/lint.sh
fi

# Where the extension cannot be created every other test would only say so again.
if wanted regress || wanted isolation || wanted pgtap || wanted tap; then
	# To drop the extension takes a lock for each of its objects.
	start_cluster "max_prepared_transactions = 2" "max_connections = 50" "max_locks_per_transaction = 256"
	log=$work/log/create.log
	if psql -Xqc "create database template_isms" >"$log" 2>&1 &&
		psql -Xqd template_isms -v ON_ERROR_STOP=1 -c "create extension isms" >>"$log" 2>&1; then
		result "create extension" 1 0
	else
		result "create extension" 0 1 "$log"
		kinds=
	fi
fi

shopt -s nullglob
if wanted regress; then
	names=()
	for file in sql/*.sql; do
		name=$(basename "$file" .sql)
		if [ -e "expected/$name.out" ]; then names+=("$name"); else result "$file has no expected/$name.out" 0 1; fi
	done
	[ ${#names[@]} = 0 ] || regress "$suites/regress/pg_regress" regress . "${names[@]}"
fi
if wanted isolation; then
	names=(tests/isolation/specs/*.spec)
	names=("${names[@]##*/}")
	[ ${#names[@]} = 0 ] || regress "$suites/isolation/pg_isolation_regress" \
		isolation tests/isolation "${names[@]%.spec}"
fi

# Each pgTAP file has a database of its own, with the extension fresh and inactive.
if wanted pgtap; then
	psql -Xqd template_isms -c "create extension pgtap"
	for file in tests/pgtap/*.sql; do
		name=${file#tests/pgtap/}
		psql -Xqc "create database \"pgtap_${name%.sql}\" template template_isms"
		tap "pgtap/$name" pg_prove --verbose --failures --dbname "pgtap_${name%.sql}" "$file"
	done
fi

# Each TAP file makes the servers it needs; TEMP_CONFIG tells them where the extension is.
# Real data to try imports on stands beside the checkout, if at all.
if wanted tap; then
	for folder in evaluator oscal; do
		if [ -d "$root/../shared/data/$folder" ]; then
			"${as_server[@]}" mkdir -p "$work/shared/data"
			cp -r "$root/../shared/data/$folder" "$work/shared/data/"
			chmod -R a+rX "$work/shared"
		fi
	done
	for file in tests/tap/*.pl; do
		name=${file#tests/tap/}
		dir=$work/tap/${name%.pl} program_log=$work/tap/${name%.pl}/tmp_check/log/regress_log_${name%.pl}
		"${as_server[@]}" mkdir -p "$dir/tmp_check/log" "$dir/tmp"
		tap "tap/$name" "${as_server[@]}" env TEMP_CONFIG="$work/extension.conf" TMPDIR="$dir/tmp" \
			TESTDIR="$dir" TESTDATADIR="$dir/tmp_check" TESTLOGDIR="$dir/tmp_check/log" \
			PG_REGRESS="$suites/regress/pg_regress" \
			PGPORT=5432 prove --verbose -I "$suites/perl" "$file"
	done
fi

[ -z "$keep" ] || echo "Logs and results are in $work"
if [ ${#failures[@]} -gt 0 ]; then
	echo
	printf 'Failed: %s\n' "${failures[@]}"
fi
printf '\n%s seconds\n%s passed, %s failed\n' $((SECONDS - started)) "$passed" "$failed"
[ "$failed" = 0 ] && [ "$passed" -gt 0 ]
