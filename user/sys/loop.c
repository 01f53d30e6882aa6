/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * The event loop on sd-event: serves what is ready in the order of priority,
 * then the one deadline.  Never knows what the descriptors mean, never fires
 * a deadline early, and touches the timer only when the deadline has changed.
 */
#include "user/sys/loop.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/signalfd.h>
#include <time.h>
#include <unistd.h>

#include <systemd/sd-event.h>

enum loop_limits {
	/* To sd-event 0 would mean a quarter of a second. */
	LOOP_ACCURACY_US = 1,
	/*
	 * Inputs served ahead of a deadline that is due.  sd-event takes turns
	 * among inputs of one priority, so this many serve each of them at
	 * least once; without a bound, a flood would keep the deadline from
	 * ever firing.
	 */
	LOOP_AHEAD_MAX = 32,
	/* Before the inputs, or a flood would make us unstoppable. */
	LOOP_SIGNALS = LOOP_PACKETS - 1,
	/* A deadline that is due again at once lets a request go first. */
	LOOP_LAST = LOOP_LATER + 1,
};

struct loop {
	sd_event *event;
	sd_event_source *timer;
	struct instant armed; /* INSTANT_NEVER: the timer is off */
	unsigned int ahead;   /* inputs served since the deadline was due */
	bool running;
	bool yields;		      /* the deadline, to one request */
	int aside;		      /* an epoll of the requests */
	struct loop_source *serving;  /* now */
	struct loop_source *left_out; /* of those served aside */
	void (*due)(void *context);
	void *due_context;
	void (*terminate)(void *context);
	void *terminate_context;
	void (*hangup)(void *context);
	void *hangup_context;
};

struct loop_source {
	struct loop *loop;
	sd_event_source *io;
	int fd;
	enum loop_priority priority;
	uint32_t events;
	bool aside;
	sd_event_source *pause; /* NULL: never had one */
	uint32_t paused;	/* events to go on with */
	void (*ready)(void *context);
	void *context;
};

struct instant loop_now(void)
{
	struct timespec now;

	clock_gettime(CLOCK_BOOTTIME, &now);
	return (struct instant){ (uint64_t)now.tv_sec * 1000000000 +
				 (uint64_t)now.tv_nsec };
}

static void yield(struct loop *loop, bool yields)
{
	if (loop->yields == yields)
		return;
	loop->yields = yields;
	sd_event_source_set_priority(loop->timer,
				     yields ? LOOP_LAST : LOOP_DEADLINE);
}

/* Whoever needs longer for it than until the next one is due would never let
 * a request have its turn. */
static void tick(struct loop *loop)
{
	/* First, because due() usually sets the next deadline. */
	loop_set_deadline(loop, INSTANT_NEVER);
	if (loop->due)
		loop->due(loop->due_context);
	yield(loop, instant_due(loop->armed, loop_now()));
}

static int on_timer(sd_event_source *timer, uint64_t usec, void *context)
{
	(void)timer;
	(void)usec;
	tick(context);
	return 0;
}

static int on_io(sd_event_source *io, int fd, uint32_t revents, void *context)
{
	struct loop_source *source = context;
	struct loop *loop = source->loop;
	const bool request = source->priority >= LOOP_REQUESTS;

	(void)io;
	(void)fd;
	(void)revents;
	/* This may remove the source: it is not looked at again. */
	loop->serving = source;
	source->ready(source->context);
	loop->serving = NULL;
	if (request)
		yield(loop, false);

	if (!instant_due(loop->armed, loop_now()))
		loop->ahead = 0;
	else if (++loop->ahead >= LOOP_AHEAD_MAX)
		tick(loop);
	return 0;
}

static int timer_open(struct loop *loop)
{
	int err;

	err = sd_event_add_time(loop->event, &loop->timer, CLOCK_BOOTTIME, 0,
				LOOP_ACCURACY_US, on_timer, loop);
	if (err < 0)
		return err;
	err = sd_event_source_set_priority(loop->timer, LOOP_DEADLINE);
	if (err < 0)
		return err;
	err = sd_event_source_set_enabled(loop->timer, SD_EVENT_OFF);
	return err < 0 ? err : 0;
}

