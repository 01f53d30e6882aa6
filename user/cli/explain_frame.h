/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * A frame as people write and read one, and what a verdict tells them to do.
 * Pure.
 */
#pragma once

#include "carp/verdict.h"

#include <stddef.h>
#include <stdint.h>

enum explain_sizes {
	EXPLAIN_FRAME_MAX = 65535,
	EXPLAIN_TEXT_MAX = 256,
};

/* "00:00:5e ..": bytes in hex, two digits each, with spaces, colons, dots or
 * dashes between them as one likes.  0 with their number, or -1 with what is
 * wrong at which position, from 1 on. */
int explain_hex(const char *text, uint8_t *out, size_t *out_size, char *error,
		size_t error_size);

/* What kind of frame it is, from whom and about what, in words. */
void explain_frame(const uint8_t *bytes, size_t size,
		   char out[EXPLAIN_TEXT_MAX]);

/* Where to look if that is not what one wants; "": nowhere. */
const char *explain_advice(enum carp_verdict verdict);
