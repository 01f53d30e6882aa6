/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * One vhid on one interface.  Turns the election's actions into frames and
 * effects, in the order of safety; decides nothing itself.
 */
#include "group.h"
#include "advert.h"
#include "announce.h"

#include <string.h>

enum group_numbers {
	SEND_ERRORS_MAX = 3, /* in a row: demoted; OpenBSD and FreeBSD alike */
	SEND_SUCCESSES_MIN = 3,
	OBSERVED_DEAD_RATIO = 3,
};

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

static const int family_number[ELECTION_FAMILIES] = { 4, 6 };

static bool has_family(const struct settings *s, int family)
{
	for (size_t i = 0; i < s->vips_count; i++)
		if (s->vips[i].address.family == family)
			return true;
	return false;
}

static struct election_settings election_settings_of(const struct settings *s)
{
	return (struct election_settings){
		.advbase = s->advbase,
		.advskew = s->advskew,
		.preempt = s->preempt,
		.compat = s->compat,
		.family = { has_family(s, 4), has_family(s, 6) },
	};
}

void group_init(struct group *g, const struct group_ops *ops, void *owner,
		unsigned int ifindex, const struct settings *settings,
		const struct carp_recipe *recipe, uint64_t counter)
{
	struct election_settings es = election_settings_of(settings);

	*g = (struct group){
		.ops = ops,
		.owner = owner,
		.ifindex = ifindex,
		.settings = *settings,
		.recipe = *recipe,
		.counter = counter,
	};
	election_init(&g->election, &es);
}

bool group_observes(const struct group *g)
{
	return g->settings.vips_count == 0;
}

enum carp_role group_role(const struct group *g)
{
	if (group_observes(g))
		return CARP_ROLE_OBSERVER;
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

/* The address of a frame's sender: the interface's own, else a VIP. */
static struct address source_of(const struct group *g, int family)
{
	const struct settings *s = &g->settings;

