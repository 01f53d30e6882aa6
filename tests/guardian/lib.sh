#!/usr/bin/env bash
# SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
# Common ground of the guardian's tests; sourced.  Two hosts take turns at
# dying, and each death is measured on the wire.
#
#   a                b                c (asks every 3 ms)
#      |                |                 |
#   ---+----------------+-----------------+---  br0     vhid 3
# shellcheck source=tests/netns/lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/../netns/lib.sh"
hosts a b c
VMAC=$(virtual_mac 3)
GROUP=(--vhid 3 --vip "$VIP4/24" --vip "$VIP6/64" --auth strict)
ANSWER="(.kind == \"arp\" and .op == 2 and .source == \"$VIP4\"
	and .mac == \"$VMAC\")"
RECORD=$HOSTS_DIR/record

# In microseconds, what a loaded machine may need; the dead times are 3 s, and
# 390 ms.
MEDIAN_MAX=100000
BEST_MAX=25000

knows_master() { [[ $(group "$1" 3 .master.address) != null ]]; }
guardian_is() { [[ $(carp "$1" status -j | jq .guardian) == "$2" ]]; }
killed_at() { echo "${EPOCHREALTIME/[.,]/}000"; }

# Ours is to be measured, not what else the machine is doing.  A backup is
# another machine: neither the dead one's end nor its guardian keep it waiting.
hurry() {
	chrt -f -p 2 "$(controller "$1")"
	chrt -f -p 3 "$(guardian "$1")"
}
# Its addresses come from the hand.
backup_is() {
	chrt -f -p 4 "$(hand "$1")"
	chrt -f -p 4 "$(controller "$1")"
}

# strike SIGNAL PID: kills, in nanoseconds when.  Stamped by who kills, or the
# start of a process would be measured, too.
# shellcheck disable=SC2016 # for the other shell
strike() {
	chrt -f 5 bash -c 'echo "${EPOCHREALTIME/[.,]/}000"; kill "-$1" "$2"' \
		- "$1" "$2"
}

# begin ARGUMENT...: a is master, b its backup.
begin() {
	attach a "${GROUP[@]}" "$@"
	hurry a
	wait_until 8 state_is a 3 master
	attach b "${GROUP[@]}" "$@"
	hurry b
	wait_until 5 knows_master b
	MASTER=a OTHER=b
}

swap() {
	local was=$MASTER
	MASTER=$OTHER OTHER=$was
}

# How often the host that answers is another than before: once is right.
voices() {
	jq -s "map(select($ANSWER)) | sort_by(.t) | map(.port)
		| [., .[1:]] | transpose | map(select(.[1] and .[0] != .[1]))
		| length" "$RECORD"
}

# round DEATH ARGUMENT...: the master's controller dies of DEATH, a command that
# is given its pid and says when in nanoseconds; times go to FAREWELL and TOOK,
# in microseconds, and the dead one comes back as backup.  1: nobody took over.
round() {
	local death=$1 pid killed found
	shift
	pid=$(controller "$MASTER")
	wire switch "$RECORD" record a b
	wait_until 5 any_recorded "$RECORD" "$ANSWER"
	hurry "$MASTER"
	backup_is "$OTHER"
	killed=$($death "$pid")
	wait_until 8 state_is "$OTHER" 3 master || {
		stop "$SPAWNED"
		return 1
	}
	found=".port == \"$OTHER\" and .t > $killed"
	wait_until 3 any_recorded "$RECORD" "$found and .gratuitous"
	TOOK+=("$(recorded "$RECORD" "$found and .gratuitous" |
		jq -s "((map(.t) | min) - $killed) / 1e3 | round")")
	FAREWELL+=("$(recorded "$RECORD" ".advbase == 255 and .advskew == 255
		and .port == \"$MASTER\" and .t > $killed" |
		jq -s "((map(.t) | min // 0) - $killed) / 1e3 | round")")
	stop "$SPAWNED"
	[[ $(voices) == 1 ]] || TWO_VOICES+=("$killed")
	attach "$MASTER" "${GROUP[@]}" "$@"
	hurry "$MASTER"
	swap
	wait_until 5 knows_master "$OTHER"
	wait_until 3 pings "$VIP4" >/dev/null && SERVED+=(yes)
}

# part PERCENT NUMBER...
part() {
	local percent=$1
	shift
	printf '%s\n' "$@" | sort -n | sed -n "$((($# * percent + 99) / 100))p"
}

# rounds NAME COUNT ARGUMENT...: of DEATHS by turns.
DEATHS=("strike KILL" "strike KILL" "strike KILL" "strike SEGV" "strike ABRT")
rounds() {
	local name=$1 count=$2 i
	shift 2
	TOOK=() FAREWELL=() TWO_VOICES=() SERVED=()
	for ((i = 0; i < count; i++)); do
		round "${DEATHS[i % ${#DEATHS[@]}]}" "$@" || break
	done
	ok "$name: $count controllers died, $count takeovers" \
		[ "${#TOOK[@]}" == "$count" ]
	note "$name: death to the new master's first gratuitous ARP, us:" \
		"${TOOK[*]}"
	note "$name: median $(part 50 "${TOOK[@]}") us," \
		"90 % $(part 90 "${TOOK[@]}") us; to the farewell" \
		"$(part 50 "${FAREWELL[@]}") us, $(part 90 "${FAREWELL[@]}") us"
	ok "$name: the median is below $((MEDIAN_MAX / 1000)) ms" \
		[ "$(part 50 "${TOOK[@]}")" -lt "$MEDIAN_MAX" ]
	ok "$name: the best is below $((BEST_MAX / 1000)) ms" \
		[ "$(printf '%s\n' "${TOOK[@]}" | sort -n | head -n1)" -lt "$BEST_MAX" ]
	ok "$name: never two voices" [ "${#TWO_VOICES[@]}" == 0 ]
	ok "$name: the client is served after each" \
		[ "${#SERVED[@]}" == "$count" ]
}

replays() {
	for host in a b; do
		group "$host" 3 '.counters | .advert_replayed + .advert_stale'
	done | jq -s add
}

end() {
	local host
	for host in b a; do
		carp "$host" detach eth0 >/dev/null 2>&1 || true
	done
}

# c asks from here on.
wire c "$HOSTS_DIR/probe" probe eth0 "$VIP4" 0.003
# shellcheck disable=SC2034 # read by the scripts
PROBER=$SPAWNED
# There a backup that does not preempt heeds no farewell, as on OpenBSD.
# shellcheck disable=SC2034 # read by the scripts
FAST=(--advbase 0 --dead-ratio 100 --preempt)
