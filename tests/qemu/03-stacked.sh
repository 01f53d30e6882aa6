#!/usr/bin/env bash
# SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
# Groups on devices made of others, a bridge and a bond, and the places where
# no group can be.
#
#   a: lan0 (bridge of eth1), bond0 (eth2, eth3)     c (client): eth1, eth2
#   b: the same
source "$(dirname "$0")/lib.sh"
hosts a b c
for host in a b c; do
	hosts_plug "$host" eth1 br1
	hosts_plug "$host" eth2 br2
done
for host in a b; do
	hosts_plug "$host" eth3 br2
	on "$host" ip link add name lan0 type bridge forward_delay 0
	on "$host" ip link set dev eth1 master lan0
	on "$host" ip link add name bond0 type bond mode active-backup miimon 50
	for port in eth2 eth3; do
		on "$host" ip link set dev "$port" down
		on "$host" ip link set dev "$port" master bond0
	done
done
addresses lan0 lan0 eth1 1
addresses bond0 bond0 eth2 2
has_carrier() { on "$1" ip link show dev bond0 | grep -q LOWER_UP; }
wait_until 5 has_carrier a
wait_until 5 has_carrier b

# attach_both HOST ARGUMENT...
attach_both() {
	read -ra VIPS < <(vips 1)
	attach_on "$1" lan0 --vhid 11 "${VIPS[@]}" "${@:2}"
	ok "$1 lan0: generic mode, with a reason" \
		grep -F 'skb mode (bridge: ' "$HOSTS_DIR/attach"
	read -ra VIPS < <(vips 2)
	attach_on "$1" bond0 --vhid 12 "${VIPS[@]}" "${@:2}"
	ok "$1 bond0: the same" grep -F 'skb mode (bond: ' "$HOSTS_DIR/attach"
}
attach_both a
attach_both b --advskew 50
eventually 10 "a is master on the bridge" state_on a lan0 11 master
eventually 5 "a is master on the bond" state_on a bond0 12 master
served "bridge" eth1 1 11
served "bond" eth2 2 12
ok "b is backup on both" eval "carp b status -j |
	jq -e 'all(.groups[]; .state == \"backup\")'"

# The bond's active port fails: the group does not.
on a ip link set dev eth2 down
eventually 3 "c pings through the bond's other port" pinged 2
ok "a is still master there" state_on a bond0 12 master

crash a
eventually 10 "b takes over on the bridge" state_on b lan0 11 master
eventually 5 "and on the bond" state_on b bond0 12 master
ok "c pings the VIPs on b's bridge" pinged 1
ok "and on its bond" pinged 2

ok "a bridge's port is refused" \
	refused a eth1 "eth1: is a port of lan0: attach to lan0"
ok "a bond's port is refused" \
	refused a eth3 "eth3: is a port of bond0: attach to bond0"
on a ip link add link eth0 name mac0 up type macvlan mode bridge
ok "a macvlan is refused" refused a mac0 "lets no virtual MAC in"
on a ip link del mac0
on a ip link add link eth0 name ipv0 up type ipvlan mode l2
ok "an ipvlan is refused" refused a ipv0 "is an ipvlan"
on a ip link del ipv0
ok "loopback is refused" refused a lo "not an Ethernet interface"
on a ip link add name bond1 type bond mode balance-alb
on a ip link add name d0 type veth peer name d1
on a ip link set dev d1 up
on a ip link set dev d0 master bond1
on a ip link set dev bond1 up
bond1_refuses() { refused a bond1 "in native mode" 200 --mode native; }
eventually 5 "a bond without native XDP says so if that is forced" bond1_refuses

ok "the doctor on a bond that rewrites ARP" \
	diagnosed a bond1 bond problem "bond1 is in mode balance-alb"
ok "on one that does not" diagnosed b bond0 bond ok "bond0 is in mode 1"
ok "on its port" diagnosed b eth3 kind problem "is a port of bond0"
ok "our program is on the bond, it says" \
	diagnosed b bond0 xdp_program ok "ours is on bond0"
