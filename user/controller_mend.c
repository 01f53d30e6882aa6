/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * Looks after interfaces in use: finds out whether our programs are still on
 * them, and puts them back on an interface that has come again.  The kernel
 * does not tell when a program is detached, so one looks now and then.
 *
 * All that may wait for the kernel is done in the background, and nothing is
 * tried more often than every MEND_PACE_MS.
 */
#include "user/controller_doubt.h"
#include "user/sys/log.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum mend_times {
	MEND_LOOK_MS = 1000, /* between looks at what works, and attempts */
	MEND_PACE_MS = 50,
	MEND_TOGETHER_MS = 500,
	MEND_LOOKS = 3, /* at a dispatcher that just changes */
};

void nic_wake(struct nic *nic)
{
	struct instant soon = instant_add(nic->looked, span_ms(MEND_PACE_MS));

	nic->look_at = instant_min(nic->look_at, instant_max(soon, loop_now()));
}

/* --- losing --------------------------------------------------------------- */

/* Groups fall silent first; what is to be done comes after. */
static void lose(struct nic *nic, const char *why)
{
	nic->open = false;
	snprintf(nic->trouble, sizeof(nic->trouble), "%s", why);
	nic_follow(nic);
	nic_wake(nic);
}

void nic_detached(struct nic *nic)
{
	lose(nic, "the XDP program was detached by somebody else");
}

/* For the background, as everything that ends in _slowly. */
struct look {
	struct nic *nic;
	char name[NETLINK_NAME_SIZE];
	bool renamed, attached;
	int renewed;
	bool asks;
	struct asked asked;
};

struct looks {
	size_t count;
	struct look of[];
};

/* Others who come or go put another dispatcher in the place of ours, and the
 * old one's traces away after it: who looks in between does not find us, and
 * finds us when he looks again. */
static bool attached_slowly(struct dataplane *dataplane)
{
	for (int i = 0; i < MEND_LOOKS; i++) {
		if (dataplane_look(dataplane) == -EAGAIN ||
		    dataplane_attached(dataplane))
			return true;
		if (!dataplane_chain(dataplane))
			return false;
	}
	return false;
}

static void look_slowly(void *argument)
{
	struct looks *looks = argument;

	for (size_t i = 0; i < looks->count; i++) {
		struct look *look = &looks->of[i];
		struct dataplane *dataplane = look->nic->dataplane;

		look->renamed = dataplane_rename(dataplane, look->name) == 0;
		look->renewed = dataplane_renew(dataplane);
		look->attached = attached_slowly(dataplane);
		if (look->asks)
			asked_slowly(look->nic->controller->asker,
				     &look->asked);
	}
}

static void look_add(struct looks *looks, struct nic *nic)
{
	struct look *look = &looks->of[looks->count];
	char unfit[DEVICE_TEXT_SIZE];

	if (device_unfit(nic->controller, &nic->link, unfit)) {
		lose(nic, unfit);
		return;
	}
	if (nic->cut_off) {
		lose(nic, "frames cannot leave any more");
		return;
	}
	look->nic = nic;
	look->asks = nic->unsure || nic->own_unsure;
	look->asked = asked_begin(nic, nic->unsure);
	memcpy(look->name, nic->link.name, NETLINK_NAME_SIZE);
	if (strcmp(dataplane_name(nic->dataplane), look->name) != 0)
		nic->controller->plumbing++;
	looks->count++;
}

static void look_end(struct look *look)
{
	struct nic *nic = look->nic;

	if (look->renewed && !nic->dated)
		log_warnx("%s: goes on with the program of the controller "
			  "before: %s",
			  nic->link.name, strerror(-look->renewed));
	nic->dated = look->renewed != 0;
	if (look->asks)
		asked_end(nic, &look->asked);
	if (!nic->open)
		return; /* lost meanwhile */
	if (!look->attached)
		nic_detached(nic);
	else if (!look->renamed)
		lose(nic, "its pins cannot follow its name");
}

/* At all that are being looked after, in one thread. */
static void look_at_open(struct controller *c)
{
	struct looks *looks;
	size_t count = 0;

	for (const struct nic *nic = c->nics; nic; nic = nic->next)
		count += nic->looking && nic->open;
	looks = count ? calloc(1, sizeof(*looks) + count * sizeof(looks->of[0]))
		      : NULL;
	if (!looks)
		return;
	for (struct nic *nic = c->nics; nic; nic = nic->next)
		if (nic->looking && nic->open)
			look_add(looks, nic);
	if (looks->count)
		controller_background(c, look_slowly, looks);
	for (size_t i = 0; i < looks->count; i++)
		look_end(&looks->of[i]);
	free(looks);
}

/* --- finding -------------------------------------------------------------- */

/* An interface that was deleted may be here again, as another.  0, -ENODEV,
 * or another -errno if that cannot be told. */
static int find_again(struct nic *nic)
{
	struct controller *c = nic->controller;
	struct netlink_link link;
	int err;

	if (!nic->gone)
		return 0;
	err = netlink_link_by_name(c->netlink, nic->link.name, &link);
	if (err)
		return err;
	if (nic_by_index(c, link.ifindex))
		return -ENODEV; /* one in use has taken the name */
	nic->link = link;
	nic->gone = false;
	return 0;
}

static void detach_slowly(void *argument)
{
	dataplane_detach(argument);
}

