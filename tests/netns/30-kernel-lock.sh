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

# links GROUP NUMBER
links() {
	local i
	for ((i = 0; i < $2; i++)); do
		echo "link add l$1-$i group $1 type veth peer name m$1-$i group $1"
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
links 7 $LINKS
eventually 5 "a is master" state_is a 3 master
eventually 5 "b is backup" state_is b 3 backup
# A new thread waits for a CPU until the kernel's next tick, where all are busy.
threads() { ls "/proc/$(controller b)/task"; }
two_threads() {
	BEFORE=$(threads)
	[[ $(wc -w <<<"$BEFORE") == 2 ]]
}
same_threads() { [[ $(threads) == "$BEFORE" ]]; }
ok "a thread to ask the kernel is there before it is needed" \
	wait_until 5 two_threads
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
ok "and it was asked by that one" wait_until 2 same_threads
ok "taken over long before it was free" [ "$took" -lt 200 ]
eventually 2 "then the address is on the interface" has_address b "$VIP4"

# An address changes, and what the controller hears of it comes when somebody
# else has the lock again: whoever waits for it gets it in turn.
in_line() { [[ $(awk '{print $3}' "/proc/$1/stat") == D ]]; }
between() {
	local since
	on c taskset -c 0 ip link del group 7 &
	HOLDER=$!
	sleep 0.02
	nsenter --net="/run/netns/$HOSTS_RUN-b" -- "$@" &
	CHANGER=$!
	wait_until 0.3 in_line "$CHANGER" || true
	on c taskset -c 0 ip link del group 8 &
	SECOND=$!
	wait "$HOLDER" "$CHANGER"
	since=$(ms)
	wait "$SECOND"
	HELD=$(($(ms) - since))
}
# Milliseconds between two advertisements of b, at most.
widest() {
	jq -s 'map(select(.kind == "advert" and .port == "b").t)
		| [.[1:], .[:-1]] | transpose | map(.[0] - .[1])
		| max / 1e6 | round' "$HOSTS_DIR/record"
}
# try COMMAND...: how long the lock was HELD behind it, and b silent (GAP).
try() {
	links 7 $((LINKS / 3))
	links 8 $((LINKS * 2 / 3))
	on b ip addr replace 192.0.2.2/24 dev eth0
	wait_until 3 has_address b "$VIP4" >/dev/null
	wire switch "$HOSTS_DIR/record" record b
	between "$@"
	sleep 0.1
	stop "$SPAWNED"
	GAP=$(widest)
	note "the lock was held for $HELD ms more; b was silent for $GAP" >&3
}
# goes_on COMMAND...: b advertises on.  A machine that is busy may need another
# try, or never let anybody have the lock for long; a loop that waits fails all.
goes_on() {
	local waited=0
	for _ in {1..5}; do
		try "$@"
		[[ $HELD -le 300 || $GAP -ge 200 ]] || return 0
		[[ $GAP -lt 200 ]] || waited=$((waited + 1))
		[[ $waited -lt 3 ]] || return 1
	done
	[[ $waited == 0 ]]
}
ok "it goes on while an address comes" goes_on \
	ip addr replace 198.51.100.78/24 dev eth0
has_source() { any_recorded "$HOSTS_DIR/record" ".source == \"$1\""; }
ok "while the one it speaks from goes" goes_on ip addr del 192.0.2.2/24 dev eth0
wire switch "$HOSTS_DIR/record" record b
eventually 2 "it speaks from the other" has_source 198.51.100.78
stop "$SPAWNED"
ok "and while a virtual one is taken off" goes_on \
	ip addr del "$VIP4/24" dev eth0
eventually 3 "which is put back" has_address b "$VIP4"
