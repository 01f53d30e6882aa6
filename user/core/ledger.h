/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * The demotion ledger: who added how much, where, since when and why.  A sum
 * of named entries, never a bare counter; an entry that comes to nothing is
 * gone.
 */
#pragma once

#include "instant.h"
#include "settings.h"

enum ledger_limits {
	LEDGER_ENTRIES_MAX = 512,
	LEDGER_OPERATORS_MAX = 64, /* of them, so that faults find room */
	LEDGER_REASON_SIZE = 256,
	LEDGER_BY_SIZE = 48,
	LEDGER_EVERYWHERE = 0, /* as ifindex: every group of the host */
};

/* The name that every group bears, as on OpenBSD. */
#define LEDGER_COMMON_NAME "carp"

struct ledger_entry {
	/* Where: groups of that name, or without one those of the interface,
	 * or LEDGER_EVERYWHERE. */
	char name[SETTINGS_NAME_SIZE];
	bool track; /* the name is a track's: groups that it counts for */
	unsigned int ifindex;
	int amount;
	bool automatic; /* ours to take back, not an operator's */
	bool weighed;	/* as the rules of the groups weigh a lost link */
	char reason[LEDGER_REASON_SIZE];
	char by[LEDGER_BY_SIZE]; /* who changed it last; may be empty */
	struct instant since;	 /* it was first there */
};

struct ledger {
	struct ledger_entry entries[LEDGER_ENTRIES_MAX];
	unsigned int count;
};

/*
 * Adds an operator's amount, which may be negative.  The same place and reason
 * is one entry; without such an entry a negative amount first takes back what
 * operators have added at that place, newest first.  Once the operators'
 * entries of a place add up to nothing they are gone, whatever their reasons.
 * False if operators have entered as much as they may; nothing has changed
 * then.
 */
bool ledger_add(struct ledger *ledger, const struct ledger_entry *entry);
/* Sets the automatic entry of this place and reason to its amount, 0 removes
 * it. */
bool ledger_set(struct ledger *ledger, const struct ledger_entry *entry);
/* Forgets an interface. */
void ledger_forget(struct ledger *ledger, unsigned int ifindex);
/* What counts for a group of this interface and with these settings. */
int ledger_sum(const struct ledger *ledger, unsigned int ifindex,
	       const struct settings *settings);
/* Is anything entered under this name? */
bool ledger_knows(const struct ledger *ledger, const char *name);
bool ledger_bears(const struct settings *settings, const char *name);
bool ledger_tracks(const struct settings *settings, const char *name);
