/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * One loaded data plane, its maps, and the question every packet test asks:
 * this frame in, that action, those bytes out, and exactly one counter moved
 * by exactly one.  It never attaches the program to an interface.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <carp/maps.h>
#include <carp/verdict.h>

#include "packets.h"

/* The events of the ring, as far as tests look at them. */
struct rig_events {
	size_t count;
	struct carp_event last;
};

/* What one run of the program did. */
struct outcome {
	int action;
	struct packet out;
	size_t moved; /* counters that changed, weighted by how much */
	enum carp_verdict verdict;
	unsigned int index;
};

void rig_open(void);
void rig_close(void);
int rig_lookup(const char *map, const void *key, void *value);

void rig_group(uint8_t vhid, enum carp_role role);
void rig_set_group(uint8_t vhid, const struct carp_vhid *group);
struct carp_vhid rig_get_group(uint8_t vhid);
void rig_lease(uint32_t slot, uint64_t until_ns);
void rig_vip(const char *address, uint8_t vhid);
void rig_peer(uint8_t vhid, const char *address);
/* Node `index` of a cluster: its entry with that role, no lease; and the
 * interface's that says that there are clusters. */
void rig_node(uint8_t leader, uint8_t nodes, uint8_t index, uint8_t vhid,
	      enum carp_role role, enum carp_balancing balancing);
uint64_t rig_answered(const char *address);
void rig_auth(uint8_t vhid, const struct carp_auth *auth);
/* One recipe for the key, vhid and VIPs of the advertisement. */
void rig_trust(const struct advert *advert);
/* Master of the default advertisement's group and VIPs, with a lease that
 * does not end. */
void rig_master(__u8 vhid);
/* A backup that believes the default advertisement. */
void rig_backup(__u8 vhid);
struct rig_events rig_drain(void);
uint64_t rig_now(void);

/* Runs one frame that comes in and finds out what moved; asserts nothing. */
struct outcome rig_run(const struct packet *in);
/* For millions of frames: the action alone; and a counter, for afterwards,
 * before expect() is asked again. */
int rig_feed(const struct packet *in);
uint64_t rig_counted(uint8_t vhid, enum carp_verdict verdict);
/* The same for a frame that goes out. */
struct outcome rig_send(const struct packet *in);

/*
 * The assertion.  `out` NULL: the frame leaves as it came.  `what` names the
 * row in the message.
 */
void expect(const char *what, const struct packet *in,
	    enum carp_verdict verdict, unsigned int index,
	    const struct packet *out);

/* On the way out `passed` moves no counter: nobody counts what he sends. */
void expect_sent(const char *what, const struct packet *in,
		 enum carp_verdict verdict, unsigned int index,
		 const struct packet *out);

const char *verdict_name(enum carp_verdict verdict);
