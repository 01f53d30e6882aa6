/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/* A node with four groups on two interfaces, for tests of user/core/node.h. */
#pragma once

#include "fake.h"

enum host_numbers {
	HOST_GROUPS = 4,
};

/* vhid 1 and 2 on interface 2, 3 and 4 on interface 3; all backups. */
struct host {
	struct node node;
	struct fake fakes[HOST_GROUPS];
	bool in[HOST_GROUPS];
};

unsigned int host_interface(int i);
/* The i-th group enters. */
void host_add(struct host *h, int i, enum compat compat);
void host_open(struct host *h, enum compat compat);

bool host_demote(struct node *node, const char *name, unsigned int ifindex,
		 int amount, const char *reason, struct instant now);
int host_demotion(const struct host *h, int i);
enum election_state host_state(const struct host *h, int i);
