/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * Log lines to standard error, or to the system log for a daemon in the
 * background.  Four verbs, no levels to argue about.
 */
#pragma once

/* After this call lines go to syslog(3) instead of standard error. */
void log_to_syslog(void);

void log_info(const char *format, ...) __attribute__((format(printf, 1, 2)));
/* With the text of errno. */
void log_warn(const char *format, ...) __attribute__((format(printf, 1, 2)));
/* Without. */
void log_warnx(const char *format, ...) __attribute__((format(printf, 1, 2)));
/* Says why and ends the process with status 1. */
void log_fatal(const char *format, ...)
	__attribute__((format(printf, 1, 2), noreturn));
