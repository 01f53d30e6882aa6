#!/usr/bin/env bash
# SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
# The data plane's division of labour: only account.h counts and names XDP
# actions, only lease.h reads the clock, no room includes another's work.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
bad=0

# only FILE WHAT PATTERN: the pattern is in FILE and nowhere else in bpf/.
only() {
	local file=$1 what=$2 pattern=$3 found
	found=$(grep -nE -- "$pattern" bpf/*.[ch] | grep -v "^bpf/$file:" || true)
	if [[ $found ]]; then
		echo "only bpf/$file $what:"$'\n'"$found"
		bad=1
	fi
	grep -qE -- "$pattern" "bpf/$file" || {
		echo "bpf/$file no longer $what: adjust this rule"
		bad=1
	}
}

only lease.h "reads the clock" 'bpf_ktime_'
only account.h "counts" '&carp_counters'
only account.h "turns verdicts into actions" 'carp_verdict_action'
found=$(grep -nE '\bXDP_(PASS|DROP|TX|ABORTED|REDIRECT)\b' bpf/*.[ch] |
	grep -v '^bpf/account.h:' || true)
if [[ $found ]]; then
	echo "actions outside bpf/account.h:"$'\n'"$found"
	bad=1
fi
exit "$bad"
