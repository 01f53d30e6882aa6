/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * The stream of state changes, a line each.
 */
#pragma once

#include "user/cli/client.h"

/* Prints until SIGINT or SIGTERM ends the process with status 0, or the
 * controller goes away and no other takes its place within 5 s: an enum
 * exit_code, said.  The request is the one that has been answered. */
int monitor_run(struct client *client, struct json_object *request, bool json);
