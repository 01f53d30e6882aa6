/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * Sealed counters by nettle's HMAC and OpenSSL's SipHash, from the words of
 * carp/seal.h and none of its code.
 */
#include "packets.h"

#include <nettle/hmac.h>
#include <openssl/evp.h>
#include <openssl/params.h>
#include <stdlib.h>
#include <string.h>

enum {
	SEAL_KEY_SIZE = 16,
	MESSAGE_SIZE = 32,
	CARP_AT4 = 14 + 20,
	CARP_AT6 = 14 + 40,
};

static void seal_key(const struct advert *a, uint8_t key[SEAL_KEY_SIZE])
{
	static const char label[] = "carp-xdp sealed counter\0\0\0\0\0\0\0";
	struct hmac_sha1_ctx hmac;

	hmac_sha1_set_key(&hmac, sizeof(a->key), a->key);
	hmac_sha1_update(&hmac, sizeof(label), (const uint8_t *)label);
	hmac_sha1_digest(&hmac, SEAL_KEY_SIZE, key);
}

static uint64_t siphash(const uint8_t *key, const uint8_t *message)
{
	EVP_MAC *mac = EVP_MAC_fetch(NULL, "SIPHASH", NULL);
	EVP_MAC_CTX *context = EVP_MAC_CTX_new(mac);
	size_t size = 8;
	OSSL_PARAM params[] = { OSSL_PARAM_construct_size_t("size", &size),
				OSSL_PARAM_construct_end() };
	uint8_t out[8];
	uint64_t hash = 0;

	if (!EVP_MAC_init(context, key, SEAL_KEY_SIZE, params) ||
	    !EVP_MAC_update(context, message, MESSAGE_SIZE) ||
	    !EVP_MAC_final(context, out, &size, sizeof(out)))
		abort();
	EVP_MAC_CTX_free(context);
	EVP_MAC_free(mac);
	for (int i = 0; i < 8; i++)
		hash |= (uint64_t)out[i] << (8 * i);
	return hash;
}

void advert_seal(struct advert *a, uint64_t sequence)
{
	uint8_t message[MESSAGE_SIZE] = { a->vhid, a->advbase, a->advskew,
					  a->demote };
	uint8_t key[SEAL_KEY_SIZE];

	message[4] = parse_address(a->source, message + 16) ? 6 : 4;
	for (int i = 0; i < 8; i++)
		message[8 + i] = (uint8_t)(sequence >> (8 * i));
	seal_key(a, key);
	a->counter = sequence << 24 | (siphash(key, message) & 0xffffff);
}

void advert_resum(struct packet *p)
{
	size_t at = p->bytes[12] == 0x08 ? CARP_AT4 : CARP_AT6;

	put16(p->bytes + at + 6, 0);
	put16(p->bytes + at + 6, sum16(0, p->bytes + at, ADVERT_SIZE));
	if (at == CARP_AT4) {
		put16(p->bytes + 24, 0);
		put16(p->bytes + 24, sum16(0, p->bytes + 14, 20));
	}
}
