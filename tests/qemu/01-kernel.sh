#!/usr/bin/env bash
# SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
# The oldest kernel we promise: its verifier, and its way out (no TCX before
# 6.6).  Elections and failovers are in the scripts beside this one.
source "$(dirname "$0")/lib.sh"
BUDGET=build/tests/bpf/test_budget

note "Linux $(uname -r)"
ok "the data plane loads" "$BUDGET" --filter budget/with_all_privilege
ok "with CAP_BPF and CAP_NET_ADMIN alone, too" \
	"$BUDGET" --filter budget/with_two_capabilities
tests/netns/18-guard.sh || FAILED=1

# Without TCX the guard on the way out is a filter, which nothing pins.
hosts d
hosts_plug d eth1
guards() { on d tc filter show dev eth0 egress | grep carp_egress; }
attach d --vhid 3 --vip "$VIP4/24"
ok "a filter guards the way out" guards
on d tc qdisc del dev eth0 clsact
eventually 5 "taken away by somebody, it is put back" guards
crash d
ok "still when the controller has crashed" guards
carp d attach eth1 --vhid 4 --vip 192.0.2.104/24 >"$HOSTS_DIR/attach" 2>&1
refute "the next controller removes it" guards
