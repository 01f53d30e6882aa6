/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * Guards: SHA-1, HMAC-SHA1 from a recipe and SipHash-2-4 give what the
 * standards and other people's libraries give, wherever the counter falls in
 * its block, and a recipe hashes exactly the VIPs that the BSDs hash.
 */
#include "carp/siphash.h"
#include "oracle.h"
#include "sample.h"

#include <criterion/criterion.h>
#include <nettle/sha1.h>
#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <string.h>

static uint32_t word_at(const uint8_t *bytes)
{
	return (uint32_t)bytes[0] << 24 | (uint32_t)bytes[1] << 16 |
	       (uint32_t)bytes[2] << 8 | bytes[3];
}

static void digest_bytes(const __u32 words[5], uint8_t out[20])
{
	for (int i = 0; i < 20; i++)
		out[i] = (uint8_t)(words[i / 4] >> (24 - 8 * (i % 4)));
}

static void compress(struct carp_sha1 *state, const uint8_t block[64])
{
	__u32 w[16];

	for (int i = 0; i < 16; i++)
		w[i] = word_at(block + 4 * i);
	carp_sha1_block(state, w);
}

/* The last blocks, padded; total counts all bytes of the hash.  How many. */
static size_t put_padding(const uint8_t *tail, size_t used, uint64_t total,
			  uint8_t out[128])
{
	size_t blocks = used > 55 ? 2 : 1;

	memset(out, 0, 128);
	memcpy(out, tail, used);
	out[used] = 0x80;
	for (int i = 0; i < 8; i++)
		out[blocks * 64 - 1 - (size_t)i] =
			(uint8_t)(total * 8 >> (8 * i));
	return blocks;
}

static void plain_sha1(const uint8_t *data, size_t size, uint8_t digest[20])
{
	struct carp_sha1 state;
	uint8_t last[128];
	size_t whole = size / 64, blocks;

	carp_sha1_init(&state);
	for (size_t i = 0; i < whole; i++)
		compress(&state, data + 64 * i);
	blocks = put_padding(data + 64 * whole, size % 64, size, last);
	for (size_t i = 0; i < blocks; i++)
		compress(&state, last + 64 * i);
	digest_bytes(state.h, digest);
}

Test(sha1, standard_examples)
{
	/* FIPS 180-2 appendix A, and the empty message. */
	static const struct {
		const char *text;
		uint8_t digest[4]; /* the first bytes */
		uint8_t end;	   /* and the last */
	} rows[] = {
		{ "", { 0xda, 0x39, 0xa3, 0xee }, 0x09 },
		{ "abc", { 0xa9, 0x99, 0x3e, 0x36 }, 0x9d },
		{ "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
		  { 0x84, 0x98, 0x3e, 0x44 },
		  0xf1 },
	};
	uint8_t digest[20];

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		plain_sha1((const uint8_t *)rows[i].text, strlen(rows[i].text),
			   digest);
		cr_expect_arr_eq(digest, rows[i].digest, 4, "row %zu", i);
		cr_expect_eq(digest[19], rows[i].end, "row %zu", i);
	}
}

Test(sha1, every_length_as_nettle)
{
	struct sample s = { 1 };
	uint8_t data[300], ours[20], theirs[20];
	struct sha1_ctx ctx;

	for (size_t size = 0; size <= sizeof(data); size++) {
		sample_fill(&s, data, size);
		plain_sha1(data, size, ours);
		sha1_init(&ctx);
		sha1_update(&ctx, size, data);
		sha1_digest(&ctx, sizeof(theirs), theirs);
		cr_expect_arr_eq(ours, theirs, 20, "%zu bytes", size);
	}
}

/* A recipe for any message whose last eight bytes are the counter, made
 * without auth.c; the counter's value is returned. */
static uint64_t recipe_by_hand(const uint8_t *key, size_t key_size,
			       const uint8_t *message, size_t size,
			       struct carp_recipe *out)
{
	size_t known = size - 8, used = known % 64;
	uint8_t pad[64], tail[72] = { 0 }, last[128];
	uint64_t counter = 0;

	memset(out, 0, sizeof(*out));
	for (int i = 0; i < 64; i++)
		pad[i] = ((size_t)i < key_size ? key[i] : 0) ^ 0x5c;
	carp_sha1_init(&out->outer);
	compress(&out->outer, pad);
	for (int i = 0; i < 64; i++)
		pad[i] ^= 0x5c ^ 0x36;
	carp_sha1_init(&out->inner);
	compress(&out->inner, pad);
	for (size_t i = 0; i + 64 <= known; i += 64)
		compress(&out->inner, message + i);
	memcpy(tail, message + known - used, used);
	out->blocks = (__u32)put_padding(tail, used + 8, 64 + size, last);
	for (int i = 0; i < 32; i++)
		out->block[i] = word_at(last + 4 * i);
	out->counter_word = (__u32)(used / 4);
	out->counter_shift = (__u32)(used % 4 * 8);
	for (int i = 0; i < 8; i++)
		counter = counter << 8 | message[known + (size_t)i];
	return counter;
}

