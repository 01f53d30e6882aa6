/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * The configuration as far as it is the controller's: read, applied, tried
 * again, taken back.
 */
#pragma once

#include "user/daemon/control.h"

/* Reads and checks, without changing anything: 0, or an exit code with a line
 * of text. */
int reload_read(struct control *control, struct config **out, char *error,
		size_t error_size);
/* Applies it, which is taken over; what could not be is tried again by itself.
 * reply may be NULL. */
int reload_apply(struct control *control, struct config *config,
		 const struct request *request, struct json_object *reply,
		 char *error, size_t error_size);
/* Both, for a request. */
int reload(struct control *control, const struct request *request,
	   struct json_object *reply, char *error, size_t error_size);
/* The same as after SIGHUP; errors are logged. */
void reload_on_hangup(void *context);
/* The running configuration as text. */
int reload_show(struct control *control, struct json_object *reply, char *error,
		size_t error_size);
void reload_close(struct control *control);
