/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * The stream of state changes, a line each.
 */
#pragma once

#include "user/cli/client.h"

/* Prints until SIGINT or SIGTERM ends the process with status 0, or the
 * controller goes away: an enum exit_code, said. */
int monitor_run(struct client *client, bool json);