static void hmac_by_hand(const uint8_t *key, size_t key_size,
			 const uint8_t *message, size_t size,
			 uint8_t digest[20])
{
	struct carp_recipe recipe;
	uint64_t counter;
	__u32 words[5];

	counter = recipe_by_hand(key, key_size, message, size, &recipe);
	carp_hmac_finish(&recipe, counter, words);
	digest_bytes(words, digest);
}

struct rfc2202_row {
	const char *key; /* NULL: key_byte, key_size times */
	uint8_t key_byte;
	size_t key_size;
	const char *text; /* NULL: text_byte, text_size times */
	uint8_t text_byte;
	size_t text_size;
	uint8_t digest[20];
};

/* RFC 2202 section 3.  The last eight bytes of a text serve as counter. */
static const struct rfc2202_row rfc2202[] = {
	{ NULL, 0x0b, 20, "Hi There", 0, 8, { 0xb6, 0x17, 0x31, 0x86, 0x55,
					      0x05, 0x72, 0x64, 0xe2, 0x8b,
					      0xc0, 0xb6, 0xfb, 0x37, 0x8c,
					      0x8e, 0xf1, 0x46, 0xbe, 0x00 } },
	{ "Jefe",
	  0,
	  4,
	  "what do ya want for nothing?",
	  0,
	  28,
	  { 0xef, 0xfc, 0xdf, 0x6a, 0xe5, 0xeb, 0x2f, 0xa2, 0xd2, 0x74,
	    0x16, 0xd5, 0xf1, 0x84, 0xdf, 0x9c, 0x25, 0x9a, 0x7c, 0x79 } },
	{ NULL, 0xaa, 20, NULL, 0xdd, 50, { 0x12, 0x5d, 0x73, 0x42, 0xb9,
					    0xac, 0x11, 0xcd, 0x91, 0xa3,
					    0x9a, 0xf4, 0x8a, 0xa1, 0x7b,
					    0x4f, 0x63, 0xf1, 0x75, 0xd3 } },
	{ NULL,
	  0x0c,
	  20,
	  "Test With Truncation",
	  0,
	  20,
	  { 0x4c, 0x1a, 0x03, 0x42, 0x4b, 0x55, 0xe0, 0x7f, 0xe7, 0xf2,
	    0x7b, 0xe1, 0xd5, 0x8b, 0xb9, 0x32, 0x4a, 0x9a, 0x5a, 0x04 } },
	{ NULL,
	  0xaa,
	  80,
	  "Test Using Larger Than Block-Size Key - Hash Key First",
	  0,
	  54,
	  { 0xaa, 0x4a, 0xe5, 0xe1, 0x52, 0x72, 0xd0, 0x0e, 0x95, 0x70,
	    0x56, 0x37, 0xce, 0x8a, 0x3b, 0x55, 0xed, 0x40, 0x21, 0x12 } },
	{ NULL,
	  0xaa,
	  80,
	  "Test Using Larger Than Block-Size Key and Larger "
	  "Than One Block-Size Data",
	  0,
	  73,
	  { 0xe8, 0xe9, 0x9d, 0x0f, 0x45, 0x23, 0x7d, 0x78, 0x6d, 0x6b,
	    0xba, 0xa7, 0x96, 0x5c, 0x78, 0x08, 0xbb, 0xff, 0x1a, 0x91 } },
};

Test(hmac, rfc_2202)
{
	for (size_t i = 0; i < sizeof(rfc2202) / sizeof(rfc2202[0]); i++) {
		const struct rfc2202_row *row = &rfc2202[i];
		uint8_t key[80], text[80], ours[20], theirs[20];
		size_t key_size = row->key_size;

		memset(key, row->key_byte, sizeof(key));
		memset(text, row->text_byte, sizeof(text));
		if (row->key)
			memcpy(key, row->key, row->key_size);
		if (row->text)
			memcpy(text, row->text, row->text_size);
		oracle_hmac(key, key_size, text, row->text_size, theirs);
		if (key_size > 64) { /* RFC 2104: its hash is the key */
			plain_sha1(key, key_size, key);
			key_size = 20;
		}
		hmac_by_hand(key, key_size, text, row->text_size, ours);
		cr_expect_arr_eq(ours, row->digest, 20, "row %zu", i);
		cr_expect_arr_eq(theirs, row->digest, 20, "row %zu", i);
	}
}

