/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * The data plane without a kernel: the unchanged rooms of bpf/ compiled for
 * the host, with maps in plain memory and a clock that stands where it is put.
 * As many hosts in a process as wanted, one thread.  Every function is plain
 * C, so the shared object serves other languages too.
 *
 * It differs from the kernel in three things: one CPU; a ring that never
 * wakes anybody; carp_unsealed forgets exactly the entry not used longest,
 * where the kernel takes one of the oldest.
 *
 *	struct native *host = native_new();
 *
 *	native_group(host, 3)->role = CARP_ROLE_MASTER;
 *	native_lease(host, 3)->until_ns = 2000;
 *	native_vip4(host, (const uint8_t[]){ 192, 168, 1, 1 }, 3);
 *	native_clock(host, 1000);
 *	action = native_receive(host, frame, size, &outcome);
 *
 * A map can be read and written under its number as with bpf(2); layouts are
 * those of include/carp/maps.h, keys of arrays are 32-bit numbers.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <carp/maps.h>

#include "rooms.h"

enum {
	NATIVE_KEY_MAX = 24,
	NATIVE_CHANGES_MAX = 256,
	/* What tc says of a frame on its way out. */
	NATIVE_SENT_OK = 0,
	NATIVE_SENT_SHOT = 2,
};

struct native;

/* What one frame did. */
struct native_outcome {
	int action;	  /* enum carp_action, or NATIVE_SENT_* */
	uint32_t verdict; /* CARP_V_COUNT: nothing was counted */
	uint32_t index;	  /* the vhid it was counted for */
	uint32_t moved;	  /* by how much counters rose in all: 1 */
};

enum native_change_kind {
	NATIVE_CHANGED,
	NATIVE_CREATED,
	NATIVE_DELETED,
};

/* An entry that the frame has changed; counters and scratch are none. */
struct native_change {
	uint32_t map; /* enum native_map */
	uint32_t kind;
	uint32_t size; /* of the value */
	uint8_t key[NATIVE_KEY_MAX];
	const void *before; /* NULL: created */
	const void *after;  /* NULL: deleted */
};

struct native *native_new(void);
void native_free(struct native *host);
/* As new: empty maps, the clock at 0. */
void native_reset(struct native *host);

/* CLOCK_BOOTTIME, in nanoseconds. */
void native_clock(struct native *host, uint64_t now_ns);
/* As of a host that was paused: the clock has gone on, jiffies have not. */
void native_pause(struct native *host, uint64_t ns);
/* How many events fit before somebody takes them; as new, what fits into the
 * kernel's ring. */
void native_ring(struct native *host, uint32_t events);

/* Is told of each lookup before it is made, and may change maps then, as
 * another CPU would; true: there is no such entry.  NULL: nobody. */
typedef bool native_meanwhile(void *context, uint32_t map);
void native_hook(struct native *host, native_meanwhile *meanwhile,
		 void *context);

/* Runs a frame that comes in, which is changed where it lies; `out` may be
 * NULL.  Returns the action. */
int native_receive(struct native *host, uint8_t *frame, size_t size,
		   struct native_outcome *out);
/* The same for a frame on its way out; tagged: tc has taken a VLAN tag off. */
int native_send(struct native *host, uint8_t *frame, size_t size, bool tagged,
		struct native_outcome *out);

/* Takes up to `max` events, the oldest first, and returns how many. */
size_t native_events(struct native *host, struct carp_event *out, size_t max);

/* Remembers what each frame changes (costs time; off at first). */
void native_watch(struct native *host, bool on);
/* What the last frame changed, valid until the next. */
size_t native_changes(const struct native *host,
		      const struct native_change **out);

/* Entries of arrays, in place; never NULL for a vhid below 256. */
struct carp_vhid *native_group(struct native *host, uint32_t vhid);
struct carp_lease *native_lease(struct native *host, uint32_t slot);
struct carp_auth *native_auth(struct native *host, uint32_t vhid);
struct carp_counters *native_counters(struct native *host, uint32_t vhid);
uint64_t native_counted(struct native *host, uint32_t vhid, uint32_t verdict);
/* Frames counted in all, under any name. */
uint64_t native_counted_all(struct native *host);

/* Entries of hashes. */
void native_vip4(struct native *host, const uint8_t address[4], uint32_t vhid);
void native_vip6(struct native *host, const uint8_t address[16], uint32_t vhid);
void native_peer(struct native *host, uint32_t vhid, uint32_t family,
		 const uint8_t address[16]);
/* Node `index` of a cluster; group and lease are set apart from it. */
void native_node(struct native *host, uint32_t leader, uint32_t index,
		 uint32_t vhid);
/* Adds what this passphrase, filled up with zeros, signs for these virtual
 * IPs: a digest and a seal key; -1 if there is no room for a digest. */
int native_trust(struct native *host, uint32_t vhid, const uint8_t key[20],
		 const void *vips4, size_t vips4_count, const void *vips6,
		 size_t vips6_count);

/* Any map but scratch and events: 0, or -1 if there is no such entry or no
 * room for it. */
int native_lookup(struct native *host, uint32_t map, const void *key,
		  void *value);
int native_update(struct native *host, uint32_t map, const void *key,
		  const void *value);
int native_delete(struct native *host, uint32_t map, const void *key);
uint32_t native_count(const struct native *host, uint32_t map);
const char *native_verdict_name(uint32_t verdict);
