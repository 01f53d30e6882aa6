/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * The control socket's meaning: requests in, answers and the monitor's stream
 * out; and the metrics listener, which a request may ask for.
 */
#pragma once

#include "user/controller.h"

struct control;

struct control_config {
	struct loop *loop;
	struct hand *hand;
	uid_t owner; /* who may ask, beside root */
	const char *socket_path;
	const char *pin_dir;
	const char *state_dir;
	struct guardian *guardian; /* NULL: none */
	struct nursery *nursery;   /* the same */
	/* Ends the loop when the last group is detached. */
	bool embedded;
	const char *metrics; /* what control_metrics() will be asked for */
	bool configured;     /* there is a configuration to read */
	/* Take over from a controller at work; from one that waits for its
	 * successor in any case. */
	bool takeover;
};

/* What needs privilege for itself: 0, or an exit code with a line of text. */
int control_open(const struct control_config *config, struct control **out,
		 char *error, size_t error_size);
/* Takes over from another process, or begins afresh; listens.  As above. */
int control_begin(struct control *control, const struct control_config *config,
		  char *error, size_t error_size);
/* Masters bow out; everything is removed.  Takes NULL. */
void control_close(struct control *control);

/* The hand has died, and we have bowed out or are about to. */
bool control_lost(const struct control *control);
/* A successor has taken over: nothing may be touched, let alone closed. */
bool control_given(const struct control *control);

/* Serves metrics at "ADDR:PORT"; the same address again is fine. */
int control_metrics(struct control *control, const char *address, char *error,
		    size_t error_size);
/* A request without a client: 0, or an exit code with a line of text. */
int control_execute(struct control *control, struct json_object *object,
		    char *error, size_t error_size);
