#!/usr/bin/env bash
# SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
# Three real daemons through one story, and what was seen of them:
#   capture.sh STORY DIRECTORY
# leaves there `wire` (every advertisement, at the bridge), `monitor.HOST`
# (every change of state) and `actions` (what was done to whom: from, until,
# what, host, argument).  trace.py makes a trace of it.
#
#   a (advskew 0)   b (advskew 64)   c (advskew 128)
#      |               |                |
#   ---+---------------+----------------+---  br0     vhid 3
STORY=$1 SEEN=$2
source "$(dirname "$0")/../netns/lib.sh"
hosts a b c
declare -A SKEW=([a]=0 [b]=64 [c]=128)
PREEMPT=()
wire switch "$SEEN/wire" record a b c

# act WHAT HOST ARGUMENT COMMAND...
act() {
	local from what="$1 $2 $3"
	from=$(date +%s%N)
	"${@:4}" >>"$SEEN/commands" 2>&1
	echo "$from $(date +%s%N) $what" >>"$SEEN/actions"
}

# Each is watched before its group comes.
begin() {
	local host
	for host in "$@"; do
		spawn_carp "$host" daemon >>"$SEEN/commands" 2>&1
		wait_until 10 carp "$host" status -j >/dev/null 2>&1
		spawn_carp "$host" monitor -j >"$SEEN/monitor.$host"
		wait_until 10 listens "$host"
		act start "$host" 0 attach "$host" --vhid 3 --vip "$VIP4/24" \
			--advskew "${SKEW[$host]}" "${PREEMPT[@]}"
	done
}

# Two clients at most, the monitor and who asks: it is connected.
listens() {
	[[ $(on "$1" ss -xH state connected src "$HOSTS_DIR/$1.sock" | wc -l) \
		!= 0 ]]
}

master() { wait_until 12 state_is "$1" 3 master; }
backup() { wait_until 12 state_is "$1" 3 backup; }
hears() { act cut - "$1" on switch bridge link set dev b mcast_flood "$2"; }

failover() {
	begin a b c
	master a
	sleep 1.4
	act crash a 0 kill -KILL "$(guardian a)" "$(controller a)"
	master b
	backup c
}

guardian_speaks() {
	begin a b c
	master a
	sleep 0.6
	act kill a 0 kill -KILL "$(controller a)"
	master b
	backup c
}

preempt() {
	PREEMPT=(--preempt)
	begin b c
	master b
	sleep 0.6
	begin a
	master a
	backup b
}

bow_out() {
	begin a b c
	master a
	sleep 0.6
	act stop a 0 carp a detach eth0
	master b
	backup c
}

freeze() {
	local pid
	PREEMPT=(--preempt)
	begin a b c
	master a
	sleep 0.6
	pid=$(controller a)
	act freeze a 0 kill -STOP "$pid"
	master b
	sleep 0.6
	act thaw a 0 kill -CONT "$pid"
	master a
	backup b
}

demotion() {
	PREEMPT=(--preempt)
	begin a b c
	master a
	sleep 0.6
	act demotion a 1 carp a demote eth0 +10 --reason test
	backup a
	sleep 1
	act demotion a 0 carp a demote eth0 -10 --reason test
	master a
	backup b
}

# Of what the others say b hears nothing for a while: bits 1 and 7.
partition() {
	begin a b c
	master a
	sleep 0.6
	hears 130 off
	master b
	sleep 1
	hears 0 on
	backup b
}

"$STORY"
sleep 3
date +%s%N >"$SEEN/end"
