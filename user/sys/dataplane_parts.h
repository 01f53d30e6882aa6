/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * What one interface's data plane is made of; for dataplane_*.c alone.
 */
#pragma once

#include "user/sys/bpffs.h"
#include "user/sys/dataplane.h"
#include "user/sys/egress.h"
#include "user/sys/hook.h"

#include "carp.skel.h"

#include <linux/if.h>

struct dataplane {
	struct dataplane_config config;
	char ifname[IFNAMSIZ];
	char pin_dir[BPFFS_PATH_SIZE];
	int lock; /* open: the pins are ours */
	struct carp_bpf *skeleton;
	struct hook hook;
	struct egress_hook egress;
	bool aside; /* for a moment; see dataplane_step_aside() */
	__u32 program_id;
	struct carp_vhid *vhids;   /* mmapped */
	struct carp_lease *leases; /* mmapped */
	struct ring_buffer *ring;
	int drained; /* events of the current dataplane_drain() */
	int cpus;
	struct carp_counters *per_cpu;
};
