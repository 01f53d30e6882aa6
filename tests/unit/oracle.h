/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * Second opinions: the same answers as user/core, found by other means
 * (nettle, qsort, byte-wise sums) and sharing no code with it.
 */
#pragma once

#include "user/core/auth.h"

enum oracle_limits {
	ORACLE_VIPS_MAX = 128,
	ORACLE_MESSAGE_MAX = 4096
};

/* The message of an advertisement's HMAC; its length. */
size_t oracle_message(const struct auth_input *input, bool link_local,
		      uint64_t counter, uint8_t out[static ORACLE_MESSAGE_MAX]);
void oracle_hmac(const uint8_t *key, size_t key_size, const uint8_t *message,
		 size_t size, uint8_t digest[static CARP_DIGEST_SIZE]);
/* RFC 1071 over bytes; 0 if the data carries its own right checksum. */
uint16_t oracle_checksum(const uint8_t *data, size_t size);
/* The same with the pseudo-header of RFC 8200 8.1 before it. */
uint16_t oracle_checksum6(const uint8_t source[16], const uint8_t to[16],
			  uint8_t next_header, const uint8_t *data,
			  size_t size);
