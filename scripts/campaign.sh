#!/usr/bin/env bash
# SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
# Runs one chunk of a campaign and writes its figure into docs/assurance.md,
# whether it went well or not:
#   campaign.sh NAME COMMAND [ARGUMENT...]
# COMMAND gets SEED in its environment (the caller's, else the time in seconds)
# and SECONDS_MAX, how long it may go on (6,000 unless the caller says).  What
# it did it says in one line, the last that begins so:
#   figure: 1000000 advertisements, 12000 faults, 0 violations
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
LEDGER=docs/assurance.md
NAME=$1
shift
export SEED=${SEED:-$EPOCHSECONDS} SECONDS_MAX=${SECONDS_MAX:-6000}
LOG=build/campaigns/$NAME-$SEED.log
mkdir -p "${LOG%/*}"

status=0 start=$EPOCHSECONDS
"$@" 2>&1 | tee "$LOG" || status=$?
figure=$(sed -n 's/^figure: //p' "$LOG" | tail -n1)
if [[ $status != 0 || -z $figure ]]; then
	figure="FAILED: ${figure:-no figure}"
	status=${status/#0/1}
fi
version=$(git describe --always --dirty 2>/dev/null || cat VERSION)
printf '| %s | %s | %s | %d cores | %d s | %s | %s |\n' \
	"$(date -u +%F)" "$NAME" "$figure" "$(nproc)" $((EPOCHSECONDS - start)) \
	"SEED=$SEED make campaign-$NAME" "$version" >>"$LEDGER"
exit "$status"
