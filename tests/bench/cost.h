/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * What one frame costs in the data plane, by BPF_PROG_TEST_RUN, net of what a
 * bare program costs in the same harness.
 */
#pragma once

#include <stdbool.h>

#include "series.h"

/* Bare programs first: what follows is measured against one of them. */
enum cost_id {
	COST_BARE_PASS,
	COST_BARE_DROP,
	COST_BARE_LINK, /* link header put back, then a bare XDP_PASS */
	COST_BARE_ARP,	/* ARP request put back, then a bare XDP_TX */
	COST_BARE_ND,	/* the same for a solicitation */
	COST_CLOCK,	/* the boot clock read, then a bare XDP_PASS */
	COST_TCP_1,
	COST_TCP_255,
	COST_TCP_LINK, /* what putting the frame back adds to the net */
	COST_VMAC,
	COST_ARP,
	COST_ND,
	COST_ARP_1, /* the same with one group, and with very many VIPs */
	COST_ARP_VIPS,
	COST_OTHER, /* refusals, from the cheapest on */
	COST_TTL,
	COST_STRANGER,
	COST_LENGTH,
	COST_VERSION,
	COST_CHECKSUM,
	COST_STALE, /* sealed, replayed */
	COST_FORGED,
	COST_FORGED6,
	COST_STRICT, /* forged, where only sealed senders are believed */
	COST_VALID,
	COST_GUARDED_TCP, /* without CAP_PERFMON */
	COST_GUARDED_ARP,
	COST_GUARDED_ND,
	COST_GUARDED_TTL,
	COST_GUARDED_FORGED,
	COST_IDS,
};

struct cost_results {
	struct series gross[COST_IDS]; /* ns a frame, harness included */
};

void cost_open(void);
void cost_close(void);
void cost_round(struct cost_results *results);

const char *cost_name(enum cost_id id);
bool cost_is_bare(enum cost_id id);
enum cost_id cost_base(enum cost_id id);
struct series cost_net(const struct cost_results *results, enum cost_id id);
