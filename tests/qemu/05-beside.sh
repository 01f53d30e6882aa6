#!/usr/bin/env bash
# SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
# Beside other XDP programs: xdp-filter, in libxdp's dispatcher.  Who comes
# second to an interface is refused, and neither changes the other.
#
#   a: eth0 (xdp-filter), eth1 (carp-xdp)      c (client): eth0, eth1
source "$(dirname "$0")/lib.sh"
hosts a c
for host in a c; do
	hosts_plug "$host" eth1 br1
done
on a ip addr add 198.51.1.1/24 dev eth1
on c ip addr add 198.51.1.3/24 dev eth1

filter() { on a xdp-filter "$@"; }
program() { on a ip -j link show dev "$1" | jq -r '.[0].xdp.prog.id'; }
state() {
	on a ip -d link show dev eth0
	on a tc filter show dev eth0 egress
	ls -d "$HOSTS_PINS/a/eth0" 2>&1 || true
}

ok "xdp-filter is on eth0" filter load eth0 --mode skb
FILTER=$(program eth0)
before=$(state)
ok "there we are refused, and say who is there" refused a eth0 \
	"eth0: another XDP program is attached (id $FILTER, skb mode)"
ok "nothing is left of that" diff <(echo "$before") <(state)
refute "nor in another mode" carp a attach eth0 --vhid 200 --mode native

attach_on a eth1 --vhid 3 --vip 198.51.1.100/24
ok "beside it, on eth1, we are welcome" has_program a eth1
eventually 10 "and master" state_on a eth1 3 master
ok "c pings the VIP" on c ping -n -c1 -w3 198.51.1.100
ok "xdp-filter is still the same" [ "$(program eth0)" == "$FILTER" ]
ok "and works: a denied address" filter ip --mode dst 192.0.2.1
refute "... is not answered" on c ping -n -c1 -w1 192.0.2.1

OURS=$(program eth1)
refute "on ours xdp-filter is refused" filter load eth1 --mode skb
ok "our program is still the same" [ "$(program eth1)" == "$OURS" ]
ok "and the kernel's link the one we hold" \
	[ "$(interface a eth1 .attached)" == true ]
ok "c still pings the VIP" on c ping -n -c1 -w3 198.51.1.100

ok "xdp-filter goes" filter unload eth0
attach_on a eth0 --vhid 4 --vip "$VIP4/24"
ok "then eth0 is ours too" has_program a eth0
