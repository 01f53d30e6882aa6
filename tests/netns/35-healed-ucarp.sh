#!/usr/bin/env bash
# SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
# A healed cut between us and ucarp, whose master answers from its own MAC and
# yields without a word: the client beside it has to learn the virtual MAC.
#
#   a: carp-xdp (preferred)          b: ucarp   c (client)
#      |                                |          |
#   ---+-- br0 ================== br1 --+----------+---     vhid 42
source "$(dirname "$0")/lib.sh"
hosts a b c
VMAC=$(virtual_mac 42)
NIC_B=02:00:00:00:00:02

on switch ip link add name br1 up type bridge forward_delay 0
on switch ip link add name left type veth peer name right
on switch ip link set dev left master br0 up
on switch ip link set dev right master br1 up
on switch ip link set dev b master br1
on switch ip link set dev c master br1
cut() { on switch ip link set dev left nomaster; }
heal() { on switch ip link set dev left master br0; }
for way in up:add down:del; do
	printf '#!/bin/sh\nip addr %s "$%d/24" dev "$%d"\n' "${way#*:}" 2 1 \
		>"$HOSTS_DIR/${way%:*}"
done
chmod +x "$HOSTS_DIR/up" "$HOSTS_DIR/down"
ucarp_is() {
	[[ $(sed -n 's/.*Switching to state: //p' "$HOSTS_DIR/ucarp" |
		tail -n1) == "$1" ]]
}
neighbour() { on c ip neigh show "$VIP4" dev eth0 | grep -qi "$1"; }

attach a --vhid 42 --vip "$VIP4/24" --compat ucarp
eventually 8 "a is master" state_is a 42 master
spawn b ucarp -i eth0 -s 192.0.2.2 -v 42 -o "$PASS" -a "$VIP4" -b 1 -k 100 \
	-u "$HOSTS_DIR/up" -d "$HOSTS_DIR/down" -z >"$HOSTS_DIR/ucarp" 2>&1
eventually 5 "ucarp is backup" ucarp_is BACKUP
took=()
for round in 1 2 3 4; do
	cut
	eventually 10 "round $round: ucarp is master beyond the cut" \
		ucarp_is MASTER
	wait_until 5 pings "$VIP4" >/dev/null
	eventually 5 "round $round: the client has ucarp's MAC" \
		neighbour "$NIC_B"
	begin=${EPOCHREALTIME/[.,]/}
	heal
	eventually 5 "round $round: the client has the virtual MAC" \
		neighbour "$VMAC"
	took+=("$(((${EPOCHREALTIME/[.,]/} - begin) / 1000))")
	eventually 3 "round $round: ucarp has yielded" ucarp_is BACKUP
	eventually 2 "round $round: the client reaches a" pings "$VIP4"
done
note "from the cable to the client's entry: ${took[*]} ms"
worst=$(printf '%s\n' "${took[@]}" | sort -n | tail -n1)
# An entry is not replaced within a second of its last change (locktime).
ok "within an advertisement interval and the client's locktime" \
	[ "$worst" -lt 2500 ]
