/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * The controller's frame: opening and closing the world, and the requests.
 */
#include "user/controller.h"
#include "user/sys/log.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>

static void on_netlink(void *context)
{
	struct controller *c = context;

	netlink_read(c->netlink);
	controller_settle(c);
}

static void on_deadline(void *context)
{
	struct controller *c = context;

	controller_serve_elections(c);
	memory_tick(c, loop_now());
	news_tick(c, loop_now());
	nics_look_after(c);
	tracks_tick(c, loop_now());
	controller_settle(c);
}

/* The hand's end is ours: nothing could be attached or removed any more. */
static void on_hand(void *context)
{
	struct controller *c = context;

	if (hand_alive(c->hand)) {
		controller_settle(c);
		return;
	}
	log_warnx("the process with the privilege has died: bowing out");
	c->lost = true;
	loop_source_remove(c->hand_source);
	c->hand_source = NULL;
	loop_quit(c->loop);
}

struct leftover {
	struct controller *controller;
	char *error;
	size_t error_size;
	int err; /* the last */
};

static const char *why_left(int err)
{
	return err == -EUCLEAN ? "it is in libxdp's dispatcher, which carp-xdp "
				 "daemon --coexist takes it out of, or "
				 "xdp-loader unload"
			       : strerror(-err);
}

static void on_leftover(void *context, const char *ifname)
{
	struct leftover *left = context;
	struct controller *c = left->controller;
	int err;

	memory_recall(c, ifname);
	err = dataplane_unpin(c->hand, ifname);
	if (err == -EBUSY)
		return; /* a living controller's */
	if (!err)
		log_info("%s: removed what an earlier controller left behind",
			 ifname);
	else
		snprintf(left->error, left->error_size,
			 "%s: cannot remove what an earlier controller left "
			 "behind: %s",
			 ifname, why_left(err));
	left->err = err ? err : left->err;
}

static int open_netlink(struct controller *c, char *error, size_t size)
{
	struct netlink_watch watch = nic_watch;
	int err;

	watch.context = c;
	err = netlink_open(&watch, &c->netlink);
	if (!err)
		err = netlink_open(NULL, &c->asker);
	if (!err)
		err = neighbor_open(&c->neighbor);
	if (!err)
		err = loop_add(c->loop, netlink_fd(c->netlink), EPOLLIN,
			       LOOP_KERNEL, on_netlink, c, &c->netlink_source);
	if (!err)
		err = loop_add(c->loop, hand_fd(c->hand), EPOLLIN, LOOP_KERNEL,
			       on_hand, c, &c->hand_source);
	if (!err)
		return 0;
	snprintf(error, size, "netlink: %s", strerror(-err));
	return EXIT_CODE_FAILED;
}

int controller_open(struct loop *loop, struct hand *hand, const char *pin_dir,
		    const char *state_dir,
		    const struct controller_events *events,
		    struct controller **out, char *error, size_t error_size)
{
	struct controller *c = calloc(1, sizeof(*c));
	int code;

	if (!c || !(c->pin_dir = strdup(pin_dir)) ||
	    !(c->state_dir = strdup(state_dir))) {
		if (c)
			free(c->pin_dir);
		free(c);
		snprintf(error, error_size, "out of memory");
		return EXIT_CODE_FAILED;
	}
	c->loop = loop;
	c->hand = hand;
	c->events = *events;
	c->news_due = INSTANT_NEVER;
	boot_id(c->boot);
	dataplane_begin();
	code = open_netlink(c, error, error_size);
	if (code) {
		controller_close(c);
		return code;
	}
	loop_on_deadline(loop, on_deadline, c);
	*out = c;
	return 0;
}

int controller_begin(struct controller *c, char *error, size_t error_size)
{
	struct leftover left = { .controller = c,
				 .error = error,
				 .error_size = error_size };
	int code;

	if (memory_open(c, error, error_size) ||
	    controller_recall_maintenance(c, error, error_size))
		return EXIT_CODE_FAILED;
	code = dataplane_pinned(c->hand, on_leftover, &left);
	if (code)
		snprintf(error, error_size, "%s: cannot be read: %s",
			 c->pin_dir, strerror(-code));
	return code || left.err ? EXIT_CODE_FAILED : 0;
}

void controller_leave(struct controller *c)
{
	if (c->left)
		return;
	c->left = true;
	controller_unprepare(c);
	while (c->nics) {
		struct nic *nic = c->nics;

		for (int vhid = 1; vhid < CARP_VHID_SLOTS; vhid++)
			if (nic->members[vhid])
				member_remove(nic->members[vhid]);
		nic_close(nic);
	}
	memory_close(c);
	controller_doubt_end(c);
	loop_set_deadline(c->loop, INSTANT_NEVER);
	loop_source_remove(c->guardian_source);
	loop_source_remove(c->netlink_source);
	neighbor_close(c->neighbor);
	netlink_close(c->netlink);
	netlink_close(c->asker);
	loop_source_remove(c->hand_source);
	hand_clean(c->hand);
}

void controller_close(struct controller *c)
{
	if (!c)
		return;
	controller_leave(c);
	tracks_close(c);
	free(c->changing);
	free(c->pin_dir);
	free(c->state_dir);
	free(c);
}

