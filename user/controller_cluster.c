/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * Clusters: nodes that share virtual IPs.  The leader's member holds what they
 * share, and is the name they are asked for by; each election stays its own.
 */
#include "user/controller_plan.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* --- what they share -------------------------------------------------------
 */

struct member *member_holder(const struct member *m)
{
	const struct settings *s = &m->group.settings;

	return m->nic->members[cluster_has(s) ? s->leader : s->vhid];
}

struct member *member_next_node(const struct member *holder, unsigned int vhid)
{
	while (++vhid < CARP_VHID_SLOTS) {
		struct member *m = holder->nic->members[vhid];

		if (m &&
		    cluster_same(&m->group.settings, &holder->group.settings))
			return m;
	}
	return NULL;
}

bool member_wants_addresses(const struct member *holder)
{
	EACH_NODE(holder, m)
	if (m->wants_addresses)
		return true;
	return false;
}

/* The data plane looks for shares only where there are any. */
static void tell_interface(struct nic *nic)
{
	__u8 any = CARP_BALANCING_NONE;

	for (int vhid = 1; vhid < CARP_VHID_SLOTS; vhid++)
		if (nic->members[vhid] &&
		    cluster_has(&nic->members[vhid]->group.settings))
			any = (__u8)nic->members[vhid]
				      ->group.settings.balancing;
	__atomic_store_n(&dataplane_vhid(nic->dataplane, 0)->balancing, any,
			 __ATOMIC_RELEASE);
}

/* Neighbours send to the leader's MACs alone. */
static bool is_called(const struct settings *s)
{
	return !cluster_has(s) || cluster_leads(s);
}

int member_let_in(struct packet *packet, const struct settings *s)
{
	__u8 mac[CARP_MAC_SIZE];
	int err;

	if (!is_called(s))
		return 0;
	carp_vmac_fill(mac, s->vhid);
	err = packet_filter_add(packet, mac);
	if (err || s->balancing != CARP_BALANCING_IP)
		return err;
	carp_share_mac(mac, s->vhid, (__u8)s->balancing);
	return packet_filter_add(packet, mac);
}

int member_enter(struct nic *nic, const struct settings *s)
{
	if (!cluster_has(s))
		return 0;
	return dataplane_share(nic->dataplane, s->leader, s->node, s->vhid);
}

void member_leave(struct nic *nic, const struct settings *s)
{
	__u8 mac[CARP_MAC_SIZE];

	tell_interface(nic);
	if (cluster_has(s))
		dataplane_share(nic->dataplane, s->leader, s->node, 0);
	if (!is_called(s))
		return;
	carp_vmac_fill(mac, s->vhid);
	packet_filter_remove(nic->packet, mac);
	if (s->balancing != CARP_BALANCING_IP)
		return;
	carp_share_mac(mac, s->vhid, (__u8)s->balancing);
	packet_filter_remove(nic->packet, mac);
}

void member_fill_entry(struct member *m)
{
	const struct settings *s = &m->group.settings;
	struct carp_vhid *entry = dataplane_vhid(m->nic->dataplane, s->vhid);

	m->entry = entry;
	carp_share_mac(entry->virtual_mac, cluster_has(s) ? s->leader : s->vhid,
		       (__u8)s->balancing);
	entry->balancing = (__u8)s->balancing;
	entry->leader = s->leader;
	entry->nodes = s->nodes;
	peers_enforce(entry, s);
	entry->auth = s->auth;
	entry->stale_early = 1;
	tell_interface(m->nic);
}

/* --- attaching -------------------------------------------------------------
 */

/* What is wanted of each node; holds the passphrase. */
struct plans {
	size_t count;
	struct plan of[CARP_NODES_MAX];
};

static void plans_free(struct plans *plans)
{
	if (plans)
		explicit_bzero(plans, sizeof(*plans));
	free(plans);
}

/* Their settings stand already.  The passphrase is read once for all. */
static int plans_make(struct controller *c, unsigned int ifindex,
		      const struct request *r, struct plans *plans, char *error,
		      size_t size)
{
	struct request rest = *r;
	int code = plan_make(c, ifindex, r, &plans->of[0], error, size);

	rest.has &= ~(unsigned int)REQUEST_HAS_PASS_FILE;
	for (size_t i = 1; i < plans->count && !code; i++) {
		struct plan *plan = &plans->of[i];

		memcpy(plan->key, plans->of[0].key, sizeof(plan->key));
		plan->has_key = plans->of[0].has_key;
		plan->pass_file = plans->of[0].pass_file;
		code = plan_make(c, ifindex, &rest, plan, error, size);
	}
	return code;
}

static int check_free(const struct nic *nic, const struct cluster *cluster,
		      char *error, size_t size)
{
	for (size_t i = 0; nic && i < cluster->count; i++)
		if (nic->members[cluster->nodes[i].vhid]) {
			snprintf(error, size,
				 "%s: vhid %u: attached already, and not as a "
				 "node of this cluster",
				 nic->link.name, cluster->nodes[i].vhid);
			return EXIT_CODE_INVALID;
		}
	return 0;
}

