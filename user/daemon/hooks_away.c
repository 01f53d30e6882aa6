/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * Hooks where their controller ends: what is still to be run is run within a
 * bound, or goes on to a successor.
 */
#include "user/daemon/hooks.h"
#include "user/daemon/hooks_parts.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

enum {
	LAST_MS = 5000 /* for all that is to be run at the end */
};

/* --- the end -------------------------------------------------------------- */

/* Whoever is at work when the time is over ends with its runner. */
void hooks_last(struct hooks *h)
{
	const struct instant until = instant_add(loop_now(), span_ms(LAST_MS));
	const int terminate = loop_terminate_fd();
	struct runner *runner =
		controller_runner(h->controller, RUNNER_FOR_HOOKS, h->count);

	while (h->running && runner_wait(runner, terminate, until))
		;
	if (terminate >= 0)
		close(terminate);
	for (const struct lane *l = h->lanes; l; l = l->next)
		for (const struct job *j = l->jobs; j; j = j->next)
			hooks_tell(h, l, j, false, "the controller has ended");
}

/* --- a successor ---------------------------------------------------------- */

void hooks_describe(const struct hooks *h, struct pack *pack)
{
	unsigned int jobs = 0;

	pack_put(pack, &h->count, sizeof(h->count));
	pack_put(pack, h->list, sizeof(h->list));
	for (const struct lane *l = h->lanes; l; l = l->next)
		for (const struct job *j = l->jobs; j; j = j->next)
			jobs++;
	pack_put(pack, &jobs, sizeof(jobs));
	for (const struct lane *l = h->lanes; l; l = l->next)
		for (const struct job *j = l->jobs; j; j = j->next) {
			pack_put(pack, l->interface, sizeof(l->interface));
			pack_put(pack, &l->vhid, sizeof(l->vhid));
			pack_put(pack, j->hook, sizeof(j->hook));
			pack_put(pack, j->to, sizeof(j->to));
			pack_put_text(pack, j->event);
		}
}

static void take_job(struct hooks *h, struct pack *pack)
{
	char interface[NETLINK_NAME_SIZE];
	struct job job;
	unsigned int vhid;

	pack_get(pack, interface, sizeof(interface));
	pack_get(pack, &vhid, sizeof(vhid));
	pack_get(pack, job.hook, sizeof(job.hook));
	pack_get(pack, job.to, sizeof(job.to));
	job.event = pack_get_text(pack);
	if (!pack->failed && job.event)
		hooks_enqueue(h, interface, vhid, job.hook, job.to, job.event);
	free(job.event);
}

int hooks_take(struct hooks *h, struct pack *pack)
{
	unsigned int jobs = 0;

	pack_get(pack, &h->count, sizeof(h->count));
	pack_get(pack, h->list, sizeof(h->list));
	pack_get(pack, &jobs, sizeof(jobs));
	if (pack->failed || h->count > CONFIG_HOOKS_MAX) {
		h->count = 0;
		return -EBADMSG;
	}
	while (jobs-- && !pack->failed)
		take_job(h, pack);
	controller_runner(h->controller, RUNNER_FOR_HOOKS, h->count);
	hooks_work(h);
	return pack->failed ? -EBADMSG : 0;
}
