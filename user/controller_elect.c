/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * Keeps the elections going: rings before timers, the next deadline, and both
 * of them while slow work runs beside, with what is asked meanwhile.  Knows
 * groups and interfaces only as they stand; opens and closes none.
 */
#include "user/controller_doubt.h"
#include "user/sys/background.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>

enum {
	BREATH_NS = 1000000
};

/* Of two, one has been deleted and still waits for its name. */
struct nic *controller_nic(struct controller *c, const char *name)
{
	struct nic *found = NULL;

	for (struct nic *nic = c->nics; nic; nic = nic->next)
		if (!strcmp(nic->link.name, name) && (!found || found->gone))
			found = nic;
	return found;
}

void controller_settle(struct controller *c)
{
	struct instant first =
		instant_min(node_deadline(&c->node), memory_deadline(c));

	first = instant_min(first, tracks_deadline(c));
	first = instant_min(first, news_deadline(c));
	for (const struct nic *nic = c->nics; nic; nic = nic->next)
		first = instant_min(first, nic->look_at);
	first = instant_min(first, controller_doubt_ahead(c));
	if (c->addresses_at_work && !hand_owes(c->hand))
		first = loop_now();
	loop_set_deadline(c->loop, first);
}

/* Advertisements that wait in the rings count before any timer does. */
void controller_serve_elections(struct controller *c)
{
	for (struct nic *nic = c->nics; nic; nic = nic->next)
		if (nic->source)
			dataplane_drain(nic->dataplane);
	node_tick(&c->node, loop_now());
	controller_work_addresses(c);
}

void controller_breathe(struct controller *c)
{
	struct instant now = loop_now();

	if (instant_since(c->breathed, now).ns < BREATH_NS)
		return;
	c->breathed = now;
	controller_serve_elections(c);
}

/* Whatever looks, or concerns a group's election alone. */
bool controller_allows(const struct controller *c, enum request_verb verb)
{
	switch (verb) {
	case REQUEST_STATUS:
	case REQUEST_SHOWCONF:
	case REQUEST_MONITOR:
	case REQUEST_DEMOTE:
	case REQUEST_STATE:
		return true;
	default:
		return !c->busy;
	}
}

/* The background's end, the kernel's news, requests, and the rings behind. */
enum busy_fds {
	BUSY_DONE,
	BUSY_NEWS,
	BUSY_REQUESTS,
	BUSY_RINGS,
};

static size_t collect_fds(const struct controller *c, struct pollfd *fds)
{
	size_t count = BUSY_RINGS;

	fds[BUSY_NEWS].fd = netlink_fd(c->netlink);
	for (const struct nic *nic = c->nics; nic; nic = nic->next)
		if (nic->source)
			fds[count++].fd = dataplane_event_fd(nic->dataplane);
	for (size_t i = 0; i < count; i++)
		fds[i].events = POLLIN;
	return count;
}

/* Elections first, then one request, until the background has ended; where they
 * cannot be waited for it is the background alone that is. */
static void elect_until_done(struct controller *c, struct pollfd *fds)
{
	size_t count = collect_fds(c, fds);

	do {
		struct instant next = instant_min(node_deadline(&c->node),
						  controller_doubt_ahead(c));
		struct span wait = instant_since(loop_now(), next);
		struct timespec timeout = {
			.tv_sec = (time_t)(wait.ns / 1000000000),
			.tv_nsec = (long)(wait.ns % 1000000000)
		};

		if (ppoll(fds, count, &timeout, NULL) < 0 && errno != EINTR)
			return;
		if (fds[BUSY_NEWS].revents)
			netlink_read(c->netlink);
		controller_serve_elections(c);
		if (fds[BUSY_REQUESTS].revents)
			loop_aside(c->loop);
	} while (!(fds[BUSY_DONE].revents & POLLIN));
}

void controller_background(struct controller *c, void (*work)(void *argument),
			   void *argument)
{
	struct background *background;
	struct pollfd *fds;
	size_t nics = 0;

	for (const struct nic *nic = c->nics; nic; nic = nic->next)
		nics++;
	fds = calloc(nics + BUSY_RINGS, sizeof(*fds));
	if (!fds || background_start(work, argument, &background) != 0) {
		work(argument);
	} else {
		c->busy = true;
		fds[BUSY_DONE].fd = background_fd(background);
		fds[BUSY_REQUESTS].fd = loop_aside_begin(c->loop);
		elect_until_done(c, fds);
		loop_aside_end(c->loop);
		c->busy = false;
		background_join(background);
		c->events.calm(c->events.context);
	}
	free(fds);
}
