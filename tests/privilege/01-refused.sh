#!/usr/bin/env bash
# SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
# Each process is made to try what somebody would who had taken it over, and
# gets nowhere; it goes on as if nothing had been.
source "$(dirname "$0")/../netns/lib.sh"
hosts a
INJECT=$HOSTS_TOP/build/tests/privilege/inject

attach a --vhid 3 --vip "$VIP4/24" --preempt
wait_until 8 state_is a 3 master

# tried PID CALL...: how each ended, 1 is EPERM.
tried() { timeout 20 "$INJECT" "$@" | tee "$HOSTS_DIR/tried"; }
ended() { grep -qx "$1" "$HOSTS_DIR/tried"; }

NAMES=(open openat unlinkat)
OTHERS=(execve fork clone newns unshare setns mount chroot ptrace kill setuid)
WAYS=(connect socket-inet socket-packet io_uring keyctl reboot)
KERNEL=(bpf-load bpf-map bpf-detach bpf-pinned mmap-exec mprotect-exec)
tried "$(controller a)" "${NAMES[@]}" "${OTHERS[@]}" "${WAYS[@]}" \
	"${KERNEL[@]}" clone3 socket-netlink >/dev/null
for call in "${NAMES[@]}" "${OTHERS[@]}" "${WAYS[@]}" "${KERNEL[@]}"; do
	ok "controller: $call is refused" ended "$call 1"
done
ok "controller: clone3 is not there" ended "clone3 38"
ok "controller: what is on the list is done" ended "socket-netlink 0"

HAND=(execve unshare setns mount chroot ptrace kill setuid io_uring keyctl reboot)
tried "$(hand a)" "${HAND[@]}" socket-packet >/dev/null
for call in "${HAND[@]}"; do
	ok "hand: $call is refused" ended "$call 1"
done
ok "hand: what is on the list is done" ended "socket-packet 0"

ok "the group is master still" state_is a 3 master
ok "and its controller does what it is told" carp a set eth0 --vhid 3 --advskew 7
ok "so does its hand" carp a detach eth0
refute "nothing is left" has_address a "$VIP4"
