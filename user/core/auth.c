/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * Builds HMAC-SHA1 recipes.  Hashes all that is known before the counter and
 * leaves the rest as a padded template; never keeps the key.
 */
#include "auth.h"

#include <string.h>

enum auth_numbers {
	BLOCK_SIZE = 64,
	COUNTER_SIZE = 8,
	LENGTH_SIZE = 8,
	INNER_PAD = 0x36,
	OUTER_PAD = 0x5c,
};

/* SHA-1 fed byte by byte; what does not fill a block stays in tail. */
struct stream {
	struct carp_sha1 state;
	__u8 tail[BLOCK_SIZE];
	size_t used;
	uint64_t total; /* bytes, key block included */
};

static void words_of(const __u8 *bytes, size_t words, __u32 *out)
{
	for (size_t i = 0; i < words; i++)
		out[i] = (__u32)bytes[4 * i] << 24 |
			 (__u32)bytes[4 * i + 1] << 16 |
			 (__u32)bytes[4 * i + 2] << 8 | bytes[4 * i + 3];
}

static void stream_add(struct stream *s, const __u8 *bytes, size_t size)
{
	__u32 words[BLOCK_SIZE / 4];

	for (size_t i = 0; i < size; i++) {
		s->tail[s->used++] = bytes[i];
		if (s->used < BLOCK_SIZE)
			continue;
		words_of(s->tail, BLOCK_SIZE / 4, words);
		carp_sha1_block(&s->state, words);
		s->used = 0;
	}
	s->total += size;
}

/* Starts a hash with the key block of HMAC (RFC 2104). */
static void stream_start(struct stream *s, const __u8 *key, __u8 pad)
{
	__u8 block[BLOCK_SIZE];

	memset(s, 0, sizeof(*s));
	carp_sha1_init(&s->state);
	memset(block, pad, sizeof(block));
	for (size_t i = 0; i < SETTINGS_KEY_SIZE; i++)
		block[i] ^= key[i];
	stream_add(s, block, sizeof(block));
	memset(block, 0, sizeof(block));
	CARP_BARRIER(block[0]);
}

/* An array of addresses of one family, size bytes each. */
struct list {
	const __u8 *bytes;
	size_t size, count;
	bool link_local; /* include fe80::/10 */
};

static bool all_bytes(const __u8 *bytes, size_t size, __u8 value)
{
	for (size_t i = 0; i < size; i++)
		if (bytes[i] != value)
			return false;
	return true;
}

static bool is_hashed(const struct list *list, const __u8 *address)
{
	if (all_bytes(address, list->size, 0x00) ||
	    all_bytes(address, list->size, 0xff))
		return false;
	return list->link_local || list->size != 16 || address[0] != 0xfe ||
	       (address[1] & 0xc0) != 0x80;
}

static const __u8 *list_at(const struct list *list, size_t i)
{
	return list->bytes + i * list->size;
}

static bool is_ascending(const struct list *list)
{
	for (size_t i = 1; i < list->count; i++)
		if (memcmp(list_at(list, i - 1), list_at(list, i),
			   list->size) >= 0)
			return false;
	return true;
}

/* The smallest address above last, or NULL. */
static const __u8 *next_above(const struct list *list, const __u8 *last)
{
	const __u8 *best = NULL;

	for (size_t i = 0; i < list->count; i++) {
		const __u8 *a = list_at(list, i);

		if (last && memcmp(a, last, list->size) <= 0)
			continue;
		if (!best || memcmp(a, best, list->size) < 0)
			best = a;
	}
	return best;
}

static void stream_list(struct stream *s, const struct list *list)
{
	const __u8 *a = NULL;

	if (is_ascending(list)) {
		for (size_t i = 0; i < list->count; i++)
			if (is_hashed(list, list_at(list, i)))
				stream_add(s, list_at(list, i), list->size);
		return;
	}
	while ((a = next_above(list, a)))
		if (is_hashed(list, a))
			stream_add(s, a, list->size);
}

