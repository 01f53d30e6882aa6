/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * What a group puts on the wire: advertisements and announcements, and what
 * comes of sending them.  Decides neither when nor whether.
 */
#include "group.h"
#include "advert.h"
#include "announce.h"
#include "frame.h"

#include <string.h>

enum group_send_numbers {
	PROBE_SIZE = 60,
	ETHERTYPE_LOOPBACK = 0x9000,
	SEND_ERRORS_MAX = 3, /* in a row: demoted; OpenBSD and FreeBSD alike */
	SEND_SUCCESSES_MIN = 3,
};

static const int family_number[ELECTION_FAMILIES] = { 4, 6 };

/* The address of a frame's sender: the interface's own, else a VIP. */
struct address group_source(const struct group *g, int family)
{
	const struct settings *s = &g->settings;

	if (g->source[family].family)
		return g->source[family];
	for (size_t i = 0; i < s->vips_count; i++)
		if (s->vips[i].address.family == family_number[family])
			return s->vips[i].address;
	return (struct address){ 0 };
}

struct address group_source_towards(struct group *g, const struct address *to)
{
	struct group_route route = { 0 };

	for (size_t i = 0; i < g->settings.peers_count; i++)
		if (!memcmp(&g->settings.peers[i], to, sizeof(*to)))
			g->ops->peer_route(g, &g->settings.peers[i], &route);
	if (route.source.family)
		return route.source;
	return group_source(g, to->family == 4 ? ELECTION_V4 : ELECTION_V6);
}

const uint8_t *group_source_mac(struct group *g, uint8_t own[CARP_MAC_SIZE])
{
	if (!carp_share_hides((uint8_t)g->settings.balancing))
		return NULL;
	g->ops->own_mac(g, own);
	return own;
}

/* Aims at a peer; what it may know us by may differ from peer to peer. */
static void aim_at(struct group *g, const struct address *peer,
		   struct advert *ad)
{
	struct group_route route;

	g->ops->peer_route(g, peer, &route);
	ad->peer = *peer;
	memcpy(ad->peer_mac, route.mac, sizeof(ad->peer_mac));
	ad->source = route.source.family
			     ? route.source
			     : group_source(g, peer->family == 4 ? ELECTION_V4
								 : ELECTION_V6);
}

/* Seals the counter for the source the frame goes out with; false if it is the
 * one it had. */
static bool seal(struct advert *ad, const struct carp_recipe *recipe,
		 uint64_t sequence)
{
	uint64_t head = carp_seal_head(ad->vhid, ad->advbase, ad->advskew,
				       ad->demote, ad->source.family);
	uint64_t counter = carp_seal_counter(&recipe->seal, head, sequence,
					     ad->source.bytes);

	if (counter == ad->counter)
		return false;
	ad->counter = counter;
	ad->ip_id = (uint16_t)(counter >> 3 ^ counter << 7);
	return true;
}

static bool is_farewell(const struct advert *ad)
{
	return ad->advskew == CARP_BOW_OUT;
}

/* What is to be sent behind this advertisement if we die.  Ready before it
 * leaves: its sequence is above all that were ever sent, and the next
 * advertisement may have that sequence too, for then this is not sent. */
static void prepare_farewell(struct group *g, const struct advert *ad,
			     const struct carp_recipe *recipe)
{
	uint8_t frame[ADVERT_SIZE_MAX];
	struct advert farewell = *ad;

	if (!g->ops->farewell || is_farewell(ad))
		return;
	farewell.advbase = CARP_BOW_OUT;
	farewell.advskew = CARP_BOW_OUT;
	seal(&farewell, recipe, g->sequence + 1);
	g->ops->farewell(g, g->farewells++, frame,
			 advert_build(&farewell, recipe, frame));
}

void group_forget_farewells(struct group *g)
{
	if (g->ops->farewell)
		g->ops->farewell(g, 0, NULL, 0);
}

static int send_signed(struct group *g, struct advert *ad,
		       const struct carp_recipe *recipe)
{
	uint8_t frame[ADVERT_SIZE_MAX];
	size_t size;
	int err;

	prepare_farewell(g, ad, recipe);
	if (seal(ad, recipe, g->sequence))
		g->ops->own_counter(g, ad->counter);
	size = advert_build(ad, recipe, frame);
	err = g->ops->send(g, frame, size);
	if (!err)
		g->adverts_sent++;
	return err;
}

static bool has_peer(const struct settings *s, int family)
{
	for (size_t i = 0; i < s->peers_count; i++)
		if (s->peers[i].family == family)
			return true;
	return false;
}

/* Under one digest: to each peer of the family, without one to the multicast
 * group, as OpenBSD (carppeer) and FreeBSD (peer, peer6) do.  One sequence for
 * all peers, of whom each hears one frame. */
static int send_advert(struct group *g, int family, struct advert *ad,
		       const struct carp_recipe *recipe)
{
	const struct settings *s = &g->settings;
	int err = 0;

	g->sequence = g->ops->sequence(g, g->sequence);
	ad->counter = 0;
	ad->peer = (struct address){ 0 };
	ad->source = group_source(g, family);
	if (!has_peer(s, family_number[family]))
		return send_signed(g, ad, recipe);
	for (size_t i = 0; i < s->peers_count; i++) {
		if (s->peers[i].family != family_number[family])
			continue;
		aim_at(g, &s->peers[i], ad);
		if (send_signed(g, ad, recipe) != 0)
			err = -1;
	}
	return err;
}

