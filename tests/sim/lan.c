/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * What all this is for: a client, and the switch between it and the hosts.
 * The switch sends a frame where it has last seen its destination speak, or
 * to all if it has not for long.  The client has a neighbour cache: it asks
 * when it knows nothing, and believes whoever announces, or no announcement
 * at all.  Both believe the last word, whoever's it was.
 *
 * The promise, `reaches`: soon after one host alone speaks for a virtual IP,
 * what the client sends to it arrives there, and it takes it.
 */
#include <string.h>

#include "sim.h"
#include "user/core/frame.h"

enum lan_numbers {
	SETTLE_MS = 10, /* a new master announces once more then */
	DEFENCE_S = 61, /* the longest that a claim goes unanswered */
	PACKET_SIZE = 60,
	FLUSHES = 20, /* per mille */
	UDP = 17,
};

static const uint8_t vip4[4] = { 10, 0, 0, 1 };
static const uint8_t vip6[16] = { 0x20, 0x01, 0x0d, 0xb8, [15] = 1 };
static const int family_number[ELECTION_FAMILIES] = { 4, 6 };

void lan_open(struct world *w)
{
	memset(w->lan, 0, sizeof(w->lan));
	for (int l = 0; l < LANS; l++)
		for (int i = 0; i < STATIONS; i++)
			w->lan[l].seen_at[i] = NOBODY;
	w->forgets_after = (5 + draw(w, 300)) * S;
}

/* --- who is where --------------------------------------------------------- */

/* Of a MAC: each host has its own, and one is of them all. */
static int number_of(const struct world *w, int lan, const uint8_t *mac)
{
	uint8_t known[CARP_MAC_SIZE];

	carp_vmac_fill(known, (uint8_t)(FIRST_VHID + lan));
	if (!memcmp(mac, known, sizeof(known)))
		return VIRTUAL;
	for (int i = 0; i < w->hosts; i++) {
		port_mac(i, lan, known);
		if (!memcmp(mac, known, sizeof(known)))
			return i;
	}
	return ELSEWHERE;
}

static void learn_port(struct world *w, int lan, const uint8_t *mac, int port)
{
	int number = number_of(w, lan, mac);

	if (number == ELSEWHERE)
		return;
	w->lan[lan].seen_at[number] = port;
	w->lan[lan].seen[number] = w->now;
}

static void believe(struct world *w, int lan, int family, const uint8_t *mac)
{
	struct cache *c = &w->lan[lan].cache[family];

	memcpy(c->mac, mac, CARP_MAC_SIZE);
	c->since = w->now;
	c->known = true;
}

/* What a frame says of the first virtual IPs, read byte by byte. */
static void learn_address(struct world *w, int lan, const uint8_t *frame)
{
	unsigned int type = (unsigned int)frame[12] << 8 | frame[13];
	uint8_t own[4];

	memcpy(own, vip4, sizeof(own));
	own[2] = (uint8_t)lan;
	if (type == CARP_ETH_ARP && !memcmp(frame + 28, own, 4))
		believe(w, lan, ELECTION_V4, frame + 22);
	else if (type == CARP_ETH_IPV6 && frame[20] == CARP_IP_ICMPV6 &&
		 frame[54] == CARP_ND_ADVERT && !memcmp(frame + 62, vip6, 16))
		believe(w, lan, ELECTION_V6, frame + 80);
}

/* A frame comes out of a host, or from somewhere else. */
void lan_hears(struct world *w, int lan, int from, const uint8_t *frame)
{
	uint32_t loss = w->now < w->burst_until ? BURST_LOSS : w->mix.loss;

	if (from != ELSEWHERE &&
	    (w->now < w->cut_until[lan][from][CLIENT] || chance(w, loss))) {
		disturb(w, lan, from, CLIENT);
		return;
	}
	if (from == ELSEWHERE)
		w->lan[lan].misled = w->now;
	learn_port(w, lan, frame + CARP_MAC_SIZE, from);
	if (!w->deaf)
		learn_address(w, lan, frame);
}

/* A ucarp tells that the address is at its own MAC. */
void lan_hears_ucarp(struct port *p)
{
	struct world *w = p->world;
	uint8_t mac[CARP_MAC_SIZE];

	port_mac(p->host->index, p->lan, mac);
	if (w->now < w->cut_until[p->lan][p->host->index][CLIENT])
		return;
	for (int f = 0; f < ELECTION_FAMILIES; f++)
		if (f == ELECTION_V4 ? w->common.v4 : w->common.v6)
			believe(w, p->lan, f, mac);
}

/* --- the client ----------------------------------------------------------- */

/* Its question has been answered; it listens only if it did not know. */
void lan_answers(struct port *p, int family, const uint8_t *frame)
{
	struct lan *lan = &p->world->lan[p->lan];
	struct cache *c = &lan->cache[family];

	if (c->known && p->world->now < c->since + p->world->forgets_after)
		return;
	learn_port(p->world, p->lan, frame + CARP_MAC_SIZE, p->host->index);
	learn_address(p->world, p->lan, frame);
}

