/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * Finds out, beside the loop, whether the service manager restarts us, and
 * counts the seconds until a successor must have come.  Told to end twice, or
 * by SIGINT, it never lingers.
 */
#include "user/daemon/linger.h"
#include "user/daemon/alarm.h"
#include "user/sys/background.h"
#include "user/sys/hand.h"
#include "user/sys/log.h"
#include "user/sys/loop.h"
#include "user/sys/systemd.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/epoll.h>

enum {
	LINGER_S = 10
};

struct lingering {
	struct loop *loop;
	struct hand *hand;
	struct linger_events events;
	bool asked; /* by the signal, once */
	bool restarts;
	struct background *background;
	struct loop_source *answered;
	struct alarm alarm;
};

static void ask_slowly(void *argument)
{
	struct lingering *l = argument;

	l->restarts = hand_restarts(l->hand);
}

static void on_expired(void *context)
{
	struct lingering *l = context;

	alarm_clear(&l->alarm);
	log_warnx("restart: no successor at work within %d s", LINGER_S);
	l->events.end(l->events.context);
}

static void forget_question(struct lingering *l)
{
	loop_source_remove(l->answered);
	l->answered = NULL;
	if (l->background)
		background_join(l->background);
	l->background = NULL;
}

static void on_answered(void *context)
{
	struct lingering *l = context;

	forget_question(l);
	if (!l->restarts ||
	    alarm_set(&l->alarm, l->loop, LINGER_S, on_expired, l) != 0) {
		l->events.end(l->events.context);
		return;
	}
	log_info("restart: at work until a successor takes over, %d s at most",
		 LINGER_S);
	l->events.begin(l->events.context);
}

static bool ask(struct lingering *l)
{
	if (!systemd_manages() ||
	    background_start(ask_slowly, l, &l->background) != 0)
		return false;
	return loop_add(l->loop, background_fd(l->background), EPOLLIN,
			LOOP_LATER, on_answered, l, &l->answered) == 0;
}

static void on_terminate(void *context)
{
	struct lingering *l = context;
	bool again = l->asked;

	l->asked = true;
	if (again || !ask(l))
		l->events.end(l->events.context);
}

int linger_open(struct loop *loop, struct hand *hand,
		const struct linger_events *events, struct lingering **out)
{
	struct lingering *l = calloc(1, sizeof(*l));

	if (!l)
		return -ENOMEM;
	l->loop = loop;
	l->hand = hand;
	l->events = *events;
	l->alarm = ALARM_NONE;
	loop_on_terminate(loop, on_terminate, l);
	*out = l;
	return 0;
}

void linger_close(struct lingering *l)
{
	if (!l)
		return;
	loop_on_terminate(l->loop, NULL, NULL);
	forget_question(l);
	alarm_clear(&l->alarm);
	free(l);
}
