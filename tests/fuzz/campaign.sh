#!/usr/bin/env bash
# SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
# One chunk: of SECONDS_MAX, seven tenths go to frames at full speed on every
# CPU, two to libFuzzer, one to the comparison with the kernel's program.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
: "${SEED:?}" "${SECONDS_MAX:?}"
LOGS=build/fuzz/logs
mkdir -p "$LOGS"
violations=0 pids=()

# number PATTERN FILE...: the sum of the first number behind it.
number() {
	local pattern=$1
	shift
	sed -n "s/$pattern\([0-9]*\).*/\1/p" "$@" |
		awk '{ sum += $1 } END { printf "%d\n", sum }'
}

for ((cpu = 0; cpu < $(nproc); cpu++)); do
	SEED=$((SEED * 64 + cpu)) SECONDS_MAX=$((SECONDS_MAX * 7 / 10)) \
		build/tests/fuzz/flood >"$LOGS/flood-$cpu.log" 2>&1 &
	pids+=($!)
done
for pid in "${pids[@]}"; do
	wait "$pid" || violations=$((violations + 1))
done
tail -qn 4 "$LOGS"/flood-*.log

SECONDS_MAX=$((SECONDS_MAX * 2 / 10)) tests/fuzz/targets.sh |
	tee "$LOGS/targets.log" || violations=$((violations + 1))
SECONDS_MAX=$((SECONDS_MAX / 10)) build/tests/fuzz/differential \
	2>&1 | tee "$LOGS/differential.log" || violations=$((violations + 1))

frames=$(number 'figure: ' "$LOGS"/flood-*.log)
both=$(number 'figure: ' "$LOGS/differential.log")
sanitized=$(number '# frames: .* inputs, ' "$LOGS/targets.log")
inputs=$(number '# [^f][a-z]*: ' "$LOGS/targets.log")
echo "figure: $frames frames judged, $sanitized more under" \
	"sanitizers, $both through the kernel's program too," \
	"$inputs other inputs, $violations violations"
((violations == 0))
