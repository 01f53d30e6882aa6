/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * The two tables of senders: walked, restored, forgotten.
 */
#include "user/sys/dataplane_parts.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <string.h>
#include <unistd.h>

static int table(const struct dataplane *dataplane,
		 enum dataplane_senders which)
{
	return dataplane
		->maps[which == DATAPLANE_SEALED ? MAP_SENDERS : MAP_UNSEALED];
}

/* The data plane goes on meanwhile; an entry that comes or goes may be
 * missed, and after a deletion the walk may begin anew: hence the limit. */
static void walk(int map, dataplane_sender *each, void *context)
{
	struct carp_host_key key, *before = NULL;
	struct carp_sender sender;
	int left = CARP_SENDERS_MAX;

	while (left-- && bpf_map_get_next_key(map, before, &key) == 0) {
		if (bpf_map_lookup_elem(map, &key, &sender) == 0)
			each(context, &key, &sender);
		before = &key;
	}
}

void dataplane_senders(const struct dataplane *dataplane,
		       enum dataplane_senders which, dataplane_sender *each,
		       void *context)
{
	walk(table(dataplane, which), each, context);
}

int dataplane_sender_set(struct dataplane *dataplane,
			 const struct carp_host_key *key,
			 const struct carp_sender *sender)
{
	return bpf_map_update_elem(table(dataplane, DATAPLANE_SEALED), key,
				   sender, BPF_ANY);
}

static void forget(int map, __u8 vhid)
{
	struct carp_host_key key, next;
	bool more = bpf_map_get_next_key(map, NULL, &next) == 0;

	while (more) {
		key = next;
		more = bpf_map_get_next_key(map, &key, &next) == 0;
		if (key.vhid == vhid)
			bpf_map_delete_elem(map, &key);
	}
}

void dataplane_senders_forget(struct dataplane *dataplane, __u8 vhid)
{
	forget(table(dataplane, DATAPLANE_SEALED), vhid);
	forget(table(dataplane, DATAPLANE_UNSEALED), vhid);
	memset(&dataplane->vhids[vhid].newest4, 0, sizeof(struct carp_newest));
	memset(&dataplane->vhids[vhid].newest6, 0, sizeof(struct carp_newest));
}

void dataplane_senders_recall(struct hand *hand, const char *ifname,
			      dataplane_sender *each, void *context)
{
	int map = dataplane_recall(hand, ifname);

	if (map < 0)
		return;
	walk(map, each, context);
	close(map);
}
