/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * A small text file in a state directory, replaced as a whole or not at all.
 */
#pragma once

/* 0 and text to be freed, NULL if there is no such file; or -errno: it is there
 * and cannot be read. */
int statefile_read(const char *directory, const char *name, char **text);
/* Mode 0600, on disk when this returns; makes the directory (0700) if it is
 * missing.  0 or -errno; then the old file is still there. */
int statefile_write(const char *directory, const char *name, const char *text);
