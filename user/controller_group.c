/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * Groups: attaching and removing them.
 */
#include "user/controller_plan.h"
#include "user/core/auth.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void member_free(struct member *m)
{
	if (!m)
		return;
	explicit_bzero(m->key, sizeof(m->key));
	free(m->vips);
	free(m->attached);
	free(m->peers);
	free(m->hops);
	free(m->accepted);
	free(m->pass_file);
	free(m->group.notices.table);
	free(m->farewells);
	free(m->heard);
	free(m);
}

static struct member *member_new(struct nic *nic, struct request *r,
				 const struct plan *plan)
{
	struct member *m = calloc(1, sizeof(*m));

	if (!m)
		return NULL;
	m->attached = calloc(plan->settings.vips_count + 1, sizeof(bool));
	m->pass_file = plan->pass_file ? strdup(plan->pass_file) : NULL;
	if (!m->attached || (plan->pass_file && !m->pass_file)) {
		member_free(m);
		return NULL;
	}
	m->nic = nic;
	if (r->config_name)
		snprintf(m->config_name, sizeof(m->config_name), "%s",
			 r->config_name);
	if (member_holds(&plan->settings)) {
		m->vips = r->vips;
		m->peers = r->peers;
		r->vips = NULL;
		r->peers = NULL;
	}
	memcpy(m->key, plan->key, sizeof(m->key));
	m->has_key = plan->has_key;
	m->auth = plan->auth;
	group_init(&m->group, &member_ops, m, nic->number, &plan->settings,
		   &plan->auth.recipes[0]);
	return m;
}

/* The kernel's side of a new group; undone by member_forget(). */
static int member_install(struct member *m, const struct plan *plan)
{
	struct nic *nic = m->nic;
	__u8 vhid = plan->settings.vhid;
	int err = dataplane_forget(nic->dataplane, vhid);

	if (!err)
		err = dataplane_auth(nic->dataplane, vhid, &plan->auth);
	if (!err)
		err = vips_write(nic, &plan->settings);
	if (!err)
		err = peers_write(nic, &plan->settings);
	if (!err)
		err = member_enter(nic, &plan->settings);
	if (!err)
		err = member_let_in(nic->packet, &plan->settings);
	return err;
}

static void member_forget(struct nic *nic, const struct settings *settings)
{
	member_leave(nic, settings);
	vips_erase(nic, settings, NULL);
	peers_erase(nic, settings, NULL);
	dataplane_forget(nic->dataplane, settings->vhid);
}

void member_follow_interface(struct member *m)
{
	memcpy(m->entry->nic_mac, m->nic->link.mac, CARP_MAC_SIZE);
	m->group.router = netlink_forwards_ipv6(m->nic->controller->netlink,
						m->nic->link.ifindex);
	m->entry->nd_router = m->group.router;
}

int member_add(struct nic *nic, struct request *r, const struct plan *plan,
	       struct member **out, char *error, size_t size)
{
	struct member *m = member_new(nic, r, plan);
	int err;

	if (!m) {
		snprintf(error, size, "out of memory");
		return EXIT_CODE_FAILED;
	}
	err = member_install(m, plan);
	if (err) {
		snprintf(error, size, "%s: vhid %u: %s", nic->link.name,
			 plan->settings.vhid, strerror(-err));
		member_forget(nic, &plan->settings);
		member_free(m);
		return EXIT_CODE_FAILED;
	}
	member_fill_entry(m);
	memory_restore(m);
	member_follow_interface(m);
	nic->members[plan->settings.vhid] = m;
	nic->members_count++;
	nic_refresh_sources(nic);
	node_add(&nic->controller->node, &m->group, loop_now());
	group_start(&m->group, nic->working, loop_now());
	*out = m;
	return 0;
}

/* The leader last: the others look at its lists. */
void member_remove(struct member *m)
{
	struct nic *nic = m->nic;
	struct controller *c = nic->controller;

	for (int vhid = 1; vhid < CARP_VHID_SLOTS; vhid++) {
		struct member *node = nic->members[vhid];

		if (node && node != m && member_holder(node) == m)
			member_remove(node);
	}
	group_stop(&m->group, loop_now());
	if (m->group.send_failing)
		member_trouble(&m->group, false);
	if (member_holds(&m->group.settings))
		member_detach_addresses(m);
	news_forget(m);
	node_remove(&c->node, &m->group);
	nic->members[m->group.settings.vhid] = NULL;
	nic->members_count--;
	memory_collect(nic);
	/* What is still on the interface must still be kept silent. */
	if (m->address_stuck)
		nic->haunted = true;
	else
		member_forget(nic, &m->group.settings);
	member_free(m);
}

/* Attaching what is attached already sets it to what is asked for now. */
int controller_attach(struct controller *c, struct request *r,
		      struct member **out, char *error, size_t error_size)
{
	struct nic *nic = controller_nic(c, r->interface);
	struct plan plan = { .settings = r->settings };
	bool opened = false;
	int code;

	if (r->has & REQUEST_HAS_NODES)
		return cluster_attach(c, r, out, error, error_size);
	if (nic && nic->members[r->settings.vhid]) {
		*out = nic->members[r->settings.vhid];
		return member_set(*out, r, error, error_size);
	}
	code = plan_make(c, nic ? nic->number : 0, r, &plan, error, error_size);
	if (!code && !nic) {
		code = nic_open(c, r, &nic, error, error_size);
		opened = !code;
	} else if (!code) {
		code = nic_reopen(nic, error, error_size);
	}
	if (!code)
		code = device_clash(nic, r->settings.vhid, error, error_size);
	if (!code)
		code = member_add(nic, r, &plan, out, error, error_size);
	if (code && opened)
		nic_close(nic);
	explicit_bzero(&plan, sizeof(plan));
	controller_settle(c);
	return code;
}
