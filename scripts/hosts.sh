#!/usr/bin/env bash
# SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
# Hosts on a bridge, each in a network namespace of its own, for the demo and
# for the tests.  Sourced, never run.
#
#   hosts_open HOST...        builds: each host has eth0 on the bridge br0
#   hosts_plug HOST NIC [BR]  one more interface
#   hosts_close               ends every process in them, removes everything
#   on HOST COMMAND...        runs a command as that host
#   spawn HOST COMMAND...     the same in the background, pid in SPAWNED
#   carp, spawn_carp HOST VERB...   the same for the host's carp-xdp
#   controller HOST           the pid of its controller
#   guardian HOST             the pid of its controller's guardian, if any
#   wait_until SECONDS COMMAND...   0 as soon as the command succeeds
#
# The n-th host is 192.0.2.n and 2001:db8::n, MAC 02:00:00:00:00:0n.  The
# bridge lives in a namespace "switch"; its ports carry the hosts' names.

HOSTS_TOP=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
HOSTS_RUN=cx$$
HOSTS_DIR=
HOSTS_PINS=/sys/fs/bpf/$HOSTS_RUN
HOSTS=()
CARP_BINARY=${CARP_BINARY:-$HOSTS_TOP/build/carp-xdp}

wait_until() {
	local end=$((${EPOCHREALTIME/[.,]/} + ${1%.*} * 1000000))
	shift
	until "$@"; do
		((${EPOCHREALTIME/[.,]/} < end)) || return 1
		sleep 0.02
	done
}

on() {
	local host=$1
	shift
	nsenter --net="/run/netns/$HOSTS_RUN-$host" -- "$@"
}

controller() {
	on "$1" ss -xlpH src "$HOSTS_DIR/$1.sock" |
		sed -n 's/.*pid=\([0-9]*\),.*/\1/p'
}

guardian() {
	local pid
	pid=$(sed 's/.*) . //; s/ .*//' "/proc/$(controller "$1")/stat")
	[[ $(<"/proc/$pid/comm") != carp-guardian ]] || echo "$pid"
}

# The process with the privilege.
hand() { carp "$1" status -j 2>>"$HOSTS_DIR/errors" | jq .hand; }

# One member of a group's status: group HOST VHID FILTER
group() {
	carp "$1" status -j 2>>"$HOSTS_DIR/errors" |
		jq -r "first(.groups[] | select(.vhid == $2)) | $3"
}

state_is() { [[ $(group "$1" "$2" .state) == "$3" ]]; }

# spawn HOST COMMAND...: in the background; its pid is then in SPAWNED.
spawn() {
	local host=$1
	shift
	nsenter --net="/run/netns/$HOSTS_RUN-$host" -- "$@" &
	# shellcheck disable=SC2034 # read by the callers
	SPAWNED=$!
	disown
}

# carp-xdp with the host's own socket and pins, by on or by spawn.
carp_by() {
	"$1" "$2" env CARP_XDP_SOCKET="$HOSTS_DIR/$2.sock" \
		CARP_XDP_PIN_DIR="$HOSTS_PINS/$2" \
		CARP_XDP_STATE_DIR="$HOSTS_DIR/$2.state" "$CARP_BINARY" "${@:3}"
}
carp() { carp_by on "$@"; }
spawn_carp() { carp_by spawn "$@"; }

# wire HOST OUTPUT COMMAND...: scripts/wire.py in the background, at work.
wire() {
	spawn "$1" python3 "$HOSTS_TOP/scripts/wire.py" "${@:3}" \
		>"$2" 2>"$2.ready"
	wait_until 30 grep -q ready "$2.ready"
}

# stop PID: ends it by SIGTERM and waits for the end.
stop() {
	kill "$1" 2>/dev/null || return 0
	wait_until 10 process_gone "$1"
}

process_gone() { ! kill -0 "$1" 2>/dev/null; }

hosts_open() {
	local host
	HOSTS_DIR=$(mktemp -d)
	HOSTS=(switch "$@")
	for host in "${HOSTS[@]}"; do
		ip netns add "$HOSTS_RUN-$host"
		on "$host" sysctl -qw net.ipv6.conf.default.accept_dad=0 \
			net.ipv6.conf.all.accept_dad=0 \
			net.ipv6.conf.default.accept_ra=0
		on "$host" ip link set lo up
	done
	on switch sysctl -qw net.ipv6.conf.default.disable_ipv6=1
	for host in "$@"; do
		hosts_plug "$host" eth0
	done
}

hosts_plug() {
	local host=$1 nic=$2 bridge=${3:-br0} port=$1 index
	[[ $nic == eth0 ]] || port=$host-$nic
	for index in "${!HOSTS[@]}"; do
		[[ ${HOSTS[index]} != "$host" ]] || break
	done
	on switch ip link show "$bridge" >/dev/null 2>&1 ||
		on switch ip link add name "$bridge" up type bridge forward_delay 0
	on switch ip link add name "$port" type veth peer name "$nic" \
		netns "$HOSTS_RUN-$host" address "02:00:00:00:0${nic#eth}:0$index"
	on switch ip link set dev "$port" master "$bridge" up
	on "$host" ip link set dev "$nic" up
	[[ $nic == eth0 ]] || return 0
	on "$host" ip addr add "192.0.2.$index/24" dev "$nic"
	on "$host" ip addr add "2001:db8::$index/64" dev "$nic" nodad
}

hosts_idle() {
	local host
	for host in "${HOSTS[@]}"; do
		[[ -z $(ip netns pids "$HOSTS_RUN-$host" 2>/dev/null) ]] ||
			return 1
	done
}

hosts_close() {
	local host pid
	[[ -n $HOSTS_DIR ]] || return 0
	for host in "${HOSTS[@]}"; do
		for pid in $(ip netns pids "$HOSTS_RUN-$host" 2>/dev/null); do
			kill -KILL "$pid" 2>/dev/null || true
		done
	done
	wait_until 10 hosts_idle || true
	for host in "${HOSTS[@]}"; do
		ip netns del "$HOSTS_RUN-$host" 2>/dev/null || true
	done
	rm -rf "$HOSTS_PINS" "$HOSTS_DIR"
	HOSTS_DIR=
}
