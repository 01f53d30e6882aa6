#!/usr/bin/env bash
# SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
# A hand that is held up holds up nobody who only looks: while the process with
# the privilege is stopped and a request waits for it, status and metrics are
# answered, elections go on, and what has waited is done in the end.
#
#   a (preferred)   b (advskew 20)
#      |                |
#   ---+----------------+---  br0    vhid 3
source "$(dirname "$0")/lib.sh"
hosts a b
GROUP=(--vhid 3 --vip "$VIP4/24" --vip "$VIP6/64" --preempt)
# answered COMMAND...: it succeeds, within a second.
answered() {
	local begin=${EPOCHREALTIME/[.,]/}
	"$@" && ((${EPOCHREALTIME/[.,]/} - begin < 1000000))
}
scrape() { on b curl -fsm1 http://127.0.0.1:9112/metrics; }
state_now() {
	[[ $(carp b status -j | jq -r '.groups[0].state') == "$1" ]]
}
maintenance_is() { [[ $(carp b status -j | jq .maintenance) == "$1" ]]; }
# ask NAME VERB...: in the background; its pid is then in ASKED.
ask() {
	carp b "${@:2}" >"$HOSTS_DIR/$1" 2>&1 &
	ASKED=$!
}
waits() { kill -0 "$ASKED"; }

attach a "${GROUP[@]}"
attach b "${GROUP[@]}" --advskew 20 --metrics 127.0.0.1:9112
wait_until 8 sole_master 3 a b
HAND=$(hand b)
answered carp b status >/dev/null
kill -STOP "$HAND"
ask maintenance maintenance on
sleep 1
ok "what needs the hand waits for it" waits
ok "status is answered meanwhile" answered carp b status
ok "and the metrics" scrape
ok "a demotion is taken" answered carp b demote eth0 +1 --reason test
ok "and taken back" answered carp b demote eth0 -1 --reason test
FIRST=$ASKED
ask second set eth0 --vhid 3 --advskew 30
sleep 0.3
ok "another change waits its turn" waits
ok "status shows it as it is" [ "$(group b 3 .advskew)" == 20 ]

# The hand gives b no address, but its program answers for the VIPs.
crash a
eventually 6 "b takes over with its hand stopped" state_now master
stays 2 "status goes on being answered" answered carp b status
ok "and b is still master" state_now master
kill -CONT "$HAND"
eventually 5 "the hand is back: so are the addresses" has_address b "$VIP4"
ok "what had waited is done" wait "$FIRST"
ok "maintenance is on" maintenance_is true
ok "and the second, too" wait "$ASKED"
ok "advskew is changed" [ "$(group b 3 .advskew)" == 30 ]

# Master for a moment, while nothing is added: nothing stays behind.
attach a "${GROUP[@]}"
eventually 6 "a is back" state_is a 3 master
eventually 2 "b has no address any more" fails has_address b "$VIP4"
kill -STOP "$HAND"
ok "b is made master" carp b state eth0 --vhid 3 master
eventually 2 "and yields" state_now backup
kill -CONT "$HAND"
eventually 2 "the hand is back again: no address" fails has_address b "$VIP4"
stays 1 "nor later" fails has_address b "$VIP4"
crash a
eventually 6 "b is master once more" state_now master

# One group that yields does not hold up another, whose interval is 4 ms.
attach b --vhid 4 --vip 192.0.2.104/24 --advbase 0 --advskew 1
eventually 5 "b is master of a fast group" state_is b 4 master
RECORD=$HOSTS_DIR/record
goes_on() {
	local gap
	eventually 5 "b has the address" has_address b "$VIP4"
	wire switch "$RECORD" record b
	kill -STOP "$HAND"
	carp b state eth0 --vhid 3 backup >/dev/null
	sleep 0.3
	kill -CONT "$HAND"
	stop "$SPAWNED"
	gap=$(jq -s 'map(select(.kind == "advert" and .vhid == 4).t)
		| [.[1:], .[:-1]] | transpose | map(.[0] - .[1])
		| max / 1e6 | round' "$RECORD")
	eventually 2 "the address is gone" fails has_address b "$VIP4"
	eventually 8 "b is master again" state_now master
	[[ $gap -lt 200 ]]
}
# A machine that is busy may need another try; a loop that waits fails all.
ok "it goes on while the hand is asked to take the address off" \
	eval "goes_on || goes_on || goes_on"

# Not only for a second: the next look, the next write.
kill -STOP "$HAND"
stays 3 "stopped again: status is answered" answered carp b status
kill -CONT "$HAND"
ok "a detach goes through" carp b detach eth0
