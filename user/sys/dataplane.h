/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * One interface's XDP program: load, attach, pin, maps, event ring.  Moves
 * values, knows nothing of elections.  What needs privilege is asked of the
 * hand, and takes tens of milliseconds: not for the loop.
 */
#pragma once

#include "carp/maps.h"
#include "user/sys/pack.h"

#include <stdbool.h>
#include <stddef.h>

enum dataplane_mode {
	DATAPLANE_AUTO,
	DATAPLANE_NATIVE,
	DATAPLANE_SKB
};

struct chain;
struct hand;

struct dataplane_config {
	struct hand *hand;
	unsigned int ifindex;
	const char *ifname; /* maps and link go to PIN_DIR/ifname/; see bpffs.h
			       for the names of VLAN interfaces */
	enum dataplane_mode mode;
	bool auto_avoids_native; /* what DATAPLANE_AUTO does on this driver */
	bool tags_in_frames;	 /* have the NIC leave VLAN tags there */
	bool coexist;		 /* with other programs: see chain.h */
	void (*on_event)(void *context, const struct carp_event *event);
	void *context;
};

struct dataplane;

/* While there is still a file system: what is asked there later. */
void dataplane_begin(void);

/*
 * Loads, attaches and pins.  Mounts bpffs when the pin directory lies below
 * /sys/fs/bpf and nothing is mounted there.  What an earlier run left pinned
 * for this interface is removed first.  0 or -errno with a line of text that
 * names the interface and the reason (-EBUSY: another XDP program, or a living
 * controller with the same pins; -EPERM: privilege; -EOPNOTSUPP: the driver in
 * the forced mode; -ENOSYS: no BPF); on failure nothing is left attached or
 * pinned.
 */
int dataplane_open(const struct dataplane_config *config,
		   struct dataplane **out, char *error, size_t error_size);
/* Detaches, unpins, frees.  Takes NULL. */
void dataplane_close(struct dataplane *dataplane);

/* As dataplane_close(), but the pinned program stays on the interface, without
 * a lease: for whoever comes next to remove, as after a crash. */
void dataplane_leave(struct dataplane *dataplane);

/* Ends the leases, detaches and unpins; program and maps live on, with all
 * that is in them.  Does nothing twice. */
void dataplane_detach(struct dataplane *dataplane);
/* The way back, to another interface if need be: as dataplane_open(), but the
 * pin directory stays what it was. */
int dataplane_attach(struct dataplane *dataplane,
		     const struct dataplane_config *config, char *error,
		     size_t error_size);
/* The interface is called otherwise now: its pins move.  Does nothing if they
 * have that name.  0 or -errno (-EBUSY: a living controller's are there). */
int dataplane_rename(struct dataplane *dataplane, const char *ifname);

/*
 * Another process goes on with it, and the kernel notices nothing: link, maps,
 * pins and their lock become that one's as well.  dataplane_adopt() loads the
 * programs of this binary for those maps, and attaches nothing yet.  0 or
 * -errno with a line of text (-EPROTO: maps of another layout).
 */
void dataplane_hand_over(const struct dataplane *dataplane, struct pack *pack);
int dataplane_adopt(const struct dataplane_config *config, struct pack *pack,
		    struct dataplane **out, char *error, size_t error_size);
/* Puts our programs in the place of those found there; slow, and nothing where
 * they are there already.  0 or -errno: what is attached stays. */
int dataplane_renew(struct dataplane *dataplane);
/* Frees what is another process's: nothing is detached.  Takes NULL. */
void dataplane_abandon(struct dataplane *dataplane);

/* Of the interface, as its pins have it. */
const char *dataplane_name(const struct dataplane *dataplane);
/* The mode obtained, never DATAPLANE_AUTO. */
enum dataplane_mode dataplane_mode(const struct dataplane *dataplane);
/* Why it is not native although DATAPLANE_AUTO wished it so: -errno, or 0. */
int dataplane_native_refusal(const struct dataplane *dataplane);
/* False: to our program, frames of all VLANs look like untagged ones. */
bool dataplane_sees_tags(const struct dataplane *dataplane);
const char *dataplane_mode_name(enum dataplane_mode mode);
unsigned int dataplane_program_id(const struct dataplane *dataplane);
/* False once a third party has detached or replaced one of our programs.  Waits
 * for whoever holds the kernel's lock on interfaces: not for the loop. */
bool dataplane_attached(const struct dataplane *dataplane);
/* Another, of descriptors of its own, for a thread to ask that of, and to be
 * freed by dataplane_abandon().  NULL: none to be had. */
