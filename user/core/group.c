/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * One vhid on one interface.  Turns the election's actions into frames and
 * effects, in the order of safety; decides nothing itself.
 */
#include "group.h"
#include "announce.h"

#include <string.h>

enum {
	US = 1000,
	MS = 1000 * US
};

histogram_bounds group_gap_bounds = {
	5ull * MS,    10ull * MS,   50ull * MS,	   100ull * MS,
	500ull * MS,  1100ull * MS, 1500ull * MS,  2100ull * MS,
	3000ull * MS, 5000ull * MS, 10000ull * MS,
};
histogram_bounds group_lateness_bounds = {
	10ull * US,  25ull * US,  50ull * US,	100ull * US,
	250ull * US, 500ull * US, 1ull * MS,	5ull * MS,
	10ull * MS,  100ull * MS, 1000ull * MS,
};

static bool has_family(const struct settings *s, int family)
{
	for (size_t i = 0; i < s->vips_count; i++)
		if (s->vips[i].address.family == family)
			return true;
	return false;
}

/* ucarp's suppression and FreeBSD's demotion both end up in advskew. */
static enum demotion_form demotion_form_of(const struct settings *s)
{
	if (s->demotion_form != DEMOTION_AUTO)
		return s->demotion_form;
	return s->compat == COMPAT_OPENBSD ? DEMOTION_BYTE : DEMOTION_ADVSKEW;
}

static struct election_settings election_settings_of(const struct settings *s)
{
	return (struct election_settings){
		.advbase = s->advbase,
		.advskew = s->advskew,
		.dead_ratio = s->dead_ratio,
		.preempt = s->preempt,
		.preempt_delay = span_ms(s->preempt_delay * 1000ull),
		.observe = s->observe,
		.compat = s->compat,
		.demotion_form = demotion_form_of(s),
		.family = { has_family(s, 4), has_family(s, 6) },
	};
}

void group_init(struct group *g, const struct group_ops *ops, void *owner,
		unsigned int ifindex, const struct settings *settings,
		const struct carp_recipe *recipe)
{
	struct election_settings es = election_settings_of(settings);

	*g = (struct group){
		.ops = ops,
		.owner = owner,
		.ifindex = ifindex,
		.settings = *settings,
		.recipe = *recipe,
	};
	election_init(&g->election, &es);
	group_announce_reset(g, INSTANT_PAST);
}

bool group_observes(const struct group *g)
{
	return g->settings.observe || g->settings.vips_count == 0;
}

enum carp_role group_role(const struct group *g)
{
	if (g->settings.vips_count == 0)
		return CARP_ROLE_OBSERVER;
	if (g->settings.observe)
		return CARP_ROLE_AUDITOR;
	switch (g->election.state) {
	case ELECTION_MASTER:
		return CARP_ROLE_MASTER;
	case ELECTION_BACKUP:
		return CARP_ROLE_BACKUP;
	case ELECTION_INIT:
	default:
		return CARP_ROLE_INIT;
	}
}

/* In the order of the bits: on loss first the lease, on gain it is second. */
static void act(struct group *g, const struct election_output *out)
{
	if (out->actions & ACTION_LEASE_DROP)
		g->ops->set_lease(g, INSTANT_PAST);
	if (out->from != out->to)
		g->ops->set_role(g, group_role(g));
	if (out->from != out->to)
		group_announce_reset(g, g->ops->now(g));
	if (out->actions & ACTION_RESIGN)
		group_advertise(g, CARP_BOW_OUT, CARP_BOW_OUT);
	if (out->from == ELECTION_MASTER && out->to != ELECTION_MASTER)
		group_forget_farewells(g);
	if (out->actions & ACTION_REMOVE_VIP)
		g->ops->set_addresses(g, false);
	if (out->actions & ACTION_ADD_VIP)
		g->ops->set_addresses(g, true);
	if (out->actions & ACTION_LEASE_SET)
		g->ops->set_lease(g, g->election.lease_until);
	if (out->actions & ACTION_ADVERTISE)
		group_send_advert(g);
	if (out->actions & ACTION_ANNOUNCE)
		group_announce(g, g->ops->now(g));
}

