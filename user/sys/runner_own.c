/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * The controller's side: makes a runner when there is to be one, and a new one
 * when that has ended or fallen silent, later each time.  Waits for nothing,
 * and takes what is said as it is worth.
 */
#include "user/sys/log.h"
#include "user/sys/loop.h"
#include "user/sys/runner_parts.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

enum own_numbers {
	RETRY_FIRST_S = 1,
	RETRY_LAST_S = 60,
	LASTS_S = 60, /* one that has lasted so long was a good one */
	SILENCE_S = 10,
	AT_ONCE = 32, /* reports, before the loop goes on */
	REST_MS = 20, /* after so many */
};

#define SECOND 1000000000ULL

struct runner {
	struct loop *loop;
	struct runner_events events;
	bool wanted;
	int fd; /* -1: none */
	struct loop_source *source;
	struct instant begun, retry;
	unsigned int retry_s, starts;
	/* It is to say something until then. */
	struct instant expected;
	struct told {
		uint32_t id; /* 0: free */
		uint64_t ns; /* from one report of it to the next, at most */
	} told[RUNNER_CHECKS_MAX];
	uint32_t hooks;
	char trouble[RUNNER_TEXT_SIZE];
};

static struct instant in(struct instant now, uint64_t ns)
{
	return instant_add(now, (struct span){ ns });
}

/* Whoever runs checks says something by the time that the most frequent of
 * them has to be over. */
static void expect(struct runner *r)
{
	uint64_t first = 0;

	for (size_t i = 0; i < RUNNER_CHECKS_MAX; i++)
		if (r->told[i].id && (!first || r->told[i].ns < first))
			first = r->told[i].ns;
	r->expected = first ? in(loop_now(), first) : INSTANT_NEVER;
}

/* --- one that goes -------------------------------------------------------- */

static void hang_up(struct runner *r)
{
	loop_source_remove(r->source);
	r->source = NULL;
	if (r->fd >= 0)
		close(r->fd);
	r->fd = -1;
	r->expected = INSTANT_NEVER;
	memset(r->told, 0, sizeof(r->told));
}

static void try_again(struct runner *r, const char *why)
{
	const struct instant now = loop_now();

	if (instant_since(r->begun, now).ns > LASTS_S * SECOND || !r->retry_s)
		r->retry_s = RETRY_FIRST_S;
	snprintf(r->trouble, sizeof(r->trouble), "%s", why);
	log_warnx("the runner of checks and hooks %s: another one in %u s", why,
		  r->retry_s);
	r->retry = in(now, r->retry_s * SECOND);
	r->retry_s *= 2;
	if (r->retry_s > RETRY_LAST_S)
		r->retry_s = RETRY_LAST_S;
}

static void lose(struct runner *r, const char *why)
{
	hang_up(r);
	try_again(r, why);
	r->events.reached(r->events.context, false);
}

/* --- what it says --------------------------------------------------------- */

/* False: there is nothing more, or no runner. */
static bool hear(struct runner *r)
{
	struct runner_report message;
	struct runner_result result;
	const ssize_t got = recv(r->fd, &message, sizeof(message),
				 MSG_DONTWAIT | MSG_TRUNC);
	const char *why;

	if (got < 0 && (errno == EAGAIN || errno == EINTR))
		return false;
	if (got <= 0) {
		lose(r, "has ended");
		return false;
	}
	why = runner_report_read(&message, (size_t)got, &result);
	if (why) {
		lose(r, "is none of this release, or out of order");
		return false;
	}
	expect(r);
	r->events.result(r->events.context, &result);
	return r->fd >= 0;
}

static void on_reports(void *context)
{
	struct runner *r = context;

	for (int i = 0; i < AT_ONCE; i++)
		if (!hear(r))
			return;
	loop_source_pause(r->source, (struct span){ REST_MS * 1000000ULL });
}

bool runner_wait(struct runner *r, int other, struct instant until)
{
	struct pollfd fds[] = { { other, POLLIN, 0 }, { r->fd, POLLIN, 0 } };
	const struct instant now = loop_now();
	int ms, ready;

	if (r->fd < 0 || instant_due(until, now))
		return false;
	ms = (int)(instant_since(now, until).ns / 1000000) + 1;
	ready = poll(fds, 2, ms);
	if (ready > 0 && fds[1].revents)
		on_reports(r);
	return ready < 0 ? errno == EINTR : ready && !fds[0].revents;
}

/* --- one that comes ------------------------------------------------------- */

