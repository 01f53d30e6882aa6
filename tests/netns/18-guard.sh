#!/usr/bin/env bash
# SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
# The way out is guarded: only the master sends from the virtual MAC, whatever
# runs on the others, raw sockets and a forgotten address included.
#
#   a (preferred)   b (advskew 20)
#      |                |
#   ---+----------------+---  br0   who sent what is read at the bridge's ports
source "$(dirname "$0")/lib.sh"
hosts a b
GROUP=(--vhid 3 --vip "$VIP4/24" --vip "$VIP6/64" --preempt)
VMAC=$(virtual_mac 3)
INJECT=$HOSTS_TOP/tests/netns/inject.py

attach a "${GROUP[@]}"
attach b "${GROUP[@]}" --advskew 20
wait_until 8 state_is a 3 master
wait_until 3 sole_master 3 a b

wire switch "$HOSTS_DIR/record" record a b
RECORDER=$SPAWNED
from_vmac() {
	any_recorded "$HOSTS_DIR/record" \
		".kind == \"arp\" and .eth_source == \"$VMAC\" and .port == \"$1\""
}
guarded() { [[ $(group "$1" 3 .counters.out_guarded) -ge $2 ]]; }

on b python3 "$INJECT" from eth0 "$VMAC" >/dev/null
eventually 3 "a backup's frames from the virtual MAC are counted" guarded b 2
on a python3 "$INJECT" from eth0 "$VMAC" >/dev/null
eventually 3 "the master's leave" from_vmac a
ok "the master's are not held" [ "$(group a 3 .counters.out_guarded)" == 0 ]
refute "the backup's never reached the wire" from_vmac b

# Somebody forgot the address on the backup: it asks the network in its name.
on b ip addr add "$VIP4/32" dev eth0
on b arping -q -c2 -w1 -U -I eth0 -s "$VIP4" "$VIP4" >/dev/null || true
eventually 3 "nor does a backup claim a VIP left on its interface" guarded b 3
claims() {
	any_recorded "$HOSTS_DIR/record" \
		".kind == \"arp\" and .source == \"$VIP4\" and .port == \"b\""
}
refute "no claim of it left" claims

# A neighbour learns the virtual MAC from what the master's kernel itself asks.
on b ip addr del "$VIP4/32" dev eth0
on a ip neigh flush dev eth0
on a ping -q -c1 -W1 -I "$VIP4" 192.0.2.2 >/dev/null || true
asked() {
	any_recorded "$HOSTS_DIR/record" ".kind == \"arp\" and .op == 1
		and .source == \"$VIP4\" and .address == \"192.0.2.2\"
		and .mac == \"$VMAC\" and .eth_source == \"$VMAC\""
}
eventually 3 "the master's kernel asks from the virtual MAC" asked
stop "$RECORDER"
