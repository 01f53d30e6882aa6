/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * The only seam: kernel effects on one side, the core on the other.  Builds
 * interfaces and groups, turns what the kernel tells into events of the core
 * and the core's effects into maps, frames and addresses.
 */
#pragma once

#include "user/config.h"
#include "user/controller_news.h"
#include "user/controller_asked.h"
#include "user/controller_report.h"
#include "user/core/cluster.h"
#include "user/core/heard.h"
#include "user/core/node.h"
#include "user/request.h"
#include "user/sys/dataplane.h"
#include "user/sys/boot.h"
#include "user/sys/chain.h"
#include "user/sys/guardian.h"
#include "user/sys/hand.h"
#include "user/sys/loop.h"
#include "user/sys/neighbor.h"
#include "user/sys/netlink.h"
#include "user/sys/packet.h"
#include "user/sys/runner.h"

enum controller_numbers {
	CONTROLLER_ERROR_SIZE = 320,
	CONTROLLER_MEMBER_NAME_SIZE = NETLINK_NAME_SIZE + 16,
	DEVICE_TEXT_SIZE = 128,
	/* Of a group at once: to each peer, and to the multicast group of a
	 * family without one, under an old and a new digest. */
	MEMBER_FAREWELLS_MAX = (SETTINGS_PEERS_MAX + 2) * 2,
	CONTROLLER_LAYOUT_SIZE = 128,
};

struct controller;
struct member;

/* An interface with at least one group.  It may be deleted and made anew: the
 * groups wait for it, and the data plane is kept for them. */
struct nic {
	struct nic *next;
	struct controller *controller;
	unsigned int number; /* the core's word for it, where that says ifindex,
				which the kernel may change */
	struct netlink_link link; /* as it is now, its name included */
	enum dataplane_mode mode; /* asked for */
	bool coexist;		  /* with other XDP programs: see chain.h */
	bool gone;		  /* there is no such interface here */
	bool open;    /* our programs are attached, frames can leave */
	bool unsure;  /* how it is could not be asked; asked again */
	bool cut_off; /* a frame could not leave for want of an interface */
	bool working; /* what the core has been told */
	bool dated;   /* an earlier controller's program cannot be replaced */
	bool haunted; /* a VIP of a removed group is still on it */
	char trouble[CONTROLLER_ERROR_SIZE]; /* why it is not open */
	bool looking;			     /* somebody looks after it */
	struct instant looked;		     /* when somebody looked after it */
	struct instant look_at;		     /* when to do so */
	struct instant known; /* when the kernel was asked what it has answered:
				 that our programs are attached */
	struct dataplane *dataplane;
	struct packet *packet;
	struct loop_source *source; /* of the ring; NULL: none yet */
	struct member *members[CARP_VHID_SLOTS]; /* by vhid */
	unsigned int members_count;
	/* Its addresses without our mark, as the kernel tells of them. */
	struct own_address *own;
	size_t own_count;
	bool own_unsure; /* that has to be asked */
	uint64_t heard;	 /* so often the kernel told of link or addresses */
	int guarded;	 /* the guardian's number of its leases, or none */
	struct news_quota quota;
};

/* Where frames to a peer go first: to itself, or to a router. */
struct peer_hop {
	struct address address;
	struct instant ask_again;
};

/* A group with what the kernel-facing side needs to know of it. */
struct member {
	struct group group;
	struct nic *nic;
	struct vip *vips;     /* group.settings.vips; NULL: the leader's */
	bool *attached;	      /* per VIP: we added the address; the leader's */
	bool wants_addresses; /* the election does */
	struct address *peers;
	struct peer_hop *hops; /* SETTINGS_PEERS_MAX in the order of peers, or
				  NULL: not asked for yet */
	__u8 key[SETTINGS_KEY_SIZE];
	/* In the configuration; "": attached by hand. */
	char config_name[CONFIG_NAME_SIZE];
	bool config_seen; /* in the one being looked at */
	bool exchanging;  /* passes VIPs to others that do so */
	bool has_key;
	struct carp_auth auth;	    /* of the settings as they are now */
	struct carp_auth *accepted; /* with those of a change under way; NULL:
				       there is none */
	struct change *change;	    /* while it is made; or NULL */
	char *pass_file;
	struct carp_vhid *entry; /* in carp_vhids */
	unsigned int own_counters;
	uint64_t shown; /* hash of what the status page was told; 0: nothing */
	/* What the guardian would send: its cells. */
	int *farewells;
	unsigned int farewells_count, farewells_room;
	/* Attaching or detaching goes on: the next one, in slices. */
	bool address_work, address_wanted, address_refusing;
	size_t address_next;
	unsigned int address_round;   /* how often that was begun */
	bool address_lost;	      /* one of ours is not there */
	bool address_missed;	      /* the kernel has told so */
	bool address_refused;	      /* the kernel would not have it */
	bool address_stuck;	      /* or would not let go of it */
	struct instant address_retry; /* earliest next re-attachment */
	struct news_quota quotas[QUOTAS];
	struct heard *heard; /* hosts; NULL: none yet */
	unsigned int heard_count;
	struct tally *tally; /* controller_sum.c; NULL: nothing odd heard */
	bool taken_over;     /* from another process */
};

