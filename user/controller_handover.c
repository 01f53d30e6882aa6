/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * A controller's state on its way to another process, which goes on with the
 * next advertisement at its due time.  Structs travel as they are, so both
 * sides must mean the same by them: see controller_layout().  Changes nothing
 * on the side that is described, and nothing in the kernel on the other.
 */
#include "user/controller.h"
#include "user/sys/background.h"
#include "user/sys/log.h"

#include <errno.h>
#include <poll.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A new number wherever a struct below keeps its size and changes its meaning;
 * other sizes tell of themselves. */
#ifndef CARP_HANDOVER_LAYOUT
#define CARP_HANDOVER_LAYOUT 8
#endif

void controller_layout(char out[CONTROLLER_LAYOUT_SIZE])
{
	snprintf(out, CONTROLLER_LAYOUT_SIZE,
		 "%d maps %d member %zu nic %zu entry %zu address %zu track "
		 "%zu heard %zu",
		 CARP_HANDOVER_LAYOUT, CARP_MAPS_LAYOUT, sizeof(struct member),
		 sizeof(struct nic), sizeof(struct ledger_entry),
		 sizeof(struct netlink_address), sizeof(struct tracked),
		 sizeof(struct heard));
}

/* --- what is described ---------------------------------------------------- */

bool controller_describe_nic(const struct controller *c, unsigned int index,
			     struct pack *pack)
{
	const struct nic *nic = c->nics;
	const int cpu = sched_getcpu();

	pack_put(pack, &c->plumbing, sizeof(c->plumbing));
	while (nic && index--)
		nic = nic->next;
	if (!nic)
		return false;
	pack_put(pack, &cpu, sizeof(cpu));
	pack_put(pack, &nic->number, sizeof(nic->number));
	pack_put(pack, &nic->mode, sizeof(nic->mode));
	pack_put(pack, &nic->coexist, sizeof(nic->coexist));
	pack_put(pack, &nic->link, sizeof(nic->link));
	dataplane_hand_over(nic->dataplane, pack);
	packet_hand_over(nic->packet, pack);
	return true;
}

static void describe_nic(const struct nic *nic, struct pack *pack)
{
	pack_put(pack, nic, sizeof(*nic));
	pack_put(pack, nic->own, nic->own_count * sizeof(*nic->own));
}

static void describe_member(const struct member *m, struct pack *pack)
{
	const struct settings *s = &m->group.settings;
	const bool vips = m->vips, peers = m->peers, accepted = m->accepted;
	const struct notice_table *notices = m->group.notices.table;
	const bool odd = notices;

	pack_put(pack, &m->nic->number, sizeof(m->nic->number));
	pack_put(pack, m, sizeof(*m));
	pack_put(pack, &vips, sizeof(vips));
	pack_put(pack, &peers, sizeof(peers));
	pack_put(pack, &accepted, sizeof(accepted));
	pack_put(pack, &odd, sizeof(odd));
	if (odd)
		pack_put(pack, notices, sizeof(*notices));
	if (accepted)
		pack_put(pack, m->accepted, sizeof(*m->accepted));
	if (vips)
		pack_put(pack, m->vips, s->vips_count * sizeof(*m->vips));
	if (peers)
		pack_put(pack, m->peers, s->peers_count * sizeof(*m->peers));
	pack_put(pack, m->attached, (s->vips_count + 1) * sizeof(bool));
	pack_put(pack, m->heard, m->heard_count * sizeof(*m->heard));
	pack_put_text(pack, m->pass_file);
}

static void describe_ledger(const struct ledger *ledger, struct pack *pack)
{
	pack_put(pack, &ledger->count, sizeof(ledger->count));
	pack_put(pack, ledger->entries,
		 ledger->count * sizeof(ledger->entries[0]));
}