static void step(struct group *g, const struct election_event *event)
{
	struct election_output out;

	election_step(&g->election, event, &out);
	act(g, &out);
	group_plan(g);
	if (out.from == out.to)
		return;
	g->reason = out.reason;
	g->since = event->now;
	g->transitions[out.from][out.to]++;
	g->ops->changed(g, &out);
}

/* Why a group does not come out of INIT. */
static void explain_init(struct group *g, bool link_up)
{
	if (g->settings.observe)
		g->reason = REASON_OBSERVES;
	else if (g->settings.vips_count == 0)
		g->reason = REASON_NO_VIPS;
	else if (!link_up)
		g->reason = REASON_LINK_DOWN;
}

void group_start(struct group *g, bool link_up, struct instant now)
{
	struct election_event event = { .kind = EVENT_START,
					.now = now,
					.link_up = link_up };

	g->since = now;
	explain_init(g, link_up);
	g->ops->set_role(g, group_role(g));
	step(g, &event);
}

void group_stop(struct group *g, struct instant now)
{
	struct election_event event = { .kind = EVENT_STOP, .now = now };

	step(g, &event);
}

static void end_grace(struct group *g)
{
	g->old_until = INSTANT_PAST;
	memset(&g->old_recipe, 0, sizeof(g->old_recipe));
	g->ops->grace_over(g);
}

static void doubt(struct group *g, struct instant now)
{
	if (g->ops->doubt && g->election.state == ELECTION_BACKUP &&
	    instant_due(election_deadline(&g->election), now))
		g->ops->doubt(g);
}

void group_tick(struct group *g, struct instant now)
{
	struct election_event event = { .kind = EVENT_TICK, .now = now };

	if (g->old_until.ns && instant_due(g->old_until, now))
		end_grace(g);
	group_probe_tick(g, now);
	group_plan(g);
	doubt(g, now);
	if (!instant_due(election_deadline(&g->election), now))
		return;
	histogram_add(&g->lateness, group_lateness_bounds,
		      instant_since(election_deadline(&g->election), now));
	g->ops->heard(g, event.heard);
	step(g, &event);
}

void group_link(struct group *g, bool up, struct instant now)
{
	struct election_event event = { .kind = EVENT_LINK,
					.now = now,
					.link_up = up };

	step(g, &event);
}

void group_demotion(struct group *g, int sum, struct instant now)
{
	struct election_event event = { .kind = EVENT_DEMOTION,
					.now = now,
					.demotion = sum };

	step(g, &event);
}

void group_command(struct group *g, bool master, struct instant now)
{
	struct election_event event = { .kind = EVENT_COMMAND,
					.now = now,
					.want_master = master };

	step(g, &event);
}

void group_settings(struct group *g, const struct settings *settings,
		    const struct carp_recipe *recipe, struct span grace,
		    struct instant now)
{
	struct election_event event = { .kind = EVENT_SETTINGS, .now = now };

	if (memcmp(&g->recipe, recipe, sizeof(*recipe)) && grace.ns) {
		g->old_recipe = g->recipe;
		g->old_until = instant_add(now, grace);
	}
	g->settings = *settings;
	g->recipe = *recipe;
	g->election.settings = election_settings_of(settings);
	group_announce_settings(g, now);
	step(g, &event);
	if (g->election.state == ELECTION_INIT)
		explain_init(g, g->election.link_up);
	g->ops->set_role(g, group_role(g));
}

