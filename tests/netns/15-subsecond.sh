#!/usr/bin/env bash
# SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
# advbase 0: failover within milliseconds.  The figures are printed; what is
# demanded leaves room for a busy machine.
#
#   a (advskew 0)    b (advskew 2)    c (pings)
#      |                |                 |
#   ---+----------------+-----------------+---  br0     vhid 3
source "$(dirname "$0")/lib.sh"
hosts a b c
GROUP=(--vhid 3 --vip "$VIP4/24" --preempt --advbase 0)

took=()
for round in 1 2 3; do
	attach a "${GROUP[@]}" --advskew 0
	[[ $round != 1 ]] || attach b "${GROUP[@]}" --advskew 2
	eventually 5 "round $round: a is master" state_is a 3 master
	eventually 5 "round $round: b is backup" state_is b 3 backup
	wire switch "$HOSTS_DIR/record" record a b
	wait_until 5 any_recorded "$HOSTS_DIR/record" \
		'.port == "a" and .kind == "advert"'
	crash a
	eventually 5 "round $round: b takes over" state_is b 3 master
	wait_until 2 any_recorded "$HOSTS_DIR/record" \
		'.port == "b" and .kind == "advert"'
	stop "$SPAWNED"
	took+=("$(($(handover "$HOSTS_DIR/record" a b) / 1000))")
	ok "round $round: c pings the VIP" pings "$VIP4"
done
note "kill -9 to the new master's first advertisement: ${took[*]} ms"
best=$(printf '%s\n' "${took[@]}" | sort -n | head -n1)
worst=$(printf '%s\n' "${took[@]}" | sort -n | tail -n1)
ok "every failover under 500 ms" [ "$worst" -lt 500 ]
ok "the best under 100 ms" [ "$best" -lt 100 ]
