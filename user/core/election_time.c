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
	SKEW_NS = 1000000000 / 256, /* what intervals are multiples of */
	SKEW_CUT_NS = 1000,
	BEAT_SKEWS = 4,
};

static int clamp(int value, int low, int high)
{
	return value < low ? low : value > high ? high : value;
}

static int added_demotion(const struct election *e)
{
	return e->settings.demotion_form == DEMOTION_BYTE ? 0 : e->demotion;
}

/* The advskew we act and advertise with (carp-protocol.md 4.3).  FreeBSD
 * clamps it even without demotion; ucarp's demotion is all or nothing. */
uint8_t election_wire_advskew(const struct election *e)
{
	int skew = e->settings.advskew;
	int demotion = added_demotion(e);

	if (e->settings.compat == COMPAT_UCARP) {
		if (demotion > 0 && skew < CARP_ADVSKEW_DEMOTED)
			skew = CARP_ADVSKEW_DEMOTED;
	} else if (demotion || e->settings.compat == COMPAT_FREEBSD) {
		skew = clamp(skew + demotion, 0, CARP_ADVSKEW_DEMOTED);
	}
	return (uint8_t)skew;
}

uint8_t election_wire_demote(const struct election *e)
{
	if (e->settings.demotion_form == DEMOTION_ADVSKEW)
		return 0;
	return (uint8_t)clamp(e->demotion, 0, DEMOTE_MAX);
}

struct span election_interval(const struct election *e)
{
	return span_us(carp_interval_us(e->settings.advbase,
					election_wire_advskew(e)));
}

/* OpenBSD multiplies the skew as well; the others do not, and take it as it is
 * configured (timers.json).  With advbase 0 that leaves nothing but the skew:
 * there it is the one we act with, or a demoted host would be too impatient
 * for the very master it has made way for. */
struct span election_master_down(const struct election *e)
{
	const struct election_settings *s = &e->settings;
	uint8_t skew = s->advskew;
	uint64_t us;

	if (s->compat == COMPAT_OPENBSD)
		return span_us(s->dead_ratio *
			       carp_interval_us(s->advbase, skew));
	if (s->advbase == 0 && election_wire_advskew(e) > skew)
		skew = election_wire_advskew(e);
	us = (uint64_t)s->dead_ratio * s->advbase * 1000000u +
	     carp_skew_us(skew);
	return span_us(us ? us : CARP_INTERVAL_FLOOR_US);
}

/* A wake-up costs a host more than the advertisement it is for.  So masters
 * speak on beats of the boot clock, 64 a second, all those of one beat in one
 * wake-up; those whose interval is no multiple of that, on a fourth of it.  On
 * the way there they are early, never late, each time by what an advskew of 1
 * makes at most.  An advbase of 0 leaves no room for that. */
struct instant election_next_advert(const struct election *e,
				    struct instant now)
{
	struct instant due = instant_add(now, election_interval(e));
	uint64_t beat = SKEW_NS, on_beat;

	if (e->settings.advbase == 0)
		return due;
	if (election_wire_advskew(e) % BEAT_SKEWS == 0)
		beat *= BEAT_SKEWS;
	/* Intervals are cut to whole microseconds, beats are not. */
	on_beat = due.ns + SKEW_CUT_NS;
	on_beat -= on_beat % beat;
	return instant_max((struct instant){ on_beat },
			   (struct instant){ due.ns - SKEW_NS });
}

/* How long the least patient peer of our dead ratio waits for us: one without
 * a skew.  Outside OpenBSD's rules it waits for its skew alone if there is no
 * advbase. */
static uint64_t least_patience_us(const struct election_settings *s)
{
	if (s->advbase == 0 && s->compat != COMPAT_OPENBSD)
		return 0;
	return s->dead_ratio * carp_interval_us(s->advbase, 0);
}

/*
 * Over before the least patient peer gives us up.  With advbase 1 and more
 * that is longer than our own interval whatever our skew, because the ratio
 * is 2 at least.  With advbase 0 a skew can make our interval so long that
 * the lease would lapse between two advertisements: then it is a quarter
 * longer than the interval, in time for those peers only that let us be
 * master, the slower ones.
 */
struct span election_lease(const struct election *e)
{
	uint64_t dead = least_patience_us(&e->settings);
	uint64_t own = election_interval(e).ns / 1000;
	uint64_t slack;

	if (e->settings.advbase == 0 && dead < own + own / 4)
		dead = own + own / 4;
	slack = dead / SLACK_SHARE;
	if (slack < SLACK_MIN_US)
		slack = SLACK_MIN_US;
	return span_us(dead - slack);
}
