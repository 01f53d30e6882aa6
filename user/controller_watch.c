/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * What the kernel tells of links and addresses, and what it means for the
 * groups of an interface.
 */
#include "user/controller.h"
#include "user/sys/log.h"

#include <errno.h>
#include <string.h>

struct nic *nic_by_index(const struct controller *c, unsigned int ifindex)
{
	for (struct nic *nic = c->nics; nic; nic = nic->next)
		if (nic->link.ifindex == ifindex && !nic->gone)
			return nic;
	return NULL;
}

const char *nic_waiting(const struct nic *nic)
{
	if (nic->gone)
		return "interface is gone";
	if (!nic->open)
		return nic->trouble;
	if (!nic->link.up)
		return "interface is down";
	return nic->link.carrier ? NULL : "no carrier";
}

/* --- what the core is told ------------------------------------------------ */

static void tell_link(const struct nic *nic)
{
	node_link(&nic->controller->node, nic->number, nic->link.name,
		  nic->working, loop_now());
}

/* The ledger knows interfaces by name.  What one takes back there is still
 * true of another that was deleted and waits for the same name. */
static void tell(const struct nic *nic)
{
	tell_link(nic);
	for (const struct nic *other = nic->controller->nics; other;
	     other = other->next)
		if (other != nic && !other->working &&
		    !strcmp(other->link.name, nic->link.name))
			tell_link(other);
}

void nic_follow(struct nic *nic)
{
	const char *waiting = nic_waiting(nic);

	if (nic->working == !waiting)
		return;
	nic->working = !waiting;
	news_interface(nic, waiting);
	tell(nic);
}

void nic_forget(struct nic *nic)
{
	for (struct nic **at = &nic->controller->nics; *at; at = &(*at)->next)
		if (*at == nic) {
			*at = nic->next;
			break;
		}
	nic->controller->plumbing++;
	if (nic->working)
		return;
	nic->working = true;
	tell(nic);
}

/* --- links ---------------------------------------------------------------- */

/* What the ledger holds under the old name goes on under the new one. */
static void rename_troubles(struct nic *nic, bool failing)
{
	char where[CONTROLLER_MEMBER_NAME_SIZE];

	for (int vhid = 1; vhid < CARP_VHID_SLOTS; vhid++) {
		struct member *m = nic->members[vhid];

		if (!m || !m->group.send_failing)
			continue;
		member_name(m, where);
		node_send_trouble(&nic->controller->node, where, failing,
				  loop_now());
	}
}

/* Its groups go with it: requests name them by the name it has now. */
static void follow_name(struct nic *nic, const char *name)
{
	struct nic old = { .link = nic->link };

	if (!strcmp(nic->link.name, name))
		return;
	log_info("%s: is called %s now", nic->link.name, name);
	rename_troubles(nic, false);
	memcpy(nic->link.name, name, NETLINK_NAME_SIZE);
	rename_troubles(nic, true);
	memory_rename(nic->controller, old.link.name, name);
	if (!nic->working)
		node_link_renamed(&nic->controller->node, old.link.name, name,
				  false, loop_now());
	nic_wake(nic); /* the pins */
}

static void follow_mtu(struct nic *nic, unsigned int mtu)
{
	if (nic->link.mtu == mtu)
		return;
	nic->link.mtu = mtu;
	if (nic->open)
		packet_rejoin(nic->packet);
}

static void follow_mac(struct nic *nic, const __u8 mac[CARP_MAC_SIZE])
{
	memcpy(nic->link.mac, mac, CARP_MAC_SIZE);
	for (int vhid = 1; vhid < CARP_VHID_SLOTS; vhid++)
		if (nic->members[vhid])
			memcpy(nic->members[vhid]->entry->nic_mac, mac,
			       CARP_MAC_SIZE);
}

/* One that has come may be what groups wait for. */
static void wake_by_name(struct controller *c, const char *name)
{
	for (struct nic *nic = c->nics; nic; nic = nic->next)
		if (nic->gone && !strcmp(nic->link.name, name))
			nic_wake(nic);
}

static void on_link(void *context, const struct netlink_link *link)
{
	struct controller *c = context;
	struct nic *nic = nic_by_index(c, link->ifindex);

	tracks_look(c, link->name);
	if (!nic) {
		wake_by_name(c, link->name);
		return;
	}
	nic->heard++;
	follow_name(nic, link->name);
	follow_mtu(nic, link->mtu);
	follow_mac(nic, link->mac);
	nic->link.up = link->up;
	nic->link.carrier = link->carrier;
	nic->link.master = link->master;
	memcpy(nic->link.port_of, link->port_of, NETLINK_NAME_SIZE);
	nic_follow(nic);
	/* Whatever has changed may have taken our programs off. */
	nic_wake(nic);
}

static void on_link_gone(void *context, unsigned int ifindex)
{
	struct nic *nic = nic_by_index(context, ifindex);

	tracks_look(context, NULL);
	if (!nic)
		return;
	nic->gone = true;
	nic->open = false;
	nic_follow(nic);
	nic_wake(nic);
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
	if (nic_hear_address(nic, address, removed))
		nic_refresh_sources(nic);
}

/* Only "no such device" means that it is gone: whoever took the program off
 * for another error would let the kernel answer for the VIPs. */
void nic_answer(struct nic *nic, const struct netlink_link *link, int err)
{
	nic->unsure = err && err != -ENODEV;
	if (!err)
		on_link(nic->controller, link);
	else if (!nic->unsure)
		on_link_gone(nic->controller, nic->link.ifindex);
}

void nic_ask(struct nic *nic)
{
	struct netlink_link link;
	int err = netlink_link_by_index(nic->controller->netlink,
					nic->link.ifindex, &link);

	nic_answer(nic, &link, err);
}

/* Messages were lost: ask for everything we follow. */
static void on_overrun(void *context)
{
	struct controller *c = context;

	for (struct nic *nic = c->nics; nic; nic = nic->next) {
		nic->unsure = nic->own_unsure = !nic->gone;
		nic_wake(nic);
	}
}

const struct netlink_watch nic_watch = {
	.link = on_link,
	.link_gone = on_link_gone,
	.address = on_address,
	.overrun = on_overrun,
};
