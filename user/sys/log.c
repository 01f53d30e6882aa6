/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * Writes one line per call, to standard error, the journal or syslog(3).  Never
 * changes errno, never lets a control character through: a line stays one line,
 * whatever a name in it contains.
 */
#include "user/sys/log.h"
#include "user/sys/journal.h"

#include <errno.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <syslog.h>

enum log_limits {
	LOG_LINE_MAX = 1024,
	LOG_ERROR_MAX = 100, /* of it, what errno says */
};

static bool to_syslog;
static int to_hand = -1;

static void make_printable(char *text)
{
	for (; *text; text++)
		if ((unsigned char)*text < ' ' || *text == 0x7f)
			*text = '?';
}

void log_open(void)
{
	journal_open();
}

void log_to_syslog(void)
{
	/* Now, while there is a way to it. */
	openlog("carp-xdp", LOG_PID | LOG_NDELAY, LOG_DAEMON);
	to_syslog = true;
}

void log_to_hand(int socket)
{
	to_hand = socket;
}

void log_for_another(struct log_line *line)
{
	line->text[sizeof(line->text) - 1] = '\0';
	make_printable(line->text);
	syslog(line->priority == LOG_ERR || line->priority == LOG_WARNING
		       ? line->priority
		       : LOG_INFO,
	       "%s", line->text);
}

static void tell_hand(int priority, const char *line)
{
	struct log_line out = { .priority = priority };

	snprintf(out.text, sizeof(out.text), "%s", line);
	send(to_hand, &out, sizeof(out), MSG_DONTWAIT | MSG_NOSIGNAL);
}

/* error: appended as text, 0 = none. */
static __attribute__((format(printf, 2, 0))) void emit(
	int priority, const char *format, va_list args, int error,
	const struct journal_field *fields)
{
	char line[LOG_LINE_MAX], *end = line;
	int saved = errno;

	vsnprintf(line, sizeof(line) - (error ? LOG_ERROR_MAX : 0), format,
		  args);
	make_printable(line);
	end += strlen(line);
	if (error)
		snprintf(end, sizeof(line) - (size_t)(end - line), ": %s",
			 strerror(error));
	if (to_hand >= 0)
		tell_hand(priority, line);
	else if (to_syslog)
		syslog(priority, "%s", line);
	else if (!journal_has() || !journal_send(priority, line, fields))
		fprintf(stderr, "carp-xdp: %s\n", line);
	errno = saved;
}

void log_event(int priority, const struct journal_field *fields,
	       const char *format, ...)
{
	va_list args;

	va_start(args, format);
	emit(priority, format, args, 0, fields);
	va_end(args);
}

void log_info(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	emit(LOG_INFO, format, args, 0, NULL);
	va_end(args);
}

void log_warn(const char *format, ...)
{
	int error = errno;
	va_list args;

	va_start(args, format);
	emit(LOG_WARNING, format, args, error, NULL);
	va_end(args);
}

void log_warnx(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	emit(LOG_WARNING, format, args, 0, NULL);
	va_end(args);
}

void log_fatal(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	emit(LOG_ERR, format, args, 0, NULL);
	va_end(args);
	exit(EXIT_FAILURE);
}
