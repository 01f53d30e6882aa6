#!/usr/bin/env bash
# SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
# Measures frames and daemons, ours beside the kernel, ucarp and keepalived, and
# prints ratios; no pass, no fail.  Needs root.
#   sudo tests/bench/run.sh [--no-build] [ROUNDS]
# 10 rounds, the default, take two of the ten minutes.
# Writes build/bench/: table.md, bench.md (frames in detail), bench.json,
# hosts.json and plots.
#
#   near: ask ------ veth ------ answer :far
#     generates, counts           carp-xdp or the kernel
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
if [[ $EUID != 0 ]]; then
	echo "the benchmark loads XDP programs: sudo make bench" >&2
	exit 1
fi
if [[ ${1:-} == --no-build ]]; then
	shift
else
	scripts/install-deps.sh bench
	make -j2 all build/bench/bench build/flood/generator
fi

NEAR=cxbench$$-near FAR=cxbench$$-far
BENCH_PID=
cleanup() {
	trap - EXIT
	if [[ $BENCH_PID ]]; then
		kill "$BENCH_PID" 2>/dev/null || true
		wait "$BENCH_PID" 2>/dev/null || true
	fi
	ip netns del "$NEAR" 2>/dev/null || true
	ip netns del "$FAR" 2>/dev/null || true
}
trap cleanup EXIT
trap 'exit 1' INT TERM HUP

ip netns add "$NEAR"
ip netns add "$FAR"
ip netns exec "$NEAR" sysctl -qw net.ipv6.conf.all.disable_ipv6=1
ip -n "$NEAR" link add ask type veth peer name answer netns "$FAR"
ip -n "$NEAR" link set ask up
ip -n "$FAR" addr add 192.168.1.1/24 dev answer
ip -n "$FAR" addr add 2001:db8::1/64 dev answer nodad
ip -n "$FAR" link set answer up

# In the background, so that a signal is handled at once.
measure() {
	"$@" &
	BENCH_PID=$!
	wait "$BENCH_PID"
	BENCH_PID=
}
measure build/bench/bench "/run/netns/$NEAR" ask "/run/netns/$FAR" answer \
	build/bench/bench.md build/bench/bench.json "${1:-10}"
measure tests/bench/hosts.py build/bench/hosts.json
tests/bench/table.py build/bench/bench.json build/bench/hosts.json \
	>build/bench/table.md
tests/bench/plots.sh build/bench/bench.json build/bench/hosts.json build/bench
cat build/bench/table.md
echo
echo "written to build/bench: table.md bench.md bench.json hosts.json *.svg"