int loop_open(struct loop **out_loop)
{
	struct loop *loop = calloc(1, sizeof(*loop));
	int err;

	if (!loop)
		return -ENOMEM;
	loop->armed = INSTANT_NEVER;
	loop->aside = epoll_create1(EPOLL_CLOEXEC);
	err = loop->aside < 0 ? -errno : sd_event_new(&loop->event);
	if (err >= 0)
		err = timer_open(loop);
	if (err < 0) {
		loop_close(loop);
		return err;
	}
	*out_loop = loop;
	return 0;
}

void loop_close(struct loop *loop)
{
	if (!loop)
		return;
	sd_event_source_disable_unref(loop->timer);
	sd_event_unref(loop->event);
	if (loop->aside >= 0)
		close(loop->aside);
	free(loop);
}

/* Whether it is served aside, and for which events. */
static int keep_aside(struct loop_source *source)
{
	const struct loop *loop = source->loop;
	const bool wanted = source->priority == LOOP_REQUESTS &&
			    source->events && source != loop->left_out;
	struct epoll_event event = { .events = source->events,
				     .data.ptr = source };
	int how = EPOLL_CTL_DEL;

	if (!wanted && !source->aside)
		return 0;
	if (wanted)
		how = source->aside ? EPOLL_CTL_MOD : EPOLL_CTL_ADD;
	source->aside = wanted;
	return epoll_ctl(loop->aside, how, source->fd, &event) < 0 ? -errno : 0;
}

int loop_add(struct loop *loop, int fd, uint32_t events,
	     enum loop_priority priority, void (*ready)(void *context),
	     void *context, struct loop_source **out_source)
{
	struct loop_source *source = calloc(1, sizeof(*source));
	int err;

	if (!source)
		return -ENOMEM;
	source->loop = loop;
	source->fd = fd;
	source->priority = priority;
	source->events = events;
	source->ready = ready;
	source->context = context;
	if (priority == LOOP_LATER)
		priority = LOOP_REQUESTS;
	err = sd_event_add_io(loop->event, &source->io, fd, events, on_io,
			      source);
	if (err >= 0)
		err = sd_event_source_set_priority(source->io, priority);
	if (err >= 0)
		err = keep_aside(source);
	if (err < 0) {
		loop_source_remove(source);
		return err;
	}
	*out_source = source;
	return 0;
}

int loop_source_events(struct loop_source *source, uint32_t events)
{
	int err = sd_event_source_set_enabled(
		source->io, events ? SD_EVENT_ON : SD_EVENT_OFF);

	if (err >= 0)
		err = sd_event_source_set_io_events(source->io, events);
	source->events = events;
	return err < 0 ? err : keep_aside(source);
}

static int on_pause_over(sd_event_source *pause, uint64_t usec, void *context)
{
	struct loop_source *source = context;

	(void)pause;
	(void)usec;
	(void)loop_source_events(source, source->paused);
	return 0;
}

/* Its clock's timer is there already: this needs no descriptor. */
void loop_source_pause(struct loop_source *source, struct span time)
{
	const uint64_t until = instant_add(loop_now(), time).ns / 1000;

	if (!source->events)
		return;
	if (!source->pause &&
	    sd_event_add_time(source->loop->event, &source->pause,
			      CLOCK_BOOTTIME, until, 0, on_pause_over,
			      source) < 0)
		return;
	if (sd_event_source_set_time(source->pause, until) < 0 ||
	    sd_event_source_set_enabled(source->pause, SD_EVENT_ONESHOT) < 0)
		return;
	source->paused = source->events;
	(void)loop_source_events(source, 0);
}

void loop_source_remove(struct loop_source *source)
{
	if (!source)
		return;
	if (source->loop->serving == source)
		source->loop->serving = NULL;
	source->events = 0;
	(void)keep_aside(source);
	if (source->loop->left_out == source)
		source->loop->left_out = NULL;
	sd_event_source_disable_unref(source->pause);
	sd_event_source_disable_unref(source->io);
	free(source);
}

