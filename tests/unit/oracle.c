/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * Second opinions.
 */
#include "oracle.h"

#include <criterion/criterion.h>
#include <nettle/hmac.h>
#include <stdlib.h>
#include <string.h>

static int by_bytes4(const void *a, const void *b)
{
	return memcmp(a, b, 4);
}

static int by_bytes16(const void *a, const void *b)
{
	return memcmp(a, b, 16);
}

static bool never_hashed(const uint8_t *address, size_t size, bool link_local)
{
	static const uint8_t zeros[16];
	uint8_t ones[16];

	memset(ones, 0xff, sizeof(ones));
	if (!memcmp(address, zeros, size) || !memcmp(address, ones, size))
		return true;
	return size == 16 && !link_local && address[0] == 0xfe &&
	       address[1] >= 0x80 && address[1] <= 0xbf;
}

/* Sorts a copy, then writes what is to be hashed, each address once. */
static size_t put_sorted(const void *list, size_t count, size_t size,
			 bool link_local, uint8_t *out)
{
	uint8_t sorted[ORACLE_VIPS_MAX * 16];
	size_t at = 0;

	cr_assert_leq(count, ORACLE_VIPS_MAX);
	if (!count)
		return 0;
	memcpy(sorted, list, count * size);
	qsort(sorted, count, size, size == 4 ? by_bytes4 : by_bytes16);
	for (size_t i = 0; i < count; i++) {
		const uint8_t *a = sorted + i * size;

		if (i && !memcmp(a, a - size, size))
			continue;
		if (never_hashed(a, size, link_local))
			continue;
		memcpy(out + at, a, size);
		at += size;
	}
	return at;
}

size_t oracle_message(const struct auth_input *in, bool link_local,
		      uint64_t counter, uint8_t out[static ORACLE_MESSAGE_MAX])
{
	size_t at = 0;

	out[at++] = 2;
	out[at++] = 1;
	for (int i = 0; in->lladdr && i < 6; i++)
		out[at++] = in->lladdr[i];
	out[at++] = in->vhid;
	at += put_sorted(in->vips4, in->vips4_count, 4, link_local, out + at);
	at += put_sorted(in->vips6, in->vips6_count, 16, link_local, out + at);
	for (int shift = 56; shift >= 0; shift -= 8)
		out[at++] = (uint8_t)(counter >> shift);
	return at;
}

void oracle_hmac(const uint8_t *key, size_t key_size, const uint8_t *message,
		 size_t size, uint8_t digest[static CARP_DIGEST_SIZE])
{
	struct hmac_sha1_ctx ctx;

	hmac_sha1_set_key(&ctx, key_size, key);
	hmac_sha1_update(&ctx, size, message);
	hmac_sha1_digest(&ctx, CARP_DIGEST_SIZE, digest);
}

static uint32_t add_bytes(uint32_t sum, const uint8_t *data, size_t size)
{
	for (size_t i = 0; i < size; i++) {
		sum += i % 2 ? data[i] : (uint32_t)data[i] << 8;
		sum = (sum & 0xffff) + (sum >> 16);
	}
	return sum;
}

uint16_t oracle_checksum(const uint8_t *data, size_t size)
{
	return (uint16_t)~add_bytes(0, data, size);
}

uint16_t oracle_checksum6(const uint8_t source[16], const uint8_t to[16],
			  uint8_t next_header, const uint8_t *data, size_t size)
{
	const uint8_t tail[8] = { 0, 0, (uint8_t)(size >> 8), (uint8_t)size, 0,
				  0, 0, next_header };
	uint32_t sum = add_bytes(0, source, 16);

	sum = add_bytes(sum, to, 16);
	sum = add_bytes(sum, tail, sizeof(tail));
	return (uint16_t)~add_bytes(sum, data, size);
}
