/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * Something that is to happen once, some seconds from now (boot time).
 */
#pragma once

#include "user/sys/loop.h"

struct alarm {
	int timer; /* -1: not set */
	struct loop_source *source;
};

#define ALARM_NONE ((struct alarm){ .timer = -1 })

/* In place of what was set before: 0 or -errno. */
int alarm_set(struct alarm *alarm, struct loop *loop, unsigned int seconds,
	      void (*ring)(void *context), void *context);
void alarm_clear(struct alarm *alarm);
