/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * The nodes of a cluster: several vhids, each with an election of its own,
 * that share virtual IPs and the traffic to them; carp/share.h.
 */
#pragma once

#include "settings.h"

struct cluster_node {
	uint8_t vhid;
	uint8_t advskew;
};

/* As an operator names them; count 0: no cluster. */
struct cluster {
	size_t count;
	struct cluster_node nodes[CARP_NODES_MAX];
};

/* Sorts by vhid, so that the first is the leader; false if a vhid is there
 * twice. */
bool cluster_sort(struct cluster *cluster);
/* The settings of one of its nodes, made of those all have in common. */
struct settings cluster_settings(const struct cluster *cluster, size_t node,
				 const struct settings *common);

/* Of a node's settings: is it in a cluster, is it the leader? */
bool cluster_has(const struct settings *settings);
bool cluster_leads(const struct settings *settings);
/* Are both in one cluster, or the same group? */
bool cluster_same(const struct settings *a, const struct settings *b);

const char *balancing_name(enum carp_balancing balancing);
