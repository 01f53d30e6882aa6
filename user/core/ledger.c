/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * The demotion ledger.  Adds and takes back; never decides what it means.
 */
#include "ledger.h"

#include <string.h>

static struct ledger_entry *find(struct ledger *ledger, unsigned int ifindex,
				 const char *reason, bool automatic)
{
	for (unsigned int i = 0; i < ledger->count; i++) {
		struct ledger_entry *e = &ledger->entries[i];

		if (e->ifindex == ifindex && e->automatic == automatic &&
		    !strncmp(e->reason, reason, LEDGER_REASON_SIZE - 1))
			return e;
	}
	return NULL;
}

static void drop(struct ledger *ledger, struct ledger_entry *entry)
{
	size_t after = (size_t)(&ledger->entries[ledger->count] - entry) - 1;

	memmove(entry, entry + 1, after * sizeof(*entry));
	ledger->count--;
}

static void append(struct ledger *ledger, const struct ledger_entry *entry,
		   const char *reason)
{
	struct ledger_entry *e = &ledger->entries[ledger->count++];
	size_t size = strlen(reason);

	*e = *entry;
	if (size >= LEDGER_REASON_SIZE)
		size = LEDGER_REASON_SIZE - 1;
	memcpy(e->reason, reason, size);
	e->reason[size] = '\0';
}

/* Uses a negative amount up against operators' entries, newest first; what
 * is left of it. */
static int take_back(struct ledger *ledger, unsigned int ifindex, int amount)
{
	for (unsigned int i = ledger->count; i-- > 0 && amount < 0;) {
		struct ledger_entry *e = &ledger->entries[i];

		if (e->ifindex != ifindex || e->automatic || e->amount <= 0)
			continue;
		if (e->amount + amount > 0) {
			e->amount += amount;
			return 0;
		}
		amount += e->amount;
		drop(ledger, e);
	}
	return amount;
}

bool ledger_add(struct ledger *ledger, unsigned int ifindex, int amount,
		const char *reason, struct instant now)
{
	struct ledger_entry *e = find(ledger, ifindex, reason, false);
	struct ledger_entry new = { .ifindex = ifindex, .since = now };

	if (e) {
		e->amount += amount;
		if (e->amount == 0)
			drop(ledger, e);
		return true;
	}
	if (amount < 0)
		amount = take_back(ledger, ifindex, amount);
	if (amount == 0)
		return true;
	if (ledger->count == LEDGER_ENTRIES_MAX)
		return false;
	new.amount = amount;
	append(ledger, &new, reason);
	return true;
}

bool ledger_set(struct ledger *ledger, unsigned int ifindex, int amount,
		const char *reason, struct instant now)
{
	struct ledger_entry *e = find(ledger, ifindex, reason, true);
	struct ledger_entry new = { .ifindex = ifindex,
				    .amount = amount,
				    .automatic = true,
				    .since = now };

	if (e && amount == 0) {
		drop(ledger, e);
	} else if (e) {
		e->amount = amount;
	} else if (amount != 0) {
		if (ledger->count == LEDGER_ENTRIES_MAX)
			return false;
		append(ledger, &new, reason);
	}
	return true;
}

void ledger_forget(struct ledger *ledger, unsigned int ifindex)
{
	for (unsigned int i = ledger->count; i-- > 0;)
		if (ledger->entries[i].ifindex == ifindex)
			drop(ledger, &ledger->entries[i]);
}

int ledger_sum(const struct ledger *ledger, unsigned int ifindex)
{
	int sum = 0;

	for (unsigned int i = 0; i < ledger->count; i++) {
		const struct ledger_entry *e = &ledger->entries[i];

		if (e->ifindex == ifindex || e->ifindex == LEDGER_EVERYWHERE)
			sum += e->amount;
	}
	return sum;
}