bool controller_describe_state(const struct controller *c, struct pack *pack)
{
	unsigned int members = 0;

	if (memory_writing(c) || hand_owes(c->hand) || c->changing)
		return false;
	pack_put(pack, &c->nics_numbered, sizeof(c->nics_numbered));
	pack_put(pack, &c->maintenance, sizeof(c->maintenance));
	describe_ledger(&c->node.ledger, pack);
	tracks_describe(c, pack);
	memory_hand_over(c, pack);
	for (const struct nic *nic = c->nics; nic; nic = nic->next)
		describe_nic(nic, pack);
	for (const struct group *g = c->node.groups; g; g = g->next)
		members++;
	pack_put(pack, &members, sizeof(members));
	for (struct group *g = c->node.groups; g; g = g->next)
		describe_member(member_of(g), pack);
	return true;
}

/* --- what is taken over --------------------------------------------------- */

static void abandon(struct nic *nic)
{
	dataplane_abandon(nic->dataplane);
	packet_close(nic->packet);
	free(nic);
}

void controller_unprepare(struct controller *c)
{
	while (c->prepared) {
		struct nic *nic = c->prepared;

		c->prepared = nic->next;
		abandon(nic);
	}
}

/* In the order they have there. */
static void append(struct nic **list, struct nic *nic)
{
	while (*list)
		list = &(*list)->next;
	*list = nic;
}

int controller_prepare_nic(struct controller *c, struct pack *pack, char *error,
			   size_t size)
{
	struct nic *nic = calloc(1, sizeof(*nic));
	struct dataplane_config config;
	int err, cpu = -1;

	if (!nic) {
		snprintf(error, size, "out of memory");
		return -ENOMEM;
	}
	nic->controller = c;
	pack_get(pack, &c->plumbing, sizeof(c->plumbing));
	/* Who is at work there is not to wait for what comes now. */
	pack_get(pack, &cpu, sizeof(cpu));
	background_keep_off(cpu);
	pack_get(pack, &nic->number, sizeof(nic->number));
	pack_get(pack, &nic->mode, sizeof(nic->mode));
	pack_get(pack, &nic->coexist, sizeof(nic->coexist));
	pack_get(pack, &nic->link, sizeof(nic->link));
	config = nic_config(nic, &nic->link);
	err = dataplane_adopt(&config, pack, &nic->dataplane, error, size);
	if (!err) {
		err = packet_adopt(nic->link.ifindex, pack, &nic->packet);
		if (err)
			snprintf(error, size, "%s: its sockets: %s",
				 nic->link.name, strerror(-err));
	}
	if (err)
		abandon(nic);
	else
		append(&c->prepared, nic);
	return err;
}

/* What has been prepared stays, all else is as it was there. */
static int take_nic(struct controller *c, struct pack *pack)
{
	struct nic *nic = c->prepared;
	const struct nic mine = *nic;

	pack_get(pack, nic, sizeof(*nic));
	c->prepared = mine.next;
	nic->next = NULL;
	nic->controller = c;
	nic->dataplane = mine.dataplane;
	nic->packet = mine.packet;
	nic->source = NULL;
	nic->guarded = GUARDIAN_NONE;
	memset(nic->members, 0, sizeof(nic->members));
	nic->own = pack_copy(pack, nic->own_count * sizeof(*nic->own));
	append(&c->nics, nic);
	nic->own_unsure = true; /* what was told meanwhile nobody has heard */
	nic_wake(nic);		/* the programs */
	return pack->failed || nic->number != mine.number ? -EBADMSG
							  : nic_listen(nic);
}

static struct nic *nic_numbered(const struct controller *c, unsigned int number)
{
	struct nic *nic = c->nics;

	while (nic && nic->number != number)
		nic = nic->next;
	return nic;
}

/* A node looks at its leader's lists, and that comes before it. */
static void find_lists(struct member *m)
{
	struct settings *s = &m->group.settings;
	const struct member *holder = member_holder(m);

	if (!holder)
		return;
	s->vips = holder->vips;
	s->peers = holder->peers;
}