/* Nothing of ours stays where it has no business. */
static void take_off(struct nic *nic)
{
	nic->controller->plumbing++;
	controller_background(nic->controller, detach_slowly, nic->dataplane);
}

/* --- opening again -------------------------------------------------------- */

struct mend {
	struct nic *nic;
	struct netlink_link link;
	struct packet *packet;
	struct asked asked;
	int err;
	char error[CONTROLLER_ERROR_SIZE];
};

static int open_packet(struct mend *m)
{
	int err = hand_packet(m->nic->controller->hand, m->link.ifindex,
			      &m->packet);

	for (int vhid = 1; !err && vhid < CARP_VHID_SLOTS; vhid++) {
		if (!m->nic->members[vhid])
			continue;
		err = member_let_in(m->packet,
				    &m->nic->members[vhid]->group.settings);
	}
	if (err)
		snprintf(m->error, sizeof(m->error), "interface %s: %s",
			 m->link.name, strerror(-err));
	return err;
}

static void mend_slowly(void *argument)
{
	struct mend *m = argument;
	const struct dataplane_config config = nic_config(m->nic, &m->link);

	device_step_aside(m->nic->controller, &m->link);
	m->err = dataplane_attach(m->nic->dataplane, &config, m->error,
				  sizeof(m->error));
	device_step_back(m->nic->controller, &m->link);
	if (!m->err)
		m->err = open_packet(m);
	asked_slowly(m->nic->controller->asker, &m->asked);
	if (!m->err)
		return;
	dataplane_detach(m->nic->dataplane);
	packet_close(m->packet);
	m->packet = NULL;
}

static void give_up(struct nic *nic, const char *why)
{
	if (strcmp(nic->trouble, why) != 0)
		news_interface(nic, why);
	snprintf(nic->trouble, sizeof(nic->trouble), "%s", why);
}

static void close_slowly(void *argument)
{
	packet_close(argument);
}

/* The kernel waits for a grace period. */
static void let_go(struct nic *nic, struct packet *packet)
{
	controller_background(nic->controller, close_slowly, packet);
}

/* The maps have kept everything but what is the interface's. */
static void settle_in(struct nic *nic, struct packet *packet)
{
	struct packet *before = nic->packet;

	nic->packet = packet;
	nic->cut_off = false;
	hand_addresses_clear(nic->controller->hand, nic->link.ifindex);
	for (int vhid = 1; vhid < CARP_VHID_SLOTS; vhid++)
		if (nic->members[vhid])
			member_follow_interface(nic->members[vhid]);
	nic->trouble[0] = '\0';
	nic->open = true;
	nic_follow(nic);
	let_go(nic, before);
}

static void open_again(struct nic *nic)
{
	struct mend m = { .nic = nic,
			  .link = nic->link,
			  .asked = asked_begin(nic, false) };

	nic->controller->plumbing++;
	controller_background(nic->controller, mend_slowly, &m);
	asked_end(nic, &m.asked);
	if (m.err) {
		give_up(nic, m.error);
	} else if (nic->gone) {
		let_go(nic, m.packet); /* and away again */
		nic_wake(nic);
	} else {
		settle_in(nic, m.packet);
	}
}

/* --- looking after -------------------------------------------------------- */

static void look_begin(struct nic *nic)
{
	nic->looking = true;
	nic->looked = loop_now();
	nic->look_at = instant_add(nic->looked, span_ms(MEND_LOOK_MS));
	if (nic->unsure && !nic->open)
		nic_ask(nic);
}

static void mend(struct nic *nic)
{
	char why[DEVICE_TEXT_SIZE];
	bool unfit;
	int err = find_again(nic);

	if (err == -ENODEV)
		nic->look_at = INSTANT_NEVER; /* the monitor will tell */
	unfit = !err && device_unfit(nic->controller, &nic->link, why);
	if (unfit)
		give_up(nic, why);
	if (err || unfit)
		take_off(nic);
	else
		open_again(nic);
}

static void look_after(struct controller *c)
{
	look_at_open(c);
	for (struct nic *nic = c->nics; nic; nic = nic->next) {
		if (!nic->looking)
			continue;
		nic->looking = false;
		if (!nic->open)
			mend(nic);
	}
}

/* One that works is looked at with another whose turn it is, if its own comes
 * soon: a wake-up and a thread for all of them. */
static bool has_turn(const struct nic *nic, struct instant now)
{
	struct instant soon = instant_add(now, span_ms(MEND_TOGETHER_MS));

	return instant_due(nic->look_at, nic->open ? soon : now);
}

void nics_look_after(struct controller *c)
{
	const struct instant now = loop_now();
	bool due = false;

	for (const struct nic *nic = c->nics; nic; nic = nic->next)
		due |= instant_due(nic->look_at, now);
	for (struct nic *nic = c->nics; nic && due; nic = nic->next)
		if (has_turn(nic, now))
			look_begin(nic);
	if (due)
		look_after(c);
}

int nic_reopen(struct nic *nic, char *error, size_t size)
{
	if (!nic->open) {
		look_begin(nic);
		look_after(nic->controller);
	}
	if (nic->open)
		return 0;
	snprintf(error, size, "interface %s: %s", nic->link.name,
		 nic_waiting(nic));
	return EXIT_CODE_FAILED;
}