/* Turns what is left in the stream into the template of the last blocks. */
static void recipe_finish(const struct stream *s, struct carp_recipe *out)
{
	__u8 block[2 * BLOCK_SIZE] = { 0 };
	uint64_t bits = (s->total + COUNTER_SIZE) * 8;
	size_t end = s->used + COUNTER_SIZE;

	memcpy(block, s->tail, s->used);
	block[end] = 0x80;
	out->blocks = end + 1 + LENGTH_SIZE > BLOCK_SIZE ? 2 : 1;
	for (size_t i = 0; i < LENGTH_SIZE; i++)
		block[out->blocks * BLOCK_SIZE - 1 - i] =
			(__u8)(bits >> (8 * i));
	words_of(block, 2 * BLOCK_SIZE / 4, out->block);
	out->counter_word = (__u32)(s->used / 4);
	out->counter_shift = (__u32)(s->used % 4) * 8;
	out->inner = s->state;
}

void auth_prepare_recipe(const struct auth_input *input, bool link_local,
			 struct carp_recipe *out)
{
	struct list vips4 = { (const __u8 *)input->vips4, 4, input->vips4_count,
			      link_local };
	struct list vips6 = { (const __u8 *)input->vips6, 16,
			      input->vips6_count, link_local };
	const __u8 start[2] = { CARP_VERSION, CARP_TYPE_ADVERT };
	struct stream s;

	memset(out, 0, sizeof(*out));
	stream_start(&s, input->key, OUTER_PAD);
	out->outer = s.state;
	stream_start(&s, input->key, INNER_PAD);
	stream_add(&s, start, sizeof(start));
	if (input->lladdr)
		stream_add(&s, input->lladdr, 6);
	stream_add(&s, &input->vhid, 1);
	stream_list(&s, &vips4);
	stream_list(&s, &vips6);
	recipe_finish(&s, out);
	auth_seal_key(input->key, &out->seal);
}

void auth_seal_key(const __u8 key[static SETTINGS_KEY_SIZE],
		   struct carp_seal_key *out)
{
	static const char label[] = "carp-xdp sealed counter";
	struct carp_recipe recipe = { .blocks = 0 };
	struct stream s;
	__u32 digest[5];

	stream_start(&s, key, OUTER_PAD);
	recipe.outer = s.state;
	stream_start(&s, key, INNER_PAD);
	stream_add(&s, (const __u8 *)label, sizeof(label) - 1);
	recipe_finish(&s, &recipe);
	carp_hmac_finish(&recipe, 0, digest);
	for (int i = 0; i < 2; i++)
		out->words[i] = __builtin_bswap32(digest[2 * i]) |
				(__u64)__builtin_bswap32(digest[2 * i + 1])
					<< 32;
}

void auth_prepare(const struct auth_input *input, enum compat compat,
		  struct carp_auth *out)
{
	bool link_local_first = compat != COMPAT_OPENBSD;

	memset(out, 0, sizeof(*out));
	auth_seal_key(input->key, &out->seals[0]);
	out->seals_count = 1;
	auth_prepare_recipe(input, link_local_first, &out->recipes[0]);
	auth_prepare_recipe(input, !link_local_first, &out->recipes[1]);
	out->count = 2;
	if (!memcmp(&out->recipes[0], &out->recipes[1],
		    sizeof(out->recipes[0]))) {
		memset(&out->recipes[1], 0, sizeof(out->recipes[1]));
		out->count = 1;
	}
}

static bool accepts(const struct carp_auth *auth,
		    const struct carp_recipe *recipe)
{
	for (__u32 i = 0; i < auth->count; i++)
		if (!memcmp(&auth->recipes[i], recipe, sizeof(*recipe)))
			return true;
	return false;
}

static bool seals(const struct carp_auth *auth, const struct carp_seal_key *key)
{
	for (__u32 i = 0; i < auth->seals_count; i++)
		if (!memcmp(&auth->seals[i], key, sizeof(*key)))
			return true;
	return false;
}

void auth_join(struct carp_auth *auth, const struct carp_auth *older)
{
	for (__u32 i = 0; i < older->count; i++)
		if (auth->count < CARP_RECIPES_MAX &&
		    !accepts(auth, &older->recipes[i]))
			auth->recipes[auth->count++] = older->recipes[i];
	for (__u32 i = 0; i < older->seals_count; i++)
		if (auth->seals_count < CARP_SEALS_MAX &&
		    !seals(auth, &older->seals[i]))
			auth->seals[auth->seals_count++] = older->seals[i];
}
