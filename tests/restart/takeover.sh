#!/usr/bin/env bash
# SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
# The controller is replaced by another process, by turns of this binary and
# of one of another version, while a client asks for the VIP a thousand times a
# second: the master's, then the backup's.  Nobody notices.
#   takeover.sh [RESTARTS]     a campaign's worth; else a sample
#
#   a                b                c (asks, 1,000/s)
#      |                |                 |
#   ---+----------------+-----------------+---  br0   vhid 3, both families
#                                               advbase 0: dead after 12 ms
# shellcheck source=tests/restart/lib.sh
source "$(dirname "$0")/lib.sh"
SAMPLE=10
RESTARTS=${1:-$SAMPLE}
hosts a b c
GROUP=(--vhid 3 --vip "$VIP4/24" --vip "$VIP6/64" --advbase 0)

first a
first b
attach a "${GROUP[@]}"
wait_until 20 state_is a 3 master
attach b "${GROUP[@]}" --advskew 1
wait_until 40 master_is_a

watch

# By turns.
turn=0
replace() {
	turn=$((turn + 1))
	if ((turn % 2)); then takeover "$1" "$NEXT"; else
		takeover "$1" "$CARP_BINARY"
	fi
}
has_version() {
	takeover "$1" "$NEXT"
	[[ $(carp "$1" status -j | jq -r .program) == *+next ]]
}

sample() {
	sampled "$SAMPLE" "$2" replace "$1"
	ok "$2: no reply lost, no change of state, nothing later than the dead time" \
		unnoticed
}

campaign() {
	local lost=0 asked=0 changes=0 clean=0 excused=0 violated=0
	while ((clean + excused + violated < RESTARTS)); do
		for host in a a a b; do
			wait_until 40 master_is_a >/dev/null
			trials 25 replace "$host"
			asked=$((asked + ASKED)) lost=$((lost + LOST))
			clean=$((clean + CLEAN)) excused=$((excused + EXCUSED))
			changes=$((changes + CHANGED))
			violated=$((violated + VIOLATED))
			say_trials "$host"
		done
	done
	echo "figure: $clean restarts that nobody noticed, $excused while the" \
		"machine was away ($lost of $asked replies lost, $changes" \
		"changes of state), $violated violations"
	ok "nobody noticed" [ "$violated" == 0 ]
}

if ((RESTARTS > SAMPLE)); then
	campaign
else
	sample a "the master's"
	sample b "the backup's"
	ok "its version has changed" has_version b
fi
