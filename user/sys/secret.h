/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * Reads a passphrase file.  The bytes end up in one caller's buffer and
 * nowhere else: never in a log line or an error text.
 */
#pragma once

#include "carp/wire.h"

#include <stddef.h>

/*
 * A regular file, owned by root or us, neither readable nor writable by group
 * or others, 1..19 bytes without the one trailing newline.  key is filled up
 * with zeros.  0 or -errno with a line of text naming file and reason.
 */
int secret_read(const char *path, __u8 key[static CARP_PASSPHRASE_MAX + 1],
		char *error, size_t error_size);