struct controller_events {
	/* Of whatever is worth telling; context is the one given. */
	void (*told)(void *context, const struct news *news);
	/* A track is up or down now, or demotes by another value; a hook has
	 * been run.  Both may be NULL. */
	void (*tracked)(void *context, const struct track *track);
	void (*hooked)(void *context, const struct runner_result *result);
	/* Slow work is over: what had to wait for it may go on. */
	void (*calm)(void *context);
	void *context;
};

struct controller {
	struct loop *loop;
	struct netlink *netlink;
	struct netlink *asker; /* the background's */
	struct neighbor *neighbor;
	struct loop_source *netlink_source;
	struct hand *hand; /* the caller's */
	struct loop_source *hand_source;
	bool lost; /* it has ended, and so do we */
	bool left; /* see controller_leave() */
	char boot[BOOT_ID_SIZE];
	char *pin_dir, *state_dir; /* for texts: only the hand goes there */
	struct node node;
	unsigned int nics_numbered;
	/* Counts changes of what a successor prepares itself for: interfaces,
	 * links, pins and sockets; controller_handover.c. */
	uint64_t plumbing;
	bool busy;		 /* slow work is under way in the background */
	struct standby *doubter; /* see controller_doubt.c; NULL: not yet */
	struct loop_source *doubter_source;
	struct doubt *doubt;	 /* asked and not answered yet, or NULL */
	struct instant doubted;	 /* when it was asked last */
	struct instant breathed; /* see controller_breathe() */
	/* Some member may have addresses to work on, or to restore: without a
	 * word of that, nobody looks through thousands of them. */
	bool addresses_at_work;
	struct changing *changing; /* under way, or NULL */
	struct instant restore_due;
	struct nic *nics;
	struct nic *prepared; /* taken over soon, and not in use yet */
	struct controller_events events;
	struct instant news_due; /* see controller_sum.c */
	bool maintenance;
	struct memory *memory;	   /* see controller_memory.c */
	struct tracks *tracks;	   /* see controller_track.c */
	struct guardian *guardian; /* NULL: never had one */
	struct loop_source *guardian_source;
};

/* Knows no group, and nothing of earlier ones: until it has begun, or taken
 * over.  0, or an exit code with a line of text. */
int controller_open(struct loop *loop, struct hand *hand, const char *pin_dir,
		    const char *state_dir,
		    const struct controller_events *events,
		    struct controller **out, char *error, size_t error_size);
/* Removes what a crashed controller left behind, and remembers what it knew: 0,
 * or an exit code with a line of text. */
int controller_begin(struct controller *c, char *error, size_t error_size);
/* From now on the guardian, which stays the caller's, is told what is to be
 * done if we die.  Takes NULL. */
void controller_guard(struct controller *c, struct guardian *guardian);
/* It is let go; we are still at work. */
void controller_unguard(struct controller *c);
/* Masters bow out; everything attached is removed.  Checks and hooks are run
 * on, and their runner may be waited for. */
void controller_leave(struct controller *c);
/* The rest, after that.  Takes NULL. */
void controller_close(struct controller *controller);

/* Requests: 0, or an exit code with a line of text.  The request's VIPs and
 * peers may be taken over. */
int controller_attach(struct controller *c, struct request *request,
		      struct member **out, char *error, size_t error_size);
