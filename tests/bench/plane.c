/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/* Loads and fills; never measures. */
#include "plane.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <cap-ng.h>
#include <err.h>
#include <stdio.h>
#include <string.h>

#include "carp.skel.h"
#include "frames.h"
#include "user/core/auth.h"

enum {
	CPUS_MAX = 1024
};
#define PEER "192.0.2.250"

static int on_event(void *context, void *data, size_t size)
{
	(void)context;
	(void)data;
	(void)size;
	return 0;
}

static void update(const struct bpf_map *map, const void *key,
		   const void *value)
{
	if (bpf_map_update_elem(bpf_map__fd(map), key, value, BPF_ANY))
		err(1, "%s", bpf_map__name(map));
}

static void fill_group(const struct plane *plane, uint8_t vhid,
		       const uint8_t vip4[4], const uint8_t vip6[16])
{
	struct carp_vhid group = { .role = CARP_ROLE_MASTER };
	struct carp_lease lease = { .until_ns = UINT64_MAX };
	struct carp_vip vip = { .vhid = vhid, .slot = vhid };
	struct carp_auth auth = { .count = 1 };
	struct auth_input input = { .vhid = vhid,
				    .vips4_count = 1,
				    .vips6_count = 1 };
	struct advert advert = advert_default();
	uint32_t key = vhid;

	vmac(group.virtual_mac, vhid);
	memcpy(group.nic_mac, MAC_NIC, sizeof(group.nic_mac));
	memcpy(input.key, advert.key, sizeof(input.key));
	input.vips4 = (const __u8(*)[4])vip4;
	input.vips6 = (const __u8(*)[16])vip6;
	auth_prepare_recipe(&input, true, &auth.recipes[0]);
	auth.seals[0] = auth.recipes[0].seal;
	auth.seals_count = 1;
	update(plane->skel->maps.carp_vhids, &key, &group);
	update(plane->skel->maps.carp_leases, &key, &lease);
	update(plane->skel->maps.carp_auth, &key, &auth);
	update(plane->skel->maps.carp_vips4, vip4, &vip);
	update(plane->skel->maps.carp_vips6, vip6, &vip);
}

static void fill(const struct plane *plane, uint8_t vhid)
{
	uint8_t vip4[16], vip6[16];

	parse_address(FRAMES_VIP4, vip4);
	parse_address(FRAMES_VIP6, vip6);
	if (vhid != advert_default().vhid) {
		vip4[2] = 2;
		vip4[3] = vhid;
		vip6[15] = vhid;
		vip6[13] = 2;
	}
	fill_group(plane, vhid, vip4, vip6);
}

void plane_open(struct plane *plane, unsigned int vhids)
{
	uint8_t first = advert_default().vhid;

	plane->cpus = libbpf_num_possible_cpus();
	plane->skel = carp_bpf__open_and_load();
	if (plane->cpus < 1 || plane->cpus > CPUS_MAX || !plane->skel)
		errx(1, "the data plane does not load");
	plane->ring =
		ring_buffer__new(bpf_map__fd(plane->skel->maps.carp_events),
				 on_event, NULL, NULL);
	if (!plane->ring)
		errx(1, "the event ring does not open");
	fill(plane, first);
	for (unsigned int vhid = 1; vhid <= vhids && vhids > 1; vhid++)
		if (vhid != first)
			fill(plane, (uint8_t)vhid);
}

/* What the controller says of the frames' group is changed. */
static void change(const struct plane *plane,
		   void (*edit)(struct carp_vhid *group))
{
	uint32_t key = advert_default().vhid;
	struct carp_vhid group;

	if (bpf_map_lookup_elem(bpf_map__fd(plane->skel->maps.carp_vhids), &key,
				&group))
		err(1, "carp_vhids");
	edit(&group);
	update(plane->skel->maps.carp_vhids, &key, &group);
}

static void be_strict(struct carp_vhid *group)
{
	group->auth = CARP_AUTH_STRICT;
	group->stale_early = 1;
}

void plane_open_strict(struct plane *plane, unsigned int vhids)
{
	plane_open(plane, vhids);
	change(plane, be_strict);
}

static void have_peer(struct carp_vhid *group)
{
	uint8_t address[16] = { 0 };

	parse_address(PEER, address);
	group->peers = CARP_PEERS_V4;
	group->peer_bits = carp_peer_bit(address);
}

void plane_open_peers(struct plane *plane, unsigned int vhids)
{
	struct carp_host_key peer = { .vhid = advert_default().vhid,
				      .family = 4 };
	uint32_t there = 1;

	plane_open(plane, vhids);
	parse_address(PEER, peer.address);
	update(plane->skel->maps.carp_peers, &peer, &there);
	change(plane, have_peer);
}

void plane_open_vips(struct plane *plane, unsigned int vips)
{
	struct carp_vip vip = { .vhid = advert_default().vhid,
				.slot = advert_default().vhid };

	plane_open(plane, 1);
	for (unsigned int i = 0; i < vips; i++) {
		uint8_t address[4] = { 10, (uint8_t)(i >> 16),
				       (uint8_t)(i >> 8), (uint8_t)i };

		update(plane->skel->maps.carp_vips4, address, &vip);
	}
}

static void perfmon(capng_act_t action)
{
	capng_get_caps_process();
	if (capng_updatev(action, CAPNG_EFFECTIVE, CAP_PERFMON, CAP_SYS_ADMIN,
			  -1) ||
	    capng_apply(CAPNG_SELECT_CAPS))
		errx(1, "the capabilities do not change");
}

void plane_open_guarded(struct plane *plane, unsigned int vhids)
{
	perfmon(CAPNG_DROP);
	plane_open(plane, vhids);
	perfmon(CAPNG_ADD);
}

void plane_close(struct plane *plane)
{
	ring_buffer__free(plane->ring);
	carp_bpf__destroy(plane->skel);
}

int plane_program(const struct plane *plane)
{
	return bpf_program__fd(plane->skel->progs.carp_xdp);
}

uint64_t plane_count(const struct plane *plane, uint32_t vhid,
		     enum carp_verdict verdict)
{
	static struct carp_counters counters[CPUS_MAX];
	uint64_t sum = 0;

	if (bpf_map_lookup_elem(bpf_map__fd(plane->skel->maps.carp_counters),
				&vhid, counters))
		err(1, "carp_counters");
	for (int cpu = 0; cpu < plane->cpus; cpu++)
		sum += ((const uint64_t *)&counters[cpu])[verdict];
	return sum;
}

void plane_drain(const struct plane *plane)
{
	ring_buffer__consume(plane->ring);
}
