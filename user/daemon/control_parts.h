/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * What control_request.c and control_open.c share; nobody else's.
 */
#pragma once

#include "user/daemon/alarm.h"
#include "user/daemon/control.h"
#include "user/daemon/feed.h"
#include "user/daemon/handover.h"
#include "user/daemon/hooks.h"
#include "user/daemon/linger.h"
#include "user/sys/http.h"
#include "user/sys/server.h"

struct control {
	struct loop *loop;
	struct hand *hand;
	uid_t owner; /* may ask, as root may */
	struct controller *controller;
	struct server *server;
	struct http *http;
	struct feed *feed;
	char *metrics;
	bool embedded;
	bool lingering; /* until a successor comes */
	bool overdue;	/* that one prepares itself for very long */
	bool given;	/* to a successor: nothing here is ours any more */
	struct handover *handover;
	struct lingering *linger;
	struct hooks *hooks;
	/* reload.c */
	struct config *wanted; /* NULL: none; what failed is marked */
	struct config *before; /* what an unconfirmed one goes back to */
	struct alarm retry, confirm;
	unsigned int retry_s;
	bool metrics_followed; /* the configuration names their place */
	struct server_client *monitors[SERVER_CLIENTS_MAX];
};

/* A line of a client's, and its end; server_handler. */
bool control_on_request(void *context, struct server_client *client,
			const char *line);
void control_on_gone(void *context, struct server_client *client);
/* controller_events */
void control_on_told(void *context, const struct news *news);
void control_on_hooked(void *context, const struct runner_result *result);
void control_on_tracked(void *context, const struct track *track);
void control_on_calm(void *context);
/* Metrics as the configuration says, NULL: nothing.  Where the command line or
 * attach has asked for them they stay. */
int control_follow_metrics(struct control *control, const char *address,
			   bool dry, char *error, size_t error_size);
/* The client is the successor. */
void control_offer(struct control *control, struct server_client *client);
