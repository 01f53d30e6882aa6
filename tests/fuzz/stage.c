/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * Draws a host and writes it down.  Keys and virtual IPs follow from the vhid,
 * so that a frame can be wrong by being right for another group.
 */
#include "stage.h"

#include <string.h>

#include "user/core/auth.h"

const uint8_t stage_nic[6] = { 0x52, 0x54, 0x00, 0xaa, 0xbb, 0xcc };
const uint8_t stage_hosts4[STAGE_HOSTS][4] = {
	{ 10, 9, 0, 1 }, { 10, 9, 0, 2 }, { 10, 9, 0, 3 }, { 172, 16, 0, 9 }
};
const uint8_t stage_hosts6[STAGE_HOSTS][16] = {
	{ 0xfe, 0x80, [15] = 0x91 },
	{ 0xfe, 0x80, [15] = 0x92 },
	{ 0x20, 0x01, 0x0d, 0xb8, [15] = 0x93 },
	{ 0xfe, 0x80, [15] = 0x94 },
};
const uint8_t stage_host_macs[STAGE_HOSTS][6] = {
	{ 2, 0, 0, 0, 0, 0x91 },
	{ 2, 0, 0, 0, 0, 0x92 },
	{ 2, 0, 0, 0, 0, 0x93 },
	{ 0, 0, 0x5e, 0, 2, 0x94 },
};

static const uint8_t vhids[STAGE_GROUPS_MAX] = { 1, 3, 18, 42, 200, 255 };

static void draw_vips(struct stage_group *group, uint8_t owner)
{
	for (uint8_t i = 0; i < STAGE_VIPS; i++) {
		const uint8_t four[4] = { 10, owner, 0, (uint8_t)(i + 1) };
		const uint8_t six[16] = {
			0x20, 0x01,  0x0d,	   0xb8,
			0,    owner, [13] = owner, [15] = (uint8_t)(i + 1)
		};

		memcpy(group->vips4[i], four, sizeof(four));
		memcpy(group->vips6[i], six, sizeof(six));
	}
}

static void draw_keys(struct stage_group *group, struct choices *c)
{
	struct auth_input input = { .vhid = group->vhid,
				    .vips4 = (const void *)group->vips4,
				    .vips4_count = STAGE_VIPS,
				    .vips6 = (const void *)group->vips6,
				    .vips6_count = STAGE_VIPS };
	uint32_t count = 1 + choose(c, 2);

	/* The last recipe is the passphrase in use. */
	memset(&group->auth, 0, sizeof(group->auth));
	for (uint32_t i = 0; i < count; i++) {
		memset(group->key, 0, sizeof(group->key));
		group->key[0] = (uint8_t)('a' + count - 1 - i);
		group->key[1] = group->vhid;
		memcpy(input.key, group->key, sizeof(input.key));
		auth_prepare_recipe(&input, true, &group->auth.recipes[i]);
		group->auth.seals[i] = group->auth.recipes[i].seal;
	}
	group->auth.count = group->auth.seals_count = count;
	if (once_in(c, 32))
		group->auth.count = 0;
}

static enum carp_role draw_role(struct choices *c)
{
	static const enum carp_role roles[8] = {
		CARP_ROLE_MASTER,   CARP_ROLE_MASTER, CARP_ROLE_BACKUP,
		CARP_ROLE_BACKUP,   CARP_ROLE_INIT,   CARP_ROLE_AUDITOR,
		CARP_ROLE_OBSERVER, CARP_ROLE_NONE,
	};

	return roles[choose(c, 8)];
}

/* Mostly as a controller would have it, but never only so. */
static uint64_t draw_lease(struct stage *stage, struct choices *c,
			   enum carp_role role)
{
	bool live = (role == CARP_ROLE_MASTER) != once_in(c, 6);

	if (!live)
		return once_in(c, 4) && !stage->lasting ? stage->now - 1 : 0;
	return stage->lasting ? UINT64_MAX
			      : stage->now + 1 + choose(c, 60000) * 2000ULL;
}

/* Those that fill_peers() lists. */
static uint64_t peer_bits(void)
{
	uint8_t address[16] = { 0 };
	uint64_t bits = 0;

	for (int i = 0; i < STAGE_PEERS; i++) {
		memcpy(address, stage_hosts4[i], 4);
		bits |= carp_peer_bit(address) | carp_peer_bit(stage_hosts6[i]);
	}
	return bits;
}

void stage_redraw(struct stage *stage, struct choices *c,
		  struct stage_group *group)
{
	group->entry.role = draw_role(c);
	group->lease = draw_lease(stage, c, group->entry.role);
}

static void draw_entry(struct carp_vhid *entry, struct choices *c, uint8_t vhid)
{
	memset(entry, 0, sizeof(*entry));
	entry->role = draw_role(c);
	carp_vmac_fill(entry->virtual_mac, vhid);
	memcpy(entry->nic_mac, stage_nic, sizeof(stage_nic));
	if (once_in(c, 2)) {
		memcpy(entry->source4, (const uint8_t[]){ 10, 9, 0, 200 }, 4);
		entry->source6[0] = 0xfe;
		entry->source6[1] = 0x80;
		entry->source6[15] = 200;
	}
	entry->nd_router = (uint8_t)choose(c, 2);
	if (once_in(c, 3))
		entry->peers = (uint8_t)choose(c, 4);
	if (once_in(c, 2))
		entry->peer_bits = peer_bits();
	if (once_in(c, 3))
		entry->ttl_min = (uint8_t)choose(c, 256);
	entry->auth = choose(c, 3);
	for (int i = 0; i < CARP_OWN_COUNTERS; i += 3)
		entry->own_counters[i] = vhid * 1000000ULL + (uint64_t)i;
}

