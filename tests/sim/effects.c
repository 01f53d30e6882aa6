/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * What the core's effects come to in a simulated host: one short function
 * each, as in the daemon.
 */
#include <stdio.h>

#include "sim.h"

static struct port *port_of(struct group *g)
{
	return g->owner;
}

static struct carp_vhid *entry_of(struct port *p)
{
	return native_group(p->plane, p->group.settings.vhid);
}

static struct instant effect_now(struct group *g)
{
	return (struct instant){ port_of(g)->host->now };
}

static int effect_send(struct group *g, const uint8_t *frame, size_t size)
{
	return net_send(port_of(g), frame, size);
}

static void effect_role(struct group *g, enum carp_role role)
{
	entry_of(port_of(g))->role = role;
}

static void effect_lease(struct group *g, struct instant until)
{
	struct port *p = port_of(g);

	check_lease(p, until.ns);
	native_lease(p->plane, g->settings.vhid)->until_ns = until.ns;
}

static void effect_addresses(struct group *g, bool present)
{
	check_addresses(port_of(g), present);
	port_of(g)->addresses = present;
}

static uint64_t effect_sequence(struct group *g, uint64_t last)
{
	struct host *h = port_of(g)->host;
	uint64_t next = h->sequence_base + h->now / (S / CARP_SEAL_HZ);

	if (next <= last)
		next = last + 1;
	if (next > h->sequence_high)
		h->sequence_high = next;
	return next;
}

static void effect_counter(struct group *g, uint64_t counter)
{
	struct port *p = port_of(g);

	entry_of(p)->own_counters[p->own_counters++ % CARP_OWN_COUNTERS] =
		counter;
}

static void effect_heard(struct group *g, struct instant out[ELECTION_FAMILIES])
{
	out[ELECTION_V4].ns = entry_of(port_of(g))->last_valid4_ns;
	out[ELECTION_V6].ns = entry_of(port_of(g))->last_valid6_ns;
}

static void effect_peer_route(struct group *g, const struct address *peer,
			      struct group_route *out)
{
	const struct world *w = port_of(g)->world;

	*out = (struct group_route){ 0 };
	port_mac(host_of(w, peer->family, peer->bytes), port_of(g)->lan,
		 out->mac);
}

static void effect_own_mac(struct group *g, uint8_t out[CARP_MAC_SIZE])
{
	port_mac(port_of(g)->host->index, port_of(g)->lan, out);
}

static void effect_trouble(struct group *g, bool failing)
{
	struct port *p = port_of(g);
	char where[16];

	snprintf(where, sizeof(where), "lan %d", p->lan);
	trace(p->world, "%c%d sends %s", 'A' + p->host->index, p->lan,
	      failing ? "fail" : "work again");
	node_send_trouble(&p->host->node, where, failing,
			  (struct instant){ p->host->now });
}

static void effect_grace_over(struct group *g)
{
	struct port *p = port_of(g);

	p->book.fallible = true; /* half of this step had two digests */
	p->old_generation = p->generation;
	*native_auth(p->plane, g->settings.vhid) = p->auth;
}

static struct notice_table *effect_notice_table(struct group *g)
{
	struct notice_table *table = &port_of(g)->notices;

	*table = (struct notice_table){ 0 };
	return table;
}

static void effect_noticed(struct group *g, const struct notice *n, bool fresh)
{
	if (!fresh)
		return;
	trace(port_of(g)->world, "%c%d notices: %s",
	      'A' + port_of(g)->host->index, port_of(g)->lan,
	      notice_name(n->kind));
}

static void effect_changed(struct group *g, const struct election_output *out)
{
	check_changed(port_of(g), out);
}

const struct group_ops sim_ops = {
	.now = effect_now,
	.send = effect_send,
	.set_role = effect_role,
	.set_lease = effect_lease,
	.set_addresses = effect_addresses,
	.sequence = effect_sequence,
	.own_counter = effect_counter,
	.heard = effect_heard,
	.peer_route = effect_peer_route,
	.own_mac = effect_own_mac,
	.send_trouble = effect_trouble,
	.grace_over = effect_grace_over,
	.notice_table = effect_notice_table,
	.noticed = effect_noticed,
	.changed = effect_changed,
};
