/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * Moves values in and out of the maps of an open data plane.  Never decides
 * what they are.
 */
#include "user/sys/dataplane_parts.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <string.h>

/* --- state and events ----------------------------------------------------- */

enum dataplane_mode dataplane_mode(const struct dataplane *dataplane)
{
	return dataplane->plain.hook.native ? DATAPLANE_NATIVE : DATAPLANE_SKB;
}

int dataplane_native_refusal(const struct dataplane *dataplane)
{
	return dataplane->plain.hook.refusal;
}

bool dataplane_sees_tags(const struct dataplane *dataplane)
{
	return dataplane->plain.hook.sees_tags;
}

const char *dataplane_mode_name(enum dataplane_mode mode)
{
	switch (mode) {
	case DATAPLANE_NATIVE:
		return "native";
	case DATAPLANE_SKB:
		return "skb";
	default:
		return "auto";
	}
}

const char *dataplane_name(const struct dataplane *dataplane)
{
	return dataplane->plain.ifname;
}

unsigned int dataplane_program_id(const struct dataplane *dataplane)
{
	return dataplane->plain.program_id;
}

bool dataplane_attached(const struct dataplane *dataplane)
{
	return (dataplane->plain.aside ||
		hook_holds(&dataplane->plain.hook, dataplane->plain.ifindex,
			   dataplane->plain.program_id)) &&
	       egress_holds(&dataplane->plain.egress);
}

const struct chain *dataplane_chain(const struct dataplane *dataplane)
{
	return dataplane->plain.hook.dispatcher ? &dataplane->plain.chain
						: NULL;
}

int dataplane_event_fd(const struct dataplane *dataplane)
{
	return ring_buffer__epoll_fd(dataplane->ring);
}

int dataplane_drain(struct dataplane *dataplane)
{
	int err;

	dataplane->drained = 0;
	err = ring_buffer__consume(dataplane->ring);
	return err < 0 && err != -EAGAIN ? err : dataplane->drained;
}

/* --- values --------------------------------------------------------------- */

struct carp_vhid *dataplane_vhid(struct dataplane *dataplane, __u8 vhid)
{
	return &dataplane->vhids[vhid];
}

void dataplane_lease(struct dataplane *dataplane, __u32 slot, __u64 until_ns)
{
	if (slot < CARP_VHID_SLOTS)
		__atomic_store_n(&dataplane->leases[slot].until_ns, until_ns,
				 __ATOMIC_RELEASE);
}

int dataplane_auth(struct dataplane *dataplane, __u8 vhid,
		   const struct carp_auth *auth)
{
	const __u32 key = vhid;

	return bpf_map_update_elem(dataplane->maps[MAP_AUTH], &key, auth,
				   BPF_ANY);
}

static int vip_map(const struct dataplane *dataplane, int family)
{
	return dataplane->maps[family == 4 ? MAP_VIPS4 : MAP_VIPS6];
}

int dataplane_vip_set(struct dataplane *dataplane, int family,
		      const __u8 *address, __u8 vhid, __u32 slot)
{
	const int map = vip_map(dataplane, family);
	struct carp_vip vip;

	if (bpf_map_lookup_elem(map, address, &vip) < 0)
		vip.answered = 0;
	vip.vhid = vhid;
	vip.slot = slot;
	return bpf_map_update_elem(map, address, &vip, BPF_ANY);
}

unsigned int dataplane_vip_vhid(const struct dataplane *dataplane, int family,
				const __u8 *address)
{
	struct carp_vip vip;

	return bpf_map_lookup_elem(vip_map(dataplane, family), address, &vip)
		       ? 0
		       : vip.vhid;
}

int dataplane_vip_remove(struct dataplane *dataplane, int family,
			 const __u8 *address, __u8 vhid)
{
	if (dataplane_vip_vhid(dataplane, family, address) != vhid)
		return -ENOENT;
	return bpf_map_delete_elem(vip_map(dataplane, family), address);
}

static struct carp_host_key peer_key(__u8 vhid, int family, const __u8 *address)
{
	struct carp_host_key key = { .vhid = vhid, .family = (__u8)family };

	memcpy(key.address, address, family == 4 ? 4 : 16);
	return key;
}

int dataplane_peer_set(struct dataplane *dataplane, __u8 vhid, int family,
		       const __u8 *address)
{
	const struct carp_host_key key = peer_key(vhid, family, address);
	const __u32 listed = 1;

	return bpf_map_update_elem(dataplane->maps[MAP_PEERS], &key, &listed,
				   BPF_ANY);
}

int dataplane_peer_remove(struct dataplane *dataplane, __u8 vhid, int family,
			  const __u8 *address)
{
	const struct carp_host_key key = peer_key(vhid, family, address);

	return bpf_map_delete_elem(dataplane->maps[MAP_PEERS], &key);
}

int dataplane_share(struct dataplane *dataplane, __u8 leader, __u8 node,
		    __u8 vhid)
{
	const __u32 key = (__u32)leader * CARP_NODES_MAX + node;
	const struct carp_share_node value = { .vhid = vhid };

	return bpf_map_update_elem(dataplane->maps[MAP_SHARES], &key, &value,
				   BPF_ANY);
}

int dataplane_counters(const struct dataplane *dataplane, __u8 vhid,
		       struct carp_counters *out)
{
	const __u32 key = vhid;
	__u64 sum[CARP_V_COUNT] = { 0 };
	int err;
	int cpu;
	int i;

	err = bpf_map_lookup_elem(dataplane->maps[MAP_COUNTERS], &key,
				  dataplane->per_cpu);
	if (err)
		return err;
	for (cpu = 0; cpu < dataplane->cpus; cpu++) {
		const __u64 *values = (const __u64 *)&dataplane->per_cpu[cpu];

		for (i = 0; i < CARP_V_COUNT; i++)
			sum[i] += values[i];
	}
	memcpy(out, sum, sizeof(sum));
	return 0;
}

int dataplane_forget(struct dataplane *dataplane, __u8 vhid)
{
	const struct carp_auth nothing = { 0 };
	const __u32 key = vhid;
	int err;

	dataplane_lease(dataplane, vhid, 0);
	dataplane_senders_forget(dataplane, vhid);
	memset(&dataplane->vhids[vhid], 0, sizeof(struct carp_vhid));
	err = dataplane_auth(dataplane, vhid, &nothing);
	if (err)
		return err;
	memset(dataplane->per_cpu, 0,
	       (size_t)dataplane->cpus * sizeof(*dataplane->per_cpu));
	return bpf_map_update_elem(dataplane->maps[MAP_COUNTERS], &key,
				   dataplane->per_cpu, BPF_ANY);
}
