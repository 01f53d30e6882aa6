/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * Lines with fields to systemd's journal, by its native protocol
 * (systemd.io/JOURNAL_NATIVE_PROTOCOL).  Not by libsystemd, which waits for a
 * journal that is behind, and opens files and sockets when it needs them: who
 * has given up both may send here, and nobody is ever kept waiting.
 */
#pragma once

#include <stdbool.h>

struct journal_field {
	const char *name;  /* capital letters, digits and '_'; NULL: the end */
	const char *value; /* NULL: left out */
};

/* If standard error is the journal's: a way there, in place of the last. */
void journal_open(void);
/* False: it is not ours to tell. */
bool journal_has(void);
/* priority as in syslog(3).  True: it has been told, or the journal is behind
 * and the line is lost, of which the next one tells.  False: there is no way
 * there any more. */
bool journal_send(int priority, const char *text,
		  const struct journal_field *fields);
