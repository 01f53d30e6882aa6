/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * A host with groups, virtual IPs, keys, leases, peers and perhaps a cluster,
 * drawn at random, and the knowledge of it that frames are made of and judged
 * by.  Written into maps through one function, so the same host can stand in
 * plain memory and in the kernel.
 */
#pragma once

#include "choices.h"
#include "tests/native/native.h"

enum {
	STAGE_GROUPS_MAX = 6,
	STAGE_VIPS = 2, /* of each family and group */
	STAGE_HOSTS = 4,
	STAGE_PEERS = 2, /* the first hosts */
	STAGE_KEY_SIZE = 20,
};

struct stage_group {
	uint8_t vhid;
	struct carp_vhid entry;
	struct carp_auth auth;
	uint8_t key[STAGE_KEY_SIZE];
	uint64_t lease;
	uint64_t sequence; /* the last used in a sealed counter */
	uint8_t vips4[STAGE_VIPS][4];
	uint8_t vips6[STAGE_VIPS][16];
	bool vips_own; /* in the maps under this vhid */
};

struct stage {
	struct stage_group groups[STAGE_GROUPS_MAX];
	uint32_t count;
	uint8_t leader; /* of the cluster, 0: none */
	uint8_t nodes;
	uint64_t now;
	bool lasting; /* leases are for ever or never */
};

typedef void (*stage_put)(void *context, uint32_t map, const void *key,
			  const void *value);

extern const uint8_t stage_nic[6];
/* Hosts on the wire; the first two are peers where peers are listed. */
extern const uint8_t stage_hosts4[STAGE_HOSTS][4];
extern const uint8_t stage_hosts6[STAGE_HOSTS][16];
extern const uint8_t stage_host_macs[STAGE_HOSTS][6];

/* Draws one; lasting for a kernel, whose clock goes on. */
void stage_draw(struct stage *stage, struct choices *c, uint64_t now,
		bool lasting);
/* Another role and lease for a group. */
void stage_redraw(struct stage *stage, struct choices *c,
		  struct stage_group *group);
void stage_fill(const struct stage *stage, stage_put put, void *context);
/* stage_put for a native host. */
void stage_put_native(void *host, uint32_t map, const void *key,
		      const void *value);

const struct stage_group *stage_find(const struct stage *stage, uint32_t vhid);
bool stage_leased(const struct stage *stage, uint32_t vhid);
/* Whose virtual IP this is, or NULL. */
const struct stage_group *stage_owner4(const struct stage *stage,
				       const uint8_t address[4]);
const struct stage_group *stage_owner6(const struct stage *stage,
				       const uint8_t address[16]);
