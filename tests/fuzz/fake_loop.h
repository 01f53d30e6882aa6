/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * user/sys/loop.h without a loop: what is ready is served when the test says
 * so, one round at a time.
 */
#pragma once

#include "user/sys/loop.h"

/* Serves everything ready once; how many that were. */
int fake_loop_round(struct loop *loop);