static void remember_master(struct group *g, const struct carp_event *event)
{
	struct instant *last =
		&g->heard[event->family == 4 ? ELECTION_V4 : ELECTION_V6];
	struct instant at = { event->time_ns };

	if (last->ns)
		histogram_add(&g->gap, group_gap_bounds,
			      instant_since(*last, at));
	*last = at;
	g->master = (struct group_master){
		.address = { .family = event->family },
		.advbase = event->advbase,
		.advskew = event->advskew,
		.demote = event->demote,
		.verified = event->kind == CARP_EVENT_ADVERT,
		.at = at,
	};
	memcpy(g->master.address.bytes, event->source, 16);
	memcpy(g->master.mac, event->source_mac, CARP_MAC_SIZE);
}

static void on_advert(struct group *g, const struct carp_event *event,
		      struct instant now)
{
	int family = event->family == 4 ? ELECTION_V4 : ELECTION_V6;
	struct election_event e = {
		.kind = EVENT_ADVERT,
		.now = now,
		.advert = { .family = family,
			    .advbase = event->advbase,
			    .advskew = event->advskew,
			    .demote = event->demote,
			    .at = { event->time_ns } },
	};
	const bool was_master = g->election.state == ELECTION_MASTER;

	group_judge_tie(g, event, &e.advert);
	remember_master(g, event);
	g->ops->heard(g, e.heard);
	step(g, &e);
	group_judge_sender(g, event, was_master, now);
}

/* A solicitation the data plane could not turn around in place.  A prober has
 * no address yet: its answer goes to all nodes (RFC 4861 7.2.4). */
static void answer_solicit(struct group *g, const struct carp_event *event,
			   struct instant now)
{
	uint8_t frame[ANNOUNCE_SIZE_MAX];
	struct announce_nd nd = { .vhid = g->settings.vhid,
				  .router = g->router,
				  .balancing = (uint8_t)g->settings.balancing,
				  .vip = event->target };
	static const uint8_t unspecified[16];
	uint8_t own[CARP_MAC_SIZE];

	if (memcmp(event->source, unspecified, sizeof(unspecified)) != 0) {
		nd.to = event->source;
		nd.to_mac = event->source_mac;
	}
	if (g->election.state != ELECTION_MASTER ||
	    instant_due(g->election.lease_until, now))
		return;
	nd.source_mac = group_source_mac(g, own);
	g->ops->send(g, frame, announce_na(&nd, frame));
}

void group_event(struct group *g, const struct carp_event *event,
		 struct instant now)
{
	switch (event->kind) {
	case CARP_EVENT_ADVERT:
		on_advert(g, event, now);
		break;
	case CARP_EVENT_OBSERVED:
		remember_master(g, event);
		break;
	case CARP_EVENT_SOLICIT:
		answer_solicit(g, event, now);
		break;
	case CARP_EVENT_CLAIM:
	case CARP_EVENT_ECHO:
	case CARP_EVENT_VRRP:
	case CARP_EVENT_SEAL:
	case CARP_EVENT_DIGEST:
		group_notice(g, event, now);
		break;
	}
	group_plan(g);
}

static struct instant tick_deadline(const struct group *g)
{
	struct instant due = instant_min(election_deadline(&g->election),
					 group_probe_deadline(g));

	return g->old_until.ns ? instant_min(due, g->old_until) : due;
}

struct instant group_deadline(const struct group *g)
{
	return instant_min(tick_deadline(g), group_announce_deadline(g));
}

void group_plan(struct group *g)
{
	agenda_move(&g->tick, tick_deadline(g));
	agenda_move(&g->announcement, group_announce_deadline(g));
}

bool group_master_alive(const struct group *g, struct instant now)
{
	uint64_t us = g->settings.dead_ratio *
		      carp_interval_us(g->master.advbase, g->master.advskew);

	/* Both at 255: an advbase of 255 alone is a slow master. */
	if (g->master.advbase == CARP_BOW_OUT &&
	    g->master.advskew == CARP_BOW_OUT)
		return false;
	return g->master.address.family &&
	       instant_before(now, instant_add(g->master.at, span_us(us)));
}
