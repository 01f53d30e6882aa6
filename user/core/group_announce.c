/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * When neighbours are told where the virtual IPs are: on promotion, some
 * times more in growing distance, then once in a while; and when somebody
 * else has spoken for them.  A few frames at a time, so that thousands of
 * addresses hold up no advertisement; never without a lease.
 *
 *   a sweep     all VIPs, in slices
 *   a defence   the answer to a foreign claim: at once, but while the claims
 *               go on at doubling distance, so that two hosts never storm
 */
#include "group.h"
#include "announce.h"
#include "cluster.h"

enum announcer_numbers {
	AT_ONCE = 16, /* frames of a sweep before anything else is done */
	SLICE = 64,   /* frames of each slice behind it */
	SLICE_GAP_MS = 1,
	SLICE_TRIES = 3, /* for a frame that will not leave */
	REPEATS = 4,	 /* 1, 3, 7 and 15 s after the promotion */
	REPEAT_MS = 1000,
	UCARP_VIPS = 64, /* see refresh_every() */
	/* The last word: what the other side has sent meanwhile. */
	DEFEND_AGAIN_MS = 20,
	DEFEND_GAP_MS = 1000,
	DEFEND_GAP_MAX_MS = 60000,
};

/* Without a lease the data plane would not answer those we call.  A cluster
 * calls nobody, as OpenBSD's: its MAC stays, and switches must not learn it. */
static bool may_speak(struct group *g)
{
	return !cluster_has(&g->settings) &&
	       g->election.state == ELECTION_MASTER &&
	       instant_before(g->ops->now(g), g->election.lease_until);
}

/* False: try again later.  What will not leave after some tries is left to
 * the repeats. */
static bool announce_next(struct group *g, unsigned int *frames)
{
	struct group_announcer *a = &g->announcer;

	if (!group_announce_vip(g, &g->settings.vips[a->next], frames) &&
	    ++a->tries < SLICE_TRIES)
		return false;
	a->tries = 0;
	a->next++;
	return true;
}

static void slice(struct group *g, unsigned int frames_max, struct instant now)
{
	struct group_announcer *a = &g->announcer;
	unsigned int frames = 0;

	if (!may_speak(g)) {
		a->sweeping = false;
		return;
	}
	a->slice_due = instant_add(now, span_ms(SLICE_GAP_MS));
	while (a->next < g->settings.vips_count && frames < frames_max)
		if (!announce_next(g, &frames))
			return;
	if (a->next < g->settings.vips_count)
		return;
	a->sweeping = a->again;
	a->again = false;
	a->next = 0;
}

void group_announce(struct group *g, struct instant now)
{
	struct group_announcer *a = &g->announcer;

	if (a->sweeping) {
		a->again = true;
		return;
	}
	a->sweeping = true;
	a->again = false;
	a->next = 0;
	a->tries = 0;
	slice(g, AT_ONCE, now);
}

void group_announce_reset(struct group *g, struct instant now)
{
	g->announcer = (struct group_announcer){
		.repeat_due = INSTANT_NEVER,
		.again_due = INSTANT_NEVER,
	};
	if (g->election.state == ELECTION_MASTER)
		g->announcer.repeat_due = instant_add(now, span_ms(REPEAT_MS));
}

void group_announce_settings(struct group *g, struct instant now)
{
	struct group_announcer *a = &g->announcer;

	a->sweeping = false; /* the list is another one */
	if (g->election.state == ELECTION_MASTER && a->repeats >= REPEATS)
		a->repeat_due = g->settings.announce_refresh
					? instant_add(now, span_ms(REPEAT_MS))
					: INSTANT_NEVER;
}

/* A ucarp that was master beyond a cut in the network has drawn neighbours to
 * its own MAC, and yields to us without a word that we could hear: once an
 * interval, as long as that is a handful of frames. */
static struct span refresh_every(const struct group *g)
{
	const struct settings *s = &g->settings;
	struct span interval = election_interval(&g->election);
	struct span refresh = span_ms((uint64_t)s->announce_refresh * 1000);

	if (s->compat == COMPAT_UCARP && s->vips_count <= UCARP_VIPS &&
	    interval.ns < refresh.ns)
		return interval;
	return refresh;
}

static void repeat(struct group *g, struct instant now)
{
	struct group_announcer *a = &g->announcer;
	struct span refresh = refresh_every(g);

	a->repeats++;
	if (refresh.ns && refresh.ns <= span_ms(REPEAT_MS).ns << a->repeats)
		a->repeats = REPEATS;
	if (a->repeats < REPEATS)
		a->repeat_due = instant_add(
			now, span_ms((uint64_t)REPEAT_MS << a->repeats));
	else
		a->repeat_due =
			refresh.ns ? instant_add(now, refresh) : INSTANT_NEVER;
	group_announce(g, now);
}

/* Claims that have not stopped double the distance. */
static void space_defence(struct group_announcer *a, struct instant now)
{
	struct span gap = span_times(a->defend_gap, 2);

	if (instant_due(instant_add(a->defend_due, a->defend_gap), now))
		gap = span_ms(DEFEND_GAP_MS);
	if (gap.ns > span_ms(DEFEND_GAP_MAX_MS).ns)
		gap = span_ms(DEFEND_GAP_MAX_MS);
	a->defend_gap = gap;
	a->defend_due = instant_add(now, gap);
	a->defend_wanted = false;
}

void group_defend(struct group *g, const struct vip *vip, struct instant now)
{
	struct group_announcer *a = &g->announcer;
	unsigned int frames = 0;

	if (!may_speak(g))
		return;
	if (instant_before(now, a->defend_due)) {
		a->defend_wanted = true;
		return;
	}
	space_defence(a, now);
	if (vip)
		group_announce_vip(g, vip, &frames);
	else
		group_announce(g, now);
	a->again_due = instant_add(now, span_ms(DEFEND_AGAIN_MS));
}

void group_announce_tick(struct group *g, struct instant now)
{
	struct group_announcer *a = &g->announcer;

	if (g->election.state != ELECTION_MASTER)
		return;
	if (instant_due(a->repeat_due, now))
		repeat(g, now);
	if (instant_due(a->again_due, now)) {
		a->again_due = INSTANT_NEVER;
		group_announce(g, now);
	}
	if (a->defend_wanted && instant_due(a->defend_due, now)) {
		space_defence(a, now);
		group_announce(g, now);
	}
	if (a->sweeping && instant_due(a->slice_due, now))
		slice(g, SLICE, now);
	group_plan(g);
}

struct instant group_announce_deadline(const struct group *g)
{
	const struct group_announcer *a = &g->announcer;
	struct instant due = instant_min(a->repeat_due, a->again_due);

	if (g->election.state != ELECTION_MASTER)
		return INSTANT_NEVER;
	if (a->defend_wanted)
		due = instant_min(due, a->defend_due);
	return a->sweeping ? instant_min(due, a->slice_due) : due;
}
