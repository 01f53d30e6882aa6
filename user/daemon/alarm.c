/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * A timer of the kernel's in the loop, behind elections and the kernel's news.
 */
#include "user/daemon/alarm.h"

#include <errno.h>
#include <sys/epoll.h>
#include <sys/timerfd.h>
#include <unistd.h>

int alarm_set(struct alarm *alarm, struct loop *loop, unsigned int seconds,
	      void (*ring)(void *context), void *context)
{
	const struct itimerspec after = { .it_value = { .tv_sec = seconds } };
	int err = 0;

	alarm_clear(alarm);
	alarm->timer =
		timerfd_create(CLOCK_BOOTTIME, TFD_CLOEXEC | TFD_NONBLOCK);
	if (alarm->timer < 0 ||
	    timerfd_settime(alarm->timer, 0, &after, NULL) < 0)
		err = -errno;
	if (!err)
		err = loop_add(loop, alarm->timer, EPOLLIN, LOOP_LATER, ring,
			       context, &alarm->source);
	if (err)
		alarm_clear(alarm);
	return err;
}

void alarm_clear(struct alarm *alarm)
{
	loop_source_remove(alarm->source);
	if (alarm->timer >= 0)
		close(alarm->timer);
	*alarm = ALARM_NONE;
}
