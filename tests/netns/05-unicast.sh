#!/usr/bin/env bash
# SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
# Advertisements to named peers, for networks that drop multicast.
#
#   a --peer b       b --peer a        c (client)
#      |                |                 |
#   ---+----------------+-----------------+---  br0     vhid 4
source "$(dirname "$0")/lib.sh"
hosts a b c
GROUP=(--vhid 4 --vip "$VIP4/24" --vip "$VIP6/64" --preempt)
RECORD=$HOSTS_DIR/record

wire switch "$RECORD" record a b
attach a "${GROUP[@]}" --peer 192.0.2.2 --peer 2001:db8::2
attach b "${GROUP[@]}" --peer 192.0.2.1 --peer 2001:db8::1 --advskew 50
eventually 8 "a becomes master" state_is a 4 master
ok "b is backup" state_is b 4 backup
stays 4 "and stays so, past the dead time" sole_master 4 a b
ok "c pings the VIP" pings "$VIP4"
ok "c pings the IPv6 VIP" pings "$VIP6"
ok "IPv4 goes to the peer" any_recorded "$RECORD" \
	'.port == "a" and .kind == "advert" and .target == "192.0.2.2"'
ok "IPv6 goes to the peer" any_recorded "$RECORD" \
	'.port == "a" and .kind == "advert" and .target == "2001:db8::2"'
refute "nothing goes to a group" any_recorded "$RECORD" \
	'.kind == "advert" and (.target == "224.0.0.18" or .target == "ff02::12")'
ok "b counts them as unicast" [ "$(group b 4 .counters.advert_unicast)" -gt 2 ]

crash a
eventually 8 "b takes over" state_is b 4 master
ok "c pings b" pings "$VIP4"
attach a "${GROUP[@]}" --peer 192.0.2.2 --peer 2001:db8::2
eventually 8 "a preempts" state_is a 4 master
eventually 2 "b yields" state_is b 4 backup