static struct member *copy_member(struct pack *pack)
{
	struct member *m = pack_copy(pack, sizeof(*m));
	bool vips, peers, accepted, odd;

	if (!m)
		return NULL;
	m->hops = NULL;
	m->tally = NULL;
	m->taken_over = true;
	pack_get(pack, &vips, sizeof(vips));
	pack_get(pack, &peers, sizeof(peers));
	pack_get(pack, &accepted, sizeof(accepted));
	pack_get(pack, &odd, sizeof(odd));
	m->group.notices.table =
		odd ? pack_copy(pack, sizeof(struct notice_table)) : NULL;
	m->accepted = accepted ? pack_copy(pack, sizeof(*m->accepted)) : NULL;
	m->vips = vips ? pack_copy(pack, m->group.settings.vips_count *
						 sizeof(*m->vips))
		       : NULL;
	m->peers = peers ? pack_copy(pack, m->group.settings.peers_count *
						   sizeof(*m->peers))
			 : NULL;
	m->attached = pack_copy(pack, (m->group.settings.vips_count + 1) *
					      sizeof(bool));
	m->heard = m->heard_count
			   ? pack_copy(pack, m->heard_count * sizeof(*m->heard))
			   : NULL;
	if (!m->heard)
		m->heard_count = 0;
	m->pass_file = pack_get_text(pack);
	return m;
}

static int take_member(struct controller *c, struct pack *pack)
{
	unsigned int number;
	struct member *m;

	pack_get(pack, &number, sizeof(number));
	m = copy_member(pack);
	if (!m)
		return -ENOMEM;
	m->nic = nic_numbered(c, number);
	m->group.ops = &member_ops;
	m->group.owner = m;
	m->farewells = NULL; /* another guardian's */
	m->farewells_count = m->farewells_room = 0;
	if (!m->nic)
		return -EBADMSG;
	m->nic->members[m->group.settings.vhid] = m;
	m->entry = dataplane_vhid(m->nic->dataplane, m->group.settings.vhid);
	find_lists(m);
	node_join(&c->node, &m->group);
	return pack->failed ? -EBADMSG : 0;
}

static int take_ledger(struct ledger *ledger, struct pack *pack)
{
	pack_get(pack, &ledger->count, sizeof(ledger->count));
	if (ledger->count > LEDGER_ENTRIES_MAX)
		return -EBADMSG;
	pack_get(pack, ledger->entries,
		 ledger->count * sizeof(ledger->entries[0]));
	return 0;
}

/* What the kernel has told since the preparation began was told to both, but
 * a link that was down and is up again must not go down once more here.  So
 * it is passed over, and what holds now is asked for. */
static bool pass_over_news(struct controller *c)
{
	struct pollfd news = { netlink_fd(c->netlink), POLLIN, 0 };
	struct nic *nics = c->nics;

	if (poll(&news, 1, 0) <= 0)
		return false;
	c->nics = NULL;
	netlink_read(c->netlink);
	c->nics = nics;
	return true;
}

static int take_members(struct controller *c, struct pack *pack)
{
	unsigned int members;
	int err = 0;

	pack_get(pack, &members, sizeof(members));
	while (members-- && !err)
		err = take_member(c, pack);
	return err;
}

int controller_take_over(struct controller *c, struct pack *pack)
{
	int err;

	pack_get(pack, &c->nics_numbered, sizeof(c->nics_numbered));
	pack_get(pack, &c->maintenance, sizeof(c->maintenance));
	err = take_ledger(&c->node.ledger, pack);
	if (!err)
		err = tracks_take(c, pack);
	if (!err)
		err = memory_adopt(c, pack);
	while (c->prepared && !err)
		err = take_nic(c, pack);
	if (!err)
		err = take_members(c, pack);
	if (!err && pack->failed)
		err = -EBADMSG;
	if (err)
		return err;
	c->addresses_at_work = true;
	if (pass_over_news(c))
		nic_watch.overrun(c);
	controller_settle(c);
	return 0;
}
