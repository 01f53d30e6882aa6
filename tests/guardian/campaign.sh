#!/usr/bin/env bash
# SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
# Deaths of controllers until SECONDS_MAX is over, or so many:
#   campaign.sh [DEATHS]
# By turns at advbase 1 and 0, by SIGKILL, SIGSEGV and SIGABRT.  A death that
# nobody takes over from within half the dead time, two voices and a client
# that is not served are violations.
# shellcheck source=tests/guardian/lib.sh
source "$(dirname "$0")/lib.sh"
WANTED=${1:-1000000}
END=$((EPOCHSECONDS + ${SECONDS_MAX:-60}))
BLOCK=25
deaths=0 violations=0
all=() late=()

violated() {
	violations=$((violations + 1))
	note "violation: $*"
}

goes_on() { ((deaths < WANTED && EPOCHSECONDS < END)); }

# block HALF-DEAD-TIME ARGUMENT...: in microseconds.
block() {
	local half=$1 i took
	shift
	begin "$@"
	TOOK=() FAREWELL=() TWO_VOICES=() SERVED=()
	for ((i = 0; i < BLOCK; i++)); do
		goes_on || break
		deaths=$((deaths + 1))
		round "${DEATHS[i % ${#DEATHS[@]}]}" "$@" || {
			violated "nobody took over"
			break
		}
	done
	for took in "${TOOK[@]}"; do
		((took < half)) || late+=("$took")
	done
	all+=("${TOOK[@]}")
	((${#TWO_VOICES[@]} == 0)) || violated "two voices: ${TWO_VOICES[*]}"
	((${#SERVED[@]} == ${#TOOK[@]})) || violated "a client was not served"
	end
}

milliseconds() { awk -v us="$1" 'BEGIN { printf "%.1f", us / 1000 }'; }

while goes_on; do
	block 1500000 --advbase 1
	! goes_on || block 195000 "${FAST[@]}"
done
((${#late[@]} == 0)) || violated "later than half the dead time: ${late[*]} us"
echo "figure: $deaths deaths of controllers, ms to the first gratuitous ARP:" \
	"median $(milliseconds "$(part 50 "${all[@]}")")," \
	"90 % $(milliseconds "$(part 90 "${all[@]}")")," \
	"99 % $(milliseconds "$(part 99 "${all[@]}")")," \
	"longest $(milliseconds "$(part 100 "${all[@]}")");" \
	"$violations violations"
ok "nothing but takeovers" [ "$violations" == 0 ]
stop "$PROBER"
