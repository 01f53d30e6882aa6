/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * The addresses of an interface that are not ours: what our advertisements come
 * from.  The kernel tells when they change; it is asked only when nothing is
 * known, and beside the loop.
 */
#include "user/controller.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static size_t bytes_of(int family)
{
	return family == 4 ? 4 : 16;
}

/* --- the list ------------------------------------------------------------- */

static struct own_address *find(const struct nic *nic, int family,
				const __u8 *address, __u8 prefix)
{
	for (size_t i = 0; i < nic->own_count; i++) {
		const struct netlink_address *is = &nic->own[i].is;

		if (is->family == family && is->prefix == prefix &&
		    !memcmp(is->address, address, bytes_of(family)))
			return &nic->own[i];
	}
	return NULL;
}

bool nic_owns(const struct nic *nic, const struct vip *vip)
{
	return find(nic, vip->address.family, vip->address.bytes, vip->prefix);
}

static void forget(struct nic *nic, struct own_address *own)
{
	const size_t behind = (size_t)(nic->own + nic->own_count - own) - 1;

	memmove(own, own + 1, behind * sizeof(*own));
	nic->own_count--;
}

static bool append(struct own_address **list, size_t *count,
		   const struct netlink_address *address)
{
	struct own_address *longer =
		reallocarray(*list, *count + 1, sizeof(*longer));

	if (!longer)
		return false;
	longer[(*count)++] = (struct own_address){ .is = *address };
	*list = longer;
	return true;
}

/* Our own are no sources, and there may be thousands. */
bool nic_hear_address(struct nic *nic, const struct netlink_address *address,
		      bool removed)
{
	struct own_address *own =
		find(nic, address->family, address->address, address->prefix);
	const bool ours = address->protocol == HAND_ADDRESS_MARK;

	if (!own && ours)
		return false;
	nic->heard++;
	if (own && (removed || ours))
		forget(nic, own);
	else if (own)
		own->is = *address;
	else if (!removed && !append(&nic->own, &nic->own_count, address))
		nic->own_unsure = true;
	return true;
}

/* --- asking for it -------------------------------------------------------- */

struct asked asked_begin(const struct nic *nic, bool of_link)
{
	return (struct asked){ .ifindex = nic->link.ifindex,
			       .heard = nic->heard,
			       .of_link = of_link };
}

static void hear(void *context, const struct netlink_address *address)
{
	struct asked *asked = context;

	if (address->protocol != HAND_ADDRESS_MARK &&
	    !append(&asked->own, &asked->count, address))
		asked->err = -ENOMEM;
}

void asked_slowly(struct netlink *asker, struct asked *asked)
{
	int err = netlink_addresses(asker, asked->ifindex, hear, asked);

	if (err)
		asked->err = err;
	if (asked->of_link)
		asked->link_err = netlink_link_by_index(asker, asked->ifindex,
							&asked->link);
}

void asked_end(struct nic *nic, struct asked *asked)
{
	const bool newest = asked->heard == nic->heard;

	nic->own_unsure = asked->err || !newest;
	if (!asked->err) {
		free(nic->own);
		nic->own = asked->own;
		nic->own_count = asked->count;
		nic_refresh_sources(nic);
	} else {
		free(asked->own);
	}
	asked->own = NULL;
	if (newest && asked->of_link)
		nic_answer(nic, &asked->link, asked->link_err);
}

/* --- sources -------------------------------------------------------------- */

/* The best source per family found so far. */
struct sources {
	struct nic *nic;
	struct address best[ELECTION_FAMILIES];
	int rank[ELECTION_FAMILIES];
};

static bool same_address(const struct vip *vip,
			 const struct netlink_address *address)
{
	return vip->address.family == address->family &&
	       !memcmp(vip->address.bytes, address->address,
		       bytes_of(address->family));
}

static bool is_vip(const struct nic *nic, const struct netlink_address *address)
{
	for (int vhid = 1; vhid < CARP_VHID_SLOTS; vhid++) {
		const struct member *m = nic->members[vhid];

		if (!m || member_holder(m) != m)
			continue;
		for (size_t i = 0; i < m->group.settings.vips_count; i++)
			if (same_address(&m->vips[i], address))
				return true;
	}
	return false;
}

/* IPv6: link-local before others; an address still in duplicate detection
 * only if there is nothing else.  Never a VIP. */
static int rank_of(const struct netlink_address *address)
{
	if (address->family == 4)
		return 1;
	return (address->link_local ? 2 : 1) + (address->tentative ? 0 : 2);
}

static void consider(struct sources *s, struct own_address *own)
{
	const struct netlink_address *address = &own->is;
	int family = address->family == 4 ? ELECTION_V4 : ELECTION_V6;
	int rank = rank_of(address);

	own->is_vip = is_vip(s->nic, address);
	if (own->is_vip || rank <= s->rank[family])
		return;
	s->rank[family] = rank;
	s->best[family].family = (uint8_t)address->family;
	memcpy(s->best[family].bytes, address->address, 16);
}

void nic_refresh_sources(struct nic *nic)
{
	struct sources s = { .nic = nic };

	if (nic->gone)
		return;
	for (size_t i = 0; i < nic->own_count; i++)
		consider(&s, &nic->own[i]);
	for (int vhid = 1; vhid < CARP_VHID_SLOTS; vhid++) {
		struct member *m = nic->members[vhid];

		if (!m)
			continue;
		memcpy(m->group.source, s.best, sizeof(s.best));
		memcpy(m->entry->source4, s.best[ELECTION_V4].bytes, 4);
		memcpy(m->entry->source6, s.best[ELECTION_V6].bytes, 16);
	}
}
