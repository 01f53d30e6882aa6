/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * Log lines to standard error, to the journal if that is there, or to the
 * system log for a daemon in the background.  No levels to argue about.
 */
#pragma once

struct journal_field;

/* Finds out whether standard error is the journal: if it is, lines go there
 * with their fields.  Before the way there is given up. */
void log_open(void);

/* After this call lines go to syslog(3) instead of standard error. */
void log_to_syslog(void);

/* A line on its way to a process that can reach syslog(3). */
struct log_line {
	int priority;
	char text[1024];
};

/* Lines go to that socket, which is not waited for; -1: no longer. */
void log_to_hand(int socket);
/* The other side: whatever is in it, it becomes one line. */
void log_for_another(struct log_line *line);

/* With fields for the journal, which NULL as a name ends; priority as in
 * syslog(3). */
void log_event(int priority, const struct journal_field *fields,
	       const char *format, ...) __attribute__((format(printf, 3, 4)));
void log_info(const char *format, ...) __attribute__((format(printf, 1, 2)));
/* With the text of errno. */
void log_warn(const char *format, ...) __attribute__((format(printf, 1, 2)));
/* Without. */
void log_warnx(const char *format, ...) __attribute__((format(printf, 1, 2)));
/* Says why and ends the process with status 1. */
void log_fatal(const char *format, ...)
	__attribute__((format(printf, 1, 2), noreturn));
