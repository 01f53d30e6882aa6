/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * The runner's life: takes orders, makes a process for each run when it is due,
 * and passes on what that has to say.  No run of a check begins before the last
 * one's process has ended.
 */
#include "user/sys/confine.h"
#include "user/sys/log.h"
#include "user/sys/offspring.h"
#include "user/sys/runner_parts.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

enum life_numbers {
	SLOTS = RUNNER_CHECKS_MAX + RUNNER_HOOKS_MAX,
	OVERTIME_MS = 2000, /* beyond its timeout, until a run is given up */
	STRAYS_MS = 1000,
	MESSAGE_SIZE = sizeof(struct runner_order) + RUNNER_INPUT_MAX,
};

/* A check, or a hook at work. */
struct slot {
	uint32_t id; /* 0: free */
	bool hook;
	bool told; /* this run has said how it came out */
	bool forgotten;
	struct runner_job job;
	int64_t begun; /* the last run */
	int64_t due;   /* the next run */
	int64_t until; /* this run's end, at the latest */
	pid_t pid;     /* 0: none is at work */
	int out;
};

static struct {
	int connection;
	runner_probe *probe;
	struct slot slots[SLOTS];
	struct pollfd fds[SLOTS + 1];
} self;

static int64_t later_of(int64_t a, int64_t b)
{
	return a > b ? a : b;
}

/* --- reports -------------------------------------------------------------- */

/* The controller reads, or hears of the next one. */
static void report(const struct slot *slot, const struct runner_report *given)
{
	struct runner_report r = *given;

	r.layout = RUNNER_LAYOUT;
	r.id = slot->id;
	r.hook = slot->hook;
	if (!slot->forgotten)
		send(self.connection, &r, sizeof(r),
		     MSG_DONTWAIT | MSG_NOSIGNAL);
}

static void complain(const struct slot *slot, const char *text)
{
	struct runner_report r = { .took_ms = slot->job.timeout_ms };

	snprintf(r.text, sizeof(r.text), "%s", text);
	report(slot, &r);
}

/* --- runs ----------------------------------------------------------------- */

__attribute__((noreturn)) static void become_run(const struct slot *slot,
						 const char *input, size_t size,
						 pid_t parent)
{
	enum {
		OUT = 3
	};
	const struct runner_run run = { .job = slot->job,
					.id = slot->id,
					.hook = slot->hook,
					.input = input,
					.input_size = size,
					.out = OUT,
					.probe = self.probe };
	int out = fcntl(slot->out, F_DUPFD, OUT + 1);

	offspring_adopt(parent);
	if (out < 0 || dup3(out, OUT, O_CLOEXEC) < 0)
		_exit(EXIT_FAILURE);
	close_range(OUT + 1, ~0U, 0);
	runner_run(&run);
}

static void begin(struct slot *slot, const char *input, size_t size)
{
	const pid_t parent = getpid();
	int ends[2];

	slot->begun = offspring_now_ms();
	slot->due = slot->begun + slot->job.interval_ms;
	slot->until = offspring_now_ms() + slot->job.timeout_ms + OVERTIME_MS;
	slot->told = false;
	if (pipe2(ends, O_CLOEXEC | O_NONBLOCK) < 0) {
		complain(slot, "cannot be run: no descriptor is free");
		return;
	}
	slot->out = ends[1];
	slot->pid = fork();
	if (!slot->pid)
		become_run(slot, input, size, parent);
	close(ends[1]);
	slot->out = ends[0];
	if (slot->pid > 0)
		return;
	close(ends[0]);
	slot->pid = 0;
	complain(slot, "cannot be run: no process can be made");
}

/* Who has outlived what was to look after them. */
static void end_strays(void)
{
	pid_t spared[SLOTS];
	size_t count = 0;

	for (int i = 0; i < SLOTS; i++)
		if (self.slots[i].pid)
			spared[count++] = self.slots[i].pid;
	offspring_end(spared, count, STRAYS_MS);
}

static void free_slot(struct slot *slot)
{
	if (slot->hook || slot->forgotten)
		memset(slot, 0, sizeof(*slot));
}

static void finish(struct slot *slot)
{
	close(slot->out);
	while (waitpid(slot->pid, NULL, 0) < 0 && errno == EINTR)
		;
	slot->pid = 0;
	if (!slot->told) {
		complain(slot, "its process has been killed");
		end_strays();
	}
	free_slot(slot);
}

