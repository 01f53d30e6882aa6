/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * One host: its groups and its demotion ledger.
 */
#pragma once

#include "group.h"
#include "ledger.h"
#include "track.h"

struct node {
	struct group *groups; /* linked by next, in order of joining */
	struct agenda ticks, announcements;
	uint64_t joined; /* groups so far */
	struct ledger ledger;
};

/* Without any group or demotion. */
void node_init(struct node *node);
/* The caller starts it. */
void node_add(struct node *node, struct group *group, struct instant now);
/* The same for one that has been in a node already: nothing changes for it. */
void node_join(struct node *node, struct group *group);
void node_remove(struct node *node, struct group *group);
struct group *node_find(const struct node *node, unsigned int ifindex,
			uint8_t vhid);
/* Ticks every group whose deadline has passed, the first first. */
void node_tick(struct node *node, struct instant now);
/* The next time to do so. */
struct instant node_deadline(const struct node *node);
/* Link of one interface; a link down also demotes all other groups of the
 * host while it lasts (OpenBSD carp_carpdev_state). */
void node_link(struct node *node, unsigned int ifindex, const char *name,
	       bool up, struct instant now);
/* It has another name now: what its link being down has entered in the ledger
 * follows. */
void node_link_renamed(struct node *node, const char *from, const char *to,
		       bool up, struct instant now);
/* A group cannot send, or can again. */
void node_send_trouble(struct node *node, const char *where, bool failing,
		       struct instant now);
/* Demotes the whole host under a reason of our own; 0 takes that back.  False
 * if the ledger is full. */
bool node_hold_back(struct node *node, int amount, const char *reason,
		    const char *by, struct instant now);
/* What a track has come to counts from now on: for groups that name it, or for
 * all.  False if the ledger is full. */
bool node_track(struct node *node, const struct track *track,
		struct instant now);
/* It counts for nothing any more. */
bool node_track_end(struct node *node, const struct track *track,
		    struct instant now);
/* An operator's demotion, since now; false if the ledger is full. */
bool node_demote(struct node *node, const struct ledger_entry *entry,
		 struct instant now);
/* A group's names or rules have changed. */
void node_changed(struct node *node, struct instant now);
/* Does any group bear this name? */
bool node_bears(const struct node *node, const char *name);