	if (g->source[family].family)
		return g->source[family];
	for (size_t i = 0; i < s->vips_count; i++)
		if (s->vips[i].address.family == family_number[family])
			return s->vips[i].address;
	return (struct address){ 0 };
}

static int send_signed(struct group *g, const struct advert *ad,
		       const struct carp_recipe *recipe)
{
	uint8_t frame[ADVERT_SIZE_MAX];
	size_t size = advert_build(ad, recipe, frame);
	int err = g->ops->send(g, frame, size);

	if (!err)
		g->adverts_sent++;
	return err;
}

static int send_advert(struct group *g, struct advert *ad)
{
	int err = 0;

	if (ad->peer.family)
		g->ops->peer_mac(g, &ad->peer, ad->peer_mac);
	if (g->old_until.ns)
		err = send_signed(g, ad, &g->old_recipe);
	return err ? err : send_signed(g, ad, &g->recipe);
}

static bool has_peer(const struct settings *s, int family)
{
	for (size_t i = 0; i < s->peers_count; i++)
		if (s->peers[i].family == family)
			return true;
	return false;
}

/* One family: to each peer of that family, without one to the multicast
 * group, as OpenBSD (carppeer) and FreeBSD (peer, peer6) do. */
static int advertise_family(struct group *g, int family, struct advert *ad)
{
	int err = 0;

	ad->source = source_of(g, family);
	ad->counter = ++g->counter;
	ad->ip_id = (uint16_t)(ad->counter >> 3 ^ ad->counter << 7);
	ad->peer = (struct address){ 0 };
	g->ops->own_counter(g, ad->counter);
	if (!has_peer(&g->settings, family_number[family]))
		return send_advert(g, ad);
	for (size_t i = 0; i < g->settings.peers_count; i++) {
		ad->peer = g->settings.peers[i];
		if (ad->peer.family == family_number[family] &&
		    send_advert(g, ad) != 0)
			err = -1;
	}
	return err;
}

static bool advertise(struct group *g, uint8_t advbase, uint8_t advskew)
{
	struct advert ad = {
		.vhid = g->settings.vhid,
		.advbase = advbase,
		.advskew = advskew,
		.demote = election_wire_demote(&g->election),
	};
	bool ok = true;

	for (int f = 0; f < ELECTION_FAMILIES; f++)
		if (g->election.settings.family[f] &&
		    advertise_family(g, f, &ad) != 0)
			ok = false;
	return ok;
}

/* Three errors in a row are trouble, three successes in a row end it. */
static void count_send(struct group *g, bool ok)
{
	g->send_errors = ok ? 0 : g->send_errors + 1;
	g->send_successes = ok ? g->send_successes + 1 : 0;
	if (!g->send_failing && g->send_errors >= SEND_ERRORS_MAX) {
		g->send_failing = true;
		g->ops->send_trouble(g, true);
	} else if (g->send_failing && g->send_successes >= SEND_SUCCESSES_MIN) {
		g->send_failing = false;
		g->ops->send_trouble(g, false);
	}
}

static void do_advertise(struct group *g)
{
	struct instant at = g->ops->now(g);
	bool ok = advertise(g, g->settings.advbase,
			    election_wire_advskew(&g->election));

	if (election_sent(&g->election, at, ok))
		g->ops->set_lease(g, g->election.lease_until);
	count_send(g, ok);
}

static void announce_vip(struct group *g, const struct vip *vip)
{
	uint8_t frame[ANNOUNCE_SIZE_MAX];
	uint8_t vhid = g->settings.vhid;
	const uint8_t *address = vip->address.bytes;
	size_t size;

	if (vip->address.family == 4) {
		size = announce_arp(vhid, address, CARP_ARP_REQUEST, frame);
		g->ops->send(g, frame, size);
		size = announce_arp(vhid, address, CARP_ARP_REPLY, frame);
	} else {
		struct announce_nd nd = { .vhid = vhid,
					  .router = g->router,
					  .vip = address };

		size = announce_na(&nd, frame);
	}
	g->ops->send(g, frame, size);
	g->announcements_sent++;
}

/* Without a lease the data plane would not answer those we call. */
static void announce(struct group *g)
{
	if (instant_due(g->election.lease_until, g->ops->now(g)))
		return;
	for (size_t i = 0; i < g->settings.vips_count; i++)
		announce_vip(g, &g->settings.vips[i]);
}

/* In the order of the bits: on loss first the lease, on gain it is second. */
static void act(struct group *g, const struct election_output *out)
{
	if (out->actions & ACTION_LEASE_DROP)
		g->ops->set_lease(g, INSTANT_PAST);
	if (out->from != out->to)
		g->ops->set_role(g, group_role(g));
	if (out->actions & ACTION_RESIGN)
		advertise(g, CARP_BOW_OUT, CARP_BOW_OUT);
	if (out->actions & ACTION_REMOVE_VIP)
		g->ops->set_addresses(g, false);
	if (out->actions & ACTION_ADD_VIP)
		g->ops->set_addresses(g, true);
	if (out->actions & ACTION_LEASE_SET)
		g->ops->set_lease(g, g->election.lease_until);
	if (out->actions & ACTION_ADVERTISE)
		do_advertise(g);
	if (out->actions & ACTION_ANNOUNCE)
		announce(g);
}

static void step(struct group *g, const struct election_event *event)
{
	struct election_output out;

	election_step(&g->election, event, &out);
	act(g, &out);
	if (out.from == out.to)
		return;
	g->reason = out.reason;
	g->since = event->now;
	g->transitions[out.from][out.to]++;
	g->ops->changed(g, &out);
}

void group_start(struct group *g, bool link_up, struct instant now)
{
	struct election_event event = { .kind = EVENT_START,
					.now = now,
					.link_up = link_up };

	g->since = now;
	if (group_observes(g))
		g->reason = REASON_NO_VIPS;
	else if (!link_up)
		g->reason = REASON_LINK_DOWN;
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

void group_tick(struct group *g, struct instant now)
{
	struct election_event event = { .kind = EVENT_TICK, .now = now };

	if (g->old_until.ns && instant_due(g->old_until, now))
		end_grace(g);
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
	step(g, &event);
	g->ops->set_role(g, group_role(g));
}

/* Does the sender's address go before ours?  ucarp compares the network-order
 * word as its host reads it, on little-endian hosts from the last byte. */
static bool sender_goes_first(const struct group *g, int family,
			      const uint8_t *sender)
{
	struct address own = source_of(g, family);
	int size = family == ELECTION_V4 ? 4 : 16;

	if (g->settings.compat != COMPAT_UCARP)
		return memcmp(sender, own.bytes, (size_t)size) < 0;
	for (int i = size; i-- > 0;)
		if (sender[i] != own.bytes[i])
			return sender[i] < own.bytes[i];
	return false;
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
			    .tie_lost =
				    sender_goes_first(g, family, event->source),
			    .at = { event->time_ns } },
	};

	remember_master(g, event);
	step(g, &e);
}

/* A solicitation the data plane could not turn around in place.  A prober has
 * no address yet: its answer goes to all nodes (RFC 4861 7.2.4). */
static void answer_solicit(struct group *g, const struct carp_event *event,
			   struct instant now)
{
	uint8_t frame[ANNOUNCE_SIZE_MAX];
	struct announce_nd nd = { .vhid = g->settings.vhid,
				  .router = g->router,
				  .vip = event->target };
	static const uint8_t unspecified[16];

	if (memcmp(event->source, unspecified, sizeof(unspecified)) != 0) {
		nd.to = event->source;
		nd.to_mac = event->source_mac;
	}
	if (g->election.state != ELECTION_MASTER ||
	    instant_due(g->election.lease_until, now))
		return;
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
	}
}

struct instant group_deadline(const struct group *g)
{
	struct instant election = election_deadline(&g->election);

	return g->old_until.ns ? instant_min(election, g->old_until) : election;
}

bool group_master_alive(const struct group *g, struct instant now)
{
	uint64_t us = OBSERVED_DEAD_RATIO *
		      carp_interval_us(g->master.advbase, g->master.advskew);

	/* Both at 255: an advbase of 255 alone is a slow master. */
	if (g->master.advbase == CARP_BOW_OUT &&
	    g->master.advskew == CARP_BOW_OUT)
		return false;
	return g->master.address.family &&
	       instant_before(now, instant_add(g->master.at, span_us(us)));
}
