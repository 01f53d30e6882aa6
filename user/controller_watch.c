/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * What the kernel tells of links and addresses, and what it means for the
 * groups of an interface.
 */
#include "user/controller.h"
#include "user/sys/log.h"

#include <string.h>

bool nic_link_works(const struct netlink_link *link)
{
	return link->up && link->carrier;
}

static struct nic *nic_by_index(struct controller *c, unsigned int ifindex)
{
	for (struct nic *nic = c->nics; nic; nic = nic->next)
		if (nic->link.ifindex == ifindex)
			return nic;
	return NULL;
}

static void copy_mac(struct nic *nic)
{
	for (int vhid = 1; vhid < CARP_VHID_SLOTS; vhid++)
		if (nic->members[vhid])
			memcpy(nic->members[vhid]->entry->nic_mac,
			       nic->link.mac, CARP_MAC_SIZE);
}

static void follow_link(struct nic *nic, bool works)
{
	struct controller *c = nic->controller;

	log_info("%s: link %s", nic->link.name, works ? "up" : "down");
	node_link(&c->node, nic->link.ifindex, nic->link.name, works,
		  loop_now());
}

static void on_link(void *context, const struct netlink_link *link)
{
	struct controller *c = context;
	struct nic *nic = nic_by_index(c, link->ifindex);
	bool worked;

	if (!nic)
		return;
	worked = nic_link_works(&nic->link);
	/* The name stays the one it was attached by: requests and pins use
	 * it. */
	memcpy(nic->link.mac, link->mac, CARP_MAC_SIZE);
	nic->link.up = link->up;
	nic->link.carrier = link->carrier;
	copy_mac(nic);
	if (worked != nic_link_works(link))
		follow_link(nic, nic_link_works(link));
}

static void on_link_gone(void *context, unsigned int ifindex)
{
	struct nic *nic = nic_by_index(context, ifindex);

	if (!nic || nic->gone)
		return;
	nic->gone = true;
	nic->link.up = false;
	nic->link.carrier = false;
	log_warnx("%s: the interface is gone", nic->link.name);
	follow_link(nic, false);
}

static void on_address(void *context, const struct netlink_address *address,
		       bool removed)
{
	struct nic *nic = nic_by_index(context, address->ifindex);

	if (!nic)
		return;
	for (int vhid = 1; removed && vhid < CARP_VHID_SLOTS; vhid++)
		if (nic->members[vhid])
			member_address_lost(nic->members[vhid], address);
	nic_refresh_sources(nic);
}

/* Messages were lost: ask for everything we follow. */
static void on_overrun(void *context)
{
	struct controller *c = context;
	struct netlink_link link;

	for (struct nic *nic = c->nics; nic; nic = nic->next) {
		if (netlink_link_by_index(c->netlink, nic->link.ifindex,
					  &link) == 0)
			on_link(c, &link);
		else
			on_link_gone(c, nic->link.ifindex);
		nic_refresh_sources(nic);
	}
}

const struct netlink_watch nic_watch = {
	.link = on_link,
	.link_gone = on_link_gone,
	.address = on_address,
	.overrun = on_overrun,
};
