/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * The addresses of an interface that are not ours.
 */
#pragma once

#include "user/core/settings.h"
#include "user/sys/netlink.h"

struct nic;

/* An address of an interface, somebody else's. */
struct own_address {
	struct netlink_address is;
	bool is_vip; /* of a group there, and no source */
};

/* Finds among the interface's addresses each group's source. */
void nic_refresh_sources(struct nic *nic);
/* The kernel tells of an address; false: of none without our mark. */
bool nic_hear_address(struct nic *nic, const struct netlink_address *address,
		      bool removed);
/* Whether it is there without our mark. */
bool nic_owns(const struct nic *nic, const struct vip *vip);

/* How an interface is, asked of the kernel beside the loop, for somebody may
 * have its lock: begin, ask in the background, end.  What the kernel has told
 * meanwhile is newer, and it is asked again. */
struct asked {
	unsigned int ifindex;
	uint64_t heard;
	bool of_link; /* and not of addresses alone */
	struct netlink_link link;
	int link_err;
	struct own_address *own;
	size_t count;
	int err;
};
struct asked asked_begin(const struct nic *nic, bool of_link);
void asked_slowly(struct netlink *asker, struct asked *asked);
void asked_end(struct nic *nic, struct asked *asked);
