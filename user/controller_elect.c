/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * Keeps the elections going: rings before timers, the next deadline, and both
 * of them while slow work runs beside.  Knows groups and interfaces only as
 * they stand; opens and closes none.
 */
#include "user/controller.h"
#include "user/sys/background.h"

#include <poll.h>
#include <stdlib.h>
#include <string.h>

struct nic *controller_nic(struct controller *c, const char *name)
{
	for (struct nic *nic = c->nics; nic; nic = nic->next)
		if (!strcmp(nic->link.name, name))
			return nic;
	return NULL;
}

void controller_settle(struct controller *c)
{
	loop_set_deadline(c->loop, instant_min(node_deadline(&c->node),
					       memory_deadline(c)));
}

/* Advertisements that wait in the rings count before any timer does. */
static void serve_elections(struct controller *c)
{
	for (struct nic *nic = c->nics; nic; nic = nic->next)
		if (nic->source)
			dataplane_drain(nic->dataplane);
	node_tick(&c->node, loop_now());
	for (struct group *g = c->node.groups; g; g = g->next)
		member_restore_addresses(member_of(g), loop_now());
}

void controller_on_deadline(void *context)
{
	struct controller *c = context;

	serve_elections(c);
	memory_tick(c, loop_now());
	controller_settle(c);
}

/* The rings of all interfaces, and last the background's end. */
static size_t collect_fds(const struct controller *c, int done,
			  struct pollfd *fds)
{
	size_t count = 0;

	for (const struct nic *nic = c->nics; nic; nic = nic->next)
		if (nic->source)
			fds[count++] = (struct pollfd){
				.fd = dataplane_event_fd(nic->dataplane),
				.events = POLLIN
			};
	fds[count++] = (struct pollfd){ .fd = done, .events = POLLIN };
	return count;
}

/* Elections only, until done is readable. */
static void elect_until(struct controller *c, int done, struct pollfd *fds)
{
	size_t count = collect_fds(c, done, fds);

	do {
		struct span wait =
			instant_since(loop_now(), node_deadline(&c->node));
		struct timespec timeout = {
			.tv_sec = (time_t)(wait.ns / 1000000000),
			.tv_nsec = (long)(wait.ns % 1000000000)
		};

		ppoll(fds, count, &timeout, NULL);
		serve_elections(c);
	} while (!(fds[count - 1].revents & POLLIN));
}

void controller_background(struct controller *c, void (*work)(void *argument),
			   void *argument)
{
	struct background *background;
	struct pollfd *fds;
	size_t nics = 0;

	for (const struct nic *nic = c->nics; nic; nic = nic->next)
		nics++;
	fds = calloc(nics + 1, sizeof(*fds));
	if (!fds || background_start(work, argument, &background) != 0) {
		work(argument);
	} else {
		elect_until(c, background_fd(background), fds);
		background_join(background);
	}
	free(fds);
}