/* One family.  Each frame has a sequence of its own, the two of a change of
 * passphrase or VIPs too, or the second would be a replay. */
static int advertise_family(struct group *g, int family, struct advert *ad)
{
	int err = 0;

	if (g->old_until.ns)
		err = send_advert(g, family, ad, &g->old_recipe);
	return err ? err : send_advert(g, family, ad, &g->recipe);
}

bool group_advertise(struct group *g, uint8_t advbase, uint8_t advskew)
{
	struct advert ad = {
		.vhid = g->settings.vhid,
		.advbase = advbase,
		.advskew = advskew,
		.demote = election_wire_demote(&g->election),
	};
	bool ok = true;
	uint8_t own[CARP_MAC_SIZE];

	ad.source_mac = group_source_mac(g, own);
	g->farewells = 0;
	for (int f = 0; f < ELECTION_FAMILIES; f++)
		if (g->election.settings.family[f] &&
		    advertise_family(g, f, &ad) != 0)
			ok = false;
	if (g->farewells)
		g->ops->farewell(g, g->farewells, NULL, 0);
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

void group_forgive_sends(struct group *g)
{
	g->send_errors = 0;
	g->send_successes = 0;
	if (!g->send_failing)
		return;
	g->send_failing = false;
	group_plan(g);
	g->ops->send_trouble(g, false);
}

static bool must_probe(const struct group *g)
{
	return g->send_failing && g->election.link_up &&
	       g->election.state != ELECTION_MASTER;
}

struct instant group_probe_deadline(const struct group *g)
{
	return must_probe(g) ? g->probe_due : INSTANT_NEVER;
}

/* Who is no master sends no advertisements, and would be demoted for ever by
 * three that have failed once.  This goes from our own MAC to our own MAC, as
 * interfaces are tested since the first Ethernet: no switch hands it on. */
void group_probe_tick(struct group *g, struct instant now)
{
	uint8_t frame[PROBE_SIZE] = { 0 }, own[CARP_MAC_SIZE];

	if (!instant_due(group_probe_deadline(g), now))
		return;
	g->probe_due = instant_add(now, election_interval(&g->election));
	g->ops->own_mac(g, own);
	frame_ethernet(frame, own, own, ETHERTYPE_LOOPBACK);
	count_send(g, g->ops->send(g, frame, sizeof(frame)) == 0);
}

void group_send_advert(struct group *g)
{
	struct instant at = g->ops->now(g);
	bool ok = group_advertise(g, g->settings.advbase,
				  election_wire_advskew(&g->election));

	if (election_sent(&g->election, at, ok))
		g->ops->set_lease(g, g->election.lease_until);
	count_send(g, ok);
}

static bool announce_to(struct group *g, const uint8_t *frame, size_t size,
			unsigned int *frames)
{
	++*frames;
	return g->ops->send(g, frame, size) == 0;
}

static bool announce4(struct group *g, const uint8_t *vip, unsigned int *frames)
{
	uint8_t frame[ANNOUNCE_SIZE_MAX];
	uint8_t vhid = g->settings.vhid;
	bool ok;

	ok = announce_to(g, frame,
			 announce_arp(vhid, vip, CARP_ARP_REQUEST, frame),
			 frames);
	return announce_to(g, frame,
			   announce_arp(vhid, vip, CARP_ARP_REPLY, frame),
			   frames) &&
	       ok;
}

static bool announce6(struct group *g, const uint8_t *vip, unsigned int *frames)
{
	uint8_t frame[ANNOUNCE_SIZE_MAX];
	struct announce_nd nd = { .vhid = g->settings.vhid,
				  .router = g->router,
				  .vip = vip };

	return announce_to(g, frame, announce_na(&nd, frame), frames);
}

/* Routers that do not heed the above. */
static bool ask_gateways(struct group *g, const struct address *vip,
			 unsigned int *frames)
{
	const struct settings *s = &g->settings;
	uint8_t frame[ANNOUNCE_SIZE_MAX];
	bool ok = true;

	for (size_t i = 0; i < s->gateways_count; i++) {
		const uint8_t *router = s->gateways[i].bytes;
		size_t size;

		if (s->gateways[i].family != vip->family)
			continue;
		size = vip->family == 4 ? announce_arp_ask(s->vhid, vip->bytes,
							   router, frame)
					: announce_ns(s->vhid, vip->bytes,
						      router, frame);
		if (!announce_to(g, frame, size, frames))
			ok = false;
	}
	return ok;
}

bool group_announce_vip(struct group *g, const struct vip *vip,
			unsigned int *frames)
{
	const uint8_t *bytes = vip->address.bytes;
	bool ok = vip->address.family == 4 ? announce4(g, bytes, frames)
					   : announce6(g, bytes, frames);

	g->announcements_sent++;
	return ask_gateways(g, &vip->address, frames) && ok;
}
