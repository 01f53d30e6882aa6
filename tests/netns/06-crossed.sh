#!/usr/bin/env bash
# SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
# Two groups share two hosts: each host is master of one, and takes the
# other's when it dies.
#
#   a: vhid 1 preferred    b: vhid 2 preferred    c (client)
#      |                      |                      |
#   ---+----------------------+----------------------+---  br0
#        vhid 1: .100 and ::100     vhid 2: .200 and ::200
source "$(dirname "$0")/lib.sh"
hosts a b c
ONE=(--vhid 1 --vip "$VIP4/24" --vip "$VIP6/64" --preempt)
TWO=(--vhid 2 --vip 192.0.2.200/24 --vip 2001:db8::200/64 --preempt)

crossed() {
	state_is a 1 master && state_is b 1 backup &&
		state_is a 2 backup && state_is b 2 master
}

attach a "${ONE[@]}"
ok "a second attach joins the controller" attach a "${TWO[@]}" --advskew 100
attach b "${ONE[@]}" --advskew 100
attach b "${TWO[@]}"
eventually 10 "each host is master of one" crossed
ok "ARP: vhid 1 has its own MAC" answers_arp "$VIP4" "$(virtual_mac 1)"
ok "ARP: vhid 2 has its own MAC" answers_arp 192.0.2.200 "$(virtual_mac 2)"
ok "ND: vhid 1" answers_nd "$VIP6" "$(virtual_mac 1)"
ok "ND: vhid 2" answers_nd 2001:db8::200 "$(virtual_mac 2)"
for vip in "$VIP4" 192.0.2.200 "$VIP6" 2001:db8::200; do
	ok "c pings $vip" pings "$vip"
done

crash a
eventually 8 "b takes vhid 1 too" state_is b 1 master
ok "and keeps vhid 2" state_is b 2 master
for vip in "$VIP4" 192.0.2.200 "$VIP6" 2001:db8::200; do
	ok "c pings $vip on b" pings "$vip"
done

ok "one group leaves b" carp b detach eth0 --vhid 2
ok "the other stays" state_is b 1 master
refute "its VIP is gone" has_address b 192.0.2.200
ok "the other's is there" pings "$VIP4"
