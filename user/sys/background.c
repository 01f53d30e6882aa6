/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * One thread per piece of work.  Shares nothing but the argument it is given.
 */
#include "user/sys/background.h"

#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>

struct background {
	int done; /* eventfd */
	void (*work)(void *argument);
	void *argument;
	int cpu; /* the loop's */
};

enum {
	BACKGROUND_TRIES = 3
};

/* What this thread has been told last. */
static __thread int kept_off = -1;
static __thread bool stepped_back;

static void *run(void *context)
{
	struct background *b = context;
	const uint64_t one = 1;

	kept_off = b->cpu;
	b->work(b->argument);
	/* Behind this nothing of it is ours any more.
	 * Cannot fail: an eventfd takes far more than one.  Where it does, a
	 * controller that would wait for ever is better dead. */
	for (int tries = 0; tries < BACKGROUND_TRIES; tries++)
		if (write(b->done, &one, sizeof(one)) > 0)
			return NULL;
	abort();
}

/* Those the process has, without that one; false: then none is left. */
static bool other_cpus(int cpu, cpu_set_t *out)
{
	if (cpu < 0 || sched_getaffinity(getpid(), sizeof(*out), out) < 0)
		return false;
	CPU_CLR((size_t)cpu, out);
	return CPU_COUNT(out) > 0;
}

/* Signals belong to the loop's thread.  It begins where it is to be: one that
 * moves itself to a CPU where nothing but SCHED_IDLE runs may wait there for
 * seconds (Linux 6.18). */
static int start_thread(struct background *b)
{
	pthread_attr_t how;
	sigset_t all, before;
	cpu_set_t cpus;
	pthread_t thread;
	int err = pthread_attr_init(&how);

	if (err)
		return -err;
	pthread_attr_setdetachstate(&how, PTHREAD_CREATE_DETACHED);
	if (other_cpus(b->cpu, &cpus))
		pthread_attr_setaffinity_np(&how, sizeof(cpus), &cpus);
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	err = pthread_create(&thread, &how, run, b);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	pthread_attr_destroy(&how);
	return -err;
}

int background_start(void (*work)(void *argument), void *argument,
		     struct background **out)
{
	struct background *b = calloc(1, sizeof(*b));
	int err;

	if (!b)
		return -ENOMEM;
	b->work = work;
	b->argument = argument;
	b->cpu = sched_getcpu();
	b->done = eventfd(0, EFD_CLOEXEC);
	err = b->done < 0 ? -errno : start_thread(b);
	if (err) {
		if (b->done >= 0)
			close(b->done);
		free(b);
		return err;
	}
	*out = b;
	return 0;
}

/* To Linux a policy is a thread's.  No niceness: where all CPUs are busy this
 * would never come to an end. */
void background_step_back(void)
{
	const struct sched_param none = { 0 };

	stepped_back = true;
	sched_setscheduler(0, SCHED_BATCH, &none);
}

/* Of the CPUs that the process has, whatever has been said here before. */
void background_keep_off(int cpu)
{
	cpu_set_t cpus;

	kept_off = cpu;
	if (other_cpus(cpu, &cpus))
		sched_setaffinity(0, sizeof(cpus), &cpus);
}

void background_wishes(int *cpu, unsigned int *modest)
{
	*cpu = kept_off;
	*modest = stepped_back;
}

int background_fd(const struct background *b)
{
	return b->done;
}

void background_join(struct background *b)
{
	uint64_t count;

	while (read(b->done, &count, sizeof(count)) < 0 && errno == EINTR)
		;
	close(b->done);
	free(b);
}
