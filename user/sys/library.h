/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * Libraries that most of our processes never need, loaded by who does: each
 * costs memory, and brings others along (libmicrohttpd a TLS library, libpcap
 * D-Bus), in a program that is a controller far more often than a command.
 */
#pragma once

#include <stddef.h>

struct library_call {
	const char *name;
	void *slot; /* where its address goes */
};

/* Where there is a file system.  0, also if it is there already, or -ENOENT
 * with a line of text. */
int library_load(const char *soname, const struct library_call *calls,
		 size_t count, char *error, size_t error_size);