int loop_aside_begin(struct loop *loop)
{
	loop->left_out = loop->serving;
	if (loop->left_out)
		(void)keep_aside(loop->left_out);
	return loop->running ? loop->aside : -1;
}

void loop_aside(struct loop *loop)
{
	struct epoll_event event;
	struct loop_source *source;

	if (epoll_wait(loop->aside, &event, 1, 0) != 1)
		return;
	source = event.data.ptr;
	source->ready(source->context);
}

void loop_aside_end(struct loop *loop)
{
	struct loop_source *source = loop->left_out;

	loop->left_out = NULL;
	if (source)
		(void)keep_aside(source);
}

void loop_on_deadline(struct loop *loop, void (*due)(void *context),
		      void *context)
{
	loop->due = due;
	loop->due_context = context;
}

void loop_set_deadline(struct loop *loop, struct instant at)
{
	if (at.ns == loop->armed.ns)
		return;
	loop->armed = at;
	loop->ahead = 0;
	if (instant_is_never(at)) {
		sd_event_source_set_enabled(loop->timer, SD_EVENT_OFF);
		return;
	}
	/* Up, never down: a deadline must not fire early. */
	sd_event_source_set_time(loop->timer,
				 at.ns / 1000 + (at.ns % 1000 != 0));
	sd_event_source_set_enabled(loop->timer, SD_EVENT_ONESHOT);
}

static int on_signal(sd_event_source *source,
		     const struct signalfd_siginfo *signal, void *context)
{
	struct loop *loop = context;

	(void)source;
	if (signal->ssi_signo == SIGHUP) {
		if (loop->hangup)
			loop->hangup(loop->hangup_context);
	} else if (signal->ssi_signo == SIGTERM && loop->terminate) {
		loop->terminate(loop->terminate_context);
	} else {
		loop_quit(loop);
	}
	return 0;
}

void loop_on_hangup(struct loop *loop, void (*heard)(void *context),
		    void *context)
{
	loop->hangup = heard;
	loop->hangup_context = context;
}

void loop_on_terminate(struct loop *loop, void (*asked)(void *context),
		       void *context)
{
	loop->terminate = asked;
	loop->terminate_context = context;
}

static int catch_signal(struct loop *loop, int number)
{
	sd_event_source *source;
	int err;

	err = sd_event_add_signal(loop->event, &source, number, on_signal,
				  loop);
	if (err < 0)
		return err;
	err = sd_event_source_set_priority(source, LOOP_SIGNALS);
	if (err >= 0)
		err = sd_event_source_set_floating(source, 1);
	sd_event_source_unref(source);
	return err < 0 ? err : 0;
}

int loop_catch_signals(struct loop *loop)
{
	sigset_t signals;
	int err;

	sigemptyset(&signals);
	sigaddset(&signals, SIGTERM);
	sigaddset(&signals, SIGINT);
	sigaddset(&signals, SIGHUP);
	if (sigprocmask(SIG_BLOCK, &signals, NULL) < 0)
		return -errno;
	/* A reader that goes away is never a reason to end. */
	if (signal(SIGPIPE, SIG_IGN) == SIG_ERR)
		return -errno;
	err = catch_signal(loop, SIGTERM);
	if (!err)
		err = catch_signal(loop, SIGINT);
	return err ? err : catch_signal(loop, SIGHUP);
}

int loop_terminate_fd(void)
{
	sigset_t signals;

	sigemptyset(&signals);
	sigaddset(&signals, SIGTERM);
	return signalfd(-1, &signals, SFD_CLOEXEC | SFD_NONBLOCK);
}

int loop_run(struct loop *loop)
{
	int err;

	loop->running = true;
	err = sd_event_loop(loop->event);
	loop->running = false;
	return err < 0 ? err : 0;
}

void loop_quit(struct loop *loop)
{
	sd_event_exit(loop->event, 0);
}
