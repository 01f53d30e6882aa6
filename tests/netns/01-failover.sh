#!/usr/bin/env bash
# SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
# Election and failover, one group with a VIP of each family.
#
#   a (preferred)   b (advskew 100)   c (client)
#      |                |                 |
#   ---+----------------+-----------------+---  br0
#        vhid 3: 192.0.2.100, 2001:db8::100
source "$(dirname "$0")/lib.sh"
hosts a b c
VMAC=$(virtual_mac 3)
GROUP=(--vhid 3 --vip "$VIP4/24" --vip "$VIP6/64")

client_is_served() {
	ok "$1: c pings the IPv4 VIP" pings "$VIP4"
	ok "$1: c pings the IPv6 VIP" pings "$VIP6"
	ok "$1: ARP gives the virtual MAC" answers_arp "$VIP4" "$VMAC"
	ok "$1: neighbour discovery too" answers_nd "$VIP6" "$VMAC"
}

# The master's kernel must ask for the client's MAC before it can answer, and
# asks in the name of the VIP: that must not teach the client the NIC's MAC.
knows_virtual_mac() {
	on a ip neigh flush dev eth0
	pings "$1" && on c ip neigh show to "$1" dev eth0 | grep "$VMAC"
}

wire switch "$HOSTS_DIR/record" record a b
attach a "${GROUP[@]}" --preempt
ok "a starts as backup" state_is a 3 backup
attach b "${GROUP[@]}" --preempt --advskew 100
eventually 8 "a becomes master" state_is a 3 master
eventually 5 "b is backup" sole_master 3 a b
ok "a has the IPv4 VIP" has_address a "$VIP4"
ok "a has the IPv6 VIP" has_address a "$VIP6"
refute "b has no VIP" has_address b "$VIP4"
ok "b knows the master" [ "$(group b 3 .master.address)" != null ]
client_is_served "a master"
stays 1 "there is one master" sole_master 3 a b
# Two seconds, because for one Linux believes no second MAC.
stays 2 "c keeps the virtual MAC while a's kernel asks back" \
	knows_virtual_mac "$VIP4"
stays 2 "in IPv6 too" knows_virtual_mac "$VIP6"

crash a
killed=$(date +%s%N)
eventually 8 "b takes over from a killed controller" state_is b 3 master
client_is_served "b master"
note "takeover on the wire: $(($(handover "$HOSTS_DIR/record" a b) / 1000)) ms"
ok "the crash left a's VIP behind" has_address a "$VIP4"
ok "and a's XDP program" has_program a
stays 1 "yet b alone answers" answers_arp "$VIP4" "$VMAC"
first_b=$(recorded "$HOSTS_DIR/record" \
	'.port == "b" and .kind == "advert"' | jq -s "map(select(.t > $killed).t) | min")
refute "a is mute from then on" any_recorded "$HOSTS_DIR/record" \
	".port == \"a\" and .t > $first_b and (.mac == \"$VMAC\" or .kind == \"advert\")"
ok "takeover was announced by ARP" any_recorded "$HOSTS_DIR/record" \
	".port == \"b\" and .t > $killed and .gratuitous and .mac == \"$VMAC\""
ok "and by a neighbour advertisement" any_recorded "$HOSTS_DIR/record" \
	".port == \"b\" and .t > $killed and .kind == \"na\" and .target == \"ff02::1\""

on a ip addr add 192.0.2.77/24 dev eth0
attach a "${GROUP[@]}"
refute "a new attach removes what the crash left" has_address a "$VIP4"
refute "in both families" has_address a "$VIP6"
ok "an administrator's address survives" has_address a 192.0.2.77
carp a set eth0 --vhid 3 --preempt >/dev/null
eventually 8 "a preempts" state_is a 3 master
eventually 2 "b yields" state_is b 3 backup
client_is_served "a again"