/* The interface a request names, which must have groups. */
static struct nic *wanted_nic(struct controller *c,
			      const struct request *request, char *error,
			      size_t size)
{
	struct nic *nic = controller_nic(c, request->interface);

	if (!nic)
		snprintf(error, size, "interface %s: no group is attached",
			 request->interface);
	return nic;
}

static struct member *wanted_member(struct controller *c,
				    const struct request *request, char *error,
				    size_t size)
{
	struct nic *nic = wanted_nic(c, request, error, size);
	struct member *member;

	if (!nic)
		return NULL;
	member = nic->members[request->settings.vhid];
	if (!member)
		snprintf(error, size, "%s: vhid %u: not attached",
			 nic->link.name, request->settings.vhid);
	return member;
}

static void detach_from(struct nic *nic, const struct request *request)
{
	for (int vhid = 1; vhid < CARP_VHID_SLOTS; vhid++) {
		if (!nic->members[vhid])
			continue;
		if ((request->has & REQUEST_HAS_VHID) &&
		    vhid != request->settings.vhid)
			continue;
		member_remove(nic->members[vhid]);
	}
	if (nic->members_count == 0)
		nic_close(nic);
}

/* The node a request means, that is only a part of what could be detached. */
static struct member *part_of_cluster(const struct controller *c,
				      const struct request *request)
{
	if (!(request->has & REQUEST_HAS_VHID))
		return NULL;
	for (struct nic *nic = c->nics; nic; nic = nic->next) {
		struct member *m = nic->members[request->settings.vhid];

		if (!strcmp(nic->link.name, request->interface) && m &&
		    member_holder(m) != m)
			return m;
	}
	return NULL;
}

/* Idempotent: what is not attached is already detached.  Of several interfaces
 * that bear the name, or wait for it, none is spared. */
int controller_detach(struct controller *c, const struct request *request,
		      char *error, size_t error_size)
{
	struct member *node = part_of_cluster(c, request);
	struct nic *next;

	if (node)
		return cluster_refuse_node(node, error, error_size);
	for (struct nic *nic = c->nics; nic; nic = next) {
		next = nic->next;
		if (!strcmp(nic->link.name, request->interface))
			detach_from(nic, request);
	}
	controller_settle(c);
	return 0;
}

/* Where a demotion goes.  A name must be somebody's, or it is misspelt; what
 * has been entered under it can be taken back without. */
static int demotion_place(struct controller *c, const struct request *request,
			  struct ledger_entry *entry, char *error, size_t size)
{
	struct nic *nic;

	if (*request->name && !node_bears(&c->node, request->name) &&
	    !ledger_knows(&c->node.ledger, request->name)) {
		snprintf(error, size, "group %s: no group bears that name",
			 request->name);
		return EXIT_CODE_FAILED;
	}
	memcpy(entry->name, request->name, sizeof(entry->name));
	if (!(request->has & REQUEST_HAS_INTERFACE))
		return 0;
	nic = wanted_nic(c, request, error, size);
	if (nic)
		entry->ifindex = nic->number;
	return nic ? 0 : EXIT_CODE_FAILED;
}

int controller_demote(struct controller *c, const struct request *request,
		      char *error, size_t error_size)
{
	struct ledger_entry entry = { .ifindex = LEDGER_EVERYWHERE,
				      .amount = request->demote_amount };
	int code = demotion_place(c, request, &entry, error, error_size);

	if (code)
		return code;
	memcpy(entry.reason, request->reason, sizeof(entry.reason));
	memcpy(entry.by, request->by, sizeof(entry.by));
	if (!node_demote(&c->node, &entry, loop_now())) {
		snprintf(error, error_size,
			 "demotion ledger full: %d entries at most",
			 LEDGER_OPERATORS_MAX);
		return EXIT_CODE_FAILED;
	}
	news_demotion(c, &entry);
	controller_settle(c);
	return 0;
}

/* A leader stands for its cluster, another node for itself alone. */
int controller_state(struct controller *c, const struct request *request,
		     char *error, size_t error_size)
{
	struct member *member = wanted_member(c, request, error, error_size);
	const char *why;

	if (!member)
		return EXIT_CODE_FAILED;
	if (member->group.election.state == ELECTION_INIT) {
		why = nic_waiting(member->nic);
		if (!why)
			why = election_reason_text(member->group.reason);
		snprintf(error, error_size, "%s: vhid %u: in state init (%s)",
			 member->nic->link.name, request->settings.vhid, why);
		return EXIT_CODE_FAILED;
	}
	if (member_holder(member) != member) {
		group_command(&member->group, request->want_master, loop_now());
	} else {
		EACH_NODE(member, node)
		group_command(&node->group, request->want_master, loop_now());
	}
	controller_settle(c);
	return 0;
}

int controller_set(struct controller *c, struct request *request,
		   struct member **out, char *error, size_t error_size)
{
	struct member *member = wanted_member(c, request, error, error_size);

	if (!member)
		return EXIT_CODE_FAILED;
	*out = member;
	if ((request->has & REQUEST_HAS_NODES) &&
	    !cluster_leads(&member->group.settings)) {
		snprintf(error, error_size, "%s: vhid %u: leads no cluster",
			 member->nic->link.name, request->settings.vhid);
		return EXIT_CODE_INVALID;
	}
	return member_set(member, request, error, error_size);
}