struct dataplane *dataplane_witness(const struct dataplane *dataplane);

/* With others: who is there (NULL: the hook is ours alone), and where that is
 * another dispatcher than the one known, it may call our program all the same.
 * dataplane_look() asks the hand: not for the loop.  -EAGAIN: they are just
 * changing; it cannot be told. */
const struct chain *dataplane_chain(const struct dataplane *dataplane);
int dataplane_look(struct dataplane *dataplane);

/* The kernel attaches nothing below an interface with a program on it: that
 * one gets out of the way for a moment, leases and all else unchanged. */
void dataplane_step_aside(struct dataplane *dataplane);
/* 0 or -errno with a line of text. */
int dataplane_step_back(struct dataplane *dataplane, char *error,
			size_t error_size);

/* Readable when the ring holds events. */
int dataplane_event_fd(const struct dataplane *dataplane);
/* Hands every waiting event to on_event, up to one full ring: what comes in
 * meanwhile keeps the descriptor readable.  The number, or -errno. */
int dataplane_drain(struct dataplane *dataplane);

/* The live entry of carp_vhids (mmapped): write the controller's fields only,
 * read the rest.  vhid 0 is the interface. */
struct carp_vhid *dataplane_vhid(struct dataplane *dataplane, __u8 vhid);
/* carp_leases as a descriptor to be mapped in whole; the data plane's. */
int dataplane_leases(const struct dataplane *dataplane, size_t *size);
/* One atomic store into carp_leases; 0 ends the lease. */
void dataplane_lease(struct dataplane *dataplane, __u32 slot, __u64 until_ns);

/* 0 or -errno. */
int dataplane_auth(struct dataplane *dataplane, __u8 vhid,
		   const struct carp_auth *auth);
/* family 4 or 6; address in network order, 4 or 16 bytes.  Setting an address
 * keeps its answered count. */
int dataplane_vip_set(struct dataplane *dataplane, int family,
		      const __u8 *address, __u8 vhid, __u32 slot);
/* Whose it is; 0: nobody's. */
unsigned int dataplane_vip_vhid(const struct dataplane *dataplane, int family,
				const __u8 *address);
/* Only if it is that one's. */
int dataplane_vip_remove(struct dataplane *dataplane, int family,
			 const __u8 *address, __u8 vhid);
/* Who may speak to a group that names its peers of that family. */
int dataplane_peer_set(struct dataplane *dataplane, __u8 vhid, int family,
		       const __u8 *address);
int dataplane_peer_remove(struct dataplane *dataplane, __u8 vhid, int family,
			  const __u8 *address);
/* Which vhid a cluster's node of that number is; 0: none. */
int dataplane_share(struct dataplane *dataplane, __u8 leader, __u8 node,
		    __u8 vhid);
/* Sums the per-CPU counters of one vhid, 0 = the interface itself. */
int dataplane_counters(const struct dataplane *dataplane, __u8 vhid,
		       struct carp_counters *out);
/* Zeroes them, the vhid's entry, its digests and the lease of that slot, and
 * forgets its senders. */
int dataplane_forget(struct dataplane *dataplane, __u8 vhid);

/* Who seals its counters, and who does not. */
enum dataplane_senders {
	DATAPLANE_SEALED,
	DATAPLANE_UNSEALED,
};
typedef void dataplane_sender(void *context, const struct carp_host_key *key,
			      const struct carp_sender *sender);
/* Calls each(context, ...) for all senders of that table. */
void dataplane_senders(const struct dataplane *dataplane,
		       enum dataplane_senders which, dataplane_sender *each,
		       void *context);
int dataplane_sender_set(struct dataplane *dataplane,
			 const struct carp_host_key *key,
			 const struct carp_sender *sender);
/* Forgets all senders of a vhid. */
void dataplane_senders_forget(struct dataplane *dataplane, __u8 vhid);
/* The sealed senders in the pins that a controller has left behind. */
void dataplane_senders_recall(struct hand *hand, const char *ifname,
			      dataplane_sender *each, void *context);

/* Calls found(context, ifname) for each interface with pins. */
int dataplane_pinned(struct hand *hand,
		     void (*found)(void *context, const char *ifname),
		     void *context);
/* The pinned table of sealed senders: a descriptor or -errno. */
int dataplane_recall(struct hand *hand, const char *ifname);
/* Removes the addresses with our mark from an interface, then its pins, and
 * with them a program left attached: 0, -EBUSY if its controller is alive, or
 * another -errno with which everything stays. */
int dataplane_unpin(struct hand *hand, const char *ifname);