Test(hmac, counter_at_every_place)
{
	struct sample s = { 2 };
	uint8_t key[20], message[208], ours[20], theirs[20];

	for (size_t size = 8; size <= sizeof(message); size++) {
		for (int round = 0; round < 20; round++) {
			sample_fill(&s, key, sizeof(key));
			sample_fill(&s, message, size);
			hmac_by_hand(key, sizeof(key), message, size, ours);
			oracle_hmac(key, sizeof(key), message, size, theirs);
			cr_expect_arr_eq(ours, theirs, 20, "%zu bytes", size);
		}
	}
}

/* Random addresses with all that must be sorted, thrown out or kept. */
static void fill_addresses(struct sample *s, uint8_t *out, size_t size,
			   size_t count)
{
	for (size_t i = 0; i < count; i++) {
		uint8_t *a = out + i * size;
		uint32_t kind = sample_below(s, 12);

		sample_fill(s, a, size);
		if (kind == 0)
			memset(a, 0x00, size);
		else if (kind == 1)
			memset(a, 0xff, size);
		else if (kind == 2 && i)
			memcpy(a, out, size);
		else if (kind == 3 || kind == 4)
			a[0] = 0xfe;
		else if (kind == 5)
			memcpy(a, "\xfe\x80", 2);
	}
}

struct vips {
	__u8 v4[ORACLE_VIPS_MAX][4];
	__u8 v6[ORACLE_VIPS_MAX][16];
	__u8 lladdr[6];
};

static struct auth_input input_of(struct sample *s, struct vips *vips,
				  size_t count4, size_t count6, bool lladdr)
{
	struct auth_input in = { .vips4 = vips->v4,
				 .vips4_count = count4,
				 .vips6 = vips->v6,
				 .vips6_count = count6 };

	fill_addresses(s, vips->v4[0], 4, count4);
	fill_addresses(s, vips->v6[0], 16, count6);
	sample_fill(s, vips->lladdr, sizeof(vips->lladdr));
	sample_fill(s, in.key, sample_below(s, sizeof(in.key) + 1));
	in.vhid = (__u8)(1 + sample_below(s, 255));
	if (lladdr)
		in.lladdr = vips->lladdr;
	return in;
}

static void check_recipe(const struct auth_input *in, bool link_local,
			 struct sample *s, bool seen[2][16])
{
	uint8_t message[ORACLE_MESSAGE_MAX], ours[20], theirs[20];
	uint64_t counter = sample_u64(s);
	struct carp_recipe recipe;
	__u32 words[5];
	size_t size;

	auth_prepare_recipe(in, link_local, &recipe);
	carp_hmac_finish(&recipe, counter, words);
	digest_bytes(words, ours);
	size = oracle_message(in, link_local, counter, message);
	oracle_hmac(in->key, sizeof(in->key), message, size, theirs);
	cr_assert_arr_eq(ours, theirs, 20, "%zu + %zu VIPs, %zu bytes",
			 in->vips4_count, in->vips6_count, size);
	cr_assert(recipe.blocks == 1 || recipe.blocks == 2);
	seen[recipe.blocks - 1][recipe.counter_word] = true;
}

Test(hmac, recipes_of_vips)
{
	struct sample s = { 3 };
	static struct vips vips;
	bool seen[2][16] = { 0 };
	struct auth_input in;

	for (size_t count = 0; count <= 70; count++) {
		for (uint32_t kind = 0; kind < 16; kind++) {
			size_t v4 = kind & 1 ? count : sample_below(&s, 8);
			size_t v6 = kind & 2 ? count : sample_below(&s, 4);

			in = input_of(&s, &vips, v4, v6, kind & 4);
			check_recipe(&in, kind & 8, &s, seen);
		}
	}
	/* Up to 47 bytes of tail one block holds everything. */
	for (int word = 0; word < 16; word++) {
		cr_expect_eq(seen[0][word], word <= 11, "word %d", word);
		cr_expect_eq(seen[1][word], word >= 12, "word %d", word);
	}
}

Test(hmac, order_of_vips_changes_nothing)
{
	static const __u8 up[3][4] = { { 9, 9, 9, 9 },
				       { 10, 0, 0, 1 },
				       { 192, 0, 2, 1 } };
	static const __u8 down[3][4] = { { 192, 0, 2, 1 },
					 { 10, 0, 0, 1 },
					 { 9, 9, 9, 9 } };
	struct auth_input in = { .vhid = 1, .vips4 = up, .vips4_count = 3 };
	struct carp_recipe one, other;

	auth_prepare_recipe(&in, false, &one);
	in.vips4 = down;
	auth_prepare_recipe(&in, false, &other);
	cr_expect_arr_eq(&one, &other, sizeof(one));
	in.vips4_count = 2;
	auth_prepare_recipe(&in, false, &other);
	cr_expect_arr_neq(&one, &other, sizeof(one));
}

