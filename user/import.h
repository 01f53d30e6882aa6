/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * Other programs' configurations as ours.  What cannot be carried over is named
 * with its line; passphrases are never repeated, only where they stand.
 */
#pragma once

#include "user/config.h"

enum import_format {
	IMPORT_KEEPALIVED, /* keepalived.conf */
	IMPORT_UCARP,	   /* command lines of ucarp(8), one a line */
	IMPORT_OPENBSD,	   /* hostname.if(5) of a carp interface */
	IMPORT_FREEBSD,	   /* rc.conf(5) */
	IMPORT_FORMATS,
};

/* -1: no such. */
int import_format(const char *name);

/*
 * Our configuration, to be freed, with all that was not carried over in
 * comments at its top; NULL: no memory.  file: for places.  *out_notes: how
 * many there are; *out_bad: what is still missing before it is one, or "".
 */
char *import_text(enum import_format format, const char *file, const char *text,
		  size_t *out_notes, char *out_bad, size_t bad_size);
