/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * What one interface's data plane is made of; for dataplane_*.c and the hand,
 * hand_plane.c, alone.  The controller holds descriptors and asks, in
 * dataplane_ask.c; a worker of the hand is sent the same descriptors, has the
 * privilege, and acts, in dataplane_open.c.
 */
#pragma once

#include "user/sys/bpffs.h"
#include "user/sys/chain.h"
#include "user/sys/dataplane.h"
#include "user/sys/egress.h"
#include "user/sys/hook.h"

#include <linux/if.h>

/* In the order of dataplane_map_names[]. */
enum dataplane_map {
	MAP_VHIDS,
	MAP_LEASES,
	MAP_VIPS4,
	MAP_VIPS6,
	MAP_COUNTERS,
	MAP_PEERS,
	MAP_SHARES,
	MAP_AUTH,
	MAP_SENDERS,
	MAP_UNSEALED,
	MAP_EVENTS,
	MAP_SCRATCH,
	DATAPLANE_MAPS,
};

enum dataplane_program {
	PROGRAM_XDP,
	PROGRAM_EGRESS,
	DATAPLANE_PROGRAMS,
};

extern const char *const dataplane_map_names[DATAPLANE_MAPS];

/* The plain values.  Descriptors travel beside: see dataplane_put(). */
struct dataplane_plain {
	__u32 layout; /* CARP_MAPS_LAYOUT */
	__u32 ifindex;
	__u32 mode;	       /* enum dataplane_mode */
	__u32 program_id;      /* the one attached */
	__u32 loaded_id;       /* ours; see dataplane_renew() */
	char ifname[IFNAMSIZ]; /* of the pins */
	bool auto_avoids_native, tags_in_frames;
	bool coexist;	      /* in libxdp's dispatcher, with others */
	bool aside;	      /* for a moment; see dataplane_step_aside() */
	bool locked, objects; /* has a lock; maps and programs */
	struct hook hook;
	struct chain chain; /* who is in the dispatcher, us included */
	struct egress_hook egress;
};

struct dataplane {
	struct dataplane_config config;
	struct dataplane_plain plain;
	char pin_dir[BPFFS_PATH_SIZE]; /* to a worker */
	int lock;		       /* open: the pins are ours */
	int maps[DATAPLANE_MAPS];
	int programs[DATAPLANE_PROGRAMS];
	struct carp_vhid *vhids;   /* mmapped */
	struct carp_lease *leases; /* mmapped */
	struct ring_buffer *ring;
	int drained; /* events of the current dataplane_drain() */
	int cpus;
	struct carp_counters *per_cpu;
};

/* Where whoever asks wants the reason. */
struct complaint {
	const char *ifname;
	char *text;
	size_t size;
};

/* Always returns err. */
int dataplane_refuse(const struct complaint *complaint, int err,
		     const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* Nothing is open yet.  NULL without memory. */
struct dataplane *dataplane_new(const struct complaint *complaint);
/* Closes all descriptors; what is attached stays so. */
void dataplane_free(struct dataplane *dataplane);

/* Values and descriptors: lock, link and egress link as far as there are any,
 * with objects the maps and programs as well. */
void dataplane_put(const struct dataplane *dataplane, bool objects,
		   struct pack *pack);
/* Of a new one; false: that is none. */
bool dataplane_get(struct dataplane *dataplane, struct pack *pack);
/* The descriptors of values that have come already. */
bool dataplane_get_fds(struct dataplane *dataplane, struct pack *pack);

/* Maps the maps into memory: 0 or -errno.  Undone by the second. */
int dataplane_map_memory(struct dataplane *dataplane);
void dataplane_unmap_memory(struct dataplane *dataplane);

/* --- in a worker, with privilege ------------------------------------------ */

/* Loads programs, and makes maps, or uses those that are there already: 0 or
 * -errno with the reason (-EPROTO: those are of another layout). */
int plane_load(struct dataplane *dataplane, const struct complaint *complaint);
/* Makes the object's maps those of the dataplane, as far as it has any: 0,
 * -EPROTO, or another -errno. */
struct bpf_object;
int plane_reuse_maps(const struct dataplane *dataplane,
		     struct bpf_object *object);

/* dataplane_join.c, which chain.h is for: into the dispatcher; out of it, or
 * off the hook where there is none; another program in the place of ours; and
 * who is there now. */
int plane_join(struct dataplane *dataplane, const struct complaint *complaint);
void plane_unhook(struct dataplane *dataplane);
int plane_join_anew(struct dataplane *dataplane);
int plane_look(struct dataplane *dataplane);
/* Pins what keeps our program on the interface. */
int plane_pin_hook(const struct dataplane *dataplane);

/* What dataplane.h says of dataplane_open() and so on.  What is half done is
 * undone. */
int plane_open(struct dataplane *dataplane, const struct complaint *complaint);
int plane_attach(struct dataplane *dataplane,
		 const struct complaint *complaint);
void plane_detach(struct dataplane *dataplane);
int plane_rename(struct dataplane *dataplane, const char *ifname);
int plane_renew(struct dataplane *dataplane);
void plane_step_aside(struct dataplane *dataplane);
int plane_step_back(struct dataplane *dataplane,
		    const struct complaint *complaint);
/* What an earlier controller has left in pin_dir.  The senders' map or -errno;
 * 0 or -errno. */
int plane_recall(const char *pin_dir, const char *ifname);
int plane_unpin(const char *pin_dir, const char *ifname);
