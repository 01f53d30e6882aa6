/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/* See host.h. */
#include "host.h"

#include <stdio.h>
#include <string.h>

unsigned int host_interface(int i)
{
	return i < HOST_GROUPS / 2 ? 2 : 3;
}

void host_add(struct host *h, int i, enum compat compat)
{
	struct settings settings = fake_settings();
	struct fake *f = &h->fakes[i];

	settings.vhid = (uint8_t)(1 + i);
	settings.compat = compat;
	fake_open(f, &settings, host_interface(i));
	f->node = &h->node;
	snprintf(f->name, sizeof(f->name), "vhid %d", 1 + i);
	node_add(&h->node, &f->group, f->now);
}

void host_open(struct host *h, enum compat compat)
{
	memset(h, 0, sizeof(*h));
	for (int i = 0; i < HOST_GROUPS; i++) {
		host_add(h, i, compat);
		h->in[i] = true;
		fake_reach(&h->fakes[i], ELECTION_BACKUP);
	}
}

bool host_demote(struct node *node, const char *name, unsigned int ifindex,
		 int amount, const char *reason, struct instant now)
{
	struct ledger_entry entry = { .ifindex = ifindex, .amount = amount };

	snprintf(entry.name, sizeof(entry.name), "%s", name);
	snprintf(entry.reason, sizeof(entry.reason), "%s", reason);
	return node_demote(node, &entry, now);
}

int host_demotion(const struct host *h, int i)
{
	return h->fakes[i].group.election.demotion;
}

enum election_state host_state(const struct host *h, int i)
{
	return h->fakes[i].group.election.state;
}
