#!/usr/bin/env bash
# SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
# Without a VIP, or with --observe, carp-xdp watches: it counts, shows who is
# master, and never speaks, not even when the master dies.
#
#   a (master)       b (observes)    c (asks)
#      |                |               |
#   ---+----------------+---------------+---  br0     vhid 3
source "$(dirname "$0")/lib.sh"
hosts a b c
RECORD=$HOSTS_DIR/record

wire switch "$RECORD" record b
ok "attach without VIP and passphrase" carp b attach eth0 --vhid 3
ok "b observes" [ "$(group b 3 .observing)" == true ]
ok "it has seen no master" [ "$(group b 3 .master)" == null ]
attach a --vhid 3 --vip "$VIP4/24" --vip "$VIP6/64"
eventually 8 "a becomes master" state_is a 3 master
sees_a() { [[ $(group b 3 .master.address) == 192.0.2.1 ]]; }
sees_a_or_a6() { sees_a || [[ $(group b 3 .master.address) == fe80:* ]]; }
eventually 3 "b sees the master" sees_a_or_a6
counts() { [[ $(group b 3 .counters.advert_observed) -gt 1 ]]; }
eventually 5 "b counts advertisements" counts

crash a
never_master() { fails state_is b 3 master; }
stays 6 "the master dies and b does not promote itself" never_master
no_master() { [[ $(group b 3 .master) == null ]]; }
eventually 5 "b says that the master is gone" no_master
refute "b has sent no advertisement" any_recorded "$RECORD" '.kind == "advert"'
refute "and spoken for no VIP" any_recorded "$RECORD" \
	".mac == \"$(virtual_mac 3)\""
ok "b leaves" carp b detach eth0
refute "without a farewell" any_recorded "$RECORD" '.kind == "advert"'

# With VIPs and passphrase the observer verifies; it still only watches.
GROUP=(--vhid 3 --vip "$VIP4/24" --vip "$VIP6/64")
attach a "${GROUP[@]}"
attach b "${GROUP[@]}" --observe --preempt
eventually 8 "a is master again" state_is a 3 master
ok "b observes" [ "$(group b 3 .observing)" == true ]
ok "and says so" [ "$(group b 3 .reason)" == observing ]
sees_verified() { [[ $(group b 3 .master.verified) == true ]]; }
eventually 3 "b has verified the master" sees_verified
valid() { [[ $(group b 3 .counters.advert_valid) -gt 1 ]]; }
eventually 5 "b counts what it verifies" valid
no_vips() {
	! bpftool map dump pinned "$HOSTS_PINS/b/eth0/carp_vips4" |
		grep -q '"vhid": 3'
}
ok "no VIP is in b's maps" no_vips
ok "b's own traffic with the virtual MAC is let through" \
	on b arping -c2 -w3 -I eth0 "$VIP4"
refute "b takes no command to be master" carp b state eth0 --vhid 3 master
crash a
stays 6 "the master dies and b only watches" never_master
refute "b has sent no advertisement to this day" \
	any_recorded "$RECORD" '.kind == "advert"'
ok "an administrator's address on b" on b ip addr add "$VIP4/32" dev eth0
ok "is answered for, by the stack, as on any host" \
	answers_arp "$VIP4" 02:00:00:00:00:02
on b ip addr del "$VIP4/32" dev eth0

ok "b is told to take part" carp b set eth0 --vhid 3 --no-observe
eventually 8 "then it becomes master" state_is b 3 master
ok "and answers" answers_arp "$VIP4" "$(virtual_mac 3)"
attach a "${GROUP[@]}"
eventually 3 "a joins as backup" state_is a 3 backup
ok "b is told to watch again" carp b set eth0 --vhid 3 --observe
eventually 1 "a takes over from its farewell" state_is a 3 master
ok "b has lost its addresses" fails has_address b "$VIP4"
eventually 2 "b sees a" sees_verified
ok "no VIP is in b's maps again" no_vips