static void draw_cluster(struct stage *stage, struct choices *c)
{
	const uint8_t balancing = (uint8_t)(1 + choose(c, 3));

	stage->leader = stage->groups[0].vhid;
	stage->nodes = (uint8_t)(2 + choose(c, stage->count - 1));
	for (uint32_t i = 0; i < stage->nodes; i++) {
		struct stage_group *group = &stage->groups[i];

		group->entry.leader = stage->leader;
		group->entry.nodes = stage->nodes;
		group->entry.balancing = balancing;
		group->vips_own = i == 0;
		draw_vips(group, stage->leader);
	}
}

void stage_draw(struct stage *stage, struct choices *c, uint64_t now,
		bool lasting)
{
	memset(stage, 0, sizeof(*stage));
	stage->now = now;
	stage->lasting = lasting;
	stage->count = 1 + choose(c, STAGE_GROUPS_MAX);
	for (uint32_t i = 0; i < stage->count; i++) {
		struct stage_group *group = &stage->groups[i];

		group->vhid = vhids[i];
		draw_entry(&group->entry, c, group->vhid);
		/* The kernel's jiffies are not the other's. */
		group->entry.stale_early = !lasting && once_in(c, 2);
		group->lease = draw_lease(stage, c, group->entry.role);
		group->sequence = 1000000 + choose(c, 1000);
		group->vips_own = true;
		draw_vips(group, group->vhid);
	}
	if (stage->count > 1 && once_in(c, 2))
		draw_cluster(stage, c);
	for (uint32_t i = 0; i < stage->count; i++)
		draw_keys(&stage->groups[i], c);
}

static void fill_vips(const struct stage_group *group, stage_put put,
		      void *context)
{
	const struct carp_vip vip = { .vhid = group->vhid,
				      .slot = group->vhid };

	for (int i = 0; i < STAGE_VIPS; i++) {
		put(context, NATIVE_VIPS4, group->vips4[i], &vip);
		put(context, NATIVE_VIPS6, group->vips6[i], &vip);
	}
}

static void fill_peers(const struct stage_group *group, stage_put put,
		       void *context)
{
	const uint32_t listed = 1;

	for (int i = 0; i < STAGE_PEERS; i++) {
		struct carp_host_key key = { .vhid = group->vhid, .family = 4 };

		memcpy(key.address, stage_hosts4[i], 4);
		put(context, NATIVE_PEERS, &key, &listed);
		key.family = 6;
		memcpy(key.address, stage_hosts6[i], 16);
		put(context, NATIVE_PEERS, &key, &listed);
	}
}

void stage_fill(const struct stage *stage, stage_put put, void *context)
{
	const struct carp_vhid interface = { .balancing = !!stage->leader };
	uint32_t key = 0;

	put(context, NATIVE_VHIDS, &key, &interface);
	for (uint32_t i = 0; i < stage->count; i++) {
		const struct stage_group *group = &stage->groups[i];
		const struct carp_lease lease = { .until_ns = group->lease };
		const struct carp_share_node node = { .vhid = group->vhid };

		key = group->vhid;
		put(context, NATIVE_VHIDS, &key, &group->entry);
		put(context, NATIVE_LEASES, &key, &lease);
		put(context, NATIVE_AUTH, &key, &group->auth);
		if (group->vips_own)
			fill_vips(group, put, context);
		if (group->entry.peers)
			fill_peers(group, put, context);
		if (!group->entry.leader)
			continue;
		key = stage->leader * CARP_NODES_MAX + i;
		put(context, NATIVE_SHARES, &key, &node);
	}
}

void stage_put_native(void *host, uint32_t map, const void *key,
		      const void *value)
{
	native_update(host, map, key, value);
}

const struct stage_group *stage_find(const struct stage *stage, uint32_t vhid)
{
	for (uint32_t i = 0; i < stage->count; i++)
		if (stage->groups[i].vhid == vhid)
			return &stage->groups[i];
	return NULL;
}

bool stage_leased(const struct stage *stage, uint32_t vhid)
{
	const struct stage_group *group = stage_find(stage, vhid);

	return group && stage->now < group->lease;
}

const struct stage_group *stage_owner4(const struct stage *stage,
				       const uint8_t address[4])
{
	for (uint32_t i = 0; i < stage->count; i++)
		for (int v = 0; v < STAGE_VIPS; v++)
			if (stage->groups[i].vips_own &&
			    !memcmp(stage->groups[i].vips4[v], address, 4))
				return &stage->groups[i];
	return NULL;
}

const struct stage_group *stage_owner6(const struct stage *stage,
				       const uint8_t address[16])
{
	for (uint32_t i = 0; i < stage->count; i++)
		for (int v = 0; v < STAGE_VIPS; v++)
			if (stage->groups[i].vips_own &&
			    !memcmp(stage->groups[i].vips6[v], address, 16))
				return &stage->groups[i];
	return NULL;
}
