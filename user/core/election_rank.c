/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * Who goes first: what an advertisement means to a master and to a backup.
 * Only judges; the election acts on it.
 */
#include "election.h"

int election_compare(const struct election *e, const struct election_advert *ad)
{
	uint32_t own = carp_skew_us(election_wire_advskew(e));
	uint32_t theirs = carp_skew_us(ad->advskew);

	if (e->settings.advbase != ad->advbase)
		return e->settings.advbase < ad->advbase ? -1 : 1;
	return own == theirs ? 0 : own < theirs ? -1 : 1;
}

bool election_lease_lapsed(const struct election *e, struct instant now)
{
	return instant_due(e->lease_until, now);
}

/* OpenBSD reads byte 4, the others leave it alone; who sends it reads it. */
static bool reads_byte(const struct election_settings *s)
{
	return s->compat == COMPAT_OPENBSD ||
	       s->demotion_form != DEMOTION_ADVSKEW;
}

/* How much more demoted the sender is. */
static int sender_demotion(const struct election *e,
			   const struct election_advert *ad)
{
	if (!reads_byte(&e->settings))
		return 0;
	return (int)ad->demote - (int)election_wire_demote(e);
}

bool election_goes_behind(const struct election *e,
			  const struct election_advert *ad)
{
	return election_compare(e, ad) < 0 && sender_demotion(e, ad) >= 0;
}

/* With advbase 0 a host that has made way by its demotion must not give up the
 * slower master before that one's own intervals have passed. */
struct span election_patience(const struct election *e,
			      const struct election_advert *ad)
{
	struct span own = election_master_down(e);
	struct span theirs =
		span_us(e->settings.dead_ratio *
			carp_interval_us(ad->advbase, ad->advskew));

	if (e->settings.advbase || ad->advbase || sender_demotion(e, ad) >= 0)
		return own;
	return theirs.ns > own.ns ? theirs : own;
}

static bool bows_out(const struct election_advert *ad)
{
	return ad->advbase == CARP_BOW_OUT && ad->advskew == CARP_BOW_OUT;
}

bool election_overtaken(const struct election *e,
			const struct election_event *event)
{
	for (int f = 0; f < ELECTION_FAMILIES; f++)
		if (e->settings.family[f] &&
		    instant_before(event->advert.at, event->heard[f]))
			return true;
	return false;
}

/* To a bow-out nobody yields: its sender is there no longer. */
enum election_reason election_why_yield(const struct election *e,
					const struct election_event *event)
{
	const struct election_advert *ad = &event->advert;
	int order = election_compare(e, ad);
	int demotion = sender_demotion(e, ad);

	if (bows_out(ad))
		return REASON_NONE;
	if (election_lease_lapsed(e, event->now))
		return REASON_LEASE_LAPSED;
	if (demotion < 0)
		return REASON_LESS_DEMOTED_PEER;
	if (demotion > 0 || order < 0)
		return REASON_NONE;
	if (order == 0 && ad->tie_counts && !ad->tie_lost)
		return REASON_NONE;
	return REASON_FASTER_PEER;
}

struct span election_preempt_wait(const struct election *e, struct instant now)
{
	if (!e->settings.preempt || e->state != ELECTION_BACKUP)
		return span_ms(0);
	return instant_since(
		now, instant_add(e->ready_since, e->settings.preempt_delay));
}

/* Nobody waits for a sender that leaves, or that is demoted: by byte 4, or so
 * far that its advskew says nothing else. */
bool election_wants_relief(const struct election *e,
			   const struct election_advert *ad)
{
	return bows_out(ad) || sender_demotion(e, ad) > 0 ||
	       (ad->advskew >= CARP_ADVSKEW_DEMOTED &&
		election_wire_advskew(e) < CARP_ADVSKEW_DEMOTED);
}

static bool may_preempt(const struct election *e,
			const struct election_event *event)
{
	if (!e->settings.preempt || e->yielded)
		return false;
	return election_preempt_wait(e, event->now).ns == 0 ||
	       election_wants_relief(e, &event->advert);
}

/* Would our patience with this sender end before it speaks again?  OpenBSD
 * does not ask with advbase 0, where the answer would always be yes: there it
 * does not heed a bow-out either. */
static bool will_time_out(const struct election *e,
			  const struct election_advert *ad)
{
	uint32_t patience =
		(uint32_t)e->settings.dead_ratio * e->settings.advbase;

	if (patience == 0 && e->settings.compat == COMPAT_OPENBSD)
		return false;
	if (patience != ad->advbase)
		return patience < ad->advbase;
	return carp_skew_us(election_wire_advskew(e)) <
	       carp_skew_us(ad->advskew);
}

enum election_reason election_why_take_over(const struct election *e,
					    const struct election_event *event)
{
	const struct election_advert *ad = &event->advert;
	int demotion = sender_demotion(e, ad);

	if (election_goes_behind(e, ad) && may_preempt(e, event))
		return REASON_PREEMPT;
	if (demotion > 0)
		return REASON_PEER_DEMOTED;
	if (will_time_out(e, ad))
		return REASON_WILL_TIME_OUT;
	return REASON_NONE;
}
