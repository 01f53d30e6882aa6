#!/usr/bin/env bash
# SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
# Rolling changes: one node gets another VIP list or passphrase, the other one
# later.  Nobody changes state, and a client that asks a thousand times a
# second hears every answer.
#
#   a (preferred)   b (advskew 20)    c (asks every millisecond)
#      |                |                 |
#   ---+----------------+-----------------+---  br0
source "$(dirname "$0")/lib.sh"
hosts a b c
GROUP=(--vhid 3 --vip "$VIP4/24" --vip "$VIP6/64" --preempt)
MORE=192.0.2.101
OTHER=$HOSTS_DIR/other
(umask 077 && echo "another secret" >"$OTHER")

attach a "${GROUP[@]}"
attach b "${GROUP[@]}" --advskew 20
wait_until 8 state_is a 3 master
wait_until 3 sole_master 3 a b

changes() { group "$1" 3 .transitions; }
on_duty() { state_is a 3 master && state_is b 3 backup; }

# roll NAME ARGUMENT...: on the master first, on the backup later.
roll() {
	local name=$1
	shift
	ok "$name: the master is changed" carp a set eth0 --vhid 3 "$@"
	stays 4 "$name: one side changed, roles stay" on_duty
	ok "$name: status shows the grace period" \
		[ "$(group a 3 '.grace_seconds > 500')" == true ]
	ok "$name: the backup is changed" carp b set eth0 --vhid 3 "$@"
	stays 4 "$name: both changed, roles stay" on_duty
}

wire c "$HOSTS_DIR/record" record eth0
RECORDER=$SPAWNED
wire c "$HOSTS_DIR/probe" probe eth0 "$VIP4" 0.001
PROBER=$SPAWNED
before_a=$(changes a)
before_b=$(changes b)

roll "a VIP more" --vip "$VIP4/24" --vip "$VIP6/64" --vip "$MORE/24"
ok "the new VIP answers" answers_arp "$MORE" "$(virtual_mac 3)"
roll "a VIP less" --vip "$VIP4/24" --vip "$VIP6/64"
roll "another passphrase" --pass-file "$OTHER"

ok "a has not changed its state" [ "$(changes a)" == "$before_a" ]
ok "b has not changed its state" [ "$(changes b)" == "$before_b" ]

# The prober's questions are counted where they are answered.
stop "$PROBER"
lost=$(group a 3 '.counters.arp_lease_dead + .counters.arp_not_owner')
ok "no question of the client was left unanswered" [ "$lost" == 0 ]
answers=$(recorded "$HOSTS_DIR/record" \
	".kind == \"arp\" and .op == 2 and .source == \"$VIP4\"" |
	jq -s 'map(.t) | sort')
stop "$RECORDER"
gap=$(jq '[.[1:], .[:-1]] | transpose | map(.[0] - .[1]) | max / 1e6 | floor' \
	<<<"$answers")
note "$(jq length <<<"$answers") answers, longest wait for one $gap ms"
ok "many were asked" [ "$(jq length <<<"$answers")" -gt 5000 ]

# The end of the grace period: old digests are no longer sent nor believed.
THIRD=$HOSTS_DIR/third
(umask 077 && echo "a third secret" >"$THIRD")
ok "the grace period can be cut short" \
	carp a set eth0 --vhid 3 --pass-file "$THIRD" --grace 1
eventually 10 "after it, different secrets make two masters" \
	state_is b 3 master
refuses_grace() {
	! carp a set eth0 --vhid 3 --grace 86401 2>"$HOSTS_DIR/refusal" &&
		grep -q "grace 86401: allowed are 0 to 86400" \
			"$HOSTS_DIR/refusal"
}
ok "a grace period out of range is refused" refuses_grace
