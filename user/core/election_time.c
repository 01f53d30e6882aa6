/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * The numbers of the election: what goes on the wire, and how long to wait.
 *
 * Times in play:
 *   interval     between our advertisements, advbase + advskew/256 s
 *   master down  per family, after which a silent master is taken as dead
 *   lease        after each advertisement, how long the data plane may speak;
 *                always over before any peer's master-down time is
 */
#include "election.h"

enum election_time_numbers {
	DEMOTE_MAX = 255,
	SLACK_SHARE = 256, /* of the lease, for clock drift */
	SLACK_MIN_US = 200,
};

static int clamp(int value, int low, int high)
{
	return value < low ? low : value > high ? high : value;
}

/* The advskew we act and advertise with (carp-protocol.md 4.3). */
uint8_t election_wire_advskew(const struct election *e)
{
	int skew = e->settings.advskew;

	switch (e->settings.compat) {
	case COMPAT_FREEBSD:
		return (uint8_t)clamp(skew + e->demotion, 0,
				      CARP_ADVSKEW_DEMOTED);
	case COMPAT_UCARP:
		if (e->demotion > 0 && skew < CARP_ADVSKEW_DEMOTED)
			return CARP_ADVSKEW_DEMOTED;
		return (uint8_t)skew;
	case COMPAT_OPENBSD:
	default:
		return (uint8_t)skew;
	}
}

uint8_t election_wire_demote(const struct election *e)
{
	if (e->settings.compat != COMPAT_OPENBSD)
		return 0;
	return (uint8_t)clamp(e->demotion, 0, DEMOTE_MAX);
}

struct span election_interval(const struct election *e)
{
	return span_us(carp_interval_us(e->settings.advbase,
					election_wire_advskew(e)));
}

/* OpenBSD triples the skew as well; the others do not (timers.json). */
struct span election_master_down(const struct election_settings *s)
{
	uint64_t us;

	if (s->compat == COMPAT_OPENBSD)
		return span_us(ELECTION_DEAD_RATIO *
			       carp_interval_us(s->advbase, s->advskew));
	us = (uint64_t)ELECTION_DEAD_RATIO * s->advbase * 1000000u +
	     carp_skew_us(s->advskew);
	return span_us(us ? us : CARP_INTERVAL_FLOOR_US);
}

/*
 * A peer waits at least three times the skewless interval after hearing us.
 * That is the lease, unless our own interval is so long (advbase 0 with a
 * skew) that it would lapse between two advertisements.
 */
struct span election_lease(const struct election *e)
{
	uint64_t dead =
		ELECTION_DEAD_RATIO * carp_interval_us(e->settings.advbase, 0);
	uint64_t own = election_interval(e).ns / 1000;
	uint64_t slack;

	if (dead < own + own / 4)
		dead = own + own / 4;
	slack = dead / SLACK_SHARE;
	if (slack < SLACK_MIN_US)
		slack = SLACK_MIN_US;
	return span_us(dead - slack);
}