static size_t put_packet(const struct cache *c, int lan, int family,
			 uint8_t frame[PACKET_SIZE])
{
	const uint8_t client[CARP_MAC_SIZE] = { 4 };
	struct frame_ip4 ip4 = { .version_ihl = 0x45, .protocol = UDP };
	struct frame_ip6 ip6 = { .version_class_flow = carp_htonl(0x60000000),
				 .next_header = UDP };
	size_t at = frame_ethernet(frame, c->mac, client,
				   family == ELECTION_V4 ? CARP_ETH_IPV4
							 : CARP_ETH_IPV6);

	memcpy(ip4.destination, vip4, sizeof(vip4));
	ip4.destination[2] = (uint8_t)lan;
	memcpy(ip6.destination, vip6, sizeof(vip6));
	if (family == ELECTION_V4)
		memcpy(frame + at, &ip4, sizeof(ip4));
	else
		memcpy(frame + at, &ip6, sizeof(ip6));
	return PACKET_SIZE;
}

/* Does the packet come to where it is meant to? */
static bool takes(struct port *p, const uint8_t *packet, size_t size)
{
	struct world *w = p->world;
	uint8_t frame[PACKET_SIZE];
	struct native_outcome out;

	if (!plane_works(p, w->now))
		return false;
	memcpy(frame, packet, size);
	native_clock(p->plane, local_time(p->host, w->now));
	native_receive(p->plane, frame, size, &out);
	if (out.verdict == CARP_V_vmac_admitted && !port_live(p, w->now))
		broken(w, "backup_is_mute", "%c%d takes what is not for it",
		       port_name(p), p->lan);
	/* To its own MAC it is the stack's, which knows its addresses. */
	return number_of(w, p->lan, frame) == p->host->index && p->addresses;
}

static bool arrives_at(struct port *master, int family)
{
	struct world *w = master->world;
	const struct lan *lan = &w->lan[master->lan];
	uint8_t packet[PACKET_SIZE] = { 0 };
	size_t size =
		put_packet(&lan->cache[family], master->lan, family, packet);
	int number = number_of(w, master->lan, packet), port = NOBODY;
	bool arrives = false;

	if (number == ELSEWHERE)
		return false;
	if (lan->seen[number] && w->now < lan->seen[number] + w->forgets_after)
		port = lan->seen_at[number];
	for (int i = 0; i < w->hosts; i++) {
		struct port *p = &w->host[i].ports[master->lan];

		if ((port == NOBODY || port == i) && p->host->kind == OURS &&
		    takes(p, packet, size) && p == master)
			arrives = true;
	}
	return arrives;
}

/* --- by when -------------------------------------------------------------- */

static uint64_t later(uint64_t a, uint64_t b)
{
	return a > b ? a : b;
}

/* Who alone may speak now; and since when, and nobody has been misled. */
static struct port *sole_master(struct world *w, int lan, uint64_t *since)
{
	struct port *master = NULL;

	*since = w->lan[lan].misled;
	for (int i = 0; i < w->hosts; i++) {
		struct port *p = &w->host[i].ports[lan];

		if (!port_live(p, w->now))
			*since = later(*since, p->book.silent_at);
		else if (master || p->host->kind != OURS)
			return NULL;
		else
			master = p;
	}
	if (!master || w->now < w->cut_until[lan][CLIENT][master->host->index])
		return NULL;
	*since = later(*since, master->book.live_since);
	*since = later(*since, w->disturbed[lan][master->host->index][CLIENT]);
	*since = later(*since, sound_since(master));
	return master;
}

/* Its next advertisement tells the switch, or what it says once settled; and
 * the client hears of itself. */
static uint64_t due_at(const struct port *m, uint64_t since, int family)
{
	struct world *w = m->world;
	const struct book *b = &m->book;
	const struct cache *c = &w->lan[m->lan].cache[family];
	uint64_t lost = w->disturbed[m->lan][m->host->index][CLIENT];
	uint64_t due = since + port_interval(m) + slack(w);

	/* Beside a ucarp an announcement is due an interval after the last,
	 * and be it the longer one of a rank that it has no more. */
	if (w->common.compat == COMPAT_UCARP)
		due = since + w->longest + slack(w);
	if (since < b->promoted_at + SETTLE_MS / 2 * MS)
		due = b->promoted_at + (SETTLE_MS + 2) * MS + slack(w);
	/* A claim; the answer may wait, until the next refresh at worst. */
	if (number_of(w, m->lan, c->mac) == ELSEWHERE &&
	    (c->since > b->promoted_at || lost >= b->promoted_at))
		due = later(since, c->since) + DEFENCE_S * S;
	return due;
}

void check_reach(struct world *w, int lan)
{
	uint64_t since;
	struct port *master = sole_master(w, lan, &since);

	if (chance(w, FLUSHES)) /* as after a change of topology */
		memset(w->lan[lan].seen, 0, sizeof(w->lan[lan].seen));
	for (int f = 0; f < ELECTION_FAMILIES && master; f++) {
		if (!w->lan[lan].cache[f].known ||
		    w->now < due_at(master, since, f))
			continue;
		w->figures->packets++;
		if (!arrives_at(master, f))
			broken(w, "reaches",
			       "nothing sent to it over IPv%d arrives at %c%d",
			       family_number[f], port_name(master), lan);
	}
}
