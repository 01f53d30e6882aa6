/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * Who has his turn in the loop: elections always, requests in the end.  One
 * claim a line, "ok - " or "not ok - ".
 */
#include "user/sys/loop.h"

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

enum {
	TICKS_MAX = 100,
	PAUSE_MS = 50,
	MS = 1000000,
};

static int failed;

static void claim(bool holds, const char *what)
{
	printf("%sok - %s\n", holds ? "" : "not ", what);
	failed |= !holds;
}

static void must(bool holds)
{
	if (!holds)
		abort();
}

/* What has happened in a loop. */
struct story {
	struct loop *loop;
	int ticks, served, later;
	int at_tick;		  /* the first request was served */
	int asker, other, worker; /* eventfds, readable from the start */
	struct loop_source *sources[3];
	bool aside_ready, aside_again;
	int aside_served, aside_later;
	struct instant paused, resumed;
};

static int readable(void)
{
	int fd = eventfd(1, EFD_CLOEXEC | EFD_NONBLOCK);

	must(fd >= 0);
	return fd;
}

static void take(int fd)
{
	uint64_t value;

	must(read(fd, &value, sizeof(value)) == sizeof(value));
}

static void begin(struct story *s)
{
	*s = (struct story){ .asker = readable(),
			     .other = readable(),
			     .worker = readable() };
	must(!loop_open(&s->loop));
}

static void end(struct story *s)
{
	for (int i = 0; i < 3; i++)
		loop_source_remove(s->sources[i]);
	loop_close(s->loop);
	close(s->asker);
	close(s->other);
	close(s->worker);
}

/* --- a deadline that is always due -----------------------------------------
 */

static void due_again(void *context)
{
	struct story *s = context;

	if (++s->ticks == TICKS_MAX)
		loop_quit(s->loop);
	loop_set_deadline(s->loop, loop_now());
}

static void serve(void *context)
{
	struct story *s = context;

	if (!s->served++)
		s->at_tick = s->ticks;
}

static void always_due(void)
{
	struct story s;

	begin(&s);
	loop_on_deadline(s.loop, due_again, &s);
	loop_set_deadline(s.loop, loop_now());
	must(!loop_add(s.loop, s.asker, EPOLLIN, LOOP_REQUESTS, serve, &s,
		       &s.sources[0]));
	must(!loop_run(s.loop));
	claim(s.served > 0 && s.at_tick <= 2,
	      "a deadline that is always due lets a request have its turn");
	claim(s.served <= s.ticks, "one between two deadlines, and not more");
	end(&s);
}

/* --- while something is waited for -----------------------------------------
 */

static void serve_other(void *context)
{
	struct story *s = context;

	take(s->other);
	s->aside_served++;
}

static void serve_later(void *context)
{
	struct story *s = context;

	take(s->worker);
	s->aside_later++;
}

static bool ready(int fd)
{
	struct pollfd one = { fd, POLLIN, 0 };

	return poll(&one, 1, 0) == 1;
}

/* Stays readable itself all the time. */
static void wait_for_something(void *context)
{
	struct story *s = context;
	int fd = loop_aside_begin(s->loop);

	s->aside_ready = ready(fd);
	loop_aside(s->loop);
	s->served = s->aside_served;
	s->later = s->aside_later;
	s->aside_again = ready(fd);
	loop_aside_end(s->loop);
	take(s->asker);
	loop_quit(s->loop);
}

static void aside(void)
{
	struct story s;

	begin(&s);
	must(!loop_add(s.loop, s.asker, EPOLLIN, LOOP_KERNEL,
		       wait_for_something, &s, &s.sources[0]));
	must(!loop_add(s.loop, s.other, EPOLLIN, LOOP_REQUESTS, serve_other, &s,
		       &s.sources[1]));
	must(!loop_add(s.loop, s.worker, EPOLLIN, LOOP_LATER, serve_later, &s,
		       &s.sources[2]));
	must(!loop_run(s.loop));
	claim(s.aside_ready && s.served == 1, "a request is served aside");
	claim(!s.later && !s.aside_again, "and nothing else is");
	end(&s);

	begin(&s);
	must(!loop_add(s.loop, s.asker, EPOLLIN, LOOP_REQUESTS,
		       wait_for_something, &s, &s.sources[0]));
	must(!loop_run(s.loop));
	claim(!s.aside_ready && !s.aside_again,
	      "who is being served is not served aside");
	claim(loop_aside_begin(s.loop) < 0,
	      "nobody is once the loop has ended");
	end(&s);
}

/* --- what cannot be served now ---------------------------------------------
 */

static void cannot(void *context)
{
	struct story *s = context;

	if (!s->served++) {
		s->paused = loop_now();
		loop_source_pause(s->sources[0], span_ms(PAUSE_MS));
		return;
	}
	s->resumed = loop_now();
	loop_quit(s->loop);
}

static void pauses(void)
{
	struct story s;

	begin(&s);
	must(!loop_add(s.loop, s.asker, EPOLLIN, LOOP_REQUESTS, cannot, &s,
		       &s.sources[0]));
	must(!loop_run(s.loop));
	claim(instant_since(s.paused, s.resumed).ns >= (uint64_t)PAUSE_MS * MS,
	      "a source that pauses is not asked again before");
	claim(s.served == 2, "and is afterwards");
	end(&s);
}

int main(void)
{
	always_due();
	aside();
	pauses();
	return failed;
}
