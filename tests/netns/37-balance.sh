#!/usr/bin/env bash
# SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
# Two hosts share one address, in each of the three modes: every request is
# answered exactly once, by the host OpenBSD's hash names.
#
#   a: node 1 preferred    b: node 2 preferred    c: 64 clients
#      |                      |                      |
#   ---+----------------------+----------------------+---  br0
source "$(dirname "$0")/lib.sh"
source "$(dirname "$0")/share.sh"
hosts a b c
share_open c a b
MAC_A=02:00:00:00:00:01 MAC_B=02:00:00:00:00:02

both() { state_is a 1 master && state_is b 2 master &&
	state_is a 2 backup && state_is b 1 backup; }

for mode in ip ip-stealth ip-unicast; do
	share_wire "$mode"
	mac=$(virtual_mac 1)
	[[ $mode != ip ]] || mac=01${mac#00}
	attach a --nodes 1:0,2:100 --balancing "$mode" "${SHARED[@]}"
	attach b --nodes 1:100,2:0 --balancing "$mode" "${SHARED[@]}"
	eventually 10 "$mode: each host is master of one node" both
	ok "$mode: a has the addresses" has_address a "$VIP4"
	ok "$mode: and so has b" has_address b "$VIP4"
	wire switch "$HOSTS_DIR/record" record a b
	recorder=$SPAWNED
	ok "$mode: ARP tells the cluster's MAC" answers_arp "$VIP4" "$mac"
	ok "$mode: so does ND" answers_nd "$VIP6" "$mac"
	on c ip neigh flush dev eth0
	on a ip neigh flush dev eth0
	on b ip neigh flush dev eth0
	ok "$mode: IPv4, every request once, by whom the hash names" \
		share_asked "$VIP4" "$MAC_A,$MAC_B"
	ok "$mode: IPv6, every request once, by whom the hash names" \
		share_asked "$VIP6" "$MAC_A,$MAC_B"
	ok "$mode: only the leader's host answers ARP" \
		[ "$(group b 1 .counters.arp_answered)" == 0 ]
	stop "$recorder"
	learned() { any_recorded "$HOSTS_DIR/record" \
		".eth_source | test(\"^0[01]:00:5e\")"; }
	if [[ $mode == ip-unicast ]]; then
		ok "$mode: advertises from the virtual MACs" learned
	else
		refute "$mode: no virtual MAC is ever a frame's source" learned
	fi
	refute "$mode: nobody announces himself" any_recorded \
		"$HOSTS_DIR/record" '(.kind == "arp" and .source == .address) or
			(.kind == "na" and .target == "ff02::1")'
	carp a detach eth0
	carp b detach eth0
	refute "$mode: a gives the addresses back" has_address a "$VIP4"
	refute "$mode: and so does b" has_address b "$VIP6"
done
