#!/usr/bin/env bash
# SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
# A successor is killed when everything has been given to it and the old
# controller is gone: at once, before its first advertisement, or some time
# after it; alone, so that its guardian can bow out if it knows of the leases
# yet, or with its guardian.  In any case there is one voice, and soon another's.
#
#   a                b                c (asks every 2 ms)
#      |                |                 |
#   ---+----------------+-----------------+---  br0   vhid 3, dead after 0.4 s
# shellcheck source=tests/restart/lib.sh
source "$(dirname "$0")/lib.sh"
hosts a b c
GROUP=(--vhid 3 --vip "$VIP4/24" --vip "$VIP6/64" --advbase 0 --dead-ratio 100
	--preempt)
DELAYS=(0 1000 10000) # us
RECORD=$HOSTS_DIR/record
ANSWER="(.kind == \"arp\" and .op == 2 and .source == \"$VIP4\"
	and .mac == \"$(virtual_mac 3)\")"
# In ms: the lease, the dead time, and what a loaded machine may need.
TOOK_MAX=1500

# Nothing of a daemon is left, its guardian included.
a_is_empty() { [[ -z $(ip netns pids "$HOSTS_RUN-a") ]]; }
both_well() { state_is a 3 master && state_is b 3 backup; }
listens() { [[ $(controller "$1") ]]; }
begin_again() {
	first a
	attach a "${GROUP[@]}"
	wait_until 20 both_well
}

# Answers of a after b's first one.
late_answers() {
	jq -s "map(select($ANSWER)) | (map(select(.port == \"b\").t) | min) as \$b
		| map(select(.port == \"a\" and .t > \$b)) | length" "$RECORD"
}

# trial DELAY guarded|all: milliseconds to b's first answer in TOOK.
trial() {
	local old killer killed
	wire switch "$RECORD" record a b
	RECORDER=$SPAWNED
	wait_until 5 listens a
	old=$(controller a)
	daemon a "$CARP_BINARY" --takeover
	chrt -f 30 "$HOSTS_TOP/tests/restart/killer.py" "$old" "$SPAWNED" "$1" \
		"$2" >"$HOSTS_DIR/killed" 2>"$HOSTS_DIR/killer" &
	killer=$!
	wait "$killer" || return 1
	killed=$(<"$HOSTS_DIR/killed")
	wait_until 5 a_is_empty || return 1
	wait_until 5 state_is b 3 master || return 1
	wait_until 5 any_recorded "$RECORD" "$ANSWER and .port == \"b\""
	TOOK+=("$(jq -s "(map(select($ANSWER and .port == \"b\").t) | min - $killed)
		/ 1e6 | round" "$RECORD")")
	stop "$RECORDER"
	LATE=$((LATE + $(late_answers)))
	begin_again
}

# trials guarded|all NAME
trials() {
	local delay
	TOOK=() LATE=0
	for delay in "${DELAYS[@]}"; do
		trial "$delay" "$1" || break
	done
	ok "$2: the other host takes over each time" \
		[ "${#TOOK[@]}" == "${#DELAYS[@]}" ]
	note "$2 ${DELAYS[*]} us after the old one's end: ${TOOK[*]} ms"
	ok "$2: soon after" [ "$(printf '%s\n' "${TOOK[@]}" | sort -n |
		tail -n1)" -lt "$TOOK_MAX" ]
	ok "$2: who was killed is silent from then on" [ "$LATE" == 0 ]
}

wire c "$HOSTS_DIR/probe" probe eth0 "$VIP4" 0.002
first b
attach b "${GROUP[@]}" --advskew 1
begin_again
trials guarded "a successor killed"
trials all "a successor and its guardian killed"
ok "after all that, one more takes over as it should" takeover a "$NEXT"
ok "and is master" state_is a 3 master
