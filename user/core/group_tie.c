/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * Who goes first among equals.  Among hosts that seal their counters the lower
 * address stays master and the higher one yields, so that any number of equals
 * has one winner as soon as they hear each other.  A BSD knows no such rule and
 * yields to its equal; so we yield to it, too.
 */
#include "group.h"

#include <string.h>

static int address_size(int family)
{
	return family == ELECTION_V4 ? 4 : 16;
}

/* ucarp compares the network-order word as its host reads it, on little-endian
 * hosts from the last byte.  Negative: the sender goes first. */
static int compare_addresses(struct group *g, int family, const uint8_t *sender)
{
	struct address from = { .family = family == ELECTION_V4 ? 4 : 6 };
	struct address own;
	int size = address_size(family);

	memcpy(from.bytes, sender, (size_t)size);
	own = group_source_towards(g, &from);
	if (g->settings.compat != COMPAT_UCARP)
		return memcmp(sender, own.bytes, (size_t)size);
	for (int i = size; i-- > 0;)
		if (sender[i] != own.bytes[i])
			return sender[i] - own.bytes[i];
	return 0;
}

static bool sealed_with(const struct carp_recipe *recipe,
			const struct carp_event *event)
{
	uint64_t head =
		carp_seal_head(event->vhid, event->advbase, event->advskew,
			       event->demote, event->family);

	return event->counter ==
	       carp_seal_counter(&recipe->seal, head,
				 event->counter >> CARP_SEAL_TAG_BITS,
				 event->source);
}

/* It has our passphrase and our habits. */
static bool sealed(const struct group *g, const struct carp_event *event)
{
	return sealed_with(&g->recipe, event) ||
	       (g->old_until.ns && sealed_with(&g->old_recipe, event));
}

/* Of two families, in which the order may not be the same, IPv4 decides as
 * long as it is heard. */
static bool decides(const struct group *g, int family, struct instant at)
{
	struct span patience = election_master_down(&g->election);

	return family == ELECTION_V4 ||
	       !g->election.settings.family[ELECTION_V4] ||
	       instant_due(instant_add(g->heard[ELECTION_V4], patience), at);
}

void group_judge_tie(struct group *g, const struct carp_event *event,
		     struct election_advert *ad)
{
	int order = compare_addresses(g, (int)ad->family, event->source);

	ad->tie_lost = order < 0;
	if (election_compare(&g->election, ad) != 0)
		return;
	ad->tie_counts = g->settings.compat == COMPAT_UCARP ||
			 (order != 0 && sealed(g, event));
	if (ad->tie_counts && !decides(g, (int)ad->family, ad->at))
		ad->tie_lost = false;
}
