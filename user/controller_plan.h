/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * A group's wanted settings, checked before anything happens.
 */
#pragma once

#include "user/controller.h"

/* What a request makes of settings: a new group's, or a changed one's. */
struct plan {
	struct settings settings;
	struct carp_auth auth;
	__u8 key[SETTINGS_KEY_SIZE];
	bool has_key;
	const char *pass_file;
};

/* Begins with what the member has, and lays the request over it. */
void plan_begin(struct plan *plan, const struct member *member,
		const struct request *request);
/* A new member of that plan, started.  The one that holds the VIPs takes the
 * request's lists over. */
int member_add(struct nic *nic, struct request *request,
	       const struct plan *plan, struct member **out, char *error,
	       size_t size);

/*
 * Changes that are made together or not at all, controller_change.c.  They are
 * put before those there are; of a cluster the leader's comes first, so that
 * it is made last.  The request stays the caller's, which keeps it until they
 * are made; its lists are taken over then.  0 or an exit code.
 */
struct change;
int change_plan(struct member *member, struct request *request,
		struct change **changes, char *error, size_t size);
int change_add(struct change **changes, struct member *member,
	       struct request *request, const struct plan *plan, char *error,
	       size_t size);
/* The same of a leader, for all of its nodes. */
int cluster_plan(struct member *leader, struct request *request,
		 struct change **changes, char *error, size_t size);
/* Makes them: nothing is changed, or all.  0 or an exit code. */
int changes_apply(struct change *changes, char *error, size_t size);
/* Takes NULL. */
void changes_free(struct change *changes);

/* The VIPs of a group in the data plane, as peers_write() and peers_erase(). */
int vips_write(struct nic *nic, const struct settings *settings);
void vips_erase(struct nic *nic, const struct settings *from,
		const struct settings *kept);
/* Whether the VIPs are its own: of a cluster, the leader has them. */
bool member_holds(const struct settings *settings);

/* Lays what a request has over settings. */
void plan_take(struct settings *settings, const struct request *request);
/*
 * Everything that can be refused is refused here: VIPs of other groups (those
 * of ifindex and the same vhid or cluster are our own, and who is exchanging
 * gives away what is not in its new list), values that do not go
 * together, the passphrase file.  plan->settings is what is wanted.  0 or an
 * exit code.
 */
int plan_make(struct controller *c, unsigned int ifindex,
	      const struct request *request, struct plan *plan, char *error,
	      size_t size);