int controller_set(struct controller *c, struct request *request,
		   struct member **out, char *error, size_t error_size);
int controller_detach(struct controller *c, const struct request *request,
		      char *error, size_t error_size);
int controller_demote(struct controller *c, const struct request *request,
		      char *error, size_t error_size);
int controller_state(struct controller *c, const struct request *request,
		     char *error, size_t error_size);

int controller_maintenance(struct controller *c, const struct request *request,
			   char *error, size_t error_size);

/* What a runner is needed for; the runner, which may come and go. */
enum controller_runner_for {
	RUNNER_FOR_TRACKS = 1 << 0,
	RUNNER_FOR_HOOKS = 1 << 1,
};
struct runner *controller_runner(struct controller *c,
				 enum controller_runner_for what, bool wanted);

/*
 * One controller's work goes on in another process, controller_handover.c.
 * First everything slow: interface by interface, while the old one is at work.
 * Then the state, in one step: from then on the old one does nothing more, not
 * even on its way out.
 */
/* What a state is made of: equal words, or no handover. */
void controller_layout(char out[CONTROLLER_LAYOUT_SIZE]);
/* One interface, with the plumbing as it is now; false: there are no more. */
bool controller_describe_nic(const struct controller *c, unsigned int index,
			     struct pack *pack);
/* False: something is under way; soon again. */
bool controller_describe_state(const struct controller *c, struct pack *pack);
/* The other side: 0 or -errno.  Whoever finds plumbing changed begins anew. */
int controller_prepare_nic(struct controller *c, struct pack *pack, char *error,
			   size_t error_size);
void controller_unprepare(struct controller *c);
int controller_take_over(struct controller *c, struct pack *pack);

/* False: that changes what slow work under way is about, and has to wait. */
bool controller_allows(const struct controller *c, enum request_verb verb);

struct nic *controller_nic(struct controller *c, const char *name);
struct member *member_of(struct group *group);

/* Why XDP on it is not native, or is not left to us; "": nothing to say. */
void device_mode_reason(const struct nic *nic, char out[DEVICE_TEXT_SIZE]);
/* False: to its program, frames of all VLANs above look untagged. */
bool device_sees_tags(const struct nic *nic);

/*
 * Makes the groups that come from a configuration what it says: what is so
 * already is not touched, what is attached by hand only if it is in it.  dry:
 * tells only.  Groups that could not be made so are marked in it; their
 * number.
 */
size_t controller_configure(struct controller *c, struct config *wanted,
			    bool dry, const struct config_report *report);
/* Those that were marked, once more. */
size_t controller_configure_again(struct controller *c, struct config *wanted,
				  const struct config_report *report);
/* All groups as they are, with their keys; named: those attached by hand get a
 * name, too, so that it can be printed.  NULL: no memory. */
struct config *controller_config(struct controller *c, bool named);

/* Inside, from the bottom up: controller_tell.c, controller_sum.c,
 * controller_device.c, controller_own.c, controller_address.c,
 * controller_effects.c,
 * controller_memory.c, controller_elect.c, controller_track.c,
 * controller_watch.c, controller_nic.c, controller_mend.c, controller_doubt.c,
 * controller_plan.c, controller_group.c, controller_change.c,
 * controller_cluster.c, and on top controller_handover.c, controller.c and
 * controller_config.c with controller_exchange.c. */

/* What outlives the controller in STATE_DIR/sequences: how far our own sealed
 * counters are, and how far each sealed sender's were.  0 or -errno. */
int memory_open(struct controller *c, char *error, size_t error_size);
/* Takes NULL.  Writes everything down a last time. */
void memory_close(struct controller *c);
/* The sequence after `last`; see group_ops. */
uint64_t memory_sequence(struct controller *c, uint64_t last);
/* Collects and writes, when it is time to; never waits. */
void memory_tick(struct controller *c, struct instant now);
struct instant memory_deadline(const struct controller *c);
/* Both go over to another process as they are; not while they are written. */
bool memory_writing(const struct controller *c);
void memory_hand_over(const struct controller *c, struct pack *pack);
int memory_adopt(struct controller *c, struct pack *pack);
/* False: the last write has failed, and a restart would forget. */
bool memory_kept(const struct controller *c);
/* Takes over the sealed senders of pins that are about to go. */
void memory_recall(struct controller *c, const char *ifname);
/* Takes over an open interface's senders, gives a group's back, forgets. */
void memory_collect(struct nic *nic);
void memory_restore(struct member *member);
void memory_forget(struct member *member);
/* An interface is called otherwise now. */
void memory_rename(struct controller *c, const char *from, const char *to);

