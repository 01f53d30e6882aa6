#!/usr/bin/env bash
# SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
# A flood on both hosts of a pair, as fast as one CPU each can make it, and
# three pairs to stand it: carp-xdp, ucarp and keepalived.  Sourced.
#
#   a (master)       b (backup)      c (client)
#      |                |                |
#   ---+----------------+----------------+---  br0
#      ^                ^   the floods come out of the bridge's ports
#
#   contender_NAME_start, _stop     the pair is on duty; it is gone
#   contender_NAME_masters          how often b has become master (not ours)
#   flood SECONDS KIND VALUE        both generators; `made HOST` is what they made
# shellcheck source=tests/netns/lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/../netns/lib.sh"
GENERATOR=$HOSTS_TOP/build/flood/generator
FRAMES=$HOSTS_TOP/tests/flood/frames.py

# Natively sent frames reach a veth end that polls: a host's by GRO, where it
# has no program, and the bridge's by a program that does nothing.
flood_hosts() {
	local host
	hosts a b c
	for host in a b; do
		on "$host" ethtool -K eth0 gro on
		on switch ip link set dev "$host" xdp \
			object "$HOSTS_TOP/build/flood/flood.bpf.o" program pass
	done
}

flood() {
	local seconds=$1 frame cpu=0 port
	frame=$(python3 "$FRAMES" "$2" "$3")
	for port in a b; do
		spawn switch "$GENERATOR" "$port" "$((cpu % $(nproc)))" \
			"$seconds" "$frame" >"$HOSTS_DIR/made-$port" \
			2>>"$HOSTS_DIR/errors"
		eval "flood_$port=\$SPAWNED"
		cpu=$((cpu + 1))
	done
	# shellcheck disable=SC2154 # set by the eval above
	for port in "$flood_a" "$flood_b"; do
		wait_until $((seconds * 3 + 30)) process_gone "$port"
	done
}

made() { cut -d' ' -f1 "$HOSTS_DIR/made-$1"; }

# In millions a second and host.
rate() {
	awk '{ sum += $1 / $2 / 1e6 } END { printf "%.2f", sum / NR }' \
		"$HOSTS_DIR"/made-[ab]
}

# What the veth gave to a host's XDP programs, those before ours left out.
given() {
	on "$1" ethtool -S eth0 | awk -v before="${given_before[$1]:-0}" '
		/rx_queue_[0-9]+_xdp_packets/ { sum += $2 }
		END { print sum - before }'
}

# What that program has counted, under whatever name.
counted() {
	carp "$1" status -j | jq '[.interfaces[].counters[],
		.groups[].counters[]] | add'
}

counter() { group "$1" 3 ".counters.$2"; }

declare -A given_before=()
contender_ours_start() {
	local host
	for host in a b; do
		given_before[$host]=0
		given_before[$host]=$(given "$host")
		spawn_carp "$host" daemon >"$HOSTS_DIR/log-$host" 2>&1
		wait_until 10 carp "$host" status >/dev/null 2>&1
	done
	attach a --vhid 3 --vip "$VIP4/24" --mode native --preempt "$@"
	attach b --vhid 3 --vip "$VIP4/24" --mode native --advskew 100 "$@"
	wait_until 15 state_is a 3 master
	wait_until 15 state_is b 3 backup
}
transitions() { echo "$(group a 3 .transitions) $(group b 3 .transitions)"; }
contender_ours_stop() {
	local host
	for host in a b; do
		stop "$(controller "$host")"
	done
}

contender_ucarp_start() {
	local host skew=0
	for host in a b; do
		spawn "$host" ucarp -i eth0 -s "192.0.2.$((skew / 100 + 1))" \
			-v 3 -o "$PASS" -a "$VIP4" -b 1 -k "$skew" -P \
			-u /bin/true -d /bin/true \
			>"$HOSTS_DIR/log-$host" 2>&1
		eval "ucarp_$host=\$SPAWNED"
		skew=$((skew + 100))
		wait_until 15 grep -q BACKUP "$HOSTS_DIR/log-$host"
		[[ $host == b ]] || wait_until 15 \
			grep -q 'state: MASTER' "$HOSTS_DIR/log-a"
	done
}
contender_ucarp_masters() {
	grep -c 'state: MASTER' "$HOSTS_DIR/log-b" || true
}
# shellcheck disable=SC2154
contender_ucarp_stop() { stop "$ucarp_a" && stop "$ucarp_b"; }

contender_keepalived_start() {
	local host priority=200
	for host in a b; do
		cat >"$HOSTS_DIR/keepalived-$host" <<-E
			vrrp_instance pair {
			    interface eth0
			    version 3
			    virtual_router_id 3
			    priority $priority
			    advert_int 1
			    virtual_ipaddress {
			        $VIP4/24
			    }
			}
		E
		spawn "$host" keepalived --dont-fork --log-console --vrrp \
			--use-file "$HOSTS_DIR/keepalived-$host" \
			--pid "$HOSTS_DIR/kp-$host" \
			--vrrp_pid "$HOSTS_DIR/kv-$host" \
			>"$HOSTS_DIR/log-$host" 2>&1
		eval "keepalived_$host=\$SPAWNED"
		wait_until 15 grep -qE 'Entering (BACKUP|MASTER)' \
			"$HOSTS_DIR/log-$host"
		[[ $host == b ]] || wait_until 15 \
			grep -q 'Entering MASTER' "$HOSTS_DIR/log-a"
		priority=$((priority - 100))
	done
}
contender_keepalived_masters() {
	grep -c 'Entering MASTER' "$HOSTS_DIR/log-b" || true
}
# shellcheck disable=SC2154
contender_keepalived_stop() { stop "$keepalived_a" && stop "$keepalived_b"; }
