#!/usr/bin/env bash
# SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
# Three hosts share one address; each way of losing one leaves every request
# answered exactly once, by the hosts that remain.
#
#   a: node 1    b: node 2    c: 64 clients    d: node 3, preferred of each
#      |            |            |                |
#   ---+------------+------------+----------------+---  br0
source "$(dirname "$0")/lib.sh"
source "$(dirname "$0")/share.sh"
hosts a b c d
share_open c a b d
share_wire ip
A=02:00:00:00:00:01 B=02:00:00:00:00:02 D=02:00:00:00:00:04

# masters NODE1 NODE2 NODE3: who is master of each, and nobody else is.
masters() {
	local node host want
	for node in 1 2 3; do
		want=${*:node:1}
		for host in $ALIVE; do
			if [[ $host == "$want" ]]; then
				state_is "$host" "$node" master || return 1
			else
				state_is "$host" "$node" backup || return 1
			fi
		done
	done
}

shared_by() {
	ok "$1: IPv4" share_asked "$VIP4" "$2"
	ok "$1: IPv6" share_asked "$VIP6" "$2"
}

attach_a() { attach a --nodes 1:0,2:100,3:50 "${SHARED[@]}"; }
attach_b() { attach b --nodes 1:50,2:0,3:100 "${SHARED[@]}"; }
attach_a
attach_b
attach d --nodes 3:0,1:100,2:50 "${SHARED[@]}"
ALIVE="a b d"
eventually 12 "each of three hosts is master of one node" masters a b d
shared_by "three hosts share" "$A,$B,$D"
refute "no two hosts are taken for each other" share_asked "$VIP4" "$B,$A,$D"

# The controller dies: its program keeps still, and so does its kernel, which
# has the addresses left.
crash a
ALIVE="b d"
eventually 8 "a's controller killed: b takes its node" masters b b d
ok "a's kernel still has the addresses" has_address a "$VIP4"
shared_by "a's controller killed" "$B,$B,$D"
attach_a
ALIVE="a b d"
eventually 8 "a takes its node back" masters a b d
shared_by "a is back" "$A,$B,$D"

# The whole host dies.
on switch ip link set dev b down
crash b
ALIVE="a d"
eventually 8 "b dead: d takes its node" masters a d d
shared_by "b dead" "$A,$D,$D"

# What a host says when it goes.
wire switch "$HOSTS_DIR/record" record d
recorder=$SPAWNED
carp d detach eth0
ALIVE="a"
farewells() {
	[[ $(recorded "$HOSTS_DIR/record" '.kind == "advert" and
		.advbase == 255 and .advskew == 255 and .family == 4' |
		jq -s '[.[].vhid] | unique | length') == 2 ]]
}
eventually 3 "d leaves: it bows out of both nodes" farewells
eventually 1 "a serves all at once" masters a a a
stop "$recorder"
refute "d has given the addresses back" has_address d "$VIP4"
shared_by "a alone" "$A,$A,$A"
refute "nobody is left to hand over to" state_is a 1 backup

# One node handed over by hand, and the host that has none left keeps still.
on switch ip link set dev b up
attach_b
ALIVE="a b"
eventually 8 "b is back" masters a b a
carp a state eth0 --vhid 3 backup >/dev/null
eventually 3 "node 3 alone goes to b" masters a b b
carp a state eth0 --vhid 1 backup >/dev/null
eventually 8 "all goes to b" masters b b b
refute "without a node a has no address" has_address a "$VIP6"
shared_by "b alone" "$B,$B,$B"
