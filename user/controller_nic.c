/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * Interfaces: taking one into use and letting it go.
 */
#include "user/controller.h"
#include "user/sys/log.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>

/* For people to look at; without memory they see less. */
static void remember(struct member *m, const struct carp_event *event)
{
	struct heard one, *grown;
	unsigned int at;

	if (!heard_read(event, &one))
		return;
	at = heard_place(m->heard, m->heard_count, &one);
	if (at == m->heard_count) {
		grown = realloc(m->heard, (at + 1) * sizeof(*grown));
		if (!grown)
			return;
		m->heard = grown;
		m->heard_count++;
	}
	m->heard[at] = one;
}

static void on_event(void *context, const struct carp_event *event)
{
	struct nic *nic = context;
	struct member *member = nic->members[event->vhid];

	if (!member)
		return;
	group_event(&member->group, event, loop_now());
	remember(member, event);
}

static void on_ring(void *context)
{
	struct nic *nic = context;

	dataplane_drain(nic->dataplane);
	controller_settle(nic->controller);
}

/* What an interface must be before anything is attached to it. */
static int check_link(struct controller *c, const char *name,
		      struct netlink_link *out, char *error, size_t size)
{
	const char *why = NULL;
	char unfit[DEVICE_TEXT_SIZE];
	int err = netlink_link_by_name(c->netlink, name, out);

	if (err)
		why = err == -ENODEV ? "no such interface" : strerror(-err);
	else if (device_unfit(c, out, unfit))
		why = unfit;
	if (!why && !out->up)
		why = "is down (ip link set it up)";
	else if (!why && !out->carrier)
		why = "has no carrier";
	if (!why)
		return 0;
	snprintf(error, size, "interface %s: %s", name, why);
	return EXIT_CODE_FAILED;
}

struct dataplane_config nic_config(struct nic *nic,
				   const struct netlink_link *link)
{
	struct dataplane_config config = {
		.hand = nic->controller->hand,
		.ifindex = link->ifindex,
		.ifname = link->name,
		.mode = nic->mode,
		.coexist = nic->coexist,
		.on_event = on_event,
		.context = nic,
	};

	device_configure(link, &config);
	return config;
}

/* What opening an interface needs and yields, for the background. */
struct opening {
	struct nic *nic;
	struct netlink_link link;
	struct asked asked;
	int err;
	char *error;
	size_t size;
};

static void open_slowly(void *argument)
{
	struct opening *o = argument;
	const struct dataplane_config config = nic_config(o->nic, &o->link);

	device_step_aside(o->nic->controller, &o->link);
	o->err = dataplane_open(&config, &o->nic->dataplane, o->error, o->size);
	device_step_back(o->nic->controller, &o->link);
	if (o->err)
		return;
	o->err = hand_packet(o->nic->controller->hand, o->link.ifindex,
			     &o->nic->packet);
	if (o->err)
		snprintf(o->error, o->size, "interface %s: %s", o->link.name,
			 strerror(-o->err));
	else
		asked_slowly(o->nic->controller->asker, &o->asked);
}

int nic_listen(struct nic *nic)
{
	return loop_add(nic->controller->loop,
			dataplane_event_fd(nic->dataplane), EPOLLIN,
			LOOP_PACKETS, on_ring, nic, &nic->source);
}

static int open_parts(struct nic *nic, char *error, size_t size)
{
	struct opening opening = {
		.nic = nic,
		.link = nic->link,
		.asked = asked_begin(nic, false),
		.error = error,
		.size = size,
	};
	int err;

	controller_background(nic->controller, open_slowly, &opening);
	asked_end(nic, &opening.asked);
	if (opening.err)
		return opening.err;
	err = nic_listen(nic);
	if (err)
		snprintf(error, size, "interface %s: %s", nic->link.name,
			 strerror(-err));
	return err;
}

int nic_open(struct controller *c, const struct request *request,
	     struct nic **out, char *error, size_t error_size)
{
	struct netlink_link link;
	struct nic *nic;
	int code = check_link(c, request->interface, &link, error, error_size);

	if (code)
		return code;
	nic = calloc(1, sizeof(*nic));
	if (!nic) {
		snprintf(error, error_size, "out of memory");
		return EXIT_CODE_FAILED;
	}
	nic->controller = c;
	nic->number = ++c->nics_numbered;
	nic->link = link;
	nic->mode = request->mode;
	nic->coexist = request->coexist;
	nic->look_at = INSTANT_NEVER;
	nic->guarded = GUARDIAN_NONE;
	nic->next = c->nics;
	c->nics = nic;
	c->plumbing++;
	if (open_parts(nic, error, error_size) != 0) {
		nic_close(nic);
		return EXIT_CODE_FAILED;
	}
	hand_addresses_clear(c->hand, link.ifindex);
	nic_guard(nic);
	nic->open = true;
	nic->working = true;
	nic_follow(nic);
	nic_wake(nic);
	*out = nic;
	return 0;
}

static void close_slowly(void *argument)
{
	struct nic *nic = argument;

	packet_close(nic->packet);
	if (nic->haunted)
		dataplane_leave(nic->dataplane);
	else
		dataplane_close(nic->dataplane);
}

void nic_close(struct nic *nic)
{
	struct controller *c;

	if (!nic)
		return;
	c = nic->controller;
	ledger_forget(&c->node.ledger, nic->number);
	nic_forget(nic);
	loop_source_remove(nic->source);
	nic_unguard(nic);
	controller_background(c, close_slowly, nic);
	free(nic->own);
	free(nic);
}
