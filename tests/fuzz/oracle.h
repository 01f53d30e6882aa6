/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * What must hold of any frame whatever is in it, told from the frame before
 * and after, the stage, and what changed in the maps.  Knows none of the data
 * plane's code but verdicts and layouts; nettle verifies digests.
 *
 *  1. One counter rises by one, and the action is that verdict's.
 *  2. An answer only with a live lease of the owner of what was asked for, and
 *     it is byte by byte the one RFC 826 or RFC 4861 wants.
 *  3. A frame is admitted only with a live lease; then its destination is the
 *     NIC's and all else as it was.  No other frame is touched.
 *  4. Nothing but the stamps of warnings changes without a digest that
 *     verifies; with it only what is remembered of senders.  Leases, digests,
 *     peers and shares never change.
 *  5. Sequences of sealed senders rise.
 *  6. At most one event, of the kind that the verdict says.
 *  7. From a virtual MAC without a lease nothing leaves but a master's
 *     advertisement and the bow-out.
 */
#pragma once

#include "frames.h"

/* A frame and what became of it. */
struct judged {
	const struct stage *stage;
	struct native *host;
	const struct made *before;
	const uint8_t *after;
	struct native_outcome out;
	/* Inside. */
	const struct stage_group *group; /* whom it was counted for */
	uint32_t network;		 /* offset behind the tags */
};

/* NULL, or which property is broken; takes the events of the host. */
const char *oracle_received(struct judged *j);
const char *oracle_sent(struct judged *j, bool tagged);

/* Inside: oracle_answer.c and oracle_state.c for oracle.c. */
const char *oracle_answer(const struct judged *j);
const char *oracle_state(const struct judged *j);
