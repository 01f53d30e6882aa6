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
/* Carries out the plan of a change. */
int member_apply(struct member *member, struct request *request,
		 const struct plan *plan, char *error, size_t size);

/* Lays what a request has over settings. */
void plan_take(struct settings *settings, const struct request *request);
/*
 * Everything that can be refused is refused here: VIPs of other groups (those
 * of ifindex and the same vhid or cluster are our own), values that do not go
 * together, the passphrase file.  plan->settings is what is wanted.  0 or an
 * exit code.
 */
int plan_make(struct controller *c, unsigned int ifindex,
	      const struct request *request, struct plan *plan, char *error,
	      size_t size);
