#!/usr/bin/env bash
# SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
# A master that stops in order says so: nobody waits for the dead time of
# three seconds, and it leaves nothing behind.
#
#   a (preferred)   b (advskew 100)
#      |                |
#   ---+----------------+---  br0     vhid 3, advbase 1
source "$(dirname "$0")/lib.sh"
hosts a b
GROUP=(--vhid 3 --vip "$VIP4/24" --vip "$VIP6/64" --preempt)

# b_takes_over_from a's COMMAND..., measured on the wire.
b_takes_over() {
	local name=$1 took
	shift
	wire switch "$HOSTS_DIR/record" record a b
	ok "$name" "$@"
	eventually 2 "$name: b takes over early" state_is b 3 master
	wait_until 2 any_recorded "$HOSTS_DIR/record" \
		'.port == "b" and .kind == "advert"' || true
	stop "$SPAWNED"
	took=$(handover "$HOSTS_DIR/record" a b)
	note "$name: $took us from the farewell to b's first advertisement"
	ok "$name: well under the dead time" [ "$took" -lt 1000000 ]
	ok "$name: the farewell is 255/255" any_recorded "$HOSTS_DIR/record" \
		'.port == "a" and .advbase == 255 and .advskew == 255'
	refute "$name: no VIP is left" has_address a "$VIP4"
	refute "$name: no IPv6 VIP is left" has_address a "$VIP6"
	refute "$name: no XDP program is left" has_program a
	refute "$name: no pin is left" [ -e "$HOSTS_PINS/a/eth0" ]
}

terminate() {
	local pid
	pid=$(controller a)
	kill -TERM "$pid"
	wait_until 5 process_gone "$pid"
}

attach a "${GROUP[@]}"
attach b "${GROUP[@]}" --advskew 100
eventually 8 "a is master" state_is a 3 master
eventually 2 "b is backup" state_is b 3 backup
b_takes_over "SIGTERM" terminate

attach a "${GROUP[@]}"
eventually 8 "a is master again" state_is a 3 master
eventually 2 "b is backup again" state_is b 3 backup
b_takes_over "detach" carp a detach eth0 --vhid 3
