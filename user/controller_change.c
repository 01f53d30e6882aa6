/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * Changing groups that are attached: one, the nodes of a cluster, or several
 * that pass virtual IPs to each other.  First everything that can fail, which
 * is taken back if any of it does; then all at once, with no election between.
 *
 * Of a VIP that stays on its interface the entry in the map goes over in one
 * write, and the kernel's address as it is: it is never without an owner and
 * never has two.
 */
#include "user/controller_plan.h"
#include "user/core/auth.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
	NO_SLOT = 0 /* of the interface itself, which never has a lease */
};

/* --- the map of VIPs ------------------------------------------------------ */

/* Where it stands in the list; the list's length if it does not. */
static size_t find_vip(const struct settings *s, const struct vip *vip)
{
	size_t i = 0;

	while (i < s->vips_count && memcmp(&s->vips[i], vip, sizeof(*vip)))
		i++;
	return i;
}

bool member_holds(const struct settings *s)
{
	return !cluster_has(s) || cluster_leads(s);
}

/* An observer leaves the requests for the addresses alone: none in the map. */
static size_t count_in_map(const struct settings *s)
{
	return s->observe || !member_holds(s) ? 0 : s->vips_count;
}

static int write_vip(struct nic *nic, const struct settings *s, size_t i,
		     unsigned int slot)
{
	const struct address *a = &s->vips[i].address;

	return dataplane_vip_set(nic->dataplane, a->family, a->bytes, s->vhid,
				 slot);
}

/* 0: nobody's on that interface. */
static unsigned int owner_of(const struct nic *nic, const struct address *a)
{
	return dataplane_vip_vhid(nic->dataplane, a->family, a->bytes);
}

int vips_write(struct nic *nic, const struct settings *s)
{
	int err = 0;

	for (size_t i = 0; i < count_in_map(s) && !err; i++)
		err = write_vip(nic, s, i, s->vhid);
	return err;
}

/* Room for those that are new to the interface, without a lease: another one
 * may have them still. */
static int reserve_vips(struct nic *nic, const struct settings *s)
{
	int err = 0;

	for (size_t i = 0; i < count_in_map(s) && !err; i++)
		if (!owner_of(nic, &s->vips[i].address))
			err = write_vip(nic, s, i, NO_SLOT);
	return err;
}

/* Those that another group has there; what is in the map can be written. */
static void take_vips(struct nic *nic, const struct settings *s)
{
	for (size_t i = 0; i < count_in_map(s); i++)
		if (owner_of(nic, &s->vips[i].address) != s->vhid)
			write_vip(nic, s, i, s->vhid);
}

static bool is_kept(const struct settings *kept, const struct address *a)
{
	if (!kept || kept->observe)
		return false;
	for (size_t i = 0; i < kept->vips_count; i++)
		if (!memcmp(&kept->vips[i].address, a, sizeof(*a)))
			return true;
	return false;
}

void vips_erase(struct nic *nic, const struct settings *from,
		const struct settings *kept)
{
	for (size_t i = 0; member_holds(from) && i < from->vips_count; i++) {
		const struct address *a = &from->vips[i].address;

		if (!is_kept(kept, a))
			dataplane_vip_remove(nic->dataplane, a->family,
					     a->bytes, from->vhid);
	}
}

/* --- what is to be changed ------------------------------------------------ */

struct change {
	struct change *next;
	struct member *member;
	struct request *request; /* of all nodes of a cluster the same */
	struct plan plan;
	/* The member's in the end; made before anything is changed. */
	struct carp_auth *accepted;
	bool *attached;
};

int change_add(struct change **changes, struct member *m, struct request *r,
	       const struct plan *plan, char *error, size_t size)
{
	struct change *change = calloc(1, sizeof(*change));

	if (change) {
		change->accepted = malloc(sizeof(*change->accepted));
		change->attached =
			calloc(plan->settings.vips_count + 1, sizeof(bool));
	}
	if (!change || !change->accepted || !change->attached) {
		changes_free(change);
		snprintf(error, size, "out of memory");
		return EXIT_CODE_FAILED;
	}
	change->member = m;
	change->request = r;
	change->plan = *plan;
	change->next = *changes;
	*changes = change;
	*change->accepted = plan->auth;
	if (r->grace_seconds)
		auth_join(change->accepted,
			  m->accepted ? m->accepted : &m->auth);
	return 0;
}

