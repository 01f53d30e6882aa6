#!/usr/bin/env bash
# SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
# One round: each contender once under each flood that is meant for it.
# Sourced.
#   round SECONDS           claims of ours, notes of the others
# Adds to FRAMES_OURS and FALSE_OURS, and to FALSE_OF of the others: how often
# the backup has become master while the master was there and well.
# shellcheck source=tests/flood/lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
FRAMES_OURS=0 FALSE_OURS=0
declare -A FALSE_OF=([ucarp]=0 [keepalived]=0)

on_duty() { state_is a 3 master && state_is b 3 backup; }
unmoved() { on_duty && [[ $(transitions) == "$before" ]]; }

# Read twice, since a frame may come in between.
all_counted() {
	local host first sum
	for host in a b; do
		first=$(given "$host")
		sum=$(counted "$host")
		[[ $first == "$sum" && $sum == "$(given "$host")" ]] || return 1
	done
}

# What the controllers have had of their CPUs, in milliseconds.
cpu_time() {
	local host
	for host in a b; do
		cut -d' ' -f1 "/proc/$(controller "$host")/schedstat"
	done | awk '{ sum += $1 / 1e6 } END { printf "%d", sum }'
}
log_lines() { cat "$HOSTS_DIR"/log-[ab] | wc -l; }

# The client asks all the while.
ask_on() {
	spawn c arping -b -w "$1" -I eth0 "$VIP4" \
		>"$HOSTS_DIR/asked" 2>&1
}
answers() { grep -c 'reply from' "$HOSTS_DIR/asked" || true; }

# withstand SECONDS NAME KIND VALUE: with the pair on duty.
withstand() {
	local seconds=$1 name=$2 before log cpu spent
	before=$(transitions) log=$(log_lines) cpu=$(cpu_time)
	ask_on "$seconds"
	flood "$seconds" "$3" "$4"
	spent=$(($(cpu_time) - cpu)) log=$(($(log_lines) - log))
	ok "$name: master and backup stay what they are" unmoved
	unmoved || FALSE_OURS=$((FALSE_OURS + 1))
	eventually 10 "$name: every frame is counted" all_counted
	ok "$name: the client is answered meanwhile" [ "$(answers)" -gt 0 ]
	ok "$name: each controller takes less than 1 % of a CPU" \
		[ "$spent" -lt $((seconds * 2 * 10)) ]
	ok "$name: each logs ten lines a minute at most" \
		[ "$log" -le $((2 * 10 * ((seconds + 59) / 60))) ]
	note "$name: $(rate) million a second and host, $(answers) answers to" \
		"the client, $spent ms of CPU, $log lines"
	FRAMES_OURS=$((FRAMES_OURS + $(made a) + $(made b)))
}

ours() {
	contender_ours_start
	withstand "$1" "forged, whole HMAC" carp 3
	withstand "$1" "ARP for the VIP" arp "$VIP4"
	contender_ours_stop
	contender_ours_start --auth strict
	withstand "$1" "forged, strict" carp 3
	contender_ours_stop
}

# other SECONDS NAME KIND: what becomes of that pair.
other() {
	local masters log
	"contender_$2_start"
	log=$(log_lines)
	flood "$1" "$3" 3
	masters=$("contender_$2_masters")
	note "$2: $(rate) million a second and host, backup became master" \
		"$masters times, $(($(log_lines) - log)) lines"
	FALSE_OF[$2]=$((FALSE_OF[$2] + masters))
	"contender_$2_stop"
}

round() {
	ours "$1"
	other "$1" ucarp carp
	other "$1" keepalived vrrp
}