static void hear(struct slot *slot)
{
	struct runner_report r;
	const ssize_t got = read(slot->out, &r, sizeof(r));

	if (got < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (got != sizeof(r)) {
		finish(slot);
		return;
	}
	report(slot, &r);
	slot->told = true;
}

/* --- orders --------------------------------------------------------------- */

static struct slot *slot_of(uint32_t id)
{
	for (int i = 0; i < SLOTS; i++)
		if (self.slots[i].id == id && !self.slots[i].forgotten)
			return &self.slots[i];
	return NULL;
}

static struct slot *free_one(int from, int until)
{
	for (int i = from; i < until; i++)
		if (!self.slots[i].id)
			return &self.slots[i];
	return NULL;
}

/* At once, but no more often than anything is. */
static void nudge(struct slot *slot)
{
	const int64_t soon =
		later_of(offspring_now_ms(), slot->begun + RUNNER_TIME_MIN_MS);

	if (soon < slot->due)
		slot->due = soon;
}

static void take(const struct runner_order *order, const char *input,
		 size_t size)
{
	const bool hook = order->word == RUNNER_HOOK;
	struct slot *slot = slot_of(order->id);

	if (slot && order->word == RUNNER_FORGET) {
		slot->forgotten = true;
		if (!slot->pid)
			free_slot(slot);
		return;
	}
	if (slot && order->word == RUNNER_NUDGE)
		nudge(slot);
	if (slot || order->word == RUNNER_FORGET || order->word == RUNNER_NUDGE)
		return;
	slot = hook ? free_one(RUNNER_CHECKS_MAX, SLOTS)
		    : free_one(0, RUNNER_CHECKS_MAX);
	if (!slot) {
		const struct slot none = { .id = order->id, .hook = hook };

		complain(&none, "cannot be run: too many at the same time");
		return;
	}
	*slot = (struct slot){ .id = order->id,
			       .hook = hook,
			       .job = order->job };
	begin(slot, input, size);
	if (!slot->pid)
		free_slot(slot);
}

/* False: the controller has ended. */
static bool obey(void)
{
	static char message[MESSAGE_SIZE];
	struct runner_order order;
	const ssize_t got = recv(self.connection, message, sizeof(message),
				 MSG_DONTWAIT | MSG_TRUNC);
	const char *why;

	if (got < 0)
		return errno == EAGAIN || errno == EINTR;
	if (!got)
		return false;
	why = (size_t)got > sizeof(message)
		      ? "size"
		      : runner_order_refuse(message, (size_t)got);
	if (why) {
		log_warnx("an order with a wrong %s is refused", why);
		return true;
	}
	memcpy(&order, message, sizeof(order));
	take(&order, message + sizeof(order), (size_t)got - sizeof(order));
	return true;
}

/* --- the loop ------------------------------------------------------------- */

/* One that does not end by itself is killed, and so will be all below it; one
 * that cannot be is told of at each time that it should have run again. */
static void look_after(struct slot *slot, int64_t now)
{
	if (!slot->id)
		return;
	if (slot->pid && now >= slot->until && !slot->told) {
		kill(slot->pid, SIGKILL);
		slot->until = now + OVERTIME_MS;
	}
	if (slot->hook || slot->forgotten || now < slot->due)
		return;
	if (!slot->pid) {
		begin(slot, NULL, 0);
	} else if (slot->told && now >= slot->until) {
		complain(slot, "the last run does not end");
		slot->due = now + slot->job.interval_ms;
	}
}

static int64_t next_of(const struct slot *slot)
{
	const bool ends = slot->hook || slot->forgotten;

	if (!slot->id || (slot->told && ends))
		return INT64_MAX;
	if (!slot->pid)
		return ends ? INT64_MAX : slot->due;
	return slot->told ? later_of(slot->until, slot->due) : slot->until;
}

static int patience(int64_t now)
{
	int64_t first = now + RUNNER_TIME_MAX_MS;

	for (int i = 0; i < SLOTS; i++) {
		const int64_t next = next_of(&self.slots[i]);

		first = next < first ? next : first;
	}
	return first > now ? (int)(first - now) : 0;
}

static void live(void)
{
	bool there = true;

	while (there) {
		for (int i = 0; i < SLOTS; i++) {
			const struct slot *s = &self.slots[i];

			self.fds[i + 1] = (struct pollfd){ s->pid ? s->out : -1,
							   POLLIN, 0 };
		}
		self.fds[0] = (struct pollfd){ self.connection, POLLIN, 0 };
		if (poll(self.fds, SLOTS + 1, patience(offspring_now_ms())) < 0)
			continue;
		for (int i = 0; i < SLOTS; i++)
			if (self.fds[i + 1].revents && self.slots[i].pid)
				hear(&self.slots[i]);
		for (int i = 0; i < SLOTS; i++)
			look_after(&self.slots[i], offspring_now_ms());
		if (self.fds[0].revents)
			there = obey();
	}
}

void runner_live(int connection, runner_probe *probe)
{
	const pid_t parent = getppid();

	prctl(PR_SET_NAME, "carp-runner");
	self.connection = connection;
	self.probe = probe;
	signal(SIGPIPE, SIG_IGN);
	signal(SIGHUP, SIG_IGN);
	signal(SIGINT, SIG_IGN);
	signal(SIGCHLD, SIG_DFL);
	if (confine_runner() != 0)
		_exit(EXIT_FAILURE);
	/* Whoever becomes another user has to say so again. */
	offspring_adopt(parent);
	live();
	/* Then nobody is spared. */
	offspring_end(NULL, 0, STRAYS_MS);
	_exit(EXIT_SUCCESS);
}
