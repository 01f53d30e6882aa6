#!/usr/bin/env bash
# SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
# A group without IPv4, asked in every way a Linux host asks.
#
#   a (preferred)   b (advskew 50)    c (client, with DAD)
#      |                |                 |
#   ---+----------------+-----------------+---  br0
#            vhid 9: 2001:db8::100, fe80::100
source "$(dirname "$0")/lib.sh"
hosts a b c
VMAC=$(virtual_mac 9)
GROUP=(--vhid 9 --vip "$VIP6/64" --vip fe80::100/64)
RECORD=$HOSTS_DIR/record

wire switch "$RECORD" record a b c
attach a "${GROUP[@]}"
attach b "${GROUP[@]}" --advskew 50
eventually 8 "a becomes master" state_is a 9 master
ok "b is backup" state_is b 9 backup
ok "a has the VIP, usable at once" \
	fails grep -q tentative <(on a ip addr show dev eth0 to "$VIP6")
refute "no IPv4 advertisement is sent" any_recorded "$RECORD" \
	'.kind == "advert" and .family == 4'
ok "they go to ff02::12" any_recorded "$RECORD" \
	'.kind == "advert" and .target == "ff02::12" and .eth_target == "33:33:00:00:00:12"'

ok "ndisc6 gets the virtual MAC" answers_nd "$VIP6" "$VMAC"
ok "for a link-local VIP too" answers_nd fe80::100 "$VMAC"
ok "ping resolves and passes" pings "$VIP6"
ok "ping to the link-local VIP" on c ping -n -c1 -W1 fe80::100%eth0

confirmed() {
	on c ip -j -6 neigh show to "$VIP6" dev eth0 |
		jq -e '.[0].state[0] == "REACHABLE"'
}
on c ip neigh replace "$VIP6" lladdr "$VMAC" dev eth0 nud probe
eventually 5 "a unicast solicitation is answered" confirmed
ok "it was sent to the virtual MAC" any_recorded "$RECORD" \
	".port == \"c\" and .kind == \"ns\" and .eth_target == \"$VMAC\""

on c sysctl -qw net.ipv6.conf.eth0.accept_dad=1
on c ip addr add "$VIP6/64" dev eth0
dad_failed() { on c ip addr show dev eth0 to "$VIP6" | grep dadfailed; }
eventually 5 "c may not take the VIP: its DAD fails" dad_failed
on c ip addr del "$VIP6/64" dev eth0
ok "the answer went to all nodes" any_recorded "$RECORD" \
	".port == \"a\" and .kind == \"na\" and .target == \"ff02::1\" and .address == \"$VIP6\""

crash a
eventually 8 "b takes over" state_is b 9 master
ok "ping the VIP on b" pings "$VIP6"
ok "b said so to all nodes, override set" any_recorded "$RECORD" \
	".port == \"b\" and .target == \"ff02::1\" and .flags % 2 == 1
	and .mac == \"$VMAC\""
