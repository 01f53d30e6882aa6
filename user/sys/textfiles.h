/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * Configuration files as texts.  Only what nobody but root or we can write is
 * believed.
 */
#pragma once

#include <stddef.h>

enum textfiles_limits {
	TEXTFILES_MAX = 64,
	TEXTFILES_SIZE_MAX = 4 << 20, /* each */
};

struct textfile {
	char *name, *text;
};

/* A file; or of a directory first carp-xdp.conf, then the other *.conf, sorted.
 * 0, or -errno with a line of text that names the file; then there are none. */
int textfiles_read(const char *path, struct textfile **out, size_t *out_count,
		   char *error, size_t error_size);
void textfiles_free(struct textfile *files, size_t count);
