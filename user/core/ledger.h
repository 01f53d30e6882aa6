/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * The demotion ledger: who added how much, where, since when and why.  A sum
 * of named entries, never a bare counter; an entry that comes to nothing is
 * gone.
 */
#pragma once

#include "instant.h"

enum ledger_limits {
	LEDGER_ENTRIES_MAX = 64,
	LEDGER_REASON_SIZE = 128,
	LEDGER_EVERYWHERE = 0, /* as ifindex: every group of the host */
};

struct ledger_entry {
	unsigned int ifindex; /* or LEDGER_EVERYWHERE */
	int amount;
	bool automatic; /* ours to take back, not an operator's */
	char reason[LEDGER_REASON_SIZE];
	struct instant since;
};

struct ledger {
	struct ledger_entry entries[LEDGER_ENTRIES_MAX];
	unsigned int count;
};

/*
 * Adds amount (may be negative) under a reason.  The same place and reason is
 * one entry; without such an entry a negative amount first takes back what
 * operators have added at that place, newest first.  False if the ledger is
 * full; nothing has changed then.
 */
bool ledger_add(struct ledger *ledger, unsigned int ifindex, int amount,
		const char *reason, struct instant now);
/* Sets the automatic entry of this place and reason, 0 removes it. */
bool ledger_set(struct ledger *ledger, unsigned int ifindex, int amount,
		const char *reason, struct instant now);
/* Forgets an interface. */
void ledger_forget(struct ledger *ledger, unsigned int ifindex);
/* What counts for groups of this interface. */
int ledger_sum(const struct ledger *ledger, unsigned int ifindex);
