#!/usr/bin/env bash
# SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
# The master changes twenty times between two living hosts.  Both send from
# the virtual MAC within microseconds of each other then, and the bridge
# believes the last: it must be the new master's frame, or the client talks to
# the wrong port until the next advertisement.
#
#   a                b (advskew 80)   c (pings)
#      |                |                 |
#   ---+----------------+-----------------+---  br0   vhid 3, both families
source "$(dirname "$0")/lib.sh"
hosts a b c
GROUP=(--vhid 3 --vip "$VIP4/24" --vip "$VIP6/64" --preempt --advbase 0)
ROUNDS=10

attach a "${GROUP[@]}" --advskew 120
attach b "${GROUP[@]}" --advskew 80
wait_until 5 state_is b 3 master
wait_until 5 sole_master 3 a b

# move_to HOST ADVSKEW-OF-A: counts the pings that do not come through in less
# than an interval.
lost=0
move_to() {
	local master=$1 backup
	[[ $master == a ]] && backup=b || backup=a
	carp a set eth0 --vhid 3 --advskew "$2" >/dev/null
	wait_until 5 state_is "$master" 3 master
	wait_until 5 state_is "$backup" 3 backup
	on c ping -n -q -c1 -W0.15 "$VIP4" >/dev/null || lost=$((lost + 1))
}
for ((round = 0; round < ROUNDS; round++)); do
	move_to a 40
	move_to b 120
done
note "$lost of $((2 * ROUNDS)) handovers left the client waiting"
ok "after every handover the client reaches the new master at once" \
	[ "$lost" == 0 ]
