/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * What the core's effects come to in the kernel: one short function each.
 */
#include "user/controller_doubt.h"
#include "user/sys/log.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct member *member_of(struct group *group)
{
	return group->owner;
}

static struct instant effect_now(struct group *g)
{
	(void)g;
	return loop_now();
}

static int effect_send(struct group *g, const uint8_t *frame, size_t size)
{
	struct nic *nic = member_of(g)->nic;
	int err = packet_send(nic->packet, frame, size);

	/* The interface has been away, and nobody told us. */
	if (err == -ENXIO && !nic->cut_off) {
		nic->cut_off = true;
		nic_wake(nic);
	}
	return err;
}

static void effect_role(struct group *g, enum carp_role role)
{
	__atomic_store_n(&member_of(g)->entry->role, role, __ATOMIC_RELEASE);
}

static void effect_lease(struct group *g, struct instant until)
{
	dataplane_lease(member_of(g)->nic->dataplane, g->settings.vhid,
			until.ns);
}

static void effect_addresses(struct group *g, bool present)
{
	struct member *m = member_of(g);
	struct member *holder = member_holder(m);

	m->wants_addresses = present;
	member_want_addresses(holder, member_wants_addresses(holder));
}

static uint64_t effect_sequence(struct group *g, uint64_t last)
{
	return memory_sequence(member_of(g)->nic->controller, last);
}

static void effect_counter(struct group *g, uint64_t counter)
{
	struct member *m = member_of(g);
	unsigned int at = m->own_counters++ % CARP_OWN_COUNTERS;

	__atomic_store_n(&m->entry->own_counters[at], counter,
			 __ATOMIC_RELAXED);
}

static void effect_heard(struct group *g, struct instant out[ELECTION_FAMILIES])
{
	const struct carp_vhid *entry = member_of(g)->entry;

	out[ELECTION_V4].ns =
		__atomic_load_n(&entry->last_valid4_ns, __ATOMIC_ACQUIRE);
	out[ELECTION_V6].ns =
		__atomic_load_n(&entry->last_valid6_ns, __ATOMIC_ACQUIRE);
}

static void effect_own_mac(struct group *g, uint8_t out[CARP_MAC_SIZE])
{
	memcpy(out, member_of(g)->nic->link.mac, CARP_MAC_SIZE);
}

static void effect_doubt(struct group *g)
{
	nic_doubt(member_of(g)->nic, loop_now());
}

static void effect_grace_over(struct group *g)
{
	struct member *m = member_of(g);

	free(m->accepted);
	m->accepted = NULL;
	dataplane_auth(m->nic->dataplane, g->settings.vhid, &m->auth);
	log_info("%s vhid %u: the old digest is no longer accepted",
		 m->nic->link.name, g->settings.vhid);
}

void member_name(const struct member *m, char out[CONTROLLER_MEMBER_NAME_SIZE])
{
	snprintf(out, CONTROLLER_MEMBER_NAME_SIZE, "%s vhid %u",
		 m->nic->link.name, m->group.settings.vhid);
}

void member_trouble(struct group *g, bool failing)
{
	struct member *m = member_of(g);
	struct controller *c = m->nic->controller;
	char where[CONTROLLER_MEMBER_NAME_SIZE];

	member_name(m, where);
	news_sending(m, failing);
	node_send_trouble(&c->node, where, failing, loop_now());
}

static struct notice_table *effect_notice_table(struct group *g)
{
	(void)g;
	return calloc(1, sizeof(struct notice_table));
}

static void effect_noticed(struct group *g, const struct notice *n, bool fresh)
{
	news_noticed(member_of(g), n, fresh);
}

static void effect_changed(struct group *g, const struct election_output *out)
{
	news_changed(member_of(g), out);
}

const struct group_ops member_ops = {
	.now = effect_now,
	.send = effect_send,
	.set_role = effect_role,
	.set_lease = effect_lease,
	.set_addresses = effect_addresses,
	.sequence = effect_sequence,
	.farewell = member_farewell,
	.own_counter = effect_counter,
	.heard = effect_heard,
	.peer_route = member_peer_route,
	.own_mac = effect_own_mac,
	.doubt = effect_doubt,
	.send_trouble = member_trouble,
	.grace_over = effect_grace_over,
	.notice_table = effect_notice_table,
	.noticed = effect_noticed,
	.changed = effect_changed,
};