/* What is tracked, controller_track.c. */
struct tracked {
	struct track track;
	struct runner_job job;
	uint32_t id; /* to the runner; of each change of the job another */
	bool told;   /* the runner knows it */
	bool seen;   /* in the configuration that is being looked at */
	struct news_quota quota;
};

/* 0, or an exit code with a line of text. */
int tracks_open(struct controller *c, struct nursery *nursery, char *error,
		size_t error_size);
void tracks_close(struct controller *c);
bool tracks_know(const struct controller *c, const char *name);
/* NULL: the first, and behind the last none. */
const struct tracked *tracks_next(const struct controller *c,
				  const struct tracked *before);

/* What it has in the ledger. */
int tracks_demotion(const struct controller *c, const struct track *track);
/* Why there is no runner, though one is needed; or NULL. */
const char *tracks_trouble(const struct controller *c);

struct instant tracks_deadline(const struct controller *c);
void tracks_tick(struct controller *c, struct instant now);
/* An interface has changed, NULL: some one; who looks at it does so now. */
void tracks_look(struct controller *c, const char *name);

/* A configuration: first unsee, then settle each, and remove what has been
 * forgotten once no group names it. */
enum track_action {
	TRACK_KEEP,
	TRACK_ADD,
	TRACK_CHANGE,
	TRACK_NO_ROOM,
};

void tracks_unsee(struct controller *c);
enum track_action tracks_settle(struct controller *c,
				const struct config_track *wanted, bool dry);
void tracks_remove(struct controller *c, const char *name);

void tracks_describe(const struct controller *c, struct pack *pack);
int tracks_take(struct controller *c, struct pack *pack);

/* Maintenance mode goes on if it was on.  0, or -errno: that cannot be told. */
int controller_recall_maintenance(struct controller *c, char *error,
				  size_t error_size);
/* Rings, then timers. */
void controller_serve_elections(struct controller *c);
/* Between the parts of something long, thousands of groups to be shown for
 * example: elections are served once a millisecond.  No group comes or goes
 * meanwhile. */
void controller_breathe(struct controller *c);
/* Sets the loop's deadline; ends every entry from outside. */
void controller_settle(struct controller *c);
/* Does slow work in a thread until that is done; serves elections meanwhile,
 * the kernel's news, and requests: of these, only what controller_allows() may
 * be carried out.  The work must touch no group. */
void controller_background(struct controller *c, void (*work)(void *argument),
			   void *argument);

/* What the data plane of an interface is opened with.  link: as it was when
 * the work began, for it may be renamed meanwhile. */
struct dataplane_config nic_config(struct nic *nic,
				   const struct netlink_link *link);
/* What kind of interface it is, as far as that matters: whether no group can
 * be on it, with the reason. */
bool device_unfit(struct controller *c, const struct netlink_link *link,
		  char out[DEVICE_TEXT_SIZE]);
/* Fills in what follows from the kind. */
void device_configure(const struct netlink_link *link,
		      struct dataplane_config *config);
/* Whether the frames of such a group would be taken for another's, of an
 * interface above or below: 0 or an exit code. */
int device_clash(const struct nic *nic, unsigned int vhid, char *error,
		 size_t error_size);
/* Ours on interfaces above that one make room for a program on it, and come
 * back; slow. */
void device_step_aside(struct controller *c, const struct netlink_link *link);
void device_step_back(struct controller *c, const struct netlink_link *link);

/* Opens an interface that is not in use yet. */
int nic_open(struct controller *c, const struct request *request,
	     struct nic **out, char *error, size_t error_size);
/* The event ring reaches the loop. */
int nic_listen(struct nic *nic);
/* Takes NULL and half-built ones. */
void nic_close(struct nic *nic);
/* The one with that index, and here. */
struct nic *nic_by_index(const struct controller *c, unsigned int ifindex);
/* Why its groups wait; NULL: they do not. */
const char *nic_waiting(const struct nic *nic);
/* Tells the core when its groups begin or cease to wait. */
void nic_follow(struct nic *nic);
/* Leaves the list, and nothing in the ledger. */
void nic_forget(struct nic *nic);
/* What the monitor tells: never slow. */
extern const struct netlink_watch nic_watch;

