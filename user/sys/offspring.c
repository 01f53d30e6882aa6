/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * Children of this process's, by the kernel's own list of them.
 */
#include "user/sys/offspring.h"

#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum offspring_numbers {
	LIST_SIZE = 8192,
	PAUSE_MS = 2,
};

int offspring_watch(void)
{
	sigset_t ends;

	sigemptyset(&ends);
	sigaddset(&ends, SIGCHLD);
	sigprocmask(SIG_BLOCK, &ends, NULL);
	signal(SIGTERM, SIG_IGN);
	signal(SIGINT, SIG_IGN);
	signal(SIGHUP, SIG_IGN);
	signal(SIGCHLD, SIG_DFL);
	return signalfd(-1, &ends, SFD_CLOEXEC | SFD_NONBLOCK);
}

int64_t offspring_now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

void offspring_adopt(pid_t parent)
{
	prctl(PR_SET_CHILD_SUBREAPER, 1);
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != parent)
		_exit(EXIT_FAILURE); /* it was quicker */
}

static bool is_spared(pid_t pid, const pid_t *spared, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (spared[i] == pid)
			return true;
	return false;
}

/* Of a kernel that does not list them, those in sessions of their own are left
 * alone.  False: there are none. */
static bool kill_children(const pid_t *spared, size_t count)
{
	char list[LIST_SIZE], *at = list, *end;
	int fd = open("/proc/thread-self/children", O_RDONLY | O_CLOEXEC);
	ssize_t got = fd < 0 ? -1 : read(fd, list, sizeof(list) - 1);
	bool any = false;

	if (fd >= 0)
		close(fd);
	list[got > 0 ? got : 0] = '\0';
	for (;; at = end) {
		const pid_t pid = (pid_t)strtol(at, &end, 10);

		if (end == at)
			return any;
		if (is_spared(pid, spared, count))
			continue;
		any = true;
		kill(pid, SIGKILL);
		waitpid(pid, NULL, WNOHANG);
	}
}

void offspring_end(const pid_t *spared, size_t count, int patience_ms)
{
	const struct timespec pause = { .tv_nsec = PAUSE_MS * 1000000L };

	for (int ms = 0;; ms += PAUSE_MS) {
		if (!kill_children(spared, count) || ms >= patience_ms)
			return;
		nanosleep(&pause, NULL);
	}
}
