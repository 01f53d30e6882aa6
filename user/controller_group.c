/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * Groups: attaching, changing and removing them.
 */
#include "user/controller_plan.h"
#include "user/core/auth.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Where it stands in the list; the list's length if it does not. */
static size_t find_vip(const struct settings *s, const struct vip *vip)
{
	size_t i = 0;

	while (i < s->vips_count && memcmp(&s->vips[i], vip, sizeof(*vip)))
		i++;
	return i;
}

/* Of a cluster, the leader has the VIPs. */
static bool holds(const struct settings *s)
{
	return !cluster_has(s) || cluster_leads(s);
}

/* An observer leaves the requests for the addresses alone: none in the map. */
static int write_vips(struct nic *nic, const struct settings *s)
{
	int err = 0;

	if (s->observe || !holds(s))
		return 0;
	for (size_t i = 0; i < s->vips_count && !err; i++)
		err = dataplane_vip_set(
			nic->dataplane, s->vips[i].address.family,
			s->vips[i].address.bytes, s->vhid, s->vhid);
	return err;
}

/* Removes from the map what is in one list and not in the other. */
static void erase_vips(struct nic *nic, const struct settings *from,
		       const struct settings *kept)
{
	for (size_t i = 0; holds(from) && i < from->vips_count; i++) {
		const struct address *a = &from->vips[i].address;
		bool keep = false;

		for (size_t k = 0;
		     kept && !kept->observe && k < kept->vips_count; k++)
			if (!memcmp(&kept->vips[k].address, a, sizeof(*a)))
				keep = true;
		if (!keep)
			dataplane_vip_remove(nic->dataplane, a->family,
					     a->bytes);
	}
}

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
	if (holds(&plan->settings)) {
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
		err = write_vips(nic, &plan->settings);
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
	erase_vips(nic, settings, NULL);
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
	if (holds(&m->group.settings))
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

/* Detaches addresses that are no longer wanted and carries over which of the
 * others are attached. */
static void replace_vips(struct member *m, struct request *r,
			 const struct settings *new, bool *attached)
{
	struct settings old = m->group.settings;

	member_await_addresses(m);
	for (size_t i = 0; i < old.vips_count; i++) {
		size_t kept = find_vip(new, &old.vips[i]);

		if (!m->attached[i] || kept == new->vips_count)
			continue;
		attached[kept] = true;
		m->attached[i] = false;
	}
	member_detach_addresses(m);
	erase_vips(m->nic, &old, new);
	free(m->vips);
	free(m->attached);
	m->vips = r->vips;
	m->attached = attached;
	r->vips = NULL;
}

static void replace_peers(struct member *m, struct request *r,
			  const struct settings *new)
{
	peers_enforce(m->entry, new);
	peers_erase(m->nic, &m->group.settings, new);
	free(m->hops);
	m->hops = NULL;
	if (!holds(new))
		return;
	free(m->peers);
	m->peers = r->peers;
	r->peers = NULL;
}

static void replace_key(struct member *m, const struct plan *plan)
{
	char *path = strdup(plan->pass_file);

	memcpy(m->key, plan->key, sizeof(m->key));
	m->has_key = true;
	free(m->pass_file);
	m->pass_file = path;
}

int member_apply(struct member *m, struct request *r, const struct plan *plan,
		 char *error, size_t size)
{
	struct carp_auth *accepted = malloc(sizeof(*accepted));
	bool *attached;

	if (accepted)
		*accepted = plan->auth;
	if (accepted && r->grace_seconds)
		auth_join(accepted, m->accepted ? m->accepted : &m->auth);
	attached = calloc(plan->settings.vips_count + 1, sizeof(bool));
	if (!accepted || !attached ||
	    write_vips(m->nic, &plan->settings) != 0 ||
	    peers_write(m->nic, &plan->settings) != 0 ||
	    dataplane_auth(m->nic->dataplane, plan->settings.vhid, accepted) !=
		    0) {
		snprintf(error, size, "%s: vhid %u: cannot write its maps",
			 m->nic->link.name, plan->settings.vhid);
		erase_vips(m->nic, &plan->settings, &m->group.settings);
		peers_erase(m->nic, &plan->settings, &m->group.settings);
		free(attached);
		free(accepted);
		return EXIT_CODE_FAILED;
	}
	if ((r->has & REQUEST_HAS_VIPS) && holds(&plan->settings))
		replace_vips(m, r, &plan->settings, attached);
	else
		free(attached);
	if (r->has & REQUEST_HAS_PEERS)
		replace_peers(m, r, &plan->settings);
	else
		peers_enforce(m->entry, &plan->settings);
	if (r->has & REQUEST_HAS_PASS_FILE)
		replace_key(m, plan);
	__atomic_store_n(&m->entry->auth, plan->settings.auth,
			 __ATOMIC_RELEASE);
	if (r->forget_senders)
		memory_forget(m);
	m->auth = plan->auth;
	free(m->accepted);
	m->accepted = accepted;
	group_settings(&m->group, &plan->settings, &plan->auth.recipes[0],
		       span_ms((uint64_t)r->grace_seconds * 1000), loop_now());
	if (holds(&plan->settings) && !member_wants_addresses(m))
		member_detach_addresses(m); /* what was carried over */
	node_changed(&m->nic->controller->node, loop_now());
	if (plan->settings.observe)
		erase_vips(m->nic, &plan->settings, NULL);
	nic_refresh_sources(m->nic);
	return 0;
}

int member_set(struct member *m, struct request *r, char *error, size_t size)
{
	struct plan plan = { 0 };
	int code;

	if (cluster_has(&m->group.settings))
		return cluster_refuse_node(m, error, size);
	plan_begin(&plan, m, r);
	code = plan_make(m->nic->controller, m->nic->number, r, &plan, error,
			 size);
	if (!code)
		code = member_apply(m, r, &plan, error, size);
	explicit_bzero(&plan, sizeof(plan));
	controller_settle(m->nic->controller);
	return code;
}
