/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * The election.  Decides; never reads a clock, sends, logs or allocates.
 */
#include "election.h"

#include <stdbool.h>

enum election_numbers {
	ANNOUNCE_AGAIN = 2, /* advertisements until the second announcement */
	TIE_SHARE = 16,
	SETTLE_MS = 10, /* any frame of the old master has arrived by then */
};

struct instant election_deadline(const struct election *e)
{
	if (e->state == ELECTION_MASTER)
		return instant_min(e->advert_due, e->settle_due);
	if (e->state == ELECTION_BACKUP)
		return instant_min(e->down[ELECTION_V4], e->down[ELECTION_V6]);
	return INSTANT_NEVER;
}

void election_init(struct election *e, const struct election_settings *settings)
{
	*e = (struct election){
		.settings = *settings,
		.state = ELECTION_INIT,
		.down = { INSTANT_NEVER, INSTANT_NEVER },
		.advert_due = INSTANT_NEVER,
		.settle_due = INSTANT_NEVER,
	};
}

static bool takes_part(const struct election *e)
{
	return !e->settings.observe && (e->settings.family[ELECTION_V4] ||
					e->settings.family[ELECTION_V6]);
}

static void arm_family(struct election *e, int family, struct instant at,
		       struct span patience)
{
	e->down[family] = INSTANT_NEVER;
	if (e->settings.family[family])
		e->down[family] = instant_add(at, patience);
}

static void arm(struct election *e, struct instant at, struct span patience)
{
	for (int f = 0; f < ELECTION_FAMILIES; f++)
		arm_family(e, f, at, patience);
}

static void change(struct election *e, enum election_state to,
		   enum election_reason reason, struct election_output *out)
{
	e->state = to;
	e->vacant_until = INSTANT_PAST;
	out->to = to;
	out->reason = reason;
}

static void enter_backup(struct election *e, struct instant at,
			 enum election_reason reason,
			 struct election_output *out)
{
	if (e->state == ELECTION_MASTER)
		out->actions |= ACTION_LEASE_DROP | ACTION_REMOVE_VIP;
	e->lease_until = INSTANT_PAST;
	e->settle_due = INSTANT_NEVER;
	e->waits_from = at;
	arm(e, at, election_master_down(e));
	change(e, ELECTION_BACKUP, reason, out);
}

static void enter_master(struct election *e, struct instant now,
			 enum election_reason reason,
			 struct election_output *out)
{
	e->yielded = false;
	e->announce_in = ANNOUNCE_AGAIN;
	e->settle_due = instant_add(now, span_ms(SETTLE_MS));
	e->rival_due = instant_add(now, election_interval(e));
	e->advert_due = instant_add(now, election_interval(e));
	/* Until it has said so it owns nothing for longer than that. */
	e->lease_until = e->advert_due;
	e->sent_at = now;
	out->actions |= ACTION_ADD_VIP | ACTION_LEASE_SET | ACTION_ADVERTISE |
			ACTION_ANNOUNCE;
	change(e, ELECTION_MASTER, reason, out);
}

static void enter_init(struct election *e, enum election_reason reason,
		       struct election_output *out)
{
	if (e->state == ELECTION_INIT)
		return;
	if (e->state == ELECTION_MASTER)
		out->actions |= ACTION_LEASE_DROP | ACTION_REMOVE_VIP;
	e->lease_until = INSTANT_PAST;
	e->settle_due = INSTANT_NEVER;
	change(e, ELECTION_INIT, reason, out);
}

/* Leaves INIT as soon as everything needed is there. */
static void try_leave_init(struct election *e, struct instant now,
			   enum election_reason reason,
			   struct election_output *out)
{
	if (e->state != ELECTION_INIT || !e->started || !e->link_up ||
	    !takes_part(e))
		return;
	e->ready_since = now;
	enter_backup(e, now, reason, out);
}

/* Whoever hears us at once is no master for longer than that; and not more
 * often than we speak anyway, or who sends us old advertisements could make
 * us send as many. */
static void tell_rival(struct election *e, struct instant now,
		       struct election_output *out)
{
	if (instant_before(now, e->rival_due))
		return;
	e->rival_due = instant_add(now, election_interval(e));
	e->advert_due = e->rival_due;
	out->actions |= ACTION_ADVERTISE;
}

/* We slept through our own lease, and who took our place leaves.  If instead
 * we have just tried to speak and could not, it is not tried more often. */
static void take_back(struct election *e, const struct election_event *event,
		      struct election_output *out)
{
	if (instant_before(event->now, e->advert_due) ||
	    election_overtaken(e, event))
		return;
	e->rival_due = instant_add(event->now, election_interval(e));
	e->advert_due = e->rival_due;
	out->actions |= ACTION_ADVERTISE | ACTION_ANNOUNCE;
}

