/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * OpenSSL reads OPENSSL_ia32cap once, when it is loaded: each measurement
 * runs in a child of its own, one with the SHA instructions masked.
 */
#define OPENSSL_API_COMPAT 0x10100000L /* SHA1_*() */

#include "digest.h"

#include <err.h>
#include <limits.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/params.h>
#include <openssl/sha.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "frames.h"

enum digest_limits {
	BATCHES = 9,
	BATCH = 5000,
	ADVERT_DIGEST_OFFSET = 14 + 20 + 16,
	IA32CAP_SHA = 1 << 29, /* CPUID 7, EBX */
};

static struct {
	uint8_t key[20], message[64];
	size_t size;
	EVP_MAC_CTX *keyed;
	SHA_CTX inner, outer;
} work;

const char *digest_name(enum digest_kind kind)
{
	static const char *const names[] = {
		[DIGEST_ONE_SHOT] = "one-shot HMAC()",
		[DIGEST_REKEYED] = "EVP_MAC, context kept, keyed anew",
		[DIGEST_KEYED] = "EVP_MAC, context and key kept",
		[DIGEST_MIDSTATE] = "SHA1_*() from kept midstates",
	};

	return names[kind];
}

static void run_one_shot(uint8_t digest[SHA1_SIZE])
{
	unsigned int size;

	HMAC(EVP_sha1(), work.key, sizeof(work.key), work.message, work.size,
	     digest, &size);
}

static void run_rekeyed(uint8_t digest[SHA1_SIZE])
{
	size_t size;

	EVP_MAC_init(work.keyed, work.key, sizeof(work.key), NULL);
	EVP_MAC_update(work.keyed, work.message, work.size);
	EVP_MAC_final(work.keyed, digest, &size, SHA1_SIZE);
}

static void run_keyed(uint8_t digest[SHA1_SIZE])
{
	size_t size;

	EVP_MAC_init(work.keyed, NULL, 0, NULL);
	EVP_MAC_update(work.keyed, work.message, work.size);
	EVP_MAC_final(work.keyed, digest, &size, SHA1_SIZE);
}

static void run_midstate(uint8_t digest[SHA1_SIZE])
{
	SHA_CTX state = work.inner;

	SHA1_Update(&state, work.message, work.size);
	SHA1_Final(digest, &state);
	state = work.outer;
	SHA1_Update(&state, digest, SHA1_SIZE);
	SHA1_Final(digest, &state);
}

static void (*const runs[])(uint8_t digest[SHA1_SIZE]) = {
	[DIGEST_ONE_SHOT] = run_one_shot,
	[DIGEST_REKEYED] = run_rekeyed,
	[DIGEST_KEYED] = run_keyed,
	[DIGEST_MIDSTATE] = run_midstate,
};

static void prepare_midstates(void)
{
	uint8_t pad[64];

	memset(pad, 0x36, sizeof(pad));
	for (size_t i = 0; i < sizeof(work.key); i++)
		pad[i] ^= work.key[i];
	SHA1_Init(&work.inner);
	SHA1_Update(&work.inner, pad, sizeof(pad));
	for (size_t i = 0; i < sizeof(pad); i++)
		pad[i] ^= 0x36 ^ 0x5c;
	SHA1_Init(&work.outer);
	SHA1_Update(&work.outer, pad, sizeof(pad));
}

static void prepare(void)
{
	char name[] = "SHA1";
	OSSL_PARAM params[] = {
		OSSL_PARAM_utf8_string("digest", name, 0),
		OSSL_PARAM_END,
	};
	struct advert advert = advert_default();
	EVP_MAC *mac = EVP_MAC_fetch(NULL, "HMAC", NULL);

	memcpy(work.key, advert.key, sizeof(work.key));
	work.size = frame_message(work.message);
	work.keyed = EVP_MAC_CTX_new(mac);
	if (!EVP_MAC_init(work.keyed, work.key, sizeof(work.key), params))
		errx(1, "OpenSSL has no HMAC-SHA1");
	EVP_MAC_free(mac);
	prepare_midstates();
}

/* All three must give the digest that the frame carries. */
static void verify(void)
{
	struct packet frame = frame_advert();
	uint8_t digest[SHA1_SIZE];

	for (int kind = 0; kind < DIGEST_KINDS; kind++) {
		runs[kind](digest);
		if (memcmp(digest, frame.bytes + ADVERT_DIGEST_OFFSET,
			   sizeof(digest)))
			errx(1, "%s: another digest", digest_name(kind));
	}
}

static double measure(enum digest_kind kind)
{
	uint8_t digest[SHA1_SIZE];
	double values[BATCHES];

	for (int batch = 0; batch < BATCHES; batch++) {
		struct timespec start, end;

		clock_gettime(CLOCK_MONOTONIC, &start);
		for (int i = 0; i < BATCH; i++)
			runs[kind](digest);
		clock_gettime(CLOCK_MONOTONIC, &end);
		values[batch] = ((double)(end.tv_sec - start.tv_sec) * 1e9 +
				 (double)(end.tv_nsec - start.tv_nsec)) /
				BATCH;
	}
	return quiet_mean(values, BATCHES);
}

/* 1 if libcrypto sees the SHA instructions; 0 elsewhere than on x86. */
static int uses_sha_ni(void)
{
	const char *settings = OPENSSL_info(OPENSSL_INFO_CPU_SETTINGS);
	const char *second = settings ? strrchr(settings, ':') : NULL;

	if (!second || !strstr(settings, "ia32cap"))
		return 0;
	return (strtoull(second + 1, NULL, 16) & IA32CAP_SHA) != 0;
}

int digest_main(void)
{
	double ns[DIGEST_KINDS];

	prepare();
	verify();
	for (int kind = 0; kind < DIGEST_KINDS; kind++)
		ns[kind] = measure(kind);
	EVP_MAC_CTX_free(work.keyed);
	printf("%d", uses_sha_ni());
	for (int kind = 0; kind < DIGEST_KINDS; kind++)
		printf(" %f", ns[kind]);
	putchar('\n');
	return 0;
}

static int child(const char *environment, struct series out[DIGEST_KINDS])
{
	char self[PATH_MAX], command[PATH_MAX + 64];
	ssize_t length = readlink("/proc/self/exe", self, sizeof(self) - 1);
	double ns[DIGEST_KINDS];
	int used = 0;
	FILE *pipe;
	bool good;

	if (length < 0)
		err(1, "/proc/self/exe");
	self[length] = 0;
	snprintf(command, sizeof(command), "%s '%s' digest", environment, self);
	pipe = popen(command, "r");
	if (!pipe)
		err(1, "%s", command);
	good = fscanf(pipe, "%d", &used) == 1;
	for (int kind = 0; kind < DIGEST_KINDS; kind++)
		good = good && fscanf(pipe, "%lf", &ns[kind]) == 1;
	if (pclose(pipe) || !good)
		errx(1, "%s: no result", command);
	for (int kind = 0; kind < DIGEST_KINDS; kind++)
		series_add(&out[kind], ns[kind]);
	return used;
}

void digest_round(struct digest_results *results)
{
	results->has_sha_ni = child("", results->with);
	if (child("OPENSSL_ia32cap=:~0x20000000", results->without))
		errx(1, "OPENSSL_ia32cap does not mask the SHA instructions");
}
