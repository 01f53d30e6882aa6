#!/usr/bin/env bash
# SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
# Maintenance mode: the master hands over at once and stays behind, over a
# crash and a new controller too, until told otherwise.
#
#   a (preferred)   b (advskew 20)    c (asks)
#      |                |                 |
#   ---+----------------+-----------------+---  br0
source "$(dirname "$0")/lib.sh"
hosts a b c
GROUP=(--vhid 3 --vip "$VIP4/24" --vip "$VIP6/64" --preempt)
VMAC=$(virtual_mac 3)

attach a "${GROUP[@]}"
attach b "${GROUP[@]}" --advskew 20
wait_until 8 state_is a 3 master
wait_until 3 sole_master 3 a b

on_maintenance() { carp "$1" status -j | jq -e ".maintenance == $2"; }
ok "off to begin with" on_maintenance a false

spawn_carp a monitor -j >"$HOSTS_DIR/events"
ok "switched on" carp a maintenance on
eventually 1 "b takes over at once" state_is b 3 master
ok "a steps back" state_is a 3 backup
ok "status says so" on_maintenance a true
told() {
	[[ $(jq -r 'select(.event == "demotion") | "\(.amount) \(.reason)"' \
		"$HOSTS_DIR/events") == "255 maintenance" ]]
}
eventually 2 "and monitors are told" told
ok "and for people" grep -q "maintenance" <(carp a status)
stays 2 "a does not come back, preferred or not" state_is a 3 backup
ok "b answers" answers_arp "$VIP4" "$VMAC"

crash a
attach a "${GROUP[@]}"
ok "a new controller remembers" on_maintenance a true
stays 5 "and stays behind" state_is b 3 master
ok "switching it on twice is fine" carp a maintenance on

ok "switched off" carp a maintenance off
eventually 4 "a takes its role back" state_is a 3 master
ok "nothing of it is left" [ "$(group a 3 .demotion)" == 0 ]
carp a detach eth0 >/dev/null
attach a "${GROUP[@]}"
ok "nor is it remembered" on_maintenance a false

# Alone, a host in maintenance serves all the same: better it than nobody.
carp b detach eth0 >/dev/null
ok "switched on, alone" carp a maintenance on
eventually 8 "alone it serves all the same" state_is a 3 master
ok "c is answered" answers_arp "$VIP4" "$VMAC"

refuses() {
	local status=0 text
	text=$(carp a maintenance perhaps 2>&1) || status=$?
	[[ $status == 3 && $text == *"maintenance"*perhaps* ]]
}
ok "another word than on and off is refused" refuses
