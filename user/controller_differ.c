/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * How a group differs from what a configuration wants, and what is to be done
 * about it.  Changes nothing.
 */
#include "user/controller_exchange.h"
#include "user/request_rules.h"

#include <string.h>

struct member *controller_member(struct controller *c,
				 const struct config_group *group)
{
	struct nic *nic = controller_nic(c, group->interface);

	return nic ? nic->members[group->vhid] : NULL;
}

struct cluster controller_cluster(const struct member *m)
{
	struct cluster cluster = { 0 };

	if (!cluster_has(&m->group.settings))
		return cluster;
	EACH_NODE(m, node)
	cluster.nodes[cluster.count++] =
		(struct cluster_node){ node->group.settings.vhid,
				       node->group.settings.advskew };
	return cluster;
}

/* Whether set would refuse it. */
static bool needs_another(const struct member *m, const struct request *r)
{
	const struct cluster cluster = controller_cluster(m);

	if (member_holder(m) != m || cluster.count != r->cluster.count ||
	    m->nic->mode != r->mode || m->nic->coexist != r->coexist ||
	    (m->has_key && !r->pass_file))
		return true;
	for (size_t i = 0; i < cluster.count; i++)
		if (cluster.nodes[i].vhid != r->cluster.nodes[i].vhid)
			return true;
	return cluster.count &&
	       m->group.settings.balancing != r->settings.balancing;
}

static bool same_key(const struct member *m, const struct request *r)
{
	if (!r->pass_file)
		return !m->has_key;
	return m->has_key && m->pass_file && r->key &&
	       !strcmp(m->pass_file, r->pass_file) &&
	       !memcmp(m->key, r->key, sizeof(m->key));
}

static unsigned int differs(const struct member *m, const struct request *r)
{
	const struct cluster cluster = controller_cluster(m);
	unsigned int bits = request_differs(&m->group.settings, &r->settings);

	/* Nodes have their own. */
	if (cluster.count && r->cluster.count)
		bits &= ~(unsigned int)REQUEST_HAS_ADVSKEW;
	for (size_t i = 0; i < cluster.count && i < r->cluster.count; i++)
		if (cluster.nodes[i].advskew != r->cluster.nodes[i].advskew)
			bits |= REQUEST_HAS_NODES;
	if (cluster.count != r->cluster.count)
		bits |= REQUEST_HAS_NODES;
	if (!same_key(m, r))
		bits |= REQUEST_HAS_PASS_FILE;
	if (m->nic->mode != r->mode)
		bits |= REQUEST_HAS_MODE;
	if (m->nic->coexist != r->coexist)
		bits |= REQUEST_HAS_COEXIST;
	return bits;
}

enum config_action controller_action_for(const struct member *m,
					 const struct request *r,
					 unsigned int *changed)
{
	*changed = m ? differs(m, r) : 0;
	if (!m)
		return CONFIG_ATTACH;
	if (needs_another(m, r))
		return CONFIG_AGAIN;
	return *changed ? CONFIG_SET : CONFIG_KEEP;
}
