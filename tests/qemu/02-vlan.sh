#!/usr/bin/env bash
# SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
# Groups on a VLAN, beside one on the trunk below it.
#
#   a (preferred)   b (advskew 50)   c (client)
#      |                |                |
#   ---+----------------+----------------+---  br0
#    eth0.100: vhid 3   eth0: vhid 4, attached later
source "$(dirname "$0")/lib.sh"
hosts a b c
for host in a b c; do
	on "$host" ip link add link eth0 name eth0.100 type vlan id 100
done
addresses eth0.100 eth0.100 eth0.100 100
read -ra VIPS < <(vips 100)

attach_on a eth0.100 --vhid 3 "${VIPS[@]}" --preempt
attach_on b eth0.100 --vhid 3 "${VIPS[@]}" --preempt --advskew 50
ok "attach tells the mode, and why" \
	grep -F "skb mode (VLAN sub-interface: " "$HOSTS_DIR/attach"
ok "so does the status" eval 'interface a eth0.100 .xdp_mode_reason |
	grep "VLAN sub-interface: frames reach it only after the driver"'
ok "and its long form" eval "carp a status -v | grep -F VLAN"
ok "pinned with a colon in its name" test -e "$HOSTS_PINS/a/eth0:100/link"
eventually 10 "a becomes master on the VLAN" state_on a eth0.100 3 master
eventually 5 "b is backup there" state_on b eth0.100 3 backup
served "VLAN" eth0.100 100 3

# A program below one that is there already: ours makes room for it.
attach_on a eth0 --vhid 4 --vip "$VIP4/24" --vip "$VIP6/64"
attach_on b eth0 --vhid 4 --vip "$VIP4/24" --vip "$VIP6/64" --advskew 50
ok "the one above is back" has_program a eth0.100
ok "it never lost its role" state_on a eth0.100 3 master
ok "the kernel's link is the one it holds" \
	[ "$(interface a eth0.100 .attached)" == true ]
ok "tags are not seen on a veth" \
	[ "$(interface a eth0 .sees_vlan_tags)" == false ]
ok "there, one vhid on both is refused" \
	refused a eth0 "cannot be told apart" 3
eventually 10 "a becomes master on the trunk" state_on a eth0 4 master
eventually 5 "b is backup there" state_on b eth0 4 backup
served "VLAN through the trunk's program" eth0.100 100 3
ok "c pings the trunk's VIP" pings "$VIP4"
ok "ARP there gives its own virtual MAC" answers_arp "$VIP4" "$(virtual_mac 4)"
stays 2 "one master on the VLAN" state_on b eth0.100 3 backup

crash a
eventually 10 "b takes over the VLAN" state_on b eth0.100 3 master
eventually 5 "and the trunk" state_on b eth0 4 master
ok "c pings the VLAN's VIPs on b" pinged 100
ok "c pings the trunk's VIP on b" pings "$VIP4"

ok "the doctor on the VLAN: a kind for groups" \
	diagnosed c eth0.100 kind ok "vlan"
ok "and skb mode, with the reason" \
	diagnosed c eth0.100 xdp_mode ok "skb (VLAN sub-interface"