void changes_free(struct change *changes)
{
	struct change *next;

	for (; changes; changes = next) {
		next = changes->next;
		free(changes->accepted);
		free(changes->attached);
		explicit_bzero(&changes->plan, sizeof(changes->plan));
		free(changes);
	}
}

/* Whether the list of VIPs is this one's to replace. */
static bool brings_vips(const struct change *change)
{
	return (change->request->has & REQUEST_HAS_VIPS) &&
	       member_holds(&change->plan.settings);
}

/* Whether the map of VIPs may lack some: an observer has none there. */
static bool fills_map(const struct change *change)
{
	return change->request->has & (REQUEST_HAS_VIPS | REQUEST_HAS_OBSERVE);
}

/* --- what can fail -------------------------------------------------------- */

/* What one has that is changed alone is nobody else's. */
static int write_maps(const struct change *change, bool alone)
{
	const struct settings *new = &change->plan.settings;
	struct nic *nic = change->member->nic;
	int err = 0;

	if (fills_map(change))
		err = alone ? vips_write(nic, new) : reserve_vips(nic, new);
	if (!err)
		err = peers_write(nic, new);
	if (!err)
		err = dataplane_auth(nic->dataplane, new->vhid,
				     change->accepted);
	return err;
}

static void take_back(const struct change *change)
{
	const struct member *m = change->member;
	const struct settings *old = &m->group.settings;

	vips_erase(m->nic, &change->plan.settings, old);
	peers_erase(m->nic, &change->plan.settings, old);
	dataplane_auth(m->nic->dataplane, old->vhid,
		       m->accepted ? m->accepted : &m->auth);
}

static int write_all(struct change *changes, char *error, size_t size)
{
	struct change *failed = changes;

	while (failed && write_maps(failed, !changes->next) == 0)
		failed = failed->next;
	if (!failed)
		return 0;
	snprintf(error, size, "%s: vhid %u: cannot write its maps",
		 failed->member->nic->link.name, failed->plan.settings.vhid);
	for (struct change *change = changes; change; change = change->next)
		take_back(change);
	return EXIT_CODE_FAILED;
}

/* --- passing VIPs on ------------------------------------------------------ */

/* Who has it now, if it stays on the interface as it is; the place in that
 * one's list. */
static bool *find_attached(const struct member *m, const struct vip *vip)
{
	const struct member *heir =
		m->nic->members[owner_of(m->nic, &vip->address)];
	size_t at;

	if (!heir || !heir->change || !brings_vips(heir->change))
		return NULL;
	at = find_vip(&heir->change->plan.settings, vip);
	return at < heir->change->plan.settings.vips_count
		       ? &heir->change->attached[at]
		       : NULL;
}

static void pass_on(const struct change *change)
{
	struct member *m = change->member;

	for (size_t i = 0; i < m->group.settings.vips_count; i++) {
		bool *attached =
			m->attached[i] ? find_attached(m, &m->vips[i]) : NULL;

		if (!attached)
			continue;
		*attached = true;
		m->attached[i] = false;
	}
}

/* The nodes' lists are the leader's. */
static void share_vips(const struct member *holder)
{
	EACH_NODE(holder, m)
	{
		m->group.settings.vips = holder->vips;
		m->group.settings.vips_count =
			holder->group.settings.vips_count;
	}
}

/* Detaches what is no longer wanted, and has the new list. */
static void replace_vips(struct change *change)
{
	struct member *m = change->member;
	const struct settings *new = &change->plan.settings;

	member_detach_addresses(m);
	vips_erase(m->nic, &m->group.settings, new);
	free(m->vips);
	free(m->attached);
	m->vips = change->request->vips;
	m->attached = change->attached;
	change->request->vips = NULL;
	change->attached = NULL;
	m->group.settings.vips_count = new->vips_count;
	m->group.settings.vips = m->vips;
	share_vips(m);
}

