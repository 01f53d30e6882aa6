/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * One run: a process that starts the command as a child, with nothing but its
 * three streams and a clean environment, and ends when that and all that has
 * come of it has.  Of what the command prints the first line is kept, and the
 * rest read and forgotten.
 */
#include "user/sys/confine.h"
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
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

enum run_numbers {
	STATUS_NOT_RUN = 127,
	BURIAL_MS = 60000, /* whoever does not die of SIGKILL is the kernel's */
	READ_SIZE = 65536,
};

/* What the command has for a standard input, and what it prints. */
struct streams {
	int in, out; /* our ends; -1: done with */
	const char *input;
	size_t left;
	char line[RUNNER_TEXT_SIZE];
	size_t used;
};

/* --- the command ---------------------------------------------------------- */

static void arrange(int in, int out)
{
	sigset_t none;

	for (int number = 1; number < NSIG; number++)
		signal(number, SIG_DFL);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	if (dup2(in, 0) < 0 || dup2(out, 1) < 0 || dup2(out, 2) < 0)
		_exit(STATUS_NOT_RUN);
	close_range(3, ~0U, 0);
	if (chdir("/") < 0)
		_exit(STATUS_NOT_RUN);
	umask(022);
}

static size_t split(const struct runner_job *job,
		    const char *words[RUNNER_WORDS_MAX + 1])
{
	const char *word = NULL;
	size_t count = 0;

	while (count < RUNNER_WORDS_MAX && (word = runner_word(job, word)))
		words[count++] = word;
	words[count] = NULL;
	return count;
}

__attribute__((noreturn)) static void become(const struct runner_job *job,
					     int in, int out)
{
	static const char *const environment[] = {
		"PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:"
		"/bin",
		"LANG=C.UTF-8", "HOME=/", NULL
	};
	const char *words[RUNNER_WORDS_MAX + 1];

	if (!split(job, words))
		_exit(STATUS_NOT_RUN);
	setsid();
	/* Should whoever looks after it be killed. */
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	arrange(in, out);
	execve(words[0], (char *const *)words, (char *const *)environment);
	dprintf(1, "cannot be run: %s\n", strerror(errno));
	_exit(STATUS_NOT_RUN);
}

/* --- its streams ---------------------------------------------------------- */