static void advert_as_master(struct election *e,
			     const struct election_event *event,
			     struct election_output *out)
{
	enum election_reason reason = election_why_yield(e, event);
	struct instant from = event->now;

	if (reason == REASON_NONE) {
		if (election_lease_lapsed(e, event->now))
			take_back(e, event, out);
		else
			tell_rival(e, event->now, out);
		return;
	}
	if (event->advert.tie_lost && election_compare(e, &event->advert) == 0)
		from.ns += election_interval(e).ns / TIE_SHARE;
	enter_backup(e, from, reason, out);
	arm(e, from, election_patience(e, &event->advert));
}

/* What has waited in a ring is no reason to wait less long than a tie, or a
 * fresh start, demands. */
static void hear(struct election *e, const struct election_advert *ad)
{
	arm_family(e, ad->family, instant_max(ad->at, e->waits_from),
		   election_patience(e, ad));
}

/* A place is free, or was: who was quicker may have spoken since. */
static void note_vacancy(struct election *e, const struct election_advert *ad,
			 enum election_reason reason)
{
	if (reason != REASON_NONE && election_wants_relief(e, ad)) {
		e->vacancy = reason;
		e->vacant_until = instant_add(ad->at, election_interval(e));
	} else if (!election_goes_behind(e, ad)) {
		e->vacant_until = INSTANT_PAST;
	}
}

/* A late controller reads what a living master may have answered long ago, so
 * nobody takes over on a word that is not the last.  Within an interval of a
 * farewell the better backup still becomes master, as if it had not been late,
 * whoever was quicker. */
static enum election_reason why_now(struct election *e,
				    const struct election_event *event)
{
	enum election_reason reason = election_why_take_over(e, event);
	const struct election_advert *ad = &event->advert;

	if (election_overtaken(e, event)) {
		note_vacancy(e, ad, reason);
		return REASON_NONE;
	}
	if (reason == REASON_NONE && election_goes_behind(e, ad) &&
	    instant_before(event->now, e->vacant_until))
		reason = e->vacancy;
	e->vacant_until = INSTANT_PAST;
	return reason;
}

static void advert_as_backup(struct election *e,
			     const struct election_event *event,
			     struct election_output *out)
{
	enum election_reason reason = why_now(e, event);

	if (reason == REASON_NONE)
		hear(e, &event->advert);
	else
		enter_master(e, event->now, reason, out);
}

static void on_advert(struct election *e, const struct election_event *event,
		      struct election_output *out)
{
	if (e->state == ELECTION_MASTER)
		advert_as_master(e, event, out);
	else if (e->state == ELECTION_BACKUP)
		advert_as_backup(e, event, out);
}

/* An advertisement the kernel stamped but whose event never reached us still
 * proves a living master. */
static void believe_stamps(struct election *e, const struct instant *heard)
{
	struct span down = election_master_down(e);

	for (int f = 0; f < ELECTION_FAMILIES; f++)
		if (e->settings.family[f])
			e->down[f] = instant_max(e->down[f],
						 instant_add(heard[f], down));
}

static void tick_as_backup(struct election *e,
			   const struct election_event *event,
			   struct election_output *out)
{
	believe_stamps(e, event->heard);
	if (instant_due(election_deadline(e), event->now))
		enter_master(e, event->now, REASON_TIMED_OUT, out);
}

/* We slept through our own lease: was anyone else heard meanwhile? */
static bool replaced_meanwhile(const struct election *e,
			       const struct election_event *event)
{
	return election_lease_lapsed(e, event->now) &&
	       (instant_before(e->lease_until, event->heard[ELECTION_V4]) ||
		instant_before(e->lease_until, event->heard[ELECTION_V6]));
}

static void settle(struct election *e, struct instant now,
		   struct election_output *out)
{
	if (!instant_due(e->settle_due, now))
		return;
	e->settle_due = INSTANT_NEVER;
	if (!election_lease_lapsed(e, now))
		out->actions |= ACTION_ANNOUNCE;
}

static void tick_as_master(struct election *e,
			   const struct election_event *event,
			   struct election_output *out)
{
	settle(e, event->now, out);
	if (!instant_due(e->advert_due, event->now))
		return;
	if (replaced_meanwhile(e, event)) {
		enter_backup(e, event->now, REASON_LEASE_LAPSED, out);
		return;
	}
	if (election_lease_lapsed(e, event->now))
		e->announce_in = 1;
	e->advert_due = election_next_advert(e, event->now);
	out->actions |= ACTION_ADVERTISE;
	if (e->announce_in && --e->announce_in == 0)
		out->actions |= ACTION_ANNOUNCE;
}

