/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * Oddities on the wire: tells of each once, and lets a master set neighbours
 * right.  Never moves the election.
 */
#include "group.h"

#include <string.h>

enum group_notice_numbers {
	/* What an old master had under way when we were promoted. */
	RIVAL_AFTER_MS = 100
};

static void add(struct group *g, const struct notice *n)
{
	if (!g->notices.table)
		g->notices.table = g->ops->notice_table(g);
	g->ops->noticed(g, n, notices_add(&g->notices, n));
}

static struct notice from_sender(enum notice_kind kind,
				 const struct carp_event *event)
{
	struct notice n = { .kind = kind,
			    .address = { .family = event->family },
			    .last = { event->time_ns } };

	memcpy(n.address.bytes, event->source, event->family == 4 ? 4 : 16);
	memcpy(n.mac, event->source_mac, sizeof(n.mac));
	return n;
}

static void claimed(struct group *g, const struct carp_event *event,
		    struct instant now)
{
	struct notice n = from_sender(NOTICE_CLAIM, event);
	const struct settings *s = &g->settings;

	memcpy(n.address.bytes, event->target, event->family == 4 ? 4 : 16);
	/* ucarp's master announces its own MAC. */
	if (s->compat == COMPAT_UCARP && g->election.state != ELECTION_MASTER)
		return;
	add(g, &n);
	for (size_t i = 0; i < s->vips_count; i++)
		if (!memcmp(&s->vips[i].address, &n.address,
			    sizeof(n.address))) {
			group_defend(g, &s->vips[i], now);
			return;
		}
}

static void heard(struct group *g, enum notice_kind kind,
		  const struct carp_event *event)
{
	struct notice n = from_sender(kind, event);

	add(g, &n);
}

void group_notice(struct group *g, const struct carp_event *event,
		  struct instant now)
{
	switch (event->kind) {
	case CARP_EVENT_CLAIM:
		claimed(g, event, now);
		break;
	case CARP_EVENT_ECHO:
		heard(g, NOTICE_ECHO, event);
		break;
	case CARP_EVENT_VRRP:
		heard(g, NOTICE_VRRP, event);
		break;
	case CARP_EVENT_SEAL:
		heard(g, NOTICE_SEAL, event);
		break;
	case CARP_EVENT_DIGEST:
		heard(g, NOTICE_DIGEST, event);
		break;
	default:
		break;
	}
}

/* As configured: what demotion makes of it for a while is no mistake. */
static bool equal_rank(const struct group *g, const struct carp_event *event)
{
	return event->advbase == g->settings.advbase &&
	       event->advskew == g->settings.advskew && !event->demote &&
	       g->election.demotion <= 0 && !group_observes(g);
}

void group_judge_sender(struct group *g, const struct carp_event *event,
			bool was_master, struct instant now)
{
	struct instant settled = instant_add(g->since, span_ms(RIVAL_AFTER_MS));

	if (equal_rank(g, event))
		heard(g, NOTICE_EQUAL, event);
	if (!was_master || g->election.state != ELECTION_MASTER ||
	    instant_before(now, settled))
		return;
	heard(g, NOTICE_RIVAL, event);
	group_defend(g, NULL, now);
}
