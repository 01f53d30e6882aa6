#!/usr/bin/env bash
# SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
# Runs test programs, one after the other, and counts:
#   run-tests.sh [all] SUITE FILE... [SUITE FILE...]
# A word without a slash begins a suite.  Files of static pass or fail whole,
# those of unit and bpf are Criterion's, all others say "ok - ", "not ok - " or
# "skip - " a line each, and "# " before what is worth reading in any case.
# One line per program, its output only if it fails (always in
# build/test-logs/), a sum per suite, and one closing line of counts.  With CI
# in the environment a skip is a failure.  LIMIT: seconds a program may take.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
LOGS=${LOGS:-build/test-logs}
LIMIT=${LIMIT:-300}
mkdir -p "$LOGS"

suites=()
declare -A passed=() failed=() skipped=()

# lines PATTERN: how many of the log match.
lines() { grep -cE -- "$1" "$log" || true; }

# criterion FIELD: the sum of a field of Criterion's closing lines.
criterion() {
	sed -n "s/.*Synthesis:.*$1: \(\x1b\[[0-9;]*m\)*\([0-9]*\).*/\2/p" \
		"$log" | awk '{ sum += $1 } END { print sum + 0 }'
}

# Sets good, bad, left from the log and the exit status.
count() {
	local suite=$1 status=$2
	case $suite in
	static)
		good=0 bad=0 left=$(lines '^skip - ')
		if [[ $status != 0 ]]; then
			bad=1
		elif [[ $left == 0 ]]; then
			good=1
		fi
		;;
	unit | bpf)
		good=$(criterion Passing) left=$(lines '\[.*SKIP')
		bad=$(($(criterion Tested) - good))
		;;
	*)
		good=$(lines '^ok - ') bad=$(lines '^not ok - ')
		left=$(lines '^skip - ')
		;;
	esac
	: "${good:=0}" "${bad:=0}" "${left:=0}"
	# Failed without a count, or ended without having tested anything.
	if [[ $bad == 0 && ($status != 0 || $((good + left)) == 0) ]]; then
		bad=1
	fi
	if [[ -n ${CI:-} ]]; then
		bad=$((bad + left)) left=0
	fi
}

run() {
	local suite=$1 file=$2 status=0 start=${EPOCHREALTIME/[.,]/} word=pass
	local good bad left log=$LOGS/$1-${2##*/}.log took
	local command=("./$file")
	# Criterion tells of skipped tests only when asked to tell all.
	[[ $suite != unit && $suite != bpf ]] || command+=(--verbose)
	timeout --kill-after=20 "$LIMIT" "${command[@]}" >"$log" 2>&1 ||
		status=$?
	[[ $status != 124 ]] || echo "ended after $LIMIT s" >>"$log"
	took=$(((${EPOCHREALTIME/[.,]/} - start) / 1000))
	count "$suite" "$status"
	[[ $bad == 0 ]] || word=FAIL
	printf '  %-4s %-34s %3d passed, %d failed, %d skipped  %3d.%d s\n' \
		"$word" "$file" "$good" "$bad" "$left" \
		$((took / 1000)) $((took % 1000 / 100))
	if [[ $bad == 0 ]]; then
		grep -E '^# ' "$log" | sed 's/^/       /' || true
	else
		grep -vE '\[.*(RUN|PASS)' "$log" | sed 's/^/       | /' || true
	fi
	passed[$suite]=$((passed[$suite] + good))
	failed[$suite]=$((failed[$suite] + bad))
	skipped[$suite]=$((skipped[$suite] + left))
}

suite=
for word in "$@"; do
	case $word in
	all) ;;
	*/*) run "$suite" "$word" ;;
	*)
		suite=$word
		suites+=("$suite")
		passed[$suite]=0 failed[$suite]=0 skipped[$suite]=0
		echo "$suite"
		;;
	esac
done

echo
good=0 bad=0 left=0
for suite in "${suites[@]}"; do
	printf '%-10s %4d passed, %d failed, %d skipped\n' "$suite" \
		"${passed[$suite]}" "${failed[$suite]}" "${skipped[$suite]}"
	good=$((good + passed[$suite]))
	bad=$((bad + failed[$suite]))
	left=$((left + skipped[$suite]))
done
echo
echo "$good passed, $bad failed, $left skipped"
[[ $bad == 0 && $good != 0 ]]
