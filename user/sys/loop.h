/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * The event loop (sd-event): readable descriptors, one deadline on the boot
 * clock, signals.  Every ready packet is served before the deadline, so an
 * advertisement that has arrived counts before a timer fires; requests after
 * it, but between two deadlines one at least.
 */
#pragma once

#include "user/core/instant.h"

#include <stdbool.h>
#include <stdint.h>

struct loop;
struct loop_source;

/* Lower is served first. */
enum loop_priority {
	LOOP_PACKETS = -20, /* the event rings */
	LOOP_KERNEL = -10,  /* netlink */
	LOOP_DEADLINE = 0,
	LOOP_REQUESTS = 10, /* control socket, metrics: see loop_aside() */
	LOOP_LATER = 11,    /* takes turns with these, but never aside */
};

struct instant loop_now(void); /* CLOCK_BOOTTIME */

/* 0 or -errno. */
int loop_open(struct loop **out_loop);
void loop_close(struct loop *loop);

/* Calls ready(context) while fd is readable (events: EPOLLIN and friends).
 * 0 or -errno. */
int loop_add(struct loop *loop, int fd, uint32_t events,
	     enum loop_priority priority, void (*ready)(void *context),
	     void *context, struct loop_source **out_source);
/* Changes the events waited for; 0: none, not even a hang-up. */
int loop_source_events(struct loop_source *source, uint32_t events);
/* Nothing of it for that long: what is ready cannot be served now, and asking
 * again at once would be all that is done. */
void loop_source_pause(struct loop_source *source, struct span time);
/* Takes NULL.  The descriptor stays open. */
void loop_source_remove(struct loop_source *source);

/* The one deadline; INSTANT_NEVER disarms. */
void loop_on_deadline(struct loop *loop, void (*due)(void *context),
		      void *context);
void loop_set_deadline(struct loop *loop, struct instant at);

/* Requests while a ready() waits for something else: after loop_aside_begin(),
 * which returns what to poll for, each loop_aside() serves one that is ready,
 * until loop_aside_end().  The source being served already is left out; before
 * and after loop_run(), so are all: -1. */
int loop_aside_begin(struct loop *loop);
void loop_aside(struct loop *loop);
void loop_aside_end(struct loop *loop);

/* SIGTERM and SIGINT end loop_run(). */
int loop_catch_signals(struct loop *loop);
/* Readable when SIGTERM comes, where no loop runs; or -1.  (The terminal's
 * SIGINT comes twice: by the guardian, too.) */
int loop_terminate_fd(void);
/* SIGTERM is asked about first: the loop goes on until loop_quit().  NULL: as
 * before. */
void loop_on_terminate(struct loop *loop, void (*asked)(void *context),
		       void *context);
/* SIGHUP is ignored until then, and with NULL. */
void loop_on_hangup(struct loop *loop, void (*heard)(void *context),
		    void *context);
/* Runs until loop_quit() or a signal: 0 or -errno. */
int loop_run(struct loop *loop);
void loop_quit(struct loop *loop);
