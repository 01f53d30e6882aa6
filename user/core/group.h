/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * One vhid on one interface: its election, its frames, its send errors.
 * Effects leave through function pointers, so a simulator runs the very bytes
 * a real host sends.
 */
#pragma once

#include "carp/maps.h"
#include "agenda.h"
#include "election.h"
#include "histogram.h"
#include "notice.h"

struct group;

struct group_route {
	struct address source;	    /* family 0: as for multicast */
	uint8_t mac[CARP_MAC_SIZE]; /* broadcast until it is known */
};

struct group_ops {
	struct instant (*now)(struct group *group);
	/* A whole frame out of the interface: 0 or -errno. */
	int (*send)(struct group *group, const uint8_t *frame, size_t size);
	void (*set_role)(struct group *group, enum carp_role role);
	/* INSTANT_PAST ends the lease. */
	void (*set_lease)(struct group *group, struct instant until);
	/* Attaches or detaches all VIPs. */
	void (*set_addresses)(struct group *group, bool present);
	/* The next sequence of a sealed counter: above last, and above all
	 * that this host has ever used. */
	uint64_t (*sequence)(struct group *group, uint64_t last);
	/* A frame that somebody else is to send if we die, in the place of the
	 * last one with that index; size 0: from that index on there is none.
	 * May be NULL. */
	void (*farewell)(struct group *group, unsigned int index,
			 const uint8_t *frame, size_t size);
	/* This counter goes out now: hearing it again is an echo. */
	void (*own_counter)(struct group *group, uint64_t counter);
	/* The kernel's stamps of the last valid advertisement. */
	void (*heard)(struct group *group,
		      struct instant out[ELECTION_FAMILIES]);
	/* The way to one of settings.peers. */
	void (*peer_route)(struct group *group, const struct address *peer,
			   struct group_route *out);
	/* The interface's own MAC. */
	void (*own_mac)(struct group *group, uint8_t out[CARP_MAC_SIZE]);
	/* A backup is about to act on silence: is it only deaf?  Then its link
	 * is told to be down before this returns.  May be NULL. */
	void (*doubt)(struct group *group);
	/* Sends fail (three in a row), or work again (three in a row). */
	void (*send_trouble)(struct group *group, bool failing);
	/* The old digest is no longer sent; nor need it be believed. */
	void (*grace_over)(struct group *group);
	/* Room for what is odd, all 0, until the group ends; NULL: there is
	 * none now. */
	struct notice_table *(*notice_table)(struct group *group);
	/* Something odd was heard; fresh: for the first time in a while. */
	void (*noticed)(struct group *group, const struct notice *notice,
			bool fresh);
	/* After a change of state, everything done. */
	void (*changed)(struct group *group,
			const struct election_output *output);
};

/* The last verified advertisement (observe mode: the last well-formed). */
struct group_master {
	struct address address; /* family 0: none heard yet */
	uint8_t mac[CARP_MAC_SIZE];
	uint8_t advbase, advskew, demote;
	bool verified;
	struct instant at;
};

/* What is to be announced when; group_announce.c. */
struct group_announcer {
	bool sweeping; /* through all VIPs; `next` comes at slice_due */
	bool again;    /* and once more behind it */
	size_t next;
	unsigned int tries;
	struct instant slice_due;
	unsigned int repeats;
	struct instant repeat_due; /* the next repeat or refresh */
	struct instant again_due;  /* the last word of a defence */
	bool defend_wanted;	   /* at defend_due, and not before */
	struct instant defend_due;
	struct span defend_gap;
};

struct group {
	struct group *next;			/* node's list */
	struct agenda_entry tick, announcement; /* the node's */
	const struct group_ops *ops;
	void *owner;
	unsigned int ifindex;
	struct settings settings;
	struct carp_recipe recipe; /* what we sign with */
	/* During a change of VIPs or passphrase the master sends under both
	 * digests, so that hosts changed earlier and later hear it alike. */
	struct carp_recipe old_recipe;
	struct instant old_until; /* INSTANT_PAST: no change under way */
	struct election election;
	struct address source[ELECTION_FAMILIES]; /* of our adverts */
	bool router;		/* neighbour advertisements carry R */
	uint64_t sequence;	/* of the last sealed counter */
	unsigned int farewells; /* prepared for the advertisement under way */
	unsigned int send_errors, send_successes;
	bool send_failing;
	struct instant probe_due; /* while sends fail and we are no master */

