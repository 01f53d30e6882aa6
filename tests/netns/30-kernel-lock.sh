#!/usr/bin/env bash
# SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
# Somebody holds the kernel's one lock on interfaces: thousands of links are
# removed at once, in a namespace of their own.  A backup takes over all the
# same; but none does that knows its program to be off.
#
#   a (advskew 0)    b (advskew 2)    c (thousands of links)
#      |                |                |
#   ---+----------------+----------------+---  br0     vhid 3, advbase 0
source "$(dirname "$0")/lib.sh"
hosts a b c
GROUP=(--vhid 3 --vip "$VIP4/24" --preempt --advbase 0)
LINKS=6000

links() {
	local i
	for ((i = 0; i < LINKS; i++)); do
		echo "link add l$i group 7 type veth peer name m$i group 7"
	done | on c ip -batch -
}

ms() { echo $((${EPOCHREALTIME/./} / 1000)); }

# Milliseconds until the lock is free again.
ask_lock() {
	local before
	before=$(ms)
	on b ip link show dev lo >"$HOSTS_DIR/lo"
	echo $(($(ms) - before))
}

# hold: the lock is held as of now, on a CPU that the kernel keeps for it.
hold() {
	on c taskset -c 0 ip link del group 7 &
	HOLDER=$!
	sleep 0.02
	ask_lock >"$HOSTS_DIR/held" &
	ASKER=$!
}

let_go() {
	wait "$HOLDER" "$ASKER"
	HELD=$(<"$HOSTS_DIR/held")
}

attach a "${GROUP[@]}" --advskew 0
attach b "${GROUP[@]}" --advskew 2
[[ $(nproc) == 1 ]] || taskset -acp "1-$(($(nproc) - 1))" "$(controller b)"
links
eventually 5 "a is master" state_is a 3 master
eventually 5 "b is backup" state_is b 3 backup
wire switch "$HOSTS_DIR/record" record a b
wait_until 5 any_recorded "$HOSTS_DIR/record" \
	'.port == "a" and .kind == "advert"'
hold
crash a
let_go
eventually 5 "b takes over" state_is b 3 master
wait_until 2 any_recorded "$HOSTS_DIR/record" \
	'.port == "b" and .kind == "advert"'
stop "$SPAWNED"
took=$(($(handover "$HOSTS_DIR/record" a b) / 1000))
note "the lock was held for $HELD ms; taken over in $took ms"
ok "the lock was held for long" [ "$HELD" -gt 600 ]
ok "taken over long before it was free" [ "$took" -lt 200 ]
eventually 2 "then the address is on the interface" has_address b "$VIP4"
