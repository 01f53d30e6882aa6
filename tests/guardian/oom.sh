#!/usr/bin/env bash
# SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
# The kernel runs out of memory, in a control group that a daemon shares with
# what fills it, and kills somebody: the controller, because that has seen to
# being the first.  Its guardian bows out; measured as the other deaths are.
# shellcheck source=tests/guardian/lib.sh
source "$(dirname "$0")/lib.sh"
LIMIT=$((256 << 20))
CHUNK=65536
LITTLE=$((4 << 20)) # is filled chunk by chunk
FULL=$HOSTS_DIR/full

# --- a control group for each host ------------------------------------------------
cage() { echo "$CAGES-$1"; }

# limit DIRECTORY: of version 2 or 1; false if it cannot limit memory.
limit() {
	if [[ -e $1/memory.max ]]; then
		echo 0 >"$1/memory.oom.group"
		echo 0 2>/dev/null >"$1/memory.swap.max" || true
		echo "$LIMIT" >"$1/memory.max"
		USED=memory.current KILLS=memory.events
	else
		[[ -e $1/memory.oom_control ]] || return 1
		echo "$LIMIT" >"$1/memory.limit_in_bytes"
		USED=memory.usage_in_bytes KILLS=memory.oom_control
	fi
}

open_cages() {
	local top
	for top in /sys/fs/cgroup /sys/fs/cgroup/memory; do
		CAGES=$top/carp-oom-$$
		mkdir "$(cage a)" "$(cage b)" 2>/dev/null || continue
		! limit "$(cage a)" || ! limit "$(cage b)" || return 0
		rmdir "$(cage a)" "$(cage b)"
	done
	return 1
}

close_cages() {
	local host pid
	for host in a b; do
		while read -r pid; do
			kill -KILL "$pid"
		done <"$(cage "$host")/cgroup.procs"
		wait_until 5 rmdir "$(cage "$host")"
	done
	umount "$FULL"
}
clean_up() {
	close_cages 2>/dev/null
	finish
}

kills() { sed -n 's/^oom_kill //p' "$(cage "$1")/$KILLS"; }

# The daemon lives where the one lived that starts it.
eval "attach_outside() $(declare -f attach | tail -n +2)"
attach() {
	rm -f "$FULL/$1"
	(echo "$BASHPID" >"$(cage "$1")/cgroup.procs" && attach_outside "$@")
}

# --- a death ----------------------------------------------------------------------
# fill HOST: a file in memory grows until somebody has been killed; says when
# each chunk began, in nanoseconds.  A small program, lest it be the one.
# shellcheck disable=SC2016 # for the other shell
fill() {
	local cage
	cage=$(cage "$1")
	sh -c 'echo $$ >"$1/cgroup.procs"
		kills() { while read -r word count; do
			[ "$word" != oom_kill ] || echo "$count"; done <"$1/$2"; }
		before=$(kills "$1" "$2")
		read -r used <"$1/$3"
		head -c $(($4 - used - $6)) /dev/zero >"$7"
		chunks=0
		while [ "$(kills "$1" "$2")" = "$before" ] && [ $chunks -lt 200 ]; do
			chunks=$((chunks + 1))
			date +%s%N
			head -c "$5" /dev/zero >>"$7"
		done' - "$cage" "$KILLS" "$USED" "$LIMIT" "$CHUNK" "$LITTLE" \
		"$FULL/$1"
}
# Telling the time takes memory, too: not before the last chunk but one.
starve() { fill "$MASTER" 2>/dev/null | tail -n2 | head -n1; }

if ! open_cages; then
	claim skip "no control group that limits memory can be made here"
	exit 0
fi
trap clean_up EXIT
mkdir "$FULL"
mount -t tmpfs tmpfs "$FULL"

DEATHS=(starve)
begin --advbase 1
rounds "out of memory, advbase 1" 3 --advbase 1
ok "who came back was not taken for a replay" [ "$(replays)" == 0 ]
end
begin "${FAST[@]}"
rounds "out of memory, advbase 0" 3 "${FAST[@]}"
end
ok "each time the kernel has killed one process" \
	[ "$(($(kills a) + $(kills b)))" == 6 ]
stop "$PROBER"