/* What another one has on the interface is taken before anything is let go
 * there, what is new to it is spoken for behind that. */
static void replace_all_vips(struct change *changes)
{
	const bool alone = changes && !changes->next;

	for (struct change *change = changes; change; change = change->next) {
		change->member->change = change;
		if (brings_vips(change))
			member_await_addresses(change->member);
	}
	for (struct change *change = changes; change; change = change->next)
		if (fills_map(change) && !alone)
			take_vips(change->member->nic, &change->plan.settings);
	for (struct change *change = changes; change; change = change->next)
		if (brings_vips(change))
			pass_on(change);
	for (struct change *change = changes; change; change = change->next)
		if (brings_vips(change))
			replace_vips(change);
	for (struct change *change = changes; change; change = change->next) {
		change->member->change = NULL;
		if (fills_map(change) && !alone)
			vips_write(change->member->nic, &change->plan.settings);
	}
}

/* --- the rest ------------------------------------------------------------- */

static void replace_peers(struct member *m, struct request *r,
			  const struct settings *new)
{
	peers_enforce(m->entry, new);
	peers_erase(m->nic, &m->group.settings, new);
	free(m->hops);
	m->hops = NULL;
	if (!member_holds(new))
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

static void replace_auth(struct change *change)
{
	struct member *m = change->member;

	__atomic_store_n(&m->entry->auth, change->plan.settings.auth,
			 __ATOMIC_RELEASE);
	if (change->request->forget_senders)
		memory_forget(m);
	m->auth = change->plan.auth;
	free(m->accepted);
	m->accepted = change->accepted;
	change->accepted = NULL;
}

static void finish(struct change *change)
{
	struct member *m = change->member;
	struct request *r = change->request;
	const struct plan *plan = &change->plan;

	if (r->has & REQUEST_HAS_PEERS)
		replace_peers(m, r, &plan->settings);
	else
		peers_enforce(m->entry, &plan->settings);
	if (r->has & REQUEST_HAS_PASS_FILE)
		replace_key(m, plan);
	replace_auth(change);
	group_settings(&m->group, &plan->settings, &plan->auth.recipes[0],
		       span_ms((uint64_t)r->grace_seconds * 1000), loop_now());
	if (member_holds(&plan->settings) && !member_wants_addresses(m))
		member_detach_addresses(m); /* what was carried over */
	node_changed(&m->nic->controller->node, loop_now());
	if (plan->settings.observe)
		vips_erase(m->nic, &plan->settings, NULL);
	nic_refresh_sources(m->nic);
}

int changes_apply(struct change *changes, char *error, size_t size)
{
	int code = write_all(changes, error, size);

	if (code)
		return code;
	replace_all_vips(changes);
	for (struct change *change = changes; change; change = change->next) {
		finish(change);
		if (change->next)
			controller_breathe(change->member->nic->controller);
	}
	return 0;
}

/* --- one group ------------------------------------------------------------ */

int change_plan(struct member *m, struct request *r, struct change **changes,
		char *error, size_t size)
{
	struct plan plan = { 0 };
	int code;

	if (cluster_leads(&m->group.settings))
		return cluster_plan(m, r, changes, error, size);
	if (cluster_has(&m->group.settings))
		return cluster_refuse_node(m, error, size);
	plan_begin(&plan, m, r);
	code = plan_make(m->nic->controller, m->nic->number, r, &plan, error,
			 size);
	if (!code)
		code = change_add(changes, m, r, &plan, error, size);
	explicit_bzero(&plan, sizeof(plan));
	return code;
}

int member_set(struct member *m, struct request *r, char *error, size_t size)
{
	struct change *changes = NULL;
	int code = change_plan(m, r, &changes, error, size);

	if (!code)
		code = changes_apply(changes, error, size);
	changes_free(changes);
	controller_settle(m->nic->controller);
	return code;
}