static void done_with(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

static void keep(struct streams *s, const char *bytes, size_t size)
{
	const size_t room = sizeof(s->line) - s->used;

	if (size > room)
		size = room;
	memcpy(s->line + s->used, bytes, size);
	s->used += size;
}

/* Once: whoever floods us has to wait for the next turn. */
static void hear(struct streams *s)
{
	static char bytes[READ_SIZE];
	const ssize_t got = read(s->out, bytes, sizeof(bytes));

	if (got > 0)
		keep(s, bytes, (size_t)got);
	else if (!got || errno != EAGAIN)
		done_with(&s->out);
}

/* A command that does not want its input is none the worse. */
static void feed(struct streams *s)
{
	const ssize_t put = write(s->in, s->input, s->left);

	if (put > 0) {
		s->input += put;
		s->left -= (size_t)put;
	}
	if (!s->left || (put < 0 && errno != EAGAIN))
		done_with(&s->in);
}

/* Until it ends: its status, or -1 at the deadline. */
static int attend(struct streams *s, pid_t child, int end, int64_t deadline)
{
	int status = 0;

	for (;;) {
		struct pollfd fds[] = { { end, POLLIN, 0 },
					{ s->out, POLLIN, 0 },
					{ s->in, POLLOUT, 0 } };
		const int64_t left = deadline - offspring_now_ms();

		if (left <= 0)
			return -1;
		if (poll(fds, 3, (int)left) < 0)
			continue;
		if (fds[1].revents)
			hear(s);
		if (fds[2].revents)
			feed(s);
		if (fds[0].revents && waitpid(child, &status, WNOHANG) == child)
			return status;
	}
}

/* --- the run -------------------------------------------------------------- */

static void say(struct runner_report *report, const char *what, int number,
		const struct streams *s)
{
	char line[RUNNER_TEXT_SIZE], text[RUNNER_TEXT_SIZE + 64];

	runner_text(line, s->line, s->used);
	if (what)
		snprintf(text, sizeof(text), "%s %d%s%s", what, number,
			 *line ? ": " : "", line);
	else
		snprintf(text, sizeof(text), "%s", line);
	runner_text(report->text, text, strlen(text));
}

static void judge(struct runner_report *report, int status,
		  const struct runner_job *job, const struct streams *s)
{
	report->up = status == 0;
	if (status < 0)
		snprintf(report->text, sizeof(report->text),
			 "not done within %u ms", job->timeout_ms);
	else if (WIFSIGNALED(status))
		say(report, "signal", WTERMSIG(status), s);
	else if (status && WEXITSTATUS(status) == STATUS_NOT_RUN && s->used)
		say(report, NULL, 0, s);
	else if (status)
		say(report, "status", WEXITSTATUS(status), s);
	else
		say(report, NULL, 0, s);
}

static bool open_streams(const struct runner_run *run, int theirs[2],
			 struct streams *s)
{
	int in[2] = { -1, -1 }, out[2];

	if (pipe2(out, O_CLOEXEC) < 0)
		return false;
	if (run->input_size
		    ? pipe2(in, O_CLOEXEC) < 0
		    : (in[0] = open("/dev/null", O_RDONLY | O_CLOEXEC)) < 0)
		return false;
	*s = (struct streams){ .in = in[1],
			       .out = out[0],
			       .input = run->input,
			       .left = run->input_size };
	theirs[0] = in[0];
	theirs[1] = out[1];
	fcntl(out[0], F_SETFL, O_NONBLOCK);
	if (in[1] >= 0)
		fcntl(in[1], F_SETFL, O_NONBLOCK);
	return true;
}

static int command(const struct runner_run *run, struct runner_report *report)
{
	const int64_t deadline = offspring_now_ms() + run->job.timeout_ms;
	struct streams s;
	int theirs[2], end, status;
	pid_t child;

	/* For probes alone. */
	if (confine_command() != 0)
		return -EPERM;
	if (!open_streams(run, theirs, &s))
		return -errno;
	child = fork();
	if (child < 0)
		return -errno;
	if (!child)
		become(&run->job, theirs[0], theirs[1]);
	close(theirs[0]);
	close(theirs[1]);
	end = (int)syscall(SYS_pidfd_open, child, 0);
	if (end < 0)
		return -errno;
	status = attend(&s, child, end, deadline);
	if (status < 0)
		kill(-child, SIGKILL);
	if (s.out >= 0)
		hear(&s);
	judge(report, status, &run->job, &s);
	return 0;
}

static void look(const struct runner_run *run, struct runner_report *report)
{
	const char *words[RUNNER_WORDS_MAX + 1];
	const size_t count = split(&run->job, words);
	int value = 0;

	report->up = run->probe(words, count, run->job.timeout_ms, &value,
				report->text);
	report->value = value;
}

__attribute__((noreturn)) void runner_run(const struct runner_run *run)
{
	struct runner_report report = { .layout = RUNNER_LAYOUT,
					.id = run->id,
					.hook = run->hook };
	const int64_t start = offspring_now_ms();
	int err = 0;

	if (run->job.kind == RUNNER_PROBE)
		look(run, &report);
	else
		err = command(run, &report);
	if (err)
		snprintf(report.text, sizeof(report.text), "cannot be run: %s",
			 strerror(-err));
	report.took_ms = (uint32_t)(offspring_now_ms() - start);
	/* At most PIPE_BUF bytes: all of it or nothing. */
	if (write(run->out, &report, sizeof(report)) < 0)
		_exit(EXIT_FAILURE);
	offspring_end(NULL, 0, BURIAL_MS);
	_exit(EXIT_SUCCESS);
}
