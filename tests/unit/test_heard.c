/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * The hosts that were heard: the last word of each, so many of them, and no
 * invented one in the place of a real one.
 */
#include "user/core/heard.h"

#include <criterion/criterion.h>
#include <string.h>

static struct heard from(enum carp_event_kind kind, uint8_t host, uint64_t ns)
{
	struct carp_event event = { .kind = kind,
				    .family = 4,
				    .advbase = 1,
				    .advskew = host,
				    .demote = 2,
				    .time_ns = ns,
				    .source_mac = { 2, 0, 0, 0, 0, host },
				    .source = { 192, 0, 2, host, 9 } };
	struct heard out;

	cr_assert(heard_read(&event, &out));
	return out;
}

static void hear(struct heard *list, unsigned int *count,
		 const struct heard *one)
{
	const unsigned int at = heard_place(list, *count, one);

	cr_assert_leq(at, *count);
	list[at] = *one;
	*count += at == *count;
	cr_assert_leq(*count, HEARD_MAX);
}

Test(heard, what_an_advertisement_says)
{
	const struct heard one = from(CARP_EVENT_ADVERT, 7, 55);
	const uint8_t mac[] = { 2, 0, 0, 0, 0, 7 };

	cr_expect_eq(one.address.family, 4);
	cr_expect_eq(one.address.bytes[3], 7);
	cr_expect_eq(one.address.bytes[4], 0, "no byte behind an IPv4 address");
	cr_expect_eq(memcmp(one.mac, mac, sizeof(mac)), 0);
	cr_expect_eq(one.advbase, 1);
	cr_expect_eq(one.advskew, 7);
	cr_expect_eq(one.demote, 2);
	cr_expect_eq(one.last.ns, 55);
	cr_expect_str_eq(heard_verdict(&one), "valid");
}

Test(heard, all_of_an_ipv6_address)
{
	struct carp_event event = { .kind = CARP_EVENT_VRRP,
				    .family = 6,
				    .source = { [15] = 3 } };
	struct heard one;

	cr_assert(heard_read(&event, &one));
	cr_expect_eq(one.address.bytes[15], 3);
	cr_expect_str_eq(heard_verdict(&one), "vrrp");
}

Test(heard, verdicts)
{
	const struct heard observed = from(CARP_EVENT_OBSERVED, 1, 1),
			   seal = from(CARP_EVENT_SEAL, 1, 1),
			   digest = from(CARP_EVENT_DIGEST, 1, 1);

	cr_expect_str_eq(heard_verdict(&observed), "observed");
	cr_expect_str_eq(heard_verdict(&seal), "seal");
	cr_expect_str_eq(heard_verdict(&digest), "digest");
}

Test(heard, what_is_no_host)
{
	const enum carp_event_kind kinds[] = {
		CARP_EVENT_SOLICIT, CARP_EVENT_CLAIM, CARP_EVENT_ECHO,
		(enum carp_event_kind)(CARP_EVENT_DIGEST + 1)
	};
	struct heard out;

	for (size_t i = 0; i < sizeof(kinds) / sizeof(*kinds); i++) {
		const struct carp_event event = { .kind = kinds[i] };

		cr_expect_not(heard_read(&event, &out));
	}
}

Test(heard, one_that_leaves)
{
	struct heard one = from(CARP_EVENT_ADVERT, 255, 1);

	cr_expect_not(heard_left(&one), "advskew alone");
	one.advbase = 255;
	cr_expect(heard_left(&one));
	one.advskew = 0;
	cr_expect_not(heard_left(&one), "advbase alone");
}

Test(heard, the_last_word_of_each)
{
	struct heard list[HEARD_MAX], one;
	unsigned int count = 0;

	one = from(CARP_EVENT_ADVERT, 1, 10);
	hear(list, &count, &one);
	one = from(CARP_EVENT_ADVERT, 2, 20);
	hear(list, &count, &one);
	one = from(CARP_EVENT_OBSERVED, 1, 30);
	hear(list, &count, &one);
	cr_expect_eq(count, 2);
	cr_expect_eq(list[0].last.ns, 30);
	cr_expect_eq(list[1].last.ns, 20);
}

Test(heard, the_oldest_makes_room)
{
	struct heard list[HEARD_MAX], one;
	unsigned int count = 0;

	/* The third is the oldest. */
	for (uint8_t i = 0; i < HEARD_EACH; i++) {
		one = from(CARP_EVENT_ADVERT, i, i == 2 ? 1 : 10 + i);
		hear(list, &count, &one);
	}
	one = from(CARP_EVENT_ADVERT, 99, 100);
	hear(list, &count, &one);
	cr_expect_eq(count, HEARD_EACH);
	cr_expect_eq(list[2].address.bytes[3], 99);
}

Test(heard, invented_ones_take_no_place)
{
	struct heard list[HEARD_MAX], one;
	unsigned int count = 0;

	one = from(CARP_EVENT_ADVERT, 1, 1);
	hear(list, &count, &one);
	for (unsigned int i = 0; i < 200; i++) {
		one = from(CARP_EVENT_DIGEST, (uint8_t)i, 1000 + i);
		hear(list, &count, &one);
	}
	cr_expect_eq(count, 1 + HEARD_EACH);
	cr_expect_eq(list[0].kind, CARP_EVENT_ADVERT);
	cr_expect_eq(list[0].last.ns, 1);
}
