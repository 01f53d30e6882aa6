/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * What a configuration makes different, and which of its groups are changed
 * together.
 */
#pragma once

#include "user/controller.h"

/* Who is attached where the group belongs, or NULL. */
struct member *controller_member(struct controller *c,
				 const struct config_group *group);
/* What is to be done with it, NULL: there is none; what of it, as enum
 * request_has. */
enum config_action controller_action_for(const struct member *m,
					 const struct request *r,
					 unsigned int *changed);
/* The nodes of a leader; of others none. */
struct cluster controller_cluster(const struct member *m);

/*
 * Of the groups marked as moving VIPs, those that give some to each other are
 * put in rings.  Without memory there are none, and whoever wants what another
 * one has is refused.
 */
void exchange_find(struct controller *c, struct config *wanted);
/* Makes a whole ring what it is to be, or nothing: 0 or an exit code.  Who was
 * refused comes back in refused. */
int exchange_apply(struct controller *c, struct config_group *ring,
		   struct config_group **refused, char *error, size_t size);
