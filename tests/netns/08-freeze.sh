#!/usr/bin/env bash
# SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
# The dead-man switch.  The master's controller is killed, then frozen; its
# XDP program stays attached and still believes in its VIPs.  A client asks
# every millisecond: the old data plane must fall silent before the new one
# speaks.
#
#   a (preferred)   b (advskew 20)    c (asks every millisecond)
#      |                |                 |
#   ---+----------------+-----------------+---  br0
#      ^ who answered is read here, at the bridge's ports
source "$(dirname "$0")/lib.sh"
hosts a b c
GROUP=(--vhid 3 --vip "$VIP4/24" --vip "$VIP6/64" --preempt)
VMAC=$(virtual_mac 3)
ANSWER="((.kind == \"arp\" and .op == 2 and .source == \"$VIP4\")
	or (.kind == \"na\" and .address == \"$VIP6\")) and .mac == \"$VMAC\""

# start_asking, stop_asking: answers go to the file RECORD.
start_asking() {
	RECORD=$HOSTS_DIR/$1
	wire switch "$RECORD" record a b
	RECORDER=$SPAWNED
	wire c "$HOSTS_DIR/probe4" probe eth0 "$VIP4" 0.001
	PROBER4=$SPAWNED
	wire c "$HOSTS_DIR/probe6" probe eth0 "$VIP6" 0.002
	PROBER6=$SPAWNED
}

stop_asking() {
	stop "$PROBER4"
	stop "$PROBER6"
	stop "$RECORDER"
	recorded "$RECORD" "$ANSWER" >"$RECORD.answers"
}

# answers PORT FILTER: stamps of one port's answers, in order.
answers() {
	jq -s "map(select(.port == \"$1\" and ($2)).t) | sort" "$RECORD.answers"
}

answered_by() { any_recorded "$RECORD" "$ANSWER and .port == \"$1\""; }

unanswered() {
	bpftool -j map lookup pinned "$HOSTS_PINS/a/eth0/carp_counters" \
		key 3 0 0 0 | jq -e '[.. | .arp_lease_dead? // empty] | add > 0'
}

# The two voices, up to the stamp in nanoseconds given.
one_voice_until() {
	local name=$1 end=$2 last_a first_b
	last_a=$(answers a ".t < $end" | jq last)
	first_b=$(answers b true | jq first)
	note "$name: a's last answer $(((last_a - begin) / 1000000)) ms," \
		"b's first $(((first_b - begin) / 1000000)) ms after it;" \
		"silence $(((first_b - last_a) / 1000000)) ms"
	ok "$name: a falls silent before b answers" \
		[ "$last_a" -lt "$first_b" ]
	ok "$name: a answered until then" [ "$last_a" -gt "$begin" ]
}

# Milliseconds in which both answered, from the first answer of b on.
conflicts() {
	jq -s "sort_by(.t) | map(select(.t >= $1))
		| group_by(.t / 1e6 | floor)
		| map(select(map(.port) | unique | length > 1)) | length" \
		"$RECORD.answers"
}

attach a "${GROUP[@]}"
attach b "${GROUP[@]}" --advskew 20
wait_until 8 state_is a 3 master
wait_until 3 sole_master 3 a b

start_asking killed
wait_until 3 answered_by a
begin=$(date +%s%N)
crash a
eventually 8 "b takes over from the killed" state_is b 3 master
wait_until 3 answered_by b
stays 1 "and keeps it" state_is b 3 master
stop_asking
one_voice_until "killed" "$(date +%s%N)"
ok "killed: never two voices" [ "$(conflicts "$begin")" == 0 ]
ok "killed: a counts what it left unanswered" unanswered

attach a "${GROUP[@]}"
wait_until 8 state_is a 3 master
wait_until 3 sole_master 3 a b
start_asking frozen
wait_until 3 answered_by a
frozen=$(controller a)
begin=$(date +%s%N)
kill -STOP "$frozen"
eventually 8 "b takes over from the frozen" state_is b 3 master
wait_until 3 answered_by b
stays 1 "b keeps it while a is frozen" state_is b 3 master
thawed=$(date +%s%N)
kill -CONT "$frozen"
eventually 5 "thawed: one master again" sole_master 3 a b
stays 1 "thawed: and it stays so" sole_master 3 a b
stop_asking
one_voice_until "frozen" "$thawed"
first_b=$(answers b true | jq first)
ok "frozen: never two voices" \
	[ "$(answers a ".t > $first_b and .t < $thawed")" == "[]" ]
both=$(conflicts "$thawed")
note "thawed: $both ms in which both answered"
ok "thawed: the way back to a is short" [ "$both" -le 100 ]

# Alone, frozen past its lease and thawed: nobody took over, so it goes on.
carp b detach eth0 >/dev/null
frozen=$(controller a)
kill -STOP "$frozen"
eventually 8 "alone and frozen: silent" fails answers_arp "$VIP4" "$VMAC"
kill -CONT "$frozen"
eventually 5 "alone and thawed: it answers again" answers_arp "$VIP4" "$VMAC"
ok "and is master" state_is a 3 master
