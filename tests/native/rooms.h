/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * Between the data plane's rooms, compiled for the host, and the maps around
 * them.  Included on both sides, hence only types that every C has.
 */
#pragma once

/* The maps of bpf/, numbered. */
enum native_map {
	NATIVE_NONE,
	NATIVE_VHIDS,
	NATIVE_LEASES,
	NATIVE_VIPS4,
	NATIVE_VIPS6,
	NATIVE_COUNTERS,
	NATIVE_PEERS,
	NATIVE_SHARES,
	NATIVE_AUTH,
	NATIVE_SENDERS,
	NATIVE_UNSEALED,
	NATIVE_SCRATCH,
	NATIVE_EVENTS,
	NATIVE_MAPS,
};

enum rooms_type {
	ROOMS_ARRAY,
	ROOMS_HASH,
	ROOMS_LRU, /* full, it forgets the one not used longest */
	ROOMS_RING,
};

/* As declared in bpf/. */
struct rooms_shape {
	enum rooms_type type;
	unsigned int key, value; /* bytes */
	unsigned int max;	 /* entries; of a ring bytes */
	int readonly;		 /* for the program */
};

/* What the rooms ask for; maps.c and native.c answer. */
void *rooms_lookup(unsigned long map, const void *key);
long rooms_update(unsigned long map, const void *key, const void *value,
		  unsigned long long flags);
long rooms_delete(unsigned long map, const void *key);
long rooms_report(unsigned long map, const void *data, unsigned long size);
unsigned long long rooms_now(void);
/* Some 4 ms long. */
unsigned long long rooms_jiffies(void);

/* What the rooms offer; rooms.c.  The first call of rooms_shapes() also makes
 * the maps known to the rooms. */
const struct rooms_shape *rooms_shapes(void);
int rooms_receive(void *frame, void *end);
int rooms_send(void *frame, void *end, int tagged);
