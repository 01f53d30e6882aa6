/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * What the status page shows, as server-sent events: to a new reader first all
 * there is, then what changes.
 *
 * All readers share one ring of bytes, so that a slow one costs nothing and is
 * dropped when it has been overtaken.  What is done in a second has a bound
 * however many groups and readers there are: FEED_SLICE groups are looked at,
 * the next ones in the next second, and told if they have changed.
 *
 * Events, each with one line of JSON; times are milliseconds of the boot clock:
 *
 *  hello    the beginning of a snapshot: who we are, changes of late
 *  rows     groups as they are now
 *  live     the end of a snapshot
 *  host     interfaces and demotions
 *  change   a change of state, or other news
 *  tick     once a second: time, how many groups there are, and of some how
 *           long ago an advertisement was heard (of a master: sent) and what
 *           was counted: [id, ms, advertisements, answers, [ms, ...]], the
 *           last of them for each host in the row's "heard"
 *  totals   frames by verdict, of all groups
 */
#pragma once

#include "user/controller.h"

struct feed;

enum feed_limits {
	FEED_SLICE = 512,
	FEED_CHANGES = 256, /* of late, that are remembered */
	FEED_RING_SIZE = 512 * 1024,
	/* Bytes of rows in one second: what is beyond waits for the next. */
	FEED_ROWS_MAX = 128 * 1024,
	FEED_HOST_SIZE = 65,
};

/* wake(context): readers have something to read.  NULL: no memory. */
struct feed *feed_open(struct controller *c, void (*wake)(void *context),
		       void *context);
/* After its readers.  Takes NULL. */
void feed_close(struct feed *feed);
struct controller *feed_controller(const struct feed *feed);
/* What the host calls itself. */
const char *feed_host(const struct feed *feed);

/* For its timeline. */
void feed_told(struct feed *feed, const struct news *news);
void feed_tracked(struct feed *feed, const struct track *track);

/* As http_service has them; context is the feed. */
void *feed_reader_open(void *context);
ssize_t feed_reader_read(void *context, void *reader, char *out, size_t size);
void feed_reader_close(void *context, void *reader);
void feed_tick(void *context);
