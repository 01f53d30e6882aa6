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
	const char *socket_path;
	const char *pin_dir;
	const char *state_dir;
	struct guardian *guardian; /* NULL: none */
	/* Ends the loop when the last group is detached. */
	bool embedded;
	const char *metrics; /* what control_metrics() will be asked for */
	/* Take over from a controller at work; from one that waits for its
	 * successor in any case. */
	bool takeover;
};

/* Opens controller and socket: 0, or an exit code with a line of text. */
int control_open(const struct control_config *config, struct control **out,
		 char *error, size_t error_size);
/* Masters bow out; everything is removed.  Takes NULL. */
void control_close(struct control *control);

/* A successor has taken over: nothing may be touched, let alone closed. */
bool control_given(const struct control *control);

/* Serves metrics at "ADDR:PORT"; the same address again is fine. */
int control_metrics(struct control *control, const char *address, char *error,
		    size_t error_size);
/* A request without a client: 0, or an exit code with a line of text. */
int control_execute(struct control *control, struct json_object *object,
		    char *error, size_t error_size);
