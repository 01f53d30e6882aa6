/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * The talk between a running daemon and its successor, on a connection to the
 * control socket: a request and its answer as a line of JSON each, then short
 * questions, and answers that may carry descriptors (user/sys/pack.h).
 *
 *   {"version":1,"verb":"handover","layout":"...","takeover":true}
 *   {"version":1,"ok":true}, or refused as any request, with "ending":true if
 *   the layout is another one: then the running one bows out
 *   NIC i    an interface, to be prepared for; nothing behind the last
 *   COMMIT   the state.  Whoever has sent that does nothing more.
 */
#pragma once

#include "user/controller.h"

struct handover;

/* The running side. */
struct handover_offer {
	struct loop *loop;
	struct controller *controller;
	/* Adds what else the process has. */
	void (*describe)(void *context, struct pack *pack);
	/* It is done: leave the loop, touch nothing. */
	void (*given)(void *context);
	/* The successor has gone away without it. */
	void (*dropped)(void *context);
	void *context;
};

/* What such a request says: 0 or an exit code with a line of text; *ending:
 * the answer to that is to bow out. */
int handover_check(struct json_object *request, bool allowed, bool *ending,
		   char *error, size_t error_size);
/* Says yes and answers questions.  Takes over connection, in any case: 0 or
 * -errno. */
int handover_serve(const struct handover_offer *offer, int connection,
		   struct handover **out);
/* Takes NULL. */
void handover_end(struct handover *handover);

/* The successor's side.  None of it needs a loop. */
enum handover_found {
	HANDOVER_NONE, /* nobody is there (any more): start as usual */
	HANDOVER_WILLING,
	HANDOVER_REFUSED,
};
/* takeover: of a running one, too, not only of one that waits for it. */
enum handover_found handover_ask(struct hand *hand, const char *path,
				 bool takeover, int *out_connection,
				 char *error, size_t error_size);
/* Prepares and takes: 0, or an exit code with a line of text, and then the
 * other one goes on, or its leases run out.  rest: what describe() has added;
 * to be freed. */
int handover_take(int connection, struct controller *controller,
		  struct pack *rest, char *error, size_t error_size);
