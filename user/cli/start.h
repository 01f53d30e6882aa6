/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * The controller as a child: how attach starts one in the background, and how
 * that one finds out that it was started so.
 */
#pragma once

#include "user/daemon/daemon.h"
#include "user/cli/cli.h"

/* Returns when the controller is ready: 0, or an enum exit_code with its
 * reason, which is not yet said. */
int start_daemon(const struct cli *cli, char *reason, size_t reason_size);

/* Takes the parent's word from the environment, and out of it. */
void start_inherit(struct daemon_options *options);
