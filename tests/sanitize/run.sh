#!/usr/bin/env bash
# SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
# Runs tests, as scripts/run-tests.sh does, with the program of build/asan; it is
# not enough that they pass: no process may have had anything to report, a leak
# at its end included.
#   run.sh SUITE FILE... [SUITE FILE...]
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
PLACE=$(mktemp -d)
chmod 1777 "$PLACE" # not all of them are root
trap 'rm -rf "$PLACE"' EXIT
REPORT=log_path=$PLACE/report:print_stacktrace=1
# A crash is the tests' to notice: some of them send SIGSEGV themselves.
export ASAN_OPTIONS=$REPORT:handle_segv=0
export UBSAN_OPTIONS=$REPORT
export LSAN_OPTIONS=exitcode=23
export CARP_BINARY=$PWD/build/asan/carp-xdp LOGS=build/asan/test-logs
bad=0

# The same flags and the same net catch what is caught: each of these is wrong.
reported() {
	local name=$1 found
	printf '%s\n' '#include <stdlib.h>' \
		'int main(int n, char **arguments) { (void)arguments;' \
		"$2 return 0; }" >"$PLACE/wrong.c"
	gcc -O1 -g -fsanitize=address,undefined -fno-sanitize-recover=all \
		-static-libasan -static-libubsan "$PLACE/wrong.c" -o "$PLACE/wrong"
	"$PLACE/wrong" >/dev/null 2>&1 || true
	found=$(grep -lE "$3" "$PLACE"/report.* 2>/dev/null || true)
	rm -f "$PLACE"/report.*
	[[ $found ]] || {
		echo "not ok - $name is reported"
		bad=1
	}
}
reported "an overflow of the heap" \
	'volatile char *p = malloc(n); p[n] = 1;' heap-buffer-overflow
reported "an overflow of a number" \
	'volatile int i = 0x7fffffff; i += n;' "signed integer overflow"
reported "a leak" 'volatile char *p = malloc(n); p[0] = 1; p = NULL;' \
	"detected memory leaks"

scripts/run-tests.sh "$@" || bad=1
for file in "$PLACE"/report.*; do
	[[ -e $file ]] || continue
	echo "not ok - a report of a sanitizer:"
	sed 's/^/#   /' "$file" | head -40
	bad=1
done
[[ $bad == 0 ]] && echo "ok - no sanitizer has anything to report"
exit "$bad"
