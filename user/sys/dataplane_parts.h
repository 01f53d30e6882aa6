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
	bool aside;		 /* for a moment; see dataplane_step_aside() */
	__u32 program_id;	 /* the one attached */
	__u32 loaded_id;	 /* ours; see dataplane_renew() */
	struct carp_vhid *vhids; /* mmapped */
	struct carp_lease *leases; /* mmapped */
	struct ring_buffer *ring;
	int drained; /* events of the current dataplane_drain() */
	int cpus;
	struct carp_counters *per_cpu;
};

/* Where the caller of dataplane_open() wants the reason. */
struct complaint {
	const char *ifname;
	char *text;
	size_t size;
};

/* Always returns err. */
int dataplane_refuse(const struct complaint *complaint, int err,
		     const char *format, ...)
	__attribute__((format(printf, 3, 4)));
/* Opens the object, where maps may still be changed for others; then loads it
 * and maps the maps.  What is half done is undone by dataplane_unload(). */
int dataplane_load_begin(struct dataplane *dataplane,
			 const struct complaint *complaint);
int dataplane_load(struct dataplane *dataplane,
		   const struct complaint *complaint);
void dataplane_unload(struct dataplane *dataplane);
/* Nothing is open yet; the names are copied.  NULL without memory. */
struct dataplane *dataplane_new(const struct dataplane_config *config,
				const struct complaint *complaint);
