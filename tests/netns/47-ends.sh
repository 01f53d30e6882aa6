#!/usr/bin/env bash
# SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
# Controller, guardian and hand hold each other's ends.  Whichever of them is
# killed, and in whichever order: what cannot go on ends, what can goes on, and
# nothing spins on the end of somebody who is not there any more.
#
#   a
#   |
#   +---  br0    vhid 3
source "$(dirname "$0")/lib.sh"
hosts a
HZ=$(getconf CLK_TCK)

# The daemon's processes, workers included.
everyone() {
	local pid
	for pid in $(ip netns pids "$HOSTS_RUN-a"); do
		[[ ! /proc/$pid/exe -ef $CARP_BINARY ]] || echo "$pid"
	done
}
nobody() { [[ -z $(everyone) ]]; }
alive() { [[ -n $(everyone) ]]; }

# Clock ticks that all of them have taken.
ticks() {
	local pid sum=0 stat
	for pid in $(everyone); do
		stat=$(sed 's/.*) //' "/proc/$pid/stat" 2>/dev/null) || continue
		# shellcheck disable=SC2086 # its words
		set -- $stat
		sum=$((sum + ${12} + ${13}))
	done
	echo "$sum"
}

# calm NAME: what is left takes less than a quarter of a CPU.
calm() {
	local before after
	before=$(ticks)
	sleep 0.4
	after=$(ticks)
	ok "$1: none of those left spins" [ $((after - before)) -lt $((HZ / 10)) ]
}

# Their pids, by these names, in strike.
begin() {
	attach a --vhid 3 --vip "$VIP4/24" --advbase 0 --metrics 127.0.0.1:9112
	wait_until 8 state_is a 3 master
	CONTROLLER=$(controller a)
	# shellcheck disable=SC2034 # by name
	GUARDIAN=$(guardian a)
	HAND=$(hand a)
}

# strike NAME SIGNAL:WHOM...: one after the other; those who are gone already
# have gone in their own time.
strike() {
	local name=$1 blow whom
	shift
	begin
	for blow in "$@"; do
		whom=${blow#*:}
		kill "-${blow%:*}" "${!whom}" 2>/dev/null || true
		calm "$name, $blow"
	done
	eventually 10 "$name: all have ended" nobody
}

strike "controller" KILL:CONTROLLER
strike "hand" KILL:HAND
strike "guardian, controller" KILL:GUARDIAN KILL:CONTROLLER
strike "guardian, hand" KILL:GUARDIAN KILL:HAND
strike "hand held up, controller" STOP:HAND KILL:CONTROLLER CONT:HAND
strike "hand held up, guardian, controller" \
	STOP:HAND KILL:GUARDIAN KILL:CONTROLLER CONT:HAND
strike "hand held up and killed" STOP:HAND KILL:HAND
strike "controller held up, hand" STOP:CONTROLLER KILL:HAND CONT:CONTROLLER
strike "controller held up, guardian, hand" \
	STOP:CONTROLLER KILL:GUARDIAN KILL:HAND CONT:CONTROLLER
strike "guardian held up, controller" \
	STOP:GUARDIAN KILL:CONTROLLER CONT:GUARDIAN

# While something waits for the hand.
begin
kill -STOP "$HAND"
carp a maintenance on >/dev/null 2>&1 &
sleep 0.5
kill -KILL "$HAND"
calm "asked, and killed"
eventually 10 "asked, and killed: all have ended" nobody

begin
kill -STOP "$HAND"
carp a maintenance on >/dev/null 2>&1 &
sleep 0.5
kill -KILL "$CONTROLLER"
kill -CONT "$HAND"
eventually 10 "asked, and the controller killed: all have ended" nobody

# And one that has all its processes is calm, too; without a descriptor left,
# who asks has to wait, and is answered as soon as there is one.
begin
calm "untouched"
ok "and alive" alive
# Of a process of another user's only that user may change the limits.
limit() {
	local id
	id=$(sed -n 's/^Uid:\s*\([0-9]*\).*/--reuid=\1/p
		s/^Gid:\s*\([0-9]*\).*/--regid=\1/p' "/proc/$CONTROLLER/status")
	# shellcheck disable=SC2086 # two words
	setpriv $id --clear-groups prlimit --pid "$CONTROLLER" "$@"
}
LIMIT=$(limit --nofile --noheadings --raw -o SOFT)
limit --nofile=3:
carp a status >"$HOSTS_DIR/asked" 2>&1 &
ASKED=$!
sleep 0.1
calm "no descriptor left"
on a curl -fsm5 http://127.0.0.1:9112/metrics >"$HOSTS_DIR/metrics" 2>&1 &
SCRAPER=$!
sleep 0.1
calm "nor for a scraper"
limit --nofile="$LIMIT:"
ok "there is one: who has asked is answered" wait "$ASKED"
ok "with the status" grep -q MASTER "$HOSTS_DIR/asked"
ok "and who has scraped" wait "$SCRAPER"
