#!/usr/bin/env bash
# SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
# A kernel: its verifier, the packet tests on what its JIT makes of the program,
# and its way out.
export GUEST_LIMIT=${GUEST_LIMIT:-240}
source "$(dirname "$0")/lib.sh"

tests/kernels/packets.sh || FAILED=1
tests/netns/18-guard.sh || FAILED=1

# Without TCX, which came with 6.6, the guard is a filter, which nothing pins.
hosts d
hosts_plug d eth1
guards() {
	on d tc filter show dev eth0 egress | grep carp_egress ||
		test -e "$HOSTS_PINS/d/eth0/egress"
}
attach d --vhid 3 --vip "$VIP4/24"
ok "a filter or a pinned link guards the way out" guards
if [[ ! -e $HOSTS_PINS/d/eth0/egress ]]; then
	on d tc qdisc del dev eth0 clsact
	eventually 5 "taken away by somebody, it is put back" guards
fi
crash d
ok "still when the controller has crashed" guards
carp d attach eth1 --vhid 4 --vip 192.0.2.104/24 >"$HOSTS_DIR/attach" 2>&1
refute "the next controller removes it" guards
