/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * Groups that name their peers: who may speak to them, and from how far away.
 * Names nobody a peer itself, and says nothing of groups without any.
 */
#pragma once

#include "scratch.h"

static __always_inline bool peers_listed(struct carp_vhid *group, __u8 family)
{
	return group->peers & (family == 4 ? CARP_PEERS_V4 : CARP_PEERS_V6);
}

/* The least TTL or hop limit: 255, unless peers may be behind routers, whom
 * multicast does not reach.  Who is no peer is refused elsewhere. */
static __always_inline __u8 peers_ttl(struct carp_vhid *group, __u8 family,
				      __u8 unicast)
{
	if (!unicast || !group->ttl_min || !peers_listed(group, family))
		return CARP_TTL;
	return group->ttl_min;
}

static __always_inline bool peers_stranger(struct carp_vhid *group,
					   struct carp_event *event)
{
	struct scratch *scratch = scratch_open();

	if (!scratch || !peers_listed(group, event->family))
		return false;
	/* Most strangers are found out without asking the map. */
	if (group->peer_bits &&
	    !(group->peer_bits & carp_peer_bit(event->source)))
		return true;
	return !bpf_map_lookup_elem(&carp_peers, scratch_host(scratch));
}
