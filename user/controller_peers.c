/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * Unicast peers: who is believed, where frames to them go, and from which
 * address.  Asks the kernel's routes and neighbours; never waits for them.
 */
#include "user/controller.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum {
	PEER_ROUTE_MS = 1000 /* how long a next hop is not asked for again */
};

/* --- the list of the data plane --------------------------------------------
 */

static bool is_listed(const struct settings *s, const struct address *address)
{
	for (size_t i = 0; i < s->peers_count; i++)
		if (!memcmp(&s->peers[i], address, sizeof(*address)))
			return true;
	return false;
}

int peers_write(struct nic *nic, const struct settings *s)
{
	int err = 0;

	for (size_t i = 0; i < s->peers_count && !err; i++)
		err = dataplane_peer_set(nic->dataplane, s->vhid,
					 s->peers[i].family, s->peers[i].bytes);
	return err;
}

void peers_erase(struct nic *nic, const struct settings *from,
		 const struct settings *kept)
{
	for (size_t i = 0; i < from->peers_count; i++)
		if (!kept || !is_listed(kept, &from->peers[i]))
			dataplane_peer_remove(nic->dataplane, from->vhid,
					      from->peers[i].family,
					      from->peers[i].bytes);
}

void peers_enforce(struct carp_vhid *entry, const struct settings *s)
{
	__u8 families = 0;
	__u64 bits = 0;

	for (size_t i = 0; i < s->peers_count; i++) {
		families |=
			s->peers[i].family == 4 ? CARP_PEERS_V4 : CARP_PEERS_V6;
		bits |= carp_peer_bit(s->peers[i].bytes);
	}
	__atomic_store_n(&entry->peer_bits, bits, __ATOMIC_RELEASE);
	__atomic_store_n(&entry->ttl_min, s->ttl_min, __ATOMIC_RELEASE);
	__atomic_store_n(&entry->peers, families, __ATOMIC_RELEASE);
}

/* --- the way to a peer -------------------------------------------------------
 */

static bool same_network(const struct netlink_address *own,
			 const struct address *peer)
{
	unsigned int whole = own->prefix / 8, rest = own->prefix % 8;

	if (memcmp(own->address, peer->bytes, whole))
		return false;
	return !rest ||
	       !((own->address[whole] ^ peer->bytes[whole]) >> (8 - rest));
}

static bool is_link_local6(const struct address *address)
{
	return address->family == 6 && address->bytes[0] == 0xfe &&
	       (address->bytes[1] & 0xc0) == 0x80;
}

/* An address the peer can answer to and knows us by: of its network first,
 * then any that crosses routers as the peer's does.  0: not at all. */
static unsigned int source_rank(const struct netlink_address *own,
				const struct address *peer)
{
	if (own->family != peer->family || own->tentative ||
	    (own->family == 6 && own->link_local != is_link_local6(peer)))
		return 0;
	return same_network(own, peer) ? 2u + own->prefix : 1;
}

static void choose_source(const struct nic *nic, const struct address *peer,
			  struct address *out)
{
	unsigned int best = 0;

	for (size_t i = 0; i < nic->own_count; i++) {
		const struct own_address *own = &nic->own[i];
		unsigned int rank = source_rank(&own->is, peer);

		if (own->is_vip || rank <= best)
			continue;
		best = rank;
		out->family = peer->family;
		memcpy(out->bytes, own->is.address, 16);
	}
}

/* Asked for again once in a while, for routes change and so do MACs: our
 * frames pass the kernel by, so that it would not notice. */
static void find_next_hop(struct member *m, const struct address *peer,
			  struct peer_hop *hop)
{
	struct neighbor *n = m->nic->controller->neighbor;
	unsigned int ifindex = m->nic->link.ifindex;
	struct instant now = loop_now();

	if (instant_before(now, hop->ask_again))
		return;
	hop->ask_again = instant_add(now, span_ms(PEER_ROUTE_MS));
	hop->address = *peer;
	neighbor_next_hop(n, ifindex, peer->family, peer->bytes,
			  &hop->address.family, hop->address.bytes);
	hand_neighbor(m->nic->controller->hand, ifindex, hop->address.family,
		      hop->address.bytes);
}

/* Most members have no peers, and thousands no room to spare. */
static struct peer_hop *hop_to(struct member *m, size_t i,
			       struct peer_hop *instead)
{
	if (!m->hops)
		m->hops = calloc(SETTINGS_PEERS_MAX, sizeof(*m->hops));
	return m->hops ? &m->hops[i] : instead;
}

void member_peer_route(struct group *g, const struct address *peer,
		       struct group_route *out)
{
	struct member *m = member_of(g);
	size_t i = (size_t)(peer - g->settings.peers);
	struct peer_hop once = { 0 };
	struct peer_hop *hop = hop_to(m, i, &once);

	*out = (struct group_route){ 0 };
	choose_source(m->nic, peer, &out->source);
	find_next_hop(m, peer, hop);
	if (!neighbor_lookup(m->nic->controller->neighbor, m->nic->link.ifindex,
			     hop->address.family, hop->address.bytes, out->mac))
		memset(out->mac, 0xff, CARP_MAC_SIZE);
}
