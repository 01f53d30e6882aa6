#!/usr/bin/env bash
# SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
# Common ground of the restarts; sourced.
# shellcheck source=tests/netns/lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/../netns/lib.sh"
# shellcheck disable=SC2034 # read by the scripts
NEXT=$HOSTS_TOP/build/restart/next
# shellcheck disable=SC2034
OTHER=$HOSTS_TOP/build/restart/other

# daemon HOST BINARY [ARGUMENT...]: in the background, pid in SPAWNED.  A busy
# machine shall not be what is measured: it comes before all else.
daemon() {
	local run=$HOSTS_DIR/run-$1
	printf '#!/bin/sh\nexec chrt -f 10 %s "$@"\n' "$2" >"$run.new"
	chmod +x "$run.new"
	mv "$run.new" "$run" # one that is still read stays whole
	CARP_BINARY=$run spawn_carp "$1" daemon "${@:3}" \
		2>>"$HOSTS_DIR/$1.log"
}

# at_work HOST: now before one that only prepares.
at_work() { chrt -f -p 20 "$(controller "$1")"; }

# first HOST [ARGUMENT...]: a daemon where there is none.
first() {
	daemon "$1" "$CARP_BINARY" "${@:2}"
	wait_until 40 test -S "$HOSTS_DIR/$1.sock"
	wait_until 40 at_work "$1"
} >/dev/null 2>&1

# takeover HOST BINARY: another process goes on with it.
takeover() {
	local old
	old=$(controller "$1")
	daemon "$1" "$2" --takeover
	wait_until 40 process_gone "$old"
	wait_until 40 at_work "$1"
} >/dev/null 2>&1

# lasting HOST: all of its status that the passing of time does not change.
lasting() {
	carp "$1" status -j | jq -S 'del(.pid, .program, .guardian,
		.groups[].counters, .interfaces[].counters,
		.interfaces[].program_id, .groups[].since_seconds,
		.groups[].lease_remaining_us, .groups[].preempt_wait_seconds,
		.groups[].grace_seconds, .groups[].advertisements_sent,
		.groups[].announcements_sent, .groups[].since,
		.groups[].senders[].heard_seconds, .demotions[].since_seconds)'
}

# watch: c asks a and b, and all that passes is looked at from now on.
watch() {
	coproc WATCH {
		exec nsenter --net="/run/netns/$HOSTS_RUN-switch" \
			"$HOSTS_TOP/tests/restart/watch.py" "$VIP4" c a b \
			2>"$HOSTS_DIR/watch.ready"
	}
	wait_until 40 grep -q ready "$HOSTS_DIR/watch.ready"
}

# count: what was on the wire since the last time, in COUNTED.
count() {
	echo >&"${WATCH[1]}"
	# shellcheck disable=SC2034
	read -r COUNTED <&"${WATCH[0]}"
}
