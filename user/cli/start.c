/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * Starts this program again as a daemon and waits for one line on a pipe:
 * "ok" or "CODE TEXT".  Never leaves a child behind that it has reported as
 * failed, and hands it no descriptor but that pipe.
 */
#include "user/cli/start.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define VARIABLE_EMBEDDED "CARP_XDP_EMBEDDED"
#define VARIABLE_READY_FD "CARP_XDP_READY_FD"

enum start_numbers {
	START_PATIENCE_MS = 30000,
	START_ARGUMENTS = 13,
};

/* --- the child --------------------------------------------------------------
 */

/* Standard streams to nowhere, ready out of their way, all else closed. */
static int descriptors_arrange(int ready)
{
	int kept = fcntl(ready, F_DUPFD, 3);
	int null = open("/dev/null", O_RDWR);

	if (kept < 0 || null < 0)
		return -1;
	for (int fd = 0; fd < 3; fd++) {
		if (dup2(null, fd) < 0)
			return -1;
	}
	if (kept > 3)
		close_range(3, (unsigned int)kept - 1, 0);
	close_range((unsigned int)kept + 1, ~0U, 0);
	return kept;
}

static const char *metrics_of(const struct cli *cli)
{
	struct json_object *metrics = NULL;

	json_object_object_get_ex(cli->request, "metrics", &metrics);
	return metrics ? json_object_get_string(metrics) : NULL;
}

static void daemon_exec(const struct cli *cli, int ready)
{
	const char *metrics = metrics_of(cli);
	const char *arguments[START_ARGUMENTS] = {
		"carp-xdp",  "daemon",	   "--socket",	  cli->socket_path,
		"--pin-dir", cli->pin_dir, "--state-dir", cli->state_dir,
	};
	size_t count = 8;
	char number[16];

	if (cli->flags & CLI_UNGUARDED)
		arguments[count++] = "--no-guardian";
	if (cli->flags & CLI_COEXIST)
		arguments[count++] = "--coexist";
	if (metrics) {
		arguments[count++] = "--metrics";
		arguments[count++] = metrics;
	}

	snprintf(number, sizeof(number), "%d", ready);
	if (setenv(VARIABLE_EMBEDDED, "1", 1) ||
	    setenv(VARIABLE_READY_FD, number, 1))
		return;
	/* execv() takes them as its ancestors did, and changes none. */
	execv("/proc/self/exe", (char *const *)arguments);
}

__attribute__((noreturn)) static void child_run(const struct cli *cli,
						int ready)
{
	int fd;

	setsid();
	fd = descriptors_arrange(ready);
	if (fd >= 0 && chdir("/") == 0)
		daemon_exec(cli, fd);
	dprintf(fd >= 0 ? fd : ready, "%d cannot start the controller: %s\n",
		EXIT_CODE_FAILED, strerror(errno));
	_exit(EXIT_CODE_FAILED);
}

/* --- the parent -------------------------------------------------------------
 */

/* One line, without its newline; -ETIMEDOUT, or -EPIPE if it never comes. */
static int line_wait(int fd, char *line, size_t size)
{
	struct pollfd wait = { .fd = fd, .events = POLLIN };
	size_t used = 0;

	while (used < size - 1) {
		ssize_t got;

		if (poll(&wait, 1, START_PATIENCE_MS) <= 0)
			return -ETIMEDOUT;
		got = read(fd, line + used, size - 1 - used);
		if (got <= 0)
			return -EPIPE;
		used += (size_t)got;
		line[used] = '\0';
		if (strchr(line, '\n')) {
			*strchr(line, '\n') = '\0';
			return 0;
		}
	}
	return -EPIPE;
}

/* It has nothing attached before it is ready, so it may be killed, and with it
 * the process it guards.  If it has broken off it is ending already, and knows
 * with what status: it is the last to let the pipe go. */
static int silence_explain(pid_t pid, int error, char *reason, size_t size)
{
	int status = 0;

	kill(error == -ETIMEDOUT ? -pid : pid, SIGKILL);
	waitpid(pid, &status, 0);
	if (error == -ETIMEDOUT)
		snprintf(reason, size,
			 "the controller was not ready within %d s",
			 START_PATIENCE_MS / 1000);
	else if (WIFEXITED(status))
		snprintf(reason, size,
			 "the controller ended with status %d before it was "
			 "ready",
			 WEXITSTATUS(status));
	else
		snprintf(reason, size,
			 "the controller ended by signal %d before it was "
			 "ready",
			 WTERMSIG(status));
	return EXIT_CODE_FAILED;
}

static int line_explain(const char *line, char *reason, size_t size)
{
	char *rest;
	long code;

	if (strcmp(line, "ok") == 0)
		return 0;
	code = strtol(line, &rest, 10);
	rest += *rest == ' ';
	snprintf(reason, size, "%s", rest);
	if (code < EXIT_CODE_FAILED || code > EXIT_CODE_NO_CONTROLLER)
		return EXIT_CODE_FAILED;
	return (int)code;
}

int start_daemon(const struct cli *cli, char *reason, size_t reason_size)
{
	char line[REQUEST_TEXT_MAX * 2];
	int ends[2], heard;
	pid_t pid;

	if (pipe2(ends, O_CLOEXEC)) {
		snprintf(reason, reason_size, "pipe: %s", strerror(errno));
		return EXIT_CODE_FAILED;
	}
	fflush(NULL);
	pid = fork();
	if (pid == 0)
		child_run(cli, ends[1]);
	close(ends[1]);
	heard = pid < 0 ? 0 : line_wait(ends[0], line, sizeof(line));
	close(ends[0]);
	if (pid < 0) {
		snprintf(reason, reason_size, "fork: %s", strerror(errno));
		return EXIT_CODE_FAILED;
	}
	if (heard < 0)
		return silence_explain(pid, heard, reason, reason_size);
	return line_explain(line, reason, reason_size);
}

/* --- the daemon verb --------------------------------------------------------
 */

/* Only a descriptor that is open, and not a standard stream. */
static int descriptor_parse(const char *text)
{
	char *end;
	long fd = strtol(text, &end, 10);

	if (*end || fd < 3 || fd > 1 << 20)
		return -1;
	return fcntl((int)fd, F_SETFD, FD_CLOEXEC) ? -1 : (int)fd;
}

void start_inherit(struct daemon_options *options)
{
	const char *embedded = getenv(VARIABLE_EMBEDDED);
	const char *ready = getenv(VARIABLE_READY_FD);

	options->embedded = embedded && strcmp(embedded, "1") == 0;
	options->ready_fd = ready ? descriptor_parse(ready) : -1;
	unsetenv(VARIABLE_EMBEDDED);
	unsetenv(VARIABLE_READY_FD);
}