Test(hmac, accepted_forms)
{
	static const __u8 v6[2][16] = { { 0xfe, 0x80, [15] = 1 },
					{ 0x20, 0x01, [15] = 1 } };
	struct auth_input in = { .vhid = 1, .vips6 = v6, .vips6_count = 2 };
	struct carp_recipe with, without;
	struct carp_auth auth;

	auth_prepare_recipe(&in, true, &with);
	auth_prepare_recipe(&in, false, &without);
	auth_prepare(&in, COMPAT_OPENBSD, &auth);
	cr_assert_eq(auth.count, 2);
	cr_expect_arr_eq(&auth.recipes[0], &without, sizeof(without));
	cr_expect_arr_eq(&auth.recipes[1], &with, sizeof(with));
	for (int compat = COMPAT_FREEBSD; compat <= COMPAT_UCARP; compat++) {
		auth_prepare(&in, (enum compat)compat, &auth);
		cr_assert_eq(auth.count, 2);
		cr_expect_arr_eq(&auth.recipes[0], &with, sizeof(with));
		cr_expect_arr_eq(&auth.recipes[1], &without, sizeof(without));
	}
	in.vips6++;
	in.vips6_count = 1;
	auth_prepare(&in, COMPAT_OPENBSD, &auth);
	cr_expect_eq(auth.count, 1, "no link-local VIP: one form is enough");
}

Test(hmac, digests_compare_whole)
{
	const __u32 digest[5] = { 1, 2, 3, 4, 5 };

	cr_expect(carp_digest_equal(digest, digest));
	for (int bit = 0; bit < 160; bit++) {
		__u32 other[5] = { 1, 2, 3, 4, 5 };

		other[bit / 32] ^= 1u << bit % 32;
		cr_expect_not(carp_digest_equal(digest, other), "bit %d", bit);
	}
}

static uint64_t siphash_of(const uint8_t key[16], const uint8_t *data,
			   size_t size)
{
	__u64 words[2] = { 0 }, message[16] = { 0 };

	for (size_t i = 0; i < 16; i++)
		words[i / 8] |= (__u64)key[i] << 8 * (i % 8);
	for (size_t i = 0; i < size; i++)
		message[i / 8] |= (__u64)data[i] << 8 * (i % 8);
	return carp_siphash24(words, message, (__u32)size);
}

static uint64_t siphash_openssl(const uint8_t key[16], const uint8_t *data,
				size_t size)
{
	EVP_MAC *mac = EVP_MAC_fetch(NULL, "SIPHASH", NULL);
	EVP_MAC_CTX *ctx = EVP_MAC_CTX_new(mac);
	size_t want = 8, got = 0;
	OSSL_PARAM params[] = { OSSL_PARAM_size_t(OSSL_MAC_PARAM_SIZE, &want),
				OSSL_PARAM_END };
	uint8_t out[8];
	uint64_t value = 0;

	cr_assert(EVP_MAC_init(ctx, key, 16, params));
	cr_assert(EVP_MAC_update(ctx, data, size));
	cr_assert(EVP_MAC_final(ctx, out, &got, sizeof(out)));
	cr_assert_eq(got, 8);
	EVP_MAC_CTX_free(ctx);
	EVP_MAC_free(mac);
	for (int i = 0; i < 8; i++)
		value |= (uint64_t)out[i] << 8 * i;
	return value;
}

Test(siphash, reference)
{
	/* The paper's appendix A (15 bytes) and its authors' test program;
	 * key and message count up from 0. */
	static const struct {
		size_t size;
		uint64_t hash;
	} rows[] = {
		{ 0, 0x726fdb47dd0e0e31 }, { 1, 0x74f839c593dc67fd },
		{ 2, 0x0d6c8009d9a94f5a }, { 7, 0xab0200f58b01d137 },
		{ 8, 0x93f5f5799a932462 }, { 15, 0xa129ca6149be45e5 },
	};
	uint8_t count_up[16];

	for (int i = 0; i < 16; i++)
		count_up[i] = (uint8_t)i;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		cr_expect_eq(siphash_of(count_up, count_up, rows[i].size),
			     rows[i].hash, "%zu bytes", rows[i].size);
}

Test(siphash, every_length_as_openssl)
{
	struct sample s = { 4 };
	uint8_t key[16], data[128];

	for (size_t size = 0; size <= sizeof(data); size++) {
		sample_fill(&s, key, sizeof(key));
		sample_fill(&s, data, size);
		cr_expect_eq(siphash_of(key, data, size),
			     siphash_openssl(key, data, size), "%zu bytes",
			     size);
	}
}
