/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * Where there is no service manager: a process that stays, parses nothing, and
 * makes a new runner of each connection it is handed, in place of the last.
 * What a runner leaves behind ends with it.
 */
#include "user/sys/confine.h"
#include "user/sys/offspring.h"
#include "user/sys/runner.h"
#include "user/sys/unix.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

enum nursery_numbers {
	LINE = 3, /* its only descriptor, beside the streams */
	PATIENCE_MS = 1000,
};

struct nursery {
	pid_t pid;
	int line;
};

/* --- its own life --------------------------------------------------------- */

static struct {
	int ends; /* of children: a signalfd */
	pid_t runner;
	runner_probe *probe;
} self;

/* Whoever is short of memory begins with what others have written. */
static void offer_memory(void)
{
	int score;

	prctl(PR_SET_DUMPABLE, 1);
	score = open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC);
	if (score < 0)
		return;
	if (write(score, "500", 3) < 0)
		errno = 0;
	close(score);
}

__attribute__((noreturn)) static void become_runner(int connection)
{
	sigset_t none;

	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	signal(SIGTERM, SIG_DFL);
	if (dup3(connection, LINE, O_CLOEXEC) < 0)
		_exit(EXIT_FAILURE);
	close_range(LINE + 1, ~0U, 0);
	setsid();
	offer_memory();
	runner_live(LINE, self.probe);
}

static void bury(void)
{
	struct signalfd_siginfo info;

	while (read(self.ends, &info, sizeof(info)) == sizeof(info))
		;
	if (self.runner && waitpid(self.runner, NULL, WNOHANG) > 0)
		self.runner = 0;
	offspring_end(&self.runner, self.runner ? 1 : 0, PATIENCE_MS);
}

static void make(int connection)
{
	pid_t runner;

	self.runner = 0;
	offspring_end(NULL, 0, PATIENCE_MS);
	runner = fork();
	if (!runner)
		become_runner(connection);
	close(connection);
	self.runner = runner > 0 ? runner : 0;
}

__attribute__((noreturn)) static void live(void)
{
	struct pollfd fds[] = { { LINE, POLLIN, 0 }, { self.ends, POLLIN, 0 } };
	int connection;

	for (;;) {
		if (poll(fds, 2, -1) < 0)
			continue;
		if (fds[1].revents)
			bury();
		if (!fds[0].revents)
			continue;
		connection = unix_take(LINE);
		if (connection < 0)
			break;
		make(connection);
	}
	offspring_end(NULL, 0, PATIENCE_MS);
	_exit(EXIT_SUCCESS);
}

__attribute__((noreturn)) static void become_nursery(int line)
{
	prctl(PR_SET_NAME, "carp-nursery");
	line = fcntl(line, F_DUPFD, LINE + 1);
	if (line < 0 || dup3(line, LINE, O_CLOEXEC) < 0)
		_exit(EXIT_FAILURE);
	close_range(LINE + 1, ~0U, 0);
	self.ends = offspring_watch();
	prctl(PR_SET_CHILD_SUBREAPER, 1);
	if (self.ends < 0 || confine_nursery() != 0)
		_exit(EXIT_FAILURE);
	live();
}

/* --- the controller's side ------------------------------------------------ */

int nursery_start(runner_probe *probe, struct nursery **out)
{
	struct nursery *nursery = calloc(1, sizeof(*nursery));
	int ends[2];

	if (!nursery)
		return -ENOMEM;
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) < 0) {
		free(nursery);
		return -errno;
	}
	self.probe = probe;
	nursery->pid = fork();
	if (!nursery->pid)
		become_nursery(ends[1]);
	close(ends[1]);
	nursery->line = ends[0];
	if (nursery->pid > 0) {
		*out = nursery;
		return 0;
	}
	close(ends[0]);
	free(nursery);
	return -EAGAIN;
}

int nursery_open(struct nursery *nursery)
{
	return unix_offer(nursery->line, SOCK_SEQPACKET, MSG_DONTWAIT);
}

void nursery_stop(struct nursery *nursery)
{
	if (!nursery)
		return;
	close(nursery->line);
	while (waitpid(nursery->pid, NULL, 0) < 0 && errno == EINTR)
		;
	free(nursery);
}
