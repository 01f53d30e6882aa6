/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * Reads /proc/PID/stat, in which everything wanted stands in one line.
 */
#include "user/sys/process.h"
#include "user/sys/readall.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum process_numbers {
	PROCESS_LINE_SIZE = 1024,
	PROCESS_START = 20, /* fields from the state to the time of start */
};

/* "1234 (a name) S ...": the name, which may have anything in it, and what
 * follows.  False: it is no such line, or no process lives there. */
static bool split(char *line, const char **name, const char **rest)
{
	char *open = strchr(line, '('), *close = strrchr(line, ')');

	if (!open || !close || close < open || close[1] != ' ')
		return false;
	*close = '\0';
	*name = open + 1;
	*rest = close + 2;
	return **rest && !strchr("ZXx", **rest);
}

static int read_line(const char *pid, char line[static PROCESS_LINE_SIZE])
{
	char path[64];
	ssize_t got;
	int fd;

	snprintf(path, sizeof(path), "/proc/%.20s/stat", pid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return errno == ENOENT ? -ESRCH : -errno;
	got = read_all(fd, line, PROCESS_LINE_SIZE - 1);
	close(fd);
	if (got < 0)
		return (int)got;
	line[got] = '\0';
	return 0;
}

static bool has_name(const char *pid, const char *name)
{
	char line[PROCESS_LINE_SIZE];
	const char *its, *rest;

	return isdigit((unsigned char)*pid) && !read_line(pid, line) &&
	       split(line, &its, &rest) && !strcmp(its, name);
}

int process_find(const char *name)
{
	DIR *processes = opendir("/proc");
	const struct dirent *entry;
	int pid = 0;

	if (!processes)
		return -errno;
	while (!pid && (entry = readdir(processes)))
		if (has_name(entry->d_name, name))
			pid = atoi(entry->d_name);
	closedir(processes);
	return pid;
}

int process_started(int pid, struct timespec *out)
{
	const long ticks = sysconf(_SC_CLK_TCK);
	char line[PROCESS_LINE_SIZE], text[16];
	const char *name, *rest;
	long long start;
	int err;

	snprintf(text, sizeof(text), "%d", pid);
	err = read_line(text, line);
	if (err)
		return err;
	if (!split(line, &name, &rest))
		return -ESRCH;
	for (int i = 1; i < PROCESS_START && rest; i++) {
		rest = strchr(rest, ' ');
		rest = rest ? rest + 1 : NULL;
	}
	if (!rest)
		return -EPROTO;
	start = strtoll(rest, NULL, 10);
	out->tv_sec = start / ticks;
	out->tv_nsec = start % ticks * (1000000000 / ticks);
	return 0;
}
