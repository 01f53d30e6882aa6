#!/usr/bin/env bash
# SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
# Privilege: what parses sockets and the network has none, no names, and few
# system calls; what has it parses nothing.  Seen from outside, in /proc; that
# all else works as before, the other tests show.
#
#   a                b                c
#      |                |                 |
#   ---+----------------+-----------------+---  br0     vhid 3
source "$(dirname "$0")/lib.sh"
hosts a b c
ID=61112
# As many as in user/sys/confine_calls.c and confine_hand.c: whoever adds one
# says so here.
CONTROLLER_CALLS=66
GUARDIAN_CALLS=22
HAND_CALLS=103

# --- what they are ---------------------------------------------------------------
field() { sed -n "s/^$2:[ \t]*//p" "/proc/$1/status"; }
field_is() { [[ $(field "$1" "$2" | tr -s '\t ' ' ' | sed 's/ $//') == "$3" ]]; }
no_capability() {
	local kind
	for kind in CapInh CapPrm CapEff CapBnd CapAmb; do
		field_is "$1" $kind 0000000000000000 || return 1
	done
}
# Empty, and a directory that is no more gets no entry.
empty_root() {
	[[ -z $(ls -A "/proc/$1/root/") ]] &&
		[[ $(readlink "/proc/$1/root") == *" (deleted)" ]] &&
		[[ $(readlink "/proc/$1/cwd") == *" (deleted)" ]]
}
# Where names could still be looked up from; the pins' locks are some.
no_directory_but_locks() {
	local fd
	for fd in "/proc/$1/fd"/*; do
		[[ ! -d $fd || $(readlink "$fd") == "$HOSTS_PINS"/* ||
			$(readlink "$fd") == / ]] || return 1
		[[ $(readlink "$fd") != "$(readlink /proc/self/root)" ]] || return 1
	done
}
no_core() { grep -Eq '^Max core file size +0 +0 ' "/proc/$1/limits"; }

# confined NAME PID: without privilege.
confined() {
	ok "$1: a user of its own" field_is "$2" Uid "$ID $ID $ID $ID"
	ok "$1: a group of its own" field_is "$2" Gid "$ID $ID $ID $ID"
	ok "$1: no other group" field_is "$2" Groups ""
	ok "$1: no capability" no_capability "$2"
	ok "$1: an empty root" empty_root "$2"
	ok "$1: no directory is open" no_directory_but_locks "$2"
	locked "$1" "$2"
}
locked() {
	ok "$1: no new privileges" field_is "$2" NoNewPrivs 1
	ok "$1: system calls are filtered" field_is "$2" Seccomp 2
	ok "$1: no core is written" no_core "$2"
}

attach a --vhid 3 --vip "$VIP4/24" --vip "$VIP6/64" --preempt
wait_until 8 state_is a 3 master
attach b --vhid 3 --vip "$VIP4/24" --vip "$VIP6/64" \
	--advskew 100
wait_until 8 state_is b 3 backup
CONTROLLER=$(controller a) GUARDIAN=$(guardian a) HAND=$(hand a)
confined controller "$CONTROLLER"
confined guardian "$GUARDIAN"
locked hand "$HAND"
# CAP_NET_ADMIN, CAP_NET_RAW, CAP_PERFMON, CAP_BPF
FOUR=000000c000003000
ok "hand: four capabilities" field_is "$HAND" CapPrm $FOUR
ok "hand: and it gets no others" field_is "$HAND" CapBnd $FOUR
ok "hand: one thread" field_is "$HAND" Threads 1
workers() { pgrep -P "$HAND"; }
no_workers() { ! workers; }
ok "whoever has loaded the programs is gone" wait_until 2 no_workers

# calls FILE LIST: how many names are in it.
calls() {
	sed -n "/confine_$2_calls\[\] = {/,/};/p" \
		"$HOSTS_TOP/user/sys/$1.c" | grep -o '"[a-z0-9_]*"' | sort -u |
		wc -l
}
ok "controller: $CONTROLLER_CALLS system calls" \
	[ "$(calls confine_calls controller)" == $CONTROLLER_CALLS ]
ok "guardian: $GUARDIAN_CALLS system calls" \
	[ "$(calls confine_calls guardian)" == $GUARDIAN_CALLS ]
ok "hand: $HAND_CALLS system calls" \
	[ "$(calls confine_hand hand)" == $HAND_CALLS ]

# --- what becomes of them ----------------------------------------------------------
# The hand dies: the controller bows out and ends with an error.
wire switch "$HOSTS_DIR/record" record a b
kill -KILL "$HAND"
ok "without its hand a bows out" wait_until 5 any_recorded \
	"$HOSTS_DIR/record" '.port == "a" and .vhid == 3 and .advbase == 255'
ok "b takes over" wait_until 3 state_is b 3 master
ok "and the controller ends" wait_until 5 process_gone "$CONTROLLER"
ok "its guardian, too" wait_until 5 process_gone "$GUARDIAN"
ok "what it could not take off stays, silent" has_program a
attach a --vhid 3 --vip "$VIP4/24" --vip "$VIP6/64" --preempt
ok "the next one clears up and takes over" wait_until 8 state_is a 3 master

# The controller dies: so does the hand.
HAND=$(hand a)
crash a
ok "the hand ends with its controller" wait_until 5 process_gone "$HAND"

# Without a guardian.
attach a --vhid 3 --vip "$VIP4/24" --no-guardian
confined "without a guardian" "$(controller a)"
HAND=$(hand a)
ok "detached" carp a detach eth0
ok "nothing is left of it" wait_until 5 process_gone "$HAND"
refute "no program" has_program a
carp b detach eth0
