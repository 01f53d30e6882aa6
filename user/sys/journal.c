/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * One datagram a line, on a socket that was connected while there was a name
 * for the journal's.
 */
#include "user/sys/journal.h"

#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

enum journal_sizes {
	JOURNAL_ROOM = 4096, /* of one line with its fields */
};

static int connection = -1;
static unsigned int lost; /* since the last that was told */

/* The journal says which file its end of our standard error is. */
static bool is_standard_error(void)
{
	const char *told = getenv("JOURNAL_STREAM");
	char here[64];
	struct stat st;

	if (!told || fstat(STDERR_FILENO, &st) < 0)
		return false;
	snprintf(here, sizeof(here), "%ju:%ju", (uintmax_t)st.st_dev,
		 (uintmax_t)st.st_ino);
	return !strcmp(told, here);
}

void journal_open(void)
{
	static const struct sockaddr_un place = {
		.sun_family = AF_UNIX,
		.sun_path = "/run/systemd/journal/socket",
	};
	int fd;

	connection = -1;
	if (!is_standard_error())
		return;
	fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd >= 0 &&
	    connect(fd, (const struct sockaddr *)&place, sizeof(place)) < 0) {
		close(fd);
		fd = -1;
	}
	connection = fd;
}

bool journal_has(void)
{
	return connection >= 0;
}

/* Never more than there is room for: what does not fit is left out whole. */
static size_t add(char *buffer, size_t used, const char *name,
		  const char *value)
{
	const size_t left = JOURNAL_ROOM - used;
	int size = snprintf(buffer + used, left, "%s=%s\n", name, value);

	return size > 0 && (size_t)size < left ? used + (size_t)size : used;
}

static void tell_lost(void)
{
	char line[160];
	int size = snprintf(line, sizeof(line),
			    "SYSLOG_IDENTIFIER=carp-xdp\nPRIORITY=4\n"
			    "MESSAGE=%u lines lost: the journal was behind\n",
			    lost);

	if (send(connection, line, (size_t)size, MSG_DONTWAIT | MSG_NOSIGNAL) >
	    0)
		lost = 0;
}

bool journal_send(int priority, const char *text,
		  const struct journal_field *fields)
{
	const char level[] = { (char)('0' + priority), '\0' };
	char buffer[JOURNAL_ROOM];
	size_t used = 0;

	used = add(buffer, used, "PRIORITY", level);
	used = add(buffer, used, "SYSLOG_IDENTIFIER", "carp-xdp");
	used = add(buffer, used, "MESSAGE", text);
	for (; fields && fields->name; fields++)
		if (fields->value)
			used = add(buffer, used, fields->name, fields->value);
	if (lost)
		tell_lost();
	if (send(connection, buffer, used, MSG_DONTWAIT | MSG_NOSIGNAL) >= 0)
		return true;
	if (errno != EAGAIN && errno != ENOBUFS)
		return false;
	lost++;
	return true;
}
