/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * Whether a backup that is about to act on silence is only deaf, because its
 * program was taken off the interface.  Only the kernel knows, and it does not
 * answer while somebody holds its lock on interfaces, for seconds if thousands
 * of them go at once.  So it is asked a little ahead, beside the loop, of all
 * interfaces at once, by a thread that stands by, and is waited for no longer
 * than DOUBT_WAIT_MS: then what it has said last holds, at the latest look of
 * controller_mend.c.
 */
#include "user/controller_doubt.h"
#include "user/sys/standby.h"

#include <poll.h>
#include <stdlib.h>
#include <sys/epoll.h>

enum doubt_times {
	DOUBT_AHEAD_MS = 2,
	DOUBT_FRESH_MS = 5, /* an answer holds for that long */
	DOUBT_WAIT_MS = 10, /* for one, from when it was asked */
	DOUBT_TRIES = 2,    /* the answer to an older question is none */
};

struct doubted {
	unsigned int nic; /* its number */
	struct dataplane *witness;
	bool attached;
};

/* One question. */
struct doubt {
	uint64_t plumbing;
	size_t count;
	struct doubted nics[];
};

/* One that lies on another may be making room for that one's. */
static bool in_doubt(const struct nic *nic)
{
	return nic->open && !(nic->controller->busy && nic->link.below);
}

static bool is_known(const struct nic *nic, struct instant now)
{
	return instant_before(now,
			      instant_add(nic->known, span_ms(DOUBT_FRESH_MS)));
}

static void ask_slowly(void *argument)
{
	struct doubt *d = argument;

	for (size_t i = 0; i < d->count; i++)
		d->nics[i].attached = dataplane_attached(d->nics[i].witness);
}

static void forget(struct doubt *d)
{
	for (size_t i = 0; i < d->count; i++)
		dataplane_abandon(d->nics[i].witness);
	free(d);
}

/* What was taken off or put on since says nothing of what is there now. */
static void hear(struct controller *c, const struct doubt *d,
		 const struct doubted *about)
{
	struct nic *nic = c->nics;

	while (nic && nic->number != about->nic)
		nic = nic->next;
	if (!nic || !in_doubt(nic) || d->plumbing != c->plumbing ||
	    dataplane_program_id(nic->dataplane) !=
		    dataplane_program_id(about->witness))
		return;
	nic->known = c->doubted;
	if (!about->attached)
		nic_detached(nic);
}

/* If it is answered. */
static void conclude(struct controller *c)
{
	struct doubt *d = c->doubt;

	if (!d || !standby_over(c->doubter))
		return;
	c->doubt = NULL;
	for (size_t i = 0; i < d->count; i++)
		hear(c, d, &d->nics[i]);
	forget(d);
}

static void on_answer(void *context)
{
	struct controller *c = context;

	conclude(c);
	controller_settle(c);
}

static struct doubt *about_all(struct controller *c)
{
	struct doubt *d;
	size_t count = 0;

	for (const struct nic *nic = c->nics; nic; nic = nic->next)
		count++;
	d = calloc(1, sizeof(*d) + count * sizeof(*d->nics));
	if (!d)
		return NULL;
	d->plumbing = c->plumbing;
	for (const struct nic *nic = c->nics; nic; nic = nic->next) {
		struct doubted *about = &d->nics[d->count];

		if (!in_doubt(nic))
			continue;
		about->nic = nic->number;
		about->witness = dataplane_witness(nic->dataplane);
		d->count += about->witness != NULL;
	}
	return d;
}

static void close_doubter(struct controller *c)
{
	loop_source_remove(c->doubter_source);
	c->doubter_source = NULL;
	standby_close(c->doubter);
	c->doubter = NULL;
}

/* Whether there is a thread for it, which may just have been made. */
static bool can_ask(struct controller *c)
{
	if (c->doubter)
		return true;
	if (standby_open(&c->doubter) != 0)
		return false;
	if (loop_add(c->loop, standby_fd(c->doubter), EPOLLIN, LOOP_KERNEL,
		     on_answer, c, &c->doubter_source) == 0)
		return true;
	close_doubter(c);
	return false;
}

/* Where it cannot be asked, there is no answer. */
static void ask(struct controller *c, struct instant now)
{
	struct doubt *d = about_all(c);

	c->doubted = now;
	if (!d)
		return;
	if (can_ask(c)) {
		c->doubt = d;
		standby_ask(c->doubter, ask_slowly, d);
	} else {
		forget(d);
	}
}

static void wait_a_little(struct controller *c)
{
	const struct instant until =
		instant_add(c->doubted, span_ms(DOUBT_WAIT_MS));
	const struct span wait = instant_since(loop_now(), until);
	const struct timespec timeout = { .tv_nsec = (long)wait.ns };
	struct pollfd answer = { .fd = standby_fd(c->doubter),
				 .events = POLLIN };

	if (ppoll(&answer, 1, &timeout, NULL) == 1)
		conclude(c);
}

void nic_doubt(struct nic *nic, struct instant now)
{
	struct controller *c = nic->controller;

	for (int i = 0; i < DOUBT_TRIES; i++) {
		if (!in_doubt(nic) || is_known(nic, now))
			return;
		if (!c->doubt)
			ask(c, now);
		if (c->doubt)
			wait_a_little(c);
	}
}

/* When the first to be due is a backup: that long before. */
static struct instant due_ahead(const struct controller *c)
{
	const uint64_t ahead = span_ms(DOUBT_AHEAD_MS).ns;
	const struct agenda_entry *first = c->node.ticks.first;
	const struct group *g = first ? first->owner : NULL;

	if (!g || g->election.state != ELECTION_BACKUP ||
	    instant_is_never(first->due) || first->due.ns < ahead)
		return INSTANT_NEVER;
	return (struct instant){ first->due.ns - ahead };
}

struct instant controller_doubt_ahead(struct controller *c)
{
	const struct instant at = due_ahead(c), now = loop_now();

	/* Long before it is needed. */
	if (!instant_is_never(at))
		(void)can_ask(c);
	if (c->doubt || !instant_before(c->doubted, at))
		return INSTANT_NEVER;
	if (instant_before(now, at))
		return at;
	ask(c, now);
	return INSTANT_NEVER;
}

void controller_doubt_end(struct controller *c)
{
	close_doubter(c);
	if (c->doubt)
		forget(c->doubt);
	c->doubt = NULL;
}
