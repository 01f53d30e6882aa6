/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * The maps themselves; what they hold is said in carp/maps.h.  Nothing here
 * is pinned by the loader: the controller decides what outlives it.
 */
#pragma once

#include <carp/maps.h>

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, CARP_VHID_SLOTS);
	__uint(map_flags, BPF_F_MMAPABLE);
	__type(key, __u32);
	__type(value, struct carp_vhid);
} carp_vhids SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, CARP_VHID_SLOTS);
	__uint(map_flags, BPF_F_MMAPABLE);
	__type(key, __u32);
	__type(value, struct carp_lease);
} carp_leases SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, CARP_VIPS_MAX);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, struct carp_vip4_key);
	__type(value, struct carp_vip);
} carp_vips4 SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, CARP_VIPS_MAX);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, struct carp_vip6_key);
	__type(value, struct carp_vip);
} carp_vips6 SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, CARP_VHID_SLOTS);
	__type(key, __u32);
	__type(value, struct carp_counters);
} carp_counters SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, CARP_PEERS_MAX);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, struct carp_host_key);
	__type(value, __u32);
} carp_peers SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, (__u32)CARP_VHID_SLOTS *CARP_NODES_MAX);
	__uint(map_flags, BPF_F_RDONLY_PROG);
	__type(key, __u32);
	__type(value, struct carp_share_node);
} carp_shares SEC(".maps");

/* The data plane has no business changing what it is asked to believe. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, CARP_VHID_SLOTS);
	__uint(map_flags, BPF_F_RDONLY_PROG);
	__type(key, __u32);
	__type(value, struct carp_auth);
} carp_auth SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, CARP_SENDERS_MAX);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, struct carp_host_key);
	__type(value, struct carp_sender);
} carp_senders SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, CARP_UNSEALED_MAX);
	__type(key, struct carp_host_key);
	__type(value, struct carp_sender);
} carp_unsealed SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, CARP_EVENT_RING);
} carp_events SEC(".maps");

/* The group of a vhid; no array lookup below 256 fails. */
static __always_inline struct carp_vhid *map_group(__u32 vhid)
{
	return bpf_map_lookup_elem(&carp_vhids, &vhid);
}
