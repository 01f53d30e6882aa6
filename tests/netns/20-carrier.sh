#!/usr/bin/env bash
# SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
# A lost carrier silences that interface's groups at once and holds the rest
# of the host back while it lasts; both come back, however often.
#
#   a: eth0 vhid 3, eth1 vhid 4 (preferred)     b: the same (advskew 20)
#      |     |                                     |     |
#   ---+-----|-------------------------------------+-----|----  br0
#   ---------+-------------------------------------------+----  br1
source "$(dirname "$0")/lib.sh"
hosts a b
for host in a b; do
	hosts_plug "$host" eth1 br1
done
on a ip addr add 198.51.100.1/24 dev eth1
on b ip addr add 198.51.100.2/24 dev eth1
FLAPS=40

# groups HOST ADVSKEW
groups() {
	attach "$1" --vhid 3 --vip "$VIP4/24" --preempt --advbase 0 --advskew "$2"
	carp "$1" attach eth1 --pass-file "$PASS" --vhid 4 \
		--vip 198.51.100.100/24 --preempt --advbase 0 --advskew "$2" \
		>/dev/null
}
waits_for() { [[ $(group a 3 .waiting) == "$1" ]]; }
interface_waits_for() {
	[[ $(carp a status -j | jq -r '.interfaces[]
		| select(.interface == "eth0") | .waiting') == "$1" ]]
}
held_back() { [[ $(group a "$1" .demotion) == "$2" ]]; }
no_demotion() { carp a status -j | jq -e '.demotions == []'; }

groups a 5
groups b 20
wait_until 8 state_is a 3 master
wait_until 8 state_is a 4 master
ok "who does not wait says so" waits_for null

on switch ip link set dev a down
eventually 2 "a lost carrier: init" state_is a 3 init
ok "status says what it waits for" waits_for "no carrier"
ok "of the interface too" interface_waits_for "no carrier"
ok "people are told as well" \
	grep -q "eth0 waits: no carrier" <(carp a status)
refute "its address is off" has_address a "$VIP4"
eventually 2 "the other interface's group is held back" held_back 4 1
eventually 3 "and hands over" state_is b 4 master
ok "the reason is on record" \
	grep -q "link of eth0 down" <(carp a status)
on switch ip link set dev a up
eventually 3 "the carrier is back: master again" state_is a 3 master
eventually 3 "so is the other" state_is a 4 master
ok "nobody waits" waits_for null
ok "nobody is held back" no_demotion

# Administratively down is told apart.
on a ip link set dev eth0 down
eventually 2 "down: status says so" waits_for "interface is down"
on a ip link set dev eth0 up
eventually 3 "and up: master again" state_is a 3 master
wait_until 3 state_is a 4 master

# Ours is to be measured, not what else the machine is doing: controller, hand
# and observer go before everybody.
chrt -f -p 2 "$(hand a)"
chrt -f -p 2 "$(controller a)"
silent() {
	on a chrt -f 1 "$HOSTS_TOP/tests/netns/silence.py" \
		"$HOSTS_RUN-switch" a eth0 "$HOSTS_PINS/a/eth0" 3 "$FLAPS" \
		>"$HOSTS_DIR/silence" || return 1
	note "us from the event, $FLAPS flaps: $(cat "$HOSTS_DIR/silence")" >&3
	jq -e "[.[].late] | max == 0" "$HOSTS_DIR/silence"
}
silent_at_last() { silent || silent; }
ok "silent within 5 ms: lease, role and addresses" silent_at_last
ok "as a rule much sooner" \
	jq -e '[.[].median] | max < 2500' "$HOSTS_DIR/silence"

# Not even while another interface is being opened again.  The other host would
# be master then, for that demotes this one.
ok "the other host leaves" carp b detach eth0
churn() {
	set +eE
	trap - EXIT ERR INT TERM HUP PIPE
	until [[ -e $HOSTS_DIR/enough ]]; do
		on switch ip link del dev a-eth1
		hosts_plug a eth1 br1
		sleep 0.1
	done
}
churn >/dev/null 2>&1 &
CHURN=$!
ok "nor while the other interface comes and goes" silent_at_last
touch "$HOSTS_DIR/enough"
wait "$CHURN"

eventually 3 "after all of it, master" state_is a 3 master
eventually 3 "on both interfaces" state_is a 4 master
ok "and nothing is left in the ledger" no_demotion
