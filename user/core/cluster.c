/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * Arithmetic of clusters.  Knows no group and no election.
 */
#include "cluster.h"

/* Sorting by insertion: there are at most 32. */
bool cluster_sort(struct cluster *c)
{
	for (size_t i = 1; i < c->count; i++) {
		struct cluster_node node = c->nodes[i];
		size_t at = i;

		for (; at > 0 && c->nodes[at - 1].vhid > node.vhid; at--)
			c->nodes[at] = c->nodes[at - 1];
		c->nodes[at] = node;
	}
	for (size_t i = 1; i < c->count; i++)
		if (c->nodes[i - 1].vhid == c->nodes[i].vhid)
			return false;
	return true;
}

struct settings cluster_settings(const struct cluster *c, size_t node,
				 const struct settings *common)
{
	struct settings s = *common;

	s.vhid = c->nodes[node].vhid;
	s.advskew = c->nodes[node].advskew;
	s.leader = c->nodes[0].vhid;
	s.node = (uint8_t)node;
	s.nodes = (uint8_t)c->count;
	return s;
}

bool cluster_has(const struct settings *s)
{
	return s->leader != 0;
}

bool cluster_leads(const struct settings *s)
{
	return s->leader == s->vhid;
}

bool cluster_same(const struct settings *a, const struct settings *b)
{
	return a->vhid == b->vhid || (a->leader && a->leader == b->leader);
}

const char *balancing_name(enum carp_balancing balancing)
{
	switch (balancing) {
	case CARP_BALANCING_IP:
		return "ip";
	case CARP_BALANCING_IP_STEALTH:
		return "ip-stealth";
	case CARP_BALANCING_IP_UNICAST:
		return "ip-unicast";
	case CARP_BALANCING_NONE:
	default:
		return "none";
	}
}