static void on_tick(struct election *e, const struct election_event *event,
		    struct election_output *out)
{
	if (e->state == ELECTION_MASTER)
		tick_as_master(e, event, out);
	else if (e->state == ELECTION_BACKUP)
		tick_as_backup(e, event, out);
}

static void on_link(struct election *e, const struct election_event *event,
		    struct election_output *out)
{
	e->link_up = event->link_up;
	if (!e->link_up)
		enter_init(e, REASON_LINK_DOWN, out);
	else
		try_leave_init(e, event->now, REASON_LINK_UP, out);
}

static void on_stop(struct election *e, struct election_output *out)
{
	e->started = false;
	if (e->state == ELECTION_MASTER)
		out->actions |= ACTION_RESIGN;
	enter_init(e, REASON_STOPPED, out);
}

/* A master tells the world at once, so that a change of rank moves the
 * addresses now and not an interval later; a sum that the world does not see it
 * does not tell.  Once its lease has run out only the tick may renew it, which
 * asks first whether it was replaced. */
static void on_demotion(struct election *e, const struct election_event *event,
			struct election_output *out)
{
	const uint8_t advskew = election_wire_advskew(e);
	const uint8_t demote = election_wire_demote(e);

	e->demotion = event->demotion;
	if (e->state != ELECTION_MASTER ||
	    (election_wire_advskew(e) == advskew &&
	     election_wire_demote(e) == demote))
		return;
	e->advert_due = event->now;
	if (election_lease_lapsed(e, event->now))
		return;
	e->advert_due = instant_add(event->now, election_interval(e));
	out->actions |= ACTION_ADVERTISE;
}

static void on_command(struct election *e, const struct election_event *event,
		       struct election_output *out)
{
	if (event->want_master && e->state == ELECTION_BACKUP) {
		enter_master(e, event->now, REASON_OPERATOR, out);
	} else if (!event->want_master) {
		e->yielded = true;
		if (e->state != ELECTION_MASTER)
			return;
		out->actions |= ACTION_RESIGN;
		enter_backup(e, event->now, REASON_OPERATOR, out);
	}
}

/* Settings take effect in place: nobody loses its role over them.  They may
 * shorten a lease; only an advertisement that has left makes it longer. */
static void on_settings(struct election *e, const struct election_event *event,
			struct election_output *out)
{
	if (!takes_part(e)) {
		if (e->state == ELECTION_MASTER && e->settings.observe)
			out->actions |= ACTION_RESIGN;
		enter_init(e,
			   e->settings.observe ? REASON_OBSERVES
					       : REASON_NO_VIPS,
			   out);
		return;
	}
	try_leave_init(e, event->now, REASON_STARTED, out);
	if (e->state == ELECTION_BACKUP) {
		arm(e, event->now, election_master_down(e));
	} else if (e->state == ELECTION_MASTER) {
		out->actions |= ACTION_ADD_VIP;
		e->advert_due = event->now;
		if (election_lease_lapsed(e, event->now))
			return;
		e->announce_in = ANNOUNCE_AGAIN;
		e->lease_until =
			instant_min(e->lease_until,
				    instant_add(event->now, election_lease(e)));
		e->advert_due = instant_add(event->now, election_interval(e));
		out->actions |=
			ACTION_LEASE_SET | ACTION_ADVERTISE | ACTION_ANNOUNCE;
	}
}

void election_step(struct election *e, const struct election_event *event,
		   struct election_output *out)
{
	*out = (struct election_output){ .from = e->state, .to = e->state };
	switch (event->kind) {
	case EVENT_START:
		e->started = true;
		e->link_up = event->link_up;
		try_leave_init(e, event->now, REASON_STARTED, out);
		break;
	case EVENT_STOP:
		on_stop(e, out);
		break;
	case EVENT_TICK:
		on_tick(e, event, out);
		break;
	case EVENT_ADVERT:
		on_advert(e, event, out);
		break;
	case EVENT_LINK:
		on_link(e, event, out);
		break;
	case EVENT_DEMOTION:
		on_demotion(e, event, out);
		break;
	case EVENT_COMMAND:
		on_command(e, event, out);
		break;
	case EVENT_SETTINGS:
		on_settings(e, event, out);
		break;
	}
}

bool election_sent(struct election *e, struct instant at, bool ok)
{
	if (!ok || e->state != ELECTION_MASTER)
		return false;
	e->sent_at = at;
	e->lease_until = instant_add(at, election_lease(e));
	return true;
}
