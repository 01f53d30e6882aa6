/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * Hooks: programs that are told of changes of state, by the runner.  Of one
 * group never two at a time, and in the order of its changes; who cannot keep
 * up misses older changes, never the last.
 */
#pragma once

#include "user/controller.h"

struct hooks;

/* NULL: no memory. */
struct hooks *hooks_new(struct loop *loop, struct controller *c);
/* Takes NULL.  What has not been run is not. */
void hooks_free(struct hooks *h);
/* Makes them what a configuration says; dry: tells only. */
void hooks_settle(struct hooks *h, const struct config *wanted, bool dry,
		  const struct config_report *report);
/* As they are; false: no memory. */
bool hooks_fill(const struct hooks *h, struct config *config);

/* Something has happened, which may be a hook's business. */
void hooks_told(struct hooks *h, const struct news *news);
/* One has been run. */
void hooks_result(struct hooks *h, const struct runner_result *result);

/* Nothing more will happen: waits until all that is to be run has been, but no
 * longer than five seconds or until SIGTERM.  Not within the loop. */
void hooks_last(struct hooks *h);

/* On the way to a successor, which runs again what is being run. */
void hooks_describe(const struct hooks *h, struct pack *pack);
int hooks_take(struct hooks *h, struct pack *pack);