/* All or none. */
static int add_nodes(struct nic *nic, struct request *r,
		     const struct plans *plans, struct member **out,
		     char *error, size_t size)
{
	struct member *node;
	int code = 0;

	for (size_t i = 0; i < plans->count && !code; i++) {
		code = member_add(nic, r, &plans->of[i], &node, error, size);
		if (!code && i == 0)
			*out = node;
		if (code && i > 0)
			member_remove(*out);
	}
	return code;
}

static int attach_new(struct controller *c, struct nic *nic, struct request *r,
		      struct plans *plans, struct member **out, char *error,
		      size_t size)
{
	bool opened = false;
	int code;

	for (size_t i = 0; i < plans->count; i++)
		plans->of[i].settings =
			cluster_settings(&r->cluster, i, &r->settings);
	code = plans_make(c, nic ? nic->number : 0, r, plans, error, size);
	if (!code && !nic) {
		code = nic_open(c, r, &nic, error, size);
		opened = !code;
	} else if (!code) {
		code = nic_reopen(nic, error, size);
	}
	if (!code)
		code = add_nodes(nic, r, plans, out, error, size);
	if (code && opened)
		nic_close(nic);
	return code;
}

int cluster_attach(struct controller *c, struct request *r, struct member **out,
		   char *error, size_t size)
{
	__u8 leader = r->cluster.nodes[0].vhid;
	struct nic *nic = controller_nic(c, r->interface);
	struct plans *plans;
	int code;

	if (nic && nic->members[leader] &&
	    cluster_leads(&nic->members[leader]->group.settings)) {
		*out = nic->members[leader];
		return member_set(*out, r, error, size);
	}
	code = check_free(nic, &r->cluster, error, size);
	if (code)
		return code;
	plans = calloc(1, sizeof(*plans));
	if (!plans) {
		snprintf(error, size, "out of memory");
		return EXIT_CODE_FAILED;
	}
	plans->count = r->cluster.count;
	code = attach_new(c, nic, r, plans, out, error, size);
	plans_free(plans);
	controller_settle(c);
	return code;
}

/* --- changing --------------------------------------------------------------
 */

static int refuse(const struct member *leader, const char *why, char *error,
		  size_t size)
{
	snprintf(error, size, "%s: vhid %u: %s", leader->nic->link.name,
		 leader->group.settings.vhid, why);
	return EXIT_CODE_INVALID;
}

int cluster_refuse_node(const struct member *m, char *error, size_t size)
{
	snprintf(error, size,
		 "%s: vhid %u: a node of the cluster of vhid %u, which is "
		 "changed as a whole",
		 m->nic->link.name, m->group.settings.vhid,
		 m->group.settings.leader);
	return EXIT_CODE_INVALID;
}

/* Whoever adds or takes away a node divides all flows anew. */
static bool same_nodes(const struct member *leader, const struct request *r)
{
	size_t i = 0;

	EACH_NODE(leader, m)
	{
		if (i == r->cluster.count ||
		    r->cluster.nodes[i].vhid != m->group.settings.vhid)
			return false;
		i++;
	}
	return i == r->cluster.count;
}

static int check_change(const struct member *leader, const struct request *r,
			char *error, size_t size)
{
	if (r->has & REQUEST_HAS_ADVSKEW)
		return refuse(
			leader,
			"leads a cluster: each node has an advskew of its "
			"own, in nodes",
			error, size);
	if ((r->has & REQUEST_HAS_NODES) && !same_nodes(leader, r))
		return refuse(leader,
			      "leads a cluster of other nodes: detach that "
			      "first",
			      error, size);
	if ((r->has & REQUEST_HAS_BALANCING) &&
	    r->settings.balancing != leader->group.settings.balancing)
		return refuse(leader,
			      "leads a cluster of another balancing: detach "
			      "that first",
			      error, size);
	if ((r->has & REQUEST_HAS_VIPS) && !r->settings.vips_count)
		return refuse(leader, "leads a cluster, which needs a vip",
			      error, size);
	return 0;
}

int cluster_plan(struct member *leader, struct request *r,
		 struct change **changes, char *error, size_t size)
{
	struct plans *plans;
	int code = check_change(leader, r, error, size);

	if (code)
		return code;
	plans = calloc(1, sizeof(*plans));
	if (!plans) {
		snprintf(error, size, "out of memory");
		return EXIT_CODE_FAILED;
	}
	EACH_NODE(leader, m)
	{
		size_t i = plans->count++;

		plan_begin(&plans->of[i], m, r);
		if (r->has & REQUEST_HAS_NODES)
			plans->of[i].settings.advskew =
				r->cluster.nodes[i].advskew;
	}
	code = plans_make(leader->nic->controller, leader->nic->number, r,
			  plans, error, size);
	for (size_t i = 0; i < plans->count && !code; i++)
		code = change_add(
			changes,
			leader->nic->members[plans->of[i].settings.vhid], r,
			&plans->of[i], error, size);
	plans_free(plans);
	return code;
}
