/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * The data plane itself, the unchanged source of bpf/, compiled for the host.
 * Alone in its object: it is compiled as the BPF side sees its headers.
 */
#include "bpf/carp.bpf.c"

#include "rooms.h"

/* Lengths of the arrays in the declaration, and sizes of its types. */
#define ROOMS_NUMBER(field) (sizeof(*(field)) / sizeof(int))
#define ROOMS_SHAPE(map, kind, ro) \
	{ \
		.type = (kind), .key = sizeof(*(map).key), \
		.value = sizeof(*(map).value), \
		.max = ROOMS_NUMBER((map).max_entries), .readonly = (ro), \
	}

static const struct rooms_shape shapes[NATIVE_MAPS] = {
	[NATIVE_VHIDS] = ROOMS_SHAPE(carp_vhids, ROOMS_ARRAY, 0),
	[NATIVE_LEASES] = ROOMS_SHAPE(carp_leases, ROOMS_ARRAY, 0),
	[NATIVE_VIPS4] = ROOMS_SHAPE(carp_vips4, ROOMS_HASH, 0),
	[NATIVE_VIPS6] = ROOMS_SHAPE(carp_vips6, ROOMS_HASH, 0),
	[NATIVE_COUNTERS] = ROOMS_SHAPE(carp_counters, ROOMS_ARRAY, 0),
	[NATIVE_PEERS] = ROOMS_SHAPE(carp_peers, ROOMS_HASH, 0),
	[NATIVE_SHARES] = ROOMS_SHAPE(carp_shares, ROOMS_ARRAY, 1),
	[NATIVE_AUTH] = ROOMS_SHAPE(carp_auth, ROOMS_ARRAY, 1),
	[NATIVE_SENDERS] = ROOMS_SHAPE(carp_senders, ROOMS_HASH, 0),
	[NATIVE_UNSEALED] = ROOMS_SHAPE(carp_unsealed, ROOMS_LRU, 0),
	[NATIVE_SCRATCH] = ROOMS_SHAPE(carp_scratch, ROOMS_ARRAY, 0),
	[NATIVE_EVENTS] = { .type = ROOMS_RING,
			    .value = sizeof(struct carp_event),
			    .max = ROOMS_NUMBER(carp_events.max_entries) },
};

const struct rooms_shape *rooms_shapes(void)
{
	carp_vhids.type = (void *)NATIVE_VHIDS;
	carp_leases.type = (void *)NATIVE_LEASES;
	carp_vips4.type = (void *)NATIVE_VIPS4;
	carp_vips6.type = (void *)NATIVE_VIPS6;
	carp_counters.type = (void *)NATIVE_COUNTERS;
	carp_peers.type = (void *)NATIVE_PEERS;
	carp_shares.type = (void *)NATIVE_SHARES;
	carp_auth.type = (void *)NATIVE_AUTH;
	carp_senders.type = (void *)NATIVE_SENDERS;
	carp_unsealed.type = (void *)NATIVE_UNSEALED;
	carp_scratch.type = (void *)NATIVE_SCRATCH;
	carp_events.type = (void *)NATIVE_EVENTS;
	return shapes;
}

int rooms_receive(void *frame, void *end)
{
	struct xdp_md context = { .data = (unsigned long)frame,
				  .data_end = (unsigned long)end };

	return carp_xdp(&context);
}

int rooms_send(void *frame, void *end, int tagged)
{
	struct __sk_buff context = { .data = (unsigned long)frame,
				     .data_end = (unsigned long)end,
				     .vlan_present = tagged };

	return carp_egress(&context);
}