/* Look after it soon. */
void nic_wake(struct nic *nic);
/* What was asked of its link is answered. */
void nic_answer(struct nic *nic, const struct netlink_link *link, int err);
/* The same, asked at once. */
void nic_ask(struct nic *nic);
void controller_doubt_end(struct controller *c);
/* Looks after those whose time has come: are our programs still attached, and
 * can they be again? */
void nics_look_after(struct controller *c);
/* Opens it again if it is not: 0, or an exit code with what it waits for. */
int nic_reopen(struct nic *nic, char *error, size_t error_size);

/* The peers of a group in the data plane: 0 or -errno.  The new ones are
 * written, then enforced, then the old ones erased (kept NULL: all): nobody
 * who is in both lists is refused meanwhile. */
int peers_write(struct nic *nic, const struct settings *settings);
void peers_enforce(struct carp_vhid *entry, const struct settings *settings);
void peers_erase(struct nic *nic, const struct settings *from,
		 const struct settings *kept);
/* peer is one of group->settings.peers. */
void member_peer_route(struct group *group, const struct address *peer,
		       struct group_route *out);

/* The leases of an interface become the guardian's to end, or cease to. */
void nic_guard(struct nic *nic);
void nic_unguard(struct nic *nic);
/* As group_ops says. */
void member_farewell(struct group *group, unsigned int index,
		     const uint8_t *frame, size_t size);

extern const struct group_ops member_ops;
/* Clusters, controller_cluster.c.  Who holds the VIPs and their addresses: the
 * leader, or a member in no cluster itself. */
struct member *member_holder(const struct member *member);
/* The next node behind that vhid, NULL behind the last; a member in no cluster
 * is its own only node. */
struct member *member_next_node(const struct member *holder, unsigned int vhid);
#define EACH_NODE(holder, m) \
	for (struct member *m = member_next_node(holder, 0); m; \
	     m = member_next_node(holder, m->group.settings.vhid))
/* Does any node want the VIPs on the interface? */
bool member_wants_addresses(const struct member *holder);
/* The MACs an interface must let in for it.  0 or -errno. */
int member_let_in(struct packet *packet, const struct settings *settings);
/* Its place in a cluster, and out of it and its MACs again. */
int member_enter(struct nic *nic, const struct settings *settings);
void member_leave(struct nic *nic, const struct settings *settings);
/* The controller's part of the entry in carp_vhids. */
void member_fill_entry(struct member *member);
/* As controller_attach(), for a cluster as a whole. */
int cluster_attach(struct controller *c, struct request *request,
		   struct member **out, char *error, size_t error_size);
/* A node is not changed alone; EXIT_CODE_INVALID. */
int cluster_refuse_node(const struct member *node, char *error,
			size_t error_size);
/* Adds or removes the kernel addresses of a group, the first at once; while
 * address_work is set, more of them with controller_work_addresses(). */
void member_want_addresses(struct member *member, bool wanted);
/* All of them, now. */
void member_detach_addresses(struct member *member);
/* Its list is about to be another: what is under way comes to its end first. */
void member_await_addresses(struct member *member);
/* An address has vanished from the interface under a master. */
void member_address_lost(struct member *member,
			 const struct netlink_address *address);
/* The next slice of whoever is at work, and what is to be restored: lost
 * addresses are put back, those that would not go are removed, at most once a
 * second each. */
void controller_work_addresses(struct controller *c);
/* Applies what the request has: 0 or an exit code, nothing half-applied.  A
 * leader's is its cluster's; not for other nodes. */
int member_set(struct member *member, struct request *request, char *error,
	       size_t error_size);
/* "eth0 vhid 3" */
void member_name(const struct member *member,
		 char out[CONTROLLER_MEMBER_NAME_SIZE]);
/* Sends fail, or work again; the ledger knows. */
void member_trouble(struct group *group, bool failing);
/* What it knows of the interface is another's now. */
void member_follow_interface(struct member *member);
/* Stops, forgets and frees; a leader with its nodes. */
void member_remove(struct member *member);
/* All addresses we hold are on the interface. */
bool member_addresses_present(const struct member *member);
