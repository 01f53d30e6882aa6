/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * What the signal to end means: to end, or to go on until a successor has come
 * that takes over.
 */
#pragma once

#include <stdbool.h>

struct hand;
struct lingering;
struct loop;

struct linger_events {
	/* Go on, and let somebody take over. */
	void (*begin)(void *context);
	/* Nobody has come, or nobody is to come. */
	void (*end)(void *context);
	void *context;
};

/* Takes the signal from the loop.  0 or -errno. */
int linger_open(struct loop *loop, struct hand *hand,
		const struct linger_events *events, struct lingering **out);
/* Takes NULL. */
void linger_close(struct lingering *linger);