	struct group_announcer announcer;
	struct notices notices;
	struct group_master master;
	struct instant heard[ELECTION_FAMILIES]; /* the last advertisement */
	enum election_reason reason;
	struct instant since;
	uint64_t adverts_sent, announcements_sent;
	uint64_t transitions[3][3]; /* [from][to] */
	struct histogram gap;	    /* between two of one family heard */
	struct histogram lateness;  /* of ticks after their deadline */
};

extern histogram_bounds group_gap_bounds, group_lateness_bounds;

void group_init(struct group *group, const struct group_ops *ops, void *owner,
		unsigned int ifindex, const struct settings *settings,
		const struct carp_recipe *recipe);

void group_start(struct group *group, bool link_up, struct instant now);
/* A master bows out. */
void group_stop(struct group *group, struct instant now);
void group_tick(struct group *group, struct instant now);
void group_link(struct group *group, bool up, struct instant now);
void group_demotion(struct group *group, int sum, struct instant now);
void group_command(struct group *group, bool master, struct instant now);
/* New settings and recipe: the role is kept, and if the recipe is another the
 * old one is sent as well for the grace period.  The caller detaches addresses
 * that are no longer in the list. */
void group_settings(struct group *group, const struct settings *settings,
		    const struct carp_recipe *recipe, struct span grace,
		    struct instant now);
/* An event of the data plane, of whatever kind. */
void group_event(struct group *group, const struct carp_event *event,
		 struct instant now);
/* For a tick, or an announcement. */
struct instant group_deadline(const struct group *group);
/* Enters both in the node's agendas; whatever changes one ends with this. */
void group_plan(struct group *group);
/* Announces what is due, a slice at most, behind all elections. */
void group_announce_tick(struct group *group, struct instant now);
struct instant group_announce_deadline(const struct group *group);

/* No VIPs, or told to observe: watches, never promotes. */
bool group_observes(const struct group *group);
/* Is there a master other than us, as far as heard? */
bool group_master_alive(const struct group *group, struct instant now);
enum carp_role group_role(const struct group *group);

/* Inside, the other group_*.c for group.c. */

/* Where frames of a family come from: the interface's address, else a VIP. */
struct address group_source(const struct group *group, int family);
/* The same for frames to one address, which may be a peer's. */
struct address group_source_towards(struct group *group,
				    const struct address *to);
/* What frames come from instead of the virtual MAC, in `own`; or NULL. */
const uint8_t *group_source_mac(struct group *group,
				uint8_t own[CARP_MAC_SIZE]);
/* One advertisement to everybody; false if one could not be sent. */
bool group_advertise(struct group *group, uint8_t advbase, uint8_t advskew);
/* The same with our own values; renews the lease. */
void group_send_advert(struct group *group);
/* There is nothing left to say if we die. */
void group_forget_farewells(struct group *group);
/* Tries whether sends work again, if nothing else would show it. */
void group_probe_tick(struct group *group, struct instant now);
struct instant group_probe_deadline(const struct group *group);
/* Counts send errors afresh; trouble is over. */
void group_forgive_sends(struct group *group);
/* Tells neighbours where one VIP is; adds to frames.  False if not all of it
 * has left. */
bool group_announce_vip(struct group *group, const struct vip *vip,
			unsigned int *frames);
/* Tells them where all are, if the lease lives: the first at once. */
void group_announce(struct group *group, struct instant now);
/* Somebody else spoke for this VIP, or for all of them (NULL). */
void group_defend(struct group *group, const struct vip *vip,
		  struct instant now);
/* The state, or the list of VIPs, is another one. */
void group_announce_reset(struct group *group, struct instant now);
void group_announce_settings(struct group *group, struct instant now);
/* What comes of it if the sender is our equal. */
void group_judge_tie(struct group *group, const struct carp_event *event,
		     struct election_advert *advert);
/* Events that only warn. */
void group_notice(struct group *group, const struct carp_event *event,
		  struct instant now);
/* Warns of what a verified advertisement shows. */
void group_judge_sender(struct group *group, const struct carp_event *event,
			bool was_master, struct instant now);
