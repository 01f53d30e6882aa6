/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * The demotion ledger.  Adds and takes back; never decides what it means.
 */
#include "ledger.h"

#include <string.h>

static bool same_place(const struct ledger_entry *a,
		       const struct ledger_entry *b)
{
	return a->ifindex == b->ifindex && a->track == b->track &&
	       !strcmp(a->name, b->name);
}

static struct ledger_entry *find(struct ledger *ledger,
				 const struct ledger_entry *like)
{
	for (unsigned int i = 0; i < ledger->count; i++) {
		struct ledger_entry *e = &ledger->entries[i];

		if (same_place(e, like) && e->automatic == like->automatic &&
		    !strcmp(e->reason, like->reason))
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

static bool has_room(const struct ledger *ledger, bool automatic)
{
	unsigned int operators = 0;

	for (unsigned int i = 0; i < ledger->count; i++)
		operators += !ledger->entries[i].automatic;
	return ledger->count < LEDGER_ENTRIES_MAX &&
	       (automatic || operators < LEDGER_OPERATORS_MAX);
}

static bool append(struct ledger *ledger, const struct ledger_entry *entry)
{
	if (!has_room(ledger, entry->automatic))
		return false;
	ledger->entries[ledger->count++] = *entry;
	return true;
}

/* Uses a negative amount up against operators' entries, newest first; what
 * is left of it. */
static int take_back(struct ledger *ledger, const struct ledger_entry *entry)
{
	int amount = entry->amount;

	for (unsigned int i = ledger->count; i-- > 0 && amount < 0;) {
		struct ledger_entry *e = &ledger->entries[i];

		if (!same_place(e, entry) || e->automatic || e->amount <= 0)
			continue;
		if (e->amount + amount > 0) {
			e->amount += amount;
			memcpy(e->by, entry->by, sizeof(e->by));
			return 0;
		}
		amount += e->amount;
		drop(ledger, e);
	}
	return amount;
}

static void drop_if_even(struct ledger *ledger,
			 const struct ledger_entry *place)
{
	int sum = 0;

	for (unsigned int i = 0; i < ledger->count; i++)
		if (same_place(&ledger->entries[i], place) &&
		    !ledger->entries[i].automatic)
			sum += ledger->entries[i].amount;
	for (unsigned int i = ledger->count; i-- > 0 && sum == 0;)
		if (same_place(&ledger->entries[i], place) &&
		    !ledger->entries[i].automatic)
			drop(ledger, &ledger->entries[i]);
}

/* Into the entry of its reason, or one of its own. */
static bool enter(struct ledger *ledger, const struct ledger_entry *entry)
{
	struct ledger_entry new = *entry;
	struct ledger_entry *e;

	new.automatic = false;
	e = find(ledger, &new);
	if (e) {
		e->amount += new.amount;
		memcpy(e->by, new.by, sizeof(e->by));
		if (e->amount == 0)
			drop(ledger, e);
		return true;
	}
	if (new.amount < 0)
		new.amount = take_back(ledger, &new);
	return new.amount == 0 || append(ledger, &new);
}

bool ledger_add(struct ledger *ledger, const struct ledger_entry *entry)
{
	if (!enter(ledger, entry))
		return false;
	drop_if_even(ledger, entry);
	return true;
}

bool ledger_set(struct ledger *ledger, const struct ledger_entry *entry)
{
	struct ledger_entry new = *entry;
	struct ledger_entry *e;

	new.automatic = true;
	e = find(ledger, &new);
	if (e && new.amount == 0)
		drop(ledger, e);
	else if (e)
		e->amount = new.amount;
	if (e && new.amount != 0)
		e->weighed = new.weighed;
	return e || new.amount == 0 || append(ledger, &new);
}

void ledger_forget(struct ledger *ledger, unsigned int ifindex)
{
	for (unsigned int i = ledger->count; i-- > 0;)
		if (ledger->entries[i].ifindex == ifindex)
			drop(ledger, &ledger->entries[i]);
}

bool ledger_bears(const struct settings *s, const char *name)
{
	for (size_t i = 0; i < s->names_count; i++)
		if (!strcmp(s->names[i], name))
			return true;
	return !strcmp(name, LEDGER_COMMON_NAME);
}

bool ledger_tracks(const struct settings *s, const char *name)
{
	for (size_t i = 0; i < s->tracks_count; i++)
		if (!strcmp(s->tracks[i], name))
			return true;
	return false;
}

static bool counts(const struct ledger_entry *e, unsigned int ifindex,
		   const struct settings *s)
{
	if (e->track)
		return ledger_tracks(s, e->name);
	if (*e->name)
		return ledger_bears(s, e->name);
	return e->ifindex == ifindex || e->ifindex == LEDGER_EVERYWHERE;
}

int ledger_sum(const struct ledger *ledger, unsigned int ifindex,
	       const struct settings *settings)
{
	int sum = 0;

	for (unsigned int i = 0; i < ledger->count; i++)
		if (counts(&ledger->entries[i], ifindex, settings))
			sum += ledger->entries[i].amount;
	return sum;
}

bool ledger_knows(const struct ledger *ledger, const char *name)
{
	for (unsigned int i = 0; i < ledger->count; i++)
		if (!ledger->entries[i].track &&
		    !strcmp(ledger->entries[i].name, name))
			return true;
	return false;
}
