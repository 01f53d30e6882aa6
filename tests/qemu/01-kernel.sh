#!/usr/bin/env bash
# SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
# The oldest kernel we promise: its verifier, its way out (no TCX before 6.6)
# and one failover.
source "$(dirname "$0")/lib.sh"
BUDGET=build/tests/bpf/test_budget

note "Linux $(uname -r)"
ok "the data plane loads" "$BUDGET" --filter budget/with_all_privilege
ok "with CAP_BPF and CAP_NET_ADMIN alone, too" \
	"$BUDGET" --filter budget/with_two_capabilities
tests/netns/01-failover.sh || FAILED=1
tests/netns/18-guard.sh || FAILED=1
