/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * A verdict becomes a counter and an action.  The only writer of counters and
 * the only place that names an XDP action; it never looks at the frame.
 */
#pragma once

#include "maps.bpf.h"

/* In the place of a verdict: a global function has counted the frame, for what
 * one returns the verifier would follow through all there are. */
#define CARP_SETTLED ((enum carp_verdict)CARP_V_COUNT)

/*
 * The counter of a verdict.  An index would be shorter, but without
 * CAP_PERFMON the verifier wants a constant; the barrier keeps clang from
 * making one variable out of all of them.
 */
static __always_inline __u64 *account_counter(struct carp_counters *counters,
					      enum carp_verdict verdict)
{
	__u64 *counter = &counters->passed;

#define ACCOUNT_CASE(name, action, help) \
	case CARP_V_##name: \
		counter = &counters->name; \
		CARP_BARRIER(counter); \
		break;
	switch (verdict) {
		CARP_VERDICTS(ACCOUNT_CASE)
	default:
		break;
	}
#undef ACCOUNT_CASE
	return counter;
}

/* Counts one frame under `vhid` (0 is the interface itself). */
static __always_inline int settle(__u32 vhid, enum carp_verdict verdict)
{
	struct carp_counters *counters;

	counters = bpf_map_lookup_elem(&carp_counters, &vhid);
	if (counters)
		*account_counter(counters, verdict) += 1;
	return carp_verdict_action(verdict);
}

/* The same for a frame on its way out, which ends in pass or drop. */
static __always_inline int settle_out(__u32 vhid, enum carp_verdict verdict)
{
	if (verdict == CARP_V_passed)
		return TC_ACT_OK;
	return settle(vhid, verdict) == CARP_DROP ? TC_ACT_SHOT : TC_ACT_OK;
}