static void make(struct runner *r)
{
	int fd = r->events.open(r->events.context), err = fd < 0 ? fd : 0;
	char why[RUNNER_TEXT_SIZE];

	r->begun = loop_now();
	r->retry = INSTANT_NEVER;
	/* It may not be wanted any more: that took a while. */
	if (!err && !r->wanted) {
		close(fd);
		return;
	}
	r->fd = fd;
	if (!err)
		err = loop_add(r->loop, fd, EPOLLIN, LOOP_LATER, on_reports, r,
			       &r->source);
	if (err) {
		hang_up(r);
		snprintf(why, sizeof(why), "cannot be reached (%s)",
			 strerror(-err));
		try_again(r, why);
		return;
	}
	*r->trouble = '\0';
	r->starts++;
	r->events.reached(r->events.context, true);
}

int runner_new(struct loop *loop, const struct runner_events *events,
	       struct runner **out)
{
	struct runner *r = calloc(1, sizeof(*r));

	if (!r)
		return -ENOMEM;
	r->loop = loop;
	r->events = *events;
	r->fd = -1;
	r->retry = r->expected = INSTANT_NEVER;
	*out = r;
	return 0;
}

void runner_free(struct runner *r)
{
	if (!r)
		return;
	hang_up(r);
	free(r);
}

void runner_want(struct runner *r, bool wanted)
{
	if (r->wanted == wanted)
		return;
	r->wanted = wanted;
	*r->trouble = '\0';
	r->retry = wanted ? loop_now() : INSTANT_NEVER;
	if (!wanted)
		hang_up(r);
}

struct instant runner_deadline(const struct runner *r)
{
	return r->fd >= 0 ? r->expected : r->retry;
}

void runner_tick(struct runner *r, struct instant now)
{
	if (r->fd >= 0 && instant_due(r->expected, now))
		lose(r, "says nothing");
	else if (r->fd < 0 && r->wanted && instant_due(r->retry, now))
		make(r);
}

const char *runner_trouble(const struct runner *r)
{
	if (r->fd >= 0 || !r->wanted)
		return NULL;
	return *r->trouble ? r->trouble : "begins";
}

unsigned int runner_starts(const struct runner *r)
{
	return r->starts;
}

/* --- orders --------------------------------------------------------------- */

/* Whoever does not read is not told, and nobody waits for them. */
static int tell(struct runner *r, const struct runner_order *order,
		const char *input, size_t size)
{
	struct iovec parts[] = { { (void *)order, sizeof(*order) },
				 { (void *)(uintptr_t)input, size } };
	const struct msghdr header = { .msg_iov = parts, .msg_iovlen = 2 };

	if (r->fd < 0)
		return -ENOTCONN;
	return sendmsg(r->fd, &header, MSG_DONTWAIT | MSG_NOSIGNAL) < 0 ? -errno
									: 0;
}

/* In the place of another id, or a free one. */
static void remember(struct runner *r, uint32_t before, uint32_t id,
		     uint64_t ns)
{
	for (size_t i = 0; i < RUNNER_CHECKS_MAX; i++)
		if (r->told[i].id == before) {
			r->told[i] = (struct told){ id, ns };
			break;
		}
	expect(r);
}

int runner_check(struct runner *r, uint32_t id, const struct runner_job *job)
{
	const struct runner_order order = { RUNNER_CHECK, id, *job };
	const uint64_t ns =
		((uint64_t)job->interval_ms + job->timeout_ms) * 1000000ULL +
		SILENCE_S * SECOND;
	int err = tell(r, &order, NULL, 0);

	if (!err)
		remember(r, 0, id, ns);
	return err;
}

void runner_forget(struct runner *r, uint32_t id)
{
	const struct runner_order order = { .word = RUNNER_FORGET, .id = id };

	tell(r, &order, NULL, 0);
	remember(r, id, 0, 0);
}

void runner_nudge(struct runner *r, uint32_t id)
{
	const struct runner_order order = { .word = RUNNER_NUDGE, .id = id };

	tell(r, &order, NULL, 0);
}

uint32_t runner_hook(struct runner *r, const struct runner_job *job,
		     const char *input, size_t size)
{
	struct runner_order order = { .word = RUNNER_HOOK, .job = *job };

	/* Checks count from 1 up. */
	order.id = ++r->hooks | 1U << 31;
	order.job.interval_ms = job->timeout_ms;
	if (size > RUNNER_INPUT_MAX || runner_job_refuse(&order.job) ||
	    tell(r, &order, input, size) != 0)
		return 0;
	return order.id;
}
