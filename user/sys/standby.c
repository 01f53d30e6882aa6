/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * One thread that waits for words, one word for each piece of work.  Shares
 * nothing but the argument it is given.
 */
#include "user/sys/standby.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>

struct standby {
	pthread_t thread;
	int asked, done; /* eventfds */
	bool ends;
	void (*work)(void *argument);
	void *argument;
};

/* Cannot fail: an eventfd takes far more than one.  Where it does, a controller
 * that would wait for ever is better dead. */
static void tell(int fd)
{
	const uint64_t one = 1;

	if (write(fd, &one, sizeof(one)) != sizeof(one))
		abort();
}

static bool hear(int fd)
{
	uint64_t count;

	while (read(fd, &count, sizeof(count)) != sizeof(count))
		if (errno != EINTR)
			return false;
	return true;
}

static void *run(void *context)
{
	struct standby *s = context;

	while (hear(s->asked) && !__atomic_load_n(&s->ends, __ATOMIC_ACQUIRE)) {
		s->work(s->argument);
		tell(s->done);
	}
	return NULL;
}

/* Signals belong to the loop's thread. */
static int start_thread(struct standby *s)
{
	sigset_t all, before;
	int err;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	err = pthread_create(&s->thread, NULL, run, s);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	return -err;
}

static void release(struct standby *s)
{
	if (s->asked >= 0)
		close(s->asked);
	if (s->done >= 0)
		close(s->done);
	free(s);
}

int standby_open(struct standby **out)
{
	struct standby *s = calloc(1, sizeof(*s));
	int err;

	if (!s)
		return -ENOMEM;
	s->asked = eventfd(0, EFD_CLOEXEC);
	s->done = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	err = s->asked < 0 || s->done < 0 ? -errno : start_thread(s);
	if (err)
		release(s);
	else
		*out = s;
	return err;
}

void standby_ask(struct standby *standby, void (*work)(void *argument),
		 void *argument)
{
	standby->work = work;
	standby->argument = argument;
	tell(standby->asked);
}

int standby_fd(const struct standby *standby)
{
	return standby->done;
}

bool standby_over(struct standby *standby)
{
	return hear(standby->done);
}

void standby_close(struct standby *standby)
{
	if (!standby)
		return;
	__atomic_store_n(&standby->ends, true, __ATOMIC_RELEASE);
	tell(standby->asked);
	pthread_join(standby->thread, NULL);
	release(standby);
}
