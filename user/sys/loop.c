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
#include <time.h>

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
};

struct loop {
	sd_event *event;
	sd_event_source *timer;
	struct instant armed; /* INSTANT_NEVER: the timer is off */
	unsigned int ahead;   /* inputs served since the deadline was due */
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

static void tick(struct loop *loop)
{
	/* First, because due() usually sets the next deadline. */
	loop_set_deadline(loop, INSTANT_NEVER);
	if (loop->due)
		loop->due(loop->due_context);
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

	(void)io;
	(void)fd;
	(void)revents;
	/* This may remove the source: it is not looked at again. */
	source->ready(source->context);

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
	err = sd_event_new(&loop->event);
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
	free(loop);
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
	source->ready = ready;
	source->context = context;
	err = sd_event_add_io(loop->event, &source->io, fd, events, on_io,
			      source);
	if (err >= 0)
		err = sd_event_source_set_priority(source->io, priority);
	if (err < 0) {
		loop_source_remove(source);
		return err;
	}
	*out_source = source;
	return 0;
}

int loop_source_events(struct loop_source *source, uint32_t events)
{
	int err = sd_event_source_set_io_events(source->io, events);

	return err < 0 ? err : 0;
}

void loop_source_remove(struct loop_source *source)
{
	if (!source)
		return;
	sd_event_source_disable_unref(source->io);
	free(source);
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

int loop_run(struct loop *loop)
{
	int err = sd_event_loop(loop->event);

	return err < 0 ? err : 0;
}

void loop_quit(struct loop *loop)
{
	sd_event_exit(loop->event, 0);
}
